/* SPDX-License-Identifier: MIT */

/*
 * report/html*.c, svg.c, timeline.c, markup.c: a page holds what it should, no
 * text of others is ever more than text, and a run of a week stays small. The
 * made-up runs of the other formats go through html_rig_check_report in their
 * own tests. Run from the top level.
 */

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/markup.h"
#include "report/report.h"
#include "report/svg.h"
#include "report/timeline.h"
#include "tests/html_rig.h"
#include "tests/report_rig.h"
#include "tests/suite.h"

#define SIZE_MAX_BYTES	(1000 * 1000)

static const struct text_test {
	const char	*input;
	const char	*want;
} text_tests[] = {
	{ "", "" },
	{ "plain text", "plain text" },
	{ "<script>alert(1)</script>",
	    "&#60;script&#62;alert(1)&#60;/script&#62;" },
	{ "\" onload='x' &amp;", "&#34; onload=&#39;x&#39; &#38;amp;" },
	{ "a\nb\tc\rd\x1b[31m\x7f", "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c"
	    "\xef\xbf\xbd" "d\xef\xbf\xbd[31m\xef\xbf\xbd" },
	{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
	    "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xc2\x85", "\xef\xbf\xbd" },			/* C1 */
	{ "\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd" },	/* overlong < */
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xef\xbf\xbe\xef\xb7\x90\xf0\x9f\xbf\xbf",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },	/* noncharacters */
	{ "a\xe2\x80\xae" "b\xe2\x81\xa6", "a\xef\xbf\xbd" "b\xef\xbf\xbd" }
};

START_TEST(test_text)
{
	const struct text_test *t = &text_tests[_i];
	char *got;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	markup_text(out, t->input);
	fclose(out);
	ck_assert_str_eq(got, t->want);
	free(got);
}
END_TEST

START_TEST(test_lines)
{
	static const char body[] = "a\n\tb\0<\r";
	char *got;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	markup_lines(out, body, sizeof(body) - 1);
	fclose(out);
	ck_assert_str_eq(got, "a\n\tb\xef\xbf\xbd&#60;\xef\xbf\xbd");
	free(got);
}
END_TEST

START_TEST(test_count)
{
	char buf[MARKUP_COUNT_MAX];

	ck_assert_str_eq(markup_count(buf, 0), "0");
	ck_assert_str_eq(markup_count(buf, 999), "999");
	ck_assert_str_eq(markup_count(buf, 1000), "1,000");
	ck_assert_str_eq(markup_count(buf, UINT64_MAX),
	    "18,446,744,073,709,551,615");
}
END_TEST

static const struct scale_test {
	bool	 is_log;
	double	 low;
	double	 high;
	double	 want_low;
	double	 want_high;
	size_t	 want_ticks;
} scale_tests[] = {
	{ false, 0, 0, 0, 1, 6 },
	{ false, 0, 1, 0, 1, 6 },
	{ false, 0, 500, 0, 500, 6 },
	{ false, 0, 501, 0, 600, 4 },
	{ false, 0, 1e-3, 0, 1e-3, 6 },
	{ true, 1, 1, 1, 10, 4 },
	{ true, 3, 90, 2, 100, 6 },
	{ true, 5.1e6, 1.12e7, 5e6, 2e7, 7 },
	{ true, 1, 1e19, 1, 1e19, 16 },
	{ true, 20e3, 6e10, 20e3, 1e11, 7 }
};

