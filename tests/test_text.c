/* SPDX-License-Identifier: MIT */

/*
 * base/text.c: every kind of number that people type and read, near names,
 * base64 and UTF-8. What is no value is refused with the right errno and
 * leaves the result alone; what is printed exactly is read back as it was.
 * Strings to parse are copied to memory of their exact size, so that ASan sees
 * one byte too far; views come without a NUL.
 */

#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "tests/suite.h"

#define UNTOUCHED	UINT64_C(0xdeadbeef)
#define LONG_NAME	\
	"a_name_that_is_far_longer_than_any_that_somebody_would_think_of_"

static const struct number_test {
	const char	*descr;
	const char	*input;
	uint64_t	 max;
	uint64_t	 want;
	int		 error;		/* errno, 0 if it is a number */
} uint_tests[] = {
	{ "zero", "0", 10, 0, 0 },
	{ "leading zeros", "007", 10, 7, 0 },
	{ "the maximum", "10", 10, 10, 0 },
	{ "one over", "11", 10, 0, ERANGE },
	{ "a digit over", "9", 5, 0, ERANGE },
	{ "over, then small digits", "110000", 10, 0, ERANGE },
	{ "maximum of zero", "0", 0, 0, 0 },
	{ "over a maximum of zero", "1", 0, 0, ERANGE },
	{ "2^64 - 1", "18446744073709551615", UINT64_MAX, UINT64_MAX, 0 },
	{ "2^64", "18446744073709551616", UINT64_MAX, 0, ERANGE },
	{ "very long", "99999999999999999999999999", UINT64_MAX, 0, ERANGE },
	{ "very long and no number", "99999999999999999999999999x",
	    UINT64_MAX, 0, EINVAL },
	{ "empty", "", 10, 0, EINVAL },
	{ "negative", "-1", 10, 0, EINVAL },
	{ "plus", "+1", 10, 0, EINVAL },
	{ "blank before", " 1", 10, 0, EINVAL },
	{ "blank behind", "1 ", 10, 0, EINVAL },
	{ "newline behind", "1\n", 10, 0, EINVAL },
	{ "fraction", "1.0", 10, 0, EINVAL },
	{ "hex", "0x1", 10, 0, EINVAL }
};

static const struct number_test duration_tests[] = {
	{ "bare zero", "0", 0, 0, 0 },
	{ "zero with unit", "0s", 0, 0, 0 },
	{ "ns", "17ns", 0, 17, 0 },
	{ "us", "1us", 0, 1000, 0 },
	{ "micro sign", "2\xc2\xb5s", 0, 2000, 0 },
	{ "Greek mu", "3\xce\xbcs", 0, 3000, 0 },
	{ "ms", "300ms", 0, 300000000, 0 },
	{ "s", "5s", 0, 5000000000, 0 },
	{ "m", "2m", 0, 120000000000, 0 },
	{ "h", "1h", 0, 3600000000000, 0 },
	{ "all of them", "1h2m3s4ms5us6ns", 0, 3723004005006, 0 },
	{ "any order", "6ns1h", 0, 3600000000006, 0 },
	{ "same unit twice", "1s1s", 0, 2000000000, 0 },
	{ "fraction", "1h2m3.5s", 0, 3723500000000, 0 },
	{ "fraction only", ".5s", 0, 500000000, 0 },
	{ "point without fraction", "1.s", 0, 1000000000, 0 },
	{ "exact where a double is not", "0.1h", 0, 360000000000, 0 },
	{ "below 1 ns", "0.9ns", 0, 0, 0 },
	{ "below 1 ns of more", "1.0000000019s", 0, 1000000001, 0 },
	{ "a ninth of an hour, below", "0.02777777777777777777777777h", 0,
	    99999999999, 0 },
	{ "a ninth of an hour, above", "0.02777777777777777777777778h", 0,
	    100000000000, 0 },
	{ "long fraction", "0.3333333333333333333333333333333333333333h", 0,
	    1199999999999, 0 },
	{ "the maximum", "9223372036854775807ns", 0, INT64_MAX, 0 },
	{ "the maximum in parts", "2562047h47m16.854775807s", 0, INT64_MAX,
	    0 },
	{ "one over", "9223372036854775808ns", 0, 0, ERANGE },
	{ "one over in parts", "2562047h47m16.854775808s", 0, 0, ERANGE },
	{ "over by the unit", "2562048h", 0, 0, ERANGE },
	{ "over by the sum", "2562047h2562047h2562047h", 0, 0, ERANGE },
	{ "over by far", "99999999999999999999999h99999999999999999999999h",
	    0, 0, ERANGE },
	{ "over and no duration", "99999999999999999999999h1", 0, 0, EINVAL },
	{ "empty", "", 0, 0, EINVAL },
	{ "no unit", "5", 0, 0, EINVAL },
	{ "no unit at the end", "1m5", 0, 0, EINVAL },
	{ "two zeros", "00", 0, 0, EINVAL },
	{ "no number", "s", 0, 0, EINVAL },
	{ "point only", ".s", 0, 0, EINVAL },
	{ "two points", "1.2.3s", 0, 0, EINVAL },
	{ "negative", "-1s", 0, 0, EINVAL },
	{ "plus", "+1s", 0, 0, EINVAL },
	{ "unknown unit", "1d", 0, 0, EINVAL },
	{ "unit in capitals", "1S", 0, 0, EINVAL },
	{ "half a micro sign", "1\xc2s", 0, 0, EINVAL },
	{ "blank before", " 1s", 0, 0, EINVAL },
	{ "blank between", "1m 5s", 0, 0, EINVAL },
	{ "blank behind", "1s ", 0, 0, EINVAL },
	{ "exponent", "1e3s", 0, 0, EINVAL }
};

