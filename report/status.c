/* SPDX-License-Identifier: MIT */
/*
 * How far a run is, in words: the line that is rewritten on a terminal or
 * written below the last one, and the answer to a signal that asks. Pure: a
 * standing in, text out.
 */

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "report/status.h"
#include "report/words.h"

/* Whole seconds do for the eye; of short runs a tenth or a hundredth. */
char *
status_time(char text[FORMAT_MAX], const struct standing *st, uint64_t ns)
{
	uint64_t unit = NS_PER_SEC;

	if (st->total_ns < 10 * NS_PER_SEC)
		unit /= st->total_ns < NS_PER_SEC ? 100 : 10;
	return format_duration(text, ns / unit * unit);
}

/* "499 of 500/s"; without a plan "499/s". */
static void
format_rate(char text[WORDS_MAX], const struct standing *st)
{
	if (st->planned_rate > 0)
		snprintf(text, WORDS_MAX, "%.0f of %.0f/s", st->rate,
		    st->planned_rate);
	else
		snprintf(text, WORDS_MAX, "%.0f/s", st->rate);
}

/* "p50 1.23ms p99 12.3ms" */
static void
format_percentiles(char text[2 * WORDS_MAX], uint64_t count, uint64_t p50_ns,
    uint64_t p99_ns)
{
	char p50[FORMAT_MAX] = "n/a", p99[FORMAT_MAX] = "n/a";

	if (count > 0) {
		format_ns(p50, p50_ns);
		format_ns(p99, p99_ns);
	}
	snprintf(text, 2 * WORDS_MAX, "p50 %s p99 %s", p50, p99);
}

char *
status_line(char line[STATUS_LINE_MAX], const struct standing *st)
{
	char now[FORMAT_MAX], total[FORMAT_MAX], counts[WORDS_MAX];
	char rate[WORDS_MAX], percentiles[2 * WORDS_MAX];

	status_time(now, st, st->until_ns);
	format_duration(total, st->total_ns);
	format_rate(rate, st);
	format_percentiles(percentiles, st->last.count, st->last.p50_ns,
	    st->last.p99_ns);
	if (st->from_ns < st->warmup_ns)
		snprintf(counts, sizeof(counts), "warming up");
	else
		snprintf(counts, sizeof(counts), "err %" PRIu64 " drop %"
		    PRIu64, st->n.failed, st->n.dropped);
	snprintf(line, STATUS_LINE_MAX, "%s/%s  %s  %s  %" PRIu64
	    " in flight  %s", now, total, rate, counts, st->in_flight,
	    percentiles);
	return line;
}

static void
add_totals(struct buf *b, const struct standing *st)
{
	char text[2 * WORDS_MAX], warmup[FORMAT_MAX];

	if (st->from_ns < st->warmup_ns) {
		buf_addf(b, "warming up until %s, nothing is counted before; %"
		    PRIu64 " in flight\n",
		    format_duration(warmup, st->warmup_ns), st->in_flight);
		return;
	}
	format_percentiles(text, st->latency.count,
	    hist_percentile(&st->latency, 50),
	    hist_percentile(&st->latency, 99));
	buf_addf(b, "%" PRIu64 " scheduled, %" PRIu64 " completed, %" PRIu64
	    " failed, %" PRIu64 " dropped, %" PRIu64 " in flight; %s\n",
	    st->n.scheduled, st->n.completed, st->n.failed, st->n.dropped,
	    st->in_flight, text);
}

void
status_answer(struct buf *b, const struct standing *st, uint64_t elapsed_ns)
{
	char now[FORMAT_MAX], total[FORMAT_MAX], rate[WORDS_MAX];
	char text[2 * WORDS_MAX], lag[FORMAT_MAX];
	uint64_t tenth_ns = 100 * NS_PER_MS;

	format_duration(now, elapsed_ns / tenth_ns * tenth_ns);
	format_duration(total, st->total_ns);
	buf_addf(b, "pulse: %s of %s: ", now, total);
	if (st->intervals == 0) {
		buf_addf(b, "no interval is complete yet, the first ends at "
		    "%s\n", format_duration(now, st->interval_ns));
		return;
	}
	add_totals(b, st);
	format_rate(rate, st);
	format_percentiles(text, st->last.count, st->last.p50_ns,
	    st->last.p99_ns);
	buf_addf(b, "pulse: last interval, until %s: %s, %s, lag p99 %s\n",
	    status_time(now, st, st->until_ns), rate, text,
	    format_ns(lag, st->lag_p99_ns));
}
