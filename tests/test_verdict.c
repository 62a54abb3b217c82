/* SPDX-License-Identifier: MIT */

/*
 * fleet/verdict.c: results that are what was asked for and results that are
 * not, as workers of both kinds give them.
 */

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "fleet/feature.h"
#include "fleet/verdict.h"
#include "tests/suite.h"

static const struct verdict_test {
	const char	*descr;
	uint64_t	 asked;		/* arrivals; 0: unknown */
	uint64_t	 phases;
	uint64_t	 got;
	bool		 is_exact;
	bool		 is_partial;
	bool		 was_stopped;
	const char	*error;
	const char	*why;		/* NULL: all is well */
} verdict_tests[] = {
	{ .descr = "all of them", .asked = 100, .phases = 1, .got = 100 },
	{ .descr = "two less", .asked = 100, .phases = 1, .got = 98 },
	{ .descr = "two more", .asked = 100, .phases = 1, .got = 102 },
	{ .descr = "three less", .asked = 100, .phases = 1, .got = 97,
	    .why = "it scheduled 97 arrivals where 100 were asked for" },
	{ .descr = "two a phase", .asked = 100, .phases = 3, .got = 94 },
	{ .descr = "more than that", .asked = 100, .phases = 3, .got = 107,
	    .why = "it scheduled 107 arrivals where 100 were asked for" },
	{ .descr = "one in a thousand", .asked = 10000, .phases = 1,
	    .got = 9990 },
	{ .descr = "more of a thousand", .asked = 10000, .phases = 1,
	    .got = 9989,
	    .why = "it scheduled 9989 arrivals where 10000 were asked for" },
	{ .descr = "exact", .asked = 100, .phases = 1, .got = 99,
	    .is_exact = true,
	    .why = "it scheduled 99 arrivals where 100 were asked for" },
	{ .descr = "nobody knows", .phases = 1, .got = 7 },
	{ .descr = "early", .asked = 100, .phases = 1, .got = 100,
	    .is_partial = true, .why = "it stopped early" },
	{ .descr = "stopped", .asked = 100, .phases = 1, .got = 3,
	    .is_partial = true, .was_stopped = true },
	{ .descr = "failed", .asked = 100, .phases = 1, .got = 100,
	    .was_stopped = true, .error = "it died", .why = "it died" },
};

START_TEST(test_verdict)
{
	const struct verdict_test *t = &verdict_tests[_i];
	struct split_part part = { .arrivals = t->asked,
	    .is_exact = t->is_exact };
	struct run_request req;
	struct result *r = result_new(0);
	char why[WIRE_TEXT_MAX] = "";
	int rc;

	memset(&req, 0, sizeof(req));
	part.req.nphases = t->phases;
	r->n.scheduled = t->got;
	r->is_partial = t->is_partial;
	rc = verdict(&req, &part, FEATURES_ALL, r, t->error, t->was_stopped,
	    why);
	ck_assert_msg(rc == (t->why == NULL ? 0 : -1), "%s: %s", t->descr,
	    why);
	ck_assert_str_eq(why, t->why != NULL ? t->why : "");
	/* It is one error, whoever of the two tells it. */
	if (t->error != NULL) {
		wire_refuse(r->error, "%s", t->error);
		ck_assert_int_eq(verdict(&req, &part, 0, r, NULL, true, why),
		    -1);
		ck_assert_str_eq(why, t->why);
	}
	result_free(r);
}
END_TEST

/* Who says nothing of checks has run them if it tells of first bytes. */
START_TEST(test_checks)
{
	struct split_part part = { .arrivals = 0 };
	struct run_request req;
	struct result *r = result_new(0);
	char why[WIRE_TEXT_MAX] = "";

	memset(&req, 0, sizeof(req));
	ck_assert_int_eq(verdict(&req, &part, 0, r, NULL, false, why), 0);
	req.scenario.checks.status = 200;
	ck_assert_int_eq(verdict(&req, &part, 0, r, NULL, false, why), 0);
	r->n.completed = 1;
	ck_assert_int_eq(verdict(&req, &part, 0, r, NULL, false, why), -1);
	ck_assert_str_eq(why, "it did not run the checks");
	ck_assert_int_eq(verdict(&req, &part, FEATURE_CHECKS, r, NULL, false,
	    why), 0);
	r->coarse[RESULT_TTFB].count = 1;
	ck_assert_int_eq(verdict(&req, &part, 0, r, NULL, false, why), 0);
	result_free(r);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("verdict");
	TCase *tc;

	tc = tcase_create("verdict");
	tcase_add_loop_test(tc, test_verdict, 0, UTIL_NELEM(verdict_tests));
	tcase_add_test(tc, test_checks);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
