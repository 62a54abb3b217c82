/* SPDX-License-Identifier: MIT */
/*
 * Whether a worker did what it was asked, as far as its result shows: the
 * arrivals of its part, in full, and the checks. Workers that know less than
 * they are asked answer as if all were well, so each answer is looked at.
 *
 * Nothing is kept, changed or printed.
 */

#include <inttypes.h>

#include "fleet/feature.h"
#include "fleet/verdict.h"

enum {
	TOLERATED = 2,			/* arrivals a phase, or */
	TOLERATED_PART = 1000		/* one in so many */
};

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
