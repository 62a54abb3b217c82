/* SPDX-License-Identifier: MIT */
/*
 * fleet/split.c: that shares add up, that residues have one taker each, that
 * nobody is sent to work with nothing to do, and how many arrivals are expected
 * of each part: counted one by one.
 */

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "fleet/split.h"
#include "load/arrival.h"
#include "tests/suite.h"
#include "wire.h"

enum {
	WORKERS_MAX = 8,
	PHASES_MAX = 4,
	TEXT_MAX = 400
};

static const struct amount_test {
	const char	*descr;
	uint64_t	 amount;
	uint64_t	 weights[WORKERS_MAX];
	size_t		 n;
	uint64_t	 want[WORKERS_MAX];
} amount_tests[] = {
	{ "nothing", 0, { 1, 2 }, 2, { 0, 0 } },
	{ "one", 7, { 5 }, 1, { 7 } },
	{ "even", 9, { 1, 1, 1 }, 3, { 3, 3, 3 } },
	{ "a tie: the earlier", 10, { 1, 1, 1 }, 3, { 4, 3, 3 } },
	{ "two over", 11, { 1, 1, 1 }, 3, { 4, 4, 3 } },
	{ "3,1,1", 1001, { 3, 1, 1 }, 3, { 601, 200, 200 } },
	{ "3,1,1 of four", 4, { 3, 1, 1 }, 3, { 2, 1, 1 } },
	{ "largest remainder, not weight", 7, { 4, 3, 1 }, 3, { 3, 3, 1 } },
	{ "less than workers", 2, { 1, 1, 1, 1 }, 4, { 1, 1, 0, 0 } },
	{ "to the heavier", 1, { 1, 1, 2 }, 3, { 0, 0, 1 } },
	{ "weights of nobody", 10, { 0, 3, 0, 1 }, 4, { 0, 8, 0, 2 } },
	{ "no rest for nobody", 1, { 0, 1, 1 }, 3, { 0, 1, 0 } },
	{ "huge", UINT64_C(1) << 63, { 1000000, 1000000 }, 2,
	    { UINT64_C(1) << 62, UINT64_C(1) << 62 } },
	{ "huge and uneven", UINT64_C(1) << 63, { 1000000, 999999, 1 }, 3,
	    { UINT64_C(4611686018427387904), UINT64_C(4611681406741369477),
	    UINT64_C(4611686018427) } },
};

START_TEST(test_amount)
{
	const struct amount_test *t = &amount_tests[_i];
	uint64_t shares[WORKERS_MAX], sum = 0;
	size_t i;

	split_amount(t->amount, t->weights, t->n, shares);
	for (i = 0; i < t->n; i++) {
		ck_assert_msg(shares[i] == t->want[i],
		    "%s: share %zu is %" PRIu64, t->descr, i, shares[i]);
		sum += shares[i];
	}
	ck_assert_uint_eq(sum, t->amount);
}
END_TEST

/* Sums are kept, and no share is off by one or more. */
START_TEST(test_amount_any)
{
	uint64_t weights[WORKERS_MAX], shares[WORKERS_MAX], amount, sum, total;
	uint64_t x = 12345;
	size_t i, n;
	int turn;

	for (turn = 0; turn < 10000; turn++) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		n = x >> 60 & 7;
		n += n == 0;
		amount = x >> 20 & 0xfffff;
		for (i = total = 0; i < n; i++) {
			weights[i] = (x >> (i * 5) & 0xff) + 1;
			total += weights[i];
		}
		split_amount(amount, weights, n, shares);
		for (i = sum = 0; i < n; i++) {
			ck_assert_uint_ge(shares[i],
			    amount * weights[i] / total);
			ck_assert_uint_le(shares[i],
			    amount * weights[i] / total + 1);
			sum += shares[i];
		}
		ck_assert_uint_eq(sum, amount);
	}
}
END_TEST

/* Plans. */

