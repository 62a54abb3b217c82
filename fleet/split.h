/* SPDX-License-Identifier: MIT */
#ifndef FLEET_SPLIT_H
#define FLEET_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum {
	SPLIT_WORKERS_MAX = ARRIVAL_TAKERS_MAX,
	SPLIT_WEIGHT_MAX = 1000000
};

/*
 * amount into n shares by weights, by largest remainder: floor of each exact
 * share, then one more to the largest remainders, the earlier first on a tie.
 * The shares add up to amount. Not all weights may be 0; amount and weights
 * are at most 2^63 and SPLIT_WEIGHT_MAX.
 */
void	 split_amount(uint64_t amount, const uint64_t *weights, size_t n,
	    uint64_t *shares);

/* What one worker is to do. req is whole of its own; cleared by split_free. */
struct split_part {
	struct run_request	 req;
	bool			 is_left_out;	/* its share is nothing */
	uint64_t		 arrivals;	/* that are expected of it */
	bool			 is_exact;	/* that many, none more or less;
						   else about; 0 if unknown */
};

/*
 * A plan for n workers with these weights (1 or more each). is_shared: each
 * gets the whole plan and the residues that it takes, spread evenly, so that
 * all together make exactly the plan's arrivals; otherwise arrivalRate, from
 * and to are split, as every program on the wire understands. maxConcurrency
 * is split either way; a worker whose share of that, or of every phase, is
 * nothing is left out, and the others have its arrivals. NULL and one line in
 * why when it cannot be done (weights that need more than ARRIVAL_TAKERS_MAX
 * residues; requests together with a max phase for more than one worker).
 */
struct split_part *split_plan(const struct run_request *req,
    const uint64_t *weights, size_t n, bool is_shared,
    char why[WIRE_TEXT_MAX]);
void	 split_free(struct split_part *parts, size_t n);

#endif
