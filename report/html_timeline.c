/* SPDX-License-Identifier: MIT */
/*
 * The HTML report over time: what was planned a second and what came of it,
 * and the percentiles of the response on a logarithmic axis.
 *
 * A series that is nothing all the time is named in the legend and not drawn.
 * An interval in which no request ended has no percentiles: the lines have a
 * gap there. The warm-up, which is in no other figure, is marked. How more
 * snapshots than there is room for become points is timeline.c's. Errors stick
 * in the stream.
 */

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/html_timeline.h"
#include "report/markup.h"
#include "report/svg.h"
#include "report/timeline.h"
#include "report/words.h"

#define TIME_TICKS	8	/* at most so many labels */
#define HEADROOM	1.05	/* above the highest rate */

/* A line of the chart of rates, and what of a point it shows. */
struct series {
	const char	*name;
	const char	*class;
	enum svg_shape	 shape;
	size_t		 at;
};

static const struct series rates[] = {
	{ "planned", "planned", SVG_CROSS,
	    offsetof(struct timeline_point, planned) },
	{ "achieved", "achieved", SVG_CIRCLE,
	    offsetof(struct timeline_point, achieved) },
	{ "failed", "failed", SVG_TRIANGLE,
	    offsetof(struct timeline_point, failed) },
	{ "dropped", "dropped", SVG_SQUARE,
	    offsetof(struct timeline_point, dropped) },
};

static const struct {
	const char	*name;
	enum svg_shape	 shape;
} lines[TIMELINE_LINES] = {
	[TIMELINE_P50] = { "p50", SVG_CIRCLE },
	[TIMELINE_P90] = { "p90", SVG_SQUARE },
	[TIMELINE_P95] = { "p95", SVG_DIAMOND },
	[TIMELINE_P99] = { "p99", SVG_TRIANGLE },
	[TIMELINE_MAX] = { "max", SVG_CROSS },
};

/* What both charts need of the points. */
struct axis {
	const struct report	*r;
	struct timeline		 t;
	double			*x;		/* the middles, ns */
	double			*y[3];		/* of lines, to be filled */
};

static void	 put_missing(FILE *, const struct report *);
static void	 put_rates(FILE *, const struct axis *);
static void	 put_latencies(FILE *, const struct axis *);
static void	 put_frame(struct svg *, const struct axis *);
static void	 put_notes(FILE *, const struct axis *);

/* Of what is counted of an interval, or of all of it. */
static double
middle(const struct timeline_point *p)
{
	double from = (double)(p->counted_ns > 0 ?
	    p->until_ns - p->counted_ns : p->from_ns);

	return (from + (double)p->until_ns) / 2;
}

void
html_timeline_write(FILE *out, const struct report *r)
{
	struct axis a = { .r = r };
	size_t i;

	markup_section(out, "timeline", "Over time");
	timeline_init(&a.t, r, TIMELINE_POINTS_MAX);
	if (a.t.n == 0) {
		put_missing(out, r);
	} else {
		a.x = xcalloc(a.t.n, sizeof(*a.x));
		for (i = 0; i < UTIL_NELEM(a.y); i++)
			a.y[i] = xcalloc(a.t.n, sizeof(*a.y[i]));
		for (i = 0; i < a.t.n; i++)
			a.x[i] = middle(&a.t.points[i]);
		put_rates(out, &a);
		put_latencies(out, &a);
		put_notes(out, &a);
	}
	markup_section_end(out);
	free(a.x);
	for (i = 0; i < UTIL_NELEM(a.y); i++)
		free(a.y[i]);
	timeline_clear(&a.t);
}

static void
put_missing(FILE *out, const struct report *r)
{
	markup_note(out, "%s", r->nmerged > 0 ?
	    "Merged results have no snapshots: nothing is known over time." :
	    "No interval was complete: nothing is known over time.");
}

static double
rate_of(const struct timeline_point *p, const struct series *s)
{
	double rate;

	memcpy(&rate, (const char *)p + s->at, sizeof(rate));
	return rate;
}

/* In the warm-up there is a plan and nothing is counted. */
static bool
is_shown(const struct timeline_point *p, const struct series *s)
{
	return p->counted_ns > 0 || s == &rates[0];
}

/* The highest of a series; 0 when there is nothing of it. */
static double
highest(const struct timeline *t, const struct series *s)
{
	double most = 0;
	size_t i;

	for (i = 0; i < t->n; i++)
		if (rate_of(&t->points[i], s) > most)
			most = rate_of(&t->points[i], s);
	return most;
}

