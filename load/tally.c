/* SPDX-License-Identifier: MIT */
/*
 * The counting of a generator: what became of its arrivals, where the time of
 * each request went, and how it all goes up with an interval.
 *
 * A frame carries differences: what was put into one is forgotten here, so that
 * its reader adds them up, and a generator that dies takes along no more than
 * what it counted since its last one.
 *
 * Called for each request: no allocation, no system call, no formatting.
 */

#include <string.h>

#include "load/tally.h"
#include "wire/msg.h"

static bool	 is_counted(const struct tally *, uint64_t);
static void	 count_failure(struct tally *, const struct request_result *);

void
tally_start(struct tally *t, uint64_t start_ns, uint64_t warmup_ns)
{
	t->start_ns = start_ns;
	t->warmup_ns = warmup_ns;
}

static bool
is_counted(const struct tally *t, uint64_t planned_ns)
{
	return planned_ns - t->start_ns >= t->warmup_ns;
}

void
tally_started(struct tally *t, uint64_t planned_ns)
{
	if (!is_counted(t, planned_ns))
		return;
	t->n.scheduled++;
	t->n.started++;
}

void
tally_dropped(struct tally *t, uint64_t planned_ns, uint64_t n)
{
	if (!is_counted(t, planned_ns))
		return;
	t->n.scheduled += n;
	t->n.dropped += n;
}

void
tally_ended(struct tally *t, const struct request_result *res,
    uint64_t now_ns)
{
	int i;

	if (!is_counted(t, res->planned_ns))
		return;
	t->n.completed++;
	t->n.retried += res->retried;
	t->n.redirected += res->redirected;
	t->n.bytes_in += res->bytes_in;
	t->n.bytes_out += res->bytes_out;
	if (res->status != 0)
		t->n.status[res->status]++;
	count_failure(t, res);
	hist_record(&t->hist[RESULT_LATENCY], res->latency_ns);
	if (res->has_ttfb)
		hist_record(&t->hist[RESULT_TTFB], res->ttfb_ns);
	if (res->has_service)
		hist_record(&t->hist[RESULT_SERVICE], res->service_ns);
	for (i = 0; i < PARTS; i++)
		hist_record(&t->hist[RESULT_PART + i], res->spent_ns[i]);
	if (res->spent_ns[PART_LAG] > t->lag_max_ns)
		t->lag_max_ns = res->spent_ns[PART_LAG];
	t->last_end_ns = now_ns;
}

static void
count_failure(struct tally *t, const struct request_result *res)
{
	if (res->cause == CAUSE_NONE)
		return;
	t->n.failed++;
	t->n.category[cause_category(res->cause)]++;
	t->n.error[res->part][res->cause]++;
}

void
tally_put(struct tally *t, struct msg_channel *ch,
    const struct client_counts *now)
{
	int i;

	t->n.connects = now->opened - t->told.opened;
	t->n.handshakes = now->handshakes - t->told.handshakes;
	t->n.resumed = now->resumed - t->told.resumed;
	t->told = *now;
	counters_put(ch, &t->n);
	memset(&t->n, 0, sizeof(t->n));
	for (i = 0; i < RESULT_HISTS; i++) {
		hist_put(ch, &t->hist[i]);
		hist_reset(&t->hist[i]);
	}
}
