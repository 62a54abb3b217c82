/* SPDX-License-Identifier: MIT */
/*
 * The result as JSON for programs: schema_version 1.
 *
 * The members that the Go program of the same name writes come first, under
 * its names and in its order; what is added comes behind, and nothing is ever
 * renamed. Times are decimals of a millisecond with six places, so exact to
 * the nanosecond; rates are a second; rps is completed / duration. Where
 * nothing was measured a Go figure is 0, as Go has it, and count says so. The
 * document goes out in pieces, so its memory does not grow with the number of
 * snapshots. Errors stick in the stream.
 */

#include <assert.h>
#include <stdio.h>

#include "json_write.h"
#include "report/json_exemplars.h"
#include "report/percentiles.h"
#include "report/report.h"
#include "report/words.h"
#include "wire/hist_json.h"

enum { SCHEMA_VERSION = 1 };

/* What a summary says of a run or of an interval. */
struct totals {
	uint64_t	 completed;
	uint64_t	 failed;
	uint64_t	 duration_ns;
	uint64_t	 scheduled;
	uint64_t	 started;
	uint64_t	 dropped;
	uint64_t	 active;
	uint64_t	 bytes_in;
	uint64_t	 bytes_out;
};

static void	 flush_to(FILE *, struct json_out *);
static void	 put_go_members(FILE *, struct json_out *,
		    const struct report *);
static void	 put_added_members(struct json_out *, const struct report *);
static void	 put_tls(struct json_out *, const struct result *);
static void	 put_run_summary(struct json_out *, const struct result *);
static void	 put_totals(struct json_out *, const struct totals *);
static void	 put_summary(struct json_out *, const char *,
		    const struct summary *);
static void	 put_figures(struct json_out *, const char *,
		    const struct result *, enum result_hist);
static void	 put_hist(struct json_out *, const char *,
		    const struct hist *);
static void	 put_status(struct json_out *, unsigned int, uint64_t);
static void	 put_statuses(struct json_out *, const struct counters *);
static void	 put_errors(struct json_out *, const uint64_t *,
		    const struct other_error *, size_t);
static void	 put_extra_percentiles(struct json_out *,
		    const struct report *);
static void	 put_verdict(struct json_out *, const struct verdict *);
static void	 put_snapshot(struct json_out *, const struct snapshot *,
		    uint64_t);
static void	 put_error_table(struct json_out *, const struct counters *);
static void	 put_generator(struct json_out *, const struct result *);
static void	 put_cpu(struct json_out *, const struct result *, size_t);
static void	 put_ending(struct json_out *, const struct report *);
static void	 put_planned(struct json_out *, const struct report *);
static void	 put_fleet(struct json_out *, const struct report *);
static void	 put_worker(struct json_out *, const struct worker_stat *);
static void	 put_histograms(struct json_out *, const struct result *);
static void	 put_percentiles(struct json_out *, const struct report *,
		    const char *, enum result_hist);

void
json_write(FILE *out, const struct report *r)
{
	struct json_out w;
	struct buf b;
	int rv;

	buf_init(&b, JSON_TEXT_MAX);
	json_out_start(&w, &b, true);
	json_object(&w, NULL);
	put_go_members(out, &w, r);
	put_added_members(&w, r);
	json_close(&w);
	rv = json_out_end(&w);
	assert(rv == 0);	/* nesting and size are ours alone */
	flush_to(out, &w);
	putc('\n', out);
	buf_clear(&b);
}

/* The writer only ever adds to its buffer, so what is there may go. */
static void
flush_to(FILE *out, struct json_out *w)
{
	fwrite(w->out->data, 1, w->out->len, out);
	buf_reset(w->out);
}

