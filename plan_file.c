/* SPDX-License-Identifier: MIT */
/*
 * Plan files. A plan is the JSON of a RunRequest in the words that people use:
 * durations as text, variables of the environment, `target` and its query,
 * percentiles and thresholds. Here it is turned into the wire's form in place,
 * as a tree, so that one decoder (wire_json.c) serves both.
 *
 * Strict where the wire is lenient: a member that no table below knows is an
 * error that names it by its path, and the nearest that is known. A member that
 * is known but not built yet is an error, too, never silence. null is the same
 * as absent.
 *
 * Variables are replaced in decoded strings, so whatever is in them cannot
 * change the structure of the plan. One that is set but empty counts as set, as
 * it does in the Go program, which reads the same files.
 */

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "json.h"
#include "plan.h"
#include "plan_expr.h"
#include "plan_file.h"
#include "split.h"
#include "wire.h"
#include "wire_json.h"

enum {
	PATH_SHOWN_MAX = 120,		/* bytes of a path in a reason */
	MEMBERS_MAX = 32		/* in one table, for suggestions */
};

/* Text that took the place of some in the tree; lives as long as that. */
struct text {
	struct text	*next;
	struct buf	 buf;
};

/* A plan while it is read. */
struct reader {
	struct plan	*plan;
	struct text	*texts;
	bool		 has_scenario;
	bool		 has_interval;
	const struct json_value *weight;	/* of the next worker */
	char		*why;		/* of WIRE_TEXT_MAX */
};

/* Where in the tree we are; the root has no place above it. */
struct place {
	const struct place	*up;
	struct json_value	*v;
	size_t			 index;		/* in an array */
	const struct member	*member;	/* in an object */
};

/* Checks one value, makes it what the decoder wants, or keeps it. */
typedef int (*take_fn)(struct reader *, const struct place *);

struct member {
	const char	*name;
	take_fn		 take;
	const char	*metric;	/* of a limit */
};

static struct buf *new_text(struct reader *);
static void	 free_texts(struct reader *);
static void	 set_value(struct json_value *, enum json_type, struct buf *);
static void	 add_path(struct buf *, const struct place *);
static int	 refuse(struct reader *, const struct place *, const char *,
		    ...) UTIL_PRINTF(3, 4);
static int	 expected(struct reader *, const struct place *, const char *);
static int	 refuse_member(struct reader *, const struct place *,
		    const struct member *, size_t);
static int	 read_plan(struct reader *, struct json_value *);
static int	 expand_all(struct reader *, const struct place *);
static int	 expand(struct reader *, const struct place *);
static int	 take_members(struct reader *, const struct place *,
		    const struct member *, size_t);
static const struct member *find_member(const struct json_value *,
		    const struct member *, size_t);
static int	 take_each(struct reader *, const struct place *, take_fn);
static int	 take_str(struct reader *, const struct place *);
static int	 take_uint(struct reader *, const struct place *);
static int	 take_bool(struct reader *, const struct place *);
static int	 take_list(struct reader *, const struct place *);
static int	 take_strings(struct reader *, const struct place *);
static int	 take_duration(struct reader *, const struct place *);
static int	 take_ns(struct reader *, const struct place *, uint64_t *);
static int	 take_phases(struct reader *, const struct place *);
static int	 take_phase(struct reader *, const struct place *);
static int	 take_scenario(struct reader *, const struct place *);
static int	 take_checks(struct reader *, const struct place *);
static int	 take_status(struct reader *, const struct place *);
static int	 take_scalars(struct reader *, const struct place *);
static int	 take_scalar(struct reader *, const struct place *);
static int	 take_texts(struct reader *, const struct place *);
static void	 add_query(struct reader *, const struct json_value *);
static void	 add_encoded(struct buf *, const char *, size_t);
static int	 take_warmup(struct reader *, const struct place *);
static int	 take_reporting(struct reader *, const struct place *);
static int	 take_interval(struct reader *, const struct place *);
static int	 take_percentiles(struct reader *, const struct place *);
static int	 take_percentile(struct reader *, const struct place *);
static int	 take_thresholds(struct reader *, const struct place *);
static int	 take_threshold(struct reader *, const struct place *);
static int	 take_max_share(struct reader *, const struct place *);
static int	 take_max_time(struct reader *, const struct place *);
static int	 add_limit(struct reader *, const struct place *, const char *);
static int	 take_workers(struct reader *, const struct place *);
static int	 take_worker(struct reader *, const struct place *);
static int	 take_weights(struct reader *, const struct place *);
static int	 take_weight(struct reader *, const struct place *);
static int	 take_later(struct reader *, const struct place *);

