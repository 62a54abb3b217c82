/* SPDX-License-Identifier: MIT */
/*
 * How long requests took, in the HTML report: the distribution of response,
 * service and ttfb, the table of their percentiles, and the parts that the
 * time went into.
 *
 * The distribution goes from 0 over 90, 99, 99.9 % as far as there are
 * samples: its last point is the maximum of that many. Where some requests
 * were counted in the wire's 800 buckets only, a note says whose and what that
 * means. Figures are result.c's. Errors stick in the stream.
 */

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "report/html_latency.h"
#include "report/html_requests.h"
#include "report/markup.h"
#include "report/percentiles.h"
#include "report/svg.h"
#include "report/words.h"

enum {
	DECADE_POINTS = 24,	/* of the distribution, from 90 to 99 % */
	POINTS_MAX = 20 * DECADE_POINTS,	/* of any count */
	BAR_HEIGHT = 30		/* pixels */
};

static const struct {
	enum result_hist	 which;
	const char		*name;
	enum svg_shape		 shape;
} lines[] = {
	{ RESULT_LATENCY, "response", SVG_CIRCLE },
	{ RESULT_TTFB, "ttfb", SVG_DIAMOND },
	{ RESULT_SERVICE, "service", SVG_SQUARE },
};

static void	 put_distribution(FILE *, const struct report *,
		    const struct summary *);
static void	 put_line(struct svg *, const struct report *, size_t, uint64_t);
static void	 put_table(FILE *, const struct report *,
		    const struct summary *);
static void	 put_coarse(FILE *, const struct report *);
static void	 put_bar(FILE *, const struct result *);
static double	 share_of(const struct result *, size_t);

void
html_latency_write(FILE *out, const struct report *r)
{
	struct summary s[UTIL_NELEM(lines)];
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < UTIL_NELEM(lines); i++) {
		result_summary(&s[i], r->result, lines[i].which);
		count += s[i].count;
	}
	markup_section(out, "latency", "Response time");
	if (count == 0) {
		markup_note(out, "No request was completed.");
	} else {
		put_distribution(out, r, s);
		put_table(out, r, s);
		if (result_is_coarse(r->result))
			put_coarse(out, r);
		else
			markup_note(out, "Response and ttfb (time to first "
			    "byte) count from the planned moment of a "
			    "request, service from when it was sent.");
	}
	markup_section_end(out);
}

/* Decades from 0 % on: 1 is 90 %, 2 is 99 %. */
static double
percentile_at(double decades)
{
	return 100 * (1 - pow(10, -decades));
}

static void
put_percent_ticks(struct svg *s)
{
	char text[FORMAT_MAX];
	int i;

	svg_tick_x(s, 0, "0 %", false);
	svg_tick_x(s, log10(2), "50 %", true);
	for (i = 1; i <= (int)(s->x.high + 1e-9); i++) {
		/* 90, 99, 99.9: as many digits behind the point as it takes. */
		snprintf(text, sizeof(text), "%.*f %%", i < 2 ? 0 : i - 2,
		    percentile_at(i));
		svg_tick_x(s, i, text, i > 3 && i % 2 == 1);
	}
}

static void
put_distribution(FILE *out, const struct report *r, const struct summary *s)
{
	struct svg svg = { .out = out };
	double low = 0, high = 0;
	uint64_t most = 10;	/* up to 90 % there is always room */
	size_t i;

	for (i = 0; i < UTIL_NELEM(lines); i++) {
		if (s[i].count == 0)
			continue;
		if (low <= 0 || (double)s[i].min_ns < low)
			low = (double)(s[i].min_ns > 0 ? s[i].min_ns : 1);
		if ((double)s[i].max_ns > high)
			high = (double)s[i].max_ns;
		most = s[i].count > most ? s[i].count : most;
	}
	svg_scale_log(&svg.y, low, high > low ? high : low);
	svg.x = (struct svg_scale){ .high = log10((double)most) };
	fputs("<figure id=\"distribution\">\n<figcaption>Distribution"
	    "</figcaption>\n<ul class=\"legend\">\n", out);
	for (i = 0; i < UTIL_NELEM(lines); i++) {
		if (s[i].count == 0)
			continue;
		fputs("<li>", out);
		svg_swatch(out, lines[i].name, lines[i].shape);
		fprintf(out, "%s</li>\n", lines[i].name);
	}
	fputs("</ul>\n", out);
	svg_begin(&svg, "distribution-chart", "Response, ttfb and service "
	    "time by percentile, both axes logarithmic",
	    "requests that took at most so long", "time, logarithmic");
	svg_ticks_ns(&svg);
	put_percent_ticks(&svg);
	for (i = 0; i < UTIL_NELEM(lines); i++)
		if (s[i].count > 0)
			put_line(&svg, r, i, s[i].count);
	svg_end(&svg);
	fputs("</figure>\n", out);
}

static void
put_line(struct svg *svg, const struct report *r, size_t line, uint64_t count)
{
	double x[POINTS_MAX + 1], y[POINTS_MAX + 1], end;
	size_t i, n;

	end = log10((double)count);
	n = (size_t)ceil(end * DECADE_POINTS);
	for (i = 0; i <= n; i++) {
		x[i] = i == n ? end : (double)i / DECADE_POINTS;
		/* Of so many the last one is the maximum. */
		y[i] = (double)result_percentile(r->result, lines[line].which,
		    i == n ? 100 : percentile_at(x[i]));
	}
	svg_line(svg, lines[line].name, lines[line].shape, x, y, n + 1);
}

