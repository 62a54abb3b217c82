/* SPDX-License-Identifier: MIT */
/*
 * load/exemplar.c: which requests are kept, in which order, in fixed memory;
 * that it does not matter how what came is cut into pieces and in which order
 * the pieces are added; and that nothing which cannot be shown gets in.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "load/exemplar.h"
#include "tests/suite.h"

enum { SOME = 600 };		/* requests of a made-up run */

static uint64_t random_state;

/* Knuth's MMIX generator: the same numbers everywhere. */
static uint64_t
next_random(uint64_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (random_state >> 33) % below;
}

static struct exemplar
one(uint64_t wall_ns, uint64_t latency_ns, enum part part, enum cause cause)
{
	struct exemplar e;

	memset(&e, 0, sizeof(e));
	e.wall_ns = wall_ns;
	e.latency_ns = e.spent_ns[PART_FIRST_BYTE] = latency_ns;
	e.part = part;
	e.cause = cause;
	return e;
}

static void
add(struct exemplars *x, uint64_t wall_ns, uint64_t latency_ns,
    enum cause cause)
{
	struct exemplar e = one(wall_ns, latency_ns, PART_CONNECT, cause);

	exemplars_add(x, &e);
}

START_TEST(test_slowest)
{
	struct exemplars *x = xcalloc(1, sizeof(*x));
	uint64_t i;

	for (i = 0; i < 100; i++)
		add(x, i, 1000 + i * 37 % 100, CAUSE_NONE);
	ck_assert_uint_eq(x->nslowest, EXEMPLARS_SLOWEST);
	for (i = 0; i < EXEMPLARS_SLOWEST; i++)
		ck_assert_uint_eq(x->slowest[i].latency_ns, 1099 - i);
	ck_assert_uint_eq(x->nkinds, 0);
	ck_assert(!exemplars_want_slow(x, 1089));
	ck_assert(exemplars_want_slow(x, 1090));
	exemplars_reset(x);
	ck_assert_uint_eq(x->nslowest, 0);
	ck_assert(exemplars_want_slow(x, 0));
	free(x);
}
END_TEST

/* Of those that took as long, the first ones. */
START_TEST(test_slowest_ties)
{
	struct exemplars *x = xcalloc(1, sizeof(*x));
	struct exemplar e = one(5, 100, PART_LAG, CAUSE_NONE);
	uint64_t i;

	for (i = 0; i < 20; i++)
		add(x, 100 - i, 100, CAUSE_NONE);
	ck_assert_uint_eq(x->slowest[0].wall_ns, 81);
	ck_assert_uint_eq(x->slowest[9].wall_ns, 90);
	e.generator = 2;
	exemplars_add(x, &e);
	e.generator = 1;
	e.local_port = 9;
	exemplars_add(x, &e);
	e.local_port = 8;
	exemplars_add(x, &e);
	ck_assert_uint_eq(x->slowest[0].local_port, 8);
	ck_assert_uint_eq(x->slowest[1].local_port, 9);
	ck_assert_uint_eq(x->slowest[2].generator, 2);
	ck_assert_uint_eq(x->slowest[3].wall_ns, 81);
	free(x);
}
END_TEST

START_TEST(test_last)
{
	struct exemplars *x = xcalloc(1, sizeof(*x));
	const struct exemplar_kind *kind = x->kinds;
	uint64_t i;

	for (i = 0; i < 20; i++) {
		add(x, i * 7 % 20, 10, CAUSE_STATUS);
		add(x, 1000 + i, 10, CAUSE_CLOSED);
	}
	ck_assert_uint_eq(x->nkinds, 2);
	ck_assert_int_eq(kind[0].cause, CAUSE_STATUS);
	ck_assert_int_eq(kind[1].cause, CAUSE_CLOSED);
	ck_assert_uint_eq(kind[0].nlast, EXEMPLARS_LAST);
	for (i = 0; i < EXEMPLARS_LAST; i++) {
		ck_assert_uint_eq(kind[0].last[i].wall_ns, 19 - i);
		ck_assert_uint_eq(kind[1].last[i].wall_ns, 1019 - i);
	}
	ck_assert_uint_eq(x->nslowest, EXEMPLARS_SLOWEST);
	free(x);
}
END_TEST

/*
 * Which of too many kinds are kept depends on none of their times: the first of
 * the table, and those that a stop cut off only where there is room.
 */
