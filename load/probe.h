/* SPDX-License-Identifier: MIT */
#ifndef LOAD_PROBE_H
#define LOAD_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/resolve.h"
#include "http/url.h"

/*
 * Finds a target before a run: its name's addresses, and with wants_connect
 * the first of them that takes a connection, within timeout_ns for all.
 * Calls back once, from the loop: addresses with the good one
 * first, or NULL and one line ("127.0.0.1:81: Connection refused").
 */
struct probe;

struct probe *probe_start(struct loop *loop, struct resolver *resolver,
    const struct http_url *url, int family, bool wants_connect,
    uint64_t timeout_ns, void (*call)(void *arg,
    const struct net_addresses *addresses, const char *error), void *arg);
/*
 * Before the loop turns: filter, with the same arg, takes out of what host
 * resolved to what must not be connected to. NULL, or the error if nothing is
 * left; it is copied by nobody.
 */
void	 probe_set_filter(struct probe *p, const char *(*filter)(void *arg,
	    const char *host, struct net_addresses *found));
/*
 * Ends it without a call, or frees it after the call; before the resolver and
 * the loop. NULL is fine.
 */
void	 probe_free(struct probe *p);

#endif