static const struct number_test rate_tests[] = {
	{ "plain", "250", 0, 250, 0 },
	{ "zero", "0", 0, 0, 0 },
	{ "thousands", "2.5k", 0, 2500, 0 },
	{ "millions", "1M", 0, 1000000, 0 },
	{ "fraction to the last digit", "1.234567M", 0, 1234567, 0 },
	{ "fraction with zeros", "1.23456700M", 0, 1234567, 0 },
	{ "fraction of nothing", "2.0", 0, 2, 0 },
	{ "fraction only", ".5k", 0, 500, 0 },
	{ "the maximum", "9223372036854775807", 0, INT64_MAX, 0 },
	{ "one over", "9223372036854775808", 0, 0, ERANGE },
	{ "over by the unit", "9223372036854776k", 0, 0, ERANGE },
	{ "fraction left", "2.5", 0, 0, EINVAL },
	{ "fraction left of k", "1.2345k", 0, 0, EINVAL },
	{ "fraction left, far down", "1.0000000000000000000000000001k", 0, 0,
	    EINVAL },
	{ "empty", "", 0, 0, EINVAL },
	{ "unit only", "k", 0, 0, EINVAL },
	{ "point and unit", ".k", 0, 0, EINVAL },
	{ "two points", "1.2.3", 0, 0, EINVAL },
	{ "negative", "-1", 0, 0, EINVAL },
	{ "plus", "+1", 0, 0, EINVAL },
	{ "exponent", "1e3", 0, 0, EINVAL },
	{ "two units", "1kk", 0, 0, EINVAL },
	{ "other unit", "1G", 0, 0, EINVAL },
	{ "blank", "1 k", 0, 0, EINVAL },
	{ "per second", "10/s", 0, 0, EINVAL }
};

static const struct decimal_test {
	const char	*descr;
	const char	*input;
	double		 want;
	int		 error;
} decimal_tests[] = {
	{ "whole", "5", 5, 0 },
	{ "fraction", "0.25", 0.25, 0 },
	{ "per cent", "99.9", 99.9, 0 },
	{ "fraction only", ".5", 0.5, 0 },
	{ "point at the end", "1.", 1, 0 },
	{ "more than 64 bits", "36893488147419103232", 36893488147419103232.0,
	    0 },
	{ "empty", "", 0, EINVAL },
	{ "point only", ".", 0, EINVAL },
	{ "two points", "1.2.3", 0, EINVAL },
	{ "comma", "1,5", 0, EINVAL },
	{ "negative", "-1", 0, EINVAL },
	{ "plus", "+1", 0, EINVAL },
	{ "exponent", "1e3", 0, EINVAL },
	{ "hex", "0x10", 0, EINVAL },
	{ "infinity", "inf", 0, EINVAL },
	{ "not a number", "nan", 0, EINVAL },
	{ "blank before", " 1", 0, EINVAL },
	{ "blank behind", "1 ", 0, EINVAL }
};

