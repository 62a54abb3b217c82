/* SPDX-License-Identifier: MIT */
/*
 * load/arrival.c: who takes which arrival, and when it comes if the gaps are
 * random. Whatever the shares and the generators, all takers together make the
 * plan, each arrival once and at its time. Random times are compared with some
 * computed elsewhere, and their counts and gaps with what theory says, within
 * four sigma or so; the seeds are fixed, so that a failure comes again.
 */

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/util.h"
#include "load/arrival.h"
#include "tests/suite.h"

#define MS(n)		((n) * NS_PER_MS)
#define SEC(n)		((n) * NS_PER_SEC)

#define CONSTANT(per_sec, ns) \
	{ .type = PHASE_CONSTANT, .rate = per_sec, .duration_ns = ns }
#define RAMP(a, b, ns) \
	{ .type = PHASE_RAMP, .from = a, .to = b, .duration_ns = ns }
#define STEP(a, b, n, ns) \
	{ .type = PHASE_STEP, .from = a, .to = b, .steps = n, \
	    .duration_ns = ns }
#define SPIKE(a, b, at, lasting, ns) \
	{ .type = PHASE_SPIKE, .from = a, .to = b, .spike_at_ns = at, \
	    .spike_for_ns = lasting, .duration_ns = ns }

enum {
	SHARED_MAX = 5000	/* arrivals of the plan that is shared out */
};

static const uint32_t	 all_shares[] = { 0 };
static const struct arrival_share everything = { 1, 1, all_shares };

static const uint32_t	 take_0_2_4[] = { 0, 2, 4 };
static const uint32_t	 take_1[] = { 1 };
static const uint32_t	 take_3[] = { 3 };
static const uint32_t	 take_0_1[] = { 0, 1 };
static const uint32_t	 take_2[] = { 2 };

static const struct arrival_share weights_3_1_1[] = {
	{ 5, 3, take_0_2_4 },
	{ 5, 1, take_1 },
	{ 5, 1, take_3 }
};
static const struct arrival_share weights_2_1[] = {
	{ 3, 2, take_0_1 },
	{ 3, 1, take_2 }
};

static const struct share_test {
	const char			*descr;
	const struct arrival_share	*share;
	size_t				 shares;
	uint32_t			 generators;
} share_tests[] = {
	{ "alone", &everything, 1, 1 },
	{ "two generators", &everything, 1, 2 },
	{ "seven generators", &everything, 1, 7 },
	{ "more generators than arrivals", &everything, 1,
	    ARRIVAL_TAKERS_MAX },
	{ "three machines", weights_3_1_1, 3, 1 },
	{ "three machines, four generators", weights_3_1_1, 3, 4 },
	{ "two machines, three generators", weights_2_1, 2, 3 }
};

static const struct phase shared_phases[] = {
	CONSTANT(333, MS(777)), RAMP(17, 900, 1000000007),
	STEP(50, 7, 6, MS(2001)), SPIKE(5, 1000, MS(3), MS(300), MS(900))
};

/* The sequence itself, as computed with 40 digits: all machines agree. */
static const struct seed_test {
	uint64_t	 seed;
	uint64_t	 want_ns[3];
} seed_tests[] = {
	{ 0, { 508722837, 799377199, 3072209437 } },
	{ 1, { 352509584, 1005596750, 1560538503 } },
	{ 42, { 2478571109, 3448842293, 3834440936 } }
};

static struct arrival_plan *new_plan(const struct phase *phase, size_t n);
static void	 take(struct arrival_cursor *c, const uint64_t *want_ns,
		    uint64_t count, bool *taken);
static void	 check_union(const struct share_test *t, bool is_poisson);
static void	 check_skip(const struct arrival_cursor *start,
		    uint64_t from, uint64_t until_ns, uint64_t limit);
static Suite	*make_suite(void);

static struct arrival_plan *
new_plan(const struct phase *phase, size_t n)
{
	ck_assert_ptr_null(arrival_check(phase, n));
	return arrival_plan_new(phase, n);
}

/* Marks what one taker gets; each number only once, at the right time. */
static void
take(struct arrival_cursor *c, const uint64_t *want_ns, uint64_t count,
    bool *taken)
{
	struct arrival a;
	uint64_t last_ns = 0;

	while (arrival_next(c, &a)) {
		ck_assert_uint_lt(a.n, count);
		ck_assert_msg(!taken[a.n], "%" PRIu64 " is taken twice", a.n);
		ck_assert_uint_eq(a.at_ns, want_ns[a.n]);
		ck_assert_uint_ge(a.at_ns, last_ns);
		taken[a.n] = true;
		last_ns = a.at_ns;
	}
}

