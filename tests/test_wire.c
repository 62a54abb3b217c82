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
#include "wire_json.h"

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
	tcase_add_test(tc, test_add_header);
	tcase_add_loop_test(tc, test_check, 0, UTIL_NELEM(check_tests));
	tcase_add_test(tc, test_check_header_bytes);
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
	SRunner *sr;
	int failed;

	sr = srunner_create(make_suite());
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
