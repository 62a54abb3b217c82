/* SPDX-License-Identifier: MIT */
/*
 * What came out of a run, as plain structs: counts, histograms, figures,
 * snapshots, and merging.
 *
 * Merging is addition, the larger or smaller of two, or the first few of a
 * sorted set, so any order and any grouping of generators, intervals and
 * workers gives the same bits.
 *
 * Knows no JSON (wire/result_json.c does), prints nothing, keeps nothing.
 */

#include <assert.h>
#include <stdio.h>
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

static uint64_t	 larger(uint64_t, uint64_t);
static void	 coarse_merge(struct coarse *, const struct coarse *);
static void	 merge_start(struct result *, const struct result *);
static void	 merge_text(char *, const char *, size_t);
static void	 merge_reasons(struct result *, const struct result *);
static void	 add_reason(struct result *, const char *);
static void	 merge_generators(struct result *, const struct result *);
static void	 sort_generators(struct generator_stat *, size_t);
static int	 compare_generators(const void *, const void *);
static void	 add_all(uint64_t *, const uint64_t *, size_t);

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
	for (i = 0; i < RESULT_COARSE; i++)
		coarse_merge(&dst->coarse[i], &src->coarse[i]);
	exemplars_merge(&dst->exemplars, &src->exemplars);
	for (i = 0; i < src->nothers; i++)
		result_add_errors(dst, src->others[i].name,
		    src->others[i].count);
	dst->lost += src->lost;
	dst->duration_ns = larger(dst->duration_ns, src->duration_ns);
	dst->max_active = larger(dst->max_active, src->max_active);
	if (src->signo > dst->signo)
		dst->signo = src->signo;
	dst->is_partial |= src->is_partial;
	dst->is_valid &= src->is_valid;
	merge_start(dst, src);
	merge_text(dst->address, src->address, sizeof(dst->address));
	result_set_tls(dst, src->tls_protocol, src->tls_cipher);
	merge_text(dst->error, src->error, sizeof(dst->error));
	merge_reasons(dst, src);
	merge_generators(dst, src);
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void
coarse_merge(struct coarse *dst, const struct coarse *src)
{
	if (src->count == 0)
		return;
	if (dst->count == 0 || src->min_ns < dst->min_ns)
		dst->min_ns = src->min_ns;
	if (dst->count == 0 || src->max_ns > dst->max_ns)
		dst->max_ns = src->max_ns;
	dst->count += src->count;
	hist_sum_add(&dst->sum_hi, &dst->sum_lo, src->sum_hi, src->sum_lo);
	add_all(dst->bucket, src->bucket, HIST_COARSE);
}

/* Of two start errors that are as large, late beats early. */
static void
merge_start(struct result *dst, const struct result *src)
{
	uint64_t was, is;

	if (dst->start_wall_ns == 0 || (src->start_wall_ns != 0 &&
	    src->start_wall_ns < dst->start_wall_ns))
		dst->start_wall_ns = src->start_wall_ns;
	if (!src->has_start_error)
		return;
	was = (uint64_t)dst->start_error_ns;
	is = (uint64_t)src->start_error_ns;
	was = dst->start_error_ns < 0 ? -was : was;
	is = src->start_error_ns < 0 ? -is : is;
	if (!dst->has_start_error || is > was ||
	    (is == was && src->start_error_ns > 0))
		dst->start_error_ns = src->start_error_ns;
	dst->has_start_error = true;
}

static void
merge_text(char *dst, const char *src, size_t size)
{
	if (*src != '\0' && (*dst == '\0' || strcmp(src, dst) < 0))
		memcpy(dst, src, size);
}

void
result_set_tls(struct result *r, const char *protocol, const char *cipher)
{
	char p[RESULT_TLS_MAX], c[RESULT_TLS_MAX];
	int order;

	if (*protocol == '\0')
		return;
	snprintf(p, sizeof(p), "%s", protocol);
	snprintf(c, sizeof(c), "%s", cipher);
	order = strcmp(p, r->tls_protocol);
	if (order == 0)
		order = strcmp(c, r->tls_cipher);
	if (r->tls_protocol[0] != '\0' && order >= 0)
		return;
	memcpy(r->tls_protocol, p, sizeof(p));
	memcpy(r->tls_cipher, c, sizeof(c));
}

