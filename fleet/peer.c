/* SPDX-License-Identifier: MIT */
/*
 * One worker as a coordinator reaches it: connects (or starts the command that
 * carries the protocol), sends a request, hands on the answer as it comes. What
 * goes to an https worker goes through TLS; each keeps its own session for the
 * next connection.
 *
 * A failure is told once, from the loop, as one line for people. When a
 * command's output ends too early, its last words are the reason: what it has
 * yet to say on its standard error is waited for, a bounded time.
 *
 * Nothing here prints, knows what is asked, or keeps a body. Time limits for
 * an exchange are the caller's.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/proc.h"
#include "base/stream.h"
#include "base/text.h"
#include "base/util.h"
#include "fleet/peer.h"
#include "http/body.h"

enum {
	READ_SIZE = 64 * 1024,
	READS_MAX = 4,			/* in one turn, of one peer */
	REQUEST_MAX = 32 * 1024 * 1024,
	LINE_MAX_LEN = 512,		/* of a command's standard error */
	WORDS_MS = 10,			/* between looks for its end */
	WORDS_LOOKS = 100,		/* and how many */
	END_MS = 1000
};

enum peer_state {
	PEER_CLOSED,
	PEER_RESOLVE,
	PEER_CONNECT,
	PEER_OPEN,
	PEER_LAST_WORDS,	/* of a command whose output has ended */
	PEER_FAILED		/* to be told by the timer */
};

/* Where in an exchange. */
enum exchange {
	EXCHANGE_NONE,
	EXCHANGE_HEAD,
	EXCHANGE_BODY
};

struct peer {
	struct loop			*loop;
	struct resolver			*resolver;
	const struct worker_address	*worker;
	const struct credentials	*credentials;
	struct tls_peer			*tls_peer;	/* of an https one */
	struct peer_hooks		 hooks;
	void				(*said)(void *,
					    const struct worker_address *,
					    const char *);
	void				*said_arg;
	enum peer_state			 state;
	enum exchange			 exchange;
	struct stream			 stream;
	struct net_addresses		 addresses;
	size_t				 tried;
	struct buf			 out;
	uint64_t			 asked_ns;
	bool				 is_ending;	/* peer_end was asked */
	bool				 is_asking;	/* out has a request */
	bool				 is_known;	/* it has answered */
	bool				 keep_alive;
	struct buf			 head;
	size_t				 scanned;
	size_t				 interim;	/* bytes of such */
	struct http_body		 body;
	struct loop_timer		 timer;
	char				 why[WIRE_TEXT_MAX];
	/* a command */
	struct proc			 proc;
	struct loop_io			 error;
	char				 line[LINE_MAX_LEN];
	size_t				 line_len;
	char				 words[LINE_MAX_LEN];	/* its last */
	int				 looks;
};

static void	peer_connect(struct peer *);
static void	on_stream(void *, int);
static void	on_error_output(void *, int);
static void	on_timer(void *);

struct peer *
peer_new(struct loop *loop, struct resolver *resolver,
    const struct worker_address *worker, const struct credentials *credentials,
    void (*said)(void *, const struct worker_address *, const char *),
    void *arg)
{
	struct peer *p = xcalloc(1, sizeof(*p));

	p->loop = loop;
	p->resolver = resolver;
	p->worker = worker;
	p->credentials = credentials;
	if (worker->is_tls)
		p->tls_peer = tls_peer_new(credentials->tls, worker->host,
		    true);
	p->said = said;
	p->said_arg = arg;
	p->error.fd = -1;
	p->error.call = on_error_output;
	p->error.arg = p;
	p->timer.call = on_timer;
	p->timer.arg = p;
	buf_init(&p->out, REQUEST_MAX);
	buf_init(&p->head, HTTP_HEAD_MAX + READ_SIZE);
	return p;
}

void
peer_set_hooks(struct peer *p, const struct peer_hooks *hooks)
{
	p->hooks = *hooks;
}

/* Ends and failures. */

static void
error_output_close(struct peer *p)
{
	if (p->error.fd == -1)
		return;
	loop_del(p->loop, &p->error);
	proc_close_fd(p->error.fd);
	p->error.fd = -1;
}

static void
disconnect(struct peer *p)
{
	stream_close(&p->stream, false);
	loop_timer_stop(p->loop, &p->timer);
	resolver_forget(p->resolver, p);
	buf_clear(&p->out);
	buf_clear(&p->head);
	p->state = PEER_CLOSED;
	p->exchange = EXCHANGE_NONE;
}

