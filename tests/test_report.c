/* SPDX-License-Identifier: MIT */

/*
 * report/: each format of four made-up runs against tests/report_*.ref, byte
 * for byte; verdicts on thresholds; what is planned; secrets; words. Run from
 * the top level.
 */

#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "report/words.h"
#include "tests/html_rig.h"
#include "tests/report_rig.h"
#include "tests/suite.h"

enum run {
	RUN_HELD,
	RUN_FAILED,
	RUN_INTERRUPTED,
	RUN_EMPTY
};

static void
add_snapshots(struct fixture *f)
{
	static struct status_count codes[] = { { 200, 490 }, { 503, 9 } };
	struct snapshot *s;
	size_t i;

	for (i = 0; i < UTIL_NELEM(f->snapshots); i++) {
		s = &f->snapshots[i];
		s->index = i;
		s->from_ns = i * NS_PER_SEC;
		s->until_ns = (i + 1) * NS_PER_SEC;
		s->start_wall_ns = RIG_START_WALL_NS + s->from_ns;
		s->planned = 500.5;
		s->scheduled = 501;
		s->started = 500;
		s->dropped = 1;
		s->in_flight = 7;
		if (i == 2)
			continue;	/* nothing ended in the last one */
		s->completed = 499;
		s->failed = 9;
		s->bytes_in = 510976;
		s->category[CATEGORY_HTTP_STATUS] = 9;
		summary_of(&s->latency, &f->result->hist[RESULT_LATENCY]);
		summary_of(&s->ttfb, &f->result->hist[RESULT_TTFB]);
		s->lag_p99_ns = 22500;
		s->statuses = codes;
		s->nstatuses = UTIL_NELEM(codes);
	}
	f->nsnapshots = UTIL_NELEM(f->snapshots);
}

static void
make_held(struct fixture *f)
{
	rig_set_text(&f->plan.req.scenario.url,
	    "http://shop.example/cart?id=7");
	rig_set_text(&f->plan.req.scenario.method, "GET");
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_CONSTANT,
	    .rate = 200, .duration_ns = 25 * NS_PER_SEC });
	f->plan.req.warmup_ns = 5 * NS_PER_SEC;
	rig_add_threshold(&f->plan, "p99<250ms");
	rig_add_threshold(&f->plan, "errors<1%");
	rig_add_threshold(&f->plan, "rate>190");
	rig_record_run(f->result, 4000, 0, false);
	rig_fail_requests(f->result, PART_FIRST_BYTE, CAUSE_STATUS, 3);
	rig_set_generators(f->result);
	f->result->max_active = 9;
	f->result->duration_ns = UINT64_C(20003456789);
}

/* All that there is; what is secret of it must not be seen. */
static void
set_connect(struct connect_settings *c)
{
	char why[CONNECT_TEXT_MAX];

	c->tls.ca = xstrdup("-----BEGIN CERTIFICATE-----\nS3CRET\n");
	c->tls.cert = xstrdup("S3CRET");
	c->tls.key = xstrdup("S3CRET");
	c->tls.no_resume = true;
	c->server_name = xstrdup("shop.example");
	ck_assert_int_eq(connect_add_detour(c, "shop.example:443:[::1]:8443",
	    why), 0);
	ck_assert_int_eq(connect_add_source(c, "192.0.2.1", why), 0);
	ck_assert_int_eq(connect_add_source(c, "2001:db8::1", why), 0);
}

static void
add_exemplars(struct result *res)
{
	rig_add_exemplar(res, 3, 31 * NS_PER_MS, CAUSE_NONE);
	rig_add_exemplar(res, 11, 30 * NS_PER_MS, CAUSE_STATUS);
	rig_add_exemplar(res, 29, 29 * NS_PER_MS, CAUSE_NONE);
	rig_add_exemplar(res, 37, 28 * NS_PER_MS, CAUSE_CLOSED);
}

