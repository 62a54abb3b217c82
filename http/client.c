/* SPDX-License-Identifier: MIT */
/*
 * Client connections, each a state machine: connect, shake hands if it is TLS,
 * send, receive the head, receive the body, and wait idle to be used again.
 *
 * The time of an exchange is divided among the parts it passes: each state
 * has one, and the clock is read when the part changes. A failed exchange
 * says which part it failed in and why (enum cause). A request timeout is the
 * caller's, by client_cancel.
 *
 * All connections of a process read into one buffer; what an answer needs to
 * keep of it is kept with its connection (client_answer.c). Nothing else is
 * allocated after client_pool_new, but for what TLS needs of each connection.
 * Writing comes first and the kernel is asked to tell of writability only when
 * it said wait.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/client.h"
#include "http/client_answer.h"

enum { READS_MAX = 16 };	/* in one turn, of one connection */

enum client_state {
	CLIENT_CLOSED,
	CLIENT_CONNECT,
	CLIENT_TLS,
	CLIENT_SEND,
	CLIENT_HEAD,
	CLIENT_BODY,
	CLIENT_FAILED,		/* to be told by the timer */
	CLIENT_IDLE
};

struct client {
	struct client_pool	*pool;
	struct client_origin	*origin;
	struct client		*next;		/* idle or free */
	struct client		*prev;		/* idle */
	struct loop_io		 io;
	struct tls		*tls;		/* NULL: plain */
	struct loop_timer	 soon;		/* to fail, or to read on */
	enum client_state	 state;
	size_t			 tried;		/* addresses, so far */
	size_t			 sent;
	uint64_t		 mark_ns;	/* since when in this part */
	int			 send_error;
	uint16_t		 local_port;	/* 0: nobody asked yet */
	struct client_exchange	 exchange;
	struct client_result	 res;
	struct client_answer	 answer;
};

struct client_pool {
	struct loop	*loop;
	struct client	*clients;
	size_t		 nclients;
	size_t		 hand;		/* where eviction looks next */
	struct client	*free;
	struct client_counts counts;
	struct net_sources sources;
	char		*scratch;
};

static void	client_disconnect(struct client *);
static void	client_connect(struct client *);
static void	client_refused(struct client *, int);
static void	client_shake_hands(struct client *);
static void	client_send(struct client *);
static void	client_receive(struct client *);
static void	client_fail(struct client *, enum cause);
static void	client_end(struct client *, enum cause);
static void	on_soon(void *);
static void	on_io(void *, int);

struct client_pool *
client_pool_new(struct loop *loop, size_t connections,
    const struct net_address *sources, size_t nsources, size_t first)
{
	struct client_pool *pool = xcalloc(1, sizeof(*pool));

	pool->loop = loop;
	pool->clients = xcalloc(connections, sizeof(*pool->clients));
	pool->nclients = connections;
	pool->scratch = xcalloc(1, CLIENT_READ_MAX);
	pool->sources = (struct net_sources){ sources, nsources, first };
	return pool;
}

void
client_pool_free(struct client_pool *pool)
{
	size_t i;
	struct client *c;

	if (pool == NULL)
		return;
	/* A client that was never used has no pool, and nothing to free. */
	for (i = 0; i < pool->nclients && pool->clients[i].pool != NULL; i++) {
		c = &pool->clients[i];
		loop_timer_stop(pool->loop, &c->soon);
		client_disconnect(c);
		client_answer_clear(&c->answer);
	}
	free(pool->clients);
	free(pool->scratch);
	free(pool);
}

const struct client_counts *
client_pool_counts(const struct client_pool *pool)
{
	return &pool->counts;
}

/* Idle connections and free ones. */

static void
idle_add(struct client *c)
{
	struct client_origin *o = c->origin;

	c->state = CLIENT_IDLE;
	c->prev = NULL;
	c->next = o->idle_first;
	if (c->next != NULL)
		c->next->prev = c;
	else
		o->idle_last = c;
	o->idle_first = c;
}

