/* SPDX-License-Identifier: MIT */
/*
 * plan/expr.c and plan/plan.c: what people type, and each way of getting it
 * wrong, by the text of the refusal.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "plan/expr.h"
#include "plan/plan.h"
#include "tests/suite.h"
#include "wire.h"

#define METRICS	"p50, p90, p95, p99, mean, max, errors, dropped, rate"

static const struct threshold_test {
	const char		*descr;
	const char		*input;
	struct threshold	 want;
} threshold_tests[] = {
	{ "percentile", "p99<250ms", { "p99<250ms", THRESHOLD_PERCENTILE,
	    RESULT_LATENCY, 99, false, false, 250e6 } },
	{ "with a fraction", "p99.9<=1s", { "p99.9<=1s",
	    THRESHOLD_PERCENTILE, RESULT_LATENCY, 99.9, false, true, 1e9 } },
	{ "mean", "mean>1us", { "mean>1us", THRESHOLD_MEAN, RESULT_LATENCY, 0,
	    true, false, 1e3 } },
	{ "max", "max>=0", { "max>=0", THRESHOLD_MAX, RESULT_LATENCY, 0, true,
	    true, 0 } },
	{ "blanks", " \tttfb.p95 <\t100ms ", { "ttfb.p95 <\t100ms",
	    THRESHOLD_PERCENTILE, RESULT_TTFB, 95, false, false, 1e8 } },
	{ "service", "service.mean<1m30s", { "service.mean<1m30s",
	    THRESHOLD_MEAN, RESULT_SERVICE, 0, false, false, 90e9 } },
	{ "lag, with two points", "lag.p99.99<5ms", { "lag.p99.99<5ms",
	    THRESHOLD_PERCENTILE,
	    (enum result_hist)(RESULT_PART + PART_LAG), 99.99, false, false,
	    5e6 } },
	{ "first_byte", "first_byte.max<1s", { "first_byte.max<1s",
	    THRESHOLD_MAX,
	    (enum result_hist)(RESULT_PART + PART_FIRST_BYTE), 0, false,
	    false, 1e9 } },
	{ "transfer", "transfer.p50<1s", { "transfer.p50<1s",
	    THRESHOLD_PERCENTILE,
	    (enum result_hist)(RESULT_PART + PART_TRANSFER), 50, false,
	    false, 1e9 } },
	{ "errors in percent", "errors<1%", { "errors<1%", THRESHOLD_ERRORS,
	    RESULT_LATENCY, 0, false, false, 0.01 } },
	{ "errors as a fraction", "errors<=0.01", { "errors<=0.01",
	    THRESHOLD_ERRORS, RESULT_LATENCY, 0, false, true, 0.01 } },
	{ "dropped", "dropped<0.1%", { "dropped<0.1%", THRESHOLD_DROPPED,
	    RESULT_LATENCY, 0, false, false, 0.001 } },
	{ "all", "dropped<=100%", { "dropped<=100%", THRESHOLD_DROPPED,
	    RESULT_LATENCY, 0, false, true, 1 } },
	{ "rate", "rate>950", { "rate>950", THRESHOLD_RATE, RESULT_LATENCY, 0,
	    true, false, 950 } },
	{ "rate in thousands", "rate>=2.5k", { "rate>=2.5k", THRESHOLD_RATE,
	    RESULT_LATENCY, 0, true, true, 2500 } },
};

static const struct text_test {
	const char	*descr;
	const char	*input;
	const char	*want;
} threshold_errors[] = {
	{ "empty", "", "\"\" is no threshold: "
	    "expected METRIC OP VALUE, OP being <, <=, > or >=" },
	{ "no operator", "p99", "\"p99\" is no threshold: "
	    "expected METRIC OP VALUE, OP being <, <=, > or >=" },
	{ "equals", "p99=1s", "\"p99=1s\" is no threshold: "
	    "expected METRIC OP VALUE, OP being <, <=, > or >=" },
	{ "operator turned round", "p99=<1s", "\"p99=<1s\" is no threshold: "
	    "expected METRIC OP VALUE, OP being <, <=, > or >=" },
	{ "no metric", "<1s",
	    "<1s: unknown metric \"\"; expected " METRICS },
	{ "metric near one", "erors<1%",
	    "erors<1%: unknown metric \"erors\"; did you mean \"errors\"?" },
	{ "metric near none", "jitter>1",
	    "jitter>1: unknown metric \"jitter\"; expected " METRICS },
	{ "part near one", "first_bite.p99<1s", "first_bite.p99<1s: "
	    "unknown part \"first_bite\"; did you mean \"first_byte\"?" },
	{ "part near none", "dns.p99<1s", "dns.p99<1s: unknown part \"dns\"; "
	    "expected ttfb, service, lag, wait, connect, tls, first_byte, "
	    "transfer" },
	{ "no part", ".p99<1s", ".p99<1s: unknown part \"\"; "
	    "expected ttfb, service, lag, wait, connect, tls, first_byte, "
	    "transfer" },
	{ "part without metric", "lag.<1s",
	    "lag.<1s: unknown metric \"\"; expected " METRICS },
	{ "part of a share", "lag.errors<1%", "lag.errors<1%: expected a "
	    "percentile, mean or max of lag, not errors" },
	{ "p100", "p100<1s", "p100<1s: "
	    "expected a percentile above p0 and below p100, not \"p100\"" },
	{ "p0", "p0<1s", "p0<1s: "
	    "expected a percentile above p0 and below p100, not \"p0\"" },
	{ "p9x", "p9x<1s", "p9x<1s: "
	    "expected a percentile above p0 and below p100, not \"p9x\"" },
	{ "no value", "p99<", "p99<: "
	    "expected a duration such as 250ms, not \"\"" },
	{ "no unit", "p99<250", "p99<250: "
	    "expected a duration such as 250ms, not \"250\"" },
	{ "two operators", "p99<<1s", "p99<<1s: "
	    "expected a duration such as 250ms, not \"<1s\"" },
	{ "mean in percent", "mean<1%", "mean<1%: "
	    "expected a duration such as 250ms, not \"1%\"" },
	{ "errors as a time", "errors<1s", "errors<1s: "
	    "expected a share such as 1% or 0.01, not \"1s\"" },
	{ "more than all", "errors<101%", "errors<101%: "
	    "expected a share such as 1% or 0.01, not \"101%\"" },
	{ "only a sign", "dropped<%", "dropped<%: "
	    "expected a share such as 1% or 0.01, not \"%\"" },
	{ "rate with a unit", "rate>5/s", "rate>5/s: "
	    "expected a rate such as 950 or 2.5k, not \"5/s\" (did you "
	    "mean 5?)" },
	{ "80 characters", "p99<0000000000000000000000000000000000000000"
	    "00000000000000000000000000000000001s",
	    "p99<0000000000000000000000000000000000000000"
	    "00000000000000000000000000000000001s: "
	    "longer than 79 characters" },
};

static const struct phase_test {
	const char	*descr;
	const char	*input;
	struct phase	 want;
} phase_tests[] = {
	{ "constant", "constant,rate=100,for=30s",
	    { PHASE_CONSTANT, 30000000000, 100, 0, 0, 0, 0, 0 } },
	{ "any order", "constant,for=30s,rate=2.5k",
	    { PHASE_CONSTANT, 30000000000, 2500, 0, 0, 0, 0, 0 } },
	{ "ramp", "ramp,from=10,to=500,for=1m",
	    { PHASE_RAMP, 60000000000, 0, 10, 500, 0, 0, 0 } },
	{ "step", "step,from=10,to=100,steps=5,for=50s",
	    { PHASE_STEP, 50000000000, 0, 10, 100, 5, 0, 0 } },
	{ "spike", "spike,from=20,to=300,at=10s,lasting=5s,for=30s",
	    { PHASE_SPIKE, 30000000000, 0, 20, 300, 0, 10000000000,
	    5000000000 } },
	{ "max", "max,for=10s",
	    { PHASE_MAX, 10000000000, 0, 0, 0, 0, 0, 0 } },
};

static const struct text_test phase_errors[] = {
	{ "empty", "", "unknown phase \"\"; "
	    "expected constant, ramp, step, spike, max" },
	{ "type near one", "rmp,for=1s",
	    "rmp,for=1s: unknown phase \"rmp\"; did you mean \"ramp\"?" },
	{ "type near none", "rate=5", "rate=5: unknown phase \"rate=5\"; "
	    "expected constant, ramp, step, spike, max" },
	{ "key near one", "ramp,form=1",
	    "ramp,form=1: unknown key \"form\"; did you mean \"from\"?" },
	{ "key of another type", "ramp,steps=3", "ramp,steps=3: "
	    "unknown key \"steps\"; expected from, to, for" },
	{ "key twice", "ramp,to=1,to=1", "ramp,to=1,to=1: to is given twice" },
	{ "no value", "max,for", "max,for: expected KEY=VALUE, not \"for\"" },
	{ "comma at the end", "max,for=1s,",
	    "max,for=1s,: expected KEY=VALUE, not \"\"" },
	{ "missing rate", "constant,for=1s",
	    "constant,for=1s: missing rate=RATE" },
	{ "missing steps", "step,from=1,to=2,for=1s",
	    "step,from=1,to=2,for=1s: missing steps=N" },
	{ "missing all", "max", "max: missing for=TIME" },
	{ "bad rate", "constant,rate=1.5", "constant,rate=1.5: rate: "
	    "expected a rate such as 250 or 2.5k, not \"1.5\"" },
	{ "bad count", "step,steps=x",
	    "step,steps=x: steps: expected a whole number, not \"x\"" },
	{ "bad time", "max,for=10", "max,for=10: for: "
	    "expected a duration such as 300ms or 1m30s, not \"10\" (did "
	    "you mean 10s?)" },
	{ "no time", "max,for=0", "max,for=0: for must be positive" },
	{ "rate too high", "constant,rate=101M,for=1s",
	    "constant,rate=101M,for=1s: "
	    "rate must be at most 100000000 a second" },
	{ "spike beyond the end",
	    "spike,from=1,to=2,at=9s,lasting=2s,for=10s",
	    "spike,from=1,to=2,at=9s,lasting=2s,for=10s: "
	    "at and lasting must stay within for" },
};

static const struct text_test percentile_errors[] = {
	{ "empty", "", "\"\" is no percentile: "
	    "expected a number above 0 and below 100" },
	{ "one of two", "99.9,p99", "\"p99\" is no percentile: "
	    "expected a number above 0 and below 100 "
	    "(did you mean 99?)" },
	{ "0", "0", "\"0\" is no percentile: "
	    "expected a number above 0 and below 100" },
	{ "100", "100", "\"100\" is no percentile: "
	    "expected a number above 0 and below 100" },
	{ "comma at the end", "99.9,", "\"\" is no percentile: "
	    "expected a number above 0 and below 100" },
};

static const struct header_test {
	const char	*descr;
	const char	*input;
	const char	*name;
	const char	*value;
} header_tests[] = {
	{ "usual", "Accept: text/html", "Accept", "text/html" },
	{ "no blank", "A:b", "A", "b" },
	{ "blanks", "A: \t b c \t", "A", "b c" },
	{ "colon in the value", "Host: h:80", "Host", "h:80" },
	{ "no value", "A:", "A", "" },
	{ "blank value", "A:  ", "A", "" },
};

static const struct text_test header_errors[] = {
	{ "no colon", "A secret", "no colon: expected Name: value" },
	{ "a late colon", "A secret: x", "\"A \" is no header name" },
	{ "no name", ": x", "\"\" is no header name" },
	{ "blank before the colon", "A : x", "\"A \" is no header name" },
	{ "newline", "A: secret\r\nB: 1",
	    "A: the value cannot be sent: it has control characters" },
};

/* Variables as setup leaves them. */
static const struct text_test expand_tests[] = {
	{ "none", "abc", "abc" },
	{ "one", "${PLAN_A}", "alpha" },
	{ "among others", "-${PLAN_A}${PLAN_A}-", "-alphaalpha-" },
	{ "preset not needed", "${PLAN_A:-b}", "alpha" },
	{ "preset", "${PLAN_UNSET:-b:-c d}", "b:-c d" },
	{ "empty preset", "[${PLAN_UNSET:-}]", "[]" },
	{ "set but empty", "[${PLAN_EMPTY}${PLAN_EMPTY:-x}]", "[]" },
	{ "a dollar", "$$", "$" },
	{ "a dollar before a brace", "$${PLAN_A}", "${PLAN_A}" },
	{ "a dollar before a variable", "$$${PLAN_A}", "$alpha" },
	{ "other dollars", "$PLAN_A $1 $", "$PLAN_A $1 $" },
	{ "what was replaced stays", "${PLAN_DOLLAR}", "${PLAN_A}" },
};

