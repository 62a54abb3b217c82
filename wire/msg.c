/* SPDX-License-Identifier: MIT */
/*
 * The frame form of plans and results: how a run request goes down to a
 * generator, and how its counts and exemplars come back each interval.
 *
 * Arrays that are mostly zero travel as runs: how many zeros to skip, how
 * many counts follow, the counts; a run of none ends the array. Both ends are
 * the same binary, so members have no names here; what does not fit marks the
 * message as bad and the caller gives the peer up.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "wire/msg.h"

/* Counters are one array of counts: no other member may come in. */
#define COUNTERS_N	(sizeof(struct counters) / sizeof(uint64_t))
static_assert(sizeof(struct counters) % sizeof(uint64_t) == 0,
    "counters hold something else than counts");

/* Looks at places [from, to); all others are zero. */
static void
sparse_put(struct msg_channel *ch, const uint64_t *v, size_t from, size_t to)
{
	size_t zeros, at = 0, run;

	while (from < to) {
		if (v[from] == 0) {
			from++;
			continue;
		}
		for (run = 1; from + run < to && v[from + run] != 0; run++)
			;
		zeros = from - at;
		msg_add_uint(ch, run);
		msg_add_uint(ch, zeros);
		for (at = from + run; from < at; from++)
			msg_add_uint(ch, v[from]);
	}
	msg_add_uint(ch, 0);
}

/* Adds to v, and tells which places it touched, as [first, end). */
static void
sparse_get(struct msg *m, uint64_t *v, size_t n, size_t *first, size_t *end)
{
	size_t at = 0, run;

	*first = n;
	*end = 0;
	while ((run = (size_t)msg_get_max(m, n)) > 0) {
		at += (size_t)msg_get_max(m, n);
		if (run > n || at > n - run) {
			m->is_bad = true;
			return;
		}
		if (at < *first)
			*first = at;
		for (; run > 0; run--)
			v[at++] += msg_get_uint(m);
		*end = at;
	}
}

void
counters_put(struct msg_channel *ch, const struct counters *c)
{
	sparse_put(ch, (const uint64_t *)c, 0, COUNTERS_N);
}

void
counters_get(struct msg *m, struct counters *c)
{
	size_t first, end;

	sparse_get(m, (uint64_t *)c, COUNTERS_N, &first, &end);
}

void
hist_put(struct msg_channel *ch, const struct hist *h)
{
	msg_add_uint(ch, h->count);
	if (h->count == 0)
		return;
	msg_add_uint(ch, h->sum_lo);
	msg_add_uint(ch, h->sum_hi);
	msg_add_uint(ch, h->min_ns);
	msg_add_uint(ch, h->max_ns);
	sparse_put(ch, h->slot, h->first, h->end);
}

void
hist_get(struct msg *m, struct hist *h)
{
	struct hist *got = xcalloc(1, sizeof(*got));
	size_t first, end;

	got->count = msg_get_uint(m);
	if (got->count > 0) {
		got->sum_lo = msg_get_uint(m);
		got->sum_hi = msg_get_uint(m);
		got->min_ns = msg_get_uint(m);
		got->max_ns = msg_get_uint(m);
		sparse_get(m, got->slot, HIST_SLOTS, &first, &end);
		got->first = (uint32_t)first;
		got->end = (uint32_t)end;
		if (!hist_is_sound(got))
			m->is_bad = true;
		if (!m->is_bad)
			hist_merge(h, got);
	}
	free(got);
}

static void
exemplar_put(struct msg_channel *ch, const struct exemplar *e)
{
	int i;

	msg_add_uint(ch, e->wall_ns);
	for (i = 0; i < PARTS; i++)
		msg_add_uint(ch, e->spent_ns[i]);
	msg_add_uint(ch, e->generator);
	msg_add_uint(ch, e->local_port);
	msg_add_uint(ch, e->status);
	msg_add_uint(ch, e->part);
	msg_add_uint(ch, e->cause);
	msg_add_str(ch, e->worker);
	msg_add_str(ch, e->header);
}

/* Of text that is cut, with its NUL; what would be cut here is bad. */
static void
short_get(struct msg *m, char *buf, size_t size)
{
	char *s = msg_get_str(m);

	if (strlen(s) >= size)
		m->is_bad = true;
	else
		memcpy(buf, s, strlen(s) + 1);
	free(s);
}

