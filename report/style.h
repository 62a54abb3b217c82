/* SPDX-License-Identifier: MIT */
#ifndef REPORT_STYLE_H
#define REPORT_STYLE_H

#include <stdbool.h>
#include <stdio.h>

enum {
	STYLE_WIDTH = 80,		/* where there is no terminal */
	STYLE_WIDTH_MIN = 60,
	STYLE_WIDTH_MAX = 120
};

/* What a text may look like where it is going. */
struct style {
	bool	 is_ascii;		/* no character beyond */
	bool	 has_colour;
	int	 width;			/* columns, within the limits above */
};

/* What any file and any terminal can show: ASCII of 80 columns. */
void	 style_init(struct style *s);
/*
 * For this stream: Unicode if the environment's character set is UTF-8 and
 * not wants_ascii; colour on a terminal, unless TERM is dumb or not set or
 * NO_COLOR has a value; as wide as a terminal is, or as COLUMNS says if the
 * terminal does not tell.
 */
void	 style_find(struct style *s, FILE *out, bool wants_ascii);
/* The first of LC_ALL, LC_CTYPE and LANG that has a value says UTF-8. */
bool	 style_is_utf8(void);

#endif
