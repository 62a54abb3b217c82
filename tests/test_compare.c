/* SPDX-License-Identifier: MIT */
/*
 * diff/compare.c, diff/spread.c and diff/fail_if.c: figures and verdicts
 * of results that are known, and, of some hundred pairs of random ones, how
 * often a verdict is wrong. tests/sim.t does the latter with thousands.
 */

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "diff/compare.h"
#include "diff/fail_if.h"
#include "diff/spread.h"
#include "hist.h"
#include "tests/compare_rig.h"
#include "tests/suite.h"
#include "wire/read.h"

static const struct rig_model steady = { .samples = 20000, .intervals = 60,
    .median_ns = 5e6, .sigma = 0.5, .errors = 0.01, .is_poisson = 1 };

static const struct row *row_of(const struct comparison *, const char *);
static Suite	*make_suite(void);

static void
setup(void)
{
	hist_init();
}

static const struct row *
row_of(const struct comparison *c, const char *want)
{
	char name[ROW_NAME_MAX];
	size_t i;

	for (i = 0; i < c->nrows; i++)
		if (strcmp(row_name(name, &c->rows[i]), want) == 0)
			return &c->rows[i];
	ck_abort_msg("%s: no such row", want);
	return NULL;
}

/* The same twice is no difference, and a third more is one. */
START_TEST(test_rows)
{
	static const double more[] = { 75, 99 };
	struct rig_model slower = steady;
	struct rig_run runs[2];
	struct comparison c;
	uint64_t seed = 1;
	size_t i;

	slower.median_ns *= 1.3;
	slower.errors = 0.03;
	rig_make(&runs[0], &steady, &seed);
	rig_make(&runs[1], &slower, &seed);
	compare(&c, &runs[0].side, &runs[0].side, more, 2);
	ck_assert_uint_eq(c.nrows, 10);
	ck_assert_uint_eq(c.snapshots[0], 60);
	for (i = 0; i < c.nrows; i++) {
		ck_assert_int_eq(c.rows[i].verdict, ROW_NO_EVIDENCE);
		ck_assert(c.rows[i].diff == 0);
	}
	compare(&c, &runs[0].side, &runs[1].side, NULL, 0);
	ck_assert_int_eq(row_of(&c, "rate")->verdict, ROW_NO_EVIDENCE);
	ck_assert_int_eq(row_of(&c, "errors")->verdict, ROW_WORSE);
	ck_assert_int_eq(row_of(&c, "p50")->verdict, ROW_WORSE);
	ck_assert_double_eq_tol(row_of(&c, "p50")->ratio, 0.3, 0.02);
	ck_assert(row_of(&c, "p50")->ratio_low < 0.3);
	ck_assert(row_of(&c, "p50")->ratio_high > 0.3);
	compare(&c, &runs[1].side, &runs[0].side, NULL, 0);
	ck_assert_int_eq(row_of(&c, "p50")->verdict, ROW_BETTER);
	ck_assert_int_eq(row_of(&c, "errors")->verdict, ROW_BETTER);
	rig_clear(&runs[0]);
	rig_clear(&runs[1]);
}
END_TEST

/* Few samples have no p99, and one has nothing. */
START_TEST(test_few)
{
	static const size_t samples[] = { 1, 2, 30, 399, 400 };
	struct rig_model few = steady;
	struct rig_run run;
	struct comparison c;
	uint64_t seed = 2;

	few.intervals = 0;
	few.is_poisson = 0;
	few.samples = samples[_i];
	rig_make(&run, &few, &seed);
	compare(&c, &run.side, &run.side, NULL, 0);
	ck_assert_int_eq(row_of(&c, "p99")->has_interval, samples[_i] >= 400);
	ck_assert_int_eq(row_of(&c, "p50")->has_interval, samples[_i] >= 30);
	ck_assert_uint_eq(c.snapshots[0], 0);
	rig_clear(&run);
}
END_TEST

