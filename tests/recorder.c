/* SPDX-License-Identifier: MIT */
/*
 * A target that says when requests came, to judge a load generator by:
 *
 *	recorder [-d FILE] RATE [MAX]
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
 * first, a line each.
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
	IN_MAX = 4096			/* bytes of heads not answered yet */
};

struct connection {
	struct loop_io		 io;
	size_t			 len;
	size_t			 scanned;
	char			 in[IN_MAX];
};

static struct loop *loop;
static struct loop_io listener, input;
static uint64_t *arrivals;
static size_t narrivals, max_arrivals;

static void
connection_free(struct connection *c)
{
	loop_del(loop, &c->io);
	close(c->io.fd);
	free(c);
}

/* An answer fits any socket buffer, unless the client reads none of them. */
static bool
answer(struct connection *c, uint64_t now_ns)
{
	static const char ok[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	struct http_head head;
	ssize_t n = 0;
	size_t at = 0;
	bool is_open = true;

	while (is_open && at < c->len && (n = http_read_request(c->in + at,
	    c->len - at, &c->scanned, &head)) > 0) {
		if (narrivals < max_arrivals)
			arrivals[narrivals++] = now_ns;
		is_open = net_write(c->io.fd, ok, sizeof(ok) - 1) ==
		    (ssize_t)(sizeof(ok) - 1) && head.keep_alive;
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

int
main(int argc, char *argv[])
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	uint64_t rate, max = ARRIVALS_MAX;
	const char *path = NULL;
	struct stat st;
	int c;

	while ((c = getopt(argc, argv, "d:")) == 'd')
		path = optarg;
	argc -= optind;
	argv += optind;
	if (c != -1 || argc < 1 || argc > 2 ||
	    parse_rate(argv[0], &rate) == -1 || rate == 0 ||
	    (argc == 2 && parse_uint(argv[1], UINT32_MAX, &max) == -1))
		errx(1, "usage: recorder [-d FILE] RATE [MAX]");
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
