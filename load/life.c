/* SPDX-License-Identifier: MIT */
/*
 * When a child that died may be replaced: at once, unless it and the one before
 * lived less than LIFE_SHORT_NS. Then there is a pause first, which doubles
 * from LIFE_PAUSE_MIN_NS to LIFE_PAUSE_MAX_NS from one short life to the next,
 * so that one that cannot live does not keep its machine busy with being born.
 *
 * Pure: the caller has the clock.
 */

#include "load/life.h"

void
life_begin(struct life *life, uint64_t now_ns)
{
	life->is_over = false;
	life->born_ns = now_ns;
}

void
life_end(struct life *life, uint64_t now_ns)
{
	bool is_short;

	if (life->is_over)
		return;
	life->is_over = true;
	is_short = now_ns - life->born_ns < LIFE_SHORT_NS;
	if (!is_short || !life->was_short)
		life->pause_ns = 0;
	else if (life->pause_ns == 0)
		life->pause_ns = LIFE_PAUSE_MIN_NS;
	else if (life->pause_ns > LIFE_PAUSE_MAX_NS / 2)
		life->pause_ns = LIFE_PAUSE_MAX_NS;
	else
		life->pause_ns *= 2;
	life->was_short = is_short;
	life->again_ns = now_ns + life->pause_ns;
}

uint64_t
life_wait_ns(const struct life *life, uint64_t now_ns)
{
	return life->again_ns > now_ns ? life->again_ns - now_ns : 0;
}
