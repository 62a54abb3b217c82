/* SPDX-License-Identifier: MIT */
/*
 * load/arrival.c: how many arrivals a plan has, when each of them comes, and
 * which plans are refused. Totals and some times are computed by hand and must
 * be exact; every plan goes through the same laws of order and inverse, the
 * law of order at random gaps too. Here one taker has everything; for who
 * takes what see test_arrival_share.c.
 */

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "load/arrival.h"
#include "tests/suite.h"

#define MS(n)		((n) * NS_PER_MS)
#define SEC(n)		((n) * NS_PER_SEC)
#define DAYS(n)		SEC((n) * UINT64_C(86400))
#define NEVER		UINT64_MAX

#define CONSTANT(per_sec, ns) \
	{ .type = PHASE_CONSTANT, .rate = per_sec, .duration_ns = ns }
#define RAMP(a, b, ns) \
	{ .type = PHASE_RAMP, .from = a, .to = b, .duration_ns = ns }
#define STEP(a, b, n, ns) \
	{ .type = PHASE_STEP, .from = a, .to = b, .steps = n, \
	    .duration_ns = ns }
#define SPIKE(a, b, at, lasting, ns) \
	{ .type = PHASE_SPIKE, .from = a, .to = b, .spike_at_ns = at, \
	    .spike_for_ns = lasting, .duration_ns = ns }
#define CLOSED(ns) \
	{ .type = PHASE_MAX, .duration_ns = ns }

enum {
	PHASES = 4,
	LOOKS = 2000		/* arrivals of one plan that are looked at */
};

static const uint32_t	 all_shares[] = { 0 };
static const struct arrival_share everything = { 1, 1, all_shares };

/*
 * Plans: phases up to the first of no duration, all of them `times` over.
 */
