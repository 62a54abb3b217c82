/* SPDX-License-Identifier: MIT */
/*
 * Requests, one behind the other on a connection, as a worker reads them. The
 * first byte says into which pieces they are cut. However that is, the same
 * requests begin at the same bytes, up to the same end: no byte of one is read
 * as another's.
 */

#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "http/body.h"
#include "http/url.h"
#include "tests/fuzz/fuzz.h"

enum { REQUESTS_MAX = 16 };

/* Where one begins, and its body; how the reading ended. */
struct reading {
	size_t			 at[REQUESTS_MAX];
	size_t			 body[REQUESTS_MAX];
	uint64_t		 bytes[REQUESTS_MAX];	/* of the body */
	size_t			 n;
	enum http_reason	 reason;
};

static void
look_at(const struct http_head *h)
{
	const struct access open = { .is_loopback = true };
	const struct access closed = { .token = "secret" };
	struct http_url u;

	FUZZ_CLAIM(http_is_token(h->method.data, h->method.len));
	FUZZ_CLAIM(h->target.len > 0);
	(void)http_url_parse(h->target.data, h->target.len, &u, NULL);
	(void)access_request(&open, h, true);
	(void)access_request(&closed, h, true);
	(void)access_request(&closed, h, false);
}

/* Bytes of a head that grows piece by piece, or why there is none. */
static ssize_t
read_head(const uint8_t *data, size_t size, size_t piece, struct reading *r,
    enum http_framing *framing, uint64_t *length)
{
	struct http_head h = { .status = 0 };
	size_t len = 0, scanned = 0;
	char *copy;
	ssize_t n;

	do {
		len = size - len > piece ? len + piece : size;
		copy = fuzz_copy(data, len);
		n = http_read_request(copy, len, &scanned, &h);
		FUZZ_CLAIM(n != 0 && n >= HTTP_BAD && n <= (ssize_t)len);
		if (n > 0)
			look_at(&h);
		free(copy);
	} while (n == HTTP_PARTIAL && len < size);
	r->reason = n == HTTP_BAD ? h.reason : HTTP_OK;
	*framing = h.framing;
	*length = h.length;
	return n;
}

/* The bytes that a body takes of these; *is_over when it has ended. */
static size_t
read_body(struct http_body *b, const uint8_t *data, size_t size, size_t piece,
    uint64_t *bytes, bool *is_over)
{
	enum http_step step = HTTP_STEP_MORE;
	struct http_view view;
	size_t at = 0, len, used;
	char *copy;

	while (step == HTTP_STEP_MORE || step == HTTP_STEP_DATA) {
		len = size - at > piece ? piece : size - at;
		if (len == 0 && step == HTTP_STEP_MORE && at > 0)
			break;
		copy = fuzz_copy(data + at, len);
		step = http_body_step(b, copy, len, &used, &view);
		FUZZ_CLAIM(used <= len);
		*bytes += view.len;
		at += used;
		free(copy);
		if (step == HTTP_STEP_MORE && len == 0)
			break;
	}
	*is_over = step == HTTP_STEP_DONE;
	return at;
}

static void
read_all(const uint8_t *data, size_t size, size_t piece, struct reading *r)
{
	enum http_framing framing;
	struct http_body b;
	size_t at = 0;
	uint64_t length;
	bool is_over = true;
	ssize_t n;

	memset(r, 0, sizeof(*r));
	while (is_over && r->n < REQUESTS_MAX) {
		n = read_head(data + at, size - at, piece, r, &framing,
		    &length);
		if (n < 0)
			return;
		FUZZ_CLAIM(framing != HTTP_BODY_CLOSE);
		r->at[r->n] = at;
		r->body[r->n] = at += (size_t)n;
		http_body_start(&b, framing, length);
		at += read_body(&b, data + at, size - at, piece,
		    &r->bytes[r->n], &is_over);
		FUZZ_CLAIM(framing != HTTP_BODY_LENGTH || !is_over ||
		    r->bytes[r->n] == length);
		r->reason = b.reason;
		r->n++;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = fuzz_byte(&data, &size) % 64 + 1u;
	struct reading whole, cut;

	read_all(data, size, size > 0 ? size : 1, &whole);
	read_all(data, size, piece, &cut);
	FUZZ_CLAIM(memcmp(&whole, &cut, sizeof(whole)) == 0);
	return 0;
}
