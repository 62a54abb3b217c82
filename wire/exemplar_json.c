/* SPDX-License-Identifier: MIT */
/*
 * Exemplars as a member of a result, both ways.
 *
 * What is zero or empty is left out, and a latency is the sum of its parts.
 * Reading bounds the lists before it looks at them and fills what has a fixed
 * size, so that no document makes it larger.
 */

#include <string.h>

#include "load/exemplar.h"
#include "load/outcome.h"
#include "wire/exemplar_json.h"
#include "wire/read.h"

static void	 put_exemplar(struct json_out *, const struct exemplar *);
static void	 put_nonzero(struct json_out *, const char *, uint64_t);
static void	 put_text(struct json_out *, const char *, const char *);
static int	 read_header(const struct wire_reader *, struct exemplars *);
static int	 read_list(const struct wire_reader *, const char *, size_t,
		    struct result *, void (*)(struct exemplars *,
		    const struct exemplar *));
static int	 read_exemplar(const struct wire_reader *, struct exemplar *,
		    bool *);
static int	 read_parts(const struct wire_reader *, struct exemplar *);
static int	 read_numbers(const struct wire_reader *, struct exemplar *);
static int	 read_cause(const struct wire_reader *, struct exemplar *,
		    bool *);
static int	 check_counts(const struct wire_reader *,
		    const struct result *);

static const char *const lists[] = { "slowest", "failed" };

void
exemplars_to_json(const struct exemplars *x, struct json_out *w)
{
	size_t i, j;

	if (x->nslowest == 0 && x->nkinds == 0 && x->name[0] == '\0')
		return;
	json_object(w, "exemplars");
	put_text(w, "header", x->name);
	json_array(w, lists[0]);
	for (i = 0; i < x->nslowest; i++)
		put_exemplar(w, &x->slowest[i]);
	json_close(w);
	json_array(w, lists[1]);
	for (i = 0; i < x->nkinds; i++)
		for (j = 0; j < x->kinds[i].nlast; j++)
			put_exemplar(w, &x->kinds[i].last[j]);
	json_close(w);
	json_close(w);
}

static void
put_exemplar(struct json_out *w, const struct exemplar *e)
{
	int i;

	json_object(w, NULL);
	json_uint(w, "at", e->wall_ns);
	json_object(w, "parts");
	for (i = 0; i < PARTS; i++)
		put_nonzero(w, part_name((enum part)i), e->spent_ns[i]);
	json_close(w);
	put_nonzero(w, "generator", e->generator);
	put_nonzero(w, "port", e->local_port);
	put_nonzero(w, "status", e->status);
	if (e->cause != CAUSE_NONE) {
		json_str(w, "part", part_name(e->part));
		json_str(w, "cause", cause_name(e->cause));
	}
	put_text(w, "worker", e->worker);
	put_text(w, "header", e->header);
	json_close(w);
}

static void
put_nonzero(struct json_out *w, const char *name, uint64_t v)
{
	if (v > 0)
		json_uint(w, name, v);
}

static void
put_text(struct json_out *w, const char *name, const char *text)
{
	if (*text != '\0')
		json_str(w, name, text);
}

int
exemplars_from_json(struct result *res, const struct wire_reader *r)
{
	struct wire_reader in;

	if (wire_read_object(r, "exemplars", &in) == -1 ||
	    read_header(&in, &res->exemplars) == -1 ||
	    read_list(&in, lists[0], EXEMPLARS_SLOWEST, res,
	    exemplars_add_slow) == -1 ||
	    read_list(&in, lists[1], (size_t)EXEMPLARS_KINDS * EXEMPLARS_LAST,
	    res, exemplars_add_failed) == -1)
		return -1;
	return check_counts(&in, res);
}

/* One that may not be sampled is not shown, whoever did it. */
static int
read_header(const struct wire_reader *r, struct exemplars *x)
{
	const char *name = "";
	char why[WIRE_TEXT_MAX];

	if (wire_read_str(r, "header", &name) == -1)
		return -1;
	if (*name != '\0' && wire_check_sample(name, why) == -1)
		return wire_must_be(r, "header", "one that can be sampled");
	exemplars_set_name(x, name);
	return 0;
}

