/* SPDX-License-Identifier: MIT */
/*
 * Two results, figure by figure: the difference, its interval of confidence,
 * and what that says.
 *
 * Each figure of one run gets an interval (figure.c), and those of both are
 * combined to that of the difference by their one-sided widths (MOVER; Zou and
 * Donner, Stat. Med. 27 (2008), 1693-1702): of times and rates on the scale of
 * logarithms, of shares as they are. Both are as wide as Student's t has it
 * for the degrees of freedom of the difference. Pure.
 */

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "base/util.h"
#include "diff/compare.h"
#include "diff/figure.h"

#define LEVEL		0.05		/* of all rows together */
#define FAR_MIN		10		/* samples behind p99.9 */

static void	 add_rows(struct comparison *, const struct figure_run *,
		    const double *, size_t);
static void	 add_row(struct comparison *, enum row_metric, double);
static int	 compare_rows(const void *, const void *);
static void	 fill_row(struct row *, const struct figure_run *, double);
static void	 fill_figures(struct figure [2], const struct row *,
		    const struct figure_run *, const struct figure_level *);
static double	 common_df(const struct figure *);
static void	 combine_logs(struct row *, const struct figure *);
static void	 combine_shares(struct row *, const struct figure *);

void
compare(struct comparison *c, const struct side *base,
    const struct side *new, const double *percentiles, size_t n)
{
	struct figure_run *runs = xcalloc(2, sizeof(*runs));
	size_t i;

	memset(c, 0, sizeof(*c));
	figure_init(runs, base, new);
	add_rows(c, runs, percentiles, n);
	/* Bonferroni's way is right however the rows depend on one another. */
	for (i = 0; i < c->nrows; i++)
		fill_row(&c->rows[i], runs, LEVEL / 2 / (double)c->nrows);
	for (i = 0; i < 2; i++)
		c->snapshots[i] = runs[i].m;
	figure_clear(runs);
	free(runs);
}

static void
add_rows(struct comparison *c, const struct figure_run *runs,
    const double *percentiles, size_t n)
{
	static const double usual[] = { 50, 90, 95, 99 };
	static const double far[] = { 99.9, 99.99 };
	uint64_t most = runs[0].sample.n < runs[1].sample.n ?
	    runs[0].sample.n : runs[1].sample.n;
	size_t i;

	add_row(c, ROW_RATE, 0);
	add_row(c, ROW_ERRORS, 0);
	add_row(c, ROW_DROPPED, 0);
	add_row(c, ROW_MEAN, 0);
	for (i = 0; i < UTIL_NELEM(usual); i++)
		add_row(c, ROW_PERCENTILE, usual[i]);
	for (i = 0; i < UTIL_NELEM(far); i++)
		if ((double)most * (1 - far[i] / 100) >= FAR_MIN)
			add_row(c, ROW_PERCENTILE, far[i]);
	for (i = 0; i < n; i++)
		add_row(c, ROW_PERCENTILE, percentiles[i]);
	qsort(c->rows, c->nrows, sizeof(c->rows[0]), compare_rows);
}

/* Each once. */
static void
add_row(struct comparison *c, enum row_metric metric, double percentile)
{
	size_t i;

	for (i = 0; i < c->nrows; i++)
		if (c->rows[i].metric == metric &&
		    c->rows[i].percentile == percentile)
			return;
	assert(c->nrows < COMPARE_ROWS_MAX);
	c->rows[c->nrows].metric = metric;
	c->rows[c->nrows++].percentile = percentile;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return (x->percentile > y->percentile) -
	    (x->percentile < y->percentile);
}

/*
 * Again, with what all of both runs says: how its intervals are correlated,
 * and then how well the variance of their difference is known, and so by how
 * much Student's t is wider than the normal quantile.
 */
static void
fill_row(struct row *row, const struct figure_run *runs, double tail)
{
	struct figure_level level = { .tail = tail, .wider = 1 };
	double m = (double)(runs[0].m + runs[1].m);
	struct figure f[2];

	fill_figures(f, row, runs, &level);
	if (m > 0) {
		level.rho = fmax(runs[0].rho, ((double)runs[0].m * f[0].rho +
		    (double)runs[1].m * f[1].rho) / m);
		level.error = 1 / sqrt(m);
		fill_figures(f, row, runs, &level);
		level.wider = stats_t_quantile(tail, common_df(f)) /
		    stats_normal_quantile(tail);
		fill_figures(f, row, runs, &level);
	}
	row->base = f[0].value;
	row->new = f[1].value;
	row->diff = row->new - row->base;
	row->has_interval = f[0].has_interval && f[1].has_interval;
	if (row->metric == ROW_ERRORS || row->metric == ROW_DROPPED)
		combine_shares(row, f);
	else
		combine_logs(row, f);
	if (!row->has_interval || (row->low <= 0 && row->high >= 0))
		return;
	row->verdict = (row->low > 0) == (row->metric == ROW_RATE) ?
	    ROW_BETTER : ROW_WORSE;
}

static void
fill_figures(struct figure f[2], const struct row *row,
    const struct figure_run *runs, const struct figure_level *level)
{
	size_t i;

	for (i = 0; i < 2; i++)
		figure_of(&f[i], &runs[i], row->metric, row->percentile,
		    level);
}

/*
 * Of the sum of two variances (Welch, Biometrika 34 (1947), 28-35;
 * Satterthwaite, Biometrics Bull. 2 (1946), 110-114).
 */
static double
common_df(const struct figure *f)
{
	double v, sum = 0, squares = 0;
	size_t i;

	for (i = 0; i < 2; i++) {
		v = (f[i].below + f[i].above) * (f[i].below + f[i].above);
		sum += v;
		squares += v * v / f[i].df;
	}
	return squares > 0 ? sum * sum / squares : INFINITY;
}

/* What cannot be told apart adds up; what varies does so by its squares. */
static void
combine_logs(struct row *row, const struct figure *f)
{
	double ln, down, up, resolution = f[0].resolution + f[1].resolution;

	row->has_ratio = row->base > 0 && row->new > 0;
	row->has_interval &= row->has_ratio;
	if (!row->has_ratio)
		return;
	ln = log(row->new / row->base);
	row->ratio = row->new / row->base - 1;
	if (!row->has_interval)
		return;
	down = hypot(f[1].below, f[0].above) + resolution;
	up = hypot(f[1].above, f[0].below) + resolution;
	row->ratio_low = expm1(ln - down);
	row->ratio_high = expm1(ln + up);
	row->low = row->base * row->ratio_low;
	row->high = row->base * row->ratio_high;
}

static void
combine_shares(struct row *row, const struct figure *f)
{
	row->low = row->diff - hypot(f[1].below, f[0].above);
	row->high = row->diff + hypot(f[1].above, f[0].below);
}

char *
row_name(char name[ROW_NAME_MAX], const struct row *row)
{
	static const char *const names[] = {
		[ROW_RATE] = "rate",
		[ROW_ERRORS] = "errors",
		[ROW_DROPPED] = "dropped",
		[ROW_MEAN] = "mean",
	};

	if (row->metric == ROW_PERCENTILE)
		snprintf(name, ROW_NAME_MAX, "p%.10g", row->percentile);
	else
		snprintf(name, ROW_NAME_MAX, "%s", names[row->metric]);
	return name;
}

const char *
row_verdict_name(enum row_verdict verdict)
{
	static const char *const names[] = {
		[ROW_NO_EVIDENCE] = "no evidence",
		[ROW_BETTER] = "better",
		[ROW_WORSE] = "worse",
	};

	return names[verdict];
}