static void
idle_remove(struct client *c)
{
	struct client_origin *o = c->origin;

	assert(c->state == CLIENT_IDLE);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		o->idle_first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	else
		o->idle_last = c->prev;
	c->next = c->prev = NULL;
}

static void
client_disconnect(struct client *c)
{
	if (c->io.fd == -1)
		return;
	if (c->tls != NULL) {
		tls_end_write(c->tls);
		tls_free(c->tls);
		c->tls = NULL;
	}
	loop_del(c->pool->loop, &c->io);
	close(c->io.fd);
	c->io.fd = -1;
	c->local_port = 0;
}

/* Of the connection as it still is, for the result. */
static void
client_learn_port(struct client *c)
{
	if (c->io.fd == -1)
		return;
	if (c->local_port == 0)
		c->local_port = net_local_port(c->io.fd);
	c->res.local_port = c->local_port;
}

/* Back among the free ones, without a connection. */
static void
client_retire(struct client *c)
{
	client_disconnect(c);
	c->state = CLIENT_CLOSED;
	c->next = c->pool->free;
	c->pool->free = c;
}

void
client_origin_close(struct client_origin *origin)
{
	struct client *c;

	while ((c = origin->idle_last) != NULL) {
		idle_remove(c);
		client_retire(c);
	}
}

/* Clients are touched when first needed, so memory follows the load. */
static struct client *
client_first_use(struct client_pool *pool)
{
	struct client *c;

	if (pool->hand == pool->nclients)
		return NULL;
	c = &pool->clients[pool->hand];
	if (c->pool != NULL)
		return NULL;
	pool->hand++;
	c->pool = pool;
	c->io.fd = -1;
	c->io.call = on_io;
	c->io.arg = c;
	c->soon.call = on_soon;
	c->soon.arg = c;
	client_answer_init(&c->answer);
	return c;
}

/* All clients have been used: one that is idle elsewhere gives way. */
static struct client *
client_evict(struct client_pool *pool)
{
	struct client *c;
	size_t i;

	for (i = 0; i < pool->nclients; i++) {
		if (pool->hand >= pool->nclients)
			pool->hand = 0;
		c = &pool->clients[pool->hand++];
		if (c->state == CLIENT_IDLE) {
			idle_remove(c);
			client_disconnect(c);
			return c;
		}
	}
	return NULL;
}

static struct client *
client_find(struct client_pool *pool, struct client_origin *origin,
    bool is_fresh)
{
	struct client *c = is_fresh ? NULL : origin->idle_first;

	if (c != NULL) {
		idle_remove(c);
		return c;
	}
	if ((c = pool->free) != NULL) {
		pool->free = c->next;
		c->next = NULL;
		return c;
	}
	if ((c = client_first_use(pool)) != NULL)
		return c;
	return client_evict(pool);
}

/* An exchange. */

/*
 * The time since the last call belongs to the part that now ends. The clock
 * was read when the last system call came back.
 */
static void
client_pass(struct client *c, enum part next)
{
	uint64_t now_ns = loop_now(c->pool->loop);

	c->res.spent_ns[c->res.part] += now_ns - c->mark_ns;
	c->res.part = next;
	c->mark_ns = now_ns;
}

struct client *
client_start(struct client_pool *pool, struct client_origin *origin,
    const struct client_exchange *exchange, bool is_fresh)
{
	struct client *c = client_find(pool, origin, is_fresh);

	if (c == NULL)
		return NULL;
	c->origin = origin;
	c->exchange = *exchange;
	c->sent = 0;
	c->tried = 0;
	c->send_error = 0;
	memset(&c->res, 0, sizeof(c->res));
	c->mark_ns = loop_now(pool->loop);
	client_answer_start(&c->answer, exchange->is_head,
	    exchange->want_body, exchange->head, exchange->arg);
	if (c->io.fd != -1) {
		c->res.was_reused = true;
		c->res.part = PART_FIRST_BYTE;
		client_send(c);
	} else if (origin->is_tls && origin->tls == NULL) {
		c->res.part = PART_TLS;
		client_fail(c, CAUSE_NO_TLS);
	} else {
		c->res.part = PART_CONNECT;
		client_connect(c);
	}
	return c;
}

