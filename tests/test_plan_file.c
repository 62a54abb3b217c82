/* SPDX-License-Identifier: MIT */
/*
 * plan/file.c: plans, compared in the wire's form, and each way of getting one
 * wrong, by the text of the refusal. Texts are copied to memory of their exact
 * size, whole and cut at every point, so that ASan sees one byte too far.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "json.h"
#include "json_write.h"
#include "plan/file.h"
#include "plan/plan.h"
#include "tests/suite.h"
#include "wire.h"
#include "wire/request_json.h"

struct text_test {
	const char	*descr;
	const char	*input;
	const char	*want;
};

#define PHASES	"{\"phases\":[{\"type\":\"constant\"," \
		"\"duration\":10000000000,\"arrivalRate\":100," \
		"\"from\":0,\"to\":0,\"steps\":0,\"spikeAt\":0," \
		"\"spikeDuration\":0}],\"maxConcurrency\":"
#define USUAL	"{\"phases\":[],\"maxConcurrency\":256," \
		"\"saturationPolicy\":\"drop\""

/* A plan, and what it is in the wire's form. */
static const struct text_test plan_tests[] = {
	{ "nothing", "{}", USUAL "}" },
	{ "null is absent", "{\"phases\":null,\"maxConcurrency\":null,"
	    "\"saturationPolicy\":null,\"target\":null,\"workers\":null,"
	    "\"thresholds\":null}", USUAL "}" },
	{ "zero and empty as on the wire", "{\"maxConcurrency\":0,"
	    "\"saturationPolicy\":\"\"}", "{\"phases\":[],"
	    "\"maxConcurrency\":1,\"saturationPolicy\":\"block\"}" },
	{ "durations as text", "{\"phases\":[{\"type\":\"spike\","
	    "\"duration\":\"1m30s\",\"spikeAt\":\"500ms\","
	    "\"spikeDuration\":\"1us\",\"from\":1,\"to\":2}]}",
	    "{\"phases\":[{\"type\":\"spike\",\"duration\":90000000000,"
	    "\"arrivalRate\":0,\"from\":1,\"to\":2,\"steps\":0,"
	    "\"spikeAt\":500000000,\"spikeDuration\":1000}],"
	    "\"maxConcurrency\":256,\"saturationPolicy\":\"drop\"}" },
	{ "a RunRequest", PHASES "8,\"saturationPolicy\":\"block\","
	    "\"httpScenario\":{\"url\":\"http://h\",\"method\":\"GET\"}}",
	    PHASES "8,\"saturationPolicy\":\"block\","
	    "\"httpScenario\":{\"url\":\"http://h\",\"method\":\"GET\"}}" },
	{ "target", "{\"target\":{\"url\":\"http://h\",\"method\":\"put\","
	    "\"headers\":{\"A\":\"1\"},\"body\":\"b\",\"timeout\":\"5s\","
	    "\"redirects\":0,\"keepAlive\":false}}", USUAL ","
	    "\"httpScenario\":{\"url\":\"http://h\",\"method\":\"PUT\","
	    "\"headers\":{\"A\":\"1\"},\"body\":\"b\",\"timeout\":5000000000,"
	    "\"redirects\":0,\"keepAlive\":false}}" },
	{ "target beside null", "{\"httpScenario\":null,"
	    "\"target\":{\"url\":\"http://h\"}}", USUAL ","
	    "\"httpScenario\":{\"url\":\"http://h\",\"method\":\"GET\"}}" },
	{ "headerList and bodyBase64", "{\"target\":{\"url\":\"http://h\","
	    "\"headerList\":[[\"A\",\"1\"],[\"A\",\"2\"]],"
	    "\"bodyBase64\":\"/w==\"}}", USUAL ","
	    "\"httpScenario\":{\"url\":\"http://h\",\"method\":\"GET\","
	    "\"headers\":{\"A\":\"1\"},\"bodyBase64\":\"/w==\","
	    "\"headerList\":[[\"A\",\"1\"],[\"A\",\"2\"]]}}" },
	{ "checks", "{\"target\":{\"url\":\"http://h\",\"checks\":{"
	    "\"jsonEquals\":{\"b\":null,\"a\":1.50,\"c\":\"\"},"
	    "\"bodyContains\":[\"${PLAN_A}\",\"b\"],"
	    "\"headerEquals\":{\"A\":true},\"status\":404}}}", USUAL ","
	    "\"httpScenario\":{\"url\":\"http://h\",\"method\":\"GET\","
	    "\"checks\":{\"status\":404,\"headerEquals\":{\"A\":\"true\"},"
	    "\"bodyContains\":[\"alpha\",\"b\"],"
	    "\"jsonEquals\":{\"a\":\"1.50\",\"b\":\"null\",\"c\":\"\"}}}}" },
	{ "checks of nothing", "{\"target\":{\"url\":\"http://h\","
	    "\"checks\":{\"status\":null,\"headerEquals\":{},"
	    "\"bodyContains\":[],\"jsonEquals\":{}}}}", USUAL ","
	    "\"httpScenario\":{\"url\":\"http://h\",\"method\":\"GET\"}}" },
	{ "query", "{\"target\":{\"query\":{\"q\":\"a b&c\","
	    "\"\\u00e4\":\"-._~/\"},\"url\":\"http://h\"}}", USUAL ","
	    "\"httpScenario\":{\"url\":"
	    "\"http://h?q=a%20b%26c\\u0026%C3%A4=-._~%2F\","
	    "\"method\":\"GET\"}}" },
	{ "query behind a query", "{\"target\":{\"url\":\"http://h/?a=1#f\","
	    "\"query\":{\"b\":\"2\"}}}", USUAL ","
	    "\"httpScenario\":{\"url\":\"http://h/?a=1\\u0026b=2\","
	    "\"method\":\"GET\"}}" },
	{ "query behind its mark", "{\"target\":{\"url\":\"http://h/?\","
	    "\"query\":{\"b\":\"\\u0000\"}}}", USUAL ","
	    "\"httpScenario\":{\"url\":\"http://h/?b=%00\","
	    "\"method\":\"GET\"}}" },
	{ "empty query", "{\"target\":{\"url\":\"http://h/#f\","
	    "\"query\":{}}}", USUAL ","
	    "\"httpScenario\":{\"url\":\"http://h/#f\","
	    "\"method\":\"GET\"}}" },
	{ "variables", "{\"saturationPolicy\":\"${PLAN_UNSET:-block}\","
	    "\"phases\":[{\"type\":\"max\",\"duration\":"
	    "\"${PLAN_UNSET:-1}0s\"}],\"target\":{\"url\":\"http://h\","
	    "\"headers\":{\"A\":\"${PLAN_A}\"},\"body\":\"$${PLAN_QUOTE}\","
	    "\"query\":{\"q\":\"${PLAN_QUOTE}\"}}}",
	    "{\"phases\":[{\"type\":\"max\",\"duration\":10000000000,"
	    "\"arrivalRate\":0,\"from\":0,\"to\":0,\"steps\":0,\"spikeAt\":0,"
	    "\"spikeDuration\":0}],\"maxConcurrency\":256,"
	    "\"saturationPolicy\":\"block\",\"httpScenario\":"
	    "{\"url\":\"http://h?q=%22%2C\",\"method\":\"GET\","
	    "\"headers\":{\"A\":\"alpha\"},\"body\":\"${PLAN_QUOTE}\"}}" },
	{ "how to connect", "{\"target\":{\"url\":\"https://h\","
	    "\"insecure\":true,\"serverName\":\"${PLAN_A}\","
	    "\"resume\":false,\"connectTo\":[\"h:443:${PLAN_A}:8443\","
	    "\":::\"],\"unixSocket\":\"/run/${PLAN_A}\","
	    "\"source\":[\"127.0.0.1\",\"127.0.0.2\"],\"ca\":\"-\\n-\"}}",
	    USUAL ",\"httpScenario\":{\"url\":\"https://h\","
	    "\"method\":\"GET\",\"insecure\":true,"
	    "\"serverName\":\"alpha\",\"resume\":false,"
	    "\"connectTo\":[\"h:443:alpha:8443\",\":::\"],"
	    "\"unixSocket\":\"/run/alpha\","
	    "\"source\":[\"127.0.0.1\",\"127.0.0.2\"],"
	    "\"ca\":\"-\\n-\"}}" },
	{ "connecting as usual", "{\"target\":{\"url\":\"https://h\","
	    "\"insecure\":false,\"serverName\":null,\"resume\":true,"
	    "\"connectTo\":[],\"unixSocket\":\"\",\"source\":[],"
	    "\"ca\":\"\"}}", USUAL ",\"httpScenario\":{"
	    "\"url\":\"https://h\",\"method\":\"GET\"}}" },
	{ "other settings", "{\"arrivals\":\"poisson\",\"seed\":0,"
	    "\"requests\":5,\"interval\":\"2s\"}", USUAL ","
	    "\"arrivals\":\"poisson\",\"seed\":0,\"requests\":5,"
	    "\"interval\":2000000000}" },
	{ "reporting", "{\"reporting\":{\"interval\":\"250ms\"}}", USUAL ","
	    "\"interval\":250000000}" },
	{ "interval of zero", "{\"reporting\":{\"interval\":0}}", USUAL "}" },
};

