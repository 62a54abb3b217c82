/* SPDX-License-Identifier: MIT */
/*
 * report/screen.c: what stands on a terminal after each step, as a model of one
 * shows it: lines rewritten in place, wiped without a trace, left alone when
 * others have written; at every width, through resizes, and on a terminal that
 * knows no sequences.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/screen.h"
#include "tests/suite.h"
#include "tests/terminal.h"

static struct loop *loop;
static FILE *file;
static struct sink *sink;
static struct screen screen;
static struct terminal *terminal;

static void
setup(void)
{
	loop = loop_new();
	file = tmpfile();
	sink = sink_new(loop, fileno(file), 65536);
	terminal = xcalloc(1, sizeof(*terminal));
}

static void
teardown(void)
{
	free(terminal);
	sink_free(sink);
	fclose(file);
	loop_free(loop);
}

static void
start(const char *term, size_t rows, size_t columns)
{
	unsetenv("COLUMNS");
	setenv("TERM", term, 1);
	terminal_init(terminal, rows, columns);
	screen_init(&screen, sink, fileno(file));
	screen.rows = rows;
	screen.columns = columns;
}

/* What has come since the last time is played. */
static void
play(void)
{
	char bytes[65536];
	size_t n;

	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		terminal_put(terminal, bytes, n);
	clearerr(file);
	ck_assert(!terminal->is_faulty);
}

static void
draw(const char *text)
{
	off_t at = ftello(file);

	screen_draw(&screen, text);
	fseeko(file, at, SEEK_SET);
	play();
}

static void
wipe_all(void)
{
	off_t at = ftello(file);

	screen_wipe(&screen);
	fseeko(file, at, SEEK_SET);
	play();
}

/* What others write. */
static void
say(const char *text)
{
	terminal_put(terminal, text, strlen(text));
}

/* All lines, each with its newline. */
static void
check(const char *want)
{
	char all[8192] = "", line[5 * TERMINAL_COLUMNS];
	size_t i, len = 0;

	for (i = 0; i < terminal_lines(terminal); i++)
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s\n",
		    terminal_line(terminal, i, line, sizeof(line)));
	ck_assert_str_eq(all, want);
}

START_TEST(test_lines)
{
	start("xterm", 24, 80);
	say("$ pulse\n");
	draw("one\ntwo two\nthree");
	check("$ pulse\none\ntwo two\nthree\n");
	draw("1\n\n3");
	check("$ pulse\n1\n\n3\n");
	draw("only this");
	check("$ pulse\nonly this\n");
	draw("a\nb\nc\nd");
	check("$ pulse\na\nb\nc\nd\n");
	wipe_all();
	check("$ pulse\n");
	ck_assert_uint_eq(terminal->row, 1);
	ck_assert_uint_eq(terminal->column, 0);
	wipe_all();
	say("the report\n");
	check("$ pulse\nthe report\n");
}
END_TEST

/* At the bottom of the screen it scrolls once, and no more. */
START_TEST(test_bottom)
{
	size_t i;

	start("xterm", 10, 80);
	for (i = 0; i < 20; i++)
		say("x\n");
	for (i = 0; i < 50; i++)
		draw("a\nb\nc\nd");
	ck_assert_uint_eq(terminal_lines(terminal), 24);
	wipe_all();
	ck_assert_uint_eq(terminal_lines(terminal), 20);
	ck_assert_uint_eq(terminal->row, 20);
}
END_TEST

START_TEST(test_warnings)
{
	start("xterm", 24, 80);
	draw("a\nb\nc");
	wipe_all();
	say("pulse: a worker is lost\n");
	draw("d\ne\nf");
	check("pulse: a worker is lost\nd\ne\nf\n");
	/* A shell wrote, and we cannot know where. */
	say("\n$ fg\n");
	screen_forget(&screen);
	draw("g\nh");
	check("pulse: a worker is lost\nd\ne\nf\n$ fg\ng\nh\n");
	wipe_all();
	check("pulse: a worker is lost\nd\ne\nf\n$ fg\n");
}
END_TEST

/* What is cut is cut between characters, and the last column stays free. */
START_TEST(test_width)
{
	size_t columns = (size_t)_i;
	char line[5 * TERMINAL_COLUMNS];

	start("xterm", 24, columns);
	draw("abc\u2588\u2588\u2588defghijklmnopqrstuvwxyz\n\u2581\u2581"
	    "\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581");
	ck_assert_uint_le(terminal->widest, columns - 1);
	ck_assert_uint_eq(terminal_lines(terminal), 2);
	if (columns == 5)
		ck_assert_str_eq(terminal_line(terminal, 0, line,
		    sizeof(line)), "abc\u2588");
	wipe_all();
	check("");
}
END_TEST

/* From any width to any other, what stood there is taken away. */
START_TEST(test_resize)
{
	static const size_t widths[] = { 20, 33, 79, 80, 81, 120, 200 };
	const char *text = "this is a line of forty characters, as\n"
	    "and this one is shorter\nwhile this is really long, as long as a "
	    "line of progress can be, or ever so nearly";
	size_t from = widths[(size_t)_i / UTIL_NELEM(widths)];
	size_t to = widths[(size_t)_i % UTIL_NELEM(widths)];

	start("xterm", 24, from);
	say("$\n");
	draw(text);
	terminal_resize(terminal, 24, to);
	screen.columns = to;
	draw("a\nb");
	check("$\na\nb\n");
	draw(text);
	terminal_resize(terminal, 24, to);
	wipe_all();
	check("$\n");
}
END_TEST

/* Blanks and carriage returns alone. */
START_TEST(test_dumb)
{
	char line[5 * TERMINAL_COLUMNS];
	size_t columns = (size_t)_i;

	start(_i % 2 == 0 ? "dumb" : "", 24, columns);
	ck_assert(!screen.can_move);
	draw("12s of 90s  500 of 500/s  17 in flight");
	ck_assert_uint_le(terminal->widest, columns - 1);
	draw("stop");
	ck_assert_str_eq(terminal_line(terminal, 0, line, sizeof(line)),
	    columns > 4 ? "stop" : columns > 3 ? "sto" : "st");
	ck_assert_uint_eq(terminal_lines(terminal), 1);
	wipe_all();
	check("");
	ck_assert_uint_eq(terminal->column, 0);
	say("$ ");
	screen_forget(&screen);
	draw("again");
	wipe_all();
	check("");
}
END_TEST

START_TEST(test_environment)
{
	setenv("COLUMNS", "132", 1);
	setenv("TERM", "vt100", 1);
	screen_init(&screen, sink, fileno(file));
	ck_assert_uint_eq(screen.columns, 132);
	ck_assert(screen.can_move);
	setenv("COLUMNS", "0", 1);
	unsetenv("TERM");
	screen_init(&screen, sink, fileno(file));
	ck_assert_uint_eq(screen.columns, 80);
	ck_assert(!screen.can_move);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("screen");
	TCase *tc = tcase_create("screen");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_lines);
	tcase_add_test(tc, test_bottom);
	tcase_add_test(tc, test_warnings);
	tcase_add_loop_test(tc, test_width, 3, 60);
	tcase_add_loop_test(tc, test_resize, 0, 49);
	tcase_add_loop_test(tc, test_dumb, 3, 60);
	tcase_add_test(tc, test_environment);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
