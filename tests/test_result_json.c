/* SPDX-License-Identifier: MIT */
/*
 * wire/result_json.c: WorkerResults byte for byte as the Go program writes
 * them, what is read of its documents and of ours, and every refusal by its
 * text.
 */

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "hist.h"
#include "json.h"
#include "json_write.h"
#include "result.h"
#include "tests/result_rig.h"
#include "tests/suite.h"
#include "wire/result_json.h"

static void
setup(void)
{
	hist_init();
}

static void
add_buckets(struct buf *out, const char *name, uint64_t ns, int count)
{
	buf_addf(out, ",\"%s\":", name);
	add_counts(out, HIST_COARSE, ns, count);
}

static void
assert_result(const struct result *r, const char *want)
{
	struct buf out;

	write_result(&out, r);
	ck_assert_str_eq(buf_str(&out), want);
	buf_clear(&out);
}

START_TEST(test_result_empty)
{
	struct result *r = result_new(0);

	assert_result(r, "{\"total\":0,\"failed\":0,\"duration\":0,"
	    "\"scheduled\":0,\"started\":0,\"dropped\":0,\"droppedRate\":0,"
	    "\"completed\":0,\"maxActive\":0,\"latency\":{\"min\":0,"
	    "\"mean\":0,\"p50\":0,\"p90\":0,\"p95\":0,\"p99\":0,\"max\":0},"
	    "\"ttfb\":{\"min\":0,\"mean\":0,\"p50\":0,\"p90\":0,\"p95\":0,"
	    "\"p99\":0,\"max\":0},\"bytesIn\":0,\"bytesOut\":0,"
	    "\"statusCounts\":{},\"errorCounts\":null,\"buckets\":null,"
	    "\"ttfbBuckets\":null,\"lost\":0,\"retried\":0}");
	result_free(r);
	result_free(NULL);
}
END_TEST

/* Where all values are the same, so are the percentiles. */
START_TEST(test_result)
{
	struct result *r = result_new(0);
	struct buf want;
	int i;

	r->n = (struct counters){ .scheduled = 80, .started = 70,
	    .dropped = 10, .completed = 69, .failed = 14, .retried = 3,
	    .bytes_in = 1234, .bytes_out = 56 };
	r->n.status[200] = 55;
	r->n.status[404] = 1;
	r->n.status[999] = 13;
	for (i = CATEGORY_NONE; i < CATEGORIES; i++)
		r->n.category[i] = (uint64_t)i;
	r->duration_ns = 10000000001;
	r->max_active = 12;
	r->lost = 1;
	for (i = 0; i < 69; i++)
		hist_record(&r->hist[RESULT_LATENCY], 5000000);
	hist_record(&r->hist[RESULT_TTFB], 500);

	buf_init(&want, JSON_TEXT_MAX);
	buf_adds(&want, "{\"total\":69,\"failed\":14,"
	    "\"duration\":10000000001,\"scheduled\":80,\"started\":70,"
	    "\"dropped\":10,\"droppedRate\":0.125,\"completed\":69,"
	    "\"maxActive\":12,\"latency\":{\"min\":5000000,"
	    "\"mean\":5000000,\"p50\":5000000,\"p90\":5000000,"
	    "\"p95\":5000000,\"p99\":5000000,\"max\":5000000},"
	    "\"ttfb\":{\"min\":500,\"mean\":500,\"p50\":500,\"p90\":500,"
	    "\"p95\":500,\"p99\":500,\"max\":500},\"bytesIn\":1234,"
	    "\"bytesOut\":56,\"statusCounts\":{\"200\":55,\"404\":1,"
	    "\"999\":13},\"errorCounts\":{\"check_failed\":2,"
	    "\"context_canceled\":6,\"deadline_exceeded\":3,"
	    "\"http_status_error\":1,\"timeout\":4,\"transport\":5,"
	    "\"unknown_error\":7}");
	add_buckets(&want, "buckets", 5000000, 69);
	add_buckets(&want, "ttfbBuckets", 500, 1);
	buf_adds(&want, ",\"lost\":1,\"retried\":3,"
	    "\"sums\":{\"latency\":[0,345000000],\"ttfb\":[0,500]},"
	    "\"fine\":{\"latency\":{\"layout\":\"800x16\",\"min\":5000000,"
	    "\"max\":5000000,\"sum\":[0,345000000],");
	buf_addf(&want, "\"counts\":[[%zu,69]]},\"ttfb\":{\"layout\":"
	    "\"800x16\",\"min\":500,\"max\":500,\"sum\":[0,500],"
	    "\"counts\":[[0,1]]}}}", hist_slot(5000000));
	assert_result(r, buf_str(&want));
	buf_clear(&want);
	result_free(r);
}
END_TEST

