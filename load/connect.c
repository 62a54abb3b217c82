/* SPDX-License-Identifier: MIT */
/*
 * How the targets of a run are reached: at which host and port instead of the
 * URL's, over which socket, from which addresses, trusting whom. These are
 * settings alone; whoever connects keeps to them.
 *
 * Texts are read here in the one form that options, plans and the wire have in
 * common. A reason is one line that can stand behind the name of an option.
 * No I/O.
 */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/pem.h"
#include "base/text.h"
#include "base/util.h"
#include "load/connect.h"

enum { HOST_MAX = 255 };

static char *
copy_str(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

void
connect_clear(struct connect_settings *c)
{
	size_t i;

	for (i = 0; i < c->ndetours; i++) {
		free(c->detours[i].host);
		free(c->detours[i].to_host);
	}
	free(c->detours);
	free(c->sources);
	free(c->unix_socket);
	free(c->server_name);
	pem_free(c->tls.ca);
	pem_free(c->tls.cert);
	pem_free(c->tls.key);
	memset(c, 0, sizeof(*c));
}

void
connect_copy(struct connect_settings *to, const struct connect_settings *from)
{
	size_t i;

	*to = *from;
	to->tls.ca = copy_str(from->tls.ca);
	to->tls.cert = copy_str(from->tls.cert);
	to->tls.key = copy_str(from->tls.key);
	to->server_name = copy_str(from->server_name);
	to->unix_socket = copy_str(from->unix_socket);
	to->detours = xreallocarray(NULL, from->ndetours + 1,
	    sizeof(*to->detours));
	for (i = 0; i < from->ndetours; i++) {
		to->detours[i] = from->detours[i];
		to->detours[i].host = copy_str(from->detours[i].host);
		to->detours[i].to_host = copy_str(from->detours[i].to_host);
	}
	to->sources = xreallocarray(NULL, from->nsources + 1,
	    sizeof(*to->sources));
	for (i = 0; i < from->nsources; i++)
		to->sources[i] = from->sources[i];
}

/* Detours. */

/* A name or an address of IPv4: letters, digits, "-._~". */
static bool
is_host(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) &&
		    strchr("-._~", s[i]) == NULL)
			return false;
	return len <= HOST_MAX;
}

/* "host:" or "[::1]:" at *p, which moves behind it; *host NULL when empty. */
static int
parse_host(const char **p, char **host)
{
	struct net_address a;
	bool is_ipv6 = **p == '[';
	const char *start = *p + is_ipv6, *end;
	size_t len, i;

	end = strchr(start, is_ipv6 ? ']' : ':');
	if (end == NULL || (is_ipv6 && end[1] != ':'))
		return -1;
	len = (size_t)(end - start);
	*p = end + is_ipv6 + 1;
	*host = NULL;
	if (len == 0)
		return is_ipv6 ? -1 : 0;
	if (!is_ipv6 && !is_host(start, len))
		return -1;
	*host = xstrndup(start, len);
	if (is_ipv6 && !net_address_parse(&a, *host, 0, 6))
		return -1;
	for (i = 0; i < len; i++)
		(*host)[i] = (char)tolower((unsigned char)(*host)[i]);
	return 0;
}

/* "8080" up to the character end; 0 when empty. */
static int
parse_port(const char **p, char end, uint16_t *port)
{
	const char *stop = strchr(*p, end);
	char digits[8];
	uint64_t n = 0;
	size_t len;

	if (stop == NULL || (len = (size_t)(stop - *p)) >= sizeof(digits))
		return -1;
	memcpy(digits, *p, len);
	digits[len] = '\0';
	if (len > 0 && (parse_uint(digits, UINT16_MAX, &n) == -1 || n == 0))
		return -1;
	*port = (uint16_t)n;
	*p = stop + (end != '\0');
	return 0;
}

/* A text that is somebody else's, and so perhaps no line. */
static int
refuse_text(char why[CONNECT_TEXT_MAX], const char *text, const char *expected)
{
	snprintf(why, CONNECT_TEXT_MAX, "%.80s: %s", text_shown(text),
	    expected);
	text_make_line(why);
	return -1;
}

int
connect_add_detour(struct connect_settings *c, const char *text,
    char why[CONNECT_TEXT_MAX])
{
	struct detour d = { NULL, 0, NULL, 0 };
	const char *p = text;

	if (c->ndetours == CONNECT_DETOURS_MAX) {
		snprintf(why, CONNECT_TEXT_MAX, "there are more than %d",
		    CONNECT_DETOURS_MAX);
		return -1;
	}
	if (parse_host(&p, &d.host) == -1 ||
	    parse_port(&p, ':', &d.port) == -1 ||
	    parse_host(&p, &d.to_host) == -1 ||
	    parse_port(&p, '\0', &d.to_port) == -1) {
		free(d.host);
		free(d.to_host);
		return refuse_text(why, text, "expected "
		    "HOST:PORT:HOST2:PORT2, any of them empty");
	}
	c->detours = xreallocarray(c->detours, c->ndetours + 1,
	    sizeof(*c->detours));
	c->detours[c->ndetours++] = d;
	return 0;
}

