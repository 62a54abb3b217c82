/* SPDX-License-Identifier: MIT */
/*
 * load/pool.c with real generators and a server in the same loop: run after
 * run on one pool, when they start, what share of a plan they make, which
 * addresses they are given, how they end early, and how dead children are
 * replaced. Counts are compared, and times only with bounds.
 */

#include <sys/types.h>

#include <check.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/util.h"
#include "load/arrival.h"
#include "load/pool.h"

#define PATIENCE_NS	(20 * NS_PER_SEC)
#define LABEL_TOO_LONG	\
	"a1234567890123456789012345678901234567890123456789012345678901234"
#define OK		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

enum {
	GENERATORS = 3,
	CONNECTIONS_MAX = 64,
	HEAD_MAX = 4096,
	LINK_MAX = 64
};

/* The server: listener 0 is the target, 1 is where redirects lead. */

struct listener {
	struct loop_io	 io;
	unsigned int	 port;
	int		 accepted;
	int		 requests;
};

struct connection {
	struct loop_io	 io;
	struct listener	*listener;
	char		 in[HEAD_MAX + 1];
	size_t		 len;
};

static struct loop *loop;
static struct pool *pool;
static struct listener listeners[2];
static struct connection connections[CONNECTIONS_MAX];
static uint64_t first_request_ns;

/* What the hooks heard of a run. */
static struct seen {
	int		 started;
	int		 intervals;
	int		 done;
	int		 refused;
	uint64_t	 start_ns;
	double		 planned;
	enum refusal	 refusal;
	char		 why[WIRE_TEXT_MAX];
	char		 error[WIRE_TEXT_MAX];
	char		 address[64];
	struct counters	 n;
	struct generator_stat stat[GENERATORS];
	bool		 is_partial;
	bool		 has_start_error;
	int64_t		 start_error_ns;
	uint64_t	 lost;
} seen;

/* What a test does when a hook is called or a timer runs out. */
static void (*at_start)(void);
static struct loop_timer soon;
static uint64_t stop_grace_ns;

static void
answer(struct connection *c)
{
	char text[256];
	const char *reply = OK;

	c->listener->requests++;
	if (first_request_ns == 0)
		first_request_ns = clock_now_ns();
	if (strncmp(c->in, "GET /hang", 9) == 0)
		return;
	if (strncmp(c->in, "GET /to", 7) == 0) {
		snprintf(text, sizeof(text), "HTTP/1.1 302 Found\r\n"
		    "Location: http://127.0.0.1:%u/\r\n"
		    "Content-Length: 0\r\n\r\n", listeners[1].port);
		reply = text;
	} else if (strncmp(c->in, "GET /nowhere", 12) == 0)
		reply = "HTTP/1.1 302 Found\r\n"
		    "Location: http://" LABEL_TOO_LONG "/\r\n"
		    "Content-Length: 0\r\n\r\n";
	/* A peer that is gone needs no answer. */
	(void)!net_write(c->io.fd, reply, strlen(reply));
}

static void
connection_close(struct connection *c)
{
	if (c->listener == NULL)
		return;
	loop_del(loop, &c->io);
	close(c->io.fd);
	c->listener = NULL;
}

static void
on_connection(void *arg, int events)
{
	struct connection *c = arg;
	ssize_t n = net_read(c->io.fd, c->in + c->len, HEAD_MAX - c->len);
	char *end;

	(void)events;
	if (n <= 0) {
		connection_close(c);
		return;
	}
	c->len += (size_t)n;
	c->in[c->len] = '\0';
	while ((end = strstr(c->in, "\r\n\r\n")) != NULL) {
		answer(c);
		end += 4;
		c->len -= (size_t)(end - c->in);
		memmove(c->in, end, c->len + 1);
	}
}

static void
on_accept(void *arg, int events)
{
	struct listener *l = arg;
	struct connection *c = connections;
	int fd = net_accept(l->io.fd);

	(void)events;
	if (fd == -1)
		return;
	l->accepted++;
	while (c->listener != NULL)
		ck_assert(++c < connections + CONNECTIONS_MAX);
	*c = (struct connection){ .listener = l };
	c->io = (struct loop_io){ .fd = fd, .call = on_connection, .arg = c };
	ck_assert_int_eq(loop_add(loop, &c->io, LOOP_READ), 0);
}

