/* SPDX-License-Identifier: MIT */
/*
 * A WorkerResult as JSON, both ways, and the intervals of a stream.
 *
 * The member order is that of the Go program, which ignores what follows
 * behind its own members; so extensions go last, and those that say nothing
 * are left out. What is read back from what was written here gives the same
 * bytes again.
 *
 * Reading trusts nothing: counts, times, slots and sums are looked at before
 * anything relies on them, and a refusal is one line that names the member.
 */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "hist.h"
#include "json.h"
#include "json_write.h"
#include "result.h"
#include "wire/counters_json.h"
#include "wire/exemplar_json.h"
#include "wire/hist_json.h"
#include "wire/read.h"
#include "wire/result_json.h"

enum { SIGNO_MAX = 127 };	/* more than any system has */

/* Where the 800 buckets of a histogram are. */
static const char *const bucket_names[RESULT_COARSE] = {
	[RESULT_LATENCY] = "buckets",
	[RESULT_TTFB] = "ttfbBuckets",
};

/* The histograms of an interval. */
static const enum result_hist interval_hists[] = {
	RESULT_LATENCY, RESULT_TTFB,
	(enum result_hist)(RESULT_PART + PART_LAG),
};

/* An interval that is read and not yet added. */
struct interval_read {
	struct counters	 n;
	uint64_t	 in_flight;
	struct hist	 hist[UTIL_NELEM(interval_hists)];
};

static void	 put_latency(struct json_out *, const char *,
		    const struct coarse *);
static void	 put_buckets(struct json_out *, const char *,
		    const struct coarse *);
static void	 put_extensions(struct json_out *, const struct result *,
		    const struct coarse[RESULT_COARSE]);
static void	 put_nonzero(struct json_out *, const char *, uint64_t);
static void	 put_tls(struct json_out *, const struct result *);
static void	 put_sums(struct json_out *,
		    const struct coarse[RESULT_COARSE]);
static void	 put_hists(struct json_out *, const char *,
		    const struct result *, size_t, size_t);
static void	 put_generator(struct json_out *, const struct result *);
static void	 put_ending(struct json_out *, const struct result *);
static int	 read_tls(const struct wire_reader *, struct result *);
static int	 read_hists(const struct wire_reader *, struct result *,
		    const char **);
static int	 read_coarse(const struct wire_reader *, struct result *,
		    enum result_hist, const char **);
static int	 read_buckets(const struct wire_reader *, const char *,
		    struct coarse *, bool *);
static int	 subtract_fine(const struct wire_reader *, struct result *,
		    enum result_hist);
static bool	 subtract_sum(struct coarse *, const struct hist *);
static void	 multiply(uint64_t, uint64_t, uint64_t *, uint64_t *);
static int	 add_error(void *, const char *, uint64_t);
static int	 read_generator(const struct wire_reader *, struct result *);
static int	 read_reasons(const struct wire_reader *, struct result *);
static int	 read_cpu(const struct wire_reader *, struct generator_stat *);
static int	 read_ending(const struct wire_reader *, struct result *);
static int	 read_start(const struct wire_reader *, struct result *);
static int	 read_interval(const struct wire_reader *,
		    struct interval_read *);