START_TEST(test_kinds_are_bounded)
{
	struct exemplars *x = xcalloc(2, sizeof(*x));
	struct exemplar e;
	size_t i;
	int p, c;

	for (p = PARTS - 1; p >= PART_CONNECT; p--)
		for (c = CAUSE_STATUS; c < CAUSE_STATUS + 10; c++) {
			e = one((uint64_t)(p + c), 1, (enum part)p,
			    (enum cause)c);
			exemplars_add(&x[0], &e);
		}
	ck_assert_uint_eq(x->nkinds, EXEMPLARS_KINDS);
	for (i = 0; i < EXEMPLARS_KINDS; i++) {
		ck_assert_uint_eq(x->kinds[i].nlast, 1);
		ck_assert_int_ne(x->kinds[i].cause, CAUSE_CANCELED);
		ck_assert_int_eq(x->kinds[i].part,
		    (int)(PART_CONNECT + i / 9));
	}
	/* Nothing was written behind it. */
	ck_assert_uint_eq(x[1].nslowest, 0);
	ck_assert_uint_eq(x[1].name[0], 0);
	free(x);
}
END_TEST

/* Requests of a run that has ties, too many kinds, and a header. */
static void
make_some(struct exemplar *all)
{
	struct exemplar *e;
	char value[2] = "a";
	size_t i;

	for (i = 0; i < SOME; i++) {
		e = &all[i];
		*e = one(next_random(50), next_random(40),
		    (enum part)next_random(PARTS), CAUSE_NONE);
		if (next_random(2) == 0)
			e->cause = (enum cause)next_random(9);
		e->local_port = (uint16_t)next_random(3);
		e->generator = (uint32_t)next_random(2);
		value[0] = (char)('a' + next_random(3));
		exemplar_set_header(e, value, 1);
		exemplar_set_worker(e, next_random(2) == 0 ? "" : "w:1");
	}
}

static void
check_same(const struct exemplars *a, const struct exemplars *b)
{
	size_t i;

	ck_assert_str_eq(a->name, b->name);
	ck_assert_uint_eq(a->nslowest, b->nslowest);
	ck_assert_mem_eq(a->slowest, b->slowest,
	    a->nslowest * sizeof(a->slowest[0]));
	ck_assert_uint_eq(a->nkinds, b->nkinds);
	for (i = 0; i < a->nkinds; i++) {
		ck_assert_int_eq(a->kinds[i].part, b->kinds[i].part);
		ck_assert_int_eq(a->kinds[i].cause, b->kinds[i].cause);
		ck_assert_uint_eq(a->kinds[i].nlast, b->kinds[i].nlast);
		ck_assert_mem_eq(a->kinds[i].last, b->kinds[i].last,
		    a->kinds[i].nlast * sizeof(a->kinds[i].last[0]));
	}
}

/* Dealt out to pieces, which are merged two by two, by chance. */
static void
merge_by_chance(struct exemplars *to, const struct exemplar *all)
{
	size_t n = 1 + next_random(12), i, j, left;
	struct exemplars *piece = xcalloc(n, sizeof(*piece));

	for (i = 0; i < n; i++)
		exemplars_set_name(&piece[i], "x-id");
	for (i = SOME; i > 0; i--)
		exemplars_add(&piece[next_random(n)], &all[i - 1]);
	for (left = n; left > 1; left--) {
		i = next_random(left);
		j = next_random(left - 1);
		if (j >= i)
			j++;
		exemplars_merge(&piece[i], &piece[j]);
		piece[j] = piece[left - 1];
	}
	exemplars_merge(to, &piece[0]);
	free(piece);
}

START_TEST(test_merge_any_order)
{
	struct exemplar *all = xcalloc(SOME, sizeof(*all));
	struct exemplars *whole = xcalloc(1, sizeof(*whole)), *merged;
	size_t i;

	random_state = (uint64_t)_i;
	make_some(all);
	exemplars_set_name(whole, "x-id");
	for (i = 0; i < SOME; i++)
		exemplars_add(whole, &all[i]);
	ck_assert_uint_eq(whole->nkinds, EXEMPLARS_KINDS);
	for (i = 0; i < 20; i++) {
		merged = xcalloc(1, sizeof(*merged));
		merge_by_chance(merged, all);
		check_same(whole, merged);
		free(merged);
	}
	free(whole);
	free(all);
}
END_TEST

