/* SPDX-License-Identifier: MIT */
/*
 * A generator: takes its own arrivals of a plan, finds a slot for each when
 * its moment has come, starts the request, and has its end counted (tally.c).
 * Once an interval it sends its parent what has been counted since the last
 * time; while the parent is slow to read, the next interval carries it all.
 *
 * Open model: an arrival never waits for an answer. Without a free slot it is
 * dropped (drop), or it waits, oldest first over all generators (block); then
 * the cursor of the plan simply stays where it is. Closed model (max phases):
 * as many requests as this generator's share of the concurrency are kept in
 * flight.
 *
 * The end of the parent's pipe ends the process. Nothing here prints.
 */

#include <sys/resource.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/proc.h"
#include "base/sandbox.h"
#include "base/tls_context.h"
#include "load/arrival.h"
#include "load/gen.h"
#include "load/request.h"
#include "load/tally.h"
#include "wire/msg.h"

enum {
	BURST_MAX = 16,		/* starts before the loop looks elsewhere */
	DROPS_MAX = 1000,	/* looks for a slot in vain, likewise */
	STOP_DROPS_MAX = 1000000,
	CLOSED_RETRY_NS = 1000000
};

struct gen;

struct cpu_time {
	uint64_t	 user_ns;
	uint64_t	 sys_ns;
};

struct run {
	struct gen		*gen;
	struct run_request	 req;
	struct net_addresses	 addresses;
	uint32_t		 takers;
	struct arrival_share	 share;
	struct arrival_plan	*plan;
	struct arrival_cursor	 cursor;
	struct arrival		 next;
	bool			 has_next;
	struct requests		*requests;
	uint64_t		 start_ns;
	uint64_t		 start_late_ns;	/* when it woke for it */
	uint64_t		 end_ns;	/* of the phases */
	bool			 is_stopping;
	bool			 is_blocked;	/* the next one is waiting */
	uint64_t		 blocked_ns;	/* since when */
	size_t			 nspans;	/* of the closed model, begun */
	uint64_t		 span_from_ns;	/* of this one or the next */
	uint64_t		 span_to_ns;
	uint64_t		 closed_share;	/* requests to keep in flight */
	uint64_t		 closed_before;	/* arrivals before this span */
	struct loop_timer	 start_timer;
	struct loop_timer	 arrival_timer;
	struct loop_timer	 closed_timer;
	struct loop_timer	 interval_timer;
	struct loop_timer	 end_timer;	/* of the phases */
	struct loop_timer	 grace_timer;	/* of a stop */
	struct loop_timer	 over_timer;	/* set when all is done */
	struct tally		 tally;
	struct generator_stat	 stat;
	struct cpu_time		 cpu_first;
	struct cpu_time		 cpu_last;
	uint64_t		 cpu_at_ns;
};

struct gen {
	uint32_t		 index;
	struct slots		*slots;
	struct loop		*loop;
	struct msg_channel	 channel;
	struct loop_io		 wake_io;
	struct run		*run;
};

static const uint32_t whole_plan[] = { 0 };
static const struct arrival_share whole_share = { 1, 1, whole_plan };

static void	run_check_end(struct run *);

/* Arrivals. */

/* The next one, and perhaps others on the same side of the warm-up's end. */
static void
count_drops(struct run *run, uint64_t n)
{
	tally_dropped(&run->tally, run->start_ns + run->next.at_ns, n);
}

static void
start_request(struct run *run, uint64_t planned_ns, uint64_t seen_ns)
{
	tally_started(&run->tally, planned_ns);
	requests_start(run->requests, planned_ns, seen_ns);
}

/* The open model. */

/* Of the closed model it is known how many came only when it is over. */
static void
limit_arrivals(struct run *run)
{
	if (run->req.requests > 0 &&
	    run->next.n + slots_closed(run->gen->slots) >= run->req.requests)
		run->has_next = false;
}

static void
next_arrival(struct run *run)
{
	run->has_next = arrival_next(&run->cursor, &run->next);
	limit_arrivals(run);
}

