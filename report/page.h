/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/util.h"

enum {
	PAGE_WIDTH = 80,
	PAGE_LABEL = 12,		/* columns of a paragraph's label */
	PAGE_TEXT_MAX = 16 * 1024	/* of a paragraph, with its NUL */
};

/* Bytes as they are, but controls and what is no ASCII as "?". */
void	 page_put(FILE *out, const char *p, size_t len);
/*
 * Text behind a label of so many columns, wrapped at blanks; what has none is
 * left whole, as a URL cut in two is no use. With 0 the label ends in a colon
 * and the text follows it.
 */
void	 page_paragraph(FILE *out, const char *label, int columns,
	    const char *text);
/* The same from a format, behind a label of PAGE_LABEL columns. */
void	 page_labelled(FILE *out, const char *label, const char *fmt, ...)
	    UTIL_PRINTF(3, 4);
/* Wrapped text without a label, each line behind so many blanks. */
void	 page_note(FILE *out, int columns, const char *text);
/* The head of a table of counts after an empty line, and a row of it. */
void	 page_head(FILE *out, const char *label);
void	 page_count(FILE *out, const char *label, uint64_t count,
	    uint64_t all);

#endif