static const struct plan_test {
	const char	*descr;
	struct phase	 phase[PHASES];
	size_t		 times;
	uint64_t	 count;
	uint64_t	 end_ns;
	double		 peak;
} plan_tests[] = {
	{ "constant", { CONSTANT(10000, SEC(10)) }, 1, 100000, SEC(10),
	    10000 },
	{ "20 short phases, 1.5 each", { CONSTANT(150, MS(10)) }, 20, 30,
	    MS(200), 150 },
	{ "half an arrival too many", { CONSTANT(3, MS(500)) }, 1, 2,
	    MS(500), 3 },
	{ "1e-9 of an arrival", { CONSTANT(1, 1) }, 1, 1, 1, 1 },
	{ "1e-9 over one", { CONSTANT(1, SEC(1) + 1) }, 1, 2, SEC(1) + 1, 1 },
	{ "1e-9 short of one", { CONSTANT(1, SEC(1) - 1) }, 1, 1,
	    SEC(1) - 1, 1 },
	{ "last one rounds to the end", { CONSTANT(3, 666666667) }, 1, 3,
	    666666667, 3 },
	{ "1,000 phases, one arrival", { CONSTANT(1, MS(1)) }, 1000, 1,
	    SEC(1), 1 },
	{ "primes", { CONSTANT(7919, 104729) }, 997, 827, 104414813, 7919 },
	{ "rate 0", { CONSTANT(0, SEC(5)) }, 1, 0, SEC(5), 0 },
	{ "a pause", { CONSTANT(10, SEC(1)), CONSTANT(0, SEC(5)),
	    CONSTANT(10, SEC(1)) }, 1, 20, SEC(7), 10 },
	{ "fastest", { CONSTANT(100000000, MS(10)) }, 1, 1000000, MS(10),
	    1e8 },
	{ "a year", { CONSTANT(30000, DAYS(366)) }, 1, UINT64_C(948672000000),
	    DAYS(366), 30000 },
	{ "most that is allowed", { CONSTANT(100000000, SEC(10000)) }, 1,
	    ARRIVAL_COUNT_MAX, SEC(10000), 1e8 },
	{ "ramp", { RAMP(10, 500, SEC(60)) }, 1, 15300, SEC(60), 500 },
	{ "ramp from 0", { RAMP(0, 100, SEC(10)) }, 1, 500, SEC(10), 100 },
	{ "ramp to 0", { RAMP(100, 0, SEC(10)) }, 1, 500, SEC(10), 100 },
	{ "ramp that is flat", { RAMP(10, 10, SEC(10)) }, 1, 100, SEC(10),
	    10 },
	{ "half an arrival", { RAMP(0, 1, SEC(1)) }, 1, 1, SEC(1), 1 },
	{ "two halves", { RAMP(0, 1, SEC(1)) }, 2, 1, SEC(2), 1 },
	{ "three halves", { RAMP(0, 1, SEC(1)) }, 3, 2, SEC(3), 1 },
	{ "ramp of a year", { RAMP(1, 3, DAYS(366)) }, 1, 63244800,
	    DAYS(366), 3 },
	{ "up and down", { RAMP(0, 1000, SEC(3)), RAMP(1000, 0, SEC(3)) }, 2,
	    6000, SEC(12), 1000 },
	{ "steps", { STEP(10, 100, 5, SEC(50)) }, 1, 2750, SEC(50), 100 },
	{ "steps down", { STEP(100, 10, 5, SEC(50)) }, 1, 2750, SEC(50),
	    100 },
	{ "steps to 0", { STEP(100, 0, 3, SEC(3)) }, 1, 150, SEC(3), 100 },
	{ "one step is from", { STEP(10, 100, 1, SEC(50)) }, 1, 500, SEC(50),
	    10 },
	{ "two steps", { STEP(10, 100, 2, SEC(50)) }, 1, 2750, SEC(50),
	    100 },
	{ "uneven steps", { STEP(1, 2, 7, SEC(1)) }, 2, 3, SEC(2), 2 },
	{ "10,000 steps", { STEP(0, 9999, 10000, SEC(10)) }, 1, 49995,
	    SEC(10), 9999 },
	{ "more steps than ns", { STEP(0, 100000000, 10000, 30) }, 3, 5, 90,
	    1e8 },
	{ "spike", { SPIKE(20, 300, SEC(10), SEC(5), SEC(30)) }, 1, 2000,
	    SEC(30), 300 },
	{ "spike at once", { SPIKE(20, 300, 0, SEC(5), SEC(30)) }, 1, 2000,
	    SEC(30), 300 },
	{ "spike at the end", { SPIKE(20, 300, SEC(25), SEC(5), SEC(30)) }, 1,
	    2000, SEC(30), 300 },
	{ "all spike", { SPIKE(20, 300, 0, SEC(30), SEC(30)) }, 1, 9000,
	    SEC(30), 300 },
	{ "spike of silence", { SPIKE(20, 0, SEC(10), SEC(5), SEC(30)) }, 1,
	    500, SEC(30), 20 },
	{ "closed", { CLOSED(SEC(3)) }, 1, 0, SEC(3), 0 },
	{ "closed in between", { RAMP(0, 333, SEC(1)), CLOSED(SEC(3)),
	    STEP(7, 500, 4, 1234567891) }, 2, 959, 10469135782, 500 },
	{ "one of each", { CONSTANT(333, MS(777)),
	    RAMP(17, 2000, 1000000007), STEP(50, 7, 6, MS(2001)),
	    SPIKE(5, 4000, MS(3), MS(30), MS(100)) }, 3, 4334,
	    11634000021, 4000 }
};

static struct arrival_plan *new_plan(const struct plan_test *t);
static Suite	*make_suite(void);

static struct arrival_plan *
new_plan(const struct plan_test *t)
{
	struct phase phase[ARRIVAL_PHASES_MAX];
	size_t i, k, n = 0;

	for (i = 0; i < t->times; i++)
		for (k = 0; k < PHASES && t->phase[k].duration_ns > 0; k++)
			phase[n++] = t->phase[k];
	ck_assert_ptr_null(arrival_check(phase, n));
	return arrival_plan_new(phase, n);
}

