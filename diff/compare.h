/* SPDX-License-Identifier: MIT */
#ifndef DIFF_COMPARE_H
#define DIFF_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "diff/figure.h"

enum row_verdict {
	ROW_NO_EVIDENCE,
	ROW_BETTER,
	ROW_WORSE
};

/*
 * One figure of both runs. Without an interval there are too few samples to
 * say anything. A ratio is new / base - 1; only times and rates have one, and
 * only when base is above 0. For these the interval of the difference is that
 * of the ratio times base.
 */
struct row {
	enum row_metric	 metric;
	double		 percentile;
	double		 base;
	double		 new;
	double		 diff;			/* new - base */
	double		 low;			/* of diff */
	double		 high;
	double		 ratio;
	double		 ratio_low;
	double		 ratio_high;
	bool		 has_ratio;
	bool		 has_interval;
	enum row_verdict verdict;
};

enum {
	COMPARE_PERCENTILES_MAX = 64,	/* to be shown in any case */
	COMPARE_ROWS_MAX = COMPARE_PERCENTILES_MAX + 4 + 6
};

struct comparison {
	struct row	 rows[COMPARE_ROWS_MAX];
	size_t		 nrows;
	size_t		 snapshots[2];	/* of base, new; 0: independence */
};

/*
 * All rows of both, which have samples. Percentiles are 50, 90, 95 and 99, 99.9
 * and 99.99 if both have samples for them, and the n that are to be shown in
 * any case, in any order, at most COMPARE_PERCENTILES_MAX; rows have each once,
 * ascending. All intervals together hold with 95 %, so that two runs that are
 * the same have any verdict but ROW_NO_EVIDENCE in at most 5 % of all cases.
 */
void	 compare(struct comparison *c, const struct side *base,
	    const struct side *new, const double *percentiles, size_t n);

/* "rate", "p99.9" */
enum { ROW_NAME_MAX = 24 };
char	*row_name(char name[ROW_NAME_MAX], const struct row *row);
/* "no evidence", "better", "worse" */
const char *row_verdict_name(enum row_verdict verdict);

#endif
