/* SPDX-License-Identifier: MIT */
/*
 * Small values as text, a line each: durations, rates, numbers, base64, words.
 * A duration that is written exactly reads as the same; base64 has one way to
 * be written; UTF-8 is told by its first bytes alone.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "tests/fuzz/rig.h"

static void
check_numbers(const char *s)
{
	static const char *const names[] = { "constant", "ramp", "x" };
	char text[FORMAT_MAX];
	uint64_t n = 7, again;
	double d;

	if (parse_duration(s, &n) == 0) {
		FUZZ_CHECK(n <= INT64_MAX);
		format_duration(text, n);
		FUZZ_CHECK(parse_duration(text, &again) == 0 && again == n);
		FUZZ_CHECK(strlen(format_ns(text, n)) > 0);
	} else {
		FUZZ_CHECK(n == 7);
	}
	if (parse_rate(s, &n) == 0)
		FUZZ_CHECK(n <= INT64_MAX);
	if (parse_uint(s, 1000, &n) == 0)
		FUZZ_CHECK(n <= 1000);
	if (parse_decimal(s, &d) == 0)
		FUZZ_CHECK(isfinite(d) && d >= 0);
	(void)text_nearest(s, names, UTIL_NELEM(names));
}

static void
check_base64(const char *s, size_t len)
{
	struct buf plain, coded;
	int n;

	buf_init(&plain, len);
	buf_init(&coded, 2 * len + 4);
	if ((n = base64_decode(&plain, s, len)) != -1) {
		FUZZ_CHECK(plain.len == (size_t)n);
		FUZZ_CHECK(base64_add(&coded, plain.data, plain.len) == 0);
		FUZZ_CHECK(coded.len == len);
		FUZZ_CHECK(len == 0 || memcmp(coded.data, s, len) == 0);
	}
	buf_clear(&coded);
	buf_clear(&plain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line, *copy;
	size_t i, n, len;

	while (size > 0) {
		line = fuzz_line(&data, &size);
		len = strlen(line);
		copy = fuzz_copy(line, len);
		check_numbers(line);
		check_base64(copy, len);
		for (i = 0; i < len; i += n == 0 ? 1 : n) {
			n = utf8_len(copy + i, len - i);
			FUZZ_CHECK(n <= 4 && n <= len - i);
			if (n > 0)
				(void)utf8_is_control(copy + i);
		}
		free(copy);
		free(line);
	}
	return 0;
}
