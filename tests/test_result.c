/* SPDX-License-Identifier: MIT */
/*
 * result.c: what merging does to each member, whichever comes first; figures
 * from fine histograms and from 800 buckets; categories of other programs.
 * That any order and grouping gives the same is in test_result_json.c, where
 * every bit shows.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "hist.h"
#include "result.h"
#include "tests/suite.h"

static void
setup(void)
{
	hist_init();
}

/* A result that differs from others in all that is merged. */
static struct result *
some_result(uint64_t k)
{
	struct result *r = result_new(1);
	uint64_t *n = (uint64_t *)&r->n;
	size_t i;

	for (i = 0; i < sizeof(r->n) / sizeof(*n); i++)
		n[i] = i * k;
	for (i = 0; i < RESULT_HISTS; i++)
		hist_record(&r->hist[i], 1000 * k + i);
	r->lost = k;
	r->duration_ns = 100 * k;
	r->max_active = 50 - k;
	r->start_wall_ns = 1000 + k;
	r->generators[0].pid = (int)k;
	return r;
}

START_TEST(test_merge_any_order)
{
	struct result *a = some_result(1), *b = some_result(2);
	struct result *ab = result_new(0), *ba = result_new(0);
	const uint64_t *n = (const uint64_t *)&ab->n;
	size_t i;

	result_merge(ab, a);
	result_merge(ab, b);
	result_merge(ba, b);
	result_merge(ba, a);
	ck_assert_mem_eq(&ab->n, &ba->n, sizeof(ab->n));
	ck_assert_mem_eq(ab->hist, ba->hist, sizeof(ab->hist));
	for (i = 0; i < sizeof(ab->n) / sizeof(*n); i++)
		ck_assert_uint_eq(n[i], 3 * i);
	for (i = 0; i < RESULT_HISTS; i++)
		ck_assert_uint_eq(ab->hist[i].count, 2);
	ck_assert_uint_eq(ab->lost, 3);
	ck_assert_uint_eq(ab->duration_ns, 200);
	ck_assert_uint_eq(ab->max_active, 49);
	ck_assert_uint_eq(ab->start_wall_ns, 1001);
	ck_assert_uint_eq(ba->start_wall_ns, 1001);
	ck_assert_uint_eq(ab->ngenerators, 2);
	ck_assert_mem_eq(ab->generators, ba->generators,
	    2 * sizeof(*ab->generators));
	ck_assert_int_eq(ab->generators[0].pid, 1);
	ck_assert_int_eq(ab->generators[1].pid, 2);
	ck_assert(ab->is_valid && !ab->is_partial);
	result_free(a);
	result_free(b);
	result_free(ab);
	result_free(ba);
}
END_TEST

START_TEST(test_merge_verdict)
{
	struct result *a = result_new(0), *b = result_new(0);
	char reason[8];
	int i;

	wire_refuse(b->error, "second");
	wire_refuse(b->reasons[0], "no ports");
	wire_refuse(b->reasons[1], "late");
	snprintf(b->address, sizeof(b->address), "10.0.0.2");
	b->nreasons = 2;
	b->is_valid = false;
	b->is_partial = true;
	b->signo = 15;
	result_merge(a, b);
	result_merge(a, b);
	ck_assert_uint_eq(a->nreasons, 2);
	ck_assert_str_eq(a->reasons[0], "late");
	ck_assert_str_eq(a->reasons[1], "no ports");
	wire_refuse(b->error, "first");
	snprintf(b->address, sizeof(b->address), "10.0.0.1");
	b->signo = 2;
	result_merge(a, b);
	ck_assert_str_eq(a->error, "first");
	ck_assert_str_eq(a->address, "10.0.0.1");
	ck_assert_int_eq(a->signo, 15);
	ck_assert(!a->is_valid && a->is_partial);
	b->error[0] = b->address[0] = '\0';
	for (i = 0; i < RESULT_REASONS_MAX; i++) {
		snprintf(reason, sizeof(reason), "m%d", 9 - i);
		wire_refuse(b->reasons[0], "%s", reason);
		result_merge(a, b);
	}
	ck_assert_str_eq(a->error, "first");
	ck_assert_str_eq(a->address, "10.0.0.1");
	ck_assert_uint_eq(a->nreasons, RESULT_REASONS_MAX);
	ck_assert_str_eq(a->reasons[0], "late");
	ck_assert_str_eq(a->reasons[1], "m2");
	ck_assert_str_eq(a->reasons[RESULT_REASONS_MAX - 1], "m8");
	result_free(a);
	result_free(b);
}
END_TEST

