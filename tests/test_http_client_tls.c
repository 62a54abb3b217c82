/* SPDX-License-Identifier: MIT */
/*
 * http/client.c over TLS, against a server in the same process: connections
 * are kept through tickets that come late, and dropped when they end; what an
 * end without close_notify means to an answer, and to an exchange; bodies that
 * are larger than one turn reads; which part of an exchange the handshake is,
 * and a failure or an end in it; many connections at once. Traffic is on the
 * loopback; nothing waits for a clock.
 */

#include <sys/socket.h>

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/util.h"
#include "http/client.h"
#include "load/outcome.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

enum {
	CONNECTIONS = 40,
	TURNS_MAX = 100000,	/* until something is said to hang */
	LARGE = 5 * 1024 * 1024,
	FLOOD = 2000,		/* messages: more than a socket takes */
	QUIET_NS = 20 * 1000 * 1000,
	SOME_TURNS = 10,
	MESSAGES = 30
};

#define HEAD	"HTTP/1.1 200 OK\r\n"
#define OK	HEAD "Content-Length: 5\r\n\r\nhello"

static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

static struct loop *loop;
static struct client_pool *pool;
static struct client_origin origin;
static struct tls_context *client_context, *server_context;
static int listener;
static struct client_result last;
static int ndone;

/* One connection, as the server sees it. */
struct end {
	int		 fd;
	struct tls	*tls;
};
static struct end end;

static void
setup(void)
{
	const struct tls_settings client = { .ca = RIG_TEXT(rig_ca) };
	const struct tls_settings server = {
		.cert = RIG_TEXT(rig_cert), .key = RIG_TEXT(rig_key)
	};
	struct net_address *a = &origin.addresses.at[0];
	char why[TLS_TEXT_MAX];

	memset(&origin, 0, sizeof(origin));
	memset(&last, 0, sizeof(last));
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	pool = client_pool_new(loop, CONNECTIONS, NULL, 0, 0);
	ck_assert(net_address_parse(a, "127.0.0.1", 0, 4));
	listener = net_listen(a);
	ck_assert_int_ne(listener, -1);
	ck_assert_int_eq(net_local_address(listener, a), 0);
	origin.addresses.n = 1;
	origin.is_tls = true;
	client_context = tls_client_new(&client, why);
	server_context = tls_server_new(&server, why);
	ck_assert(client_context != NULL && server_context != NULL);
	origin.tls = tls_peer_new(client_context, "127.0.0.1", false);
	end = (struct end){ .fd = -1 };
	ndone = 0;
}

static void
end_close(struct end *e)
{
	tls_free(e->tls);
	if (e->fd != -1)
		close(e->fd);
	*e = (struct end){ .fd = -1 };
}

static void
teardown(void)
{
	client_pool_free(pool);
	tls_peer_free(origin.tls);
	end_close(&end);
	tls_context_free(client_context);
	tls_context_free(server_context);
	loop_free(loop);
	close(listener);
}

static void
on_done(void *arg, const struct client_result *res)
{
	(void)arg;
	last = *res;
	ndone++;
}

static struct client *
start(void)
{
	const struct client_exchange exchange = {
		.bytes = request,
		.len = sizeof(request) - 1,
		.keep_alive = true,
		.done = on_done,
	};
	struct client *c = client_start(pool, &origin, &exchange, false);

	ck_assert_ptr_nonnull(c);
	return c;
}

static void
on_timer(void *arg)
{
	(void)arg;
}

/* A turn without a wait: what has arrived is read. */
static void
settle(void)
{
	struct loop_timer now = { .call = on_timer };

	loop_timer_set(loop, &now, 0);
	ck_assert_int_eq(loop_turn(loop), 0);
}

static void
await(int done)
{
	int i;

	for (i = 0; ndone < done; i++) {
		ck_assert_int_lt(i, TURNS_MAX);
		settle();
	}
	ck_assert_int_eq(ndone, done);
}

