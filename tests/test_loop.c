/* SPDX-License-Identifier: MIT */

/*
 * base/loop.c: descriptors that come and go in the middle of a turn, signals,
 * how a run ends, and that neither descriptors nor timers keep the others from
 * their turn. Built twice, the poll loop with -DLOOP_poll: the contract is
 * one. Most tests free what they delete, so that ASan sees a call too many.
 * For timers among themselves see test_loop_timer.c.
 */

#include <sys/time.h>
#include <sys/wait.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/util.h"
#include "tests/suite.h"

enum {
	CALLS_MAX = 4096,
	PIPES = 10,
	PIPES_MANY = 200	/* more than the loop looks at in one turn */
};

#define FAR_NS	(3600 * NS_PER_SEC)	/* no test takes so long */

struct item {
	struct loop_timer	 timer;
	struct loop_io		 io;
	int			 write_fd;
	int			 ncalls;
	int			 told;		/* events of the last call */
};

static struct loop *loop;
static struct item *calls[CALLS_MAX];	/* in their order */
static int ncalls;
static struct item *items[PIPES_MANY];
static size_t nitems;
static int nsignals[3];
static int last_signo;

static void	 setup(void);
static void	 teardown(void);
static void	 note_call(struct item *it);
static void	 timer_init(struct item *it, void (*call)(void *));
static struct item *item_new(void (*call)(void *, int), int events);
static void	 item_free(struct item *it);
static void	 item_feed(struct item *it);
static void	 item_drain(struct item *it);
static void	 turn_now(void);
static void	 make_items(size_t n, void (*call)(void *, int));
static void	 free_items(void);
static void	 expect_each_once(int turns_max);
static void	 on_timer(void *arg);
static void	 on_timer_silent(void *arg);
static void	 on_timer_stop_loop(void *arg);
static void	 on_timer_for_ever(void *arg);
static void	 on_io(void *arg, int events);
static void	 on_io_end_others(void *arg, int events);
static void	 on_io_replace_others(void *arg, int events);
static void	 on_io_del_itself(void *arg, int events);
static void	 on_io_drain(void *arg, int events);
static void	 on_io_set_timer(void *arg, int events);
static void	 on_signal(void *arg, int signo);
static void	 on_alarm(int signo);
static Suite	*make_suite(void);

static void
setup(void)
{
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	ncalls = 0;
	nitems = 0;
}

static void
teardown(void)
{
	loop_free(loop);
	loop = NULL;
}

static void
note_call(struct item *it)
{
	ck_assert_int_lt(ncalls, CALLS_MAX);
	calls[ncalls++] = it;
	it->ncalls++;
}

static void
on_timer(void *arg)
{
	struct item *it = arg;

	ck_assert_uint_eq(it->timer.place, 0);
	ck_assert_uint_ge(loop_now(loop), it->timer.at_ns);
	ck_assert_uint_ge(clock_now_ns(), it->timer.at_ns);
	note_call(it);
}

static void
on_io(void *arg, int events)
{
	struct item *it = arg;

	it->told = events;
	note_call(it);
}

static void
on_timer_stop_loop(void *arg)
{
	note_call(arg);
	loop_stop(loop);
}

static void
timer_init(struct item *it, void (*call)(void *))
{
	memset(it, 0, sizeof(*it));
	it->timer.call = call;
	it->timer.arg = it;
}

/* A pipe whose reading end is watched. */
static struct item *
item_new(void (*call)(void *, int), int events)
{
	struct item *it = xcalloc(1, sizeof(*it));
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	it->io.fd = fds[0];
	it->io.call = call;
	it->io.arg = it;
	it->write_fd = fds[1];
	ck_assert_int_eq(loop_add(loop, &it->io, events), 0);
	return it;
}

static void
item_free(struct item *it)
{
	loop_del(loop, &it->io);
	loop_timer_stop(loop, &it->timer);
	close(it->io.fd);
	if (it->write_fd != -1)
		close(it->write_fd);
	free(it);
}

