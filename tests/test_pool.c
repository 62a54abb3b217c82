/* SPDX-License-Identifier: MIT */
/*
 * load/pool.c with real generators: run after run on one pool, when they start,
 * what share of a plan they make, and which addresses they are given. Counts
 * are compared, and times only with bounds.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/net.h"
#include "base/util.h"
#include "load/arrival.h"
#include "tests/pool_rig.h"
#include "tests/suite.h"

START_TEST(test_several)
{
	int i, pid = 0;

	for (i = 0; i < 4; i++) {
		rig_run_well();
		ck_assert_int_eq(rig_listeners[0].requests, (i + 1) * 20);
		ck_assert(!rig_seen.has_start_error);
		ck_assert(rig_seen.stat[0].took_part);
		ck_assert(!rig_seen.stat[1].took_part);
		ck_assert(pid == 0 || pid == rig_seen.stat[0].pid);
		pid = rig_seen.stat[0].pid;
		ck_assert_uint_eq(pool_repair(rig_pool), 0);
	}
}
END_TEST

static struct run_request next_req;
static int next_runs;

static void
on_done_again(void *arg, struct result *r)
{
	struct run_hooks again = rig_hooks;

	rig_hooks.done(arg, r);
	again.done = on_done_again;
	if (--next_runs > 0) {
		ck_assert_uint_eq(pool_repair(rig_pool), 0);
		rig_seen.intervals = rig_seen.done = 0;
		pool_run(rig_pool, &next_req, true, &again);
	}
}

/* The next run may begin where the end of the last one is told. */
START_TEST(test_from_done)
{
	struct run_hooks again = rig_hooks;

	memset(&rig_seen, 0, sizeof(rig_seen));
	again.done = on_done_again;
	next_runs = 3;
	rig_request_init(&next_req, "/");
	pool_run(rig_pool, &next_req, true, &again);
	rig_await(&rig_seen.done);
	ck_assert_int_eq(next_runs, 0);
	ck_assert_int_eq(rig_listeners[0].requests, 3 * 20);
	run_request_clear(&next_req);
}
END_TEST

/* When they start. */

START_TEST(test_start_at)
{
	struct run_request req;

	rig_request_init(&req, "/");
	req.start_at_ns = clock_now_ns() + 300 * NS_PER_MS;
	rig_run(&req);
	ck_assert_uint_eq(rig_seen.n.completed, 20);
	ck_assert_int_eq(rig_seen.started, 1);
	ck_assert_uint_eq(rig_seen.start_ns, req.start_at_ns);
	ck_assert_uint_ge(rig_first_request_ns, req.start_at_ns);
	ck_assert(rig_seen.has_start_error);
	/* Nobody wakes before it. */
	ck_assert_int_ge(rig_seen.start_error_ns, 0);
	ck_assert_int_lt(rig_seen.start_error_ns, NS_PER_SEC);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_start_late)
{
	struct run_request req;
	uint64_t before_ns = clock_now_ns();

	rig_request_init(&req, "/");
	req.start_at_ns = _i == 0 ? before_ns : 1;
	rig_run(&req);
	ck_assert_uint_eq(rig_seen.n.completed, 20);
	ck_assert_uint_ge(rig_seen.start_ns, before_ns);
	ck_assert(rig_seen.has_start_error);
	ck_assert_int_ge(rig_seen.start_error_ns,
	    (int64_t)(rig_seen.start_ns - req.start_at_ns));
	ck_assert_int_gt(rig_seen.start_error_ns, 0);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_start_far)
{
	struct run_request req;

	rig_request_init(&req, "/");
	req.start_at_ns = clock_now_ns() + 70 * NS_PER_SEC;
	rig_run_in_vain(&req, REFUSED_DENIED,
	    "startAt: is more than 60s ahead");
	run_request_clear(&req);
	rig_run_well();
}
END_TEST

/* Shares. */

static const uint32_t take_0_2_4[] = { 0, 2, 4 };
static const uint32_t take_1[] = { 1 };
static const uint32_t take_3[] = { 3 };

