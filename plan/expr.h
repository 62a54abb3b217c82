/* SPDX-License-Identifier: MIT */
#ifndef PLAN_EXPR_H
#define PLAN_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"
#include "load/arrival.h"
#include "result.h"

enum {
	THRESHOLD_TEXT_MAX = 80		/* with its NUL */
};

enum threshold_metric {
	THRESHOLD_PERCENTILE,	/* of a histogram; value in ns */
	THRESHOLD_MEAN,		/* the same */
	THRESHOLD_MAX,		/* the same */
	THRESHOLD_ERRORS,	/* failed / completed; value 0 to 1 */
	THRESHOLD_DROPPED,	/* dropped / scheduled; value 0 to 1 */
	THRESHOLD_RATE		/* completed / planned time; a second */
};

/* `ttfb.p95<100ms`. Text kept as the user wrote it, blanks around it cut. */
struct threshold {
	char			 text[THRESHOLD_TEXT_MAX];
	enum threshold_metric	 metric;
	enum result_hist	 hist;		/* for a time; else latency */
	double			 percentile;	/* above 0, below 100 */
	bool			 is_above;	/* > or >=, else < or <= */
	bool			 is_or_equal;
	double			 value;
};

/*
 * All that parse: 0, or -1 and one line in why, which begins with the
 * expression, says what was expected, and what was meant if a word is near
 * one. The result means nothing then.
 */

/* `ramp,from=10,to=500,for=1m`; passes phase_check, too. */
int	 plan_parse_phase(const char *spec, struct phase *phase,
	    char why[WIRE_TEXT_MAX]);
/*
 * METRIC OP VALUE. METRIC is p50, p99.9, mean or max, of the latency or, as in
 * ttfb.p95, of ttfb, service or a part; errors; dropped; rate. OP is <, <=, >
 * or >=, blanks around it are fine. VALUE is a duration; 1% or 0.01; a rate.
 */
int	 plan_parse_threshold(const char *expr, struct threshold *t,
	    char why[WIRE_TEXT_MAX]);
/* The metric that other programs call word, or NULL. */
const char *plan_metric_meant(const char *word);
/* "99.9": above 0 and below 100. */
int	 plan_parse_percentile(const char *s, double *percentile,
	    char why[WIRE_TEXT_MAX]);

/*
 * Adds len bytes of s to out with ${VAR} and ${VAR:-default} replaced from the
 * environment, and $$ by a dollar; any other dollar is itself. The default is
 * for a VAR that is not set; one that is set but empty is set. 0, or -1 and
 * one line in why: not set and no default, no name, no "}", out is full.
 */
int	 plan_expand(const char *s, size_t len, struct buf *out,
	    char why[WIRE_TEXT_MAX]);

#endif
