/* SPDX-License-Identifier: MIT */
/*
 * `pulse mock`: a target for demonstrations and tests, healthy or in several
 * ways not. It owns its processes, each with a loop and a server on the one
 * listening socket, and decides what every request gets; nothing is random, so
 * that a run can be repeated. It must stay cheaper than what measures it.
 *
 * Some paths are answered the same way in every mode but down:
 *	/status/404	that status, 200 to 599
 *	/redirect/3	302 to /redirect/2, and so on; after 3 of them 200
 *	/delay/1.5s	200 after that time
 *	/size/1000000	200 with a body of so many bytes
 *	/chunked/10000	the same in chunks
 *	/close		200, then the connection is closed
 *	/echo		200 with the body of the request, up to 1 MiB of it
 * A value that is none is a 400. Any other path gets what the mode says.
 */

#include <assert.h>
#include <err.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/proc.h"
#include "base/text.h"
#include "base/util.h"
#include "http/server.h"
#include "mock.h"

enum {
	CONNECTIONS_MAX = 65536,	/* of a process, if descriptors do */
	CONNECTIONS_MIN = 16,
	FDS_SPARE = 32,			/* for all but connections */
	ECHO_MAX = 1024 * 1024,		/* bytes of a body that are kept */
	DOWN_ACCEPTS = 64,		/* of one turn */
	GRACE_MS = 1000,		/* for processes that are told to end */
	FIELDS_MAX = 64,
	VALUE_MAX = 32			/* of a path, with its NUL */
};

/* A load generator keeps connections open, and a test waits for none. */
static const struct server_limits limits = {
	.body = ECHO_MAX,
	.discards_rest = true,
	.head_ns = 30 * NS_PER_SEC,
	.body_ns = 120 * NS_PER_SEC,
	.idle_ns = 120 * NS_PER_SEC
};

/* What a request gets. */
struct reply {
	struct server_answer	 answer;
	char			 fields[FIELDS_MAX];	/* "" for none */
	uint64_t		 delay_ns;
	bool			 is_reset;		/* instead */
};

/* A reply that waits for its time; kept to be used again. */
struct delayed {
	struct delayed		*next;		/* free ones */
	struct delayed		*next_made;
	struct mock		*mock;
	struct server_connection *connection;
	struct loop_timer	 timer;
	struct reply		 reply;
};

/* One process of the mock. */
struct mock {
	const struct mock_settings *settings;
	int			 fd;		/* listening */
	struct loop		*loop;
	struct tls_context	*tls;		/* NULL: plain HTTP */
	struct server		*server;	/* NULL when it is down */
	struct loop_io		 down;
	struct loop_io		 parent;	/* its end is ours */
	char			*text;		/* of size bytes, at least 1 */
	char			*large;		/* MOCK_SIZE_MAX, if need be */
	uint64_t		 asked;		/* see fails() */
	uint64_t		 failed;
	struct delayed		*free;
	struct delayed		*made;
};

/* The parent of several such processes. */
struct parent {
	struct loop		*loop;
	struct proc		*procs;
	size_t			 nprocs;
	int			 status;
};

/* Processes. */
static int	serve(void *arg, int read_fd, int write_fd);
static int	serve_alone(struct mock *m);
static int	serve_many(struct mock *m);
static void	on_child(void *arg, int signo);
static int	announce(const struct mock *m);
static void	on_stop(void *arg, int signo);
static int	mock_open(struct mock *m);
static void	mock_clear(struct mock *m);
static void	on_parent(void *arg, int events);
static void	on_down(void *arg, int events);

/* Requests. */
static void	on_request(void *arg, struct server_connection *c,
		    const struct server_request *req);
static void	on_gone(void *arg, struct server_connection *c);
static void	reply_give(struct reply *r, struct server_connection *c);
static void	reply_delay(struct mock *m, const struct reply *r,
		    struct server_connection *c);
static struct delayed *delayed_new(struct mock *m);
static void	delayed_free(struct delayed *d);
static void	on_delay(void *arg);

/* What they get. */
static void	choose(struct mock *m, const struct server_request *req,
		    struct reply *r);
static void	choose_by_mode(struct mock *m, struct reply *r);
static bool	fails(struct mock *m);
static void	set_text(struct mock *m, struct reply *r, uint64_t len);
static char	*make_text(size_t len);
static bool	parse_size(const char *value, uint64_t *size);
static bool	path_status(struct mock *m, const struct server_request *req,
		    const char *value, struct reply *r);
static bool	path_redirect(struct mock *m, const struct server_request *req,
		    const char *value, struct reply *r);
static bool	path_delay(struct mock *m, const struct server_request *req,
		    const char *value, struct reply *r);
static bool	path_size(struct mock *m, const struct server_request *req,
		    const char *value, struct reply *r);
