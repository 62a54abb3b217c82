/* SPDX-License-Identifier: MIT */
/*
 * A RunRequest as JSON, both ways.
 *
 * Writing keeps the member order of the Go program, which ignores what follows
 * behind its own members; so extensions go last in each object. What is read
 * back from what was written here is the same run, bit for bit.
 *
 * Reading is lenient where the wire is (unknown members, absent and null ones)
 * and strict about types: a duration is an integer literal here, never "1s".
 * It refuses with one line that names the member; whether the whole makes
 * sense is for run_request_check to say.
 */

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "json.h"
#include "json_write.h"
#include "load/arrival.h"
#include "wire.h"
#include "wire/checks_json.h"
#include "wire/connect_json.h"
#include "wire/read.h"
#include "wire/request_json.h"

static_assert(ARRIVAL_TAKERS_MAX == 4096, "a text is wrong");

static const char *const policies[] = { "drop", "block" };
static const char *const spacings[] = { "uniform", "poisson" };

static int	 read_phases(const struct wire_reader *, struct run_request *);
static int	 read_phase(const struct wire_reader *, struct phase *);
static int	 read_phase_type(const struct wire_reader *, enum phase_type *);
static void	 drop_unused(struct phase *);
static int	 read_scenario(const struct wire_reader *, struct scenario *);
static int	 read_body(const struct wire_reader *, struct scenario *);
static int	 read_header_list(const struct wire_reader *,
		    struct scenario *);
static int	 read_headers(const struct wire_reader *, struct scenario *);
static int	 add_header(const struct wire_reader *, struct scenario *,
		    const char *, const char *);
static bool	 has_header(const struct scenario *, size_t, const char *);
static int	 read_settings(const struct wire_reader *,
		    struct run_request *);
static int	 read_share(const struct wire_reader *, struct run_request *);
static void	 put_share(struct json_out *, const struct run_request *);
static void	 put_phase(struct json_out *, const struct phase *);
static void	 put_scenario(struct json_out *, const struct scenario *);
static void	 put_headers(struct json_out *, const struct scenario *);
static void	 put_header_list(struct json_out *, const struct scenario *);
static void	 put_base64(struct json_out *, const struct scenario *);
static int	 compare_headers(const void *, const void *);
static bool	 is_sorted(const struct scenario *);

int
run_request_from_json(struct run_request *req, const struct json_value *v,
    char why[WIRE_TEXT_MAX])
{
	struct wire_reader r = { v, "", why }, scenario;
	size_t policy = POLICY_BLOCK;
	uint64_t concurrency = 0;

	if (v == NULL || v->type != JSON_OBJECT)
		return wire_refuse(why, "a run request must be an object");
	if (read_phases(&r, req) == -1 ||
	    wire_read_int(&r, "maxConcurrency", &concurrency) == -1 ||
	    wire_read_word(&r, "saturationPolicy", policies,
	    UTIL_NELEM(policies), &policy) == -1 ||
	    read_settings(&r, req) == -1 ||
	    wire_read_object(&r, "httpScenario", &scenario) == -1)
		return -1;
	req->max_concurrency = concurrency == 0 ? 1 : concurrency;
	req->policy = (enum policy)policy;
	if (scenario.obj == NULL)
		return 0;
	/* Its members go by their bare names, as in run_request_check. */
	scenario.path[0] = '\0';
	return read_scenario(&scenario, &req->scenario);
}

static int
read_phases(const struct wire_reader *r, struct run_request *req)
{
	const struct json_value *list, *v;
	struct wire_reader item;

	if ((list = wire_member(r, "phases")) == NULL)
		return 0;
	if (list->type != JSON_ARRAY || list->count > ARRIVAL_PHASES_MAX)
		return wire_refuse(r->why, "phases: must be an array of at "
		    "most %d phases", ARRIVAL_PHASES_MAX);
	if (list->count == 0)
		return 0;
	req->phases = xcalloc(list->count, sizeof(*req->phases));
	for (v = list->child; v != NULL; v = v->next) {
		if (wire_read_entry(r, "phases", req->nphases, v,
		    &item) == -1 ||
		    read_phase(&item, &req->phases[req->nphases++]) == -1)
			return -1;
	}
	return 0;
}

static int
read_phase(const struct wire_reader *r, struct phase *p)
{
	if (read_phase_type(r, &p->type) == -1 ||
	    wire_read_ns(r, "duration", &p->duration_ns) == -1 ||
	    wire_read_int(r, "arrivalRate", &p->rate) == -1 ||
	    wire_read_int(r, "from", &p->from) == -1 ||
	    wire_read_int(r, "to", &p->to) == -1 ||
	    wire_read_int(r, "steps", &p->steps) == -1 ||
	    wire_read_ns(r, "spikeAt", &p->spike_at_ns) == -1 ||
	    wire_read_ns(r, "spikeDuration", &p->spike_for_ns) == -1)
		return -1;
	drop_unused(p);
	return 0;
}

