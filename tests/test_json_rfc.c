/* SPDX-License-Identifier: MIT */

/*
 * json.c and json_write.c by RFC 8259, corner by corner, in the manner of the
 * public suites: texts that must be taken, texts that must be refused, and
 * those about which a reader may choose, with the one thing that this reader
 * does. What is taken is written and read back. Numbers at the edges are read
 * as the wire reads them: a number or an error, never another number. And no
 * text takes much longer than a plain one of its size.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "json.h"
#include "json_write.h"
#include "tests/suite.h"
#include "wire.h"
#include "wire/read.h"
#include "wire/request_json.h"

#define T(s)		{ (s), sizeof(s) - 1 }	/* may hold NULs */
#define MIB		(1024 * 1024)

struct row {
	const char	*text;
	size_t		 len;
};

/* RFC 8259 2 to 7, and 9. */
static const struct row taken[] = {
	T("[]"), T("[[]   ]"), T("[\"\"]"),
	T("{}"), T("{\"\":0}"), T("[null, 1, \"1\", {}]"),
	T(" [1]"), T("[1]\n"), T("[1\n]"),
	T("[1,null,null,null,2]"), T("[2] "),
	T("\t\r\n [\t\r\n 1\t\r\n ,\t\r\n {\t\r\n \"a\"\t\r\n :\t\r\n 2"
	    "\t\r\n }\t\r\n ]\t\r\n "),
	/* Any value may be a text (2). */
	T("42"), T("-0.1"), T("\"asd\""),
	T("\"\""), T("true"), T("false"),
	T("null"), T(" null "),
	/* Numbers (6). */
	T("[0]"), T("[-0]"), T("[0.0]"),
	T("[-0.0]"), T("[0e1]"), T("[0e+1]"),
	T("[0E-1]"), T("[1e+5]"), T("[1E22]"),
	T("[1e-2]"), T("[1E+002]"), T("[20e1]"),
	T("[123.456e78]"), T("[123.456789]"),
	T("[-123]"), T("[-1]"), T("[0.000000000000000"
	    "00000000000000000000000000000000000000000000000000001]"),
	/* Strings (7). */
	T("[\"\\u0060\\u012a\\u12AB\"]"),
	T("[\"\\uD801\\udc37\"]"),
	T("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
	T("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
	T("[\"\\\\u0000\"]"), T("[\"\\\"\"]"),
	T("[\"a/*b*/c/*d//e\"]"), T("[\"\\\\a\"]"),
	T("[\"\\u0000\"]"), T("[\"\\u0012\"]"),
	T("[\"\\u001f\\u007f\\u0080\\u009f\"]"),
	T("[\"\x7f\"]"),		/* DEL is no control here */
	T("[\"\\uDBFF\\uDFFF\\uDBFF\\uDFFE\"]"),
	T("[\"\\uFDD0\\uFFFE\\uFFFF\"]"),	/* no characters */
	T("[\"\xef\xb7\x90\xef\xbf\xbe\xef\xbf\xbf\"]"),
	T("[\"\xf4\x8f\xbf\xbf\xf0\x9f\xbf\xbe\"]"),
	T("[\"\xe2\x80\xa8\xe2\x80\xa9\"]"),
	T("[\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\"]"),
	T("[\"\xf0\x90\x80\x80\xf3\xb0\x80\x80\"]"),
	T("[\"\\u200B\\u2064\\u2028\\u0821\"]"),
	T("\"\xef\xbb\xbf\""),		/* U+FEFF inside */
	/* Objects (4). */
	T("{\"a\":1,\"b\":2}"), T("{\"foo\\u0000bar\":42}"),
	T("{\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}}"),
	T("{\"a\":1,\"A\":2,\"a \":3,\" a\":4}"),
	T("{\"\xc3\xa9\":1,\"e\xcc\x81\":2}"),	/* two spellings */
	T("{\n\"a\":\n1\n}"),
	T("{\"x\":[{\"id\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}],"
	    "\"id\":\"\"}")
};

static const struct row refused[] = {
	/* No text, or more than one (2). */
	T(""), T(" "), T("\n"), T("\0"),
	T("1 1"), T("[][]"), T("{}{}"),
	T("[1]x"), T("[1]\0"), T("1\0"),
	T("{\"a\":1}#"), T("{\"a\":1}/**/"),
	T("{\"a\":1}//"), T("/**/1"), T("#\n1"),
	T("[1]]"), T("{}}"), T("["), T("{"),
	T("]"), T("}"), T(","), T(":"),
	T("*"), T("\xe5"), T("\xc3\xa5"),
	T("<null>"), T("[<null>]"),
	/* Blanks are four characters (2). */
	T("\f[]"), T("[]\v"), T("[\f]"),
	T("[\v1]"), T("\xc2\xa0[]"), T("[\xe2\x81\xa0]"),
	T("[\xe2\x80\xa8]"), T("[\xe3\x80\x80]"),
	T("\b1"), T("\x1e[]\n"),	/* of RFC 7464 */
	/* Words (3). */
	T("[nul]"), T("[tru]"), T("[fals]"),
	T("[True]"), T("[TRUE]"), T("[NULL]"),
	T("[truefalse]"), T("[true false]"),
	T("[nulll]"), T("[n\0ull]"), T("undefined"),
	T("[None]"),
	/* Arrays (5). */
	T("[1 true]"), T("[1:2]"), T("[,1]"),
	T("[1,,2]"), T("[\"x\",,]"), T("[\"x\",]"),
	T("[1,]"), T("[1,\n]"), T("[,]"),
	T("[\"x\""), T("[1,"), T("[1}"),
	T("[3[4]]"), T("[["), T("[\"\": 1]"),
	T("[-]"), T("[*]"), T("[1;2]"),
	T("[1/**/,2]"), T("[1//\n]"),
	/* Objects (4). */
	T("{\"a\":1,}"), T("{\"a\":1,,}"),
	T("{\"a\":1,,\"b\":2}"), T("{,}"),
	T("{,\"a\":1}"), T("{\"a\"}"), T("{\"a\":}"),
	T("{\"a\" 1}"), T("{\"a\",1}"), T("{:1}"),
	T("{a:1}"), T("{'a':1}"), T("{1:1}"),
	T("{null:1}"), T("{[1]:1}"), T("{{}:1}"),
	T("{\"a\"::1}"), T("{\"a\":1:2}"),
	T("{\"a\":1 \"b\":2}"), T("{\"a\":1;}"),
	T("{\"a\":1]"), T("{\"a\":1"), T("{\"a"),
	T("{\"a\":/**/1}"), T("{\"a\"=1}"),
	T("{\"a\":\"b\" c}"), T("{\"\\uD800\":1}"),
	/* Numbers (6). */
	T("[+1]"), T("[+Inf]"), T("[-01]"),
	T("[-00]"), T("[01]"), T("[00]"),
	T("[012]"), T("[-012]"), T("[1.]"),
	T("[-2.]"), T("[.5]"), T("[-.5]"),
	T("[.]"), T("[.e1]"), T("[0.]"),
	T("[0.e1]"), T("[2.e3]"), T("[1.e-5]"),
	T("[0.3e]"), T("[0.3e+]"), T("[0E]"),
	T("[0E+]"), T("[1e]"), T("[1e+]"),
	T("[1e-]"), T("[1e++1]"), T("[1e+-1]"),
	T("[1e1.5]"), T("[1e1e1]"), T("[1.2.3]"),
	T("[1ee5]"), T("[e5]"), T("[1E]"),
	T("[0x1]"), T("[0x42]"), T("[0b1]"),
	T("[0o7]"), T("[1_000]"), T("[1 000]"),
	T("[1,000.0 0]"), T("[1a]"), T("[1n]"),
	T("[NaN]"), T("[nan]"), T("[Infinity]"),
	T("[-Infinity]"), T("[-NaN]"), T("[inf]"),
	T("[--1]"), T("[- 1]"), T("[-x]"),
	T("[1+2]"), T("[$1]"), T("[1\0]"),
	T("[0\0]"), T("[\xef\xbc\x91]"),	/* wide 1 */
	T("[123\xe5]"), T("[1e\xe5]"), T("-"),
	/* Strings (7). */
	T("['a']"), T("[`a`]"), T("[\"a]"),
	T("\""), T("\"\\"), T("\"\\\""),
	T("[\"\\\\\\\"]"), T("[\"\\x00\"]"),
	T("[\"\\a\"]"), T("[\"\\v\"]"), T("[\"\\0\"]"),
	T("[\"\\'\"]"), T("[\"\\ \"]"), T("[\"\\\n\"]"),
	T("[\"\\\t\"]"), T("[\"\\\0\"]"), T("[\"\\U0041\"]"),
	T("[\"\\\xc3\xa9\"]"), T("[\"\\\xe5\"]"),
	T("[\"\\u\"]"), T("[\"\\u1\"]"), T("[\"\\u12\"]"),
	T("[\"\\u00A\"]"), T("[\"\\u00G0\"]"),
	T("[\"\\u 041\"]"), T("[\"\\u+041\"]"),
	T("[\"\\u{41}\"]"), T("[\"\\u0\x30\0\"]"),
	T("[\\u0020\"a\"]"), T("[\\n]"), T("[a\"]"),
	T("[\"a\nb\"]"), T("[\"a\tb\"]"), T("[\"a\rb\"]"),
	T("[\"a\0b\"]"), T("[\"\x01\"]"), T("[\"\x1f\"]"),
	T("[\"\x1b[0m\"]"), T("\"a\"x"),
	/* Not UTF-8 (8.1): as in RFC 3629 3 and 4. */
	T("[\"\x80\"]"), T("[\"\xbf\"]"), T("[\"\x81\x80\"]"),
	T("[\"\xc0\x80\"]"), T("[\"\xc0\xaf\"]"),
	T("[\"\xc1\xbf\"]"), T("[\"\xe0\x80\xaf\"]"),
	T("[\"\xe0\x9f\xbf\"]"), T("[\"\xf0\x80\x80\xaf\"]"),
	T("[\"\xf0\x8f\xbf\xbf\"]"),
	T("[\"\xf8\x80\x80\x80\xaf\"]"),
	T("[\"\xfc\x80\x80\x80\x80\xaf\"]"),
	T("[\"\xed\xa0\x80\"]"), T("[\"\xed\xbf\xbf\"]"),
	T("[\"\xed\xa0\xbd\xed\xb8\x80\"]"),	/* a pair of them */
	T("[\"\xf4\x90\x80\x80\"]"), T("[\"\xf5\x80\x80\x80\"]"),
	T("[\"\xf7\xbf\xbf\xbf\"]"), T("[\"\xfe\"]"),
	T("[\"\xff\"]"), T("[\"\xc2\"]"), T("[\"\xe2\x82\"]"),
	T("[\"\xf0\x9f\x98\"]"), T("[\"\xe2\x28\xa1\"]"),
	T("[\"\xe2\x82\x28\"]"), T("[\"\xf0\x28\x8c\xbc\"]"),
	T("[\"\xc3\xa9\xa9\"]"), T("\"\xc3"), T("\"\xf0\x9f"),
	T("{\"\x80\":1}"), T("[\"\xe9\"]"),	/* Latin-1 */
	T("[\xff]"), T("\xff\xfe[\0]\0"),	/* UTF-16 */
	T("\0[\0]"), T("\xfe\xff\0[\0]")
};

/* The RFC leaves these open; here they are refused, and why. */
static const struct {
	const char	*text;
	const char	*reason;
} chosen[] = {
	/* 8.1: a reader may ignore it. */
	{ "\xef\xbb\xbf", "byte order mark" },
	{ "\xef\xbb\xbf{}", "byte order mark" },
	/* 4: names should be unique, or readers disagree. */
	{ "{\"a\":1,\"a\":1}", "member name twice in one object" },
	{ "{\"a\":1,\"\\u0061\":2}", "member name twice in one object" },
	{ "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}",
	    "member name twice in one object" },
	{ "{\"/\":1,\"\\/\":2}", "member name twice in one object" },
	{ "{\"a\\u0000b\":1,\"a\\u0000b\":2}",
	    "member name twice in one object" },
	{ "{\"long enough name\":1,\"x\":2,\"long enough name\":3}",
	    "member name twice in one object" },
	/* 8.2: such a string cannot be written as UTF-8. */
	{ "[\"\\uD800\"]", "lone surrogate" },
	{ "[\"\\uDFFF\"]", "lone surrogate" },
	{ "[\"\\uD800\\n\"]", "lone surrogate" },
	{ "[\"\\uD800\\u0041\"]", "lone surrogate" },
	{ "[\"\\uD800\\uD800\\uDC00\"]", "lone surrogate" },
	{ "[\"\\uDd1e\\uD834\"]", "lone surrogate" },
	{ "[\"\\uD834\\\"]", "lone surrogate" },
	{ "[\"\\uD800\\", "lone surrogate" },
	{ "[\"\\uD800\\u\"]", "expected a hex digit" },
	{ "[\"\\uD800\\uDC0\"]", "expected a hex digit" },
	{ "[\"\\ud800abc\"]", "lone surrogate" }
};

/*
 * Numbers are taken as text (9 allows limits) and read when asked for: what is
 * no fit is an error. 1: a value, 0: refused.
 */
static const struct {
	const char	*text;
	int		 uint;		/* json_to_uint, wire_read_uint */
	int		 sint;		/* json_to_int */
	int		 wire;		/* wire_read_int, wire_read_ns */
	int		 count;		/* wire_read_count */
	int		 real;		/* json_to_double */
} numbers[] = {
	{ "0", 1, 1, 1, 1, 1 },
	{ "-0", 0, 1, 0, 0, 1 },
	{ "-1", 0, 1, 0, 0, 1 },
	{ "1.0", 0, 0, 0, 0, 1 },
	{ "1e0", 0, 0, 0, 0, 1 },
	{ "1e2", 0, 0, 0, 0, 1 },
	{ "10e-1", 0, 0, 0, 0, 1 },
	{ "9007199254740991", 1, 1, 1, 1, 1 },		/* 2^53 - 1 */
	{ "9007199254740992", 1, 1, 1, 0, 1 },
	{ "9007199254740993", 1, 1, 1, 0, 1 },
	{ "9223372036854775806", 1, 1, 1, 0, 1 },
	{ "9223372036854775807", 1, 1, 1, 0, 1 },	/* 2^63 - 1 */
	{ "9223372036854775808", 1, 0, 0, 0, 1 },
	{ "9223372036854775809", 1, 0, 0, 0, 1 },
	{ "-9223372036854775807", 0, 1, 0, 0, 1 },
	{ "-9223372036854775808", 0, 1, 0, 0, 1 },	/* -2^63 */
	{ "-9223372036854775809", 0, 0, 0, 0, 1 },
	{ "18446744073709551614", 1, 0, 0, 0, 1 },
	{ "18446744073709551615", 1, 0, 0, 0, 1 },	/* 2^64 - 1 */
	{ "18446744073709551616", 0, 0, 0, 0, 1 },
	{ "18446744073709551617", 0, 0, 0, 0, 1 },
	{ "-18446744073709551615", 0, 0, 0, 0, 1 },
	{ "36893488147419103233", 0, 0, 0, 0, 1 },	/* 2^65 + 1 */
	{ "184467440737095516161", 0, 0, 0, 0, 1 },
	{ "1e308", 0, 0, 0, 0, 1 },
	{ "1e309", 0, 0, 0, 0, 0 },
	{ "-1e309", 0, 0, 0, 0, 0 },
	{ "1e99999999999999999999", 0, 0, 0, 0, 0 },
	{ "1e-99999999999999999999", 0, 0, 0, 0, 1 },	/* is 0 */
	{ "0e99999999999999999999", 0, 0, 0, 0, 1 },
	{ "1.7976931348623159e308", 0, 0, 0, 0, 0 },
	{ "4.9e-324", 0, 0, 0, 0, 1 },
	{ "true", 0, 0, 0, 0, 0 },
	{ "\"1\"", 0, 0, 0, 0, 0 },
	{ "[]", 0, 0, 0, 0, 0 },
	{ "{}", 0, 0, 0, 0, 0 }
};

static struct json *parse_exact(const char *s, size_t len,
		    struct json_error *err);
static void	 write_value(struct json_out *w, const char *name,
		    const struct json_value *v);
static bool	 is_same(const struct json_value *a,
		    const struct json_value *b);
static void	 check_read(const char *text, const char *what, int want,
		    int got, uint64_t *n);
static clock_t	 best_time(const struct buf *b);
static void	 fill(struct buf *b, size_t max, const char *begin,
		    const char *item, uint32_t step, const char *end);

/* From memory of just that size, so that ASan sees one byte too far. */
static struct json *
parse_exact(const char *s, size_t len, struct json_error *err)
{
	char *p = malloc(len > 0 ? len : 1);
	struct json *doc;

	ck_assert_ptr_nonnull(p);
	memcpy(p, s, len);
	doc = json_parse(p, len, err);
	free(p);
	return doc;
}

/* By the writer alone; numbers that it does not write as they came are cut. */
static void
write_value(struct json_out *w, const char *name, const struct json_value *v)
{
	const struct json_value *child;
	double real;

	switch (v->type) {
	case JSON_NULL:
		json_null(w, name);
		break;
	case JSON_BOOL:
		json_bool(w, name, v->is_true);
		break;
	case JSON_NUMBER:
		ck_assert_int_eq(json_to_double(v, &real), 0);
		json_double(w, name, real);
		break;
	case JSON_STRING:
		json_strn(w, name, v->str, v->len);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		if (v->type == JSON_ARRAY)
			json_array(w, name);
		else
			json_object(w, name);
		for (child = v->child; child != NULL; child = child->next)
			write_value(w, child->name, child);
		json_close(w);
		break;
	}
}

/* Names are compared to their NUL, which is as much as is written. */
static bool
is_same(const struct json_value *a, const struct json_value *b)
{
	const struct json_value *x, *y;
	double m, n;

	if (a->type != b->type || a->count != b->count ||
	    a->is_true != b->is_true)
		return false;
	if (a->name != NULL && strcmp(a->name, b->name) != 0)
		return false;
	if (a->type == JSON_NUMBER)
		return json_to_double(a, &m) == 0 &&
		    json_to_double(b, &n) == 0 && m == n;
	if (a->type == JSON_STRING)
		return a->len == b->len && memcmp(a->str, b->str, a->len) == 0;
	for (x = a->child, y = b->child; x != NULL && y != NULL;
	    x = x->next, y = y->next)
		if (!is_same(x, y))
			return false;
	return x == y;
}

START_TEST(test_taken)
{
	const struct row *row = &taken[_i];
	struct json *doc, *again;
	struct json_error err;
	struct json_out w;
	struct buf out;
	int pretty;

	doc = parse_exact(row->text, row->len, &err);
	ck_assert_msg(doc != NULL, "%s: %s", row->text, err.reason);
	for (pretty = 0; pretty < 2; pretty++) {
		buf_init(&out, MIB);
		json_out_start(&w, &out, pretty == 1);
		write_value(&w, NULL, json_root(doc));
		ck_assert_int_eq(json_out_end(&w), 0);
		again = parse_exact(out.data, out.len, &err);
		ck_assert_msg(again != NULL, "%s: written %s: %s", row->text,
		    buf_str(&out), err.reason);
		ck_assert_msg(is_same(json_root(doc), json_root(again)),
		    "%s: written %s", row->text, buf_str(&out));
		json_free(again);
		buf_clear(&out);
	}
	json_free(doc);
}
END_TEST

/* Refused, and so when it is a value among others. */
START_TEST(test_refused)
{
	const struct row *row = &refused[_i];
	struct json_error err;
	struct buf b;

	ck_assert_msg(parse_exact(row->text, row->len, &err) == NULL,
	    "%d: %s: taken", _i, row->text);
	ck_assert(err.offset <= row->len);
	buf_init(&b, 4096);
	buf_adds(&b, "{\"a\":[");
	buf_add(&b, row->text, row->len);
	buf_adds(&b, ",1]}");
	ck_assert_msg(parse_exact(b.data, b.len, &err) == NULL,
	    "%d: %s: taken inside", _i, row->text);
	buf_clear(&b);
}
END_TEST

START_TEST(test_chosen)
{
	const char *text = chosen[_i].text;
	struct json_error err;

	ck_assert_msg(parse_exact(text, strlen(text), &err) == NULL,
	    "%s: taken", text);
	ck_assert_str_eq(err.reason, chosen[_i].reason);
}
END_TEST

/* *n was 77 before, and is so again. */
static void
check_read(const char *text, const char *what, int want, int got, uint64_t *n)
{
	ck_assert_msg(got == (want ? 0 : -1), "%s: %s gives %d", text, what,
	    got);
	ck_assert_msg(*n == (want ? strtoull(text, NULL, 10) : 77),
	    "%s: %s reads %ju", text, what, (uintmax_t)*n);
	*n = 77;
}

START_TEST(test_number)
{
	const char *text = numbers[_i].text;
	char why[WIRE_TEXT_MAX];
	struct wire_reader r = { .why = why };
	struct json_error err;
	struct json *doc;
	struct buf b;
	uint64_t n = 77;
	int64_t i = 77;
	double d = 77;

	buf_init(&b, 4096);
	buf_addf(&b, "{\"n\":%s}", text);
	doc = parse_exact(b.data, b.len, &err);
	ck_assert_ptr_nonnull(doc);
	r.obj = json_root(doc);
	check_read(text, "uint", numbers[_i].uint,
	    json_to_uint(json_get(r.obj, "n"), &n), &n);
	check_read(text, "wire uint", numbers[_i].uint,
	    wire_read_uint(&r, "n", &n), &n);
	check_read(text, "wire int", numbers[_i].wire,
	    wire_read_int(&r, "n", &n), &n);
	check_read(text, "wire ns", numbers[_i].wire,
	    wire_read_ns(&r, "n", &n), &n);
	check_read(text, "wire count", numbers[_i].count,
	    wire_read_count(&r, "n", &n), &n);
	ck_assert_int_eq(json_to_int(json_get(r.obj, "n"), &i),
	    numbers[_i].sint ? 0 : -1);
	ck_assert(i == (numbers[_i].sint ? strtoll(text, NULL, 10) : 77));
	ck_assert_int_eq(json_to_double(json_get(r.obj, "n"), &d),
	    numbers[_i].real ? 0 : -1);
	ck_assert(d == (numbers[_i].real ? strtod(text, NULL) : 77));
	json_free(doc);
	buf_clear(&b);
}
END_TEST

/* 400 digits: text as long as that, a double at most, never an integer. */
START_TEST(test_long_number)
{
	static const char *const begins[] = { "", "-", "0.", "1e", "1e-",
	    "0.0e" };
	static const bool is_real[] = { false, false, true, false, true,
	    true };
	struct json_error err;
	struct json *doc;
	struct buf b;
	uint64_t n = 77;
	int64_t i = 77;
	double d;
	int k;

	buf_init(&b, 4096);
	buf_adds(&b, begins[_i]);
	for (k = 0; k < 400; k++)
		buf_adds(&b, "7");
	doc = parse_exact(b.data, b.len, &err);
	ck_assert_ptr_nonnull(doc);
	ck_assert_uint_eq(json_root(doc)->len, b.len);
	ck_assert_int_eq(json_to_uint(json_root(doc), &n), -1);
	ck_assert_int_eq(json_to_int(json_root(doc), &i), -1);
	ck_assert(n == 77 && i == 77);
	ck_assert_int_eq(json_to_double(json_root(doc), &d),
	    is_real[_i] ? 0 : -1);
	json_free(doc);
	buf_clear(&b);
}
END_TEST

/* Brackets that nobody closes: depth is bounded before the stack is. */
START_TEST(test_depth)
{
	static const char *const begins[] = { "[", "{\"a\":", "[{\"\":[" };
	struct json_error err;
	struct buf b;
	int i;

	buf_init(&b, MIB);
	for (i = 0; i < 100000; i++)
		buf_adds(&b, begins[_i]);
	ck_assert_ptr_null(parse_exact(b.data, b.len, &err));
	ck_assert_str_eq(err.reason, "nested too deeply");
	buf_clear(&b);
}
END_TEST

/* Begins, as many items as fit (%x in them counts by step), the end. */
static void
fill(struct buf *b, size_t max, const char *begin, const char *item,
    uint32_t step, const char *end)
{
	const char *at = strstr(item, "%x");
	uint32_t n = 0;

	buf_init(b, max);
	buf_adds(b, begin);
	while (b->len + strlen(item) + 8 + strlen(end) < max) {
		if (at == NULL)
			buf_adds(b, item);
		else
			buf_addf(b, "%.*s%08x%s", (int)(at - item), item,
			    (unsigned int)n, at + 2);
		n += step;
	}
	if (b->data[b->len - 1] == ',')
		b->len--;
	buf_adds(b, end);
}

/*
 * To read it as a worker does, which looks for some members in all that there
 * are. Of five: what else the machine does only adds.
 */
static clock_t
best_time(const struct buf *b)
{
	char why[WIRE_TEXT_MAX];
	struct run_request req;
	struct json_error err;
	struct json *doc;
	clock_t best = 0, t;
	int i, want = b->data[0] == '{' ? 0 : -1;

	for (i = 0; i < 5; i++) {
		t = clock();
		doc = json_parse(b->data, b->len, &err);
		ck_assert_msg(doc != NULL, "%s", err.reason);
		run_request_init(&req);
		ck_assert_int_eq(run_request_from_json(&req, json_root(doc),
		    why), want);
		run_request_clear(&req);
		json_free(doc);
		t = clock() - t;
		best = i == 0 || t < best ? t : best;
	}
	return best;
}

/* Names that differ late, in the worst orders for a sort, and plain ones. */
static const struct {
	const char	*descr;
	const char	*begin;
	const char	*item;
	uint32_t	 step;
	const char	*end;
} hostile[] = {
	{ "names in order", "{", "\"%x\":0,", 1, "}" },
	{ "names against order", "{", "\"%x\":0,", UINT32_MAX, "}" },
	{ "names in any order", "{", "\"%x\":0,", 2654435761u, "}" },
	{ "a prefix of 8 bytes", "{", "\"aaaaaaaa%x\":0,", 2654435761u, "}" },
	{ "a prefix of 40 bytes", "{", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaa%x\":0,", 2654435761u, "}" },
	{ "objects of one", "[", "{\"%x\":0},", 1, "]" },
	{ "objects in an object", "{", "\"%x\":{\"a\":0},", 2654435761u, "}" },
	{ "objects of nothing", "[", "{},", 0, "]" },
	{ "escapes", "\"", "\\ud83d\\ude00", 0, "\"" },
	{ "letters", "\"", "aaaa", 0, "\"" },
	{ "digits", "", "7777", 0, "7" }
};

/* Quadratic would be thousands of times as long; n log n is not ten. */
START_TEST(test_time)
{
	enum { TIMES = 20 };
	struct buf plain, b;
	clock_t plain_time, time;

	fill(&plain, MIB, "[", "0,", 0, "]");
	fill(&b, MIB, hostile[_i].begin, hostile[_i].item, hostile[_i].step,
	    hostile[_i].end);
	plain_time = best_time(&plain);
	time = best_time(&b);
	ck_assert_msg(time <= TIMES * plain_time, "%s: %ju to %ju",
	    hostile[_i].descr, (uintmax_t)time, (uintmax_t)plain_time);
	buf_clear(&plain);
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("json_rfc");
	TCase *tc = tcase_create("texts");

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, test_taken, 0, UTIL_NELEM(taken));
	tcase_add_loop_test(tc, test_refused, 0, UTIL_NELEM(refused));
	tcase_add_loop_test(tc, test_chosen, 0, UTIL_NELEM(chosen));
	tcase_add_loop_test(tc, test_number, 0, UTIL_NELEM(numbers));
	tcase_add_loop_test(tc, test_long_number, 0, 6);
	tcase_add_loop_test(tc, test_depth, 0, 3);

	tc = tcase_create("time");
	tcase_set_tags(tc, "long");
	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);	/* valgrind and ASan take their time */
	tcase_add_loop_test(tc, test_time, 0, UTIL_NELEM(hostile));
	return suite_main(s);
}
