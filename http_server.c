/* SPDX-License-Identifier: MIT */
/*
 * The HTTP/1.1 server: owns a listening socket and the connections it brings,
 * hands whole requests to the handler and sends what that answers (the bytes
 * of an answer are server_answer.c's).
 *
 * A connection is a state machine with one driver; every state but the
 * handler's has a time limit. Reading and writing never block, and a request
 * on a warm connection costs one read, one write and no allocation. What is
 * not HTTP is answered with the status that says so and closed, gently: the
 * peer gets to read why. Lack of descriptors or of room for connections slows
 * accepting and ends nothing but idle connections.
 *
 * It must not look at what is asked for (that is the handler's), print, or
 * trust a length before it was held against its limit.
 */

#include <sys/socket.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/util.h"
#include "http_body.h"
#include "http_server.h"

#define LINGER_NS	(2 * NS_PER_SEC)
#define PAUSE_NS	(50 * NS_PER_MS)	/* of accepting */

enum {
	ACCEPT_MAX = 16,		/* of one turn, fair to the others */
	READ_SIZE = 4096,		/* most requests are far smaller */
	READ_BODY_SIZE = 16 * 1024,
	AHEAD_MAX = 64 * 1024,		/* unread while the handler has one */
	INPUT_MAX = HTTP_HEAD_MAX + AHEAD_MAX + READ_BODY_SIZE,
	OUTPUT_MAX = 1024 * 1024 * 1024,	/* no peer decides about it */
	KEEP_MAX = 64 * 1024,		/* larger buffers are not kept */
	WHY_MAX = 128
};

/*
 * What a connection is at. All that are at the same have the same time limit
 * and stand in one list, oldest first: its first is the first to time out.
 */
enum state {
	STATE_FREE,			/* no connection, memory to use again */
	STATE_IDLE,			/* nothing of a request has come */
	STATE_HEAD,
	STATE_INTERIM,			/* sending 100 (Continue) */
	STATE_BODY,
	STATE_HANDLER,
	STATE_SEND,
	STATE_LINGER,			/* all is said, the peer may read it */
	STATES
};

/* What the driver must wait for before the next step. */
enum want {
	WANT_STEP,			/* nothing */
	WANT_READ,
	WANT_WRITE,
	WANT_NOTHING			/* closed, or given to the handler */
};

struct link {
	struct link	*prev;
	struct link	*next;
};

struct server_connection {
	struct link		 link;		/* first: a link is its owner */
	struct server		*server;
	enum state		 state;
	uint64_t		 deadline_ns;
	struct loop_io		 io;
	void			*data;		/* the handler's */
	bool			 is_driven;	/* drive() is on the stack */
	bool			 is_gone;	/* the handler was told so */
	bool			 is_last;	/* close after this answer */
	bool			 has_more;	/* the peer may go on sending */

	struct buf		 in;		/* one head */
	struct buf		 ahead;		/* what came after it */
	struct buf		 body;		/* what is kept of it */
	size_t			 scanned;	/* of in, see http.h */
	struct http_head	 head;		/* views into in */
	struct http_body	 framing;
	uint64_t		 body_len;

	struct buf		 out;
	size_t			 sent;		/* of out and rest */
	struct http_view	 rest;		/* to be sent after out */
};

struct server {
	struct loop		*loop;
	struct loop_io		 listener;
	struct server_limits	 limits;
	struct server_handler	 handler;
	struct link		 lists[STATES];
	uint64_t		 limits_ns[STATES];
	size_t			 nconnections;
	struct loop_timer	 sweep;		/* not after any deadline */
	struct loop_timer	 pause;		/* set: not accepting */
	struct server_date	 date;
};

/* The listener. */
static void	on_listener(void *arg, int events);
static bool	can_accept_more(struct server *s, bool is_first);
static void	pause_accepting(struct server *s);
static void	on_pause(void *arg);
static struct server_connection *find_spare(struct server *s);

