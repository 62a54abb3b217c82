/* SPDX-License-Identifier: MIT */
/*
 * Answers: heads (http.c) and bodies (http/body.c). The first byte says what
 * the request was and into which pieces the rest is cut. However an answer is
 * cut, its outcome is the same: the same verdict after as many bytes, and the
 * same body.
 */

#include <stdlib.h>
#include <string.h>

#include "http/body.h"
#include "tests/fuzz/fuzz.h"

enum { BODY_MAX = 4 * 1024 * 1024 };

struct outcome {
	ssize_t			 head;		/* bytes, or why none */
	int			 status;
	enum http_framing	 framing;
	bool			 keep_alive;
	enum http_reason	 reason;
	enum http_step		 step;		/* the last one of the body */
	size_t			 used;		/* of the body */
	struct buf		 body;
};

/* A head from what grows by so many bytes; copied each time to its size. */
static ssize_t
read_head(const uint8_t *data, size_t size, size_t piece, bool to_head,
    struct http_head *h, char **copy)
{
	size_t len = 0, scanned = 0;
	ssize_t n;

	*copy = NULL;
	do {
		free(*copy);
		len = size - len > piece ? len + piece : size;
		*copy = fuzz_copy(data, len);
		n = http_read_answer(*copy, len, &scanned, to_head, h);
		FUZZ_CLAIM(n != 0 && n >= HTTP_BAD && n <= (ssize_t)len);
	} while (n == HTTP_PARTIAL && len < size);
	return n;
}

/* One piece of a body, to its end or the body's. */
static enum http_step
take_piece(struct http_body *b, const uint8_t *data, size_t size,
    struct outcome *o)
{
	char *copy = fuzz_copy(data, size);
	struct http_view view;
	enum http_step step;
	size_t at = 0, used;

	do {
		step = http_body_step(b, copy + at, size - at, &used, &view);
		FUZZ_CLAIM(used <= size - at);
		FUZZ_CLAIM(view.len <= used);
		FUZZ_CLAIM(step != HTTP_STEP_DATA || view.len > 0);
		if (step == HTTP_STEP_DATA)
			FUZZ_CLAIM(buf_add(&o->body, view.data,
			    view.len) == 0);
		at += used;
	} while (step == HTTP_STEP_DATA);
	FUZZ_CLAIM(step != HTTP_STEP_MORE || at == size);
	free(copy);
	o->used += at;
	return step;
}

static void
read_answer(const uint8_t *data, size_t size, size_t piece, bool to_head,
    struct outcome *o)
{
	struct http_head h = { .status = 0 };
	struct http_body b;
	char *copy;
	size_t len;

	memset(o, 0, sizeof(*o));
	buf_init(&o->body, BODY_MAX);
	o->head = read_head(data, size, piece, to_head, &h, &copy);
	free(copy);
	if (o->head < 0) {
		o->reason = o->head == HTTP_BAD ? h.reason : HTTP_OK;
		return;
	}
	o->status = h.status;
	o->framing = h.framing;
	o->keep_alive = h.keep_alive;
	data += o->head;
	size -= (size_t)o->head;
	http_body_start(&b, h.framing, h.length);
	do {
		len = size > piece ? piece : size;
		o->step = take_piece(&b, data, len, o);
		data += len;
		size -= len;
	} while (o->step == HTTP_STEP_MORE && size > 0);
	if (o->step == HTTP_STEP_MORE)
		FUZZ_CLAIM((http_body_end(&b) == 0) ==
		    (h.framing == HTTP_BODY_CLOSE));
	o->reason = b.reason;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t how = fuzz_byte(&data, &size);
	struct outcome whole, cut;

	read_answer(data, size, size > 0 ? size : 1, how & 1, &whole);
	read_answer(data, size, (how >> 1) % 64 + 1, how & 1, &cut);
	FUZZ_CLAIM(whole.head == cut.head);
	FUZZ_CLAIM(whole.reason == cut.reason);
	FUZZ_CLAIM(whole.status == cut.status);
	FUZZ_CLAIM(whole.framing == cut.framing);
	FUZZ_CLAIM(whole.keep_alive == cut.keep_alive);
	FUZZ_CLAIM(whole.step == cut.step);
	FUZZ_CLAIM(whole.used == cut.used);
	FUZZ_CLAIM(whole.body.len == cut.body.len);
	FUZZ_CLAIM(whole.body.len == 0 || memcmp(whole.body.data,
	    cut.body.data, whole.body.len) == 0);
	buf_clear(&whole.body);
	buf_clear(&cut.body);
	return 0;
}
