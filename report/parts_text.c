/* SPDX-License-Identifier: MIT */
/*
 * Where the time went, for people: a row for each part of the response, with
 * its mean, p99, share and a bar, and beside them the same parts of the
 * slowest requests.
 *
 * Parts that took no time at all are left out. The shares are those of the
 * mean response, so they add up to all of it. A narrow page has fewer of the
 * slowest. Errors stick in the stream.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/chart.h"
#include "report/parts_text.h"
#include "report/percentiles.h"
#include "report/words.h"

enum {
	SLOWEST_SHOWN = 3,
	COLUMN = 9,			/* columns of a figure */
	GAP = 2,			/* before the bar */
	BAR_MIN = 6,
	BAR_MAX = 40,
	WORKER_WIDTH = 32
};

/* What fits: a bar, and so many of the slowest. */
struct layout {
	int		 bar;
	size_t		 nslowest;
};

static struct layout lay_out(const struct page *, const struct result *);
static bool	 has_part(const struct result *, enum part,
		    const struct layout *);
static void	 write_part(const struct page *, const struct result *,
		    enum part, const struct layout *);
static bool	 write_slowest(const struct page *, const struct result *,
		    const struct layout *);
static bool	 write_names(const struct page *, const struct exemplars *,
		    const struct layout *);
static bool	 add_headers(struct buf *, const struct exemplars *, size_t);
static bool	 add_workers(struct buf *, const struct exemplars *, size_t);

bool
parts_text_write(const struct page *p, const struct report *r)
{
	const struct result *res = r->result;
	const struct layout l = lay_out(p, res);
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < PARTS; i++)
		count += res->hist[RESULT_PART + i].count;
	if (count == 0)
		return false;
	fprintf(p->out, "\n%-*s%*s%*s%*s", PAGE_LABEL, "Parts", COLUMN, "mean",
	    COLUMN, "p99", COLUMN, "of mean");
	if (l.nslowest > 0)
		fprintf(p->out, "%*s", GAP + l.bar + (int)l.nslowest * COLUMN,
		    l.nslowest == 1 ? "slowest" : "slowest requests");
	putc('\n', p->out);
	for (i = 0; i < PARTS; i++)
		if (has_part(res, (enum part)i, &l))
			write_part(p, res, (enum part)i, &l);
	return write_slowest(p, res, &l);
}

static struct layout
lay_out(const struct page *p, const struct result *res)
{
	struct layout l;

	l.nslowest = res->exemplars.nslowest;
	if (l.nslowest > SLOWEST_SHOWN)
		l.nslowest = SLOWEST_SHOWN;
	l.bar = p->style->width - PAGE_LABEL - 3 * COLUMN - GAP -
	    (int)l.nslowest * COLUMN;
	for (; l.bar < BAR_MIN && l.nslowest > 0; l.nslowest--)
		l.bar += COLUMN;
	if (l.bar > BAR_MAX)
		l.bar = BAR_MAX;
	return l;
}

/* Did anybody spend time there? */
static bool
has_part(const struct result *res, enum part part, const struct layout *l)
{
	const struct hist *h = &res->hist[RESULT_PART + (unsigned int)part];
	size_t i;

	for (i = 0; i < l->nslowest; i++)
		if (res->exemplars.slowest[i].spent_ns[part] > 0)
			return true;
	return h->count > 0 && h->max_ns > 0;
}

static void
write_part(const struct page *p, const struct result *res, enum part part,
    const struct layout *l)
{
	const enum result_hist which = RESULT_PART + (unsigned int)part;
	const struct hist *h = &res->hist[which];
	char mean[FORMAT_MAX], high[FORMAT_MAX] = "n/a", value[FORMAT_MAX];
	char bar[CHART_BAR_MAX];
	double share = report_part_share(res, part);
	struct percentile p99;
	size_t i;

	percentile_of(&p99, res, which, 99);
	if (p99.has_value)
		words_percentile(high, p99.value_ns);
	chart_bar(bar, p->style->is_ascii, share, l->bar);
	fprintf(p->out, "%-*s%*s%*s%*.1f%%", PAGE_LABEL, part_name(part),
	    COLUMN, h->count > 0 ? format_ns(mean, hist_mean(h)) : "n/a",
	    COLUMN, high, COLUMN - 1, 100 * share);
	if (l->nslowest > 0 || *bar != '\0')
		fprintf(p->out, "%*s%s", GAP, "", bar);
	for (i = 0; i < l->nslowest; i++)
		fprintf(p->out, "%*s%*s", i == 0 ? l->bar - chart_width(bar) :
		    0, "", COLUMN, format_ns(value,
		    res->exemplars.slowest[i].spent_ns[part]));
	putc('\n', p->out);
}

/* Below their parts, the sums, and when each was to be sent. */
static bool
write_slowest(const struct page *p, const struct result *res,
    const struct layout *l)
{
	const int left = PAGE_LABEL + 3 * COLUMN + GAP + l->bar;
	const struct exemplar *e = res->exemplars.slowest;
	char value[FORMAT_MAX];
	size_t i;

	if (l->nslowest == 0)
		return false;
	fprintf(p->out, "%*s", left, "response");
	for (i = 0; i < l->nslowest; i++)
		fprintf(p->out, "%*s", COLUMN, format_ns(value,
		    e[i].latency_ns));
	fprintf(p->out, "\n%*s", left, "planned at");
	for (i = 0; i < l->nslowest; i++)
		fprintf(p->out, "%*s", COLUMN, e[i].wall_ns <
		    res->start_wall_ns ? "n/a" : format_ns(value,
		    e[i].wall_ns - res->start_wall_ns));
	putc('\n', p->out);
	return !write_names(p, &res->exemplars, l);
}

/* What names them elsewhere: the header that was sampled, the worker. Any? */
static bool
write_names(const struct page *p, const struct exemplars *x,
    const struct layout *l)
{
	struct buf b;
	bool has_any;

	buf_init(&b, PAGE_TEXT_MAX);
	has_any = add_headers(&b, x, l->nslowest) ||
	    add_workers(&b, x, l->nslowest);
	if (has_any)
		page_paragraph(p, "Slowest", PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
	return has_any;
}

/* "traceparent: 00-4bf9 on a:9100, none on b:9100", if any has one. */
static bool
add_headers(struct buf *b, const struct exemplars *x, size_t n)
{
	const struct exemplar *e;
	char worker[WORDS_MAX];
	bool has_any = false;
	size_t i;

	for (i = 0; i < n; i++)
		has_any |= x->slowest[i].header[0] != '\0';
	for (i = 0; i < n && has_any; i++) {
		e = &x->slowest[i];
		buf_addf(b, "%s%s%s%s%s", i > 0 ? ", " : x->name,
		    i > 0 ? "" : ": ", e->header[0] != '\0' ? e->header :
		    "none", e->worker[0] != '\0' ? " on " : "",
		    words_worker(worker, e->worker, WORKER_WIDTH));
	}
	return has_any;
}

/* Whose they are, once if all are of the same. */
static bool
add_workers(struct buf *b, const struct exemplars *x, size_t n)
{
	char worker[WORDS_MAX];
	bool is_one = true;
	size_t i;

	if (n == 0 || x->slowest[0].worker[0] == '\0')
		return false;
	for (i = 1; i < n; i++)
		is_one &= strcmp(x->slowest[i].worker,
		    x->slowest[0].worker) == 0;
	for (i = 0; i < (is_one ? 1 : n); i++)
		buf_addf(b, "%s%s", i > 0 ? ", " : "on ",
		    words_worker(worker, x->slowest[i].worker, WORKER_WIDTH));
	return true;
}
