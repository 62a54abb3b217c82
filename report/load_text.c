/* SPDX-License-Identifier: MIT */
/*
 * What was asked for and how much of it there was, for people: the request,
 * the phases, planned and achieved rate, and the counts.
 *
 * What is as it is without options is not told, and neither is a count of
 * things that are to be none. Nothing of a plan where there was none. Errors
 * stick in the stream.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "http/url.h"
#include "report/load_text.h"
#include "report/words.h"

enum {
	PHASES_SHOWN = 6,
	SECONDS_LEN = 19		/* of what words_time gives */
};

static void	 write_request(const struct page *, const struct report *);
static bool	 is_address_of(const char *, const char *);
static void	 write_load(const struct page *, const struct report *);
static void	 write_phases(const struct page *, const struct run_request *);
static void	 add_limits(struct buf *, const struct run_request *);
static void	 add_rate(struct buf *, const struct report *);
static void	 add_duration(struct buf *, const struct report *);
static void	 write_policy(const struct page *, const struct run_request *);
static void	 write_unplanned(const struct page *, const struct report *);
static void	 write_counts(const struct page *, const struct report *);
static void	 add_bad(struct buf *, uint64_t, uint64_t, const char *);

void
load_text_write(const struct page *p, const struct report *r)
{
	write_request(p, r);
	if (r->has_plan) {
		write_load(p, r);
		write_policy(p, &r->plan->req);
	} else
		write_unplanned(p, r);
	write_counts(p, r);
}

double
load_text_rate(const struct report *r)
{
	const struct result *res = r->result;

	if (!res->is_partial || res->duration_ns == 0)
		return report_rate(r);
	return (double)res->n.completed /
	    ((double)res->duration_ns / (double)NS_PER_SEC);
}

