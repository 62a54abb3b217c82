/* SPDX-License-Identifier: MIT */
/*
 * load/intervals.c: which intervals are heard, when and with what bounds, as
 * members tell of them in order, late, too late or not at all; and that what
 * is told is heard, all of it and once, however many members there are and
 * whichever is first.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "load/intervals.h"
#include "tests/suite.h"

#define INTERVAL_NS	(100 * NS_PER_MS)
#define PLAN_NS		(2 * NS_PER_SEC)
#define START_WALL_NS	UINT64_C(1700000000000000000)

enum {
	RATE = 50,		/* 5 arrivals an interval, for 20 of them */
	HEARD_MAX = 64,
	INTERVALS = 20,
	OPEN = 8		/* as many as there may be at a time */
};

/* What was heard, as the only one who listens. */
struct heard {
	uint64_t	 n;
	uint64_t	 shown;
	uint64_t	 from_ns;	/* of the last one */
	uint64_t	 until_ns;
	double		 planned;
	uint64_t	 completed[HEARD_MAX];
	uint64_t	 total;
	struct hist	 latency;
};

static struct arrival_plan *plan;
static struct intervals *iv;
static struct heard *heard;
static uint64_t random_state;

static void
on_interval(void *arg, struct interval *in, bool is_shown)
{
	struct heard *h = arg;

	ck_assert_ptr_eq(h, heard);
	ck_assert_uint_eq(in->index, h->n);
	ck_assert_uint_lt(h->n, HEARD_MAX);
	ck_assert_uint_eq(in->from_ns, h->n * INTERVAL_NS);
	ck_assert_uint_eq(in->start_wall_ns, START_WALL_NS + in->from_ns);
	h->from_ns = in->from_ns;
	h->until_ns = in->until_ns;
	h->planned = in->planned;
	h->completed[h->n++] = in->n.completed;
	h->shown += is_shown;
	h->total += in->n.completed;
	hist_merge(&h->latency, &in->hist[RESULT_LATENCY]);
}

static void
setup(void)
{
	static const struct phase phase = { .type = PHASE_CONSTANT,
	    .duration_ns = PLAN_NS, .rate = RATE };

	hist_init();
	plan = arrival_plan_new(&phase, 1);
	heard = xcalloc(1, sizeof(*heard));
	random_state = 88172645463325252;
}

static void
teardown(void)
{
	intervals_free(iv);
	arrival_plan_free(plan);
	free(heard);
}

static void
start(size_t members)
{
	iv = intervals_new(members, INTERVAL_NS, plan, on_interval, heard);
	intervals_start(iv, START_WALL_NS);
}

/* A member has completed so many in an interval. */
static void
tell(size_t member, uint64_t index, uint64_t completed)
{
	struct interval *in = intervals_at(iv, index);

	in->n.completed += completed;
	hist_record(&in->hist[RESULT_LATENCY], (index + 1) * NS_PER_MS);
	intervals_told(iv, member, index, (index + 1) * INTERVAL_NS);
}

static size_t
random_below(size_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state % n);
}

START_TEST(test_order)
{
	start(3);
	tell(2, 0, 1);
	tell(0, 0, 10);
	tell(0, 1, 20);
	ck_assert_uint_eq(heard->n, 0);
	tell(1, 0, 100);
	ck_assert_uint_eq(heard->n, 1);
	ck_assert_uint_eq(heard->completed[0], 111);
	ck_assert_uint_eq(heard->until_ns, INTERVAL_NS);
	ck_assert_double_eq_tol(heard->planned, 5, 1e-9);
	tell(2, 1, 2);
	tell(1, 1, 200);
	ck_assert_uint_eq(heard->n, 2);
	ck_assert_uint_eq(heard->completed[1], 222);
	ck_assert_uint_eq(heard->shown, 2);
}
END_TEST

