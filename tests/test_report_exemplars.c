/* SPDX-License-Identifier: MIT */
/*
 * Single requests in reports, held against a golden file: slow ones and failed
 * ones, on this machine and on workers, with a header and without one.
 */

#include <check.h>
#include <errno.h>
#include <string.h>

#include "tests/report_rig.h"
#include "tests/suite.h"

/* More than are kept, and of a run that has no room for more. */
static void
make_run(struct fixture *f)
{
	uint64_t i;

	rig_set_text(&f->plan.req.scenario.url, "http://127.0.0.1/");
	rig_set_text(&f->plan.req.scenario.sample_header, "X-Request-Id");
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_CONSTANT,
	    .duration_ns = 10 * NS_PER_SEC, .rate = 100 });
	rig_record_run(f->result, 1000, 0, false);
	rig_fail_requests(f->result, PART_FIRST_BYTE, CAUSE_STATUS, 3);
	rig_fail_requests(f->result, PART_FIRST_BYTE,
	    cause_of_errno(ECONNRESET), 7);
	f->result->duration_ns = 10 * NS_PER_SEC;
	for (i = 0; i < 12; i++)
		rig_add_exemplar(f->result, i, (50 - i) * NS_PER_MS,
		    CAUSE_NONE);
	for (i = 0; i < 3; i++)
		rig_add_exemplar(f->result, i, 2 * NS_PER_MS, CAUSE_STATUS);
	for (i = 20; i < 27; i++)
		rig_add_exemplar(f->result, i, i * NS_PER_MS,
		    cause_of_errno(ECONNRESET));
}

START_TEST(test_here)
{
	struct fixture *f = rig_new(make_run, 0);

	rig_check_golden(f, "exemplars_json", REPORT_JSON);
	rig_free(f);
}
END_TEST

START_TEST(test_on_worker)
{
	struct fixture *f = rig_new(make_run, 0);

	exemplars_set_worker(&f->result->exemplars, "http://[::1]:9000",
	    "X-Request-Id");
	rig_check_golden(f, "exemplars_worker_json", REPORT_JSON);
	rig_free(f);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("report_exemplars");
	TCase *tc = tcase_create("json");

	tcase_add_test(tc, test_here);
	tcase_add_test(tc, test_on_worker);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
