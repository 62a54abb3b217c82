/* SPDX-License-Identifier: MIT */
/*
 * A comparison for people: the verdict on one line, a table of all figures,
 * then what was compared and what is assumed. 80 columns but for the verdict
 * and names of files, and no escape sequences, whatever is in these files. Only
 * formats what compare.c computes. Errors stick in the stream.
 */

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "diff/out.h"
#include "diff/spread.h"
#include "report/words.h"

enum {
	NAMED_MAX = 2,		/* rows in the line of the verdict */
	PERCENT_MAX = 99999,	/* in a table; JSON has more */
	SNAPSHOTS_GOOD = 30	/* t is not much wider then than the normal */
};

static void	 write_verdict(FILE *, const struct comparison *);
static size_t	 count_rows(const struct comparison *, enum row_verdict);
static void	 write_named(FILE *, const struct comparison *,
		    enum row_verdict);
static void	 write_row(FILE *, const struct row *);
static void	 write_fail_ifs(FILE *, const struct diff *);
static void	 write_side(FILE *, const char *, const struct recorded *,
		    size_t);
static void	 write_plans(FILE *, const struct diff *);
static void	 write_assumed(FILE *, const struct diff *);
static bool	 is_share(const struct row *);
static char	*figure(char [WORDS_MAX], const struct row *, double);
static char	*change(char [WORDS_MAX], const struct row *);
static char	*points(char [WORDS_MAX], double);
static char	*percent(char [WORDS_MAX], double);
static char	*interval(char [WORDS_MAX], const struct row *);

void
diff_text_write(FILE *out, const struct diff *d)
{
	const struct comparison *c = d->comparison;
	size_t i;

	write_verdict(out, c);
	if (d->is_quiet)
		return;
	fprintf(out, "\n%-8s%9s%10s%10s%9s  %-20s %s\n", "", "base", "new",
	    "change", "", "95% interval", "verdict");
	for (i = 0; i < c->nrows; i++)
		write_row(out, &c->rows[i]);
	write_fail_ifs(out, d);
	putc('\n', out);
	write_side(out, "base", d->base, c->snapshots[0]);
	write_side(out, "new", d->new, c->snapshots[1]);
	write_plans(out, d);
	write_assumed(out, d);
}

static void
write_verdict(FILE *out, const struct comparison *c)
{
	if (count_rows(c, ROW_WORSE) + count_rows(c, ROW_BETTER) == 0) {
		fputs("no evidence of a difference\n", out);
		return;
	}
	if (count_rows(c, ROW_WORSE) > 0) {
		fputs("WORSE: ", out);
		write_named(out, c, ROW_WORSE);
		if (count_rows(c, ROW_BETTER) > 0)
			fprintf(out, "; %zu better", count_rows(c,
			    ROW_BETTER));
	} else {
		fputs("better: ", out);
		write_named(out, c, ROW_BETTER);
	}
	putc('\n', out);
}

static size_t
count_rows(const struct comparison *c, enum row_verdict verdict)
{
	size_t i, n = 0;

	for (i = 0; i < c->nrows; i++)
		n += c->rows[i].verdict == verdict;
	return n;
}

/* The last ones: the tail is what people look at. */
static void
write_named(FILE *out, const struct comparison *c, enum row_verdict verdict)
{
	size_t i, n = count_rows(c, verdict), shown = 0;
	char name[ROW_NAME_MAX], by[WORDS_MAX], of[WORDS_MAX];
	const struct row *row;

	for (i = c->nrows; i > 0 && shown < NAMED_MAX; i--) {
		row = &c->rows[i - 1];
		if (row->verdict != verdict)
			continue;
		fprintf(out, "%s%s %s (%s)", shown++ > 0 ? ", " : "",
		    row_name(name, row), row->has_ratio ?
		    percent(by, row->ratio) : change(by, row),
		    interval(of, row));
	}
	if (n > shown)
		fprintf(out, " and %zu more", n - shown);
}

static void
write_row(FILE *out, const struct row *row)
{
	char name[ROW_NAME_MAX], base[WORDS_MAX], new[WORDS_MAX];
	char by[WORDS_MAX], ratio[WORDS_MAX] = "", of[WORDS_MAX];

	if (row->has_ratio)
		percent(ratio, row->ratio);
	fprintf(out, "%-8s%9s%10s%10s%9s  %-20s %s\n", row_name(name, row),
	    figure(base, row, row->base), figure(new, row, row->new),
	    change(by, row), ratio, interval(of, row), row->has_interval ?
	    row_verdict_name(row->verdict) : "too few");
}

static void
write_fail_ifs(FILE *out, const struct diff *d)
{
	static const char *const words[] = {
		[FAIL_IF_PASSED] = "passed",
		[FAIL_IF_FAILED] = "FAILED",
		[FAIL_IF_UNKNOWN] = "unknown",
	};
	size_t i;

	if (d->nfail_ifs > 0)
		putc('\n', out);
	for (i = 0; i < d->nfail_ifs; i++)
		fprintf(out, "%-8s%s\n", words[d->outcomes[i]],
		    text_shown(d->fail_ifs[i].text));
}

