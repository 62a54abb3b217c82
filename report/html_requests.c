/* SPDX-License-Identifier: MIT */
/*
 * Single requests in the HTML report, to be found again in a server's log: when
 * they were due, where their time went, from which port they came, and the
 * value of the header that was sampled.
 *
 * What is known of nobody is no column. Whatever a server or a worker wrote is
 * escaped by markup.c. Errors stick in the stream.
 */

#include <assert.h>
#include <inttypes.h>

#include "base/text.h"
#include "report/html_requests.h"
#include "report/markup.h"
#include "report/words.h"

enum {
	BAR_NAME = 18,		/* a part of so many percent has its name */
	BAR_NUMBER = 3,		/* and from so many on its number */
	BAR_TEXT = 20,		/* pixels that a text needs */
	ROW_BAR = 12		/* pixels of a request's bar */
};

/* Which columns a table has. */
struct columns {
	const char	*names[10];
	size_t		 n;
	uint32_t	 words;
	bool		 has_workers;
	bool		 has_ports;
	bool		 has_header;
	bool		 has_failures;
};

static void	 see(struct columns *, const struct exemplar *, size_t);
static void	 name_columns(struct columns *, const struct exemplars *);
static void	 put_request(FILE *, const struct columns *,
		    const struct exemplar *);

void
html_slowest_write(FILE *out, const struct report *r)
{
	const struct exemplars *x = &r->result->exemplars;
	struct columns c = { .n = 0 };
	size_t i;

	if (x->nslowest == 0)
		return;
	see(&c, x->slowest, x->nslowest);
	name_columns(&c, x);
	markup_section(out, "slowest", "Slowest requests");
	markup_table(out, "Slowest first, times from the planned moment on",
	    c.names, c.n, c.words);
	for (i = 0; i < x->nslowest; i++)
		put_request(out, &c, &x->slowest[i]);
	markup_table_end(out);
	markup_section_end(out);
}

void
html_failures_write(FILE *out, const struct report *r)
{
	const struct exemplars *x = &r->result->exemplars;
	struct columns c = { .n = 0 };
	size_t i, j;

	if (x->nkinds == 0)
		return;
	for (i = 0; i < x->nkinds; i++)
		see(&c, x->kinds[i].last, x->kinds[i].nlast);
	name_columns(&c, x);
	markup_table(out, "The last requests that failed, by kind", c.names,
	    c.n, c.words);
	for (i = 0; i < x->nkinds; i++)
		for (j = 0; j < x->kinds[i].nlast; j++)
			put_request(out, &c, &x->kinds[i].last[j]);
	markup_table_end(out);
}

static void
see(struct columns *c, const struct exemplar *all, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		c->has_workers |= all[i].worker[0] != '\0';
		c->has_ports |= all[i].local_port != 0;
		c->has_header |= all[i].header[0] != '\0';
		c->has_failures |= all[i].cause != CAUSE_NONE;
	}
}

static void
name_column(struct columns *c, const char *name, bool is_word)
{
	assert(c->n < UTIL_NELEM(c->names));
	c->words |= (uint32_t)is_word << c->n;
	c->names[c->n++] = name;
}

static void
name_columns(struct columns *c, const struct exemplars *x)
{
	name_column(c, "planned for, UTC", true);
	name_column(c, "response", false);
	name_column(c, "parts", true);
	name_column(c, "most of it in", true);
	name_column(c, "status", false);
	if (c->has_failures)
		name_column(c, "failed", true);
	name_column(c, "generator", false);
	if (c->has_ports)
		name_column(c, "local port", false);
	if (c->has_workers)
		name_column(c, "worker", true);
	if (c->has_header)
		name_column(c, x->name, true);
}

static void
put_parts(FILE *out, const struct exemplar *e)
{
	double share[PARTS] = { 0 };
	size_t i, most = 0;

	for (i = 0; i < PARTS; i++) {
		if (e->latency_ns > 0)
			share[i] = 100 * (double)e->spent_ns[i] /
			    (double)e->latency_ns;
		if (share[i] > share[most])
			most = i;
	}
	fputs("<td class=\"word parts\">", out);
	html_bar_write(out, share, ROW_BAR, "parts");
	fputs("</td>", out);
	markup_word(out, "%s %.0f%%", part_name((enum part)most),
	    share[most]);
}

/* What others have chosen, of any length. */
static void
put_name(FILE *out, const char *name)
{
	fputs("<td class=\"word name\">", out);
	markup_text(out, name);
	fputs("</td>", out);
}

static void
put_request(FILE *out, const struct columns *c, const struct exemplar *e)
{
	char when[WORDS_MAX], ns[FORMAT_MAX];

	words_time(when, e->wall_ns);
	/* The time of day to the millisecond; the day is at the top. */
	markup_row(out, "%.12s", when + sizeof("2026-01-02"));
	markup_number(out, "%s", format_ns(ns, e->latency_ns));
	put_parts(out, e);
	if (e->status == 0)
		markup_number(out, "none");
	else
		markup_number(out, "%u", e->status);
	if (c->has_failures && e->cause == CAUSE_NONE)
		markup_word(out, "no");
	else if (c->has_failures)
		markup_word(out, "%s: %s", part_name(e->part),
		    cause_name(e->cause));
	markup_number(out, "#%" PRIu32, e->generator);
	if (c->has_ports && e->local_port == 0)
		markup_number(out, "n/a");
	else if (c->has_ports)
		markup_number(out, "%u", e->local_port);
	if (c->has_workers)
		put_name(out, e->worker);
	if (c->has_header)
		put_name(out, e->header);
	markup_row_end(out);
}

void
html_bar_write(FILE *out, const double share[PARTS], int height,
    const char *title)
{
	const char *name;
	double at = 0;
	size_t i;

	fprintf(out, "<svg class=\"bar\" role=\"img\" aria-label=\"%s\" "
	    "width=\"100%%\" height=\"%d\">", title, height);
	for (i = 0; i < PARTS; at += share[i++]) {
		if (share[i] <= 0)
			continue;
		name = part_name((enum part)i);
		fprintf(out, "<rect class=\"part %s\" x=\"%.2f%%\" "
		    "width=\"%.2f%%\" height=\"%d\"><title>%s %.1f%%</title>"
		    "</rect>", name, at, share[i], height, name, share[i]);
		if (share[i] >= BAR_NUMBER && height >= BAR_TEXT)
			fprintf(out, "<text x=\"%.2f%%\" y=\"%d\" text-anchor="
			    "\"middle\">%zu%s%s</text>", at + share[i] / 2,
			    height / 2 + 4, i + 1,
			    share[i] >= BAR_NAME ? " " : "",
			    share[i] >= BAR_NAME ? name : "");
	}
	fputs("</svg>\n", out);
}
