/* SPDX-License-Identifier: MIT */
/*
 * diff/recorded.c: what --json wrote comes back to the bit, as far as it is
 * needed; bytes that are cut off, or of another kind, are refused with a line
 * that says where. Coarse histograms survive the way through JSON, too.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "diff/recorded.h"
#include "hist.h"
#include "json_write.h"
#include "tests/suite.h"
#include "wire/hist_json.h"

enum { TEXT_MAX = 1024 * 1024 };

static int	 read_text(struct recorded *, const char *, size_t, char *);
static Suite	*make_suite(void);

static void
setup(void)
{
	hist_init();
}

/* From memory of its exact size. -1 of what is no JSON, too. */
static int
read_text(struct recorded *r, const char *text, size_t len, char *why)
{
	char *copy = malloc(len > 0 ? len : 1);
	struct json_error error;
	struct json *doc;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	memset(r, 0, sizeof(*r));
	doc = json_parse(copy, len, &error);
	free(copy);
	return doc == NULL ? -1 : recorded_from_json(r, doc, why);
}

START_TEST(test_report)
{
	char why[WIRE_TEXT_MAX];
	struct recorded r;
	uint64_t n = 0;
	size_t i;

	ck_assert_int_eq(recorded_read(&r, "tests/report_failed_json.ref", why),
	    0);
	ck_assert(r.is_report);
	ck_assert_ptr_nonnull(r.plan);
	ck_assert(!r.result->is_valid);
	ck_assert_uint_eq(r.result->hist[RESULT_LATENCY].count,
	    r.result->n.completed);
	ck_assert(hist_is_sound(&r.result->hist[RESULT_SERVICE]));
	ck_assert_uint_gt(r.nsnapshots, 0);
	for (i = 0; i < r.nsnapshots; i++)
		n += r.snapshots[i].completed;
	ck_assert_uint_gt(n, 0);
	recorded_clear(&r);
	ck_assert_int_eq(recorded_read(&r, "tests/report_held_wire.ref", why),
	    0);
	ck_assert(!r.is_report);
	ck_assert_ptr_null(r.plan);
	recorded_clear(&r);
}
END_TEST

START_TEST(test_cut)
{
	char why[WIRE_TEXT_MAX];
	struct recorded r;
	struct buf text;
	size_t len;

	buf_init(&text, TEXT_MAX);
	ck_assert_int_eq(buf_read_file(&text, "tests/report_failed_json.ref"),
	    0);
	for (len = 0; len + 3 < text.len; len += 61) {
		ck_assert_int_eq(read_text(&r, text.data, len, why), -1);
		recorded_clear(&r);
	}
	buf_clear(&text);
}
END_TEST

#define HEAD	"{\"schema_version\":1,\"summary\":{\"completed\":1},"
#define SLOT	"\"histograms\":{\"latency\":{\"layout\":\"800x16\","

