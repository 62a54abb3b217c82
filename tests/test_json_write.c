/* SPDX-License-Identifier: MIT */

/*
 * json_write.c: the text byte by byte, compact and pretty. Every double comes
 * back as it was; what JSON cannot say (infinity, bytes that are no UTF-8) is
 * written as something that it can. A buffer too small and each misuse of the
 * calls are told at the end, and only there. json.c reads what was written.
 */

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "json.h"
#include "json_write.h"
#include "tests/suite.h"

enum {
	OUT_MAX = 4096
};

static const struct write_double_test {
	double		 input;
	const char	*want;
} write_double_tests[] = {
	{ 0, "0" },
	{ 1, "1" },
	{ -1.5, "-1.5" },
	{ 0.1, "0.1" },
	{ 0.1 + 0.2, "0.30000000000000004" },
	{ 1.0 / 3, "0.3333333333333333" },
	{ 99.9, "99.9" },
	{ 100000, "100000" },
	{ 1e300, "1e+300" },
	{ 1.7976931348623157e308, "1.7976931348623157e+308" },
	{ 2.2250738585072014e-308, "2.2250738585072014e-308" },
	{ (double)INFINITY, "0" },
	{ -(double)INFINITY, "0" },
	{ (double)NAN, "0" }
};

static const struct write_fixed_test {
	double		 input;
	int		 places;
	const char	*want;
} write_fixed_tests[] = {
	{ 12.5, 3, "12.5" },
	{ 12.3456, 3, "12.346" },
	{ 12, 3, "12" },
	{ 100, 0, "100" },
	{ 1000, 2, "1000" },
	{ 0.0001, 3, "0" },
	{ -0.0001, 3, "0" },
	{ -0.0001, 0, "0" },
	{ -1.25, 2, "-1.25" },
	{ (double)NAN, 2, "0" },
	{ (double)INFINITY, 2, "0" }
};

/* Strings with bytes that are no UTF-8, and those that need an escape. */
static const struct write_string_test {
	const char	*input;
	size_t		 len;
	const char	*want;
} write_string_tests[] = {
	{ NULL, 0, "\"\"" },
	{ "abc", 3, "\"abc\"" },
	{ "abc", 2, "\"ab\"" },
	{ "a\0b", 3, "\"a\\u0000b\"" },
	{ "\x01\x1f ", 3, "\"\\u0001\\u001f \"" },
	{ "\x7f~\x7f", 3, "\"\\u007f~\\u007f\"" },
	{ "\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", 8,
	    "\"\\u0080\\u009b\\u009f\xc2\xa0\"" },
	{ "\b\f\n\r\t\"\\/", 8, "\"\\b\\f\\n\\r\\t\\\"\\\\/\"" },
	{ "<>&", 3, "\"\\u003c\\u003e\\u0026\"" },
	{ "\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", 12,
	    "\"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa\"" },
	{ "a\xff" "b", 3, "\"a\\ufffdb\"" },
	{ "\xe2\x82", 2, "\"\\ufffd\\ufffd\"" },
	{ "\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\"" },
	{ "\xf0\x9f\x98\x80\xf0", 5, "\"\xf0\x9f\x98\x80\\ufffd\"" }
};

static struct json *parse_back(const struct buf *b);
static void	 write_sample(struct json_out *w);
static void	 misuse_nothing(struct json_out *w);
static void	 misuse_two_roots(struct json_out *w);
static void	 misuse_root_name(struct json_out *w);
static void	 misuse_name_missing(struct json_out *w);
static void	 misuse_name_in_array(struct json_out *w);
static void	 misuse_left_open(struct json_out *w);
static void	 misuse_closed_twice(struct json_out *w);
static void	 misuse_too_deep(struct json_out *w);
static Suite	*make_suite(void);

static const struct misuse_test {
	const char	*descr;
	void		(*write)(struct json_out *);
} misuse_tests[] = {
	{ "nothing written", misuse_nothing },
	{ "two values", misuse_two_roots },
	{ "document with a name", misuse_root_name },
	{ "member without a name", misuse_name_missing },
	{ "element with a name", misuse_name_in_array },
	{ "left open", misuse_left_open },
	{ "closed twice", misuse_closed_twice },
	{ "too deep", misuse_too_deep }
};

static struct json *
parse_back(const struct buf *b)
{
	struct json_error err;
	struct json *doc;

	doc = json_parse(b->data, b->len, &err);
	ck_assert_msg(doc != NULL, "%s", err.reason);
	return doc;
}

START_TEST(test_write_double)
{
	const struct write_double_test *t = &write_double_tests[_i];
	struct json_out w;
	struct buf b;

	buf_init(&b, OUT_MAX);
	json_out_start(&w, &b, false);
	json_double(&w, NULL, t->input);
	ck_assert_int_eq(json_out_end(&w), 0);
	ck_assert_str_eq(buf_str(&b), t->want);
	buf_clear(&b);
}
END_TEST

