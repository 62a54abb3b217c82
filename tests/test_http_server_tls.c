/* SPDX-License-Identifier: MIT */
/*
 * The server with TLS: requests come and answers go as over plain connections,
 * and whoever does not get through the handshake, for whatever reason, loses
 * the connection and is heard of by nobody.
 */

#include <sys/socket.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/util.h"
#include "http/server.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

#define SHORT_NS	(40 * NS_PER_MS)
#define LONG_NS		(20 * NS_PER_SEC)	/* ends a test that hangs */
#define GET		"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define LAST		"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

enum {
	BIG = 1024 * 1024,
	ROOM = 10			/* connections of the server */
};

static struct loop *loop;
static struct server *server;
static struct tls_context *server_ctx, *client_ctx;
static struct tls_peer *peer;
static struct net_address address;
static int nrequests;
static uint64_t body_len;		/* of the last one */
static bool is_drained;
static char *big;
static size_t answer_len;

static void
on_request(void *arg, struct server_connection *c,
    const struct server_request *req)
{
	const struct server_answer a = { .status = 200, .body = big,
	    .body_len = answer_len, .is_static = true };

	(void)arg;
	nrequests++;
	body_len = req->body_len;
	server_answer(c, &a);
}

static void
on_drained(void *arg)
{
	(void)arg;
	is_drained = true;
}

static void
on_timer(void *arg)
{
	(void)arg;
}

/* Turns that do not wait. */
static void
turn(void)
{
	struct loop_timer now = { .call = on_timer };
	int i;

	for (i = 0; i < 3; i++) {
		loop_timer_set(loop, &now, 0);
		ck_assert_int_eq(loop_turn(loop), 0);
	}
}

static void
open_server(const struct tls_settings *settings, uint64_t head_ns)
{
	const struct server_handler handler = { .request = on_request,
	    .drained = on_drained };
	struct server_limits limits = { .connections = ROOM, .body = BIG,
	    .head_ns = head_ns, .body_ns = LOOP_NEVER,
	    .idle_ns = LOOP_NEVER };
	char why[TLS_TEXT_MAX];
	int fd;

	server_ctx = tls_server_new(settings, why);
	ck_assert_msg(server_ctx != NULL, "%s", why);
	limits.tls = server_ctx;
	ck_assert(net_address_parse(&address, "127.0.0.1", 0, 4));
	fd = net_listen(&address);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(net_local_address(fd, &address), 0);
	server = server_new(loop, fd, &limits, &handler);
	ck_assert_ptr_nonnull(server);
}

static void
setup(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct tls_settings theirs = { .ca = RIG_TEXT(rig_ca) };
	char why[TLS_TEXT_MAX];

	sigaction(SIGPIPE, &ignore, NULL);
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	client_ctx = tls_client_new(&theirs, why);
	ck_assert_msg(client_ctx != NULL, "%s", why);
	peer = tls_peer_new(client_ctx, "localhost", false);
	big = xcalloc(BIG, 1);
	memset(big, 'b', BIG);
	answer_len = 5;
	nrequests = 0;
	is_drained = false;
}

static void
teardown(void)
{
	server_free(server);
	tls_peer_free(peer);
	tls_context_free(client_ctx);
	tls_context_free(server_ctx);
	loop_free(loop);
	free(big);
}

static const struct tls_settings good = {
	.cert = RIG_TEXT(rig_cert), .key = RIG_TEXT(rig_key)
};
static const struct tls_settings strict = {
	.cert = RIG_TEXT(rig_cert), .key = RIG_TEXT(rig_key),
	.ca = RIG_TEXT(rig_ca)
};

static int
open_plain(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address.ss,
	    address.len), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static struct tls *
open_client(int *fd)
{
	uint64_t end_ns = clock_now_ns() + LONG_NS;
	struct tls *t;

	*fd = open_plain();
	t = tls_connect(peer, *fd);
	while (tls_handshake(t) == -1) {
		ck_assert_int_eq(errno, EAGAIN);
		ck_assert(clock_now_ns() < end_ns);
		turn();
	}
	return t;
}