/* Connections, their lists and their time. */
static struct server_connection *oldest(struct server *s, enum state state);
static void	unlink_from(struct link *l);
static void	set_state(struct server_connection *c, enum state state);
static struct server_connection *connection_new(struct server *s);
static void	connection_open(struct server *s, int fd);
static void	connection_close(struct server_connection *c, bool is_reset);
static void	connection_free(struct server_connection *c);
static void	on_sweep(void *arg);
static void	expire(struct server_connection *c);

/* The machine. */
static void	on_connection(void *arg, int events);
static bool	receive(struct server_connection *c);
static void	drop_blank_lines(struct buf *b);
static void	lose(struct server_connection *c);
static void	drive(struct server_connection *c);
static void	watch(struct server_connection *c, enum want want);
static enum want step(struct server_connection *c);
static enum want step_head(struct server_connection *c);
static enum want begin_body(struct server_connection *c);
static enum want step_body(struct server_connection *c);
static int	keep_body(struct server_connection *c, struct http_view data);
static enum want dispatch(struct server_connection *c);
static enum want step_send(struct server_connection *c);
static int	send_all(struct server_connection *c);
static enum want end_answer(struct server_connection *c);
static enum want next_request(struct server_connection *c);

/* What is sent. */
static enum want refuse(struct server_connection *c, int status,
		    const char *why);
static void	add_answer(struct server_connection *c,
		    const struct server_answer *a, bool is_head);
static void	recycle(struct buf *b);

struct server *
server_new(struct loop *loop, int fd, const struct server_limits *limits,
    const struct server_handler *handler)
{
	struct server *s = xcalloc(1, sizeof(*s));
	int i;

	s->loop = loop;
	s->limits = *limits;
	s->handler = *handler;
	for (i = 0; i < STATES; i++) {
		s->lists[i].prev = s->lists[i].next = &s->lists[i];
		s->limits_ns[i] = LOOP_NEVER;
	}
	s->limits_ns[STATE_IDLE] = limits->idle_ns;
	s->limits_ns[STATE_HEAD] = limits->head_ns;
	s->limits_ns[STATE_INTERIM] = limits->body_ns;
	s->limits_ns[STATE_BODY] = limits->body_ns;
	s->limits_ns[STATE_SEND] = limits->body_ns;
	s->limits_ns[STATE_LINGER] = LINGER_NS;
	s->sweep = (struct loop_timer){ .call = on_sweep, .arg = s };
	s->pause = (struct loop_timer){ .call = on_pause, .arg = s };
	s->listener = (struct loop_io){ .fd = fd, .call = on_listener,
	    .arg = s };
	if (loop_add(loop, &s->listener, LOOP_READ) == -1) {
		free(s);
		return NULL;
	}
	return s;
}

void
server_free(struct server *s)
{
	struct server_connection *c;
	int i;

	if (s == NULL)
		return;
	loop_timer_stop(s->loop, &s->sweep);
	loop_timer_stop(s->loop, &s->pause);
	loop_del(s->loop, &s->listener);
	close(s->listener.fd);
	for (i = STATE_FREE + 1; i < STATES; i++)
		while ((c = oldest(s, i)) != NULL)
			connection_close(c, false);
	while ((c = oldest(s, STATE_FREE)) != NULL)
		connection_free(c);
	free(s);
}

void
server_answer(struct server_connection *c, const struct server_answer *a)
{
	bool wants_close = c->is_gone || !c->head.keep_alive;

	assert(c->state == STATE_HANDLER);
	assert(a->status >= 200 && a->status <= 999);
	c->has_more = (a->is_last && !wants_close) || c->ahead.len > 0;
	c->is_last = a->is_last || a->is_cut || wants_close;
	add_answer(c, a, http_view_is(c->head.method, "HEAD"));
	drive(c);
}

