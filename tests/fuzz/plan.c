/* SPDX-License-Identifier: MIT */
/*
 * A plan file. One that is taken and passes the checks is a run that goes over
 * the wire as it is; one that is refused has a reason of one line. What was
 * read of it can always be cleared. The environment has a few variables.
 */

#include <stdlib.h>
#include <string.h>

#include "fleet/fleet.h"
#include "json.h"
#include "load/arrival.h"
#include "plan/file.h"
#include "plan/plan.h"
#include "tests/fuzz/rig.h"
#include "wire.h"
#include "wire/request_json.h"

static void
check_plan(const struct plan *plan)
{
	char why[WIRE_TEXT_MAX] = "";
	struct run_request again;
	struct buf text, text2;
	struct json *doc;
	size_t i;

	fuzz_request_text(&text, &plan->req);
	FUZZ_CHECK((doc = fuzz_json(text.data, text.len)) != NULL);
	run_request_init(&again);
	FUZZ_CHECK(run_request_from_json(&again, json_root(doc), why) == 0);
	fuzz_request_text(&text2, &again);
	FUZZ_CHECK(fuzz_same(&text, &text2));
	run_request_clear(&again);
	json_free(doc);
	buf_clear(&text2);
	buf_clear(&text);
	FUZZ_CHECK(plan->npercentiles <= PLAN_PERCENTILES_MAX);
	for (i = 0; i < plan->npercentiles; i++)
		FUZZ_CHECK(plan->percentiles[i] > 0 &&
		    plan->percentiles[i] < 100);
	FUZZ_CHECK(plan->nthresholds <= PLAN_THRESHOLDS_MAX);
	for (i = 0; i < plan->fleet.n; i++)
		FUZZ_CHECK(plan->fleet.workers[i].kind != WORKER_EXEC);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[WIRE_TEXT_MAX] = "", *text = fuzz_copy(data, size);
	struct plan plan;

	setenv("A", "a", 1);
	setenv("EMPTY", "", 1);
	setenv("HOST", "127.0.0.1:8080", 1);
	unsetenv("NO");
	plan_init(&plan);
	if (plan_from_json(&plan, text, size, why) == -1 ||
	    run_request_check(&plan.req, why) == -1 ||
	    fleet_check(&plan.fleet, why) == -1)
		fuzz_check_why(why, sizeof(why));
	else
		check_plan(&plan);
	plan_clear(&plan);
	free(text);
	return 0;
}
