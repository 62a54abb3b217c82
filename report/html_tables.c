/* SPDX-License-Identifier: MIT */
/*
 * Tables of the HTML report: what was answered and what failed, thresholds,
 * the audit of the generators, the workers of a fleet.
 *
 * Long tables end in how many rows are left out, so that a report of any
 * fleet stays small. Counts come with their share. Text of others is escaped
 * by markup.c. Errors stick in the stream.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/words.h"
#include "report/html_requests.h"
#include "report/html_tables.h"
#include "report/markup.h"
#include "report/words.h"

enum {
	CAUSES_SHOWN = 40,
	GENERATORS_SHOWN = 64,
	WORKERS_SHOWN = 500
};

static void	 put_statuses(FILE *, const struct counters *);
static void	 put_categories(FILE *, const struct result *);
static void	 put_causes(FILE *, const struct counters *);
static void	 put_generators(FILE *, const struct result *);
static void	 put_worker(FILE *, const struct worker_stat *);

static void
put_count(FILE *out, uint64_t n, uint64_t all)
{
	char count[MARKUP_COUNT_MAX], share[WORDS_MAX];

	markup_number(out, "%s", markup_count(count, n));
	markup_number(out, "%s", words_share(share, n, all));
}

static void
put_rest(FILE *out, size_t n, const char *what)
{
	if (n > 0)
		markup_note(out, "%zu more %s", n, what);
}

void
html_answers_write(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	const char *hint = words_hint(r);

	if (res->n.completed == 0)
		return;
	markup_section(out, "answers", "Answers and errors");
	fputs("<div class=\"tables\">\n", out);
	put_statuses(out, &res->n);
	put_categories(out, res);
	put_causes(out, &res->n);
	fputs("</div>\n", out);
	if (res->n.failed == 0)
		markup_note(out, "No request failed.");
	if (hint != NULL)
		markup_note(out, "%s", hint);
	html_failures_write(out, r);
	markup_section_end(out);
}

static void
put_statuses(FILE *out, const struct counters *n)
{
	static const char *const columns[] = { "status", "requests", "share" };
	uint64_t answered = 0;
	int i;

	markup_table(out, "Status codes", columns, UTIL_NELEM(columns), 0);
	for (i = 0; i < RESULT_STATUS_MAX; i++) {
		if (n->status[i] == 0)
			continue;
		answered += n->status[i];
		markup_row(out, "%d %s", i, http_status_text(i));
		put_count(out, n->status[i], n->completed);
		markup_row_end(out);
	}
	if (answered < n->completed) {
		markup_row(out, "no answer");
		put_count(out, n->completed - answered, n->completed);
		markup_row_end(out);
	}
	markup_table_end(out);
}

static void
put_categories(FILE *out, const struct result *res)
{
	static const char *const columns[] = { "error", "requests", "share" };
	struct category_row rows[REPORT_CATEGORIES_MAX];
	size_t i, n = report_categories(rows, res->n.category, res->others,
	    res->nothers);

	if (n == 0)
		return;
	report_largest_first(rows, n);
	markup_table(out, "Failed requests", columns, UTIL_NELEM(columns), 0);
	for (i = 0; i < n; i++) {
		markup_row(out, "%s", rows[i].name);
		put_count(out, rows[i].count, res->n.completed);
		markup_row_end(out);
	}
	markup_table_end(out);
}

static void
put_causes(FILE *out, const struct counters *n)
{
	static const char *const columns[] = {
		"failed in", "requests", "share", "because of"
	};
	struct error_row rows[REPORT_ERRORS_MAX];
	size_t i, nrows = report_errors(rows, n);

	if (nrows == 0)
		return;
	markup_table(out, "Where and why they failed", columns,
	    UTIL_NELEM(columns), 1 << 3);
	for (i = 0; i < nrows && i < CAUSES_SHOWN; i++) {
		markup_row(out, "%s", part_name(rows[i].part));
		put_count(out, rows[i].count, n->completed);
		markup_word(out, "%s", cause_name(rows[i].cause));
		markup_row_end(out);
	}
	markup_table_end(out);
	put_rest(out, nrows - i, "causes");
}

void
html_thresholds_write(FILE *out, const struct report *r)
{
	static const char *const columns[] = {
		"threshold", "actual", "outcome"
	};
	const struct verdict *v;
	char actual[WORDS_MAX];
	size_t i;

	markup_section(out, "thresholds", "Thresholds");
	if (r->plan->nthresholds == 0) {
		markup_note(out, "No thresholds were set.");
		markup_section_end(out);
		return;
	}
	markup_table(out, "Asked for and actual", columns,
	    UTIL_NELEM(columns), 1 << 2);
	for (i = 0; i < r->plan->nthresholds; i++) {
		v = &r->verdicts[i];
		markup_row(out, "%s", v->threshold->text);
		markup_number(out, "%s", words_actual(actual, v));
		fprintf(out, "<td class=\"word %s</td>", v->is_kept ?
		    "good\">kept" : "bad\">BROKEN");
		markup_row_end(out);
	}
	markup_table_end(out);
	markup_section_end(out);
}

/* Can the figures be believed? */
void
html_audit_write(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	const struct hist *lag = &res->hist[RESULT_PART + PART_LAG];
	char p50[FORMAT_MAX], p99[FORMAT_MAX], max[FORMAT_MAX];
	size_t i;

	markup_section(out, "audit", "Can the figures be believed");
	if (res->is_valid && res->ngenerators == 0 && lag->count == 0) {
		markup_note(out, "Nothing is known of the generators.");
		markup_section_end(out);
		return;
	}
	fprintf(out, "<p><strong class=\"%s</strong>.</p>\n", res->is_valid ?
	    "good\">The generator kept its plan" :
	    "bad\">The generator did not keep its plan");
	if (res->nreasons > 0)
		fputs("<ul>\n", out);
	for (i = 0; i < res->nreasons; i++) {
		fputs("<li>", out);
		markup_text(out, res->reasons[i]);
		fputs("</li>\n", out);
	}
	if (res->nreasons > 0)
		fputs("</ul>\n", out);
	if (lag->count > 0)
		markup_note(out, "Lag of the generators behind the planned "
		    "moments: p50 %s, p99 %s, max %s.",
		    format_ns(p50, hist_percentile(lag, 50)),
		    format_ns(p99, hist_percentile(lag, 99)),
		    format_ns(max, lag->max_ns));
	put_generators(out, res);
	markup_section_end(out);
}

