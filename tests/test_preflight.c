/* SPDX-License-Identifier: MIT */
/*
 * preflight.c: the arithmetic of each thing that a plan needs, on machines
 * that are made up: what is told of it, and each limit from both sides, since a
 * warning about a plan that is well would teach people to overlook them.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/preflight.h"
#include "plan/plan.h"
#include "tests/suite.h"

#define UNKNOWN	MACHINE_UNKNOWN
#define SEC(n)	((n) * NS_PER_SEC)
#define REMEDY	"(keep connections alive, lower the rate or send from " \
		"several addresses: --source)"

enum { PHASES = 3, FEW_PORTS = 1000 };

/* A machine of two CPUs; members that a row leaves 0 are its. */
static const struct machine common = { .cpus = 2, .descriptors = 20000,
    .ports = 28232, .hold_ns = SEC(60), .hold_loopback_ns = SEC(1),
    .memory = UINT64_C(8000000000), .tracked = UNKNOWN,
    .tracked_ns = UNKNOWN };

static const struct plan_test {
	const char	*descr;
	const char	*phases[PHASES];
	const char	*url;		/* NULL: http://192.0.2.1/ */
	const char	*sources[3];
	uint64_t	 concurrency;	/* 0: 256 */
	uint64_t	 timeout_s;	/* 0: 30 */
	uint64_t	 requests;
	uint32_t	 generators;	/* 0: 2 */
	bool		 no_keep_alive;
	struct machine	 m;
	const char	*title;		/* of the line that is looked at */
	const char	*want;		/* "SUM: HOW" */
	const char	*why;		/* NULL: well */
	bool		 is_impossible;
} plan_tests[] = {
	/* Descriptors. */
	{ .descr = "few", .title = "descriptors", .want = "324 of 20000: "
	    "256 in flight + 68 for 2 generators" },
	{ .descr = "just enough", .concurrency = 19932, .title =
	    "descriptors", .want = "20000 of 20000: 19932 in flight + 68 for "
	    "2 generators" },
	{ .descr = "one too many", .concurrency = 19933, .title =
	    "descriptors", .want = "20001 of 20000: 19933 in flight + 68 for "
	    "2 generators", .why = "a concurrency of 19933 with 2 generators "
	    "needs 20001 descriptors, the limit is 20000 (raise ulimit -n)",
	    .is_impossible = true },
	{ .descr = "the parent's", .concurrency = 1, .generators = 100,
	    .m = { .descriptors = 663 }, .title = "descriptors",
	    .want = "664 of 663: 1 in flight + 663 for 100 generators",
	    .why = "a concurrency of 1 with 100 generators needs 664 "
	    "descriptors, the limit is 663 (raise ulimit -n)",
	    .is_impossible = true },
	{ .descr = "no limit", .concurrency = 1000000, .generators = 1,
	    .m = { .descriptors = UNKNOWN }, .title = "descriptors",
	    .want = "1000066 of unknown: 1000000 in flight + 66 for 1 "
	    "generator" },

	/* Ports, where connections stay. */
	{ .descr = "kept", .title = "ports", .want = "256 of 28232: "
	    "connections at once, if the target keeps them" },
	{ .descr = "as many as ports", .concurrency = FEW_PORTS,
	    .m = { .ports = FEW_PORTS }, .title = "ports", .want =
	    "1000 of 1000: connections at once, if the target keeps them" },
	{ .descr = "one more", .concurrency = FEW_PORTS + 1,
	    .m = { .ports = FEW_PORTS }, .title = "ports", .want =
	    "1001 of 1000: connections at once, if the target keeps them",
	    .why = "local ports may run out: up to 1001 connections at once, "
	    "1000 ports " REMEDY },
	{ .descr = "never so many in time", .concurrency = 5000,
	    .timeout_s = 9, .m = { .ports = FEW_PORTS }, .title = "ports",
	    .want = "901 of 1000: connections at once, if the target keeps "
	    "them" },
	{ .descr = "never so many in all", .concurrency = 5000,
	    .requests = 50, .m = { .ports = 50 }, .title = "ports", .want =
	    "50 of 50: connections at once, if the target keeps them" },
	{ .descr = "nor of the closed model", .concurrency = 5000,
	    .requests = 50, .phases = { "max,for=10s" }, .m = { .ports = 50 },
	    .title = "ports", .want = "50 of 50: connections at once, if the "
	    "target keeps them" },
	{ .descr = "the closed model has all", .concurrency = 5000,
	    .timeout_s = 1, .phases = { "max,for=10s" }, .m = { .ports =
	    FEW_PORTS }, .title = "ports", .want = "5000 of 1000: "
	    "connections at once, if the target keeps them", .why = "local "
	    "ports may run out: up to 5000 connections at once, 1000 ports "
	    REMEDY },
	{ .descr = "of each address", .concurrency = 2000, .sources = {
	    "192.0.2.9", "::1", "192.0.2.8" }, .m = { .ports = FEW_PORTS },
	    .title = "ports", .want = "1001 of 2000: connections at once, if "
	    "the target keeps them" },
	{ .descr = "no ports known", .concurrency = 15000, .m = { .ports =
	    UNKNOWN }, .title = "ports", .want = "1001 of unknown: "
	    "connections at once, if the target keeps them" },

	/* Ports, with a connection each: 2MSL. */
	{ .descr = "fewer than ports in 60s", .no_keep_alive = true,
	    .phases = { "constant,rate=470,for=10m" }, .title = "ports",
	    .want = "28200 of 28232: 470/s x 1m of TIME_WAIT" },
	{ .descr = "more", .no_keep_alive = true,
	    .phases = { "constant,rate=471,for=10m" }, .title = "ports",
	    .want = "28260 of 28232: 471/s x 1m of TIME_WAIT",
	    .why = "local ports may run out: up to 28260 connections in 1m "
	    "of TIME_WAIT, 28232 ports " REMEDY },
	{ .descr = "not for long", .no_keep_alive = true,
	    .phases = { "constant,rate=2000,for=14s" }, .title = "ports",
	    .want = "28000 of 28232: connections in 1m of TIME_WAIT" },
	{ .descr = "a spike between", .no_keep_alive = true, .phases = {
	    "spike,from=10,to=5000,at=5m,lasting=5s,for=10m" },
	    .title = "ports", .want = "25550 of 28232: connections in 1m of "
	    "TIME_WAIT" },
	{ .descr = "at its end", .no_keep_alive = true, .phases = {
	    "constant,rate=1,for=100h", "constant,rate=600,for=1m",
	    "constant,rate=1,for=100h" }, .title = "ports", .want =
	    "36000 of 28232: 600/s x 1m of TIME_WAIT", .why = "local ports "
	    "may run out: up to 36000 connections in 1m of TIME_WAIT, 28232 "
	    "ports " REMEDY },
	{ .descr = "not so many requests", .no_keep_alive = true,
	    .requests = 28232, .phases = { "constant,rate=5000,for=10m" },
	    .title = "ports", .want = "28232 of 28232: connections in 1m of "
	    "TIME_WAIT" },
	{ .descr = "near", .no_keep_alive = true, .url = "http://127.0.0.1/",
	    .phases = { "constant,rate=20000,for=10s" }, .title = "ports",
	    .want = "20000 of 28232: 20000/s x 1s of TIME_WAIT" },
	{ .descr = "near by name", .no_keep_alive = true,
	    .url = "http://localhost:8080/", .phases = {
	    "constant,rate=30k,for=10s" }, .title = "ports", .want =
	    "30000 of 28232: 30000/s x 1s of TIME_WAIT", .why = "local ports "
	    "may run out: up to 30000 connections in 1s of TIME_WAIT, 28232 "
	    "ports " REMEDY },
	{ .descr = "closed model", .no_keep_alive = true, .phases = {
	    "max,for=10s" }, .title = "ports", .want = "as many as come of "
	    "28232: connections in 1m of TIME_WAIT" },
	{ .descr = "nothing known", .no_keep_alive = true, .m = { .ports =
	    UNKNOWN, .hold_ns = UNKNOWN, .hold_loopback_ns = UNKNOWN },
	    .title = "ports", .want = "unknown of unknown: " },

	/* CPUs. */
	{ .descr = "idle", .title = "CPU", .want = "100/s of about 80000/s: "
	    "1 generator x 80000/s" },
	{ .descr = "full", .phases = { "constant,rate=160k,for=1s" },
	    .title = "CPU", .want = "160000/s of about 160000/s: 2 CPUs x "
	    "80000/s" },
	{ .descr = "over", .phases = { "ramp,from=0,to=160001,for=10s" },
	    .title = "CPU", .want = "160001/s of about 160000/s: 2 CPUs x "
	    "80000/s", .why = "generators may be late: up to 160001 "
	    "arrivals/s, 2 CPUs make about 160000/s at most (use workers; "
	    "pulse calibrate -g 2 measures this machine)" },
	{ .descr = "one generator", .generators = 1, .phases = {
	    "constant,rate=80k,for=1s" }, .title = "CPU", .want = "80000/s "
	    "of about 80000/s: 1 generator x 80000/s" },
	{ .descr = "one generator too few", .generators = 1, .phases = {
	    "constant,rate=150k,for=1s" }, .title = "CPU", .want = "150000/s "
	    "of about 80000/s: 1 generator x 80000/s", .why = "generators "
	    "may be late: up to 150000 arrivals/s, 1 generator makes about "
	    "80000/s at most (use -g 2; pulse calibrate -g 1 measures this "
	    "machine)" },
	{ .descr = "one request at a time", .concurrency = 1, .phases = {
	    "constant,rate=150k,for=1s" }, .title = "CPU", .want = "150000/s "
	    "of about 80000/s: 1 generator x 80000/s", .why = "generators "
	    "may be late: up to 150000 arrivals/s, 1 generator makes about "
	    "80000/s at most (use -c 2; pulse calibrate -g 1 measures this "
	    "machine)" },
	{ .descr = "beside the target", .url = "http://127.0.0.1/", .phases = {
	    "constant,rate=150k,for=1s" }, .title = "CPU", .want = "150000/s "
	    "of about 80000/s: 1 CPU beside the target x 80000/s for 2 "
	    "generators", .why = "generators may be late: up to 150000 "
	    "arrivals/s, 1 CPU beside the target makes about 80000/s at most "
	    "(use workers; pulse calibrate -g 2 measures this machine)" },
	{ .descr = "beside it on one CPU", .url = "http://localhost/",
	    .m = { .cpus = 1 }, .generators = 1, .title = "CPU", .want =
	    "100/s of about 80000/s: 1 CPU x 80000/s" },
	{ .descr = "more generators than CPUs", .generators = 8, .phases = {
	    "max,for=1s" }, .title = "CPU", .want = "as many as come of about "
	    "160000/s: 2 CPUs x 80000/s for 8 generators" },
	{ .descr = "a connection each", .no_keep_alive = true, .phases = {
	    "constant,rate=36001,for=1s" }, .title = "CPU", .want = "36001/s "
	    "of about 36000/s: 2 CPUs x 18000/s", .why = "generators may be "
	    "late: up to 36001 arrivals/s, 2 CPUs make about 36000/s at most "
	    "(use workers; pulse calibrate -g 2 --no-keepalive measures this "
	    "machine)" },
	{ .descr = "a handshake each", .no_keep_alive = true,
	    .url = "https://192.0.2.1/", .phases = {
	    "constant,rate=2801,for=1s" }, .title = "CPU", .want = "2801/s of "
	    "about 2800/s: 2 CPUs x 1400/s", .why = "generators may be late: "
	    "up to 2801 arrivals/s, 2 CPUs make about 2800/s at most (use "
	    "workers)" },

	/* Memory. */
	{ .descr = "little", .title = "memory", .want = "17.8MB of 8000.0MB: "
	    "256 connections, 2 generators" },
	{ .descr = "too little", .concurrency = 10000, .timeout_s = 1,
	    .phases = { "max,for=1s" }, .url = "https://192.0.2.1/",
	    .m = { .memory = 300000000 }, .title = "memory", .want =
	    "369.6MB of 300.0MB: 10000 connections, 2 generators", .why =
	    "memory may run out: up to 10000 connections need about 369.6MB, "
	    "there are 300.0MB (lower the concurrency or use workers)" },
	{ .descr = "nobody knows", .m = { .memory = UNKNOWN }, .title =
	    "memory", .want = "17.8MB of unknown: 256 connections, 2 "
	    "generators" },

	/* What the packet filter can follow. */
	{ .descr = "followed", .no_keep_alive = true, .m = { .tracked = 500,
	    .tracked_ns = SEC(120) }, .requests = 500, .title = "tracked",
	    .want = "500 of 500: connections in 2m, for the packet filter" },
	{ .descr = "lost", .no_keep_alive = true, .m = { .tracked = 499,
	    .tracked_ns = SEC(120) }, .requests = 500, .title = "tracked",
	    .want = "500 of 499: connections in 2m, for the packet filter",
	    .why = "the packet filter may drop packets: up to 500 connections "
	    "in 2m, it can follow 499 more (keep connections alive, or raise "
	    "nf_conntrack_max)" },
};

