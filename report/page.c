/* SPDX-License-Identifier: MIT */
/*
 * Lines of the report for people: 80 columns of ASCII. What its sections have
 * in common: paragraphs behind a label, notes, tables of counts.
 *
 * Bytes that others chose (URLs, errors, names of workers) are made harmless
 * for a terminal here. Knows nothing of what is reported. Errors stick in the
 * stream; a paragraph that is too long is cut.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "report/page.h"
#include "report/words.h"

enum {
	COUNT_LABEL = 38,	/* columns, of a table of counts */
	COLON_INDENT = 4	/* behind a label that ends in a colon */
};

static void	 wrap(FILE *, size_t, size_t, const char *);

/* Controls and bytes that are no ASCII could do anything to a terminal. */
void
page_put(FILE *out, const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		putc(p[i] >= ' ' && p[i] <= '~' ? p[i] : '?', out);
}

void
page_paragraph(FILE *out, const char *label, int columns, const char *text)
{
	int at;

	if (columns > 0)
		at = fprintf(out, "%-*s", columns, label);
	else
		at = fprintf(out, "%s: ", label);
	wrap(out, (size_t)at, columns > 0 ? (size_t)columns : COLON_INDENT,
	    text);
}

void
page_labelled(FILE *out, const char *label, const char *fmt, ...)
{
	char text[PAGE_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	page_paragraph(out, label, PAGE_LABEL, text);
}

void
page_note(FILE *out, int columns, const char *text)
{
	fprintf(out, "%*s", columns, "");
	wrap(out, (size_t)columns, (size_t)columns, text);
}

/* From column at on; the lines that follow are indented. */
static void
wrap(FILE *out, size_t at, size_t indent, const char *text)
{
	const char *end, *p = text;
	bool is_first = true;
	size_t len;

	while (*p != '\0') {
		if ((end = strchr(p, ' ')) == NULL)
			end = p + strlen(p);
		len = (size_t)(end - p);
		if (!is_first && at + 1 + len > PAGE_WIDTH) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
			is_first = true;
		}
		if (!is_first) {
			putc(' ', out);
			at++;
		}
		page_put(out, p, len);
		at += len;
		is_first = false;
		p = *end == ' ' ? end + 1 : end;
	}
	putc('\n', out);
}

void
page_head(FILE *out, const char *label)
{
	fprintf(out, "\n%-*s%12s%10s\n", COUNT_LABEL, label, "requests",
	    "share");
}

void
page_count(FILE *out, const char *label, uint64_t count, uint64_t all)
{
	char share[WORDS_MAX];
	size_t len = strlen(label);

	if (len >= COUNT_LABEL)
		len = COUNT_LABEL - 1;
	page_put(out, label, len);
	fprintf(out, "%*s%12" PRIu64 "%10s\n", COUNT_LABEL - (int)len, "",
	    count, words_share(share, count, all));
}
