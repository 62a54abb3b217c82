/* SPDX-License-Identifier: MIT */
#ifndef LOAD_LIFE_H
#define LOAD_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"

#define LIFE_SHORT_NS		(10 * NS_PER_SEC)
#define LIFE_PAUSE_MIN_NS	(100 * NS_PER_MS)
#define LIFE_PAUSE_MAX_NS	(10 * NS_PER_SEC)

/*
 * A place that a child has, when it was put there, and when the next may be
 * after it died. Embedded; zero before the first.
 */
struct life {
	bool		 is_over;
	bool		 was_short;	/* the one before */
	uint64_t	 born_ns;
	uint64_t	 pause_ns;	/* behind the last one, or 0 */
	uint64_t	 again_ns;
};

void	 life_begin(struct life *life, uint64_t now_ns);
/* Nothing when it is over already. */
void	 life_end(struct life *life, uint64_t now_ns);
/* Of one that is over: how long until the next may begin. */
uint64_t life_wait_ns(const struct life *life, uint64_t now_ns);

#endif
