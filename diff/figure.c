/* SPDX-License-Identifier: MIT */
/*
 * The figures of one run and how far the truth may be from them.
 *
 * A percentile's interval is made of order statistics (Woodruff, J. Am. Stat.
 * Assoc. 47 (1952), 635-646), so nothing is assumed of how the times are
 * distributed. Where a run has intervals, they tell how many independent
 * samples its samples are worth (spread.c), never more than there are; and
 * that may differ between the percentile and the ends of its interval, as when
 * all of one interval are slow. Pure.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "base/util.h"
#include "diff/figure.h"
#include "diff/spread.h"
#include "hist.h"

#define TAIL_MIN	4		/* samples behind a percentile */
#define OWN_MIN		10		/* the same, of an interval's own */
#define TIME_MAX_NS	0x1p63		/* no time is longer, or below 1 ns */

static void	 run_init(struct figure_run *, const struct side *);
static void	 share_rho(struct figure_run *);
static void	 sample_init(struct figure_sample *, const struct result *);
static double	 cell_first(const struct figure_sample *, size_t);
static size_t	 cell_of_rank(const struct figure_sample *, double);
static bool	 spread_run(struct spread *, const struct figure_run *,
		    const struct figure_level *, struct figure *);
static double	 worth(const struct figure_run *, double, double, double,
		    const struct figure_level *, struct figure *);
static double	 rate_residuals(const struct figure_run *);
static void	 figure_rate(struct figure *, const struct figure_run *,
		    const struct figure_level *);
static void	 figure_share(struct figure *, const struct figure_run *,
		    enum row_metric, const struct figure_level *);
static void	 share_counts(const struct snapshot *, enum row_metric,
		    double *, double *);
static double	 mean_residuals(const struct figure_run *);
static void	 figure_mean(struct figure *, const struct figure_run *,
		    const struct figure_level *);
static double	 sample_variance(const struct figure_sample *, double);
static void	 figure_percentile(struct figure *, const struct figure_run *,
		    double, const struct figure_level *);
static double	 own_percentile(const struct snapshot *, double);
static void	 hold_widths(struct figure *);
static bool	 between_intervals(const struct figure_run *, double,
		    const struct figure_level *, double *, struct figure *);
static double	 rank_width(const struct figure *, const struct figure_sample *,
		    double, double, double, bool);
static bool	 may_be_beyond(const struct figure_run *, const double *,
		    size_t, double, const struct figure_level *, bool);
static double	 bound_width(const struct figure *, const struct figure_run *,
		    const double *, double, double, const struct figure_level *,
		    bool);
static double	 percentile_width(const struct figure *,
		    const struct figure_run *, const double *, double, double,
		    const struct figure_level *, bool);
static void	 count_buckets(const struct figure_run *,
		    double [HIST_COARSE + 1]);
static double	 worth_at(const struct figure_run *, const double *, size_t,
		    double, const struct figure_level *, struct figure *);
static double	 count_below(const struct snapshot *, size_t, double);

void
figure_init(struct figure_run runs[2], const struct side *base,
    const struct side *new)
{
	run_init(&runs[0], base);
	run_init(&runs[1], new);
	share_rho(runs);
}

void
figure_clear(struct figure_run runs[2])
{
	free(runs[0].residual);
	free(runs[1].residual);
}

void
figure_of(struct figure *f, const struct figure_run *run,
    enum row_metric metric, double percentile,
    const struct figure_level *level)
{
	memset(f, 0, sizeof(*f));
	f->df = INFINITY;
	switch (metric) {
	case ROW_RATE:
		figure_rate(f, run, level);
		break;
	case ROW_ERRORS:
	case ROW_DROPPED:
		figure_share(f, run, metric, level);
		break;
	case ROW_MEAN:
		figure_mean(f, run, level);
		hold_widths(f);
		break;
	case ROW_PERCENTILE:
		figure_percentile(f, run, percentile, level);
		hold_widths(f);
		break;
	}
}