/* Blanks around a type are ignored, as Go workers do. */
static int
read_phase_type(const struct wire_reader *r, enum phase_type *type)
{
	static const char blanks[] = " \t\n\v\f\r";
	const char *names[PHASE_TYPES], *s = "";
	char *word;
	size_t i, len;
	int rc;

	if (wire_read_str(r, "type", &s) == -1)
		return -1;
	s += strspn(s, blanks);
	len = strlen(s);
	while (len > 0 && strchr(blanks, s[len - 1]) != NULL)
		len--;
	if (len == 0)
		return wire_refuse(r->why, "%stype: there must be one",
		    r->path);
	for (i = 0; i < PHASE_TYPES; i++)
		names[i] = phase_name((enum phase_type)i);
	word = xstrndup(s, len);
	rc = wire_find_word(r, "type", word, names, PHASE_TYPES, &i);
	if (rc == 0)
		*type = (enum phase_type)i;
	free(word);
	return rc;
}

/* All eight members are always on the wire; only those of the type count. */
static void
drop_unused(struct phase *p)
{
	struct phase used = { .type = p->type, .duration_ns = p->duration_ns };

	switch (p->type) {
	case PHASE_CONSTANT:
		used.rate = p->rate;
		break;
	case PHASE_RAMP:
		used.from = p->from;
		used.to = p->to;
		break;
	case PHASE_STEP:
		used.from = p->from;
		used.to = p->to;
		used.steps = p->steps;
		break;
	case PHASE_SPIKE:
		used.from = p->from;
		used.to = p->to;
		used.spike_at_ns = p->spike_at_ns;
		used.spike_for_ns = p->spike_for_ns;
		break;
	case PHASE_MAX:
	case PHASE_TYPES:
		break;
	}
	*p = used;
}

static int
read_settings(const struct wire_reader *r, struct run_request *req)
{
	size_t spacing = 0;

	if (wire_read_word(r, "arrivals", spacings, UTIL_NELEM(spacings),
	    &spacing) == -1 ||
	    wire_read_uint(r, "seed", &req->seed) == -1 ||
	    wire_read_int(r, "requests", &req->requests) == -1 ||
	    wire_read_ns(r, "interval", &req->interval_ns) == -1 ||
	    wire_read_ns(r, "warmup", &req->warmup_ns) == -1 ||
	    read_share(r, req) == -1 ||
	    wire_read_ns(r, "startAt", &req->start_at_ns) == -1 ||
	    wire_read_ns(r, "lease", &req->lease_ns) == -1)
		return -1;
	req->is_poisson = spacing == 1;
	req->has_seed = wire_member(r, "seed") != NULL;
	if (req->interval_ns == 0)
		req->interval_ns = WIRE_INTERVAL_NS;
	return 0;
}

