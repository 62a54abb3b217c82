/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_HTTP_RIG_H
#define FUZZ_HTTP_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the bytes are read as. */
enum fuzz_kind { FUZZ_REQUEST, FUZZ_ANSWER, FUZZ_ANSWER_TO_HEAD };

/*
 * Reads messages one behind the other, as long as a connection would be kept,
 * and checks that it does not matter how the bytes come: all at once, cut
 * where seed says, each message alone, or with others behind it.
 */
void	 fuzz_http(enum fuzz_kind kind, const char *data, size_t len,
	    uint32_t seed);

#endif