static void
add_host_port(struct buf *out, const char *host, uint16_t port)
{
	if (host != NULL)
		buf_addf(out, strchr(host, ':') != NULL ? "[%s]" : "%s", host);
	buf_adds(out, ":");
	if (port != 0)
		buf_addf(out, "%u", (unsigned int)port);
}

int
connect_format_detour(struct buf *out, const struct detour *d)
{
	add_host_port(out, d->host, d->port);
	buf_adds(out, ":");
	add_host_port(out, d->to_host, d->to_port);
	return out->is_full ? -1 : 0;
}

void
connect_route(const struct connect_settings *c, const char *host,
    uint16_t port, const char **to_host, uint16_t *to_port)
{
	const struct detour *d;
	size_t i;

	*to_host = host;
	*to_port = port;
	for (i = 0; i < c->ndetours; i++) {
		d = &c->detours[i];
		if ((d->host != NULL && strcasecmp(d->host, host) != 0) ||
		    (d->port != 0 && d->port != port))
			continue;
		if (d->to_host != NULL)
			*to_host = d->to_host;
		if (d->to_port != 0)
			*to_port = d->to_port;
		return;
	}
}

/* Sources. */

int
connect_add_source(struct connect_settings *c, const char *text,
    char why[CONNECT_TEXT_MAX])
{
	struct net_address a;

	if (c->nsources == CONNECT_SOURCES_MAX) {
		snprintf(why, CONNECT_TEXT_MAX, "there are more than %d",
		    CONNECT_SOURCES_MAX);
		return -1;
	}
	if (!net_address_parse(&a, text, 0, 0))
		return refuse_text(why, text, "expected an address of this "
		    "machine, in numbers");
	c->sources = xreallocarray(c->sources, c->nsources + 1,
	    sizeof(*c->sources));
	c->sources[c->nsources++] = a;
	return 0;
}

char *
connect_format_source(char text[NET_TEXT_MAX], const struct net_address *a)
{
	char full[NET_TEXT_MAX];
	bool is_ipv6;
	size_t len;

	/* "127.0.0.1:0", "[::1]:0" */
	net_address_format(full, a);
	is_ipv6 = full[0] == '[';
	len = strlen(full) - strlen(":0") - (is_ipv6 ? 2 : 0);
	snprintf(text, NET_TEXT_MAX, "%.*s", (int)len, full + is_ipv6);
	return text;
}

/* RFC 7468 5.1; OpenSSL has a label of its own, TRUSTED CERTIFICATE. */
size_t
connect_count_certs(const char *pem)
{
	static const char begin[] = "-----BEGIN ", label[] = "CERTIFICATE-----";
	const char *end;
	size_t n = 0;

	while ((pem = strstr(pem, begin)) != NULL) {
		pem += strlen(begin);
		end = pem + strcspn(pem, "\r\n");
		if ((size_t)(end - pem) >= strlen(label) &&
		    memcmp(end - strlen(label), label, strlen(label)) == 0)
			n++;
	}
	return n;
}

/* All together. */

static int
refuse(char why[CONNECT_TEXT_MAX], const char *text)
{
	snprintf(why, CONNECT_TEXT_MAX, "%s", text);
	return -1;
}

/* Paths are shown, in logs of workers too. */
static bool
has_controls(const char *s)
{
	for (; *s != '\0'; s++)
		if (utf8_is_control(s))
			return true;
	return false;
}

int
connect_check(const struct connect_settings *c, char why[CONNECT_TEXT_MAX])
{
	struct net_address a;

	if (c->server_name != NULL && (*c->server_name == '\0' ||
	    !is_host(c->server_name, strlen(c->server_name))))
		return refuse(why, "serverName: must be a host, without "
		    "a port");
	if (c->unix_socket != NULL && (!net_unix_address(&a, c->unix_socket) ||
	    has_controls(c->unix_socket)))
		return refuse(why, "unixSocket: must be a path of about 100 "
		    "bytes at most, without control characters");
	if (c->unix_socket != NULL && c->ndetours > 0)
		return refuse(why, "unixSocket: cannot be combined with "
		    "connectTo");
	if (c->unix_socket != NULL && c->nsources > 0)
		return refuse(why, "unixSocket: cannot be combined with "
		    "source");
	if (c->tls.key != NULL && c->tls.cert == NULL)
		return refuse(why, "key: is of no use without a certificate");
	if (c->tls.ca != NULL && c->tls.is_insecure)
		return refuse(why, "ca: cannot be combined with insecure");
	if (c->tls.ca != NULL && strlen(c->tls.ca) > TLS_PEM_MAX)
		return refuse(why, "ca: must be at most 1 MiB");
	return 0;
}
