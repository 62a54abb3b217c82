/* SPDX-License-Identifier: MIT */

/*
 * token.c: where a token comes from, what is none, and that no message shows
 * any of it; how it is compared.
 */

#include <sys/resource.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "tests/suite.h"
#include "token.h"

static char dir[] = "/tmp/pulse-token.XXXXXX";
static char *path;

static void
setup(void)
{
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	path = xasprintf("%s/token", dir);
	unsetenv("PULSE_WORKER_TOKEN");
}

static void
teardown(void)
{
	unlink(path);
	rmdir(dir);
	free(path);
}

static void
write_file(const char *bytes, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static const struct file_test {
	const char	*descr;
	const char	*bytes;
	const char	*want;		/* NULL: refused, with why */
	const char	*why;
} file_tests[] = {
	{ "a line", "s3cret\n", "s3cret", NULL },
	{ "no newline", "s3cret", "s3cret", NULL },
	{ "CRLF", "s3cret\r\n", "s3cret", NULL },
	{ "first of two", "one\ntwo\n", "one", NULL },
	{ "all that is visible", "!~\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}\n",
	    "!~\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}", NULL },
	{ "empty file", "", NULL, "there is no token in it" },
	{ "empty line", "\nx\n", NULL, "there is no token in it" },
	{ "a blank in it", "s3 cret\n", NULL, "visible ASCII" },
	{ "a blank behind it", "s3cret \n", NULL, "visible ASCII" },
	{ "a control", "s3\001cret\n", NULL, "visible ASCII" },
	{ "not ASCII", "s\303\251cret\n", NULL, "visible ASCII" },
};

START_TEST(test_file)
{
	const struct file_test *t = &file_tests[_i];
	char why[WIRE_TEXT_MAX] = "", *token;

	/* A file wins. */
	setenv("PULSE_WORKER_TOKEN", "other", 1);
	write_file(t->bytes, strlen(t->bytes));
	ck_assert_msg(token_read(path, &token, why) ==
	    (t->want == NULL ? -1 : 0), "%s: %s", t->descr, why);
	if (t->want != NULL) {
		ck_assert_str_eq(token, t->want);
		/* Commands that carry the protocol would see the other. */
		ck_assert_ptr_null(getenv("PULSE_WORKER_TOKEN"));
	} else {
		ck_assert_ptr_null(token);
		ck_assert_msg(strstr(why, t->why) != NULL, "%s", why);
		ck_assert_ptr_null(strstr(why, "cret"));
		ck_assert_ptr_nonnull(strstr(why, path));
	}
	free(token);
}
END_TEST

/* It would be a shorter token than the file shows. */
START_TEST(test_nul)
{
	char why[WIRE_TEXT_MAX] = "", *token;

	write_file("s3c\0ret\n", 8);
	ck_assert_int_eq(token_read(path, &token, why), -1);
	ck_assert_ptr_null(token);
	ck_assert_msg(strstr(why, "NUL") != NULL, "%s", why);
}
END_TEST

START_TEST(test_long)
{
	char why[WIRE_TEXT_MAX] = "", *token, line[TOKEN_MAX + 3];

	memset(line, 'x', sizeof(line));
	write_file(line, TOKEN_MAX);
	ck_assert_int_eq(token_read(path, &token, why), 0);
	ck_assert_uint_eq(strlen(token), TOKEN_MAX);
	free(token);
	write_file(line, TOKEN_MAX + 1);
	ck_assert_int_eq(token_read(path, &token, why), -1);
	ck_assert_ptr_nonnull(strstr(why, "at most 4096"));
	write_file(line, TOKEN_MAX + 3);
	ck_assert_int_eq(token_read(path, &token, why), -1);
}
END_TEST

START_TEST(test_environment)
{
	char why[WIRE_TEXT_MAX] = "", *token;
	struct rlimit core;

	ck_assert_int_eq(token_read(NULL, &token, why), 0);
	ck_assert_ptr_null(token);
	setenv("PULSE_WORKER_TOKEN", "", 1);
	ck_assert_int_eq(token_read(NULL, &token, why), 0);
	ck_assert_ptr_null(token);
	setenv("PULSE_WORKER_TOKEN", "s3 cret", 1);
	ck_assert_int_eq(token_read(NULL, &token, why), -1);
	ck_assert_str_eq(why, "PULSE_WORKER_TOKEN: a token has visible ASCII "
	    "characters only, no blanks");
	setenv("PULSE_WORKER_TOKEN", "s3cret", 1);
	ck_assert_int_eq(token_read(NULL, &token, why), 0);
	ck_assert_str_eq(token, "s3cret");
	free(token);
	ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
	ck_assert_uint_eq(core.rlim_max, 0);
}
END_TEST

START_TEST(test_no_file)
{
	char why[WIRE_TEXT_MAX] = "", *token;

	ck_assert_int_eq(token_read(path, &token, why), -1);
	ck_assert_ptr_null(token);
	ck_assert_ptr_nonnull(strstr(why, "No such file"));
	/* A directory can be opened, but not read. */
	ck_assert_int_eq(token_read(dir, &token, why), -1);
	ck_assert_ptr_nonnull(strstr(why, "Is a directory"));
}
END_TEST

static const struct {
	const char	*token;
	const char	*given;
	bool		 want;
} compare_tests[] = {
	{ "s3cret", "s3cret", true },
	{ "s3cret", "s3creT", false },
	{ "s3cret", "S3cret", false },
	{ "s3cret", "s3cre", false },
	{ "s3cret", "s3crets3cret", false },
	{ "s3cret", "", false },
	{ "x", "x", true },
	{ "x", "xx", false },
	{ "xx", "x", false },
};

START_TEST(test_compare)
{
	const char *given = compare_tests[_i].given;
	size_t len = strlen(given);
	/* Of the exact size: one byte too far is seen. */
	char *copy = xcalloc(1, len + (len == 0));

	memcpy(copy, given, len);
	ck_assert(token_is(compare_tests[_i].token, copy, len) ==
	    compare_tests[_i].want);
	free(copy);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("token");
	TCase *tc;

	tc = tcase_create("token");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_file, 0, UTIL_NELEM(file_tests));
	tcase_add_test(tc, test_nul);
	tcase_add_test(tc, test_long);
	tcase_add_test(tc, test_environment);
	tcase_add_test(tc, test_no_file);
	tcase_add_loop_test(tc, test_compare, 0, UTIL_NELEM(compare_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
