/* SPDX-License-Identifier: MIT */
/*
 * Requests to a worker or a mock, pipelined: head and body, the bytes of one
 * never read as another's. The first byte says how the bytes are cut. See
 * tests/fuzz/http_rig.c for what must hold.
 */

#include "tests/fuzz/http_rig.h"
#include "tests/fuzz/rig.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		fuzz_http(FUZZ_REQUEST, (const char *)data + 1, size - 1,
		    data[0]);
	return 0;
}
