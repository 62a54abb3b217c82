/* SPDX-License-Identifier: MIT */
/*
 * Phases of load as one cumulative function A(t), and its inverse: the moment
 * of arrival n, from n alone.
 *
 * Owns the phases' names and limits, the plan made of them, and the rule of
 * who takes which n. Totals are exact: A is counted in half arrivals and 1e-9
 * of one, in which every phase is a whole number, and nothing is rounded per
 * phase. Generators and machines that share a plan need no word between them:
 * the same plan gives the same n and the same times to all.
 *
 * Pure: no clock, no I/O, and memory only for the plan. What phase_check and
 * arrival_check have not passed must not come further.
 */

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "load/arrival.h"

enum {
	PIECES_PER_PHASE = 3		/* a spike: before, in and after it */
};

/* The texts of the checks name these. */
static_assert(ARRIVAL_RATE_MAX == 100000000 && ARRIVAL_STEPS_MAX == 10000 &&
    ARRIVAL_PHASES_MAX == 1000 && ARRIVAL_COUNT_MAX == 1000000000000 &&
    ARRIVAL_TIME_MAX_NS / NS_PER_SEC == 366 * 86400, "a text is wrong");

/* A point of the curve: a moment, and A there. */
struct knot {
	uint64_t		 ns;
	double			 part;	/* of a ns, beyond ns: [0, 1) */
	struct arrival_halves	 halves;
};

enum axis {
	BY_TIME,
	BY_COUNT
};

/*
 * A phase, or a part of one. With one level the rate goes linearly from
 * `from` to `to`; with more it stays on each for an equal time, the first at
 * `from` and the last at `to`. It ends where the next one starts.
 */
struct piece {
	struct knot	 start;
	uint64_t	 duration_ns;
	uint64_t	 from;
	uint64_t	 to;
	uint64_t	 levels;
	bool		 is_closed;
};

/* piece[pieces] is the end of the plan: all that counts of it is its start. */
struct arrival_plan {
	size_t		 pieces;
	struct piece	 piece[];
};

static const char *const phase_names[] = {
	[PHASE_CONSTANT] = "constant",
	[PHASE_RAMP] = "ramp",
	[PHASE_STEP] = "step",
	[PHASE_SPIKE] = "spike",
	[PHASE_MAX] = "max"
};
static_assert(UTIL_NELEM(phase_names) == PHASE_TYPES, "a type has no name");

static const char	*check_range(const struct phase *);
static const char	*check_steps(const struct phase *);
static const char	*check_spike(const struct phase *);
static bool	is_less(struct arrival_halves, struct arrival_halves);
static struct arrival_halves	halves_sum(struct arrival_halves,
    struct arrival_halves);
static struct arrival_halves	halves_left(struct arrival_halves,
    struct arrival_halves);
static double	halves_real(struct arrival_halves);
static struct arrival_halves	halves_over(uint64_t, uint64_t, uint64_t);
static struct arrival_halves	piece_halves(const struct piece *, uint64_t);
static struct knot	piece_knot(const struct piece *, uint64_t);
static void	add_piece(struct arrival_plan *, uint64_t, uint64_t, uint64_t,
    uint64_t);
static void	add_phase(struct arrival_plan *, const struct phase *);
static const struct knot	*plan_end(const struct arrival_plan *);
static bool	is_past(const struct knot *, const struct knot *, enum axis);
static void	locate(const struct arrival_plan *, const struct knot *,
    enum axis, struct arrival_segment *);
static void	fill_segment(const struct piece *, uint64_t,
    struct arrival_segment *);
static uint64_t	ns_at_rate(struct arrival_halves, uint64_t);
static double	seconds_at_slope(double, double, double);
static uint64_t	segment_time(const struct arrival_segment *,
    struct arrival_halves);
static uint64_t	rotate_left(uint64_t, int);
static uint64_t	random_next(uint64_t[4]);
static double	random_gap(uint64_t[4]);
static void	random_seed(uint64_t[4], uint64_t);
static struct arrival_halves	draw_point(struct arrival_cursor *, uint64_t);

/*
 * Phases
 */

const char *
phase_name(enum phase_type type)
{
	assert(type < PHASE_TYPES);
	return phase_names[type];
}

enum phase_type
phase_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < UTIL_NELEM(phase_names); i++)
		if (strcmp(phase_names[i], name) == 0)
			return (enum phase_type)i;
	return PHASE_TYPES;
}