static void
make_failed(struct fixture *f)
{
	static const double percentiles[] = { 99.9, 75, 99.99, 10, 99.999 };
	struct scenario *s = &f->plan.req.scenario;
	struct result *res = f->result;

	rig_set_text(&s->url, "https://shop:s3cret@shop.example/order");
	rig_set_text(&s->method, "POST");
	rig_set_text(&s->body, "{\"sku\":\"<&>\"}");
	s->body_len = strlen(s->body);
	scenario_add_header(s, "authorization", "Bearer s3cret");
	scenario_add_header(s, "Accept", "text/html");
	set_connect(&s->connect);
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_RAMP, .from = 10,
	    .to = 500, .duration_ns = 10 * NS_PER_SEC });
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_SPIKE,
	    .from = 100, .to = 300, .duration_ns = 10 * NS_PER_SEC,
	    .spike_at_ns = 2 * NS_PER_SEC,
	    .spike_for_ns = 1500 * NS_PER_MS });
	f->plan.req.is_poisson = f->plan.req.has_seed = true;
	f->plan.req.seed = 42;
	rig_add_threshold(&f->plan, "p99 <2ms");
	rig_add_threshold(&f->plan, "tls.max<=1s");
	rig_add_threshold(&f->plan, "dropped<0.1%");
	memcpy(f->plan.percentiles, percentiles, sizeof(percentiles));
	f->plan.npercentiles = UTIL_NELEM(percentiles);
	rig_record_run(res, 3800, 50, true);
	rig_fail_requests(res, PART_FIRST_BYTE, CAUSE_STATUS, 120);
	rig_fail_requests(res, PART_CONNECT, cause_of_errno(ECONNREFUSED), 7);
	rig_fail_requests(res, PART_TLS, CAUSE_TIMEOUT, 130);
	rig_fail_requests(res, PART_TLS,
	    cause_of_tls(TLS_CERT_NOT_YET_VALID), 2);
	rig_fail_requests(res, PART_TRANSFER, CAUSE_CLOSED, 1);
	res->n.retried = 4;
	res->n.bytes_out = 3800 * s->body_len;
	rig_set_generators(res);
	res->generators[1].stops = 2;
	add_exemplars(res);
	res->is_valid = false;
	res->nreasons = 2;
	snprintf(res->reasons[0], WIRE_TEXT_MAX, "Generator 1 was stopped "
	    "for 2.5s, so that its arrivals came late.");
	snprintf(res->reasons[1], WIRE_TEXT_MAX, "No local port was free "
	    "for 17 connections: use --source, or fewer of them.");
	res->max_active = 256;
	res->duration_ns = UINT64_C(20400000000);
	add_snapshots(f);
}

static void
make_interrupted(struct fixture *f)
{
	struct result *res = f->result;
	size_t i;

	rig_set_text(&f->plan.req.scenario.url, "http://[2001:db8::1]:8080/");
	rig_set_text(&f->plan.req.scenario.method, "GET");
	f->plan.req.policy = POLICY_BLOCK;
	f->plan.req.scenario.keep_alive = false;
	for (i = 0; i < 9; i++)
		rig_add_phase(&f->plan, (struct phase){ .type = PHASE_STEP,
		    .from = 10, .to = 100, .steps = 5,
		    .duration_ns = 90 * NS_PER_SEC });
	rig_add_threshold(&f->plan, "rate>1");
	rig_record_run(res, 1000, 0, false);
	res->n.started = res->n.scheduled = 1002;
	res->lost = 2;
	rig_set_generators(res);
	res->generators[0].died = true;
	res->is_partial = true;
	res->signo = SIGINT;
	snprintf(res->error, sizeof(res->error), "generator 0 <\"%c\xff"
	    "\n&> was killed by \xc3\xa9 signal 9", 7);
	res->max_active = 30;
	res->duration_ns = UINT64_C(20000000000);
}