void
server_drop(struct server_connection *c, bool is_reset)
{
	assert(c->state == STATE_HANDLER);
	connection_close(c, is_reset);
}

void
server_set_data(struct server_connection *c, void *data)
{
	c->data = data;
}

void *
server_data(const struct server_connection *c)
{
	return c->data;
}

static void
on_listener(void *arg, int events)
{
	struct server *s = arg;
	bool is_full;
	int i, fd;

	(void)events;
	for (i = 0; i < ACCEPT_MAX; i++) {
		is_full = s->nconnections >= s->limits.connections;
		if (is_full && find_spare(s) == NULL) {
			pause_accepting(s);
			return;
		}
		fd = net_accept(s->listener.fd);
		if (fd != -1) {
			if (is_full)
				connection_close(find_spare(s), false);
			connection_open(s, fd);
		} else if (!can_accept_more(s, i == 0))
			return;
	}
}

/*
 * After an error of accept. Without a descriptor it fails even when nobody is
 * there to accept; only when the loop has just said that somebody is may it
 * cost an idle connection.
 */
static bool
can_accept_more(struct server *s, bool is_first)
{
	if (errno == ECONNABORTED || errno == EINTR)
		return true;
	if (errno == EAGAIN || !is_first)
		return false;
	if ((errno == EMFILE || errno == ENFILE) && find_spare(s) != NULL) {
		connection_close(find_spare(s), false);
		return true;
	}
	pause_accepting(s);
	return false;
}

/* Until a connection ends or a moment has passed; the backlog waits. */
static void
pause_accepting(struct server *s)
{
	loop_timer_set(s->loop, &s->pause, loop_now(s->loop) + PAUSE_NS);
	/* Should it fail, accepting merely goes on failing. */
	(void)loop_change(s->loop, &s->listener, 0);
}

static void
on_pause(void *arg)
{
	struct server *s = arg;

	/* Should it fail, the next turn of the timer tries again. */
	if (loop_change(s->loop, &s->listener, LOOP_READ) == -1)
		pause_accepting(s);
}

/* The connection that is missed least, or NULL. */
static struct server_connection *
find_spare(struct server *s)
{
	struct server_connection *c = oldest(s, STATE_LINGER);

	return c != NULL ? c : oldest(s, STATE_IDLE);
}

static struct server_connection *
oldest(struct server *s, enum state state)
{
	struct link *first = s->lists[state].next;

	if (first == &s->lists[state])
		return NULL;
	return (struct server_connection *)first;
}

static void
unlink_from(struct link *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
}

/* Also to begin its time anew. The timer moves only to come earlier. */
static void
set_state(struct server_connection *c, enum state state)
{
	struct server *s = c->server;
	struct link *list = &s->lists[state];
	uint64_t limit_ns = s->limits_ns[state];

	unlink_from(&c->link);
	c->link.next = list;
	c->link.prev = list->prev;
	list->prev->next = &c->link;
	list->prev = &c->link;
	c->state = state;
	c->deadline_ns = LOOP_NEVER;
	if (limit_ns == LOOP_NEVER)
		return;
	c->deadline_ns = loop_now(s->loop) + limit_ns;
	if (s->sweep.place == 0 || c->deadline_ns < s->sweep.at_ns)
		loop_timer_set(s->loop, &s->sweep, c->deadline_ns);
}

static struct server_connection *
connection_new(struct server *s)
{
	struct server_connection *c = xcalloc(1, sizeof(*c));

	c->server = s;
	c->link.prev = c->link.next = &c->link;
	c->io.call = on_connection;
	c->io.arg = c;
	buf_init(&c->in, INPUT_MAX);
	buf_init(&c->ahead, INPUT_MAX);
	buf_init(&c->body, s->limits.body);
	buf_init(&c->out, OUTPUT_MAX);
	return c;
}