static const char *
fared(char buf[WORDS_MAX], const struct generator_stat *g)
{
	snprintf(buf, WORDS_MAX, "%s", g->died ? "died" :
	    g->took_part ? "ok" : "had no share");
	if (g->stops > 0)
		snprintf(buf, WORDS_MAX, "%sstopped and continued, %" PRIu64
		    " times", g->died ? "died; " : "", g->stops);
	return buf;
}

/* Of one without a share nothing was measured. */
static void
put_effort(FILE *out, const struct generator_stat *g)
{
	char ns[FORMAT_MAX];
	int i;

	if (!g->took_part || g->wall_ns == 0) {
		for (i = 0; i < 3; i++)
			markup_number(out, "n/a");
		return;
	}
	markup_number(out, "%.0f%%", 100 * (double)(g->cpu_user_ns +
	    g->cpu_sys_ns) / (double)g->wall_ns);
	markup_number(out, "%.0f%%", (double)g->busiest_ppm / 1e4);
	markup_number(out, "%s", format_ns(ns, g->lag_max_ns));
}

static void
put_generators(FILE *out, const struct result *res)
{
	static const char *const columns[] = {
		"generator", "CPU, mean", "CPU, busiest", "lag, max", "fared"
	};
	const struct generator_stat *g;
	char text[WORDS_MAX];
	size_t i;

	if (res->ngenerators == 0)
		return;
	markup_table(out, "Generators", columns, UTIL_NELEM(columns), 1 << 4);
	for (i = 0; i < res->ngenerators && i < GENERATORS_SHOWN; i++) {
		g = &res->generators[i];
		markup_row(out, "#%zu", i);
		put_effort(out, g);
		markup_word(out, "%s", fared(text, g));
		markup_row_end(out);
	}
	markup_table_end(out);
	put_rest(out, res->ngenerators - i, "generators");
}

void
html_workers_write(FILE *out, const struct report *r)
{
	static const char *const columns[] = {
		"worker", "weight", "completed", "failed", "start error",
		"round trip", "fared"
	};
	const struct result *res = r->result;
	size_t i;

	if (res->nworkers == 0)
		return;
	markup_section(out, "workers", "Workers");
	markup_table(out, "How they fared", columns,
	    UTIL_NELEM(columns), 1 << 6);
	for (i = 0; i < res->nworkers && i < WORKERS_SHOWN; i++)
		put_worker(out, &res->workers[i]);
	markup_table_end(out);
	put_rest(out, res->nworkers - i, "workers");
	markup_note(out, "Start error: how late a worker began, early ones are "
	    "negative. The counts of a lost worker are those it told last: "
	    "they are in no total, only in the charts over time.");
	markup_section_end(out);
}

static void
put_worker(FILE *out, const struct worker_stat *w)
{
	char count[MARKUP_COUNT_MAX], ns[FORMAT_MAX], error[WORDS_MAX];
	int i;

	markup_row(out, "%s", w->name);
	markup_number(out, "%" PRIu64, w->weight);
	if (!w->took_part) {
		for (i = 0; i < 4; i++)
			markup_number(out, "n/a");
		markup_word(out, "left out: no share");
		markup_row_end(out);
		return;
	}
	markup_number(out, "%s", markup_count(count, w->completed));
	markup_number(out, "%s", markup_count(count, w->failed));
	markup_number(out, "%s", words_start_error(error, w));
	markup_number(out, "%s", format_ns(ns, w->round_trip_ns));
	if (!w->is_lost && w->error[0] == '\0') {
		markup_word(out, "ok");
	} else {
		fprintf(out, "<td class=\"word\"><strong class=\"bad\">%s"
		    "</strong> ", w->is_lost ? "LOST:" : "FAILED:");
		markup_text(out, w->error[0] != '\0' ? w->error :
		    "no reason is known");
		fputs("</td>", out);
	}
	markup_row_end(out);
}
