/* SPDX-License-Identifier: MIT */
/*
 * `pulse diff`: compares two results that were written with --json, --out or
 * --wire, says what differs and how sure that is, and fails on what it was
 * told to fail on.
 *
 * Both are read whole before anything is written; a bad one is named on
 * stderr. Reads files, writes standard output, and nothing else.
 */

#include <assert.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/diff.h"
#include "diff/compare.h"
#include "diff/fail_if.h"
#include "diff/out.h"
#include "diff/recorded.h"
#include "hist.h"
#include "plan/plan.h"

enum { FAIL_IFS_MAX = 32 };

enum diff_option {
	DIFF_FAIL_IF = 1,
	DIFF_JSON,
	DIFF_PERCENTILES,
	DIFF_QUIET
};

static const struct option_row rows[] = {
	{ DIFF_FAIL_IF, 0, "fail-if", "EXPR",
	    "p99>+5%, errors>+0.1%, rate<-2%, ...; repeatable" },
	{ DIFF_JSON, 0, "json", NULL, "the comparison as JSON" },
	{ DIFF_PERCENTILES, 0, "percentiles", "LIST",
	    "more to compare: 75,99.9" },
	{ DIFF_QUIET, 'q', "quiet", NULL, "the verdict alone, one line" },
};

const struct command diff_command = {
	.name = "diff",
	.operands = "BASE NEW",
	.summary = "Compares two results that were written with --json, --out "
	    "or --wire.",
	.rows = rows,
	.nrows = UTIL_NELEM(rows),
	.operands_min = 2,
	.operands_max = 2,
};

/* One comparison: what was asked for, both results, what came out. */
struct diff_run {
	struct plan		 plan;		/* percentiles alone */
	bool			 wants_json;
	bool			 is_quiet;
	struct fail_if		 fail_ifs[FAIL_IFS_MAX];
	enum fail_if_outcome	 outcomes[FAIL_IFS_MAX];
	size_t			 nfail_ifs;
	struct recorded		 sides[2];
	struct comparison	 comparison;
};

static int	 settings_from(struct diff_run *, const struct options *);
static int	 apply(struct diff_run *, const struct given *);
static int	 add_fail_if(struct diff_run *, const struct given *);
static int	 diff_results(struct diff_run *, const struct options *);
static int	 read_side(struct recorded *, const char *);
static double	 rate_sec(const struct recorded *, const struct recorded *);
static int	 judge(struct diff_run *);

int
diff_main(int argc, char **argv)
{
	struct diff_run *d = xcalloc(1, sizeof(*d));
	struct options o;
	int status;

	hist_init();
	plan_init(&d->plan);
	status = options_parse(&o, &diff_command, argc, argv);
	if (status == 0)
		status = settings_from(d, &o) == -1 ? 1 :
		    diff_results(d, &o);
	else
		status = status == 1 ? 0 : 1;
	recorded_clear(&d->sides[0]);
	recorded_clear(&d->sides[1]);
	plan_clear(&d->plan);
	options_clear(&o);
	free(d);
	return status;
}

static int
settings_from(struct diff_run *d, const struct options *o)
{
	size_t i;

	for (i = 0; i < o->ngiven; i++)
		if (apply(d, &o->given[i]) == -1)
			return -1;
	if (strcmp(o->operands[0], "-") != 0 ||
	    strcmp(o->operands[1], "-") != 0)
		return 0;
	warnx("diff: -: standard input can be read only once");
	return -1;
}

static int
apply(struct diff_run *d, const struct given *g)
{
	char why[WIRE_TEXT_MAX];

	switch ((enum diff_option)g->row->id) {
	case DIFF_FAIL_IF:
		return add_fail_if(d, g);
	case DIFF_JSON:
		d->wants_json = true;
		return 0;
	case DIFF_PERCENTILES:
		if (plan_add_percentiles(&d->plan, g->value, why) == -1)
			return options_refuse(g, why);
		return 0;
	case DIFF_QUIET:
		d->is_quiet = true;
		return 0;
	}
	return -1;
}

/* What is judged is shown. */
static int
add_fail_if(struct diff_run *d, const struct given *g)
{
	struct fail_if *f = &d->fail_ifs[d->nfail_ifs];
	char why[WIRE_TEXT_MAX];

	if (d->nfail_ifs == FAIL_IFS_MAX)
		return options_refuse(g, "32 of them are the most");
	if (fail_if_parse(f, g->value, why) == -1 ||
	    (f->metric == ROW_PERCENTILE &&
	    plan_add_percentile(&d->plan, f->percentile, why) == -1))
		return options_refuse(g, why);
	d->nfail_ifs++;
	return 0;
}

static int
diff_results(struct diff_run *d, const struct options *o)
{
	struct recorded *base = &d->sides[0], *new = &d->sides[1];
	struct side sides[2];
	struct diff out = { .base = base, .new = new,
	    .comparison = &d->comparison, .fail_ifs = d->fail_ifs,
	    .outcomes = d->outcomes, .nfail_ifs = d->nfail_ifs,
	    .is_quiet = d->is_quiet };
	size_t i;
	int status;

	for (i = 0; i < 2; i++)
		if (read_side(&d->sides[i], o->operands[i]) == -1)
			return 1;
	for (i = 0; i < 2; i++) {
		sides[i].result = d->sides[i].result;
		sides[i].snapshots = d->sides[i].snapshots;
		sides[i].nsnapshots = d->sides[i].nsnapshots;
		sides[i].rate_sec = rate_sec(&d->sides[i], &d->sides[1 - i]);
	}
	compare(&d->comparison, &sides[0], &sides[1], d->plan.percentiles,
	    d->plan.npercentiles);
	status = judge(d);
	if (d->wants_json)
		diff_json_write(stdout, &out);
	else
		diff_text_write(stdout, &out);
	return options_printed() == -1 ? 1 : status;
}

static int
read_side(struct recorded *r, const char *path)
{
	char why[WIRE_TEXT_MAX];

	if (recorded_read(r, path, why) == -1) {
		warnx("diff: %s: %s", text_shown(r->name), why);
		return -1;
	}
	if (r->warning != NULL)
		warnx("diff: %s: %s", text_shown(r->name), r->warning);
	if (r->result->hist[RESULT_LATENCY].count > 0 ||
	    result_is_coarse(r->result))
		return 0;
	warnx("diff: %s: it has no samples: no request was completed, or its "
	    "histogram is missing", text_shown(r->name));
	return -1;
}

/* Of the planned time, if that is known of both and both lasted so long. */
static double
rate_sec(const struct recorded *r, const struct recorded *other)
{
	if (r->planned_sec > 0 && other->planned_sec > 0 &&
	    !r->result->is_partial && !other->result->is_partial)
		return r->planned_sec;
	return (double)r->result->duration_ns / (double)NS_PER_SEC;
}

/* A gate that cannot be judged is no gate that was passed. */
static int
judge(struct diff_run *d)
{
	bool has_failed = false, is_unknown = false;
	size_t i;

	for (i = 0; i < d->nfail_ifs; i++) {
		d->outcomes[i] = fail_if_judge(&d->fail_ifs[i],
		    &d->comparison);
		has_failed |= d->outcomes[i] == FAIL_IF_FAILED;
		if (d->outcomes[i] != FAIL_IF_UNKNOWN)
			continue;
		is_unknown = true;
		warnx("diff: --fail-if: %s: there are too few samples to tell",
		    text_shown(d->fail_ifs[i].text));
	}
	return has_failed ? 2 : is_unknown ? 1 : 0;
}
