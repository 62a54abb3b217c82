/* SPDX-License-Identifier: MIT */
/*
 * wire.c: defaults, every refusal of a request by its text, and the making of
 * one line out of anything. Requests to be checked are written as JSON, for
 * short.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "json.h"
#include "tests/request_rig.h"
#include "tests/suite.h"
#include "wire/request_json.h"

#define PHASES		"\"phases\":[{\"type\":\"constant\"," \
			"\"duration\":10000000000,\"arrivalRate\":100," \
			"\"from\":0,\"to\":0,\"steps\":0,\"spikeAt\":0," \
			"\"spikeDuration\":0}]"
#define LIMITS		"\"maxConcurrency\":8,\"saturationPolicy\":\"drop\""
#define BEFORE		"{" PHASES "," LIMITS ",\"httpScenario\":{"
#define TARGET		"\"url\":\"http://h/\",\"method\":\"GET\""

/* Well formed, but nothing that can be run; "" when it can. */
static const struct check_test {
	const char	*descr;
	const char	*input;
	uint64_t	 warmup_ns;
	const char	*want;
} check_tests[] = {
	{ "good", BEFORE TARGET "}}", 0, "" },
	{ "https", BEFORE "\"url\":\"https://h:8443/?q\"}}", 0, "" },
	{ "warm-up almost all", BEFORE TARGET "}}", 9999999999, "" },
	{ "warm-up all", BEFORE TARGET "}}", 10000000000,
	    "warmup: must be shorter than all phases together" },
	{ "no phases", "{}", 0, "phases: there must be at least one" },
	{ "no duration", "{\"phases\":[{\"type\":\"max\",\"duration\":1},"
	    "{\"type\":\"max\"}]}", 0, "phases[1].duration must be positive" },
	{ "too many arrivals", "{\"phases\":[{\"type\":\"constant\","
	    "\"duration\":20000000000000,\"arrivalRate\":100000000}]}", 0,
	    "phases: all phases make more than 10^12 arrivals" },
	{ "concurrency", "{" PHASES ",\"maxConcurrency\":1000001}", 0,
	    "maxConcurrency: must be 1 to 1000000" },
	{ "requests", BEFORE TARGET "},\"requests\":1000000000001}", 0,
	    "requests: must be at most 1000000000000" },
	{ "short interval", BEFORE TARGET "},\"interval\":9999999}", 0,
	    "interval: must be at least 10ms" },
	{ "long interval", BEFORE TARGET "},\"interval\":31622400000000001}",
	    0, "interval: must be at most 366 days" },
	{ "no scenario", "{" PHASES "," LIMITS "}", 0,
	    "url: there must be one" },
	{ "no URL", BEFORE "\"method\":\"GET\"}}", 0,
	    "url: there must be one" },
	{ "no host", BEFORE "\"url\":\"http:///x\"}}", 0, "url: no host" },
	{ "method", BEFORE "\"url\":\"http://h\",\"method\":\"G T\"}}", 0,
	    "method: \"G T\" is no HTTP method" },
	{ "long method", BEFORE "\"url\":\"http://h\",\"method\":"
	    "\"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG\"}}", 0,
	    "method: must have at most 32 letters" },
	{ "requests of poisson and max", "{\"phases\":[{\"type\":\"max\","
	    "\"duration\":1}],\"arrivals\":\"poisson\",\"requests\":5,"
	    "\"httpScenario\":{\"url\":\"http://h\"}}", 0,
	    "requests: cannot be combined with both poisson arrivals and a "
	    "max phase" },
	{ "CONNECT", BEFORE "\"url\":\"http://h\",\"method\":\"connect\"}}",
	    0, "method: CONNECT cannot be sent" },
	{ "header name", BEFORE TARGET ",\"headers\":{\"A B\":\"1\"}}}", 0,
	    "headers: \"A B\" is no header name" },
	{ "no header name", BEFORE TARGET ",\"headers\":{\"\":\"1\"}}}", 0,
	    "headers: \"\" is no header name" },
	{ "header value", BEFORE TARGET
	    ",\"headers\":{\"A\":\"secret\\r\\nB: 1\"}}}", 0,
	    "headers: the value of \"A\" cannot be sent: "
	    "it has control characters" },
	{ "long timeout", BEFORE TARGET ",\"timeout\":31622400000000001}}",
	    0, "timeout: must be at most 366 days" },
	{ "all checks", BEFORE TARGET ",\"checks\":{\"status\":100,"
	    "\"headerEquals\":{\"A\":\"\"},\"bodyContains\":[\" \"],"
	    "\"jsonEquals\":{\"\":\"\"}}}}", 0, "" },
	{ "status below", BEFORE TARGET ",\"checks\":{\"status\":99}}}", 0,
	    "checks.status: must be 100 to 599" },
	{ "status above", BEFORE TARGET ",\"checks\":{\"status\":600}}}", 0,
	    "checks.status: must be 100 to 599" },
	{ "status far above", BEFORE TARGET
	    ",\"checks\":{\"status\":4294967496}}}", 0,
	    "checks.status: must be 100 to 599" },
	{ "checked header's name", BEFORE TARGET
	    ",\"checks\":{\"headerEquals\":{\"A:\":\"1\"}}}}", 0,
	    "checks.headerEquals: \"A:\" is no header name" },
	{ "checked header's value", BEFORE TARGET
	    ",\"checks\":{\"headerEquals\":{\"A\":\"x\\n\"}}}}", 0,
	    "checks.headerEquals: the value of \"A\" cannot be sent: "
	    "it has control characters" },
	{ "empty text", BEFORE TARGET
	    ",\"checks\":{\"bodyContains\":[\"a\",\"\"]}}}", 0,
	    "checks.bodyContains[1]: must not be empty" },
	{ "family", BEFORE TARGET ",\"family\":5}}", 0,
	    "family: must be 4 or 6" },
	{ "large family", BEFORE TARGET ",\"family\":4294967300}}", 0,
	    "family: must be 4 or 6" },
	{ "sample of no header", BEFORE TARGET
	    ",\"sampleHeader\":\"a\\nb\"}}", 0,
	    "sampleHeader: \"a?b\" is no header name" },
	{ "sample of secrets", BEFORE TARGET
	    ",\"sampleHeader\":\"SET-COOKIE\"}}", 0,
	    "sampleHeader: SET-COOKIE has secrets, which no report shows" },
	{ "sample of a long name", BEFORE TARGET ",\"sampleHeader\":\""
	    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz012345678901"
	    "\"}}", 0, "sampleHeader: \"abcdefghijklmnopqrstuvwxyzabcdefghij"
	    "klmn...\": must be at most 63 bytes" },
	{ "sample", BEFORE TARGET ",\"sampleHeader\":\"traceparent\"}}", 0,
	    "" },
	{ "each family", BEFORE TARGET ",\"family\":4}}", 0, "" },
	{ "lease", BEFORE TARGET "},\"lease\":99999999}", 0,
	    "lease: must be at least 100ms" },
	{ "shortest lease", BEFORE TARGET "},\"lease\":100000000}", 0, "" },
	{ "share", BEFORE TARGET "},\"share\":{\"of\":5,"
	    "\"take\":[0,2,4]}}", 0, "" },
	{ "share of too many", BEFORE TARGET "},\"share\":{\"of\":4097,"
	    "\"take\":[0]}}", 0, "share.of: must be at most 4096" },
	{ "share of nothing", BEFORE TARGET "},\"share\":{\"of\":5,"
	    "\"take\":[]}}", 0, "share.take: there must be at least one" },
	{ "share of none", BEFORE TARGET "},\"share\":{\"take\":[0]}}", 0,
	    "share.take: must be below of, each once and in order" },
	{ "share over the end", BEFORE TARGET "},\"share\":{\"of\":5,"
	    "\"take\":[0,5]}}", 0,
	    "share.take: must be below of, each once and in order" },
	{ "share twice", BEFORE TARGET "},\"share\":{\"of\":5,"
	    "\"take\":[1,1]}}", 0,
	    "share.take: must be below of, each once and in order" },
	{ "requests of a share", BEFORE TARGET "},\"requests\":7,"
	    "\"share\":{\"of\":2,\"take\":[0]}}", 0, "" },
	{ "requests of a share and max", "{\"phases\":[{\"type\":\"max\","
	    "\"duration\":1}],\"requests\":5,\"share\":{\"of\":2,"
	    "\"take\":[0]},\"httpScenario\":{\"url\":\"http://h\"}}", 0,
	    "requests: cannot be combined with both a share and a max phase" },
	{ "requests of the whole and max", "{\"phases\":[{\"type\":\"max\","
	    "\"duration\":1}],\"requests\":5,\"share\":{\"of\":2,"
	    "\"take\":[0,1]},\"httpScenario\":{\"url\":\"http://h\"}}", 0,
	    "" },
	{ "redirects", BEFORE TARGET ",\"redirects\":101}}", 0,
	    "redirects: must be at most 100" },
};

