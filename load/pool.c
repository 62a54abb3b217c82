/* SPDX-License-Identifier: MIT */
/*
 * The generators of this machine, seen from their parent: forks them, hands out
 * a run, gathers their frames by interval, and merges all into one result.
 * Merging is addition, so frames may come in any order. The resolver, which was
 * forked before, is asked here, and replaced when it dies.
 *
 * A generator that dies is not replaced in the run: the others are stopped, the
 * result says which one and how, and what it had begun since its last frame
 * counts as lost. Between runs nothing is kept of the last one. Everything
 * waits in the loop; only burying a dead child may take some milliseconds.
 *
 * Generators connect only to addresses that they are given here, which have
 * passed the gate.
 */

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "base/net.h"
#include "base/proc.h"
#include "base/resolve.h"
#include "load/audit.h"
#include "load/cost.h"
#include "load/gen.h"
#include "load/intervals.h"
#include "load/life.h"
#include "load/pool.h"
#include "load/probe.h"
#include "load/slots.h"
#include "wire/msg.h"

enum {
	BURY_MS = 50
};
#define START_DELAY_NS	(5 * NS_PER_MS)	/* for GEN_GO to reach all */
#define START_AHEAD_NS	(60 * NS_PER_SEC)	/* a start is at most */
#define PROBE_NS	(10 * NS_PER_SEC)
#define DEATH_GRACE_NS	NS_PER_SEC
#define STOP_MARGIN_NS	(3 * NS_PER_SEC)	/* behind the grace of a stop */

enum pool_state {
	POOL_IDLE,
	POOL_PROBE,
	POOL_PREPARE,		/* generators make ready */
	POOL_RUN
};

struct member {
	struct pool		*pool;
	struct gen_setup	 setup;
	struct life		 life;
	struct proc		 proc;
	struct msg_channel	 channel;
	bool			 is_ready;
	bool			 is_done;
};

struct pool {
	struct loop		 *loop;
	struct resolver		 *resolver;
	struct life		  resolver_life;
	struct slots		 *slots;
	struct member		 *members;
	uint32_t		  n;
	bool			(*may_connect)(void *, const char *,
				    const struct net_address *);
	void			 *gate_arg;
	enum pool_state		  state;
	/* of the run */
	const struct run_request *req;
	struct run_hooks	  hooks;
	struct arrival_plan	 *plan;
	struct probe		 *probe;
	struct net_addresses	  addresses;
	char			  denied[WIRE_TEXT_MAX];	/* why it is */
	uint32_t		  takers;
	uint64_t		  serial;	/* of the run */
	uint64_t		  start_ns;
	uint64_t		  start_late_ns;	/* of the latest one */
	uint64_t		  last_end_ns;
	struct result		 *result;
	struct intervals	 *intervals;
	struct loop_timer	  over_timer;
	struct loop_timer	  stop_timer;	/* for those that hang */
};

/* A generator's question to the resolver. */
struct question {
	struct member	*member;
	uint64_t	 serial;
	uint64_t	 id;
	char		*host;
};

static void	on_msg(void *, struct msg *);
static void	on_member_end(void *, int);
static void	on_over(void *);
static void	on_stop_overdue(void *);

/* The processes. */

static int
member_start(struct member *m)
{
	struct pool *pool = m->pool;
	int saved;

	life_begin(&m->life, loop_tick(pool->loop));
	if (proc_spawn(&m->proc, gen_main, &m->setup) == -1)
		return -1;
	if (msg_open(&m->channel, pool->loop, m->proc.read_fd,
	    m->proc.write_fd, on_msg, on_member_end, m) == -1) {
		saved = errno;
		proc_end(&m->proc, BURY_MS);
		errno = saved;
		return -1;
	}
	proc_give_fds(&m->proc);
	return 0;
}

static int
members_start(struct pool *pool, uint32_t n)
{
	struct member *m;

	for (; pool->n < n; pool->n++) {
		m = &pool->members[pool->n];
		m->pool = pool;
		m->setup.index = pool->n;
		m->setup.generators = n;
		m->setup.slots = pool->slots;
		if (member_start(m) == -1)
			return -1;
	}
	return 0;
}

