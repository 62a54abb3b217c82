/* SPDX-License-Identifier: MIT */
/*
 * Contexts of TLS: who is trusted, who we are, and what is spoken (TLS 1.2 and
 * 1.3, http/1.1), made of settings that are texts in memory. No file is opened
 * but the system's CAs and the key log, and these once, before a process gives
 * up its rights, if it says when (tls_prepare).
 *
 * Keys are logged to the file that SSLKEYLOGFILE names, for whoever wants to
 * read the traffic. OpenSSL's configuration file is left alone unless
 * OPENSSL_CONF names one: what is measured should not depend on the machine
 * that measures.
 *
 * With base/tls.c, which has the connections, the only file that knows OpenSSL.
 * The queue of errors is empty again when a function here returns. Whatever is
 * wrong is one line, in OpenSSL's words where it has some. Nothing prints.
 */

#include <sys/stat.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/roots.h"
#include "base/tls_context.h"
#include "base/tls_memory.h"
#include "base/util.h"

/* gcc says it one way and clang the other. */
#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define IS_SANITIZED
#endif
#endif

static const unsigned char alpn[] = "\x08http/1.1";
enum { ALPN_LEN = sizeof(alpn) - 1 };

/* For all contexts that are made from then on, in children too. */
static struct {
	bool			 is_done;
	struct roots_text	 roots;
	int			 key_log_fd;	/* -1: none */
} prepared;

static void	log_key(const SSL *, const char *);
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

/* The hint is for a text without a key. */
static int
load_key(SSL_CTX *ctx, const char *text, const char *name, const char *hint,
    char *why)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key = NULL;
	char what[TLS_TEXT_MAX];
	int n;

	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	if (key == NULL) {
		/* Its words are of passwords and of forms that were tried. */
		ERR_clear_error();
		snprintf(what, sizeof(what), "there is no private key in PEM "
		    "form%s", hint);
		return refuse(why, name, strstr(text, "ENCRYPTED") != NULL ?
		    "the key is encrypted" : what);
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
		    load_key(ctx, s->key, s->key_name, "", why) :
		    load_key(ctx, s->cert, s->cert_name,
			" (if it is in another file, name that, too)", why);
	}
}

/* The system's CAs. */

/* As OpenSSL reads a file of them: every certificate must be one. */
static bool
load_file(SSL_CTX *ctx, const struct buf *text)
{
	BIO *bio = BIO_new_mem_buf(text->data, (int)text->len);
	STACK_OF(X509_INFO) *infos = NULL;
	bool is_good = true;
	int i, n = 0;
	X509 *x;

	if (bio != NULL)
		infos = PEM_X509_INFO_read_bio(bio, NULL, no_password, NULL);
	BIO_free(bio);
	for (i = 0; is_good && i < sk_X509_INFO_num(infos); i++) {
		x = sk_X509_INFO_value(infos, i)->x509;
		if (x == NULL)
			continue;
		is_good = take_root(ctx, x, n++) == 1;
	}
	sk_X509_INFO_pop_free(infos, X509_INFO_free);
	return is_good && n > 0;
}

/* The first of a text; what it is not the hash of is not what it says. */
static X509 *
read_hashed(const struct roots_text *t, const struct roots_hashed *h)
{
	BIO *bio = BIO_new_mem_buf(t->hashed.data + h->start, (int)h->len);
	X509 *x = NULL;

	if (bio != NULL)
		x = PEM_read_bio_X509_AUX(bio, NULL, no_password, NULL);
	BIO_free(bio);
	if (x != NULL && X509_subject_name_hash(x) != h->hash) {
		X509_free(x);
		x = NULL;
	}
	return x;
}

/*
 * Called when the store has none of that name, whose are then added: as OpenSSL
 * does with a directory, so that only those are parsed that are asked for.
 */
static int
find_hashed(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type, const X509_NAME *name,
    X509_OBJECT *found)
{
	const struct roots_text *t = X509_LOOKUP_get_method_data(lookup);
	X509_STORE *store = X509_LOOKUP_get_store(lookup);
	unsigned long hash = X509_NAME_hash((X509_NAME *)name);
	int is_found = 0;
	size_t i;
	X509 *x;

	for (i = 0; type == X509_LU_X509 && i < t->n; i++) {
		if (t->at[i].hash != hash ||
		    (x = read_hashed(t, &t->at[i])) == NULL)
			continue;
		if (X509_NAME_cmp(X509_get_subject_name(x), name) == 0 &&
		    X509_STORE_add_cert(store, x) == 1 && !is_found &&
		    X509_OBJECT_set1_X509(found, x) == 1) {
			is_found = 1;
			X509_free(x);	/* found only borrows the store's */
		}
		X509_free(x);
	}
	/* What could not be parsed is nobody's error. */
	ERR_clear_error();
	return is_found;
}

static bool
load_hashed(SSL_CTX *ctx, const struct roots_text *t)
{
	static X509_LOOKUP_METHOD *method;
	X509_LOOKUP *lookup;

	if (method == NULL) {
		method = X509_LOOKUP_meth_new("hashed texts");
		if (method == NULL || X509_LOOKUP_meth_set_get_by_subject(
		    method, find_hashed) != 1)
			return false;
	}
	lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(ctx), method);
	return lookup != NULL &&
	    X509_LOOKUP_set_method_data(lookup, (void *)t) == 1;
}

