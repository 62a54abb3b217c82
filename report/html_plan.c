/* SPDX-License-Identifier: MIT */
/*
 * The plan in the HTML report: the request, its phases, its limits, and all of
 * it as JSON to unfold.
 *
 * Secrets are *** as in every report: report_is_secret, report_url and
 * report_plan decide what is one. A body is shown as far as BODY_SHOWN_MAX, if
 * it is text. Errors stick in the stream.
 */

#include <assert.h>
#include <inttypes.h>

#include "base/text.h"
#include "http/url.h"
#include "load/arrival.h"
#include "report/html_plan.h"
#include "report/markup.h"
#include "report/words.h"

enum {
	BODY_SHOWN_MAX = 4096,	/* bytes */
	PHASES_SHOWN = 200
};

static void	 put_request(FILE *, const struct scenario *);
static void	 put_limits(FILE *, const struct run_request *);
static void	 put_phases(FILE *, const struct run_request *);
static void	 put_json(FILE *, const struct plan *);

void
html_plan_write(FILE *out, const struct report *r)
{
	const struct run_request *req = &r->plan->req;

	if (!r->has_plan)
		return;
	markup_section(out, "plan", "The plan");
	fputs("<dl class=\"items\">\n", out);
	put_request(out, &req->scenario);
	put_limits(out, req);
	fputs("</dl>\n", out);
	put_phases(out, req);
	put_json(out, r->plan);
	markup_section_end(out);
}

static void
put_body(FILE *out, const struct scenario *s)
{
	size_t shown = s->body_len < BODY_SHOWN_MAX ? s->body_len :
	    BODY_SHOWN_MAX;

	if (s->body_len == 0)
		return;
	fprintf(out, "<dt>Body</dt><dd>%zu bytes", s->body_len);
	if (wire_is_utf8(s->body, s->body_len)) {
		/* A character is not cut in two. */
		while (shown < s->body_len &&
		    ((unsigned char)s->body[shown] & 0xc0) == 0x80)
			shown++;
		fputs("<pre tabindex=\"0\">", out);
		markup_lines(out, s->body, shown);
		fprintf(out, "%s</pre>", shown < s->body_len ? "..." : "");
	}
	fputs("</dd>\n", out);
}

static void
put_request(FILE *out, const struct scenario *s)
{
	char url[HTTP_URL_MAX + sizeof("***")];
	size_t i;

	if (s->url != NULL)
		markup_item(out, "Request", "%s %s", s->method == NULL ?
		    "GET" : s->method, report_url(url, sizeof(url), s->url));
	for (i = 0; i < s->nheaders; i++) {
		fputs("<dt>Header</dt><dd>", out);
		markup_text(out, s->headers[i].name);
		fputs(": ", out);
		markup_text(out, report_is_secret(s->headers[i].name) ?
		    "***" : s->headers[i].value);
		fputs("</dd>\n", out);
	}
	put_body(out, s);
}

static void
put_limits(FILE *out, const struct run_request *req)
{
	char text[FORMAT_MAX], count[MARKUP_COUNT_MAX];
	const struct scenario *s = &req->scenario;

	markup_item(out, "In flight", "at most %s, then %s",
	    markup_count(count, req->max_concurrency),
	    policy_name(req->policy));
	markup_item(out, "Timeout", "%s for a whole request",
	    format_duration(text, s->timeout_ns));
	markup_item(out, "Redirects", "at most %" PRIu64, s->redirects);
	markup_item(out, "Connections", "%s", s->keep_alive ?
	    "are kept" : "one a request");
	if (req->is_poisson && req->has_seed)
		markup_item(out, "Arrivals", "Poisson, seed %" PRIu64,
		    req->seed);
	else
		markup_item(out, "Arrivals", "%s", req->is_poisson ?
		    "Poisson" : "uniform");
	if (req->warmup_ns > 0)
		markup_item(out, "Warm-up", "the first %s, in no figure",
		    format_duration(text, req->warmup_ns));
	if (req->requests > 0)
		markup_item(out, "Ends", "after %s arrivals",
		    markup_count(count, req->requests));
}

static void
put_phases(FILE *out, const struct run_request *req)
{
	static const char *const columns[] = { "phase", "arrivals" };
	char words[WORDS_PHASE_MAX], count[MARKUP_COUNT_MAX];
	uint64_t before = 0, until;
	size_t i;

	markup_table(out, "Phases", columns, UTIL_NELEM(columns), 0);
	for (i = 0; i < req->nphases && i < PHASES_SHOWN; i++) {
		/* Of all phases so far: the plan goes on across them. */
		until = arrival_count_of(req->phases, i + 1);
		markup_row(out, "%s", words_phase(words, &req->phases[i]));
		if (req->phases[i].type == PHASE_MAX)
			markup_number(out, "as many as come");
		else
			markup_number(out, "%s", markup_count(count,
			    until - before));
		markup_row_end(out);
		before = until;
	}
	markup_table_end(out);
	if (i < req->nphases)
		markup_note(out, "%zu more phases", req->nphases - i);
}

static void
put_json(FILE *out, const struct plan *plan)
{
	struct json_out w;
	struct buf b;
	int rv;

	buf_init(&b, JSON_TEXT_MAX);
	json_out_start(&w, &b, true);
	report_plan(&w, NULL, plan);
	rv = json_out_end(&w);
	assert(rv == 0);	/* nesting and size are ours alone */
	(void)rv;		/* used by nothing else */
	fputs("<details>\n<summary>The whole plan as JSON</summary>\n"
	    "<pre tabindex=\"0\">", out);
	markup_lines(out, b.data, b.len);
	fputs("</pre>\n</details>\n", out);
	buf_clear(&b);
}
