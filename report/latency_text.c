/* SPDX-License-Identifier: MIT */
/*
 * How long it took, for people: percentiles of response, service and ttfb.
 *
 * "response" and ttfb count from the planned moment of an arrival, "service"
 * from the send. Where some requests were counted in the wire's 800 buckets
 * only, the table says so, and the ones that are known finely come again in a
 * table of their own. A figure without a sample is "n/a", and so is a
 * percentile for which the sample is too small. Only formats what result.c and
 * percentiles.c compute. Errors stick in the stream.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/latency_text.h"
#include "report/percentiles.h"
#include "report/words.h"

enum {
	ROW_LABEL = 10,			/* columns */
	COLUMN_WIDE = 10,
	COLUMN_NARROW = 8,
	PERCENTILES_MAX = PERCENTILES_USUAL + PLAN_PERCENTILES_MAX,
	COLUMNS_MAX = PERCENTILES_MAX + 2
};

enum column_kind {
	COLUMN_PERCENTILE,
	COLUMN_MEAN,
	COLUMN_MAX
};

struct column {
	enum column_kind	 kind;
	double			 percentile;
	char			 name[PERCENTILE_NAME_MAX];
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
static void	 write_table(const struct page *, const struct report *,
		    const char *, const struct row *, size_t);
static void	 write_rows(const struct page *, const char *,
		    const struct row *, size_t, const struct column *, size_t,
		    int);
static size_t	 make_columns(struct column *, const struct plan *);
static void	 find_percentile(struct percentile *, const struct row *,
		    double);
static void	 format_column(char [FORMAT_MAX], const struct row *,
		    const struct column *);
static void	 write_confidence(const struct page *, const struct row *);
static void	 write_fine(const struct page *, const struct report *);

void
latency_text_write(const struct page *p, const struct report *r)
{
	const struct result *res = r->result;
	const struct row rows[] = {
		row_of_all(res, RESULT_LATENCY),
		row_of_all(res, RESULT_SERVICE),
		row_of_all(res, RESULT_TTFB)
	};
	char coarse[WORDS_COARSE_MAX];

	if (rows[0].summary.count == 0 && rows[1].summary.count == 0)
		return;
	write_table(p, r, "Latency", rows, UTIL_NELEM(rows));
	write_confidence(p, &rows[0]);
	if (result_is_coarse(res)) {
		page_note(p, 0, words_coarse(coarse, res));
		write_fine(p, r);
	}
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
write_table(const struct page *p, const struct report *r, const char *head,
    const struct row *rows, size_t nrows)
{
	struct column columns[COLUMNS_MAX];
	size_t n = make_columns(columns, r->plan);
	size_t i, longest = 0, blocks, each;
	int width, room = p->style->width - ROW_LABEL;

	for (i = 0; i < n; i++) {
		if (strlen(columns[i].name) > longest)
			longest = strlen(columns[i].name);
	}
	width = longest < COLUMN_NARROW ? COLUMN_NARROW : (int)longest + 1;
	each = (size_t)(room / width);
	blocks = (n + each - 1) / each;
	each = (n + blocks - 1) / blocks;
	width = room / (int)each;
	if (width > COLUMN_WIDE)
		width = COLUMN_WIDE;
	for (i = 0; i < n; i += each)
		write_rows(p, head, rows, nrows, columns + i,
		    n - i < each ? n - i : each, width);
}

static void
write_rows(const struct page *p, const char *head, const struct row *rows,
    size_t nrows, const struct column *columns, size_t n, int width)
{
	char value[FORMAT_MAX];
	size_t i, j;

	fprintf(p->out, "\n%-*s", ROW_LABEL, head);
	for (i = 0; i < n; i++)
		fprintf(p->out, "%*s", width, columns[i].name);
	putc('\n', p->out);
	for (j = 0; j < nrows; j++) {
		fprintf(p->out, "%-*s", ROW_LABEL, rows[j].label);
		for (i = 0; i < n; i++) {
			format_column(value, &rows[j], &columns[i]);
			fprintf(p->out, "%*s", width, value);
		}
		putc('\n', p->out);
	}
}

static size_t
make_columns(struct column *columns, const struct plan *plan)
{
	double list[PERCENTILES_MAX];
	size_t i, n = percentile_list(list, plan->percentiles,
	    plan->npercentiles);

	for (i = 0; i < n; i++) {
		columns[i].kind = COLUMN_PERCENTILE;
		columns[i].percentile = list[i];
		percentile_name(columns[i].name, list[i]);
	}
	columns[n++] = (struct column){ COLUMN_MEAN, 0, "mean" };
	columns[n++] = (struct column){ COLUMN_MAX, 0, "max" };
	return n;
}

static void
find_percentile(struct percentile *out, const struct row *row, double p)
{
	uint64_t low, high;

	if (row->alone == NULL) {
		percentile_of(out, row->res, row->which, p);
		return;
	}
	memset(out, 0, sizeof(*out));
	out->has_value = percentile_ranks(row->alone->count, p, &low, &high);
	if (out->has_value)
		out->value_ns = hist_percentile(row->alone, p);
}

static void
format_column(char buf[FORMAT_MAX], const struct row *row,
    const struct column *c)
{
	const struct summary *s = &row->summary;
	struct percentile p;

	snprintf(buf, FORMAT_MAX, "n/a");
	if (s->count == 0)
		return;
	switch (c->kind) {
	case COLUMN_PERCENTILE:
		find_percentile(&p, row, c->percentile);
		if (p.has_value)
			words_percentile(buf, p.value_ns);
		break;
	case COLUMN_MEAN:
		format_ns(buf, s->mean_ns);
		break;
	case COLUMN_MAX:
		format_ns(buf, s->max_ns);
		break;
	}
}

/* How well the two are known that people ask for, and why others are not. */
static void
write_confidence(const struct page *p, const struct row *response)
{
	static const double asked[] = { 50, 99 };
	char low[FORMAT_MAX], high[FORMAT_MAX];
	struct percentile at;
	bool has_any = false;
	struct buf b;
	size_t i;

	buf_init(&b, PAGE_TEXT_MAX);
	buf_adds(&b, "95% sure: ");
	for (i = 0; i < UTIL_NELEM(asked); i++) {
		find_percentile(&at, response, asked[i]);
		if (!at.has_value)
			continue;
		buf_addf(&b, "%sp%g %s to %s", has_any ? ", " : "", asked[i],
		    words_percentile(low, at.low_ns),
		    words_percentile(high, at.high_ns));
		has_any = true;
	}
	if (!has_any)
		buf_reset(&b);
	find_percentile(&at, response, 99.99);
	if (!at.has_value)
		buf_addf(&b, "%sn/a: too few requests", has_any ? "; " : "");
	page_note(p, 0, buf_str(&b));
	buf_clear(&b);
}

/* What is known of the requests that have more than the wire's buckets. */
static void
write_fine(const struct page *p, const struct report *r)
{
	const struct result *res = r->result;
	const struct row rows[] = {
		row_of_fine(res, RESULT_LATENCY),
		row_of_fine(res, RESULT_TTFB)
	};
	struct summary all;

	if (rows[0].summary.count == 0 && rows[1].summary.count == 0)
		return;
	write_table(p, r, "Fine", rows, UTIL_NELEM(rows));
	result_summary(&all, res, RESULT_LATENCY);
	fprintf(p->out, "of %" PRIu64 " of %" PRIu64 " requests, which count "
	    "from the planned moment\n", rows[0].summary.count, all.count);
}
