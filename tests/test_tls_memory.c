/* SPDX-License-Identifier: MIT */
/*
 * base/tls_memory.c: as memory it is like the heap's, for each size that has a
 * class and for those that have none; and what was given back last is the next
 * piece.
 */

#include <check.h>
#include <stdint.h>
#include <string.h>

#include "base/tls_memory.h"
#include "base/util.h"
#include "tests/suite.h"

enum {
	RECORD = 16 * 1024 + 300,	/* bytes of a buffer of one */
	MANY = 200			/* small ones: more than a chunk has */
};

static char *
get(size_t size)
{
	char *p = tls_memory_get(size, __FILE__, __LINE__);

	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq((uintptr_t)p % 16, 0);
	return p;
}

static void
give(void *p)
{
	tls_memory_put(p, __FILE__, __LINE__);
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
	static const size_t sizes[] = { 1, 100, 1024, 1025, RECORD };
	size_t size = sizes[_i];
	int round, i;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < MANY; i++)
			memset(p[i] = get(size), i % 100, size);
		for (i = 0; i < MANY; i++)
			check_filled(p[i], size, i % 100);
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
START_TEST(test_resize)
{
	static const size_t sizes[] = {
		1, 100, 1024, 1025, RECORD, 18 * 1024, 18 * 1024 + 1, 100000
	};
	size_t from = sizes[_i], to, i;
	char *p;
	int n;

	for (i = 0; i < UTIL_NELEM(sizes); i++)
		for (n = 0; n < MANY; n++) {
			to = sizes[i];
			memset(p = get(from), 'x', from);
			p = tls_memory_resize(p, to, __FILE__, __LINE__);
			ck_assert_ptr_nonnull(p);
			check_filled(p, from < to ? from : to, 'x');
			memset(p, 'y', to);
			give(p);
		}
	p = tls_memory_resize(NULL, from, __FILE__, __LINE__);
	ck_assert_ptr_nonnull(p);
	memset(p, 'z', from);
	give(p);
}
END_TEST

START_TEST(test_resize_to_nothing)
{
	char *p = get(RECORD);

	ck_assert_ptr_null(tls_memory_resize(p, 0, __FILE__, __LINE__));
	ck_assert_ptr_eq(get(RECORD), p);
	give(p);
	ck_assert_ptr_null(tls_memory_resize(get(100), 0, __FILE__, __LINE__));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("memory for TLS");
	TCase *tc = tcase_create("memory");

	tcase_add_loop_test(tc, test_many, 0, 5);
	tcase_add_test(tc, test_last_is_next);
	tcase_add_loop_test(tc, test_resize, 0, 8);
	tcase_add_test(tc, test_resize_to_nothing);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
