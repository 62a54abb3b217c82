/* SPDX-License-Identifier: MIT */

/*
 * report/hgrm.c: the table is read back as a plotter does, and looked at: its
 * steps are HdrHistogram's, it rises, ends with the largest value, has all of
 * them, and says what other formats say within a slot. Run from the top level.
 */

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "tests/report_rig.h"
#include "tests/suite.h"

enum {
	ROWS_MAX = 400
};

struct row {
	double		 value_ns;
	double		 percentile;	/* 0 to 1 */
	uint64_t	 count;
	double		 odds;		/* 1/(1-percentile); 0 in the last */
};

struct table {
	struct row	 rows[ROWS_MAX];
	size_t		 nrows;
	double		 mean_ns;
	double		 deviation_ns;
	double		 max_ns;
	uint64_t	 total;
};

static void
read_notes(struct table *t, const char *line)
{
	if (sscanf(line, "#[Mean    = %lf, StdDeviation   = %lf]",
	    &t->mean_ns, &t->deviation_ns) == 2) {
		t->mean_ns *= 1e6;
		t->deviation_ns *= 1e6;
	}
	if (sscanf(line, "#[Max     = %lf, Total count    = %" SCNu64 "]",
	    &t->max_ns, &t->total) == 2)
		t->max_ns *= 1e6;
}

static void
read_table(struct table *t, const struct report *r)
{
	char *got, *line, *rest;
	struct row *row;
	size_t len;
	FILE *out = open_memstream(&got, &len);
	int n;

	memset(t, 0, sizeof(*t));
	hgrm_write(out, r);
	fclose(out);
	rest = got;
	ck_assert_int_eq(strncmp(rest, "       Value     Percentile TotalCount "
	    "1/(1-Percentile)\n\n", 57), 0);
	rest += 57;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '#' || line[0] == '\0') {
			read_notes(t, line);
			continue;
		}
		ck_assert(t->nrows < ROWS_MAX);
		row = &t->rows[t->nrows++];
		n = sscanf(line, "%lf %lf %" SCNu64 " %lf", &row->value_ns,
		    &row->percentile, &row->count, &row->odds);
		ck_assert_msg(n == 4 || (n == 3 && row->percentile == 1),
		    "%s", line);
		row->value_ns *= 1e6;
	}
	free(got);
}

/* What holds of every table that is not empty. */
static void
check_table(const struct table *t, const struct report *r, uint64_t total)
{
	const struct row *row, *last = &t->rows[t->nrows - 1];
	struct summary s;
	size_t i;

	result_summary(&s, r->result, RESULT_LATENCY);
	ck_assert_uint_eq(t->total, total);
	ck_assert_uint_eq((uint64_t)llround(t->mean_ns), s.mean_ns);
	ck_assert_uint_eq((uint64_t)llround(t->max_ns), s.max_ns);
	ck_assert_uint_ge(t->nrows, 2);
	ck_assert(last->percentile == 1 && last->odds == 0);
	ck_assert_uint_eq((uint64_t)llround(last->value_ns), s.max_ns);
	ck_assert_uint_eq(last->count, total);
	ck_assert_uint_eq(last[-1].count, total);
	ck_assert(t->rows[0].percentile == 0 && t->rows[0].odds == 1);
	for (i = 1; i < t->nrows; i++) {
		row = &t->rows[i];
		ck_assert(row->value_ns >= row[-1].value_ns);
		ck_assert(row->percentile > row[-1].percentile);
		ck_assert(row->count >= row[-1].count);
		ck_assert(row->count >= 1);
		/* The least slot that is enough, and no less. */
		ck_assert((double)row->count >=
		    row->percentile * (double)total - 1e-6 * (double)total);
	}
}

/* Each row against the percentile of everything else that is written. */
static void
check_values(const struct table *t, const struct report *r, double within)
{
	const struct row *row;
	double want;
	size_t i;

	for (i = 0; i + 1 < t->nrows; i++) {
		row = &t->rows[i];
		want = (double)result_percentile(r->result, RESULT_LATENCY,
		    100 * row->percentile);
		ck_assert_msg(fabs(row->value_ns - want) <= within * want + 1,
		    "p%.6f: %f, want %f", 100 * row->percentile, row->value_ns,
		    want);
	}
}

