/* SPDX-License-Identifier: MIT */
/*
 * `pulse calibrate`: which arrival rate can this machine plan? A mock of our
 * own on the loopback is asked at one constant rate after the other, by the
 * generators and in the way of any run, and the highest is told at which they
 * are still in time.
 *
 * The mock needs about as much of the machine as the generators do: what is
 * found is less than what they could send elsewhere, never more. The time is
 * bounded: so many steps, each as long as was asked for and one timeout more.
 *
 * INT, TERM or HUP end the step, tell what is known and let the signal do the
 * rest; no process stays. Standard output has the table and the answer, or
 * JSON, and nothing else.
 */

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/proc.h"
#include "base/resolve.h"
#include "base/sandbox.h"
#include "base/text.h"
#include "base/tls_context.h"
#include "base/usage.h"
#include "cmd/calibrate.h"
#include "load/climb.h"
#include "load/pool.h"
#include "mock.h"
#include "report/steps.h"
#include "wire.h"

enum {
	FIRST_RATE = 1000,
	STEPS_MAX = 15,		/* 7 up to 64000/s, 8 to find the edge */
	BURY_MS = 1000,
	WARMUP_SHARE = 10	/* 1/10 of a step: connections are made */
};
#define STEP_NS		(2 * NS_PER_SEC)
#define STEP_MIN_NS	(100 * NS_PER_MS)
#define STEP_MAX_NS	(3600 * NS_PER_SEC)
#define LAG_NS		NS_PER_MS
#define TIMEOUT_NS	(5 * NS_PER_SEC)	/* of a request */
#define STOP_GRACE_NS	NS_PER_SEC

enum calibrate_option {
	OPT_CONCURRENCY = 1,
	OPT_FOR,
	OPT_GENERATORS,
	OPT_JSON,
	OPT_LAG,
	OPT_NO_KEEPALIVE,
	OPT_QUIET
};

static const struct option_row rows[] = {
	{ OPT_GENERATORS, 'g', "generators", "N", "processes [CPUs]" },
	{ OPT_CONCURRENCY, 'c', "concurrency", "N",
	    "most requests in flight [256]" },
	{ OPT_NO_KEEPALIVE, 0, "no-keepalive", NULL,
	    "a new connection for each request" },
	{ OPT_LAG, 0, "lag", "TIME", "what its p99 may be at most [1ms]" },
	{ OPT_FOR, 0, "for", "TIME",
	    "of a step; there are 15 at most [2s]" },
	{ OPT_JSON, 0, "json", NULL, "all steps as JSON on stdout" },
	{ OPT_QUIET, 'q', "quiet", NULL, "no progress; the answer alone" },
};

const struct command calibrate_command = {
	.name = "calibrate",
	.operands = "",
	.summary = "Finds the highest rate that this machine can plan.",
	.rows = rows,
	.nrows = UTIL_NELEM(rows),
};

struct calibrate {
	struct steps		 steps;
	struct climb		 climb;
	bool			 wants_json;
	bool			 is_quiet;
	bool			 has_progress;
	struct mock_settings	 mock;
	struct mock_place	 place;
	struct proc		*mocks;		/* one a generator */
	struct loop		*loop;
	struct pool		*pool;
	struct loop_timer	 next;		/* step */
	struct run_request	 req;
	int			 usage_fd;	/* -1: the machine tells none */
	struct usage		 usage;		/* when the step began */
	uint64_t		 ours_ns;	/* CPU of our own, but for the
						   generators */
	int			 signo;		/* that stops it */
	int			 status;
};

/* What is shown meanwhile. */

static void
show_progress(const struct calibrate *c)
{
	if (c->has_progress)
		fprintf(stderr, "step %zu: %llu/s\r", c->steps.n + 1,
		    (unsigned long long)c->climb.rate);
}

static void
wipe_progress(const struct calibrate *c)
{
	if (c->has_progress)
		fprintf(stderr, "%*s\r", 40, "");
}

/* 0, or -1 after a line on stderr. */
static int
show_step(const struct calibrate *c, const struct step *step)
{
	if (c->wants_json || c->is_quiet)
		return 0;
	steps_write_row(stdout, &c->steps, step);
	return options_printed();
}

