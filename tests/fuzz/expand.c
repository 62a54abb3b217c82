/* SPDX-License-Identifier: MIT */
/*
 * Variables in the strings of a plan. A text without a dollar stays as it is;
 * what comes out never passes the maximum; a refusal has a reason of one line
 * that shows no value.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "plan/expr.h"
#include "tests/fuzz/rig.h"
#include "wire.h"

enum { EXPANDED_MAX = 4096 };

static const char secret[] = "a-value-that-nobody-shows";

static bool
has_secret(const char *text, size_t size)
{
	size_t i, len = strlen(secret);

	for (i = 0; i + len <= size; i++)
		if (memcmp(text + i, secret, len) == 0)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[WIRE_TEXT_MAX] = "", *text = fuzz_copy(data, size);
	struct buf out;

	setenv("A", secret, 1);
	setenv("EMPTY", "", 1);
	unsetenv("NO");
	buf_init(&out, EXPANDED_MAX);
	if (plan_expand(text, size, &out, why) == -1) {
		fuzz_check_why(why, sizeof(why));
		FUZZ_CHECK(!has_secret(why, strlen(why)) ||
		    has_secret(text, size));
	} else if (size == 0 || memchr(text, '$', size) == NULL) {
		FUZZ_CHECK(out.len == size);
		FUZZ_CHECK(size == 0 || memcmp(out.data, text, size) == 0);
	}
	FUZZ_CHECK(out.len <= EXPANDED_MAX);
	buf_clear(&out);
	free(text);
	return 0;
}
