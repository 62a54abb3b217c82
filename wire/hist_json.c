/* SPDX-License-Identifier: MIT */
/*
 * Histograms as JSON, both ways: with all their slots, so that what is read
 * is to the bit what was written.
 *
 * The layout has a name, as a program with other slots can write such a member
 * too: what has another name is no error, it is as if it were not there.
 * What has ours must be what hist_record could have left, or it is refused,
 * as the code that works on histograms relies on that.
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "hist.h"
#include "json.h"
#include "json_write.h"
#include "wire/hist_json.h"
#include "wire/read.h"

#define LAYOUT		"800x16"	/* HIST_COARSE and HIST_PARTS */

static int	 read_runs(struct hist *, const struct json_value *);
static int	 read_run(struct hist *, const struct json_value *, uint64_t *);

void
hist_to_json(struct json_out *w, const char *name, const struct hist *h)
{
	uint32_t i;

	if (h->count == 0)
		return;
	json_object(w, name);
	json_str(w, "layout", LAYOUT);
	json_uint(w, "min", h->min_ns);
	json_uint(w, "max", h->max_ns);
	hist_sum_to_json(w, "sum", h->sum_hi, h->sum_lo);
	json_array(w, "counts");
	for (i = h->first; i < h->end; i++) {
		if (h->slot[i] == 0)
			continue;
		json_array(w, NULL);
		json_uint(w, NULL, i);
		for (; i < h->end && h->slot[i] != 0; i++)
			json_uint(w, NULL, h->slot[i]);
		json_close(w);
	}
	json_close(w);
	json_close(w);
}

int
hist_from_json(struct hist *h, const struct wire_reader *r, const char *name)
{
	const struct json_value *runs;
	const char *layout = "";
	struct wire_reader in;
	bool has_sum;

	if (wire_read_object(r, name, &in) == -1 ||
	    wire_read_str(&in, "layout", &layout) == -1)
		return -1;
	if (strcmp(layout, LAYOUT) != 0)
		return 0;
	if (wire_read_list(&in, "counts", 0, &runs) == -1)
		return -1;
	if (runs != NULL && read_runs(h, runs) == -1)
		return wire_must_be(&in, "counts", "runs of slots, ascending: "
		    "[[first,count,...],...]");
	if (h->count == 0)
		return 0;
	if (wire_read_ns(&in, "min", &h->min_ns) == -1 ||
	    wire_read_ns(&in, "max", &h->max_ns) == -1 ||
	    hist_sum_from_json(&in, "sum", &h->sum_hi, &h->sum_lo,
	    &has_sum) == -1)
		return -1;
	if (!hist_is_sound(h))
		return wire_refuse(r->why, "%s%s: min, max, sum and counts do "
		    "not fit together", r->path, name);
	return 0;
}

static int
read_runs(struct hist *h, const struct json_value *runs)
{
	const struct json_value *run;
	uint64_t next = 0;

	for (run = runs->child; run != NULL; run = run->next)
		if (read_run(h, run, &next) == -1)
			return -1;
	return 0;
}

/* *next: the first slot that may come. Zeros are as good as left out. */
static int
read_run(struct hist *h, const struct json_value *run, uint64_t *next)
{
	const struct json_value *v;
	uint64_t n, slot;

	if (run->type != JSON_ARRAY || json_to_uint(run->child, &slot) == -1 ||
	    slot < *next)
		return -1;
	for (v = run->child->next; v != NULL; v = v->next, slot++) {
		if (slot >= HIST_SLOTS || json_to_uint(v, &n) == -1 ||
		    n > WIRE_COUNT_MAX - h->count)
			return -1;
		if (n == 0)
			continue;
		if (h->count == 0)
			h->first = (uint32_t)slot;
		h->end = (uint32_t)slot + 1;
		h->slot[slot] = n;
		h->count += n;
	}
	*next = slot;
	return 0;
}

void
hist_sum_to_json(struct json_out *w, const char *name, uint64_t hi,
    uint64_t lo)
{
	json_array(w, name);
	json_uint(w, NULL, hi);
	json_uint(w, NULL, lo);
	json_close(w);
}

int
hist_sum_from_json(const struct wire_reader *r, const char *name,
    uint64_t *hi, uint64_t *lo, bool *is_there)
{
	const struct json_value *v = wire_member(r, name);

	*is_there = v != NULL;
	if (v == NULL)
		return 0;
	if (v->type != JSON_ARRAY || v->count != 2 ||
	    json_to_uint(v->child, hi) == -1 ||
	    json_to_uint(v->child->next, lo) == -1)
		return wire_must_be(r, name, "[high,low], two words of a sum");
	return 0;
}
