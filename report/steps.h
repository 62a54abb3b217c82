/* SPDX-License-Identifier: MIT */
#ifndef REPORT_STEPS_H
#define REPORT_STEPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/util.h"
#include "result.h"

/* What one step of a calibration came to. */
struct step {
	uint64_t	 rate;			/* that was planned, a second */
	double		 achieved;		/* completed, in a second of
						   the plan */
	uint64_t	 scheduled;
	uint64_t	 started;
	uint64_t	 dropped;
	uint64_t	 completed;
	uint64_t	 failed;
	uint64_t	 lag_p50_ns;
	uint64_t	 lag_p99_ns;
	double		 cpu;			/* CPUs of all generators */
	double		 others;		/* their share of all CPUs
						   meanwhile, -1: not known */
	bool		 has_held;
	char		 why[WIRE_TEXT_MAX];	/* it has not, "" */
};

/* A calibration: how it was made, and its steps so far. */
struct steps {
	uint32_t	 generators;
	uint32_t	 cpus;
	uint64_t	 concurrency;
	uint64_t	 step_ns;
	uint64_t	 warmup_ns;		/* of it, not counted */
	uint64_t	 lag_ns;		/* the bound of its p99 */
	bool		 keep_alive;
	bool		 knows_others;		/* the machine tells of them */
	bool		 is_partial;		/* stopped before its end */
	uint64_t	 rate;			/* that was found, 0: none */
	struct step	*at;			/* owned */
	size_t		 n;
};

void	 steps_clear(struct steps *s);
/*
 * Adds what a run with this constant rate came to, and judges it: it has not
 * held when requests failed or arrivals were dropped, when the lag was over the
 * bound, or when the audit found anything else. others is the share of all CPUs
 * that processes other than ours had, -1: not known. The new step.
 */
const struct step *steps_add(struct steps *s, uint64_t rate,
	    const struct result *r, double others);
/* That share over all steps; -1: not known. */
double	 steps_others(const struct steps *s);
/* It was so large that the answer says little of a quiet machine. */
bool	 steps_is_disturbed(const struct steps *s);
/*
 * The step with this rate that did not hold while the generators had most of
 * the CPUs to spare, and others are not known to be the reason: something else
 * kept them from running. NULL: there is none.
 */
const struct step *steps_find_late(const struct steps *s, uint64_t rate);
/* The head of the table, a line of it, and the answer in one line. */
void	 steps_write_head(FILE *out, const struct steps *s);
void	 steps_write_row(FILE *out, const struct steps *s,
	    const struct step *step);
void	 steps_write_answer(FILE *out, const struct steps *s);
/* All of it as one JSON object: 0, or -1 when it cannot be. */
int	 steps_write_json(FILE *out, const struct steps *s);

#endif
