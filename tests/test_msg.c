/* SPDX-License-Identifier: MIT */

/*
 * base/msg.c: numbers and texts through a real pair of pipes, frames whole, in
 * pieces and in heaps, the largest one, queues behind a slow peer, and every
 * way in which a channel ends. What is taken apart is copied to memory of its
 * exact size, so that ASan sees one byte too far.
 */

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/msg.h"
#include "base/util.h"
#include "tests/suite.h"

enum {
	HEAD_LEN = 8,
	QUEUE_FRAMES = 300,
	QUEUE_FRAME_LEN = 40000
};

/* The receiving end, and what it heard. */
static struct loop *loop;
static struct msg_channel from, to;
static int raw_fd;		/* writes to `to`, past any channel */
static struct buf heard;	/* bodies, one after the other */
static int nmsgs;
static int last_type;
static int nends;
static int last_error;
static int close_at;		/* frames after which `to` is closed, or 0 */
static bool is_closed_at_end;

static void
on_msg(void *arg, struct msg *m)
{
	struct msg_channel *ch = arg;

	ck_assert(!m->is_bad);
	nmsgs++;
	last_type = m->type;
	ck_assert_int_eq(buf_add(&heard, m->data, m->left), 0);
	if (nmsgs == close_at)
		msg_close(ch);
}

static void
on_end(void *arg, int error)
{
	nends++;
	last_error = error;
	if (is_closed_at_end)
		msg_close(arg);
}

static void
make_pipe(int fds[2])
{
	int i, flags;

	ck_assert_int_eq(pipe(fds), 0);
	for (i = 0; i < 2; i++) {
		flags = fcntl(fds[i], F_GETFL);
		ck_assert_int_ne(flags, -1);
		ck_assert_int_eq(fcntl(fds[i], F_SETFL, flags | O_NONBLOCK),
		    0);
	}
}

static void
setup(void)
{
	int there[2], back[2];

	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	make_pipe(there);
	make_pipe(back);
	ck_assert_int_eq(msg_open(&from, loop, back[0], there[1], on_msg,
	    on_end, &from), 0);
	ck_assert_int_eq(msg_open(&to, loop, there[0], back[1], on_msg,
	    on_end, &to), 0);
	raw_fd = there[1];
	buf_init(&heard, 2 * (size_t)MSG_MAX);
	nmsgs = nends = last_type = last_error = close_at = 0;
	is_closed_at_end = false;
}

static void
teardown(void)
{
	msg_close(&from);
	msg_close(&to);
	buf_clear(&heard);
	loop_free(loop);
}

static void
on_timer(void *arg)
{
	(void)arg;
}

/* Turns until nothing is left to do, without a wait. */
static void
settle(void)
{
	struct loop_timer now = { .call = on_timer };
	int before, i;

	for (i = 0; i < 3; i++) {
		before = nmsgs + nends;
		loop_timer_set(loop, &now, 0);
		ck_assert_int_eq(loop_turn(loop), 0);
		if (nmsgs + nends != before ||
		    (nends == 0 && msg_pending(&from) > 0))
			i = 0;
	}
}

static void
send_raw(const void *p, size_t len)
{
	ck_assert_int_eq((int)write(raw_fd, p, len), (int)len);
}

/* A frame as it goes over the pipe. */
static size_t
make_frame(char *out, uint16_t type, uint16_t seq, const void *body,
    size_t len)
{
	uint32_t len32 = (uint32_t)len;

	memcpy(out, &len32, sizeof(len32));
	memcpy(out + 4, &type, sizeof(type));
	memcpy(out + 6, &seq, sizeof(seq));
	memcpy(out + HEAD_LEN, body, len);
	return HEAD_LEN + len;
}

/* Numbers and texts. */

static const struct uint_test {
	uint64_t	 value;
	size_t		 len;		/* on the way */
} uint_tests[] = {
	{ 0, 1 },
	{ 1, 1 },
	{ 127, 1 },
	{ 128, 2 },
	{ 16383, 2 },
	{ 16384, 3 },
	{ UINT32_MAX, 5 },
	{ UINT64_C(1) << 56, 9 },
	{ UINT64_C(1) << 63, 10 },
	{ UINT64_MAX, 10 }
};

