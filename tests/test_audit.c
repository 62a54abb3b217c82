/* SPDX-License-Identifier: MIT */

/*
 * load/audit.c: each sentence that it can say, in its own words and with its
 * numbers, and each limit from both sides: a run whose generators kept the
 * plan must never be called anything else.
 */

#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "hist.h"
#include "load/audit.h"
#include "load/outcome.h"
#include "result.h"
#include "tests/suite.h"

enum {
	GENERATORS = 3,
	IDLE_PPM = 100000,
	BUSY_PPM = 900000
};

/* One result: what its generators and histograms look like. */
static const struct judge_test {
	const char	*descr;
	enum phase_type	 type;
	uint64_t	 lag_ns;	/* of each request */
	uint64_t	 latency_ns;
	uint64_t	 busiest_ppm;	/* of generator 1 */
	uint64_t	 dropped;
	uint64_t	 stops[GENERATORS];
	bool		 died;		/* generator 2 */
	int		 error;		/* errno of some failures */
	uint64_t	 nerrors;
	const char	*want[3];
} judge_tests[] = {
	{ .descr = "all is well", .latency_ns = 5000000 },
	{ .descr = "nothing was measured" },
	{ .descr = "late by up to a millisecond, of a fast target",
	    .lag_ns = 1000000, .latency_ns = 1100000 },
	{ .descr = "late by a tenth", .lag_ns = 4000000,
	    .latency_ns = 40000000 },
	{ .descr = "late by less than a tenth of a slow target",
	    .lag_ns = 90000000, .latency_ns = 1000000000 },
	{ .descr = "late, but busy only below the limit",
	    .lag_ns = 3000000, .latency_ns = 4000000,
	    .busiest_ppm = BUSY_PPM - 1, .want = { "this machine did not let "
	    "the generators run in time: they were late by 3.00ms at p99" } },
	{ .descr = "late and busy", .lag_ns = 3000000, .latency_ns = 4000000,
	    .busiest_ppm = BUSY_PPM, .want = { "generator 1 was the "
	    "bottleneck: it used 90% of a CPU and was late by 3.00ms at "
	    "p99 (use more generators with -g where there are CPUs, or "
	    "workers)" } },
	{ .descr = "busy, but in time", .latency_ns = 5000000,
	    .busiest_ppm = 1000000 },
	{ .descr = "busy, in time for what was not dropped",
	    .latency_ns = 5000000, .busiest_ppm = BUSY_PPM, .dropped = 1,
	    .want = { "generator 1 used 90% of a CPU: it may have dropped "
	    "arrivals that the target could take (use more generators with -g "
	    "where there are CPUs, or workers)" } },
	{ .descr = "not busy, but dropped", .latency_ns = 5000000,
	    .busiest_ppm = BUSY_PPM - 1, .dropped = 1000 },
	{ .descr = "closed model, busy", .type = PHASE_MAX,
	    .latency_ns = 5000000, .busiest_ppm = 996000, .want = {
	    "generator 1 used 100% of a CPU: the rate may be its own limit, "
	    "not the target's (use more generators with -g where there are "
	    "CPUs, or workers)" } },
	{ .descr = "closed model, not busy", .type = PHASE_MAX,
	    .latency_ns = 5000000, .busiest_ppm = BUSY_PPM - 1 },
	{ .descr = "one stop", .latency_ns = 5000000, .stops = { 0, 1, 0 },
	    .want = { "generator 1 was stopped and continued 1 time in the "
	    "run" } },
	{ .descr = "two stops", .latency_ns = 5000000, .stops = { 2, 0, 0 },
	    .want = { "generator 0 was stopped and continued 2 times in the "
	    "run" } },
	{ .descr = "all stopped", .latency_ns = 5000000,
	    .stops = { 1, 1, 1 }, .want = { "3 generators were stopped and "
	    "continued in the run" } },
	{ .descr = "one died", .latency_ns = 5000000, .died = true,
	    .want = { "generator 2 died in the run: what it did in its last "
	    "interval is lost" } },
	{ .descr = "descriptors", .error = EMFILE, .nerrors = 7, .want = {
	    "descriptors ran out: 7 connections could not be made (raise "
	    "ulimit -n)" } },
	{ .descr = "descriptors of the system", .error = ENFILE, .nerrors = 2,
	    .want = { "descriptors ran out: 2 connections could not be made "
	    "(raise ulimit -n)" } },
	{ .descr = "ports", .error = EADDRNOTAVAIL, .nerrors = 3, .want = {
	    "local ports ran out: 3 connections could not be made (keep "
	    "connections alive, lower the rate or send from several "
	    "addresses: --source)" } },
	{ .descr = "ports in use", .error = EADDRINUSE, .nerrors = 3, .want = {
	    "local ports ran out: 3 connections could not be made (keep "
	    "connections alive, lower the rate or send from several "
	    "addresses: --source)" } },
	{ .descr = "buffers", .error = ENOBUFS, .nerrors = 4, .want = {
	    "memory for sockets ran out: 4 connections could not be made "
	    "(lower the concurrency or use workers)" } },
	{ .descr = "memory", .error = ENOMEM, .nerrors = 4, .want = {
	    "memory for sockets ran out: 4 connections could not be made "
	    "(lower the concurrency or use workers)" } },
	{ .descr = "the target refuses", .error = ECONNREFUSED,
	    .nerrors = 1000 },
	{ .descr = "the target resets", .error = ECONNRESET, .nerrors = 1000 },
	{ .descr = "the target does not answer", .error = ETIMEDOUT,
	    .nerrors = 1000 },
	{ .descr = "several", .lag_ns = 3000000, .latency_ns = 4000000,
	    .stops = { 1, 0, 0 }, .died = true, .want = {
	    "generator 2 died in the run: what it did in its last interval "
	    "is lost",
	    "generator 0 was stopped and continued 1 time in the run",
	    "this machine did not let the generators run in time: they were "
	    "late by 3.00ms at p99" } }
};