/* Percentiles come from the 800 buckets, as every program's do. */
START_TEST(test_result_percentiles)
{
	struct result *r = result_new(0);
	struct json_out w;
	struct json *doc;
	struct json_value *latency;
	uint64_t counts[HIST_COARSE], got;
	struct buf out;
	uint64_t i;

	for (i = 1; i <= 1000; i++)
		hist_record(&r->hist[RESULT_LATENCY], i * 7919);
	hist_coarse(&r->hist[RESULT_LATENCY], counts);
	buf_init(&out, JSON_TEXT_MAX);
	json_out_start(&w, &out, true);
	result_to_json(r, &w, NULL);
	ck_assert_int_eq(json_out_end(&w), 0);
	doc = parse(out.data, out.len);
	ck_assert_ptr_nonnull(doc);
	latency = json_get(json_root(doc), "latency");
	ck_assert_int_eq(json_to_uint(json_get(latency, "p95"), &got), 0);
	ck_assert_uint_eq(got,
	    hist_coarse_percentile(counts, 95, 7919, 7919000));
	ck_assert_int_eq(json_to_uint(json_get(latency, "mean"), &got), 0);
	ck_assert_uint_eq(got, 7919 * 1001 / 2);
	ck_assert_int_eq(json_to_uint(json_get(latency, "max"), &got), 0);
	ck_assert_uint_eq(got, 7919000);
	json_free(doc);
	buf_clear(&out);
	result_free(r);
}
END_TEST

/* All extensions at once, each as it goes over the wire. */
START_TEST(test_extensions)
{
	struct result *r = result_new(1);
	struct buf out;
	const char *tail;

	r->n.redirected = 4;
	r->n.connects = 5;
	r->n.handshakes = 4;
	r->n.resumed = 3;
	result_set_tls(r, "TLSv1.3", "AES");
	r->n.error[PART_CONNECT][CAUSE_TIMEOUT] = 6;
	r->is_valid = false;
	r->nreasons = 1;
	wire_refuse(r->reasons[0], "late");
	r->generators[0] = (struct generator_stat){ .pid = 7,
	    .took_part = true, .cpu_user_ns = 8, .cpu_sys_ns = 9,
	    .wall_ns = 10, .busiest_ppm = 11, .stops = 12, .lag_max_ns = 13 };
	r->has_start_error = true;
	r->start_error_ns = -14;
	r->is_partial = true;
	r->start_wall_ns = 15;
	r->signo = 2;
	wire_refuse(r->error, "stopped");
	snprintf(r->address, sizeof(r->address), "10.0.0.1:80");
	hist_record(&r->hist[RESULT_SERVICE], 16);
	hist_record(&r->hist[RESULT_PART + PART_TLS], 17);
	write_result(&out, r);
	tail = strstr(buf_str(&out), ",\"lost\"");
	ck_assert_str_eq(tail, ",\"lost\":0,\"retried\":0,\"redirected\":4,"
	    "\"connects\":5,\"handshakes\":4,\"resumed\":3,\"tls\":{"
	    "\"protocol\":\"TLSv1.3\",\"cipher\":\"AES\"},"
	    "\"service\":{\"layout\":\"800x16\",\"min\":16,\"max\":16,"
	    "\"sum\":[0,16],\"counts\":[[0,1]]},\"parts\":{"
	    "\"tls\":{\"layout\":\"800x16\",\"min\":17,\"max\":17,"
	    "\"sum\":[0,17],\"counts\":[[0,1]]}},\"errorTable\":["
	    "{\"part\":\"connect\",\"cause\":\"timeout\",\"count\":6}],"
	    "\"generator\":{\"valid\":false,\"reasons\":[\"late\"],\"cpu\":["
	    "{\"pid\":7,\"tookPart\":true,\"died\":false,\"user\":8,"
	    "\"system\":9,\"wall\":10,\"busiestPpm\":11,\"stops\":12,"
	    "\"lagMax\":13}]},\"startError\":-14,\"partial\":true,"
	    "\"startedAt\":15,\"address\":\"10.0.0.1:80\","
	    "\"error\":\"stopped\",\"signal\":2}");
	buf_clear(&out);
	result_free(r);
}
END_TEST

