/* SPDX-License-Identifier: MIT */
/*
 * base/stream.c with TLS, over a socket pair: the handshake makes itself, what
 * is watched is told of as over a plain socket, and every end is told from
 * every other.
 */

#include <sys/socket.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stream.h"
#include "base/tls.h"
#include "base/util.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

enum {
	TURNS_MAX = 200,		/* a handshake takes about ten */
	RECORD = 16 * 1024,
	BIG = 4 * 1024 * 1024,		/* no socket buffer holds it */
	PIECE = 100
};

/* One side: what it was told, and how often. */
struct end {
	struct stream	 s;
	int		 told;
	int		 ncalls;
	bool		 closes;	/* when called */
};

static struct loop *loop;
static struct tls_context *server_ctx, *client_ctx;
static struct tls_peer *peer;
static struct end server, client;
static char bytes[RECORD];

static void
on_end(void *arg, int events)
{
	struct end *e = arg;

	e->told |= events;
	e->ncalls++;
	if (e->closes)
		stream_close(&e->s, false);
}

static void
on_timer(void *arg)
{
	(void)arg;
}

/* One turn that does not wait. */
static void
turn(void)
{
	struct loop_timer now = { .call = on_timer };

	server.told = client.told = 0;
	loop_timer_set(loop, &now, 0);
	ck_assert_int_eq(loop_turn(loop), 0);
}

static void
turns(int n)
{
	while (n-- > 0)
		turn();
}

static bool
is_secure(const struct end *e)
{
	return stream_tls(&e->s) != NULL && !stream_is_in_handshake(&e->s);
}

static void
shake_hands(void)
{
	int n;

	for (n = 0; !is_secure(&server) || !is_secure(&client); n++) {
		ck_assert_int_lt(n, TURNS_MAX);
		turn();
	}
}

static void
setup(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct tls_settings mine = { .cert = RIG_TEXT(rig_cert),
	    .key = RIG_TEXT(rig_key) };
	const struct tls_settings theirs = { .ca = RIG_TEXT(rig_ca) };
	char why[TLS_TEXT_MAX];
	size_t i;

	sigaction(SIGPIPE, &ignore, NULL);
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	server_ctx = tls_server_new(&mine, why);
	ck_assert_msg(server_ctx != NULL, "%s", why);
	client_ctx = tls_client_new(&theirs, why);
	ck_assert_msg(client_ctx != NULL, "%s", why);
	peer = tls_peer_new(client_ctx, "localhost", false);
	memset(&server, 0, sizeof(server));
	memset(&client, 0, sizeof(client));
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)('a' + i % 23);
}

static void
teardown(void)
{
	stream_close(&server.s, false);
	stream_close(&client.s, false);
	tls_peer_free(peer);
	tls_context_free(client_ctx);
	tls_context_free(server_ctx);
	loop_free(loop);
}

/* The server's stream; the other end of the socket, which blocks. */
static int
open_server(void)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	stream_open(&server.s, loop, fds[0], fds[0], on_end, &server);
	stream_start_tls(&server.s, tls_accept(server_ctx, fds[0]), NULL);
	return fds[1];
}

/* Both as streams, which shake hands by themselves. */
static void
open_both(void)
{
	int fd = open_server();

	stream_open(&client.s, loop, fd, fd, on_end, &client);
	stream_start_tls(&client.s, tls_connect(peer, fd), NULL);
}

static void
check_read(struct end *e, const char *want)
{
	char got[64];
	ssize_t n = stream_read(&e->s, got, sizeof(got));

	ck_assert_int_eq((int)n, (int)strlen(want));
	ck_assert_mem_eq(got, want, strlen(want));
}

static void
check_fails(struct end *e, int error)
{
	char byte;

	errno = 0;
	ck_assert_int_eq((int)stream_read(&e->s, &byte, 1), -1);
	ck_assert_int_eq(errno, error);
}

static void
say(struct end *e, const char *text)
{
	ck_assert_int_eq((int)stream_write(&e->s, text, strlen(text)),
	    (int)strlen(text));
}

