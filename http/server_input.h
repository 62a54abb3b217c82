/* SPDX-License-Identifier: MIT */
#ifndef HTTP_SERVER_INPUT_H
#define HTTP_SERVER_INPUT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/stream.h"
#include "base/util.h"
#include "http.h"
#include "http/body.h"

/* Where in a request the bytes are. */
enum server_input_phase {
	SERVER_INPUT_HEAD,
	SERVER_INPUT_BODY,
	SERVER_INPUT_WHOLE		/* what comes now is ahead of it */
};

/*
 * What one connection received: one request, and what came after it. The first
 * group is for the owner to look at; views are good until the next request.
 */
struct server_input {
	struct http_head	 head;
	struct buf		 body;		/* what is kept of it */
	uint64_t		 body_len;	/* received, kept or not */
	struct buf		 ahead;		/* not looked at yet */
	int			 status;	/* to refuse it with */
	const char		*why;

	enum server_input_phase	 phase;
	bool			 discards_rest;
	struct buf		 in;		/* one head */
	size_t			 scanned;	/* of in, see http.h */
	struct http_body	 framing;
};

enum server_input_got {
	SERVER_INPUT_MORE,		/* good so far, fill it */
	SERVER_INPUT_DONE,
	SERVER_INPUT_REFUSED		/* with status, because of why */
};

/*
 * body_max bytes of a body are kept; more is refused with 413, or read and
 * forgotten if discards_rest.
 */
void	 server_input_init(struct server_input *i, size_t body_max,
	    bool discards_rest);
void	 server_input_clear(struct server_input *i);
/* For the next connection. */
void	 server_input_reset(struct server_input *i);
/* Bytes that its buffers take up. */
size_t	 server_input_memory(const struct server_input *i);

/*
 * One read. Bytes that came; 0 when no more will, be it that the peer has ended
 * or that it sent more than 64 KiB ahead (blank lines apart); or -1 with errno.
 */
ssize_t	 server_input_fill(struct server_input *i, struct stream *s);
/* Has anything of the next request come? Blank lines are nothing. */
bool	 server_input_has_begun(const struct server_input *i);
/* Reads the head, then the body, if the head tells of one. */
enum server_input_got server_input_head(struct server_input *i);
enum server_input_got server_input_body(struct server_input *i);
/* Does the peer go on with a body after this head? */
bool	 server_input_awaits_body(const struct server_input *i);
/* What came ahead is now what is to be read. */
void	 server_input_next(struct server_input *i);
/* All that came and comes is of no interest, until server_input_reset. */
void	 server_input_forget(struct server_input *i);

#endif