START_TEST(test_scale)
{
	const struct scale_test *t = &scale_tests[_i];
	double ticks[SVG_TICKS_MAX], at;
	struct svg_scale s;
	size_t i, n;

	if (t->is_log)
		svg_scale_log(&s, t->low, t->high);
	else
		svg_scale_linear(&s, t->high);
	ck_assert_double_eq_tol(s.low, t->want_low, 1e-9 +
	    t->want_low * 1e-9);
	ck_assert_double_eq_tol(s.high, t->want_high,
	    t->want_high * 1e-9);
	n = svg_scale_ticks(&s, ticks);
	ck_assert_uint_eq(n, t->want_ticks);
	for (i = 0; i < n; i++) {
		at = svg_scale_at(&s, ticks[i]);
		ck_assert(at >= 0 && at <= 1);
	}
	ck_assert_double_eq(svg_scale_at(&s, s.low), 0);
	ck_assert_double_eq(svg_scale_at(&s, s.high), 1);
	ck_assert_double_eq(svg_scale_at(&s, -1), 0);
	ck_assert_double_eq(svg_scale_at(&s, 2 * s.high), 1);
}
END_TEST

/* A run with so many snapshots of a second, 100 a second. */
struct long_run {
	struct fixture	*f;
	struct snapshot	*snapshots;
};

static void
make_plain(struct fixture *f)
{
	rig_set_text(&f->plan.req.scenario.url, "http://shop.example/");
	rig_set_text(&f->plan.req.scenario.method, "GET");
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_CONSTANT,
	    .rate = 100, .duration_ns = 20 * NS_PER_SEC });
	rig_record_run(f->result, 2000, 0, false);
	rig_set_generators(f->result);
	f->result->duration_ns = 20 * NS_PER_SEC;
}

static struct long_run
long_run_new(size_t n)
{
	struct summary latency;
	struct long_run run;
	struct snapshot *s;
	size_t i;

	run.f = rig_new(make_plain, 2);
	summary_of(&latency, &run.f->result->hist[RESULT_LATENCY]);
	run.snapshots = xcalloc(n, sizeof(*run.snapshots));
	for (i = 0; i < n; i++) {
		s = &run.snapshots[i];
		s->index = i;
		s->from_ns = i * NS_PER_SEC;
		s->until_ns = (i + 1) * NS_PER_SEC;
		s->planned = 100;
		s->scheduled = s->started = s->completed = 100;
		s->latency = latency;
	}
	run.f->report.snapshots = run.snapshots;
	run.f->report.nsnapshots = n;
	return run;
}

static void
long_run_free(struct long_run *run)
{
	free(run->snapshots);
	rig_free(run->f);
}

static const struct group_test {
	size_t	 n;
	size_t	 want_points;
	size_t	 want_group;
} group_tests[] = {
	{ 1, 1, 1 },
	{ 2, 2, 1 },
	{ 600, 600, 1 },
	{ 601, 301, 2 },
	{ 1200, 600, 2 },
	{ 1201, 401, 3 },
	{ 86400, 600, 144 }		/* a day of seconds */
};

/* A peak in one snapshot is seen, whatever its group. */
START_TEST(test_groups)
{
	const struct group_test *t = &group_tests[_i];
	struct long_run run = long_run_new(t->n);
	struct snapshot *peak = &run.snapshots[t->n / 2];
	double fastest = 0, slowest = INFINITY;
	uint64_t completed = 0, most = 0;
	struct timeline line;
	char *html;
	size_t i;

	peak->latency.max_ns = 7 * NS_PER_SEC;
	peak->completed = 150;
	run.snapshots[t->n / 3].completed -= 40;
	timeline_init(&line, &run.f->report, TIMELINE_POINTS_MAX);
	ck_assert_uint_eq(line.n, t->want_points);
	ck_assert_uint_eq(line.group, t->want_group);
	for (i = 0; i < line.n; i++) {
		completed += line.points[i].completed;
		fastest = fmax(fastest, line.points[i].fastest);
		slowest = fmin(slowest, line.points[i].slowest);
		if (line.points[i].ns[TIMELINE_MAX] > most)
			most = line.points[i].ns[TIMELINE_MAX];
	}
	ck_assert_uint_eq(completed, t->n * 100 + 10);
	ck_assert_uint_eq(most, 7 * NS_PER_SEC);
	ck_assert_double_eq(fastest, t->n > 1 ? 150 : 110);
	ck_assert_double_eq(slowest, t->n > 1 ? 60 : 110);
	timeline_clear(&line);
	html = html_rig_write(&run.f->report);
	html_rig_check(html);
	ck_assert_uint_lt(strlen(html), SIZE_MAX_BYTES);
	ck_assert((strstr(html, "Each point stands for") != NULL) ==
	    (t->want_group > 1));
	free(html);
	html_rig_check_report(&run.f->report);
	long_run_free(&run);
}
END_TEST