/* Those of dst may be in the order in which they were found. */
static void
merge_reasons(struct result *dst, const struct result *src)
{
	char was[RESULT_REASONS_MAX][WIRE_TEXT_MAX];
	size_t i, n = dst->nreasons;

	memcpy(was, dst->reasons, sizeof(was));
	dst->nreasons = 0;
	for (i = 0; i < n; i++)
		add_reason(dst, was[i]);
	for (i = 0; i < src->nreasons; i++)
		add_reason(dst, src->reasons[i]);
}

/* Keeps them sorted, each once; of too many the last one goes. */
static void
add_reason(struct result *r, const char *text)
{
	size_t at = 0;

	while (at < r->nreasons && strcmp(r->reasons[at], text) < 0)
		at++;
	if (at == RESULT_REASONS_MAX ||
	    (at < r->nreasons && strcmp(r->reasons[at], text) == 0))
		return;
	if (r->nreasons < RESULT_REASONS_MAX)
		r->nreasons++;
	memmove(r->reasons + at + 1, r->reasons + at,
	    (r->nreasons - 1 - at) * sizeof(r->reasons[0]));
	memcpy(r->reasons[at], text, WIRE_TEXT_MAX);
}

/* Two sorted lists into one, from the end, where there is room. */
static void
merge_generators(struct result *dst, const struct result *src)
{
	size_t i = dst->ngenerators, j = src->ngenerators, k;
	struct generator_stat *to, *from;

	dst->ngenerators = i + j;
	if (dst->ngenerators == 0)
		return;
	to = xreallocarray(dst->generators, i + j, sizeof(*to));
	from = xcalloc(j + 1, sizeof(*from));
	if (j > 0)
		memcpy(from, src->generators, j * sizeof(*from));
	sort_generators(to, i);
	sort_generators(from, j);
	for (k = i + j; j > 0; k--) {
		if (i > 0 && compare_generators(&to[i - 1], &from[j - 1]) > 0)
			to[k - 1] = to[--i];
		else
			to[k - 1] = from[--j];
	}
	free(from);
	dst->generators = to;
}

/* Most are sorted already: merging many takes a look at each, no more. */
static void
sort_generators(struct generator_stat *g, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (compare_generators(&g[i - 1], &g[i]) > 0)
			break;
	if (i < n)
		qsort(g, n, sizeof(*g), compare_generators);
}

static int
compare_generators(const void *a, const void *b)
{
	const struct generator_stat *g[2] = { a, b };
	uint64_t key[2][9];
	size_t i;

	for (i = 0; i < 2; i++) {
		key[i][0] = !g[i]->took_part;
		key[i][1] = (uint64_t)g[i]->pid;
		key[i][2] = g[i]->died;
		key[i][3] = g[i]->cpu_user_ns;
		key[i][4] = g[i]->cpu_sys_ns;
		key[i][5] = g[i]->wall_ns;
		key[i][6] = g[i]->busiest_ppm;
		key[i][7] = g[i]->stops;
		key[i][8] = g[i]->lag_max_ns;
	}
	for (i = 0; i < UTIL_NELEM(key[0]); i++)
		if (key[0][i] != key[1][i])
			return key[0][i] < key[1][i] ? -1 : 1;
	return 0;
}