static void
end_accept(struct end *e)
{
	int i;

	*e = (struct end){ .fd = -1 };
	for (i = 0; e->fd == -1 && i < TURNS_MAX; i++) {
		settle();
		e->fd = net_accept(listener);
	}
	ck_assert_int_ne(e->fd, -1);
	e->tls = tls_accept(server_context, e->fd);
	ck_assert_ptr_nonnull(e->tls);
}

static void
end_shake(struct end *e)
{
	int i;

	for (i = 0; tls_handshake(e->tls) == -1; i++) {
		ck_assert_int_eq(errno, EAGAIN);
		ck_assert_int_lt(i, TURNS_MAX);
		settle();
	}
}

static void
end_read(struct end *e)
{
	char got[sizeof(request)];
	ssize_t n;
	int i;

	for (i = 0; (n = tls_read(e->tls, got, sizeof(got))) == -1; i++) {
		ck_assert_int_eq(errno, EAGAIN);
		ck_assert_int_lt(i, TURNS_MAX);
		settle();
	}
	ck_assert_int_eq((int)n, sizeof(request) - 1);
	ck_assert_mem_eq(got, request, sizeof(request) - 1);
}

static void
end_say(struct end *e, const char *text, size_t len)
{
	ssize_t n;
	int i;

	for (i = 0; len > 0; i++) {
		ck_assert_int_lt(i, TURNS_MAX);
		n = tls_write(e->tls, text, len);
		ck_assert(n > 0 || (n == -1 && errno == EAGAIN));
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
		settle();
	}
}

/* A new connection, with a first request over it. */
static void
take_request(void)
{
	start();
	end_accept(&end);
	end_shake(&end);
	end_read(&end);
}

static void
check_idle(bool is_idle)
{
	ck_assert((origin.idle_first != NULL) == is_idle);
}

START_TEST(test_parts)
{
	const struct client_counts *counts = client_pool_counts(pool);

	take_request();
	end_say(&end, OK, strlen(OK));
	await(1);
	ck_assert_int_eq(last.cause, CAUSE_NONE);
	ck_assert_uint_eq(last.bytes_in, 5);
	ck_assert_uint_gt(last.spent_ns[PART_CONNECT], 0);
	ck_assert_uint_gt(last.spent_ns[PART_TLS], 0);
	ck_assert_uint_gt(last.spent_ns[PART_FIRST_BYTE], 0);
	ck_assert_uint_eq(counts->handshakes, 1);
	ck_assert_uint_eq(counts->resumed, 0);
	ck_assert_str_eq(counts->protocol, "TLSv1.3");
	check_idle(true);
	/* On the same connection: no handshake. */
	start();
	end_read(&end);
	end_say(&end, OK, strlen(OK));
	await(2);
	ck_assert(last.was_reused);
	ck_assert_uint_eq(last.spent_ns[PART_CONNECT], 0);
	ck_assert_uint_eq(last.spent_ns[PART_TLS], 0);
	ck_assert_uint_eq(counts->opened, 1);
	/* And a new one, with the session of the first. */
	client_origin_close(&origin);
	end_close(&end);
	take_request();
	end_say(&end, OK, strlen(OK));
	await(3);
	ck_assert_uint_eq(counts->handshakes, 2);
	ck_assert_uint_eq(counts->resumed, 1);
}
END_TEST

/* Announced or cut off: an idle connection goes, its session is good. */
START_TEST(test_idle_end)
{
	take_request();
	end_say(&end, OK, strlen(OK));
	await(1);
	check_idle(true);
	if (_i == 0)
		tls_end_write(end.tls);
	else
		ck_assert_int_eq(shutdown(end.fd, SHUT_WR), 0);
	settle();
	settle();
	check_idle(false);
	end_close(&end);
	take_request();
	end_say(&end, OK, strlen(OK));
	await(2);
	ck_assert(!last.was_reused);
	ck_assert_uint_eq(client_pool_counts(pool)->resumed, 1);
}
END_TEST

