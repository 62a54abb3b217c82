/* SPDX-License-Identifier: MIT */
/*
 * wire/request_json.c: RunRequests byte for byte as the Go program writes them,
 * reading them back, and every refusal by its text. Texts are copied to memory
 * of their exact size, so that ASan sees one byte too far.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "json.h"
#include "json_write.h"
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

/* Read, and written again. */
static const struct request_test {
	const char	*descr;
	const char	*input;
	const char	*want;
} request_tests[] = {
	{ "nothing at all", "{}", "{\"phases\":[],\"maxConcurrency\":1,"
	    "\"saturationPolicy\":\"block\"}" },
	{ "null is absent", "{\"phases\":null,\"maxConcurrency\":null,"
	    "\"saturationPolicy\":null,\"httpScenario\":null,"
	    "\"arrivals\":null,\"seed\":null,\"requests\":null,"
	    "\"interval\":null}", "{\"phases\":[],\"maxConcurrency\":1,"
	    "\"saturationPolicy\":\"block\"}" },
	{ "zero and empty are absent", "{\"phases\":[],\"maxConcurrency\":0,"
	    "\"saturationPolicy\":\"\",\"arrivals\":\"\",\"requests\":0,"
	    "\"interval\":0}", "{\"phases\":[],\"maxConcurrency\":1,"
	    "\"saturationPolicy\":\"block\"}" },
	{ "empty scenario members", BEFORE "\"url\":\"http://h/\","
	    "\"method\":\"\",\"headers\":{},\"body\":\"\",\"timeout\":0,"
	    "\"bodyBase64\":\"\",\"headerList\":[]}}", BEFORE TARGET "}}" },
	{ "null scenario members", BEFORE "\"url\":\"http://h/\","
	    "\"method\":null,\"headers\":null,\"body\":null,\"timeout\":null,"
	    "\"redirects\":null,\"keepAlive\":null,\"bodyBase64\":null,"
	    "\"headerList\":null}}", BEFORE TARGET "}}" },
	{ "defaults are not written", BEFORE TARGET ",\"timeout\":30000000000,"
	    "\"redirects\":9,\"keepAlive\":true,\"family\":0},"
	    "\"arrivals\":\"uniform\",\"requests\":0,"
	    "\"interval\":1000000000,\"warmup\":0,\"share\":{},"
	    "\"startAt\":0,\"lease\":0}", BEFORE TARGET "}}" },
	{ "no share", BEFORE TARGET "},\"warmup\":null,\"share\":null,"
	    "\"startAt\":null,\"lease\":null}", BEFORE TARGET "}}" },
	{ "a share of nothing", BEFORE TARGET "},\"share\":{\"of\":null,"
	    "\"take\":null}}", BEFORE TARGET "}}" },
	{ "unknown members", "{\"x\":[1,{}]," PHASES ",\"y\":{}," LIMITS
	    ",\"httpScenario\":{\"checks\":{\"x\":200}," TARGET "}}",
	    BEFORE TARGET "}}" },
	{ "a phase of each type", "{\"phases\":["
	    "{\"type\":\"constant\",\"duration\":1,\"arrivalRate\":2},"
	    "{\"type\":\"ramp\",\"duration\":3,\"from\":4,\"to\":5},"
	    "{\"type\":\"step\",\"duration\":6,\"from\":7,\"to\":8,"
	    "\"steps\":9},"
	    "{\"type\":\"spike\",\"duration\":10,\"from\":11,\"to\":12,"
	    "\"spikeAt\":13,\"spikeDuration\":14},"
	    "{\"type\":\"max\",\"duration\":15}]," LIMITS "}",
	    "{\"phases\":["
	    "{\"type\":\"constant\",\"duration\":1,\"arrivalRate\":2,"
	    "\"from\":0,\"to\":0,\"steps\":0,\"spikeAt\":0,"
	    "\"spikeDuration\":0},"
	    "{\"type\":\"ramp\",\"duration\":3,\"arrivalRate\":0,"
	    "\"from\":4,\"to\":5,\"steps\":0,\"spikeAt\":0,"
	    "\"spikeDuration\":0},"
	    "{\"type\":\"step\",\"duration\":6,\"arrivalRate\":0,"
	    "\"from\":7,\"to\":8,\"steps\":9,\"spikeAt\":0,"
	    "\"spikeDuration\":0},"
	    "{\"type\":\"spike\",\"duration\":10,\"arrivalRate\":0,"
	    "\"from\":11,\"to\":12,\"steps\":0,\"spikeAt\":13,"
	    "\"spikeDuration\":14},"
	    "{\"type\":\"max\",\"duration\":15,\"arrivalRate\":0,"
	    "\"from\":0,\"to\":0,\"steps\":0,\"spikeAt\":0,"
	    "\"spikeDuration\":0}]," LIMITS "}" },
	{ "blanks around a type", "{\"phases\":[{\"type\":\" \\tramp\\n\"}],"
	    LIMITS "}", "{\"phases\":[{\"type\":\"ramp\",\"duration\":0,"
	    "\"arrivalRate\":0,\"from\":0,\"to\":0,\"steps\":0,\"spikeAt\":0,"
	    "\"spikeDuration\":0}]," LIMITS "}" },
	{ "members another type uses", "{\"phases\":[{\"type\":\"ramp\","
	    "\"duration\":1,\"arrivalRate\":9,\"from\":2,\"to\":3,"
	    "\"steps\":9,\"spikeAt\":9,\"spikeDuration\":9}]," LIMITS "}",
	    "{\"phases\":[{\"type\":\"ramp\",\"duration\":1,"
	    "\"arrivalRate\":0,\"from\":2,\"to\":3,\"steps\":0,\"spikeAt\":0,"
	    "\"spikeDuration\":0}]," LIMITS "}" },
	{ "the method in lower case", BEFORE "\"url\":\"http://h/\","
	    "\"method\":\"patch\"}}", BEFORE "\"url\":\"http://h/\","
	    "\"method\":\"PATCH\"}}" },
	{ "headers in order", BEFORE TARGET ",\"headers\":{\"A\":\"1\","
	    "\"B\":\"2\",\"a\":\"3\"},\"body\":\"b\"}}", BEFORE TARGET
	    ",\"headers\":{\"A\":\"1\",\"B\":\"2\",\"a\":\"3\"},"
	    "\"body\":\"b\"}}" },
	{ "headers in another order", BEFORE TARGET
	    ",\"headers\":{\"b\":\"1\",\"A\":\"\"}}}", BEFORE TARGET
	    ",\"headers\":{\"A\":\"\",\"b\":\"1\"},"
	    "\"headerList\":[[\"b\",\"1\"],[\"A\",\"\"]]}}" },
	{ "a header twice", BEFORE TARGET ",\"headerList\":[[\"A\",\"2\"],"
	    "[\"A\",\"1\"]]}}", BEFORE TARGET ",\"headers\":{\"A\":\"2\"},"
	    "\"headerList\":[[\"A\",\"2\"],[\"A\",\"1\"]]}}" },
	{ "headers beside headerList", BEFORE TARGET
	    ",\"headers\":{\"A\":\"no\",\"a\":\"3\"},"
	    "\"headerList\":[[\"A\",\"1\"]]}}", BEFORE TARGET
	    ",\"headers\":{\"A\":\"1\",\"a\":\"3\"}}}" },
	{ "a body with escapes", BEFORE TARGET
	    ",\"body\":\"\\u0000<\\u20ac\\ud83d\\ude00\\\"\"}}", BEFORE TARGET
	    ",\"body\":\"\\u0000\\u003c\xe2\x82\xac\xf0\x9f\x98\x80\\\"\"}}" },
	{ "checks", BEFORE TARGET ",\"checks\":{\"jsonEquals\":{\"id\":7,"
	    "\"ok\":true,\"a\":-1.50e2,\"no\":null,\"\":\"<\\u20ac\"},"
	    "\"bodyContains\":[\"b\",\"a\\n\"],\"headerEquals\":"
	    "{\"b\":\"\",\"A\":false},\"status\":599},\"body\":\"x\","
	    "\"timeout\":5}}", BEFORE TARGET ",\"body\":\"x\",\"checks\":{"
	    "\"status\":599,\"headerEquals\":{\"A\":\"false\",\"b\":\"\"},"
	    "\"bodyContains\":[\"b\",\"a\\n\"],\"jsonEquals\":{"
	    "\"\":\"\\u003c\xe2\x82\xac\",\"a\":\"-1.50e2\",\"id\":\"7\","
	    "\"no\":\"null\",\"ok\":\"true\"}},\"timeout\":5}}" },
	{ "one check", BEFORE TARGET ",\"checks\":{\"bodyContains\":[\"a\"]}}}",
	    BEFORE TARGET ",\"checks\":{\"bodyContains\":[\"a\"]}}}" },
	{ "empty checks", BEFORE TARGET ",\"checks\":{\"status\":0,"
	    "\"headerEquals\":{},\"bodyContains\":[],\"jsonEquals\":{}}}}",
	    BEFORE TARGET "}}" },
	{ "null checks", BEFORE TARGET ",\"checks\":null}}",
	    BEFORE TARGET "}}" },
	{ "null in checks", BEFORE TARGET ",\"checks\":{\"status\":null,"
	    "\"headerEquals\":null,\"bodyContains\":null,"
	    "\"jsonEquals\":null}}}", BEFORE TARGET "}}" },
	{ "a body that is not UTF-8", BEFORE TARGET
	    ",\"bodyBase64\":\"/wD+\"}}", BEFORE TARGET
	    ",\"bodyBase64\":\"/wD+\"}}" },
	{ "base64 of a text", BEFORE TARGET ",\"bodyBase64\":\"YWI=\"}}",
	    BEFORE TARGET ",\"body\":\"ab\"}}" },
	{ "all extensions", BEFORE TARGET ",\"timeout\":5,\"redirects\":0,"
	    "\"keepAlive\":false,\"family\":6},\"arrivals\":\"poisson\","
	    "\"seed\":0,\"requests\":7,\"interval\":250000000,"
	    "\"warmup\":3,\"share\":{\"take\":[0,2,4],\"of\":5},"
	    "\"startAt\":9223372036854775807,\"lease\":10000000000}",
	    BEFORE TARGET
	    ",\"timeout\":5,\"redirects\":0,\"keepAlive\":false,"
	    "\"family\":6},\"arrivals\":\"poisson\",\"seed\":0,"
	    "\"requests\":7,\"interval\":250000000,\"warmup\":3,"
	    "\"share\":{\"of\":5,\"take\":[0,2,4]},"
	    "\"startAt\":9223372036854775807,\"lease\":10000000000}" },
	{ "how to connect", BEFORE TARGET ",\"ca\":\"-\\n\","
	    "\"source\":[\"127.0.0.1\",\"0:0::1\"],\"unixSocket\":\"/x\","
	    "\"connectTo\":[\"A:443:[::1]:8443\",\"::b:\"],"
	    "\"resume\":false,\"serverName\":\"n\",\"insecure\":true,"
	    "\"family\":4}}", BEFORE TARGET ",\"family\":4,"
	    "\"insecure\":true,\"serverName\":\"n\",\"resume\":false,"
	    "\"connectTo\":[\"a:443:[::1]:8443\",\"::b:\"],"
	    "\"unixSocket\":\"/x\",\"source\":[\"127.0.0.1\",\"::1\"],"
	    "\"ca\":\"-\\n\"}}" },
	{ "connecting as usual", BEFORE TARGET ",\"insecure\":false,"
	    "\"serverName\":\"\",\"resume\":true,\"connectTo\":[],"
	    "\"unixSocket\":\"\",\"source\":[],\"ca\":\"\"}}",
	    BEFORE TARGET "}}" },
	{ "null of connecting", BEFORE TARGET ",\"insecure\":null,"
	    "\"serverName\":null,\"resume\":null,\"connectTo\":null,"
	    "\"unixSocket\":null,\"source\":null,\"ca\":null}}",
	    BEFORE TARGET "}}" },
	{ "who we are is no member", BEFORE TARGET ",\"cert\":\"a\","
	    "\"key\":\"b\"}}", BEFORE TARGET "}}" },
	{ "a share out of all bounds", BEFORE TARGET "},\"share\":"
	    "{\"of\":4294967296,\"take\":[18446744073709551615,1]}}",
	    BEFORE TARGET "},\"share\":{\"of\":4294967295,"
	    "\"take\":[4294967295,1]}}" },
	{ "largest numbers", "{\"phases\":[],"
	    "\"maxConcurrency\":9223372036854775807,"
	    "\"saturationPolicy\":\"block\",\"seed\":18446744073709551615}",
	    "{\"phases\":[],\"maxConcurrency\":9223372036854775807,"
	    "\"saturationPolicy\":\"block\",\"seed\":18446744073709551615}" },
};

