/* SPDX-License-Identifier: MIT */
/*
 * The coordinator: one plan on many workers, as if they were one machine.
 *
 * All workers are pinged first, and if any fails nothing starts. Each gets its
 * part of the plan and one moment to begin at, by its own clock. Until that
 * moment a refusal stops all; after it a worker that is lost is named and the
 * others go on. What workers stream is merged by interval, their results by
 * addition, in any order. A worker that did something else than it was asked
 * is named, too.
 *
 * One event loop, no waiting; memory is a fixed amount and a little for each
 * worker. What a worker sends is never trusted. Prints nothing: what a person
 * must hear goes to say.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/resolve.h"
#include "base/text.h"
#include "base/util.h"
#include "coord.h"
#include "fleet/feature.h"
#include "fleet/peer.h"
#include "fleet/ping.h"
#include "fleet/run_answer.h"
#include "fleet/split.h"
#include "fleet/verdict.h"
#include "json.h"
#include "json_write.h"
#include "load/intervals.h"
#include "wire/request_json.h"
#include "wire/result_json.h"

#define LEASE_NS	(10 * NS_PER_SEC)
#define LEASE_PARTS	4		/* lines in that time */
#define LEAD_NS		(250 * NS_PER_MS)	/* until the start, and */
#define LEAD_EACH_NS	NS_PER_MS		/* for each worker */
#define LEAD_TRIPS	4			/* of the longest round trip */
#define ANSWER_NS	(30 * NS_PER_SEC)	/* after the last request */
#define STOP_NS		(3 * NS_PER_SEC)	/* beyond the grace */

enum {
	NAMED_MAX = 8,			/* workers in one warning */
	WARNING_MAX = 64 * 1024		/* bytes of it */
};

enum coord_state {
	COORD_IDLE,
	COORD_PING,
	COORD_ARM,			/* before the common start */
	COORD_RUN
};

enum member_state {
	MEMBER_OUT,			/* its share is nothing */
	MEMBER_WAITS,			/* a Go worker, before the start */
	MEMBER_ASKED,
	MEMBER_DONE,
	MEMBER_FAILED
};

/* One worker in a run. */
struct member {
	struct coord		*coord;
	size_t			 index;
	enum member_state	 state;
	struct run_answer	 answer;
	uint64_t		 next;		/* interval it may tell of */
	struct worker_stat	*stat;		/* within the result */
};

struct coord {
	struct loop		 *loop;
	const struct fleet	 *fleet;
	void			(*say)(void *, const char *);
	void			 *say_arg;
	struct resolver		 *resolver;
	struct peer		**peers;
	struct pong		 *pongs;
	struct member		 *members;
	size_t			  n;
	enum coord_state	  state;
	bool			  is_stopping;
	bool			  is_called_off;	/* before the start */
	/* of the run */
	const struct run_request *req;
	struct run_hooks	  hooks;
	struct fleet_ping	 *ping;
	struct split_part	 *parts;
	struct arrival_plan	 *plan;
	struct intervals	 *intervals;
	struct result		 *result;
	uint64_t		  start_ns;
	struct loop_timer	  start_timer;
	struct loop_timer	  lease_timer;
	struct loop_timer	  deadline;
	struct loop_timer	  over_timer;
};

static void	on_pinged(void *);
static void	on_start(void *);
static void	on_lease(void *);
static void	on_deadline(void *);
static void	on_over(void *);
static void	on_said(void *, const struct worker_address *, const char *);

