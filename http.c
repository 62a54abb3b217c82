/* SPDX-License-Identifier: MIT */
/*
 * Heads of HTTP/1.1 messages, answers and requests (RFC 9112 sections 2 to 6),
 * and what is a token or a value. Bodies are read by http/body.c, URLs by
 * http/url.c; what methods and statuses are called is http/words.c's.
 *
 * It is given bytes and gives back views into them: no I/O, no allocation, no
 * recursion, nothing kept but what the caller holds. It never reads past the
 * length it was given, and what it says does not depend on how the bytes were
 * cut. Every limit is in http.h.
 *
 * Where the RFC lets a reader choose between repairing and refusing, it
 * refuses: a message that two readers may see as two different ones is
 * HTTP_BAD, and the reason says why. What a field means beyond framing and
 * the life of the connection is not looked at.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "http.h"

enum {
	BLANK_LINES_MAX = 8		/* skipped before a request */
};

#define VERSION_START	"HTTP/1."	/* a digit follows */
#define ALERT_BYTE	0x15		/* begins TLS's (RFC 8446 5.1) */

/* A head while it is read, and what its fields have said so far. */
struct reader {
	const char		*data;
	size_t			 len;
	size_t			*scanned;
	const char		*p;		/* next byte to read */
	const char		*end;		/* and none from here */
	struct http_head	*head;
	uint64_t		 length;
	unsigned int		 lengths;	/* Content-Length items */
	unsigned int		 codings;	/* Transfer-Encoding items */
	unsigned int		 chunkings;	/* those that are chunked */
	unsigned int		 hosts;		/* Host fields */
	bool			 is_length_bad;
	bool			 is_chunked;	/* the last coding */
	bool			 is_host_bad;
	bool			 has_close;
	bool			 has_keep_alive;
	bool			 has_continue;
};

/*
 * Classes of bytes, by bits. A token's are letters, digits and !#$%&'*+-.^_`|~
 * (RFC 9110 5.6.2); a field value's are all but the controls, of which it has
 * HTAB (5.5).
 */
enum {
	CHAR_TOKEN = 1,
	CHAR_VALUE = 2
};
static const unsigned char char_classes[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0,	/* 0x00 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,	/* 0x10 */
	2, 3, 2, 3, 3, 3, 3, 3, 2, 2, 3, 3, 2, 3, 3, 2,	/* 0x20 */
	3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2,	/* 0x30 */
	2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,	/* 0x40 */
	3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 3, 3,	/* 0x50 */
	3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,	/* 0x60 */
	3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 3, 2, 3, 0,	/* 0x70 */
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,	/* 0x80 */
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,	/* 0x90 */
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,	/* 0xa0 */
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,	/* 0xb0 */
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,	/* 0xc0 */
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,	/* 0xd0 */
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,	/* 0xe0 */
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2	/* 0xf0 */
};

static const char *const reason_names[] = {
	[HTTP_OK] = "ok",
	[HTTP_NOT_HTTP] = "not HTTP/1.x",
	[HTTP_IS_TLS] = "the answer is TLS, not HTTP",
	[HTTP_BAD_STATUS] = "bad status line",
	[HTTP_BAD_REQUEST_LINE] = "bad request line",
	[HTTP_BAD_FIELD] = "bad header field",
	[HTTP_HEAD_TOO_LARGE] = "head too large",
	[HTTP_TOO_MANY_FIELDS] = "too many header fields",
	[HTTP_BAD_LENGTH] = "bad content length",
	[HTTP_LENGTH_AND_CODING] = "both content length and transfer coding",
	[HTTP_BAD_CODING] = "bad transfer coding",
	[HTTP_BAD_HOST] = "bad host field",
	[HTTP_BAD_CHUNK_SIZE] = "bad chunk size",
	[HTTP_BAD_CHUNK_END] = "bad chunk end",
	[HTTP_BAD_TRAILER] = "bad trailer",
	[HTTP_TRUNCATED] = "truncated"
};
static_assert(sizeof(reason_names) / sizeof(reason_names[0]) == HTTP_REASONS,
    "every reason has a name");