static const struct text_test expand_errors[] = {
	{ "not set", "${PLAN_UNSET}", "the variable PLAN_UNSET is not set" },
	{ "unterminated", "a${PLAN_A", "\"${\" without \"}\"" },
	{ "unterminated at once", "${", "\"${\" without \"}\"" },
	{ "no name", "${}", "expected ${VAR} or ${VAR:-default}: "
	    "\"\" is no name of a variable" },
	{ "a digit first", "${1A}", "expected ${VAR} or ${VAR:-default}: "
	    "\"1A\" is no name of a variable" },
	{ "another operator", "${PLAN_A-b}", "expected ${VAR} or "
	    "${VAR:-default}: \"PLAN_A-b\" is no name of a variable" },
};

static void
setup(void)
{
	setenv("PLAN_A", "alpha", 1);
	setenv("PLAN_EMPTY", "", 1);
	setenv("PLAN_DOLLAR", "${PLAN_A}", 1);
	unsetenv("PLAN_UNSET");
}

static void
assert_text(const char *descr, const char *got, const char *want)
{
	ck_assert_msg(strcmp(got, want) == 0, "%s:\n got %s\nwant %s", descr,
	    got, want);
}

START_TEST(test_threshold)
{
	const struct threshold_test *t = &threshold_tests[_i];
	struct threshold got;
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(plan_parse_threshold(t->input, &got, why) == 0, "%s: %s",
	    t->descr, why);
	ck_assert_str_eq(got.text, t->want.text);
	ck_assert_int_eq((int)got.metric, (int)t->want.metric);
	ck_assert_int_eq((int)got.hist, (int)t->want.hist);
	ck_assert_double_eq(got.percentile, t->want.percentile);
	ck_assert(got.is_above == t->want.is_above);
	ck_assert(got.is_or_equal == t->want.is_or_equal);
	ck_assert_double_eq(got.value, t->want.value);
}
END_TEST

