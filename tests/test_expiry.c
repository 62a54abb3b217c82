/* SPDX-License-Identifier: MIT */
/*
 * base/expiry.c: what is due is told in its order and only then, whatever the
 * calls do to the lists, and the timer follows.
 */

#include <check.h>
#include <string.h>

#include "base/expiry.h"
#include "base/util.h"
#include "tests/suite.h"

enum {
	LIST_NEVER,
	LIST_SHORT,
	LIST_LONG,
	LIST_AT_ONCE,
	LISTS,
	THINGS = 4
};

#define SHORT_NS	(10 * NS_PER_MS)
#define LONG_NS		(30 * NS_PER_MS)
#define GUARD_NS	(10 * NS_PER_SEC)

struct thing {
	struct expiry_link	 link;		/* first */
	int			 told;		/* when, from 1 */
	uint64_t		 told_ns;
	int			 next;		/* list to go to, -1: none */
};

static struct loop *loop;
static struct expiry expiry;
static struct expiry_list lists[LISTS];
static struct thing things[THINGS];
static int ntold;
static bool is_late;

static void
on_expiry(void *arg, struct expiry_link *l)
{
	struct thing *t = (struct thing *)l;

	ck_assert_ptr_eq(arg, &ntold);
	ck_assert_uint_le(l->deadline_ns, loop_now(loop));
	t->told = ++ntold;
	t->told_ns = loop_now(loop);
	if (t->next == -1)
		expiry_take(l);
	else
		expiry_put(&expiry, l, (size_t)t->next);
	t->next = -1;
}

static void
on_guard(void *arg)
{
	(void)arg;
	is_late = true;
}

static void
await(int n)
{
	struct loop_timer guard = { .call = on_guard };

	loop_timer_set(loop, &guard, loop_tick(loop) + GUARD_NS);
	while (ntold < n) {
		ck_assert_int_eq(loop_turn(loop), 0);
		ck_assert_msg(!is_late, "told %d, not %d", ntold, n);
	}
	loop_timer_stop(loop, &guard);
}

static void
put(int i, size_t list)
{
	expiry_put(&expiry, &things[i].link, list);
}

static void
setup(void)
{
	int i;

	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	ntold = 0;
	is_late = false;
	lists[LIST_NEVER].limit_ns = LOOP_NEVER;
	lists[LIST_SHORT].limit_ns = SHORT_NS;
	lists[LIST_LONG].limit_ns = LONG_NS;
	lists[LIST_AT_ONCE].limit_ns = 0;
	expiry_init(&expiry, loop, lists, LISTS, on_expiry, &ntold);
	memset(things, 0, sizeof(things));
	for (i = 0; i < THINGS; i++) {
		expiry_link_init(&things[i].link);
		things[i].next = -1;
	}
}

static void
teardown(void)
{
	expiry_stop(&expiry);
	loop_free(loop);
}

START_TEST(test_order)
{
	put(0, LIST_LONG);
	put(1, LIST_NEVER);
	put(2, LIST_SHORT);
	put(3, LIST_SHORT);
	ck_assert_ptr_eq(expiry_oldest(&expiry, LIST_SHORT), &things[2].link);
	ck_assert_ptr_null(expiry_oldest(&expiry, LIST_AT_ONCE));
	await(3);
	ck_assert_int_eq(things[2].told, 1);
	ck_assert_int_eq(things[3].told, 2);
	ck_assert_int_eq(things[0].told, 3);
	ck_assert_int_eq(things[1].told, 0);
	ck_assert_ptr_eq(expiry_oldest(&expiry, LIST_NEVER), &things[1].link);
}
END_TEST

START_TEST(test_put_again)
{
	put(0, LIST_SHORT);
	put(1, LIST_SHORT);
	put(0, LIST_SHORT);		/* its time begins anew */
	put(2, LIST_SHORT);
	expiry_take(&things[2].link);
	await(2);
	ck_assert_int_eq(things[1].told, 1);
	ck_assert_int_eq(things[0].told, 2);
	ck_assert_int_eq(things[2].told, 0);
}
END_TEST

/* From each list to each, also to one that was looked at already. */
START_TEST(test_moved_in_call)
{
	size_t from = 1 + (size_t)_i / (LISTS - 1);

	things[0].next = 1 + _i % (LISTS - 1);
	put(0, from);
	await(2);
	ck_assert_int_eq(things[0].told, 2);
	ck_assert_uint_eq(things[0].link.deadline_ns, LOOP_NEVER);
}
END_TEST

/* At once is from the loop, in the same turn or the next. */
START_TEST(test_at_once)
{
	uint64_t now_ns = loop_tick(loop);

	put(0, LIST_LONG);
	put(1, LIST_AT_ONCE);
	ck_assert_int_eq(ntold, 0);
	await(1);
	ck_assert_int_eq(things[1].told, 1);
	ck_assert_uint_lt(things[1].told_ns - now_ns, GUARD_NS);
	await(2);
	ck_assert_int_eq(things[0].told, 2);
}
END_TEST

START_TEST(test_stop)
{
	struct loop_timer late = { .call = on_guard };

	put(0, LIST_SHORT);
	expiry_stop(&expiry);
	loop_timer_set(loop, &late, loop_tick(loop) + 2 * SHORT_NS);
	while (!is_late)
		ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(ntold, 0);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("expiry");
	TCase *tc;

	tc = tcase_create("lists");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_order);
	tcase_add_test(tc, test_put_again);
	tcase_add_loop_test(tc, test_moved_in_call, 0,
	    (LISTS - 1) * (LISTS - 1));
	tcase_add_test(tc, test_at_once);
	tcase_add_test(tc, test_stop);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
