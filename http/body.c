/* SPDX-License-Identifier: MIT */
/*
 * Bodies of HTTP/1.1 messages as they come in (RFC 9112 sections 6 to 8): of
 * a known length, chunked, or until the connection ends.
 *
 * It tells the caller which of the bytes he has are the body's, as views into
 * them, and where the body ends; it keeps none and waits for none. Data of a
 * chunk is handed on in one piece, however long; only what stands between the
 * chunks is read byte by byte, through the states below, so that it does not
 * matter where the bytes are cut.
 *
 * A chunk size that is no plain hexadecimal number below 2^63, a chunk without
 * its CRLF, and extensions or trailers that are malformed or too long make the
 * body bad for good: what follows on that connection cannot be trusted.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http.h"
#include "http/body.h"

/* What the next byte of a chunked body belongs to (RFC 9112 7.1). */
enum chunk_state {
	CHUNK_SIZE_FIRST,		/* first digit of the size */
	CHUNK_SIZE,
	CHUNK_SIZE_BLANK,
	CHUNK_EXTENSION,
	CHUNK_QUOTED,			/* in an extension, as is the next */
	CHUNK_ESCAPED,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER,			/* first byte of a trailer line */
	CHUNK_TRAILER_NAME,
	CHUNK_TRAILER_VALUE,
	CHUNK_TRAILER_LF,
	CHUNK_LAST_LF,
	CHUNK_DONE,
	CHUNK_BAD
};

static enum http_step step_counted(struct http_body *b, const char *p,
		    size_t len, size_t *used, struct http_view *data);
static enum http_step step_chunked(struct http_body *b, const char *p,
		    size_t len, size_t *used, struct http_view *data);
static size_t	take_data(struct http_body *b, const char *p, size_t len,
		    struct http_view *data);
static enum chunk_state read_byte(struct http_body *b, char c);
static enum chunk_state read_size_line(struct http_body *b, char c);
static enum chunk_state read_extension(struct http_body *b, char c);
static enum chunk_state read_size(struct http_body *b, char c);
static enum chunk_state read_data_end(struct http_body *b, char c);
static enum chunk_state read_trailer(struct http_body *b, char c);
static enum chunk_state begin(struct http_body *b, enum chunk_state state);
static enum chunk_state refuse(struct http_body *b, enum http_reason reason);
static int	hex_value(char c);

void
http_body_start(struct http_body *b, enum http_framing framing, uint64_t length)
{
	*b = (struct http_body){
		.framing = framing,
		.state = CHUNK_SIZE_FIRST,
		.left = framing == HTTP_BODY_LENGTH ? length : 0,
		.reason = HTTP_OK
	};
}

enum http_step
http_body_step(struct http_body *b, const char *p, size_t len, size_t *used,
    struct http_view *data)
{
	*used = 0;
	*data = (struct http_view){ NULL, 0 };
	switch (b->framing) {
	case HTTP_BODY_NONE:
		break;
	case HTTP_BODY_LENGTH:
		return step_counted(b, p, len, used, data);
	case HTTP_BODY_CHUNKED:
		return step_chunked(b, p, len, used, data);
	case HTTP_BODY_CLOSE:
		if (len == 0)
			return HTTP_STEP_MORE;
		*data = (struct http_view){ p, len };
		*used = len;
		return HTTP_STEP_DATA;
	}
	return HTTP_STEP_DONE;
}

int
http_body_end(struct http_body *b)
{
	if (b->framing == HTTP_BODY_NONE || b->framing == HTTP_BODY_CLOSE)
		return 0;
	if (b->framing == HTTP_BODY_LENGTH && b->left == 0)
		return 0;
	if (b->framing == HTTP_BODY_CHUNKED && b->state == CHUNK_DONE)
		return 0;
	if (b->reason == HTTP_OK)
		b->reason = HTTP_TRUNCATED;
	return -1;
}

static enum http_step
step_counted(struct http_body *b, const char *p, size_t len, size_t *used,
    struct http_view *data)
{
	if (b->left == 0)
		return HTTP_STEP_DONE;
	if (len == 0)
		return HTTP_STEP_MORE;
	*used = take_data(b, p, len, data);
	return HTTP_STEP_DATA;
}

static enum http_step
step_chunked(struct http_body *b, const char *p, size_t len, size_t *used,
    struct http_view *data)
{
	size_t i = 0;

	while (i < len && b->state != CHUNK_DONE && b->state != CHUNK_BAD) {
		if (b->state == CHUNK_DATA) {
			*used = i + take_data(b, p + i, len - i, data);
			if (b->left == 0)
				b->state = CHUNK_DATA_CR;
			return HTTP_STEP_DATA;
		}
		b->state = read_byte(b, p[i]);
		i++;
	}
	*used = i;
	if (b->state == CHUNK_DONE)
		return HTTP_STEP_DONE;
	return b->state == CHUNK_BAD ? HTTP_STEP_BAD : HTTP_STEP_MORE;
}

static size_t
take_data(struct http_body *b, const char *p, size_t len,
    struct http_view *data)
{
	size_t n = len < b->left ? len : b->left;

	*data = (struct http_view){ p, n };
	b->left -= n;
	return n;
}

