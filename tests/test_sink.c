/* SPDX-License-Identifier: MIT */
/*
 * base/sink.c: pipes, FIFOs, sockets and files get every piece whole and in
 * order; one that is full is never waited for; what is lost is counted; the
 * flags of a descriptor that others share are left alone. Also where it cannot
 * be opened again, which an empty root directory makes so. A terminal that
 * stops who writes from the background does not stop us.
 *
 * Needs _XOPEN_SOURCE for terminals.
 */
#define _XOPEN_SOURCE 700

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/sink.h"
#include "base/util.h"
#include "tests/suite.h"

enum {
	PIECE = 1000,
	QUEUE = 20 * PIECE,
	PIECES = 2000		/* more than any pipe or socket takes */
};

static struct loop *loop;
static struct sink *sink;
static char piece[PIECE];
static uint64_t n_read;
static int reader_fd;
static struct loop_io reader;

static void
setup(void)
{
	struct sigaction sa = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &sa, NULL);
	loop = loop_new();
	sink = NULL;
	n_read = 0;
}

static void
teardown(void)
{
	sink_free(sink);
	loop_free(loop);
}

/* Numbered, so that order and gaps are seen: "      42" and dots. */
static void
put(unsigned int number)
{
	memset(piece, '.', sizeof(piece));
	snprintf(piece, sizeof(piece), "%8u", number);
	piece[8] = '.';
	piece[PIECE - 1] = '\n';
	sink_put(sink, piece, sizeof(piece));
}

/* All that is there: each a whole piece, numbers ascending. How many. */
static unsigned int
read_all(int fd, bool may_end_torn)
{
	static char bytes[4 * 1024 * 1024];
	size_t len = 0, i;
	long last = -1, number;
	ssize_t n;

	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	while ((n = read(fd, bytes + len, sizeof(bytes) - len)) > 0)
		len += (size_t)n;
	if (may_end_torn)
		len -= len % PIECE;
	ck_assert_uint_eq(len % PIECE, 0);
	for (i = 0; i < len; i += PIECE) {
		number = strtol(bytes + i, NULL, 10);
		ck_assert_int_gt(number, last);
		ck_assert_int_eq(bytes[i + PIECE - 1], '\n');
		last = number;
	}
	return (unsigned int)(len / PIECE);
}

static void
make_pair(int fds[2], int kind)
{
	int swap;

	if (kind == 0)
		ck_assert_int_eq(pipe(fds), 0);
	else {
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		swap = fds[0];
		fds[0] = fds[1];
		fds[1] = swap;
	}
}

/* Nobody reads, then somebody does: what was not lost is there. */
START_TEST(test_full)
{
	unsigned int i, got;
	int fds[2], flags;

	make_pair(fds, _i);
	flags = fcntl(fds[1], F_GETFL);
	sink = sink_new(loop, fds[1], QUEUE);
	for (i = 0; i < PIECES; i++)
		put(i);
	ck_assert(!sink_is_idle(sink));
	ck_assert_uint_gt(sink_lost(sink), 0);
	ck_assert_uint_gt(sink_queued(sink), 0);
	ck_assert_int_eq(fcntl(fds[1], F_GETFL), flags);
	got = read_all(fds[0], true);
	while (!sink_is_idle(sink))
		ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_uint_gt(got, 10);
	ck_assert_uint_eq(sink_queued(sink), 0);
	ck_assert_uint_lt(sink_lost(sink), PIECES - got);
	put(PIECES);
	ck_assert(sink_is_idle(sink));
	close(fds[0]);
	close(fds[1]);
}
END_TEST

static void
on_readable(void *arg, int events)
{
	char bytes[PIECE];
	ssize_t n = read(reader_fd, bytes, sizeof(bytes));

	(void)arg;
	(void)events;
	if (n > 0)
		n_read += (uint64_t)n;
}

static void
on_idle(void *arg)
{
	(*(unsigned int *)arg)++;
}

