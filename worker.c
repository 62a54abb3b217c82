/* SPDX-License-Identifier: MIT */
/*
 * `pulse worker`: answers GET /ping, and makes the load that POST /run asks
 * for, one run at a time, with a pool of generators that lasts as long as it
 * does.
 *
 * A run belongs to the connection that asked for it: when the coordinator
 * closes, half-closes, resets or falls silent for longer than its lease, the
 * run stops, and the partial result is sent if that can still be. The answer
 * is one JSON document at the end or, to whoever accepts it, a stream of lines
 * from the moment when all generators are ready. Nothing here blocks: /ping is
 * answered at once, whatever else goes on. Bytes from the network end nothing
 * but their own connection.
 *
 * One line a run goes to stderr; with --stdio, where the coordinator shows
 * what comes there, only what went wrong.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/proc.h"
#include "base/resolve.h"
#include "base/rights.h"
#include "base/sandbox.h"
#include "base/text.h"
#include "base/tls.h"
#include "base/tls_context.h"
#include "base/util.h"
#include "cmd/worker_options.h"
#include "fleet/feature.h"
#include "http/server.h"
#include "http/url.h"
#include "json.h"
#include "json_write.h"
#include "load/pool.h"
#include "report/words.h"
#include "wire/request_json.h"
#include "wire/result_json.h"
#include "worker.h"

#define GONE_GRACE_NS	(700 * NS_PER_MS)	/* nobody waits for more */
#define STOP_GRACE_NS	(3 * NS_PER_SEC)
#define DRAIN_NS	(5 * NS_PER_SEC)	/* for answers to leave */

enum {
	CONNECTIONS_MAX = 1000,
	MEMORY_MAX = 64 * 1024 * 1024,	/* of what they send */
	FDS_SPARE = 64,
	FDS_PER_GENERATOR = 6,
	ANSWER_MAX = 64 * 1024 * 1024,
	LEASE_LOOKS = 4			/* within a lease */
};

static const struct server_limits limits = {
	.connections = CONNECTIONS_MAX,
	.body = WIRE_RUN_MAX,
	.memory = MEMORY_MAX,
	.head_ns = 10 * NS_PER_SEC,
	.body_ns = 30 * NS_PER_SEC,
	.idle_ns = 120 * NS_PER_SEC,
	.wants_keepalive = true
};

enum route {
	ROUTE_NONE,
	ROUTE_PING,
	ROUTE_RUN
};

static const struct {
	const char	*path;
	const char	*method;
	const char	*allow;
} routes[] = {
	[ROUTE_PING] = { "/ping", "GET", "Allow: GET\r\n" },
	[ROUTE_RUN] = { "/run", "POST", "Allow: POST\r\n" },
};

/* The run that goes on. */
struct job {
	struct server_connection *connection;	/* NULL: there is none */
	bool			 wants_stream;
	bool			 is_streaming;
	struct run_request	 req;
	uint64_t		 end_ns;	/* when it should be over */
	struct loop_timer	 lease;
	char			 who[NET_TEXT_MAX];
};

struct worker {
	struct worker_settings	 settings;
	struct loop		*loop;
	struct pool		*pool;
	struct server		*server;
	bool			 is_listening;
	bool			 is_ending;
	struct loop_timer	 drain_timer;
	struct job		 job;
};

/* Answers. */

static void
answer_text(struct server_connection *c, int status, const char *fields,
    const char *text)
{
	const struct server_answer a = {
		.status = status,
		.type = "text/plain; charset=utf-8",
		.fields = fields,
		.body = text,
		.body_len = strlen(text)
	};

	server_answer(c, &a);
}

/* A refusal of our own, which has no newline yet. */
static void
answer_why(struct server_connection *c, int status, const char *fields,
    const char *why)
{
	char line[WIRE_TEXT_MAX + 1];

	snprintf(line, sizeof(line), "%s\n", why);
	answer_text(c, status, fields, line);
}

static void
answer_json(struct server_connection *c, const struct buf *json)
{
	const struct server_answer a = {
		.status = 200,
		.type = "application/json",
		.body = json->data,
		.body_len = json->len
	};

	server_answer(c, &a);
}

