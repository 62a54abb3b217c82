/* SPDX-License-Identifier: MIT */
#ifndef WIRE_HIST_JSON_H
#define WIRE_HIST_JSON_H

#include <stdint.h>

#include "hist.h"
#include "json_write.h"
#include "result.h"
#include "wire/read.h"

/*
 * A histogram with all its slots: {"layout", "min", "max", "sum":[hi,lo],
 * "counts":[[first,n,n,...],...]}, counts being the runs of slots that are not
 * zero, ascending. Nothing is written for an empty one.
 */
void	 hist_to_json(struct json_out *w, const char *name,
	    const struct hist *h);
/*
 * That member into h, which is empty and stays so when it is not there or has
 * a layout that is unknown here. 0, or -1 and why; h is then to be thrown
 * away. What is given is sound (hist_is_sound), and counts less than 2^53.
 */
int	 hist_from_json(struct hist *h, const struct wire_reader *r,
	    const char *name);

/*
 * The 800 counts of what came in such buckets, with the same members but
 * layout "800". Nothing is written for an empty one.
 */
void	 coarse_to_json(struct json_out *w, const char *name,
	    const struct coarse *c);
int	 coarse_from_json(struct coarse *c, const struct wire_reader *r,
	    const char *name);

/*
 * The buckets of a snapshot, as the runs that counts are above: an empty array
 * when there are none. From JSON into s: 0, or -1 and why.
 */
void	 buckets_to_json(struct json_out *w, const char *name,
	    const struct snapshot *s);
int	 buckets_from_json(struct snapshot *s, const struct wire_reader *r,
	    const char *name);

/* A sum of two words as [hi,lo]; *is_there says whether there was one. */
void	 hist_sum_to_json(struct json_out *w, const char *name, uint64_t hi,
	    uint64_t lo);
int	 hist_sum_from_json(const struct wire_reader *r, const char *name,
	    uint64_t *hi, uint64_t *lo, bool *is_there);

#endif