START_TEST(test_count)
{
	const struct plan_test *t = &plan_tests[_i];
	struct arrival_plan *plan = new_plan(t);
	double planned = arrival_planned(plan, t->end_ns);

	ck_assert_msg(arrival_count(plan) == t->count, "%s: %" PRIu64,
	    t->descr, arrival_count(plan));
	ck_assert_msg(arrival_end_ns(plan) == t->end_ns, "%s: ends at %"
	    PRIu64, t->descr, arrival_end_ns(plan));
	ck_assert_msg(arrival_peak_rate(plan) == t->peak, "%s: peak %g",
	    t->descr, arrival_peak_rate(plan));
	ck_assert_msg(ceil(planned - 1e-12) <= (double)t->count &&
	    planned > (double)t->count - 1, "%s: %.10g planned", t->descr,
	    planned);
	arrival_plan_free(plan);
}
END_TEST

/* Times never fall, and all come before the end. */
START_TEST(test_order)
{
	const struct plan_test *t = &plan_tests[_i];
	struct arrival_plan *plan = new_plan(t);
	uint64_t i, at_ns, last_ns = 0, n = t->count;
	uint64_t first = n < LOOKS ? 0 : n - LOOKS;

	for (i = 0; i < n && i < LOOKS; i++) {
		at_ns = arrival_time_ns(plan, i);
		ck_assert_msg(at_ns >= last_ns, "%s: %" PRIu64, t->descr, i);
		last_ns = at_ns;
	}
	for (i = first; i < n; i++) {
		at_ns = arrival_time_ns(plan, i);
		ck_assert_msg(i == first || at_ns >= last_ns,
		    "%s: %" PRIu64, t->descr, i);
		last_ns = at_ns;
	}
	ck_assert_uint_lt(last_ns, t->end_ns);
	arrival_plan_free(plan);
}
END_TEST

/* A(t_n) is n but for what a ns brings, and a double of this size holds. */
START_TEST(test_inverse)
{
	const struct plan_test *t = &plan_tests[_i];
	struct arrival_plan *plan = new_plan(t);
	uint64_t i, at_ns, stride = t->count / LOOKS + 1;
	double error, allowed;

	for (i = 0; i < t->count; i += stride) {
		at_ns = arrival_time_ns(plan, i);
		error = fabs(arrival_planned(plan, at_ns) - (double)i);
		allowed = 1e-6 + t->peak * 1e-9 + (double)i * 4e-16;
		ck_assert_msg(error <= allowed, "%s: %" PRIu64 " by %g",
		    t->descr, i, error);
	}
	arrival_plan_free(plan);
}
END_TEST

/* A cursor over everything gives what arrival_time_ns does, and no more. */
START_TEST(test_cursor)
{
	const struct plan_test *t = &plan_tests[_i];
	struct arrival_plan *plan = new_plan(t);
	struct arrival_cursor c;
	struct arrival a;
	uint64_t i;

	arrival_start(&c, plan, &everything, 0, 1, false, 0);
	for (i = 0; i < t->count && i < LOOKS; i++) {
		ck_assert(arrival_next(&c, &a));
		ck_assert_uint_eq(a.n, i);
		ck_assert_uint_eq(a.at_ns, arrival_time_ns(plan, i));
	}
	if (i == t->count) {
		ck_assert(!arrival_next(&c, &a));
		ck_assert(!arrival_next(&c, &a));
	}
	arrival_plan_free(plan);
}
END_TEST

/* In every plan: in order, before the end, numbered without gaps. */
START_TEST(test_poisson_order)
{
	const struct plan_test *t = &plan_tests[_i];
	struct arrival_plan *plan = new_plan(t);
	struct arrival_cursor c;
	struct arrival a;
	uint64_t i, last_ns = 0;

	arrival_start(&c, plan, &everything, 0, 1, true, 7);
	for (i = 0; i < LOOKS && arrival_next(&c, &a); i++) {
		ck_assert_uint_eq(a.n, i);
		ck_assert_uint_ge(a.at_ns, last_ns);
		ck_assert_uint_lt(a.at_ns, t->end_ns);
		last_ns = a.at_ns;
	}
	if (t->count < LOOKS / 2)		/* 6 sigma, and small ones */
		ck_assert_double_le(fabs((double)i - (double)t->count),
		    6 * sqrt((double)t->count) + 1);
	arrival_plan_free(plan);
}
END_TEST