START_TEST(test_uint)
{
	const struct uint_test *t = &uint_tests[_i];
	struct msg m;

	msg_begin(&from, 7);
	msg_add_uint(&from, t->value);
	msg_send(&from);
	settle();
	ck_assert_int_eq(nmsgs, 1);
	ck_assert_int_eq(last_type, 7);
	ck_assert_uint_eq(heard.len, t->len);
	m = (struct msg){ .data = heard.data, .left = heard.len };
	ck_assert_uint_eq(msg_get_uint(&m), t->value);
	ck_assert(msg_is_done(&m));
	m = (struct msg){ .data = heard.data, .left = heard.len };
	ck_assert_uint_eq(msg_get_max(&m, t->value), t->value);
	ck_assert(msg_is_done(&m));
	if (t->value == 0)
		return;
	m = (struct msg){ .data = heard.data, .left = heard.len };
	ck_assert_uint_eq(msg_get_max(&m, t->value - 1), 0);
	ck_assert(m.is_bad && !msg_is_done(&m));
}
END_TEST

static const struct bad_uint_test {
	const char	*descr;
	const char	*bytes;
	size_t		 len;
} bad_uint_tests[] = {
	{ "nothing", "", 0 },
	{ "goes on", "\x80", 1 },
	{ "goes on for nine", "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9 },
	{ "65 bits", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10 },
	{ "70 bits", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10 },
	{ "eleven bytes", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11 }
};

START_TEST(test_uint_bad)
{
	const struct bad_uint_test *t = &bad_uint_tests[_i];
	char *copy = malloc(t->len == 0 ? 1 : t->len);
	struct msg m = { .data = copy, .left = t->len };

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, t->bytes, t->len);
	ck_assert_msg(msg_get_uint(&m) == 0, "%s: a value", t->descr);
	ck_assert_msg(m.is_bad, "%s: not bad", t->descr);
	free(copy);
}
END_TEST

/* One of each, so that a cut falls into everything. */
static void
send_sample(void)
{
	msg_begin(&from, 1);
	msg_add_uint(&from, 300);
	msg_add_str(&from, "text");
	msg_add_str(&from, NULL);
	msg_add_bytes(&from, "a\0b", 3);
	msg_add_uint(&from, 5);
	msg_send(&from);
}

static void
take_sample(struct msg *m, bool is_whole)
{
	const void *p;
	char *text, *empty;
	size_t len;
	uint64_t first, last;

	first = msg_get_uint(m);
	text = msg_get_str(m);
	empty = msg_get_str(m);
	p = msg_get_bytes(m, &len);
	ck_assert(p != NULL || len == 0);
	if (is_whole) {
		ck_assert_uint_eq(first, 300);
		ck_assert_str_eq(text, "text");
		ck_assert_uint_eq(len, 3);
		ck_assert_mem_eq(p, "a\0b", 3);
	}
	ck_assert_str_eq(empty, "");
	last = msg_get_uint(m);
	ck_assert_uint_eq(last, is_whole ? 5 : 0);
	free(text);
	free(empty);
}

START_TEST(test_cut_at_every_point)
{
	struct msg m;
	char *copy;
	size_t len;

	send_sample();
	settle();
	for (len = 0; len <= heard.len; len++) {
		copy = malloc(len == 0 ? 1 : len);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, heard.data, len);
		m = (struct msg){ .data = copy, .left = len };
		take_sample(&m, len == heard.len);
		ck_assert(msg_is_done(&m) == (len == heard.len));
		free(copy);
	}
}
END_TEST

START_TEST(test_something_left)
{
	struct msg m = { .data = "\1\2", .left = 2 };

	ck_assert_uint_eq(msg_get_uint(&m), 1);
	ck_assert(!m.is_bad && !msg_is_done(&m));
}
END_TEST

/* A length that is longer than what is there, even by far. */
START_TEST(test_bytes_too_long)
{
	static const char *const input[] = { "\3ab", "\377\377\3ab",
	    "\377\377\377\377\377\377\377\377\377\1" };
	size_t i, len;

	for (i = 0; i < UTIL_NELEM(input); i++) {
		struct msg m = { .data = input[i], .left = strlen(input[i]) };

		ck_assert_ptr_null(msg_get_bytes(&m, &len));
		ck_assert_uint_eq(len, 0);
		ck_assert(m.is_bad);
		ck_assert_ptr_null(msg_get_bytes(&m, &len));
	}
}
END_TEST

/* Frames. */

