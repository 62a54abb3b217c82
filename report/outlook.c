/* SPDX-License-Identifier: MIT */
/*
 * Did the target hold the planned load? The answer that a text report begins
 * with, and all that speaks against it.
 *
 * It held when no threshold is broken and, where no threshold says what may
 * be, nothing was dropped and nothing failed. A run that ended early or whose
 * generator was late cannot say that it held; nor that it did not, where that
 * may be the generator's doing: only failed requests are the target's then.
 * This is stricter than the exit status, which follows the thresholds alone.
 *
 * Only judges and words; a text that is too long is cut, and nothing fails.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report/outlook.h"
#include "report/words.h"

#define BROKEN_SHOWN	5		/* thresholds named one by one */

static void	 add_reason(struct outlook *, const char *, ...)
		    UTIL_PRINTF(2, 3);
static void	 add_note(struct outlook *, const char *, ...)
		    UTIL_PRINTF(2, 3);
static const char *plural(uint64_t);
static void	 blame(struct outlook *, const struct report *,
		    enum threshold_metric);
static void	 judge_thresholds(struct outlook *, const struct report *);
static void	 judge_share(struct outlook *, const struct report *,
		    enum threshold_metric, uint64_t, uint64_t, const char *);
static bool	 is_covered(const struct report *, enum threshold_metric);
static void	 judge_run(struct outlook *, const struct report *);
static bool	 is_lost(const struct worker_stat *);
static bool	 judge_workers(struct outlook *, const struct result *);

void
outlook_init(struct outlook *o, const struct report *r)
{
	const struct counters *n = &r->result->n;
	uint64_t canceled = n->category[CATEGORY_CANCELED];

	memset(o, 0, sizeof(*o));
	judge_thresholds(o, r);
	judge_share(o, r, THRESHOLD_DROPPED, n->dropped, n->scheduled,
	    "dropped");
	/* Those that were cut off at a stop are nobody's failure. */
	judge_share(o, r, THRESHOLD_ERRORS, n->failed > canceled ?
	    n->failed - canceled : 0, n->completed, "failed");
	judge_run(o, r);
}

const char *
outlook_head(const struct outlook *o)
{
	return o->is_bad ? "DID NOT HOLD" : o->is_unknown ? "NO VERDICT" :
	    "HELD";
}

size_t
outlook_broken(const struct report *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->plan->nthresholds; i++)
		n += !r->verdicts[i].is_kept;
	return n;
}

static void
add_reason(struct outlook *o, const char *fmt, ...)
{
	va_list ap;

	assert(o->nreasons < OUTLOOK_REASONS_MAX);
	va_start(ap, fmt);
	vsnprintf(o->reasons[o->nreasons], OUTLOOK_TEXT_MAX, fmt, ap);
	va_end(ap);
	o->nreasons++;
}

static void
add_note(struct outlook *o, const char *fmt, ...)
{
	size_t len = strlen(o->notes);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->notes + len, OUTLOOK_TEXT_MAX - len, fmt, ap);
	va_end(ap);
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Figures of this kind are not as they should be: whose doing is it? */
static void
blame(struct outlook *o, const struct report *r, enum threshold_metric metric)
{
	if (r->result->is_valid || metric == THRESHOLD_ERRORS)
		o->is_bad = true;
	else
		o->is_unknown = true;
}

static void
judge_thresholds(struct outlook *o, const struct report *r)
{
	size_t i, n = r->plan->nthresholds, shown = 0;
	size_t broken = outlook_broken(r);
	const struct verdict *v;
	char actual[WORDS_MAX];

	for (i = 0; i < n; i++) {
		v = &r->verdicts[i];
		if (v->is_kept)
			continue;
		blame(o, r, v->threshold->metric);
		if (shown == BROKEN_SHOWN)
			continue;
		add_reason(o, "threshold %s broken: %s", v->threshold->text,
		    words_actual(actual, v));
		shown++;
	}
	if (broken > shown)
		add_reason(o, "%zu more threshold%s broken", broken - shown,
		    plural(broken - shown));
	if (n == 0)
		add_note(o, "no thresholds set");
	else
		add_note(o, "%zu of %zu thresholds kept", n - broken, n);
}