void
peer_close(struct peer *p)
{
	disconnect(p);
	error_output_close(p);
}

void
peers_free(struct peer **peers, size_t n)
{
	uint64_t until_ns = clock_now_ns() + END_MS * NS_PER_MS, now_ns;
	size_t i;

	for (i = 0; i < n; i++)
		peer_close(peers[i]);
	for (i = 0; i < n; i++) {
		now_ns = clock_now_ns();
		proc_end(&peers[i]->proc, now_ns < until_ns ?
		    (int)((until_ns - now_ns) / NS_PER_MS) : 0);
		tls_peer_free(peers[i]->tls_peer);
		free(peers[i]);
	}
	free(peers);
}

/* Told from the loop, as the caller may be in the middle of anything. */
static void
fail(struct peer *p, const char *what, const char *detail)
{
	stream_close(&p->stream, false);
	wire_refuse(p->why, "%s%s", what, detail);
	p->state = PEER_FAILED;
	loop_timer_set(p->loop, &p->timer, loop_now(p->loop));
}

static void
tell_failure(struct peer *p)
{
	char why[WIRE_TEXT_MAX];
	bool was_asked = p->exchange != EXCHANGE_NONE;

	memcpy(why, p->why, sizeof(why));
	disconnect(p);
	if (was_asked)
		p->hooks.failed(p->hooks.arg, why);
}

/* The command has said all it will, or took too long for it. */
static void
tell_last_words(struct peer *p)
{
	char how[PROC_TEXT_MAX];

	error_output_close(p);
	proc_describe(&p->proc, how);
	if (p->words[0] != '\0')
		wire_refuse(p->why, "%.150s (%s)", p->words, how);
	else
		wire_refuse(p->why, "the command %s", p->proc.is_ended ? how :
		    "closed its output");
	tell_failure(p);
}

static void
on_timer(void *arg)
{
	struct peer *p = arg;

	if (p->state == PEER_FAILED) {
		tell_failure(p);
		return;
	}
	if ((proc_reap(&p->proc) && p->error.fd == -1) ||
	    ++p->looks == WORDS_LOOKS)
		tell_last_words(p);
	else
		loop_timer_set(p->loop, &p->timer,
		    loop_now(p->loop) + WORDS_MS * NS_PER_MS);
}

/* The stream has ended or broken, with this to say about it. */
static void
lose(struct peer *p, const char *what)
{
	if (p->worker->kind != WORKER_EXEC) {
		fail(p, what, "");
		return;
	}
	stream_close(&p->stream, false);
	p->state = PEER_LAST_WORDS;
	p->looks = 0;
	loop_timer_set(p->loop, &p->timer, loop_now(p->loop));
}

/* A command's standard error. */

/* What is no text, or could do something to a terminal, is shown as "?". */
static void
make_text(char *line)
{
	size_t n;

	for (; *line != '\0'; line += n) {
		n = utf8_len(line, strlen(line));
		if (n > 0 && !utf8_is_control(line))
			continue;
		*line = '?';
		n = 1;
	}
}

static void
say_line(struct peer *p)
{
	while (p->line_len > 0 && (p->line[p->line_len - 1] == '\r' ||
	    p->line[p->line_len - 1] == ' '))
		p->line_len--;
	p->line[p->line_len] = '\0';
	if (p->line_len > 0) {
		make_text(p->line);
		memcpy(p->words, p->line, p->line_len + 1);
		p->said(p->said_arg, p->worker, p->line);
	}
	p->line_len = 0;
}

/* Lines that are too long come in pieces. */
static void
take_error_output(struct peer *p, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			say_line(p);
			continue;
		}
		if (p->line_len == sizeof(p->line) - 1)
			say_line(p);
		p->line[p->line_len++] = bytes[i] == '\0' ? '?' : bytes[i];
	}
}

static void
on_error_output(void *arg, int events)
{
	struct peer *p = arg;
	char bytes[4096];
	ssize_t n;

	(void)events;
	n = read(p->error.fd, bytes, sizeof(bytes));
	if (n > 0)
		take_error_output(p, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		say_line(p);
		error_output_close(p);
	}
}

/* Connecting. */

