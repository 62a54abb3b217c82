/* SPDX-License-Identifier: MIT */
/*
 * The receiving half of a server's connection: bytes from its stream, cut into
 * requests, each with its head and as much of its body as is to be kept. What
 * was sent ahead waits, bounded. (RFC 9112 for the form of all this.)
 *
 * A request that is not HTTP, or more than may be sent, is refused with the
 * status that says so. The views of a head stay put while its body comes in:
 * what came with the head moves aside. Nothing is allocated once the buffers
 * are as large as the requests.
 *
 * It knows nothing of time, of answers, or of what is asked for.
 */

#include <assert.h>
#include <string.h>

#include "http/server_answer.h"
#include "http/server_input.h"

enum {
	READ_SIZE = 4096,		/* most requests are far smaller */
	READ_BODY_SIZE = 16 * 1024,
	AHEAD_MAX = 64 * 1024,		/* unread behind a whole request */
	INPUT_MAX = HTTP_HEAD_MAX + AHEAD_MAX + READ_BODY_SIZE,
	KEEP_MAX = 64 * 1024,		/* larger buffers are not kept */
	KEEP_NEXT_MAX = 4 * READ_SIZE	/* likewise, for another peer */
};

static const char too_large[] = "body too large";

static void	drop_blank_lines(struct buf *b);
static bool	is_half_line(const struct buf *b);
static int	keep_body(struct server_input *i, struct http_view data);
static enum server_input_got refuse(struct server_input *i, int status,
		    const char *why);

void
server_input_init(struct server_input *i, size_t body_max, bool discards_rest)
{
	memset(i, 0, sizeof(*i));
	buf_init(&i->in, INPUT_MAX);
	buf_init(&i->ahead, INPUT_MAX);
	buf_init(&i->body, body_max);
	i->discards_rest = discards_rest;
}

void
server_input_clear(struct server_input *i)
{
	buf_clear(&i->in);
	buf_clear(&i->ahead);
	buf_clear(&i->body);
}

void
server_input_reset(struct server_input *i)
{
	buf_recycle(&i->in, KEEP_NEXT_MAX);
	buf_recycle(&i->ahead, KEEP_NEXT_MAX);
	buf_recycle(&i->body, KEEP_NEXT_MAX);
	i->phase = SERVER_INPUT_HEAD;
	i->scanned = 0;
}

size_t
server_input_memory(const struct server_input *i)
{
	return i->in.cap + i->ahead.cap + i->body.cap;
}

ssize_t
server_input_fill(struct server_input *i, struct stream *s)
{
	struct buf *b = i->phase == SERVER_INPUT_HEAD ? &i->in : &i->ahead;
	size_t size = i->phase == SERVER_INPUT_BODY ? READ_BODY_SIZE :
	    READ_SIZE;
	char *room = buf_room(b, size);
	ssize_t n;

	assert(room != NULL);
	n = stream_read(s, room, size);
	if (n <= 0)
		return n;
	buf_used(b, (size_t)n);
	if (i->phase == SERVER_INPUT_WHOLE) {
		drop_blank_lines(b);
		if (b->len > AHEAD_MAX)
			return 0;
	}
	return n;
}

bool
server_input_has_begun(const struct server_input *i)
{
	return i->in.len > 0 && !is_half_line(&i->in);
}

enum server_input_got
server_input_head(struct server_input *i)
{
	struct http_head *h = &i->head;
	ssize_t n;

	assert(i->phase == SERVER_INPUT_HEAD);
	/* They are no beginning: a connection that has these alone is idle. */
	drop_blank_lines(&i->in);
	if (!server_input_has_begun(i))
		return SERVER_INPUT_MORE;
	n = http_read_request(i->in.data, i->in.len, &i->scanned, h);
	if (n == HTTP_PARTIAL)
		return SERVER_INPUT_MORE;
	if (n == HTTP_BAD)
		return refuse(i, server_refusal(h, i->in.data + i->in.len),
		    http_reason_name(h->reason));
	if (buf_add(&i->ahead, i->in.data + n, i->in.len - (size_t)n) == -1)
		assert(false);
	i->body_len = 0;
	http_body_start(&i->framing, h->framing, h->length);
	i->phase = server_input_awaits_body(i) ? SERVER_INPUT_BODY :
	    SERVER_INPUT_WHOLE;
	return SERVER_INPUT_DONE;
}

bool
server_input_awaits_body(const struct server_input *i)
{
	return i->head.framing == HTTP_BODY_CHUNKED ||
	    (i->head.framing == HTTP_BODY_LENGTH && i->head.length > 0);
}

enum server_input_got
server_input_body(struct server_input *i)
{
	struct http_view rest = { i->ahead.data, i->ahead.len }, data;
	enum http_step got;
	size_t used;

	if (i->phase == SERVER_INPUT_WHOLE)
		return SERVER_INPUT_DONE;
	assert(i->phase == SERVER_INPUT_BODY);
	if (i->head.framing == HTTP_BODY_LENGTH &&
	    i->head.length > i->body.max && !i->discards_rest)
		return refuse(i, 413, too_large);
	while ((got = http_body_step(&i->framing, rest.data, rest.len, &used,
	    &data)) == HTTP_STEP_DATA) {
		if (keep_body(i, data) == -1)
			return refuse(i, 413, too_large);
		rest.data += used;
		rest.len -= used;
	}
	buf_drop(&i->ahead, i->ahead.len - rest.len + used);
	if (got == HTTP_STEP_BAD)
		return refuse(i, 400, http_reason_name(i->framing.reason));
	if (got == HTTP_STEP_MORE)
		return SERVER_INPUT_MORE;
	i->phase = SERVER_INPUT_WHOLE;
	return SERVER_INPUT_DONE;
}

void
server_input_next(struct server_input *i)
{
	struct buf ahead = i->ahead;

	assert(i->phase == SERVER_INPUT_WHOLE);
	i->ahead = i->in;
	i->in = ahead;
	buf_recycle(&i->ahead, KEEP_MAX);
	buf_recycle(&i->body, KEEP_MAX);
	i->phase = SERVER_INPUT_HEAD;
}

void
server_input_forget(struct server_input *i)
{
	buf_reset(&i->in);
	buf_reset(&i->ahead);
	buf_recycle(&i->body, KEEP_NEXT_MAX);
	i->phase = SERVER_INPUT_WHOLE;
}

/*
 * Empty lines between requests mean nothing (RFC 9112 2.2); a coordinator
 * sends them all through a run, to say that it is still there. A CR stays until
 * its LF is here: alone it is no line (2.2 too).
 */
static void
drop_blank_lines(struct buf *b)
{
	size_t n = 0;

	while (n < b->len && (b->data[n] == '\n' ||
	    (b->len - n > 1 && memcmp(b->data + n, "\r\n", 2) == 0)))
		n += b->data[n] == '\n' ? 1 : 2;
	buf_drop(b, n);
}

static bool
is_half_line(const struct buf *b)
{
	return b->len == 1 && b->data[0] == '\r';
}

/* 0, or -1 when it is more than may be sent. */
static int
keep_body(struct server_input *i, struct http_view data)
{
	size_t room = i->body.max - i->body.len;

	i->body_len += data.len;
	if (data.len <= room)
		return buf_add(&i->body, data.data, data.len);
	if (!i->discards_rest)
		return -1;
	return buf_add(&i->body, data.data, room);
}

static enum server_input_got
refuse(struct server_input *i, int status, const char *why)
{
	i->status = status;
	i->why = why;
	return SERVER_INPUT_REFUSED;
}
