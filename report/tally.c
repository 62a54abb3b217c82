/* SPDX-License-Identifier: MIT */
/*
 * What is known of a run while it goes on, added up from its intervals. Pure:
 * no clock, no output; memory is fixed, however long the run.
 */

#include <string.h>

#include "base/util.h"
#include "report/tally.h"

static void
add_point(double past[TALLY_POINTS], size_t n, double value)
{
	if (n == TALLY_POINTS) {
		n--;
		memmove(past, past + 1, n * sizeof(*past));
	}
	past[n] = value;
}

void
tally_add(struct tally *t, const struct interval *in,
    const struct snapshot *s)
{
	double sec = (double)(in->until_ns - in->from_ns) /
	    (double)NS_PER_SEC;
	double per_sec = sec > 0 ? 1 / sec : 0;
	uint64_t counted_ns = snapshot_counted_ns(in->from_ns, in->until_ns,
	    t->warmup_ns);

	t->intervals++;
	t->planned += in->planned;
	counters_add(&t->n, &in->n);
	hist_merge(&t->latency, &in->hist[RESULT_LATENCY]);
	t->from_ns = in->from_ns;
	t->until_ns = in->until_ns;
	t->in_flight = in->in_flight;
	t->lag_p99_ns = s->lag_p99_ns;
	t->rate = counted_ns == 0 ? 0 : (double)in->n.completed /
	    ((double)counted_ns / (double)NS_PER_SEC);
	t->planned_rate = in->planned * per_sec;
	t->last = s->latency;
	add_point(t->past_rate, t->npast, t->rate);
	add_point(t->past_p99, t->npast, (double)s->latency.p99_ns);
	if (t->npast < TALLY_POINTS)
		t->npast++;
}
