/* SPDX-License-Identifier: MIT */
/*
 * Who a server is, its certificate and key, and whose certificates its clients
 * must show: from the PEM files that its options name.
 *
 * All is tried when it is read, so that a server with a key that does not fit
 * does not even begin to listen. What is wrong is one line that names the
 * option and the file, and shows nothing of what is in it. Nothing prints.
 */

#include <assert.h>
#include <stdio.h>

#include "base/pem.h"
#include "cmd/serve_tls.h"

/* What reasons begin with; it is cut where it is shown. */
struct names {
	char	cert[TLS_TEXT_MAX];
	char	key[TLS_TEXT_MAX];
	char	ca[TLS_TEXT_MAX];
};

static int	read_all(struct tls_settings *s, const struct serve_tls *files,
		    struct names *names, char *why);

bool
serve_tls_is_option(const struct given *g)
{
	return option_is_of(g, OPTIONS_SERVE_TLS);
}

void
serve_tls_set(struct serve_tls *files, const struct given *g)
{
	switch (g->row->id) {
	case SERVE_TLS_CERT:
		files->cert = g->value;
		break;
	case SERVE_TLS_KEY:
		files->key = g->value;
		break;
	default:
		assert(g->row->id == SERVE_TLS_CA);
		files->ca = g->value;
		break;
	}
}

int
serve_tls_read(struct tls_settings *s, const struct serve_tls *files,
    char why[TLS_TEXT_MAX])
{
	struct tls_context *ctx;
	struct names names;

	*s = (struct tls_settings){ .cert = NULL };
	if (files->cert == NULL && files->key == NULL && files->ca == NULL)
		return 0;
	if (tls_version() == NULL || files->cert == NULL) {
		snprintf(why, TLS_TEXT_MAX, "--%s: %s", files->cert != NULL ?
		    "cert" : files->key != NULL ? "key" : "cacert",
		    tls_version() == NULL ? "this build has no TLS" :
		    "there is no --cert");
		return -1;
	}
	if (read_all(s, files, &names, why) == -1)
		return -1;
	s->cert_name = names.cert;
	s->key_name = names.key;
	s->ca_name = names.ca;
	ctx = tls_server_new(s, why);
	tls_context_free(ctx);
	s->cert_name = s->key_name = s->ca_name = NULL;
	return ctx == NULL ? -1 : 0;
}

void
serve_tls_clear(struct tls_settings *s)
{
	pem_free(s->cert);
	pem_free(s->key);
	pem_free(s->ca);
	*s = (struct tls_settings){ .cert = NULL };
}

static int
read_all(struct tls_settings *s, const struct serve_tls *files,
    struct names *names, char *why)
{
	snprintf(names->cert, TLS_TEXT_MAX, "--cert: %s", files->cert);
	snprintf(names->key, TLS_TEXT_MAX, "--key: %s",
	    files->key != NULL ? files->key : "");
	snprintf(names->ca, TLS_TEXT_MAX, "--cacert: %s",
	    files->ca != NULL ? files->ca : "");
	if (pem_read(&s->cert, files->cert, names->cert, why) == -1 ||
	    pem_read(&s->key, files->key, names->key, why) == -1)
		return -1;
	return pem_read(&s->ca, files->ca, names->ca, why);
}
