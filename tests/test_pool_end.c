/* SPDX-License-Identifier: MIT */
/*
 * load/pool.c: runs that are stopped in each of their states, children that
 * die between runs or in one and are replaced, and what those that come later
 * have open. After each of these the pool must be good for another run.
 */

#include <sys/types.h>
#include <sys/wait.h>

#include <check.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/util.h"
#include "tests/pool_rig.h"
#include "tests/suite.h"

enum { LINK_MAX = 64 };

/* What stops a run, and with what grace. */
static struct loop_timer soon;
static uint64_t stop_grace_ns;

/* Stops. */

static void
stop(void)
{
	pool_stop(rig_pool, stop_grace_ns);
}

static void
on_stop(void *arg)
{
	(void)arg;
	stop();
}

/* Called behind what is being done: the target was found just now. */
static bool
stop_soon(void *arg, const char *host, const struct net_address *address)
{
	(void)arg;
	(void)host;
	(void)address;
	soon = (struct loop_timer){ .call = on_stop };
	loop_timer_set(rig_loop, &soon, loop_now(rig_loop));
	return true;
}

static void
check_empty(void)
{
	ck_assert(rig_seen.is_partial);
	ck_assert_str_eq(rig_seen.error, "");
	ck_assert_uint_eq(rig_seen.n.scheduled, 0);
	ck_assert_uint_eq(rig_seen.n.started, 0);
	ck_assert_int_eq(rig_seen.intervals, 0);
	ck_assert_int_eq(rig_listeners[0].requests, 0);
}

START_TEST(test_stop_at_once)
{
	struct run_request req;

	rig_request_init(&req, "/");
	rig_begin(&req);
	ck_assert_int_eq(rig_seen.refused, 0);
	stop();
	ck_assert_int_eq(rig_seen.refused, 1);
	ck_assert_int_eq((int)rig_seen.refusal, REFUSED_FAILED);
	ck_assert_str_eq(rig_seen.why, "stopped before the start");
	stop();
	rig_turn_for(20 * NS_PER_MS);
	ck_assert_int_eq(rig_seen.refused, 1);
	ck_assert_int_eq(rig_seen.started + rig_seen.done, 0);
	run_request_clear(&req);
	rig_run_well();
}
END_TEST

START_TEST(test_stop_prepare)
{
	struct run_request req;
	int i;

	rig_request_init(&req, "/");
	req.phases[0].rate = 30000;
	for (i = 0; i < 5; i++) {
		pool_set_gate(rig_pool, stop_soon, NULL);
		rig_run(&req);
		ck_assert_int_eq(rig_seen.started, 0);
		ck_assert(!rig_seen.has_start_error);
		check_empty();
	}
	pool_set_gate(rig_pool, NULL, NULL);
	run_request_clear(&req);
	rig_run_well();
}
END_TEST

START_TEST(test_stop_waiting)
{
	struct run_request req;
	uint64_t before_ns = clock_now_ns();

	rig_request_init(&req, "/");
	req.start_at_ns = before_ns + 50 * NS_PER_SEC;
	rig_at_start = stop;
	stop_grace_ns = 40 * NS_PER_SEC;
	rig_run(&req);
	rig_at_start = NULL;
	ck_assert_uint_lt(clock_now_ns() - before_ns, RIG_PATIENCE_NS);
	ck_assert_int_eq(rig_seen.started, 1);
	check_empty();
	run_request_clear(&req);
	rig_run_well();
}
END_TEST

/* What is in flight gets its grace, and nothing new is begun. */
START_TEST(test_stop_running)
{
	struct run_request req;

	rig_request_init(&req, "/hang");
	req.phases[0].duration_ns = 1000 * NS_PER_SEC;
	rig_begin(&req);
	rig_await(&rig_listeners[0].requests);
	stop_grace_ns = 20 * NS_PER_MS;
	stop();
	rig_await(&rig_seen.done);
	ck_assert(rig_seen.is_partial);
	ck_assert_uint_gt(rig_seen.n.completed, 0);
	ck_assert_uint_eq(rig_seen.n.completed,
	    rig_seen.n.category[CATEGORY_CANCELED]);
	run_request_clear(&req);
	rig_listeners[0].requests = 0;
	rig_run_well();
}
END_TEST