static const struct member plan_members[] = {
	{ "phases", take_phases, NULL },
	{ "target", take_scenario, NULL },
	{ "httpScenario", take_scenario, NULL },
	{ "maxConcurrency", take_uint, NULL },
	{ "saturationPolicy", take_str, NULL },
	{ "arrivals", take_str, NULL },
	{ "seed", take_uint, NULL },
	{ "requests", take_uint, NULL },
	{ "warmup", take_warmup, NULL },
	{ "interval", take_interval, NULL },
	{ "reporting", take_reporting, NULL },
	{ "percentiles", take_percentiles, NULL },
	{ "thresholds", take_thresholds, NULL },
	{ "workers", take_workers, NULL },
	{ "workerWeights", take_weights, NULL },
};

static const struct member phase_members[] = {
	{ "type", take_str, NULL },
	{ "duration", take_duration, NULL },
	{ "arrivalRate", take_uint, NULL },
	{ "from", take_uint, NULL },
	{ "to", take_uint, NULL },
	{ "steps", take_uint, NULL },
	{ "spikeAt", take_duration, NULL },
	{ "spikeDuration", take_duration, NULL },
};

static const struct member scenario_members[] = {
	{ "url", take_str, NULL },
	{ "method", take_str, NULL },
	{ "headers", take_strings, NULL },
	{ "headerList", take_list, NULL },
	{ "body", take_str, NULL },
	{ "bodyBase64", take_str, NULL },
	{ "query", take_strings, NULL },
	{ "timeout", take_duration, NULL },
	{ "redirects", take_uint, NULL },
	{ "keepAlive", take_bool, NULL },
	{ "checks", take_checks, NULL },
	{ "insecure", take_later, NULL },
	{ "serverName", take_later, NULL },
	{ "resume", take_later, NULL },
	{ "connectTo", take_later, NULL },
	{ "unixSocket", take_later, NULL },
	{ "source", take_later, NULL },
	{ "ca", take_later, NULL },
};

static const struct member checks_members[] = {
	{ "status", take_status, NULL },
	{ "headerEquals", take_scalars, NULL },
	{ "bodyContains", take_texts, NULL },
	{ "jsonEquals", take_scalars, NULL },
};

static const struct member reporting_members[] = {
	{ "interval", take_interval, NULL },
};

/* What the Go program takes for "must not be above". */
static const struct member limit_members[] = {
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
	struct reader r = { .plan = plan, .why = why };
	struct json_error err;
	struct json *doc;
	int rc;

	if ((doc = json_parse(text, len, &err)) == NULL)
		return wire_refuse(why, "line %zu, column %zu: %s", err.line,
		    err.column, err.reason);
	rc = read_plan(&r, json_root(doc));
	free_texts(&r);
	json_free(doc);
	return rc;
}

