/* SPDX-License-Identifier: MIT */
#ifndef LOAD_INTERVALS_H
#define LOAD_INTERVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load/arrival.h"
#include "result.h"

/*
 * The intervals of a run, put together from what several members (generators,
 * or workers of a fleet) tell of each. One is complete when every member that
 * is still at work has told of it or of a later one.
 */
struct intervals;

/*
 * Borrows the plan. call hears each complete interval, in order, and may set
 * its in_flight; it owns nothing of it. is_shown is false for one with nothing
 * in it that a person would want to see.
 */
struct intervals *intervals_new(size_t members, uint64_t interval_ns,
    const struct arrival_plan *plan, void (*call)(void *arg,
    struct interval *in, bool is_shown), void *arg);
void	 intervals_free(struct intervals *iv);
/* When the run began, by the wall clock; before the first is told. */
void	 intervals_start(struct intervals *iv, uint64_t start_wall_ns);

/*
 * Where to add what a member tells of interval index: the oldest open one when
 * that is complete already. Those that are too far behind it are completed
 * first. Good until the next call.
 */
struct interval *intervals_at(struct intervals *iv, uint64_t index);
/*
 * All of it is added, at passed_ns since the start of the run. One that is told
 * before its end is the rest of a run that was stopped: intervals_finish, which
 * knows how long it is, completes it. May call back.
 */
void	 intervals_told(struct intervals *iv, size_t member, uint64_t index,
	    uint64_t passed_ns);
/* It will tell no more. May call back. */
void	 intervals_leave(struct intervals *iv, size_t member);
/* The run is over after until_ns: completes all that was told of. */
void	 intervals_finish(struct intervals *iv, uint64_t until_ns);

#endif
