/* SPDX-License-Identifier: MIT */
/*
 * The response latency as the percentile table that HdrHistogram prints, for
 * its plotter and all that reads such files.
 *
 * The form is that of outputPercentileDistribution in HdrHistogram's Java with
 * five steps to each half of the distance to 100 %: a head, a row a step until
 * one has all values, a last row of three fields, which plotters leave out, and
 * three lines of notes. Values are in ms, with ns as their decimals. As there,
 * Value is the largest that its slot can hold, so that TotalCount values are at
 * or below it: within a slot of the percentile that other formats show. Where
 * some requests were counted in 800 buckets only, all are taken from those.
 * Errors stick in the stream.
 */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "hist.h"
#include "report/report.h"

enum {
	STEPS = 5,		/* to each half of the distance to 100 % */
	HALVES_MAX = 60		/* of a distance of less than 2^60 values */
};

/* Counts by value, however fine they are. */
struct table {
	struct coarse	 coarse;
	const uint64_t	*counts;
	size_t		 n;
	uint64_t	 total;
	uint64_t	 min_ns;
	uint64_t	 max_ns;
	double		 mean_ns;
	bool		 is_coarse;
};

/* A place in it: the slot, and how many values it has and those below it. */
struct place {
	size_t		 slot;
	uint64_t	 count;
};

static void	 make_table(struct table *, const struct result *);
static uint64_t	 first_ns(const struct table *, size_t);
static uint64_t	 last_ns(const struct table *, size_t);
static void	 move_to(struct place *, const struct table *, uint64_t);
static void	 write_rows(FILE *, const struct table *);
static double	 deviation_ns(const struct table *);

static double
ms(double ns)
{
	return ns / (double)NS_PER_MS;
}

void
hgrm_write(FILE *out, const struct report *r)
{
	struct table t;

	make_table(&t, r->result);
	fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile",
	    "TotalCount", "1/(1-Percentile)");
	if (t.total > 0) {
		write_rows(out, &t);
		fprintf(out, "%12.6f %2.12f %10" PRIu64 "\n",
		    ms((double)t.max_ns), 1.0, t.total);
	}
	fprintf(out, "#[Mean    = %12.6f, StdDeviation   = %12.6f]\n",
	    ms(t.mean_ns), ms(deviation_ns(&t)));
	fprintf(out, "#[Max     = %12.6f, Total count    = %12" PRIu64 "]\n",
	    ms((double)t.max_ns), t.total);
	fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n",
	    HIST_COARSE, t.is_coarse ? 1 : HIST_PARTS);
}

static void
make_table(struct table *t, const struct result *res)
{
	const struct hist *h = &res->hist[RESULT_LATENCY];
	struct summary s;
	size_t i;

	memset(t, 0, sizeof(*t));
	t->is_coarse = res->coarse[RESULT_LATENCY].count > 0;
	t->counts = h->slot;
	t->n = HIST_SLOTS;
	if (t->is_coarse) {
		result_buckets(&t->coarse, res, RESULT_LATENCY);
		t->counts = t->coarse.bucket;
		t->n = HIST_COARSE;
	}
	result_summary(&s, res, RESULT_LATENCY);
	for (i = 0; i < t->n; i++)
		t->total += t->counts[i];
	t->min_ns = s.min_ns;
	t->max_ns = s.max_ns;
	t->mean_ns = (double)s.mean_ns;
}

/* The least value that a slot of t has, and the largest. */
static uint64_t
first_ns(const struct table *t, size_t slot)
{
	uint64_t ns;

	if (t->is_coarse)
		ns = slot == 0 ? 0 : hist_slot_first(1 + HIST_PARTS * slot);
	else
		ns = hist_slot_first(slot);
	return ns < t->min_ns ? t->min_ns : ns;
}

static uint64_t
last_ns(const struct table *t, size_t slot)
{
	uint64_t ns = t->max_ns;

	if (slot + 1 < t->n)
		ns = first_ns(t, slot + 1) - 1;
	return ns > t->max_ns ? t->max_ns : ns;
}

/* On to the first slot with a value behind which at most so many are left. */
static void
move_to(struct place *p, const struct table *t, uint64_t left)
{
	while (t->counts[p->slot] == 0 || t->total - p->count > left) {
		p->slot++;
		p->count += t->counts[p->slot];
	}
}

/*
 * Step i behind k halves leaves (10 - i) / 10 of 2^-k: of the values, too, and
 * in integers, so that no rounding moves a row by one.
 */
static void
write_rows(FILE *out, const struct table *t)
{
	struct place p = { 0, t->counts[0] };
	uint64_t behind, parts;
	unsigned int k, i;
	double left;

	for (k = 0; k <= HALVES_MAX; k++) {
		parts = UINT64_C(2) * STEPS << k;
		for (i = 0; i < STEPS; i++) {
			behind = (2 * STEPS - i) * t->total / parts;
			left = (double)(2 * STEPS - i) / (double)parts;
			move_to(&p, t, behind);
			fprintf(out, "%12.6f %2.12f %10" PRIu64 " %14.2f\n",
			    ms((double)last_ns(t, p.slot)), 1 - left, p.count,
			    1 / left);
			if (p.count == t->total)
				return;
		}
	}
}

/* As if all values of a slot were in its middle. */
static double
deviation_ns(const struct table *t)
{
	double away, sum = 0;
	size_t i;

	for (i = 0; i < t->n && t->total > 0; i++) {
		if (t->counts[i] == 0)
			continue;
		away = ((double)first_ns(t, i) + (double)last_ns(t, i)) / 2 -
		    t->mean_ns;
		sum += away * away * (double)t->counts[i];
	}
	return t->total > 0 ? sqrt(sum / (double)t->total) : 0;
}
