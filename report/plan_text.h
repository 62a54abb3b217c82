/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PLAN_TEXT_H
#define REPORT_PLAN_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "cmd/preflight.h"
#include "fleet/split.h"
#include "plan/plan.h"

/*
 * A plan in words, for --dry-run: phases with their arrivals, the request with
 * its secrets hidden, limits, thresholds. Phases have been checked; fits is
 * what the first line says of this machine.
 */
void	 plan_text_write(FILE *out, const struct plan *plan, bool fits);
/*
 * Behind it, what each worker would get: a table with its weight, its place
 * for requests in flight and its arrivals, as workers of this program share
 * them, and the rate of each phase that others would be told.
 */
void	 plan_text_write_parts(FILE *out, const struct fleet *fleet,
	    const struct split_part *shared, const struct split_part *rates);
/* Behind that, what the plan needs of this machine, and what there is. */
void	 plan_text_write_machine(FILE *out, const struct preflight *p);

#endif
