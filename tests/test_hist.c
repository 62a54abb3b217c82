/* SPDX-License-Identifier: MIT */
/*
 * hist.c: every edge of every bucket and slot, percentiles against sorted
 * values, merges to the bit, and the interpolation that the wire asks for.
 * Edges are computed anew here, from the formula the wire names.
 */

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "hist.h"
#include "tests/suite.h"

enum {
	SAMPLES = 20000
};

/* About 100 KB each: not for the stack. The fixture empties them. */
static struct hist one, two, three, sum, again;
static uint64_t	sample[SAMPLES];
static uint64_t	counts[HIST_COARSE];
static uint64_t	chance;

static void
start(void)
{
	hist_init();
	memset(&one, 0, sizeof(one));
	memset(&two, 0, sizeof(two));
	memset(&three, 0, sizeof(three));
	memset(&sum, 0, sizeof(sum));
	memset(&again, 0, sizeof(again));
	memset(counts, 0, sizeof(counts));
	chance = 1;
}

/* 64-bit xorshift (Marsaglia), to (0, 1). */
static double
uniform(void)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return ((double)(chance >> 11) + 0.5) * 0x1p-53;
}

static uint64_t
any_value(void)
{
	return (uint64_t)pow(10, 2 + uniform() * 9);	/* 100 ns to 100 s */
}

static void
record_many(struct hist *h, int n)
{
	while (n-- > 0)
		hist_record(h, any_value());
}

/*
 * Buckets and slots
 */

static const struct bucket_test {
	const char	*descr;
	uint64_t	 input;
	size_t		 want;
	size_t		 want_slot;
} bucket_tests[] = {
	{ "nothing", 0, 0, 0 },
	{ "last below 1 us", 999, 0, 0 },
	{ "1 us", 1000, 0, 1 },
	{ "second part starts at ceil(23/16)", 1001, 0, 1 },
	{ "and here", 1002, 0, 2 },
	{ "last of bucket 0", 1022, 0, 16 },
	{ "first of bucket 1", 1023, 1, 17 },
	{ "last of bucket 1", 1045, 1, 32 },
	{ "first of bucket 2", 1046, 2, 33 },
	{ "last of bucket 798", 58671685049, 798, 12784 },
	{ "first of bucket 799", 58671685050, 799, 12785 },
	{ "last below 60 s", 59999999999, 799, 12800 },
	{ "60 s", 60000000000, 799, 12801 },
	{ "an hour", 3600000000000, 799, 12801 },
	{ "more than a signed word", UINT64_C(1) << 63, 799, 12801 },
	{ "the most", UINT64_MAX, 799, 12801 }
};

START_TEST(test_bucket)
{
	const struct bucket_test *t = &bucket_tests[_i];

	ck_assert_msg(hist_coarse_bucket(t->input) == t->want,
	    "%s: bucket %zu", t->descr, hist_coarse_bucket(t->input));
	ck_assert_msg(hist_slot(t->input) == t->want_slot,
	    "%s: slot %zu", t->descr, hist_slot(t->input));
}
END_TEST

/* The wire's rule in double arithmetic; false where rounding decides. */
static bool
wire_bucket(uint64_t ns, size_t *bucket)
{
	double width = (log10(6e10) - 3) / HIST_COARSE;
	double place = (log10((double)ns) - 3) / width;

	*bucket = (size_t)floor(place);
	return fabs(place - round(place)) > 1e-9;
}

START_TEST(test_bucket_edges)
{
	uint64_t edge;
	size_t i, want;

	for (i = 1; i < HIST_COARSE; i++) {
		edge = hist_slot_first(1 + i * HIST_PARTS);
		ck_assert_uint_eq(hist_coarse_bucket(edge), i);
		ck_assert_uint_eq(hist_coarse_bucket(edge - 1), i - 1);
		if (wire_bucket(edge, &want))
			ck_assert_uint_eq(want, i);
		if (wire_bucket(edge - 1, &want))
			ck_assert_uint_eq(want, i - 1);
	}
}
END_TEST

