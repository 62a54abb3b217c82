/* SPDX-License-Identifier: MIT */
/*
 * Answers as RFC 9110 and 9112 have them and as servers get them wrong: where
 * each ends, which decides what a latency is and whose the next bytes are. A
 * row is all that came on a connection; it is read as a client does, interim
 * answers and body too, whole, byte by byte and cut at every point, from copies
 * of just their size. What comes out is one line, the same however it was cut.
 */
#include <sys/types.h>

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "http.h"
#include "http/body.h"
#include "tests/suite.h"

#define BYTES(s)	(s), sizeof(s) - 1	/* may hold NULs */
#define OK		"HTTP/1.1 200 OK\r\n"
#define LENGTH		"Content-Length: "
#define CODING		"Transfer-Encoding: "
#define LINE(s)		BYTES(s "\r\n" LENGTH "0\r\n\r\nX")
#define FIELDS(s)	BYTES(OK s "\r\n\r\nhelloX")
#define CHUNKED(s)	BYTES(OK CODING "chunked\r\n\r\n" s)
#define ANSWER(status)	BYTES("HTTP/1.1 " status " x\r\n" LENGTH \
			    "5\r\n\r\nhelloX")

/*
 * want: the statuses, the body, then "keeps REST" when the connection stays
 * and how many bytes are behind; "closes" when not; "cut" when the end came too
 * early; or why it was refused.
 */
struct row {
	const char	*descr;		/* with the section that decides */
	const char	*input;
	size_t		 len;
	const char	*want;
};