/* All six orders of three that sampled different headers, or none. */
START_TEST(test_merge_names)
{
	static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 },
	    { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct exemplars *x = xcalloc(3, sizeof(*x)), *sum;
	struct exemplar e = one(1, 10, PART_LAG, CAUSE_STATUS);
	int i;

	sum = xcalloc(1, sizeof(*sum));
	exemplars_set_name(&x[1], "b");
	exemplars_set_name(&x[2], "a");
	for (i = 0; i < 3; i++) {
		e.generator = (uint32_t)i;
		exemplar_set_header(&e, "v", 1);
		exemplars_add(&x[i], &e);
	}
	for (i = 0; i < 3; i++)
		exemplars_merge(sum, &x[orders[_i][i]]);
	ck_assert_str_eq(sum->name, "a");
	ck_assert_uint_eq(sum->nslowest, 3);
	for (i = 0; i < 3; i++) {
		ck_assert_str_eq(sum->slowest[i].header, i < 2 ? "" : "v");
		ck_assert_str_eq(sum->kinds[0].last[i].header,
		    i > 0 ? "" : "v");
	}
	free(sum);
	free(x);
}
END_TEST

START_TEST(test_set_worker)
{
	struct exemplars *x = xcalloc(1, sizeof(*x));
	struct exemplar e = one(1, 10, PART_LAG, CAUSE_STATUS);

	exemplars_set_name(x, "x-id");
	exemplar_set_header(&e, "7", 1);
	exemplar_set_worker(&e, "a");
	e.generator = 1;
	exemplars_add(x, &e);
	exemplar_set_worker(&e, "b");
	e.generator = 0;
	exemplars_add(x, &e);
	ck_assert_uint_eq(x->slowest[0].generator, 1);
	exemplars_set_worker(x, "http://w:9000", "x-id");
	ck_assert_uint_eq(x->slowest[0].generator, 0);
	ck_assert_uint_eq(x->kinds[0].last[0].generator, 1);
	ck_assert_str_eq(x->slowest[1].worker, "http://w:9000");
	ck_assert_str_eq(x->kinds[0].last[1].worker, "http://w:9000");
	ck_assert_str_eq(x->slowest[1].header, "7");
	/* It was not told to sample that one. */
	exemplars_set_worker(x, "", "x-other");
	ck_assert_str_eq(x->name, "x-other");
	ck_assert_str_eq(x->slowest[1].header, "");
	ck_assert_str_eq(x->kinds[0].last[1].header, "");
	exemplars_set_worker(x, "", NULL);
	ck_assert_str_eq(x->name, "");
	free(x);
}
END_TEST

START_TEST(test_text_is_harmless)
{
	struct exemplar e;
	char text[300];

	memset(&e, 'x', sizeof(e));
	exemplar_set_header(&e, "a\033[1m\0\377b", 8);
	ck_assert_str_eq(e.header, "a?[1m??b");
	exemplar_set_worker(&e, "w\xc3\xa4\n~");
	ck_assert_str_eq(e.worker, "w???~");
	memset(text, 'h', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	exemplar_set_header(&e, text, EXEMPLAR_HEADER_MAX - 1);
	ck_assert_str_eq(e.header, text + 300 - EXEMPLAR_HEADER_MAX);
	exemplar_set_header(&e, text, EXEMPLAR_HEADER_MAX);
	ck_assert_uint_eq(strlen(e.header), EXEMPLAR_HEADER_MAX - 1);
	ck_assert_str_eq(e.header + EXEMPLAR_HEADER_MAX - 5, "h...");
	memcpy(text + 295, ":99", 4);
	exemplar_set_worker(&e, text);
	ck_assert_uint_eq(strlen(e.worker), EXEMPLAR_WORKER_MAX - 1);
	ck_assert_ptr_nonnull(strstr(e.worker, "h...h"));
	ck_assert_str_eq(e.worker + EXEMPLAR_WORKER_MAX - 4, ":99");
	exemplar_set_worker(&e, text + 298 - (EXEMPLAR_WORKER_MAX - 1));
	ck_assert_ptr_null(strchr(e.worker, '.'));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("exemplar");
	TCase *tc = tcase_create("exemplar");

	tcase_add_test(tc, test_slowest);
	tcase_add_test(tc, test_slowest_ties);
	tcase_add_test(tc, test_last);
	tcase_add_test(tc, test_kinds_are_bounded);
	tcase_add_loop_test(tc, test_merge_any_order, 0, 10);
	tcase_add_loop_test(tc, test_merge_names, 0, 6);
	tcase_add_test(tc, test_set_worker);
	tcase_add_test(tc, test_text_is_harmless);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
