/* SPDX-License-Identifier: MIT */
/*
 * TLS 1.2 and 1.3 by OpenSSL 3, both sides, over sockets that do not block.
 * Nobody else sees OpenSSL, and what fails here is said in its own words.
 *
 * A client verifies by default, offers http/1.1 only, and takes up the session
 * of its last connection to the same place. Keys are logged to the file that
 * SSLKEYLOGFILE names, for whoever wants to read the traffic. OpenSSL's
 * configuration file is left alone unless OPENSSL_CONF names one: what is
 * measured should not depend on the machine that measures.
 *
 * The thread's queue of errors is empty whenever no function of this file is
 * running; so it need not be emptied before each call. Buffers of idle
 * connections are given back. Reading takes what the socket has at once.
 *
 * Settings are copied from memory: no file is opened but the system's CAs and
 * the key log. Nothing prints.
 */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/roots.h"
#include "base/tls.h"
#include "base/util.h"

struct tls_context {
	SSL_CTX	*ssl_ctx;
	int	 key_log_fd;
	bool	 is_insecure;
};

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
	bool		 has_end;	/* no more to read, because: */
	int		 end_errno;	/* 0: the peer said so */
	enum tls_reason	 reason;
	long		 verify;	/* X509_V_OK, or why not */
	unsigned long	 error;		/* OpenSSL's */
};

/*
 * The buffers that OpenSSL takes for each record and gives back after it
 * (SSL_MODE_RELEASE_BUFFERS): a few of them stay at hand here, the one that was
 * used last on top, so that neither the heap nor the cache has to work for it.
 * Each is a little longer than the largest record; so is nothing else.
 */
enum {
	RECORD_MIN = 16 * 1024,
	RECORD_MAX = 18 * 1024,
	RECORDS = 16
};

static struct {
	char	*at;			/* all of them in one piece */
	char	*spare[RECORDS];
	size_t	 nspare;
} records;

#define TRUST_NS	(5 * NS_PER_SEC)	/* a verdict is good for it */

static const unsigned char alpn[] = "\x08http/1.1";
enum { ALPN_LEN = sizeof(alpn) - 1 };

static void	*records_malloc(size_t, const char *, int);
static void	*records_realloc(void *, size_t, const char *, int);
static void	 records_free(void *, const char *, int);
static void	log_key(const SSL *, const char *);
static int	keep_session(SSL *, SSL_SESSION *);
static int	verify_chain(X509_STORE_CTX *, void *);
static int	choose_alpn(SSL *, const unsigned char **, unsigned char *,
		    const unsigned char *, unsigned int, void *);

/* Errors. */

/* name is whose it is, NULL for nobody's. */
static int
refuse(char why[TLS_TEXT_MAX], const char *name, const char *what)
{
	unsigned long e = ERR_peek_last_error();
	const char *words = e != 0 ? ERR_reason_error_string(e) : NULL;

	snprintf(why, TLS_TEXT_MAX, "%.100s%s%s%s%s", name != NULL ? name : "",
	    name != NULL ? ": " : "", what,
	    words != NULL ? ": " : "", words != NULL ? words : "");
	ERR_clear_error();
	return -1;
}

const char *
tls_version(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

/* Memory of records. */

/* Before anything of OpenSSL has memory: after that it is refused. */
static void
records_init(void)
{
	size_t i;

	if (records.at != NULL || CRYPTO_set_mem_functions(records_malloc,
	    records_realloc, records_free) != 1)
		return;
	records.at = xcalloc(RECORDS, RECORD_MAX);
	for (i = 0; i < RECORDS; i++)
		records.spare[i] = records.at + i * RECORD_MAX;
	records.nspare = RECORDS;
}

static bool
is_record(const char *p)
{
	return records.at != NULL && p >= records.at &&
	    p < records.at + RECORDS * RECORD_MAX;
}

static void *
records_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size > RECORD_MIN && size <= RECORD_MAX && records.nspare > 0)
		return records.spare[--records.nspare];
	return malloc(size);
}

static void
records_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (is_record(p))
		records.spare[records.nspare++] = p;
	else
		free(p);
}

static void *
records_realloc(void *p, size_t size, const char *file, int line)
{
	void *q;

	if (!is_record(p))
		return realloc(p, size);
	if (size <= RECORD_MAX)
		return p;
	q = malloc(size);
	if (q != NULL) {
		memcpy(q, p, RECORD_MAX);
		records_free(p, file, line);
	}
	return q;
}

/* Contexts: certificates and keys. */

/* An encrypted key is not asked for at the terminal. */
static int
no_password(char *out, int size, int is_writing, void *arg)
{
	(void)out;
	(void)size;
	(void)is_writing;
	(void)arg;
	return -1;
}

