/* SPDX-License-Identifier: MIT */
/*
 * Columns and bars in characters: blocks of Unicode, in eighths, or ASCII.
 *
 * What is drawn and at which scale is the caller's. Each string is of one
 * column's width, whatever its bytes. Nothing fails and nothing is written
 * here.
 */

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/util.h"
#include "report/chart.h"

enum {
	EIGHTHS = 8
};

/* U+2581 to U+2588 rise, U+258F to U+2588 grow to the right. */
static const char *const rising[] = {
	" ", "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84",
	"\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88"
};
static const char *const rising_ascii[] = {
	" ", ".", ":", "-", "=", "+", "*", "#", "@"
};
static const char *const growing[] = {
	"", "\xe2\x96\x8f", "\xe2\x96\x8e", "\xe2\x96\x8d", "\xe2\x96\x8c",
	"\xe2\x96\x8b", "\xe2\x96\x8a", "\xe2\x96\x89", "\xe2\x96\x88"
};
static_assert(UTIL_NELEM(rising) == EIGHTHS + 1 &&
    UTIL_NELEM(rising_ascii) == EIGHTHS + 1 &&
    UTIL_NELEM(growing) == EIGHTHS + 1, "a level has no character");

const char *
chart_level(bool is_ascii, double height)
{
	size_t level = EIGHTHS;

	if (!(height > 0))		/* NaN, too */
		level = 0;
	else if (height < 1)
		level = (size_t)ceil(height * EIGHTHS);
	return is_ascii ? rising_ascii[level] : rising[level];
}

char *
chart_bar(char buf[CHART_BAR_MAX], bool is_ascii, double share, int width)
{
	double columns = share < 1 ? share * width : width;
	int i, eighths, parts = is_ascii ? 1 : EIGHTHS;
	size_t len = 0;

	assert(width <= STYLE_WIDTH_MAX);
	eighths = columns > 0 ? (int)lround(columns * parts) : 0;
	for (i = 0; i < eighths / parts; i++) {
		buf[len++] = '#';
		if (is_ascii)
			continue;
		memcpy(buf + len - 1, growing[EIGHTHS], 3);
		len += 2;
	}
	buf[len] = '\0';
	if (eighths % parts > 0)
		memcpy(buf + len, growing[eighths % parts], 4);
	return buf;
}

/* All bytes but those that go on with a character: RFC 3629, 3. */
int
chart_width(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}
