/* SPDX-License-Identifier: MIT */

/*
 * base/loop.c: timers, by hand and some hundred of them against a sorted
 * model: each is called once, not before its time, in the order of the times,
 * and may move, stop or free itself or another from its call. Built twice, as
 * test_loop.c is, which has the timers that share turns with descriptors.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "base/util.h"
#include "tests/suite.h"

enum {
	CALLS_MAX = 4096,
	TIMERS = 700,
	ROUNDS = 60
};

#define FAR_NS	(3600 * NS_PER_SEC)	/* no test takes so long */

struct item {
	struct loop_timer	 timer;
	int			 ncalls;
	uint64_t		 model_ns;	/* LOOP_NEVER: not set */
};

static struct loop *loop;
static struct item *calls[CALLS_MAX];	/* in their order */
static int ncalls;
static struct item *victim;
static uint64_t random_state;

static uint64_t	 random_next(void);
static void	 setup(void);
static void	 teardown(void);
static void	 note_call(struct item *it);
static void	 timer_init(struct item *it, void (*call)(void *));
static void	 turn_now(void);
static void	 shuffle(struct item *t, uint64_t now_ns);
static void	 on_timer(void *arg);
static void	 on_timer_silent(void *arg);
static void	 on_timer_stop_loop(void *arg);
static void	 on_timer_stop_victim(void *arg);
static void	 on_timer_again(void *arg);
static void	 on_timer_free(void *arg);
static Suite	*make_suite(void);

