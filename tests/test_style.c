/* SPDX-License-Identifier: MIT */
/*
 * style.c: which environment means Unicode, colour and width; on a
 * pseudo-terminal and in a file. chart.c: what is drawn with it.
 *
 * Needs _GNU_SOURCE for posix_openpt and what belongs to it.
 */

#define _GNU_SOURCE

#include <sys/ioctl.h>

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "report/chart.h"
#include "report/style.h"
#include "tests/suite.h"

static void
set(const char *name, const char *value)
{
	if (value == NULL)
		ck_assert_int_eq(unsetenv(name), 0);
	else
		ck_assert_int_eq(setenv(name, value, 1), 0);
}

static const struct utf8_test {
	const char	*lc_all;
	const char	*lc_ctype;
	const char	*lang;
	bool		 want;
} utf8_tests[] = {
	{ NULL, NULL, NULL, false },
	{ NULL, NULL, "C", false },
	{ NULL, NULL, "C.UTF-8", true },
	{ NULL, NULL, "en_GB.utf8", true },
	{ NULL, NULL, "de_DE.UTF-8@euro", true },
	{ NULL, NULL, "de_DE.ISO-8859-1", false },
	{ NULL, NULL, "de_DE.UTF-81", false },
	{ NULL, NULL, "UTF-8", true },
	{ NULL, "C", "C.UTF-8", false },
	{ NULL, "C.UTF-8", "C", true },
	{ "", "", "C.UTF-8", true },
	{ "POSIX", "C.UTF-8", "C.UTF-8", false },
	{ "C.UTF-8", "C", "C", true }
};

START_TEST(test_utf8)
{
	const struct utf8_test *t = &utf8_tests[_i];

	set("LC_ALL", t->lc_all);
	set("LC_CTYPE", t->lc_ctype);
	set("LANG", t->lang);
	ck_assert(style_is_utf8() == t->want);
}
END_TEST

/* Nothing but the characters depends on the environment in a file. */
START_TEST(test_file)
{
	FILE *f = tmpfile();
	struct style s;

	ck_assert_ptr_nonnull(f);
	set("LC_ALL", "C.UTF-8");
	set("TERM", "xterm");
	set("COLUMNS", "100");
	set("NO_COLOR", NULL);
	style_find(&s, f, false);
	ck_assert(!s.is_ascii && !s.has_colour);
	ck_assert_int_eq(s.width, 80);
	style_find(&s, f, true);
	ck_assert(s.is_ascii);
	style_init(&s);
	ck_assert(s.is_ascii && !s.has_colour);
	ck_assert_int_eq(s.width, 80);
	fclose(f);
}
END_TEST

static const struct terminal_test {
	const char	*term;
	const char	*no_color;
	const char	*columns;
	unsigned short	 size;
	bool		 has_colour;
	int		 width;
} terminal_tests[] = {
	{ "xterm", NULL, NULL, 0, true, 80 },
	{ "xterm", "", NULL, 100, true, 100 },
	{ "xterm", "1", NULL, 100, false, 100 },
	{ "dumb", NULL, NULL, 100, false, 100 },
	{ NULL, NULL, NULL, 100, false, 100 },
	{ "xterm", NULL, "90", 100, true, 100 },
	{ "xterm", NULL, "90", 0, true, 90 },
	{ "xterm", NULL, "0", 0, true, 80 },
	{ "xterm", NULL, "wide", 0, true, 80 },
	{ "xterm", NULL, NULL, 20, true, 60 },
	{ "xterm", NULL, NULL, 400, true, 120 },
	{ "xterm", NULL, "1000", 0, true, 120 }
};

START_TEST(test_terminal)
{
	const struct terminal_test *t = &terminal_tests[_i];
	int primary = posix_openpt(O_RDWR | O_NOCTTY);
	struct winsize size = { .ws_row = 24, .ws_col = t->size };
	struct style s;
	FILE *f;

	ck_assert_int_ne(primary, -1);
	ck_assert_int_eq(grantpt(primary), 0);
	ck_assert_int_eq(unlockpt(primary), 0);
	f = fopen(ptsname(primary), "r+");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(ioctl(fileno(f), TIOCSWINSZ, &size), 0);
	set("TERM", t->term);
	set("NO_COLOR", t->no_color);
	set("COLUMNS", t->columns);
	style_find(&s, f, false);
	ck_assert(s.has_colour == t->has_colour);
	ck_assert_int_eq(s.width, t->width);
	fclose(f);
	close(primary);
}
END_TEST

static const struct level_test {
	double		 share;
	const char	*ascii;
	const char	*unicode;
} level_tests[] = {
	{ -1, " ", " " },
	{ 0, " ", " " },
	{ 1e-9, ".", "\xe2\x96\x81" },
	{ 0.125, ".", "\xe2\x96\x81" },
	{ 0.126, ":", "\xe2\x96\x82" },
	{ 0.5, "=", "\xe2\x96\x84" },
	{ 1, "@", "\xe2\x96\x88" },
	{ 2, "@", "\xe2\x96\x88" }
};

START_TEST(test_level)
{
	const struct level_test *t = &level_tests[_i];

	ck_assert_str_eq(chart_level(true, t->share), t->ascii);
	ck_assert_str_eq(chart_level(false, t->share), t->unicode);
}
END_TEST

static const struct bar_test {
	double		 share;
	int		 width;
	const char	*ascii;
	const char	*unicode;
} bar_tests[] = {
	{ 0, 4, "", "" },
	{ -1, 4, "", "" },
	{ 0.1, 4, "", "\xe2\x96\x8d" },
	{ 0.25, 4, "#", "\xe2\x96\x88" },
	{ 0.4, 4, "##", "\xe2\x96\x88\xe2\x96\x8b" },
	{ 1, 2, "##", "\xe2\x96\x88\xe2\x96\x88" },
	{ 7, 2, "##", "\xe2\x96\x88\xe2\x96\x88" },
	{ 1, 0, "", "" }
};

START_TEST(test_bar)
{
	const struct bar_test *t = &bar_tests[_i];
	char bar[CHART_BAR_MAX];

	ck_assert_str_eq(chart_bar(bar, true, t->share, t->width), t->ascii);
	ck_assert_str_eq(chart_bar(bar, false, t->share, t->width),
	    t->unicode);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("style");
	TCase *tc = tcase_create("style");

	tcase_add_loop_test(tc, test_utf8, 0, (int)UTIL_NELEM(utf8_tests));
	tcase_add_test(tc, test_file);
	tcase_add_loop_test(tc, test_terminal, 0,
	    (int)UTIL_NELEM(terminal_tests));
	tcase_add_loop_test(tc, test_level, 0, (int)UTIL_NELEM(level_tests));
	tcase_add_loop_test(tc, test_bar, 0, (int)UTIL_NELEM(bar_tests));
	suite_add_tcase(s, tc);
	return suite_main(s);
}