static void
item_feed(struct item *it)
{
	ck_assert_int_eq(write(it->write_fd, "x", 1), 1);
}

static void
item_drain(struct item *it)
{
	char byte;

	ck_assert_int_eq(read(it->io.fd, &byte, 1), 1);
}

static void
on_timer_silent(void *arg)
{
	(void)arg;
}

/* A turn that does not wait. */
static void
turn_now(void)
{
	struct item now;

	timer_init(&now, on_timer_silent);
	loop_timer_set(loop, &now.timer, 0);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_uint_eq(now.timer.place, 0);
}

/* Descriptors. */

START_TEST(test_io_events)
{
	struct item *it = item_new(on_io, LOOP_READ);
	struct loop_io out;
	struct item writer;

	turn_now();
	ck_assert_int_eq(ncalls, 0);
	item_feed(it);
	turn_now();
	turn_now();		/* level triggered */
	ck_assert_int_eq(it->ncalls, 2);
	ck_assert_int_eq(it->told, LOOP_READ);
	item_drain(it);
	turn_now();
	ck_assert_int_eq(it->ncalls, 2);

	memset(&writer, 0, sizeof(writer));
	out = (struct loop_io){ .fd = it->write_fd, .call = on_io,
	    .arg = &writer };
	ck_assert_int_eq(loop_add(loop, &out, LOOP_WRITE), 0);
	turn_now();
	ck_assert_int_eq(writer.told, LOOP_WRITE);
	loop_del(loop, &out);
	loop_del(loop, &out);
	turn_now();
	ck_assert_int_eq(writer.ncalls, 1);
	item_free(it);
}
END_TEST

START_TEST(test_io_change)
{
	struct item *it = item_new(on_io, 0);

	item_feed(it);
	turn_now();
	ck_assert_int_eq(it->ncalls, 0);
	ck_assert_int_eq(loop_change(loop, &it->io, LOOP_READ), 0);
	ck_assert_int_eq(loop_change(loop, &it->io, LOOP_READ), 0);
	turn_now();
	ck_assert_int_eq(it->ncalls, 1);
	ck_assert_int_eq(loop_change(loop, &it->io, 0), 0);
	turn_now();
	ck_assert_int_eq(it->ncalls, 1);
	item_free(it);
}
END_TEST

/* Told without being asked for, with what was written before it. */
START_TEST(test_io_hangup)
{
	struct item *it = item_new(on_io, 0);

	close(it->write_fd);
	it->write_fd = -1;
	turn_now();
	ck_assert_int_eq(it->ncalls, 1);
	ck_assert_int_eq(it->told, LOOP_HANGUP);
	item_free(it);

	it = item_new(on_io, LOOP_READ);
	item_feed(it);
	close(it->write_fd);
	it->write_fd = -1;
	turn_now();
	ck_assert_int_eq(it->told, LOOP_READ | LOOP_HANGUP);
	item_free(it);
}
END_TEST

