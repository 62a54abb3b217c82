/* SPDX-License-Identifier: MIT */
/*
 * The sending half of a server's connection: answers, whole or in pieces, that
 * wait until its stream takes them. An answer that lies in one piece goes out
 * by one write. A whole answer may be as large as its maker wants; of one in
 * pieces so much may wait, then the peer is as good as gone. Memory stays
 * within twice of what waits.
 */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "http/server_output.h"

enum {
	OUTPUT_MAX = 1024 * 1024 * 1024,	/* no peer decides about it */
	UNSENT_MAX = 64 * 1024 * 1024,		/* of an answer in pieces */
	CHUNK_EXTRA = 32,			/* its size and line ends */
	KEEP_MAX = 64 * 1024,			/* larger ones are freed */
	WHY_MAX = 128
};

static void	forget_sent(struct server_output *o);

void
server_output_init(struct server_output *o)
{
	memset(o, 0, sizeof(*o));
	buf_init(&o->buf, OUTPUT_MAX);
}

void
server_output_clear(struct server_output *o)
{
	buf_clear(&o->buf);
}

void
server_output_reset(struct server_output *o)
{
	buf_recycle(&o->buf, KEEP_MAX);
	o->sent = 0;
	o->rest.len = 0;
}

void
server_output_continue(struct server_output *o)
{
	buf_adds(&o->buf, "HTTP/1.1 100 Continue\r\n\r\n");
}

void
server_output_answer(struct server_output *o, const struct server_answer *a,
    const struct server_asked *asked, struct server_date *date)
{
	assert(a->status >= 200 && a->status <= 999);
	server_answer_add(&o->buf, a, asked, date, &o->rest);
	assert(!o->buf.is_full);
}

void
server_output_refusal(struct server_output *o, int status, const char *why,
    const struct server_asked *asked, struct server_date *date)
{
	char line[WHY_MAX];
	struct server_answer a = {
		.status = status,
		.type = "text/plain",
		.body = line
	};

	snprintf(line, sizeof(line), "%s\n", why);
	a.body_len = strlen(line);
	server_output_answer(o, &a, asked, date);
}

void
server_output_begin(struct server_output *o, const struct server_answer *a,
    const struct server_asked *asked, struct server_date *date)
{
	assert(a->status >= 200 && a->status <= 999);
	o->has_body = server_answer_has_body(a, asked);
	o->has_chunks = o->has_body && server_answer_is_chunked(asked);
	server_answer_begin(&o->buf, a, asked, date);
}

int
server_output_add(struct server_output *o, const void *p, size_t len)
{
	if (!o->has_body || len == 0)
		return 0;
	if (len > UNSENT_MAX - CHUNK_EXTRA ||
	    server_output_unsent(o) > UNSENT_MAX - CHUNK_EXTRA - len)
		return -1;
	forget_sent(o);
	if (o->has_chunks)
		server_answer_chunk(&o->buf, p, len);
	else
		buf_add(&o->buf, p, len);
	return 0;
}

void
server_output_end(struct server_output *o)
{
	if (o->has_chunks)
		server_answer_last_chunk(&o->buf);
}

size_t
server_output_unsent(const struct server_output *o)
{
	return o->buf.len + o->rest.len - o->sent;
}

int
server_output_send(struct server_output *o, struct stream *s)
{
	size_t len;
	const char *p;
	ssize_t n;

	while ((len = server_output_unsent(o)) > 0) {
		if (o->sent < o->buf.len) {
			p = o->buf.data + o->sent;
			len = o->buf.len - o->sent;
		} else
			p = o->rest.data + (o->sent - o->buf.len);
		n = stream_write(s, p, len);
		if (n == -1)
			return -1;
		o->sent += (size_t)n;
	}
	return 0;
}

/* Not more often than as many bytes were sent as are to be moved. */
static void
forget_sent(struct server_output *o)
{
	if (o->sent > o->buf.len / 2) {
		buf_drop(&o->buf, o->sent);
		o->sent = 0;
	}
}
