/* SPDX-License-Identifier: MIT */

/*
 * report/: reports of fleets and of merges. Golden files of a fleet, of one
 * that is mixed with a program that has the wire's buckets only and that lost
 * a worker, and of results without a plan; which figures thresholds look at;
 * names of workers. Run from the top level.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/outlook.h"
#include "report/report.h"
#include "report/words.h"
#include "tests/html_rig.h"
#include "tests/report_rig.h"
#include "tests/suite.h"

static struct worker_stat *
add_worker(struct result *res, const char *name, uint64_t weight)
{
	struct worker_stat *w;

	res->workers = xreallocarray(res->workers, res->nworkers + 1,
	    sizeof(*res->workers));
	w = &res->workers[res->nworkers++];
	memset(w, 0, sizeof(*w));
	w->name = xstrdup(name);
	w->weight = weight;
	w->took_part = true;
	w->has_fine = true;
	w->round_trip_ns = 310 * NS_PER_US;
	return w;
}

static void
set_plan(struct fixture *f)
{
	rig_set_text(&f->plan.req.scenario.url, "http://shop.example/");
	rig_set_text(&f->plan.req.scenario.method, "GET");
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_CONSTANT,
	    .rate = 200, .duration_ns = 20 * NS_PER_SEC });
	f->result->max_active = 9;
	f->result->duration_ns = UINT64_C(20003456789);
}

/* Two of three had a share. */
static void
make_fleet(struct fixture *f)
{
	struct result *res = f->result;
	struct worker_stat *w;

	set_plan(f);
	rig_add_threshold(&f->plan, "p99<250ms");
	rig_record_run(res, 4000, 0, false);
	rig_set_generators(res);
	res->n.connects = 0;		/* the wire has none */
	res->address[0] = '\0';
	w = add_worker(res, "10.0.0.1:9100", 3);
	w->scheduled = w->completed = 3000;
	w->has_start_error = true;
	w->start_error_ns = 412345;
	w = add_worker(res, "exec:ssh build7.rack4.site.example pulse worker "
	    "--stdio", 1);
	w->scheduled = w->completed = 1000;
	w->has_start_error = true;
	w->start_error_ns = -1200;
	w = add_worker(res, "unix:/run/pulse.sock", 0);
	w->took_part = false;
	w->has_fine = false;
	w->round_trip_ns = 0;
}

/* A histogram as another program has it: everything slower by a tenth. */
static void
make_coarse(struct coarse *c, const struct hist *h)
{
	uint64_t i, ns;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < 1000; i++) {
		ns = hist_percentile(h, (double)i / 10 + 0.05) / 10 * 11;
		if (i == 0)
			c->min_ns = ns;
		c->max_ns = ns;
		c->sum_lo += ns;
		c->bucket[hist_coarse_bucket(ns)]++;
	}
	c->count = 1000;
}

static void
add_others(struct result *res)
{
	res->others = xcalloc(2, sizeof(*res->others));
	res->nothers = 2;
	snprintf(res->others[0].name, RESULT_NAME_MAX, "a_category_of_which_"
	    "nobody_else_ever_heard\xc3\xa9");
	res->others[0].count = 2;
	snprintf(res->others[1].name, RESULT_NAME_MAX, "quota_exceeded");
	res->others[1].count = 5;
}

static void
make_mixed(struct fixture *f)
{
	struct result *res = f->result;
	struct worker_stat *w;

	set_plan(f);
	rig_add_threshold(&f->plan, "p99<20ms");
	rig_add_threshold(&f->plan, "service.p50<1s");
	f->plan.percentiles[0] = 99.9;
	f->plan.npercentiles = 1;
	rig_record_run(res, 2000, 0, false);
	make_coarse(&res->coarse[RESULT_LATENCY], &res->hist[RESULT_LATENCY]);
	res->n.scheduled = res->n.started = res->n.completed = 3000;
	res->n.status[200] = 3000;
	rig_fail_requests(res, PART_FIRST_BYTE, CAUSE_STATUS, 3);
	add_others(res);
	res->n.failed += 7;
	res->n.status[200] -= 7;
	rig_set_generators(res);
	w = add_worker(res, "a.example:9100", 2);
	w->scheduled = w->completed = 2000;
	w->failed = 3;
	w->has_start_error = true;
	w->start_error_ns = 35000;
	w = add_worker(res, "http://go.example:9101", 1);
	w->scheduled = w->completed = 1000;
	w->failed = 7;
	w->has_fine = false;
	w = add_worker(res, "c.example:9100", 1);
	w->is_lost = true;
	w->scheduled = 600;
	w->completed = 599;
	snprintf(w->error, sizeof(w->error), "the connection ended in the "
	    "middle of a <result>, after 12.3s of the run & \x1b[31m more");
	snprintf(res->error, sizeof(res->error), "worker c.example:9100: "
	    "the connection ended");
}