static void
put_go_members(FILE *out, struct json_out *w, const struct report *r)
{
	const struct result *res = r->result;
	size_t i;

	json_int(w, "schema_version", SCHEMA_VERSION);
	put_run_summary(w, res);
	put_figures(w, "latency", res, RESULT_LATENCY);
	put_figures(w, "ttfb", res, RESULT_TTFB);
	put_statuses(w, &res->n);
	put_errors(w, res->n.category, res->others, res->nothers);
	if (r->plan->npercentiles > 0)
		put_extra_percentiles(w, r);
	json_array(w, "thresholds");
	for (i = 0; i < r->plan->nthresholds; i++)
		put_verdict(w, &r->verdicts[i]);
	json_close(w);
	json_array(w, "snapshots");
	for (i = 0; i < r->nsnapshots; i++) {
		put_snapshot(w, &r->snapshots[i],
		    r->plan->req.warmup_ns);
		flush_to(out, w);
	}
	json_close(w);
	json_bool(w, "passed", r->is_passed);
}

static void
put_added_members(struct json_out *w, const struct report *r)
{
	const struct result *res = r->result;
	char when[WORDS_MAX];
	size_t i;

	if (res->start_wall_ns != 0)
		json_str(w, "started_at", words_time(when,
		    res->start_wall_ns));
	else
		json_null(w, "started_at");
	json_str(w, "address", res->address);
	put_ending(w, r);
	json_uint(w, "lost", res->lost);
	json_uint(w, "retried", res->n.retried);
	json_uint(w, "redirected", res->n.redirected);
	json_uint(w, "connects", res->n.connects);
	put_tls(w, res);
	put_figures(w, "service", res, RESULT_SERVICE);
	json_object(w, "parts");
	for (i = 0; i < PARTS; i++)
		put_figures(w, part_name((enum part)i), res,
		    (enum result_hist)(RESULT_PART + i));
	json_close(w);
	put_error_table(w, &res->n);
	json_exemplars(w, res);
	put_generator(w, res);
	if (r->has_plan)
		report_plan(w, "plan", r->plan);
	else
		json_null(w, "plan");
	put_fleet(w, r);
	json_object(w, "percentiles");
	put_percentiles(w, r, "latency", RESULT_LATENCY);
	put_percentiles(w, r, "ttfb", RESULT_TTFB);
	put_percentiles(w, r, "service", RESULT_SERVICE);
	json_close(w);
	put_histograms(w, res);
}

/* null when no TLS was spoken; names are null when nobody told them. */
static void
put_tls(struct json_out *w, const struct result *res)
{
	if (res->n.handshakes == 0) {
		json_null(w, "tls");
		return;
	}
	json_object(w, "tls");
	json_str_or_null(w, "protocol", res->tls_protocol);
	json_str_or_null(w, "cipher", res->tls_cipher);
	json_uint(w, "handshakes", res->n.handshakes);
	json_uint(w, "resumed", res->n.resumed);
	json_close(w);
}

static void
put_run_summary(struct json_out *w, const struct result *res)
{
	const struct totals t = {
		.completed = res->n.completed,
		.failed = res->n.failed,
		.duration_ns = res->duration_ns,
		.scheduled = res->n.scheduled,
		.started = res->n.started,
		.dropped = res->n.dropped,
		.active = res->max_active,
		.bytes_in = res->n.bytes_in,
		.bytes_out = res->n.bytes_out,
	};

	put_totals(w, &t);
}

static void
put_totals(struct json_out *w, const struct totals *t)
{
	double sec = (double)t->duration_ns / (double)NS_PER_SEC;
	double per_sec = sec > 0 ? 1 / sec : 0, dropped = 0;

	if (t->scheduled > 0)
		dropped = (double)t->dropped / (double)t->scheduled;
	json_object(w, "summary");
	json_uint(w, "total", t->completed);
	json_uint(w, "failed", t->failed);
	json_fixed(w, "rps", (double)t->completed * per_sec, 6);
	json_ms(w, "duration_ms", t->duration_ns);
	json_uint(w, "scheduled", t->scheduled);
	json_uint(w, "started", t->started);
	json_uint(w, "dropped", t->dropped);
	json_double(w, "dropped_rate", dropped);
	json_uint(w, "completed", t->completed);
	json_uint(w, "max_active", t->active);
	json_uint(w, "bytes_in", t->bytes_in);
	json_uint(w, "bytes_out", t->bytes_out);
	json_fixed(w, "bytes_in_per_sec", (double)t->bytes_in * per_sec, 3);
	json_fixed(w, "bytes_out_per_sec", (double)t->bytes_out * per_sec, 3);
	json_close(w);
}

