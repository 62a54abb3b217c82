/* SPDX-License-Identifier: MIT */
/*
 * How much a sum over the intervals of a run varies, when what happens in one
 * interval has to do with what happened in those before.
 *
 * The long-run variance is the mean square of the first few cosine transforms
 * of the residuals (Lazarus, Lewis, Stock and Watson, J. Bus. Econ. Stat. 36
 * (2018), 541-559): slow movements, which are what makes two runs differ, are
 * in them, and each is one degree of freedom. There are as many as they advise,
 * but eight at least, since two runs of few intervals need some, and no more
 * than make a difference; fewer, the more neighbours are correlated. What these
 * lack, if it is the correlation of a first-order autoregression, is made up
 * for. Pure.
 */

#include <math.h>

#include "base/util.h"
#include "diff/spread.h"

#define PI		3.14159265358979323846
#define TERMS_MIN	3
#define TERMS_SOME	8		/* 16 of two runs: t is 3.2, not 2.8 */
#define TERMS_MAX	64		/* of two runs t is all but normal */
#define RHO_MAX		0.95
#define SEEN_MIN	0.75		/* of the variance, on average */

static double	 rho_slowest(size_t);
static size_t	 choose_terms(double, size_t);
static double	 seen_by(double, size_t, size_t);
static double	 seen_at(double, size_t, size_t);
static double	 transform(const double *, size_t, size_t);

bool
spread_of(struct spread *s, const double *residual, size_t m, double rho,
    double error)
{
	double sum = 0, c, slowest;
	size_t i, terms;

	if (m < SPREAD_INTERVALS_MIN)
		return false;
	slowest = rho_slowest(m);
	terms = choose_terms(fmin(rho + error, slowest), m);
	for (i = 1; i <= terms; i++) {
		c = transform(residual, m, i);
		sum += c * c;
	}
	/* Each square has half the variance of the sum. */
	s->variance = 2 * sum / (double)terms /
	    seen_by(fmin(rho * (1 + 2 * error), slowest), m, terms);
	s->df = (double)terms;
	return true;
}

/*
 * The most that a run can tell: that of an autoregression in which the run is
 * worth three independent intervals, m (1 - rho) / (1 + rho). What moves more
 * slowly does not show in it, and to allow for it would leave nothing to say.
 */
static double
rho_slowest(size_t m)
{
	double rho = ((double)m - 3) / ((double)m + 3);

	return rho < RHO_MAX ? rho : RHO_MAX;
}

/* What the estimate is too small by is added: (1 + 3 rho) / m. */
double
spread_correlation(const double *e, size_t m)
{
	double product = 0, square = e[0] * e[0], rho;
	size_t i;

	for (i = 1; i < m; i++) {
		product += e[i] * e[i - 1];
		square += e[i] * e[i];
	}
	if (!(square > 0))
		return 0;
	rho = product / square;
	rho += (1 + 3 * rho) / (double)m;
	return rho < 0 ? 0 : rho > 1 ? 1 : rho;
}

/* As many as see SEEN_MIN on average. */
static size_t
choose_terms(double rho, size_t m)
{
	size_t i, most = (size_t)(0.4 * pow((double)m, 2.0 / 3));
	double sum = 0;

	if (most < TERMS_SOME)
		most = m - 1 < TERMS_SOME ? m - 1 : TERMS_SOME;
	if (most > TERMS_MAX)
		most = TERMS_MAX;
	for (i = 1; i <= most; i++) {
		sum += seen_at(rho, m, i);
		if (i > TERMS_MIN && sum / (double)i < SEEN_MIN)
			break;
	}
	return i - 1;
}

static double
seen_by(double rho, size_t m, size_t terms)
{
	double sum = 0;
	size_t i;

	for (i = 1; i <= terms; i++)
		sum += seen_at(rho, m, i);
	return sum / (double)terms;
}

/* What an autoregression has at this frequency, as a share of that at 0. */
static double
seen_at(double rho, size_t m, size_t term)
{
	return (1 - rho) * (1 - rho) / (1 + rho * rho -
	    2 * rho * cos(PI * (double)term / (double)m));
}

/* By a rotation from interval to interval, not a cosine each. */
static double
transform(const double *e, size_t m, size_t term)
{
	double step = PI * (double)term / (double)m;
	double c = cos(step / 2), s = sin(step / 2), sum = 0, was;
	const double cos_step = cos(step), sin_step = sin(step);
	size_t i;

	for (i = 0; i < m; i++) {
		sum += e[i] * c;
		was = c;
		c = c * cos_step - s * sin_step;
		s = s * cos_step + was * sin_step;
	}
	return sum;
}