/* Each bucket starts at the first whole ns from 10^(3 + i*w). */
START_TEST(test_bucket_first)
{
	long double width = (log10l(6e10L) - 3) / HIST_COARSE, edge;
	size_t i;

	for (i = 0; i < HIST_COARSE; i++) {
		edge = powl(10, 3 + (long double)i * width);
		if (i > 0 && fabsl(edge - roundl(edge)) < 1e-4L)
			continue;
		ck_assert_uint_eq(hist_slot_first(1 + i * HIST_PARTS),
		    i == 0 ? HIST_LOW_NS : (uint64_t)ceill(edge));
	}
}
END_TEST

START_TEST(test_bucket_any)
{
	uint64_t ns;
	size_t want;
	int i;

	for (i = 0; i < 200000; i++) {
		ns = 1000 + (uint64_t)pow(10, uniform() * 10.77);
		if (wire_bucket(ns, &want))
			ck_assert_uint_eq(hist_coarse_bucket(ns), want);
	}
}
END_TEST

START_TEST(test_slot_edges)
{
	uint64_t low, width, first;
	size_t i, k, slot = 0;

	ck_assert_uint_eq(hist_slot_first(0), 0);
	ck_assert_uint_eq(hist_slot_first(HIST_SLOTS - 1), HIST_HIGH_NS);
	for (i = 0; i < HIST_COARSE; i++) {
		low = hist_slot_first(1 + i * HIST_PARTS);
		width = hist_slot_first(1 + (i + 1) * HIST_PARTS) - low;
		for (k = 0; k < HIST_PARTS; k++) {
			slot++;
			first = low + k * width / HIST_PARTS +
			    (k * width % HIST_PARTS != 0);
			ck_assert_uint_eq(hist_slot_first(slot), first);
			ck_assert_uint_eq(hist_slot(first), slot);
			ck_assert_uint_eq(hist_slot(first - 1), slot - 1);
		}
	}
	ck_assert_uint_eq(slot, HIST_SLOTS - 2);
}
END_TEST

START_TEST(test_slot_is_narrow)
{
	uint64_t first, last;
	size_t i;

	for (i = 1; i < HIST_SLOTS - 1; i++) {
		first = hist_slot_first(i);
		last = hist_slot_first(i + 1) - 1;
		ck_assert_uint_le((last - first) * 2000 / 3, first);
	}
}
END_TEST

/*
 * Record, reset, mean
 */

START_TEST(test_record)
{
	hist_record(&one, 5000);
	ck_assert_uint_eq(one.min_ns, 5000);
	ck_assert_uint_eq(one.max_ns, 5000);
	hist_record(&one, 70000000000);
	hist_record(&one, 0);
	hist_record(&one, 5000);
	ck_assert_uint_eq(one.count, 4);
	ck_assert_uint_eq(one.sum_lo, 70000010000);
	ck_assert_uint_eq(one.sum_hi, 0);
	ck_assert_uint_eq(one.min_ns, 0);
	ck_assert_uint_eq(one.max_ns, 70000000000);
	ck_assert_uint_eq(one.first, 0);
	ck_assert_uint_eq(one.end, HIST_SLOTS);
	ck_assert_uint_eq(one.slot[0], 1);
	ck_assert_uint_eq(one.slot[hist_slot(5000)], 2);
	ck_assert_uint_eq(one.slot[HIST_SLOTS - 1], 1);
}
END_TEST

START_TEST(test_range)
{
	uint64_t seen = 0;
	size_t i;

	record_many(&one, 1000);
	for (i = one.first; i < one.end; i++)
		seen += one.slot[i];
	ck_assert_uint_eq(seen, 1000);
	ck_assert_uint_eq(one.first, hist_slot(one.min_ns));
	ck_assert_uint_eq(one.end, hist_slot(one.max_ns) + 1);
}
END_TEST

