/* SPDX-License-Identifier: MIT */
/*
 * Results that were written earlier, back from their files: reports of --json
 * and results of --wire, told apart by schema_version.
 *
 * Of a report only the histograms, the counts that have to do with them, and
 * the snapshots are read; they are strict, all other members are ignored. One
 * without histograms, as the Go program and earlier versions write, is
 * refused: from its few percentiles nothing follows about their differences.
 * Prints nothing.
 */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "diff/recorded.h"
#include "wire/hist_json.h"
#include "wire/read.h"
#include "wire/result_json.h"

/*
 * No report has more, as JSON_TEXT_MAX is full before. What is kept of
 * a snapshot is much larger than the least that one can be written with.
 */
enum {
	SNAPSHOTS_MAX = 200000,
	MEMBERS_MAX = 200		/* of a plan, or of its target */
};
#define MS_MAX		9e12		/* below 2^63 ns */

static int	 read_report(struct recorded *, const struct wire_reader *);
static int	 read_histograms(struct recorded *,
		    const struct wire_reader *);
static int	 read_summary(const struct wire_reader *, struct counters *,
		    uint64_t *);
static int	 read_ending(struct recorded *, const struct wire_reader *);
static int	 read_planned(struct recorded *, const struct wire_reader *);
static int	 check_members(const struct wire_reader *, const char *);
static int	 read_snapshots(struct recorded *,
		    const struct wire_reader *);
static int	 read_snapshot(struct snapshot *, const struct wire_reader *);
static void	 leave_warmup(struct snapshot *, uint64_t);
static int	 read_ms(const struct wire_reader *, const char *,
		    uint64_t *);
static void	 compare_members(
		    char [RECORDED_DIFFERENCES_MAX][RECORDED_NAME_MAX],
		    size_t *, const char *, const struct json_value *,
		    const struct json_value *);
static bool	 is_same(const struct json_value *, const struct json_value *);
static int	 read_number(const struct wire_reader *, const char *,
		    double *);

int
recorded_read(struct recorded *r, const char *path, char why[WIRE_TEXT_MAX])
{
	struct json_error error;
	struct json *doc;
	struct buf text;

	memset(r, 0, sizeof(*r));
	r->name = strcmp(path, "-") == 0 ? "standard input" : path;
	buf_init(&text, JSON_TEXT_MAX);
	if (buf_read_file(&text, path) == -1)
		return wire_refuse(why, "%s", strerror(errno));
	if (text.len == 0) {
		buf_clear(&text);
		return wire_refuse(why, "it is empty");
	}
	doc = json_parse(text.data, text.len, &error);
	buf_clear(&text);
	if (doc == NULL)
		return wire_refuse(why, "line %zu, column %zu: %s",
		    error.line, error.column, error.reason);
	return recorded_from_json(r, doc, why);
}

int
recorded_from_json(struct recorded *r, struct json *doc,
    char why[WIRE_TEXT_MAX])
{
	struct wire_reader in = { json_root(doc), "", why };
	const struct json_value *version;

	r->doc = doc;
	r->result = result_new(0);
	version = json_get(in.obj, "schema_version");
	r->is_report = version != NULL;
	if (r->is_report)
		return read_report(r, &in);
	if (json_get(in.obj, "total") == NULL)
		return wire_refuse(why, "this is no result: expected what "
		    "--json, --out or --wire writes");
	return result_from_json(r->result, in.obj, &r->warning, why);
}

void
recorded_clear(struct recorded *r)
{
	size_t i;

	for (i = 0; i < r->nsnapshots; i++)
		snapshot_clear(&r->snapshots[i]);
	free(r->snapshots);
	result_free(r->result);
	json_free(r->doc);
	memset(r, 0, sizeof(*r));
}

static int
read_report(struct recorded *r, const struct wire_reader *in)
{
	uint64_t version = 0;

	if (wire_read_uint(in, "schema_version", &version) == -1)
		return -1;
	if (version != 1)
		return wire_must_be(in, "schema_version", "1");
	if (read_summary(in, &r->result->n, &r->result->duration_ns) == -1 ||
	    read_histograms(r, in) == -1 || read_ending(r, in) == -1 ||
	    read_planned(r, in) == -1)
		return -1;
	return read_snapshots(r, in);
}