/* What does not fit is too large for run_request_check, too. */
static uint32_t
saturate(uint64_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static int
read_share(const struct wire_reader *r, struct run_request *req)
{
	const struct json_value *list, *v;
	struct wire_reader share;
	uint64_t n = 0;

	if (wire_read_object(r, "share", &share) == -1 ||
	    wire_read_int(&share, "of", &n) == -1)
		return -1;
	req->of = saturate(n);
	if ((list = wire_member(&share, "take")) == NULL)
		return 0;
	if (list->type != JSON_ARRAY || list->count > ARRIVAL_TAKERS_MAX)
		return wire_must_be(&share, "take",
		    "an array of at most 4096 numbers");
	req->take = xcalloc(list->count, sizeof(*req->take));
	for (v = list->child; v != NULL; v = v->next) {
		if (json_to_uint(v, &n) == -1)
			return wire_must_be(&share, "take",
			    "an array of whole numbers");
		req->take[req->ntake++] = saturate(n);
	}
	return 0;
}

static int
read_scenario(const struct wire_reader *r, struct scenario *s)
{
	const char *url = NULL, *method = NULL, *sample = NULL;
	uint64_t family = 0;
	char *c;

	if (wire_read_str(r, "url", &url) == -1 ||
	    wire_read_str(r, "method", &method) == -1 ||
	    wire_read_ns(r, "timeout", &s->timeout_ns) == -1 ||
	    wire_read_int(r, "redirects", &s->redirects) == -1 ||
	    wire_read_bool(r, "keepAlive", &s->keep_alive) == -1 ||
	    wire_read_int(r, "family", &family) == -1 ||
	    wire_read_str(r, "sampleHeader", &sample) == -1 ||
	    read_body(r, s) == -1 ||
	    checks_from_json(&s->checks, r, "checks") == -1 ||
	    read_header_list(r, s) == -1 ||
	    read_headers(r, s) == -1 ||
	    connect_from_json(&s->connect, r) == -1)
		return -1;
	if (url != NULL) {
		free(s->url);
		s->url = xstrdup(url);
	}
	if (method != NULL) {
		free(s->method);
		s->method = xstrdup(method);
		for (c = s->method; *c != '\0'; c++)
			*c = (char)toupper((unsigned char)*c);
	}
	if (sample != NULL && *sample != '\0') {
		free(s->sample_header);
		s->sample_header = xstrdup(sample);
	}
	if (s->timeout_ns == 0)
		s->timeout_ns = WIRE_TIMEOUT_NS;
	s->family = family > INT_MAX ? INT_MAX : (int)family;
	return 0;
}

static int
read_body(const struct wire_reader *r, struct scenario *s)
{
	const struct json_value *text = wire_member(r, "body");
	const struct json_value *coded = wire_member(r, "bodyBase64");
	struct buf body;
	int len;

	if (text != NULL && text->type != JSON_STRING)
		return wire_must_be(r, "body", "a string");
	if (text != NULL && text->len > 0)
		scenario_set_body(s, text->str, text->len);
	if (coded == NULL)
		return 0;
	if (s->body != NULL)
		return wire_must_be(r, "bodyBase64",
		    "absent where there is a body");
	buf_init(&body, WIRE_BODY_MAX);
	len = -1;
	if (coded->type == JSON_STRING)
		len = base64_decode(&body, coded->str, coded->len);
	if (len != -1)
		scenario_set_body(s, body.data, body.len);
	buf_clear(&body);
	return len == -1 ? wire_must_be(r, "bodyBase64", "base64") : 0;
}

static int
read_header_list(const struct wire_reader *r, struct scenario *s)
{
	const struct json_value *list, *pair;
	const char *name, *value;

	if ((list = wire_member(r, "headerList")) == NULL)
		return 0;
	if (list->type != JSON_ARRAY)
		return wire_must_be(r, "headerList", "an array of pairs");
	for (pair = list->child; pair != NULL; pair = pair->next) {
		name = value = NULL;
		if (pair->type == JSON_ARRAY && pair->count == 2) {
			name = json_to_str(pair->child);
			value = json_to_str(pair->child->next);
		}
		if (name == NULL || value == NULL)
			return wire_must_be(r, "headerList",
			    "an array of [name, value] pairs");
		if (add_header(r, s, name, value) == -1)
			return -1;
	}
	return 0;
}

/* Those that headerList, which is read before, does not have already. */
static int
read_headers(const struct wire_reader *r, struct scenario *s)
{
	const struct json_value *headers, *v;
	const char *value;
	size_t listed = s->nheaders;

	if ((headers = wire_member(r, "headers")) == NULL)
		return 0;
	if (headers->type != JSON_OBJECT)
		return wire_must_be(r, "headers", "an object of strings");
	for (v = headers->child; v != NULL; v = v->next) {
		if ((value = json_to_str(v)) == NULL ||
		    strlen(v->name) != v->name_len)
			return wire_must_be(r, "headers",
			    "an object of strings without NUL");
		if (has_header(s, listed, v->name))
			continue;
		if (add_header(r, s, v->name, value) == -1)
			return -1;
	}
	return 0;
}

static int
add_header(const struct wire_reader *r, struct scenario *s, const char *name,
    const char *value)
{
	if (scenario_add_header(s, name, value) == -1)
		return wire_refuse(r->why, "headers: must be at most %d",
		    WIRE_HEADERS_MAX);
	return 0;
}

/* Among the first n. Names that differ in case are two: both are kept. */
static bool
has_header(const struct scenario *s, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(s->headers[i].name, name) == 0)
			return true;
	return false;
}

void
run_request_to_json(const struct run_request *req, struct json_out *w)
{
	size_t i;

	json_object(w, NULL);
	json_array(w, "phases");
	for (i = 0; i < req->nphases; i++)
		put_phase(w, &req->phases[i]);
	json_close(w);
	json_uint(w, "maxConcurrency", req->max_concurrency);
	json_str(w, "saturationPolicy", policy_name(req->policy));
	if (req->scenario.url != NULL)
		put_scenario(w, &req->scenario);
	if (req->is_poisson)
		json_str(w, "arrivals", spacings[1]);
	if (req->has_seed)
		json_uint(w, "seed", req->seed);
	if (req->requests != 0)
		json_uint(w, "requests", req->requests);
	if (req->interval_ns != WIRE_INTERVAL_NS)
		json_uint(w, "interval", req->interval_ns);
	if (req->warmup_ns != 0)
		json_uint(w, "warmup", req->warmup_ns);
	if (req->of != 0)
		put_share(w, req);
	if (req->start_at_ns != 0)
		json_uint(w, "startAt", req->start_at_ns);
	if (req->lease_ns != 0)
		json_uint(w, "lease", req->lease_ns);
	json_close(w);
}

