/* SPDX-License-Identifier: MIT */
/*
 * The counting of a generator: what became of its arrivals, where the time of
 * each request went, and how it all goes up with an interval.
 *
 * A frame carries differences: what was put into one is forgotten here, so that
 * its reader adds them up, and a generator that dies takes along no more than
 * what it counted since its last one.
 *
 * Called for each request: no allocation, no system call, no formatting. Of
 * failures that come by the thousand not each is put among the exemplars, and
 * has its port looked up, only to be pushed out by the next one.
 */

#include <assert.h>
#include <string.h>

#include "load/tally.h"
#include "wire/msg.h"

static_assert((int)WIRE_SAMPLE_MAX < (int)EXEMPLAR_NAME_MAX,
    "a header that may be sampled has no room for its name");

static bool	 is_counted(const struct tally *, uint64_t);
static void	 count_failure(struct tally *, const struct request_result *);
static bool	 wants_failed(const struct tally *, enum part, enum cause,
		    uint64_t);
static void	 keep(struct tally *, const struct request_result *,
		    uint64_t);

void
tally_start(struct tally *t, const struct run_request *req,
    uint64_t start_ns, uint64_t start_wall_ns)
{
	t->start_ns = start_ns;
	t->start_wall_ns = start_wall_ns;
	t->warmup_ns = req->warmup_ns;
	exemplars_set_name(&t->exemplars, req->scenario.sample_header);
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
	hist_record(&t->hist[RESULT_LATENCY], res->latency_ns);
	if (res->has_ttfb)
		hist_record(&t->hist[RESULT_TTFB], res->ttfb_ns);
	if (res->has_service)
		hist_record(&t->hist[RESULT_SERVICE], res->service_ns);
	for (i = 0; i < PARTS; i++)
		hist_record(&t->hist[RESULT_PART + i], res->spent_ns[i]);
	if (res->spent_ns[PART_LAG] > t->lag_max_ns)
		t->lag_max_ns = res->spent_ns[PART_LAG];
	keep(t, res, now_ns);
	count_failure(t, res);
	t->last_end_ns = now_ns;
}

bool
tally_wants(const struct tally *t, uint64_t planned_ns, uint64_t latency_ns,
    enum part part, enum cause cause, uint64_t now_ns)
{
	return is_counted(t, planned_ns) &&
	    (exemplars_want_slow(&t->exemplars, latency_ns) ||
	    wants_failed(t, part, cause, now_ns));
}

/* The first ones of an interval, and then one in a while. */
static bool
wants_failed(const struct tally *t, enum part part, enum cause cause,
    uint64_t now_ns)
{
	return cause != CAUSE_NONE &&
	    (t->n.error[part][cause] < EXEMPLARS_LAST ||
	    now_ns - t->kept_ns[part][cause] >= TALLY_KEEP_NS);
}

/* By itself, if it is wanted; before it is counted among its kind. */
static void
keep(struct tally *t, const struct request_result *res, uint64_t now_ns)
{
	bool is_slow = exemplars_want_slow(&t->exemplars, res->latency_ns);
	bool is_failed = wants_failed(t, res->part, res->cause, now_ns);
	struct exemplar e;

	if (!is_slow && !is_failed)
		return;
	memset(&e, 0, sizeof(e));
	e.wall_ns = t->start_wall_ns + (res->planned_ns - t->start_ns);
	e.latency_ns = res->latency_ns;
	memcpy(e.spent_ns, res->spent_ns, sizeof(e.spent_ns));
	e.generator = t->generator;
	e.local_port = res->local_port;
	e.status = (uint16_t)res->status;
	e.part = res->part;
	e.cause = res->cause;
	exemplar_set_header(&e, res->sample.data, res->sample.len);
	if (is_slow)
		exemplars_add_slow(&t->exemplars, &e);
	if (is_failed) {
		exemplars_add_failed(&t->exemplars, &e);
		t->kept_ns[res->part][res->cause] = now_ns;
	}
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
	exemplars_put(ch, &t->exemplars);
	exemplars_reset(&t->exemplars);
}
