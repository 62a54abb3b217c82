/* SPDX-License-Identifier: MIT */
/*
 * A result as the WorkerResult that a worker would have sent: one line of
 * JSON and a newline, for `pulse merge` and for anything that speaks the wire
 * protocol. wire/result_json.c owns the form; this only puts it into a stream.
 * Errors stick in the stream. It has no plan in it, and so no secrets.
 */

#include <assert.h>
#include <stdio.h>

#include "json_write.h"
#include "report/report.h"
#include "wire/result_json.h"

void
wire_write(FILE *out, const struct report *r)
{
	struct json_out w;
	struct buf b;
	int rv;

	buf_init(&b, JSON_TEXT_MAX);
	json_out_start(&w, &b, false);
	result_to_json(r->result, &w, NULL);
	rv = json_out_end(&w);
	assert(rv == 0);		/* histograms are a few MB at most */
	fwrite(b.data, 1, b.len, out);
	putc('\n', out);
	buf_clear(&b);
}
