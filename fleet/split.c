/* SPDX-License-Identifier: MIT */
/*
 * A plan for one into plans for many. Nothing of it may get lost or be made
 * twice: amounts are divided by largest remainder, so that the shares add up
 * to them exactly, and arrivals of a shared plan by residues, each of which
 * has one taker.
 *
 * Whose share comes to nothing is left out, and the rest is divided anew among
 * the others, until everybody has something to do. The first of the heaviest
 * workers always has: of one or more it gets one. Every weight of 0 from then
 * on is somebody who is left out.
 *
 * Pure: the same plan and weights give the same parts everywhere.
 */

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "fleet/split.h"
#include "load/arrival.h"
#include "wire.h"

/* A remainder, while shares are made. */
struct remainder {
	uint64_t	 rest;
	size_t		 i;
};

/* A plan while it is split. */
struct split {
	const struct run_request	*req;
	struct arrival_plan		*plan;	/* of req */
	uint64_t			*weights;
	uint64_t			*shares;	/* scratch */
	struct split_part		*parts;
	size_t				 n;
	bool				 is_shared;
	bool				 has_max;
};

static int	 compare_remainders(const void *, const void *);
static int	 split_all(struct split *, char *);
static bool	 leave_out_idle(struct split *);
static void	 divide_concurrency(struct split *);
static int	 divide_load(struct split *, char *);
static void	 divide_rates(struct split *);
static void	 divide_rate(struct split *, size_t, size_t);
static void	 divide_requests(struct split *);
static void	 vary_seeds(struct split *);
static int	 divide_residues(struct split *, char *);
static void	 take_residues(struct split *, const uint64_t *, uint32_t);
static bool	 leave_out_loadless(struct split *);
static bool	 has_load(const struct split *, const struct split_part *);
static void	 leave_out(struct split *, size_t);
static size_t	 count_takers(const struct split *);
static void	 expect_arrivals(const struct split *, struct split_part *);
static uint64_t	 planned_count(const struct arrival_plan *,
		    const struct run_request *);
static uint64_t	 first_counted(const struct arrival_plan *,
		    const struct run_request *);
static uint64_t	 taken_below(const struct run_request *, uint64_t);
static uint64_t	 common_divisor(const uint64_t *, size_t);

/* With sum below 2^32 and weights up to 2^20 no product passes 2^63. */
void
split_amount(uint64_t amount, const uint64_t *weights, size_t n,
    uint64_t *shares)
{
	struct remainder *remainders;
	uint64_t sum = 0, left = amount, part;
	size_t i;

	for (i = 0; i < n; i++)
		sum += weights[i];
	assert(sum > 0 && sum <= UINT32_MAX);
	remainders = xcalloc(n, sizeof(*remainders));
	for (i = 0; i < n; i++) {
		part = amount % sum * weights[i];
		shares[i] = amount / sum * weights[i] + part / sum;
		left -= shares[i];
		remainders[i] = (struct remainder){ part % sum, i };
	}
	qsort(remainders, n, sizeof(*remainders), compare_remainders);
	for (i = 0; i < left; i++)
		shares[remainders[i].i]++;
	free(remainders);
}

