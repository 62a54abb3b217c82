/* SPDX-License-Identifier: MIT */
/*
 * URLs: taken apart, refused with the right words, resolved as RFC 3986 5.4
 * has it. Each is read from a copy of just its size, so that a sanitizer sees
 * one byte too far, and so is every shorter beginning of it.
 */
#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "http.h"
#include "http/url.h"
#include "tests/suite.h"

#define NO_SCHEME	"expected http:// or https:// at its beginning"

#define NELEM(a)	(sizeof(a) / sizeof((a)[0]))

#define RFC_BASE	"http://a/b/c/d;p?q"	/* RFC 3986 5.4 */

static const struct {
	const char	*input;
	bool		 is_tls;
	const char	*userinfo;
	const char	*host;
	bool		 is_ipv6;
	uint16_t	 port;
	const char	*path;
	const char	*query;
	const char	*host_field;
} good[] = {
	{ "http://a", false, "", "a", false, 80, "", "", "a" },
	{ "https://a/", true, "", "a", false, 443, "/", "", "a" },
	{ "HTTP://A.Example/B", false, "", "a.example", false, 80, "/B", "",
	    "a.example" },
	{ "hTTpS://a?b", true, "", "a", false, 443, "", "?b", "a" },
	{ "http://a/b?c=d&e=/?", false, "", "a", false, 80, "/b", "?c=d&e=/?",
	    "a" },
	{ "http://a/b?", false, "", "a", false, 80, "/b", "?", "a" },
	{ "http://a/b#c?d", false, "", "a", false, 80, "/b", "", "a" },
	{ "http://a#b@c:d", false, "", "a", false, 80, "", "", "a" },
	{ "http://a?b@c:d/e", false, "", "a", false, 80, "", "?b@c:d/e", "a" },
	{ "http://a/b@c:99", false, "", "a", false, 80, "/b@c:99", "", "a" },
	{ "http://a:8080/b", false, "", "a", false, 8080, "/b", "", "a:8080" },
	{ "http://a:1", false, "", "a", false, 1, "", "", "a:1" },
	{ "http://a:65535", false, "", "a", false, 65535, "", "", "a:65535" },
	{ "http://a:80/", false, "", "a", false, 80, "/", "", "a" },
	{ "https://a:80/", true, "", "a", false, 80, "/", "", "a:80" },
	{ "http://a:443", false, "", "a", false, 443, "", "", "a:443" },
	{ "https://a:0443", true, "", "a", false, 443, "", "", "a" },
	{ "http://a:/b", false, "", "a", false, 80, "/b", "", "a" },
	{ "http://127.0.0.1:9/", false, "", "127.0.0.1", false, 9, "/", "",
	    "127.0.0.1:9" },
	{ "http://[::1]", false, "", "::1", true, 80, "", "", "[::1]" },
	{ "http://[2001:DB8::A]:8080/x", false, "", "2001:db8::a", true, 8080,
	    "/x", "", "[2001:db8::a]:8080" },
	{ "http://[::ffff:1.2.3.4]/", false, "", "::ffff:1.2.3.4", true, 80,
	    "/", "", "[::ffff:1.2.3.4]" },
	{ "http://u@a/", false, "u", "a", false, 80, "/", "", "a" },
	{ "http://u:p%40:!$&'()*+,;=@a:81", false, "u:p%40:!$&'()*+,;=", "a",
	    false, 81, "", "", "a:81" },
	{ "http://@a", false, "", "a", false, 80, "", "", "a" },
	{ "http://u:@[::1]:81", false, "u:", "::1", true, 81, "", "",
	    "[::1]:81" },
	{ "http://a_b-c.d~1./", false, "", "a_b-c.d~1.", false, 80, "/", "",
	    "a_b-c.d~1." },
	{ "http://a//b/../c/./\"<>\\^`{|}", false, "", "a", false, 80,
	    "//b/../c/./\"<>\\^`{|}", "", "a" }
};