/* The warm-up is planned and not counted; ends of runs are no points. */
START_TEST(test_timeline_ends)
{
	struct long_run run = long_run_new(5);
	struct timeline line;

	run.f->plan.req.warmup_ns = 1500 * NS_PER_MS;
	run.snapshots[0].completed = 0;
	run.snapshots[1].completed = 50;
	run.snapshots[4].completed = 3;		/* in flight at the end */
	run.snapshots[4].scheduled = 0;
	timeline_init(&line, &run.f->report, TIMELINE_POINTS_MAX);
	ck_assert_uint_eq(line.n, 4);
	ck_assert_uint_eq(line.points[0].counted_ns, 0);
	ck_assert_double_eq(line.points[0].planned, 100);
	ck_assert_uint_eq(line.points[1].counted_ns, 500 * NS_PER_MS);
	ck_assert_double_eq(line.points[1].achieved, 100);
	ck_assert_uint_eq(line.points[3].until_ns, 4 * NS_PER_SEC);
	ck_assert_double_eq(line.points[3].achieved, 103);
	timeline_clear(&line);
	run.snapshots[4].completed = 30;	/* that many are a point */
	timeline_init(&line, &run.f->report, TIMELINE_POINTS_MAX);
	ck_assert_uint_eq(line.n, 5);
	timeline_clear(&line);
	run.snapshots[4].until_ns = run.snapshots[4].from_ns + NS_PER_MS;
	timeline_init(&line, &run.f->report, TIMELINE_POINTS_MAX);
	ck_assert_uint_eq(line.n, 4);
	timeline_clear(&line);
	html_rig_check_report(&run.f->report);
	long_run_free(&run);
}
END_TEST

#define HOSTILE	"\"'><script>x</script>&\x1b[2J\xff\xe2\x80\xae\n"

static void
make_hostile(struct fixture *f)
{
	struct scenario *s = &f->plan.req.scenario;
	struct result *res = f->result;
	struct worker_stat *w;

	make_plain(f);
	rig_set_text(&s->url, "http://u:s3cret@h/" HOSTILE);
	rig_set_text(&s->method, HOSTILE);
	scenario_add_header(s, "Cookie", "s3cret");
	scenario_add_header(s, HOSTILE, HOSTILE);
	rig_set_text(&s->body, HOSTILE);
	s->body_len = strlen(s->body);
	snprintf(res->address, sizeof(res->address), "%s", HOSTILE);
	snprintf(res->tls_protocol, sizeof(res->tls_protocol), "%s", HOSTILE);
	snprintf(res->error, sizeof(res->error), "%s", HOSTILE);
	res->is_valid = false;
	res->nreasons = 1;
	snprintf(res->reasons[0], sizeof(res->reasons[0]), "%s", HOSTILE);
	res->others = xcalloc(1, sizeof(*res->others));
	res->nothers = 1;
	res->others[0].count = 3;
	snprintf(res->others[0].name, RESULT_NAME_MAX, "%s", HOSTILE);
	res->workers = xcalloc(1, sizeof(*res->workers));
	res->nworkers = 1;
	w = &res->workers[0];
	w->name = xstrdup(HOSTILE);
	w->took_part = true;
	w->is_lost = true;
	snprintf(w->error, sizeof(w->error), "%s", HOSTILE);
	rig_add_threshold(&f->plan, "p99<1s");
	snprintf(f->plan.thresholds[0].text,
	    sizeof(f->plan.thresholds[0].text), "%s", HOSTILE);
	rig_add_exemplar(res, 1, NS_PER_SEC, CAUSE_STATUS);
	snprintf(res->exemplars.name, EXEMPLAR_NAME_MAX, "%s", HOSTILE);
	snprintf(res->exemplars.slowest[0].header, EXEMPLAR_HEADER_MAX, "%s",
	    HOSTILE);
	snprintf(res->exemplars.slowest[0].worker, EXEMPLAR_WORKER_MAX, "%s",
	    HOSTILE);
}