static const char *
check_range(const struct phase *p)
{
	if (p->from > ARRIVAL_RATE_MAX)
		return "from must be at most 100000000 a second";
	if (p->to > ARRIVAL_RATE_MAX)
		return "to must be at most 100000000 a second";
	return NULL;
}

static const char *
check_steps(const struct phase *p)
{
	if (p->steps == 0)
		return "steps must be positive";
	if (p->steps > ARRIVAL_STEPS_MAX)
		return "steps must be at most 10000";
	return check_range(p);
}

static const char *
check_spike(const struct phase *p)
{
	if (p->spike_for_ns == 0)
		return "spikeDuration must be positive";
	if (p->spike_at_ns > p->duration_ns ||
	    p->spike_for_ns > p->duration_ns - p->spike_at_ns)
		return "spikeAt and spikeDuration must stay within duration";
	return check_range(p);
}

const char *
phase_check(const struct phase *p)
{
	if (p->type >= PHASE_TYPES)
		return "type must be constant, ramp, step, spike or max";
	if (p->duration_ns == 0)
		return "duration must be positive";
	if (p->duration_ns > ARRIVAL_TIME_MAX_NS)
		return "duration must be at most 366 days";
	switch (p->type) {
	case PHASE_CONSTANT:
		if (p->rate > ARRIVAL_RATE_MAX)
			return "arrivalRate must be at most 100000000 a second";
		break;
	case PHASE_RAMP:
		return check_range(p);
	case PHASE_STEP:
		return check_steps(p);
	case PHASE_SPIKE:
		return check_spike(p);
	case PHASE_MAX:
	case PHASE_TYPES:
		break;
	}
	return NULL;
}

const char *
arrival_check(const struct phase *phases, size_t n)
{
	const char *wrong;
	uint64_t time_ns = 0;
	size_t i;

	if (n == 0)
		return "there are no phases";
	if (n > ARRIVAL_PHASES_MAX)
		return "there are more than 1000 phases";
	for (i = 0; i < n; i++) {
		if ((wrong = phase_check(&phases[i])) != NULL)
			return wrong;
		if (phases[i].duration_ns > ARRIVAL_TIME_MAX_NS - time_ns)
			return "all phases take more than 366 days";
		time_ns += phases[i].duration_ns;
	}
	if (arrival_count_of(phases, n) > ARRIVAL_COUNT_MAX)
		return "all phases make more than 10^12 arrivals";
	return NULL;
}

/*
 * Half arrivals
 */

static bool
is_less(struct arrival_halves a, struct arrival_halves b)
{
	return a.whole < b.whole || (a.whole == b.whole && a.nano < b.nano);
}

static struct arrival_halves
halves_sum(struct arrival_halves a, struct arrival_halves b)
{
	struct arrival_halves sum = { a.whole + b.whole, a.nano + b.nano };

	if (sum.nano >= NS_PER_SEC) {
		sum.nano -= NS_PER_SEC;
		sum.whole++;
	}
	return sum;
}

/* a - b, for b not above a. */
static struct arrival_halves
halves_left(struct arrival_halves a, struct arrival_halves b)
{
	struct arrival_halves left = { a.whole - b.whole, a.nano - b.nano };

	if (a.nano < b.nano) {
		left.nano += NS_PER_SEC;
		left.whole--;
	}
	return left;
}

static double
halves_real(struct arrival_halves a)
{
	return (double)a.whole + (double)a.nano / 1e9;
}

/*
 * num / den half arrivals a second for so long, rounded down to 1e-9. With
 * num / den <= 2 * ARRIVAL_RATE_MAX, den <= ARRIVAL_STEPS_MAX^2 and time up
 * to ARRIVAL_TIME_MAX_NS no product passes 3 * 10^17.
 */
static struct arrival_halves
halves_over(uint64_t duration_ns, uint64_t num, uint64_t den)
{
	uint64_t sec = duration_ns / NS_PER_SEC;
	uint64_t ns = duration_ns % NS_PER_SEC;
	uint64_t rate = num / den, rest = num % den;
	struct arrival_halves a;

	a.whole = rate * sec + rest * sec / den;
	a.nano = rate * ns +
	    (rest * sec % den * NS_PER_SEC + rest * ns) / den;
	a.whole += a.nano / NS_PER_SEC;
	a.nano %= NS_PER_SEC;
	return a;
}

/*
 * The plan
 */

/*
 * Half arrivals in the first n levels of a piece. Of L levels, number i has
 * rate (from * (L-1-i) + to * i) / (L-1), for 1/L of the time; summed over
 * i < n that is (from * n * (2L-1-n) + to * n * (n-1)) / (2 * (L-1)).
 */
