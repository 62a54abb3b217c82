/* SPDX-License-Identifier: MIT */
#ifndef CMD_DRY_RUN_H
#define CMD_DRY_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

/*
 * Shows a plan on standard output, and what each worker would get of it, its
 * rates split; with wants_json as an array of RunRequests, one for each worker
 * that takes part. Secrets are hidden, in the plan too. Nothing is sent and no
 * worker is asked. What this machine has no room for is said on stderr. The
 * exit status: 0, or 1 after one line on stderr.
 */
int	 dry_run(struct plan *plan, uint32_t generators, bool wants_json);

#endif