static const struct text_test plan_errors[] = {
	{ "no JSON", "{\n \"a\" 1}", "line 2, column 6: expected ':'" },
	{ "no object", "[]", "expected a plan, which is an object, "
	    "not an array" },
	{ "unknown member", "{\"phase\":[]}",
	    "phase: unknown member; did you mean \"phases\"?" },
	{ "unknown and near none", "{\"xyzzy\":1}", "xyzzy: unknown member" },
	{ "unknown with a newline", "{\"x\\ny\":1}", "x?y: unknown member" },
	{ "unknown in a phase", "{\"phases\":[{},{\"form\":1}]}",
	    "phases[1].form: unknown member; did you mean \"from\"?" },
	{ "unknown in target", "{\"target\":{\"metod\":\"GET\"}}",
	    "target.metod: unknown member; did you mean \"method\"?" },
	{ "unknown in thresholds", "{\"thresholds\":{\"errorrate\":0.1}}",
	    "thresholds.errorrate: unknown member; "
	    "did you mean \"errorRate\"?" },
	{ "unknown in reporting", "{\"reporting\":{\"every\":1}}",
	    "reporting.every: unknown member; expected interval" },
	{ "checks", "{\"target\":{\"checks\":[]}}",
	    "target.checks: expected an object, not an array" },
	{ "unknown in checks",
	    "{\"httpScenario\":{\"checks\":{\"headersEqual\":{}}}}",
	    "httpScenario.checks.headersEqual: unknown member; "
	    "did you mean \"headerEquals\"?" },
	{ "status as text",
	    "{\"target\":{\"checks\":{\"status\":\"200\"}}}",
	    "target.checks.status: expected a status, 100 to 599, "
	    "not \"200\"" },
	{ "status of 0", "{\"target\":{\"checks\":{\"status\":0}}}",
	    "target.checks.status: expected a status, 100 to 599, not 0" },
	{ "status of 600", "{\"target\":{\"checks\":{\"status\":600}}}",
	    "target.checks.status: expected a status, 100 to 599, not 600" },
	{ "headerEquals",
	    "{\"target\":{\"checks\":{\"headerEquals\":[\"A\"]}}}",
	    "target.checks.headerEquals: expected an object of values, "
	    "not an array" },
	{ "an array in headerEquals",
	    "{\"target\":{\"checks\":{\"headerEquals\":{\"A\":[]}}}}",
	    "target.checks.headerEquals.A: expected a string without NUL, "
	    "number, boolean or null, not an array" },
	{ "an object in jsonEquals",
	    "{\"target\":{\"checks\":{\"jsonEquals\":{\"id\":{}}}}}",
	    "target.checks.jsonEquals.id: expected a string without NUL, "
	    "number, boolean or null, not an object" },
	{ "bodyContains",
	    "{\"target\":{\"checks\":{\"bodyContains\":\"a\"}}}",
	    "target.checks.bodyContains: expected an array of strings, "
	    "not \"a\"" },
	{ "a number in bodyContains",
	    "{\"target\":{\"checks\":{\"bodyContains\":[\"a\",1]}}}",
	    "target.checks.bodyContains[1]: expected a string, not 1" },
	{ "a variable in checks",
	    "{\"target\":{\"checks\":{\"jsonEquals\":{\"id\":"
	    "\"${PLAN_UNSET}\"}}}}", "target.checks.jsonEquals.id: "
	    "the variable PLAN_UNSET is not set" },
	{ "workers", "{\"workers\":\"a:1\"}",
	    "workers: expected an array of strings, not \"a:1\"" },
	{ "a worker", "{\"workers\":[\"a:1\",9100]}",
	    "workers[1]: expected a string such as \"host:9100\", not 9100" },
	{ "a worker that is none", "{\"workers\":[\"a:1,b:2\"]}",
	    "workers[0]: a:1,b:2: \",\" is no part of an address" },
	{ "a worker with a weight", "{\"workers\":[\"a:1=2\"]}",
	    "workers[0]: a:1=2: \"=\" is no part of an address" },
	{ "a password of a worker", "{\"workers\":[\"http://u:p@a:1\"]}",
	    "workers[0]: a:1: a worker takes no user and no password, but a "
	    "token" },
	{ "a command", "{\"workers\":[\"a:1\",\"exec:ssh b\"]}",
	    "workers[1]: a plan file cannot name a command to run: give it "
	    "with -w" },
	{ "weights", "{\"workers\":[\"a:1\"],\"workerWeights\":2}",
	    "workerWeights: expected an array of numbers, not 2" },
	{ "a weight", "{\"workerWeights\":[1,0],\"workers\":[\"a\",\"b\"]}",
	    "workerWeights[1]: expected a whole number from 1 to 1000000, "
	    "not 0" },
	{ "a weight with a fraction",
	    "{\"workerWeights\":[1.5],\"workers\":[\"a\"]}",
	    "workerWeights[0]: expected a whole number from 1 to 1000000, "
	    "not 1.5" },
	{ "too many weights", "{\"workers\":[\"a:1\"],"
	    "\"workerWeights\":[1,2]}",
	    "workerWeights: there are 2 for 1 workers" },
	{ "weights of nobody", "{\"workerWeights\":[1]}",
	    "workerWeights: there are no workers" },
	{ "weights of null", "{\"workerWeights\":[1],\"workers\":null}",
	    "workerWeights: there are no workers" },
	{ "insecure", "{\"target\":{\"insecure\":\"yes\"}}",
	    "target.insecure: expected true or false, not \"yes\"" },
	{ "serverName", "{\"target\":{\"serverName\":5}}",
	    "target.serverName: expected a string, not 5" },
	{ "resume", "{\"target\":{\"resume\":0}}",
	    "target.resume: expected true or false, not 0" },
	{ "connectTo", "{\"target\":{\"connectTo\":\"a:1:b:2\"}}",
	    "target.connectTo: expected an array of strings, "
	    "not \"a:1:b:2\"" },
	{ "a number in connectTo", "{\"target\":{\"connectTo\":[443]}}",
	    "target.connectTo[0]: expected a string such as "
	    "\"host:443:127.0.0.1:8443\", not 443" },
	{ "a place of two parts",
	    "{\"target\":{\"connectTo\":[\":::\",\"a:1\"]}}",
	    "target.connectTo[1]: a:1: expected HOST:PORT:HOST2:PORT2, any of "
	    "them empty" },
	{ "unixSocket", "{\"target\":{\"unixSocket\":[\"/x\"]}}",
	    "target.unixSocket: expected a string, not an array" },
	{ "source", "{\"target\":{\"source\":\"127.0.0.1\"}}",
	    "target.source: expected an array of strings, "
	    "not \"127.0.0.1\"" },
	{ "a name in source", "{\"httpScenario\":{\"source\":[\"h\"]}}",
	    "httpScenario.source[0]: h: expected an address of this machine, "
	    "in numbers" },
	{ "ca", "{\"httpScenario\":{\"ca\":true}}",
	    "httpScenario.ca: expected a string, not a boolean" },
	{ "who we are", "{\"target\":{\"key\":\"\"}}",
	    "target.key: unknown member" },
	{ "both scenarios", "{\"target\":{},\"httpScenario\":{}}",
	    "httpScenario: target and httpScenario are the same; "
	    "there can be only one of them" },
	{ "target is a string", "{\"target\":\"http://h\"}",
	    "target: expected an object, not \"http://h\"" },
	{ "phases", "{\"phases\":{}}",
	    "phases: expected an array of phases, not an object" },
	{ "a phase", "{\"phases\":[null]}",
	    "phases[0]: expected an object, not null" },
	{ "url", "{\"target\":{\"url\":5}}",
	    "target.url: expected a string, not 5" },
	{ "a count with a fraction", "{\"maxConcurrency\":1.5}",
	    "maxConcurrency: expected a whole number, not 1.5" },
	{ "a negative count", "{\"phases\":[{\"steps\":-1}]}",
	    "phases[0].steps: expected a whole number, not -1" },
	{ "a count as a string", "{\"seed\":\"7\"}",
	    "seed: expected a whole number, not \"7\"" },
	{ "keepAlive", "{\"target\":{\"keepAlive\":1}}",
	    "target.keepAlive: expected true or false, not 1" },
	{ "headers", "{\"target\":{\"headers\":[]}}",
	    "target.headers: expected an object of strings, not an array" },
	{ "a header", "{\"target\":{\"headers\":{\"A\":true}}}",
	    "target.headers.A: expected a string, not a boolean" },
	{ "headerList", "{\"target\":{\"headerList\":{}}}",
	    "target.headerList: expected an array, not an object" },
	{ "duration", "{\"phases\":[{\"duration\":\"10 s\"}]}",
	    "phases[0].duration: expected a duration such as \"300ms\", or a "
	    "whole number of nanoseconds, not \"10 s\"" },
	{ "timeout", "{\"target\":{\"timeout\":1e9}}",
	    "target.timeout: expected a duration such as \"300ms\", or a "
	    "whole number of nanoseconds, not 1e9" },
	{ "warmup", "{\"warmup\":-1}",
	    "warmup: expected a duration such as \"300ms\", or a "
	    "whole number of nanoseconds, not -1" },
	{ "two intervals", "{\"interval\":1,\"reporting\":{\"interval\":1}}",
	    "reporting.interval: interval and reporting.interval are the "
	    "same; there can be only one of them" },
	{ "unset variable", "{\"target\":{\"headers\":{\"A\":"
	    "\"${PLAN_UNSET}\"}}}",
	    "target.headers.A: the variable PLAN_UNSET is not set" },
	{ "unterminated variable", "{\"thresholds\":[\"p99<1s\",\"${\"]}",
	    "thresholds[1]: \"${\" without \"}\"" },
	{ "percentiles", "{\"percentiles\":99}",
	    "percentiles: expected an array of numbers, not 99" },
	{ "a percentile", "{\"percentiles\":[99.9,100]}",
	    "percentiles[1]: expected a number above 0 and below 100, "
	    "not 100" },
	{ "a percentile as text", "{\"percentiles\":[\"99\"]}",
	    "percentiles[0]: expected a number above 0 and below 100, "
	    "not \"99\"" },
	{ "thresholds", "{\"thresholds\":\"p99<1s\"}",
	    "thresholds: expected an object, or an array of strings such as "
	    "\"p99<250ms\", not \"p99<1s\"" },
	{ "a threshold", "{\"thresholds\":[\"p99<1\"]}",
	    "thresholds[0]: p99<1: expected a duration such as 250ms, "
	    "not \"1\"" },
	{ "no threshold", "{\"thresholds\":[{}]}",
	    "thresholds[0]: expected a string such as \"p99<250ms\", "
	    "not an object" },
	{ "an error rate above 1", "{\"thresholds\":{\"errorRate\":1.5}}",
	    "thresholds.errorRate: expected a number from 0 to 1, not 1.5" },
	{ "an error rate of 0", "{\"thresholds\":{\"errorRate\":0}}",
	    "thresholds.errorRate: 0 would be no limit: leave it out, or "
	    "write [\"errors<=0\"] for thresholds" },
	{ "a latency of 0", "{\"thresholds\":{\"maxP95Latency\":\"0s\"}}",
	    "thresholds.maxP95Latency: 0 would be no limit: leave it out, or "
	    "write [\"p95<=0\"] for thresholds" },
	/* Those that the decoder of the wire makes. */
	{ "phase type", "{\"phases\":[{\"type\":\"spkie\"}]}",
	    "phases[0].type: unknown value \"spkie\"; "
	    "did you mean \"spike\"?" },
	{ "policy", "{\"saturationPolicy\":\"dorp\"}",
	    "saturationPolicy: unknown value \"dorp\"; "
	    "did you mean \"drop\"?" },
	{ "a NUL in the URL", "{\"target\":{\"url\":\"http://h\\u0000\"}}",
	    "url: must be a string without NUL" },
};

