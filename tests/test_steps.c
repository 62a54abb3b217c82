/* SPDX-License-Identifier: MIT */
/*
 * report/steps.c: how a step of a calibration is judged, each reason and each
 * limit from both sides; the table, the answer and the JSON of made-up steps.
 */

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "json.h"
#include "load/audit.h"
#include "report/steps.h"
#include "tests/suite.h"

#define US(n)	((n) * NS_PER_US)

/*
 * A run of a second, whose last answer came later still, with two generators of
 * which one took part.
 */
static struct result *
make_result(uint64_t completed, uint64_t dropped, uint64_t failed,
    uint64_t lag_ns)
{
	struct result *r = result_new(2);

	r->n.started = r->n.completed = completed;
	r->n.scheduled = completed + dropped;
	r->n.dropped = dropped;
	r->n.failed = failed;
	r->duration_ns = NS_PER_SEC + US(800);
	r->generators[0].took_part = true;
	r->generators[0].wall_ns = NS_PER_SEC;
	r->generators[0].cpu_user_ns = NS_PER_SEC / 4;
	r->generators[0].cpu_sys_ns = NS_PER_SEC / 8;
	if (completed > 0)
		hist_record(&r->hist[RESULT_PART + PART_LAG], lag_ns);
	return r;
}

static const struct judge_test {
	const char	*descr;
	uint64_t	 completed;
	uint64_t	 dropped;
	uint64_t	 failed;
	uint64_t	 lag_ns;
	uint64_t	 bound_ns;
	bool		 is_invalid;
	const char	*why;		/* "" when it has held */
} judge_tests[] = {
	{ "well", 100, 0, 0, US(10), US(1000), false, "" },
	{ "at the bound", 100, 0, 0, US(1000), US(1000), false, "" },
	{ "late", 100, 0, 0, US(1010), US(1000), false, "late" },
	{ "dropped", 100, 7, 0, US(1010), US(1000), true, "7 dropped" },
	{ "failed", 100, 7, 3, US(1010), US(1000), true, "3 failed" },
	{ "nothing", 0, 0, 0, 0, US(1000), false, "nothing was sent" },
	{ "stopped", 100, 0, 0, US(10), US(1000), true,
	    "not valid: it was stopped" },
	{ "the audit is stricter", 100, 0, 0, US(3000), US(5000), true, "" },
	{ "but not then", 100, 0, 0, US(900), US(5000), true,
	    "not valid: it was stopped" },
};

START_TEST(test_judge)
{
	const struct judge_test *t = &judge_tests[_i];
	struct steps s = { .step_ns = NS_PER_SEC + US(100000),
	    .warmup_ns = US(100000), .lag_ns = t->bound_ns };
	struct result *r = make_result(t->completed, t->dropped, t->failed,
	    t->lag_ns);
	const struct step *step;

	if (t->is_invalid) {
		r->is_valid = false;
		snprintf(r->reasons[r->nreasons++], WIRE_TEXT_MAX,
		    "it was stopped");
	}
	step = steps_add(&s, 100, r, 0.25);
	ck_assert_msg(strcmp(step->why, t->why) == 0, "%s: %s", t->descr,
	    step->why);
	ck_assert_int_eq(step->has_held, t->why[0] == '\0');
	ck_assert_uint_eq(step->scheduled, t->completed + t->dropped);
	ck_assert_double_eq_tol(step->achieved, (double)t->completed, 1e-9);
	ck_assert_double_eq_tol(step->cpu, 0.375, 1e-9);
	ck_assert_double_eq_tol(step->others, 0.25, 1e-9);
	result_free(r);
	steps_clear(&s);
}
END_TEST

static void
add_step(struct steps *s, uint64_t rate, uint64_t dropped, uint64_t lag_ns)
{
	struct result *r = make_result(rate - dropped, dropped, 0, lag_ns);

	steps_add(s, rate, r, -1);
	result_free(r);
}

static void
make_steps(struct steps *s)
{
	*s = (struct steps){ .generators = 2, .cpus = 2, .concurrency = 256,
	    .step_ns = 2 * NS_PER_SEC, .warmup_ns = NS_PER_SEC,
	    .lag_ns = NS_PER_MS, .keep_alive = true };
	add_step(s, 1000, 0, 512);
	add_step(s, 64000, 12, US(608));
	add_step(s, 64000, 0, US(608));
	s->rate = 64000;
}