static void
exemplar_get(struct msg *m, struct exemplar *e)
{
	char worker[EXEMPLAR_WORKER_MAX] = "", header[EXEMPLAR_HEADER_MAX] = "";
	int i;

	memset(e, 0, sizeof(*e));
	e->wall_ns = msg_get_uint(m);
	for (i = 0; i < PARTS; i++) {
		e->spent_ns[i] = msg_get_max(m, UINT64_MAX - e->latency_ns);
		e->latency_ns += e->spent_ns[i];
	}
	e->generator = (uint32_t)msg_get_max(m, UINT32_MAX);
	e->local_port = (uint16_t)msg_get_max(m, UINT16_MAX);
	e->status = (uint16_t)msg_get_max(m, RESULT_STATUS_MAX - 1);
	e->part = (enum part)msg_get_max(m, PARTS - 1);
	e->cause = (enum cause)msg_get_max(m, CAUSES - 1);
	short_get(m, worker, sizeof(worker));
	short_get(m, header, sizeof(header));
	exemplar_set_worker(e, worker);
	exemplar_set_header(e, header, strlen(header));
}

void
exemplars_put(struct msg_channel *ch, const struct exemplars *x)
{
	size_t i, j, n = 0;

	msg_add_str(ch, x->name);
	msg_add_uint(ch, x->nslowest);
	for (i = 0; i < x->nslowest; i++)
		exemplar_put(ch, &x->slowest[i]);
	for (i = 0; i < x->nkinds; i++)
		n += x->kinds[i].nlast;
	msg_add_uint(ch, n);
	for (i = 0; i < x->nkinds; i++)
		for (j = 0; j < x->kinds[i].nlast; j++)
			exemplar_put(ch, &x->kinds[i].last[j]);
}

void
exemplars_get(struct msg *m, struct exemplars *x)
{
	struct exemplars *got = xcalloc(1, sizeof(*got));
	char name[EXEMPLAR_NAME_MAX] = "";
	struct exemplar e;
	uint64_t n;

	short_get(m, name, sizeof(name));
	exemplars_set_name(got, name);
	for (n = msg_get_max(m, EXEMPLARS_SLOWEST); n > 0; n--) {
		exemplar_get(m, &e);
		exemplars_add_slow(got, &e);
	}
	for (n = msg_get_max(m, EXEMPLARS_KINDS * EXEMPLARS_LAST); n > 0; n--) {
		exemplar_get(m, &e);
		if (e.cause == CAUSE_NONE)
			m->is_bad = true;
		else
			exemplars_add_failed(got, &e);
	}
	if (!m->is_bad)
		exemplars_merge(x, got);
	free(got);
}

static void
net_address_put(struct msg_channel *ch, const struct net_address *a)
{
	msg_add_bytes(ch, &a->ss, a->len);
}

static void
net_address_get(struct msg *m, struct net_address *a)
{
	const void *p;
	size_t len;

	p = msg_get_bytes(m, &len);
	if (p == NULL || len > sizeof(a->ss)) {
		m->is_bad = true;
		return;
	}
	memcpy(&a->ss, p, len);
	a->len = (socklen_t)len;
}

static void
pairs_put(struct msg_channel *ch, const struct header *pairs, size_t n)
{
	size_t i;

	msg_add_uint(ch, n);
	for (i = 0; i < n; i++) {
		msg_add_str(ch, pairs[i].name);
		msg_add_str(ch, pairs[i].value);
	}
}

static void
checks_put(struct msg_channel *ch, const struct checks *c)
{
	size_t i;

	msg_add_uint(ch, (uint64_t)c->status);
	pairs_put(ch, c->headers, c->nheaders);
	pairs_put(ch, c->json, c->njson);
	msg_add_uint(ch, c->ntexts);
	for (i = 0; i < c->ntexts; i++)
		msg_add_str(ch, c->texts[i]);
}

static void
check_pairs_get(struct msg *m, struct checks *c,
    int (*add)(struct checks *, const char *, const char *))
{
	char *name, *value;
	uint64_t n;

	for (n = msg_get_max(m, WIRE_CHECKS_MAX); n > 0; n--) {
		name = msg_get_str(m);
		value = msg_get_str(m);
		if (add(c, name, value) == -1)
			m->is_bad = true;
		free(name);
		free(value);
	}
}

static void
checks_get(struct msg *m, struct checks *c)
{
	char *text;
	uint64_t n;

	c->status = (int)msg_get_max(m, 999);
	check_pairs_get(m, c, checks_add_header);
	check_pairs_get(m, c, checks_add_json);
	for (n = msg_get_max(m, WIRE_CHECKS_MAX); n > 0; n--) {
		text = msg_get_str(m);
		if (checks_add_text(c, text) == -1)
			m->is_bad = true;
		free(text);
	}
}

/* Absent and empty are not the same. */
static void
text_put(struct msg_channel *ch, const char *s)
{
	msg_add_uint(ch, s != NULL);
	if (s != NULL)
		msg_add_str(ch, s);
}

static void
text_get(struct msg *m, char **s)
{
	free(*s);
	*s = msg_get_max(m, 1) == 1 ? msg_get_str(m) : NULL;
}

