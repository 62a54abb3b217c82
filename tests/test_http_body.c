/* SPDX-License-Identifier: MIT */
/*
 * Bodies as they come in. Every chunked one is fed whole, byte by byte, and cut
 * at every point, each piece a copy of just its size, so that a sanitizer sees
 * one byte too far. However it is cut, data, end and reason must be the row's.
 */
#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "http/body.h"
#include "tests/suite.h"

#define NELEM(a)	(sizeof(a) / sizeof((a)[0]))
#define BYTES(s)	(s), sizeof(s) - 1	/* may hold NULs */

enum {
	DATA_MAX = 256			/* of a row's data */
};

/* A chunked body, perhaps with bytes behind it. */
struct good_row {
	const char	*descr;
	const char	*input;
	size_t		 len;
	size_t		 rest;		/* bytes that are not its own */
	const char	*data;
};

static const struct good_row good[] = {
	{ "empty", BYTES("0\r\n\r\n"), 0, "" },
	{ "one chunk", BYTES("5\r\nhello\r\n0\r\n\r\n"), 0, "hello" },
	{ "two chunks", BYTES("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"), 0, "abc" },
	{ "bytes behind it", BYTES("1\r\na\r\n0\r\n\r\nHTTP/1.1"), 8, "a" },
	{ "hexadecimal, both cases",
	    BYTES("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"), 0,
	    "01234567890123456789a" },
	{ "two digits", BYTES("10\r\n0123456789abcdef\r\n0\r\n\r\n"), 0,
	    "0123456789abcdef" },
	{ "leading zeros",
	    BYTES("0000000000000000000000001\r\na\r\n000\r\n\r\n"), 0, "a" },
	{ "CRLF and zeros as data",
	    BYTES("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"), 0, "\r\n0\r\n\r\n" },
	{ "extension", BYTES("1;a=b\r\na\r\n0;c\r\n\r\n"), 0, "a" },
	{ "quoted extension", BYTES("1 ; a=\"b;\t\\\"c\"\r\na\r\n0\r\n\r\n"), 0,
	    "a" },
	{ "quotes and escapes in extensions",
	    BYTES("1;a=\"\\\\\";b=\"\\\"\"\r\na\r\n0;\"\"\r\n\r\n"), 0, "a" },
	{ "blanks behind the size", BYTES("1 \t \r\na\r\n0 \r\n\r\n"), 0,
	    "a" },
	{ "trailer", BYTES("1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"), 0, "a" },
	{ "trailers", BYTES("0\r\nA:\r\nB: \t c\xff\r\n\r\n0\r\n"), 3, "" },
	{ "trailers that end in LF", BYTES("0\r\nA: b\nC: d\r\n\n"), 0, "" }
};