/*
 * Few intervals that have nothing in common are known so badly that the
 * exponential of a width is more than a double has.
 */
static void
hold_widths(struct figure *f)
{
	if (!f->has_interval)
		return;
	f->below = fmin(f->below, log(f->value));
	f->above = fmin(f->above, log(TIME_MAX_NS / f->value));
}

/*
 * How the intervals of both are correlated, as their means show it best. Both
 * are of one kind, so that two estimates are better than one.
 */
static void
share_rho(struct figure_run *runs)
{
	double m = (double)(runs[0].m + runs[1].m), sum = 0;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (runs[i].m == 0)
			continue;
		mean_residuals(&runs[i]);
		sum += (double)runs[i].m *
		    spread_correlation(runs[i].residual, runs[i].m);
	}
	if (m > 0)
		runs[0].rho = runs[1].rho = sum / m;
}

/* Those of the warm-up come first and have no counts. */
static void
run_init(struct figure_run *run, const struct side *side)
{
	size_t i = 0;

	run->side = side;
	sample_init(&run->sample, side->result);
	while (i < side->nsnapshots && side->snapshots[i].scheduled == 0 &&
	    side->snapshots[i].completed == 0)
		i++;
	if (side->nsnapshots - i < SPREAD_INTERVALS_MIN)
		return;
	run->snapshots = side->snapshots + i;
	run->m = side->nsnapshots - i;
	run->residual = xcalloc(run->m, sizeof(*run->residual));
}

static void
sample_init(struct figure_sample *s, const struct result *r)
{
	const struct hist *h = &r->hist[RESULT_LATENCY];

	s->is_coarse = result_is_coarse(r);
	if (!s->is_coarse) {
		s->count = h->slot;
		s->first = h->count > 0 ? h->first : 0;
		s->end = h->count > 0 ? h->end : 0;
		s->n = h->count;
		s->max_ns = h->max_ns;
		return;
	}
	result_buckets(&s->coarse, r, RESULT_LATENCY);
	s->count = s->coarse.bucket;
	s->end = HIST_COARSE;
	s->n = s->coarse.count;
	s->max_ns = s->coarse.max_ns;
}

/* Where cell i begins, and so where the one before it ends; at least 1 ns. */
static double
cell_first(const struct figure_sample *s, size_t i)
{
	double ns;

	if (i >= (s->is_coarse ? HIST_COARSE : HIST_SLOTS))
		ns = (double)s->max_ns;
	else if (!s->is_coarse)
		ns = (double)hist_slot_first(i);
	else
		ns = i == 0 ? 0 :
		    (double)hist_slot_first(1 + i * HIST_PARTS);
	return ns < 1 ? 1 : ns;
}

/* The cell with the sample of this rank, from 1 to n. */
static size_t
cell_of_rank(const struct figure_sample *s, double rank)
{
	double seen = 0;
	size_t i;

	for (i = s->first; i + 1 < s->end; i++) {
		seen += (double)s->count[i];
		if (seen >= rank)
			break;
	}
	return i;
}

/* What it is known by goes into the figure. */
static bool
spread_run(struct spread *s, const struct figure_run *run,
    const struct figure_level *level, struct figure *f)
{
	if (!spread_of(s, run->residual, run->m, level->rho, level->error))
		return false;
	f->df = s->df;
	f->rho = spread_correlation(run->residual, run->m);
	return true;
}

/*
 * How many independent samples n are worth, when one of them has this
 * variance, the residuals are in run, and seen samples are in its intervals.
 * An interval that is to be wider needs fewer of them by the square. That they
 * are worth no more than they are is not estimated, so it needs no t.
 */
