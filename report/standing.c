/* SPDX-License-Identifier: MIT */
/*
 * What is known of a run while it goes on, added up from its intervals. Pure:
 * no clock, no output; memory is fixed, however long the run.
 */

#include <string.h>

#include "base/util.h"
#include "report/standing.h"

static void
add_point(double past[STANDING_POINTS], size_t n, double value)
{
	if (n == STANDING_POINTS) {
		n--;
		memmove(past, past + 1, n * sizeof(*past));
	}
	past[n] = value;
}

void
standing_add(struct standing *st, const struct interval *in,
    const struct snapshot *s)
{
	double sec = (double)(in->until_ns - in->from_ns) /
	    (double)NS_PER_SEC;
	double per_sec = sec > 0 ? 1 / sec : 0;
	uint64_t counted_ns = snapshot_counted_ns(in->from_ns, in->until_ns,
	    st->warmup_ns);

	st->intervals++;
	st->planned += in->planned;
	counters_add(&st->n, &in->n);
	hist_merge(&st->latency, &in->hist[RESULT_LATENCY]);
	st->from_ns = in->from_ns;
	st->until_ns = in->until_ns;
	st->in_flight = in->in_flight;
	st->lag_p99_ns = s->lag_p99_ns;
	st->rate = counted_ns == 0 ? 0 : (double)in->n.completed /
	    ((double)counted_ns / (double)NS_PER_SEC);
	st->planned_rate = in->planned * per_sec;
	st->last = s->latency;
	add_point(st->past_rate, st->npast, st->rate);
	add_point(st->past_p99, st->npast, (double)s->latency.p99_ns);
	if (st->npast < STANDING_POINTS)
		st->npast++;
}
