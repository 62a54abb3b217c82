/* SPDX-License-Identifier: MIT */
/*
 * Whether a worker did what it was asked, as far as its result shows: the
 * arrivals of its part, in full, and the checks. Workers that know less than
 * they are asked answer as if all were well, so each answer is looked at. And
 * whether its numbers can be true together: one worker's nonsense may not make
 * nonsense of what all have done.
 *
 * Nothing is kept, changed or printed.
 */

#include <inttypes.h>

#include "base/util.h"
#include "fleet/feature.h"
#include "fleet/verdict.h"

enum {
	TOLERATED = 2,			/* arrivals a phase, or */
	TOLERATED_PART = 1000		/* one in so many */
};
#define SLACK_NS	(10 * NS_PER_SEC)	/* clocks go apart */

/* Did it make as many arrivals as were asked for? A Go worker may not. */
static int
check_arrivals(const struct split_part *part, const struct result *r,
    char why[WIRE_TEXT_MAX])
{
	uint64_t got = r->n.scheduled, off, tolerated;

	if (part->arrivals == 0)
		return 0;
	tolerated = part->arrivals / TOLERATED_PART;
	if (tolerated < TOLERATED * part->req.nphases)
		tolerated = TOLERATED * part->req.nphases;
	if (part->is_exact)
		tolerated = 0;
	off = got > part->arrivals ? got - part->arrivals :
	    part->arrivals - got;
	if (off <= tolerated)
		return 0;
	return wire_refuse(why, "it scheduled %" PRIu64 " arrivals where %"
	    PRIu64 " were asked for", got, part->arrivals);
}

/* A Go worker of an old version takes checks for something it can ignore. */
static bool
has_run_checks(const struct checks *checks, uint32_t features,
    const struct result *r)
{
	bool has_checks = checks->status != 0 || checks->nheaders > 0 ||
	    checks->ntexts > 0 || checks->njson > 0;

	if (!has_checks || (features & FEATURE_CHECKS) != 0)
		return true;
	return r->n.completed == 0 || r->hist[RESULT_TTFB].count > 0 ||
	    r->coarse[RESULT_TTFB].count > 0;
}

int
verdict(const struct run_request *req, const struct split_part *part,
    uint32_t features, const struct result *r, const char *error,
    bool was_stopped, char why[WIRE_TEXT_MAX])
{
	if (error != NULL || r->error[0] != '\0')
		return wire_refuse(why, "%s", error != NULL ? error :
		    r->error);
	if (!has_run_checks(&req->scenario.checks, features, r))
		return wire_refuse(why, "it did not run the checks");
	if (was_stopped)
		return 0;
	if (r->is_partial)
		return wire_refuse(why, "it stopped early");
	return check_arrivals(part, r, why);
}

static uint64_t
count_statuses(const struct counters *n)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < UTIL_NELEM(n->status); i++)
		sum += n->status[i];
	return sum;
}

/* Each is below 2^53: no sum of them wraps. */
int
verdict_possible(const struct result *r, uint64_t passed_ns,
    char why[WIRE_TEXT_MAX])
{
	const struct counters *n = &r->n;

	if (n->started + n->dropped != n->scheduled)
		return wire_refuse(why, "its result cannot be: %" PRIu64
		    " started and %" PRIu64 " dropped of %" PRIu64
		    " scheduled", n->started, n->dropped, n->scheduled);
	if (n->completed + r->lost > n->started)
		return wire_refuse(why, "its result cannot be: %" PRIu64
		    " completed and %" PRIu64 " lost of %" PRIu64 " started",
		    n->completed, r->lost, n->started);
	if (n->failed > n->completed || count_statuses(n) > n->completed)
		return wire_refuse(why, "its result cannot be: %" PRIu64
		    " failed, %" PRIu64 " with a status, of %" PRIu64
		    " completed", n->failed, count_statuses(n), n->completed);
	if (r->duration_ns > passed_ns + SLACK_NS)
		return wire_refuse(why, "its result cannot be: it took %"
		    PRIu64 " s of %" PRIu64, r->duration_ns / NS_PER_SEC,
		    passed_ns / NS_PER_SEC);
	return 0;
}