static const struct request_test decode_errors[] = {
	{ "no object", "[]", "a run request must be an object" },
	{ "phases", "{\"phases\":{}}",
	    "phases: must be an array of at most 1000 phases" },
	{ "a phase", "{\"phases\":[null]}", "phases[0]: must be an object" },
	{ "no type", "{\"phases\":[{}]}", "phases[0].type: there must be one" },
	{ "blank type", "{\"phases\":[{\"type\":\" \"}]}",
	    "phases[0].type: there must be one" },
	{ "type is no string", "{\"phases\":[{\"type\":1}]}",
	    "phases[0].type: must be a string without NUL" },
	{ "type near one", "{\"phases\":[{\"type\":\"rmp\"}]}",
	    "phases[0].type: unknown value \"rmp\"; did you mean \"ramp\"?" },
	{ "type near none", "{\"phases\":[{\"type\":\"Xyzzy\"}]}",
	    "phases[0].type: unknown value \"Xyzzy\"; "
	    "expected constant, ramp, step, spike, max" },
	{ "type with a NUL", "{\"phases\":[{\"type\":\"ramp\\u0000\"}]}",
	    "phases[0].type: must be a string without NUL" },
	{ "1e8", "{\"phases\":[{\"type\":\"ramp\",\"duration\":1e8}]}",
	    "phases[0].duration: must be a whole number of nanoseconds" },
	{ "1.5", "{\"phases\":[{\"type\":\"ramp\",\"from\":1.5}]}",
	    "phases[0].from: must be a whole number" },
	{ "1s", "{\"phases\":[{\"type\":\"max\",\"duration\":1},"
	    "{\"type\":\"spike\",\"spikeAt\":\"1s\"}]}",
	    "phases[1].spikeAt: must be a whole number of nanoseconds" },
	{ "negative", "{\"phases\":[{\"type\":\"step\",\"steps\":-1}]}",
	    "phases[0].steps: must be a whole number" },
	{ "negative where it is not used",
	    "{\"phases\":[{\"type\":\"max\",\"spikeDuration\":-1}]}",
	    "phases[0].spikeDuration: must be a whole number of nanoseconds" },
	{ "2^63", "{\"maxConcurrency\":9223372036854775808}",
	    "maxConcurrency: must be below 2^63" },
	{ "2^64", "{\"seed\":18446744073709551616}",
	    "seed: must be a whole number" },
	{ "policy", "{\"saturationPolicy\":\"Block\"}",
	    "saturationPolicy: unknown value \"Block\"; "
	    "did you mean \"block\"?" },
	{ "policy far off", "{\"saturationPolicy\":\"a\\nb\"}",
	    "saturationPolicy: unknown value \"a?b\"; "
	    "expected drop, block" },
	{ "arrivals", "{\"arrivals\":true}",
	    "arrivals: must be a string without NUL" },
	{ "requests", "{\"requests\":\"5\"}",
	    "requests: must be a whole number" },
	{ "interval", "{\"interval\":\"1s\"}",
	    "interval: must be a whole number of nanoseconds" },
	{ "warmup", "{\"warmup\":1.5}",
	    "warmup: must be a whole number of nanoseconds" },
	{ "startAt", "{\"startAt\":-1}",
	    "startAt: must be a whole number of nanoseconds" },
	{ "lease", "{\"lease\":\"10s\"}",
	    "lease: must be a whole number of nanoseconds" },
	{ "share", "{\"share\":[5]}", "share: must be an object" },
	{ "share's of", "{\"share\":{\"of\":\"5\"}}",
	    "share.of: must be a whole number" },
	{ "share's take", "{\"share\":{\"of\":5,\"take\":0}}",
	    "share.take: must be an array of at most 4096 numbers" },
	{ "of share's take", "{\"share\":{\"of\":5,\"take\":[0,null]}}",
	    "share.take: must be an array of whole numbers" },
	{ "family", "{\"httpScenario\":{\"family\":\"6\"}}",
	    "family: must be a whole number" },
	{ "scenario", "{\"httpScenario\":\"http://h/\"}",
	    "httpScenario: must be an object" },
	{ "url", "{\"httpScenario\":{\"url\":5}}",
	    "url: must be a string without NUL" },
	{ "method", "{\"httpScenario\":{\"method\":[]}}",
	    "method: must be a string without NUL" },
	{ "keepAlive", "{\"httpScenario\":{\"keepAlive\":1}}",
	    "keepAlive: must be true or false" },
	{ "body", "{\"httpScenario\":{\"body\":{}}}",
	    "body: must be a string" },
	{ "base64", "{\"httpScenario\":{\"bodyBase64\":\"?\"}}",
	    "bodyBase64: must be base64" },
	{ "base64 is a number", "{\"httpScenario\":{\"bodyBase64\":1}}",
	    "bodyBase64: must be base64" },
	{ "two bodies",
	    "{\"httpScenario\":{\"body\":\"a\",\"bodyBase64\":\"YQ==\"}}",
	    "bodyBase64: must be absent where there is a body" },
	{ "checks", "{\"httpScenario\":{\"checks\":[]}}",
	    "checks: must be an object" },
	{ "status", "{\"httpScenario\":{\"checks\":{\"status\":2e2}}}",
	    "checks.status: must be a whole number" },
	{ "headerEquals",
	    "{\"httpScenario\":{\"checks\":{\"headerEquals\":\"A\"}}}",
	    "checks.headerEquals: must be an object" },
	{ "an object expected of JSON",
	    "{\"httpScenario\":{\"checks\":{\"jsonEquals\":{\"a\":{}}}}}",
	    "checks.jsonEquals: must be an object of strings without NUL, "
	    "numbers, booleans and null" },
	{ "a member's name with a NUL",
	    "{\"httpScenario\":{\"checks\":{\"jsonEquals\":"
	    "{\"a\\u0000\":1}}}}",
	    "checks.jsonEquals: must be an object of strings without NUL, "
	    "numbers, booleans and null" },
	{ "bodyContains",
	    "{\"httpScenario\":{\"checks\":{\"bodyContains\":{}}}}",
	    "checks.bodyContains: must be an array of strings" },
	{ "a text with a NUL",
	    "{\"httpScenario\":{\"checks\":{\"bodyContains\":[\"\\u0000\"]}}}",
	    "checks.bodyContains: must be an array of strings without NUL" },
	{ "headers", "{\"httpScenario\":{\"headers\":[]}}",
	    "headers: must be an object of strings" },
	{ "header", "{\"httpScenario\":{\"headers\":{\"A\":1}}}",
	    "headers: must be an object of strings without NUL" },
	{ "header with a NUL",
	    "{\"httpScenario\":{\"headers\":{\"A\\u0000\":\"1\"}}}",
	    "headers: must be an object of strings without NUL" },
	{ "headerList", "{\"httpScenario\":{\"headerList\":{}}}",
	    "headerList: must be an array of pairs" },
	{ "a single", "{\"httpScenario\":{\"headerList\":[[\"A\"]]}}",
	    "headerList: must be an array of [name, value] pairs" },
	{ "three", "{\"httpScenario\":{\"headerList\":[[\"A\",\"1\",\"2\"]]}}",
	    "headerList: must be an array of [name, value] pairs" },
	{ "insecure", "{\"httpScenario\":{\"insecure\":1}}",
	    "insecure: must be true or false" },
	{ "resume", "{\"httpScenario\":{\"resume\":\"no\"}}",
	    "resume: must be true or false" },
	{ "serverName", "{\"httpScenario\":{\"serverName\":[]}}",
	    "serverName: must be a string without NUL" },
	{ "unixSocket", "{\"httpScenario\":{\"unixSocket\":\"/\\u0000\"}}",
	    "unixSocket: must be a string without NUL" },
	{ "ca", "{\"httpScenario\":{\"ca\":{}}}",
	    "ca: must be a string without NUL" },
	{ "connectTo", "{\"httpScenario\":{\"connectTo\":\"a:1:b:2\"}}",
	    "connectTo: must be an array of strings" },
	{ "of connectTo", "{\"httpScenario\":{\"connectTo\":[1]}}",
	    "connectTo: must be an array of strings without NUL" },
	{ "a place of three parts",
	    "{\"httpScenario\":{\"connectTo\":[\":::\",\"a:1:b\"]}}",
	    "connectTo[1]: a:1:b: expected HOST:PORT:HOST2:PORT2, any of them "
	    "empty" },
	{ "source", "{\"httpScenario\":{\"source\":[\"localhost\"]}}",
	    "source[0]: localhost: expected an address of this machine, in "
	    "numbers" },
	{ "a pair of others", "{\"httpScenario\":{\"headerList\":[[\"A\",1]]}}",
	    "headerList: must be an array of [name, value] pairs" },
};

