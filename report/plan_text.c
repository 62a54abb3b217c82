/* SPDX-License-Identifier: MIT */
/*
 * The plan as a dry run shows it to a person: what would be sent, when, how
 * much of it. Aligned lines with a unit on every number; secrets are ***.
 * Pure formatting, nothing is asked of anybody.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/url.h"
#include "load/arrival.h"
#include "report/plan_text.h"
#include "report/report.h"
#include "report/words.h"

enum {
	TEXT_SHOWN_MAX = 60,	/* bytes of one that a check looks for */
	NAME_WIDTH = 30		/* of a worker, columns */
};

static void
write_phases(FILE *out, const struct run_request *req)
{
	char words[WORDS_PHASE_MAX], text[FORMAT_MAX];
	uint64_t before = 0, until;
	size_t i;

	for (i = 0; i < req->nphases; i++) {
		/* Of all phases so far: the plan goes on across them. */
		until = arrival_count_of(req->phases, i + 1);
		words_phase(words, &req->phases[i]);
		if (req->phases[i].type == PHASE_MAX)
			fprintf(out, "  %-11s %-46s as many as come\n",
			    i == 0 ? "phases" : "", words);
		else
			fprintf(out, "  %-11s %-46s %" PRIu64 " arrivals\n",
			    i == 0 ? "phases" : "", words, until - before);
		before = until;
	}
	fprintf(out, "  %-11s %" PRIu64 " arrivals in %s", "in all", before,
	    format_duration(text, run_request_duration_ns(req)));
	if (req->requests > 0)
		fprintf(out, ", stops after %" PRIu64, req->requests);
	fprintf(out, "\n");
	if (req->is_poisson)
		fprintf(out, "  %-11s poisson, seed %" PRIu64 "\n", "arrivals",
		    req->seed);
	if (req->warmup_ns > 0)
		fprintf(out, "  %-11s first %s, not in the result\n",
		    "warm-up", format_duration(text, req->warmup_ns));
}

/* On one line, whatever is in it, and not longer than a line should be. */
static void
write_quoted(FILE *out, const char *s)
{
	size_t i;

	fputc('"', out);
	/* A character of several bytes is not cut in two. */
	for (i = 0; s[i] != '\0' && (i < TEXT_SHOWN_MAX ||
	    ((unsigned char)s[i] & 0xc0) == 0x80); i++)
		fputc((unsigned char)s[i] < ' ' || s[i] == 0x7f ? '?' : s[i],
		    out);
	fprintf(out, "%s\"", s[i] == '\0' ? "" : "...");
}

/* Begins a line; only the first of them has the title. */
static void
write_title(FILE *out, const char **title)
{
	fprintf(out, "  %-11s ", *title);
	*title = "";
}

static void
write_checks(FILE *out, const struct checks *c)
{
	const char *title = "checks";
	size_t i;

	if (c->status != 0) {
		write_title(out, &title);
		fprintf(out, "status %d\n", c->status);
	}
	for (i = 0; i < c->nheaders; i++) {
		write_title(out, &title);
		fprintf(out, "header %s: %s\n", c->headers[i].name,
		    report_is_secret(c->headers[i].name) ? "***" :
		    c->headers[i].value);
	}
	for (i = 0; i < c->ntexts; i++) {
		write_title(out, &title);
		fprintf(out, "body contains ");
		write_quoted(out, c->texts[i]);
		fputc('\n', out);
	}
	for (i = 0; i < c->njson; i++) {
		write_title(out, &title);
		fprintf(out, "json ");
		write_quoted(out, c->json[i].name);
		fprintf(out, " equals ");
		write_quoted(out, c->json[i].value);
		fputc('\n', out);
	}
}

static void
write_tls(FILE *out, const struct connect_settings *c)
{
	const char *title = "TLS";
	size_t n;

	if (c->tls.is_insecure) {
		write_title(out, &title);
		fprintf(out, "no certificate is verified\n");
	}
	if (c->tls.ca != NULL) {
		n = connect_count_certs(c->tls.ca);
		write_title(out, &title);
		fprintf(out, "%zu CA certificate%s of the plan, no others\n",
		    n, n == 1 ? "" : "s");
	}
	if (c->tls.cert != NULL) {
		write_title(out, &title);
		fprintf(out, "a certificate is shown if one is asked for\n");
	}
	if (c->server_name != NULL) {
		write_title(out, &title);
		fprintf(out, "server name %s\n", c->server_name);
	}
	if (c->tls.no_resume) {
		write_title(out, &title);
		fprintf(out, "no resumption\n");
	}
}

/* What is empty, "*", is any one at first and the same one then. */
static void
write_place(FILE *out, const char *host, uint16_t port)
{
	if (host == NULL)
		fprintf(out, "*");
	else
		fprintf(out, strchr(host, ':') != NULL ? "[%s]" : "%s", host);
	if (port == 0)
		fprintf(out, ":*");
	else
		fprintf(out, ":%u", (unsigned int)port);
}

static void
write_path(FILE *out, const char *path)
{
	fprintf(out, "unix:");
	for (; *path != '\0'; path++)
		fputc((unsigned char)*path < ' ' || *path == 0x7f ? '?' :
		    *path, out);
	fputc('\n', out);
}