static const struct plan_test {
	const char	*descr;
	struct phase	 phases[PHASES_MAX];
	uint64_t	 concurrency;
	uint64_t	 requests;
	uint64_t	 warmup_ns;
	uint64_t	 weights[WORKERS_MAX];
	const char	*split;		/* a worker: phases, c, requests */
	const char	*shared;	/* a worker: residues, c */
} plan_tests[] = {
	{ "constant", { { .rate = 1001, .duration_ns = NS_PER_SEC } },
	    10, 0, 0, { 3, 1, 1 },
	    "601 c6 601|200 c2 200|200 c2 200",
	    "0,2,4/5 c6 601!|1/5 c2 200!|3/5 c2 200!" },
	{ "weights with a divisor", { { .rate = 10,
	    .duration_ns = NS_PER_SEC } }, 4, 0, 0, { 500000, 500000 },
	    "5 c2 5|5 c2 5", "0/2 c2 5!|1/2 c2 5!" },
	{ "one", { { .rate = 10, .duration_ns = NS_PER_SEC } },
	    4, 0, 0, { 999983 }, "10 c4 10", "all c4 10!" },
	{ "ramp, step, spike, a pause", {
	    { .type = PHASE_RAMP, .from = 10, .to = 101,
	    .duration_ns = 2 * NS_PER_SEC },
	    { .type = PHASE_STEP, .from = 3, .to = 30, .steps = 4,
	    .duration_ns = 4 * NS_PER_SEC },
	    { .rate = 0, .duration_ns = NS_PER_SEC },
	    { .type = PHASE_SPIKE, .from = 7, .to = 70,
	    .spike_at_ns = NS_PER_SEC / 2, .spike_for_ns = NS_PER_SEC / 3,
	    .duration_ns = NS_PER_SEC } },
	    256, 0, 0, { 1, 1 },
	    "5-51 2-15 0 4-35 c128 105|5-50 1-15 0 3-35 c128 101",
	    "0/2 c128 103!|1/2 c128 102!" },
	{ "warm-up", { { .rate = 100, .duration_ns = 2 * NS_PER_SEC } },
	    10, 0, NS_PER_SEC, { 3, 1 },
	    "75 c8 75|25 c2 25", "0,1,3/4 c8 75!|2/4 c2 25!" },
	{ "warm-up between two arrivals", { { .rate = 2,
	    .duration_ns = 2 * NS_PER_SEC } }, 2, 0, NS_PER_SEC / 4,
	    { 1, 1 }, "1 c1 1|1 c1 1", "0/2 c1 1!|1/2 c1 2!" },
	{ "requests", { { .rate = 100, .duration_ns = NS_PER_SEC } },
	    10, 11, 0, { 1, 1 },
	    "50 c5 r6 6|50 c5 r5 5", "0/2 c5 6!|1/2 c5 5!" },
	{ "requests within the warm-up", { { .rate = 100,
	    .duration_ns = NS_PER_SEC } }, 10, 11, NS_PER_SEC / 2, { 1, 1 },
	    "50 c5 r6 0|50 c5 r5 0", "0/2 c5 0!|1/2 c5 0!" },
	{ "max", { { .type = PHASE_MAX, .duration_ns = NS_PER_SEC } },
	    7, 0, 0, { 1, 1 }, "max c4 0|max c3 0",
	    "0/2 c4 0|1/2 c3 0" },
	{ "requests of max, one worker", { { .type = PHASE_MAX,
	    .duration_ns = NS_PER_SEC } }, 7, 5, 0, { 2 },
	    "max c7 r5 0", "all c7 0" },
	{ "requests of max, one that is left", { { .type = PHASE_MAX,
	    .duration_ns = NS_PER_SEC } }, 1, 5, 0, { 1, 2 },
	    "out|max c1 r5 0", "out|all c1 0" },
	{ "requests of max, two", { { .type = PHASE_MAX,
	    .duration_ns = NS_PER_SEC } }, 7, 5, 0, { 1, 1 },
	    "requests: workers cannot divide a limit of them in a plan with "
	    "a max phase", "requests: workers cannot divide a limit of them "
	    "in a plan with a max phase" },
	{ "no place for the last", { { .rate = 9,
	    .duration_ns = NS_PER_SEC } }, 2, 0, 0, { 1, 1, 1 },
	    "5 c1 5|4 c1 4|out", "0/2 c1 5!|1/2 c1 4!|out" },
	{ "no rate for the last two", { { .rate = 2,
	    .duration_ns = NS_PER_SEC } }, 10, 0, 0, { 1, 1, 1, 1 },
	    "1 c5 1|1 c5 1|out|out", "0/2 c5 1!|1/2 c5 1!|out|out" },
	{ "no rate for the light", { { .rate = 3,
	    .duration_ns = NS_PER_SEC }, { .type = PHASE_RAMP, .from = 3,
	    .to = 0, .duration_ns = NS_PER_SEC } }, 100, 0, 0, { 1, 9, 1 },
	    "out|3 3-0 c100 5|out", "4/10 c10 1!|0,1,2,3,5,6,7,8,9/10 c90 4!"
	    "|out" },
	{ "a step that never gets there", { { .type = PHASE_STEP, .from = 1,
	    .to = 10, .steps = 1, .duration_ns = NS_PER_SEC } },
	    10, 0, 0, { 1, 1 }, "1-10 c10 1|out", "all c10 1!|out" },
	{ "a request for one", { { .rate = 100,
	    .duration_ns = NS_PER_SEC } }, 10, 1, 0, { 1, 1 },
	    "100 c10 r1 1|out", "all c10 1!|out" },
	{ "pauses alone", { { .rate = 0, .duration_ns = NS_PER_SEC } },
	    10, 0, 0, { 1, 1 }, "0 c5 0|0 c5 0", "0/2 c5 0!|1/2 c5 0!" },
	{ "weights that do not fit", { { .rate = 10000,
	    .duration_ns = NS_PER_SEC } }, 10000, 0, 0, { 4096, 1 },
	    "9998 c9998 9998|2 c2 2", "the weights of the workers add up to "
	    "4097 parts of the plan, 4096 are the most: make them rounder" },
	{ "the heaviest weight", { { .rate = 10,
	    .duration_ns = NS_PER_SEC } }, 100, 0, 0, { 1000000, 1 },
	    "10 c100 10|out", "all c100 10!|out" },
};