/* Largest first, then the earlier one. */
static int
compare_remainders(const void *a, const void *b)
{
	const struct remainder *x = a, *y = b;

	if (x->rest != y->rest)
		return x->rest > y->rest ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

struct split_part *
split_plan(const struct run_request *req, const uint64_t *weights, size_t n,
    bool is_shared, char why[WIRE_TEXT_MAX])
{
	struct split s = { .req = req, .n = n, .is_shared = is_shared };
	size_t i;
	int rc;

	assert(n > 0 && n <= SPLIT_WORKERS_MAX && req->of == 0);
	s.plan = arrival_plan_new(req->phases, req->nphases);
	s.has_max = run_request_has_max(req);
	s.weights = xcalloc(n, sizeof(*s.weights));
	s.shares = xcalloc(n, sizeof(*s.shares));
	s.parts = xcalloc(n, sizeof(*s.parts));
	for (i = 0; i < n; i++) {
		assert(weights[i] > 0 && weights[i] <= SPLIT_WEIGHT_MAX);
		s.weights[i] = weights[i];
		run_request_copy(&s.parts[i].req, req);
	}
	rc = split_all(&s, why);
	for (i = 0; rc == 0 && i < n; i++)
		expect_arrivals(&s, &s.parts[i]);
	free(s.weights);
	free(s.shares);
	arrival_plan_free(s.plan);
	if (rc == 0)
		return s.parts;
	split_free(s.parts, n);
	return NULL;
}

void
split_free(struct split_part *parts, size_t n)
{
	size_t i;

	for (i = 0; parts != NULL && i < n; i++)
		run_request_clear(&parts[i].req);
	free(parts);
}

static int
split_all(struct split *s, char *why)
{
	for (;;) {
		divide_concurrency(s);
		if (leave_out_idle(s))
			continue;
		if (divide_load(s, why) == -1)
			return -1;
		if (!leave_out_loadless(s))
			break;
	}
	if (s->has_max && s->req->requests > 0 && count_takers(s) > 1)
		return wire_refuse(why, "requests: workers cannot divide a "
		    "limit of them in a plan with a max phase");
	return 0;
}

static void
divide_concurrency(struct split *s)
{
	size_t i;

	split_amount(s->req->max_concurrency, s->weights, s->n, s->shares);
	for (i = 0; i < s->n; i++)
		s->parts[i].req.max_concurrency = s->shares[i];
}

/* Those without a place for a request: true when somebody was left out. */
static bool
leave_out_idle(struct split *s)
{
	bool is_changed = false;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!s->parts[i].is_left_out && s->shares[i] == 0) {
			leave_out(s, i);
			is_changed = true;
		}
	return is_changed;
}

static void
leave_out(struct split *s, size_t i)
{
	s->weights[i] = 0;
	s->parts[i].is_left_out = true;
}

static int
divide_load(struct split *s, char *why)
{
	if (s->is_shared)
		return divide_residues(s, why);
	divide_rates(s);
	if (s->req->requests > 0)
		divide_requests(s);
	if (s->req->is_poisson)
		vary_seeds(s);
	return 0;
}

static void
divide_rates(struct split *s)
{
	size_t i;

	for (i = 0; i < s->req->nphases; i++) {
		divide_rate(s, i, offsetof(struct phase, rate));
		divide_rate(s, i, offsetof(struct phase, from));
		divide_rate(s, i, offsetof(struct phase, to));
	}
}

/* The member of a phase that is so far behind its start. */
static uint64_t *
rate_at(const struct run_request *req, size_t phase, size_t offset)
{
	return (uint64_t *)((char *)&req->phases[phase] + offset);
}

static void
divide_rate(struct split *s, size_t phase, size_t offset)
{
	size_t i;

	split_amount(*rate_at(s->req, phase, offset), s->weights, s->n,
	    s->shares);
	for (i = 0; i < s->n; i++)
		*rate_at(&s->parts[i].req, phase, offset) = s->shares[i];
}

/* Each counts to a limit of its own then. */
static void
divide_requests(struct split *s)
{
	size_t i;

	split_amount(s->req->requests, s->weights, s->n, s->shares);
	for (i = 0; i < s->n; i++)
		s->parts[i].req.requests = s->shares[i];
}

/* With one seed for all, equal rates would send at the same moments. */
static void
vary_seeds(struct split *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		s->parts[i].req.seed = s->req->seed + i;
}

static int
divide_residues(struct split *s, char *why)
{
	uint64_t *reduced, sum = 0, divisor;
	size_t i;

	divisor = common_divisor(s->weights, s->n);
	assert(divisor > 0);
	reduced = xcalloc(s->n, sizeof(*reduced));
	for (i = 0; i < s->n; i++) {
		reduced[i] = s->weights[i] / divisor;
		sum += reduced[i];
	}
	if (sum <= ARRIVAL_TAKERS_MAX)
		take_residues(s, reduced, (uint32_t)sum);
	free(reduced);
	if (sum > ARRIVAL_TAKERS_MAX)
		return wire_refuse(why, "the weights of the workers add up to "
		    "%llu parts of the plan, %d are the most: make them "
		    "rounder", (unsigned long long)sum, ARRIVAL_TAKERS_MAX);
	return 0;
}

/*
 * Spreads the residues evenly: with each of them everybody gains by weight,
 * who has most takes it and pays with the sum; the earlier on a tie. Of 3, 1
 * and 1 that makes 0 1 0 2 0. Who is alone makes all, which needs no word.
 */
