/* SPDX-License-Identifier: MIT */
#ifndef FLEET_FLEET_H
#define FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/* Where a worker listens when its address names no port. */
enum { FLEET_PORT = 9100 };

/* How a worker is reached. */
enum worker_kind {
	WORKER_TCP,		/* host, port */
	WORKER_UNIX,		/* path */
	WORKER_EXEC		/* command, for sh -c */
};

/* One worker as it was asked for. */
struct worker_address {
	enum worker_kind kind;
	char		*name;		/* as written, for people: one line */
	bool		 is_tls;	/* https:// */
	char		*host;		/* TCP; lower case, no brackets */
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
 * Adds what -w gives: workers separated by commas, each WORKER[=WEIGHT], or
 * @FILE (@-: standard input), a line each: [WEIGHT] WORKER, # at the start or
 * after a blank begins a comment. WORKER is HOST[:PORT], [V6][:PORT],
 * http://HOST:PORT, https://..., unix:PATH, or exec:COMMAND. A URL needs its
 * port, because without one it would mean 80 elsewhere; the rest have
 * FLEET_PORT. exec: takes the whole of text, or of a line after its weight:
 * commas, = and # in it are the shell's. 0, or -1 and one line in why, which
 * begins with FILE:LINE: when it is of a file; what came before stays added.
 */
int	 fleet_add(struct fleet *fleet, const char *text,
	    char why[WIRE_TEXT_MAX]);
/* One worker with its weight, no list and no file. */
int	 fleet_add_one(struct fleet *fleet, const char *worker,
	    uint64_t weight, char why[WIRE_TEXT_MAX]);
/*
 * The same worker twice is an error, by its address: localhost is 127.0.0.1,
 * and http and https make no difference. exec: may repeat. 0 or -1 and why,
 * which names it.
 */
int	 fleet_check(const struct fleet *fleet, char why[WIRE_TEXT_MAX]);
/* A weight for each worker, in order; to be freed. */
uint64_t *fleet_weights(const struct fleet *fleet);
/* Descriptors that the connections to all of them may need, and the rest. */
uint64_t fleet_descriptors(const struct fleet *fleet);

#endif