/* Bytes nobody asked for end an idle connection; half a record does not. */
START_TEST(test_idle_bytes)
{
	static const char half[] = "\x17\x03\x03\x00\x40" "half of it";

	take_request();
	end_say(&end, OK, strlen(OK));
	await(1);
	if (_i == 0)
		end_say(&end, "x", 1);
	else
		ck_assert_int_gt((int)write(end.fd, half, sizeof(half) - 1),
		    0);
	settle();
	settle();
	check_idle(_i == 1);
}
END_TEST

/* In a unix socket there is room for a few hundred messages only. */
static void
listen_unix(void)
{
	char dir[] = "/tmp/pulse-test-XXXXXX", path[64];
	struct net_address *a = &origin.addresses.at[0];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	ck_assert(net_unix_address(a, path));
	close(listener);
	listener = net_listen(a);
	ck_assert_int_ne(listener, -1);
	take_request();
	unlink(path);
	rmdir(dir);
}

static void
on_later(void *arg)
{
	*(bool *)arg = true;
}

/* The turns of a time in which nothing happens. */
static int
quiet_turns(void)
{
	bool is_later = false;
	struct loop_timer later = { .call = on_later, .arg = &is_later };
	int n;

	loop_timer_set(loop, &later, loop_tick(loop) + QUIET_NS);
	for (n = 0; !is_later; n++)
		ck_assert_int_eq(loop_turn(loop), 0);
	return n;
}

/*
 * The server asks for new keys all the time and does not read the answers: an
 * idle connection goes, any other waits for room without turning the loop.
 */
START_TEST(test_flood)
{
	int i;

	listen_unix();
	if (_i == 0) {
		end_say(&end, OK, strlen(OK));
		await(1);
		check_idle(true);
	}
	for (i = 0; i < FLOOD && tls_renew_keys(end.tls) == 0; i++)
		settle();
	ck_assert_int_lt(quiet_turns(), SOME_TURNS);
	if (_i == 0) {
		check_idle(false);
		return;
	}
	ck_assert_int_eq(ndone, 0);
	end_close(&end);
	await(1);
	ck_assert_int_ne(last.cause, CAUSE_NONE);
}
END_TEST

/* Messages of TLS's own in one piece with the answer behind them. */
START_TEST(test_answer_behind_messages)
{
	int i;

	take_request();
	for (i = 0; i < MESSAGES; i++)
		ck_assert_int_eq(tls_renew_keys(end.tls), 0);
	end_say(&end, OK, strlen(OK));
	await(1);
	ck_assert_int_eq(last.cause, CAUSE_NONE);
	ck_assert_int_eq(last.status, 200);
}
END_TEST

/* Closed instead of an answer to a reused connection: it may be sent again. */
START_TEST(test_stale)
{
	take_request();
	end_say(&end, OK, strlen(OK));
	await(1);
	start();
	end_read(&end);
	if (_i == 0)
		tls_end_write(end.tls);
	end_close(&end);
	await(2);
	ck_assert_int_eq(last.cause, CAUSE_CLOSED);
	ck_assert_int_eq(last.part, PART_FIRST_BYTE);
	ck_assert(last.was_reused && !last.had_bytes);
}
END_TEST

static const struct end_test {
	const char	*answer;
	bool		 is_announced;
	enum cause	 cause;
	uint64_t	 bytes_in;
} end_tests[] = {
	{ HEAD "\r\nhello", true, CAUSE_NONE, 5 },
	{ HEAD "\r\nhello", false, CAUSE_HTTP + HTTP_TRUNCATED, 5 },
	{ HEAD "\r\n", false, CAUSE_HTTP + HTTP_TRUNCATED, 0 },
	{ OK, false, CAUSE_NONE, 5 },
	{ OK, true, CAUSE_NONE, 5 },
	{ HEAD "Content-Length: 9\r\n\r\nhello", true,
	    CAUSE_HTTP + HTTP_TRUNCATED, 5 },
	{ HEAD "Content-Length: 9\r\n\r\nhello", false,
	    CAUSE_HTTP + HTTP_TRUNCATED, 5 },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	    false, CAUSE_NONE, 5 },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true,
	    CAUSE_HTTP + HTTP_TRUNCATED, 5 },
	{ HEAD "Conte", false, CAUSE_HTTP + HTTP_TRUNCATED, 0 },
};