START_TEST(test_both_ways)
{
	int i;

	for (i = 0; i < 3; i++) {
		msg_begin(&from, 10);
		msg_send(&from);
		msg_begin(&to, 11);
		msg_add_uint(&to, 1);
		msg_send(&to);
	}
	settle();
	ck_assert_int_eq(nmsgs, 6);
	ck_assert_uint_eq(heard.len, 3);
	ck_assert_int_eq(nends, 0);
}
END_TEST

START_TEST(test_cut_frames)
{
	char bytes[64];
	size_t cut, len = 0, i;

	for (i = 0; i < 3; i++)
		len += make_frame(bytes + len, 1, (uint16_t)i, "body", i + 1);
	for (cut = 0; cut <= len; cut++) {
		teardown();
		setup();
		send_raw(bytes, cut);
		settle();
		send_raw(bytes + cut, len - cut);
		settle();
		ck_assert_int_eq(nmsgs, 3);
		ck_assert_str_eq(buf_str(&heard), "bbobod");
		ck_assert_int_eq(nends, 0);
	}
}
END_TEST

START_TEST(test_byte_by_byte)
{
	char bytes[32];
	size_t i, len = make_frame(bytes, 3, 0, "hello", 5);

	for (i = 0; i < len; i++) {
		ck_assert_int_eq(nmsgs, 0);
		send_raw(bytes + i, 1);
		settle();
	}
	ck_assert_int_eq(nmsgs, 1);
	ck_assert_int_eq(last_type, 3);
	ck_assert_str_eq(buf_str(&heard), "hello");
}
END_TEST

/* Sequence numbers go round. */
START_TEST(test_many_frames)
{
	int i;

	for (i = 0; i < 70000; i++) {
		msg_begin(&from, 1);
		msg_send(&from);
		if (i % 1000 == 0)
			settle();
	}
	settle();
	ck_assert_int_eq(nmsgs, 70000);
	ck_assert_int_eq(nends, 0);
}
END_TEST

/* The largest frame that may be sent must also be one that may come. */
START_TEST(test_largest_frame)
{
	char *body = xcalloc(MSG_MAX, 1);

	body[0] = 'a';
	body[MSG_MAX - 5] = 'z';
	msg_begin(&from, 1);
	msg_add_bytes(&from, body, MSG_MAX - 4);	/* length: 4 bytes */
	msg_send(&from);
	settle();
	ck_assert_int_eq(nends, 0);
	ck_assert_int_eq(nmsgs, 1);
	ck_assert_uint_eq(heard.len, MSG_MAX);
	ck_assert(memcmp(heard.data + 4, body, MSG_MAX - 4) == 0);
	free(body);
}
END_TEST

/* Sending does not wait for a reader, and keeps the order. */
START_TEST(test_queue)
{
	static char body[QUEUE_FRAME_LEN];
	size_t pending = 0;
	int i;

	for (i = 0; i < QUEUE_FRAMES; i++) {
		memset(body, 'a' + i % 26, sizeof(body));
		msg_begin(&from, 1);
		msg_add_bytes(&from, body, sizeof(body));
		msg_send(&from);
		ck_assert_uint_ge(msg_pending(&from), pending);
		pending = msg_pending(&from);
	}
	ck_assert_uint_gt(pending, QUEUE_FRAMES / 2 * QUEUE_FRAME_LEN);
	settle();
	ck_assert_uint_eq(msg_pending(&from), 0);
	ck_assert_int_eq(nmsgs, QUEUE_FRAMES);
	for (i = 0; i < QUEUE_FRAMES; i++)
		ck_assert_int_eq(heard.data[(size_t)i *
		    (sizeof(body) + 3) + 3], 'a' + i % 26);
}
END_TEST

/* The end. */

START_TEST(test_broken_length)
{
	char bytes[16];
	uint32_t len = MSG_MAX + 1;

	make_frame(bytes, 1, 0, "", 0);
	memcpy(bytes, &len, sizeof(len));
	send_raw(bytes, HEAD_LEN);
	settle();
	ck_assert_int_eq(nmsgs, 0);
	ck_assert_int_eq(nends, 1);
	ck_assert_int_eq(last_error, EPROTO);
}
END_TEST

START_TEST(test_broken_sequence)
{
	char bytes[64];
	size_t len;

	len = make_frame(bytes, 1, 0, "a", 1);
	len += make_frame(bytes + len, 1, 2, "b", 1);
	len += make_frame(bytes + len, 1, 1, "c", 1);
	send_raw(bytes, len);
	settle();
	ck_assert_int_eq(nmsgs, 1);
	ck_assert_int_eq(nends, 1);
	ck_assert_int_eq(last_error, EPROTO);
	send_raw("x", 1);
	settle();
	ck_assert_int_eq(nends, 1);
}
END_TEST

