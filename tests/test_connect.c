/* SPDX-License-Identifier: MIT */
/*
 * load/connect.c: detours and addresses as text, both ways; where a host and
 * port lead; what cannot be combined; and copies that share nothing.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "load/connect.h"
#include "tests/suite.h"

/* Written as it was read, but for case and numbers; NULL: it is refused. */
static const struct detour_test {
	const char	*text;
	const char	*want;
} detour_tests[] = {
	{ "a:443:b:8443", "a:443:b:8443" },
	{ "Example.ORG:443:B:1", "example.org:443:b:1" },
	{ ":::", ":::" },
	{ "a:::", "a:::" },
	{ ":443::8443", ":443::8443" },
	{ "::b:", "::b:" },
	{ "[::1]:80:[2001:DB8::1]:65535", "[::1]:80:[2001:db8::1]:65535" },
	{ "127.0.0.1:080:a_b~c:1", "127.0.0.1:80:a_b~c:1" },
	{ "", NULL },
	{ "a", NULL },
	{ "a:1", NULL },
	{ "a:1:b", NULL },
	{ "a:1:b:2:", NULL },
	{ "a:1:b:2:3", NULL },
	{ "a:0:b:2", NULL },
	{ "a:1:b:0", NULL },
	{ "a:65536:b:2", NULL },
	{ "a:1:b:99999999999999999999", NULL },
	{ "a:+1:b:2", NULL },
	{ "a: 1:b:2", NULL },
	{ "a:1:b:2 ", NULL },
	{ "a b:1:c:2", NULL },
	{ "a/b:1:c:2", NULL },
	{ "a\n:1:b:2", NULL },
	{ "::1:80:b:1", NULL },
	{ "[]:1:b:2", NULL },
	{ "[::1:80:b:1", NULL },
	{ "[::1]80:b:1:2", NULL },
	{ "[::g]:80:b:1", NULL },
	{ "[127.0.0.1]:80:b:1", NULL },
};

START_TEST(test_detour)
{
	const struct detour_test *t = &detour_tests[_i];
	struct connect_settings c = { .ndetours = 0 };
	char why[CONNECT_TEXT_MAX] = "";
	struct buf out;
	char *copy;
	int rc;

	copy = xstrdup(t->text);	/* ASan sees what is behind it */
	rc = connect_add_detour(&c, copy, why);
	free(copy);
	ck_assert_msg((rc == 0) == (t->want != NULL), "%s: %s", t->text, why);
	ck_assert_uint_eq(c.ndetours, t->want != NULL);
	if (t->want == NULL)
		ck_assert_ptr_nonnull(strstr(why,
		    "expected HOST:PORT:HOST2:PORT2"));
	else {
		buf_init(&out, CONNECT_DETOUR_MAX);
		ck_assert_int_eq(connect_format_detour(&out, &c.detours[0]),
		    0);
		ck_assert_str_eq(buf_str(&out), t->want);
		buf_clear(&out);
	}
	connect_clear(&c);
}
END_TEST

/* The longest names there can be have room; one letter more is refused. */
START_TEST(test_detour_longest)
{
	struct connect_settings c = { .ndetours = 0 };
	char text[600], why[CONNECT_TEXT_MAX];
	struct buf out;

	memset(text, 'a', sizeof(text));
	memcpy(text + 255, ":65535:", 7);
	memcpy(text + 255 + 7 + 255, ":65535", 7);
	ck_assert_int_eq(connect_add_detour(&c, text, why), 0);
	buf_init(&out, CONNECT_DETOUR_MAX);
	ck_assert_int_eq(connect_format_detour(&out, &c.detours[0]), 0);
	ck_assert_str_eq(buf_str(&out), text);
	buf_clear(&out);
	memset(text, 'a', 256);
	memcpy(text + 256, ":1:b:2", 7);
	ck_assert_int_eq(connect_add_detour(&c, text, why), -1);
	ck_assert_uint_eq(c.ndetours, 1);
	connect_clear(&c);
}
END_TEST

START_TEST(test_detours_max)
{
	struct connect_settings c = { .ndetours = 0 };
	char why[CONNECT_TEXT_MAX];
	int i;

	for (i = 0; i < CONNECT_DETOURS_MAX; i++)
		ck_assert_int_eq(connect_add_detour(&c, ":::", why), 0);
	ck_assert_int_eq(connect_add_detour(&c, ":::", why), -1);
	ck_assert_str_eq(why, "there are more than 64");
	connect_clear(&c);
	ck_assert_uint_eq(c.ndetours, 0);
}
END_TEST

static const struct source_test {
	const char	*text;
	const char	*want;
} source_tests[] = {
	{ "127.0.0.1", "127.0.0.1" },
	{ "192.0.2.255", "192.0.2.255" },
	{ "::1", "::1" },
	{ "2001:DB8:0::0:1", "2001:db8::1" },
	{ "::", "::" },
	{ "", NULL },
	{ "localhost", NULL },
	{ "127.0.0.1:80", NULL },
	{ "[::1]", NULL },
	{ " 127.0.0.1", NULL },
	{ "127.0.0.1,127.0.0.2", NULL },
};

