/* SPDX-License-Identifier: MIT */
/*
 * What of a comparison is a regression: expressions as in `p99>+5%`, read and
 * judged. Pure; a refusal is one line.
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "diff/fail_if.h"
#include "plan/expr.h"

static int	 parse_metric(struct fail_if *, const char *, char *);
static int	 parse_bound(struct fail_if *, const char *, char *);

/* Without blanks: there is none inside of a word or a number. */
int
fail_if_parse(struct fail_if *f, const char *text, char why[WIRE_TEXT_MAX])
{
	char expr[THRESHOLD_TEXT_MAX], *op;
	size_t n = 0;
	const char *p;

	memset(f, 0, sizeof(*f));
	f->text = text;
	for (p = text; *p != '\0' && n < sizeof(expr) - 1; p++)
		if (!isspace((unsigned char)*p))
			expr[n++] = *p;
	expr[n] = '\0';
	op = strpbrk(expr, "<>");
	if (*p != '\0' || op == NULL)
		return wire_refuse(why, "%.100s: expected METRIC>+BOUND or "
		    "METRIC<-BOUND as in p99>+5%%", text_shown(text));
	f->is_above = *op == '>';
	*op++ = '\0';
	if (*op == (f->is_above ? '-' : '+'))
		return wire_refuse(why, "%.100s: expected > with + or < with "
		    "-", text);
	op += *op == '+' || *op == '-';
	if (parse_metric(f, expr, why) == -1)
		return -1;
	return parse_bound(f, op, why);
}

static int
parse_metric(struct fail_if *f, const char *name, char *why)
{
	static const char *const names[] = {
		[ROW_RATE] = "rate",
		[ROW_ERRORS] = "errors",
		[ROW_DROPPED] = "dropped",
		[ROW_MEAN] = "mean",
		"p50", "p90", "p95", "p99"	/* to be shown; read above */
	};
	const char *meant;
	char what[WIRE_TEXT_MAX];
	size_t i;

	if (name[0] == 'p' && isdigit((unsigned char)name[1])) {
		f->metric = ROW_PERCENTILE;
		return plan_parse_percentile(name + 1, &f->percentile, why);
	}
	for (i = 0; i <= ROW_MEAN; i++) {
		if (strcmp(name, names[i]) == 0) {
			f->metric = (enum row_metric)i;
			return 0;
		}
	}
	if ((meant = plan_metric_meant(name)) != NULL)
		return wire_refuse(why, "%.100s: unknown metric \"%.40s\"; did "
		    "you mean \"%s\"?", f->text, name, meant);
	snprintf(what, sizeof(what), "%.100s: unknown metric", f->text);
	return wire_refuse_word(why, what, name, names, UTIL_NELEM(names));
}

static int
parse_bound(struct fail_if *f, const char *text, char *why)
{
	char number[THRESHOLD_TEXT_MAX];
	size_t len = strlen(text);
	uint64_t ns;

	if (len > 0 && text[len - 1] == '%') {
		snprintf(number, sizeof(number), "%.*s", (int)len - 1, text);
		if (parse_decimal(number, &f->bound) == -1)
			return wire_refuse(why, "%.100s: expected a "
			    "percentage as in 5%%", f->text);
		f->bound /= 100;
		f->is_ratio = f->metric != ROW_ERRORS &&
		    f->metric != ROW_DROPPED;
		return 0;
	}
	if (f->metric == ROW_ERRORS || f->metric == ROW_DROPPED)
		return wire_refuse(why, "%.100s: expected points of a "
		    "percentage as in 0.1%%", f->text);
	if (f->metric == ROW_RATE) {
		if (parse_decimal(text, &f->bound) == -1)
			return wire_refuse(why, "%.100s: expected 2%% or a "
			    "rate as in 20", f->text);
		return 0;
	}
	if (parse_duration(text, &ns) == -1)
		return wire_refuse(why, "%.100s: expected 5%% or a time as "
		    "in 3ms", f->text);
	f->bound = (double)ns;
	return 0;
}

enum fail_if_outcome
fail_if_judge(const struct fail_if *f, const struct comparison *c)
{
	const struct row *row = c->rows;
	double change;

	while (row->metric != f->metric || row->percentile != f->percentile)
		row++;
	if (!row->has_interval)
		return FAIL_IF_UNKNOWN;
	change = f->is_ratio ? row->ratio : row->diff;
	if (f->is_above)
		return change > f->bound && row->low > 0 ? FAIL_IF_FAILED :
		    FAIL_IF_PASSED;
	return change < -f->bound && row->high < 0 ? FAIL_IF_FAILED :
	    FAIL_IF_PASSED;
}