/* As run_request_from_json, from a copy of just the text. */
static int
decode(const char *text, struct run_request *req, char why[WIRE_TEXT_MAX])
{
	struct json_error err;
	struct json *doc;
	char *copy;
	int rc;

	copy = xcalloc(1, strlen(text));
	memcpy(copy, text, strlen(text));
	doc = json_parse(copy, strlen(text), &err);
	ck_assert_msg(doc != NULL, "%s: %s", text, err.reason);
	free(copy);
	run_request_init(req);
	rc = run_request_from_json(req, json_root(doc), why);
	json_free(doc);
	return rc;
}

static void
encode(const struct run_request *req, struct buf *out)
{
	struct json_out w;

	buf_init(out, JSON_TEXT_MAX);
	json_out_start(&w, out, false);
	run_request_to_json(req, &w);
	ck_assert_int_eq(json_out_end(&w), 0);
}

START_TEST(test_request)
{
	const struct request_test *t = &request_tests[_i];
	struct run_request req, again;
	char why[WIRE_TEXT_MAX] = "";
	struct buf out;

	ck_assert_msg(decode(t->input, &req, why) == 0, "%s: %s", t->descr,
	    why);
	encode(&req, &out);
	ck_assert_msg(strcmp(buf_str(&out), t->want) == 0,
	    "%s:\n got %s\nwant %s", t->descr, buf_str(&out), t->want);
	ck_assert_int_eq(decode(buf_str(&out), &again, why), 0);
	assert_same_request(&req, &again);
	ck_assert(again.has_seed == req.has_seed);
	buf_clear(&out);
	run_request_clear(&again);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_decode_error)
{
	const struct request_test *t = &decode_errors[_i];
	struct run_request req;
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(decode(t->input, &req, why) == -1, "%s", t->descr);
	ck_assert_msg(strcmp(why, t->want) == 0, "%s: got \"%s\"", t->descr,
	    why);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_headers_max)
{
	struct run_request req;
	struct buf text;
	char why[WIRE_TEXT_MAX] = "";
	int i;

	buf_init(&text, JSON_TEXT_MAX);
	buf_adds(&text, "{\"httpScenario\":{\"headerList\":[");
	for (i = 0; i <= WIRE_HEADERS_MAX; i++)
		buf_addf(&text, "%s[\"A\",\"1\"]", i == 0 ? "" : ",");
	buf_adds(&text, "]}}");
	ck_assert_int_eq(decode(buf_str(&text), &req, why), -1);
	ck_assert_str_eq(why, "headers: must be at most 200");
	run_request_clear(&req);
	buf_clear(&text);
}
END_TEST