static void
make_empty(struct fixture *f)
{
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_MAX,
	    .duration_ns = 10 * NS_PER_SEC });
	rig_set_text(&f->plan.req.scenario.url, "http://shop.example/");
	rig_add_threshold(&f->plan, "p99<1s");
	rig_add_threshold(&f->plan, "errors<=100%");
}

static struct fixture *
make_run(enum run run)
{
	static void (*const makers[])(struct fixture *) = {
		[RUN_HELD] = make_held,
		[RUN_FAILED] = make_failed,
		[RUN_INTERRUPTED] = make_interrupted,
		[RUN_EMPTY] = make_empty,
	};

	return rig_new(makers[run], run == RUN_EMPTY ? 0 : 3);
}

static const struct golden {
	const char		*file;
	enum run		 run;
	enum report_format	 format;
	bool			 is_quiet;
	int			 width;		/* 0: not of a terminal */
} goldens[] = {
	{ "held_text", RUN_HELD, REPORT_TEXT, false, 0 },
	{ "held_quiet", RUN_HELD, REPORT_TEXT, true, 0 },
	{ "held_json", RUN_HELD, REPORT_JSON, false, 0 },
	{ "held_junit", RUN_HELD, REPORT_JUNIT, false, 0 },
	{ "held_wire", RUN_HELD, REPORT_WIRE, false, 0 },
	{ "failed_text", RUN_FAILED, REPORT_TEXT, false, 0 },
	{ "failed_terminal", RUN_FAILED, REPORT_TEXT, false, 100 },
	{ "failed_narrow", RUN_FAILED, REPORT_TEXT, false, 60 },
	{ "failed_quiet", RUN_FAILED, REPORT_TEXT, true, 0 },
	{ "failed_json", RUN_FAILED, REPORT_JSON, false, 0 },
	{ "failed_csv", RUN_FAILED, REPORT_CSV, false, 0 },
	{ "failed_hgrm", RUN_FAILED, REPORT_HGRM, false, 0 },
	{ "failed_junit", RUN_FAILED, REPORT_JUNIT, false, 0 },
	{ "interrupted_text", RUN_INTERRUPTED, REPORT_TEXT, false, 0 },
	{ "interrupted_quiet", RUN_INTERRUPTED, REPORT_TEXT, true, 0 },
	{ "interrupted_json", RUN_INTERRUPTED, REPORT_JSON, false, 0 },
	{ "interrupted_junit", RUN_INTERRUPTED, REPORT_JUNIT, false, 0 },
	{ "empty_text", RUN_EMPTY, REPORT_TEXT, false, 0 },
	{ "empty_quiet", RUN_EMPTY, REPORT_TEXT, true, 0 },
	{ "empty_json", RUN_EMPTY, REPORT_JSON, false, 0 },
	{ "empty_csv", RUN_EMPTY, REPORT_CSV, false, 0 },
	{ "empty_junit", RUN_EMPTY, REPORT_JUNIT, false, 0 }
};

START_TEST(test_golden)
{
	const struct golden *g = &goldens[_i];
	struct fixture *f = make_run(g->run);

	f->report.is_quiet = g->is_quiet;
	if (g->width > 0)
		f->report.style = (struct style){ false, true, g->width };
	rig_check_golden(f, g->file, g->format);
	rig_free(f);
}
END_TEST

/* In any width, with other characters than ASCII or without. */
START_TEST(test_text_form)
{
	struct fixture *f = make_run((enum run)_i);
	struct style *s = &f->report.style;

	rig_check_form(f);
	for (s->width = STYLE_WIDTH_MIN; s->width <= STYLE_WIDTH_MAX;
	    s->width++) {
		s->is_ascii = !s->is_ascii;
		rig_check_form(f);
	}
	rig_free(f);
}
END_TEST

START_TEST(test_html_form)
{
	struct fixture *f = make_run((enum run)_i);

	html_rig_check_report(&f->report);
	rig_free(f);
}
END_TEST

