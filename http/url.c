/* SPDX-License-Identifier: MIT */
/*
 * Absolute http and https URLs: taken apart, compared, and found from the
 * reference of a redirect (RFC 3986, RFC 9110 4.2).
 *
 * A text is first cut into its five parts as RFC 3986 appendix B does, which
 * cannot fail; what a part may hold is looked at afterwards. Programs differ in
 * what they make of odd authorities, and attackers live on that, so userinfo,
 * host and port are held to their grammar and anything else is refused with
 * a reason. Paths and queries are handed on as they are: odd ones are what a
 * load test may want to send.
 *
 * No I/O (names are not looked up), no recursion; nothing is allocated but
 * what the caller's buffer does itself.
 */
#include <arpa/inet.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "http.h"
#include "http/url.h"

enum {
	PORT_MAX = 65535,
	PORT_HTTP = 80,
	PORT_HTTPS = 443,
	HOST_TEXT_MAX = HTTP_HOST_MAX + 8	/* brackets and ":65535" */
};

/* A reference in its parts; those it lacks have data NULL. */
struct parts {
	struct http_view scheme;
	struct http_view authority;
	struct http_view path;		/* never lacking, may be empty */
	struct http_view query;		/* with its "?" */
};

/* A text under way, of bounded length. */
struct text {
	char	 data[HTTP_URL_MAX];
	size_t	 len;
	bool	 is_full;
};

static bool	is_alpha(char c);
static bool	is_digit(char c);
static bool	is_one_of(char c, const char *set);
static struct http_view trim(const char *s, size_t len);
static struct http_view take(struct http_view *v, size_t n);
static struct http_view take_until(struct http_view *v, const char *stops);
static struct http_view take_scheme(struct http_view *v);
static void	split(struct http_view v, struct parts *parts);

/* These give NULL, or what is wrong. */
static const char *check_text(const char *s, size_t len);
static const char *read_scheme(struct http_view v, struct http_url *u);
static const char *read_authority(struct http_view v, struct http_url *u);
static const char *check_userinfo(struct http_view v);
static const char *read_ipv6(struct http_view v, struct http_url *u);
static const char *read_name(struct http_view v, struct http_url *u);
static const char *read_port(struct http_view v, struct http_url *u);
static void	copy_host(struct http_view v, struct http_url *u);

static void	text_add(struct text *t, struct http_view v);
static void	text_add_str(struct text *t, const char *s);
static void	text_add_origin(struct text *t, const struct http_url *u);
static void	text_add_path(struct text *t, const struct http_url *base,
		    const struct parts *ref);
static void	text_drop_dots(struct text *t, size_t start);
static void	format_host(const struct http_url *u, char out[HOST_TEXT_MAX]);
static uint16_t	default_port(const struct http_url *u);

int
http_url_parse(const char *s, size_t len, struct http_url *u, const char **why)
{
	struct parts parts;
	const char *fault;

	*u = (struct http_url){ .is_tls = false };
	split((struct http_view){ s, len }, &parts);
	fault = check_text(s, len);
	if (fault == NULL)
		fault = read_scheme(parts.scheme, u);
	if (fault == NULL)
		fault = read_authority(parts.authority, u);
	u->path = parts.path;
	u->query = parts.query;
	if (fault != NULL && why != NULL)
		*why = fault;
	return fault == NULL ? 0 : -1;
}

/*
 * RFC 3986 5.2.2: the reference's parts from the first it has, base's before.
 * The text is read as any other URL before it counts.
 */
int
http_url_resolve(const struct http_url *base, const char *ref, size_t len,
    struct buf *out)
{
	struct http_url check;
	struct parts r;
	struct text t;

	t.len = 0;
	t.is_full = false;
	split(trim(ref, len), &r);
	if (r.scheme.data != NULL)
		text_add(&t, r.scheme);
	else
		text_add_str(&t, base->is_tls ? "https" : "http");
	text_add_str(&t, ":");
	if (r.authority.data != NULL) {
		text_add_str(&t, "//");
		text_add(&t, r.authority);
	} else if (r.scheme.data == NULL)
		text_add_origin(&t, base);
	else
		return -1;
	text_add_path(&t, base, &r);
	if (t.is_full || http_url_parse(t.data, t.len, &check, NULL) == -1)
		return -1;
	return buf_add(out, t.data, t.len);
}