/* What `pulse merge` has: nothing that does not travel. */
static void
make_merged(struct fixture *f)
{
	struct result *res = f->result;

	rig_add_threshold(&f->plan, "rate>190");
	rig_add_threshold(&f->plan, "rate>250");
	rig_record_run(res, 4000, 0, false);
	rig_fail_requests(res, PART_FIRST_BYTE, CAUSE_STATUS, 3);
	rig_set_generators(res);
	res->n.connects = 0;
	res->address[0] = '\0';
	res->start_wall_ns = 0;
	res->max_active = 9;
	res->duration_ns = 20 * NS_PER_SEC;
}

static void
make_merged_coarse(struct fixture *f)
{
	struct result *res = f->result;

	make_merged(f);
	make_coarse(&res->coarse[RESULT_LATENCY], &res->hist[RESULT_LATENCY]);
	memset(res->hist, 0, sizeof(res->hist));
	res->n.scheduled = res->n.started = res->n.completed = 1000;
	res->n.status[200] = 997;
	res->is_partial = true;
}

static void
make_nothing(struct fixture *f)
{
	f->result->start_wall_ns = 0;
	rig_add_threshold(&f->plan, "rate>=0");
	rig_add_threshold(&f->plan, "p99<1s");
}

/* As many workers as there may be words for, and none came back. */
static void
make_all_lost(struct fixture *f)
{
	struct worker_stat *w;
	char name[64];
	size_t i;

	set_plan(f);
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "a-very-long-name-of-a-host-%zu."
		    "example.net:9100", i);
		w = add_worker(f->result, name, 1 + i);
		w->is_lost = true;
		w->completed = UINT64_C(1000000000);
		w->has_start_error = true;
		w->start_error_ns = INT64_MIN;
		w->round_trip_ns = UINT64_MAX;
	}
}

static const struct fleet_run {
	const char	*name;
	void		(*make)(struct fixture *);
	size_t		 nmerged;
	size_t		 ngenerators;
} runs[] = {
	{ "fleet", make_fleet, 0, 3 },
	{ "mixed", make_mixed, 0, 3 },
	{ "merged", make_merged, 3, 3 },
	{ "merged_coarse", make_merged_coarse, 1, 0 },
	{ "nothing", make_nothing, 2, 0 },
	{ "all_lost", make_all_lost, 0, 0 }
};

static struct fixture *
make_run(const char *name)
{
	struct fixture *f;
	size_t i = 0;

	while (strcmp(runs[i].name, name) != 0)
		i++;
	f = rig_new(runs[i].make, runs[i].ngenerators);
	f->report.nmerged = runs[i].nmerged;
	return f;
}

static const struct golden {
	const char		*run;
	const char		*format_name;
	enum report_format	 format;
	bool			 is_quiet;
} goldens[] = {
	{ "fleet", "text", REPORT_TEXT, false },
	{ "fleet", "quiet", REPORT_TEXT, true },
	{ "fleet", "json", REPORT_JSON, false },
	{ "fleet", "junit", REPORT_JUNIT, false },
	{ "mixed", "text", REPORT_TEXT, false },
	{ "mixed", "quiet", REPORT_TEXT, true },
	{ "mixed", "json", REPORT_JSON, false },
	{ "mixed", "junit", REPORT_JUNIT, false },
	{ "merged", "text", REPORT_TEXT, false },
	{ "merged", "quiet", REPORT_TEXT, true },
	{ "merged", "json", REPORT_JSON, false },
	{ "merged", "csv", REPORT_CSV, false },
	{ "merged", "junit", REPORT_JUNIT, false },
	{ "merged_coarse", "hgrm", REPORT_HGRM, false },
	{ "merged_coarse", "text", REPORT_TEXT, false }
};