static void
answer_ping(struct worker *w, struct server_connection *c)
{
	struct json_out out;
	struct buf json;
	int i;

	buf_init(&json, ANSWER_MAX);
	json_out_start(&out, &json, false);
	json_object(&out, NULL);
	json_str(&out, "status", "ok");
	json_str(&out, "version", PULSE_VERSION);
	json_array(&out, "features");
	for (i = 0; i < FEATURES; i++)
		if (tls_version() != NULL || 1 << i != FEATURE_TLS)
			json_str(&out, NULL, feature_name(i));
	json_close(&out);
	json_uint(&out, "generators", pool_size(w->pool));
	json_bool(&out, "busy", w->job.connection != NULL);
	/* The last moment before it leaves: coordinators set clocks by it. */
	json_uint(&out, "now", loop_tick(w->loop));
	json_close(&out);
	(void)json_out_end(&out);	/* cannot fail: it is short */
	buf_adds(&json, "\n");
	answer_json(c, &json);
	buf_clear(&json);
}

/* The end of a run. */

/* One line about it: who asked, for what, what came of it. */
static void
log_run(const struct worker *w, const char *outcome)
{
	const struct run_request *req = &w->job.req;
	char url[HTTP_URL_MAX + 8], phase[WORDS_PHASE_MAX];

	if (w->settings.is_stdio)
		return;
	report_url(url, sizeof(url), req->scenario.url);
	words_phase(phase, &req->phases[0]);
	warnx("%s: %s %.500s, %s%s: %s", w->job.who, req->scenario.method,
	    url, phase, req->nphases > 1 ? ", ..." : "", outcome);
}

static void
log_result(const struct worker *w, const struct result *r)
{
	char outcome[2 * WIRE_TEXT_MAX], ran[FORMAT_MAX];

	snprintf(outcome, sizeof(outcome), "%" PRIu64 " completed, %" PRIu64
	    " failed, %" PRIu64 " dropped in %s%s%s%s", r->n.completed,
	    r->n.failed, r->n.dropped, format_ns(ran, r->duration_ns),
	    r->is_partial ? ", stopped early" : "",
	    r->error[0] != '\0' ? ": " : "", r->error);
	log_run(w, outcome);
}

/*
 * The connection of the run that has ended, to be answered. The next run may
 * begin within that answer, so all of this one is gone by then.
 */
static struct server_connection *
job_end(struct worker *w)
{
	struct server_connection *c = w->job.connection;

	loop_timer_stop(w->loop, &w->job.lease);
	run_request_clear(&w->job.req);
	w->job.connection = NULL;
	return c;
}

static void
begin_line(struct json_out *out, struct buf *line)
{
	buf_init(line, ANSWER_MAX);
	json_out_start(out, line, false);
}

static void
send_line(struct server_connection *c, struct json_out *out, struct buf *line)
{
	/* What does not fit can only be cut, and a cut line is none. */
	if (json_out_end(out) == 0 && buf_adds(line, "\n") == 0)
		server_stream_add(c, line->data, line->len);
	buf_clear(line);
}

static void
send_result_line(struct server_connection *c, const struct result *r)
{
	struct json_out out;
	struct buf line;

	begin_line(&out, &line);
	json_object(&out, NULL);
	if (r->error[0] != '\0')
		json_str(&out, "error", r->error);
	result_to_json(r, &out, "result");
	json_close(&out);
	send_line(c, &out, &line);
}

static void
answer_result(struct server_connection *c, const struct result *r)
{
	struct json_out out;
	struct buf json;

	buf_init(&json, ANSWER_MAX);
	json_out_start(&out, &json, false);
	result_to_json(r, &out, NULL);
	if (json_out_end(&out) == -1 || buf_adds(&json, "\n") == -1)
		answer_why(c, 500, NULL, "the result is too large");
	else
		answer_json(c, &json);
	buf_clear(&json);
}

static void
on_started(void *arg, uint64_t start_ns)
{
	struct worker *w = arg;
	const struct server_answer head = {
		.status = 200,
		.type = "application/x-ndjson",
		.is_chunked = true
	};

	(void)start_ns;
	if (!w->job.wants_stream)
		return;
	w->job.is_streaming = true;
	server_stream_begin(w->job.connection, &head);
}

static void
on_interval(void *arg, const struct interval *in)
{
	struct worker *w = arg;
	struct json_out out;
	struct buf line;

	if (!w->job.is_streaming)
		return;
	begin_line(&out, &line);
	json_object(&out, NULL);
	interval_to_json(in, &out, "snapshot");
	json_close(&out);
	send_line(w->job.connection, &out, &line);
}

static void
on_done(void *arg, struct result *r)
{
	struct worker *w = arg;
	bool is_streaming = w->job.is_streaming;
	struct server_connection *c;

	log_result(w, r);
	c = job_end(w);
	if (is_streaming) {
		send_result_line(c, r);
		server_stream_end(c);
	} else if (r->error[0] != '\0')
		answer_why(c, 500, NULL, r->error);
	else
		answer_result(c, r);
}

