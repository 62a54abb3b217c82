/* SPDX-License-Identifier: MIT */
/*
 * Planned requests, each from its slot to its end: one exchange, or several
 * when it is redirected or its idle connection turned out to be closed. The
 * parts of its latency add up over all of them, to the nanosecond.
 *
 * The timeout runs from the moment the slot was taken. It is the same for
 * all, so a list in order of start and one timer keep it. A request on a
 * reused connection that ended without a byte is sent again once, on a new
 * connection, if that is safe (RFC 9110 9.2.2, RFC 9112 9.3.1).
 *
 * Whether the final answer is a good one, check.c says: of its head when that
 * comes, for it is gone later, and of its body at the end.
 *
 * Requests, connections and buffers exist before the first arrival.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "http/client.h"
#include "load/check.h"
#include "load/exemplar.h"
#include "load/request.h"
#include "load/target.h"

static_assert((int)CLIENT_BODY_MAX == (int)WIRE_CHECKED_MAX,
    "a client keeps as much of a body as checks look at");

struct request {
	struct requests		*owner;
	struct request		*next;		/* later started, or free */
	struct request		*prev;
	struct target		*target;
	struct target		*redirect;	/* where the answer leads */
	enum cause		 redirect_error;
	enum cause		 verdict;	/* so far; on_port: on it all */
	struct client		*client;	/* NULL: waits for a name */
	uint64_t		 start_ns;	/* slot taken */
	uint64_t		 begin_ns;	/* of this exchange */
	uint64_t		 sent_ns;	/* first send, 0: none */
	size_t			 sample_len;
	struct request_result	 res;
};

struct requests {
	struct loop		*loop;
	const struct scenario	*scenario;
	struct requests_hooks	 hooks;
	struct client_pool	*clients;
	struct targets		*targets;
	struct request		*all;
	char			(*samples)[EXEMPLAR_HEADER_MAX];
	size_t			 max;
	size_t			 nused;		/* of all, ever */
	size_t			 active;
	bool			 want_body;	/* a check looks at it */
	struct request		*free;
	struct request		*oldest;
	struct request		*newest;
	struct loop_timer	 timeout;
};

static void	on_timeout(void *);
static void	on_done(void *, const struct client_result *);
static void	on_head(void *, const struct http_head *);
static bool	on_port(void *, const struct client_result *);

struct requests *
requests_new(struct loop *loop, const struct scenario *scenario,
    const struct net_addresses *addresses, size_t max,
    size_t turn, const struct requests_hooks *hooks)
{
	struct requests *r = xcalloc(1, sizeof(*r));

	r->loop = loop;
	r->scenario = scenario;
	r->hooks = *hooks;
	r->clients = client_pool_new(loop, max, scenario->connect.sources,
	    scenario->connect.nsources, turn);
	r->targets = targets_new(scenario, addresses, max);
	r->all = xcalloc(max, sizeof(*r->all));
	/* One for each of these; touched, like them, when first needed. */
	if (scenario->sample_header != NULL)
		r->samples = xcalloc(max, sizeof(*r->samples));
	r->max = max;
	r->want_body = check_wants_body(&scenario->checks);
	r->timeout.call = on_timeout;
	r->timeout.arg = r;
	return r;
}

void
requests_free(struct requests *r)
{
	if (r == NULL)
		return;
	loop_timer_stop(r->loop, &r->timeout);
	/* Before the targets, which its connections belong to. */
	client_pool_free(r->clients);
	targets_free(r->targets);
	free(r->samples);
	free(r->all);
	free(r);
}

size_t
requests_active(const struct requests *r)
{
	return r->active;
}

const struct client_counts *
requests_connections(const struct requests *r)
{
	return client_pool_counts(r->clients);
}

const struct net_address *
requests_address(struct requests *r)
{
	const struct client_origin *o =
	    &targets_first(r->targets)->origin->connections;

	return &o->addresses.at[o->good];
}

/* The list in order of start, and its timer. */

static void
timeout_set(struct requests *r)
{
	if (r->oldest == NULL)
		loop_timer_stop(r->loop, &r->timeout);
	else
		loop_timer_set(r->loop, &r->timeout,
		    r->oldest->start_ns + r->scenario->timeout_ns);
}

static struct request *
request_take(struct requests *r)
{
	struct request *q = r->free;

	if (q != NULL)
		r->free = q->next;
	else {
		assert(r->nused < r->max);
		q = &r->all[r->nused++];
		q->owner = r;
	}
	r->active++;
	q->next = NULL;
	q->prev = r->newest;
	if (r->newest != NULL)
		r->newest->next = q;
	else
		r->oldest = q;
	r->newest = q;
	return q;
}

/*
 * The timer is left where it is when the oldest ends: it finds at its time
 * that another one is the oldest. Moving it would cost each request.
 */