struct coord *
coord_new(struct loop *loop, const struct fleet *fleet,
    const struct credentials *credentials,
    void (*say)(void *, const char *), void *arg)
{
	struct coord *c = xcalloc(1, sizeof(*c));
	size_t i;
	int saved;

	c->loop = loop;
	c->fleet = fleet;
	c->say = say;
	c->say_arg = arg;
	c->start_timer = (struct loop_timer){ .call = on_start, .arg = c };
	c->lease_timer = (struct loop_timer){ .call = on_lease, .arg = c };
	c->deadline = (struct loop_timer){ .call = on_deadline, .arg = c };
	c->over_timer = (struct loop_timer){ .call = on_over, .arg = c };
	/* If it cannot be had, a connection fails and says so. */
	(void)net_raise_nofile(fleet_descriptors(fleet));
	hist_init();
	c->resolver = resolver_new(loop, NULL);
	if (c->resolver == NULL) {
		saved = errno;
		coord_free(c);
		errno = saved;
		return NULL;
	}
	c->n = fleet->n;
	c->peers = xcalloc(c->n, sizeof(*c->peers));
	c->pongs = xcalloc(c->n, sizeof(*c->pongs));
	c->members = xcalloc(c->n, sizeof(*c->members));
	for (i = 0; i < c->n; i++) {
		c->peers[i] = peer_new(loop, c->resolver, &fleet->workers[i],
		    credentials, on_said, c);
		c->members[i].coord = c;
		c->members[i].index = i;
	}
	return c;
}

static void
run_clear(struct coord *c)
{
	size_t i;

	loop_timer_stop(c->loop, &c->start_timer);
	loop_timer_stop(c->loop, &c->lease_timer);
	loop_timer_stop(c->loop, &c->deadline);
	loop_timer_stop(c->loop, &c->over_timer);
	/* All of them first: what ends by itself does so side by side. */
	for (i = 0; i < c->n; i++) {
		peer_close(c->peers[i]);
		run_answer_clear(&c->members[i].answer);
	}
	fleet_ping_free(c->ping);
	c->ping = NULL;
	split_free(c->parts, c->n);
	c->parts = NULL;
	intervals_free(c->intervals);
	c->intervals = NULL;
	arrival_plan_free(c->plan);
	c->plan = NULL;
	result_free(c->result);
	c->result = NULL;
	c->state = COORD_IDLE;
}

void
coord_free(struct coord *c)
{
	if (c == NULL)
		return;
	run_clear(c);
	peers_free(c->peers, c->n);
	resolver_free(c->resolver);
	free(c->pongs);
	free(c->members);
	free(c);
}

/* What a person hears. */

static const char *
name_of(const struct member *m)
{
	return m->coord->fleet->workers[m->index].name;
}

static void
say(const struct member *m, const char *what, const char *why)
{
	char *line = xasprintf("%s: %s%s", name_of(m), what, why);

	m->coord->say(m->coord->say_arg, line);
	free(line);
}

static void
on_said(void *arg, const struct worker_address *worker, const char *line)
{
	struct coord *c = arg;
	char *whole = xasprintf("%s: %s", worker->name, line);

	c->say(c->say_arg, whole);
	free(whole);
}

/* Nothing was sent, or what was is not worth a word. */
static void
refuse(struct coord *c, const char *why)
{
	struct run_hooks hooks = c->hooks;

	run_clear(c);
	hooks.refused(hooks.arg, REFUSED_FAILED, why);
}

/* The end. */

static void
check_end(struct coord *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->members[i].state == MEMBER_WAITS ||
		    c->members[i].state == MEMBER_ASKED)
			return;
	/* From the loop: the caller may be in the middle of an answer. */
	loop_timer_set(c->loop, &c->over_timer, loop_now(c->loop));
}

/* Each was named, with its reason, when it failed. */
static void
set_error(const struct coord *c, struct result *r)
{
	size_t i, n = 0;

	for (i = 0; i < c->n; i++)
		n += c->members[i].state == MEMBER_FAILED;
	if (n > 0)
		wire_refuse(r->error, "%zu of %zu workers failed", n, c->n);
}

/* Since the common start. */
static uint64_t
passed_ns(const struct coord *c)
{
	uint64_t now_ns = loop_now(c->loop);

	return now_ns > c->start_ns ? now_ns - c->start_ns : 0;
}