static void
connection_open(struct server *s, int fd)
{
	struct server_connection *c = oldest(s, STATE_FREE);

	if (c == NULL)
		c = connection_new(s);
	s->nconnections++;
	c->io.fd = fd;
	c->is_gone = c->is_last = c->has_more = false;
	c->data = NULL;
	c->scanned = 0;
	set_state(c, STATE_IDLE);
	watch(c, WANT_READ);
}

static void
connection_close(struct server_connection *c, bool is_reset)
{
	struct server *s = c->server;

	loop_del(s->loop, &c->io);
	if (is_reset)
		net_reset(c->io.fd);
	else
		close(c->io.fd);
	recycle(&c->in);
	recycle(&c->ahead);
	recycle(&c->body);
	recycle(&c->out);
	c->sent = 0;
	c->rest.len = 0;
	set_state(c, STATE_FREE);
	s->nconnections--;
	if (s->pause.place != 0) {
		loop_timer_stop(s->loop, &s->pause);
		on_pause(s);
	}
}

static void
connection_free(struct server_connection *c)
{
	unlink_from(&c->link);
	buf_clear(&c->in);
	buf_clear(&c->ahead);
	buf_clear(&c->body);
	buf_clear(&c->out);
	free(c);
}

static void
on_sweep(void *arg)
{
	struct server *s = arg;
	struct server_connection *c;
	uint64_t first_ns = LOOP_NEVER;
	int i;

	for (i = 0; i < STATES; i++) {
		while ((c = oldest(s, i)) != NULL &&
		    c->deadline_ns <= loop_now(s->loop))
			expire(c);
		if (c != NULL && c->deadline_ns < first_ns)
			first_ns = c->deadline_ns;
	}
	if (first_ns != LOOP_NEVER)
		loop_timer_set(s->loop, &s->sweep, first_ns);
}

/* In the middle of a request the peer hears why (RFC 9110 15.5.9). */
static void
expire(struct server_connection *c)
{
	if (c->state == STATE_HEAD || c->state == STATE_BODY) {
		refuse(c, 408, "too slow");
		drive(c);
	} else
		connection_close(c, false);
}

static void
on_connection(void *arg, int events)
{
	struct server_connection *c = arg;

	(void)events;		/* reading or writing tells of a hang-up */
	if (c->state == STATE_SEND || c->state == STATE_INTERIM || receive(c))
		drive(c);
	else
		lose(c);
}

/* One read: false when no more will come or it is too much. */
static bool
receive(struct server_connection *c)
{
	bool is_head = c->state == STATE_IDLE || c->state == STATE_HEAD;
	struct buf *b = is_head ? &c->in : &c->ahead;
	size_t size = c->state == STATE_BODY ? READ_BODY_SIZE : READ_SIZE;
	char *room = buf_room(b, size);
	ssize_t n;

	assert(room != NULL);
	n = net_read(c->io.fd, room, size);
	if (n <= 0)
		return n == -1 && (errno == EAGAIN || errno == EINTR);
	buf_used(b, (size_t)n);
	if (c->state == STATE_LINGER)
		buf_reset(b);
	else if (c->state == STATE_HANDLER) {
		drop_blank_lines(b);
		return b->len <= AHEAD_MAX;
	}
	return true;
}

/*
 * Empty lines between requests mean nothing (RFC 9112 2.2); a coordinator
 * sends them all through a run, to say that it is still there.
 */
static void
drop_blank_lines(struct buf *b)
{
	size_t n = 0;

	while (n < b->len && (b->data[n] == '\r' || b->data[n] == '\n'))
		n++;
	buf_drop(b, n);
}

/*
 * The peer went away. While the handler has a request the connection stays
 * for it, unwatched: a hang-up would be told again and again.
 */
static void
lose(struct server_connection *c)
{
	struct server *s = c->server;

	if (c->state != STATE_HANDLER || s->handler.gone == NULL) {
		connection_close(c, false);
		return;
	}
	loop_del(s->loop, &c->io);
	c->is_gone = true;
	s->handler.gone(s->handler.arg, c);
}

