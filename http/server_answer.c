/* SPDX-License-Identifier: MIT */
/*
 * What a server sends: the bytes of one answer, head and body (RFC 9110,
 * RFC 9112 6 and 7). The caller says what to answer and to whom; length,
 * coding, date and the life of the connection are written here.
 *
 * A small answer is one run of bytes, to be sent by one write; a large body
 * that outlives its answer is not copied; one that is not known yet is added
 * in pieces. No I/O; it is on the path of every request of a server, so nothing
 * is formatted by printf that need not be. Types and fields are the caller's
 * and trusted to be well formed.
 */

#include <string.h>
#include <time.h>

#include "http/server_answer.h"
#include "http/words.h"

enum {
	COPY_MAX = 16 * 1024,		/* of a static body, for one write */
	CHUNK_SIZE = 4096
};

/* How the peer learns where the body ends. */
enum framing {
	BY_LENGTH,
	BY_CHUNKS,
	BY_CLOSE
};

static bool	may_have_body(int status);
static void	add_head(struct buf *out, const struct server_answer *a,
		    const struct server_asked *asked, const char *date,
		    enum framing framing);
static void	add_chunks(struct buf *out, const char *p, size_t len);
static void	add_number(struct buf *out, uint64_t n);
static const char *date_lines(struct server_date *date, uint64_t now_ns);

void
server_answer_add(struct buf *out, const struct server_answer *a,
    const struct server_asked *asked, struct server_date *date,
    struct http_view *rest)
{
	bool is_chunked = a->is_chunked && server_answer_is_chunked(asked);
	size_t len = a->is_cut ? a->body_len / 2 : a->body_len;

	*rest = (struct http_view){ NULL, 0 };
	add_head(out, a, asked, date_lines(date, asked->now_ns),
	    is_chunked ? BY_CHUNKS : BY_LENGTH);
	if (!server_answer_has_body(a, asked))
		return;
	if (is_chunked) {
		add_chunks(out, a->body, len);
		if (!a->is_cut)
			server_answer_last_chunk(out);
	} else if (a->is_static && len > COPY_MAX)
		*rest = (struct http_view){ a->body, len };
	else
		buf_add(out, a->body, len);
}

void
server_answer_begin(struct buf *out, const struct server_answer *a,
    const struct server_asked *asked, struct server_date *date)
{
	add_head(out, a, asked, date_lines(date, asked->now_ns),
	    server_answer_is_chunked(asked) ? BY_CHUNKS : BY_CLOSE);
}

void
server_answer_chunk(struct buf *out, const void *p, size_t len)
{
	buf_addf(out, "%zx\r\n", len);
	buf_add(out, p, len);
	buf_adds(out, "\r\n");
}

void
server_answer_last_chunk(struct buf *out)
{
	buf_adds(out, "0\r\n\r\n");
}

bool
server_answer_has_body(const struct server_answer *a,
    const struct server_asked *asked)
{
	return !asked->is_head && may_have_body(a->status);
}

bool
server_answer_is_chunked(const struct server_asked *asked)
{
	return asked->minor > 0;
}

int
server_refusal(const struct http_head *h, const char *end)
{
	const char *version;

	if (h->reason == HTTP_HEAD_TOO_LARGE && h->target.data == NULL)
		return 414;		/* RFC 9112 3 */
	if (h->reason == HTTP_HEAD_TOO_LARGE ||
	    h->reason == HTTP_TOO_MANY_FIELDS)
		return 431;
	/* RFC 9112 6.1; a body whose end is not known is a 400 (6.3). */
	if (h->reason == HTTP_BAD_CODING && h->framing == HTTP_BODY_CHUNKED)
		return 501;
	if (h->reason == HTTP_NOT_HTTP) {
		version = h->target.data + h->target.len + 1;
		if (end - version > 5 && memcmp(version, "HTTP/", 5) == 0)
			return 505;
	}
	return 400;
}

/* RFC 9110 15.3.5, 15.4.5. These need not tell a length either (8.6). */
static bool
may_have_body(int status)
{
	return status != 204 && status != 304;
}

static void
add_head(struct buf *out, const struct server_answer *a,
    const struct server_asked *asked, const char *date, enum framing framing)
{
	buf_adds(out, "HTTP/1.1 ");
	add_number(out, (uint64_t)a->status);
	buf_adds(out, " ");
	buf_adds(out, http_status_text(a->status));
	buf_adds(out, date);
	if (a->type != NULL) {
		buf_adds(out, "Content-Type: ");
		buf_adds(out, a->type);
		buf_adds(out, "\r\n");
	}
	if (a->fields != NULL)
		buf_adds(out, a->fields);
	if (framing == BY_CHUNKS && may_have_body(a->status))
		buf_adds(out, "Transfer-Encoding: chunked\r\n");
	else if (framing == BY_LENGTH && may_have_body(a->status)) {
		buf_adds(out, "Content-Length: ");
		add_number(out, a->body_len);
		buf_adds(out, "\r\n");
	}
	if (asked->is_last)
		buf_adds(out, "Connection: close\r\n");
	else if (asked->minor == 0)
		buf_adds(out, "Connection: keep-alive\r\n");
	buf_adds(out, "\r\n");
}

static void
add_chunks(struct buf *out, const char *p, size_t len)
{
	size_t n;

	for (; len > 0; len -= n, p += n) {
		n = len < CHUNK_SIZE ? len : CHUNK_SIZE;
		server_answer_chunk(out, p, n);
	}
}

static void
add_number(struct buf *out, uint64_t n)
{
	char digits[20];	/* of UINT64_MAX */
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	buf_add(out, digits + at, sizeof(digits) - at);
}

/*
 * The end of the status line and the Date field, which a server with a clock
 * sends (RFC 9110 6.6.1).
 */
static const char *
date_lines(struct server_date *date, uint64_t now_ns)
{
	uint64_t wall_ns;
	struct tm tm;
	time_t t;

	if (now_ns < date->until_ns)
		return date->lines;
	wall_ns = clock_wall_ns();
	t = (time_t)(wall_ns / NS_PER_SEC);
	date->until_ns = now_ns + NS_PER_SEC - wall_ns % NS_PER_SEC;
	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(date->lines, sizeof(date->lines),
	    "\r\nDate: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm) == 0)
		memcpy(date->lines, "\r\n", sizeof("\r\n"));
	return date->lines;
}