static void
set_machine(struct machine *m, const struct machine *other)
{
	*m = common;
	if (other->cpus != 0)
		m->cpus = other->cpus;
	if (other->descriptors != 0)
		m->descriptors = other->descriptors;
	if (other->ports != 0)
		m->ports = other->ports;
	if (other->hold_ns != 0) {
		m->hold_ns = other->hold_ns;
		m->hold_loopback_ns = other->hold_loopback_ns;
	}
	if (other->memory != 0)
		m->memory = other->memory;
	if (other->tracked_ns != 0) {
		m->tracked = other->tracked;
		m->tracked_ns = other->tracked_ns;
	}
}

static void
add_phase(struct run_request *req, const char *spec)
{
	char why[WIRE_TEXT_MAX];

	req->phases = xreallocarray(req->phases, req->nphases + 1,
	    sizeof(*req->phases));
	ck_assert_int_eq(plan_parse_phase(spec, &req->phases[req->nphases++],
	    why), 0);
}

static void
make_plan(struct plan *plan, const struct plan_test *t)
{
	struct run_request *req = &plan->req;
	char why[WIRE_TEXT_MAX];
	size_t i;

	plan_init(plan);
	req->scenario.url = xstrdup(t->url != NULL ? t->url :
	    "http://192.0.2.1/");
	req->scenario.keep_alive = !t->no_keep_alive;
	if (t->timeout_s != 0)
		req->scenario.timeout_ns = SEC(t->timeout_s);
	if (t->concurrency != 0)
		req->max_concurrency = t->concurrency;
	req->requests = t->requests;
	for (i = 0; i < PHASES && t->phases[i] != NULL; i++)
		add_phase(req, t->phases[i]);
	if (i == 0)
		add_phase(req, "constant,rate=100,for=10s");
	for (i = 0; i < 3 && t->sources[i] != NULL; i++)
		ck_assert_int_eq(connect_add_source(&req->scenario.connect,
		    t->sources[i], why), 0);
}

