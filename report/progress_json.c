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

enum { PLANNED_PLACES = 6 };

/* Of all snapshots until now. */
static void
put_sums(struct json_out *w, const struct standing *st)
{
	json_object(w, "total");
	json_fixed(w, "planned", st->planned, PLANNED_PLACES);
	json_uint(w, "scheduled", st->n.scheduled);
	json_uint(w, "started", st->n.started);
	json_uint(w, "dropped", st->n.dropped);
	json_uint(w, "completed", st->n.completed);
	json_uint(w, "failed", st->n.failed);
	json_uint(w, "bytes_in", st->n.bytes_in);
	json_uint(w, "bytes_out", st->n.bytes_out);
	json_ms(w, "p50_ms", hist_percentile(&st->latency, 50));
	json_ms(w, "p99_ms", hist_percentile(&st->latency, 99));
	json_close(w);
}

void
progress_json_write(struct buf *b, const struct standing *st,
    const struct snapshot *s)
{
	struct json_out w;
	int rv;

	json_out_start(&w, b, false);
	json_object(&w, NULL);
	json_snapshot_members(&w, s, st->warmup_ns);
	json_ms(&w, "elapsed_ms", st->until_ns);
	json_ms(&w, "planned_duration_ms", st->total_ns);
	json_ms(&w, "warmup_ms", st->warmup_ns);
	put_sums(&w, st);
	json_close(&w);
	rv = json_out_end(&w);
	assert(rv == 0);	/* nesting and size are ours alone */
	buf_adds(b, "\n");
}
