/* SPDX-License-Identifier: MIT */
#ifndef LOAD_EXEMPLAR_H
#define LOAD_EXEMPLAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load/outcome.h"

enum {
	EXEMPLARS_SLOWEST = 10,
	EXEMPLARS_LAST = 5,		/* of each kind of failure */
	EXEMPLARS_KINDS = 24,		/* of failures, see below */
	EXEMPLAR_NAME_MAX = 64,		/* of a header, with its NUL */
	EXEMPLAR_HEADER_MAX = 160,	/* of its value, likewise */
	EXEMPLAR_WORKER_MAX = 64
};

/*
 * One request. worker and header have printable ASCII in them and nothing else,
 * whoever they came from: they can be shown as they are where no character of
 * that means something (HTML escapes them).
 */
struct exemplar {
	uint64_t	 wall_ns;	/* of its planned moment, since 1970 */
	uint64_t	 latency_ns;	/* the sum of parts */
	uint64_t	 spent_ns[PARTS];
	uint32_t	 generator;	/* of its machine, from 0 */
	uint16_t	 local_port;	/* 0: not known, or no TCP */
	uint16_t	 status;	/* of the last answer, 0: none */
	enum part	 part;		/* that it failed in */
	enum cause	 cause;		/* CAUSE_NONE: it went well */
	char		 worker[EXEMPLAR_WORKER_MAX];	/* "": this machine */
	char		 header[EXEMPLAR_HEADER_MAX];	/* "": there was none */
};

/* Failures in one part for one cause, a cell of the error table. */
struct exemplar_kind {
	enum part	 part;
	enum cause	 cause;
	size_t		 nlast;
	struct exemplar	 last[EXEMPLARS_LAST];	/* newest first */
};

/*
 * The slowest requests, failed ones too, and the last failures of each kind by
 * their planned moments; about 40 KB that never grow. Of more than
 * EXEMPLARS_KINDS kinds the first ones are kept, in the order of the error
 * table (by part, then cause; those that a stop cut off behind all others).
 * Open, to be embedded and read; the functions alone change it. All zero is
 * empty.
 */
struct exemplars {
	char		 name[EXEMPLAR_NAME_MAX];	/* of the header */
	size_t		 nslowest;
	size_t		 nkinds;
	struct exemplar	 slowest[EXEMPLARS_SLOWEST];	/* slowest first */
	struct exemplar_kind kinds[EXEMPLARS_KINDS];	/* in that order */
};

/* The header that is sampled, NULL: none. Those kept so far have no value. */
void	 exemplars_set_name(struct exemplars *x, const char *name);
/* Empty again; the name stays. Cheap. */
void	 exemplars_reset(struct exemplars *x);
/* Might one that took so long be among the slowest? */
bool	 exemplars_want_slow(const struct exemplars *x, uint64_t latency_ns);
/* Among the slowest and, if it failed, among its kind, where it belongs. */
void	 exemplars_add(struct exemplars *x, const struct exemplar *e);
/* To one of both, for what was in it elsewhere; the second: it failed. */
void	 exemplars_add_slow(struct exemplars *x, const struct exemplar *e);
void	 exemplars_add_failed(struct exemplars *x, const struct exemplar *e);
/*
 * Adds src: any order and any grouping of additions gives the same. When their
 * headers are not the same, the one that sorts first stays and the values
 * of the other go.
 */
void	 exemplars_merge(struct exemplars *dst, const struct exemplars *src);
/*
 * All of them were made by this worker, which was to sample that header (NULL:
 * none); those of another one go.
 */
void	 exemplars_set_worker(struct exemplars *x, const char *worker,
	    const char *header);

/*
 * Text into an exemplar: what is not printable becomes "?". Of a header that is
 * too long the end is cut off and is "..."; a worker's name is cut in its
 * middle.
 */
void	 exemplar_set_header(struct exemplar *e, const char *value,
	    size_t len);
void	 exemplar_set_worker(struct exemplar *e, const char *worker);

#endif
