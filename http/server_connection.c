/* SPDX-License-Identifier: MIT */
/*
 * The connections of a server: each reads requests, hands them to the handler
 * and sends what that answers, at once or in pieces. Bytes come in by
 * http/server_input.c and go out by http/server_output.c; what an answer looks
 * like is http/server_answer.c's.
 *
 * A connection is a state machine with one driver; every state but the
 * handler's has a time limit. Reading and writing never block, and a request on
 * a warm connection costs one read, one write and no allocation. What is not
 * HTTP is answered with the status that says so and closed, gently: the peer
 * gets to read why. Before a first request there may be TLS's handshake, which
 * base/stream.c makes.
 *
 * While a connection is the handler's it is never closed behind its back: a
 * peer that goes away then is told of, once and from the loop. Nothing here
 * looks at what is asked for (that is the handler's) or prints.
 */

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/expiry.h"
#include "base/stream.h"
#include "base/util.h"
#include "http/server_connection.h"
#include "http/server_input.h"
#include "http/server_output.h"

#define LINGER_NS	(2 * NS_PER_SEC)

enum { FREE_MAX = 64 };		/* more than that many go back to malloc */

/* What it is at: all that are at the same have the same time limit. */
enum state {
	STATE_FREE,			/* no connection, memory to use again */
	STATE_TLS,			/* handshake; nothing behind it yet */
	STATE_IDLE,			/* nothing of a request has come */
	STATE_AGAIN,			/* its next request is here already */
	STATE_HEAD,
	STATE_INTERIM,			/* sending 100 (Continue) */
	STATE_BODY,
	STATE_HANDLER,			/* it is the handler's */
	STATE_STREAM,			/* the same, and bytes wait to go out */
	STATE_LOSING,			/* the same, and it is to hear: gone */
	STATE_SEND,
	STATE_SEND_LATE,		/* the same, of an answer waited for */
	STATE_LINGER,			/* all is said, the peer may read it */
	STATES
};

/* What the driver must wait for before the next step. */
enum want {
	WANT_STEP,			/* nothing */
	WANT_READ,
	WANT_WRITE,
	WANT_BOTH,
	WANT_NOTHING,			/* the handler, or a timer */
	WANT_CLOSED			/* it is no more */
};

struct server_connection {
	struct expiry_link	 link;		/* first: a link is its owner */
	struct server_connections *all;
	enum state		 state;
	struct stream		 stream;
	struct server_input	 input;
	struct server_output	 output;
	uint64_t		 heard_ns;
	void			*data;		/* the handler's */
	size_t			 memory;	/* as counted in all->memory */

	bool			 is_driven;	/* drive() is on the stack */
	bool			 is_gone;	/* no more is read */
	bool			 is_broken;	/* no more is sent either */
	bool			 is_begun;	/* an answer in pieces */
	bool			 is_late;	/* not answered at once */
	bool			 has_more;	/* the peer may go on sending */
	struct server_asked	 asked;		/* is_last: close after it */
};

struct server_connections {
	struct loop		*loop;
	struct server_limits	 limits;
	struct server_handler	 handler;
	struct expiry		 expiry;
	struct expiry_list	 lists[STATES];
	size_t			 n;		/* not in STATE_FREE */
	size_t			 nfree;		/* in it */
	size_t			 memory;	/* that all requests hold */
	struct stream_pace	 pace;		/* of handshakes */
	struct server_date	 date;
	bool			 is_draining;
	void			(*ended)(void *arg);
	void			*arg;
};

/* Connections and their time. */

static struct server_connection *
oldest(const struct server_connections *all, enum state state)
{
	return (struct server_connection *)expiry_oldest(&all->expiry, state);
}

/*
 * The connection that is missed least, or NULL. Also one whose request is not
 * whole yet, or that does not read the answer: those must not keep all others
 * out. Answers that took time are worth more. Where it is memory that is short,
 * those that have most of it go first.
 */
static struct server_connection *
find_spare(const struct server_connections *all, bool is_for_memory)
{
	static const size_t for_room[] = { STATE_LINGER, STATE_IDLE, STATE_TLS,
	    STATE_AGAIN, STATE_HEAD, STATE_BODY, STATE_INTERIM, STATE_SEND };
	static const size_t for_memory[] = { STATE_SEND, STATE_INTERIM,
	    STATE_BODY, STATE_HEAD, STATE_AGAIN, STATE_TLS, STATE_IDLE,
	    STATE_LINGER };

	return (struct server_connection *)expiry_oldest_of(&all->expiry,
	    is_for_memory ? for_memory : for_room, UTIL_NELEM(for_room));
}