/* What the Go programs of both versions write. */
#define GO_COUNTS	"{'total':10,'failed':3,'duration':2000000000," \
			"'scheduled':12,'started':10,'dropped':2," \
			"'droppedRate':0.16666666666666666,'completed':10," \
			"'maxActive':4,"
#define GO_LATENCY	"{'min':4990000,'mean':5000001,'p50':5000000," \
			"'p90':5000001,'p95':5000002,'p99':5000003," \
			"'max':5010000}"
#define GO_MAPS		"'statusCounts':{'200':7,'503':2}," \
			"'errorCounts':{'http_status_error':2,'odd':1},"
#define GO_060		GO_COUNTS "'latency':" GO_LATENCY "," GO_MAPS \
			"'buckets':$5}"
#define GO_070		GO_COUNTS "'latency':" GO_LATENCY ",'ttfb':" \
			GO_LATENCY ",'bytesIn':100,'bytesOut':20," GO_MAPS \
			"'buckets':$5,'ttfbBuckets':$5}"

static void
assert_go(const char *short_text, uint64_t ttfb, uint64_t bytes_in)
{
	char why[WIRE_TEXT_MAX] = "";
	const char *warning;
	struct summary s;
	struct result *r;
	struct buf text;

	make_text(&text, short_text);
	r = read_result(&text, &warning, why);
	ck_assert_msg(r != NULL, "%s", why);
	ck_assert_uint_eq(r->n.completed, 10);
	ck_assert_uint_eq(r->n.failed, 3);
	ck_assert_uint_eq(r->n.scheduled, 12);
	ck_assert_uint_eq(r->n.started, 10);
	ck_assert_uint_eq(r->n.dropped, 2);
	ck_assert_uint_eq(r->n.bytes_in, bytes_in);
	ck_assert_uint_eq(r->duration_ns, 2000000000);
	ck_assert_uint_eq(r->max_active, 4);
	ck_assert_uint_eq(r->n.status[200], 7);
	ck_assert_uint_eq(r->n.status[503], 2);
	ck_assert_uint_eq(r->n.category[CATEGORY_HTTP_STATUS], 2);
	ck_assert_uint_eq(r->nothers, 1);
	ck_assert_str_eq(r->others[0].name, "odd");
	ck_assert(result_is_coarse(r));
	ck_assert(r->is_valid);
	ck_assert_uint_eq(r->hist[RESULT_LATENCY].count, 0);
	result_summary(&s, r, RESULT_LATENCY);
	ck_assert_uint_eq(s.count, 10);
	ck_assert_uint_eq(s.min_ns, 4990000);
	ck_assert_uint_eq(s.mean_ns, 5000001);
	ck_assert_uint_eq(s.max_ns, 5010000);
	result_summary(&s, r, RESULT_TTFB);
	ck_assert_uint_eq(s.count, ttfb);
	buf_clear(&text);
	result_free(r);
}

START_TEST(test_go)
{
	assert_go(GO_060, 0, 0);
	assert_go(GO_070, 10, 100);
}
END_TEST