static const struct text_test limit_tests[] = {
	{ "none", "{\"thresholds\":{}}", "" },
	{ "array", "{\"thresholds\":[\" p99 < 1s \",\"rate>5\"]}",
	    "p99 < 1s;rate>5;" },
	{ "all members", "{\"thresholds\":{\"errorRate\":0.01,"
	    "\"maxDroppedRate\":0.0005,\"maxMeanLatency\":\"200ms\","
	    "\"maxP95Latency\":1500000000,\"maxP99Latency\":\"90s\"}}",
	    "errors<=1%;dropped<=0.05%;mean<=200ms;p95<=1.5s;p99<=1m30s;" },
	{ "no binary fraction", "{\"thresholds\":{\"errorRate\":0.29,"
	    "\"maxDroppedRate\":0.07}}", "errors<=29%;dropped<=7%;" },
	{ "all and little", "{\"thresholds\":{\"errorRate\":1,"
	    "\"maxDroppedRate\":1e-9}}", "errors<=100%;dropped<=0.0000001%;" },
};

static void
setup(void)
{
	setenv("PLAN_A", "alpha", 1);
	setenv("PLAN_QUOTE", "\",", 1);
	unsetenv("PLAN_UNSET");
}

static void
assert_text(const char *descr, const char *got, const char *want)
{
	ck_assert_msg(strcmp(got, want) == 0, "%s:\n got %s\nwant %s", descr,
	    got, want);
}