/* Reads to the end of the text: how many were there, or -1. */
static int
pem_each(const char *text, int (*take)(SSL_CTX *, X509 *, int), SSL_CTX *ctx)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	X509 *x;
	int n = 0;

	while (bio != NULL &&
	    (x = PEM_read_bio_X509(bio, NULL, no_password, NULL)) != NULL) {
		if (take(ctx, x, n) != 1) {
			X509_free(x);
			BIO_free(bio);
			return -1;
		}
		X509_free(x);
		n++;
	}
	BIO_free(bio);
	/* No more to read is how it ends, and anything else an error. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return -1;
	ERR_clear_error();
	return n;
}

static int
take_root(SSL_CTX *ctx, X509 *x, int n)
{
	(void)n;
	return X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), x);
}

static int
take_chain(SSL_CTX *ctx, X509 *x, int n)
{
	return n == 0 ? SSL_CTX_use_certificate(ctx, x) :
	    SSL_CTX_add1_chain_cert(ctx, x) == 1;
}

static int
take_client_ca(SSL_CTX *ctx, X509 *x, int n)
{
	return take_root(ctx, x, n) == 1 && SSL_CTX_add_client_CA(ctx, x);
}

static int
load_key(SSL_CTX *ctx, const char *text, const char *name, char *why)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key = NULL;
	int n;

	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	if (key == NULL) {
		/* Its words are of passwords and of forms that were tried. */
		ERR_clear_error();
		return refuse(why, name, strstr(text, "ENCRYPTED") != NULL ?
		    "the key is encrypted" :
		    "there is no private key in PEM form");
	}
	n = SSL_CTX_use_PrivateKey(ctx, key);
	EVP_PKEY_free(key);
	if (n != 1 || SSL_CTX_check_private_key(ctx) != 1) {
		ERR_clear_error();
		return refuse(why, name,
		    "the key is not that of the certificate");
	}
	return 0;
}

static int
load_identity(SSL_CTX *ctx, const struct tls_settings *s, char *why)
{
	switch (pem_each(s->cert, take_chain, ctx)) {
	case -1:
		return refuse(why, s->cert_name,
		    "the certificate cannot be used");
	case 0:
		return refuse(why, s->cert_name,
		    "there is no certificate in PEM form");
	default:
		return s->key != NULL ?
		    load_key(ctx, s->key, s->key_name, why) :
		    load_key(ctx, s->cert, s->cert_name, why);
	}
}

static int
load_system_roots(SSL_CTX *ctx, const char *option, char *why)
{
	struct roots roots;
	const char *path;

	if (roots_find(&roots) == -1) {
		snprintf(why, TLS_TEXT_MAX, "this machine has no CA "
		    "certificates to trust: give %.40s FILE",
		    option != NULL ? option : "--cacert");
		return -1;
	}
	if ((roots.file == NULL ||
	    SSL_CTX_load_verify_file(ctx, roots.file) == 1) &&
	    (roots.dir == NULL ||
	    SSL_CTX_load_verify_dir(ctx, roots.dir) == 1)) {
		ERR_clear_error();
		return 0;
	}
	path = roots.file != NULL ? roots.file : roots.dir;
	ERR_clear_error();
	snprintf(why, TLS_TEXT_MAX, "%.120s: no CA certificates could be read "
	    "from it", path);
	return -1;
}

static int
load_roots(SSL_CTX *ctx, const struct tls_settings *s, bool is_server,
    char *why)
{
	int n;

	if (s->ca == NULL)
		return load_system_roots(ctx, s->ca_option, why);
	n = pem_each(s->ca, is_server ? take_client_ca : take_root, ctx);
	if (n == -1)
		return refuse(why, s->ca_name,
		    "the CA certificates cannot be used");
	if (n == 0)
		return refuse(why, s->ca_name,
		    "there are no CA certificates in PEM form");
	return 0;
}

/* Contexts. */

static void
open_key_log(struct tls_context *ctx)
{
	const char *path = getenv("SSLKEYLOGFILE");

	ctx->key_log_fd = -1;
	if (path == NULL || *path == '\0')
		return;
	/* If it cannot be had, there is no log: it is a help, no result. */
	ctx->key_log_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (ctx->key_log_fd != -1)
		SSL_CTX_set_keylog_callback(ctx->ssl_ctx, log_key);
}

/* Several processes write to one file: each line is one write. */
static void
log_key(const SSL *ssl, const char *line)
{
	const struct tls_context *ctx =
	    SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	char text[512];
	int len = snprintf(text, sizeof(text), "%s\n", line);

	/* What is lost of it is lost to the reader of a capture only. */
	if (len > 0 && (size_t)len < sizeof(text))
		(void)!write(ctx->key_log_fd, text, (size_t)len);
}

static struct tls_context *
context_new(const SSL_METHOD *method, char *why)
{
	struct tls_context *ctx = xcalloc(1, sizeof(*ctx));
	uint64_t options = OPENSSL_INIT_NO_ATEXIT;

	records_init();
	if (getenv("OPENSSL_CONF") == NULL)
		options |= OPENSSL_INIT_NO_LOAD_CONFIG;
	if (OPENSSL_init_ssl(options, NULL) != 1 ||
	    (ctx->ssl_ctx = SSL_CTX_new(method)) == NULL) {
		refuse(why, NULL, "TLS cannot be set up");
		free(ctx);
		return NULL;
	}
	SSL_CTX_set_app_data(ctx->ssl_ctx, ctx);
	SSL_CTX_set_min_proto_version(ctx->ssl_ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx->ssl_ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(ctx->ssl_ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ctx->ssl_ctx, 1);
	open_key_log(ctx);
	return ctx;
}

/* As curl does: whoever is trusted by name is trusted, root or not. */
static void
trust_what_is_given(SSL_CTX *ctx)
{
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx),
	    X509_V_FLAG_PARTIAL_CHAIN);
}

