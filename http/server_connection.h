/* SPDX-License-Identifier: MIT */
#ifndef HTTP_SERVER_CONNECTION_H
#define HTTP_SERVER_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/tls.h"
#include "http.h"
#include "http/server_answer.h"

/*
 * What a handler has to do with: requests, and the connections that brought
 * them. http/server.h includes this.
 */
struct server_connection;

/* Times are in ns; LOOP_NEVER is no limit. */
struct server_limits {
	size_t		 connections;	/* beyond: the oldest idle is closed,
					   or the oldest that still sends, or
					   does not read what it asked for */
	size_t		 body;		/* bytes kept; more is a 413 */
	size_t		 memory;	/* of all requests together; beyond:
					   the oldest unfinished is closed;
					   0 is no limit */
	bool		 discards_rest;	/* more is read and forgotten instead */
	uint64_t	 head_ns;	/* time for a whole head, and before the
					   first one for TLS's handshake */
	uint64_t	 body_ns;	/* a whole body; an unread answer */
	uint64_t	 idle_ns;	/* before and between requests */
	bool		 wants_keepalive;	/* TCP's probes: dead peers
						   are found in half a minute */
	struct tls_context *tls;	/* what is accepted speaks it; NULL:
					   plain HTTP. Outlives the server */
};

/* Views are good until the answer is given. */
struct server_request {
	const struct http_head	*head;
	struct http_view	 body;
	uint64_t		 body_len;	/* received, kept or not */
};

struct server_handler {
	/*
	 * A head is here, its body not yet: true to go on, or false and *a as
	 * the answer; then the body is not read. NULL: all go on.
	 */
	bool	(*head)(void *arg, const struct http_head *h,
		    struct server_answer *a);
	/*
	 * A request is complete: answer with server_answer, now or later, or
	 * drop it with server_drop.
	 */
	void	(*request)(void *arg, struct server_connection *c,
		    const struct server_request *req);
	/*
	 * The peer went away (closed, half-closed, reset, or sent more than
	 * 64 KiB ahead) before the answer was given. The connection is still
	 * the handler's to answer or drop, and closes after that. May be NULL:
	 * then it is dropped.
	 */
	void	(*gone)(void *arg, struct server_connection *c);
	/* After server_drain: the last connection has ended. NULL: none. */
	void	(*drained)(void *arg);
	void	 *arg;
};

/* Once for each request, which ends with it: c is no longer the handler's. */
void	 server_answer(struct server_connection *c,
	    const struct server_answer *a);
/*
 * An answer in pieces: begin with its head (a->body is not looked at; chunked,
 * or until the connection ends in HTTP/1.0), add bytes, end. Meanwhile the
 * connection is the handler's as before, and gone may be called; what is added
 * then is sent if it still can be. Adding never blocks; server_unsent is how
 * many bytes the peer has not taken yet.
 */
void	 server_stream_begin(struct server_connection *c,
	    const struct server_answer *a);
void	 server_stream_add(struct server_connection *c, const void *p,
	    size_t len);
void	 server_stream_end(struct server_connection *c);
size_t	 server_unsent(const struct server_connection *c);
/* When the peer last sent anything, blank lines too; CLOCK_MONOTONIC. */
uint64_t server_heard_ns(const struct server_connection *c);
/* Its address, as far as it has one: "unknown" for pipes. */
char	*server_peer(const struct server_connection *c,
	    char text[NET_TEXT_MAX]);

/* The same without an answer; with a reset when is_reset. */
void	 server_drop(struct server_connection *c, bool is_reset);
/* A pointer of the handler's own beside each request, NULL at first. */
void	 server_set_data(struct server_connection *c, void *data);
void	*server_data(const struct server_connection *c);

/*
 * For http/server.c: all connections of a server. ended is called whenever one
 * has closed, be it from inside of any call here.
 */
struct server_connections;

struct server_connections *server_connections_new(struct loop *loop,
	    const struct server_limits *limits,
	    const struct server_handler *handler, void (*ended)(void *arg),
	    void *arg);
/* Closes all. */
void	 server_connections_free(struct server_connections *all);
size_t	 server_connections_count(const struct server_connections *all);
/*
 * One more, over these, which it takes even when it fails: 0 or -1 with errno.
 * With tls the handshake comes first; whoever does not make it loses the
 * connection, and nobody hears of that.
 */
int	 server_connections_open(struct server_connections *all, int read_fd,
	    int write_fd, struct tls *tls);
/*
 * May there be one more, perhaps in the place of another? And close the one
 * that is missed least; false if all are being answered.
 */
bool	 server_connections_have_room(const struct server_connections *all);
bool	 server_connections_make_room(struct server_connections *all);
/* Closes what is idle, and from now on each after its answer. */
void	 server_connections_drain(struct server_connections *all);

#endif