static const struct {
	const char	*input;
	const char	*want;
} bad[] = {
	{ "", NO_SCHEME },
	{ "a", NO_SCHEME },
	{ "a:80", NO_SCHEME },
	{ "/a", NO_SCHEME },
	{ "//a", NO_SCHEME },
	{ "://a", NO_SCHEME },
	{ "ftp://a", NO_SCHEME },
	{ "httpx://a", NO_SCHEME },
	{ "htt://a", NO_SCHEME },
	{ "localhost:8080/x", NO_SCHEME },
	{ "http", NO_SCHEME },
	{ "http:", "no host" },
	{ "http:a", "no host" },
	{ "http:/a", "no host" },
	{ "http://", "no host" },
	{ "http:///a", "no host" },
	{ "http://?a", "no host" },
	{ "http://#a", "no host" },
	{ "http://:80", "no host" },
	{ "http://u@", "no host" },
	{ "http://u@:80", "no host" },
	{ "http://a:0", "port is not 1 to 65535" },
	{ "http://a:00", "port is not 1 to 65535" },
	{ "http://a:65536", "port is not 1 to 65535" },
	{ "http://a:4294967376", "port is not 1 to 65535" },
	{ "http://a:99999999999999999999", "port is not 1 to 65535" },
	{ "http://a:-1", "port is not 1 to 65535" },
	{ "http://a:+1", "port is not 1 to 65535" },
	{ "http://a:8x", "port is not 1 to 65535" },
	{ "http://a:80:80", "port is not 1 to 65535" },
	{ "http://::1", "no host" },
	{ "http://[::1]80", "port is not 1 to 65535" },
	{ "http://[::1", "no ] behind the address" },
	{ "http://[]", "not an IPv6 address" },
	{ "http://[a]", "not an IPv6 address" },
	{ "http://[1.2.3.4]", "not an IPv6 address" },
	{ "http://[::1::2]", "not an IPv6 address" },
	{ "http://[fe80::1%25eth0]", "not an IPv6 address" },
	{ "http://[v1.a]", "not an IPv6 address" },
	{ "http://a%41", "host has a bad character" },
	{ "http://a,b", "host has a bad character" },
	{ "http://a\\b", "host has a bad character" },
	{ "http://a]", "host has a bad character" },
	{ "http://u@v@a", "host has a bad character" },
	{ "http://a\\@b", "user or password has a bad character" },
	{ "http://[@a", "user or password has a bad character" },
	{ "http://a b", "a blank, control or non-ASCII character" },
	{ " http://a", "a blank, control or non-ASCII character" },
	{ "http://a/ ", "a blank, control or non-ASCII character" },
	{ "http://a/\t", "a blank, control or non-ASCII character" },
	{ "http://a/\r\nX: y", "a blank, control or non-ASCII character" },
	{ "http://a/\x7f", "a blank, control or non-ASCII character" },
	{ "http://\xc3\xa4/", "a blank, control or non-ASCII character" },
	{ "http://a/#\xc3\xa4", "a blank, control or non-ASCII character" }
};