START_TEST(test_end)
{
	const struct end_test *t = &end_tests[_i];

	take_request();
	/* In one go, so that bytes and their end are read together. */
	ck_assert_int_eq((int)tls_write(end.tls, t->answer, strlen(t->answer)),
	    (int)strlen(t->answer));
	if (t->is_announced)
		tls_end_write(end.tls);
	ck_assert_int_eq(shutdown(end.fd, SHUT_WR), 0);
	await(1);
	ck_assert_msg(last.cause == t->cause, "%d: %s", _i,
	    cause_name(last.cause));
	ck_assert_uint_eq(last.bytes_in, t->bytes_in);
	settle();
	check_idle(false);
}
END_TEST

/* More than a turn reads, all of it there before the first is read. */
START_TEST(test_large)
{
	static char text[LARGE];
	char head[100];
	int round;

	snprintf(head, sizeof(head), HEAD "Content-Length: %d\r\n\r\n", LARGE);
	memset(text, 'x', sizeof(text));
	take_request();
	for (round = 1; round <= 2; round++) {
		end_say(&end, head, strlen(head));
		end_say(&end, text, sizeof(text));
		await(round);
		ck_assert_int_eq(last.cause, CAUSE_NONE);
		ck_assert_uint_eq(last.bytes_in, LARGE);
		check_idle(true);
		start();
		end_read(&end);
	}
	ck_assert_uint_eq(client_pool_counts(pool)->opened, 1);
}
END_TEST

/* Cut off by its owner, before and after the first word of the server. */
START_TEST(test_cancel)
{
	struct client *c = start();

	end_accept(&end);
	if (_i == 1) {
		ck_assert_int_eq(tls_handshake(end.tls), -1);
		ck_assert_int_eq(errno, EAGAIN);
	}
	client_cancel(c, CAUSE_TIMEOUT);
	ck_assert_int_eq(ndone, 1);
	ck_assert_int_eq(last.cause, CAUSE_TIMEOUT);
	ck_assert_int_eq(last.part, PART_TLS);
	ck_assert(last.status == 0 && !last.had_bytes);
	check_idle(false);
	settle();
	ck_assert_int_eq(ndone, 1);
}
END_TEST

/* Not what a handshake begins with; the client tells from the loop. */
START_TEST(test_handshake_fails)
{
	static const struct {
		const char	*said;
		enum cause	 cause;
	} tests[] = {
		{ "HTTP/1.1 400 Bad Request\r\n\r\n", CAUSE_TLS + TLS_NOT_TLS },
		{ "", CAUSE_TLS + TLS_CLOSED },
	};
	size_t len = strlen(tests[_i].said);

	start();
	end_accept(&end);
	ck_assert_int_eq((int)write(end.fd, tests[_i].said, len), (int)len);
	ck_assert_int_eq(shutdown(end.fd, SHUT_WR), 0);
	ck_assert_int_eq(ndone, 0);
	await(1);
	ck_assert_int_eq(last.cause, tests[_i].cause);
	ck_assert_int_eq(last.part, PART_TLS);
	ck_assert_uint_eq(client_pool_counts(pool)->handshakes, 0);
}
END_TEST

/*
 * An answer before the request, right behind the handshake (of 1.2: there the
 * server has the last word): it is read with it, and nothing else comes.
 */