/* Single bytes. */
static bool	is_blank(char c);
static bool	is_digit(char c);
static char	fold(char c);

/* Runs of bytes. */
static const char *skip_class(const char *p, const char *end, int class);
static bool	is_word(struct http_view v, const char *word);
static bool	is_visible(struct http_view v);
static bool	is_scheme(struct http_view v);
static bool	is_host(struct http_view v);
static bool	cut(struct http_view *rest, char c, struct http_view *part);
static bool	next_line(struct http_view *rest, struct http_view *line);
static bool	next_item(struct http_view *list, struct http_view *item);
static bool	has_item(struct http_view list, const char *word);
static struct http_view trim(struct http_view v);

/* Heads. */
static ssize_t	refuse(struct reader *r, enum http_reason reason);
static void	reader_init(struct reader *r, const char *data, size_t len,
		    size_t *scanned, struct http_head *h);
static bool	has_new_line(const struct reader *r);
static ssize_t	conclude(struct reader *r, ssize_t result);
static ssize_t	check_start(struct reader *r);
static ssize_t	line_end(const char *p, const char *end);
static ssize_t	read_line(struct reader *r, struct http_view *line);
static ssize_t	skip_blank_lines(struct reader *r);
static ssize_t	read_status_line(struct reader *r);
static ssize_t	read_request_line(struct reader *r);
static bool	is_target(struct http_view method, struct http_view target);
static bool	read_version(struct http_view v, int *minor);
static ssize_t	read_fields(struct reader *r);
static ssize_t	read_field(struct reader *r, struct http_view *name,
		    struct http_view *value);
static void	note_field(struct reader *r, struct http_view name,
		    struct http_view value);
static void	note_length(struct reader *r, struct http_view value);
static void	note_coding(struct reader *r, struct http_view value);
static bool	read_length(struct http_view v, uint64_t *length);
static ssize_t	frame_answer(struct reader *r, bool to_head);
static ssize_t	frame_request(struct reader *r);
static ssize_t	frame_body(struct reader *r, enum http_framing otherwise);
static bool	may_stay(const struct reader *r);

const char *
http_reason_name(enum http_reason reason)
{
	assert(reason >= HTTP_OK && reason < HTTP_REASONS);
	return reason_names[reason];
}

bool
http_view_is(struct http_view v, const char *s)
{
	return v.len == strlen(s) && (v.len == 0 ||
	    memcmp(v.data, s, v.len) == 0);
}

bool
http_view_is_nocase(struct http_view v, const char *s)
{
	size_t i;

	for (i = 0; i < v.len; i++)
		if (s[i] == '\0' || fold(v.data[i]) != fold(s[i]))
			return false;
	return s[i] == '\0';
}

ssize_t
http_read_answer(const char *data, size_t len, size_t *scanned, bool to_head,
    struct http_head *h)
{
	struct reader r;
	ssize_t n;

	reader_init(&r, data, len, scanned, h);
	n = check_start(&r);
	if (n == 0)
		n = has_new_line(&r) ? read_status_line(&r) : HTTP_PARTIAL;
	if (n == 0)
		n = read_fields(&r);
	if (n == 0)
		n = frame_answer(&r, to_head);
	return conclude(&r, n);
}

ssize_t
http_read_request(const char *data, size_t len, size_t *scanned,
    struct http_head *h)
{
	struct reader r;
	ssize_t n;

	reader_init(&r, data, len, scanned, h);
	n = skip_blank_lines(&r);
	if (n == 0)
		n = has_new_line(&r) ? read_request_line(&r) : HTTP_PARTIAL;
	if (n == 0)
		n = read_fields(&r);
	if (n == 0)
		n = frame_request(&r);
	return conclude(&r, n);
}

struct http_view
http_field(struct http_view fields, const char *name)
{
	struct http_view key, value;

	while (next_line(&fields, &value))
		if (cut(&value, ':', &key) && http_view_is_nocase(key, name))
			return trim(value);
	return (struct http_view){ NULL, 0 };
}