static void
weigh(struct server_connection *c)
{
	size_t memory = server_input_memory(&c->input);

	c->all->memory += memory - c->memory;
	c->memory = memory;
}

/* Also to begin its time anew. */
static void
set_state(struct server_connection *c, enum state state)
{
	c->state = state;
	expiry_put(&c->all->expiry, &c->link, state);
}

static struct server_connection *
connection_new(struct server_connections *all)
{
	struct server_connection *c = xcalloc(1, sizeof(*c));

	c->all = all;
	all->nfree++;
	expiry_link_init(&c->link);
	server_input_init(&c->input, all->limits.body,
	    all->limits.discards_rest);
	server_output_init(&c->output);
	return c;
}

static void
connection_free(struct server_connection *c)
{
	c->all->nfree--;
	c->all->memory -= c->memory;
	expiry_take(&c->link);
	server_input_clear(&c->input);
	server_output_clear(&c->output);
	free(c);
}

static void
connection_close(struct server_connection *c, bool is_reset)
{
	struct server_connections *all = c->all;

	stream_close(&c->stream, is_reset);
	server_input_reset(&c->input);
	server_output_reset(&c->output);
	weigh(c);
	set_state(c, STATE_FREE);
	all->n--;
	all->nfree++;
	c = oldest(all, STATE_FREE);
	if (all->nfree > FREE_MAX && !c->is_driven)
		connection_free(c);
	all->ended(all->arg);
}

/* All hold too much together: false when that has ended this very one. */
static bool
keep_within_memory(struct server_connection *c)
{
	struct server_connections *all = c->all;
	struct server_connection *other;

	while (all->limits.memory > 0 && all->memory > all->limits.memory &&
	    (other = find_spare(all, true)) != NULL) {
		connection_close(other, false);
		if (other == c)
			return false;
	}
	return true;
}

static bool
is_handlers(const struct server_connection *c)
{
	return c->state == STATE_HANDLER || c->state == STATE_STREAM ||
	    c->state == STATE_LOSING;
}

/* What is sent. */

/*
 * Does the connection end with this answer, and is the peer, which may not
 * know that yet, still sending?
 */
static void
decide_end(struct server_connection *c, bool is_last)
{
	bool is_known = c->is_gone || !c->input.head.keep_alive;

	is_last = is_last || c->all->is_draining;
	c->has_more = (is_last && !is_known) || c->input.ahead.len > 0;
	c->asked.is_last = is_last || is_known;
	c->asked.now_ns = loop_now(c->all->loop);
}

/* Makes the whole answer ready to be sent. */
static void
answer(struct server_connection *c, const struct server_answer *a)
{
	decide_end(c, a->is_last);
	c->asked.is_last = c->asked.is_last || a->is_cut;
	server_output_answer(&c->output, a, &c->asked, &c->all->date);
	set_state(c, c->is_late ? STATE_SEND_LATE : STATE_SEND);
}

/* For what never gets to the handler. */
static enum want
refuse(struct server_connection *c, int status, const char *why)
{
	decide_end(c, true);
	c->has_more = true;
	c->asked.minor = c->input.head.minor;
	/* Known to be asked by HEAD once its head was read. */
	c->asked.is_head &= c->input.phase == SERVER_INPUT_BODY;
	server_output_refusal(&c->output, status, why, &c->asked,
	    &c->all->date);
	set_state(c, STATE_SEND);
	return WANT_STEP;
}

static void
linger(struct server_connection *c)
{
	stream_end_write(&c->stream);
	server_input_forget(&c->input);
	set_state(c, STATE_LINGER);
}

/* The machine, from its steps to its driver. */

/*
 * The peer sends no more, and the connection stays for the handler. It is not
 * told here: this may be inside one of its own calls.
 */
static void
lose(struct server_connection *c)
{
	assert(is_handlers(c));
	if (c->is_gone)
		return;
	c->is_gone = true;
	set_state(c, STATE_LOSING);
}

/* The same, and it takes no more either. */
static void
lose_for_good(struct server_connection *c)
{
	c->is_broken = true;
	server_output_reset(&c->output);
	if (c->state == STATE_STREAM)
		set_state(c, STATE_HANDLER);
	lose(c);
}

/* One request in a turn, and none without room for its answer. */
static enum want
next_request(struct server_connection *c)
{
	server_input_next(&c->input);
	c->data = NULL;
	c->is_begun = c->is_late = false;
	set_state(c, server_input_has_begun(&c->input) ? STATE_AGAIN :
	    STATE_IDLE);
	return WANT_STEP;
}