static void
on_over(void *arg)
{
	struct coord *c = arg;
	struct run_hooks hooks = c->hooks;
	struct result *r = c->result;

	intervals_finish(c->intervals, r->duration_ns > 0 ?
	    r->duration_ns + c->req->warmup_ns : passed_ns(c));
	r->start_wall_ns = clock_wall_ns() -
	    (loop_now(c->loop) - c->start_ns);
	set_error(c, r);
	c->result = NULL;
	run_clear(c);
	hooks.done(hooks.arg, r);
	result_free(r);
}

/* Nothing more comes of it. */
static void
end(struct member *m, enum member_state state)
{
	struct coord *c = m->coord;

	peer_close(c->peers[m->index]);
	run_answer_clear(&m->answer);
	m->state = state;
	intervals_leave(c->intervals, m->index);
	check_end(c);
}

/* A worker that fails: after the start the others go on. */
static void
fail(struct member *m, const char *why)
{
	struct coord *c = m->coord;
	bool is_arming = c->state == COORD_ARM && !c->is_stopping;

	wire_refuse(m->stat->error, "%s", why);
	say(m, "", m->stat->error);
	if (is_arming)
		refuse(c, "a worker failed before the start: all are "
		    "stopped");
	else
		end(m, MEMBER_FAILED);
}

/*
 * And there is nothing of it. When all was called off before the start, there
 * was to be nothing.
 */
static void
lose(struct member *m, const char *why)
{
	if (m->coord->is_called_off) {
		end(m, MEMBER_DONE);
		return;
	}
	m->stat->is_lost = true;
	fail(m, why);
}

/* Results. */

/* Which worker a reason is of must be told in a merged list. */
static void
name_reasons(const struct member *m, struct result *r)
{
	char reason[WIRE_TEXT_MAX];
	size_t i;

	for (i = 0; i < r->nreasons; i++) {
		memcpy(reason, r->reasons[i], sizeof(reason));
		wire_refuse(r->reasons[i], "%.60s: %s", name_of(m), reason);
	}
}

static void
fill_stat(struct member *m, const struct result *r)
{
	struct worker_stat *stat = m->stat;

	stat->scheduled = r->n.scheduled;
	stat->completed = r->n.completed;
	stat->failed = r->n.failed;
	stat->has_fine = !result_is_coarse(r);
	stat->has_start_error = r->has_start_error;
	stat->start_error_ns = r->start_error_ns;
}

static void
merge(struct member *m, struct result *r)
{
	fill_stat(m, r);
	name_reasons(m, r);
	/* These of a worker are no fleet's; one that stopped has failed. */
	r->error[0] = '\0';
	r->signo = 0;
	r->is_partial = false;
	/* Whatever it says: what was started and did not end is lost. */
	r->lost = r->n.started - r->n.completed;
	exemplars_set_worker(&r->exemplars, m->stat->name,
	    m->coord->req->scenario.sample_header);
	result_merge(m->coord->result, r);
}

/* With an error the run failed there: what was measured counts all the same. */
static void
on_result(void *arg, const struct json_value *v, const char *error)
{
	struct member *m = arg;
	const struct coord *c = m->coord;
	struct result *r = result_new(0);
	char why[WIRE_TEXT_MAX];
	const char *warning = NULL;
	int checked;

	if (result_from_json(r, v, &warning, why) == -1 ||
	    verdict_possible(r, passed_ns(c), why) == -1) {
		result_free(r);
		lose(m, why);
		return;
	}
	if (warning != NULL)
		say(m, "its result: ", warning);
	checked = verdict(c->req, &c->parts[m->index],
	    c->pongs[m->index].features, r, error, c->is_stopping, why);
	merge(m, r);
	result_free(r);
	if (checked == -1)
		fail(m, why);
	else
		end(m, MEMBER_DONE);
}