static void
make_run(struct fixture *f)
{
	rig_set_text(&f->plan.req.scenario.url, "http://shop.example/");
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_CONSTANT,
	    .rate = 10, .duration_ns = NS_PER_SEC });
	rig_record_run(f->result, 20000, 0, true);
}

static void
make_nothing(struct fixture *f)
{
	rig_set_text(&f->plan.req.scenario.url, "http://shop.example/");
}

START_TEST(test_run)
{
	struct fixture *f = rig_new(make_run, 1);
	struct table t;

	read_table(&t, &f->report);
	check_table(&t, &f->report, 20000);
	check_values(&t, &f->report, 0.0015);
	rig_free(f);
}
END_TEST

/* The same requests, half of them in 800 buckets. */
START_TEST(test_coarse)
{
	struct fixture *f = rig_new(make_run, 1);
	struct result *res = f->result;
	struct coarse half;
	struct table t;

	result_buckets(&half, res, RESULT_LATENCY);
	res->coarse[RESULT_LATENCY] = half;
	read_table(&t, &f->report);
	check_table(&t, &f->report, 40000);
	check_values(&t, &f->report, 0.0226);
	rig_free(f);
}
END_TEST

START_TEST(test_empty)
{
	struct fixture *f = rig_new(make_nothing, 0);
	struct table t;

	read_table(&t, &f->report);
	ck_assert_uint_eq(t.nrows, 0);
	ck_assert_uint_eq(t.total, 0);
	rig_free(f);
}
END_TEST

/*
 * Times in ms and the steps up to the one that has all: five to a half, as
 * they are in the tests of HdrHistogram's own programs.
 */
static const struct step_test {
	const char	*descr;
	uint64_t	 us[4];
	size_t		 n;
	double		 percentiles[16];
	uint64_t	 counts[16];
} step_tests[] = {
	{ "one", { 5000 }, 1, { 0, 1 }, { 1, 1 } },
	{ "below the first slot", { 0, 0 }, 2, { 0, 1 }, { 2, 2 } },
	{ "above the last", { 1, 90000000 }, 2,
	    { 0, .1, .2, .3, .4, .5, .55, 1 }, { 1, 1, 1, 1, 1, 1, 2, 2 } },
	{ "three", { 25000, 50000, 75000 }, 3,
	    { 0, .1, .2, .3, .4, .5, .55, .6, .65, .7, 1 },
	    { 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3 } },
	{ "four", { 1, 2, 3, 4 }, 4,
	    { 0, .1, .2, .3, .4, .5, .55, .6, .65, .7, .75, .775, 1 },
	    { 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4 } },
};

START_TEST(test_steps)
{
	const struct step_test *st = &step_tests[_i];
	struct fixture *f = rig_new(make_nothing, 0);
	struct table t;
	size_t i;

	for (i = 0; i < st->n; i++)
		hist_record(&f->result->hist[RESULT_LATENCY],
		    st->us[i] * NS_PER_US);
	read_table(&t, &f->report);
	check_table(&t, &f->report, st->n);
	for (i = 0; i < t.nrows; i++) {
		ck_assert_msg(fabs(t.rows[i].percentile -
		    st->percentiles[i]) < 1e-9, "%s: row %zu", st->descr, i);
		ck_assert_msg(t.rows[i].count == st->counts[i],
		    "%s: row %zu", st->descr, i);
	}
	ck_assert_msg(st->percentiles[t.nrows - 1] == 1, "%s", st->descr);
	rig_free(f);
}
END_TEST

/* 10, 20 and 30 ms: their deviation is sqrt(200/3), the slots' width apart. */
START_TEST(test_deviation)
{
	struct fixture *f = rig_new(make_nothing, 0);
	struct table t;
	uint64_t ms;

	for (ms = 10; ms <= 30; ms += 10)
		hist_record(&f->result->hist[RESULT_LATENCY], ms * NS_PER_MS);
	read_table(&t, &f->report);
	ck_assert(fabs(t.deviation_ns / 1e6 - sqrt(200.0 / 3)) < 0.03);
	rig_free(f);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("hgrm");
	TCase *tc = tcase_create("hgrm");

	suite_add_tcase(s, tc);
	tcase_add_test(tc, test_run);
	tcase_add_test(tc, test_coarse);
	tcase_add_test(tc, test_empty);
	tcase_add_loop_test(tc, test_steps, 0, (int)UTIL_NELEM(step_tests));
	tcase_add_test(tc, test_deviation);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
