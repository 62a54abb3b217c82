/* SPDX-License-Identifier: MIT */
/*
 * The report for people: 80 columns of ASCII, every number with its unit.
 *
 * Read from the top it answers, in this order: did the target hold the
 * planned load, what was run, what came of it, where the time went, and can
 * the figures be believed. Sections without content are left out, and so is
 * all about a plan where there was none; a figure without a sample is "n/a".
 * is_quiet gives exactly one line. Errors stick in the stream.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/url.h"
#include "http/words.h"
#include "report/fleet_text.h"
#include "report/latency_text.h"
#include "report/outlook.h"
#include "report/page.h"
#include "report/report.h"
#include "report/words.h"

enum {
	ERRORS_SHOWN = 20,
	GENERATORS_SHOWN = 32,
	PHASES_SHOWN = 6
};

static void	 write_merged(FILE *, const struct report *);
static double	 running_rate(const struct report *);
static void	 write_quiet(FILE *, const struct report *);
static void	 add_fleet(struct buf *, const struct report *);
static void	 write_outlook(FILE *, const struct report *);
static void	 write_request(FILE *, const struct report *);
static void	 write_load(FILE *, const struct run_request *);
static void	 write_policy(FILE *, const struct report *);
static void	 write_rate(FILE *, const struct report *);
static void	 write_counts(FILE *, const struct report *);
static bool	 is_counted(const struct report *, uint64_t);
static void	 write_in_flight(FILE *, const struct report *);
static void	 write_tls(FILE *, const struct report *);
static void	 write_duration(FILE *, const struct report *);
static void	 write_bytes(FILE *, const struct report *);
static void	 write_statuses(FILE *, const struct counters *);
static void	 write_categories(FILE *, const struct result *);
static int	 compare_counts(const void *, const void *);
static void	 write_causes(FILE *, const struct counters *);
static void	 write_scheme_hint(FILE *, const struct report *);
static void	 write_generator(FILE *, const struct result *);
static void	 write_cpu(FILE *, const struct result *);
static void	 write_incidents(FILE *, const struct result *);
static void	 write_thresholds(FILE *, const struct report *);

void
text_write(FILE *out, const struct report *r)
{
	if (r->is_quiet) {
		write_quiet(out, r);
		return;
	}
	write_merged(out, r);
	write_outlook(out, r);
	write_request(out, r);
	write_rate(out, r);
	write_counts(out, r);
	write_bytes(out, r);
	latency_text_write(out, r);
	write_statuses(out, &r->result->n);
	write_categories(out, r->result);
	write_causes(out, &r->result->n);
	write_scheme_hint(out, r);
	fleet_text_write(out, r);
	write_generator(out, r->result);
	write_thresholds(out, r);
}

static void
write_merged(FILE *out, const struct report *r)
{
	if (r->nmerged == 0)
		return;
	page_labelled(out, "Merged", "%zu %s", r->nmerged,
	    r->nmerged == 1 ? "result" : "results");
	putc('\n', out);
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
	char failed[WORDS_MAX], dropped[WORDS_MAX], rate[WORDS_MAX];
	char mid[FORMAT_MAX], high[FORMAT_MAX], end[WORDS_END_MAX];
	size_t n = r->plan->nthresholds;
	struct outlook o;
	struct buf b;

	outlook_init(&o, r);
	buf_init(&b, PAGE_TEXT_MAX);
	latency_text_response(mid, res, 50);
	latency_text_response(high, res, 99);
	words_share(failed, res->n.failed, res->n.completed);
	words_share(dropped, res->n.dropped, res->n.scheduled);
	buf_addf(&b, "%s: %" PRIu64 " completed (%s), response p50 %s p99 %s%s"
	    ", failed %s, dropped %s", outlook_head(&o), res->n.completed,
	    words_rate(rate, running_rate(r)), mid, high,
	    result_is_coarse(res) ? " (coarse)" : "", failed, dropped);
	if (n > 0)
		buf_addf(&b, ", %zu of %zu thresholds kept",
		    n - outlook_broken(r), n);
	if (!res->is_valid)
		buf_adds(&b, ", generator not valid");
	if (words_end(end, r)[0] != '\0')
		buf_addf(&b, ", %s", end);
	add_fleet(&b, r);
	page_put(out, b.data, b.len);
	putc('\n', out);
	buf_clear(&b);
}

/* What the one line says of where its figures come from. */
static void
add_fleet(struct buf *b, const struct report *r)
{
	const struct result *res = r->result;
	size_t i, lost = 0;

	for (i = 0; i < res->nworkers; i++)
		lost += res->workers[i].is_lost;
	if (lost > 0)
		buf_addf(b, ", %zu of %zu workers lost", lost, res->nworkers);
	if (r->nmerged > 0)
		buf_addf(b, ", %zu %s merged", r->nmerged,
		    r->nmerged == 1 ? "result" : "results");
}