static bool	path_chunked(struct mock *m, const struct server_request *req,
		    const char *value, struct reply *r);
static bool	path_close(struct mock *m, const struct server_request *req,
		    const char *value, struct reply *r);
static bool	path_echo(struct mock *m, const struct server_request *req,
		    const char *value, struct reply *r);

/*
 * The start of a path, or a whole one that does not end in a slash, and what
 * changes the healthy reply for it: false is a 400.
 */
static const struct path {
	const char	*start;
	bool		(*call)(struct mock *, const struct server_request *,
			    const char *value, struct reply *);
} paths[] = {
	{ "/status/", path_status },
	{ "/redirect/", path_redirect },
	{ "/delay/", path_delay },
	{ "/size/", path_size },
	{ "/chunked/", path_chunked },
	{ "/close", path_close },
	{ "/echo", path_echo }
};

int
mock_main(const struct mock_settings *settings)
{
	struct mock m = { .settings = settings };
	char text[NET_TEXT_MAX];
	int status;

	m.fd = net_listen(&settings->address);
	if (m.fd == -1) {
		warn("%s", net_address_format(text, &settings->address));
		return 1;
	}
	if (announce(&m) == -1) {
		warn("standard output");
		close(m.fd);
		return 1;
	}
	status = settings->processes > 1 ? serve_many(&m) : serve_alone(&m);
	net_unlisten(&settings->address);
	return status;
}

/* Says where it listens, at once: a script waits for this line. */
static int
announce(const struct mock *m)
{
	const char *scheme = m->settings->tls != NULL ? "https://" : "http://";
	struct net_address a;
	char text[NET_TEXT_MAX];

	if (net_local_address(m->fd, &a) == -1 ||
	    printf("pulse mock: listening on %s%s\n",
	    a.ss.ss_family == AF_UNIX ? "" : scheme,
	    net_address_format(text, &a)) < 0 || fflush(stdout) == EOF)
		return -1;
	return 0;
}

static int
serve_alone(struct mock *m)
{
	int status = 1;

	if (mock_open(m) == 0 &&
	    loop_signal_stops(m->loop, on_stop, m->loop) == 0 &&
	    loop_run(m->loop) == 0)
		status = 0;
	else
		warn("mock");
	mock_clear(m);
	return status;
}

/* The body of one process of several: it ends with its parent. */
static int
serve(void *arg, int read_fd, int write_fd)
{
	struct mock *m = arg;
	int status = 1;

	(void)write_fd;
	m->parent.fd = read_fd;
	m->parent.call = on_parent;
	m->parent.arg = m;
	if (mock_open(m) == 0 &&
	    loop_add(m->loop, &m->parent, LOOP_READ) == 0 &&
	    loop_run(m->loop) == 0)
		status = 0;
	else
		warn("mock");
	mock_clear(m);
	return status;
}

int
mock_serve(void *arg, int read_fd, int write_fd)
{
	const struct mock_place *place = arg;
	struct mock m = { .settings = place->settings, .fd = place->fd };

	return serve(&m, read_fd, write_fd);
}

/* All share the socket: whoever is idle accepts. */
static int
serve_many(struct mock *m)
{
	struct parent p = { .nprocs = m->settings->processes };
	size_t i;

	p.procs = xcalloc(p.nprocs, sizeof(*p.procs));
	for (i = 0; i < p.nprocs; i++)
		if (proc_spawn(&p.procs[i], serve, m) == -1)
			goto fail;
	p.loop = loop_new();
	if (p.loop == NULL ||
	    loop_signal_stops(p.loop, on_stop, p.loop) == -1 ||
	    loop_signal(p.loop, SIGCHLD, on_child, &p) == -1)
		goto fail;
	on_child(&p, SIGCHLD);		/* one may be dead already */
	if (p.status == 0 && loop_run(p.loop) == -1)
		goto fail;
	goto done;
fail:
	warn("mock");
	p.status = 1;
done:
	for (i = 0; i < p.nprocs; i++)
		proc_end(&p.procs[i], GRACE_MS);
	loop_free(p.loop);
	free(p.procs);
	close(m->fd);
	return p.status;
}

/* None ends before it is told to: with one less, the target is another. */
static void
on_child(void *arg, int signo)
{
	struct parent *p = arg;
	char text[PROC_TEXT_MAX];
	size_t i;

	(void)signo;
	for (i = 0; i < p->nprocs; i++)
		if (p->status == 0 && proc_reap(&p->procs[i])) {
			warnx("mock: process %zu %s", i,
			    proc_describe(&p->procs[i], text));
			p->status = 1;
			loop_stop(p->loop);
		}
}

static void
on_stop(void *arg, int signo)
{
	(void)signo;
	loop_stop(arg);
}

