/* SPDX-License-Identifier: MIT */

/*
 * load/probe.c: finds what listens, tells what does not, and is silent once it
 * was freed, whatever the resolver still has to say. Loopback only; a host
 * that does not answer is a listener whose queue is full.
 */

#include <sys/socket.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/resolve.h"
#include "base/util.h"
#include "http/url.h"
#include "load/probe.h"
#include "tests/suite.h"

#define LABEL_TOO_LONG	\
	"a1234567890123456789012345678901234567890123456789012345678901234"
#define PATIENCE_NS	(30 * NS_PER_SEC)

enum { QUEUE_MAX = 8 };

static struct loop *loop;
static struct resolver *resolver;
static int ncalls;
static char got[512];		/* the first address, or the error */
static bool is_error;
static struct probe *free_in_call;
static struct scenario scenarios[2];
static int nscenarios;

static void
setup(void)
{
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	resolver = resolver_new(loop, NULL);
	ck_assert_ptr_nonnull(resolver);
	ncalls = 0;
	got[0] = '\0';
	free_in_call = NULL;
	nscenarios = 0;
}

static void
teardown(void)
{
	while (nscenarios > 0)
		free(scenarios[--nscenarios].url);
	resolver_free(resolver);
	loop_free(loop);
}

static void
on_probed(void *arg, const struct net_addresses *found, const char *error)
{
	char text[NET_TEXT_MAX];

	ck_assert_ptr_eq(arg, got);
	ck_assert((found == NULL) != (error == NULL));
	ncalls++;
	is_error = found == NULL;
	snprintf(got, sizeof(got), "%s", is_error ? error :
	    net_address_format(text, &found->at[0]));
	probe_free(free_in_call);
	free_in_call = NULL;
}

static void
on_too_late(void *arg)
{
	(void)arg;
	ck_abort_msg("no answer");
}

static void
await_call(void)
{
	struct loop_timer late = { .call = on_too_late };

	loop_timer_set(loop, &late, loop_tick(loop) + PATIENCE_NS);
	while (ncalls == 0)
		ck_assert_int_eq(loop_turn(loop), 0);
	loop_timer_stop(loop, &late);
	ck_assert_int_eq(ncalls, 1);
}

static struct probe *
start(const char *text, int family, bool wants_connect, uint64_t timeout_ns)
{
	struct scenario *s = &scenarios[nscenarios++];
	char why[WIRE_TEXT_MAX];
	struct probe *p;

	memset(s, 0, sizeof(*s));
	s->url = xstrdup(text);
	s->family = family;
	p = probe_new(loop, resolver, s, why);
	ck_assert_ptr_nonnull(p);
	probe_start(p, wants_connect, timeout_ns, NULL, on_probed, got);
	return p;
}

/* A listener on loopback and its port. */
static int
make_listener(unsigned int *port)
{
	struct net_address a;
	char text[NET_TEXT_MAX];
	int fd;

	ck_assert(net_address_parse(&a, "127.0.0.1", 0, 4));
	fd = net_listen(&a);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(net_local_address(fd, &a), 0);
	net_address_format(text, &a);
	*port = (unsigned int)strtoul(strchr(text, ':') + 1, NULL, 10);
	return fd;
}

static const struct found_test {
	const char	*host;
	int		 family;
} found_tests[] = {
	{ "127.0.0.1", 0 },
	{ "127.0.0.1", 4 },
	{ "localhost", 0 },
	{ "localhost", 4 }
};

START_TEST(test_found)
{
	const struct found_test *t = &found_tests[_i];
	struct probe *p;
	unsigned int port;
	char url[64], want[64];
	int fd = make_listener(&port);

	snprintf(url, sizeof(url), "http://%s:%u/", t->host, port);
	snprintf(want, sizeof(want), "127.0.0.1:%u", port);
	p = start(url, t->family, true, PATIENCE_NS);
	await_call();
	ck_assert(!is_error);
	ck_assert_str_eq(got, want);
	probe_free(p);
	close(fd);
}
END_TEST

