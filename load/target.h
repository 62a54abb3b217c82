/* SPDX-License-Identifier: MIT */
#ifndef LOAD_TARGET_H
#define LOAD_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/client.h"
#include "http/url.h"
#include "wire.h"

enum {
	TARGETS_KEPT = 64,	/* URLs that are remembered unused */
	ORIGINS_MAX = 32	/* scheme, host and port: of all redirects */
};

/*
 * Scheme, host and port, with its connections and who waits for its name;
 * connect_host and connect_port are where it is connected to.
 */
struct origin {
	char			 host[HTTP_HOST_MAX];
	uint16_t		 port;
	const char		*connect_host;
	uint16_t		 connect_port;
	uint32_t		 id;
	bool			 is_known;	/* addresses are here */
	bool			 is_asked;	/* and on their way */
	struct client_origin	 connections;
};

/* One URL and the bytes that ask for it. */
struct target {
	struct origin	*origin;
	char		*url;
	struct http_url	 parsed;	/* views into url */
	char		*method;
	bool		 has_body;
	bool		 is_head;
	bool		 is_idempotent;
	char		*bytes;
	size_t		 len;
	size_t		 body_len;
	uint64_t	 users;		/* requests that are using it */
};

/*
 * The URLs that a run asks for: the scenario's, made at the start, and those
 * that redirects lead to, made when first met and remembered, so that the
 * request path need not. Borrows the scenario.
 */
struct targets;

/*
 * addresses: those of the scenario's host. The URL is known to be good. There
 * is room for two that are in use for each of so many requests.
 */
struct targets *targets_new(const struct scenario *scenario,
    const struct net_addresses *addresses, size_t requests);
void	 targets_free(struct targets *t);
struct target *targets_first(struct targets *t);

/*
 * Where an answer with this status and Location leads from a target. NULL and
 * *why when it leads nowhere. Free until somebody counts himself in users.
 */
struct target *targets_redirect(struct targets *t, const struct target *from,
    int status, struct http_view location, enum cause *why);
struct origin *targets_origin(struct targets *t, uint32_t id);

#endif