START_TEST(test_threshold_error)
{
	const struct text_test *t = &threshold_errors[_i];
	struct threshold got;
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(plan_parse_threshold(t->input, &got, why) == -1, "%s",
	    t->descr);
	assert_text(t->descr, why, t->want);
}
END_TEST

START_TEST(test_phase)
{
	const struct phase_test *t = &phase_tests[_i];
	struct phase got;
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(plan_parse_phase(t->input, &got, why) == 0, "%s: %s",
	    t->descr, why);
	ck_assert_int_eq((int)got.type, (int)t->want.type);
	ck_assert_uint_eq(got.duration_ns, t->want.duration_ns);
	ck_assert_uint_eq(got.rate, t->want.rate);
	ck_assert_uint_eq(got.from, t->want.from);
	ck_assert_uint_eq(got.to, t->want.to);
	ck_assert_uint_eq(got.steps, t->want.steps);
	ck_assert_uint_eq(got.spike_at_ns, t->want.spike_at_ns);
	ck_assert_uint_eq(got.spike_for_ns, t->want.spike_for_ns);
}
END_TEST

START_TEST(test_phase_error)
{
	const struct text_test *t = &phase_errors[_i];
	struct phase got;
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(plan_parse_phase(t->input, &got, why) == -1, "%s",
	    t->descr);
	assert_text(t->descr, why, t->want);
}
END_TEST