static const struct format_test {
	uint64_t	 input;
	const char	*want;
} format_ns_tests[] = {
	{ 0, "0ns" },
	{ 7, "7ns" },
	{ 850, "850ns" },
	{ 999, "999ns" },
	{ 1000, "1.00us" },
	{ 1004, "1.00us" },
	{ 1005, "1.01us" },
	{ 9994, "9.99us" },
	{ 9995, "10.0us" },
	{ 12345, "12.3us" },
	{ 99949, "99.9us" },
	{ 99950, "100us" },
	{ 999499, "999us" },
	{ 999500, "1.00ms" },
	{ 999960, "1.00ms" },
	{ 1500000, "1.50ms" },
	{ 999499999, "999ms" },
	{ 999500000, "1.00s" },
	{ 1200000000, "1.20s" },
	{ 9995000000, "10.0s" },
	{ 59949999999, "59.9s" },
	{ 59950000000, "1m00s" },
	{ 59999999999, "1m00s" },
	{ 60000000000, "1m00s" },
	{ 125000000000, "2m05s" },
	{ 125499999999, "2m05s" },
	{ 125500000000, "2m06s" },
	{ 3599499999999, "59m59s" },
	{ 3599500000000, "1h00m" },
	{ 3600000000000, "1h00m" },
	{ 5400000000000, "1h30m" },
	{ 7199999999999, "2h00m" },
	{ 363900000000000, "101h05m" },
	{ UINT64_MAX, "5124095h35m" }
};

static const struct format_test format_duration_tests[] = {
	{ 0, "0s" },
	{ 1, "1ns" },
	{ 999, "999ns" },
	{ 1000, "1us" },
	{ 1001, "1.001us" },
	{ 1500000, "1.5ms" },
	{ 300000000, "300ms" },
	{ 1000000000, "1s" },
	{ 1000000001, "1.000000001s" },
	{ 10000000000, "10s" },
	{ 90000000000, "1m30s" },
	{ 60000000001, "1m1ns" },
	{ 60500000000, "1m500ms" },
	{ 3600000000000, "1h" },
	{ 3605000000000, "1h5s" },
	{ 3723500000000, "1h2m3.5s" },
	{ INT64_MAX, "2562047h47m16.854775807s" },
	{ UINT64_MAX, "5124095h34m33.709551615s" }
};

static const char *const names[] = {
	"attack", "rate", "duration", "durationMax", "maxConcurrency",
	"threshold", "timeout", LONG_NAME
};

static const struct nearest_test {
	const char	*descr;
	const char	*input;
	const char	*want;		/* NULL for none */
} nearest_tests[] = {
	{ "the name itself", "rate", "rate" },
	{ "other case", "RATE", "rate" },
	{ "the name, before one longer", "duration", "duration" },
	{ "letter missing", "rte", "rate" },
	{ "letter too many", "ratee", "rate" },
	{ "letter wrong", "rafe", "rate" },
	{ "neighbours swapped", "raet", "rate" },
	{ "two edits in nine letters", "treshhold", "threshold" },
	{ "two edits in four letters", "reat", NULL },
	{ "prefix", "max", "maxConcurrency" },
	{ "prefix in other case", "MAXC", "maxConcurrency" },
	{ "prefix too short", "ma", NULL },
	{ "first of two as near", "dur", "duration" },
	{ "another word", "headers", NULL },
	{ "one letter", "x", NULL },
	{ "empty", "", NULL },
	{ "too long to be compared", LONG_NAME, NULL }
};

/* RFC 4648, section 10, and bytes that need the last two letters. */
static const struct base64_test {
	const char	*bytes;
	const char	*text;
} base64_tests[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "user:secret", "dXNlcjpzZWNyZXQ=" },
	{ "\xfb\xff\xbf", "+/+/" }
};

