/* SPDX-License-Identifier: MIT */
#ifndef FLEET_FEATURE_H
#define FLEET_FEATURE_H

#include <stdint.h>

#include "wire.h"

/*
 * What a worker says it can do (its /ping), a bit each; a Go worker says
 * nothing and has none.
 */
enum feature {
	FEATURE_SHARE = 1 << 0,
	FEATURE_START_AT = 1 << 1,
	FEATURE_STREAM = 1 << 2,	/* application/x-ndjson */
	FEATURE_LEASE = 1 << 3,
	FEATURE_CHECKS = 1 << 4,
	FEATURE_ARRIVALS = 1 << 5,	/* poisson and its seed */
	FEATURE_REQUESTS = 1 << 6,
	FEATURE_INTERVAL = 1 << 7,
	FEATURE_WARMUP = 1 << 8,
	FEATURE_MAX = 1 << 9,		/* phases of the closed model */
	FEATURE_TARGET = 1 << 10,	/* timeout, redirects, keepAlive,
					   family */
	FEATURE_BODY = 1 << 11,		/* bodyBase64, headerList */
	FEATURE_TLS = 1 << 12,		/* insecure, serverName, resume, ca */
	FEATURE_CONNECT = 1 << 13,	/* connectTo, unixSocket, source */
	FEATURE_EXEMPLARS = 1 << 14,	/* sampleHeader, and they come back */
	FEATURES_ALL = (1 << 15) - 1
};
enum { FEATURES = 15 };

/* "share", "startAt", ... of bit 1 << i; and back, 0 when it is none. */
const char *feature_name(int i);
uint32_t feature_by_name(const char *name);

/*
 * Settings of req that a worker with these features cannot be told. What
 * changes the measurement is refused: -1 and one line in why, which names all
 * of it and can stand behind the worker's name ("cannot be told of poisson
 * arrivals"). What does not is a warning: call hears a line for each ("timeout
 * 5s"). 0 then. Checks are never refused: of two workers that say nothing, one
 * may know them.
 */
int	 feature_check(const struct run_request *req, uint32_t features,
	    void (*call)(void *arg, const char *setting), void *arg,
	    char why[WIRE_TEXT_MAX]);
/*
 * Makes of req what such a worker is sent: settings that it would not know,
 * and that feature_check has warned of, have their defaults.
 */
void	 feature_strip(struct run_request *req, uint32_t features);

#endif
