/* SPDX-License-Identifier: MIT */
/*
 * Thresholds and percentiles. What is refused is so in one line, and what is
 * taken has a number that can be compared with.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan_expr.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), why[WIRE_TEXT_MAX] = "";
	struct threshold t;
	double p = 0;

	if (plan_parse_threshold(text, &t, why) == 0) {
		FUZZ_CLAIM(isfinite(t.value) && t.value >= 0);
		FUZZ_CLAIM(strlen(t.text) < THRESHOLD_TEXT_MAX);
		FUZZ_CLAIM(t.metric != THRESHOLD_PERCENTILE ||
		    (t.percentile > 0 && t.percentile < 100));
	} else
		FUZZ_CLAIM(fuzz_is_line(why));
	if (plan_parse_percentile(text, &p, why) == 0)
		FUZZ_CLAIM(p > 0 && p < 100);
	else
		FUZZ_CLAIM(fuzz_is_line(why));
	free(text);
	return 0;
}
