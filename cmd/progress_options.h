/* SPDX-License-Identifier: MIT */
#ifndef CMD_PROGRESS_OPTIONS_H
#define CMD_PROGRESS_OPTIONS_H

#include <stdbool.h>

#include "wire.h"

/* How a person is told. */
enum progress_how {
	PROGRESS_UNSAID,	/* on a terminal only, as PROGRESS_AUTO */
	PROGRESS_AUTO,		/* a panel, a line or plain lines, as it goes */
	PROGRESS_LINE,
	PROGRESS_PANEL,
	PROGRESS_PLAIN,		/* a line of its own an interval */
	PROGRESS_OFF
};

struct progress_settings {
	enum progress_how	 how;
	bool			 wants_json;	/* for programs, beside that */
	int			 json_fd;
};

/*
 * What is behind --progress=, NULL when nothing is: lays it over s. A
 * descriptor of json:FD must be open for writing when this is called, before
 * the process has opened any. 0, or -1 and one line why not.
 */
int	 progress_settings_parse(struct progress_settings *s,
	    const char *value, char why[WIRE_TEXT_MAX]);

#endif
