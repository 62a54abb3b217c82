/* SPDX-License-Identifier: MIT */
/*
 * Pictures of a line each, for people: how the latencies are spread, and how
 * the run went from interval to interval.
 *
 * The histogram is one of equal ratios: each column is as much slower than the
 * one before. What the timeline has from one interval on: the rate, beside the
 * planned one if that changes, the slow end of the latency, and failures and
 * drops if there were any. Every line is from 0 to its peak, which is named.
 * The warm-up is left out. Errors stick in the stream.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/chart.h"
#include "report/chart_text.h"
#include "report/percentiles.h"
#include "report/timeline.h"
#include "report/words.h"

enum {
	NAME = 8,			/* columns before a picture */
	HIST_BESIDE = 30,		/* behind it: the end, the peak */
	HIST_COLUMNS_MIN = 3,
	TIME_BESIDE = 16,
	TIME_COLUMNS_MIN = 2
};

/* A column is wider than two slots or buckets: else some would be empty. */
#define FINE_STEP	0.003		/* ln of a ratio */
#define COARSE_STEP	0.0453

/* Counts in columns of equal ratios. */
struct spread {
	double		 low;		/* ln of ns */
	double		 range;
	int		 n;
	double		 count[STYLE_WIDTH_MAX];
	double		 all;
};

/* A line of the timeline; NAN where there was nothing. */
struct line {
	const char	*name;
	double		 value[STYLE_WIDTH_MAX];
	double		 peak;
};

static bool	 write_hist(const struct page *, const struct result *, bool);
static void	 spread_start(struct spread *, uint64_t, uint64_t, int,
		    double);
static void	 spread_add(struct spread *, uint64_t, uint64_t);
static void	 spread_fine(struct spread *, const struct hist *, int);
static void	 spread_coarse(struct spread *, const struct coarse *, int);
static void	 write_timeline(const struct page *, const struct report *,
		    bool);
static size_t	 drop_warmup(struct timeline *);
static bool	 is_steady(const struct timeline *, size_t);
static enum timeline_line slow_line(const struct timeline *, size_t);
static void	 make_line(struct line *, const char *,
		    const struct timeline *, size_t,
		    double (*)(const struct timeline_point *));
static void	 write_line(const struct page *, const char *,
		    const struct line *, size_t, const char *);

void
chart_text_write(const struct page *p, const struct report *r, bool has_gap)
{
	has_gap |= write_hist(p, r->result, has_gap);
	if (r->nsnapshots >= TIME_COLUMNS_MIN)
		write_timeline(p, r, has_gap);
}

static bool
write_hist(const struct page *p, const struct result *res, bool has_gap)
{
	char low[FORMAT_MAX], high[FORMAT_MAX], at[FORMAT_MAX];
	int i, peak = 0, most = p->style->width - PAGE_LABEL - NAME -
	    HIST_BESIDE;
	struct coarse all;
	struct spread s;

	result_buckets(&all, res, RESULT_LATENCY);
	if (all.count == 0)
		return false;
	if (res->coarse[RESULT_LATENCY].count > 0)
		spread_coarse(&s, &all, most);
	else
		spread_fine(&s, &res->hist[RESULT_LATENCY], most);
	if (s.n < HIST_COLUMNS_MIN)
		return false;
	for (i = 0; i < s.n; i++)
		if (s.count[i] > s.count[peak])
			peak = i;
	fprintf(p->out, "%s%-*s%*s ", has_gap ? "" : "\n", PAGE_LABEL,
	    "Histogram", NAME - 1,
	    format_ns(low, all.min_ns));
	for (i = 0; i < s.n; i++)
		fputs(chart_level(p->style->is_ascii, s.count[i] /
		    s.count[peak]), p->out);
	fprintf(p->out, " %s, peak %.1f%% at %s\n", format_ns(high,
	    all.max_ns), 100 * s.count[peak] / s.all, format_ns(at,
	    (uint64_t)exp(s.low + s.range * (peak + 0.5) / s.n)));
	return true;
}

static void
spread_start(struct spread *s, uint64_t min_ns, uint64_t max_ns, int most,
    double step)
{
	memset(s, 0, sizeof(*s));
	s->low = log(min_ns > 0 ? (double)min_ns : 1);
	s->range = log(max_ns > 0 ? (double)max_ns : 1) - s->low;
	s->n = s->range / step < most ? (int)(s->range / step) : most;
}

static void
spread_add(struct spread *s, uint64_t ns, uint64_t count)
{
	double at = log(ns > 0 ? (double)ns : 1) - s->low;
	int column = s->range > 0 ? (int)(at / s->range * s->n) : 0;

	if (column >= s->n)
		column = s->n - 1;
	s->count[column > 0 ? column : 0] += (double)count;
	s->all += (double)count;
}

static void
spread_fine(struct spread *s, const struct hist *h, int most)
{
	uint64_t first, last, before = 0;
	uint32_t i;

	spread_start(s, h->min_ns, h->max_ns, most, FINE_STEP);
	for (i = h->first; i < h->end && s->n > 0; i++) {
		if (h->slot[i] == 0)
			continue;
		hist_rank(h, before + 1, &first, &last);
		spread_add(s, first + (last - first) / 2, h->slot[i]);
		before += h->slot[i];
	}
}

