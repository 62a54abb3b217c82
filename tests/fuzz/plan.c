/* SPDX-License-Identifier: MIT */
/*
 * Plan files. What is refused is so in one line; a plan that passes the checks
 * of a run can be split, shown and sent.
 */

#include <stdlib.h>
#include <string.h>

#include "fleet/split.h"
#include "plan_file.h"
#include "tests/fuzz/fuzz.h"
#include "wire/request_json.h"

enum { TEXT_MAX = 32 * 1024 * 1024 };

static void
check_plan(const struct plan *plan)
{
	char why[WIRE_TEXT_MAX] = "";
	struct json_out w;
	struct buf out;

	if (fleet_check(&plan->fleet, why) == -1)
		FUZZ_CLAIM(fuzz_is_line(why));
	if (run_request_check(&plan->req, why) == -1) {
		FUZZ_CLAIM(fuzz_is_line(why));
		return;
	}
	buf_init(&out, TEXT_MAX);
	json_out_start(&w, &out, true);
	run_request_to_json(&plan->req, &w);
	FUZZ_CLAIM(json_out_end(&w) == 0);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size), why[WIRE_TEXT_MAX] = "";
	struct plan *plan = xcalloc(1, sizeof(*plan));

	plan_init(plan);
	if (plan_from_json(plan, text, size, why) == 0)
		check_plan(plan);
	else
		FUZZ_CLAIM(fuzz_is_line(why));
	plan_clear(plan);
	free(plan);
	free(text);
	return 0;
}
