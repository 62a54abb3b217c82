/* SPDX-License-Identifier: MIT */
/*
 * What the programs that stand in for workers share: listeners, connections,
 * and the serving side of HTTP/1.1, GET /ping and POST /run.
 *
 * It is its own and no part of the product, so that an error of the product's
 * server or client cannot hide in it. It knows a request by its head and
 * Content-Length, several on one connection one after the other, and refuses
 * what a worker refuses before it looks at a body: 404, 405, 401, 411, 413.
 * Memory, connections and life are bounded; a client that reads nothing is
 * dropped.
 */

#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/text.h"
#include "base/util.h"
#include "peer_rig.h"

enum {
	LIFE_S = 120,
	ACCEPT_MAX = 64,		/* of one turn */
	LISTENERS_MAX = 2048,
	PEERS_MAX = 8192,
	READ_MAX = 16 * 1024,
	HEAD_MAX = 16 * 1024,
	BODY_MAX = 1024 * 1024,		/* of a request */
	IN_MAX = BODY_MAX + HEAD_MAX + READ_MAX + 1,
	OUT_MAX = 16 * 1024 * 1024	/* bytes that wait to be read */
};

struct loop *peer_loop;

static const struct peer_hooks *hooks;
static struct loop_io listeners[LISTENERS_MAX], input;
static size_t nlisteners, npeers;
static struct peer *peers;

static void	on_peer(void *, int);

static void
watch(struct peer *p)
{
	int events = 0;

	if (p->is_deaf && p->out.len == 0) {
		loop_del(peer_loop, &p->io);
		return;
	}
	if (!p->is_deaf && !p->has_ended)
		events |= LOOP_READ;
	if (p->out.len > 0)
		events |= LOOP_WRITE;
	if (p->io.is_watched ? loop_change(peer_loop, &p->io, events) == -1 :
	    loop_add(peer_loop, &p->io, events) == -1)
		err(1, "loop_add");
}

static void
peer_free(struct peer *p)
{
	if (p->run != NULL)
		hooks->gone(p);
	*p->prev = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
	npeers--;
	loop_del(peer_loop, &p->io);
	close(p->io.fd);
	buf_clear(&p->in);
	buf_clear(&p->out);
	free(p);
}

static void
on_listener(void *arg, int events)
{
	const struct loop_io *io = arg;
	struct peer *p;
	int fd, i;

	(void)events;
	for (i = 0; i < ACCEPT_MAX; i++) {
		fd = net_accept(io->fd);
		if (fd == -1)
			return;
		if (npeers == PEERS_MAX) {
			close(fd);
			continue;
		}
		p = xcalloc(1, sizeof(*p));
		p->io = (struct loop_io){ .fd = fd, .call = on_peer,
		    .arg = p };
		buf_init(&p->in, IN_MAX);
		buf_init(&p->out, OUT_MAX);
		if ((p->next = peers) != NULL)
			peers->prev = &p->next;
		p->prev = &peers;
		peers = p;
		npeers++;
		watch(p);
	}
}

/* The value of a field of a head without the blanks around it, "" if none. */
static void
read_field(const struct peer *p, const char *name, char value[PEER_WORD_MAX])
{
	const char *line = p->in.data, *end = line + p->head_len;
	size_t len = strlen(name), value_len;

	value[0] = '\0';
	while ((line = strstr(line, "\r\n")) != NULL && line < end) {
		line += 2;
		if (strncasecmp(line, name, len) != 0 || line[len] != ':')
			continue;
		line += len + 1;
		line += strspn(line, " \t");
		value_len = strcspn(line, "\r");
		while (value_len > 0 && strchr(" \t", line[value_len - 1]))
			value_len--;
		snprintf(value, PEER_WORD_MAX, "%.*s", (int)value_len, line);
		return;
	}
}

/* For what is wrong before the body is here: there is no other request. */
static void
refuse_early(struct peer *p, const char *status, const char *why)
{
	p->is_last = true;
	peer_refuse(p, status, why);
}