/* Repairs. */

/* And waits until it is dead, but leaves it to be buried by the pool. */
static void
kill_child(int pid)
{
	siginfo_t info;

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT),
	    0);
}

/* Waits as told, once. */
static void
repair(uint64_t min_ns, uint64_t max_ns)
{
	uint64_t wait_ns = pool_repair(rig_pool);

	ck_assert_uint_ge(wait_ns, min_ns);
	ck_assert_uint_le(wait_ns, max_ns);
	rig_turn_for(wait_ns);
	ck_assert_uint_eq(pool_repair(rig_pool), 0);
}

/* At once after the first short life, later after each time longer. */
START_TEST(test_repair_idle)
{
	int pid;

	rig_run_well();
	pid = rig_seen.stat[0].pid;
	kill_child(pid);
	ck_assert_uint_eq(pool_repair(rig_pool), 0);
	rig_run_well();
	ck_assert_int_ne(rig_seen.stat[0].pid, pid);
	kill_child(rig_seen.stat[0].pid);
	repair(1, 100 * NS_PER_MS);
	rig_run_well();
	kill_child(rig_seen.stat[0].pid);
	repair(101 * NS_PER_MS, 200 * NS_PER_MS);
	rig_run_well();
}
END_TEST

static bool
starts_with(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

/* The slot that it held is free again. */
START_TEST(test_repair_mid_run)
{
	struct run_request req;
	char want[64];
	int pid;

	rig_run_well();
	pid = rig_seen.stat[0].pid;
	rig_request_init(&req, "/hang");
	req.max_concurrency = 1;
	rig_listeners[0].requests = 0;
	rig_begin(&req);
	rig_await(&rig_listeners[0].requests);
	kill_child(pid);
	rig_await(&rig_seen.done);
	snprintf(want, sizeof(want), "generator 0 (pid %d) was killed", pid);
	ck_assert_msg(starts_with(rig_seen.error, want), "%s", rig_seen.error);
	ck_assert(rig_seen.is_partial);
	ck_assert(rig_seen.stat[0].died);
	ck_assert_uint_eq(pool_repair(rig_pool), 0);
	free(req.scenario.url);
	req.scenario.url = xasprintf("http://127.0.0.1:%u/",
	    rig_listeners[0].port);
	rig_run(&req);
	ck_assert_str_eq(rig_seen.error, "");
	ck_assert_uint_eq(rig_seen.n.completed, 20);
	ck_assert_int_ne(rig_seen.stat[0].pid, pid);
	run_request_clear(&req);
}
END_TEST

/* Without a repair it is told, and nothing is sent. */
START_TEST(test_no_repair)
{
	struct run_request req;

	rig_run_well();
	kill_child(rig_seen.stat[0].pid);
	rig_turn_for(20 * NS_PER_MS);
	rig_listeners[0].requests = 0;
	rig_request_init(&req, "/");
	rig_run_in_vain(&req, REFUSED_FAILED,
	    "a generator died before the start");
	run_request_clear(&req);
}
END_TEST

/* All generators took part in the last run: who else is ours? */
static int
find_resolver(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char path[300];
	FILE *f;
	int pid, parent, found = 0, i;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		if ((f = fopen(path, "r")) == NULL)
			continue;
		if (fscanf(f, "%d %*s %*c %d", &pid, &parent) == 2 &&
		    parent == (int)getpid()) {
			for (i = 0; i < GENERATORS; i++)
				if (rig_seen.stat[i].pid == pid)
					break;
			if (i == GENERATORS)
				found = pid;
		}
		fclose(f);
	}
	closedir(dir);
	return found;
}

