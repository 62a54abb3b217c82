/* SPDX-License-Identifier: MIT */
/*
 * What the tests of a run request share: one that has a value in every member,
 * and whether two are the same, for those who copy it, write it and read it.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "tests/request_rig.h"
#include "wire.h"

static void	 assert_same_pairs(const struct header *, const struct header *,
		    size_t);
static void	 assert_same_checks(const struct checks *,
		    const struct checks *);
static void	 assert_same_scenario(const struct scenario *,
		    const struct scenario *);
static void	 fill_connect(struct connect_settings *);
static void	 assert_same_connect(const struct connect_settings *,
		    const struct connect_settings *);
static void	 assert_same_phase(const struct phase *, const struct phase *);

void
fill_request(struct run_request *req)
{
	static const struct phase phases[] = {
		{ .type = PHASE_CONSTANT, .duration_ns = 1, .rate = 2 },
		{ .type = PHASE_RAMP, .duration_ns = 3, .from = 4, .to = 5 },
		{ .type = PHASE_STEP, .duration_ns = 6, .from = 7, .to = 8,
		    .steps = 9 },
		{ .type = PHASE_SPIKE, .duration_ns = UINT64_MAX, .from = 10,
		    .to = 11, .spike_at_ns = 12, .spike_for_ns = 13 },
		{ .type = PHASE_MAX, .duration_ns = 14 }
	};
	struct scenario *s = &req->scenario;

	run_request_init(req);
	req->phases = xcalloc(UTIL_NELEM(phases), sizeof(*phases));
	memcpy(req->phases, phases, sizeof(phases));
	req->nphases = UTIL_NELEM(phases);
	req->max_concurrency = WIRE_CONCURRENCY_MAX;
	req->policy = POLICY_BLOCK;
	req->is_poisson = true;
	req->seed = UINT64_MAX;
	req->has_seed = true;
	req->requests = 123456789;
	req->interval_ns = 250 * NS_PER_MS;
	req->warmup_ns = 7 * NS_PER_SEC;
	req->of = 5;
	req->ntake = 3;
	req->take = xcalloc(3, sizeof(*req->take));
	req->take[1] = 2;
	req->take[2] = 4;
	req->start_at_ns = UINT64_MAX;
	req->lease_ns = 10 * NS_PER_SEC;
	s->url = xstrdup("http://[::1]:8080/a?b=c");
	free(s->method);
	s->method = xstrdup("PATCH");
	scenario_add_header(s, "X-Empty", "");
	scenario_add_header(s, "Accept", "a, b");
	scenario_add_header(s, "Accept", "\xc3\xa9");
	scenario_set_body(s, "a\0b\xff", 4);
	s->timeout_ns = 1500 * NS_PER_MS;
	s->redirects = 0;
	s->keep_alive = false;
	s->family = 6;
	s->sample_header = xstrdup("X-Request-Id");
	s->checks.status = 404;
	checks_add_header(&s->checks, "X-Empty", "");
	checks_add_header(&s->checks, "Accept", "b");
	checks_add_text(&s->checks, "\xc3\xa9");
	checks_add_text(&s->checks, "a");
	checks_add_json(&s->checks, "", "null");
	fill_connect(&s->connect);
}

static void
fill_connect(struct connect_settings *c)
{
	char why[CONNECT_TEXT_MAX];

	c->tls.ca = xstrdup("ca\n");
	c->tls.cert = xstrdup("cert\n");
	c->tls.key = xstrdup("");
	c->tls.is_insecure = true;
	c->tls.no_resume = true;
	c->server_name = xstrdup("name");
	c->unix_socket = xstrdup("/run/x");
	ck_assert_int_eq(connect_add_detour(c, "a:1:[::1]:65535", why), 0);
	ck_assert_int_eq(connect_add_detour(c, ":::", why), 0);
	ck_assert_int_eq(connect_add_source(c, "127.0.0.1", why), 0);
	ck_assert_int_eq(connect_add_source(c, "::1", why), 0);
}

static void
assert_same_pairs(const struct header *a, const struct header *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		ck_assert_str_eq(a[i].name, b[i].name);
		ck_assert_str_eq(a[i].value, b[i].value);
	}
}

static void
assert_same_checks(const struct checks *a, const struct checks *b)
{
	size_t i;

	ck_assert_int_eq(a->status, b->status);
	ck_assert_uint_eq(a->nheaders, b->nheaders);
	assert_same_pairs(a->headers, b->headers, a->nheaders);
	ck_assert_uint_eq(a->njson, b->njson);
	assert_same_pairs(a->json, b->json, a->njson);
	ck_assert_uint_eq(a->ntexts, b->ntexts);
	for (i = 0; i < a->ntexts; i++)
		ck_assert_str_eq(a->texts[i], b->texts[i]);
}

static void
assert_same_connect(const struct connect_settings *a,
    const struct connect_settings *b)
{
	size_t i;

	ck_assert_pstr_eq(a->tls.ca, b->tls.ca);
	ck_assert_pstr_eq(a->tls.cert, b->tls.cert);
	ck_assert_pstr_eq(a->tls.key, b->tls.key);
	ck_assert(a->tls.is_insecure == b->tls.is_insecure);
	ck_assert(a->tls.no_resume == b->tls.no_resume);
	ck_assert_pstr_eq(a->server_name, b->server_name);
	ck_assert_pstr_eq(a->unix_socket, b->unix_socket);
	ck_assert_uint_eq(a->ndetours, b->ndetours);
	for (i = 0; i < a->ndetours; i++) {
		ck_assert_pstr_eq(a->detours[i].host, b->detours[i].host);
		ck_assert_uint_eq(a->detours[i].port, b->detours[i].port);
		ck_assert_pstr_eq(a->detours[i].to_host,
		    b->detours[i].to_host);
		ck_assert_uint_eq(a->detours[i].to_port,
		    b->detours[i].to_port);
	}
	ck_assert_uint_eq(a->nsources, b->nsources);
	for (i = 0; i < a->nsources; i++) {
		ck_assert_uint_eq(a->sources[i].len, b->sources[i].len);
		ck_assert_mem_eq(&a->sources[i].ss, &b->sources[i].ss,
		    a->sources[i].len);
	}
}

static void
assert_same_scenario(const struct scenario *a, const struct scenario *b)
{
	ck_assert_pstr_eq(a->url, b->url);
	ck_assert_pstr_eq(a->method, b->method);
	ck_assert_uint_eq(a->nheaders, b->nheaders);
	assert_same_pairs(a->headers, b->headers, a->nheaders);
	assert_same_checks(&a->checks, &b->checks);
	ck_assert_uint_eq(a->body_len, b->body_len);
	ck_assert((a->body == NULL) == (b->body == NULL));
	if (a->body_len > 0)
		ck_assert_mem_eq(a->body, b->body, a->body_len);
	ck_assert_uint_eq(a->timeout_ns, b->timeout_ns);
	ck_assert_uint_eq(a->redirects, b->redirects);
	ck_assert(a->keep_alive == b->keep_alive);
	ck_assert_int_eq(a->family, b->family);
	ck_assert_pstr_eq(a->sample_header, b->sample_header);
	assert_same_connect(&a->connect, &b->connect);
}

static void
assert_same_phase(const struct phase *a, const struct phase *b)
{
	ck_assert_int_eq(a->type, b->type);
	ck_assert_uint_eq(a->duration_ns, b->duration_ns);
	ck_assert_uint_eq(a->rate, b->rate);
	ck_assert_uint_eq(a->from, b->from);
	ck_assert_uint_eq(a->to, b->to);
	ck_assert_uint_eq(a->steps, b->steps);
	ck_assert_uint_eq(a->spike_at_ns, b->spike_at_ns);
	ck_assert_uint_eq(a->spike_for_ns, b->spike_for_ns);
}

void
assert_same_request(const struct run_request *a, const struct run_request *b)
{
	size_t i;

	ck_assert_uint_eq(a->nphases, b->nphases);
	for (i = 0; i < a->nphases; i++)
		assert_same_phase(&a->phases[i], &b->phases[i]);
	ck_assert_uint_eq(a->max_concurrency, b->max_concurrency);
	ck_assert_int_eq(a->policy, b->policy);
	ck_assert(a->is_poisson == b->is_poisson);
	ck_assert_uint_eq(a->seed, b->seed);
	ck_assert_uint_eq(a->requests, b->requests);
	ck_assert_uint_eq(a->interval_ns, b->interval_ns);
	ck_assert_uint_eq(a->warmup_ns, b->warmup_ns);
	ck_assert_uint_eq(a->of, b->of);
	ck_assert_uint_eq(a->ntake, b->ntake);
	for (i = 0; i < a->ntake; i++)
		ck_assert_uint_eq(a->take[i], b->take[i]);
	ck_assert_uint_eq(a->start_at_ns, b->start_at_ns);
	ck_assert_uint_eq(a->lease_ns, b->lease_ns);
	assert_same_scenario(&a->scenario, &b->scenario);
}