static const struct arrival_share shares[] = {
	{ 5, 3, take_0_2_4 },
	{ 5, 1, take_1 },
	{ 5, 1, take_3 }
};

static const struct share_test {
	const char	*descr;
	bool		 is_poisson;
	uint64_t	 requests;
} share_tests[] = {
	{ "uniform", false, 0 },
	{ "poisson", true, 0 },
	{ "uniform with a limit", false, 123 },
	{ "poisson with a limit", true, 123 },
	{ "a limit beyond the plan", false, 10000 }
};

/* So many arrivals of it there are, as a cursor of its own finds. */
static uint64_t
count_share(const struct run_request *req, const struct arrival_share *share)
{
	struct arrival_plan *plan = arrival_plan_new(req->phases,
	    req->nphases);
	struct arrival_cursor c;
	struct arrival a;
	uint64_t n = 0;

	arrival_start(&c, plan, share, 0, 1, req->is_poisson, req->seed);
	while (arrival_next(&c, &a) &&
	    (req->requests == 0 || a.n < req->requests))
		n++;
	arrival_plan_free(plan);
	return n;
}

/* 30,000 a second are for three generators or less, as the share is. */
START_TEST(test_share)
{
	static const uint32_t whole[] = { 0 };
	const struct arrival_share all = { 1, 1, whole };
	const struct share_test *t = &share_tests[_i];
	struct run_request req;
	uint64_t sum = 0;
	double planned = 0;
	size_t i;

	rig_request_init(&req, "/");
	req.phases[0].rate = 29999;
	req.phases[0].duration_ns = 20 * NS_PER_MS;
	req.interval_ns = WIRE_INTERVAL_MIN_NS;
	req.policy = POLICY_DROP;
	req.is_poisson = t->is_poisson;
	req.seed = 7;
	req.requests = t->requests;
	for (i = 0; i < UTIL_NELEM(shares); i++) {
		req.of = shares[i].of;
		req.ntake = shares[i].ntake;
		req.take = xcalloc(req.ntake, sizeof(*req.take));
		memcpy(req.take, shares[i].take,
		    req.ntake * sizeof(*req.take));
		rig_run(&req);
		ck_assert_uint_eq(rig_seen.n.scheduled,
		    count_share(&req, &shares[i]));
		ck_assert(rig_seen.stat[1].took_part == (i == 0));
		ck_assert(!rig_seen.stat[2].took_part);
		sum += rig_seen.n.scheduled;
		planned += rig_seen.planned;
		free(req.take);
		req.take = NULL;
	}
	req.of = req.ntake = 0;
	ck_assert_uint_eq(sum, count_share(&req, &all));
	/* All of it, if all intervals came to an end. */
	if (t->requests == 0)
		ck_assert(planned > 599.9 && planned < 600);
	rig_run(&req);
	ck_assert(rig_seen.stat[2].took_part);
	ck_assert_uint_eq(rig_seen.n.scheduled, sum);
	run_request_clear(&req);
}
END_TEST

/* The gate. */

static int gate_asked;
static char gate_host[64];
static const char *gate_shut;	/* a part of the addresses it refuses */

static bool
may_connect(void *arg, const char *host, const struct net_address *address)
{
	char text[NET_TEXT_MAX];

	ck_assert_ptr_eq(arg, &gate_asked);
	gate_asked++;
	snprintf(gate_host, sizeof(gate_host), "%s", host);
	return strstr(net_address_format(text, address), gate_shut) == NULL;
}

static void
set_gate(const char *shut)
{
	gate_shut = shut;
	gate_asked = 0;
	pool_set_gate(rig_pool, may_connect, &gate_asked);
}

static const struct denied_test {
	const char	*descr;
	const char	*host;
	const char	*shut;
	int		 want_asked;
	const char	*want;		/* behind it comes the port */
} denied_tests[] = {
	{ "an address", "127.0.0.1", "127.0.0.1", 1,
	    "127.0.0.1: this worker may not connect to 127.0.0.1" },
	{ "one of v6", "[::1]", "[::1]", 1,
	    "::1: this worker may not connect to [::1]" },
	{ "a name with two", "localhost", ":", 2,
	    "localhost: this worker may not connect to 127.0.0.1" }
};