static void
spread_coarse(struct spread *s, const struct coarse *c, int most)
{
	uint64_t first, last, before = 0;
	size_t i;

	spread_start(s, c->min_ns, c->max_ns, most, COARSE_STEP);
	for (i = 0; i < HIST_COARSE && s->n > 0; i++) {
		if (c->bucket[i] == 0)
			continue;
		hist_coarse_rank(c->bucket, before + 1, c->min_ns, c->max_ns,
		    &first, &last);
		spread_add(s, first + (last - first) / 2, c->bucket[i]);
		before += c->bucket[i];
	}
}

static double
planned_of(const struct timeline_point *p)
{
	return p->planned;
}

static double
achieved_of(const struct timeline_point *p)
{
	return p->achieved;
}

static double
failed_of(const struct timeline_point *p)
{
	return p->failed;
}

static double
dropped_of(const struct timeline_point *p)
{
	return p->dropped;
}

static double
p99_of(const struct timeline_point *p)
{
	return p->ns[TIMELINE_P99] > 0 ? (double)p->ns[TIMELINE_P99] : NAN;
}

static double
max_of(const struct timeline_point *p)
{
	return p->ns[TIMELINE_MAX] > 0 ? (double)p->ns[TIMELINE_MAX] : NAN;
}

static void
write_timeline(const struct page *p, const struct report *r, bool has_gap)
{
	size_t n, most = (size_t)(p->style->width - PAGE_LABEL - NAME -
	    TIME_BESIDE);
	struct line rate, planned, slow, failed, dropped;
	char label[FORMAT_MAX + WORDS_MAX], value[WORDS_MAX];
	char missing[WORDS_INTERVALS_MAX];
	struct timeline t;
	bool is_p99;

	timeline_init(&t, r, most);
	n = drop_warmup(&t);
	if (n < TIME_COLUMNS_MIN)
		goto done;
	is_p99 = slow_line(&t, n) == TIMELINE_P99;
	make_line(&rate, "rate", &t, n, achieved_of);
	make_line(&planned, "planned", &t, n, planned_of);
	make_line(&slow, is_p99 ? "p99" : "max", &t, n, is_p99 ? p99_of :
	    max_of);
	make_line(&failed, "failed", &t, n, failed_of);
	make_line(&dropped, "dropped", &t, n, dropped_of);
	if (!has_gap)
		putc('\n', p->out);
	format_duration(value, t.points[0].until_ns - t.points[0].from_ns);
	snprintf(label, sizeof(label), "Every %s", value);
	if (r->has_plan && !r->has_closed && !is_steady(&t, n)) {
		planned.peak = rate.peak = fmax(planned.peak, rate.peak);
		write_line(p, label, &planned, n, words_rate(value,
		    planned.peak));
		label[0] = '\0';
	}
	write_line(p, label, &rate, n, words_rate(value, rate.peak));
	write_line(p, "", &slow, n, format_ns(value, (uint64_t)slow.peak));
	write_line(p, "", &failed, n, words_rate(value, failed.peak));
	write_line(p, "", &dropped, n, words_rate(value, dropped.peak));
	if (words_intervals(missing, r)[0] != '\0')
		page_note(p, 0, missing);
done:
	timeline_clear(&t);
}

/* Points that count, at the front; how many there are. */
static size_t
drop_warmup(struct timeline *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->n; i++)
		if (t->points[i].counted_ns > 0)
			t->points[n++] = t->points[i];
	return n;
}

/* Planned the same until its end: then the rate alone says it. */
static bool
is_steady(const struct timeline *t, size_t n)
{
	double least = INFINITY, most = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (t->points[i].planned <= 0)
			continue;
		least = fmin(least, t->points[i].planned);
		most = fmax(most, t->points[i].planned);
	}
	return most <= 1.05 * least;
}

/* Most intervals have enough requests for a p99; or the slowest must do. */
static enum timeline_line
slow_line(const struct timeline *t, size_t n)
{
	const struct timeline_point *p;
	uint64_t low, high;
	size_t i, known = 0;

	for (i = 0; i < n; i++) {
		p = &t->points[i];
		known += percentile_ranks(p->completed / p->nsnapshots, 99,
		    &low, &high);
	}
	return 2 * known > n ? TIMELINE_P99 : TIMELINE_MAX;
}

static void
make_line(struct line *l, const char *name, const struct timeline *t, size_t n,
    double (*value)(const struct timeline_point *))
{
	size_t i;

	l->name = name;
	l->peak = 0;
	for (i = 0; i < n; i++) {
		l->value[i] = value(&t->points[i]);
		l->peak = fmax(l->peak, l->value[i]);
	}
}

static void
write_line(const struct page *p, const char *label, const struct line *l,
    size_t n, const char *peak)
{
	size_t i;

	if (l->peak <= 0)
		return;
	fprintf(p->out, "%-*s%-*s", PAGE_LABEL, label, NAME, l->name);
	for (i = 0; i < n; i++)
		fputs(chart_level(p->style->is_ascii, l->value[i] / l->peak),
		    p->out);
	fprintf(p->out, "  peak %s\n", peak);
}
