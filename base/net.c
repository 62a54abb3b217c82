/* SPDX-License-Identifier: MIT */
/*
 * Addresses and sockets: parse and print an address, listen, accept, connect
 * without blocking, move bytes. Names are resolve.c's; here an address is
 * always numbers.
 *
 * All functions return -1 with errno and leave no descriptor open behind an
 * error. Nothing here prints, waits or retries.
 *
 * Needs _GNU_SOURCE for accept4, where that exists.
 */
#define _GNU_SOURCE

#include <sys/resource.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/text.h"
#include "base/util.h"

enum { LISTEN_BACKLOG = 4096 };

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

char *
net_address_format(char text[NET_TEXT_MAX], const struct net_address *a)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->ss;
	char host[INET6_ADDRSTRLEN] = "?";

	if (a->ss.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		snprintf(text, NET_TEXT_MAX, "[%s]:%u", host,
		    (unsigned int)ntohs(in6->sin6_port));
	} else {
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(text, NET_TEXT_MAX, "%s:%u", host,
		    (unsigned int)ntohs(in->sin_port));
	}
	return text;
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
	if (len == 0)
		return net_address_parse(a, "0.0.0.0", (uint16_t)port, 4);
	if (strcmp(host, "localhost") == 0)
		return net_address_parse(a, "127.0.0.1", (uint16_t)port, 4);
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		return net_address_parse(a, host + 1, (uint16_t)port, 6);
	}
	return net_address_parse(a, host, (uint16_t)port, 4);
}

static void
set_nodelay(int fd)
{
	const int on = 1;

	/* Unix sockets have no such option, and no such delay. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
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

int
net_listen(const struct net_address *a)
{
	const int on = 1;
	int fd = stream_socket(a);

	if (fd == -1)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&a->ss, a->len) == 0 &&
	    listen(fd, LISTEN_BACKLOG) == 0)
		return fd;
	return close_failed(fd);
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
	set_nodelay(fd);
	return fd;
}

int
net_connect(const struct net_address *a)
{
	int fd = stream_socket(a);

	if (fd == -1)
		return -1;
	set_nodelay(fd);
	if (connect(fd, (const struct sockaddr *)&a->ss, a->len) == 0 ||
	    errno == EINPROGRESS)
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

ssize_t
net_read(int fd, void *p, size_t len)
{
	return read(fd, p, len);
}

ssize_t
net_write(int fd, const void *p, size_t len)
{
	return write(fd, p, len);
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