/* Whether there is a next arrival and its moment has come. */
static bool
is_due(struct run *run, uint64_t now_ns)
{
	if (!run->has_next || run->start_ns + run->next.at_ns > now_ns)
		return false;
	limit_arrivals(run);
	return run->has_next;
}

/* How many come by now_ns behind the next one, which has come. */
static uint64_t
skip_due(struct run *run, uint64_t now_ns)
{
	uint64_t until_ns = now_ns - run->start_ns;
	uint64_t warmup_ns = run->req.warmup_ns;
	uint64_t limit = UINT64_MAX, closed = slots_closed(run->gen->slots);

	if (run->next.at_ns < warmup_ns && until_ns >= warmup_ns)
		until_ns = warmup_ns - 1;
	if (run->req.requests > 0)
		limit = closed < run->req.requests ?
		    run->req.requests - closed : 0;
	return arrival_skip(&run->cursor, until_ns, limit);
}

/*
 * Drops what is due, in a bounded time, or a high rate would leave the loop
 * further behind with each turn: all at once, but of arrivals by chance, which
 * must be drawn, at most so many.
 */
static void
drop_due(struct run *run, uint64_t now_ns, int most)
{
	uint64_t skipped;
	int i;

	for (i = 0; i < most && is_due(run, now_ns); i++) {
		skipped = run->req.is_poisson ? 0 : skip_due(run, now_ns);
		count_drops(run, 1 + skipped);
		next_arrival(run);
	}
}

/* Nothing of ours waits (any more); others may. */
static void
unblock(struct run *run)
{
	struct gen *gen = run->gen;

	run->is_blocked = false;
	if (run->req.policy != POLICY_BLOCK)
		return;
	slots_wait(gen->slots, gen->index, SLOTS_NOBODY);
	slots_nudge(gen->slots, gen->index);
}

/* A slot for the next arrival, whose moment has come. */
static bool
admit(struct run *run)
{
	struct gen *gen = run->gen;

	if (run->req.policy == POLICY_DROP)
		return slots_take(gen->slots);
	slots_wait(gen->slots, gen->index, run->next.n);
	if (slots_is_next(gen->slots, gen->index) && slots_take(gen->slots))
		return true;
	slots_nudge(gen->slots, gen->index);
	return false;
}

/* One that waited was seen when it was planned, or when the wait began. */
static uint64_t
seen_ns(const struct run *run, uint64_t planned_ns)
{
	if (!run->is_blocked)
		return loop_now(run->gen->loop);
	return run->blocked_ns > planned_ns ? run->blocked_ns : planned_ns;
}

/* Starts what is due: until nothing is, or no slot is free to wait for. */
static void
run_arrivals(struct run *run)
{
	struct loop *loop = run->gen->loop;
	uint64_t at_ns;
	int started = 0, dropped = 0;

	while (started < BURST_MAX && dropped < DROPS_MAX &&
	    is_due(run, loop_now(loop))) {
		at_ns = run->start_ns + run->next.at_ns;
		if (admit(run)) {
			start_request(run, at_ns, seen_ns(run, at_ns));
			/* The send took its time: the next is seen now. */
			loop_tick(loop);
			started++;
		} else if (run->req.policy == POLICY_BLOCK &&
		    loop_now(loop) < run->end_ns) {
			if (!run->is_blocked)
				run->blocked_ns = loop_now(loop);
			run->is_blocked = true;
			return;
		} else {
			count_drops(run, 1);
			dropped++;
		}
		next_arrival(run);
	}
	if (dropped == DROPS_MAX)
		drop_due(run, loop_now(loop), DROPS_MAX);
	if ((started == BURST_MAX || dropped == DROPS_MAX) && run->has_next) {
		loop_timer_set(loop, &run->arrival_timer, loop_now(loop));
		return;
	}
	/* What was admitted last must not stand before others' arrivals. */
	unblock(run);
	if (run->has_next)
		loop_timer_set(loop, &run->arrival_timer,
		    run->start_ns + run->next.at_ns);
	else
		run_check_end(run);
}

