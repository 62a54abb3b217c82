/* SPDX-License-Identifier: MIT */
/*
 * Memory for OpenSSL. A handshake takes and gives back thousands of small
 * pieces, which cost a sixth of it on a heap that is made for all programs; and
 * each record takes a large buffer and gives it back, so that idle connections
 * are small (SSL_MODE_RELEASE_BUFFERS). Here each size has a list of pieces
 * that were given back, the last one on top: to take one is a few instructions,
 * and it is still in the cache.
 *
 * Pieces are cut from chunks, which are never given back to the system: there
 * are as many as were ever needed at a time. In front of each stands its size
 * class. What is larger than SMALL_MAX, and no record, is the heap's business.
 * For processes with one thread.
 */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/tls_memory.h"

enum {
	STEP = 16,			/* bytes between two classes */
	SMALL_MAX = 1024,
	SMALL_CLASSES = SMALL_MAX / STEP + 1,
	CHUNK = 64 * 1024,
	/* Buffers of the largest record (RFC 8446 5.1) are a little longer. */
	RECORD_MIN = 16 * 1024 + 1,
	RECORD_MAX = 18 * 1024,
	CLASS_RECORD = SMALL_CLASSES,
	CLASSES,
	CLASS_HEAP = CLASSES
};

/* In front of each piece; as long as what keeps the piece aligned. */
union header {
	struct {
		size_t		 class;
		size_t		 size;		/* of the heap's */
	} is;
	union header		*next;		/* while it is spare */
};
static_assert(sizeof(union header) == STEP, "a header moves its piece");

static union header *spare[CLASSES];
static char *chunk;			/* what is left of the last one */
static size_t chunk_len;

static size_t
class_of(size_t size)
{
	if (size <= SMALL_MAX)
		return (size + STEP - 1) / STEP;
	return size >= RECORD_MIN && size <= RECORD_MAX ? CLASS_RECORD :
	    CLASS_HEAP;
}

/* Bytes that a piece of a class has room for. */
static size_t
class_size(size_t class)
{
	return class == CLASS_RECORD ? RECORD_MAX : class * STEP;
}

/* A new piece, with room for its header; a record's is a chunk of its own. */
static union header *
cut(size_t size)
{
	char *p;

	size += sizeof(union header);
	if (size > CHUNK / 4)
		return malloc(size);
	if (size > chunk_len) {
		chunk = malloc(CHUNK);
		chunk_len = chunk == NULL ? 0 : CHUNK;
		if (chunk == NULL)
			return NULL;
	}
	p = chunk;
	chunk += size;
	chunk_len -= size;
	return (union header *)(void *)p;
}

void *
tls_memory_get(size_t size, const char *file, int line)
{
	size_t class = class_of(size);
	union header *h;

	(void)file;
	(void)line;
	if (class == CLASS_HEAP) {
		if (size > SIZE_MAX - sizeof(*h))
			return NULL;
		h = malloc(sizeof(*h) + size);
	} else if ((h = spare[class]) != NULL)
		spare[class] = h->next;
	else
		h = cut(class_size(class));
	if (h == NULL)
		return NULL;
	h->is.class = class;
	h->is.size = class == CLASS_HEAP ? size : class_size(class);
	return h + 1;
}

void
tls_memory_put(void *p, const char *file, int line)
{
	union header *h = p;
	size_t class;

	(void)file;
	(void)line;
	if (p == NULL)
		return;
	class = (--h)->is.class;
	if (class == CLASS_HEAP) {
		free(h);
		return;
	}
	h->next = spare[class];
	spare[class] = h;
}

void *
tls_memory_resize(void *p, size_t size, const char *file, int line)
{
	const union header *h = p;
	void *q;

	if (p == NULL)
		return tls_memory_get(size, file, line);
	if (size == 0) {
		tls_memory_put(p, file, line);
		return NULL;
	}
	if (size <= h[-1].is.size)
		return p;
	q = tls_memory_get(size, file, line);
	if (q == NULL)
		return NULL;
	memcpy(q, p, h[-1].is.size);
	tls_memory_put(p, file, line);
	return q;
}
