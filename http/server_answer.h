/* SPDX-License-Identifier: MIT */
#ifndef HTTP_SERVER_ANSWER_H
#define HTTP_SERVER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "http.h"

/*
 * Length, date and what becomes of the connection are added. A body that
 * HTTP does not allow (RFC 9110 6.4.1: to HEAD, with 204 and 304) is not sent.
 */
struct server_answer {
	int		 status;	/* 200 to 999 */
	const char	*type;		/* Content-Type; NULL: none */
	const char	*fields;	/* whole lines with CRLF; or NULL */
	const void	*body;
	size_t		 body_len;
	bool		 is_static;	/* body outlives the server: no copy */
	bool		 is_chunked;	/* in several chunks, if HTTP/1.1 */
	bool		 is_cut;	/* break off in mid-body, on purpose */
	bool		 is_last;	/* close the connection after it */
};

/* The Date field as it is now, made anew once a second; zero at first. */
struct server_date {
	char		 lines[64];
	uint64_t	 until_ns;	/* CLOCK_MONOTONIC */
};

/* What an answer depends on besides itself. */
struct server_asked {
	int		 minor;		/* the request was HTTP/1.minor */
	bool		 is_head;	/* and a HEAD */
	bool		 is_last;	/* the connection closes after it */
	uint64_t	 now_ns;	/* CLOCK_MONOTONIC */
};

/*
 * Adds the bytes of the answer to out, whose maximum must suffice. *rest is
 * what follows them: a large static body where it is, or nothing.
 */
void	 server_answer_add(struct buf *out, const struct server_answer *a,
	    const struct server_asked *asked, struct server_date *date,
	    struct http_view *rest);

/*
 * The same in pieces: the head, for which a->body is not looked at; then a
 * chunk for each run of at least a byte, and the last one, which has none. A
 * peer that knows no chunks gets the bytes as they are, and the connection
 * must be closed behind them.
 */
void	 server_answer_begin(struct buf *out, const struct server_answer *a,
	    const struct server_asked *asked, struct server_date *date);
void	 server_answer_chunk(struct buf *out, const void *p, size_t len);
void	 server_answer_last_chunk(struct buf *out);
/* Are the bytes of a body sent at all, and are they in chunks if in pieces? */
bool	 server_answer_has_body(const struct server_answer *a,
	    const struct server_asked *asked);
bool	 server_answer_is_chunked(const struct server_asked *asked);

/*
 * The status to refuse a head with that http_read_request found bad, in bytes
 * that end at end.
 */
int	 server_refusal(const struct http_head *h, const char *end);

#endif
