/* SPDX-License-Identifier: MIT */
/*
 * Connections of TLS, both sides, over sockets that do not block. A client
 * verifies the server unless its context says otherwise, and takes up the
 * session of its last connection to the same place.
 *
 * With base/tls_context.c the only file that knows OpenSSL; what fails here is
 * said in its words. The thread's queue of errors is empty whenever no function
 * of these two is running, so that it need not be emptied before each call.
 * Reading takes what the socket has at once, and buffers of idle connections
 * are given back. Nothing prints.
 */

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/tls.h"
#include "base/util.h"

struct tls_peer {
	struct tls_context	*ctx;
	char			*name;
	bool			 is_address;
	bool			 shows_cert;
	SSL_SESSION		*session;	/* of the last connection */
	STACK_OF(X509)		*trusted;	/* a chain that was verified */
	uint64_t		 trusted_ns;	/* when */
};

struct tls {
	SSL		*ssl;
	struct tls_peer	*peer;		/* NULL: a server's */
	bool		 is_done;	/* the handshake */
	bool		 is_drained;	/* only the socket can bring more */
	int		 nreads;	/* left in this step of it */
	bool		 has_end;	/* no more to read, because: */
	int		 end_errno;	/* 0: the peer said so */
	enum tls_reason	 reason;
	long		 verify;	/* X509_V_OK, or why not */
	unsigned long	 error;		/* OpenSSL's */
};

#define TRUST_NS	(5 * NS_PER_SEC)	/* a verdict is good for it */

enum {
	MESSAGES_MAX = 8,	/* readings that bring no data, in a row */
	HANDSHAKE_READS = 8	/* of the socket, in one step */
};

static int	keep_session(SSL *, SSL_SESSION *);
static int	verify_chain(X509_STORE_CTX *, void *);

/* Peers. */

static bool
is_address(const char *name)
{
	ASN1_OCTET_STRING *bytes = a2i_IPADDRESS(name);

	ERR_clear_error();
	if (bytes == NULL)
		return false;
	ASN1_OCTET_STRING_free(bytes);
	return true;
}

struct tls_peer *
tls_peer_new(struct tls_context *ctx, const char *name, bool shows_cert)
{
	struct tls_peer *peer = xcalloc(1, sizeof(*peer));
	size_t len = strlen(name);

	SSL_CTX_set_cert_verify_callback(ctx->ssl_ctx, verify_chain, NULL);
	if (!ctx->no_resume)
		SSL_CTX_sess_set_new_cb(ctx->ssl_ctx, keep_session);
	peer->ctx = ctx;
	peer->name = xstrdup(name);
	/* RFC 6066 3: the dot that may end a name is no part of it here. */
	if (len > 1 && name[len - 1] == '.')
		peer->name[len - 1] = '\0';
	peer->is_address = is_address(peer->name);
	peer->shows_cert = shows_cert;
	return peer;
}

void
tls_peer_free(struct tls_peer *peer)
{
	if (peer == NULL)
		return;
	SSL_SESSION_free(peer->session);
	sk_X509_pop_free(peer->trusted, X509_free);
	free(peer->name);
	free(peer);
}

/* The same certificates, byte for byte, in the same order. */
static bool
is_chain(const STACK_OF(X509) *a, const STACK_OF(X509) *b)
{
	int i;

	if (a == NULL || b == NULL || sk_X509_num(a) != sk_X509_num(b))
		return false;
	for (i = 0; i < sk_X509_num(a); i++)
		if (X509_cmp(sk_X509_value(a, i), sk_X509_value(b, i)) != 0)
			return false;
	return true;
}

/*
 * A server shows the same chain to each connection, and the verdict on it
 * depends on nothing else than the time: it is asked for again only after
 * TRUST_NS. That the server has the key to the chain, each handshake proves
 * anew. Nothing is remembered of a chain that was refused. (OpenSSL asks for a
 * verdict even if nobody is to be verified.)
 */