START_TEST(test_phases_max)
{
	struct run_request req;
	struct buf text;
	char why[WIRE_TEXT_MAX] = "";
	int i;

	buf_init(&text, JSON_TEXT_MAX);
	buf_adds(&text, "{\"phases\":[{\"type\":\"max\"}");
	for (i = 1; i <= ARRIVAL_PHASES_MAX; i++)
		buf_adds(&text, ",{\"type\":\"max\"}");
	buf_adds(&text, "]}");
	ck_assert_int_eq(decode(buf_str(&text), &req, why), -1);
	ck_assert_str_eq(why, "phases: must be an array of at most 1000 "
	    "phases");
	run_request_clear(&req);
	buf_clear(&text);
}
END_TEST

START_TEST(test_takers_max)
{
	struct run_request req;
	struct buf text;
	char why[WIRE_TEXT_MAX] = "";
	int i;

	buf_init(&text, JSON_TEXT_MAX);
	buf_adds(&text, "{\"share\":{\"take\":[0");
	for (i = 1; i <= ARRIVAL_TAKERS_MAX; i++)
		buf_addf(&text, ",%d", i);
	buf_adds(&text, "]}}");
	ck_assert_int_eq(decode(buf_str(&text), &req, why), -1);
	ck_assert_str_eq(why, "share.take: must be an array of at most 4096 "
	    "numbers");
	run_request_clear(&req);
	buf_clear(&text);
}
END_TEST

