/* SPDX-License-Identifier: MIT */
/*
 * HTTP messages as a connection reads them, for fuzzing: bytes come in pieces,
 * a head is looked for again with each, its body is stepped through. What came
 * out is written down and compared: the same bytes must give the same, however
 * they are cut and whatever stands behind a message; a view lies within what
 * was consumed, and a body of a known length has that length.
 *
 * Each piece is in memory of just its size.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "http.h"
#include "http/body.h"
#include "tests/fuzz/http_rig.h"
#include "tests/fuzz/rig.h"

enum { MESSAGES_MAX = 64 };

/* A connection, and what was seen on it. */
struct reading {
	enum fuzz_kind	 kind;
	const char	*data;
	size_t		 len;		/* of all that will ever come */
	size_t		 here;		/* of these, what has come */
	size_t		 at;		/* of these, what is used */
	uint32_t	*seed;		/* of cuts; NULL: all at once */
	size_t		 messages;	/* no more than so many */
	struct buf	 seen;
	struct buf	 body;		/* of the last message */
};

/* False at the end of the bytes. */
static bool
more(struct reading *r)
{
	if (r->here == r->len)
		return false;
	r->here = r->seed == NULL ? r->len :
	    fuzz_cut(r->seed, r->here, r->len);
	return true;
}

static void
check_view(struct http_view v, const char *p, size_t len)
{
	if (v.data == NULL)
		FUZZ_CHECK(v.len == 0);
	else
		FUZZ_CHECK(v.data >= p && v.len <= len &&
		    (size_t)(v.data - p) <= len - v.len);
}

/* A head that was taken, of which p[0..used) is all. */
static void
see_head(struct reading *r, const struct http_head *h, const char *p,
    size_t used)
{
	struct http_view host = http_field(h->fields, "Host");

	check_view(h->fields, p, used);
	check_view(host, p, used);
	FUZZ_CHECK(p[used - 1] == '\n' && used <= HTTP_HEAD_MAX);
	if (r->kind == FUZZ_REQUEST) {
		check_view(h->method, p, used);
		check_view(h->target, p, used);
		FUZZ_CHECK(http_is_token(h->method.data, h->method.len));
		FUZZ_CHECK(h->target.len > 0 &&
		    h->framing != HTTP_BODY_CLOSE);
		FUZZ_CHECK(h->minor == 0 || host.data != NULL);
		buf_addf(&r->seen, "%.*s ", (int)h->method.len,
		    h->method.data);
	} else {
		FUZZ_CHECK(h->status >= 100 && h->status <= 999);
		if (r->kind == FUZZ_ANSWER_TO_HEAD || h->status < 200 ||
		    h->status == 204 || h->status == 304)
			FUZZ_CHECK(h->framing == HTTP_BODY_NONE);
		FUZZ_CHECK(h->framing != HTTP_BODY_CLOSE || !h->keep_alive);
	}
	buf_addf(&r->seen, "%d %d %d %llu %d %d %zu\n", h->status, h->minor,
	    (int)h->framing, (unsigned long long)h->length, h->keep_alive,
	    h->wants_continue, h->fields.len);
}

/* A head, from a copy of what has come. */
static ssize_t
try_head(struct reading *r, struct http_head *h, size_t *scanned)
{
	size_t len = r->here - r->at;
	char *p = fuzz_copy(r->data + r->at, len);
	ssize_t n;

	n = r->kind == FUZZ_REQUEST ?
	    http_read_request(p, len, scanned, h) :
	    http_read_answer(p, len, scanned,
	    r->kind == FUZZ_ANSWER_TO_HEAD, h);
	FUZZ_CHECK(n > 0 || n == HTTP_PARTIAL || n == HTTP_BAD);
	FUZZ_CHECK(n <= (ssize_t)len);
	FUZZ_CHECK(n == HTTP_PARTIAL ? *scanned <= len : *scanned == 0);
	if (n > 0)
		see_head(r, h, p, (size_t)n);
	free(p);
	return n;
}

/* False when no more can be read. */
static bool
read_head(struct reading *r, struct http_head *h)
{
	size_t scanned = 0;
	ssize_t n;

	do {
		n = try_head(r, h, &scanned);
	} while (n == HTTP_PARTIAL && more(r));
	if (n > 0) {
		r->at += (size_t)n;
		return true;
	}
	if (n == HTTP_BAD)
		FUZZ_CHECK(h->reason > HTTP_OK && h->reason < HTTP_REASONS);
	buf_addf(&r->seen, "no head: %s\n", n == HTTP_PARTIAL ? "cut" :
	    http_reason_name(h->reason));
	return false;
}

