/* SPDX-License-Identifier: MIT */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"

/* As many as a chart has room for; a report of a week must stay small. */
#define TIMELINE_POINTS_MAX	600

enum timeline_line {
	TIMELINE_P50,
	TIMELINE_P90,
	TIMELINE_P95,
	TIMELINE_P99,
	TIMELINE_MAX,
	TIMELINE_LINES
};

/* One snapshot, or several of them in a row. Rates are those a second. */
struct timeline_point {
	size_t		 nsnapshots;
	uint64_t	 from_ns;	/* since the start of the run */
	uint64_t	 until_ns;
	uint64_t	 counted_ns;	/* of these, behind the warm-up */
	double		 planned;
	double		 achieved;	/* completed */
	bool		 has_extremes;	/* achieved by its snapshots */
	double		 slowest;
	double		 fastest;
	double		 failed;
	double		 dropped;
	uint64_t	 completed;
	uint64_t	 in_flight;	/* the most at the end of one */
	uint64_t	 ns[TIMELINE_LINES];	/* 0: no sample */
};

/* points is owned. */
struct timeline {
	struct timeline_point	*points;
	size_t			 n;
	size_t			 group;		/* snapshots a point */
};

/*
 * Nothing of the warm-up is counted but what was planned: other rates are those
 * of the time behind it, and mean nothing where counted_ns is 0.
 *
 * Up to TIMELINE_POINTS_MAX points: each snapshot is one, or, when there are
 * more, each group of so many. Rates of a group are those over all of its time,
 * with the slowest and the fastest of its snapshots; each percentile is the
 * highest of its snapshots, so that no peak is lost: percentiles cannot be
 * added. A last snapshot that is no more than the end of the one before it
 * gives its counts to that one's point, without its time: one of less than a
 * tenth of the first one's length, or one in which nothing was to be sent and
 * no more than a tenth of what ended in the one before came to its end.
 */
void	 timeline_init(struct timeline *t, const struct report *r);
void	 timeline_clear(struct timeline *t);

#endif
