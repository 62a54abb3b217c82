/* SPDX-License-Identifier: MIT */
/*
 * The report as one HTML file that can be sent to anybody: the order of its
 * sections, its head, the verdict and the headline figures.
 *
 * Nothing is loaded from anywhere, which a content security policy in it says
 * to browsers, too; there is no script. It is HTML5 and well-formed XML at
 * once, and reads without its style sheet as well. Sections without content
 * are left out or say why. Errors stick in the stream.
 */

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "commit.h"
#include "http/url.h"
#include "report/html_latency.h"
#include "report/html_plan.h"
#include "report/html_requests.h"
#include "report/html_style.h"
#include "report/html_tables.h"
#include "report/html_timeline.h"
#include "report/markup.h"
#include "report/outlook.h"
#include "report/percentiles.h"
#include "report/svg.h"
#include "report/words.h"

static void	 put_head(FILE *, const struct report *,
		    const struct outlook *);
static void	 put_title(FILE *, const struct report *);
static void	 put_facts(FILE *, const struct report *);
static void	 put_outlook(FILE *, const struct outlook *);
static void	 put_tiles(FILE *, const struct report *);
static void	 put_foot(FILE *);

void
html_write(FILE *out, const struct report *r)
{
	struct outlook o;

	outlook_init(&o, r);
	put_head(out, r, &o);
	fputs("<body>\n", out);
	svg_shapes(out);
	fputs("<header>\n<h1>", out);
	put_title(out, r);
	fputs("</h1>\n", out);
	put_facts(out, r);
	fputs("</header>\n<main>\n", out);
	put_outlook(out, &o);
	put_tiles(out, r);
	html_timeline_write(out, r);
	html_latency_write(out, r);
	html_parts_write(out, r);
	html_answers_write(out, r);
	html_slowest_write(out, r);
	html_thresholds_write(out, r);
	html_audit_write(out, r);
	html_workers_write(out, r);
	html_plan_write(out, r);
	fputs("</main>\n", out);
	put_foot(out);
	fputs("</body>\n</html>\n", out);
}

static void
put_head(FILE *out, const struct report *r, const struct outlook *o)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\"/>\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'unsafe-inline'\"/>\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\"/>\n"
	    "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	    "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
	    "<title>", out);
	fprintf(out, "%s: ", outlook_head(o));
	put_title(out, r);
	fputs("</title>\n", out);
	html_style_write(out);
	fputs("</head>\n", out);
}

static void
put_title(FILE *out, const struct report *r)
{
	const struct scenario *s = &r->plan->req.scenario;
	char url[HTTP_URL_MAX + sizeof("***")];

	if (r->nmerged > 0)
		fprintf(out, "%zu %s merged", r->nmerged, r->nmerged == 1 ?
		    "result" : "results");
	else if (s->url == NULL)
		fputs("A load test", out);
	else
		markup_textf(out, "%s %s", s->method == NULL ? "GET" :
		    s->method, report_url(url, sizeof(url), s->url));
}

/* When, for how long, against what. */
static void
put_facts(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	char when[WORDS_MAX], ran[FORMAT_MAX], planned[WORDS_MAX];
	char warmup[FORMAT_MAX];

	fputs("<p class=\"facts\">", out);
	if (res->start_wall_ns != 0) {
		words_time(when, res->start_wall_ns);
		fprintf(out, "Started <time datetime=\"%s\">%.10s %.8s UTC"
		    "</time>; ", when, when, when + sizeof("2026-01-02"));
	}
	fprintf(out, "ran for %s", format_ns(ran, res->duration_ns));
	if (r->has_plan)
		fprintf(out, " of %s planned", words_seconds(planned,
		    r->planned_sec));
	if (r->plan->req.warmup_ns > 0)
		fprintf(out, " behind a warm-up of %s", format_duration(warmup,
		    r->plan->req.warmup_ns));
	if (res->address[0] != '\0')
		markup_textf(out, "; address %s", res->address);
	if (res->tls_protocol[0] != '\0')
		markup_textf(out, "; %s, %s", res->tls_protocol,
		    res->tls_cipher);
	if (r->has_plan && r->plan->req.scenario.connect.tls.is_insecure)
		fputs("; certificates were not verified", out);
	fputs("</p>\n", out);
}