/* Who we are is written nowhere. */
START_TEST(test_no_identity)
{
	struct run_request req;
	struct buf out;

	fill_request(&req);
	encode(&req, &out);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "\"ca\":\"ca\\n\""));
	ck_assert_ptr_null(strstr(buf_str(&out), "cert"));
	ck_assert_ptr_null(strstr(buf_str(&out), "key"));
	buf_clear(&out);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_places_max)
{
	struct run_request req;
	struct buf text;
	char why[WIRE_TEXT_MAX] = "";
	int i;

	buf_init(&text, JSON_TEXT_MAX);
	buf_adds(&text, "{\"httpScenario\":{\"connectTo\":[\":::\"");
	for (i = 1; i <= CONNECT_DETOURS_MAX; i++)
		buf_adds(&text, ",\":::\"");
	buf_adds(&text, "]}}");
	ck_assert_int_eq(decode(buf_str(&text), &req, why), -1);
	ck_assert_str_eq(why, "connectTo[64]: there are more than 64");
	run_request_clear(&req);
	buf_clear(&text);
}
END_TEST

START_TEST(test_ca_max)
{
	struct run_request req;
	struct buf text;
	char why[WIRE_TEXT_MAX] = "";
	int more, i;

	for (more = 0; more < 2; more++) {
		buf_init(&text, JSON_TEXT_MAX);
		buf_adds(&text, "{\"httpScenario\":{\"ca\":\"");
		for (i = 0; i < WIRE_CA_MAX + more; i++)
			buf_adds(&text, "x");
		buf_adds(&text, "\"}}");
		ck_assert_int_eq(decode(buf_str(&text), &req, why), -more);
		run_request_clear(&req);
		buf_clear(&text);
	}
	ck_assert_str_eq(why, "ca: must be at most 256 KiB");
}
END_TEST

