/* SPDX-License-Identifier: MIT */
/*
 * What came back, for people: status codes, bytes, and why requests failed.
 *
 * One status is a line; several are a table. A failure is a row by the part
 * it was in and its cause, with the last one of its kind below it, so that it
 * can be found in the target's log. Where another program told only how many
 * there were of a category, that is a row. Errors stick in the stream.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/words.h"
#include "report/errors_text.h"
#include "report/words.h"

enum {
	ERRORS_SHOWN = 20,
	LABEL_MAX = 80,
	CLOCK_AT = 11,			/* in what words_time gives */
	CLOCK_LEN = 12			/* "03:04:05.006" */
};

static void	 write_statuses(const struct page *, const struct result *);
static void	 write_bytes(struct buf *, const struct result *);
static bool	 write_failures(const struct page *, const struct result *);
static void	 write_example(const struct page *, const struct result *,
		    const struct error_row *);
static const struct exemplar *find_example(const struct exemplars *,
		    const struct error_row *);
static bool	 write_categories(const struct page *, const struct result *,
		    bool);

bool
errors_text_write(const struct page *p, const struct report *r)
{
	const char *hint = words_hint(r);
	bool has_table;

	write_statuses(p, r->result);
	has_table = write_failures(p, r->result);
	if (hint != NULL)
		page_note(p, 0, hint);
	return has_table;
}

/* The bodies belong to the answers. */
static void
write_statuses(const struct page *p, const struct result *res)
{
	const struct counters *n = &res->n;
	uint64_t answered = 0;
	int i, last = 0, kinds = 0;
	char label[LABEL_MAX];
	struct buf b;

	for (i = 0; i < RESULT_STATUS_MAX; i++) {
		answered += n->status[i];
		kinds += n->status[i] > 0;
		last = n->status[i] > 0 ? i : last;
	}
	buf_init(&b, PAGE_TEXT_MAX);
	if (kinds == 1 && answered == n->completed) {
		buf_addf(&b, "%3d %s %" PRIu64 ", ", last,
		    http_status_text(last), answered);
	} else if (kinds > 0) {
		page_head(p, "Status");
		for (i = 0; i < RESULT_STATUS_MAX; i++) {
			snprintf(label, sizeof(label), "%3d %s", i,
			    http_status_text(i));
			if (n->status[i] > 0)
				page_count(p, label, n->status[i],
				    n->completed);
		}
		if (answered < n->completed)
			page_count(p, "no answer", n->completed - answered,
			    n->completed);
	}
	if (answered > 0 || n->bytes_in + n->bytes_out > 0) {
		write_bytes(&b, res);
		page_paragraph(p, kinds == 1 && answered == n->completed ?
		    "Status" : "Bodies", PAGE_LABEL, buf_str(&b));
	}
	buf_clear(&b);
}

static void
write_bytes(struct buf *b, const struct result *res)
{
	double sec = (double)res->duration_ns / (double)NS_PER_SEC;
	double in = (double)res->n.bytes_in, sent = (double)res->n.bytes_out;
	char all[WORDS_MAX], per_sec[WORDS_MAX];

	buf_addf(b, "%s in", words_bytes(all, in));
	if (sec > 0)
		buf_addf(b, " (%s/s)", words_bytes(per_sec, in / sec));
	buf_addf(b, ", %s out", words_bytes(all, sent));
	if (sec > 0 && sent > 0)
		buf_addf(b, " (%s/s)", words_bytes(per_sec, sent / sec));
}

static bool
write_failures(const struct page *p, const struct result *res)
{
	struct error_row rows[REPORT_ERRORS_MAX];
	char label[LABEL_MAX];
	size_t i, nrows = report_errors(rows, &res->n);
	uint64_t rest = 0;

	snprintf(label, sizeof(label), "%-*s%s", PAGE_LABEL, "Failed in",
	    "because of");
	if (nrows > 0)
		page_head(p, label);
	for (i = 0; i < nrows && i < ERRORS_SHOWN; i++) {
		snprintf(label, sizeof(label), "%-*s%s", PAGE_LABEL,
		    part_name(rows[i].part), cause_name(rows[i].cause));
		page_count(p, label, rows[i].count, res->n.completed);
		write_example(p, res, &rows[i]);
	}
	for (; i < nrows; i++)
		rest += rows[i].count;
	if (rest > 0)
		page_count(p, "others", rest, res->n.completed);
	return write_categories(p, res, nrows > 0) || nrows > 0;
}

/* The last one, as the target or whoever keeps its log may name it. */
static void
write_example(const struct page *p, const struct result *res,
    const struct error_row *row)
{
	const struct exemplar *e = find_example(&res->exemplars, row);
	char after[FORMAT_MAX], clock[WORDS_MAX];
	struct buf b;

	if (e == NULL)
		return;
	buf_init(&b, PAGE_TEXT_MAX);
	buf_addf(&b, "last at %s (%.*sZ)", e->wall_ns < res->start_wall_ns ?
	    "n/a" : format_ns(after, e->wall_ns - res->start_wall_ns),
	    CLOCK_LEN, words_time(clock, e->wall_ns) + CLOCK_AT);
	if (e->status != 0)
		buf_addf(&b, ", status %d", (int)e->status);
	if (e->worker[0] != '\0')
		buf_addf(&b, ", worker %s", e->worker);
	buf_addf(&b, ", generator %" PRIu32, e->generator);
	if (e->local_port != 0)
		buf_addf(&b, ", port %d", (int)e->local_port);
	if (e->header[0] != '\0')
		buf_addf(&b, ", %s: %s", res->exemplars.name, e->header);
	page_note(p, PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
}

static const struct exemplar *
find_example(const struct exemplars *x, const struct error_row *row)
{
	size_t i;

	for (i = 0; i < x->nkinds; i++)
		if (x->kinds[i].part == row->part &&
		    x->kinds[i].cause == row->cause && x->kinds[i].nlast > 0)
			return &x->kinds[i].last[0];
	return NULL;
}

/* Of each category what has no cause: other programs tell no more. */
static bool
write_categories(const struct page *p, const struct result *res,
    bool has_table)
{
	struct category_row rows[REPORT_CATEGORIES_MAX];
	uint64_t left[CATEGORIES];
	size_t i, part, cause, n;
	uint64_t *of;

	memcpy(left, res->n.category, sizeof(left));
	for (part = 0; part < PARTS; part++)
		for (cause = 0; cause < CAUSES; cause++) {
			of = &left[cause_category((enum cause)cause)];
			*of -= res->n.error[part][cause] < *of ?
			    res->n.error[part][cause] : *of;
		}
	n = report_categories(rows, left, res->others, res->nothers);
	report_largest_first(rows, n);
	if (n > 0 && !has_table)
		page_head(p, "Failed because of");
	for (i = 0; i < n; i++)
		page_count(p, rows[i].name, rows[i].count, res->n.completed);
	return n > 0;
}
