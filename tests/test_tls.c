/* SPDX-License-Identifier: MIT */
/*
 * base/tls.c, both ends in one process over a socketpair, or over two with
 * what lies between in our hand: handshakes of 1.2 and 1.3, whole and byte by
 * byte; sessions taken up again; the ends of a stream, announced and not; what
 * is no TLS at all. One connection's failure must not show on another.
 * (tests/test_tls_trust.c: who is trusted.)
 */

#include <sys/socket.h>

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

enum { TURNS_MAX = 100000 };	/* until something is said to hang */

static struct tls_rig rig;

/* What a read gives: its errno, or 0 for the end; nothing is to be there. */
static int
read_error(struct tls *t)
{
	char byte;
	ssize_t n = tls_read(t, &byte, 1);

	ck_assert_int_le((int)n, 0);
	return n == 0 ? 0 : errno;
}

/* The other end has spoken last: the tickets of 1.3 come in. */
static void
take_tickets(void)
{
	ck_assert_int_eq(read_error(rig.client), EAGAIN);
}

/* Handshakes. */

static void
check_talk(const char *protocol)
{
	ck_assert_str_eq(tls_protocol(rig.client), protocol);
	ck_assert_str_eq(tls_protocol(rig.server), protocol);
	ck_assert_str_eq(tls_cipher(rig.client), tls_cipher(rig.server));
	ck_assert_str_ne(tls_cipher(rig.client), "none");
	rig_send(rig.client, rig.server, "a request");
	rig_send(rig.server, rig.client, "an answer");
	tls_end_write(rig.client);
	ck_assert_int_eq(read_error(rig.server), 0);
	ck_assert_int_eq(read_error(rig.server), 0);
	rig_send(rig.server, rig.client, "more of it");
	tls_end_write(rig.server);
	ck_assert_int_eq(read_error(rig.client), 0);
	ck_assert(tls_has_pending(rig.client));
}

