/* SPDX-License-Identifier: MIT */
/*
 * What base/tls_context.c makes contexts of: texts that cannot be used are
 * refused in one line and leave nothing behind; certificate and key may be one
 * text; and the key log goes where SSLKEYLOGFILE says, or nowhere.
 */

#include <sys/stat.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

static struct tls_rig rig;

/* The first lines of a text: an end that is missing. */
#define HALF		"-----BEGIN CERTIFICATE-----\n" \
	"MIIBbTCCARSgAwIBAgIUcClDKMRPq4ISkqPhrdHBb5hNkAowCgYIKoZIzj0EAwIw\n"
#define NO_BASE64	"-----BEGIN CERTIFICATE-----\n????\n" \
	"-----END CERTIFICATE-----\n"
#define NO_CERT		"-----BEGIN CERTIFICATE-----\nAAAA\n" \
	"-----END CERTIFICATE-----\n"

static const struct refuse_test {
	bool		 is_server;
	const char	*ca;
	const char	*cert;
	const char	*key;
	const char	*words;
} refuse_tests[] = {
	{ true, NULL, rig_cert, rig_strange_key,
	    "the key is not that of the certificate" },
	{ true, NULL, rig_cert, rig_encrypted_key, "the key is encrypted" },
	{ true, NULL, rig_cert, "", "there is no private key in PEM form" },
	{ true, NULL, rig_cert, NULL, "there is no private key in PEM form" },
	{ true, NULL, rig_cert, rig_ca,
	    "there is no private key in PEM form" },
	{ true, NULL, "", rig_key, "there is no certificate in PEM form" },
	{ true, NULL, "junk\n", rig_key,
	    "there is no certificate in PEM form" },
	{ true, NULL, rig_key, rig_key,
	    "there is no certificate in PEM form" },
	{ true, NULL, HALF, rig_key, "the certificate cannot be used" },
	{ true, NULL, NO_BASE64, rig_key, "the certificate cannot be used" },
	{ true, NULL, NO_CERT, rig_key, "the certificate cannot be used" },
	{ true, "", rig_cert, rig_key,
	    "there are no CA certificates in PEM form" },
	{ true, NO_CERT, rig_cert, rig_key,
	    "the CA certificates cannot be used" },
	{ false, "", NULL, NULL, "there are no CA certificates in PEM form" },
	{ false, "junk", NULL, NULL,
	    "there are no CA certificates in PEM form" },
	{ false, HALF, NULL, NULL, "the CA certificates cannot be used" },
	{ false, rig_ca, rig_client_cert, rig_key,
	    "the key is not that of the certificate" },
	{ false, rig_ca, rig_client_cert, NULL,
	    "there is no private key in PEM form" },
};

START_TEST(test_refuse)
{
	const struct refuse_test *t = &refuse_tests[_i];
	const struct tls_settings s = { .ca = RIG_TEXT(t->ca),
	    .cert = RIG_TEXT(t->cert), .key = RIG_TEXT(t->key) };
	char why[TLS_TEXT_MAX] = "";

	ck_assert_ptr_null(t->is_server ? tls_server_new(&s, why) :
	    tls_client_new(&s, why));
	ck_assert_msg(strncmp(why, t->words, strlen(t->words)) == 0,
	    "%d: %s", _i, why);
	ck_assert_ptr_null(strchr(why, '\n'));
	/* And nothing of it is left. */
	rig_open(&rig, NULL, NULL, "localhost");
	rig_shake(&rig);
	rig_close(&rig);
}
END_TEST

/* One text for both, in either order, among other things. */
START_TEST(test_one_text)
{
	char both[8192];
	const struct tls_settings server = { .cert = both };

	snprintf(both, sizeof(both), "%s text\n\n%s",
	    _i == 0 ? rig_cert : rig_key, _i == 0 ? rig_key : rig_cert);
	rig_open(&rig, NULL, &server, "localhost");
	rig_shake(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(test_key_log)
{
	char path[] = "/tmp/pulse-test-XXXXXX", text[4096] = "";
	int fd = mkstemp(path), lines = 0;
	const char *p;
	ssize_t n;

	ck_assert_int_ne(fd, -1);
	setenv("SSLKEYLOGFILE", path, 1);
	rig_open(&rig, NULL, NULL, "localhost");
	rig_shake(&rig);
	rig_close(&rig);
	unsetenv("SSLKEYLOGFILE");
	n = read(fd, text, sizeof(text) - 1);
	ck_assert_int_gt((int)n, 0);
	for (p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	/* By both ends: the five secrets of 1.3. */
	ck_assert_int_eq(lines, 10);
	ck_assert_ptr_nonnull(strstr(text, "CLIENT_TRAFFIC_SECRET_0 "));
	ck_assert_ptr_nonnull(strstr(text, "SERVER_TRAFFIC_SECRET_0 "));
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(test_key_log_nowhere)
{
	setenv("SSLKEYLOGFILE", "/nowhere/at/all", 1);
	rig_open(&rig, NULL, NULL, "localhost");
	rig_shake(&rig);
	rig_close(&rig);
	unsetenv("SSLKEYLOGFILE");
}
END_TEST

/* A pipe with nobody at its other end keeps nobody waiting. */
START_TEST(test_pipes)
{
	char dir[] = "/tmp/pulse-test-XXXXXX", path[64], why[TLS_TEXT_MAX];
	const struct tls_settings settings = { .ca = NULL };

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/pipe", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	setenv("SSL_CERT_FILE", path, 1);
	ck_assert_ptr_null(tls_client_new(&settings, why));
	ck_assert_ptr_nonnull(strstr(why, "no CA certificates could be read"));
	unsetenv("SSL_CERT_FILE");
	setenv("SSLKEYLOGFILE", path, 1);
	rig_open(&rig, NULL, NULL, "localhost");
	rig_shake(&rig);
	rig_close(&rig);
	unsetenv("SSLKEYLOGFILE");
	unlink(path);
	rmdir(dir);
}
END_TEST

/* A build without TLS says so. */
START_TEST(test_none)
{
	const struct tls_settings settings = { .is_insecure = true };
	char why[TLS_TEXT_MAX] = "";

	ck_assert_ptr_null(tls_client_new(&settings, why));
	ck_assert_ptr_nonnull(strstr(why, "TLS"));
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, test_refuse, 0, UTIL_NELEM(refuse_tests));
	tcase_add_loop_test(tc, test_one_text, 0, 2);
	tcase_add_test(tc, test_key_log);
	tcase_add_test(tc, test_key_log_nowhere);
	tcase_add_test(tc, test_pipes);
}

int
main(void)
{
	Suite *s = suite_create("tls_context");
	TCase *tc = tcase_create("context");

	if (tls_version() != NULL)
		add_tests(tc);
	else
		tcase_add_test(tc, test_none);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
