/* SPDX-License-Identifier: MIT */
#ifndef LOAD_POOL_H
#define LOAD_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/resolve.h"
#include "result.h"

enum { POOL_GENERATORS_MAX = 1024 };

/*
 * The generators of this machine, forked at once, and their resolver: used for
 * one run after the other.
 */
struct pool;

/*
 * Takes the resolver, even when it fails: forked before, as it may need other
 * rights than generators, which have the caller's. NULL with errno.
 */
struct pool *pool_new(struct loop *loop, uint32_t generators,
	    struct resolver *resolver);
/* Ends all of them, whatever they do. */
void	 pool_free(struct pool *pool);

/*
 * Which addresses may be connected to, the run's target and where redirects
 * lead; host is as the URL has it. Not set: all.
 */
void	 pool_set_gate(struct pool *pool, bool (*may_connect)(void *arg,
	    const char *host, const struct net_address *address), void *arg);
/*
 * Between runs: replaces generators and a resolver that died. 0 when all are
 * there, else how long to wait before asking again, as one that dies again and
 * again is not replaced at once.
 */
uint64_t pool_repair(struct pool *pool);
uint32_t pool_size(const struct pool *pool);	/* generators */

/*
 * Starts a run: the target is looked up, with wants_probe tried by one
 * connection, then all generators start at one moment (req->start_at_ns, or as
 * soon after as they are ready; the result has the difference). req has passed
 * run_request_check and stays until the end. One run at a time.
 */
void	 pool_run(struct pool *pool, const struct run_request *req,
	    bool wants_probe, const struct run_hooks *hooks);
/*
 * Ends the run early: no new arrivals, grace_ns for what is in flight, then
 * done with a partial result, an empty one when it had not begun; only while
 * the target is still looked up, refused. May be called again.
 */
void	 pool_stop(struct pool *pool, uint64_t grace_ns);

#endif