/* Nothing is watched, and the handshake is made all the same. */
START_TEST(test_both_ways)
{
	open_both();
	ck_assert(stream_is_in_handshake(&server.s));
	check_fails(&server, EAGAIN);
	ck_assert_int_eq((int)stream_write(&client.s, "x", 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	shake_hands();
	turns(3);
	ck_assert_int_eq(server.ncalls + client.ncalls, 0);
	check_fails(&server, EAGAIN);
	say(&client, "hello");
	turns(3);
	ck_assert_int_eq(server.ncalls, 0);
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	turn();
	ck_assert_int_eq(server.told, LOOP_READ);
	check_read(&server, "hello");
	say(&server, "good day");
	ck_assert_int_eq(stream_watch(&client.s, LOOP_READ), 0);
	turn();
	ck_assert_int_eq(client.told, LOOP_READ);
	check_read(&client, "good day");
	turn();
	ck_assert_int_eq(server.told | client.told, 0);
}
END_TEST

/* What is wanted while they shake hands is told of when they have. */
START_TEST(test_wishes_wait)
{
	int n;

	open_both();
	ck_assert_int_eq(stream_watch(&client.s, LOOP_READ | LOOP_WRITE), 0);
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	for (n = 0; client.told == 0; n++) {
		ck_assert_int_lt(n, TURNS_MAX);
		ck_assert(!is_secure(&client) || n > 0);
		turn();
	}
	ck_assert(is_secure(&client));
	ck_assert_int_eq(client.told, LOOP_WRITE);
	shake_hands();
	ck_assert_int_eq(server.ncalls, 0);
}
END_TEST

/* The first bytes come with the last ones of the handshake. */
START_TEST(test_bytes_at_once)
{
	int fd = open_server();
	struct tls *t = tls_connect(peer, fd);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	while (tls_handshake(t) == -1) {
		ck_assert_int_eq(errno, EAGAIN);
		turn();
	}
	ck_assert(stream_is_in_handshake(&server.s));
	ck_assert_int_eq((int)tls_write(t, "first", 5), 5);
	turns(3);
	ck_assert_int_ge(server.ncalls, 1);
	check_read(&server, "first");
	turn();
	ck_assert_int_eq(server.told, 0);
	tls_free(t);
	close(fd);
}
END_TEST

/*
 * TLS has taken the record from the socket, which tells no more; the reader is
 * told until it has it all, as long as it wants to be.
 */
START_TEST(test_pieces)
{
	char got[PIECE];
	size_t len = 0;
	ssize_t n;
	int calls;

	open_both();
	shake_hands();
	ck_assert_int_eq((int)stream_write(&client.s, bytes, RECORD), RECORD);
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	while (len < RECORD) {
		turn();
		ck_assert_int_eq(server.told, LOOP_READ);
		n = stream_read(&server.s, got, PIECE);
		ck_assert_int_gt((int)n, 0);
		ck_assert_mem_eq(got, bytes + len, (size_t)n);
		len += (size_t)n;
		if (len / PIECE % 16 == 0) {
			calls = server.ncalls;
			ck_assert_int_eq(stream_watch(&server.s, 0), 0);
			turns(2);
			ck_assert_int_eq(server.ncalls, calls);
			ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
		}
	}
	turn();
	ck_assert_int_eq(server.told, 0);
}
END_TEST

/* The loop does not spin over half a record. */
START_TEST(test_half_record)
{
	char record[2048];
	int fd = open_server(), over[2], n;
	struct tls *t;
	ssize_t len;

	/* The client's TLS is on a pair of its own: we carry the bytes. */
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, over), 0);
	fcntl(over[0], F_SETFL, O_NONBLOCK);
	fcntl(over[1], F_SETFL, O_NONBLOCK);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	t = tls_connect(peer, over[0]);
	for (n = 0; tls_handshake(t) == -1 || !is_secure(&server); n++) {
		ck_assert_int_lt(n, TURNS_MAX);
		if ((len = read(over[1], record, sizeof(record))) > 0)
			ck_assert_int_eq((int)write(fd, record, (size_t)len),
			    (int)len);
		turn();
		if ((len = read(fd, record, sizeof(record))) > 0)
			ck_assert_int_eq((int)write(over[1], record,
			    (size_t)len), (int)len);
	}
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	turns(3);
	server.ncalls = 0;
	ck_assert_int_eq((int)tls_write(t, "whole", 5), 5);
	len = read(over[1], record, sizeof(record));
	ck_assert_int_gt((int)len, 10);
	ck_assert_int_eq((int)write(fd, record, 10), 10);
	turn();
	ck_assert_int_eq(server.ncalls, 1);
	check_fails(&server, EAGAIN);
	turns(5);
	ck_assert_int_eq(server.ncalls, 1);
	ck_assert_int_eq((int)write(fd, record + 10, (size_t)len - 10),
	    (int)len - 10);
	turn();
	ck_assert_int_eq(server.told, LOOP_READ);
	check_read(&server, "whole");
	tls_free(t);
	close(fd);
	close(over[0]);
	close(over[1]);
}
END_TEST

