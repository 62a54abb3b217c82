/* SPDX-License-Identifier: MIT */

/*
 * load/target.c: the bytes of a request, all of them; what each redirect makes
 * of method, body, secrets and Host; where redirects do not lead; and that
 * any number of them takes a bounded amount of memory.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/net.h"
#include "base/util.h"
#include "http/url.h"
#include "load/outcome.h"
#include "load/target.h"
#include "tests/suite.h"
#include "wire.h"

/* In flight at a time, and the URLs that there is room for then. */
enum {
	REQUESTS = 4,
	ROOM = TARGETS_KEPT + 2 * REQUESTS
};

#define AGENT	"User-Agent: pulse/" PULSE_VERSION "\r\n"

enum { HEADERS_MAX = 6 };

struct ask {
	const char	*url;
	const char	*method;
	const char	*headers[HEADERS_MAX];	/* name, value, ... */
	const char	*body;
	bool		 closes;	/* no keep-alive */
};

static const struct bytes_test {
	const char	*descr;
	struct ask	 ask;
	const char	*want;
} bytes_tests[] = {
	{ "shortest", { "http://a", "GET", { NULL }, NULL, false },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT "\r\n" },
	{ "path and query", { "http://a/b/c?d=e&f#g", "GET", { NULL }, NULL,
	    false },
	    "GET /b/c?d=e&f HTTP/1.1\r\nHost: a\r\n" AGENT "\r\n" },
	{ "query without a path", { "http://a?b", "GET", { NULL }, NULL,
	    false },
	    "GET /?b HTTP/1.1\r\nHost: a\r\n" AGENT "\r\n" },
	{ "path as it is", { "http://a/%7E//../x", "GET", { NULL }, NULL,
	    false },
	    "GET /%7E//../x HTTP/1.1\r\nHost: a\r\n" AGENT "\r\n" },
	{ "port", { "http://A.example:8080/", "GET", { NULL }, NULL, false },
	    "GET / HTTP/1.1\r\nHost: a.example:8080\r\n" AGENT "\r\n" },
	{ "the scheme's port", { "http://a:80/", "GET", { NULL }, NULL,
	    false },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT "\r\n" },
	{ "IPv6", { "http://[::1]:81/", "GET", { NULL }, NULL, false },
	    "GET / HTTP/1.1\r\nHost: [::1]:81\r\n" AGENT "\r\n" },
	{ "headers in their order", { "http://a/", "GET", { "B", "2", "A",
	    "1", "B", "3" }, NULL, false },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "B: 2\r\nA: 1\r\nB: 3\r\n\r\n" },
	{ "own Host and User-Agent", { "http://a/", "GET", { "host", "b.c",
	    "USER-AGENT", "x" }, NULL, false },
	    "GET / HTTP/1.1\r\nhost: b.c\r\nUSER-AGENT: x\r\n\r\n" },
	{ "body", { "http://a/", "POST", { "Content-Type", "text/plain" },
	    "hello", false },
	    "POST / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello" },
	{ "empty body", { "http://a/", "POST", { NULL }, "", false },
	    "POST / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Content-Length: 0\r\n\r\n" },
	{ "no body of POST", { "http://a/", "POST", { NULL }, NULL, false },
	    "POST / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Content-Length: 0\r\n\r\n" },
	{ "no body of PUT", { "http://a/", "PUT", { NULL }, NULL, false },
	    "PUT / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Content-Length: 0\r\n\r\n" },
	{ "no body of DELETE", { "http://a/", "DELETE", { NULL }, NULL,
	    false },
	    "DELETE / HTTP/1.1\r\nHost: a\r\n" AGENT "\r\n" },
	{ "body of GET", { "http://a/", "GET", { NULL }, "x", false },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Content-Length: 1\r\n\r\nx" },
	{ "lengths are ours", { "http://a/", "POST", { "content-length", "99",
	    "Transfer-Encoding", "chunked" }, "abc", false },
	    "POST / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Content-Length: 3\r\n\r\nabc" },
	{ "length without a body", { "http://a/", "GET", { "Content-Length",
	    "5" }, NULL, false },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT "\r\n" },
	{ "no keep-alive", { "http://a/", "GET", { NULL }, NULL, true },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT "Connection: close\r\n\r\n" },
	{ "no keep-alive, own Connection", { "http://a/", "GET",
	    { "connection", "x" }, NULL, true },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT "connection: x\r\n\r\n" },
	{ "user and password", { "http://user:secret@a/", "GET", { NULL },
	    NULL, false },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n" },
	{ "user alone: an empty password", { "http://user@a/", "GET",
	    { NULL }, NULL, false },		/* "user:" */
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Authorization: Basic dXNlcjo=\r\n\r\n" },
	{ "escapes in a password", { "http://u:p%40%3a%2F%zz%@a/", "GET",
	    { NULL }, NULL, false },		/* "u:p@:/%zz%" */
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Authorization: Basic dTpwQDovJXp6JQ==\r\n\r\n" },
	{ "own Authorization", { "http://user:secret@a/", "GET",
	    { "authorization", "Bearer x" }, NULL, false },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT
	    "authorization: Bearer x\r\n\r\n" },
	{ "empty value", { "http://a/", "GET", { "X", "" }, NULL, false },
	    "GET / HTTP/1.1\r\nHost: a\r\n" AGENT "X: \r\n\r\n" }
};

#define SECRETS	{ "Authorization", "s", "cookie", "c=1", "X", "y" }

/* Where http://a.example/dir/page?q leads, and how it is asked for. */
static const struct redirect_test {
	const char	*descr;
	const char	*method;
	const char	*headers[HEADERS_MAX];
	const char	*body;
	int		 status;
	const char	*location;
	enum cause	 cause;		/* CAUSE_NONE: want is all of it */
	const char	*want;
} redirect_tests[] = {
	{ "301", "GET", { NULL }, NULL, 301, "/x", CAUSE_NONE,
	    "GET /x HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "301 of POST", "POST", { "Content-Type", "t" }, "body", 301, "/x",
	    CAUSE_NONE,
	    "GET /x HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "302 of POST", "POST", { NULL }, "body", 302, "/x", CAUSE_NONE,
	    "GET /x HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "303 of PUT", "PUT", { NULL }, "body", 303, "/x", CAUSE_NONE,
	    "GET /x HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "302 of DELETE", "DELETE", { NULL }, NULL, 302, "/x", CAUSE_NONE,
	    "GET /x HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "307 of POST", "POST", { "Content-Type", "t" }, "body", 307, "/x",
	    CAUSE_NONE,
	    "POST /x HTTP/1.1\r\nHost: a.example\r\n" AGENT
	    "Content-Type: t\r\nContent-Length: 4\r\n\r\nbody" },
	{ "308 of PUT", "PUT", { NULL }, "body", 308, "/x", CAUSE_NONE,
	    "PUT /x HTTP/1.1\r\nHost: a.example\r\n" AGENT
	    "Content-Length: 4\r\n\r\nbody" },
	{ "301 of HEAD", "HEAD", { NULL }, NULL, 301, "/x", CAUSE_NONE,
	    "HEAD /x HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "303 of HEAD", "HEAD", { NULL }, NULL, 303, "/x", CAUSE_NONE,
	    "HEAD /x HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "308 of HEAD", "HEAD", { NULL }, NULL, 308, "/x", CAUSE_NONE,
	    "HEAD /x HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "relative", "GET", { NULL }, NULL, 302, "x/../y?z#f", CAUSE_NONE,
	    "GET /dir/y?z HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "query alone", "GET", { NULL }, NULL, 302, "?z", CAUSE_NONE,
	    "GET /dir/page?z HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" },
	{ "same host: secrets stay", "GET", SECRETS, NULL, 302, "/x",
	    CAUSE_NONE, "GET /x HTTP/1.1\r\nHost: a.example\r\n" AGENT
	    "Authorization: s\r\ncookie: c=1\r\nX: y\r\n\r\n" },
	{ "other host: no secrets", "GET", SECRETS, NULL, 307,
	    "http://b.example/x", CAUSE_NONE,
	    "GET /x HTTP/1.1\r\nHost: b.example\r\n" AGENT "X: y\r\n\r\n" },
	{ "a name below is another host", "GET", SECRETS, NULL, 307,
	    "//b.a.example/", CAUSE_NONE,
	    "GET / HTTP/1.1\r\nHost: b.a.example\r\n" AGENT "X: y\r\n\r\n" },
	{ "the host in capitals is the same", "GET", SECRETS, NULL, 307,
	    "http://A.EXAMPLE/x", CAUSE_NONE,
	    "GET /x HTTP/1.1\r\nHost: a.example\r\n" AGENT
	    "Authorization: s\r\ncookie: c=1\r\nX: y\r\n\r\n" },
	{ "own Host, same host", "GET", { "Host", "v" }, NULL, 302, "/x",
	    CAUSE_NONE, "GET /x HTTP/1.1\r\n" AGENT "Host: v\r\n\r\n" },
	{ "own Host, other host", "GET", { "Host", "v" }, NULL, 302,
	    "http://b.example:81/x", CAUSE_NONE,
	    "GET /x HTTP/1.1\r\nHost: b.example:81\r\n" AGENT "\r\n" },
	{ "user and password of the other host", "GET", SECRETS, NULL, 302,
	    "http://user:secret@b.example/", CAUSE_NONE,
	    "GET / HTTP/1.1\r\nHost: b.example\r\n" AGENT
	    "Authorization: Basic dXNlcjpzZWNyZXQ=\r\nX: y\r\n\r\n" },
	{ "https", "GET", SECRETS, NULL, 302, "https://a.example/",
	    CAUSE_NONE, "GET / HTTP/1.1\r\nHost: a.example\r\n" AGENT
	    "Authorization: s\r\ncookie: c=1\r\nX: y\r\n\r\n" },
	{ "other scheme", "GET", { NULL }, NULL, 302, "ftp://a.example/",
	    CAUSE_LOCATION, NULL },
	{ "no host", "GET", { NULL }, NULL, 302, "http:///x",
	    CAUSE_LOCATION, NULL },
	{ "port too large", "GET", { NULL }, NULL, 302, "http://a:65536/",
	    CAUSE_LOCATION, NULL },
	{ "blank within", "GET", { NULL }, NULL, 302, "/a b",
	    CAUSE_LOCATION, NULL },
	{ "control", "GET", { NULL }, NULL, 302, "/a\x01",
	    CAUSE_LOCATION, NULL },
	{ "to itself", "GET", { NULL }, NULL, 302, "", CAUSE_NONE,
	    "GET /dir/page?q HTTP/1.1\r\nHost: a.example\r\n" AGENT "\r\n" }
};

static struct net_addresses addresses;
static struct scenario scenario;
static struct targets *targets;

static void
start(const struct ask *ask)
{
	int i;

	memset(&scenario, 0, sizeof(scenario));
	scenario.url = xstrdup(ask->url);
	scenario.method = xstrdup(ask->method);
	for (i = 0; i < HEADERS_MAX && ask->headers[i] != NULL; i += 2)
		ck_assert_int_eq(scenario_add_header(&scenario,
		    ask->headers[i], ask->headers[i + 1]), 0);
	if (ask->body != NULL) {
		/* Without a NUL: it is a view. */
		scenario.body_len = strlen(ask->body);
		scenario.body = malloc(scenario.body_len + 1);
		ck_assert_ptr_nonnull(scenario.body);
		scenario.body = xreallocarray(scenario.body,
		    scenario.body_len, 1);
		memcpy(scenario.body, ask->body, scenario.body_len);
	}
	scenario.keep_alive = !ask->closes;
	scenario.connect.tls.is_insecure = true;	/* no CAs needed */
	ck_assert(net_address_parse(&addresses.at[0], "127.0.0.1", 80, 4));
	addresses.n = 1;
	targets = targets_new(&scenario, &addresses, REQUESTS);
}

static void
finish(void)
{
	struct run_request req = { .scenario = scenario };

	targets_free(targets);
	run_request_clear(&req);
}

static void
start_simple(const char *url)
{
	const struct ask ask = { .url = url, .method = "GET" };

	start(&ask);
}

static struct target *
redirect(const struct target *from, int status, const char *location,
    enum cause *why)
{
	struct http_view v = { .len = strlen(location) };
	struct target *t;
	char *copy;

	/* A view into a head that is soon gone. */
	copy = malloc(v.len == 0 ? 1 : v.len);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, location, v.len);
	v.data = copy;
	t = targets_redirect(targets, from, status, v, why);
	memset(copy, '!', v.len);
	free(copy);
	return t;
}

static void
check_bytes(const struct target *t, const char *want, const char *descr)
{
	ck_assert_msg(t->len == strlen(want) &&
	    memcmp(t->bytes, want, t->len) == 0, "%s:\n%.*s", descr,
	    (int)t->len, t->bytes);
}

START_TEST(test_bytes)
{
	const struct bytes_test *t = &bytes_tests[_i];
	const struct target *first;

	start(&t->ask);
	first = targets_first(targets);
	check_bytes(first, t->want, t->descr);
	ck_assert_uint_eq(first->body_len, scenario.body_len);
	ck_assert(!first->is_head);
	ck_assert(first->is_idempotent ==
	    (strcmp(t->ask.method, "POST") != 0));
	ck_assert(first->origin->is_known);
	ck_assert_uint_eq(first->origin->connections.addresses.n, 1);
	finish();
}
END_TEST

START_TEST(test_redirect)
{
	const struct redirect_test *t = &redirect_tests[_i];
	struct ask ask = { "http://a.example/dir/page?q", t->method, { NULL },
	    t->body, false };
	const struct target *target;
	enum cause why = CAUSE_NONE;

	memcpy(ask.headers, t->headers, sizeof(ask.headers));
	start(&ask);
	target = redirect(targets_first(targets), t->status, t->location,
	    &why);
	if (t->cause != CAUSE_NONE) {
		ck_assert_msg(target == NULL, "%s", t->descr);
		ck_assert_str_eq(cause_name(why), cause_name(t->cause));
		ck_assert_int_eq(why, t->cause);
	} else {
		ck_assert_msg(target != NULL, "%s", t->descr);
		check_bytes(target, t->want, t->descr);
	}
	finish();
}
END_TEST

/* Over several hops: what was dropped for another host comes back at home. */
START_TEST(test_and_back)
{
	static const struct ask ask = { "http://a/", "POST", SECRETS, "body",
	    false };
	struct target *there, *back;
	enum cause why;

	start(&ask);
	there = redirect(targets_first(targets), 307, "http://b/", &why);
	ck_assert_ptr_nonnull(there);
	check_bytes(there, "POST / HTTP/1.1\r\nHost: b\r\n" AGENT
	    "X: y\r\nContent-Length: 4\r\n\r\nbody", "there");
	back = redirect(there, 307, "http://a/2", &why);
	ck_assert_ptr_nonnull(back);
	check_bytes(back, "POST /2 HTTP/1.1\r\nHost: a\r\n" AGENT
	    "Authorization: s\r\ncookie: c=1\r\nX: y\r\n"
	    "Content-Length: 4\r\n\r\nbody", "back");
	/* Once it is GET it stays GET. */
	there = redirect(back, 302, "/3", &why);
	ck_assert_ptr_nonnull(there);
	ck_assert(!there->has_body);
	back = redirect(there, 307, "/4", &why);
	ck_assert_ptr_nonnull(back);
	ck_assert_str_eq(back->method, "GET");
	ck_assert(!back->has_body);
	ck_assert_uint_eq(back->body_len, 0);
	finish();
}
END_TEST

/* What was met before is the same target, if it is asked for the same way. */
START_TEST(test_remembered)
{
	static const struct ask ask = { "http://a/", "POST", { NULL }, "body",
	    false };
	struct target *first, *get, *post;
	enum cause why;

	start(&ask);
	first = targets_first(targets);
	get = redirect(first, 302, "/x", &why);
	post = redirect(first, 307, "/x", &why);
	ck_assert_ptr_nonnull(get);
	ck_assert_ptr_ne(get, post);
	ck_assert_ptr_eq(redirect(first, 301, "http://a/x#f", &why), get);
	ck_assert_ptr_eq(redirect(first, 308, "/x", &why), post);
	ck_assert_ptr_eq(redirect(first, 307, "/", &why), first);
	ck_assert_ptr_eq(get->origin, first->origin);
	finish();
}
END_TEST

/* Places: one each for scheme, host and port, known once it was looked up. */
START_TEST(test_origins)
{
	struct target *a, *b;
	enum cause why;

	start_simple("http://a/");
	a = redirect(targets_first(targets), 302, "http://b/", &why);
	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_ne(a->origin, targets_first(targets)->origin);
	ck_assert(!a->origin->is_known);
	ck_assert_str_eq(a->origin->host, "b");
	ck_assert_uint_eq(a->origin->port, 80);
	ck_assert_ptr_eq(targets_origin(targets, a->origin->id), a->origin);
	b = redirect(a, 302, "http://b:80/other", &why);
	ck_assert_ptr_nonnull(b);
	ck_assert_ptr_eq(b->origin, a->origin);
	b = redirect(a, 302, "http://b:81/", &why);
	ck_assert_ptr_nonnull(b);
	ck_assert_ptr_ne(b->origin, a->origin);
	ck_assert_uint_eq(b->origin->port, 81);
	ck_assert_ptr_null(targets_origin(targets, 3));
	ck_assert_ptr_null(targets_origin(targets, UINT32_MAX));
	finish();
}
END_TEST

/* A chain without an end, each hop in use while the next one is looked for. */
START_TEST(test_many_targets)
{
	struct target *at, *next;
	enum cause why;
	char path[32];
	int i;

	start_simple("http://a/");
	at = targets_first(targets);
	at->users++;
	for (i = 0; i < 20 * ROOM; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		next = redirect(at, 302, path, &why);
		ck_assert_ptr_nonnull(next);
		ck_assert_ptr_ne(next, at);
		ck_assert_ptr_ne(next, targets_first(targets));
		ck_assert_uint_eq(next->users, 0);
		snprintf(path, sizeof(path), "http://a/%d", i);
		ck_assert_str_eq(next->url, path);
		at->users--;
		at = next;
		at->users++;
	}
	check_bytes(targets_first(targets), "GET / HTTP/1.1\r\nHost: a\r\n"
	    AGENT "\r\n", "first");
	finish();
}
END_TEST

/* None gives way while it is in use. */
START_TEST(test_targets_in_use)
{
	struct target *all[ROOM], *first, *t;
	enum cause why;
	char path[32];
	int i;

	start_simple("http://a/");
	first = targets_first(targets);
	for (i = 1; i < ROOM; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		all[i] = redirect(first, 302, path, &why);
		ck_assert_ptr_nonnull(all[i]);
		all[i]->users++;
	}
	for (i = 0; i < 2 * ROOM; i++) {
		ck_assert_ptr_null(redirect(first, 302, "/new", &why));
		ck_assert_int_eq(why, CAUSE_REDIRECTS);
	}
	ck_assert_ptr_eq(redirect(first, 302, "/7", &why), all[7]);
	all[9]->users--;
	t = redirect(all[7], 302, "/new", &why);
	ck_assert_ptr_eq(t, all[9]);
	ck_assert_str_eq(t->url, "http://a/new");
	finish();
}
END_TEST

START_TEST(test_many_origins)
{
	struct target *first, *t;
	enum cause why;
	char url[32];
	int i;

	start_simple("http://a/");
	first = targets_first(targets);
	for (i = 1; i < 3 * ORIGINS_MAX; i++) {
		snprintf(url, sizeof(url), "http://h%d/", i);
		t = redirect(first, 302, url, &why);
		if (i < ORIGINS_MAX)
			ck_assert_ptr_nonnull(t);
		else {
			ck_assert_ptr_null(t);
			ck_assert_int_eq(why, CAUSE_REDIRECTS);
		}
	}
	ck_assert_ptr_nonnull(redirect(first, 302, "http://h1/x", &why));
	finish();
}
END_TEST

START_TEST(test_location_too_long)
{
	char *location = xcalloc(HTTP_URL_MAX + 2, 1);
	enum cause why;

	start_simple("http://a/");
	memset(location, 'x', HTTP_URL_MAX + 1);
	location[0] = '/';
	ck_assert_ptr_null(redirect(targets_first(targets), 302, location,
	    &why));
	ck_assert_int_eq(why, CAUSE_LOCATION);
	/* The longest that there may be. */
	location[HTTP_URL_MAX - strlen("http://a")] = '\0';
	ck_assert_ptr_nonnull(redirect(targets_first(targets), 302, location,
	    &why));
	free(location);
	finish();
	targets_free(NULL);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("target");
	TCase *tc;

	tc = tcase_create("bytes");
	tcase_add_loop_test(tc, test_bytes, 0, UTIL_NELEM(bytes_tests));
	suite_add_tcase(s, tc);

	tc = tcase_create("redirects");
	tcase_add_loop_test(tc, test_redirect, 0,
	    UTIL_NELEM(redirect_tests));
	tcase_add_test(tc, test_and_back);
	tcase_add_test(tc, test_remembered);
	tcase_add_test(tc, test_location_too_long);
	suite_add_tcase(s, tc);

	tc = tcase_create("bounds");
	tcase_add_test(tc, test_origins);
	tcase_add_test(tc, test_many_targets);
	tcase_add_test(tc, test_targets_in_use);
	tcase_add_test(tc, test_many_origins);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
