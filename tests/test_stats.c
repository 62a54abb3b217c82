/* SPDX-License-Identifier: MIT */
/*
 * base/stats.c against tables: values to 15 digits, made with arithmetic of 30
 * digits from the definitions (sums of binomial terms, the beta integral). The
 * quantiles undo their functions, and nothing loops for ever on odd arguments.
 */

#include <check.h>
#include <math.h>
#include <stdint.h>

#include "base/stats.h"
#include "base/util.h"
#include "tests/suite.h"

static Suite	*make_suite(void);

static const struct {
	double	 p;
	double	 want;
} normal_rows[] = {
	{ 0.5, 0 },
	{ 0.6, 0.253347103135799799 },
	{ 0.9, 1.28155156554460047 },
	{ 0.975, 1.95996398454005424 },
	{ 0.995, 2.57582930354890076 },
	{ 0.9995, 3.29052673149189479 },
	{ 1e-10, -6.3613409024040562 },
	{ 1e-300, -37.0470962993611992 },
};

START_TEST(test_normal)
{
	double x = stats_normal_quantile(normal_rows[_i].p);

	ck_assert_double_eq_tol(x, normal_rows[_i].want,
	    1e-13 + 1e-14 * fabs(x));
}
END_TEST

START_TEST(test_normal_ends)
{
	ck_assert(stats_normal_quantile(0) == -INFINITY);
	ck_assert(stats_normal_quantile(1) == INFINITY);
	ck_assert(stats_normal_quantile(NAN) == -INFINITY);
	ck_assert_double_eq_tol(stats_normal_quantile(0.075 - 1e-12),
	    stats_normal_quantile(0.075 + 1e-12), 1e-10);
}
END_TEST

static const struct {
	double	 p;
	double	 df;
	double	 want;
} t_rows[] = {
	{ 0.975, 1, 12.7062047361747 },
	{ 0.975, 2, 4.30265272974946 },
	{ 0.975, 2.5, 3.57465484200368 },
	{ 0.75, 5, 0.726686843800423 },
	{ 0.975, 9, 2.26215716279821 },
	{ 0.995, 9, 3.24983554159213 },
	{ 0.9995, 9, 4.78091258593114 },
	{ 0.025, 9, -2.26215716279821 },
	{ 0.975, 30, 2.04227245630124 },
	{ 0.99944, 57, 3.43251893644381 },
	{ 0.5, 4, 0 },
	{ 0.975, INFINITY, 1.95996398454005 },
};

START_TEST(test_t)
{
	ck_assert_double_eq_tol(stats_t_quantile(t_rows[_i].p, t_rows[_i].df),
	    t_rows[_i].want, 1e-9 * (1 + fabs(t_rows[_i].want)));
}
END_TEST

static const struct {
	double	 x;
	double	 a;
	double	 b;
	double	 want;
} beta_rows[] = {
	{ 0, 2, 3, 0 },
	{ 1, 2, 3, 1 },
	{ -1, 2, 3, 0 },
	{ NAN, 2, 3, 0 },
	{ 0.5, 2, 3, 0.6875 },
	{ 0.1, 0.5, 0.5, 0.204832764699133 },
	{ 0.9, 10, 0.5, 0.15164090963471 },
	{ 0.01, 1, 99, 0.630270362350273 },
	{ 0.99, 990, 11, 0.583040803301098 },
	{ 0.989, 990, 11, 0.459227984814753 },
};

START_TEST(test_beta)
{
	ck_assert_double_eq_tol(stats_beta_cdf(beta_rows[_i].x,
	    beta_rows[_i].a, beta_rows[_i].b), beta_rows[_i].want, 1e-10);
}
END_TEST

/* Half of it is below the middle, however large: what is promised. */
START_TEST(test_beta_large)
{
	static const double sizes[] = { 1e3, 4.9e5, 1e7, 4.9e7, 6e7, 1e12 };
	double a = sizes[_i];

	ck_assert_double_eq_tol(stats_beta_cdf(0.5, a, a), 0.5,
	    a > 5e5 && a < 5e7 ? 1e-7 : 1e-9);
}
END_TEST

static const struct {
	uint64_t	 k;
	uint64_t	 n;
	double		 p;
	double		 want;
	double		 tolerance;
} binomial_rows[] = {
	{ 0, 0, 0.5, 1, 1e-15 },
	{ 10, 10, 0.5, 1, 1e-15 },
	{ 979, 1000, 0.99, 0.00149648154770924, 1e-12 },
	{ 989, 1000, 0.99, 0.416959196698902, 1e-10 },
	{ 98970, 100000, 0.99, 0.174063203005059, 1e-9 },
	{ 9999, 1000000000, 1e-5, 0.498670171712981, 1e-7 },
	{ 9900, 1000000000, 1e-5, 0.159869968335891, 1e-7 },
	{ 180, 2000000000, 1e-7, 0.0822288942798308, 1e-6 },
	{ 3, 1000000000, 1e-8, 0.0103360504110928, 1e-4 },
};

START_TEST(test_binomial)
{
	ck_assert_double_eq_tol(stats_binomial_cdf(binomial_rows[_i].k,
	    binomial_rows[_i].n, binomial_rows[_i].p),
	    binomial_rows[_i].want, binomial_rows[_i].tolerance);
}
END_TEST

START_TEST(test_binomial_quantile)
{
	static const uint64_t sizes[] = { 1, 7, 100, 12345, UINT64_C(1) << 52 };
	static const double chances[] = { 0.001, 0.5, 0.9, 0.9999 };
	static const double levels[] = { 0.00125, 0.025, 0.5, 0.975 };
	uint64_t k, n = sizes[(size_t)_i / 16];
	double p = chances[(size_t)_i / 4 % 4], q = levels[_i % 4];

	k = stats_binomial_quantile(q, n, p);
	ck_assert_uint_le(k, n);
	ck_assert_double_ge(stats_binomial_cdf(k, n, p), q);
	if (k > 0)
		ck_assert_double_lt(stats_binomial_cdf(k - 1, n, p), q);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("stats");
	TCase *tc;

	tc = tcase_create("tables");
	tcase_add_loop_test(tc, test_normal, 0, UTIL_NELEM(normal_rows));
	tcase_add_test(tc, test_normal_ends);
	tcase_add_loop_test(tc, test_t, 0, UTIL_NELEM(t_rows));
	tcase_add_loop_test(tc, test_beta, 0, UTIL_NELEM(beta_rows));
	tcase_add_loop_test(tc, test_beta_large, 0, 6);
	tcase_add_loop_test(tc, test_binomial, 0, UTIL_NELEM(binomial_rows));
	tcase_add_loop_test(tc, test_binomial_quantile, 0, 5 * 4 * 4);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
