/* SPDX-License-Identifier: MIT */
/*
 * base/stream.c over a socket pair, TCP and two pipes: the same things happen
 * on each, whether one descriptor is below or two.
 */

#include <sys/socket.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/stream.h"
#include "base/util.h"
#include "tests/suite.h"

enum kind {
	KIND_PAIR,
	KIND_TCP,
	KIND_PIPES,
	KINDS
};

static const char *const names[KINDS] = { "pair", "TCP", "pipes" };

static struct loop *loop;
static struct stream stream;
static int peer_read, peer_write;	/* the same one for a socket */
static int ncalls;
static int told;			/* events of the last call, or all */
static bool closes;			/* the call-back closes the stream */

static void
on_stream(void *arg, int events)
{
	ck_assert_ptr_eq(arg, &loop);
	ncalls++;
	told |= events;
	if (closes)
		stream_close(&stream, false);
}

static void
on_timer(void *arg)
{
	(void)arg;
}

/* What was told in a turn that does not wait. */
static int
turn(void)
{
	struct loop_timer now = { .call = on_timer };

	told = 0;
	loop_timer_set(loop, &now, 0);
	ck_assert_int_eq(loop_turn(loop), 0);
	return told;
}

/* The lowest free descriptor: grows when one leaks. */
static int
lowest_fd(void)
{
	int fd = dup(STDERR_FILENO);

	ck_assert_int_ne(fd, -1);
	close(fd);
	return fd;
}

static void
open_tcp(int fds[2])
{
	struct net_address a;
	int listener;

	ck_assert(net_address_parse(&a, "127.0.0.1", 0, 4));
	listener = net_listen(&a);
	ck_assert_int_ne(listener, -1);
	ck_assert_int_eq(net_local_address(listener, &a), 0);
	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fds[0], (struct sockaddr *)&a.ss, a.len), 0);
	fds[1] = net_accept(listener);
	ck_assert_int_ne(fds[1], -1);
	close(listener);
}

/* All of them block until the stream has them. */
static void
open_kind(enum kind kind)
{
	int fds[2], down[2];

	if (kind == KIND_PIPES) {
		ck_assert_int_eq(pipe(fds), 0);
		ck_assert_int_eq(pipe(down), 0);
		stream_open(&stream, loop, down[0], fds[1], on_stream, &loop);
		peer_read = fds[0];
		peer_write = down[1];
		return;
	}
	if (kind == KIND_PAIR)
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	else
		open_tcp(fds);
	stream_open(&stream, loop, fds[0], fds[0], on_stream, &loop);
	peer_read = peer_write = fds[1];
	fcntl(peer_read, F_SETFL, 0);
}

static void
close_peer(void)
{
	close(peer_read);
	if (peer_write != peer_read)
		close(peer_write);
}

static void
setup(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, NULL);
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	memset(&stream, 0, sizeof(stream));
	ncalls = told = 0;
	closes = false;
}

static void
teardown(void)
{
	stream_close(&stream, false);
	stream_close(&stream, true);
	loop_free(loop);
}

START_TEST(test_both_ways)
{
	char bytes[8];

	open_kind(_i);
	ck_assert_int_eq(turn(), 0);
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ), 0);
	ck_assert_int_eq(turn(), 0);
	ck_assert_int_eq((int)stream_read(&stream, bytes, 8), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq((int)write(peer_write, "hello", 5), 5);
	ck_assert_int_eq(turn(), LOOP_READ);
	ck_assert_int_eq((int)stream_read(&stream, bytes, 8), 5);
	ck_assert_mem_eq(bytes, "hello", 5);
	ck_assert_int_eq((int)stream_write(&stream, "world", 5), 5);
	ck_assert_int_eq((int)read(peer_read, bytes, 8), 5);
	ck_assert_mem_eq(bytes, "world", 5);
	close_peer();
}
END_TEST

/* Each combination, from each other one. */
START_TEST(test_watch)
{
	int from, to, both = LOOP_READ | LOOP_WRITE;

	open_kind(_i);
	ck_assert_int_eq((int)write(peer_write, "x", 1), 1);
	for (from = 0; from <= both; from++)
		for (to = 0; to <= both; to++) {
			ck_assert_int_eq(stream_watch(&stream, from), 0);
			ck_assert_int_eq(stream_watch(&stream, to), 0);
			ck_assert_msg(turn() == to, "%s: from %d to %d: %d",
			    names[_i], from, to, told);
		}
	close_peer();
}
END_TEST

/* A peer that does not read: EAGAIN, and told when there is room again. */
START_TEST(test_full)
{
	static char bytes[65536];
	size_t len = 0;
	ssize_t n;

	open_kind(_i);
	while ((n = stream_write(&stream, bytes, sizeof(bytes))) > 0)
		len += (size_t)n;
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ | LOOP_WRITE), 0);
	ck_assert_int_eq(turn(), 0);
	while (len > 0) {
		n = read(peer_read, bytes, sizeof(bytes));
		ck_assert_int_gt((int)n, 0);
		len -= (size_t)n;
	}
	while (turn() == 0)
		;
	ck_assert_int_eq(told, LOOP_WRITE);
	close_peer();
}
END_TEST