static const struct tls_test {
	const char	*descr;
	struct counters	 n;
	const char	*protocol;
	const char	*cipher;
	const char	*want;		/* NULL: no such line */
	bool		 is_insecure;
} tls_tests[] = {
	{ "none", { .connects = 3 }, "", "", NULL, false },
	{ "none was agreed upon", { .connects = 3 }, "TLSv1.3", "AES", NULL,
	    false },
	{ "one", { .connects = 1, .handshakes = 1 }, "TLSv1.3", "AES",
	    "TLSv1.3, AES; 1 handshake, 0 resumed", false },
	{ "all but one", { .connects = 51, .handshakes = 50, .resumed = 49 },
	    "TLSv1.2", "AES", "TLSv1.2, AES; 50 handshakes, 49 resumed",
	    false },
	{ "nobody told", { .handshakes = 2, .resumed = 2 }, "", "",
	    "2 handshakes, 2 resumed", false },
	{ "no cipher", { .handshakes = 1 }, "TLSv1.3", "",
	    "TLSv1.3; 1 handshake, 0 resumed", false },
	{ "whoever it was", { .handshakes = 1 }, "", "",
	    "1 handshake, 0 resumed; unverified", true },
	{ "http", { .handshakes = 0 }, "", "", NULL, true }
};

START_TEST(test_tls)
{
	const struct tls_test *t = &tls_tests[_i];
	struct fixture *f = make_run(RUN_EMPTY);
	char *got, *line, *end;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	f->result->n = t->n;
	f->plan.req.scenario.connect.tls.is_insecure = t->is_insecure;
	result_set_tls(f->result, t->protocol, t->cipher);
	text_write(out, &f->report);
	fclose(out);
	ck_assert((strstr(got, ", 1 connection\n") != NULL) ==
	    (t->n.connects == 1));
	line = strstr(got, "\nTLS ");
	ck_assert_msg((line != NULL) == (t->want != NULL), "%s", t->descr);
	if (line != NULL) {
		line += 1 + strlen("TLS         ");
		end = strchr(line, '\n');
		ck_assert_ptr_nonnull(end);
		*end = '\0';
		ck_assert_str_eq(line, t->want);
	}
	free(got);
	rig_free(f);
}
END_TEST

/* No name of a cause is cut off in the table. */
START_TEST(test_causes)
{
	struct fixture *f = make_run(RUN_EMPTY);
	char *got, row[128];
	size_t len;
	FILE *out = open_memstream(&got, &len);

	f->result->n.completed = 1;
	f->result->n.error[PART_FIRST_BYTE][_i] = 1;
	text_write(out, &f->report);
	fclose(out);
	snprintf(row, sizeof(row), "\nfirst_byte  %s ",
	    cause_name((enum cause)_i));
	ck_assert_msg(strstr(got, row) != NULL, "%s", row);
	free(got);
	rig_free(f);
}
END_TEST

/* Latency 10 ms to 1 s, 1 % failed, 20 % dropped, 100 a second. */
static const struct verdict_test {
	const char	*expr;
	bool		 is_kept;
	double		 actual;	/* -1: not looked at */
} verdict_tests[] = {
	{ "errors<1%", false, 0.01 },
	{ "errors<=1%", true, 0.01 },
	{ "errors<1.1%", true, 0.01 },
	{ "errors>0.5%", true, 0.01 },
	{ "dropped<20%", false, 0.2 },
	{ "dropped<=0.2", true, 0.2 },
	{ "rate>99", true, 100 },
	{ "rate>100", false, 100 },
	{ "rate>=100", true, 100 },
	{ "rate<100", false, 100 },
	{ "max<=1s", true, 1e9 },
	{ "max<1s", false, 1e9 },
	{ "mean<506ms", true, -1 },
	{ "mean<505ms", false, 505e6 },
	{ "p50<501ms", true, -1 },
	{ "p50<499ms", false, -1 },
	{ "p99<991ms", true, -1 },
	{ "p99<989ms", false, -1 },
	{ "p99>989ms", true, -1 },
	{ "lag.max<=1ms", true, 1e6 },
	{ "service.max<1s", false, -1 },	/* no sample */
	{ "ttfb.p95<1h", false, -1 },		/* no sample */
	{ "tls.p50>=0s", false, -1 }		/* no sample */
};

