/* SPDX-License-Identifier: MIT */
/*
 * A worker's rules: who may ask it for a run, how large that may be, and which
 * targets it may be sent at.
 *
 * Without a token a browser on the same machine could be made to ask, so what
 * only a web page sends is refused: an Origin, a form's content type, or, on
 * loopback, a Host that is a name which leads here by accident or by rebinding
 * (RFC 9110 7.2). Targets are judged by the address that is connected to, not
 * by how a URL writes it: IPv4 in IPv6 (mapped, NAT64, 6to4) counts as IPv4.
 *
 * A unix socket has no address to judge, and connectTo turns one target into
 * another behind its URL: both go only where a rule says so in so many words.
 *
 * Pure: decides, and says why in one line. No I/O, nothing is kept.
 */

#include <arpa/inet.h>
#include <netinet/in.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "access.h"
#include "base/text.h"
#include "base/util.h"
#include "http/url.h"
#include "load/arrival.h"
#include "load/connect.h"
#include "token.h"

/* A range of addresses, family by its length. */
struct range {
	const char	*net;
	unsigned int	 bits;
};

/*
 * What is not out there: this host, private, shared (RFC 6598), loopback,
 * link-local (where clouds have their metadata), one cloud's metadata address
 * that is none of these, multicast, reserved.
 */
static const struct range private_v4[] = {
	{ "0.0.0.0", 8 }, { "10.0.0.0", 8 }, { "100.64.0.0", 10 },
	{ "127.0.0.0", 8 }, { "168.63.129.16", 32 }, { "169.254.0.0", 16 },
	{ "172.16.0.0", 12 }, { "192.0.0.0", 24 }, { "192.168.0.0", 16 },
	{ "224.0.0.0", 4 }, { "240.0.0.0", 4 },
};

/*
 * Unspecified and loopback, unique-local, link- and site-local, multicast; and
 * what hides an IPv4 address where it cannot be found for sure: NAT64's local
 * use (RFC 8215), Teredo (RFC 4380).
 */
static const struct range private_v6[] = {
	{ "::", 127 }, { "fc00::", 7 }, { "fe80::", 10 }, { "fec0::", 10 },
	{ "ff00::", 8 }, { "64:ff9b:1::", 48 }, { "2001::", 32 },
};

/* IPv4 addresses within IPv6, and at which byte of it they stand. */
static const struct {
	struct range	 range;
	size_t		 at;
} embedded[] = {
	{ { "::ffff:0:0", 96 }, 12 },		/* mapped */
	{ { "::ffff:0:0:0", 96 }, 12 },		/* translated, RFC 2765 */
	{ { "::", 96 }, 12 },			/* compatible, long gone */
	{ { "64:ff9b::", 96 }, 12 },		/* NAT64, RFC 6052 */
	{ { "2002::", 16 }, 2 },		/* 6to4 */
};

static bool
has_prefix(const unsigned char *bytes, const unsigned char *net,
    unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;
	unsigned int mask = 0xff00u >> rest & 0xff;

	if (memcmp(bytes, net, whole) != 0)
		return false;
	return rest == 0 || ((bytes[whole] ^ net[whole]) & mask) == 0;
}

static bool
is_in(int family, const unsigned char *bytes, const struct range *ranges,
    size_t n)
{
	unsigned char net[16];
	size_t i;

	for (i = 0; i < n; i++) {
		/* They are our own, and good. */
		(void)inet_pton(family, ranges[i].net, net);
		if (has_prefix(bytes, net, ranges[i].bits))
			return true;
	}
	return false;
}

/*
 * The bytes of an address, those of the IPv4 one in it if there is one: 4 or
 * 16 of them, or 0 for what is no internet address.
 */
static size_t
address_bytes(const struct net_address *a, unsigned char bytes[16])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->ss;
	size_t i;

	if (a->ss.ss_family == AF_INET) {
		memcpy(bytes, &in->sin_addr, 4);
		return 4;
	}
	if (a->ss.ss_family != AF_INET6)
		return 0;
	memcpy(bytes, &in6->sin6_addr, 16);
	if (is_in(AF_INET6, bytes, &private_v6[0], 1))	/* ::, ::1 */
		return 16;
	for (i = 0; i < UTIL_NELEM(embedded); i++)
		if (is_in(AF_INET6, bytes, &embedded[i].range, 1)) {
			memmove(bytes, bytes + embedded[i].at, 4);
			return 4;
		}
	return 16;
}