static struct arrival_halves
piece_halves(const struct piece *p, uint64_t n)
{
	uint64_t num, levels = p->levels;

	if (levels == 1)
		return halves_over(p->duration_ns, (p->from + p->to) * n, 1);
	num = p->from * n * (2 * levels - 1 - n);
	if (n > 0)
		num += p->to * n * (n - 1);
	return halves_over(p->duration_ns, num, levels * (levels - 1));
}

/* Where level n of a piece starts; n = levels is its end. */
static struct knot
piece_knot(const struct piece *p, uint64_t n)
{
	uint64_t rest = p->duration_ns % p->levels * n;
	struct knot k = p->start;

	k.ns += p->duration_ns / p->levels * n + rest / p->levels;
	k.part = (double)(rest % p->levels) / (double)p->levels;
	k.halves = halves_sum(k.halves, piece_halves(p, n));
	return k;
}

/* Adds a piece at the end, unless it takes no time. */
static void
add_piece(struct arrival_plan *plan, uint64_t duration_ns, uint64_t from,
    uint64_t to, uint64_t levels)
{
	struct piece *p = &plan->piece[plan->pieces];

	if (duration_ns == 0)
		return;
	p->duration_ns = duration_ns;
	p->from = from;
	p->to = to;
	p->levels = levels;
	p[1].start = piece_knot(p, levels);
	plan->pieces++;
}

static void
add_phase(struct arrival_plan *plan, const struct phase *p)
{
	uint64_t after_ns;

	switch (p->type) {
	case PHASE_CONSTANT:
		add_piece(plan, p->duration_ns, p->rate, p->rate, 1);
		break;
	case PHASE_RAMP:
		add_piece(plan, p->duration_ns, p->from, p->to, 1);
		break;
	case PHASE_STEP:
		add_piece(plan, p->duration_ns, p->from,
		    p->steps > 1 ? p->to : p->from, p->steps);
		break;
	case PHASE_SPIKE:
		after_ns = p->duration_ns - p->spike_at_ns - p->spike_for_ns;
		add_piece(plan, p->spike_at_ns, p->from, p->from, 1);
		add_piece(plan, p->spike_for_ns, p->to, p->to, 1);
		add_piece(plan, after_ns, p->from, p->from, 1);
		break;
	case PHASE_MAX:
		plan->piece[plan->pieces].is_closed = true;
		add_piece(plan, p->duration_ns, 0, 0, 1);
		break;
	case PHASE_TYPES:
		assert(!"a phase that phase_check refuses");
	}
}

struct arrival_plan *
arrival_plan_new(const struct phase *phases, size_t n)
{
	struct arrival_plan *plan;
	size_t i;

	assert(n <= ARRIVAL_PHASES_MAX);
	plan = xcalloc(1, sizeof(*plan) +
	    (n * PIECES_PER_PHASE + 1) * sizeof(plan->piece[0]));
	for (i = 0; i < n; i++)
		add_phase(plan, &phases[i]);
	return plan;
}

void
arrival_plan_free(struct arrival_plan *plan)
{
	free(plan);
}

static const struct knot *
plan_end(const struct arrival_plan *plan)
{
	return &plan->piece[plan->pieces].start;
}

uint64_t
arrival_end_ns(const struct arrival_plan *plan)
{
	return plan_end(plan)->ns;
}

uint64_t
arrival_count(const struct arrival_plan *plan)
{
	struct arrival_halves end = plan_end(plan)->halves;

	return (end.whole + (end.nano > 0) + 1) / 2;
}

uint64_t
arrival_count_of(const struct phase *phases, size_t n)
{
	struct arrival_plan *plan = arrival_plan_new(phases, n);
	uint64_t count = arrival_count(plan);

	arrival_plan_free(plan);
	return count;
}

double
arrival_peak_rate(const struct arrival_plan *plan)
{
	uint64_t peak = 0;
	size_t i;

	for (i = 0; i < plan->pieces; i++) {
		if (plan->piece[i].from > peak)
			peak = plan->piece[i].from;
		if (plan->piece[i].to > peak)
			peak = plan->piece[i].to;
	}
	return (double)peak;
}

