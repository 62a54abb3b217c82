/* SPDX-License-Identifier: MIT */
#ifndef HTTP_H
#define HTTP_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HTTP_HEAD_MAX = 64 * 1024,	/* bytes of a head, with start line */
	HTTP_FIELDS_MAX = 256		/* header fields in one head */
};

enum {
	HTTP_PARTIAL = -1,		/* good so far, more bytes needed */
	HTTP_BAD = -2			/* not HTTP; the reason says why */
};

/*
 * Why a message was refused, its head or its body (http/body.h);
 * http_reason_name gives words for each.
 */
enum http_reason {
	HTTP_OK,
	HTTP_NOT_HTTP,			/* no HTTP/1.x start line */
	HTTP_IS_TLS,			/* answer: an alert of TLS instead */
	HTTP_BAD_STATUS,
	HTTP_BAD_REQUEST_LINE,
	HTTP_BAD_FIELD,			/* name, colon, value, folding, NUL */
	HTTP_HEAD_TOO_LARGE,
	HTTP_TOO_MANY_FIELDS,
	HTTP_BAD_LENGTH,		/* no number, or two that differ */
	HTTP_LENGTH_AND_CODING,		/* Content-Length and coding */
	HTTP_BAD_CODING,		/* not exactly chunked; framing is
					   HTTP_BODY_CHUNKED if that is last */
	HTTP_BAD_HOST,			/* request: not exactly one good Host */
	HTTP_BAD_CHUNK_SIZE,
	HTTP_BAD_CHUNK_END,		/* no CRLF after the data */
	HTTP_BAD_TRAILER,
	HTTP_TRUNCATED,			/* the connection ended in the middle */
	HTTP_REASONS
};
const char *http_reason_name(enum http_reason reason);	/* "bad chunk size" */

/* Bytes that belong to somebody else. Never assume a NUL behind them. */
struct http_view {
	const char	*data;
	size_t		 len;
};

bool	 http_view_is(struct http_view v, const char *s);	/* exact */
bool	 http_view_is_nocase(struct http_view v, const char *s);

/* How a body ends (RFC 9112 6.3). */
enum http_framing {
	HTTP_BODY_NONE,
	HTTP_BODY_LENGTH,
	HTTP_BODY_CHUNKED,
	HTTP_BODY_CLOSE			/* answers: until the connection ends */
};

/* A head that was read. Views point into the bytes that were given. */
struct http_head {
	int			 status;	/* answers: 100 to 999 */
	struct http_view	 method;	/* requests */
	struct http_view	 target;	/* requests: as received */
	int			 minor;		/* of HTTP/1.minor */
	struct http_view	 fields;	/* all lines: http_field */
	enum http_framing	 framing;
	uint64_t		 length;	/* for HTTP_BODY_LENGTH */
	bool			 keep_alive;	/* RFC 9112 9.3 */
	bool			 wants_continue;	/* RFC 9110 10.1.1 */
	enum http_reason	 reason;	/* when HTTP_BAD */
};

/*
 * Read one head at the start of data. Bytes consumed with the blank line, or
 * HTTP_PARTIAL, or HTTP_BAD with h->reason set once a whole line shows it, if
 * not before (a first byte that cannot begin it is enough). *scanned
 * remembers how far line ends were looked for: 0 before the first call for a
 * message, then handed back unchanged while the same bytes grow at the end; it
 * is 0 again once a head was read or refused. However the bytes are cut, a
 * head has the same outcome. Nothing is allocated or copied. RFC 9112 sections
 * 2 to 6: obs-fold, blanks before the colon, controls (bare CR and NUL among
 * them) are refused, a bare LF ends a line.
 *
 * http_read_answer: to_head says that the request was a HEAD. 1xx, 204, 304
 * and answers to HEAD have no body, whatever their fields say (RFC 9112 6.3).
 * Blank lines before the status line are refused. A body that ends with the
 * connection, and a transfer coding in HTTP/1.0, clear keep_alive.
 * http_read_request: a few blank lines before it are skipped (RFC 9112 2.2);
 * HTTP/1.1 without exactly one Host is HTTP_BAD_HOST, and so are two Hosts in
 * HTTP/1.0. A transfer coding in HTTP/1.0 is refused. Other expectations than
 * 100-continue mean nothing (RFC 9110 10.1.1 leaves it to the server).
 *
 * Both refuse what the RFC lets a reader repair: a Content-Length beside a
 * coding, codings other than chunked, obs-fold (9112 6.3, 6.1, 5.2). Both take
 * a Content-Length that is the same several times (6.3, 5).
 */
ssize_t	 http_read_answer(const char *data, size_t len, size_t *scanned,
	    bool to_head, struct http_head *h);
ssize_t	 http_read_request(const char *data, size_t len, size_t *scanned,
	    struct http_head *h);

/*
 * Value of the first field of that name, whatever its case, without the blanks
 * around it; data NULL if absent.
 */
struct http_view http_field(struct http_view fields, const char *name);

/* RFC 9110 5.6.2 token; a field value without CR, LF, NUL or controls. */
bool	 http_is_token(const char *s, size_t len);
bool	 http_is_value(const char *s, size_t len);

#endif