static void
listener_open(struct listener *l)
{
	struct net_address a;
	char text[NET_TEXT_MAX];

	memset(l, 0, sizeof(*l));
	ck_assert(net_listen_parse(&a, "127.0.0.1:0"));
	l->io = (struct loop_io){ .fd = net_listen(&a), .call = on_accept,
	    .arg = l };
	ck_assert_int_ne(l->io.fd, -1);
	ck_assert_int_eq(net_local_address(l->io.fd, &a), 0);
	net_address_format(text, &a);
	l->port = (unsigned int)strtoul(strchr(text, ':') + 1, NULL, 10);
	ck_assert_int_eq(loop_add(loop, &l->io, LOOP_READ), 0);
}

/* The listeners are there before the generators are: as in a worker. */
static void
setup(void)
{
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	listener_open(&listeners[0]);
	listener_open(&listeners[1]);
	pool = pool_new(loop, GENERATORS);
	ck_assert_ptr_nonnull(pool);
	ck_assert_uint_eq(pool_size(pool), GENERATORS);
	at_start = NULL;
}

static void
teardown(void)
{
	int i;

	pool_free(pool);
	for (i = 0; i < CONNECTIONS_MAX; i++)
		connection_close(&connections[i]);
	for (i = 0; i < 2; i++) {
		loop_del(loop, &listeners[i].io);
		close(listeners[i].io.fd);
	}
	loop_free(loop);
}

/* Runs. */

static void
on_started(void *arg, uint64_t start_ns)
{
	ck_assert_ptr_eq(arg, &seen);
	ck_assert_int_eq(seen.intervals, 0);
	ck_assert_int_eq(seen.done, 0);
	seen.started++;
	seen.start_ns = start_ns;
	if (at_start != NULL)
		at_start();
}

static void
on_interval(void *arg, const struct interval *in)
{
	ck_assert_ptr_eq(arg, &seen);
	ck_assert_int_eq(seen.done, 0);
	seen.intervals++;
	seen.planned += in->planned;
}

static void
on_done(void *arg, struct result *r)
{
	ck_assert_ptr_eq(arg, &seen);
	seen.done++;
	seen.n = r->n;
	ck_assert_uint_eq(r->ngenerators, GENERATORS);
	memcpy(seen.stat, r->generators, sizeof(seen.stat));
	memcpy(seen.error, r->error, sizeof(seen.error));
	memcpy(seen.address, r->address, sizeof(seen.address));
	seen.is_partial = r->is_partial;
	seen.has_start_error = r->has_start_error;
	seen.start_error_ns = r->start_error_ns;
	seen.lost = r->lost;
	ck_assert_uint_eq(r->n.scheduled, r->n.started + r->n.dropped);
	ck_assert_uint_eq(r->n.started, r->n.completed + r->lost);
}

static void
on_refused(void *arg, enum refusal refusal, const char *why)
{
	ck_assert_ptr_eq(arg, &seen);
	seen.refused++;
	seen.refusal = refusal;
	snprintf(seen.why, sizeof(seen.why), "%s", why);
}

static const struct run_hooks hooks = { on_started, on_interval, on_done,
    on_refused, &seen };

static void
on_late(void *arg)
{
	(void)arg;
	ck_abort_msg("hangs");
}

static void
await(const int *count)
{
	struct loop_timer late = { .call = on_late };

	loop_timer_set(loop, &late, loop_tick(loop) + PATIENCE_NS);
	while (*count == 0)
		ck_assert_int_eq(loop_turn(loop), 0);
	loop_timer_stop(loop, &late);
}

static void
on_soon(void *arg)
{
	int *count = arg;

	*count = 1;
}

static void
turn_for(uint64_t ns)
{
	int is_over = 0;
	struct loop_timer timer = { .call = on_soon, .arg = &is_over };

	loop_timer_set(loop, &timer, loop_tick(loop) + ns);
	await(&is_over);
}