/* Told from the loop, so that done is never called from client_start. */
static void
client_fail(struct client *c, enum cause cause)
{
	c->res.cause = cause;
	c->state = CLIENT_FAILED;
	/* It is closed when this is told, as its port may be asked for then. */
	loop_del(c->pool->loop, &c->io);
	loop_timer_set(c->pool->loop, &c->soon, loop_now(c->pool->loop));
}

static void
on_soon(void *arg)
{
	struct client *c = arg;

	if (c->state == CLIENT_FAILED)
		client_end(c, c->res.cause);
	else
		client_receive(c);
}

/* There are bytes, or an end, that the loop does not know of. */
static bool
client_has_pending(const struct client *c)
{
	return c->tls != NULL && tls_has_pending(c->tls);
}

/* Those are read in the next turn. */
static void
client_read_pending(struct client *c)
{
	if (client_has_pending(c))
		loop_timer_set(c->pool->loop, &c->soon,
		    loop_now(c->pool->loop));
}

/*
 * Over, well or not: the connection is kept or closed, then the owner hears.
 * Nothing of c may be used after this, it may be in a new exchange.
 */
static void
client_end(struct client *c, enum cause cause)
{
	struct client_result res;
	struct client_exchange exchange = c->exchange;

	client_pass(c, c->res.part);
	c->res.cause = cause;
	c->res.end_ns = c->mark_ns;
	c->res.status = c->answer.status;
	c->res.bytes_in = c->answer.bytes_in;
	c->res.body = c->answer.text;
	if (exchange.wants_port != NULL &&
	    exchange.wants_port(exchange.arg, &c->res))
		client_learn_port(c);
	res = c->res;
	loop_timer_stop(c->pool->loop, &c->soon);
	if (cause == CAUSE_NONE && c->answer.keep_alive &&
	    exchange.keep_alive && !client_has_pending(c))
		idle_add(c);
	else
		client_retire(c);
	exchange.done(exchange.arg, &res);
}

void
client_cancel(struct client *c, enum cause cause)
{
	assert(c->state != CLIENT_CLOSED && c->state != CLIENT_IDLE);
	client_end(c, cause);
}

/*
 * The next address after a failure; the one that was good last comes first.
 * Out of descriptors or memory, another address would not help. What is left
 * of the last attempt stays for client_fail.
 */
static bool
client_try_next(struct client *c, int error)
{
	if (error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM || ++c->tried >= c->origin->addresses.n)
		return false;
	client_disconnect(c);
	return true;
}

static int
client_open(struct client *c)
{
	const struct net_addresses *to = &c->origin->addresses;

	c->io.fd = net_connect_in_turn(
	    &to->at[(c->origin->good + c->tried) % to->n],
	    &c->pool->sources);
	if (c->io.fd == -1 ||
	    loop_add(c->pool->loop, &c->io, LOOP_READ) == -1)
		return -1;
	if (c->origin->is_tls &&
	    (c->tls = tls_connect(c->origin->tls, c->io.fd)) == NULL)
		return -1;
	c->pool->counts.opened++;
	return 0;
}

static void
client_connect(struct client *c)
{
	c->state = CLIENT_CONNECT;
	if (client_open(c) == -1) {
		client_refused(c, errno);
		return;
	}
	/* On a short way it is connected already, and what is sent goes out. */
	loop_tick(c->pool->loop);
	if (c->tls != NULL)
		client_shake_hands(c);
	else
		client_send(c);
}

/* No connection at this address: at the next one, as long as there is one. */
static void
client_refused(struct client *c, int error)
{
	if (client_try_next(c, error))
		client_connect(c);
	else
		client_fail(c, cause_of_errno(error));
}

static void
client_connected(struct client *c, enum part next)
{
	c->origin->good = (c->origin->good + c->tried) %
	    c->origin->addresses.n;
	c->tried = 0;
	client_pass(c, next);
}

