/* SPDX-License-Identifier: MIT */
/*
 * http.c: which heads of answers and requests are taken, which are refused and
 * why, and their limits. Every row is fed whole, byte by byte, and cut at every
 * point, each time from a copy of just its size, so that a sanitizer sees one
 * byte too far. However it is cut, the outcome must be the row's. For what is
 * in a head that was taken see test_http_words.c.
 */
#include <sys/types.h>

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "tests/suite.h"

#define NELEM(a)	(sizeof(a) / sizeof((a)[0]))
#define BYTES(s)	(s), sizeof(s) - 1	/* may hold NULs */
#define OK_LINE		"HTTP/1.1 200 OK\r\n"
#define GET_LINE	"GET / HTTP/1.1\r\n"
#define GET_HOST	GET_LINE "Host: a\r\n"
#define LENGTH		"Content-Length: "
#define CODING		"Transfer-Encoding: "

/* Kind, input and its length, for a bad_row. */
#define ANSWER(s)	KIND_ANSWER, BYTES(s "\r\n")
#define FIELDS(s)	KIND_ANSWER, BYTES(OK_LINE s "\r\n\r\n")
#define REQUEST(s)	KIND_REQUEST, BYTES(s "\r\n\r\n")

enum kind {
	KIND_ANSWER,
	KIND_ANSWER_TO_HEAD,
	KIND_REQUEST
};

/* A head, perhaps with bytes behind it, and what is in it. */
struct good_row {
	const char		*descr;
	const char		*input;
	size_t			 len;
	size_t			 rest;		/* bytes that follow the head */
	int			 status;
	enum http_framing	 framing;
	uint64_t		 length;
	bool			 keep_alive;
};

