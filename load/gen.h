/* SPDX-License-Identifier: MIT */
#ifndef LOAD_GEN_H
#define LOAD_GEN_H

#include <stdint.h>

#include "load/slots.h"

/* Frames between a generator and its parent, with their members in order. */
enum gen_msg {
	/* down */
	GEN_RUN = 1,		/* how many take part, descriptors that it
				   needs, request, addresses */
	GEN_GO,			/* start_ns by the clock that both share, and
				   by the wall clock */
	GEN_STOP,		/* grace_ns for what is in flight */
	GEN_RESOLVED,		/* id, cause (CAUSE_NONE: found), addresses */
	/* up */
	GEN_READY,
	GEN_INTERVAL,		/* index, counters, histograms, exemplars:
				   differences */
	GEN_RESOLVE,		/* id, host, port */
	GEN_DONE		/* last end after the start, how late it saw
				   the start, address, TLS's protocol and
				   cipher, stat */
};

/* What a generator has from its birth. */
struct gen_setup {
	uint32_t	 index;		/* among the generators */
	uint32_t	 generators;
	struct slots	*slots;
};

/*
 * The body of a generator process, for proc_spawn: arg is its gen_setup. It
 * makes the load of one run after the other until its parent's pipe ends.
 */
int	 gen_main(void *arg, int read_fd, int write_fd);

#endif
