/* SPDX-License-Identifier: MIT */
/*
 * Answers of a target or a worker: head and body, one behind the other on a
 * connection. The first byte says how the bytes are cut, and whether they
 * answer a HEAD. See tests/fuzz/http_rig.c for what must hold.
 */

#include "tests/fuzz/http_rig.h"
#include "tests/fuzz/rig.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		fuzz_http(data[0] % 2 == 0 ? FUZZ_ANSWER :
		    FUZZ_ANSWER_TO_HEAD, (const char *)data + 1, size - 1,
		    data[0]);
	return 0;
}