static const struct row answers[] = {
	/* The status line (RFC 9112 4, 2.3). */
	{ "a reason", LINE("HTTP/1.1 200 OK"), "200 \"\" keeps 1" },
	{ "an empty reason", LINE("HTTP/1.1 200 "), "200 \"\" keeps 1" },
	{ "no reason and no blank, which is common", LINE("HTTP/1.1 200"),
	    "200 \"\" keeps 1" },
	{ "HTTP/1.0 (9.3)", LINE("HTTP/1.0 200 OK"), "200 \"\" closes" },
	{ "HTTP/1.2 is as 1.1 (RFC 9110 2.5)", LINE("HTTP/1.2 200 OK"),
	    "200 \"\" keeps 1" },
	{ "599", LINE("HTTP/1.1 599 x"), "599 \"\" keeps 1" },
	{ "600 is taken as it is (RFC 9110 15)", LINE("HTTP/1.1 600 x"),
	    "600 \"\" keeps 1" },
	{ "LF ends lines (2.2)", BYTES("HTTP/1.1 200 OK\n" LENGTH "5\n\nhello"
	    "X"), "200 \"hello\" keeps 1" },
	{ "99", LINE("HTTP/1.1 99 x"), "bad status line" },
	{ "0200", LINE("HTTP/1.1 0200 x"), "bad status line" },
	{ "2OO", LINE("HTTP/1.1 2OO x"), "bad status line" },
	{ "+20", LINE("HTTP/1.1 +20 x"), "bad status line" },
	{ "200OK", LINE("HTTP/1.1 200OK"), "bad status line" },
	{ "200.1", LINE("HTTP/1.1 200.1 OK"), "bad status line" },
	{ "HTAB", LINE("HTTP/1.1\t200 OK"), "not HTTP/1.x" },
	{ "two blanks", LINE("HTTP/1.1  200 OK"), "bad status line" },
	{ "CR in the reason", LINE("HTTP/1.1 200 O\rK"), "bad status line" },
	{ "HTTP/2", LINE("HTTP/2 200 OK"), "not HTTP/1.x" },
	{ "HTTP/1.10", LINE("HTTP/1.10 200 OK"), "not HTTP/1.x" },
	{ "http/1.1", LINE("http/1.1 200 OK"), "not HTTP/1.x" },
	{ "ICY", LINE("ICY 200 OK"), "not HTTP/1.x" },
	{ "a blank before", LINE(" HTTP/1.1 200 OK"), "not HTTP/1.x" },
	{ "an empty line before (2.2 is of requests)",
	    LINE("\r\nHTTP/1.1 200 OK"), "not HTTP/1.x" },
	{ "HTTP/0.9 (3)", BYTES("<html>hello</html>"), "not HTTP/1.x" },
	/* Interim answers (RFC 9110 15.2). */
	{ "100 before", BYTES("HTTP/1.1 100 Continue\r\n\r\n" OK LENGTH
	    "5\r\n\r\nhelloX"), "100 200 \"hello\" keeps 1" },
	{ "100, 102, 103, 103", BYTES("HTTP/1.1 100 x\r\n\r\n"
	    "HTTP/1.1 102 x\r\n\r\nHTTP/1.1 103 x\r\nLink: </a>\r\n\r\n"
	    "HTTP/1.1 103 x\r\n\r\n" OK LENGTH "5\r\n\r\nhelloX"),
	    "100 102 103 103 200 \"hello\" keeps 1" },
	{ "199", BYTES("HTTP/1.1 199 x\r\n\r\n" OK LENGTH "5\r\n\r\nhello"),
	    "199 200 \"hello\" keeps 0" },
	{ "a length in a 103 means nothing (RFC 9112 6.3 rule 1)",
	    BYTES("HTTP/1.1 103 x\r\n" LENGTH "5\r\n\r\n" OK LENGTH
	    "5\r\n\r\nhello"), "103 200 \"hello\" keeps 0" },
	{ "nor does a coding", BYTES("HTTP/1.1 103 x\r\n" CODING
	    "chunked\r\n\r\n" OK LENGTH "5\r\n\r\nhello"),
	    "103 200 \"hello\" keeps 0" },
	{ "only interim ones", BYTES("HTTP/1.1 100 x\r\n\r\n"), "100 cut" },
	{ "a body behind a 103", BYTES("HTTP/1.1 103 x\r\n\r\nhello" OK),
	    "103 not HTTP/1.x" },
	{ "101, which is the last (RFC 9110 15.2.2)",
	    BYTES("HTTP/1.1 101 x\r\nUpgrade: y\r\n\r\nhello"),
	    "101 \"\" keeps 5" },
	/* No body, whatever the fields say (RFC 9112 6.3 rule 1). */
	{ "204", ANSWER("204"), "204 \"\" keeps 6" },
	{ "304", ANSWER("304"), "304 \"\" keeps 6" },
	{ "204 in chunks", BYTES("HTTP/1.1 204 x\r\n" CODING
	    "chunked\r\n\r\n0\r\n\r\n"), "204 \"\" keeps 5" },
	{ "304 without a length", BYTES("HTTP/1.1 304 x\r\n\r\nX"),
	    "304 \"\" keeps 1" },
	{ "205 may have one", ANSWER("205"), "205 \"hello\" keeps 1" },
	{ "404 has one", ANSWER("404"), "404 \"hello\" keeps 1" },
	/* Lengths (6.3 rule 5). */
	{ "a list of one length", FIELDS(LENGTH "5, 5"),
	    "200 \"hello\" keeps 1" },
	{ "one length twice", FIELDS(LENGTH "5\r\n" LENGTH "005"),
	    "200 \"hello\" keeps 1" },
	{ "lengths that differ", FIELDS(LENGTH "5\r\n" LENGTH "6"),
	    "bad content length" },
	{ "a list that differs", FIELDS(LENGTH "5, 6"), "bad content length" },
	{ "a list with a hole", FIELDS(LENGTH "5,,5"), "bad content length" },
	{ "+5", FIELDS(LENGTH "+5"), "bad content length" },
	{ "-5", FIELDS(LENGTH "-5"), "bad content length" },
	{ "0x5", FIELDS(LENGTH "0x5"), "bad content length" },
	{ "5 bytes", FIELDS(LENGTH "5 bytes"), "bad content length" },
	{ "nothing", FIELDS(LENGTH), "bad content length" },
	{ "2^63", FIELDS(LENGTH "9223372036854775808"), "bad content length" },
	{ "2^64 + 5", FIELDS(LENGTH "18446744073709551621"),
	    "bad content length" },
	{ "a length in HTTP/1.0 keep-alive", BYTES("HTTP/1.0 200 OK\r\n"
	    "Connection: keep-alive\r\n" LENGTH "5\r\n\r\nhelloX"),
	    "200 \"hello\" keeps 1" },
	{ "the end comes early (8)", BYTES(OK LENGTH "6\r\n\r\nhello"),
	    "200 cut" },
	/* Codings (6.1, 6.3 rules 3 and 4). */
	{ "chunked", CHUNKED("5\r\nhello\r\n0\r\n\r\nX"),
	    "200 \"hello\" keeps 1" },
	{ "chunked in capitals", BYTES(OK CODING "\t CHUNKED \r\n\r\n5\r\nhello"
	    "\r\n0\r\n\r\nX"), "200 \"hello\" keeps 1" },
	{ "chunked in HTTP/1.0, even kept alive", BYTES("HTTP/1.0 200 OK\r\n"
	    "Connection: keep-alive\r\n" CODING "chunked\r\n\r\n5\r\nhello\r\n"
	    "0\r\n\r\nX"), "200 \"hello\" closes" },
	{ "a length too: the RFC lets the coding win, this refuses",
	    BYTES(OK LENGTH "5\r\n" CODING "chunked\r\n\r\n0\r\n\r\n"),
	    "both content length and transfer coding" },
	{ "the other way round", BYTES(OK CODING "chunked\r\n" LENGTH
	    "5\r\n\r\n0\r\n\r\n"), "both content length and transfer coding" },
	{ "gzip: the RFC lets the connection's end be its, this refuses",
	    FIELDS(CODING "gzip"), "bad transfer coding" },
	{ "gzip, chunked", FIELDS(CODING "gzip, chunked"),
	    "bad transfer coding" },
	{ "chunked, chunked", FIELDS(CODING "chunked, chunked"),
	    "bad transfer coding" },
	{ "chunked twice", FIELDS(CODING "chunked\r\n" CODING "chunked"),
	    "bad transfer coding" },
	{ "chunked;x", FIELDS(CODING "chunked;x"), "bad transfer coding" },
	{ "identity", FIELDS(CODING "identity"), "bad transfer coding" },
	{ "VT before chunked", FIELDS(CODING "\vchunked"),
	    "bad header field" },
	/* Chunks (7.1). */
	{ "a coded answer that ends early", CHUNKED("5\r\nhel"), "200 cut" },
	{ "no last chunk", CHUNKED("5\r\nhello\r\n"), "200 cut" },
	{ "no end of the trailers", CHUNKED("5\r\nhello\r\n0\r\n"),
	    "200 cut" },
	{ "trailers", CHUNKED("5\r\nhello\r\n0\r\n" LENGTH "9\r\n\r\nX"),
	    "200 \"hello\" keeps 1" },
	{ "padded sizes", CHUNKED("5    \r\nhello\r\n0   \r\n\r\nX"),
	    "200 \"hello\" keeps 1" },
	{ "an extension that ends in quotes", CHUNKED("5;a=\"\r\nhello\r\n0"),
	    "200 bad chunk size" },
	{ "a size that wraps around", CHUNKED("10000000000000005\r\nhello"),
	    "200 bad chunk size" },
	{ "-5", CHUNKED("-5\r\nhello"), "200 bad chunk size" },
	{ "LF behind a size", CHUNKED("5\nhello\r\n0\r\n\r\n"),
	    "200 bad chunk size" },
	{ "LF behind data", CHUNKED("5\r\nhello\n0\r\n\r\n"),
	    "200 bad chunk end" },
	/* Until the end (6.3 rule 8). */
	{ "neither length nor coding", BYTES(OK "\r\nhelloX"),
	    "200 \"helloX\" closes" },
	{ "asked to stay, which it cannot", BYTES("HTTP/1.0 200 OK\r\n"
	    "Connection: keep-alive\r\n\r\nhello"), "200 \"hello\" closes" },
	{ "nothing until the end", BYTES(OK "\r\n"), "200 \"\" closes" },
	/* Fields (5). */
	{ "a folded field (5.2: a client may repair it, this refuses)",
	    FIELDS("A: b\r\n c\r\n" LENGTH "5"), "bad header field" },
	{ "a folded length", FIELDS(LENGTH "\r\n 5"), "bad header field" },
	{ "a blank before the colon (5.1 is of requests, this refuses)",
	    FIELDS(LENGTH "5\r\nA : b"), "bad header field" },
	{ "CR in a value", FIELDS("A: b\rc\r\n" LENGTH "5"),
	    "bad header field" },
	{ "NUL in a value", FIELDS("A: \0\r\n" LENGTH "5"),
	    "bad header field" },
	{ "bytes above 0x7f", FIELDS("A: \xff\r\n" LENGTH "5"),
	    "200 \"hello\" keeps 1" },
	{ "no blank line", BYTES(OK LENGTH "0\r\n"), "cut" },
	/* The connection (9.3, 9.6). */
	{ "close", FIELDS("Connection: close\r\n" LENGTH "5"),
	    "200 \"hello\" closes" },
	{ "close among others", FIELDS("Connection: a, Close\r\n" LENGTH "5"),
	    "200 \"hello\" closes" },
	{ "close and keep-alive", FIELDS("Connection: keep-alive\r\nConnection:"
	    " close\r\n" LENGTH "5"), "200 \"hello\" closes" }
};

