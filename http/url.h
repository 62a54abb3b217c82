/* SPDX-License-Identifier: MIT */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "http.h"

enum {
	HTTP_URL_MAX = 8192,		/* bytes of a URL, given or resolved */
	HTTP_HOST_MAX = 256		/* with its NUL */
};

/*
 * An absolute http or https URL, taken apart. Views point into its text; the
 * rest is its own.
 */
struct http_url {
	bool		 is_tls;
	struct http_view userinfo;	/* "user:password", empty if none */
	char		 host[HTTP_HOST_MAX];	/* lower case, no brackets */
	bool		 is_ipv6;	/* the host was in brackets */
	uint16_t	 port;		/* given or the scheme's */
	struct http_view path;		/* "" or "/..."; fragment cut off */
	struct http_view query;		/* with its "?", or empty */
};

/*
 * 0, or -1 and *why a static text ("no host", "port is not 1 to 65535"). A
 * URL holds visible ASCII only: blanks, controls and bytes over 0x7e are
 * refused. A host is letters, digits and "-._~", or an IPv6 address without
 * zone in brackets: what percent signs or backslashes there mean, programs do
 * not agree upon. *u is meaningless after -1. why may be NULL.
 */
int	 http_url_parse(const char *s, size_t len, struct http_url *u,
	    const char **why);
/*
 * Where a redirect leads: reference resolved against base (RFC 3986 5.2.2,
 * strict; dot segments removed, fragment dropped), added to out as an absolute
 * URL. Blanks around the reference are cut. base's userinfo stays with base's
 * authority. 0, or -1 with nothing added: it is no http or https URL, or
 * too long for HTTP_URL_MAX or out. Neither text may live in out.
 */
int	 http_url_resolve(const struct http_url *base, const char *ref,
	    size_t len, struct buf *out);
/*
 * Adds "host", "host:8080" or "[::1]:8080", the Host of a request to u, to
 * out. 0, or -1 when out is full.
 */
int	 http_url_add_host(const struct http_url *u, struct buf *out);

#endif
