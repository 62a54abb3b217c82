/* SPDX-License-Identifier: MIT */
#ifndef LOAD_POOL_H
#define LOAD_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "wire.h"

enum { POOL_GENERATORS_MAX = 1024 };

/* What whoever starts a run hears of it, wherever it runs. */
struct run_hooks {
	/* An interval is complete. Borrowed. */
	void	(*snapshot)(void *arg, const struct snapshot *s);
	/* It is over, well or not (result->error). Borrowed. */
	void	(*done)(void *arg, struct result *r);
	/* Nothing was sent: one line why. Then there is no done. */
	void	(*refused)(void *arg, const char *why);
	void	*arg;
};

/*
 * The generators of this machine and their resolver: forked at once, used
 * for one run after the other.
 */
struct pool;

/* NULL with errno. */
struct pool *pool_new(struct loop *loop, uint32_t generators);
/* Ends all of them, whatever they do. */
void	 pool_free(struct pool *pool);

/*
 * Starts a run: the target is looked up, with wants_probe tried by one
 * connection, then all generators start at one moment. req has passed
 * run_request_check and stays until the end. One run at a time.
 */
void	 pool_run(struct pool *pool, const struct run_request *req,
	    bool wants_probe, const struct run_hooks *hooks);
/*
 * Ends the run early: no new arrivals, grace_ns for what is in flight, then
 * done (or refused, when it has not begun). May be called again.
 */
void	 pool_stop(struct pool *pool, uint64_t grace_ns);

#endif