void
result_to_json(const struct result *r, struct json_out *w, const char *name)
{
	const struct counters *n = &r->n;
	struct coarse all[RESULT_COARSE];
	double dropped = 0;

	result_buckets(&all[RESULT_LATENCY], r, RESULT_LATENCY);
	result_buckets(&all[RESULT_TTFB], r, RESULT_TTFB);
	if (n->scheduled > 0)
		dropped = (double)n->dropped / (double)n->scheduled;
	json_object(w, name);
	json_uint(w, "total", n->completed);
	json_uint(w, "failed", n->failed);
	json_uint(w, "duration", r->duration_ns);
	json_uint(w, "scheduled", n->scheduled);
	json_uint(w, "started", n->started);
	json_uint(w, "dropped", n->dropped);
	json_double(w, "droppedRate", dropped);
	json_uint(w, "completed", n->completed);
	json_uint(w, "maxActive", r->max_active);
	put_latency(w, "latency", &all[RESULT_LATENCY]);
	put_latency(w, "ttfb", &all[RESULT_TTFB]);
	json_uint(w, "bytesIn", n->bytes_in);
	json_uint(w, "bytesOut", n->bytes_out);
	if (!counters_put_statuses(w, n)) {
		json_object(w, "statusCounts");
		json_close(w);
	}
	if (!counters_put_errors(w, n, r->others, r->nothers))
		json_null(w, "errorCounts");
	put_buckets(w, "buckets", &all[RESULT_LATENCY]);
	put_buckets(w, "ttfbBuckets", &all[RESULT_TTFB]);
	put_extensions(w, r, all);
	json_close(w);
}

static void
put_latency(struct json_out *w, const char *name, const struct coarse *c)
{
	struct summary s;

	summary_of_buckets(&s, c);
	json_object(w, name);
	json_uint(w, "min", s.min_ns);
	json_uint(w, "mean", s.mean_ns);
	json_uint(w, "p50", s.p50_ns);
	json_uint(w, "p90", s.p90_ns);
	json_uint(w, "p95", s.p95_ns);
	json_uint(w, "p99", s.p99_ns);
	json_uint(w, "max", s.max_ns);
	json_close(w);
}

static void
put_buckets(struct json_out *w, const char *name, const struct coarse *c)
{
	size_t i;

	if (c->count == 0) {
		json_null(w, name);
		return;
	}
	json_array(w, name);
	for (i = 0; i < HIST_COARSE; i++)
		json_uint(w, NULL, c->bucket[i]);
	json_close(w);
}

static void
put_extensions(struct json_out *w, const struct result *r,
    const struct coarse all[RESULT_COARSE])
{
	json_uint(w, "lost", r->lost);
	json_uint(w, "retried", r->n.retried);
	put_nonzero(w, "redirected", r->n.redirected);
	put_nonzero(w, "connects", r->n.connects);
	put_nonzero(w, "handshakes", r->n.handshakes);
	put_nonzero(w, "resumed", r->n.resumed);
	put_tls(w, r);
	put_sums(w, all);
	put_hists(w, "fine", r, RESULT_LATENCY, RESULT_SERVICE);
	hist_to_json(w, "service", &r->hist[RESULT_SERVICE]);
	put_hists(w, "parts", r, RESULT_PART, RESULT_HISTS);
	counters_put_table(w, &r->n);
	exemplars_to_json(&r->exemplars, w);
	put_generator(w, r);
	put_ending(w, r);
}

static void
put_nonzero(struct json_out *w, const char *name, uint64_t v)
{
	if (v > 0)
		json_uint(w, name, v);
}

static void
put_tls(struct json_out *w, const struct result *r)
{
	if (r->tls_protocol[0] == '\0')
		return;
	json_object(w, "tls");
	json_str(w, "protocol", r->tls_protocol);
	json_str(w, "cipher", r->tls_cipher);
	json_close(w);
}

static void
put_sums(struct json_out *w, const struct coarse all[RESULT_COARSE])
{
	size_t i;

	if (all[RESULT_LATENCY].count == 0 && all[RESULT_TTFB].count == 0)
		return;
	json_object(w, "sums");
	for (i = 0; i < RESULT_COARSE; i++)
		if (all[i].count > 0)
			hist_sum_to_json(w,
			    result_hist_name((enum result_hist)i),
			    all[i].sum_hi, all[i].sum_lo);
	json_close(w);
}

