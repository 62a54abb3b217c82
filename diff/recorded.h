/* SPDX-License-Identifier: MIT */
#ifndef DIFF_RECORDED_H
#define DIFF_RECORDED_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "result.h"
#include "wire.h"

/* A result that was written earlier. Owns all but name. */
struct recorded {
	const char	*name;		/* for messages; "standard input" */
	struct json	*doc;
	/* Of reports alone: what was planned, as it was written; or NULL. */
	const struct json_value	*plan;
	double		 planned_sec;	/* 0: not known */
	struct result	*result;
	struct snapshot	*snapshots;	/* with counts and buckets only */
	size_t		 nsnapshots;
	bool		 is_report;	/* of --json or --out, else --wire */
	const char	*warning;	/* static text; NULL: none */
};

/*
 * Reads a file, "-" being standard input, of either kind, as this program
 * writes them or the Go one writes the wire form. Whatever is in it, 0, or -1
 * and one line in why; recorded_clear in both cases.
 */
int	 recorded_read(struct recorded *r, const char *path,
	    char why[WIRE_TEXT_MAX]);
/* The same of a document that r takes. */
int	 recorded_from_json(struct recorded *r, struct json *doc,
	    char why[WIRE_TEXT_MAX]);
void	 recorded_clear(struct recorded *r);

/*
 * What the plans of both say differently about the load, as "phases" or
 * "target.url"; how many. 0 if one of them has no plan.
 */
enum { RECORDED_DIFFERENCES_MAX = 16, RECORDED_NAME_MAX = 48 };
size_t	 recorded_differences(
	    char names[RECORDED_DIFFERENCES_MAX][RECORDED_NAME_MAX],
	    const struct recorded *a, const struct recorded *b);

#endif