/*
 * A close while the peer still sends would be a reset, and that may overtake
 * the answer: end our half, then read on for a while (RFC 9112 9.6).
 */
static enum want
end_answer(struct server_connection *c)
{
	if (!c->asked.is_last && !c->all->is_draining)
		return next_request(c);
	if (c->has_more || !c->asked.is_last) {
		linger(c);
		return WANT_READ;
	}
	connection_close(c, false);
	return WANT_CLOSED;
}

static enum want
step_send(struct server_connection *c)
{
	size_t before = server_unsent(c);

	assert(c->state == STATE_SEND || c->state == STATE_SEND_LATE ||
	    c->state == STATE_INTERIM);
	if (server_output_send(&c->output, &c->stream) == -1) {
		if (errno == EAGAIN) {
			if (server_unsent(c) < before)
				set_state(c, c->state);
			return WANT_WRITE;
		}
		connection_close(c, true);
		return WANT_CLOSED;
	}
	server_output_reset(&c->output);
	if (c->state != STATE_INTERIM)
		return end_answer(c);
	set_state(c, STATE_BODY);
	return WANT_STEP;
}

static enum want
step_stream(struct server_connection *c)
{
	size_t before = server_unsent(c);

	assert(c->state == STATE_STREAM && c->is_begun);
	if (server_output_send(&c->output, &c->stream) == 0) {
		set_state(c, STATE_HANDLER);
		return WANT_STEP;
	}
	if (errno != EAGAIN) {
		lose_for_good(c);
		return WANT_STEP;
	}
	if (server_unsent(c) < before)		/* it moves: time anew */
		set_state(c, STATE_STREAM);
	return c->is_gone ? WANT_WRITE : WANT_BOTH;
}

static enum want
dispatch(struct server_connection *c)
{
	const struct server_handler *handler = &c->all->handler;
	struct server_request req = {
		.head = &c->input.head,
		.body = { c->input.body.data, c->input.body.len },
		.body_len = c->input.body_len
	};

	set_state(c, STATE_HANDLER);
	c->is_late = false;
	handler->request(handler->arg, c, &req);
	c->is_late = is_handlers(c);
	return WANT_STEP;
}

/* Asks for the body if the peer waits for that (RFC 9110 10.1.1). */
static enum want
step_body(struct server_connection *c, bool asks)
{
	asks = asks && c->input.head.wants_continue && c->input.ahead.len == 0;
	switch (server_input_body(&c->input)) {
	case SERVER_INPUT_DONE:
		return dispatch(c);
	case SERVER_INPUT_REFUSED:
		return refuse(c, c->input.status, c->input.why);
	case SERVER_INPUT_MORE:
		break;
	}
	if (asks) {
		server_output_continue(&c->output);
		set_state(c, STATE_INTERIM);
		return WANT_STEP;
	}
	if (c->state != STATE_BODY)
		set_state(c, STATE_BODY);
	return WANT_READ;
}

/* The handler may refuse before the peer has sent, or is asked for, a body. */
static enum want
begin_request(struct server_connection *c)
{
	const struct server_handler *handler = &c->all->handler;
	const struct http_head *h = &c->input.head;
	struct server_answer a = { .status = 400 };
	bool has_body;

	c->asked = (struct server_asked){
		.minor = h->minor,
		.is_head = http_view_is(h->method, "HEAD")
	};
	if (handler->head == NULL)
		return step_body(c, true);
	if (c->state != STATE_HEAD)
		set_state(c, STATE_HEAD);	/* not idle to server_drain */
	if (handler->head(handler->arg, h, &a))
		return step_body(c, true);
	has_body = server_input_awaits_body(&c->input);
	a.is_last = a.is_last || has_body;
	answer(c, &a);
	c->has_more = c->has_more || has_body;
	return WANT_STEP;
}

static enum want
step_head(struct server_connection *c)
{
	assert(c->state == STATE_TLS || c->state == STATE_IDLE ||
	    c->state == STATE_HEAD);
	switch (server_input_head(&c->input)) {
	case SERVER_INPUT_MORE:
		if (c->state != STATE_HEAD &&
		    server_input_has_begun(&c->input))
			set_state(c, STATE_HEAD);
		return WANT_READ;
	case SERVER_INPUT_REFUSED:
		return refuse(c, c->input.status, c->input.why);
	case SERVER_INPUT_DONE:
		break;
	}
	return begin_request(c);
}