/* Two that lie in slots side by side cannot be told apart, however many. */
START_TEST(test_resolution)
{
	struct result *r[2] = { result_new(0), result_new(0) };
	struct side side[2] = { { r[0], NULL, 0, 1 }, { r[1], NULL, 0, 1 } };
	struct comparison c;
	size_t i, j, slot = hist_slot(5000000);

	for (i = 0; i < 2; i++) {
		for (j = 0; j < 100000; j++)
			hist_record(&r[i]->hist[RESULT_LATENCY],
			    hist_slot_first(slot + i) + 7);
		r[i]->n.completed = r[i]->n.scheduled = 100000;
	}
	compare(&c, &side[0], &side[1], NULL, 0);
	ck_assert(row_of(&c, "p50")->diff > 0);
	ck_assert_int_eq(row_of(&c, "p50")->verdict, ROW_NO_EVIDENCE);
	result_free(r[0]);
	result_free(r[1]);
}
END_TEST

/* Whatever the intervals of a file say, there is an end to what may be. */
START_TEST(test_wild)
{
	struct result *r = result_new(0);
	struct snapshot snapshots[5] = { { .planned = 1e308 } };
	struct side side = { r, snapshots, 5, 1 };
	struct comparison c;
	size_t i;

	for (i = 0; i < 1000; i++)
		hist_record(&r->hist[RESULT_LATENCY], 5000000);
	r->n.completed = r->n.scheduled = 1000;
	for (i = 0; i < 5; i++) {
		snapshots[i].completed = WIRE_COUNT_MAX;
		snapshots[i].latency.count = WIRE_COUNT_MAX;
	}
	snapshots[3].latency.mean_ns = INT64_MAX;
	compare(&c, &side, &side, NULL, 0);
	ck_assert(row_of(&c, "mean")->has_interval);
	for (i = 0; i < c.nrows; i++) {
		ck_assert_int_eq(c.rows[i].verdict, ROW_NO_EVIDENCE);
		ck_assert(isfinite(c.rows[i].low));
		ck_assert(isfinite(c.rows[i].high));
	}
	result_free(r);
}
END_TEST

/* Of equal runs; at most 5 %, and so much more as chance may add here. */
static const struct rig_model equal_models[] = {
	{ .descr = "independent", .samples = 5000, .intervals = 30,
	    .median_ns = 5e6, .sigma = 0.5, .errors = 0.01, .is_poisson = 1 },
	{ .descr = "not told of", .samples = 5000, .median_ns = 5e6,
	    .sigma = 0.5, .errors = 0.01, .is_poisson = 1 },
	{ .descr = "factors", .samples = 5000, .intervals = 30,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.2, .errors = 0.01,
	    .burst = 1 },
	{ .descr = "correlated", .samples = 5000, .intervals = 20,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.1, .phi = 0.5 },
	{ .descr = "more so", .samples = 5000, .intervals = 60,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.1, .phi = 0.8 },
};

START_TEST(test_equal)
{
	enum { PAIRS = 400 };
	struct rig_count count;

	rig_count(&count, PAIRS, &equal_models[_i], &equal_models[_i], 3);
	ck_assert_msg(count.any <= PAIRS * 8 / 100, "%s: %zu of %d",
	    equal_models[_i].descr, count.any, PAIRS);
}
END_TEST

/*
 * Where all that is slow is in a few intervals, or there are few intervals, or
 * slow movements hide under the noise, the same holds.
 */
static const struct rig_model odd_models[] = {
	{ .descr = "one in 30 slow", .samples = 6000, .intervals = 30,
	    .median_ns = 5e6, .sigma = 0.3, .slow = 1. / 30 },
	{ .descr = "one in 30 slow, of 10", .samples = 6000, .intervals = 10,
	    .median_ns = 5e6, .sigma = 0.3, .slow = 1. / 30 },
	{ .descr = "five intervals", .samples = 2500, .intervals = 5,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.1 },
	{ .descr = "hidden", .samples = 9000, .intervals = 90,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.05, .phi = 0.9 },
};