static void
put_legend(FILE *out, const char *class, enum svg_shape shape,
    const char *name, bool is_drawn)
{
	fputs("<li>", out);
	if (is_drawn)
		svg_swatch(out, class, shape);
	fprintf(out, "%s%s</li>\n", name, is_drawn ? "" : ": none");
}

static void
put_range(FILE *out, const struct timeline_point *p)
{
	char from[FORMAT_MAX], until[FORMAT_MAX];

	fprintf(out, "%s to %s", format_ns(from, p->from_ns),
	    format_ns(until, p->until_ns));
	if (p->nsnapshots > 1)
		fprintf(out, " (%zu snapshots)", p->nsnapshots);
}

static void
put_rate_tips(struct svg *s, const struct axis *a)
{
	const struct timeline_point *p;
	char rate[WORDS_MAX];
	size_t i, j;

	for (i = 0; i < a->t.n; i++) {
		p = &a->t.points[i];
		svg_tip_begin(s, (double)p->from_ns, (double)p->until_ns);
		put_range(s->out, p);
		for (j = 0; j < UTIL_NELEM(rates); j++)
			if (is_shown(p, &rates[j]))
				fprintf(s->out, "\n%s %s", rates[j].name,
				    words_rate(rate, rate_of(p, &rates[j])));
		if (p->counted_ns > 0)
			fprintf(s->out, "\n%" PRIu64 " in flight at the end",
			    p->in_flight);
		else
			fputs("\nwarm-up, not counted", s->out);
		svg_tip_end(s);
	}
}

/* Of grouped snapshots, between which rates what was achieved has been. */
static double
put_spread(struct svg *s, const struct axis *a, bool is_dry)
{
	size_t i, first = 0;	/* behind the warm-up */
	double most = 0;

	if (a->t.group <= 1)
		return 0;
	for (i = 0; i < a->t.n; i++) {
		a->y[0][i] = a->t.points[i].slowest;
		a->y[1][i] = a->t.points[i].fastest;
		if (a->y[1][i] > most)
			most = a->y[1][i];
		if (!a->t.points[i].has_extremes)
			first = i + 1;
	}
	if (!is_dry)
		svg_area(s, "achieved", a->x + first, a->y[0] + first,
		    a->y[1] + first, a->t.n - first);
	return most;
}

static void
put_rate_ticks(struct svg *s)
{
	double ticks[SVG_TICKS_MAX];
	char text[MARKUP_COUNT_MAX];
	size_t i, n = svg_scale_ticks(&s->y, ticks);

	for (i = 0; i < n; i++) {
		if (ticks[i] == floor(ticks[i]) && ticks[i] < 1e15)
			markup_count(text, (uint64_t)ticks[i]);
		else
			snprintf(text, sizeof(text), "%.3g", ticks[i]);
		svg_tick_y(s, ticks[i], text, false);
	}
}

/* A point alone has no line, and the plan no mark: it lasts all of its time. */
static void
put_rate_line(struct svg *s, const struct axis *a, const struct series *rate)
{
	const struct timeline_point *p = a->t.points;
	const double x[] = { (double)p->from_ns, (double)p->until_ns };
	const double y[] = { p->planned, p->planned };
	size_t i;

	if (a->t.n == 1 && rate == &rates[0]) {
		svg_line(s, rate->class, rate->shape, x, y, UTIL_NELEM(x));
		return;
	}
	for (i = 0; i < a->t.n; i++)
		a->y[2][i] = is_shown(&p[i], rate) ? rate_of(&p[i], rate) :
		    (double)NAN;
	svg_line(s, rate->class, rate->shape, a->x, a->y[2], a->t.n);
}

static void
put_rates(FILE *out, const struct axis *a)
{
	struct svg s = { .out = out };
	double most = put_spread(&s, a, true), high;
	size_t j;

	for (j = 0; j < UTIL_NELEM(rates); j++) {
		high = highest(&a->t, &rates[j]);
		most = high > most ? high : most;
	}
	svg_scale_linear(&s.y, most * HEADROOM);
	fputs("<figure id=\"rate\">\n<figcaption>Rate</figcaption>\n"
	    "<ul class=\"legend\">\n", out);
	for (j = 0; j < UTIL_NELEM(rates); j++)
		put_legend(out, rates[j].class, rates[j].shape, rates[j].name,
		    highest(&a->t, &rates[j]) > 0);
	fputs("</ul>\n", out);
	svg_begin(&s, "rate-chart", "Requests a second over time: planned, "
	    "achieved, failed and dropped", "time since the start",
	    "requests a second");
	put_frame(&s, a);
	put_rate_ticks(&s);
	(void)put_spread(&s, a, false);	/* its highest is known */
	for (j = 0; j < UTIL_NELEM(rates); j++)
		if (highest(&a->t, &rates[j]) > 0)
			put_rate_line(&s, a, &rates[j]);
	put_rate_tips(&s, a);
	svg_end(&s);
	fputs("</figure>\n", out);
}