START_TEST(test_golden)
{
	const struct golden *g = &goldens[_i];
	struct fixture *f = make_run(g->run);
	char file[64];

	f->report.is_quiet = g->is_quiet;
	snprintf(file, sizeof(file), "%s_%s", g->run, g->format_name);
	rig_check_golden(f, file, g->format);
	rig_free(f);
}
END_TEST

START_TEST(test_text_form)
{
	struct fixture *f = make_run(runs[_i].name);

	rig_check_form(f);
	rig_free(f);
}
END_TEST

START_TEST(test_html_form)
{
	struct fixture *f = make_run(runs[_i].name);

	html_rig_check_report(&f->report);
	rig_free(f);
}
END_TEST

/* Nothing divides by zero: JSON of it would have inf or nan. */
START_TEST(test_numbers)
{
	struct fixture *f = make_run(runs[_i].name);
	char *got;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	json_write(out, &f->report);
	junit_write(out, &f->report);
	csv_write(out, &f->report);
	fclose(out);
	ck_assert_ptr_null(strstr(got, "inf"));
	ck_assert_ptr_null(strstr(got, "nan"));
	free(got);
	rig_free(f);
}
END_TEST

/* Latency and ttfb of all are the wire's; the rest is fine. */
START_TEST(test_which_figures)
{
	struct fixture *f = make_run("mixed");
	struct result *res = f->result;
	double actual = f->report.verdicts[0].actual;

	ck_assert_double_eq(actual, (double)result_percentile(res,
	    RESULT_LATENCY, 99));
	ck_assert_double_ne(actual, (double)hist_percentile(
	    &res->hist[RESULT_LATENCY], 99));
	ck_assert_double_eq(f->report.verdicts[1].actual,
	    (double)hist_percentile(&res->hist[RESULT_SERVICE], 50));
	rig_free(f);
}
END_TEST

static const struct rate_test {
	const char	*expr;
	bool		 is_kept;
} rate_tests[] = {
	{ "rate>199", true },
	{ "rate>=200", true },
	{ "rate<=200", true },
	{ "rate>200", false },
	{ "rate<200", false }
};

/* 4000 in 20 s: without a plan the time is what it took. */
START_TEST(test_rate)
{
	const struct rate_test *t = &rate_tests[_i];
	struct fixture *f = make_run("merged");

	f->plan.nthresholds = 0;
	rig_add_threshold(&f->plan, t->expr);
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	ck_assert_double_eq_tol(report_rate(&f->report), 200, 1e-9);
	ck_assert_msg(f->report.is_passed == t->is_kept, "%s", t->expr);
	f->result->duration_ns = 0;
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	ck_assert_double_eq(report_rate(&f->report), 0);
	ck_assert(!f->report.verdicts[0].has_sample);
	rig_free(f);
}
END_TEST

/* A lost worker is a reason that has its share; the rest is as it is. */
START_TEST(test_lost_share)
{
	struct fixture *f = make_run("fleet");
	struct result *res = f->result;
	struct outlook o;

	outlook_init(&o, &f->report);
	ck_assert_str_eq(outlook_head(&o), "HELD");
	res->workers[1].is_lost = true;
	outlook_init(&o, &f->report);
	ck_assert_str_eq(outlook_head(&o), "NO VERDICT");
	ck_assert_uint_eq(o.nreasons, 1);
	ck_assert_ptr_nonnull(strstr(o.reasons[0], "1 of 2 workers was lost"));
	ck_assert_ptr_nonnull(strstr(o.reasons[0], "25.00%"));
	rig_free(f);
}
END_TEST