static void
put_summary(struct json_out *w, const char *name, const struct summary *s)
{
	json_object(w, name);
	json_ms(w, "min_ms", s->min_ns);
	json_ms(w, "p50_ms", s->p50_ns);
	json_ms(w, "mean_ms", s->mean_ns);
	json_ms(w, "p90_ms", s->p90_ns);
	json_ms(w, "p95_ms", s->p95_ns);
	json_ms(w, "p99_ms", s->p99_ns);
	json_ms(w, "max_ms", s->max_ns);
	json_uint(w, "count", s->count);
	json_close(w);
}

static void
put_figures(struct json_out *w, const char *name, const struct result *res,
    enum result_hist which)
{
	struct summary s;

	result_summary(&s, res, which);
	put_summary(w, name, &s);
}

/* Of this histogram, whatever else is known. */
static void
put_hist(struct json_out *w, const char *name, const struct hist *h)
{
	struct summary s;

	summary_of(&s, h);
	put_summary(w, name, &s);
}

static void
put_status(struct json_out *w, unsigned int status, uint64_t count)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", status);
	json_uint(w, name, count);
}

static void
put_statuses(struct json_out *w, const struct counters *n)
{
	unsigned int i;

	json_object(w, "status_codes");
	for (i = 0; i < RESULT_STATUS_MAX; i++) {
		if (n->status[i] > 0)
			put_status(w, i, n->status[i]);
	}
	json_close(w);
}

static void
put_errors(struct json_out *w, const uint64_t *counts,
    const struct other_error *others, size_t nothers)
{
	struct category_row rows[REPORT_CATEGORIES_MAX];
	size_t i, n = report_categories(rows, counts, others, nothers);

	json_object(w, "errors");
	for (i = 0; i < n; i++)
		json_uint(w, rows[i].name, rows[i].count);
	json_close(w);
}

static void
put_extra_percentiles(struct json_out *w, const struct report *r)
{
	char name[WORDS_MAX];
	size_t i;

	json_object(w, "extra_percentiles");
	for (i = 0; i < r->plan->npercentiles; i++) {
		snprintf(name, sizeof(name), "p%.10g_ms",
		    r->plan->percentiles[i]);
		json_ms(w, name, result_percentile(r->result, RESULT_LATENCY,
		    r->plan->percentiles[i]));
	}
	json_close(w);
}

/* actual and expected are in unit; actual is null without a sample. */
static void
put_verdict(struct json_out *w, const struct verdict *v)
{
	const struct threshold *t = v->threshold;
	const char *unit = "ms";
	double scale = 1;

	if (t->metric == THRESHOLD_RATE)
		unit = "per_second";
	else if (t->metric == THRESHOLD_ERRORS ||
	    t->metric == THRESHOLD_DROPPED)
		unit = "ratio";
	else
		scale = (double)NS_PER_MS;
	json_object(w, NULL);
	json_str(w, "description", t->text);
	json_bool(w, "pass", v->is_kept);
	if (v->has_sample)
		json_fixed(w, "actual", v->actual / scale, 9);
	else
		json_null(w, "actual");
	json_fixed(w, "expected", t->value / scale, 9);
	json_str(w, "unit", unit);
	json_close(w);
}

/*
 * max_active is what was in flight at the interval's end; its duration, as that
 * of the run, is what is behind the warm-up, so that rps is of that alone.
 */
