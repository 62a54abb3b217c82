/* SPDX-License-Identifier: MIT */
/*
 * The probe before a run: is there such a host, does anything take a connection
 * there, and can it be trusted? One address after the other, in the resolver's
 * order; the first that connects is the run's. The connection is closed at once
 * and no request is sent over it. Whom TLS does not let us trust at one address
 * is not looked for at another.
 *
 * Errors are one line for a person: what was tried last and what came of it.
 */

#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/tls.h"
#include "base/util.h"
#include "http/url.h"
#include "load/connect.h"
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
	const struct scenario	 *scenario;
	char			 *host;		/* to look up, and its port */
	uint16_t		  port;
	struct tls_context	 *tls_context;	/* NULL: plain */
	struct tls_peer		 *tls_peer;
	struct tls		 *tls;		/* in its handshake */
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
	tls_free(p->tls);
	p->tls = NULL;
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

/* To connect to another kind of file is refused in the same words. */
static bool
is_no_socket(const struct probe *p)
{
	const char *path = p->scenario->connect.unix_socket;
	struct stat st;

	return path != NULL && stat(path, &st) == 0 && !S_ISSOCK(st.st_mode);
}

static void
probe_next(struct probe *p, int error)
{
	probe_disconnect(p);
	if (p->tried + 1 == p->addresses.n) {
		probe_fail(p, error == ECONNREFUSED && is_no_socket(p) ?
		    "it is no socket" : strerror(error));
		return;
	}
	p->tried++;
	probe_connect(p);
}

static void
probe_succeed(struct probe *p)
{
	struct net_address good = p->addresses.at[p->tried];

	memmove(&p->addresses.at[1], &p->addresses.at[0],
	    p->tried * sizeof(good));
	p->addresses.at[0] = good;
	probe_end(p, NULL);
}

static void
probe_distrust(struct probe *p)
{
	enum tls_reason reason = tls_reason(p->tls);
	char text[TLS_TEXT_MAX], line[ERROR_MAX];
	const char *hint = "";

	if (reason == TLS_CERT_ISSUER || reason == TLS_CERT_SELF_SIGNED)
		hint = " (--cacert FILE says whom to trust)";
	else if (reason == TLS_CERT_NAME &&
	    p->scenario->connect.server_name == NULL)
		hint = " (--servername NAME says whom to expect)";
	snprintf(line, sizeof(line), "%s%s", tls_error(p->tls, text), hint);
	probe_fail(p, line);
}

/* The connection was there, and was lost: here there is somebody. */
static void
probe_broken(struct probe *p, int error)
{
	char line[ERROR_MAX];

	snprintf(line, sizeof(line), "in the TLS handshake: %s",
	    strerror(error));
	probe_fail(p, line);
}

static void
probe_shake_hands(struct probe *p)
{
	if (tls_handshake(p->tls) == 0) {
		tls_end_write(p->tls);
		probe_succeed(p);
	} else if (errno == EPROTO)
		probe_distrust(p);
	else if (errno != EAGAIN || loop_change(p->loop, &p->io,
	    tls_wants_write(p->tls) ? LOOP_WRITE : LOOP_READ) == -1)
		probe_broken(p, errno);
}

static void
on_io(void *arg, int events)
{
	struct probe *p = arg;

	(void)events;
	if (p->tls != NULL) {
		probe_shake_hands(p);
		return;
	}
	if (net_connected(p->io.fd) == -1) {
		probe_next(p, errno);
		return;
	}
	if (p->tls_peer == NULL) {
		probe_succeed(p);
		return;
	}
	p->tls = tls_connect(p->tls_peer, p->io.fd);
	if (p->tls == NULL)
		probe_next(p, errno);
	else
		probe_shake_hands(p);
}

static void
probe_connect(struct probe *p)
{
	const struct connect_settings *c = &p->scenario->connect;
	struct net_sources sources = { c->sources, c->nsources, 0 };

	p->io.fd = net_connect_in_turn(&p->addresses.at[p->tried], &sources);
	if (p->io.fd == -1 || loop_add(p->loop, &p->io, LOOP_WRITE) == -1)
		probe_next(p, errno);
}

static bool
has_source_for(const struct connect_settings *c, const struct net_address *a)
{
	size_t i;

	for (i = 0; i < c->nsources; i++)
		if (c->sources[i].ss.ss_family == a->ss.ss_family)
			return true;
	return false;
}

