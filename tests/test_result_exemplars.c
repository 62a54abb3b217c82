/* SPDX-License-Identifier: MIT */
/*
 * wire/exemplar_json.c: exemplars as a member of a result; which of them a
 * reader takes, what it makes of their texts, and what it refuses.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "hist.h"
#include "json.h"
#include "json_write.h"
#include "tests/result_rig.h"
#include "tests/suite.h"
#include "wire/read.h"
#include "wire/result_json.h"

/* A result of ten requests that took 5 ms, two of which failed. */
#define RESULT(x)	"{'fine':{'latency':" HIST("10", "50000000") "}," \
			"'errorTable':[{'part':'connect','cause':'timeout'," \
			"'count':2}],'exemplars':" x "}"
#define FAILED		"{'at':3,'part':'connect','cause':'timeout'}"
#define ENTRY		"exemplars.slowest[0]."

static void
setup(void)
{
	hist_init();
}

static struct result *
take(const char *short_text)
{
	char why[WIRE_TEXT_MAX] = "";
	const char *warning;
	struct result *r;
	struct buf text;

	make_text(&text, short_text);
	r = read_result(&text, &warning, why);
	ck_assert_msg(r != NULL, "%s", why);
	buf_clear(&text);
	return r;
}

/* Each member as it goes over the wire, and nothing that says nothing. */
START_TEST(test_form)
{
	struct result *r = result_new(0);
	struct exemplar e;
	struct buf out;

	write_result(&out, r);
	ck_assert_ptr_null(strstr(buf_str(&out), "exemplars"));
	buf_clear(&out);
	memset(&e, 0, sizeof(e));
	e.wall_ns = 7;
	e.latency_ns = e.spent_ns[PART_TLS] = 9;
	exemplars_set_name(&r->exemplars, "X-Id");
	exemplars_add(&r->exemplars, &e);
	e.latency_ns = e.spent_ns[PART_TLS] = 8;
	e.generator = 1;
	e.local_port = 40000;
	e.status = 503;
	e.part = PART_TRANSFER;
	e.cause = CAUSE_STATUS;
	exemplar_set_worker(&e, "w:1");
	exemplar_set_header(&e, "a\"b", 3);
	exemplars_add_failed(&r->exemplars, &e);
	write_result(&out, r);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), ",\"exemplars\":{"
	    "\"header\":\"X-Id\",\"slowest\":[{\"at\":7,\"parts\":{\"tls\":9}"
	    "}],\"failed\":[{\"at\":7,\"parts\":{\"tls\":8},\"generator\":1,"
	    "\"port\":40000,\"status\":503,\"part\":\"transfer\","
	    "\"cause\":\"http_status\",\"worker\":\"w:1\","
	    "\"header\":\"a\\\"b\"}]}"));
	buf_clear(&out);
	result_free(r);
}
END_TEST

/* In any order, texts cut and made harmless, what nobody knows left out. */
START_TEST(test_taken)
{
	struct result *r = take(RESULT("{'header':'X-Id','future':[1],"
	    "'slowest':[{'at':1,'parts':{'tls':2,'soul':9}},"
	    "{'at':2,'parts':{'tls':5000000},'status':200,'x':null,"
	    "'worker':'\\u001b[2J','header':'a\\nb\\u00e4'}],"
	    "'failed':[" FAILED ",{'part':'connect','cause':'boredom'},"
	    "{'part':'soul','cause':'timeout'}]}"));
	const struct exemplars *x = &r->exemplars;

	ck_assert_str_eq(x->name, "X-Id");
	ck_assert_uint_eq(x->nslowest, 2);
	ck_assert_uint_eq(x->slowest[0].latency_ns, FIVE_MS);
	ck_assert_uint_eq(x->slowest[0].status, 200);
	ck_assert_str_eq(x->slowest[0].worker, "?[2J");
	ck_assert_str_eq(x->slowest[0].header, "a?b??");
	ck_assert_uint_eq(x->slowest[1].latency_ns, 2);
	ck_assert_uint_eq(x->nkinds, 1);
	ck_assert_uint_eq(x->kinds[0].nlast, 1);
	ck_assert_uint_eq(x->kinds[0].last[0].wall_ns, 3);
	result_free(r);
	r = take(RESULT("null"));
	ck_assert_uint_eq(r->exemplars.nslowest, 0);
	result_free(r);
	r = take(RESULT("{'slowest':[{'header':'of no name'}]}"));
	ck_assert_str_eq(r->exemplars.slowest[0].header, "");
	result_free(r);
}
END_TEST