static void
run_all_generators(void)
{
	struct run_request req;
	int i;

	rig_request_init(&req, "/");
	req.phases[0].rate = 30000;
	req.phases[0].duration_ns = 10 * NS_PER_MS;
	req.policy = POLICY_DROP;
	rig_run(&req);
	for (i = 0; i < GENERATORS; i++)
		ck_assert(rig_seen.stat[i].took_part);
	run_request_clear(&req);
}

START_TEST(test_repair_resolver)
{
	struct run_request req;
	int resolver;

	run_all_generators();
	if ((resolver = find_resolver()) == 0)
		return;		/* no /proc here */
	rig_listeners[0].requests = 0;
	kill_child(resolver);
	rig_request_init(&req, "/");
	free(req.scenario.url);
	req.scenario.url = xstrdup("http://" LABEL_TOO_LONG "/");
	rig_turn_for(20 * NS_PER_MS);
	rig_run_in_vain(&req, REFUSED_FAILED, LABEL_TOO_LONG
	    ": the resolver process ended");
	/* An address needs none. */
	rig_run_well();
	ck_assert_uint_eq(pool_repair(rig_pool), 0);
	ck_assert_int_ne(find_resolver(), 0);
	rig_begin(&req);
	rig_await(&rig_seen.refused);
	ck_assert_ptr_null(strstr(rig_seen.why, "the resolver process ended"));
	run_request_clear(&req);
}
END_TEST

/* What a link of /proc says of a descriptor: "socket:[1234]", or "". */
static void
read_fd_link(char text[LINK_MAX], const char *pid, const char *fd)
{
	char path[600];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, fd);
	n = readlink(path, text, LINK_MAX - 1);
	text[n > 0 ? n : 0] = '\0';
}

static bool
has_open(int pid, const char *what)
{
	char path[64], name[16], text[LINK_MAX];
	struct dirent *entry;
	bool is_found = false;
	DIR *dir;

	snprintf(name, sizeof(name), "%d", pid);
	snprintf(path, sizeof(path), "/proc/%s/fd", name);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		read_fd_link(text, name, entry->d_name);
		if (strcmp(text, what) == 0)
			is_found = true;
	}
	closedir(dir);
	return is_found;
}

static void
check_not_open(int fd)
{
	char name[16], text[LINK_MAX];
	int i;

	snprintf(name, sizeof(name), "%d", fd);
	read_fd_link(text, "self", name);
	if (text[0] == '\0')
		return;		/* no /proc here */
	ck_assert(has_open((int)getpid(), text));
	for (i = 0; i < GENERATORS; i++)
		ck_assert_msg(!has_open(rig_seen.stat[i].pid, text),
		    "generator %d has %s", i, text);
}

/* Neither the first nor the later ones hold what their parent has open. */
START_TEST(test_descriptors)
{
	int i;

	run_all_generators();
	check_not_open(rig_listeners[0].io.fd);
	kill_child(rig_seen.stat[1].pid);
	ck_assert_uint_eq(pool_repair(rig_pool), 0);
	run_all_generators();
	check_not_open(rig_listeners[0].io.fd);
	check_not_open(rig_listeners[1].io.fd);
	for (i = 0; i < CONNECTIONS_MAX; i++)
		if (rig_connections[i].listener != NULL)
			check_not_open(rig_connections[i].io.fd);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("pool_end");
	TCase *tc;

	tc = tcase_create("ends");
	tcase_set_timeout(tc, 100);
	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_add_test(tc, test_stop_at_once);
	tcase_add_test(tc, test_stop_prepare);
	tcase_add_test(tc, test_stop_waiting);
	tcase_add_test(tc, test_stop_running);
	tcase_add_test(tc, test_repair_idle);
	tcase_add_test(tc, test_repair_mid_run);
	tcase_add_test(tc, test_no_repair);
	tcase_add_test(tc, test_repair_resolver);
	tcase_add_test(tc, test_descriptors);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
