/* SPDX-License-Identifier: MIT */
/*
 * A phase as people write it. One that is taken can be run: its arrivals come
 * in order and before its end, as many as are counted.
 */

#include <stdlib.h>
#include <string.h>

#include "load/arrival.h"
#include "plan/expr.h"
#include "tests/fuzz/rig.h"
#include "wire.h"

enum { MOMENTS = 16 };

static void
check_phase(const struct phase *p)
{
	struct arrival_plan *plan;
	uint64_t i, n, at, last = 0, count, end, from, to;

	FUZZ_CHECK(phase_check(p) == NULL);
	if (arrival_check(p, 1) != NULL)
		return;
	plan = arrival_plan_new(p, 1);
	end = arrival_end_ns(plan);
	count = arrival_count(plan);
	FUZZ_CHECK(end == p->duration_ns && count <= ARRIVAL_COUNT_MAX);
	for (i = 0; i < MOMENTS && i < count; i++) {
		n = count / MOMENTS * i + (i == MOMENTS - 1 ?
		    count % MOMENTS : i % (count / MOMENTS + 1));
		if (n >= count)
			n = count - 1;
		at = arrival_time_ns(plan, n);
		FUZZ_CHECK(at < end && at >= last);
		last = at;
	}
	FUZZ_CHECK(arrival_planned(plan, end / 2) >= 0);
	FUZZ_CHECK(arrival_peak_rate(plan) <= ARRIVAL_RATE_MAX);
	if (arrival_closed_span(plan, 0, &from, &to))
		FUZZ_CHECK(p->type == PHASE_MAX && from < to && to <= end);
	arrival_plan_free(plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[WIRE_TEXT_MAX] = "", *spec = fuzz_str(data, size);
	struct phase p;

	memset(&p, 0, sizeof(p));
	if (plan_parse_phase(spec, &p, why) == 0)
		check_phase(&p);
	else
		fuzz_check_why(why, sizeof(why));
	free(spec);
	return 0;
}
