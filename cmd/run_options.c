/* SPDX-License-Identifier: MIT */
/*
 * The options of `pulse run`: their table, and what each of them does to the
 * plan and the settings around it. A plan file is read first and options are
 * laid over it in the order given. -r and -d make one phase, which takes the
 * place of a plan file's; -p phases take the place of both; workers of -w take
 * the place of those of the file.
 *
 * Every misuse is one line on stderr that names the option and what was
 * expected; nothing is sent and no file is made here.
 */

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/connect_options.h"
#include "cmd/run_options.h"
#include "fleet/credentials.h"
#include "fleet/fleet.h"
#include "json.h"
#include "load/pool.h"
#include "plan/expr.h"
#include "plan/file.h"

enum run_option {
	OPT_FOUR = 1,
	OPT_SIX,
	OPT_ARRIVALS,
	OPT_BODY,
	OPT_CONCURRENCY,
	OPT_DRY_RUN,
	OPT_DURATION,
	OPT_GENERATORS,
	OPT_HEADER,
	OPT_INTERVAL,
	OPT_METHOD,
	OPT_NO_KEEPALIVE,
	OPT_NO_PROBE,
	OPT_NO_SANDBOX,
	OPT_PHASE,
	OPT_PROGRESS,
	OPT_RATE,
	OPT_REDIRECTS,
	OPT_REQUESTS,
	OPT_SAMPLE_HEADER,
	OPT_SATURATION,
	OPT_SEED,
	OPT_TIMEOUT,
	OPT_WARMUP,
	OPT_WORKERS
};

static const struct option_row rows[] = {
	{ OPT_RATE, 'r', "rate", "RATE",
	    "arrivals a second (2.5k), or max: closed model [10]" },
	{ OPT_DURATION, 'd', "duration", "TIME", "for so long [10s]" },
	{ OPT_PHASE, 'p', "phase", "SPEC",
	    "a phase, repeatable: ramp,from=10,to=500,for=1m" },
	{ OPT_REQUESTS, 0, "requests", "N", "stop after N arrivals" },
	{ OPT_WARMUP, 0, "warmup", "TIME",
	    "leave the first TIME out of the result [0s]" },
	{ OPT_CONCURRENCY, 'c', "concurrency", "N",
	    "most requests in flight [256]" },
	{ OPT_SATURATION, 0, "saturation", "drop|block",
	    "what arrivals do then [drop]" },
	{ OPT_ARRIVALS, 0, "arrivals", "uniform|poisson",
	    "their spacing [uniform]" },
	{ OPT_SEED, 0, "seed", "N", "of poisson arrivals [random]" },
	{ OPT_METHOD, 'X', "method", "METHOD", "[GET; POST with a body]" },
	{ OPT_HEADER, 'H', "header", "LINE", "'Name: value', repeatable" },
	{ OPT_BODY, 'b', "body", "TEXT|@FILE", "what to send" },
	{ OPT_TIMEOUT, 0, "timeout", "TIME", "for a whole request [30s]" },
	{ OPT_REDIRECTS, 0, "redirects", "N",
	    "most that are followed; 0: none is [9]" },
	CONNECT_ROWS,
	{ OPT_NO_KEEPALIVE, 0, "no-keepalive", NULL,
	    "a new connection for each request" },
	{ OPT_FOUR, '4', NULL, NULL, "IPv4 addresses only" },
	{ OPT_SIX, '6', NULL, NULL, "IPv6 addresses only" },
	{ OPT_GENERATORS, 'g', "generators", "N", "processes [CPUs]" },
	{ OPT_WORKERS, 'w', "workers", "LIST|@FILE",
	    "run on these: a:9100,b:9100=2 [this machine]" },
	CREDENTIALS_ROWS,
	OUTPUT_ROWS,
	{ OPT_INTERVAL, 'i', "interval", "TIME",
	    "of snapshots and progress [1s]" },
	{ OPT_SAMPLE_HEADER, 0, "sample-header", "NAME",
	    "of answers, to find slow and failed requests by" },
	{ OPT_PROGRESS, 0, "progress", "[auto|line|panel|plain|off|json]",
	    "auto, line, panel, plain, off, json, json:FD" },
	{ OPT_DRY_RUN, 'n', "dry-run", NULL,
	    "check and show the plan, send nothing" },
	{ OPT_NO_PROBE, 0, "no-probe", NULL,
	    "do not try one connection first" },
	{ OPT_NO_SANDBOX, 0, "no-sandbox", NULL,
	    "do not filter system calls" },
};

