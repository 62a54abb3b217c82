/* SPDX-License-Identifier: MIT */
/*
 * Addresses and sockets: parse and print an address, listen, accept, connect
 * without blocking, move bytes. Names are resolve.c's; here an address is
 * always numbers or the path of a unix socket. "Every address" is neither of
 * one family nor of the other: it has family AF_UNSPEC and its port where
 * IPv4 has it.
 *
 * All functions return -1 with errno and leave no descriptor and no file
 * behind an error. Nothing here prints, waits or retries.
 *
 * Needs _GNU_SOURCE for accept4, where that exists.
 */
#define _GNU_SOURCE

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/text.h"
#include "base/util.h"

enum {
	LISTEN_BACKLOG = 4096,
	KEEPALIVE_IDLE_S = 10,
	KEEPALIVE_INTERVAL_S = 5,
	KEEPALIVE_PROBES = 3,
	UNSENT_MS = 30 * 1000		/* bytes without an acknowledgement */
};

bool
net_address_parse(struct net_address *a, const char *host, uint16_t port,
    int family)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&a->ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->ss;

	memset(a, 0, sizeof(*a));
	if (family != 6 && inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		a->len = sizeof(*in);
		return true;
	}
	if (family != 4 && inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		a->len = sizeof(*in6);
		return true;
	}
	return false;
}

bool
net_unix_address(struct net_address *a, const char *path)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&a->ss;
	size_t len = strlen(path);

	memset(a, 0, sizeof(*a));
	if (len == 0 || len >= sizeof(un->sun_path))
		return false;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, len + 1);
	a->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
	return true;
}

/* Without a NUL when it was cut, or when it has no path at all. */
static void
format_unix(char text[NET_TEXT_MAX], const struct net_address *a)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&a->ss;
	size_t start = offsetof(struct sockaddr_un, sun_path);
	size_t len = a->len > start ? a->len - start : 0;

	snprintf(text, NET_TEXT_MAX, "unix:%.*s", (int)len, un->sun_path);
}

char *
net_address_format(char text[NET_TEXT_MAX], const struct net_address *a)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->ss;
	char host[INET6_ADDRSTRLEN] = "?";

	switch (a->ss.ss_family) {
	case AF_UNIX:
		format_unix(text, a);
		return text;
	case AF_INET6:
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		snprintf(text, NET_TEXT_MAX, "[%s]:%u", host,
		    (unsigned int)ntohs(in6->sin6_port));
		return text;
	case AF_INET:
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		break;
	case AF_UNSPEC:
		host[0] = '\0';
		break;
	}
	snprintf(text, NET_TEXT_MAX, "%s:%u", host,
	    (unsigned int)ntohs(in->sin_port));
	return text;
}

static void
set_every_address(struct net_address *a, uint16_t port)
{
	net_address_parse(a, "0.0.0.0", port, 4);
	a->ss.ss_family = AF_UNSPEC;
}

bool
net_listen_parse(struct net_address *a, const char *text)
{
	char host[NET_TEXT_MAX];
	const char *colon = strrchr(text, ':');
	uint64_t port;
	size_t len;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(host) ||
	    parse_uint(colon + 1, UINT16_MAX, &port) == -1)
		return false;
	len = (size_t)(colon - text);
	memcpy(host, text, len);
	host[len] = '\0';
	if (len == 0) {
		set_every_address(a, (uint16_t)port);
		return true;
	}
	if (strcmp(host, "localhost") == 0)
		return net_address_parse(a, "127.0.0.1", (uint16_t)port, 4);
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		return net_address_parse(a, host + 1, (uint16_t)port, 6);
	}
	return net_address_parse(a, host, (uint16_t)port, 4);
}

