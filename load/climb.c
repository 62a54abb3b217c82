/* SPDX-License-Identifier: MIT */
/*
 * Which rate to try next, on the way to the highest that holds. Pure: it knows
 * neither what is tried nor how it is judged.
 *
 * A machine has other things to do, and one of them may spoil a try: a rate is
 * bad when it did not hold twice, and the lowest such one a third time, when
 * all is known: what spoilt it may have gone. One that held once is good, since
 * nothing makes a machine better than it is. Every rate is two digits and
 * zeros, as is the answer: more are not true of the next minute.
 */

#include <math.h>

#include "load/climb.h"

void
climb_start(struct climb *c, uint64_t first, uint64_t max, uint32_t steps)
{
	*c = (struct climb){ .rate = first, .max = max, .left = steps };
}

uint64_t
climb_round(uint64_t rate)
{
	uint64_t unit = 1;

	while (rate / unit >= 100)
		unit *= 10;
	return rate / unit * unit;
}

/* Between what is known: 0 when there is nothing left to learn. */
static uint64_t
next_rate(const struct climb *c)
{
	uint64_t rate;

	if (c->bad == 0)
		return c->good >= c->max ? 0 : c->good > c->max / 2 ? c->max :
		    climb_round(2 * c->good);
	if (c->good == 0)
		return c->bad <= CLIMB_MIN ? 0 : c->bad / 2 < CLIMB_MIN ?
		    (uint64_t)CLIMB_MIN : climb_round(c->bad / 2);
	if (c->bad - c->good <= c->good / 10)
		return 0;
	/* Ratios count, so the middle is that of the logarithms. */
	rate = climb_round((uint64_t)sqrt((double)c->good * (double)c->bad));
	return rate > c->good && rate < c->bad ? rate : 0;
}

bool
climb_tell(struct climb *c, bool has_held)
{
	c->left--;
	if (has_held)
		c->good = c->rate;
	else if (++c->tries < CLIMB_TRIES)
		return c->left > 0;
	else if (c->rate != c->bad) {
		c->bad = c->rate;
		c->is_doubted = false;
	}
	/* Nothing above it was ever tried in better times. */
	if (has_held && c->rate == c->bad)
		c->bad = 0;
	c->tries = 0;
	c->rate = next_rate(c);
	if (c->rate == 0 && c->bad != 0 && !c->is_doubted) {
		c->is_doubted = true;
		c->rate = c->bad;
		c->tries = CLIMB_TRIES - 1;
	}
	return c->rate != 0 && c->left > 0;
}
