/* SPDX-License-Identifier: MIT */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stdint.h>

/*
 * The x below which a standard normal value lies with probability p: to 1e-15
 * (Wichura, AS 241). -INFINITY and INFINITY at 0 and 1.
 */
double	 stats_normal_quantile(double p);
/*
 * The same of Student's t with df > 0 degrees of freedom, which need not be
 * whole; df of INFINITY is the normal one. Relative error below 1e-9.
 */
double	 stats_t_quantile(double p, double df);
/*
 * The regularised incomplete beta function I_x(a, b), a and b > 0: the
 * probability that a beta value is at most x. Absolute error below 1e-9 for
 * a + b up to 1e6, and below 1e-7 up to 1e8; from there on below 1e-9 again
 * where both are large, but 1e-4 where one of them is only a few.
 */
double	 stats_beta_cdf(double x, double a, double b);
/*
 * Of n independent trials that succeed with probability p each: the
 * probability of at most k successes, and the smallest k for which that is at
 * least q, from 0 to n.
 */
double	 stats_binomial_cdf(uint64_t k, uint64_t n, double p);
uint64_t stats_binomial_quantile(double q, uint64_t n, double p);

#endif