/* xorshift64: a failure comes again. */
static uint64_t
random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void
setup(void)
{
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	ncalls = 0;
	random_state = 88172645463325252;
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

START_TEST(test_timer_order)
{
	static const uint64_t at_ms[] = { 3, 1, 4, 0, 5, 9, 2, 6 };
	struct item t[UTIL_NELEM(at_ms)];
	uint64_t start_ns = loop_tick(loop);
	size_t i;

	for (i = 0; i < UTIL_NELEM(at_ms); i++) {
		timer_init(&t[i], i == 5 ? on_timer_stop_loop : on_timer);
		loop_timer_set(loop, &t[i].timer,
		    start_ns + at_ms[i] * NS_PER_MS);
	}
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_int_eq(ncalls, (int)UTIL_NELEM(at_ms));
	for (i = 1; i < UTIL_NELEM(at_ms); i++)
		ck_assert_uint_lt(calls[i - 1]->timer.at_ns,
		    calls[i]->timer.at_ns);
	ck_assert_uint_ge(clock_now_ns(), start_ns + 9 * NS_PER_MS);
}
END_TEST

START_TEST(test_timer_moves)
{
	struct item a, b, c;
	uint64_t now_ns = loop_tick(loop);

	timer_init(&a, on_timer);
	timer_init(&b, on_timer);
	timer_init(&c, on_timer);
	loop_timer_set(loop, &a.timer, now_ns - 3);
	loop_timer_set(loop, &b.timer, now_ns + FAR_NS);
	loop_timer_set(loop, &c.timer, now_ns - 2);
	loop_timer_set(loop, &a.timer, now_ns + FAR_NS);	/* later */
	loop_timer_set(loop, &b.timer, now_ns - 4);		/* earlier */
	loop_timer_set(loop, &c.timer, now_ns - 2);		/* the same */
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(ncalls, 2);
	ck_assert_ptr_eq(calls[0], &b);
	ck_assert_ptr_eq(calls[1], &c);
	ck_assert_uint_ne(a.timer.place, 0);
	loop_timer_stop(loop, &a.timer);
	loop_timer_stop(loop, &a.timer);
	ck_assert_uint_eq(a.timer.place, 0);
}
END_TEST

static void
on_timer_stop_victim(void *arg)
{
	note_call(arg);
	loop_timer_stop(loop, &victim->timer);
}

static void
on_timer_again(void *arg)
{
	struct item *it = arg;

	note_call(it);
	if (it->ncalls < 3)
		loop_timer_set(loop, &it->timer, loop_now(loop));
}

static void
on_timer_free(void *arg)
{
	note_call(arg);
	free(arg);
}

START_TEST(test_timer_stops_other)
{
	struct item a, b, c;

	timer_init(&a, on_timer_stop_victim);
	timer_init(&b, on_timer);
	timer_init(&c, on_timer);
	victim = &b;
	loop_timer_set(loop, &a.timer, 1);
	loop_timer_set(loop, &b.timer, 2);
	loop_timer_set(loop, &c.timer, 3);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(ncalls, 2);
	ck_assert_int_eq(b.ncalls, 0);
	ck_assert_uint_eq(b.timer.place, 0);
}
END_TEST

START_TEST(test_timer_stops_itself)
{
	struct item a;

	timer_init(&a, on_timer_stop_victim);
	victim = &a;
	loop_timer_set(loop, &a.timer, 1);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(a.ncalls, 1);
	ck_assert_uint_eq(a.timer.place, 0);
}
END_TEST

START_TEST(test_timer_sets_itself)
{
	struct item a;
	int turns;

	timer_init(&a, on_timer_again);
	loop_timer_set(loop, &a.timer, 0);
	for (turns = 0; a.ncalls < 3; turns++) {
		ck_assert_int_lt(turns, 3);
		ck_assert_int_eq(loop_turn(loop), 0);
	}
	ck_assert_uint_eq(a.timer.place, 0);
}
END_TEST

START_TEST(test_timer_frees_itself)
{
	struct item *a = xcalloc(1, sizeof(*a));

	timer_init(a, on_timer_free);
	loop_timer_set(loop, &a->timer, 0);
	turn_now();
	ck_assert_int_eq(ncalls, 1);
}
END_TEST

/* Sets, moves and stops at random, in the model too. */
static void
shuffle(struct item *t, uint64_t now_ns)
{
	struct item *it;
	int i;

	for (i = 0; i < 2 * TIMERS; i++) {
		it = &t[random_next() % TIMERS];
		switch (random_next() % 4) {
		case 0:
			loop_timer_stop(loop, &it->timer);
			it->model_ns = LOOP_NEVER;
			continue;
		case 1:
			it->model_ns = now_ns + FAR_NS + random_next() % 1000;
			break;
		default:
			it->model_ns = now_ns - random_next() % 1000;
			break;
		}
		loop_timer_set(loop, &it->timer, it->model_ns);
	}
}

START_TEST(test_timers_and_model)
{
	struct item *t = xcalloc(TIMERS, sizeof(*t));
	uint64_t now_ns;
	int i, round, due;

	for (i = 0; i < TIMERS; i++) {
		timer_init(&t[i], on_timer);
		t[i].model_ns = LOOP_NEVER;
	}
	for (round = 0; round < ROUNDS; round++) {
		now_ns = loop_tick(loop);
		shuffle(t, now_ns);
		for (i = due = 0; i < TIMERS; i++) {
			ck_assert((t[i].timer.place != 0) ==
			    (t[i].model_ns != LOOP_NEVER));
			t[i].ncalls = 0;
			due += t[i].model_ns <= now_ns;
		}
		ncalls = 0;
		turn_now();
		ck_assert_int_eq(ncalls, due);
		for (i = 1; i < due; i++)
			ck_assert_uint_le(calls[i - 1]->model_ns,
			    calls[i]->model_ns);
		for (i = 0; i < TIMERS; i++) {
			ck_assert_int_eq(t[i].ncalls,
			    t[i].model_ns <= now_ns);
			if (t[i].ncalls > 0)
				t[i].model_ns = LOOP_NEVER;
		}
	}
	for (i = 0; i < TIMERS; i++)
		loop_timer_stop(loop, &t[i].timer);
	free(t);
}
END_TEST

/* The last moment that there is must not wrap round into "now". */
START_TEST(test_timer_never)
{
	struct item never, soon;

	timer_init(&never, on_timer);
	timer_init(&soon, on_timer_stop_loop);
	loop_timer_set(loop, &never.timer, LOOP_NEVER);
	ck_assert_int_eq(ncalls, 0);
	loop_timer_set(loop, &soon.timer, loop_tick(loop) + NS_PER_MS);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_int_eq(ncalls, 1);
	ck_assert_ptr_eq(calls[0], &soon);
	loop_timer_stop(loop, &never.timer);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("loop_timer");
	TCase *tc;

	tc = tcase_create("timers");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_timer_order);
	tcase_add_test(tc, test_timer_moves);
	tcase_add_test(tc, test_timer_stops_other);
	tcase_add_test(tc, test_timer_stops_itself);
	tcase_add_test(tc, test_timer_sets_itself);
	tcase_add_test(tc, test_timer_frees_itself);
	tcase_add_test(tc, test_timers_and_model);
	tcase_add_test(tc, test_timer_never);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
