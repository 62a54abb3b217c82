/* SPDX-License-Identifier: MIT */
#ifndef LOAD_AUDIT_H
#define LOAD_AUDIT_H

#include "base/util.h"
#include "result.h"

/* So much lag at p99 is never too much. */
#define AUDIT_LAG_MAX_NS	NS_PER_MS

/*
 * Did the generators keep the plan, or was it they who were slow? Sets
 * is_valid, and a plain sentence in reasons for each thing that went wrong.
 * Counters, histograms and generators of r are complete.
 */
void	 audit_judge(struct result *r, const struct run_request *req);

#endif
