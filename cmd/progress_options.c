/* SPDX-License-Identifier: MIT */
/*
 * What --progress says: how a person is told of a run while it goes on, and
 * whether a program is, by JSON on which descriptor. The two are apart: json:3
 * leaves to a person what there is without it.
 *
 * A descriptor that cannot be written to is refused here, before anything is
 * sent. Nothing is written, and no flag of it is changed.
 */

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/progress_options.h"

static const char *const words[] = {
	[PROGRESS_UNSAID] = "json",	/* leaves it unsaid */
	[PROGRESS_AUTO] = "auto",
	[PROGRESS_LINE] = "line",
	[PROGRESS_PANEL] = "panel",
	[PROGRESS_PLAIN] = "plain",
	[PROGRESS_OFF] = "off",
};

static int
take_json(struct progress_settings *s, uint64_t fd, char why[WIRE_TEXT_MAX])
{
	int flags;

	if (fd == STDOUT_FILENO)
		return wire_refuse(why, "json:1: standard output is for the "
		    "result: expected another descriptor, as in json:3");
	flags = fcntl((int)fd, F_GETFL);
	if (flags == -1)
		return wire_refuse(why, "json:%d: the descriptor is not open: "
		    "expected one that is, as by %d>FILE", (int)fd, (int)fd);
	if ((flags & O_ACCMODE) == O_RDONLY)
		return wire_refuse(why, "json:%d: the descriptor is not open "
		    "for writing", (int)fd);
	s->wants_json = true;
	s->json_fd = (int)fd;
	return 0;
}

int
progress_settings_parse(struct progress_settings *s, const char *value,
    char why[WIRE_TEXT_MAX])
{
	uint64_t fd;
	size_t i;

	if (value == NULL)
		value = words[PROGRESS_AUTO];
	if (strcmp(value, words[PROGRESS_UNSAID]) == 0)
		return take_json(s, STDERR_FILENO, why);
	if (strncmp(value, "json:", 5) == 0) {
		if (parse_uint(value + 5, INT_MAX, &fd) == -1)
			return wire_refuse(why, "%.40s: expected the number of "
			    "an open descriptor, as in json:3", value);
		return take_json(s, fd, why);
	}
	for (i = PROGRESS_AUTO; i < UTIL_NELEM(words); i++)
		if (strcmp(value, words[i]) == 0) {
			s->how = (enum progress_how)i;
			return 0;
		}
	return wire_refuse_word(why, "unknown way", value, words,
	    UTIL_NELEM(words));
}