/* Those of [from, to) that are not empty, as one object, if any. */
static void
put_hists(struct json_out *w, const char *name, const struct result *r,
    size_t from, size_t to)
{
	bool is_open = false;
	size_t i;

	for (i = from; i < to; i++) {
		if (r->hist[i].count == 0)
			continue;
		if (!is_open)
			json_object(w, name);
		is_open = true;
		hist_to_json(w, result_hist_name((enum result_hist)i),
		    &r->hist[i]);
	}
	if (is_open)
		json_close(w);
}

static void
put_generator(struct json_out *w, const struct result *r)
{
	const struct generator_stat *g;
	size_t i;

	if (r->is_valid && r->nreasons == 0 && r->ngenerators == 0)
		return;
	json_object(w, "generator");
	json_bool(w, "valid", r->is_valid);
	json_array(w, "reasons");
	for (i = 0; i < r->nreasons; i++)
		json_str(w, NULL, r->reasons[i]);
	json_close(w);
	json_array(w, "cpu");
	for (i = 0; i < r->ngenerators; i++) {
		g = &r->generators[i];
		json_object(w, NULL);
		json_int(w, "pid", g->pid);
		json_bool(w, "tookPart", g->took_part);
		json_bool(w, "died", g->died);
		json_uint(w, "user", g->cpu_user_ns);
		json_uint(w, "system", g->cpu_sys_ns);
		json_uint(w, "wall", g->wall_ns);
		json_uint(w, "busiestPpm", g->busiest_ppm);
		json_uint(w, "stops", g->stops);
		json_uint(w, "lagMax", g->lag_max_ns);
		json_close(w);
	}
	json_close(w);
	json_close(w);
}

static void
put_ending(struct json_out *w, const struct result *r)
{
	if (r->has_start_error)
		json_int(w, "startError", r->start_error_ns);
	if (r->is_partial)
		json_bool(w, "partial", true);
	put_nonzero(w, "startedAt", r->start_wall_ns);
	if (r->address[0] != '\0')
		json_str(w, "address", r->address);
	if (r->error[0] != '\0')
		json_str(w, "error", r->error);
	if (r->signo != 0)
		json_int(w, "signal", r->signo);
}

/* total and completed are the same; if they are not, completed is right. */
int
result_from_json(struct result *r, const struct json_value *v,
    const char **warning, char why[WIRE_TEXT_MAX])
{
	struct wire_reader in = { v, "", why };

	*warning = NULL;
	if (v == NULL || v->type != JSON_OBJECT)
		return wire_refuse(why, "a result must be an object");
	if (json_get(v, "schema_version") != NULL)
		return wire_refuse(why, "this is a report of --json: expected "
		    "a result written with --wire");
	if (wire_read_count(&in, "total", &r->n.completed) == -1 ||
	    counters_read_numbers(&in, &r->n) == -1 ||
	    counters_read_statuses(&in, &r->n) == -1 ||
	    counters_read_table(&in, &r->n) == -1 ||
	    wire_read_ns(&in, "duration", &r->duration_ns) == -1 ||
	    wire_read_count(&in, "maxActive", &r->max_active) == -1 ||
	    wire_read_count(&in, "lost", &r->lost) == -1 ||
	    wire_read_counts(&in, "errorCounts", "category", add_error,
	    r) == -1 ||
	    read_tls(&in, r) == -1 ||
	    read_hists(&in, r, warning) == -1 ||
	    exemplars_from_json(r, &in) == -1 ||
	    read_generator(&in, r) == -1 ||
	    read_ending(&in, r) == -1)
		return -1;
	return 0;
}

static int
read_tls(const struct wire_reader *r, struct result *res)
{
	const char *protocol = "", *cipher = "";
	struct wire_reader in;

	if (wire_read_object(r, "tls", &in) == -1 ||
	    wire_read_str(&in, "protocol", &protocol) == -1 ||
	    wire_read_str(&in, "cipher", &cipher) == -1)
		return -1;
	if (strlen(protocol) >= RESULT_TLS_MAX)
		return wire_must_be(&in, "protocol", "at most 47 bytes");
	if (strlen(cipher) >= RESULT_TLS_MAX)
		return wire_must_be(&in, "cipher", "at most 47 bytes");
	result_set_tls(res, protocol, cipher);
	return 0;
}