/* What write writes; to be freed. */
static char *
text_of(void (*write)(FILE *, const struct steps *), const struct steps *s)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(f);
	write(f, s);
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

static void
write_table(FILE *f, const struct steps *s)
{
	size_t i;

	steps_write_head(f, s);
	for (i = 0; i < s->n; i++)
		steps_write_row(f, s, &s->at[i]);
}

START_TEST(test_table)
{
	struct steps s;
	char *text;

	make_steps(&s);
	text = text_of(write_table, &s);
	ck_assert_str_eq(text,
	    "2 generators and as many processes of the mock on 2 CPUs, 2s a "
	    "step;\na rate holds when lag p99 is at most 1ms and nothing is "
	    "dropped or fails\n\n"
	    "       rate    achieved   lag p50   lag p99    CPU  verdict\n"
	    "     1000/s      1000/s     512ns     512ns    38%  held\n"
	    "    64000/s     63988/s     608us     608us    38%  12 dropped\n"
	    "    64000/s     64000/s     608us     608us    38%  held\n");
	free(text);
	steps_clear(&s);
}
END_TEST

/* Where the machine tells of others, each step has them, or has not. */
START_TEST(test_table_others)
{
	struct steps s;
	char *text;

	make_steps(&s);
	s.n = 2;
	s.knows_others = true;
	s.at[0].others = 0.614;
	text = text_of(write_table, &s);
	ck_assert_str_eq(strstr(text, "       rate"),
	    "       rate    achieved   lag p50   lag p99    CPU  others  "
	    "verdict\n"
	    "     1000/s      1000/s     512ns     512ns    38%     61%  held\n"
	    "    64000/s     63988/s     608us     608us    38%     n/a  "
	    "12 dropped\n");
	free(text);
	steps_clear(&s);
}
END_TEST

static const struct answer_test {
	uint64_t	 rate;
	uint32_t	 generators;
	uint32_t	 cpus;
	bool		 keep_alive;
	bool		 is_partial;
	double		 others;	/* in all steps */
	const char	*want;
} answer_tests[] = {
	{ 64000, 2, 2, true, false, 0.09, "this machine can plan 64000/s (2 "
	    "generators, lag p99 608us); the mock shares its 2 CPUs, so "
	    "against a remote target it is more\n" },
	{ 1000, 1, 1, false, true, -1, "this machine can plan at least 1000/s "
	    "(1 generator, a connection each, lag p99 512ns); the mock shares "
	    "its CPU, so against a remote target it is more\n" },
	{ 64000, 2, 2, true, false, 0.1, "this machine can plan 64000/s (2 "
	    "generators, lag p99 608us); the mock shares its 2 CPUs, so "
	    "against a remote target it is more; others used 10% of the CPUs "
	    "meanwhile: run it again on a quiet machine\n" },
	{ 0, 2, 2, true, false, 0, "this machine cannot plan any rate with a "
	    "lag p99 of at most 1ms\n" },
	{ 0, 2, 2, true, false, 0.61, "this machine cannot plan any rate with "
	    "a lag p99 of at most 1ms; others used 61% of the CPUs meanwhile: "
	    "run it again on a quiet machine\n" },
	{ 0, 2, 2, true, true, -1, "stopped before a rate held\n" },
};

START_TEST(test_answer)
{
	const struct answer_test *t = &answer_tests[_i];
	struct steps s;
	char *text;
	size_t i;

	make_steps(&s);
	for (i = 0; i < s.n; i++)
		s.at[i].others = t->others;
	s.rate = t->rate;
	s.generators = t->generators;
	s.cpus = t->cpus;
	s.keep_alive = t->keep_alive;
	s.is_partial = t->is_partial;
	text = text_of(steps_write_answer, &s);
	ck_assert_str_eq(text, t->want);
	free(text);
	steps_clear(&s);
}
END_TEST

