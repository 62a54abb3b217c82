/* SPDX-License-Identifier: MIT */

/*
 * report/outlook.c: who is blamed for what. A generator that kept its plan
 * makes everything the target's doing; one that did not leaves failed requests
 * alone to the target, and the run cannot tell.
 */

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "report/outlook.h"
#include "report/report.h"
#include "tests/report_rig.h"
#include "tests/suite.h"

static const struct outlook_test {
	const char	*descr;
	const char	*expr;		/* a threshold; NULL: none */
	bool		 is_valid;
	uint64_t	 dropped;
	uint64_t	 failed;
	const char	*want;
} outlook_tests[] = {
	{ "well", NULL, true, 0, 0, "HELD" },
	{ "late", NULL, false, 0, 0, "NO VERDICT" },
	{ "dropped", NULL, true, 9, 0, "DID NOT HOLD" },
	{ "dropped, late", NULL, false, 9, 0, "NO VERDICT" },
	{ "failed", NULL, true, 0, 9, "DID NOT HOLD" },
	{ "failed, late", NULL, false, 0, 9, "DID NOT HOLD" },
	{ "slow", "p50<1us", true, 0, 0, "DID NOT HOLD" },
	{ "slow, late", "p50<1us", false, 0, 0, "NO VERDICT" },
	{ "too few", "rate>1M", true, 0, 0, "DID NOT HOLD" },
	{ "too few, late", "rate>1M", false, 0, 0, "NO VERDICT" },
	{ "errors", "errors<1%", true, 0, 9, "DID NOT HOLD" },
	{ "errors, late", "errors<1%", false, 0, 9, "DID NOT HOLD" },
	{ "some errors", "errors<10%", true, 0, 9, "HELD" },
	{ "drops within", "dropped<50%", true, 9, 0, "HELD" },
	{ "drops beyond", "dropped<1%", true, 9, 0, "DID NOT HOLD" },
	{ "drops beyond, late", "dropped<1%", false, 9, 0, "NO VERDICT" }
};

static void
make_empty(struct fixture *f)
{
	rig_set_text(&f->plan.req.scenario.url, "http://192.0.2.7/");
	rig_add_phase(&f->plan, (struct phase){ .type = PHASE_CONSTANT,
	    .rate = 100, .duration_ns = NS_PER_SEC });
}

START_TEST(test_blame)
{
	const struct outlook_test *t = &outlook_tests[_i];
	struct fixture *f = rig_new(make_empty, 1);
	struct outlook o;

	rig_record_run(f->result, 100 - t->dropped, t->dropped, false);
	if (t->failed > 0)
		rig_fail_requests(f->result, PART_TRANSFER, CAUSE_STATUS,
		    t->failed);
	f->result->is_valid = t->is_valid;
	if (t->expr != NULL)
		rig_add_threshold(&f->plan, t->expr);
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	outlook_init(&o, &f->report);
	ck_assert_msg(strcmp(outlook_head(&o), t->want) == 0, "%s: %s",
	    t->descr, outlook_head(&o));
	rig_free(f);
}
END_TEST

/* Many at once, and one of a kind is one. */
START_TEST(test_reasons)
{
	static const char *const wants[] = { "1 more threshold broken",
	    "1 request lost with its generator",
	    "1 request was cut off when it stopped" };
	struct fixture *f = rig_new(make_empty, 1);
	struct outlook o;
	size_t i, j;

	rig_record_run(f->result, 90, 10, false);
	rig_fail_requests(f->result, PART_TRANSFER, CAUSE_STATUS, 9);
	f->result->n.category[CATEGORY_CANCELED] = 1;
	f->result->lost = 1;
	f->result->is_valid = false;
	for (i = 0; i < 6; i++)
		rig_add_threshold(&f->plan, "p50<1us");
	report_init(&f->report, &f->plan, f->result, NULL, 0);
	outlook_init(&o, &f->report);
	for (i = 0; i < UTIL_NELEM(wants); i++) {
		for (j = 0; j < o.nreasons; j++)
			if (strcmp(o.reasons[j], wants[i]) == 0)
				break;
		ck_assert_msg(j < o.nreasons, "%s", wants[i]);
	}
	rig_free(f);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("outlook");
	TCase *tc = tcase_create("blame");

	tcase_add_loop_test(tc, test_blame, 0, UTIL_NELEM(outlook_tests));
	tcase_add_test(tc, test_reasons);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