static void
on_snapshot(void *arg, const struct json_value *v)
{
	struct member *m = arg;
	struct coord *c = m->coord;
	struct interval *in;
	char why[WIRE_TEXT_MAX];
	uint64_t index, scheduled, completed, failed;

	if (interval_index_from_json(v, &index, why) == -1) {
		lose(m, why);
		return;
	}
	/* One is told when it has ended; clocks may differ a little. */
	if (index > passed_ns(c) / c->req->interval_ns + 1) {
		lose(m, "it streams an interval that is yet to come");
		return;
	}
	/* Or there might be no end of them. */
	if (index < m->next) {
		lose(m, "it streams an interval a second time");
		return;
	}
	m->next = index + 1;
	in = intervals_at(c->intervals, index);
	scheduled = in->n.scheduled;
	completed = in->n.completed;
	failed = in->n.failed;
	if (interval_from_json(in, v, why) == -1) {
		lose(m, why);
		return;
	}
	/* The last word of it, should it be lost. */
	m->stat->scheduled += in->n.scheduled - scheduled;
	m->stat->completed += in->n.completed - completed;
	m->stat->failed += in->n.failed - failed;
	intervals_told(c->intervals, m->index, index, passed_ns(c));
}

static void
on_no_result(void *arg, const char *why)
{
	lose(arg, why);
}

/* The connections. */

static void
on_head(void *arg, const struct http_head *h)
{
	struct member *m = arg;

	run_answer_head(&m->answer, h);
}

static void
on_body(void *arg, const char *p, size_t len)
{
	struct member *m = arg;

	run_answer_body(&m->answer, p, len);
}

static void
on_end(void *arg)
{
	struct member *m = arg;

	run_answer_end(&m->answer);
}

static void
on_failed(void *arg, const char *why)
{
	struct member *m = arg;

	if (m->state == MEMBER_ASKED)
		lose(m, why);
}

/* The run. */

static void
on_interval(void *arg, struct interval *in, bool is_shown)
{
	struct coord *c = arg;

	if (is_shown)
		c->hooks.interval(c->hooks.arg, in);
}

static void
on_lease(void *arg)
{
	struct coord *c = arg;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->members[i].state == MEMBER_ASKED &&
		    (c->pongs[i].features & FEATURE_LEASE) != 0)
			peer_say_alive(c->peers[i]);
	loop_timer_set(c->loop, &c->lease_timer, loop_now(c->loop) +
	    LEASE_NS / LEASE_PARTS);
}

static void
on_deadline(void *arg)
{
	struct coord *c = arg;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->members[i].state == MEMBER_ASKED ||
		    c->members[i].state == MEMBER_WAITS)
			lose(&c->members[i], "it did not answer in time");
}

static void
ask(struct member *m)
{
	struct coord *c = m->coord;
	const char *fields = "Content-Type: application/json\r\n"
	    "Accept: application/x-ndjson, application/json\r\n";
	const struct pong *pong = &c->pongs[m->index];
	struct run_request *req = &c->parts[m->index].req;
	const struct peer_hooks hooks = { on_head, on_body, on_end, on_failed,
	    m };
	const struct run_answer_hooks answers = { on_snapshot, on_result,
	    on_no_result, m };
	struct json_out out;
	struct buf json;

	feature_strip(req, pong->features);
	if (pong->features & FEATURE_LEASE)
		req->lease_ns = LEASE_NS;
	if ((pong->features & FEATURE_START_AT) && pong->has_clock)
		req->start_at_ns = c->start_ns + (uint64_t)pong->clock_ns;
	buf_init(&json, JSON_TEXT_MAX);
	json_out_start(&out, &json, false);
	run_request_to_json(req, &out);
	m->state = MEMBER_ASKED;
	run_answer_init(&m->answer, &answers);
	peer_set_hooks(c->peers[m->index], &hooks);
	if (json_out_end(&out) == -1 || json.len > WIRE_RUN_MAX)
		lose(m, "the plan is too large to be sent: a run request has "
		    "at most 1 MiB");
	else
		peer_ask(c->peers[m->index], "POST", "/run", fields, json.data,
		    json.len);
	buf_clear(&json);
}