static void
on_refused(void *arg, enum refusal refusal, const char *why)
{
	struct worker *w = arg;

	log_run(w, why);
	answer_why(job_end(w), refusal == REFUSED_DENIED ? 400 : 500, NULL,
	    why);
}

/* The beginning of a run. */

static void
answer_busy(struct server_connection *c, uint64_t wait_ns, const char *why)
{
	char fields[64];

	snprintf(fields, sizeof(fields), "Retry-After: %" PRIu64 "\r\n",
	    wait_ns / NS_PER_SEC + 1);
	answer_why(c, 503, fields, why);
}

static int
read_run(const struct worker *w, struct http_view body,
    struct run_request *req, char why[WIRE_TEXT_MAX])
{
	struct json_error err;
	struct json *doc = json_parse(body.data, body.len, &err);
	int rc;

	if (doc == NULL)
		return wire_refuse(why, "the body is no JSON: line %zu, "
		    "column %zu: %s", err.line, err.column, err.reason);
	rc = run_request_from_json(req, json_root(doc), why);
	json_free(doc);
	if (rc == -1)
		return -1;
	if (req->scenario.url == NULL)
		return wire_refuse(why, "httpScenario: there must be one, "
		    "with a url");
	if (run_request_check(req, why) == -1)
		return -1;
	return access_run(&w->settings.access, req, why);
}

static void
on_lease(void *arg)
{
	struct worker *w = arg;
	uint64_t lease_ns = w->job.req.lease_ns;

	if (loop_now(w->loop) - server_heard_ns(w->job.connection) >
	    lease_ns) {
		pool_stop(w->pool, GONE_GRACE_NS);
		return;
	}
	loop_timer_set(w->loop, &w->job.lease, loop_now(w->loop) +
	    lease_ns / LEASE_LOOKS);
}

/* A list of types, each perhaps with parameters (RFC 9110 12.5.1). */
static bool
accepts_stream(struct http_view accept)
{
	const char ndjson[] = "application/x-ndjson";
	size_t i, len = sizeof(ndjson) - 1;

	for (i = 0; i + len <= accept.len; i++)
		if (strncasecmp(accept.data + i, ndjson, len) == 0)
			return true;
	return false;
}

/* Takes req. */
static void
start_run(struct worker *w, struct server_connection *c,
    const struct server_request *asked, const struct run_request *req)
{
	const struct run_hooks hooks = { on_started, on_interval, on_done,
	    on_refused, w };
	struct job *job = &w->job;

	job->connection = c;
	job->wants_stream = accepts_stream(http_field(asked->head->fields,
	    "Accept"));
	job->is_streaming = false;
	job->req = *req;
	server_peer(c, job->who);
	job->end_ns = loop_tick(w->loop) + run_request_duration_ns(req);
	if (req->start_at_ns > loop_now(w->loop))
		job->end_ns += req->start_at_ns - loop_now(w->loop);
	if (req->lease_ns > 0)
		loop_timer_set(w->loop, &job->lease, loop_now(w->loop) +
		    req->lease_ns / LEASE_LOOKS);
	pool_run(w->pool, &job->req, true, &hooks);
}

static void
answer_run(struct worker *w, struct server_connection *c,
    const struct server_request *asked)
{
	uint64_t now_ns = loop_tick(w->loop), wait_ns;
	struct run_request req;
	char why[WIRE_TEXT_MAX];

	run_request_init(&req);
	if (read_run(w, asked->body, &req, why) == -1)
		answer_why(c, 400, NULL, why);
	else if (w->is_ending)
		answer_busy(c, 0, "this worker is about to end");
	else if (w->job.connection != NULL)
		answer_busy(c, w->job.end_ns > now_ns ?
		    w->job.end_ns - now_ns : 0, "a run is going on");
	else if ((wait_ns = pool_repair(w->pool)) > 0)
		answer_busy(c, wait_ns, "generators died and are not all "
		    "replaced yet");
	else {
		start_run(w, c, asked, &req);
		return;
	}
	run_request_clear(&req);
}

/* Requests. */

/*
 * The path of a target in origin or in absolute form (RFC 9112 3.2). What is
 * asked for by https is not here without TLS (RFC 9110 7.4).
 */
static enum route
find_route(const struct worker *w, struct http_view target)
{
	const char *p = target.data, *end = p + target.len, *query;
	struct http_url url;
	size_t i, len;

	if (target.len > 0 && *p != '/') {
		if (http_url_parse(p, target.len, &url, NULL) == -1 ||
		    (url.is_tls && w->settings.tls == NULL))
			return ROUTE_NONE;
		p = url.path.data;
		end = p + url.path.len;
	}
	query = memchr(p, '?', (size_t)(end - p));
	len = (size_t)((query != NULL ? query : end) - p);
	for (i = ROUTE_PING; i < UTIL_NELEM(routes); i++)
		if (len == strlen(routes[i].path) &&
		    memcmp(p, routes[i].path, len) == 0)
			return (enum route)i;
	return ROUTE_NONE;
}