static void
put_share(struct json_out *w, const struct run_request *req)
{
	uint32_t i;

	json_object(w, "share");
	json_uint(w, "of", req->of);
	json_array(w, "take");
	for (i = 0; i < req->ntake; i++)
		json_uint(w, NULL, req->take[i]);
	json_close(w);
	json_close(w);
}

static void
put_phase(struct json_out *w, const struct phase *p)
{
	json_object(w, NULL);
	json_str(w, "type", phase_name(p->type));
	json_uint(w, "duration", p->duration_ns);
	json_uint(w, "arrivalRate", p->rate);
	json_uint(w, "from", p->from);
	json_uint(w, "to", p->to);
	json_uint(w, "steps", p->steps);
	json_uint(w, "spikeAt", p->spike_at_ns);
	json_uint(w, "spikeDuration", p->spike_for_ns);
	json_close(w);
}

static void
put_scenario(struct json_out *w, const struct scenario *s)
{
	bool is_text = wire_is_utf8(s->body, s->body_len);

	json_object(w, "httpScenario");
	json_str(w, "url", s->url);
	json_str(w, "method", s->method);
	if (s->nheaders > 0)
		put_headers(w, s);
	if (s->body_len > 0 && is_text)
		json_strn(w, "body", s->body, s->body_len);
	checks_to_json(&s->checks, NULL, w);
	if (s->timeout_ns != WIRE_TIMEOUT_NS)
		json_uint(w, "timeout", s->timeout_ns);
	if (s->redirects != WIRE_REDIRECTS)
		json_uint(w, "redirects", s->redirects);
	if (!s->keep_alive)
		json_bool(w, "keepAlive", false);
	if (s->family != 0)
		json_uint(w, "family", (uint64_t)s->family);
	if (s->body_len > 0 && !is_text)
		put_base64(w, s);
	if (!is_sorted(s))
		put_header_list(w, s);
	connect_to_json(&s->connect, w);
	if (s->sample_header != NULL)
		json_str(w, "sampleHeader", s->sample_header);
	json_close(w);
}

/* As an object, sorted by name as Go does; the first of several values. */
static void
put_headers(struct json_out *w, const struct scenario *s)
{
	const struct header **sorted;
	size_t i;

	sorted = xcalloc(s->nheaders, sizeof(*sorted));
	for (i = 0; i < s->nheaders; i++)
		sorted[i] = &s->headers[i];
	qsort(sorted, s->nheaders, sizeof(*sorted), compare_headers);
	json_object(w, "headers");
	for (i = 0; i < s->nheaders; i++)
		if (i == 0 || strcmp(sorted[i - 1]->name,
		    sorted[i]->name) != 0)
			json_str(w, sorted[i]->name, sorted[i]->value);
	json_close(w);
	free(sorted);
}

/* By name; repeats in the order they came in, for qsort need not keep it. */
static int
compare_headers(const void *a, const void *b)
{
	const struct header *x = *(const struct header *const *)a;
	const struct header *y = *(const struct header *const *)b;
	int order;

	if ((order = strcmp(x->name, y->name)) != 0)
		return order;
	return x < y ? -1 : x > y;
}

/* Each name once and in order: the object alone says it all. */
static bool
is_sorted(const struct scenario *s)
{
	size_t i;

	for (i = 1; i < s->nheaders; i++)
		if (strcmp(s->headers[i - 1].name, s->headers[i].name) >= 0)
			return false;
	return true;
}

static void
put_header_list(struct json_out *w, const struct scenario *s)
{
	size_t i;

	json_array(w, "headerList");
	for (i = 0; i < s->nheaders; i++) {
		json_array(w, NULL);
		json_str(w, NULL, s->headers[i].name);
		json_str(w, NULL, s->headers[i].value);
		json_close(w);
	}
	json_close(w);
}

static void
put_base64(struct json_out *w, const struct scenario *s)
{
	struct buf coded;

	buf_init(&coded, WIRE_BODY_MAX / 3 * 4 + 4);
	base64_add(&coded, s->body, s->body_len);
	w->has_error |= coded.is_full;
	json_strn(w, "bodyBase64", coded.data, coded.len);
	buf_clear(&coded);
}
