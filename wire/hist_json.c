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
#define LAYOUT_COARSE	"800"
#define SLOT_RUNS	"runs of slots, ascending: [[first,count,...],...]"
#define BUCKET_RUNS	"runs of buckets, ascending: [[first,count,...],...]"

/* Counts that are read: of slots that are zero before. */
struct runs {
	uint64_t	*slot;
	size_t		 nslots;
	uint64_t	 count;		/* of all */
	size_t		 first;		/* means something if count > 0 */
	size_t		 end;
};

static void	 put_runs(struct json_out *, const char *, const uint64_t *,
		    size_t, size_t);
static int	 read_layout(const struct wire_reader *, const char *, bool *);
static int	 read_runs(const struct wire_reader *, const char *,
		    const char *, struct runs *);
static int	 read_run(struct runs *, const struct json_value *,
		    uint64_t *);

void
hist_to_json(struct json_out *w, const char *name, const struct hist *h)
{
	if (h->count == 0)
		return;
	json_object(w, name);
	json_str(w, "layout", LAYOUT);
	json_uint(w, "min", h->min_ns);
	json_uint(w, "max", h->max_ns);
	hist_sum_to_json(w, "sum", h->sum_hi, h->sum_lo);
	put_runs(w, "counts", h->slot, h->first, h->end);
	json_close(w);
}

static void
put_runs(struct json_out *w, const char *name, const uint64_t *slot,
    size_t first, size_t end)
{
	size_t i;

	json_array(w, name);
	for (i = first; i < end; i++) {
		if (slot[i] == 0)
			continue;
		json_array(w, NULL);
		json_uint(w, NULL, i);
		for (; i < end && slot[i] != 0; i++)
			json_uint(w, NULL, slot[i]);
		json_close(w);
	}
	json_close(w);
}

int
hist_from_json(struct hist *h, const struct wire_reader *r, const char *name)
{
	struct runs runs = { .slot = h->slot, .nslots = HIST_SLOTS };
	struct wire_reader in;
	bool is_known;

	if (wire_read_object(r, name, &in) == -1 ||
	    read_layout(&in, LAYOUT, &is_known) == -1)
		return -1;
	if (!is_known)
		return 0;
	if (read_runs(&in, "counts", SLOT_RUNS, &runs) == -1)
		return -1;
	if (runs.count == 0)
		return 0;
	h->count = runs.count;
	h->first = (uint32_t)runs.first;
	h->end = (uint32_t)runs.end;
	if (wire_read_ns(&in, "min", &h->min_ns) == -1 ||
	    wire_read_ns(&in, "max", &h->max_ns) == -1 ||
	    hist_sum_from_json(&in, "sum", &h->sum_hi, &h->sum_lo,
	    &(bool){ false }) == -1)
		return -1;
	if (!hist_is_sound(h))
		return wire_refuse(r->why, "%s%s: min, max, sum and counts do "
		    "not fit together", r->path, name);
	return 0;
}

static int
read_layout(const struct wire_reader *r, const char *want, bool *is_known)
{
	const char *layout = "";

	if (wire_read_str(r, "layout", &layout) == -1)
		return -1;
	*is_known = strcmp(layout, want) == 0;
	return 0;
}

static int
read_runs(const struct wire_reader *r, const char *name, const char *what,
    struct runs *out)
{
	const struct json_value *list, *run;
	uint64_t next = 0;

	if (wire_read_list(r, name, 0, &list) == -1)
		return -1;
	for (run = list == NULL ? NULL : list->child; run != NULL;
	    run = run->next)
		if (read_run(out, run, &next) == -1)
			return wire_must_be(r, name, what);
	return 0;
}

/* *next: the first slot that may come. Zeros are as good as left out. */
static int
read_run(struct runs *out, const struct json_value *run, uint64_t *next)
{
	const struct json_value *v;
	uint64_t n, slot;

	if (run->type != JSON_ARRAY || json_to_uint(run->child, &slot) == -1 ||
	    slot < *next)
		return -1;
	for (v = run->child->next; v != NULL; v = v->next, slot++) {
		if (slot >= out->nslots || json_to_uint(v, &n) == -1 ||
		    n > WIRE_COUNT_MAX - out->count)
			return -1;
		if (n == 0)
			continue;
		if (out->count == 0)
			out->first = (size_t)slot;
		out->end = (size_t)slot + 1;
		out->slot[slot] = n;
		out->count += n;
	}
	*next = slot;
	return 0;
}

void
coarse_to_json(struct json_out *w, const char *name, const struct coarse *c)
{
	if (c->count == 0)
		return;
	json_object(w, name);
	json_str(w, "layout", LAYOUT_COARSE);
	json_uint(w, "min", c->min_ns);
	json_uint(w, "max", c->max_ns);
	hist_sum_to_json(w, "sum", c->sum_hi, c->sum_lo);
	put_runs(w, "counts", c->bucket, 0, HIST_COARSE);
	json_close(w);
}

int
coarse_from_json(struct coarse *c, const struct wire_reader *r,
    const char *name)
{
	struct runs runs = { .slot = c->bucket, .nslots = HIST_COARSE };
	struct wire_reader in;
	bool is_known;

	if (wire_read_object(r, name, &in) == -1 ||
	    read_layout(&in, LAYOUT_COARSE, &is_known) == -1)
		return -1;
	if (!is_known)
		return 0;
	if (read_runs(&in, "counts", BUCKET_RUNS, &runs) == -1 ||
	    wire_read_ns(&in, "min", &c->min_ns) == -1 ||
	    wire_read_ns(&in, "max", &c->max_ns) == -1 ||
	    hist_sum_from_json(&in, "sum", &c->sum_hi, &c->sum_lo,
	    &(bool){ false }) == -1)
		return -1;
	c->count = runs.count;
	if (c->count > 0 && (c->min_ns > c->max_ns ||
	    !hist_sum_is_sound(c->sum_hi, c->sum_lo, c->count, c->min_ns,
	    c->max_ns)))
		return wire_refuse(r->why, "%s%s: min, max, sum and counts do "
		    "not fit together", r->path, name);
	return 0;
}

void
buckets_to_json(struct json_out *w, const char *name,
    const struct snapshot *s)
{
	uint64_t counts[HIST_COARSE] = { 0 };
	size_t i;

	for (i = 0; i < s->nbuckets; i++)
		counts[s->buckets[i].bucket] = s->buckets[i].count;
	put_runs(w, name, counts, 0, HIST_COARSE);
}

int
buckets_from_json(struct snapshot *s, const struct wire_reader *r,
    const char *name)
{
	uint64_t counts[HIST_COARSE] = { 0 };
	struct runs runs = { .slot = counts, .nslots = HIST_COARSE };

	if (read_runs(r, name, BUCKET_RUNS, &runs) == -1)
		return -1;
	snapshot_set_buckets(s, counts);
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
