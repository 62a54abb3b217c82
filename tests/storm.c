/* SPDX-License-Identifier: MIT */
/*
 * A crowd that means no good, and somebody who only wants an answer:
 *
 *	storm [-s] [-a N] [-n N] [-o N] [-t MS] KIND ADDRESS
 *
 * For MS (3000) milliseconds N (1000) connections from N (1) addresses of
 * loopback do to ADDRESS (127.0.0.1:PORT, or unix:PATH) what KIND says, while
 * another process asks for GET /ping, each time on a new connection. With -s
 * it does so over TLS. With -o the crowd stays until the server has closed all
 * but N, or for CLOSED_MS more.
 *
 *	none	nothing
 *	idle	connect
 *	half	send half a head
 *	blank	send blank lines without end
 *	body	send a run of 1 MiB, all but its last byte
 *	unread	send requests and read no answer
 *	hello	begin a handshake of TLS, and do not go on
 *	churn	connect, and reset or close at once, without end
 *
 * Prints one line: pings=N lost=N p50=US p99=US max=US open=N; that is pings
 * that were answered and were not, times from connect to the whole answer, and
 * how many connections of the crowd the server still had at the end.
 *
 * Needs _GNU_SOURCE for POLLRDHUP: to see an end without reading.
 */
#define _GNU_SOURCE

#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/text.h"
#include "base/tls.h"
#include "base/util.h"

enum {
	LIFE_S = 120,
	CROWD_MAX = 20000,
	ADDRESSES_MAX = 200,
	PINGS_MAX = 100000,
	PING_PAUSE_MS = 5,
	PING_LIMIT_MS = 5000,
	CLOSED_MS = 30000,
	FILL_SIZE = 64 * 1024,
	BODY_SIZE = 1024 * 1024
};

static const char ping[] = "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n";

static const struct kind {
	const char	*name;
	const char	*head;		/* each sends this, */
	const char	*fill;		/* then this, again and again, */
	uint64_t	 fill_len;	/* until it is so much */
	bool		 is_tls;
	bool		 is_churn;
} kinds[] = {
	{ .name = "none" },
	{ .name = "idle" },
	{ .name = "half", .head = "GET /ping HTTP/1.1\r\nHost: localh" },
	{ .name = "blank", .fill = "\r\n", .fill_len = UINT64_MAX },
	{ .name = "body", .head = "POST /run HTTP/1.1\r\nHost: localhost\r\n"
	    "Content-Type: application/json\r\nContent-Length: 1048576\r\n"
	    "\r\n", .fill = " ", .fill_len = BODY_SIZE - 1 },
	{ .name = "unread", .fill = ping, .fill_len = UINT64_MAX },
	{ .name = "hello", .is_tls = true },
	{ .name = "churn", .is_churn = true }
};

struct member {
	uint64_t	 sent;
	struct tls	*tls;
};

static const struct kind *kind;
static struct net_address server;
static struct tls_peer *tls_peer;
static uint64_t n_crowd = 1000, n_addresses = 1, life_ms = 3000, end_ns;
static uint64_t open_max = CROWD_MAX;
static char fill[FILL_SIZE];
static size_t fill_len;
static struct member crowd[CROWD_MAX];
static struct pollfd pfds[CROWD_MAX];

/* Non-blocking, on its way; -1: there can be none now. */
static int
join(uint64_t i)
{
	struct net_address from;
	char text[32];

	if (server.ss.ss_family == AF_UNIX)
		return net_connect(&server, NULL);
	snprintf(text, sizeof(text), "127.0.0.%u",
	    (unsigned int)(1 + i % n_addresses));
	if (!net_address_parse(&from, text, 0, 0))
		errx(1, "%s: is no address", text);
	return net_connect(&server, n_addresses > 1 ? &from : NULL);
}

/* The one who asks. */

static bool
wait_for(int fd, int events, uint64_t deadline_ns)
{
	struct pollfd pfd = { .fd = fd, .events = (short)events };
	uint64_t now_ns = clock_now_ns();

	return now_ns < deadline_ns && poll(&pfd, 1,
	    (int)((deadline_ns - now_ns) / NS_PER_MS) + 1) == 1;
}

static bool
shake_hands(struct tls *t, int fd, uint64_t deadline_ns)
{
	while (tls_handshake(t) == -1)
		if (errno != EAGAIN || !wait_for(fd, tls_wants_write(t) ?
		    POLLOUT : POLLIN, deadline_ns))
			return false;
	return true;
}