bool
arrival_closed_span(const struct arrival_plan *plan, size_t i,
    uint64_t *from_ns, uint64_t *to_ns)
{
	const struct piece *p = plan->piece, *end = p + plan->pieces;

	for (;;) {
		while (p < end && !p->is_closed)
			p++;
		if (p == end)
			return false;
		*from_ns = p->start.ns;
		while (p < end && p->is_closed)
			p++;
		*to_ns = p->start.ns;
		if (i-- == 0)
			return true;
	}
}

/*
 * Segments
 */

static bool
is_past(const struct knot *k, const struct knot *goal, enum axis axis)
{
	if (axis == BY_COUNT)
		return is_less(goal->halves, k->halves);
	return k->ns > goal->ns || (k->ns == goal->ns && k->part > goal->part);
}

/*
 * The segment that the goal, which must be before the end, is in: the last
 * one that does not start after it. Steps are not laid out in memory, or a
 * small request could make a worker hold ten million of them.
 */
static void
locate(const struct arrival_plan *plan, const struct knot *goal,
    enum axis axis, struct arrival_segment *s)
{
	size_t low = 0, high = plan->pieces, middle;
	uint64_t level = 0, end, between;
	const struct piece *p;
	struct knot k;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (is_past(&plan->piece[middle].start, goal, axis))
			high = middle;
		else
			low = middle;
	}
	p = &plan->piece[low];
	end = p->levels;
	while (end - level > 1) {
		between = level + (end - level) / 2;
		k = piece_knot(p, between);
		if (is_past(&k, goal, axis))
			end = between;
		else
			level = between;
	}
	fill_segment(p, level, s);
}

static void
fill_segment(const struct piece *p, uint64_t level, struct arrival_segment *s)
{
	struct knot start = piece_knot(p, level);
	struct knot end = piece_knot(p, level + 1);
	double change = (double)p->to - (double)p->from;

	s->from = start.halves;
	s->to = end.halves;
	s->start_ns = start.ns;
	s->start_part = start.part;
	s->last_ns = end.part > 0 ? end.ns : end.ns - 1;
	s->rate = (double)p->from;
	s->slope = 0;
	s->whole_rate = 0;
	if (p->levels > 1)
		s->rate += change * (double)level / (double)(p->levels - 1);
	else if (p->from != p->to)
		s->slope = change / ((double)p->duration_ns / 1e9);
	else
		s->whole_rate = p->from;
}

/* How long so many take at a constant rate, to the nearest ns; exact. */
static uint64_t
ns_at_rate(struct arrival_halves a, uint64_t rate)
{
	uint64_t sec = a.whole / (2 * rate), rest = a.whole % (2 * rate);

	return sec * NS_PER_SEC +
	    (rest * NS_PER_SEC + a.nano + rate) / (2 * rate);
}

/*
 * The t where rate * t + slope * t^2 / 2 is half of `halves`. The usual form
 * of the root, (sqrt(..) - rate) / slope, would subtract numbers that are
 * nearly equal; this one adds.
 */
static double
seconds_at_slope(double halves, double rate, double slope)
{
	double sum = rate + sqrt(fmax(rate * rate + slope * halves, 0));

	return sum > 0 ? halves / sum : 0;
}

static uint64_t
segment_time(const struct arrival_segment *s, struct arrival_halves goal)
{
	struct arrival_halves a = halves_left(goal, s->from);
	uint64_t ns;
	double sec;

	if (s->whole_rate > 0) {
		ns = s->start_ns + ns_at_rate(a, s->whole_rate);
	} else {
		sec = seconds_at_slope(halves_real(a), s->rate, s->slope);
		ns = s->start_ns + (uint64_t)(s->start_part + sec * 1e9 + 0.5);
	}
	return ns < s->last_ns ? ns : s->last_ns;
}

uint64_t
arrival_time_ns(const struct arrival_plan *plan, uint64_t n)
{
	struct knot goal = { .halves = { .whole = 2 * n } };
	struct arrival_segment s;

	assert(n < arrival_count(plan));
	locate(plan, &goal, BY_COUNT, &s);
	return segment_time(&s, goal.halves);
}

double
arrival_planned(const struct arrival_plan *plan, uint64_t t_ns)
{
	struct knot goal = { .ns = t_ns };
	struct arrival_segment s;
	double sec;

	if (t_ns >= arrival_end_ns(plan))
		return halves_real(plan_end(plan)->halves) / 2;
	locate(plan, &goal, BY_TIME, &s);
	sec = ((double)(t_ns - s.start_ns) - s.start_part) / 1e9;
	return halves_real(s.from) / 2 + (s.rate + s.slope * sec / 2) * sec;
}

