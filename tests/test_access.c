/* SPDX-License-Identifier: MIT */

/*
 * access.c: each rule of a worker from both sides. Addresses are given in all
 * the ways that hide what they are; requests as heads that http.c has read.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "base/net.h"
#include "base/util.h"
#include "http.h"
#include "load/arrival.h"
#include "load/connect.h"
#include "tests/suite.h"
#include "wire.h"

/* Private addresses, and their neighbours that are not. */
static const struct private_test {
	const char	*address;
	bool		 is_private;
} private_tests[] = {
	{ "127.0.0.1", true },
	{ "127.255.255.255", true },
	{ "126.255.255.255", false },
	{ "128.0.0.0", false },
	{ "0.0.0.0", true },
	{ "0.1.2.3", true },
	{ "10.0.0.0", true },
	{ "10.255.255.255", true },
	{ "9.255.255.255", false },
	{ "11.0.0.0", false },
	{ "100.63.255.255", false },
	{ "100.64.0.0", true },
	{ "100.127.255.255", true },
	{ "100.128.0.0", false },
	{ "169.253.255.255", false },
	{ "169.254.169.254", true },
	{ "169.255.0.0", false },
	{ "168.63.129.16", true },
	{ "168.63.129.17", false },
	{ "172.15.255.255", false },
	{ "172.16.0.0", true },
	{ "172.31.255.255", true },
	{ "172.32.0.0", false },
	{ "192.0.0.192", true },
	{ "192.0.1.0", false },
	{ "192.167.255.255", false },
	{ "192.168.0.1", true },
	{ "192.169.0.0", false },
	{ "224.0.0.1", true },
	{ "255.255.255.255", true },
	{ "223.255.255.255", false },
	{ "8.8.8.8", false },
	{ "::", true },
	{ "::1", true },
	{ "::2", true },		/* 0.0.0.2, compatible */
	{ "::8.8.8.8", false },
	{ "::10.0.0.1", true },
	{ "::127.0.0.1", true },
	{ "::ffff:0:127.0.0.1", true },
	{ "::ffff:0:8.8.8.8", false },
	{ "::ffff:127.0.0.1", true },
	{ "::ffff:10.1.2.3", true },
	{ "::ffff:8.8.8.8", false },
	{ "64:ff9b::7f00:1", true },
	{ "64:ff9b::808:808", false },
	{ "64:ff9b:1::a00:1", true },
	{ "64:ff9b:1:a00:0:100:808:808", true },
	{ "64:ff9b:2::808:808", false },
	{ "2001:0:808:808::1", true },
	{ "2001:1::1", false },
	{ "2002:7f00:1::", true },
	{ "2002:a00:1::1", true },
	{ "2002:808:808::1", false },
	{ "fbff::1", false },
	{ "fc00::1", true },
	{ "fd00:ec2::254", true },
	{ "fe00::1", false },
	{ "fe80::1", true },
	{ "febf::1", true },
	{ "fec0::1", true },
	{ "ff02::1", true },
	{ "2606:4700::1111", false },
};

static void
parse_address(struct net_address *a, const char *text, uint16_t port)
{
	ck_assert_msg(net_address_parse(a, text, port, 0), "%s", text);
}

START_TEST(test_private)
{
	const struct private_test *t = &private_tests[_i];
	struct access access = { .denies_private = true };
	const struct access open = { .token = NULL };
	struct net_address a;

	parse_address(&a, t->address, 80);
	ck_assert_msg(access_address(&access, "name", &a) == !t->is_private,
	    "%s", t->address);
	ck_assert(access_address(&open, "name", &a));
}
END_TEST

/* A unix socket is no public address. */
START_TEST(test_private_unix)
{
	struct access access = { .denies_private = true };
	struct net_address a;

	ck_assert(net_unix_address(&a, "/tmp/x"));
	ck_assert(!access_address(&access, "name", &a));
}
END_TEST