/* The state after one byte that is not data. */
static enum chunk_state
read_byte(struct http_body *b, char c)
{
	enum chunk_state state = b->state;

	b->line++;
	switch (state) {
	case CHUNK_SIZE_FIRST:
	case CHUNK_SIZE:
	case CHUNK_SIZE_BLANK:
	case CHUNK_EXTENSION:
	case CHUNK_QUOTED:
	case CHUNK_ESCAPED:
	case CHUNK_SIZE_LF:
		return read_size_line(b, c);
	case CHUNK_DATA_CR:
	case CHUNK_DATA_LF:
		return read_data_end(b, c);
	case CHUNK_TRAILER:
	case CHUNK_TRAILER_NAME:
	case CHUNK_TRAILER_VALUE:
	case CHUNK_TRAILER_LF:
	case CHUNK_LAST_LF:
		return read_trailer(b, c);
	case CHUNK_DATA:
	case CHUNK_DONE:
	case CHUNK_BAD:
		break;
	}
	assert(0);
	return CHUNK_BAD;
}

/*
 * "1f", blanks, extensions, CRLF (RFC 9112 7.1). Blanks that no extension
 * follows are tolerated: servers pad the size with them.
 */
static enum chunk_state
read_size_line(struct http_body *b, char c)
{
	enum chunk_state state = b->state;

	if (b->line > HTTP_CHUNK_LINE_MAX)
		return refuse(b, HTTP_BAD_CHUNK_SIZE);
	if (state == CHUNK_SIZE_LF) {
		if (c != '\n')
			return refuse(b, HTTP_BAD_CHUNK_SIZE);
		return begin(b, b->left > 0 ? CHUNK_DATA : CHUNK_TRAILER);
	}
	if (hex_value(c) != -1 &&
	    (state == CHUNK_SIZE_FIRST || state == CHUNK_SIZE))
		return read_size(b, c);
	if (state == CHUNK_SIZE_FIRST)
		return refuse(b, HTTP_BAD_CHUNK_SIZE);
	if (state == CHUNK_EXTENSION || state == CHUNK_QUOTED ||
	    state == CHUNK_ESCAPED)
		return read_extension(b, c);
	if (c == '\r')
		return CHUNK_SIZE_LF;
	if (c == ';')
		return CHUNK_EXTENSION;
	if (c == ' ' || c == '\t')
		return CHUNK_SIZE_BLANK;
	return refuse(b, HTTP_BAD_CHUNK_SIZE);
}

/*
 * Nobody understands extensions (RFC 9112 7.1.1). It matters only that they
 * cannot hide the end of the line, in a quoted string either.
 */
static enum chunk_state
read_extension(struct http_body *b, char c)
{
	enum chunk_state state = b->state;

	if (c == '\r' && state == CHUNK_EXTENSION)
		return CHUNK_SIZE_LF;
	if (!http_is_value(&c, 1))
		return refuse(b, HTTP_BAD_CHUNK_SIZE);
	if (state == CHUNK_ESCAPED)
		return CHUNK_QUOTED;
	if (state == CHUNK_QUOTED && c == '\\')
		return CHUNK_ESCAPED;
	if (c == '"')
		return state == CHUNK_QUOTED ? CHUNK_EXTENSION : CHUNK_QUOTED;
	return state;
}

static enum chunk_state
read_size(struct http_body *b, char c)
{
	if (b->left > INT64_MAX >> 4)
		return refuse(b, HTTP_BAD_CHUNK_SIZE);
	b->left = b->left << 4 | hex_value(c);
	return CHUNK_SIZE;
}

static enum chunk_state
read_data_end(struct http_body *b, char c)
{
	if (b->state == CHUNK_DATA_CR && c == '\r')
		return CHUNK_DATA_LF;
	if (b->state == CHUNK_DATA_LF && c == '\n')
		return begin(b, CHUNK_SIZE_FIRST);
	return refuse(b, HTTP_BAD_CHUNK_END);
}

/* Field lines, as in a head, and the blank line that ends the body. */
static enum chunk_state
read_trailer(struct http_body *b, char c)
{
	enum chunk_state state = b->state;

	if (b->line > HTTP_TRAILERS_MAX)
		return refuse(b, HTTP_BAD_TRAILER);
	if (c == '\n' && state != CHUNK_TRAILER_NAME)
		return state == CHUNK_TRAILER || state == CHUNK_LAST_LF ?
		    CHUNK_DONE : CHUNK_TRAILER;
	if (c == '\r' && state == CHUNK_TRAILER)
		return CHUNK_LAST_LF;
	if (c == '\r' && state == CHUNK_TRAILER_VALUE)
		return CHUNK_TRAILER_LF;
	if (c == ':' && state == CHUNK_TRAILER_NAME)
		return CHUNK_TRAILER_VALUE;
	if (state == CHUNK_TRAILER_VALUE && http_is_value(&c, 1))
		return CHUNK_TRAILER_VALUE;
	if ((state == CHUNK_TRAILER || state == CHUNK_TRAILER_NAME) &&
	    http_is_token(&c, 1))
		return CHUNK_TRAILER_NAME;
	return refuse(b, HTTP_BAD_TRAILER);
}

static enum chunk_state
begin(struct http_body *b, enum chunk_state state)
{
	b->line = 0;
	return state;
}

static enum chunk_state
refuse(struct http_body *b, enum http_reason reason)
{
	b->reason = reason;
	return CHUNK_BAD;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}
