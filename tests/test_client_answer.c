/* SPDX-License-Identifier: MIT */

/*
 * http/client_answer.c: answers that are whole, cut off or no good, with the
 * same outcome however their bytes come: in one piece, one by one, and in two
 * pieces cut at every point. Pieces are copied to memory of just their size.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "http/client_answer.h"
#include "tests/suite.h"

#define OK	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define HINTS	"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
#define CHUNKED	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static const struct answer_test {
	const char		*descr;
	const char		*in;
	enum client_answer_step	 step;	/* MORE: what its end makes of it */
	enum client_answer_step	 end;
	enum http_reason	 reason;
	int			 status;
	const char		*text;
	bool			 keep_alive;
} answer_tests[] = {
	{ "whole", OK, CLIENT_ANSWER_DONE, 0, HTTP_OK, 200, "hello", true },
	{ "interim", HINTS HINTS OK, CLIENT_ANSWER_DONE, 0, HTTP_OK, 200,
	    "hello", true },
	{ "chunked", CHUNKED "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
	    CLIENT_ANSWER_DONE, 0, HTTP_OK, 200, "hello", true },
	{ "upgrade", "HTTP/1.1 101 No\r\n\r\n", CLIENT_ANSWER_DONE, 0, HTTP_OK,
	    101, "", false },
	{ "until the end", "HTTP/1.1 200 OK\r\n\r\nhello", CLIENT_ANSWER_MORE,
	    CLIENT_ANSWER_DONE, HTTP_OK, 200, "hello", false },
	{ "cut head", "HTTP/1.1 200 OK\r\nConte", CLIENT_ANSWER_MORE,
	    CLIENT_ANSWER_BAD, HTTP_TRUNCATED, 0, "", false },
	{ "cut after interim", HINTS, CLIENT_ANSWER_MORE, CLIENT_ANSWER_BAD,
	    HTTP_TRUNCATED, 0, "", false },
	{ "cut body", CHUNKED "5\r\nhel", CLIENT_ANSWER_MORE,
	    CLIENT_ANSWER_BAD, HTTP_TRUNCATED, 200, "hel", false },
	{ "bad head", HINTS "HTTP/1.1 xxx\r\n", CLIENT_ANSWER_BAD, 0,
	    HTTP_BAD_STATUS, 0, "", false },
	{ "bad chunk", CHUNKED "1\r\nh\r\nz", CLIENT_ANSWER_BAD, 0,
	    HTTP_BAD_CHUNK_SIZE, 200, "h", false }
};

static int heads;

static void
on_head(void *arg, const struct http_head *h)
{
	ck_assert_ptr_eq(arg, &heads);
	ck_assert_int_eq(h->reason, HTTP_OK);
	heads++;
}

static enum client_answer_step
take(struct client_answer *a, const char *in, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	enum client_answer_step step;

	memcpy(copy, in, len);
	step = client_answer_take(a, copy, len);
	free(copy);
	return step;
}

static void
check(const struct answer_test *t, struct client_answer *a,
    enum client_answer_step step)
{
	ck_assert_msg(step == t->step, "%s: %d", t->descr, step);
	if (step == CLIENT_ANSWER_MORE)
		ck_assert_int_eq(client_answer_end(a, false), t->end);
	ck_assert_int_eq(a->reason, t->reason);
	ck_assert_int_eq(a->status, t->status);
	ck_assert_uint_eq(a->bytes_in, strlen(t->text));
	ck_assert_uint_eq(a->text.len, strlen(t->text));
	ck_assert_mem_eq(a->text.data != NULL ? a->text.data : "",
	    t->text, a->text.len);
	ck_assert_int_eq(a->keep_alive, t->keep_alive);
	ck_assert_int_eq(heads, t->status != 0);
	heads = 0;
	client_answer_start(a, false, true, on_head, &heads);
}

START_TEST(test_answers)
{
	const struct answer_test *t = &answer_tests[_i];
	enum client_answer_step step = CLIENT_ANSWER_MORE;
	struct client_answer a;
	size_t len = strlen(t->in), i;

	client_answer_init(&a);
	client_answer_start(&a, false, true, on_head, &heads);
	check(t, &a, take(&a, t->in, len));
	for (i = 0; i < len && step == CLIENT_ANSWER_MORE; i++)
		step = take(&a, t->in + i, 1);
	check(t, &a, step);
	for (i = 1; i < len; i++) {
		step = take(&a, t->in, i);
		if (step == CLIENT_ANSWER_MORE)
			step = take(&a, t->in + i, len - i);
		check(t, &a, step);
	}
	client_answer_clear(&a);
}
END_TEST

/* Interim answers come to an end, and so does what is kept of them. */
START_TEST(test_interim)
{
	struct client_answer a;
	size_t n, most = HTTP_HEAD_MAX / strlen(HINTS);

	client_answer_init(&a);
	client_answer_start(&a, false, false, NULL, NULL);
	for (n = 0; n < most; n++)
		ck_assert_int_eq(take(&a, HINTS, strlen(HINTS)),
		    CLIENT_ANSWER_MORE);
	ck_assert_uint_le(a.head.len, strlen(HINTS));
	ck_assert_int_eq(take(&a, HINTS, strlen(HINTS)), CLIENT_ANSWER_BAD);
	ck_assert_int_eq(a.reason, HTTP_HEAD_TOO_LARGE);
	/* The next answer has as many. */
	client_answer_start(&a, false, false, NULL, NULL);
	ck_assert_int_eq(take(&a, HINTS OK, strlen(HINTS OK)),
	    CLIENT_ANSWER_DONE);
	client_answer_clear(&a);
}
END_TEST

/* What comes behind an answer is no answer to anything. */
START_TEST(test_more)
{
	struct client_answer a;

	client_answer_init(&a);
	client_answer_start(&a, false, false, NULL, NULL);
	ck_assert_int_eq(take(&a, OK OK, strlen(OK OK)), CLIENT_ANSWER_DONE);
	ck_assert(!a.keep_alive);
	client_answer_start(&a, true, false, NULL, NULL);
	ck_assert_int_eq(take(&a, OK, strlen(OK)), CLIENT_ANSWER_DONE);
	ck_assert(!a.keep_alive);
	client_answer_clear(&a);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("client_answer");
	TCase *tc = tcase_create("client_answer");

	tcase_add_loop_test(tc, test_answers, 0, UTIL_NELEM(answer_tests));
	tcase_add_test(tc, test_interim);
	tcase_add_test(tc, test_more);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
