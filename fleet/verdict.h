/* SPDX-License-Identifier: MIT */
#ifndef FLEET_VERDICT_H
#define FLEET_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "fleet/split.h"
#include "result.h"
#include "wire.h"

/*
 * Did a worker with these features do its part of req, by its result? error is
 * what it said beside that, NULL for nothing; was_stopped: it was asked to end
 * early. 0, or -1 and why not.
 */
int	 verdict(const struct run_request *req, const struct split_part *part,
	    uint32_t features, const struct result *r, const char *error,
	    bool was_stopped, char why[WIRE_TEXT_MAX]);

/*
 * Whether there can be such a result at all, of a run that had so much time:
 * 0, or -1 with the reason.
 */
int	 verdict_possible(const struct result *r, uint64_t passed_ns,
	    char why[WIRE_TEXT_MAX]);

#endif
