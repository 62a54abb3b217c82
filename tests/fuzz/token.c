/* SPDX-License-Identifier: MIT */
/*
 * The file with the token, and what is given as one by whoever asks: the first
 * line is the token as it is or refused, and only the same bytes are it.
 */

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/rig.h"
#include "token.h"
#include "wire.h"

static void
check_token(const char *token, const uint8_t *data, size_t size)
{
	size_t i, len = strlen(token);
	char *copy;

	FUZZ_CHECK(len > 0 && len <= TOKEN_MAX && len <= size);
	FUZZ_CHECK(memcmp(token, data, len) == 0);
	FUZZ_CHECK(len == size || data[len] == '\n' || data[len] == '\r');
	copy = fuzz_copy(token, len);
	FUZZ_CHECK(token_is(token, copy, len));
	FUZZ_CHECK(!token_is(token, copy, len - 1));
	for (i = 0; i < len; i += 1 + len / 8) {
		copy[i] ^= 1;
		FUZZ_CHECK(!token_is(token, copy, len));
		copy[i] ^= 1;
	}
	free(copy);
	FUZZ_CHECK(token_is(token, (const char *)data, size) ==
	    (len == size));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[WIRE_TEXT_MAX] = "", *token = NULL;

	if (size > FUZZ_FILE_MAX)
		return 0;
	if (token_read(fuzz_file(data, size), &token, why) == -1) {
		fuzz_check_why(why, sizeof(why));
		FUZZ_CHECK(token == NULL);
	} else {
		FUZZ_CHECK(token != NULL);
		check_token(token, data, size);
	}
	fuzz_file_close();
	free(token);
	return 0;
}