/* The first checks of PROTOCOL's order need no body, and do not wait for it. */
static bool
on_head(void *arg, const struct http_head *h, struct server_answer *a)
{
	const struct worker *w = arg;
	enum route route = find_route(w, h->target);
	struct access_refusal refusal = { 0, NULL };

	if (route == ROUTE_NONE)
		refusal = (struct access_refusal){ 404, "not found: a worker "
		    "has /ping and /run\n" };
	else if (!http_view_is(h->method, routes[route].method)) {
		refusal = (struct access_refusal){ 405, "method not "
		    "allowed\n" };
		a->fields = routes[route].allow;
	} else
		refusal = access_request(&w->settings.access, h,
		    route == ROUTE_RUN);
	if (refusal.status == 0)
		return true;
	if (refusal.status == 401)
		a->fields = "WWW-Authenticate: Bearer\r\n";
	a->status = refusal.status;
	a->type = "text/plain; charset=utf-8";
	a->body = refusal.text;
	a->body_len = strlen(refusal.text);
	a->is_static = true;
	return false;
}

static void
on_request(void *arg, struct server_connection *c,
    const struct server_request *req)
{
	struct worker *w = arg;

	if (find_route(w, req->head->target) == ROUTE_PING)
		answer_ping(w, c);
	else
		answer_run(w, c, req);
}

/* Only a run waits for its answer, so it is the run's coordinator. */
static void
on_gone(void *arg, struct server_connection *c)
{
	struct worker *w = arg;

	(void)c;
	pool_stop(w->pool, GONE_GRACE_NS);
}

static void
on_drained(void *arg)
{
	struct worker *w = arg;

	loop_stop(w->loop);
}

/* The process. */

static bool
may_connect(void *arg, const char *host, const struct net_address *address)
{
	const struct worker *w = arg;

	return access_address(&w->settings.access, host, address);
}

static void
on_signal(void *arg, int signo)
{
	struct worker *w = arg;

	(void)signo;
	if (w->is_ending) {
		loop_stop(w->loop);
		return;
	}
	w->is_ending = true;
	loop_timer_set(w->loop, &w->drain_timer, loop_tick(w->loop) +
	    (w->job.connection != NULL ? STOP_GRACE_NS : 0) + DRAIN_NS);
	if (w->job.connection != NULL)
		pool_stop(w->pool, STOP_GRACE_NS);
	server_drain(w->server);
}

/*
 * Our standard input and output are the connection, and nothing else may be
 * written there by accident.
 */
static int
take_stdio(int fds[2])
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), i;

	fds[0] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	fds[1] = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (null == -1 || fds[0] == -1 || fds[1] == -1)
		return -1;
	for (i = STDIN_FILENO; i <= STDOUT_FILENO; i++)
		if (dup2(null, i) == -1)
			return -1;
	close(null);
	return 0;
}

static int
worker_listen(struct worker *w)
{
	struct net_address *a = &w->settings.address;
	char text[NET_TEXT_MAX];
	int fd = net_listen(a);

	if (fd == -1) {
		warn("worker: %s", net_address_format(text, a));
		return -1;
	}
	w->is_listening = true;
	if (w->settings.rights.user != NULL && net_give_socket(a,
	    w->settings.rights.uid, w->settings.rights.gid) == -1) {
		warn("worker: %s", net_address_format(text, a));
		close(fd);
		return -1;
	}
	/* Port 0 has become some other. */
	if (a->ss.ss_family != AF_UNIX)
		(void)net_local_address(fd, a);
	return fd;
}

/*
 * Whoever becomes another user takes along nothing that was left open by who
 * started us: a directory among it would be a way out of any root directory.
 */
static void
close_inherited(const struct worker *w)
{
	const int own[] = { tls_key_log_fd() };

	if (w->settings.rights.user != NULL)
		proc_keep_only(own, UTIL_NELEM(own));
}

/* To the system, what it must be asked for while this is root. */
static void
raise_limits(const struct worker *w)
{
	const struct worker_settings *s = &w->settings;
	uint64_t own = CONNECTIONS_MAX + FDS_SPARE +
	    (uint64_t)s->generators * FDS_PER_GENERATOR;
	uint64_t most = s->access.max_concurrency;

	(void)net_raise_nofile(own);
	/* Runs come later. */
	if (s->rights.user != NULL)
		net_allow_nofile(own + (most > 0 ? most :
		    WIRE_CONCURRENCY_MAX));
}

