/* SPDX-License-Identifier: MIT */

/*
 * base/resolve.c: what is answered at once, what the child is asked for, and
 * what becomes of open questions. No network: names that are asked for cannot
 * be sent to a server (a label that is too long, an empty one) or are numbers
 * of the wrong family.
 */

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/resolve.h"
#include "base/util.h"
#include "tests/suite.h"

#define LABEL_TOO_LONG	\
	"a1234567890123456789012345678901234567890123456789012345678901234"
#define PATIENCE_NS	(30 * NS_PER_SEC)

enum { ANSWERS_MAX = 8 };

struct answer {
	int	 ncalls;
	char	 text[256];	/* addresses with blanks between, or error */
	bool	 is_error;
};

static struct loop *loop;
static struct resolver *resolver;
static struct answer answers[ANSWERS_MAX];
static int nanswers;
static struct answer *order[ANSWERS_MAX];

static void
setup(void)
{
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	resolver = resolver_new(loop, NULL);
	ck_assert_ptr_nonnull(resolver);
	memset(answers, 0, sizeof(answers));
	nanswers = 0;
}

static void
teardown(void)
{
	resolver_free(resolver);
	resolver_free(NULL);
	loop_free(loop);
}

static void
on_answer(void *arg, const struct net_addresses *found, const char *error)
{
	struct answer *a = arg;
	char text[NET_TEXT_MAX];
	size_t i, len = 0;

	ck_assert((found == NULL) != (error == NULL));
	ck_assert_int_lt(nanswers, ANSWERS_MAX);
	order[nanswers++] = a;
	a->ncalls++;
	a->is_error = found == NULL;
	if (a->is_error) {
		snprintf(a->text, sizeof(a->text), "%s", error);
		return;
	}
	ck_assert_uint_gt(found->n, 0);
	for (i = 0; i < found->n; i++) {
		net_address_format(text, &found->at[i]);
		len += (size_t)snprintf(a->text + len, sizeof(a->text) - len,
		    "%s%s", i > 0 ? " " : "", text);
	}
}

static void
on_too_late(void *arg)
{
	(void)arg;
	ck_abort_msg("no answer");
}

/* Until so many are there, in all. */
static void
await_answers(int n)
{
	struct loop_timer late = { .call = on_too_late };

	loop_timer_set(loop, &late, loop_tick(loop) + PATIENCE_NS);
	while (nanswers < n)
		ck_assert_int_eq(loop_turn(loop), 0);
	loop_timer_stop(loop, &late);
}

static void
ask(int i, const char *host, int family)
{
	resolver_ask(resolver, host, 80, family, on_answer, &answers[i]);
}

static const struct at_once_test {
	const char	*host;
	int		 family;
	const char	*want;
} at_once_tests[] = {
	{ "127.0.0.1", 0, "127.0.0.1:80" },
	{ "127.0.0.1", 4, "127.0.0.1:80" },
	{ "::1", 0, "[::1]:80" },
	{ "2001:db8::1", 6, "[2001:db8::1]:80" },
	{ "localhost", 0, "127.0.0.1:80 [::1]:80" },
	{ "localhost", 4, "127.0.0.1:80" },
	{ "localhost", 6, "[::1]:80" },
	{ "LocalHost", 0, "127.0.0.1:80 [::1]:80" },
	{ "localhost.", 4, "127.0.0.1:80" },
	{ "a.localhost", 4, "127.0.0.1:80" },
	{ "a.b.LOCALHOST.", 6, "[::1]:80" }
};

START_TEST(test_at_once)
{
	const struct at_once_test *t = &at_once_tests[_i];

	ask(0, t->host, t->family);
	ck_assert_int_eq(nanswers, 1);
	ck_assert(!answers[0].is_error);
	ck_assert_str_eq(answers[0].text, t->want);
}
END_TEST

static const struct error_test {
	const char	*descr;
	const char	*host;
	int		 family;
} error_tests[] = {
	{ "IPv4, but IPv6 is wanted", "127.0.0.1", 6 },
	{ "IPv6, but IPv4 is wanted", "::1", 4 },
	{ "label too long", LABEL_TOO_LONG, 0 },
	{ "label too long, IPv4", LABEL_TOO_LONG ".localhosts", 4 },
	{ "empty label", "a..b", 0 },
	{ "empty", "", 0 },
	{ "only localhost's dot", ".localhost", 0 }
};

