/* SPDX-License-Identifier: MIT */
#ifndef LOAD_ARRIVAL_H
#define LOAD_ARRIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum phase_type {
	PHASE_CONSTANT,		/* rate */
	PHASE_RAMP,		/* from -> to, linear */
	PHASE_STEP,		/* from .. to in `steps` equal levels */
	PHASE_SPIKE,		/* from, but to in [spike_at, +spike_for) */
	PHASE_MAX,		/* closed model: as fast as answers come */
	PHASE_TYPES
};

enum {
	ARRIVAL_RATE_MAX = 100000000,	/* a second: 10 ns apart */
	ARRIVAL_STEPS_MAX = 10000,
	ARRIVAL_PHASES_MAX = 1000,
	ARRIVAL_TAKERS_MAX = 4096	/* generators or shares */
};
#define ARRIVAL_COUNT_MAX	UINT64_C(1000000000000)	/* of a whole plan */
#define ARRIVAL_TIME_MAX_NS	(UINT64_C(366) * 86400 * UINT64_C(1000000000))

/* Rates in arrivals a second. Members that a type does not use are 0. */
struct phase {
	enum phase_type	 type;
	uint64_t	 duration_ns;
	uint64_t	 rate;
	uint64_t	 from;
	uint64_t	 to;
	uint64_t	 steps;
	uint64_t	 spike_at_ns;
	uint64_t	 spike_for_ns;
};

/* "constant", "ramp", ...; and back, PHASE_TYPES when it is none of them. */
const char	*phase_name(enum phase_type type);
enum phase_type	 phase_by_name(const char *name);

/*
 * What is wrong with one phase, or with a whole plan of them: a static text
 * without newline ("duration must be positive"), NULL when all is well.
 */
const char	*phase_check(const struct phase *p);
const char	*arrival_check(const struct phase *phases, size_t n);

/*
 * All phases as one cumulative function A(t), t in ns from the start. Phases
 * must have passed arrival_check. Rates of 0 are fine: time passes. Freed by
 * arrival_plan_free.
 */
struct arrival_plan;
struct arrival_plan *arrival_plan_new(const struct phase *phases, size_t n);
void	 arrival_plan_free(struct arrival_plan *plan);

uint64_t arrival_end_ns(const struct arrival_plan *plan);
/*
 * ceil(A(end)): how many arrivals there are; exact. PHASE_MAX adds none. (A
 * Poisson plan has so many only on average.)
 */
uint64_t arrival_count(const struct arrival_plan *plan);
/* The same of phases that nothing else is asked about. */
uint64_t arrival_count_of(const struct phase *phases, size_t n);
/*
 * The t where A(t) = n, from n in closed form, for n < arrival_count: before
 * the end, and never less than for n - 1. Where A stands still at n it is the
 * end of that pause. To the nearest ns where the rate is constant; in ramps
 * too, but for a few ns when they last for hours.
 */
uint64_t arrival_time_ns(const struct arrival_plan *plan, uint64_t n);
/*
 * A(t), real; the rate a second from t on, 0 after the end and where the model
 * is closed; the highest rate of all.
 */
double	 arrival_planned(const struct arrival_plan *plan, uint64_t t_ns);
double	 arrival_rate_at(const struct arrival_plan *plan, uint64_t t_ns);
double	 arrival_peak_rate(const struct arrival_plan *plan);
/*
 * The i-th span (from 0) in which the closed model runs: true and
 * [*from_ns, *to_ns), or false when there are no more. Neighbouring max phases
 * are one span.
 */
bool	 arrival_closed_span(const struct arrival_plan *plan, size_t i,
	    uint64_t *from_ns, uint64_t *to_ns);

/*
 * Who takes which n. Of `of` shares this taker has those in take[0..ntake)
 * (ascending, each < of): its own arrivals are the n with n mod of in take,
 * numbered from 0 in their order; of these, generator g of k takes those
 * numbers m with m mod k == g. of = 1, take = {0} is all of the plan.
 */
struct arrival_share {
	uint32_t	 of;
	uint32_t	 ntake;
	const uint32_t	*take;
};

struct arrival {
	uint64_t	 n;		/* number in the whole plan */
	uint64_t	 at_ns;		/* from the start of the run */
};

/*
 * A(t) in half arrivals, whole + nano / 10^9: the area under a ramp is
 * (from + to) * duration of them, so that phases add up without rounding.
 */
struct arrival_halves {
	uint64_t	 whole;
	uint64_t	 nano;		/* < 10^9 */
};

/* A stretch in which the rate is linear in time; only arrival.c looks in. */
struct arrival_segment {
	struct arrival_halves	 from;	/* A where it starts and ends */
	struct arrival_halves	 to;
	uint64_t		 start_ns;
	uint64_t		 last_ns;	/* the last one that is in it */
	double			 start_part;	/* of a ns, after start_ns */
	double			 rate;		/* at the start, a second */
	double			 slope;		/* of the rate, a second */
	uint64_t		 whole_rate;	/* if constant, whole; else 0 */
};

/*
 * Walks the arrivals of one taker in order of time. is_poisson: arrival n
 * comes where A(t) is the n-th point of a unit-rate Poisson process drawn
 * from seed, the same for everyone, and there are as many as come before the
 * end. Embedded; plan and share must outlive it.
 */
struct arrival_cursor {
	const struct arrival_plan	*plan;
	const struct arrival_share	*share;
	struct arrival_segment	 segment;	/* of the last arrival */
	uint64_t	 last_ns;	/* and its time */
	uint64_t	 mine;		/* next own number m */
	uint64_t	 drawn;		/* Poisson: points drawn so far */
	double		 point;		/* and the last of them */
	uint64_t	 random[4];
	uint32_t	 generators;
	bool		 is_poisson;
};

/* generator < generators, both at most ARRIVAL_TAKERS_MAX; ntake > 0. */
void	 arrival_start(struct arrival_cursor *c,
	    const struct arrival_plan *plan, const struct arrival_share *share,
	    uint32_t generator, uint32_t generators, bool is_poisson,
	    uint64_t seed);
/* The next arrival: true and *a, or false when there are no more. */
bool	 arrival_next(struct arrival_cursor *c, struct arrival *a);
/*
 * Passes over the next ones, as far as they come by until_ns and their numbers
 * are below limit, and tells how many there were; however many, it takes the
 * same short time. Not for is_poisson, where each must be drawn.
 */
uint64_t arrival_skip(struct arrival_cursor *c, uint64_t until_ns,
	    uint64_t limit);

#endif