static void
check_head(struct peer *p, const char *version)
{
	char length[PEER_WORD_MAX], coding[PEER_WORD_MAX];
	char auth[PEER_WORD_MAX], want[PEER_WORD_MAX], option[PEER_WORD_MAX];
	bool is_ping = strcmp(p->path, "/ping") == 0;
	uint64_t n = 0;

	read_field(p, "Content-Length", length);
	read_field(p, "Transfer-Encoding", coding);
	read_field(p, "Authorization", auth);
	read_field(p, "Accept", p->accept);
	read_field(p, "Connection", option);
	p->wants_close = strcasecmp(option, "close") == 0;
	snprintf(want, sizeof(want), "Bearer %s",
	    hooks->token == NULL ? "" : hooks->token);
	if (strcmp(version, "HTTP/1.1") != 0 ||
	    (*length != '\0' && parse_uint(length, UINT64_MAX, &n) == -1))
		refuse_early(p, "400 Bad Request", "bad head");
	else if (!is_ping && strcmp(p->path, "/run") != 0)
		refuse_early(p, "404 Not Found", "404 page not found");
	else if (strcmp(p->method, is_ping ? "GET" : "POST") != 0)
		refuse_early(p, "405 Method Not Allowed",
		    "method not allowed");
	else if (hooks->token != NULL && strcmp(auth, want) != 0)
		refuse_early(p, "401 Unauthorized", "unauthorized");
	else if (*coding != '\0')
		refuse_early(p, "411 Length Required", "chunks are not read");
	else if (n > BODY_MAX)
		refuse_early(p, "413 Request Entity Too Large",
		    "request body too large");
	p->body_len = (size_t)n;
}

/* Blank lines may come between requests. */
static void
drop_blanks(struct peer *p)
{
	size_t n = 0;

	while (n < p->in.len && (p->in.data[n] == '\r' ||
	    p->in.data[n] == '\n'))
		n++;
	buf_drop(&p->in, n);
}

static bool
take_head(struct peer *p)
{
	const char *start, *end;
	char version[16];

	drop_blanks(p);
	start = buf_str(&p->in);
	if ((end = strstr(start, "\r\n\r\n")) == NULL) {
		if (p->in.len > HEAD_MAX)
			refuse_early(p,
			    "431 Request Header Fields Too Large", "head");
		return false;
	}
	p->head_len = (size_t)(end + 4 - start);
	if (sscanf(start, "%255s %255s %15s", p->method, p->path,
	    version) != 3)
		version[0] = '\0';
	check_head(p, version);
	return !p->is_last;
}

static void
serve_requests(struct peer *p)
{
	size_t len;

	while (!p->is_busy && !p->is_last &&
	    (p->head_len > 0 || take_head(p)) &&
	    p->in.len >= p->head_len + p->body_len) {
		len = p->head_len + p->body_len;
		p->body = buf_str(&p->in) + p->head_len;
		p->is_busy = true;
		if (strcmp(p->path, "/ping") == 0)
			hooks->ping(p);
		else
			hooks->run(p);
		p->body = NULL;
		p->head_len = p->body_len = 0;
		buf_drop(&p->in, len);
	}
}

/* -1: the connection is broken, or takes more memory than it should. */
static int
read_more(struct peer *p)
{
	char *room = buf_room(&p->in, READ_MAX);
	ssize_t n;

	if (room == NULL)
		return -1;
	n = net_read(p->io.fd, room, READ_MAX);
	if (n == -1)
		return errno == EAGAIN ? 0 : -1;
	if (n == 0) {
		p->has_ended = true;
		if (p->run != NULL)
			hooks->ended(p);
		return 0;
	}
	buf_used(&p->in, (size_t)n);
	if (p->is_last)
		buf_reset(&p->in);
	else if (p->is_busy && hooks->is_deafened)
		p->is_deaf = true;
	else if (p->is_busy)
		drop_blanks(p);
	return 0;
}

static int
write_more(struct peer *p)
{
	ssize_t n;

	if (p->out.is_full)
		return -1;
	while (p->out.len > 0) {
		n = net_write(p->io.fd, p->out.data, p->out.len);
		if (n == -1)
			return errno == EAGAIN ? 0 : -1;
		buf_drop(&p->out, (size_t)n);
	}
	if (p->is_last && !p->is_shut) {
		/* Fails only where the client is gone already. */
		(void)shutdown(p->io.fd, SHUT_WR);
		p->is_shut = true;
	}
	return 0;
}

