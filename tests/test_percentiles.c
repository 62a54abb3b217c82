/* SPDX-License-Identifier: MIT */
/*
 * percentiles.c: ranks against what exact arithmetic gives, against sums in
 * long double for every small sample, and against published tables; intervals
 * from histograms; how often they hold the true value.
 */

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "report/percentiles.h"
#include "tests/suite.h"

static struct result *res;

static void
start(void)
{
	hist_init();
	res = result_new(0);
}

static void
stop(void)
{
	result_free(res);
}

/* low 0: no interval. The others come from arithmetic of 40 digits. */
static const struct rank_test {
	uint64_t	 n;
	double		 p;
	uint64_t	 low;
	uint64_t	 high;
} rank_tests[] = {
	{ 0, 50, 0, 0 },
	{ 1, 50, 0, 0 },
	{ 5, 50, 0, 0 },
	{ 6, 50, 1, 6 },
	{ 10, 50, 2, 9 },		/* Conover's table, and on */
	{ 20, 50, 6, 15 },
	{ 25, 50, 8, 18 },
	{ 100, 50, 40, 61 },
	{ 100, 90, 84, 96 },
	{ 100, 95, 90, 100 },
	{ 1000, 50, 469, 532 },
	{ 1000, 90, 881, 919 },
	{ 1000, 99, 983, 997 },
	{ 367, 99, 0, 0 },
	{ 368, 99, 360, 368 },
	{ 3687, 99.9, 0, 0 },
	{ 3688, 99.9, 3680, 3688 },
	{ 36886, 99.99, 0, 0 },
	{ 36887, 99.99, 36879, 36887 },
	{ 100000, 50, 49690, 50311 },
	{ 100000, 99.9, 99880, 99920 },
	{ 1000000, 99, 989805, 990196 },
	{ 1000000, 99.99, 999880, 999920 },
	{ UINT64_C(100000000), 99.99, 99989804, 99990197 },
	{ UINT64_C(1000000000), 99.999, 999989804, 999990197 },
	{ UINT64_C(10000000000), 99.999, UINT64_C(9999899380),
	    UINT64_C(9999900620) },
	{ UINT64_C(1000000000), 50, 499969010, 500030991 },
	{ UINT64_C(1000000000000), 50, UINT64_C(499999020018),
	    UINT64_C(500000979983) },
	{ UINT64_C(1000000000000), 99, UINT64_C(989999804986),
	    UINT64_C(990000195014) },
	{ UINT64_C(1000000000000), 99.99, UINT64_C(999899980401),
	    UINT64_C(999900019599) },
	{ UINT64_C(1000000000000), 99.9999, UINT64_C(999998998040),
	    UINT64_C(999999001960) },
	{ 1000, 0, 0, 0 },
	{ 1000, 100, 0, 0 }
};

START_TEST(test_ranks)
{
	const struct rank_test *t = &rank_tests[_i];
	uint64_t low = 0, high = 0;
	bool has = percentile_ranks(t->n, t->p, &low, &high);

	ck_assert_int_eq(has, t->low > 0);
	ck_assert_uint_eq(low, t->low);
	ck_assert_uint_eq(high, t->high);
}
END_TEST

/* The chance of fewer than k of n, term by term. */
static long double
below(uint64_t k, uint64_t n, long double p)
{
	long double sum = 0, ln;
	uint64_t j;

	for (j = 0; j < k; j++) {
		ln = lgammal((long double)n + 1) -
		    lgammal((long double)j + 1) -
		    lgammal((long double)(n - j) + 1) +
		    (long double)j * logl(p) +
		    (long double)(n - j) * log1pl(-p);
		sum += expl(ln);
	}
	return sum;
}

/* One rank further in either direction, and the tail is too large. */
START_TEST(test_ranks_of_few)
{
	static const double percentiles[] = { 10, 50, 75, 90, 95, 99 };
	double p = percentiles[_i];
	long double chance = (long double)p / 100, tail = 0.025L;
	uint64_t n, low, high;

	for (n = 1; n <= 400; n++) {
		if (!percentile_ranks(n, p, &low, &high)) {
			ck_assert(below(1, n, chance) > tail ||
			    1 - below(n, n, chance) > tail);
			continue;
		}
		ck_assert(low >= 1 && low < high && high <= n);
		ck_assert(below(low, n, chance) <= tail);
		ck_assert(below(low + 1, n, chance) > tail);
		ck_assert(1 - below(high, n, chance) <= tail);
		ck_assert(1 - below(high - 1, n, chance) > tail);
	}
}
END_TEST

START_TEST(test_ranks_mirror)
{
	uint64_t low, high, other_low, other_high, n;

	for (n = 1000; n < 100000000; n = n * 3 + 1) {
		ck_assert(percentile_ranks(n, 25, &low, &high));
		ck_assert(percentile_ranks(n, 75, &other_low, &other_high));
		ck_assert_uint_eq(low, n + 1 - other_high);
		ck_assert_uint_eq(high, n + 1 - other_low);
	}
}
END_TEST