/* Steps until it must wait. An answer given inside the handler ends here. */
static void
drive(struct server_connection *c)
{
	enum want want;

	if (c->is_driven)
		return;
	c->is_driven = true;
	while ((want = step(c)) == WANT_STEP)
		;
	c->is_driven = false;
	if (want != WANT_NOTHING)
		watch(c, want);
}

static void
watch(struct server_connection *c, enum want want)
{
	struct loop *loop = c->server->loop;
	int events = want == WANT_WRITE ? LOOP_WRITE : LOOP_READ;
	int rc;

	rc = c->io.is_watched ? loop_change(loop, &c->io, events) :
	    loop_add(loop, &c->io, events);
	if (rc == -1)
		connection_close(c, true);
}

static enum want
step(struct server_connection *c)
{
	switch (c->state) {
	case STATE_IDLE:
	case STATE_HEAD:
		return step_head(c);
	case STATE_BODY:
		return step_body(c);
	case STATE_INTERIM:
	case STATE_SEND:
		return step_send(c);
	case STATE_HANDLER:
		return c->is_gone ? WANT_NOTHING : WANT_READ;
	case STATE_LINGER:
		return WANT_READ;
	case STATE_FREE:
	case STATES:
		break;
	}
	return WANT_NOTHING;
}

/* What came after the head moves aside, so that in, and views, stay put. */
static enum want
step_head(struct server_connection *c)
{
	ssize_t n;

	assert(c->state == STATE_IDLE || c->state == STATE_HEAD);
	if (c->in.len == 0)
		return WANT_READ;
	n = http_read_request(c->in.data, c->in.len, &c->scanned, &c->head);
	if (n == HTTP_PARTIAL) {
		if (c->state == STATE_IDLE)
			set_state(c, STATE_HEAD);
		return WANT_READ;
	}
	if (n == HTTP_BAD)
		return refuse(c, server_refusal(&c->head,
		    c->in.data + c->in.len), http_reason_name(c->head.reason));
	if (buf_add(&c->ahead, c->in.data + n, c->in.len - (size_t)n) == -1)
		assert(false);
	return begin_body(c);
}