/* Protocol and cipher belong together; what sorts first stays. */
static const struct tls_test {
	const char	*descr;
	const char	*a[2], *b[2];
	const char	*want[2];
} tls_tests[] = {
	{ "neither", { "", "" }, { "", "" }, { "", "" } },
	{ "one", { "TLSv1.3", "A" }, { "", "" }, { "TLSv1.3", "A" } },
	{ "the same", { "TLSv1.3", "A" }, { "TLSv1.3", "A" },
	    { "TLSv1.3", "A" } },
	{ "two ciphers", { "TLSv1.3", "B" }, { "TLSv1.3", "A" },
	    { "TLSv1.3", "A" } },
	{ "two protocols", { "TLSv1.3", "A" }, { "TLSv1.2", "B" },
	    { "TLSv1.2", "B" } },
	{ "no cipher", { "TLSv1.3", "A" }, { "TLSv1.3", "" },
	    { "TLSv1.3", "" } },
	{ "no protocol", { "", "A" }, { "TLSv1.3", "B" },
	    { "TLSv1.3", "B" } },
	{ "too long", { "0123456789012345678901234567890123456789012345678",
	    "A" }, { "", "" },
	    { "01234567890123456789012345678901234567890123456", "A" } }
};

START_TEST(test_merge_tls)
{
	const struct tls_test *t = &tls_tests[_i];
	struct result *a = result_new(0), *b = result_new(0);
	struct result *ba = result_new(0);

	result_set_tls(a, t->a[0], t->a[1]);
	result_set_tls(b, t->b[0], t->b[1]);
	result_merge(ba, b);
	result_merge(ba, a);
	result_merge(a, b);
	ck_assert_str_eq(a->tls_protocol, t->want[0]);
	ck_assert_str_eq(a->tls_cipher, t->want[1]);
	ck_assert_str_eq(ba->tls_protocol, t->want[0]);
	ck_assert_str_eq(ba->tls_cipher, t->want[1]);
	result_free(a);
	result_free(b);
	result_free(ba);
}
END_TEST

/* The larger one stays, whichever way it is off and whoever has it. */
static const struct start_test {
	const char	*descr;
	bool		 has_a, has_b;
	int64_t		 a_ns, b_ns;
	bool		 has;
	int64_t		 want_ns;
} start_tests[] = {
	{ "neither", false, false, 7, 9, false, 0 },
	{ "one", true, false, -5, 9, true, -5 },
	{ "both", true, true, -5, 4, true, -5 },
	{ "both late", true, true, 3, 4, true, 4 },
	{ "as large", true, true, -5, 5, true, 5 },
	{ "zero", true, false, 0, 0, true, 0 },
	{ "the least there is", true, true, INT64_MIN, INT64_MAX, true,
	    INT64_MIN },
};

START_TEST(test_merge_start)
{
	const struct start_test *t = &start_tests[_i];
	struct result *a = result_new(0), *b = result_new(0);
	struct result *ab = result_new(0), *ba = result_new(0);

	a->has_start_error = t->has_a;
	a->start_error_ns = t->a_ns;
	b->has_start_error = t->has_b;
	b->start_error_ns = t->b_ns;
	b->start_wall_ns = 5;
	result_merge(ab, a);
	result_merge(ab, b);
	result_merge(ba, b);
	result_merge(ba, a);
	ck_assert(ab->has_start_error == t->has);
	ck_assert(ba->has_start_error == t->has);
	ck_assert_int_eq(ab->start_error_ns, t->want_ns);
	ck_assert_int_eq(ba->start_error_ns, t->want_ns);
	ck_assert_uint_eq(ab->start_wall_ns, 5);
	ck_assert_uint_eq(ba->start_wall_ns, 5);
	result_free(a);
	result_free(b);
	result_free(ab);
	result_free(ba);
}
END_TEST

