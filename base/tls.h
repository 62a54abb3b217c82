/* SPDX-License-Identifier: MIT */
#ifndef BASE_TLS_H
#define BASE_TLS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/tls_context.h"

/* Why TLS failed, as far as a program may want to tell. */
enum tls_reason {
	TLS_OK,
	TLS_CERT_EXPIRED,
	TLS_CERT_NOT_YET_VALID,
	TLS_CERT_NAME,			/* it is another one's */
	TLS_CERT_ISSUER,		/* nobody knows who made it */
	TLS_CERT_SELF_SIGNED,
	TLS_CERT_REJECTED,		/* for another reason */
	TLS_NOT_TLS,			/* the peer speaks something else */
	TLS_ALERT,			/* the peer refused, and said why */
	TLS_CLOSED,			/* ended without close_notify */
	TLS_PROTOCOL,			/* the rest */
	TLS_REASONS
};

/*
 * A place that a client connects to: the name that its certificate must have
 * (a host, or an address as numbers), and the session that its last connection
 * left for the next one. Without shows_cert it is not told who we are.
 */
struct tls_peer;

struct tls_peer *tls_peer_new(struct tls_context *ctx, const char *name,
	    bool shows_cert);
/* After its connections. NULL is fine. */
void	 tls_peer_free(struct tls_peer *peer);

/*
 * One connection over a socket that does not block; fd stays the caller's. All
 * functions that give -1 set errno: EAGAIN (later: when writable if
 * tls_wants_write, else when readable), EPROTO (tls_reason says why; there is
 * no more to come), or what the system said.
 */
struct tls;

/* NULL with ENOMEM. */
struct tls *tls_connect(struct tls_peer *peer, int fd);
struct tls *tls_accept(struct tls_context *ctx, int fd);
/* Without a word to the other side. NULL is fine. */
void	 tls_free(struct tls *t);
int	 tls_handshake(struct tls *t);	/* 0: done */
bool	 tls_wants_write(const struct tls *t);
/*
 * As read(2) and write(2), after the handshake. After a short read the socket
 * tells of more, unless tls_has_pending; 0 is the peer's close_notify. A read
 * waits for the socket to be writable when the peer wants an answer to a
 * message of TLS's own before it goes on. What a write did not take, the next
 * one must begin with: TLS may have it already.
 */
ssize_t	 tls_read(struct tls *t, void *p, size_t len);
ssize_t	 tls_write(struct tls *t, const void *p, size_t len);
/*
 * RFC 8446 4.6.3: takes new keys and asks the peer to do so, which it has to
 * answer; for tests of that peer. 0 or -1, as tls_write.
 */
int	 tls_renew_keys(struct tls *t);
/* There is to read what the socket does not tell of: bytes, or an end. */
bool	 tls_has_pending(const struct tls *t);
/* Says close_notify if that can be done now: nothing will be written. */
void	 tls_end_write(struct tls *t);

/* Of one that failed with EPROTO: the reason, and OpenSSL's words for it. */
enum tls_reason tls_reason(const struct tls *t);
char	*tls_error(const struct tls *t, char text[TLS_TEXT_MAX]);
/* Of one whose handshake is done. The texts are static. */
bool	 tls_is_resumed(const struct tls *t);
const char *tls_protocol(const struct tls *t);	/* "TLSv1.3" */
const char *tls_cipher(const struct tls *t);	/* "TLS_AES_128_GCM_SHA256" */

#endif
