/* SPDX-License-Identifier: MIT */

/*
 * The JSON decoder (RFC 8259): takes the grammar of the RFC and nothing else,
 * and builds a tree; it knows no pulse type.
 *
 * Texts come from the network: length, depth and number of values have a
 * maximum, and no input may cost more than n log n. Recursion is bounded by
 * JSON_DEPTH_MAX. A document owns all its memory: strings lie one after the
 * other in a single piece, values in blocks that never move.
 *
 * Numbers stay text until somebody asks. The point is always a point, because
 * nobody calls setlocale. Nothing here prints or knows a file.
 */

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "json.h"

/*
 * Values allocated at a time: as many as the rest of the text may well have. A
 * C library keeps one large block for the next document, but gives the system
 * back what many small ones leave, and getting that again is most of the cost.
 */
enum {
	VALUE_BYTES = 4,	/* of text, about: "0,1234," */
	BLOCK_MIN = 64,		/* 4 KB */
	BLOCK_MAX = 16 * 1024	/* 1 MB */
};

/* Code points that come as two \u escapes, the second in the low half. */
#define SURROGATE_HIGH	0xd800
#define SURROGATE_LOW	0xdc00
#define SURROGATE_END	0xe000
#define SURROGATE_BASE	0x10000

struct block {
	struct block		*next;
	size_t			 used;
	size_t			 size;
	struct json_value	 values[];
};

struct json {
	struct json_value	*root;
	struct block		*blocks;
	size_t			 value_count;
	char			*strings;
};

/*
 * The name of a member, kept until its object ends, to find it twice. Most
 * names differ in their first bytes: with these beside it, sorting millions
 * leaves the names themselves alone.
 */
struct member {
	const char	*name;
	size_t		 len;
	size_t		 offset;
	uint64_t	 start;		/* of the name, 0 behind its end */
};

/*
 * members is one stack for all objects that are open: those of the innermost
 * are on top.
 */
struct parser {
	const char	*text;
	size_t		 len;
	size_t		 pos;
	unsigned int	 depth;
	struct json	*doc;
	char		*string_end;	/* where the next string goes */
	struct member	*members;
	size_t		 member_count;
	size_t		 member_cap;
	const char	*reason;	/* of the first error */
	size_t		 error_pos;
};

static size_t	 utf8_put(char *, uint32_t);
static int	 fail(struct parser *, size_t, const char *);
static bool	 take(struct parser *, char);
static void	 skip_blanks(struct parser *);
static int	 expect(struct parser *, const char *);
static int	 enter(struct parser *);
static struct block *add_block(struct parser *);
static struct json_value *new_value(struct parser *);
static int	 parse_value(struct parser *, struct json_value *);
static int	 parse_literal(struct parser *, const char *);
static size_t	 skip_digits(struct parser *);
static int	 parse_number(struct parser *, struct json_value *);
static int	 parse_hex4(struct parser *, uint32_t *);
static int	 parse_unicode(struct parser *, char **);
static int	 parse_escape(struct parser *, char **);
static int	 parse_string(struct parser *, const char **, size_t *);
static int	 parse_array(struct parser *, struct json_value *);
static void	 push_member(struct parser *, const struct json_value *,
	    size_t);
static int	 parse_member(struct parser *, struct json_value *);
static int	 parse_object(struct parser *, struct json_value *);
static int	 compare_members(const void *, const void *);
static int	 check_members(struct parser *, size_t);
static int	 parse_document(struct parser *);
static void	 locate(const struct parser *, struct json_error *);


/* Writes a code point as UTF-8; gives the bytes it took, 1 to 4. */
static size_t
utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static int
fail(struct parser *p, size_t pos, const char *reason)
{
	p->error_pos = pos;
	p->reason = reason;
	return -1;
}

/* Steps over c if it comes next. */
static bool
take(struct parser *p, char c)
{
	if (p->pos == p->len || p->text[p->pos] != c)
		return false;
	p->pos++;
	return true;
}

static void
skip_blanks(struct parser *p)
{
	while (take(p, ' ') || take(p, '\t') || take(p, '\n') || take(p, '\r'))
		continue;
}

/* Fails with what should have come next; reason NULL if anything could. */
static int
expect(struct parser *p, const char *reason)
{
	if (p->pos == p->len)
		return fail(p, p->pos, "text ends too early");
	return fail(p, p->pos, reason);
}

/* Steps over the opening bracket; whoever closes it takes depth back. */
static int
enter(struct parser *p)
{
	if (p->depth == JSON_DEPTH_MAX)
		return fail(p, p->pos, "nested too deeply");
	p->depth++;
	p->pos++;
	return 0;
}

