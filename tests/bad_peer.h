/* SPDX-License-Identifier: MIT */
#ifndef TESTS_BAD_PEER_H
#define TESTS_BAD_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

enum { BAD_HEAD_MAX = 64 * 1024 };

/* A connection of a bad server, and the request that it is at. */
struct bad_peer {
	int	 fd;
	unsigned int number;		/* of connections, from 0 */
	char	 in[BAD_HEAD_MAX + 1];
	size_t	 len;			/* bytes in, a string */
	char	 method[32];
	char	 path[1024];
	size_t	 body_len;
	bool	 has_authorization;
	int	 nrequests;
	bool	 is_verbose;		/* a line a request to stderr */
	bool	 shows_heads;		/* heads of requests to stderr */
};

/* All of it; the process ends when the client has had enough. */
void	 bad_say_bytes(struct bad_peer *p, const void *bytes, size_t len);
void	 bad_say(struct bad_peer *p, const char *text);
/* A block of copies of unit, again and again, until the client is gone. */
void	 bad_say_forever(struct bad_peer *p, const char *unit) UTIL_NORETURN;

/* Up to the blank line: what follows it stays in p->in. */
void	 bad_read_head(struct bad_peer *p);
/* With its body; the process ends when there is none. */
void	 bad_read_request(struct bad_peer *p);

/* Reads until the client closes: a close before that may be a reset. */
void	 bad_wait_for_end(struct bad_peer *p) UTIL_NORETURN;
/* No more is said, and then the same. */
void	 bad_finish(struct bad_peer *p) UTIL_NORETURN;

#endif
