/* SPDX-License-Identifier: MIT */

/*
 * fleet/peer.c and fleet/ping.c with an https worker: answers that end in
 * every way, with a word of TLS or without one; the session that the next
 * connection takes up; our end, which the worker hears of; and a round trip
 * that has no handshake in it. The worker is a few canned bytes, in the same
 * loop.
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/resolve.h"
#include "base/stream.h"
#include "base/util.h"
#include "fleet/peer.h"
#include "fleet/ping.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

#define LIMIT_NS	(20 * NS_PER_SEC)	/* of each test */
#define LATE_NS		(100 * NS_PER_MS)	/* that a worker is */

#define HEAD		"HTTP/1.1 200 OK\r\n"
#define LENGTH(n)	HEAD "Content-Length: " #n "\r\n\r\n"
#define PONG		"{\"status\":\"ok\"}"

/* What the worker does behind its answer. */
enum ending {
	END_STAYS,
	END_SAID,		/* close_notify, then the end */
	END_CUT			/* the end alone */
};

static struct loop *loop;
static struct resolver *resolver;
static struct tls_context *client_context, *server_context;
static struct fleet fleet;
static struct credentials credentials;
static struct peer **peers;
static struct buf heard;	/* what the hooks were told */
static bool is_over, has_timed_out;
static struct loop_timer limit, late;
static struct loop_io listener;
static struct stream accepted;
static const char *answer;
static enum ending ending;
static bool is_plain;		/* it speaks no TLS */
static int nresumed;

static void
on_accepted(void *arg, int events)
{
	char bytes[4096];
	ssize_t n;

	(void)arg;
	(void)events;
	n = stream_read(&accepted, bytes, sizeof(bytes));
	if (n == -1)
		return;
	if (n == 0) {
		/* Our peer has ended its side: it gets its answer now. */
		buf_adds(&heard, "[end heard]");
		(void)stream_write(&accepted, LENGTH(0), strlen(LENGTH(0)));
		stream_close(&accepted, false);
		return;
	}
	if (!is_plain)
		nresumed += tls_is_resumed(stream_tls(&accepted));
	if (answer == NULL)
		return;
	ck_assert_int_eq(stream_write(&accepted, answer, strlen(answer)),
	    (int)strlen(answer));
	if (ending == END_SAID)
		stream_close(&accepted, false);
	else if (ending == END_CUT)
		ck_assert_int_eq(shutdown(accepted.read_fd, SHUT_WR), 0);
}

static void
on_listener(void *arg, int events)
{
	int fd = net_accept(listener.fd);

	(void)arg;
	(void)events;
	ck_assert_int_ne(fd, -1);
	stream_close(&accepted, false);
	stream_open(&accepted, loop, fd, fd, on_accepted, NULL);
	if (!is_plain)
		stream_start_tls(&accepted, tls_accept(server_context, fd),
		    NULL);
	ck_assert_int_eq(stream_watch(&accepted, LOOP_READ), 0);
}

static void
on_limit(void *arg)
{
	(void)arg;
	has_timed_out = true;
	loop_stop(loop);
}

static void
over(void)
{
	is_over = true;
	loop_stop(loop);
}

static void
on_head(void *arg, const struct http_head *h)
{
	(void)arg;
	buf_addf(&heard, "%d ", h->status);
}

static void
on_body(void *arg, const char *p, size_t len)
{
	(void)arg;
	buf_add(&heard, p, len);
}

static void
on_end(void *arg)
{
	(void)arg;
	buf_adds(&heard, " end");
	over();
}

static void
on_failed(void *arg, const char *why)
{
	(void)arg;
	buf_addf(&heard, "failed: %s", why);
	over();
}

static const struct peer_hooks hooks = { on_head, on_body, on_end, on_failed,
    NULL };

static void
on_said(void *arg, const struct worker_address *worker, const char *line)
{
	(void)arg;
	(void)worker;
	ck_abort_msg("%s", line);
}

static void
listen_here(void)
{
	struct net_address address;
	char worker[64], why[WIRE_TEXT_MAX] = "";

	ck_assert(net_listen_parse(&address, "127.0.0.1:0"));
	listener = (struct loop_io){ .fd = net_listen(&address),
	    .call = on_listener };
	ck_assert_int_ne(listener.fd, -1);
	ck_assert_int_eq(net_local_address(listener.fd, &address), 0);
	snprintf(worker, sizeof(worker), "https://127.0.0.1:%u",
	    (unsigned int)ntohs(((const struct sockaddr_in *)
	    &address.ss)->sin_port));
	ck_assert_msg(fleet_add(&fleet, worker, why) == 0, "%s", why);
}

static void
setup(void)
{
	const struct tls_settings ours = { .ca = RIG_TEXT(rig_ca) };
	const struct tls_settings its = { .cert = RIG_TEXT(rig_cert),
	    .key = RIG_TEXT(rig_key) };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	char why[TLS_TEXT_MAX];

	ck_assert_int_eq(sigaction(SIGPIPE, &ignore, NULL), 0);
	loop = loop_new();
	resolver = resolver_new(loop, NULL);
	client_context = tls_client_new(&ours, why);
	server_context = tls_server_new(&its, why);
	ck_assert(loop != NULL && resolver != NULL &&
	    client_context != NULL && server_context != NULL);
	memset(&fleet, 0, sizeof(fleet));
	listen_here();
	credentials.tls = client_context;
	peers = xcalloc(1, sizeof(*peers));
	peers[0] = peer_new(loop, resolver, fleet.workers, &credentials,
	    on_said, NULL);
	peer_set_hooks(peers[0], &hooks);
	buf_init(&heard, 4096);
	limit = (struct loop_timer){ .call = on_limit };
	loop_timer_set(loop, &limit, loop_tick(loop) + LIMIT_NS);
	answer = NULL;
	ending = END_STAYS;
	nresumed = 0;
	is_plain = is_over = has_timed_out = false;
}

