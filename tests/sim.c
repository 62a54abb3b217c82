/* SPDX-License-Identifier: MIT */
/*
 * How often `pulse diff` is wrong: pairs of runs that are the same, and pairs
 * of which one is slower, out of random numbers that are the same each time.
 * Usage: tests/sim.t [PAIRS]. A line a model; with equal runs, "any" is the
 * share of pairs in which any row has a verdict, to be at most 5 %.
 */

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "base/util.h"
#include "hist.h"
#include "tests/compare_rig.h"

static const struct rig_model models[] = {
	{ "independent, 60 intervals", 100000, 60, 5e6, 0.5, 0, 0, 0.01, 0, 1 },
	{ "independent, 20 intervals", 20000, 20, 5e6, 0.5, 0, 0, 0.01, 0, 1 },
	{ "independent, none", 20000, 0, 5e6, 0.5, 0, 0, 0.01, 0, 1 },
	{ "few samples", 300, 30, 5e6, 0.5, 0, 0, 0.01, 0, 1 },
	{ "effect 0.05", 20000, 30, 5e6, 0.5, 0.05, 0, 0.01, 0.5, 1 },
	{ "effect 0.2", 20000, 30, 5e6, 0.5, 0.2, 0, 0.01, 1, 0 },
	{ "effect 0.1, phi 0.5, 20", 20000, 20, 5e6, 0.5, 0.1, 0.5, 0, 0, 0 },
	{ "effect 0.1, phi 0.5, 60", 20000, 60, 5e6, 0.5, 0.1, 0.5, 0, 0, 0 },
	{ "effect 0.05, phi 0.8, 20", 20000, 20, 5e6, 0.5, 0.05, 0.8, 0, 0, 0 },
	{ "effect 0.1, phi 0.8, 20", 20000, 20, 5e6, 0.5, 0.1, 0.8, 0, 0, 0 },
	{ "effect 0.1, phi 0.8, 60", 20000, 60, 5e6, 0.5, 0.1, 0.8, 0, 0, 0 },
	{ "effect 0.3, phi 0.8, 30", 20000, 30, 5e6, 0.5, 0.3, 0.8, 0, 0, 0 },
	{ "effect 0.1, phi 0.9, 30", 20000, 30, 5e6, 0.5, 0.1, 0.9, 0, 0, 0 },
	{ "effect 0.1, phi 0.9, 60", 20000, 60, 5e6, 0.5, 0.1, 0.9, 0, 0, 0 },
};

static void
print_count(const char *descr, const struct rig_count *c, size_t pairs)
{
	size_t i;

	printf("%-28s any %5.2f%%  p99 worse %6.2f%%  rows:", descr,
	    100.0 * (double)c->any / (double)pairs,
	    100.0 * (double)c->p99_worse / (double)pairs);
	for (i = 0; i < c->nrows; i++)
		printf(" %.2f", 100.0 * (double)c->row_any[i] /
		    (double)pairs);
	printf("  n/a:");
	for (i = 0; i < c->nrows; i++)
		printf(" %.0f", 100.0 * (double)c->row_missing[i] /
		    (double)pairs);
	printf("\n");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct rig_model slower;
	struct rig_count count;
	uint64_t pairs = 10000;
	size_t i, j;

	hist_init();
	if (argc > 1 && parse_uint(argv[1], 1000000, &pairs) == -1)
		return 1;
	for (i = 0; i < UTIL_NELEM(models); i++) {
		rig_count(&count, (size_t)pairs, &models[i], &models[i],
		    1000 + i);
		print_count(models[i].descr, &count, (size_t)pairs);
		for (j = 0; j < 3 && models[i].samples >= 20000; j++) {
			slower = models[i];
			slower.median_ns *= j == 0 ? 1.05 : j == 1 ? 1.1 : 1.3;
			rig_count(&count, (size_t)pairs / 10, &models[i],
			    &slower, 2000 + i);
			print_count(j == 0 ? "  slower by 5%" : j == 1 ?
			    "  slower by 10%" : "  slower by 30%", &count,
			    (size_t)pairs / 10);
		}
	}
	return 0;
}
