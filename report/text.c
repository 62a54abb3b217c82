/* SPDX-License-Identifier: MIT */
/*
 * The report for people: 80 columns of ASCII, every number with its unit.
 *
 * Read from the top it answers, in this order: did the target hold the
 * planned load, what was run, what came of it, where the time went, and can
 * the figures be believed. Sections without content are left out, a figure
 * without a sample is "n/a". "response" counts from the planned moment of an
 * arrival, "service" from the send. is_quiet gives exactly one line. Bytes
 * that others chose (URLs, errors) are made harmless for a terminal. Errors
 * stick in the stream.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http.h"
#include "http_url.h"
#include "report/outlook.h"
#include "report/report.h"
#include "report/words.h"

enum {
	WIDTH = 80,
	LABEL = 12,			/* columns of a paragraph's label */
	ROW_LABEL = 10,			/* of a row of the latency table */
	COUNT_LABEL = 38,		/* of a table of counts */
	COLUMN_WIDE = 10,
	COLUMN_NARROW = 8,
	COLUMNS_MAX = PLAN_PERCENTILES_MAX + 8,
	BAR_WIDTH = 15,
	ERRORS_SHOWN = 20,
	PHASES_SHOWN = 6,
	TEXT_MAX = 16 * 1024
};

enum column_kind {
	COLUMN_MIN,
	COLUMN_MEAN,
	COLUMN_PERCENTILE,
	COLUMN_MAX
};

struct column {
	enum column_kind	 kind;
	double			 percentile;
	char			 name[24];
};

static double	 running_rate(const struct report *);
static void	 write_quiet(FILE *, const struct report *);
static void	 write_outlook(FILE *, const struct report *);
static void	 write_request(FILE *, const struct report *);
static void	 write_load(FILE *, const struct run_request *);
static void	 write_policy(FILE *, const struct report *);
static void	 write_rate(FILE *, const struct report *);
static void	 write_counts(FILE *, const struct report *);
static void	 write_bytes(FILE *, const struct report *);
static void	 write_latency(FILE *, const struct report *);
static size_t	 make_columns(struct column *, const struct plan *);
static void	 add_column(struct column *, size_t *, enum column_kind,
		    double);
static int	 compare_columns(const void *, const void *);
static void	 write_row(FILE *, const char *, const struct hist *,
		    const struct column *, size_t, int);
static void	 format_column(char [FORMAT_MAX], const struct hist *,
		    const struct column *);
static void	 write_parts(FILE *, const struct report *);
static void	 write_part(FILE *, const struct result *, enum part);
static double	 hist_sum(const struct hist *);
static void	 write_statuses(FILE *, const struct counters *);
static void	 write_head(FILE *, const char *);
static void	 write_count(FILE *, const char *, uint64_t, uint64_t);
static void	 write_categories(FILE *, const struct counters *);
static void	 write_causes(FILE *, const struct counters *);
static void	 write_generator(FILE *, const struct result *);
static void	 write_cpu(FILE *, const struct result *);
static void	 write_incidents(FILE *, const struct result *);
static void	 write_thresholds(FILE *, const struct report *);
static void	 paragraph(FILE *, const char *, int, const char *);
static void	 labelled(FILE *, const char *, const char *, ...)
		    UTIL_PRINTF(3, 4);
static void	 put(FILE *, const char *, size_t);

void
text_write(FILE *out, const struct report *r)
{
	if (r->is_quiet) {
		write_quiet(out, r);
		return;
	}
	write_outlook(out, r);
	write_request(out, r);
	write_rate(out, r);
	write_counts(out, r);
	write_bytes(out, r);
	write_latency(out, r);
	write_parts(out, r);
	write_statuses(out, &r->result->n);
	write_categories(out, &r->result->n);
	write_causes(out, &r->result->n);
	write_generator(out, r->result);
	write_thresholds(out, r);
}

/* Of a run that was cut short, the rate while it ran. */
static double
running_rate(const struct report *r)
{
	const struct result *res = r->result;

	if (!res->is_partial || res->duration_ns == 0)
		return report_rate(r);
	return (double)res->n.completed /
	    ((double)res->duration_ns / (double)NS_PER_SEC);
}

