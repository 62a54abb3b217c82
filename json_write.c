/* SPDX-License-Identifier: MIT */

/*
 * The JSON writer: goes straight to a buffer, puts commas, quotes and
 * indentation by itself, and keeps its first error until the end. It knows no
 * pulse type, and what it writes json_parse reads.
 *
 * The point is always a point, because nobody calls setlocale. Nothing here
 * prints or knows a file.
 */

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "json_write.h"

enum {
	DOUBLE_DIGITS_MIN = 15,	/* DBL_DIG: so many always survive */
	DOUBLE_DIGITS_MAX = 17,	/* and so many always suffice */
	DOUBLE_TEXT_MAX = 32,
	FIXED_TEXT_MAX = 352,	/* sign, 309 digits, point, 17 digits, NUL */
	MS_PLACES = 6		/* of a millisecond: nanoseconds */
};

static void	 put(struct json_out *, const char *, size_t);
static bool	 has_lines(const struct json_out *, unsigned int);
static void	 put_newline(struct json_out *, unsigned int);
static size_t	 escape(const char *, size_t, char[8]);
static void	 put_quoted(struct json_out *, const char *, size_t);
static void	 put_name(struct json_out *, const char *);
static void	 put_scalar(struct json_out *, const char *, const char *);
static void	 open_level(struct json_out *, const char *, bool);

void
json_out_start(struct json_out *w, struct buf *out, bool is_pretty)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
	w->is_pretty = is_pretty;
}

int
json_out_end(struct json_out *w)
{
	if (w->depth != 0 || !w->has_value[0])
		w->has_error = true;
	return w->has_error ? -1 : 0;
}

static void
put(struct json_out *w, const char *s, size_t len)
{
	if (!w->has_error && buf_add(w->out, s, len) == -1)
		w->has_error = true;
}

/* Whether what is in an array or object at this depth has lines. */
static bool
has_lines(const struct json_out *w, unsigned int depth)
{
	return w->is_pretty && (w->flat_depth == 0 || depth < w->flat_depth);
}

static void
put_newline(struct json_out *w, unsigned int depth)
{
	unsigned int i;

	if (!has_lines(w, depth))
		return;
	put(w, "\n", 1);
	for (i = 0; i < w->depth; i++)
		put(w, "  ", 2);
}

/*
 * How the first character of s is written if not as it is: gives the bytes of
 * s that this is for, and the text in esc, "" if they may stay. JSON asks only
 * for the controls below a blank, but terminals follow the others as well; the
 * last byte of those is their number.
 */
static size_t
escape(const char *s, size_t len, char esc[8])
{
	static const char from[] = "\"\\\b\f\n\r\t";
	static const char to[] = "\"\\bfnrt";
	const char *found;
	size_t n;

	esc[0] = '\0';
	if ((n = utf8_len(s, len)) == 0) {
		memcpy(esc, "\\ufffd", sizeof("\\ufffd"));
		return 1;
	}
	if (n == 3 && memcmp(s, "\xe2\x80\xa8", 3) == 0)
		memcpy(esc, "\\u2028", sizeof("\\u2028"));
	else if (n == 3 && memcmp(s, "\xe2\x80\xa9", 3) == 0)
		memcpy(esc, "\\u2029", sizeof("\\u2029"));
	else if ((found = memchr(from, *s, sizeof(from) - 1)) != NULL)
		snprintf(esc, 8, "\\%c", to[found - from]);
	else if (utf8_is_control(s) || *s == '<' || *s == '>' || *s == '&')
		snprintf(esc, 8, "\\u%04x", (unsigned int)(unsigned char)
		    s[n - 1]);
	return n;
}

static void
put_quoted(struct json_out *w, const char *s, size_t len)
{
	char esc[8];
	size_t i, n, start = 0;

	put(w, "\"", 1);
	for (i = 0; i < len; i += n) {
		n = escape(s + i, len - i, esc);
		if (esc[0] == '\0')
			continue;
		put(w, s + start, i - start);
		put(w, esc, strlen(esc));
		start = i + n;
	}
	put(w, s + start, len - start);
	put(w, "\"", 1);
}