/* As plan_from_json, from a copy of just len bytes. */
static int
read_plan(struct plan *plan, const char *text, size_t len,
    char why[WIRE_TEXT_MAX])
{
	char *copy;
	int rc;

	copy = xcalloc(1, len > 0 ? len : 1);
	memcpy(copy, text, len);
	plan_init(plan);
	why[0] = '\0';
	rc = plan_from_json(plan, copy, len, why);
	free(copy);
	return rc;
}

START_TEST(test_plan)
{
	const struct text_test *t = &plan_tests[_i];
	char why[WIRE_TEXT_MAX];
	struct json_out w;
	struct plan plan;
	struct buf out;

	ck_assert_msg(read_plan(&plan, t->input, strlen(t->input), why) == 0,
	    "%s: %s", t->descr, why);
	buf_init(&out, JSON_TEXT_MAX);
	json_out_start(&w, &out, false);
	run_request_to_json(&plan.req, &w);
	ck_assert_int_eq(json_out_end(&w), 0);
	assert_text(t->descr, buf_str(&out), t->want);
	buf_clear(&out);
	plan_clear(&plan);
}
END_TEST

/* Cut anywhere, a plan is refused in one line, and nothing is read beyond. */
START_TEST(test_plan_cut)
{
	const struct text_test *t = &plan_tests[_i];
	char why[WIRE_TEXT_MAX];
	struct plan plan;
	size_t len;

	for (len = 0; len < strlen(t->input); len++) {
		ck_assert_int_eq(read_plan(&plan, t->input, len, why), -1);
		ck_assert_ptr_null(strchr(why, '\n'));
		plan_clear(&plan);
	}
}
END_TEST