static void
write_quiet(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	const struct column p50 = { COLUMN_PERCENTILE, 50, "" };
	const struct column p99 = { COLUMN_PERCENTILE, 99, "" };
	char failed[WORDS_MAX], dropped[WORDS_MAX], rate[WORDS_MAX];
	char mid[FORMAT_MAX], high[FORMAT_MAX], end[WORDS_END_MAX];
	size_t n = r->plan->nthresholds;
	struct outlook o;
	struct buf b;

	outlook_init(&o, r);
	buf_init(&b, TEXT_MAX);
	format_column(mid, &res->hist[RESULT_LATENCY], &p50);
	format_column(high, &res->hist[RESULT_LATENCY], &p99);
	words_share(failed, res->n.failed, res->n.completed);
	words_share(dropped, res->n.dropped, res->n.scheduled);
	buf_addf(&b, "%s: %" PRIu64 " completed (%s), response p50 %s p99 %s,"
	    " failed %s, dropped %s", outlook_head(&o), res->n.completed,
	    words_rate(rate, running_rate(r)), mid, high, failed, dropped);
	if (n > 0)
		buf_addf(&b, ", %zu of %zu thresholds kept",
		    n - outlook_broken(r), n);
	if (!res->is_valid)
		buf_adds(&b, ", generator not valid");
	if (words_end(end, r)[0] != '\0')
		buf_addf(&b, ", %s", end);
	put(out, b.data, b.len);
	putc('\n', out);
	buf_clear(&b);
}

/* One line, or one for each of several reasons. */
static void
write_outlook(FILE *out, const struct report *r)
{
	struct outlook o;
	size_t i;

	outlook_init(&o, r);
	if (o.nreasons == 0)
		paragraph(out, outlook_head(&o), 0, o.notes);
	else if (o.nreasons == 1)
		paragraph(out, outlook_head(&o), 0, o.reasons[0]);
	else
		fprintf(out, "%s:\n", outlook_head(&o));
	for (i = 0; o.nreasons > 1 && i < o.nreasons; i++)
		paragraph(out, "  -", 4, o.reasons[i]);
	putc('\n', out);
}

static void
write_request(FILE *out, const struct report *r)
{
	const struct scenario *s = &r->plan->req.scenario;
	char url[HTTP_URL_MAX + sizeof("***")];

	if (s->url != NULL)
		labelled(out, "Request", "%s %s", s->method == NULL ? "GET" :
		    s->method, report_url(url, sizeof(url), s->url));
	if (r->result->address[0] != '\0')
		labelled(out, "Address", "%s", r->result->address);
	write_load(out, &r->plan->req);
	write_policy(out, r);
	putc('\n', out);
}

/* A line a phase; of a long list the first few, and how many more. */
static void
write_load(FILE *out, const struct run_request *req)
{
	char text[WORDS_PHASE_MAX], duration[FORMAT_MAX];
	size_t i, n = req->nphases;
	size_t shown = n <= PHASES_SHOWN + 1 ? n : PHASES_SHOWN;
	uint64_t rest_ns = 0;

	for (i = 0; i < shown; i++)
		labelled(out, i == 0 ? "Load" : "", "%s",
		    words_phase(text, &req->phases[i]));
	for (; i < n; i++)
		rest_ns += req->phases[i].duration_ns;
	if (shown < n)
		labelled(out, "", "%zu more phases over %s", n - shown,
		    format_duration(duration, rest_ns));
	if (req->requests > 0)
		labelled(out, "", "at most %" PRIu64 " requests",
		    req->requests);
	if (req->warmup_ns > 0)
		labelled(out, "", "the first %s left out as warm-up",
		    format_duration(duration, req->warmup_ns));
}

static void
write_policy(FILE *out, const struct report *r)
{
	const struct run_request *req = &r->plan->req;
	char timeout[FORMAT_MAX], seed[WORDS_MAX] = "";

	if (req->is_poisson && req->has_seed)
		snprintf(seed, sizeof(seed), " (seed %" PRIu64 ")", req->seed);
	if (r->has_closed && r->planned_count <= 0)
		labelled(out, "", "at most %" PRIu64 " in flight",
		    req->max_concurrency);
	else
		labelled(out, "", "%s arrivals%s, at most %" PRIu64 " in "
		    "flight, then %s", req->is_poisson ? "Poisson" : "uniform",
		    seed, req->max_concurrency,
		    req->policy == POLICY_DROP ? "drop" : "wait");
	labelled(out, "", "timeout %s, %s",
	    format_duration(timeout, req->scenario.timeout_ns),
	    req->scenario.keep_alive ? "connections are kept" :
	    "a connection a request");
}

