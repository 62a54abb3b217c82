/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/util.h"
#include "report/style.h"

enum {
	PAGE_LABEL = 12,		/* columns of a paragraph's label */
	PAGE_TEXT_MAX = 16 * 1024	/* of a paragraph, with its NUL */
};

/* Where a text goes; both are borrowed. */
struct page {
	FILE			*out;
	const struct style	*style;
};

enum page_colour {
	PAGE_PLAIN,
	PAGE_GOOD,
	PAGE_BAD,
	PAGE_UNSURE
};

/* Bytes as they are, but controls and what is no ASCII as "?". */
void	 page_put(const struct page *p, const char *text, size_t len);
/* The same in colour, where there is any. How many columns it took. */
int	 page_coloured(const struct page *p, enum page_colour colour,
	    const char *text);
/*
 * Text from column at on, wrapped at blanks, the lines that follow behind so
 * many blanks. What has no blank is left whole, as a URL cut in two is no use.
 */
void	 page_wrap(const struct page *p, int at, int indent,
	    const char *text);
/* The same behind a label of so many columns. */
void	 page_paragraph(const struct page *p, const char *label, int columns,
	    const char *text);
/* The same from a format, behind a label of PAGE_LABEL columns. */
void	 page_labelled(const struct page *p, const char *label,
	    const char *fmt, ...) UTIL_PRINTF(3, 4);
/* Wrapped text without a label, each line behind so many blanks. */
void	 page_note(const struct page *p, int columns, const char *text);
/* The head of a table of counts after an empty line, and a row of it. */
void	 page_head(const struct page *p, const char *label);
void	 page_count(const struct page *p, const char *label, uint64_t count,
	    uint64_t all);

#endif