static const struct {
	const char	*text;
	const char	*why;		/* NULL: it is taken */
} bad_rows[] = {
	{ "1", "this is no result" },
	{ "[]", "this is no result" },
	{ "{}", "this is no result" },
	{ "{\"schema_version\":2}", "schema_version: must be 1" },
	{ "{\"schema_version\":\"1\"}", "schema_version" },
	{ "{\"schema_version\":1}", "summary: must be an object" },
	{ "{\"schema_version\":1,\"summary\":{\"completed\":-1}}",
	    "summary.completed" },
	{ "{\"schema_version\":1,\"summary\":{\"duration_ms\":1e300}}",
	    "summary.duration_ms" },
	{ HEAD "\"x\":1}", "this report has no histograms" },
	{ HEAD "\"histograms\":[]}", "histograms" },
	{ HEAD "\"histograms\":{}}", NULL },
	{ HEAD SLOT "\"counts\":[[12802,1]]}}}", "counts" },
	{ HEAD SLOT "\"counts\":[[5,1],[3,1]]}}}", "counts" },
	{ HEAD SLOT "\"counts\":[[5,1]],\"min\":1,\"max\":1}}}",
	    "do not fit together" },
	{ HEAD SLOT "\"counts\":[[0,1]],\"min\":1,\"max\":1,"
	    "\"sum\":[0,1]}}}", NULL },
	{ HEAD "\"histograms\":{},\"snapshots\":{}}", "snapshots" },
	{ HEAD "\"histograms\":{},\"snapshots\":[1]}", "snapshots[0]" },
	{ HEAD "\"histograms\":{},\"snapshots\":[{}]}",
	    "snapshots[0].summary" },
	{ HEAD "\"histograms\":{},\"snapshots\":[{\"summary\":{},"
	    "\"latency_buckets\":[[800,1]]}]}",
	    "snapshots[0].latency_buckets" },
	{ HEAD "\"histograms\":{},\"snapshots\":[{\"summary\":{},"
	    "\"from_ms\":2,\"until_ms\":1}]}", "snapshots[0].until_ms" },
	{ HEAD "\"histograms\":{},\"snapshots\":[{\"summary\":{},"
	    "\"from_ms\":1,\"until_ms\":3},{\"summary\":{},"
	    "\"from_ms\":2,\"until_ms\":4}]}", "snapshots[1].from_ms" },
	{ HEAD "\"histograms\":{},\"snapshots\":[{\"summary\":{},"
	    "\"planned\":-1}]}", "snapshots[0].planned" },
	{ HEAD "\"histograms\":{},\"coarse_histograms\":{\"latency\":"
	    "{\"layout\":\"800\",\"counts\":[[1,2]],\"min\":5,\"max\":1}}}",
	    "do not fit together" },
};

START_TEST(test_bad)
{
	const char *text = bad_rows[_i].text, *want = bad_rows[_i].why;
	char why[WIRE_TEXT_MAX] = "";
	struct recorded r;

	if (want == NULL) {
		ck_assert_int_eq(read_text(&r, text, strlen(text), why), 0);
	} else {
		ck_assert_int_eq(read_text(&r, text, strlen(text), why), -1);
		ck_assert_msg(strstr(why, want) != NULL, "%s: %s", text, why);
	}
	recorded_clear(&r);
}
END_TEST

/* More than a report has would take hours, or more memory than there is. */
static const struct {
	const char	*head;
	const char	*before;	/* the number of a member, and behind */
	const char	*behind;
	const char	*tail;
	size_t		 max;
	const char	*why;
} many_rows[] = {
	{ "\"plan\":{", "\"m", "\":0", "}}", 200,
	    "plan: must be an object of at most 200 members" },
	{ "\"plan\":{\"target\":{", "\"m", "\":0", "}}}", 200,
	    "plan.target: must be an object of at most 200 members" },
	{ "\"snapshots\":[", "{\"summary\":{\"failed\":", "}}", "]}", 200000,
	    "snapshots: must be an array of at most 200000" },
};

START_TEST(test_many)
{
	char why[WIRE_TEXT_MAX];
	struct recorded r;
	struct buf text;
	size_t i, more;

	for (more = 0; more < 2; more++) {
		buf_init(&text, JSON_TEXT_MAX);
		buf_addf(&text, "%s\"histograms\":{},%s", HEAD,
		    many_rows[_i].head);
		for (i = 0; i < many_rows[_i].max + more; i++)
			buf_addf(&text, "%s%s%zu%s", i > 0 ? "," : "",
			    many_rows[_i].before, i, many_rows[_i].behind);
		buf_adds(&text, many_rows[_i].tail);
		ck_assert_int_eq(read_text(&r, text.data, text.len, why),
		    more == 0 ? 0 : -1);
		if (more > 0)
			ck_assert_str_eq(why, many_rows[_i].why);
		recorded_clear(&r);
		buf_clear(&text);
	}
}
END_TEST