static void
write_rate(FILE *out, const struct report *r)
{
	char planned[WORDS_MAX], achieved[WORDS_MAX], share[WORDS_MAX];
	char running[WORDS_MAX];
	const struct result *res = r->result;
	double per_sec = 0;
	struct buf b;

	if (r->planned_sec > 0)
		per_sec = r->planned_count / r->planned_sec;
	buf_init(&b, TEXT_MAX);
	words_rate(achieved, report_rate(r));
	words_rate(planned, per_sec);
	if (r->has_closed)
		buf_addf(&b, "%s achieved, as fast as answers came", achieved);
	else
		buf_addf(&b, "%s planned, %s achieved (%s)", planned, achieved,
		    words_share(share, res->n.completed,
		    (uint64_t)r->planned_count));
	if (res->is_partial && res->duration_ns > 0)
		buf_addf(&b, ", %s while it ran", words_rate(running,
		    running_rate(r)));
	paragraph(out, "Rate", LABEL, buf_str(&b));
	buf_clear(&b);
}

static void
write_counts(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	const struct counters *n = &res->n;
	char share[WORDS_MAX], planned[WORDS_MAX], ran[FORMAT_MAX];

	labelled(out, "Arrivals", "%" PRIu64 " scheduled = %" PRIu64
	    " started + %" PRIu64 " dropped (%s)", n->scheduled, n->started,
	    n->dropped, words_share(share, n->dropped, n->scheduled));
	labelled(out, "Requests", "%" PRIu64 " completed, %" PRIu64
	    " failed (%s), %" PRIu64 " lost, %" PRIu64 " retried, %" PRIu64
	    " redirected", n->completed, n->failed,
	    words_share(share, n->failed, n->completed), res->lost,
	    n->retried, n->redirected);
	labelled(out, "In flight", "at most %" PRIu64 " of %" PRIu64
	    ", %" PRIu64 " connections opened", res->max_active,
	    r->plan->req.max_concurrency, n->connects);
	labelled(out, "Duration", "%s, %s planned",
	    format_ns(ran, res->duration_ns),
	    words_seconds(planned, r->planned_sec));
}

static void
write_bytes(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	double sec = (double)res->duration_ns / (double)NS_PER_SEC;
	double in = (double)res->n.bytes_in, sent = (double)res->n.bytes_out;
	char buf[4][WORDS_MAX];

	if (sec <= 0)
		return;
	labelled(out, "Bodies", "%s in (%s/s), %s out (%s/s)",
	    words_bytes(buf[0], in), words_bytes(buf[1], in / sec),
	    words_bytes(buf[2], sent), words_bytes(buf[3], sent / sec));
}

/* More columns than fit on a line go on a second table below. */
static void
write_latency(FILE *out, const struct report *r)
{
	const struct hist *h = r->result->hist;
	struct column columns[COLUMNS_MAX];
	size_t n, i, longest = 0, blocks, each, some;
	int width;

	if (h[RESULT_LATENCY].count == 0 && h[RESULT_SERVICE].count == 0)
		return;
	n = make_columns(columns, r->plan);
	for (i = 0; i < n; i++) {
		if (strlen(columns[i].name) > longest)
			longest = strlen(columns[i].name);
	}
	width = longest < COLUMN_NARROW ? COLUMN_NARROW : (int)longest + 1;
	each = (size_t)((WIDTH - ROW_LABEL) / width);
	blocks = (n + each - 1) / each;
	each = (n + blocks - 1) / blocks;
	width = (WIDTH - ROW_LABEL) / (int)each;
	if (width > COLUMN_WIDE)
		width = COLUMN_WIDE;
	for (i = 0; i < n; i += some) {
		some = n - i < each ? n - i : each;
		write_row(out, "\nLatency", NULL, columns + i, some, width);
		write_row(out, "response", &h[RESULT_LATENCY], columns + i,
		    some, width);
		write_row(out, "ttfb", &h[RESULT_TTFB], columns + i, some,
		    width);
		write_row(out, "service", &h[RESULT_SERVICE], columns + i,
		    some, width);
	}
	fputs("response and ttfb count from the planned moment, service from "
	    "the send\n", out);
}

