/* SPDX-License-Identifier: MIT */
#ifndef REPORT_STANDING_H
#define REPORT_STANDING_H

#include <stddef.h>
#include <stdint.h>

#include "hist.h"
#include "result.h"

enum { STANDING_POINTS = 64 };	/* of the past, for a line of blocks */

/*
 * What is known of a run while it goes on: the sum of its intervals, the last
 * of them, and a little of the past. About 100 KB: keep it on the heap. All
 * zero but for the first three is the beginning.
 */
struct standing {
	uint64_t	 total_ns;	/* of the phases */
	uint64_t	 warmup_ns;	/* before it nothing is counted */
	uint64_t	 interval_ns;
	uint64_t	 intervals;	/* added */
	double		 planned;	/* arrivals, the warm-up's too */
	struct counters	 n;
	struct hist	 latency;
	/* of the last interval */
	uint64_t	 from_ns;
	uint64_t	 until_ns;
	uint64_t	 in_flight;
	uint64_t	 lag_p99_ns;
	double		 rate;		/* completed, a second that counts */
	double		 planned_rate;	/* 0: no plan, or it is over */
	struct summary	 last;		/* latency */
	/* the latest of the past last, at most STANDING_POINTS */
	double		 past_rate[STANDING_POINTS];
	double		 past_p99[STANDING_POINTS];	/* ns */
	size_t		 npast;
};

/* s has the figures of in. */
void	 standing_add(struct standing *st, const struct interval *in,
	    const struct snapshot *s);

#endif