void
result_add_errors(struct result *r, const char *name, uint64_t count)
{
	enum category category = CATEGORY_UNKNOWN;
	struct other_error *o;
	size_t at = 0;

	while (at < r->nothers && strcmp(r->others[at].name, name) < 0)
		at++;
	if (at < r->nothers && strcmp(r->others[at].name, name) == 0) {
		r->others[at].count += count;
		return;
	}
	if (category_by_name(name, &category) == 0 || *name == '\0' ||
	    strlen(name) >= RESULT_NAME_MAX ||
	    r->nothers == RESULT_OTHERS_MAX) {
		r->n.category[category] += count;
		return;
	}
	if (r->others == NULL)
		r->others = xcalloc(RESULT_OTHERS_MAX, sizeof(*r->others));
	o = &r->others[at];
	memmove(o + 1, o, (r->nothers++ - at) * sizeof(*o));
	memset(o, 0, sizeof(*o));
	memcpy(o->name, name, strlen(name));
	o->count = count;
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
	dst->handshakes += src->handshakes;
	dst->resumed += src->resumed;
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

bool
result_is_coarse(const struct result *r)
{
	return r->coarse[RESULT_LATENCY].count > 0 ||
	    r->coarse[RESULT_TTFB].count > 0;
}

void
result_buckets(struct coarse *all, const struct result *r,
    enum result_hist which)
{
	const struct hist *h = &r->hist[which];

	assert(which < RESULT_COARSE);
	memset(all, 0, sizeof(*all));
	if (h->count > 0) {
		all->count = h->count;
		all->sum_lo = h->sum_lo;
		all->sum_hi = h->sum_hi;
		all->min_ns = h->min_ns;
		all->max_ns = h->max_ns;
		hist_coarse(h, all->bucket);
	}
	coarse_merge(all, &r->coarse[which]);
}

/* Whether the figures of a histogram are those of the 800 buckets. */
static bool
has_coarse(const struct result *r, enum result_hist which)
{
	return which < RESULT_COARSE && r->coarse[which].count > 0;
}

void
result_summary(struct summary *s, const struct result *r,
    enum result_hist which)
{
	struct coarse all;

	if (!has_coarse(r, which)) {
		summary_of(s, &r->hist[which]);
		return;
	}
	result_buckets(&all, r, which);
	summary_of_buckets(s, &all);
}

uint64_t
result_percentile(const struct result *r, enum result_hist which, double p)
{
	struct coarse all;

	if (!has_coarse(r, which))
		return hist_percentile(&r->hist[which], p);
	result_buckets(&all, r, which);
	return hist_coarse_percentile(all.bucket, p, all.min_ns, all.max_ns);
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

void
summary_of_buckets(struct summary *s, const struct coarse *c)
{
	const uint64_t *n = c->bucket, min_ns = c->min_ns, max_ns = c->max_ns;

	memset(s, 0, sizeof(*s));
	if (c->count == 0)
		return;
	s->count = c->count;
	s->min_ns = min_ns;
	s->mean_ns = hist_sum_mean(c->sum_hi, c->sum_lo, c->count);
	s->p50_ns = hist_coarse_percentile(n, 50, min_ns, max_ns);
	s->p90_ns = hist_coarse_percentile(n, 90, min_ns, max_ns);
	s->p95_ns = hist_coarse_percentile(n, 95, min_ns, max_ns);
	s->p99_ns = hist_coarse_percentile(n, 99, min_ns, max_ns);
	s->max_ns = max_ns;
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

void
snapshot_set_buckets(struct snapshot *s, const uint64_t counts[HIST_COARSE])
{
	size_t i, n = 0;

	for (i = 0; i < HIST_COARSE; i++)
		n += counts[i] > 0;
	free(s->buckets);
	s->buckets = NULL;
	s->nbuckets = 0;
	if (n == 0)
		return;
	s->buckets = xcalloc(n, sizeof(*s->buckets));
	for (i = 0; i < HIST_COARSE; i++) {
		if (counts[i] == 0)
			continue;
		s->buckets[s->nbuckets].bucket = (uint16_t)i;
		s->buckets[s->nbuckets++].count = counts[i];
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
	uint64_t counts[HIST_COARSE];

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
	hist_coarse(&in->hist[RESULT_LATENCY], counts);
	snapshot_set_buckets(s, counts);
}

uint64_t
snapshot_counted_ns(uint64_t from_ns, uint64_t until_ns, uint64_t warmup_ns)
{
	if (from_ns < warmup_ns)
		from_ns = warmup_ns;
	return until_ns > from_ns ? until_ns - from_ns : 0;
}

void
snapshot_clear(struct snapshot *s)
{
	free(s->statuses);
	free(s->buckets);
	memset(s, 0, sizeof(*s));
}