/* Fine ones first: the 800 buckets hold what is in them, too. */
static int
read_hists(const struct wire_reader *r, struct result *res,
    const char **warning)
{
	struct wire_reader fine, parts;
	const struct wire_reader *from;
	size_t i;

	if (wire_read_object(r, "fine", &fine) == -1 ||
	    wire_read_object(r, "parts", &parts) == -1)
		return -1;
	for (i = 0; i < RESULT_HISTS; i++) {
		from = i < RESULT_COARSE ? &fine :
		    i >= RESULT_PART ? &parts : r;
		if (hist_from_json(&res->hist[i], from,
		    result_hist_name((enum result_hist)i)) == -1)
			return -1;
	}
	for (i = 0; i < RESULT_COARSE; i++)
		if (read_coarse(r, res, (enum result_hist)i, warning) == -1)
			return -1;
	return 0;
}

/* What the buckets have beyond the fine histogram. */
static int
read_coarse(const struct wire_reader *r, struct result *res,
    enum result_hist which, const char **warning)
{
	const char *name = result_hist_name(which);
	struct coarse *c = &res->coarse[which];
	struct wire_reader in, sums;
	uint64_t mean = 0;
	bool has_sum, is_odd = false;

	if (wire_read_object(r, name, &in) == -1 ||
	    wire_read_ns(&in, "min", &c->min_ns) == -1 ||
	    wire_read_ns(&in, "mean", &mean) == -1 ||
	    wire_read_ns(&in, "max", &c->max_ns) == -1 ||
	    wire_read_object(r, "sums", &sums) == -1 ||
	    hist_sum_from_json(&sums, name, &c->sum_hi, &c->sum_lo,
	    &has_sum) == -1 ||
	    read_buckets(r, bucket_names[which], c, &is_odd) == -1)
		return -1;
	if (is_odd && *warning == NULL)
		*warning = "buckets that are not 800 were left out";
	if (!has_sum)
		multiply(mean, c->count, &c->sum_hi, &c->sum_lo);
	return subtract_fine(r, res, which);
}

static int
read_buckets(const struct wire_reader *r, const char *name, struct coarse *c,
    bool *is_odd)
{
	const struct json_value *list, *v;
	uint64_t n;
	size_t i = 0;

	if (wire_read_list(r, name, 0, &list) == -1)
		return -1;
	if (list == NULL)
		return 0;
	*is_odd = list->count != HIST_COARSE;
	if (*is_odd)
		return 0;
	for (v = list->child; v != NULL; v = v->next) {
		if (json_to_uint(v, &n) == -1 || n > WIRE_COUNT_MAX - c->count)
			return wire_must_be(r, name, "whole numbers, below "
			    "2^53 all together");
		c->bucket[i++] = n;
		c->count += n;
	}
	return 0;
}

/*
 * Leaves in coarse what is not in slots. Nothing left is nothing to check: of
 * what is in slots, min, max and sum are known better.
 */
static int
subtract_fine(const struct wire_reader *r, struct result *res,
    enum result_hist which)
{
	const char *name = result_hist_name(which);
	const struct hist *h = &res->hist[which];
	struct coarse *c = &res->coarse[which];
	uint64_t fine[HIST_COARSE];
	bool fits = true;
	size_t i;

	if (c->count > 0 && h->count > 0) {
		hist_coarse(h, fine);
		for (i = 0; i < HIST_COARSE; i++) {
			if (c->bucket[i] < fine[i])
				return wire_refuse(r->why, "%s%s: has less "
				    "than fine.%s", r->path,
				    bucket_names[which], name);
			c->bucket[i] -= fine[i];
		}
		c->count -= h->count;
		fits = subtract_sum(c, h);
	}
	if (c->count == 0)
		memset(c, 0, sizeof(*c));
	else if (!fits || !hist_sum_is_sound(c->sum_hi, c->sum_lo, c->count,
	    c->min_ns, c->max_ns))
		return wire_refuse(r->why, "%s%s: min, mean, max and %s do "
		    "not fit together", r->path, name, bucket_names[which]);
	return 0;
}