START_TEST(test_io_add_fails)
{
	struct loop_io io = { .fd = 1 << 20, .call = on_io };

	/* The poll form learns it only when it waits. */
	if (strcmp(loop_name(), "poll") == 0)
		return;
	ck_assert_int_eq(loop_add(loop, &io, LOOP_READ), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert(!io.is_watched);
	loop_del(loop, &io);
}
END_TEST

static void
make_items(size_t n, void (*call)(void *, int))
{
	for (nitems = 0; nitems < n; nitems++) {
		items[nitems] = item_new(call, LOOP_READ);
		item_feed(items[nitems]);
	}
}

static void
free_items(void)
{
	while (nitems > 0)
		item_free(items[--nitems]);
}

/* Ends all others, which are ready, too. */
static void
on_io_end_others(void *arg, int events)
{
	size_t i;

	(void)events;
	note_call(arg);
	for (i = 0; i < nitems; i++)
		if (items[i] != arg)
			item_free(items[i]);
	items[0] = arg;
	nitems = 1;
}

START_TEST(test_io_deletes_others)
{
	make_items(PIPES, on_io_end_others);
	turn_now();
	ck_assert_int_eq(ncalls, 1);
	turn_now();
	ck_assert_int_eq(ncalls, 2);
	free_items();
}
END_TEST

/* The same numbers, but nothing to read. */
static void
on_io_replace_others(void *arg, int events)
{
	size_t i, n = nitems;

	on_io_end_others(arg, events);
	for (i = 1; i < n; i++)
		items[i] = item_new(on_io, LOOP_READ);
	nitems = n;
}

START_TEST(test_io_replaces_others)
{
	size_t i;

	make_items(PIPES, on_io_replace_others);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(ncalls, 1);
	for (i = 1; i < nitems; i++)
		ck_assert_int_eq(items[i]->ncalls, 0);
	free_items();
}
END_TEST

static void
on_io_del_itself(void *arg, int events)
{
	struct item *it = arg;

	(void)events;
	note_call(it);
	loop_del(loop, &it->io);
}

static void
expect_each_once(int turns_max)
{
	int turns;
	size_t i;

	for (turns = 0; ncalls < (int)nitems; turns++) {
		ck_assert_int_lt(turns, turns_max);
		ck_assert_int_eq(loop_turn(loop), 0);
	}
	turn_now();
	ck_assert_int_eq(ncalls, (int)nitems);
	for (i = 0; i < nitems; i++)
		ck_assert_int_eq(items[i]->ncalls, 1);
	free_items();
}

START_TEST(test_io_deletes_itself)
{
	make_items(PIPES, on_io_del_itself);
	expect_each_once(PIPES);
}
END_TEST

static void
on_io_drain(void *arg, int events)
{
	struct item *it = arg;

	(void)events;
	note_call(it);
	item_drain(it);
}

/* More than the loop takes at once, and none is left out. */
START_TEST(test_io_many)
{
	make_items(PIPES_MANY, on_io_drain);
	expect_each_once(PIPES_MANY / 16);
}
END_TEST

/* All stay ready: each is served again and again. */
START_TEST(test_io_many_stay_ready)
{
	size_t i;
	int turns;

	make_items(PIPES_MANY, on_io);
	for (turns = 0; turns < 16; turns++)
		ck_assert_int_eq(loop_turn(loop), 0);
	for (i = 0; i < nitems; i++)
		ck_assert_int_ge(items[i]->ncalls, 2);
	free_items();
}
END_TEST

/* A timer that is set from a descriptor's call, for now. */
static void
on_io_set_timer(void *arg, int events)
{
	struct item *it = arg;

	(void)events;
	note_call(it);
	loop_timer_set(loop, &it->timer, loop_tick(loop));
}

START_TEST(test_timer_between_descriptors)
{
	size_t i;

	make_items(2, on_io_set_timer);
	for (i = 0; i < nitems; i++) {
		items[i]->timer.call = on_timer;
		items[i]->timer.arg = items[i];
	}
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(ncalls, 4);
	ck_assert_ptr_eq(calls[0], calls[1]);
	ck_assert_ptr_eq(calls[2], calls[3]);
	free_items();
}
END_TEST

static void
on_timer_for_ever(void *arg)
{
	struct item *it = arg;

	note_call(it);
	loop_timer_set(loop, &it->timer, loop_now(loop));
}

/* Neither one nor several keep the loop from descriptors and other timers. */
START_TEST(test_no_starvation)
{
	struct item busy[3], other;
	size_t i;

	make_items(1, on_io);
	for (i = 0; i < UTIL_NELEM(busy); i++) {
		timer_init(&busy[i], on_timer_for_ever);
		loop_timer_set(loop, &busy[i].timer, 0);
	}
	timer_init(&other, on_timer);
	loop_timer_set(loop, &other.timer, loop_tick(loop));
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(items[0]->ncalls, 1);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(items[0]->ncalls, 2);
	ck_assert_int_eq(other.ncalls, 1);
	for (i = 0; i < UTIL_NELEM(busy); i++) {
		ck_assert_int_ge(busy[i].ncalls, 2);
		loop_timer_stop(loop, &busy[i].timer);
	}
	free_items();
}
END_TEST

/* The end. */

START_TEST(test_stop)
{
	struct item a;

	/* Once before it runs: what starts a run may have ended it, too. */
	loop_stop(loop);
	ck_assert_int_eq(loop_run(loop), 0);
	timer_init(&a, on_timer_stop_loop);
	loop_timer_set(loop, &a.timer, 0);
	ck_assert_int_eq(loop_run(loop), 0);
	loop_timer_set(loop, &a.timer, 0);
	ck_assert_int_eq(loop_run(loop), 0);
	/* A turn after it is as any other. */
	loop_timer_set(loop, &a.timer, 0);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(a.ncalls, 3);
}
END_TEST

/* Signals. */

static void
on_signal(void *arg, int signo)
{
	++*(int *)arg;
	last_signo = signo;
}

START_TEST(test_signals)
{
	int i;

	memset(nsignals, 0, sizeof(nsignals));
	ck_assert_int_eq(loop_signal(loop, SIGUSR1, on_signal, &nsignals[0]),
	    0);
	ck_assert_int_eq(loop_signal(loop, SIGUSR2, on_signal, &nsignals[1]),
	    0);
	errno = ENOENT;
	for (i = 0; i < 3; i++)
		raise(SIGUSR1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(nsignals[0], 0);	/* only from the loop */
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(nsignals[0], 3);
	ck_assert_int_eq(last_signo, SIGUSR1);
	raise(SIGUSR2);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(nsignals[1], 1);
	ck_assert_int_eq(last_signo, SIGUSR2);
	/* At most one a signal: the last. */
	ck_assert_int_eq(loop_signal(loop, SIGUSR1, on_signal, &nsignals[2]),
	    0);
	raise(SIGUSR1);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(nsignals[0], 3);
	ck_assert_int_eq(nsignals[2], 1);
}
END_TEST

static void
on_first(void *arg, int signo)
{
	int *was_waiting = arg;

	was_waiting[0] = loop_signal_is_waiting(loop, signo);
	was_waiting[1] = loop_signal_is_waiting(loop, SIGUSR2);
	raise(SIGUSR1);
	was_waiting[2] = loop_signal_is_waiting(loop, SIGUSR1);
	loop_signal(loop, signo, on_signal, &nsignals[0]);
}

/* One that came behind another is known before it is told of, and is told. */
START_TEST(test_signals_waiting)
{
	int was_waiting[3] = { -1, -1, -1 };

	memset(nsignals, 0, sizeof(nsignals));
	ck_assert_int_eq(loop_signal(loop, SIGUSR1, on_first, was_waiting), 0);
	ck_assert_int_eq(loop_signal(loop, SIGUSR2, on_signal, &nsignals[1]),
	    0);
	raise(SIGUSR1);
	raise(SIGUSR2);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(was_waiting[0], 0);
	ck_assert_int_eq(was_waiting[1], 1);
	ck_assert_int_eq(was_waiting[2], 1);
	ck_assert_int_eq(nsignals[0], 1);
	ck_assert_int_eq(nsignals[1], 1);
}
END_TEST

/* More than the pipe holds: the handler must not wait for room. */
START_TEST(test_signal_flood)
{
	int i;

	nsignals[0] = 0;
	ck_assert_int_eq(loop_signal(loop, SIGUSR1, on_signal, &nsignals[0]),
	    0);
	for (i = 0; i < 100000; i++)
		raise(SIGUSR1);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_gt(nsignals[0], 0);
	turn_now();
	i = nsignals[0];
	turn_now();
	ck_assert_int_eq(nsignals[0], i);
}
END_TEST

/* From another process, while the loop waits without an end. */
START_TEST(test_signal_wakes)
{
	pid_t pid;

	nsignals[0] = 0;
	ck_assert_int_eq(loop_signal(loop, SIGUSR1, on_signal, &nsignals[0]),
	    0);
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		_exit(kill(getppid(), SIGUSR1));
	while (nsignals[0] == 0)
		ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(nsignals[0], 1);
}
END_TEST

/* Then they are as they were: of default action, or ignored. */
START_TEST(test_signals_end_with_loop)
{
	static void (*const handlers[])(int) = { SIG_DFL, SIG_IGN };
	struct sigaction sa = { .sa_handler = SIG_DFL };
	int round;

	for (round = 0; round < 2; round++) {
		nsignals[0] = 0;
		sa.sa_handler = handlers[round];
		ck_assert_int_eq(sigaction(SIGUSR1, &sa, NULL), 0);
		ck_assert_int_eq(loop_signal(loop, SIGUSR1, on_signal,
		    &nsignals[1]), 0);
		ck_assert_int_eq(loop_signal(loop, SIGUSR1, on_signal,
		    &nsignals[0]), 0);
		raise(SIGUSR1);
		ck_assert_int_eq(loop_turn(loop), 0);
		ck_assert_int_eq(nsignals[0], 1);
		loop_free(loop);
		ck_assert_int_eq(sigaction(SIGUSR1, NULL, &sa), 0);
		ck_assert(sa.sa_handler == handlers[round]);
		loop = loop_new();
		ck_assert_ptr_nonnull(loop);
	}
	sa.sa_handler = SIG_DFL;
	sigaction(SIGUSR1, &sa, NULL);
}
END_TEST

static void
on_alarm(int signo)
{
	(void)signo;
}

/* A signal that is not the loop's cuts the wait short, and that is all. */
START_TEST(test_interrupted)
{
	const struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } };
	const struct itimerval off = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_handler = on_alarm }, was;
	struct item late;

	timer_init(&late, on_timer);
	make_items(1, on_io);
	item_drain(items[0]);
	loop_timer_set(loop, &late.timer, loop_tick(loop) + FAR_NS);
	ck_assert_int_eq(sigaction(SIGALRM, &sa, &was), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &every_ms, NULL), 0);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &off, NULL), 0);
	ck_assert_int_eq(sigaction(SIGALRM, &was, NULL), 0);
	ck_assert_int_eq(ncalls, 0);
	loop_timer_stop(loop, &late.timer);
	free_items();
}
END_TEST