struct pool *
pool_new(struct loop *loop, uint32_t generators, struct resolver *resolver)
{
	struct pool *pool = xcalloc(1, sizeof(*pool));
	int saved;

	assert(generators > 0 && generators <= POOL_GENERATORS_MAX);
	pool->loop = loop;
	pool->over_timer.call = on_over;
	pool->over_timer.arg = pool;
	pool->stop_timer.call = on_stop_overdue;
	pool->stop_timer.arg = pool;
	pool->members = xcalloc(generators, sizeof(*pool->members));
	/* If it cannot be had, a pipe or a fork below says so. */
	(void)net_raise_nofile(cost_descriptors(0, generators));
	life_begin(&pool->resolver_life, loop_tick(loop));
	pool->resolver = resolver;
	pool->slots = slots_new(generators);
	if (pool->slots == NULL || members_start(pool, generators) == -1)
		goto fail;
	hist_init();
	return pool;
fail:
	saved = errno;
	pool_free(pool);
	errno = saved;
	return NULL;
}

static void
run_clear(struct pool *pool)
{
	loop_timer_stop(pool->loop, &pool->stop_timer);
	probe_free(pool->probe);
	pool->probe = NULL;
	arrival_plan_free(pool->plan);
	pool->plan = NULL;
	result_free(pool->result);
	pool->result = NULL;
	intervals_free(pool->intervals);
	pool->intervals = NULL;
	pool->req = NULL;
	pool->state = POOL_IDLE;
}

void
pool_free(struct pool *pool)
{
	uint32_t i;

	if (pool == NULL)
		return;
	loop_timer_stop(pool->loop, &pool->over_timer);
	run_clear(pool);
	/* All pipes first: they leave side by side. */
	for (i = 0; i < pool->n; i++)
		msg_close(&pool->members[i].channel);
	for (i = 0; i < pool->n; i++)
		proc_end(&pool->members[i].proc, BURY_MS);
	resolver_free(pool->resolver);
	slots_free(pool->slots);
	free(pool->members);
	free(pool);
}

/* The gate. */

void
pool_set_gate(struct pool *pool, bool (*may_connect)(void *, const char *,
    const struct net_address *), void *arg)
{
	pool->may_connect = may_connect;
	pool->gate_arg = arg;
}

/* Takes out what may not be connected to: true when that was all there was. */
static bool
gate_shuts(const struct pool *pool, const char *host,
    struct net_addresses *found)
{
	size_t i, n = 0;

	if (pool->may_connect == NULL)
		return false;
	for (i = 0; i < found->n; i++)
		if (pool->may_connect(pool->gate_arg, host, &found->at[i]))
			found->at[n++] = found->at[i];
	found->n = n;
	return n == 0;
}

/* Of the target, for the probe: why not. */
static const char *
on_target_found(void *arg, const char *host, struct net_addresses *found)
{
	struct pool *pool = arg;
	struct net_address first = found->at[0];
	char text[NET_TEXT_MAX];

	if (!gate_shuts(pool, host, found))
		return NULL;
	wire_refuse(pool->denied, "%.128s: this worker may not connect to %s",
	    host, net_address_format(text, &first));
	return pool->denied;
}

/* Intervals and results. */

/* Of the whole plan, how much is made here. */
static double
share_made(const struct run_request *req)
{
	return req->of == 0 ? 1 : (double)req->ntake / (double)req->of;
}

/* Time since the start of the run, 0 before. */
static uint64_t
elapsed(const struct pool *pool)
{
	uint64_t now_ns = loop_now(pool->loop);

	return pool->start_ns != 0 && now_ns > pool->start_ns ?
	    now_ns - pool->start_ns : 0;
}

