/* SPDX-License-Identifier: MIT */
/*
 * Targets: the URL of a run, those that redirects lead to, and the bytes of
 * the request for each, made once. RFC 9110 15.4: 301, 302 and 303 turn any
 * method but HEAD into GET without a body; 307 and 308 keep both.
 * Authorization and Cookie, and a client's certificate, go to the scenario's
 * own host only, and not without TLS if that was asked for.
 *
 * Memory is bounded: TARGETS_KEPT URLs and those in use, and ORIGINS_MAX
 * places; a redirect beyond these fails with CAUSE_REDIRECTS. No I/O; names
 * are looked up by whoever sees is_known false.
 */

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/words.h"
#include "load/target.h"

enum {
	MESSAGE_MAX = WIRE_BODY_MAX + 1024 * 1024,
	LOOKS_MAX = 16		/* for a place, before one more is taken */
};

struct targets {
	const struct scenario	*scenario;
	struct target		*at;
	size_t			 n;
	size_t			 max;
	size_t			 hand;		/* which gives way next */
	struct tls_context	*tls;		/* NULL: not needed yet */
	bool			 has_no_tls;	/* it cannot be had */
	struct origin		 origins[ORIGINS_MAX];
	uint32_t		 norigins;
	struct buf		 url;		/* of the redirect at hand */
};

/* The bytes of a request. */

static bool
is_name(const struct header *h, const char *name)
{
	return strcasecmp(h->name, name) == 0;
}

static bool
has_header(const struct scenario *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->nheaders; i++)
		if (is_name(&s->headers[i], name))
			return true;
	return false;
}

/*
 * Lengths are ours to say, secrets and the Host that was asked for belong to
 * the first host, and a body's type goes where the body goes.
 */
static bool
is_sent(const struct header *h, const struct target *target, bool had_body,
    bool is_own_host)
{
	if (is_name(h, "Content-Length") || is_name(h, "Transfer-Encoding"))
		return false;
	if (!is_own_host && (is_name(h, "Host") ||
	    is_name(h, "Authorization") || is_name(h, "Cookie")))
		return false;
	return target->has_body || !had_body || !is_name(h, "Content-Type");
}

static int
hex_value(char c)
{
	const char *digits = "0123456789abcdef", *p;

	p = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));
	return p == NULL ? -1 : (int)(p - digits);
}

/*
 * RFC 7617: user, colon, password, as they are and not as a URL has to write
 * them (RFC 3986 2.1); a percent sign that begins no escape is itself.
 */
static void
add_basic(struct buf *out, struct http_view userinfo)
{
	const char *p = userinfo.data, *end = p + userinfo.len;
	struct buf plain;
	char byte;

	buf_init(&plain, HTTP_URL_MAX + 1);
	while (p < end) {
		byte = *p++;
		if (byte == '%' && end - p >= 2 && hex_value(p[0]) != -1 &&
		    hex_value(p[1]) != -1) {
			byte = (char)(hex_value(p[0]) << 4 | hex_value(p[1]));
			p += 2;
		}
		buf_add(&plain, &byte, 1);
	}
	if (memchr(userinfo.data, ':', userinfo.len) == NULL)
		buf_adds(&plain, ":");
	buf_adds(out, "Authorization: Basic ");
	base64_add(out, plain.data, plain.len);
	buf_adds(out, "\r\n");
	buf_clear(&plain);
}

static void
add_headers(struct buf *out, const struct scenario *s,
    const struct target *target, bool is_own_host)
{
	size_t i;

	if (!is_own_host || !has_header(s, "Host")) {
		buf_adds(out, "Host: ");
		http_url_add_host(&target->parsed, out);
		buf_adds(out, "\r\n");
	}
	if (!has_header(s, "User-Agent"))
		buf_adds(out, "User-Agent: pulse/" PULSE_VERSION "\r\n");
	if (target->parsed.userinfo.len > 0 &&
	    (!is_own_host || !has_header(s, "Authorization")))
		add_basic(out, target->parsed.userinfo);
	for (i = 0; i < s->nheaders; i++)
		if (is_sent(&s->headers[i], target, s->body != NULL,
		    is_own_host))
			buf_addf(out, "%s: %s\r\n", s->headers[i].name,
			    s->headers[i].value);
}

