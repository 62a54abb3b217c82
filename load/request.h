/* SPDX-License-Identifier: MIT */
#ifndef LOAD_REQUEST_H
#define LOAD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/net.h"
#include "http/client.h"
#include "load/outcome.h"
#include "wire.h"

/* How one planned request ended, and where its time went. */
struct request_result {
	enum cause	 cause;		/* CAUSE_NONE: it went well */
	enum part	 part;		/* that it failed in */
	int		 status;	/* of the last answer, 0: none */
	uint64_t	 planned_ns;	/* moment */
	uint64_t	 latency_ns;	/* to the end: the sum of parts */
	uint64_t	 spent_ns[PARTS];
	bool		 has_ttfb;
	uint64_t	 ttfb_ns;	/* to the last answer's first byte */
	bool		 has_service;
	uint64_t	 service_ns;	/* from the first send to the end */
	uint64_t	 bytes_in;
	uint64_t	 bytes_out;
	uint64_t	 retried;
	uint64_t	 redirected;
	uint16_t	 local_port;	/* 0: not known, or nobody asked */
	/* The sampled header, as it came, of EXEMPLAR_HEADER_MAX bytes. */
	struct http_view sample;
};

struct requests_hooks {
	/* Will one that ends so be kept by itself? Then its port is asked. */
	bool	(*wants)(void *arg, uint64_t planned_ns, uint64_t latency_ns,
		    enum part part, enum cause cause);
	/*
	 * One has ended; its slot is free. Never from requests_start. The
	 * sample is good until another one begins.
	 */
	void	(*done)(void *arg, const struct request_result *res);
	/* Look up a name; requests_resolved brings the answer. */
	void	(*resolve)(void *arg, uint32_t id, const char *host,
		    uint16_t port);
	void	*arg;
};

/* All requests that a generator has under way. */
struct requests;

/*
 * At most max at a time. Borrows the scenario. turn: the place of this process
 * among those that share its local addresses.
 */
struct requests *requests_new(struct loop *loop,
    const struct scenario *scenario, const struct net_addresses *addresses,
    size_t max, size_t turn, const struct requests_hooks *hooks);
/* Without a word to anyone about those that are under way. */
void	 requests_free(struct requests *r);

/*
 * Begins one whose slot was taken now (loop_now): planned for planned_ns, and
 * seen by the generator at seen_ns; what lies between is lag, and from there
 * to now it waited.
 */
void	 requests_start(struct requests *r, uint64_t planned_ns,
	    uint64_t seen_ns);
/* addresses NULL: there are none, and those that wait fail with this cause. */
void	 requests_resolved(struct requests *r, uint32_t id,
	    const struct net_addresses *addresses, enum cause cause);
/* Ends all that are under way, with CAUSE_CANCELED. */
void	 requests_cancel(struct requests *r);

size_t	 requests_active(const struct requests *r);
const struct client_counts *requests_connections(const struct requests *r);
/* The address of the run's target that last connected. */
const struct net_address *requests_address(struct requests *r);

#endif
