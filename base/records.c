/* SPDX-License-Identifier: MIT */
/*
 * The buffers that OpenSSL takes for each record and gives back after it, so
 * that idle connections are small (SSL_MODE_RELEASE_BUFFERS). A few of them
 * stay at hand here, the one that was used last on top: neither the heap nor
 * the cache has to work for it. When all of them are taken, the heap helps out.
 *
 * A buffer is known by its size, which is a little above that of the largest
 * record (RFC 8446 5.1) and of nothing else that matters: whatever has it gets
 * one. For one thread. NULL when memory is out, as OpenSSL expects it.
 */

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/records.h"

enum {
	RECORD_MIN = 16 * 1024,		/* bytes; more than these */
	RECORD_MAX = 18 * 1024,
	RECORDS = 16
};

static char *pool;			/* all of them in one piece */
static char *spare[RECORDS];
static size_t nspare;

static void
pool_make(void)
{
	pool = malloc((size_t)RECORDS * RECORD_MAX);
	if (pool == NULL)
		return;
	for (; nspare < RECORDS; nspare++)
		spare[nspare] = pool + nspare * RECORD_MAX;
}

static bool
is_of_pool(const void *p)
{
	return pool != NULL && (uintptr_t)p >= (uintptr_t)pool &&
	    (uintptr_t)p < (uintptr_t)pool + (size_t)RECORDS * RECORD_MAX;
}

void *
records_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size <= RECORD_MIN || size > RECORD_MAX)
		return malloc(size);
	if (pool == NULL)
		pool_make();
	return nspare > 0 ? spare[--nspare] : malloc(size);
}

void
records_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (!is_of_pool(p)) {
		free(p);
		return;
	}
	assert(nspare < RECORDS);
	spare[nspare++] = p;
}

void *
records_realloc(void *p, size_t size, const char *file, int line)
{
	void *q;

	if (size == 0) {
		records_free(p, file, line);
		return NULL;
	}
	if (!is_of_pool(p))
		return realloc(p, size);
	if (size <= RECORD_MAX)
		return p;
	q = malloc(size);
	if (q == NULL)
		return NULL;
	memcpy(q, p, RECORD_MAX);
	records_free(p, file, line);
	return q;
}