/* A worker that cannot be told when to begin is asked at that moment. */
static void
on_start(void *arg)
{
	struct coord *c = arg;
	size_t i;

	c->state = COORD_RUN;
	if (c->hooks.started != NULL)
		c->hooks.started(c->hooks.arg, c->start_ns);
	for (i = 0; i < c->n; i++)
		if (c->members[i].state == MEMBER_WAITS)
			ask(&c->members[i]);
}

static void
ask_all(struct coord *c)
{
	uint64_t trip_ns = 0;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->pongs[i].round_trip_ns > trip_ns)
			trip_ns = c->pongs[i].round_trip_ns;
	c->state = COORD_ARM;
	c->start_ns = loop_tick(c->loop) + LEAD_NS + c->n * LEAD_EACH_NS +
	    LEAD_TRIPS * trip_ns;
	intervals_start(c->intervals, clock_wall_ns() + c->start_ns -
	    loop_now(c->loop));
	loop_timer_set(c->loop, &c->start_timer, c->start_ns);
	loop_timer_set(c->loop, &c->lease_timer, loop_now(c->loop) +
	    LEASE_NS / LEASE_PARTS);
	loop_timer_set(c->loop, &c->deadline, c->start_ns +
	    arrival_end_ns(c->plan) + c->req->scenario.timeout_ns + ANSWER_NS);
	for (i = 0; i < c->n && c->state == COORD_ARM; i++) {
		if (c->members[i].state == MEMBER_OUT)
			continue;
		if (c->pongs[i].features & FEATURE_START_AT)
			ask(&c->members[i]);
		else
			c->members[i].state = MEMBER_WAITS;
	}
}

/* Before the run. */

static void
warn_setting(void *arg, const char *setting)
{
	say(arg, "it cannot be told, and will have its own: ", setting);
}

static void
ignore_setting(void *arg, const char *setting)
{
	(void)arg;
	(void)setting;
}

/*
 * What each worker can and cannot be told: of the plan as it was given, and
 * of what the split has made of it.
 */
static int
check_features(struct coord *c, char why[WIRE_TEXT_MAX])
{
	char reason[WIRE_TEXT_MAX];
	uint32_t features;
	size_t i;

	for (i = 0; i < c->n; i++) {
		features = c->pongs[i].features;
		if (!c->parts[i].is_left_out &&
		    (feature_check(c->req, features, warn_setting,
		    &c->members[i], reason) == -1 ||
		    feature_check(&c->parts[i].req, features, ignore_setting,
		    NULL, reason) == -1))
			return wire_refuse(why, "%.80s: %s",
			    c->fleet->workers[i].name, reason);
	}
	return 0;
}

/*
 * A Go worker speaks HTTP/2 with an https target that offers it, and its result
 * does not tell.
 */
static void
warn_protocols(struct coord *c)
{
	struct buf line;
	size_t i, n = 0, others = 0;

	if (!scenario_is_https(&c->req->scenario))
		return;
	buf_init(&line, WARNING_MAX);
	for (i = 0; i < c->n; i++) {
		if (c->parts[i].is_left_out)
			continue;
		if (c->pongs[i].features != 0)
			others++;
		else if (n++ < NAMED_MAX)
			buf_addf(&line, "%s%s", n > 1 ? ", " : "",
			    c->fleet->workers[i].name);
	}
	if (n > NAMED_MAX)
		buf_addf(&line, " and %zu more", n - NAMED_MAX);
	buf_adds(&line, ": may speak HTTP/2 with the target, where the others "
	    "speak HTTP/1.1: a mixed fleet measures two protocols");
	if (n > 0 && others > 0)
		c->say(c->say_arg, buf_str(&line));
	buf_clear(&line);
}

