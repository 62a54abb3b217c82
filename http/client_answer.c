/* SPDX-License-Identifier: MIT */
/*
 * The reading of one answer after the other on a connection: interim heads,
 * the final head, the body. It is given bytes as they come, however they are
 * cut, and says when the answer is over or what is wrong with it.
 *
 * A head that comes in pieces is kept until it is whole; of bodies only what
 * their owner wants to look at, up to CLIENT_BODY_MAX. Interim answers pass
 * unseen, but all of those before one answer together may be no longer than a
 * head: a server cannot keep a request busy with them for ever. So memory is
 * bounded whatever comes, and given back only by client_answer_clear. No I/O,
 * no clock.
 */

#include <sys/types.h>

#include "http/client_answer.h"

void
client_answer_init(struct client_answer *a)
{
	buf_init(&a->head, HTTP_HEAD_MAX + CLIENT_READ_MAX);
	buf_init(&a->kept, CLIENT_BODY_MAX);
}

void
client_answer_clear(struct client_answer *a)
{
	buf_clear(&a->head);
	buf_clear(&a->kept);
}

void
client_answer_start(struct client_answer *a, bool is_head, bool want_body,
    void (*call)(void *, const struct http_head *), void *arg)
{
	a->status = 0;
	a->bytes_in = 0;
	a->text = (struct http_view){ NULL, 0 };
	a->keep_alive = false;
	a->reason = HTTP_OK;
	a->is_head = is_head;
	a->want_body = want_body;
	a->call = call;
	a->arg = arg;
	a->scanned = 0;
	a->interim = 0;
	buf_reset(&a->head);
}

static enum client_answer_step
refuse(struct client_answer *a, enum http_reason reason)
{
	a->keep_alive = false;
	a->reason = reason;
	return CLIENT_ANSWER_BAD;
}

/* As much as there is room for. */
static void
keep(struct client_answer *a, struct http_view data)
{
	size_t room;

	if (a->text.len == 0)	/* there may be one of before */
		buf_reset(&a->kept);
	room = CLIENT_BODY_MAX - a->kept.len;
	/* Cannot fail: it is no more than the room. */
	(void)buf_add(&a->kept, data.data, data.len < room ? data.len : room);
	a->text = (struct http_view){ a->kept.data, a->kept.len };
}

static enum client_answer_step
take_body(struct client_answer *a, const char *p, size_t len)
{
	struct http_view data;
	enum http_step step;
	size_t used;

	for (;;) {
		step = http_body_step(&a->body, p, len, &used, &data);
		p += used;
		len -= used;
		if (step != HTTP_STEP_DATA)
			break;
		a->bytes_in += data.len;
		if (a->want_body)
			keep(a, data);
	}
	if (step == HTTP_STEP_MORE)
		return CLIENT_ANSWER_MORE;
	if (step == HTTP_STEP_BAD)
		return refuse(a, a->body.reason);
	if (len > 0)
		a->keep_alive = false;
	return CLIENT_ANSWER_DONE;
}

/* The final head is here: what it says holds for the rest. */
static void
head_read(struct client_answer *a, const struct http_head *h)
{
	a->status = h->status;
	a->keep_alive = h->keep_alive && h->status != 101;
	http_body_start(&a->body, h->framing, h->length);
	if (a->call != NULL)
		a->call(a->arg, h);
}

/*
 * Reads over interim answers: bytes of the final head, HTTP_PARTIAL or
 * HTTP_BAD.
 */
static ssize_t
read_heads(struct client_answer *a, const char *p, size_t len,
    struct http_head *h, size_t *passed)
{
	ssize_t n;

	for (*passed = 0;; *passed += (size_t)n) {
		n = http_read_answer(p + *passed, len - *passed, &a->scanned,
		    a->is_head, h);
		if (n < 0)
			return n;
		a->scanned = 0;
		if (h->status >= 200 || h->status == 101)
			return n;
		a->interim += (size_t)n;
		if (a->interim > HTTP_HEAD_MAX) {
			h->reason = HTTP_HEAD_TOO_LARGE;
			return HTTP_BAD;
		}
	}
}

/* Takes bytes of a head and what follows it. */
static enum client_answer_step
take_head(struct client_answer *a, const char *p, size_t len)
{
	struct http_head h;
	size_t passed;
	ssize_t n;

	if (a->head.len > 0) {
		if (buf_add(&a->head, p, len) == -1)
			return refuse(a, HTTP_HEAD_TOO_LARGE);
		p = a->head.data;
		len = a->head.len;
	}
	n = read_heads(a, p, len, &h, &passed);
	if (n == HTTP_BAD)
		return refuse(a, h.reason);
	if (n == HTTP_PARTIAL) {
		if (a->head.len > 0)
			buf_drop(&a->head, passed);
		else	/* cannot fail: it holds more than one reading */
			(void)buf_add(&a->head, p + passed, len - passed);
		return CLIENT_ANSWER_MORE;
	}
	passed += (size_t)n;
	head_read(a, &h);
	return take_body(a, p + passed, len - passed);
}

enum client_answer_step
client_answer_take(struct client_answer *a, const char *p, size_t len)
{
	return a->status != 0 ? take_body(a, p, len) : take_head(a, p, len);
}

enum client_answer_step
client_answer_end(struct client_answer *a, bool was_cut)
{
	a->keep_alive = false;
	if (a->status == 0 || was_cut)
		return refuse(a, HTTP_TRUNCATED);
	if (http_body_end(&a->body) == -1)
		return refuse(a, a->body.reason);
	return CLIENT_ANSWER_DONE;
}
