/* SPDX-License-Identifier: MIT */
/*
 * The audit, for people: whether the generators kept the plan, what they had
 * in flight, their share of the CPU, and what befell them.
 *
 * Each of many generators is not named: the busiest speaks for them. How late
 * they were is the part lag of the latency. Only words: load/audit.c has
 * judged, and has given its reasons. Errors stick in the stream.
 */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "report/audit_text.h"

static bool	 is_audited(const struct result *);
static void	 add_in_flight(struct buf *, const struct report *);
static void	 add_cpu(struct buf *, const struct result *);
static void	 write_tls(const struct page *, const struct report *);
static void	 write_stops(const struct page *, const struct result *);

void
audit_text_write(const struct page *p, const struct report *r)
{
	const struct result *res = r->result;
	bool has_audit = is_audited(res);
	struct buf b;
	size_t i;
	int at;

	buf_init(&b, PAGE_TEXT_MAX);
	add_in_flight(&b, r);
	if (has_audit)
		add_cpu(&b, res);
	at = fprintf(p->out, "%-*s", PAGE_LABEL, has_audit ? "Generator" :
	    "In flight");
	if (has_audit) {
		at += page_coloured(p, res->is_valid ? PAGE_PLAIN :
		    PAGE_UNSURE, res->is_valid ? "valid" : "NOT VALID");
		at += fprintf(p->out, ": ");
	}
	page_wrap(p, at, PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
	for (i = 0; i < res->nreasons; i++)
		page_paragraph(p, "            -", PAGE_LABEL + 2,
		    res->reasons[i]);
	write_stops(p, res);
	write_tls(p, r);
}

/* Results of other programs do not say. */
static bool
is_audited(const struct result *res)
{
	return !res->is_valid || res->ngenerators > 0 ||
	    res->hist[RESULT_PART + PART_LAG].count > 0;
}

/* The wire has not all counts: 0 of a fleet or a merge may be unknown. */
static void
add_in_flight(struct buf *b, const struct report *r)
{
	const struct result *res = r->result;

	buf_addf(b, "at most %" PRIu64, res->max_active);
	if (r->has_plan && res->nworkers == 0)
		buf_addf(b, " of %" PRIu64, r->plan->req.max_concurrency);
	if (is_audited(res))
		buf_adds(b, " in flight");
	if (r->nmerged > 0)
		buf_adds(b, ", the peak of one result");
	else if (res->nworkers > 0)
		buf_addf(b, ", the peak of one worker, of %" PRIu64 " for all "
		    "together", r->plan->req.max_concurrency);
	if (res->n.connects > 0 || (res->nworkers == 0 && r->nmerged == 0))
		buf_addf(b, ", %" PRIu64 " %s", res->n.connects,
		    res->n.connects == 1 ? "connection" : "connections");
}

/* Of its busiest interval: one that has no CPU left is late. */
static void
add_cpu(struct buf *b, const struct result *res)
{
	uint64_t busiest_ppm = 0;
	bool has_any = false;
	size_t i;

	for (i = 0; i < res->ngenerators; i++) {
		if (!res->generators[i].took_part)
			continue;
		has_any = true;
		if (res->generators[i].busiest_ppm > busiest_ppm)
			busiest_ppm = res->generators[i].busiest_ppm;
	}
	if (has_any)
		buf_addf(b, "; CPU at most %.0f%%",
		    ceil((double)busiest_ppm / 1e4));
}

/* Of several that were stopped the audit only tells how many. */
static void
write_stops(const struct page *p, const struct result *res)
{
	const struct generator_stat *g;
	size_t i, n = 0;

	for (i = 0; i < res->ngenerators; i++)
		n += res->generators[i].stops > 0;
	for (i = 0; i < res->ngenerators && n > 1; i++) {
		g = &res->generators[i];
		if (g->stops > 0)
			page_labelled(p, "Stops", "generator %zu was stopped "
			    "and continued, %" PRIu64 " %s", i, g->stops,
			    g->stops == 1 ? "time" : "times");
	}
}

static void
write_tls(const struct page *p, const struct report *r)
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
	page_paragraph(p, "TLS", PAGE_LABEL, buf_str(&b));
	buf_clear(&b);
}