static double
worth(const struct figure_run *run, double variance, double n, double seen,
    const struct figure_level *level, struct figure *f)
{
	double wider = level->wider * level->wider, inflation;
	struct spread s;

	if (run->m == 0 || !(variance > 0) || !(seen > 0) ||
	    !spread_run(&s, run, level, f))
		return n / wider;
	inflation = s.variance / (variance * seen);
	if (seen < n)
		inflation = 1 + (inflation - 1) * n / seen;
	inflation *= wider;
	return inflation > 1 ? n / inflation : n;
}

/*
 * Against what the plan asks for in an interval, or its length where it asks
 * for no number. How many requests are in the intervals; 0 if nothing follows.
 */
static double
rate_residuals(const struct figure_run *run)
{
	double done = 0, planned = 0, took = 0, share;
	const struct snapshot *s = run->snapshots;
	size_t i;

	for (i = 0; i < run->m; i++) {
		done += (double)s[i].completed;
		planned += s[i].planned;
		took += (double)(s[i].until_ns - s[i].from_ns);
	}
	if (!(planned > 0) && !(took > 0))
		return 0;
	for (i = 0; i < run->m; i++) {
		share = planned > 0 ? s[i].planned / planned :
		    (double)(s[i].until_ns - s[i].from_ns) / took;
		run->residual[i] = (double)s[i].completed - done * share;
	}
	return done;
}

/* Even arrivals vary by less than independent ones would: no floor here. */
static void
figure_rate(struct figure *f, const struct figure_run *run,
    const struct figure_level *level)
{
	double n = (double)run->side->result->n.completed;
	double se = sqrt(n), seen = rate_residuals(run);
	struct spread s;

	if (seen > 0 && spread_run(&s, run, level, f))
		se = sqrt(s.variance) * n / seen;
	f->value = run->side->rate_sec > 0 ? n / run->side->rate_sec : 0;
	f->has_interval = f->value > 0;
	if (f->has_interval)
		f->below = f->above = level->wider * se / n *
		    stats_normal_quantile(1 - level->tail);
	f->resolution = f->has_interval ? 1 / n : 0;
}

static void
share_counts(const struct snapshot *s, enum row_metric metric, double *part,
    double *all)
{
	*part = (double)(metric == ROW_ERRORS ? s->failed : s->dropped);
	*all = (double)(metric == ROW_ERRORS ? s->completed : s->scheduled);
}

/* Wilson's interval, J. Am. Stat. Assoc. 22 (1927), 209-212. */
static void
figure_share(struct figure *f, const struct figure_run *run,
    enum row_metric metric, const struct figure_level *level)
{
	const struct counters *c = &run->side->result->n;
	double n = (double)(metric == ROW_ERRORS ? c->completed :
	    c->scheduled);
	double k = (double)(metric == ROW_ERRORS ? c->failed : c->dropped);
	double z = stats_normal_quantile(1 - level->tail), part, all, middle;
	double parts = 0, alls = 0, half, p;
	size_t i;

	if (n < 1)
		return;
	f->value = k > n ? 1 : k / n;
	f->has_interval = true;
	for (i = 0; i < run->m; i++) {
		share_counts(&run->snapshots[i], metric, &part, &all);
		parts += part;
		alls += all;
	}
	p = alls > 0 ? parts / alls : 0;
	for (i = 0; i < run->m; i++) {
		share_counts(&run->snapshots[i], metric, &part, &all);
		run->residual[i] = part - p * all;
	}
	n = worth(run, p * (1 - p), n, alls, level, f);
	p = f->value;
	middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	half = z / (1 + z * z / n) *
	    sqrt(p * (1 - p) / n + z * z / (4 * n * n));
	f->below = p > middle - half ? p - middle + half : 0;
	f->above = p < middle + half ? middle + half - p : 0;
}

/* The variance of one sample, of the middles of their cells. */
static double
sample_variance(const struct figure_sample *s, double mean)
{
	double sum = 0, d;
	size_t i;

	for (i = s->first; i < s->end; i++) {
		if (s->count[i] == 0)
			continue;
		d = (cell_first(s, i) + cell_first(s, i + 1)) / 2 - mean;
		sum += d * d * (double)s->count[i];
	}
	return sum / (double)s->n;
}

