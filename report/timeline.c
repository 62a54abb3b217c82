/* SPDX-License-Identifier: MIT */
/*
 * The snapshots of a run as points of a chart, see timeline.h for how many
 * become few. Only computes: what is drawn of it is for others to say. Nothing
 * here fails; a snapshot without length adds its counts and no time.
 */

#include <stdlib.h>
#include <string.h>

#include "report/timeline.h"

enum {
	STUB_PART = 10,		/* a last snapshot below 1/10 is no point, */
	DRAIN_PART = 10		/* nor is one that only ends a few requests */
};

static bool	 has_stub(const struct report *);
static void	 add(struct timeline_point *, const struct snapshot *);
static void	 add_extremes(struct timeline_point *, const struct snapshot *,
		    uint64_t);
static double	 per_second(double, uint64_t);

static uint64_t
length(uint64_t from_ns, uint64_t until_ns)
{
	return until_ns > from_ns ? until_ns - from_ns : 0;
}

void
timeline_init(struct timeline *t, const struct report *r, size_t most)
{
	size_t points = r->nsnapshots - has_stub(r), i, at;
	uint64_t warmup_ns = r->plan->req.warmup_ns;
	struct timeline_point *p;

	memset(t, 0, sizeof(*t));
	if (r->nsnapshots == 0)
		return;
	t->group = (points + most - 1) / most;
	t->n = (points + t->group - 1) / t->group;
	t->points = xcalloc(t->n, sizeof(*t->points));
	for (i = 0; i < r->nsnapshots; i++) {
		at = i / t->group;
		p = &t->points[at < t->n ? at : t->n - 1];
		add(p, &r->snapshots[i]);
		if (i >= points)
			continue;	/* counts without time */
		p->until_ns = r->snapshots[i].until_ns;
		add_extremes(p, &r->snapshots[i], warmup_ns);
	}
	for (i = 0; i < t->n; i++) {
		p = &t->points[i];
		p->counted_ns = snapshot_counted_ns(p->from_ns, p->until_ns,
		    warmup_ns);
		p->planned = per_second(p->planned, length(p->from_ns,
		    p->until_ns));
		p->achieved = per_second((double)p->completed, p->counted_ns);
		p->failed = per_second(p->failed, p->counted_ns);
		p->dropped = per_second(p->dropped, p->counted_ns);
	}
}

void
timeline_clear(struct timeline *t)
{
	free(t->points);
	memset(t, 0, sizeof(*t));
}

/* Of the last snapshot, which has another before it. */
static bool
has_stub(const struct report *r)
{
	const struct snapshot *first = r->snapshots, *last, *before;

	if (r->nsnapshots < 2)
		return false;
	last = &r->snapshots[r->nsnapshots - 1];
	before = last - 1;
	if (length(last->from_ns, last->until_ns) <
	    length(first->from_ns, first->until_ns) / STUB_PART)
		return true;
	return last->scheduled == 0 && before->scheduled > 0 &&
	    last->completed <= before->completed / DRAIN_PART;
}

/* Rates are counts until all are added. */
static void
add(struct timeline_point *p, const struct snapshot *s)
{
	const uint64_t ns[TIMELINE_LINES] = {
		s->latency.p50_ns, s->latency.p90_ns, s->latency.p95_ns,
		s->latency.p99_ns, s->latency.max_ns
	};
	size_t i;

	if (p->nsnapshots++ == 0)
		p->from_ns = s->from_ns;
	p->planned += s->planned;
	p->completed += s->completed;
	p->failed += (double)s->failed;
	p->dropped += (double)s->dropped;
	if (s->in_flight > p->in_flight)
		p->in_flight = s->in_flight;
	for (i = 0; i < TIMELINE_LINES && s->latency.count > 0; i++)
		if (ns[i] > p->ns[i])
			p->ns[i] = ns[i];
}

static void
add_extremes(struct timeline_point *p, const struct snapshot *s,
    uint64_t warmup_ns)
{
	uint64_t took_ns = snapshot_counted_ns(s->from_ns, s->until_ns,
	    warmup_ns);
	double rate = per_second((double)s->completed, took_ns);

	if (took_ns == 0)
		return;
	if (rate < p->slowest || !p->has_extremes)
		p->slowest = rate;
	if (rate > p->fastest || !p->has_extremes)
		p->fastest = rate;
	p->has_extremes = true;
}

static double
per_second(double count, uint64_t took_ns)
{
	return took_ns == 0 ? 0 : count /
	    ((double)took_ns / (double)NS_PER_SEC);
}