static const struct option_heading headings[] = {
	{ OPT_RATE, "Load" },
	{ OPT_METHOD, "Request" },
	{ CONNECT_INSECURE, "Connections" },
	{ OPT_GENERATORS, "Generators and workers" },
	{ OUTPUT_THRESHOLD, "Result" },
	{ OPT_PROGRESS, "The run itself" },
};

const struct command run_command = {
	.name = "run",
	.operands = "URL | PLAN.json",
	.summary = "Makes the planned load and reports how it went.",
	.rows = rows,
	.nrows = UTIL_NELEM(rows),
	.headings = headings,
	.nheadings = UTIL_NELEM(headings),
	.operands_min = 1,
	.operands_max = 1,
};

/* What the options have said of the one phase that -r and -d make. */
struct phase_options {
	struct phase	 phase;
	bool		 is_given;
	bool		 has_phases;	/* -p: then there is none */
};

/* A value that is not what the option takes, but parse may know better. */
static int
bad_value(const struct given *g, const char *expected,
    int (*parse)(const char *, uint64_t *))
{
	char why[OPTION_WHY_MAX];

	return options_refuse(g, options_expected(why, g->value, expected,
	    parse));
}

static int
take_count(const struct given *g, uint64_t min, uint64_t max, uint64_t *out)
{
	char why[OPTION_WHY_MAX];

	if (parse_uint(g->value, max, out) == 0 && *out >= min)
		return 0;
	return options_refuse(g, options_expected_count(why, g->value, min,
	    max));
}

static int
take_duration(const struct given *g, bool may_be_zero, uint64_t *out)
{
	if (parse_duration(g->value, out) == 0 && (may_be_zero || *out > 0))
		return 0;
	return bad_value(g, may_be_zero ? "a time as in 300ms, 10s or 1m30s" :
	    "a time above 0 as in 300ms, 10s or 1m30s", parse_duration);
}

static int
take_body(struct scenario *s, const struct given *g)
{
	char why[WIRE_TEXT_MAX];
	struct buf b;

	free(s->body);
	s->body = NULL;
	if (g->value[0] != '@') {
		s->body = xstrdup(g->value);
		s->body_len = strlen(s->body);
		return 0;
	}
	buf_init(&b, WIRE_BODY_MAX);
	if (buf_read_file(&b, g->value + 1) == -1) {
		wire_refuse(why, "%s: %s", text_shown(g->value + 1),
		    strerror(errno));
		return options_refuse(g, why);
	}
	s->body_len = b.len;
	s->body = xcalloc(b.len + 1, 1);
	memcpy(s->body, buf_str(&b), b.len);
	buf_clear(&b);
	return 0;
}