static int
verify_chain(X509_STORE_CTX *store, void *arg)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store,
	    SSL_get_ex_data_X509_STORE_CTX_idx());
	const struct tls *t = SSL_get_app_data(ssl);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(store);
	struct tls_peer *peer = t->peer;
	uint64_t now_ns = clock_now_ns();
	int rc;

	(void)arg;
	if (peer->ctx->is_insecure || (is_chain(peer->trusted, chain) &&
	    now_ns - peer->trusted_ns < TRUST_NS))
		return 1;
	if (peer->name[0] == '.') {
		/* To OpenSSL it would be any name that ends so. */
		X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
		return 0;
	}
	rc = X509_verify_cert(store);
	sk_X509_pop_free(peer->trusted, X509_free);
	peer->trusted = rc == 1 ? X509_chain_up_ref(chain) : NULL;
	peer->trusted_ns = now_ns;
	return rc;
}

static void
peer_set_session(struct tls_peer *peer, SSL_SESSION *session)
{
	SSL_SESSION_free(peer->session);
	peer->session = session;
}

/*
 * RFC 8446 4.6.1: a ticket came. The last one is for the next connection; as a
 * copy, for OpenSSL spoils the session of a connection that is cut off, and
 * that is what many servers do with one that was idle.
 */
static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
	const struct tls *t = SSL_get_app_data(ssl);

	peer_set_session(t->peer, SSL_SESSION_dup(session));
	return 0;
}

/* For the same reason, a connection has a copy of the copy. */
static void
offer_session(SSL *ssl, const SSL_SESSION *kept)
{
	SSL_SESSION *session = SSL_SESSION_dup(kept);

	/* One that cannot be used (any more) is as good as none. */
	if (session == NULL || SSL_set_session(ssl, session) != 1)
		ERR_clear_error();
	SSL_SESSION_free(session);
}

/* Connections. */

static struct tls *
connection_failed(struct tls *t)
{
	SSL_free(t->ssl);
	free(t);
	ERR_clear_error();
	errno = ENOMEM;
	return NULL;
}

/*
 * Messages that mean nothing (RFC 5246 7.4.1.1) may follow one another without
 * end, and OpenSSL reads until the handshake goes on. It is told that the
 * socket has no more when a step has had its share; if there is, the loop says
 * so.
 */
static long
on_handshake_bio(BIO *bio, int what, const char *p, size_t len, int argi,
    long argl, int rc, size_t *done)
{
	struct tls *t = (struct tls *)(void *)BIO_get_callback_arg(bio);

	(void)p;
	(void)len;
	(void)argi;
	(void)argl;
	(void)done;
	if (what != BIO_CB_READ || t->nreads-- > 0)
		return rc;
	t->nreads = 0;
	BIO_set_retry_read(bio);
	return -1;
}

static struct tls *
connection_new(struct tls_context *ctx, int fd)
{
	struct tls *t = xcalloc(1, sizeof(*t));

	t->ssl = SSL_new(ctx->ssl_ctx);
	if (t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1)
		return connection_failed(t);
	SSL_set_app_data(t->ssl, t);
	BIO_set_callback_arg(SSL_get_rbio(t->ssl), (char *)t);
	BIO_set_callback_ex(SSL_get_rbio(t->ssl), on_handshake_bio);
	return t;
}

/* RFC 6066 3: no address is asked for by name. */
static int
expect_peer(SSL *ssl, const struct tls_peer *peer)
{
	if (!peer->is_address &&
	    SSL_set_tlsext_host_name(ssl, peer->name) != 1)
		return -1;
	if (peer->ctx->is_insecure)
		return 0;
	if (peer->is_address)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl),
		    peer->name) == 1 ? 0 : -1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, peer->name) == 1 ? 0 : -1;
}

struct tls *
tls_connect(struct tls_peer *peer, int fd)
{
	struct tls *t = connection_new(peer->ctx, fd);

	if (t == NULL)
		return NULL;
	t->peer = peer;
	if (expect_peer(t->ssl, peer) == -1)
		return connection_failed(t);
	if (!peer->shows_cert)
		SSL_certs_clear(t->ssl);
	if (peer->session != NULL)
		offer_session(t->ssl, peer->session);
	SSL_set_connect_state(t->ssl);
	return t;
}