static void
put_sign(FILE *out, const struct outlook *o)
{
	fputs("<svg width=\"32\" height=\"32\" viewBox=\"0 0 32 32\" "
	    "aria-hidden=\"true\"><circle cx=\"16\" cy=\"16\" r=\"14\" "
	    "fill=\"none\" stroke=\"currentColor\" stroke-width=\"3\"/>"
	    "<path fill=\"none\" stroke=\"currentColor\" stroke-width=\"3\" "
	    "stroke-linecap=\"round\" d=\"", out);
	fprintf(out, "%s\"/></svg>\n", o->is_bad ? "M11 11L21 21M21 11L11 21" :
	    o->is_unknown ? "M10 16H22" : "M10 16.5L14.5 21L22 12");
}

static void
put_outlook(FILE *out, const struct outlook *o)
{
	size_t i;

	fprintf(out, "<section class=\"verdict %s\" aria-label=\"Verdict\">\n",
	    o->is_bad ? "bad" : o->is_unknown ? "unknown" : "good");
	put_sign(out, o);
	fprintf(out, "<div>\n<p class=\"head\">%s</p>\n", outlook_head(o));
	if (o->nreasons == 0) {
		fputs("<p>", out);
		markup_text(out, o->notes);
		fputs("</p>\n", out);
	} else {
		fputs("<ul>\n", out);
		for (i = 0; i < o->nreasons; i++) {
			fputs("<li>", out);
			markup_text(out, o->reasons[i]);
			fputs("</li>\n", out);
		}
		fputs("</ul>\n", out);
	}
	fputs("</div>\n</section>\n", out);
}

static void
put_tile(FILE *out, const char *name, const char *figure, const char *more)
{
	fprintf(out, "<div><dt>%s</dt><dd><div class=\"figure\">", name);
	markup_text(out, figure);
	fprintf(out, "</div><div class=\"more\">%s</div></dd></div>\n", more);
}

static void
put_rate_tile(FILE *out, const struct report *r)
{
	char achieved[WORDS_MAX], planned[WORDS_MAX];
	char more[2 * WORDS_MAX] = "completed / duration";

	if (r->has_closed)
		snprintf(more, sizeof(more), "as fast as answers came");
	else if (r->has_plan && r->planned_sec > 0)
		snprintf(more, sizeof(more), "of %s planned",
		    words_rate(planned, r->planned_count / r->planned_sec));
	put_tile(out, "Rate", words_rate(achieved, report_rate(r)), more);
}

static void
put_percentile_tile(FILE *out, const struct result *res, const char *name,
    double p, const char *more)
{
	char text[FORMAT_MAX] = "n/a";
	struct percentile v;

	percentile_of(&v, res, RESULT_LATENCY, p);
	if (v.has_value)
		words_percentile(text, v.value_ns);
	else
		more = "too few requests";
	put_tile(out, name, text, more);
}

static void
put_tiles(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	const struct counters *n = &res->n;
	char share[WORDS_MAX], count[MARKUP_COUNT_MAX];
	char all[MARKUP_COUNT_MAX], more[2 * WORDS_MAX];

	fputs("<dl class=\"tiles\">\n", out);
	put_rate_tile(out, r);
	put_percentile_tile(out, res, "Response p50", 50,
	    "half were faster");
	put_percentile_tile(out, res, "Response p99", 99,
	    "1 of 100 was slower");
	snprintf(more, sizeof(more), "%s started, %" PRIu64 " lost",
	    markup_count(all, n->started), res->lost);
	put_tile(out, "Completed", markup_count(count, n->completed), more);
	snprintf(more, sizeof(more), "%s of %s requests",
	    markup_count(count, n->failed), markup_count(all, n->completed));
	put_tile(out, "Failed", words_share(share, n->failed, n->completed),
	    more);
	snprintf(more, sizeof(more), "%s of %s arrivals",
	    markup_count(count, n->dropped), markup_count(all, n->scheduled));
	put_tile(out, "Dropped", words_share(share, n->dropped, n->scheduled),
	    more);
	fputs("</dl>\n", out);
}

static void
put_foot(FILE *out)
{
	const char *commit = commit_name();

	fprintf(out, "<footer>pulse %s%s%s%s</footer>\n", PULSE_VERSION,
	    commit != NULL ? " (" : "", commit != NULL ? commit : "",
	    commit != NULL ? ")" : "");
}
