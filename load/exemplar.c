/* SPDX-License-Identifier: MIT */
/*
 * Single requests that stand for many: the slowest ones, and the last few of
 * each kind of failure, so that who sees a tail can look for it elsewhere.
 *
 * What is kept is the top of a total order, one for the slowest and one for
 * each kind, and which kinds are kept does not depend on when they came. So
 * merging is a union that is cut, and any order and any grouping of generators,
 * intervals and workers gives the same.
 *
 * Memory is fixed, nothing is allocated, nothing fails.
 */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "load/exemplar.h"

static const char cut[] = "...";

static void	 drop_values(struct exemplars *);
static void	 merge_names(struct exemplars *, const char *);
static void	 insert(struct exemplar *, size_t *, size_t,
		    const struct exemplar *, bool,
		    int (*)(const struct exemplar *, const struct exemplar *));
static struct exemplar_kind *kind_of(struct exemplars *, enum part,
		    enum cause);
static unsigned int kind_rank(enum part, enum cause);
static int	 by_latency(const struct exemplar *, const struct exemplar *);
static int	 by_moment(const struct exemplar *, const struct exemplar *);
static int	 by_time(const struct exemplar *, const struct exemplar *);
static int	 compare(uint64_t, uint64_t);
static void	 set_worker(struct exemplar *, size_t, const char *);
static void	 sort(struct exemplar *, size_t,
		    int (*)(const struct exemplar *, const struct exemplar *));
static void	 copy_printable(char *, const char *, size_t);

void
exemplars_set_name(struct exemplars *x, const char *name)
{
	drop_values(x);
	memset(x->name, 0, sizeof(x->name));
	if (name != NULL)
		copy_printable(x->name, name,
		    strnlen(name, EXEMPLAR_NAME_MAX - 1));
}

void
exemplars_reset(struct exemplars *x)
{
	x->nslowest = 0;
	x->nkinds = 0;
}

bool
exemplars_want_slow(const struct exemplars *x, uint64_t latency_ns)
{
	return x->nslowest < EXEMPLARS_SLOWEST ||
	    latency_ns >= x->slowest[EXEMPLARS_SLOWEST - 1].latency_ns;
}

void
exemplars_add(struct exemplars *x, const struct exemplar *e)
{
	exemplars_add_slow(x, e);
	if (e->cause != CAUSE_NONE)
		exemplars_add_failed(x, e);
}

void
exemplars_add_slow(struct exemplars *x, const struct exemplar *e)
{
	insert(x->slowest, &x->nslowest, EXEMPLARS_SLOWEST, e,
	    x->name[0] != '\0', by_latency);
}

void
exemplars_add_failed(struct exemplars *x, const struct exemplar *e)
{
	struct exemplar_kind *kind;

	assert(e->cause != CAUSE_NONE);
	kind = kind_of(x, e->part, e->cause);
	if (kind != NULL)
		insert(kind->last, &kind->nlast, EXEMPLARS_LAST, e,
		    x->name[0] != '\0', by_time);
}

void
exemplars_merge(struct exemplars *dst, const struct exemplars *src)
{
	bool has_values;
	struct exemplar e;
	size_t i, j;

	merge_names(dst, src->name);
	has_values = strcmp(dst->name, src->name) == 0;
	for (i = 0; i < src->nslowest; i++) {
		e = src->slowest[i];
		if (!has_values)
			memset(e.header, 0, sizeof(e.header));
		exemplars_add_slow(dst, &e);
	}
	for (i = 0; i < src->nkinds; i++) {
		for (j = 0; j < src->kinds[i].nlast; j++) {
			e = src->kinds[i].last[j];
			if (!has_values)
				memset(e.header, 0, sizeof(e.header));
			exemplars_add_failed(dst, &e);
		}
	}
}

static void
merge_names(struct exemplars *dst, const char *name)
{
	if (*name != '\0' &&
	    (dst->name[0] == '\0' || strcmp(name, dst->name) < 0))
		exemplars_set_name(dst, name);
}

/* They were those of another header, or of none. */
static void
drop_values(struct exemplars *x)
{
	struct exemplar_kind *kind;
	size_t i, j;

	for (i = 0; i < x->nslowest; i++)
		memset(x->slowest[i].header, 0, EXEMPLAR_HEADER_MAX);
	for (i = 0; i < x->nkinds; i++) {
		kind = &x->kinds[i];
		for (j = 0; j < kind->nlast; j++)
			memset(kind->last[j].header, 0, EXEMPLAR_HEADER_MAX);
	}
}

/* Into a list of at most max, in its order; the last one of too many goes. */
static void
insert(struct exemplar *list, size_t *n, size_t max, const struct exemplar *e,
    bool has_value,
    int (*order)(const struct exemplar *, const struct exemplar *))
{
	size_t at = *n;

	while (at > 0 && order(e, &list[at - 1]) < 0)
		at--;
	if (at == max)
		return;
	if (*n < max)
		(*n)++;
	memmove(list + at + 1, list + at, (*n - 1 - at) * sizeof(*list));
	list[at] = *e;
	if (!has_value)
		memset(list[at].header, 0, sizeof(list[at].header));
}