/* What a broken connection is told as; TLS has reasons of its own. */
static enum cause
client_cause(const struct client *c, int error)
{
	return c->tls != NULL && error == EPROTO ?
	    cause_of_tls(tls_reason(c->tls)) : cause_of_errno(error);
}

/* TLS. */

static void
client_secured(struct client *c)
{
	struct client_counts *counts = &c->pool->counts;

	counts->handshakes++;
	counts->resumed += tls_is_resumed(c->tls);
	counts->protocol = tls_protocol(c->tls);
	counts->cipher = tls_cipher(c->tls);
	client_pass(c, PART_FIRST_BYTE);
	c->state = CLIENT_SEND;
	client_send(c);
	/* It may have come in one piece with the end of the handshake. */
	client_read_pending(c);
}

/*
 * Not for both: what it does not want would be told again and again. Reading,
 * TLS may have to answer the server first.
 */
static void
client_wait(struct client *c)
{
	int events = c->state == CLIENT_SEND ? LOOP_READ | LOOP_WRITE :
	    LOOP_READ;

	if (c->tls != NULL && tls_wants_write(c->tls))
		events = LOOP_WRITE;
	if (loop_change(c->pool->loop, &c->io, events) == -1)
		client_fail(c, cause_of_errno(errno));
}

/* Is it about a connection that could not be made, not one that broke? */
static bool
is_refusal(int error)
{
	return error != 0 && error != EAGAIN && error != EPROTO &&
	    error != ECONNRESET && error != EPIPE;
}

static void
client_shake_hands(struct client *c)
{
	int error = tls_handshake(c->tls) == 0 ? 0 : errno;

	if (c->state == CLIENT_CONNECT) {
		if (is_refusal(error)) {
			client_refused(c, error);
			return;
		}
		/* Something went out, or came: so the connection is there. */
		if (error != EAGAIN || !tls_wants_write(c->tls)) {
			client_connected(c, PART_TLS);
			c->state = CLIENT_TLS;
		}
	}
	loop_tick(c->pool->loop);
	if (error == EAGAIN)
		client_wait(c);
	else if (error == 0)
		client_secured(c);
	else
		client_fail(c, client_cause(c, error));
}

/* The kernel would not take it: later, or never. */
static void
client_send_refused(struct client *c, int error)
{
	if (error == EAGAIN || error == ENOTCONN || error == EINTR) {
		if (c->state != CLIENT_CONNECT)
			c->state = CLIENT_SEND;
		if (loop_change(c->pool->loop, &c->io,
		    LOOP_READ | LOOP_WRITE) == -1)
			client_fail(c, cause_of_errno(errno));
	} else if (c->state == CLIENT_CONNECT)
		client_refused(c, error);
	else if (error != EPIPE && error != ECONNRESET)
		client_fail(c, client_cause(c, error));
	else {
		/* It broke; the answer may have come before, and is read. */
		c->send_error = error;
		c->state = CLIENT_HEAD;
	}
}

static void
client_send(struct client *c)
{
	const struct client_exchange *x = &c->exchange;
	ssize_t n;

	n = c->tls != NULL ?
	    tls_write(c->tls, x->bytes + c->sent, x->len - c->sent) :
	    net_write(c->io.fd, x->bytes + c->sent, x->len - c->sent);
	if (n == -1) {
		client_send_refused(c, errno);
		return;
	}
	if (c->state == CLIENT_CONNECT)
		client_connected(c, PART_FIRST_BYTE);
	c->sent += (size_t)n;
	if (c->sent < x->len) {
		client_send_refused(c, EAGAIN);
		return;
	}
	c->state = CLIENT_HEAD;
	/* Free when it only reads already. */
	(void)loop_change(c->pool->loop, &c->io, LOOP_READ);
}

/* The answer is whole, or no good: nothing of c may be used after this. */
static void
client_answered(struct client *c, enum client_answer_step step)
{
	/* One that came before its request was sent leaves the rest of it. */
	if (c->sent < c->exchange.len)
		c->answer.keep_alive = false;
	client_end(c, step == CLIENT_ANSWER_DONE ? CAUSE_NONE :
	    cause_of_reason(c->answer.reason));
}