/* All of it, while the server reads. */
static void
say(struct tls *t, const char *p, size_t len)
{
	uint64_t end_ns = clock_now_ns() + LONG_NS;
	ssize_t n;

	while (len > 0) {
		ck_assert(clock_now_ns() < end_ns);
		n = tls_write(t, p, len);
		ck_assert(n > 0 || errno == EAGAIN);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
		turn();
	}
}

/* What comes, up to len bytes or the end; *error is errno of that, or 0. */
static size_t
hear(struct tls *t, char *p, size_t len, int *error)
{
	uint64_t end_ns = clock_now_ns() + LONG_NS;
	size_t got = 0;
	ssize_t n;

	*error = EAGAIN;
	while (got < len) {
		ck_assert(clock_now_ns() < end_ns);
		turn();
		n = tls_read(t, p + got, len - got);
		if (n > 0)
			got += (size_t)n;
		else if (n == 0 || errno != EAGAIN) {
			*error = n == 0 ? 0 : errno;
			break;
		}
	}
	return got;
}

/* The end of a plain connection: how many bytes came before. */
static size_t
hear_plain_end(int fd)
{
	uint64_t end_ns = clock_now_ns() + LONG_NS;
	char bytes[100];
	size_t got = 0;
	ssize_t n;

	for (;;) {
		ck_assert(clock_now_ns() < end_ns);
		turn();
		n = read(fd, bytes, sizeof(bytes));
		if (n > 0)
			got += (size_t)n;
		else if (n == 0 || errno != EAGAIN)
			return got;
	}
}

static size_t
count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)) != NULL; text += strlen(word))
		n++;
	return n;
}

START_TEST(test_requests)
{
	char got[4096];
	struct tls *t;
	int error, fd;
	size_t n;

	open_server(&good, LOOP_NEVER);
	t = open_client(&fd);
	say(t, GET, strlen(GET));
	say(t, GET GET, 2 * strlen(GET));
	say(t, LAST, strlen(LAST));
	n = hear(t, got, sizeof(got) - 1, &error);
	got[n] = '\0';
	ck_assert_int_eq(error, 0);	/* and close_notify */
	ck_assert_uint_eq(count(got, "HTTP/1.1 200 OK\r\n"), 4);
	ck_assert_uint_eq(count(got, "\r\n\r\nbbbbb"), 4);
	ck_assert_int_eq(nrequests, 4);
	tls_free(t);
	close(fd);
}
END_TEST

/* Bodies of many records, both ways. */
START_TEST(test_big)
{
	char head[200], *got = xcalloc(BIG + 1000, 1), *body;
	struct tls *t;
	int error, fd;

	answer_len = BIG;
	open_server(&good, LOOP_NEVER);
	t = open_client(&fd);
	snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nHost: a\r\n"
	    "Connection: close\r\nContent-Length: %d\r\n\r\n", BIG);
	say(t, head, strlen(head));
	say(t, big, BIG);
	hear(t, got, BIG + 999, &error);
	ck_assert_int_eq(error, 0);
	ck_assert_uint_eq(body_len, BIG);
	body = strstr(got, "\r\n\r\n");
	ck_assert_ptr_nonnull(body);
	ck_assert_uint_eq(strlen(body + 4), BIG);
	tls_free(t);
	close(fd);
	free(got);
}
END_TEST

static const struct {
	const char	*descr;
	const char	*sent;
	bool		 closes;
} strangers[] = {
	{ "plain HTTP", GET, false },
	{ "plain HTTP, and more of it", GET GET GET, true },
	{ "noise", "\x16\x03\x01\xff\xff\xff\xff", true },
	{ "part of a handshake", "\x16\x03\x01\x02", true },
	{ "nothing", "", true },
};

/* They get no HTTP, and those who speak TLS are served as before. */
START_TEST(test_strangers)
{
	const char *sent = strangers[_i].sent;
	struct tls *t;
	char got[64];
	int fd, error, other;

	open_server(&good, LOOP_NEVER);
	t = open_client(&other);
	fd = open_plain();
	if (sent[0] != '\0')
		ck_assert_int_gt((int)write(fd, sent, strlen(sent)), 0);
	turn();
	if (strangers[_i].closes)
		shutdown(fd, SHUT_WR);
	ck_assert_uint_lt(hear_plain_end(fd), 10);	/* an alert at most */
	ck_assert_int_eq(nrequests, 0);
	close(fd);
	say(t, GET, strlen(GET));
	hear(t, got, 12, &error);
	ck_assert_mem_eq(got, "HTTP/1.1 200", 12);
	tls_free(t);
	close(other);
}
END_TEST