static void
request_give(struct request *q)
{
	struct requests *r = q->owner;

	if (q->prev != NULL)
		q->prev->next = q->next;
	else
		r->oldest = q->next;
	if (q->next != NULL)
		q->next->prev = q->prev;
	else
		r->newest = q->prev;
	q->next = r->free;
	r->free = q;
	r->active--;
}

/* Exchanges. */

/* Where the answer leads is nobody's business any more. */
static void
request_unlead(struct request *q)
{
	if (q->redirect != NULL)
		q->redirect->users--;
	q->redirect = NULL;
}

static void
request_end(struct request *q, enum cause cause, enum part part)
{
	struct requests *r = q->owner;
	struct request_result res = q->res;
	uint64_t end_ns = 0;
	int i;

	res.cause = cause;
	res.part = part;
	for (i = 0; i < PARTS; i++)
		end_ns += res.spent_ns[i];
	res.latency_ns = end_ns;
	end_ns += res.planned_ns;
	res.has_service = q->sent_ns != 0;
	res.service_ns = res.has_service ? end_ns - q->sent_ns : 0;
	if (q->sample_len > 0)
		res.sample = (struct http_view){ r->samples[q - r->all],
		    q->sample_len };
	q->target->users--;
	request_unlead(q);
	request_give(q);
	r->hooks.done(r->hooks.arg, &res);
}

static void
request_begin(struct request *q, bool is_fresh)
{
	struct requests *r = q->owner;
	const struct target *target = q->target;
	struct client_exchange exchange = {
		.bytes = target->bytes,
		.len = target->len,
		.is_head = target->is_head,
		.keep_alive = r->scenario->keep_alive,
		.want_body = r->want_body,
		.head = on_head,
		.wants_port = on_port,
		.done = on_done,
		.arg = q,
	};

	q->redirect = NULL;
	q->redirect_error = CAUSE_NONE;
	q->sample_len = 0;
	q->begin_ns = loop_now(r->loop);
	q->client = client_start(r->clients, &target->origin->connections,
	    &exchange, is_fresh);
	assert(q->client != NULL);
}

void
requests_start(struct requests *r, uint64_t planned_ns, uint64_t seen_ns)
{
	struct request *q = request_take(r);

	memset(&q->res, 0, sizeof(q->res));
	q->start_ns = loop_now(r->loop);
	q->sent_ns = 0;
	q->res.planned_ns = planned_ns;
	q->res.spent_ns[PART_LAG] = seen_ns - planned_ns;
	q->res.spent_ns[PART_WAIT] = q->start_ns - seen_ns;
	q->target = targets_first(r->targets);
	q->target->users++;
	if (r->timeout.place == 0)
		timeout_set(r);
	request_begin(q, false);
}

/* Redirects. */

static void
request_resolve(struct request *q)
{
	struct requests *r = q->owner;
	struct origin *o = q->target->origin;

	q->client = NULL;
	q->sample_len = 0;
	q->begin_ns = loop_now(r->loop);
	if (o->is_asked)
		return;
	o->is_asked = true;
	r->hooks.resolve(r->hooks.arg, o->id, o->connect_host,
	    o->connect_port);
}

static void
request_follow(struct request *q)
{
	q->res.redirected++;
	q->target->users--;
	q->target = q->redirect;	/* and is counted there already */
	q->redirect = NULL;
	if (q->target->origin->is_known)
		request_begin(q, false);
	else
		request_resolve(q);
}

/* The time that it waited for a name belongs to connect. */
static void
request_unwait(struct request *q)
{
	q->res.spent_ns[PART_CONNECT] += loop_tick(q->owner->loop) -
	    q->begin_ns;
}

void
requests_resolved(struct requests *r, uint32_t id,
    const struct net_addresses *addresses, enum cause cause)
{
	struct origin *o = targets_origin(r->targets, id);
	struct request *q, *next;

	if (o == NULL)
		return;
	o->is_asked = false;
	o->is_known = addresses != NULL;
	if (addresses != NULL)
		o->connections.addresses = *addresses;
	for (q = r->oldest; q != NULL; q = next) {
		next = q->next;
		if (q->client != NULL || q->target->origin != o)
			continue;
		request_unwait(q);
		if (o->is_known)
			request_begin(q, false);
		else
			request_end(q, cause, PART_CONNECT);
	}
}

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 ||
	    status == 307 || status == 308;
}

/* As much of it as is ever shown, and a byte to tell that there was more. */
static void
request_sample(struct request *q, const struct http_head *h)
{
	struct requests *r = q->owner;
	struct http_view value;

	value = http_field(h->fields, r->scenario->sample_header);
	q->sample_len = value.len < EXEMPLAR_HEADER_MAX ? value.len :
	    EXEMPLAR_HEADER_MAX;
	if (q->sample_len > 0)
		memcpy(r->samples[q - r->all], value.data, q->sample_len);
}