START_TEST(test_percentiles)
{
	struct plan plan;
	char why[WIRE_TEXT_MAX] = "";

	plan_init(&plan);
	ck_assert_int_eq(plan_add_percentiles(&plan, "99.9,50", why), 0);
	ck_assert_int_eq(plan_add_percentiles(&plan, "50,99.99", why), 0);
	ck_assert_uint_eq(plan.npercentiles, 3);
	ck_assert_double_eq(plan.percentiles[0], 99.9);
	ck_assert_double_eq(plan.percentiles[1], 50);
	ck_assert_double_eq(plan.percentiles[2], 99.99);
	plan_clear(&plan);
}
END_TEST

START_TEST(test_percentile_error)
{
	const struct text_test *t = &percentile_errors[_i];
	struct plan plan;
	char why[WIRE_TEXT_MAX] = "";

	plan_init(&plan);
	ck_assert_int_eq(plan_add_percentiles(&plan, t->input, why), -1);
	assert_text(t->descr, why, t->want);
	plan_clear(&plan);
}
END_TEST

START_TEST(test_header)
{
	const struct header_test *t = &header_tests[_i];
	struct plan plan;
	char why[WIRE_TEXT_MAX] = "";

	plan_init(&plan);
	ck_assert_msg(plan_add_header(&plan, t->input, why) == 0, "%s: %s",
	    t->descr, why);
	ck_assert_uint_eq(plan.req.scenario.nheaders, 1);
	ck_assert_str_eq(plan.req.scenario.headers[0].name, t->name);
	ck_assert_str_eq(plan.req.scenario.headers[0].value, t->value);
	plan_clear(&plan);
}
END_TEST

