/* SPDX-License-Identifier: MIT */
/*
 * Who a server is, its certificate and key, and whose certificates its clients
 * must show: from the PEM files that its options name.
 *
 * All is tried when it is read, so that a server with a key that does not fit
 * does not even begin to listen. What is wrong is one line that names the
 * option and the file, and shows nothing of what is in it. Keys are overwritten
 * before their memory is given back. Nothing prints.
 */

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "serve_tls.h"

/* What reasons begin with; it is cut where it is shown. */
struct names {
	char	cert[TLS_TEXT_MAX];
	char	key[TLS_TEXT_MAX];
	char	ca[TLS_TEXT_MAX];
};

static int	read_all(struct tls_settings *s, const struct serve_tls *files,
		    struct names *names, char *why);
static int	read_pem(char **text, const char *path, const char *name,
		    char *why);
static void	wipe(void *p, size_t len);

bool
serve_tls_is_option(const struct given *g)
{
	return g->row->id >= SERVE_TLS_CERT && g->row->id <= SERVE_TLS_CA;
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
	if (s->cert != NULL)
		wipe(s->cert, strlen(s->cert));	/* a key may be in it */
	if (s->key != NULL)
		wipe(s->key, strlen(s->key));
	free(s->cert);
	free(s->key);
	free(s->ca);
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
	if (read_pem(&s->cert, files->cert, names->cert, why) == -1 ||
	    read_pem(&s->key, files->key, names->key, why) == -1)
		return -1;
	return read_pem(&s->ca, files->ca, names->ca, why);
}

static int
read_pem(char **text, const char *path, const char *name, char *why)
{
	struct buf b;
	int status = 0;

	if (path == NULL)
		return 0;
	buf_init(&b, TLS_PEM_MAX);
	if (buf_read_file(&b, path) == -1) {
		snprintf(why, TLS_TEXT_MAX, "%.100s: %s", name,
		    strerror(errno));
		status = -1;
	} else
		*text = xstrdup(buf_str(&b));
	wipe(b.data, b.len);
	buf_clear(&b);
	return status;
}

/* Not to be taken for a store that nobody reads. */
static void
wipe(void *p, size_t len)
{
	volatile char *at = p;

	while (len-- > 0)
		*at++ = 0;
}