/* Takes what was read: true when it is over (and c not ours). */
static bool
client_take(struct client *c, const char *p, size_t len)
{
	enum client_answer_step step;

	if (!c->res.had_bytes) {
		c->res.had_bytes = true;
		client_pass(c, PART_TRANSFER);
		c->res.first_byte_ns = c->mark_ns;
	}
	step = client_answer_take(&c->answer, p, len);
	if (step != CLIENT_ANSWER_MORE) {
		client_answered(c, step);
		return true;
	}
	if (c->answer.status != 0 && c->state != CLIENT_BODY) {
		c->state = CLIENT_BODY;
		/* Free unless it was still being sent: that ends here. */
		(void)loop_change(c->pool->loop, &c->io, LOOP_READ);
	}
	return false;
}

/*
 * The peer has ended the stream (error 0) or broken it. In TLS an end that was
 * not announced cuts off an answer that has no other end (RFC 9112 9.8).
 */
static void
client_read_end(struct client *c, int error)
{
	bool was_cut = error == EPROTO && c->tls != NULL &&
	    tls_reason(c->tls) == TLS_CLOSED;

	if (error != 0 && !was_cut)
		client_end(c, client_cause(c, error));
	else if (c->res.had_bytes)
		client_answered(c, client_answer_end(&c->answer, was_cut));
	else
		client_end(c, c->send_error != 0 ?
		    client_cause(c, c->send_error) : CAUSE_CLOSED);
}

static void
client_receive(struct client *c)
{
	char *scratch = c->pool->scratch;
	ssize_t n;
	int reads;

	for (reads = 0; reads < READS_MAX; reads++) {
		n = c->tls != NULL ?
		    tls_read(c->tls, scratch, CLIENT_READ_MAX) :
		    net_read(c->io.fd, scratch, CLIENT_READ_MAX);
		loop_tick(c->pool->loop);
		if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
			client_wait(c);
			break;
		}
		if (n <= 0) {
			client_read_end(c, n == 0 ? 0 : errno);
			return;
		}
		if (client_take(c, scratch, (size_t)n))
			return;
		if (n < CLIENT_READ_MAX && !client_has_pending(c))
			return;
	}
	client_read_pending(c);
}

static void
on_connect_io(struct client *c)
{
	loop_tick(c->pool->loop);
	if (net_connected(c->io.fd) == -1)
		client_send_refused(c, errno);
	else if (c->tls == NULL)
		client_send(c);
	else {
		client_connected(c, PART_TLS);
		c->state = CLIENT_TLS;
		client_shake_hands(c);
	}
}

/*
 * Closed by the peer, or bytes that nobody asked for; but for TLS's own
 * messages, which may come at any time as long as nobody has to wait.
 */
static void
on_idle_io(struct client *c)
{
	char byte;

	if (c->tls != NULL && tls_read(c->tls, &byte, 1) == -1 &&
	    errno == EAGAIN && !tls_wants_write(c->tls) &&
	    loop_change(c->pool->loop, &c->io, LOOP_READ) == 0)
		return;
	idle_remove(c);
	client_retire(c);
}

static void
on_io(void *arg, int events)
{
	struct client *c = arg;

	switch (c->state) {
	case CLIENT_CONNECT:
		on_connect_io(c);
		break;
	case CLIENT_TLS:
		loop_tick(c->pool->loop);
		client_shake_hands(c);
		break;
	case CLIENT_SEND:
		if (events & LOOP_WRITE)
			client_send(c);
		if (c->state != CLIENT_FAILED && events != LOOP_WRITE)
			client_receive(c);
		break;
	case CLIENT_HEAD:
	case CLIENT_BODY:
		client_receive(c);
		break;
	case CLIENT_IDLE:
		on_idle_io(c);
		break;
	case CLIENT_CLOSED:
	case CLIENT_FAILED:
		assert(!"a closed connection is not watched");
	}
}