START_TEST(test_bytes_with_handshake)
{
	if (!rig_use_tls12())
		return;
	setup();
	start();
	end_accept(&end);
	end_shake(&end);
	ck_assert_int_eq((int)tls_write(end.tls, OK, strlen(OK)),
	    (int)strlen(OK));
	await(1);
	ck_assert_int_eq(last.cause, CAUSE_NONE);
	ck_assert_uint_eq(last.bytes_in, 5);
	ck_assert_str_eq(client_pool_counts(pool)->protocol, "TLSv1.2");
	teardown();
}
END_TEST

/* Whom it does not trust: the peer is another one's. */
START_TEST(test_distrust)
{
	int i;

	tls_peer_free(origin.tls);
	origin.tls = tls_peer_new(client_context, "192.0.2.9", false);
	start();
	end_accept(&end);
	for (i = 0; ndone == 0 && i < TURNS_MAX; i++) {
		(void)tls_handshake(end.tls);
		settle();
	}
	ck_assert_int_eq(last.cause, cause_of_tls(TLS_CERT_NAME));
	ck_assert_int_eq(last.part, PART_TLS);
}
END_TEST

/* All at once, each at its own pace; one in three is cut off. */
START_TEST(test_many)
{
	struct end ends[CONNECTIONS];
	int i;

	for (i = 0; i < CONNECTIONS; i++)
		start();
	for (i = 0; i < CONNECTIONS; i++)
		end_accept(&ends[i]);
	for (i = CONNECTIONS - 1; i >= 0; i--) {
		if (i % 3 == 0) {
			end_close(&ends[i]);
			continue;
		}
		end_shake(&ends[i]);
		end_read(&ends[i]);
		end_say(&ends[i], OK, strlen(OK));
	}
	await(CONNECTIONS);
	ck_assert_uint_eq(client_pool_counts(pool)->handshakes,
	    CONNECTIONS - (CONNECTIONS + 2) / 3);
	for (i = 0; i < CONNECTIONS; i++)
		end_close(&ends[i]);
	for (i = 0; origin.idle_first != NULL && i < TURNS_MAX; i++)
		settle();
	check_idle(false);
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_parts);
	tcase_add_loop_test(tc, test_idle_end, 0, 2);
	tcase_add_loop_test(tc, test_idle_bytes, 0, 2);
	tcase_add_loop_test(tc, test_flood, 0, 2);
	tcase_add_test(tc, test_answer_behind_messages);
	tcase_add_loop_test(tc, test_stale, 0, 2);
	tcase_add_loop_test(tc, test_end, 0, UTIL_NELEM(end_tests));
	tcase_add_test(tc, test_large);
	tcase_add_loop_test(tc, test_cancel, 0, 2);
	tcase_add_loop_test(tc, test_handshake_fails, 0, 2);
	tcase_add_test(tc, test_distrust);
	tcase_add_test(tc, test_many);
}

/* Where TLS cannot be had: told from the loop, and nothing is opened. */
START_TEST(test_no_tls)
{
	struct net_address *a = &origin.addresses.at[0];

	memset(&origin, 0, sizeof(origin));
	loop = loop_new();
	pool = client_pool_new(loop, 1, NULL, 0, 0);
	ck_assert(net_address_parse(a, "127.0.0.1", 1, 4));
	origin.addresses.n = 1;
	origin.is_tls = true;
	ndone = 0;
	start();
	ck_assert_int_eq(ndone, 0);
	await(1);
	ck_assert_int_eq(last.cause, CAUSE_NO_TLS);
	ck_assert_int_eq(last.part, PART_TLS);
	ck_assert_uint_eq(client_pool_counts(pool)->opened, 0);
	client_pool_free(pool);
	loop_free(loop);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("http_client_tls");
	TCase *tc = tcase_create("without");

	tcase_add_test(tc, test_no_tls);
	suite_add_tcase(s, tc);
	if (tls_version() != NULL) {
		tc = tcase_create("client");
		add_tests(tc);
		suite_add_tcase(s, tc);
		tc = tcase_create("client, TLS 1.2");
		tcase_add_test(tc, test_bytes_with_handshake);
		suite_add_tcase(s, tc);
	}
	return suite_main(s);
}