static void
connect_put(struct msg_channel *ch, const struct connect_settings *c)
{
	size_t i;

	text_put(ch, c->tls.ca);
	text_put(ch, c->tls.cert);
	text_put(ch, c->tls.key);
	msg_add_uint(ch, c->tls.is_insecure);
	msg_add_uint(ch, c->tls.no_resume);
	text_put(ch, c->server_name);
	text_put(ch, c->unix_socket);
	msg_add_uint(ch, c->ndetours);
	for (i = 0; i < c->ndetours; i++) {
		text_put(ch, c->detours[i].host);
		msg_add_uint(ch, c->detours[i].port);
		text_put(ch, c->detours[i].to_host);
		msg_add_uint(ch, c->detours[i].to_port);
	}
	msg_add_uint(ch, c->nsources);
	for (i = 0; i < c->nsources; i++)
		net_address_put(ch, &c->sources[i]);
}

static void
connect_get(struct msg *m, struct connect_settings *c)
{
	struct detour *d;
	size_t i;

	connect_clear(c);
	text_get(m, &c->tls.ca);
	text_get(m, &c->tls.cert);
	text_get(m, &c->tls.key);
	c->tls.is_insecure = msg_get_max(m, 1) == 1;
	c->tls.no_resume = msg_get_max(m, 1) == 1;
	text_get(m, &c->server_name);
	text_get(m, &c->unix_socket);
	c->ndetours = (size_t)msg_get_max(m, CONNECT_DETOURS_MAX);
	c->detours = xcalloc(c->ndetours + 1, sizeof(*c->detours));
	for (i = 0; i < c->ndetours; i++) {
		d = &c->detours[i];
		text_get(m, &d->host);
		d->port = (uint16_t)msg_get_max(m, UINT16_MAX);
		text_get(m, &d->to_host);
		d->to_port = (uint16_t)msg_get_max(m, UINT16_MAX);
	}
	c->nsources = (size_t)msg_get_max(m, CONNECT_SOURCES_MAX);
	c->sources = xcalloc(c->nsources + 1, sizeof(*c->sources));
	for (i = 0; i < c->nsources; i++)
		net_address_get(m, &c->sources[i]);
}

static void
scenario_put(struct msg_channel *ch, const struct scenario *s)
{
	msg_add_str(ch, s->url);
	msg_add_str(ch, s->method);
	pairs_put(ch, s->headers, s->nheaders);
	msg_add_uint(ch, s->body != NULL);
	msg_add_bytes(ch, s->body, s->body_len);
	checks_put(ch, &s->checks);
	msg_add_uint(ch, s->timeout_ns);
	msg_add_uint(ch, s->redirects);
	msg_add_uint(ch, s->keep_alive);
	msg_add_uint(ch, (uint64_t)s->family);
	text_put(ch, s->sample_header);
	connect_put(ch, &s->connect);
}

static void
scenario_get(struct msg *m, struct scenario *s)
{
	const void *body;
	char *name, *value;
	uint64_t n;
	bool has_body;

	free(s->url);
	free(s->method);
	s->url = msg_get_str(m);
	s->method = msg_get_str(m);
	for (n = msg_get_max(m, WIRE_HEADERS_MAX); n > 0; n--) {
		name = msg_get_str(m);
		value = msg_get_str(m);
		if (scenario_add_header(s, name, value) == -1)
			m->is_bad = true;
		free(name);
		free(value);
	}
	has_body = msg_get_max(m, 1) == 1;
	body = msg_get_bytes(m, &s->body_len);
	free(s->body);
	s->body = NULL;
	if (has_body) {
		s->body = xcalloc(s->body_len + 1, 1);
		memcpy(s->body, body == NULL ? "" : body, s->body_len);
	} else if (s->body_len > 0) {
		m->is_bad = true;
		s->body_len = 0;
	}
	checks_get(m, &s->checks);
	s->timeout_ns = msg_get_uint(m);
	s->redirects = msg_get_max(m, WIRE_REDIRECTS_MAX);
	s->keep_alive = msg_get_max(m, 1) == 1;
	s->family = (int)msg_get_max(m, 6);
	text_get(m, &s->sample_header);
	connect_get(m, &s->connect);
}

static void
phase_put(struct msg_channel *ch, const struct phase *p)
{
	msg_add_uint(ch, p->type);
	msg_add_uint(ch, p->duration_ns);
	msg_add_uint(ch, p->rate);
	msg_add_uint(ch, p->from);
	msg_add_uint(ch, p->to);
	msg_add_uint(ch, p->steps);
	msg_add_uint(ch, p->spike_at_ns);
	msg_add_uint(ch, p->spike_for_ns);
}