static bool
all_can_share(const struct coord *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (!(c->pongs[i].features & FEATURE_SHARE))
			return false;
	return true;
}

static void
prepare_members(struct coord *c)
{
	struct worker_stat *stats = xcalloc(c->n, sizeof(*stats));
	struct member *m;
	size_t i;

	c->result = result_new(0);
	exemplars_set_name(&c->result->exemplars,
	    c->req->scenario.sample_header);
	c->result->workers = stats;
	c->result->nworkers = c->n;
	for (i = 0; i < c->n; i++) {
		m = &c->members[i];
		m->stat = &stats[i];
		m->next = 0;
		m->stat->name = xstrdup(name_of(m));
		m->stat->weight = c->fleet->workers[i].weight;
		m->stat->round_trip_ns = c->pongs[i].round_trip_ns;
		m->stat->took_part = !c->parts[i].is_left_out;
		m->state = c->parts[i].is_left_out ? MEMBER_OUT :
		    MEMBER_WAITS;
		if (c->parts[i].is_left_out)
			say(m, "left out: ", "its share of the plan is "
			    "nothing");
		else if (!(c->pongs[i].features & FEATURE_STREAM))
			say(m, "it does not stream: ", "progress and "
			    "snapshots are without it");
		if (!(c->pongs[i].features & FEATURE_STREAM) ||
		    c->parts[i].is_left_out)
			intervals_leave(c->intervals, i);
	}
}

static void
prepare(struct coord *c)
{
	uint64_t *weights = fleet_weights(c->fleet);
	char why[WIRE_TEXT_MAX];

	c->parts = split_plan(c->req, weights, c->n, all_can_share(c), why);
	free(weights);
	if (c->parts == NULL || check_features(c, why) == -1) {
		refuse(c, why);
		return;
	}
	c->plan = arrival_plan_new(c->req->phases, c->req->nphases);
	c->intervals = intervals_new(c->n, c->req->interval_ns, c->plan,
	    on_interval, c);
	prepare_members(c);
	warn_protocols(c);
	ask_all(c);
}

static void
on_pinged(void *arg)
{
	struct coord *c = arg;
	char why[WIRE_TEXT_MAX];
	size_t i, bad = 0;

	for (i = 0; i < c->n; i++) {
		if (!c->pongs[i].is_ok)
			say(&c->members[i], "", c->pongs[i].why);
		else if (c->pongs[i].is_busy)
			say(&c->members[i], "", "a run is going on there");
		else
			continue;
		bad++;
	}
	if (bad == 0) {
		prepare(c);
		return;
	}
	wire_refuse(why, "%zu of %zu workers cannot run it: nothing was "
	    "started", bad, c->n);
	refuse(c, why);
}

void
coord_run(struct coord *c, const struct run_request *req,
    const struct run_hooks *hooks)
{
	c->req = req;
	c->hooks = *hooks;
	c->is_stopping = c->is_called_off = false;
	c->state = COORD_PING;
	c->ping = fleet_ping_start(c->loop, c->peers, c->pongs, c->n,
	    on_pinged, c);
}

void
coord_stop(struct coord *c, uint64_t grace_ns)
{
	struct member *m;
	size_t i;

	if (c->state == COORD_IDLE)
		return;
	if (c->state == COORD_PING) {
		refuse(c, "stopped before the start");
		return;
	}
	if (!c->is_stopping)
		c->is_called_off = loop_tick(c->loop) < c->start_ns;
	c->is_stopping = true;
	c->result->is_partial = true;
	loop_timer_set(c->loop, &c->deadline, loop_tick(c->loop) + grace_ns +
	    STOP_NS);
	for (i = 0; i < c->n; i++) {
		m = &c->members[i];
		if (m->state == MEMBER_WAITS)
			m->state = MEMBER_OUT;
		else if (m->state == MEMBER_ASKED)
			peer_end(c->peers[i]);
	}
	check_end(c);
}