static void
on_arrival(void *arg)
{
	run_arrivals(arg);
}

static void
on_wake(void *arg, int events)
{
	struct gen *gen = arg;

	(void)events;
	slots_woken(gen->slots, gen->index);
	if (gen->run != NULL && gen->run->is_blocked)
		run_arrivals(gen->run);
}

/* The closed model. */

static bool
next_closed(struct run *run)
{
	struct slots *slots = run->gen->slots;

	if (run->req.requests == 0)
		return true;
	return run->closed_before + slots_next_closed(slots) <
	    run->req.requests;
}

static bool
is_closed_now(const struct run *run)
{
	uint64_t now_ns = loop_now(run->gen->loop);

	return !run->is_stopping && now_ns >= run->span_from_ns &&
	    now_ns < run->span_to_ns;
}

static void
run_closed(struct run *run)
{
	struct loop *loop = run->gen->loop;
	int started;

	for (started = 0; is_closed_now(run) &&
	    requests_active(run->requests) < run->closed_share; started++) {
		if (started == BURST_MAX) {
			loop_timer_set(loop, &run->closed_timer,
			    loop_now(loop));
			return;
		}
		if (started > 0)
			loop_tick(loop);
		if (!slots_take(run->gen->slots)) {
			/* Requests of the phase before hold them yet. */
			loop_timer_set(loop, &run->closed_timer,
			    loop_now(loop) + CLOSED_RETRY_NS);
			return;
		}
		if (!next_closed(run)) {
			slots_release(run->gen->slots, run->gen->index);
			run->span_to_ns = 0;
			limit_arrivals(run);
			break;
		}
		start_request(run, loop_now(loop), loop_now(loop));
	}
}

/* Looks for the next span and has the timer call when it begins. */
static void
next_span(struct run *run)
{
	uint64_t from_ns, to_ns;

	run->span_from_ns = run->span_to_ns = 0;
	if (!arrival_closed_span(run->plan, run->nspans, &from_ns, &to_ns))
		return;
	run->nspans++;
	run->span_from_ns = run->start_ns + from_ns;
	run->span_to_ns = run->start_ns + to_ns;
	run->closed_before =
	    (uint64_t)ceil(arrival_planned(run->plan, from_ns));
	loop_timer_set(run->gen->loop, &run->closed_timer, run->span_from_ns);
}

static void
on_closed(void *arg)
{
	struct run *run = arg;

	if (run->is_stopping)
		return;
	run_closed(run);
	if (run->closed_timer.place == 0 && run->span_to_ns != 0) {
		if (loop_now(run->gen->loop) < run->span_to_ns)
			loop_timer_set(run->gen->loop, &run->closed_timer,
			    run->span_to_ns);
		else
			next_span(run);
	}
	run_check_end(run);
}

/* Requests end. */

static bool
on_request_wants(void *arg, uint64_t planned_ns, uint64_t latency_ns,
    enum part part, enum cause cause)
{
	const struct run *run = arg;

	return tally_wants(&run->tally, planned_ns, latency_ns, part, cause,
	    loop_now(run->gen->loop));
}

static void
on_request_done(void *arg, const struct request_result *res)
{
	struct run *run = arg;

	tally_ended(&run->tally, res, loop_now(run->gen->loop));
	slots_release(run->gen->slots, run->gen->index);
	if (run->is_blocked)
		run_arrivals(run);
	else if (is_closed_now(run))
		run_closed(run);
	if (requests_active(run->requests) == 0)
		run_check_end(run);
}

static void
on_resolve(void *arg, uint32_t id, const char *host, uint16_t port)
{
	struct run *run = arg;
	struct msg_channel *ch = &run->gen->channel;

	msg_begin(ch, GEN_RESOLVE);
	msg_add_uint(ch, id);
	msg_add_str(ch, host);
	msg_add_uint(ch, port);
	msg_send(ch);
}

/* Intervals. */

static uint64_t
timeval_ns(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * NS_PER_SEC +
	    (uint64_t)tv->tv_usec * NS_PER_US;
}