bool
http_is_token(const char *s, size_t len)
{
	return len > 0 && skip_class(s, s + len, CHAR_TOKEN) == s + len;
}

bool
http_is_value(const char *s, size_t len)
{
	return len == 0 || skip_class(s, s + len, CHAR_VALUE) == s + len;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* The first byte in [p, end) that is not of the class, or end. */
static const char *
skip_class(const char *p, const char *end, int class)
{
	while (p < end && (char_classes[(unsigned char)*p] & class) != 0)
		p++;
	return p;
}

/*
 * Whether v is that word of lower case letters, digits and hyphens, whatever
 * v's case. Bit 5 makes capitals small; what else it turns into one of these
 * is a control, which names and values do not have.
 */
static bool
is_word(struct http_view v, const char *word)
{
	size_t i;

	if (v.len != strlen(word))
		return false;
	for (i = 0; i < v.len; i++)
		if ((v.data[i] | 0x20) != word[i])
			return false;
	return true;
}

/* Some bytes, all of them visible ASCII. */
static bool
is_visible(struct http_view v)
{
	size_t i;

	for (i = 0; i < v.len; i++)
		if (v.data[i] <= ' ' || v.data[i] > '~')
			return false;
	return v.len > 0;
}

/* "http" (RFC 3986 3.1). */
static bool
is_scheme(struct http_view v)
{
	size_t i;

	for (i = 0; i < v.len; i++)
		if ((fold(v.data[i]) < 'a' || fold(v.data[i]) > 'z') &&
		    (i == 0 || (!is_digit(v.data[i]) &&
		    memchr("+-.", v.data[i], 3) == NULL)))
			return false;
	return v.len > 0;
}

/*
 * "name", "name:80", "[::1]:80", by their characters (RFC 3986 3.2), so that
 * no list, user or path passes for a host. It may be empty, and so may the
 * port (RFC 9112 3.2, RFC 9110 7.2).
 */
static bool
is_host(struct http_view v)
{
	const char *p = v.data, *end = p + v.len;

	if (p < end && *p == '[') {
		for (p++; p < end && (*p == ':' || http_is_token(p, 1)); p++)
			continue;
		if (p == end || *p++ != ']')
			return false;
	} else
		p = skip_class(p, end, CHAR_TOKEN);
	if (p < end && *p++ != ':')
		return false;
	while (p < end && is_digit(*p))
		p++;
	return p == end;
}

/*
 * Moves what is before the first c from rest to part and drops the c. False
 * when there is no c: all is in part then and rest is empty, data NULL.
 */
static bool
cut(struct http_view *rest, char c, struct http_view *part)
{
	const char *at = NULL;

	*part = *rest;
	if (rest->len > 0)
		at = memchr(rest->data, c, rest->len);
	if (at == NULL) {
		*rest = (struct http_view){ NULL, 0 };
		return false;
	}
	part->len = at - part->data;
	rest->data = at + 1;
	rest->len -= part->len + 1;
	return true;
}

/* The next whole line, without its end. */
static bool
next_line(struct http_view *rest, struct http_view *line)
{
	if (!cut(rest, '\n', line))
		return false;
	if (line->len > 0 && line->data[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* The next of a comma-separated list, which may be empty (RFC 9110 5.6.1). */
static bool
next_item(struct http_view *list, struct http_view *item)
{
	if (list->data == NULL)
		return false;
	cut(list, ',', item);
	*item = trim(*item);
	return true;
}

static bool
has_item(struct http_view list, const char *word)
{
	struct http_view item;

	while (next_item(&list, &item))
		if (is_word(item, word))
			return true;
	return false;
}

static struct http_view
trim(struct http_view v)
{
	while (v.len > 0 && is_blank(v.data[0])) {
		v.data++;
		v.len--;
	}
	while (v.len > 0 && is_blank(v.data[v.len - 1]))
		v.len--;
	return v;
}

static ssize_t
refuse(struct reader *r, enum http_reason reason)
{
	r->head->reason = reason;
	return HTTP_BAD;
}

/* A head may not be larger than HTTP_HEAD_MAX: more is not even looked at. */
static void
reader_init(struct reader *r, const char *data, size_t len, size_t *scanned,
    struct http_head *h)
{
	assert(*scanned <= len);
	*h = (struct http_head){ .reason = HTTP_OK };
	*r = (struct reader){
		.data = data,
		.len = len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX,
		.scanned = scanned,
		.p = data,
		.head = h
	};
	r->end = len > 0 ? data + r->len : data;
}

/*
 * Whether a line has ended since the last look: if not, reading again would
 * find nothing new. So a head is read at most once a line, and not once a
 * byte. One that has reached its limit is read for the last time.
 */
static bool
has_new_line(const struct reader *r)
{
	size_t from = *r->scanned;

	return r->len == HTTP_HEAD_MAX ||
	    memchr(r->data + from, '\n', r->len - from) != NULL;
}

/* What the caller gets for 0, HTTP_PARTIAL or HTTP_BAD. */
static ssize_t
conclude(struct reader *r, ssize_t result)
{
	if (result == HTTP_PARTIAL && r->len == HTTP_HEAD_MAX)
		result = refuse(r, HTTP_HEAD_TOO_LARGE);
	*r->scanned = result == HTTP_PARTIAL ? r->len : 0;
	return result == 0 ? r->p - r->data : result;
}

/* Bytes of the line end at p: 1, 2, 0 if it is none, or HTTP_PARTIAL. */
static ssize_t
line_end(const char *p, const char *end)
{
	if (p == end)
		return HTTP_PARTIAL;
	if (*p == '\n')
		return 1;
	if (*p != '\r')
		return 0;
	if (p + 1 == end)
		return HTTP_PARTIAL;
	return p[1] == '\n' ? 2 : 0;
}

static ssize_t
read_line(struct reader *r, struct http_view *line)
{
	struct http_view rest = { r->p, r->end - r->p };

	if (!next_line(&rest, line))
		return HTTP_PARTIAL;
	r->p = rest.data;
	return 0;
}

/* Skips to the first byte of a request, which must begin a method. */
static ssize_t
skip_blank_lines(struct reader *r)
{
	int count;
	ssize_t n;

	for (count = 0; count <= BLANK_LINES_MAX; count++) {
		n = line_end(r->p, r->end);
		if (n == HTTP_PARTIAL)
			return n;
		if (n == 0 && http_is_token(r->p, 1))
			return 0;
		if (n == 0)
			break;
		r->p += n;
	}
	return refuse(r, HTTP_BAD_REQUEST_LINE);
}

/* Looks at the first bytes, so that what is no HTTP is known at once. */
static ssize_t
check_start(struct reader *r)
{
	size_t n = sizeof(VERSION_START) - 1;

	if (r->len == 0)
		return HTTP_PARTIAL;
	if (memcmp(r->data, VERSION_START, r->len < n ? r->len : n) == 0)
		return 0;
	return refuse(r, r->data[0] == ALERT_BYTE ? HTTP_IS_TLS :
	    HTTP_NOT_HTTP);
}

/* RFC 9112 4: the reason may be missing, and then often its blank is too. */
static ssize_t
read_status_line(struct reader *r)
{
	struct http_view line, version, status;

	if (read_line(r, &line) == HTTP_PARTIAL)
		return HTTP_PARTIAL;
	cut(&line, ' ', &version);
	if (!read_version(version, &r->head->minor))
		return refuse(r, HTTP_NOT_HTTP);
	cut(&line, ' ', &status);
	if (status.len != 3 || !is_digit(status.data[0]) ||
	    !is_digit(status.data[1]) || !is_digit(status.data[2]) ||
	    status.data[0] == '0' || !http_is_value(line.data, line.len))
		return refuse(r, HTTP_BAD_STATUS);
	r->head->status = (status.data[0] - '0') * 100 +
	    (status.data[1] - '0') * 10 + (status.data[2] - '0');
	return 0;
}

/* RFC 9112 3, to the letter: single blanks, none in the target. */
static ssize_t
read_request_line(struct reader *r)
{
	struct http_head *h = r->head;
	struct http_view line, version;

	if (read_line(r, &line) == HTTP_PARTIAL)
		return HTTP_PARTIAL;
	if (!cut(&line, ' ', &h->method) ||
	    !http_is_token(h->method.data, h->method.len) ||
	    !cut(&line, ' ', &h->target) || !is_visible(h->target) ||
	    cut(&line, ' ', &version))
		return refuse(r, HTTP_BAD_REQUEST_LINE);
	/* First, for other versions have other targets. */
	if (!read_version(version, &h->minor))
		return refuse(r, HTTP_NOT_HTTP);
	if (!is_target(h->method, h->target))
		return refuse(r, HTTP_BAD_REQUEST_LINE);
	return 0;
}

/*
 * One of the four forms (RFC 9112 3.2): "/path", "http://a/path", "a:443" to
 * CONNECT, "*" to OPTIONS. None has a fragment. Other characters that no URI
 * has (RFC 3986 2) are common in paths and mean nothing here: they pass.
 */
static bool
is_target(struct http_view method, struct http_view target)
{
	struct http_view rest = target, scheme;

	if (memchr(target.data, '#', target.len) != NULL)
		return false;
	if (http_view_is(method, "CONNECT"))
		return is_host(target);
	if (http_view_is(target, "*"))
		return http_view_is(method, "OPTIONS");
	return target.data[0] == '/' ||
	    (cut(&rest, ':', &scheme) && is_scheme(scheme));
}

static bool
read_version(struct http_view v, int *minor)
{
	size_t n = sizeof(VERSION_START) - 1;

	if (v.len != n + 1 || memcmp(v.data, VERSION_START, n) != 0 ||
	    !is_digit(v.data[n]))
		return false;
	*minor = v.data[n] - '0';
	return true;
}

/* Takes all field lines and the blank line behind them. */
static ssize_t
read_fields(struct reader *r)
{
	const char *first = r->p;
	struct http_view name, value;
	int count;
	ssize_t n;

	for (count = 0;; count++) {
		n = line_end(r->p, r->end);
		if (n != 0)
			break;
		n = read_field(r, &name, &value);
		if (n != 0)
			return n;
		if (count == HTTP_FIELDS_MAX)
			return refuse(r, HTTP_TOO_MANY_FIELDS);
		note_field(r, name, value);
	}
	if (n == HTTP_PARTIAL)
		return n;
	r->head->fields = (struct http_view){ first, r->p - first };
	r->p += n;
	return 0;
}

/* Half a line is not judged: its outcome must not depend on where it is cut. */
static ssize_t
refuse_field(struct reader *r)
{
	if (memchr(r->p, '\n', (size_t)(r->end - r->p)) == NULL)
		return HTTP_PARTIAL;
	return refuse(r, HTTP_BAD_FIELD);
}

/*
 * Takes one field line. A folded one begins with a blank, which no name does
 * (RFC 9112 5.2); a blank before the colon ends the name too early (5.1).
 */
static ssize_t
read_field(struct reader *r, struct http_view *name, struct http_view *value)
{
	const char *colon, *stop;
	ssize_t n;

	colon = skip_class(r->p, r->end, CHAR_TOKEN);
	if (colon == r->end)
		return HTTP_PARTIAL;
	if (*colon != ':' || colon == r->p)
		return refuse_field(r);
	stop = skip_class(colon + 1, r->end, CHAR_VALUE);
	n = line_end(stop, r->end);
	if (n == 0)
		return refuse_field(r);
	if (n == HTTP_PARTIAL)
		return n;
	*name = (struct http_view){ r->p, colon - r->p };
	*value = trim((struct http_view){ colon + 1, stop - colon - 1 });
	r->p = stop + n;
	return 0;
}

/* Keeps what matters for framing; most fields fall out by their length. */
static void
note_field(struct reader *r, struct http_view name, struct http_view value)
{
	switch (name.len) {
	case sizeof("host") - 1:
		if (is_word(name, "host")) {
			r->hosts++;
			r->is_host_bad |= !is_host(value);
		}
		break;
	case sizeof("expect") - 1:
		if (is_word(name, "expect"))
			r->has_continue |= has_item(value, "100-continue");
		break;
	case sizeof("connection") - 1:
		if (is_word(name, "connection")) {
			r->has_close |= has_item(value, "close");
			r->has_keep_alive |= has_item(value, "keep-alive");
		}
		break;
	case sizeof("content-length") - 1:
		if (is_word(name, "content-length"))
			note_length(r, value);
		break;
	case sizeof("transfer-encoding") - 1:
		if (is_word(name, "transfer-encoding"))
			note_coding(r, value);
		break;
	}
}

/*
 * One number, or the same one several times, in a list or in several fields
 * (RFC 9112 6.3, 5).
 */
static void
note_length(struct reader *r, struct http_view value)
{
	struct http_view item;
	uint64_t length;

	while (next_item(&value, &item)) {
		if (!read_length(item, &length) ||
		    (r->lengths > 0 && length != r->length)) {
			r->is_length_bad = true;
			length = 0;
		}
		r->length = length;
		r->lengths++;
	}
}

static void
note_coding(struct reader *r, struct http_view value)
{
	struct http_view item;

	while (next_item(&value, &item)) {
		r->codings++;
		r->is_chunked = is_word(item, "chunked");
		r->chunkings += r->is_chunked;
	}
}

/* Digits only, up to INT64_MAX. */
static bool
read_length(struct http_view v, uint64_t *length)
{
	uint64_t n = 0, digit;
	size_t i;

	for (i = 0; i < v.len; i++) {
		if (!is_digit(v.data[i]))
			return false;
		digit = v.data[i] - '0';
		if (n > (INT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*length = n;
	return v.len > 0;
}

static ssize_t
frame_answer(struct reader *r, bool to_head)
{
	struct http_head *h = r->head;
	ssize_t n;

	h->keep_alive = may_stay(r);
	if (to_head || h->status < 200 || h->status == 204 || h->status == 304)
		return 0;	/* HTTP_BODY_NONE, as a head begins */
	n = frame_body(r, HTTP_BODY_CLOSE);
	if (h->framing == HTTP_BODY_CLOSE ||
	    (h->framing == HTTP_BODY_CHUNKED && h->minor == 0))
		h->keep_alive = false;
	return n;
}

static ssize_t
frame_request(struct reader *r)
{
	struct http_head *h = r->head;

	if (r->hosts > 1 || (r->hosts == 0 && h->minor > 0) || r->is_host_bad)
		return refuse(r, HTTP_BAD_HOST);
	if (r->codings > 0 && h->minor == 0)
		return refuse(r, HTTP_BAD_CODING);
	h->keep_alive = may_stay(r);
	h->wants_continue = r->has_continue && h->minor > 0;
	return frame_body(r, HTTP_BODY_NONE);
}

/*
 * RFC 9112 6.3 from its rule 3 on. Where that lets the coding win over a length
 * (rule 3), and an answer whose last coding is not chunked go on until the
 * connection ends (rule 4), the message is refused.
 */
static ssize_t
frame_body(struct reader *r, enum http_framing otherwise)
{
	struct http_head *h = r->head;

	h->framing = otherwise;
	if (r->codings > 0 && r->lengths > 0)
		return refuse(r, HTTP_LENGTH_AND_CODING);
	if (r->codings > 0 && r->is_chunked && r->chunkings == 1)
		h->framing = HTTP_BODY_CHUNKED;
	if (r->codings > 1 || (r->codings == 1 && !r->is_chunked))
		return refuse(r, HTTP_BAD_CODING);
	if (r->is_length_bad)
		return refuse(r, HTTP_BAD_LENGTH);
	if (r->lengths > 0) {
		h->framing = HTTP_BODY_LENGTH;
		h->length = r->length;
	}
	return 0;
}

/* RFC 9112 9.3. */
static bool
may_stay(const struct reader *r)
{
	return !r->has_close && (r->head->minor > 0 || r->has_keep_alive);
}