static int
read_list(const struct wire_reader *r, const char *name, size_t max,
    struct result *res, void (*add)(struct exemplars *,
    const struct exemplar *))
{
	const struct json_value *list, *v;
	struct wire_reader in;
	struct exemplar e;
	bool is_known;
	size_t i = 0;

	if (wire_read_list(r, name, max, &list) == -1)
		return -1;
	for (v = list == NULL ? NULL : list->child; v != NULL; v = v->next) {
		if (wire_read_entry(r, name, i++, v, &in) == -1 ||
		    read_exemplar(&in, &e, &is_known) == -1)
			return -1;
		if (add == exemplars_add_failed && is_known &&
		    e.cause == CAUSE_NONE)
			return wire_must_be(&in, "cause", "there");
		if (is_known)
			add(&res->exemplars, &e);
	}
	return 0;
}

static int
read_exemplar(const struct wire_reader *r, struct exemplar *e, bool *is_known)
{
	const char *worker = "", *header = "";

	memset(e, 0, sizeof(*e));
	if (wire_read_ns(r, "at", &e->wall_ns) == -1 ||
	    read_parts(r, e) == -1 ||
	    read_numbers(r, e) == -1 ||
	    read_cause(r, e, is_known) == -1 ||
	    wire_read_str(r, "worker", &worker) == -1 ||
	    wire_read_str(r, "header", &header) == -1)
		return -1;
	exemplar_set_worker(e, worker);
	exemplar_set_header(e, header, strlen(header));
	return 0;
}

static int
read_parts(const struct wire_reader *r, struct exemplar *e)
{
	struct wire_reader in;
	int i;

	if (wire_read_object(r, "parts", &in) == -1)
		return -1;
	for (i = 0; i < PARTS; i++) {
		if (wire_read_ns(&in, part_name((enum part)i),
		    &e->spent_ns[i]) == -1)
			return -1;
		if (e->spent_ns[i] > WIRE_INT_MAX - e->latency_ns)
			return wire_must_be(r, "parts",
			    "below 2^63 all together");
		e->latency_ns += e->spent_ns[i];
	}
	return 0;
}

static int
read_numbers(const struct wire_reader *r, struct exemplar *e)
{
	uint64_t generator = 0, port = 0, status = 0;

	if (wire_read_count(r, "generator", &generator) == -1 ||
	    wire_read_count(r, "port", &port) == -1 ||
	    wire_read_count(r, "status", &status) == -1)
		return -1;
	if (generator >= RESULT_GENERATORS_MAX)
		return wire_must_be(r, "generator", "the number of one");
	if (port > UINT16_MAX)
		return wire_must_be(r, "port", "a port");
	if (status >= RESULT_STATUS_MAX)
		return wire_must_be(r, "status", "a status code");
	e->generator = (uint32_t)generator;
	e->local_port = (uint16_t)port;
	e->status = (uint16_t)status;
	return 0;
}

/* Without a cause it went well. */
static int
read_cause(const struct wire_reader *r, struct exemplar *e, bool *is_known)
{
	const char *part = "", *cause = "";

	if (wire_read_str(r, "part", &part) == -1 ||
	    wire_read_str(r, "cause", &cause) == -1)
		return -1;
	*is_known = *cause == '\0' || (part_by_name(part, &e->part) == 0 &&
	    cause_by_name(cause, &e->cause) == 0);
	return 0;
}

static int
check_counts(const struct wire_reader *r, const struct result *res)
{
	const struct exemplars *x = &res->exemplars;
	const struct exemplar_kind *kind;
	struct coarse all;
	size_t i;

	result_buckets(&all, res, RESULT_LATENCY);
	if (x->nslowest > all.count ||
	    (x->nslowest > 0 && x->slowest[0].latency_ns > all.max_ns))
		return wire_must_be(r, lists[0], "among what latency has");
	for (i = 0; i < x->nkinds; i++) {
		kind = &x->kinds[i];
		if (kind->nlast > res->n.error[kind->part][kind->cause])
			return wire_must_be(r, lists[1],
			    "among what errorTable has");
	}
	return 0;
}
