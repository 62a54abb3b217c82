/* SPDX-License-Identifier: MIT */

/*
 * fleet/credentials.c: which options go with which workers, and what is read
 * of the files that they name. A reason begins with the option, names the file
 * and shows nothing of what is in it.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "fleet/credentials.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

static char dir[] = "/tmp/pulse-credentials.XXXXXX";

static const struct {
	const char	*name;
	const char	*bytes;
} files[] = {
	{ "ca", rig_ca },
	{ "cert", rig_client_cert },
	{ "key", rig_client_key },
	{ "strange", rig_strange_key },
	{ "encrypted", rig_encrypted_key },
	{ "token", "s3cret\n" },
	{ "bad_token", "s3 cret\n" },
	{ "text", "hello\n" },
	{ "broken", "-----BEGIN CERTIFICATE-----\nAAAA\n"
	    "-----END CERTIFICATE-----\n" },
};

static char *
path_of(const char *name)
{
	return name != NULL ? xasprintf("%s/%s", dir, name) : NULL;
}

static void
write_file(const char *name, const char *first, const char *second)
{
	char *path = path_of(name);
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fprintf(f, "%s%s", first, second), 0);
	ck_assert_int_eq(fclose(f), 0);
	free(path);
}

static void
setup(void)
{
	size_t i;

	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (i = 0; i < UTIL_NELEM(files); i++)
		write_file(files[i].name, files[i].bytes, "");
	write_file("both", rig_client_cert, rig_client_key);
	unsetenv("PULSE_WORKER_TOKEN");
}

static void
remove_file(const char *name)
{
	char *path = path_of(name);

	unlink(path);
	free(path);
}

static void
teardown(void)
{
	size_t i;

	for (i = 0; i < UTIL_NELEM(files); i++)
		remove_file(files[i].name);
	remove_file("both");
	rmdir(dir);
}

static void
make_fleet(struct fleet *fleet, const char *workers)
{
	char why[WIRE_TEXT_MAX] = "";

	memset(fleet, 0, sizeof(*fleet));
	if (workers != NULL)
		ck_assert_msg(fleet_add(fleet, workers, why) == 0, "%s", why);
}

static const struct check_test {
	const char	*workers;
	struct credentials_settings s;
	const char	*why;		/* NULL: all is well */
} check_tests[] = {
	{ NULL, { .token_file = NULL }, NULL },
	{ "a,unix:b", { .token_file = "t" }, NULL },
	{ "a,https://b:1", { .token_file = "t" }, NULL },
	{ "https://b:1", { "t", "ca", "cert", "key" }, NULL },
	{ "https://b:1,c", { NULL, "ca", "cert", NULL }, NULL },
	{ "https://b:1", { NULL, NULL, "cert", "key" }, NULL },
	{ NULL, { .token_file = "t" },
	    "--token-file: there are no workers that want a token" },
	{ NULL, { .ca_file = "f" },
	    "--worker-cacert: there is no https:// worker" },
	{ "a,http://b:1", { .ca_file = "f", .cert_file = "f" },
	    "--worker-cacert: there is no https:// worker" },
	{ "a,exec:b", { .cert_file = "f" },
	    "--worker-cert: there is no https:// worker" },
	{ "unix:a", { .key_file = "f" },
	    "--worker-key: there is no https:// worker" },
	{ "https://b:1", { .key_file = "f" },
	    "--worker-key: there is no --worker-cert that it is the key of" },
};

START_TEST(test_check)
{
	const struct check_test *t = &check_tests[_i];
	char why[WIRE_TEXT_MAX] = "";
	struct fleet fleet;
	int rc;

	memset(&fleet, 0, sizeof(fleet));
	if (t->workers != NULL && strstr(t->workers, "exec:") != NULL) {
		make_fleet(&fleet, "a");
		rc = fleet_add(&fleet, "exec:b", why);
		ck_assert_int_eq(rc, 0);
	} else
		make_fleet(&fleet, t->workers);
	rc = credentials_check(&t->s, &fleet, why);
	ck_assert_int_eq(rc, t->why == NULL ? 0 : -1);
	ck_assert_str_eq(why, t->why != NULL ? t->why : "");
	fleet_clear(&fleet);
}
END_TEST

