/* SPDX-License-Identifier: MIT */

/*
 * report/progress.c: what is on the line after each step, read back from a
 * stream as a terminal would show it; nothing when there is no terminal.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/progress.h"
#include "tests/suite.h"

#define SCREEN_MAX	200

/* A stream that is taken for a terminal of so many columns. */
struct screen {
	struct progress	 p;
	FILE		*out;
	char		*bytes;
	size_t		 len;
};

static void
screen_open(struct screen *sc, size_t width)
{
	memset(sc, 0, sizeof(*sc));
	sc->out = open_memstream(&sc->bytes, &sc->len);
	sc->p.out = sc->out;
	sc->p.width = width;
	sc->p.total_ns = 90 * NS_PER_SEC;
	sc->p.warmup_ns = 2 * NS_PER_SEC;
}

static void
screen_close(struct screen *sc)
{
	fclose(sc->out);
	free(sc->bytes);
}

/* The one line that is left of the bytes, blanks at its end cut. */
static const char *
screen_line(struct screen *sc, char line[SCREEN_MAX])
{
	size_t i, at = 0;

	fflush(sc->out);
	memset(line, ' ', SCREEN_MAX - 1);
	for (i = 0; i < sc->len; i++) {
		if (sc->bytes[i] == '\r') {
			at = 0;
			continue;
		}
		ck_assert(sc->bytes[i] >= ' ' && sc->bytes[i] <= '~');
		ck_assert_uint_lt(at, sc->p.width - 1);	/* it would wrap */
		line[at++] = sc->bytes[i];
	}
	for (i = SCREEN_MAX - 1; i > 0 && line[i - 1] == ' '; i--)
		;
	line[i] = '\0';
	return line;
}

static void
make_snapshot(struct snapshot *s, uint64_t index)
{
	memset(s, 0, sizeof(*s));
	s->from_ns = index * NS_PER_SEC;
	s->until_ns = (index + 1) * NS_PER_SEC;
	s->planned = 500;
	s->completed = 499;
	s->failed = 2;
	s->dropped = 1;
	s->in_flight = 17;
	s->latency.count = 499;
	s->latency.p50_ns = 1230 * NS_PER_US;
	s->latency.p99_ns = 12300 * NS_PER_US;
}

START_TEST(test_line)
{
	char line[SCREEN_MAX];
	struct screen sc;
	struct snapshot s;

	screen_open(&sc, 80);
	make_snapshot(&s, 0);
	progress_show(&sc.p, &s);
	ck_assert_str_eq(screen_line(&sc, line), "1s/1m30s  499 of "
	    "500/s  warming up  17 in flight  p50 1.23ms p99 12.3ms");
	make_snapshot(&s, 2);
	progress_show(&sc.p, &s);
	make_snapshot(&s, 3);
	progress_show(&sc.p, &s);
	ck_assert_str_eq(screen_line(&sc, line), "4s/1m30s  499 of "
	    "500/s  err 4 drop 2  17 in flight  p50 1.23ms p99 12.3ms");
	screen_close(&sc);
}
END_TEST

/* No sample in an interval: no figures of it. */
START_TEST(test_empty_interval)
{
	char line[SCREEN_MAX];
	struct screen sc;
	struct snapshot s;

	screen_open(&sc, 120);
	memset(&s, 0, sizeof(s));
	s.from_ns = s.until_ns = 60 * NS_PER_SEC;
	progress_show(&sc.p, &s);
	ck_assert_str_eq(screen_line(&sc, line), "1m/1m30s  0 of 0/s  "
	    "err 0 drop 0  0 in flight  p50 n/a p99 n/a");
	screen_close(&sc);
}
END_TEST

START_TEST(test_say_and_end)
{
	char line[SCREEN_MAX];
	struct screen sc;
	struct snapshot s;

	screen_open(&sc, 80);
	make_snapshot(&s, 5);
	progress_show(&sc.p, &s);
	progress_say(&sc.p, "stopping, waiting for requests in flight");
	ck_assert_str_eq(screen_line(&sc, line),
	    "stopping, waiting for requests in flight");
	progress_show(&sc.p, &s);
	ck_assert_str_eq(screen_line(&sc, line),
	    "stopping, waiting for requests in flight: 17");
	progress_end(&sc.p);
	ck_assert_str_eq(screen_line(&sc, line), "");
	ck_assert_int_eq(sc.bytes[sc.len - 1], '\r');
	progress_show(&sc.p, &s);
	progress_end(&sc.p);
	ck_assert_str_eq(screen_line(&sc, line), "");
	screen_close(&sc);
}
END_TEST

/* Wiped for something else, and there again as if nothing had been. */
START_TEST(test_clear)
{
	char before[SCREEN_MAX], after[SCREEN_MAX];
	struct screen sc;
	struct snapshot s;

	screen_open(&sc, 80);
	progress_clear(&sc.p);		/* of nothing */
	make_snapshot(&s, 5);
	s.failed = s.dropped = 0;
	progress_show(&sc.p, &s);
	screen_line(&sc, before);
	progress_clear(&sc.p);
	ck_assert_str_eq(screen_line(&sc, after), "");
	ck_assert_int_eq(sc.bytes[sc.len - 1], '\r');
	progress_show(&sc.p, &s);
	ck_assert_str_eq(screen_line(&sc, after), before);
	progress_say(&sc.p, "stopping");
	progress_clear(&sc.p);
	progress_show(&sc.p, &s);
	ck_assert_str_eq(screen_line(&sc, after), "stopping: 17");
	screen_close(&sc);
}
END_TEST

/* At any width the line stays within it. */
START_TEST(test_width)
{
	char line[SCREEN_MAX];
	struct screen sc;
	struct snapshot s;

	screen_open(&sc, (size_t)_i);
	make_snapshot(&s, 5);
	progress_show(&sc.p, &s);
	progress_say(&sc.p, "stopping");
	progress_show(&sc.p, &s);
	screen_line(&sc, line);
	progress_end(&sc.p);
	ck_assert_str_eq(screen_line(&sc, line), "");
	screen_close(&sc);
}
END_TEST

START_TEST(test_no_terminal)
{
	FILE *f = tmpfile();
	struct progress p;
	struct snapshot s;

	make_snapshot(&s, 5);
	progress_start(&p, f, NS_PER_SEC, 0);
	progress_show(&p, &s);
	progress_say(&p, "stopping");
	progress_clear(&p);
	progress_end(&p);
	ck_assert_int_eq(ftell(f), 0);
	fclose(f);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("progress");
	TCase *tc = tcase_create("progress");

	suite_add_tcase(s, tc);
	tcase_add_test(tc, test_line);
	tcase_add_test(tc, test_empty_interval);
	tcase_add_test(tc, test_say_and_end);
	tcase_add_test(tc, test_clear);
	tcase_add_loop_test(tc, test_width, 2, 100);
	tcase_add_test(tc, test_no_terminal);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
