/* SPDX-License-Identifier: MIT */
#ifndef TOKEN_H
#define TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "wire.h"

enum { TOKEN_MAX = 4096 };

/*
 * The token that workers and coordinators share: the first line of the file
 * at path, or with NULL what PULSE_WORKER_TOKEN holds; *token is for
 * token_free, and NULL when there is none. 0, or -1 and one line in why, which
 * never shows any of it. From then on this process leaves no core, and its
 * environment has no token, this one or another, seen from inside or outside.
 */
int	 token_read(const char *path, char **token, char why[WIRE_TEXT_MAX]);
/* Overwrites it first. NULL is fine. */
void	 token_free(char *token);
/* Is it that one? Takes as long whatever the len bytes are. */
bool	 token_is(const char *token, const char *given, size_t len);

#endif