/* Whoever tells of a later one has nothing more to say of those before. */
START_TEST(test_left_out)
{
	start(2);
	tell(0, 3, 1);
	tell(1, 1, 1);
	ck_assert_uint_eq(heard->n, 2);
	tell(1, 3, 1);
	ck_assert_uint_eq(heard->n, 4);
	ck_assert_uint_eq(heard->completed[0], 0);
	ck_assert_uint_eq(heard->completed[1], 1);
	ck_assert_uint_eq(heard->completed[2], 0);
	ck_assert_uint_eq(heard->completed[3], 2);
}
END_TEST

/* Complete is complete: what comes late counts in the oldest open one. */
START_TEST(test_late)
{
	start(2);
	tell(0, 4, 1);
	tell(1, 2, 1);
	ck_assert_uint_eq(heard->n, 3);
	tell(1, 0, 10);
	ck_assert_uint_eq(heard->n, 3);
	tell(0, 3, 100);
	tell(1, 4, 1000);
	ck_assert_uint_eq(heard->n, 5);
	ck_assert_uint_eq(heard->completed[3], 110);
	ck_assert_uint_eq(heard->completed[4], 1001);
}
END_TEST

/* One that has left is not waited for. */
START_TEST(test_leave)
{
	start(3);
	tell(0, 0, 1);
	tell(0, 1, 1);
	tell(1, 0, 1);
	intervals_leave(iv, 2);
	ck_assert_uint_eq(heard->n, 1);
	intervals_leave(iv, 1);
	ck_assert_uint_eq(heard->n, 2);
	intervals_leave(iv, 0);
	ck_assert_uint_eq(heard->n, 2);
	intervals_finish(iv, PLAN_NS);
	ck_assert_uint_eq(heard->n, 2);
}
END_TEST

/* The last one is cut; nothing is heard beyond what was told of. */
START_TEST(test_finish)
{
	start(2);
	tell(0, 0, 1);
	tell(0, 2, 1);
	tell(1, 0, 1);
	intervals_finish(iv, 2 * INTERVAL_NS + INTERVAL_NS / 2);
	ck_assert_uint_eq(heard->n, 3);
	ck_assert_uint_eq(heard->shown, 3);
	ck_assert_uint_eq(heard->until_ns, 2 * INTERVAL_NS + INTERVAL_NS / 2);
	ck_assert_double_eq_tol(heard->planned, 2.5, 1e-9);
	ck_assert_uint_eq(heard->total, 3);
	intervals_finish(iv, PLAN_NS);
	ck_assert_uint_eq(heard->n, 3);
}
END_TEST

/* What is left of a run that was stopped is no whole interval, whoever told. */
START_TEST(test_rest)
{
	const uint64_t stopped_ns = INTERVAL_NS + INTERVAL_NS / 4;
	size_t i;

	start(2);
	tell(0, 0, 1);
	for (i = 0; i < 2; i++) {
		intervals_at(iv, 1)->n.completed++;
		intervals_told(iv, i, 1, stopped_ns);
	}
	ck_assert_uint_eq(heard->n, 1);
	intervals_leave(iv, 0);
	intervals_leave(iv, 1);
	intervals_finish(iv, stopped_ns);
	ck_assert_uint_eq(heard->n, 2);
	ck_assert_uint_eq(heard->until_ns, stopped_ns);
	ck_assert_uint_eq(heard->completed[1], 2);
	ck_assert_double_eq_tol(heard->planned, 1.25, 1e-9);
}
END_TEST

/* Clocks of a fleet differ a little. */
START_TEST(test_early)
{
	start(1);
	intervals_at(iv, 0)->n.completed++;
	intervals_told(iv, 0, 0, INTERVAL_NS - INTERVAL_NS / 50);
	ck_assert_uint_eq(heard->n, 1);
	ck_assert_uint_eq(heard->until_ns, INTERVAL_NS);
}
END_TEST