/* Whole frames count, a piece of one does not. */
START_TEST(test_end_of_pipe)
{
	char bytes[64];
	size_t len;

	is_closed_at_end = _i > 0;
	len = make_frame(bytes, 1, 0, "abc", 3);
	len += make_frame(bytes + len, 1, 1, "def", 3);
	send_raw(bytes, len - 1);
	msg_close(&from);
	settle();
	ck_assert_int_eq(nmsgs, 1);
	ck_assert_str_eq(buf_str(&heard), "abc");
	ck_assert_int_eq(nends, 1);
	ck_assert_int_eq(last_error, 0);
	settle();
	ck_assert_int_eq(nends, 1);
}
END_TEST

START_TEST(test_close_within)
{
	int i;

	close_at = 2;
	for (i = 0; i < 5; i++) {
		msg_begin(&from, 1);
		msg_add_uint(&from, 1);
		msg_send(&from);
	}
	settle();
	ck_assert_int_eq(nmsgs, 2);
	/* And that is the end of the other side. */
	ck_assert_int_eq(nends, 1);
	ck_assert_int_eq(last_error, 0);
}
END_TEST

/* What is sent to a peer that is gone is lost; its end is heard by reading. */
START_TEST(test_peer_gone)
{
	static char body[200000];
	int i;

	msg_close(&to);
	for (i = 0; i < 3; i++) {
		msg_begin(&from, 1);
		msg_add_bytes(&from, body, sizeof(body));
		msg_send(&from);
		ck_assert_uint_eq(msg_pending(&from), 0);
	}
	ck_assert_int_eq(nends, 0);
	settle();
	ck_assert_int_eq(nends, 1);
	ck_assert_int_eq(last_error, 0);
}
END_TEST

START_TEST(test_peer_goes_while_queue)
{
	static char body[1000000];

	msg_begin(&from, 1);
	msg_add_bytes(&from, body, sizeof(body));
	msg_send(&from);
	ck_assert_uint_gt(msg_pending(&from), 0);
	msg_close(&to);
	settle();
	ck_assert_int_eq(nends, 1);
	ck_assert_int_eq(last_error, 0);
}
END_TEST

START_TEST(test_close)
{
	struct msg_channel ch;

	memset(&ch, 0, sizeof(ch));
	msg_close(&ch);
	msg_close(&from);
	msg_close(&from);
	ck_assert_int_eq(fcntl(raw_fd, F_GETFD), -1);
}
END_TEST

/* A channel that did not open is nobody's to close. */
START_TEST(test_open_fails)
{
	struct msg_channel ch;
	int fds[2];

	if (strcmp(loop_name(), "poll") == 0)
		return;
	make_pipe(fds);
	ck_assert_int_eq(msg_open(&ch, loop, 1 << 20, fds[1], on_msg, on_end,
	    &ch), -1);
	ck_assert_int_eq(errno, EBADF);
	msg_close(&ch);
	ck_assert_int_eq(close(fds[0]), 0);
	ck_assert_int_eq(close(fds[1]), 0);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("msg");
	TCase *tc;

	tc = tcase_create("parts");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_uint, 0, UTIL_NELEM(uint_tests));
	tcase_add_loop_test(tc, test_uint_bad, 0, UTIL_NELEM(bad_uint_tests));
	tcase_add_test(tc, test_cut_at_every_point);
	tcase_add_test(tc, test_something_left);
	tcase_add_test(tc, test_bytes_too_long);
	suite_add_tcase(s, tc);

	tc = tcase_create("frames");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_both_ways);
	tcase_add_test(tc, test_cut_frames);
	tcase_add_test(tc, test_byte_by_byte);
	tcase_add_test(tc, test_many_frames);
	tcase_add_test(tc, test_largest_frame);
	tcase_add_test(tc, test_queue);
	suite_add_tcase(s, tc);

	tc = tcase_create("end");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_broken_length);
	tcase_add_test(tc, test_broken_sequence);
	tcase_add_loop_test(tc, test_end_of_pipe, 0, 2);
	tcase_add_test(tc, test_close_within);
	tcase_add_test(tc, test_peer_gone);
	tcase_add_test(tc, test_peer_goes_while_queue);
	tcase_add_test(tc, test_close);
	tcase_add_test(tc, test_open_fails);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