/* A handshake has the time of a head; an idle connection behind it has not. */
START_TEST(test_stalls)
{
	uint64_t was_ns;
	struct tls *t;
	char got[64];
	int fd, error, stalled;

	open_server(&good, SHORT_NS);
	t = open_client(&fd);
	stalled = open_plain();
	ck_assert_int_eq((int)write(stalled, "\x16\x03\x01", 3), 3);
	was_ns = clock_now_ns();
	ck_assert_uint_eq(hear_plain_end(stalled), 0);
	ck_assert_uint_ge(clock_now_ns() - was_ns, SHORT_NS / 2);
	was_ns = clock_now_ns();
	while (clock_now_ns() - was_ns < 2 * SHORT_NS)
		turn();
	say(t, GET, strlen(GET));
	hear(t, got, 12, &error);
	ck_assert_mem_eq(got, "HTTP/1.1 200", 12);
	close(stalled);
	tls_free(t);
	close(fd);
}
END_TEST

/* It hears why, though it goes on sending: no reset overtakes the alert. */
START_TEST(test_no_certificate)
{
	struct tls *t;
	char got[64];
	int fd, error, i;

	open_server(&strict, LOOP_NEVER);
	t = open_client(&fd);		/* TLS 1.3: it thinks that it is done */
	for (i = 0; i < 3; i++) {
		turn();
		ck_assert_int_eq((int)tls_write(t, GET, strlen(GET)),
		    (int)strlen(GET));
	}
	ck_assert_uint_eq(hear(t, got, sizeof(got), &error), 0);
	ck_assert_int_eq(error, EPROTO);
	ck_assert_int_eq(tls_reason(t), TLS_ALERT);
	ck_assert_int_eq(nrequests, 0);
	tls_free(t);
	close(fd);
}
END_TEST

START_TEST(test_certificate)
{
	const struct tls_settings mine = { .ca = RIG_TEXT(rig_ca),
	    .cert = RIG_TEXT(rig_client_cert),
	    .key = RIG_TEXT(rig_client_key) };
	char why[TLS_TEXT_MAX], got[64];
	struct tls *t;
	int fd, error;

	tls_peer_free(peer);
	tls_context_free(client_ctx);
	client_ctx = tls_client_new(&mine, why);
	ck_assert_msg(client_ctx != NULL, "%s", why);
	peer = tls_peer_new(client_ctx, "localhost", true);
	open_server(&strict, LOOP_NEVER);
	t = open_client(&fd);
	say(t, GET, strlen(GET));
	hear(t, got, 12, &error);
	ck_assert_mem_eq(got, "HTTP/1.1 200", 12);
	tls_free(t);
	close(fd);
}
END_TEST

/* Those in the handshake, and those who ask nothing yet, are not waited for. */
START_TEST(test_drain)
{
	uint64_t end_ns = clock_now_ns() + LONG_NS;
	struct tls *t;
	char byte;
	int fd, error, stalled;

	open_server(&good, LOOP_NEVER);
	t = open_client(&fd);
	stalled = open_plain();
	turn();
	server_drain(server);
	while (!is_drained) {
		ck_assert(clock_now_ns() < end_ns);
		turn();
	}
	ck_assert_uint_eq(hear(t, &byte, 1, &error), 0);
	ck_assert_int_eq(error, 0);
	ck_assert_uint_eq(hear_plain_end(stalled), 0);
	close(stalled);
	tls_free(t);
	close(fd);
}
END_TEST

/* More than may be: the oldest make room, in the handshake as elsewhere. */
START_TEST(test_room)
{
	struct tls *t;
	char got[64];
	int fds[30], fd, error, i;

	open_server(&good, LOOP_NEVER);
	for (i = 0; i < 30; i++) {
		fds[i] = open_plain();
		turn();
	}
	t = open_client(&fd);
	say(t, GET, strlen(GET));
	hear(t, got, 12, &error);
	ck_assert_mem_eq(got, "HTTP/1.1 200", 12);
	ck_assert_uint_eq(hear_plain_end(fds[0]), 0);
	for (i = 0; i < 30; i++)
		close(fds[i]);
	tls_free(t);
	close(fd);
}
END_TEST

