/* SPDX-License-Identifier: MIT */
/*
 * What a coordinator shows to its workers, and how it knows them: the token,
 * and for https:// workers the certificates, as the options of `pulse run` and
 * `pulse ping` name them.
 *
 * Files are read once, before anybody is asked; and a process that has a
 * private key leaves no core, as with a token. An option that no worker would
 * make use of is refused, because whoever gave it believes something that is
 * not so. Nothing is printed.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/proc.h"
#include "base/util.h"
#include "fleet/credentials.h"
#include "token.h"

enum { SHOWN_MAX = 100 };		/* bytes of option and file */

/* One PEM text, and what it is called. */
struct pem {
	const char	*option;
	const char	*path;
	char		*name;		/* "OPTION: PATH" */
	struct buf	 text;
};

static const struct worker_address *find_tls(const struct fleet *);

bool
credentials_is_option(const struct given *g)
{
	return g->row->id >= CREDENTIALS_FIRST &&
	    g->row->id <= CREDENTIALS_LAST;
}

void
credentials_set(struct credentials_settings *s, const struct given *g)
{
	switch (g->row->id) {
	case CREDENTIALS_TOKEN:
		s->token_file = g->value;
		break;
	case CREDENTIALS_CA:
		s->ca_file = g->value;
		break;
	case CREDENTIALS_CERT:
		s->cert_file = g->value;
		break;
	default:
		assert(g->row->id == CREDENTIALS_KEY);
		s->key_file = g->value;
		break;
	}
}

/* NULL when there is none. */
static const struct worker_address *
find_tls(const struct fleet *fleet)
{
	size_t i;

	for (i = 0; i < fleet->n; i++)
		if (fleet->workers[i].is_tls)
			return &fleet->workers[i];
	return NULL;
}

int
credentials_check(const struct credentials_settings *s,
    const struct fleet *fleet, char why[WIRE_TEXT_MAX])
{
	const struct worker_address *worker = find_tls(fleet);
	const char *option = s->ca_file != NULL ? "--worker-cacert" :
	    s->cert_file != NULL ? "--worker-cert" :
	    s->key_file != NULL ? "--worker-key" : NULL;

	if (fleet->n == 0 && s->token_file != NULL)
		return wire_refuse(why, "--token-file: there are no workers "
		    "that want a token");
	if (worker == NULL && option != NULL)
		return wire_refuse(why, "%s: there is no https:// worker",
		    option);
	if (worker != NULL && tls_version() == NULL)
		return wire_refuse(why, "%.80s: this build has no TLS: give "
		    "an http:// worker", worker->name);
	if (s->key_file != NULL && s->cert_file == NULL)
		return wire_refuse(why, "--worker-key: there is no "
		    "--worker-cert that it is the key of");
	return 0;
}

/* 0, or -1 and why; *text is NULL when it is not asked for. */
static int
pem_read(struct pem *pem, char **text, char *why)
{
	*text = NULL;
	if (pem->path == NULL)
		return 0;
	pem->name = xasprintf("%s: %s", pem->option, pem->path);
	if (buf_read_file(&pem->text, pem->path) == -1)
		return wire_refuse(why, "%.*s: %s", SHOWN_MAX, pem->name,
		    strerror(errno));
	(void)buf_str(&pem->text);
	*text = pem->text.data;
	return 0;
}

static void
pem_clear(struct pem *pem)
{
	buf_clear(&pem->text);
	free(pem->name);
}

/* With the system's CAs this takes a moment, so it is done for https only. */
static int
read_tls(struct credentials *c, const struct credentials_settings *s,
    char *why)
{
	struct pem ca = { .option = "--worker-cacert", .path = s->ca_file };
	struct pem cert = { .option = "--worker-cert", .path = s->cert_file };
	struct pem key = { .option = "--worker-key", .path = s->key_file };
	struct tls_settings tls = { .ca_option = ca.option };
	char reason[TLS_TEXT_MAX];
	int rc = -1;

	if (cert.path != NULL)
		proc_leave_no_core();
	buf_init(&ca.text, TLS_PEM_MAX);
	buf_init(&cert.text, TLS_PEM_MAX);
	buf_init(&key.text, TLS_PEM_MAX);
	if (pem_read(&ca, &tls.ca, why) == 0 &&
	    pem_read(&cert, &tls.cert, why) == 0 &&
	    pem_read(&key, &tls.key, why) == 0) {
		tls.ca_name = ca.name;
		tls.cert_name = cert.name;
		tls.key_name = key.name;
		c->tls = tls_client_new(&tls, reason);
		rc = c->tls != NULL ? 0 : wire_refuse(why, "%s", reason);
	}
	pem_clear(&ca);
	pem_clear(&cert);
	pem_clear(&key);
	return rc;
}

int
credentials_read(struct credentials *c, const struct credentials_settings *s,
    const struct fleet *fleet, char why[WIRE_TEXT_MAX])
{
	char reason[WIRE_TEXT_MAX];

	*c = (struct credentials){ .token = NULL };
	if (token_read(s->token_file, &c->token, reason) == -1)
		return wire_refuse(why, "%s%s", s->token_file != NULL ?
		    "--token-file: " : "", reason);
	return find_tls(fleet) != NULL ? read_tls(c, s, why) : 0;
}

void
credentials_clear(struct credentials *c)
{
	tls_context_free(c->tls);
	free(c->token);
	*c = (struct credentials){ .token = NULL };
}