/* RFC 9110 8.6: these are expected to say that there is nothing. */
static bool
wants_length(const struct target *target)
{
	return target->has_body || strcmp(target->method, "POST") == 0 ||
	    strcmp(target->method, "PUT") == 0 ||
	    strcmp(target->method, "PATCH") == 0;
}

static void
make_bytes(struct target *target, const struct scenario *s, bool is_own_host)
{
	const struct http_url *u = &target->parsed;
	struct buf out;

	target->body_len = target->has_body ? s->body_len : 0;
	buf_init(&out, MESSAGE_MAX);
	buf_addf(&out, "%s ", target->method);
	buf_add(&out, u->path.len == 0 ? "/" : u->path.data,
	    u->path.len == 0 ? 1 : u->path.len);
	buf_add(&out, u->query.data, u->query.len);
	buf_adds(&out, " HTTP/1.1\r\n");
	add_headers(&out, s, target, is_own_host);
	if (wants_length(target))
		buf_addf(&out, "Content-Length: %zu\r\n", target->body_len);
	if (!s->keep_alive && !has_header(s, "Connection"))
		buf_adds(&out, "Connection: close\r\n");
	buf_adds(&out, "\r\n");
	if (target->has_body)
		buf_add(&out, s->body, s->body_len);
	/* run_request_check bounds headers and body far below the maximum. */
	assert(!out.is_full);
	target->len = out.len;
	target->bytes = out.data;
}

/* Origins. */

/* The scenario's own host, and no worse protected than it is. */
static bool
is_own(const struct targets *t, const struct origin *o)
{
	const struct origin *own = &t->origins[0];

	return strcmp(o->host, own->host) == 0 &&
	    (o->connections.is_tls || !own->connections.is_tls);
}

/*
 * At the first redirect to https this takes time, for the system's CAs are
 * read: it is paid once, and by those only who are led there.
 */
static void
origin_set_tls(struct targets *t, struct origin *o)
{
	const struct connect_settings *c = &t->scenario->connect;
	char why[TLS_TEXT_MAX];
	const char *name = o->host;

	o->connections.is_tls = true;
	if (t->tls == NULL && !t->has_no_tls)
		t->tls = tls_client_new(&c->tls, why);
	t->has_no_tls = t->tls == NULL;
	if (t->has_no_tls)
		return;
	if (c->server_name != NULL && is_own(t, o))
		name = c->server_name;
	o->connections.tls = tls_peer_new(t->tls, name, is_own(t, o));
}

static void
origin_set_route(struct targets *t, struct origin *o)
{
	const struct connect_settings *c = &t->scenario->connect;
	struct net_addresses *addresses = &o->connections.addresses;

	connect_route(c, o->host, o->port, &o->connect_host,
	    &o->connect_port);
	if (c->unix_socket == NULL)
		return;
	/* run_request_check has passed the path. */
	(void)net_unix_address(&addresses->at[0], c->unix_socket);
	addresses->n = 1;
	o->is_known = true;
}

static struct origin *
origin_of(struct targets *t, const struct http_url *u)
{
	struct origin *o;
	uint32_t i;

	for (i = 0; i < t->norigins; i++) {
		o = &t->origins[i];
		if (o->port == u->port && strcmp(o->host, u->host) == 0 &&
		    o->connections.is_tls == u->is_tls)
			return o;
	}
	if (t->norigins == ORIGINS_MAX)
		return NULL;
	o = &t->origins[t->norigins];
	memcpy(o->host, u->host, sizeof(o->host));
	o->port = u->port;
	o->id = t->norigins++;
	origin_set_route(t, o);
	if (u->is_tls)
		origin_set_tls(t, o);
	return o;
}

