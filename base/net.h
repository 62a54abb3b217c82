/* SPDX-License-Identifier: MIT */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <sys/socket.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NET_ADDRESSES_MAX = 16,		/* of one name */
	NET_TEXT_MAX = 64		/* "[v6 address]:65535" */
};

struct net_address {
	struct sockaddr_storage	 ss;
	socklen_t		 len;
};

/* Some addresses of one name, in the order in which to try them. */
struct net_addresses {
	struct net_address	 at[NET_ADDRESSES_MAX];
	size_t			 n;
};

/* Addresses to connect from, those of the family at hand; none: any. */
struct net_sources {
	const struct net_address *at;
	size_t			  n;
	size_t			  next;		/* whose turn it is */
};

/*
 * An address written as numbers, "127.0.0.1" or "::1" (no brackets): true and
 * *a; false when host is a name. family 0, 4 or 6: one of another family is
 * false too.
 */
bool	 net_address_parse(struct net_address *a, const char *host,
	    uint16_t port, int family);
/* The socket of that path: false when it is empty or longer than it may be. */
bool	 net_unix_address(struct net_address *a, const char *path);
/*
 * "127.0.0.1:8080", "[::1]:8080", "unix:/run/x" (cut when it is longer), ":80"
 * for every address.
 */
char	*net_address_format(char text[NET_TEXT_MAX],
	    const struct net_address *a);
/*
 * "HOST:PORT" for a listener: an address or localhost, or nothing for every
 * address of both families (such a one is for net_listen alone); port 0 lets
 * the system choose. false when it is not that.
 */
bool	 net_listen_parse(struct net_address *a, const char *text);
/* Of this machine only: 127.0.0.0/8, ::1, either way, or a unix socket. */
bool	 net_is_loopback(const struct net_address *a);

/*
 * Sockets that do not block and are closed by exec; without Nagle's delay
 * where that exists. -1 with errno on failure.
 */
int	 net_listen(const struct net_address *a);
int	 net_accept(int fd);
/*
 * The file of a unix socket, which net_listen makes with mode 0600, in the
 * place of one that nobody listens to any more, goes; nothing for others.
 */
void	 net_unlisten(const struct net_address *a);
/*
 * That file becomes a user's, with the mode that it has; nothing for others. 0,
 * or -1 with errno.
 */
int	 net_give_socket(const struct net_address *a, uid_t uid, gid_t gid);
/*
 * Begins to connect, from this local address unless it is NULL: done when
 * writable, then net_connected says how.
 */
int	 net_connect(const struct net_address *a,
	    const struct net_address *from);
int	 net_connected(int fd);		/* 0, or -1 with errno */
/* The same as net_connect, from the source whose turn it is. */
int	 net_connect_in_turn(const struct net_address *a,
	    struct net_sources *sources);
/* Can this machine send from there? 0, or -1 with errno. */
int	 net_try_source(const struct net_address *from);
/* The address that a listening socket got. 0 or -1. */
int	 net_local_address(int fd, struct net_address *a);
/* The port that a connection has at this end; 0: not known, or no TCP. */
uint16_t net_local_port(int fd);
/* The address at the other end. 0, or -1 with errno. */
int	 net_peer_address(int fd, struct net_address *a);
/* The same as text, in words where there is none. */
char	*net_peer_format(char text[NET_TEXT_MAX], int fd);

/*
 * A byte stream over a connected socket: plain. Bytes moved, 0 for the end of
 * the stream (read), or -1 with errno; EAGAIN means later.
 */
ssize_t	 net_read(int fd, void *p, size_t len);
ssize_t	 net_write(int fd, const void *p, size_t len);

/*
 * Has the system find out within half a minute that the peer's machine is gone
 * (RFC 9293 3.8.4), where it can. Nothing for what is not TCP.
 */
void	 net_set_keepalive(int fd);
/* Closes with a reset, so that no TIME_WAIT stays; for what is broken. */
void	 net_reset(int fd);

/*
 * Raises the soft limit of descriptors to at least n, up to the hard one:
 * the limit there is then.
 */
uint64_t net_raise_nofile(uint64_t n);
/*
 * Raises the hard limit to n, or as near as the system lets this process come,
 * so that the soft one can still be raised that far without root's rights.
 */
void	 net_allow_nofile(uint64_t n);

#endif
