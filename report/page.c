/* SPDX-License-Identifier: MIT */
/*
 * Lines of the report for people, as wide as its style says. What its sections
 * have in common: paragraphs behind a label, notes, tables of counts.
 *
 * Bytes that others chose (URLs, errors, names of workers) are made harmless
 * for a terminal here. Knows nothing of what is reported. Errors stick in the
 * stream; a paragraph that is too long is cut.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "report/page.h"
#include "report/words.h"

enum {
	COUNT_LABEL = 38	/* columns, of a table of counts */
};

/* ECMA-48, 8.3.117: bold green, bold red, bold yellow. */
static const char *const colours[] = {
	[PAGE_PLAIN] = "",
	[PAGE_GOOD] = "\033[1;32m",
	[PAGE_BAD] = "\033[1;31m",
	[PAGE_UNSURE] = "\033[1;33m",
};
static_assert(UTIL_NELEM(colours) == PAGE_UNSURE + 1,
    "a colour has no sequence");

/* Controls and bytes that are no ASCII could do anything to a terminal. */
void
page_put(const struct page *p, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		putc(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?', p->out);
}

int
page_coloured(const struct page *p, enum page_colour colour, const char *text)
{
	bool is_coloured = p->style->has_colour && colour != PAGE_PLAIN;

	if (is_coloured)
		fputs(colours[colour], p->out);
	page_put(p, text, strlen(text));
	if (is_coloured)
		fputs("\033[0m", p->out);
	return (int)strlen(text);
}

void
page_paragraph(const struct page *p, const char *label, int columns,
    const char *text)
{
	int at = fprintf(p->out, "%-*s", columns, label);

	page_wrap(p, at, columns, text);
}

void
page_labelled(const struct page *p, const char *label, const char *fmt, ...)
{
	char text[PAGE_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	page_paragraph(p, label, PAGE_LABEL, text);
}

void
page_note(const struct page *p, int columns, const char *text)
{
	fprintf(p->out, "%*s", columns, "");
	page_wrap(p, columns, columns, text);
}

void
page_wrap(const struct page *p, int at, int indent, const char *text)
{
	const char *end, *word = text;
	bool is_first = true;
	int len;

	while (*word != '\0') {
		if ((end = strchr(word, ' ')) == NULL)
			end = word + strlen(word);
		len = (int)(end - word);
		if (!is_first && at + 1 + len > p->style->width) {
			fprintf(p->out, "\n%*s", indent, "");
			at = indent;
			is_first = true;
		}
		if (!is_first) {
			putc(' ', p->out);
			at++;
		}
		page_put(p, word, (size_t)len);
		at += len;
		is_first = false;
		word = *end == ' ' ? end + 1 : end;
	}
	putc('\n', p->out);
}

void
page_head(const struct page *p, const char *label)
{
	fprintf(p->out, "\n%-*s%12s%10s\n", COUNT_LABEL, label, "requests",
	    "share");
}

void
page_count(const struct page *p, const char *label, uint64_t count,
    uint64_t all)
{
	char share[WORDS_MAX];
	size_t len = strlen(label);

	if (len >= COUNT_LABEL)
		len = COUNT_LABEL - 1;
	page_put(p, label, len);
	fprintf(p->out, "%*s%12" PRIu64 "%10s\n", COUNT_LABEL - (int)len, "",
	    count, words_share(share, count, all));
}