START_TEST(test_reset)
{
	hist_reset(&one);
	ck_assert_mem_eq(&one, &again, sizeof(one));
	record_many(&one, 1000);
	hist_record(&one, 0);
	hist_record(&one, UINT64_MAX);
	hist_reset(&one);
	ck_assert_mem_eq(&one, &again, sizeof(one));
	hist_record(&one, 12345);
	ck_assert_uint_eq(hist_percentile(&one, 50), 12345);
}
END_TEST

static const struct mean_test {
	const char	*descr;
	uint64_t	 input[4];
	size_t		 n;
	uint64_t	 want;
} mean_tests[] = {
	{ "nothing", { 0 }, 0, 0 },
	{ "one", { 7 }, 1, 7 },
	{ "rounded down", { 1, 2 }, 2, 1 },
	{ "exact", { 1000, 2000, 6000 }, 3, 3000 },
	{ "the most there is", { UINT64_MAX }, 1, UINT64_MAX },
	{ "two words", { UINT64_MAX, UINT64_MAX, UINT64_MAX }, 3,
	    UINT64_MAX },
	{ "two words, rounded", { UINT64_MAX, UINT64_MAX, 0 }, 3,
	    UINT64_C(12297829382473034410) },
	{ "just over a word", { UINT64_MAX, 1 }, 2, UINT64_C(1) << 63 }
};

START_TEST(test_mean)
{
	const struct mean_test *t = &mean_tests[_i];
	size_t i;

	for (i = 0; i < t->n; i++)
		hist_record(&one, t->input[i]);
	ck_assert_msg(hist_mean(&one) == t->want, "%s: %" PRIu64, t->descr,
	    hist_mean(&one));
}
END_TEST

/* More records than fit one by one: doubling, 2^40 times UINT64_MAX and 0. */
/* One thing wrong with {1000, 3000} at a time. */
static const struct sound_test {
	const char	*descr;
	uint64_t	 min_ns;
	uint64_t	 max_ns;
	uint64_t	 sum_hi;
	uint64_t	 sum_lo;
	uint64_t	 more;		/* counts than in slots */
	uint32_t	 end;		/* 0: as it is */
	bool		 want;
} sound_tests[] = {
	{ "nothing", 1000, 3000, 0, 4000, 0, 0, true },
	{ "another sum", 1000, 3000, 0, 4200, 0, 0, true },
	{ "mean below min", 1000, 3000, 0, 1999, 0, 0, false },
	{ "mean above max", 1000, 3000, 0, 6002, 0, 0, false },
	{ "sum of longer values", 1000, 3000, 2, 4000, 0, 0, false },
	{ "min over max", 3000, 1000, 0, 4000, 0, 0, false },
	{ "min in another slot", 900, 3000, 0, 4000, 0, 0, false },
	{ "max in another slot", 1000, 4000, 0, 4000, 0, 0, false },
	{ "more counted", 1000, 3000, 0, 4000, 1, 0, false },
	{ "no slots", 1000, 3000, 0, 4000, 0, 1, false },
	{ "too many slots", 1000, 3000, 0, 4000, 0, HIST_SLOTS + 1, false }
};

START_TEST(test_is_sound)
{
	const struct sound_test *t = &sound_tests[_i];

	hist_record(&one, 1000);
	hist_record(&one, 3000);
	one.min_ns = t->min_ns;
	one.max_ns = t->max_ns;
	one.sum_hi = t->sum_hi;
	one.sum_lo = t->sum_lo;
	one.count += t->more;
	if (t->end > 0)
		one.end = t->end;
	ck_assert_msg(hist_is_sound(&one) == t->want, "%s", t->descr);
}
END_TEST