static bool
subtract_sum(struct coarse *c, const struct hist *h)
{
	uint64_t hi = h->sum_hi + (c->sum_lo < h->sum_lo);

	if (c->sum_hi < hi)
		return false;
	c->sum_hi -= hi;
	c->sum_lo -= h->sum_lo;
	return true;
}

/* a * b as two words, by halves; b is below 2^53. */
static void
multiply(uint64_t a, uint64_t b, uint64_t *hi, uint64_t *lo)
{
	uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t mid1 = (a >> 32) * (b & UINT32_MAX);
	uint64_t mid2 = (a & UINT32_MAX) * (b >> 32);

	*hi = (a >> 32) * (b >> 32);
	*lo = low;
	hist_sum_add(hi, lo, mid1 >> 32, mid1 << 32);
	hist_sum_add(hi, lo, mid2 >> 32, mid2 << 32);
}

static int
add_error(void *arg, const char *key, uint64_t count)
{
	result_add_errors(arg, key, count);
	return 0;
}

static int
read_generator(const struct wire_reader *r, struct result *res)
{
	const struct json_value *list, *v;
	struct wire_reader in, entry;

	if (wire_read_object(r, "generator", &in) == -1 ||
	    wire_read_bool(&in, "valid", &res->is_valid) == -1 ||
	    read_reasons(&in, res) == -1 ||
	    wire_read_list(&in, "cpu", RESULT_GENERATORS_MAX, &list) == -1)
		return -1;
	if (list == NULL || list->count == 0)
		return 0;
	free(res->generators);
	res->generators = xcalloc(list->count, sizeof(*res->generators));
	res->ngenerators = 0;
	for (v = list->child; v != NULL; v = v->next) {
		if (wire_read_entry(&in, "cpu", res->ngenerators, v,
		    &entry) == -1 ||
		    read_cpu(&entry,
		    &res->generators[res->ngenerators++]) == -1)
			return -1;
	}
	return 0;
}

/* Texts of somebody else: made one line each, and fit. */
static int
read_reasons(const struct wire_reader *r, struct result *res)
{
	const struct json_value *list, *v;
	const char *text;

	if (wire_read_list(r, "reasons", RESULT_REASONS_MAX, &list) == -1)
		return -1;
	for (v = list == NULL ? NULL : list->child; v != NULL; v = v->next) {
		if ((text = json_to_str(v)) == NULL)
			return wire_must_be(r, "reasons", "strings");
		wire_refuse(res->reasons[res->nreasons++], "%s", text);
	}
	return 0;
}

static int
read_cpu(const struct wire_reader *r, struct generator_stat *g)
{
	uint64_t pid = 0;

	if (wire_read_count(r, "pid", &pid) == -1 ||
	    wire_read_bool(r, "tookPart", &g->took_part) == -1 ||
	    wire_read_bool(r, "died", &g->died) == -1 ||
	    wire_read_ns(r, "user", &g->cpu_user_ns) == -1 ||
	    wire_read_ns(r, "system", &g->cpu_sys_ns) == -1 ||
	    wire_read_ns(r, "wall", &g->wall_ns) == -1 ||
	    wire_read_count(r, "busiestPpm", &g->busiest_ppm) == -1 ||
	    wire_read_count(r, "stops", &g->stops) == -1 ||
	    wire_read_ns(r, "lagMax", &g->lag_max_ns) == -1)
		return -1;
	if (pid > INT_MAX)
		return wire_must_be(r, "pid", "a process");
	g->pid = (int)pid;
	return 0;
}