static struct cpu_time
cpu_now(void)
{
	struct rusage usage;
	struct cpu_time now;

	/* Cannot fail for the process itself. */
	(void)getrusage(RUSAGE_SELF, &usage);
	now.user_ns = timeval_ns(&usage.ru_utime);
	now.sys_ns = timeval_ns(&usage.ru_stime);
	return now;
}

/* The CPU of the interval that now ends, and whether it was the busiest. */
static void
measure_cpu(struct run *run)
{
	struct cpu_time now = cpu_now();
	uint64_t at_ns = loop_tick(run->gen->loop);
	uint64_t wall_ns = at_ns - run->cpu_at_ns;
	uint64_t used_ns = now.user_ns - run->cpu_last.user_ns +
	    now.sys_ns - run->cpu_last.sys_ns;
	uint64_t ppm;

	/* A short rest of an interval says little. */
	if (wall_ns >= run->req.interval_ns / 2 && wall_ns > 0) {
		ppm = used_ns * 1000000 / wall_ns;
		if (ppm > run->stat.busiest_ppm)
			run->stat.busiest_ppm = ppm;
	}
	run->cpu_last = now;
	run->cpu_at_ns = at_ns;
}

static void
send_interval(struct run *run, uint64_t index)
{
	struct msg_channel *ch = &run->gen->channel;

	msg_begin(ch, GEN_INTERVAL);
	msg_add_uint(ch, index);
	tally_put(&run->tally, ch, requests_connections(run->requests));
	msg_send(ch);
}

static void
on_interval(void *arg)
{
	struct run *run = arg;
	uint64_t ended_ns = run->interval_timer.at_ns - run->start_ns;
	uint64_t passed_ns;

	measure_cpu(run);
	/* While the parent has not read the last one, this one waits. */
	if (msg_pending(&run->gen->channel) == 0)
		send_interval(run, ended_ns / run->req.interval_ns - 1);
	passed_ns = loop_now(run->gen->loop) - run->start_ns;
	loop_timer_set(run->gen->loop, &run->interval_timer, run->start_ns +
	    (passed_ns / run->req.interval_ns + 1) * run->req.interval_ns);
}

/* The run. */

static void
run_free(struct run *run)
{
	struct loop *loop;

	if (run == NULL)
		return;
	loop = run->gen->loop;
	loop_timer_stop(loop, &run->start_timer);
	loop_timer_stop(loop, &run->arrival_timer);
	loop_timer_stop(loop, &run->closed_timer);
	loop_timer_stop(loop, &run->interval_timer);
	loop_timer_stop(loop, &run->end_timer);
	loop_timer_stop(loop, &run->grace_timer);
	loop_timer_stop(loop, &run->over_timer);
	run->gen->run = NULL;
	requests_free(run->requests);
	arrival_plan_free(run->plan);
	run_request_clear(&run->req);
	free(run);
}

/* Over when nothing will start any more and nothing is in flight. */
static void
run_check_end(struct run *run)
{
	struct loop *loop = run->gen->loop;

	if (run->has_next || requests_active(run->requests) > 0)
		return;
	if (!run->is_stopping && run->span_to_ns != 0)
		return;
	if (!run->is_stopping && run->req.requests == 0 &&
	    loop_now(loop) < run->end_ns)
		return;
	/* From the loop: the caller is still in the middle of the run. */
	loop_timer_set(loop, &run->over_timer, loop_now(loop));
}