static int
open_stream(struct peer *p, int read_fd, int write_fd, int events)
{
	stream_open(&p->stream, p->loop, read_fd, write_fd, on_stream, p);
	if (stream_watch(&p->stream, events) == 0)
		return 0;
	fail(p, "", strerror(errno));
	return -1;
}

static void
start_command(struct peer *p)
{
	/* One that was here before is of no use any more. */
	proc_end(&p->proc, 0);
	error_output_close(p);
	p->words[0] = '\0';
	if (proc_exec(&p->proc, p->worker->path) == -1) {
		fail(p, "the command cannot be started: ", strerror(errno));
		return;
	}
	p->error.fd = p->proc.error_fd;
	p->state = PEER_OPEN;
	if (open_stream(p, p->proc.read_fd, p->proc.write_fd,
	    LOOP_READ | LOOP_WRITE) == 0 &&
	    loop_add(p->loop, &p->error, LOOP_READ) == -1)
		fail(p, "", strerror(errno));
	proc_give_fds(&p->proc);
}

static void
connect_next(struct peer *p, int error)
{
	stream_close(&p->stream, false);
	if (++p->tried < p->addresses.n)
		peer_connect(p);
	else
		fail(p, "", strerror(error));
}

static void
peer_connect(struct peer *p)
{
	int fd = net_connect(&p->addresses.at[p->tried], NULL);

	p->state = PEER_CONNECT;
	if (fd == -1) {
		connect_next(p, errno);
		return;
	}
	net_set_keepalive(fd);
	(void)open_stream(p, fd, fd, LOOP_WRITE);
}

static int
start_tls(struct peer *p)
{
	struct tls *t = tls_connect(p->tls_peer, p->stream.read_fd);

	if (t == NULL) {
		fail(p, "", strerror(errno));
		return -1;
	}
	stream_start_tls(&p->stream, t, NULL);
	return 0;
}

static void
on_connected(struct peer *p)
{
	if (net_connected(p->stream.read_fd) == -1) {
		connect_next(p, errno);
		return;
	}
	if (p->worker->is_tls && start_tls(p) == -1)
		return;
	p->state = PEER_OPEN;
	if (stream_watch(&p->stream, LOOP_READ | LOOP_WRITE) == -1)
		fail(p, "", strerror(errno));
}

static void
on_addresses(void *arg, const struct net_addresses *found, const char *error)
{
	struct peer *p = arg;

	if (found == NULL) {
		fail(p, "", error);
		return;
	}
	p->addresses = *found;
	p->tried = 0;
	peer_connect(p);
}

static void
peer_open(struct peer *p)
{
	const struct worker_address *w = p->worker;

	p->is_ending = false;
	switch (w->kind) {
	case WORKER_TCP:
		p->state = PEER_RESOLVE;
		resolver_ask(p->resolver, w->host, w->port, 0, on_addresses,
		    p);
		break;
	case WORKER_UNIX:
		p->addresses.n = 1;
		p->tried = 0;
		if (!net_unix_address(&p->addresses.at[0], w->path))
			fail(p, "", strerror(ENAMETOOLONG));
		else
			peer_connect(p);
		break;
	case WORKER_EXEC:
		start_command(p);
		break;
	}
}

/* Asking. */

static void
add_host(struct buf *out, const struct worker_address *w)
{
	if (w->kind != WORKER_TCP)
		buf_adds(out, "localhost");
	else if (strchr(w->host, ':') != NULL)
		buf_addf(out, "[%s]:%u", w->host, (unsigned int)w->port);
	else
		buf_addf(out, "%s:%u", w->host, (unsigned int)w->port);
}

void
peer_ask(struct peer *p, const char *method, const char *path,
    const char *fields, const void *body, size_t len)
{
	struct buf *out = &p->out;

	/* It was closed while nothing was asked: that is no failure yet. */
	if (p->state == PEER_FAILED || p->state == PEER_LAST_WORDS)
		disconnect(p);
	buf_addf(out, "%s %s HTTP/1.1\r\nHost: ", method, path);
	add_host(out, p->worker);
	buf_adds(out, "\r\nUser-Agent: pulse/" PULSE_VERSION "\r\n");
	if (p->credentials->token != NULL)
		buf_addf(out, "Authorization: Bearer %s\r\n",
		    p->credentials->token);
	buf_adds(out, fields);
	if (body != NULL)
		buf_addf(out, "Content-Length: %zu\r\n", len);
	buf_adds(out, "\r\n");
	buf_add(out, body, len);
	p->exchange = EXCHANGE_HEAD;
	p->scanned = 0;
	p->interim = 0;
	p->asked_ns = loop_tick(p->loop);
	p->is_asking = true;
	if (out->is_full)
		fail(p, "the request is too large", "");
	else if (p->state == PEER_CLOSED)
		peer_open(p);
	else if (stream_watch(&p->stream, LOOP_READ | LOOP_WRITE) == -1)
		fail(p, "", strerror(errno));
}