START_TEST(test_source)
{
	const struct source_test *t = &source_tests[_i];
	struct connect_settings c = { .nsources = 0 };
	char why[CONNECT_TEXT_MAX] = "", text[NET_TEXT_MAX];
	int rc;

	rc = connect_add_source(&c, t->text, why);
	ck_assert_msg((rc == 0) == (t->want != NULL), "%s: %s", t->text, why);
	ck_assert_uint_eq(c.nsources, t->want != NULL);
	if (t->want != NULL)
		ck_assert_str_eq(connect_format_source(text, &c.sources[0]),
		    t->want);
	else
		ck_assert_ptr_nonnull(strstr(why, "expected an address of"));
	connect_clear(&c);
}
END_TEST

START_TEST(test_sources_max)
{
	struct connect_settings c = { .nsources = 0 };
	char why[CONNECT_TEXT_MAX];
	int i;

	for (i = 0; i < CONNECT_SOURCES_MAX; i++)
		ck_assert_int_eq(connect_add_source(&c, "::1", why), 0);
	ck_assert_int_eq(connect_add_source(&c, "::1", why), -1);
	ck_assert_str_eq(why, "there are more than 256");
	connect_clear(&c);
}
END_TEST

static const struct route_test {
	const char	*detours[4];
	const char	*host;
	uint16_t	 port;
	const char	*to_host;
	uint16_t	 to_port;
} route_tests[] = {
	{ { NULL }, "a", 80, "a", 80 },
	{ { "a:80:b:81" }, "a", 80, "b", 81 },
	{ { "a:80:b:81" }, "A", 80, "b", 81 },
	{ { "a:80:b:81" }, "a", 81, "a", 81 },
	{ { "a:80:b:81" }, "aa", 80, "aa", 80 },
	{ { "a::b:" }, "a", 7, "b", 7 },
	{ { ":80::81" }, "a", 80, "a", 81 },
	{ { ":::" }, "a", 80, "a", 80 },
	{ { "::b:9" }, "x", 65535, "b", 9 },
	{ { "[::1]:80:b:" }, "::1", 80, "b", 80 },
	/* The first that fits counts, and once. */
	{ { "a:80:b:81", "a::c:82" }, "a", 80, "b", 81 },
	{ { "a:80:b:81", "a::c:82" }, "a", 81, "c", 82 },
	{ { "a:80:b:80", "b:80:c:80" }, "a", 80, "b", 80 },
	{ { "a:::", "::b:1" }, "a", 80, "a", 80 },
};

START_TEST(test_route)
{
	const struct route_test *t = &route_tests[_i];
	struct connect_settings c = { .ndetours = 0 };
	char why[CONNECT_TEXT_MAX];
	const char *host;
	uint16_t port;
	size_t i;

	for (i = 0; t->detours[i] != NULL; i++)
		ck_assert_int_eq(connect_add_detour(&c, t->detours[i], why),
		    0);
	connect_route(&c, t->host, t->port, &host, &port);
	if (strcmp(t->host, t->to_host) != 0)
		ck_assert_str_eq(host, t->to_host);
	else
		ck_assert_ptr_eq(host, t->host);
	ck_assert_uint_eq(port, t->to_port);
	connect_clear(&c);
}
END_TEST

/* What can be wrong of it all. */

static char long_path[200], long_pem[TLS_PEM_MAX + 2];

static const struct check_test {
	struct connect_settings	 c;
	const char		*detour;
	const char		*source;
	const char		*want;		/* NULL: it is well */
} check_tests[] = {
	{ { .ndetours = 0 }, NULL, NULL, NULL },
	{ { .ndetours = 0 }, ":::", "::1", NULL },
	{ { .tls = { .is_insecure = true, .no_resume = true },
	    .server_name = (char *)"a.b-c" }, NULL, NULL, NULL },
	{ { .unix_socket = (char *)"/x" }, NULL, NULL, NULL },
	{ { .tls = { .ca = (char *)"x", .cert = (char *)"y",
	    .key = (char *)"z" } }, NULL, NULL, NULL },
	{ { .server_name = (char *)"" }, NULL, NULL,
	    "serverName: must be a host, without a port" },
	{ { .server_name = (char *)"a b" }, NULL, NULL,
	    "serverName: must be a host, without a port" },
	{ { .server_name = (char *)"a\nb" }, NULL, NULL,
	    "serverName: must be a host, without a port" },
	{ { .unix_socket = (char *)"" }, NULL, NULL,
	    "unixSocket: must be a path of about 100 bytes at most, "
	    "without control characters" },
	{ { .unix_socket = long_path }, NULL, NULL,
	    "unixSocket: must be a path of about 100 bytes at most, "
	    "without control characters" },
	{ { .unix_socket = (char *)"/x" }, ":::", NULL,
	    "unixSocket: cannot be combined with connectTo" },
	{ { .unix_socket = (char *)"/x" }, NULL, "::1",
	    "unixSocket: cannot be combined with source" },
	{ { .tls = { .key = (char *)"x" } }, NULL, NULL,
	    "key: is of no use without a certificate" },
	{ { .tls = { .ca = (char *)"x", .is_insecure = true } }, NULL, NULL,
	    "ca: cannot be combined with insecure" },
	{ { .tls = { .ca = long_pem } }, NULL, NULL,
	    "ca: must be at most 1 MiB" },
};