/* Any are too many, unless a threshold says what is not. */
static void
judge_share(struct outlook *o, const struct report *r,
    enum threshold_metric metric, uint64_t n, uint64_t all, const char *word)
{
	const char *what = metric == THRESHOLD_DROPPED ? "arrivals" :
	    "requests";
	char share[WORDS_MAX];

	words_share(share, n, all);
	if (n == 0) {
		add_note(o, ", none %s", word);
	} else if (is_covered(r, metric)) {
		add_note(o, ", %s %s", share, word);
	} else {
		add_reason(o, "%" PRIu64 " of %" PRIu64 " %s %s (%s)", n, all,
		    what, word, share);
		blame(o, r, metric);
	}
}

/* Is there a threshold on this? Whether it is kept is told elsewhere. */
static bool
is_covered(const struct report *r, enum threshold_metric metric)
{
	size_t i;

	for (i = 0; i < r->plan->nthresholds; i++) {
		if (r->plan->thresholds[i].metric == metric)
			return true;
	}
	return false;
}

/* What makes a run unable to tell, whatever its figures are. */
static void
judge_run(struct outlook *o, const struct report *r)
{
	const struct result *res = r->result;
	uint64_t canceled = res->n.category[CATEGORY_CANCELED];
	size_t before = o->nreasons;
	char end[WORDS_END_MAX];
	bool has_named;		/* whose error the run ended with */

	if (res->lost > 0)
		add_reason(o, "%" PRIu64 " request%s lost with %s generator",
		    res->lost, plural(res->lost), res->lost == 1 ? "its" :
		    "their");
	has_named = judge_workers(o, res) && !res->is_partial &&
	    res->signo == 0;
	if (!res->is_valid)
		add_reason(o, "the generator did not keep its plan, see below");
	if (canceled > 0)
		add_reason(o, "%" PRIu64 " request%s %s cut off when it "
		    "stopped", canceled, plural(canceled), canceled == 1 ?
		    "was" : "were");
	if (words_end(end, r)[0] != '\0' && !has_named)
		add_reason(o, "%s", end);
	else if (res->n.completed == 0)
		add_reason(o, "no request was completed");
	if (o->nreasons > before)
		o->is_unknown = true;
	/* The wire's buckets tell nothing of who made the load. */
	add_note(o, result_is_coarse(res) ? ", not all generators audited" :
	    ", generator valid");
}

static bool
is_lost(const struct worker_stat *w)
{
	return w->is_lost;
}

static bool
did_less(const struct worker_stat *w)
{
	return !w->is_lost && w->error[0] != '\0';
}

/* A worker that is lost takes its part of the plan with it. Is any named? */
static bool
judge_workers(struct outlook *o, const struct result *res)
{
	char names[WORDS_WORKERS_MAX], share[WORDS_MAX];
	uint64_t weights = 0, missing = 0;
	size_t i, took_part = 0, lost = 0, less = 0;
	const struct worker_stat *w;

	for (i = 0; i < res->nworkers; i++) {
		w = &res->workers[i];
		if (!w->took_part)
			continue;
		took_part++;
		weights += w->weight;
		lost += w->is_lost;
		less += did_less(w);
		missing += w->is_lost ? w->weight : 0;
	}
	if (lost > 0)
		add_reason(o, "%zu of %zu workers %s lost, and with %s %s of "
		    "the planned load, which is in no total: %s", lost,
		    took_part, lost == 1 ? "was" : "were",
		    lost == 1 ? "it" : "them",
		    words_share(share, missing, weights),
		    words_workers(names, res, is_lost));
	if (less > 0)
		add_reason(o, "%zu of %zu workers did not do as they were "
		    "asked, see below: %s", less, took_part,
		    words_workers(names, res, did_less));
	return lost + less > 0;
}
