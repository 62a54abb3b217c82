/* SPDX-License-Identifier: MIT */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "http.h"
#include "server_answer.h"

/*
 * A listener and its connections: whole requests in, answers out (RFC 9112).
 * Keep-alive and pipelining; one request of a connection is with the handler
 * at a time, and its answer goes out before the next is read.
 */
struct server;
struct server_connection;

/* Times are in ns; LOOP_NEVER is no limit. */
struct server_limits {
	size_t		 connections;	/* beyond: the oldest idle is closed */
	size_t		 body;		/* bytes kept; more is a 413 */
	bool		 discards_rest;	/* more is read and forgotten instead */
	uint64_t	 head_ns;	/* time for a whole head */
	uint64_t	 body_ns;	/* a whole body; an unread answer */
	uint64_t	 idle_ns;	/* before and between requests */
	bool		 wants_keepalive;	/* TCP's probes: dead peers
						   are found in half a minute */
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

/*
 * Takes a listening descriptor; -1 for none. NULL with errno; then the
 * descriptor is still the caller's. SIGPIPE must be ignored.
 */
struct server *server_new(struct loop *loop, int fd,
    const struct server_limits *limits, const struct server_handler *handler);
/* Closes the listener and all connections. Not from inside the handler. */
void	 server_free(struct server *s);
/* Serves one connection over these, which it takes. 0 or -1 with errno. */
int	 server_adopt(struct server *s, int read_fd, int write_fd);
/*
 * Accepts no more, closes what is idle, and each other connection after its
 * answer; then drained is called, from the loop.
 */
void	 server_drain(struct server *s);

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

/* The same without an answer; with a reset when is_reset. */
void	 server_drop(struct server_connection *c, bool is_reset);
/* A pointer of the handler's own beside each request, NULL at first. */
void	 server_set_data(struct server_connection *c, void *data);
void	*server_data(const struct server_connection *c);

#endif