/* How many samples are in the intervals. */
static double
mean_residuals(const struct figure_run *run)
{
	const struct snapshot *s = run->snapshots;
	double n, sum = 0, all = 0, mean;
	size_t i;

	for (i = 0; i < run->m; i++) {
		n = (double)s[i].latency.count;
		all += n;
		sum += n * (double)s[i].latency.mean_ns;
	}
	mean = all > 0 ? sum / all : 0;
	for (i = 0; i < run->m; i++)
		run->residual[i] = (double)s[i].latency.count *
		    ((double)s[i].latency.mean_ns - mean);
	return all;
}

static void
figure_mean(struct figure *f, const struct figure_run *run,
    const struct figure_level *level)
{
	double n = (double)run->sample.n, variance;
	struct summary summary;

	if (run->sample.n == 0)
		return;
	result_summary(&summary, run->side->result, RESULT_LATENCY);
	f->value = summary.mean_ns < 1 ? 1 : (double)summary.mean_ns;
	variance = sample_variance(&run->sample, f->value);
	n = worth(run, variance, n, mean_residuals(run), level, f);
	f->has_interval = run->sample.n >= 2 * OWN_MIN;
	f->below = f->above = stats_normal_quantile(1 - level->tail) *
	    sqrt(variance / n) / f->value;
	f->resolution = 1 / f->value;
}

/*
 * How many of an interval are at or below the percentile: all in the buckets
 * before the one that it is in, and of this one the same share as of the sum.
 */
static double
count_below(const struct snapshot *s, size_t bucket, double share)
{
	double n = 0;
	size_t i;

	for (i = 0; i < s->nbuckets && s->buckets[i].bucket < bucket; i++)
		n += (double)s->buckets[i].count;
	if (i < s->nbuckets && s->buckets[i].bucket == bucket)
		n += share * (double)s->buckets[i].count;
	return n;
}

/*
 * The independent samples that those of a run are worth when they are divided
 * in this bucket, of which a share is below.
 */
static double
worth_at(const struct figure_run *run, const double *below, size_t bucket,
    double share, const struct figure_level *level, struct figure *f)
{
	double all = below[HIST_COARSE], count, p, variance;
	const struct snapshot *s;
	size_t i;

	count = below[bucket + 1] - below[bucket];
	p = all > 0 ? (below[bucket] + share * count) / all : 0;
	variance = all > 0 ? below[bucket] / all +
	    share * share * count / all - p * p : 0;
	for (i = 0; i < run->m; i++) {
		s = &run->snapshots[i];
		run->residual[i] = count_below(s, bucket, share) -
		    p * (double)s->latency.count;
	}
	return worth(run, variance, (double)run->sample.n, all, level, f);
}

/* How many samples of all intervals are below each bucket; the last: of all. */
static void
count_buckets(const struct figure_run *run, double below[HIST_COARSE + 1])
{
	const struct snapshot *s;
	double count, sum = 0;
	size_t i, j;

	memset(below, 0, (HIST_COARSE + 1) * sizeof(below[0]));
	for (i = 0; i < run->m; i++) {
		s = &run->snapshots[i];
		for (j = 0; j < s->nbuckets; j++)
			below[s->buckets[j].bucket] +=
			    (double)s->buckets[j].count;
	}
	for (i = 0; i <= HIST_COARSE; i++) {
		count = below[i];
		below[i] = sum;
		sum += count;
	}
}

