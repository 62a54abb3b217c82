/* SPDX-License-Identifier: MIT */
/*
 * Progress for programs: a snapshot as one line of JSON. Its own members are
 * those of the JSON result, written by the same code; the sums behind them make
 * it unnecessary to have read every line before it.
 */

#include <assert.h>

#include "json_write.h"
#include "report/progress_json.h"
#include "report/report.h"

enum { MS_PLACES = 6, PLANNED_PLACES = 6 };

static void
put_ms(struct json_out *w, const char *name, uint64_t ns)
{
	json_fixed(w, name, (double)ns / (double)NS_PER_MS, MS_PLACES);
}

/* Of all snapshots until now. */
static void
put_sums(struct json_out *w, const struct tally *t)
{
	json_object(w, "total");
	json_fixed(w, "planned", t->planned, PLANNED_PLACES);
	json_uint(w, "scheduled", t->n.scheduled);
	json_uint(w, "started", t->n.started);
	json_uint(w, "dropped", t->n.dropped);
	json_uint(w, "completed", t->n.completed);
	json_uint(w, "failed", t->n.failed);
	json_uint(w, "bytes_in", t->n.bytes_in);
	json_uint(w, "bytes_out", t->n.bytes_out);
	put_ms(w, "p50_ms", hist_percentile(&t->latency, 50));
	put_ms(w, "p99_ms", hist_percentile(&t->latency, 99));
	json_close(w);
}

void
progress_json_write(struct buf *b, const struct tally *t,
    const struct snapshot *s)
{
	struct json_out w;
	int rv;

	json_out_start(&w, b, false);
	json_object(&w, NULL);
	json_snapshot_members(&w, s, t->warmup_ns);
	put_ms(&w, "elapsed_ms", t->until_ns);
	put_ms(&w, "planned_duration_ms", t->total_ns);
	put_ms(&w, "warmup_ms", t->warmup_ns);
	put_sums(&w, t);
	json_close(&w);
	rv = json_out_end(&w);
	assert(rv == 0);	/* nesting and size are ours alone */
	buf_adds(b, "\n");
}
