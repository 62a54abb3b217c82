/* SPDX-License-Identifier: MIT */
/*
 * http/server.c: answers in pieces, over TCP and over two pipes, to peers that
 * read, read slowly or not at all, end their half, or go away in the middle.
 */

#include <check.h>
#include <string.h>

#include "tests/server_rig.h"
#include "tests/suite.h"

#define HEAD_CHUNKS \
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" \
	"Transfer-Encoding: chunked\r\n\r\n"
#define HEAD_CLOSE \
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" \
	"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
#define END_CHUNKS	"0\r\n\r\n"

enum { PIECE = 1024 * 1024 };

static const char *const names[RIG_KINDS] = { "TCP", "pipes" };

/* A client whose answer has begun and is the test's to go on with. */
static struct client *
open_stream(enum rig_kind kind)
{
	struct client *c = rig_open_kind(0, kind);

	rig_say(c, GET("/later"));
	rig_settle();
	rig_check_seen(names[kind], "GET /later 0:\n");
	server_stream_begin(rig_held, &rig_hello);
	return c;
}

static void
add(const char *text)
{
	server_stream_add(rig_held, text, strlen(text));
}

/* Each piece arrives when it is added, and the connection lives on. */
START_TEST(test_pieces)
{
	const char *descr = names[_i];
	struct client *c = open_stream(_i);

	rig_hear(c, descr, HEAD_CHUNKS);
	add("abc");
	ck_assert_uint_eq(server_unsent(rig_held), 0);
	rig_hear(c, descr, "3\r\nabc\r\n");
	add("");			/* would be the end */
	add("0123456789abcdef");
	rig_hear(c, descr, "10\r\n0123456789abcdef\r\n");
	server_stream_end(rig_held);
	rig_hear(c, descr, END_CHUNKS);
	rig_say(c, GET("/") GET("/pieces"));
	rig_hear(c, descr, HELLO HEAD_CHUNKS "3\r\nhel\r\n2\r\nlo\r\n"
	    END_CHUNKS);
	ck_assert_int_eq(rig_ngone, 0);
}
END_TEST