static char *
write_report(const struct fixture *f, enum report_format format)
{
	char *got;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	report_write(out, format, &f->report);
	ck_assert_int_eq(fclose(out), 0);
	return got;
}

static void
make_verdict_run(struct fixture *f)
{
	size_t i;

	for (i = 1; i <= 100; i++) {
		hist_record(&f->result->hist[RESULT_LATENCY],
		    i * 10 * NS_PER_MS);
		hist_record(&f->result->hist[RESULT_PART + PART_LAG],
		    NS_PER_MS);
	}
	f->result->n.scheduled = 1250;
	f->result->n.dropped = 250;
	f->result->n.started = 1000;
	f->result->n.completed = 1000;
	f->result->n.failed = 10;
	f->plan.nthresholds = 0;
}

START_TEST(test_verdict)
{
	const struct verdict_test *t = &verdict_tests[_i];
	struct fixture *f = make_run(RUN_EMPTY);
	const struct verdict *v = &f->report.verdicts[0];

	make_verdict_run(f);
	rig_add_threshold(&f->plan, t->expr);
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	ck_assert_msg(v->is_kept == t->is_kept, "%s: %g", t->expr, v->actual);
	ck_assert(f->report.is_passed == t->is_kept);
	if (t->actual >= 0)
		ck_assert_double_eq_tol(v->actual, t->actual, 1e-9);
	rig_free(f);
}
END_TEST

/* A percentile of too few is judged all the same, and says of how few. */
static const struct few_test {
	const char	*expr;
	const char	*actual;
	bool		 is_told;
} few_tests[] = {
	{ "p99>989ms", ", of 100 requests only", true },
	{ "p99<989ms", ", of 100 requests only", true },
	{ "lag.p99.9<1s", ", of 100 requests only", true },
	{ "p50<1s", ", of", false },
	{ "max<2s", ", of", false },
	{ "errors<2%", ", of", false },
	{ "ttfb.p99<1s", ", of", false }	/* no sample */
};

START_TEST(test_few)
{
	static const enum report_format formats[] = {
		REPORT_TEXT, REPORT_HTML, REPORT_JUNIT
	};
	const struct few_test *t = &few_tests[_i];
	struct fixture *f = make_run(RUN_EMPTY);
	bool is_told;
	char *got;
	size_t i;

	make_verdict_run(f);
	rig_add_threshold(&f->plan, t->expr);
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	for (i = 0; i < UTIL_NELEM(formats); i++) {
		is_told = t->is_told && (formats[i] != REPORT_JUNIT ||
		    !f->report.verdicts[0].is_kept);
		got = write_report(f, formats[i]);
		ck_assert_msg((strstr(got, t->actual) != NULL) == is_told,
		    "%s: %s", t->expr, got);
		free(got);
	}
	rig_free(f);
}
END_TEST

/* Without a sample nothing is kept, whichever way it looks. */
START_TEST(test_verdict_empty)
{
	static const char *const exprs[] = {
		"p50>=0s", "p50<1h", "mean<1h", "max<1h", "errors<=100%",
		"dropped<=100%", "rate>=0", "rate<1000", "lag.p99<1h"
	};
	struct fixture *f = make_run(RUN_EMPTY);
	size_t i;

	f->plan.nthresholds = 0;
	for (i = 0; i < UTIL_NELEM(exprs); i++)
		rig_add_threshold(&f->plan, exprs[i]);
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	ck_assert(!f->report.is_passed);
	for (i = 0; i < UTIL_NELEM(exprs); i++) {
		ck_assert_msg(!f->report.verdicts[i].is_kept, "%s", exprs[i]);
		ck_assert(!f->report.verdicts[i].has_sample);
	}
	f->plan.nthresholds = 0;
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	ck_assert(f->report.is_passed);
	rig_free(f);
}
END_TEST

