/* SPDX-License-Identifier: MIT */
/*
 * base/records.c: as memory it is like the heap's, for buffers of records and
 * for all else, also when there are more of them than are kept; and the buffer
 * that was used last is the next one.
 */

#include <check.h>
#include <stdint.h>
#include <string.h>

#include "base/records.h"
#include "base/util.h"
#include "tests/suite.h"

enum {
	RECORD = 16 * 1024 + 300,	/* bytes of a buffer of one */
	MANY = 100			/* more than are kept */
};

static char *
get(size_t size)
{
	char *p = records_malloc(size, __FILE__, __LINE__);

	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq((uintptr_t)p % 16, 0);
	return p;
}

static void
give(void *p)
{
	records_free(p, __FILE__, __LINE__);
}

static void
check_filled(const char *p, size_t len, int byte)
{
	size_t i;

	for (i = 0; i < len && p[i] == byte; i++)
		;
	ck_assert_uint_eq(i, len);
}

/* Each is its own, whatever the order in which they go. */
START_TEST(test_many)
{
	static char *p[MANY];
	size_t size = _i == 0 ? RECORD : 100;
	int round, i;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < MANY; i++)
			memset(p[i] = get(size), i, size);
		for (i = 0; i < MANY; i++)
			check_filled(p[i], size, i);
		for (i = 0; i < MANY; i++)
			give(p[round == 0 ? i : MANY - 1 - i]);
	}
	give(NULL);
}
END_TEST

START_TEST(test_last_is_next)
{
	char *a = get(RECORD), *b = get(RECORD), *other = get(100);

	give(a);
	give(b);
	give(other);
	ck_assert_ptr_eq(get(RECORD - 100), b);
	ck_assert_ptr_eq(get(RECORD + 100), a);
	give(a);
	give(b);
}
END_TEST

/* From each size to each: what fits stays, and the old one is free again. */
START_TEST(test_realloc)
{
	static const size_t sizes[] = {
		1, 100, 16 * 1024, RECORD, 18 * 1024, 18 * 1024 + 1, 100000
	};
	size_t from = sizes[_i], to, i;
	char *p;
	int n;

	for (i = 0; i < UTIL_NELEM(sizes); i++)
		for (n = 0; n < MANY; n++) {
			to = sizes[i];
			memset(p = get(from), 'x', from);
			p = records_realloc(p, to, __FILE__, __LINE__);
			ck_assert_ptr_nonnull(p);
			check_filled(p, from < to ? from : to, 'x');
			memset(p, 'y', to);
			give(p);
		}
	p = records_realloc(NULL, from, __FILE__, __LINE__);
	ck_assert_ptr_nonnull(p);
	memset(p, 'z', from);
	give(p);
}
END_TEST

START_TEST(test_realloc_to_nothing)
{
	char *p = get(RECORD);

	ck_assert_ptr_null(records_realloc(p, 0, __FILE__, __LINE__));
	ck_assert_ptr_eq(get(RECORD), p);
	give(p);
	ck_assert_ptr_null(records_realloc(get(100), 0, __FILE__, __LINE__));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("records");
	TCase *tc = tcase_create("memory");

	tcase_add_loop_test(tc, test_many, 0, 2);
	tcase_add_test(tc, test_last_is_next);
	tcase_add_loop_test(tc, test_realloc, 0, 7);
	tcase_add_test(tc, test_realloc_to_nothing);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