/* Doubles of all bits, by xorshift64: each comes back as it was. */
START_TEST(test_write_double_round_trip)
{
	uint64_t x = 88172645463325252;
	struct json_out w;
	struct json *doc;
	struct buf b;
	double v, back;
	int i;

	buf_init(&b, OUT_MAX);
	for (i = 0; i < 20000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(&v, &x, sizeof(v));
		if (!isfinite(v))
			continue;
		buf_reset(&b);
		json_out_start(&w, &b, false);
		json_double(&w, NULL, v);
		ck_assert_int_eq(json_out_end(&w), 0);
		doc = parse_back(&b);
		ck_assert_int_eq(json_to_double(json_root(doc), &back), 0);
		ck_assert_mem_eq(&back, &v, sizeof(v));
		json_free(doc);
	}
	buf_clear(&b);
}
END_TEST

START_TEST(test_write_fixed)
{
	const struct write_fixed_test *t = &write_fixed_tests[_i];
	struct json_out w;
	struct buf b;

	buf_init(&b, OUT_MAX);
	json_out_start(&w, &b, false);
	json_fixed(&w, NULL, t->input, t->places);
	ck_assert_int_eq(json_out_end(&w), 0);
	ck_assert_str_eq(buf_str(&b), t->want);
	buf_clear(&b);
}
END_TEST

START_TEST(test_write_fixed_longest)
{
	struct json_out w;
	struct buf b;

	buf_init(&b, OUT_MAX);
	json_out_start(&w, &b, false);
	json_array(&w, NULL);
	json_fixed(&w, NULL, -1.7976931348623157e308, 17);
	json_fixed(&w, NULL, 0.12345678901234566, 17);
	json_close(&w);
	ck_assert_int_eq(json_out_end(&w), 0);
	ck_assert_uint_eq(b.len, 1 + 310 + 1 + 19 + 1);
	buf_clear(&b);
}
END_TEST

/* Exact to the nanosecond, and below 0 too; what is not there is null. */
START_TEST(test_write_ms_and_null)
{
	struct json_out w;
	struct buf b;

	buf_init(&b, OUT_MAX);
	json_out_start(&w, &b, false);
	json_array(&w, NULL);
	json_ms(&w, NULL, 1);
	json_ms(&w, NULL, 8589934591999999);
	json_ms(&w, NULL, -1500000);
	json_str_or_null(&w, NULL, "");
	json_str_or_null(&w, NULL, "a");
	json_close(&w);
	ck_assert_int_eq(json_out_end(&w), 0);
	ck_assert_str_eq(buf_str(&b),
	    "[0.000001,8589934591.999999,-1.5,null,\"a\"]");
	buf_clear(&b);
}
END_TEST

START_TEST(test_write_string)
{
	const struct write_string_test *t = &write_string_tests[_i];
	struct json_out w;
	struct buf b;
	char *s;

	s = malloc(t->len);
	ck_assert(s != NULL || t->len == 0);
	if (t->len > 0)
		memcpy(s, t->input, t->len);
	buf_init(&b, OUT_MAX);
	json_out_start(&w, &b, false);
	json_strn(&w, NULL, t->input == NULL ? NULL : s, t->len);
	ck_assert_int_eq(json_out_end(&w), 0);
	ck_assert_str_eq(buf_str(&b), t->want);
	buf_clear(&b);
	free(s);
}
END_TEST

static void
write_sample(struct json_out *w)
{
	json_object(w, NULL);
	json_str(w, "name", "a \"b\"");
	json_uint(w, "uint", UINT64_MAX);
	json_int(w, "int", INT64_MIN);
	json_array(w, "list");
	json_bool(w, NULL, true);
	json_bool(w, NULL, false);
	json_null(w, NULL);
	json_object(w, NULL);
	json_close(w);
	json_array(w, NULL);
	json_close(w);
	json_close(w);
	json_object(w, "<inner>");
	json_double(w, "double", 0.5);
	json_close(w);
	json_close(w);
}

START_TEST(test_write_compact)
{
	struct json_out w;
	struct buf b;

	buf_init(&b, OUT_MAX);
	json_out_start(&w, &b, false);
	write_sample(&w);
	ck_assert_int_eq(json_out_end(&w), 0);
	ck_assert_str_eq(buf_str(&b),
	    "{\"name\":\"a \\\"b\\\"\",\"uint\":18446744073709551615,"
	    "\"int\":-9223372036854775808,"
	    "\"list\":[true,false,null,{},[]],"
	    "\"\\u003cinner\\u003e\":{\"double\":0.5}}");
	buf_clear(&b);
}
END_TEST

START_TEST(test_write_pretty)
{
	struct json_out w;
	struct buf b;

	buf_init(&b, OUT_MAX);
	json_out_start(&w, &b, true);
	write_sample(&w);
	ck_assert_int_eq(json_out_end(&w), 0);
	ck_assert_str_eq(buf_str(&b),
	    "{\n"
	    "  \"name\": \"a \\\"b\\\"\",\n"
	    "  \"uint\": 18446744073709551615,\n"
	    "  \"int\": -9223372036854775808,\n"
	    "  \"list\": [\n"
	    "    true,\n"
	    "    false,\n"
	    "    null,\n"
	    "    {},\n"
	    "    []\n"
	    "  ],\n"
	    "  \"\\u003cinner\\u003e\": {\n"
	    "    \"double\": 0.5\n"
	    "  }\n"
	    "}");
	buf_clear(&b);
}
END_TEST

