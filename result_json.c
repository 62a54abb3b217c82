/* SPDX-License-Identifier: MIT */
/*
 * A WorkerResult as JSON.
 *
 * The member order is that of the Go program, which ignores what follows
 * behind its own members; so extensions go last.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "hist.h"
#include "json_write.h"
#include "load/outcome.h"
#include "result.h"
#include "result_json.h"

struct error_count {
	const char	*name;
	uint64_t	 count;
};

static void	 put_latency(struct json_out *, const char *,
		    const struct hist *);
static void	 put_statuses(struct json_out *, const struct counters *);
static void	 put_errors(struct json_out *, const struct counters *);
static int	 compare_errors(const void *, const void *);
static void	 put_buckets(struct json_out *, const char *,
		    const struct hist *);

void
result_to_json(const struct result *r, struct json_out *w)
{
	const struct counters *n = &r->n;
	double dropped = 0;

	if (n->scheduled > 0)
		dropped = (double)n->dropped / (double)n->scheduled;
	json_object(w, NULL);
	json_uint(w, "total", n->completed);
	json_uint(w, "failed", n->failed);
	json_uint(w, "duration", r->duration_ns);
	json_uint(w, "scheduled", n->scheduled);
	json_uint(w, "started", n->started);
	json_uint(w, "dropped", n->dropped);
	json_double(w, "droppedRate", dropped);
	json_uint(w, "completed", n->completed);
	json_uint(w, "maxActive", r->max_active);
	put_latency(w, "latency", &r->hist[RESULT_LATENCY]);
	put_latency(w, "ttfb", &r->hist[RESULT_TTFB]);
	json_uint(w, "bytesIn", n->bytes_in);
	json_uint(w, "bytesOut", n->bytes_out);
	put_statuses(w, n);
	put_errors(w, n);
	put_buckets(w, "buckets", &r->hist[RESULT_LATENCY]);
	put_buckets(w, "ttfbBuckets", &r->hist[RESULT_TTFB]);
	json_uint(w, "lost", r->lost);
	json_uint(w, "retried", n->retried);
	json_close(w);
}

static void
put_latency(struct json_out *w, const char *name, const struct hist *h)
{
	static const struct {
		const char	*name;
		double		 p;
	} points[] = {
		{ "p50", 50 }, { "p90", 90 }, { "p95", 95 }, { "p99", 99 },
	};
	uint64_t counts[HIST_COARSE], min_ns = 0, max_ns = 0;
	size_t i;

	if (h->count > 0) {
		min_ns = h->min_ns;
		max_ns = h->max_ns;
	}
	hist_coarse(h, counts);
	json_object(w, name);
	json_uint(w, "min", min_ns);
	json_uint(w, "mean", hist_mean(h));
	for (i = 0; i < UTIL_NELEM(points); i++)
		json_uint(w, points[i].name, hist_coarse_percentile(counts,
		    points[i].p, min_ns, max_ns));
	json_uint(w, "max", max_ns);
	json_close(w);
}

/* Three digits each, so the order of the numbers is that of the names. */
static void
put_statuses(struct json_out *w, const struct counters *n)
{
	char name[8];
	size_t i;

	json_object(w, "statusCounts");
	for (i = 0; i < RESULT_STATUS_MAX; i++) {
		if (n->status[i] == 0)
			continue;
		snprintf(name, sizeof(name), "%03zu", i);
		json_uint(w, name, n->status[i]);
	}
	json_close(w);
}

static void
put_errors(struct json_out *w, const struct counters *n)
{
	struct error_count errors[CATEGORIES];
	size_t i, count = 0;

	for (i = CATEGORY_NONE + 1; i < CATEGORIES; i++) {
		if (n->category[i] == 0)
			continue;
		errors[count].name = category_name((enum category)i);
		errors[count++].count = n->category[i];
	}
	if (count == 0) {
		json_null(w, "errorCounts");
		return;
	}
	qsort(errors, count, sizeof(errors[0]), compare_errors);
	json_object(w, "errorCounts");
	for (i = 0; i < count; i++)
		json_uint(w, errors[i].name, errors[i].count);
	json_close(w);
}

static int
compare_errors(const void *a, const void *b)
{
	const struct error_count *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
put_buckets(struct json_out *w, const char *name, const struct hist *h)
{
	uint64_t counts[HIST_COARSE];
	size_t i;

	if (h->count == 0) {
		json_null(w, name);
		return;
	}
	hist_coarse(h, counts);
	json_array(w, name);
	for (i = 0; i < HIST_COARSE; i++)
		json_uint(w, NULL, counts[i]);
	json_close(w);
}