/* 100/s for 10s, and 10s of the closed model where has_closed. */
static const struct planned_test {
	const char	*descr;
	uint64_t	 warmup_ms;
	uint64_t	 requests;
	uint64_t	 ran_ms;
	bool		 has_closed;
	double		 want_sec;
	double		 want_count;
} planned_tests[] = {
	{ "plain", 0, 0, 10100, false, 10, 1000 },
	{ "stopped early", 0, 0, 4000, false, 10, 1000 },
	{ "warm-up", 2000, 0, 8000, false, 8, 800 },
	{ "warm-up of all", 20000, 0, 0, false, 0, 0 },
	{ "requests", 0, 250, 2500, false, 2.5, 250 },
	{ "requests and warm-up", 1000, 250, 1500, false, 1.5, 150 },
	{ "requests within the warm-up", 3000, 250, 0, false, 0, 0 },
	{ "more requests than come", 0, 5000, 10000, false, 10, 1000 },
	{ "closed", 0, 0, 20000, true, 20, 1000 },
	{ "closed with requests", 0, 3000, 12000, true, 12, 1000 }
};

START_TEST(test_planned)
{
	const struct planned_test *t = &planned_tests[_i];
	struct fixture *f = make_run(RUN_EMPTY);
	struct run_request *req = &f->plan.req;

	req->nphases = 0;
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_CONSTANT,
	    .rate = 100, .duration_ns = 10 * NS_PER_SEC });
	if (t->has_closed)
		rig_add_phase(&f->plan, (struct phase){ .type = PHASE_MAX,
		    .duration_ns = 10 * NS_PER_SEC });
	req->warmup_ns = t->warmup_ms * NS_PER_MS;
	req->requests = t->requests;
	f->result->duration_ns = t->ran_ms * NS_PER_MS;
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	ck_assert_double_eq_tol(f->report.planned_sec, t->want_sec, 1e-6);
	ck_assert_double_eq_tol(f->report.planned_count, t->want_count, 1e-6);
	ck_assert(f->report.has_closed == t->has_closed);
	rig_free(f);
}
END_TEST

/* 10 s were planned: with the warm-up, which the phases have in them, too. */
static const struct took_test {
	uint64_t	 warmup_ms;
	uint64_t	 ran_ms;	/* behind it */
	const char	*want;		/* NULL: not told */
} took_tests[] = {
	{ 0, 10050, NULL },
	{ 0, 10500, ", took 10.5s" },
	{ 2000, 8000, NULL },
	{ 2000, 8090, NULL },
	{ 2000, 8500, ", took 10.5s" }
};

START_TEST(test_took)
{
	const struct took_test *t = &took_tests[_i];
	struct fixture *f = make_run(RUN_EMPTY);
	char *got;

	f->plan.req.nphases = 0;
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_CONSTANT,
	    .rate = 1, .duration_ns = 10 * NS_PER_SEC });
	f->plan.req.warmup_ns = t->warmup_ms * NS_PER_MS;
	f->result->duration_ns = t->ran_ms * NS_PER_MS;
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	f->report.style.width = STYLE_WIDTH_MAX;
	got = write_report(f, REPORT_TEXT);
	if (t->want == NULL)
		ck_assert_ptr_null(strstr(got, "took"));
	else
		ck_assert_ptr_nonnull(strstr(got, t->want));
	free(got);
	rig_free(f);
}
END_TEST

