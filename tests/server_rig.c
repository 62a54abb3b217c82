/* SPDX-License-Identifier: MIT */
/*
 * The rig of the server's tests, see server_rig.h: the server's handler, whose
 * answers go by the path, and clients that are no more than sockets. A guard
 * timer fails what would otherwise hang.
 */

#include <sys/socket.h>

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "tests/server_rig.h"

#define GUARD_NS	(10 * NS_PER_SEC)

enum { GOT_MAX = 256 * 1024 * 1024 };

struct loop *rig_loop;
struct buf rig_seen;
struct server_connection *rig_held;
int rig_ngone;
bool rig_answers_gone;
char *rig_big;

static struct server *server;
static struct net_address address;
static struct client clients[RIG_CLIENTS_MAX];
static unsigned int turns;
static struct loop_timer guard;
static bool is_late;

const struct server_limits rig_patient = {
	.connections = RIG_CLIENTS_MAX,
	.body = RIG_BODY_MAX,
	.head_ns = LOOP_NEVER,
	.body_ns = LOOP_NEVER,
	.idle_ns = LOOP_NEVER
};

const struct server_limits rig_hasty = {
	.connections = RIG_CLIENTS_MAX,
	.body = RIG_BODY_MAX,
	.head_ns = RIG_SHORT_NS,
	.body_ns = RIG_SHORT_NS,
	.idle_ns = LOOP_NEVER
};

const struct server_answer rig_hello = {
	.status = 200,
	.type = "text/plain",
	.body = "hello",
	.body_len = 5
};

static struct server_answer answer_for(struct http_view path);
static void	on_request(void *arg, struct server_connection *c,
		    const struct server_request *req);
static void	on_gone(void *arg, struct server_connection *c);
static void	server_open(const struct server_limits *limits);
static void	on_client(void *arg, int events);
static void	on_guard(void *arg);
static void	turn(void);

/* The handler: what it answers goes by the path. */

static struct server_answer
answer_for(struct http_view path)
{
	struct server_answer a = rig_hello;

	if (http_view_is(path, "/last"))
		a.is_last = true;
	else if (http_view_is(path, "/cut"))
		a.is_cut = true;
	else if (http_view_is(path, "/204"))
		a.status = 204;
	else if (http_view_is(path, "/304"))
		a.status = 304;
	else if (http_view_is(path, "/fields"))
		a.fields = "Retry-After: 1\r\nX: y\r\n";
	else if (http_view_is(path, "/bare")) {
		a.type = NULL;
		a.body_len = 0;
	} else if (http_view_is(path, "/chunked"))
		a.is_chunked = true;
	else if (http_view_is(path, "/big") ||
	    http_view_is(path, "/big-chunked")) {
		a.body = rig_big;
		a.body_len = RIG_BIG;
		a.is_static = true;
		a.is_chunked = http_view_is(path, "/big-chunked");
	}
	return a;
}

static void
on_request(void *arg, struct server_connection *c,
    const struct server_request *req)
{
	struct server_answer a = answer_for(req->head->target);

	ck_assert_ptr_eq(arg, &rig_seen);
	ck_assert_ptr_null(server_data(c));
	buf_add(&rig_seen, req->head->method.data, req->head->method.len);
	buf_adds(&rig_seen, " ");
	buf_add(&rig_seen, req->head->target.data, req->head->target.len);
	buf_addf(&rig_seen, " %d:", (int)req->body_len);
	buf_add(&rig_seen, req->body.data, req->body.len);
	buf_adds(&rig_seen, "\n");
	if (http_view_is(req->head->target, "/later")) {
		server_set_data(c, &rig_held);
		rig_held = c;
	} else if (http_view_is(req->head->target, "/reset"))
		server_drop(c, true);
	else if (http_view_is(req->head->target, "/drop"))
		server_drop(c, false);
	else
		server_answer(c, &a);
}

static void
on_gone(void *arg, struct server_connection *c)
{
	ck_assert_ptr_eq(arg, &rig_seen);
	ck_assert_ptr_eq(server_data(c), &rig_held);
	rig_ngone++;
	if (!rig_answers_gone)
		server_drop(c, false);
}

/* Clients. */

static void
on_client(void *arg, int events)
{
	struct client *c = arg;
	char *room = buf_room(&c->got, 65536);
	ssize_t n = net_read(c->io.fd, room, 65536);

	(void)events;
	if (n > 0) {
		buf_used(&c->got, (size_t)n);
		return;
	}
	if (n == -1 && errno == EAGAIN)
		return;
	loop_del(rig_loop, &c->io);
	c->has_ended = true;
	c->is_reset = n == -1;
	c->ended_at = turns;
}

static void
on_guard(void *arg)
{
	(void)arg;
	is_late = true;
}

static void
turn(void)
{
	turns++;
	ck_assert_int_eq(loop_turn(rig_loop), 0);
}

void
rig_settle(void)
{
	struct loop_timer now = { .call = on_guard };
	int i;

	for (i = 0; i < 4; i++) {
		loop_timer_set(rig_loop, &now, 0);
		turn();
	}
	is_late = false;
}

void
rig_turn(const char *descr)
{
	loop_timer_set(rig_loop, &guard, loop_tick(rig_loop) + GUARD_NS);
	turn();
	ck_assert_msg(!is_late, "%s: hangs", descr);
	loop_timer_stop(rig_loop, &guard);
}

