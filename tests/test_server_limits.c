/* SPDX-License-Identifier: MIT */
/*
 * http/server.c: peers that go away before their answer, and the limits of
 * time, of connections and of descriptors.
 */

#include <sys/resource.h>
#include <sys/socket.h>

#include <check.h>
#include <string.h>
#include <unistd.h>

#include "tests/server_rig.h"
#include "tests/suite.h"

static const struct {
	const char	*descr;
	bool		 is_half;
	bool		 is_reset;
} gone_tests[] = {
	{ "closed", false, false },
	{ "half-closed", true, false },
	{ "reset", false, true }
};

START_TEST(test_gone)
{
	const char *descr = gone_tests[_i].descr;
	struct client *c = rig_open(0);

	rig_say(c, GET("/later"));
	rig_settle();
	if (gone_tests[_i].is_half)
		rig_end_write(c);
	else if (gone_tests[_i].is_reset)
		rig_reset(c);
	else
		rig_close(c);
	while (rig_ngone == 0)
		rig_turn(descr);
	rig_settle();
	ck_assert_msg(rig_ngone == 1, "%s: told %d times", descr, rig_ngone);
	if (gone_tests[_i].is_half)
		rig_hear_end(c, descr);
}
END_TEST

/* One that is told may answer all the same, once and for all. */
START_TEST(test_gone_answered)
{
	struct client *c = rig_open(0);

	rig_answers_gone = true;
	rig_say(c, GET("/later") GET("/"));
	rig_end_write(c);
	rig_settle();
	ck_assert_int_eq(rig_ngone, 1);
	ck_assert_int_lt(rig_turn_for(RIG_SHORT_NS), 5);	/* no spin */
	server_answer(rig_held, &rig_hello);
	rig_hear(c, "gone, answered", HELLO_CLOSE);
	rig_hear_end(c, "gone, answered");
	rig_check_seen("gone", "GET /later 0:\n");
}
END_TEST

/* 64 KiB may wait behind a request, not counting empty lines. */
START_TEST(test_too_far_ahead)
{
	struct client *c = rig_open(0);
	char part[4096];
	int i;

	rig_answers_gone = true;
	rig_say(c, GET("/later"));
	rig_settle();
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
	while (rig_ngone == 0)
		rig_turn("too far ahead");
	server_answer(rig_held, &rig_hello);
	rig_hear(c, "too far ahead", HELLO_CLOSE);
	rig_hear_end(c, "too far ahead");
	ck_assert(!c->is_reset);
}
END_TEST

/* The first is refused first: a byte more does not win time. */
START_TEST(test_slow_heads)
{
	struct client *a, *b;

	rig_reopen(&rig_hasty);
	a = rig_open(0);
	rig_say(a, "GET / HT");
	rig_settle();
	rig_turn_for(RIG_SHORT_NS / 2);
	b = rig_open(1);
	rig_say(b, "GET");
	rig_settle();
	rig_say(a, "TP");
	rig_hear_refusal(b, "slow head", 408);
	rig_hear_refusal(a, "slow head", 408);
	ck_assert_uint_le(a->ended_at, b->ended_at);
	rig_check_seen("slow head", "");
}
END_TEST

