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
	POINTS_MAX = 20 * DECADE_POINTS, /* of any count */
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
static void	 put_line(struct svg *, const struct result *, size_t,
		    uint64_t);
static void	 put_table(FILE *, const struct report *,
		    const struct summary *);
static void	 put_bar(FILE *, const struct result *);

void
html_latency_write(FILE *out, const struct report *r)
{
	struct summary s[UTIL_NELEM(lines)];
	char coarse[WORDS_COARSE_MAX];
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
			markup_note(out, "%s", words_coarse(coarse,
			    r->result));
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
			put_line(&svg, r->result, i, s[i].count);
	svg_end(&svg);
	fputs("</figure>\n", out);
}

static void
put_line(struct svg *svg, const struct result *res, size_t line,
    uint64_t count)
{
	double x[POINTS_MAX + 1], y[POINTS_MAX + 1], end;
	size_t i, n;

	end = log10((double)count);
	n = (size_t)ceil(end * DECADE_POINTS);
	for (i = 0; i <= n; i++) {
		x[i] = i == n ? end : (double)i / DECADE_POINTS;
		/* Of so many the last one is the maximum. */
		y[i] = (double)result_percentile(res, lines[line].which,
		    i == n ? 100 : percentile_at(x[i]));
	}
	svg_line(svg, lines[line].name, lines[line].shape, x, y, n + 1);
}

/* What is known exactly: min, mean, max. */
static void
put_ns(FILE *out, bool has_value, uint64_t ns)
{
	char text[FORMAT_MAX];

	markup_number(out, "%s", has_value ? format_ns(text, ns) : "n/a");
}

static void
put_value(FILE *out, const struct percentile *p)
{
	char text[FORMAT_MAX];

	markup_number(out, "%s", p->has_value ?
	    words_percentile(text, p->value_ns) : "n/a");
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
		markup_number(out, "%s to %s",
		    words_percentile(low, p->low_ns),
		    words_percentile(high, p->high_ns));
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
		put_value(out, &v);
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

static void
put_part(FILE *out, const struct result *res, enum part part)
{
	const enum result_hist which = RESULT_PART + (unsigned int)part;
	const struct hist *h = &res->hist[which];
	struct percentile p50, p99;

	percentile_of(&p50, res, which, 50);
	percentile_of(&p99, res, which, 99);
	fprintf(out, "<tr class=\"part %s\"><th scope=\"row\">"
	    "<span class=\"key\">%d</span> %s</th>", part_name(part),
	    (int)part + 1, part_name(part));
	put_ns(out, h->count > 0, hist_mean(h));
	put_value(out, &p50);
	put_value(out, &p99);
	put_ns(out, h->count > 0, h->max_ns);
	if (h->count > 0)
		markup_number(out, "%.1f%%",
		    100 * report_part_share(res, part));
	else
		markup_number(out, "n/a");
	markup_row_end(out);
}

void
html_parts_write(FILE *out, const struct report *r)
{
	static const char *const columns[] = {
		"part", "mean", "p50", "p99", "max", "share"
	};
	const struct result *res = r->result;
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
	for (i = 0; i < PARTS; i++)
		put_part(out, res, (enum part)i);
	markup_table_end(out);
	markup_note(out, "lag: the generator was late; wait: for a free slot; "
	    "first_byte: from the send to the first byte of the answer. Shares "
	    "are those of the time of all requests together.");
	markup_section_end(out);
}

static void
put_bar(FILE *out, const struct result *res)
{
	double share[PARTS];
	size_t i;

	for (i = 0; i < PARTS; i++)
		share[i] = 100 * report_part_share(res, (enum part)i);
	html_bar_write(out, share, BAR_HEIGHT,
	    "Shares of the parts in the time of all requests");
}
