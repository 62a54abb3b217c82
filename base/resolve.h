/* SPDX-License-Identifier: MIT */
#ifndef BASE_RESOLVE_H
#define BASE_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/rights.h"

/*
 * The resolver: one child that asks the system for names, so that nobody else
 * ever waits for one.
 */
struct resolver;

/*
 * Forks it. With rights (which live as long as it does; NULL: none) it becomes
 * their user, but stays outside of their root directory, where the files are
 * that name servers stand in. NULL with errno.
 */
struct resolver *resolver_new(struct loop *loop, const struct rights *rights);
/* Ends it; questions that are open are never answered. */
void	 resolver_free(struct resolver *r);

/*
 * Calls back once, perhaps before it returns (numbers and localhost need no
 * question): addresses with n > 0, or NULL and error, one line like "Name or
 * service not known". family: 0 any, 4, 6. Addresses are the caller's only
 * during the call, which must not free the resolver.
 */
void	 resolver_ask(struct resolver *r, const char *host, uint16_t port,
	    int family, void (*call)(void *arg,
	    const struct net_addresses *addresses, const char *error),
	    void *arg);
/* Has the child ended? Then only another one can answer for names. */
bool	 resolver_is_dead(struct resolver *r);
/*
 * Forks another in its place, with the root directory that this process has
 * now; open questions fail. 0, or -1 with errno: then
 * it is dead.
 */
int	 resolver_restart(struct resolver *r);
/* Questions with this arg that are open are never answered. */
void	 resolver_forget(struct resolver *r, const void *arg);

#endif