START_TEST(test_handshake)
{
	rig_open(&rig, NULL, NULL, "localhost");
	ck_assert_int_eq(tls_handshake(rig.server), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert(!tls_wants_write(rig.server));
	/* Each has its say; who has nothing to hear yet waits for it. */
	ck_assert_int_eq(tls_handshake(rig.client), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert(!tls_wants_write(rig.client));
	ck_assert_int_eq(tls_handshake(rig.client), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(tls_handshake(rig.server), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(tls_handshake(rig.client), 0);
	ck_assert_int_eq(tls_handshake(rig.server), 0);
	ck_assert(!tls_has_pending(rig.server));
	ck_assert_int_eq(tls_reason(rig.client), TLS_OK);
	check_talk("TLSv1.3");
	rig_close(&rig);
}
END_TEST

START_TEST(test_handshake_12)
{
	if (!rig_use_tls12())
		return;
	rig_open(&rig, NULL, NULL, "localhost");
	rig_shake(&rig);
	check_talk("TLSv1.2");
	rig_close(&rig);
}
END_TEST

/* Moves up to so many bytes: how many there were. */
static size_t
carry(int from, int to, size_t most)
{
	char bytes[4096];
	ssize_t n = read(from, bytes, most < sizeof(bytes) ? most :
	    sizeof(bytes));

	if (n <= 0)
		return 0;
	ck_assert_int_eq((int)write(to, bytes, (size_t)n), (int)n);
	return (size_t)n;
}

/* The rig's client and server, each on its pair: [1] is our end of it. */
static void
open_apart(int client_fds[2], int server_fds[2])
{
	rig_open(&rig, NULL, NULL, "localhost");
	rig_disconnect(&rig);
	rig_socketpair(client_fds);
	rig_socketpair(server_fds);
	rig.client = tls_connect(rig.peer, client_fds[0]);
	rig.server = tls_accept(rig.server_context, server_fds[0]);
	ck_assert(rig.client != NULL && rig.server != NULL);
}

static void
close_apart(int client_fds[2], int server_fds[2])
{
	rig_close(&rig);
	close(client_fds[0]);
	close(server_fds[0]);
	if (client_fds[1] != -1)
		close(client_fds[1]);
	if (server_fds[1] != -1)
		close(server_fds[1]);
}

static void
shake_apart(int client_fd, int server_fd, size_t at_once)
{
	int i, client = -1, server = -1;

	for (i = 0; (client == -1 || server == -1) && i < TURNS_MAX; i++) {
		if (client == -1 && (client = tls_handshake(rig.client)) == -1)
			ck_assert_int_eq(errno, EAGAIN);
		(void)carry(client_fd, server_fd, at_once);
		if (server == -1 && (server = tls_handshake(rig.server)) == -1)
			ck_assert_int_eq(errno, EAGAIN);
		(void)carry(server_fd, client_fd, at_once);
	}
	ck_assert_int_lt(i, TURNS_MAX);
	while (carry(server_fd, client_fd, SIZE_MAX) > 0)
		;
}

START_TEST(test_byte_by_byte)
{
	int c[2], s[2], i;
	char in[8];

	open_apart(c, s);
	shake_apart(c[1], s[1], 1);
	take_tickets();
	ck_assert_int_eq((int)tls_write(rig.server, "abc", 3), 3);
	for (i = 0; carry(s[1], c[1], 1) == 1; i++) {
		/* A part of a record is nothing that could be read. */
		ck_assert_int_lt(i, 100);
		if (tls_read(rig.client, in, sizeof(in)) == 3)
			break;
		ck_assert_int_eq(errno, EAGAIN);
		ck_assert(!tls_has_pending(rig.client));
	}
	ck_assert_int_gt(i, 3);
	ck_assert_mem_eq(in, "abc", 3);
	close_apart(c, s);
}
END_TEST

/* What came with the end of the handshake, the socket does not tell of. */
START_TEST(test_pending_after_handshake)
{
	char in[8];

	rig_open(&rig, NULL, NULL, "localhost");
	(void)tls_handshake(rig.client);
	(void)tls_handshake(rig.server);
	ck_assert_int_eq(tls_handshake(rig.client), 0);
	ck_assert_int_eq((int)tls_write(rig.client, "abc", 3), 3);
	ck_assert_int_eq(tls_handshake(rig.server), 0);
	ck_assert(tls_has_pending(rig.server));
	ck_assert_int_eq((int)tls_read(rig.server, in, sizeof(in)), 3);
	ck_assert(!tls_has_pending(rig.server));
	rig_close(&rig);
}
END_TEST

/* Sessions. */

/* A connection that goes well: was it resumed? */
static bool
resumes(void)
{
	rig_connect(&rig);
	rig_shake(&rig);
	rig_send(rig.server, rig.client, "an answer");
	take_tickets();
	ck_assert(tls_is_resumed(rig.client) == tls_is_resumed(rig.server));
	return tls_is_resumed(rig.client);
}

static void
check_resumption(void)
{
	const struct tls_settings server = {
		.cert = RIG_TEXT(rig_cert), .key = RIG_TEXT(rig_key)
	};
	struct tls_context *old;
	char why[TLS_TEXT_MAX];

	rig_open(&rig, NULL, NULL, "localhost");
	ck_assert(!resumes());
	ck_assert(resumes());
	ck_assert(resumes());
	/* Cut off without a word: that is no fault of the session. */
	close(rig.fds[1]);
	rig.fds[1] = -1;
	ck_assert_int_eq(read_error(rig.client), EPROTO);
	ck_assert_int_eq(tls_reason(rig.client), TLS_CLOSED);
	ck_assert(resumes());
	/* The same server anew, which knows nothing of the sessions before. */
	old = rig.server_context;
	rig_disconnect(&rig);
	rig.server_context = tls_server_new(&server, why);
	ck_assert_ptr_nonnull(rig.server_context);
	tls_context_free(old);
	ck_assert(!resumes());
	ck_assert(resumes());
	rig_close(&rig);
}

START_TEST(test_resume)
{
	check_resumption();
}
END_TEST

START_TEST(test_resume_12)
{
	if (rig_use_tls12())
		check_resumption();
}
END_TEST

START_TEST(test_no_resume)
{
	const struct tls_settings client = {
		.ca = RIG_TEXT(rig_ca), .no_resume = true
	};

	rig_open(&rig, &client, NULL, "localhost");
	ck_assert(!resumes());
	ck_assert(!resumes());
	rig_close(&rig);
}
END_TEST

/* A session that a handshake broke over is not tried again. */
START_TEST(test_resume_fails)
{
	static const char alert[] = "\x15\x03\x03\x00\x02\x02\x28";
	int fds[2];

	rig_open(&rig, NULL, NULL, "localhost");
	ck_assert(!resumes());
	rig_disconnect(&rig);
	rig_socketpair(fds);
	rig.client = tls_connect(rig.peer, fds[0]);
	ck_assert_int_eq(tls_handshake(rig.client), -1);
	ck_assert_int_eq((int)write(fds[1], alert, sizeof(alert) - 1),
	    (int)sizeof(alert) - 1);
	ck_assert_int_eq(tls_handshake(rig.client), -1);
	ck_assert_int_eq(tls_reason(rig.client), TLS_ALERT);
	ck_assert(!resumes());
	ck_assert(resumes());
	close(fds[0]);
	close(fds[1]);
	rig_close(&rig);
}
END_TEST

/* Streams. */

static void
fill(char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = (char)(i * 7 + i / 251);
}

/* All of it through small buffers, by writes and reads of these sizes. */
static void
pass_through(const char *bytes, char *in, size_t len, size_t put, size_t take)
{
	size_t sent = 0, got = 0, n;
	ssize_t rc;
	int waits = 0;

	while (got < len) {
		n = len - sent < put ? len - sent : put;
		rc = n > 0 ? tls_write(rig.client, bytes + sent, n) : 0;
		if (rc == -1) {
			ck_assert_int_eq(errno, EAGAIN);
			ck_assert(tls_wants_write(rig.client));
			waits++;
		}
		sent += rc > 0 ? (size_t)rc : 0;
		n = len - got < take ? len - got : take;
		rc = tls_read(rig.server, in + got, n);
		ck_assert(rc > 0 || (rc == -1 && errno == EAGAIN));
		got += rc > 0 ? (size_t)rc : 0;
		/* A short read says that there is no more. */
		ck_assert(rc == (ssize_t)n || !tls_has_pending(rig.server));
	}
	ck_assert_int_gt(waits, 0);
}

START_TEST(test_large)
{
	static const size_t sizes[][2] = {
		{ SIZE_MAX, 65536 }, { 100000, 1000 }, { 16385, SIZE_MAX }
	};
	size_t len = 2 * 1024 * 1024;
	char *bytes = xcalloc(1, len), *in = xcalloc(1, len);
	int small = 4096, i;

	fill(bytes, len);
	rig_open(&rig, NULL, NULL, "localhost");
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(setsockopt(rig.fds[i], SOL_SOCKET, SO_SNDBUF,
		    &small, sizeof(small)), 0);
	rig_shake(&rig);
	for (i = 0; i < (int)UTIL_NELEM(sizes); i++) {
		memset(in, 0, len);
		pass_through(bytes, in, len, sizes[i][0], sizes[i][1]);
		ck_assert(memcmp(bytes, in, len) == 0);
	}
	free(bytes);
	free(in);
	rig_close(&rig);
}
END_TEST

/* Several records, read a few bytes at a time. */
START_TEST(test_pending)
{
	char in[16];

	rig_open(&rig, NULL, NULL, "localhost");
	rig_shake(&rig);
	take_tickets();
	ck_assert(!tls_has_pending(rig.client));
	ck_assert_int_eq((int)tls_write(rig.server, "abcde", 5), 5);
	ck_assert_int_eq((int)tls_write(rig.server, "fgh", 3), 3);
	/* Not yet: the socket tells of these. */
	ck_assert(!tls_has_pending(rig.client));
	ck_assert_int_eq((int)tls_read(rig.client, in, 3), 3);
	ck_assert(tls_has_pending(rig.client));
	ck_assert_int_eq((int)tls_read(rig.client, in + 3, 4), 4);
	ck_assert(tls_has_pending(rig.client));
	ck_assert_int_eq((int)tls_read(rig.client, in + 7, 8), 1);
	ck_assert(!tls_has_pending(rig.client));
	ck_assert_mem_eq(in, "abcdefgh", 8);
	ck_assert_int_eq(read_error(rig.client), EAGAIN);
	rig_close(&rig);
}
END_TEST

/* Data, and the end at once behind it: first the one, then the other. */
static void
check_end(bool is_announced)
{
	char in[16];

	rig_open(&rig, NULL, NULL, "localhost");
	rig_shake(&rig);
	ck_assert_int_eq((int)tls_write(rig.server, "abc", 3), 3);
	if (is_announced)
		tls_end_write(rig.server);
	tls_free(rig.server);
	rig.server = NULL;
	close(rig.fds[1]);
	rig.fds[1] = -1;
	ck_assert_int_eq((int)tls_read(rig.client, in, sizeof(in)), 3);
	/* An end without a word is the socket's to tell. */
	ck_assert(tls_has_pending(rig.client) == is_announced);
	ck_assert_int_eq(read_error(rig.client), is_announced ? 0 : EPROTO);
	ck_assert_int_eq(tls_reason(rig.client), is_announced ? TLS_OK :
	    TLS_CLOSED);
	ck_assert_int_eq(read_error(rig.client), is_announced ? 0 : EPROTO);
	/* Nor can more be written; this only must not do harm. */
	tls_end_write(rig.client);
	rig_close(&rig);
}

START_TEST(test_end)
{
	check_end(true);
	check_end(false);
}
END_TEST

/* A record of which a part comes, then the end; then a reset instead. */
START_TEST(test_part_of_record)
{
	int c[2], s[2];
	char text[TLS_TEXT_MAX];

	open_apart(c, s);
	shake_apart(c[1], s[1], SIZE_MAX);
	take_tickets();
	ck_assert_int_eq((int)tls_write(rig.server, "abc", 3), 3);
	ck_assert_uint_eq(carry(s[1], c[1], 10), 10);
	ck_assert_int_eq(read_error(rig.client), EAGAIN);
	if (_i == 0) {
		close(c[1]);
		c[1] = -1;
		ck_assert_int_eq(read_error(rig.client), EPROTO);
		ck_assert_int_eq(tls_reason(rig.client), TLS_CLOSED);
		ck_assert_str_eq(tls_error(rig.client, text),
		    "the connection was cut off");
	} else {
		/* Closed with something unread: that is a reset here too. */
		ck_assert_int_eq((int)tls_write(rig.client, "x", 1), 1);
		close(c[1]);
		c[1] = -1;
		ck_assert_int_eq(read_error(rig.client), ECONNRESET);
		ck_assert_int_eq(tls_write(rig.client, "y", 1), -1);
		ck_assert_int_eq(errno, EPIPE);
	}
	close_apart(c, s);
}
END_TEST

/* A record that was changed on its way, and one that is none. */
START_TEST(test_broken_record)
{
	static const char *const records[] = {
		"\x17\x03\x03\x00\x14" "01234567890123456789",
		"HTTP/1.1 400 Bad Request\r\n\r\n",
		"\x17\x03\x03\xff\xff" "01234567890123456789",
	};
	int c[2], s[2];
	const char *record = records[_i];
	size_t len = record[0] == '\x17' ? 25 : strlen(record);

	open_apart(c, s);
	shake_apart(c[1], s[1], SIZE_MAX);
	take_tickets();
	ck_assert_int_eq((int)write(c[1], record, len), (int)len);
	ck_assert_int_eq(read_error(rig.client), EPROTO);
	ck_assert_int_eq(tls_reason(rig.client), TLS_PROTOCOL);
	close_apart(c, s);
}
END_TEST

/* What is no TLS from the start. */

static const struct stranger_test {
	const char	*bytes;
	bool		 is_server;	/* of ours, who gets it */
	enum tls_reason	 reason;
	const char	*words;
} stranger_tests[] = {
	{ "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", false,
	    TLS_NOT_TLS, "it does not speak TLS" },
	{ "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", false, TLS_NOT_TLS,
	    "it does not speak TLS" },
	{ "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c", false,
	    TLS_NOT_TLS, "it does not speak TLS" },
	{ "\x16\x03\x03\x00\x08" "garbage!", false, TLS_PROTOCOL, "" },
	{ "\x15\x03\x01\x00\x02\x02\x28", false, TLS_ALERT,
	    "handshake failure" },
	{ "\x15\x03\x01\x00\x02\x01\x00", false, TLS_CLOSED,
	    "the connection ended in the TLS handshake" },
	{ "", false, TLS_CLOSED, "the connection ended in the TLS handshake" },
	{ "GET / HTTP/1.1\r\nHost: a\r\n\r\n", true, TLS_NOT_TLS,
	    "it does not speak TLS (http request)" },
	{ "CONNECT a:443 HTTP/1.1\r\n\r\n", true, TLS_NOT_TLS,
	    "it does not speak TLS (https proxy request)" },
	{ "\x16\x03\x01\x00\x08" "garbage!", true, TLS_PROTOCOL, "" },
	{ "", true, TLS_CLOSED, "the connection ended in the TLS handshake" },
};

START_TEST(test_stranger)
{
	const struct stranger_test *s = &stranger_tests[_i];
	size_t len = s->bytes[0] == '\x15' ? 7 : s->bytes[0] == '\x16' ? 13 :
	    strlen(s->bytes);
	char text[TLS_TEXT_MAX];
	struct tls *t;
	int fds[2];

	rig_open(&rig, NULL, NULL, "localhost");
	rig_socketpair(fds);
	t = s->is_server ? tls_accept(rig.server_context, fds[0]) :
	    tls_connect(rig.peer, fds[0]);
	ck_assert_int_eq(tls_handshake(t), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq((int)write(fds[1], s->bytes, len), (int)len);
	ck_assert_int_eq(shutdown(fds[1], SHUT_WR), 0);
	ck_assert_int_eq(tls_handshake(t), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_msg(tls_reason(t) == s->reason, "%d: %d, %s", _i,
	    tls_reason(t), tls_error(t, text));
	ck_assert_msg(strstr(tls_error(t, text), s->words) != NULL, "%d: %s",
	    _i, text);
	/* Others of this process are not touched. */
	rig_shake(&rig);
	tls_free(t);
	close(fds[0]);
	close(fds[1]);
	rig_close(&rig);
}
END_TEST

static void
check_refused(const struct tls_settings *server)
{
	int client_error, server_error;

	rig_open(&rig, NULL, server, "localhost");
	rig_handshake(&rig, &client_error, &server_error);
	ck_assert_int_eq(client_error, EPROTO);
	ck_assert_int_eq(server_error, EPROTO);
	rig_close(&rig);
}

/*
 * While one waits, in its handshake and then for bytes, another one fails, and
 * a third cannot be made: the first knows nothing of it.
 */
START_TEST(test_apart_from_others)
{
	const struct tls_settings bad = {
		.cert = RIG_TEXT(rig_cert), .key = RIG_TEXT("junk")
	};
	const struct tls_settings expired = {
		.cert = RIG_TEXT(rig_expired), .key = RIG_TEXT(rig_key)
	};
	struct tls_rig waiting;
	char why[TLS_TEXT_MAX];
	int turn;

	rig_open(&waiting, NULL, NULL, "localhost");
	ck_assert_int_eq(tls_handshake(waiting.client), -1);
	ck_assert_int_eq(errno, EAGAIN);
	for (turn = 0; turn < 2; turn++) {
		check_refused(&expired);
		check_end(false);
		ck_assert_ptr_null(tls_server_new(&bad, why));
		if (turn == 0) {
			ck_assert_int_eq(tls_handshake(waiting.client), -1);
			ck_assert_int_eq(errno, EAGAIN);
			rig_shake(&waiting);
		}
		ck_assert_int_eq(read_error(waiting.client), EAGAIN);
		ck_assert_int_eq(read_error(waiting.server), EAGAIN);
		rig_send(waiting.client, waiting.server, "still here");
	}
	rig_close(&waiting);
}
END_TEST

/* A build without TLS says so. */
START_TEST(test_none)
{
	const struct tls_settings settings = { .is_insecure = true };
	char why[TLS_TEXT_MAX] = "";

	ck_assert_ptr_null(tls_client_new(&settings, why));
	ck_assert_ptr_nonnull(strstr(why, "TLS"));
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_handshake);
	tcase_add_test(tc, test_handshake_12);
	tcase_add_test(tc, test_byte_by_byte);
	tcase_add_test(tc, test_pending_after_handshake);
	tcase_add_test(tc, test_resume);
	tcase_add_test(tc, test_resume_12);
	tcase_add_test(tc, test_no_resume);
	tcase_add_test(tc, test_resume_fails);
	tcase_add_test(tc, test_large);
	tcase_add_test(tc, test_pending);
	tcase_add_test(tc, test_end);
	tcase_add_loop_test(tc, test_part_of_record, 0, 2);
	tcase_add_loop_test(tc, test_broken_record, 0, 3);
	tcase_add_loop_test(tc, test_stranger, 0, UTIL_NELEM(stranger_tests));
	tcase_add_test(tc, test_apart_from_others);
}

int
main(void)
{
	Suite *s = suite_create("tls");
	TCase *tc = tcase_create("tls");

	if (tls_version() != NULL)
		add_tests(tc);
	else
		tcase_add_test(tc, test_none);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
