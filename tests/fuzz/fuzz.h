/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/*
 * What each target of tests/fuzz has: takes one input, and ends the process if
 * a claim of its contract does not hold. The name is libFuzzer's.
 */
int	 LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A claim about any input; what is false ends the process. */
#define FUZZ_CLAIM(claim) \
	((claim) ? (void)0 : fuzz_fail(#claim, __FILE__, __LINE__))
void	 fuzz_fail(const char *claim, const char *file, int line)
	    UTIL_NORETURN;

/* Exactly so many bytes on the heap: one beyond them is seen. To be freed. */
char	*fuzz_copy(const uint8_t *data, size_t size);
/* The same as a string; what is behind the first NUL is not looked at. */
char	*fuzz_string(const uint8_t *data, size_t size);
/* Of an input that is used up from the front; 0 when nothing is left. */
uint8_t	 fuzz_byte(const uint8_t **data, size_t *size);

/* Not empty, without controls: what can be said. */
bool	 fuzz_is_line(const char *s);

#endif
