/* SPDX-License-Identifier: MIT */
/*
 * Phases as the command line has them. What is refused is so in one line; what
 * is taken can be planned, and its arrivals come in order and within it.
 */

#include <stdlib.h>
#include <string.h>

#include "load/arrival.h"
#include "plan_expr.h"
#include "tests/fuzz/fuzz.h"

static void
check_plan(const struct phase *phase)
{
	struct arrival_plan *plan = arrival_plan_new(phase, 1);
	uint64_t n, total = arrival_count(plan), at_ns, last_ns = 0;

	for (n = 0; n < total && n < 8; n++) {
		at_ns = arrival_time_ns(plan, n);
		FUZZ_CLAIM(at_ns >= last_ns && at_ns <= phase->duration_ns);
		last_ns = at_ns;
	}
	if (total > 0)
		FUZZ_CLAIM(arrival_time_ns(plan, total - 1) <=
		    phase->duration_ns);
	arrival_plan_free(plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), why[WIRE_TEXT_MAX] = "";
	struct phase phase;

	if (plan_parse_phase(text, &phase, why) == 0)
		check_plan(&phase);
	else
		FUZZ_CLAIM(fuzz_is_line(why));
	free(text);
	return 0;
}