struct origin *
targets_origin(struct targets *t, uint32_t id)
{
	return id < t->norigins ? &t->origins[id] : NULL;
}

/* Targets. */

static void
target_clear(struct target *target)
{
	free(target->url);
	free(target->method);
	free(target->bytes);
	memset(target, 0, sizeof(*target));
}

/*
 * A place for a new one: that of one that nobody uses, once enough of them
 * are remembered. Some are looked at before more memory is taken, all when
 * there is none. NULL when all are in use.
 */
static struct target *
target_room(struct targets *t)
{
	size_t tries = t->n < TARGETS_KEPT ? 0 :
	    t->n < t->max ? LOOKS_MAX : t->n;
	struct target *target;

	for (; tries > 0; tries--) {
		/* The first is the run's own and stays. */
		t->hand = t->hand % (t->n - 1) + 1;
		target = &t->at[t->hand];
		if (target->users == 0) {
			target_clear(target);
			return target;
		}
	}
	return t->n < t->max ? &t->at[t->n++] : NULL;
}

static struct target *
target_make(struct targets *t, const char *url, const char *method,
    bool has_body)
{
	struct http_url u;
	struct origin *origin;
	struct target *target;

	if (http_url_parse(url, strlen(url), &u, NULL) == -1 ||
	    (origin = origin_of(t, &u)) == NULL ||
	    (target = target_room(t)) == NULL)
		return NULL;
	target->origin = origin;
	target->url = xstrdup(url);
	target->method = xstrdup(method);
	target->has_body = has_body;
	target->is_head = strcmp(method, "HEAD") == 0;
	target->is_idempotent = http_is_idempotent(method);
	/* Again: this time the views are into its own text. */
	(void)http_url_parse(target->url, strlen(url), &target->parsed, NULL);
	make_bytes(target, t->scenario, is_own(t, origin));
	return target;
}

struct targets *
targets_new(const struct scenario *scenario,
    const struct net_addresses *addresses, size_t requests)
{
	struct targets *t = xcalloc(1, sizeof(*t));
	struct target *first;

	t->scenario = scenario;
	t->max = TARGETS_KEPT + 2 * requests;
	t->at = xcalloc(t->max, sizeof(*t->at));
	buf_init(&t->url, HTTP_URL_MAX);
	first = target_make(t, scenario->url, scenario->method,
	    scenario->body != NULL);
	assert(first != NULL);
	first->origin->connections.addresses = *addresses;
	first->origin->is_known = true;
	return t;
}

void
targets_free(struct targets *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->n; i++)
		target_clear(&t->at[i]);
	for (i = 0; i < t->norigins; i++)
		tls_peer_free(t->origins[i].connections.tls);
	tls_context_free(t->tls);
	free(t->at);
	buf_clear(&t->url);
	free(t);
}

struct target *
targets_first(struct targets *t)
{
	return &t->at[0];
}

struct target *
targets_redirect(struct targets *t, const struct target *from, int status,
    struct http_view location, enum cause *why)
{
	bool is_kept = status == 307 || status == 308 || from->is_head;
	const char *method = is_kept ? from->method : "GET";
	bool has_body = is_kept && from->has_body;
	struct target *target;
	struct http_url u;
	size_t i;

	buf_reset(&t->url);
	*why = CAUSE_LOCATION;
	if (http_url_resolve(&from->parsed, location.data, location.len,
	    &t->url) == -1 ||
	    http_url_parse(t->url.data, t->url.len, &u, NULL) == -1)
		return NULL;
	for (i = 0; i < t->n; i++) {
		target = &t->at[i];
		if (target->has_body == has_body &&
		    strcmp(target->url, buf_str(&t->url)) == 0 &&
		    strcmp(target->method, method) == 0)
			return target;
	}
	*why = CAUSE_REDIRECTS;
	return target_make(t, buf_str(&t->url), method, has_body);
}