START_TEST(test_mean_of_many)
{
	int i;

	hist_record(&one, UINT64_MAX);
	hist_record(&one, 0);
	for (i = 0; i < 40; i++)
		hist_merge(&one, &one);
	ck_assert_uint_eq(one.count, UINT64_C(1) << 41);
	ck_assert_uint_eq(one.sum_hi, (UINT64_C(1) << 40) - 1);
	ck_assert_uint_eq(one.sum_lo, -(UINT64_C(1) << 40));
	ck_assert_uint_eq(hist_mean(&one), UINT64_MAX / 2);
	one.count = UINT64_MAX;			/* (2^64 - 1)^2 */
	one.sum_hi = UINT64_MAX - 1;
	one.sum_lo = 1;
	ck_assert_uint_eq(hist_mean(&one), UINT64_MAX);
}
END_TEST

/*
 * Merge
 */

START_TEST(test_merge_any_order)
{
	int i;

	for (i = 0; i < 3000; i++) {
		uint64_t ns = i % 500 == 0 ? UINT64_MAX - 5 : any_value();

		hist_record(i % 7 < 3 ? &one : i % 7 < 6 ? &two : &three, ns);
		hist_record(&sum, ns);
	}
	ck_assert_uint_gt(sum.sum_hi, 0);
	hist_merge(&again, &one);
	hist_merge(&again, &two);
	hist_merge(&again, &three);		/* (one + two) + three */
	ck_assert_mem_eq(&again, &sum, sizeof(sum));
	hist_reset(&again);
	hist_merge(&again, &three);
	hist_merge(&again, &two);
	hist_merge(&again, &one);		/* the other way round */
	ck_assert_mem_eq(&again, &sum, sizeof(sum));
	hist_merge(&two, &three);
	hist_merge(&one, &two);			/* one + (two + three) */
	ck_assert_mem_eq(&one, &sum, sizeof(sum));
}
END_TEST

START_TEST(test_merge_of_none)
{
	hist_merge(&one, &two);
	ck_assert_mem_eq(&one, &again, sizeof(one));
	record_many(&one, 100);
	memcpy(&sum, &one, sizeof(sum));
	hist_merge(&one, &two);			/* nothing into something */
	ck_assert_mem_eq(&one, &sum, sizeof(one));
	hist_merge(&two, &one);			/* something into nothing */
	ck_assert_mem_eq(&two, &sum, sizeof(two));
}
END_TEST

/*
 * Percentiles
 */

static uint64_t
draw_lognormal(void)
{
	double angle = 2 * acos(-1) * uniform();
	double normal = sqrt(-2 * log(uniform())) * cos(angle);

	return (uint64_t)(5e6 * exp(normal));
}

static uint64_t
draw_uniform(void)
{
	return 1000 + (uint64_t)(uniform() * 59e9);
}

static uint64_t
draw_point(void)
{
	return 1234567;
}

static uint64_t
draw_bimodal(void)
{
	double middle = uniform() < 0.97 ? 2e5 : 3e9;

	return (uint64_t)(middle * (0.9 + 0.2 * uniform()));
}

static uint64_t
draw_smallest(void)
{
	return 1000 + (uint64_t)(uniform() * 100);
}

static uint64_t
draw_spread(void)
{
	return (uint64_t)pow(10, 3 + uniform() * 7.77);
}

static const struct draw_test {
	const char	*descr;
	uint64_t	(*draw)(void);
	size_t		 n;
} draw_tests[] = {
	{ "lognormal", draw_lognormal, SAMPLES },
	{ "lognormal, few", draw_lognormal, 37 },
	{ "uniform", draw_uniform, SAMPLES },
	{ "uniform, 1,000", draw_uniform, 1000 },
	{ "one value", draw_point, SAMPLES },
	{ "single", draw_uniform, 1 },
	{ "two", draw_uniform, 2 },
	{ "bimodal", draw_bimodal, SAMPLES },
	{ "near 1 us", draw_smallest, SAMPLES },
	{ "all over", draw_spread, SAMPLES }
};