START_TEST(test_denied)
{
	const struct denied_test *t = &denied_tests[_i];
	struct run_request req;
	char want[WIRE_TEXT_MAX];
	int accepted = rig_listeners[0].accepted;

	rig_request_init(&req, "/");
	free(req.scenario.url);
	req.scenario.url = xasprintf("http://%s:%u/", t->host,
	    rig_listeners[0].port);
	set_gate(t->shut);
	snprintf(want, sizeof(want), "%s:%u", t->want, rig_listeners[0].port);
	rig_run_in_vain(&req, REFUSED_DENIED, want);
	ck_assert_int_eq(gate_asked, t->want_asked);
	/* Not even by a probe. */
	memset(&rig_seen, 0, sizeof(rig_seen));
	pool_run(rig_pool, &req, true, &rig_hooks);
	rig_await(&rig_seen.refused);
	ck_assert_str_eq(rig_seen.why, want);
	rig_turn_for(20 * NS_PER_MS);
	ck_assert_int_eq(rig_listeners[0].accepted, accepted);
	pool_set_gate(rig_pool, NULL, NULL);
	run_request_clear(&req);
	rig_run_well();
}
END_TEST

/* Of a name's addresses, only those that passed are used. */
START_TEST(test_half_denied)
{
	struct run_request req;
	char want[NET_TEXT_MAX];

	rig_request_init(&req, "/");
	free(req.scenario.url);
	req.scenario.url = xasprintf("http://localhost:%u/",
	    rig_listeners[0].port);
	set_gate("[::1]");
	rig_run(&req);
	ck_assert_int_eq(gate_asked, 2);
	ck_assert_str_eq(gate_host, "localhost");
	ck_assert_uint_eq(rig_seen.n.completed, 20);
	ck_assert_uint_eq(rig_seen.n.failed, 0);
	snprintf(want, sizeof(want), "127.0.0.1:%u", rig_listeners[0].port);
	ck_assert_str_eq(rig_seen.address, want);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_redirect)
{
	struct run_request req;
	char shut[16] = "no such";

	rig_request_init(&req, "/to");
	if (_i == 1)
		snprintf(shut, sizeof(shut), ":%u", rig_listeners[1].port);
	set_gate(shut);
	rig_run(&req);
	ck_assert_int_ge(gate_asked, 2);
	ck_assert_uint_eq(rig_seen.n.completed, 20);
	ck_assert_uint_eq(rig_seen.n.redirected, 20);
	ck_assert_int_eq(rig_listeners[1].requests, _i == 0 ? 20 : 0);
	ck_assert_int_eq(rig_listeners[1].accepted == 0, _i == 1);
	ck_assert_uint_eq(rig_seen.n.failed, _i == 0 ? 0 : 20);
	ck_assert_uint_eq(rig_seen.n.error[PART_CONNECT][CAUSE_DENIED],
	    rig_seen.n.failed);
	ck_assert_uint_eq(rig_seen.n.category[CATEGORY_TRANSPORT],
	    rig_seen.n.failed);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_redirect_nowhere)
{
	struct run_request req;

	rig_request_init(&req, "/nowhere");
	set_gate("no such");
	rig_run(&req);
	ck_assert_uint_eq(rig_seen.n.error[PART_CONNECT][CAUSE_RESOLVE], 20);
	run_request_clear(&req);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("pool");
	TCase *tc;

	tc = tcase_create("runs");
	tcase_set_timeout(tc, 100);
	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_add_test(tc, test_several);
	tcase_add_test(tc, test_from_done);
	tcase_add_test(tc, test_start_at);
	tcase_add_loop_test(tc, test_start_late, 0, 2);
	tcase_add_test(tc, test_start_far);
	tcase_add_loop_test(tc, test_share, 0, UTIL_NELEM(share_tests));
	tcase_add_loop_test(tc, test_denied, 0, UTIL_NELEM(denied_tests));
	tcase_add_test(tc, test_half_denied);
	tcase_add_loop_test(tc, test_redirect, 0, 2);
	tcase_add_test(tc, test_redirect_nowhere);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
