/* SPDX-License-Identifier: MIT */
/*
 * Text, tables and lists as HTML that is well-formed XML, too.
 *
 * Whatever comes from others passes put_text, which nothing leaves that could
 * be a tag, the end of an attribute, a control, or half a character. Names of
 * classes, ids and captions are the caller's own and are written as they are.
 * Knows nothing of what is reported. Errors stick in the stream; a formatted
 * text that is too long is cut.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "report/markup.h"

static void	 put_text(FILE *, const char *, size_t, bool);
static bool	 is_harmless(const char *, size_t);
static void	 put_format(FILE *, const char *, va_list) UTIL_PRINTF(2, 0);

void
markup_text(FILE *out, const char *s)
{
	put_text(out, s, strlen(s), false);
}

void
markup_lines(FILE *out, const char *s, size_t len)
{
	put_text(out, s, len, true);
}

static void
put_text(FILE *out, const char *s, size_t len, bool has_lines)
{
	static const char special[] = "&<>\"'", replacement[] = "\xef\xbf\xbd";
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = utf8_len(s, len);
		if (n == 1 && *s != '\0' && strchr(special, *s) != NULL)
			fprintf(out, "&#%d;", *s);
		else if (n > 0 && (is_harmless(s, n) ||
		    (has_lines && (*s == '\n' || *s == '\t'))))
			fwrite(s, 1, n, out);
		else
			fputs(replacement, out);
		if (n == 0)
			n = 1;
	}
}

/* XML has no U+FFFE; HTML wants none of the other noncharacters either. */
static bool
is_harmless(const char *s, size_t n)
{
	static const uint32_t first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (unsigned char)s[0] & first[n];
	size_t i;

	if (utf8_is_control(s))
		return false;
	if (n == 1)
		return true;
	for (i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	if ((c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef))
		return false;
	/* What turns the direction would turn the text behind it, too. */
	return c != 0x200e && c != 0x200f && (c < 0x202a || c > 0x202e) &&
	    (c < 0x2066 || c > 0x2069);
}

static void
put_format(FILE *out, const char *fmt, va_list ap)
{
	char text[MARKUP_TEXT_MAX];

	vsnprintf(text, sizeof(text), fmt, ap);
	markup_text(out, text);
}

void
markup_textf(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_format(out, fmt, ap);
	va_end(ap);
}

char *
markup_count(char buf[MARKUP_COUNT_MAX], uint64_t n)
{
	char digits[MARKUP_COUNT_MAX];
	int i, len = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
	return buf;
}

void
markup_section(FILE *out, const char *id, const char *title)
{
	fprintf(out, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n"
	    "<h2 id=\"%s-title\">%s</h2>\n", id, id, id, title);
}

void
markup_section_end(FILE *out)
{
	fputs("</section>\n", out);
}

void
markup_note(FILE *out, const char *fmt, ...)
{
	va_list ap;

	fputs("<p class=\"note\">", out);
	va_start(ap, fmt);
	put_format(out, fmt, ap);
	va_end(ap);
	fputs("</p>\n", out);
}

void
markup_item(FILE *out, const char *name, const char *fmt, ...)
{
	va_list ap;

	fprintf(out, "<dt>%s</dt><dd>", name);
	va_start(ap, fmt);
	put_format(out, fmt, ap);
	va_end(ap);
	fputs("</dd>\n", out);
}

/* One that is too wide for a narrow window scrolls by itself, by keys, too. */
void
markup_table(FILE *out, const char *caption, const char *const *columns,
    size_t n, size_t texts)
{
	size_t i;

	fprintf(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
	    "aria-label=\"%s\">\n<table>\n<caption>%s</caption>\n<thead><tr>",
	    caption, caption);
	for (i = 0; i < n; i++) {
		fprintf(out, "<th scope=\"col\"%s>",
		    i == 0 || i >= n - texts ? " class=\"word\"" : "");
		markup_text(out, columns[i]);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
}

void
markup_table_end(FILE *out)
{
	fputs("</tbody>\n</table>\n</div>\n", out);
}

void
markup_row(FILE *out, const char *fmt, ...)
{
	va_list ap;

	fputs("<tr><th scope=\"row\">", out);
	va_start(ap, fmt);
	put_format(out, fmt, ap);
	va_end(ap);
	fputs("</th>", out);
}

void
markup_number(FILE *out, const char *fmt, ...)
{
	va_list ap;

	fputs("<td>", out);
	va_start(ap, fmt);
	put_format(out, fmt, ap);
	va_end(ap);
	fputs("</td>", out);
}

void
markup_word(FILE *out, const char *fmt, ...)
{
	va_list ap;

	fputs("<td class=\"word\">", out);
	va_start(ap, fmt);
	put_format(out, fmt, ap);
	va_end(ap);
	fputs("</td>", out);
}

void
markup_row_end(FILE *out)
{
	fputs("</tr>\n", out);
}