static const struct preflight_line *
find_line(const struct preflight *p, const char *title)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->at[i].title, title) == 0)
			return &p->at[i];
	return NULL;
}

START_TEST(test_lines)
{
	const struct plan_test *t = &plan_tests[_i];
	const struct preflight_line *l;
	char got[2 * PREFLIGHT_TEXT_MAX + 2];
	struct preflight p;
	struct machine m;
	struct plan plan;

	make_plan(&plan, t);
	set_machine(&m, &t->m);
	preflight_judge(&p, &plan, t->generators != 0 ? t->generators : 2,
	    &m);
	l = find_line(&p, t->title);
	ck_assert_msg(l != NULL, "%s: no line %s", t->descr, t->title);
	snprintf(got, sizeof(got), "%s: %s", l->sum, l->how);
	ck_assert_msg(strcmp(got, t->want) == 0, "%s: %s", t->descr, got);
	ck_assert_msg(strcmp(l->why, t->why != NULL ? t->why : "") == 0,
	    "%s: %s", t->descr, l->why);
	ck_assert_int_eq(l->is_impossible, t->is_impossible);
	ck_assert_int_eq(preflight_say(&p), t->is_impossible ? -1 : 0);
	plan_clear(&plan);
}
END_TEST

/* A unix socket needs no ports, and no filter follows it. */
START_TEST(test_unix)
{
	const struct plan_test t = { .descr = "unix", .no_keep_alive = true };
	struct preflight p;
	struct machine m = common;
	struct plan plan;

	m.tracked = 0;
	m.tracked_ns = SEC(1);
	make_plan(&plan, &t);
	plan.req.scenario.connect.unix_socket = xstrdup("/run/x");
	preflight_judge(&p, &plan, 2, &m);
	ck_assert_ptr_null(find_line(&p, "ports"));
	ck_assert_ptr_null(find_line(&p, "tracked"));
	ck_assert_uint_eq(p.n, 3);
	plan_clear(&plan);
}
END_TEST