START_TEST(test_long_texts)
{
	char many[5000];
	struct buf text;
	struct result *r;

	memset(many, 'x', sizeof(many));
	many[sizeof(many) - 1] = '\0';
	buf_init(&text, JSON_TEXT_MAX);
	buf_addf(&text, "{'fine':{'latency':%s},'exemplars':{'header':'X-Id',"
	    "'slowest':[{'worker':'%s','header':'%s'}]}}",
	    HIST("1", "5000000"), many, many);
	r = take(buf_str(&text));
	ck_assert_uint_eq(strlen(r->exemplars.slowest[0].worker),
	    EXEMPLAR_WORKER_MAX - 1);
	ck_assert_uint_eq(strlen(r->exemplars.slowest[0].header),
	    EXEMPLAR_HEADER_MAX - 1);
	buf_clear(&text);
	result_free(r);
}
END_TEST

static const struct error_test error_tests[] = {
	{ "no object", RESULT("[]"), "exemplars: must be an object" },
	{ "a header that is none", RESULT("{'header':'a b'}"),
	    "exemplars.header: must be one that can be sampled" },
	{ "a header with secrets", RESULT("{'header':'set-cookie'}"),
	    "exemplars.header: must be one that can be sampled" },
	{ "a header that is a number", RESULT("{'header':5}"),
	    "exemplars.header: must be a string without NUL" },
	{ "slowest is no list", RESULT("{'slowest':{}}"),
	    "exemplars.slowest: must be an array" },
	{ "too many", RESULT("{'slowest':[{},{},{},{},{},{},{},{},{},{},{}]}"),
	    "exemplars.slowest: must be an array of at most 10" },
	{ "no objects", RESULT("{'failed':[5]}"),
	    "exemplars.failed[0]: must be an object" },
	{ "a moment below 0", RESULT("{'slowest':[{'at':-1}]}"),
	    ENTRY "at" MUST_NS },
	{ "a part below 0", RESULT("{'slowest':[{'parts':{'lag':-1}}]}"),
	    ENTRY "parts.lag" MUST_NS },
	{ "parts without a sum", RESULT("{'slowest':[{'parts':{"
	    "'lag':9223372036854775807,'tls':1}}]}"),
	    ENTRY "parts: must be below 2^63 all together" },
	{ "a generator", RESULT("{'slowest':[{'generator':262144}]}"),
	    ENTRY "generator: must be the number of one" },
	{ "a port", RESULT("{'slowest':[{'port':65536}]}"),
	    ENTRY "port: must be a port" },
	{ "a status", RESULT("{'slowest':[{'status':1000}]}"),
	    ENTRY "status: must be a status code" },
	{ "a text", RESULT("{'slowest':[{'worker':[]}]}"),
	    ENTRY "worker: must be a string without NUL" },
	{ "NUL in a text", RESULT("{'slowest':[{'header':'a\\u0000b'}]}"),
	    ENTRY "header: must be a string without NUL" },
	{ "slower than the slowest",
	    RESULT("{'slowest':[{'parts':{'lag':5000001}}]}"),
	    "exemplars.slowest: must be among what latency has" },
	{ "more than there were", "{'exemplars':{'slowest':[{}]}}",
	    "exemplars.slowest: must be among what latency has" },
	{ "failed without a cause", RESULT("{'failed':[{'part':'lag'}]}"),
	    "exemplars.failed[0].cause: must be there" },
	{ "more failures than there were",
	    RESULT("{'failed':[" FAILED "," FAILED "," FAILED "]}"),
	    "exemplars.failed: must be among what errorTable has" },
	{ "a failure that nobody counted",
	    RESULT("{'failed':[{'part':'lag','cause':'timeout'}]}"),
	    "exemplars.failed: must be among what errorTable has" },
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
	Suite *s = suite_create("result_exemplars");
	TCase *tc = tcase_create("json");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_form);
	tcase_add_test(tc, test_taken);
	tcase_add_test(tc, test_long_texts);
	tcase_add_loop_test(tc, test_error, 0, UTIL_NELEM(error_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