/* What is absent has the defaults of the command line, not of the wire. */
static int
read_plan(struct reader *r, struct json_value *root)
{
	struct run_request *req = &r->plan->req;
	struct place top = { .v = root };

	if (root->type != JSON_OBJECT)
		return expected(r, &top, "a plan, which is an object");
	if (expand_all(r, &top) == -1 ||
	    take_members(r, &top, plan_members,
	    UTIL_NELEM(plan_members)) == -1 ||
	    run_request_from_json(req, root, r->why) == -1)
		return -1;
	if (json_get(root, "maxConcurrency") == NULL)
		req->max_concurrency = WIRE_CONCURRENCY;
	if (json_get(root, "saturationPolicy") == NULL)
		req->policy = POLICY_DROP;
	return 0;
}

static struct buf *
new_text(struct reader *r)
{
	struct text *text;

	text = xcalloc(1, sizeof(*text));
	buf_init(&text->buf, JSON_TEXT_MAX);
	text->next = r->texts;
	r->texts = text;
	return &text->buf;
}

static void
free_texts(struct reader *r)
{
	struct text *text;

	while (r->texts != NULL) {
		text = r->texts;
		r->texts = text->next;
		buf_clear(&text->buf);
		free(text);
	}
}

static void
set_value(struct json_value *v, enum json_type type, struct buf *text)
{
	v->type = type;
	v->str = buf_str(text);
	v->len = text->len;
}

/* "target.headers.Accept", "phases[0].type"; nothing for the root. */
static void
add_path(struct buf *path, const struct place *at)
{
	if (at->up == NULL)
		return;
	add_path(path, at->up);
	if (at->up->v->type == JSON_ARRAY)
		buf_addf(path, "[%zu]", at->index);
	else
		buf_addf(path, "%s%s", path->len == 0 ? "" : ".",
		    at->v->name);
}

/* PATH: what it was. */
static int
refuse(struct reader *r, const struct place *at, const char *fmt, ...)
{
	char what[WIRE_TEXT_MAX];
	struct buf path;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	buf_init(&path, PATH_SHOWN_MAX);
	add_path(&path, at);
	wire_refuse(r->why, "%s%s%s", buf_str(&path),
	    path.len == 0 ? "" : ": ", what);
	buf_clear(&path);
	return -1;
}

static int
expected(struct reader *r, const struct place *at, const char *what)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_BOOL] = "a boolean",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};
	const struct json_value *v = at->v;

	if (v->type == JSON_NUMBER)
		return refuse(r, at, "expected %s, not %.40s", what, v->str);
	if (v->type == JSON_STRING)
		return refuse(r, at, "expected %s, not \"%.40s\"", what,
		    v->str);
	return refuse(r, at, "expected %s, not %s", what, names[v->type]);
}

static int
refuse_member(struct reader *r, const struct place *at,
    const struct member *members, size_t n)
{
	const char *names[MEMBERS_MAX], *near;
	size_t i;

	assert(n <= MEMBERS_MAX);
	for (i = 0; i < n; i++)
		names[i] = members[i].name;
	if ((near = text_nearest(at->v->name, names, n)) == NULL)
		return refuse(r, at, "unknown member");
	return refuse(r, at, "unknown member; did you mean \"%s\"?", near);
}

/* Variables in every string from here down. */
static int
expand_all(struct reader *r, const struct place *at)
{
	struct place here = { .up = at };

	if (at->v->type == JSON_STRING)
		return expand(r, at);
	for (here.v = at->v->child; here.v != NULL; here.v = here.v->next) {
		if (expand_all(r, &here) == -1)
			return -1;
		here.index++;
	}
	return 0;
}

static int
expand(struct reader *r, const struct place *at)
{
	char why[WIRE_TEXT_MAX];
	struct buf *out;

	if (memchr(at->v->str, '$', at->v->len) == NULL)
		return 0;
	out = new_text(r);
	if (plan_expand(at->v->str, at->v->len, out, why) == -1)
		return refuse(r, at, "%s", why);
	set_value(at->v, JSON_STRING, out);
	return 0;
}