static void
on_over(void *arg)
{
	struct run *run = arg;
	struct gen *gen = run->gen;
	struct msg_channel *ch = &gen->channel;
	struct net_addresses address = { .n = 1 };
	const struct tally *t = &run->tally;

	measure_cpu(run);
	run->stat.wall_ns = loop_now(gen->loop) - run->start_ns;
	send_interval(run, run->stat.wall_ns / run->req.interval_ns);
	run->stat.cpu_user_ns = run->cpu_last.user_ns - run->cpu_first.user_ns;
	run->stat.cpu_sys_ns = run->cpu_last.sys_ns - run->cpu_first.sys_ns;
	run->stat.lag_max_ns = t->lag_max_ns;
	address.at[0] = *requests_address(run->requests);
	msg_begin(ch, GEN_DONE);
	msg_add_uint(ch, t->last_end_ns == 0 ? 0 :
	    t->last_end_ns - run->start_ns);
	msg_add_uint(ch, run->start_late_ns);
	net_addresses_put(ch, &address);
	msg_add_str(ch, t->told.protocol != NULL ? t->told.protocol : "");
	msg_add_str(ch, t->told.cipher != NULL ? t->told.cipher : "");
	generator_stat_put(ch, &run->stat);
	msg_send(ch);
	run_free(run);
}

/* The start, whether or not there is an arrival in it. */
static void
on_start(void *arg)
{
	struct run *run = arg;

	run->start_late_ns = loop_now(run->gen->loop) - run->start_ns;
}

/* The phases are over: what still waits for a slot is dropped. */
static void
on_end(void *arg)
{
	struct run *run = arg;

	if (run->is_blocked)
		run_arrivals(run);
	run_check_end(run);
}

static void
on_grace(void *arg)
{
	struct run *run = arg;

	requests_cancel(run->requests);
	run_check_end(run);
}

/* No new arrivals; those that were due and have not begun are dropped. */
static void
run_stop(struct run *run, uint64_t grace_ns)
{
	struct loop *loop = run->gen->loop;
	uint64_t now_ns = loop_tick(loop);

	run->is_stopping = true;
	if (run->start_ns == 0 || run->start_ns > now_ns) {
		/* It was to begin later, or has not been told when. */
		run->start_ns = run->cpu_at_ns = now_ns;
		tally_start(&run->tally, &run->req, now_ns, clock_wall_ns());
		run->cpu_first = run->cpu_last = cpu_now();
	} else
		drop_due(run, now_ns, STOP_DROPS_MAX);
	run->has_next = false;
	loop_timer_stop(loop, &run->start_timer);
	loop_timer_stop(loop, &run->arrival_timer);
	loop_timer_stop(loop, &run->closed_timer);
	unblock(run);
	loop_timer_set(loop, &run->grace_timer, now_ns + grace_ns);
	run_check_end(run);
}

static void
set_timer(struct loop_timer *timer, void (*call)(void *), struct run *run)
{
	timer->call = call;
	timer->arg = run;
}

/* Everything that costs time is done here, before the start. */
static void
run_prepare(struct gen *gen, struct msg *m)
{
	struct run *run = xcalloc(1, sizeof(*run));
	struct requests_hooks hooks = { on_request_wants, on_request_done,
	    on_resolve, run };

	run->gen = gen;
	run->tally.generator = gen->index;
	gen->run = run;
	run_request_init(&run->req);
	run->takers = (uint32_t)msg_get_max(m, ARRIVAL_TAKERS_MAX);
	/* The parent has asked whether that can be had. */
	(void)net_raise_nofile(msg_get_uint(m));
	run_request_get(m, &run->req);
	net_addresses_get(m, &run->addresses);
	assert(msg_is_done(m) && run->takers > gen->index);
	run->share = whole_share;
	if (run->req.of > 0)
		run->share = (struct arrival_share){ run->req.of,
		    run->req.ntake, run->req.take };
	run->plan = arrival_plan_new(run->req.phases, run->req.nphases);
	arrival_start(&run->cursor, run->plan, &run->share, gen->index,
	    run->takers, run->req.is_poisson, run->req.seed);
	run->requests = requests_new(gen->loop, &run->req.scenario,
	    &run->addresses, (size_t)run->req.max_concurrency, gen->index,
	    &hooks);
	run->closed_share = run->req.max_concurrency / run->takers +
	    (gen->index < run->req.max_concurrency % run->takers);
	set_timer(&run->start_timer, on_start, run);
	set_timer(&run->arrival_timer, on_arrival, run);
	set_timer(&run->closed_timer, on_closed, run);
	set_timer(&run->interval_timer, on_interval, run);
	set_timer(&run->end_timer, on_end, run);
	set_timer(&run->grace_timer, on_grace, run);
	set_timer(&run->over_timer, on_over, run);
	hist_init();
	msg_begin(&gen->channel, GEN_READY);
	msg_send(&gen->channel);
}