static struct result *
make_result(const struct judge_test *t)
{
	struct result *r = result_new(GENERATORS);
	int i;

	for (i = 0; i < 100 && t->latency_ns > 0; i++) {
		hist_record(&r->hist[RESULT_LATENCY], t->latency_ns);
		hist_record(&r->hist[RESULT_PART + PART_LAG], t->lag_ns);
	}
	for (i = 0; i < GENERATORS; i++) {
		r->generators[i].took_part = true;
		r->generators[i].busiest_ppm = IDLE_PPM;
		r->generators[i].stops = t->stops[i];
	}
	r->generators[1].busiest_ppm = t->busiest_ppm;
	r->generators[2].died = t->died;
	r->n.dropped = t->dropped;
	if (t->nerrors > 0) {
		/* Wherever they were counted. */
		r->n.error[PART_CONNECT][cause_of_errno(t->error)] =
		    t->nerrors - 1;
		r->n.error[PART_FIRST_BYTE][cause_of_errno(t->error)] = 1;
	}
	return r;
}

START_TEST(test_judge)
{
	const struct judge_test *t = &judge_tests[_i];
	struct phase phases[2] = { { .type = PHASE_CONSTANT },
	    { .type = t->type } };
	struct run_request req = { .phases = phases, .nphases = 2 };
	struct result *r = make_result(t);
	size_t i, n = 0;

	/* What a former judgement said does not count. */
	r->is_valid = false;
	r->nreasons = 1;
	audit_judge(r, &req);
	while (n < UTIL_NELEM(t->want) && t->want[n] != NULL)
		n++;
	for (i = 0; i < n && i < r->nreasons; i++)
		ck_assert_str_eq(r->reasons[i], t->want[i]);
	ck_assert_msg(r->nreasons == n, "%s: %zu reasons, the last: %s",
	    t->descr, r->nreasons,
	    r->nreasons == 0 ? "" : r->reasons[r->nreasons - 1]);
	ck_assert(r->is_valid == (n == 0));
	result_free(r);
}
END_TEST

/* Those that stood by are not judged by their CPU. */
START_TEST(test_took_no_part)
{
	struct phase phase = { .type = PHASE_MAX };
	struct run_request req = { .phases = &phase, .nphases = 1 };
	struct judge_test t = { .latency_ns = 5000000,
	    .busiest_ppm = 1000000 };
	struct result *r = make_result(&t);

	r->generators[1].took_part = false;
	audit_judge(r, &req);
	ck_assert(r->is_valid);
	result_free(r);
	r = result_new(0);
	audit_judge(r, &req);
	ck_assert(r->is_valid);
	result_free(r);
}
END_TEST

/* One late request in a hundred is beyond p99, two are not. */
START_TEST(test_few_are_late)
{
	struct phase phase = { .type = PHASE_CONSTANT };
	struct run_request req = { .phases = &phase, .nphases = 1 };
	struct judge_test t = { .latency_ns = 5000000 };
	struct result *r = make_result(&t);

	hist_record(&r->hist[RESULT_PART + PART_LAG], NS_PER_SEC);
	audit_judge(r, &req);
	ck_assert(r->is_valid);
	hist_record(&r->hist[RESULT_PART + PART_LAG], NS_PER_SEC);
	audit_judge(r, &req);
	ck_assert(!r->is_valid);
	result_free(r);
}
END_TEST

/* More to say than there is room for. */
START_TEST(test_no_room)
{
	struct phase phase = { .type = PHASE_MAX };
	struct run_request req = { .phases = &phase, .nphases = 1 };
	struct result *r = result_new(2 * RESULT_REASONS_MAX);
	size_t i;

	for (i = 0; i < r->ngenerators; i++) {
		r->generators[i].took_part = true;
		r->generators[i].died = true;
		r->generators[i].busiest_ppm = 1000000;
	}
	audit_judge(r, &req);
	ck_assert(!r->is_valid);
	ck_assert_uint_eq(r->nreasons, RESULT_REASONS_MAX);
	result_free(r);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("audit");
	TCase *tc;

	hist_init();
	tc = tcase_create("judge");
	tcase_add_loop_test(tc, test_judge, 0, UTIL_NELEM(judge_tests));
	tcase_add_test(tc, test_took_no_part);
	tcase_add_test(tc, test_few_are_late);
	tcase_add_test(tc, test_no_room);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