/* Not cleared: what is never used of it costs no memory. */
static struct block *
add_block(struct parser *p)
{
	struct json *doc = p->doc;
	struct block *b;
	size_t n = (p->len - p->pos) / VALUE_BYTES;

	n = n < BLOCK_MIN ? BLOCK_MIN : n > BLOCK_MAX ? BLOCK_MAX : n;
	b = xreallocarray(NULL, 1, sizeof(*b) + n * sizeof(b->values[0]));
	b->next = doc->blocks;
	b->used = 0;
	b->size = n;
	doc->blocks = b;
	return b;
}

/* A value of the document, all zero; NULL when there are too many. */
static struct json_value *
new_value(struct parser *p)
{
	struct json *doc = p->doc;
	struct block *b = doc->blocks;
	struct json_value *v;

	if (doc->value_count == JSON_VALUES_MAX) {
		fail(p, p->pos, "too many values");
		return NULL;
	}
	if (b == NULL || b->used == b->size)
		b = add_block(p);
	doc->value_count++;
	v = &b->values[b->used++];
	memset(v, 0, sizeof(*v));
	return v;
}

static int
parse_value(struct parser *p, struct json_value *v)
{
	if (p->pos == p->len)
		return expect(p, NULL);
	switch (p->text[p->pos]) {
	case '{':
		v->type = JSON_OBJECT;
		return parse_object(p, v);
	case '[':
		v->type = JSON_ARRAY;
		return parse_array(p, v);
	case '"':
		v->type = JSON_STRING;
		return parse_string(p, &v->str, &v->len);
	case 't':
		v->type = JSON_BOOL;
		v->is_true = true;
		return parse_literal(p, "true");
	case 'f':
		v->type = JSON_BOOL;
		return parse_literal(p, "false");
	case 'n':
		v->type = JSON_NULL;
		return parse_literal(p, "null");
	default:
		v->type = JSON_NUMBER;
		return parse_number(p, v);
	}
}

static int
parse_literal(struct parser *p, const char *word)
{
	size_t start = p->pos;

	for (; *word != '\0'; word++) {
		if (p->pos == p->len)
			return expect(p, NULL);
		if (!take(p, *word))
			return fail(p, start, "expected true, false or null");
	}
	return 0;
}

static size_t
skip_digits(struct parser *p)
{
	size_t start = p->pos;

	while (p->pos < p->len && p->text[p->pos] >= '0' &&
	    p->text[p->pos] <= '9')
		p->pos++;
	return p->pos - start;
}

/* RFC 8259, 6. What is no number either gets here too. */
static int
parse_number(struct parser *p, struct json_value *v)
{
	size_t start = p->pos;
	bool is_negative;

	is_negative = take(p, '-');
	if (take(p, '0')) {
		if (skip_digits(p) > 0)
			return fail(p, start, "number starts with 0");
	} else if (skip_digits(p) == 0) {
		return expect(p, is_negative ? "expected a digit" :
		    "expected a value");
	}
	if (take(p, '.') && skip_digits(p) == 0)
		return expect(p, "expected a digit");
	if (take(p, 'e') || take(p, 'E')) {
		if (!take(p, '-'))
			take(p, '+');
		if (skip_digits(p) == 0)
			return expect(p, "expected a digit");
	}
	v->str = p->string_end;
	v->len = p->pos - start;
	memcpy(p->string_end, p->text + start, v->len);
	p->string_end[v->len] = '\0';
	p->string_end += v->len + 1;
	return 0;
}

static int
parse_hex4(struct parser *p, uint32_t *out)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *digit;
	uint32_t c = 0;
	int i;

	for (i = 0; i < 4; i++) {
		if (p->pos == p->len)
			return expect(p, NULL);
		digit = memchr(digits, p->text[p->pos], sizeof(digits) - 1);
		if (digit == NULL)
			return fail(p, p->pos, "expected a hex digit");
		c = c << 4 | (uint32_t)((digit - digits) % 16);
		p->pos++;
	}
	*out = c;
	return 0;
}

/*
 * The rest of a \u escape. A character beyond U+FFFF comes as two of them
 * (RFC 8259, 7); half of such a pair is no character, and is refused.
 */
static int
parse_unicode(struct parser *p, char **out)
{
	size_t start = p->pos - 2;
	uint32_t c, low;

	if (parse_hex4(p, &c) == -1)
		return -1;
	if (c >= SURROGATE_LOW && c < SURROGATE_END)
		return fail(p, start, "lone surrogate");
	if (c >= SURROGATE_HIGH && c < SURROGATE_LOW) {
		if (!take(p, '\\') || !take(p, 'u'))
			return fail(p, start, "lone surrogate");
		if (parse_hex4(p, &low) == -1)
			return -1;
		if (low < SURROGATE_LOW || low >= SURROGATE_END)
			return fail(p, start, "lone surrogate");
		c = SURROGATE_BASE + ((c - SURROGATE_HIGH) << 10) +
		    (low - SURROGATE_LOW);
	}
	*out += utf8_put(*out, c);
	return 0;
}