/* A random byte changed may be refused, or not; nothing else. */
START_TEST(test_plan_noise)
{
	const struct text_test *t;
	char text[1024], why[WIRE_TEXT_MAX];
	struct plan plan;
	uint32_t random = 1;
	size_t len;
	int i;

	for (i = 0; i < 20000; i++) {
		t = &plan_tests[(size_t)i % UTIL_NELEM(plan_tests)];
		len = strlen(t->input);
		ck_assert_uint_lt(len, sizeof(text));
		memcpy(text, t->input, len);
		random = random * 1664525 + 1013904223;
		text[random % len] = "\"\\{}[],:09-e$ a"[random >> 16 & 15];
		if (read_plan(&plan, text, len, why) == 0)
			run_request_check(&plan.req, why);
		ck_assert_ptr_null(strchr(why, '\n'));
		plan_clear(&plan);
	}
}
END_TEST

START_TEST(test_plan_error)
{
	const struct text_test *t = &plan_errors[_i];
	char why[WIRE_TEXT_MAX];
	struct plan plan;

	ck_assert_msg(read_plan(&plan, t->input, strlen(t->input), why) == -1,
	    "%s", t->descr);
	assert_text(t->descr, why, t->want);
	plan_clear(&plan);
}
END_TEST

/* What has no place on the wire. */
START_TEST(test_plan_only)
{
	static const char text[] = "{\"warmup\":\"1.5s\","
	    "\"percentiles\":[99.9,99.99,99.9,1e1]}";
	char why[WIRE_TEXT_MAX];
	struct plan plan;

	ck_assert_msg(read_plan(&plan, text, strlen(text), why) == 0, "%s",
	    why);
	ck_assert_uint_eq(plan.req.warmup_ns, 1500000000);
	ck_assert_uint_eq(plan.npercentiles, 3);
	ck_assert_double_eq(plan.percentiles[1], 99.99);
	ck_assert_double_eq(plan.percentiles[2], 10);
	plan_clear(&plan);
	plan_clear(&plan);
}
END_TEST