/*
 * An answer's head: a redirect must be remembered while its body passes, and
 * so must the verdict, which counts if the answer turns out to be the last.
 */
static void
on_head(void *arg, const struct http_head *h)
{
	struct request *q = arg;
	struct http_view location;

	q->verdict = check_head(&q->owner->scenario->checks, h);
	if (q->owner->samples != NULL)
		request_sample(q, h);
	if (!is_redirect(h->status) || q->owner->scenario->redirects == 0)
		return;
	location = http_field(h->fields, "Location");
	if (location.data == NULL)
		return;
	q->redirect_error = CAUSE_REDIRECTS;
	if (q->res.redirected < q->owner->scenario->redirects)
		q->redirect = targets_redirect(q->owner->targets, q->target,
		    h->status, location, &q->redirect_error);
	if (q->redirect != NULL) {
		/* Kept while the body passes, however many others come. */
		q->redirect->users++;
		q->redirect_error = CAUSE_NONE;
	}
}

/* The ends of an exchange. */

static void
request_add(struct request *q, const struct client_result *res)
{
	int i;

	if (q->sent_ns == 0 && res->part >= PART_FIRST_BYTE)
		q->sent_ns = q->begin_ns + res->spent_ns[PART_CONNECT] +
		    res->spent_ns[PART_TLS];
	for (i = 0; i < PARTS; i++)
		q->res.spent_ns[i] += res->spent_ns[i];
	q->res.bytes_in += res->bytes_in;
	if (res->part >= PART_FIRST_BYTE)
		q->res.bytes_out += q->target->body_len;
	if (res->first_byte_ns != 0) {
		q->res.has_ttfb = true;
		q->res.ttfb_ns = res->first_byte_ns - q->res.planned_ns;
	}
	if (res->status != 0)
		q->res.status = res->status;
	q->res.local_port = res->local_port;
}

static bool
is_stale(const struct request *q, const struct client_result *res)
{
	return res->was_reused && !res->had_bytes &&
	    q->res.retried == 0 && q->target->is_idempotent &&
	    (res->cause == CAUSE_CLOSED ||
	    res->cause == cause_of_errno(ECONNRESET) ||
	    res->cause == cause_of_errno(EPIPE));
}

/* Of an exchange that is over, the last one of its request. */
static enum cause
request_verdict(const struct request *q, const struct client_result *res)
{
	if (res->cause != CAUSE_NONE)
		return res->cause;
	if (q->redirect_error != CAUSE_NONE)
		return q->redirect_error;
	if (q->verdict != CAUSE_NONE || !q->owner->want_body)
		return q->verdict;
	return check_body(&q->owner->scenario->checks, res->body.data,
	    res->body.len);
}

/* Does it lead to another exchange? Then its own end is not the request's. */
static bool
has_next(const struct request *q, const struct client_result *res)
{
	return is_stale(q, res) ||
	    (res->cause == CAUSE_NONE && q->redirect != NULL);
}

/* Right before on_done, with the connection still there. */
static bool
on_port(void *arg, const struct client_result *res)
{
	struct request *q = arg;
	const struct requests_hooks *hooks = &q->owner->hooks;
	uint64_t latency_ns = 0;
	int i;

	if (has_next(q, res))
		return false;
	q->verdict = request_verdict(q, res);
	for (i = 0; i < PARTS; i++)
		latency_ns += q->res.spent_ns[i] + res->spent_ns[i];
	return hooks->wants(hooks->arg, q->res.planned_ns, latency_ns,
	    res->part, q->verdict);
}

static void
on_done(void *arg, const struct client_result *res)
{
	struct request *q = arg;

	request_add(q, res);
	if (!has_next(q, res))
		request_end(q, q->verdict, res->part);
	else if (q->redirect != NULL && res->cause == CAUSE_NONE)
		request_follow(q);
	else {
		q->res.retried = 1;
		request_begin(q, true);
	}
}

/* Cuts one off. What was still known about a redirect is forgotten. */
static void
request_cut(struct request *q, enum cause cause)
{
	if (q->client != NULL)
		client_cancel(q->client, cause);
	else {
		request_unwait(q);
		request_end(q, cause, PART_CONNECT);
	}
}

static void
on_timeout(void *arg)
{
	struct requests *r = arg;

	while (r->oldest != NULL && loop_now(r->loop) - r->oldest->start_ns >=
	    r->scenario->timeout_ns)
		request_cut(r->oldest, CAUSE_TIMEOUT);
	timeout_set(r);
}

void
requests_cancel(struct requests *r)
{
	/* Those that done starts anew, if any, are not among them. */
	size_t left = r->active;

	while (left-- > 0)
		request_cut(r->oldest, CAUSE_CANCELED);
}