/* Percentiles in thousandths of a percent: ranks are exact in integers. */
static const uint64_t milli_percents[] = {
	0, 1, 10, 100, 1000, 5000, 10000, 25000, 33333, 50000, 66667, 75000,
	90000, 95000, 99000, 99500, 99900, 99950, 99990, 99999, 100000
};

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

START_TEST(test_percentile_near)
{
	const struct draw_test *t = &draw_tests[_i];
	uint64_t rank, want, got;
	size_t i;

	for (i = 0; i < t->n; i++) {
		sample[i] = t->draw();
		hist_record(&one, sample[i]);
	}
	qsort(sample, t->n, sizeof(sample[0]), by_value);
	for (i = 0; i < UTIL_NELEM(milli_percents); i++) {
		rank = (milli_percents[i] * t->n + 99999) / 100000;
		want = sample[rank == 0 ? 0 : rank - 1];
		got = hist_percentile(&one, (double)milli_percents[i] / 1000);
		ck_assert_msg((got > want ? got - want : want - got) * 1000 <=
		    want, "%s: p%g is %" PRIu64 ", not %" PRIu64, t->descr,
		    (double)milli_percents[i] / 1000, got, want);
	}
	ck_assert_uint_eq(hist_percentile(&one, 0), sample[0]);
	ck_assert_uint_eq(hist_percentile(&one, 100), sample[t->n - 1]);
}
END_TEST

static const struct rank_test {
	double		 p;
	uint64_t	 n;
	uint64_t	 want;
} rank_tests[] = {
	{ 0, 1000, 1 },
	{ 0.001, 1000, 1 },
	{ 0.1, 1000, 1 },
	{ 0.10001, 1000, 2 },
	{ 7, 100, 7 },			/* 7 / 100 * 100 > 7 in doubles */
	{ 14, 50, 7 },
	{ 29, 100, 29 },
	{ 50, 2, 1 },
	{ 50, 3, 2 },
	{ 55, 100, 55 },
	{ 99, 100, 99 },
	{ 99.9, 1000, 999 },		/* 99.9 / 100 > 0.999 */
	{ 99.9, 2000, 1998 },
	{ 99.99, 10000, 9999 },
	{ 99.999, 1000, 1000 },
	{ 100, 1000, 1000 },
	{ 101, 1000, 1000 },
	{ -1, 1000, 1 }
};

/* So many short ones that rank `want` is the last of them. */
START_TEST(test_percentile_rank)
{
	const struct rank_test *t = &rank_tests[_i];
	uint64_t i;

	for (i = 0; i < t->n; i++)
		hist_record(&one, i < t->want ? 1000000 : 5000000);
	ck_assert_uint_lt(hist_percentile(&one, t->p), 1001000);
	hist_reset(&one);
	for (i = 0; i < t->n; i++)
		hist_record(&one, i + 1 < t->want ? 1000000 : 5000000);
	ck_assert_uint_gt(hist_percentile(&one, t->p), 4995000);
}
END_TEST

START_TEST(test_percentile_ends)
{
	uint64_t i;

	ck_assert_uint_eq(hist_percentile(&one, 50), 0);
	ck_assert_uint_eq(hist_percentile(&one, NAN), 0);
	for (i = 0; i < 3; i++)
		hist_record(&one, 10 * i);		/* below 1 us */
	ck_assert_uint_le(hist_percentile(&one, 50), 20);
	hist_reset(&one);
	for (i = 0; i < 3; i++)
		hist_record(&one, 60000000000 + i);	/* above 60 s */
	ck_assert_uint_eq(hist_percentile(&one, 50), 60000000001);
	ck_assert_uint_eq(hist_percentile(&one, NAN), 60000000000);
}
END_TEST

START_TEST(test_percentile_rises)
{
	uint64_t last = 0, now;
	int i;

	record_many(&one, 500);
	for (i = 0; i <= 10000; i++) {
		now = hist_percentile(&one, i / 100.0);
		ck_assert_uint_ge(now, last);
		last = now;
	}
}
END_TEST