/* 0, or -1 with errno; mock_clear in both cases. Closes m->fd later. */
static int
mock_open(struct mock *m)
{
	const struct server_handler handler = {
		.request = on_request,
		.gone = on_gone,
		.arg = m
	};
	struct server_limits mine = limits;
	uint64_t fds = net_raise_nofile(CONNECTIONS_MAX + FDS_SPARE);
	char why[TLS_TEXT_MAX];

	mine.connections = fds > CONNECTIONS_MIN + FDS_SPARE ?
	    (size_t)(fds - FDS_SPARE) : CONNECTIONS_MIN;
	m->text = make_text(m->settings->size == 0 ? 1 : m->settings->size);
	m->loop = loop_new();
	if (m->loop == NULL)
		return -1;
	if (m->settings->mode == MOCK_DOWN) {
		m->down = (struct loop_io){ .fd = m->fd, .call = on_down,
		    .arg = m };
		return loop_add(m->loop, &m->down, LOOP_READ);
	}
	/* It was tried before: lack of memory alone can be wrong now. */
	if (m->settings->tls != NULL &&
	    (m->tls = tls_server_new(m->settings->tls, why)) == NULL) {
		errno = ENOMEM;
		return -1;
	}
	mine.tls = m->tls;
	m->server = server_new(m->loop, m->fd, &mine, &handler);
	return m->server == NULL ? -1 : 0;
}

static void
mock_clear(struct mock *m)
{
	struct delayed *d;

	if (m->server != NULL)
		server_free(m->server);
	else
		close(m->fd);
	while ((d = m->made) != NULL) {
		m->made = d->next_made;
		free(d);
	}
	tls_context_free(m->tls);
	loop_free(m->loop);
	free(m->text);
	free(m->large);
}

static void
on_parent(void *arg, int events)
{
	struct mock *m = arg;

	(void)events;		/* nothing is ever written there */
	loop_stop(m->loop);
}

/* Down, as seen through a balancer that still listens. */
static void
on_down(void *arg, int events)
{
	struct mock *m = arg;
	int fd, i;

	(void)events;
	for (i = 0; i < DOWN_ACCEPTS; i++) {
		fd = net_accept(m->fd);
		if (fd == -1)
			return;
		close(fd);
	}
}

static void
on_request(void *arg, struct server_connection *c,
    const struct server_request *req)
{
	struct mock *m = arg;
	struct reply r;

	choose(m, req, &r);
	if (r.delay_ns == 0)
		reply_give(&r, c);
	else
		reply_delay(m, &r, c);
}

/* Its client gave up: nothing waits any longer. */
static void
on_gone(void *arg, struct server_connection *c)
{
	(void)arg;
	delayed_free(server_data(c));
	server_drop(c, false);
}

static void
reply_give(struct reply *r, struct server_connection *c)
{
	if (r->is_reset) {
		server_drop(c, true);
		return;
	}
	if (r->fields[0] != '\0')
		r->answer.fields = r->fields;
	server_answer(c, &r->answer);
}

static void
reply_delay(struct mock *m, const struct reply *r,
    struct server_connection *c)
{
	struct delayed *d = delayed_new(m);

	d->connection = c;
	d->reply = *r;
	server_set_data(c, d);
	loop_timer_set(m->loop, &d->timer, loop_now(m->loop) + r->delay_ns);
}

static struct delayed *
delayed_new(struct mock *m)
{
	struct delayed *d = m->free;

	if (d != NULL) {
		m->free = d->next;
		return d;
	}
	d = xcalloc(1, sizeof(*d));
	d->mock = m;
	d->timer.call = on_delay;
	d->timer.arg = d;
	d->next_made = m->made;
	m->made = d;
	return d;
}

static void
delayed_free(struct delayed *d)
{
	loop_timer_stop(d->mock->loop, &d->timer);
	d->next = d->mock->free;
	d->mock->free = d;
}

static void
on_delay(void *arg)
{
	struct delayed *d = arg;

	reply_give(&d->reply, d->connection);
	delayed_free(d);
}

static void
choose(struct mock *m, const struct server_request *req, struct reply *r)
{
	static const char refusal[] = "no such value\n";
	struct http_view path = req->head->target;
	char value[VALUE_MAX];
	size_t i, len;

	*r = (struct reply){ .delay_ns = m->settings->delay_ns };
	if (m->settings->mode == MOCK_SLOW && r->delay_ns == 0)
		r->delay_ns = MOCK_SLOW_NS;
	r->answer.status = 200;
	r->answer.type = "text/plain";
	set_text(m, r, m->settings->size);
	for (i = 0; i < UTIL_NELEM(paths); i++) {
		len = strlen(paths[i].start);
		if (path.len < len || path.len - len >= sizeof(value) ||
		    memcmp(path.data, paths[i].start, len) != 0)
			continue;
		memcpy(value, path.data + len, path.len - len);
		value[path.len - len] = '\0';
		value[strcspn(value, "?")] = '\0';
		if (paths[i].start[len - 1] != '/' && value[0] != '\0')
			continue;	/* /closed is not /close */
		if (paths[i].call(m, req, value, r))
			return;
		r->answer.status = 400;
		r->answer.body = refusal;
		r->answer.body_len = sizeof(refusal) - 1;
		return;
	}
	choose_by_mode(m, r);
}

