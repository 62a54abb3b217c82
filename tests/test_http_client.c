/* SPDX-License-Identifier: MIT */
/*
 * http/client.c against a socket in the same process: every answer whole,
 * byte by byte and cut in two at every point gives the same result, and the
 * connection is kept or not as it should be; the body is handed out, up to its
 * maximum, to who wants it. Then what the peer does between answers: reuse,
 * most recent first; an idle connection closed; a cancelled exchange; nobody
 * listening. And which local address comes when there are several. Traffic is on the loopback; nothing waits for a
 * clock.
 */

#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/util.h"
#include "http/client.h"
#include "load/outcome.h"
#include "tests/suite.h"

enum {
	CONNECTIONS = 3,
	TURNS_MAX = 1000,	/* until something is said to hang */
	WHOLE = 0,
	BYTES = -1		/* one after the other; else where to cut */
};

static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

static const struct answer_test {
	const char	*descr;
	const char	*answer;
	bool		 is_head;	/* asked for by a HEAD */
	bool		 closes;	/* the peer does, after it */
	enum http_reason reason;	/* HTTP_OK: a good one */
	int		 status;
	uint64_t	 bytes_in;
	bool		 is_kept;
	const char	*body;		/* as it is handed out */
} answer_tests[] = {
	{ "length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
	    false, false, HTTP_OK, 200, 5, true, "hello" },
	{ "no body", "HTTP/1.1 204 No Content\r\n\r\n",
	    false, false, HTTP_OK, 204, 0, true, "" },
	{ "head", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
	    true, false, HTTP_OK, 200, 0, true, "" },
	{ "chunks and trailers", "HTTP/1.1 200 OK\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n"
	    "T: v\r\n\r\n", false, false, HTTP_OK, 200, 5, true, "abcde" },
	{ "interim answers", "HTTP/1.1 100 Continue\r\n\r\n"
	    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
	    "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx",
	    false, false, HTTP_OK, 201, 1, true, "x" },
	{ "connection: close", "HTTP/1.1 500 No\r\nConnection: close\r\n"
	    "Content-Length: 2\r\n\r\nno", false, false, HTTP_OK, 500, 2,
	    false, "no" },
	{ "until the end", "HTTP/1.1 200 OK\r\n\r\nhello",
	    false, true, HTTP_OK, 200, 5, false, "hello" },
	{ "HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
	    false, false, HTTP_OK, 200, 2, false, "ok" },
	{ "cut head", "HTTP/1.1 200 OK\r\nContent-",
	    false, true, HTTP_TRUNCATED, 0, 0, false, "" },
	{ "cut body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
	    false, true, HTTP_TRUNCATED, 200, 3, false, "hel" },
	{ "garbage", "SSH-2.0-OpenSSH\r\n",
	    false, false, HTTP_NOT_HTTP, 0, 0, false, "" },
	{ "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
	    "Content-Length: 6\r\n\r\n", false, false, HTTP_BAD_LENGTH, 0, 0,
	    false, "" },
	{ "bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "xyz\r\n", false, false, HTTP_BAD_CHUNK_SIZE, 200, 0, false, "" },
};

static struct loop *loop;
static struct client_pool *pool;
static struct client_origin origin;
static int listener, peer;
static struct client_result last;	/* its body is in body */
static char body[CLIENT_BODY_MAX + 1];
static bool want_body;
static int ndone;

static void
setup(void)
{
	struct net_address *a = &origin.addresses.at[0];

	memset(&origin, 0, sizeof(origin));
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	pool = client_pool_new(loop, CONNECTIONS, NULL, 0, 0);
	ck_assert(net_address_parse(a, "127.0.0.1", 0, 4));
	listener = net_listen(a);
	ck_assert_int_ne(listener, -1);
	ck_assert_int_eq(net_local_address(listener, a), 0);
	origin.addresses.n = 1;
	peer = -1;
	ndone = 0;
	want_body = false;
}

static void
teardown(void)
{
	client_pool_free(pool);
	loop_free(loop);
	if (peer != -1)
		close(peer);
	if (listener != -1)
		close(listener);
}

static void
on_done(void *arg, const struct client_result *res)
{
	ck_assert_ptr_eq(arg, &last);
	last = *res;
	ck_assert_uint_le(res->body.len, CLIENT_BODY_MAX);
	if (!want_body)
		ck_assert_ptr_null(res->body.data);
	if (res->body.len > 0)
		memcpy(body, res->body.data, res->body.len);
	body[res->body.len] = '\0';
	ndone++;
}

static void
on_timer(void *arg)
{
	(void)arg;
}

/* Some turns without a wait: what has arrived is read. */
static void
settle(void)
{
	struct loop_timer now = { .call = on_timer };
	int i;

	for (i = 0; i < 3; i++) {
		loop_timer_set(loop, &now, 0);
		ck_assert_int_eq(loop_turn(loop), 0);
	}
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

static struct client *
start(bool is_head)
{
	const struct client_exchange exchange = {
		.bytes = request,
		.len = sizeof(request) - 1,
		.is_head = is_head,
		.keep_alive = true,
		.want_body = want_body,
		.done = on_done,
		.arg = &last,
	};
	struct client *c = client_start(pool, &origin, &exchange, false);

	ck_assert_ptr_nonnull(c);
	return c;
}

/* The other end of a new connection, once the request has come over it. */
static int
accept_request(void)
{
	char got[sizeof(request)];
	int fd = -1, i;

	for (i = 0; fd == -1 && i < TURNS_MAX; i++) {
		settle();
		fd = net_accept(listener);
	}
	ck_assert_int_ne(fd, -1);
	for (i = 0; i < TURNS_MAX; i++) {
		settle();
		if (read(fd, got, sizeof(got)) == sizeof(request) - 1)
			break;
	}
	ck_assert_mem_eq(got, request, sizeof(request) - 1);
	return fd;
}

/* A client that has had enough closes: then the rest goes nowhere. */
static void
feed(const char *p, size_t len)
{
	if (ndone == 0 && len > 0)
		ck_assert_int_eq((int)write(peer, p, len), (int)len);
	settle();
}

static void
check_answer(const struct answer_test *t, int how)
{
	size_t len = strlen(t->answer), i;

	ndone = 0;
	start(t->is_head);
	peer = accept_request();
	if (how == BYTES)
		for (i = 0; i < len; i++)
			feed(t->answer + i, 1);
	else {
		feed(t->answer, (size_t)how);
		feed(t->answer + how, len - (size_t)how);
	}
	if (t->closes) {
		close(peer);
		peer = -1;
	}
	await(1);
	ck_assert_msg(last.cause == (t->reason == HTTP_OK ? CAUSE_NONE :
	    cause_of_reason(t->reason)), "%s, %d: %s", t->descr, how,
	    cause_name(last.cause));
	ck_assert_int_eq(last.status, t->status);
	ck_assert_uint_eq(last.bytes_in, t->bytes_in);
	ck_assert_str_eq(body, want_body ? t->body : "");
	ck_assert(!last.was_reused && last.had_bytes);
	ck_assert((origin.idle_first != NULL) == t->is_kept);
	client_origin_close(&origin);
	if (peer != -1)
		close(peer);
	peer = -1;
}

START_TEST(test_answer)
{
	const struct answer_test *t = &answer_tests[_i];
	int cut;

	check_answer(t, WHOLE);
	want_body = true;
	check_answer(t, WHOLE);
	check_answer(t, BYTES);
	for (cut = 1; cut < (int)strlen(t->answer); cut++)
		check_answer(t, cut);
}
END_TEST

static void
answer_ok(int fd)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

	ck_assert_int_eq((int)write(fd, ok, sizeof(ok) - 1), sizeof(ok) - 1);
}

/* A large answer, as the peer can send it. */
static void
feed_large(uint64_t len)
{
	char text[4096];
	struct buf all;
	size_t sent;
	ssize_t n;

	buf_init(&all, 4 * CLIENT_BODY_MAX);
	buf_addf(&all, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
	    (int)len);
	memset(text, 'x', sizeof(text));
	for (; len > 0; len -= sent) {
		sent = len < sizeof(text) ? (size_t)len : sizeof(text);
		ck_assert_int_eq(buf_add(&all, text, sent), 0);
	}
	for (sent = 0; sent < all.len; settle()) {
		n = write(peer, all.data + sent, all.len - sent);
		ck_assert(n > 0 || (n == -1 && errno == EAGAIN));
		sent += n > 0 ? (size_t)n : 0;
	}
	buf_clear(&all);
}

/* What is beyond the maximum is counted, not kept; the next one is whole. */
START_TEST(test_large_body)
{
	static const uint64_t sizes[] = { CLIENT_BODY_MAX + 1, 3,
	    CLIENT_BODY_MAX, 2 * CLIENT_BODY_MAX, 0, CLIENT_BODY_MAX - 1 };
	size_t i, want;

	want_body = true;
	for (i = 0; i < UTIL_NELEM(sizes); i++) {
		start(false);
		if (peer == -1)
			peer = accept_request();
		feed_large(sizes[i]);
		await((int)i + 1);
		want = sizes[i] < CLIENT_BODY_MAX ? (size_t)sizes[i] :
		    CLIENT_BODY_MAX;
		ck_assert_int_eq(last.cause, CAUSE_NONE);
		ck_assert_uint_eq(last.bytes_in, sizes[i]);
		ck_assert_uint_eq(strlen(body), want);
		ck_assert_uint_eq(strspn(body, "x"), want);
	}
	ck_assert_uint_eq(client_pool_counts(pool)->opened, 1);
	want_body = false;
	start(false);
	feed_large(5);
	await((int)i + 1);
	ck_assert_uint_eq(last.bytes_in, 5);
}
END_TEST

/* Most recently used first; all parts add up to the time that passed. */
START_TEST(test_reuse)
{
	struct client *first, *second;
	int first_fd, second_fd, i;
	uint64_t sum = 0;

	first = start(false);
	first_fd = accept_request();
	second = start(false);
	second_fd = accept_request();
	answer_ok(second_fd);
	await(1);
	answer_ok(first_fd);
	await(2);
	ck_assert_ptr_eq(start(false), first);
	ck_assert_ptr_eq(start(false), second);
	answer_ok(first_fd);
	answer_ok(second_fd);
	await(4);
	ck_assert(last.was_reused);
	for (i = 0; i < PARTS; i++)
		sum += last.spent_ns[i];
	ck_assert_uint_gt(last.first_byte_ns, 0);
	ck_assert_uint_le(last.first_byte_ns, last.end_ns);
	ck_assert_uint_eq(last.spent_ns[PART_CONNECT], 0);
	ck_assert_uint_gt(sum, 0);
	ck_assert_uint_eq(client_pool_counts(pool)->opened, 2);
	close(first_fd);
	close(second_fd);
}
END_TEST

/* Closed while idle: it is out of the way before anybody needs it. */
START_TEST(test_idle_closed)
{
	start(false);
	peer = accept_request();
	answer_ok(peer);
	await(1);
	ck_assert_ptr_nonnull(origin.idle_first);
	close(peer);
	settle();
	ck_assert_ptr_null(origin.idle_first);
	start(false);
	peer = accept_request();
	answer_ok(peer);
	await(2);
	ck_assert(!last.was_reused);
}
END_TEST

/* Closed instead of an answer: whoever asked may try again. */
START_TEST(test_closed_unanswered)
{
	start(false);
	peer = accept_request();
	close(peer);
	peer = -1;
	await(1);
	ck_assert_int_eq(last.cause, CAUSE_CLOSED);
	ck_assert_int_eq(last.part, PART_FIRST_BYTE);
	ck_assert(!last.had_bytes);
}
END_TEST

START_TEST(test_cancel)
{
	struct client *c = start(false);

	peer = accept_request();
	client_cancel(c, CAUSE_TIMEOUT);
	ck_assert_int_eq(ndone, 1);
	ck_assert_int_eq(last.cause, CAUSE_TIMEOUT);
	ck_assert_int_eq(last.part, PART_FIRST_BYTE);
	ck_assert_ptr_null(origin.idle_first);
}
END_TEST

/* Told from the loop, never from client_start. */
START_TEST(test_refused)
{
	close(listener);
	listener = -1;
	start(false);
	ck_assert_int_eq(ndone, 0);
	await(1);
	ck_assert_int_eq(last.cause, cause_of_errno(ECONNREFUSED));
	ck_assert_int_eq(last.part, PART_CONNECT);
}
END_TEST

/* The first address refuses, the second one connects, and is remembered. */
START_TEST(test_second_address)
{
	struct net_addresses *to = &origin.addresses;

	to->at[1] = to->at[0];
	ck_assert(net_address_parse(&to->at[0], "127.0.0.1", 1, 4));
	to->n = 2;
	start(false);
	peer = accept_request();
	answer_ok(peer);
	await(1);
	ck_assert_int_eq(last.cause, CAUSE_NONE);
	ck_assert_uint_eq(origin.good, 1);
}
END_TEST

/* Local addresses. */

static struct net_address sources[3];

/* A pool of its own for a test, with these, that begins with the first-th. */
static void
send_from(size_t first, const char *const *from, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		ck_assert(net_address_parse(&sources[i], from[i], 0, 0));
	client_pool_free(pool);
	pool = client_pool_new(loop, CONNECTIONS, sources, n, first);
}

/* One more connection comes from there; it stays open. */
static void
check_source(const char *want)
{
	struct net_address a;
	char text[NET_TEXT_MAX];
	int fd;

	start(false);
	fd = accept_request();
	ck_assert_int_eq(net_peer_address(fd, &a), 0);
	net_address_format(text, &a);
	*strrchr(text, ':') = '\0';
	ck_assert_str_eq(text, want);
	close(fd);
	await(ndone + 1);
}

static void
check_no_source(int error)
{
	start(false);
	ck_assert_int_eq(ndone, 0);
	await(1);
	ck_assert_int_eq(last.cause, cause_of_errno(error));
	ck_assert_int_eq(last.part, PART_CONNECT);
	ck_assert_uint_eq(client_pool_counts(pool)->opened, 0);
}

START_TEST(test_sources_in_turn)
{
	const char *const from[] = { "127.0.0.2", "127.0.0.3", "127.0.0.4" };
	size_t i;

	send_from((size_t)_i, from, UTIL_NELEM(from));
	for (i = 0; i < 2 * UTIL_NELEM(from); i++)
		check_source(from[((size_t)_i + i) % UTIL_NELEM(from)]);
}
END_TEST

/* Those of the other family are passed over. */
START_TEST(test_sources_of_both_families)
{
	const char *const from[] = { "::1", "127.0.0.2", "127.0.0.3" };

	send_from(0, from, UTIL_NELEM(from));
	check_source("127.0.0.2");
	check_source("127.0.0.3");
	check_source("127.0.0.2");
}
END_TEST

START_TEST(test_sources_of_the_other_family)
{
	const char *const from[] = { "::1" };

	send_from(0, from, UTIL_NELEM(from));
	check_no_source(EAFNOSUPPORT);
}
END_TEST

/*
 * An address of nobody (RFC 5737) fails as one does that has no port left: the
 * next one takes its turn.
 */
START_TEST(test_source_without_port)
{
	const char *const from[] = { "203.0.113.77", "127.0.0.2", "127.0.0.3" };

	send_from(0, from, UTIL_NELEM(from));
	check_source("127.0.0.2");
	check_source("127.0.0.3");
	check_source("127.0.0.2");
}
END_TEST

START_TEST(test_sources_without_port)
{
	const char *const from[] = { "203.0.113.77", "203.0.113.78" };

	send_from(1, from, UTIL_NELEM(from));
	check_no_source(EADDRNOTAVAIL);
}
END_TEST

/* No port at all must not hide behind a source that was never tried. */
START_TEST(test_source_without_port_and_other_family)
{
	const char *const from[] = { "203.0.113.77", "::1" };

	send_from(0, from, UTIL_NELEM(from));
	check_no_source(EADDRNOTAVAIL);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("http_client");
	TCase *tc = tcase_create("client");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, test_answer, 0, UTIL_NELEM(answer_tests));
	tcase_add_test(tc, test_large_body);
	tcase_add_test(tc, test_reuse);
	tcase_add_test(tc, test_idle_closed);
	tcase_add_test(tc, test_closed_unanswered);
	tcase_add_test(tc, test_cancel);
	tcase_add_test(tc, test_refused);
	tcase_add_test(tc, test_second_address);
	tcase_add_loop_test(tc, test_sources_in_turn, 0, 3);
	tcase_add_test(tc, test_sources_of_both_families);
	tcase_add_test(tc, test_sources_of_the_other_family);
	tcase_add_test(tc, test_source_without_port);
	tcase_add_test(tc, test_sources_without_port);
	tcase_add_test(tc, test_source_without_port_and_other_family);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
