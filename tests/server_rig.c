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
#include "base/proc.h"
#include "tests/server_rig.h"

#define GUARD_NS	(10 * NS_PER_SEC)

enum { GOT_MAX = 256 * 1024 * 1024 };

struct loop *rig_loop;
struct server *rig_server;
struct buf rig_seen;
struct server_connection *rig_held;
int rig_ngone;
bool rig_answers_gone;
int rig_nheads;
int rig_ndrained;
char *rig_big;

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
static bool	on_head(void *arg, const struct http_head *h,
		    struct server_answer *a);
static void	on_request(void *arg, struct server_connection *c,
		    const struct server_request *req);
static void	on_gone(void *arg, struct server_connection *c);
static void	on_drained(void *arg);
static void	server_open(const struct server_limits *limits, bool listens);
static struct client *client_init(int i, int read_fd, int write_fd);
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

static bool
on_head(void *arg, const struct http_head *h, struct server_answer *a)
{
	ck_assert_ptr_eq(arg, &rig_seen);
	rig_nheads++;
	if (!http_view_is(h->target, "/refused"))
		return true;
	*a = rig_hello;
	a->status = 403;
	return false;
}

static void
on_drained(void *arg)
{
	ck_assert_ptr_eq(arg, &rig_seen);
	rig_ndrained++;
}

/* Begins, adds and ends at once. */
static void
give_pieces(struct server_connection *c)
{
	server_stream_begin(c, &rig_hello);
	server_stream_add(c, "hel", 3);
	server_stream_add(c, "lo", 2);
	server_stream_end(c);
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
	} else if (http_view_is(req->head->target, "/pieces"))
		give_pieces(c);
	else if (http_view_is(req->head->target, "/reset"))
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

static struct client *
client_init(int i, int read_fd, int write_fd)
{
	struct client *c = &clients[i];

	c->has_ended = c->is_reset = false;
	buf_reset(&c->got);
	c->io = (struct loop_io){ .fd = read_fd, .call = on_client,
	    .arg = c };
	c->write_fd = write_fd;
	rig_listen(c);
	return c;
}

struct client *
rig_connect(int i)
{
	int fd = net_connect(&address, NULL);

	ck_assert_int_ne(fd, -1);
	return client_init(i, fd, fd);
}

struct client *
rig_adopt(int i)
{
	int up[2], down[2];

	ck_assert_int_eq(proc_pipe(up), 0);
	ck_assert_int_eq(proc_pipe(down), 0);
	ck_assert_int_eq(server_adopt(rig_server, up[0], down[1]), 0);
	return client_init(i, down[0], up[1]);
}

struct client *
rig_open_kind(int i, enum rig_kind kind)
{
	return kind == RIG_PIPES ? rig_adopt(i) : rig_open(i);
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
	rig_deafen(c);
	close(c->io.fd);
	if (c->write_fd != c->io.fd && c->write_fd != -1)
		close(c->write_fd);
	c->io.call = NULL;
}

/* Pipes know no reset: they are closed. */
void
rig_reset(struct client *c)
{
	if (c->write_fd != c->io.fd) {
		rig_close(c);
		return;
	}
	rig_deafen(c);
	net_reset(c->io.fd);
	c->io.call = NULL;
}

void
rig_end_write(struct client *c)
{
	if (c->write_fd == c->io.fd)
		shutdown(c->write_fd, SHUT_WR);
	else {
		close(c->write_fd);
		c->write_fd = -1;
	}
}

void
rig_deafen(struct client *c)
{
	loop_del(rig_loop, &c->io);
}

void
rig_listen(struct client *c)
{
	ck_assert_int_eq(loop_add(rig_loop, &c->io, LOOP_READ), 0);
}

/* A server that has closed ends the saying, not the test. */
void
rig_say_bytes(struct client *c, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = net_write(c->write_fd, p, len);
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
server_open(const struct server_limits *limits, bool listens)
{
	const struct server_handler handler = {
		.head = on_head,
		.request = on_request,
		.gone = on_gone,
		.drained = on_drained,
		.arg = &rig_seen
	};
	int fd = -1;

	if (listens) {
		ck_assert(net_listen_parse(&address, "127.0.0.1:0"));
		fd = net_listen(&address);
		ck_assert_int_ne(fd, -1);
		ck_assert_int_eq(net_local_address(fd, &address), 0);
	}
	rig_server = server_new(rig_loop, fd, limits, &handler);
	ck_assert_ptr_nonnull(rig_server);
}

void
rig_reopen(const struct server_limits *limits)
{
	server_free(rig_server);
	server_open(limits, true);
}

void
rig_reopen_without_listener(void)
{
	server_free(rig_server);
	server_open(&rig_patient, false);
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
	rig_ngone = rig_nheads = rig_ndrained = 0;
	rig_held = NULL;
	buf_init(&rig_seen, 1024 * 1024);
	for (i = 0; i < RIG_CLIENTS_MAX; i++)
		buf_init(&clients[i].got, GOT_MAX);
	server_open(&rig_patient, true);
}

void
rig_teardown(void)
{
	int i;

	for (i = 0; i < RIG_CLIENTS_MAX; i++) {
		rig_close(&clients[i]);
		buf_clear(&clients[i].got);
	}
	server_free(rig_server);
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
