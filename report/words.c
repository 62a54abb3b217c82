/* SPDX-License-Identifier: MIT */
/*
 * Numbers, phases and endings in the words that people read; the same in the
 * text report, in JUnit's messages and on the line of progress.
 *
 * Every number comes with its unit. Output is ASCII, except for what the text
 * of an error holds. Nothing here fails: buffers are large enough for any
 * value, and a struct buf that is full keeps what it has. No decision is made
 * here: whether something is good or bad is for report.c and text.c to say.
 */

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"
#include "report/words.h"

enum {
	NAMES_SHOWN = 3,		/* of workers in one sentence, or one
					   more if these are all */
	NAME_WIDTH = 48
};
static_assert((NAMES_SHOWN + 1) * (NAME_WIDTH + sizeof(" and ")) <
    WORDS_WORKERS_MAX, "names need more room");

static void	 format_precise(char [WORDS_MAX], double, double);

char *
words_rate(char buf[WORDS_MAX], double per_sec)
{
	int places = per_sec < 9.995 ? 2 : per_sec < 9999.95 ? 1 : 0;

	snprintf(buf, WORDS_MAX, "%.*f/s", places, per_sec);
	return buf;
}

char *
words_share(char buf[WORDS_MAX], uint64_t n, uint64_t all)
{
	double percent;

	if (all == 0) {
		snprintf(buf, WORDS_MAX, "n/a");
		return buf;
	}
	percent = 100 * ((double)n / (double)all);
	if (n > 0 && percent < 0.005)
		snprintf(buf, WORDS_MAX, "<0.01%%");
	else if (n < all && percent >= 99.995)
		snprintf(buf, WORDS_MAX, ">99.99%%");
	else
		snprintf(buf, WORDS_MAX, "%.2f%%", percent);
	return buf;
}

char *
words_bytes(char buf[WORDS_MAX], double bytes)
{
	static const char *const units[] = {
		"B", "kB", "MB", "GB", "TB", "PB", "EB"
	};
	size_t i = 0;
	int places;

	while (bytes >= 999.5 && i + 1 < UTIL_NELEM(units)) {
		bytes /= 1000;
		i++;
	}
	places = i == 0 || bytes >= 99.95 ? 0 : bytes >= 9.995 ? 1 : 2;
	snprintf(buf, WORDS_MAX, "%.*f%s", places, bytes, units[i]);
	return buf;
}

char *
words_seconds(char buf[WORDS_MAX], double sec)
{
	static_assert(FORMAT_MAX <= WORDS_MAX, "format_ns needs more room");

	format_ns(buf, (uint64_t)llround(sec * 1e9));
	return buf;
}

char *
words_percentile(char buf[FORMAT_MAX], uint64_t ns)
{
	if (ns > 0 && ns < HIST_LOW_NS)
		snprintf(buf, FORMAT_MAX, "<1us");
	else
		format_ns(buf, ns);
	return buf;
}

char *
words_start_error(char buf[WORDS_MAX], const struct worker_stat *w)
{
	char ns[FORMAT_MAX];

	if (!w->has_start_error)
		snprintf(buf, WORDS_MAX, "n/a");
	else if (w->start_error_ns < 0)
		snprintf(buf, WORDS_MAX, "-%s", format_ns(ns,
		    0 - (uint64_t)w->start_error_ns));
	else
		snprintf(buf, WORDS_MAX, "+%s", format_ns(ns,
		    (uint64_t)w->start_error_ns));
	return buf;
}

char *
words_time(char buf[WORDS_MAX], uint64_t wall_ns)
{
	time_t sec = (time_t)(wall_ns / NS_PER_SEC);
	struct tm tm;
	size_t len;

	memset(&tm, 0, sizeof(tm));
	(void)gmtime_r(&sec, &tm);	/* fails after the year 2^31 only */
	len = strftime(buf, WORDS_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, WORDS_MAX - len, ".%09" PRIu64 "Z",
	    wall_ns % NS_PER_SEC);
	return buf;
}

char *
words_signal(char buf[WORDS_MAX], int signo)
{
	static const struct {
		int		 signo;
		const char	*name;
	} names[] = {
		{ SIGHUP, "SIGHUP" },
		{ SIGINT, "SIGINT" },
		{ SIGQUIT, "SIGQUIT" },
		{ SIGTERM, "SIGTERM" },
		{ SIGPIPE, "SIGPIPE" },
		{ SIGUSR1, "SIGUSR1" },
		{ SIGUSR2, "SIGUSR2" },
	};
	size_t i;

	snprintf(buf, WORDS_MAX, "signal %d", signo);
	for (i = 0; i < UTIL_NELEM(names); i++) {
		if (names[i].signo == signo)
			snprintf(buf, WORDS_MAX, "%s", names[i].name);
	}
	return buf;
}