/* The address that nothing listens on does not stay in front. */
START_TEST(test_second_address)
{
	struct net_address a;
	struct probe *p;
	unsigned int port;
	char url[64], want[64];
	int fd, fd4;

	/* A port that is free for IPv4: then IPv6 alone has it. */
	fd4 = make_listener(&port);
	ck_assert(net_address_parse(&a, "::1", (uint16_t)port, 6));
	fd = net_listen(&a);
	close(fd4);
	if (fd == -1)
		return;
	snprintf(url, sizeof(url), "http://localhost:%u/", port);
	snprintf(want, sizeof(want), "[::1]:%u", port);
	p = start(url, 0, true, PATIENCE_NS);
	await_call();
	ck_assert_str_eq(got, want);
	probe_free(p);
	close(fd);
}
END_TEST

START_TEST(test_refused)
{
	struct probe *p;
	unsigned int port;
	char url[64], want[64];

	close(make_listener(&port));
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	snprintf(want, sizeof(want), "127.0.0.1:%u: Connection refused", port);
	p = start(url, 0, true, PATIENCE_NS);
	await_call();
	ck_assert(is_error);
	ck_assert_str_eq(got, want);
	probe_free(p);
}
END_TEST

/* Without a connection, but never from within probe_start. */
START_TEST(test_no_connect)
{
	struct probe *p;

	p = start("http://127.0.0.1:1/", 0, false, PATIENCE_NS);
	ck_assert_int_eq(ncalls, 0);
	await_call();
	ck_assert_str_eq(got, "127.0.0.1:1");
	probe_free(p);
	probe_free(NULL);
}
END_TEST

START_TEST(test_no_name)
{
	struct probe *p;
	const char *prefix = LABEL_TOO_LONG ": ";

	p = start("http://" LABEL_TOO_LONG "/", 0, true, PATIENCE_NS);
	ck_assert_int_eq(ncalls, 0);
	await_call();
	ck_assert(is_error);
	ck_assert_mem_eq(got, prefix, strlen(prefix));
	ck_assert_uint_gt(strlen(got), strlen(prefix));
	probe_free(p);
}
END_TEST

START_TEST(test_freed_in_call)
{
	struct probe *p;

	p = start("http://" LABEL_TOO_LONG "/", 0, true, PATIENCE_NS);
	free_in_call = p;
	await_call();
	ck_assert_ptr_null(free_in_call);
}
END_TEST

/* Its question is still open, and is answered when it is gone. */
START_TEST(test_freed_before_answer)
{
	struct probe *p, *q;

	p = start("http://" LABEL_TOO_LONG "/", 0, true, PATIENCE_NS);
	q = start("http://" LABEL_TOO_LONG "/", 0, true, PATIENCE_NS);
	probe_free(p);
	await_call();
	probe_free(q);
}
END_TEST

/* In time means before the answer: one call, and it is the timeout's. */
START_TEST(test_resolver_too_slow)
{
	struct probe *p, *q;

	p = start("http://" LABEL_TOO_LONG "/", 0, true, 0);
	await_call();
	ck_assert(is_error);
	ck_assert_str_eq(got, LABEL_TOO_LONG
	    ": no answer from the resolver in time");
	ncalls = 0;
	q = start("http://" LABEL_TOO_LONG "/", 0, true, PATIENCE_NS);
	await_call();
	probe_free(p);
	probe_free(q);
}
END_TEST

START_TEST(test_no_connection_in_time)
{
	struct net_address a;
	struct probe *p;
	unsigned int port;
	char url[64], want[64];
	int fd = make_listener(&port), queue[QUEUE_MAX], i;

	/* Linux does not answer a connect that the queue has no place for. */
	ck_assert_int_eq(listen(fd, 0), 0);
	ck_assert_int_eq(net_local_address(fd, &a), 0);
	for (i = 0; i < QUEUE_MAX; i++)
		queue[i] = net_connect(&a, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	snprintf(want, sizeof(want), "127.0.0.1:%u: no connection in time",
	    port);
	p = start(url, 0, true, 20 * NS_PER_MS);
	await_call();
	ck_assert_str_eq(got, want);
	probe_free(p);
	for (i = 0; i < QUEUE_MAX; i++)
		close(queue[i]);
	close(fd);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("probe");
	TCase *tc;

	tc = tcase_create("probe");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_found, 0, UTIL_NELEM(found_tests));
	tcase_add_test(tc, test_second_address);
	tcase_add_test(tc, test_refused);
	tcase_add_test(tc, test_no_connect);
	tcase_add_test(tc, test_no_name);
	tcase_add_test(tc, test_freed_in_call);
	tcase_add_test(tc, test_freed_before_answer);
	tcase_add_test(tc, test_resolver_too_slow);
	tcase_add_test(tc, test_no_connection_in_time);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