/* Begins a handshake, and does not go on. */
static struct tls *
open_hello(int *fd)
{
	struct tls *t;

	*fd = open_plain();
	t = tls_connect(peer, *fd);
	ck_assert_int_eq(tls_handshake(t), -1);
	ck_assert_int_eq(errno, EAGAIN);
	return t;
}

static void
one_turn(void)
{
	struct loop_timer now = { .call = on_timer };

	loop_timer_set(loop, &now, 0);
	ck_assert_int_eq(loop_turn(loop), 0);
}

static int
count_answered(const int *fds, int n)
{
	int i, answered = 0;
	char byte;

	for (i = 0; i < n; i++)
		answered += recv(fds[i], &byte, 1, MSG_PEEK) == 1;
	return answered;
}

/*
 * Many handshakes at once: one is begun in a turn, and who comes behind them
 * does not wait for all. There is no room for one more: the oldest goes, though
 * it waits.
 */
START_TEST(test_crowd)
{
	struct tls *t[ROOM + 1];
	int fds[ROOM + 1], late = ROOM, answered = 0, before, turns, i;
	char byte;

	open_server(&good, LOOP_NEVER);
	for (i = 0; i < ROOM; i++)
		t[i] = open_hello(&fds[i]);
	for (turns = 0; answered == 0; turns++) {
		ck_assert_int_lt(turns, 5);
		one_turn();
		answered = count_answered(fds, ROOM);
	}
	t[late] = open_hello(&fds[late]);
	for (turns = 0; count_answered(&fds[late], 1) == 0; turns++) {
		ck_assert_int_lt(turns, 3);
		before = answered;
		one_turn();
		answered = count_answered(fds, ROOM);
		ck_assert_int_le(answered, before + 1);
	}
	for (i = 0; i < ROOM; i++)
		one_turn();
	ck_assert_int_eq(count_answered(fds, ROOM), ROOM - 1);
	ck_assert_int_eq(count_answered(&fds[0], 1), 0);
	ck_assert_int_eq((int)recv(fds[0], &byte, 1, 0), 0);
	for (i = 0; i <= ROOM; i++) {
		tls_free(t[i]);
		close(fds[i]);
	}
}
END_TEST

/* The server ends while they wait. */
START_TEST(test_crowd_left)
{
	struct tls *t[ROOM];
	int fds[ROOM], turns, i;

	open_server(&good, LOOP_NEVER);
	for (i = 0; i < ROOM; i++)
		t[i] = open_hello(&fds[i]);
	for (turns = 0; count_answered(fds, ROOM) == 0; turns++) {
		ck_assert_int_lt(turns, 5);
		one_turn();
	}
	server_free(server);
	server = NULL;
	one_turn();
	ck_assert_int_eq(count_answered(fds, ROOM), 1);
	for (i = 0; i < ROOM; i++) {
		tls_free(t[i]);
		close(fds[i]);
	}
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_requests);
	tcase_add_test(tc, test_big);
	tcase_add_loop_test(tc, test_strangers, 0, UTIL_NELEM(strangers));
	tcase_add_test(tc, test_stalls);
	tcase_add_test(tc, test_no_certificate);
	tcase_add_test(tc, test_certificate);
	tcase_add_test(tc, test_drain);
	tcase_add_test(tc, test_room);
	tcase_add_test(tc, test_crowd);
	tcase_add_test(tc, test_crowd_left);
}

/* A build without TLS says so. */
START_TEST(test_none)
{
	const struct tls_settings none = { .cert = NULL };
	char why[TLS_TEXT_MAX];

	ck_assert_ptr_null(tls_server_new(&none, why));
	ck_assert_str_eq(why, "this build has no TLS");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("HTTP server with TLS");
	TCase *tc = tcase_create("server");

	if (tls_version() != NULL)
		add_tests(tc);
	else
		tcase_add_test(tc, test_none);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