START_TEST(test_end_write)
{
	char byte;

	open_kind(_i);
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ | LOOP_WRITE), 0);
	ck_assert_int_eq((int)stream_write(&stream, "x", 1), 1);
	stream_end_write(&stream);
	stream_end_write(&stream);
	ck_assert_int_eq((int)read(peer_read, &byte, 1), 1);
	ck_assert_int_eq((int)read(peer_read, &byte, 1), 0);
	ck_assert_int_eq((int)stream_write(&stream, "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(turn(), 0);
	/* The other way goes on. */
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ | LOOP_WRITE), 0);
	ck_assert_int_eq(turn(), 0);
	ck_assert_int_eq((int)write(peer_write, "y", 1), 1);
	ck_assert_int_eq(turn(), LOOP_READ);
	ck_assert_int_eq((int)stream_read(&stream, &byte, 1), 1);
	close_peer();
}
END_TEST

/* The end is told while something is watched, and only then. */
START_TEST(test_peer_closes)
{
	char byte;

	open_kind(_i);
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ), 0);
	close_peer();
	ck_assert_int_ne(turn(), 0);
	ck_assert_int_eq((int)stream_read(&stream, &byte, 1), 0);
	ck_assert_int_eq(stream_watch(&stream, 0), 0);
	ck_assert_int_eq(turn(), 0);
	ck_assert_int_eq(stream_watch(&stream, LOOP_WRITE), 0);
	ck_assert_int_ne(turn(), 0);
}
END_TEST

/* Both descriptors are ready, and the first call ends the stream. */
START_TEST(test_closed_in_call)
{
	int before = lowest_fd();

	open_kind(_i);
	ck_assert_int_eq((int)write(peer_write, "x", 1), 1);
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ | LOOP_WRITE), 0);
	closes = true;
	turn();
	ck_assert_int_eq(ncalls, 1);
	ck_assert(!stream.is_open);
	turn();
	ck_assert_int_eq(ncalls, 1);
	close_peer();
	ck_assert_int_eq(lowest_fd(), before);
}
END_TEST

START_TEST(test_reset)
{
	char byte;
	int before = lowest_fd();

	open_kind(_i);
	stream_close(&stream, true);
	ck_assert_int_eq((int)read(peer_read, &byte, 1),
	    _i == KIND_TCP ? -1 : 0);
	close_peer();
	ck_assert_int_eq(lowest_fd(), before);
	open_kind(_i);		/* it may be used again */
	stream_end_write(&stream);
	stream_close(&stream, false);
	close_peer();
	ck_assert_int_eq(lowest_fd(), before);
}
END_TEST

/* One socket under two numbers: the end is told all the same. */
START_TEST(test_two_of_one)
{
	char byte;
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	stream_open(&stream, loop, fds[0], dup(fds[0]), on_stream, &loop);
	ck_assert_int_eq(stream_watch(&stream, LOOP_READ | LOOP_WRITE), 0);
	ck_assert_int_eq(turn(), LOOP_WRITE);
	stream_end_write(&stream);
	ck_assert_int_eq((int)read(fds[1], &byte, 1), 0);
	ck_assert_int_eq((int)write(fds[1], "x", 1), 1);
	ck_assert_int_eq(turn(), LOOP_READ);
	close(fds[1]);
}
END_TEST

/* epoll cannot wait for it; poll finds it ready at once. */
START_TEST(test_no_stream)
{
	int fd = open("/dev/null", O_RDWR), rc;

	ck_assert_int_ne(fd, -1);
	stream_open(&stream, loop, fd, fd, on_stream, &loop);
	rc = stream_watch(&stream, LOOP_READ);
	if (strcmp(loop_name(), "epoll") == 0) {
		ck_assert_int_eq(rc, -1);
		ck_assert_int_eq(errno, EPERM);
	} else
		ck_assert_int_eq(turn(), LOOP_READ);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("stream");
	TCase *tc;

	tc = tcase_create("streams");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_both_ways, 0, KINDS);
	tcase_add_loop_test(tc, test_watch, 0, KINDS);
	tcase_add_loop_test(tc, test_full, 0, KINDS);
	tcase_add_loop_test(tc, test_end_write, 0, KINDS);
	tcase_add_loop_test(tc, test_peer_closes, 0, KINDS);
	tcase_add_loop_test(tc, test_closed_in_call, 0, KINDS);
	tcase_add_loop_test(tc, test_reset, 0, KINDS);
	tcase_add_test(tc, test_two_of_one);
	tcase_add_test(tc, test_no_stream);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