START_TEST(test_header_error)
{
	const struct text_test *t = &header_errors[_i];
	struct plan plan;
	char why[WIRE_TEXT_MAX] = "";

	plan_init(&plan);
	ck_assert_int_eq(plan_add_header(&plan, t->input, why), -1);
	assert_text(t->descr, why, t->want);
	ck_assert_uint_eq(plan.req.scenario.nheaders, 0);
	plan_clear(&plan);
}
END_TEST

START_TEST(test_expand)
{
	const struct text_test *t = &expand_tests[_i];
	char why[WIRE_TEXT_MAX] = "";
	struct buf out;

	buf_init(&out, 64);
	ck_assert_msg(plan_expand(t->input, strlen(t->input), &out, why) == 0,
	    "%s: %s", t->descr, why);
	assert_text(t->descr, buf_str(&out), t->want);
	buf_clear(&out);
}
END_TEST

START_TEST(test_expand_error)
{
	const struct text_test *t = &expand_errors[_i];
	char why[WIRE_TEXT_MAX] = "";
	struct buf out;

	buf_init(&out, 64);
	ck_assert_int_eq(plan_expand(t->input, strlen(t->input), &out, why),
	    -1);
	assert_text(t->descr, why, t->want);
	buf_clear(&out);
}
END_TEST

START_TEST(test_expand_full)
{
	char why[WIRE_TEXT_MAX] = "";
	struct buf out;

	buf_init(&out, 4);
	ck_assert_int_eq(plan_expand("${PLAN_A}", 9, &out, why), -1);
	ck_assert_str_eq(why, "too long with its variables");
	buf_clear(&out);
}
END_TEST

START_TEST(test_maxima)
{
	char why[WIRE_TEXT_MAX] = "", text[16];
	struct plan plan;
	int i;

	plan_init(&plan);
	for (i = 0; i < PLAN_THRESHOLDS_MAX; i++)
		ck_assert_int_eq(plan_add_threshold(&plan, "p99<1s", why), 0);
	ck_assert_int_eq(plan_add_threshold(&plan, "p99<1s", why), -1);
	ck_assert_str_eq(why, "p99<1s: more than 64 thresholds");
	for (i = 0; i < PLAN_PERCENTILES_MAX; i++) {
		snprintf(text, sizeof(text), "99.%d", 10 + i);
		ck_assert_int_eq(plan_add_percentiles(&plan, text, why), 0);
	}
	ck_assert_int_eq(plan_add_percentiles(&plan, "99.10,50", why), -1);
	ck_assert_str_eq(why, "50: more than 32 percentiles");
	for (i = 0; i < WIRE_HEADERS_MAX; i++)
		ck_assert_int_eq(plan_add_header(&plan, "A: b", why), 0);
	ck_assert_int_eq(plan_add_header(&plan, "A: b", why), -1);
	ck_assert_str_eq(why, "more than 200 headers");
	plan_clear(&plan);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("plan");
	TCase *tc;

	tc = tcase_create("expressions");
	tcase_add_loop_test(tc, test_threshold, 0,
	    UTIL_NELEM(threshold_tests));
	tcase_add_loop_test(tc, test_threshold_error, 0,
	    UTIL_NELEM(threshold_errors));
	tcase_add_loop_test(tc, test_phase, 0, UTIL_NELEM(phase_tests));
	tcase_add_loop_test(tc, test_phase_error, 0,
	    UTIL_NELEM(phase_errors));
	suite_add_tcase(s, tc);

	tc = tcase_create("variables");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, test_expand, 0, UTIL_NELEM(expand_tests));
	tcase_add_loop_test(tc, test_expand_error, 0,
	    UTIL_NELEM(expand_errors));
	tcase_add_test(tc, test_expand_full);
	suite_add_tcase(s, tc);

	tc = tcase_create("plan");
	tcase_add_test(tc, test_percentiles);
	tcase_add_loop_test(tc, test_percentile_error, 0,
	    UTIL_NELEM(percentile_errors));
	tcase_add_loop_test(tc, test_header, 0, UTIL_NELEM(header_tests));
	tcase_add_loop_test(tc, test_header_error, 0,
	    UTIL_NELEM(header_errors));
	tcase_add_test(tc, test_maxima);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
