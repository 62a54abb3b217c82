/* SPDX-License-Identifier: MIT */
/*
 * Single requests in reports, held against a golden file: slow ones and failed
 * ones, on this machine and on workers, with a header and without one.
 */

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

#define LONG_WORKER	\
	"exec:ssh -p 2222 someone@build7.example.net pulse worker"

/* In the text the three slowest have names, each said as often as it must. */
static const struct name_test {
	const char	*headers[3];
	const char	*workers[3];
	const char	*want;		/* NULL: no such line */
} name_tests[] = {
	{ { "", "", "" }, { "", "", "" }, NULL },
	{ { "a", "", "c" }, { "", "", "" }, "X-Request-Id: a, none, c\n" },
	{ { "a", "", "" }, { "w1", "w1", "w2" },
	    "X-Request-Id: a on w1, none on w1, none on w2\n" },
	{ { "", "", "" }, { "w1", "w1", "w1" }, "on w1\n" },
	{ { "", "", "" }, { "w1", "w2", "w1" }, "on w1, w2, w1\n" },
	{ { "", "", "" }, { LONG_WORKER, LONG_WORKER, LONG_WORKER },
	    "on exec:ssh -p 222...t pulse worker\n" }
};

START_TEST(test_names)
{
	const struct name_test *t = &name_tests[_i];
	struct fixture *f = rig_new(make_run, 0);
	struct exemplars *x = &f->result->exemplars;
	char *got, *line;
	size_t i, len;
	FILE *out = open_memstream(&got, &len);

	snprintf(x->name, sizeof(x->name), "X-Request-Id");
	for (i = 0; i < UTIL_NELEM(t->headers); i++) {
		snprintf(x->slowest[i].header, EXEMPLAR_HEADER_MAX, "%s",
		    t->headers[i]);
		snprintf(x->slowest[i].worker, EXEMPLAR_WORKER_MAX, "%s",
		    t->workers[i]);
	}
	text_write(out, &f->report);
	fclose(out);
	line = strstr(got, "\nSlowest     ");
	ck_assert_int_eq(line != NULL, t->want != NULL);
	if (line != NULL) {
		line += strlen("\nSlowest     ");
		*(strchr(line, '\n') + 1) = '\0';
		ck_assert_str_eq(line, t->want);
	}
	free(got);
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
	tcase_add_loop_test(tc, test_names, 0, (int)UTIL_NELEM(name_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