static bool
is_private(const struct net_address *a)
{
	unsigned char bytes[16];

	switch (address_bytes(a, bytes)) {
	case 4:
		return is_in(AF_INET, bytes, private_v4,
		    UTIL_NELEM(private_v4));
	case 16:
		return is_in(AF_INET6, bytes, private_v6,
		    UTIL_NELEM(private_v6));
	default:
		return true;
	}
}

/* Targets. */

void
access_clear(struct access *a)
{
	size_t i;

	for (i = 0; i < a->nrules; i++) {
		free(a->rules[i].path);
		free(a->rules[i].host);
	}
	free(a->rules);
	memset(a, 0, sizeof(*a));
}

/* "10.0.0.0/8", "2001:db8::/32" */
static int
parse_range(struct access_rule *rule, const char *text, const char *slash)
{
	char net[INET6_ADDRSTRLEN];
	size_t len = (size_t)(slash - text);
	uint64_t bits;

	if (len >= sizeof(net))
		return -1;
	memcpy(net, text, len);
	net[len] = '\0';
	if (!net_address_parse(&rule->net, net, 0, 0) ||
	    parse_uint(slash + 1, rule->net.ss.ss_family == AF_INET ? 32 : 128,
	    &bits) == -1)
		return -1;
	rule->bits = (unsigned int)bits;
	return 0;
}

/* HOST, HOST:PORT, [V6]:PORT, as a URL would have them. */
static int
parse_host(struct access_rule *rule, const char *text)
{
	struct http_url u;
	char *url = xasprintf("http://%s", text);
	const char *colon = strrchr(text, ':');
	int rc;

	rc = http_url_parse(url, strlen(url), &u, NULL);
	if (rc == 0 && (u.path.len > 0 || u.query.len > 0 ||
	    u.userinfo.len > 0))
		rc = -1;
	if (rc == 0) {
		rule->host = xstrdup(u.host);
		rule->port = colon != NULL && strchr(colon, ']') == NULL ?
		    u.port : 0;
	}
	free(url);
	return rc;
}

static int
parse_path(struct access_rule *rule, const char *path)
{
	struct net_address a;

	if (!net_unix_address(&a, path))
		return -1;
	rule->path = xstrdup(path);
	return 0;
}

static int
parse_rule(struct access_rule *rule, const char *text)
{
	const char *slash = strchr(text, '/');

	if (strncmp(text, "unix:", 5) == 0)
		return parse_path(rule, text + 5);
	return slash != NULL ? parse_range(rule, text, slash) :
	    parse_host(rule, text);
}

static bool
has_bare_ipv6(const char *text)
{
	struct net_address a;

	return strchr(text, ':') != NULL && net_address_parse(&a, text, 0, 0);
}

int
access_allow(struct access *a, const char *text, char why[WIRE_TEXT_MAX])
{
	struct access_rule rule = { .host = NULL };

	if (a->nrules == ACCESS_RULES_MAX)
		return wire_refuse(why, "more than %d targets",
		    ACCESS_RULES_MAX);
	if (parse_rule(&rule, text) == -1)
		return wire_refuse(why, "%.80s: expected HOST, HOST:PORT, "
		    "ADDRESS/BITS or unix:PATH%s", text_shown(text),
		    has_bare_ipv6(text) ? ": an IPv6 address stands in "
		    "brackets" : "");
	a->rules = xreallocarray(a->rules, a->nrules + 1, sizeof(rule));
	a->rules[a->nrules++] = rule;
	return 0;
}

