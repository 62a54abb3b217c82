/* SPDX-License-Identifier: MIT */
#ifndef COORD_H
#define COORD_H

#include <stdint.h>

#include "base/loop.h"
#include "fleet/credentials.h"
#include "fleet/fleet.h"
#include "result.h"

/*
 * A run on a fleet: the same few calls as a pool (load/pool.h) offers for this
 * machine.
 */
struct coord;

/*
 * Borrows fleet and credentials. say hears a line for the person who waits:
 * warnings, what workers fail of, what their commands print; it begins with
 * the worker's name where it is about one. NULL with errno.
 */
struct coord *coord_new(struct loop *loop, const struct fleet *fleet,
    const struct credentials *credentials,
    void (*say)(void *arg, const char *line), void *arg);
/* Ends all connections and commands. */
void	 coord_free(struct coord *c);

/*
 * Pings all workers, hands out the plan, follows the run, merges the results.
 * req has passed run_request_check and stays until the end. One run.
 */
void	 coord_run(struct coord *c, const struct run_request *req,
	    const struct run_hooks *hooks);
/*
 * Asks all workers to stop and answer with what they have, which they have
 * grace_ns for. done, or refused when nothing has begun. May be called again.
 */
void	 coord_stop(struct coord *c, uint64_t grace_ns);

#endif
