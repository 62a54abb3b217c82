/* SPDX-License-Identifier: MIT */
/*
 * Runs to be compared, out of random numbers, many of them in little time: for
 * the test of diff/compare.c and for the simulation. The random numbers are
 * the same each time (splitmix64).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "base/util.h"
#include "hist.h"
#include "tests/compare_rig.h"

enum { TABLE = 4096 };

/* Quantiles of the normal distribution, the first and last cell apart. */
static double	table[TABLE + 1];

static uint64_t	next_random(uint64_t *);
static double	random_unit(uint64_t *);
static double	random_normal(uint64_t *);
static uint64_t	random_count(double, uint64_t *);
static double	random_time(const struct rig_model *, uint64_t *);
static void	make_interval(struct rig_run *, struct snapshot *,
		    const struct rig_model *, uint64_t, double, uint64_t *);
static void	end_hist(struct hist *);

static uint64_t
next_random(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Above 0 and below 1. */
static double
random_unit(uint64_t *seed)
{
	return ((double)(next_random(seed) >> 11) + 0.5) / 9007199254740992.0;
}

static double
random_normal(uint64_t *seed)
{
	double u = random_unit(seed), at = u * TABLE;
	size_t i = (size_t)at;

	if (i < TABLE / 64 || i >= TABLE - TABLE / 64)
		return stats_normal_quantile(u);
	return table[i] + (at - (double)i) * (table[i + 1] - table[i]);
}

/* Poisson; of a large mean its normal approximation. */
static uint64_t
random_count(double mean, uint64_t *seed)
{
	double product = 1, limit = exp(-mean), x;
	uint64_t n = 0;

	if (mean > 50) {
		x = mean + sqrt(mean) * random_normal(seed);
		return x < 0 ? 0 : (uint64_t)llround(x);
	}
	while ((product *= random_unit(seed)) > limit)
		n++;
	return n;
}

/* Of a response, the median or scale being 1. */
static double
random_time(const struct rig_model *model, uint64_t *seed)
{
	double ln;

	switch (model->shape) {
	case RIG_LOGNORMAL:
		return exp(model->sigma * random_normal(seed));
	case RIG_WEIBULL:
		return pow(-log(random_unit(seed)), 1 / 0.7);
	case RIG_GAMMA:
		return -log(random_unit(seed) * random_unit(seed));
	case RIG_BIMODAL:
		ln = model->sigma * random_normal(seed);
		return random_unit(seed) < 0.05 ? 6 * exp(ln) : exp(ln);
	}
	return 0;
}

/* The factors begin as they would be after any number of intervals. */
void
rig_make(struct rig_run *run, const struct rig_model *model, uint64_t *seed)
{
	size_t i, m = model->intervals > 0 ? model->intervals : 1;
	double each, at, mean = (double)model->samples / (double)m;
	double effect, factor, step = sqrt(1 - model->phi * model->phi);
	uint64_t n;

	for (i = 1; table[TABLE - 1] <= 0 && i < TABLE; i++)
		table[i] = stats_normal_quantile((double)i / TABLE);
	run->result = result_new(0);
	run->snapshots = xcalloc(m, sizeof(*run->snapshots));
	run->nsnapshots = m;
	factor = random_normal(seed);
	for (i = 0; i < m; i++) {
		at = ((double)i + 0.5) / (double)m - 0.5;
		each = model->ramp > 0 ? mean *
		    (1 + 2 * at * (model->ramp - 1) / (model->ramp + 1)) : mean;
		effect = model->effect * factor + model->drift * at;
		if (model->slow > 0 && random_unit(seed) < model->slow)
			effect += log(3);
		n = model->is_poisson ? random_count(each, seed) :
		    (uint64_t)each;
		run->snapshots[i].from_ns = i * NS_PER_SEC;
		run->snapshots[i].until_ns = (i + 1) * NS_PER_SEC;
		run->snapshots[i].planned = each;
		make_interval(run, &run->snapshots[i], model, n,
		    effect, seed);
		factor = model->phi * factor + step * random_normal(seed);
	}
	memset(&run->side, 0, sizeof(run->side));
	run->side.result = run->result;
	if (model->intervals > 0) {
		run->side.snapshots = run->snapshots;
		run->side.nsnapshots = m;
	}
	run->side.rate_sec = (double)m;
}

static void
make_interval(struct rig_run *run, struct snapshot *s,
    const struct rig_model *model, uint64_t n, double effect, uint64_t *seed)
{
	static struct hist here;
	struct hist *h = &here;
	struct counters *c = &run->result->n;
	uint64_t counts[HIST_COARSE], i, ns, sum = 0;
	double scale = model->median_ns * exp(effect);
	size_t slot;

	for (i = 0; i < n; i++) {
		ns = (uint64_t)(scale * random_time(model, seed));
		slot = hist_slot(ns);
		h->slot[slot]++;
		sum += ns;
	}
	hist_sum_add(&h->sum_hi, &h->sum_lo, 0, sum);
	h->count = n;
	end_hist(h);
	hist_coarse(h, counts);
	snapshot_set_buckets(s, counts);
	summary_of(&s->latency, h);
	hist_merge(&run->result->hist[RESULT_LATENCY], h);
	hist_reset(h);
	s->scheduled = s->started = s->completed = n;
	if (model->errors > 0)
		s->failed = random_count((double)n * model->errors *
		    exp(model->burst * random_normal(seed)), seed);
	if (s->failed > n)
		s->failed = n;
	c->scheduled += n;
	c->started += n;
	c->completed += n;
	c->failed += s->failed;
}

/* What hist_record would have kept; extremes to within their slots. */
static void
end_hist(struct hist *h)
{
	if (h->count == 0)
		return;
	for (h->first = 0; h->slot[h->first] == 0;)
		h->first++;
	for (h->end = HIST_SLOTS; h->slot[h->end - 1] == 0;)
		h->end--;
	h->min_ns = hist_slot_first(h->first);
	h->max_ns = hist_slot_first(h->end - 1);
}

void
rig_clear(struct rig_run *run)
{
	size_t i;

	for (i = 0; i < run->nsnapshots; i++)
		snapshot_clear(&run->snapshots[i]);
	free(run->snapshots);
	result_free(run->result);
}

void
rig_count(struct rig_count *count, size_t pairs, const struct rig_model *base,
    const struct rig_model *new, uint64_t seed)
{
	struct rig_run runs[2];
	struct comparison c;
	const struct row *row;
	size_t i, j, any;

	memset(count, 0, sizeof(*count));
	for (i = 0; i < pairs; i++) {
		rig_make(&runs[0], base, &seed);
		rig_make(&runs[1], new, &seed);
		compare(&c, &runs[0].side, &runs[1].side, NULL, 0);
		count->nrows = c.nrows;
		for (j = 0, any = 0; j < c.nrows; j++) {
			row = &c.rows[j];
			any |= row->verdict != ROW_NO_EVIDENCE;
			count->row_any[j] += row->verdict != ROW_NO_EVIDENCE;
			count->row_missing[j] += !row->has_interval;
			count->p99_worse += row->percentile == 99 &&
			    row->verdict == ROW_WORSE;
		}
		count->any += any;
		rig_clear(&runs[0]);
		rig_clear(&runs[1]);
	}
}
