/* SPDX-License-Identifier: MIT */
#ifndef FLEET_H
#define FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/* How a worker is reached. */
enum worker_kind {
	WORKER_TCP,		/* host, port */
	WORKER_UNIX,		/* path */
	WORKER_EXEC		/* command, for sh -c */
};

/* One worker as it was asked for. */
struct worker_address {
	enum worker_kind kind;
	char		*name;		/* as written, for people */
	bool		 is_tls;	/* https:// */
	char		*host;		/* TCP; no brackets */
	uint16_t	 port;		/* TCP */
	char		*path;		/* unix: the socket; exec: command */
	uint64_t	 weight;	/* 1 unless given */
};

/* All workers of a run, in the order given; zero is none. Owns them. */
struct fleet {
	struct worker_address	*workers;
	size_t			 n;
};

void	 fleet_clear(struct fleet *fleet);
/*
 * Adds what -w and a plan file give: workers separated by commas, each
 * WORKER[=WEIGHT], or @FILE, a line each: [WEIGHT] WORKER, # begins a comment.
 * WORKER is HOST:PORT, [V6]:PORT, http://HOST[:PORT], https://..., unix:PATH,
 * or exec:COMMAND, which takes the whole of text, commas and all. 0, or -1 and
 * one line in why; with a file, FILE:LINE comes first.
 */
int	 fleet_add(struct fleet *fleet, const char *text,
	    char why[WIRE_TEXT_MAX]);
/* One worker with its weight, no list and no file. */
int	 fleet_add_one(struct fleet *fleet, const char *worker,
	    uint64_t weight, char why[WIRE_TEXT_MAX]);
/*
 * The same worker twice is an error, by its address; exec: may repeat. 0 or -1
 * and why, which names it.
 */
int	 fleet_check(const struct fleet *fleet, char why[WIRE_TEXT_MAX]);

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
	FEATURES_ALL = (1 << 12) - 1
};
enum { FEATURES = 12 };

/* "share", "startAt", ... of bit 1 << i; and back, 0 when it is none. */
const char *feature_name(int i);
uint32_t feature_by_name(const char *name);

/*
 * Settings of req that a worker with these features cannot be told. What
 * changes the measurement is refused: -1 and one line in why. What does not is
 * a warning: call hears a line for each ("timeout 5s"). 0 then.
 */
int	 feature_check(const struct run_request *req, uint32_t features,
	    void (*call)(void *arg, const char *setting), void *arg,
	    char why[WIRE_TEXT_MAX]);

#endif