/*
 * Times known by hand
 */

static const struct time_test {
	const char	*descr;
	struct phase	 phase[PHASES];
	uint64_t	 n;
	uint64_t	 want_ns;
} time_tests[] = {
	{ "first", { CONSTANT(10000, SEC(1)) }, 0, 0 },
	{ "second", { CONSTANT(10000, SEC(1)) }, 1, 100000 },
	{ "last", { CONSTANT(10000, SEC(1)) }, 9999, 999900000 },
	{ "last of a year", { CONSTANT(10000, DAYS(366)) },
	    UINT64_C(316223999999), UINT64_C(31622399999900000) },
	{ "a third", { CONSTANT(3, SEC(1)) }, 1, 333333333 },
	{ "two thirds", { CONSTANT(3, SEC(1)) }, 2, 666666667 },
	{ "fastest", { CONSTANT(100000000, SEC(10000)) },
	    UINT64_C(999999999999), SEC(10000) - 10 },
	{ "from 0, half way", { RAMP(0, 100, SEC(10)) }, 125, SEC(5) },
	{ "from 0, first", { RAMP(0, 100, SEC(10)) }, 0, 0 },
	{ "from 0, second", { RAMP(0, 2, SEC(2)) }, 1, 1414213562 },
	{ "to 0, half way", { RAMP(100, 0, SEC(10)) }, 375, SEC(5) },
	{ "to 0, last", { RAMP(2, 0, SEC(2)) }, 1, 585786438 },
	{ "first after a pause", { CONSTANT(10, SEC(1)),
	    CONSTANT(0, SEC(5)), CONSTANT(10, SEC(1)) }, 10, SEC(6) },
	{ "pause first", { CLOSED(SEC(4)), CONSTANT(10, SEC(1)) }, 1,
	    SEC(4) + MS(100) },
	{ "in the middle of one", { CONSTANT(1, MS(2500)),
	    CONSTANT(10, SEC(1)) }, 3, MS(2550) },
	{ "second level", { STEP(10, 30, 3, SEC(3)) }, 10, SEC(1) },
	{ "in the second level", { STEP(10, 30, 3, SEC(3)) }, 20, MS(1500) },
	{ "last level down", { STEP(30, 10, 3, SEC(3)) }, 50, SEC(2) },
	{ "level that starts off a ns", { STEP(10, 40, 3, SEC(1)) }, 4,
	    MS(360) },
	{ "spike begins", { SPIKE(20, 300, SEC(10), SEC(5), SEC(30)) }, 200,
	    SEC(10) },
	{ "in the spike", { SPIKE(20, 300, SEC(10), SEC(5), SEC(30)) }, 500,
	    SEC(11) },
	{ "after the spike", { SPIKE(20, 300, SEC(10), SEC(5), SEC(30)) },
	    1720, SEC(16) }
};

START_TEST(test_time)
{
	const struct time_test *t = &time_tests[_i];
	struct plan_test whole = { .times = 1 };
	struct arrival_plan *plan;
	uint64_t got;

	memcpy(whole.phase, t->phase, sizeof(whole.phase));
	plan = new_plan(&whole);
	got = arrival_time_ns(plan, t->n);
	ck_assert_msg(got == t->want_ns, "%s: %" PRIu64 ", not %" PRIu64,
	    t->descr, got, t->want_ns);
	arrival_plan_free(plan);
}
END_TEST

/* One arrival every 100,000 ns, without drift. */
START_TEST(test_no_drift)
{
	struct plan_test t = { .phase = { CONSTANT(10000, DAYS(366)) },
	    .times = 1 };
	struct arrival_plan *plan = new_plan(&t);
	uint64_t n;

	for (n = 0; n < arrival_count(plan); n += 31415926)
		ck_assert_uint_eq(arrival_time_ns(plan, n), n * 100000);
	arrival_plan_free(plan);
}
END_TEST