bool
net_is_loopback(const struct net_address *a)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->ss;
	const struct in6_addr *v6 = &in6->sin6_addr;

	if (a->ss.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(v6) ||
		    (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
	if (a->ss.ss_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	return a->ss.ss_family == AF_UNIX;
}

/* Fails for a unix socket and on an old kernel, which do without. */
static void
set_tcp(int fd, int option, int value)
{
	(void)setsockopt(fd, IPPROTO_TCP, option, &value, sizeof(value));
}

static int
close_failed(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

#ifndef SOCK_NONBLOCK
static int
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return close_failed(fd);
	return fd;
}
#endif

static int
stream_socket(const struct net_address *a)
{
#ifdef SOCK_NONBLOCK
	return socket(a->ss.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
	int fd = socket(a->ss.ss_family, SOCK_STREAM, 0);

	return fd == -1 ? -1 : set_nonblocking(fd);
#endif
}

/* Binds and listens. Of v6, is_both decides whether IPv4 comes there too. */
static int
listen_inet(const struct net_address *a, bool is_both)
{
	const int on = 1, v6_only = !is_both;
	int fd = stream_socket(a);

	if (fd == -1)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (a->ss.ss_family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6,
	    IPV6_V6ONLY, &v6_only, sizeof(v6_only)) == 0) &&
	    bind(fd, (const struct sockaddr *)&a->ss, a->len) == 0 &&
	    listen(fd, LISTEN_BACKLOG) == 0)
		return fd;
	return close_failed(fd);
}

/* A machine without IPv6, or that keeps the families apart, has IPv4. */
static int
listen_everywhere(const struct net_address *every)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&every->ss;
	struct net_address a;
	int fd;

	net_address_parse(&a, "::", ntohs(in->sin_port), 6);
	fd = listen_inet(&a, true);
	if (fd != -1 || errno == EADDRINUSE)
		return fd;
	net_address_parse(&a, "0.0.0.0", ntohs(in->sin_port), 4);
	return listen_inet(&a, false);
}

static bool
is_socket(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* Is there a socket that nobody listens to? */
static bool
is_stale(const struct net_address *a)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&a->ss;
	bool is_refused;
	int fd;

	if (!is_socket(un->sun_path))
		return false;
	fd = stream_socket(a);
	if (fd == -1)
		return false;
	is_refused = connect(fd, (const struct sockaddr *)&a->ss,
	    a->len) == -1 && errno == ECONNREFUSED;
	close(fd);
	return is_refused;
}

/* The file never has any other mode than 0600, not even for a moment. */
static int
bind_unix(int fd, const struct net_address *a)
{
	mode_t was = umask(S_IXUSR | S_IRWXG | S_IRWXO);
	int rc = bind(fd, (const struct sockaddr *)&a->ss, a->len);

	umask(was);
	return rc;
}

static int
listen_unix(const struct net_address *a)
{
	int fd = stream_socket(a);

	if (fd == -1)
		return -1;
	if (bind_unix(fd, a) == -1) {
		if (errno != EADDRINUSE)
			return close_failed(fd);
		if (is_stale(a))
			net_unlisten(a);
		else if (!is_socket(((const struct sockaddr_un *)
		    &a->ss)->sun_path)) {
			errno = ENOTSOCK;
			return close_failed(fd);
		}
		/* Fails as before when it is still there. */
		if (bind_unix(fd, a) == -1)
			return close_failed(fd);
	}
	if (listen(fd, LISTEN_BACKLOG) == 0)
		return fd;
	close_failed(fd);
	net_unlisten(a);
	return -1;
}

int
net_listen(const struct net_address *a)
{
	if (a->ss.ss_family == AF_UNIX)
		return listen_unix(a);
	if (a->ss.ss_family == AF_UNSPEC)
		return listen_everywhere(a);
	return listen_inet(a, false);
}

void
net_unlisten(const struct net_address *a)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&a->ss;
	int saved = errno;

	/* Whoever removed it first has done what is wanted. */
	if (a->ss.ss_family == AF_UNIX && is_socket(un->sun_path))
		(void)unlink(un->sun_path);
	errno = saved;
}

/*
 * Not by its name alone: whoever may write to its directory could put another's
 * file into its place. Where that cannot be helped it is no link, at least.
 */
int
net_give_socket(const struct net_address *a, uid_t uid, gid_t gid)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&a->ss;
#ifdef O_PATH
	struct stat st;
	int fd, rc;

	if (a->ss.ss_family != AF_UNIX)
		return 0;
	fd = open(un->sun_path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return -1;
	rc = fstat(fd, &st);
	if (rc == 0 && (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())) {
		errno = EPERM;
		rc = -1;
	}
	if (rc == 0)
		rc = fchownat(fd, "", uid, gid, AT_EMPTY_PATH);
	return rc == -1 ? close_failed(fd) : close(fd);
#else
	if (a->ss.ss_family != AF_UNIX)
		return 0;
	return lchown(un->sun_path, uid, gid);
#endif
}

int
net_accept(int fd)
{
#ifdef SOCK_NONBLOCK
	fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
	fd = accept(fd, NULL, NULL);
	if (fd != -1)
		fd = set_nonblocking(fd);
#endif
	if (fd == -1)
		return -1;
	set_tcp(fd, TCP_NODELAY, 1);
	return fd;
}

/*
 * The port is chosen when the other end is known, where the system can do
 * that: else all connections from one address would have to share its ports.
 */
static int
bind_from(int fd, const struct net_address *from)
{
#ifdef IP_BIND_ADDRESS_NO_PORT
	const int on = 1;

	/* An old kernel chooses now. */
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
	    sizeof(on));