static void
on_interval(void *arg, struct interval *in, bool is_shown)
{
	struct pool *pool = arg;
	int i;

	in->planned *= share_made(pool->req);
	in->in_flight = slots_active(pool->slots);
	counters_add(&pool->result->n, &in->n);
	for (i = 0; i < RESULT_HISTS; i++)
		hist_merge(&pool->result->hist[i], &in->hist[i]);
	exemplars_merge(&pool->result->exemplars, &in->exemplars);
	/* There is nothing to show of a run that was stopped before. */
	if (is_shown && elapsed(pool) > 0)
		pool->hooks.interval(pool->hooks.arg, in);
}

static void
member_interval(struct member *m, struct msg *msg)
{
	struct pool *pool = m->pool;
	uint64_t index = msg_get_uint(msg);
	struct interval *in;
	int i;

	in = intervals_at(pool->intervals, index);
	counters_get(msg, &in->n);
	for (i = 0; i < RESULT_HISTS; i++)
		hist_get(msg, &in->hist[i]);
	exemplars_get(msg, &in->exemplars);
	/* Not for its end, which the pipe tells: for stops. */
	(void)proc_reap(&m->proc);
	intervals_told(pool->intervals, m->setup.index, index, elapsed(pool));
}

/* The end of a run. */

static void
finish_result(struct pool *pool)
{
	struct result *r = pool->result;
	uint64_t warmup_ns = pool->req->warmup_ns;

	r->duration_ns = pool->last_end_ns > warmup_ns ?
	    pool->last_end_ns - warmup_ns : 0;
	r->max_active = slots_peak(pool->slots);
	r->lost = r->n.started - r->n.completed;
	/* How late it was set, and how late the last of them was awake. */
	if (r->has_start_error)
		r->start_error_ns += (int64_t)pool->start_late_ns;
	if (r->address[0] == '\0')
		net_address_format(r->address, &pool->addresses.at[0]);
	audit_judge(r, pool->req);
}

static void
on_over(void *arg)
{
	struct pool *pool = arg;
	struct run_hooks hooks = pool->hooks;
	uint64_t elapsed_ns = elapsed(pool);
	struct result *result;

	/* Without a request that ended, the time that passed must do. */
	if (pool->last_end_ns == 0)
		pool->last_end_ns = elapsed_ns;
	intervals_finish(pool->intervals, elapsed_ns);
	finish_result(pool);
	result = pool->result;
	pool->result = NULL;
	run_clear(pool);
	hooks.done(hooks.arg, result);
	result_free(result);
}

static void
run_check_end(struct pool *pool)
{
	uint32_t i;

	for (i = 0; i < pool->takers; i++)
		if (!pool->members[i].life.is_over &&
		    !pool->members[i].is_done)
			return;
	loop_timer_set(pool->loop, &pool->over_timer, loop_now(pool->loop));
}

static void
refuse(struct pool *pool, enum refusal refusal, const char *why)
{
	struct run_hooks hooks = pool->hooks;

	run_clear(pool);
	hooks.refused(hooks.arg, refusal, why);
}

static void
member_done(struct member *m, struct msg *msg)
{
	struct pool *pool = m->pool;
	struct generator_stat *stat =
	    &pool->result->generators[m->setup.index];
	struct net_addresses address;
	char *protocol, *cipher;
	uint64_t last_ns = msg_get_uint(msg), late_ns = msg_get_uint(msg);

	net_addresses_get(msg, &address);
	protocol = msg_get_str(msg);
	cipher = msg_get_str(msg);
	result_set_tls(pool->result, protocol, cipher);
	free(protocol);
	free(cipher);
	generator_stat_get(msg, stat);
	(void)proc_reap(&m->proc);
	stat->stops = (uint64_t)m->proc.stops;
	if (last_ns > pool->last_end_ns)
		pool->last_end_ns = last_ns;
	if (late_ns > pool->start_late_ns)
		pool->start_late_ns = late_ns;
	if (address.n > 0)
		net_address_format(pool->result->address, &address.at[0]);
	m->is_done = true;
	intervals_leave(pool->intervals, m->setup.index);
	run_check_end(pool);
}

/* A dead generator. */

