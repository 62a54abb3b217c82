/* SPDX-License-Identifier: MIT */
/*
 * A URL, and on the lines behind it where redirects lead from there. What is
 * resolved is a URL again, within HTTP_URL_MAX, without dot segments, the same
 * when it is resolved once more; it goes to another host only where a reference
 * says so, and takes no password along there. The Host of a URL, read again, is
 * the same host and port.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "http/url.h"
#include "tests/fuzz/rig.h"

static bool
same_view(struct http_view a, struct http_view b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool
same_place(const struct http_url *a, const struct http_url *b)
{
	return a->is_tls == b->is_tls && a->port == b->port &&
	    strcmp(a->host, b->host) == 0;
}

static bool
has_dots(struct http_view path)
{
	size_t i, len;

	for (i = 0; i < path.len; i += len + 1) {
		for (len = 0; i + len < path.len &&
		    path.data[i + len] != '/'; len++)
			continue;
		if ((len == 1 && path.data[i] == '.') ||
		    (len == 2 && memcmp(path.data + i, "..", 2) == 0))
			return true;
	}
	return false;
}

static void
check_url(const struct http_url *u)
{
	struct http_url again;
	struct buf text;

	FUZZ_CHECK(u->port > 0 && u->host[0] != '\0');
	FUZZ_CHECK(strlen(u->host) < HTTP_HOST_MAX);
	FUZZ_CHECK(u->path.len == 0 || u->path.data[0] == '/');
	FUZZ_CHECK(u->query.len == 0 || u->query.data[0] == '?');
	buf_init(&text, HTTP_URL_MAX);
	buf_adds(&text, u->is_tls ? "https://" : "http://");
	FUZZ_CHECK(http_url_add_host(u, &text) == 0);
	FUZZ_CHECK(http_url_parse(text.data, text.len, &again, NULL) == 0);
	FUZZ_CHECK(same_place(&again, u) && again.is_ipv6 == u->is_ipv6);
	buf_clear(&text);
}

/* A reference that was resolved to text. */
static void
check_resolved(const struct http_url *base, const char *ref, struct buf *text)
{
	struct http_url u;
	struct buf again;
	char *copy = fuzz_copy(text->data, text->len);

	FUZZ_CHECK(text->len <= HTTP_URL_MAX);
	FUZZ_CHECK(http_url_parse(copy, text->len, &u, NULL) == 0);
	check_url(&u);
	/* Of an empty reference the path is the base's, dots and all. */
	if (u.path.len != base->path.len || !same_view(u.path, base->path))
		FUZZ_CHECK(!has_dots(u.path));
	if (strstr(ref, "//") == NULL)
		FUZZ_CHECK(same_place(&u, base) &&
		    same_view(u.userinfo, base->userinfo));
	else if (!same_place(&u, base) && strchr(ref, '@') == NULL)
		FUZZ_CHECK(u.userinfo.len == 0);
	buf_init(&again, HTTP_URL_MAX);
	if (!has_dots(u.path)) {
		FUZZ_CHECK(http_url_resolve(base, copy, text->len,
		    &again) == 0);
		FUZZ_CHECK(fuzz_same(&again, text));
	}
	buf_clear(&again);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *base = fuzz_line(&data, &size), *ref, *copy;
	const char *why = NULL;
	struct http_url u;
	struct buf out;

	copy = fuzz_copy(base, strlen(base));
	if (http_url_parse(copy, strlen(base), &u, &why) == -1) {
		FUZZ_CHECK(why != NULL);
		fuzz_check_why(why, WIRE_TEXT_MAX);
		size = 0;
	} else {
		FUZZ_CHECK(strlen(base) <= HTTP_URL_MAX);
		check_url(&u);
	}
	buf_init(&out, HTTP_URL_MAX);
	while (size > 0) {
		ref = fuzz_line(&data, &size);
		buf_reset(&out);
		if (http_url_resolve(&u, ref, strlen(ref), &out) == 0)
			check_resolved(&u, ref, &out);
		else
			FUZZ_CHECK(out.len == 0);
		free(ref);
	}
	buf_clear(&out);
	free(copy);
	free(base);
	return 0;
}