static int
read_histograms(struct recorded *r, const struct wire_reader *in)
{
	struct wire_reader fine, coarse;
	size_t i;

	if (json_get(in->obj, "histograms") == NULL)
		return wire_refuse(in->why, "this report has no histograms, "
		    "as those of the Go program: expected one of this "
		    "version, or what --wire writes");
	if (wire_read_object(in, "histograms", &fine) == -1 ||
	    wire_read_object(in, "coarse_histograms", &coarse) == -1)
		return -1;
	for (i = 0; i <= RESULT_SERVICE; i++)
		if (hist_from_json(&r->result->hist[i], &fine,
		    result_hist_name((enum result_hist)i)) == -1)
			return -1;
	for (i = 0; i < RESULT_COARSE; i++)
		if (coarse_from_json(&r->result->coarse[i], &coarse,
		    result_hist_name((enum result_hist)i)) == -1)
			return -1;
	return 0;
}

static int
read_summary(const struct wire_reader *in, struct counters *n,
    uint64_t *duration_ns)
{
	struct wire_reader s;

	if (wire_read_object(in, "summary", &s) == -1)
		return -1;
	if (s.obj == NULL)
		return wire_must_be(in, "summary", "an object");
	if (wire_read_count(&s, "completed", &n->completed) == -1 ||
	    wire_read_count(&s, "failed", &n->failed) == -1 ||
	    wire_read_count(&s, "scheduled", &n->scheduled) == -1 ||
	    wire_read_count(&s, "started", &n->started) == -1 ||
	    wire_read_count(&s, "dropped", &n->dropped) == -1)
		return -1;
	return read_ms(&s, "duration_ms", duration_ns);
}

static int
read_ending(struct recorded *r, const struct wire_reader *in)
{
	struct wire_reader generator;
	const char *error = "";

	if (wire_read_bool(in, "partial", &r->result->is_partial) == -1 ||
	    wire_read_str(in, "error", &error) == -1 ||
	    wire_read_object(in, "generator", &generator) == -1 ||
	    wire_read_bool(&generator, "valid", &r->result->is_valid) == -1)
		return -1;
	if (*error != '\0')
		wire_refuse(r->result->error, "%s", error);
	return 0;
}

static int
read_planned(struct recorded *r, const struct wire_reader *in)
{
	struct wire_reader planned, plan;
	uint64_t ns = 0;

	if (wire_read_object(in, "planned", &planned) == -1 ||
	    read_ms(&planned, "duration_ms", &ns) == -1 ||
	    check_members(in, "plan") == -1 ||
	    wire_read_object(in, "plan", &plan) == -1 ||
	    check_members(&plan, "target") == -1)
		return -1;
	r->planned_sec = (double)ns / (double)NS_PER_SEC;
	r->plan = plan.obj;
	return 0;
}

/* Each is looked for in the other plan. */
static int
check_members(const struct wire_reader *in, const char *name)
{
	const struct json_value *v = wire_member(in, name);
	char what[48];

	if (v == NULL || v->count <= MEMBERS_MAX)
		return 0;
	snprintf(what, sizeof(what), "an object of at most %d members",
	    MEMBERS_MAX);
	return wire_must_be(in, name, what);
}

static int
read_snapshots(struct recorded *r, const struct wire_reader *in)
{
	const struct json_value *list, *v;
	struct wire_reader entry;
	struct snapshot *s;

	if (wire_read_list(in, "snapshots", SNAPSHOTS_MAX, &list) == -1)
		return -1;
	if (list == NULL || list->count == 0)
		return 0;
	r->snapshots = xcalloc(list->count, sizeof(*r->snapshots));
	for (v = list->child; v != NULL; v = v->next) {
		s = &r->snapshots[r->nsnapshots++];
		if (wire_read_entry(in, "snapshots", r->nsnapshots - 1, v,
		    &entry) == -1 || read_snapshot(s, &entry) == -1)
			return -1;
		if (r->nsnapshots > 1 && s->from_ns < s[-1].until_ns)
			return wire_must_be(&entry, "from_ms", "not before "
			    "the until_ms of the one before");
	}
	return 0;
}