/* Two generators have half a CPU at least when they can do no more. */
START_TEST(test_late)
{
	struct steps s;

	make_steps(&s);
	s.at[1].cpu = 0.49;
	ck_assert_ptr_eq(steps_find_late(&s, 64000), &s.at[1]);
	ck_assert_ptr_null(steps_find_late(&s, 1000));
	ck_assert_ptr_null(steps_find_late(&s, 0));
	s.at[1].cpu = 0.5;
	ck_assert_ptr_null(steps_find_late(&s, 64000));
	s.at[1].cpu = 0.26;
	s.cpus = 1;
	ck_assert_ptr_null(steps_find_late(&s, 64000));
	s.at[1].cpu = 0.1;
	s.at[1].failed = 1;
	ck_assert_ptr_null(steps_find_late(&s, 64000));
	steps_clear(&s);
}
END_TEST

/* The mean of what is known; others who are the reason are named as such. */
START_TEST(test_others)
{
	struct steps s;

	make_steps(&s);
	s.at[1].cpu = 0.1;
	ck_assert_double_eq(steps_others(&s), -1);
	ck_assert(!steps_is_disturbed(&s));
	s.at[0].others = 0;
	s.at[2].others = 0.18;
	ck_assert_double_eq_tol(steps_others(&s), 0.09, 1e-9);
	ck_assert(!steps_is_disturbed(&s));
	ck_assert_ptr_eq(steps_find_late(&s, 64000), &s.at[1]);
	s.at[1].others = 0.3;
	ck_assert_double_eq_tol(steps_others(&s), 0.16, 1e-9);
	ck_assert(steps_is_disturbed(&s));
	ck_assert_ptr_null(steps_find_late(&s, 64000));
	steps_clear(&s);
}
END_TEST

static void
write_json(FILE *f, const struct steps *s)
{
	ck_assert_int_eq(steps_write_json(f, s), 0);
}

START_TEST(test_json)
{
	struct steps s;
	char *text;

	make_steps(&s);
	s.n = 2;
	s.rate = 1000;
	s.at[1].others = 0.6125;
	text = text_of(write_json, &s);
	ck_assert_str_eq(text, "{\n"
	    "  \"rate\": 1000,\n"
	    "  \"lag_p99_ms\": 0.000512,\n"
	    "  \"partial\": false,\n"
	    "  \"disturbed\": true,\n"
	    "  \"others_share\": 0.613,\n"
	    "  \"generators\": 2,\n"
	    "  \"cpus\": 2,\n"
	    "  \"max_concurrency\": 256,\n"
	    "  \"keep_alive\": true,\n"
	    "  \"step_ms\": 2000,\n"
	    "  \"lag_limit_ms\": 1,\n"
	    "  \"steps\": [\n"
	    "    {\n"
	    "      \"rate\": 1000,\n"
	    "      \"achieved\": 1000,\n"
	    "      \"scheduled\": 1000,\n"
	    "      \"started\": 1000,\n"
	    "      \"dropped\": 0,\n"
	    "      \"completed\": 1000,\n"
	    "      \"failed\": 0,\n"
	    "      \"lag_p50_ms\": 0.000512,\n"
	    "      \"lag_p99_ms\": 0.000512,\n"
	    "      \"cpus_used\": 0.375,\n"
	    "      \"others_share\": null,\n"
	    "      \"held\": true\n"
	    "    },\n"
	    "    {\n"
	    "      \"rate\": 64000,\n"
	    "      \"achieved\": 63988,\n"
	    "      \"scheduled\": 64000,\n"
	    "      \"started\": 63988,\n"
	    "      \"dropped\": 12,\n"
	    "      \"completed\": 63988,\n"
	    "      \"failed\": 0,\n"
	    "      \"lag_p50_ms\": 0.608,\n"
	    "      \"lag_p99_ms\": 0.608,\n"
	    "      \"cpus_used\": 0.375,\n"
	    "      \"others_share\": 0.613,\n"
	    "      \"held\": false,\n"
	    "      \"reason\": \"12 dropped\"\n"
	    "    }\n"
	    "  ]\n"
	    "}\n");
	free(text);
	steps_clear(&s);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("steps");
	TCase *tc = tcase_create("steps");

	hist_init();
	tcase_add_loop_test(tc, test_judge, 0, UTIL_NELEM(judge_tests));
	tcase_add_test(tc, test_table);
	tcase_add_test(tc, test_table_others);
	tcase_add_loop_test(tc, test_answer, 0, UTIL_NELEM(answer_tests));
	tcase_add_test(tc, test_late);
	tcase_add_test(tc, test_others);
	tcase_add_test(tc, test_json);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
