/* SPDX-License-Identifier: MIT */
/*
 * Distribution functions and quantiles, as far as intervals for percentiles
 * and for differences need them: normal, Student's t, beta, binomial.
 *
 * Pure functions of their arguments on libm alone. Those that iterate do so a
 * bounded number of times, whatever they are given.
 */

#include <assert.h>
#include <float.h>
#include <math.h>

#include "base/stats.h"
#include "base/util.h"

#define LN_2_PI		1.8378770664093454836	/* ln(2 pi) */
/* From here on a beta is as good as normal, and sums of logs lose digits. */
#define BETA_EXACT_MAX	1e8

static double	 polynomial(const double *, size_t, double);
static double	 normal_centre(double);
static double	 normal_tail(double);
static double	 t_tail(double, double);
static double	 t_density(double, double);
static double	 beta_fraction(double, double, double);
static double	 beta_normal(double, double, double);
static double	 deviance_term(double);

/* Coefficients, constant first. */
static double
polynomial(const double *c, size_t n, double x)
{
	double y = c[--n];

	while (n > 0)
		y = y * x + c[--n];
	return y;
}

/* Wichura, Applied Statistics 37 (1988), 477-484: PPND16, the centre. */
static double
normal_centre(double q)
{
	static const double a[] = {
		3.3871328727963666080e0, 1.3314166789178437745e2,
		1.9715909503065514427e3, 1.3731693765509461125e4,
		4.5921953931549871457e4, 6.7265770927008700853e4,
		3.3430575583588128105e4, 2.5090809287301226727e3
	};
	static const double b[] = {
		1, 4.2313330701600911252e1,
		6.8718700749205790830e2, 5.3941960214247511077e3,
		2.1213794301586595867e4, 3.9307895800092710610e4,
		2.8729085735721942674e4, 5.2264952788528545610e3
	};
	double r = 0.180625 - q * q;

	return q * polynomial(a, UTIL_NELEM(a), r) /
	    polynomial(b, UTIL_NELEM(b), r);
}

/* The same, one tail; 0 < p < 0.075. The result is positive. */
static double
normal_tail(double p)
{
	static const double c[] = {
		1.42343711074968357734e0, 4.63033784615654529590e0,
		5.76949722146069140550e0, 3.64784832476320460504e0,
		1.27045825245236838258e0, 2.41780725177450611770e-1,
		2.27238449892691845833e-2, 7.74545014278341407640e-4
	};
	static const double d[] = {
		1, 2.05319162663775882187e0,
		1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2,
		5.47593808499534494600e-4, 1.05075007164441684324e-9
	};
	static const double e[] = {
		6.65790464350110377720e0, 5.46378491116411436990e0,
		1.78482653991729133580e0, 2.96560571828504891230e-1,
		2.65321895265761230930e-2, 1.24266094738807843860e-3,
		2.71155556874348757815e-5, 2.01033439929228813265e-7
	};
	static const double f[] = {
		1, 5.99832206555887937690e-1,
		1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5,
		1.42151175831644588870e-7, 2.04426310338993978564e-15
	};
	double r = sqrt(-log(p));

	if (r <= 5)
		return polynomial(c, UTIL_NELEM(c), r - 1.6) /
		    polynomial(d, UTIL_NELEM(d), r - 1.6);
	return polynomial(e, UTIL_NELEM(e), r - 5) /
	    polynomial(f, UTIL_NELEM(f), r - 5);
}

double
stats_normal_quantile(double p)
{
	if (!(p > 0))			/* NaN, too */
		return -INFINITY;
	if (p >= 1)
		return INFINITY;
	if (fabs(p - 0.5) <= 0.425)
		return normal_centre(p - 0.5);
	return p < 0.5 ? -normal_tail(p) : normal_tail(1 - p);
}

/* P(T > t) for t >= 0. */
static double
t_tail(double t, double df)
{
	return stats_beta_cdf(df / (df + t * t), df / 2, 0.5) / 2;
}

static double
t_density(double t, double df)
{
	return exp(lgamma((df + 1) / 2) - lgamma(df / 2) -
	    0.5 * log(df * M_PI) - (df + 1) / 2 * log1p(t * t / df));
}

