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

/* check writes down each assertion that holds: too slow for every byte. */
#define expect(is_so, ...) do {						\
	if (!(is_so))							\
		ck_abort_msg(__VA_ARGS__);				\
} while (0)

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

	expect(len > 0 && len < NAME_MAX_LEN, "name: %.60s", in->at);
	memcpy(name, in->at, len);
	name[len] = '\0';
	in->at += len;
}

static void
take_id(struct reader *in, const char *value, size_t len)
{
	size_t i;

	expect(len < NAME_MAX_LEN && in->nids < IDS_MAX, "id: %.60s", value);
	memcpy(in->ids[in->nids], value, len);
	in->ids[in->nids][len] = '\0';
	for (i = 0; i < in->nids; i++)
		expect(strcmp(in->ids[i], in->ids[in->nids]) != 0,
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
		expect(strcmp(name, loads[i]) != 0, "it loads: %s", name);
	expect(strncmp(name, "on", 2) != 0, "handler: %s", name);
	if (strcmp(name, "href") == 0)
		expect(*value == '#', "href: %.*s", (int)len, value);
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
			expect(strcmp(seen[i], name) != 0, "twice: %s", name);
		if (n < UTIL_NELEM(seen))
			memcpy(seen[n++], name, sizeof(name));
		expect(strncmp(in->at, "=\"", 2) == 0,
		    "attribute: %.60s", in->at);
		in->at += 2;
		len = strcspn(in->at, "\"<");
		expect(in->at[len] == '"', "value: %.60s", in->at);
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
		expect(in->depth > 0, "</%s> ends nothing", name);
		in->depth--;
		expect(strcmp(name, in->open[in->depth]) == 0,
		    "</%s> ends <%s>", name, in->open[in->depth]);
	} else {
		take_name(in, name, " />");
		expect(strcasecmp(name, "script") != 0 &&
		    strcasecmp(name, "link") != 0 &&
		    strcasecmp(name, "iframe") != 0 &&
		    strcasecmp(name, "img") != 0, "<%s>", name);
		take_attributes(in);
		if (*in->at == '/') {
			in->at++;
		} else {
			expect(in->depth < DEPTH_MAX, "too deep: <%s", name);
			memcpy(in->open[in->depth++], name, sizeof(name));
		}
	}
	expect(*in->at == '>', "tag: %.60s", in->at);
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
	expect(strncmp(in->at, "&#", 2) == 0, "&: %.20s", in->at);
	len = strspn(in->at + 2, "0123456789");
	expect(len > 0 && in->at[2 + len] == ';', "&: %.20s", in->at);
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
		expect(n > 0, "no UTF-8: %.20s", p);
		expect(*p == '\n' || *p == '\t' || !utf8_is_control(p),
		    "control %d", *p);
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
		expect(in->depth > 0 || *in->at == '\n', "outside: %.60s",
		    in->at);
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
	timeline_init(&t, r, TIMELINE_POINTS_MAX);
	for (i = 0; i < t.n; i++)
		timed += t.points[i].ns[TIMELINE_MAX] > 0;
	ck_assert_uint_eq(html_rig_count(html, "<rect class=\"tip\""),
	    timed > 0 ? 2 * t.n : t.n);
	timeline_clear(&t);
	free(html);
}