/* To HEAD (RFC 9110 9.3.2): no body, whatever the fields say. */
static const struct row to_head[] = {
	{ "a length", FIELDS(LENGTH "5"), "200 \"\" keeps 6" },
	{ "none", FIELDS("A: b"), "200 \"\" keeps 6" },
	{ "chunked", CHUNKED("0\r\n\r\n"), "200 \"\" keeps 5" },
	{ "404", ANSWER("404"), "404 \"\" keeps 6" },
	{ "100 before", BYTES("HTTP/1.1 100 x\r\n\r\n" OK LENGTH
	    "5\r\n\r\n"), "100 200 \"\" keeps 0" },
	{ "a field that is none", FIELDS("A : b"), "bad header field" }
};

/* A client of one request; line is what is known so far. */
struct reader {
	bool		 is_head;	/* the method */
	struct buf	 in;
	struct buf	 data;
	struct buf	 line;
	size_t		 scanned;
	struct http_head head;
	struct http_body body;
	bool		 is_in_body;
	bool		 is_over;
};

static void	read_body(struct reader *r);
static void	read_head(struct reader *r);
static void	take_in(struct reader *r, const char *p, size_t len);
static void	end_input(struct reader *r);
static void	expect(const struct row *row, bool is_head, size_t first,
		    size_t each);
