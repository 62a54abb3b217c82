/* SPDX-License-Identifier: MIT */

/*
 * base/util.c: buffers at and around their maximum, memory of no size, and
 * the clocks. An add that would pass the maximum adds nothing and is
 * remembered until buf_reset; a buffer that was cleared is as good as new; a
 * file is read whole or not at all. Of the clocks only that they go forward
 * and what their unit is.
 */

#include <sys/stat.h>

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "tests/suite.h"

static Suite	*make_suite(void);

START_TEST(test_buf_max)
{
	struct buf b;

	buf_init(&b, 4);
	ck_assert_str_eq(buf_str(&b), "");
	ck_assert_int_eq(buf_adds(&b, "abc"), 0);
	ck_assert_int_eq(buf_adds(&b, "de"), -1);
	ck_assert(b.is_full);
	ck_assert_str_eq(buf_str(&b), "abc");
	ck_assert_int_eq(buf_adds(&b, "d"), 0);
	ck_assert(b.is_full);
	ck_assert_str_eq(buf_str(&b), "abcd");
	ck_assert_int_eq(buf_add(&b, NULL, 0), 0);
	buf_reset(&b);
	ck_assert(!b.is_full);
	ck_assert_str_eq(buf_str(&b), "");
	buf_clear(&b);
	ck_assert_ptr_null(b.data);
	ck_assert_int_eq(buf_adds(&b, "abcd"), 0);
	ck_assert_int_eq(buf_adds(&b, "e"), -1);
	buf_clear(&b);
}
END_TEST

START_TEST(test_buf_recycle)
{
	struct buf b;
	const char *was;

	buf_init(&b, 1000);
	ck_assert_int_eq(buf_adds(&b, "abc"), 0);
	was = b.data;
	buf_recycle(&b, b.cap);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_ptr_eq(b.data, was);
	buf_recycle(&b, b.cap - 1);
	ck_assert_uint_eq(b.cap, 0);
	ck_assert_int_eq(buf_adds(&b, "abc"), 0);
	ck_assert_str_eq(buf_str(&b), "abc");
	buf_clear(&b);
}
END_TEST

START_TEST(test_buf_max_zero)
{
	struct buf b;

	buf_init(&b, 0);
	ck_assert_str_eq(buf_str(&b), "");
	ck_assert_int_eq(buf_adds(&b, ""), 0);
	ck_assert_int_eq(buf_adds(&b, "a"), -1);
	buf_clear(&b);
}
END_TEST

START_TEST(test_buf_addf)
{
	struct buf b;

	buf_init(&b, 10);
	ck_assert_int_eq(buf_addf(&b, "%d-%s", 12, "abc"), 0);
	ck_assert_str_eq(buf_str(&b), "12-abc");
	ck_assert_int_eq(buf_addf(&b, "%05d", 1), -1);
	ck_assert(b.is_full);
	ck_assert_str_eq(buf_str(&b), "12-abc");
	ck_assert_int_eq(buf_addf(&b, "%04d", 1), 0);
	ck_assert_str_eq(buf_str(&b), "12-abc0001");
	buf_clear(&b);
}
END_TEST

START_TEST(test_buf_room)
{
	struct buf b;
	char *p;

	buf_init(&b, 1000);
	ck_assert_ptr_null(buf_room(&b, 1001));
	ck_assert(!b.is_full);
	p = buf_room(&b, 1000);
	ck_assert_ptr_nonnull(p);
	memset(p, 'x', 1000);
	buf_used(&b, 999);
	ck_assert_uint_eq(b.len, 999);
	ck_assert_ptr_null(buf_room(&b, 2));
	ck_assert_ptr_nonnull(buf_room(&b, 1));
	ck_assert_uint_eq(strlen(buf_str(&b)), 999);
	buf_clear(&b);
}
END_TEST

START_TEST(test_buf_drop)
{
	struct buf b;

	buf_init(&b, 100);
	buf_drop(&b, 0);
	ck_assert_int_eq(buf_adds(&b, "abcdef"), 0);
	buf_drop(&b, 2);
	ck_assert_str_eq(buf_str(&b), "cdef");
	buf_drop(&b, 4);
	ck_assert_uint_eq(b.len, 0);
	buf_clear(&b);
}
END_TEST

START_TEST(test_buf_grows)
{
	struct buf b;
	size_t i;

	buf_init(&b, 10000);
	for (i = 0; i < 10000; i++)
		ck_assert_int_eq(buf_add(&b, i % 2 == 0 ? "a" : "b", 1), 0);
	ck_assert_int_eq(buf_add(&b, "c", 1), -1);
	for (i = 0; i < 10000; i++)
		ck_assert(b.data[i] == (i % 2 == 0 ? 'a' : 'b'));
	buf_clear(&b);
}
END_TEST

/* Behind what is there; all of it or nothing. */
START_TEST(test_buf_read_file)
{
	char path[] = "/tmp/pulse_test_XXXXXX";
	struct buf b;
	int fd = mkstemp(path);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, "a\0b", 3), 3);
	close(fd);
	buf_init(&b, 4);
	buf_adds(&b, "x");
	ck_assert_int_eq(buf_read_file(&b, path), 0);
	ck_assert_uint_eq(b.len, 4);
	ck_assert_mem_eq(b.data, "xa\0b", 4);
	ck_assert_int_eq(buf_read_file(&b, path), -1);
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(buf_read_file(&b, path), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(buf_read_file(&b, "/"), -1);
	ck_assert_int_eq(errno, EISDIR);
	buf_clear(&b);
}
END_TEST

START_TEST(test_memory)
{
	static const char view[] = { 'a', 'b', 'c' };
	char *p, *q;

	p = xcalloc(0, 0);
	ck_assert_ptr_nonnull(p);
	p = xreallocarray(p, 0, 8);
	ck_assert_ptr_nonnull(p);
	p = xreallocarray(p, 3, 8);
	memset(p, 1, 24);
	free(p);
	p = xcalloc(2, 3);
	ck_assert_mem_eq(p, "\0\0\0\0\0\0", 6);
	free(p);
	p = xstrndup(view, sizeof(view));
	ck_assert_str_eq(p, "abc");
	q = xstrdup(p);
	ck_assert_str_eq(q, "abc");
	free(p);
	p = xasprintf("%s/%d%%", q, 42);
	ck_assert_str_eq(p, "abc/42%");
	free(p);
	free(q);
}
END_TEST

START_TEST(test_clock)
{
	uint64_t before, after;

	before = clock_now_ns();
	after = clock_now_ns();
	ck_assert_uint_gt(before, 0);
	ck_assert_uint_ge(after, before);
	/* Between 2020 and 2200, else some unit is wrong. */
	ck_assert_uint_gt(clock_wall_ns(), UINT64_C(1577836800) * NS_PER_SEC);
	ck_assert_uint_lt(clock_wall_ns(), UINT64_C(7258118400) * NS_PER_SEC);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("util");
	TCase *tc;

	tc = tcase_create("buffers");
	tcase_add_test(tc, test_buf_max);
	tcase_add_test(tc, test_buf_recycle);
	tcase_add_test(tc, test_buf_max_zero);
	tcase_add_test(tc, test_buf_addf);
	tcase_add_test(tc, test_buf_room);
	tcase_add_test(tc, test_buf_drop);
	tcase_add_test(tc, test_buf_grows);
	tcase_add_test(tc, test_buf_read_file);
	suite_add_tcase(s, tc);

	tc = tcase_create("memory and clocks");
	tcase_add_test(tc, test_memory);
	tcase_add_test(tc, test_clock);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