/* Asks for the body if the peer waits for that (RFC 9110 10.1.1). */
static enum want
begin_body(struct server_connection *c)
{
	const struct http_head *h = &c->head;

	c->body_len = 0;
	if (h->framing == HTTP_BODY_NONE)
		return dispatch(c);
	if (h->length > c->server->limits.body &&
	    !c->server->limits.discards_rest)
		return refuse(c, 413, "body too large");
	http_body_start(&c->framing, h->framing, h->length);
	if (h->wants_continue && c->ahead.len == 0) {
		buf_adds(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
		set_state(c, STATE_INTERIM);
	} else
		set_state(c, STATE_BODY);
	return WANT_STEP;
}

static enum want
step_body(struct server_connection *c)
{
	struct http_view rest = { c->ahead.data, c->ahead.len }, data;
	enum http_step got;
	size_t used;

	assert(c->state == STATE_BODY);
	while ((got = http_body_step(&c->framing, rest.data, rest.len, &used,
	    &data)) == HTTP_STEP_DATA) {
		if (keep_body(c, data) == -1)
			return refuse(c, 413, "body too large");
		rest.data += used;
		rest.len -= used;
	}
	buf_drop(&c->ahead, c->ahead.len - rest.len + used);
	if (got == HTTP_STEP_BAD)
		return refuse(c, 400, http_reason_name(c->framing.reason));
	return got == HTTP_STEP_DONE ? dispatch(c) : WANT_READ;
}

/* 0, or -1 when it is more than may be sent. */
static int
keep_body(struct server_connection *c, struct http_view data)
{
	size_t room = c->body.max - c->body.len;

	c->body_len += data.len;
	if (data.len <= room)
		return buf_add(&c->body, data.data, data.len);
	if (!c->server->limits.discards_rest)
		return -1;
	return buf_add(&c->body, data.data, room);
}

static enum want
dispatch(struct server_connection *c)
{
	const struct server_handler *handler = &c->server->handler;
	struct server_request req = {
		.head = &c->head,
		.body = { c->body.data, c->body.len },
		.body_len = c->body_len
	};

	set_state(c, STATE_HANDLER);
	handler->request(handler->arg, c, &req);
	return WANT_STEP;
}

static enum want
step_send(struct server_connection *c)
{
	size_t before = c->sent;

	assert(c->state == STATE_SEND || c->state == STATE_INTERIM);
	if (send_all(c) == -1) {
		if (errno == EAGAIN) {
			if (c->sent > before)	/* it moves: time anew */
				set_state(c, c->state);
			return WANT_WRITE;
		}
		connection_close(c, true);
		return WANT_NOTHING;
	}
	buf_reset(&c->out);
	c->sent = 0;
	c->rest.len = 0;
	if (c->state == STATE_SEND)
		return end_answer(c);
	set_state(c, STATE_BODY);
	return WANT_STEP;
}

/* 0, or -1 with errno: EAGAIN when the kernel's buffer is full. */
static int
send_all(struct server_connection *c)
{
	size_t all = c->out.len + c->rest.len, len;
	const char *p;
	ssize_t n;

	while (c->sent < all) {
		if (c->sent < c->out.len) {
			p = c->out.data + c->sent;
			len = c->out.len - c->sent;
		} else {
			p = c->rest.data + (c->sent - c->out.len);
			len = all - c->sent;
		}
		n = net_write(c->io.fd, p, len);
		if (n == -1)
			return -1;
		c->sent += (size_t)n;
	}
	return 0;
}

/*
 * A close while the peer still sends would be a reset, and that may overtake
 * the answer: end our half, then read on for a while (RFC 9112 9.6).
 */
static enum want
end_answer(struct server_connection *c)
{
	if (!c->is_last)
		return next_request(c);
	if (c->has_more && shutdown(c->io.fd, SHUT_WR) == 0) {
		set_state(c, STATE_LINGER);
		buf_reset(&c->ahead);
		return WANT_READ;
	}
	connection_close(c, false);
	return WANT_NOTHING;
}

/* What came ahead is now what is to be read. */
static enum want
next_request(struct server_connection *c)
{
	struct buf ahead = c->ahead;

	c->ahead = c->in;
	c->in = ahead;
	recycle(&c->ahead);
	recycle(&c->body);
	recycle(&c->out);
	c->data = NULL;
	set_state(c, STATE_IDLE);
	return WANT_STEP;
}

/* For what never gets to the handler. */
static enum want
refuse(struct server_connection *c, int status, const char *why)
{
	char line[WHY_MAX];
	struct server_answer a = {
		.status = status,
		.type = "text/plain",
		.body = line
	};

	snprintf(line, sizeof(line), "%s\n", why);
	a.body_len = strlen(line);
	c->is_last = c->has_more = true;
	add_answer(c, &a, false);
	return WANT_STEP;
}

/* Makes the whole answer ready to be sent. */
static void
add_answer(struct server_connection *c, const struct server_answer *a,
    bool is_head)
{
	struct server *s = c->server;
	struct server_asked asked = {
		.minor = c->head.minor,
		.is_head = is_head,
		.is_last = c->is_last,
		.now_ns = loop_now(s->loop)
	};

	server_answer_add(&c->out, a, &asked, &s->date, &c->rest);
	assert(!c->out.is_full);
	set_state(c, STATE_SEND);
}

/* Empties it for the next request; what one made huge is not kept. */
static void
recycle(struct buf *b)
{
	if (b->cap > KEEP_MAX)
		buf_clear(b);
	else
		buf_reset(b);
}