static void
choose_by_mode(struct mock *m, struct reply *r)
{
	static const int errors[] = { 500, 503, 404, 429 };
	enum mock_mode mode = m->settings->mode;

	if ((mode != MOCK_MIXED_ERRORS && mode != MOCK_FLAKY) || !fails(m))
		return;
	if (mode == MOCK_MIXED_ERRORS)
		r->answer.status = errors[(m->failed - 1) %
		    UTIL_NELEM(errors)];
	else if (m->failed % 2 == 1)
		r->is_reset = true;
	else {
		r->answer.is_cut = true;
		if (r->answer.body_len == 0)	/* it has no middle */
			r->answer.body_len = 1;
	}
}

/*
 * Of the first n requests of a process floor(n * rate) fail, whatever n is: as
 * evenly spread as a line of pixels. (0.29 * 100 is below 29 in binary.)
 */
static bool
fails(struct mock *m)
{
	double due;

	m->asked++;
	due = floor((double)m->asked * m->settings->fail_rate + 1e-6);
	if (due <= (double)m->failed)
		return false;
	m->failed++;
	return true;
}

/* Bytes of one text serve all bodies; few tests ask for more than --size. */
static void
set_text(struct mock *m, struct reply *r, uint64_t len)
{
	if (len > m->settings->size && m->large == NULL)
		m->large = make_text(MOCK_SIZE_MAX);
	r->answer.body = len > m->settings->size ? m->large : m->text;
	r->answer.body_len = (size_t)len;
	r->answer.is_static = true;
}

/* Printable lines of 64 bytes. */
static char *
make_text(size_t len)
{
	static const char line[] = "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ.\n";
	char *text = xcalloc(len, 1);
	size_t at, n;

	static_assert(sizeof(line) - 1 == 64, "a line has 64 bytes");
	for (at = 0; at < len; at += n) {
		n = len - at < 64 ? len - at : 64;
		memcpy(text + at, line, n);
	}
	return text;
}

static bool
parse_size(const char *value, uint64_t *size)
{
	return parse_uint(value, MOCK_SIZE_MAX, size) == 0;
}

static bool
path_status(struct mock *m, const struct server_request *req,
    const char *value, struct reply *r)
{
	uint64_t status;

	(void)m;
	(void)req;
	if (parse_uint(value, 599, &status) == -1 || status < 200)
		return false;
	r->answer.status = (int)status;
	return true;
}

static bool
path_redirect(struct mock *m, const struct server_request *req,
    const char *value, struct reply *r)
{
	uint64_t n;

	(void)m;
	(void)req;
	if (parse_uint(value, UINT32_MAX, &n) == -1)
		return false;
	if (n == 0)
		return true;
	r->answer.status = 302;
	if (n == 1)
		snprintf(r->fields, sizeof(r->fields), "Location: /\r\n");
	else
		snprintf(r->fields, sizeof(r->fields),
		    "Location: /redirect/%u\r\n", (unsigned int)(n - 1));
	return true;
}

static bool
path_delay(struct mock *m, const struct server_request *req,
    const char *value, struct reply *r)
{
	(void)m;
	(void)req;
	return parse_duration(value, &r->delay_ns) == 0;
}

static bool
path_size(struct mock *m, const struct server_request *req,
    const char *value, struct reply *r)
{
	uint64_t size;

	(void)req;
	if (!parse_size(value, &size))
		return false;
	set_text(m, r, size);
	return true;
}

static bool
path_chunked(struct mock *m, const struct server_request *req,
    const char *value, struct reply *r)
{
	r->answer.is_chunked = true;
	return path_size(m, req, value, r);
}

static bool
path_close(struct mock *m, const struct server_request *req,
    const char *value, struct reply *r)
{
	(void)m;
	(void)req;
	(void)value;
	r->answer.is_last = true;
	return true;
}

static bool
path_echo(struct mock *m, const struct server_request *req, const char *value,
    struct reply *r)
{
	(void)m;
	(void)value;
	r->answer.type = "application/octet-stream";
	r->answer.body = req->body.data;
	r->answer.body_len = req->body.len;
	r->answer.is_static = false;
	return true;
}