struct tls *
tls_accept(struct tls_context *ctx, int fd)
{
	struct tls *t = connection_new(ctx, fd);

	if (t != NULL)
		SSL_set_accept_state(t->ssl);
	return t;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	/* Else it would take its session for a broken one. */
	SSL_set_shutdown(t->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(t->ssl);
	free(t);
}

bool
tls_wants_write(const struct tls *t)
{
	return SSL_want_write(t->ssl);
}

/* What a certificate that did not pass is called. */
static enum tls_reason
reason_of_verify(long verify)
{
	switch (verify) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return TLS_CERT_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return TLS_CERT_NOT_YET_VALID;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return TLS_CERT_NAME;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return TLS_CERT_ISSUER;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return TLS_CERT_SELF_SIGNED;
	default:
		return TLS_CERT_REJECTED;
	}
}

static enum tls_reason
reason_of_error(const struct tls *t)
{
	int reason = ERR_GET_REASON(t->error);

	/* What is first in the queue may be of a signature in the chain. */
	if (t->verify != X509_V_OK)
		return reason_of_verify(t->verify);
	if (ERR_GET_LIB(t->error) != ERR_LIB_SSL)
		return TLS_PROTOCOL;
	if (reason > SSL_AD_REASON_OFFSET)
		return TLS_ALERT;
	switch (reason) {
	case SSL_R_UNEXPECTED_EOF_WHILE_READING:
		return TLS_CLOSED;
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_HTTPS_PROXY_REQUEST:
	case SSL_R_UNKNOWN_PROTOCOL:
		/* Who has shaken hands has spoken it. */
		return t->is_done ? TLS_PROTOCOL : TLS_NOT_TLS;
	default:
		return TLS_PROTOCOL;
	}
}

/* Among the first or last things that went wrong. */
static bool
is_out_of_memory(void)
{
	return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE ||
	    ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
}

/* An operation gave rc <= 0: 0 for the end of the stream, or -1 and errno. */
static int
fail(struct tls *t, int rc)
{
	int saved = errno;

	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		ERR_clear_error();
		/* EPROTO is ours, with a reason, but ICMP can bring it too. */
		if (saved == 0 || saved == EPROTO) {
			t->reason = saved == 0 ? TLS_CLOSED : TLS_PROTOCOL;
			saved = EPROTO;
		}
		errno = saved;
		return -1;
	default:
		t->error = ERR_peek_error();
		t->verify = SSL_get_verify_result(t->ssl);
		t->reason = reason_of_error(t);
		saved = is_out_of_memory() ? ENOMEM : EPROTO;
		ERR_clear_error();
		errno = saved;
		return -1;
	}
}

int
tls_handshake(struct tls *t)
{
	int rc;

	errno = 0;
	t->nreads = HANDSHAKE_READS;
	rc = SSL_do_handshake(t->ssl);
	if (rc == 1) {
		t->is_done = true;
		BIO_set_callback_ex(SSL_get_rbio(t->ssl), NULL);
		/* What it tried and did without, it may have left there. */
		ERR_clear_error();
		return 0;
	}
	if (fail(t, rc) == 0) {
		t->reason = TLS_CLOSED;
		errno = EPROTO;
	}
	/* It may have been the session: the next one does without. */
	if (errno == EPROTO && t->peer != NULL)
		peer_set_session(t->peer, NULL);
	return -1;
}

static int
read_end(const struct tls *t)
{
	errno = t->end_errno;
	return t->end_errno == 0 ? 0 : -1;
}

/*
 * When messages of its own (new keys, tickets) were all that it had read,
 * OpenSSL comes back, without an error of the socket's. A few times it is asked
 * again; more may follow one another without end, and the loop has others to
 * serve. Bytes, 0 for the end, or -1.
 */
static ssize_t
read_data(struct tls *t, void *p, size_t len)
{
	size_t n;
	int i, rc;

	for (i = 0;; i++) {
		errno = 0;
		rc = SSL_read_ex(t->ssl, p, len, &n);
		if (rc == 1)
			return (ssize_t)n;
		t->is_drained = errno != 0;
		if (t->is_drained || i == MESSAGES_MAX ||
		    SSL_get_error(t->ssl, rc) != SSL_ERROR_WANT_READ)
			return fail(t, rc);
	}
}

