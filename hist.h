/* SPDX-License-Identifier: MIT */
#ifndef HIST_H
#define HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The coarse level is the wire's: 800 buckets of 2.26 % from 1 us to 60 s,
 * the ends open. Each is cut into 16 equal parts. Fine slot 0 holds what is
 * below 1 us, slot 1 + 16*i + k is part k of coarse bucket i, the last slot
 * holds 60 s and more; a coarse count is a sum of fine ones.
 */
enum {
	HIST_COARSE = 800,
	HIST_PARTS = 16,
	HIST_SLOTS = HIST_COARSE * HIST_PARTS + 2
};
#define HIST_LOW_NS	UINT64_C(1000)
#define HIST_HIGH_NS	UINT64_C(60000000000)

/*
 * Embedded where it is needed, about 100 KB; all zero is an empty one.
 * The sum has two words: sum_hi * 2^64 + sum_lo. Values at hand are in slots
 * [first, end), the slots of min_ns and max_ns among them: what is outside is
 * zero. min_ns, max_ns, first and end mean something only when count > 0.
 */
struct hist {
	uint64_t	 count;
	uint64_t	 sum_lo;
	uint64_t	 sum_hi;
	uint64_t	 min_ns;
	uint64_t	 max_ns;
	uint32_t	 first;
	uint32_t	 end;
	uint64_t	 slot[HIST_SLOTS];
};

/*
 * Builds the look-up tables. Call it first in a process, or in the parent of
 * its children; calling it again does no harm.
 */
void	 hist_init(void);

/* Counts one value, in ns. No division, no logarithm, no allocation. */
void	 hist_record(struct hist *h, uint64_t ns);
/* Empties it; costs the slots that were in use. */
void	 hist_reset(struct hist *h);
/* Adds all of src to dst. Any order of merges gives the same bits. */
void	 hist_merge(struct hist *dst, const struct hist *src);

/*
 * The value at percentile p (0 to 100) in ns: the middle of the fine slot
 * that holds rank max(1, ceil(p/100*count)), held between min and max, so
 * within 0.1 % of the exact order statistic from 1 us to 60 s; rank 1 is min
 * and rank count is max, exactly. The last slot is taken to end at max. 0 when
 * empty. The rank is that of the decimal p: 99.9 of 1,000 is rank 999.
 */
uint64_t hist_percentile(const struct hist *h, double p);
/*
 * The first and the last value, in ns, that the one of this rank, 1 to count,
 * can have been: the edges of its fine slot, held between min and max.
 */
void	 hist_rank(const struct hist *h, uint64_t rank, uint64_t *first_ns,
	    uint64_t *last_ns);
/* Mean in ns, exact but for rounding down; 0 when empty. */
uint64_t hist_mean(const struct hist *h);
/*
 * Whether h, not empty, is as hist_record could have left it. All other
 * functions rely on that, so bytes from elsewhere are to be looked at first.
 */
bool	 hist_is_sound(const struct hist *h);

/*
 * Sums of two words, hi * 2^64 + lo, for whoever keeps one elsewhere: adds
 * one; the mean of count values, rounded down (0 when count is 0; hi must be
 * below count); whether count values from min_ns to max_ns can have that sum.
 */
void	 hist_sum_add(uint64_t *hi, uint64_t *lo, uint64_t more_hi,
	    uint64_t more_lo);
uint64_t hist_sum_mean(uint64_t hi, uint64_t lo, uint64_t count);
bool	 hist_sum_is_sound(uint64_t hi, uint64_t lo, uint64_t count,
	    uint64_t min_ns, uint64_t max_ns);

/* Fine slot of a value, and the first value of a slot (0 for slot 0). */
size_t	 hist_slot(uint64_t ns);
uint64_t hist_slot_first(size_t slot);

/* The wire's level: its bucket of a value, and all 800 counts. */
size_t	 hist_coarse_bucket(uint64_t ns);
void	 hist_coarse(const struct hist *h, uint64_t out[HIST_COARSE]);
/*
 * A percentile from 800 counts alone, interpolated as the wire's other
 * programs do: rank r = max(1, ceil(p/100*n)) in plain double arithmetic,
 * f = (r - before - 0.5) / c, exp(ln lo + f * (ln hi - ln lo)) with the real
 * edges, rounded to a whole ns and held between min_ns and max_ns. 0 when all
 * counts are 0.
 */
uint64_t hist_coarse_percentile(const uint64_t counts[HIST_COARSE], double p,
    uint64_t min_ns, uint64_t max_ns);
/* hist_rank from 800 counts, of which rank is one: the edges of its bucket. */
void	 hist_coarse_rank(const uint64_t counts[HIST_COARSE], uint64_t rank,
	    uint64_t min_ns, uint64_t max_ns, uint64_t *first_ns,
	    uint64_t *last_ns);

#endif
