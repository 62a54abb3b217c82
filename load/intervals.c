/* SPDX-License-Identifier: MIT */
/*
 * Intervals put together from what several members tell of them. Adding is
 * the caller's, who has the bytes; when one is complete, what its bounds are
 * and whether it is worth telling is decided here.
 *
 * Only so many are open at a time: a member that is further behind has its
 * counts added to the oldest open one, so that nothing is lost and memory is
 * fixed. No I/O, no clock.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "load/intervals.h"

enum {
	OPEN_MAX = 8,		/* not yet told by every member */
	SLACK_PART = 20		/* of an interval clocks may differ by 1/20 */
};

/* An interval that some members have told of and others not yet. */
struct open {
	bool		 is_told;	/* by any of them */
	struct interval	 in;
};

struct member {
	bool		 has_left;
	uint64_t	 told;		/* intervals */
};

struct intervals {
	struct member		 *members;
	size_t			  nmembers;
	uint64_t		  interval_ns;
	const struct arrival_plan *plan;
	uint64_t		  start_wall_ns;
	void			(*call)(void *, struct interval *, bool);
	void			 *arg;
	struct open		 *open[OPEN_MAX];
	uint64_t		  first;	/* index of open[0] */
};

struct intervals *
intervals_new(size_t members, uint64_t interval_ns,
    const struct arrival_plan *plan,
    void (*call)(void *, struct interval *, bool), void *arg)
{
	struct intervals *iv = xcalloc(1, sizeof(*iv));

	iv->members = xcalloc(members, sizeof(*iv->members));
	iv->nmembers = members;
	iv->interval_ns = interval_ns;
	iv->plan = plan;
	iv->call = call;
	iv->arg = arg;
	return iv;
}

void
intervals_free(struct intervals *iv)
{
	size_t i;

	if (iv == NULL)
		return;
	for (i = 0; i < OPEN_MAX; i++)
		free(iv->open[i]);
	free(iv->members);
	free(iv);
}

void
intervals_start(struct intervals *iv, uint64_t start_wall_ns)
{
	iv->start_wall_ns = start_wall_ns;
}

static struct open *
open_at(struct intervals *iv, uint64_t index)
{
	struct open **place;

	if (index < iv->first)
		index = iv->first;
	place = &iv->open[index - iv->first];
	if (*place == NULL)
		*place = xcalloc(1, sizeof(**place));
	return *place;
}

/* What is left behind the last whole interval may be nothing at all. */
static bool
is_worth_showing(const struct intervals *iv, const struct interval *in)
{
	return in->from_ns < in->until_ns && (in->n.scheduled > 0 ||
	    in->n.completed > 0 || in->from_ns < arrival_end_ns(iv->plan));
}

static void
set_bounds(const struct intervals *iv, struct interval *in, uint64_t until_ns)
{
	in->index = iv->first;
	in->from_ns = iv->first * iv->interval_ns;
	in->until_ns = in->from_ns + iv->interval_ns;
	if (in->until_ns > until_ns)
		in->until_ns = until_ns;
	in->start_wall_ns = iv->start_wall_ns + in->from_ns;
	in->planned = arrival_planned(iv->plan, in->until_ns) -
	    arrival_planned(iv->plan, in->from_ns);
}

/* Empty again; no memory is given back. */
static void
open_reset(struct open *o)
{
	int i;

	for (i = 0; i < RESULT_HISTS; i++)
		hist_reset(&o->in.hist[i]);
	exemplars_reset(&o->in.exemplars);
	memset(&o->in, 0, offsetof(struct interval, hist));
	o->is_told = false;
}

/* Completes the oldest open interval. */
static void
close_first(struct intervals *iv, uint64_t until_ns)
{
	struct open *o = open_at(iv, iv->first);

	set_bounds(iv, &o->in, until_ns);
	iv->call(iv->arg, &o->in, is_worth_showing(iv, &o->in));
	open_reset(o);
	iv->first++;
	memmove(&iv->open[0], &iv->open[1],
	    (OPEN_MAX - 1) * sizeof(iv->open[0]));
	iv->open[OPEN_MAX - 1] = o;
}

/* Completes what every member that is still at work has told. */
static void
advance(struct intervals *iv)
{
	uint64_t least = UINT64_MAX;
	size_t i;

	for (i = 0; i < iv->nmembers; i++)
		if (!iv->members[i].has_left && iv->members[i].told < least)
			least = iv->members[i].told;
	while (least != UINT64_MAX && iv->first < least)
		close_first(iv, UINT64_MAX);
}

struct interval *
intervals_at(struct intervals *iv, uint64_t index)
{
	struct open *o;

	while (index >= iv->first + OPEN_MAX)
		close_first(iv, UINT64_MAX);
	o = open_at(iv, index);
	o->is_told = true;
	return &o->in;
}

void
intervals_told(struct intervals *iv, size_t member, uint64_t index,
    uint64_t passed_ns)
{
	uint64_t end_ns = (index + 1) * iv->interval_ns;
	bool is_whole = passed_ns + iv->interval_ns / SLACK_PART >= end_ns;
	struct member *m = &iv->members[member];

	if (m->told < index + is_whole)
		m->told = index + is_whole;
	advance(iv);
}

void
intervals_leave(struct intervals *iv, size_t member)
{
	iv->members[member].has_left = true;
	advance(iv);
}

void
intervals_finish(struct intervals *iv, uint64_t until_ns)
{
	size_t left = OPEN_MAX;

	while (left > 0 && (iv->open[left - 1] == NULL ||
	    !iv->open[left - 1]->is_told))
		left--;
	while (left-- > 0)
		close_first(iv, until_ns);
}
