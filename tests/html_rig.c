/* SPDX-License-Identifier: MIT */
/*
 * What the tests of HTML reports look for in every one of them, see
 * html_rig.h. The reader of tags takes only what is well-formed XML.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/timeline.h"
#include "tests/html_rig.h"

enum {
	DEPTH_MAX = 64,
	NAME_MAX_LEN = 32,
	IDS_MAX = 256
};

struct reader {
	const char	*at;
	size_t		 depth;
	size_t		 nids;
	char		 open[DEPTH_MAX][NAME_MAX_LEN];
	char		 ids[IDS_MAX][NAME_MAX_LEN];
};

char *
html_rig_write(const struct report *r)
{
	char *html;
	size_t len;
	FILE *out = open_memstream(&html, &len);

	html_write(out, r);
	ck_assert(!ferror(out));
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_uint_eq(strlen(html), len);
	return html;
}

size_t
html_rig_count(const char *html, const char *text)
{
	size_t n = 0;

	for (; (html = strstr(html, text)) != NULL; html += strlen(text))
		n++;
	return n;
}

/* Up to one of the bytes in ends; what was before it. */
static void
take_name(struct reader *in, char name[NAME_MAX_LEN], const char *ends)
{
	size_t len = strcspn(in->at, ends);

	ck_assert_msg(len > 0 && len < NAME_MAX_LEN, "name: %.60s", in->at);
	memcpy(name, in->at, len);
	name[len] = '\0';
	in->at += len;
}

static void
take_id(struct reader *in, const char *value, size_t len)
{
	size_t i;

	ck_assert(len < NAME_MAX_LEN && in->nids < IDS_MAX);
	memcpy(in->ids[in->nids], value, len);
	in->ids[in->nids][len] = '\0';
	for (i = 0; i < in->nids; i++)
		ck_assert_msg(strcmp(in->ids[i], in->ids[in->nids]) != 0,
		    "id %s comes twice", in->ids[i]);
	in->nids++;
}

/* Values that load something, or run it. */
static void
check_attribute(const char *name, const char *value, size_t len)
{
	static const char *const loads[] = {
		"src", "srcset", "action", "data", "poster", "xlink:href",
		"background", "formaction", "manifest"
	};
	size_t i;

	for (i = 0; i < UTIL_NELEM(loads); i++)
		ck_assert_str_ne(name, loads[i]);
	ck_assert_msg(strncmp(name, "on", 2) != 0, "handler: %s", name);
	if (strcmp(name, "href") == 0)
		ck_assert_msg(*value == '#', "href: %.*s", (int)len, value);
}

static void
take_attributes(struct reader *in)
{
	char name[NAME_MAX_LEN], seen[8][NAME_MAX_LEN];
	size_t n = 0, i, len;

	while (*in->at == ' ') {
		in->at++;
		take_name(in, name, "= \"'<>/");
		for (i = 0; i < n && i < UTIL_NELEM(seen); i++)
			ck_assert_str_ne(seen[i], name);
		if (n < UTIL_NELEM(seen))
			memcpy(seen[n++], name, sizeof(name));
		ck_assert_msg(strncmp(in->at, "=\"", 2) == 0,
		    "attribute: %.60s", in->at);
		in->at += 2;
		len = strcspn(in->at, "\"<");
		ck_assert_msg(in->at[len] == '"', "value: %.60s", in->at);
		check_attribute(name, in->at, len);
		if (strcmp(name, "id") == 0)
			take_id(in, in->at, len);
		in->at += len + 1;
	}
}

static void
take_tag(struct reader *in)
{
	char name[NAME_MAX_LEN];

	if (*++in->at == '/') {
		in->at++;
		take_name(in, name, "> ");
		ck_assert_msg(in->depth > 0, "</%s> ends nothing", name);
		in->depth--;
		ck_assert_str_eq(name, in->open[in->depth]);
	} else {
		take_name(in, name, " />");
		ck_assert_msg(strcasecmp(name, "script") != 0 &&
		    strcasecmp(name, "link") != 0 &&
		    strcasecmp(name, "iframe") != 0 &&
		    strcasecmp(name, "img") != 0, "<%s>", name);
		take_attributes(in);
		if (*in->at == '/') {
			in->at++;
		} else {
			ck_assert_uint_lt(in->depth, DEPTH_MAX);
			memcpy(in->open[in->depth++], name, sizeof(name));
		}
	}
	ck_assert_msg(*in->at == '>', "tag: %.60s", in->at);
	in->at++;
}

/* A reference to a character by its number, as all of them are written. */
static void
take_reference(struct reader *in)
{
	size_t len;

	if (strncmp(in->at, "&lt;", 4) == 0) {
		in->at += 4;
		return;
	}
	ck_assert_msg(strncmp(in->at, "&#", 2) == 0, "&: %.20s", in->at);
	len = strspn(in->at + 2, "0123456789");
	ck_assert(len > 0 && in->at[2 + len] == ';');
	in->at += 2 + len + 1;
}

static void
check_text(const char *html)
{
	static const char *const banned[] = {
		"url(", "@import", "javascript:", "<!--", "s3cret", "S3CRET",
		">inf", ">nan", ">-nan", "\"nan", "\"inf", " inf/", " nan"
	};
	const char *p, *end = html + strlen(html);
	size_t i, n;

	for (i = 0; i < UTIL_NELEM(banned); i++)
		ck_assert_msg(strstr(html, banned[i]) == NULL, "%s: %.80s",
		    banned[i], strstr(html, banned[i]));
	for (p = html; *p != '\0'; p += n) {
		n = utf8_len(p, (size_t)(end - p));
		/* Not ck_assert, which takes its time, for each byte. */
		if (n == 0)
			ck_abort_msg("no UTF-8: %.20s", p);
		if (*p != '\n' && *p != '\t' && utf8_is_control(p))
			ck_abort_msg("control %d", *p);
	}
}

void
html_rig_check(const char *html)
{
	static const char type[] = "<!DOCTYPE html>\n<html lang=\"en\">";
	struct reader *in = xcalloc(1, sizeof(*in));

	check_text(html);
	ck_assert_int_eq(strncmp(html, type, strlen(type)), 0);
	in->at = html + strlen("<!DOCTYPE html>\n");
	while (*in->at != '\0') {
		if (*in->at == '<') {
			take_tag(in);
			continue;
		}
		if (*in->at == '&') {
			take_reference(in);
			continue;
		}
		if (in->depth == 0 && *in->at != '\n')
			ck_abort_msg("outside: %.60s", in->at);
		in->at++;
	}
	ck_assert_uint_eq(in->depth, 0);
	free(in);
	ck_assert_uint_eq(html_rig_count(html, "default-src 'none'; style-src "
	    "'unsafe-inline'"), 1);
}

void
html_rig_check_report(const struct report *r)
{
	char *html = html_rig_write(r);
	size_t i, timed = 0;
	struct timeline t;

	html_rig_check(html);
	timeline_init(&t, r);
	for (i = 0; i < t.n; i++)
		timed += t.points[i].ns[TIMELINE_MAX] > 0;
	ck_assert_uint_eq(html_rig_count(html, "<rect class=\"tip\""),
	    timed > 0 ? 2 * t.n : t.n);
	timeline_clear(&t);
	free(html);
}