static const struct {
	const char	*descr;
	const char	*input;
	int		 status;
	bool		 is_last;
	const char	*want;
	bool		 ends;
} form_tests[] = {
	{ "HEAD", "HEAD /later HTTP/1.1\r\nHost: a\r\n\r\n", 200, false,
	    HEAD_CHUNKS, false },
	{ "204", GET("/later"), 204, false,
	    "HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\n\r\n",
	    false },
	{ "1.0", "GET /later HTTP/1.0\r\n\r\n", 200, false,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Connection: close\r\n\r\nabcde", true },
	{ "1.0 kept alive",
	    "GET /later HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200,
	    false, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Connection: close\r\n\r\nabcde", true },
	{ "last", GET("/later"), 200, true,
	    HEAD_CLOSE "3\r\nabc\r\n2\r\nde\r\n" END_CHUNKS, true }
};

START_TEST(test_form)
{
	const char *descr = form_tests[_i].descr;
	struct server_answer a = rig_hello;
	struct client *c = rig_open(0);

	a.status = form_tests[_i].status;
	a.is_last = form_tests[_i].is_last;
	rig_say(c, form_tests[_i].input);
	rig_settle();
	server_stream_begin(rig_held, &a);
	add("abc");
	rig_settle();
	add("de");
	server_stream_end(rig_held);
	rig_hear(c, descr, form_tests[_i].want);
	if (form_tests[_i].ends) {
		rig_hear_end(c, descr);
		ck_assert_msg(!c->is_reset, "%s: reset", descr);
		return;
	}
	rig_say(c, GET("/"));
	rig_hear(c, descr, HELLO);
}
END_TEST

/* The peer only says that it will ask no more: told once, and answered. */
START_TEST(test_half_closed)
{
	const char *descr = names[_i];
	struct client *c = open_stream(_i);

	rig_answers_gone = true;
	add("abc");
	rig_end_write(c);
	rig_settle();
	ck_assert_int_eq(rig_ngone, 1);
	ck_assert_int_lt(rig_turn_for(RIG_SHORT_NS), 5);	/* no spin */
	add("de");
	server_stream_end(rig_held);
	rig_hear(c, descr, HEAD_CHUNKS "3\r\nabc\r\n2\r\nde\r\n" END_CHUNKS);
	rig_hear_end(c, descr);
	ck_assert_int_eq(rig_ngone, 1);
}
END_TEST

/* The same before the first byte, as a coordinator that wants to stop does. */
START_TEST(test_half_closed_before)
{
	const char *descr = names[_i];
	struct client *c = rig_open_kind(0, _i);

	rig_answers_gone = true;
	rig_say(c, GET("/later"));
	rig_end_write(c);
	rig_settle();
	ck_assert_int_eq(rig_ngone, 1);
	server_stream_begin(rig_held, &rig_hello);
	add("abc");
	server_stream_end(rig_held);
	rig_hear(c, descr, HEAD_CLOSE "3\r\nabc\r\n" END_CHUNKS);
	rig_hear_end(c, descr);
}
END_TEST

/* And with bytes that wait: they go out afterwards. */
START_TEST(test_half_closed_unsent)
{
	const char *descr = names[_i];
	struct client *c = open_stream(_i);
	int i;

	rig_make_big();
	rig_answers_gone = true;
	rig_hear(c, descr, HEAD_CHUNKS);
	rig_deafen(c);
	for (i = 0; i < 8; i++)
		server_stream_add(rig_held, rig_big, PIECE);
	ck_assert_uint_gt(server_unsent(rig_held), 0);
	rig_end_write(c);
	rig_settle();
	ck_assert_int_eq(rig_ngone, 1);
	ck_assert_int_lt(rig_turn_for(RIG_SHORT_NS), 5);
	rig_listen(c);
	while (server_unsent(rig_held) > 0)
		rig_turn(descr);
	server_stream_end(rig_held);
	while (!c->has_ended)
		rig_turn(descr);
	ck_assert_uint_eq(c->got.len, 8 * (PIECE + strlen("100000\r\n\r\n")) +
	    strlen(END_CHUNKS));
	ck_assert(!c->is_reset);
}
END_TEST

/* Gone in the middle: told once, from the loop, and what follows is nothing. */
static const struct {
	const char	*descr;
	enum rig_kind	 kind;
	bool		 is_reset;
	bool		 drops;		/* instead of to end */
} gone_tests[] = {
	{ "TCP, closed, ended", RIG_TCP, false, false },
	{ "TCP, closed, dropped", RIG_TCP, false, true },
	{ "TCP, reset, ended", RIG_TCP, true, false },
	{ "TCP, reset, dropped", RIG_TCP, true, true },
	{ "pipes, closed, ended", RIG_PIPES, false, false },
	{ "pipes, closed, dropped", RIG_PIPES, false, true }
};

static void
end_gone(const char *descr, bool drops)
{
	ck_assert_msg(rig_ngone == 1, "%s: told %d times", descr, rig_ngone);
	add("more");
	add("and more");
	rig_settle();
	ck_assert_msg(rig_ngone == 1, "%s: told %d times", descr, rig_ngone);
	ck_assert_uint_eq(server_unsent(rig_held), 0);
	if (drops)
		server_drop(rig_held, true);
	else
		server_stream_end(rig_held);
	rig_settle();
	ck_assert_int_eq(rig_ngone, 1);
	server_drain(rig_server);	/* nothing is left of it */
	rig_settle();
	ck_assert_msg(rig_ndrained == 1, "%s: is still there", descr);
}

/* Seen by reading, before anything more is written. */
START_TEST(test_gone_read)
{
	const char *descr = gone_tests[_i].descr;
	struct client *c = open_stream(gone_tests[_i].kind);

	rig_answers_gone = true;
	rig_hear(c, descr, HEAD_CHUNKS);
	if (gone_tests[_i].is_reset)
		rig_reset(c);
	else
		rig_close(c);
	while (rig_ngone == 0)
		rig_turn(descr);
	/* TCP learns of a close only by what is sent to it. */
	add("a");
	rig_settle();
	add("b");
	rig_settle();
	end_gone(descr, gone_tests[_i].drops);
}
END_TEST

/* Seen by writing, from inside server_stream_add. */
START_TEST(test_gone_write)
{
	const char *descr = gone_tests[_i].descr;
	struct client *c = open_stream(gone_tests[_i].kind);
	int i;

	rig_answers_gone = true;
	rig_hear(c, descr, HEAD_CHUNKS);
	if (gone_tests[_i].is_reset)
		rig_reset(c);
	else
		rig_close(c);
	for (i = 0; i < 8; i++)
		add("abc");
	ck_assert_int_eq(rig_ngone, 0);
	while (rig_ngone == 0)
		rig_turn(descr);
	rig_settle();
	end_gone(descr, gone_tests[_i].drops);
}
END_TEST

/* The end is said before the handler could be told: then it never is. */
START_TEST(test_gone_unheard)
{
	const char *descr = gone_tests[_i].descr;
	struct client *c = open_stream(gone_tests[_i].kind);
	int i;

	rig_hear(c, descr, HEAD_CHUNKS);
	if (gone_tests[_i].is_reset)
		rig_reset(c);
	else
		rig_close(c);
	for (i = 0; i < 8; i++)
		add("abc");
	if (gone_tests[_i].drops)
		server_drop(rig_held, false);
	else
		server_stream_end(rig_held);
	rig_settle();
	ck_assert_int_eq(rig_ngone, 0);
	server_drain(rig_server);
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 1);
}
END_TEST

/* What a peer does not take waits, in order, while it is heard. */
START_TEST(test_slow_reader)
{
	const char *descr = names[_i];
	struct client *c = open_stream(_i);
	size_t len, unsent;
	int i;

	rig_make_big();
	rig_hear(c, descr, HEAD_CHUNKS);
	rig_deafen(c);
	for (i = 0; i < 16; i++) {
		memset(rig_big, 'a' + i, PIECE);
		server_stream_add(rig_held, rig_big, PIECE);
	}
	unsent = server_unsent(rig_held);
	ck_assert_uint_gt(unsent, 0);
	ck_assert_uint_le(unsent, 16 * (PIECE + 10));
	rig_say(c, "\r\n");
	ck_assert_int_lt(rig_turn_for(RIG_SHORT_NS), 20);	/* no spin */
	ck_assert_uint_gt(server_unsent(rig_held), 0);
	server_stream_end(rig_held);
	rig_say(c, GET("/"));
	rig_listen(c);
	len = 16 * (PIECE + strlen("100000\r\n\r\n")) + strlen(END_CHUNKS);
	while (c->got.len < len + strlen(HELLO) + RIG_DATE_LEN)
		rig_turn(descr);
	for (i = 0; i < 16; i++)
		ck_assert_int_eq(c->got.data[i * (PIECE + 10) + PIECE],
		    'a' + i);
	ck_assert_int_eq(rig_ngone, 0);
}
END_TEST

/* Slow, but it moves: that is no reason to give up. */
START_TEST(test_slow_reader_moves)
{
	struct client *c;
	int i;

	rig_make_big();
	rig_reopen(&rig_hasty);
	c = open_stream(RIG_PIPES);
	for (i = 0; i < 8; i++) {
		rig_deafen(c);
		server_stream_add(rig_held, rig_big, PIECE);
		rig_turn_for(RIG_SHORT_NS / 2);
		rig_listen(c);
		while (server_unsent(rig_held) > 0)
			rig_turn("moves");
	}
	rig_turn_for(2 * RIG_SHORT_NS);		/* nothing waits: no limit */
	ck_assert_int_eq(rig_ngone, 0);
	server_stream_end(rig_held);
	rig_settle();
	rig_say(c, GET("/"));
	buf_reset(&c->got);
	rig_hear(c, "moves", HELLO);
}
END_TEST

/* One that takes nothing for body_ns is gone. */
START_TEST(test_deaf)
{
	struct client *c;

	rig_make_big();
	rig_reopen(&rig_hasty);
	c = open_stream(_i);
	rig_answers_gone = true;
	rig_deafen(c);
	server_stream_add(rig_held, rig_big, RIG_BIG);
	ck_assert_int_eq(rig_ngone, 0);
	while (rig_ngone == 0)
		rig_turn(names[_i]);
	ck_assert_uint_eq(server_unsent(rig_held), 0);
	end_gone(names[_i], false);
}
END_TEST

/* And so it is after the end, when nobody is left to be told. */
START_TEST(test_deaf_at_end)
{
	struct client *c;

	rig_make_big();
	rig_reopen(&rig_hasty);
	c = open_stream(_i);
	rig_deafen(c);
	server_stream_add(rig_held, rig_big, RIG_BIG);
	server_stream_end(rig_held);
	server_drain(rig_server);
	while (rig_ndrained == 0)
		rig_turn(names[_i]);
	ck_assert_int_eq(rig_ngone, 0);
}
END_TEST

/* 64 MiB may wait. */
START_TEST(test_too_much_unsent)
{
	struct client *c = open_stream(_i);

	rig_make_big();
	rig_answers_gone = true;
	rig_deafen(c);
	server_stream_add(rig_held, rig_big, RIG_BIG);
	server_stream_add(rig_held, rig_big, RIG_BIG);
	server_stream_add(rig_held, rig_big, RIG_BIG);
	ck_assert_uint_eq(server_unsent(rig_held), 0);
	ck_assert_int_eq(rig_ngone, 0);
	rig_settle();
	end_gone(names[_i], false);
}
END_TEST

/* Blank lines are no request, but they are heard. */
START_TEST(test_heard)
{
	struct client *c = open_stream(_i);
	uint64_t first_ns = server_heard_ns(rig_held), then_ns;
	int i;

	ck_assert_uint_gt(first_ns, 0);
	ck_assert_uint_le(first_ns, loop_now(rig_loop));
	for (i = 0; i < 3; i++) {
		then_ns = loop_tick(rig_loop);
		ck_assert_uint_lt(server_heard_ns(rig_held), then_ns);
		rig_say(c, "\r\n");
		rig_settle();
		ck_assert_uint_ge(server_heard_ns(rig_held), then_ns);
		add("x");
	}
	server_stream_end(rig_held);
	rig_hear(c, names[_i], HEAD_CHUNKS "1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n"
	    END_CHUNKS);
	rig_say(c, "\r\n" GET("/"));
	rig_hear(c, names[_i], HELLO);
	rig_check_seen(names[_i], "GET / 0:\n");
	ck_assert_int_eq(rig_ngone, 0);
}
END_TEST

/* 64 KiB may come ahead, blank lines apart; more is as good as gone. */
START_TEST(test_too_far_ahead)
{
	struct client *c = open_stream(_i);
	char part[4096];
	int i;

	rig_answers_gone = true;
	memset(part, '\n', sizeof(part));
	for (i = 0; i < 32; i++) {
		rig_say_bytes(c, part, sizeof(part));
		rig_settle();
	}
	memset(part, 'a', sizeof(part));
	for (i = 0; i < 16; i++) {
		rig_say_bytes(c, part, sizeof(part));
		rig_settle();
	}
	ck_assert_int_eq(rig_ngone, 0);
	rig_say_bytes(c, part, 1);
	rig_settle();
	ck_assert_int_eq(rig_ngone, 1);
	add("abc");
	server_stream_end(rig_held);
	rig_hear(c, names[_i], HEAD_CHUNKS "3\r\nabc\r\n" END_CHUNKS);
	rig_hear_end(c, names[_i]);
	ck_assert(!c->is_reset);
}
END_TEST

/* The next request waits until the stream has ended. */
START_TEST(test_pipelined)
{
	struct client *c = open_stream(_i);

	rig_say(c, GET("/a") GET("/b"));
	rig_settle();
	rig_check_seen(names[_i], "");
	add("abc");
	server_stream_end(rig_held);
	rig_hear(c, names[_i], HEAD_CHUNKS "3\r\nabc\r\n" END_CHUNKS HELLO
	    HELLO);
	rig_check_seen(names[_i], "GET /a 0:\nGET /b 0:\n");
}
END_TEST

/* A handler that has no gone: its stream is simply closed. */
START_TEST(test_freed_in_the_middle)
{
	struct client *c = open_stream(_i);

	rig_make_big();
	rig_deafen(c);
	server_stream_add(rig_held, rig_big, RIG_BIG);
	rig_reopen(&rig_patient);
	rig_listen(c);
	while (!c->has_ended)
		rig_turn(names[_i]);
	ck_assert_int_eq(rig_ngone, 0);
	ck_assert_int_eq(rig_ndrained, 0);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("server streams");
	TCase *tc;

	tc = tcase_create("answers in pieces");
	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_pieces, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_form, 0, UTIL_NELEM(form_tests));
	tcase_add_loop_test(tc, test_half_closed, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_half_closed_before, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_half_closed_unsent, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_gone_read, 0, UTIL_NELEM(gone_tests));
	tcase_add_loop_test(tc, test_gone_write, 0, UTIL_NELEM(gone_tests));
	tcase_add_loop_test(tc, test_gone_unheard, 0, UTIL_NELEM(gone_tests));
	tcase_add_loop_test(tc, test_slow_reader, 0, RIG_KINDS);
	tcase_add_test(tc, test_slow_reader_moves);
	tcase_add_loop_test(tc, test_deaf, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_deaf_at_end, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_too_much_unsent, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_heard, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_too_far_ahead, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_pipelined, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_freed_in_the_middle, 0, RIG_KINDS);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
