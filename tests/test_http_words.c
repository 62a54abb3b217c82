/* SPDX-License-Identifier: MIT */
/*
 * http.c: what is in a head that was taken (request line, length, whether the
 * connection stays open, fields by their names), and the words of HTTP: what
 * is a token, what is a value, what reasons, states and methods are called.
 * Heads come whole here; for those that are cut or refused see test_http.c.
 */
#include <sys/types.h>

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "http.h"
#include "http/words.h"
#include "tests/suite.h"

#define NELEM(a)	(sizeof(a) / sizeof((a)[0]))
#define OK_LINE		"HTTP/1.1 200 OK\r\n"
#define LENGTH		"Content-Length: "

/* Request lines that are taken, and how. */
static const struct {
	const char	*line;
	const char	*method;
	const char	*target;
	int		 minor;
} lines[] = {
	{ "GET / HTTP/1.1", "GET", "/", 1 },
	{ "get /a?b=c HTTP/1.0", "get", "/a?b=c", 0 },
	{ "OPTIONS * HTTP/1.1", "OPTIONS", "*", 1 },
	{ "GET http://a:80/b HTTP/1.1", "GET", "http://a:80/b", 1 },
	{ "CONNECT a:443 HTTP/1.1", "CONNECT", "a:443", 1 },
	{ "M-SEARCH /%20\\^`{|}~!\" HTTP/1.2", "M-SEARCH",
	    "/%20\\^`{|}~!\"", 2 }
};

static const struct {
	const char	*fields;
	uint64_t	 want;
} lengths[] = {
	{ LENGTH "0\r\n", 0 },
	{ LENGTH "9223372036854775807\r\n", INT64_MAX },
	{ LENGTH "00000000000000000000000012\r\n", 12 },
	{ "Content-Length:7\r\n", 7 },
	{ "CONTENT-length:\t 7 \t\r\n", 7 },
	{ LENGTH "5\r\n" LENGTH "5\r\n", 5 },
	{ LENGTH "5, 5\r\n", 5 },
	{ LENGTH "5\t,05 ,5\r\n" LENGTH "5\r\n", 5 }
};

/* RFC 9112 9.3, for answers with a length and requests alike. */
static const struct {
	const char	*version;
	const char	*fields;
	bool		 want;
} connections[] = {
	{ "1.1", "", true },
	{ "1.9", "", true },
	{ "1.0", "", false },
	{ "1.1", "Connection: close\r\n", false },
	{ "1.1", "cOnnection:CLOSE\r\n", false },
	{ "1.1", "Connection: foo ,\tclose,bar\r\n", false },
	{ "1.1", "Connection: a\r\nConnection: close\r\n", false },
	{ "1.1", "Connection: close\r\nConnection: a\r\n", false },
	{ "1.1", "Connection: keep-alive, close\r\n", false },
	{ "1.1", "Connection: closed\r\nConnection: clos\r\n", true },
	{ "1.1", "Connection:\r\n", true },
	{ "1.1", "Connection: x close\r\n", true },
	{ "1.1", "Proxy-Connection: close\r\n", true },
	{ "1.0", "Connection: keep-alive\r\n", true },
	{ "1.0", "Connection: Keep-Alive\r\n", true },
	{ "1.0", "Connection: keep-alive, Upgrade\r\n", true },
	{ "1.0", "Connection: ,, keep-alive,\r\n", true },
	{ "1.0", "Connection: close, keep-alive\r\n", false },
	{ "1.0", "Connection: keep\r\n", false },
	{ "1.0", "Keep-Alive: timeout=5\r\n", false }
};

static const struct {
	const char	*fields;
	const char	*version;
	bool		 want;
} continues[] = {
	{ "Expect: 100-continue\r\n", "1.1", true },
	{ "expect: 100-Continue\r\n", "1.1", true },
	{ "Expect: x, 100-continue\r\n", "1.1", true },
	{ "Expect: 100-continue\r\n", "1.0", false },
	{ "Expect: 100-continued\r\n", "1.1", false },
	{ "Expect:\r\n", "1.1", false },
	{ "Accept: 100-continue\r\n", "1.1", false }
};

static void	read_answer(const char *s, struct http_head *h);
static void	read_request(const char *s, struct http_head *h);

/* A good head that is all of s; its views point into s. */
static void
read_answer(const char *s, struct http_head *h)
{
	size_t len = strlen(s), scanned = 0;
	ssize_t n;

	n = http_read_answer(s, len, &scanned, false, h);
	ck_assert_msg(n >= 0 && (size_t)n == len, "%s: %zd", s, n);
}

static void
read_request(const char *s, struct http_head *h)
{
	size_t len = strlen(s), scanned = 0;
	ssize_t n;

	n = http_read_request(s, len, &scanned, h);
	ck_assert_msg(n >= 0 && (size_t)n == len, "%s: %zd", s, n);
}

START_TEST(request_line)
{
	struct http_head h;
	char text[128];

	snprintf(text, sizeof(text), "%s\r\nHost: a\r\n\r\n", lines[_i].line);
	read_request(text, &h);
	ck_assert(http_view_is(h.method, lines[_i].method));
	ck_assert(http_view_is(h.target, lines[_i].target));
	ck_assert_int_eq(h.minor, lines[_i].minor);
}
END_TEST

START_TEST(length)
{
	struct http_head h;
	char text[128];

	snprintf(text, sizeof(text), OK_LINE "%s\r\n", lengths[_i].fields);
	read_answer(text, &h);
	ck_assert_int_eq(h.framing, HTTP_BODY_LENGTH);
	ck_assert_uint_eq(h.length, lengths[_i].want);
}
END_TEST