/* All that happens to a connection happens here: it alone frees one. */
static void
on_peer(void *arg, int events)
{
	struct peer *p = arg;

	if ((events & LOOP_HANGUP && p->has_ended) ||
	    (events & (LOOP_READ | LOOP_HANGUP) && !p->has_ended &&
	    read_more(p) == -1)) {
		peer_free(p);
		return;
	}
	serve_requests(p);
	if (write_more(p) == -1 ||
	    (p->has_ended && !p->is_busy && p->out.len == 0)) {
		peer_free(p);
		return;
	}
	watch(p);
}

static void
finish(struct peer *p)
{
	p->is_busy = p->is_deaf = false;
	p->is_last |= p->wants_close;
	watch(p);
}

void
peer_answer(struct peer *p, const char *status, const char *type,
    const char *body, size_t len)
{
	time_t now = time(NULL);
	char date[64];

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT",
	    gmtime(&now));
	buf_addf(&p->out, "HTTP/1.1 %s\r\nContent-Type: %s\r\nDate: %s\r\n%s",
	    status, type, date,
	    p->is_last || p->wants_close ? "Connection: close\r\n" : "");
	if (len >= PEER_CHUNK_MIN) {
		buf_adds(&p->out, "Transfer-Encoding: chunked\r\n\r\n");
		peer_chunk(p, body, len);
		peer_end(p);
		return;
	}
	buf_addf(&p->out, "Content-Length: %zu\r\n\r\n", len);
	buf_add(&p->out, body, len);
	finish(p);
}

void
peer_refuse(struct peer *p, const char *status, const char *why)
{
	char *line = xasprintf("%s\n", why);

	peer_answer(p, status, "text/plain; charset=utf-8", line,
	    strlen(line));
	free(line);
}

void
peer_stream(struct peer *p, const char *type)
{
	buf_addf(&p->out, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n", type);
	watch(p);
}

void
peer_chunk(struct peer *p, const char *data, size_t len)
{
	buf_addf(&p->out, "%zx\r\n", len);
	buf_add(&p->out, data, len);
	buf_adds(&p->out, "\r\n");
	watch(p);
}

void
peer_end(struct peer *p)
{
	buf_adds(&p->out, "0\r\n\r\n");
	finish(p);
}

void
peer_raw(struct peer *p, const char *data, size_t len)
{
	p->is_last = true;
	buf_add(&p->out, data, len);
	finish(p);
}

static void
on_input(void *arg, int events)
{
	char bytes[256];

	(void)arg;
	(void)events;
	if (read(STDIN_FILENO, bytes, sizeof(bytes)) <= 0)
		loop_stop(peer_loop);
}

static void
on_term(void *arg, int signo)
{
	(void)arg;
	(void)signo;
	loop_stop(peer_loop);
}

void
peer_open(const struct peer_hooks *h)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct stat st;

	hooks = h;
	alarm(LIFE_S);
	sigaction(SIGPIPE, &ignore, NULL);
	peer_loop = loop_new();
	if (peer_loop == NULL ||
	    loop_signal(peer_loop, SIGTERM, on_term, NULL) == -1)
		err(1, "loop");
	input = (struct loop_io){ .fd = STDIN_FILENO, .call = on_input };
	if (fstat(STDIN_FILENO, &st) == 0 && S_ISFIFO(st.st_mode) &&
	    loop_add(peer_loop, &input, LOOP_READ) == -1)
		err(1, "standard input");
}

int
peer_listen(struct net_address *a)
{
	struct loop_io *io = &listeners[nlisteners];
	int fd;

	if (nlisteners == LISTENERS_MAX) {
		errno = EMFILE;
		return -1;
	}
	if ((fd = net_listen(a)) == -1)
		return -1;
	*io = (struct loop_io){ .fd = fd, .call = on_listener, .arg = io };
	if (net_local_address(fd, a) == -1 ||
	    loop_add(peer_loop, io, LOOP_READ) == -1)
		err(1, "listen");
	nlisteners++;
	return 0;
}

void
peer_unlisten(void)
{
	while (nlisteners > 0) {
		nlisteners--;
		loop_del(peer_loop, &listeners[nlisteners]);
		close(listeners[nlisteners].fd);
	}
}

void
peer_serve(void)
{
	if (loop_run(peer_loop) == -1)
		err(1, "loop");
	while (peers != NULL)
		peer_free(peers);
	peer_unlisten();
	loop_del(peer_loop, &input);
	loop_free(peer_loop);
}
