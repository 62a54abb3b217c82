/* SPDX-License-Identifier: MIT */
#ifndef BASE_TLS_MEMORY_H
#define BASE_TLS_MEMORY_H

#include <stddef.h>

/*
 * Memory for OpenSSL, by its own prototypes (CRYPTO_set_mem_functions): malloc,
 * realloc and free of one thread. file and line are not looked at. NULL when
 * memory is out.
 */
void	*tls_memory_get(size_t size, const char *file, int line);
void	*tls_memory_resize(void *p, size_t size, const char *file, int line);
void	 tls_memory_put(void *p, const char *file, int line);

#endif
