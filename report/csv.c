/* SPDX-License-Identifier: MIT */
/*
 * The snapshots of a run as CSV: a header and a row an interval.
 *
 * RFC 4180: commas, lines that end in CR LF, the same number of fields in
 * each. No field needs quotes: all are numbers, and times of day without a
 * comma. Names of columns end in their unit; what has none is a count within
 * the interval, in_flight apart, which is as of its end. Where nothing was
 * measured a field is empty, never 0. Errors stick in the stream.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "report/report.h"
#include "report/words.h"

static const char head[] =
    "interval,started_at,from_s,until_s,planned_per_s,completed_per_s,"
    "planned,scheduled,started,dropped,completed,failed,in_flight,"
    "in_bytes,out_bytes";
/* Behind all others, which stay where they are read by number. */
static const char tail[] = ",warmup_s";

static const char *const summaries[] = { "latency", "ttfb" };
static const char *const figures[] = {
	"min_ms", "mean_ms", "p50_ms", "p90_ms", "p95_ms", "p99_ms", "max_ms"
};

static void	 write_head(FILE *);
static void	 write_snapshot(FILE *, const struct snapshot *, uint64_t);
static void	 write_rate(FILE *, double, uint64_t);
static void	 write_summary(FILE *, const struct summary *);
static void	 write_ms(FILE *, uint64_t, bool);
static uint64_t	 count_statuses(const struct snapshot *, unsigned int);

void
csv_write(FILE *out, const struct report *r)
{
	size_t i;

	write_head(out);
	for (i = 0; i < r->nsnapshots; i++)
		write_snapshot(out, &r->snapshots[i],
		    r->plan->req.warmup_ns);
}

static void
write_head(FILE *out)
{
	size_t i, j;

	fputs(head, out);
	for (i = 0; i < UTIL_NELEM(summaries); i++) {
		for (j = 0; j < UTIL_NELEM(figures); j++)
			fprintf(out, ",%s_%s", summaries[i], figures[j]);
	}
	fputs(",lag_p99_ms", out);
	for (i = 1; i <= 5; i++)
		fprintf(out, ",status_%zuxx", i);
	for (i = CATEGORY_NONE + 1; i < CATEGORIES; i++)
		fprintf(out, ",errors_%s", category_name((enum category)i));
	fprintf(out, "%s\r\n", tail);
}

static void
write_rate(FILE *out, double count, uint64_t ns)
{
	if (ns > 0)
		fprintf(out, ",%.3f", count * (double)NS_PER_SEC / (double)ns);
	else
		putc(',', out);
}

static void
write_snapshot(FILE *out, const struct snapshot *s, uint64_t warmup_ns)
{
	uint64_t all_ns = s->until_ns - s->from_ns;
	uint64_t counted_ns = snapshot_counted_ns(s->from_ns, s->until_ns,
	    warmup_ns);
	char when[WORDS_MAX];
	size_t i;

	fprintf(out, "%" PRIu64 ",%s,%.9f,%.9f", s->index,
	    words_time(when, s->start_wall_ns),
	    (double)s->from_ns / (double)NS_PER_SEC,
	    (double)s->until_ns / (double)NS_PER_SEC);
	write_rate(out, s->planned, all_ns);
	write_rate(out, (double)s->completed, counted_ns);
	fprintf(out, ",%.3f,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
	    ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, s->planned,
	    s->scheduled, s->started, s->dropped, s->completed, s->failed,
	    s->in_flight, s->bytes_in, s->bytes_out);
	write_summary(out, &s->latency);
	write_summary(out, &s->ttfb);
	write_ms(out, s->lag_p99_ns, s->started > 0);
	for (i = 1; i <= 5; i++)
		fprintf(out, ",%" PRIu64, count_statuses(s, (unsigned int)i));
	for (i = CATEGORY_NONE + 1; i < CATEGORIES; i++)
		fprintf(out, ",%" PRIu64, s->category[i]);
	fprintf(out, ",%.9f\r\n",
	    (double)(all_ns - counted_ns) / (double)NS_PER_SEC);
}

/* In the order of the names above. */
static void
write_summary(FILE *out, const struct summary *s)
{
	const uint64_t ns[] = {
		s->min_ns, s->mean_ns, s->p50_ns, s->p90_ns, s->p95_ns,
		s->p99_ns, s->max_ns
	};
	size_t i;

	static_assert(UTIL_NELEM(ns) == UTIL_NELEM(figures),
	    "a figure has no name");
	for (i = 0; i < UTIL_NELEM(ns); i++)
		write_ms(out, ns[i], s->count > 0);
}

/* Exact: six places of a millisecond are nanoseconds. */
static void
write_ms(FILE *out, uint64_t ns, bool has_sample)
{
	if (has_sample)
		fprintf(out, ",%" PRIu64 ".%06" PRIu64, ns / NS_PER_MS,
		    ns % NS_PER_MS);
	else
		putc(',', out);
}

static uint64_t
count_statuses(const struct snapshot *s, unsigned int hundreds)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s->nstatuses; i++) {
		if (s->statuses[i].status / 100u == hundreds)
			n += s->statuses[i].count;
	}
	return n;
}
