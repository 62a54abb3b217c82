/* SPDX-License-Identifier: MIT */
/*
 * A threshold or what makes a comparison fail and, as the rest of the lines,
 * percentiles as people write them. A threshold that is taken keeps a text that
 * reads as the same; percentiles are above 0 and below 100, no more than there
 * may be, and none twice.
 */

#include <stdlib.h>
#include <string.h>

#include "diff/fail_if.h"
#include "plan/expr.h"
#include "plan/plan.h"
#include "tests/fuzz/rig.h"
#include "wire.h"

static void
check_threshold(const struct threshold *t)
{
	char why[WIRE_TEXT_MAX] = "";
	struct threshold again;

	FUZZ_CHECK(strnlen(t->text, sizeof(t->text)) < sizeof(t->text));
	FUZZ_CHECK(t->value >= 0);
	FUZZ_CHECK(t->hist < RESULT_HISTS && t->metric <= THRESHOLD_RATE);
	if (t->metric == THRESHOLD_PERCENTILE)
		FUZZ_CHECK(t->percentile > 0 && t->percentile < 100);
	if (t->metric == THRESHOLD_ERRORS || t->metric == THRESHOLD_DROPPED)
		FUZZ_CHECK(t->value <= 1);
	FUZZ_CHECK(plan_parse_threshold(t->text, &again, why) == 0);
	FUZZ_CHECK(strcmp(again.text, t->text) == 0);
	FUZZ_CHECK(again.metric == t->metric && again.hist == t->hist &&
	    again.is_above == t->is_above &&
	    again.is_or_equal == t->is_or_equal);
	FUZZ_CHECK(!(again.value < t->value) && !(again.value > t->value));
}

static void
check_fail_if(const char *text)
{
	char why[WIRE_TEXT_MAX] = "";
	struct fail_if f;

	if (fail_if_parse(&f, text, why) == -1) {
		fuzz_check_why(why, sizeof(why));
		return;
	}
	FUZZ_CHECK(f.bound >= 0 && f.metric <= ROW_PERCENTILE);
	if (f.metric == ROW_PERCENTILE)
		FUZZ_CHECK(f.percentile > 0 && f.percentile < 100);
}

static void
check_percentiles(const char *list)
{
	char why[WIRE_TEXT_MAX] = "";
	struct plan plan;
	size_t i, j;

	plan_init(&plan);
	if (plan_add_percentiles(&plan, list, why) == -1)
		fuzz_check_why(why, sizeof(why));
	FUZZ_CHECK(plan.npercentiles <= PLAN_PERCENTILES_MAX);
	for (i = 0; i < plan.npercentiles; i++) {
		FUZZ_CHECK(plan.percentiles[i] > 0 &&
		    plan.percentiles[i] < 100);
		for (j = 0; j < i; j++)
			FUZZ_CHECK(plan.percentiles[j] < plan.percentiles[i] ||
			    plan.percentiles[j] > plan.percentiles[i]);
	}
	plan_clear(&plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[WIRE_TEXT_MAX] = "", *line = fuzz_line(&data, &size);
	struct threshold t;

	if (plan_parse_threshold(line, &t, why) == 0)
		check_threshold(&t);
	else
		fuzz_check_why(why, sizeof(why));
	check_fail_if(line);
	free(line);
	line = fuzz_str(data, size);
	check_percentiles(line);
	free(line);
	return 0;
}