/* Of a fleet, connections to the workers count, whatever the plan is. */
START_TEST(test_fleet)
{
	const struct plan_test t = { .descr = "fleet", .concurrency = 900000 };
	struct preflight p;
	struct machine m = common;
	char why[WIRE_TEXT_MAX];
	struct plan plan;

	make_plan(&plan, &t);
	ck_assert_int_eq(fleet_add(&plan.fleet, "a,b,c", why), 0);
	m.descriptors = 76;
	preflight_judge(&p, &plan, 2, &m);
	ck_assert_uint_eq(p.n, 1);
	ck_assert_str_eq(p.at[0].sum, "76 of 76");
	ck_assert_str_eq(p.at[0].how, "3 workers, which have limits of their "
	    "own");
	ck_assert_str_eq(p.at[0].why, "");
	m.descriptors = 75;
	preflight_judge(&p, &plan, 2, &m);
	ck_assert_str_eq(p.at[0].why, "descriptors may run out: 3 workers "
	    "need up to 76, the limit is 75 (raise ulimit -n)");
	ck_assert_int_eq(preflight_say(&p), 0);
	plan_clear(&plan);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("preflight");
	TCase *tc = tcase_create("preflight");

	tcase_add_loop_test(tc, test_lines, 0, UTIL_NELEM(plan_tests));
	tcase_add_test(tc, test_unix);
	tcase_add_test(tc, test_fleet);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