/* All members of an object by a table of those that there are. */
static int
take_members(struct reader *r, const struct place *at,
    const struct member *members, size_t n)
{
	struct place here = { .up = at };
	struct json_value **link = &at->v->child;

	if (at->v->type != JSON_OBJECT)
		return expected(r, at, "an object");
	while (*link != NULL) {
		here.v = *link;
		here.member = find_member(here.v, members, n);
		if (here.member == NULL)
			return refuse_member(r, &here, members, n);
		if (here.v->type == JSON_NULL) {
			*link = here.v->next;
			at->v->count--;
			continue;
		}
		if (here.member->take(r, &here) == -1)
			return -1;
		link = &here.v->next;
	}
	return 0;
}

static const struct member *
find_member(const struct json_value *v, const struct member *members, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(members[i].name) == v->name_len &&
		    memcmp(members[i].name, v->name, v->name_len) == 0)
			return &members[i];
	return NULL;
}

/* All elements of an array, or all values of an object, by one rule. */
static int
take_each(struct reader *r, const struct place *at, take_fn take)
{
	struct place here = { .up = at };

	for (here.v = at->v->child; here.v != NULL; here.v = here.v->next) {
		if (take(r, &here) == -1)
			return -1;
		here.index++;
	}
	return 0;
}

static int
take_str(struct reader *r, const struct place *at)
{
	if (at->v->type != JSON_STRING)
		return expected(r, at, "a string");
	return 0;
}

static int
take_uint(struct reader *r, const struct place *at)
{
	uint64_t n;

	if (json_to_uint(at->v, &n) == -1)
		return expected(r, at, "a whole number");
	return 0;
}

static int
take_bool(struct reader *r, const struct place *at)
{
	if (at->v->type != JSON_BOOL)
		return expected(r, at, "true or false");
	return 0;
}

/* Of what, the decoder knows. */
static int
take_list(struct reader *r, const struct place *at)
{
	if (at->v->type != JSON_ARRAY)
		return expected(r, at, "an array");
	return 0;
}

static int
take_strings(struct reader *r, const struct place *at)
{
	if (at->v->type != JSON_OBJECT)
		return expected(r, at, "an object of strings");
	return take_each(r, at, take_str);
}

/* Becomes an integer literal of nanoseconds, as on the wire. */
static int
take_duration(struct reader *r, const struct place *at)
{
	struct buf *literal;
	const char *s;
	uint64_t ns;

	if (json_to_uint(at->v, &ns) == 0)
		return 0;
	if ((s = json_to_str(at->v)) == NULL || parse_duration(s, &ns) == -1)
		return expected(r, at, "a duration such as \"300ms\", or "
		    "a whole number of nanoseconds");
	literal = new_text(r);
	buf_addf(literal, "%" PRIu64, ns);
	set_value(at->v, JSON_NUMBER, literal);
	return 0;
}

/* The same, for what the wire has no member for. */
static int
take_ns(struct reader *r, const struct place *at, uint64_t *ns)
{
	if (take_duration(r, at) == -1)
		return -1;
	return json_to_uint(at->v, ns);
}

static int
take_phases(struct reader *r, const struct place *at)
{
	if (at->v->type != JSON_ARRAY)
		return expected(r, at, "an array of phases");
	return take_each(r, at, take_phase);
}

static int
take_phase(struct reader *r, const struct place *at)
{
	return take_members(r, at, phase_members, UTIL_NELEM(phase_members));
}

/* By whichever name, it is the wire's httpScenario from here on. */
static int
take_scenario(struct reader *r, const struct place *at)
{
	struct json_value *v = at->v;

	if (r->has_scenario)
		return refuse(r, at, "target and httpScenario are the same; "
		    "there can be only one of them");
	r->has_scenario = true;
	if (take_members(r, at, scenario_members,
	    UTIL_NELEM(scenario_members)) == -1)
		return -1;
	add_query(r, v);
	v->name = "httpScenario";
	v->name_len = strlen(v->name);
	return 0;
}