static const struct good_row answers[] = {
	{ "plain", BYTES(OK_LINE LENGTH "5\r\n\r\nhello"), 5,
	    200, HTTP_BODY_LENGTH, 5, true },
	{ "no fields", BYTES("HTTP/1.1 200 OK\r\n\r\n"), 0,
	    200, HTTP_BODY_CLOSE, 0, false },
	{ "bare LF", BYTES("HTTP/1.1 200 OK\n" LENGTH "0\n\n"), 0,
	    200, HTTP_BODY_LENGTH, 0, true },
	{ "LF and CRLF", BYTES("HTTP/1.1 200 OK\n" LENGTH "0\r\n\nX"), 1,
	    200, HTTP_BODY_LENGTH, 0, true },
	{ "no reason", BYTES("HTTP/1.1 404\r\n" LENGTH "0\r\n\r\n"), 0,
	    404, HTTP_BODY_LENGTH, 0, true },
	{ "empty reason", BYTES("HTTP/1.1 404 \r\n" LENGTH "0\r\n\r\n"), 0,
	    404, HTTP_BODY_LENGTH, 0, true },
	{ "blanks, HTAB and Latin-1 in the reason",
	    BYTES("HTTP/1.1 500  N\xf6\tidea \r\n" LENGTH "0\r\n\r\n"),
	    0, 500, HTTP_BODY_LENGTH, 0, true },
	{ "status 999", BYTES("HTTP/1.1 999 ?\r\n" LENGTH "1\r\n\r\nx"), 1,
	    999, HTTP_BODY_LENGTH, 1, true },
	{ "status 100", BYTES("HTTP/1.1 100 Continue\r\n\r\nHTTP"), 4,
	    100, HTTP_BODY_NONE, 0, true },
	{ "status 101", BYTES("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"),
	    0, 101, HTTP_BODY_NONE, 0, true },
	{ "status 103, with a length",
	    BYTES("HTTP/1.1 103 Hints\r\n" LENGTH "9\r\n\r\n"),
	    0, 103, HTTP_BODY_NONE, 0, true },
	{ "status 204, with a length",
	    BYTES("HTTP/1.1 204 None\r\n" LENGTH "9\r\n\r\n"),
	    0, 204, HTTP_BODY_NONE, 0, true },
	{ "status 204, with a coding",
	    BYTES("HTTP/1.1 204 None\r\n" CODING "chunked\r\n\r\n"),
	    0, 204, HTTP_BODY_NONE, 0, true },
	{ "status 304, with a length",
	    BYTES("HTTP/1.1 304 Same\r\n" LENGTH "9\r\n\r\n"),
	    0, 304, HTTP_BODY_NONE, 0, true },
	{ "status 304 without a length, kept alive",
	    BYTES("HTTP/1.1 304 Same\r\n\r\n"),
	    0, 304, HTTP_BODY_NONE, 0, true },
	{ "status 205 may have a body",
	    BYTES("HTTP/1.1 205 Reset\r\n" LENGTH "0\r\n\r\n"),
	    0, 205, HTTP_BODY_LENGTH, 0, true },
	{ "chunked", BYTES(OK_LINE CODING "chunked\r\n\r\n0"), 1,
	    200, HTTP_BODY_CHUNKED, 0, true },
	{ "chunked, any case",
	    BYTES(OK_LINE "TRANSFER-encoding:CHUNKED\r\n\r\n"),
	    0, 200, HTTP_BODY_CHUNKED, 0, true },
	{ "chunked, HTTP/1.0",
	    BYTES("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
	    CODING "chunked\r\n\r\n"),
	    0, 200, HTTP_BODY_CHUNKED, 0, false },
	{ "until the end", BYTES(OK_LINE "Server: x\r\n\r\nbody"), 4,
	    200, HTTP_BODY_CLOSE, 0, false },
	{ "HTTP/1.0", BYTES("HTTP/1.0 200 OK\r\n" LENGTH "1\r\n\r\nx"), 1,
	    200, HTTP_BODY_LENGTH, 1, false },
	{ "HTTP/1.0 keep-alive until the end",
	    BYTES("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n"),
	    0, 200, HTTP_BODY_CLOSE, 0, false },
	{ "names that look alike",
	    BYTES(OK_LINE "Connectiom: close\r\nContent_Length: 7\r\n"
	    LENGTH "1\r\n\r\n"),
	    0, 200, HTTP_BODY_LENGTH, 1, true },
	{ "empty values",
	    BYTES(OK_LINE "A:\r\nB: \r\nC:\t\r\n" LENGTH "1\r\n\r\n"),
	    0, 200, HTTP_BODY_LENGTH, 1, true },
	{ "every mark in a name",
	    BYTES(OK_LINE "!#$%&'*+-.^_`|~09azAZ: 1\r\n" LENGTH "1\r\n\r\n"),
	    0, 200, HTTP_BODY_LENGTH, 1, true },
	{ "HTAB, colons and Latin-1 in a value",
	    BYTES(OK_LINE "A: b\tc:d\xff\x80 ~\r\n" LENGTH "1\r\n\r\n"),
	    0, 200, HTTP_BODY_LENGTH, 1, true }
};

static const struct good_row answers_to_head[] = {
	{ "a length", BYTES(OK_LINE LENGTH "5\r\n\r\nHTTP"), 4,
	    200, HTTP_BODY_NONE, 0, true },
	{ "chunked", BYTES(OK_LINE CODING "chunked\r\n\r\n"), 0,
	    200, HTTP_BODY_NONE, 0, true },
	{ "no length", BYTES(OK_LINE "\r\n"), 0,
	    200, HTTP_BODY_NONE, 0, true },
	{ "a coding we do not know",
	    BYTES(OK_LINE CODING "gzip, chunked\r\n\r\n"),
	    0, 200, HTTP_BODY_NONE, 0, true },
	{ "close", BYTES("HTTP/1.1 404 No\r\nConnection: close\r\n\r\n"), 0,
	    404, HTTP_BODY_NONE, 0, false }
};