/* The rest of the 800 buckets, when some of them have slots. */
static const struct coarse_test {
	const char	*descr;
	const char	*input;
	uint64_t	 fine;
	uint64_t	 coarse;
	uint64_t	 sum_lo;	/* of coarse */
} coarse_tests[] = {
	{ "nothing", "{}", 0, 0, 0 },
	{ "null", "{'latency':null,'buckets':null,'fine':null,'sums':null,"
	    "'statusCounts':null,'errorCounts':null,'generator':null}", 0, 0,
	    0 },
	{ "buckets alone", "{" LATENCY ",'buckets':$5}", 0, 10, 50000000 },
	{ "with their sum", "{'latency':{'min':5000000,'mean':5000000,"
	    "'max':5000001},'buckets':$5,'sums':{'latency':[0,50000003]}}",
	    0, 10, 50000003 },
	{ "all fine", "{" LATENCY ",'buckets':$5,'fine':{'latency':"
	    HIST("10", "50000000") "}}", 10, 0, 0 },
	{ "fine alone", "{'fine':{'latency':" HIST("10", "50000000") "}}",
	    10, 0, 0 },
	{ "fine, of no buckets", "{'buckets':[1],'fine':{'latency':"
	    HIST("10", "50000000") "}}", 10, 0, 0 },
	{ "both", "{" LATENCY ",'buckets':$5,'sums':{'latency':[0,50000000]},"
	    "'fine':{'latency':" HIST("3", "15000000") "}}", 3, 7,
	    35000000 },
	{ "both, no sum", "{" LATENCY ",'buckets':$5,'fine':{'latency':"
	    HIST("3", "15000000") "}}", 3, 7, 35000000 },
	{ "another layout", "{" LATENCY ",'buckets':$5,'fine':{'latency':"
	    "{'layout':'800x32','min':-1,'counts':'x'}}}", 0, 10, 50000000 },
	{ "no layout", "{" LATENCY ",'buckets':$5,'fine':{'latency':{}}}", 0,
	    10, 50000000 },
	{ "no counts", "{" LATENCY ",'buckets':$0,'fine':{'latency':"
	    "{'layout':'800x16','counts':[]}}}", 0, 0, 0 },
	{ "zeros in a run", "{'fine':{'latency':{'layout':'800x16',"
	    "'min':5000000,'max':5000000,'sum':[0,5000000],'counts':[[3,0,0],"
	    "[$s,1,0,0]]}}}", 1, 0, 0 },
};

START_TEST(test_coarse)
{
	const struct coarse_test *t = &coarse_tests[_i];
	char why[WIRE_TEXT_MAX] = "";
	const char *warning;
	struct coarse *c;
	struct result *r;
	struct buf text;

	make_text(&text, t->input);
	r = read_result(&text, &warning, why);
	ck_assert_msg(r != NULL, "%s: %s", t->descr, why);
	c = &r->coarse[RESULT_LATENCY];
	ck_assert_uint_eq(r->hist[RESULT_LATENCY].count, t->fine);
	ck_assert_uint_eq(c->count, t->coarse);
	ck_assert_uint_eq(c->bucket[hist_coarse_bucket(FIVE_MS)], t->coarse);
	ck_assert_uint_eq(c->sum_lo, t->sum_lo);
	ck_assert_uint_eq(c->sum_hi, 0);
	buf_clear(&text);
	result_free(r);
}
END_TEST

/* What is lenient: taken, though it could be better. */
START_TEST(test_taken)
{
	char why[WIRE_TEXT_MAX] = "";
	const char *warning = "";
	struct result *r;
	struct buf text;

	make_text(&text, "{'total':5,'completed':7,'lost':9,'scheduled':1,"
	    "'statusCounts':{'7':1,'007':2,'999':0},'errorCounts':{'none':1,"
	    "'a\\u0007':2},'errorTable':[{'part':'connect','cause':'timeout',"
	    "'count':3},{'part':'connect','cause':'timeout','count':4},"
	    "{'part':'soul','cause':'timeout'},{'cause':'x'},{}],"
	    "'generator':{'reasons':['a\\nb']},'error':'c\\td','x':[[{}]]}");
	r = read_result(&text, &warning, why);
	ck_assert_msg(r != NULL, "%s", why);
	ck_assert_uint_eq(r->n.completed, 7);
	ck_assert_uint_eq(r->n.status[7], 3);
	ck_assert_uint_eq(r->nothers, 2);
	ck_assert_uint_eq(r->n.error[PART_CONNECT][CAUSE_TIMEOUT], 7);
	ck_assert_str_eq(r->reasons[0], "a?b");
	ck_assert_str_eq(r->error, "c?d");
	ck_assert(r->is_valid);
	ck_assert_ptr_null(warning);
	buf_clear(&text);
	result_free(r);
	make_text(&text, "{'total':1,'buckets':$-}");
	r = read_result(&text, &warning, why);
	ck_assert_ptr_nonnull(r);
	ck_assert_str_eq(warning, "buckets that are not 800 were left out");
	ck_assert_uint_eq(r->n.completed, 1);
	ck_assert(!result_is_coarse(r));
	buf_clear(&text);
	result_free(r);
}
END_TEST

#define RUNS	"fine.latency.counts: must be runs of slots, ascending: " \
		"[[first,count,...],...]"
#define FINE(h)	"{'fine':{'latency':{'layout':'800x16'," h "}}}"