START_TEST(test_slow_body)
{
	struct client *c;

	rig_reopen(&rig_hasty);
	c = rig_open(0);
	rig_say(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
	rig_hear_refusal(c, "slow body", 408);
	rig_check_seen("slow body", "");
}
END_TEST

/* Each time limit is for the whole, however the bytes come. */
static const struct {
	const char	*begins;
	const char	*trickles;
} trickles[] = {
	{ "", "GET / HTTP/1.1\r\nHost: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ "\r\n\r\nGET / HTTP/1.1\r\n", "X: y\r\nX: y\r\nX: y\r\nX: y\r\n" },
	{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\n",
	    "aaaaaaaaaaaaaaa" },
	{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n"
	    "Expect: 100-continue\r\n\r\n", "aaaaaaaaaaaaaaa" },
	{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n" },
	{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "0\r\n", "A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n" }
};

START_TEST(test_trickles)
{
	const char *descr = trickles[_i].trickles, *p = descr;
	struct client *c;
	uint64_t begin_ns, took_ns;

	rig_reopen(&rig_hasty);
	c = rig_open(0);
	rig_say(c, trickles[_i].begins);
	rig_settle();
	begin_ns = clock_now_ns();
	while (c->got.len == 0 || strncmp(buf_str(&c->got), "HTTP/1.1 100", 12)
	    == 0) {
		took_ns = clock_now_ns() - begin_ns;
		ck_assert_msg(took_ns < 20 * RIG_SHORT_NS, "%s", descr);
		if (c->got.len > 25 || c->has_ended)
			break;
		if (*p != '\0')
			rig_say_bytes(c, p++, 1);
		rig_turn_for(RIG_SHORT_NS / 8);
	}
	ck_assert_msg(p - descr >= 2, "%s: after one byte", descr);
	while (!c->has_ended)
		rig_turn(descr);
	ck_assert_msg(strstr(buf_str(&c->got), " 408 ") != NULL, "%s: %s",
	    descr, buf_str(&c->got));
	rig_check_seen(descr, "");
}
END_TEST

START_TEST(test_idle)
{
	struct server_limits limits = rig_patient;
	struct client *used, *fresh;

	limits.idle_ns = 4 * RIG_SHORT_NS;
	rig_reopen(&limits);
	used = rig_open(0);
	rig_say(used, GET("/"));
	rig_hear(used, "idle", HELLO);
	rig_turn_for(RIG_SHORT_NS);
	fresh = rig_open(1);
	rig_hear_end(fresh, "idle from the start");
	rig_hear_end(used, "idle after a request");
	ck_assert_uint_le(used->ended_at, fresh->ended_at);
}
END_TEST

/* The handler may take its time. */
START_TEST(test_no_limit_for_handler)
{
	struct client *c;

	rig_reopen(&rig_hasty);
	c = rig_open(0);
	rig_say(c, GET("/later"));
	rig_turn_for(3 * RIG_SHORT_NS);
	ck_assert_int_eq(rig_ngone, 0);
	server_answer(rig_held, &rig_hello);
	rig_hear(c, "no limit", HELLO);
}
END_TEST

START_TEST(test_unread_answer)
{
	struct client *c;

	rig_make_big();
	rig_reopen(&rig_hasty);
	c = rig_open(0);
	rig_say(c, GET("/big"));
	rig_deafen(c);
	rig_turn_for(4 * RIG_SHORT_NS);
	rig_listen(c);
	while (!c->has_ended)
		rig_turn("unread");
	ck_assert_uint_lt(c->got.len, RIG_BIG);
}
END_TEST

START_TEST(test_connections_limit)
{
	struct server_limits limits = rig_patient;
	struct client *a, *b, *c;

	limits.connections = 2;
	rig_reopen(&limits);
	a = rig_open(0);
	b = rig_open(1);
	rig_say(a, GET("/"));		/* b is the oldest idle now */
	rig_hear(a, "first", HELLO);
	c = rig_open(2);
	rig_say(c, GET("/"));
	rig_hear(c, "third", HELLO);
	rig_hear_end(b, "the oldest idle");
	ck_assert(!a->has_ended);
}
END_TEST

static const char *const unfinished[] = {
	"GET / HT",
	"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na"
};

/* Those that never end a request do not keep others out. */
START_TEST(test_connections_unfinished)
{
	const char *descr = unfinished[_i];
	struct server_limits limits = rig_patient;
	struct client *busy, *a, *b;

	limits.connections = 2;
	rig_reopen(&limits);
	busy = rig_open(0);
	rig_say(busy, GET("/later"));
	a = rig_open(1);
	rig_say(a, descr);
	rig_settle();
	b = rig_open(2);
	rig_say(b, GET("/"));
	rig_hear(b, descr, HELLO);
	rig_hear_end(a, descr);
	server_answer(rig_held, &rig_hello);
	rig_hear(busy, descr, HELLO);
}
END_TEST

/* Nor do those that ask and do not read. */
START_TEST(test_connections_unread)
{
	struct server_limits limits = rig_patient;
	struct client *deaf, *b;

	rig_make_big();
	limits.connections = 1;
	rig_reopen(&limits);
	deaf = rig_open(0);
	rig_deafen(deaf);
	rig_say(deaf, GET("/big"));
	rig_settle();
	b = rig_open(1);
	rig_say(b, GET("/"));
	rig_hear(b, "beside one that does not read", HELLO);
	rig_listen(deaf);
	while (!deaf->has_ended)
		rig_turn("does not read");
	ck_assert_uint_lt(deaf->got.len, RIG_BIG);
}
END_TEST

/* Nor one that has no room even for 100 (Continue). */
START_TEST(test_connections_deaf)
{
	static const char asks[] = "POST / HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n";
	static const char full[4096];
	struct server_limits limits = rig_patient;
	struct client *b;
	int fds[2];

	limits.connections = 1;
	rig_reopen(&limits);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	while (send(fds[0], full, sizeof(full), MSG_DONTWAIT) != -1)
		;
	ck_assert_int_eq(server_adopt(rig_server, fds[0], fds[0]), 0);
	ck_assert_int_eq((int)write(fds[1], asks, strlen(asks)),
	    (int)strlen(asks));
	rig_settle();
	b = rig_open(0);
	rig_say(b, GET("/"));
	rig_hear(b, "beside one that is deaf", HELLO);
	close(fds[1]);
}
END_TEST

/* What was worked for is sent to its end all the same. */
START_TEST(test_connections_late)
{
	struct server_limits limits = rig_patient;
	struct server_answer big = rig_hello;
	struct client *slow, *b;

	rig_make_big();
	big.body = rig_big;
	big.body_len = RIG_BIG;
	limits.connections = 1;
	rig_reopen(&limits);
	slow = rig_open(0);
	rig_deafen(slow);
	rig_say(slow, GET("/later"));
	rig_settle();
	server_answer(rig_held, &big);
	b = rig_open(1);
	rig_say(b, GET("/"));
	rig_turn_for(3 * RIG_SHORT_NS);
	ck_assert_uint_eq(b->got.len, 0);
	rig_listen(slow);
	while (slow->got.len < RIG_BIG)
		rig_turn("late");
	rig_hear(b, "after a late answer", HELLO);
}
END_TEST

/* Together they may hold so much; the oldest that is not done goes. */
START_TEST(test_memory_limit)
{
	static char part[40000];
	static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 60000\r\n\r\n";
	struct server_limits limits = rig_patient;
	struct client *c[4];
	int i;

	limits.body = 64 * 1024;
	limits.memory = 4 * 64 * 1024;
	rig_reopen(&limits);
	memset(part, 'a', sizeof(part));
	for (i = 0; i < 4; i++) {
		c[i] = rig_open(i);
		rig_say(c[i], head);
		rig_say_bytes(c[i], part, sizeof(part));
		rig_settle();
	}
	rig_say_bytes(c[3], part, 20000);
	rig_hear(c[3], "the newest", HELLO);
	ck_assert(c[0]->has_ended);
	ck_assert(!c[3]->has_ended);
}
END_TEST

/* Who sends many requests at once takes turns with others. */
START_TEST(test_turns)
{
	struct client *a = rig_open(0), *b = rig_open(1);

	rig_say(a, GET("/a1") GET("/a2") GET("/a3"));
	rig_say(b, GET("/b"));
	rig_hear(a, "many", HELLO HELLO HELLO);
	rig_hear(b, "one", HELLO);
	ck_assert_msg(strstr(buf_str(&rig_seen), "/a3") >
	    strstr(buf_str(&rig_seen), "/b"), "%s", buf_str(&rig_seen));
	rig_settle();
	buf_reset(&rig_seen);
}
END_TEST

/* With none idle the next waits in the backlog, without a spin. */
START_TEST(test_connections_busy)
{
	struct server_limits limits = rig_patient;
	struct client *a, *b;

	limits.connections = 1;
	rig_reopen(&limits);
	a = rig_open(0);
	rig_say(a, GET("/later"));
	rig_settle();
	b = rig_open(1);
	rig_say(b, GET("/"));
	ck_assert_int_lt(rig_turn_for(3 * RIG_SHORT_NS), 20);
	rig_check_seen("busy", "GET /later 0:\n");
	server_drop(rig_held, false);
	rig_hear(b, "waited", HELLO);
	rig_hear_end(a, "dropped");
}
END_TEST

/* Lowers the limit of descriptors so that the next is one too many. */
static rlim_t
use_up_fds(void)
{
	struct rlimit limit;
	rlim_t before;
	int fd = dup(0);

	ck_assert_int_ne(fd, -1);
	close(fd);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = (rlim_t)fd;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

static void
restore_fds(rlim_t before)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = before;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(test_no_fds)
{
	struct client *a, *b;
	rlim_t before;

	a = rig_open(0);
	b = rig_connect(1);
	before = use_up_fds();
	rig_say(b, GET("/"));
	rig_hear(b, "in the place of an idle one", HELLO);
	rig_hear_end(a, "idle, closed for want of descriptors");
	restore_fds(before);
}
END_TEST

START_TEST(test_no_fds_busy)
{
	struct client *a, *b;
	rlim_t before;
	int turns;

	a = rig_open(0);
	rig_say(a, GET("/later"));
	rig_settle();
	b = rig_connect(1);
	rig_say(b, GET("/"));
	before = use_up_fds();
	turns = rig_turn_for(3 * RIG_SHORT_NS);
	restore_fds(before);
	ck_assert_int_lt(turns, 20);
	rig_hear(b, "after a while", HELLO);
	server_answer(rig_held, &rig_hello);
	rig_hear(a, "busy all the time", HELLO);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("server limits");
	TCase *tc;

	tc = tcase_create("peers and limits");
	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_gone, 0, UTIL_NELEM(gone_tests));
	tcase_add_test(tc, test_gone_answered);
	tcase_add_test(tc, test_too_far_ahead);
	tcase_add_test(tc, test_slow_heads);
	tcase_add_test(tc, test_slow_body);
	tcase_add_loop_test(tc, test_trickles, 0, UTIL_NELEM(trickles));
	tcase_add_test(tc, test_idle);
	tcase_add_test(tc, test_no_limit_for_handler);
	tcase_add_test(tc, test_unread_answer);
	tcase_add_test(tc, test_connections_limit);
	tcase_add_loop_test(tc, test_connections_unfinished, 0,
	    UTIL_NELEM(unfinished));
	tcase_add_test(tc, test_connections_unread);
	tcase_add_test(tc, test_connections_deaf);
	tcase_add_test(tc, test_connections_late);
	tcase_add_test(tc, test_memory_limit);
	tcase_add_test(tc, test_turns);
	tcase_add_test(tc, test_connections_busy);
	tcase_add_test(tc, test_no_fds);
	tcase_add_test(tc, test_no_fds_busy);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
