/* SPDX-License-Identifier: MIT */
/*
 * What arrivals and connections cost, in CPU, memory and descriptors. Pure
 * arithmetic: before a run it says what the plan needs, and in it how many
 * generators take part.
 *
 * Measured on a virtual machine of 2025 with 2 CPUs, `pulse run -g 1` against
 * the mock. Over connections that stay, nine runs of 3 s that were asked for
 * more than they could made 52,000 to 105,000 arrivals a second and dropped the
 * others; 78,000 is the middle. The other rates are what the CPU time of the
 * generator comes to: 15,000 to 20,000 with a connection each, 26,000 to 29,000
 * over TLS, 1,300 to 1,440 with a resumed handshake each. A better machine
 * makes more, so a warning is no verdict; on a slower one, or over a network
 * that costs more than the loopback, less is late, too. The audit of the run
 * tells either.
 *
 * A connection took 1 KiB of a generator and some of the kernel, 22 KiB with
 * TLS; a generator 4 MiB, 17 MiB with TLS.
 */

#include <inttypes.h>

#include "load/cost.h"
#include "load/remedy.h"

enum {
	SHARE_OF_CPU = 8,		/* a generator is for 1/8 of a CPU, so
					   that a slow one is not full */
	SPARE_FDS = 64,			/* beside connections and pipes */
	FDS_PER_GENERATOR = 6		/* in the parent; each has 2 of all */
};

/* By TLS, and by whether connections stay. */
static const uint64_t rates[2][2] = {
	{ 18000, 80000 },
	{ 1400, 27000 }
};
static const uint64_t connection_bytes[2] = { 4 * 1024, 32 * 1024 };
static const uint64_t generator_bytes[2] = { 8 * 1024 * 1024,
    20 * 1024 * 1024 };

uint64_t
cost_rate_of_cpu(const struct scenario *s)
{
	return rates[scenario_is_https(s)][s->keep_alive];
}

uint32_t
cost_takers(const struct scenario *s, double rate, uint32_t generators)
{
	double each = (double)(cost_rate_of_cpu(s) / SHARE_OF_CPU);
	uint64_t n = (uint64_t)(rate / each) + 1;

	return n < generators ? (uint32_t)n : generators;
}

uint64_t
cost_memory(const struct scenario *s, uint64_t connections,
    uint32_t generators)
{
	bool is_tls = scenario_is_https(s);

	return connections * connection_bytes[is_tls] +
	    generators * generator_bytes[is_tls];
}

uint64_t
cost_descriptors(uint64_t connections, uint32_t generators)
{
	uint64_t parent = (uint64_t)generators * FDS_PER_GENERATOR;
	uint64_t generator = connections + 2 * (uint64_t)generators;

	return (parent > generator ? parent : generator) + SPARE_FDS;
}

int
cost_refuse_descriptors(char why[WIRE_TEXT_MAX], uint64_t connections,
    uint32_t generators, uint64_t limit)
{
	return wire_refuse(why, "a concurrency of %" PRIu64 " with %" PRIu32
	    " generator%s needs %" PRIu64 " descriptors, the limit is %" PRIu64
	    " (" REMEDY_DESCRIPTORS ")", connections, generators,
	    generators == 1 ? "" : "s",
	    cost_descriptors(connections, generators), limit);
}