static const struct target_test {
	const char	*descr;
	const char	*rules[3];
	const char	*host;
	const char	*address;
	uint16_t	 port;
	bool		 want;
} target_tests[] = {
	{ "host", { "example.com" }, "example.com", "8.8.8.8", 80, true },
	{ "host, whatever its case", { "Example.COM" }, "example.com",
	    "8.8.8.8", 80, true },
	{ "another host", { "example.com" }, "example.org", "8.8.8.8", 80,
	    false },
	{ "host below it", { "example.com" }, "www.example.com", "8.8.8.8",
	    80, false },
	{ "host and port", { "example.com:8080" }, "example.com", "8.8.8.8",
	    8080, true },
	{ "host and another port", { "example.com:8080" }, "example.com",
	    "8.8.8.8", 80, false },
	{ "host and the usual port", { "example.com:80" }, "example.com",
	    "8.8.8.8", 80, true },
	{ "address as host", { "8.8.8.8" }, "8.8.8.8", "8.8.8.8", 80, true },
	{ "v6 address as host", { "[::1]" }, "::1", "::1", 80, true },
	{ "v6 address and port", { "[::1]:81" }, "::1", "::1", 81, true },
	{ "v6 address and another port", { "[::1]:81" }, "::1", "::1", 80,
	    false },
	{ "range", { "10.0.0.0/8" }, "name", "10.200.1.1", 80, true },
	{ "range, outside", { "10.0.0.0/8" }, "name", "11.0.0.1", 80, false },
	{ "range of odd bits", { "10.0.0.128/25" }, "name", "10.0.0.129", 80,
	    true },
	{ "range of odd bits, outside", { "10.0.0.128/25" }, "name",
	    "10.0.0.127", 80, false },
	{ "range, written in v6", { "10.0.0.0/8" }, "name",
	    "::ffff:10.1.1.1", 80, true },
	{ "v6 range", { "2001:db8::/32" }, "name", "2001:db8:1::1", 80,
	    true },
	{ "v6 range, outside", { "2001:db8::/32" }, "name", "2001:db9::1",
	    80, false },
	{ "all of v4", { "0.0.0.0/0" }, "name", "8.8.8.8", 80, true },
	{ "all of v4 is not v6", { "0.0.0.0/0" }, "name", "2001:db8::1", 80,
	    false },
	{ "all of v6", { "::/0" }, "name", "2001:db8::1", 80, true },
	{ "one address", { "10.0.0.1/32" }, "name", "10.0.0.1", 80, true },
	{ "second of several", { "a.example", "10.0.0.0/8", "b.example" },
	    "name", "10.0.0.1", 80, true },
	{ "none of several", { "a.example", "10.0.0.0/8", "b.example" },
	    "name", "8.8.8.8", 80, false },
	{ "a socket is no host", { "unix:name" }, "name", "8.8.8.8", 80,
	    false },
	{ "nor is unix one then", { "unix:80" }, "unix", "8.8.8.8", 80,
	    false },
};

START_TEST(test_target)
{
	const struct target_test *t = &target_tests[_i];
	struct access access = { .token = NULL };
	char why[WIRE_TEXT_MAX];
	struct net_address a;
	size_t i;

	for (i = 0; i < UTIL_NELEM(t->rules) && t->rules[i] != NULL; i++)
		ck_assert_msg(access_allow(&access, t->rules[i], why) == 0,
		    "%s: %s", t->descr, why);
	parse_address(&a, t->address, t->port);
	ck_assert_msg(access_address(&access, t->host, &a) == t->want, "%s",
	    t->descr);
	access_clear(&access);
	ck_assert_uint_eq(access.nrules, 0);
}
END_TEST

static const char *const bad_targets[] = {
	"", ":80", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "::/129",
	"example.com/24", "http://example.com", "example.com:0",
	"example.com:65536", "user@example.com", "exam ple.com",
	"example.com?x", "::1", "10.0.0.0/8/8", "10.0.0.0/-1", "unix:",
	"unix:/a-path-that-is-longer-than-the-system-lets-the-name-of-a-"
	    "socket-be/which-is-about-a-hundred-bytes-in-all-and-not-more",
};

START_TEST(test_bad_target)
{
	struct access access = { .token = NULL };
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(access_allow(&access, bad_targets[_i], why) == -1, "%s",
	    bad_targets[_i]);
	ck_assert_ptr_nonnull(strstr(why, "expected HOST"));
	ck_assert_int_eq(strstr(why, "in brackets") != NULL,
	    strcmp(bad_targets[_i], "::1") == 0);
	access_clear(&access);
}
END_TEST

