/* SPDX-License-Identifier: MIT */
/*
 * Verdicts on answers: what a plan's checks say of a status, the header fields
 * and as much of a body as was kept. The first one that fails, in the order
 * status, headers, texts, members, is the cause.
 *
 * Pure: keeps nothing, and copies nothing but what json.c decodes. Bodies come
 * from the network and may be anything; one that is no JSON object has no
 * members, and where a check asks for one it fails.
 */

#include <assert.h>
#include <string.h>

#include "json.h"
#include "load/check.h"

static bool	 has_headers(const struct checks *, struct http_view);
static bool	 has_header(struct http_view, const struct header *);
static bool	 has_text(const char *, size_t, const char *);
static bool	 has_members(const struct checks *, const char *, size_t);

bool
check_wants_body(const struct checks *checks)
{
	return checks->ntexts > 0 || checks->njson > 0;
}

enum cause
check_head(const struct checks *checks, const struct http_head *h)
{
	if (checks->status == 0 && h->status >= 400)
		return CAUSE_STATUS;
	if (checks->status != 0 && h->status != checks->status)
		return CAUSE_CHECK_STATUS;
	if (checks->nheaders > 0 && !has_headers(checks, h->fields))
		return CAUSE_CHECK_HEADER;
	return CAUSE_NONE;
}

enum cause
check_body(const struct checks *checks, const char *body, size_t len)
{
	size_t i;

	for (i = 0; i < checks->ntexts; i++)
		if (!has_text(body, len, checks->texts[i]))
			return CAUSE_CHECK_BODY;
	if (checks->njson > 0 && !has_members(checks, body, len))
		return CAUSE_CHECK_JSON;
	return CAUSE_NONE;
}

static bool
has_headers(const struct checks *checks, struct http_view fields)
{
	size_t i;

	for (i = 0; i < checks->nheaders; i++)
		if (!has_header(fields, &checks->headers[i]))
			return false;
	return true;
}

/* Blanks around a value are not part of it (RFC 9110 5.5), on either side. */
static bool
has_header(struct http_view fields, const struct header *want)
{
	static const char blanks[] = " \t";
	struct http_view got = http_field(fields, want->name);
	const char *value = want->value + strspn(want->value, blanks);
	size_t len = strlen(value);

	while (len > 0 && strchr(blanks, value[len - 1]) != NULL)
		len--;
	return got.data != NULL && got.len == len &&
	    memcmp(got.data, value, len) == 0;
}

static bool
has_text(const char *body, size_t len, const char *text)
{
	size_t text_len = strlen(text);
	const char *p;

	assert(text_len > 0);		/* run_request_check sees to it */
	while (len >= text_len) {
		p = memchr(body, text[0], len - text_len + 1);
		if (p == NULL)
			return false;
		if (memcmp(p, text, text_len) == 0)
			return true;
		p++;
		len -= (size_t)(p - body);
		body = p;
	}
	return false;
}

static bool
has_members(const struct checks *checks, const char *body, size_t len)
{
	struct json_error err;
	struct json *doc;
	const char *text;
	bool has_all;
	size_t i;

	if (len == 0 || (doc = json_parse(body, len, &err)) == NULL)
		return false;
	has_all = true;
	for (i = 0; has_all && i < checks->njson; i++) {
		text = json_to_text(json_get(json_root(doc),
		    checks->json[i].name));
		has_all = text != NULL &&
		    strcmp(text, checks->json[i].value) == 0;
	}
	json_free(doc);
	return has_all;
}