/* Values 1 ms to 1 s: rank r is r ms. Slots are within 0.15 %. */
START_TEST(test_interval)
{
	struct percentile p;
	uint64_t i;

	for (i = 1; i <= 1000; i++)
		hist_record(&res->hist[RESULT_SERVICE], i * NS_PER_MS);
	percentile_of(&p, res, RESULT_SERVICE, 50);
	ck_assert(p.has_value);
	ck_assert_double_eq(p.p, 50);
	ck_assert_uint_eq(p.value_ns, result_percentile(res, RESULT_SERVICE,
	    50));
	ck_assert_uint_le(p.low_ns, 469 * NS_PER_MS);
	ck_assert_uint_ge(p.low_ns, 468 * NS_PER_MS);
	ck_assert_uint_ge(p.high_ns, 532 * NS_PER_MS);
	ck_assert_uint_le(p.high_ns, 533 * NS_PER_MS);
	percentile_of(&p, res, RESULT_SERVICE, 99.9);
	ck_assert(!p.has_value);
	percentile_of(&p, res, RESULT_TTFB, 50);
	ck_assert(!p.has_value);
}
END_TEST

/* Ends stay within what was measured. */
START_TEST(test_interval_of_one_value)
{
	struct percentile p;
	int i;

	for (i = 0; i < 400; i++)
		hist_record(&res->hist[RESULT_LATENCY], 1234567);
	percentile_of(&p, res, RESULT_LATENCY, 99);
	ck_assert(p.has_value);
	ck_assert_uint_eq(p.low_ns, 1234567);
	ck_assert_uint_eq(p.value_ns, 1234567);
	ck_assert_uint_eq(p.high_ns, 1234567);
}
END_TEST

/* With the 800 buckets alone its ends are theirs: wider, never narrower. */
START_TEST(test_interval_coarse)
{
	struct coarse *c = &res->coarse[RESULT_LATENCY];
	struct percentile fine, coarse;
	struct hist *h = &res->hist[RESULT_LATENCY];
	uint64_t i;

	for (i = 1; i <= 1000; i++)
		hist_record(h, i * NS_PER_MS);
	percentile_of(&fine, res, RESULT_LATENCY, 90);
	c->count = h->count;
	c->sum_lo = h->sum_lo;
	c->min_ns = h->min_ns;
	c->max_ns = h->max_ns;
	hist_coarse(h, c->bucket);
	hist_reset(h);
	percentile_of(&coarse, res, RESULT_LATENCY, 90);
	ck_assert(coarse.has_value);
	ck_assert_uint_le(coarse.low_ns, fine.low_ns);
	ck_assert_uint_ge(coarse.high_ns, fine.high_ns);
	ck_assert_uint_ge(coarse.low_ns, 881 * NS_PER_MS * 97 / 100);
	ck_assert_uint_le(coarse.high_ns, 919 * NS_PER_MS * 103 / 100);
	ck_assert_uint_eq(coarse.value_ns, result_percentile(res,
	    RESULT_LATENCY, 90));
}
END_TEST

/* 64-bit xorshift (Marsaglia). */
static uint64_t
chance_below(uint64_t n)
{
	static uint64_t state = 1;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

/* Of values that are uniform the true percentile is known. */
START_TEST(test_coverage)
{
	struct hist *h = &res->hist[RESULT_SERVICE];
	uint64_t truth = 900 * NS_PER_MS;
	int round, i, held = 0;
	struct percentile p;

	for (round = 0; round < 2000; round++) {
		hist_reset(h);
		for (i = 0; i < 200; i++)
			hist_record(h, chance_below(NS_PER_SEC));
		percentile_of(&p, res, RESULT_SERVICE, 90);
		ck_assert(p.has_value);
		held += p.low_ns <= truth && truth <= p.high_ns;
	}
	ck_assert_int_ge(held, 1900);	/* 1933 are expected */
	ck_assert_int_le(held, 1980);
}
END_TEST

START_TEST(test_list)
{
	static const double more[] = { 99.999, 75, 99.9, 10 };
	static const double want[] = { 10, 50, 75, 90, 95, 99, 99.9, 99.99,
	    99.999 };
	double list[PERCENTILES_USUAL + UTIL_NELEM(more)];
	char name[PERCENTILE_NAME_MAX];
	size_t i;

	ck_assert_uint_eq(percentile_list(list, NULL, 0), PERCENTILES_USUAL);
	ck_assert_double_eq(list[0], 50);
	ck_assert_uint_eq(percentile_list(list, more, UTIL_NELEM(more)),
	    UTIL_NELEM(want));
	for (i = 0; i < UTIL_NELEM(want); i++)
		ck_assert_double_eq(list[i], want[i]);
	ck_assert_str_eq(percentile_name(name, 99.999), "p99.999");
	ck_assert_str_eq(percentile_name(name, 50), "p50");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("percentiles");
	TCase *tc = tcase_create("percentiles");

	tcase_add_checked_fixture(tc, start, stop);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_ranks, 0, UTIL_NELEM(rank_tests));
	tcase_add_loop_test(tc, test_ranks_of_few, 0, 6);
	tcase_add_test(tc, test_ranks_mirror);
	tcase_add_test(tc, test_interval);
	tcase_add_test(tc, test_interval_of_one_value);
	tcase_add_test(tc, test_interval_coarse);
	tcase_add_test(tc, test_coverage);
	tcase_add_test(tc, test_list);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