static const struct name_test {
	const char	*input;
	size_t		 width;
	const char	*want;
} name_tests[] = {
	{ "", 8, "" },
	{ "a:9100", 8, "a:9100" },
	{ "12345678", 8, "12345678" },
	{ "123456789", 8, "123...89" },
	{ "build7.site.example.net:9100", 20, "build7.si...net:9100" },
	{ "0123456789012345678901234567890123456789012345678901234567890123456"
	    "789", 999, "012345678901234567890123456789...0123456789012345678"
	    "90123456789" }
};

/* Intervals that are not of all, as nobody streams or somebody was lost. */
static const struct interval_test {
	const char	*descr;
	uint64_t	 completed;	/* in the intervals, of 3000 */
	bool		 is_silent;
	bool		 is_lost;
	const char	*want;
} interval_tests[] = {
	{ "all", 3000, true, true, "" },
	{ "silent", 2000, true, false, "The intervals have 2000 completed "
	    "requests, the result 3000: workers that do not stream are not in "
	    "them." },
	{ "lost", 3100, false, true, "The intervals have 3100 completed "
	    "requests, the result 3000: what lost ones told last is in them "
	    "alone." },
	{ "both", 2100, true, true, "The intervals have 2100 completed "
	    "requests, the result 3000: workers that do not stream are not in "
	    "them, and what lost ones told last is in them alone." },
	{ "neither", 2900, false, false, "The intervals have 2900 completed "
	    "requests, the result 3000." }
};

START_TEST(test_intervals)
{
	const struct interval_test *t = &interval_tests[_i];
	const struct snapshot snapshot = { .completed = t->completed,
	    .until_ns = NS_PER_SEC };
	struct fixture *f = rig_new(make_mixed, 2);
	char got[WORDS_INTERVALS_MAX], *html;

	f->result->workers[1].has_fine = !t->is_silent;
	f->result->workers[2].is_lost = t->is_lost;
	f->result->workers[2].has_fine = !t->is_lost;
	report_init(&f->report, &f->plan, f->result, &snapshot, 1);
	ck_assert_str_eq(words_intervals(got, &f->report), t->want);
	html = html_rig_write(&f->report);
	ck_assert_msg(strstr(html, got) != NULL, "%s", t->descr);
	free(html);
	rig_free(f);
}
END_TEST

START_TEST(test_name)
{
	const struct name_test *t = &name_tests[_i];
	char buf[WORDS_MAX];

	ck_assert_str_eq(words_worker(buf, t->input, t->width), t->want);
}
END_TEST

static bool
is_any(const struct worker_stat *w)
{
	return w->took_part;
}

START_TEST(test_names)
{
	static const char *const wants[] = {
		"", "a", "a and b", "a, b and c", "a, b, c and d",
		"a, b, c and 2 more", "a, b, c and 3 more"
	};
	struct result *res = result_new(0);
	char buf[WORDS_WORKERS_MAX], name[] = "a";
	size_t i;

	add_worker(res, "z", 1)->took_part = false;
	for (i = 0; i < UTIL_NELEM(wants); i++) {
		ck_assert_str_eq(words_workers(buf, res, is_any), wants[i]);
		name[0] = (char)('a' + i);
		add_worker(res, name, 1);
	}
	result_free(res);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("report_fleet");
	TCase *tc = tcase_create("report_fleet");

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, test_golden, 0, (int)UTIL_NELEM(goldens));
	tcase_add_loop_test(tc, test_text_form, 0, (int)UTIL_NELEM(runs));
	tcase_add_loop_test(tc, test_html_form, 0, (int)UTIL_NELEM(runs));
	tcase_add_loop_test(tc, test_numbers, 0, (int)UTIL_NELEM(runs));
	tcase_add_test(tc, test_which_figures);
	tcase_add_loop_test(tc, test_rate, 0, (int)UTIL_NELEM(rate_tests));
	tcase_add_test(tc, test_lost_share);
	tcase_add_loop_test(tc, test_intervals, 0,
	    (int)UTIL_NELEM(interval_tests));
	tcase_add_loop_test(tc, test_name, 0, (int)UTIL_NELEM(name_tests));
	tcase_add_test(tc, test_names);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