/* In the warm-up nothing is counted: a rate is one of the time behind it. */
static const struct warm_test {
	uint64_t	 warmup_ms;
	const char	*csv;		/* planned, completed a second */
	const char	*json;
} warm_tests[] = {
	{ 0, ",1.000000000,60.000,30.000,", "30,1000" },
	{ 400, ",1.000000000,60.000,50.000,", "50,600" },
	{ 1000, ",1.000000000,60.000,,", "0,0" },
	{ 5000, ",1.000000000,60.000,,", "0,0" }
};

/* "rps,duration_ms" of the first snapshot. */
static void
snapshot_rate(char text[64], const char *report)
{
	const char *at = strstr(report, "\"snapshots\"");
	const char *rate = at == NULL ? NULL : strstr(at, "\"rps\": ");
	const char *took = at == NULL ? NULL : strstr(at, "\"duration_ms\": ");

	ck_assert_ptr_nonnull(rate);
	ck_assert_ptr_nonnull(took);
	rate += strlen("\"rps\": ");
	took += strlen("\"duration_ms\": ");
	snprintf(text, 64, "%.*s,%.*s", (int)strcspn(rate, ","), rate,
	    (int)strcspn(took, ","), took);
}

START_TEST(test_warmup)
{
	const struct snapshot snapshot = { .until_ns = NS_PER_SEC,
	    .planned = 60, .completed = 30 };
	struct fixture *f = make_run(RUN_EMPTY);
	char rate[64], *got;

	f->plan.req.warmup_ns = warm_tests[_i].warmup_ms * NS_PER_MS;
	report_init(&f->report, &f->plan, f->result, &snapshot, 1);
	got = write_report(f, REPORT_CSV);
	ck_assert_msg(strstr(got, warm_tests[_i].csv) != NULL, "%s", got);
	free(got);
	got = write_report(f, REPORT_JSON);
	snapshot_rate(rate, got);
	ck_assert_str_eq(rate, warm_tests[_i].json);
	free(got);
	rig_free(f);
}
END_TEST

/* Workers stand in a plan only if there are any. */
START_TEST(test_plan_workers)
{
	char why[WIRE_TEXT_MAX];
	struct json_out w;
	struct plan plan;
	struct buf out;

	plan_init(&plan);
	if (_i == 1)
		ck_assert_int_eq(fleet_add(&plan.fleet, "a:1=3,unix:/b", why),
		    0);
	buf_init(&out, JSON_TEXT_MAX);
	json_out_start(&w, &out, false);
	report_plan(&w, NULL, &plan);
	ck_assert_int_eq(json_out_end(&w), 0);
	ck_assert((strstr(buf_str(&out), "\"workers\":[\"a:1\",\"unix:/b\"],"
	    "\"workerWeights\":[3,1]}") != NULL) == (_i == 1));
	ck_assert((strstr(buf_str(&out), "worker") != NULL) == (_i == 1));
	buf_clear(&out);
	plan_clear(&plan);
}
END_TEST

static const struct url_test {
	const char	*input;
	size_t		 len;
	const char	*want;
} url_tests[] = {
	{ "http://h/", 64, "http://h/" },
	{ "http://u:p@h/", 64, "http://u:***@h/" },
	{ "http://u:p:q@h", 64, "http://u:***@h" },
	{ "http://u:p@q@h/", 64, "http://u:***@h/" },
	{ "http://:p@h/", 64, "http://:***@h/" },
	{ "http://u:@h/", 64, "http://u:***@h/" },
	{ "http://token@h/", 64, "http://***@h/" },
	{ "http://h/a:b@c", 64, "http://h/a:b@c" },
	{ "http://h?a:b@c", 64, "http://h?a:b@c" },
	{ "http://h#a:b@c", 64, "http://h#a:b@c" },
	{ "u:p@h/", 64, "u:***@h/" },
	{ "http://u:password@h/", 12, "http://u:**" },
	{ "", 64, "" },
	{ "http://h/", 1, "" }
};

