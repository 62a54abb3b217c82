/* SPDX-License-Identifier: MIT */
#ifndef LOAD_TALLY_H
#define LOAD_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msg.h"
#include "http/client.h"
#include "load/request.h"
#include "result.h"

/*
 * Of one kind of failure, the first EXEMPLARS_LAST of an interval are kept by
 * themselves, and then one if the last was kept so long ago.
 */
#define TALLY_KEEP_NS	NS_PER_MS

/*
 * What a generator has counted since it last sent an interval, and what it
 * knows of the run as a whole. Open, to be embedded; all zero is empty, but
 * for tally_start.
 */
struct tally {
	struct counters		 n;
	struct hist		 hist[RESULT_HISTS];
	struct exemplars	 exemplars;
	uint64_t		 kept_ns[PARTS][CAUSES];	/* the last */
	struct client_counts	 told;		/* of connections, so far */
	uint32_t		 generator;	/* whose it is */
	uint64_t		 start_ns;
	uint64_t		 start_wall_ns;
	uint64_t		 warmup_ns;
	/* of the whole run */
	uint64_t		 last_end_ns;	/* of a counted request, or 0 */
	uint64_t		 lag_max_ns;
};

/*
 * The start of a run by both clocks. Nothing that was planned before the
 * warm-up is over counts.
 */
void	 tally_start(struct tally *t, const struct run_request *req,
	    uint64_t start_ns, uint64_t start_wall_ns);
/* Arrivals, by their planned moments: one that was started, n dropped. */
void	 tally_started(struct tally *t, uint64_t planned_ns);
void	 tally_dropped(struct tally *t, uint64_t planned_ns, uint64_t n);
/* Would a request that ends now, and so, be kept by itself? */
bool	 tally_wants(const struct tally *t, uint64_t planned_ns,
	    uint64_t latency_ns, enum part part, enum cause cause,
	    uint64_t now_ns);
/* A request has ended now. */
void	 tally_ended(struct tally *t, const struct request_result *res,
	    uint64_t now_ns);
/* Adds it all to a frame, with what became of connections; empty then. */
void	 tally_put(struct tally *t, struct msg_channel *ch,
	    const struct client_counts *now);

#endif