static size_t
make_columns(struct column *columns, const struct plan *plan)
{
	static const double usual[] = { 50, 90, 95, 99 };
	size_t i, n = 0, first;

	add_column(columns, &n, COLUMN_MIN, 0);
	add_column(columns, &n, COLUMN_MEAN, 0);
	first = n;
	for (i = 0; i < UTIL_NELEM(usual); i++)
		add_column(columns, &n, COLUMN_PERCENTILE, usual[i]);
	for (i = 0; i < plan->npercentiles; i++)
		add_column(columns, &n, COLUMN_PERCENTILE,
		    plan->percentiles[i]);
	qsort(columns + first, n - first, sizeof(columns[0]),
	    compare_columns);
	add_column(columns, &n, COLUMN_MAX, 0);
	return n;
}

static void
add_column(struct column *columns, size_t *n, enum column_kind kind, double p)
{
	static const char *const names[] = {
		[COLUMN_MIN] = "min",
		[COLUMN_MEAN] = "mean",
		[COLUMN_PERCENTILE] = "p",
		[COLUMN_MAX] = "max",
	};
	struct column *c = &columns[*n];
	size_t i;

	for (i = 0; i < *n; i++) {
		if (columns[i].kind == kind && columns[i].percentile == p)
			return;
	}
	c->kind = kind;
	c->percentile = p;
	if (kind == COLUMN_PERCENTILE)
		snprintf(c->name, sizeof(c->name), "p%.10g", p);
	else
		snprintf(c->name, sizeof(c->name), "%s", names[kind]);
	(*n)++;
}

static int
compare_columns(const void *a, const void *b)
{
	const struct column *x = a, *y = b;

	return x->percentile < y->percentile ? -1 :
	    x->percentile > y->percentile;
}

/* One row of the latency table; its head when h is NULL. */
static void
write_row(FILE *out, const char *label, const struct hist *h,
    const struct column *columns, size_t n, int width)
{
	char value[FORMAT_MAX];
	size_t i;

	if (label[0] == '\n') {
		putc('\n', out);
		label++;
	}
	fprintf(out, "%-*s", ROW_LABEL, label);
	for (i = 0; i < n; i++) {
		if (h == NULL)
			snprintf(value, sizeof(value), "%s", columns[i].name);
		else
			format_column(value, h, &columns[i]);
		fprintf(out, "%*s", width, value);
	}
	putc('\n', out);
}

static void
format_column(char buf[FORMAT_MAX], const struct hist *h,
    const struct column *c)
{
	uint64_t ns;

	if (h->count == 0) {
		snprintf(buf, FORMAT_MAX, "n/a");
		return;
	}
	switch (c->kind) {
	case COLUMN_MIN:
		format_ns(buf, h->min_ns);
		break;
	case COLUMN_MEAN:
		format_ns(buf, hist_mean(h));
		break;
	case COLUMN_PERCENTILE:
		ns = hist_percentile(h, c->percentile);
		/* One slot has all of these: its middle is not a figure. */
		if (ns > 0 && ns < HIST_LOW_NS)
			snprintf(buf, FORMAT_MAX, "<1us");
		else
			format_ns(buf, ns);
		break;
	case COLUMN_MAX:
		format_ns(buf, h->max_ns);
		break;
	}
}

static void
write_parts(FILE *out, const struct report *r)
{
	size_t i;
	uint64_t count = 0;

	for (i = 0; i < PARTS; i++)
		count += r->result->hist[RESULT_PART + i].count;
	if (count == 0)
		return;
	fprintf(out, "\n%-*s%10s%10s%10s%10s%10s\n", LABEL, "Parts", "mean",
	    "p50", "p99", "max", "of mean");
	for (i = 0; i < PARTS; i++)
		write_part(out, r->result, (enum part)i);
}

