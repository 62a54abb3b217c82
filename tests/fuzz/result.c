/* SPDX-License-Identifier: MIT */
/*
 * What a worker answers: a result as JSON. One that is taken, written and read
 * again, is the same as before; merged into an empty one, it still is. All
 * figures of it can be computed, and a report in every form has nothing in it
 * that a terminal or a browser would follow.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "hist.h"
#include "json.h"
#include "json_write.h"
#include "plan/plan.h"
#include "report/report.h"
#include "result.h"
#include "tests/fuzz/rig.h"
#include "wire/result_json.h"

/* NULL when it is refused. */
static struct result *
read_result(const void *text, size_t len)
{
	char why[WIRE_TEXT_MAX] = "";
	const char *warning = NULL;
	struct result *r;
	struct json *doc;

	if ((doc = fuzz_json(text, len)) == NULL)
		return NULL;
	r = result_new(0);
	if (result_from_json(r, json_root(doc), &warning, why) == -1) {
		fuzz_check_why(why, sizeof(why));
		result_free(r);
		r = NULL;
	}
	json_free(doc);
	return r;
}

static void
write_result(struct buf *out, const struct result *r)
{
	struct json_out w;

	buf_init(out, JSON_TEXT_MAX);
	json_out_start(&w, out, false);
	result_to_json(r, &w, NULL);
	FUZZ_CHECK(json_out_end(&w) == 0);
}

static void
check_figures(const struct result *r)
{
	struct summary s;
	int i;

	for (i = 0; i < RESULT_COARSE; i++) {
		result_summary(&s, r, (enum result_hist)i);
		FUZZ_CHECK(s.p50_ns <= s.p90_ns && s.p90_ns <= s.p99_ns);
		if (s.count > 0)
			FUZZ_CHECK(s.min_ns <= s.p50_ns &&
			    s.p99_ns <= s.max_ns && s.min_ns <= s.mean_ns &&
			    s.mean_ns <= s.max_ns);
	}
	for (i = 0; i < RESULT_HISTS; i++)
		FUZZ_CHECK(r->hist[i].count == 0 ||
		    hist_is_sound(&r->hist[i]));
	FUZZ_CHECK(r->nreasons <= RESULT_REASONS_MAX);
	FUZZ_CHECK(r->nothers <= RESULT_OTHERS_MAX);
}

static void
check_text(enum report_format format, const char *s, size_t len)
{
	static const char *const tags[] = { "<script", "<img", "<b>", "<!-" };
	size_t i, n;

	for (i = 0; i < len; i += n) {
		FUZZ_CHECK((n = utf8_len(s + i, len - i)) > 0);
		FUZZ_CHECK(s[i] == '\n' || s[i] == '\t' ||
		    (s[i] == '\r' && format == REPORT_CSV) ||
		    !utf8_is_control(s + i));
	}
	if (format != REPORT_HTML && format != REPORT_JUNIT)
		return;
	for (i = 0; i < UTIL_NELEM(tags); i++)
		FUZZ_CHECK(strstr(s, tags[i]) == NULL);
}

static void
check_reports(const struct result *r)
{
	struct report report;
	struct plan plan;
	char *text;
	size_t i, len;
	FILE *out;

	plan_init(&plan);
	report_init(&report, &plan, r, NULL, 0);
	report.nmerged = 1;
	for (i = 0; i < REPORT_FORMATS; i++) {
		FUZZ_CHECK((out = open_memstream(&text, &len)) != NULL);
		report_write(out, (enum report_format)i, &report);
		FUZZ_CHECK(fclose(out) == 0);
		check_text((enum report_format)i, text, len);
		free(text);
	}
	plan_clear(&plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result *r, *again, *merged;
	struct buf text, text2;

	hist_init();
	if ((r = read_result(data, size)) == NULL)
		return 0;
	check_figures(r);
	write_result(&text, r);
	FUZZ_CHECK((again = read_result(text.data, text.len)) != NULL);
	write_result(&text2, again);
	FUZZ_CHECK(fuzz_same(&text, &text2));
	buf_clear(&text2);
	merged = result_new(0);
	result_merge(merged, again);
	result_merge(merged, r);
	check_figures(merged);
	check_reports(merged);
	write_result(&text2, merged);
	buf_clear(&text2);
	buf_clear(&text);
	result_free(merged);
	result_free(again);
	result_free(r);
	return 0;
}