static void
write_connect(FILE *out, const struct connect_settings *c)
{
	const char *title = "connect";
	char text[NET_TEXT_MAX];
	size_t i;

	for (i = 0; i < c->ndetours; i++) {
		write_title(out, &title);
		write_place(out, c->detours[i].host, c->detours[i].port);
		fprintf(out, " at ");
		write_place(out, c->detours[i].to_host,
		    c->detours[i].to_port);
		fputc('\n', out);
	}
	if (c->unix_socket != NULL) {
		write_title(out, &title);
		write_path(out, c->unix_socket);
	}
	title = "sources";
	for (i = 0; i < c->nsources; i++) {
		write_title(out, &title);
		fprintf(out, "%s\n", connect_format_source(text,
		    &c->sources[i]));
	}
}

static void
write_request(FILE *out, const struct scenario *s)
{
	char url[HTTP_URL_MAX + 8], text[FORMAT_MAX];
	size_t i;

	fprintf(out, "  %-11s %s %s\n", "request", s->method,
	    report_url(url, sizeof(url), s->url));
	for (i = 0; i < s->nheaders; i++)
		fprintf(out, "  %-11s %s: %s\n", "", s->headers[i].name,
		    report_is_secret(s->headers[i].name) ? "***" :
		    s->headers[i].value);
	if (s->body != NULL)
		fprintf(out, "  %-11s body of %zu bytes\n", "", s->body_len);
	write_checks(out, &s->checks);
	write_tls(out, &s->connect);
	write_connect(out, &s->connect);
	fprintf(out, "  %-11s %s for a whole request, %" PRIu64
	    " redirects at most%s\n", "limits",
	    format_duration(text, s->timeout_ns), s->redirects,
	    s->keep_alive ? "" : ", a connection each");
	if (s->sample_header != NULL)
		fprintf(out, "  %-11s header %s of answers\n", "samples",
		    s->sample_header);
}

void
plan_text_write(FILE *out, const struct plan *plan, bool fits)
{
	const struct run_request *req = &plan->req;
	size_t i;

	fprintf(out, fits ? "This plan is good; nothing was sent.\n\n" :
	    "This machine cannot make this plan; nothing was sent.\n\n");
	write_request(out, &req->scenario);
	fprintf(out, "  %-11s %" PRIu64
	    " requests in flight at most, then %s\n", "",
	    req->max_concurrency, policy_name(req->policy));
	write_phases(out, req);
	for (i = 0; i < plan->nthresholds; i++)
		fprintf(out, "  %-11s %s\n", i == 0 ? "thresholds" : "",
		    plan->thresholds[i].text);
}

/* "250", "10-500", "max", for each phase. */
static void
write_rates(FILE *out, const struct run_request *req)
{
	const struct phase *p;
	size_t i;

	for (i = 0; i < req->nphases; i++) {
		p = &req->phases[i];
		fprintf(out, i == 0 ? "  " : ", ");
		if (p->type == PHASE_MAX)
			fprintf(out, "max");
		else if (p->type == PHASE_CONSTANT)
			fprintf(out, "%" PRIu64, p->rate);
		else
			fprintf(out, "%" PRIu64 "-%" PRIu64, p->from, p->to);
	}
	fprintf(out, "\n");
}

/* Behind the warm-up, as the result will have them. */
static void
write_part(FILE *out, const struct split_part *shared,
    const struct split_part *rates)
{
	const struct run_request *req = &shared->req;

	fprintf(out, " %10" PRIu64, req->max_concurrency);
	if (req->is_poisson || run_request_has_max(req))
		fprintf(out, " %12s", "-");
	else
		fprintf(out, " %12" PRIu64, shared->arrivals);
	if (rates->is_left_out)
		fprintf(out, "  none\n");
	else
		write_rates(out, &rates->req);
}

void
plan_text_write_parts(FILE *out, const struct fleet *fleet,
    const struct split_part *shared, const struct split_part *rates)
{
	const struct worker_address *w;
	char name[WORDS_COLUMN_MAX];
	size_t i;

	fprintf(out, "\n  %-*s %7s %10s %12s  %s\n", NAME_WIDTH,
	    "worker", "weight", "in flight", "arrivals", "rates");
	for (i = 0; i < fleet->n; i++) {
		w = &fleet->workers[i];
		fprintf(out, "%s %7" PRIu64, words_column(name, 2, w->name,
		    NAME_WIDTH), w->weight);
		if (shared[i].is_left_out)
			fprintf(out, "  left out: its share is nothing\n");
		else
			write_part(out, &shared[i], &rates[i]);
	}
	fprintf(out, "  rates are for workers that cannot share arrivals\n");
}

void
plan_text_write_machine(FILE *out, const struct preflight *p)
{
	const struct preflight_line *l;
	size_t i;

	fprintf(out, "\nThis machine\n");
	for (i = 0; i < p->n; i++) {
		l = &p->at[i];
		fprintf(out, "  %-11s %s%s%s%s\n", l->title, l->sum,
		    l->is_impossible ? ", too few" :
		    l->why[0] != '\0' ? ", doubtful" : "",
		    l->how[0] != '\0' ? ": " : "", l->how);
	}
}