/* One step, from a copy: the data is added to that of the body. */
static enum http_step
step(struct reading *r, struct http_body *b)
{
	size_t len = r->here - r->at, used = SIZE_MAX;
	char *p = fuzz_copy(r->data + r->at, len);
	struct http_view data = { NULL, 0 };
	enum http_step s = http_body_step(b, p, len, &used, &data);

	FUZZ_CHECK(used <= len);
	check_view(data, p, used);
	FUZZ_CHECK(s == HTTP_STEP_DATA ? data.len > 0 : data.len == 0);
	FUZZ_CHECK(s != HTTP_STEP_MORE || used == len);
	buf_add(&r->body, data.data, data.len);
	r->at += used;
	free(p);
	return s;
}

/* True when it is over and the next message may follow. */
static bool
read_body(struct reading *r, const struct http_head *h)
{
	size_t start = r->at;
	struct http_body b;
	enum http_step s;

	buf_reset(&r->body);
	http_body_start(&b, h->framing, h->length);
	do {
		s = step(r, &b);
	} while (s == HTTP_STEP_DATA || (s == HTTP_STEP_MORE && more(r)));
	if (h->framing == HTTP_BODY_LENGTH && s == HTTP_STEP_DONE)
		FUZZ_CHECK(r->body.len == h->length);
	if (h->framing == HTTP_BODY_NONE)
		FUZZ_CHECK(s == HTTP_STEP_DONE && r->at == start);
	if (s == HTTP_STEP_DONE || s == HTTP_STEP_BAD) {
		start = r->at;
		FUZZ_CHECK(step(r, &b) == s && r->at == start);
	}
	FUZZ_CHECK(s != HTTP_STEP_BAD || b.reason != HTTP_OK);
	buf_addf(&r->seen, "body %d %zu ", (int)s, r->body.len);
	buf_add(&r->seen, r->body.data, r->body.len);
	buf_addf(&r->seen, " end %d %s\n", http_body_end(&b),
	    http_reason_name(b.reason));
	return s == HTTP_STEP_DONE && h->keep_alive;
}

/* Ends of messages go to ends, as many as are whole and kept alive. */
static size_t
read_all(struct reading *r, size_t *ends)
{
	struct http_head h;
	size_t n = 0;

	buf_init(&r->seen, 16 * 1024 * 1024);
	buf_init(&r->body, 16 * 1024 * 1024);
	more(r);
	while (n < r->messages && read_head(r, &h) && read_body(r, &h)) {
		buf_addf(&r->seen, "at %zu\n", r->at);
		if (ends != NULL)
			ends[n] = r->at;
		n++;
	}
	buf_clear(&r->body);
	return n;
}

/* The one message of these bytes, with others behind it. */
static void
read_alone(enum fuzz_kind kind, const char *data, size_t len, size_t behind,
    struct buf *seen)
{
	struct reading r = { .kind = kind, .len = len + behind,
	    .messages = 1 };
	char *copy = fuzz_copy(data, len + behind);

	memset(copy + len, 'X', behind);
	r.data = copy;
	FUZZ_CHECK(read_all(&r, NULL) == 1 && r.at == len);
	free(copy);
	*seen = r.seen;
}

void
fuzz_http(enum fuzz_kind kind, const char *data, size_t len, uint32_t seed)
{
	struct reading whole = { .kind = kind, .data = data, .len = len,
	    .messages = MESSAGES_MAX };
	struct reading cut = whole;
	struct buf alone, before;
	size_t ends[MESSAGES_MAX], i, n, at = 0;

	cut.seed = &seed;
	n = read_all(&whole, ends);
	FUZZ_CHECK(read_all(&cut, NULL) == n && cut.at == whole.at);
	FUZZ_CHECK(fuzz_same(&cut.seen, &whole.seen));
	buf_clear(&cut.seen);
	buf_clear(&whole.seen);
	for (i = 0; i < n; i++) {
		read_alone(kind, data + at, ends[i] - at, 0, &alone);
		read_alone(kind, data + at, ends[i] - at, len - ends[i],
		    &before);
		FUZZ_CHECK(fuzz_same(&alone, &before));
		buf_clear(&alone);
		buf_clear(&before);
		at = ends[i];
	}
}