START_TEST(test_clock)
{
	uint64_t first_ns = loop_now(loop), before_ns = clock_now_ns();

	ck_assert_uint_gt(first_ns, 0);
	ck_assert_uint_eq(loop_now(loop), first_ns);
	ck_assert_uint_ge(loop_tick(loop), before_ns);
	ck_assert_uint_le(loop_now(loop), clock_now_ns());
	loop_free(NULL);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("loop");
	TCase *tc;

	tc = tcase_create("descriptors");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_io_events);
	tcase_add_test(tc, test_io_change);
	tcase_add_test(tc, test_io_hangup);
	tcase_add_test(tc, test_io_add_fails);
	tcase_add_test(tc, test_io_deletes_others);
	tcase_add_test(tc, test_io_replaces_others);
	tcase_add_test(tc, test_io_deletes_itself);
	tcase_add_test(tc, test_io_many);
	tcase_add_test(tc, test_io_many_stay_ready);
	tcase_add_test(tc, test_timer_between_descriptors);
	tcase_add_test(tc, test_no_starvation);
	tcase_add_test(tc, test_stop);
	tcase_add_test(tc, test_clock);
	suite_add_tcase(s, tc);

	tc = tcase_create("signals");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_signals);
	tcase_add_test(tc, test_signals_waiting);
	tcase_add_test(tc, test_signal_flood);
	tcase_add_test(tc, test_signal_wakes);
	tcase_add_test(tc, test_signals_end_with_loop);
	tcase_add_test(tc, test_interrupted);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
