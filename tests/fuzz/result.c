/* SPDX-License-Identifier: MIT */
/*
 * What a worker answers: a result as JSON. One that is taken, written and read
 * again, is the same as before; merged into an empty one, it still is. All
 * figures of it can be computed.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "hist.h"
#include "json.h"
#include "json_write.h"
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
	write_result(&text2, merged);
	buf_clear(&text2);
	buf_clear(&text);
	result_free(merged);
	result_free(again);
	result_free(r);
	return 0;
}
