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
#include <stdlib.h>

#include "base/pem.h"
#include "base/util.h"
#include "fleet/credentials.h"
#include "token.h"

bool
credentials_is_option(const struct given *g)
{
	return option_is_of(g, OPTIONS_CREDENTIALS);
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

/* "OPTION: PATH", of which a part is shown. */
static char *
name_of(const char *option, const char *path)
{
	return xasprintf("%s: %s", option, path != NULL ? path : "");
}

/* With the system's CAs this takes a moment, so it is done for https only. */
static int
read_tls(struct credentials *c, const struct credentials_settings *s,
    char *why)
{
	char *ca_name = name_of("--worker-cacert", s->ca_file);
	char *cert_name = name_of("--worker-cert", s->cert_file);
	char *key_name = name_of("--worker-key", s->key_file);
	struct tls_settings tls = { .ca_name = ca_name,
	    .cert_name = cert_name, .key_name = key_name,
	    .ca_option = "--worker-cacert" };
	char reason[TLS_TEXT_MAX];

	if (pem_read(&tls.ca, s->ca_file, ca_name, reason) == 0 &&
	    pem_read(&tls.cert, s->cert_file, cert_name, reason) == 0 &&
	    pem_read(&tls.key, s->key_file, key_name, reason) == 0)
		c->tls = tls_client_new(&tls, reason);
	pem_free(tls.ca);
	pem_free(tls.cert);
	pem_free(tls.key);
	free(ca_name);
	free(cert_name);
	free(key_name);
	return c->tls != NULL ? 0 : wire_refuse(why, "%s", reason);
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
	token_free(c->token);
	*c = (struct credentials){ .token = NULL };
}
