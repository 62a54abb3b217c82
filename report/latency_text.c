/* SPDX-License-Identifier: MIT */
/*
 * Where the time went, for people: percentiles of response, ttfb and service,
 * and the parts that a response is made of.
 *
 * "response" and ttfb count from the planned moment of an arrival, "service"
 * from the send. Where some requests were counted in the wire's 800 buckets
 * only, the table says so, and the ones that are known finely come again in a
 * table of their own. A figure without a sample is "n/a". Only formats what
 * result.c computes. Errors stick in the stream.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/latency_text.h"
#include "report/page.h"
#include "report/words.h"

enum {
	ROW_LABEL = 10,			/* columns */
	COLUMN_WIDE = 10,
	COLUMN_NARROW = 8,
	COLUMNS_MAX = PLAN_PERCENTILES_MAX + 8,
	BAR_WIDTH = 15
};

enum column_kind {
	COLUMN_MIN,
	COLUMN_MEAN,
	COLUMN_PERCENTILE,
	COLUMN_MAX
};

struct column {
	enum column_kind	 kind;
	double			 percentile;
	char			 name[24];
};

/* A row: of all requests, or of those in one histogram alone. */
struct row {
	const char		*label;
	const struct result	*res;
	enum result_hist	 which;
	const struct hist	*alone;		/* NULL: all */
	struct summary		 summary;
};

static struct row row_of_all(const struct result *, enum result_hist);
static struct row row_of_fine(const struct result *, enum result_hist);
static void	 write_table(FILE *, const struct report *, const char *,
		    const struct row *, size_t);
static void	 write_rows(FILE *, const char *, const struct row *, size_t,
		    const struct column *, size_t, int);
static size_t	 make_columns(struct column *, const struct plan *);
static void	 add_column(struct column *, size_t *, enum column_kind,
		    double);
static int	 compare_columns(const void *, const void *);
static void	 format_column(char [FORMAT_MAX], const struct row *,
		    const struct column *);
static void	 write_coarse(FILE *, const struct report *);
static void	 write_fine(FILE *, const struct report *);
static bool	 is_coarse(const struct worker_stat *);
static void	 write_parts(FILE *, const struct result *);
static void	 write_part(FILE *, const struct result *, enum part);
static double	 hist_sum(const struct hist *);

void
latency_text_write(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	const struct row rows[] = {
		row_of_all(res, RESULT_LATENCY),
		row_of_all(res, RESULT_TTFB),
		row_of_all(res, RESULT_SERVICE)
	};

	if (rows[0].summary.count > 0 || rows[2].summary.count > 0) {
		write_table(out, r, "Latency", rows, UTIL_NELEM(rows));
		if (!result_is_coarse(res)) {
			fputs("response and ttfb count from the planned "
			    "moment, service from the send\n", out);
		} else {
			write_coarse(out, r);
			write_fine(out, r);
		}
	}
	write_parts(out, res);
}

char *
latency_text_response(char buf[FORMAT_MAX], const struct result *res,
    double p)
{
	const struct column column = { COLUMN_PERCENTILE, p, "" };
	const struct row row = row_of_all(res, RESULT_LATENCY);

	format_column(buf, &row, &column);
	return buf;
}

static struct row
row_of_all(const struct result *res, enum result_hist which)
{
	struct row row = { .res = res, .which = which };

	row.label = which == RESULT_LATENCY ? "response" :
	    result_hist_name(which);
	result_summary(&row.summary, res, which);
	return row;
}

static struct row
row_of_fine(const struct result *res, enum result_hist which)
{
	struct row row = row_of_all(res, which);

	row.alone = &res->hist[which];
	summary_of(&row.summary, row.alone);
	return row;
}