/* The logarithm of an interval's own percentile; NAN of an empty one. */
static double
own_percentile(const struct snapshot *s, double percentile)
{
	static const double usual[] = { 50, 90, 95, 99 };
	const uint64_t ns[] = { s->latency.p50_ns, s->latency.p90_ns,
	    s->latency.p95_ns, s->latency.p99_ns };
	double rank = percentile / 100 * (double)s->latency.count, seen = 0;
	double low, high, n;
	size_t i;

	for (i = 0; i < UTIL_NELEM(usual); i++)
		if (percentile == usual[i] && ns[i] > 0)
			return log((double)ns[i]);
	for (i = 0; i < s->nbuckets; i++, seen += n) {
		n = (double)s->buckets[i].count;
		if (seen + n < rank && i + 1 < s->nbuckets)
			continue;
		low = (double)hist_slot_first(1 + (size_t)HIST_PARTS *
		    s->buckets[i].bucket);
		high = (double)hist_slot_first(1 + (size_t)HIST_PARTS *
		    (s->buckets[i].bucket + 1U));
		return log(low) + log(high / low) *
		    (rank > seen ? (rank - seen) / n : 0);
	}
	return NAN;
}

/*
 * How far the percentile of the run may be off by what its intervals' own ones
 * vary. False when these have too few samples each to have one.
 */
static bool
between_intervals(const struct figure_run *run, double percentile,
    const struct figure_level *level, double *width, struct figure *f)
{
	double side = (percentile < 50 ? percentile : 100 - percentile) / 100;
	double n = 0, sum = 0, weight, ln;
	struct spread s;
	size_t i;

	for (i = 0; i < run->m; i++) {
		weight = (double)run->snapshots[i].latency.count;
		ln = own_percentile(&run->snapshots[i], percentile);
		run->residual[i] = 0;
		if (isnan(ln) || weight * side < OWN_MIN)
			continue;
		run->residual[i] = ln;
		n += weight;
		sum += weight * ln;
	}
	/* What is left out must not matter. */
	if (!(n > 0) || n < 0.9 * (double)run->sample.n)
		return false;
	for (i = 0; i < run->m; i++)
		if (run->residual[i] > 0)
			run->residual[i] = (run->residual[i] - sum / n) *
			    (double)run->snapshots[i].latency.count;
	if (!spread_run(&s, run, level, f))
		return false;
	*width = level->wider * stats_normal_quantile(1 - level->tail) *
	    sqrt(s.variance) / n;
	return true;
}

/*
 * How far the truth may be from the percentile by the ranks of few independent
 * samples, as a logarithm. An end that is behind their last one is as far away
 * as this one, and more by what its own tail has too little.
 */
static double
rank_width(const struct figure *f, const struct figure_sample *s, double p,
    double few, double tail, bool is_above)
{
	double n = floor(few < 1 ? 1 : few), rank, end, own, ln, all;
	size_t cell;

	all = (double)s->n;
	rank = (double)stats_binomial_quantile(is_above ? 1 - tail : tail,
	    (uint64_t)n, p) + (is_above ? 1 : 0);
	cell = cell_of_rank(s, is_above ? ceil(rank / n * all) :
	    floor(rank / n * all));
	end = (cell_first(s, cell) + cell_first(s, cell + 1)) / 2;
	ln = is_above ? log(end / f->value) : log(f->value / end);
	if (ln < 0)
		ln = 0;
	if (rank >= 1 && rank <= n)
		return ln;
	own = -stats_normal_quantile(pow(is_above ? p : 1 - p, n));
	return own < 1 ? ln : ln * -stats_normal_quantile(tail) / own;
}

/*
 * Whether the percentile may be beyond the bound between two buckets, by how
 * many samples of each interval are below it (Francisco and Fuller, Ann. Stat.
 * 19 (1991), 454-469).
 */
static bool
may_be_beyond(const struct figure_run *run, const double *below, size_t bucket,
    double p, const struct figure_level *level, bool is_above)
{
	double at = below[bucket] / below[HIST_COARSE], n;
	struct figure there = { .value = 0 };
	uint64_t few;

	n = floor(worth_at(run, below, bucket, 0, level, &there));
	few = n < 1 ? 1 : (uint64_t)n;
	if (is_above)
		return (double)stats_binomial_quantile(1 - level->tail, few,
		    p) + 1 >= at * (double)few;
	return (double)stats_binomial_quantile(level->tail, few, p) <=
	    at * (double)few;
}