static const struct base64_bad_test {
	const char	*descr;
	const char	*input;
} base64_bad_tests[] = {
	{ "one letter", "Z" },
	{ "no padding", "Zg" },
	{ "half the padding", "Zg=" },
	{ "padding alone", "====" },
	{ "padding of three", "Z===" },
	{ "padding in the middle", "Zg==Zg==" },
	{ "padding before a letter", "Zg=a" },
	{ "padding too long", "Zm9v====" },
	{ "unused bits set, two", "Zh==" },
	{ "unused bits set, four", "Zm9=" },
	{ "url alphabet", "-_-_" },
	{ "newline", "Zm9v\n" },
	{ "blank", "Zm 9" },
	{ "not ASCII", "Zm9\xc3" }
};

/* RFC 3629, 4: the first and the last of every kind, and their neighbours. */
static const struct utf8_test {
	const char	*descr;
	const char	*input;
	size_t		 len;
	size_t		 want;
} utf8_tests[] = {
	{ "ASCII", "a", 1, 1 },
	{ "NUL", "\0", 1, 1 },
	{ "last of 1 byte", "\x7f", 1, 1 },
	{ "first of 2 bytes", "\xc2\x80", 2, 2 },
	{ "last of 2 bytes", "\xdf\xbf", 2, 2 },
	{ "first of 3 bytes", "\xe0\xa0\x80", 3, 3 },
	{ "before the surrogates", "\xed\x9f\xbf", 3, 3 },
	{ "behind the surrogates", "\xee\x80\x80", 3, 3 },
	{ "last of 3 bytes", "\xef\xbf\xbf", 3, 3 },
	{ "first of 4 bytes", "\xf0\x90\x80\x80", 4, 4 },
	{ "last of 4 bytes", "\xf4\x8f\xbf\xbf", 4, 4 },
	{ "text behind it", "\xc3\xa9t\xc3\xa9", 5, 2 },
	{ "half of another behind it", "\xe2\x82\xac\xe2", 4, 3 },
	{ "first that continues", "\x80\x80", 2, 0 },
	{ "last that continues", "\xbf\xbf", 2, 0 },
	{ "first overlong of 2 bytes", "\xc0\x80", 2, 0 },
	{ "last overlong of 2 bytes", "\xc1\xbf", 2, 0 },
	{ "last overlong of 3 bytes", "\xe0\x9f\xbf", 3, 0 },
	{ "last overlong of 4 bytes", "\xf0\x8f\xbf\xbf", 4, 0 },
	{ "first surrogate", "\xed\xa0\x80", 3, 0 },
	{ "last surrogate", "\xed\xbf\xbf", 3, 0 },
	{ "beyond U+10FFFF", "\xf4\x90\x80\x80", 4, 0 },
	{ "first byte too large", "\xf5\x80\x80\x80", 4, 0 },
	{ "last byte that there is", "\xff\xbf\xbf\xbf", 4, 0 },
	{ "second of 2 is text", "\xc3" "a", 2, 0 },
	{ "second of 2 begins another", "\xc3\xc3\xa9", 3, 0 },
	{ "third of 3 is text", "\xe2\x82" "a", 3, 0 },
	{ "third of 4 is text", "\xf0\x9f" "a\x80", 4, 0 },
	{ "fourth of 4 is text", "\xf0\x9f\x98" "a", 4, 0 },
	{ "fourth of 4 begins another", "\xf0\x9f\x98\xc3", 4, 0 }
};

static char	*copy_exact(const char *s);
static char	*copy_view(const char *s, size_t len);
static void	 check_number(const struct number_test *t, int rc,
		    uint64_t got);
static Suite	*make_suite(void);

/* A copy without a byte behind its NUL. */
static char *
copy_exact(const char *s)
{
	return copy_view(s, strlen(s) + 1);
}

static char *
copy_view(const char *s, size_t len)
{
	char *p;

	p = malloc(len);
	ck_assert_ptr_nonnull(p);
	memcpy(p, s, len);
	return p;
}

