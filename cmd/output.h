/* SPDX-License-Identifier: MIT */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/options.h"
#include "plan/plan.h"
#include "report/report.h"

/* Which results were asked for. Paths are borrowed from argv. */
struct output_settings {
	bool		 is_quiet;
	bool		 wants_json;	/* on stdout */
	bool		 wants_ascii;	/* of the text */
	const char	*paths[REPORT_FORMATS];	/* NULL: not asked for */
};

/*
 * The options about results, which are the same in every command that has
 * any. A command puts OUTPUT_ROWS into its table, gives what output_is_option
 * knows to output_apply, and asks output_check when all is said.
 */
enum {
	OUTPUT_FORMAT = OPTION_ID(OPTIONS_OUTPUT), /* and the REPORT_ ones */
	OUTPUT_THRESHOLD = OUTPUT_FORMAT + REPORT_FORMATS,
	OUTPUT_PERCENTILES,
	OUTPUT_JSON,
	OUTPUT_ASCII,
	OUTPUT_QUIET
};
#define OUTPUT_FORMAT_ROW(format, option, help, writer)			\
	{ OUTPUT_FORMAT + REPORT_##format, 0, option, "FILE", help },
#define OUTPUT_ROWS							\
	{ OUTPUT_THRESHOLD, 't', "threshold", "EXPR",			\
	    "p99<250ms, errors<1%, rate>950, ...; repeatable" },	\
	{ OUTPUT_PERCENTILES, 0, "percentiles", "LIST",			\
	    "more to report: 99.9,99.99" },				\
	{ OUTPUT_JSON, 0, "json", NULL, "the result as JSON on stdout" }, \
	REPORT_TABLE(OUTPUT_FORMAT_ROW)					\
	{ OUTPUT_ASCII, 0, "ascii", NULL, "text without Unicode characters" }, \
	{ OUTPUT_QUIET, 'q', "quiet", NULL, "one line of result, no progress" }

bool	 output_is_option(const struct given *g);
/*
 * Thresholds and percentiles go to plan, the rest to s. Both: 0, or -1 after
 * one line on stderr. output_check: only one result can be standard output,
 * or any one file.
 */
int	 output_apply(struct output_settings *s, struct plan *plan,
	    const struct given *g);
int	 output_check(const struct output_settings *s);

/* The results on their way to files; all zero is none. */
struct output {
	struct report_file	 files[REPORT_FORMATS];
	size_t			 nfiles;
};

/*
 * Makes all of them, text or JSON for stdout included if nothing else goes
 * there. 0, or -1 after one line on stderr; output_abandon in every case.
 */
int	 output_open(struct output *o, const struct output_settings *s);
/*
 * Says on stderr what error the result has, writes it everywhere, and gives
 * the exit status: 0, 2 if a threshold is broken, 1 if the result has an error
 * or could not be written, which is said too.
 */
int	 output_write(struct output *o, const struct report *r);
/* Removes what was not written; files that were there are as before. */
void	 output_abandon(struct output *o);

#endif