START_TEST(test_odd)
{
	enum { PAIRS = 100 };
	struct rig_count count;
	size_t i;

	rig_count(&count, PAIRS, &odd_models[_i], &odd_models[_i], 5);
	ck_assert_msg(count.any <= PAIRS * 11 / 100, "%s: %zu of %d",
	    odd_models[_i].descr, count.any, PAIRS);
	for (i = 0; i < 8; i++)
		ck_assert_uint_eq(count.row_missing[i], 0);
}
END_TEST

START_TEST(test_slower)
{
	enum { PAIRS = 20 };
	static const size_t intervals[] = { 60, 30, 20 };
	struct rig_model base = steady, slower;
	struct rig_count count;

	base.samples = 100000;
	base.intervals = intervals[_i];
	slower = base;
	slower.median_ns *= 1.05;
	rig_count(&count, PAIRS, &base, &slower, 4);
	ck_assert_uint_ge(count.p99_worse, PAIRS - 4);
}
END_TEST

/* A sum of residuals that are white, and of such that wander. */
START_TEST(test_spread)
{
	static double e[1000];
	struct spread s, slow;
	double sum = 0;
	size_t i;

	ck_assert(!spread_of(&s, e, SPREAD_INTERVALS_MIN - 1, 0, 0));
	ck_assert(spread_of(&s, e, 1000, 0, 0));
	ck_assert(s.variance == 0);
	for (i = 0; i < 1000; i++)
		sum += e[i] = (i * 7919 % 1000) / 500.0 - 1;
	ck_assert(spread_of(&s, e, 1000, 0, 0.03));
	ck_assert_double_eq(s.df, 39);		/* 0.4 * 1000^(2/3) */
	for (i = 0; i < 1000; i++)
		e[i] = sin((double)i / 50);
	ck_assert_double_gt(spread_correlation(e, 1000), 0.9);
	ck_assert(spread_of(&slow, e, 1000, 0.9, 0.03));
	ck_assert_double_lt(slow.df, 40);
	ck_assert_double_gt(slow.variance, 5 * 500);
}
END_TEST

static const struct {
	const char	*text;
	const char	*why;		/* NULL: it parses */
	enum row_metric	 metric;
	double		 percentile;
	bool		 is_above;
	bool		 is_ratio;
	double		 bound;
} parse_rows[] = {
	{ "p99>+5%", NULL, ROW_PERCENTILE, 99, true, true, 0.05 },
	{ " p99.9 > 3ms ", NULL, ROW_PERCENTILE, 99.9, true, false, 3e6 },
	{ "mean<-2%", NULL, ROW_MEAN, 0, false, true, 0.02 },
	{ "rate<-20", NULL, ROW_RATE, 0, false, false, 20 },
	{ "errors>+0.1%", NULL, ROW_ERRORS, 0, true, false, 0.001 },
	{ "dropped>0%", NULL, ROW_DROPPED, 0, true, false, 0 },
	{ "p99", "p99: expected METRIC>+BOUND or METRIC<-BOUND", 0, 0, 0, 0,
	    0 },
	{ "", ": expected METRIC>", 0, 0, 0, 0, 0 },
	{ "p99>-5%", "p99>-5%: expected > with + or < with -", 0, 0, 0, 0, 0 },
	{ "p100>5%", "100", 0, 0, 0, 0, 0 },
	{ "erors>5%", "did you mean", 0, 0, 0, 0, 0 },
	{ "p99>5", "expected 5% or a time", 0, 0, 0, 0, 0 },
	{ "p99>five%", "expected a percentage", 0, 0, 0, 0, 0 },
	{ "errors>5", "expected points", 0, 0, 0, 0, 0 },
	{ "rate<-2ms", "expected 2% or a rate", 0, 0, 0, 0, 0 },
};

