/* SPDX-License-Identifier: MIT */
/*
 * base/pem.c: what is read, what is refused and in which words, and that a
 * process which has read a private key, wherever it stood, leaves no core.
 */

#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pem.h"
#include "base/util.h"
#include "tests/suite.h"

#define CERT	"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
#define KEY(of)	"-----BEGIN " of "PRIVATE KEY-----\nAA==\n"		\
		"-----END " of "PRIVATE KEY-----\n"

static char path[] = "/tmp/pulse-pem.XXXXXX";

static void
setup(void)
{
	int fd;

	memcpy(path, "/tmp/pulse-pem.XXXXXX", sizeof(path));
	fd = mkstemp(path);
	ck_assert_int_ne(fd, -1);
	close(fd);
}

static void
teardown(void)
{
	ck_assert_int_eq(unlink(path), 0);
#ifdef __linux__
	ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL), 0);
#endif
}

static void
write_file(const char *bytes, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static bool
leaves_cores(void)
{
#ifdef __linux__
	return prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) != 0;
#else
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
	return limit.rlim_max != 0;
#endif
}

static const struct {
	const char	*bytes;
	bool		 is_secret;
} good[] = {
	{ "", false },
	{ "no PEM\n", false },
	{ CERT, false },
	{ KEY(""), true },
	{ KEY("EC "), true },
	{ KEY("RSA "), true },
	{ KEY("ENCRYPTED "), true },
	{ CERT KEY(""), true },
	{ KEY("") CERT, true },
};

START_TEST(reads)
{
	char *text = (char *)path, why[TLS_TEXT_MAX] = "";

	write_file(good[_i].bytes, strlen(good[_i].bytes));
	ck_assert(leaves_cores());
	ck_assert_int_eq(pem_read(&text, path, "--cert", why), 0);
	ck_assert_str_eq(text, good[_i].bytes);
	ck_assert_int_eq(leaves_cores(), !good[_i].is_secret);
	pem_free(text);
}
END_TEST

START_TEST(nothing)
{
	char *text = (char *)path, why[TLS_TEXT_MAX] = "";

	ck_assert_int_eq(pem_read(&text, NULL, "--cert", why), 0);
	ck_assert_ptr_null(text);
	pem_free(text);
}
END_TEST

static void
check_refused(const char *file, const char *name, const char *want)
{
	char *text = (char *)path, why[TLS_TEXT_MAX] = "";

	ck_assert_int_eq(pem_read(&text, file, name, why), -1);
	ck_assert_ptr_null(text);
	ck_assert_str_eq(why, want);
}

START_TEST(refuses)
{
	static const char cut[] = CERT "\0" CERT;
	char *large = xcalloc(TLS_PEM_MAX + 1, 1);
	char name[300], want[TLS_TEXT_MAX];

	check_refused("/nowhere", "--key: /nowhere",
	    "--key: /nowhere: No such file or directory");
	check_refused("/", "--key: /", "--key: /: Is a directory");
	write_file(cut, sizeof(cut) - 1);
	check_refused(path, "--cert: c",
	    "--cert: c: it is no text: there is a NUL in it");
	memset(large, '\n', TLS_PEM_MAX + 1);
	write_file(large, TLS_PEM_MAX + 1);
	check_refused(path, "--cert: c", "--cert: c: File too large");
	free(large);
	/* Whatever it is called there is room for the reason. */
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(want, sizeof(want), "%.120s: No such file or directory",
	    name);
	check_refused("/nowhere", name, want);
}
END_TEST

START_TEST(the_largest)
{
	char *large = xcalloc(TLS_PEM_MAX + 1, 1);
	char *text, why[TLS_TEXT_MAX] = "";

	memset(large, '\n', TLS_PEM_MAX);
	write_file(large, TLS_PEM_MAX);
	ck_assert_int_eq(pem_read(&text, path, "--cacert", why), 0);
	ck_assert_uint_eq(strlen(text), TLS_PEM_MAX);
	pem_free(text);
	free(large);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pem");
	TCase *tc = tcase_create("pem");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, reads, 0, (int)UTIL_NELEM(good));
	tcase_add_test(tc, nothing);
	tcase_add_test(tc, refuses);
	tcase_add_test(tc, the_largest);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
