/* SPDX-License-Identifier: MIT */
/*
 * load/life.c: when the next child may take the place of one that died, for
 * lives of every length in a row, without waiting for any of them.
 */

#include <check.h>

#include "base/util.h"
#include "load/life.h"
#include "tests/suite.h"

#define MS(n)	((n) * NS_PER_MS)
#define SEC(n)	((n) * NS_PER_SEC)

enum { LIVES_MAX = 12 };

static const struct life_test {
	const char	*descr;
	size_t		 n;
	uint64_t	 lived_ns[LIVES_MAX];
	uint64_t	 want_ns[LIVES_MAX];	/* the pause behind each */
} life_tests[] = {
	{ "a long one", 1, { SEC(10) }, { 0 } },
	{ "a short one", 1, { SEC(10) - 1 }, { 0 } },
	{ "none at all", 1, { 0 }, { 0 } },
	{ "two short ones", 2, { SEC(10) - 1, SEC(10) - 1 },
	    { 0, MS(100) } },
	{ "short ones", 11, { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
	    { 0, MS(100), MS(200), MS(400), MS(800), MS(1600), MS(3200),
	    MS(6400), SEC(10), SEC(10), SEC(10) } },
	{ "a long one between", 6, { 0, 0, 0, SEC(3600), 0, 0 },
	    { 0, MS(100), MS(200), 0, 0, MS(100) } }
};

START_TEST(test_lives)
{
	const struct life_test *t = &life_tests[_i];
	struct life life = { .is_over = false };
	uint64_t now_ns = 5, wait_ns;
	size_t i;

	for (i = 0; i < t->n; i++) {
		life_begin(&life, now_ns);
		ck_assert(!life.is_over);
		now_ns += t->lived_ns[i];
		life_end(&life, now_ns);
		ck_assert(life.is_over);
		wait_ns = life_wait_ns(&life, now_ns);
		ck_assert_msg(wait_ns == t->want_ns[i], "%s: life %zu",
		    t->descr, i);
		/* It can die only once. */
		life_end(&life, now_ns + 1);
		ck_assert_uint_eq(life_wait_ns(&life, now_ns), wait_ns);
		if (wait_ns > 0)
			ck_assert_uint_eq(life_wait_ns(&life,
			    now_ns + wait_ns - 1), 1);
		now_ns += wait_ns;
		ck_assert_uint_eq(life_wait_ns(&life, now_ns), 0);
		ck_assert_uint_eq(life_wait_ns(&life, now_ns + 1), 0);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("life");
	TCase *tc;

	tc = tcase_create("lives");
	tcase_add_loop_test(tc, test_lives, 0, UTIL_NELEM(life_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