START_TEST(test_fail_if_parse)
{
	const char *want = parse_rows[_i].why;
	char why[WIRE_TEXT_MAX];
	struct fail_if f;

	if (want != NULL) {
		ck_assert_int_eq(fail_if_parse(&f, parse_rows[_i].text, why),
		    -1);
		ck_assert_msg(strstr(why, want) != NULL, "%s", why);
		return;
	}
	ck_assert_int_eq(fail_if_parse(&f, parse_rows[_i].text, why), 0);
	ck_assert_int_eq(f.metric, parse_rows[_i].metric);
	ck_assert(f.percentile == parse_rows[_i].percentile);
	ck_assert_int_eq(f.is_above, parse_rows[_i].is_above);
	ck_assert_int_eq(f.is_ratio, parse_rows[_i].is_ratio);
	ck_assert_double_eq_tol(f.bound, parse_rows[_i].bound, 1e-12);
}
END_TEST

/* Beyond the bound and sure: either alone does not do. */
static const struct {
	const char		*text;
	double			 ratio;
	double			 low;
	double			 high;
	bool			 has_interval;
	enum fail_if_outcome	 want;
} judge_rows[] = {
	{ "p99>+5%", 0.06, 0.01, 0.11, true, FAIL_IF_FAILED },
	{ "p99>+5%", 0.06, -0.01, 0.13, true, FAIL_IF_PASSED },
	{ "p99>+5%", 0.04, 0.03, 0.05, true, FAIL_IF_PASSED },
	{ "p99>+5%", 0.06, 0, 0, false, FAIL_IF_UNKNOWN },
	{ "p99>+5ms", 0.06, 0.01, 0.11, true, FAIL_IF_FAILED },
	{ "p99>+7ms", 0.06, 0.01, 0.11, true, FAIL_IF_PASSED },
	{ "p99<-5%", -0.06, -0.1, -0.02, true, FAIL_IF_FAILED },
	{ "p99<-5%", -0.06, -0.1, 0.01, true, FAIL_IF_PASSED },
	{ "p99<-5%", 0.06, 0.02, 0.1, true, FAIL_IF_PASSED },
};

START_TEST(test_fail_if_judge)
{
	struct comparison c;
	char why[WIRE_TEXT_MAX];
	struct fail_if f;

	memset(&c, 0, sizeof(c));
	c.nrows = 2;
	c.rows[0].metric = ROW_MEAN;
	c.rows[1] = (struct row){ .metric = ROW_PERCENTILE, .percentile = 99,
	    .ratio = judge_rows[_i].ratio, .low = judge_rows[_i].low * 1e8,
	    .high = judge_rows[_i].high * 1e8,
	    .diff = judge_rows[_i].ratio * 1e8,
	    .has_interval = judge_rows[_i].has_interval };
	ck_assert_int_eq(fail_if_parse(&f, judge_rows[_i].text, why), 0);
	ck_assert_int_eq(fail_if_judge(&f, &c), judge_rows[_i].want);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("compare");
	TCase *tc;

	tc = tcase_create("rows");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_rows);
	tcase_add_loop_test(tc, test_few, 0, 5);
	tcase_add_test(tc, test_resolution);
	tcase_add_test(tc, test_wild);
	tcase_add_test(tc, test_spread);
	suite_add_tcase(s, tc);

	tc = tcase_create("how often it is wrong");
	tcase_set_tags(tc, "long");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_equal, 0, UTIL_NELEM(equal_models));
	tcase_add_loop_test(tc, test_odd, 0, UTIL_NELEM(odd_models));
	tcase_add_loop_test(tc, test_slower, 0, 3);
	suite_add_tcase(s, tc);

	tc = tcase_create("fail-if");
	tcase_add_loop_test(tc, test_fail_if_parse, 0, UTIL_NELEM(parse_rows));
	tcase_add_loop_test(tc, test_fail_if_judge, 0, UTIL_NELEM(judge_rows));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