static const struct error_test error_tests[] = {
	{ "no object", "[]", "a result must be an object" },
	{ "a report", "{'schema_version':1,'total':5}", "this is a report of "
	    "--json: expected a result written with --wire" },
	{ "a count below 0", "{'total':-1}", "total" MUST_COUNT },
	{ "a count of 2^53", "{'started':9007199254740992}",
	    "started" MUST_COUNT },
	{ "a count with a point", "{'dropped':1.0}", "dropped" MUST_COUNT },
	{ "a count that is a string", "{'completed':'1'}",
	    "completed" MUST_COUNT },
	{ "a count with an exponent", "{'lost':1e3}", "lost" MUST_COUNT },
	{ "a duration below 0", "{'duration':-5}", "duration" MUST_NS },
	{ "a duration of 2^63", "{'duration':9223372036854775808}",
	    "duration: must be below 2^63" },
	{ "latency below 0", "{'latency':{'min':-1}}", "latency.min" MUST_NS },
	{ "latency is no object", "{'latency':5}",
	    "latency: must be an object" },
	{ "a status too large", "{'statusCounts':{'1000':1}}",
	    "statusCounts: \"1000\" is no status code" },
	{ "a status with zeros", "{'statusCounts':{'0200':1}}",
	    "statusCounts: \"0200\" is no status code" },
	{ "no status", "{'statusCounts':{'x':1}}",
	    "statusCounts: \"x\" is no status code" },
	{ "a status below 0", "{'statusCounts':{'-1':1}}",
	    "statusCounts: \"-1\" is no status code" },
	{ "a status with NUL", "{'statusCounts':{'200\\u0000':1}}",
	    "statusCounts: \"200\" is no status code" },
	{ "statuses without a sum", "{'statusCounts':{'1':9007199254740991,"
	    "'2':1}}", "statusCounts: must be an object of whole numbers, "
	    "below 2^53 all together" },
	{ "errors are no object", "{'errorCounts':[]}",
	    "errorCounts: must be an object" },
	{ "errors below 0", "{'errorCounts':{'x':-1}}", "errorCounts: must "
	    "be an object of whole numbers, below 2^53 all together" },
	{ "buckets are no array", "{'buckets':{}}",
	    "buckets: must be an array" },
	{ "mean above max", "{'latency':{'min':1,'mean':9,'max':8},"
	    "'buckets':$5}",
	    "latency: min, mean, max and buckets do not fit together" },
	{ "no latency of buckets", "{'latency':{'min':1},'buckets':$5}",
	    "latency: min, mean, max and buckets do not fit together" },
	{ "sum too large", "{" LATENCY ",'buckets':$5,'sums':{'latency':"
	    "[10,0]}}",
	    "latency: min, mean, max and buckets do not fit together" },
	{ "sum too small", "{" LATENCY ",'buckets':$5,'sums':{'latency':"
	    "[0,14999999]},'fine':{'latency':" HIST("3", "15000000") "}}",
	    "latency: min, mean, max and buckets do not fit together" },
	{ "a sum of one word", "{'sums':{'ttfb':[1]}}",
	    "sums.ttfb: must be [high,low], two words of a sum" },
	{ "a sum below 0", "{'sums':{'latency':[0,-1]}}",
	    "sums.latency: must be [high,low], two words of a sum" },
	{ "less than fine", "{" LATENCY ",'buckets':$5,'fine':{'latency':"
	    HIST("11", "55000000") "}}", "buckets: has less than "
	    "fine.latency" },
	{ "fine is no object", "{'fine':[]}", "fine: must be an object" },
	{ "layout is no string", "{'service':{'layout':1}}",
	    "service.layout: must be a string without NUL" },
	{ "counts are no array", FINE("'counts':1"),
	    "fine.latency.counts: must be an array" },
	{ "no run", FINE("'counts':[1]"), RUNS },
	{ "an empty run", FINE("'counts':[[]]"), RUNS },
	{ "runs in no order", FINE("'counts':[[5,1,1],[6,1]]"), RUNS },
	{ "no such slot", FINE("'counts':[[12802,1]]"), RUNS },
	{ "beyond the last slot", FINE("'counts':[[12801,1,0]]"), RUNS },
	{ "a slot near 2^64", FINE("'counts':[[18446744073709551615,1,1]]"),
	    RUNS },
	{ "a slot below 0", FINE("'counts':[[-1,1]]"), RUNS },
	{ "counts without a sum",
	    FINE("'counts':[[1,9007199254740991],[7,1]]"), RUNS },
	{ "a count that is null", FINE("'counts':[[1,null]]"), RUNS },
	{ "no min", FINE("'counts':[[$s,1]],'max':5000000,"
	    "'sum':[0,5000000]"),
	    "fine.latency: min, max, sum and counts do not fit together" },
	{ "max in another slot", FINE("'counts':[[$s,1]],'min':5000000,"
	    "'max':6000000,'sum':[0,5000000]"),
	    "fine.latency: min, max, sum and counts do not fit together" },
	{ "no sum", FINE("'counts':[[$s,1]],'min':5000000,'max':5000000"),
	    "fine.latency: min, max, sum and counts do not fit together" },
	{ "a bad part", "{'parts':{'first_byte':{'layout':'800x16',"
	    "'counts':[[0,1]],'max':2,'min':3}}}", "parts.first_byte: "
	    "min, max, sum and counts do not fit together" },
	{ "table", "{'errorTable':{}}", "errorTable: must be an array" },
	{ "a row", "{'errorTable':[{},5]}",
	    "errorTable[1]: must be an object" },
	{ "a row's count", "{'errorTable':[{'count':-1}]}",
	    "errorTable[0].count" MUST_COUNT },
	{ "rows without a sum", "{'errorTable':[{'count':9007199254740991},"
	    "{'count':1}]}",
	    "errorTable: must be below 2^53 all together" },
	{ "valid", "{'generator':{'valid':1}}",
	    "generator.valid: must be true or false" },
	{ "reasons", "{'generator':{'reasons':[1]}}",
	    "generator.reasons: must be strings" },
	{ "many reasons", "{'generator':{'reasons':['','','','','','','','',"
	    "'']}}", "generator.reasons: must be an array of at most 8" },
	{ "a generator", "{'generator':{'cpu':[{},{'wall':-1}]}}",
	    "generator.cpu[1].wall" MUST_NS },
	{ "a process", "{'generator':{'cpu':[{'pid':2147483648}]}}",
	    "generator.cpu[0].pid: must be a process" },
	{ "start error", "{'startError':1.5}",
	    "startError: must be a whole number of nanoseconds" },
	{ "the least start error", "{'startError':-9223372036854775808}",
	    "startError: must be a whole number of nanoseconds" },
	{ "signal", "{'signal':128}", "signal: must be a signal" },
	{ "address", "{'address':'0123456789012345678901234567890123456789"
	    "012345678901234567890123'}",
	    "address: must be at most 63 bytes" },
	{ "error", "{'error':5}", "error: must be a string without NUL" },
	{ "handshakes", "{'handshakes':-1}", "handshakes" MUST_COUNT },
	{ "resumed", "{'resumed':1.5}", "resumed" MUST_COUNT },
	{ "tls", "{'tls':'TLSv1.3'}", "tls: must be an object" },
	{ "protocol", "{'tls':{'protocol':1.3}}",
	    "tls.protocol: must be a string without NUL" },
	{ "a long protocol", "{'tls':{'protocol':"
	    "'012345678901234567890123456789012345678901234567'}}",
	    "tls.protocol: must be at most 47 bytes" },
	{ "a long cipher", "{'tls':{'protocol':'TLSv1.3','cipher':"
	    "'012345678901234567890123456789012345678901234567'}}",
	    "tls.cipher: must be at most 47 bytes" },
};

START_TEST(test_error)
{
	const struct error_test *t = &error_tests[_i];
	char why[WIRE_TEXT_MAX] = "";
	const char *warning;
	struct buf text;

	make_text(&text, t->input);
	ck_assert_msg(read_result(&text, &warning, why) == NULL, "%s",
	    t->descr);
	ck_assert_msg(strcmp(why, t->want) == 0, "%s: got \"%s\"", t->descr,
	    why);
	buf_clear(&text);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("result_json");
	TCase *tc;

	tc = tcase_create("write");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_result_empty);
	tcase_add_test(tc, test_result);
	tcase_add_test(tc, test_result_percentiles);
	tcase_add_test(tc, test_extensions);
	suite_add_tcase(s, tc);

	tc = tcase_create("read");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_go);
	tcase_add_loop_test(tc, test_coarse, 0, UTIL_NELEM(coarse_tests));
	tcase_add_test(tc, test_taken);
	tcase_add_loop_test(tc, test_error, 0, UTIL_NELEM(error_tests));
	suite_add_tcase(s, tc);

	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
