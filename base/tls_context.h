/* SPDX-License-Identifier: MIT */
#ifndef BASE_TLS_CONTEXT_H
#define BASE_TLS_CONTEXT_H

#include <stdbool.h>

enum {
	TLS_TEXT_MAX = 200,		/* of a reason, with its NUL */
	TLS_PEM_MAX = 1024 * 1024	/* bytes of certificates or a key */
};

/*
 * Whom to trust and who to be: PEM texts, which belong to the owner of the
 * settings. A name says where its text is from, and reasons begin with it:
 * "--cert: c.pem". Names are borrowed; NULL: reasons have none. ca_option is
 * what to give on a machine without CAs; NULL: "--cacert".
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
 * Once, before children are forked that are to open no file: gets OpenSSL
 * ready, reads what the system trusts into memory (base/roots.h) and opens the
 * key log. Contexts that are made from then on, here or in children, open
 * nothing; what went wrong is said when one needs it. Without this, each
 * context looks for itself.
 */
void	 tls_prepare(void);
/* Of the key log that tls_prepare opened, for who closes others; -1: none. */
int	 tls_key_log_fd(void);

/*
 * What all connections of one side share; used by one process. A client
 * without settings->ca trusts the system's CAs (base/roots.h). A server with
 * one demands that clients have a certificate. NULL and one line in why:
 * nothing is to be trusted, a PEM text that is none, a key that does not fit.
 * Settings may go after that. Its members are for base/tls_context.c and
 * base/tls.c alone.
 */
struct tls_context {
	struct ssl_ctx_st	*ssl_ctx;	/* OpenSSL's */
	struct roots_text	*roots;		/* NULL: tls_prepare's */
	int			 key_log_fd;	/* -1: none */
	bool			 is_insecure;
	bool			 no_resume;
};

struct tls_context *tls_client_new(const struct tls_settings *settings,
	    char why[TLS_TEXT_MAX]);
struct tls_context *tls_server_new(const struct tls_settings *settings,
	    char why[TLS_TEXT_MAX]);
/* After all that was made with it. NULL is fine. */
void	 tls_context_free(struct tls_context *ctx);

#endif