static const struct rate_test {
	const char	*descr;
	struct phase	 phase[PHASES];
	uint64_t	 at_ns;
	double		 want;
	double		 want_planned;
} rate_tests[] = {
	{ "constant", { CONSTANT(10, SEC(2)) }, SEC(1), 10, 10 },
	{ "the end", { CONSTANT(10, SEC(2)) }, SEC(2), 0, 20 },
	{ "after the end", { CONSTANT(10, SEC(2)) }, NEVER, 0, 20 },
	{ "next phase", { CONSTANT(10, SEC(2)), CONSTANT(5, SEC(1)) }, SEC(2),
	    5, 20 },
	{ "start of a ramp", { RAMP(10, 20, SEC(10)) }, 0, 10, 0 },
	{ "in a ramp", { RAMP(10, 20, SEC(10)) }, SEC(4), 14, 48 },
	{ "falling", { RAMP(20, 10, SEC(10)) }, SEC(4), 16, 72 },
	{ "closed", { CONSTANT(10, SEC(2)), CLOSED(SEC(2)) }, SEC(3), 0, 20 },
	{ "level", { STEP(10, 30, 3, SEC(3)) }, MS(1500), 20, 20 },
	{ "before a level", { STEP(10, 40, 3, SEC(1)) }, 333333333, 10,
	    3.33333333 },
	{ "from a level on", { STEP(10, 40, 3, SEC(1)) }, 333333334, 25,
	    3.33333335 },
	{ "in the spike", { SPIKE(2, 30, SEC(1), SEC(5), SEC(9)) }, SEC(1),
	    30, 2 },
	{ "after the spike", { SPIKE(2, 30, SEC(1), SEC(5), SEC(9)) }, SEC(6),
	    2, 152 }
};

START_TEST(test_rate)
{
	const struct rate_test *t = &rate_tests[_i];
	struct plan_test whole = { .times = 1 };
	struct arrival_plan *plan;
	double rate, planned;

	memcpy(whole.phase, t->phase, sizeof(whole.phase));
	plan = new_plan(&whole);
	rate = arrival_rate_at(plan, t->at_ns);
	planned = arrival_planned(plan, t->at_ns);
	ck_assert_msg(fabs(rate - t->want) < 1e-9, "%s: rate %.12g",
	    t->descr, rate);
	ck_assert_msg(fabs(planned - t->want_planned) < 1e-8,
	    "%s: planned %.12g", t->descr, planned);
	arrival_plan_free(plan);
}
END_TEST

/* Levels that memory does not hold are found as well. */
START_TEST(test_largest_plan)
{
	static struct phase phase[ARRIVAL_PHASES_MAX];
	struct arrival_plan *plan;
	size_t i;

	for (i = 0; i < ARRIVAL_PHASES_MAX; i++)
		phase[i] = (struct phase)STEP(0, 200, ARRIVAL_STEPS_MAX,
		    SEC(1));
	ck_assert_ptr_null(arrival_check(phase, ARRIVAL_PHASES_MAX));
	plan = arrival_plan_new(phase, ARRIVAL_PHASES_MAX);
	ck_assert_uint_eq(arrival_count(plan), 100000);
	for (i = 1; i < ARRIVAL_PHASES_MAX; i++)
		ck_assert(fabs(arrival_planned(plan, SEC(i)) -
		    (double)i * 100) < 1e-9);
	ck_assert_uint_gt(arrival_time_ns(plan, 99999), SEC(999));
	arrival_plan_free(plan);
}
END_TEST

/*
 * Closed spans
 */

static const struct span_test {
	const char	*descr;
	struct phase	 phase[PHASES];
	size_t		 times;
	size_t		 n;
	uint64_t	 want[3][2];
} span_tests[] = {
	{ "none", { CONSTANT(1, SEC(1)) }, 1, 0, { { 0, 0 } } },
	{ "rate 0 is open", { CONSTANT(0, SEC(1)) }, 1, 0, { { 0, 0 } } },
	{ "all", { CLOSED(SEC(1)) }, 1, 1, { { 0, SEC(1) } } },
	{ "neighbours are one", { CLOSED(SEC(1)), CLOSED(SEC(2)) }, 2, 1,
	    { { 0, SEC(6) } } },
	{ "in the middle", { CONSTANT(1, SEC(1)), CLOSED(SEC(2)),
	    CONSTANT(1, SEC(1)) }, 1, 1, { { SEC(1), SEC(3) } } },
	{ "both ends", { CLOSED(SEC(1)), CONSTANT(1, SEC(1)),
	    CLOSED(SEC(1)) }, 1, 2, { { 0, SEC(1) }, { SEC(2), SEC(3) } } },
	{ "three", { CONSTANT(1, SEC(1)), CLOSED(SEC(1)) }, 3, 3,
	    { { SEC(1), SEC(2) }, { SEC(3), SEC(4) }, { SEC(5), SEC(6) } } }
};

