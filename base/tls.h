/* SPDX-License-Identifier: MIT */
#ifndef BASE_TLS_H
#define BASE_TLS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

enum {
	TLS_TEXT_MAX = 200,		/* of a reason, with its NUL */
	TLS_PEM_MAX = 1024 * 1024	/* bytes of certificates or a key */
};

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
 * Whom to trust and who to be: PEM texts, whose owner the settings' owner is.
 * Names are what reasons begin with, for whoever gave the text: "--cert:
 * c.pem". They are borrowed, and NULL if it needs no name. ca_option is what to
 * give on a machine without CAs; NULL: "--cacert".
 */
struct tls_settings {
	char	*ca;		/* trusted issuers; NULL: the system's */
	char	*cert;		/* and the chain behind it; NULL: none */
	char	*key;		/* of it; NULL: it stands in cert */
	bool	 is_insecure;	/* a client: anyone will do */
	bool	 no_resume;	/* a client: a full handshake each time */
	const char *ca_name;
	const char *cert_name;
	const char *key_name;	/* NULL: that of cert */
	const char *ca_option;
};

/* "OpenSSL 3.0.17 1 Jul 2025", or NULL: this build has no TLS. */
const char *tls_version(void);

/*
 * What all connections of one side share; used by one process. A client
 * without settings->ca trusts the system's CAs, which are looked for now
 * (base/roots.h). A server with one demands that clients have a certificate.
 * NULL and one line in why: nothing is to be trusted, a PEM text that is none,
 * a key that does not fit. Settings may go after that.
 */
struct tls_context;

struct tls_context *tls_client_new(const struct tls_settings *settings,
	    char why[TLS_TEXT_MAX]);
struct tls_context *tls_server_new(const struct tls_settings *settings,
	    char why[TLS_TEXT_MAX]);
/* After all that was made with it. NULL is fine. */
void	 tls_context_free(struct tls_context *ctx);

/*
 * A place that a client connects to: the name that its certificate must have
 * (a host, or an address as numbers), and the session that its last connection
 * left for the next one. Without shows_cert it is not told who we are.
 */
struct tls_peer;

struct tls_peer *tls_peer_new(struct tls_context *ctx, const char *name,
	    bool shows_cert);
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
 * As read(2) and write(2), after the handshake. A short read means that there
 * is no more for now; 0 that the peer said so, by its close_notify. A write
 * that gave EAGAIN is to be tried again with the same bytes.
 */
ssize_t	 tls_read(struct tls *t, void *p, size_t len);
ssize_t	 tls_write(struct tls *t, const void *p, size_t len);
/* Bytes that the socket does not tell of any more are still to be read. */
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