/* 20 arrivals in 100 ms. */
static void
request_init(struct run_request *req, const char *path)
{
	const struct phase phase = { .type = PHASE_CONSTANT,
	    .duration_ns = 100 * NS_PER_MS, .rate = 200 };

	run_request_init(req);
	req->phases = xcalloc(1, sizeof(phase));
	req->phases[0] = phase;
	req->nphases = 1;
	req->max_concurrency = 16;
	req->policy = POLICY_BLOCK;
	req->scenario.url = xasprintf("http://127.0.0.1:%u%s",
	    listeners[0].port, path);
}

static void
begin(const struct run_request *req)
{
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(run_request_check(req, why) == 0, "%s", why);
	memset(&seen, 0, sizeof(seen));
	first_request_ns = 0;
	pool_run(pool, req, false, &hooks);
}

/* Until it is done, well or not. */
static void
run(const struct run_request *req)
{
	begin(req);
	await(&seen.done);
	ck_assert_int_eq(seen.refused, 0);
}

/* Refused: never begun. */
static void
run_in_vain(const struct run_request *req, enum refusal refusal,
    const char *why)
{
	begin(req);
	await(&seen.refused);
	ck_assert_int_eq(seen.done, 0);
	ck_assert_int_eq(seen.started, 0);
	ck_assert_int_eq((int)seen.refusal, (int)refusal);
	ck_assert_str_eq(seen.why, why);
	ck_assert_int_eq(listeners[0].requests, 0);
}

static void
run_well(void)
{
	struct run_request req;

	request_init(&req, "/");
	run(&req);
	ck_assert_str_eq(seen.error, "");
	ck_assert(!seen.is_partial);
	ck_assert_int_eq(seen.started, 1);
	ck_assert_uint_eq(seen.n.scheduled, 20);
	ck_assert_uint_eq(seen.n.completed, 20);
	ck_assert_uint_eq(seen.n.failed, 0);
	run_request_clear(&req);
}

START_TEST(test_several)
{
	int i, pid = 0;

	for (i = 0; i < 4; i++) {
		run_well();
		ck_assert_int_eq(listeners[0].requests, (i + 1) * 20);
		ck_assert(!seen.has_start_error);
		ck_assert(seen.stat[0].took_part);
		ck_assert(!seen.stat[1].took_part);
		ck_assert(pid == 0 || pid == seen.stat[0].pid);
		pid = seen.stat[0].pid;
		ck_assert_uint_eq(pool_repair(pool), 0);
	}
}
END_TEST

static struct run_request next_req;
static int next_runs;

static void
on_done_again(void *arg, struct result *r)
{
	struct run_hooks again = hooks;

	on_done(arg, r);
	again.done = on_done_again;
	if (--next_runs > 0) {
		ck_assert_uint_eq(pool_repair(pool), 0);
		seen.intervals = seen.done = 0;
		pool_run(pool, &next_req, true, &again);
	}
}

/* The next run may begin where the end of the last one is told. */
START_TEST(test_from_done)
{
	struct run_hooks again = hooks;

	memset(&seen, 0, sizeof(seen));
	again.done = on_done_again;
	next_runs = 3;
	request_init(&next_req, "/");
	pool_run(pool, &next_req, true, &again);
	await(&seen.done);
	ck_assert_int_eq(next_runs, 0);
	ck_assert_int_eq(listeners[0].requests, 3 * 20);
	run_request_clear(&next_req);
}
END_TEST

/* When they start. */

START_TEST(test_start_at)
{
	struct run_request req;

	request_init(&req, "/");
	req.start_at_ns = clock_now_ns() + 300 * NS_PER_MS;
	run(&req);
	ck_assert_uint_eq(seen.n.completed, 20);
	ck_assert_int_eq(seen.started, 1);
	ck_assert_uint_eq(seen.start_ns, req.start_at_ns);
	ck_assert_uint_ge(first_request_ns, req.start_at_ns);
	ck_assert(seen.has_start_error);
	ck_assert_int_eq(seen.start_error_ns, 0);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_start_late)
{
	struct run_request req;
	uint64_t before_ns = clock_now_ns();

	request_init(&req, "/");
	req.start_at_ns = _i == 0 ? before_ns : 1;
	run(&req);
	ck_assert_uint_eq(seen.n.completed, 20);
	ck_assert_uint_ge(seen.start_ns, before_ns);
	ck_assert(seen.has_start_error);
	ck_assert_int_eq(seen.start_error_ns,
	    (int64_t)(seen.start_ns - req.start_at_ns));
	ck_assert_int_gt(seen.start_error_ns, 0);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_start_far)
{
	struct run_request req;

	request_init(&req, "/");
	req.start_at_ns = clock_now_ns() + 70 * NS_PER_SEC;
	run_in_vain(&req, REFUSED_FAILED, "startAt: is more than 60s ahead");
	run_request_clear(&req);
	run_well();
}
END_TEST