static const struct utf8_test {
	const char	*descr;
	const char	*input;
	bool		 want;
} utf8_tests[] = {
	{ "nothing", "", true },
	{ "ASCII", "a\x7f", true },
	{ "two to four bytes", "\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80", true },
	{ "the last ones", "\xdf\xbf\xef\xbf\xbf\xf4\x8f\xbf\xbf", true },
	{ "around surrogates", "\xed\x9f\xbf\xee\x80\x80", true },
	{ "a surrogate", "\xed\xa0\x80", false },
	{ "beyond U+10FFFF", "\xf4\x90\x80\x80", false },
	{ "overlong 2", "\xc1\xbf", false },
	{ "overlong 3", "\xe0\x9f\xbf", false },
	{ "overlong 4", "\xf0\x8f\xbf\xbf", false },
	{ "no such byte", "\xff", false },
	{ "continuation alone", "a\x80", false },
	{ "cut after 1 of 2", "\xc2", false },
	{ "cut after 2 of 3", "\xe2\x82", false },
	{ "cut after 3 of 4", "\xf0\x9f\x98", false },
	{ "bad third byte", "\xe2\x82(", false },
};

static void
decode(const char *text, struct run_request *req)
{
	char why[WIRE_TEXT_MAX];
	struct json_error err;
	struct json *doc;

	doc = json_parse(text, strlen(text), &err);
	ck_assert_msg(doc != NULL, "%s: %s", text, err.reason);
	run_request_init(req);
	ck_assert_int_eq(run_request_from_json(req, json_root(doc), why), 0);
	json_free(doc);
}