static int
read_ending(const struct wire_reader *r, struct result *res)
{
	const char *address = "", *error = "";
	uint64_t signo = 0;

	if (read_start(r, res) == -1 ||
	    wire_read_bool(r, "partial", &res->is_partial) == -1 ||
	    wire_read_str(r, "address", &address) == -1 ||
	    wire_read_str(r, "error", &error) == -1 ||
	    wire_read_count(r, "signal", &signo) == -1)
		return -1;
	if (signo > SIGNO_MAX)
		return wire_must_be(r, "signal", "a signal");
	if (strlen(address) >= sizeof(res->address))
		return wire_must_be(r, "address", "at most 63 bytes");
	res->signo = (int)signo;
	snprintf(res->address, sizeof(res->address), "%s", address);
	if (*error != '\0')
		wire_refuse(res->error, "%s", error);
	return 0;
}

/* A start error may be negative, but not without a positive twin. */
static int
read_start(const struct wire_reader *r, struct result *res)
{
	const struct json_value *v = wire_member(r, "startError");

	if (wire_read_ns(r, "startedAt", &res->start_wall_ns) == -1)
		return -1;
	if (v == NULL)
		return 0;
	if (json_to_int(v, &res->start_error_ns) == -1 ||
	    res->start_error_ns == INT64_MIN)
		return wire_must_be(r, "startError",
		    "a whole number of nanoseconds");
	res->has_start_error = true;
	return 0;
}

void
interval_to_json(const struct interval *in, struct json_out *w,
    const char *name)
{
	size_t i;

	json_object(w, name);
	json_uint(w, "index", in->index);
	counters_put_numbers(w, &in->n);
	put_nonzero(w, "inFlight", in->in_flight);
	counters_put_statuses(w, &in->n);
	counters_put_errors(w, &in->n, NULL, 0);
	for (i = 0; i < UTIL_NELEM(interval_hists); i++)
		hist_to_json(w, result_hist_name(interval_hists[i]),
		    &in->hist[interval_hists[i]]);
	json_close(w);
}

int
interval_index_from_json(const struct json_value *v, uint64_t *index,
    char why[WIRE_TEXT_MAX])
{
	struct wire_reader in = { v, "snapshot.", why };

	if (v == NULL || v->type != JSON_OBJECT)
		return wire_refuse(why, "snapshot: must be an object");
	if (wire_member(&in, "index") == NULL)
		return wire_refuse(why, "snapshot.index: there must be one");
	return wire_read_count(&in, "index", index);
}

int
interval_from_json(struct interval *in, const struct json_value *v,
    char why[WIRE_TEXT_MAX])
{
	struct wire_reader r = { v, "snapshot.", why };
	struct interval_read *got;
	size_t i;
	int rv;

	if (v == NULL || v->type != JSON_OBJECT)
		return wire_refuse(why, "snapshot: must be an object");
	got = xcalloc(1, sizeof(*got));
	if ((rv = read_interval(&r, got)) == 0) {
		counters_add(&in->n, &got->n);
		in->in_flight += got->in_flight;
		for (i = 0; i < UTIL_NELEM(interval_hists); i++)
			hist_merge(&in->hist[interval_hists[i]],
			    &got->hist[i]);
	}
	free(got);
	return rv;
}

static int
read_interval(const struct wire_reader *r, struct interval_read *got)
{
	size_t i;

	if (counters_read_numbers(r, &got->n) == -1 ||
	    counters_read_statuses(r, &got->n) == -1 ||
	    counters_read_errors(r, &got->n) == -1 ||
	    wire_read_count(r, "inFlight", &got->in_flight) == -1)
		return -1;
	for (i = 0; i < UTIL_NELEM(interval_hists); i++)
		if (hist_from_json(&got->hist[i], r,
		    result_hist_name(interval_hists[i])) == -1)
			return -1;
	return 0;
}
