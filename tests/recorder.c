/* SPDX-License-Identifier: MIT */
/*
 * A target that says when requests came, to judge a load generator by:
 *
 *	recorder [-d FILE] [-e N] [-l FILE] [-s N] RATE [MAX]
 *
 * Listens on a port of 127.0.0.1 and writes its number as a line to stdout.
 * Every GET is answered with a tiny 200, and the time right after the read
 * that brought it is kept, up to MAX times (10000000). When stdin ends or TERM
 * comes it compares them with the even schedule of RATE a second that fits
 * best, arrival i at offset + i / RATE, where offset is the median of what
 * each arrival would have it be, and prints one line:
 *
 *	N P50_US P99_US MAX_US		of the absolute deviation
 *
 * -d: all the times go to FILE before that, in whole microseconds after the
 * first, a line each. -e: every Nth answer is a 503. -s: every Nth one is held
 * for 100 ms. -l: each answer has an X-Request-Id, its number from 1 on, which
 * goes to FILE with the port at the other end, a line each, before it is sent.
 */

#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/text.h"
#include "base/util.h"
#include "http.h"

enum {
	ARRIVALS_MAX = 10 * 1000 * 1000,
	ACCEPT_MAX = 64,		/* of one turn */
	IN_MAX = 4096,			/* bytes of heads not answered yet */
	HELD_MS = 100
};

struct connection {
	struct loop_io		 io;
	struct loop_timer	 timer;		/* of an answer that is held */
	uint64_t		 id;		/* of the last request */
	unsigned int		 port;		/* at the other end */
	bool			 is_last;	/* of this connection */
	size_t			 len;
	size_t			 scanned;
	char			 in[IN_MAX];
};

static struct loop *loop;
static struct loop_io listener, input;
static uint64_t *arrivals;
static size_t narrivals, max_arrivals;
static uint64_t nrequests, each_fails, each_is_slow;
static FILE *log_file;

static void
connection_free(struct connection *c)
{
	loop_timer_stop(loop, &c->timer);
	loop_del(loop, &c->io);
	close(c->io.fd);
	free(c);
}

