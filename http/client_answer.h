/* SPDX-License-Identifier: MIT */
#ifndef HTTP_CLIENT_ANSWER_H
#define HTTP_CLIENT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "http.h"
#include "http/body.h"

enum {
	CLIENT_READ_MAX = 64 * 1024,	/* bytes handed over at a time */
	CLIENT_BODY_MAX = 1024 * 1024	/* bytes of one that are kept */
};

/*
 * An answer as it comes in; embedded. The first members are what is known of
 * it so far. The view is good until another answer is started.
 */
struct client_answer {
	int			 status;	/* 0: no head yet */
	uint64_t		 bytes_in;	/* of its body */
	struct http_view	 text;		/* what was kept of that */
	bool			 keep_alive;	/* another may follow */
	enum http_reason	 reason;	/* when CLIENT_ANSWER_BAD */
	/* its own */
	bool			 is_head;
	bool			 want_body;
	void			(*call)(void *, const struct http_head *);
	void			*arg;
	size_t			 scanned;
	size_t			 interim;	/* bytes of interim answers */
	struct http_body	 body;
	struct buf		 head;		/* one that came in pieces */
	struct buf		 kept;
};

enum client_answer_step {
	CLIENT_ANSWER_MORE,
	CLIENT_ANSWER_DONE,
	CLIENT_ANSWER_BAD		/* the reason says why */
};

void	 client_answer_init(struct client_answer *a);
void	 client_answer_clear(struct client_answer *a);
/*
 * Expects another one: to a HEAD or not, with its body in text or without it.
 * call, unless NULL, hears of the final head.
 */
void	 client_answer_start(struct client_answer *a, bool is_head,
	    bool want_body, void (*call)(void *, const struct http_head *),
	    void *arg);
/*
 * Takes p[0..len), CLIENT_READ_MAX bytes at most. Bytes behind the end are
 * dropped and clear keep_alive.
 */
enum client_answer_step client_answer_take(struct client_answer *a,
	    const char *p, size_t len);
/*
 * The connection ended: DONE when the answer may end so, otherwise BAD. With
 * was_cut its end cannot be told from one that somebody else made.
 */
enum client_answer_step client_answer_end(struct client_answer *a,
	    bool was_cut);

#endif