static void
teardown(void)
{
	peers_free(peers, 1);
	stream_close(&accepted, false);
	loop_del(loop, &listener);
	close(listener.fd);
	loop_timer_stop(loop, &limit);
	resolver_free(resolver);
	fleet_clear(&fleet);
	buf_clear(&heard);
	tls_context_free(client_context);
	tls_context_free(server_context);
	loop_free(loop);
}

static void
serve(void)
{
	ck_assert_int_eq(loop_add(loop, &listener, LOOP_READ), 0);
}

/* Asks, and runs the loop until the hooks have heard the end of it. */
static void
ask(void)
{
	is_over = false;
	peer_ask(peers[0], "GET", "/", "", NULL, 0);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_msg(is_over && !has_timed_out, "heard: %s",
	    buf_str(&heard));
}

static const struct answer_test {
	const char	*answer;
	enum ending	 ending;
	bool		 is_plain;
	const char	*want;
} answer_tests[] = {
	{ LENGTH(5) "hello", END_STAYS, false, "200 hello end" },
	{ LENGTH(5) "hello", END_SAID, false, "200 hello end" },
	{ LENGTH(5) "hello", END_CUT, false, "200 hello end" },
	{ HEAD "\r\nhello", END_SAID, false, "200 hello end" },
	{ HEAD "\r\nhello", END_CUT, false, "200 hellofailed: "
	    "the connection ended in the middle of the answer" },
	{ LENGTH(9) "hello", END_CUT, false, "200 hellofailed: "
	    "the connection ended in the middle of the answer" },
	{ LENGTH(9) "hello", END_SAID, false, "200 hellofailed: "
	    "the connection ended in the middle of the answer" },
	{ "", END_SAID, false,
	    "failed: the connection ended without an answer" },
	{ "", END_CUT, false, "failed: the connection was cut off" },
	{ "HTTP/1.1 400 Bad Request\r\n\r\n", END_SAID, true,
	    "failed: it does not speak TLS (wrong version number): "
	    "is http:// meant?" },
	{ "", END_CUT, true,
	    "failed: the connection ended in the TLS handshake" },
};

START_TEST(test_answer)
{
	const struct answer_test *t = &answer_tests[_i];

	serve();
	answer = t->answer;
	ending = t->ending;
	is_plain = t->is_plain;
	ask();
	ck_assert_str_eq(buf_str(&heard), t->want);
}
END_TEST

/* Two in a row over one connection, then two more. */
START_TEST(test_again)
{
	serve();
	answer = LENGTH(0);
	ask();
	ask();
	ck_assert_int_eq(nresumed, 0);
	peer_close(peers[0]);
	ask();
	ck_assert_int_eq(nresumed, 1);
	peer_close(peers[0]);
	ask();
	ck_assert_int_eq(nresumed, 2);
	ck_assert_msg(strstr(buf_str(&heard), "failed") == NULL, "%s",
	    buf_str(&heard));
}
END_TEST

static void
on_late_end(void *arg)
{
	(void)arg;
	peer_end(peers[0]);
}

/* Whoever hears our end stops, and answers all the same. */
START_TEST(test_end)
{
	serve();
	late = (struct loop_timer){ .call = on_late_end };
	loop_timer_set(loop, &late, loop_tick(loop) + LATE_NS);
	ask();
	ck_assert_str_eq(buf_str(&heard), "[end heard]200  end");
}
END_TEST

static void
on_late_serve(void *arg)
{
	(void)arg;
	serve();
}

static void
on_pinged(void *arg)
{
	(void)arg;
	over();
}

/* The worker has the connection at once, but takes its time for the rest. */
START_TEST(test_round_trip)
{
	struct fleet_ping *ping;
	struct pong pong;
	uint64_t began_ns = loop_tick(loop);

	answer = LENGTH(15) PONG;
	late = (struct loop_timer){ .call = on_late_serve };
	loop_timer_set(loop, &late, began_ns + LATE_NS);
	ping = fleet_ping_start(loop, peers, &pong, 1, on_pinged, NULL);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert(!has_timed_out);
	fleet_ping_free(ping);
	ck_assert_msg(pong.is_ok, "%s", pong.why);
	ck_assert_uint_ge(loop_tick(loop) - began_ns, LATE_NS);
	ck_assert_uint_gt(pong.round_trip_ns, 0);
	ck_assert_uint_lt(pong.round_trip_ns, LATE_NS);
}
END_TEST

/* Then no worker is asked by TLS: fleet/credentials.c refuses them. */
START_TEST(test_none)
{
	ck_assert_ptr_null(tls_version());
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("peer with TLS");
	TCase *tc;

	tc = tcase_create("peer");
	suite_add_tcase(s, tc);
	if (tls_version() == NULL) {
		tcase_add_test(tc, test_none);
		return s;
	}
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_answer, 0, UTIL_NELEM(answer_tests));
	tcase_add_test(tc, test_again);
	tcase_add_test(tc, test_end);
	tcase_add_test(tc, test_round_trip);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