static const struct good_row requests[] = {
	{ "plain", BYTES(GET_HOST "\r\nGET"), 3,
	    0, HTTP_BODY_NONE, 0, true },
	{ "bare LF", BYTES("GET / HTTP/1.1\nHost: a\n\n"), 0,
	    0, HTTP_BODY_NONE, 0, true },
	{ "blank lines before", BYTES("\r\n\n\r\n" GET_HOST "\r\n"), 0,
	    0, HTTP_BODY_NONE, 0, true },
	{ "as many as are skipped", BYTES("\n\n\n\n\n\n\n\n" GET_HOST "\r\n"),
	    0, 0, HTTP_BODY_NONE, 0, true },
	{ "a length",
	    BYTES("POST / HTTP/1.1\r\nHost: a\r\n" LENGTH "3\r\n\r\nabc"),
	    3, 0, HTTP_BODY_LENGTH, 3, true },
	{ "chunked",
	    BYTES("POST / HTTP/1.1\r\nHost: a\r\n" CODING "Chunked\r\n\r\n0"),
	    1, 0, HTTP_BODY_CHUNKED, 0, true },
	{ "HTTP/1.0 without Host", BYTES("GET / HTTP/1.0\r\n\r\n"), 0,
	    0, HTTP_BODY_NONE, 0, false },
	{ "HTTP/1.0 keep-alive",
	    BYTES("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
	    0, 0, HTTP_BODY_NONE, 0, true },
	{ "close", BYTES(GET_HOST "Connection: close\r\n\r\n"), 0,
	    0, HTTP_BODY_NONE, 0, false },
	{ "empty Host", BYTES(GET_LINE "Host:\r\n\r\n"), 0,
	    0, HTTP_BODY_NONE, 0, true },
	{ "Host with a port", BYTES(GET_LINE "hOST: a-b.example:8080\r\n\r\n"),
	    0, 0, HTTP_BODY_NONE, 0, true },
	{ "Host is an address", BYTES(GET_LINE "Host: [::1]:80\r\n\r\n"), 0,
	    0, HTTP_BODY_NONE, 0, true }
};

/* What is refused, and why. */
struct bad_row {
	const char		*descr;
	enum kind		 kind;
	const char		*input;
	size_t			 len;
	enum http_reason	 want;
};

static const struct bad_row bad_heads[] = {
	{ "another protocol", ANSWER("SSH-2.0-OpenSSH"), HTTP_NOT_HTTP },
	{ "one byte is enough", KIND_ANSWER, BYTES("h"), HTTP_NOT_HTTP },
	{ "an alert of TLS", KIND_ANSWER, BYTES("\x15\x03\x01\0\x02"),
	    HTTP_IS_TLS },
	{ "another record of TLS", KIND_ANSWER, BYTES("\x16\x03\x01\0\x02"),
	    HTTP_NOT_HTTP },
	{ "HTTP/2", ANSWER("HTTP/2.0 200 OK"), HTTP_NOT_HTTP },
	{ "HTTP/2 short", ANSWER("HTTP/2 200"), HTTP_NOT_HTTP },
	{ "HTTP/1", ANSWER("HTTP/1 200 OK"), HTTP_NOT_HTTP },
	{ "HTTP/1.10", ANSWER("HTTP/1.10 200 OK"), HTTP_NOT_HTTP },
	{ "HTTP/1.x", ANSWER("HTTP/1.x 200 OK"), HTTP_NOT_HTTP },
	{ "HTTP/1. and no more", ANSWER("HTTP/1."), HTTP_NOT_HTTP },
	{ "lower case", ANSWER("http/1.1 200 OK"), HTTP_NOT_HTTP },
	{ "a blank line before", ANSWER("\r\nHTTP/1.1 200 OK"), HTTP_NOT_HTTP },
	{ "HTAB behind the version", ANSWER("HTTP/1.1\t200 OK"),
	    HTTP_NOT_HTTP },
	{ "no status", ANSWER("HTTP/1.1"), HTTP_BAD_STATUS },
	{ "no status but a blank", ANSWER("HTTP/1.1 "), HTTP_BAD_STATUS },
	{ "two blanks", ANSWER("HTTP/1.1  200 OK"), HTTP_BAD_STATUS },
	{ "two digits", ANSWER("HTTP/1.1 20 OK"), HTTP_BAD_STATUS },
	{ "four digits", ANSWER("HTTP/1.1 2000 OK"), HTTP_BAD_STATUS },
	{ "a letter", ANSWER("HTTP/1.1 2o0 OK"), HTTP_BAD_STATUS },
	{ "below 100", ANSWER("HTTP/1.1 099 OK"), HTTP_BAD_STATUS },
	{ "negative", ANSWER("HTTP/1.1 -20 OK"), HTTP_BAD_STATUS },
	{ "HTAB behind the status", ANSWER("HTTP/1.1 200\tOK"),
	    HTTP_BAD_STATUS },
	{ "CR in the reason", ANSWER("HTTP/1.1 200 O\rK"), HTTP_BAD_STATUS },
	{ "NUL in the reason", ANSWER("HTTP/1.1 200 O\0K"), HTTP_BAD_STATUS },
	{ "CR CR LF", ANSWER("HTTP/1.1 200 OK\r"), HTTP_BAD_STATUS },
	{ "blank before the colon", FIELDS("Content-Length : 5"),
	    HTTP_BAD_FIELD },
	{ "HTAB before the colon", FIELDS("Content-Length\t: 5"),
	    HTTP_BAD_FIELD },
	{ "obs-fold", FIELDS("A: b\r\n c"), HTTP_BAD_FIELD },
	{ "obs-fold by HTAB", FIELDS("A: b\r\n\tc"), HTTP_BAD_FIELD },
	{ "fold in the first line", FIELDS(" A: b"), HTTP_BAD_FIELD },
	{ "no colon", FIELDS("Abc"), HTTP_BAD_FIELD },
	{ "no name", FIELDS(": b"), HTTP_BAD_FIELD },
	{ "blank in a name", FIELDS("A b: c"), HTTP_BAD_FIELD },
	{ "Latin-1 in a name", FIELDS("\xc4: c"), HTTP_BAD_FIELD },
	{ "bracket in a name", FIELDS("A[]: c"), HTTP_BAD_FIELD },
	{ "NUL in a name", FIELDS("A\0: c"), HTTP_BAD_FIELD },
	{ "NUL in a value", FIELDS("A: b\0c"), HTTP_BAD_FIELD },
	{ "lone CR in a value", FIELDS("A: b\rc"), HTTP_BAD_FIELD },
	{ "CR CR LF behind a value", FIELDS("A: b\r"), HTTP_BAD_FIELD },
	{ "ESC in a value", FIELDS("A: \x1b[1m"), HTTP_BAD_FIELD },
	{ "DEL in a value", FIELDS("A: \x7f"), HTTP_BAD_FIELD },
	{ "lone CR for the blank line", FIELDS("A: b\r\n\rX\n"),
	    HTTP_BAD_FIELD },
	{ "a field in an answer to HEAD",
	    KIND_ANSWER_TO_HEAD, BYTES(OK_LINE "A : b\r\n"), HTTP_BAD_FIELD },
	{ "lengths that differ", FIELDS(LENGTH "5\r\n" LENGTH "6"),
	    HTTP_BAD_LENGTH },
	{ "list that differs", FIELDS(LENGTH "5, 6"), HTTP_BAD_LENGTH },
	{ "one bad of two", FIELDS(LENGTH "x\r\n" LENGTH "0"),
	    HTTP_BAD_LENGTH },
	{ "list with a hole", FIELDS(LENGTH "5,,5"), HTTP_BAD_LENGTH },
	{ "list with an empty end", FIELDS(LENGTH "5,"), HTTP_BAD_LENGTH },
	{ "empty length", FIELDS(LENGTH ""), HTTP_BAD_LENGTH },
	{ "negative length", FIELDS(LENGTH "-1"), HTTP_BAD_LENGTH },
	{ "signed length", FIELDS(LENGTH "+5"), HTTP_BAD_LENGTH },
	{ "hexadecimal length", FIELDS(LENGTH "0x5"), HTTP_BAD_LENGTH },
	{ "length with a blank in it", FIELDS(LENGTH "5 5"), HTTP_BAD_LENGTH },
	{ "length of 64 bits", FIELDS(LENGTH "9223372036854775808"),
	    HTTP_BAD_LENGTH },
	{ "length that wraps around", FIELDS(LENGTH "18446744073709551617"),
	    HTTP_BAD_LENGTH },
	{ "length of thirty digits",
	    FIELDS(LENGTH "999999999999999999999999999999"), HTTP_BAD_LENGTH },
	{ "length and coding", FIELDS(LENGTH "5\r\n" CODING "chunked"),
	    HTTP_LENGTH_AND_CODING },
	{ "coding and length",
	    REQUEST(GET_HOST CODING "chunked\r\n" LENGTH "0"),
	    HTTP_LENGTH_AND_CODING },
	{ "another coding too", FIELDS(CODING "gzip, chunked"),
	    HTTP_BAD_CODING },
	{ "another coding", FIELDS(CODING "identity"), HTTP_BAD_CODING },
	{ "chunked twice", FIELDS(CODING "chunked\r\n" CODING "chunked"),
	    HTTP_BAD_CODING },
	{ "no coding", FIELDS("Transfer-Encoding:"), HTTP_BAD_CODING },
	{ "coding with a parameter", REQUEST(GET_HOST CODING "chunked;q=1"),
	    HTTP_BAD_CODING },
	{ "coding with a comma", REQUEST(GET_HOST CODING "chunked,"),
	    HTTP_BAD_CODING },
	{ "coding xchunked", REQUEST(GET_HOST CODING "xchunked"),
	    HTTP_BAD_CODING },
	{ "coding in HTTP/1.0", REQUEST("POST / HTTP/1.0\r\n" CODING "chunked"),
	    HTTP_BAD_CODING },
	{ "no method", REQUEST(" / HTTP/1.1"), HTTP_BAD_REQUEST_LINE },
	{ "a TLS hello", KIND_REQUEST, BYTES("\x16\x03\x01"),
	    HTTP_BAD_REQUEST_LINE },
	{ "method no token", REQUEST("G(T / HTTP/1.1"), HTTP_BAD_REQUEST_LINE },
	{ "no target", REQUEST("GET HTTP/1.1"), HTTP_BAD_REQUEST_LINE },
	{ "HTTP/0.9", REQUEST("GET /"), HTTP_BAD_REQUEST_LINE },
	{ "two blanks before the target", REQUEST("GET  / HTTP/1.1"),
	    HTTP_BAD_REQUEST_LINE },
	{ "two blanks behind the target", REQUEST("GET /  HTTP/1.1"),
	    HTTP_BAD_REQUEST_LINE },
	{ "blank in the target", REQUEST("GET /a b HTTP/1.1"),
	    HTTP_BAD_REQUEST_LINE },
	{ "blank behind the version", REQUEST("GET / HTTP/1.1 "),
	    HTTP_BAD_REQUEST_LINE },
	{ "HTAB for a blank", REQUEST("GET\t/ HTTP/1.1"),
	    HTTP_BAD_REQUEST_LINE },
	{ "UTF-8 in the target", REQUEST("GET /\xc3\xa4 HTTP/1.1"),
	    HTTP_BAD_REQUEST_LINE },
	{ "NUL in the target", REQUEST("GET /\0 HTTP/1.1"),
	    HTTP_BAD_REQUEST_LINE },
	{ "CR in the target", REQUEST("GET /\r HTTP/1.1"),
	    HTTP_BAD_REQUEST_LINE },
	{ "a lone CR before", REQUEST("\rGET / HTTP/1.1"),
	    HTTP_BAD_REQUEST_LINE },
	{ "too many blank lines", REQUEST("\n\n\n\n\n\n\n\n\n" GET_HOST),
	    HTTP_BAD_REQUEST_LINE },
	{ "a request of HTTP/2", REQUEST("PRI * HTTP/2.0\r\n\r\nSM"),
	    HTTP_NOT_HTTP },
	{ "a request of HTTP/1.", REQUEST("GET / HTTP/1."), HTTP_NOT_HTTP },
	{ "a request in lower case", REQUEST("GET / http/1.1"), HTTP_NOT_HTTP },
	{ "no Host", REQUEST(GET_LINE), HTTP_BAD_HOST },
	{ "two Hosts", REQUEST(GET_HOST "Host: a"), HTTP_BAD_HOST },
	{ "two Hosts in HTTP/1.0",
	    REQUEST("GET / HTTP/1.0\r\nHost: a\r\nHost: a"), HTTP_BAD_HOST },
	{ "two names in a Host", REQUEST(GET_LINE "Host: a, b"),
	    HTTP_BAD_HOST },
	{ "a path in a Host", REQUEST(GET_LINE "Host: a/b"), HTTP_BAD_HOST },
	{ "a user in a Host", REQUEST(GET_LINE "Host: a@b"), HTTP_BAD_HOST }
};

static char	*copy(const char *s, size_t len);
static ssize_t	read_copy(enum kind kind, const char *s, size_t len,
		    size_t *scanned, struct http_head *h);
static void	expect_good(const struct good_row *row, enum kind kind,
		    size_t first, size_t each);
static void	expect_good_however_cut(const struct good_row *row,
		    enum kind kind);
static void	expect_bad(const struct bad_row *row, size_t first,
		    size_t each);
static size_t	make_head(char *out, size_t size);
static uint32_t	next_random(uint32_t *state);

/* A copy of just that size; freed by the caller. */
static char *
copy(const char *s, size_t len)
{
	char *p;

	p = malloc(len > 0 ? len : 1);
	ck_assert_ptr_nonnull(p);
	memcpy(p, s, len);
	return p;
}

/* Reads from a copy, and looks that views point into it. */
static ssize_t
read_copy(enum kind kind, const char *s, size_t len, size_t *scanned,
    struct http_head *h)
{
	char *p = copy(s, len);
	ssize_t n;

	if (kind == KIND_REQUEST)
		n = http_read_request(p, len, scanned, h);
	else
		n = http_read_answer(p, len, scanned,
		    kind == KIND_ANSWER_TO_HEAD, h);
	if (n > 0) {
		ck_assert_uint_le(n, len);
		ck_assert(h->fields.data >= p);
		ck_assert(h->fields.data + h->fields.len < p + n);
		ck_assert_uint_eq(*scanned, 0);
	}
	free(p);
	return n;
}

/* Gives the first bytes, then `each` more at a time. */
static void
expect_good(const struct good_row *row, enum kind kind, size_t first,
    size_t each)
{
	size_t len = first, scanned = 0, whole = row->len - row->rest;
	struct http_head h;
	ssize_t n;

	n = read_copy(kind, row->input, len, &scanned, &h);
	while (len < whole) {
		ck_assert_msg(n == HTTP_PARTIAL, "%s: %zd for %zu bytes: %s",
		    row->descr, n, len, http_reason_name(h.reason));
		len = row->len - len < each ? row->len : len + each;
		n = read_copy(kind, row->input, len, &scanned, &h);
	}
	ck_assert_msg(n > 0 && (size_t)n == whole, "%s: %zd for %zu bytes: %s",
	    row->descr, n, len, http_reason_name(h.reason));
	ck_assert_msg(h.status == row->status, "%s: status %d", row->descr,
	    h.status);
	ck_assert_msg(h.framing == row->framing, "%s: framing %d", row->descr,
	    h.framing);
	ck_assert_msg(h.length == row->length, "%s: length %ju", row->descr,
	    (uintmax_t)h.length);
	ck_assert_msg(h.keep_alive == row->keep_alive, "%s: keep-alive %d",
	    row->descr, h.keep_alive);
	ck_assert_int_eq(h.reason, HTTP_OK);
}

static void
expect_good_however_cut(const struct good_row *row, enum kind kind)
{
	size_t i;

	expect_good(row, kind, row->len, 1);
	expect_good(row, kind, 0, 1);
	for (i = 0; i < row->len; i++)
		expect_good(row, kind, i, row->len);
}

static void
expect_bad(const struct bad_row *row, size_t first, size_t each)
{
	size_t len = first, scanned = 0;
	struct http_head h;
	ssize_t n;

	n = read_copy(row->kind, row->input, len, &scanned, &h);
	while (n == HTTP_PARTIAL && len < row->len) {
		len = row->len - len < each ? row->len : len + each;
		n = read_copy(row->kind, row->input, len, &scanned, &h);
	}
	ck_assert_msg(n == HTTP_BAD, "%s: %zd for %zu bytes", row->descr, n,
	    len);
	ck_assert_msg(h.reason == row->want, "%s: %s", row->descr,
	    http_reason_name(h.reason));
	ck_assert_uint_eq(scanned, 0);
}

START_TEST(answer)
{
	expect_good_however_cut(&answers[_i], KIND_ANSWER);
}
END_TEST

START_TEST(answer_to_head)
{
	expect_good_however_cut(&answers_to_head[_i], KIND_ANSWER_TO_HEAD);
}
END_TEST

START_TEST(request)
{
	expect_good_however_cut(&requests[_i], KIND_REQUEST);
}
END_TEST

START_TEST(bad_head)
{
	const struct bad_row *row = &bad_heads[_i];
	size_t i;

	expect_bad(row, row->len, 1);
	expect_bad(row, 0, 1);
	for (i = 0; i < row->len; i++)
		expect_bad(row, i, row->len);
}
END_TEST

/* An answer's head of exactly that size, one long field. */
static size_t
make_head(char *out, size_t size)
{
	static const char begin[] = "HTTP/1.1 200 OK\r\nLong: ";
	static const char end[] = "\r\nContent-Length: 0\r\n\r\n";
	size_t fill = size - (sizeof(begin) - 1) - (sizeof(end) - 1);

	memcpy(out, begin, sizeof(begin) - 1);
	memset(out + sizeof(begin) - 1, 'x', fill);
	memcpy(out + sizeof(begin) - 1 + fill, end, sizeof(end) - 1);
	return size;
}

START_TEST(head_size)
{
	static char text[HTTP_HEAD_MAX + 1];
	struct good_row good = { "largest head", text, 0, 0,
	    200, HTTP_BODY_LENGTH, 0, true };
	struct bad_row bad = { "larger head", KIND_ANSWER, text, 0,
	    HTTP_HEAD_TOO_LARGE };

	good.len = make_head(text, HTTP_HEAD_MAX);
	expect_good(&good, KIND_ANSWER, good.len, 1);
	expect_good(&good, KIND_ANSWER, 0, 1021);
	expect_good(&good, KIND_ANSWER, good.len - 3, 1);
	bad.len = make_head(text, HTTP_HEAD_MAX + 1);
	expect_bad(&bad, bad.len, 1);
	expect_bad(&bad, 0, 1021);
	expect_bad(&bad, bad.len - 3, 1);
	bad.len--;		/* is known one byte before the end */
	expect_bad(&bad, bad.len, 1);
	memcpy(text + 100, "\r!", 2);
	bad.want = HTTP_BAD_FIELD;
	expect_bad(&bad, bad.len, 1);
	expect_bad(&bad, 0, 1021);
}
END_TEST

START_TEST(line_without_end)
{
	static char text[HTTP_HEAD_MAX];
	struct bad_row row = { "start line", KIND_REQUEST, text, sizeof(text),
	    HTTP_HEAD_TOO_LARGE };

	memset(text, 'A', sizeof(text));
	expect_bad(&row, row.len, 1);
	expect_bad(&row, 0, 1021);
}
END_TEST

START_TEST(field_count)
{
	static char text[HTTP_FIELDS_MAX * 8 + 64];
	struct good_row good = { "most fields", text, 0, 0,
	    200, HTTP_BODY_CLOSE, 0, false };
	struct bad_row bad = { "a field more", KIND_ANSWER, text, 0,
	    HTTP_TOO_MANY_FIELDS };
	size_t len, i;

	len = snprintf(text, sizeof(text), "%s", OK_LINE);
	for (i = 0; i < HTTP_FIELDS_MAX; i++) {
		memcpy(text + len, "a: b\r\n", 6);
		len += 6;
	}
	memcpy(text + len, "\r\n", 2);
	good.len = len + 2;
	expect_good(&good, KIND_ANSWER, good.len, 1);
	expect_good(&good, KIND_ANSWER, 0, 1);
	memcpy(text + len, "a: b\r\n\r\n", 8);
	bad.len = len + 8;
	expect_bad(&bad, bad.len, 1);
	expect_bad(&bad, 0, 1);
}
END_TEST

/* Two answers in one buffer, as pipelining brings them. */
START_TEST(one_after_another)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n"
	    "HTTP/1.1 204 No Content\r\n\r\n";
	struct http_head h;
	size_t scanned = 0;
	ssize_t n;

	n = http_read_answer(text, sizeof(text) - 1, &scanned, false, &h);
	ck_assert_int_eq(n, 25);
	n = http_read_answer(text + n, sizeof(text) - 1 - n, &scanned, false,
	    &h);
	ck_assert_int_eq(n, 27);
	ck_assert_int_eq(h.status, 204);
}
END_TEST

