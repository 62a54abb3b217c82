/* SPDX-License-Identifier: MIT */

/*
 * load/slots.c: the rules of one page in one process, then several processes
 * that take, wait and release as generators do. What must hold under any
 * timing: never more than the maximum, a true peak, the oldest first, and no
 * wake-up that gets lost (then a process waits too long and says so).
 */

#include <sys/mman.h>
#include <sys/wait.h>

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/util.h"
#include "load/slots.h"
#include "tests/suite.h"

enum {
	GENERATORS = 4,
	STRESS_ARRIVALS = 3000,		/* of each generator */
	ORDER_ARRIVALS = 200,
	HELD_MAX = 16,
	PATIENCE_MS = 30000
};

/* What the processes of a stress tell each other past the slots. */
struct shared {
	_Atomic uint64_t	 in_flight;
	_Atomic uint64_t	 most;
	_Atomic uint64_t	 took;
	_Atomic uint64_t	 waited;
	_Atomic uint64_t	 ready;
	_Atomic uint64_t	 norder;
	uint64_t		 order[GENERATORS * ORDER_ARRIVALS];
};

static struct slots *slots;
static struct shared *shared;
static uint64_t max;

static void
setup(void)
{
	slots = slots_new(GENERATORS);
	ck_assert_ptr_nonnull(slots);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(shared != MAP_FAILED);
}

static void
teardown(void)
{
	munmap(shared, sizeof(*shared));
	slots_free(slots);
	slots_free(NULL);
}