START_TEST(test_hostile)
{
	struct fixture *f = rig_new(make_hostile, 2);
	char *html = html_rig_write(&f->report);

	html_rig_check(html);
	ck_assert_uint_ge(html_rig_count(html, "&#60;script&#62;x&#60;"), 14);
	ck_assert_uint_ge(html_rig_count(html, "***"), 4);
	free(html);
	rig_free(f);
}
END_TEST

/* Its parts are there, in the order in which they are read. */
START_TEST(test_order)
{
	static const char *const parts[] = {
		"<h1>GET http://shop.example/</h1>", ">HELD</p>",
		"<dt>Rate</dt>", "id=\"rate-chart-name\"",
		"class=\"line planned\"",
		"class=\"line achieved\"", "id=\"percentiles-chart-name\"",
		"class=\"line p99\"", "id=\"distribution-chart-name\"",
		"class=\"line service\"", "<th scope=\"row\">p99</th>",
		"id=\"parts\"", "200 OK", "No request failed",
		"Slowest requests", "request-7", "id=\"thresholds\"",
		"The generator kept its plan", "100/s for 20s"
	};
	struct long_run run = long_run_new(20);
	const char *at;
	char *html;
	size_t i;

	rig_add_exemplar(run.f->result, 7, NS_PER_SEC, CAUSE_NONE);
	html = html_rig_write(&run.f->report);
	for (i = 0, at = html; i < UTIL_NELEM(parts); i++) {
		ck_assert_msg(strstr(at, parts[i]) != NULL, "%s", parts[i]);
		at = strstr(at, parts[i]);
	}
	ck_assert_ptr_null(strstr(html, "id=\"workers\""));
	free(html);
	long_run_free(&run);
}
END_TEST

/* Every count of samples, down to one, has its distribution. */
START_TEST(test_few)
{
	struct fixture *f = rig_new(make_plain, 0);
	struct hist *h = &f->result->hist[RESULT_LATENCY];
	int i;

	for (i = RESULT_LATENCY; i < RESULT_HISTS; i++)
		hist_reset(&f->result->hist[i]);
	for (i = 0; i < _i; i++)
		hist_record(h, (uint64_t)i * 1000);
	html_rig_check_report(&f->report);
	rig_free(f);
}
END_TEST

/* Of a part a mean is exact, and a percentile known from enough samples on. */
START_TEST(test_part)
{
	struct fixture *f = rig_new(make_plain, 0);
	struct hist *h = &f->result->hist[RESULT_PART + PART_TLS];
	char *html;
	int i;

	hist_reset(h);
	for (i = 0; i < 20; i++)
		hist_record(h, 268);
	html = html_rig_write(&f->report);
	ck_assert_ptr_nonnull(strstr(html, "</span> tls</th><td>268ns</td>"
	    "<td>&#60;1us</td><td>n/a</td><td>268ns</td>"));
	free(html);
	rig_free(f);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("html");
	TCase *tc = tcase_create("html");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_text, 0, (int)UTIL_NELEM(text_tests));
	tcase_add_test(tc, test_lines);
	tcase_add_test(tc, test_count);
	tcase_add_loop_test(tc, test_scale, 0, (int)UTIL_NELEM(scale_tests));
	tcase_add_loop_test(tc, test_groups, 0, (int)UTIL_NELEM(group_tests));
	tcase_add_test(tc, test_timeline_ends);
	tcase_add_test(tc, test_hostile);
	tcase_add_test(tc, test_order);
	tcase_add_loop_test(tc, test_few, 0, 12);
	tcase_add_test(tc, test_part);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