static int
show_answer(const struct calibrate *c)
{
	if (!c->wants_json) {
		if (!c->is_quiet)
			printf("\n");
		steps_write_answer(stdout, &c->steps);
	} else if (steps_write_json(stdout, &c->steps) == -1) {
		warnx("calibrate: the steps are too many to print");
		return -1;
	}
	return options_printed();
}

/* The CPUs. */

/* Of this process and the mock. The resolver has nothing to do. */
static uint64_t
ours_ns(const struct calibrate *c)
{
	uint64_t ns = proc_cpu_ns(0);
	uint32_t i;

	for (i = 0; i < c->steps.generators; i++)
		ns += proc_cpu_ns(c->mocks[i].pid);
	return ns;
}

static void
begin_usage(struct calibrate *c)
{
	if (!c->steps.knows_others)
		return;
	c->ours_ns = ours_ns(c);
	c->steps.knows_others = usage_read(c->usage_fd, &c->usage) == 0;
}

/* The share of others in the step that r came from; -1: not known. */
static double
end_usage(const struct calibrate *c, const struct result *r)
{
	uint64_t ns = 0;
	struct usage now;
	size_t i;

	if (!c->steps.knows_others || usage_read(c->usage_fd, &now) == -1)
		return -1;
	for (i = 0; i < r->ngenerators; i++)
		ns += r->generators[i].cpu_user_ns +
		    r->generators[i].cpu_sys_ns;
	return usage_of_others(&c->usage, &now, ns + ours_ns(c) - c->ours_ns);
}

/* The steps. */

static void
end(struct calibrate *c, int status)
{
	c->status = status;
	loop_stop(c->loop);
}

/*
 * What was found is true of now, and not of the machine. Where others had no
 * CPU either, it is the machine that wakes processes late.
 */
static void
warn_of_late(const struct calibrate *c)
{
	const struct step *step = steps_find_late(&c->steps, c->climb.bad);

	if (step != NULL)
		warnx("calibrate: this machine did not let the generators run "
		    "in time: at %llu/s they used %.0f%% of a CPU (try %s)",
		    (unsigned long long)step->rate, 100 * step->cpu,
		    step->others < 0 ? "again when nothing else runs" :
		    "a larger --lag: it wakes processes late");
}

/* Who has no text to read is told why the status is 1. */
static void
warn_of_none(const struct calibrate *c)
{
	const struct step *last;

	if (!c->wants_json || c->steps.rate > 0 || c->steps.n == 0)
		return;
	last = &c->steps.at[c->steps.n - 1];
	warnx("calibrate: no rate held: at %llu/s %s",
	    (unsigned long long)last->rate, last->why);
}

static void
tell_answer(struct calibrate *c)
{
	c->steps.rate = climb_round(c->climb.good);
	c->steps.is_partial = c->signo != 0;
	end(c, show_answer(c) == -1 || c->steps.rate == 0);
	if (c->signo != 0)
		return;
	warn_of_none(c);
	warn_of_late(c);
}

static void
on_interval(void *arg, const struct interval *in)
{
	(void)arg;
	(void)in;
}

/* One of the mock is gone: what follows is no longer comparable. */
static bool
has_lost_mock(struct calibrate *c)
{
	char text[PROC_TEXT_MAX];
	uint32_t i;

	for (i = 0; i < c->steps.generators; i++)
		if (proc_reap(&c->mocks[i])) {
			warnx("calibrate: process %u of the mock %s",
			    (unsigned int)i,
			    proc_describe(&c->mocks[i], text));
			return true;
		}
	return false;
}

static void
on_done(void *arg, struct result *r)
{
	struct calibrate *c = arg;
	const struct step *step;

	wipe_progress(c);
	if (c->signo != 0) {
		tell_answer(c);
		return;
	}
	if (r->error[0] != '\0')
		warnx("calibrate: %s", r->error);
	if (r->error[0] != '\0' || has_lost_mock(c)) {
		end(c, 1);
		return;
	}
	step = steps_add(&c->steps, c->climb.rate, r, end_usage(c, r));
	if (show_step(c, step) == -1)
		end(c, 1);
	else if (climb_tell(&c->climb, step->has_held))
		loop_timer_set(c->loop, &c->next, loop_now(c->loop));
	else
		tell_answer(c);
}