START_TEST(test_big)
{
	size_t put = 0, got = 0, left;
	ssize_t n;

	open_both();
	shake_hands();
	ck_assert_int_eq(stream_watch(&client.s, LOOP_WRITE), 0);
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	while (got < BIG) {
		turn();
		ck_assert_int_ne(server.told | client.told, 0);
		while (put < BIG) {
			left = RECORD - put % RECORD;
			n = stream_write(&client.s, bytes + put % RECORD, left);
			if (n == -1) {
				ck_assert_int_eq(errno, EAGAIN);
				break;
			}
			put += (size_t)n;
		}
		if (put == BIG)
			ck_assert_int_eq(stream_watch(&client.s, 0), 0);
		if ((server.told & LOOP_READ) != 0) {
			char part[5000];

			n = stream_read(&server.s, part, sizeof(part));
			ck_assert(n > 0 || errno == EAGAIN);
			for (left = 0; (ssize_t)left < n; left++, got++)
				if (part[left] != bytes[got % RECORD])
					ck_abort_msg("byte %zu", got);
		}
	}
}
END_TEST

/* Each side ends by itself, and says so. */
START_TEST(test_ends)
{
	char byte;

	open_both();
	shake_hands();
	say(&client, "last");
	stream_end_write(&client.s);
	ck_assert_int_eq((int)stream_write(&client.s, "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	turn();
	check_read(&server, "last");
	turn();
	ck_assert_int_ne(server.told & LOOP_READ, 0);
	ck_assert_int_eq((int)stream_read(&server.s, &byte, 1), 0);
	ck_assert_int_eq((int)stream_read(&server.s, &byte, 1), 0);
	say(&server, "answer");
	stream_close(&server.s, false);
	ck_assert_int_eq(stream_watch(&client.s, LOOP_READ), 0);
	turn();
	check_read(&client, "answer");
	ck_assert_int_eq((int)stream_read(&client.s, &byte, 1), 0);
	ck_assert_int_eq(tls_reason(stream_tls(&client.s)), TLS_OK);
}
END_TEST

/* An end without a word is none. */
START_TEST(test_cut)
{
	open_both();
	shake_hands();
	check_fails(&client, EAGAIN);	/* unread bytes would be a reset */
	stream_close(&client.s, true);
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	turn();
	ck_assert_int_ne(server.told & LOOP_READ, 0);
	check_fails(&server, EPROTO);
	ck_assert_int_eq(tls_reason(stream_tls(&server.s)), TLS_CLOSED);
	check_fails(&server, EPROTO);
}
END_TEST

static const struct {
	const char	*descr;
	const char	*sent;		/* then it closes, if NULL */
	enum tls_reason	 reason;
} strangers[] = {
	{ "HTTP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", TLS_NOT_TLS },
	{ "noise", "\xff\xff\xff what is this, and why is it here",
	    TLS_NOT_TLS },
	{ "nothing", NULL, TLS_CLOSED },
};

/*
 * The owner hears of it as of a hang-up, for as long as it wants to hear, and
 * may read away the rest.
 */
START_TEST(test_no_handshake)
{
	const char *sent = strangers[_i].sent;
	char answer[64];
	int fd = open_server();

	if (sent != NULL)
		ck_assert_int_gt((int)write(fd, sent, strlen(sent)), 0);
	else
		shutdown(fd, SHUT_WR);
	turns(5);
	ck_assert_int_eq(server.ncalls, 0);
	ck_assert(!stream_is_in_handshake(&server.s));
	ck_assert_int_eq(stream_watch(&server.s, LOOP_WRITE), 0);
	turn();
	ck_assert_int_eq(server.told, LOOP_WRITE | LOOP_HANGUP);
	turn();
	ck_assert_int_eq(server.told, LOOP_WRITE | LOOP_HANGUP);
	check_fails(&server, EPROTO);
	ck_assert_int_eq((int)stream_write(&server.s, "x", 1), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_msg(tls_reason(stream_tls(&server.s)) ==
	    strangers[_i].reason, "%s", strangers[_i].descr);
	ck_assert_int_eq(stream_watch(&server.s, 0), 0);
	server.ncalls = 0;
	turns(3);
	ck_assert_int_eq(server.ncalls, 0);

	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	stream_end_write(&server.s);
	ck_assert_ptr_null(stream_tls(&server.s));
	while (read(fd, answer, sizeof(answer)) > 0)
		;			/* to the end: it was ended */
	close(fd);
	turn();
	ck_assert_int_ne(server.told & LOOP_READ, 0);
	ck_assert_int_eq((int)stream_read(&server.s, answer, 1), 0);
}
END_TEST

/* A client that trusts nobody says so, and the server hears it. */
START_TEST(test_not_trusted)
{
	struct tls_peer *other = tls_peer_new(client_ctx, "elsewhere", false);
	int fd = open_server(), n;

	stream_open(&client.s, loop, fd, fd, on_end, &client);
	stream_start_tls(&client.s, tls_connect(other, fd), NULL);
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	ck_assert_int_eq(stream_watch(&client.s, LOOP_WRITE), 0);
	for (n = 0; server.ncalls == 0 || client.ncalls == 0; n++) {
		ck_assert_int_lt(n, TURNS_MAX);
		turn();
	}
	check_fails(&client, EPROTO);
	check_fails(&server, EPROTO);
	ck_assert_int_eq(tls_reason(stream_tls(&client.s)), TLS_CERT_NAME);
	ck_assert_int_eq(tls_reason(stream_tls(&server.s)), TLS_ALERT);
	stream_close(&client.s, false);
	tls_peer_free(other);
}
END_TEST

/* Closed by its owner, from inside a call that tells of pending bytes. */
START_TEST(test_closes_itself)
{
	char got[PIECE];

	open_both();
	shake_hands();
	ck_assert_int_eq((int)stream_write(&client.s, bytes, RECORD), RECORD);
	ck_assert_int_eq(stream_watch(&server.s, LOOP_READ), 0);
	turn();
	ck_assert_int_eq((int)stream_read(&server.s, got, PIECE), PIECE);
	server.closes = true;
	server.ncalls = 0;
	turns(5);
	ck_assert_int_eq(server.ncalls, 1);
	ck_assert(!server.s.is_open);
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_both_ways);
	tcase_add_test(tc, test_wishes_wait);
	tcase_add_test(tc, test_bytes_at_once);
	tcase_add_test(tc, test_pieces);
	tcase_add_test(tc, test_half_record);
	tcase_add_test(tc, test_big);
	tcase_add_test(tc, test_ends);
	tcase_add_test(tc, test_cut);
	tcase_add_loop_test(tc, test_no_handshake, 0,
	    UTIL_NELEM(strangers));
	tcase_add_test(tc, test_not_trusted);
	tcase_add_test(tc, test_closes_itself);
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
	Suite *s = suite_create("stream with TLS");
	TCase *tc = tcase_create("stream");

	if (tls_version() != NULL)
		add_tests(tc);
	else
		tcase_add_test(tc, test_none);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