struct tls_context *
tls_client_new(const struct tls_settings *s, char why[TLS_TEXT_MAX])
{
	struct tls_context *ctx = context_new(TLS_client_method(), why);

	if (ctx == NULL)
		return NULL;
	ctx->is_insecure = s->is_insecure;
	SSL_CTX_set_cert_verify_callback(ctx->ssl_ctx, verify_chain, NULL);
	SSL_CTX_set_alpn_protos(ctx->ssl_ctx, alpn, ALPN_LEN);
	if (!s->no_resume) {
		SSL_CTX_set_session_cache_mode(ctx->ssl_ctx,
		    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(ctx->ssl_ctx, keep_session);
	} else
		SSL_CTX_set_session_cache_mode(ctx->ssl_ctx,
		    SSL_SESS_CACHE_OFF);
	if (!s->is_insecure) {
		SSL_CTX_set_verify(ctx->ssl_ctx, SSL_VERIFY_PEER, NULL);
		trust_what_is_given(ctx->ssl_ctx);
		if (load_roots(ctx->ssl_ctx, s, false, why) == -1)
			goto fail;
	}
	if (s->cert != NULL && load_identity(ctx->ssl_ctx, s, why) == -1)
		goto fail;
	return ctx;
fail:
	tls_context_free(ctx);
	return NULL;
}

struct tls_context *
tls_server_new(const struct tls_settings *s, char why[TLS_TEXT_MAX])
{
	struct tls_context *ctx = context_new(TLS_server_method(), why);

	if (ctx == NULL)
		return NULL;
	SSL_CTX_set_alpn_select_cb(ctx->ssl_ctx, choose_alpn, NULL);
	if (s->ca != NULL) {
		SSL_CTX_set_verify(ctx->ssl_ctx, SSL_VERIFY_PEER |
		    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		trust_what_is_given(ctx->ssl_ctx);
		if (load_roots(ctx->ssl_ctx, s, true, why) == -1)
			goto fail;
	}
	/* Sessions of clients with certificates are for this program only. */
	SSL_CTX_set_session_id_context(ctx->ssl_ctx,
	    (const unsigned char *)"pulse", sizeof("pulse") - 1);
	if (load_identity(ctx->ssl_ctx, s, why) == -1)
		goto fail;
	return ctx;
fail:
	tls_context_free(ctx);
	return NULL;
}

void
tls_context_free(struct tls_context *ctx)
{
	if (ctx == NULL)
		return;
	if (ctx->key_log_fd != -1)
		close(ctx->key_log_fd);
	SSL_CTX_free(ctx->ssl_ctx);
	free(ctx);
}

/* RFC 7301: http/1.1 if it is offered, else nothing is agreed upon. */
static int
choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned int in_len, void *arg)
{
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_len, alpn, ALPN_LEN, in,
	    in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

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

static struct tls *
connection_new(struct tls_context *ctx, int fd)
{
	struct tls *t = xcalloc(1, sizeof(*t));

	t->ssl = SSL_new(ctx->ssl_ctx);
	if (t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1)
		return connection_failed(t);
	SSL_set_app_data(t->ssl, t);
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

	if (ERR_GET_LIB(t->error) != ERR_LIB_SSL)
		return TLS_PROTOCOL;
	if (reason > SSL_AD_REASON_OFFSET)
		return TLS_ALERT;
	switch (reason) {
	case SSL_R_CERTIFICATE_VERIFY_FAILED:
		return reason_of_verify(t->verify);
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
		if (saved == 0) {
			t->reason = TLS_CLOSED;
			saved = EPROTO;
		}
		errno = saved;
		return -1;
	default:
		t->error = ERR_peek_error();
		t->verify = SSL_get_verify_result(t->ssl);
		t->reason = reason_of_error(t);
		ERR_clear_error();
		errno = EPROTO;
		return -1;
	}
}

int
tls_handshake(struct tls *t)
{
	int rc;

	errno = 0;
	rc = SSL_do_handshake(t->ssl);
	if (rc == 1) {
		t->is_done = true;
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

ssize_t
tls_read(struct tls *t, void *p, size_t len)
{
	size_t got = 0, n;
	int rc;

	if (t->has_end)
		return read_end(t);
	t->is_drained = false;
	do {
		errno = 0;
		rc = SSL_read_ex(t->ssl, (char *)p + got, len - got, &n);
		if (rc != 1) {
			rc = fail(t, rc);
			if (rc == -1 && errno == EAGAIN) {
				t->is_drained = true;
				break;
			}
			t->has_end = true;
			t->end_errno = rc == 0 ? 0 : errno;
			break;
		}
		got += n;
	} while (got < len && SSL_has_pending(t->ssl));
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