static enum want
step(struct server_connection *c)
{
	switch (c->state) {
	case STATE_TLS:
	case STATE_IDLE:
	case STATE_HEAD:
		return step_head(c);
	case STATE_BODY:
		return step_body(c, false);
	case STATE_INTERIM:
	case STATE_SEND:
	case STATE_SEND_LATE:
		return step_send(c);
	case STATE_STREAM:
		return step_stream(c);
	case STATE_HANDLER:
		return c->is_gone ? WANT_NOTHING : WANT_READ;
	case STATE_AGAIN:
		return WANT_WRITE;
	case STATE_LOSING:
		return WANT_NOTHING;
	case STATE_LINGER:
		return WANT_READ;
	case STATE_FREE:
	case STATES:
		break;
	}
	return WANT_CLOSED;
}

static void
watch(struct server_connection *c, enum want want)
{
	int events = 0;

	if (want == WANT_READ || want == WANT_BOTH)
		events |= LOOP_READ;
	if (want == WANT_WRITE || want == WANT_BOTH)
		events |= LOOP_WRITE;
	if (stream_watch(&c->stream, events) == 0)
		return;
	if (!is_handlers(c)) {
		connection_close(c, true);
		return;
	}
	lose_for_good(c);
	/* Watching nothing cannot fail. */
	(void)stream_watch(&c->stream, 0);
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
	if (want == WANT_CLOSED)
		return;
	weigh(c);
	watch(c, want);
}

static void
tell_gone(struct server_connection *c)
{
	const struct server_handler *handler = &c->all->handler;

	if (handler->gone == NULL) {
		connection_close(c, false);
		return;
	}
	set_state(c, server_unsent(c) > 0 ? STATE_STREAM : STATE_HANDLER);
	drive(c);
	handler->gone(handler->arg, c);
}

/* One read: false when that was the end of the connection. */
static bool
receive(struct server_connection *c)
{
	ssize_t n = server_input_fill(&c->input, &c->stream);

	if (n > 0) {
		c->heard_ns = loop_now(c->all->loop);
		if (c->state == STATE_LINGER)
			server_input_forget(&c->input);
		return keep_within_memory(c);
	}
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n == -1 && errno == EPROTO && c->state < STATE_HANDLER) {
		linger(c);		/* it gets to read TLS's alert */
		return true;
	}
	if (!is_handlers(c)) {
		connection_close(c, false);
		return false;
	}
	if (n == 0)
		lose(c);
	else
		lose_for_good(c);
	return true;
}

static void
on_connection(void *arg, int events)
{
	struct server_connection *c = arg;
	bool reads = c->state != STATE_SEND && c->state != STATE_SEND_LATE &&
	    c->state != STATE_INTERIM && c->state != STATE_AGAIN;

	/* Reading or writing tells of a hang-up. */
	if (c->state == STATE_STREAM)
		reads = !c->is_gone && events != LOOP_WRITE;
	if (c->state == STATE_AGAIN)
		set_state(c, STATE_IDLE);
	if (!reads || receive(c))
		drive(c);
}

/* In the middle of a request the peer hears why (RFC 9110 15.5.9). */
static void
expire(void *arg, struct expiry_link *l)
{
	struct server_connection *c = (struct server_connection *)l;

	(void)arg;
	if (c->state == STATE_LOSING)
		tell_gone(c);
	else if (c->state == STATE_TLS && !stream_is_in_handshake(&c->stream))
		set_state(c, STATE_IDLE);
	else if (c->state == STATE_STREAM) {
		lose_for_good(c);
		drive(c);
	} else if (c->state == STATE_HEAD || c->state == STATE_BODY) {
		refuse(c, 408, "too slow");
		drive(c);
	} else
		connection_close(c, false);
}

/* Bytes were added; those that wait already are waited for already. */
static void
stream_more(struct server_connection *c)
{
	if (c->state != STATE_HANDLER)
		return;
	set_state(c, STATE_STREAM);
	drive(c);
}

/* What the handler does. */

void
server_answer(struct server_connection *c, const struct server_answer *a)
{
	assert(is_handlers(c) && !c->is_begun);
	if (c->is_broken) {
		connection_close(c, true);
		return;
	}
	answer(c, a);
	drive(c);
}

void
server_stream_begin(struct server_connection *c, const struct server_answer *a)
{
	assert(is_handlers(c) && !c->is_begun);
	c->is_begun = true;
	if (c->is_broken)
		return;
	decide_end(c, a->is_last);
	if (c->asked.minor == 0)
		c->asked.is_last = true;
	server_output_begin(&c->output, a, &c->asked, &c->all->date);
	stream_more(c);
}