/* Shares. */

static const uint32_t take_0_2_4[] = { 0, 2, 4 };
static const uint32_t take_1[] = { 1 };
static const uint32_t take_3[] = { 3 };

static const struct arrival_share shares[] = {
	{ 5, 3, take_0_2_4 },
	{ 5, 1, take_1 },
	{ 5, 1, take_3 }
};

static const struct share_test {
	const char	*descr;
	bool		 is_poisson;
	uint64_t	 requests;
} share_tests[] = {
	{ "uniform", false, 0 },
	{ "poisson", true, 0 },
	{ "uniform with a limit", false, 123 },
	{ "poisson with a limit", true, 123 },
	{ "a limit beyond the plan", false, 10000 }
};

/* So many arrivals of it there are, as a cursor of its own finds. */
static uint64_t
count_share(const struct run_request *req, const struct arrival_share *share)
{
	struct arrival_plan *plan = arrival_plan_new(req->phases,
	    req->nphases);
	struct arrival_cursor c;
	struct arrival a;
	uint64_t n = 0;

	arrival_start(&c, plan, share, 0, 1, req->is_poisson, req->seed);
	while (arrival_next(&c, &a) &&
	    (req->requests == 0 || a.n < req->requests))
		n++;
	arrival_plan_free(plan);
	return n;
}

/* 30,000 a second are for three generators or less, as the share is. */
START_TEST(test_share)
{
	static const uint32_t whole[] = { 0 };
	const struct arrival_share all = { 1, 1, whole };
	const struct share_test *t = &share_tests[_i];
	struct run_request req;
	uint64_t sum = 0;
	double planned = 0;
	size_t i;

	request_init(&req, "/");
	req.phases[0].rate = 29999;
	req.phases[0].duration_ns = 20 * NS_PER_MS;
	req.interval_ns = WIRE_INTERVAL_MIN_NS;
	req.policy = POLICY_DROP;
	req.is_poisson = t->is_poisson;
	req.seed = 7;
	req.requests = t->requests;
	for (i = 0; i < UTIL_NELEM(shares); i++) {
		req.of = shares[i].of;
		req.ntake = shares[i].ntake;
		req.take = xcalloc(req.ntake, sizeof(*req.take));
		memcpy(req.take, shares[i].take,
		    req.ntake * sizeof(*req.take));
		run(&req);
		ck_assert_uint_eq(seen.n.scheduled,
		    count_share(&req, &shares[i]));
		ck_assert(seen.stat[1].took_part == (i == 0));
		ck_assert(!seen.stat[2].took_part);
		sum += seen.n.scheduled;
		planned += seen.planned;
		free(req.take);
		req.take = NULL;
	}
	req.of = req.ntake = 0;
	ck_assert_uint_eq(sum, count_share(&req, &all));
	/* All of it, if all intervals came to an end. */
	if (t->requests == 0)
		ck_assert(planned > 599.9 && planned < 600);
	run(&req);
	ck_assert(seen.stat[2].took_part);
	ck_assert_uint_eq(seen.n.scheduled, sum);
	run_request_clear(&req);
}
END_TEST

/* The gate. */

static int gate_asked;
static char gate_host[64];
static const char *gate_shut;	/* a part of the addresses it refuses */

static bool
may_connect(void *arg, const char *host, const struct net_address *address)
{
	char text[NET_TEXT_MAX];

	ck_assert_ptr_eq(arg, &gate_asked);
	gate_asked++;
	snprintf(gate_host, sizeof(gate_host), "%s", host);
	return strstr(net_address_format(text, address), gate_shut) == NULL;
}

