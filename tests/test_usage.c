/* SPDX-License-Identifier: MIT */
/*
 * base/usage.c: what it makes of the first line of /proc/stat, of odd ones and
 * of none; how much of it was others'. On a machine that has the file, time
 * goes on in it.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/usage.h"
#include "base/util.h"
#include "tests/suite.h"

#define SEC(n)	((uint64_t)(n) * NS_PER_SEC)

/* In seconds; all is 0 when it is not known. */
static const struct read_test {
	const char	*descr;
	const char	*text;
	uint64_t	 busy;
	uint64_t	 all;
} read_tests[] = {
	{ "usual", "cpu  @1 @2 @3 @4 @5 @6 @7 @8 @9 @9\ncpu0 @1 @2\n", 14,
	    36 },
	{ "an old kernel", "cpu @1 @2 @3 @4\n", 6, 10 },
	{ "no end", "cpu  @1 @2 @3 @4 @5", 6, 15 },
	{ "zeros", "cpu  0 0 0 0 0 0 0 0\n", 0, 0 },
	{ "too short", "cpu  @1 @2 @3\ncpu0 @1\n", 0, 0 },
	{ "words", "cpu  @1 @2 x @4 @5\n", 0, 0 },
	{ "below 0", "cpu  @1 @2 -1 @4 @5\n", 0, 0 },
	{ "another line", "cpu0 @1 @2 @3 @4\n", 0, 0 },
	{ "nothing", "", 0, 0 },
};

/* text with each @ made to a factor that turns ticks into seconds. */
static int
open_text(const char *text)
{
	char path[] = "/tmp/pulse-usage.XXXXXX";
	long hertz = sysconf(_SC_CLK_TCK);
	int fd = mkstemp(path);
	FILE *f;

	ck_assert_int_ne(fd, -1);
	f = fdopen(fd, "w");
	ck_assert_ptr_nonnull(f);
	for (; *text != '\0'; text++)
		if (*text == '@')
			fprintf(f, "%ld", (*++text - '0') * hertz);
		else
			fputc(*text, f);
	ck_assert_int_eq(fclose(f), 0);
	fd = usage_open(path);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(unlink(path), 0);
	return fd;
}

START_TEST(test_read)
{
	const struct read_test *t = &read_tests[_i];
	struct usage u = { 0, 0 };
	int fd = open_text(t->text);
	int rv = usage_read(fd, &u);

	ck_assert_int_eq(usage_read(fd, &u), rv);	/* again and again */
	close(fd);
	ck_assert_msg(u.busy_ns == SEC(t->busy), "%s", t->descr);
	ck_assert_msg(u.all_ns == SEC(t->all), "%s", t->descr);
	if (t->all > 0)
		ck_assert_int_eq(rv, 0);
}
END_TEST

START_TEST(test_none)
{
	struct usage u;

	ck_assert_int_eq(usage_open("/nowhere/stat"), -1);
	ck_assert_int_eq(usage_read(-1, &u), -1);
}
END_TEST

static const struct share_test {
	const char	*descr;
	uint64_t	 busy, all, ours;	/* seconds, in between */
	double		 want;
} share_tests[] = {
	{ "others only", 3, 4, 0, 0.75 },
	{ "half and half", 4, 4, 2, 0.5 },
	{ "we alone", 2, 4, 2, 0 },
	{ "more than there is told", 2, 4, 3, 0 },
	{ "no time", 0, 0, 0, -1 },
	{ "more than all", 5, 4, 0, -1 },
	{ "backwards", (uint64_t)-1, 4, 0, -1 },
};

START_TEST(test_share)
{
	const struct share_test *t = &share_tests[_i];
	const struct usage from = { SEC(100), SEC(1000) };
	const struct usage to = { SEC(100 + t->busy), SEC(1000 + t->all) };

	ck_assert_double_eq_tol(usage_of_others(&from, &to, SEC(t->ours)),
	    t->want, 1e-9);
}
END_TEST

/* We are busy until the file has moved on, and have used some of that. */
START_TEST(test_here)
{
	uint64_t began_ns = proc_cpu_ns(0);
	struct usage from, to;
	int fd = usage_open(USAGE_PATH);

	ck_assert_uint_gt(began_ns, 0);
	if (usage_read(fd, &from) == 0 && from.all_ns > 0)
		do
			ck_assert_int_eq(usage_read(fd, &to), 0);
		while (to.all_ns < from.all_ns + SEC(1) / 10);
	else
		while (proc_cpu_ns(0) == began_ns)
			;
	if (fd != -1)
		close(fd);
	ck_assert_uint_gt(proc_cpu_ns(0), began_ns);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("usage");
	TCase *tc = tcase_create("usage");

	tcase_add_loop_test(tc, test_read, 0, UTIL_NELEM(read_tests));
	tcase_add_test(tc, test_none);
	tcase_add_loop_test(tc, test_share, 0, UTIL_NELEM(share_tests));
	tcase_add_test(tc, test_here);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