/* All takers together make the plan, without gaps and doubles. */
static void
check_union(const struct share_test *t, bool is_poisson)
{
	struct arrival_plan *plan = new_plan(shared_phases,
	    UTIL_NELEM(shared_phases));
	uint64_t *want_ns = xcalloc(SHARED_MAX, sizeof(*want_ns));
	bool *taken = xcalloc(SHARED_MAX, sizeof(*taken));
	struct arrival_cursor c;
	struct arrival a;
	uint64_t count = 0, i;
	uint32_t g;
	size_t s;

	arrival_start(&c, plan, &everything, 0, 1, is_poisson, 99);
	while (arrival_next(&c, &a)) {
		ck_assert_uint_lt(count, SHARED_MAX);
		want_ns[count++] = a.at_ns;
	}
	ck_assert_uint_gt(count, 1000);
	for (s = 0; s < t->shares; s++) {
		for (g = 0; g < t->generators; g++) {
			arrival_start(&c, plan, &t->share[s], g,
			    t->generators, is_poisson, 99);
			take(&c, want_ns, count, taken);
		}
	}
	for (i = 0; i < count; i++)
		ck_assert_msg(taken[i], "%s: nobody takes %" PRIu64,
		    t->descr, i);
	free(taken);
	free(want_ns);
	arrival_plan_free(plan);
}

START_TEST(test_union)
{
	check_union(&share_tests[_i], false);
}
END_TEST

START_TEST(test_union_poisson)
{
	check_union(&share_tests[_i], true);
}
END_TEST

/* The rule itself: own number m of a share, and those of one generator. */
START_TEST(test_share_numbers)
{
	static const uint64_t want[] = { 2, 7, 12, 17, 22, 27 };
	const struct phase phase = CONSTANT(10, SEC(3));
	struct arrival_plan *plan = new_plan(&phase, 1);
	struct arrival_cursor c;
	struct arrival a;
	size_t i;

	/* 0 2 4 5 7 9 10 12 14 ..: generator 1 of 3 has every third. */
	arrival_start(&c, plan, &weights_3_1_1[0], 1, 3, false, 0);
	for (i = 0; i < UTIL_NELEM(want); i++) {
		ck_assert(arrival_next(&c, &a));
		ck_assert_uint_eq(a.n, want[i]);
		ck_assert_uint_eq(a.at_ns, want[i] * MS(100));
	}
	ck_assert(!arrival_next(&c, &a));
	arrival_plan_free(plan);
}
END_TEST

/*
 * Poisson
 */

/*
 * What is skipped after `from` arrivals is as much as is passed by one by one,
 * and the next is the same.
 */
static void
check_skip(const struct arrival_cursor *start, uint64_t from,
    uint64_t until_ns, uint64_t limit)
{
	struct arrival_cursor walker = *start, skipper = *start;
	struct arrival a = { 0, 0 }, b;
	uint64_t want = 0;
	bool has_next = true;

	for (; from > 0; from--)
		if (!arrival_next(&walker, &a) ||
		    !arrival_next(&skipper, &b))
			return;
	while ((has_next = arrival_next(&walker, &a)) &&
	    a.at_ns <= until_ns && a.n < limit)
		want++;
	ck_assert_uint_eq(arrival_skip(&skipper, until_ns, limit), want);
	ck_assert(arrival_next(&skipper, &b) == has_next);
	if (!has_next)
		return;
	ck_assert_uint_eq(b.n, a.n);
	ck_assert_uint_eq(b.at_ns, a.at_ns);
}

START_TEST(test_skip)
{
	const struct share_test *t = &share_tests[_i];
	const uint64_t until_ns[] = { 0, 1, MS(776), MS(777), MS(778),
	    MS(1500), MS(2000), MS(4000), SEC(60), UINT64_MAX };
	struct arrival_plan *plan = new_plan(shared_phases,
	    UTIL_NELEM(shared_phases));
	struct arrival_cursor c;
	size_t i;

	arrival_start(&c, plan, &t->share[t->shares - 1], t->generators - 1,
	    t->generators, false, 0);
	for (i = 0; i < UTIL_NELEM(until_ns); i++) {
		check_skip(&c, 0, until_ns[i], UINT64_MAX);
		check_skip(&c, 1, until_ns[i], UINT64_MAX);
		check_skip(&c, 7, until_ns[i], 500);
		check_skip(&c, 100, until_ns[i], 3);
		check_skip(&c, 0, until_ns[i], 0);
	}
	arrival_plan_free(plan);
}
END_TEST

/* Nobody can walk through 10^12: that it ends is what is tested. */
START_TEST(test_skip_many)
{
	const struct phase phase = CONSTANT(100000000, SEC(10000));
	struct arrival_plan *plan = new_plan(&phase, 1);
	struct arrival_cursor c;
	struct arrival a;

	arrival_start(&c, plan, &everything, 1, 2, false, 0);
	ck_assert(arrival_next(&c, &a));
	ck_assert_uint_eq(arrival_skip(&c, SEC(5000), UINT64_MAX),
	    UINT64_C(250000000000) - 1);
	ck_assert(arrival_next(&c, &a));
	ck_assert_uint_eq(a.n, UINT64_C(500000000001));
	ck_assert_uint_eq(a.at_ns, SEC(5000) + 10);
	arrival_plan_free(plan);
}
END_TEST

