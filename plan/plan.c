/* SPDX-License-Identifier: MIT */
/*
 * What a user asks for, from wherever it comes: a run request, the workers
 * that are to run it, and the thresholds and percentiles of its report. The
 * command line adds to it option by option, a plan file (file.c) all at
 * once, through the same functions, so both have the same limits and the same
 * words for them.
 *
 * A refused piece leaves the plan as it was. Whether the whole makes sense is
 * for run_request_check to say.
 */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "http.h"
#include "plan/expr.h"
#include "plan/plan.h"
#include "wire.h"

void
plan_init(struct plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	run_request_init(&plan->req);
}

void
plan_clear(struct plan *plan)
{
	run_request_clear(&plan->req);
	fleet_clear(&plan->fleet);
	memset(plan, 0, sizeof(*plan));
}

int
plan_add_threshold(struct plan *plan, const char *expr,
    char why[WIRE_TEXT_MAX])
{
	struct threshold t;

	if (plan_parse_threshold(expr, &t, why) == -1)
		return -1;
	if (plan->nthresholds == PLAN_THRESHOLDS_MAX)
		return wire_refuse(why, "%s: more than %d thresholds", t.text,
		    PLAN_THRESHOLDS_MAX);
	plan->thresholds[plan->nthresholds++] = t;
	return 0;
}

int
plan_add_percentiles(struct plan *plan, const char *list,
    char why[WIRE_TEXT_MAX])
{
	char *copy, *rest;
	double p;
	int rc = 0;

	rest = copy = xstrdup(list);
	while (rc == 0 && rest != NULL) {
		rc = plan_parse_percentile(strsep(&rest, ","), &p, why);
		if (rc == 0)
			rc = plan_add_percentile(plan, p, why);
	}
	free(copy);
	return rc;
}

int
plan_add_percentile(struct plan *plan, double p, char why[WIRE_TEXT_MAX])
{
	size_t i;

	for (i = 0; i < plan->npercentiles; i++)
		if (plan->percentiles[i] == p)
			return 0;
	if (plan->npercentiles == PLAN_PERCENTILES_MAX)
		return wire_refuse(why, "%.15g: more than %d percentiles", p,
		    PLAN_PERCENTILES_MAX);
	plan->percentiles[plan->npercentiles++] = p;
	return 0;
}

int
plan_add_header(struct plan *plan, const char *line, char why[WIRE_TEXT_MAX])
{
	const char *colon, *value;
	char *copy, *name;
	size_t len;
	int rc;

	if ((colon = strchr(line, ':')) == NULL)
		return wire_refuse(why, "no colon: expected Name: value");
	for (len = 0; http_is_token(line + len, 1); len++)
		continue;
	if (len == 0 || line + len != colon)
		return wire_refuse(why, "\"%.*s\" is no header name",
		    (int)len + (line + len != colon), line);
	value = colon + 1;
	value += strspn(value, " \t");
	len = strlen(value);
	while (len > 0 && isblank((unsigned char)value[len - 1]))
		len--;
	if (!http_is_value(value, len))
		return wire_refuse(why, "%.*s: the value cannot be sent: it "
		    "has control characters", (int)(colon - line), line);
	name = xstrndup(line, (size_t)(colon - line));
	copy = xstrndup(value, len);
	rc = scenario_add_header(&plan->req.scenario, name, copy);
	free(copy);
	free(name);
	if (rc == -1)
		return wire_refuse(why, "more than %d headers",
		    WIRE_HEADERS_MAX);
	return 0;
}
