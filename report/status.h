/* SPDX-License-Identifier: MIT */
#ifndef REPORT_STATUS_H
#define REPORT_STATUS_H

#include <stddef.h>

#include "base/text.h"
#include "base/util.h"
#include "report/standing.h"

/*
 * A run in one line, without its end: rates and percentiles are those of the
 * last interval, what failed and was dropped is counted from the start, the
 * warm-up left out. What matters least is last, where a narrow terminal cuts.
 *	12s/1m30s  499 of 500/s  err 2 drop 0  17 in flight  p50 1.2ms p99 9ms
 */
enum { STATUS_LINE_MAX = 512 };
char	*status_line(char line[STATUS_LINE_MAX], const struct standing *st);

/*
 * The answer to "how far are you": two lines, of what is known until now and
 * of the last interval, to b. elapsed_ns is the time since the start.
 */
void	 status_answer(struct buf *b, const struct standing *st,
	    uint64_t elapsed_ns);

/* "450ms", "12s": what has passed, short enough for the eye. */
char	*status_time(char text[FORMAT_MAX], const struct standing *st,
	    uint64_t ns);

#endif