static void
run_go(struct run *run, uint64_t start_ns, uint64_t start_wall_ns)
{
	struct loop *loop = run->gen->loop;

	run->start_ns = start_ns;
	tally_start(&run->tally, &run->req, start_ns, start_wall_ns);
	run->end_ns = start_ns + arrival_end_ns(run->plan);
	run->cpu_first = run->cpu_last = cpu_now();
	run->cpu_at_ns = start_ns;
	loop_timer_set(loop, &run->start_timer, start_ns);
	next_arrival(run);
	if (run->has_next)
		loop_timer_set(loop, &run->arrival_timer,
		    start_ns + run->next.at_ns);
	next_span(run);
	loop_timer_set(loop, &run->interval_timer,
	    start_ns + run->req.interval_ns);
	loop_timer_set(loop, &run->end_timer, run->end_ns);
}

/* The process. */

static void
run_resolved(struct run *run, struct msg *m)
{
	struct net_addresses found;
	uint32_t id = (uint32_t)msg_get_max(m, UINT32_MAX);
	enum cause cause = (enum cause)msg_get_max(m, CAUSES - 1);

	net_addresses_get(m, &found);
	requests_resolved(run->requests, id,
	    cause == CAUSE_NONE ? &found : NULL, cause);
}

static void
on_msg(void *arg, struct msg *m)
{
	struct gen *gen = arg;
	uint64_t start_ns;

	if (m->type == GEN_RUN) {
		assert(gen->run == NULL);
		run_prepare(gen, m);
		return;
	}
	/* The run may be over here while its parent does not know it yet. */
	if (gen->run == NULL)
		return;
	switch ((enum gen_msg)m->type) {
	case GEN_GO:
		start_ns = msg_get_uint(m);
		run_go(gen->run, start_ns, msg_get_uint(m));
		break;
	case GEN_STOP:
		run_stop(gen->run, msg_get_uint(m));
		break;
	case GEN_RESOLVED:
		run_resolved(gen->run, m);
		break;
	case GEN_RUN:
	case GEN_READY:
	case GEN_INTERVAL:
	case GEN_RESOLVE:
	case GEN_DONE:
		assert(!"a frame that goes up came down");
	}
}

static void
on_end_of_parent(void *arg, int error)
{
	struct gen *gen = arg;

	(void)error;
	loop_stop(gen->loop);
}

/* Its parent may have listeners and connections that are not its own. */
static void
close_others(const struct gen_setup *setup, int read_fd, int write_fd)
{
	int *fds = xcalloc(setup->generators + 4, sizeof(*fds));
	size_t n;

	n = slots_fds(setup->slots, setup->index, fds);
	fds[n++] = read_fd;
	fds[n++] = write_fd;
	fds[n++] = tls_key_log_fd();
	proc_keep_only(fds, n);
	free(fds);
}

int
gen_main(void *arg, int read_fd, int write_fd)
{
	const struct gen_setup *setup = arg;
	struct gen gen;

	close_others(setup, read_fd, write_fd);
	memset(&gen, 0, sizeof(gen));
	gen.index = setup->index;
	gen.slots = setup->slots;
	gen.loop = loop_new();
	if (gen.loop == NULL || msg_open(&gen.channel, gen.loop, read_fd,
	    write_fd, on_msg, on_end_of_parent, &gen) == -1)
		return 1;
	gen.wake_io.fd = slots_wake_fd(gen.slots, gen.index);
	gen.wake_io.call = on_wake;
	gen.wake_io.arg = &gen;
	if (loop_add(gen.loop, &gen.wake_io, LOOP_READ) == -1)
		return 1;
	/* Its parent says so when there is none. */
	(void)sandbox_enter(SANDBOX_GENERATOR);
	return loop_run(gen.loop) == -1;
}
