/* SPDX-License-Identifier: MIT */
#ifndef FLEET_PING_H
#define FLEET_PING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "fleet/peer.h"
#include "wire.h"

enum { PONG_VERSION_MAX = 32 };

/* What a worker answered to its pings. */
struct pong {
	bool		 is_ok;
	char		 why[WIRE_TEXT_MAX];	/* if not */
	uint64_t	 round_trip_ns;		/* the shortest */
	uint32_t	 features;	/* enum feature; a Go worker has none */
	char		 version[PONG_VERSION_MAX];	/* "": not told */
	uint64_t	 generators;		/* 0: not told */
	bool		 is_busy;
	bool		 has_clock;
	/*
	 * Its monotonic clock less ours, by the exchange with the shortest
	 * round trip: off by half of that at the most.
	 */
	int64_t		 clock_ns;
};

/*
 * Asks all at once for GET /ping, within five seconds each; those that tell
 * their clock are then asked a few times more, few at a time. call hears that
 * all have answered or failed. pongs and peers are borrowed until then; the
 * peers' hooks are used.
 */
struct fleet_ping;

struct fleet_ping *fleet_ping_start(struct loop *loop, struct peer **peers,
    struct pong *pongs, size_t n, void (*call)(void *arg), void *arg);
/* Ends it without a call, or frees it after the call. NULL is fine. */
void	 fleet_ping_free(struct fleet_ping *fp);

#endif
