/* SPDX-License-Identifier: MIT */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include <stdint.h>

#define MACHINE_UNKNOWN	UINT64_MAX

/*
 * What this machine has for a load, as far as it tells: MACHINE_UNKNOWN where
 * it does not, which is all but cpus and descriptors where there is no /proc.
 */
struct machine {
	uint32_t	 cpus;
	uint64_t	 descriptors;	/* of a process, by its hard limit */
	uint64_t	 ports;		/* local ones of an address, that the
					   system gives to connections */
	/*
	 * How long a connection that this side closed first keeps its port:
	 * to a target elsewhere, and to one on the loopback.
	 */
	uint64_t	 hold_ns;
	uint64_t	 hold_loopback_ns;
	uint64_t	 memory;	/* bytes that can be had */
	/* Connections that the packet filter can still follow, and how long
	   it follows one that is over; MACHINE_UNKNOWN if it follows none. */
	uint64_t	 tracked;
	uint64_t	 tracked_ns;
};

/*
 * Reads it, from proc ("/proc") where that is needed. To be called before
 * rights are given up.
 */
void	 machine_read(struct machine *m, const char *proc);

#endif
