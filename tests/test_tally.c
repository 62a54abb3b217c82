/* SPDX-License-Identifier: MIT */
/*
 * load/tally.c: which requests are kept by themselves. Of failures that come
 * rarely each one is, the latest at last; of those that come by the thousand
 * few are, so that a run in which all fails costs what any other does.
 */

#include <check.h>
#include <stdlib.h>

#include "base/util.h"
#include "load/tally.h"
#include "tests/suite.h"

enum {
	MANY = 100000,
	USUAL_NS = 10		/* that one takes */
};

static struct tally *tally;

static void
setup(void)
{
	struct run_request req;

	tally = xcalloc(1, sizeof(*tally));
	run_request_init(&req);
	tally_start(tally, &req, NS_PER_SEC, 0);
	run_request_clear(&req);
}

static void
teardown(void)
{
	free(tally);
}

static bool
wants(uint64_t at_ns, uint64_t latency_ns, enum cause cause)
{
	return tally_wants(tally, NS_PER_SEC + at_ns, latency_ns,
	    PART_TRANSFER, cause, NS_PER_SEC + at_ns + USUAL_NS);
}

/* Its port is what its moment is in microseconds. */
static void
end(uint64_t at_ns, uint64_t latency_ns, enum cause cause)
{
	struct request_result res = { .planned_ns = NS_PER_SEC + at_ns,
	    .part = PART_TRANSFER, .cause = cause, .latency_ns = latency_ns,
	    .local_port = (uint16_t)(at_ns / NS_PER_US) };

	tally_started(tally, res.planned_ns);
	tally_ended(tally, &res, res.planned_ns + USUAL_NS);
}

static const struct exemplar_kind *
kind(size_t n)
{
	ck_assert_uint_gt(tally->exemplars.nkinds, n);
	return &tally->exemplars.kinds[n];
}

START_TEST(test_rare_failures)
{
	uint64_t i;
	size_t j;

	for (i = 0; i < 20; i++) {
		ck_assert(wants(i * NS_PER_MS, USUAL_NS, CAUSE_STATUS));
		end(i * NS_PER_MS, USUAL_NS, CAUSE_STATUS);
	}
	ck_assert_uint_eq(kind(0)->nlast, EXEMPLARS_LAST);
	for (j = 0; j < EXEMPLARS_LAST; j++)
		ck_assert_uint_eq(kind(0)->last[j].local_port,
		    1000 * (19 - j));
}
END_TEST

/* The first ones are there though they all come at once, of each kind. */
START_TEST(test_burst)
{
	int i;

	for (i = 0; i < 100; i++) {
		ck_assert(wants(0, 0, CAUSE_STATUS) ==
		    (i < EXEMPLARS_LAST || i < EXEMPLARS_SLOWEST));
		end(0, USUAL_NS, CAUSE_STATUS);
	}
	ck_assert(wants(0, 0, CAUSE_CLOSED));
	ck_assert_uint_eq(kind(0)->nlast, EXEMPLARS_LAST);
	ck_assert_uint_eq(tally->n.failed, 100);
}
END_TEST

/* A second of them, one a 10 us: the last ones are of its last moments. */
START_TEST(test_many_failures)
{
	uint64_t wanted = 0, at_ns = 0, latency_ns;
	size_t j;
	int i;

	for (i = 0; i < MANY; i++, at_ns += 10 * NS_PER_US) {
		latency_ns = i < EXEMPLARS_SLOWEST ? USUAL_NS : USUAL_NS - 1;
		wanted += wants(at_ns, latency_ns, CAUSE_STATUS);
		end(at_ns, latency_ns, CAUSE_STATUS);
	}
	ck_assert_uint_ge(wanted, 990);
	ck_assert_uint_le(wanted, 1020);
	ck_assert_uint_eq(tally->n.failed, MANY);
	ck_assert_uint_eq(tally->n.error[PART_TRANSFER][CAUSE_STATUS], MANY);
	ck_assert_uint_eq(kind(0)->nlast, EXEMPLARS_LAST);
	for (j = 0; j < EXEMPLARS_LAST; j++)
		ck_assert_uint_gt(kind(0)->last[j].wall_ns,
		    at_ns - (j + 2) * NS_PER_MS);
}
END_TEST

/* A slow one is kept as such however many have just failed. */
START_TEST(test_slow_among_many)
{
	int i;

	for (i = 0; i < 1000; i++)
		end(0, USUAL_NS, CAUSE_STATUS);
	ck_assert(!wants(0, USUAL_NS - 1, CAUSE_STATUS));
	ck_assert(!wants(0, USUAL_NS - 1, CAUSE_NONE));
	ck_assert(wants(0, 2 * USUAL_NS, CAUSE_STATUS));
	end(0, 2 * USUAL_NS, CAUSE_STATUS);
	ck_assert_uint_eq(tally->exemplars.slowest[0].latency_ns,
	    2 * USUAL_NS);
	ck_assert_int_eq(tally->exemplars.slowest[0].cause, CAUSE_STATUS);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("tally");
	TCase *tc = tcase_create("exemplars");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_rare_failures);
	tcase_add_test(tc, test_burst);
	tcase_add_test(tc, test_many_failures);
	tcase_add_test(tc, test_slow_among_many);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