START_TEST(test_error)
{
	const struct error_test *t = &error_tests[_i];

	ask(0, t->host, t->family);
	ck_assert_int_eq(nanswers, 0);
	await_answers(1);
	ck_assert_msg(answers[0].is_error, "%s: %s", t->descr,
	    answers[0].text);
	ck_assert_str_ne(answers[0].text, "");
	ck_assert_ptr_null(strchr(answers[0].text, '\n'));
}
END_TEST

/* Each is answered once, and hears its own answer. */
START_TEST(test_several)
{
	int i;

	ask(0, "127.0.0.1", 6);
	ask(1, LABEL_TOO_LONG, 0);
	ask(2, "::1", 4);
	ask(3, "localhost", 4);
	ck_assert_int_eq(nanswers, 1);
	await_answers(4);
	ck_assert_ptr_eq(order[0], &answers[3]);
	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(answers[i].ncalls, 1);
		ck_assert(answers[i].is_error == (i != 3));
	}
	ask(4, "a..b", 0);
	await_answers(5);
	ck_assert_int_eq(answers[4].ncalls, 1);
}
END_TEST

/* In the call: as a redirect's target may lead to the next question. */
static void
on_answer_ask(void *arg, const struct net_addresses *found, const char *error)
{
	on_answer(arg, found, error);
	ask(1, "::1", 4);
}

START_TEST(test_ask_within)
{
	resolver_ask(resolver, "127.0.0.1", 80, 6, on_answer_ask, &answers[0]);
	await_answers(2);
	ck_assert_int_eq(answers[0].ncalls, 1);
	ck_assert_int_eq(answers[1].ncalls, 1);
}
END_TEST

START_TEST(test_forget)
{
	ask(0, "127.0.0.1", 6);
	ask(1, "127.0.0.1", 6);
	ask(0, "::1", 4);
	ask(2, "::1", 4);
	resolver_forget(resolver, &answers[0]);
	resolver_forget(resolver, &answers[3]);
	await_answers(2);
	ck_assert_int_eq(answers[0].ncalls, 0);
	ck_assert_int_eq(answers[1].ncalls, 1);
	ck_assert_int_eq(answers[2].ncalls, 1);
	ask(0, "a..b", 0);
	await_answers(3);
	ck_assert_int_eq(answers[0].ncalls, 1);
}
END_TEST

START_TEST(test_free_with_questions)
{
	ask(0, "127.0.0.1", 6);
	ask(1, LABEL_TOO_LONG, 0);
	resolver_free(resolver);
	resolver = NULL;
	ck_assert_int_eq(nanswers, 0);
}
END_TEST

/* The only child of this process; 0 where the system does not tell. */
static pid_t
only_child(void)
{
	char path[64];
	FILE *f;
	int pid = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
	    (int)getpid());
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	if (fscanf(f, "%d", &pid) != 1)
		pid = 0;
	fclose(f);
	return (pid_t)pid;
}

/* Every question, open or yet to come, is answered by an error. */
START_TEST(test_child_dies)
{
	pid_t pid = only_child();

	if (pid == 0)
		return;
	ck_assert_int_eq(kill(pid, SIGSTOP), 0);
	ask(0, "127.0.0.1", 6);
	ask(1, "::1", 4);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	await_answers(2);
	ck_assert_str_eq(answers[0].text, "the resolver process ended");
	ck_assert_str_eq(answers[1].text, "the resolver process ended");
	ask(2, "127.0.0.1", 6);
	ck_assert_int_eq(nanswers, 3);
	ck_assert_str_eq(answers[2].text, "the resolver process ended");
	ask(3, "localhost", 4);
	ck_assert_str_eq(answers[3].text, "127.0.0.1:80");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("resolve");
	TCase *tc;

	tc = tcase_create("questions");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_at_once, 0, UTIL_NELEM(at_once_tests));
	tcase_add_loop_test(tc, test_error, 0, UTIL_NELEM(error_tests));
	tcase_add_test(tc, test_several);
	tcase_add_test(tc, test_ask_within);
	tcase_add_test(tc, test_forget);
	tcase_add_test(tc, test_free_with_questions);
	tcase_add_test(tc, test_child_dies);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
