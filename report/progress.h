/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "cmd/progress_options.h"
#include "result.h"

/*
 * What is told of a run while it goes on: to a person on standard error, by a
 * panel, a line or plain lines; to a program by a line of JSON for each
 * snapshot; and to whoever asks by SIGUSR1, or SIGINFO where there is one.
 * Nothing of it ever waits for who reads.
 */
struct progress;

/*
 * From now on the signals are taken, those of a terminal that stops and
 * continues us too; they are answered in the loop. One a process. Quiet is
 * nothing to a person, unless by a signal. NULL with errno.
 */
struct progress *progress_new(struct loop *loop,
	    const struct progress_settings *settings, bool is_quiet,
	    const struct run_request *req);
/* Wipes what is shown. */
void	 progress_free(struct progress *p);

/*
 * Opens what is written to: behind the forks, which need none of it, and before
 * the process can open nothing more. Until then nothing is told.
 */
void	 progress_open(struct progress *p);
/* The load has begun, on CLOCK_MONOTONIC. */
void	 progress_started(struct progress *p, uint64_t start_ns);
/* s has the figures of in. */
void	 progress_add(struct progress *p, const struct interval *in,
	    const struct snapshot *s);
/*
 * Says instead, and from now on before what is in flight: "stopping, waiting
 * for requests in flight". Borrows text.
 */
void	 progress_say(struct progress *p, const char *text);
/* Wipes what is shown until the next time, as others are to write. */
void	 progress_clear(struct progress *p);
/* The same for good, but programs are still told what there is. */
void	 progress_end(struct progress *p);
/*
 * Calls done from the loop when programs have been told all, or have had a
 * second for it.
 */
void	 progress_finish(struct progress *p, void (*done)(void *arg),
	    void *arg);
/* Snapshots that a program was not told: it read too slowly, or has gone. */
uint64_t progress_lost(const struct progress *p);
/* errno for which they could not be written; 0: that is the reader's doing. */
int	 progress_error(const struct progress *p);

#endif
