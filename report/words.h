/* SPDX-License-Identifier: MIT */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/util.h"
#include "load/arrival.h"
#include "report/report.h"

/* Room for any of these; each gives buf back. */
#define WORDS_MAX	64

/* "0.25/s", "499.8/s", "25000/s" */
char	*words_rate(char buf[WORDS_MAX], double per_sec);
/* n of all: "0.80%"; "n/a" of nothing; never rounded to none or to all. */
char	*words_share(char buf[WORDS_MAX], uint64_t n, uint64_t all);
/* "512B", "12.3MB", decimal units, not negative */
char	*words_bytes(char buf[WORDS_MAX], double bytes);
/* Seconds as format_ns has them: "1.50s", "2m05s" */
char	*words_seconds(char buf[WORDS_MAX], double sec);
/* A percentile: all that shares the one slot below 1 us is "<1us". */
char	*words_percentile(char buf[FORMAT_MAX], uint64_t ns);
/* How late a worker began: "+1.20ms"; early is negative, unknown "n/a". */
char	*words_start_error(char buf[WORDS_MAX], const struct worker_stat *w);
/* Wall clock as RFC 3339 in UTC: "2026-01-02T03:04:05.000000006Z" */
char	*words_time(char buf[WORDS_MAX], uint64_t wall_ns);
/* "SIGINT"; "signal 64" where it has no common name */
char	*words_signal(char buf[WORDS_MAX], int signo);
/*
 * What a threshold looked at, with its unit: "22.735ms", "1.2%", "199.5/s",
 * "1.50ms, of 20 requests only"
 */
char	*words_actual(char buf[WORDS_MAX], const struct verdict *v);
/* How it ended early: "stopped by SIGINT after 3.00s of 10.0s"; "" if not */
#define WORDS_END_MAX	(2 * WIRE_TEXT_MAX)
char	*words_end(char buf[WORDS_END_MAX], const struct report *r);
/*
 * The name of a worker in width columns, 8 or more: of a longer one its
 * beginning and its end, "build7.exam...le.net:9100".
 */
char	*words_worker(char buf[WORDS_MAX], const char *name, size_t width);
/*
 * The same as the first column of a table, behind so many blanks: filled to
 * its width, or whole on a line of its own, blanks below it, when it is longer:
 * what a cut takes could be the host. ASCII only.
 */
#define WORDS_COLUMN_MAX	256
char	*words_column(char buf[WORDS_COLUMN_MAX], int indent,
	    const char *name, int width);
/* Those for which is says so: "a", "a and b", "a, b, c and 2 more"; or "" */
#define WORDS_WORKERS_MAX	(4 * WORDS_MAX)
char	*words_workers(char buf[WORDS_WORKERS_MAX], const struct result *res,
	    bool (*is)(const struct worker_stat *));
/* What percentiles are of where result_is_coarse, and whose fault it is. */
#define WORDS_COARSE_MAX	(8 * WORDS_MAX)
char	*words_coarse(char buf[WORDS_COARSE_MAX], const struct result *res);
/*
 * How many requests are in the intervals of a fleet's run where that is not
 * how many are in its result, and why; "" where it is.
 */
#define WORDS_INTERVALS_MAX	(4 * WORDS_MAX)
char	*words_intervals(char buf[WORDS_INTERVALS_MAX],
	    const struct report *r);
/* What may be the matter when nobody answered in HTTP; NULL if that is not. */
const char *words_hint(const struct report *r);
/* "100/s for 30s", "10/s to 500/s over 1m" */
#define WORDS_PHASE_MAX	(8 * FORMAT_MAX)
char	*words_phase(char buf[WORDS_PHASE_MAX], const struct phase *p);

#endif
