/* SPDX-License-Identifier: MIT */
#ifndef DIFF_FAIL_IF_H
#define DIFF_FAIL_IF_H

#include <stdbool.h>

#include "diff/compare.h"
#include "wire.h"

/* `p99>+5%`: the difference that makes a comparison fail. Borrows its text. */
struct fail_if {
	const char	*text;
	enum row_metric	 metric;
	double		 percentile;
	bool		 is_above;	/* the new one is more, else less */
	bool		 is_ratio;	/* bound is a share of base */
	double		 bound;		/* not negative */
};

enum fail_if_outcome {
	FAIL_IF_PASSED,
	FAIL_IF_FAILED,
	FAIL_IF_UNKNOWN		/* there are too few samples to tell */
};

/*
 * METRIC>+BOUND or METRIC<-BOUND, blanks between them are fine. METRIC is
 * rate, errors, dropped, mean or p99.9. BOUND is a percentage: of errors and
 * dropped so many points, of all else that share of base; or, of times, a
 * time; of the rate, so many a second. 0, or -1 and one line in why.
 */
int	 fail_if_parse(struct fail_if *f, const char *text,
	    char why[WIRE_TEXT_MAX]);
/*
 * It fails when the difference that was measured is beyond the bound, and its
 * interval says that there is one in this direction.
 */
enum fail_if_outcome fail_if_judge(const struct fail_if *f,
	    const struct comparison *c);

#endif
