/* SPDX-License-Identifier: MIT */
/*
 * A result from a file, of either kind, as `pulse diff` reads it. What is
 * taken can be compared with itself, which is never a difference, and written
 * in both forms.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "diff/compare.h"
#include "diff/out.h"
#include "diff/recorded.h"
#include "hist.h"
#include "tests/fuzz/rig.h"

static void
compare_with_itself(const struct recorded *r)
{
	const struct side side = { r->result, r->snapshots, r->nsnapshots,
	    (double)r->result->duration_ns / (double)NS_PER_SEC };
	struct comparison c;
	const struct diff d = { .base = r, .new = r, .comparison = &c };
	char *text;
	size_t i, len;
	FILE *out;

	compare(&c, &side, &side, NULL, 0);
	for (i = 0; i < c.nrows; i++)
		FUZZ_CHECK(c.rows[i].verdict == ROW_NO_EVIDENCE);
	out = open_memstream(&text, &len);
	diff_text_write(out, &d);
	diff_json_write(out, &d);
	FUZZ_CHECK(fclose(out) == 0);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[WIRE_TEXT_MAX] = "";
	struct recorded r;
	struct json *doc;

	hist_init();
	if ((doc = fuzz_json(data, size)) == NULL)
		return 0;
	memset(&r, 0, sizeof(r));
	r.name = "input";
	if (recorded_from_json(&r, doc, why) == -1)
		fuzz_check_why(why, sizeof(why));
	else
		compare_with_itself(&r);
	recorded_clear(&r);
	return 0;
}
