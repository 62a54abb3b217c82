/* SPDX-License-Identifier: MIT */
#ifndef LOAD_COST_H
#define LOAD_COST_H

#include <stdint.h>

#include "wire.h"

/* What a load costs the machine that makes it: rules of thumb, but for one. */

/* Arrivals a second that one CPU makes at most: cost.c has where and how. */
uint64_t cost_rate_of_cpu(const struct scenario *s);
/*
 * How many of so many generators take part, for this peak rate: they are for
 * an eighth of a CPU's, so that none is ever full.
 */
uint32_t cost_takers(const struct scenario *s, double rate,
	    uint32_t generators);
/* Bytes for so many connections at once. */
uint64_t cost_memory(const struct scenario *s, uint64_t connections,
	    uint32_t generators);
/*
 * Descriptors that a process may need: one a connection and two a generator,
 * or the parent's pipes. No rule of thumb: with less nothing is begun.
 */
uint64_t cost_descriptors(uint64_t connections, uint32_t generators);
/* Says that the limit is too low for that; -1. */
int	 cost_refuse_descriptors(char why[WIRE_TEXT_MAX], uint64_t connections,
	    uint32_t generators, uint64_t limit);

#endif
