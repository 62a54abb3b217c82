/* SPDX-License-Identifier: MIT */
#ifndef DIFF_FIGURE_H
#define DIFF_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "result.h"

/* One of two runs. Borrows all of it. */
struct side {
	const struct result	*result;
	const struct snapshot	*snapshots;	/* or NULL */
	size_t			 nsnapshots;
	double			 rate_sec;	/* rate: completed / it */
};

enum row_metric {
	ROW_RATE,		/* a second */
	ROW_ERRORS,		/* failed / completed, 0 to 1 */
	ROW_DROPPED,		/* dropped / scheduled, 0 to 1 */
	ROW_MEAN,		/* of the response, ns */
	ROW_PERCENTILE		/* the same */
};

/* The response times of one run as counts of cells. */
struct figure_sample {
	const uint64_t	*count;
	size_t		 first;
	size_t		 end;
	bool		 is_coarse;
	uint64_t	 n;
	uint64_t	 max_ns;
	struct coarse	 coarse;
};

/* A run while it is compared. */
struct figure_run {
	const struct side	*side;
	struct figure_sample	 sample;
	const struct snapshot	*snapshots;	/* without warm-up */
	size_t			 m;		/* enough, or 0 */
	double			*residual;	/* room for m */
	double			 rho;		/* of both runs' means */
};

/*
 * A figure of one run: its value, and how far the truth may be below and above
 * it; resolution is what no sample can tell apart. df: the degrees of freedom
 * with which its variance is known.
 */
struct figure {
	double	 value;
	double	 below;
	double	 above;
	double	 resolution;
	double	 df;
	double	 rho;		/* of its intervals */
	bool	 has_interval;
};

/*
 * How sure a figure is to be: the probability of either end, and by how much
 * its normal quantile is to be taken wider; what is known of correlation.
 */
struct figure_level {
	double	 tail;
	double	 wider;
	double	 rho;		/* of both runs' intervals */
	double	 error;		/* of this one */
};

/* Both runs; figure_clear frees what they own. */
void	 figure_init(struct figure_run runs[2], const struct side *base,
	    const struct side *new);
void	 figure_clear(struct figure_run runs[2]);
/*
 * A figure of one run. Widths are those of logarithms, of shares as they are;
 * without an interval there are too few samples for one.
 */
void	 figure_of(struct figure *f, const struct figure_run *run,
	    enum row_metric metric, double percentile,
	    const struct figure_level *level);

#endif
