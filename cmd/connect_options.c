/* SPDX-License-Identifier: MIT */
/*
 * Options about how the targets of a run are reached: whom to trust, who to
 * be, where to connect, where from. PEM files are read and tried at once, so
 * that a key that does not fit is known before anything is sent.
 *
 * Part of the commands: it prints one line on stderr for whatever is wrong,
 * and ends nothing. What may be combined is for load/connect.c to say, in the
 * words of plans; here they become those that were typed. No text shows what
 * is in a file.
 */

#include <assert.h>
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pem.h"
#include "base/tls.h"
#include "base/util.h"
#include "cmd/connect_options.h"

/* What a member of a plan is called here; none of them has --no-resume. */
static const struct {
	const char		*member;
	enum connect_option	 option;
} members[] = {
	{ "insecure", CONNECT_INSECURE },
	{ "ca", CONNECT_CACERT },
	{ "cert", CONNECT_CERT },
	{ "key", CONNECT_KEY },
	{ "serverName", CONNECT_SERVERNAME },
	{ "connectTo", CONNECT_TO },
	{ "unixSocket", CONNECT_UNIX_SOCKET },
	{ "source", CONNECT_SOURCE },
};

static int	 take_pem(const struct given *, char **);
static int	 take_detour(struct connect_settings *, const struct given *);
static int	 take_sources(struct connect_settings *, const struct given *);
static void	 say_in_options(const char *, const struct options *);
static int	 check_pem(const struct connect_settings *,
		    const struct options *);

bool
connect_is_option(const struct given *g)
{
	return option_is_of(g, OPTIONS_CONNECT);
}

/* The last one counts; NULL when there is none. */
static const struct given *
last_given(const struct options *o, enum connect_option id)
{
	size_t i;

	for (i = o->ngiven; i > 0; i--)
		if (o->given[i - 1].row->id == (int)id)
			return &o->given[i - 1];
	return NULL;
}

static bool
is_first(const struct given *g, const struct options *o)
{
	const struct given *p;

	for (p = o->given; p < g; p++)
		if (p->row->id == g->row->id)
			return false;
	return true;
}

/* What reasons about a text begin with: its option and file, or its member. */
static const char *
name_text(char name[CONNECT_TEXT_MAX], const struct given *g)
{
	if (g == NULL)
		return "ca";
	snprintf(name, CONNECT_TEXT_MAX, "--%s: %.80s", g->row->name,
	    g->value);
	return name;
}

static int
take_text(const struct given *g, char **text)
{
	free(*text);
	*text = xstrdup(g->value);
	return 0;
}

static void
drop_detours(struct connect_settings *c)
{
	size_t i;

	for (i = 0; i < c->ndetours; i++) {
		free(c->detours[i].host);
		free(c->detours[i].to_host);
	}
	c->ndetours = 0;
}

static int
apply_tls(struct connect_settings *c, const struct given *g)
{
	if (tls_version() == NULL)
		return options_refuse(g, "this build has no TLS");
	switch (g->row->id) {
	case CONNECT_INSECURE:
		c->tls.is_insecure = true;
		return 0;
	case CONNECT_CACERT:
		return take_pem(g, &c->tls.ca);
	case CONNECT_CERT:
		return take_pem(g, &c->tls.cert);
	case CONNECT_KEY:
		return take_pem(g, &c->tls.key);
	case CONNECT_SERVERNAME:
		return take_text(g, &c->server_name);
	default:
		assert(g->row->id == CONNECT_NO_RESUME);
		c->tls.no_resume = true;
		return 0;
	}
}

int
connect_apply(struct connect_settings *c, const struct given *g,
    const struct options *o)
{
	switch (g->row->id) {
	case CONNECT_TO:
		if (is_first(g, o))
			drop_detours(c);
		return take_detour(c, g);
	case CONNECT_SOURCE:
		if (is_first(g, o))
			c->nsources = 0;
		return take_sources(c, g);
	case CONNECT_UNIX_SOCKET:
		return take_text(g, &c->unix_socket);
	default:
		return apply_tls(c, g);
	}
}

/* Whether there is PEM in it is seen when all of it is here. */
static int
take_pem(const struct given *g, char **text)
{
	char name[CONNECT_TEXT_MAX], why[TLS_TEXT_MAX];

	pem_free(*text);
	if (pem_read(text, g->value, name_text(name, g), why) == 0)
		return 0;
	warnx("%s", why);
	return -1;
}

static int
take_detour(struct connect_settings *c, const struct given *g)
{
	char why[CONNECT_TEXT_MAX];

	if (connect_add_detour(c, g->value, why) == -1)
		return options_refuse(g, why);
	return 0;
}

static int
take_sources(struct connect_settings *c, const struct given *g)
{
	char why[CONNECT_TEXT_MAX], *one;
	const char *p = g->value;
	size_t len;
	int rc;

	for (;;) {
		len = strcspn(p, ",");
		one = xstrndup(p, len);
		rc = connect_add_source(c, one, why);
		free(one);
		if (rc == -1)
			return options_refuse(g, why);
		if (p[len] == '\0')
			return 0;
		p += len + 1;
	}
}

int
connect_check_options(const struct connect_settings *c,
    const struct options *o)
{
	char why[CONNECT_TEXT_MAX];

	if (connect_check(c, why) == -1) {
		say_in_options(why, o);
		return -1;
	}
	return check_pem(c, o);
}

/* The option that said it, if one did. */
static const struct given *
option_of(const char *word, size_t len, const struct options *o)
{
	size_t i;

	for (i = 0; i < UTIL_NELEM(members); i++)
		if (strlen(members[i].member) == len &&
		    memcmp(members[i].member, word, len) == 0)
			return last_given(o, members[i].option);
	return NULL;
}

/* A reason in words of plans; only there do letters stand together so. */
static void
say_in_options(const char *why, const struct options *o)
{
	const struct given *g;
	struct buf line;
	size_t len;

	/* Any word grows by a few letters. */
	buf_init(&line, 4 * CONNECT_TEXT_MAX);
	while (*why != '\0') {
		for (len = 0; isalpha((unsigned char)why[len]); len++)
			;
		g = option_of(why, len, o);
		if (g != NULL)
			buf_addf(&line, "--%s", g->row->name);
		else
			buf_add(&line, why, len);
		why += len;
		if (*why != '\0')
			buf_add(&line, why++, 1);
	}
	warnx("%s", buf_str(&line));
	buf_clear(&line);
}

/* What the system trusts may not be there, and is not asked for here. */
static int
check_pem(const struct connect_settings *c, const struct options *o)
{
	struct tls_settings s = c->tls;
	char names[3][CONNECT_TEXT_MAX], why[TLS_TEXT_MAX];
	struct tls_context *ctx;

	if (s.ca == NULL && s.cert == NULL)
		return 0;
	s.is_insecure = s.ca == NULL;
	s.ca_name = name_text(names[0], last_given(o, CONNECT_CACERT));
	s.cert_name = name_text(names[1], last_given(o, CONNECT_CERT));
	s.key_name = name_text(names[2], last_given(o, CONNECT_KEY));
	if ((ctx = tls_client_new(&s, why)) != NULL) {
		tls_context_free(ctx);
		return 0;
	}
	/* Without TLS all options are refused: it is the plan's ca. */
	warnx("%s%s", tls_version() == NULL ? "ca: " : "", why);
	return -1;
}
