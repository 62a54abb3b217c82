/* SPDX-License-Identifier: MIT */
/*
 * Which results of a command go where: its options about them, one open file
 * for each, and the exit status that they amount to. What a file is and how it
 * is written safely is report.c's.
 *
 * All files are made before any is written, so that one that cannot be
 * written costs nothing. Part of the commands: it prints one line on stderr
 * for whatever is wrong, and ends nothing.
 */

#include <assert.h>
#include <err.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/output.h"

static int	 open_file(struct output *, enum report_format, const char *);

bool
output_is_option(const struct given *g)
{
	return option_is_of(g, OPTIONS_OUTPUT);
}

int
output_apply(struct output_settings *s, struct plan *plan,
    const struct given *g)
{
	char why[WIRE_TEXT_MAX];

	switch (g->row->id) {
	case OUTPUT_THRESHOLD:
		if (plan_add_threshold(plan, g->value, why) == -1)
			return options_refuse(g, why);
		return 0;
	case OUTPUT_PERCENTILES:
		if (plan_add_percentiles(plan, g->value, why) == -1)
			return options_refuse(g, why);
		return 0;
	case OUTPUT_ASCII:
		s->wants_ascii = true;
		return 0;
	case OUTPUT_JSON:
		s->wants_json = true;
		return 0;
	case OUTPUT_QUIET:
		s->is_quiet = true;
		return 0;
	default:
		assert(g->row->id > OUTPUT_FORMAT &&
		    g->row->id < OUTPUT_FORMAT + REPORT_FORMATS);
		s->paths[g->row->id - OUTPUT_FORMAT] = g->value;
		return 0;
	}
}

/* Two results that would go to the same place. */
static int
refuse_both(const struct output_settings *s, size_t first, size_t second)
{
	const char *path = s->paths[second];
	const char *option = report_option((enum report_format)second);

	if (first == REPORT_TEXT)
		warnx("only one of --json and --%s - can be standard output",
		    option);
	else if (strcmp(path, "-") == 0)
		warnx("only one of --%s - and --%s - can be standard output",
		    report_option((enum report_format)first), option);
	else
		warnx("%s: only one of --%s and --%s can go there",
		    text_shown(path),
		    report_option((enum report_format)first), option);
	return -1;
}

int
output_check(const struct output_settings *s)
{
	const char *paths[REPORT_FORMATS];
	size_t i, j;

	memcpy(paths, s->paths, sizeof(paths));
	paths[REPORT_TEXT] = s->wants_json ? "-" : NULL;
	for (i = 0; i < REPORT_FORMATS; i++)
		for (j = 0; j < i && paths[i] != NULL; j++)
			if (paths[j] != NULL && strcmp(paths[i], paths[j]) == 0)
				return refuse_both(s, j, i);
	return 0;
}

int
output_open(struct output *o, const struct output_settings *s)
{
	bool is_stdout_taken = false;
	size_t i;

	for (i = 0; i < REPORT_FORMATS; i++) {
		if (s->paths[i] == NULL)
			continue;
		if (open_file(o, (enum report_format)i, s->paths[i]) == -1)
			return -1;
		if (strcmp(s->paths[i], "-") == 0)
			is_stdout_taken = true;
	}
	if (is_stdout_taken)
		return 0;
	return open_file(o, s->wants_json ? REPORT_JSON : REPORT_TEXT, "-");
}

static int
open_file(struct output *o, enum report_format format, const char *path)
{
	assert(o->nfiles < UTIL_NELEM(o->files));
	if (report_open(&o->files[o->nfiles], format, path) == -1) {
		warn("--%s: %s", report_option(format), text_shown(path));
		return -1;
	}
	o->nfiles++;
	return 0;
}

int
output_write(struct output *o, const struct report *r)
{
	int status = r->is_passed ? 0 : 2;
	const char *path;
	size_t i;

	if (r->result->error[0] != '\0') {
		warnx("%s", r->result->error);
		status = 1;
	}
	for (i = 0; i < o->nfiles; i++) {
		path = o->files[i].path;
		if (report_commit(&o->files[i], r) == 0)
			continue;
		/* A reader that has gone, as head does, knows it. */
		if (errno != EPIPE)
			warn("%s", strcmp(path, "-") == 0 ?
			    "standard output" : text_shown(path));
		status = 1;
	}
	o->nfiles = 0;
	return status;
}

void
output_abandon(struct output *o)
{
	while (o->nfiles > 0)
		report_abandon(&o->files[--o->nfiles]);
}