/* Of a random byte changed, the worst that may come is a refusal. */
START_TEST(test_request_noise)
{
	char text[1024], why[WIRE_TEXT_MAX];
	struct run_request req;
	struct json_error err;
	struct json *doc;
	uint32_t random = 1;
	size_t len;
	int i;

	for (i = 0; i < 20000; i++) {
		len = strlen(request_tests[(size_t)i %
		    UTIL_NELEM(request_tests)].want);
		ck_assert_uint_lt(len, sizeof(text));
		memcpy(text, request_tests[(size_t)i %
		    UTIL_NELEM(request_tests)].want, len);
		random = random * 1664525 + 1013904223;
		text[random % len] = "\"\\{}[],:019-e a"[random >> 16 & 15];
		if ((doc = json_parse(text, len, &err)) == NULL)
			continue;
		run_request_init(&req);
		why[0] = '\0';
		if (run_request_from_json(&req, json_root(doc), why) == 0)
			run_request_check(&req, why);
		ck_assert_ptr_null(strchr(why, '\n'));
		run_request_clear(&req);
		json_free(doc);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("wire_json");
	TCase *tc;

	tc = tcase_create("request");
	tcase_add_loop_test(tc, test_request, 0, UTIL_NELEM(request_tests));
	tcase_add_loop_test(tc, test_decode_error, 0,
	    UTIL_NELEM(decode_errors));
	tcase_add_test(tc, test_headers_max);
	tcase_add_test(tc, test_phases_max);
	tcase_add_test(tc, test_takers_max);
	tcase_add_test(tc, test_no_identity);
	tcase_add_test(tc, test_places_max);
	tcase_add_test(tc, test_ca_max);
	tcase_add_test(tc, test_request_noise);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
