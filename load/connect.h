/* SPDX-License-Identifier: MIT */
#ifndef LOAD_CONNECT_H
#define LOAD_CONNECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"
#include "base/tls.h"
#include "base/util.h"

enum {
	CONNECT_DETOURS_MAX = 64,
	CONNECT_SOURCES_MAX = 256,
	CONNECT_DETOUR_MAX = 600,	/* bytes of one as text */
	CONNECT_TEXT_MAX = 200		/* of a reason, with its NUL */
};

/* Who is asked for host and port is connected to at other ones. */
struct detour {
	char		*host;		/* NULL: any; else lower case */
	uint16_t	 port;		/* 0: any */
	char		*to_host;	/* NULL: the same */
	uint16_t	 to_port;	/* 0: the same */
};

/* How the targets of a run are reached. Owns all of it. */
struct connect_settings {
	struct tls_settings	 tls;
	char			*server_name;	/* asked for and expected of
						   the URL's host; NULL: it */
	struct detour		*detours;	/* the first that fits counts */
	size_t			 ndetours;
	char			*unix_socket;	/* path; NULL: the network */
	struct net_address	*sources;	/* used in turn; port 0 */
	size_t			 nsources;
};

void	 connect_clear(struct connect_settings *c);
/* With memory of its own; to is overwritten, not freed. */
void	 connect_copy(struct connect_settings *to,
	    const struct connect_settings *from);

/*
 * Add one, as people write it: 0, or -1 and one line in why.
 * "HOST:PORT:HOST2:PORT2", any of them empty, addresses of IPv6 in brackets;
 * an address as numbers. The two below give the same texts: a detour is added
 * to out.
 */
int	 connect_add_detour(struct connect_settings *c, const char *text,
	    char why[CONNECT_TEXT_MAX]);
int	 connect_add_source(struct connect_settings *c, const char *text,
	    char why[CONNECT_TEXT_MAX]);
int	 connect_format_detour(struct buf *out, const struct detour *d);
char	*connect_format_source(char text[NET_TEXT_MAX],
	    const struct net_address *a);
/* Certificates in a PEM text, by their first lines. */
size_t	 connect_count_certs(const char *pem);
/* What cannot work, or not together: -1 and why, which begins with a member. */
int	 connect_check(const struct connect_settings *c,
	    char why[CONNECT_TEXT_MAX]);

/*
 * Where to connect for host and port, by the detours: *to_host is host itself
 * or one of theirs.
 */
void	 connect_route(const struct connect_settings *c, const char *host,
	    uint16_t port, const char **to_host, uint16_t *to_port);

#endif
