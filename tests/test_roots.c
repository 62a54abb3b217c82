/* SPDX-License-Identifier: MIT */
/*
 * base/roots.c: what the environment names is taken as it is; else some place
 * of this machine, which has certificates if it is a file. And what
 * base/tls_context.c reads there: trust in what SSL_CERT_FILE and SSL_CERT_DIR
 * have, and one line that names what could not be read.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/roots.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

static char path[] = "/tmp/pulse-test-XXXXXX";

static const struct find_test {
	const char	*file;		/* of the environment; NULL: unset */
	const char	*dir;
	const char	*want_file;
	const char	*want_dir;
} find_tests[] = {
	{ "/a", NULL, "/a", NULL },
	{ NULL, "/b", NULL, "/b" },
	{ "/a", "/b", "/a", "/b" },
	{ "/a", "", "/a", NULL },
	{ "", "/b", NULL, "/b" },
};

static void
set(const char *name, const char *value)
{
	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void
setup(void)
{
	set("SSL_CERT_FILE", NULL);
	set("SSL_CERT_DIR", NULL);
}

START_TEST(test_find)
{
	const struct find_test *t = &find_tests[_i];
	struct roots r;

	set("SSL_CERT_FILE", t->file);
	set("SSL_CERT_DIR", t->dir);
	ck_assert_int_eq(roots_find(&r), 0);
	ck_assert_pstr_eq(r.file, t->want_file);
	ck_assert_pstr_eq(r.dir, t->want_dir);
	ck_assert(r.is_given);
}
END_TEST

/* Set to nothing is not set: one place that is there, or none. */
START_TEST(test_find_here)
{
	struct roots r = { "x", "x", true };

	if (_i == 1) {
		set("SSL_CERT_FILE", "");
		set("SSL_CERT_DIR", "");
	}
	if (roots_find(&r) == -1) {
		ck_assert(r.file == NULL && r.dir == NULL);
		return;
	}
	ck_assert((r.file == NULL) != (r.dir == NULL));
	ck_assert_int_eq(access(r.file != NULL ? r.file : r.dir, R_OK), 0);
}
END_TEST

/* Who trusts what the environment names: none of it from settings. */
static void
check_trust(bool is_trusted)
{
	static const struct tls_settings settings = { .ca = NULL };
	struct tls_rig rig;
	int client_error, server_error;

	rig_open(&rig, &settings, NULL, "localhost");
	rig_handshake(&rig, &client_error, &server_error);
	ck_assert_int_eq(client_error == 0, is_trusted);
	ck_assert_int_eq(tls_reason(rig.client), is_trusted ? TLS_OK :
	    TLS_CERT_ISSUER);
	rig_close(&rig);
}

/* A file of its own, with this text. */
static void
write_file(const char *text)
{
	FILE *f;

	if (strcmp(path + strlen(path) - 6, "XXXXXX") == 0)
		close(mkstemp(path));
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert(fputs(text, f) >= 0 && fclose(f) == 0);
}

START_TEST(test_file)
{
	write_file(rig_ca);
	set("SSL_CERT_FILE", path);
	check_trust(true);
	write_file(rig_other_ca);
	check_trust(false);
	unlink(path);
}
END_TEST

/* One without certificates for what is asked trusts nobody. */
START_TEST(test_dir)
{
	set("SSL_CERT_DIR", "/");
	check_trust(false);
}
END_TEST

START_TEST(test_unreadable)
{
	static const struct tls_settings settings = { .ca = NULL };
	char why[TLS_TEXT_MAX], want[TLS_TEXT_MAX];

	set("SSL_CERT_FILE", "/nowhere/at/all");
	ck_assert_ptr_null(tls_client_new(&settings, why));
	ck_assert_str_eq(why, "SSL_CERT_FILE: /nowhere/at/all: no CA "
	    "certificates could be read from it");
	write_file("junk\n");
	set("SSL_CERT_FILE", path);
	snprintf(want, sizeof(want), "SSL_CERT_FILE: %s: no CA certificates "
	    "could be read from it", path);
	ck_assert_ptr_null(tls_client_new(&settings, why));
	ck_assert_str_eq(why, want);
	/* A file is no directory. */
	set("SSL_CERT_FILE", NULL);
	set("SSL_CERT_DIR", path);
	ck_assert_ptr_null(tls_client_new(&settings, why));
	ck_assert_ptr_nonnull(strstr(why, "SSL_CERT_DIR: "));
	unlink(path);
	ck_assert_ptr_null(tls_client_new(&settings, why));
	ck_assert_ptr_nonnull(strstr(why, path));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("roots");
	TCase *tc = tcase_create("find");

	tcase_add_checked_fixture(tc, setup, setup);
	tcase_add_loop_test(tc, test_find, 0,
	    sizeof(find_tests) / sizeof(find_tests[0]));
	tcase_add_loop_test(tc, test_find_here, 0, 2);
	suite_add_tcase(s, tc);
	if (tls_version() == NULL)
		return s;
	tc = tcase_create("tls");
	tcase_add_checked_fixture(tc, setup, setup);
	tcase_add_test(tc, test_file);
	tcase_add_test(tc, test_dir);
	tcase_add_test(tc, test_unreadable);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
