/* SPDX-License-Identifier: MIT */
/*
 * Yardsticks for `make bench`; they prove nothing.
 *
 *	micro		what the two hottest pieces cost by themselves: one
 *			record into a histogram and one small answer's head,
 *			in nanoseconds, best of several rounds
 *	micro timer	how late this machine wakes a process that does nothing
 *			but wait for the next of 10,000 moments a second, for
 *			6 s: "N P50_US P99_US MAX_US"
 */

#include <stdio.h>
#include <stdlib.h>

#include "base/loop.h"
#include "base/util.h"
#include "hist.h"
#include "http.h"
#include "result.h"

enum {
	ROUNDS = 9,
	RECORDS = 2000000,
	HEADS = 200000,
	MOMENTS = 60000,
	MOMENT_NS = 100000
};

static const char head[] =
    "HTTP/1.1 200 OK\r\n"
    "Server: nginx/1.22.1\r\n"
    "Date: Mon, 02 Feb 2026 10:00:00 GMT\r\n"
    "Content-Type: text/html\r\n"
    "Content-Length: 612\r\n"
    "Last-Modified: Mon, 02 Feb 2026 09:00:00 GMT\r\n"
    "Connection: keep-alive\r\n"
    "ETag: \"63cfb7e8-264\"\r\n"
    "Accept-Ranges: bytes\r\n"
    "\r\n";

static double
time_records(struct hist *h)
{
	uint64_t start_ns = clock_now_ns(), v = 88172645463325252;
	int i;

	for (i = 0; i < RECORDS; i++) {
		/* xorshift, from 16 us to 16 ms */
		v ^= v << 13;
		v ^= v >> 7;
		v ^= v << 17;
		hist_record(h, UINT64_C(16384) << (v % 11) | (v >> 40 & 8191));
	}
	return (double)(clock_now_ns() - start_ns) / RECORDS;
}

static double
time_heads(void)
{
	uint64_t start_ns = clock_now_ns();
	struct http_head h;
	size_t scanned = 0;
	int i;

	for (i = 0; i < HEADS; i++)
		if (http_read_answer(head, sizeof(head) - 1, &scanned, false,
		    &h) != sizeof(head) - 1)
			abort();
	return (double)(clock_now_ns() - start_ns) / HEADS;
}

struct waiter {
	struct loop		*loop;
	struct loop_timer	 timer;
	struct hist		*late;
};

static void
on_moment(void *arg)
{
	struct waiter *w = arg;

	hist_record(w->late, loop_now(w->loop) - w->timer.at_ns);
	if (w->late->count == MOMENTS)
		loop_stop(w->loop);
	else
		loop_timer_set(w->loop, &w->timer, w->timer.at_ns + MOMENT_NS);
}

static int
wait_for_moments(struct hist *late)
{
	struct waiter w = { .late = late };

	w.loop = loop_new();
	w.timer.call = on_moment;
	w.timer.arg = &w;
	loop_timer_set(w.loop, &w.timer, loop_now(w.loop) + MOMENT_NS);
	if (loop_run(w.loop) == -1)
		return 1;
	printf("%d %.1f %.1f %.1f\n", MOMENTS,
	    (double)hist_percentile(late, 50) / 1e3,
	    (double)hist_percentile(late, 99) / 1e3,
	    (double)late->max_ns / 1e3);
	loop_free(w.loop);
	free(late);
	return 0;
}

int
main(int argc, char **argv)
{
	struct hist *h = xcalloc(1, sizeof(*h));
	double record = 1e9, parse = 1e9, t;
	int i;

	(void)argv;
	hist_init();
	if (argc > 1)
		return wait_for_moments(h);
	for (i = 0; i < ROUNDS; i++) {
		t = time_records(h);
		record = t < record ? t : record;
		t = time_heads();
		parse = t < parse ? t : parse;
	}
	printf("%.1f ns a record, %.0f ns a head of %zu bytes, "
	    "%.2f MB of histograms a generator\n", record, parse,
	    sizeof(head) - 1,
	    (double)(RESULT_HISTS * sizeof(struct hist)) / 1e6);
	free(h);
	return 0;
}