static int
parse_escape(struct parser *p, char **out)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	p->pos++;
	if (take(p, 'u'))
		return parse_unicode(p, out);
	if (p->pos == p->len)
		return expect(p, NULL);
	found = memchr(from, p->text[p->pos], sizeof(from) - 1);
	if (found == NULL)
		return fail(p, p->pos - 1, "no such escape");
	*(*out)++ = to[found - from];
	p->pos++;
	return 0;
}

/*
 * The document's strings have room for all: no escape is shorter than what it
 * stands for, the NUL of a string has the place of its quotes, and that of a
 * number the place of what follows it, be it the NUL of the text.
 */
static int
parse_string(struct parser *p, const char **str, size_t *len)
{
	char *out = p->string_end;
	size_t n, start = p->pos;

	p->pos++;
	while (!take(p, '"')) {
		if (p->pos == p->len)
			return fail(p, start, "string does not end");
		if (p->text[p->pos] == '\\') {
			if (parse_escape(p, &out) == -1)
				return -1;
			continue;
		}
		if ((unsigned char)p->text[p->pos] < 0x20)
			return fail(p, p->pos, "control character in a string");
		n = utf8_len(p->text + p->pos, p->len - p->pos);
		if (n == 0)
			return fail(p, p->pos, "invalid UTF-8");
		memcpy(out, p->text + p->pos, n);
		out += n;
		p->pos += n;
	}
	*str = p->string_end;
	*len = (size_t)(out - p->string_end);
	*out = '\0';
	p->string_end = out + 1;
	return 0;
}

static int
parse_array(struct parser *p, struct json_value *v)
{
	struct json_value *item, **tail = &v->child;

	if (enter(p) == -1)
		return -1;
	skip_blanks(p);
	if (take(p, ']'))
		goto done;
	do {
		skip_blanks(p);
		if ((item = new_value(p)) == NULL)
			return -1;
		if (parse_value(p, item) == -1)
			return -1;
		*tail = item;
		tail = &item->next;
		v->count++;
		skip_blanks(p);
	} while (take(p, ','));
	if (!take(p, ']'))
		return expect(p, "expected ',' or ']'");
done:
	p->depth--;
	return 0;
}

static void
push_member(struct parser *p, const struct json_value *v, size_t offset)
{
	struct member *m;
	size_t i;

	if (p->member_count == p->member_cap) {
		p->member_cap = p->member_cap == 0 ? 64 : p->member_cap * 2;
		p->members = xreallocarray(p->members, p->member_cap,
		    sizeof(*p->members));
	}
	m = &p->members[p->member_count++];
	m->name = v->name;
	m->len = v->name_len;
	m->offset = offset;
	m->start = 0;
	for (i = 0; i < sizeof(m->start); i++)
		m->start = m->start << 8 |
		    (i < v->name_len ? (unsigned char)v->name[i] : 0);
}

static int
parse_member(struct parser *p, struct json_value *v)
{
	size_t start = p->pos;

	if (p->pos == p->len || p->text[p->pos] != '"')
		return expect(p, "expected a member name");
	if (parse_string(p, &v->name, &v->name_len) == -1)
		return -1;
	push_member(p, v, start);
	skip_blanks(p);
	if (!take(p, ':'))
		return expect(p, "expected ':'");
	skip_blanks(p);
	return parse_value(p, v);
}

static int
parse_object(struct parser *p, struct json_value *v)
{
	struct json_value *item, **tail = &v->child;
	size_t first = p->member_count;

	if (enter(p) == -1)
		return -1;
	skip_blanks(p);
	if (take(p, '}'))
		goto done;
	do {
		skip_blanks(p);
		if ((item = new_value(p)) == NULL)
			return -1;
		if (parse_member(p, item) == -1)
			return -1;
		*tail = item;
		tail = &item->next;
		v->count++;
		skip_blanks(p);
	} while (take(p, ','));
	if (!take(p, '}'))
		return expect(p, "expected ',' or '}'");
	if (check_members(p, first) == -1)
		return -1;
	p->member_count = first;
done:
	p->depth--;
	return 0;
}

/* Any order that brings equal names together, the first in the text first. */
static int
compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int rc;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->len > sizeof(x->start) &&
	    (rc = memcmp(x->name, y->name, x->len)) != 0)
		return rc;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The members from first on: fails at the earliest name that is a repeat. */