int
rig_turn_for(uint64_t ns)
{
	int n = 0;

	loop_timer_set(rig_loop, &guard, loop_tick(rig_loop) + ns);
	while (!is_late) {
		turn();
		n++;
	}
	is_late = false;
	return n;
}

struct client *
rig_connect(int i)
{
	struct client *c = &clients[i];

	c->has_ended = c->is_reset = false;
	buf_reset(&c->got);
	c->io = (struct loop_io){ .call = on_client, .arg = c };
	c->io.fd = net_connect(&address);
	ck_assert_int_ne(c->io.fd, -1);
	ck_assert_int_eq(loop_add(rig_loop, &c->io, LOOP_READ), 0);
	return c;
}

struct client *
rig_open(int i)
{
	struct client *c = rig_connect(i);

	rig_settle();
	return c;
}

void
rig_close(struct client *c)
{
	if (c->io.call == NULL)
		return;
	loop_del(rig_loop, &c->io);
	close(c->io.fd);
	c->io.call = NULL;
}

/* A server that has closed ends the saying, not the test. */
void
rig_say_bytes(struct client *c, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = net_write(c->io.fd, p, len);
		if (n == -1 && errno == EAGAIN) {
			rig_settle();
			continue;
		}
		if (n == -1)
			return;
		p += n;
		len -= (size_t)n;
	}
}

void
rig_say(struct client *c, const char *text)
{
	rig_say_bytes(c, text, strlen(text));
}

void
rig_strip_dates(struct buf *b)
{
	char *s, *date, *end;

	(void)buf_str(b);	/* ends in NUL now */
	s = b->data;
	while ((date = strstr(s, "\r\nDate: ")) != NULL &&
	    (end = strstr(date + 2, "\r\n")) != NULL) {
		ck_assert_int_eq(end - date, RIG_DATE_LEN);
		memmove(date, end, strlen(end) + 1);
		b->len -= (size_t)(end - date);
		s = date;
	}
}

void
rig_hear(struct client *c, const char *descr, const char *want)
{
	rig_strip_dates(&c->got);
	while (c->got.len < strlen(want) && !c->has_ended) {
		rig_turn(descr);
		rig_strip_dates(&c->got);
	}
	ck_assert_msg(strcmp(buf_str(&c->got), want) == 0,
	    "%s: got \"%s\", want \"%s\"", descr, buf_str(&c->got), want);
	buf_reset(&c->got);
}

void
rig_hear_end(struct client *c, const char *descr)
{
	while (!c->has_ended)
		rig_turn(descr);
	rig_strip_dates(&c->got);
	ck_assert_msg(c->got.len == 0, "%s: more: %s", descr,
	    buf_str(&c->got));
}

void
rig_hear_refusal(struct client *c, const char *descr, int status)
{
	while (!c->has_ended)
		rig_turn(descr);
	ck_assert_msg(!c->is_reset, "%s: reset", descr);
	ck_assert_msg(c->got.len > 12 &&
	    strtol(buf_str(&c->got) + 9, NULL, 10) == status,
	    "%s: want %d, got \"%s\"", descr, status, buf_str(&c->got));
	ck_assert_msg(strstr(buf_str(&c->got), "\r\nConnection: close\r\n") !=
	    NULL, "%s: does not close: %s", descr, buf_str(&c->got));
	ck_assert_msg(c->got.data[c->got.len - 1] == '\n', "%s: no line",
	    descr);
}

/* Set up before every test, and again by those with limits of their own. */

static void
server_open(const struct server_limits *limits)
{
	const struct server_handler handler = {
		.request = on_request,
		.gone = on_gone,
		.arg = &rig_seen
	};
	int fd;

	ck_assert(net_listen_parse(&address, "127.0.0.1:0"));
	fd = net_listen(&address);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(net_local_address(fd, &address), 0);
	server = server_new(rig_loop, fd, limits, &handler);
	ck_assert_ptr_nonnull(server);
}

void
rig_reopen(const struct server_limits *limits)
{
	server_free(server);
	server_open(limits);
}

void
rig_setup(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	int i;

	sigaction(SIGPIPE, &ignore, NULL);
	rig_loop = loop_new();
	ck_assert_ptr_nonnull(rig_loop);
	guard = (struct loop_timer){ .call = on_guard };
	is_late = rig_answers_gone = false;
	turns = 0;
	rig_ngone = 0;
	rig_held = NULL;
	buf_init(&rig_seen, 1024 * 1024);
	for (i = 0; i < RIG_CLIENTS_MAX; i++)
		buf_init(&clients[i].got, GOT_MAX);
	server_open(&rig_patient);
}

void
rig_teardown(void)
{
	int i;

	for (i = 0; i < RIG_CLIENTS_MAX; i++) {
		rig_close(&clients[i]);
		buf_clear(&clients[i].got);
	}
	server_free(server);
	loop_free(rig_loop);
	buf_clear(&rig_seen);
	free(rig_big);
	rig_big = NULL;
}

void
rig_check_seen(const char *descr, const char *want)
{
	ck_assert_msg(strcmp(buf_str(&rig_seen), want) == 0,
	    "%s: saw \"%s\", want \"%s\"", descr, buf_str(&rig_seen), want);
	buf_reset(&rig_seen);
}

void
rig_make_big(void)
{
	rig_big = xcalloc(RIG_BIG, 1);
	memset(rig_big, 'x', RIG_BIG);
}