static void
take_residues(struct split *s, const uint64_t *weights, uint32_t of)
{
	int64_t *gains = xcalloc(s->n, sizeof(*gains));
	struct run_request *req;
	uint32_t residue;
	size_t i, most;

	for (i = 0; i < s->n; i++) {
		req = &s->parts[i].req;
		free(req->take);
		req->take = NULL;
		req->ntake = 0;
		req->of = weights[i] == of ? 0 : of;
		if (req->of != 0 && weights[i] > 0)
			req->take = xcalloc(weights[i], sizeof(*req->take));
	}
	for (residue = 0; residue < of; residue++) {
		most = SIZE_MAX;
		for (i = 0; i < s->n; i++) {
			gains[i] += (int64_t)weights[i];
			if (weights[i] > 0 &&
			    (most == SIZE_MAX || gains[i] > gains[most]))
				most = i;
		}
		gains[most] -= of;
		req = &s->parts[most].req;
		if (req->of != 0)
			req->take[req->ntake++] = residue;
	}
	free(gains);
}

/* Those with no arrival to make: true when somebody was left out. */
static bool
leave_out_loadless(struct split *s)
{
	bool is_changed = false;
	size_t i;

	/* A plan of pauses alone: nobody would be left. */
	if (!s->has_max && planned_count(s->plan, s->req) == 0)
		return false;
	for (i = 0; i < s->n; i++)
		if (!s->parts[i].is_left_out && !has_load(s, &s->parts[i])) {
			leave_out(s, i);
			is_changed = true;
		}
	return is_changed;
}

static bool
has_load(const struct split *s, const struct split_part *part)
{
	const struct run_request *req = &part->req;
	struct arrival_plan *plan;
	uint64_t count;

	if (s->req->requests > 0 && req->requests == 0)
		return false;
	if (s->has_max)
		return true;
	if (s->is_shared)
		return req->is_poisson ||
		    taken_below(req, planned_count(s->plan, req)) > 0;
	plan = arrival_plan_new(req->phases, req->nphases);
	count = arrival_count(plan);
	arrival_plan_free(plan);
	return count > 0;
}

static size_t
count_takers(const struct split *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		n += !s->parts[i].is_left_out;
	return n;
}

/*
 * What its result should say was scheduled, which leaves out the warm-up. A
 * program that is given rates of its own may round another way.
 */
static void
expect_arrivals(const struct split *s, struct split_part *part)
{
	const struct run_request *req = &part->req;
	struct arrival_plan *plan;
	uint64_t from, until;

	if (part->is_left_out || req->is_poisson || s->has_max)
		return;
	plan = s->plan;
	if (!s->is_shared)
		plan = arrival_plan_new(req->phases, req->nphases);
	until = planned_count(plan, req);
	from = first_counted(plan, req);
	if (from < until)
		part->arrivals = taken_below(req, until) -
		    taken_below(req, from);
	part->is_exact = s->is_shared;
	if (!s->is_shared)
		arrival_plan_free(plan);
}

static uint64_t
planned_count(const struct arrival_plan *plan, const struct run_request *req)
{
	uint64_t count = arrival_count(plan);

	return req->requests > 0 && req->requests < count ? req->requests :
	    count;
}

/* The first arrival behind the warm-up. */
static uint64_t
first_counted(const struct arrival_plan *plan, const struct run_request *req)
{
	uint64_t low = 0, high = arrival_count(plan), middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (arrival_time_ns(plan, middle) < req->warmup_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many of the numbers below n it takes. */
static uint64_t
taken_below(const struct run_request *req, uint64_t n)
{
	uint64_t taken = 0;
	uint32_t i;

	if (req->of == 0)
		return n;
	for (i = 0; i < req->ntake; i++)
		if (n > req->take[i])
			taken += (n - req->take[i] - 1) / req->of + 1;
	return taken;
}

/* Of all weights that are not 0, of which there is one. */
static uint64_t
common_divisor(const uint64_t *weights, size_t n)
{
	uint64_t a = 0, b, rest;
	size_t i;

	for (i = 0; i < n; i++)
		for (b = weights[i]; b != 0; b = rest) {
			rest = a % b;
			a = b;
		}
	return a;
}
