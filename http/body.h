/* SPDX-License-Identifier: MIT */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "http.h"

enum {
	HTTP_CHUNK_LINE_MAX = 4096,	/* chunk size, extensions and CRLF */
	HTTP_TRAILERS_MAX = HTTP_HEAD_MAX	/* all, with their end */
};

/* A body as it comes in; embedded. Only reason is for the caller. */
struct http_body {
	enum http_framing	 framing;
	int			 state;		/* of the chunked coding */
	uint64_t		 left;		/* bytes of body or chunk */
	uint32_t		 line;		/* bytes of line or trailers */
	enum http_reason	 reason;
};

enum http_step {
	HTTP_STEP_DATA,		/* *data holds body bytes; call again */
	HTTP_STEP_MORE,		/* all was used; the body is not over */
	HTTP_STEP_DONE,		/* the body is over; the rest is not its own */
	HTTP_STEP_BAD		/* b->reason */
};

/* Begins a body; length counts for HTTP_BODY_LENGTH only. */
void	 http_body_start(struct http_body *b, enum http_framing framing,
	    uint64_t length);
/*
 * Takes some of p[0..len) and says in *used how much; *data is a view into p,
 * empty but for HTTP_STEP_DATA. A body of length 0 is done with no bytes used.
 * DONE and BAD come again, with nothing used, when asked again.
 *
 * Chunked: extensions and trailers are checked for form and dropped. Only CRLF
 * ends a chunk line: two readers who disagree about a bare LF there see two
 * different bodies. A bare LF ends a trailer, as it does a header field.
 */
enum http_step http_body_step(struct http_body *b, const char *p, size_t len,
	    size_t *used, struct http_view *data);
/*
 * The connection ended: 0 when the body may end so, -1 if not, with b->reason
 * HTTP_TRUNCATED or what was wrong before.
 */
int	 http_body_end(struct http_body *b);

#endif
