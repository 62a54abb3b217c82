/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "result.h"

/* One line on a terminal that is rewritten each interval. */
struct progress {
	FILE		*out;		/* NULL: show nothing */
	const char	*note;		/* what progress_say said; NULL */
	uint64_t	 total_ns;	/* of the phases */
	uint64_t	 warmup_ns;
	uint64_t	 failed;	/* since the warm-up */
	uint64_t	 dropped;
	size_t		 width;		/* of the terminal, columns */
	size_t		 shown;		/* columns now on the line */
};

/* Shows nothing when out is NULL or no terminal. */
void	 progress_start(struct progress *p, FILE *out, uint64_t total_ns,
	    uint64_t warmup_ns);
void	 progress_show(struct progress *p, const struct snapshot *s);
/*
 * Says instead, and from now on before what is in flight: "stopping, waiting
 * for requests in flight". Borrows text.
 */
void	 progress_say(struct progress *p, const char *text);
/* Wipes the line until the next time, as something else is to be written. */
void	 progress_clear(struct progress *p);
/* Wipes the line; call before anything else is written. */
void	 progress_end(struct progress *p);

#endif