START_TEST(test_check)
{
	const struct check_test *t = &check_tests[_i];
	struct connect_settings c;
	char why[CONNECT_TEXT_MAX] = "";
	int rc;

	memset(long_path, '/', sizeof(long_path) - 1);
	memset(long_pem, 'x', sizeof(long_pem) - 1);
	connect_copy(&c, &t->c);
	if (t->detour != NULL)
		ck_assert_int_eq(connect_add_detour(&c, t->detour, why), 0);
	if (t->source != NULL)
		ck_assert_int_eq(connect_add_source(&c, t->source, why), 0);
	rc = connect_check(&c, why);
	ck_assert_int_eq(rc, t->want == NULL ? 0 : -1);
	ck_assert_str_eq(why, t->want == NULL ? "" : t->want);
	connect_clear(&c);
}
END_TEST

/* The copy is whole when the other is gone, and neither knows the other. */
START_TEST(test_copy)
{
	struct connect_settings a = { .ndetours = 0 }, b;
	char why[CONNECT_TEXT_MAX], text[NET_TEXT_MAX];

	a.tls.ca = xstrdup("ca");
	a.tls.cert = xstrdup("cert");
	a.tls.key = xstrdup("key");
	a.tls.no_resume = true;
	a.server_name = xstrdup("n");
	a.unix_socket = xstrdup("/x");
	ck_assert_int_eq(connect_add_detour(&a, "a:1:b:2", why), 0);
	ck_assert_int_eq(connect_add_detour(&a, ":::", why), 0);
	ck_assert_int_eq(connect_add_source(&a, "127.0.0.1", why), 0);
	connect_copy(&b, &a);
	ck_assert_int_eq(connect_add_source(&b, "::1", why), 0);
	ck_assert_uint_eq(a.nsources, 1);
	connect_clear(&a);
	ck_assert_str_eq(b.tls.ca, "ca");
	ck_assert_str_eq(b.tls.cert, "cert");
	ck_assert_str_eq(b.tls.key, "key");
	ck_assert(b.tls.no_resume && !b.tls.is_insecure);
	ck_assert_str_eq(b.server_name, "n");
	ck_assert_str_eq(b.unix_socket, "/x");
	ck_assert_uint_eq(b.ndetours, 2);
	ck_assert_str_eq(b.detours[0].to_host, "b");
	ck_assert_uint_eq(b.detours[0].to_port, 2);
	ck_assert_ptr_null(b.detours[1].host);
	ck_assert_str_eq(connect_format_source(text, &b.sources[0]),
	    "127.0.0.1");
	connect_clear(&b);
	connect_clear(&b);
}
END_TEST

#define BEGIN(label)	"-----BEGIN " label "-----\n"
#define END(label)	"AAAA\n-----END " label "-----\n"
#define PEM(label)	BEGIN(label) END(label)

static const struct count_test {
	const char	*pem;
	size_t		 want;
} count_tests[] = {
	{ "", 0 },
	{ "CERTIFICATE-----", 0 },
	{ PEM("CERTIFICATE"), 1 },
	{ "a word\n" PEM("CERTIFICATE") PEM("TRUSTED CERTIFICATE"), 2 },
	{ PEM("PRIVATE KEY") PEM("CERTIFICATE"), 1 },
	{ PEM("CERTIFICATE REQUEST"), 0 },
	{ "-----BEGIN CERTIFICATE-----", 1 },
	{ "-----BEGIN \nCERTIFICATE-----\n", 0 },
	{ "-----BEGIN CERTIFICATE-----\r\nA\r\n", 1 },
	{ "-----BEGIN CERTIFICATE----", 0 },
};

START_TEST(test_count)
{
	char *pem = xstrdup(count_tests[_i].pem);

	ck_assert_uint_eq(connect_count_certs(pem), count_tests[_i].want);
	free(pem);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("connect");
	TCase *tc = tcase_create("connect");

	tcase_add_loop_test(tc, test_detour, 0, UTIL_NELEM(detour_tests));
	tcase_add_test(tc, test_detour_longest);
	tcase_add_test(tc, test_detours_max);
	tcase_add_loop_test(tc, test_source, 0, UTIL_NELEM(source_tests));
	tcase_add_test(tc, test_sources_max);
	tcase_add_loop_test(tc, test_route, 0, UTIL_NELEM(route_tests));
	tcase_add_loop_test(tc, test_check, 0, UTIL_NELEM(check_tests));
	tcase_add_test(tc, test_copy);
	tcase_add_loop_test(tc, test_count, 0, UTIL_NELEM(count_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