START_TEST(test_many_targets)
{
	struct access access = { .token = NULL };
	char why[WIRE_TEXT_MAX];
	int i;

	for (i = 0; i < ACCESS_RULES_MAX; i++)
		ck_assert_int_eq(access_allow(&access, "a.example", why), 0);
	ck_assert_int_eq(access_allow(&access, "a.example", why), -1);
	ck_assert_str_eq(why, "more than 256 targets");
	access_clear(&access);
}
END_TEST

/* Requests by what is in their heads. */

enum where { PUBLIC, LOOPBACK, LOCAL };

static const struct request_test {
	const char	*descr;
	const char	*token;
	enum where	 where;
	bool		 is_run;
	const char	*fields;	/* with the Host */
	int		 want;
} request_tests[] = {
	{ "ping", NULL, LOOPBACK, false, "Host: 127.0.0.1:9100\r\n", 0 },
	{ "ping by name", NULL, LOOPBACK, false, "Host: localhost\r\n", 0 },
	{ "ping by name and port", NULL, LOOPBACK, false,
	    "Host: LOCALHOST:9100\r\n", 0 },
	{ "ping by v6", NULL, LOOPBACK, false, "Host: [::1]:9100\r\n", 0 },
	{ "a name that leads here", NULL, LOOPBACK, false,
	    "Host: evil.example:9100\r\n", 403 },
	{ "a name that begins like it", NULL, LOOPBACK, false,
	    "Host: localhost.evil.example\r\n", 403 },
	{ "any name where all may ask", NULL, PUBLIC, false,
	    "Host: build7:9100\r\n", 0 },
	{ "no name matters on a unix socket", NULL, LOCAL, false,
	    "Host: x\r\n", 0 },
	{ "an origin", NULL, LOOPBACK, false,
	    "Host: localhost\r\nOrigin: http://evil.example\r\n", 403 },
	{ "the null origin", NULL, PUBLIC, false,
	    "Host: build7\r\norigin: null\r\n", 403 },
	{ "a run", NULL, LOOPBACK, true,
	    "Host: localhost\r\nContent-Type: application/json\r\n", 0 },
	{ "a run with a parameter", NULL, LOOPBACK, true, "Host: localhost\r\n"
	    "Content-Type: Application/JSON; charset=utf-8\r\n", 0 },
	{ "a form", NULL, LOOPBACK, true,
	    "Host: localhost\r\nContent-Type: text/plain\r\n", 415 },
	{ "no type", NULL, LOOPBACK, true, "Host: localhost\r\n", 415 },
	{ "a type that begins like it", NULL, LOOPBACK, true,
	    "Host: localhost\r\nContent-Type: application/jsonx\r\n", 415 },
	{ "403 before 415", NULL, LOOPBACK, true, "Host: evil.example\r\n",
	    403 },
	{ "token", "s3cret", PUBLIC, true,
	    "Host: x\r\nAuthorization: Bearer s3cret\r\n", 0 },
	{ "token, scheme in lower case", "s3cret", PUBLIC, true,
	    "Host: x\r\nAuthorization: bearer s3cret\r\n", 0 },
	{ "token makes type and origin moot", "s3cret", LOOPBACK, true,
	    "Host: evil.example\r\nOrigin: x\r\n"
	    "Authorization: Bearer s3cret\r\n", 0 },
	{ "no token", "s3cret", LOOPBACK, false, "Host: localhost\r\n", 401 },
	{ "no token, unix socket", "s3cret", LOCAL, false, "Host: x\r\n",
	    401 },
	{ "wrong token", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Bearer s3creT\r\n", 401 },
	{ "a prefix", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Bearer s3cre\r\n", 401 },
	{ "longer", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Bearer s3crets3cret\r\n", 401 },
	{ "empty", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Bearer \r\n", 401 },
	{ "another scheme", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Basic s3cret\r\n", 401 },
	{ "many blanks", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization:\tBearer   s3cret \t\r\n", 0 },
	{ "a tab", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Bearer\ts3cret\r\n", 401 },
	{ "a blank within", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Bearer s3c ret\r\n", 401 },
	{ "more behind it", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Bearer s3cret, Bearer x\r\n", 401 },
	{ "binary", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Bearer \x80\xff\r\n", 401 },
	{ "another field's name", "s3cret", PUBLIC, false,
	    "Host: x\r\nProxy-Authorization: Bearer s3cret\r\n", 401 },
	{ "two, the first good", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Bearer s3cret\r\nX: y\r\n"
	    "authorization: Bearer x\r\n", 401 },
	{ "two, the last good", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: Basic x\r\n"
	    "Authorization: Bearer s3cret\r\n", 401 },
	{ "an address with a zone", NULL, LOOPBACK, false,
	    "Host: [fe80::1%25evil.example]:9100\r\n", 403 },
	{ "a name with a dot", NULL, LOOPBACK, false,
	    "Host: evil.example.\r\n", 403 },
	{ "a name that begins like it", NULL, LOOPBACK, false,
	    "Host: localhost.evil.example\r\n", 403 },
	{ "the token alone", "s3cret", PUBLIC, false,
	    "Host: x\r\nAuthorization: s3cret\r\n", 401 },
};

START_TEST(test_request)
{
	const struct request_test *t = &request_tests[_i];
	struct access access = { .token = t->token,
	    .is_loopback = t->where == LOOPBACK,
	    .is_local = t->where == LOCAL };
	struct access_refusal got;
	struct http_head h;
	size_t scanned = 0;
	char *bytes;

	bytes = xasprintf("%s HTTP/1.1\r\n%s\r\n", t->is_run ? "POST /run" :
	    "GET /ping", t->fields);
	ck_assert_int_gt(http_read_request(bytes, strlen(bytes), &scanned,
	    &h), 0);
	got = access_request(&access, &h, t->is_run);
	ck_assert_msg(got.status == t->want, "%s: %d", t->descr, got.status);
	ck_assert((got.text != NULL) == (got.status != 0));
	if (got.text != NULL)
		ck_assert_int_eq(got.text[strlen(got.text) - 1], '\n');
	free(bytes);
}
END_TEST

/* Runs by their size. */

static const struct run_test {
	const char	*descr;
	struct phase	 phase;
	uint64_t	 concurrency;
	uint32_t	 of;		/* share, with one residue */
	struct access	 access;
	const char	*want;		/* part of why, NULL: all is well */
} run_tests[] = {
	{ "no limits", { .type = PHASE_CONSTANT, .rate = 1000000,
	    .duration_ns = NS_PER_SEC }, 1000000, 0, { .token = NULL },
	    NULL },
	{ "rate at its limit", { .type = PHASE_CONSTANT, .rate = 100,
	    .duration_ns = NS_PER_SEC }, 1, 0, { .max_rate = 100 }, NULL },
	{ "rate", { .type = PHASE_CONSTANT, .rate = 101,
	    .duration_ns = NS_PER_SEC }, 1, 0, { .max_rate = 100 },
	    "101/s is more than this worker allows (100/s)" },
	{ "peak of a ramp", { .type = PHASE_RAMP, .from = 1, .to = 500,
	    .duration_ns = NS_PER_SEC }, 1, 0, { .max_rate = 100 },
	    "500/s is more" },
	{ "a share of it", { .type = PHASE_CONSTANT, .rate = 200,
	    .duration_ns = NS_PER_SEC }, 1, 2, { .max_rate = 100 }, NULL },
	{ "max has no rate", { .type = PHASE_MAX,
	    .duration_ns = NS_PER_SEC }, 1, 0, { .max_rate = 100 },
	    "a max phase has no rate" },
	{ "concurrency at its limit", { .type = PHASE_CONSTANT, .rate = 1,
	    .duration_ns = NS_PER_SEC }, 10, 0, { .max_concurrency = 10 },
	    NULL },
	{ "concurrency", { .type = PHASE_CONSTANT, .rate = 1,
	    .duration_ns = NS_PER_SEC }, 11, 0, { .max_concurrency = 10 },
	    "maxConcurrency: 11 is more than this worker allows (10)" },
	{ "duration", { .type = PHASE_CONSTANT, .rate = 1,
	    .duration_ns = 2 * NS_PER_SEC }, 1, 0,
	    { .max_duration_ns = NS_PER_SEC },
	    "last longer than this worker allows (1s)" },
};

START_TEST(test_run)
{
	const struct run_test *t = &run_tests[_i];
	struct phase phase = t->phase;
	uint32_t take[] = { 0 };
	struct run_request req = { .phases = &phase, .nphases = 1,
	    .max_concurrency = t->concurrency, .of = t->of,
	    .ntake = t->of > 0, .take = take };
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(access_run(&t->access, &req, why) ==
	    (t->want == NULL ? 0 : -1), "%s: %s", t->descr, why);
	if (t->want != NULL)
		ck_assert_msg(strstr(why, t->want) != NULL, "%s: %s",
		    t->descr, why);
}
END_TEST

/* Runs by where they are led to. */

static const struct lead_test {
	const char	*descr;
	const char	*rules[3];
	bool		 denies_private;
	const char	*unix_socket;
	const char	*detours[3];
	const char	*want;		/* all of why, NULL: all is well */
} lead_tests[] = {
	{ .descr = "no rules, nowhere else" },
	{ "rules, nowhere else", { "b" }, false, NULL, { NULL }, NULL },
	{ "socket, no rules", { NULL }, false, "/run/x.sock", { NULL },
	    "unixSocket: this worker's --allow-target does not name "
	    "/run/x.sock" },
	{ "socket, named", { "b", "unix:/run/x.sock" }, false, "/run/x.sock",
	    { NULL }, NULL },
	{ "socket of a relative path", { "unix:x.sock" }, false, "x.sock",
	    { NULL }, NULL },
	{ "socket, another is named", { "unix:/run/x.sock" }, false,
	    "/run/x.sock2", { NULL }, "unixSocket: this worker's "
	    "--allow-target does not name /run/x.sock2" },
	{ "socket, the start is named", { "unix:/run/" }, false,
	    "/run/x.sock", { NULL }, "unixSocket: this worker's "
	    "--allow-target does not name /run/x.sock" },
	{ "socket by another way", { "unix:/run/x.sock" }, false,
	    "/run/../run/x.sock", { NULL }, "unixSocket: this worker's "
	    "--allow-target does not name /run/../run/x.sock" },
	{ "socket, another case", { "unix:/run/x.sock" }, false,
	    "/run/X.sock", { NULL }, "unixSocket: this worker's "
	    "--allow-target does not name /run/X.sock" },
	{ "socket, the URL's host and all addresses are named",
	    { "a", "0.0.0.0/0", "::/0" }, false, "/run/x.sock", { NULL },
	    "unixSocket: this worker's --allow-target does not name "
	    "/run/x.sock" },
	{ "socket, named, but private", { "unix:/run/x.sock" }, true,
	    "/run/x.sock", { NULL }, "unixSocket: this worker may not "
	    "connect to /run/x.sock, which is private" },
	{ "detour, no rules", { NULL }, false, NULL, { "a:80:b:8080" },
	    "connectTo: this worker's --allow-target does not name b:8080" },
	{ "detour, no rules, to where the URL leads", { NULL }, false, NULL,
	    { "a:80:a:80" },
	    "connectTo: this worker's --allow-target does not name a:80" },
	{ "detour, only the URL's host is named", { "a" }, false, NULL,
	    { "a:80:b:8080" },
	    "connectTo: this worker's --allow-target does not name b:8080" },
	{ "detour, host named", { "b" }, false, NULL, { "a:80:b:8080" },
	    NULL },
	{ "detour, host in another case", { "B" }, false, NULL,
	    { "a:80:b:8080" }, NULL },
	{ "detour, a host below it", { "b" }, false, NULL,
	    { "a:80:c.b:8080" },
	    "connectTo: this worker's --allow-target does not name "
	    "c.b:8080" },
	{ "detour, host and port named", { "b:8080" }, false, NULL,
	    { "a:80:b:8080" }, NULL },
	{ "detour, another port named", { "b:8081" }, false, NULL,
	    { "a:80:b:8080" },
	    "connectTo: this worker's --allow-target does not name b:8080" },
	{ "detour, a socket of that name", { "unix:b" }, false, NULL,
	    { "a:80:b:8080" },
	    "connectTo: this worker's --allow-target does not name b:8080" },
	{ "detour, address in a range", { "10.0.0.0/8" }, false, NULL,
	    { "::10.1.2.3:8080" }, NULL },
	{ "detour, address in no range", { "10.0.0.0/8" }, false, NULL,
	    { "::11.1.2.3:8080" }, "connectTo: this worker's --allow-target "
	    "does not name 11.1.2.3:8080" },
	{ "detour, IPv4 within IPv6 in a range", { "10.0.0.0/8" }, false,
	    NULL, { "::[::ffff:10.1.2.3]:8080" }, NULL },
	{ "detour, v6 address in a range", { "2001:db8::/32" }, false, NULL,
	    { "a:80:[2001:db8::1]:" }, NULL },
	{ "detour, v6 address in no range", { "0.0.0.0/0" }, false, NULL,
	    { "a:80:[2001:db8::1]:" }, "connectTo: this worker's "
	    "--allow-target does not name [2001:db8::1]:80" },
	{ "detour, a name in no range", { "0.0.0.0/0", "::/0" }, false, NULL,
	    { "a:80:b:8080" },
	    "connectTo: this worker's --allow-target does not name b:8080" },
	{ "detour, numbers that are a name", { "0.0.0.0/0" }, false, NULL,
	    { "a:80:0177.0.0.1:80" }, "connectTo: this worker's "
	    "--allow-target does not name 0177.0.0.1:80" },
	{ "detour, port kept", { "b:80" }, false, NULL, { "a:80:b:" }, NULL },
	{ "detour, port kept, another named", { "b:81" }, false, NULL,
	    { "a:80:b:" },
	    "connectTo: this worker's --allow-target does not name b:80" },
	{ "detour, any port", { "b:81" }, false, NULL, { "a::b:" }, NULL },
	{ "detour, any port, nobody named", { "c:81" }, false, NULL,
	    { "a::b:" },
	    "connectTo: this worker's --allow-target does not name b" },
	{ "detour, host kept", { "c:8080" }, false, NULL, { "c:80::8080" },
	    NULL },
	{ "detour, host kept, another port named", { "c:80" }, false, NULL,
	    { "c:80::8080" },
	    "connectTo: this worker's --allow-target does not name c:8080" },
	{ "detour, any host kept: the URL's is named", { "a:8080" }, false,
	    NULL, { ":::8080" }, NULL },
	{ "detour, any host kept: another is named", { "b:8080" }, false,
	    NULL, { ":::8080" },
	    "connectTo: this worker's --allow-target does not name a:8080" },
	{ "detours, all named", { "b", "c" }, false, NULL,
	    { "a:80:b:80", "a:81:c:81" }, NULL },
	{ "detours, the second is not named", { "b" }, false, NULL,
	    { "a:80:b:80", "a:80:c:80" },
	    "connectTo: this worker's --allow-target does not name c:80" },
};

START_TEST(test_lead)
{
	const struct lead_test *t = &lead_tests[_i];
	struct access access = { .denies_private = t->denies_private };
	struct run_request req;
	char why[WIRE_TEXT_MAX] = "";
	size_t i;
	int rc;

	run_request_init(&req);
	req.scenario.url = xstrdup("http://A/x");
	if (t->unix_socket != NULL)
		req.scenario.connect.unix_socket = xstrdup(t->unix_socket);
	for (i = 0; i < UTIL_NELEM(t->detours) && t->detours[i] != NULL; i++)
		ck_assert_int_eq(connect_add_detour(&req.scenario.connect,
		    t->detours[i], why), 0);
	for (i = 0; i < UTIL_NELEM(t->rules) && t->rules[i] != NULL; i++)
		ck_assert_msg(access_allow(&access, t->rules[i], why) == 0,
		    "%s: %s", t->descr, why);
	rc = access_run(&access, &req, why);
	ck_assert_msg(rc == (t->want == NULL ? 0 : -1), "%s: %s", t->descr,
	    why);
	ck_assert_str_eq(why, t->want == NULL ? "" : t->want);
	run_request_clear(&req);
	access_clear(&access);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("access");
	TCase *tc;

	tc = tcase_create("addresses");
	tcase_add_loop_test(tc, test_private, 0, UTIL_NELEM(private_tests));
	tcase_add_test(tc, test_private_unix);
	tcase_add_loop_test(tc, test_target, 0, UTIL_NELEM(target_tests));
	tcase_add_loop_test(tc, test_bad_target, 0, UTIL_NELEM(bad_targets));
	tcase_add_test(tc, test_many_targets);
	suite_add_tcase(s, tc);
	tc = tcase_create("requests");
	tcase_add_loop_test(tc, test_request, 0, UTIL_NELEM(request_tests));
	tcase_add_loop_test(tc, test_run, 0, UTIL_NELEM(run_tests));
	tcase_add_loop_test(tc, test_lead, 0, UTIL_NELEM(lead_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
