/* SPDX-License-Identifier: MIT */
/*
 * `pulse run --dry-run`: a plan that has been checked, shown as text or in the
 * form of the wire, and what would become of it on a fleet.
 *
 * What a worker can do is known only when it is asked, and here nobody is: so
 * the text has arrivals as workers of this program share them, and rates as
 * all others are told them, which is also what the JSON has. There a worker
 * that is left out has no element, and is named on stderr.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/util.h"
#include "cmd/dry_run.h"
#include "cmd/preflight.h"
#include "fleet/fleet.h"
#include "fleet/split.h"
#include "http/url.h"
#include "json.h"
#include "json_write.h"
#include "report/plan_text.h"
#include "report/report.h"
#include "wire/request_json.h"

static void
hide(char **text, const char *shown)
{
	char *copy = xstrdup(shown);

	free(*text);
	*text = copy;
}

static void
hide_values(struct header *headers, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (report_is_secret(headers[i].name))
			hide(&headers[i].value, "***");
}

/* Nothing is sent from this plan: its secrets can go. */
static void
hide_secrets(struct scenario *s)
{
	char url[HTTP_URL_MAX + 8];

	hide(&s->url, report_url(url, sizeof(url), s->url));
	hide_values(s->headers, s->nheaders);
	hide_values(s->checks.headers, s->checks.nheaders);
}

/* A part for each worker, or NULL after one line on stderr. */
static struct split_part *
split(const struct plan *plan, bool is_shared)
{
	const struct fleet *fleet = &plan->fleet;
	struct split_part *parts;
	uint64_t *weights = fleet_weights(fleet);
	char why[WIRE_TEXT_MAX];

	parts = split_plan(&plan->req, weights, fleet->n, is_shared, why);
	free(weights);
	if (parts == NULL)
		warnx("%s", why);
	return parts;
}

static void
put_parts(struct json_out *w, const struct fleet *fleet,
    const struct split_part *parts)
{
	size_t i;

	for (i = 0; i < fleet->n; i++) {
		if (parts[i].is_left_out)
			warnx("%s: left out, its share is nothing",
			    fleet->workers[i].name);
		else
			run_request_to_json(&parts[i].req, w);
	}
}

/* parts is NULL when there are no workers. */
static int
print_json(const struct plan *plan, const struct split_part *parts)
{
	struct json_out w;
	struct buf text;
	int status = 0;

	buf_init(&text, JSON_TEXT_MAX);
	json_out_start(&w, &text, true);
	json_array(&w, NULL);
	if (parts != NULL)
		put_parts(&w, &plan->fleet, parts);
	else
		run_request_to_json(&plan->req, &w);
	json_close(&w);
	if (json_out_end(&w) == 0)
		printf("%s\n", buf_str(&text));
	else {
		warnx("the plan is too large to print");
		status = 1;
	}
	buf_clear(&text);
	return status;
}

int
dry_run(struct plan *plan, uint32_t generators, bool wants_json)
{
	struct split_part *shared = NULL, *rates = NULL;
	struct preflight preflight;
	struct machine machine;
	int status = 1;

	hide_secrets(&plan->req.scenario);
	if (plan->fleet.n > 0 && ((shared = split(plan, true)) == NULL ||
	    (rates = split(plan, false)) == NULL))
		goto done;
	machine_read(&machine, "/proc");
	preflight_judge(&preflight, plan, generators, &machine);
	status = preflight_say(&preflight) == -1;
	if (wants_json)
		status |= print_json(plan, rates);
	else {
		plan_text_write(stdout, plan, status == 0);
		if (rates != NULL)
			plan_text_write_parts(stdout, &plan->fleet, shared,
			    rates);
		plan_text_write_machine(stdout, &preflight);
	}
done:
	split_free(shared, plan->fleet.n);
	split_free(rates, plan->fleet.n);
	if (fflush(stdout) == EOF) {
		warn("standard output");
		return 1;
	}
	return status;
}