double
arrival_rate_at(const struct arrival_plan *plan, uint64_t t_ns)
{
	struct knot goal = { .ns = t_ns };
	struct arrival_segment s;

	if (t_ns >= arrival_end_ns(plan))
		return 0;
	locate(plan, &goal, BY_TIME, &s);
	return s.rate +
	    s.slope * ((double)(t_ns - s.start_ns) - s.start_part) / 1e9;
}

/*
 * Chance: xoshiro256** 1.0, seeded by splitmix64, as Blackman and Vigna
 * describe them (Scrambled Linear Pseudorandom Number Generators, 2021).
 */

static uint64_t
rotate_left(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t
random_next(uint64_t s[4])
{
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

/* Exponential, mean 1: from 53 random bits, in (0, 1]. */
static double
random_gap(uint64_t s[4])
{
	return -log((double)((random_next(s) >> 11) + 1) * 0x1p-53);
}

static void
random_seed(uint64_t s[4], uint64_t seed)
{
	uint64_t z;
	int i;

	for (i = 0; i < 4; i++) {
		seed += UINT64_C(0x9e3779b97f4a7c15);
		z = seed;
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		s[i] = z ^ z >> 31;
	}
}

/*
 * Takers
 */

/* Draws up to point n, or to the first one that is not before the end. */
static struct arrival_halves
draw_point(struct arrival_cursor *c, uint64_t n)
{
	struct arrival_halves a, end = plan_end(c->plan)->halves;
	double halves;

	for (;;) {
		halves = 2 * c->point;
		a.whole = (uint64_t)halves;
		a.nano = (uint64_t)((halves - (double)a.whole) * 1e9);
		if (c->drawn > n || !is_less(a, end))
			return a;
		c->point += random_gap(c->random);
		c->drawn++;
	}
}

void
arrival_start(struct arrival_cursor *c, const struct arrival_plan *plan,
    const struct arrival_share *share, uint32_t generator,
    uint32_t generators, bool is_poisson, uint64_t seed)
{
	assert(generator < generators && generators <= ARRIVAL_TAKERS_MAX);
	assert(share->ntake > 0 && share->of <= ARRIVAL_TAKERS_MAX);
	memset(c, 0, sizeof(*c));
	c->plan = plan;
	c->share = share;
	c->mine = generator;
	c->generators = generators;
	c->is_poisson = is_poisson;
	random_seed(c->random, seed);
}

/* Of a taker's own number m, the number in the whole plan. */
static uint64_t
number(const struct arrival_share *share, uint64_t m)
{
	return m / share->ntake * share->of + share->take[m % share->ntake];
}

/*
 * The segment is kept from call to call; a new one is searched for only when
 * this arrival is past it. Points of chance can be so near to each other that
 * rounding would swap them, hence last_ns.
 */
bool
arrival_next(struct arrival_cursor *c, struct arrival *a)
{
	struct knot goal = { .ns = 0 };
	uint64_t at_ns;

	a->n = number(c->share, c->mine);
	if (c->is_poisson)
		goal.halves = draw_point(c, a->n);
	else
		goal.halves.whole = 2 * a->n;
	if (!is_less(goal.halves, plan_end(c->plan)->halves))
		return false;
	if (!is_less(goal.halves, c->segment.to))
		locate(c->plan, &goal, BY_COUNT, &c->segment);
	at_ns = segment_time(&c->segment, goal.halves);
	a->at_ns = at_ns > c->last_ns ? at_ns : c->last_ns;
	c->last_ns = a->at_ns;
	c->mine += c->generators;
	return true;
}

/* Whether the own number m comes before limit and by until_ns. */
static bool
is_by(const struct arrival_cursor *c, uint64_t m, uint64_t until_ns,
    uint64_t limit)
{
	uint64_t n = number(c->share, m);

	return n < limit && n < arrival_count(c->plan) &&
	    arrival_time_ns(c->plan, n) <= until_ns;
}

/* Times rise with numbers: the last of them is found by halving. */
uint64_t
arrival_skip(struct arrival_cursor *c, uint64_t until_ns, uint64_t limit)
{
	uint64_t low = 0, middle;
	uint64_t high = arrival_count(c->plan) / c->generators + 1;

	assert(!c->is_poisson);
	while (low < high) {
		middle = low + (high - low) / 2;
		if (is_by(c, c->mine + middle * c->generators, until_ns,
		    limit))
			low = middle + 1;
		else
			high = middle;
	}
	c->mine += low * c->generators;
	return low;
}
