/* SPDX-License-Identifier: MIT */
/*
 * The panel of a run on a tall terminal: a few lines that are the same ones
 * all the time, so that the eye finds each where it was. Pure: a standing
 * in, text out.
 *
 * It is never wider than 79 columns. Terminals that get narrower fold what is
 * too long for them or cut it, each as it likes, and nobody can tell which;
 * a panel of this width seldom gets into that.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "load/outcome.h"
#include "report/panel.h"
#include "report/status.h"
#include "report/words.h"

enum {
	VALUE_AT = 9,		/* columns: of values, and of what is */
	GRAPH_AT = 30,		/* drawn beside them */
	SCALE_WIDTH = 13,	/* "  to 45.1ms" */
	BLOCKS = 8
};

/* A column filled from below, and one filled from the left. */
static const char *const columns[2][BLOCKS] = {
	{ "_", ".", ":", "-", "=", "+", "*", "#" },
	{ "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586",
	    "\u2587", "\u2588" },
};
static const char *const bars[2][BLOCKS] = {
	{ "", "", "", "", "", "", "", "#" },
	{ "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a",
	    "\u2589", "\u2588" },
};

/* The latest points that fit, from 0 to the largest of them, which is given. */
static double
add_graph(struct buf *b, const double *past, size_t n, size_t width,
    bool is_utf8)
{
	double most = 0;
	size_t i, from = n > width ? n - width : 0;
	int level;

	for (i = from; i < n; i++)
		if (past[i] > most)
			most = past[i];
	for (i = from; i < n; i++) {
		level = most > 0 ? (int)(past[i] / most * BLOCKS) : 0;
		buf_adds(b, columns[is_utf8][level < BLOCKS ? level :
		    BLOCKS - 1]);
	}
	buf_addf(b, "%*s", (int)(width - (n - from)), "");
	return most;
}

static size_t
graph_width(size_t width)
{
	return width > GRAPH_AT + SCALE_WIDTH ? width - GRAPH_AT -
	    SCALE_WIDTH : 0;
}

static void
add_bar(struct buf *b, double share, size_t width, bool is_utf8)
{
	size_t eighths = (size_t)(share * (double)width * BLOCKS), i;
	const char *block;

	for (i = 0; i < width; i++) {
		block = "";
		if (eighths >= (i + 1) * BLOCKS)
			block = bars[is_utf8][BLOCKS - 1];
		else if (eighths > i * BLOCKS)
			block = bars[is_utf8][eighths - i * BLOCKS - 1];
		if (block[0] == '\0')
			block = is_utf8 ? "\u00b7" : ".";
		buf_adds(b, block);
	}
}

static void
add_time(struct buf *b, const struct standing *st, size_t width, bool is_utf8)
{
	char now[FORMAT_MAX], total[FORMAT_MAX], head[128];
	double share = st->total_ns > 0 ? (double)st->until_ns /
	    (double)st->total_ns : 1;

	if (share > 1)
		share = 1;
	snprintf(head, sizeof(head), "%s of %s",
	    status_time(now, st, st->until_ns),
	    format_duration(total, st->total_ns));
	buf_addf(b, "%-*s", GRAPH_AT, head);
	add_bar(b, share, graph_width(width), is_utf8);
	buf_addf(b, "  %3.0f%%\n", share * 100);
}

static void
add_rate(struct buf *b, const struct standing *st, size_t width, bool is_utf8)
{
	char text[WORDS_MAX];
	double most;

	if (st->planned_rate > 0)
		snprintf(text, sizeof(text), "%.0f of %.0f/s", st->rate,
		    st->planned_rate);
	else
		snprintf(text, sizeof(text), "%.0f/s", st->rate);
	buf_addf(b, "%-*s%-*s", VALUE_AT, "rate", GRAPH_AT - VALUE_AT, text);
	most = add_graph(b, st->past_rate, st->npast, graph_width(width),
	    is_utf8);
	buf_addf(b, "  to %.0f/s\n", most);
}

static void
add_p99(struct buf *b, const struct standing *st, size_t width, bool is_utf8)
{
	char text[FORMAT_MAX] = "n/a";
	double most;

	if (st->last.count > 0)
		format_ns(text, st->last.p99_ns);
	buf_addf(b, "%-*s%-*s", VALUE_AT, "p99", GRAPH_AT - VALUE_AT, text);
	most = add_graph(b, st->past_p99, st->npast, graph_width(width),
	    is_utf8);
	buf_addf(b, "  to %s\n", format_ns(text, (uint64_t)most));
}

/* Of a class of statuses, the hundreds of which are given. */
static uint64_t
count_class(const struct standing *st, size_t hundreds)
{
	uint64_t count = 0;
	size_t i;

	for (i = 100 * hundreds; i < 100 * (hundreds + 1); i++)
		count += st->n.status[i];
	return count;
}

/* By status class, and by category what is no status. */
static void
add_kinds(struct buf *b, const struct standing *st)
{
	uint64_t count;
	size_t i;

	for (i = 4; i <= 5; i++)
		if ((count = count_class(st, i)) > 0)
			buf_addf(b, "  %zuxx %" PRIu64, i, count);
	for (i = CATEGORY_CHECK; i < CATEGORIES; i++)
		if (st->n.category[i] > 0)
			buf_addf(b, "  %s %" PRIu64,
			    category_name((enum category)i),
			    st->n.category[i]);
}

static void
add_failed(struct buf *b, const struct standing *st)
{
	char text[2 * WORDS_MAX], share[WORDS_MAX], until[FORMAT_MAX];

	if (st->from_ns < st->warmup_ns) {
		buf_addf(b, "%-*swarming up until %s: not counted\n",
		    VALUE_AT, "failed", format_duration(until, st->warmup_ns));
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64 " (%s)", st->n.failed,
	    words_share(share, st->n.failed, st->n.completed));
	buf_addf(b, "%-*s%-*s", VALUE_AT, "failed", st->n.failed == 0 ? 0 :
	    GRAPH_AT - VALUE_AT - 2, text);
	add_kinds(b, st);
	buf_adds(b, "\n");
}

void
panel_write(struct buf *b, const struct standing *st, size_t width,
    bool is_utf8)
{
	char text[FORMAT_MAX] = "n/a";

	if (width > PANEL_WIDTH)
		width = PANEL_WIDTH;
	add_time(b, st, width, is_utf8);
	add_rate(b, st, width, is_utf8);
	if (st->last.count > 0)
		format_ns(text, st->last.p50_ns);
	buf_addf(b, "%-*s%s\n", VALUE_AT, "p50", text);
	add_p99(b, st, width, is_utf8);
	add_failed(b, st);
	buf_addf(b, "%-*s%-*" PRIu64 "in flight %" PRIu64 "\n", VALUE_AT,
	    "dropped", GRAPH_AT - VALUE_AT, st->n.dropped, st->in_flight);
	buf_addf(b, "%-*sp99 %s behind the plan", VALUE_AT, "lag",
	    format_ns(text, st->lag_p99_ns));
}
