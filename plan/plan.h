/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stddef.h>

#include "fleet/fleet.h"
#include "plan/expr.h"
#include "wire.h"

enum {
	PLAN_THRESHOLDS_MAX = 64,
	PLAN_PERCENTILES_MAX = 32
};

/* A run request, who is to run it, and what a report needs. Owns all. */
struct plan {
	struct run_request	 req;
	struct threshold	 thresholds[PLAN_THRESHOLDS_MAX];
	size_t			 nthresholds;
	double			 percentiles[PLAN_PERCENTILES_MAX];
	size_t			 npercentiles;	/* beyond the usual ones */
	struct fleet		 fleet;		/* none: this machine */
};

void	 plan_init(struct plan *plan);
void	 plan_clear(struct plan *plan);

/*
 * All of these: 0, or -1 and one line in why that says what was expected, and
 * what was meant if a word is near one.
 */

/* `p99<250ms` */
int	 plan_add_threshold(struct plan *plan, const char *expr,
	    char why[WIRE_TEXT_MAX]);
/* One, above 0 and below 100; a list as in "99.9,99.99". Repeats count once. */
int	 plan_add_percentile(struct plan *plan, double p,
	    char why[WIRE_TEXT_MAX]);
int	 plan_add_percentiles(struct plan *plan, const char *list,
	    char why[WIRE_TEXT_MAX]);
/* "Name: value" to a header of the scenario; why never shows the value. */
int	 plan_add_header(struct plan *plan, const char *line,
	    char why[WIRE_TEXT_MAX]);

#endif