/* As they came from the pool, in no order, and more than once. */
START_TEST(test_merge_generators)
{
	static const int pids[] = { 5, 2, 9, 2, 7 };
	struct result *a = result_new(0), *b = result_new(0);
	size_t i;

	for (i = 0; i < UTIL_NELEM(pids); i++) {
		b->generators = xreallocarray(b->generators, i + 1,
		    sizeof(*b->generators));
		memset(&b->generators[i], 0, sizeof(b->generators[i]));
		b->generators[i].pid = pids[i];
		b->ngenerators = i + 1;
	}
	b->generators[3].lag_max_ns = 1;
	result_merge(a, b);
	result_merge(b, a);
	ck_assert_uint_eq(a->ngenerators, 5);
	ck_assert_uint_eq(b->ngenerators, 10);
	for (i = 1; i < 10; i++)
		ck_assert_int_le(b->generators[i - 1].pid,
		    b->generators[i].pid);
	ck_assert_uint_eq(b->generators[1].lag_max_ns, 0);
	ck_assert_uint_eq(b->generators[2].lag_max_ns, 1);
	result_free(a);
	result_free(b);
}
END_TEST

START_TEST(test_add_errors)
{
	char name[RESULT_NAME_MAX + 1];
	struct result *a = result_new(0), *b = result_new(0);
	int i;

	result_add_errors(a, "transport", 2);
	result_add_errors(a, "zebra", 3);
	result_add_errors(a, "ant", 4);
	result_add_errors(a, "zebra", 5);
	result_add_errors(a, "", 6);
	memset(name, 'x', sizeof(name));
	name[RESULT_NAME_MAX] = '\0';
	result_add_errors(a, name, 7);
	ck_assert_uint_eq(a->n.category[CATEGORY_TRANSPORT], 2);
	ck_assert_uint_eq(a->n.category[CATEGORY_UNKNOWN], 13);
	ck_assert_uint_eq(a->nothers, 2);
	ck_assert_str_eq(a->others[0].name, "ant");
	ck_assert_uint_eq(a->others[1].count, 8);
	name[RESULT_NAME_MAX - 1] = '\0';
	result_add_errors(a, name, 1);
	ck_assert_str_eq(a->others[1].name, name);
	for (i = 0; i < RESULT_OTHERS_MAX; i++) {
		snprintf(name, sizeof(name), "b%02d", i);
		result_add_errors(b, name, 1);
	}
	result_merge(b, a);
	ck_assert_uint_eq(b->nothers, RESULT_OTHERS_MAX);
	ck_assert_uint_eq(b->n.category[CATEGORY_UNKNOWN], 13 + 4 + 8 + 1);
	result_add_errors(b, "b31", 1);
	ck_assert_uint_eq(b->others[31].count, 2);
	result_free(a);
	result_free(b);
}
END_TEST

START_TEST(test_summary)
{
	struct result *r = result_new(0);
	struct hist *h = &r->hist[RESULT_LATENCY];
	struct summary s;

	summary_of(&s, h);
	ck_assert_uint_eq(s.count + s.min_ns + s.mean_ns + s.p50_ns +
	    s.p90_ns + s.p95_ns + s.p99_ns + s.max_ns, 0);
	hist_record(h, 1000);
	hist_record(h, 3001);
	summary_of(&s, h);
	ck_assert_uint_eq(s.count, 2);
	ck_assert_uint_eq(s.min_ns, 1000);
	ck_assert_uint_eq(s.mean_ns, 2000);
	ck_assert_uint_eq(s.p50_ns, hist_percentile(h, 50));
	ck_assert_uint_eq(s.p99_ns, hist_percentile(h, 99));
	ck_assert_uint_eq(s.max_ns, 3001);
	result_free(r);
}
END_TEST

/* Makes buckets of a histogram, as a worker without slots would tell. */
static void
make_coarse(struct coarse *c, struct hist *h)
{
	c->count = h->count;
	c->sum_lo = h->sum_lo;
	c->sum_hi = h->sum_hi;
	c->min_ns = h->min_ns;
	c->max_ns = h->max_ns;
	hist_coarse(h, c->bucket);
	hist_reset(h);
}