static void
set_gate(const char *shut)
{
	gate_shut = shut;
	gate_asked = 0;
	pool_set_gate(pool, may_connect, &gate_asked);
}

static const struct denied_test {
	const char	*descr;
	const char	*host;
	const char	*shut;
	int		 want_asked;
	const char	*want;		/* behind it comes the port */
} denied_tests[] = {
	{ "an address", "127.0.0.1", "127.0.0.1", 1,
	    "127.0.0.1: this worker may not connect to 127.0.0.1" },
	{ "one of v6", "[::1]", "[::1]", 1,
	    "::1: this worker may not connect to [::1]" },
	{ "a name with two", "localhost", ":", 2,
	    "localhost: this worker may not connect to 127.0.0.1" }
};

START_TEST(test_denied)
{
	const struct denied_test *t = &denied_tests[_i];
	struct run_request req;
	char want[WIRE_TEXT_MAX];
	int accepted = listeners[0].accepted;

	request_init(&req, "/");
	free(req.scenario.url);
	req.scenario.url = xasprintf("http://%s:%u/", t->host,
	    listeners[0].port);
	set_gate(t->shut);
	snprintf(want, sizeof(want), "%s:%u", t->want, listeners[0].port);
	run_in_vain(&req, REFUSED_DENIED, want);
	ck_assert_int_eq(gate_asked, t->want_asked);
	/* Not even by a probe. */
	memset(&seen, 0, sizeof(seen));
	pool_run(pool, &req, true, &hooks);
	await(&seen.refused);
	ck_assert_str_eq(seen.why, want);
	turn_for(20 * NS_PER_MS);
	ck_assert_int_eq(listeners[0].accepted, accepted);
	pool_set_gate(pool, NULL, NULL);
	run_request_clear(&req);
	run_well();
}
END_TEST

/* Of a name's addresses, only those that passed are used. */
START_TEST(test_half_denied)
{
	struct run_request req;
	char want[NET_TEXT_MAX];

	request_init(&req, "/");
	free(req.scenario.url);
	req.scenario.url = xasprintf("http://localhost:%u/",
	    listeners[0].port);
	set_gate("[::1]");
	run(&req);
	ck_assert_int_eq(gate_asked, 2);
	ck_assert_str_eq(gate_host, "localhost");
	ck_assert_uint_eq(seen.n.completed, 20);
	ck_assert_uint_eq(seen.n.failed, 0);
	snprintf(want, sizeof(want), "127.0.0.1:%u", listeners[0].port);
	ck_assert_str_eq(seen.address, want);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_redirect)
{
	struct run_request req;
	char shut[16] = "no such";

	request_init(&req, "/to");
	if (_i == 1)
		snprintf(shut, sizeof(shut), ":%u", listeners[1].port);
	set_gate(shut);
	run(&req);
	ck_assert_int_ge(gate_asked, 2);
	ck_assert_uint_eq(seen.n.completed, 20);
	ck_assert_uint_eq(seen.n.redirected, 20);
	ck_assert_int_eq(listeners[1].requests, _i == 0 ? 20 : 0);
	ck_assert_int_eq(listeners[1].accepted == 0, _i == 1);
	ck_assert_uint_eq(seen.n.failed, _i == 0 ? 0 : 20);
	ck_assert_uint_eq(seen.n.error[PART_CONNECT][CAUSE_DENIED],
	    seen.n.failed);
	ck_assert_uint_eq(seen.n.category[CATEGORY_TRANSPORT],
	    seen.n.failed);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_redirect_nowhere)
{
	struct run_request req;

	request_init(&req, "/nowhere");
	set_gate("no such");
	run(&req);
	ck_assert_uint_eq(seen.n.error[PART_CONNECT][CAUSE_RESOLVE], 20);
	run_request_clear(&req);
}
END_TEST

/* Stops. */

static void
stop(void)
{
	pool_stop(pool, stop_grace_ns);
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
	loop_timer_set(loop, &soon, loop_now(loop));
	return true;
}

