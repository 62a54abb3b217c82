/* SPDX-License-Identifier: MIT */
#ifndef PEER_RIG_H
#define PEER_RIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/util.h"

enum {
	PEER_WORD_MAX = 256,		/* of a method, a path, a field */
	PEER_CHUNK_MIN = 2049		/* bytes of an answer sent in chunks */
};

/*
 * A connection and the request that it is at. body is there in the call of
 * run only. run is for the hooks: not NULL while an answer is to come.
 */
struct peer {
	struct loop_io	 io;
	struct peer	*next;
	struct peer	**prev;
	struct buf	 in;
	struct buf	 out;
	size_t		 head_len;	/* 0: the head is not here yet */
	size_t		 body_len;
	char		 method[PEER_WORD_MAX];
	char		 path[PEER_WORD_MAX];
	char		 accept[PEER_WORD_MAX];
	bool		 is_busy;	/* from a request to its answer */
	bool		 is_deaf;	/* until its answer */
	bool		 wants_close;	/* after the answer */
	bool		 is_last;	/* what comes now is thrown away */
	bool		 is_shut;	/* and the client knows */
	bool		 has_ended;	/* the client sends no more */
	const char	*body;
	void		*run;
};

/* What one such server is. ended and gone are told while run is set only. */
struct peer_hooks {
	/* GET /ping: answers. */
	void		(*ping)(struct peer *p);
	/* POST /run: answers, or sets p->run and answers later. */
	void		(*run)(struct peer *p);
	/* The client closed its sending side: answers, now or later. */
	void		(*ended)(struct peer *p);
	/* The connection is no more: forgets it. */
	void		(*gone)(struct peer *p);
	/*
	 * As Go's server does: any byte during a run, and it hears no more
	 * of this connection, an end of it neither, until the answer.
	 * Otherwise blank lines are dropped, and an end is always heard.
	 */
	bool		is_deafened;
	/* NULL: everyone may. */
	const char	*token;
};

extern struct loop *peer_loop;

/* Calls once, first. hooks stay the caller's. Failure ends the process. */
void	 peer_open(const struct peer_hooks *hooks);
/* One more listener; *a then has its port. 0, or -1 with errno. */
int	 peer_listen(struct net_address *a);
/* Forgets all listeners. */
void	 peer_unlisten(void);
/* Serves until TERM, the end of a pipe on stdin, or two minutes. */
void	 peer_serve(void);

/* A whole answer. */
void	 peer_answer(struct peer *p, const char *status, const char *type,
	    const char *body, size_t len);
/* A whole answer that is one line why not. */
void	 peer_refuse(struct peer *p, const char *status, const char *why);
/* Just these bytes, head and all; the connection ends behind them. */
void	 peer_raw(struct peer *p, const char *data, size_t len);
/* An answer in parts: its head, any chunks, its end. */
void	 peer_stream(struct peer *p, const char *type);
void	 peer_chunk(struct peer *p, const char *data, size_t len);
void	 peer_end(struct peer *p);

#endif