/* Takes out what no source has the family of: the error if that was all. */
static const char *
filter_family(struct probe *p)
{
	const struct connect_settings *c = &p->scenario->connect;
	struct net_addresses *a = &p->addresses;
	size_t i, n = 0;

	if (c->nsources == 0)
		return NULL;
	for (i = 0; i < a->n; i++)
		if (has_source_for(c, &a->at[i]))
			a->at[n++] = a->at[i];
	a->n = n;
	return n > 0 ? NULL : "it has no address of the family of the source "
	    "addresses";
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
	error = filter_family(p);
	if (error != NULL) {
		on_addresses(p, NULL, error);
		return;
	}
	if (p->filter != NULL &&
	    p->scenario->connect.unix_socket == NULL)
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

	if (p->tls != NULL)
		probe_fail(p, "no end of the TLS handshake in time");
	else if (p->addresses.n > 0)
		probe_fail(p, "no connection in time");
	else
		on_addresses(p, NULL, "no answer from the resolver in time");
}

static void
on_begin(void *arg)
{
	struct probe *p = arg;
	const struct scenario *s = p->scenario;
	struct net_addresses one = { .n = 1 };

	if (s->connect.unix_socket != NULL) {
		/* run_request_check has passed the path. */
		(void)net_unix_address(&one.at[0], s->connect.unix_socket);
		on_addresses(p, &one, NULL);
	} else
		resolver_ask(p->resolver, p->host, p->port, s->family,
		    on_addresses, p);
}

static int
refuse_source(const struct net_address *source, int error,
    char why[WIRE_TEXT_MAX])
{
	char text[NET_TEXT_MAX];

	return wire_refuse(why, "source %s: %s",
	    connect_format_source(text, source),
	    error == EADDRNOTAVAIL ? "is no address of this machine" :
	    strerror(error));
}

static int
check_sources(const struct connect_settings *c, char why[WIRE_TEXT_MAX])
{
	size_t i;

	for (i = 0; i < c->nsources; i++)
		if (net_try_source(&c->sources[i]) == -1)
			return refuse_source(&c->sources[i], errno, why);
	return 0;
}

static int
set_tls(struct probe *p, const char *host, char why[WIRE_TEXT_MAX])
{
	const struct connect_settings *c = &p->scenario->connect;
	char text[TLS_TEXT_MAX];

	p->tls_context = tls_client_new(&c->tls, text);
	if (p->tls_context == NULL)
		return wire_refuse(why, "%s", text);
	p->tls_peer = tls_peer_new(p->tls_context, c->server_name != NULL ?
	    c->server_name : host, true);
	return 0;
}

static int
set_target(struct probe *p, char why[WIRE_TEXT_MAX])
{
	const struct scenario *s = p->scenario;
	struct http_url url;
	const char *bad, *host;

	if (http_url_parse(s->url, strlen(s->url), &url, &bad) == -1)
		return wire_refuse(why, "%s", bad);
	connect_route(&s->connect, url.host, url.port, &host, &p->port);
	p->host = xstrdup(host);
	if (check_sources(&s->connect, why) == -1)
		return -1;
	return url.is_tls ? set_tls(p, url.host, why) : 0;
}

struct probe *
probe_new(struct loop *loop, struct resolver *resolver,
    const struct scenario *scenario, char why[WIRE_TEXT_MAX])
{
	struct probe *p = xcalloc(1, sizeof(*p));

	p->loop = loop;
	p->resolver = resolver;
	p->scenario = scenario;
	p->io.fd = -1;
	p->io.call = on_io;
	p->io.arg = p;
	p->begin.call = on_begin;
	p->begin.arg = p;
	p->timeout.call = on_timeout;
	p->timeout.arg = p;
	if (set_target(p, why) == 0)
		return p;
	probe_free(p);
	return NULL;
}

void
probe_start(struct probe *p, bool wants_connect, uint64_t timeout_ns,
    const char *(*filter)(void *, const char *, struct net_addresses *),
    void (*call)(void *, const struct net_addresses *, const char *),
    void *arg)
{
	p->wants_connect = wants_connect;
	p->filter = filter;
	p->call = call;
	p->arg = arg;
	loop_timer_set(p->loop, &p->timeout, loop_tick(p->loop) + timeout_ns);
	loop_timer_set(p->loop, &p->begin, loop_now(p->loop));
}

void
probe_free(struct probe *p)
{
	if (p == NULL)
		return;
	probe_stop(p);
	tls_peer_free(p->tls_peer);
	tls_context_free(p->tls_context);
	free(p->host);
	free(p);
}