static void
member_died(struct member *m, const char *how)
{
	struct pool *pool = m->pool;
	struct result *r = pool->result;

	r->generators[m->setup.index].died = true;
	r->is_partial = true;
	if (r->error[0] == '\0')
		snprintf(r->error, sizeof(r->error), "generator %u (pid %d) %s",
		    (unsigned int)m->setup.index,
		    r->generators[m->setup.index].pid, how);
	intervals_leave(pool->intervals, m->setup.index);
	pool_stop(pool, DEATH_GRACE_NS);
	run_check_end(pool);
}

static void
member_bury(struct member *m)
{
	life_end(&m->life, loop_tick(m->pool->loop));
	msg_close(&m->channel);
	proc_end(&m->proc, BURY_MS);
}

static void
on_member_end(void *arg, int error)
{
	struct member *m = arg;
	struct pool *pool = m->pool;
	char how[PROC_TEXT_MAX];

	(void)error;
	member_bury(m);
	proc_describe(&m->proc, how);
	if (m->setup.index >= pool->takers || m->is_done)
		return;
	if (pool->state == POOL_RUN || pool->state == POOL_PREPARE)
		member_died(m, how);
}

/* One that is stopped itself (SIGSTOP) would keep the run for ever. */
static void
on_stop_overdue(void *arg)
{
	struct pool *pool = arg;
	struct member *m;
	uint32_t i;

	for (i = 0; i < pool->takers; i++) {
		m = &pool->members[i];
		if (m->life.is_over || m->is_done)
			continue;
		member_bury(m);
		member_died(m, "did not answer and was killed");
	}
}

/* Between runs. */

static uint64_t
member_repair(struct member *m)
{
	struct loop *loop = m->pool->loop;
	uint64_t wait_ns;

	if (!m->life.is_over && proc_reap(&m->proc))
		member_bury(m);
	if (!m->life.is_over)
		return 0;
	wait_ns = life_wait_ns(&m->life, loop_tick(loop));
	if (wait_ns > 0 || member_start(m) == 0)
		return wait_ns;
	life_end(&m->life, loop_now(loop));
	return life_wait_ns(&m->life, loop_now(loop));
}

static uint64_t
resolver_repair(struct pool *pool)
{
	struct life *life = &pool->resolver_life;
	uint64_t now_ns = loop_tick(pool->loop), wait_ns;

	if (!resolver_is_dead(pool->resolver))
		return 0;
	life_end(life, now_ns);
	wait_ns = life_wait_ns(life, now_ns);
	if (wait_ns > 0)
		return wait_ns;
	life_begin(life, now_ns);
	if (resolver_restart(pool->resolver) == 0)
		return 0;
	life_end(life, now_ns);
	return life_wait_ns(life, now_ns);
}

uint64_t
pool_repair(struct pool *pool)
{
	uint64_t wait_ns, longest_ns;
	uint32_t i;

	assert(pool->state == POOL_IDLE);
	longest_ns = resolver_repair(pool);
	for (i = 0; i < pool->n; i++) {
		wait_ns = member_repair(&pool->members[i]);
		if (wait_ns > longest_ns)
			longest_ns = wait_ns;
	}
	return longest_ns;
}

uint32_t
pool_size(const struct pool *pool)
{
	return pool->n;
}

/* The beginning of a run. */

static uint64_t
descriptors_needed(const struct pool *pool)
{
	return cost_descriptors(pool->req->max_concurrency, pool->n);
}

/* When was asked for, or as soon as all can have heard of it. */
static void
set_start(struct pool *pool)
{
	struct result *r = pool->result;
	uint64_t asked_ns = pool->req->start_at_ns;
	uint64_t now_ns = loop_tick(pool->loop);

	pool->start_ns = now_ns + START_DELAY_NS;
	if (asked_ns > pool->start_ns)
		pool->start_ns = asked_ns;
	r->start_wall_ns = clock_wall_ns() + (pool->start_ns - now_ns);
	if (asked_ns != 0) {
		r->has_start_error = true;
		r->start_error_ns = (int64_t)(pool->start_ns - asked_ns);
	}
}

