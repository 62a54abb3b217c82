/* SPDX-License-Identifier: MIT */
#ifndef DIFF_SPREAD_H
#define DIFF_SPREAD_H

#include <stdbool.h>
#include <stddef.h>

enum { SPREAD_INTERVALS_MIN = 4 };	/* fewer tell nothing of variance */

/*
 * What the sum of a run's intervals varies by from one such run to another,
 * when the intervals are not independent. df: the degrees of freedom with
 * which it is known, for a quantile of t.
 */
struct spread {
	double	 variance;
	double	 df;
};

/*
 * From the residuals of m intervals in their order, whose sum is 0. False, and
 * no variance, when there are fewer than SPREAD_INTERVALS_MIN. rho: how
 * neighbours are correlated, from 0 to 1, and the standard error of this.
 */
bool	 spread_of(struct spread *s, const double *residual, size_t m,
	    double rho, double error);
/* How neighbours are correlated, from 0 to 1. */
double	 spread_correlation(const double *residual, size_t m);

#endif