/*
 * Newton's steps on the tail, held in a bracket that each of them narrows. The
 * first guess is the normal quantile with its first correction.
 */
double
stats_t_quantile(double p, double df)
{
	double q = p < 0.5 ? p : 1 - p, low = 0, high = INFINITY;
	double z = -stats_normal_quantile(q), t, step, tail;
	int i;

	assert(df > 0);
	if (!(df < 1e9) || !(q > 0) || q == 0.5)
		return stats_normal_quantile(p);
	t = z * (1 + (z * z + 1) / (4 * df));
	for (i = 0; i < 200; i++) {
		tail = t_tail(t, df);
		if (tail > q)
			low = t;
		else
			high = t;
		step = (tail - q) / t_density(t, df);
		if (fabs(step) <= 1e-12 * t)
			break;
		t += step;
		if (t <= low || t >= high || !isfinite(t))
			t = isfinite(high) ? (low + high) / 2 : 2 * low;
	}
	return p < 0.5 ? -t : t;
}

/* Lentz's way through the continued fraction (DLMF 8.17.22). */
static double
beta_fraction(double x, double a, double b)
{
	int i, most = 200 + (int)(10 * sqrt(a > b ? a : b));
	double c = 1, d = 1 - (a + b) * x / (a + 1), h, term, delta = 0;

	d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
	h = d;
	for (i = 1; i <= most && fabs(delta - 1) > 4 * DBL_EPSILON; i++) {
		term = i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i));
		d = 1 + term * d;
		c = 1 + term / c;
		d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
		c = fabs(c) < DBL_MIN ? DBL_MIN : c;
		h *= d * c;
		term = -(a + i) * (a + b + i) * x /
		    ((a + 2 * i) * (a + 2 * i + 1));
		d = 1 + term * d;
		c = 1 + term / c;
		d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
		c = fabs(c) < DBL_MIN ? DBL_MIN : c;
		delta = d * c;
		h *= delta;
	}
	return h;
}

/* (1 - x^2 + 2x ln x) / (1 - x)^2, which is 0 at 1. */
static double
deviance_term(double x)
{
	double e = x - 1;

	if (x <= 0)
		return 1;
	if (fabs(e) < 3e-3)
		return -e / 3 * (1 - e / 2 * (1 - e * 3 / 5));
	return (1 - x * x + 2 * x * log(x)) / (e * e);
}

/*
 * Peizer and Pratt's normal approximation, J. Am. Stat. Assoc. 63 (1968),
 * 1416-1456: its error is far below 1e-9 where both are large, and small
 * enough for any percentile where only one of them is.
 */
static double
beta_normal(double x, double a, double b)
{
	double n = a + b - 1, s = b - 0.5, t = a - 0.5, y = 1 - x;
	double d = b - 1.0 / 3 - (n + 1.0 / 3) * y +
	    0.02 * (x / b - y / a + (x - 0.5) / (a + b));
	double u = d * sqrt((1 + x * deviance_term(s / (n * y)) +
	    y * deviance_term(t / (n * x))) / ((n + 1.0 / 6) * x * y));

	return erfc(-u / sqrt(2)) / 2;
}

double
stats_beta_cdf(double x, double a, double b)
{
	double front;

	assert(a > 0 && b > 0);
	if (!(x > 0))
		return 0;
	if (x >= 1)
		return 1;
	if (a + b > BETA_EXACT_MAX && a > 0.5 && b > 0.5)
		return beta_normal(x, a, b);
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) +
	    b * log1p(-x));
	if (x <= (a + 1) / (a + b + 2))
		return front * beta_fraction(x, a, b) / a;
	return 1 - front * beta_fraction(1 - x, b, a) / b;
}

double
stats_binomial_cdf(uint64_t k, uint64_t n, double p)
{
	if (k >= n)
		return 1;
	return stats_beta_cdf(1 - p, (double)(n - k), (double)k + 1);
}

uint64_t
stats_binomial_quantile(double q, uint64_t n, double p)
{
	uint64_t low = 0, high = n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (stats_binomial_cdf(middle, n, p) >= q)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