static void
check_number(const struct number_test *t, int rc, uint64_t got)
{
	ck_assert_msg(rc == (t->error == 0 ? 0 : -1), "%s: rc %d", t->descr,
	    rc);
	if (t->error != 0) {
		ck_assert_msg(errno == t->error, "%s: errno %d", t->descr,
		    errno);
		ck_assert_msg(got == UNTOUCHED, "%s: value set", t->descr);
	} else {
		ck_assert_msg(got == t->want, "%s: %" PRIu64, t->descr, got);
	}
}

START_TEST(test_parse_uint)
{
	const struct number_test *t = &uint_tests[_i];
	uint64_t got = UNTOUCHED;
	char *s;
	int rc;

	s = copy_exact(t->input);
	rc = parse_uint(s, t->max, &got);
	check_number(t, rc, got);
	free(s);
}
END_TEST

START_TEST(test_parse_duration)
{
	const struct number_test *t = &duration_tests[_i];
	uint64_t got = UNTOUCHED;
	char *s;
	int rc;

	s = copy_exact(t->input);
	rc = parse_duration(s, &got);
	check_number(t, rc, got);
	free(s);
}
END_TEST

START_TEST(test_parse_rate)
{
	const struct number_test *t = &rate_tests[_i];
	uint64_t got = UNTOUCHED;
	char *s;
	int rc;

	s = copy_exact(t->input);
	rc = parse_rate(s, &got);
	check_number(t, rc, got);
	free(s);
}
END_TEST

START_TEST(test_parse_decimal)
{
	const struct decimal_test *t = &decimal_tests[_i];
	double got = -1;
	char *s;
	int rc;

	s = copy_exact(t->input);
	rc = parse_decimal(s, &got);
	ck_assert_msg(rc == (t->error == 0 ? 0 : -1), "%s: rc %d", t->descr,
	    rc);
	if (t->error != 0) {
		ck_assert_msg(errno == t->error, "%s: errno", t->descr);
		ck_assert_msg(got == -1, "%s: value set", t->descr);
	} else {
		ck_assert_msg(got == t->want, "%s: %g", t->descr, got);
	}
	free(s);
}
END_TEST

START_TEST(test_parse_decimal_not_finite)
{
	char s[400];
	double got = -1;

	memset(s, '9', sizeof(s) - 1);
	s[sizeof(s) - 1] = '\0';
	ck_assert_int_eq(parse_decimal(s, &got), -1);
	ck_assert_int_eq(errno, ERANGE);
	ck_assert(got == -1);
}
END_TEST

START_TEST(test_format_ns)
{
	const struct format_test *t = &format_ns_tests[_i];
	char buf[FORMAT_MAX];

	ck_assert_str_eq(format_ns(buf, t->input), t->want);
}
END_TEST

START_TEST(test_format_duration)
{
	const struct format_test *t = &format_duration_tests[_i];
	char buf[FORMAT_MAX];
	uint64_t back;

	ck_assert_str_eq(format_duration(buf, t->input), t->want);
	if (t->input > INT64_MAX)	/* more than parse_duration takes */
		return;
	ck_assert_int_eq(parse_duration(buf, &back), 0);
	ck_assert_uint_eq(back, t->input);
}
END_TEST

/* Numbers of every size, by xorshift64 so that a failure comes again. */
START_TEST(test_format_duration_round_trip)
{
	uint64_t back, ns, x = 88172645463325252;
	char buf[FORMAT_MAX];
	int i;

	for (i = 0; i < 20000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		ns = x >> 1 >> i % 63;
		if (i % 3 == 0)
			ns -= ns % 1000000;
		ck_assert_int_eq(parse_duration(format_duration(buf, ns),
		    &back), 0);
		ck_assert_uint_eq(back, ns);
	}
}
END_TEST

START_TEST(test_text_nearest)
{
	const struct nearest_test *t = &nearest_tests[_i];
	const char *got;
	char *word;

	word = copy_exact(t->input);
	got = text_nearest(word, names, UTIL_NELEM(names));
	if (t->want == NULL)
		ck_assert_msg(got == NULL, "%s: %s", t->descr, got);
	else
		ck_assert_msg(got != NULL && strcmp(got, t->want) == 0,
		    "%s: %s", t->descr, got == NULL ? "none" : got);
	free(word);
}
END_TEST

