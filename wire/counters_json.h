/* SPDX-License-Identifier: MIT */
#ifndef WIRE_COUNTERS_JSON_H
#define WIRE_COUNTERS_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "json_write.h"
#include "result.h"
#include "wire/read.h"

/*
 * Counters as members of a result or an interval. numbers: all that are one
 * number each, by their names; statuses: statusCounts; errors: errorCounts,
 * those of other programs among them; table: errorTable. What is zero is left
 * out, and false where nothing remained.
 */
void	 counters_put_numbers(struct json_out *w, const struct counters *n);
bool	 counters_put_statuses(struct json_out *w, const struct counters *n);
bool	 counters_put_errors(struct json_out *w, const struct counters *n,
	    const struct other_error *others, size_t nothers);
void	 counters_put_table(struct json_out *w, const struct counters *n);

/*
 * The same members into counters that are zero: 0, or -1 and why. What is not
 * there stays zero. errors: unknown categories count as unknown_error here.
 * table: parts and causes that only another version has are ignored.
 */
int	 counters_read_numbers(const struct wire_reader *r,
	    struct counters *n);
int	 counters_read_statuses(const struct wire_reader *r,
	    struct counters *n);
int	 counters_read_errors(const struct wire_reader *r,
	    struct counters *n);
int	 counters_read_table(const struct wire_reader *r,
	    struct counters *n);

#endif