START_TEST(test_url)
{
	const struct url_test *t = &url_tests[_i];
	char *buf = xcalloc(1, t->len);

	ck_assert_str_eq(report_url(buf, t->len, t->input), t->want);
	free(buf);
}
END_TEST

START_TEST(test_secret_header)
{
	ck_assert(report_is_secret("Authorization"));
	ck_assert(report_is_secret("COOKIE"));
	ck_assert(report_is_secret("proxy-authorization"));
	ck_assert(report_is_secret("x-api-key"));
	ck_assert(!report_is_secret("Set-Cookie2"));
	ck_assert(!report_is_secret("Auth"));
	ck_assert(!report_is_secret(""));
}
END_TEST

START_TEST(test_words)
{
	char buf[WORDS_MAX];

	ck_assert_str_eq(words_share(buf, 0, 0), "n/a");
	ck_assert_str_eq(words_share(buf, 0, 9), "0.00%");
	ck_assert_str_eq(words_share(buf, 1, 1000000), "<0.01%");
	ck_assert_str_eq(words_share(buf, 999999, 1000000), ">99.99%");
	ck_assert_str_eq(words_share(buf, 9, 9), "100.00%");
	ck_assert_str_eq(words_bytes(buf, 0), "0B");
	ck_assert_str_eq(words_bytes(buf, 999), "999B");
	ck_assert_str_eq(words_bytes(buf, 1000), "1.00kB");
	ck_assert_str_eq(words_bytes(buf, 99949), "99.9kB");
	ck_assert_str_eq(words_bytes(buf, 99950), "100kB");
	ck_assert_str_eq(words_bytes(buf, 999500), "1.00MB");
	ck_assert_str_eq(words_bytes(buf, 1.8e19), "18.0EB");
	ck_assert_str_eq(words_rate(buf, 0.25), "0.25/s");
	ck_assert_str_eq(words_rate(buf, 9.999), "10.0/s");
	ck_assert_str_eq(words_rate(buf, 25000), "25000/s");
	ck_assert_str_eq(words_time(buf, 0), "1970-01-01T00:00:00.000000000Z");
	ck_assert_str_eq(words_time(buf, RIG_START_WALL_NS),
	    "2026-01-02T03:04:05.000000006Z");
	ck_assert_str_eq(words_signal(buf, SIGTERM), "SIGTERM");
	ck_assert_str_eq(words_signal(buf, 63), "signal 63");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("report");
	TCase *tc = tcase_create("report");

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, test_golden, 0, (int)UTIL_NELEM(goldens));
	tcase_add_loop_test(tc, test_text_form, RUN_HELD, RUN_EMPTY + 1);
	tcase_add_loop_test(tc, test_html_form, RUN_HELD, RUN_EMPTY + 1);
	tcase_add_loop_test(tc, test_tls, 0, (int)UTIL_NELEM(tls_tests));
	tcase_add_loop_test(tc, test_causes, CAUSE_NONE + 1, CAUSES);
	tcase_add_loop_test(tc, test_verdict, 0,
	    (int)UTIL_NELEM(verdict_tests));
	tcase_add_loop_test(tc, test_few, 0, UTIL_NELEM(few_tests));
	tcase_add_test(tc, test_verdict_empty);
	tcase_add_loop_test(tc, test_planned, 0,
	    (int)UTIL_NELEM(planned_tests));
	tcase_add_loop_test(tc, test_took, 0, (int)UTIL_NELEM(took_tests));
	tcase_add_loop_test(tc, test_warmup, 0,
	    (int)UTIL_NELEM(warm_tests));
	tcase_add_loop_test(tc, test_plan_workers, 0, 2);
	tcase_add_loop_test(tc, test_url, 0, (int)UTIL_NELEM(url_tests));
	tcase_add_test(tc, test_secret_header);
	tcase_add_test(tc, test_words);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
