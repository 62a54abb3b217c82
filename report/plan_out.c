/* SPDX-License-Identifier: MIT */
/*
 * A plan as reports and --dry-run show it: a plan file's members, the secrets
 * in it hidden, issuers and bodies that are long as numbers.
 *
 * Secret are the values of the headers that report_is_secret names and the
 * password of a URL; every format that shows either asks here. Bodies and the
 * rest of a URL are shown as they are. Nothing here fails: errors stick in the
 * JSON writer. What travels to workers is another form, made in
 * wire/request_json.c.
 */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/url.h"
#include "json_write.h"
#include "report/report.h"
#include "wire/checks_json.h"
#include "wire/connect_json.h"

#define BODY_SHOWN_MAX	((size_t)64 * 1024)	/* bytes */

static const char hidden[] = "***";

static void	 put_phase(struct json_out *, const struct phase *);
static void	 put_duration(struct json_out *, const char *, uint64_t);
static void	 put_target(struct json_out *, const struct scenario *);
static void	 put_headers(struct json_out *, const struct scenario *);
static const char *shown_value(const struct header *);
static void	 put_reporting(struct json_out *, const struct plan *);
static void	 put_workers(struct json_out *, const struct fleet *);

bool
report_is_secret(const char *header)
{
	return wire_is_secret(header);
}

char *
report_url(char *buf, size_t len, const char *url)
{
	const char *start = strstr(url, "://"), *at = NULL, *colon, *p;
	int shown;

	start = start == NULL ? url : start + 3;
	for (p = start; *p != '\0' && strchr("/?#", *p) == NULL; p++) {
		if (*p == '@')
			at = p;
	}
	if (at == NULL) {
		snprintf(buf, len, "%s", url);
		return buf;
	}
	colon = memchr(start, ':', (size_t)(at - start));
	shown = (int)((colon == NULL ? start : colon + 1) - url);
	snprintf(buf, len, "%.*s%s%s", shown, url, hidden, at);
	return buf;
}

void
report_plan(struct json_out *w, const char *name, const struct plan *plan)
{
	const struct run_request *req = &plan->req;
	size_t i;

	json_object(w, name);
	json_array(w, "phases");
	for (i = 0; i < req->nphases; i++)
		put_phase(w, &req->phases[i]);
	json_close(w);
	put_target(w, &req->scenario);
	json_uint(w, "maxConcurrency", req->max_concurrency);
	json_str(w, "saturationPolicy", policy_name(req->policy));
	json_str(w, "arrivals", req->is_poisson ? "poisson" : "uniform");
	if (req->has_seed)
		json_uint(w, "seed", req->seed);
	if (req->requests > 0)
		json_uint(w, "requests", req->requests);
	put_duration(w, "warmup", req->warmup_ns);
	put_reporting(w, plan);
	if (plan->fleet.n > 0)
		put_workers(w, &plan->fleet);
	json_close(w);
}

/* Only what its type uses. */
static void
put_phase(struct json_out *w, const struct phase *p)
{
	json_object(w, NULL);
	json_str(w, "type", phase_name(p->type));
	put_duration(w, "duration", p->duration_ns);
	if (p->type == PHASE_CONSTANT) {
		json_uint(w, "arrivalRate", p->rate);
	} else if (p->type != PHASE_MAX) {
		json_uint(w, "from", p->from);
		json_uint(w, "to", p->to);
	}
	if (p->type == PHASE_STEP)
		json_uint(w, "steps", p->steps);
	if (p->type == PHASE_SPIKE) {
		put_duration(w, "spikeAt", p->spike_at_ns);
		put_duration(w, "spikeDuration", p->spike_for_ns);
	}
	json_close(w);
}

static void
put_duration(struct json_out *w, const char *name, uint64_t ns)
{
	char text[FORMAT_MAX];

	json_str(w, name, format_duration(text, ns));
}

static void
put_target(struct json_out *w, const struct scenario *s)
{
	char url[HTTP_URL_MAX + sizeof(hidden)];

	json_object(w, "target");
	if (s->url != NULL)
		json_str(w, "url", report_url(url, sizeof(url), s->url));
	if (s->method != NULL)
		json_str(w, "method", s->method);
	if (s->nheaders > 0)
		put_headers(w, s);
	if (s->body_len > BODY_SHOWN_MAX ||
	    (s->body_len > 0 && !wire_is_utf8(s->body, s->body_len)))
		json_uint(w, "bodyBytes", s->body_len);
	else if (s->body_len > 0)
		json_strn(w, "body", s->body, s->body_len);
	checks_to_json(&s->checks, shown_value, w);
	put_duration(w, "timeout", s->timeout_ns);
	json_uint(w, "redirects", s->redirects);
	json_bool(w, "keepAlive", s->keep_alive);
	if (s->family != 0)
		json_int(w, "family", s->family);
	if (s->sample_header != NULL)
		json_str(w, "sampleHeader", s->sample_header);
	connect_to_report(&s->connect, w);
	json_close(w);
}

/* An object cannot hold two of a name. */
static void
put_headers(struct json_out *w, const struct scenario *s)
{
	bool is_list = scenario_has_repeats(s);
	size_t i;

	if (is_list)
		json_array(w, "headerList");
	else
		json_object(w, "headers");
	for (i = 0; i < s->nheaders; i++) {
		if (!is_list) {
			json_str(w, s->headers[i].name,
			    shown_value(&s->headers[i]));
			continue;
		}
		json_array(w, NULL);
		json_str(w, NULL, s->headers[i].name);
		json_str(w, NULL, shown_value(&s->headers[i]));
		json_close(w);
	}
	json_close(w);
}

static const char *
shown_value(const struct header *h)
{
	return report_is_secret(h->name) ? hidden : h->value;
}

static void
put_reporting(struct json_out *w, const struct plan *plan)
{
	size_t i;

	json_object(w, "reporting");
	put_duration(w, "interval", plan->req.interval_ns);
	json_close(w);
	json_array(w, "percentiles");
	for (i = 0; i < plan->npercentiles; i++)
		json_double(w, NULL, plan->percentiles[i]);
	json_close(w);
	json_array(w, "thresholds");
	for (i = 0; i < plan->nthresholds; i++)
		json_str(w, NULL, plan->thresholds[i].text);
	json_close(w);
}

static void
put_workers(struct json_out *w, const struct fleet *fleet)
{
	size_t i;

	json_array(w, "workers");
	for (i = 0; i < fleet->n; i++)
		json_str(w, NULL, fleet->workers[i].name);
	json_close(w);
	json_array(w, "workerWeights");
	for (i = 0; i < fleet->n; i++)
		json_uint(w, NULL, fleet->workers[i].weight);
	json_close(w);
}
