/* SPDX-License-Identifier: MIT */
#ifndef BASE_RECORDS_H
#define BASE_RECORDS_H

#include <stddef.h>

/*
 * Memory for OpenSSL, by its own prototypes (CRYPTO_set_mem_functions): the
 * buffers of records come from a few that are kept, all else from the heap.
 * file and line are not looked at.
 */
void	*records_malloc(size_t size, const char *file, int line);
void	*records_realloc(void *p, size_t size, const char *file, int line);
void	 records_free(void *p, const char *file, int line);

#endif