START_TEST(connection)
{
	struct http_head h;
	char text[128];

	snprintf(text, sizeof(text), "HTTP/%s 200 OK\r\n%s" LENGTH "1\r\n\r\n",
	    connections[_i].version, connections[_i].fields);
	read_answer(text, &h);
	ck_assert(h.keep_alive == connections[_i].want);
	snprintf(text, sizeof(text), "GET / HTTP/%s\r\nHost: a\r\n%s\r\n",
	    connections[_i].version, connections[_i].fields);
	read_request(text, &h);
	ck_assert(h.keep_alive == connections[_i].want);
}
END_TEST

START_TEST(continue_wanted)
{
	struct http_head h;
	char text[128];

	snprintf(text, sizeof(text), "PUT / HTTP/%s\r\nHost: a\r\n%s\r\n",
	    continues[_i].version, continues[_i].fields);
	read_request(text, &h);
	ck_assert(h.wants_continue == continues[_i].want);
}
END_TEST

START_TEST(field)
{
	static const char text[] = OK_LINE "Location: /a\r\nX:\r\n"
	    "Set-Cookie:  a=b; c \t\r\nSET-COOKIE: second\n"
	    "Retry-After: 5\r\n\r\nAge: 1\r\n";
	struct http_head h;
	size_t scanned = 0;
	struct http_view v;

	ck_assert_int_gt(http_read_answer(text, sizeof(text) - 1, &scanned,
	    false, &h), 0);
	ck_assert(http_view_is(http_field(h.fields, "location"), "/a"));
	ck_assert(http_view_is(http_field(h.fields, "set-cookie"), "a=b; c"));
	ck_assert(http_view_is(http_field(h.fields, "RETRY-AFTER"), "5"));
	v = http_field(h.fields, "x");
	ck_assert_ptr_nonnull(v.data);
	ck_assert_uint_eq(v.len, 0);
	ck_assert_ptr_null(http_field(h.fields, "age").data);
	ck_assert_ptr_null(http_field(h.fields, "").data);
	ck_assert_ptr_null(http_field(h.fields, "set").data);
	ck_assert_ptr_null(http_field(h.fields, "set-cookies").data);
	v = (struct http_view){ NULL, 0 };
	ck_assert_ptr_null(http_field(v, "x").data);
}
END_TEST

START_TEST(words)
{
	struct http_view v = { "Close", 5 }, none = { NULL, 0 };
	int c;
	char s;

	ck_assert(http_view_is(v, "Close"));
	ck_assert(!http_view_is(v, "close"));
	ck_assert(!http_view_is(v, "Clos"));
	ck_assert(http_view_is(none, ""));
	ck_assert(http_view_is_nocase(v, "cLOSE"));
	ck_assert(!http_view_is_nocase(v, "clos"));
	ck_assert(!http_view_is_nocase(v, "closed"));
	ck_assert(http_view_is_nocase(none, ""));
	v = (struct http_view){ "a\0b", 3 };
	ck_assert(!http_view_is(v, "a"));
	ck_assert(!http_view_is_nocase(v, "a"));
	v = (struct http_view){ "@[", 2 };
	ck_assert(!http_view_is_nocase(v, "`{"));

	ck_assert(!http_is_token("", 0));
	ck_assert(http_is_value("", 0));
	ck_assert(http_is_token("X-Y", 3));
	ck_assert(!http_is_token("X Y", 3));
	ck_assert(http_is_value("a \tb", 4));
	ck_assert(!http_is_value("a\r\nb", 4));
	for (c = 0; c < 256; c++) {
		s = c;
		ck_assert_msg(http_is_token(&s, 1) == (c > 0x20 && c < 0x7f &&
		    strchr("\"(),/:;<=>?@[\\]{}", c) == NULL), "%d", c);
		ck_assert_msg(http_is_value(&s, 1) == (c == '\t' ||
		    (c >= 0x20 && c != 0x7f)), "%d", c);
	}
}
END_TEST

START_TEST(names)
{
	int i, k;

	for (i = 0; i < HTTP_REASONS; i++) {
		ck_assert_str_ne(http_reason_name(i), "");
		for (k = 0; k < i; k++)
			ck_assert_str_ne(http_reason_name(i),
			    http_reason_name(k));
	}
	ck_assert_str_eq(http_reason_name(HTTP_BAD_CHUNK_SIZE),
	    "bad chunk size");
	ck_assert_str_eq(http_status_text(200), "OK");
	ck_assert_str_eq(http_status_text(511),
	    "Network Authentication Required");
	ck_assert_str_eq(http_status_text(-1), "");
	ck_assert_str_eq(http_status_text(0), "");
	ck_assert_str_eq(http_status_text(299), "");
	ck_assert_str_eq(http_status_text(512), "");
	ck_assert_str_eq(http_status_text(999), "");
	ck_assert(http_is_idempotent("GET"));
	ck_assert(http_is_idempotent("PUT"));
	ck_assert(!http_is_idempotent("get"));
	ck_assert(!http_is_idempotent("POST"));
	ck_assert(!http_is_idempotent("PATCH"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_words");
	TCase *tc = tcase_create("heads");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, request_line, 0, NELEM(lines));
	tcase_add_loop_test(tc, length, 0, NELEM(lengths));
	tcase_add_loop_test(tc, connection, 0, NELEM(connections));
	tcase_add_loop_test(tc, continue_wanted, 0, NELEM(continues));
	tcase_add_test(tc, field);
	tc = tcase_create("words");
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, words);
	tcase_add_test(tc, names);
	return suite_main(suite);
}