static void
check_empty(void)
{
	ck_assert(seen.is_partial);
	ck_assert_str_eq(seen.error, "");
	ck_assert_uint_eq(seen.n.scheduled, 0);
	ck_assert_uint_eq(seen.n.started, 0);
	ck_assert_int_eq(seen.intervals, 0);
	ck_assert_int_eq(listeners[0].requests, 0);
}

START_TEST(test_stop_at_once)
{
	struct run_request req;

	request_init(&req, "/");
	begin(&req);
	ck_assert_int_eq(seen.refused, 0);
	stop();
	ck_assert_int_eq(seen.refused, 1);
	ck_assert_int_eq((int)seen.refusal, REFUSED_FAILED);
	ck_assert_str_eq(seen.why, "stopped before the start");
	stop();
	turn_for(20 * NS_PER_MS);
	ck_assert_int_eq(seen.refused, 1);
	ck_assert_int_eq(seen.started + seen.done, 0);
	run_request_clear(&req);
	run_well();
}
END_TEST

START_TEST(test_stop_prepare)
{
	struct run_request req;
	int i;

	request_init(&req, "/");
	req.phases[0].rate = 30000;
	for (i = 0; i < 5; i++) {
		pool_set_gate(pool, stop_soon, NULL);
		run(&req);
		ck_assert_int_eq(seen.started, 0);
		ck_assert(!seen.has_start_error);
		check_empty();
	}
	pool_set_gate(pool, NULL, NULL);
	run_request_clear(&req);
	run_well();
}
END_TEST

START_TEST(test_stop_waiting)
{
	struct run_request req;
	uint64_t before_ns = clock_now_ns();

	request_init(&req, "/");
	req.start_at_ns = before_ns + 50 * NS_PER_SEC;
	at_start = stop;
	stop_grace_ns = 40 * NS_PER_SEC;
	run(&req);
	at_start = NULL;
	ck_assert_uint_lt(clock_now_ns() - before_ns, PATIENCE_NS);
	ck_assert_int_eq(seen.started, 1);
	check_empty();
	run_request_clear(&req);
	run_well();
}
END_TEST

/* What is in flight gets its grace, and nothing new is begun. */
START_TEST(test_stop_running)
{
	struct run_request req;

	request_init(&req, "/hang");
	req.phases[0].duration_ns = 1000 * NS_PER_SEC;
	begin(&req);
	await(&listeners[0].requests);
	stop_grace_ns = 20 * NS_PER_MS;
	stop();
	await(&seen.done);
	ck_assert(seen.is_partial);
	ck_assert_uint_gt(seen.n.completed, 0);
	ck_assert_uint_eq(seen.n.completed,
	    seen.n.category[CATEGORY_CANCELED]);
	run_request_clear(&req);
	listeners[0].requests = 0;
	run_well();
}
END_TEST

/* Repairs. */

static void
kill_child(int pid)
{
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
}

/* Until it is known to be dead: how long to wait then. */
static uint64_t
await_death(void)
{
	uint64_t wait_ns, begin_ns = clock_now_ns();

	while ((wait_ns = pool_repair(pool)) == 0)
		ck_assert_uint_lt(clock_now_ns() - begin_ns, PATIENCE_NS);
	return wait_ns;
}

/* Waits as told, once. */
static void
repair(uint64_t min_ns, uint64_t max_ns)
{
	uint64_t wait_ns = await_death();

	ck_assert_uint_ge(wait_ns, min_ns);
	ck_assert_uint_le(wait_ns, max_ns);
	turn_for(wait_ns);
	ck_assert_uint_eq(pool_repair(pool), 0);
}