/* What was sent, where it went if the URL does not say, and when. */
static void
write_request(const struct page *p, const struct report *r)
{
	const struct scenario *s = &r->plan->req.scenario;
	const struct result *res = r->result;
	char url[HTTP_URL_MAX + sizeof("***")], when[WORDS_MAX];
	struct buf b;

	buf_init(&b, PAGE_TEXT_MAX);
	if (s->url != NULL)
		buf_addf(&b, "%s %s", s->method == NULL ? "GET" : s->method,
		    report_url(url, sizeof(url), s->url));
	if (res->address[0] != '\0' &&
	    (s->url == NULL || !is_address_of(res->address, s->url)))
		buf_addf(&b, "%s%s", b.len > 0 ? ", " : "", res->address);
	if (res->start_wall_ns != 0)
		buf_addf(&b, "%s%.*sZ", b.len > 0 ? ", " : "", SECONDS_LEN,
		    words_time(when, res->start_wall_ns));
	if (b.len > 0)
		page_paragraph(p, s->url != NULL ? "Request" :
		    res->address[0] != '\0' ? "Address" : "Started",
		    PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
}

/* Does the URL name this address and port itself? */
static bool
is_address_of(const char *address, const char *url)
{
	const char *at = strstr(url, "://");
	size_t len = strlen(address);

	if (at == NULL || strncmp(at += 3, address, len) != 0)
		return false;
	return at[len] == '/' || at[len] == '?' || at[len] == '\0';
}

/* A plan of one phase is a paragraph with its rate; others are lines. */
static void
write_load(const struct page *p, const struct report *r)
{
	const struct run_request *req = &r->plan->req;
	char text[WORDS_PHASE_MAX];
	bool is_one = req->nphases == 1;
	struct buf b;

	buf_init(&b, PAGE_TEXT_MAX);
	if (is_one)
		buf_adds(&b, words_phase(text, &req->phases[0]));
	else
		write_phases(p, req);
	add_limits(&b, req);
	add_rate(&b, r);
	add_duration(&b, r);
	page_paragraph(p, is_one ? "Load" : "", PAGE_LABEL,
	    buf_str(&b) + (is_one ? 0 : strlen(", ")));
	buf_clear(&b);
}

/* A line a phase; of a long list the first few, and how many more. */
static void
write_phases(const struct page *p, const struct run_request *req)
{
	char text[WORDS_PHASE_MAX], duration[FORMAT_MAX];
	size_t i, n = req->nphases;
	size_t shown = n <= PHASES_SHOWN + 1 ? n : PHASES_SHOWN;
	uint64_t rest_ns = 0;

	for (i = 0; i < shown; i++)
		page_labelled(p, i == 0 ? "Load" : "", "%s",
		    words_phase(text, &req->phases[i]));
	for (; i < n; i++)
		rest_ns += req->phases[i].duration_ns;
	if (shown < n)
		page_labelled(p, "", "%zu more phases over %s", n - shown,
		    format_duration(duration, rest_ns));
}

static void
add_limits(struct buf *b, const struct run_request *req)
{
	char duration[FORMAT_MAX];

	if (req->requests > 0)
		buf_addf(b, ", at most %" PRIu64 " %s", req->requests,
		    req->requests == 1 ? "request" : "requests");
	if (req->warmup_ns > 0)
		buf_addf(b, ", the first %s left out as warm-up",
		    format_duration(duration, req->warmup_ns));
}

/* A constant phase has its rate in its words. */
static void
add_rate(struct buf *b, const struct report *r)
{
	const struct run_request *req = &r->plan->req;
	char planned[WORDS_MAX], achieved[WORDS_MAX], share[WORDS_MAX];
	char running[WORDS_MAX];
	double per_sec = 0;

	if (r->planned_sec > 0)
		per_sec = r->planned_count / r->planned_sec;
	if (!r->has_closed && (req->nphases > 1 ||
	    req->phases[0].type != PHASE_CONSTANT))
		buf_addf(b, ", %s planned", words_rate(planned, per_sec));
	buf_addf(b, ", %s achieved", words_rate(achieved, report_rate(r)));
	if (!r->has_closed && r->planned_count > 0)
		buf_addf(b, " (%s)", words_share(share, r->result->n.completed,
		    (uint64_t)r->planned_count));
	if (r->result->is_partial && r->result->duration_ns > 0)
		buf_addf(b, ", %s while it ran", words_rate(running,
		    load_text_rate(r)));
}

/* If answers went on coming when all was sent. Phases have the warm-up, too. */
static void
add_duration(struct buf *b, const struct report *r)
{
	double warm_sec = (double)r->plan->req.warmup_ns / (double)NS_PER_SEC;
	double ran = warm_sec + (double)r->result->duration_ns /
	    (double)NS_PER_SEC;
	char took[WORDS_MAX];

	if (ran > 1.01 * (warm_sec + r->planned_sec))
		buf_addf(b, ", took %s", words_seconds(took, ran));
}

static void
write_policy(const struct page *p, const struct run_request *req)
{
	struct run_request usual;
	char timeout[FORMAT_MAX];
	struct buf b;

	run_request_init(&usual);
	buf_init(&b, PAGE_TEXT_MAX);
	if (req->is_poisson)
		buf_adds(&b, ", Poisson arrivals");
	if (req->is_poisson && req->has_seed)
		buf_addf(&b, " (seed %" PRIu64 ")", req->seed);
	if (req->policy != usual.policy)
		buf_addf(&b, ", when %" PRIu64 " are in flight others %s",
		    req->max_concurrency, req->policy == POLICY_DROP ?
		    "are dropped" : "wait");
	if (req->scenario.timeout_ns != usual.scenario.timeout_ns)
		buf_addf(&b, ", timeout %s", format_duration(timeout,
		    req->scenario.timeout_ns));
	if (!req->scenario.keep_alive)
		buf_adds(&b, ", a connection a request");
	if (b.len > 0)
		page_paragraph(p, "", PAGE_LABEL, buf_str(&b) + strlen(", "));
	buf_clear(&b);
	run_request_clear(&usual);
}

static void
write_unplanned(const struct page *p, const struct report *r)
{
	char rate[WORDS_MAX], duration[FORMAT_MAX];

	page_labelled(p, "Rate", "%s, completed / %s%s",
	    words_rate(rate, report_rate(r)),
	    format_ns(duration, r->result->duration_ns),
	    r->nmerged > 1 ? ", the longest of them" : "");
}

static void
write_counts(const struct page *p, const struct report *r)
{
	const struct result *res = r->result;
	const struct counters *n = &res->n;
	struct buf b;

	buf_init(&b, PAGE_TEXT_MAX);
	if (n->dropped == 0 && n->started == n->scheduled)
		buf_addf(&b, "%" PRIu64 " scheduled and started, ",
		    n->scheduled);
	else
		buf_addf(&b, "%" PRIu64 " scheduled = %" PRIu64 " started + ",
		    n->scheduled, n->started);
	add_bad(&b, n->dropped, n->scheduled, "dropped");
	buf_addf(&b, ", %" PRIu64 " completed, ", n->completed);
	add_bad(&b, n->failed, n->completed, "failed");
	if (res->lost > 0)
		buf_addf(&b, ", %" PRIu64 " lost", res->lost);
	if (n->retried > 0)
		buf_addf(&b, ", %" PRIu64 " retried", n->retried);
	if (n->redirected > 0)
		buf_addf(&b, ", %" PRIu64 " redirected", n->redirected);
	page_paragraph(p, "Requests", PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
}

/* How many of how many, if any. */
static void
add_bad(struct buf *b, uint64_t n, uint64_t all, const char *word)
{
	char share[WORDS_MAX];

	buf_addf(b, "%" PRIu64 " %s", n, word);
	if (n > 0)
		buf_addf(b, " (%s)", words_share(share, n, all));
}