/* Every rank's value is within the edges of its slot, and no further. */
START_TEST(test_rank)
{
	uint64_t i, first, last;

	for (i = 0; i < SAMPLES; i++) {
		sample[i] = any_value();
		hist_record(&one, sample[i]);
	}
	qsort(sample, SAMPLES, sizeof(sample[0]), by_value);
	for (i = 0; i < SAMPLES; i++) {
		hist_rank(&one, i + 1, &first, &last);
		ck_assert_uint_le(first, sample[i]);
		ck_assert_uint_ge(last, sample[i]);
		ck_assert_uint_ge(first, one.min_ns);
		ck_assert_uint_le(last, one.max_ns);
		if (sample[i] >= HIST_LOW_NS && sample[i] < HIST_HIGH_NS)
			ck_assert_uint_le(last - first, sample[i] / 600 + 1);
	}
}
END_TEST

/*
 * The wire's level
 */

START_TEST(test_coarse)
{
	uint64_t want[HIST_COARSE] = { 0 };
	uint64_t ns;
	size_t i, k;

	for (i = 0; i < 10000; i++) {
		ns = any_value();
		hist_record(&one, ns);
		want[hist_coarse_bucket(ns)]++;
	}
	memset(counts, 0xff, sizeof(counts));
	hist_coarse(&one, counts);
	ck_assert_mem_eq(counts, want, sizeof(want));
	for (i = 0; i < HIST_COARSE; i++) {
		want[i] = 0;
		for (k = 0; k < HIST_PARTS; k++)
			want[i] += one.slot[1 + i * HIST_PARTS + k];
	}
	want[0] += one.slot[0];
	want[HIST_COARSE - 1] += one.slot[HIST_SLOTS - 1];
	ck_assert_mem_eq(counts, want, sizeof(want));
	hist_reset(&one);
	hist_coarse(&one, counts);
	for (i = 0; i < HIST_COARSE; i++)
		ck_assert_uint_eq(counts[i], 0);
}
END_TEST

/* Computed by hand, with 40 digits. */
static const struct coarse_test {
	const char	*descr;
	struct {
		size_t		 bucket;
		uint64_t	 count;
	} in[3];
	double		 p;
	uint64_t	 min_ns;
	uint64_t	 max_ns;
	uint64_t	 want;
} coarse_tests[] = {
	{ "nothing", { { 0, 0 } }, 50, 5, 10, 0 },
	{ "one: the middle", { { 0, 1 } }, 50, 0, UINT64_MAX, 1011 },
	{ "one, any p", { { 0, 1 } }, 99, 0, UINT64_MAX, 1011 },
	{ "first of four", { { 400, 4 } }, 0, 0, UINT64_MAX, 7767673 },
	{ "first of four", { { 400, 4 } }, 25, 0, UINT64_MAX, 7767673 },
	{ "second of four", { { 400, 4 } }, 50, 0, UINT64_MAX, 7811270 },
	{ "last of four", { { 400, 4 } }, 100, 0, UINT64_MAX, 7899198 },
	{ "last bucket", { { 799, 1 } }, 50, 0, UINT64_MAX, 59332125387 },
	{ "held by min", { { 0, 1 } }, 50, 1012, 1015, 1012 },
	{ "held by max", { { 0, 1 } }, 50, 1000, 1001, 1001 },
	{ "lower of two", { { 100, 5 }, { 500, 10 } }, 5, 0, UINT64_MAX,
	    9402 },
	{ "up to the edge", { { 100, 5 }, { 500, 10 } }, 33.4, 0, UINT64_MAX,
	    72749609 },
	{ "after two others", { { 100, 5 }, { 500, 10 }, { 799, 10 } }, 100,
	    0, UINT64_MAX, 59932875619 }
};