/* More columns than fit on a line go on a second table below. */
static void
write_table(FILE *out, const struct report *r, const char *head,
    const struct row *rows, size_t nrows)
{
	struct column columns[COLUMNS_MAX];
	size_t n = make_columns(columns, r->plan);
	size_t i, longest = 0, blocks, each;
	int width;

	assert(n > 0);
	for (i = 0; i < n; i++) {
		if (strlen(columns[i].name) > longest)
			longest = strlen(columns[i].name);
	}
	width = longest < COLUMN_NARROW ? COLUMN_NARROW : (int)longest + 1;
	each = (size_t)((PAGE_WIDTH - ROW_LABEL) / width);
	blocks = (n + each - 1) / each;
	each = (n + blocks - 1) / blocks;
	width = (PAGE_WIDTH - ROW_LABEL) / (int)each;
	if (width > COLUMN_WIDE)
		width = COLUMN_WIDE;
	for (i = 0; i < n; i += each)
		write_rows(out, head, rows, nrows, columns + i,
		    n - i < each ? n - i : each, width);
}

static void
write_rows(FILE *out, const char *head, const struct row *rows, size_t nrows,
    const struct column *columns, size_t n, int width)
{
	char value[FORMAT_MAX];
	size_t i, j;

	fprintf(out, "\n%-*s", ROW_LABEL, head);
	for (i = 0; i < n; i++)
		fprintf(out, "%*s", width, columns[i].name);
	putc('\n', out);
	for (j = 0; j < nrows; j++) {
		fprintf(out, "%-*s", ROW_LABEL, rows[j].label);
		for (i = 0; i < n; i++) {
			format_column(value, &rows[j], &columns[i]);
			fprintf(out, "%*s", width, value);
		}
		putc('\n', out);
	}
}

static size_t
make_columns(struct column *columns, const struct plan *plan)
{
	static const double usual[] = { 50, 90, 95, 99 };
	size_t i, n = 0, first;

	add_column(columns, &n, COLUMN_MIN, 0);
	add_column(columns, &n, COLUMN_MEAN, 0);
	first = n;
	for (i = 0; i < UTIL_NELEM(usual); i++)
		add_column(columns, &n, COLUMN_PERCENTILE, usual[i]);
	for (i = 0; i < plan->npercentiles; i++)
		add_column(columns, &n, COLUMN_PERCENTILE,
		    plan->percentiles[i]);
	qsort(columns + first, n - first, sizeof(columns[0]),
	    compare_columns);
	add_column(columns, &n, COLUMN_MAX, 0);
	return n;
}

static void
add_column(struct column *columns, size_t *n, enum column_kind kind, double p)
{
	static const char *const names[] = {
		[COLUMN_MIN] = "min",
		[COLUMN_MEAN] = "mean",
		[COLUMN_PERCENTILE] = "p",
		[COLUMN_MAX] = "max",
	};
	struct column *c = &columns[*n];
	size_t i;

	for (i = 0; i < *n; i++) {
		if (columns[i].kind == kind && columns[i].percentile == p)
			return;
	}
	c->kind = kind;
	c->percentile = p;
	if (kind == COLUMN_PERCENTILE)
		snprintf(c->name, sizeof(c->name), "p%.10g", p);
	else
		snprintf(c->name, sizeof(c->name), "%s", names[kind]);
	(*n)++;
}

static int
compare_columns(const void *a, const void *b)
{
	const struct column *x = a, *y = b;

	return x->percentile < y->percentile ? -1 :
	    x->percentile > y->percentile;
}

static void
format_column(char buf[FORMAT_MAX], const struct row *row,
    const struct column *c)
{
	const struct summary *s = &row->summary;
	uint64_t ns;

	if (s->count == 0) {
		snprintf(buf, FORMAT_MAX, "n/a");
		return;
	}
	switch (c->kind) {
	case COLUMN_MIN:
		format_ns(buf, s->min_ns);
		break;
	case COLUMN_MEAN:
		format_ns(buf, s->mean_ns);
		break;
	case COLUMN_PERCENTILE:
		ns = row->alone != NULL ?
		    hist_percentile(row->alone, c->percentile) :
		    result_percentile(row->res, row->which, c->percentile);
		/* One slot has all of these: its middle is not a figure. */
		if (ns > 0 && ns < HIST_LOW_NS)
			snprintf(buf, FORMAT_MAX, "<1us");
		else
			format_ns(buf, ns);
		break;
	case COLUMN_MAX:
		format_ns(buf, s->max_ns);
		break;
	}
}