START_TEST(nothing_yet)
{
	struct http_head h;
	size_t scanned = 0;

	ck_assert_int_eq(http_read_answer(NULL, 0, &scanned, false, &h),
	    HTTP_PARTIAL);
	ck_assert_int_eq(http_read_request(NULL, 0, &scanned, &h),
	    HTTP_PARTIAL);
	ck_assert_uint_eq(scanned, 0);
}
END_TEST

/* xorshift: the same bytes everywhere. */
static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* A good head with some bytes changed: whole and cut, the same outcome. */
START_TEST(random_bytes)
{
	static const char odd[] = "\r\n\t :,\0\x7f\xff" "05aZ-;";
	const struct good_row *row = &answers[_i % NELEM(answers)];
	struct http_head whole, cut;
	uint32_t state = _i + 1;
	size_t scanned, i, k;
	ssize_t n, m;
	size_t len = row->len + 2;
	char text[256];

	for (i = 0; i < 200; i++) {
		memcpy(text, row->input, row->len);
		memcpy(text + row->len, "\n\n", 2);	/* ends every line */
		for (k = next_random(&state) % 4; k > 0; k--)
			text[next_random(&state) % row->len] =
			    odd[next_random(&state) % (sizeof(odd) - 1)];
		scanned = 0;
		n = read_copy(KIND_ANSWER, text, len, &scanned, &whole);
		scanned = 0;
		k = 0;
		do
			m = read_copy(KIND_ANSWER, text, k, &scanned, &cut);
		while (m == HTTP_PARTIAL && k++ < len);
		ck_assert_int_eq(n, m);
		ck_assert_int_eq(whole.reason, cut.reason);
		ck_assert_int_eq(whole.framing, cut.framing);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http");
	TCase *tc = tcase_create("heads");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, answer, 0, NELEM(answers));
	tcase_add_loop_test(tc, answer_to_head, 0, NELEM(answers_to_head));
	tcase_add_loop_test(tc, request, 0, NELEM(requests));
	tcase_add_loop_test(tc, bad_head, 0, NELEM(bad_heads));
	tcase_add_test(tc, head_size);
	tcase_add_test(tc, line_without_end);
	tcase_add_test(tc, field_count);
	tcase_add_test(tc, one_after_another);
	tcase_add_test(tc, nothing_yet);
	tcase_add_loop_test(tc, random_bytes, 0, NELEM(answers));
	return suite_main(suite);
}