uint64_t
peer_asked_ns(const struct peer *p)
{
	return p->asked_ns;
}

void
peer_say_alive(struct peer *p)
{
	/* What is still to be sent says as much. */
	if (p->state != PEER_OPEN || p->out.len > 0 || p->is_ending)
		return;
	buf_adds(&p->out, "\r\n");
	if (stream_watch(&p->stream, LOOP_READ | LOOP_WRITE) == -1)
		fail(p, "", strerror(errno));
}

void
peer_end(struct peer *p)
{
	p->is_ending = true;
	if (p->state == PEER_OPEN && p->out.len == 0)
		stream_end_write(&p->stream);
}

static void
send_some(struct peer *p)
{
	uint64_t now_ns = loop_tick(p->loop);
	ssize_t n = stream_write(&p->stream, p->out.data, p->out.len);

	if (n == -1) {
		/* What it may have said before it broke is read first. */
		if (errno == EPIPE || errno == ECONNRESET || errno == EPROTO)
			(void)stream_watch(&p->stream, LOOP_READ);
		else if (errno != EAGAIN && errno != EINTR)
			fail(p, "", strerror(errno));
		return;
	}
	buf_drop(&p->out, (size_t)n);
	if (p->out.len > 0)
		return;
	buf_clear(&p->out);
	if (p->is_asking)
		p->asked_ns = now_ns;
	p->is_asking = false;
	if (p->is_ending)
		stream_end_write(&p->stream);
	if (stream_watch(&p->stream, LOOP_READ) == -1)
		fail(p, "", strerror(errno));
}

/* Answers. */

static void
exchange_end(struct peer *p)
{
	p->exchange = EXCHANGE_NONE;
	if (!p->keep_alive && p->state == PEER_OPEN)
		disconnect(p);
	p->hooks.end(p->hooks.arg);
}

static void
take_body(struct peer *p, const char *bytes, size_t len)
{
	struct http_view data;
	enum http_step step;
	size_t used;

	while ((step = http_body_step(&p->body, bytes, len, &used, &data)) ==
	    HTTP_STEP_DATA) {
		p->hooks.body(p->hooks.arg, data.data, data.len);
		/* Who heard it may have closed us. */
		if (p->exchange != EXCHANGE_BODY)
			return;
		bytes += used;
		len -= used;
	}
	if (step == HTTP_STEP_BAD)
		fail(p, "the answer is no HTTP: ",
		    http_reason_name(p->body.reason));
	else if (step == HTTP_STEP_DONE) {
		if (len > used)
			p->keep_alive = false;
		exchange_end(p);
	}
}

/* What was there instead of an answer, as far as it can be shown. */
static void
fail_no_http(struct peer *p, enum http_reason reason)
{
	char shown[64];
	size_t i, len = p->head.len;

	if (reason == HTTP_IS_TLS) {
		fail(p, "the answer is TLS: is https:// meant?", "");
		return;
	}
	if (len > sizeof(shown) - 1)
		len = sizeof(shown) - 1;
	for (i = 0; i < len && strchr("\r\n", p->head.data[i]) == NULL; i++)
		shown[i] = p->head.data[i] >= ' ' && p->head.data[i] <= '~' ?
		    p->head.data[i] : '?';
	shown[i] = '\0';
	if (reason == HTTP_NOT_HTTP)
		fail(p, "the answer is no HTTP: ", shown);
	else
		fail(p, "the answer is no HTTP: ", http_reason_name(reason));
}