START_TEST(test_coarse_percentile)
{
	const struct coarse_test *t = &coarse_tests[_i];
	uint64_t got;
	size_t i;

	for (i = 0; i < UTIL_NELEM(t->in); i++)
		counts[t->in[i].bucket] += t->in[i].count;
	got = hist_coarse_percentile(counts, t->p, t->min_ns, t->max_ns);
	ck_assert_msg(got == t->want, "%s: %" PRIu64 ", not %" PRIu64,
	    t->descr, got, t->want);
}
END_TEST

/* From 1 us to 60 s both levels differ by a bucket at most. */
START_TEST(test_coarse_agrees)
{
	double fine, coarse;
	int p;

	record_many(&one, 20000);
	hist_coarse(&one, counts);
	for (p = 15; p <= 95; p += 5) {
		fine = (double)hist_percentile(&one, p);
		coarse = (double)hist_coarse_percentile(counts, p,
		    one.min_ns, one.max_ns);
		ck_assert_double_lt(fabs(coarse - fine), fine * 0.0228);
	}
}
END_TEST

START_TEST(test_coarse_rank)
{
	uint64_t i, first, last, fine_first, fine_last;

	record_many(&one, 5000);
	hist_record(&one, 3);
	hist_record(&one, HIST_HIGH_NS + 1);
	hist_coarse(&one, counts);
	for (i = 1; i <= one.count; i++) {
		hist_rank(&one, i, &fine_first, &fine_last);
		hist_coarse_rank(counts, i, one.min_ns, one.max_ns, &first,
		    &last);
		ck_assert_uint_le(first, fine_first);
		ck_assert_uint_ge(last, fine_last);
		ck_assert_uint_ge(first, one.min_ns);
		ck_assert_uint_le(last, one.max_ns);
		if (first >= HIST_LOW_NS && last < HIST_HIGH_NS)
			ck_assert_uint_le(last - first, first * 24 / 1000 + 1);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("hist");
	TCase *tc;

	tc = tcase_create("layout");
	tcase_add_checked_fixture(tc, start, NULL);
	tcase_add_loop_test(tc, test_bucket, 0, UTIL_NELEM(bucket_tests));
	tcase_add_test(tc, test_bucket_edges);
	tcase_add_test(tc, test_bucket_first);
	tcase_add_test(tc, test_bucket_any);
	tcase_add_test(tc, test_slot_edges);
	tcase_add_test(tc, test_slot_is_narrow);
	suite_add_tcase(s, tc);

	tc = tcase_create("record");
	tcase_add_checked_fixture(tc, start, NULL);
	tcase_add_test(tc, test_record);
	tcase_add_test(tc, test_range);
	tcase_add_test(tc, test_reset);
	tcase_add_loop_test(tc, test_mean, 0, UTIL_NELEM(mean_tests));
	tcase_add_test(tc, test_mean_of_many);
	tcase_add_loop_test(tc, test_is_sound, 0, UTIL_NELEM(sound_tests));
	tcase_add_test(tc, test_merge_any_order);
	tcase_add_test(tc, test_merge_of_none);
	suite_add_tcase(s, tc);

	tc = tcase_create("percentile");
	tcase_add_checked_fixture(tc, start, NULL);
	tcase_add_loop_test(tc, test_percentile_near, 0,
	    UTIL_NELEM(draw_tests));
	tcase_add_loop_test(tc, test_percentile_rank, 0,
	    UTIL_NELEM(rank_tests));
	tcase_add_test(tc, test_percentile_ends);
	tcase_add_test(tc, test_percentile_rises);
	tcase_add_test(tc, test_rank);
	suite_add_tcase(s, tc);

	tc = tcase_create("coarse");
	tcase_add_checked_fixture(tc, start, NULL);
	tcase_add_test(tc, test_coarse);
	tcase_add_loop_test(tc, test_coarse_percentile, 0,
	    UTIL_NELEM(coarse_tests));
	tcase_add_test(tc, test_coarse_agrees);
	tcase_add_test(tc, test_coarse_rank);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
