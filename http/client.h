/* SPDX-License-Identifier: MIT */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/tls.h"
#include "base/util.h"
#include "http.h"
#include "http/client_answer.h"
#include "load/outcome.h"

struct client;

/*
 * A place that connections are made to, embedded in its owner. addresses are
 * tried in their order; good is the one that last connected. With is_tls all
 * is said over TLS to that peer; without one, exchanges fail (CAUSE_NO_TLS).
 * Idle connections hang here, most recently used first.
 */
struct client_origin {
	struct net_addresses	 addresses;
	bool			 is_tls;
	struct tls_peer		*tls;		/* the owner's */
	size_t			 good;
	struct client		*idle_first;
	struct client		*idle_last;
};

/*
 * How one exchange went. The view is good during the call that gives it, until
 * another exchange begins.
 */
struct client_result {
	enum cause	 cause;		/* CAUSE_NONE: a whole answer came */
	enum part	 part;		/* that it failed in */
	int		 status;	/* 0 when no head came */
	uint64_t	 bytes_in;	/* of the answer's body */
	struct http_view body;		/* what was kept of it, if wanted */
	uint64_t	 spent_ns[PARTS];
	uint64_t	 first_byte_ns;	/* moment of it, 0: never */
	uint64_t	 end_ns;
	bool		 was_reused;	/* sent on a connection used before */
	bool		 had_bytes;	/* the peer said anything at all */
	uint16_t	 local_port;	/* 0: not wanted, or not known */
};

/*
 * One request to make. bytes[0..len) is all of it, head and body, and must
 * stay until the end. head, when set, hears of the final answer's head; done
 * hears once, never from within client_start. wants_port, when set, is asked
 * right before done, well or not: is the port wanted? It costs a system call,
 * once for each connection.
 */
struct client_exchange {
	const char	*bytes;
	size_t		 len;
	bool		 is_head;	/* HEAD: the answer has no body */
	bool		 keep_alive;	/* leave the connection open after it */
	bool		 want_body;	/* for done, CLIENT_BODY_MAX of it */
	void		(*head)(void *arg, const struct http_head *h);
	bool		(*wants_port)(void *arg,
			    const struct client_result *res);
	void		(*done)(void *arg, const struct client_result *res);
	void		*arg;
};

/*
 * The connections of one process: a fixed number made at the start, and the
 * buffer they all read into.
 */
struct client_pool;

/* What became of all connections so far. The texts are static. */
struct client_counts {
	uint64_t	 opened;	/* begun */
	uint64_t	 handshakes;	/* of TLS that were completed */
	uint64_t	 resumed;	/* of these */
	const char	*protocol;	/* of the last one; NULL: none yet */
	const char	*cipher;
};

/*
 * Connections are made from the sources in turn, those of the family at hand;
 * none: as the system chooses. Borrows them. first is where to begin.
 */
struct client_pool *client_pool_new(struct loop *loop, size_t connections,
    const struct net_address *sources, size_t nsources, size_t first);
/* Closes all; exchanges that are under way never end. */
void	 client_pool_free(struct client_pool *pool);
const struct client_counts *client_pool_counts(const struct client_pool *pool);

/*
 * Begins an exchange with origin: on its most recently used idle connection,
 * or on a new one (always when is_fresh), for which an idle one of another
 * origin makes room if it must. Never NULL as long as no more exchanges are
 * under way than the pool has connections. The client is the caller's to
 * cancel until done was called.
 */
struct client *client_start(struct client_pool *pool,
    struct client_origin *origin, const struct client_exchange *exchange,
    bool is_fresh);
/* Ends it now, with this cause; done is called before it returns. */
void	 client_cancel(struct client *c, enum cause cause);

/* Closes the idle connections of an origin that is going away. */
void	 client_origin_close(struct client_origin *origin);

#endif
