/* SPDX-License-Identifier: MIT */
/*
 * `pulse merge`: adds results that were written with --wire, by this program
 * or the Go one, and reports the sum as if it were that of one run without a
 * plan. Merging is addition, so the order of the files changes nothing.
 *
 * One result is in memory at a time, beside the sum. All are read before any
 * file is made: a bad one is named on stderr, and then nothing is written. A
 * file that is read may be written, too.
 */

#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/merge.h"
#include "cmd/output.h"
#include "hist.h"
#include "json.h"
#include "plan/plan.h"
#include "report/report.h"
#include "wire/result_json.h"

static const struct option_row rows[] = {
	OUTPUT_ROWS,
};

const struct command merge_command = {
	.name = "merge",
	.operands = "RESULT ...",
	.summary = "Adds results that were written with --wire and reports "
	    "the sum.",
	.rows = rows,
	.nrows = UTIL_NELEM(rows),
	.operands_min = 1,
	.operands_max = SIZE_MAX,
};

struct merge {
	struct output_settings	 settings;
	struct output		 output;
	struct plan		 plan;		/* thresholds, no phases */
	struct result		*sum;
};

static int	 settings_from(struct merge *, const struct options *);
static int	 check_operands(const struct options *);
static int	 merge_results(struct merge *, const struct options *);
static int	 add_file(struct result *, const char *);
static int	 add_text(struct result *, const char *, const struct buf *);
static int	 add_result(struct result *, const char *,
		    const struct json_value *);

int
merge_main(int argc, char **argv)
{
	struct options o;
	struct merge m;
	int status;

	memset(&m, 0, sizeof(m));
	hist_init();
	plan_init(&m.plan);
	m.sum = result_new(0);
	status = options_parse(&o, &merge_command, argc, argv);
	if (status == 0)
		status = settings_from(&m, &o) == -1 ? 1 :
		    merge_results(&m, &o);
	else
		status = status == 1 ? 0 : 1;
	output_abandon(&m.output);
	result_free(m.sum);
	plan_clear(&m.plan);
	options_clear(&o);
	return status;
}

static int
settings_from(struct merge *m, const struct options *o)
{
	size_t i;

	for (i = 0; i < o->ngiven; i++) {
		if (output_apply(&m->settings, &m->plan, &o->given[i]) == -1)
			return -1;
	}
	if (output_check(&m->settings) == -1)
		return -1;
	return check_operands(o);
}

static int
check_operands(const struct options *o)
{
	size_t i, n = 0;

	for (i = 0; i < o->noperands; i++)
		n += strcmp(o->operands[i], "-") == 0;
	if (n <= 1)
		return 0;
	warnx("merge: -: standard input can be read only once");
	return -1;
}

static int
merge_results(struct merge *m, const struct options *o)
{
	struct report report;
	size_t i;

	for (i = 0; i < o->noperands; i++) {
		if (add_file(m->sum, o->operands[i]) == -1)
			return 1;
	}
	if (output_open(&m->output, &m->settings) == -1)
		return 1;
	report_init(&report, &m->plan, m->sum, NULL, 0);
	report.is_quiet = m->settings.is_quiet;
	style_find(&report.style, stdout, m->settings.wants_ascii);
	report.nmerged = o->noperands;
	return output_write(&m->output, &report);
}

static int
add_file(struct result *sum, const char *path)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" :
	    text_shown(path);
	struct buf text;
	int rv;

	buf_init(&text, JSON_TEXT_MAX);
	if (buf_read_file(&text, path) == -1) {
		warn("merge: %s", name);
		return -1;
	}
	rv = add_text(sum, name, &text);
	buf_clear(&text);
	return rv;
}

static int
add_text(struct result *sum, const char *name, const struct buf *text)
{
	struct json_error error;
	struct json *doc;
	int rv;

	if (text->len == 0) {
		warnx("merge: %s: it is empty", name);
		return -1;
	}
	doc = json_parse(text->data, text->len, &error);
	if (doc == NULL) {
		warnx("merge: %s: line %zu, column %zu: %s", name, error.line,
		    error.column, error.reason);
		return -1;
	}
	rv = add_result(sum, name, json_root(doc));
	json_free(doc);
	return rv;
}

/* A result without total could be any object: none of its members is needed. */
static int
add_result(struct result *sum, const char *name, const struct json_value *v)
{
	char why[WIRE_TEXT_MAX];
	const char *warning;
	struct result *r;

	if (json_get(v, "schema_version") != NULL) {
		warnx("merge: %s: this is a report; only what --wire writes "
		    "can be merged", name);
		return -1;
	}
	if (json_get(v, "total") == NULL) {
		warnx("merge: %s: this is no result: it has no member total",
		    name);
		return -1;
	}
	r = result_new(0);
	if (result_from_json(r, v, &warning, why) == -1) {
		warnx("merge: %s: %s", name, why);
		result_free(r);
		return -1;
	}
	if (warning != NULL)
		warnx("merge: %s: %s", name, warning);
	result_merge(sum, r);
	result_free(r);
	return 0;
}
