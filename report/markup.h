/* SPDX-License-Identifier: MIT */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/util.h"

enum {
	MARKUP_TEXT_MAX = 16 * 1024,	/* of one formatted text, with NUL */
	MARKUP_COUNT_MAX = 32		/* of a number with commas, with NUL */
};

/*
 * Text of anybody, for between tags and for attributes in double quotes, with
 * nothing in it that a browser would take for more than text: &, <, >, " and '
 * are escaped; what is no UTF-8, no character, a control, or turns the
 * direction of writing becomes U+FFFD. markup_text makes one line of it,
 * markup_lines keeps newlines and tabs; markup_textf is the former of a format.
 */
void	 markup_text(FILE *out, const char *s);
void	 markup_lines(FILE *out, const char *s, size_t len);
void	 markup_textf(FILE *out, const char *fmt, ...) UTIL_PRINTF(2, 3);

/* "1,234,567"; gives buf back. */
char	*markup_count(char buf[MARKUP_COUNT_MAX], uint64_t n);

/* A heading with an id to link to: a section begins; and ends. */
void	 markup_section(FILE *out, const char *id, const char *title);
void	 markup_section_end(FILE *out);
/* A paragraph that explains, and one item of a list of names and values. */
void	 markup_note(FILE *out, const char *fmt, ...) UTIL_PRINTF(2, 3);
void	 markup_item(FILE *out, const char *name, const char *fmt, ...)
	    UTIL_PRINTF(3, 4);
/*
 * A table: its caption and the names of its columns, the first of which is
 * that of the rows' names; those behind it are numbers but for the last texts
 * of them, which are words. Then its rows, each a name and cells, and its end.
 */
void	 markup_table(FILE *out, const char *caption,
	    const char *const *columns, size_t n, size_t texts);
void	 markup_table_end(FILE *out);
void	 markup_row(FILE *out, const char *fmt, ...) UTIL_PRINTF(2, 3);
void	 markup_number(FILE *out, const char *fmt, ...) UTIL_PRINTF(2, 3);
void	 markup_word(FILE *out, const char *fmt, ...) UTIL_PRINTF(2, 3);
void	 markup_row_end(FILE *out);

#endif
