/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PLAN_TEXT_H
#define REPORT_PLAN_TEXT_H

#include <stdio.h>

#include "plan.h"

/*
 * A plan in words, for --dry-run: phases with their arrivals, the request with
 * its secrets hidden, limits, thresholds. Phases have been checked.
 */
void	 plan_text_write(FILE *out, const struct plan *plan);

#endif