START_TEST(test_closed_span)
{
	const struct span_test *t = &span_tests[_i];
	struct plan_test whole = { .times = t->times };
	struct arrival_plan *plan;
	uint64_t from_ns, to_ns;
	size_t i;

	memcpy(whole.phase, t->phase, sizeof(whole.phase));
	plan = new_plan(&whole);
	for (i = 0; i < t->n; i++) {
		ck_assert_msg(arrival_closed_span(plan, i, &from_ns, &to_ns),
		    "%s: no span %zu", t->descr, i);
		ck_assert_uint_eq(from_ns, t->want[i][0]);
		ck_assert_uint_eq(to_ns, t->want[i][1]);
	}
	ck_assert_msg(!arrival_closed_span(plan, i, &from_ns, &to_ns),
	    "%s: one too many", t->descr);
	arrival_plan_free(plan);
}
END_TEST

/*
 * Checks
 */

static const struct check_test {
	const char	*descr;
	struct phase	 input;
	const char	*want;
} check_tests[] = {
	{ "constant", CONSTANT(1, 1), NULL },
	{ "rate 0", CONSTANT(0, 1), NULL },
	{ "fastest", CONSTANT(100000000, 1), NULL },
	{ "longest", CONSTANT(1, DAYS(366)), NULL },
	{ "ramp", RAMP(100000000, 0, 1), NULL },
	{ "most steps", STEP(0, 100000000, 10000, 1), NULL },
	{ "a spike that is all", SPIKE(0, 0, 0, 5, 5), NULL },
	{ "a spike up to the end", SPIKE(0, 0, 4, 1, 5), NULL },
	{ "max", CLOSED(1), NULL },
	{ "members of other types", { .type = PHASE_MAX, .duration_ns = 1,
	    .rate = NEVER, .from = NEVER, .to = NEVER, .steps = NEVER,
	    .spike_at_ns = NEVER, .spike_for_ns = NEVER }, NULL },
	{ "no type", { .type = PHASE_TYPES, .duration_ns = 1 },
	    "type must be constant, ramp, step, spike or max" },
	{ "no duration", CONSTANT(1, 0), "duration must be positive" },
	{ "too long", CONSTANT(1, DAYS(366) + 1),
	    "duration must be at most 366 days" },
	{ "too fast", CONSTANT(100000001, 1),
	    "arrivalRate must be at most 100000000 a second" },
	{ "ramp from", RAMP(100000001, 0, 1),
	    "from must be at most 100000000 a second" },
	{ "ramp to", RAMP(0, NEVER, 1),
	    "to must be at most 100000000 a second" },
	{ "step from", STEP(NEVER, 0, 1, 1),
	    "from must be at most 100000000 a second" },
	{ "step to", STEP(0, 100000001, 2, 1),
	    "to must be at most 100000000 a second" },
	{ "no steps", STEP(1, 2, 0, 1), "steps must be positive" },
	{ "too many steps", STEP(1, 2, 10001, 1),
	    "steps must be at most 10000" },
	{ "spike from", SPIKE(100000001, 0, 0, 1, 1),
	    "from must be at most 100000000 a second" },
	{ "spike to", SPIKE(0, 100000001, 0, 1, 1),
	    "to must be at most 100000000 a second" },
	{ "spike of no time", SPIKE(1, 2, 1, 0, 5),
	    "spikeDuration must be positive" },
	{ "spike too late", SPIKE(1, 2, 6, 1, 5),
	    "spikeAt and spikeDuration must stay within duration" },
	{ "spike at the end", SPIKE(1, 2, 5, 1, 5),
	    "spikeAt and spikeDuration must stay within duration" },
	{ "spike too long", SPIKE(1, 2, 1, 5, 5),
	    "spikeAt and spikeDuration must stay within duration" },
	{ "spike of all time", SPIKE(1, 2, 2, NEVER, 5),
	    "spikeAt and spikeDuration must stay within duration" }
};

