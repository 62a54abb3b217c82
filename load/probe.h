/* SPDX-License-Identifier: MIT */
#ifndef LOAD_PROBE_H
#define LOAD_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/resolve.h"
#include "wire.h"

/* Finds the target of a run before it, and tries it. */
struct probe;

/*
 * For this scenario, which is borrowed. NULL and one line in why when it is
 * known already that it cannot be reached from here: no TLS, nobody to trust,
 * a source that is not of this machine.
 */
struct probe *probe_new(struct loop *loop, struct resolver *resolver,
    const struct scenario *scenario, char why[WIRE_TEXT_MAX]);
/*
 * Looks up the target, and with wants_connect tries its addresses until one
 * takes a connection, and for https a handshake, within timeout_ns for all.
 * filter takes out of what host resolved to what must not be connected to, and
 * gives NULL, or the error if nothing is left (which is copied by nobody); it
 * may be NULL. call hears once, from the loop: addresses with the good one
 * first, or NULL and one line ("127.0.0.1:81: Connection refused").
 */
void	 probe_start(struct probe *p, bool wants_connect, uint64_t timeout_ns,
	    const char *(*filter)(void *arg, const char *host,
	    struct net_addresses *found), void (*call)(void *arg,
	    const struct net_addresses *addresses, const char *error),
	    void *arg);
/*
 * Ends it without a call, or frees it after the call; before the resolver and
 * the loop. NULL is fine.
 */
void	 probe_free(struct probe *p);

#endif