void
json_snapshot_members(struct json_out *w, const struct snapshot *s,
    uint64_t warmup_ns)
{
	const struct totals t = {
		.completed = s->completed,
		.failed = s->failed,
		.duration_ns = snapshot_counted_ns(s->from_ns, s->until_ns,
		    warmup_ns),
		.scheduled = s->scheduled,
		.started = s->started,
		.dropped = s->dropped,
		.active = s->in_flight,
		.bytes_in = s->bytes_in,
		.bytes_out = s->bytes_out,
	};
	char when[WORDS_MAX];
	size_t i;

	json_str(w, "started_at", words_time(when, s->start_wall_ns));
	put_totals(w, &t);
	put_summary(w, "latency", &s->latency);
	put_summary(w, "ttfb", &s->ttfb);
	json_object(w, "status_codes");
	for (i = 0; i < s->nstatuses; i++)
		put_status(w, s->statuses[i].status, s->statuses[i].count);
	json_close(w);
	put_errors(w, s->category, NULL, 0);
	json_uint(w, "index", s->index);
	json_ms(w, "from_ms", s->from_ns);
	json_ms(w, "until_ms", s->until_ns);
	json_fixed(w, "planned", s->planned, 6);
	json_uint(w, "in_flight", s->in_flight);
	json_ms(w, "lag_p99_ms", s->lag_p99_ns);
}

static void
put_snapshot(struct json_out *w, const struct snapshot *s, uint64_t warmup_ns)
{
	json_object(w, NULL);
	json_snapshot_members(w, s, warmup_ns);
	json_flat(w, 1);
	buckets_to_json(w, "latency_buckets", s);
	json_flat(w, 0);
	json_close(w);
}

static void
put_error_table(struct json_out *w, const struct counters *n)
{
	struct error_row rows[REPORT_ERRORS_MAX];
	size_t i, nrows = report_errors(rows, n);

	json_array(w, "error_table");
	for (i = 0; i < nrows; i++) {
		json_object(w, NULL);
		json_str(w, "part", part_name(rows[i].part));
		json_str(w, "cause", cause_name(rows[i].cause));
		json_str(w, "category",
		    category_name(cause_category(rows[i].cause)));
		json_uint(w, "count", rows[i].count);
		json_close(w);
	}
	json_close(w);
}

static void
put_generator(struct json_out *w, const struct result *res)
{
	size_t i;

	json_object(w, "generator");
	json_bool(w, "valid", res->is_valid);
	json_array(w, "reasons");
	for (i = 0; i < res->nreasons; i++)
		json_str(w, NULL, res->reasons[i]);
	json_close(w);
	put_figures(w, "lag", res, RESULT_PART + PART_LAG);
	json_array(w, "cpu");
	for (i = 0; i < res->ngenerators; i++)
		put_cpu(w, res, i);
	json_close(w);
	json_close(w);
}

/* Shares are of one CPU: 1 is all of it. */
static void
put_cpu(struct json_out *w, const struct result *res, size_t i)
{
	const struct generator_stat *g = &res->generators[i];
	uint64_t cpu_ns = g->cpu_user_ns + g->cpu_sys_ns;
	double share = 0;

	if (g->wall_ns > 0)
		share = (double)cpu_ns / (double)g->wall_ns;
	json_object(w, NULL);
	json_uint(w, "generator", i);
	json_int(w, "pid", g->pid);
	json_bool(w, "took_part", g->took_part);
	json_bool(w, "died", g->died);
	json_ms(w, "user_ms", g->cpu_user_ns);
	json_ms(w, "system_ms", g->cpu_sys_ns);
	json_ms(w, "wall_ms", g->wall_ns);
	json_fixed(w, "share", share, 6);
	json_fixed(w, "busiest_share", (double)g->busiest_ppm / 1e6, 6);
	json_uint(w, "stops", g->stops);
	json_ms(w, "lag_max_ms", g->lag_max_ns);
	json_close(w);
}

/* How it ended, and what was planned for it. */
static void
put_ending(struct json_out *w, const struct report *r)
{
	const struct result *res = r->result;
	char name[WORDS_MAX];

	json_bool(w, "partial", res->is_partial);
	json_bool(w, "interrupted", res->signo != 0);
	if (res->signo != 0)
		json_str(w, "signal", words_signal(name, res->signo));
	else
		json_null(w, "signal");
	json_str_or_null(w, "error", res->error);
	put_planned(w, r);
}