static const struct {
	const char		*descr;
	const char		*input;
	size_t			 len;
	enum http_reason	 want;
} bad[] = {
	{ "no size", BYTES("\r\na\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "blank before the size", BYTES(" 1\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "not hexadecimal", BYTES("g\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "0x", BYTES("0x1\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "negative", BYTES("-1\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "signed", BYTES("+1\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "digits behind a blank", BYTES("1 1\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "only an extension", BYTES(";a\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "LF behind the size", BYTES("1\na\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "LF behind an extension", BYTES("1;a\n"), HTTP_BAD_CHUNK_SIZE },
	{ "CR behind the size", BYTES("1\ra"), HTTP_BAD_CHUNK_SIZE },
	{ "CR in an extension", BYTES("1;a\rb"), HTTP_BAD_CHUNK_SIZE },
	{ "NUL in an extension", BYTES("1;a\0b"), HTTP_BAD_CHUNK_SIZE },
	{ "CR CR LF", BYTES("1\r\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "CR LF in quotes", BYTES("1;a=\"\r\n"), HTTP_BAD_CHUNK_SIZE },
	{ "CR LF behind quotes that go on", BYTES("1;a=\"b\\\"\r\n"),
	    HTTP_BAD_CHUNK_SIZE },
	{ "escaped CR LF in quotes", BYTES("1;a=\"b\\\r\n\""),
	    HTTP_BAD_CHUNK_SIZE },
	{ "size of 64 bits", BYTES("8000000000000000\r\n"),
	    HTTP_BAD_CHUNK_SIZE },
	{ "size that wraps around", BYTES("10000000000000001\r\n"),
	    HTTP_BAD_CHUNK_SIZE },
	{ "data too long", BYTES("1\r\nab\r\n"), HTTP_BAD_CHUNK_END },
	{ "LF behind the data", BYTES("1\r\na\n0\r\n"), HTTP_BAD_CHUNK_END },
	{ "CR behind the data", BYTES("1\r\na\r0\r\n"), HTTP_BAD_CHUNK_END },
	{ "two CRs behind the data", BYTES("1\r\na\r\r\n"),
	    HTTP_BAD_CHUNK_END },
	{ "trailer without a colon", BYTES("0\r\nab\r\n"), HTTP_BAD_TRAILER },
	{ "trailer without a name", BYTES("0\r\n: b\r\n"), HTTP_BAD_TRAILER },
	{ "blank before a trailer", BYTES("0\r\n a: b\r\n"),
	    HTTP_BAD_TRAILER },
	{ "folded trailer", BYTES("0\r\na: b\r\n c\r\n"), HTTP_BAD_TRAILER },
	{ "blank before the colon", BYTES("0\r\na : b\r\n"),
	    HTTP_BAD_TRAILER },
	{ "lone CR in a trailer", BYTES("0\r\na: b\rc\r\n"),
	    HTTP_BAD_TRAILER },
	{ "NUL in a trailer", BYTES("0\r\na: \0\r\n"), HTTP_BAD_TRAILER },
	{ "lone CR at the end", BYTES("0\r\n\rHTTP"), HTTP_BAD_TRAILER }
};

static enum http_step feed(struct http_body *b, const char *s, size_t len,
		    char *out, size_t *out_len, size_t *used);
static enum http_step feed_pieces(struct http_body *b, const char *s,
		    size_t len, size_t first, size_t each, char *out,
		    size_t *out_len, size_t *used);
static void	expect_good(const struct good_row *row, size_t first,
		    size_t each);
static void	expect_bad(int i, size_t first, size_t each);

/* Gives one piece, from a copy of its size; takes steps until one ends it. */
static enum http_step
feed(struct http_body *b, const char *s, size_t len, char *out,
    size_t *out_len, size_t *used)
{
	char *p = malloc(len > 0 ? len : 1);
	struct http_view data;
	enum http_step step;
	size_t n;

	ck_assert_ptr_nonnull(p);
	memcpy(p, s, len);
	*used = 0;
	do {
		step = http_body_step(b, p + *used, len - *used, &n, &data);
		*used += n;
		ck_assert_uint_le(*used, len);
		ck_assert((data.len > 0) == (step == HTTP_STEP_DATA));
		if (data.len == 0)
			continue;
		ck_assert_uint_le(*out_len + data.len, DATA_MAX);
		memcpy(out + *out_len, data.data, data.len);
		*out_len += data.len;
	} while (step == HTTP_STEP_DATA);
	if (step == HTTP_STEP_MORE)
		ck_assert_uint_eq(*used, len);
	free(p);
	return step;
}

static enum http_step
feed_pieces(struct http_body *b, const char *s, size_t len, size_t first,
    size_t each, char *out, size_t *out_len, size_t *used)
{
	enum http_step step;
	size_t at = 0, piece = first, n;

	http_body_start(b, HTTP_BODY_CHUNKED, 99);
	*out_len = 0;
	for (;;) {
		step = feed(b, s + at, piece, out, out_len, &n);
		at += n;
		if (step != HTTP_STEP_MORE || at == len)
			break;
		piece = len - at < each ? len - at : each;
	}
	*used = at;
	return step;
}

static void
expect_good(const struct good_row *row, size_t first, size_t each)
{
	struct http_body b;
	struct http_view none;
	char out[DATA_MAX];
	size_t out_len, used;

	ck_assert_msg(feed_pieces(&b, row->input, row->len, first, each, out,
	    &out_len, &used) == HTTP_STEP_DONE, "%s: cut at %zu: %s",
	    row->descr, first, http_reason_name(b.reason));
	ck_assert_msg(used == row->len - row->rest, "%s: cut at %zu: used %zu",
	    row->descr, first, used);
	ck_assert_uint_eq(out_len, strlen(row->data));
	ck_assert_mem_eq(out, row->data, out_len);
	ck_assert_int_eq(http_body_step(&b, "x", 1, &used, &none),
	    HTTP_STEP_DONE);
	ck_assert_uint_eq(used, 0);
	ck_assert_int_eq(http_body_end(&b), 0);
}

static void
expect_bad(int i, size_t first, size_t each)
{
	struct http_body b;
	struct http_view none;
	char out[DATA_MAX];
	size_t out_len, used;

	ck_assert_msg(feed_pieces(&b, bad[i].input, bad[i].len, first, each,
	    out, &out_len, &used) == HTTP_STEP_BAD, "%s: cut at %zu",
	    bad[i].descr, first);
	ck_assert_msg(b.reason == bad[i].want, "%s: cut at %zu: %s",
	    bad[i].descr, first, http_reason_name(b.reason));
	ck_assert_int_eq(http_body_step(&b, "0", 1, &used, &none),
	    HTTP_STEP_BAD);
	ck_assert_uint_eq(used, 0);
	ck_assert_int_eq(http_body_end(&b), -1);
	ck_assert_int_eq(b.reason, bad[i].want);
}

START_TEST(good_body)
{
	const struct good_row *row = &good[_i];
	size_t i;

	for (i = 0; i <= row->len; i++)
		expect_good(row, i, row->len);
	for (i = 1; i <= 3; i++)
		expect_good(row, 0, i);
}
END_TEST

START_TEST(bad_body)
{
	size_t i;

	for (i = 0; i <= bad[_i].len; i++)
		expect_bad(_i, i, bad[_i].len);
	expect_bad(_i, 0, 1);
}
END_TEST

/* A good body that ends too early is truncated, wherever that is. */
START_TEST(truncated)
{
	const struct good_row *row = &good[_i];
	struct http_body b;
	char out[DATA_MAX];
	size_t out_len, used, i;

	for (i = 0; i < row->len - row->rest; i++) {
		ck_assert_int_eq(feed_pieces(&b, row->input, i, i, 1, out,
		    &out_len, &used), HTTP_STEP_MORE);
		ck_assert_int_eq(b.reason, HTTP_OK);
		ck_assert_int_eq(http_body_end(&b), -1);
		ck_assert_int_eq(b.reason, HTTP_TRUNCATED);
	}
}
END_TEST

START_TEST(no_body)
{
	struct http_body b;
	char out[1];
	size_t out_len = 0, used;

	http_body_start(&b, HTTP_BODY_NONE, 7);
	ck_assert_int_eq(http_body_end(&b), 0);
	ck_assert_int_eq(feed(&b, "HTTP", 4, out, &out_len, &used),
	    HTTP_STEP_DONE);
	ck_assert_uint_eq(used, 0);
	http_body_start(&b, HTTP_BODY_LENGTH, 0);
	ck_assert_int_eq(feed(&b, "HTTP", 4, out, &out_len, &used),
	    HTTP_STEP_DONE);
	ck_assert_uint_eq(used, 0);
	ck_assert_int_eq(http_body_end(&b), 0);
}
END_TEST

START_TEST(length)
{
	struct http_body b;
	char out[DATA_MAX];
	size_t out_len = 0, used;

	http_body_start(&b, HTTP_BODY_LENGTH, 5);
	ck_assert_int_eq(feed(&b, "", 0, out, &out_len, &used),
	    HTTP_STEP_MORE);
	ck_assert_int_eq(feed(&b, "hel", 3, out, &out_len, &used),
	    HTTP_STEP_MORE);
	ck_assert_int_eq(http_body_end(&b), -1);
	ck_assert_int_eq(b.reason, HTTP_TRUNCATED);
	ck_assert_int_eq(feed(&b, "loHTTP", 6, out, &out_len, &used),
	    HTTP_STEP_DONE);
	ck_assert_uint_eq(used, 2);
	ck_assert_uint_eq(out_len, 5);
	ck_assert_mem_eq(out, "hello", 5);
	ck_assert_int_eq(http_body_end(&b), 0);
}
END_TEST

START_TEST(until_the_end)
{
	struct http_body b;
	char out[DATA_MAX];
	size_t out_len = 0, used;

	http_body_start(&b, HTTP_BODY_CLOSE, 0);
	ck_assert_int_eq(http_body_end(&b), 0);
	ck_assert_int_eq(feed(&b, "", 0, out, &out_len, &used),
	    HTTP_STEP_MORE);
	ck_assert_int_eq(feed(&b, "0\r\n\r\n", 5, out, &out_len, &used),
	    HTTP_STEP_MORE);
	ck_assert_mem_eq(out, "0\r\n\r\n", 5);
	ck_assert_int_eq(http_body_end(&b), 0);
}
END_TEST

/* The largest chunk there may be is taken as it comes. */
START_TEST(largest_chunk)
{
	struct http_body b;
	char out[DATA_MAX];
	size_t out_len, used;

	ck_assert_int_eq(feed_pieces(&b, "7fffffffffffffff\r\nabc", 21, 21, 1,
	    out, &out_len, &used), HTTP_STEP_MORE);
	ck_assert_uint_eq(out_len, 3);
	ck_assert_uint_eq(b.left, INT64_MAX - 3);
}
END_TEST

START_TEST(chunk_line_limit)
{
	static char text[HTTP_CHUNK_LINE_MAX + 8];
	struct http_body b;
	size_t len = HTTP_CHUNK_LINE_MAX, used, n;

	for (n = 0; n < 2; n++) {
		memset(text, n == 0 ? '0' : 'x', len);
		memcpy(text, "0;", n == 0 ? 1 : 2);
		memcpy(text + len - 2, "\r\n\r\n", 4);
		ck_assert_int_eq(feed_pieces(&b, text, len + 2, len + 2, 1,
		    NULL, &used, &used), HTTP_STEP_DONE);
		text[len - 2] = text[len - 3];
		memcpy(text + len - 1, "\r\n\r\n", 4);
		ck_assert_int_eq(feed_pieces(&b, text, len + 3, len + 3, 1,
		    NULL, &used, &used), HTTP_STEP_BAD);
		ck_assert_int_eq(b.reason, HTTP_BAD_CHUNK_SIZE);
		ck_assert_int_eq(feed_pieces(&b, text, len + 3, 0, 1, NULL,
		    &used, &used), HTTP_STEP_BAD);
	}
}
END_TEST

/* Limits hold for all trailers together. */
START_TEST(trailer_limit)
{
	static char text[HTTP_TRAILERS_MAX + 16];
	struct http_body b;
	size_t len, used;

	memcpy(text, "0\r\n", 3);
	for (len = 3; len < HTTP_TRAILERS_MAX - 5; len += 6)
		memcpy(text + len, "a: b\r\n", 6);
	memcpy(text + len, "\r\n", 2);
	len += 2;
	ck_assert_uint_le(len - 3, HTTP_TRAILERS_MAX);
	ck_assert_int_eq(feed_pieces(&b, text, len, len, 1, NULL, &used,
	    &used), HTTP_STEP_DONE);
	memcpy(text + len - 2, "a: b\r\n\r\n", 8);
	len += 6;
	ck_assert_int_eq(feed_pieces(&b, text, len, len, 1, NULL, &used,
	    &used), HTTP_STEP_BAD);
	ck_assert_int_eq(b.reason, HTTP_BAD_TRAILER);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_body");
	TCase *tc = tcase_create("bodies");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, good_body, 0, NELEM(good));
	tcase_add_loop_test(tc, bad_body, 0, NELEM(bad));
	tcase_add_loop_test(tc, truncated, 0, NELEM(good));
	tcase_add_test(tc, no_body);
	tcase_add_test(tc, length);
	tcase_add_test(tc, until_the_end);
	tcase_add_test(tc, largest_chunk);
	tcase_add_test(tc, chunk_line_limit);
	tcase_add_test(tc, trailer_limit);
	return suite_main(suite);
}