static const struct {
	const char	*base;
	const char	*ref;
	const char	*want;		/* NULL: refused */
} references[] = {
	/* RFC 3986 5.4.1; fragments are dropped */
	{ RFC_BASE, "g:h", NULL },
	{ RFC_BASE, "g", "http://a/b/c/g" },
	{ RFC_BASE, "./g", "http://a/b/c/g" },
	{ RFC_BASE, "g/", "http://a/b/c/g/" },
	{ RFC_BASE, "/g", "http://a/g" },
	{ RFC_BASE, "//g", "http://g" },
	{ RFC_BASE, "?y", "http://a/b/c/d;p?y" },
	{ RFC_BASE, "g?y", "http://a/b/c/g?y" },
	{ RFC_BASE, "#s", "http://a/b/c/d;p?q" },
	{ RFC_BASE, "g#s", "http://a/b/c/g" },
	{ RFC_BASE, "g?y#s", "http://a/b/c/g?y" },
	{ RFC_BASE, ";x", "http://a/b/c/;x" },
	{ RFC_BASE, "g;x", "http://a/b/c/g;x" },
	{ RFC_BASE, "g;x?y#s", "http://a/b/c/g;x?y" },
	{ RFC_BASE, "", "http://a/b/c/d;p?q" },
	{ RFC_BASE, ".", "http://a/b/c/" },
	{ RFC_BASE, "./", "http://a/b/c/" },
	{ RFC_BASE, "..", "http://a/b/" },
	{ RFC_BASE, "../", "http://a/b/" },
	{ RFC_BASE, "../g", "http://a/b/g" },
	{ RFC_BASE, "../..", "http://a/" },
	{ RFC_BASE, "../../", "http://a/" },
	{ RFC_BASE, "../../g", "http://a/g" },
	/* 5.4.2 */
	{ RFC_BASE, "../../../g", "http://a/g" },
	{ RFC_BASE, "../../../../g", "http://a/g" },
	{ RFC_BASE, "/./g", "http://a/g" },
	{ RFC_BASE, "/../g", "http://a/g" },
	{ RFC_BASE, "g.", "http://a/b/c/g." },
	{ RFC_BASE, ".g", "http://a/b/c/.g" },
	{ RFC_BASE, "g..", "http://a/b/c/g.." },
	{ RFC_BASE, "..g", "http://a/b/c/..g" },
	{ RFC_BASE, "./../g", "http://a/b/g" },
	{ RFC_BASE, "./g/.", "http://a/b/c/g/" },
	{ RFC_BASE, "g/./h", "http://a/b/c/g/h" },
	{ RFC_BASE, "g/../h", "http://a/b/c/h" },
	{ RFC_BASE, "g;x=1/./y", "http://a/b/c/g;x=1/y" },
	{ RFC_BASE, "g;x=1/../y", "http://a/b/c/y" },
	{ RFC_BASE, "g?y/./x", "http://a/b/c/g?y/./x" },
	{ RFC_BASE, "g?y/../x", "http://a/b/c/g?y/../x" },
	{ RFC_BASE, "g#s/./x", "http://a/b/c/g" },
	{ RFC_BASE, "g#s/../x", "http://a/b/c/g" },
	{ RFC_BASE, "http:g", NULL },
	/* what servers send */
	{ "http://a", "b", "http://a/b" },
	{ "http://a", "", "http://a" },
	{ "http://a?b", "?c", "http://a?c" },
	{ "http://a", "..", "http://a/" },
	{ "http://a/b", "c:d", NULL },
	{ "http://a/b", "./c:d", "http://a/c:d" },
	{ "http://a/b?c", "?", "http://a/b?" },
	{ "http://a/x//y/..//z", "../w", "http://a/x//w" },
	{ "http://a/b", "/c//../d", "http://a/c/d" },
	{ "http://a/b", "https://C:8443/d/../e?f#g", "https://C:8443/e?f" },
	{ "https://a/b", "//c/d", "https://c/d" },
	{ "https://A:8443/b", "/c", "https://a:8443/c" },
	{ "https://a:443/b", "/c", "https://a/c" },
	{ "http://[::1]:81/b", "c", "http://[::1]:81/c" },
	{ "http://u:p@a/b", "/c", "http://u:p@a/c" },
	{ "http://u:p@a/b", "//c", "http://c" },
	{ "http://a/b", " \t/c \t", "http://a/c" },
	{ "http://a/b", "/c?d=http://e/../g", "http://a/c?d=http://e/../g" },
	{ "http://a/b", "///c", NULL },
	{ "http://a/b", "//", NULL },
	{ "http://a/b", "http:///c", NULL },
	{ "http://a/b", "ftp://c", NULL },
	{ "http://a/b", "javascript:alert(1)", NULL },
	{ "http://a/b", "/c d", NULL },
	{ "http://a/b", "/c\r\nd", NULL },
	{ "http://a/b", "/\xc3\xa4", NULL },
	{ "http://a/b", "//c:0/", NULL },
	{ "http://a/b", "//c@d@e/", NULL }
};

static int	parse_copy(const char *s, size_t len, struct http_url *u,
		    const char **why);
static bool	is_within(const char *s, size_t len, struct http_view v);
static void	parse_good(const char *s, struct http_url *u);

/* From a copy of its size; views are made to point into s. */
static int
parse_copy(const char *s, size_t len, struct http_url *u, const char **why)
{
	char *p = malloc(len > 0 ? len : 1);
	int ret;

	ck_assert_ptr_nonnull(p);
	memcpy(p, s, len);
	ret = http_url_parse(p, len, u, why);
	if (ret == 0) {
		ck_assert(is_within(p, len, u->userinfo));
		ck_assert(is_within(p, len, u->path));
		ck_assert(is_within(p, len, u->query));
		ck_assert_int_eq(http_url_parse(s, len, u, NULL), 0);
	}
	free(p);
	return ret;
}

static bool
is_within(const char *s, size_t len, struct http_view v)
{
	return v.len == 0 || (v.data >= s && v.data + v.len <= s + len);
}

static void
parse_good(const char *s, struct http_url *u)
{
	const char *why = NULL;

	ck_assert_msg(parse_copy(s, strlen(s), u, &why) == 0, "%s: %s", s,
	    why);
}