void
server_stream_add(struct server_connection *c, const void *p, size_t len)
{
	assert(is_handlers(c) && c->is_begun);
	if (c->is_broken)
		return;
	if (server_output_add(&c->output, p, len) == -1) {
		lose_for_good(c);
		drive(c);
	} else
		stream_more(c);
}

void
server_stream_end(struct server_connection *c)
{
	assert(is_handlers(c) && c->is_begun);
	if (c->is_broken) {
		connection_close(c, true);
		return;
	}
	decide_end(c, c->asked.is_last);
	server_output_end(&c->output);
	set_state(c, STATE_SEND_LATE);
	drive(c);
}

size_t
server_unsent(const struct server_connection *c)
{
	return server_output_unsent(&c->output);
}

uint64_t
server_heard_ns(const struct server_connection *c)
{
	return c->heard_ns;
}

char *
server_peer(const struct server_connection *c, char text[NET_TEXT_MAX])
{
	return net_peer_format(text, c->stream.read_fd);
}

void
server_drop(struct server_connection *c, bool is_reset)
{
	assert(is_handlers(c));
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

struct server_connections *
server_connections_new(struct loop *loop, const struct server_limits *limits,
    const struct server_handler *handler, void (*ended)(void *arg), void *arg)
{
	struct server_connections *all = xcalloc(1, sizeof(*all));
	int i;

	all->loop = loop;
	all->limits = *limits;
	all->handler = *handler;
	all->ended = ended;
	all->arg = arg;
	for (i = 0; i < STATES; i++)
		all->lists[i].limit_ns = LOOP_NEVER;
	all->lists[STATE_TLS].limit_ns = limits->head_ns;
	all->lists[STATE_IDLE].limit_ns = limits->idle_ns;
	all->lists[STATE_AGAIN].limit_ns = limits->body_ns;
	all->lists[STATE_HEAD].limit_ns = limits->head_ns;
	all->lists[STATE_INTERIM].limit_ns = limits->body_ns;
	all->lists[STATE_BODY].limit_ns = limits->body_ns;
	all->lists[STATE_STREAM].limit_ns = limits->body_ns;
	all->lists[STATE_LOSING].limit_ns = 0;
	all->lists[STATE_SEND].limit_ns = limits->body_ns;
	all->lists[STATE_SEND_LATE].limit_ns = limits->body_ns;
	all->lists[STATE_LINGER].limit_ns = LINGER_NS;
	expiry_init(&all->expiry, loop, all->lists, STATES, expire, all);
	return all;
}

void
server_connections_free(struct server_connections *all)
{
	struct server_connection *c;
	enum state i;

	for (i = STATE_FREE + 1; i < STATES; i++)
		while ((c = oldest(all, i)) != NULL)
			connection_close(c, false);
	while ((c = oldest(all, STATE_FREE)) != NULL)
		connection_free(c);
	expiry_stop(&all->expiry);
	free(all);
}

size_t
server_connections_count(const struct server_connections *all)
{
	return all->n;
}

int
server_connections_open(struct server_connections *all, int read_fd,
    int write_fd, struct tls *tls)
{
	struct server_connection *c = oldest(all, STATE_FREE);
	int saved;

	if (c == NULL)
		c = connection_new(all);
	stream_open(&c->stream, all->loop, read_fd, write_fd, on_connection, c);
	if (tls != NULL)
		stream_start_tls(&c->stream, tls, &all->pace);
	if (stream_watch(&c->stream, LOOP_READ) == -1) {
		saved = errno;
		stream_close(&c->stream, true);
		set_state(c, STATE_FREE);
		errno = saved;
		return -1;
	}
	all->n++;
	all->nfree--;
	c->heard_ns = loop_now(all->loop);
	c->data = NULL;
	c->is_gone = c->is_broken = c->is_begun = c->is_late = false;
	set_state(c, tls != NULL ? STATE_TLS : STATE_IDLE);
	return 0;
}

bool
server_connections_have_room(const struct server_connections *all)
{
	return all->n < all->limits.connections ||
	    find_spare(all, false) != NULL;
}

bool
server_connections_make_room(struct server_connections *all)
{
	struct server_connection *c = find_spare(all, false);

	if (c == NULL)
		return false;
	connection_close(c, false);
	return true;
}

void
server_connections_drain(struct server_connections *all)
{
	struct server_connection *c;

	all->is_draining = true;
	while ((c = oldest(all, STATE_IDLE)) != NULL ||
	    (c = oldest(all, STATE_TLS)) != NULL)
		connection_close(c, false);
}