static void
run_go(struct pool *pool)
{
	uint32_t i;

	pool->state = POOL_RUN;
	set_start(pool);
	intervals_start(pool->intervals, pool->result->start_wall_ns);
	for (i = 0; i < pool->takers; i++) {
		msg_begin(&pool->members[i].channel, GEN_GO);
		msg_add_uint(&pool->members[i].channel, pool->start_ns);
		msg_add_uint(&pool->members[i].channel,
		    pool->result->start_wall_ns);
		msg_send(&pool->members[i].channel);
	}
	if (pool->hooks.started != NULL)
		pool->hooks.started(pool->hooks.arg, pool->start_ns);
}

static void
member_ready(struct member *m)
{
	struct pool *pool = m->pool;
	uint32_t i;

	m->is_ready = true;
	for (i = 0; i < pool->takers; i++)
		if (!pool->members[i].is_ready)
			return;
	run_go(pool);
}

static void
run_prepare(struct pool *pool)
{
	struct member *m;
	uint32_t i;

	for (i = 0; i < pool->takers; i++)
		if (pool->members[i].life.is_over) {
			refuse(pool, REFUSED_FAILED,
			    "a generator died before the start");
			return;
		}
	pool->state = POOL_PREPARE;
	slots_reset(pool->slots, pool->req->max_concurrency);
	for (i = 0; i < pool->takers; i++) {
		m = &pool->members[i];
		m->is_ready = m->is_done = false;
		/* What stopped it before this run is forgotten. */
		(void)proc_reap(&m->proc);
		m->proc.stops = 0;
		pool->result->generators[i].pid = (int)m->proc.pid;
		pool->result->generators[i].took_part = true;
		msg_begin(&m->channel, GEN_RUN);
		msg_add_uint(&m->channel, pool->takers);
		msg_add_uint(&m->channel, descriptors_needed(pool));
		run_request_put(&m->channel, pool->req);
		net_addresses_put(&m->channel, &pool->addresses);
		msg_send(&m->channel);
	}
}

static void
on_probed(void *arg, const struct net_addresses *found, const char *error)
{
	struct pool *pool = arg;

	if (found == NULL) {
		refuse(pool, error == pool->denied ? REFUSED_DENIED :
		    REFUSED_FAILED, error);
		return;
	}
	pool->addresses = *found;
	run_prepare(pool);
}

/* As many as rate and concurrency need, and as there are. */
static uint32_t
count_takers(const struct pool *pool)
{
	double rate = arrival_peak_rate(pool->plan) * share_made(pool->req);
	uint64_t from_ns, to_ns, n;

	n = cost_takers(&pool->req->scenario, rate, pool->n);
	if (arrival_closed_span(pool->plan, 0, &from_ns, &to_ns))
		n = pool->n;
	if (n > pool->req->max_concurrency)
		n = pool->req->max_concurrency;
	return (uint32_t)n;
}

/* What could not work: 0, or -1 and why. */
static int
run_check(struct pool *pool, char why[WIRE_TEXT_MAX])
{
	const struct run_request *req = pool->req;
	uint64_t need = descriptors_needed(pool);
	uint64_t limit = net_raise_nofile(need);

	if (limit < need)
		return cost_refuse_descriptors(why, req->max_concurrency,
		    pool->n, limit);
	if (req->start_at_ns > loop_tick(pool->loop) + START_AHEAD_NS)
		return wire_refuse(why, "startAt: is more than 60s ahead");
	pool->probe = probe_new(pool->loop, pool->resolver, &req->scenario,
	    why);
	return pool->probe == NULL ? -1 : 0;
}

