/* SPDX-License-Identifier: MIT */
/*
 * The probe before a run: is there such a host, and does anything take a
 * connection there? One address after the other, in the resolver's order; the
 * first that connects is the run's. The connection is closed at once and
 * nothing is sent over it.
 *
 * Errors are one line for a person: what was tried last and what came of it.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "load/probe.h"

enum { ERROR_MAX = 512 };

struct probe {
	struct loop		 *loop;
	struct resolver		 *resolver;
	struct loop_io		  io;
	struct loop_timer	  begin;
	struct loop_timer	  timeout;
	struct net_addresses	  addresses;
	size_t			  tried;
	bool			  wants_connect;
	int			  family;
	uint16_t		  port;
	char			  host[HTTP_HOST_MAX];
	void			(*call)(void *,
				    const struct net_addresses *, const char *);
	const char		*(*filter)(void *, const char *,
				    struct net_addresses *);
	void			 *arg;
};

static void	probe_connect(struct probe *);

static void
probe_disconnect(struct probe *p)
{
	if (p->io.fd == -1)
		return;
	loop_del(p->loop, &p->io);
	close(p->io.fd);
	p->io.fd = -1;
}

/* Nothing comes for it any more. */
static void
probe_stop(struct probe *p)
{
	probe_disconnect(p);
	loop_timer_stop(p->loop, &p->begin);
	loop_timer_stop(p->loop, &p->timeout);
	resolver_forget(p->resolver, p);
}

static void
probe_end(struct probe *p, const char *error)
{
	probe_stop(p);
	p->call(p->arg, error == NULL ? &p->addresses : NULL, error);
}

static void
probe_fail(struct probe *p, const char *reason)
{
	char text[NET_TEXT_MAX], error[ERROR_MAX];

	net_address_format(text, &p->addresses.at[p->tried]);
	snprintf(error, sizeof(error), "%s: %s", text, reason);
	probe_end(p, error);
}

static void
probe_next(struct probe *p, int error)
{
	probe_disconnect(p);
	if (p->tried + 1 == p->addresses.n) {
		probe_fail(p, strerror(error));
		return;
	}
	p->tried++;
	probe_connect(p);
}

static void
on_connected(void *arg, int events)
{
	struct probe *p = arg;
	struct net_address good;

	(void)events;
	if (net_connected(p->io.fd) == -1) {
		probe_next(p, errno);
		return;
	}
	good = p->addresses.at[p->tried];
	memmove(&p->addresses.at[1], &p->addresses.at[0],
	    p->tried * sizeof(good));
	p->addresses.at[0] = good;
	probe_end(p, NULL);
}

static void
probe_connect(struct probe *p)
{
	p->io.fd = net_connect(&p->addresses.at[p->tried]);
	if (p->io.fd == -1 || loop_add(p->loop, &p->io, LOOP_WRITE) == -1)
		probe_next(p, errno);
}

static void
on_addresses(void *arg, const struct net_addresses *found, const char *error)
{
	struct probe *p = arg;
	char line[ERROR_MAX];

	if (found == NULL) {
		snprintf(line, sizeof(line), "%s: %s", p->host, error);
		probe_end(p, line);
		return;
	}
	p->addresses = *found;
	if (p->filter != NULL)
		error = p->filter(p->arg, p->host, &p->addresses);
	if (error != NULL)
		probe_end(p, error);
	else if (p->wants_connect)
		probe_connect(p);
	else
		probe_end(p, NULL);
}

static void
on_timeout(void *arg)
{
	struct probe *p = arg;

	if (p->addresses.n > 0)
		probe_fail(p, "no connection in time");
	else
		on_addresses(p, NULL, "no answer from the resolver in time");
}

static void
on_begin(void *arg)
{
	struct probe *p = arg;

	resolver_ask(p->resolver, p->host, p->port, p->family, on_addresses,
	    p);
}

struct probe *
probe_start(struct loop *loop, struct resolver *resolver,
    const struct http_url *url, int family, bool wants_connect,
    uint64_t timeout_ns, void (*call)(void *, const struct net_addresses *,
    const char *), void *arg)
{
	struct probe *p = xcalloc(1, sizeof(*p));

	p->loop = loop;
	p->resolver = resolver;
	p->io.fd = -1;
	p->io.call = on_connected;
	p->io.arg = p;
	p->wants_connect = wants_connect;
	p->call = call;
	p->arg = arg;
	snprintf(p->host, sizeof(p->host), "%s", url->host);
	p->port = url->port;
	p->family = family;
	p->begin.call = on_begin;
	p->begin.arg = p;
	p->timeout.call = on_timeout;
	p->timeout.arg = p;
	loop_timer_set(loop, &p->timeout, loop_tick(loop) + timeout_ns);
	loop_timer_set(loop, &p->begin, loop_now(loop));
	return p;
}

void
probe_set_filter(struct probe *p, const char *(*filter)(void *, const char *,
    struct net_addresses *))
{
	p->filter = filter;
}

void
probe_free(struct probe *p)
{
	if (p == NULL)
		return;
	probe_stop(p);
	free(p);
}
