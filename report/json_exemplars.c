/* SPDX-License-Identifier: MIT */
/*
 * Single requests in the JSON report: the slowest ones, and the last failures
 * of each kind with how many there were of it. What is not known, or was not,
 * is null. Errors stick in the JSON writer.
 */

#include "json_write.h"
#include "load/exemplar.h"
#include "report/json_exemplars.h"
#include "report/words.h"

static void	 put_exemplar(struct json_out *, const struct exemplar *);
static void	 put_failures(struct json_out *, const struct exemplar_kind *,
		    uint64_t);
static void	 put_number(struct json_out *, const char *, uint64_t);

void
json_exemplars(struct json_out *w, const struct result *res)
{
	const struct exemplars *x = &res->exemplars;
	const struct exemplar_kind *kind;
	size_t i;

	json_object(w, "exemplars");
	json_str_or_null(w, "header", x->name);
	json_array(w, "slowest");
	for (i = 0; i < x->nslowest; i++)
		put_exemplar(w, &x->slowest[i]);
	json_close(w);
	json_array(w, "failures");
	for (i = 0; i < x->nkinds; i++) {
		kind = &x->kinds[i];
		put_failures(w, kind, res->n.error[kind->part][kind->cause]);
	}
	json_close(w);
	json_close(w);
}

static void
put_failures(struct json_out *w, const struct exemplar_kind *kind,
    uint64_t count)
{
	size_t i;

	json_object(w, NULL);
	json_str(w, "part", part_name(kind->part));
	json_str(w, "cause", cause_name(kind->cause));
	json_uint(w, "count", count);
	json_array(w, "last");
	for (i = 0; i < kind->nlast; i++)
		put_exemplar(w, &kind->last[i]);
	json_close(w);
	json_close(w);
}

static void
put_exemplar(struct json_out *w, const struct exemplar *e)
{
	bool has_failed = e->cause != CAUSE_NONE;
	char when[WORDS_MAX];
	int i;

	json_object(w, NULL);
	json_str(w, "started_at", words_time(when, e->wall_ns));
	json_ms(w, "latency_ms", e->latency_ns);
	json_object(w, "parts_ms");
	for (i = 0; i < PARTS; i++)
		json_ms(w, part_name((enum part)i), e->spent_ns[i]);
	json_close(w);
	put_number(w, "status", e->status);
	json_str_or_null(w, "part", has_failed ? part_name(e->part) : "");
	json_str_or_null(w, "cause", has_failed ? cause_name(e->cause) : "");
	json_str_or_null(w, "worker", e->worker);
	json_uint(w, "generator", e->generator);
	put_number(w, "local_port", e->local_port);
	json_str_or_null(w, "header", e->header);
	json_close(w);
}

/* null when it is 0. */
static void
put_number(struct json_out *w, const char *name, uint64_t n)
{
	if (n != 0)
		json_uint(w, name, n);
	else
		json_null(w, name);
}
