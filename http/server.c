/* SPDX-License-Identifier: MIT */
/*
 * The HTTP/1.1 server: a listener (http/server_listener.c) and the connections
 * it brings (http/server_connection.c), or that are handed to it, be they
 * sockets or pairs of pipes. It owns both, and their common end: when no more
 * can come and the last connection has closed, the handler is told.
 *
 * Lack of descriptors or of room for connections slows accepting and ends
 * nothing but connections that are idle or have not asked yet. It must not look
 * at what is asked for (that is the handler's) or print.
 */

#include <errno.h>
#include <stdlib.h>

#include "base/net.h"
#include "base/proc.h"
#include "base/util.h"
#include "http/server.h"
#include "http/server_listener.h"

struct server {
	struct loop			*loop;
	struct server_limits		 limits;
	struct server_handler		 handler;
	struct server_listener		 listener;
	struct server_connections	*connections;
	struct loop_timer		 drained;
	bool				 is_draining;
	bool				 is_drained;	/* and told */
};

static bool	has_room(void *arg);
static bool	make_room(void *arg);
static void	accepted(void *arg, int fd);
static void	on_ended(void *arg);
static void	check_drained(struct server *s);
static void	on_drained(void *arg);

struct server *
server_new(struct loop *loop, int fd, const struct server_limits *limits,
    const struct server_handler *handler)
{
	struct server *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->limits = *limits;
	s->handler = *handler;
	s->drained = (struct loop_timer){ .call = on_drained, .arg = s };
	s->listener.has_room = has_room;
	s->listener.make_room = make_room;
	s->listener.accepted = accepted;
	s->listener.arg = s;
	if (fd != -1 && server_listener_open(&s->listener, loop, fd) == -1) {
		free(s);
		return NULL;
	}
	s->connections = server_connections_new(loop, limits, handler,
	    on_ended, s);
	return s;
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	server_listener_close(&s->listener);
	server_connections_free(s->connections);
	loop_timer_stop(s->loop, &s->drained);
	free(s);
}

int
server_adopt(struct server *s, int read_fd, int write_fd)
{
	if (!s->is_draining)
		return server_connections_open(s->connections, read_fd,
		    write_fd, NULL);
	proc_close_fd(read_fd);
	if (write_fd != read_fd)
		proc_close_fd(write_fd);
	errno = ECANCELED;
	return -1;
}

void
server_drain(struct server *s)
{
	s->is_draining = true;
	server_listener_close(&s->listener);
	server_connections_drain(s->connections);
	check_drained(s);
}

static bool
has_room(void *arg)
{
	struct server *s = arg;

	return server_connections_have_room(s->connections);
}

static bool
make_room(void *arg)
{
	struct server *s = arg;

	return server_connections_make_room(s->connections);
}

static void
accepted(void *arg, int fd)
{
	struct server *s = arg;
	struct tls *tls = NULL;

	if (server_connections_count(s->connections) >= s->limits.connections)
		make_room(s);
	if (s->limits.wants_keepalive)
		net_set_keepalive(fd);
	/* Should it fail, the peer sees that by the end of the connection. */
	if (s->limits.tls != NULL &&
	    (tls = tls_accept(s->limits.tls, fd)) == NULL)
		proc_close_fd(fd);
	else
		(void)server_connections_open(s->connections, fd, fd, tls);
}

static void
on_ended(void *arg)
{
	struct server *s = arg;

	server_listener_resume(&s->listener);
	check_drained(s);
}

/*
 * Without a listener the last connection was also the last there can be. (When
 * all are closed by server_free, the timer is stopped behind them.)
 */
static void
check_drained(struct server *s)
{
	if (!s->listener.is_open && !s->is_drained &&
	    server_connections_count(s->connections) == 0)
		loop_timer_set(s->loop, &s->drained, loop_now(s->loop));
}

/* The handler may free the server now. */
static void
on_drained(void *arg)
{
	struct server *s = arg;

	if (server_connections_count(s->connections) > 0)
		return;			/* adopted in the meantime */
	s->is_drained = true;
	if (s->handler.drained != NULL)
		s->handler.drained(s->handler.arg);
}