static void	expect_however_cut(const struct row *row, bool is_head);

/* All that is there. */
static void
read_body(struct reader *r)
{
	struct http_view data;
	enum http_step step;
	size_t used;

	do {
		step = http_body_step(&r->body, r->in.data, r->in.len, &used,
		    &data);
		buf_add(&r->data, data.data, data.len);
		buf_drop(&r->in, used);
	} while (step == HTTP_STEP_DATA);
	r->is_over = step == HTTP_STEP_DONE || step == HTTP_STEP_BAD;
	if (step == HTTP_STEP_BAD)
		buf_adds(&r->line, http_reason_name(r->body.reason));
	if (step != HTTP_STEP_DONE)
		return;
	buf_addf(&r->line, "\"%s\" ", buf_str(&r->data));
	buf_adds(&r->line, r->head.keep_alive ? "keeps" : "closes");
}

/* From a copy of its size; an interim answer is followed by another head. */
static void
read_head(struct reader *r)
{
	char *p = malloc(r->in.len > 0 ? r->in.len : 1);
	ssize_t n;

	ck_assert_ptr_nonnull(p);
	if (r->in.len > 0)
		memcpy(p, r->in.data, r->in.len);
	n = http_read_answer(p, r->in.len, &r->scanned, r->is_head, &r->head);
	free(p);
	if (n == HTTP_PARTIAL)
		return;
	if (n == HTTP_BAD) {
		buf_adds(&r->line, http_reason_name(r->head.reason));
		r->is_over = true;
		return;
	}
	buf_drop(&r->in, (size_t)n);
	buf_addf(&r->line, "%d ", r->head.status);
	if (r->head.status < 200 && r->head.status != 101) {
		read_head(r);
		return;
	}
	http_body_start(&r->body, r->head.framing, r->head.length);
	r->is_in_body = true;
	read_body(r);
}

static void
take_in(struct reader *r, const char *p, size_t len)
{
	buf_add(&r->in, p, len);
	if (r->is_over)
		return;
	if (r->is_in_body)
		read_body(r);
	else
		read_head(r);
}

static void
end_input(struct reader *r)
{
	if (r->is_over && r->is_in_body && r->body.reason == HTTP_OK &&
	    r->head.keep_alive)
		buf_addf(&r->line, " %zu", r->in.len);
	if (r->is_over)
		return;
	if (r->is_in_body && http_body_end(&r->body) == 0)
		buf_addf(&r->line, "\"%s\" closes", buf_str(&r->data));
	else
		buf_adds(&r->line, "cut");
}

/* first bytes, then `each` at a time. */
static void
expect(const struct row *row, bool is_head, size_t first, size_t each)
{
	struct reader r = { .is_head = is_head };
	size_t n, len = first;

	buf_init(&r.in, 4096);
	buf_init(&r.data, 4096);
	buf_init(&r.line, 4096);
	take_in(&r, row->input, first);
	for (; len < row->len; len += n) {
		n = row->len - len < each ? row->len - len : each;
		take_in(&r, row->input + len, n);
	}
	end_input(&r);
	ck_assert_msg(strcmp(buf_str(&r.line), row->want) == 0,
	    "%s: %s, want %s", row->descr, buf_str(&r.line), row->want);
	buf_clear(&r.in);
	buf_clear(&r.data);
	buf_clear(&r.line);
}

static void
expect_however_cut(const struct row *row, bool is_head)
{
	size_t i;

	expect(row, is_head, row->len, 1);
	expect(row, is_head, 0, 1);
	for (i = 0; i < row->len; i++)
		expect(row, is_head, i, row->len);
}

START_TEST(test_answer)
{
	expect_however_cut(&answers[_i], false);
}
END_TEST

START_TEST(test_to_head)
{
	expect_however_cut(&to_head[_i], true);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("http_rfc");
	TCase *tc = tcase_create("answers");

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, test_answer, 0, UTIL_NELEM(answers));
	tcase_add_loop_test(tc, test_to_head, 0, UTIL_NELEM(to_head));
	return suite_main(s);
}