/* The round time that leaves few enough labels. */
static double
time_step(double end)
{
	static const double steps[] = {		/* s */
		.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 15,
		30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600,
		43200, 86400, 172800, 432000, 864000, 2592000
	};
	size_t i = 0;

	while (i + 1 < UTIL_NELEM(steps) &&
	    end / (steps[i] * 1e9) > TIME_TICKS)
		i++;
	return steps[i] * 1e9;
}

/* The axis of time and the warm-up, which are the same in both. */
static void
put_frame(struct svg *s, const struct axis *a)
{
	double end = (double)a->t.points[a->t.n - 1].until_ns, step, at;
	uint64_t warmup_ns = a->r->plan->req.warmup_ns;
	char text[FORMAT_MAX];
	size_t i;

	s->x = (struct svg_scale){ .high = end > 0 ? end : 1 };
	if (warmup_ns > 0)
		svg_span(s, 0, (double)warmup_ns, "warm-up ends");
	step = time_step(end);
	for (i = 0; (at = (double)i * step) <= end; i++)
		svg_tick_x(s, at, format_duration(text, (uint64_t)at),
		    i % 2 == 1);
}

static void
put_latency_tips(struct svg *s, const struct axis *a)
{
	const struct timeline_point *p;
	char ns[FORMAT_MAX];
	size_t i, j;

	for (i = 0; i < a->t.n; i++) {
		p = &a->t.points[i];
		svg_tip_begin(s, (double)p->from_ns, (double)p->until_ns);
		put_range(s->out, p);
		for (j = 0; j < TIMELINE_LINES && p->ns[TIMELINE_MAX] > 0; j++)
			fprintf(s->out, "\n%s %s", lines[j].name,
			    format_ns(ns, p->ns[j]));
		fprintf(s->out, "\n%" PRIu64 " completed", p->completed);
		svg_tip_end(s);
	}
}

/* The scale of all that there is; false when there is nothing. */
static bool
scale_latencies(struct svg_scale *scale, const struct timeline *t)
{
	double low = 0, high = 0, ns;
	size_t i, j;

	for (i = 0; i < t->n; i++)
		for (j = 0; j < TIMELINE_LINES; j++) {
			ns = (double)t->points[i].ns[j];
			if (ns > 0 && (low <= 0 || ns < low))
				low = ns;
			high = ns > high ? ns : high;
		}
	if (low > 0)
		svg_scale_log(scale, low, high);
	return low > 0;
}

static void
put_latencies(FILE *out, const struct axis *a)
{
	struct svg s = { .out = out };
	size_t i, j;

	fputs("<figure id=\"percentiles\">\n<figcaption>Response time"
	    "</figcaption>\n", out);
	if (!scale_latencies(&s.y, &a->t)) {
		markup_note(out, "No request was completed.");
		fputs("</figure>\n", out);
		return;
	}
	fputs("<ul class=\"legend\">\n", out);
	for (j = TIMELINE_LINES; j-- > 0; )
		put_legend(out, lines[j].name, lines[j].shape, lines[j].name,
		    true);
	fputs("</ul>\n", out);
	svg_begin(&s, "percentiles-chart", "Percentiles of the response time "
	    "over time, on a logarithmic axis", "time since the start",
	    "response time, logarithmic");
	put_frame(&s, a);
	svg_ticks_ns(&s);
	for (j = 0; j < TIMELINE_LINES; j++) {
		for (i = 0; i < a->t.n; i++)
			a->y[0][i] = a->t.points[i].ns[j] == 0 ? (double)NAN :
			    (double)a->t.points[i].ns[j];
		svg_line(&s, lines[j].name, lines[j].shape, a->x, a->y[0],
		    a->t.n);
	}
	put_latency_tips(&s, a);
	svg_end(&s);
	fputs("</figure>\n", out);
}

static void
put_notes(FILE *out, const struct axis *a)
{
	char text[WORDS_INTERVALS_MAX];

	if (a->t.group > 1)
		markup_note(out, "Each point stands for %zu snapshots: rates "
		    "are those over all of their time, with the slowest and "
		    "the fastest of them as a band around what was achieved; "
		    "percentiles are the highest of them.", a->t.group);
	if (a->r->plan->req.warmup_ns > 0)
		markup_note(out, "What is before the end of the warm-up is in "
		    "no other figure.");
	if (words_intervals(text, a->r)[0] != '\0')
		markup_note(out, "%s", text);
}