static int
check_members(struct parser *p, size_t first)
{
	struct member *m = p->members + first;
	size_t i, n = p->member_count - first, repeat = SIZE_MAX;

	qsort(m, n, sizeof(*m), compare_members);
	for (i = 1; i < n; i++) {
		if (m[i].len == m[i - 1].len &&
		    memcmp(m[i].name, m[i - 1].name, m[i].len) == 0 &&
		    m[i].offset < repeat)
			repeat = m[i].offset;
	}
	if (repeat != SIZE_MAX)
		return fail(p, repeat, "member name twice in one object");
	return 0;
}

static int
parse_document(struct parser *p)
{
	if (p->len > JSON_TEXT_MAX)
		return fail(p, 0, "text too long");
	if (p->len >= 3 && memcmp(p->text, "\xef\xbb\xbf", 3) == 0)
		return fail(p, 0, "byte order mark");
	p->doc->strings = xcalloc(p->len + 1, 1);
	p->string_end = p->doc->strings;
	if ((p->doc->root = new_value(p)) == NULL)
		return -1;
	skip_blanks(p);
	if (parse_value(p, p->doc->root) == -1)
		return -1;
	skip_blanks(p);
	if (p->pos < p->len)
		return fail(p, p->pos, "text after the value");
	assert(p->depth == 0 && p->member_count == 0);
	assert(p->string_end <= p->doc->strings + p->len + 1);
	return 0;
}

/* Columns are characters: bytes but for those that continue one. */
static void
locate(const struct parser *p, struct json_error *err)
{
	size_t i;

	err->reason = p->reason;
	err->offset = p->error_pos;
	err->line = 1;
	err->column = 1;
	for (i = 0; i < p->error_pos; i++) {
		if (p->text[i] == '\n') {
			err->line++;
			err->column = 1;
		} else if (((unsigned char)p->text[i] & 0xc0) != 0x80) {
			err->column++;
		}
	}
}

struct json *
json_parse(const char *text, size_t len, struct json_error *err)
{
	struct parser p = { .text = text, .len = len };
	int rc;

	p.doc = xcalloc(1, sizeof(*p.doc));
	rc = parse_document(&p);
	free(p.members);
	if (rc == -1) {
		locate(&p, err);
		json_free(p.doc);
		return NULL;
	}
	return p.doc;
}

void
json_free(struct json *doc)
{
	struct block *b, *next;

	if (doc == NULL)
		return;
	for (b = doc->blocks; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(doc->strings);
	free(doc);
}

struct json_value *
json_root(struct json *doc)
{
	return doc->root;
}

struct json_value *
json_get(const struct json_value *v, const char *name)
{
	struct json_value *m;
	size_t len = strlen(name);

	if (v == NULL || v->type != JSON_OBJECT)
		return NULL;
	for (m = v->child; m != NULL; m = m->next)
		if (m->name_len == len && memcmp(m->name, name, len) == 0)
			return m;
	return NULL;
}

int
json_to_uint(const struct json_value *v, uint64_t *out)
{
	if (v == NULL || v->type != JSON_NUMBER)
		return -1;
	return parse_uint(v->str, UINT64_MAX, out);
}

int
json_to_int(const struct json_value *v, int64_t *out)
{
	uint64_t n;

	if (v == NULL || v->type != JSON_NUMBER)
		return -1;
	if (v->str[0] != '-') {
		if (parse_uint(v->str, INT64_MAX, &n) == -1)
			return -1;
		*out = (int64_t)n;
		return 0;
	}
	if (parse_uint(v->str + 1, (uint64_t)INT64_MAX + 1, &n) == -1)
		return -1;
	/* INT64_MIN has no positive twin to be the negative of. */
	*out = n == 0 ? 0 : -(int64_t)(n - 1) - 1;
	return 0;
}

int
json_to_double(const struct json_value *v, double *out)
{
	double d;

	if (v == NULL || v->type != JSON_NUMBER)
		return -1;
	d = strtod(v->str, NULL);
	if (!isfinite(d))
		return -1;
	*out = d;
	return 0;
}

const char *
json_to_str(const struct json_value *v)
{
	if (v == NULL || v->type != JSON_STRING || strlen(v->str) != v->len)
		return NULL;
	return v->str;
}

const char *
json_to_text(const struct json_value *v)
{
	if (v == NULL)
		return NULL;
	switch (v->type) {
	case JSON_NULL:
		return "null";
	case JSON_BOOL:
		return v->is_true ? "true" : "false";
	case JSON_NUMBER:
		return v->str;
	case JSON_STRING:
		return json_to_str(v);
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return NULL;
}