/* Whatever the maximum: it fails, or all of it is there. */
START_TEST(test_write_flat)
{
	struct json_out w;
	struct buf b;

	buf_init(&b, OUT_MAX);
	json_out_start(&w, &b, true);
	json_object(&w, NULL);
	json_flat(&w, 1);
	json_array(&w, "runs");
	json_object(&w, NULL);
	json_int(&w, "a", 1);
	json_int(&w, "b", 2);
	json_close(&w);
	json_int(&w, NULL, 3);
	json_close(&w);
	json_flat(&w, 0);
	json_array(&w, "c");
	json_int(&w, NULL, 4);
	json_close(&w);
	json_close(&w);
	ck_assert_int_eq(json_out_end(&w), 0);
	ck_assert_str_eq(buf_str(&b),
	    "{\n  \"runs\": [{\"a\":1,\"b\":2},3],\n"
	    "  \"c\": [\n    4\n  ]\n}");
	buf_clear(&b);
}
END_TEST

START_TEST(test_write_full)
{
	struct json_out w;
	struct buf b, whole;
	size_t max;

	buf_init(&whole, OUT_MAX);
	json_out_start(&w, &whole, true);
	write_sample(&w);
	ck_assert_int_eq(json_out_end(&w), 0);
	for (max = 0; max <= whole.len; max++) {
		buf_init(&b, max);
		json_out_start(&w, &b, true);
		write_sample(&w);
		ck_assert_int_eq(json_out_end(&w), max < whole.len ? -1 : 0);
		ck_assert_uint_le(b.len, max);
		buf_clear(&b);
	}
	buf_clear(&whole);
}
END_TEST

static void
misuse_nothing(struct json_out *w)
{
	(void)w;	/* to write nothing is the misuse */
}

static void
misuse_two_roots(struct json_out *w)
{
	json_null(w, NULL);
	json_null(w, NULL);
}

static void
misuse_root_name(struct json_out *w)
{
	json_null(w, "name");
}

static void
misuse_name_missing(struct json_out *w)
{
	json_object(w, NULL);
	json_null(w, NULL);
	json_close(w);
}

static void
misuse_name_in_array(struct json_out *w)
{
	json_array(w, NULL);
	json_null(w, "name");
	json_close(w);
}

static void
misuse_left_open(struct json_out *w)
{
	json_array(w, NULL);
	json_array(w, NULL);
	json_close(w);
}

static void
misuse_closed_twice(struct json_out *w)
{
	json_array(w, NULL);
	json_close(w);
	json_close(w);
}

static void
misuse_too_deep(struct json_out *w)
{
	int i;

	for (i = 0; i <= JSON_DEPTH_MAX; i++)
		json_array(w, NULL);
	for (i = 0; i <= JSON_DEPTH_MAX; i++)
		json_close(w);
}

START_TEST(test_write_misuse)
{
	const struct misuse_test *t = &misuse_tests[_i];
	struct json_out w;
	struct buf b;

	buf_init(&b, OUT_MAX);
	json_out_start(&w, &b, false);
	t->write(&w);
	ck_assert_msg(json_out_end(&w) == -1, "%s: taken", t->descr);
	ck_assert_msg(json_out_end(&w) == -1, "%s: forgotten", t->descr);
	buf_clear(&b);
}
END_TEST

START_TEST(test_write_deepest)
{
	struct json_out w;
	struct buf b;
	int i;

	buf_init(&b, 16 * OUT_MAX);
	json_out_start(&w, &b, true);
	for (i = 0; i < JSON_DEPTH_MAX; i++)
		json_array(&w, NULL);
	json_null(&w, NULL);
	for (i = 0; i < JSON_DEPTH_MAX; i++)
		json_close(&w);
	ck_assert_int_eq(json_out_end(&w), 0);
	json_free(parse_back(&b));
	buf_clear(&b);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("json_write");
	TCase *tc;

	tc = tcase_create("values");
	tcase_add_loop_test(tc, test_write_double, 0,
	    UTIL_NELEM(write_double_tests));
	tcase_add_test(tc, test_write_double_round_trip);
	tcase_add_loop_test(tc, test_write_fixed, 0,
	    UTIL_NELEM(write_fixed_tests));
	tcase_add_test(tc, test_write_fixed_longest);
	tcase_add_test(tc, test_write_ms_and_null);
	tcase_add_loop_test(tc, test_write_string, 0,
	    UTIL_NELEM(write_string_tests));
	suite_add_tcase(s, tc);

	tc = tcase_create("documents");
	tcase_add_test(tc, test_write_compact);
	tcase_add_test(tc, test_write_pretty);
	tcase_add_test(tc, test_write_flat);
	tcase_add_test(tc, test_write_full);
	tcase_add_loop_test(tc, test_write_misuse, 0,
	    UTIL_NELEM(misuse_tests));
	tcase_add_test(tc, test_write_deepest);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