START_TEST(test_request_clear)
{
	struct run_request req;

	run_request_init(&req);
	ck_assert_uint_eq(req.max_concurrency, 256);
	ck_assert_int_eq((int)req.policy, POLICY_DROP);
	ck_assert_str_eq(req.scenario.method, "GET");
	ck_assert_uint_eq(req.scenario.timeout_ns, 30000000000);
	ck_assert_uint_eq(req.scenario.redirects, 9);
	ck_assert(req.scenario.keep_alive);
	ck_assert_uint_eq(req.interval_ns, 1000000000);
	scenario_set_body(&req.scenario, "ab", 2);
	scenario_set_body(&req.scenario, "c", 1);
	ck_assert_mem_eq(req.scenario.body, "c", 1);
	scenario_set_body(&req.scenario, NULL, 0);
	ck_assert_ptr_null(req.scenario.body);
	run_request_clear(&req);
	run_request_clear(&req);
	ck_assert_ptr_null(req.scenario.method);
}
END_TEST

/* What is in the copy stays when the first one goes. */
/* A copy lives on when the first is gone. */
START_TEST(test_request_copy)
{
	struct run_request req, copy, want;

	fill_request(&want);
	fill_request(&req);
	run_request_copy(&copy, &req);
	ck_assert(copy.take != req.take && copy.phases != req.phases);
	run_request_clear(&req);
	assert_same_request(&copy, &want);
	ck_assert(copy.has_seed);
	ck_assert_uint_eq(run_request_duration_ns(&copy), 23);
	ck_assert(run_request_has_max(&copy));
	ck_assert(scenario_has_repeats(&copy.scenario));
	run_request_clear(&want);
	run_request_clear(&copy);
}
END_TEST

START_TEST(test_request_copy_bare)
{
	struct run_request req, copy;

	run_request_init(&req);
	run_request_copy(&copy, &req);
	assert_same_request(&copy, &req);
	ck_assert(!run_request_has_max(&copy));
	ck_assert_uint_eq(run_request_duration_ns(&copy), 0);
	ck_assert(!scenario_has_repeats(&copy.scenario));
	run_request_clear(&copy);
	run_request_clear(&req);
	/* Of what was cleared, too. */
	run_request_copy(&copy, &req);
	assert_same_request(&copy, &req);
	ck_assert_ptr_null(copy.scenario.method);
	run_request_clear(&copy);
}
END_TEST