static const struct meant_test {
	const char	*input;
	int		(*parse)(const char *, uint64_t *);
	const char	*want;		/* NULL for none */
} meant_tests[] = {
	{ "10", parse_duration, "10s" },
	{ "10sec", parse_duration, "10s" },
	{ "1.5 Hours", parse_duration, "1.5h" },
	{ "1 min 30 secs", parse_duration, "1m30s" },
	{ "250msec", parse_duration, "250ms" },
	{ "1M", parse_duration, "1m" },
	{ "10s", parse_duration, NULL },	/* nothing is wrong */
	{ "", parse_duration, NULL },
	{ "s", parse_duration, NULL },
	{ "soon", parse_duration, NULL },
	{ "10 days", parse_duration, NULL },
	{ "-5", parse_duration, NULL },
	{ "1,000,000", parse_rate, "1000000" },
	{ "2_500", parse_rate, "2500" },
	{ "50/s", parse_rate, "50" },
	{ "50 rps", parse_rate, "50" },
	{ "1K", parse_rate, "1k" },
	{ "0.5", parse_rate, NULL },
	{ "secondsecondsecondsecondsecondsecond", parse_duration, NULL },
	{ "1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1", parse_duration,
	    NULL },
	{ "11111111111111111111111111111111111111111111111111111111",
	    parse_rate, NULL }
};

START_TEST(test_text_meant)
{
	const struct meant_test *t = &meant_tests[_i];
	char buf[FORMAT_MAX], *s = copy_exact(t->input);
	const char *got = text_meant(buf, s, t->parse);

	if (t->want == NULL)
		ck_assert_msg(got == NULL, "%s: %s", t->input, got);
	else
		ck_assert_msg(got != NULL && strcmp(got, t->want) == 0,
		    "%s: %s", t->input, got == NULL ? "none" : got);
	free(s);
}
END_TEST

START_TEST(test_text_nearest_of_none)
{
	ck_assert_ptr_null(text_nearest("rate", NULL, 0));
}
END_TEST

START_TEST(test_base64)
{
	const struct base64_test *t = &base64_tests[_i];
	size_t len = strlen(t->bytes);
	struct buf b;

	buf_init(&b, strlen(t->text));
	ck_assert_int_eq(base64_add(&b, t->bytes, len), 0);
	ck_assert_str_eq(buf_str(&b), t->text);
	buf_clear(&b);

	buf_init(&b, len);
	ck_assert_int_eq(base64_decode(&b, t->text, strlen(t->text)),
	    (int)len);
	ck_assert_str_eq(buf_str(&b), t->bytes);
	buf_clear(&b);
}
END_TEST

START_TEST(test_base64_bad)
{
	const struct base64_bad_test *t = &base64_bad_tests[_i];
	size_t len = strlen(t->input);
	struct buf b;
	char *s;

	s = copy_view(t->input, len);
	buf_init(&b, 100);
	ck_assert_int_eq(base64_decode(&b, s, len), -1);
	ck_assert_msg(b.len == 0, "%s: something was added", t->descr);
	buf_clear(&b);
	free(s);
}
END_TEST

START_TEST(test_base64_full)
{
	struct buf b;

	buf_init(&b, 5);
	ck_assert_int_eq(base64_add(&b, "foob", 4), -1);
	ck_assert(b.is_full);
	buf_reset(&b);
	ck_assert_int_eq(base64_decode(&b, "Zm9vYmFy", 8), -1);
	ck_assert(b.is_full);
	ck_assert_uint_eq(b.len, 0);
	buf_clear(&b);
}
END_TEST

START_TEST(test_base64_all_bytes)
{
	unsigned char bytes[256];
	struct buf text, back;
	size_t i, len;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	buf_init(&text, 1000);
	buf_init(&back, 1000);
	for (len = 250; len <= sizeof(bytes); len++) {
		buf_reset(&text);
		buf_reset(&back);
		ck_assert_int_eq(base64_add(&text, bytes, len), 0);
		ck_assert_int_eq(base64_decode(&back, text.data, text.len),
		    (int)len);
		ck_assert_mem_eq(back.data, bytes, len);
	}
	buf_clear(&text);
	buf_clear(&back);
}
END_TEST

