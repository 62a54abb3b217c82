/* SPDX-License-Identifier: MIT */
/*
 * Peers that send messages of TLS's own and nothing else, as fast as they can,
 * and do not read the answers: each turn takes a share of them and no more, who
 * waits does so without turning the loop, and all goes on when they stop.
 */

#include <sys/socket.h>

#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/loop.h"
#include "base/stream.h"
#include "base/util.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

enum {
	TURNS_MAX = 100000,		/* until something is said to hang */
	MESSAGES = 1000,		/* more than it takes */
	SOME_TURNS = 10,
	QUIET_NS = 20 * 1000 * 1000
};

static struct tls_rig rig;
static struct stream stream;
static struct loop *loop;
static int ncalls;
static int error;			/* of the last reading */

static int
read_errno(struct tls *t)
{
	char byte;

	ck_assert_int_eq((int)tls_read(t, &byte, 1), -1);
	return errno;
}

/* Messages that mean nothing, without end: each turn takes its share. */
START_TEST(test_flood)
{
	static const char hello_request[] = "\x16\x03\x03\x00\x04\0\0\0\0";
	char flood[9 * 1000], byte;
	size_t i;

	for (i = 0; i < sizeof(flood); i++)
		flood[i] = hello_request[i % 9];
	rig_open(&rig, NULL, NULL, "localhost");
	while (send(rig.fds[1], flood, sizeof(flood), 0) != -1)
		;
	ck_assert_int_eq(tls_handshake(rig.client), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq((int)recv(rig.fds[0], &byte, 1, MSG_PEEK), 1);
	rig_close(&rig);
}
END_TEST

/* The server's answers have little room, the client's messages have much. */
static void
open_unequal(void)
{
	int small = 4096, large = 1024 * 1024;

	rig_open(&rig, NULL, NULL, "localhost");
	ck_assert_int_eq(setsockopt(rig.fds[0], SOL_SOCKET, SO_SNDBUF, &large,
	    sizeof(large)), 0);
	ck_assert_int_eq(setsockopt(rig.fds[1], SOL_SOCKET, SO_SNDBUF, &small,
	    sizeof(small)), 0);
}

/* What the server has to answer; its answers wait for room, and then go out. */
START_TEST(test_flood_of_keys)
{
	int n;

	open_unequal();
	rig_shake(&rig);
	for (n = 0; !tls_wants_write(rig.server); n++) {
		ck_assert_int_lt(n, MESSAGES);
		ck_assert_int_eq(tls_renew_keys(rig.client), 0);
		ck_assert_int_eq(read_errno(rig.server), EAGAIN);
	}
	ck_assert(!tls_has_pending(rig.server));
	ck_assert_int_eq(tls_renew_keys(rig.client), 0);
	ck_assert_int_eq(read_errno(rig.server), EAGAIN);
	ck_assert(tls_wants_write(rig.server));
	ck_assert_int_eq(read_errno(rig.client), EAGAIN);
	ck_assert_int_eq(read_errno(rig.server), EAGAIN);
	ck_assert(!tls_wants_write(rig.server));
	rig_send(rig.server, rig.client, "an answer");
	rig_close(&rig);
}
END_TEST

static void
on_stream(void *arg, int events)
{
	char byte;

	(void)arg;
	(void)events;
	ncalls++;
	ck_assert_int_eq((int)stream_read(&stream, &byte, 1), -1);
	error = errno;
}

static void
on_timer(void *arg)
{
	*(bool *)arg = true;
}

/* How often it is called in this time. */
static int
calls(int64_t quiet_ns)
{
	bool is_over = false;
	struct loop_timer end = { .call = on_timer, .arg = &is_over };

	ncalls = 0;
	loop_timer_set(loop, &end, loop_tick(loop) + (uint64_t)quiet_ns);
	while (!is_over)
		ck_assert_int_eq(loop_turn(loop), 0);
	return ncalls;
}

/* Until it waits for room, and has more to read. */
static void
fill_up(void)
{
	int n;

	for (n = 0; !stream.needs_room; n++) {
		ck_assert_int_lt(n, MESSAGES);
		ck_assert_int_eq(tls_renew_keys(rig.client), 0);
		calls(0);
	}
	ck_assert_int_eq(tls_renew_keys(rig.client), 0);
}

static void
open_stream(void)
{
	int n;

	open_unequal();
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	stream_open(&stream, loop, rig.fds[1], rig.fds[1], on_stream, NULL);
	stream_start_tls(&stream, rig.server, NULL);
	rig.server = NULL;
	rig.fds[1] = -1;
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ), 0);
	for (n = 0; tls_handshake(rig.client) == -1; n++) {
		ck_assert_int_lt(n, TURNS_MAX);
		calls(0);
	}
}

static void
close_stream(void)
{
	stream_close(&stream, false);
	loop_free(loop);
	rig_close(&rig);
}

START_TEST(test_stream_waits)
{
	char byte;

	open_stream();
	fill_up();
	ck_assert_int_lt(calls(QUIET_NS), SOME_TURNS);
	/* What it would hear when nothing were the matter changes nothing. */
	ck_assert_int_eq(stream_watch(&stream, 0), 0);
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ | LOOP_WRITE), 0);
	ck_assert_int_lt(calls(QUIET_NS), SOME_TURNS);
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ), 0);
	ck_assert_int_eq(read_errno(rig.client), EAGAIN);
	calls(0);
	ck_assert(!stream.needs_room);
	ck_assert_int_lt(calls(QUIET_NS), SOME_TURNS);
	ck_assert_int_eq((int)stream_write(&stream, "a", 1), 1);
	ck_assert_int_eq((int)tls_read(rig.client, &byte, 1), 1);
	close_stream();
}
END_TEST

/* Who has said its last cannot answer any more, and hears of that. */
START_TEST(test_stream_ends)
{
	open_stream();
	fill_up();
	stream_end_write(&stream);
	calls(0);
	ck_assert_int_eq(error, EPIPE);
	close_stream();
}
END_TEST

/* A build without TLS has nobody to fear. */
START_TEST(test_none)
{
	ck_assert_ptr_null(tls_version());
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("floods of TLS");
	TCase *tc = tcase_create("floods");

	tcase_set_timeout(tc, 60);
	if (tls_version() != NULL) {
		tcase_add_test(tc, test_flood);
		tcase_add_test(tc, test_flood_of_keys);
		tcase_add_test(tc, test_stream_waits);
		tcase_add_test(tc, test_stream_ends);
	} else
		tcase_add_test(tc, test_none);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