START_TEST(test_poisson_seed)
{
	const struct seed_test *t = &seed_tests[_i];
	const struct phase phase = CONSTANT(1, SEC(100));
	struct arrival_plan *plan = new_plan(&phase, 1);
	struct arrival_cursor c;
	struct arrival a;
	size_t i;

	arrival_start(&c, plan, &everything, 0, 1, true, t->seed);
	for (i = 0; i < UTIL_NELEM(t->want_ns); i++) {
		ck_assert(arrival_next(&c, &a));
		ck_assert_uint_eq(a.n, i);
		ck_assert_uint_ge(a.at_ns + 1, t->want_ns[i]);
		ck_assert_uint_le(a.at_ns, t->want_ns[i] + 1);
	}
	arrival_plan_free(plan);
}
END_TEST

/* Counts of 4,000 seconds at 100/s: mean and variance are both 100. */
START_TEST(test_poisson_counts)
{
	enum { SECONDS = 4000 };
	const struct phase phase = CONSTANT(100, SEC(SECONDS));
	struct arrival_plan *plan = new_plan(&phase, 1);
	uint64_t *count = xcalloc(SECONDS, sizeof(*count));
	double mean = 0, variance = 0;
	struct arrival_cursor c;
	struct arrival a;
	size_t i;

	arrival_start(&c, plan, &everything, 0, 1, true, 2024);
	while (arrival_next(&c, &a))
		count[a.at_ns / NS_PER_SEC]++;
	for (i = 0; i < SECONDS; i++)
		mean += (double)count[i] / SECONDS;
	for (i = 0; i < SECONDS; i++)
		variance += pow((double)count[i] - mean, 2) / (SECONDS - 1);
	ck_assert_double_le(fabs(mean - 100), 0.64);	/* 4 sigma of 0.16 */
	ck_assert_double_le(fabs(variance - 100), 9);	/* 4 of 2.25 */
	free(count);
	arrival_plan_free(plan);
}
END_TEST

/* Gaps of a unit-rate process: mean, deviation and tail of exponentials. */
START_TEST(test_poisson_gaps)
{
	const struct phase phase = CONSTANT(1000, SEC(200));
	struct arrival_plan *plan = new_plan(&phase, 1);
	double gap, sum = 0, squares = 0, n = 0, tail = 0;
	struct arrival_cursor c;
	struct arrival a;
	uint64_t last_ns = 0;

	arrival_start(&c, plan, &everything, 0, 1, true, 5);
	while (arrival_next(&c, &a)) {
		gap = (double)(a.at_ns - last_ns) / 1e6;
		sum += gap;
		squares += gap * gap;
		tail += gap > 3;
		n++;
		last_ns = a.at_ns;
	}
	ck_assert_double_le(fabs(sum / n - 1), 0.01);
	ck_assert_double_le(fabs(squares / n - 2), 0.05);
	ck_assert_double_le(fabs(tail / n - exp(-3)), 0.002);
	arrival_plan_free(plan);
}
END_TEST

/* A ramp from 0 has a quarter of its arrivals in its first half. */
START_TEST(test_poisson_follows_rate)
{
	const struct phase phase = RAMP(0, 2000, SEC(100));
	struct arrival_plan *plan = new_plan(&phase, 1);
	struct arrival_cursor c;
	struct arrival a;
	double early = 0, n = 0;

	arrival_start(&c, plan, &everything, 0, 1, true, 11);
	while (arrival_next(&c, &a)) {
		early += a.at_ns < SEC(50);
		n++;
	}
	ck_assert_double_le(fabs(n - 1e5), 4 * sqrt(1e5));
	ck_assert_double_le(fabs(early / n - 0.25), 0.006);
	arrival_plan_free(plan);
}
END_TEST

START_TEST(test_poisson_seeds_differ)
{
	const struct phase phase = CONSTANT(1000, SEC(1));
	struct arrival_plan *plan = new_plan(&phase, 1);
	struct arrival_cursor one, two;
	struct arrival a, b;
	int i, same = 0;

	arrival_start(&one, plan, &everything, 0, 1, true, 1);
	arrival_start(&two, plan, &everything, 0, 1, true, 2);
	for (i = 0; i < 500; i++) {
		ck_assert(arrival_next(&one, &a));
		ck_assert(arrival_next(&two, &b));
		same += a.at_ns == b.at_ns;
	}
	ck_assert_int_lt(same, 5);
	arrival_plan_free(plan);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("arrival_share");
	TCase *tc;

	tc = tcase_create("share");
	tcase_add_loop_test(tc, test_union, 0, UTIL_NELEM(share_tests));
	tcase_add_loop_test(tc, test_union_poisson, 0,
	    UTIL_NELEM(share_tests));
	tcase_add_test(tc, test_share_numbers);
	tcase_add_loop_test(tc, test_skip, 0, UTIL_NELEM(share_tests));
	tcase_add_test(tc, test_skip_many);
	suite_add_tcase(s, tc);

	tc = tcase_create("poisson");
	tcase_add_loop_test(tc, test_poisson_seed, 0,
	    UTIL_NELEM(seed_tests));
	tcase_add_test(tc, test_poisson_counts);
	tcase_add_test(tc, test_poisson_gaps);
	tcase_add_test(tc, test_poisson_follows_rate);
	tcase_add_test(tc, test_poisson_seeds_differ);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
