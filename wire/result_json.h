/* SPDX-License-Identifier: MIT */
#ifndef WIRE_RESULT_JSON_H
#define WIRE_RESULT_JSON_H

#include "json.h"
#include "json_write.h"
#include "result.h"

/*
 * A WorkerResult in the wire's member order, extensions behind. Percentiles of
 * latency and ttfb are those of the 800 buckets, computed as every program on
 * the wire does. name is NULL for a whole document.
 */
void	 result_to_json(const struct result *r, struct json_out *w,
	    const char *name);

/*
 * A WorkerResult, of this program or the Go one, into r as result_new(0) left
 * it. Absent and null members are zero or empty, unknown ones are ignored.
 * Fine histograms come from a result that has them in a layout that is known;
 * what its 800 buckets have beyond them goes to coarse. Buckets whose count is
 * not 800 are left out, and *warning says so (else NULL; static text). 0, or
 * -1 and one line in why that names the member; r is then to be freed.
 */
int	 result_from_json(struct result *r, const struct json_value *v,
	    const char **warning, char why[WIRE_TEXT_MAX]);

/*
 * An interval as the value of "snapshot" in a stream: its index, counts, what
 * is in flight, and the histograms of latency, ttfb and lag. From JSON it is
 * added to in, whose index must be known before: interval_index_from_json,
 * which takes any below 2^53, so it is for the caller to hold it against the
 * time that has passed. 0, or -1 and why with nothing added.
 */
void	 interval_to_json(const struct interval *in, struct json_out *w,
	    const char *name);
int	 interval_index_from_json(const struct json_value *v, uint64_t *index,
	    char why[WIRE_TEXT_MAX]);
int	 interval_from_json(struct interval *in, const struct json_value *v,
	    char why[WIRE_TEXT_MAX]);

#endif
