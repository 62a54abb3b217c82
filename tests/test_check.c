/* SPDX-License-Identifier: MIT */
/*
 * load/check.c: each kind of check kept and broken, which of several failures
 * is named, and bodies of every sort. Heads and bodies are copied to memory of
 * their exact size, and bodies cut at every point, so that ASan sees one byte
 * too far.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "http.h"
#include "load/check.h"
#include "load/outcome.h"
#include "tests/suite.h"
#include "wire.h"

enum { RANDOM_ROUNDS = 20000, RANDOM_LEN_MAX = 40 };

/* Checks as a row has them: the pairs are NAME, VALUE, NULL at the end. */
static const struct head_test {
	const char	*descr;
	int		 status;
	const char	*fields;
	int		 want_status;	/* 0: no such check */
	const char	*want[5];
	enum cause	 cause;
} head_tests[] = {
	{ "nothing asked, 200", 200, "", 0, { NULL }, CAUSE_NONE },
	{ "nothing asked, 399", 399, "", 0, { NULL }, CAUSE_NONE },
	{ "nothing asked, 400", 400, "", 0, { NULL }, CAUSE_STATUS },
	{ "nothing asked, 599", 599, "", 0, { NULL }, CAUSE_STATUS },
	{ "404 as it should be", 404, "", 404, { NULL }, CAUSE_NONE },
	{ "404 expected, 200", 200, "", 404, { NULL }, CAUSE_CHECK_STATUS },
	{ "200 expected, 500", 500, "", 200, { NULL }, CAUSE_CHECK_STATUS },
	{ "200 expected, 201", 201, "", 200, { NULL }, CAUSE_CHECK_STATUS },
	{ "header", 200, "A: b\r\n", 0, { "A", "b" }, CAUSE_NONE },
	{ "case of a name", 200, "x-kInd: b\r\n", 0, { "X-Kind", "b" },
	    CAUSE_NONE },
	{ "case of a value", 200, "A: b\r\n", 0, { "A", "B" },
	    CAUSE_CHECK_HEADER },
	{ "no such header", 200, "AB: b\r\n", 0, { "A", "b" },
	    CAUSE_CHECK_HEADER },
	{ "no headers", 200, "", 0, { "A", "" }, CAUSE_CHECK_HEADER },
	{ "longer value", 200, "A: bc\r\n", 0, { "A", "b" },
	    CAUSE_CHECK_HEADER },
	{ "shorter value", 200, "A: b\r\n", 0, { "A", "bc" },
	    CAUSE_CHECK_HEADER },
	{ "empty value", 200, "A:\r\n", 0, { "A", "" }, CAUSE_NONE },
	{ "blanks", 200, "A: \t b c \t\r\n", 0, { "A", "b c" }, CAUSE_NONE },
	{ "blanks expected", 200, "A: b c\r\n", 0, { "A", "\t b c " },
	    CAUSE_NONE },
	{ "nothing but blanks", 200, "A:  \r\n", 0, { "A", " \t" },
	    CAUSE_NONE },
	{ "blanks inside", 200, "A: b  c\r\n", 0, { "A", "b c" },
	    CAUSE_CHECK_HEADER },
	{ "the first of two", 200, "A: b\r\na: c\r\n", 0, { "A", "b" },
	    CAUSE_NONE },
	{ "not the second", 200, "A: b\r\nA: c\r\n", 0, { "A", "c" },
	    CAUSE_CHECK_HEADER },
	{ "two headers", 200, "A: b\r\nC: d\r\n", 0, { "C", "d", "A", "b" },
	    CAUSE_NONE },
	{ "one of two", 200, "A: b\r\nC: d\r\n", 0, { "C", "d", "A", "x" },
	    CAUSE_CHECK_HEADER },
	{ "status before headers", 200, "", 201, { "A", "b" },
	    CAUSE_CHECK_STATUS },
	{ "400 before headers", 400, "", 0, { "A", "b" }, CAUSE_STATUS },
	{ "headers of a 404", 404, "A: b\r\n", 404, { "A", "c" },
	    CAUSE_CHECK_HEADER },
};

