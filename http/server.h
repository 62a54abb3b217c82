/* SPDX-License-Identifier: MIT */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/loop.h"
#include "http/server_connection.h"

/*
 * A listener and its connections: whole requests in, answers out (RFC 9112).
 * Keep-alive and pipelining; one request of a connection is with the handler
 * at a time, and its answer goes out before the next is read.
 */
struct server;

/*
 * Takes a listening descriptor; -1 for none. NULL with errno; then the
 * descriptor is still the caller's. SIGPIPE must be ignored.
 */
struct server *server_new(struct loop *loop, int fd,
    const struct server_limits *limits, const struct server_handler *handler);
/*
 * Closes the listener and all connections. Not from inside the handler, but
 * for drained.
 */
void	 server_free(struct server *s);
/*
 * Serves one connection over these, which it takes, even when it fails: 0 or
 * -1 with errno. It has no TLS.
 */
int	 server_adopt(struct server *s, int read_fd, int write_fd);
/*
 * Accepts no more, closes what is idle, and each other connection after its
 * answer; then drained is called, from the loop.
 */
void	 server_drain(struct server *s);

#endif