/* Whole, and cut at every point: what misses a byte is none. */
START_TEST(test_utf8_len)
{
	const struct utf8_test *t = &utf8_tests[_i];
	size_t got, len, want;
	char *s;

	for (len = 1; len <= t->len; len++) {
		want = len >= t->want ? t->want : 0;
		s = copy_view(t->input, len);
		got = utf8_len(s, len);
		ck_assert_msg(got == want, "%s: %zu of %zu bytes", t->descr,
		    got, len);
		free(s);
	}
}
END_TEST

/* A message is one line, harmless on a terminal, and has no password. */
static const struct shown_test {
	const char	*text;
	const char	*want;
} shown_tests[] = {
	{ "", "\"\"" },
	{ "a b-\xc3\xa9.json", "a b-\xc3\xa9.json" },
	{ "\033[31m\a\n\177", "?[31m???" },
	{ "\xc2\x9b" "2J\x9b\xff", "?2J??" },
	{ "a\xe2\x82", "a??" },
	{ "http://u:p@h/x", "http://u:***@h/x" },
	{ "http://u:p@q@h/x@y", "http://u:***@h/x@y" },
	{ "https://token@h", "https://***@h" },
	{ "http://h/?a=b@c", "http://h/?a=b@c" },
	{ "u:p@h:80/x", "u:***@h:80/x" },
	{ "me@home:80", "me@home:80" },
	{ "http://@h", "http://@h" },
};

START_TEST(test_shown)
{
	ck_assert_str_eq(text_shown(shown_tests[_i].text),
	    shown_tests[_i].want);
}
END_TEST

START_TEST(test_shown_long)
{
	static char text[3 * TEXT_MESSAGE_MAX];
	size_t len;

	for (len = TEXT_MESSAGE_MAX - 40; len < sizeof(text) - 1; len++) {
		memset(text, 'a', len);
		text[len] = '\0';
		memcpy(text + len - 2, "\xc3\xa9", 2);
		ck_assert_uint_lt(strlen(text_shown(text)), TEXT_MESSAGE_MAX);
		if (strcmp(text_shown(text), text) != 0)
			break;
	}
	ck_assert_uint_ge(len, 4080);
	ck_assert_str_eq(text_shown(text) + strlen(text_shown(text)) - 4,
	    "a...");
	ck_assert_ptr_ne(text_shown("a"), text_shown("b"));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("text");
	TCase *tc;

	tc = tcase_create("numbers");
	tcase_add_loop_test(tc, test_parse_uint, 0, UTIL_NELEM(uint_tests));
	tcase_add_loop_test(tc, test_parse_duration, 0,
	    UTIL_NELEM(duration_tests));
	tcase_add_loop_test(tc, test_parse_rate, 0, UTIL_NELEM(rate_tests));
	tcase_add_loop_test(tc, test_parse_decimal, 0,
	    UTIL_NELEM(decimal_tests));
	tcase_add_test(tc, test_parse_decimal_not_finite);
	tcase_add_loop_test(tc, test_format_ns, 0,
	    UTIL_NELEM(format_ns_tests));
	tcase_add_loop_test(tc, test_format_duration, 0,
	    UTIL_NELEM(format_duration_tests));
	tcase_add_test(tc, test_format_duration_round_trip);
	suite_add_tcase(s, tc);

	tc = tcase_create("text");
	tcase_add_loop_test(tc, test_text_nearest, 0,
	    UTIL_NELEM(nearest_tests));
	tcase_add_test(tc, test_text_nearest_of_none);
	tcase_add_loop_test(tc, test_text_meant, 0,
	    UTIL_NELEM(meant_tests));
	tcase_add_loop_test(tc, test_base64, 0, UTIL_NELEM(base64_tests));
	tcase_add_loop_test(tc, test_base64_bad, 0,
	    UTIL_NELEM(base64_bad_tests));
	tcase_add_test(tc, test_base64_full);
	tcase_add_test(tc, test_base64_all_bytes);
	tcase_add_loop_test(tc, test_utf8_len, 0, UTIL_NELEM(utf8_tests));
	tcase_add_loop_test(tc, test_shown, 0, UTIL_NELEM(shown_tests));
	tcase_add_test(tc, test_shown_long);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