static int
take_method(struct scenario *s, const struct given *g)
{
	char *p;

	free(s->method);
	s->method = xstrdup(g->value);
	for (p = s->method; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return 0;
}

static void
add_phase(struct run_request *req, const struct phase *phase)
{
	req->phases = xreallocarray(req->phases, req->nphases + 1,
	    sizeof(*req->phases));
	req->phases[req->nphases++] = *phase;
}

static int
take_phase(struct run_request *req, struct phase_options *po,
    const struct given *g)
{
	char why[WIRE_TEXT_MAX];
	struct phase phase;

	if (plan_parse_phase(g->value, &phase, why) == -1)
		return options_refuse(g, why);
	if (!po->has_phases)
		req->nphases = 0;
	po->has_phases = true;
	add_phase(req, &phase);
	return 0;
}

static int
take_rate(struct phase_options *po, const struct given *g)
{
	po->is_given = true;
	po->phase.rate = 0;
	po->phase.type = PHASE_MAX;
	if (strcmp(g->value, "max") == 0)
		return 0;
	po->phase.type = PHASE_CONSTANT;
	if (parse_rate(g->value, &po->phase.rate) == 0)
		return 0;
	return bad_value(g, "whole arrivals a second as in 250 or 2.5k, "
	    "or max", parse_rate);
}

static int
take_word_options(struct run_request *req, const struct given *g)
{
	int which = options_word(g);

	if (g->row->id == OPT_SATURATION)
		req->policy = which == 1 ? POLICY_BLOCK : POLICY_DROP;
	else
		req->is_poisson = which == 1;
	return which == -1 ? -1 : 0;
}

/* Options of the request to the target. */
static int
apply_scenario(struct run_settings *s, const struct given *g)
{
	struct scenario *sc = &s->plan.req.scenario;
	char why[WIRE_TEXT_MAX];

	switch (g->row->id) {
	case OPT_FOUR:
		sc->family = 4;
		return 0;
	case OPT_SIX:
		sc->family = 6;
		return 0;
	case OPT_BODY:
		return take_body(sc, g);
	case OPT_HEADER:
		if (plan_add_header(&s->plan, g->value, why) == -1)
			return options_refuse(g, why);
		return 0;
	case OPT_METHOD:
		return take_method(sc, g);
	case OPT_NO_KEEPALIVE:
		sc->keep_alive = false;
		return 0;
	case OPT_SAMPLE_HEADER:
		if (wire_check_sample(g->value, why) == -1)
			return options_refuse(g, why);
		free(sc->sample_header);
		sc->sample_header = xstrdup(g->value);
		return 0;
	case OPT_REDIRECTS:
		return take_count(g, 0, WIRE_REDIRECTS_MAX, &sc->redirects);
	default:
		return take_duration(g, false, &sc->timeout_ns);
	}
}

/* Options of the load. */
static int
apply_load(struct run_settings *s, struct phase_options *po,
    const struct given *g)
{
	struct run_request *req = &s->plan.req;

	switch (g->row->id) {
	case OPT_ARRIVALS:
	case OPT_SATURATION:
		return take_word_options(req, g);
	case OPT_CONCURRENCY:
		return take_count(g, 1, WIRE_CONCURRENCY_MAX,
		    &req->max_concurrency);
	case OPT_DURATION:
		po->is_given = true;
		return take_duration(g, false, &po->phase.duration_ns);
	case OPT_INTERVAL:
		return take_duration(g, false, &req->interval_ns);
	case OPT_PHASE:
		return take_phase(req, po, g);
	case OPT_RATE:
		return take_rate(po, g);
	case OPT_REQUESTS:
		return take_count(g, 1, ARRIVAL_COUNT_MAX, &req->requests);
	case OPT_SEED:
		req->has_seed = true;
		return take_count(g, 0, UINT64_MAX, &req->seed);
	default:
		return take_duration(g, true, &req->warmup_ns);
	}
}

/* Options of this process. */
static int
apply_process(struct run_settings *s, const struct given *g)
{
	char why[WIRE_TEXT_MAX];
	uint64_t n;

	switch (g->row->id) {
	case OPT_DRY_RUN:
		s->is_dry_run = true;
		return 0;
	case OPT_NO_PROBE:
		s->wants_probe = false;
		return 0;
	case OPT_NO_SANDBOX:
		s->wants_sandbox = false;
		return 0;
	case OPT_PROGRESS:
		if (progress_settings_parse(&s->progress, g->value, why) == -1)
			return options_refuse(g, why);
		return 0;
	case OPT_WORKERS:
		if (fleet_add(&s->plan.fleet, g->value, why) == -1)
			return options_refuse(g, why);
		return 0;
	default:
		if (take_count(g, 1, POOL_GENERATORS_MAX, &n) == -1)
			return -1;
		s->generators = (uint32_t)n;
		return 0;
	}
}

static int
apply(struct run_settings *s, struct phase_options *po, const struct given *g,
    const struct options *o)
{
	if (output_is_option(g))
		return output_apply(&s->output, &s->plan, g);
	if (connect_is_option(g))
		return connect_apply(&s->plan.req.scenario.connect, g, o);
	if (credentials_is_option(g)) {
		credentials_set(&s->credentials, g);
		return 0;
	}
	switch ((enum run_option)g->row->id) {
	case OPT_FOUR:
	case OPT_SIX:
	case OPT_BODY:
	case OPT_HEADER:
	case OPT_METHOD:
	case OPT_NO_KEEPALIVE:
	case OPT_REDIRECTS:
	case OPT_SAMPLE_HEADER:
	case OPT_TIMEOUT:
		return apply_scenario(s, g);
	case OPT_ARRIVALS:
	case OPT_CONCURRENCY:
	case OPT_DURATION:
	case OPT_INTERVAL:
	case OPT_PHASE:
	case OPT_RATE:
	case OPT_REQUESTS:
	case OPT_SATURATION:
	case OPT_SEED:
	case OPT_WARMUP:
		return apply_load(s, po, g);
	case OPT_DRY_RUN:
	case OPT_GENERATORS:
	case OPT_NO_PROBE:
	case OPT_NO_SANDBOX:
	case OPT_PROGRESS:
	case OPT_WORKERS:
		return apply_process(s, g);
	}
	return -1;
}

/* The operand. */

/* What is behind "http" or "https" and marks that are not "://"; or NULL. */
static const char *
skip_scheme(const char *path)
{
	size_t len = 4;

	if (strncasecmp(path, "http", len) != 0)
		return NULL;
	len += path[len] == 's' || path[len] == 'S';
	if (path[len] != ':' && path[len] != '/')
		return NULL;
	path += len + strspn(path + len, ":/");
	return *path != '\0' ? path : NULL;
}

/* What cannot be read; most often it should have been a URL. */
static void
refuse_file(const char *path)
{
	size_t host = strcspn(path, ":/");
	bool has_port = path[host] == ':' &&
	    strspn(path + host + 1, "0123456789") > 0;
	bool has_path = path[host] == '/' && path[0] != '.' &&
	    memchr(path, '.', host) != NULL;
	bool is_address = path[0] == '[' || strcmp(path, "localhost") == 0 ||
	    (host > 0 && strspn(path, "0123456789.") == host);
	const char *rest;

	if (errno != ENOENT || strstr(path, ".json") != NULL)
		warn("%s", text_shown(path));
	else if ((rest = skip_scheme(path)) != NULL)
		warnx("%s: no such plan file (did you mean %.*s://%s?)",
		    text_shown(path),
		    strncasecmp(path, "https", 5) == 0 ? 5 : 4, "https",
		    text_shown(rest));
	else if (is_address || (host > 0 && (has_port || has_path)))
		warnx("%s: no such plan file (did you mean http://%s?)",
		    text_shown(path), text_shown(path));
	else
		warnx("%s: no such plan file (a URL begins with "
		    "http:// or https://)", text_shown(path));
}

static int
take_plan_file(struct run_settings *s, const char *path)
{
	char why[WIRE_TEXT_MAX];
	const char *start;
	struct buf text;
	int status;

	buf_init(&text, JSON_TEXT_MAX);
	if (buf_read_file(&text, path) == -1) {
		refuse_file(path);
		return -1;
	}
	if (text.len == 0) {
		warnx("%s: it is empty: expected a plan in JSON",
		    text_shown(path));
		return -1;
	}
	start = buf_str(&text) + strspn(buf_str(&text), " \t\r\n");
	if (*start != '\0' && strchr("{[\"", *start) == NULL) {
		warnx("%s: expected a plan in JSON, which begins with {",
		    text_shown(path));
		status = -1;
	} else if ((status = plan_from_json(&s->plan, text.data, text.len,
	    why)) == -1)
		warnx("%s: %s", text_shown(path), why);
	buf_clear(&text);
	return status;
}

static int
take_operand(struct run_settings *s, const char *operand)
{
	if (strstr(operand, "://") == NULL)
		return take_plan_file(s, operand);
	free(s->plan.req.scenario.url);
	s->plan.req.scenario.url = xstrdup(operand);
	return 0;
}

/* What follows from all that was said. */
static void
complete(struct run_settings *s, const struct phase_options *po)
{
	struct run_request *req = &s->plan.req;

	if (!po->has_phases && (po->is_given || req->nphases == 0)) {
		req->nphases = 0;
		add_phase(req, &po->phase);
	}
	if (req->scenario.method == NULL)
		req->scenario.method = xstrdup(req->scenario.body != NULL ?
		    "POST" : "GET");
	if (req->is_poisson && !req->has_seed) {
		/* Shown in the report, so that it can be asked for again. */
		req->seed = (clock_wall_ns() ^ (uint64_t)getpid() << 40) >> 8;
		req->has_seed = true;
	}
}

static const struct given *
find_given(const struct options *o, int id)
{
	size_t i;

	for (i = 0; i < o->ngiven; i++)
		if (o->given[i].row->id == id)
			return &o->given[i];
	return NULL;
}

/* What is the business of a worker cannot be said here. */
static int
check_fleet(const struct run_settings *s, const struct options *o)
{
	const struct given *g;
	char why[WIRE_TEXT_MAX];

	if (credentials_check(&s->credentials, &s->plan.fleet, why) == -1) {
		warnx("%s", why);
		return -1;
	}
	if (s->plan.fleet.n == 0)
		return 0;
	if ((g = find_given(o, OPT_GENERATORS)) != NULL ||
	    (g = find_given(o, OPT_NO_PROBE)) != NULL)
		return options_refuse(g, "each worker decides that for itself, "
		    "so it cannot be combined with workers");
	if ((g = find_given(o, CONNECT_CERT)) != NULL ||
	    (g = find_given(o, CONNECT_KEY)) != NULL)
		return options_refuse(g, "a client's certificate stays on this "
		    "machine, so it cannot be combined with workers");
	/* In a plan file there is no room for more. */
	if ((g = find_given(o, CONNECT_CACERT)) != NULL &&
	    strlen(s->plan.req.scenario.connect.tls.ca) > WIRE_CA_MAX)
		return options_refuse(g, "workers take at most 256 KiB of CA "
		    "certificates");
	if (fleet_check(&s->plan.fleet, why) == -1) {
		warnx("workers: %s", why);
		return -1;
	}
	return 0;
}

static int
settings_from(struct run_settings *s, const struct options *o)
{
	struct phase_options po = { .phase = { .type = PHASE_CONSTANT,
	    .rate = 10, .duration_ns = 10 * NS_PER_SEC } };
	char why[WIRE_TEXT_MAX];
	size_t i;

	/* None until somebody names one: it depends on the body. */
	free(s->plan.req.scenario.method);
	s->plan.req.scenario.method = NULL;
	if (take_operand(s, o->operands[0]) == -1)
		return -1;
	if (find_given(o, OPT_WORKERS) != NULL)
		fleet_clear(&s->plan.fleet);
	for (i = 0; i < o->ngiven; i++)
		if (apply(s, &po, &o->given[i], o) == -1)
			return -1;
	complete(s, &po);
	if (connect_check_options(&s->plan.req.scenario.connect, o) == -1)
		return -1;
	if (run_request_check(&s->plan.req, why) == -1) {
		if (strstr(o->operands[0], "://") == NULL)
			warnx("%s: %s", o->operands[0], why);
		else
			warnx("%s", why);
		return -1;
	}
	if (check_fleet(s, o) == -1)
		return -1;
	return output_check(&s->output);
}

int
run_settings_parse(struct run_settings *s, int argc, char **argv)
{
	struct options o;
	int status;

	memset(s, 0, sizeof(*s));
	plan_init(&s->plan);
	s->wants_probe = true;
	s->wants_sandbox = true;
	s->generators = proc_cpus(POOL_GENERATORS_MAX);
	status = options_parse(&o, &run_command, argc, argv);
	if (status == 0)
		status = settings_from(s, &o);
	options_clear(&o);
	return status;
}

void
run_settings_clear(struct run_settings *s)
{
	plan_clear(&s->plan);
}