START_TEST(test_check)
{
	const struct check_test *t = &check_tests[_i];

	ck_assert_pstr_eq(phase_check(&t->input), t->want);
	ck_assert_pstr_eq(arrival_check(&t->input, 1), t->want);
}
END_TEST

static const struct check_all_test {
	const char	*descr;
	struct phase	 input;
	size_t		 n;
	const char	*want;
} check_all_tests[] = {
	{ "none", CONSTANT(1, 1), 0, "there are no phases" },
	{ "most", CONSTANT(1, 1), 1000, NULL },
	{ "too many", CONSTANT(1, 1), 1001,
	    "there are more than 1000 phases" },
	{ "longest", CONSTANT(1, DAYS(183)), 2, NULL },
	{ "too long", CONSTANT(1, DAYS(183) + 1), 2,
	    "all phases take more than 366 days" },
	{ "far too long", CONSTANT(0, DAYS(366)), 1000,
	    "all phases take more than 366 days" },
	{ "most arrivals", CONSTANT(100000000, SEC(1000)), 10, NULL },
	{ "too many arrivals", CONSTANT(100000000, SEC(1000) + 1), 10,
	    "all phases make more than 10^12 arrivals" },
	{ "a wrong phase", STEP(1, 2, 0, 1), 3, "steps must be positive" }
};

START_TEST(test_check_all)
{
	const struct check_all_test *t = &check_all_tests[_i];
	struct phase phase[ARRIVAL_PHASES_MAX + 1];
	size_t i;

	for (i = 0; i < t->n; i++)
		phase[i] = t->input;
	ck_assert_pstr_eq(arrival_check(phase, t->n), t->want);
}
END_TEST

START_TEST(test_name)
{
	enum phase_type type;

	for (type = PHASE_CONSTANT; type < PHASE_TYPES; type++)
		ck_assert_int_eq(phase_by_name(phase_name(type)), type);
	ck_assert_str_eq(phase_name(PHASE_SPIKE), "spike");
	ck_assert_int_eq(phase_by_name(""), PHASE_TYPES);
	ck_assert_int_eq(phase_by_name("Ramp"), PHASE_TYPES);
	ck_assert_int_eq(phase_by_name("ramps"), PHASE_TYPES);
}
END_TEST

START_TEST(test_free_null)
{
	arrival_plan_free(NULL);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("arrival");
	TCase *tc;

	tc = tcase_create("plan");
	tcase_add_loop_test(tc, test_count, 0, UTIL_NELEM(plan_tests));
	tcase_add_loop_test(tc, test_order, 0, UTIL_NELEM(plan_tests));
	tcase_add_loop_test(tc, test_inverse, 0, UTIL_NELEM(plan_tests));
	tcase_add_loop_test(tc, test_cursor, 0, UTIL_NELEM(plan_tests));
	tcase_add_loop_test(tc, test_poisson_order, 0,
	    UTIL_NELEM(plan_tests));
	tcase_add_loop_test(tc, test_time, 0, UTIL_NELEM(time_tests));
	tcase_add_test(tc, test_no_drift);
	tcase_add_loop_test(tc, test_rate, 0, UTIL_NELEM(rate_tests));
	tcase_add_test(tc, test_largest_plan);
	tcase_add_loop_test(tc, test_closed_span, 0, UTIL_NELEM(span_tests));
	tcase_add_test(tc, test_free_null);
	suite_add_tcase(s, tc);

	tc = tcase_create("check");
	tcase_add_loop_test(tc, test_check, 0, UTIL_NELEM(check_tests));
	tcase_add_loop_test(tc, test_check_all, 0,
	    UTIL_NELEM(check_all_tests));
	tcase_add_test(tc, test_name);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