/* All that comes before a value, and the checks whether one may come. */
static void
put_name(struct json_out *w, const char *name)
{
	bool has_value = w->has_value[w->depth];

	if (w->is_object[w->depth] != (name != NULL) ||
	    (w->depth == 0 && has_value))
		w->has_error = true;
	if (w->has_error)
		return;
	w->has_value[w->depth] = true;
	if (has_value)
		put(w, ",", 1);
	if (w->depth > 0)
		put_newline(w, w->depth);
	if (name != NULL) {
		put_quoted(w, name, strlen(name));
		put(w, ": ", has_lines(w, w->depth) ? 2 : 1);
	}
}

static void
put_scalar(struct json_out *w, const char *name, const char *text)
{
	put_name(w, name);
	put(w, text, strlen(text));
}

static void
open_level(struct json_out *w, const char *name, bool is_object)
{
	put_scalar(w, name, is_object ? "{" : "[");
	if (w->depth == JSON_DEPTH_MAX)
		w->has_error = true;
	if (w->has_error)
		return;
	w->depth++;
	w->has_value[w->depth] = false;
	w->is_object[w->depth] = is_object;
}

void
json_object(struct json_out *w, const char *name)
{
	open_level(w, name, true);
}

void
json_array(struct json_out *w, const char *name)
{
	open_level(w, name, false);
}

void
json_close(struct json_out *w)
{
	bool has_value, is_object;

	if (w->depth == 0)
		w->has_error = true;
	if (w->has_error)
		return;
	has_value = w->has_value[w->depth];
	is_object = w->is_object[w->depth];
	w->depth--;
	if (has_value)
		put_newline(w, w->depth + 1);
	put(w, is_object ? "}" : "]", 1);
}

void
json_flat(struct json_out *w, unsigned int levels)
{
	w->flat_depth = levels > 0 ? w->depth + levels : 0;
}

void
json_str(struct json_out *w, const char *name, const char *s)
{
	json_strn(w, name, s, strlen(s));
}

void
json_str_or_null(struct json_out *w, const char *name, const char *s)
{
	if (*s != '\0')
		json_str(w, name, s);
	else
		json_null(w, name);
}

void
json_strn(struct json_out *w, const char *name, const char *s, size_t len)
{
	put_name(w, name);
	put_quoted(w, len == 0 ? "" : s, len);	/* s may be NULL then */
}

void
json_uint(struct json_out *w, const char *name, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, v);
	put_scalar(w, name, text);
}

void
json_int(struct json_out *w, const char *name, int64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, v);
	put_scalar(w, name, text);
}

void
json_double(struct json_out *w, const char *name, double v)
{
	char text[DOUBLE_TEXT_MAX];
	int digits;

	if (!isfinite(v))
		v = 0;
	for (digits = DOUBLE_DIGITS_MIN; digits <= DOUBLE_DIGITS_MAX;
	    digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	put_scalar(w, name, text);
}

void
json_fixed(struct json_out *w, const char *name, double v, int places)
{
	char text[FIXED_TEXT_MAX];
	size_t len;

	assert(places >= 0 && places <= 17);
	if (!isfinite(v))
		v = 0;
	snprintf(text, sizeof(text), "%.*f", places, v);
	if (places > 0) {
		len = strlen(text);
		while (text[len - 1] == '0')
			len--;
		if (text[len - 1] == '.')
			len--;
		text[len] = '\0';
	}
	put_scalar(w, name, strcmp(text, "-0") == 0 ? "0" : text);
}

void
json_ms(struct json_out *w, const char *name, double ns)
{
	json_fixed(w, name, ns / (double)NS_PER_MS, MS_PLACES);
}

void
json_bool(struct json_out *w, const char *name, bool v)
{
	put_scalar(w, name, v ? "true" : "false");
}

void
json_null(struct json_out *w, const char *name)
{
	put_scalar(w, name, "null");
}