/* Parts add up to the response, so their shares of its mean add up to all. */
static void
write_part(FILE *out, const struct result *res, enum part part)
{
	const struct column columns[] = {
		{ COLUMN_MEAN, 0, "" },
		{ COLUMN_PERCENTILE, 50, "" },
		{ COLUMN_PERCENTILE, 99, "" },
		{ COLUMN_MAX, 0, "" },
	};
	const struct hist *h = &res->hist[RESULT_PART + part];
	double all = hist_sum(&res->hist[RESULT_LATENCY]), share;
	char bar[BAR_WIDTH + 1], value[FORMAT_MAX];
	size_t i;

	fprintf(out, "%-*s", LABEL, part_name(part));
	for (i = 0; i < UTIL_NELEM(columns); i++) {
		format_column(value, h, &columns[i]);
		fprintf(out, "%10s", value);
	}
	if (all <= 0 || h->count == 0) {
		fprintf(out, "%10s\n", "n/a");
		return;
	}
	share = hist_sum(h) / all;
	for (i = 0; i < BAR_WIDTH && (double)i + 0.5 <= share * BAR_WIDTH; i++)
		bar[i] = '#';
	bar[i] = '\0';
	fprintf(out, "%9.1f%%%s%s\n", 100 * share, i > 0 ? "  " : "", bar);
}

static double
hist_sum(const struct hist *h)
{
	return (double)h->sum_hi * 18446744073709551616.0 + (double)h->sum_lo;
}

static void
write_statuses(FILE *out, const struct counters *n)
{
	char label[WIDTH];
	uint64_t answered = 0;
	int i;

	for (i = 0; i < RESULT_STATUS_MAX; i++)
		answered += n->status[i];
	if (answered == 0)
		return;
	write_head(out, "Status");
	for (i = 0; i < RESULT_STATUS_MAX; i++) {
		if (n->status[i] == 0)
			continue;
		snprintf(label, sizeof(label), "%3d %s", i,
		    http_status_text(i));
		write_count(out, label, n->status[i], n->completed);
	}
	if (answered < n->completed)
		write_count(out, "no answer", n->completed - answered,
		    n->completed);
}

/* The head of a table of counts, and a row of it. */
static void
write_head(FILE *out, const char *label)
{
	fprintf(out, "\n%-*s%12s%10s\n", COUNT_LABEL, label, "requests",
	    "share");
}

static void
write_count(FILE *out, const char *label, uint64_t count, uint64_t all)
{
	char share[WORDS_MAX];

	fprintf(out, "%-*s%12" PRIu64 "%10s\n", COUNT_LABEL, label, count,
	    words_share(share, count, all));
}

static void
write_categories(FILE *out, const struct counters *n)
{
	bool is_written[CATEGORIES] = { false };
	size_t i, best, rows;

	for (rows = 0; rows < CATEGORIES; rows++) {
		best = CATEGORY_NONE;
		for (i = CATEGORY_NONE + 1; i < CATEGORIES; i++) {
			if (!is_written[i] && n->category[i] > 0 &&
			    (best == CATEGORY_NONE ||
			    n->category[i] > n->category[best]))
				best = i;
		}
		if (best == CATEGORY_NONE)
			return;
		is_written[best] = true;
		if (rows == 0)
			write_head(out, "Errors");
		write_count(out, category_name((enum category)best),
		    n->category[best], n->completed);
	}
}

static void
write_causes(FILE *out, const struct counters *n)
{
	struct error_row rows[REPORT_ERRORS_MAX];
	char label[WIDTH];
	size_t i, nrows = report_errors(rows, n);
	uint64_t rest = 0;

	snprintf(label, sizeof(label), "%-*s%s", LABEL, "Failed in",
	    "because of");
	if (nrows > 0)
		write_head(out, label);
	for (i = 0; i < nrows && i < ERRORS_SHOWN; i++) {
		snprintf(label, sizeof(label), "%-*s%s", LABEL,
		    part_name(rows[i].part), cause_name(rows[i].cause));
		write_count(out, label, rows[i].count, n->completed);
	}
	for (; i < nrows; i++)
		rest += rows[i].count;
	if (rest > 0)
		write_count(out, "others", rest, n->completed);
}