/* Behind the plan's end one with nothing in it is heard, but not shown. */
START_TEST(test_not_shown)
{
	start(1);
	tell(0, INTERVALS - 1, 1);
	tell(0, INTERVALS, 0);
	ck_assert_uint_eq(heard->n, INTERVALS + 1);
	ck_assert_uint_eq(heard->shown, INTERVALS);
	tell(0, INTERVALS + 1, 1);
	ck_assert_uint_eq(heard->shown, INTERVALS + 1);
	/* Told of, though the run was over before it began. */
	(void)intervals_at(iv, INTERVALS + 2);
	intervals_finish(iv, PLAN_NS);
	ck_assert_uint_eq(heard->n, INTERVALS + 3);
	ck_assert_uint_eq(heard->shown, INTERVALS + 1);
}
END_TEST

/* Only so many are open: who is further behind adds to the oldest. */
START_TEST(test_far_behind)
{
	uint64_t i;

	start(2);
	for (i = 0; i < INTERVALS; i++) {
		tell(0, i, 1);
		ck_assert_uint_eq(heard->n, i < OPEN ? 0 : i + 1 - OPEN);
	}
	tell(1, 0, 100);
	ck_assert_uint_eq(heard->n, INTERVALS - OPEN);
	tell(1, INTERVALS - OPEN, 1000);
	ck_assert_uint_eq(heard->n, INTERVALS - OPEN + 1);
	ck_assert_uint_eq(heard->completed[INTERVALS - OPEN], 1101);
	intervals_finish(iv, PLAN_NS);
	ck_assert_uint_eq(heard->n, INTERVALS);
	ck_assert_uint_eq(heard->total, INTERVALS + 1100);
}
END_TEST

static const struct sum_test {
	size_t	 members;
	size_t	 ahead;		/* a member may be of another; 0: any */
} sum_tests[] = {
	{ 1, 0 },
	{ 2, 0 },
	{ 5, 3 },
	{ 100, 0 },
	{ 1000, 0 },
	{ 1000, 2 }
};

/* Each tells of its intervals in order, all of them mixed at random. */
START_TEST(test_sums)
{
	const struct sum_test *t = &sum_tests[_i];
	uint64_t told[1000] = { 0 }, least, total = 0;
	struct hist *want = xcalloc(1, sizeof(*want));
	size_t left = t->members, m, i;

	start(t->members);
	while (left > 0) {
		m = random_below(t->members);
		least = INTERVALS;
		for (i = 0; i < t->members && t->ahead > 0; i++)
			if (told[i] < least)
				least = told[i];
		if (told[m] == INTERVALS ||
		    (t->ahead > 0 && told[m] >= least + t->ahead))
			continue;
		hist_record(want, (told[m] + 1) * NS_PER_MS);
		tell(m, told[m], m + 1);
		total += m + 1;
		if (++told[m] == INTERVALS) {
			intervals_leave(iv, m);
			left--;
		}
	}
	intervals_finish(iv, PLAN_NS);
	ck_assert_uint_eq(heard->n, INTERVALS);
	ck_assert_uint_eq(heard->total, total);
	ck_assert_mem_eq(&heard->latency, want, sizeof(*want));
	/* Those who keep together are told apart exactly. */
	for (i = 0; i < INTERVALS && t->ahead > 0; i++)
		ck_assert_uint_eq(heard->completed[i], total / INTERVALS);
	free(want);
}
END_TEST

START_TEST(test_free_none)
{
	intervals_free(NULL);
	start(1);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("intervals");
	TCase *tc = tcase_create("intervals");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_order);
	tcase_add_test(tc, test_left_out);
	tcase_add_test(tc, test_late);
	tcase_add_test(tc, test_leave);
	tcase_add_test(tc, test_finish);
	tcase_add_test(tc, test_rest);
	tcase_add_test(tc, test_early);
	tcase_add_test(tc, test_not_shown);
	tcase_add_test(tc, test_far_behind);
	tcase_add_loop_test(tc, test_sums, 0, UTIL_NELEM(sum_tests));
	tcase_add_test(tc, test_free_none);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
