/* SPDX-License-Identifier: MIT */
#ifndef LOAD_CLIMB_H
#define LOAD_CLIMB_H

#include <stdbool.h>
#include <stdint.h>

enum {
	CLIMB_TRIES = 2,	/* of a rate that does not hold */
	CLIMB_MIN = 10		/* the lowest rate that is tried, a second */
};

/*
 * The search for the highest rate that holds: by doubling until one does not,
 * or by halving until one does, then by bisection until the two are within a
 * tenth. Then the one that did not is tried once more, and the search goes on
 * if it holds now. Open, so that it can be looked at; changed by the functions
 * only.
 */
struct climb {
	uint64_t	 good;	/* the highest that held, 0: none yet */
	uint64_t	 bad;	/* the lowest that did not, 0: none yet */
	uint64_t	 rate;	/* to be tried now */
	uint64_t	 max;	/* no higher one is tried */
	uint32_t	 tries;	/* of it, that did not hold */
	uint32_t	 left;	/* tries that may still be made */
	bool		 is_doubted;	/* bad was tried once more */
};

/* first and max: two digits and zeros; steps: tries in all, at least 1. */
void	 climb_start(struct climb *c, uint64_t first, uint64_t max,
	    uint32_t steps);
/* How c->rate went: true, and c->rate is to be tried next, or it is over. */
bool	 climb_tell(struct climb *c, bool has_held);
/* Down to its first two digits. */
uint64_t climb_round(uint64_t rate);

#endif