static int
take_checks(struct reader *r, const struct place *at)
{
	return take_members(r, at, checks_members,
	    UTIL_NELEM(checks_members));
}

static int
take_status(struct reader *r, const struct place *at)
{
	uint64_t status;

	if (json_to_uint(at->v, &status) == -1 || status < 100 || status > 599)
		return expected(r, at, "a status, 100 to 599");
	return 0;
}

static int
take_scalars(struct reader *r, const struct place *at)
{
	if (at->v->type != JSON_OBJECT)
		return expected(r, at, "an object of values");
	return take_each(r, at, take_scalar);
}

static int
take_scalar(struct reader *r, const struct place *at)
{
	if (json_to_text(at->v) == NULL)
		return expected(r, at, "a string without NUL, number, "
		    "boolean or null");
	return 0;
}

static int
take_texts(struct reader *r, const struct place *at)
{
	if (at->v->type != JSON_ARRAY)
		return expected(r, at, "an array of strings");
	return take_each(r, at, take_str);
}

/* Puts query behind what the URL has of it; a fragment is never sent. */
static void
add_query(struct reader *r, const struct json_value *scenario)
{
	struct json_value *url = json_get(scenario, "url");
	struct json_value *query = json_get(scenario, "query");
	const struct json_value *v;
	struct buf *out;
	char before;

	if (url == NULL || query == NULL || query->child == NULL)
		return;
	out = new_text(r);
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
	set_value(url, JSON_STRING, out);
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
take_warmup(struct reader *r, const struct place *at)
{
	return take_ns(r, at, &r->plan->req.warmup_ns);
}

static int
take_reporting(struct reader *r, const struct place *at)
{
	return take_members(r, at, reporting_members,
	    UTIL_NELEM(reporting_members));
}

/* In reporting as in the Go program's plans, or on top as on the wire. */
static int
take_interval(struct reader *r, const struct place *at)
{
	uint64_t ns;

	if (r->has_interval)
		return refuse(r, at, "interval and reporting.interval are the "
		    "same; there can be only one of them");
	r->has_interval = true;
	if (take_ns(r, at, &ns) == -1)
		return -1;
	if (ns != 0)
		r->plan->req.interval_ns = ns;
	return 0;
}

static int
take_percentiles(struct reader *r, const struct place *at)
{
	if (at->v->type != JSON_ARRAY)
		return expected(r, at, "an array of numbers");
	return take_each(r, at, take_percentile);
}

static int
take_percentile(struct reader *r, const struct place *at)
{
	char why[WIRE_TEXT_MAX];
	double p;

	if (json_to_double(at->v, &p) == -1 || p <= 0 || p >= 100)
		return expected(r, at, "a number above 0 and below 100");
	if (plan_add_percentile(r->plan, p, why) == -1)
		return refuse(r, at, "%s", why);
	return 0;
}

static int
take_thresholds(struct reader *r, const struct place *at)
{
	if (at->v->type == JSON_ARRAY)
		return take_each(r, at, take_threshold);
	if (at->v->type != JSON_OBJECT)
		return expected(r, at, "an object, or an array of strings "
		    "such as \"p99<250ms\"");
	return take_members(r, at, limit_members, UTIL_NELEM(limit_members));
}

static int
take_threshold(struct reader *r, const struct place *at)
{
	char why[WIRE_TEXT_MAX];
	const char *expr;

	if ((expr = json_to_str(at->v)) == NULL)
		return expected(r, at, "a string such as \"p99<250ms\"");
	if (plan_add_threshold(r->plan, expr, why) == -1)
		return refuse(r, at, "%s", why);
	return 0;
}

/* 0.01 as 1%; the places are those that a double surely has. */
static int
take_max_share(struct reader *r, const struct place *at)
{
	char text[32];
	size_t len;
	double share;

	if (json_to_double(at->v, &share) == -1 || share < 0 || share > 1)
		return expected(r, at, "a number from 0 to 1");
	snprintf(text, sizeof(text), "%.12f", share * 100);
	len = strlen(text);
	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	text[len] = '%';
	text[len + 1] = '\0';
	return add_limit(r, at, share > 0 ? text : NULL);
}

static int
take_max_time(struct reader *r, const struct place *at)
{
	char text[FORMAT_MAX];
	uint64_t ns;

	if (take_ns(r, at, &ns) == -1)
		return -1;
	return add_limit(r, at, ns > 0 ? format_duration(text, ns) : NULL);
}

/*
 * As an expression that a user could have written. In the Go program 0 means
 * no limit, to a reader it means the strictest one; so it has to be said.
 */
static int
add_limit(struct reader *r, const struct place *at, const char *limit)
{
	char expr[THRESHOLD_TEXT_MAX], why[WIRE_TEXT_MAX];

	if (limit == NULL)
		return refuse(r, at, "0 would be no limit: leave it out, or "
		    "write [\"%s<=0\"] for thresholds", at->member->metric);
	snprintf(expr, sizeof(expr), "%s<=%s", at->member->metric, limit);
	if (plan_add_threshold(r->plan, expr, why) == -1)
		return refuse(r, at, "%s", why);
	return 0;
}

/* With the weights, wherever in the plan those are. */
static int
take_workers(struct reader *r, const struct place *at)
{
	struct place weights = { .up = at->up };

	if (at->v->type != JSON_ARRAY)
		return expected(r, at, "an array of strings");
	weights.v = json_get(at->up->v, "workerWeights");
	if (weights.v != NULL && weights.v->type != JSON_NULL) {
		if (weights.v->type != JSON_ARRAY)
			return expected(r, &weights, "an array of numbers");
		if (weights.v->count != at->v->count)
			return refuse(r, &weights, "there are %zu for %zu "
			    "workers", weights.v->count, at->v->count);
		if (take_each(r, &weights, take_weight) == -1)
			return -1;
		r->weight = weights.v->child;
	}
	return take_each(r, at, take_worker);
}

/* A plan may come from anywhere, so it must not start programs. */
static int
take_worker(struct reader *r, const struct place *at)
{
	char why[WIRE_TEXT_MAX];
	uint64_t weight = 1;
	const char *worker;

	if ((worker = json_to_str(at->v)) == NULL)
		return expected(r, at, "a string such as \"host:9100\"");
	if (strncmp(worker, "exec:", strlen("exec:")) == 0)
		return refuse(r, at, "a plan file cannot name a command to "
		    "run: give it with -w");
	if (r->weight != NULL) {
		/* It has been looked at. */
		(void)json_to_uint(r->weight, &weight);
		r->weight = r->weight->next;
	}
	if (fleet_add_one(&r->plan->fleet, worker, weight, why) == -1)
		return refuse(r, at, "%s", why);
	return 0;
}

/* Taken together with the workers. */
static int
take_weights(struct reader *r, const struct place *at)
{
	const struct json_value *workers = json_get(at->up->v, "workers");

	if (workers == NULL || workers->type == JSON_NULL)
		return refuse(r, at, "there are no workers");
	return 0;
}

static int
take_weight(struct reader *r, const struct place *at)
{
	static_assert(SPLIT_WEIGHT_MAX == 1000000, "the text is wrong");
	uint64_t weight;

	if (json_to_uint(at->v, &weight) == -1 || weight == 0 ||
	    weight > SPLIT_WEIGHT_MAX)
		return expected(r, at, "a whole number from 1 to 1000000");
	return 0;
}

static int
take_later(struct reader *r, const struct place *at)
{
	struct buf path;

	buf_init(&path, PATH_SHOWN_MAX);
	add_path(&path, at);
	wire_refuse(r->why, "%s is not supported by this version",
	    buf_str(&path));
	buf_clear(&path);
	return -1;
}
