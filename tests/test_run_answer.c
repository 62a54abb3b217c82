/* SPDX-License-Identifier: MIT */

/*
 * fleet/run_answer.c: every kind of answer that a worker can give to a run,
 * whole, byte by byte and cut at every point; what is heard must not depend on
 * how the bytes came.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "fleet/run_answer.h"
#include "http.h"
#include "json.h"
#include "tests/suite.h"

#define STREAM	"Content-Type: application/x-ndjson\r\n"
#define JSON	"Content-Type: application/json\r\n"

static const struct answer_test {
	const char	*descr;
	int		 status;
	const char	*fields;
	const char	*body;
	const char	*want;		/* all that was heard */
} answer_tests[] = {
	{ "a document", 200, JSON, "{\"total\":1}\n", "result 1;" },
	{ "a document without a type", 200, "", "{\"total\":2}", "result 2;" },
	{ "a Go document", 200, JSON, "{\"total\":3,\"snapshot\":{}}",
	    "result 3;" },
	{ "no document", 200, JSON, "", "failed its answer is no JSON: "
	    "text ends too early (byte 0);" },
	{ "half a document", 200, JSON, "{\"total\":", "failed its answer is "
	    "no JSON: text ends too early (byte 9);" },
	{ "a stream", 200, STREAM, "{\"snapshot\":{\"index\":0}}\n"
	    "{\"snapshot\":{\"index\":1}}\n{\"result\":{\"total\":7}}\n",
	    "snapshot 0;snapshot 1;result 7;" },
	{ "a stream with a parameter", 200,
	    "Content-Type: application/x-ndjson; charset=utf-8\r\n",
	    "{\"result\":{\"total\":7}}\n", "result 7;" },
	{ "blank lines between", 200, STREAM,
	    "\n{\"snapshot\":{\"index\":0}}\n\n{\"result\":{\"total\":7}}\n\n",
	    "snapshot 0;result 7;" },
	{ "an error with a result", 200, STREAM,
	    "{\"error\":\"it died\",\"result\":{\"total\":7}}\n",
	    "result 7 it died;" },
	{ "an error alone", 200, STREAM, "{\"error\":\"it died\"}\n",
	    "failed it died;" },
	{ "nothing follows the last word", 200, STREAM,
	    "{\"result\":{\"total\":7}}\n{\"result\":{\"total\":8}}\nx\n",
	    "result 7;" },
	{ "a stream without an end", 200, STREAM,
	    "{\"snapshot\":{\"index\":0}}\n",
	    "snapshot 0;failed its stream ended without a result;" },
	{ "a cut line", 200, STREAM, "{\"snapshot\":{\"index\":0}}\n{\"res",
	    "snapshot 0;failed its stream ended without a result;" },
	{ "an empty stream", 200, STREAM, "",
	    "failed its stream ended without a result;" },
	{ "a line that is neither", 200, STREAM, "{\"x\":1}\n",
	    "failed it streams what is neither snapshot nor result;" },
	{ "a line that is no object", 200, STREAM, "7\n",
	    "failed it streams what is neither snapshot nor result;" },
	{ "a line that is no JSON", 200, STREAM, "{\"snapshot\":{}]\n",
	    "failed its answer is no JSON: expected ',' or '}' "
	    "(byte 14);" },
	{ "refused", 400, "", "phases: there must be at least one\nmore\n",
	    "failed it refused: 400: phases: there must be at least one;" },
	{ "refused without a word", 503, "", "",
	    "failed it refused: 503 Service Unavailable;" },
	{ "refused by a stream", 500, STREAM, "{\"result\":{}}\n",
	    "failed it refused: 500: {\"result\":{}};" },
};

static struct buf heard;

static unsigned long long
number(const struct json_value *v, const char *name)
{
	uint64_t n = 99;

	ck_assert_int_eq(json_to_uint(json_get(v, name), &n), 0);
	return n;
}

static void
on_snapshot(void *arg, const struct json_value *v)
{
	ck_assert_ptr_eq(arg, &heard);
	buf_addf(&heard, "snapshot %llu;", number(v, "index"));
}

