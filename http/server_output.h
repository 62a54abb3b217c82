/* SPDX-License-Identifier: MIT */
#ifndef HTTP_SERVER_OUTPUT_H
#define HTTP_SERVER_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/stream.h"
#include "base/util.h"
#include "http.h"
#include "http/server_answer.h"

/* What one connection has yet to send: buf, then rest; sent of both is gone. */
struct server_output {
	struct buf		 buf;
	struct http_view	 rest;	/* a large body where it is, or none */
	size_t			 sent;
	bool			 has_body;	/* of an answer in pieces: */
	bool			 has_chunks;
};

void	 server_output_init(struct server_output *o);
void	 server_output_clear(struct server_output *o);
/* Nothing is to be sent; memory that one answer made huge is given back. */
void	 server_output_reset(struct server_output *o);

/* 100 (Continue); a whole answer; one whose body is why and a line end. */
void	 server_output_continue(struct server_output *o);
void	 server_output_answer(struct server_output *o,
	    const struct server_answer *a, const struct server_asked *asked,
	    struct server_date *date);
void	 server_output_refusal(struct server_output *o, int status,
	    const char *why, const struct server_asked *asked,
	    struct server_date *date);
/*
 * An answer in pieces: its head, any number of bytes, its end. Adding gives 0,
 * or -1 when more than 64 MiB would wait, and adds nothing then. What need not
 * be sent (to HEAD) is not added. The connection must end with it unless
 * asked->minor is above 0.
 */
void	 server_output_begin(struct server_output *o,
	    const struct server_answer *a, const struct server_asked *asked,
	    struct server_date *date);
int	 server_output_add(struct server_output *o, const void *p, size_t len);
void	 server_output_end(struct server_output *o);

size_t	 server_output_unsent(const struct server_output *o);
/*
 * Sends what the kernel takes: 0 when that was all, or -1 with errno: EAGAIN
 * when it has no room.
 */
int	 server_output_send(struct server_output *o, struct stream *s);

#endif