static const struct read_test {
	const char	*descr;
	struct credentials_settings s;	/* names of files */
	const char	*option;	/* NULL: all is well */
	const char	*why;		/* behind option and file */
} read_tests[] = {
	{ "whom to trust", { .ca_file = "ca" }, NULL, NULL },
	{ "a certificate", { NULL, "ca", "cert", "key" }, NULL, NULL },
	{ "both in one file", { NULL, "ca", "both", NULL }, NULL, NULL },
	{ "all", { "token", "ca", "cert", "key" }, NULL, NULL },
	{ "no such CA", { .ca_file = "none" }, "--worker-cacert",
	    "No such file" },
	{ "no CA in it", { .ca_file = "text" }, "--worker-cacert",
	    "there are no CA certificates in PEM form" },
	{ "a key for a CA", { .ca_file = "key" }, "--worker-cacert",
	    "there are no CA certificates in PEM form" },
	{ "a broken CA", { .ca_file = "broken" }, "--worker-cacert",
	    "the CA certificates cannot be used" },
	{ "no such certificate", { NULL, "ca", "none", "key" },
	    "--worker-cert", "No such file" },
	{ "no certificate in it", { NULL, "ca", "text", "key" },
	    "--worker-cert", "there is no certificate in PEM form" },
	{ "no key beside it", { NULL, "ca", "cert", NULL },
	    "--worker-cert", "there is no private key in PEM form" },
	{ "no such key", { NULL, "ca", "cert", "none" }, "--worker-key",
	    "No such file" },
	{ "no key in it", { NULL, "ca", "cert", "text" }, "--worker-key",
	    "there is no private key in PEM form" },
	{ "another one's key", { NULL, "ca", "cert", "strange" },
	    "--worker-key", "the key is not that of the certificate" },
	{ "a key with a password", { NULL, "ca", "cert", "encrypted" },
	    "--worker-key", "the key is encrypted" },
	{ "a bad token", { "bad_token", "ca", NULL, NULL }, "--token-file",
	    "visible ASCII" },
};

/* The file that a reason is about. */
static const char *
file_of(const struct credentials_settings *s, const char *option)
{
	return strcmp(option, "--worker-cacert") == 0 ? s->ca_file :
	    strcmp(option, "--worker-cert") == 0 ? s->cert_file :
	    strcmp(option, "--worker-key") == 0 ? s->key_file : s->token_file;
}

START_TEST(test_read)
{
	const struct read_test *t = &read_tests[_i];
	struct credentials_settings s = {
		path_of(t->s.token_file), path_of(t->s.ca_file),
		path_of(t->s.cert_file), path_of(t->s.key_file)
	};
	char why[WIRE_TEXT_MAX] = "", *begin = NULL;
	struct credentials c;
	struct fleet fleet;
	int rc;

	make_fleet(&fleet, "a,https://b:1");
	rc = credentials_read(&c, &s, &fleet, why);
	ck_assert_msg(rc == (t->option == NULL ? 0 : -1), "%s: %s", t->descr,
	    why);
	if (t->option == NULL) {
		ck_assert_ptr_nonnull(c.tls);
		ck_assert(c.token == NULL ? t->s.token_file == NULL :
		    strcmp(c.token, "s3cret") == 0);
	} else {
		begin = xasprintf("%s: %s/%s: ", t->option, dir,
		    file_of(&t->s, t->option));
		ck_assert_msg(strncmp(why, begin, strlen(begin)) == 0 &&
		    strstr(why, t->why) != NULL, "%s: %s", t->descr, why);
		ck_assert_ptr_null(strstr(why, "cret"));
	}
	free(begin);
	credentials_clear(&c);
	fleet_clear(&fleet);
	free((char *)(uintptr_t)s.token_file);
	free((char *)(uintptr_t)s.ca_file);
	free((char *)(uintptr_t)s.cert_file);
	free((char *)(uintptr_t)s.key_file);
}
END_TEST

/* No file is looked at for what nobody asked for. */
START_TEST(test_plain)
{
	struct credentials_settings s = { .token_file = NULL };
	char why[WIRE_TEXT_MAX] = "";
	struct credentials c;
	struct fleet fleet;

	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	make_fleet(&fleet, "a,http://b:1,unix:c");
	ck_assert_int_eq(credentials_read(&c, &s, &fleet, why), 0);
	ck_assert_ptr_null(c.tls);
	ck_assert_ptr_null(c.token);
	credentials_clear(&c);
	fleet_clear(&fleet);
	make_fleet(&fleet, "https://b:1");
	ck_assert_int_eq(credentials_read(&c, &s, &fleet, why), -1);
	ck_assert_msg(strstr(why, "SSL_CERT_FILE: /nonexistent: ") == why,
	    "%s", why);
	credentials_clear(&c);
	fleet_clear(&fleet);
}
END_TEST

/* All that such a build has to say of https workers. */
START_TEST(test_none)
{
	struct credentials_settings s = { .token_file = NULL };
	char why[WIRE_TEXT_MAX] = "";
	struct fleet fleet;

	make_fleet(&fleet, "a,https://b:1");
	ck_assert_int_eq(credentials_check(&s, &fleet, why), -1);
	ck_assert_str_eq(why, "https://b:1: this build has no TLS: give an "
	    "http:// worker");
	fleet_clear(&fleet);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("credentials");
	TCase *tc;

	tc = tcase_create("credentials");
	suite_add_tcase(s, tc);
	if (tls_version() == NULL) {
		tcase_add_test(tc, test_none);
		return s;
	}
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_check, 0, UTIL_NELEM(check_tests));
	tcase_add_loop_test(tc, test_read, 0, UTIL_NELEM(read_tests));
	tcase_add_test(tc, test_plain);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
