/* SPDX-License-Identifier: MIT */

/*
 * wire/msg.c: what goes down a real channel comes out the same; arrays that
 * are empty, full and sparse; frames cut at every point, changed in one byte
 * and made of nothing but chance. They may be refused or taken, never crash,
 * and what is taken must be fit for the code that uses it.
 */

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/msg.h"
#include "base/net.h"
#include "base/util.h"
#include "hist.h"
#include "result.h"
#include "tests/request_rig.h"
#include "tests/suite.h"
#include "wire/msg.h"

enum {
	RANDOM_ROUNDS = 4000,
	RANDOM_LEN_MAX = 300,
	CHANGES = 2000
};

/* The frame that came last, in memory of its exact size. */
static struct loop *loop;
static struct msg_channel from, to;
static char *frame;
static size_t frame_len;
static uint64_t random_state;

static uint64_t
random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static char *
copy_exact(const char *p, size_t len)
{
	char *copy = malloc(len == 0 ? 1 : len);

	ck_assert_ptr_nonnull(copy);
	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

static void
on_msg(void *arg, struct msg *m)
{
	(void)arg;
	ck_assert_ptr_null(frame);
	frame = copy_exact(m->data, m->left);
	frame_len = m->left;
}

static void
on_end(void *arg, int error)
{
	(void)arg;
	ck_abort_msg("the channel ended: %d", error);
}

static void
make_pipe(int fds[2])
{
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
}

static void
setup(void)
{
	int there[2], back[2];

	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	make_pipe(there);
	make_pipe(back);
	ck_assert_int_eq(msg_open(&from, loop, back[0], there[1], on_msg,
	    on_end, NULL), 0);
	ck_assert_int_eq(msg_open(&to, loop, there[0], back[1], on_msg,
	    on_end, NULL), 0);
	frame = NULL;
	random_state = 88172645463325252;
	hist_init();
	msg_begin(&from, 1);
}

static void
teardown(void)
{
	msg_close(&from);
	msg_close(&to);
	loop_free(loop);
	free(frame);
}

/* What was added since setup, over the pipe and back. */
static struct msg
deliver(void)
{
	msg_send(&from);
	while (frame == NULL)
		ck_assert_int_eq(loop_turn(loop), 0);
	return (struct msg){ .data = frame, .left = frame_len };
}

/* Every way to take a frame apart, each leaves nothing behind. */

static void
get_request(struct msg *m)
{
	struct run_request req;
	uint32_t i;

	run_request_init(&req);
	run_request_get(m, &req);
	if (!m->is_bad) {
		ck_assert_ptr_nonnull(req.scenario.url);
		ck_assert_ptr_nonnull(req.scenario.method);
		ck_assert_uint_le(req.nphases, ARRIVAL_PHASES_MAX);
		ck_assert(req.scenario.body != NULL ||
		    req.scenario.body_len == 0);
		ck_assert((req.of == 0) == (req.ntake == 0));
		for (i = 0; i < req.ntake; i++) {
			ck_assert_uint_lt(req.take[i], req.of);
			ck_assert(i == 0 || req.take[i - 1] < req.take[i]);
		}
	}
	run_request_clear(&req);
}

static void
get_addresses(struct msg *m)
{
	struct net_addresses a;
	char text[NET_TEXT_MAX];
	size_t i;

	net_addresses_get(m, &a);
	ck_assert_uint_le(a.n, NET_ADDRESSES_MAX);
	for (i = 0; i < a.n; i++) {
		ck_assert_uint_le(a.at[i].len, sizeof(a.at[i].ss));
		net_address_format(text, &a.at[i]);
	}
}

static void
get_counters(struct msg *m)
{
	struct counters *c = xcalloc(1, sizeof(*c));

	counters_get(m, c);
	free(c);
}

/* One that is taken can be used like any other. */
static void
get_hist(struct msg *m)
{
	struct hist *h = xcalloc(1, sizeof(*h));
	uint64_t before, left, p;

	hist_record(h, 1000000);
	before = h->count;
	hist_get(m, h);
	if (m->is_bad)
		ck_assert_uint_eq(h->count, before);
	for (p = 0; p <= 100; p += 20) {
		ck_assert_uint_ge(hist_percentile(h, (double)p), h->min_ns);
		ck_assert_uint_le(hist_percentile(h, (double)p), h->max_ns);
	}
	ck_assert_uint_le(hist_mean(h), h->max_ns);
	hist_reset(h);
	for (p = left = 0; p < HIST_SLOTS; p++)
		left |= h->slot[p];
	ck_assert_uint_eq(left, 0);
	free(h);
}

static void
get_stat(struct msg *m)
{
	struct generator_stat g;

	memset(&g, 0, sizeof(g));
	generator_stat_get(m, &g);
}

static void
get_exemplars(struct msg *m)
{
	struct exemplars *x = xcalloc(1, sizeof(*x));
	const struct exemplar_kind *kind;
	size_t i, n = 0;

	exemplars_get(m, x);
	ck_assert_uint_le(x->nslowest, EXEMPLARS_SLOWEST);
	ck_assert_uint_le(x->nkinds, EXEMPLARS_KINDS);
	for (i = 0; i < x->nkinds; i++) {
		kind = &x->kinds[i];
		ck_assert_uint_le(kind->nlast, EXEMPLARS_LAST);
		ck_assert(kind->part < PARTS && kind->cause < CAUSES);
		n += kind->nlast;
	}
	if (m->is_bad)
		ck_assert_uint_eq(x->nslowest + n, 0);
	free(x);
}

/* Samples. */

static void
put_request(void)
{
	struct run_request req;

	fill_request(&req);
	run_request_put(&from, &req);
	run_request_clear(&req);
}

static void
fill_addresses(struct net_addresses *a)
{
	memset(a, 0, sizeof(*a));
	ck_assert(net_address_parse(&a->at[0], "127.0.0.1", 80, 0));
	ck_assert(net_address_parse(&a->at[1], "2001:db8::1", 65535, 0));
	a->n = 2;
}

static void
put_addresses(void)
{
	struct net_addresses a;

	fill_addresses(&a);
	net_addresses_put(&from, &a);
}

static void
fill_counters(struct counters *c)
{
	memset(c, 0, sizeof(*c));
	c->scheduled = UINT64_MAX;	/* the first */
	c->dropped = 3;
	c->completed = 1;
	c->failed = 128;
	c->error[PART_CONNECT][CAUSE_TIMEOUT] = 5;
	c->error[PARTS - 1][CAUSES - 1] = 6;
	c->status[200] = 1000000;
	c->status[RESULT_STATUS_MAX - 1] = 7;	/* the last */
}

static void
put_counters(void)
{
	struct counters *c = xcalloc(1, sizeof(*c));

	fill_counters(c);
	counters_put(&from, c);
	free(c);
}

static void
fill_hist(struct hist *h)
{
	int i;

	memset(h, 0, sizeof(*h));
	for (i = 0; i < 50; i++)
		hist_record(h, random_next() >> (20 + i % 24));
	hist_record(h, 0);
	hist_record(h, UINT64_MAX);
	hist_record(h, UINT64_MAX);
}

static void
put_hist(void)
{
	struct hist *h = xcalloc(1, sizeof(*h));

	fill_hist(h);
	hist_put(&from, h);
	free(h);
}

static const struct generator_stat sample_stat = { .cpu_user_ns = 1,
    .cpu_sys_ns = 200, .wall_ns = UINT64_MAX, .busiest_ppm = 999999,
    .lag_max_ns = 40000 };

static void
put_stat(void)
{
	generator_stat_put(&from, &sample_stat);
}

static void
fill_exemplars(struct exemplars *x)
{
	struct exemplar e;
	uint64_t i;

	memset(x, 0, sizeof(*x));
	exemplars_set_name(x, "X-Id");
	memset(&e, 0, sizeof(e));
	for (i = 0; i < 20; i++) {
		e.wall_ns = UINT64_MAX - i;
		e.spent_ns[i % PARTS]++;
		e.spent_ns[PART_WAIT] += UINT64_MAX / 30;
		e.latency_ns += 1 + UINT64_MAX / 30;
		e.generator = UINT32_MAX;
		e.local_port = UINT16_MAX;
		e.status = RESULT_STATUS_MAX - 1;
		e.part = PARTS - 1;
		e.cause = i % 2 == 0 ? CAUSE_NONE : CAUSES - 1;
		exemplar_set_worker(&e, "http://worker:9100");
		exemplar_set_header(&e, (const char *)&i, sizeof(i));
		exemplars_add(x, &e);
	}
}

static void
put_exemplars(void)
{
	struct exemplars *x = xcalloc(1, sizeof(*x));

	fill_exemplars(x);
	exemplars_put(&from, x);
	free(x);
}

static const struct kind {
	const char	*name;
	void		(*put)(void);
	void		(*get)(struct msg *m);
} kinds[] = {
	{ "request", put_request, get_request },
	{ "addresses", put_addresses, get_addresses },
	{ "counters", put_counters, get_counters },
	{ "hist", put_hist, get_hist },
	{ "stat", put_stat, get_stat },
	{ "exemplars", put_exemplars, get_exemplars }
};

/* Round trips. */

static void
round_trip(const struct run_request *req)
{
	struct run_request got;
	struct msg m;

	run_request_put(&from, req);
	m = deliver();
	run_request_init(&got);
	run_request_get(&m, &got);
	ck_assert(msg_is_done(&m));
	assert_same_request(&got, req);
	run_request_clear(&got);
}

START_TEST(test_request)
{
	struct run_request req;

	fill_request(&req);
	round_trip(&req);
	run_request_clear(&req);
}
END_TEST

/* Defaults: no phase, no header, no body. */
START_TEST(test_request_bare)
{
	struct run_request req;

	run_request_init(&req);
	req.scenario.url = xstrdup("http://a/");
	round_trip(&req);
	run_request_clear(&req);
}
END_TEST

/* An empty body is a body. */
START_TEST(test_request_empty_body)
{
	struct run_request req;

	run_request_init(&req);
	req.scenario.url = xstrdup("http://a/");
	req.scenario.body = xstrdup("");
	round_trip(&req);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_request_largest)
{
	struct run_request req;
	char *body = xcalloc(WIRE_BODY_MAX, 1);
	int i;

	run_request_init(&req);
	req.scenario.url = xstrdup("http://a/");
	for (i = 0; i < WIRE_HEADERS_MAX; i++)
		ck_assert_int_eq(scenario_add_header(&req.scenario, "A", "b"),
		    0);
	req.phases = xcalloc(ARRIVAL_PHASES_MAX, sizeof(*req.phases));
	req.nphases = ARRIVAL_PHASES_MAX;
	memset(body, 'x', WIRE_BODY_MAX);
	scenario_set_body(&req.scenario, body, WIRE_BODY_MAX);
	free(body);
	round_trip(&req);
	run_request_clear(&req);
}
END_TEST

START_TEST(test_addresses)
{
	struct net_addresses want, got;
	struct msg m;
	size_t i;

	fill_addresses(&want);
	if (_i == 1)
		want.n = 0;
	else if (_i == 2)
		while (want.n < NET_ADDRESSES_MAX)
			want.at[want.n++] = want.at[0];
	net_addresses_put(&from, &want);
	m = deliver();
	net_addresses_get(&m, &got);
	ck_assert(msg_is_done(&m));
	ck_assert_uint_eq(got.n, want.n);
	for (i = 0; i < want.n; i++) {
		ck_assert_uint_eq(got.at[i].len, want.at[i].len);
		ck_assert_mem_eq(&got.at[i].ss, &want.at[i].ss,
		    want.at[i].len);
	}
}
END_TEST

/* Twice into the same: the second time it adds. */
START_TEST(test_counters)
{
	struct counters *want = xcalloc(1, sizeof(*want));
	struct counters *got = xcalloc(1, sizeof(*got));
	const uint64_t *w = (const uint64_t *)want;
	const uint64_t *g = (const uint64_t *)got;
	size_t i;
	struct msg m;

	if (_i == 0)
		fill_counters(want);
	else
		memset(want, _i == 1 ? 0 : 1, sizeof(*want));
	counters_put(&from, want);
	m = deliver();
	if (_i == 1)
		ck_assert_uint_eq(m.left, 1);	/* zeros take no room */
	counters_get(&m, got);
	ck_assert(msg_is_done(&m));
	ck_assert_mem_eq(got, want, sizeof(*want));
	m = (struct msg){ .data = frame, .left = frame_len };
	counters_get(&m, got);
	for (i = 0; i < sizeof(*want) / sizeof(*w); i++)
		ck_assert_uint_eq(g[i], 2 * w[i]);
	free(want);
	free(got);
}
END_TEST

START_TEST(test_hist)
{
	struct hist *want = xcalloc(1, sizeof(*want));
	struct hist *got = xcalloc(1, sizeof(*got));
	struct msg m;

	if (_i == 0)
		fill_hist(want);
	else if (_i == 1)
		hist_record(want, 12345);
	hist_put(&from, want);
	m = deliver();
	hist_get(&m, got);
	ck_assert(msg_is_done(&m));
	ck_assert_uint_eq(got->count, want->count);
	if (want->count > 0)
		ck_assert_mem_eq(got, want, sizeof(*want));
	/* Again, on top. */
	m = (struct msg){ .data = frame, .left = frame_len };
	hist_get(&m, got);
	hist_merge(want, want);
	ck_assert_uint_eq(got->count, want->count);
	if (want->count > 0)
		ck_assert_mem_eq(got, want, sizeof(*want));
	free(want);
	free(got);
}
END_TEST

START_TEST(test_stat)
{
	struct generator_stat got = { .pid = 5, .took_part = true };
	struct msg m;

	put_stat();
	m = deliver();
	generator_stat_get(&m, &got);
	ck_assert(msg_is_done(&m));
	ck_assert_uint_eq(got.cpu_user_ns, sample_stat.cpu_user_ns);
	ck_assert_uint_eq(got.cpu_sys_ns, sample_stat.cpu_sys_ns);
	ck_assert_uint_eq(got.wall_ns, sample_stat.wall_ns);
	ck_assert_uint_eq(got.busiest_ppm, sample_stat.busiest_ppm);
	ck_assert_uint_eq(got.lag_max_ns, sample_stat.lag_max_ns);
	/* The parent's own. */
	ck_assert_int_eq(got.pid, 5);
	ck_assert(got.took_part);
}
END_TEST

/* Bytes that make no sense. */

START_TEST(test_cut_at_every_point)
{
	const struct kind *k = &kinds[_i];
	struct msg m;
	size_t len;
	char *copy;

	k->put();
	deliver();
	for (len = 0; len <= frame_len; len++) {
		copy = copy_exact(frame, len);
		m = (struct msg){ .data = copy, .left = len };
		k->get(&m);
		ck_assert_msg(msg_is_done(&m) == (len == frame_len),
		    "%s cut to %zu of %zu", k->name, len, frame_len);
		free(copy);
	}
}
END_TEST

START_TEST(test_changed)
{
	const struct kind *k = &kinds[_i];
	struct msg m;
	char *copy;
	int i;

	k->put();
	deliver();
	for (i = 0; i < CHANGES; i++) {
		copy = copy_exact(frame, frame_len);
		copy[random_next() % frame_len] = (char)random_next();
		if (i % 2 == 0)
			copy[random_next() % frame_len] = (char)random_next();
		m = (struct msg){ .data = copy, .left = frame_len };
		k->get(&m);
		free(copy);
	}
}
END_TEST

START_TEST(test_random)
{
	const struct kind *k = &kinds[_i];
	char bytes[RANDOM_LEN_MAX], *copy;
	struct msg m;
	size_t len, j;
	int i;

	for (i = 0; i < RANDOM_ROUNDS; i++) {
		len = random_next() % RANDOM_LEN_MAX;
		/* Small numbers come further. */
		for (j = 0; j < len; j++)
			bytes[j] = (char)(random_next() >> 32 &
			    (i % 3 == 0 ? 0xff : i % 3 == 1 ? 0x0f : 0x83));
		copy = copy_exact(bytes, len);
		m = (struct msg){ .data = copy, .left = len };
		k->get(&m);
		free(copy);
	}
}
END_TEST

static const struct bad_test {
	const char	*descr;
	size_t		 kind;
	const char	*bytes;
	size_t		 len;
} bad_tests[] = {
	{ "addresses: seventeen", 1, "\x11", 1 },
	{ "addresses: one of 129 bytes", 1, "\1\x81\1", 3 },
	{ "counters: run longer than all", 2, "\xff\xff\xff\x7f\0", 5 },
	{ "counters: run over the end", 2, "\x02\xff\xff\xff\x7f", 5 },
	{ "counters: no end", 2, "\1\0\1", 3 },
	{ "hist: a count, but no slot", 3, "\1\0\0\0\0\0", 6 },
	{ "hist: more in slots than counted", 3,
	    "\1\0\0\0\0\1\0\2\0", 9 },
	{ "hist: min over max", 3, "\2\0\0\1\0\1\0\2\0", 9 },
	{ "hist: min not in the first slot", 3,
	    "\1\0\0\0\0\1\1\1\0", 9 }
};

START_TEST(test_bad)
{
	const struct bad_test *t = &bad_tests[_i];
	char *copy = copy_exact(t->bytes, t->len);
	struct msg m = { .data = copy, .left = t->len };

	kinds[t->kind].get(&m);
	ck_assert_msg(m.is_bad, "%s", t->descr);
	free(copy);
}
END_TEST

/* A body's bytes without a body. */
START_TEST(test_body_of_none)
{
	struct run_request req;
	struct msg m;

	msg_add_uint(&from, 0);			/* phases */
	msg_add_uint(&from, 1);			/* concurrency */
	msg_add_uint(&from, POLICY_DROP);
	msg_add_str(&from, "http://a/");
	msg_add_str(&from, "GET");
	msg_add_uint(&from, 0);			/* headers */
	msg_add_uint(&from, 0);			/* has no body */
	msg_add_str(&from, "but bytes");
	m = deliver();
	run_request_init(&req);
	run_request_get(&m, &req);
	ck_assert(m.is_bad);
	ck_assert_ptr_null(req.scenario.body);
	ck_assert_uint_eq(req.scenario.body_len, 0);
	run_request_clear(&req);
}
END_TEST

static const struct share_test {
	const char	*descr;
	uint32_t	 of;
	uint32_t	 ntake;
	uint32_t	 take[2];
} share_tests[] = {
	{ "of too many", ARRIVAL_TAKERS_MAX + 1, 1, { 0, 0 } },
	{ "takes nothing", 5, 0, { 0, 0 } },
	{ "takes of nothing", 0, 1, { 0, 0 } },
	{ "takes more than all", 1, 2, { 0, 1 } },
	{ "takes one that is none", 5, 2, { 0, 5 } },
	{ "takes one twice", 5, 2, { 3, 3 } },
	{ "out of order", 5, 2, { 3, 1 } }
};

/* What arrival.c must never see. */
START_TEST(test_bad_share)
{
	const struct share_test *t = &share_tests[_i];
	struct run_request req;
	struct msg m;
	uint32_t take[2];

	fill_request(&req);
	free(req.take);
	memcpy(take, t->take, sizeof(take));
	req.of = t->of;
	req.ntake = t->ntake;
	req.take = take;
	run_request_put(&from, &req);
	req.take = NULL;
	run_request_clear(&req);
	m = deliver();
	run_request_init(&req);
	run_request_get(&m, &req);
	ck_assert_msg(m.is_bad, "%s", t->descr);
	run_request_clear(&req);
}
END_TEST

/* Added to what is there, and all of it; twice is twice. */
START_TEST(test_exemplars)
{
	struct exemplars *want = xcalloc(1, sizeof(*want));
	struct exemplars *got = xcalloc(1, sizeof(*got));
	struct msg m;

	fill_exemplars(want);
	exemplars_put(&from, want);
	m = deliver();
	exemplars_get(&m, got);
	ck_assert(msg_is_done(&m));
	ck_assert_str_eq(got->name, "X-Id");
	ck_assert_uint_eq(got->nslowest, EXEMPLARS_SLOWEST);
	ck_assert_mem_eq(got->slowest, want->slowest, sizeof(got->slowest));
	ck_assert_uint_eq(got->nkinds, 1);
	ck_assert_uint_eq(got->kinds[0].nlast, EXEMPLARS_LAST);
	ck_assert_mem_eq(got->kinds[0].last, want->kinds[0].last,
	    sizeof(got->kinds[0].last));
	exemplars_put(&from, want);
	m = deliver();
	exemplars_get(&m, got);
	ck_assert(msg_is_done(&m));
	ck_assert_mem_eq(&got->slowest[1], &want->slowest[0],
	    sizeof(got->slowest[0]));
	free(want);
	free(got);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("wire_msg");
	TCase *tc;

	tc = tcase_create("round trips");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_request);
	tcase_add_test(tc, test_request_bare);
	tcase_add_test(tc, test_request_empty_body);
	tcase_add_test(tc, test_request_largest);
	tcase_add_loop_test(tc, test_addresses, 0, 3);
	tcase_add_loop_test(tc, test_counters, 0, 3);
	tcase_add_loop_test(tc, test_hist, 0, 3);
	tcase_add_test(tc, test_stat);
	tcase_add_test(tc, test_exemplars);
	suite_add_tcase(s, tc);

	tc = tcase_create("bad bytes");
	tcase_set_timeout(tc, 100);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_cut_at_every_point, 0,
	    UTIL_NELEM(kinds));
	tcase_add_loop_test(tc, test_changed, 0, UTIL_NELEM(kinds));
	tcase_add_loop_test(tc, test_random, 0, UTIL_NELEM(kinds));
	tcase_add_loop_test(tc, test_bad, 0, UTIL_NELEM(bad_tests));
	tcase_add_test(tc, test_body_of_none);
	tcase_add_loop_test(tc, test_bad_share, 0, UTIL_NELEM(share_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
