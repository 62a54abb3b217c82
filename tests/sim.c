/* SPDX-License-Identifier: MIT */
/*
 * How often `pulse diff` is wrong: pairs of runs that are the same, and pairs
 * of which one is slower, out of random numbers that are the same each time.
 * Usage: tests/sim.t [PAIRS], of 10,000. A line a model; "AR" is how much the
 * factor of an interval has to do with that of the one before.
 */

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "base/util.h"
#include "hist.h"
#include "tests/compare_rig.h"

/* Equal runs of these are compared. */
static const struct rig_model equals[] = {
	{ .descr = "independent, 60 intervals", .samples = 10000,
	    .intervals = 60, .median_ns = 5e6, .sigma = 0.5, .errors = 0.01,
	    .is_poisson = 1 },
	{ .descr = "no intervals", .samples = 10000, .median_ns = 5e6,
	    .sigma = 0.5, .errors = 0.01, .is_poisson = 1 },
	{ .descr = "300 samples", .samples = 300, .intervals = 30,
	    .median_ns = 5e6, .sigma = 0.5, .errors = 0.01, .is_poisson = 1 },
	{ .descr = "factors 0.2, 30", .samples = 10000, .intervals = 30,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.2, .errors = 0.01,
	    .burst = 1 },
	{ .descr = "0.1, AR 0.5, 20", .samples = 10000, .intervals = 20,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.1, .phi = 0.5 },
	{ .descr = "0.1, AR 0.8, 30", .samples = 10000, .intervals = 30,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.1, .phi = 0.8 },
	{ .descr = "0.1, AR 0.9, 60", .samples = 10000, .intervals = 60,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.1, .phi = 0.9 },
};

/*
 * The same of what the method was not made for: other distributions, drift,
 * single slow intervals, ramps. A fifth of the pairs.
 */
static const struct rig_model others[] = {
	{ .descr = "Weibull, AR 0.5, 40", .samples = 8000, .intervals = 40,
	    .median_ns = 5e6, .effect = 0.2, .phi = 0.5,
	    .shape = RIG_WEIBULL },
	{ .descr = "gamma, AR 0.8, 100", .samples = 10000, .intervals = 100,
	    .median_ns = 5e6, .effect = 0.15, .phi = 0.8,
	    .shape = RIG_GAMMA },
	{ .descr = "bimodal, factors, 12", .samples = 6000, .intervals = 12,
	    .median_ns = 5e6, .sigma = 0.3, .effect = 0.1,
	    .shape = RIG_BIMODAL },
	{ .descr = "drift by 30%, 30", .samples = 6000, .intervals = 30,
	    .median_ns = 5e6, .sigma = 0.3, .drift = 0.3,
	    .shape = RIG_LOGNORMAL },
	{ .descr = "one in 30 intervals slow, 30", .samples = 6000,
	    .intervals = 30, .median_ns = 5e6, .sigma = 0.3, .slow = 1. / 30 },
	{ .descr = "one in 30 slow, 10", .samples = 6000,
	    .intervals = 10, .median_ns = 5e6, .sigma = 0.3, .slow = 1. / 30 },
	{ .descr = "ramp to 9 times, 20", .samples = 6000, .intervals = 20,
	    .median_ns = 5e6, .sigma = 0.3, .effect = 0.1, .phi = 0.5,
	    .ramp = 9 },
	{ .descr = "independent, 5", .samples = 2500, .intervals = 5,
	    .median_ns = 5e6, .sigma = 0.5, .is_poisson = 1 },
	{ .descr = "factors 0.1, 5", .samples = 2500, .intervals = 5,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.1 },
	{ .descr = "0.1, AR 0.5, 10", .samples = 5000, .intervals = 10,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.1, .phi = 0.5 },
	{ .descr = "0.05, AR 0.9, 20", .samples = 10000, .intervals = 20,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.05, .phi = 0.9 },
	{ .descr = "0.05, AR 0.9, 300", .samples = 30000, .intervals = 300,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.05, .phi = 0.9 },
	{ .descr = "0.3, AR 0.7, 60", .samples = 6000, .intervals = 60,
	    .median_ns = 5e6, .sigma = 0.2, .effect = 0.3, .phi = 0.7 },
	{ .descr = "Weibull, 300 samples, 30", .samples = 300,
	    .intervals = 30, .median_ns = 5e6, .shape = RIG_WEIBULL },
	{ .descr = "slow in 3%, 3000 samples, 30", .samples = 3000,
	    .intervals = 30, .median_ns = 5e6, .sigma = 0.3, .slow = 0.1 },
};

/* Of these the second run is slower by 5 %, and a tenth of the pairs do. */
static const struct rig_model shifted[] = {
	{ .descr = "no intervals", .samples = 100000, .median_ns = 5e6,
	    .sigma = 0.5, .is_poisson = 1 },
	{ .descr = "independent, 60 intervals", .samples = 100000,
	    .intervals = 60, .median_ns = 5e6, .sigma = 0.5, .is_poisson = 1 },
	{ .descr = "independent, 30 intervals", .samples = 100000,
	    .intervals = 30, .median_ns = 5e6, .sigma = 0.5, .is_poisson = 1 },
	{ .descr = "independent, 20 intervals", .samples = 100000,
	    .intervals = 20, .median_ns = 5e6, .sigma = 0.5, .is_poisson = 1 },
	{ .descr = "0.02, AR 0.5, 60", .samples = 100000, .intervals = 60,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.02, .phi = 0.5,
	    .is_poisson = 1 },
	{ .descr = "0.1, AR 0.5, 60", .samples = 100000, .intervals = 60,
	    .median_ns = 5e6, .sigma = 0.5, .effect = 0.1, .phi = 0.5,
	    .is_poisson = 1 },
};

static double
percent(size_t n, size_t all)
{
	return 100 * (double)n / (double)all;
}

int
main(int argc, char **argv)
{
	struct rig_model slower;
	struct rig_count count;
	uint64_t pairs = 10000, fewer, rest;
	size_t i;

	hist_init();
	if (argc > 1 && parse_uint(argv[1], 1000000, &pairs) == -1)
		return 1;
	fewer = pairs / 10 > 0 ? pairs / 10 : 1;
	printf("equal runs, %" PRIu64 " pairs: any verdict (at most 5%%)\n",
	    pairs);
	for (i = 0; i < UTIL_NELEM(equals); i++) {
		rig_count(&count, (size_t)pairs, &equals[i], &equals[i],
		    1000 + i);
		printf("%-28s %6.2f%%\n", equals[i].descr,
		    percent(count.any, (size_t)pairs));
		fflush(stdout);
	}
	rest = pairs / 5 > 0 ? pairs / 5 : 1;
	printf("equal runs of other kinds, %" PRIu64 " pairs\n", rest);
	for (i = 0; i < UTIL_NELEM(others); i++) {
		rig_count(&count, (size_t)rest, &others[i], &others[i],
		    3000 + i);
		printf("%-28s %6.2f%%\n", others[i].descr,
		    percent(count.any, (size_t)rest));
		fflush(stdout);
	}
	printf("5%% slower, %" PRIu64 " pairs: p99 worse (at least 95%%)\n",
	    fewer);
	for (i = 0; i < UTIL_NELEM(shifted); i++) {
		slower = shifted[i];
		slower.median_ns *= 1.05;
		rig_count(&count, (size_t)fewer, &shifted[i], &slower,
		    2000 + i);
		printf("%-28s %6.2f%%\n", shifted[i].descr,
		    percent(count.p99_worse, (size_t)fewer));
		fflush(stdout);
	}
	return 0;
}