static void
take_head(struct peer *p, const char *bytes, size_t len)
{
	struct http_head h;
	struct buf rest;
	ssize_t n;

	if (buf_add(&p->head, bytes, len) == -1) {
		fail(p, "the answer is no HTTP: ",
		    http_reason_name(HTTP_HEAD_TOO_LARGE));
		return;
	}
	for (;;) {
		n = http_read_answer(p->head.data, p->head.len, &p->scanned,
		    false, &h);
		if (n == HTTP_PARTIAL)
			return;
		if (n == HTTP_BAD) {
			fail_no_http(p, h.reason);
			return;
		}
		if (h.status >= 200)
			break;
		buf_drop(&p->head, (size_t)n);
		p->interim += (size_t)n;
		/* All of them together, or there may be no end of them. */
		if (p->interim > HTTP_HEAD_MAX) {
			fail_no_http(p, HTTP_HEAD_TOO_LARGE);
			return;
		}
	}
	p->exchange = EXCHANGE_BODY;
	p->is_known = true;
	p->keep_alive = h.keep_alive;
	http_body_start(&p->body, h.framing, h.length);
	p->hooks.head(p->hooks.arg, &h);
	/* The next head may come while what is left of this is looked at. */
	rest = p->head;
	buf_init(&p->head, HTTP_HEAD_MAX + READ_SIZE);
	if (p->exchange == EXCHANGE_BODY)
		take_body(p, rest.data + n, rest.len - (size_t)n);
	buf_clear(&rest);
}

static void
take(struct peer *p, const char *bytes, size_t len)
{
	switch (p->exchange) {
	case EXCHANGE_NONE:
		/* To be taken for the next answer, if it were kept. */
		fail(p, "it answers what nobody asked", "");
		break;
	case EXCHANGE_HEAD:
		take_head(p, bytes, len);
		break;
	case EXCHANGE_BODY:
		take_body(p, bytes, len);
		break;
	}
}

/* What can probably be done about it. */
static const char *
hint_of_tls(enum tls_reason reason)
{
	if (reason == TLS_NOT_TLS)
		return ": is http:// meant?";
	if (reason == TLS_CERT_ISSUER || reason == TLS_CERT_SELF_SIGNED)
		return " (--worker-cacert FILE says whom to trust)";
	return "";
}

/* TLS has found something wrong. */
static void
fail_tls(struct peer *p)
{
	const struct tls *t = stream_tls(&p->stream);
	enum tls_reason reason = tls_reason(t);
	char text[TLS_TEXT_MAX];

	/* An end that anybody on the way can have made is none of an answer. */
	if (reason == TLS_CLOSED && p->exchange == EXCHANGE_BODY)
		fail(p, "the connection ended in the middle of the answer", "");
	else
		fail(p, tls_error(t, text), hint_of_tls(reason));
}

/*
 * The other side has ended without a word. One that speaks TLS does so when it
 * hears something else.
 */
static void
fail_no_answer(struct peer *p)
{
	if (p->worker->kind == WORKER_TCP && !p->worker->is_tls &&
	    !p->is_known)
		fail(p, "the connection ended without an answer: is https:// "
		    "meant?", "");
	else
		lose(p, "the connection ended without an answer");
}

/* The other side has ended (error 0) or the connection broke. */
static void
on_stream_end(struct peer *p, int error)
{
	if (p->exchange == EXCHANGE_BODY && error == 0 &&
	    http_body_end(&p->body) == 0) {
		p->keep_alive = false;
		exchange_end(p);
	} else if (error == EPROTO && stream_tls(&p->stream) != NULL)
		fail_tls(p);
	else if (error != 0)
		lose(p, strerror(error));
	else if (p->exchange == EXCHANGE_BODY)
		lose(p, "the connection ended in the middle of the answer");
	else
		fail_no_answer(p);
}

static void
receive(struct peer *p)
{
	char bytes[READ_SIZE];
	ssize_t n;
	int reads;

	for (reads = 0; reads < READS_MAX && p->state == PEER_OPEN; reads++) {
		n = stream_read(&p->stream, bytes, sizeof(bytes));
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			on_stream_end(p, n == 0 ? 0 : errno);
			return;
		}
		take(p, bytes, (size_t)n);
		if (n < READ_SIZE)
			return;
	}
}

static void
on_stream(void *arg, int events)
{
	struct peer *p = arg;

	if (p->state == PEER_CONNECT) {
		on_connected(p);
		return;
	}
	if ((events & LOOP_WRITE) && p->out.len > 0)
		send_some(p);
	if (p->state == PEER_OPEN && (events & ~LOOP_WRITE) != 0)
		receive(p);
}