static void
put_planned(struct json_out *w, const struct report *r)
{
	if (!r->has_plan) {
		json_null(w, "planned");
		return;
	}
	json_object(w, "planned");
	json_ms(w, "duration_ms", r->planned_sec * (double)NS_PER_SEC);
	if (r->has_closed)
		json_null(w, "arrivals");
	else
		json_fixed(w, "arrivals", r->planned_count, 0);
	json_fixed(w, "achieved_rps", report_rate(r), 6);
	json_close(w);
}

/* What only results of workers, of fleets and of merges have. */
static void
put_fleet(struct json_out *w, const struct report *r)
{
	const struct result *res = r->result;
	size_t i;

	if (res->has_start_error)
		json_ms(w, "start_error_ms", res->start_error_ns);
	if (r->nmerged > 0)
		json_uint(w, "merged", r->nmerged);
	if (r->nmerged == 0 && res->nworkers == 0 && !result_is_coarse(res))
		return;
	if (result_is_coarse(res)) {
		json_str(w, "resolution", "coarse");
		put_hist(w, "fine_latency", &res->hist[RESULT_LATENCY]);
		put_hist(w, "fine_ttfb", &res->hist[RESULT_TTFB]);
	} else
		json_str(w, "resolution", "fine");
	if (res->nworkers == 0)
		return;
	json_array(w, "workers");
	for (i = 0; i < res->nworkers; i++)
		put_worker(w, &res->workers[i]);
	json_close(w);
}

/* Counts of a lost one are what it said last, and are in no sum. */
static void
put_worker(struct json_out *w, const struct worker_stat *s)
{
	json_object(w, NULL);
	json_str(w, "worker", s->name);
	json_uint(w, "weight", s->weight);
	json_bool(w, "took_part", s->took_part);
	json_bool(w, "lost", s->is_lost);
	json_str_or_null(w, "error", s->error);
	json_uint(w, "scheduled", s->scheduled);
	json_uint(w, "completed", s->completed);
	json_uint(w, "failed", s->failed);
	json_bool(w, "fine", s->has_fine);
	if (s->has_start_error)
		json_ms(w, "start_error_ms", s->start_error_ns);
	else
		json_null(w, "start_error_ms");
	json_ms(w, "round_trip_ms", s->round_trip_ns);
	json_close(w);
}

/*
 * All counts of response, ttfb and service, so that percentiles of a result
 * can be had, added and compared later on, each a line. What only came in 800
 * buckets stands apart.
 */
static void
put_histograms(struct json_out *w, const struct result *res)
{
	size_t i;

	json_object(w, "histograms");
	json_flat(w, 1);
	for (i = 0; i <= RESULT_SERVICE; i++)
		hist_to_json(w, result_hist_name((enum result_hist)i),
		    &res->hist[i]);
	json_flat(w, 0);
	json_close(w);
	if (!result_is_coarse(res))
		return;
	json_object(w, "coarse_histograms");
	json_flat(w, 1);
	for (i = 0; i < RESULT_COARSE; i++)
		coarse_to_json(w, result_hist_name((enum result_hist)i),
		    &res->coarse[i]);
	json_flat(w, 0);
	json_close(w);
}

/* With the interval of each; null where the sample is too small for it. */
static void
put_percentiles(struct json_out *w, const struct report *r, const char *name,
    enum result_hist which)
{
	double list[PERCENTILES_USUAL + PLAN_PERCENTILES_MAX];
	size_t i, n = percentile_list(list, r->plan->percentiles,
	    r->plan->npercentiles);
	struct percentile p;

	json_array(w, name);
	for (i = 0; i < n; i++) {
		percentile_of(&p, r->result, which, list[i]);
		json_object(w, NULL);
		json_double(w, "p", p.p);
		if (p.has_value) {
			json_ms(w, "ms", p.value_ns);
			json_ms(w, "low_ms", p.low_ns);
			json_ms(w, "high_ms", p.high_ns);
		} else {
			json_null(w, "ms");
			json_null(w, "low_ms");
			json_null(w, "high_ms");
		}
		json_close(w);
	}
	json_close(w);
}
