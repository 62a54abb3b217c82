/* SPDX-License-Identifier: MIT */
/*
 * Results and intervals of workers, as a coordinator takes them. A result that
 * is taken can be written and comes back the same, and two of them can be
 * added. What is refused adds nothing.
 */

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "wire/result_json.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

static void
write_result(const struct result *r, struct buf *out)
{
	struct json_out w;

	buf_init(out, TEXT_MAX);
	json_out_start(&w, out, false);
	result_to_json(r, &w, NULL);
	FUZZ_CLAIM(json_out_end(&w) == 0);
}

/* Reading it again gives what writes the same text again. */
static void
round_trip(const struct result *r)
{
	struct result *again = result_new(0);
	char why[WIRE_TEXT_MAX];
	const char *warning;
	struct json_error error;
	struct json *doc;
	struct buf first, second;

	write_result(r, &first);
	doc = json_parse(first.data, first.len, &error);
	FUZZ_CLAIM(doc != NULL);
	FUZZ_CLAIM(result_from_json(again, json_root(doc), &warning,
	    why) == 0);
	FUZZ_CLAIM(warning == NULL);
	json_free(doc);
	write_result(again, &second);
	FUZZ_CLAIM(first.len == second.len &&
	    memcmp(first.data, second.data, first.len) == 0);
	result_merge(again, r);
	FUZZ_CLAIM(again->n.completed == 2 * r->n.completed);
	result_free(again);
	buf_clear(&first);
	buf_clear(&second);
}

static void
take_result(const struct json_value *v)
{
	struct result *r = result_new(0);
	char why[WIRE_TEXT_MAX] = "";
	const char *warning;
	struct summary s;

	if (result_from_json(r, v, &warning, why) == 0) {
		result_summary(&s, r, RESULT_LATENCY);
		result_summary(&s, r, RESULT_TTFB);
		round_trip(r);
	} else
		FUZZ_CLAIM(fuzz_is_line(why));
	result_free(r);
}

static void
take_interval(const struct json_value *v)
{
	struct interval *in = xcalloc(1, sizeof(*in));
	char why[WIRE_TEXT_MAX] = "";

	if (interval_index_from_json(v, &in->index, why) == 0 &&
	    interval_from_json(in, v, why) == 0)
		FUZZ_CLAIM(in->index < UINT64_C(1) << 53);
	else {
		FUZZ_CLAIM(why[0] != '\0');
		FUZZ_CLAIM(in->n.completed == 0);
		FUZZ_CLAIM(in->hist[RESULT_LATENCY].count == 0);
	}
	free(in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct json_error error;
	struct json *doc = json_parse(text, size, &error);

	free(text);
	if (doc == NULL)
		return 0;
	hist_init();
	take_result(json_root(doc));
	take_interval(json_root(doc));
	json_free(doc);
	return 0;
}
