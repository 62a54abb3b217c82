/* SPDX-License-Identifier: MIT */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "json.h"
#include "json_write.h"
#include "plan/plan.h"
#include "report/style.h"
#include "result.h"

/* One threshold's outcome. */
struct verdict {
	const struct threshold	*threshold;
	double			 actual;	/* in the threshold's unit */
	bool			 has_sample;	/* without one it fails */
	bool			 is_kept;
	/* Of how few requests a percentile is that they do not show; or 0. */
	uint64_t		 few;
};

/* All that any format may show. Borrows plan, result and snapshots. */
struct report {
	const struct plan	*plan;
	const struct result	*result;
	const struct snapshot	*snapshots;
	size_t			 nsnapshots;
	struct verdict		 verdicts[PLAN_THRESHOLDS_MAX];
	bool			 is_passed;	/* no threshold is broken */
	bool			 is_quiet;	/* text: the shortest summary */
	struct style		 style;		/* of the text */
	size_t			 nmerged;	/* results in one; 0: a run */
	bool			 has_plan;	/* phases; a merge has none */
	double			 planned_sec;	/* phases without warm-up */
	double			 planned_count;	/* arrivals likewise */
	bool			 has_closed;	/* max: has no count */
};

/*
 * The phases must have passed run_request_check, or there are none. A limit of
 * requests shortens the planned time to where the last of them was due.
 */
void	 report_init(struct report *r, const struct plan *plan,
	    const struct result *result, const struct snapshot *snapshots,
	    size_t nsnapshots);
/*
 * completed / planned time, a second, or without a plan / the time it took; 0
 * if that is 0.
 */
double	 report_rate(const struct report *r);

/*
 * What a part is of the mean response, 0 to 1. Parts add up to the response,
 * so their shares add up to all; requests without parts are in neither.
 */
double	 report_part_share(const struct result *res, enum part part);

/*
 * The formats that go to a file, a row each: FORMAT, the option that asks for
 * it, its help, and what writes it, which is prototyped below and has a file of
 * its own. The enumeration, the options of commands (cmd/output.h) and the
 * writing all come from here; the order is that of --help. Text has no option.
 */
#define REPORT_TABLE(ROW)						\
	ROW(JSON, "out", "the same to a file", json_write)		\
	ROW(CSV, "csv", "a row a snapshot", csv_write)			\
	ROW(HGRM, "hgrm", "latency for HdrHistogram's plotter", hgrm_write) \
	ROW(HTML, "html", "a page to look at and send on", html_write)	\
	ROW(JUNIT, "junit", "thresholds as test cases", junit_write)	\
	ROW(WIRE, "wire", "the result for pulse merge", wire_write)

#define REPORT_FORMAT_ENUM(format, option, help, writer) REPORT_##format,
enum report_format {
	REPORT_TEXT,
	REPORT_TABLE(REPORT_FORMAT_ENUM)
	REPORT_FORMATS
};
#undef REPORT_FORMAT_ENUM

/* "csv", as in --csv; NULL for text. */
const char *report_option(enum report_format format);
/* Errors stick in the stream. */
void	 report_write(FILE *out, enum report_format format,
	    const struct report *r);

/*
 * Where one format goes. path "-" is stdout. A regular or new file is written
 * beside its name and renamed when complete, with the mode of the file that
 * it replaces or the umask's; symbolic links are followed and stay. Anything
 * else is written in place, and so is a descriptor named as /dev/stdout or
 * /dev/fd/N. report_open makes the file, so an unwritable one is known before
 * a run (a FIFO waits there for its reader, as in a shell); report_commit
 * writes r to it; report_abandon removes what was begun, leaves an old file
 * as it was, and may be called on a zeroed or closed one. 0 or -1 with errno.
 * Close once, with either; a failed open or commit has closed already. Between
 * them an open one stays where it is: exit removes what was begun, too.
 */
struct report_file {
	enum report_format	 format;
	const char		*path;		/* borrowed */
	char			*target;	/* links followed; owned */
	char			*temporary;	/* NULL when written in place */
	FILE			*stream;
	struct report_file	*next_begun;	/* has a temporary */
};

int	 report_open(struct report_file *f, enum report_format format,
	    const char *path);
int	 report_commit(struct report_file *f, const struct report *r);
void	 report_abandon(struct report_file *f);

/* The formats, each in its own file. Errors stick in the stream. */
void	 text_write(FILE *out, const struct report *r);
void	 json_write(FILE *out, const struct report *r);
void	 csv_write(FILE *out, const struct report *r);
void	 hgrm_write(FILE *out, const struct report *r);
void	 html_write(FILE *out, const struct report *r);
void	 junit_write(FILE *out, const struct report *r);
void	 wire_write(FILE *out, const struct report *r);

/* The members of a snapshot of the JSON result, into an object that is open. */
void	 json_snapshot_members(struct json_out *w, const struct snapshot *s,
	    uint64_t warmup_ns);

/* A place of the error table that has counts. */
struct error_row {
	enum part	 part;
	enum cause	 cause;
	uint64_t	 count;
};
#define REPORT_ERRORS_MAX	((size_t)PARTS * CAUSES)

/* Those of n, largest first, then by part and cause; how many there are. */
size_t	 report_errors(struct error_row rows[REPORT_ERRORS_MAX],
	    const struct counters *n);

/*
 * Failed requests by category, by name in the order of strcmp; those of other
 * programs among them. Names are borrowed. How many rows have counts.
 */
struct category_row {
	const char	*name;
	uint64_t	 count;
};
#define REPORT_CATEGORIES_MAX	((size_t)CATEGORIES + RESULT_OTHERS_MAX)

size_t	 report_categories(struct category_row rows[REPORT_CATEGORIES_MAX],
	    const uint64_t category[CATEGORIES],
	    const struct other_error *others, size_t nothers);

/* The same rows again, largest first. */
void	 report_largest_first(struct category_row *rows, size_t n);

/*
 * Secrets are shown as ***: is this header one (Authorization, Cookie,
 * Proxy-Authorization, X-Api-Key), and a URL with its password hidden (buf of
 * len > 0 bytes, cut if too long; gives buf back). Userinfo without a colon is
 * hidden as a whole, as it may be a token.
 */
bool	 report_is_secret(const char *header);
char	*report_url(char *buf, size_t len, const char *url);

/*
 * Writes the plan as a JSON object with secrets hidden, for reports and
 * --dry-run: the members of a plan file, every one, with durations as "1m30s".
 * To be read, not run again: *** is not a password, and a $ is not doubled. A
 * body that is no text or has more than 64 KiB is left out; bodyBytes has its
 * size.
 */
void	 report_plan(struct json_out *w, const char *name,
	    const struct plan *plan);

#endif
