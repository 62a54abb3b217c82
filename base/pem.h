/* SPDX-License-Identifier: MIT */
#ifndef BASE_PEM_H
#define BASE_PEM_H

#include "base/tls_context.h"

/*
 * Reads the file path, "-" for standard input, of TLS_PEM_MAX bytes at most. A
 * process that has read a private key leaves no core from then on. Without a
 * path *text is NULL. 0, or -1 and one line in why, which begins with name:
 * "--cert: c.pem". pem_free for *text.
 */
int	 pem_read(char **text, const char *path, const char *name,
	    char why[TLS_TEXT_MAX]);
/* Overwrites it first. NULL is fine. */
void	 pem_free(char *text);

#endif