ssize_t
tls_read(struct tls *t, void *p, size_t len)
{
	size_t got = 0;
	ssize_t n;

	if (t->has_end)
		return read_end(t);
	t->is_drained = false;
	do {
		n = read_data(t, (char *)p + got, len - got);
		if (n <= 0)
			break;
		got += (size_t)n;
	} while (got < len && SSL_has_pending(t->ssl));
	if (n == 0 || (n == -1 && errno != EAGAIN)) {
		t->has_end = true;
		t->end_errno = n == 0 ? 0 : errno;
	} else if (n == -1 && got > 0 && tls_wants_write(t))
		/* What it has to write first is told of at the next call. */
		t->is_drained = false;
	if (got > 0)
		return (ssize_t)got;
	return t->has_end ? read_end(t) : -1;
}

ssize_t
tls_write(struct tls *t, const void *p, size_t len)
{
	size_t put = 0, n;
	int rc;

	do {
		errno = 0;
		rc = SSL_write_ex(t->ssl, (const char *)p + put, len - put,
		    &n);
		if (rc != 1)
			break;
		put += n;
	} while (put < len);
	if (put > 0 || len == 0) {
		/* If it failed, it will again, and that is told then. */
		ERR_clear_error();
		return (ssize_t)put;
	}
	if (fail(t, rc) == 0)
		errno = EPIPE;
	return -1;
}

int
tls_renew_keys(struct tls *t)
{
	int rc;

	errno = 0;
	if (!SSL_in_init(t->ssl) &&
	    SSL_key_update(t->ssl, SSL_KEY_UPDATE_REQUESTED) != 1)
		return fail(t, -1);
	rc = SSL_do_handshake(t->ssl);
	return rc == 1 ? 0 : fail(t, rc);
}

/* Of a record that is not whole the socket will tell. */
bool
tls_has_pending(const struct tls *t)
{
	return t->has_end || (!t->is_drained && SSL_has_pending(t->ssl));
}

void
tls_end_write(struct tls *t)
{
	if (!t->is_done || t->end_errno != 0 || t->reason != TLS_OK ||
	    (SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN) != 0)
		return;
	/* If it does not go out now, the end of the connection must do. */
	if (SSL_shutdown(t->ssl) < 0)
		ERR_clear_error();
}

enum tls_reason
tls_reason(const struct tls *t)
{
	return t->reason;
}

char *
tls_error(const struct tls *t, char text[TLS_TEXT_MAX])
{
	const char *words = ERR_reason_error_string(t->error);

	if (t->reason == TLS_CLOSED)
		words = t->is_done ? "the connection was cut off" :
		    "the connection ended in the TLS handshake";
	else if (t->reason >= TLS_CERT_EXPIRED &&
	    t->reason <= TLS_CERT_REJECTED)
		words = X509_verify_cert_error_string(t->verify);
	if (t->reason == TLS_NOT_TLS)
		snprintf(text, TLS_TEXT_MAX, "it does not speak TLS (%s)",
		    words);
	else if (t->reason == TLS_ALERT)
		snprintf(text, TLS_TEXT_MAX, "it refused: %s",
		    words != NULL ? words : "an alert of TLS");
	else if (t->reason == TLS_CERT_NAME && t->peer != NULL)
		snprintf(text, TLS_TEXT_MAX, "%s: its certificate is not for "
		    "%.100s", words, t->peer->name);
	else
		snprintf(text, TLS_TEXT_MAX, "%s", words != NULL ? words :
		    "TLS failed");
	return text;
}

bool
tls_is_resumed(const struct tls *t)
{
	return SSL_session_reused(t->ssl);
}

const char *
tls_protocol(const struct tls *t)
{
	return SSL_get_version(t->ssl);
}

const char *
tls_cipher(const struct tls *t)
{
	const char *name = SSL_get_cipher_name(t->ssl);

	return name != NULL ? name : "none";
}