/* Where such failures are, a new place if need be; NULL: there is none. */
static struct exemplar_kind *
kind_of(struct exemplars *x, enum part part, enum cause cause)
{
	unsigned int rank = kind_rank(part, cause), other = 0;
	struct exemplar_kind *kind;
	size_t at;

	for (at = x->nkinds; at > 0; at--) {
		other = kind_rank(x->kinds[at - 1].part,
		    x->kinds[at - 1].cause);
		if (other == rank)
			return &x->kinds[at - 1];
		if (other < rank)
			break;
	}
	if (at == EXEMPLARS_KINDS)
		return NULL;
	if (x->nkinds < EXEMPLARS_KINDS)
		x->nkinds++;
	kind = &x->kinds[at];
	memmove(kind + 1, kind, (x->nkinds - 1 - at) * sizeof(*kind));
	kind->part = part;
	kind->cause = cause;
	kind->nlast = 0;
	return kind;
}

static unsigned int
kind_rank(enum part part, enum cause cause)
{
	unsigned int rank = (unsigned int)part * CAUSES + (unsigned int)cause;

	return cause == CAUSE_CANCELED ? rank + PARTS * CAUSES : rank;
}

static int
by_latency(const struct exemplar *a, const struct exemplar *b)
{
	int order = compare(b->latency_ns, a->latency_ns);

	return order != 0 ? order : by_moment(a, b);
}

static int
by_time(const struct exemplar *a, const struct exemplar *b)
{
	return by_moment(b, a);
}

/* Those that are the same here are the same in everything. */
static int
by_moment(const struct exemplar *a, const struct exemplar *b)
{
	int order, i;

	if ((order = compare(a->wall_ns, b->wall_ns)) != 0 ||
	    (order = strcmp(a->worker, b->worker)) != 0 ||
	    (order = compare(a->generator, b->generator)) != 0 ||
	    (order = compare(a->local_port, b->local_port)) != 0 ||
	    (order = compare(a->status, b->status)) != 0 ||
	    (order = compare(a->part, b->part)) != 0 ||
	    (order = compare(a->cause, b->cause)) != 0)
		return order;
	for (i = 0; i < PARTS; i++)
		if ((order = compare(a->spent_ns[i], b->spent_ns[i])) != 0)
			return order;
	return strcmp(a->header, b->header);
}

static int
compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

void
exemplars_set_worker(struct exemplars *x, const char *worker,
    const char *header)
{
	struct exemplar_kind *kind;
	size_t i;

	if (strcmp(x->name, header == NULL ? "" : header) != 0)
		exemplars_set_name(x, header);
	set_worker(x->slowest, x->nslowest, worker);
	sort(x->slowest, x->nslowest, by_latency);
	for (i = 0; i < x->nkinds; i++) {
		kind = &x->kinds[i];
		set_worker(kind->last, kind->nlast, worker);
		sort(kind->last, kind->nlast, by_time);
	}
}

static void
set_worker(struct exemplar *list, size_t n, const char *worker)
{
	size_t i;

	for (i = 0; i < n; i++)
		exemplar_set_worker(&list[i], worker);
}

/* A few, most of them in order: by insertion. */
static void
sort(struct exemplar *list, size_t n,
    int (*order)(const struct exemplar *, const struct exemplar *))
{
	struct exemplar e;
	size_t i, sorted = 0;

	for (i = 0; i < n; i++) {
		e = list[i];
		insert(list, &sorted, n, &e, true, order);
	}
}

void
exemplar_set_header(struct exemplar *e, const char *value, size_t len)
{
	memset(e->header, 0, sizeof(e->header));
	if (len < sizeof(e->header)) {
		copy_printable(e->header, value, len);
		return;
	}
	copy_printable(e->header, value, sizeof(e->header) - sizeof(cut));
	memcpy(e->header + sizeof(e->header) - sizeof(cut), cut, sizeof(cut));
}

/* The end has the port, and what tells hosts of a row apart. */
void
exemplar_set_worker(struct exemplar *e, const char *worker)
{
	size_t len = strlen(worker), room = sizeof(e->worker) - sizeof(cut);
	size_t back = room / 2, front = room - back;

	memset(e->worker, 0, sizeof(e->worker));
	if (len < sizeof(e->worker)) {
		copy_printable(e->worker, worker, len);
		return;
	}
	copy_printable(e->worker, worker, front);
	memcpy(e->worker + front, cut, sizeof(cut) - 1);
	copy_printable(e->worker + front + sizeof(cut) - 1,
	    worker + len - back, back);
}

static void
copy_printable(char *to, const char *from, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
}