static void
phase_get(struct msg *m, struct phase *p)
{
	p->type = (enum phase_type)msg_get_max(m, PHASE_TYPES - 1);
	p->duration_ns = msg_get_uint(m);
	p->rate = msg_get_uint(m);
	p->from = msg_get_uint(m);
	p->to = msg_get_uint(m);
	p->steps = msg_get_uint(m);
	p->spike_at_ns = msg_get_uint(m);
	p->spike_for_ns = msg_get_uint(m);
}

static void
share_put(struct msg_channel *ch, const struct run_request *req)
{
	uint32_t i;

	msg_add_uint(ch, req->of);
	msg_add_uint(ch, req->ntake);
	for (i = 0; i < req->ntake; i++)
		msg_add_uint(ch, req->take[i]);
}

/* As run_request_check has passed it: arrival.c relies on that. */
static void
share_get(struct msg *m, struct run_request *req)
{
	uint32_t i;

	req->of = (uint32_t)msg_get_max(m, ARRIVAL_TAKERS_MAX);
	req->ntake = (uint32_t)msg_get_max(m, req->of);
	req->take = xreallocarray(req->take, req->ntake, sizeof(*req->take));
	for (i = 0; i < req->ntake; i++) {
		req->take[i] = (uint32_t)msg_get_max(m, UINT32_MAX);
		if (req->take[i] >= req->of ||
		    (i > 0 && req->take[i] <= req->take[i - 1]))
			m->is_bad = true;
	}
	if (req->of > 0 && req->ntake == 0)
		m->is_bad = true;
}

void
run_request_put(struct msg_channel *ch, const struct run_request *req)
{
	size_t i;

	msg_add_uint(ch, req->nphases);
	for (i = 0; i < req->nphases; i++)
		phase_put(ch, &req->phases[i]);
	msg_add_uint(ch, req->max_concurrency);
	msg_add_uint(ch, req->policy);
	scenario_put(ch, &req->scenario);
	msg_add_uint(ch, req->is_poisson);
	msg_add_uint(ch, req->seed);
	msg_add_uint(ch, req->requests);
	msg_add_uint(ch, req->interval_ns);
	msg_add_uint(ch, req->warmup_ns);
	share_put(ch, req);
	msg_add_uint(ch, req->start_at_ns);
	msg_add_uint(ch, req->lease_ns);
}

void
run_request_get(struct msg *m, struct run_request *req)
{
	size_t i;

	req->nphases = (size_t)msg_get_max(m, ARRIVAL_PHASES_MAX);
	req->phases = xreallocarray(req->phases, req->nphases + 1,
	    sizeof(*req->phases));
	for (i = 0; i < req->nphases; i++)
		phase_get(m, &req->phases[i]);
	req->max_concurrency = msg_get_max(m, WIRE_CONCURRENCY_MAX);
	req->policy = (enum policy)msg_get_max(m, POLICY_BLOCK);
	scenario_get(m, &req->scenario);
	req->is_poisson = msg_get_max(m, 1) == 1;
	req->seed = msg_get_uint(m);
	req->has_seed = true;
	req->requests = msg_get_uint(m);
	req->interval_ns = msg_get_uint(m);
	req->warmup_ns = msg_get_uint(m);
	share_get(m, req);
	req->start_at_ns = msg_get_uint(m);
	req->lease_ns = msg_get_uint(m);
}

void
net_addresses_put(struct msg_channel *ch, const struct net_addresses *a)
{
	size_t i;

	msg_add_uint(ch, a->n);
	for (i = 0; i < a->n; i++)
		net_address_put(ch, &a->at[i]);
}

void
net_addresses_get(struct msg *m, struct net_addresses *a)
{
	size_t i;

	memset(a, 0, sizeof(*a));
	a->n = (size_t)msg_get_max(m, NET_ADDRESSES_MAX);
	for (i = 0; i < a->n; i++)
		net_address_get(m, &a->at[i]);
	if (m->is_bad)
		a->n = 0;
}

void
generator_stat_put(struct msg_channel *ch, const struct generator_stat *g)
{
	msg_add_uint(ch, g->cpu_user_ns);
	msg_add_uint(ch, g->cpu_sys_ns);
	msg_add_uint(ch, g->wall_ns);
	msg_add_uint(ch, g->busiest_ppm);
	msg_add_uint(ch, g->lag_max_ns);
}

void
generator_stat_get(struct msg *m, struct generator_stat *g)
{
	g->cpu_user_ns = msg_get_uint(m);
	g->cpu_sys_ns = msg_get_uint(m);
	g->wall_ns = msg_get_uint(m);
	g->busiest_ppm = msg_get_uint(m);
	g->lag_max_ns = msg_get_uint(m);
}