START_TEST(test_add_header)
{
	struct run_request req;
	int i;

	run_request_init(&req);
	for (i = 0; i < WIRE_HEADERS_MAX; i++)
		ck_assert_int_eq(scenario_add_header(&req.scenario, "A", "1"),
		    0);
	ck_assert_int_eq(scenario_add_header(&req.scenario, "A", "1"), -1);
	run_request_clear(&req);
}
END_TEST

/* Pairs stay sorted by name, texts in their order; each kind has its limit. */
START_TEST(test_add_check)
{
	static const char *const names[] = { "b", "c", "a", "B", "b" };
	static const char *const want[] = { "B", "a", "b", "b", "c" };
	struct run_request req;
	struct checks *c = &req.scenario.checks;
	char value[2] = "0";
	size_t i;

	run_request_init(&req);
	ck_assert(checks_is_empty(c));
	for (i = 0; i < UTIL_NELEM(names); i++, value[0]++)
		ck_assert_int_eq(checks_add_header(c, names[i], value), 0);
	for (i = 0; i < UTIL_NELEM(want); i++)
		ck_assert_str_eq(c->headers[i].name, want[i]);
	ck_assert_str_eq(c->headers[2].value, "0");
	ck_assert_str_eq(c->headers[3].value, "4");
	ck_assert(!checks_is_empty(c));
	for (i = 0; i < WIRE_CHECKS_MAX; i++) {
		ck_assert_int_eq(checks_add_json(c, "a", "1"), 0);
		ck_assert_int_eq(checks_add_text(c, i == 0 ? "z" : "y"), 0);
	}
	ck_assert_int_eq(checks_add_json(c, "a", "1"), -1);
	ck_assert_int_eq(checks_add_text(c, "y"), -1);
	ck_assert_uint_eq(c->njson, WIRE_CHECKS_MAX);
	ck_assert_str_eq(c->texts[0], "z");
	run_request_clear(&req);
	ck_assert(checks_is_empty(c));
}
END_TEST

START_TEST(test_check)
{
	const struct check_test *t = &check_tests[_i];
	struct run_request req;
	char why[WIRE_TEXT_MAX] = "";
	int rc;

	decode(t->input, &req);
	req.warmup_ns = t->warmup_ns;
	rc = run_request_check(&req, why);
	ck_assert_msg(strcmp(why, t->want) == 0, "%s: got \"%s\"", t->descr,
	    why);
	ck_assert_int_eq(rc, *t->want == '\0' ? 0 : -1);
	run_request_clear(&req);
}
END_TEST

/* Each header may be long, all together may not. */
START_TEST(test_check_header_bytes)
{
	char value[WIRE_HEADER_BYTES_MAX - 4], why[WIRE_TEXT_MAX] = "";
	struct run_request req;

	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	decode(BEFORE TARGET "}}", &req);
	ck_assert_int_eq(scenario_add_header(&req.scenario, "A", value), 0);
	ck_assert_int_eq(run_request_check(&req, why), 0);
	ck_assert_int_eq(scenario_add_header(&req.scenario, "B", ""), 0);
	ck_assert_int_eq(run_request_check(&req, why), -1);
	ck_assert_str_eq(why, "headers: must be at most 65536 bytes together");
	run_request_clear(&req);
}
END_TEST

/* The same of all checks. */
START_TEST(test_check_bytes_of_checks)
{
	char text[WIRE_CHECKS_BYTES_MAX / 2 + 1], why[WIRE_TEXT_MAX] = "";
	struct run_request req;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	decode(BEFORE TARGET "}}", &req);
	ck_assert_int_eq(checks_add_text(&req.scenario.checks, text), 0);
	ck_assert_int_eq(checks_add_json(&req.scenario.checks, "", text), 0);
	ck_assert_int_eq(run_request_check(&req, why), 0);
	ck_assert_int_eq(checks_add_header(&req.scenario.checks, "A", ""), 0);
	ck_assert_int_eq(run_request_check(&req, why), -1);
	ck_assert_str_eq(why, "checks: must be at most 65536 bytes together");
	run_request_clear(&req);
}
END_TEST

