/* SPDX-License-Identifier: MIT */
/*
 * Plan files. A plan is the JSON of a RunRequest in the words that people use:
 * durations as text, variables of the environment, `target` and its query,
 * percentiles and thresholds. Here it is turned into the wire's form in place,
 * as a tree, so that one decoder (wire/request_json.c) serves both.
 *
 * Below are the tables of all members that a plan can have, and what is to be
 * done with each; tree.c walks through the plan by them.
 */

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "fleet/split.h"
#include "json.h"
#include "plan/expr.h"
#include "plan/file.h"
#include "plan/plan.h"
#include "plan/tree.h"
#include "wire.h"
#include "wire/request_json.h"

/* A plan while it is read. */
struct reader {
	struct plan	*plan;
	bool		 has_scenario;
	bool		 has_interval;
	const struct json_value *weight;	/* of the next worker */
};

static int	 read_plan(struct tree *, struct json_value *);
static int	 take_phases(struct tree *, const struct tree_place *);
static int	 take_phase(struct tree *, const struct tree_place *);
static int	 take_scenario(struct tree *, const struct tree_place *);
static int	 take_checks(struct tree *, const struct tree_place *);
static int	 take_status(struct tree *, const struct tree_place *);
static int	 take_scalars(struct tree *, const struct tree_place *);
static int	 take_scalar(struct tree *, const struct tree_place *);
static int	 take_texts(struct tree *, const struct tree_place *);
static int	 take_detours(struct tree *, const struct tree_place *);
static int	 take_detour(struct tree *, const struct tree_place *);
static int	 take_sources(struct tree *, const struct tree_place *);
static int	 take_source(struct tree *, const struct tree_place *);
static int	 try_text(struct tree *, const struct tree_place *,
		    int (*)(struct connect_settings *, const char *, char *),
		    const char *);
static void	 add_query(struct tree *, const struct json_value *);
static void	 add_encoded(struct buf *, const char *, size_t);
static int	 take_warmup(struct tree *, const struct tree_place *);
static int	 take_reporting(struct tree *, const struct tree_place *);
static int	 take_interval(struct tree *, const struct tree_place *);
static int	 take_percentiles(struct tree *, const struct tree_place *);
static int	 take_percentile(struct tree *, const struct tree_place *);
static int	 take_thresholds(struct tree *, const struct tree_place *);
static int	 take_threshold(struct tree *, const struct tree_place *);
static int	 take_max_share(struct tree *, const struct tree_place *);
static int	 take_max_time(struct tree *, const struct tree_place *);
static int	 add_limit(struct tree *, const struct tree_place *,
		    const char *);
static int	 take_workers(struct tree *, const struct tree_place *);
static int	 take_worker(struct tree *, const struct tree_place *);
static int	 take_weights(struct tree *, const struct tree_place *);
static int	 take_weight(struct tree *, const struct tree_place *);

static const struct tree_member plan_members[] = {
	{ "phases", take_phases, NULL },
	{ "target", take_scenario, NULL },
	{ "httpScenario", take_scenario, NULL },
	{ "maxConcurrency", tree_uint, NULL },
	{ "saturationPolicy", tree_str, NULL },
	{ "arrivals", tree_str, NULL },
	{ "seed", tree_uint, NULL },
	{ "requests", tree_uint, NULL },
	{ "warmup", take_warmup, NULL },
	{ "interval", take_interval, NULL },
	{ "reporting", take_reporting, NULL },
	{ "percentiles", take_percentiles, NULL },
	{ "thresholds", take_thresholds, NULL },
	{ "workers", take_workers, NULL },
	{ "workerWeights", take_weights, NULL },
};

static const struct tree_member phase_members[] = {
	{ "type", tree_str, NULL },
	{ "duration", tree_duration, NULL },
	{ "arrivalRate", tree_uint, NULL },
	{ "from", tree_uint, NULL },
	{ "to", tree_uint, NULL },
	{ "steps", tree_uint, NULL },
	{ "spikeAt", tree_duration, NULL },
	{ "spikeDuration", tree_duration, NULL },
};