static const struct body_test {
	const char	*descr;
	const char	*body;
	size_t		 len;		/* 0: as a string */
	const char	*texts[3];
	const char	*json[5];
	enum cause	 cause;
} body_tests[] = {
	{ "nothing asked", "x", 0, { NULL }, { NULL }, CAUSE_NONE },
	{ "all of it", "hello", 0, { "hello" }, { NULL }, CAUSE_NONE },
	{ "in front", "hello", 0, { "he" }, { NULL }, CAUSE_NONE },
	{ "at the end", "hello", 0, { "lo" }, { NULL }, CAUSE_NONE },
	{ "one letter", "hello", 0, { "o" }, { NULL }, CAUSE_NONE },
	{ "after a false start", "aaab", 0, { "aab" }, { NULL }, CAUSE_NONE },
	{ "cut at the end", "hello", 0, { "low" }, { NULL },
	    CAUSE_CHECK_BODY },
	{ "too long", "he", 0, { "hello" }, { NULL }, CAUSE_CHECK_BODY },
	{ "case", "hello", 0, { "Hello" }, { NULL }, CAUSE_CHECK_BODY },
	{ "no body", "", 0, { "a" }, { NULL }, CAUSE_CHECK_BODY },
	{ "behind a NUL", "a\0b\xff""c", 5, { "c" }, { NULL }, CAUSE_NONE },
	{ "UTF-8", "\xe2\x82\xac", 0, { "\xe2\x82\xac" }, { NULL },
	    CAUSE_NONE },
	{ "two texts", "hello world", 0, { "world", "hello" }, { NULL },
	    CAUSE_NONE },
	{ "one of two texts", "hello", 0, { "hello", "world" }, { NULL },
	    CAUSE_CHECK_BODY },
	{ "string", "{\"a\":\"b\"}", 0, { NULL }, { "a", "b" }, CAUSE_NONE },
	{ "escapes", "{\"\\u0061\":\"\\u20ac\\n\"}", 0, { NULL },
	    { "a", "\xe2\x82\xac\n" }, CAUSE_NONE },
	{ "empty name and value", "{\"\":\"\"}", 0, { NULL }, { "", "" },
	    CAUSE_NONE },
	{ "number", "{\"a\": 12 }", 0, { NULL }, { "a", "12" }, CAUSE_NONE },
	{ "number in another form", "{\"a\":12.0}", 0, { NULL },
	    { "a", "12" }, CAUSE_CHECK_JSON },
	{ "number as its literal", "{\"a\":-1.50e+3}", 0, { NULL },
	    { "a", "-1.50e+3" }, CAUSE_NONE },
	{ "true", "{\"a\":true}", 0, { NULL }, { "a", "true" }, CAUSE_NONE },
	{ "false", "{\"a\":false}", 0, { NULL }, { "a", "false" },
	    CAUSE_NONE },
	{ "null", "{\"a\":null}", 0, { NULL }, { "a", "null" }, CAUSE_NONE },
	{ "absent is not null", "{}", 0, { NULL }, { "a", "null" },
	    CAUSE_CHECK_JSON },
	{ "another string", "{\"a\":\"bc\"}", 0, { NULL }, { "a", "b" },
	    CAUSE_CHECK_JSON },
	{ "a NUL behind it", "{\"a\":\"b\\u0000\"}", 0, { NULL },
	    { "a", "b" }, CAUSE_CHECK_JSON },
	{ "array", "{\"a\":[]}", 0, { NULL }, { "a", "[]" },
	    CAUSE_CHECK_JSON },
	{ "object", "{\"a\":{}}", 0, { NULL }, { "a", "{}" },
	    CAUSE_CHECK_JSON },
	{ "not at the top", "{\"a\":{\"b\":1}}", 0, { NULL }, { "b", "1" },
	    CAUSE_CHECK_JSON },
	{ "among others", " {\"x\":[1,{}],\"a\":1,\"y\":2}\n", 0, { NULL },
	    { "y", "2", "a", "1" }, CAUSE_NONE },
	{ "one of two members", "{\"a\":1,\"y\":2}", 0, { NULL },
	    { "a", "1", "y", "3" }, CAUSE_CHECK_JSON },
	{ "no JSON", "a=1", 0, { NULL }, { "a", "1" }, CAUSE_CHECK_JSON },
	{ "JSON and more", "{\"a\":1}{", 0, { NULL }, { "a", "1" },
	    CAUSE_CHECK_JSON },
	{ "no object", "[{\"a\":1}]", 0, { NULL }, { "a", "1" },
	    CAUSE_CHECK_JSON },
	{ "no body for JSON", "", 0, { NULL }, { "a", "1" },
	    CAUSE_CHECK_JSON },
	{ "cut JSON", "{\"a\":1,", 0, { NULL }, { "a", "1" },
	    CAUSE_CHECK_JSON },
	{ "both", "{\"a\":1}", 0, { "\"a\"" }, { "a", "1" }, CAUSE_NONE },
	{ "texts before JSON", "{", 0, { "x" }, { "a", "1" },
	    CAUSE_CHECK_BODY },
};

