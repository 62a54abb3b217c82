/* SPDX-License-Identifier: MIT */
#ifndef LOAD_SLOTS_H
#define LOAD_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The page of atomic counters that all generators of a machine share: how
 * many requests are in flight, and who waits for a slot. Made before the
 * generators are forked; every process that has it sees the same.
 */
struct slots;

#define SLOTS_NOBODY	UINT64_MAX

/* For generators 0 to n-1. NULL with errno. */
struct slots *slots_new(uint32_t generators);
void	 slots_free(struct slots *s);

/*
 * Before a run, while no generator uses it: at most so many in flight, and
 * nothing is left of what one that died had taken or waited for.
 */
void	 slots_reset(struct slots *s, uint64_t max);

/* Takes a slot: false when all are taken. Exact over all generators. */
bool	 slots_take(struct slots *s);
/* Gives one back, and wakes the generator with the oldest waiting arrival. */
void	 slots_release(struct slots *s, uint32_t generator);
uint64_t slots_active(const struct slots *s);
uint64_t slots_peak(const struct slots *s);	/* since the reset */

/*
 * Waiting, oldest first over all generators. A generator says which arrival
 * of its own is the first that waits (SLOTS_NOBODY: none), and may take a slot
 * for it only while no other generator has an older one. When one takes a slot
 * or stops waiting and others may now go, slots_nudge wakes the one to go.
 */
void	 slots_wait(struct slots *s, uint32_t generator, uint64_t arrival);
bool	 slots_is_next(const struct slots *s, uint32_t generator);
void	 slots_nudge(struct slots *s, uint32_t generator);

/* Readable when this generator was woken; slots_woken empties it. */
int	 slots_wake_fd(const struct slots *s, uint32_t generator);
void	 slots_woken(struct slots *s, uint32_t generator);

/*
 * The descriptors that a generator needs of it, put into fds, which has room
 * for one a generator and one more: how many. Others can be closed in it.
 */
size_t	 slots_fds(const struct slots *s, uint32_t generator, int *fds);

/*
 * Requests of the closed model over all generators: a number for the next
 * one, from 0, and how many were given.
 */
uint64_t slots_next_closed(struct slots *s);
uint64_t slots_closed(const struct slots *s);

#endif
