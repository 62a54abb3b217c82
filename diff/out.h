/* SPDX-License-Identifier: MIT */
#ifndef DIFF_OUT_H
#define DIFF_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "diff/compare.h"
#include "diff/fail_if.h"
#include "diff/recorded.h"

/* All that is known of a comparison. Borrows everything. */
struct diff {
	const struct recorded	*base;
	const struct recorded	*new;
	const struct comparison	*comparison;
	const struct fail_if	*fail_ifs;
	const enum fail_if_outcome *outcomes;	/* of these */
	size_t			 nfail_ifs;
	bool			 is_quiet;	/* text: one line */
};

/* Errors stick in the stream. */
void	 diff_text_write(FILE *out, const struct diff *d);
void	 diff_json_write(FILE *out, const struct diff *d);

#endif
