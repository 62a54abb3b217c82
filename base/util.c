/* SPDX-License-Identifier: MIT */

/*
 * What every other file stands on: memory, bounded buffers and files read into
 * them, the clock.
 *
 * Nothing here prints or exits, but the x-allocators when memory is out, and
 * nothing is kept between calls.
 */

#include <assert.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/util.h"

enum {
	BUF_CAP_MIN = 128,	/* bytes of the first allocation */
	READ_SIZE = 16 * 1024
};

static int	 buf_grow(struct buf *, size_t);
static uint64_t	 clock_read_ns(clockid_t);

void *
xcalloc(size_t n, size_t size)
{
	void *p;

	/* A request for nothing may give NULL, which would read as failure. */
	p = calloc(n == 0 ? 1 : n, size == 0 ? 1 : size);
	if (p == NULL)
		err(EXIT_FAILURE, "calloc");
	return p;
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n == 0 ? 1 : n, size == 0 ? 1 : size);
	if (p == NULL)
		err(EXIT_FAILURE, "reallocarray");
	return p;
}

char *
xstrdup(const char *s)
{
	char *p;

	if ((p = strdup(s)) == NULL)
		err(EXIT_FAILURE, "strdup");
	return p;
}

char *
xstrndup(const char *s, size_t len)
{
	char *p;

	if ((p = strndup(s, len)) == NULL)
		err(EXIT_FAILURE, "strndup");
	return p;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		err(EXIT_FAILURE, "vsnprintf");

	p = xcalloc((size_t)len + 1, 1);
	va_start(ap, fmt);
	len = vsnprintf(p, (size_t)len + 1, fmt, ap);
	va_end(ap);
	if (len < 0)
		err(EXIT_FAILURE, "vsnprintf");
	return p;
}

void
wipe(void *p, size_t len)
{
	volatile char *at = p;

	while (len-- > 0)
		*at++ = 0;
}

void
buf_init(struct buf *b, size_t max)
{
	assert(max < SIZE_MAX / 2);	/* so that no sum below wraps round */
	b->data = NULL;
	b->len = 0;
	b->cap = 0;
	b->max = max;
	b->is_full = false;
}

void
buf_clear(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->is_full = false;
}

void
buf_recycle(struct buf *b, size_t most)
{
	if (b->cap > most)
		buf_clear(b);
	else
		buf_reset(b);
}

/* Makes room for len more bytes and a NUL behind them, or gives -1. */
static int
buf_grow(struct buf *b, size_t len)
{
	size_t cap;

	if (len > b->max - b->len)
		return -1;
	if (len < b->cap - b->len)
		return 0;
	cap = b->cap == 0 ? BUF_CAP_MIN : b->cap * 2;
	if (cap > b->max)
		cap = b->max + 1;
	if (cap < b->len + len + 1)
		cap = b->len + len + 1;
	b->data = xreallocarray(b->data, cap, 1);
	b->cap = cap;
	return 0;
}

int
buf_add(struct buf *b, const void *p, size_t len)
{
	if (buf_grow(b, len) == -1) {
		b->is_full = true;
		return -1;
	}
	if (len > 0)	/* p may be NULL then */
		memcpy(b->data + b->len, p, len);
	b->len += len;
	return 0;
}

int
buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0 || buf_grow(b, (size_t)len) == -1) {
		b->is_full = true;
		return -1;
	}
	va_start(ap, fmt);
	len = vsnprintf(b->data + b->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	if (len < 0) {
		b->is_full = true;
		return -1;
	}
	b->len += (size_t)len;
	return 0;
}

char *
buf_room(struct buf *b, size_t len)
{
	if (buf_grow(b, len) == -1)
		return NULL;
	return b->data + b->len;
}

void
buf_used(struct buf *b, size_t len)
{
	assert(len == 0 || len < b->cap - b->len);
	b->len += len;
}

void
buf_drop(struct buf *b, size_t len)
{
	assert(len <= b->len);
	b->len -= len;
	if (len > 0 && b->len > 0)
		memmove(b->data, b->data + len, b->len);
}

int
buf_read_file(struct buf *b, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char bytes[READ_SIZE];
	int error = 0;
	size_t n;

	if (f == NULL)
		error = errno;
	while (error == 0 && (n = fread(bytes, 1, sizeof(bytes), f)) > 0) {
		if (buf_add(b, bytes, n) == -1)
			error = EFBIG;
	}
	if (error == 0 && ferror(f))
		error = errno != 0 ? errno : EIO;
	if (f != NULL && f != stdin)
		fclose(f);
	if (error == 0)
		return 0;
	buf_clear(b);
	errno = error;
	return -1;
}

const char *
buf_str(struct buf *b)
{
	int rc;

	rc = buf_grow(b, 0);
	assert(rc == 0);	/* the maximum does not count the NUL */
	(void)rc;		/* only the assertion looks at it */
	b->data[b->len] = '\0';
	return b->data;
}

static uint64_t
clock_read_ns(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) == -1)
		abort();	/* POSIX has no error that could apply */
	return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

uint64_t
clock_now_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

uint64_t
clock_wall_ns(void)
{
	return clock_read_ns(CLOCK_REALTIME);
}