/* The audit: can the figures above be believed? */
static void
write_generator(FILE *out, const struct result *res)
{
	const struct hist *lag = &res->hist[RESULT_PART + PART_LAG];
	char p50[FORMAT_MAX], p99[FORMAT_MAX], max[FORMAT_MAX];
	const char *word = res->is_valid ? "valid" : "NOT VALID";
	size_t i;

	if (res->is_valid && res->ngenerators == 0 && lag->count == 0)
		return;
	putc('\n', out);
	if (lag->count == 0)
		labelled(out, "Generator", "%s, lag n/a", word);
	else
		labelled(out, "Generator", "%s: lag p50 %s, p99 %s, max %s",
		    word, format_ns(p50, hist_percentile(lag, 50)),
		    format_ns(p99, hist_percentile(lag, 99)),
		    format_ns(max, lag->max_ns));
	for (i = 0; i < res->nreasons; i++)
		paragraph(out, "            -", LABEL + 2, res->reasons[i]);
	write_cpu(out, res);
	write_incidents(out, res);
}

static void
write_cpu(FILE *out, const struct result *res)
{
	const struct generator_stat *g;
	double share;
	size_t i, n = 0;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	for (i = 0; i < res->ngenerators; i++) {
		g = &res->generators[i];
		if (!g->took_part)
			continue;
		share = 0;
		if (g->wall_ns > 0)
			share = (double)(g->cpu_user_ns + g->cpu_sys_ns) /
			    (double)g->wall_ns;
		buf_addf(&b, "%s#%zu %.0f%%/%.0f%%", n++ > 0 ? ", " : "", i,
		    100 * share, (double)g->busiest_ppm / 1e4);
	}
	if (n > 0)
		labelled(out, "CPU", "%zu of %zu generators took part; "
		    "mean/busiest: %s", n, res->ngenerators, buf_str(&b));
	buf_clear(&b);
}

static void
write_incidents(FILE *out, const struct result *res)
{
	const struct generator_stat *g;
	size_t i;

	for (i = 0; i < res->ngenerators; i++) {
		g = &res->generators[i];
		if (g->stops > 0)
			labelled(out, "Stops", "generator #%zu was stopped "
			    "and continued, %" PRIu64 " %s", i, g->stops,
			    g->stops == 1 ? "time" : "times");
		if (g->died)
			labelled(out, "Died", "generator #%zu (process %d)", i,
			    g->pid);
	}
}

static void
write_thresholds(FILE *out, const struct report *r)
{
	char actual[WORDS_MAX];
	const struct verdict *v;
	size_t i, len, n = r->plan->nthresholds;
	int width = LABEL;

	for (i = 0; i < n; i++) {
		len = strlen(r->plan->thresholds[i].text);
		if ((int)len > width)
			width = (int)len;
	}
	for (i = 0; i < n; i++) {
		v = &r->verdicts[i];
		if (i == 0)
			fputs("\nThresholds\n", out);
		fprintf(out, "%-8s", v->is_kept ? "ok" : "FAILED");
		put(out, v->threshold->text, strlen(v->threshold->text));
		fprintf(out, "%*s%s\n",
		    width - (int)strlen(v->threshold->text) + 3, "",
		    words_actual(actual, v));
	}
}

/* A paragraph from a format. */
static void
labelled(FILE *out, const char *label, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	paragraph(out, label, LABEL, text);
}

/*
 * Text behind a label of so many columns, wrapped at blanks; what has none is
 * left whole, as a URL cut in two is no use. With 0 the label ends in a colon
 * and the text follows it.
 */
static void
paragraph(FILE *out, const char *label, int columns, const char *text)
{
	size_t at, len, indent = columns > 0 ? (size_t)columns : 4;
	const char *end, *p = text;
	bool is_first = true;

	if (columns > 0)
		at = (size_t)fprintf(out, "%-*s", columns, label);
	else
		at = (size_t)fprintf(out, "%s: ", label);
	while (*p != '\0') {
		if ((end = strchr(p, ' ')) == NULL)
			end = p + strlen(p);
		len = (size_t)(end - p);
		if (!is_first && at + 1 + len > WIDTH) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
			is_first = true;
		}
		if (!is_first) {
			putc(' ', out);
			at++;
		}
		put(out, p, len);
		at += len;
		is_first = false;
		p = *end == ' ' ? end + 1 : end;
	}
	putc('\n', out);
}

/* Controls and bytes that are no ASCII could do anything to a terminal. */
static void
put(FILE *out, const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		putc(p[i] >= ' ' && p[i] <= '~' ? p[i] : '?', out);
}