/* An answer fits any socket buffer, unless the client reads none of them. */
static bool
answer_now(struct connection *c)
{
	static const char ok[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	bool has_failed = each_fails > 0 && c->id % each_fails == 0;
	char text[128];
	int len;

	if (log_file == NULL && !has_failed)
		return net_write(c->io.fd, ok, sizeof(ok) - 1) ==
		    (ssize_t)(sizeof(ok) - 1);
	len = snprintf(text, sizeof(text), "HTTP/1.1 %s\r\n"
	    "Content-Length: 2\r\nX-Request-Id: %" PRIu64 "\r\n\r\nok",
	    has_failed ? "503 Service Unavailable" : "200 OK", c->id);
	return net_write(c->io.fd, text, (size_t)len) == len;
}

static void
on_held(void *arg)
{
	struct connection *c = arg;

	if (!answer_now(c) || c->is_last)
		connection_free(c);
}

/*
 * Now or later; whoever is held asks nothing more meanwhile. False when there
 * is nothing more to say.
 */
static bool
answer_one(struct connection *c, bool is_last)
{
	c->id = ++nrequests;
	c->is_last = is_last;
	if (log_file != NULL)
		fprintf(log_file, "%" PRIu64 " %u\n", c->id, c->port);
	if (each_is_slow == 0 || c->id % each_is_slow != 0)
		return answer_now(c) && !is_last;
	c->timer.call = on_held;
	c->timer.arg = c;
	loop_timer_set(loop, &c->timer, loop_tick(loop) +
	    HELD_MS * NS_PER_MS);
	return true;
}

static bool
answer(struct connection *c, uint64_t now_ns)
{
	struct http_head head;
	ssize_t n = 0;
	size_t at = 0;
	bool is_open = true;

	while (is_open && at < c->len && (n = http_read_request(c->in + at,
	    c->len - at, &c->scanned, &head)) > 0) {
		if (narrivals < max_arrivals)
			arrivals[narrivals++] = now_ns;
		is_open = answer_one(c, !head.keep_alive);
		at += (size_t)n;
	}
	c->len -= at;
	memmove(c->in, c->in + at, c->len);
	return is_open && n != HTTP_BAD && c->len < sizeof(c->in);
}

static void
on_connection(void *arg, int events)
{
	struct connection *c = arg;
	ssize_t n = net_read(c->io.fd, c->in + c->len,
	    sizeof(c->in) - c->len);
	uint64_t now_ns = clock_now_ns();

	(void)events;
	if (n == -1 && errno == EAGAIN)
		return;
	if (n > 0) {
		c->len += (size_t)n;
		if (answer(c, now_ns))
			return;
	}
	connection_free(c);
}

static unsigned int
peer_port(int fd)
{
	struct net_address a;
	char text[NET_TEXT_MAX];
	uint64_t port;

	if (net_peer_address(fd, &a) == -1 || parse_uint(
	    strrchr(net_address_format(text, &a), ':') + 1, UINT16_MAX,
	    &port) == -1)
		err(1, "peer");
	return (unsigned int)port;
}

static void
on_listener(void *arg, int events)
{
	struct connection *c;
	int fd, i;

	(void)arg;
	(void)events;
	for (i = 0; i < ACCEPT_MAX; i++) {
		fd = net_accept(listener.fd);
		if (fd == -1)
			return;
		c = xcalloc(1, sizeof(*c));
		c->port = peer_port(fd);
		c->io = (struct loop_io){ .fd = fd, .call = on_connection,
		    .arg = c };
		if (loop_add(loop, &c->io, LOOP_READ) == -1)
			err(1, "loop_add");
	}
}

static void
on_input(void *arg, int events)
{
	char bytes[256];

	(void)arg;
	(void)events;
	if (read(STDIN_FILENO, bytes, sizeof(bytes)) <= 0)
		loop_stop(loop);
}

static void
on_term(void *arg, int signo)
{
	(void)arg;
	(void)signo;
	loop_stop(loop);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Arrivals are in order already: they were taken down as they came. */
static void
dump(const char *path)
{
	FILE *f = fopen(path, "w");
	size_t i;

	if (f == NULL)
		err(1, "%s", path);
	for (i = 0; i < narrivals; i++)
		fprintf(f, "%" PRIu64 "\n",
		    (arrivals[i] - arrivals[0]) / NS_PER_US);
	if (ferror(f) || fclose(f) == EOF)
		err(1, "%s", path);
}

static void
report(uint64_t rate)
{
	double *deviations = xcalloc(narrivals, sizeof(*deviations));
	double interval_ns = (double)NS_PER_SEC / (double)rate, offset;
	size_t i;

	for (i = 0; i < narrivals; i++)
		deviations[i] = (double)(arrivals[i] - arrivals[0]) -
		    (double)i * interval_ns;
	qsort(deviations, narrivals, sizeof(*deviations), compare);
	offset = narrivals > 0 ? deviations[narrivals / 2] : 0;
	for (i = 0; i < narrivals; i++) {
		deviations[i] -= offset;
		if (deviations[i] < 0)
			deviations[i] = -deviations[i];
	}
	qsort(deviations, narrivals, sizeof(*deviations), compare);
	if (narrivals == 0)
		printf("0 0.0 0.0 0.0\n");
	else
		printf("%zu %.1f %.1f %.1f\n", narrivals,
		    deviations[(narrivals - 1) / 2] / 1e3,
		    deviations[(narrivals - 1) * 99 / 100] / 1e3,
		    deviations[narrivals - 1] / 1e3);
	free(deviations);
}

static void
open_listener(void)
{
	struct net_address a;
	char text[NET_TEXT_MAX];

	if (!net_listen_parse(&a, "127.0.0.1:0") ||
	    (listener.fd = net_listen(&a)) == -1 ||
	    net_local_address(listener.fd, &a) == -1)
		err(1, "listen");
	listener.call = on_listener;
	if (loop_add(loop, &listener, LOOP_READ) == -1)
		err(1, "loop_add");
	net_address_format(text, &a);
	printf("%s\n", strrchr(text, ':') + 1);
	fflush(stdout);
}

static void
usage(void)
{
	errx(1, "usage: recorder [-d FILE] [-e N] [-l FILE] [-s N] RATE "
	    "[MAX]");
}

static void
take_option(int c, const char **path)
{
	if (c == 'd')
		*path = optarg;
	else if (c == 'e' || c == 's') {
		if (parse_uint(optarg, UINT32_MAX,
		    c == 'e' ? &each_fails : &each_is_slow) == -1)
			usage();
	} else if (c != 'l')
		usage();
	else if ((log_file = fopen(optarg, "w")) == NULL)
		err(1, "%s", optarg);
	else
		setvbuf(log_file, NULL, _IOLBF, 0);
}

int
main(int argc, char *argv[])
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	uint64_t rate, max = ARRIVALS_MAX;
	const char *path = NULL;
	struct stat st;
	int c;

	while ((c = getopt(argc, argv, "d:e:l:s:")) != -1)
		take_option(c, &path);
	argc -= optind;
	argv += optind;
	if (argc < 1 || argc > 2 ||
	    parse_rate(argv[0], &rate) == -1 || rate == 0 ||
	    (argc == 2 && parse_uint(argv[1], UINT32_MAX, &max) == -1))
		usage();
	max_arrivals = (size_t)max;
	arrivals = xcalloc(max_arrivals, sizeof(*arrivals));
	/* Touched now, so that no arrival waits for a page. */
	memset(arrivals, 1, max_arrivals * sizeof(*arrivals));
	net_raise_nofile(UINT16_MAX);
	sigaction(SIGPIPE, &ignore, NULL);
	loop = loop_new();
	if (loop == NULL || loop_signal(loop, SIGTERM, on_term, NULL) == -1)
		err(1, "loop");
	open_listener();
	input = (struct loop_io){ .fd = STDIN_FILENO, .call = on_input };
	/* A file or /dev/null says nothing: then TERM alone ends it. */
	if (fstat(STDIN_FILENO, &st) == 0 && S_ISFIFO(st.st_mode) &&
	    loop_add(loop, &input, LOOP_READ) == -1)
		err(1, "standard input");
	if (loop_run(loop) == -1)
		err(1, "loop");
	if (path != NULL)
		dump(path);
	report(rate);
	return 0;
}
