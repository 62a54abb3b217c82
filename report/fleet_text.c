/* SPDX-License-Identifier: MIT */
/*
 * How each worker of a fleet fared, for people: a row a worker, and why one
 * failed below it.
 *
 * A worker that was left out has no figures. Those of a lost one are what it
 * said last: they are in no other part of the report. Errors stick in the
 * stream.
 */

#include <inttypes.h>

#include "base/text.h"
#include "report/fleet_text.h"
#include "report/words.h"

enum {
	NAME_WIDTH = 24,		/* columns */
	REASON_INDENT = 4
};

static void	 write_worker(const struct page *, const struct worker_stat *);

void
fleet_text_write(const struct page *p, const struct report *r)
{
	const struct result *res = r->result;
	size_t i;

	if (res->nworkers == 0)
		return;
	fprintf(p->out, "\n%-*s%11s%9s%13s%12s  %s\n", NAME_WIDTH, "Workers",
	    "completed", "failed", "start error", "round trip", "fared");
	for (i = 0; i < res->nworkers; i++)
		write_worker(p, &res->workers[i]);
}

static void
write_worker(const struct page *p, const struct worker_stat *w)
{
	char name[WORDS_COLUMN_MAX], error[WORDS_MAX], trip[FORMAT_MAX];

	fputs(words_column(name, 0, w->name, NAME_WIDTH), p->out);
	if (!w->took_part) {
		fprintf(p->out, "%11s%9s%13s%12s  left out\n", "n/a", "n/a",
		    "n/a", "n/a");
		return;
	}
	fprintf(p->out, "%11" PRIu64 "%9" PRIu64 "%13s%12s  %s\n",
	    w->completed, w->failed, words_start_error(error, w),
	    format_ns(trip, w->round_trip_ns), w->is_lost ? "LOST:" :
	    w->error[0] != '\0' ? "FAILED:" : "ok");
	if (w->is_lost || w->error[0] != '\0')
		page_note(p, REASON_INDENT, w->error[0] != '\0' ? w->error :
		    "no reason is known");
}
