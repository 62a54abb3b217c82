/* SPDX-License-Identifier: MIT */
/*
 * The rig of the pool's tests, see pool_rig.h: the server, whose answers go by
 * the path, and the hooks of a run, which write down what they hear and check
 * that it comes in order and adds up.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/util.h"
#include "tests/pool_rig.h"

#define OK		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

struct loop *rig_loop;
struct pool *rig_pool;
struct listener rig_listeners[2];
struct connection rig_connections[CONNECTIONS_MAX];
uint64_t rig_first_request_ns;
struct seen rig_seen;
void (*rig_at_start)(void);

/* The server. */

static void
answer(struct connection *c)
{
	char text[256];
	const char *reply = OK;

	c->listener->requests++;
	if (rig_first_request_ns == 0)
		rig_first_request_ns = clock_now_ns();
	if (strncmp(c->in, "GET /hang", 9) == 0)
		return;
	if (strncmp(c->in, "GET /to", 7) == 0) {
		snprintf(text, sizeof(text), "HTTP/1.1 302 Found\r\n"
		    "Location: http://127.0.0.1:%u/\r\n"
		    "Content-Length: 0\r\n\r\n", rig_listeners[1].port);
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
	loop_del(rig_loop, &c->io);
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
	struct connection *c = rig_connections;
	int fd = net_accept(l->io.fd);

	(void)events;
	if (fd == -1)
		return;
	l->accepted++;
	while (c->listener != NULL)
		ck_assert(++c < rig_connections + CONNECTIONS_MAX);
	*c = (struct connection){ .listener = l };
	c->io = (struct loop_io){ .fd = fd, .call = on_connection, .arg = c };
	ck_assert_int_eq(loop_add(rig_loop, &c->io, LOOP_READ), 0);
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
	ck_assert_int_eq(loop_add(rig_loop, &l->io, LOOP_READ), 0);
}

void
rig_setup(void)
{
	struct resolver *resolver;

	rig_loop = loop_new();
	ck_assert_ptr_nonnull(rig_loop);
	listener_open(&rig_listeners[0]);
	listener_open(&rig_listeners[1]);
	resolver = resolver_new(rig_loop, NULL);
	ck_assert_ptr_nonnull(resolver);
	rig_pool = pool_new(rig_loop, GENERATORS, resolver);
	ck_assert_ptr_nonnull(rig_pool);
	ck_assert_uint_eq(pool_size(rig_pool), GENERATORS);
	rig_at_start = NULL;
}

void
rig_teardown(void)
{
	int i;

	pool_free(rig_pool);
	for (i = 0; i < CONNECTIONS_MAX; i++)
		connection_close(&rig_connections[i]);
	for (i = 0; i < 2; i++) {
		loop_del(rig_loop, &rig_listeners[i].io);
		close(rig_listeners[i].io.fd);
	}
	loop_free(rig_loop);
}

/* Runs. */

static void
on_started(void *arg, uint64_t start_ns)
{
	ck_assert_ptr_eq(arg, &rig_seen);
	ck_assert_int_eq(rig_seen.intervals, 0);
	ck_assert_int_eq(rig_seen.done, 0);
	rig_seen.started++;
	rig_seen.start_ns = start_ns;
	if (rig_at_start != NULL)
		rig_at_start();
}

static void
on_interval(void *arg, const struct interval *in)
{
	ck_assert_ptr_eq(arg, &rig_seen);
	ck_assert_int_eq(rig_seen.done, 0);
	rig_seen.intervals++;
	rig_seen.planned += in->planned;
}

static void
on_done(void *arg, struct result *r)
{
	ck_assert_ptr_eq(arg, &rig_seen);
	rig_seen.done++;
	rig_seen.n = r->n;
	ck_assert_uint_eq(r->ngenerators, GENERATORS);
	memcpy(rig_seen.stat, r->generators, sizeof(rig_seen.stat));
	memcpy(rig_seen.error, r->error, sizeof(rig_seen.error));
	memcpy(rig_seen.address, r->address, sizeof(rig_seen.address));
	rig_seen.is_partial = r->is_partial;
	rig_seen.has_start_error = r->has_start_error;
	rig_seen.start_error_ns = r->start_error_ns;
	rig_seen.lost = r->lost;
	ck_assert_uint_eq(r->n.scheduled, r->n.started + r->n.dropped);
	ck_assert_uint_eq(r->n.started, r->n.completed + r->lost);
}

static void
on_refused(void *arg, enum refusal refusal, const char *why)
{
	ck_assert_ptr_eq(arg, &rig_seen);
	rig_seen.refused++;
	rig_seen.refusal = refusal;
	snprintf(rig_seen.why, sizeof(rig_seen.why), "%s", why);
}

const struct run_hooks rig_hooks = { on_started, on_interval, on_done,
    on_refused, &rig_seen };

static void
on_late(void *arg)
{
	(void)arg;
	ck_abort_msg("hangs");
}

void
rig_await(const int *count)
{
	struct loop_timer late = { .call = on_late };

	loop_timer_set(rig_loop, &late, loop_tick(rig_loop) + RIG_PATIENCE_NS);
	while (*count == 0)
		ck_assert_int_eq(loop_turn(rig_loop), 0);
	loop_timer_stop(rig_loop, &late);
}

static void
on_soon(void *arg)
{
	int *count = arg;

	*count = 1;
}

void
rig_turn_for(uint64_t ns)
{
	int is_over = 0;
	struct loop_timer timer = { .call = on_soon, .arg = &is_over };

	loop_timer_set(rig_loop, &timer, loop_tick(rig_loop) + ns);
	rig_await(&is_over);
}

void
rig_request_init(struct run_request *req, const char *path)
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
	    rig_listeners[0].port, path);
}

void
rig_begin(const struct run_request *req)
{
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(run_request_check(req, why) == 0, "%s", why);
	memset(&rig_seen, 0, sizeof(rig_seen));
	rig_first_request_ns = 0;
	pool_run(rig_pool, req, false, &rig_hooks);
}

void
rig_run(const struct run_request *req)
{
	rig_begin(req);
	rig_await(&rig_seen.done);
	ck_assert_int_eq(rig_seen.refused, 0);
}

void
rig_run_in_vain(const struct run_request *req, enum refusal refusal,
    const char *why)
{
	rig_begin(req);
	rig_await(&rig_seen.refused);
	ck_assert_int_eq(rig_seen.done, 0);
	ck_assert_int_eq(rig_seen.started, 0);
	ck_assert_int_eq((int)rig_seen.refusal, (int)refusal);
	ck_assert_str_eq(rig_seen.why, why);
	ck_assert_int_eq(rig_listeners[0].requests, 0);
}

void
rig_run_well(void)
{
	struct run_request req;

	rig_request_init(&req, "/");
	rig_run(&req);
	ck_assert_str_eq(rig_seen.error, "");
	ck_assert(!rig_seen.is_partial);
	ck_assert_int_eq(rig_seen.started, 1);
	ck_assert_uint_eq(rig_seen.n.scheduled, 20);
	ck_assert_uint_eq(rig_seen.n.completed, 20);
	ck_assert_uint_eq(rig_seen.n.failed, 0);
	run_request_clear(&req);
}
