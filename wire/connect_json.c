/* SPDX-License-Identifier: MIT */
/*
 * How the targets of a run are reached, as JSON, both ways: lenient about what
 * is unknown, absent or null, strict about types, as all of the wire is
 * (wire/request_json.c). Detours and addresses are the texts that people
 * write; those are read by load/connect.c, which also says what can be
 * combined.
 *
 * Who we are stays here: there is no member for a certificate or its key, so
 * no worker gets one and no report shows one.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "json.h"
#include "json_write.h"
#include "load/connect.h"
#include "wire.h"
#include "wire/connect_json.h"
#include "wire/read.h"

/* What takes one text of a list. */
typedef int (*add_fn)(struct connect_settings *, const char *, char *);

static int	 read_text(const struct wire_reader *, const char *, char **);
static int	 read_texts(struct connect_settings *,
		    const struct wire_reader *, const char *, add_fn);
static void	 put_places(struct json_out *, const struct connect_settings *);
static void	 put_detours(struct json_out *,
		    const struct connect_settings *);
static void	 put_sources(struct json_out *,
		    const struct connect_settings *);

int
connect_from_json(struct connect_settings *c, const struct wire_reader *r)
{
	bool has_resume = !c->tls.no_resume;

	if (wire_read_bool(r, "insecure", &c->tls.is_insecure) == -1 ||
	    read_text(r, "serverName", &c->server_name) == -1 ||
	    wire_read_bool(r, "resume", &has_resume) == -1 ||
	    read_texts(c, r, "connectTo", connect_add_detour) == -1 ||
	    read_text(r, "unixSocket", &c->unix_socket) == -1 ||
	    read_texts(c, r, "source", connect_add_source) == -1 ||
	    read_text(r, "ca", &c->tls.ca) == -1)
		return -1;
	if (c->tls.ca != NULL && strlen(c->tls.ca) > WIRE_CA_MAX)
		return wire_must_be(r, "ca", "at most 256 KiB");
	c->tls.no_resume = !has_resume;
	return 0;
}

static int
read_text(const struct wire_reader *r, const char *name, char **text)
{
	const char *s = NULL;

	if (wire_read_str(r, name, &s) == -1)
		return -1;
	if (s != NULL) {
		free(*text);
		*text = xstrdup(s);
	}
	return 0;
}

static int
read_texts(struct connect_settings *c, const struct wire_reader *r,
    const char *name, add_fn add)
{
	const struct json_value *list = wire_member(r, name), *v;
	char why[CONNECT_TEXT_MAX];
	const char *text;
	size_t i = 0;

	if (list == NULL)
		return 0;
	if (list->type != JSON_ARRAY)
		return wire_must_be(r, name, "an array of strings");
	for (v = list->child; v != NULL; v = v->next, i++) {
		if ((text = json_to_str(v)) == NULL)
			return wire_must_be(r, name,
			    "an array of strings without NUL");
		if (add(c, text, why) == -1)
			return wire_refuse(r->why, "%s%s[%zu]: %s", r->path,
			    name, i, why);
	}
	return 0;
}

void
connect_to_json(const struct connect_settings *c, struct json_out *w)
{
	put_places(w, c);
	if (c->tls.ca != NULL)
		json_str(w, "ca", c->tls.ca);
}

void
connect_to_report(const struct connect_settings *c, struct json_out *w)
{
	put_places(w, c);
	if (c->tls.ca != NULL)
		json_uint(w, "caCertificates",
		    connect_count_certs(c->tls.ca));
	if (c->tls.cert != NULL)
		json_bool(w, "hasCertificate", true);
}

/* All but whom to trust. */
static void
put_places(struct json_out *w, const struct connect_settings *c)
{
	if (c->tls.is_insecure)
		json_bool(w, "insecure", true);
	if (c->server_name != NULL)
		json_str(w, "serverName", c->server_name);
	if (c->tls.no_resume)
		json_bool(w, "resume", false);
	if (c->ndetours > 0)
		put_detours(w, c);
	if (c->unix_socket != NULL)
		json_str(w, "unixSocket", c->unix_socket);
	if (c->nsources > 0)
		put_sources(w, c);
}

static void
put_detours(struct json_out *w, const struct connect_settings *c)
{
	struct buf text;
	size_t i;

	json_array(w, "connectTo");
	for (i = 0; i < c->ndetours; i++) {
		buf_init(&text, CONNECT_DETOUR_MAX);
		(void)connect_format_detour(&text, &c->detours[i]);
		json_str(w, NULL, buf_str(&text));	/* it has room */
		buf_clear(&text);
	}
	json_close(w);
}

static void
put_sources(struct json_out *w, const struct connect_settings *c)
{
	char text[NET_TEXT_MAX];
	size_t i;

	json_array(w, "source");
	for (i = 0; i < c->nsources; i++)
		json_str(w, NULL, connect_format_source(text, &c->sources[i]));
	json_close(w);
}
