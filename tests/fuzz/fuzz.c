/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share: inputs in memory of exactly their size, and the
 * end of a process whose claim did not hold.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/fuzz/fuzz.h"

void
fuzz_fail(const char *claim, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
	abort();
}

char *
fuzz_copy(const uint8_t *data, size_t size)
{
	char *copy = xreallocarray(NULL, size > 0 ? size : 1, 1);

	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

char *
fuzz_string(const uint8_t *data, size_t size)
{
	char *copy = xreallocarray(NULL, size + 1, 1);

	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = '\0';
	return copy;
}

uint8_t
fuzz_byte(const uint8_t **data, size_t *size)
{
	if (*size == 0)
		return 0;
	--*size;
	return *(*data)++;
}

bool
fuzz_is_line(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (utf8_is_control(s))
			return false;
	return true;
}
