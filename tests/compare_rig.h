/* SPDX-License-Identifier: MIT */
#ifndef TESTS_COMPARE_RIG_H
#define TESTS_COMPARE_RIG_H

#include <stdint.h>

#include "diff/compare.h"
#include "result.h"

enum rig_shape {
	RIG_LOGNORMAL,
	RIG_WEIBULL,		/* of shape 0.7: a long tail */
	RIG_GAMMA,		/* of shape 2 */
	RIG_BIMODAL		/* lognormal, of which 5 % take longer by 6 */
};

/*
 * A run that was never made: response times of some distribution, in
 * intervals of which each is slower or faster than the median by a factor that
 * has to do with the one before, as machines are.
 */
struct rig_model {
	const char	*descr;
	size_t		 samples;
	size_t		 intervals;	/* 0: one, that is not told of */
	double		 median_ns;
	double		 sigma;		/* of the logarithm of a time */
	double		 effect;	/* the same of an interval's factor */
	double		 phi;		/* of neighbours' factors */
	double		 errors;	/* share of failed ones */
	double		 burst;		/* sigma of its logarithm */
	int		 is_poisson;	/* arrivals an interval, else even */
	enum rig_shape	 shape;		/* sigma: of lognormals alone */
	double		 drift;		/* of the logarithm, over the run */
	double		 ramp;		/* last interval's rate / first's */
	double		 slow;		/* share of intervals, by 3 */
};

struct rig_run {
	struct result	*result;
	struct snapshot	*snapshots;
	size_t		 nsnapshots;
	struct side	 side;
};

/* A run of the model; *seed is where the random numbers go on. */
void	 rig_make(struct rig_run *run, const struct rig_model *model,
	    uint64_t *seed);
void	 rig_clear(struct rig_run *run);

/* Of so many pairs of runs, how many have which verdict. */
struct rig_count {
	size_t	 any;		/* in any row */
	size_t	 p99_worse;
	size_t	 row_any[COMPARE_ROWS_MAX];
	size_t	 row_missing[COMPARE_ROWS_MAX];	/* without an interval */
	size_t	 nrows;
};

void	 rig_count(struct rig_count *count, size_t pairs,
	    const struct rig_model *base, const struct rig_model *new,
	    uint64_t seed);

#endif
