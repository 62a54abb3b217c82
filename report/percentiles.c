/* SPDX-License-Identifier: MIT */
/*
 * Which percentiles a report shows, and how well each is known.
 *
 * How many of n values are below the true percentile is binomial, whatever
 * their distribution: so ranks l < u can be named between which it lies with
 * 95 % confidence. They are exact: the largest l and the smallest u beyond
 * which no more than 2.5 % are. Where there is no such rank, the sample cannot
 * tell, and the percentile has no value. It takes values for independent,
 * which those of a target that stalls are not: its intervals are wider in
 * truth.
 *
 * Only computes; nothing fails. Any n up to 2^53 costs a few standard
 * deviations of the rank at most, so 10^12 values some milliseconds.
 */

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "report/percentiles.h"

#define TAIL		0.025		/* beyond either end */
#define TAIL_SIGMAS	1.959963984540054	/* of a normal distribution */
#define TWO_PI		6.283185307179586477

static const double usual[] = { 50, 90, 95, 99, 99.9, 99.99 };
static_assert(UTIL_NELEM(usual) == PERCENTILES_USUAL,
    "the usual percentiles are miscounted");

static double	 stirling_error(double);
static double	 deviance(double, double);
static double	 binomial(double, double, double, double);
static double	 tail_to(double, double, double, double, double);
static double	 guess(double, double, double);
static bool	 find_tail(uint64_t, double, double, uint64_t *);
static void	 set_bounds(struct percentile *, const struct result *,
		    enum result_hist, uint64_t, uint64_t);
static int	 compare(const void *, const void *);

/*
 * ln n! less Stirling's formula. C. Loader, Fast and Accurate Computation of
 * Binomial Probabilities, 2000, has this and the two that follow.
 */
static double
stirling_error(double n)
{
	double nn = n * n;

	if (n <= 15)
		return lgamma(n + 1) - (n + 0.5) * log(n) + n -
		    log(TWO_PI) / 2;
	return (1. / 12 - (1. / 360 - (1. / 1260 - (1. / 1680 -
	    1. / 1188 / nn) / nn) / nn) / nn) / n;
}

/* x ln(x / mean) + mean - x, without loss where they are close. */
static double
deviance(double x, double mean)
{
	double v, term, sum, next;
	int j;

	if (fabs(x - mean) >= 0.1 * (x + mean))
		return x * log(x / mean) + mean - x;
	v = (x - mean) / (x + mean);
	sum = (x - mean) * v;
	term = 2 * x * v;
	for (j = 3; j < 1000; j += 2) {
		term *= v * v;
		next = sum + term / j;
		if (next == sum)
			break;
		sum = next;
	}
	return sum;
}

/* The chance of exactly k of n, each with chance p; q = 1 - p. */
static double
binomial(double k, double n, double p, double q)
{
	double ln;

	if (k == 0)
		return exp(n * (p < q ? log1p(-p) : log(q)));
	if (k == n)
		return exp(n * (q < p ? log1p(-q) : log(p)));
	ln = stirling_error(n) - stirling_error(k) - stirling_error(n - k) -
	    deviance(k, n * p) - deviance(n - k, n * q);
	return exp(ln) * sqrt(n / (TWO_PI * k * (n - k)));
}

/* The chance of k or fewer, given that of k, which is below the mean. */
static double
tail_to(double k, double n, double p, double q, double chance)
{
	double sum = 0;

	while (chance > sum * 1e-17) {
		sum += chance;
		chance *= k * q / ((n - k + 1) * p);
		k--;
	}
	return sum;
}

/* The rank by Cornish and Fisher: off by two or three at most for large n. */
static double
guess(double n, double p, double q)
{
	double mean = n * p, k;

	k = mean - TAIL_SIGMAS * sqrt(mean * q) +
	    (q - p) * (TAIL_SIGMAS * TAIL_SIGMAS - 1) / 6;
	return k < 0 ? 0 : k > mean ? floor(mean) : floor(k);
}

/* The largest number of which that or fewer of n have a chance of TAIL. */
static bool
find_tail(uint64_t count, double p, double q, uint64_t *at)
{
	double n = (double)count, k = guess(n, p, q);
	double chance = binomial(k, n, p, q);
	double sum = tail_to(k, n, p, q, chance), next;

	while (sum > TAIL) {
		if (k == 0)
			return false;
		sum -= chance;
		chance *= k * q / ((n - k + 1) * p);
		k--;
	}
	for (;;) {
		next = chance * (n - k) * p / ((k + 1) * q);
		if (k + 1 >= n || sum + next > TAIL)
			break;
		sum += next;
		chance = next;
		k++;
	}
	*at = (uint64_t)k;
	return true;
}

/* Of k or fewer below it, rank k + 1 is the first above; so from either end. */
bool
percentile_ranks(uint64_t n, double percentile, uint64_t *low, uint64_t *high)
{
	double p = percentile / 100, q = (100 - percentile) / 100;
	uint64_t below, above;

	if (n == 0 || !(p > 0) || !(q > 0) || !find_tail(n, p, q, &below) ||
	    !find_tail(n, q, p, &above))
		return false;
	*low = below + 1;
	*high = n - above;
	return true;
}

void
percentile_of(struct percentile *out, const struct result *res,
    enum result_hist which, double p)
{
	struct summary s;
	uint64_t low, high;

	memset(out, 0, sizeof(*out));
	out->p = p;
	result_summary(&s, res, which);
	out->has_value = percentile_ranks(s.count, p, &low, &high);
	if (!out->has_value)
		return;
	out->value_ns = result_percentile(res, which, p);
	set_bounds(out, res, which, low, high);
}

/*
 * What is interpolated within a bucket is rounded, maybe to the first value of
 * the next one.
 */
static void
set_bounds(struct percentile *out, const struct result *res,
    enum result_hist which, uint64_t low, uint64_t high)
{
	struct coarse all;
	uint64_t unused;

	if (which < RESULT_COARSE && res->coarse[which].count > 0) {
		result_buckets(&all, res, which);
		hist_coarse_rank(all.bucket, low, all.min_ns, all.max_ns,
		    &out->low_ns, &unused);
		hist_coarse_rank(all.bucket, high, all.min_ns, all.max_ns,
		    &unused, &out->high_ns);
	} else {
		hist_rank(&res->hist[which], low, &out->low_ns, &unused);
		hist_rank(&res->hist[which], high, &unused, &out->high_ns);
	}
	if (out->low_ns > out->value_ns)
		out->low_ns = out->value_ns;
	if (out->high_ns < out->value_ns)
		out->high_ns = out->value_ns;
}

size_t
percentile_list(double *out, const double *more, size_t n)
{
	size_t i, kept = 0, all = UTIL_NELEM(usual) + n;

	memcpy(out, usual, sizeof(usual));
	if (n > 0)
		memcpy(out + UTIL_NELEM(usual), more, n * sizeof(*more));
	qsort(out, all, sizeof(*out), compare);
	for (i = 0; i < all; i++)
		if (kept == 0 || out[i] != out[kept - 1])
			out[kept++] = out[i];
	return kept;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

char *
percentile_name(char buf[PERCENTILE_NAME_MAX], double p)
{
	snprintf(buf, PERCENTILE_NAME_MAX, "p%.10g", p);
	return buf;
}