static void
on_result(void *arg, const struct json_value *v, const char *error)
{
	ck_assert_ptr_eq(arg, &heard);
	buf_addf(&heard, "result %llu%s%s;", number(v, "total"),
	    error != NULL ? " " : "", error != NULL ? error : "");
}

static void
on_failed(void *arg, const char *why)
{
	ck_assert_ptr_eq(arg, &heard);
	buf_addf(&heard, "failed %s;", why);
}

static const struct run_answer_hooks hooks = { on_snapshot, on_result,
    on_failed, &heard };

static void
begin(struct run_answer *a, int status, const char *fields)
{
	struct http_head h;
	char *bytes = xasprintf("HTTP/1.1 %d X\r\n%s\r\n", status, fields);
	size_t scanned = 0;

	buf_reset(&heard);
	run_answer_init(a, &hooks);
	ck_assert_int_gt(http_read_answer(bytes, strlen(bytes), &scanned,
	    false, &h), 0);
	run_answer_head(a, &h);
	free(bytes);
}

/* Of the exact size: one byte too far is seen. */
static void
give(struct run_answer *a, const char *p, size_t len)
{
	char *copy = xcalloc(1, len + (len == 0));

	memcpy(copy, p, len);
	run_answer_body(a, copy, len);
	free(copy);
}

static void
end(struct run_answer *a, const struct answer_test *t)
{
	run_answer_end(a);
	run_answer_end(a);
	ck_assert_msg(strcmp(buf_str(&heard), t->want) == 0, "%s: %s",
	    t->descr, buf_str(&heard));
	ck_assert(a->is_over);
	run_answer_clear(a);
}

START_TEST(test_answer)
{
	const struct answer_test *t = &answer_tests[_i];
	size_t i, len = strlen(t->body);
	struct run_answer a;

	buf_init(&heard, 4096);
	begin(&a, t->status, t->fields);
	give(&a, t->body, len);
	end(&a, t);
	begin(&a, t->status, t->fields);
	for (i = 0; i < len; i++)
		give(&a, t->body + i, 1);
	end(&a, t);
	for (i = 0; i <= len; i++) {
		begin(&a, t->status, t->fields);
		give(&a, t->body, i);
		give(&a, t->body + i, len - i);
		end(&a, t);
	}
	buf_clear(&heard);
}
END_TEST

/* Whoever hears a snapshot may have had enough. */
static void
on_enough(void *arg, const struct json_value *v)
{
	(void)v;
	buf_adds(&heard, "enough;");
	run_answer_clear(arg);
}

START_TEST(test_cleared)
{
	const struct answer_test *t = &answer_tests[5];
	struct run_answer a;

	buf_init(&heard, 4096);
	begin(&a, t->status, t->fields);
	a.hooks.snapshot = on_enough;
	a.hooks.arg = &a;
	give(&a, t->body, strlen(t->body));
	give(&a, t->body, strlen(t->body));
	run_answer_end(&a);
	ck_assert_str_eq(buf_str(&heard), "enough;");
	buf_clear(&heard);
}
END_TEST

/* A line without an end, and a refusal without one. */
START_TEST(test_too_large)
{
	struct run_answer a;
	char *bytes = xcalloc(1, 1024 * 1024);
	int i;

	memset(bytes, ' ', 1024 * 1024);
	buf_init(&heard, 4096);
	begin(&a, 200, STREAM);
	for (i = 0; i < 20; i++)
		run_answer_body(&a, bytes, 1024 * 1024);
	ck_assert_str_eq(buf_str(&heard), "failed its answer is too large;");
	ck_assert_uint_eq(a.text.cap, 0);
	begin(&a, 400, "");
	for (i = 0; i < 20; i++)
		run_answer_body(&a, bytes, 1024);
	ck_assert_uint_eq(a.text.len, 4096);
	run_answer_end(&a);
	buf_clear(&heard);
	free(bytes);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("run_answer");
	TCase *tc;

	tc = tcase_create("answers");
	tcase_add_loop_test(tc, test_answer, 0, UTIL_NELEM(answer_tests));
	tcase_add_test(tc, test_cleared);
	tcase_add_test(tc, test_too_large);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