/* A slow reader gets all of what fits. */
START_TEST(test_slow)
{
	unsigned int i, idle = 0;
	int fds[2];

	make_pair(fds, _i);
	reader_fd = fds[0];
	sink = sink_new(loop, fds[1], PIECES * PIECE);
	sink_on_idle(sink, on_idle, &idle);
	reader = (struct loop_io){ .fd = fds[0], .call = on_readable };
	ck_assert_int_eq(loop_add(loop, &reader, LOOP_READ), 0);
	for (i = 0; i < PIECES; i++)
		put(i);
	ck_assert_uint_eq(idle, 0);
	while (n_read < PIECES * PIECE)
		ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_uint_eq(idle, 1);
	ck_assert_uint_eq(sink_lost(sink), 0);
	loop_del(loop, &reader);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* A reader that goes: all that comes later is lost, and nothing else is. */
START_TEST(test_gone)
{
	unsigned int i;
	int fds[2];

	make_pair(fds, _i);
	sink = sink_new(loop, fds[1], QUEUE);
	put(0);
	ck_assert_uint_eq(sink_lost(sink), 0);
	for (i = 1; sink_is_idle(sink); i++)
		put(i);
	close(fds[0]);
	while (!sink_is_idle(sink))
		ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_uint_eq(sink_lost(sink), 1);
	put(i);
	ck_assert_uint_eq(sink_lost(sink), 2);
	close(fds[1]);
}
END_TEST

START_TEST(test_file)
{
	FILE *f = tmpfile();
	unsigned int i;

	fputs("before\n", f);
	fflush(f);
	sink = sink_new(loop, fileno(f), QUEUE);
	for (i = 0; i < PIECES; i++)
		put(i);
	ck_assert(sink_is_idle(sink));
	ck_assert_uint_eq(sink_lost(sink), 0);
	ck_assert_int_eq(lseek(fileno(f), 0, SEEK_CUR), 7 + PIECES * PIECE);
	fclose(f);
}
END_TEST

START_TEST(test_no_descriptor)
{
	sink = sink_new(loop, _i == 0 ? -1 : 987, QUEUE);
	put(0);
	ck_assert(sink_is_idle(sink));
	ck_assert_uint_eq(sink_lost(sink), 1);
}
END_TEST

START_TEST(test_read_only)
{
	int fd = open("/dev/null", O_RDONLY);

	sink = sink_new(loop, fd, QUEUE);
	put(0);
	ck_assert_uint_eq(sink_lost(sink), 1);
	close(fd);
}
END_TEST

static void
on_timer(void *arg)
{
	(void)arg;
}

/* One turn that ends, whatever there is to wait for. */
static void
turn_briefly(void)
{
	struct loop_timer timer = { .call = on_timer };

	loop_timer_set(loop, &timer, loop_tick(loop) + NS_PER_MS);
	if (loop_turn(loop) == -1)
		_exit(10);
	loop_timer_stop(loop, &timer);
}

/* In a child, whose root stays behind: 0 if all is as it should be. */
static int
write_without_names(const char *root)
{
	unsigned int i;
	int fds[2];

	if (chroot(root) == -1 || pipe(fds) == -1)
		return 1;
	alarm(20);
	sink = sink_new(loop, fds[1], QUEUE);
	for (i = 0; i < PIECES && sink_lost(sink) == 0; i++) {
		put(i);
		turn_briefly();
	}
	if (i < 5 || i == PIECES)
		return 2;
	if ((fcntl(fds[1], F_GETFL) & O_NONBLOCK) != 0)
		return 3;
	return read_all(fds[0], true) > 5 ? 0 : 4;
}

/* Without names: the flags stay, nothing waits, and nothing is torn. */
START_TEST(test_no_names)
{
	char root[] = "/tmp/sinkXXXXXX";
	int status = -1;
	pid_t child;

	if (geteuid() != 0)
		return;
	ck_assert_ptr_nonnull(mkdtemp(root));
	child = fork();
	if (child == 0)
		_exit(write_without_names(root));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	rmdir(root);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* In the background of the terminal: 10 and what is lost of a piece. */
static int
write_behind(int fd)
{
	if (setpgid(0, 0) == -1)
		return 2;
	sink = sink_new(loop, fd, QUEUE);
	sink_put(sink, "a\n", 2);
	return 10 + (int)sink_lost(sink);
}

/* The leader of a session whose terminal it is. */
static int
lead(bool stops)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), fd, status;
	struct termios settings;
	pid_t child;

	if (setsid() == -1 || master == -1 || grantpt(master) == -1 ||
	    unlockpt(master) == -1 ||
	    (fd = open(ptsname(master), O_RDWR)) == -1 ||
	    tcgetpgrp(fd) != getpgrp() || tcgetattr(fd, &settings) == -1)
		return 3;
	if (stops)
		settings.c_lflag |= TOSTOP;
	if (tcsetattr(fd, TCSANOW, &settings) == -1)
		return 4;
	child = fork();
	if (child == 0)
		_exit(write_behind(fd));
	if (waitpid(child, &status, WUNTRACED) != child)
		return 5;
	if (WIFSTOPPED(status)) {
		kill(child, SIGKILL);
		return 6;
	}
	return WEXITSTATUS(status);
}

/* Lost if that would stop us, written otherwise. */
START_TEST(test_background)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(lead(_i == 1));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 10 + _i);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("sink");
	TCase *tc = tcase_create("sink");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_full, 0, 2);
	tcase_add_loop_test(tc, test_slow, 0, 2);
	tcase_add_loop_test(tc, test_gone, 0, 2);
	tcase_add_test(tc, test_file);
	tcase_add_loop_test(tc, test_no_descriptor, 0, 2);
	tcase_add_test(tc, test_read_only);
	tcase_add_test(tc, test_no_names);
	tcase_add_loop_test(tc, test_background, 0, 2);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