static void
on_refused(void *arg, enum refusal refusal, const char *why)
{
	struct calibrate *c = arg;

	(void)refusal;
	wipe_progress(c);
	if (c->signo != 0)
		tell_answer(c);
	else {
		warnx("calibrate: %s", why);
		end(c, 1);
	}
}

static void
on_next(void *arg)
{
	struct calibrate *c = arg;
	const struct run_hooks hooks = { .interval = on_interval,
	    .done = on_done, .refused = on_refused, .arg = c };

	c->req.phases[0].rate = c->climb.rate;
	show_progress(c);
	begin_usage(c);
	pool_run(c->pool, &c->req, false, &hooks);
}

static void
on_signal(void *arg, int signo)
{
	struct calibrate *c = arg;
	bool is_running = !c->next.place;

	if (c->signo != 0)
		proc_die_of(signo);
	c->signo = signo;
	loop_timer_stop(c->loop, &c->next);
	if (is_running)
		pool_stop(c->pool, STOP_GRACE_NS);
	else
		tell_answer(c);
}

/* The processes. */

/* The mock's, before there is anything that they should not have. */
static int
start_mocks(struct calibrate *c, struct net_address *address)
{
	uint32_t i, n = c->steps.generators;

	c->mock = (struct mock_settings){ .mode = MOCK_HEALTHY, .size = 64 };
	c->place.settings = &c->mock;
	c->mocks = xcalloc(n, sizeof(*c->mocks));
	net_listen_parse(address, "127.0.0.1:0");
	c->place.fd = net_listen(address);
	if (c->place.fd == -1 ||
	    net_local_address(c->place.fd, address) == -1)
		return -1;
	for (i = 0; i < n; i++)
		if (proc_spawn(&c->mocks[i], mock_serve, &c->place) == -1)
			return -1;
	close(c->place.fd);
	c->place.fd = -1;
	return 0;
}

static int
start_pool(struct calibrate *c)
{
	struct resolver *resolver;

	c->loop = loop_new();
	if (c->loop == NULL ||
	    loop_signal_stops(c->loop, on_signal, c) == -1)
		return -1;
	tls_prepare();
	resolver = resolver_new(c->loop, NULL);
	if (resolver == NULL)
		return -1;
	c->pool = pool_new(c->loop, c->steps.generators, resolver);
	return c->pool == NULL ? -1 : 0;
}

static void
make_request(struct calibrate *c, const struct net_address *address)
{
	struct run_request *req = &c->req;
	char text[NET_TEXT_MAX];

	req->phases = xcalloc(1, sizeof(*req->phases));
	req->nphases = 1;
	req->phases[0] = (struct phase){ .type = PHASE_CONSTANT,
	    .duration_ns = c->steps.step_ns };
	req->warmup_ns = c->steps.warmup_ns;
	req->max_concurrency = c->steps.concurrency;
	req->scenario.url = xasprintf("http://%s/",
	    net_address_format(text, address));
	req->scenario.timeout_ns = TIMEOUT_NS;
	req->scenario.keep_alive = c->steps.keep_alive;
}

static int
calibrate(struct calibrate *c)
{
	struct net_address address;

	fflush(stdout);
	if (start_mocks(c, &address) == -1 || start_pool(c) == -1) {
		warn("calibrate");
		return 1;
	}
	c->usage_fd = usage_open(USAGE_PATH);
	c->steps.knows_others = usage_read(c->usage_fd, &c->usage) == 0 &&
	    c->usage.all_ns > 0;
	if (sandbox_enter(SANDBOX_RUN) == -1)
		warn("going on without a filter of system calls");
	make_request(c, &address);
	if (!c->wants_json && !c->is_quiet) {
		steps_write_head(stdout, &c->steps);
		if (options_printed() == -1)
			return 1;
	}
	climb_start(&c->climb, FIRST_RATE, ARRIVAL_RATE_MAX, STEPS_MAX);
	loop_timer_set(c->loop, &c->next, loop_tick(c->loop));
	if (loop_run(c->loop) == -1) {
		warn("calibrate: event loop");
		return 1;
	}
	return c->status;
}

