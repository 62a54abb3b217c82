/* SPDX-License-Identifier: MIT */
#ifndef REPORT_OUTLOOK_H
#define REPORT_OUTLOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

enum {
	OUTLOOK_REASONS_MAX = 16,
	OUTLOOK_TEXT_MAX = 512		/* of one of them, with its NUL */
};

/* notes speak for the target; reasons against it or against the run. */
struct outlook {
	bool	 is_bad;		/* the target did not hold the load */
	bool	 is_unknown;		/* the run cannot tell */
	size_t	 nreasons;
	char	 reasons[OUTLOOK_REASONS_MAX][OUTLOOK_TEXT_MAX];
	char	 notes[OUTLOOK_TEXT_MAX];
};

void	 outlook_init(struct outlook *o, const struct report *r);
/* "HELD", "DID NOT HOLD", "NO VERDICT" */
const char *outlook_head(const struct outlook *o);
/* How many thresholds are broken. */
size_t	 outlook_broken(const struct report *r);

#endif
