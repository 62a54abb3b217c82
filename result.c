/* SPDX-License-Identifier: MIT */
/*
 * What came out of a run, as plain structs: counts, histograms, snapshots, and
 * merging.
 *
 * Merging is addition, so any order and any grouping of generators, intervals
 * and workers gives the same counts and the same histograms.
 *
 * Knows no JSON (result_json.c does), prints nothing, keeps nothing.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "result.h"

static const char *const hist_names[] = {
	[RESULT_LATENCY] = "latency",
	[RESULT_TTFB] = "ttfb",
	[RESULT_SERVICE] = "service",
};
static_assert(UTIL_NELEM(hist_names) == RESULT_PART,
    "a histogram has no name");

static void	 add_all(uint64_t *, const uint64_t *, size_t);
static uint64_t	 larger(uint64_t, uint64_t);
static void	 merge_generators(struct result *, const struct result *);
static void	 merge_verdict(struct result *, const struct result *);

const char *
result_hist_name(enum result_hist hist)
{
	assert(hist < RESULT_HISTS);
	if (hist >= RESULT_PART)
		return part_name((enum part)(hist - RESULT_PART));
	return hist_names[hist];
}

struct result *
result_new(size_t ngenerators)
{
	struct result *r;

	r = xcalloc(1, sizeof(*r));
	r->is_valid = true;
	r->ngenerators = ngenerators;
	if (ngenerators > 0)
		r->generators = xcalloc(ngenerators, sizeof(*r->generators));
	return r;
}

void
result_free(struct result *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->nworkers; i++)
		free(r->workers[i].name);
	free(r->workers);
	free(r->others);
	free(r->generators);
	free(r);
}

void
result_merge(struct result *dst, const struct result *src)
{
	size_t i;

	counters_add(&dst->n, &src->n);
	for (i = 0; i < RESULT_HISTS; i++)
		hist_merge(&dst->hist[i], &src->hist[i]);
	dst->lost += src->lost;
	dst->duration_ns = larger(dst->duration_ns, src->duration_ns);
	dst->max_active = larger(dst->max_active, src->max_active);
	if (dst->start_wall_ns == 0 || (src->start_wall_ns != 0 &&
	    src->start_wall_ns < dst->start_wall_ns))
		dst->start_wall_ns = src->start_wall_ns;
	if (dst->address[0] == '\0')
		memcpy(dst->address, src->address, sizeof(dst->address));
	merge_generators(dst, src);
	merge_verdict(dst, src);
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void
merge_generators(struct result *dst, const struct result *src)
{
	size_t n = dst->ngenerators;

	if (src->ngenerators == 0)
		return;
	dst->generators = xreallocarray(dst->generators,
	    n + src->ngenerators, sizeof(*dst->generators));
	memcpy(dst->generators + n, src->generators,
	    src->ngenerators * sizeof(*src->generators));
	dst->ngenerators = n + src->ngenerators;
}

/* Reasons beyond the maximum are dropped: the first ones say enough. */
static void
merge_verdict(struct result *dst, const struct result *src)
{
	size_t i;

	dst->is_partial |= src->is_partial;
	dst->is_valid &= src->is_valid;
	if (dst->signo == 0)
		dst->signo = src->signo;
	if (dst->error[0] == '\0')
		memcpy(dst->error, src->error, sizeof(dst->error));
	for (i = 0; i < src->nreasons &&
	    dst->nreasons < RESULT_REASONS_MAX; i++)
		memcpy(dst->reasons[dst->nreasons++], src->reasons[i],
		    WIRE_TEXT_MAX);
}

void
counters_add(struct counters *dst, const struct counters *src)
{
	size_t i;

	dst->scheduled += src->scheduled;
	dst->started += src->started;
	dst->dropped += src->dropped;
	dst->completed += src->completed;
	dst->failed += src->failed;
	dst->retried += src->retried;
	dst->redirected += src->redirected;
	dst->bytes_in += src->bytes_in;
	dst->bytes_out += src->bytes_out;
	dst->connects += src->connects;
	add_all(dst->category, src->category, CATEGORIES);
	for (i = 0; i < PARTS; i++)
		add_all(dst->error[i], src->error[i], CAUSES);
	add_all(dst->status, src->status, RESULT_STATUS_MAX);
}

static void
add_all(uint64_t *dst, const uint64_t *src, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		dst[i] += src[i];
}

void
summary_of(struct summary *s, const struct hist *h)
{
	memset(s, 0, sizeof(*s));
	if (h->count == 0)
		return;
	s->count = h->count;
	s->min_ns = h->min_ns;
	s->mean_ns = hist_mean(h);
	s->p50_ns = hist_percentile(h, 50);
	s->p90_ns = hist_percentile(h, 90);
	s->p95_ns = hist_percentile(h, 95);
	s->p99_ns = hist_percentile(h, 99);
	s->max_ns = h->max_ns;
}

static void
snapshot_statuses(struct snapshot *s, const struct counters *n)
{
	size_t i;

	for (i = 0; i < RESULT_STATUS_MAX; i++) {
		if (n->status[i] == 0)
			continue;
		s->statuses = xreallocarray(s->statuses, s->nstatuses + 1,
		    sizeof(*s->statuses));
		s->statuses[s->nstatuses].status = (uint16_t)i;
		s->statuses[s->nstatuses++].count = n->status[i];
	}
}

static void
snapshot_counts(struct snapshot *s, const struct counters *n)
{
	s->scheduled = n->scheduled;
	s->started = n->started;
	s->dropped = n->dropped;
	s->completed = n->completed;
	s->failed = n->failed;
	s->bytes_in = n->bytes_in;
	s->bytes_out = n->bytes_out;
	memcpy(s->category, n->category, sizeof(s->category));
	snapshot_statuses(s, n);
}

void
snapshot_of(struct snapshot *s, const struct interval *in)
{
	memset(s, 0, sizeof(*s));
	s->index = in->index;
	s->from_ns = in->from_ns;
	s->until_ns = in->until_ns;
	s->start_wall_ns = in->start_wall_ns;
	s->planned = in->planned;
	s->in_flight = in->in_flight;
	snapshot_counts(s, &in->n);
	summary_of(&s->latency, &in->hist[RESULT_LATENCY]);
	summary_of(&s->ttfb, &in->hist[RESULT_TTFB]);
	s->lag_p99_ns = hist_percentile(&in->hist[RESULT_PART + PART_LAG], 99);
}

void
snapshot_clear(struct snapshot *s)
{
	free(s->statuses);
	memset(s, 0, sizeof(*s));
}