static void
put_ns(FILE *out, bool has_value, uint64_t ns)
{
	char text[FORMAT_MAX];

	if (!has_value)
		markup_number(out, "n/a");
	else if (ns > 0 && ns < HIST_LOW_NS)
		/* One slot has all of these: its middle is not a figure. */
		markup_number(out, "<1us");
	else
		markup_number(out, "%s", format_ns(text, ns));
}

static void
put_figure(FILE *out, const char *name, const struct summary *s,
    size_t member)
{
	uint64_t ns[UTIL_NELEM(lines)];
	size_t i;

	markup_row(out, "%s", name);
	for (i = 0; i < UTIL_NELEM(lines); i++) {
		memcpy(&ns[i], (const char *)&s[i] + member, sizeof(ns[i]));
		put_ns(out, s[i].count > 0, ns[i]);
		if (i == 0)
			markup_number(out, "%s", "");
	}
	markup_row_end(out);
}

static void
put_interval(FILE *out, const struct percentile *p)
{
	char low[FORMAT_MAX], high[FORMAT_MAX];

	if (!p->has_value)
		markup_number(out, "n/a");
	else
		markup_number(out, "%s to %s", format_ns(low, p->low_ns),
		    format_ns(high, p->high_ns));
}

static void
put_percentile(FILE *out, const struct result *res, double p)
{
	char name[PERCENTILE_NAME_MAX];
	struct percentile v;
	size_t i;

	markup_row(out, "%s", percentile_name(name, p));
	for (i = 0; i < UTIL_NELEM(lines); i++) {
		percentile_of(&v, res, lines[i].which, p);
		put_ns(out, v.has_value, v.value_ns);
		if (i == 0)
			put_interval(out, &v);
	}
	markup_row_end(out);
}

static void
put_table(FILE *out, const struct report *r, const struct summary *s)
{
	static const char *const columns[] = {
		"percentile", "response", "95% interval", "ttfb", "service"
	};
	double all[PLAN_PERCENTILES_MAX + PERCENTILES_USUAL];
	size_t i, n = percentile_list(all, r->plan->percentiles,
	    r->plan->npercentiles);

	markup_table(out, "Percentiles", columns, UTIL_NELEM(columns), 0);
	put_figure(out, "min", s, offsetof(struct summary, min_ns));
	for (i = 0; i < n; i++)
		put_percentile(out, r->result, all[i]);
	put_figure(out, "max", s, offsetof(struct summary, max_ns));
	put_figure(out, "mean", s, offsetof(struct summary, mean_ns));
	markup_table_end(out);
	markup_note(out, "A percentile lies in its interval with 95%% "
	    "confidence; n/a: too few requests to tell.");
}

static bool
is_coarse(const struct worker_stat *w)
{
	return w->took_part && !w->is_lost && !w->has_fine;
}

/* A merge does not know whose results it adds. */
static void
put_coarse(FILE *out, const struct report *r)
{
	char names[WORDS_WORKERS_MAX];

	words_workers(names, r->result, is_coarse);
	markup_note(out, "Response and ttfb are from the wire's 800 buckets, "
	    "each 2.3 %% wide, as there is nothing finer from %s: times from "
	    "there count from when a request was sent, not from its planned "
	    "moment, and are not in service.",
	    names[0] != '\0' ? names : "other programs");
}

void
html_parts_write(FILE *out, const struct report *r)
{
	static const char *const columns[] = {
		"part", "mean", "p50", "p99", "max", "share"
	};
	const struct result *res = r->result;
	struct summary s;
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < PARTS; i++)
		count += res->hist[RESULT_PART + i].count;
	if (count == 0)
		return;
	markup_section(out, "parts", "Where the time went");
	put_bar(out, res);
	markup_table(out, "Parts of the response", columns,
	    UTIL_NELEM(columns), 0);
	for (i = 0; i < PARTS; i++) {
		summary_of(&s, &res->hist[RESULT_PART + i]);
		fprintf(out, "<tr class=\"part %s\">", part_name((enum part)i));
		fprintf(out, "<th scope=\"row\"><span class=\"key\">%zu</span> "
		    "%s</th>", i + 1, part_name((enum part)i));
		put_ns(out, s.count > 0, s.mean_ns);
		put_ns(out, s.count > 0, s.p50_ns);
		put_ns(out, s.count > 0, s.p99_ns);
		put_ns(out, s.count > 0, s.max_ns);
		if (s.count == 0)
			markup_number(out, "n/a");
		else
			markup_number(out, "%.1f%%", share_of(res, i));
		markup_row_end(out);
	}
	markup_table_end(out);
	markup_note(out, "lag: the generator was late; wait: for a free slot; "
	    "first_byte: from the send to the first byte of the answer. Shares "
	    "are those of the time of all requests together.");
	markup_section_end(out);
}

static double
hist_sum(const struct hist *h)
{
	return (double)h->sum_hi * 18446744073709551616.0 + (double)h->sum_lo;
}

/* Of the time of all parts together, percent. */
static double
share_of(const struct result *res, size_t part)
{
	double all = 0;
	size_t i;

	for (i = 0; i < PARTS; i++)
		all += hist_sum(&res->hist[RESULT_PART + i]);
	return all > 0 ? 100 * hist_sum(&res->hist[RESULT_PART + part]) / all :
	    0;
}

static void
put_bar(FILE *out, const struct result *res)
{
	double share[PARTS];
	size_t i;

	for (i = 0; i < PARTS; i++)
		share[i] = share_of(res, i);
	html_bar_write(out, share, BAR_HEIGHT,
	    "Shares of the parts in the time of all requests");
}