void
pool_run(struct pool *pool, const struct run_request *req, bool wants_probe,
    const struct run_hooks *hooks)
{
	uint64_t timeout_ns = req->scenario.timeout_ns;
	char why[WIRE_TEXT_MAX];

	assert(pool->state == POOL_IDLE);
	pool->req = req;
	pool->hooks = *hooks;
	pool->serial++;
	pool->start_ns = pool->start_late_ns = pool->last_end_ns = 0;
	pool->plan = arrival_plan_new(req->phases, req->nphases);
	pool->takers = count_takers(pool);
	pool->result = result_new(pool->n);
	exemplars_set_name(&pool->result->exemplars,
	    req->scenario.sample_header);
	pool->intervals = intervals_new(pool->takers, req->interval_ns,
	    pool->plan, on_interval, pool);
	pool->state = POOL_PROBE;
	if (run_check(pool, why) == -1)
		refuse(pool, REFUSED_DENIED, why);
	else
		probe_start(pool->probe, wants_probe, timeout_ns < PROBE_NS ?
		    timeout_ns : PROBE_NS, on_target_found, on_probed, pool);
}

void
pool_stop(struct pool *pool, uint64_t grace_ns)
{
	struct member *m;
	uint32_t i;

	if (pool->state == POOL_IDLE)
		return;
	if (pool->state == POOL_PROBE) {
		refuse(pool, REFUSED_FAILED, "stopped before the start");
		return;
	}
	loop_timer_set(pool->loop, &pool->stop_timer,
	    loop_tick(pool->loop) + grace_ns + STOP_MARGIN_NS);
	/* Generators that make ready will find this behind the run. */
	pool->state = POOL_RUN;
	pool->result->is_partial = true;
	for (i = 0; i < pool->takers; i++) {
		m = &pool->members[i];
		if (m->life.is_over || m->is_done)
			continue;
		msg_begin(&m->channel, GEN_STOP);
		msg_add_uint(&m->channel, grace_ns);
		msg_send(&m->channel);
	}
}

/* Names that redirects lead to. */

static void
member_tell(struct member *m, const struct question *q,
    const struct net_addresses *found)
{
	struct net_addresses passed = { .n = 0 };
	enum cause cause = CAUSE_NONE;

	if (found != NULL)
		passed = *found;
	if (found == NULL)
		cause = CAUSE_RESOLVE;
	else if (gate_shuts(m->pool, q->host, &passed))
		cause = CAUSE_DENIED;
	msg_begin(&m->channel, GEN_RESOLVED);
	msg_add_uint(&m->channel, q->id);
	msg_add_uint(&m->channel, cause);
	net_addresses_put(&m->channel, &passed);
	msg_send(&m->channel);
}

static void
on_resolved(void *arg, const struct net_addresses *found, const char *error)
{
	struct question *q = arg;
	struct member *m = q->member;
	struct pool *pool = m->pool;

	(void)error;
	if (!m->life.is_over && pool->state == POOL_RUN &&
	    q->serial == pool->serial)
		member_tell(m, q, found);
	free(q->host);
	free(q);
}

static void
member_resolve(struct member *m, struct msg *msg)
{
	struct question *q = xcalloc(1, sizeof(*q));
	uint16_t port;

	q->member = m;
	q->serial = m->pool->serial;
	q->id = msg_get_uint(msg);
	q->host = msg_get_str(msg);
	port = (uint16_t)msg_get_max(msg, UINT16_MAX);
	resolver_ask(m->pool->resolver, q->host, port,
	    m->pool->req->scenario.family, on_resolved, q);
}

static void
on_msg(void *arg, struct msg *msg)
{
	struct member *m = arg;

	switch ((enum gen_msg)msg->type) {
	case GEN_READY:
		/* A run that was stopped meanwhile does not start. */
		if (m->pool->state == POOL_PREPARE)
			member_ready(m);
		break;
	case GEN_INTERVAL:
		member_interval(m, msg);
		break;
	case GEN_RESOLVE:
		member_resolve(m, msg);
		break;
	case GEN_DONE:
		member_done(m, msg);
		break;
	case GEN_RUN:
	case GEN_GO:
	case GEN_STOP:
	case GEN_RESOLVED:
		assert(!"a frame that goes down came up");
	}
	assert(msg_is_done(msg));
}