/* One line, or one for each of several reasons. */
static void
write_outlook(FILE *out, const struct report *r)
{
	struct outlook o;
	size_t i;

	outlook_init(&o, r);
	if (o.nreasons == 0)
		page_paragraph(out, outlook_head(&o), 0, o.notes);
	else if (o.nreasons == 1)
		page_paragraph(out, outlook_head(&o), 0, o.reasons[0]);
	else
		fprintf(out, "%s:\n", outlook_head(&o));
	for (i = 0; o.nreasons > 1 && i < o.nreasons; i++)
		page_paragraph(out, "  -", 4, o.reasons[i]);
	putc('\n', out);
}

static void
write_request(FILE *out, const struct report *r)
{
	const struct scenario *s = &r->plan->req.scenario;
	char url[HTTP_URL_MAX + sizeof("***")];

	if (s->url != NULL)
		page_labelled(out, "Request", "%s %s", s->method == NULL ?
		    "GET" : s->method, report_url(url, sizeof(url), s->url));
	if (r->result->address[0] != '\0')
		page_labelled(out, "Address", "%s", r->result->address);
	if (r->has_plan) {
		write_load(out, &r->plan->req);
		write_policy(out, r);
	}
	if (r->has_plan || s->url != NULL || r->result->address[0] != '\0')
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
		page_labelled(out, i == 0 ? "Load" : "", "%s",
		    words_phase(text, &req->phases[i]));
	for (; i < n; i++)
		rest_ns += req->phases[i].duration_ns;
	if (shown < n)
		page_labelled(out, "", "%zu more phases over %s", n - shown,
		    format_duration(duration, rest_ns));
	if (req->requests > 0)
		page_labelled(out, "", "at most %" PRIu64 " %s", req->requests,
		    req->requests == 1 ? "request" : "requests");
	if (req->warmup_ns > 0)
		page_labelled(out, "", "the first %s left out as warm-up",
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
		page_labelled(out, "", "at most %" PRIu64 " in flight",
		    req->max_concurrency);
	else
		page_labelled(out, "", "%s arrivals%s, at most %" PRIu64 " in "
		    "flight, then %s", req->is_poisson ? "Poisson" : "uniform",
		    seed, req->max_concurrency,
		    req->policy == POLICY_DROP ? "drop" : "wait");
	page_labelled(out, "", "timeout %s, %s",
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
	buf_init(&b, PAGE_TEXT_MAX);
	words_rate(achieved, report_rate(r));
	words_rate(planned, per_sec);
	if (!r->has_plan)
		buf_addf(&b, "%s, completed / duration", achieved);
	else if (r->has_closed)
		buf_addf(&b, "%s achieved, as fast as answers came", achieved);
	else
		buf_addf(&b, "%s planned, %s achieved (%s)", planned, achieved,
		    words_share(share, res->n.completed,
		    (uint64_t)r->planned_count));
	if (r->has_plan && res->is_partial && res->duration_ns > 0)
		buf_addf(&b, ", %s while it ran", words_rate(running,
		    running_rate(r)));
	page_paragraph(out, "Rate", PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
}

static void
write_counts(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	const struct counters *n = &res->n;
	char share[WORDS_MAX];
	struct buf b;

	page_labelled(out, "Arrivals", "%" PRIu64 " scheduled = %" PRIu64
	    " started + %" PRIu64 " dropped (%s)", n->scheduled, n->started,
	    n->dropped, words_share(share, n->dropped, n->scheduled));
	buf_init(&b, PAGE_TEXT_MAX);
	buf_addf(&b, "%" PRIu64 " completed, %" PRIu64 " failed (%s), %" PRIu64
	    " lost, %" PRIu64 " retried", n->completed, n->failed,
	    words_share(share, n->failed, n->completed), res->lost,
	    n->retried);
	if (is_counted(r, n->redirected))
		buf_addf(&b, ", %" PRIu64 " redirected", n->redirected);
	page_paragraph(out, "Requests", PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
	write_in_flight(out, r);
	write_tls(out, r);
	write_duration(out, r);
}

/* The wire has not all counts: 0 of a fleet or a merge may be unknown. */
static bool
is_counted(const struct report *r, uint64_t count)
{
	return count > 0 || (r->result->nworkers == 0 && r->nmerged == 0);
}

static void
write_in_flight(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	struct buf b;

	buf_init(&b, PAGE_TEXT_MAX);
	buf_addf(&b, "at most %" PRIu64, res->max_active);
	if (r->nmerged > 0)
		buf_adds(&b, ", the peak of one result");
	else if (res->nworkers > 0)
		buf_adds(&b, ", the peak of one worker,");
	if (r->has_plan)
		buf_addf(&b, " of %" PRIu64 "%s", r->plan->req.max_concurrency,
		    res->nworkers > 0 ? " for all together" : "");
	if (is_counted(r, res->n.connects))
		buf_addf(&b, ", %" PRIu64 " %s opened", res->n.connects,
		    res->n.connects == 1 ? "connection" : "connections");
	page_paragraph(out, "In flight", PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
}

static void
write_tls(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	const struct counters *n = &res->n;
	struct buf b;

	if (n->handshakes == 0)
		return;
	buf_init(&b, PAGE_TEXT_MAX);
	if (res->tls_protocol[0] != '\0')
		buf_addf(&b, "%s%s%s; ", res->tls_protocol,
		    res->tls_cipher[0] != '\0' ? ", " : "", res->tls_cipher);
	buf_addf(&b, "%" PRIu64 " %s, %" PRIu64 " resumed", n->handshakes,
	    n->handshakes == 1 ? "handshake" : "handshakes", n->resumed);
	if (r->has_plan && r->plan->req.scenario.connect.tls.is_insecure)
		buf_adds(&b, "; unverified");
	page_paragraph(out, "TLS", PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
}

static void
write_duration(FILE *out, const struct report *r)
{
	char planned[WORDS_MAX], ran[FORMAT_MAX];

	format_ns(ran, r->result->duration_ns);
	if (r->has_plan)
		page_labelled(out, "Duration", "%s, %s planned", ran,
		    words_seconds(planned, r->planned_sec));
	else
		page_labelled(out, "Duration", "%s%s", ran,
		    r->nmerged > 1 ? ", the longest of them" : "");
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
	page_labelled(out, "Bodies", "%s in (%s/s), %s out (%s/s)",
	    words_bytes(buf[0], in), words_bytes(buf[1], in / sec),
	    words_bytes(buf[2], sent), words_bytes(buf[3], sent / sec));
}

static void
write_statuses(FILE *out, const struct counters *n)
{
	char label[PAGE_WIDTH];
	uint64_t answered = 0;
	int i;

	for (i = 0; i < RESULT_STATUS_MAX; i++)
		answered += n->status[i];
	if (answered == 0)
		return;
	page_head(out, "Status");
	for (i = 0; i < RESULT_STATUS_MAX; i++) {
		if (n->status[i] == 0)
			continue;
		snprintf(label, sizeof(label), "%3d %s", i,
		    http_status_text(i));
		page_count(out, label, n->status[i], n->completed);
	}
	if (answered < n->completed)
		page_count(out, "no answer", n->completed - answered,
		    n->completed);
}

static void
write_categories(FILE *out, const struct result *res)
{
	struct category_row rows[REPORT_CATEGORIES_MAX];
	size_t i, n = report_categories(rows, res->n.category, res->others,
	    res->nothers);

	qsort(rows, n, sizeof(rows[0]), compare_counts);
	if (n > 0)
		page_head(out, "Errors");
	for (i = 0; i < n; i++)
		page_count(out, rows[i].name, rows[i].count, res->n.completed);
}

/* Largest first. */
static int
compare_counts(const void *a, const void *b)
{
	const struct category_row *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void
write_causes(FILE *out, const struct counters *n)
{
	struct error_row rows[REPORT_ERRORS_MAX];
	char label[PAGE_WIDTH];
	size_t i, nrows = report_errors(rows, n);
	uint64_t rest = 0;

	snprintf(label, sizeof(label), "%-*s%s", PAGE_LABEL, "Failed in",
	    "because of");
	if (nrows > 0)
		page_head(out, label);
	for (i = 0; i < nrows && i < ERRORS_SHOWN; i++) {
		snprintf(label, sizeof(label), "%-*s%s", PAGE_LABEL,
		    part_name(rows[i].part), cause_name(rows[i].cause));
		page_count(out, label, rows[i].count, n->completed);
	}
	for (; i < nrows; i++)
		rest += rows[i].count;
	if (rest > 0)
		page_count(out, "others", rest, n->completed);
}

/* A server that speaks TLS ends what is no TLS, most of them without a word. */
static void
write_scheme_hint(FILE *out, const struct report *r)
{
	const struct counters *n = &r->result->n;
	const char *url = r->plan->req.scenario.url;
	uint64_t closed = 0;
	int part;

	if (url == NULL || strncasecmp(url, "http://", 7) != 0)
		return;
	for (part = 0; part < PARTS; part++)
		closed += n->error[part][CAUSE_CLOSED] +
		    n->error[part][cause_of_reason(HTTP_IS_TLS)];
	if (closed > 0 && closed == n->completed)
		page_note(out, 0, "nobody ever answered in HTTP: is https:// "
		    "meant?");
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
		page_labelled(out, "Generator", "%s, lag n/a", word);
	else
		page_labelled(out, "Generator", "%s: lag p50 %s, p99 %s, max "
		    "%s", word, format_ns(p50, hist_percentile(lag, 50)),
		    format_ns(p99, hist_percentile(lag, 99)),
		    format_ns(max, lag->max_ns));
	for (i = 0; i < res->nreasons; i++)
		page_paragraph(out, "            -", PAGE_LABEL + 2,
		    res->reasons[i]);
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

	buf_init(&b, PAGE_TEXT_MAX);
	for (i = 0; i < res->ngenerators; i++) {
		g = &res->generators[i];
		if (!g->took_part || n++ >= GENERATORS_SHOWN)
			continue;
		share = 0;
		if (g->wall_ns > 0)
			share = (double)(g->cpu_user_ns + g->cpu_sys_ns) /
			    (double)g->wall_ns;
		buf_addf(&b, "%s#%zu %.0f%%/%.0f%%", n > 1 ? ", " : "", i,
		    100 * share, (double)g->busiest_ppm / 1e4);
	}
	if (n > GENERATORS_SHOWN)
		buf_addf(&b, " and %zu more", n - GENERATORS_SHOWN);
	if (n > 0)
		page_labelled(out, "CPU", "%zu of %zu generators took part; "
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
			page_labelled(out, "Stops", "generator #%zu was "
			    "stopped and continued, %" PRIu64 " %s", i,
			    g->stops, g->stops == 1 ? "time" : "times");
		if (g->died)
			page_labelled(out, "Died", "generator #%zu (process "
			    "%d)", i, g->pid);
	}
}

static void
write_thresholds(FILE *out, const struct report *r)
{
	char actual[WORDS_MAX];
	const struct verdict *v;
	size_t i, len, n = r->plan->nthresholds;
	int width = PAGE_LABEL;

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
		page_put(out, v->threshold->text, strlen(v->threshold->text));
		fprintf(out, "%*s%s\n",
		    width - (int)strlen(v->threshold->text) + 3, "",
		    words_actual(actual, v));
	}
}