static struct run_request req;
static struct checks *checks;

static void
setup(void)
{
	run_request_init(&req);
	checks = &req.scenario.checks;
}

static void
teardown(void)
{
	run_request_clear(&req);
}

static void
add_pairs(int (*add)(struct checks *, const char *, const char *),
    const char *const *pairs)
{
	for (; *pairs != NULL; pairs += 2)
		ck_assert_int_eq(add(checks, pairs[0], pairs[1]), 0);
}

static char *
copy_exact(const char *p, size_t len)
{
	char *copy = malloc(len == 0 ? 1 : len);

	ck_assert_ptr_nonnull(copy);
	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

START_TEST(test_head)
{
	const struct head_test *t = &head_tests[_i];
	char *fields = copy_exact(t->fields, strlen(t->fields));
	struct http_head h = { .status = t->status,
	    .fields = { fields, strlen(t->fields) } };
	enum cause cause;

	checks->status = t->want_status;
	add_pairs(checks_add_header, t->want);
	ck_assert(!check_wants_body(checks));
	cause = check_head(checks, &h);
	ck_assert_msg(cause == t->cause, "%s: %s", t->descr,
	    cause_name(cause));
	ck_assert_int_eq(check_body(checks, NULL, 0), CAUSE_NONE);
	free(fields);
}
END_TEST

START_TEST(test_body)
{
	const struct body_test *t = &body_tests[_i];
	size_t len = t->len > 0 ? t->len : strlen(t->body), cut;
	char *body;
	enum cause cause;

	for (cut = 0; t->texts[cut] != NULL; cut++)
		ck_assert_int_eq(checks_add_text(checks, t->texts[cut]), 0);
	add_pairs(checks_add_json, t->json);
	ck_assert(check_wants_body(checks) ==
	    (t->texts[0] != NULL || t->json[0] != NULL));
	for (cut = 0; cut <= len; cut++) {
		body = copy_exact(t->body, cut);
		cause = check_body(checks, body, cut);
		free(body);
	}
	ck_assert_msg(cause == t->cause, "%s: %s", t->descr,
	    cause_name(cause));
}
END_TEST

/* Looked for by the letter, in bodies of few letters and in all lengths. */
START_TEST(test_random_bodies)
{
	static const char letters[] = "ab{}\":1,";
	uint32_t x = 12345;
	char *body;
	size_t len, i;
	bool has;
	int n;

	ck_assert_int_eq(checks_add_text(checks, "aba"), 0);
	for (n = 0; n < RANDOM_ROUNDS; n++) {
		len = (size_t)n % RANDOM_LEN_MAX;
		body = xcalloc(1, len + 1);
		for (i = 0; i < len; i++) {
			x = x * 1664525 + 1013904223;
			body[i] = letters[(x >> 16) % (n % 2 == 0 ? 2 : 8)];
		}
		has = strstr(body, "aba") != NULL;
		ck_assert_int_eq(check_body(checks, body, len),
		    has ? CAUSE_NONE : CAUSE_CHECK_BODY);
		free(body);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("check");
	TCase *tc = tcase_create("verdicts");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_head, 0, UTIL_NELEM(head_tests));
	tcase_add_loop_test(tc, test_body, 0, UTIL_NELEM(body_tests));
	tcase_add_test(tc, test_random_bodies);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
