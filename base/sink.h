/* SPDX-License-Identifier: MIT */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"

/*
 * Where a process tells what it does while it has more important things to do:
 * a descriptor that came from outside, written to without ever waiting for who
 * reads it. What cannot be written now waits in a queue of at most max bytes;
 * what does not fit is lost, piece by piece, and counted. So is what a terminal
 * would stop us for in the background.
 */
struct sink;

/*
 * On fd, which stays the caller's and must stay open. fd's flags, which others
 * may share, are not changed. Never fails: where nothing can be written, all
 * is lost. Call it before the process can open files no longer.
 */
struct sink *sink_new(struct loop *loop, int fd, size_t max);
/* What is still queued is lost without a word. */
void	 sink_free(struct sink *s);
/* One piece, a line or a screen's update: all of it or nothing. */
void	 sink_put(struct sink *s, const char *p, size_t len);
/* Nothing is queued. */
bool	 sink_is_idle(const struct sink *s);
/* Pieces that are lost until now; with what is queued, should it stay there. */
uint64_t sink_lost(const struct sink *s);
uint64_t sink_queued(const struct sink *s);
/* errno of what ended it; EPIPE when its reader has gone; 0 while it lives. */
int	 sink_error(const struct sink *s);
/* Called from the loop each time that the queue has become empty. */
void	 sink_on_idle(struct sink *s, void (*call)(void *arg), void *arg);

#endif
