/* SPDX-License-Identifier: MIT */

/*
 * json.c: what is JSON and what is not, where an error is reported, limits,
 * and what a value is as text or as a number. A tree is compared by writing it
 * back with json_write.c. Texts are copied to memory of their exact size,
 * whole, cut at every point and with every byte changed, so that ASan sees one
 * byte too far.
 */

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "json.h"
#include "json_write.h"
#include "tests/suite.h"

enum {
	OUT_MAX = 4096
};

/* want is the text written back, compact; NULL if it is the input. */
static const struct good_test {
	const char	*descr;
	const char	*input;
	const char	*want;
} good_tests[] = {
	{ "null", "null", NULL },
	{ "true", "true", NULL },
	{ "false", "false", NULL },
	{ "blanks around", " \t\r\n null \t\r\n ", "null" },
	{ "blanks everywhere", " { \"a\" : [ 1 , 2 ] , \"b\" : { } } ",
	    "{\"a\":[1,2],\"b\":{}}" },
	{ "no blanks at all", "{\"a\":[1,[],{}],\"b\":null}", NULL },
	{ "empty array", "[]", NULL },
	{ "empty array with blanks", "[ \n ]", "[]" },
	{ "empty object", "{}", NULL },
	{ "empty object with blanks", "{ \n }", "{}" },
	{ "empty name", "{\"\":1}", NULL },
	{ "same name in two objects", "[{\"a\":1},{\"a\":1}]", NULL },
	{ "same name inside", "{\"a\":{\"a\":{\"a\":1}}}", NULL },
	{ "names that begin alike", "{\"a\":1,\"ab\":2,\"abc\":3}", NULL },
	{ "names that differ in a NUL", "{\"a\":1,\"a\\u0000\":2}", NULL },
	{ "zero", "0", NULL },
	{ "minus zero", "-0", NULL },
	{ "integer", "1234567890", NULL },
	{ "negative", "-12", NULL },
	{ "fraction", "0.25", NULL },
	{ "exponent", "1e5", NULL },
	{ "exponent in capitals", "1E5", NULL },
	{ "exponent with plus", "1e+5", NULL },
	{ "exponent with minus and zeros", "-1.50e-007", NULL },
	{ "empty string", "\"\"", NULL },
	{ "ASCII", "\"abc DEF ~\x7f\"", "\"abc DEF ~\\u007f\"" },
	{ "every escape", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
	    "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
	{ "NUL", "\"a\\u0000b\"", NULL },
	{ "code point of 1 byte", "\"\\u0041\"", "\"A\"" },
	{ "code point of 2 bytes", "\"\\u00e9\"", "\"\xc3\xa9\"" },
	{ "code point of 3 bytes", "\"\\u20AC\"", "\"\xe2\x82\xac\"" },
	{ "surrogate pair", "\"\\ud83d\\uDE00\"", "\"\xf0\x9f\x98\x80\"" },
	{ "first pair", "\"\\ud800\\udc00\"", "\"\xf0\x90\x80\x80\"" },
	{ "last pair", "\"\\udbff\\udfff\"", "\"\xf4\x8f\xbf\xbf\"" },
	{ "around the surrogates", "\"\\ud7ff\\ue000\"",
	    "\"\xed\x9f\xbf\xee\x80\x80\"" },
	{ "first of 2 bytes", "\"\xc2\x80\"", "\"\\u0080\"" },
	{ "last of 2 bytes", "\"\xdf\xbf\"", NULL },
	{ "first of 3 bytes", "\"\xe0\xa0\x80\"", NULL },
	{ "last of 3 bytes", "\"\xef\xbf\xbf\"", NULL },
	{ "first of 4 bytes", "\"\xf0\x90\x80\x80\"", NULL },
	{ "last of 4 bytes", "\"\xf4\x8f\xbf\xbf\"", NULL },
	{ "not ASCII in a name", "{\"gr\xc3\xb6\xc3\x9f" "e\":1}", NULL },
	{ "byte order mark inside", "\"\xef\xbb\xbf\"", NULL },
	{ "written as Go does", "\"<a href='x'>&</a>\xe2\x80\xa8\xe2\x80\xa9\"",
	    "\"\\u003ca href='x'\\u003e\\u0026\\u003c/a\\u003e"
	    "\\u2028\\u2029\"" }
};

static const struct bad_test {
	const char	*descr;
	const char	*input;
	size_t		 line;
	size_t		 column;
	const char	*reason;
} bad_tests[] = {
	{ "nothing", "", 1, 1, "text ends too early" },
	{ "blanks", " \n ", 2, 2, "text ends too early" },
	{ "byte order mark", "\xef\xbb\xbf{}", 1, 1, "byte order mark" },
	{ "no value", "hello", 1, 1, "expected a value" },
	{ "form feed is no blank", "\f1", 1, 1, "expected a value" },
	{ "two values", "1 2", 1, 3, "text after the value" },
	{ "bracket too many", "[]]", 1, 3, "text after the value" },
	{ "comment", "/* */ 1", 1, 1, "expected a value" },
	{ "word in capitals", "True", 1, 1, "expected a value" },
	{ "word cut", "[tru]", 1, 2, "expected true, false or null" },
	{ "word wrong", "nil", 1, 1, "expected true, false or null" },
	{ "word too long", "nulls", 1, 5, "text after the value" },
	{ "NaN", "NaN", 1, 1, "expected a value" },
	{ "infinity", "-Infinity", 1, 2, "expected a digit" },
	{ "plus", "+1", 1, 1, "expected a value" },
	{ "minus alone", "[-]", 1, 3, "expected a digit" },
	{ "leading zero", "[1,012]", 1, 4, "number starts with 0" },
	{ "two zeros", "-00", 1, 1, "number starts with 0" },
	{ "hex", "0x10", 1, 2, "text after the value" },
	{ "no digit before the point", ".5", 1, 1, "expected a value" },
	{ "no digit behind the point", "[1.]", 1, 4, "expected a digit" },
	{ "point and exponent", "[1.e5]", 1, 4, "expected a digit" },
	{ "exponent without digits", "[1e]", 1, 4, "expected a digit" },
	{ "exponent with sign only", "[1e+]", 1, 5, "expected a digit" },
	{ "exponent with two signs", "[1e-+1]", 1, 5, "expected a digit" },
	{ "array left open", "[1", 1, 3, "text ends too early" },
	{ "array closed as object", "[1}", 1, 3, "expected ',' or ']'" },
	{ "comma at the end of an array", "[1,]", 1, 4, "expected a value" },
	{ "comma alone", "[,]", 1, 2, "expected a value" },
	{ "two commas", "[1,,2]", 1, 4, "expected a value" },
	{ "comma missing", "[1 2]", 1, 4, "expected ',' or ']'" },
	{ "object left open", "{", 1, 2, "text ends too early" },
	{ "object closed as array", "{\"a\":1]", 1, 7,
	    "expected ',' or '}'" },
	{ "comma at the end of an object", "{\"a\":1,}", 1, 8,
	    "expected a member name" },
	{ "name without quotes", "{a:1}", 1, 2, "expected a member name" },
	{ "number as a name", "{1:1}", 1, 2, "expected a member name" },
	{ "colon missing", "{\"a\" 1}", 1, 6, "expected ':'" },
	{ "value missing", "{\"a\":}", 1, 6, "expected a value" },
	{ "name twice", "{\"a\":1,\n \"b\":2,\n \"a\":3}", 3, 2,
	    "member name twice in one object" },
	{ "name twice, once escaped", "{\"a\":1,\"\\u0061\":3}", 1, 8,
	    "member name twice in one object" },
	{ "empty name twice", "{\"\":1,\"\":3}", 1, 7,
	    "member name twice in one object" },
	{ "name three times", "{\"a\":1,\"a\":2,\"a\":3}", 1, 8,
	    "member name twice in one object" },
	{ "two names twice", "{\"b\":1,\"a\":1,\"b\":2,\"a\":2}", 1, 14,
	    "member name twice in one object" },
	{ "name twice around an object",
	    "{\"a\":{\"b\":1,\"c\":2},\"a\":3}", 1, 20,
	    "member name twice in one object" },
	{ "string left open", "[\"abc", 1, 2, "string does not end" },
	{ "string ended by an escape", "[\"abc\\\"]", 1, 2,
	    "string does not end" },
	{ "single quotes", "'a'", 1, 1, "expected a value" },
	{ "newline in a string", "\"a\nb\"", 1, 3,
	    "control character in a string" },
	{ "tab in a string", "\"\t\"", 1, 2, "control character in a string" },
	{ "unknown escape", "\"ab\\x41\"", 1, 4, "no such escape" },
	{ "escape in capitals", "\"\\N\"", 1, 2, "no such escape" },
	{ "hex digit missing", "\"\\u12g4\"", 1, 6, "expected a hex digit" },
	{ "hex digits end", "\"\\u12\"", 1, 6, "expected a hex digit" },
	{ "high surrogate alone", "\"\\ud800\"", 1, 2, "lone surrogate" },
	{ "high surrogate and text", "\"\\ud800abcdef\"", 1, 2,
	    "lone surrogate" },
	{ "high surrogate twice", "\"\\ud800\\ud800\"", 1, 2,
	    "lone surrogate" },
	{ "high surrogate and a letter", "\"\\ud800\\u0041\"", 1, 2,
	    "lone surrogate" },
	{ "high surrogate and an escape", "\"\\ud800\\n\"", 1, 2,
	    "lone surrogate" },
	{ "low surrogate alone", "\"\\udc00\"", 1, 2, "lone surrogate" },
	{ "byte that continues nothing", "\"\x80\"", 1, 2, "invalid UTF-8" },
	{ "overlong, 2 bytes", "\"\xc1\xbf\"", 1, 2, "invalid UTF-8" },
	{ "overlong, 3 bytes", "\"\xe0\x9f\xbf\"", 1, 2, "invalid UTF-8" },
	{ "overlong, 4 bytes", "\"\xf0\x8f\xbf\xbf\"", 1, 2, "invalid UTF-8" },
	{ "surrogate as UTF-8", "\"\xed\xa0\x80\"", 1, 2, "invalid UTF-8" },
	{ "beyond U+10FFFF", "\"\xf4\x90\x80\x80\"", 1, 2, "invalid UTF-8" },
	{ "byte that starts nothing", "\"\xf5\x80\x80\x80\"", 1, 2,
	    "invalid UTF-8" },
	{ "character cut after 1", "\"\xe2\"", 1, 2, "invalid UTF-8" },
	{ "character cut after 2", "\"\xe2\x82\"", 1, 2, "invalid UTF-8" },
	{ "character cut after 3", "\"\xf0\x9f\x98\"", 1, 2, "invalid UTF-8" },
	{ "UTF-8 outside a string", "[\xc3\xa9]", 1, 2, "expected a value" },
	{ "columns are characters", "[\"\xc3\xa9\xf0\x9f\x98\x80\" 1]", 1, 7,
	    "expected ',' or ']'" },
	{ "lines are counted", "{\n  \"a\": 1,\r\n  b\n}", 3, 3,
	    "expected a member name" }
};

static const struct integer_test {
	const char	*input;
	bool		 is_uint;
	uint64_t	 want_uint;
	bool		 is_int;
	int64_t		 want_int;
} integer_tests[] = {
	{ "0", true, 0, true, 0 },
	{ "-0", false, 0, true, 0 },
	{ "-1", false, 0, true, -1 },
	{ "42", true, 42, true, 42 },
	{ "9223372036854775807", true, INT64_MAX, true, INT64_MAX },
	{ "9223372036854775808", true, UINT64_C(1) << 63, false, 0 },
	{ "-9223372036854775808", false, 0, true, INT64_MIN },
	{ "-9223372036854775809", false, 0, false, 0 },
	{ "18446744073709551615", true, UINT64_MAX, false, 0 },
	{ "18446744073709551616", false, 0, false, 0 },
	{ "1e8", false, 0, false, 0 },
	{ "1.0", false, 0, false, 0 },
	{ "\"1\"", false, 0, false, 0 },
	{ "true", false, 0, false, 0 },
	{ "null", false, 0, false, 0 },
	{ "[1]", false, 0, false, 0 }
};

static const struct double_test {
	const char	*input;
	bool		 is_double;
	double		 want;
} double_tests[] = {
	{ "0", true, 0 },
	{ "-1.5", true, -1.5 },
	{ "1e8", true, 1e8 },
	{ "0.1", true, 0.1 },
	{ "1.7976931348623157e308", true, 1.7976931348623157e308 },
	{ "5e-324", true, 5e-324 },
	{ "1e-999", true, 0 },
	{ "1e999", false, 0 },
	{ "-1e999", false, 0 },
	{ "\"1\"", false, 0 },
	{ "null", false, 0 }
};

static struct json *parse_exact(const char *s, size_t len,
		    struct json_error *err);
static struct json *parse_good(const char *s);
static void	 write_tree(struct buf *b, const struct json_value *v);
static struct json *parse_nested(size_t depth, struct json_error *err);
static struct json *parse_zeros(size_t count, struct json_error *err);
static Suite	*make_suite(void);

/* Parses len bytes of s from memory that ends where they end. */
static struct json *
parse_exact(const char *s, size_t len, struct json_error *err)
{
	struct json *doc;
	char *p;

	p = malloc(len);
	ck_assert(p != NULL || len == 0);
	if (len > 0)
		memcpy(p, s, len);
	doc = json_parse(p, len, err);
	free(p);	/* the document has copies */
	return doc;
}

static struct json *
parse_good(const char *s)
{
	struct json_error err;
	struct json *doc;

	doc = parse_exact(s, strlen(s), &err);
	ck_assert_msg(doc != NULL, "%s: %s", s, err.reason);
	return doc;
}

/*
 * Writes a tree back, numbers as they were read. Names go out as strings, so
 * a NUL in one needs the help of the writer's own escape.
 */
static void
write_tree(struct buf *b, const struct json_value *v)
{
	const struct json_value *child;
	struct json_out w;

	if (v->name != NULL) {
		json_out_start(&w, b, false);
		json_strn(&w, NULL, v->name, v->name_len);
		ck_assert_int_eq(json_out_end(&w), 0);
		buf_adds(b, ":");
	}
	switch (v->type) {
	case JSON_NULL:
		buf_adds(b, "null");
		break;
	case JSON_BOOL:
		buf_adds(b, v->is_true ? "true" : "false");
		break;
	case JSON_NUMBER:
		ck_assert_uint_eq(strlen(v->str), v->len);
		buf_adds(b, v->str);
		break;
	case JSON_STRING:
		ck_assert_int_eq(v->str[v->len], '\0');
		json_out_start(&w, b, false);
		json_strn(&w, NULL, v->str, v->len);
		ck_assert_int_eq(json_out_end(&w), 0);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		buf_adds(b, v->type == JSON_ARRAY ? "[" : "{");
		for (child = v->child; child != NULL; child = child->next) {
			write_tree(b, child);
			if (child->next != NULL)
				buf_adds(b, ",");
		}
		buf_adds(b, v->type == JSON_ARRAY ? "]" : "}");
		break;
	}
}

START_TEST(test_good)
{
	const struct good_test *t = &good_tests[_i];
	const char *want = t->want != NULL ? t->want : t->input;
	struct json *doc;
	struct buf b;

	doc = parse_good(t->input);
	buf_init(&b, OUT_MAX);
	write_tree(&b, json_root(doc));
	ck_assert_msg(strcmp(buf_str(&b), want) == 0, "%s: %s", t->descr,
	    buf_str(&b));
	buf_clear(&b);
	json_free(doc);
}
END_TEST

START_TEST(test_bad)
{
	const struct bad_test *t = &bad_tests[_i];
	struct json_error err;
	struct json *doc;

	doc = parse_exact(t->input, strlen(t->input), &err);
	ck_assert_msg(doc == NULL, "%s: taken", t->descr);
	ck_assert_msg(strcmp(err.reason, t->reason) == 0, "%s: %s", t->descr,
	    err.reason);
	ck_assert_msg(err.line == t->line && err.column == t->column,
	    "%s: line %zu column %zu", t->descr, err.line, err.column);
	ck_assert_msg(err.offset <= strlen(t->input), "%s: offset %zu",
	    t->descr, err.offset);
}
END_TEST

/*
 * A text that begins and ends with a bracket or a quote is nothing when cut;
 * others ("12", "1 2") may be something, and only must not crash.
 */
START_TEST(test_cut)
{
	const char *s = good_tests[_i].input;
	struct json_error err;
	struct json *doc;
	size_t len;

	for (len = 0; len < strlen(s); len++) {
		doc = parse_exact(s, len, &err);
		if (strchr("[{\"", s[0]) != NULL)
			ck_assert_msg(doc == NULL, "%.*s: taken", (int)len, s);
		json_free(doc);
	}
}
END_TEST

START_TEST(test_bad_cut)
{
	const char *s = bad_tests[_i].input;
	struct json_error err;
	size_t len;

	for (len = 0; len < strlen(s); len++)
		json_free(parse_exact(s, len, &err));
}
END_TEST

/* Each byte of each good text replaced by others that mean something. */
START_TEST(test_changed)
{
	static const char with[] = "\"\\[]{},:0-.eu \n\x01\x80\xc3\xf0\xff";
	const char *s = good_tests[_i].input;
	struct json_error err;
	size_t i, j, len = strlen(s);
	char *copy;

	copy = strdup(s);
	ck_assert_ptr_nonnull(copy);
	for (i = 0; i < len; i++) {
		for (j = 0; j < sizeof(with); j++) {	/* the NUL as well */
			copy[i] = with[j];
			json_free(parse_exact(copy, len, &err));
		}
		copy[i] = s[i];
	}
	free(copy);
}
END_TEST

/* By xorshift64, so that a failure comes again. */
START_TEST(test_random)
{
	static const char letters[] =
	    "[[[]]]{{}}\"\"\"\",,::01-.eEtfn\\u dD8cC";
	uint64_t x = 88172645463325252;
	struct json_error err;
	char text[64];
	size_t i, j, len;

	for (i = 0; i < 50000; i++) {
		len = i % sizeof(text);
		for (j = 0; j < len; j++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			text[j] = i % 4 == 0 ? (char)(x >> 32) :
			    letters[x % (sizeof(letters) - 1)];
		}
		json_free(parse_exact(text, len, &err));
	}
}
END_TEST

START_TEST(test_nothing)
{
	struct json_error err;

	ck_assert_ptr_null(json_parse(NULL, 0, &err));
	ck_assert_uint_eq(err.offset, 0);
	json_free(NULL);
}
END_TEST

/* Brackets in one another, so many, of the two kinds in turn. */
static struct json *
parse_nested(size_t depth, struct json_error *err)
{
	struct json *doc;
	struct buf b;
	size_t i;

	buf_init(&b, JSON_TEXT_MAX);
	for (i = 0; i < depth; i++)
		buf_adds(&b, i % 2 == 0 ? "[" : "{\"a\":");
	buf_adds(&b, "1");
	while (i-- > 0)
		buf_adds(&b, i % 2 == 0 ? "]" : "}");
	doc = parse_exact(b.data, b.len, err);
	buf_clear(&b);
	return doc;
}

START_TEST(test_depth)
{
	struct json_error err;
	struct json *doc;

	doc = parse_nested(JSON_DEPTH_MAX, &err);
	ck_assert_ptr_nonnull(doc);
	json_free(doc);
	ck_assert_ptr_null(parse_nested(JSON_DEPTH_MAX + 1, &err));
	ck_assert_str_eq(err.reason, "nested too deeply");
	ck_assert_ptr_null(parse_nested(1000000, &err));
	ck_assert_str_eq(err.reason, "nested too deeply");
}
END_TEST

/* Depth counts what is open, not what ever was. */
START_TEST(test_depth_is_given_back)
{
	struct json_error err;
	struct json *doc;
	struct buf b;
	int i;

	buf_init(&b, OUT_MAX);
	buf_adds(&b, "[");
	for (i = 0; i < JSON_DEPTH_MAX; i++)
		buf_adds(&b, "[],{},[1],{\"a\":1},");
	buf_adds(&b, "0]");
	doc = parse_exact(b.data, b.len, &err);
	ck_assert_ptr_nonnull(doc);
	ck_assert_uint_eq(json_root(doc)->count, 4 * JSON_DEPTH_MAX + 1);
	json_free(doc);
	buf_clear(&b);
}
END_TEST

START_TEST(test_text_max)
{
	struct json_error err;
	char *text;

	text = malloc(JSON_TEXT_MAX + 1);
	ck_assert_ptr_nonnull(text);
	memset(text, ' ', JSON_TEXT_MAX + 1);
	text[0] = '1';
	ck_assert_ptr_null(json_parse(text, JSON_TEXT_MAX + 1, &err));
	ck_assert_str_eq(err.reason, "text too long");
	free(text);
}
END_TEST

/* An array of so many zeros. */
static struct json *
parse_zeros(size_t count, struct json_error *err)
{
	size_t i, len = 2 * count + 1;
	struct json *doc;
	char *text;

	text = malloc(len);
	ck_assert_ptr_nonnull(text);
	text[0] = '[';
	for (i = 0; i < count; i++)
		memcpy(text + 1 + 2 * i, "0,", 2);
	text[len - 1] = ']';
	doc = json_parse(text, len, err);
	free(text);
	return doc;
}

START_TEST(test_values_max)
{
	struct json_error err;
	struct json *doc;

	/* The array is a value too. */
	doc = parse_zeros(JSON_VALUES_MAX - 1, &err);
	ck_assert_ptr_nonnull(doc);
	ck_assert_uint_eq(json_root(doc)->count, JSON_VALUES_MAX - 1);
	json_free(doc);
	ck_assert_ptr_null(parse_zeros(JSON_VALUES_MAX, &err));
	ck_assert_str_eq(err.reason, "too many values");
}
END_TEST

/* 200000 names; comparing each with each would take minutes. */
START_TEST(test_large_object)
{
	enum { COUNT = 200000 };
	struct json_error err;
	struct json *doc;
	struct buf b;
	uint64_t n;
	size_t len;
	int i;

	buf_init(&b, JSON_TEXT_MAX);
	for (i = 0; i < COUNT; i++)
		buf_addf(&b, "%s\"name %d\":%d", i == 0 ? "{" : ",", i, i);
	len = b.len;
	buf_adds(&b, "}");
	doc = parse_exact(b.data, b.len, &err);
	ck_assert_ptr_nonnull(doc);
	ck_assert_uint_eq(json_root(doc)->count, COUNT);
	ck_assert_int_eq(json_to_uint(json_get(json_root(doc), "name 199999"),
	    &n), 0);
	ck_assert_uint_eq(n, 199999);
	json_free(doc);

	b.data[len] = ',';
	buf_adds(&b, "\"name 777\":0}");
	ck_assert_ptr_null(parse_exact(b.data, b.len, &err));
	ck_assert_str_eq(err.reason, "member name twice in one object");
	ck_assert_uint_eq(err.offset, len + 1);
	buf_clear(&b);
}
END_TEST

START_TEST(test_tree)
{
	struct json *doc;
	struct json_value *root, *v;

	doc = parse_good("{\"a\":[true,null,\"x\"],\"b\":false,\"c\":{}}");
	root = json_root(doc);
	ck_assert_int_eq(root->type, JSON_OBJECT);
	ck_assert_uint_eq(root->count, 3);
	ck_assert_ptr_null(root->name);
	v = json_get(root, "a");
	ck_assert_ptr_nonnull(v);
	ck_assert_int_eq(v->type, JSON_ARRAY);
	ck_assert_uint_eq(v->count, 3);
	ck_assert_str_eq(v->name, "a");
	ck_assert(v->child->is_true);
	ck_assert_int_eq(v->child->next->type, JSON_NULL);
	ck_assert_str_eq(json_to_str(v->child->next->next), "x");
	ck_assert_ptr_null(v->child->next->next->next);
	ck_assert(!json_get(root, "b")->is_true);
	ck_assert_uint_eq(json_get(root, "c")->count, 0);
	ck_assert_ptr_null(json_get(root, "c")->child);
	ck_assert_ptr_null(json_get(root, "d"));
	ck_assert_ptr_null(json_get(root, ""));
	ck_assert_ptr_null(json_get(v, "a"));
	ck_assert_ptr_null(json_get(NULL, "a"));
	json_free(doc);
}
END_TEST

START_TEST(test_to_str)
{
	struct json *doc;
	struct json_value *v;

	doc = parse_good("[\"abc\",\"\",\"a\\u0000b\",1,null]");
	v = json_root(doc)->child;
	ck_assert_str_eq(json_to_str(v), "abc");
	ck_assert_str_eq(json_to_str(v->next), "");
	v = v->next->next;
	ck_assert_ptr_null(json_to_str(v));
	ck_assert_uint_eq(v->len, 3);
	ck_assert_mem_eq(v->str, "a\0b", 4);
	ck_assert_ptr_null(json_to_str(v->next));
	ck_assert_ptr_null(json_to_str(v->next->next));
	ck_assert_ptr_null(json_to_str(NULL));
	json_free(doc);
}
END_TEST

START_TEST(test_to_text)
{
	static const char *const want[] = { "abc", NULL, "-1.50E+2", "true",
	    "false", "null", NULL, NULL };
	struct json *doc;
	struct json_value *v;
	size_t i;

	doc = parse_good("[\"abc\",\"a\\u0000\",-1.50E+2,true,false,null,"
	    "[],{}]");
	v = json_root(doc)->child;
	for (i = 0; i < UTIL_NELEM(want); i++, v = v->next)
		ck_assert_pstr_eq(json_to_text(v), want[i]);
	ck_assert_ptr_null(json_to_text(NULL));
	json_free(doc);
}
END_TEST

START_TEST(test_to_integer)
{
	const struct integer_test *t = &integer_tests[_i];
	struct json *doc;
	uint64_t u = 77;
	int64_t i = 77;

	doc = parse_good(t->input);
	ck_assert_int_eq(json_to_uint(json_root(doc), &u),
	    t->is_uint ? 0 : -1);
	ck_assert_uint_eq(u, t->is_uint ? t->want_uint : 77);
	ck_assert_int_eq(json_to_int(json_root(doc), &i), t->is_int ? 0 : -1);
	ck_assert_int_eq(i, t->is_int ? t->want_int : 77);
	json_free(doc);
}
END_TEST

START_TEST(test_to_double)
{
	const struct double_test *t = &double_tests[_i];
	struct json *doc;
	double d = 77;

	doc = parse_good(t->input);
	ck_assert_int_eq(json_to_double(json_root(doc), &d),
	    t->is_double ? 0 : -1);
	ck_assert(d == (t->is_double ? t->want : 77));
	json_free(doc);
}
END_TEST

START_TEST(test_to_number_of_nothing)
{
	uint64_t u;
	int64_t i;
	double d;

	ck_assert_int_eq(json_to_uint(NULL, &u), -1);
	ck_assert_int_eq(json_to_int(NULL, &i), -1);
	ck_assert_int_eq(json_to_double(NULL, &d), -1);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("json");
	TCase *tc;

	tc = tcase_create("grammar");
	tcase_add_loop_test(tc, test_good, 0, UTIL_NELEM(good_tests));
	tcase_add_loop_test(tc, test_bad, 0, UTIL_NELEM(bad_tests));
	tcase_add_loop_test(tc, test_cut, 0, UTIL_NELEM(good_tests));
	tcase_add_loop_test(tc, test_bad_cut, 0, UTIL_NELEM(bad_tests));
	tcase_add_loop_test(tc, test_changed, 0, UTIL_NELEM(good_tests));
	tcase_add_test(tc, test_random);
	tcase_add_test(tc, test_nothing);
	suite_add_tcase(s, tc);

	tc = tcase_create("limits");
	tcase_set_timeout(tc, 60);	/* valgrind and ASan take their time */
	tcase_add_test(tc, test_depth);
	tcase_add_test(tc, test_depth_is_given_back);
	tcase_add_test(tc, test_text_max);
	suite_add_tcase(s, tc);
	tc = tcase_create("size");
	tcase_set_tags(tc, "long");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_values_max);
	tcase_add_test(tc, test_large_object);
	suite_add_tcase(s, tc);

	tc = tcase_create("values");
	tcase_add_test(tc, test_tree);
	tcase_add_test(tc, test_to_str);
	tcase_add_test(tc, test_to_text);
	tcase_add_loop_test(tc, test_to_integer, 0,
	    UTIL_NELEM(integer_tests));
	tcase_add_loop_test(tc, test_to_double, 0, UTIL_NELEM(double_tests));
	tcase_add_test(tc, test_to_number_of_nothing);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
