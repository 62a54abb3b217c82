/* SPDX-License-Identifier: MIT */
/*
 * The generators' audit of themselves. A run is not valid when
 *  - they were late: lag p99 over a millisecond and over a tenth of what the
 *    target took, so that the figures tell of the generator;
 *  - with the closed model one of them had hardly any CPU left, so that the
 *    rate found may be its own and not the target's;
 *  - one of them had hardly any left and arrivals were dropped;
 *  - one was stopped in the middle, or died;
 *  - descriptors, local ports or buffers ran out.
 * Pure: from the numbers of a result to sentences.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "base/util.h"
#include "load/audit.h"
#include "load/remedy.h"

enum {
	LAG_SHARE = 10,			/* 1/10 of the response's p99 */
	BUSY_PPM = 900000		/* of a CPU: hardly any left */
};

static void reason(struct result *, const char *, ...) UTIL_PRINTF(2, 3);

static void
reason(struct result *r, const char *fmt, ...)
{
	va_list ap;

	r->is_valid = false;
	if (r->nreasons == UTIL_NELEM(r->reasons))
		return;
	va_start(ap, fmt);
	vsnprintf(r->reasons[r->nreasons++], sizeof(r->reasons[0]), fmt, ap);
	va_end(ap);
}

/* The one with the busiest interval; NULL when there is none. */
static const struct generator_stat *
busiest(const struct result *r, size_t *index)
{
	const struct generator_stat *g, *most = NULL;
	size_t i;

	for (i = 0; i < r->ngenerators; i++) {
		g = &r->generators[i];
		if (g->took_part &&
		    (most == NULL || g->busiest_ppm > most->busiest_ppm)) {
			most = g;
			*index = i;
		}
	}
	return most;
}

static void
judge_lag(struct result *r)
{
	uint64_t lag = hist_percentile(&r->hist[RESULT_PART + PART_LAG], 99);
	uint64_t response = hist_percentile(&r->hist[RESULT_LATENCY], 99);
	const struct generator_stat *g;
	char text[FORMAT_MAX];
	size_t i = 0;

	if (lag <= AUDIT_LAG_MAX_NS || lag <= response / LAG_SHARE)
		return;
	g = busiest(r, &i);
	if (g != NULL && g->busiest_ppm >= BUSY_PPM)
		reason(r, "generator %zu was the bottleneck: it used %.0f%% "
		    "of a CPU and was late by %s at p99 (" REMEDY_CPU ")", i,
		    (double)g->busiest_ppm / 1e4, format_ns(text, lag));
	else
		reason(r, "this machine did not let the generators run in "
		    "time: they were late by %s at p99", format_ns(text, lag));
}

static void
judge_closed(struct result *r, const struct run_request *req)
{
	const struct generator_stat *g;
	size_t i, index = 0;

	for (i = 0; i < req->nphases; i++)
		if (req->phases[i].type == PHASE_MAX)
			break;
	if (i == req->nphases)
		return;
	g = busiest(r, &index);
	if (g != NULL && g->busiest_ppm >= BUSY_PPM)
		reason(r, "generator %zu used %.0f%% of a CPU: the rate may be "
		    "its own limit, not the target's (" REMEDY_CPU ")", index,
		    (double)g->busiest_ppm / 1e4);
}

/* Lag tells of the arrivals that were started, not of those dropped. */
static void
judge_drops(struct result *r)
{
	const struct generator_stat *g;
	size_t index = 0;

	g = busiest(r, &index);
	if (r->n.dropped > 0 && g != NULL && g->busiest_ppm >= BUSY_PPM)
		reason(r, "generator %zu used %.0f%% of a CPU: it may have "
		    "dropped arrivals that the target could take ("
		    REMEDY_CPU ")", index,
		    (double)g->busiest_ppm / 1e4);
}

static void
judge_deaths(struct result *r)
{
	size_t i;

	for (i = 0; i < r->ngenerators; i++)
		if (r->generators[i].died)
			reason(r, "generator %zu died in the run: what it did "
			    "in its last interval is lost", i);
}

/* A terminal stops all at once: one sentence, or there is no room for more. */
static void
judge_stops(struct result *r)
{
	size_t i, last = 0, n = 0;
	uint64_t stops;

	for (i = 0; i < r->ngenerators; i++)
		if (r->generators[i].stops > 0) {
			last = i;
			n++;
		}
	if (n > 1)
		reason(r, "%zu generators were stopped and continued in the "
		    "run", n);
	else if (n == 1) {
		stops = r->generators[last].stops;
		reason(r, "generator %zu was stopped and continued %" PRIu64
		    " time%s in the run", last, stops, stops == 1 ? "" : "s");
	}
}

static uint64_t
failed_with(const struct result *r, int error)
{
	enum cause cause = cause_of_errno(error);
	uint64_t n = 0;
	int part;

	for (part = 0; part < PARTS; part++)
		n += r->n.error[part][cause];
	return n;
}

static void
judge_resources(struct result *r)
{
	uint64_t n;

	n = failed_with(r, EMFILE) + failed_with(r, ENFILE);
	if (n > 0)
		reason(r, "descriptors ran out: %" PRIu64 " connections could "
		    "not be made (" REMEDY_DESCRIPTORS ")", n);
	n = failed_with(r, EADDRNOTAVAIL) + failed_with(r, EADDRINUSE);
	if (n > 0)
		reason(r, "local ports ran out: %" PRIu64 " connections could "
		    "not be made (" REMEDY_PORTS ")", n);
	n = failed_with(r, ENOBUFS) + failed_with(r, ENOMEM);
	if (n > 0)
		reason(r, "memory for sockets ran out: %" PRIu64
		    " connections could not be made (" REMEDY_MEMORY ")", n);
}

void
audit_judge(struct result *r, const struct run_request *req)
{
	r->is_valid = true;
	r->nreasons = 0;
	judge_deaths(r);
	judge_stops(r);
	judge_lag(r);
	judge_closed(r, req);
	judge_drops(r);
	judge_resources(r);
}
