/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PERCENTILES_H
#define REPORT_PERCENTILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "result.h"

/*
 * A percentile with its interval of 95 % confidence. Without a value the
 * sample is too small for one: the interval would reach beyond it.
 */
struct percentile {
	double		 p;
	bool		 has_value;
	uint64_t	 value_ns;
	uint64_t	 low_ns;	/* <= value_ns */
	uint64_t	 high_ns;	/* >= value_ns */
};

/*
 * The ranks, from 1 to n, of the two values of a sample of n between which
 * percentile p of what was sampled lies with 95 % confidence or more, and
 * beyond either with 2.5 % or less. False when the sample has no such values:
 * p99 needs 368 of them, p99.9 3688, p99.99 36887. Distribution-free: H. A.
 * David and H. N. Nagaraja, Order Statistics, 3rd edition, 7.1.
 */
bool	 percentile_ranks(uint64_t n, double p, uint64_t *low,
	    uint64_t *high);
/*
 * Percentile p of a histogram of res, as result_percentile has it, from its
 * fine slots or, where some requests were counted in the 800 buckets only, from
 * these. The interval's ends are the edges of the slots that hold the ranks,
 * within min and max, so that it is never too short.
 */
void	 percentile_of(struct percentile *out, const struct result *res,
	    enum result_hist which, double p);

/* Those that every report shows, as p: 50 to 99.99, ascending. */
#define PERCENTILES_USUAL	6
/*
 * These and n more, ascending, each once; out has room for all. How many there
 * are.
 */
size_t	 percentile_list(double *out, const double *more, size_t n);
/* "p99.9"; gives buf back. */
#define PERCENTILE_NAME_MAX	24
char	*percentile_name(char buf[PERCENTILE_NAME_MAX], double p);

#endif