/* Some requests in slots, some in buckets: figures are those of all. */
START_TEST(test_summary_of_buckets)
{
	struct result *r = result_new(0);
	struct hist *h = &r->hist[RESULT_LATENCY];
	struct hist *all = xcalloc(1, sizeof(*all));
	struct summary s;
	uint64_t counts[HIST_COARSE], i;

	for (i = 1; i <= 1000; i++)
		hist_record(h, i * 7919);
	hist_merge(all, h);
	result_summary(&s, r, RESULT_LATENCY);
	ck_assert(!result_is_coarse(r));
	ck_assert_uint_eq(s.p90_ns, hist_percentile(h, 90));
	make_coarse(&r->coarse[RESULT_LATENCY], h);
	for (i = 1; i <= 500; i++)
		hist_record(h, i * 104729);
	hist_merge(all, h);
	hist_coarse(all, counts);
	ck_assert(result_is_coarse(r));
	result_summary(&s, r, RESULT_LATENCY);
	ck_assert_uint_eq(s.count, 1500);
	ck_assert_uint_eq(s.min_ns, 7919);
	ck_assert_uint_eq(s.max_ns, 500 * 104729);
	ck_assert_uint_eq(s.mean_ns, hist_mean(all));
	ck_assert_uint_eq(s.p90_ns, hist_coarse_percentile(counts, 90, 7919,
	    500 * 104729));
	ck_assert_uint_eq(result_percentile(r, RESULT_LATENCY, 99.9),
	    hist_coarse_percentile(counts, 99.9, 7919, 500 * 104729));
	hist_record(&r->hist[RESULT_TTFB], 12345678);
	ck_assert_uint_eq(result_percentile(r, RESULT_TTFB, 50), 12345678);
	result_summary(&s, r, RESULT_SERVICE);
	ck_assert_uint_eq(s.count, 0);
	free(all);
	result_free(r);
}
END_TEST

START_TEST(test_snapshot_clear)
{
	struct snapshot s = { .nstatuses = 1 };
	const uint64_t counts[HIST_COARSE] = { 1 };

	s.statuses = xcalloc(1, sizeof(*s.statuses));
	snapshot_set_buckets(&s, counts);
	snapshot_clear(&s);
	ck_assert_ptr_null(s.statuses);
	ck_assert_uint_eq(s.nstatuses, 0);
	ck_assert_ptr_null(s.buckets);
	ck_assert_uint_eq(s.nbuckets, 0);
	snapshot_clear(&s);
}
END_TEST

START_TEST(test_snapshot_buckets)
{
	struct interval *in = xcalloc(1, sizeof(*in));
	struct hist *h = &in->hist[RESULT_LATENCY];
	struct snapshot s;
	size_t i;

	snapshot_of(&s, in);
	ck_assert_uint_eq(s.nbuckets, 0);
	ck_assert_ptr_null(s.buckets);
	for (i = 0; i < 3; i++)
		hist_record(h, 5000000);
	hist_record(h, 70000000000);
	hist_record(h, 1);
	hist_record(&in->hist[RESULT_TTFB], 4000000);
	snapshot_of(&s, in);
	ck_assert_uint_eq(s.nbuckets, 3);
	ck_assert_uint_eq(s.buckets[0].bucket, 0);
	ck_assert_uint_eq(s.buckets[0].count, 1);
	ck_assert_uint_eq(s.buckets[1].bucket, hist_coarse_bucket(5000000));
	ck_assert_uint_eq(s.buckets[1].count, 3);
	ck_assert_uint_eq(s.buckets[2].bucket, HIST_COARSE - 1);
	ck_assert_uint_eq(s.buckets[2].count, 1);
	snapshot_clear(&s);
	free(in);
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(result_hist_name(RESULT_LATENCY), "latency");
	ck_assert_str_eq(result_hist_name(RESULT_SERVICE), "service");
	ck_assert_str_eq(result_hist_name((enum result_hist)
	    (RESULT_PART + PART_FIRST_BYTE)), "first_byte");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("result");
	TCase *tc;

	tc = tcase_create("merge");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_merge_any_order);
	tcase_add_test(tc, test_merge_verdict);
	tcase_add_loop_test(tc, test_merge_tls, 0, UTIL_NELEM(tls_tests));
	tcase_add_loop_test(tc, test_merge_start, 0, UTIL_NELEM(start_tests));
	tcase_add_test(tc, test_merge_generators);
	tcase_add_test(tc, test_add_errors);
	suite_add_tcase(s, tc);

	tc = tcase_create("figures");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_summary);
	tcase_add_test(tc, test_summary_of_buckets);
	tcase_add_test(tc, test_snapshot_clear);
	tcase_add_test(tc, test_snapshot_buckets);
	tcase_add_test(tc, test_names);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