/* The weights may stand before or behind, or be absent. */
static const struct text_test worker_tests[] = {
	{ "none", "{\"workers\":[],\"workerWeights\":[]}", "" },
	{ "without weights", "{\"workers\":[\"a:1\",\"unix:/b\"],"
	    "\"workerWeights\":null}", "a:1=1;unix:/b=1;" },
	{ "weights behind", "{\"workers\":[\"a:1\",\"${PLAN_A}\"],"
	    "\"workerWeights\":[3,1000000]}", "a:1=3;alpha=1000000;" },
	{ "weights before", "{\"workerWeights\":[2,3],"
	    "\"workers\":[\"a:1\",\"http://b:2\"]}", "a:1=2;http://b:2=3;" },
};

START_TEST(test_workers)
{
	const struct text_test *t = &worker_tests[_i];
	char why[WIRE_TEXT_MAX];
	struct plan plan;
	struct buf got;
	size_t i, len;

	ck_assert_msg(read_plan(&plan, t->input, strlen(t->input), why) == 0,
	    "%s: %s", t->descr, why);
	buf_init(&got, 4096);
	for (i = 0; i < plan.fleet.n; i++)
		buf_addf(&got, "%s=%u;", plan.fleet.workers[i].name,
		    (unsigned int)plan.fleet.workers[i].weight);
	assert_text(t->descr, buf_str(&got), t->want);
	buf_clear(&got);
	plan_clear(&plan);
	for (len = 0; len < strlen(t->input); len++) {
		ck_assert_int_eq(read_plan(&plan, t->input, len, why), -1);
		plan_clear(&plan);
	}
}
END_TEST

START_TEST(test_limits)
{
	const struct text_test *t = &limit_tests[_i];
	char why[WIRE_TEXT_MAX];
	struct plan plan;
	struct buf got;
	size_t i;

	ck_assert_msg(read_plan(&plan, t->input, strlen(t->input), why) == 0,
	    "%s: %s", t->descr, why);
	buf_init(&got, 4096);
	for (i = 0; i < plan.nthresholds; i++)
		buf_addf(&got, "%s;", plan.thresholds[i].text);
	assert_text(t->descr, buf_str(&got), t->want);
	buf_clear(&got);
	plan_clear(&plan);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("plan_file");
	TCase *tc;

	tc = tcase_create("plan");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, test_plan, 0, UTIL_NELEM(plan_tests));
	tcase_add_loop_test(tc, test_plan_cut, 0, UTIL_NELEM(plan_tests));
	tcase_add_test(tc, test_plan_noise);
	tcase_add_loop_test(tc, test_plan_error, 0, UTIL_NELEM(plan_errors));
	tcase_add_loop_test(tc, test_workers, 0, UTIL_NELEM(worker_tests));
	tcase_add_test(tc, test_plan_only);
	tcase_add_loop_test(tc, test_limits, 0, UTIL_NELEM(limit_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