START_TEST(test_coarse)
{
	struct coarse *c = xcalloc(2, sizeof(*c));
	char why[WIRE_TEXT_MAX];
	struct json_error error;
	struct json_out w;
	struct json *doc;
	struct buf text;

	c->count = 7;
	c->bucket[0] = 3;
	c->bucket[799] = 4;
	c->min_ns = 12;
	c->max_ns = UINT64_C(70000000000);
	c->sum_lo = UINT64_C(280000000036);
	buf_init(&text, TEXT_MAX);
	json_out_start(&w, &text, false);
	json_object(&w, NULL);
	coarse_to_json(&w, "x", c);
	json_close(&w);
	ck_assert_int_eq(json_out_end(&w), 0);
	doc = json_parse(text.data, text.len, &error);
	ck_assert_ptr_nonnull(doc);
	ck_assert_int_eq(coarse_from_json(c + 1, &(struct wire_reader){
	    json_root(doc), "", why }, "x"), 0);
	ck_assert_mem_eq(c, c + 1, sizeof(*c));
	json_free(doc);
	buf_clear(&text);
	free(c);
}
END_TEST

/* What is warm-up of an interval is in neither its time nor its plan. */
START_TEST(test_warmup)
{
	static const char text[] = HEAD "\"histograms\":{},\"snapshots\":["
	    "{\"summary\":{\"duration_ms\":0},\"from_ms\":0,"
	    "\"until_ms\":200,\"planned\":20},"
	    "{\"summary\":{\"completed\":15,\"duration_ms\":150},"
	    "\"from_ms\":200,\"until_ms\":400,\"planned\":20},"
	    "{\"summary\":{\"completed\":20,\"duration_ms\":200},"
	    "\"from_ms\":400,\"until_ms\":600,\"planned\":20}]}";
	char why[WIRE_TEXT_MAX];
	struct recorded r;

	ck_assert_int_eq(read_text(&r, text, strlen(text), why), 0);
	ck_assert_uint_eq(r.nsnapshots, 3);
	ck_assert_uint_eq(r.snapshots[1].from_ns, 250 * NS_PER_MS);
	ck_assert_uint_eq(r.snapshots[1].until_ns, 400 * NS_PER_MS);
	ck_assert(r.snapshots[1].planned > 14.99 &&
	    r.snapshots[1].planned < 15.01);
	ck_assert_uint_eq(r.snapshots[2].from_ns, 400 * NS_PER_MS);
	recorded_clear(&r);
}
END_TEST

START_TEST(test_differences)
{
	static const char head[] = HEAD "\"histograms\":{},\"plan\":";
	static const char *const plans[] = {
		"{\"phases\":[1],\"target\":{\"url\":\"a\"},\"x\":1}}",
		"{\"phases\":[2],\"target\":{\"url\":\"b\"},\"seed\":3}}",
	};
	char names[RECORDED_DIFFERENCES_MAX][RECORDED_NAME_MAX];
	char text[256], why[WIRE_TEXT_MAX];
	struct recorded r[2];
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "%s%s", head, plans[i]);
		ck_assert_int_eq(read_text(&r[i], text, strlen(text), why), 0);
	}
	ck_assert_uint_eq(recorded_differences(names, &r[0], &r[0]), 0);
	ck_assert_uint_eq(recorded_differences(names, &r[0], &r[1]), 3);
	ck_assert_str_eq(names[0], "phases");
	ck_assert_str_eq(names[1], "x");
	ck_assert_str_eq(names[2], "target.url");
	recorded_clear(&r[0]);
	recorded_clear(&r[1]);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("recorded");
	TCase *tc;

	tc = tcase_create("files");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_report);
	tcase_add_test(tc, test_cut);
	tcase_add_loop_test(tc, test_bad, 0, UTIL_NELEM(bad_rows));
	tcase_add_loop_test(tc, test_many, 0, UTIL_NELEM(many_rows));
	tcase_add_test(tc, test_coarse);
	tcase_add_test(tc, test_warmup);
	tcase_add_test(tc, test_differences);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