#endif
	return bind(fd, (const struct sockaddr *)&from->ss, from->len);
}

int
net_connect_in_turn(const struct net_address *a, struct net_sources *sources)
{
	const struct net_address *from;
	size_t i;
	int fd;

	if (sources->n == 0)
		return net_connect(a, NULL);
	errno = EAFNOSUPPORT;
	for (i = 0; i < sources->n; i++) {
		from = &sources->at[sources->next++ % sources->n];
		if (from->ss.ss_family != a->ss.ss_family)
			continue;
		fd = net_connect(a, from);
		if (fd != -1 || (errno != EADDRNOTAVAIL &&
		    errno != EADDRINUSE))
			return fd;
	}
	return -1;
}

int
net_try_source(const struct net_address *from)
{
	int fd = stream_socket(from);

	if (fd == -1)
		return -1;
	if (bind_from(fd, from) == -1)
		return close_failed(fd);
	close(fd);
	return 0;
}

int
net_connect(const struct net_address *a, const struct net_address *from)
{
	int fd = stream_socket(a);

	if (fd == -1)
		return -1;
	set_tcp(fd, TCP_NODELAY, 1);
	if (from != NULL && bind_from(fd, from) == -1)
		return close_failed(fd);
	/* Interrupted, it goes on all the same (POSIX). */
	if (connect(fd, (const struct sockaddr *)&a->ss, a->len) == 0 ||
	    errno == EINPROGRESS || errno == EINTR)
		return fd;
	return close_failed(fd);
}

int
net_connected(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return -1;
	errno = error;
	return error == 0 ? 0 : -1;
}

int
net_local_address(int fd, struct net_address *a)
{
	a->len = sizeof(a->ss);
	return getsockname(fd, (struct sockaddr *)&a->ss, &a->len);
}

uint16_t
net_local_port(int fd)
{
	struct net_address a;
	const struct sockaddr_in *in = (const void *)&a.ss;
	const struct sockaddr_in6 *in6 = (const void *)&a.ss;

	if (net_local_address(fd, &a) == -1)
		return 0;
	if (a.ss.ss_family == AF_INET)
		return ntohs(in->sin_port);
	return a.ss.ss_family == AF_INET6 ? ntohs(in6->sin6_port) : 0;
}

int
net_peer_address(int fd, struct net_address *a)
{
	a->len = sizeof(a->ss);
	return getpeername(fd, (struct sockaddr *)&a->ss, &a->len);
}

char *
net_peer_format(char text[NET_TEXT_MAX], int fd)
{
	struct net_address a;

	if (net_peer_address(fd, &a) == -1)
		snprintf(text, NET_TEXT_MAX, "unknown");
	else if (a.ss.ss_family == AF_UNIX)
		snprintf(text, NET_TEXT_MAX, "unix socket");
	else
		net_address_format(text, &a);
	return text;
}

/* Interrupted: nothing was moved, and the loop will say when to try again. */
static ssize_t
moved(ssize_t n)
{
	if (n == -1 && errno == EINTR)
		errno = EAGAIN;
	return n;
}

ssize_t
net_read(int fd, void *p, size_t len)
{
	return moved(read(fd, p, len));
}

ssize_t
net_write(int fd, const void *p, size_t len)
{
	return moved(write(fd, p, len));
}

void
net_set_keepalive(int fd)
{
	const int on = 1;

	/* Fails for what is no socket: then nothing is lost either. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
#ifdef TCP_KEEPIDLE
	set_tcp(fd, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
#endif
#ifdef TCP_KEEPINTVL
	set_tcp(fd, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
#endif
#ifdef TCP_KEEPCNT
	set_tcp(fd, TCP_KEEPCNT, KEEPALIVE_PROBES);
#endif
#ifdef TCP_USER_TIMEOUT
	set_tcp(fd, TCP_USER_TIMEOUT, UNSENT_MS);
#endif
}

void
net_reset(int fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	/* Without it the close is an ordinary one. */
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

uint64_t
net_raise_nofile(uint64_t n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return 0;
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= n)
		return limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ||
	    limit.rlim_max >= n ? (rlim_t)n : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1 &&
	    getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return 0;
	return limit.rlim_cur;
}

void
net_allow_nofile(uint64_t n)
{
	struct rlimit limit;
	rlim_t was;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_max == RLIM_INFINITY)
		return;
	was = limit.rlim_max;
	/* The system has a limit of limits, and does not say it everywhere. */
	for (; n > was; n -= n / 8 + 1) {
		limit.rlim_max = (rlim_t)n;
		if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
			return;
	}
}