int
http_url_add_host(const struct http_url *u, struct buf *out)
{
	char host[HOST_TEXT_MAX];

	format_host(u, host);
	return buf_adds(out, host);
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The NUL behind set is not one of it. */
static bool
is_one_of(char c, const char *set)
{
	return memchr(set, c, strlen(set)) != NULL;
}

static struct http_view
trim(const char *s, size_t len)
{
	while (len > 0 && is_one_of(*s, " \t")) {
		s++;
		len--;
	}
	while (len > 0 && is_one_of(s[len - 1], " \t"))
		len--;
	return (struct http_view){ s, len };
}

static struct http_view
take(struct http_view *v, size_t n)
{
	struct http_view taken = { v->data, n };

	if (n > 0)
		v->data += n;
	v->len -= n;
	return taken;
}

static struct http_view
take_until(struct http_view *v, const char *stops)
{
	size_t n = 0;

	while (n < v->len && !is_one_of(v->data[n], stops))
		n++;
	return take(v, n);
}

/* Takes the colon too, gives the name; data NULL when there is none. */
static struct http_view
take_scheme(struct http_view *v)
{
	struct http_view rest = *v, scheme;
	size_t i;

	scheme = take_until(&rest, ":/?");
	if (scheme.len == 0 || rest.len == 0 || rest.data[0] != ':' ||
	    !is_alpha(scheme.data[0]))
		return (struct http_view){ NULL, 0 };
	for (i = 1; i < scheme.len; i++)
		if (!is_alpha(scheme.data[i]) && !is_digit(scheme.data[i]) &&
		    !is_one_of(scheme.data[i], "+-."))
			return (struct http_view){ NULL, 0 };
	take(&rest, 1);
	*v = rest;
	return scheme;
}

static void
split(struct http_view v, struct parts *parts)
{
	*parts = (struct parts){ .path = { NULL, 0 } };
	v = take_until(&v, "#");
	parts->scheme = take_scheme(&v);
	if (v.len >= 2 && memcmp(v.data, "//", 2) == 0) {
		take(&v, 2);
		parts->authority = take_until(&v, "/?");
	}
	parts->path = take_until(&v, "?");
	if (v.len > 0)
		parts->query = v;
}

static const char *
check_text(const char *s, size_t len)
{
	size_t i;

	if (len > HTTP_URL_MAX)
		return "too long";
	for (i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return "a blank, control or non-ASCII character";
	return NULL;
}

static const char *
read_scheme(struct http_view v, struct http_url *u)
{
	if (http_view_is_nocase(v, "https"))
		u->is_tls = true;
	else if (!http_view_is_nocase(v, "http"))
		return "expected http:// or https:// at its beginning";
	u->port = default_port(u);
	return NULL;
}

static const char *
read_authority(struct http_view v, struct http_url *u)
{
	struct http_view rest = v, part;
	const char *fault;

	part = take_until(&rest, "@");
	if (rest.len > 0) {
		if ((fault = check_userinfo(part)) != NULL)
			return fault;
		u->userinfo = part;
		take(&rest, 1);
		v = rest;
	}
	if (v.len > 0 && v.data[0] == '[') {
		take(&v, 1);
		part = take_until(&v, "]");
		if (v.len == 0)
			return "no ] behind the address";
		take(&v, 1);
		fault = read_ipv6(part, u);
	} else {
		part = take_until(&v, ":");
		fault = read_name(part, u);
	}
	return fault != NULL ? fault : read_port(v, u);
}

/* RFC 3986 3.2.1. */
static const char *
check_userinfo(struct http_view v)
{
	size_t i;

	for (i = 0; i < v.len; i++)
		if (!is_alpha(v.data[i]) && !is_digit(v.data[i]) &&
		    !is_one_of(v.data[i], "-._~%!$&'()*+,;=:"))
			return "user or password has a bad character";
	return NULL;
}

/* The system's reader knows the grammar, which has many cases. */
static const char *
read_ipv6(struct http_view v, struct http_url *u)
{
	struct in6_addr address;

	if (v.len >= sizeof(u->host))
		return "not an IPv6 address";
	copy_host(v, u);
	u->is_ipv6 = true;
	if (inet_pton(AF_INET6, u->host, &address) != 1)
		return "not an IPv6 address";
	return NULL;
}

/* An IPv4 address is a name here; who looks it up knows better. */
static const char *
read_name(struct http_view v, struct http_url *u)
{
	size_t i;

	if (v.len == 0)
		return "no host";
	if (v.len >= sizeof(u->host))
		return "host is too long";
	for (i = 0; i < v.len; i++)
		if (!is_alpha(v.data[i]) && !is_digit(v.data[i]) &&
		    !is_one_of(v.data[i], "-._~"))
			return "host has a bad character";
	copy_host(v, u);
	return NULL;
}

/* ":8080"; nothing, or a colon alone, is the scheme's (RFC 3986 3.2.3). */
static const char *
read_port(struct http_view v, struct http_url *u)
{
	static const char fault[] = "port is not 1 to 65535";
	unsigned int port = 0;
	size_t i;

	if (v.len > 0 && v.data[0] != ':')
		return fault;
	for (i = 1; i < v.len; i++) {
		if (!is_digit(v.data[i]))
			return fault;
		port = port * 10 + (v.data[i] - '0');
		if (port > PORT_MAX)
			return fault;
	}
	if (v.len > 1 && port == 0)
		return fault;
	if (v.len > 1)
		u->port = port;
	return NULL;
}

/* In lower case, as hosts are compared (RFC 3986 6.2.2.1). It must fit. */
static void
copy_host(struct http_view v, struct http_url *u)
{
	size_t i;
	char c;

	for (i = 0; i < v.len; i++) {
		c = v.data[i];
		u->host[i] = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
	}
	u->host[i] = '\0';
}

static void
text_add(struct text *t, struct http_view v)
{
	if (v.len > sizeof(t->data) - t->len)
		t->is_full = true;
	if (t->is_full || v.len == 0)
		return;
	memcpy(t->data + t->len, v.data, v.len);
	t->len += v.len;
}

static void
text_add_str(struct text *t, const char *s)
{
	text_add(t, (struct http_view){ s, strlen(s) });
}

/* "//user@host:port" */
static void
text_add_origin(struct text *t, const struct http_url *u)
{
	char host[HOST_TEXT_MAX];

	text_add_str(t, "//");
	if (u->userinfo.len > 0) {
		text_add(t, u->userinfo);
		text_add_str(t, "@");
	}
	format_host(u, host);
	text_add_str(t, host);
}

/* Path and query, once scheme and authority are there. */
static void
text_add_path(struct text *t, const struct http_url *base,
    const struct parts *ref)
{
	struct http_view folder = base->path;
	size_t start = t->len;

	if (ref->authority.data == NULL && ref->path.len == 0) {
		text_add(t, base->path);
		text_add(t, ref->query.data != NULL ? ref->query : base->query);
		return;
	}
	if (ref->path.len > 0 && ref->path.data[0] != '/') {
		while (folder.len > 0 && folder.data[folder.len - 1] != '/')
			folder.len--;
		text_add(t, folder);
		if (folder.len == 0)
			text_add_str(t, "/");
	}
	text_add(t, ref->path);
	text_drop_dots(t, start);
	text_add(t, ref->query);
}

/*
 * RFC 3986 5.2.4 for a path that is empty or begins with a slash, in place:
 * what is written never gets ahead of what is read. A dot segment at the end
 * leaves its slash.
 */
static void
text_drop_dots(struct text *t, size_t start)
{
	struct http_view rest = { t->data + start, t->len - start }, segment;
	bool is_dot, is_up;

	t->len = start;
	while (rest.len > 0) {
		take(&rest, 1);
		segment = take_until(&rest, "/");
		is_dot = http_view_is(segment, ".");
		is_up = http_view_is(segment, "..");
		if (is_up)
			while (t->len > start && t->data[--t->len] != '/')
				continue;
		if ((is_dot || is_up) && rest.len > 0)
			continue;
		t->data[t->len++] = '/';
		if (is_dot || is_up)
			continue;
		memmove(t->data + t->len, segment.data, segment.len);
		t->len += segment.len;
	}
}

/* "host", "[::1]:8080" */
static void
format_host(const struct http_url *u, char out[HOST_TEXT_MAX])
{
	int n;

	n = snprintf(out, HOST_TEXT_MAX, u->is_ipv6 ? "[%s]" : "%s", u->host);
	if (u->port != default_port(u))
		snprintf(out + n, HOST_TEXT_MAX - n, ":%u", u->port);
}

static uint16_t
default_port(const struct http_url *u)
{
	return u->is_tls ? PORT_HTTPS : PORT_HTTP;
}