static const struct tree_member scenario_members[] = {
	{ "url", tree_str, NULL },
	{ "method", tree_str, NULL },
	{ "headers", tree_strings, NULL },
	{ "headerList", tree_list, NULL },
	{ "body", tree_str, NULL },
	{ "bodyBase64", tree_str, NULL },
	{ "query", tree_strings, NULL },
	{ "timeout", tree_duration, NULL },
	{ "redirects", tree_uint, NULL },
	{ "keepAlive", tree_bool, NULL },
	{ "sampleHeader", tree_str, NULL },
	{ "checks", take_checks, NULL },
	{ "insecure", tree_bool, NULL },
	{ "serverName", tree_str, NULL },
	{ "resume", tree_bool, NULL },
	{ "connectTo", take_detours, NULL },
	{ "unixSocket", tree_str, NULL },
	{ "source", take_sources, NULL },
	{ "ca", tree_str, NULL },
};

static const struct tree_member checks_members[] = {
	{ "status", take_status, NULL },
	{ "headerEquals", take_scalars, NULL },
	{ "bodyContains", take_texts, NULL },
	{ "jsonEquals", take_scalars, NULL },
};

static const struct tree_member reporting_members[] = {
	{ "interval", take_interval, NULL },
};

/* What the Go program takes for "must not be above". */
static const struct tree_member limit_members[] = {
	{ "errorRate", take_max_share, "errors" },
	{ "maxDroppedRate", take_max_share, "dropped" },
	{ "maxMeanLatency", take_max_time, "mean" },
	{ "maxP95Latency", take_max_time, "p95" },
	{ "maxP99Latency", take_max_time, "p99" },
};

int
plan_from_json(struct plan *plan, const char *text, size_t len,
    char why[WIRE_TEXT_MAX])
{
	struct reader r = { .plan = plan };
	struct tree t = { .arg = &r, .why = why };
	struct json_error err;
	struct json *doc;
	int rc;

	if ((doc = json_parse(text, len, &err)) == NULL)
		return wire_refuse(why, "line %zu, column %zu: %s", err.line,
		    err.column, err.reason);
	rc = read_plan(&t, json_root(doc));
	tree_clear(&t);
	json_free(doc);
	return rc;
}

/* What is absent has the defaults of the command line, not of the wire. */
static int
read_plan(struct tree *t, struct json_value *root)
{
	struct reader *r = t->arg;
	struct run_request *req = &r->plan->req;
	struct tree_place top = { .v = root };

	if (root->type != JSON_OBJECT)
		return tree_expected(t, &top, "a plan, which is an object");
	if (tree_expand(t, &top) == -1 ||
	    tree_members(t, &top, plan_members,
	    UTIL_NELEM(plan_members)) == -1 ||
	    run_request_from_json(req, root, t->why) == -1)
		return -1;
	if (json_get(root, "maxConcurrency") == NULL)
		req->max_concurrency = WIRE_CONCURRENCY;
	if (json_get(root, "saturationPolicy") == NULL)
		req->policy = POLICY_DROP;
	return 0;
}

static int
take_phases(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_ARRAY)
		return tree_expected(t, at, "an array of phases");
	return tree_each(t, at, take_phase);
}

static int
take_phase(struct tree *t, const struct tree_place *at)
{
	return tree_members(t, at, phase_members, UTIL_NELEM(phase_members));
}

/* By whichever name, it is the wire's httpScenario from here on. */
static int
take_scenario(struct tree *t, const struct tree_place *at)
{
	struct reader *r = t->arg;
	struct json_value *v = at->v;

	if (r->has_scenario)
		return tree_refuse(t, at, "target and httpScenario are the "
		    "same; there can be only one of them");
	r->has_scenario = true;
	if (tree_members(t, at, scenario_members,
	    UTIL_NELEM(scenario_members)) == -1)
		return -1;
	add_query(t, v);
	v->name = "httpScenario";
	v->name_len = strlen(v->name);
	return 0;
}

static int
take_checks(struct tree *t, const struct tree_place *at)
{
	return tree_members(t, at, checks_members,
	    UTIL_NELEM(checks_members));
}

static int
take_status(struct tree *t, const struct tree_place *at)
{
	uint64_t status;

	if (json_to_uint(at->v, &status) == -1 || status < 100 || status > 599)
		return tree_expected(t, at, "a status, 100 to 599");
	return 0;
}

static int
take_scalars(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_OBJECT)
		return tree_expected(t, at, "an object of values");
	return tree_each(t, at, take_scalar);
}

static int
take_scalar(struct tree *t, const struct tree_place *at)
{
	if (json_to_text(at->v) == NULL)
		return tree_expected(t, at, "a string without NUL, number, "
		    "boolean or null");
	return 0;
}

static int
take_texts(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_ARRAY)
		return tree_expected(t, at, "an array of strings");
	return tree_each(t, at, tree_str);
}