/*
 * Five digits, or all when these look just like the threshold: "250ms" broken
 * at "250ms" would be no help.
 */
static void
format_precise(char buf[WORDS_MAX], double actual, double expected)
{
	uint64_t ns = (uint64_t)actual, scale = 1, rounded;

	while (ns / scale >= 100000)
		scale *= 10;
	rounded = (ns + scale / 2) / scale * scale;
	format_duration(buf, (double)rounded == expected ? ns : rounded);
}

char *
words_actual(char buf[WORDS_MAX], const struct verdict *v)
{
	size_t len;

	if (!v->has_sample) {
		snprintf(buf, WORDS_MAX, "n/a (no sample)");
		return buf;
	}
	switch (v->threshold->metric) {
	case THRESHOLD_PERCENTILE:
	case THRESHOLD_MEAN:
	case THRESHOLD_MAX:
		format_precise(buf, v->actual, v->threshold->value);
		break;
	case THRESHOLD_ERRORS:
	case THRESHOLD_DROPPED:
		snprintf(buf, WORDS_MAX, "%.5g%%", 100 * v->actual);
		break;
	case THRESHOLD_RATE:
		snprintf(buf, WORDS_MAX, "%.3f/s", v->actual);
		break;
	}
	len = strlen(buf);
	if (v->few > 0)
		snprintf(buf + len, WORDS_MAX - len, ", of %" PRIu64
		    " %s only", v->few, v->few == 1 ? "request" : "requests");
	return buf;
}

/* Without a plan nobody knows how long it should have been. */
static int
add_early(char buf[WORDS_END_MAX], const struct report *r, const char *what)
{
	char ran[FORMAT_MAX], planned[WORDS_MAX];

	if (r->nmerged > 0)
		return snprintf(buf, WORDS_END_MAX, "not all of the results "
		    "are of complete runs");
	format_ns(ran, r->result->duration_ns);
	if (!r->has_plan)
		return snprintf(buf, WORDS_END_MAX, "%s after %s", what, ran);
	return snprintf(buf, WORDS_END_MAX, "%s after %s of %s", what, ran,
	    words_seconds(planned, r->planned_sec));
}

char *
words_end(char buf[WORDS_END_MAX], const struct report *r)
{
	const struct result *res = r->result;
	char name[WORDS_MAX], stopped[2 * WORDS_MAX];
	int len = 0;

	buf[0] = '\0';
	if (res->signo != 0) {
		snprintf(stopped, sizeof(stopped), "stopped by %s",
		    words_signal(name, res->signo));
		len = add_early(buf, r, stopped);
	} else if (res->is_partial)
		len = add_early(buf, r, "ended early");
	if (res->error[0] != '\0')
		snprintf(buf + len, WORDS_END_MAX - (size_t)len, "%s%s",
		    len > 0 ? ": " : "", res->error);
	return buf;
}

char *
words_column(char buf[WORDS_COLUMN_MAX], int indent, const char *name,
    int width)
{
	/* Of an exec: worker it is a command, of any length. */
	int most = WORDS_COLUMN_MAX - 2 - 2 * indent - width;
	int len = snprintf(buf, WORDS_COLUMN_MAX, "%*s%.*s", indent, "", most,
	    name), i;

	for (i = 0; i < len; i++)
		if (buf[i] < ' ' || buf[i] > '~')
			buf[i] = '?';
	if (len > indent + width) {
		buf[len++] = '\n';
		width += indent;
	} else
		width -= len - indent;
	snprintf(buf + len, WORDS_COLUMN_MAX - (size_t)len, "%*s", width, "");
	return buf;
}

char *
words_worker(char buf[WORDS_MAX], const char *name, size_t width)
{
	static const char cut[] = "...";
	size_t len = strlen(name), front, back;

	if (width > WORDS_MAX - 1)
		width = WORDS_MAX - 1;
	if (len <= width) {
		snprintf(buf, WORDS_MAX, "%s", name);
		return buf;
	}
	/* The end has the port, and what tells hosts of a row apart. */
	back = (width - strlen(cut)) / 2;
	front = width - strlen(cut) - back;
	snprintf(buf, WORDS_MAX, "%.*s%s%s", (int)front, name, cut,
	    name + len - back);
	return buf;
}