static void
make_request(struct run_request *req, const struct plan_test *t)
{
	run_request_init(req);
	req->scenario.url = xstrdup("http://h/");
	req->phases = xcalloc(PHASES_MAX, sizeof(*req->phases));
	while (req->nphases < PHASES_MAX &&
	    t->phases[req->nphases].duration_ns > 0) {
		req->phases[req->nphases] = t->phases[req->nphases];
		req->nphases++;
	}
	req->max_concurrency = t->concurrency;
	req->requests = t->requests;
	req->warmup_ns = t->warmup_ns;
}

static void
add_phases(struct buf *b, const struct run_request *req)
{
	const struct phase *p;
	size_t i;

	for (i = 0; i < req->nphases; i++) {
		p = &req->phases[i];
		if (p->type == PHASE_MAX)
			buf_adds(b, "max ");
		else if (p->type == PHASE_CONSTANT)
			buf_addf(b, "%" PRIu64 " ", p->rate);
		else
			buf_addf(b, "%" PRIu64 "-%" PRIu64 " ", p->from,
			    p->to);
	}
}

static void
add_part(struct buf *b, const struct split_part *part, bool is_shared)
{
	const struct run_request *req = &part->req;
	size_t i;

	if (part->is_left_out) {
		buf_adds(b, "out");
		return;
	}
	if (!is_shared)
		add_phases(b, req);
	else if (req->of == 0)
		buf_adds(b, "all ");
	for (i = 0; i < req->ntake; i++)
		buf_addf(b, "%s%u", i > 0 ? "," : "",
		    (unsigned int)req->take[i]);
	if (req->of != 0)
		buf_addf(b, "/%u ", (unsigned int)req->of);
	buf_addf(b, "c%" PRIu64 " ", req->max_concurrency);
	if (!is_shared && req->requests > 0)
		buf_addf(b, "r%" PRIu64 " ", req->requests);
	buf_addf(b, "%" PRIu64 "%s", part->arrivals,
	    part->is_exact ? "!" : "");
}

static size_t
count_weights(const struct plan_test *t)
{
	size_t n = 0;

	while (n < WORKERS_MAX && t->weights[n] > 0)
		n++;
	return n;
}

