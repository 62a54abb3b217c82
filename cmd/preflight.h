/* SPDX-License-Identifier: MIT */
#ifndef CMD_PREFLIGHT_H
#define CMD_PREFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/machine.h"
#include "plan/plan.h"

enum {
	PREFLIGHT_LINES_MAX = 5,
	PREFLIGHT_TEXT_MAX = 160
};

/* One thing that a plan needs of this machine. */
struct preflight_line {
	const char	*title;			/* "descriptors" */
	char		 sum[PREFLIGHT_TEXT_MAX];	/* "324 of 20000" */
	char		 how[PREFLIGHT_TEXT_MAX];	/* of what it is one */
	char		 why[WIRE_TEXT_MAX];	/* it may not do; "": it does */
	bool		 is_impossible;		/* it surely does not */
};

struct preflight {
	struct preflight_line	 at[PREFLIGHT_LINES_MAX];
	size_t			 n;
};

/*
 * Holds a plan against what this machine has. A plan for workers needs nothing
 * of it but connections to them: each worker knows its own limits.
 */
void	 preflight_judge(struct preflight *p, const struct plan *plan,
	    uint32_t generators, const struct machine *m);
/*
 * Says what is wrong on stderr: only what makes the plan impossible, or else a
 * warning for each thing that is doubtful. 0, or -1 when it is impossible.
 */
int	 preflight_say(const struct preflight *p);
/*
 * Both, for the machine as it is: before a run, and before rights are given
 * up. 0, or -1 when nothing should be begun.
 */
int	 preflight_check(const struct plan *plan, uint32_t generators);

#endif