static bool
is_woken(uint32_t generator)
{
	struct pollfd p = { .fd = slots_wake_fd(slots, generator),
	    .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* One process. */

START_TEST(test_take)
{
	int i;

	slots_reset(slots, 3);
	ck_assert_uint_eq(slots_peak(slots), 0);
	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(slots_active(slots), i);
		ck_assert(slots_take(slots));
	}
	ck_assert(!slots_take(slots));
	ck_assert(!slots_take(slots));
	ck_assert_uint_eq(slots_active(slots), 3);
	slots_release(slots, 0);
	slots_release(slots, 1);
	ck_assert_uint_eq(slots_active(slots), 1);
	ck_assert(slots_take(slots));
	ck_assert_uint_eq(slots_peak(slots), 3);
	slots_reset(slots, 1);
	ck_assert_uint_eq(slots_active(slots), 0);
	ck_assert_uint_eq(slots_peak(slots), 0);
	ck_assert(slots_take(slots));
	ck_assert(!slots_take(slots));
}
END_TEST

START_TEST(test_closed)
{
	uint64_t i;

	slots_reset(slots, 1);
	for (i = 0; i < 5; i++) {
		ck_assert_uint_eq(slots_closed(slots), i);
		ck_assert_uint_eq(slots_next_closed(slots), i);
	}
	slots_reset(slots, 1);
	ck_assert_uint_eq(slots_closed(slots), 0);
}
END_TEST

#define NONE	SLOTS_NOBODY

static const struct next_test {
	const char	*descr;
	uint64_t	 waits[GENERATORS];
	bool		 want[GENERATORS];	/* slots_is_next */
} next_tests[] = {
	{ "nobody waits: all may", { NONE, NONE, NONE, NONE },
	    { true, true, true, true } },
	{ "one waits", { NONE, 7, NONE, NONE },
	    { false, true, false, false } },
	{ "two wait", { 8, NONE, NONE, 7 }, { false, false, false, true } },
	{ "all wait", { 5, 6, 4, 7 }, { false, false, true, false } },
	{ "arrival 0", { 0, 1, 2, 3 }, { true, false, false, false } },
	{ "large ones", { NONE - 1, NONE - 2, NONE, NONE },
	    { false, true, false, false } }
};

START_TEST(test_is_next)
{
	const struct next_test *t = &next_tests[_i];
	uint32_t g;
	int round;

	slots_reset(slots, 1);
	/* The second round says the same again, the third takes it back. */
	for (round = 0; round < 3; round++) {
		for (g = 0; g < GENERATORS; g++)
			slots_wait(slots, g, round == 2 ? NONE : t->waits[g]);
		for (g = 0; g < GENERATORS; g++)
			ck_assert_msg(slots_is_next(slots, g) ==
			    (round == 2 || t->want[g]), "%s: %u in round %d",
			    t->descr, (unsigned int)g, round);
	}
}
END_TEST

START_TEST(test_release_wakes_oldest)
{
	slots_reset(slots, 2);
	ck_assert(slots_take(slots));
	ck_assert(slots_take(slots));
	slots_wait(slots, 1, 20);
	slots_wait(slots, 2, 10);
	slots_nudge(slots, 0);		/* nothing is free */
	ck_assert(!is_woken(1) && !is_woken(2));
	slots_release(slots, 0);
	ck_assert(is_woken(2) && !is_woken(1));
	/* Once until it has woken. */
	slots_release(slots, 0);
	slots_woken(slots, 2);
	ck_assert(!is_woken(2));
	/* It takes one, and the other one is next. */
	ck_assert(slots_is_next(slots, 2) && slots_take(slots));
	slots_wait(slots, 2, SLOTS_NOBODY);
	slots_nudge(slots, 2);
	ck_assert(is_woken(1) && !is_woken(2));
	/* Again, after it woke for nothing. */
	slots_woken(slots, 1);
	slots_nudge(slots, 0);
	ck_assert(is_woken(1));
}
END_TEST

/* Whoever releases looks after its own waiting arrival itself. */
START_TEST(test_release_of_oldest)
{
	slots_reset(slots, 1);
	ck_assert(slots_take(slots));
	slots_wait(slots, 0, 1);
	slots_wait(slots, 1, 2);
	slots_release(slots, 0);
	ck_assert(!is_woken(0) && !is_woken(1));
	ck_assert(slots_is_next(slots, 0));
}
END_TEST

START_TEST(test_nobody_waits)
{
	uint32_t g;

	slots_reset(slots, 1);
	ck_assert(slots_take(slots));
	slots_release(slots, 0);
	slots_nudge(slots, 1);
	for (g = 0; g < GENERATORS; g++)
		ck_assert(!is_woken(g));
	slots_woken(slots, 0);
}
END_TEST

/* Many wake-ups that nobody hears: the pipe must not fill and block. */
START_TEST(test_unheard)
{
	int i;

	slots_reset(slots, 1);
	slots_wait(slots, 1, 0);
	for (i = 0; i < 100000; i++) {
		ck_assert(slots_take(slots));
		slots_release(slots, 0);
	}
	slots_woken(slots, 1);
	ck_assert(!is_woken(1));
}
END_TEST

START_TEST(test_reset_forgets)
{
	slots_reset(slots, 1);
	slots_wait(slots, 1, 0);
	slots_reset(slots, 1);
	ck_assert(slots_is_next(slots, 0));
	/* And the next wake-up arrives. */
	slots_wait(slots, 1, 0);
	slots_nudge(slots, 0);
	ck_assert(is_woken(1));
}
END_TEST

/* Several processes. */

struct generator {
	uint32_t	 index;
	int		 held;
	uint64_t	 random;
};

static uint64_t
random_below(struct generator *g, uint64_t n)
{
	g->random ^= g->random << 13;
	g->random ^= g->random >> 7;
	g->random ^= g->random << 17;
	return g->random % n;
}

static void
fail_child(int status)
{
	_exit(status);
}

static void
note_taken(void)
{
	uint64_t now = atomic_fetch_add(&shared->in_flight, 1) + 1;
	uint64_t most = atomic_load(&shared->most);

	if (now > max || slots_active(slots) > max)
		fail_child(2);
	while (now > most &&
	    !atomic_compare_exchange_weak(&shared->most, &most, now))
		;
	atomic_fetch_add(&shared->took, 1);
}

static void
give_one(struct generator *g)
{
	g->held--;
	atomic_fetch_sub(&shared->in_flight, 1);
	slots_release(slots, g->index);
}

static void
await_wake(const struct generator *g)
{
	struct pollfd p = { .fd = slots_wake_fd(slots, g->index),
	    .events = POLLIN };

	atomic_fetch_add(&shared->waited, 1);
	if (poll(&p, 1, PATIENCE_MS) != 1)
		fail_child(3);		/* nobody woke it */
	slots_woken(slots, g->index);
}

/* Until this arrival has a slot, as a generator that blocks does it. */
static void
take_for(struct generator *g, uint64_t arrival, uint64_t next)
{
	for (;;) {
		slots_wait(slots, g->index, arrival);
		if (slots_is_next(slots, g->index) && slots_take(slots))
			break;
		slots_nudge(slots, g->index);
		if (g->held > 0)
			give_one(g);
		else
			await_wake(g);
	}
	slots_wait(slots, g->index, next);
	slots_nudge(slots, g->index);
}

static void
run_stress(struct generator *g)
{
	uint64_t i;

	for (i = 0; i < STRESS_ARRIVALS; i++) {
		take_for(g, i * GENERATORS + g->index, SLOTS_NOBODY);
		g->held++;
		note_taken();
		while (g->held > 0 && (g->held == HELD_MAX ||
		    random_below(g, 3) == 0))
			give_one(g);
		if (random_below(g, 16) == 0)
			sched_yield();
	}
	while (g->held > 0)
		give_one(g);
}

/* Takers that never wait, among those that do not either. */
static void
run_drop(struct generator *g)
{
	uint64_t i;

	for (i = 0; i < STRESS_ARRIVALS; i++) {
		if (slots_take(slots)) {
			g->held++;
			note_taken();
		}
		while (g->held > 0 && (g->held == HELD_MAX ||
		    random_below(g, 3) == 0))
			give_one(g);
	}
	while (g->held > 0)
		give_one(g);
}

/*
 * One slot, and each always has one that waits: then the order is strict.
 * The test holds the slot until all are there.
 */
static void
run_order(struct generator *g)
{
	uint64_t arrival = g->index, next, i;

	slots_wait(slots, g->index, arrival);
	atomic_fetch_add(&shared->ready, 1);
	for (i = 0; i < ORDER_ARRIVALS; i++) {
		/* Uneven, so that one is not always before the other. */
		next = arrival + GENERATORS * (1 + random_below(g, 3));
		take_for(g, arrival, i + 1 < ORDER_ARRIVALS ? next :
		    SLOTS_NOBODY);
		shared->order[atomic_fetch_add(&shared->norder, 1)] = arrival;
		slots_release(slots, g->index);
		arrival = next;
	}
}

static void
run_all(void (*run)(struct generator *), pid_t pids[GENERATORS])
{
	uint32_t i;

	for (i = 0; i < GENERATORS; i++) {
		pids[i] = fork();
		ck_assert_int_ne(pids[i], -1);
		if (pids[i] == 0) {
			struct generator g = { .index = i,
			    .random = 88172645463325252 + i };

			run(&g);
			_exit(0);
		}
	}
}

static void
await_all(const pid_t *pids, int n)
{
	int i, status, worst = 0;

	for (i = 0; i < n; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		if (!WIFEXITED(status))
			worst = 100;
		else if (WEXITSTATUS(status) > worst)
			worst = WEXITSTATUS(status);
	}
	ck_assert_msg(worst != 2, "more in flight than the maximum");
	ck_assert_msg(worst != 3, "a wake-up was lost");
	ck_assert_int_eq(worst, 0);
}

static const uint64_t stress_max[] = { 1, 2, 3, 8, 64 };

START_TEST(test_stress)
{
	pid_t pids[GENERATORS];

	max = stress_max[_i];
	slots_reset(slots, max);
	run_all(run_stress, pids);
	await_all(pids, GENERATORS);
	ck_assert_uint_eq(shared->took, GENERATORS * STRESS_ARRIVALS);
	ck_assert_uint_eq(slots_active(slots), 0);
	ck_assert_uint_le(slots_peak(slots), max);
	ck_assert_uint_ge(slots_peak(slots), shared->most);
	ck_assert(slots_is_next(slots, 0));
}
END_TEST

START_TEST(test_stress_drop)
{
	pid_t pids[GENERATORS];

	max = stress_max[_i];
	slots_reset(slots, max);
	run_all(run_drop, pids);
	await_all(pids, GENERATORS);
	ck_assert_uint_ge(shared->took, STRESS_ARRIVALS / HELD_MAX);
	ck_assert_uint_eq(slots_active(slots), 0);
	ck_assert_uint_le(slots_peak(slots), max);
	ck_assert_uint_ge(slots_peak(slots), shared->most);
}
END_TEST

START_TEST(test_order)
{
	pid_t pids[GENERATORS];
	uint64_t i;

	max = 1;
	slots_reset(slots, max);
	ck_assert(slots_take(slots));
	run_all(run_order, pids);
	while (atomic_load(&shared->ready) < GENERATORS)
		sched_yield();
	/* As if the last one had held it: the oldest is the first one's. */
	slots_release(slots, GENERATORS - 1);
	await_all(pids, GENERATORS);
	ck_assert_uint_eq(shared->norder, GENERATORS * ORDER_ARRIVALS);
	for (i = 1; i < GENERATORS * ORDER_ARRIVALS; i++)
		ck_assert_uint_lt(shared->order[i - 1], shared->order[i]);
	ck_assert_uint_eq(slots_peak(slots), 1);
}
END_TEST

/* With nothing else open, a generator hears and wakes as before. */
START_TEST(test_fds)
{
	int fds[GENERATORS + 1];
	pid_t pid;

	ck_assert_uint_eq(slots_fds(slots, 2, fds), GENERATORS + 1);
	slots_reset(slots, 1);
	ck_assert(slots_take(slots));
	slots_wait(slots, 1, 0);
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		proc_keep_only(fds, UTIL_NELEM(fds));
		slots_release(slots, 2);
		await_wake(&(struct generator){ .index = 2 });
		_exit(0);
	}
	await_wake(&(struct generator){ .index = 1 });
	slots_wait(slots, 1, SLOTS_NOBODY);
	slots_wait(slots, 2, 1);
	slots_nudge(slots, 1);
	await_all(&pid, 1);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("slots");
	TCase *tc;

	tc = tcase_create("rules");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_take);
	tcase_add_test(tc, test_closed);
	tcase_add_loop_test(tc, test_is_next, 0, UTIL_NELEM(next_tests));
	tcase_add_test(tc, test_release_wakes_oldest);
	tcase_add_test(tc, test_release_of_oldest);
	tcase_add_test(tc, test_nobody_waits);
	tcase_add_test(tc, test_unheard);
	tcase_add_test(tc, test_reset_forgets);
	suite_add_tcase(s, tc);

	tc = tcase_create("processes");
	tcase_set_timeout(tc, 100);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_stress, 0, UTIL_NELEM(stress_max));
	tcase_add_loop_test(tc, test_stress_drop, 0, UTIL_NELEM(stress_max));
	tcase_add_test(tc, test_order);
	tcase_add_test(tc, test_fds);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