static int
take_detours(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_ARRAY)
		return tree_expected(t, at, "an array of strings");
	return tree_each(t, at, take_detour);
}

static int
take_detour(struct tree *t, const struct tree_place *at)
{
	return try_text(t, at, connect_add_detour,
	    "a string such as \"host:443:127.0.0.1:8443\"");
}

static int
take_sources(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_ARRAY)
		return tree_expected(t, at, "an array of strings");
	return tree_each(t, at, take_source);
}

static int
take_source(struct tree *t, const struct tree_place *at)
{
	return try_text(t, at, connect_add_source,
	    "a string such as \"127.0.0.1\"");
}

/* Here only to name it with all that is around it; the decoder keeps it. */
static int
try_text(struct tree *t, const struct tree_place *at,
    int (*add)(struct connect_settings *, const char *, char *),
    const char *what)
{
	struct connect_settings scratch = { .ndetours = 0 };
	char why[CONNECT_TEXT_MAX];
	const char *text;
	int rc;

	if ((text = json_to_str(at->v)) == NULL)
		return tree_expected(t, at, what);
	rc = add(&scratch, text, why);
	connect_clear(&scratch);
	return rc == -1 ? tree_refuse(t, at, "%s", why) : 0;
}

/* Puts query behind what the URL has of it; a fragment is never sent. */
static void
add_query(struct tree *t, const struct json_value *scenario)
{
	struct json_value *url = json_get(scenario, "url");
	struct json_value *query = json_get(scenario, "query");
	const struct json_value *v;
	struct buf *out;
	char before;

	if (url == NULL || query == NULL || query->child == NULL)
		return;
	out = tree_text(t);
	buf_add(out, url->str, strcspn(url->str, "#"));
	before = strchr(buf_str(out), '?') == NULL ? '?' : '&';
	if (out->len > 0 && strchr("?&", out->data[out->len - 1]) != NULL)
		before = '\0';
	for (v = query->child; v != NULL; v = v->next) {
		if (before != '\0')
			buf_add(out, &before, 1);
		add_encoded(out, v->name, v->name_len);
		buf_adds(out, "=");
		add_encoded(out, v->str, v->len);
		before = '&';
	}
	tree_set(url, JSON_STRING, out);
}

/* Percent-encodes all but the unreserved characters of RFC 3986, 2.3. */
static void
add_encoded(struct buf *out, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (isalnum((unsigned char)s[i]) ||
		    (s[i] != '\0' && strchr("-._~", s[i]) != NULL))
			buf_add(out, &s[i], 1);
		else
			buf_addf(out, "%%%02X", (unsigned char)s[i]);
	}
}

static int
take_warmup(struct tree *t, const struct tree_place *at)
{
	struct reader *r = t->arg;
	return tree_ns(t, at, &r->plan->req.warmup_ns);
}

static int
take_reporting(struct tree *t, const struct tree_place *at)
{
	return tree_members(t, at, reporting_members,
	    UTIL_NELEM(reporting_members));
}

/* In reporting as in the Go program's plans, or on top as on the wire. */
static int
take_interval(struct tree *t, const struct tree_place *at)
{
	struct reader *r = t->arg;
	uint64_t ns;

	if (r->has_interval)
		return tree_refuse(t, at, "interval and reporting.interval are "
		    "the same; there can be only one of them");
	r->has_interval = true;
	if (tree_ns(t, at, &ns) == -1)
		return -1;
	if (ns != 0)
		r->plan->req.interval_ns = ns;
	return 0;
}

static int
take_percentiles(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_ARRAY)
		return tree_expected(t, at, "an array of numbers");
	return tree_each(t, at, take_percentile);
}

static int
take_percentile(struct tree *t, const struct tree_place *at)
{
	struct reader *r = t->arg;
	char why[WIRE_TEXT_MAX];
	double p;

	if (json_to_double(at->v, &p) == -1 || p <= 0 || p >= 100)
		return tree_expected(t, at, "a number above 0 and below 100");
	if (plan_add_percentile(r->plan, p, why) == -1)
		return tree_refuse(t, at, "%s", why);
	return 0;
}

static int
take_thresholds(struct tree *t, const struct tree_place *at)
{
	if (at->v->type == JSON_ARRAY)
		return tree_each(t, at, take_threshold);
	if (at->v->type != JSON_OBJECT)
		return tree_expected(t, at, "an object, or an array of strings "
		    "such as \"p99<250ms\"");
	return tree_members(t, at, limit_members, UTIL_NELEM(limit_members));
}