/* Those that were prepared, or else its own. */
static const struct roots_text *
roots_of(struct tls_context *ctx)
{
	if (prepared.is_done)
		return &prepared.roots;
	ctx->roots = xcalloc(1, sizeof(*ctx->roots));
	roots_read(ctx->roots);
	return ctx->roots;
}

static int
load_system_roots(struct tls_context *ctx, const char *option, char *why)
{
	const struct roots_text *t = roots_of(ctx);
	const struct roots *where = &t->where;
	bool is_file = where->file != NULL && !t->is_bad_dir;
	bool is_good = !t->is_bad_file && !t->is_bad_dir;

	if (!t->is_found) {
		snprintf(why, TLS_TEXT_MAX, "this machine has no CA "
		    "certificates to trust: give %.40s FILE",
		    option != NULL ? option : "--cacert");
		return -1;
	}
	if (is_good && where->file != NULL)
		is_good = load_file(ctx->ssl_ctx, &t->file);
	if (is_good && where->dir != NULL)
		is_good = load_hashed(ctx->ssl_ctx, t);
	ERR_clear_error();
	if (is_good)
		return 0;
	snprintf(why, TLS_TEXT_MAX, "%s%.120s: no CA certificates could be "
	    "read from it", !where->is_given ? "" : is_file ?
	    "SSL_CERT_FILE: " : "SSL_CERT_DIR: ",
	    is_file ? where->file : where->dir);
	return -1;
}

static int
load_roots(struct tls_context *ctx, const struct tls_settings *s,
    bool is_server, char *why)
{
	int n;

	if (s->ca == NULL)
		return load_system_roots(ctx, s->ca_option, why);
	n = pem_each(s->ca, is_server ? take_client_ca : take_root,
	    ctx->ssl_ctx);
	if (n == -1)
		return refuse(why, s->ca_name,
		    "the CA certificates cannot be used");
	if (n == 0)
		return refuse(why, s->ca_name,
		    "there are no CA certificates in PEM form");
	return 0;
}

/* Contexts. */

/*
 * If it cannot be had, there is no log: it is a help, no result. Nor is the
 * reader of a pipe waited for, now or later.
 */
static int
open_key_log(void)
{
	const char *path = getenv("SSLKEYLOGFILE");

	return path == NULL || *path == '\0' ? -1 : open(path, O_WRONLY |
	    O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR);
}

static void
set_key_log(struct tls_context *ctx)
{
	ctx->key_log_fd = prepared.is_done ? prepared.key_log_fd :
	    open_key_log();
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

/*
 * Refused when OpenSSL has memory already: then that will do. Sanitizers are to
 * see each piece for itself.
 */
static void
set_memory(void)
{
#ifndef IS_SANITIZED
	(void)CRYPTO_set_mem_functions(tls_memory_get, tls_memory_resize,
	    tls_memory_put);
#endif
}

/* 1 when it is ready, as OpenSSL says it. */
static int
set_up(void)
{
	uint64_t options = OPENSSL_INIT_NO_ATEXIT;

	set_memory();
	if (getenv("OPENSSL_CONF") == NULL)
		options |= OPENSSL_INIT_NO_LOAD_CONFIG;
	return OPENSSL_init_ssl(options, NULL);
}

void
tls_prepare(void)
{
	if (prepared.is_done)
		return;
	/* A context that is made later says what this says. */
	(void)set_up();
	ERR_clear_error();
	/* When dates are first compared, the C library reads the time zone. */
	tzset();
	roots_read(&prepared.roots);
	prepared.key_log_fd = open_key_log();
	prepared.is_done = true;
}

int
tls_key_log_fd(void)
{
	return prepared.is_done ? prepared.key_log_fd : -1;
}

static struct tls_context *
context_new(const SSL_METHOD *method, char *why)
{
	struct tls_context *ctx = xcalloc(1, sizeof(*ctx));

	if (set_up() != 1 ||
	    (ctx->ssl_ctx = SSL_CTX_new(method)) == NULL) {
		refuse(why, NULL, "TLS cannot be set up");
		free(ctx);
		return NULL;
	}
	SSL_CTX_set_app_data(ctx->ssl_ctx, ctx);
	SSL_CTX_set_min_proto_version(ctx->ssl_ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx->ssl_ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(ctx->ssl_ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS |
	    SSL_MODE_NO_AUTO_CHAIN);
	/* Else it would read on for as long as a peer sends no data. */
	SSL_CTX_clear_mode(ctx->ssl_ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_read_ahead(ctx->ssl_ctx, 1);
	set_key_log(ctx);
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
	ctx->no_resume = s->no_resume;
	SSL_CTX_set_alpn_protos(ctx->ssl_ctx, alpn, ALPN_LEN);
	SSL_CTX_set_session_cache_mode(ctx->ssl_ctx, s->no_resume ?
	    SSL_SESS_CACHE_OFF :
	    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	if (!s->is_insecure) {
		SSL_CTX_set_verify(ctx->ssl_ctx, SSL_VERIFY_PEER, NULL);
		trust_what_is_given(ctx->ssl_ctx);
		if (load_roots(ctx, s, false, why) == -1)
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
		if (load_roots(ctx, s, true, why) == -1)
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
	if (ctx->key_log_fd != -1 && ctx->key_log_fd != tls_key_log_fd())
		close(ctx->key_log_fd);
	SSL_CTX_free(ctx->ssl_ctx);
	if (ctx->roots != NULL)
		roots_clear(ctx->roots);
	free(ctx->roots);
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
