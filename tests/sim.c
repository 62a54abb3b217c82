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
	{ "independent, 60 intervals", 10000, 60, 5e6, 0.5, 0, 0, 0.01, 0, 1 },
	{ "no intervals", 10000, 0, 5e6, 0.5, 0, 0, 0.01, 0, 1 },
	{ "300 samples", 300, 30, 5e6, 0.5, 0, 0, 0.01, 0, 1 },
	{ "factors 0.2, 30", 10000, 30, 5e6, 0.5, 0.2, 0, 0.01, 1, 0 },
	{ "0.1, AR 0.5, 20", 10000, 20, 5e6, 0.5, 0.1, 0.5, 0, 0, 0 },
	{ "0.1, AR 0.8, 30", 10000, 30, 5e6, 0.5, 0.1, 0.8, 0, 0, 0 },
	{ "0.1, AR 0.9, 60", 10000, 60, 5e6, 0.5, 0.1, 0.9, 0, 0, 0 },
};

/* Of these the second run is slower by 5 %, and a tenth of the pairs do. */
static const struct rig_model shifted[] = {
	{ "no intervals", 100000, 0, 5e6, 0.5, 0, 0, 0, 0, 1 },
	{ "independent, 60 intervals", 100000, 60, 5e6, 0.5, 0, 0, 0, 0, 1 },
	{ "independent, 30 intervals", 100000, 30, 5e6, 0.5, 0, 0, 0, 0, 1 },
	{ "independent, 20 intervals", 100000, 20, 5e6, 0.5, 0, 0, 0, 0, 1 },
	{ "0.02, AR 0.5, 60", 100000, 60, 5e6, 0.5, 0.02, 0.5, 0, 0, 1 },
	{ "0.1, AR 0.5, 60", 100000, 60, 5e6, 0.5, 0.1, 0.5, 0, 0, 1 },
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
	uint64_t pairs = 10000, fewer;
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
