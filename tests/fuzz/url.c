/* SPDX-License-Identifier: MIT */
/*
 * URLs and references. What was parsed stays the same when it is resolved
 * against another; a reference from a server leads to a URL that parses again,
 * within its maximum, and without a byte that could end a line.
 */

#include <stdlib.h>
#include <string.h>

#include "http/url.h"
#include "tests/fuzz/fuzz.h"

static const char base_text[] = "http://user:pw@a.example:81/b/c/d;p?q";

static void
check_url(const struct http_url *u)
{
	struct buf host;
	size_t i;

	buf_init(&host, HTTP_URL_MAX);
	FUZZ_CLAIM(http_url_add_host(u, &host) == 0);
	FUZZ_CLAIM(host.len > 0 && host.len < HTTP_HOST_MAX + 10);
	FUZZ_CLAIM(http_is_value(host.data, host.len));
	FUZZ_CLAIM(memchr(host.data, ' ', host.len) == NULL);
	buf_clear(&host);
	FUZZ_CLAIM(u->port > 0 && strlen(u->host) < HTTP_HOST_MAX);
	FUZZ_CLAIM(u->path.len == 0 || u->path.data[0] == '/');
	for (i = 0; i < u->path.len; i++)
		FUZZ_CLAIM(u->path.data[i] > ' ' && u->path.data[i] < 0x7f);
	for (i = 0; i < u->query.len; i++)
		FUZZ_CLAIM(u->query.data[i] > ' ' && u->query.data[i] < 0x7f);
}

static void
resolve(const struct http_url *base, const char *ref, size_t len)
{
	struct http_url u;
	struct buf out;
	const char *why = NULL;

	buf_init(&out, HTTP_URL_MAX);
	if (http_url_resolve(base, ref, len, &out) == 0) {
		FUZZ_CLAIM(out.len <= HTTP_URL_MAX);
		FUZZ_CLAIM(http_url_parse(out.data, out.len, &u, &why) == 0);
		check_url(&u);
	} else
		FUZZ_CLAIM(out.len == 0);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct http_url base, u;
	const char *why = NULL;

	FUZZ_CLAIM(http_url_parse(base_text, strlen(base_text), &base,
	    NULL) == 0);
	resolve(&base, text, size);
	if (http_url_parse(text, size, &u, &why) == 0) {
		FUZZ_CLAIM(size <= HTTP_URL_MAX);
		check_url(&u);
		resolve(&u, "../x?y#z", 8);
		resolve(&u, text, size);
	} else
		FUZZ_CLAIM(why != NULL);
	free(text);
	return 0;
}