/*
 * A width that follows from the percentile's surroundings, corrected by what
 * the bounds of buckets on one side say, from the inside: as when all of one
 * interval are slow, and much fewer of the others.
 */
static double
bound_width(const struct figure *f, const struct figure_run *run,
    const double *below, double p, double width,
    const struct figure_level *level, bool is_above)
{
	size_t bucket = 0;
	double bound, far;

	if (!(below[HIST_COARSE] > 0))
		return width;
	while (bucket + 1 < HIST_COARSE &&
	    below[bucket + 1] < p * below[HIST_COARSE])
		bucket++;
	for (bucket += is_above; bucket > 0 && bucket < HIST_COARSE;
	    bucket += is_above ? 1 : (size_t)-1) {
		bound = (double)hist_slot_first(1 + HIST_PARTS * bucket);
		far = is_above ? log(bound / f->value) :
		    log(f->value / bound);
		if (far < 0)
			continue;
		if (!may_be_beyond(run, below, bucket, p, level, is_above))
			return width < far ? width : far;
		/* Behind the last sample is nothing to be seen. */
		if (below[bucket] <= 0 || below[bucket] >= below[HIST_COARSE])
			break;
		width = width > far ? width : far;
	}
	return width;
}

/* By ranks, at least of enough samples that there are some, and by bounds. */
static double
percentile_width(const struct figure *f, const struct figure_run *run,
    const double *below, double p, double few, const struct figure_level *level,
    bool is_above)
{
	double enough = ceil(TAIL_MIN / (p < 0.5 ? p : 1 - p)), width, scaled;

	width = rank_width(f, &run->sample, p, few, level->tail, is_above);
	if (few < enough) {
		/* By ranks of enough of them, and wider by the square root. */
		scaled = sqrt(enough / few) * rank_width(f, &run->sample, p,
		    enough, level->tail, is_above);
		width = width > scaled ? width : scaled;
	}
	return bound_width(f, run, below, p, width, level, is_above);
}

/*
 * How far the truth is by what is around the percentile: the intervals' own
 * ones, or, where they have too few samples, how many are below.
 */
static void
figure_percentile(struct figure *f, const struct figure_run *run,
    double percentile, const struct figure_level *level)
{
	const struct figure_sample *s = &run->sample;
	double below[HIST_COARSE + 1], n = (double)s->n, p = percentile / 100;
	double few, width, spread = 0, share;
	size_t i = 0;
	uint64_t ns;

	if (s->n == 0)
		return;
	ns = result_percentile(run->side->result, RESULT_LATENCY, percentile);
	f->value = ns < 1 ? 1 : (double)ns;
	f->has_interval = n * (p < 0.5 ? p : 1 - p) >= TAIL_MIN - 1e-9;
	if (!f->has_interval)
		return;
	count_buckets(run, below);
	few = n;
	if (!between_intervals(run, percentile, level, &spread, f)) {
		while (i + 1 < HIST_COARSE &&
		    below[i + 1] < p * below[HIST_COARSE])
			i++;
		share = below[i + 1] > below[i] ? (p * below[HIST_COARSE] -
		    below[i]) / (below[i + 1] - below[i]) : 0;
		few = worth_at(run, below, i, share, level, f);
	}
	width = percentile_width(f, run, below, p, few, level, false);
	f->below = width > spread ? width : spread;
	width = percentile_width(f, run, below, p, few, level, true);
	f->above = width > spread ? width : spread;
	i = cell_of_rank(s, p * n);
	width = cell_first(s, i + 1) / cell_first(s, i);
	f->resolution = width > 1 ? log(width) / 2 : 0;
}