static void
write_side(FILE *out, const char *label, const struct recorded *r,
    size_t snapshots)
{
	const struct result *res = r->result;
	char took[WORDS_MAX];

	fprintf(out, "%-5s %s: %" PRIu64 " requests in %s", label,
	    text_shown(r->name), res->n.completed, words_seconds(took,
	    (double)res->duration_ns / (double)NS_PER_SEC));
	if (snapshots > 0)
		fprintf(out, ", %zu snapshots", snapshots);
	putc('\n', out);
	if (res->error[0] != '\0')
		fprintf(out, "      it ended with: %s\n", res->error);
	if (res->is_partial)
		fputs("      it ended before its plan did\n", out);
	if (!res->is_valid)
		fputs("      its generator did not keep the plan: it may be "
		    "what differs\n", out);
	if (result_is_coarse(res))
		fputs("      its histogram is coarse: 2.3% are not told "
		    "apart\n", out);
}

static void
write_plans(FILE *out, const struct diff *d)
{
	char names[RECORDED_DIFFERENCES_MAX][RECORDED_NAME_MAX];
	size_t i, column, n = recorded_differences(names, d->base, d->new);
	const char *name;

	if (n == 0) {
		if (d->base->plan == NULL || d->new->plan == NULL)
			fputs("The plans are not known: whether both made the "
			    "same load is for you to say.\n", out);
		return;
	}
	column = (size_t)fprintf(out, "The plans are not the same:");
	for (i = 0; i < n; i++) {
		name = text_shown(names[i]);
		if (column + strlen(name) + 2 > 80) {
			fputs("\n   ", out);
			column = 3;
		}
		column += (size_t)fprintf(out, " %s%s", name,
		    i + 1 < n ? "," : "");
	}
	putc('\n', out);
}

static void
write_assumed(FILE *out, const struct diff *d)
{
	const size_t *n = d->comparison->snapshots;

	fputs("\nAll intervals hold together in 95% of comparisons: with "
	    "nothing changed,\nat most 5% show any verdict.\n", out);
	if (n[0] == 0 || n[1] == 0)
		fprintf(out, "%s has fewer than %d snapshots: its requests are "
		    "taken to be independent.\nIf they are not, the intervals "
		    "here are too narrow.\n", n[0] > 0 ? "new" :
		    n[1] > 0 ? "base" : "Each", SPREAD_INTERVALS_MIN);
	else if (n[0] < SNAPSHOTS_GOOD || n[1] < SNAPSHOTS_GOOD)
		fprintf(out, "With %d snapshots and more (run --interval) they "
		    "are narrower.\n", SNAPSHOTS_GOOD);
}

static bool
is_share(const struct row *row)
{
	return row->metric == ROW_ERRORS || row->metric == ROW_DROPPED;
}

static char *
figure(char buf[WORDS_MAX], const struct row *row, double value)
{
	char ns[FORMAT_MAX];

	if (row->metric == ROW_RATE)
		return words_rate(buf, value);
	if (is_share(row))
		snprintf(buf, WORDS_MAX, "%.3g%%", value * 100);
	else if (value > 0)
		snprintf(buf, WORDS_MAX, "%s", format_ns(ns,
		    (uint64_t)llround(value)));
	else
		snprintf(buf, WORDS_MAX, "n/a");
	return buf;
}

static char *
change(char buf[WORDS_MAX], const struct row *row)
{
	char text[WORDS_MAX];

	if (is_share(row))
		snprintf(buf, WORDS_MAX, "%.20spp", points(text,
		    row->diff));
	else if (!row->has_ratio)
		snprintf(buf, WORDS_MAX, "n/a");
	else
		snprintf(buf, WORDS_MAX, "%s%s", row->diff < 0 ? "-" : "+",
		    row->diff == 0 ? "0" : figure(text, row,
		    fabs(row->diff)));
	return buf;
}

/* Two digits, but for 100: never "1e+02". */
static char *
points(char buf[WORDS_MAX], double share)
{
	double x = share * 100;

	snprintf(buf, WORDS_MAX, "%+.*g", fabs(x) < 99.5 ? 2 : 3, x);
	return buf;
}

/* What is beyond the width of a column is not worth one. */
static char *
percent(char buf[WORDS_MAX], double ratio)
{
	double x = ratio * 100;

	if (x >= PERCENT_MAX + 0.5) {
		snprintf(buf, WORDS_MAX, ">+%d%%", PERCENT_MAX);
		return buf;
	}
	snprintf(buf, WORDS_MAX, "%+.*f%%", fabs(x) < 9.995 ? 2 :
	    fabs(x) < 99.95 ? 1 : 0, x);
	return buf;
}

static char *
interval(char buf[WORDS_MAX], const struct row *row)
{
	char low[WORDS_MAX], high[WORDS_MAX];

	if (!row->has_interval)
		snprintf(buf, WORDS_MAX, "n/a");
	else if (is_share(row))
		snprintf(buf, WORDS_MAX, "%.20s to %.20spp", points(low,
		    row->low), points(high, row->high));
	else
		snprintf(buf, WORDS_MAX, "%.20s to %.20s", percent(low,
		    row->ratio_low), percent(high, row->ratio_high));
	return buf;
}
