/* SPDX-License-Identifier: MIT */
/*
 * The report for people: a page whose style the report says, every number
 * with its unit.
 *
 * Read from the top it answers, in this order: did the target hold the
 * planned load, what was run, what came of it, where the time went, and can
 * the figures be believed. A run in which nothing went wrong fits a screen of
 * 24 lines. Each section has a file of its own; those without content are left
 * out. is_quiet gives exactly one line. Errors stick in the stream.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/audit_text.h"
#include "report/chart_text.h"
#include "report/errors_text.h"
#include "report/fleet_text.h"
#include "report/latency_text.h"
#include "report/load_text.h"
#include "report/outlook.h"
#include "report/page.h"
#include "report/parts_text.h"
#include "report/report.h"
#include "report/words.h"

enum { BROKEN_SHOWN = 3 };	/* thresholds that the one line names */

static void	 write_quiet(const struct page *, const struct report *);
static void	 add_thresholds(struct buf *, const struct report *);
static void	 add_fleet(struct buf *, const struct report *);
static void	 write_outlook(const struct page *, const struct report *);
static void	 write_thresholds(const struct page *, const struct report *);

void
text_write(FILE *out, const struct report *r)
{
	const struct page p = { out, &r->style };
	bool has_gap, has_table;

	if (r->is_quiet) {
		write_quiet(&p, r);
		return;
	}
	write_outlook(&p, r);
	if (r->nmerged > 0)
		page_labelled(&p, "Merged", "%zu %s", r->nmerged,
		    r->nmerged == 1 ? "result" : "results");
	load_text_write(&p, r);
	latency_text_write(&p, r);
	has_gap = parts_text_write(&p, r);
	chart_text_write(&p, r, has_gap);
	has_table = errors_text_write(&p, r);
	fleet_text_write(&p, r);
	if (has_table || r->result->nworkers > 0)
		putc('\n', out);
	audit_text_write(&p, r);
	write_thresholds(&p, r);
}

static void
write_quiet(const struct page *p, const struct report *r)
{
	const struct result *res = r->result;
	char failed[WORDS_MAX], dropped[WORDS_MAX], rate[WORDS_MAX];
	char mid[FORMAT_MAX], high[FORMAT_MAX], end[WORDS_END_MAX];
	struct outlook o;
	struct buf b;

	outlook_init(&o, r);
	buf_init(&b, PAGE_TEXT_MAX);
	latency_text_response(mid, res, 50);
	latency_text_response(high, res, 99);
	words_share(failed, res->n.failed, res->n.completed);
	words_share(dropped, res->n.dropped, res->n.scheduled);
	buf_addf(&b, "%s: %" PRIu64 " completed (%s), response p50 %s p99 %s%s"
	    ", failed %s, dropped %s", outlook_head(&o), res->n.completed,
	    words_rate(rate, load_text_rate(r)), mid, high,
	    result_is_coarse(res) ? " (coarse)" : "", failed, dropped);
	add_thresholds(&b, r);
	if (!res->is_valid)
		buf_adds(&b, ", generator not valid");
	if (words_end(end, r)[0] != '\0')
		buf_addf(&b, ", %s", end);
	add_fleet(&b, r);
	page_put(p, b.data, b.len);
	putc('\n', p->out);
	buf_clear(&b);
}

/* How many are kept, and the first few that are not. */
static void
add_thresholds(struct buf *b, const struct report *r)
{
	size_t i, n = r->plan->nthresholds, broken = outlook_broken(r);
	size_t shown = 0;

	if (n == 0)
		return;
	buf_addf(b, ", %zu of %zu thresholds kept", n - broken, n);
	for (i = 0; i < n && shown < BROKEN_SHOWN; i++)
		if (!r->verdicts[i].is_kept)
			buf_addf(b, "%s%s", shown++ == 0 ? " (broken: " : ", ",
			    r->plan->thresholds[i].text);
	if (broken > shown)
		buf_addf(b, " and %zu more", broken - shown);
	if (broken > 0)
		buf_adds(b, ")");
}

/* What the one line says of where its figures come from. */
static void
add_fleet(struct buf *b, const struct report *r)
{
	const struct result *res = r->result;
	size_t i, lost = 0;

	for (i = 0; i < res->nworkers; i++)
		lost += res->workers[i].is_lost;
	if (lost > 0)
		buf_addf(b, ", %zu of %zu workers lost", lost, res->nworkers);
	if (r->nmerged > 0)
		buf_addf(b, ", %zu %s merged", r->nmerged,
		    r->nmerged == 1 ? "result" : "results");
}

/* One line, or one for each of several reasons. */
static void
write_outlook(const struct page *p, const struct report *r)
{
	enum page_colour colour;
	struct outlook o;
	size_t i;
	int at;

	outlook_init(&o, r);
	colour = o.is_bad ? PAGE_BAD : o.is_unknown ? PAGE_UNSURE : PAGE_GOOD;
	at = page_coloured(p, colour, outlook_head(&o));
	at += fprintf(p->out, o.nreasons > 1 ? ":" : ": ");
	page_wrap(p, at, 4, o.nreasons == 0 ? o.notes : o.nreasons == 1 ?
	    o.reasons[0] : "");
	for (i = 0; o.nreasons > 1 && i < o.nreasons; i++)
		page_paragraph(p, "  -", 4, o.reasons[i]);
	if (o.nreasons > 1)
		putc('\n', p->out);
}

static void
write_thresholds(const struct page *p, const struct report *r)
{
	char actual[WORDS_MAX];
	const struct verdict *v;
	size_t i, len, n = r->plan->nthresholds;
	int width = PAGE_LABEL;

	for (i = 0; i < n; i++) {
		len = strlen(r->plan->thresholds[i].text);
		if ((int)len > width)
			width = (int)len;
	}
	for (i = 0; i < n; i++) {
		v = &r->verdicts[i];
		len = strlen(v->threshold->text);
		fprintf(p->out, "%-*s", PAGE_LABEL, i == 0 ? "Thresholds" : "");
		fprintf(p->out, "%*s", 8 - page_coloured(p, v->is_kept ?
		    PAGE_GOOD : PAGE_BAD, v->is_kept ? "ok" : "FAILED"), "");
		page_put(p, v->threshold->text, len);
		fprintf(p->out, "%*s%s\n", width - (int)len + 3, "",
		    words_actual(actual, v));
	}
}