static void
calibrate_clear(struct calibrate *c)
{
	uint32_t i;

	pool_free(c->pool);
	if (c->loop != NULL)
		loop_timer_stop(c->loop, &c->next);
	for (i = 0; c->mocks != NULL && i < c->steps.generators; i++)
		proc_end(&c->mocks[i], BURY_MS);
	free(c->mocks);
	if (c->place.fd != -1)
		close(c->place.fd);
	if (c->usage_fd != -1)
		close(c->usage_fd);
	loop_free(c->loop);
	run_request_clear(&c->req);
	steps_clear(&c->steps);
}

/* The command line. */

static int
take_time(const struct given *g, uint64_t min_ns, uint64_t max_ns,
    uint64_t *out)
{
	char why[WIRE_TEXT_MAX], min[FORMAT_MAX], max[FORMAT_MAX];

	if (parse_duration(g->value, out) == 0 && *out >= min_ns &&
	    *out <= max_ns)
		return 0;
	wire_refuse(why, "%.40s: expected a time from %s to %s",
	    text_shown(g->value), format_duration(min, min_ns),
	    format_duration(max, max_ns));
	return options_refuse(g, why);
}

static int
take_count(const struct given *g, uint64_t max, uint64_t *out)
{
	char why[OPTION_WHY_MAX];

	if (parse_uint(g->value, max, out) == 0 && *out > 0)
		return 0;
	return options_refuse(g, options_expected_count(why, g->value, 1,
	    max));
}

static int
apply(struct calibrate *c, const struct given *g)
{
	uint64_t n = 0;

	switch ((enum calibrate_option)g->row->id) {
	case OPT_CONCURRENCY:
		return take_count(g, WIRE_CONCURRENCY_MAX,
		    &c->steps.concurrency);
	case OPT_FOR:
		return take_time(g, STEP_MIN_NS, STEP_MAX_NS,
		    &c->steps.step_ns);
	case OPT_GENERATORS:
		if (take_count(g, POOL_GENERATORS_MAX, &n) == -1)
			return -1;
		c->steps.generators = (uint32_t)n;
		return 0;
	case OPT_JSON:
		c->wants_json = true;
		return 0;
	case OPT_LAG:
		return take_time(g, NS_PER_US, NS_PER_SEC, &c->steps.lag_ns);
	case OPT_NO_KEEPALIVE:
		c->steps.keep_alive = false;
		return 0;
	case OPT_QUIET:
		c->is_quiet = true;
		return 0;
	}
	return -1;
}

int
calibrate_main(int argc, char **argv)
{
	struct calibrate c;
	struct options o;
	int status;
	size_t i;

	memset(&c, 0, sizeof(c));
	c.place.fd = c.usage_fd = -1;
	c.next = (struct loop_timer){ .call = on_next, .arg = &c };
	c.steps = (struct steps){ .cpus = proc_cpus(POOL_GENERATORS_MAX),
	    .generators = proc_cpus(POOL_GENERATORS_MAX),
	    .concurrency = WIRE_CONCURRENCY, .step_ns = STEP_NS,
	    .lag_ns = LAG_NS, .keep_alive = true };
	run_request_init(&c.req);
	status = options_parse(&o, &calibrate_command, argc, argv);
	for (i = 0; status == 0 && i < o.ngiven; i++)
		status = apply(&c, &o.given[i]);
	c.steps.warmup_ns = c.steps.step_ns / WARMUP_SHARE;
	options_clear(&o);
	c.has_progress = !c.is_quiet && isatty(STDERR_FILENO);
	if (status != 0)
		status = status == 1 ? 0 : 1;
	else
		status = calibrate(&c);
	calibrate_clear(&c);
	if (c.signo != 0)
		proc_die_of(c.signo);
	return status;
}