START_TEST(parse)
{
	struct http_url u;
	struct buf out;
	size_t i;

	parse_good(good[_i].input, &u);
	ck_assert(u.is_tls == good[_i].is_tls);
	ck_assert(http_view_is(u.userinfo, good[_i].userinfo));
	ck_assert_str_eq(u.host, good[_i].host);
	ck_assert(u.is_ipv6 == good[_i].is_ipv6);
	ck_assert_uint_eq(u.port, good[_i].port);
	ck_assert(http_view_is(u.path, good[_i].path));
	ck_assert(http_view_is(u.query, good[_i].query));
	buf_init(&out, 64);
	ck_assert_int_eq(http_url_add_host(&u, &out), 0);
	ck_assert_str_eq(buf_str(&out), good[_i].host_field);
	buf_clear(&out);
	for (i = 0; i < strlen(good[_i].input); i++)
		parse_copy(good[_i].input, i, &u, NULL);
}
END_TEST

START_TEST(refuse)
{
	struct http_url u;
	const char *why = NULL;

	ck_assert_msg(parse_copy(bad[_i].input, strlen(bad[_i].input), &u,
	    &why) == -1, "%s", bad[_i].input);
	ck_assert_str_eq(why, bad[_i].want);
	ck_assert_int_eq(http_url_parse(bad[_i].input, strlen(bad[_i].input),
	    &u, NULL), -1);
}
END_TEST

START_TEST(nul)
{
	struct http_url u;

	ck_assert_int_eq(parse_copy("http://a\0b/", 11, &u, NULL), -1);
	ck_assert_int_eq(parse_copy("http://a/\0", 10, &u, NULL), -1);
	ck_assert_int_eq(parse_copy("http://[::1\0]/", 14, &u, NULL), -1);
	ck_assert_int_eq(http_url_parse(NULL, 0, &u, NULL), -1);
}
END_TEST

START_TEST(resolve)
{
	const char *ref = references[_i].ref, *want = references[_i].want;
	size_t len = strlen(ref);
	char *p = malloc(len > 0 ? len : 1);
	struct http_url base;
	struct buf out;
	int ret;

	parse_good(references[_i].base, &base);
	ck_assert_ptr_nonnull(p);
	memcpy(p, ref, len);
	buf_init(&out, HTTP_URL_MAX);
	ret = http_url_resolve(&base, p, len, &out);
	ck_assert_msg(ret == (want != NULL ? 0 : -1), "%s: %s", ref,
	    buf_str(&out));
	if (want == NULL)
		want = "";
	ck_assert_str_eq(buf_str(&out), want);
	buf_clear(&out);
	free(p);
}
END_TEST

START_TEST(limits)
{
	static char text[HTTP_URL_MAX + 2];
	struct http_url u, base;
	const char *why = NULL;
	struct buf out;

	memset(text, 'a', sizeof(text));
	memcpy(text, "http://a/", 9);
	ck_assert_int_eq(parse_copy(text, HTTP_URL_MAX, &u, NULL), 0);
	ck_assert_int_eq(parse_copy(text, HTTP_URL_MAX + 1, &u, &why), -1);
	ck_assert_str_eq(why, "too long");

	parse_good("http://a/", &base);
	buf_init(&out, HTTP_URL_MAX + 1);
	memset(text, 'a', 9);
	ck_assert_int_eq(http_url_resolve(&base, text, HTTP_URL_MAX - 8, &out),
	    -1);
	ck_assert_int_eq(http_url_resolve(&base, text, sizeof(text), &out),
	    -1);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_int_eq(http_url_resolve(&base, text, HTTP_URL_MAX - 9, &out),
	    0);
	ck_assert_uint_eq(out.len, HTTP_URL_MAX);
	ck_assert_int_eq(http_url_resolve(&base, "b", 1, &out), -1);
	ck_assert_uint_eq(out.len, HTTP_URL_MAX);
	buf_clear(&out);

	memcpy(text, "http://", 7);
	ck_assert_int_eq(parse_copy(text, 7 + HTTP_HOST_MAX - 1, &u, NULL), 0);
	ck_assert_uint_eq(strlen(u.host), HTTP_HOST_MAX - 1);
	ck_assert_int_eq(parse_copy(text, 7 + HTTP_HOST_MAX, &u, &why), -1);
	ck_assert_str_eq(why, "host is too long");
	text[7] = '[';
	text[400] = ']';
	ck_assert_int_eq(parse_copy(text, 401, &u, &why), -1);
	ck_assert_str_eq(why, "not an IPv6 address");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_url");
	TCase *tc = tcase_create("urls");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, parse, 0, NELEM(good));
	tcase_add_loop_test(tc, refuse, 0, NELEM(bad));
	tcase_add_test(tc, nul);
	tcase_add_loop_test(tc, resolve, 0, NELEM(references));
	tcase_add_test(tc, limits);
	return suite_main(suite);
}
