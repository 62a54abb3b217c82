/* SPDX-License-Identifier: MIT */
/*
 * load/climb.c: that the search finds the highest rate that a machine holds,
 * to a tenth and never above it, from whichever side; that it ends within its
 * tries; and that a time in which nothing holds does not decide it.
 */

#include <check.h>

#include "base/util.h"
#include "load/climb.h"
#include "tests/suite.h"

#define RATE_MAX	UINT64_C(100000000)

enum { STEPS = 40 };

static const struct climb_test {
	uint64_t	 can;		/* what the machine holds */
	uint64_t	 first;
	uint64_t	 max;
	uint32_t	 bad_from;	/* tries in which nothing holds: this */
	uint32_t	 bad_until;	/* and those before this one */
	uint64_t	 least;		/* of the answer */
	uint64_t	 most;
	uint32_t	 tries;		/* at most */
} climb_tests[] = {
	{ 42000, 1000, RATE_MAX, 0, 0, 39000, 42000, 15 },
	{ 1000, 1000, RATE_MAX, 0, 0, 930, 1000, 15 },
	{ 999, 1000, RATE_MAX, 0, 0, 910, 999, 15 },
	{ 10, 1000, RATE_MAX, 0, 0, 10, 10, 24 },
	{ 9, 1000, RATE_MAX, 0, 0, 0, 0, 20 },
	{ 0, 1000, RATE_MAX, 0, 0, 0, 0, 20 },
	{ RATE_MAX, 1000, RATE_MAX, 0, 0, RATE_MAX, RATE_MAX, 20 },
	{ 2 * RATE_MAX, 1000, RATE_MAX, 0, 0, RATE_MAX, RATE_MAX, 20 },
	{ 123456789, 1000, 50000, 0, 0, 50000, 50000, 10 },
	/* Once is forgiven, twice is not, but for the third try. */
	{ 42000, 1000, RATE_MAX, 2, 3, 39000, 42000, 16 },
	{ 42000, 1000, RATE_MAX, 0, 2, 39000, 42000, 30 },
	{ 42000, 1000, RATE_MAX, 3, 5, 39000, 42000, 30 },
};

START_TEST(test_climbs)
{
	const struct climb_test *t = &climb_tests[_i];
	struct climb c;
	uint32_t n = 0;
	bool has_held, goes_on;

	climb_start(&c, t->first, t->max, STEPS);
	do {
		ck_assert_uint_ge(c.rate, CLIMB_MIN);
		ck_assert_uint_le(c.rate, t->max);
		ck_assert_uint_eq(c.rate, climb_round(c.rate));
		has_held = c.rate <= t->can &&
		    (n < t->bad_from || n >= t->bad_until);
		n++;
		goes_on = climb_tell(&c, has_held);
	} while (goes_on);
	ck_assert_msg(n <= t->tries, "%d: %u tries", _i, (unsigned int)n);
	ck_assert_uint_ge(c.good, t->least);
	ck_assert_uint_le(c.good, t->most);
}
END_TEST

/* However it goes, there are no more tries than were allowed. */
START_TEST(test_bounded)
{
	struct climb c;
	uint32_t steps = (uint32_t)_i + 1, n = 0;

	climb_start(&c, 1000, RATE_MAX, steps);
	do
		n++;
	while (climb_tell(&c, c.rate < 3000 && n % 3 != 0));
	ck_assert_uint_le(n, steps);
}
END_TEST

START_TEST(test_round)
{
	static const uint64_t tests[][2] = {
		{ 0, 0 }, { 9, 9 }, { 10, 10 }, { 99, 99 }, { 100, 100 },
		{ 109, 100 }, { 42999, 42000 }, { UINT64_MAX,
		    UINT64_C(18000000000000000000) }
	};
	size_t i;

	for (i = 0; i < UTIL_NELEM(tests); i++)
		ck_assert_uint_eq(climb_round(tests[i][0]), tests[i][1]);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("climb");
	TCase *tc = tcase_create("climb");

	tcase_add_loop_test(tc, test_climbs, 0, UTIL_NELEM(climb_tests));
	tcase_add_loop_test(tc, test_bounded, 0, STEPS);
	tcase_add_test(tc, test_round);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