static void
compare(const struct plan_test *t, bool is_shared)
{
	const char *want = is_shared ? t->shared : t->split;
	size_t i, n = count_weights(t);
	struct split_part *parts;
	struct run_request req;
	char why[WIRE_TEXT_MAX];
	struct buf got;

	make_request(&req, t);
	buf_init(&got, TEXT_MAX);
	parts = split_plan(&req, t->weights, n, is_shared, why);
	if (parts == NULL)
		buf_adds(&got, why);
	for (i = 0; parts != NULL && i < n; i++) {
		buf_adds(&got, i > 0 ? "|" : "");
		add_part(&got, &parts[i], is_shared);
	}
	ck_assert_msg(strcmp(buf_str(&got), want) == 0, "%s: %s", t->descr,
	    buf_str(&got));
	split_free(parts, n);
	run_request_clear(&req);
	buf_clear(&got);
}

START_TEST(test_split)
{
	compare(&plan_tests[_i], false);
}
END_TEST

START_TEST(test_shared)
{
	compare(&plan_tests[_i], true);
}
END_TEST

/* Everything that is not divided comes along, in memory of its own. */
START_TEST(test_copies)
{
	static const uint64_t weights[] = { 1, 1 };
	struct split_part *parts;
	struct run_request req;
	char why[WIRE_TEXT_MAX];
	const struct scenario *s;

	make_request(&req, &plan_tests[0]);
	scenario_add_header(&req.scenario, "A", "1");
	scenario_set_body(&req.scenario, "a\0b", 3);
	req.policy = POLICY_BLOCK;
	req.interval_ns = 5 * NS_PER_SEC;
	parts = split_plan(&req, weights, 2, true, why);
	ck_assert_ptr_nonnull(parts);
	run_request_clear(&req);
	s = &parts[1].req.scenario;
	ck_assert_str_eq(s->url, "http://h/");
	ck_assert_str_eq(s->method, "GET");
	ck_assert_uint_eq(s->nheaders, 1);
	ck_assert_str_eq(s->headers[0].value, "1");
	ck_assert_uint_eq(s->body_len, 3);
	ck_assert_mem_eq(s->body, "a\0b", 3);
	ck_assert(parts[1].req.policy == POLICY_BLOCK);
	ck_assert_uint_eq(parts[1].req.interval_ns, 5 * NS_PER_SEC);
	ck_assert_uint_eq(parts[1].req.phases[0].rate, 1001);
	split_free(parts, 2);
}
END_TEST

/* One sequence of chance if it is shared, one for each if it is not. */
START_TEST(test_poisson)
{
	static const uint64_t weights[] = { 1, 1 };
	struct split_part *parts;
	struct run_request req;
	char why[WIRE_TEXT_MAX];
	bool is_shared = _i == 1;

	make_request(&req, &plan_tests[0]);
	req.is_poisson = req.has_seed = true;
	req.seed = 7;
	parts = split_plan(&req, weights, 2, is_shared, why);
	ck_assert_ptr_nonnull(parts);
	ck_assert_uint_eq(parts[0].req.seed, 7);
	ck_assert_uint_eq(parts[1].req.seed, is_shared ? 7 : 8);
	ck_assert_uint_eq(parts[0].arrivals, 0);
	ck_assert(!parts[0].is_exact);
	split_free(parts, 2);
	run_request_clear(&req);
}
END_TEST

/* Every residue has one taker, who gets them at even distances. */
static void
check_residues(const struct split_part *parts, const uint64_t *weights,
    size_t n)
{
	uint32_t of = parts[0].req.of, *takers, i, gap, last;
	size_t w;

	takers = xcalloc(of, sizeof(*takers));
	for (w = 0; w < n; w++) {
		ck_assert_uint_eq(parts[w].req.of, of);
		ck_assert_uint_eq(parts[w].req.ntake, weights[w]);
		last = 0;
		for (i = 0; i < parts[w].req.ntake; i++) {
			ck_assert_uint_lt(parts[w].req.take[i], of);
			takers[parts[w].req.take[i]]++;
			gap = parts[w].req.take[i] - last;
			ck_assert(i == 0 || gap > 0);
			ck_assert_uint_le(gap, 2 * (of / weights[w] + 1));
			last = parts[w].req.take[i];
		}
	}
	for (i = 0; i < of; i++)
		ck_assert_uint_eq(takers[i], 1);
	free(takers);
}