char *
words_workers(char buf[WORDS_WORKERS_MAX], const struct result *res,
    bool (*is)(const struct worker_stat *))
{
	const char *glue;
	char name[WORDS_MAX];
	size_t i, n = 0, all = 0, shown, len = 0;

	for (i = 0; i < res->nworkers; i++)
		all += is(&res->workers[i]);
	shown = all <= NAMES_SHOWN + 1 ? all : NAMES_SHOWN;
	buf[0] = '\0';
	for (i = 0; i < res->nworkers && n < shown; i++) {
		if (!is(&res->workers[i]))
			continue;
		n++;
		glue = n == 1 ? "" : n == all ? " and " : ", ";
		len += (size_t)snprintf(buf + len, WORDS_WORKERS_MAX - len,
		    "%s%s", glue, words_worker(name, res->workers[i].name,
		    NAME_WIDTH));
	}
	if (shown < all)
		snprintf(buf + len, WORDS_WORKERS_MAX - len, " and %zu more",
		    all - shown);
	return buf;
}

static bool
is_coarse(const struct worker_stat *w)
{
	return w->took_part && !w->is_lost && !w->has_fine;
}

/* A merge does not know whose results it adds. */
char *
words_coarse(char buf[WORDS_COARSE_MAX], const struct result *res)
{
	char names[WORDS_WORKERS_MAX];

	words_workers(names, res, is_coarse);
	snprintf(buf, WORDS_COARSE_MAX, "Percentiles of response and ttfb are "
	    "from the wire's 800 buckets, each 2.3 %% wide, as there is "
	    "nothing finer from %s: latency from there counts from the send, "
	    "not from the planned moment, and is not in service.",
	    names[0] != '\0' ? names : "other programs");
	return buf;
}

/* Of the lost there are counts here; of those that do not stream elsewhere. */
char *
words_intervals(char buf[WORDS_INTERVALS_MAX], const struct report *r)
{
	const struct result *res = r->result;
	bool has_lost = false, has_silent = false;
	uint64_t n = 0;
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < r->nsnapshots; i++)
		n += r->snapshots[i].completed;
	if (res->nworkers == 0 || n == res->n.completed)
		return buf;
	for (i = 0; i < res->nworkers; i++) {
		has_lost |= res->workers[i].is_lost;
		has_silent |= res->workers[i].took_part &&
		    !res->workers[i].is_lost && !res->workers[i].has_fine;
	}
	snprintf(buf, WORDS_INTERVALS_MAX, "The intervals have %" PRIu64
	    " completed requests, the result %" PRIu64 "%s%s%s.", n,
	    res->n.completed, has_silent ? ": workers that do not stream are "
	    "not in them" : "", has_lost ? has_silent ? ", and" : ":" : "",
	    has_lost ? " what lost ones told last is in them alone" : "");
	return buf;
}

/* A server that speaks TLS ends what is no TLS, most of them without a word. */
const char *
words_hint(const struct report *r)
{
	const struct counters *n = &r->result->n;
	const char *url = r->plan->req.scenario.url;
	uint64_t closed = 0;
	int part;

	if (url == NULL || strncasecmp(url, "http://", 7) != 0)
		return NULL;
	for (part = 0; part < PARTS; part++)
		closed += n->error[part][CAUSE_CLOSED] +
		    n->error[part][cause_of_reason(HTTP_IS_TLS)];
	if (closed == 0 || closed != n->completed)
		return NULL;
	return "nobody ever answered in HTTP: is https:// meant?";
}

char *
words_phase(char buf[WORDS_PHASE_MAX], const struct phase *p)
{
	char at[FORMAT_MAX], length[FORMAT_MAX], lasting[FORMAT_MAX];

	buf[0] = '\0';
	format_duration(length, p->duration_ns);
	switch (p->type) {
	case PHASE_CONSTANT:
		snprintf(buf, WORDS_PHASE_MAX, "%" PRIu64 "/s for %s",
		    p->rate, length);
		break;
	case PHASE_RAMP:
		snprintf(buf, WORDS_PHASE_MAX, "%" PRIu64 "/s to %" PRIu64
		    "/s over %s", p->from, p->to, length);
		break;
	case PHASE_STEP:
		snprintf(buf, WORDS_PHASE_MAX, "%" PRIu64 "/s to %" PRIu64
		    "/s in %" PRIu64 " steps over %s", p->from, p->to,
		    p->steps, length);
		break;
	case PHASE_SPIKE:
		snprintf(buf, WORDS_PHASE_MAX, "%" PRIu64 "/s for %s, with %"
		    PRIu64 "/s for %s after %s", p->from, length, p->to,
		    format_duration(lasting, p->spike_for_ns),
		    format_duration(at, p->spike_at_ns));
		break;
	case PHASE_MAX:
		snprintf(buf, WORDS_PHASE_MAX, "as fast as answers come for %s",
		    length);
		break;
	case PHASE_TYPES:
		break;
	}
	return buf;
}
