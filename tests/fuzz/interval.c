/* SPDX-License-Identifier: MIT */
/*
 * What a worker streams: an interval as JSON. One that is taken, written and
 * read again, is the same; one that is refused has added nothing; its figures
 * can be computed.
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

static bool
read_interval(struct interval *in, const void *text, size_t len)
{
	char why[WIRE_TEXT_MAX] = "";
	struct json *doc;
	int rc;

	if ((doc = fuzz_json(text, len)) == NULL)
		return false;
	rc = interval_index_from_json(json_root(doc), &in->index, why);
	if (rc == 0)
		rc = interval_from_json(in, json_root(doc), why);
	if (rc == -1)
		fuzz_check_why(why, sizeof(why));
	json_free(doc);
	return rc == 0;
}

static void
write_interval(struct buf *out, const struct interval *in)
{
	struct json_out w;

	buf_init(out, JSON_TEXT_MAX);
	json_out_start(&w, out, false);
	interval_to_json(in, &w, NULL);
	FUZZ_CHECK(json_out_end(&w) == 0);
}

/* Nothing was added to it. All of it is more than is worth to look at. */
static bool
is_empty(const struct interval *in)
{
	static const struct counters none;
	int i;

	for (i = 0; i < RESULT_HISTS; i++)
		if (in->hist[i].count != 0 || in->hist[i].sum_lo != 0)
			return false;
	return in->in_flight == 0 && memcmp(&in->n, &none, sizeof(none)) == 0;
}

static void
check_again(const struct interval *in)
{
	struct interval *again = xcalloc(1, sizeof(*again));
	struct buf text, text2;
	struct snapshot s;

	snapshot_of(&s, in);
	snapshot_clear(&s);
	write_interval(&text, in);
	FUZZ_CHECK(read_interval(again, text.data, text.len));
	write_interval(&text2, again);
	FUZZ_CHECK(fuzz_same(&text, &text2));
	buf_clear(&text2);
	buf_clear(&text);
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct interval *in = xcalloc(1, sizeof(*in));

	hist_init();
	if (read_interval(in, data, size))
		check_again(in);
	else
		FUZZ_CHECK(is_empty(in));
	free(in);
	return 0;
}