static const uint64_t residue_weights[][WORKERS_MAX] = {
	{ 1, 1 }, { 3, 1, 1 }, { 1, 2, 3, 4, 5, 6, 7, 8 }, { 4095, 1 },
	{ 1, 4095 }, { 2048, 2047, 1 }, { 7, 5, 3 }, { 1, 1, 1, 1, 1, 1, 1 }
};

START_TEST(test_residues)
{
	const uint64_t *weights = residue_weights[_i];
	struct plan_test t = { .phases = { { .rate = 100000,
	    .duration_ns = NS_PER_SEC } }, .concurrency = 1000000 };
	struct arrival_share share;
	struct arrival_cursor c;
	struct arrival_plan *plan;
	struct arrival a;
	struct split_part *parts;
	struct run_request req;
	char why[WIRE_TEXT_MAX];
	uint64_t count, sum = 0;
	size_t i, n = 0;

	while (n < WORKERS_MAX && weights[n] > 0)
		n++;
	make_request(&req, &t);
	parts = split_plan(&req, weights, n, true, why);
	ck_assert_ptr_nonnull(parts);
	check_residues(parts, weights, n);
	plan = arrival_plan_new(req.phases, req.nphases);
	for (i = 0; i < n; i++) {
		share = (struct arrival_share){ parts[i].req.of,
		    parts[i].req.ntake, parts[i].req.take };
		arrival_start(&c, plan, &share, 0, 1, false, 0);
		for (count = 0; arrival_next(&c, &a); count++)
			continue;
		ck_assert_uint_eq(count, parts[i].arrivals);
		ck_assert(parts[i].is_exact);
		sum += count;
	}
	ck_assert_uint_eq(sum, 100000);
	arrival_plan_free(plan);
	split_free(parts, n);
	run_request_clear(&req);
}
END_TEST

/* As many as there can be: each has one residue, or is left out. */
START_TEST(test_most_workers)
{
	struct plan_test t = { .phases = { { .rate = 4000,
	    .duration_ns = NS_PER_SEC } }, .concurrency = 1000000 };
	static uint64_t weights[SPLIT_WORKERS_MAX];
	struct split_part *parts;
	struct run_request req;
	char why[WIRE_TEXT_MAX];
	uint64_t arrivals = 0, concurrency = 0;
	size_t i;

	for (i = 0; i < SPLIT_WORKERS_MAX; i++)
		weights[i] = SPLIT_WEIGHT_MAX;
	make_request(&req, &t);
	parts = split_plan(&req, weights, SPLIT_WORKERS_MAX, _i == 1, why);
	ck_assert_ptr_nonnull(parts);
	for (i = 0; i < SPLIT_WORKERS_MAX; i++) {
		ck_assert(parts[i].is_left_out == (i >= 4000));
		arrivals += parts[i].arrivals;
		if (!parts[i].is_left_out)
			concurrency += parts[i].req.max_concurrency;
	}
	ck_assert_uint_eq(arrivals, 4000);
	ck_assert_uint_eq(concurrency, 1000000);
	split_free(parts, SPLIT_WORKERS_MAX);
	run_request_clear(&req);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("split");
	TCase *tc;

	tc = tcase_create("amount");
	tcase_add_loop_test(tc, test_amount, 0, UTIL_NELEM(amount_tests));
	tcase_add_test(tc, test_amount_any);
	suite_add_tcase(s, tc);

	tc = tcase_create("plan");
	tcase_add_loop_test(tc, test_split, 0, UTIL_NELEM(plan_tests));
	tcase_add_loop_test(tc, test_shared, 0, UTIL_NELEM(plan_tests));
	tcase_add_test(tc, test_copies);
	tcase_add_loop_test(tc, test_poisson, 0, 2);
	tcase_add_loop_test(tc, test_residues, 0,
	    UTIL_NELEM(residue_weights));
	tcase_add_loop_test(tc, test_most_workers, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