START_TEST(test_repair_idle)
{
	int pid;

	run_well();
	pid = seen.stat[0].pid;
	kill_child(pid);
	repair(1, 100 * NS_PER_MS);
	run_well();
	ck_assert_int_ne(seen.stat[0].pid, pid);
	/* The next one that lives short waits longer. */
	kill_child(seen.stat[0].pid);
	repair(101 * NS_PER_MS, 200 * NS_PER_MS);
	run_well();
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

	run_well();
	pid = seen.stat[0].pid;
	request_init(&req, "/hang");
	req.max_concurrency = 1;
	listeners[0].requests = 0;
	begin(&req);
	await(&listeners[0].requests);
	kill_child(pid);
	await(&seen.done);
	snprintf(want, sizeof(want), "generator 0 (pid %d) was killed", pid);
	ck_assert_msg(starts_with(seen.error, want), "%s", seen.error);
	ck_assert(seen.is_partial);
	ck_assert(seen.stat[0].died);
	repair(1, 100 * NS_PER_MS);
	free(req.scenario.url);
	req.scenario.url = xasprintf("http://127.0.0.1:%u/",
	    listeners[0].port);
	run(&req);
	ck_assert_str_eq(seen.error, "");
	ck_assert_uint_eq(seen.n.completed, 20);
	ck_assert_int_ne(seen.stat[0].pid, pid);
	run_request_clear(&req);
}
END_TEST

/* Without a repair it is told, and nothing is sent. */
START_TEST(test_no_repair)
{
	struct run_request req;

	run_well();
	kill_child(seen.stat[0].pid);
	await_death();
	listeners[0].requests = 0;
	request_init(&req, "/");
	run_in_vain(&req, REFUSED_FAILED,
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
				if (seen.stat[i].pid == pid)
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

	request_init(&req, "/");
	req.phases[0].rate = 30000;
	req.phases[0].duration_ns = 10 * NS_PER_MS;
	req.policy = POLICY_DROP;
	run(&req);
	for (i = 0; i < GENERATORS; i++)
		ck_assert(seen.stat[i].took_part);
	run_request_clear(&req);
}

START_TEST(test_repair_resolver)
{
	struct run_request req;
	int resolver;

	run_all_generators();
	if ((resolver = find_resolver()) == 0)
		return;		/* no /proc here */
	listeners[0].requests = 0;
	kill_child(resolver);
	request_init(&req, "/");
	free(req.scenario.url);
	req.scenario.url = xstrdup("http://" LABEL_TOO_LONG "/");
	await_death();
	run_in_vain(&req, REFUSED_FAILED, LABEL_TOO_LONG
	    ": the resolver process ended");
	/* An address needs none. */
	run_well();
	turn_for(100 * NS_PER_MS);
	ck_assert_uint_eq(pool_repair(pool), 0);
	ck_assert_int_ne(find_resolver(), 0);
	begin(&req);
	await(&seen.refused);
	ck_assert_ptr_null(strstr(seen.why, "the resolver process ended"));
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
		ck_assert_msg(!has_open(seen.stat[i].pid, text),
		    "generator %d has %s", i, text);
}

/* Neither the first nor the later ones hold what their parent has open. */
START_TEST(test_descriptors)
{
	int i;

	run_all_generators();
	check_not_open(listeners[0].io.fd);
	kill_child(seen.stat[1].pid);
	repair(1, 100 * NS_PER_MS);
	run_all_generators();
	check_not_open(listeners[0].io.fd);
	check_not_open(listeners[1].io.fd);
	for (i = 0; i < CONNECTIONS_MAX; i++)
		if (connections[i].listener != NULL)
			check_not_open(connections[i].io.fd);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("pool");
	TCase *tc;

	tc = tcase_create("runs");
	tcase_set_timeout(tc, 100);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_several);
	tcase_add_test(tc, test_from_done);
	tcase_add_test(tc, test_start_at);
	tcase_add_loop_test(tc, test_start_late, 0, 2);
	tcase_add_test(tc, test_start_far);
	tcase_add_loop_test(tc, test_share, 0, UTIL_NELEM(share_tests));
	tcase_add_loop_test(tc, test_denied, 0, UTIL_NELEM(denied_tests));
	tcase_add_test(tc, test_half_denied);
	tcase_add_loop_test(tc, test_redirect, 0, 2);
	tcase_add_test(tc, test_redirect_nowhere);
	suite_add_tcase(s, tc);

	tc = tcase_create("ends");
	tcase_set_timeout(tc, 100);
	tcase_add_checked_fixture(tc, setup, teardown);
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
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	SRunner *sr;
	int failed;

	/* As in every process of ours. */
	if (sigaction(SIGPIPE, &ignore, NULL) == -1)
		return EXIT_FAILURE;
	sr = srunner_create(make_suite());
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
