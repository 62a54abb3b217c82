/* SPDX-License-Identifier: MIT */
#ifndef BASE_USAGE_H
#define BASE_USAGE_H

#include <stdint.h>

/* What all CPUs together have done since the machine began, in their time. */
struct usage {
	uint64_t	 busy_ns;	/* with processes, or taken from us */
	uint64_t	 all_ns;	/* with anything or nothing */
};

#define USAGE_PATH	"/proc/stat"

/* A descriptor to read it from; -1 with errno where there is none. */
int	 usage_open(const char *path);
/* As it is now: 0, or -1 when it is not known. */
int	 usage_read(int fd, struct usage *u);
/*
 * The share of all CPU time between two such moments that went to others, when
 * our processes used ours_ns of it: 0 to 1, at least so much; -1: not known.
 */
double	 usage_of_others(const struct usage *from, const struct usage *to,
	    uint64_t ours_ns);

#endif
