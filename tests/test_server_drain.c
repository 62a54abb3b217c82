/* SPDX-License-Identifier: MIT */
/*
 * http/server.c: descriptors that are handed to it, and its end: what a drain
 * closes at once and what only after its answer, and when it is over.
 */

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/proc.h"
#include "tests/server_rig.h"
#include "tests/suite.h"

static const char *const names[RIG_KINDS] = { "TCP", "pipes" };

/* Everything that a connection does, it does on two pipes. */
START_TEST(test_adopted)
{
	struct client *c = rig_adopt(0);

	rig_say(c, GET("/a") "POST /b HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 3\r\n\r\nabc" GET("/last"));
	rig_hear(c, "adopted", HELLO HELLO HELLO_CLOSE);
	rig_hear_end(c, "adopted");
	rig_check_seen("adopted",
	    "GET /a 0:\nPOST /b 3:abc\nGET /last 0:\n");
	ck_assert_int_eq(rig_ndrained, 0);	/* it still listens */
}
END_TEST

static const struct {
	const char	*descr;
	const char	*input;
	const char	*want;
} last_tests[] = {
	{ "nothing asked", "", "" },
	{ "in the middle of a head", "GET / HT", "" },
	{ "answered", GET("/"), HELLO },
	{ "closed by the server", GET("/last"), HELLO_CLOSE },
	{ "dropped by the handler", GET("/drop"), "" }
};

/* No listener: the only connection's end is the end of all. */
START_TEST(test_last_ends)
{
	const char *descr = last_tests[_i].descr;
	struct client *c;

	rig_reopen_without_listener();
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 0);
	c = rig_adopt(0);
	rig_say(c, last_tests[_i].input);
	rig_hear(c, descr, last_tests[_i].want);
	rig_end_write(c);
	while (rig_ndrained == 0)
		rig_turn(descr);
	rig_hear_end(c, descr);
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 1);
	server_drain(rig_server);
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 1);
}
END_TEST

/* Of two it is the second's. */
START_TEST(test_last_of_two)
{
	struct client *a, *b;

	rig_reopen_without_listener();
	a = rig_adopt(0);
	b = rig_adopt(1);
	rig_end_write(a);
	rig_hear_end(a, "first");
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 0);
	rig_say(b, GET("/"));
	rig_hear(b, "second", HELLO);
	rig_end_write(b);
	while (rig_ndrained == 0)
		rig_turn("second");
}
END_TEST

/* epoll cannot wait for a regular file or the like. */
START_TEST(test_adopt_fails)
{
	int fd;

	if (strcmp(loop_name(), "epoll") != 0)
		return;
	rig_reopen_without_listener();
	fd = open("/dev/null", O_RDWR);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(server_adopt(rig_server, fd, fd), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(open("/dev/null", O_RDWR), fd);	/* is closed */
	close(fd);
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 0);
}
END_TEST

START_TEST(test_drain_nothing)
{
	server_drain(rig_server);
	ck_assert_int_eq(rig_ndrained, 0);	/* only from the loop */
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 1);
	server_drain(rig_server);
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 1);
}
END_TEST

START_TEST(test_drain_refuses)
{
	struct client *held = rig_open(0), *c;
	int fds[2];

	rig_say(held, GET("/later"));
	rig_settle();
	server_drain(rig_server);
	ck_assert_int_eq(proc_pipe(fds), 0);
	ck_assert_int_eq(server_adopt(rig_server, fds[0], fds[1]), -1);
	ck_assert_int_eq(errno, ECANCELED);
	c = rig_connect(1);
	rig_hear_end(c, "refused");
	ck_assert_int_eq(rig_ndrained, 0);
}
END_TEST

/* Idle ones at once, used or not; busy ones with their answer. */
START_TEST(test_drain)
{
	const char *descr = names[_i];
	struct client *idle = rig_open_kind(0, _i), *used, *busy;

	used = rig_open_kind(1, _i);
	rig_say(used, "\r\n" GET("/") "\r\n\r");
	rig_hear(used, descr, HELLO);
	rig_settle();
	rig_say(used, "\n\r\n");		/* idle all the same */
	rig_settle();
	busy = rig_open_kind(2, _i);
	rig_say(busy, GET("/later") GET("/never"));
	rig_settle();
	server_drain(rig_server);
	rig_hear_end(idle, descr);
	rig_hear_end(used, descr);
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 0);
	server_answer(rig_held, &rig_hello);
	rig_hear(busy, descr, HELLO_CLOSE);
	rig_hear_end(busy, descr);
	ck_assert(!busy->is_reset);
	rig_close(busy);
	while (rig_ndrained == 0)
		rig_turn(descr);
	rig_check_seen(descr, "GET / 0:\nGET /later 0:\n");
	ck_assert_int_eq(rig_ngone, 0);
}
END_TEST

/* One that has begun to ask is still answered. */
START_TEST(test_drain_half_asked)
{
	const char *descr = names[_i];
	struct client *c = rig_open_kind(0, _i);

	rig_say(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
	rig_settle();
	server_drain(rig_server);
	rig_settle();
	rig_say(c, "bc");
	rig_hear(c, descr, HELLO_CLOSE);
	rig_hear_end(c, descr);
	rig_check_seen(descr, "POST / 3:abc\n");
	rig_close(c);
	while (rig_ndrained == 0)
		rig_turn(descr);
}
END_TEST

/* A stream goes on to its end, though its head promised more. */
START_TEST(test_drain_stream)
{
	const char *descr = names[_i];
	struct client *c = rig_open_kind(0, _i);

	rig_say(c, GET("/later"));
	rig_settle();
	server_stream_begin(rig_held, &rig_hello);
	server_drain(rig_server);
	rig_settle();
	server_stream_add(rig_held, "abc", 3);
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 0);
	server_stream_end(rig_held);
	rig_hear(c, descr, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
	rig_hear_end(c, descr);
	rig_close(c);
	while (rig_ndrained == 0)
		rig_turn(descr);
}
END_TEST

/* What is being sent is sent to its end, and nothing is read after it. */
START_TEST(test_drain_while_sending)
{
	const char *descr = names[_i];
	struct client *c = rig_open_kind(0, _i);

	rig_make_big();
	rig_deafen(c);
	rig_say(c, GET("/big"));
	rig_settle();
	server_drain(rig_server);
	rig_say(c, GET("/never"));
	rig_settle();
	ck_assert_int_eq(rig_ndrained, 0);
	rig_listen(c);
	while (!c->has_ended)
		rig_turn(descr);
	ck_assert(!c->is_reset);
	ck_assert_uint_gt(c->got.len, RIG_BIG);
	ck_assert_mem_eq(c->got.data + c->got.len - 64, rig_big, 64);
	rig_check_seen(descr, "GET /big 0:\n");
	rig_close(c);
	while (rig_ndrained == 0)
		rig_turn(descr);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("server drain");
	TCase *tc;

	tc = tcase_create("adopted and drained");
	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_adopted);
	tcase_add_loop_test(tc, test_last_ends, 0, UTIL_NELEM(last_tests));
	tcase_add_test(tc, test_last_of_two);
	tcase_add_test(tc, test_adopt_fails);
	tcase_add_test(tc, test_drain_nothing);
	tcase_add_test(tc, test_drain_refuses);
	tcase_add_loop_test(tc, test_drain, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_drain_half_asked, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_drain_stream, 0, RIG_KINDS);
	tcase_add_loop_test(tc, test_drain_while_sending, 0, RIG_KINDS);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
