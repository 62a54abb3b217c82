/* SPDX-License-Identifier: MIT */
/*
 * http/server.c and what is below it: good requests sent whole, byte by byte
 * and cut at every point; bad ones and the status they get, those that the
 * handler refuses by their head among them.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/server_rig.h"
#include "tests/suite.h"

static const struct exchange {
	const char	*descr;
	const char	*input;
	const char	*seen;
	const char	*want;
} exchanges[] = {
	{ "GET", GET("/"), "GET / 0:\n", HELLO },
	{ "pipelined", GET("/a") GET("/b") GET("/c"),
	    "GET /a 0:\nGET /b 0:\nGET /c 0:\n", HELLO HELLO HELLO },
	{ "blank line before", "\r\n" GET("/"), "GET / 0:\n", HELLO },
	{ "bare LF", "GET / HTTP/1.1\nHost: a\n\n", "GET / 0:\n", HELLO },
	{ "body with length",
	    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
	    GET("/"), "POST /p 3:abc\nGET / 0:\n", HELLO HELLO },
	{ "body of no length",
	    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
	    GET("/"), "POST /p 0:\nGET / 0:\n", HELLO HELLO },
	{ "largest body",
	    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\n"
	    "0123456789abcdef", "PUT / 16:0123456789abcdef\n", HELLO },
	{ "chunked body with extension and trailer",
	    "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "2;x=y\r\nab\r\n3\r\ncde\r\n0\r\nA: b\r\n\r\n" GET("/"),
	    "POST /p 5:abcde\nGET / 0:\n", HELLO HELLO },
	{ "HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" GET("/"),
	    "HEAD / 0:\nGET / 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 5\r\n\r\n" HELLO },
	{ "HEAD of chunks", "HEAD /chunked HTTP/1.1\r\nHost: a\r\n\r\n",
	    "HEAD /chunked 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n" },
	{ "204", GET("/204") GET("/"), "GET /204 0:\nGET / 0:\n",
	    "HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\n\r\n"
	    HELLO },
	{ "304", GET("/304") GET("/"), "GET /304 0:\nGET / 0:\n",
	    "HTTP/1.1 304 Not Modified\r\nContent-Type: text/plain\r\n\r\n"
	    HELLO },
	{ "more fields", GET("/fields"), "GET /fields 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Retry-After: 1\r\nX: y\r\nContent-Length: 5\r\n\r\nhello" },
	{ "bare", GET("/bare"), "GET /bare 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
	{ "chunked answer", GET("/chunked"), "GET /chunked 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" },
	{ "in pieces", GET("/pieces"), "GET /pieces 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n"
	    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n" },
	{ "HEAD of pieces", "HEAD /pieces HTTP/1.1\r\nHost: a\r\n\r\n"
	    GET("/"), "HEAD /pieces 0:\nGET / 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n" HELLO },
	{ "1.0 kept alive",
	    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" GET("/b"),
	    "GET / 0:\nGET /b 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"
	    HELLO }
};

/* The last exchange of a connection. */
static const struct exchange endings[] = {
	{ "asked to close",
	    "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	    "GET / 0:\n", HELLO_CLOSE },
	{ "closed though more was asked",
	    "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/"),
	    "GET / 0:\n", HELLO_CLOSE },
	{ "1.0", "GET / HTTP/1.0\r\n\r\n", "GET / 0:\n", HELLO_CLOSE },
	{ "1.0 knows no chunks", "GET /chunked HTTP/1.0\r\n\r\n",
	    "GET /chunked 0:\n", HELLO_CLOSE },
	{ "1.0 in pieces",
	    "GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	    "GET /pieces 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Connection: close\r\n\r\nhello" },
	{ "asked to close, in pieces",
	    "GET /pieces HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	    "GET /pieces 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
	    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n" },
	{ "last by the handler", GET("/last") GET("/"), "GET /last 0:\n",
	    HELLO_CLOSE },
	{ "cut", GET("/cut"), "GET /cut 0:\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 5\r\nConnection: close\r\n\r\nhe" },
	{ "dropped", GET("/drop"), "GET /drop 0:\n", "" },
	{ "nothing", "", "", "" }
};

START_TEST(test_whole)
{
	const struct exchange *t = &exchanges[_i];
	struct client *c = rig_open(0);

	rig_say(c, t->input);
	rig_hear(c, t->descr, t->want);
	rig_check_seen(t->descr, t->seen);
}
END_TEST

START_TEST(test_byte_by_byte)
{
	const struct exchange *t = &exchanges[_i];
	struct client *c = rig_open(0);
	const char *p;

	for (p = t->input; *p != '\0'; p++) {
		rig_say_bytes(c, p, 1);
		rig_settle();
	}
	rig_hear(c, t->descr, t->want);
	rig_check_seen(t->descr, t->seen);
}
END_TEST

START_TEST(test_cut)
{
	const struct exchange *t = &exchanges[_i];
	struct client *c;
	size_t at, len = strlen(t->input);

	for (at = 1; at < len; at++) {
		c = rig_open(0);
		rig_say_bytes(c, t->input, at);
		rig_settle();
		rig_say_bytes(c, t->input + at, len - at);
		rig_hear(c, t->descr, t->want);
		rig_check_seen(t->descr, t->seen);
		rig_close(c);
		rig_settle();
	}
}
END_TEST

START_TEST(test_ending)
{
	const struct exchange *t = &endings[_i];
	struct client *c = rig_open(0);

	rig_say(c, t->input);
	if (t->input[0] == '\0')
		rig_end_write(c);
	rig_hear(c, t->descr, t->want);
	rig_hear_end(c, t->descr);
	ck_assert_msg(!c->is_reset, "%s: reset", t->descr);
	rig_check_seen(t->descr, t->seen);
}
END_TEST

START_TEST(test_reset)
{
	struct client *c = rig_open(0);

	rig_say(c, GET("/reset"));
	rig_hear_end(c, "reset");
	ck_assert(c->is_reset);
}
END_TEST

START_TEST(test_date)
{
	struct client *c = rig_open(0);

	rig_say(c, GET("/"));
	while (c->got.len < strlen(HELLO) + RIG_DATE_LEN)
		rig_turn("date");
	ck_assert_ptr_nonnull(strstr(buf_str(&c->got), " GMT\r\n"));
}
END_TEST

#define POST_EXPECT \
	"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
#define CONTINUE	"HTTP/1.1 100 Continue\r\n\r\n"

static const struct {
	const char	*descr;
	const char	*head;
	const char	*interim;
	const char	*body;
	const char	*seen;
} expect_tests[] = {
	{ "length", POST_EXPECT "Content-Length: 3\r\n\r\n", CONTINUE, "abc",
	    "POST / 3:abc\n" },
	{ "chunked", POST_EXPECT "Transfer-Encoding: chunked\r\n\r\n",
	    CONTINUE, "1\r\na\r\n0\r\n\r\n", "POST / 1:a\n" },
	{ "some of the body is here",
	    POST_EXPECT "Content-Length: 3\r\n\r\na", "", "bc",
	    "POST / 3:abc\n" },
	{ "no body", POST_EXPECT "\r\n", "", "", "POST / 0:\n" }
};

START_TEST(test_expect)
{
	const char *descr = expect_tests[_i].descr;
	struct client *c = rig_open(0);

	rig_say(c, expect_tests[_i].head);
	rig_settle();
	if (expect_tests[_i].interim[0] != '\0')
		rig_hear(c, descr, expect_tests[_i].interim);
	rig_say(c, expect_tests[_i].body);
	rig_hear(c, descr, HELLO);
	rig_check_seen(descr, expect_tests[_i].seen);
}
END_TEST

#define REFUSED \
	"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n" \
	"Content-Length: 5\r\n"
#define REFUSED_CLOSE	REFUSED "Connection: close\r\n\r\nhello"
#define REFUSED_KEPT	REFUSED "\r\nhello"

/* Refused by the handler for its head: no body is asked for or read. */
static const struct {
	const char	*descr;
	const char	*input;
	const char	*want;
	bool		 ends;
	int		 nheads;
} head_tests[] = {
	{ "no body", GET("/refused") GET("/"), REFUSED_KEPT HELLO, false, 2 },
	{ "body of no length", "POST /refused HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 0\r\n\r\n" GET("/"), REFUSED_KEPT HELLO, false,
	    2 },
	{ "HEAD", "HEAD /refused HTTP/1.1\r\nHost: a\r\n\r\n" GET("/"),
	    REFUSED "\r\n" HELLO, false, 2 },
	{ "asked to close", "GET /refused HTTP/1.1\r\nHost: a\r\n"
	    "Connection: close\r\n\r\n", REFUSED_CLOSE, true, 1 },
	{ "body", "POST /refused HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 3\r\n\r\nabc" GET("/"), REFUSED_CLOSE, true, 1 },
	{ "body to come", "POST /refused HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 3\r\n\r\n", REFUSED_CLOSE, true, 1 },
	{ "body that is too large", "POST /refused HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 17\r\n\r\n", REFUSED_CLOSE, true, 1 },
	{ "chunks", "POST /refused HTTP/1.1\r\nHost: a\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n1\r\n", REFUSED_CLOSE, true, 1 },
	{ "waits to be asked", "POST /refused HTTP/1.1\r\nHost: a\r\n"
	    "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n",
	    REFUSED_CLOSE, true, 1 }
};

START_TEST(test_head)
{
	const char *descr = head_tests[_i].descr;
	struct client *c = rig_open(0);

	rig_say(c, head_tests[_i].input);
	rig_hear(c, descr, head_tests[_i].want);
	if (head_tests[_i].ends) {
		rig_hear_end(c, descr);
		ck_assert_msg(!c->is_reset, "%s: reset", descr);
	}
	rig_check_seen(descr, head_tests[_i].ends ? "" : "GET / 0:\n");
	ck_assert_int_eq(rig_nheads, head_tests[_i].nheads);
}
END_TEST

/* Asked once a request, however it comes, and not for what is no request. */
START_TEST(test_head_once)
{
	static const char input[] =
	    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
	struct client *c = rig_open(0);
	const char *p;

	for (p = input; *p != '\0'; p++) {
		rig_say_bytes(c, p, 1);
		rig_settle();
	}
	rig_hear(c, "once", HELLO);
	ck_assert_int_eq(rig_nheads, 1);
	rig_say(c, "garbage\r\n\r\n");
	rig_hear_refusal(c, "garbage", 400);
	ck_assert_int_eq(rig_nheads, 1);
}
END_TEST

static const struct {
	const char	*descr;
	const char	*input;
	int		 status;
} bad_tests[] = {
	{ "TLS", "\x16\x03\x01\x02\n", 400 },
	{ "no version", "GET /\r\n\r\n", 400 },
	{ "another protocol", "GET / FTP/1.1\r\n\r\n", 400 },
	{ "no protocol", "GET / x\n", 400 },
	{ "HTTP/2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505 },
	{ "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505 },
	{ "HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505 },
	{ "two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
	{ "no Host", "GET / HTTP/1.1\r\n\r\n", 400 },
	{ "two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
	{ "blank before the colon",
	    "GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", 400 },
	{ "folded", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400 },
	{ "no length",
	    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400 },
	{ "two lengths", "POST / HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400 },
	{ "length and coding", "POST / HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	{ "unknown coding",
	    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
	    400 },
	{ "coding in 1.0",
	    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	{ "body too large",
	    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n", 413 },
	{ "not asked to go on", POST_EXPECT "Content-Length: 17\r\n\r\n", 413 },
	{ "chunks too large",
	    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "10\r\n0123456789abcdef\r\n1\r\nx\r\n", 413 },
	{ "bad chunk size",
	    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "x\r\n", 400 },
	{ "bad chunk end",
	    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "1\r\nxx", 400 },
	{ "bad trailer",
	    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "0\r\n: x\r\n", 400 }
};

START_TEST(test_bad)
{
	const char *descr = bad_tests[_i].descr;
	struct client *c = rig_open(0);

	rig_say(c, bad_tests[_i].input);
	rig_hear_refusal(c, descr, bad_tests[_i].status);
	rig_check_seen(descr, "");
}
END_TEST

/* What came before a bad one is answered. */
START_TEST(test_bad_after_good)
{
	struct client *c = rig_open(0);

	rig_say(c, GET("/") "garbage\r\n\r\n");
	while (!c->has_ended)
		rig_turn("bad after good");
	rig_strip_dates(&c->got);
	ck_assert_int_eq(strncmp(buf_str(&c->got), HELLO
	    "HTTP/1.1 400 Bad Request\r\n", strlen(HELLO) + 26), 0);
	rig_check_seen("bad after good", "GET / 0:\n");
}
END_TEST

START_TEST(test_head_too_large)
{
	struct client *c = rig_open(0);
	char *a = xcalloc(HTTP_HEAD_MAX, 1);

	memset(a, 'a', HTTP_HEAD_MAX);
	rig_say(c, "GET / HTTP/1.1\r\nHost: a\r\nA: ");
	rig_say_bytes(c, a, HTTP_HEAD_MAX);
	rig_hear_refusal(c, "head too large", 431);
	free(a);
}
END_TEST

START_TEST(test_too_many_fields)
{
	struct client *c = rig_open(0);
	int i;

	rig_say(c, "GET / HTTP/1.1\r\nHost: a\r\n");
	for (i = 0; i < HTTP_FIELDS_MAX; i++)
		rig_say(c, "A: b\r\n");
	rig_hear_refusal(c, "too many fields", 431);
}
END_TEST

/* The answer that comes early is not lost, however much is still sent. */
START_TEST(test_early_answer)
{
	struct client *c = rig_open(0);
	char part[65536] = { 0 };
	int i;

	rig_say(c, "POST / HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 4194304\r\n\r\n");
	rig_deafen(c);			/* reads only when all is sent */
	for (i = 0; i < 64; i++)
		rig_say_bytes(c, part, sizeof(part));
	rig_listen(c);
	rig_hear_refusal(c, "early answer", 413);
}
END_TEST

START_TEST(test_discards_rest)
{
	struct server_limits limits = rig_patient;
	struct client *c;

	limits.body = 4;
	limits.discards_rest = true;
	rig_reopen(&limits);
	c = rig_open(0);
	rig_say(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
	    "0123456789");
	rig_hear(c, "discards", HELLO);
	rig_check_seen("discards", "POST / 10:0123\n");
}
END_TEST

static void
check_big(struct client *c, const char *descr, size_t least)
{
	while (c->got.len < least)
		rig_turn(descr);
	ck_assert_mem_eq(c->got.data + c->got.len - 64, rig_big, 64);
}

START_TEST(test_big_answer)
{
	struct client *c = rig_open(0);

	rig_make_big();
	rig_say(c, GET("/big"));
	check_big(c, "big", RIG_BIG + 80);
	buf_reset(&c->got);
	rig_say(c, GET("/big-chunked") GET("/"));
	while (c->got.len < RIG_BIG + 80 || memcmp(c->got.data + c->got.len - 5,
	    "hello", 5) != 0)
		rig_turn("big chunks");
	ck_assert_uint_eq(c->got.len, 2 * RIG_DATE_LEN +
	    strlen("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n") + RIG_BIG +
	    RIG_BIG / 4096 * strlen("1000\r\n\r\n") + strlen("0\r\n\r\n") +
	    strlen(HELLO));
}
END_TEST

/* The next request waits for a late answer. */
START_TEST(test_later)
{
	struct client *c = rig_open(0);

	rig_say(c, GET("/later") GET("/b"));
	rig_settle();
	rig_check_seen("held", "GET /later 0:\n");
	rig_say(c, GET("/c"));
	rig_settle();
	rig_check_seen("still held", "");
	ck_assert_uint_eq(c->got.len, 0);
	server_answer(rig_held, &rig_hello);
	rig_hear(c, "later", HELLO HELLO HELLO);
	rig_check_seen("freed", "GET /b 0:\nGET /c 0:\n");
	ck_assert_int_eq(rig_ngone, 0);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("http_server");
	TCase *tc;

	tc = tcase_create("exchanges");
	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_whole, 0, UTIL_NELEM(exchanges));
	tcase_add_loop_test(tc, test_byte_by_byte, 0, UTIL_NELEM(exchanges));
	tcase_add_loop_test(tc, test_cut, 0, UTIL_NELEM(exchanges));
	tcase_add_loop_test(tc, test_ending, 0, UTIL_NELEM(endings));
	tcase_add_loop_test(tc, test_expect, 0, UTIL_NELEM(expect_tests));
	tcase_add_test(tc, test_reset);
	tcase_add_test(tc, test_date);
	tcase_add_test(tc, test_discards_rest);
	tcase_add_test(tc, test_big_answer);
	tcase_add_test(tc, test_later);
	suite_add_tcase(s, tc);

	tc = tcase_create("refusals");
	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_add_loop_test(tc, test_head, 0, UTIL_NELEM(head_tests));
	tcase_add_test(tc, test_head_once);
	tcase_add_loop_test(tc, test_bad, 0, UTIL_NELEM(bad_tests));
	tcase_add_test(tc, test_bad_after_good);
	tcase_add_test(tc, test_head_too_large);
	tcase_add_test(tc, test_too_many_fields);
	tcase_add_test(tc, test_early_answer);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
