/* SPDX-License-Identifier: MIT */
/*
 * What is looked for in the answers of a target: the head's fields up to an
 * empty line, then the body, against checks of each kind. Whatever is there,
 * an answer is well or fails one of the checks that there are.
 */

#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "load/check.h"
#include "load/outcome.h"
#include "tests/fuzz/rig.h"
#include "wire.h"

static void
check_answer(const struct checks *c, const char *p, size_t len)
{
	struct http_head h;
	size_t scanned = 0;
	ssize_t used;
	enum cause cause;

	used = http_read_answer(p, len, &scanned, false, &h);
	if (used < 0)
		used = 0;
	else {
		cause = check_head(c, &h);
		FUZZ_CHECK(cause == CAUSE_NONE || cause == CAUSE_STATUS ||
		    cause == CAUSE_CHECK_STATUS ||
		    cause == CAUSE_CHECK_HEADER);
	}
	FUZZ_CHECK(check_wants_body(c));
	cause = check_body(c, p + used, len - (size_t)used);
	FUZZ_CHECK(cause == CAUSE_NONE || cause == CAUSE_CHECK_BODY ||
	    cause == CAUSE_CHECK_JSON);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_copy(data, size);
	struct run_request req;
	struct checks *c;

	run_request_init(&req);
	c = &req.scenario.checks;
	c->status = size % 2 == 0 ? 200 : 0;
	checks_add_header(c, "X-Kind", "a");
	if (size % 3 == 0)
		checks_add_text(c, "ok");
	checks_add_json(c, "id", "7");
	checks_add_json(c, "ok", "true");
	check_answer(c, copy, size);
	run_request_clear(&req);
	free(copy);
	return 0;
}