/* Says it, and reads until the end of the line that answers. */
static bool
ask_over(int fd, struct tls *t, uint64_t deadline_ns)
{
	char got[4096];
	size_t len = 0;
	ssize_t n;

	if (!wait_for(fd, POLLOUT, deadline_ns) || net_connected(fd) == -1 ||
	    (t != NULL && !shake_hands(t, fd, deadline_ns)))
		return false;
	n = t != NULL ? tls_write(t, ping, sizeof(ping) - 1) :
	    net_write(fd, ping, sizeof(ping) - 1);
	if (n != (ssize_t)sizeof(ping) - 1)
		return false;
	while (len < sizeof(got)) {
		n = t != NULL ? tls_read(t, got + len, sizeof(got) - len) :
		    net_read(fd, got + len, sizeof(got) - len);
		if (n == 0 || (n == -1 && (errno != EAGAIN ||
		    !wait_for(fd, POLLIN, deadline_ns))))
			return false;
		if (n > 0)
			len += (size_t)n;
		if (len > 12 && memcmp(got + 9, "200", 3) == 0 &&
		    memcmp(got + len - 2, "}\n", 2) == 0)
			return true;
	}
	return false;
}

static bool
ask(uint64_t *took_ns)
{
	uint64_t begin_ns = clock_now_ns();
	int fd = net_connect(&server, NULL);
	struct tls *t;
	bool is_answered;

	if (fd == -1)
		return false;
	t = tls_peer != NULL ? tls_connect(tls_peer, fd) : NULL;
	is_answered = ask_over(fd, t, begin_ns + PING_LIMIT_MS * NS_PER_MS);
	*took_ns = clock_now_ns() - begin_ns;
	tls_free(t);
	close(fd);
	return is_answered;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
ask_on(void)
{
	static uint64_t took_ns[PINGS_MAX + 1];
	uint64_t lost = 0;
	size_t n = 0;

	while (clock_now_ns() < end_ns && n < PINGS_MAX) {
		if (ask(&took_ns[n]))
			n++;
		else
			lost++;
		(void)poll(NULL, 0, PING_PAUSE_MS);
	}
	qsort(took_ns, n, sizeof(*took_ns), compare);
	printf("pings=%zu lost=%llu p50=%llu p99=%llu max=%llu", n,
	    (unsigned long long)lost,
	    (unsigned long long)took_ns[n / 2] / NS_PER_US,
	    (unsigned long long)took_ns[n * 99 / 100] / NS_PER_US,
	    (unsigned long long)(n > 0 ? took_ns[n - 1] : 0) / NS_PER_US);
	fflush(stdout);
}

/* The crowd. */

static void
leave(uint64_t i)
{
	tls_free(crowd[i].tls);
	crowd[i].tls = NULL;
	close(pfds[i].fd);
	pfds[i].fd = -1;
}

/* Nothing is left to be said when it is not to be told of room. */
static void
say(uint64_t i)
{
	struct member *m = &crowd[i];
	size_t head_len = kind->head != NULL ? strlen(kind->head) : 0, at;
	ssize_t n = 0;

	if (kind->is_tls) {
		m->tls = tls_connect(tls_peer, pfds[i].fd);
		if (m->tls != NULL)
			(void)tls_handshake(m->tls);
		pfds[i].events = 0;
		return;
	}
	if (m->sent < head_len)
		n = net_write(pfds[i].fd, kind->head + m->sent,
		    head_len - (size_t)m->sent);
	else if (m->sent - head_len < kind->fill_len) {
		at = (size_t)((m->sent - head_len) % fill_len);
		n = (ssize_t)(fill_len - at);
		if ((uint64_t)n > kind->fill_len - (m->sent - head_len))
			n = (ssize_t)(kind->fill_len - (m->sent - head_len));
		n = net_write(pfds[i].fd, fill + at, (size_t)n);
	} else
		pfds[i].events = 0;
	if (n > 0)
		m->sent += (uint64_t)n;
	else if (n == -1 && errno != EAGAIN)
		leave(i);
}

static void
turn(void)
{
	uint64_t i;

	if (poll(pfds, (nfds_t)n_crowd, 20) == -1)
		err(1, "poll");
	for (i = 0; i < n_crowd; i++) {
		if (pfds[i].fd == -1)
			continue;
		if (pfds[i].revents & (POLLHUP | POLLERR | POLLRDHUP))
			leave(i);
		else if (pfds[i].revents & POLLOUT)
			say(i);
	}
}

static uint64_t
count_open(void)
{
	uint64_t i, n = 0;

	for (i = 0; i < n_crowd; i++)
		n += pfds[i].fd != -1;
	return n;
}

static void
crowd_in(void)
{
	uint64_t i;

	for (i = 0; i < n_crowd; i++) {
		pfds[i].fd = join(i);
		pfds[i].events = POLLRDHUP | (kind->head != NULL ||
		    kind->fill != NULL || kind->is_tls ? POLLOUT : 0);
	}
	while (clock_now_ns() < end_ns || (count_open() > open_max &&
	    clock_now_ns() < end_ns + CLOSED_MS * NS_PER_MS))
		turn();
	printf(" open=%llu\n", (unsigned long long)count_open());
}

static void
churn(void)
{
	uint64_t i;
	int fd;

	for (i = 0; clock_now_ns() < end_ns; i++) {
		fd = join(i);
		if (fd == -1) {
			(void)poll(NULL, 0, 1);
			continue;
		}
		(void)wait_for(fd, POLLOUT, end_ns);
		if (i % 3 == 0)
			net_reset(fd);
		else {
			if (i % 3 == 1)
				(void)net_write(fd, "GET /", 5);
			close(fd);
		}
	}
	printf(" open=0\n");
}

/* Setting up. */

static void
set_server(const char *where)
{
	if (strncmp(where, "unix:", 5) == 0 ?
	    !net_unix_address(&server, where + 5) :
	    !net_listen_parse(&server, where))
		errx(1, "%s: is no address", where);
}

static void
set_kind(const char *name)
{
	size_t i, len;

	for (i = 0; i < UTIL_NELEM(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			kind = &kinds[i];
	if (kind == NULL)
		errx(1, "%s: is no kind", name);
	if (kind->fill == NULL)
		return;
	len = strlen(kind->fill);
	while (fill_len + len <= FILL_SIZE) {
		memcpy(fill + fill_len, kind->fill, len);
		fill_len += len;
	}
}

static void
set_tls(void)
{
	const struct tls_settings settings = { .is_insecure = true,
	    .no_resume = true };
	char why[TLS_TEXT_MAX];
	struct tls_context *ctx = tls_client_new(&settings, why);

	if (ctx == NULL)
		errx(1, "%s", why);
	tls_peer = tls_peer_new(ctx, "localhost", false);
}

static uint64_t
number(uint64_t max)
{
	uint64_t n;

	if (parse_uint(optarg, max, &n) == -1 || n == 0)
		errx(1, "%s: is no number up to %llu", optarg,
		    (unsigned long long)max);
	return n;
}

int
main(int argc, char **argv)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	pid_t asker;
	int c, status;

	while ((c = getopt(argc, argv, "a:n:o:st:")) != -1) {
		if (c == 'a')
			n_addresses = number(ADDRESSES_MAX);
		else if (c == 'n')
			n_crowd = number(CROWD_MAX);
		else if (c == 'o')
			open_max = number(CROWD_MAX);
		else if (c == 's')
			set_tls();
		else if (c == 't')
			life_ms = number(LIFE_S * 500);
		else
			optind = argc;
	}
	if (optind != argc - 2)
		errx(1, "usage: storm [-s] [-a N] [-n N] [-o N] [-t MS] KIND "
		    "ADDRESS");
	alarm(LIFE_S);
	sigaction(SIGPIPE, &ignore, NULL);
	set_kind(argv[optind]);
	set_server(argv[optind + 1]);
	if (strcmp(kind->name, "none") == 0)
		n_crowd = 0;
	(void)net_raise_nofile(n_crowd + 64);
	end_ns = clock_now_ns() + life_ms * NS_PER_MS;
	if ((asker = fork()) == -1)
		err(1, "fork");
	if (asker == 0) {
		ask_on();
		return 0;
	}
	if (kind->is_churn)
		churn();
	else
		crowd_in();
	/* Its line comes first: ours is kept until we end. */
	if (waitpid(asker, &status, 0) == -1 || status != 0)
		errx(1, "the one who asks failed");
	return 0;
}