/*
 * In a child, which listens to strangers on the other side: token and key are
 * not for them. No more than the best that can be done: a key that connections
 * of coordinators hold stays in who takes the place of another, and so does
 * what reading it has left behind in memory that was given back.
 */
static void
forget_secrets(void *arg)
{
	struct worker *w = arg;

	worker_settings_clear(&w->settings);
}

/*
 * The resolver needs files that are not in another root directory; generators,
 * and all who take their places, have the rights of this process, which has
 * given up what it does not need by then.
 */
static int
worker_fork(struct worker *w)
{
	const struct rights *rights = &w->settings.rights;
	struct resolver *resolver;
	char why[RIGHTS_TEXT_MAX];

	proc_set_forget(forget_secrets, w);
	resolver = resolver_new(w->loop, rights);
	if (resolver == NULL) {
		warn("worker: resolver");
		return -1;
	}
	if (rights_drop(rights, true, why) == -1) {
		warnx("worker: %s", why);
		resolver_free(resolver);
		return -1;
	}
	/* What has that name now is not ours to remove. */
	if (rights->root != NULL)
		w->is_listening = false;
	w->pool = pool_new(w->loop, w->settings.generators, resolver);
	if (w->pool == NULL)
		warn("worker: generators");
	return w->pool == NULL ? -1 : 0;
}

static int
worker_open(struct worker *w, int fd)
{
	const struct server_handler handler = { on_head, on_request, on_gone,
	    on_drained, w };
	struct server_limits mine = limits;

	w->loop = loop_new();
	if (w->loop == NULL ||
	    loop_signal_stops(w->loop, on_signal, w) == -1) {
		warn("worker: event loop");
		return -1;
	}
	if (worker_fork(w) == -1)
		return -1;
	pool_set_gate(w->pool, may_connect, w);
	mine.tls = w->settings.tls;
	w->server = server_new(w->loop, fd, &mine, &handler);
	if (w->server == NULL) {
		warn("worker: event loop");
		return -1;
	}
	w->job.lease.call = on_lease;
	w->job.lease.arg = w;
	w->drain_timer.call = on_drained;
	w->drain_timer.arg = w;
	return 0;
}

static int
announce(const struct worker *w)
{
	char text[NET_TEXT_MAX];
	const char *scheme = w->settings.tls != NULL ? "https://" : "http://";

	if (w->settings.address.ss.ss_family == AF_UNIX)
		scheme = "";
	printf("pulse worker: listening on %s%s\n", scheme,
	    net_address_format(text, &w->settings.address));
	if (fflush(stdout) == EOF) {
		warn("worker: standard output");
		return -1;
	}
	return 0;
}

static int
worker_serve(struct worker *w)
{
	int stdio[2] = { -1, -1 }, fd = -1;

	if (!w->settings.wants_sandbox)
		sandbox_forgo();
	close_inherited(w);
	raise_limits(w);
	if (w->settings.is_stdio && take_stdio(stdio) == -1) {
		warn("worker: standard input and output");
		return 1;
	}
	if (!w->settings.is_stdio && (fd = worker_listen(w)) == -1)
		return 1;
	if (worker_open(w, fd) == -1)
		return 1;
	if (sandbox_enter(SANDBOX_WORKER) == -1)
		warn("worker: going on without a filter of system calls");
	if (w->settings.is_stdio) {
		if (server_adopt(w->server, stdio[0], stdio[1]) == -1) {
			if (errno == EPERM)
				warnx("worker: --stdio: standard input and "
				    "output must be pipes or sockets");
			else
				warn("worker: standard input and output");
			return 1;
		}
	} else if (announce(w) == -1)
		return 1;
	if (loop_run(w->loop) == -1) {
		warn("worker: event loop");
		return 1;
	}
	return 0;
}

static void
worker_clear(struct worker *w)
{
	server_free(w->server);
	pool_free(w->pool);
	run_request_clear(&w->job.req);
	loop_free(w->loop);
	if (w->is_listening)
		net_unlisten(&w->settings.address);
	worker_settings_clear(&w->settings);
}

int
worker_main(int argc, char **argv)
{
	struct worker w;
	int status;

	memset(&w, 0, sizeof(w));
	status = worker_settings_parse(&w.settings, argc, argv);
	if (status != 0)
		status = status == 1 ? 0 : 1;
	else
		status = worker_serve(&w);
	worker_clear(&w);
	return status;
}