static int
take_threshold(struct tree *t, const struct tree_place *at)
{
	struct reader *r = t->arg;
	char why[WIRE_TEXT_MAX];
	const char *expr;

	if ((expr = json_to_str(at->v)) == NULL)
		return tree_expected(t, at, "a string such as \"p99<250ms\"");
	if (plan_add_threshold(r->plan, expr, why) == -1)
		return tree_refuse(t, at, "%s", why);
	return 0;
}

/* 0.01 as 1%; the places are those that a double surely has. */
static int
take_max_share(struct tree *t, const struct tree_place *at)
{
	char text[32];
	size_t len;
	double share;

	if (json_to_double(at->v, &share) == -1 || share < 0 || share > 1)
		return tree_expected(t, at, "a number from 0 to 1");
	snprintf(text, sizeof(text), "%.12f", share * 100);
	len = strlen(text);
	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	text[len] = '%';
	text[len + 1] = '\0';
	return add_limit(t, at, share > 0 ? text : NULL);
}

static int
take_max_time(struct tree *t, const struct tree_place *at)
{
	char text[FORMAT_MAX];
	uint64_t ns;

	if (tree_ns(t, at, &ns) == -1)
		return -1;
	return add_limit(t, at, ns > 0 ? format_duration(text, ns) : NULL);
}

/*
 * As an expression that a user could have written. In the Go program 0 means
 * no limit, to a reader it means the strictest one; so it has to be said.
 */
static int
add_limit(struct tree *t, const struct tree_place *at, const char *limit)
{
	struct reader *r = t->arg;
	char expr[THRESHOLD_TEXT_MAX], why[WIRE_TEXT_MAX];

	if (limit == NULL)
		return tree_refuse(t, at, "0 would be no limit: leave it out, "
		    "or write [\"%s<=0\"] for thresholds", at->member->arg);
	snprintf(expr, sizeof(expr), "%s<=%s", at->member->arg, limit);
	if (plan_add_threshold(r->plan, expr, why) == -1)
		return tree_refuse(t, at, "%s", why);
	return 0;
}

/* With the weights, wherever in the plan those are. */
static int
take_workers(struct tree *t, const struct tree_place *at)
{
	struct reader *r = t->arg;
	struct tree_place weights = { .up = at->up };

	if (at->v->type != JSON_ARRAY)
		return tree_expected(t, at, "an array of strings");
	weights.v = json_get(at->up->v, "workerWeights");
	if (weights.v != NULL && weights.v->type != JSON_NULL) {
		if (weights.v->type != JSON_ARRAY)
			return tree_expected(t, &weights,
			    "an array of numbers");
		if (weights.v->count != at->v->count)
			return tree_refuse(t, &weights, "there are %zu for %zu "
			    "workers", weights.v->count, at->v->count);
		if (tree_each(t, &weights, take_weight) == -1)
			return -1;
		r->weight = weights.v->child;
	}
	return tree_each(t, at, take_worker);
}

/* A plan may come from anywhere, so it must not start programs. */
static int
take_worker(struct tree *t, const struct tree_place *at)
{
	struct reader *r = t->arg;
	char why[WIRE_TEXT_MAX];
	uint64_t weight = 1;
	const char *worker;

	if ((worker = json_to_str(at->v)) == NULL)
		return tree_expected(t, at, "a string such as \"host:9100\"");
	if (strncmp(worker, "exec:", strlen("exec:")) == 0)
		return tree_refuse(t, at, "a plan file cannot name a command "
		    "to run: give it with -w");
	if (r->weight != NULL) {
		/* It has been looked at. */
		(void)json_to_uint(r->weight, &weight);
		r->weight = r->weight->next;
	}
	if (fleet_add_one(&r->plan->fleet, worker, weight, why) == -1)
		return tree_refuse(t, at, "%s", why);
	return 0;
}

/* Taken together with the workers. */
static int
take_weights(struct tree *t, const struct tree_place *at)
{
	const struct json_value *workers = json_get(at->up->v, "workers");

	if (workers == NULL || workers->type == JSON_NULL)
		return tree_refuse(t, at, "there are no workers");
	return 0;
}

static int
take_weight(struct tree *t, const struct tree_place *at)
{
	static_assert(SPLIT_WEIGHT_MAX == 1000000, "the text is wrong");
	uint64_t weight;

	if (json_to_uint(at->v, &weight) == -1 || weight == 0 ||
	    weight > SPLIT_WEIGHT_MAX)
		return tree_expected(t, at, "a whole number from 1 to 1000000");
	return 0;
}