static bool
is_coarse(const struct worker_stat *w)
{
	return w->took_part && !w->is_lost && !w->has_fine;
}

/* A merge does not know whose results it adds. */
static void
write_coarse(FILE *out, const struct report *r)
{
	char names[WORDS_WORKERS_MAX];
	struct buf b;

	words_workers(names, r->result, is_coarse);
	buf_init(&b, PAGE_TEXT_MAX);
	buf_addf(&b, "Percentiles of response and ttfb are from the wire's "
	    "800 buckets, each 2.3 %% wide, as there is nothing finer from "
	    "%s: latency from there counts from the send, not from the "
	    "planned moment, and is not in service.",
	    names[0] != '\0' ? names : "other programs");
	page_note(out, 0, buf_str(&b));
	buf_clear(&b);
}

/* What is known of the requests that have more than the wire's buckets. */
static void
write_fine(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	const struct row rows[] = {
		row_of_fine(res, RESULT_LATENCY),
		row_of_fine(res, RESULT_TTFB)
	};
	struct summary all;

	if (rows[0].summary.count == 0 && rows[1].summary.count == 0)
		return;
	write_table(out, r, "Fine", rows, UTIL_NELEM(rows));
	result_summary(&all, res, RESULT_LATENCY);
	fprintf(out, "of %" PRIu64 " of %" PRIu64 " requests, which count "
	    "from the planned moment\n", rows[0].summary.count, all.count);
}

static void
write_parts(FILE *out, const struct result *res)
{
	size_t i;
	uint64_t count = 0;

	for (i = 0; i < PARTS; i++)
		count += res->hist[RESULT_PART + i].count;
	if (count == 0)
		return;
	fprintf(out, "\n%-*s%10s%10s%10s%10s%10s\n", PAGE_LABEL, "Parts",
	    "mean", "p50", "p99", "max", "of mean");
	for (i = 0; i < PARTS; i++)
		write_part(out, res, (enum part)i);
}

/*
 * Parts add up to the response, so their shares of its mean add up to all.
 * Requests without parts are in neither.
 */
static void
write_part(FILE *out, const struct result *res, enum part part)
{
	const struct column columns[] = {
		{ COLUMN_MEAN, 0, "" },
		{ COLUMN_PERCENTILE, 50, "" },
		{ COLUMN_PERCENTILE, 99, "" },
		{ COLUMN_MAX, 0, "" },
	};
	const enum result_hist which = RESULT_PART + (unsigned int)part;
	const struct row row = row_of_all(res, which);
	double all = hist_sum(&res->hist[RESULT_LATENCY]), share;
	char bar[BAR_WIDTH + 1], value[FORMAT_MAX];
	size_t i;

	fprintf(out, "%-*s", PAGE_LABEL, part_name(part));
	for (i = 0; i < UTIL_NELEM(columns); i++) {
		format_column(value, &row, &columns[i]);
		fprintf(out, "%10s", value);
	}
	if (all <= 0 || row.summary.count == 0) {
		fprintf(out, "%10s\n", "n/a");
		return;
	}
	share = hist_sum(&res->hist[which]) / all;
	for (i = 0; i < BAR_WIDTH && (double)i + 0.5 <= share * BAR_WIDTH; i++)
		bar[i] = '#';
	bar[i] = '\0';
	fprintf(out, "%9.1f%%%s%s\n", 100 * share, i > 0 ? "  " : "", bar);
}

static double
hist_sum(const struct hist *h)
{
	return (double)h->sum_hi * 18446744073709551616.0 + (double)h->sum_lo;
}