static int
read_snapshot(struct snapshot *s, const struct wire_reader *in)
{
	struct counters n = { .scheduled = 0 };
	struct wire_reader latency;
	uint64_t took_ns;

	if (read_summary(in, &n, &took_ns) == -1 ||
	    wire_read_object(in, "latency", &latency) == -1 ||
	    wire_read_count(&latency, "count", &s->latency.count) == -1 ||
	    read_ms(&latency, "mean_ms", &s->latency.mean_ns) == -1 ||
	    read_ms(&latency, "p50_ms", &s->latency.p50_ns) == -1 ||
	    read_ms(&latency, "p90_ms", &s->latency.p90_ns) == -1 ||
	    read_ms(&latency, "p95_ms", &s->latency.p95_ns) == -1 ||
	    read_ms(&latency, "p99_ms", &s->latency.p99_ns) == -1 ||
	    read_ms(in, "from_ms", &s->from_ns) == -1 ||
	    read_ms(in, "until_ms", &s->until_ns) == -1 ||
	    read_number(in, "planned", &s->planned) == -1 ||
	    buckets_from_json(s, in, "latency_buckets") == -1)
		return -1;
	if (s->until_ns < s->from_ns)
		return wire_must_be(in, "until_ms", "behind from_ms");
	leave_warmup(s, took_ns);
	s->scheduled = n.scheduled;
	s->started = n.started;
	s->dropped = n.dropped;
	s->completed = n.completed;
	s->failed = n.failed;
	return 0;
}

/* Its counts are of this much of it, at its end: so is what it keeps. */
static void
leave_warmup(struct snapshot *s, uint64_t counted_ns)
{
	uint64_t all_ns = s->until_ns - s->from_ns;

	if (counted_ns == 0 || counted_ns >= all_ns)
		return;
	s->planned *= (double)counted_ns / (double)all_ns;
	s->from_ns = s->until_ns - counted_ns;
}

static int
read_ms(const struct wire_reader *in, const char *name, uint64_t *ns)
{
	double ms = 0;

	if (read_number(in, name, &ms) == -1)
		return -1;
	if (ms > MS_MAX)
		return wire_must_be(in, name, "milliseconds, at most 9e12");
	*ns = (uint64_t)llround(ms * (double)NS_PER_MS);
	return 0;
}

static int
read_number(const struct wire_reader *in, const char *name, double *out)
{
	const struct json_value *v = wire_member(in, name);

	if (v == NULL)
		return 0;
	if (json_to_double(v, out) == -1 || !(*out >= 0))
		return wire_must_be(in, name, "a number, not negative");
	return 0;
}

size_t
recorded_differences(
    char names[RECORDED_DIFFERENCES_MAX][RECORDED_NAME_MAX],
    const struct recorded *a, const struct recorded *b)
{
	size_t n = 0;

	if (a->plan == NULL || b->plan == NULL)
		return 0;
	compare_members(names, &n, "", a->plan, b->plan);
	compare_members(names, &n, "target.", json_get(a->plan, "target"),
	    json_get(b->plan, "target"));
	return n;
}

/* Those of b that a does not have, too. */
static void
compare_members(char names[RECORDED_DIFFERENCES_MAX][RECORDED_NAME_MAX],
    size_t *n, const char *prefix, const struct json_value *a,
    const struct json_value *b)
{
	static const char *const other[] = { "target", "percentiles",
	    "thresholds", "reporting", "seed" };
	const struct json_value *lists[] = { a, b }, *m, *its;
	size_t i, j;

	for (i = 0; i < UTIL_NELEM(lists); i++) {
		m = lists[i] == NULL ? NULL : lists[i]->child;
		for (; m != NULL && *n < RECORDED_DIFFERENCES_MAX;
		    m = m->next) {
			for (j = 0; j < UTIL_NELEM(other); j++)
				if (m->name == NULL ||
				    strcmp(m->name, other[j]) == 0)
					break;
			its = m->name == NULL ? NULL :
			    json_get(lists[1 - i], m->name);
			if (j < UTIL_NELEM(other) || (its != NULL && i == 1) ||
			    is_same(m, its))
				continue;
			snprintf(names[(*n)++], RECORDED_NAME_MAX, "%s%.38s",
			    prefix, m->name);
		}
	}
}

/* Members in the order in which both were written. */
static bool
is_same(const struct json_value *a, const struct json_value *b)
{
	const struct json_value *x, *y;

	if (a == NULL || b == NULL || a->type != b->type ||
	    a->is_true != b->is_true || a->len != b->len ||
	    a->count != b->count || a->name_len != b->name_len)
		return false;
	if ((a->len > 0 && memcmp(a->str, b->str, a->len) != 0) ||
	    (a->name_len > 0 && memcmp(a->name, b->name, a->name_len) != 0))
		return false;
	for (x = a->child, y = b->child; x != NULL && y != NULL;
	    x = x->next, y = y->next)
		if (!is_same(x, y))
			return false;
	return x == NULL && y == NULL;
}