/* What no JSON can say, or not in one line. */
START_TEST(test_check_by_hand)
{
	struct run_request req;
	char why[WIRE_TEXT_MAX] = "";

	decode(BEFORE TARGET "}}", &req);
	req.max_concurrency = 0;
	ck_assert_int_eq(run_request_check(&req, why), -1);
	ck_assert_str_eq(why, "maxConcurrency: must be 1 to 1000000");
	req.max_concurrency = WIRE_CONCURRENCY_MAX;
	ck_assert_int_eq(run_request_check(&req, why), 0);
	req.scenario.timeout_ns = 0;
	ck_assert_int_eq(run_request_check(&req, why), -1);
	ck_assert_str_eq(why, "timeout: must be positive");
	req.scenario.timeout_ns = 1;
	req.scenario.body_len = WIRE_BODY_MAX + 1;
	ck_assert_int_eq(run_request_check(&req, why), -1);
	ck_assert_str_eq(why, "body: must be at most 16777216 bytes");
	req.scenario.body_len = 0;
	scenario_add_header(&req.scenario, "Latin-1", "\xe4");
	ck_assert_int_eq(run_request_check(&req, why), -1);
	ck_assert_str_eq(why,
	    "headers: the value of \"Latin-1\" is not UTF-8");
	req.scenario.headers[0].value[0] = '\0';
	checks_add_json(&req.scenario.checks, "a", "\xe4");
	ck_assert_int_eq(run_request_check(&req, why), -1);
	ck_assert_str_eq(why, "checks.jsonEquals: is not UTF-8");
	checks_add_text(&req.scenario.checks, "\xe4");
	ck_assert_int_eq(run_request_check(&req, why), -1);
	ck_assert_str_eq(why, "checks.bodyContains[0]: is not UTF-8");
	run_request_clear(&req);
}
END_TEST

START_TEST(test_refuse)
{
	char why[WIRE_TEXT_MAX], long_text[2 * WIRE_TEXT_MAX];

	ck_assert_int_eq(wire_refuse(why, "a\nb\x1b[1m%s\x7f", "\t"), -1);
	ck_assert_str_eq(why, "a?b?[1m??");
	memset(long_text, 'x', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	wire_refuse(why, "%s", long_text);
	ck_assert_uint_eq(strlen(why), WIRE_TEXT_MAX - 1);
	memcpy(long_text + WIRE_TEXT_MAX - 3, "\xe2\x82\xac", 3);
	wire_refuse(why, "%s", long_text);
	ck_assert_uint_eq(strlen(why), WIRE_TEXT_MAX - 3);
}
END_TEST

START_TEST(test_refuse_word)
{
	static const char *const few[] = { "alpha", "beta" };
	static const char *const many[] = {
		"01234567890123456789012345678901234567890123456789",
		"12345678901234567890123456789012345678901234567890"
	};
	char why[WIRE_TEXT_MAX];

	ck_assert_int_eq(wire_refuse_word(why, "x: no", "alpa", few, 2), -1);
	ck_assert_str_eq(why, "x: no \"alpa\"; did you mean \"alpha\"?");
	ck_assert_int_eq(wire_refuse_word(why, "x: no", "z\n", few, 2), -1);
	ck_assert_str_eq(why, "x: no \"z?\"; expected alpha, beta");
	ck_assert_int_eq(wire_refuse_word(why, "x: no", "z", many, 2), -1);
	ck_assert_str_eq(why, "x: no \"z\"");
}
END_TEST

START_TEST(test_is_utf8)
{
	const struct utf8_test *t = &utf8_tests[_i];
	size_t len = strlen(t->input);
	char *copy;

	copy = xcalloc(1, len > 0 ? len : 1);
	memcpy(copy, t->input, len);
	ck_assert_msg(wire_is_utf8(copy, len) == t->want, "%s", t->descr);
	free(copy);
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(policy_name(POLICY_DROP), "drop");
	ck_assert_str_eq(policy_name(POLICY_BLOCK), "block");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("wire");
	TCase *tc;

	tc = tcase_create("request");
	tcase_add_test(tc, test_request_clear);
	tcase_add_test(tc, test_request_copy);
	tcase_add_test(tc, test_request_copy_bare);
	tcase_add_test(tc, test_add_header);
	tcase_add_test(tc, test_add_check);
	tcase_add_loop_test(tc, test_check, 0, UTIL_NELEM(check_tests));
	tcase_add_test(tc, test_check_header_bytes);
	tcase_add_test(tc, test_check_bytes_of_checks);
	tcase_add_test(tc, test_check_by_hand);
	suite_add_tcase(s, tc);

	tc = tcase_create("words");
	tcase_add_test(tc, test_refuse);
	tcase_add_test(tc, test_refuse_word);
	tcase_add_loop_test(tc, test_is_utf8, 0, UTIL_NELEM(utf8_tests));
	tcase_add_test(tc, test_names);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