static uint16_t
port_of(const struct net_address *a)
{
	if (a->ss.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
}

static bool
is_in_range(const struct access_rule *rule, const struct net_address *address)
{
	unsigned char bytes[16], net[16];
	/* IPv4 within IPv6 is judged as IPv4, which ranges are written as. */
	size_t len = address_bytes(address, bytes);

	return len > 0 && address_bytes(&rule->net, net) == len &&
	    rule->bits <= len * 8 && has_prefix(bytes, net, rule->bits);
}

/* port 0: one that is not known yet. address NULL: only the name is. */
static bool
rule_has(const struct access_rule *rule, const char *host, uint16_t port,
    const struct net_address *address)
{
	if (rule->path != NULL ||
	    (rule->port != 0 && port != 0 && rule->port != port))
		return false;
	if (rule->host != NULL)
		return strcasecmp(rule->host, host) == 0;
	return address != NULL && is_in_range(rule, address);
}

bool
access_address(const struct access *a, const char *host,
    const struct net_address *address)
{
	size_t i;

	if (a->denies_private && is_private(address))
		return false;
	for (i = 0; i < a->nrules; i++)
		if (rule_has(&a->rules[i], host, port_of(address), address))
			return true;
	return a->nrules == 0;
}

/* Where a run is led to. */

static bool
names_path(const struct access *a, const char *path)
{
	size_t i;

	for (i = 0; i < a->nrules; i++)
		if (a->rules[i].path != NULL &&
		    strcmp(a->rules[i].path, path) == 0)
			return true;
	return false;
}

static bool
names_place(const struct access *a, const char *host, uint16_t port)
{
	struct net_address address;
	bool is_numbers = net_address_parse(&address, host, port, 0);
	size_t i;

	for (i = 0; i < a->nrules; i++)
		if (rule_has(&a->rules[i], host, port,
		    is_numbers ? &address : NULL))
			return true;
	return false;
}

static int
check_unix_socket(const struct access *a, const char *path,
    char why[WIRE_TEXT_MAX])
{
	if (!names_path(a, path))
		return wire_refuse(why, "unixSocket: this worker's "
		    "--allow-target does not name %s", path);
	/* As with private addresses, to be named makes no exception. */
	if (a->denies_private)
		return wire_refuse(why, "unixSocket: this worker may not "
		    "connect to %s, which is private", path);
	return 0;
}

/*
 * One that keeps the host it is asked for is judged by that of the URL: those
 * that redirects ask for are judged when they do, by access_address. So is a
 * port that is kept.
 */
static int
check_detour(const struct access *a, const struct detour *d,
    const char *url_host, char why[WIRE_TEXT_MAX])
{
	const char *host = d->to_host != NULL ? d->to_host :
	    d->host != NULL ? d->host : url_host;
	uint16_t port = d->to_port != 0 ? d->to_port : d->port;
	bool is_ipv6 = strchr(host, ':') != NULL;
	char digits[8] = "";

	if (names_place(a, host, port))
		return 0;
	if (port != 0)
		snprintf(digits, sizeof(digits), ":%u", (unsigned int)port);
	return wire_refuse(why, "connectTo: this worker's --allow-target does "
	    "not name %s%.180s%s%s", is_ipv6 ? "[" : "", host,
	    is_ipv6 ? "]" : "", digits);
}

static int
check_connect(const struct access *a, const struct scenario *s,
    char why[WIRE_TEXT_MAX])
{
	const struct connect_settings *c = &s->connect;
	struct http_url url;
	size_t i;

	if (c->unix_socket != NULL)
		return check_unix_socket(a, c->unix_socket, why);
	if (c->ndetours == 0)
		return 0;
	/* run_request_check has passed it. */
	if (http_url_parse(s->url, strlen(s->url), &url, NULL) == -1)
		return wire_refuse(why, "url: is none");
	for (i = 0; i < c->ndetours; i++)
		if (check_detour(a, &c->detours[i], url.host, why) == -1)
			return -1;
	return 0;
}

/* How large runs are. */

static int
check_rate(const struct access *a, const struct run_request *req,
    char why[WIRE_TEXT_MAX])
{
	struct arrival_plan *plan =
	    arrival_plan_new(req->phases, req->nphases);
	double rate = arrival_peak_rate(plan);
	uint64_t from_ns, to_ns;
	bool is_closed = arrival_closed_span(plan, 0, &from_ns, &to_ns);

	arrival_plan_free(plan);
	if (is_closed)
		return wire_refuse(why, "phases: a max phase has no rate, and "
		    "this worker allows at most %" PRIu64 "/s", a->max_rate);
	if (req->of > 0)
		rate = rate * req->ntake / req->of;
	if (rate > (double)a->max_rate)
		return wire_refuse(why, "phases: %.0f/s is more than this "
		    "worker allows (%" PRIu64 "/s)", rate, a->max_rate);
	return 0;
}

int
access_run(const struct access *a, const struct run_request *req,
    char why[WIRE_TEXT_MAX])
{
	char text[FORMAT_MAX];

	if (a->max_duration_ns > 0 &&
	    run_request_duration_ns(req) > a->max_duration_ns)
		return wire_refuse(why, "phases: they last longer than this "
		    "worker allows (%s)", format_duration(text,
		    a->max_duration_ns));
	if (a->max_concurrency > 0 &&
	    req->max_concurrency > a->max_concurrency)
		return wire_refuse(why, "maxConcurrency: %" PRIu64 " is more "
		    "than this worker allows (%" PRIu64 ")",
		    req->max_concurrency, a->max_concurrency);
	if (a->max_rate > 0 && check_rate(a, req, why) == -1)
		return -1;
	return check_connect(a, &req->scenario, why);
}

/* Requests. */

/*
 * RFC 6750 2.1; the scheme's case does not matter, and blanks behind it may be
 * many (RFC 9110 11.1, 11.4). Of two such fields one could be somebody else's.
 */
static bool
has_token(const struct access *a, struct http_view fields)
{
	const char scheme[] = "Bearer ", name[] = "Authorization";
	struct http_view value = http_field(fields, name), rest;
	size_t len = sizeof(scheme) - 1;

	if (value.data == NULL)
		return false;
	rest.data = value.data + value.len;
	rest.len = (size_t)(fields.data + fields.len - rest.data);
	if (http_field(rest, name).data != NULL || value.len < len ||
	    strncasecmp(value.data, scheme, len) != 0)
		return false;
	for (; len < value.len && value.data[len] == ' '; len++)
		;
	return token_is(a->token, value.data + len, value.len - len);
}

/*
 * "localhost", an address; either with a port. HTTP/1.0 may have none, which no
 * web page can bring about. A target with a host of its own is what counts
 * (RFC 9112 3.2.2).
 */
static bool
is_plain_host(const struct http_head *h)
{
	struct http_view value = http_field(h->fields, "Host");
	struct net_address address;
	struct http_url u;
	char *url;
	bool is_plain;

	if (h->target.len > 0 && h->target.data[0] != '/')
		url = xstrndup(h->target.data, h->target.len);
	else if (value.data == NULL)
		return true;
	else
		url = xasprintf("http://%.*s/", (int)value.len,
		    value.len > 0 ? value.data : "");
	is_plain = http_url_parse(url, strlen(url), &u, NULL) == 0 &&
	    (strcmp(u.host, "localhost") == 0 ||
	    net_address_parse(&address, u.host, 0, 0));
	free(url);
	return is_plain;
}

/* Parameters may follow; nothing else is JSON to us. */
static bool
is_json(struct http_view type)
{
	const char json[] = "application/json";
	size_t len = sizeof(json) - 1;

	return type.data != NULL && type.len >= len &&
	    strncasecmp(type.data, json, len) == 0 &&
	    (type.len == len || strchr("; \t", type.data[len]) != NULL);
}

struct access_refusal
access_request(const struct access *a, const struct http_head *h, bool is_run)
{
	const struct access_refusal passes = { 0, NULL };

	if (a->token != NULL) {
		if (has_token(a, h->fields))
			return passes;
		return (struct access_refusal){ 401, "unauthorized: this "
		    "worker wants its token\n" };
	}
	if (a->is_local)
		return passes;
	if (http_field(h->fields, "Origin").data != NULL)
		return (struct access_refusal){ 403, "forbidden: web pages "
		    "may not ask a worker without a token\n" };
	if (a->is_loopback && !is_plain_host(h))
		return (struct access_refusal){ 403, "forbidden: the Host is "
		    "neither an address nor localhost\n" };
	if (is_run && !is_json(http_field(h->fields, "Content-Type")))
		return (struct access_refusal){ 415, "the body must be "
		    "application/json\n" };
	return passes;
}
