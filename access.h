/* SPDX-License-Identifier: MIT */
#ifndef ACCESS_H
#define ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"
#include "http.h"
#include "wire.h"

enum { ACCESS_RULES_MAX = 256 };

/*
 * A target that may be asked: a unix socket by its path, a host by its name, or
 * a range of addresses.
 */
struct access_rule {
	char			*path;		/* NULL: host or range */
	char			*host;		/* NULL: the range */
	struct net_address	 net;
	unsigned int		 bits;
	uint16_t		 port;		/* 0: any */
};

/* Who may ask a worker, and for what. Owns its rules; zero allows all. */
struct access {
	const char		*token;		/* borrowed; NULL: none */
	bool			 is_loopback;	/* listens there alone */
	bool			 is_local;	/* unix socket, stdio: no web
						   page gets there */
	bool			 denies_private;
	uint64_t		 max_rate;	/* a second; 0: no limit */
	uint64_t		 max_concurrency;	/* 0: no limit */
	uint64_t		 max_duration_ns;	/* 0: no limit */
	struct access_rule	*rules;		/* none: every target */
	size_t			 nrules;
};

void	 access_clear(struct access *a);
/*
 * Adds what --allow-target gives: HOST, HOST:PORT, ADDRESS/BITS, unix:PATH. 0,
 * or -1 and one line in why.
 */
int	 access_allow(struct access *a, const char *text,
	    char why[WIRE_TEXT_MAX]);

/* Why a request is not even looked at: a status, and a line that ends in \n. */
struct access_refusal {
	int		 status;	/* 0: it may pass */
	const char	*text;
};
/* By its head: 401 and 403; for a run also 415. */
struct access_refusal access_request(const struct access *a,
	    const struct http_head *h, bool is_run);

/*
 * A run that asks for too much, or to be led to where no rule says that it may:
 * a unix socket and the places that connectTo leads to must be named, even
 * where every other target is allowed. -1 and one line why. What a name means
 * is left to access_address.
 */
int	 access_run(const struct access *a, const struct run_request *req,
	    char why[WIRE_TEXT_MAX]);
/*
 * May this address be connected to for this host, that of the URL or the one
 * that connectTo leads to? It must be of an allowed target, and with
 * denies_private no private one, whichever way it is written.
 */
bool	 access_address(const struct access *a, const char *host,
	    const struct net_address *address);

#endif
