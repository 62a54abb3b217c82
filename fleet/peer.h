/* SPDX-License-Identifier: MIT */
#ifndef FLEET_PEER_H
#define FLEET_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/resolve.h"
#include "fleet/credentials.h"
#include "fleet/fleet.h"
#include "http.h"

/*
 * A coordinator's way to one worker: a TCP connection, with TLS to an https
 * one, a unix socket, or the standard input and output of a command. One
 * exchange at a time over it, each with an answer that is handed on as it
 * comes.
 */
struct peer;

struct peer_hooks {
	/* The head of the answer (no interim one). Views are good now only. */
	void	(*head)(void *arg, const struct http_head *h);
	/* Some of its body. */
	void	(*body)(void *arg, const char *p, size_t len);
	/* The answer is complete. */
	void	(*end)(void *arg);
	/* There will be no (more of an) answer: one line why. */
	void	(*failed)(void *arg, const char *why);
	void	*arg;
};

/*
 * Nothing is begun. Borrows resolver, worker and credentials. said hears each
 * line of a command's standard error.
 */
struct peer *peer_new(struct loop *loop, struct resolver *resolver,
    const struct worker_address *worker, const struct credentials *credentials,
    void (*said)(void *arg, const struct worker_address *worker,
    const char *line), void *arg);
/* Who hears of the exchanges from now on. */
void	 peer_set_hooks(struct peer *p, const struct peer_hooks *hooks);

/*
 * Asks; connects, or starts the command, if that is not done yet. body may be
 * NULL; fields are whole lines with CRLF, "" for none. All is copied. The
 * exchange before has ended. Hooks are called from the loop only; they may not
 * free the peer.
 */
void	 peer_ask(struct peer *p, const char *method, const char *path,
	    const char *fields, const void *body, size_t len);
/*
 * When the last of what was asked went out, over a connection that was ready
 * for it: neither connecting nor a handshake is in a round trip from there.
 * Until then, when it was asked.
 */
uint64_t peer_asked_ns(const struct peer *p);
/* A blank line, which HTTP allows: we are still there. */
void	 peer_say_alive(struct peer *p);
/* Ends our side: the worker shall stop and answer with what it has. */
void	 peer_end(struct peer *p);
/*
 * Closes the connection, without another word to the hooks; a command has its
 * input closed.
 */
void	 peer_close(struct peer *p);
/*
 * Closes and frees all n of them, and the array. Commands end side by side:
 * those that have not within a second are killed.
 */
void	 peers_free(struct peer **peers, size_t n);

#endif
