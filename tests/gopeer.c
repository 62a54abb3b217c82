/* SPDX-License-Identifier: MIT */
/*
 * A worker as the Go program of PROTOCOL.md is one, that makes no load:
 *
 *	gopeer [-6bdenv] [-p FILE] [-s SHORT] [-x FILE]
 *
 * Listens on a port of 127.0.0.1, writes its number as a line to stdout, and
 * serves until TERM, the end of a pipe on stdin, or two minutes. A run takes
 * as long as its phases say, and its result, as v0.7.0 writes it, has what
 * they ask for, with invented times from 1 to 20 ms. A phase without arrivals
 * ends the run, without a word. A client that closes its sending side ends
 * it too, unless it sent anything during the run: then that is not heard. The
 * token, if any, is PULSE_WORKER_TOKEN.
 *
 *	-6	a v0.6.0: no ttfb, bytesIn, bytesOut, ttfbBuckets, no token
 *	-b	buckets with 100 counts
 *	-d	dies with status 1 when a run has lasted half its time
 *	-e	/run fails at once: 500 and a line
 *	-n	/run answers something that is no JSON, in time
 *	-p FILE	what /ping answers, head and all, behind which it closes
 *	-s SHORT	makes SHORT percent of the arrivals only
 *	-v	the body of each /run, and a newline, to stderr
 *	-x FILE	what /run answers at once, head and all, behind which it
 *		closes
 *
 * What it knows of the protocol is its own.
 */

#include <err.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/text.h"
#include "base/util.h"
#include "json.h"
#include "peer_rig.h"

enum {
	BUCKETS = 800,
	BUCKETS_BAD = 100,		/* of -b */
	PATTERN = 20,			/* different times */
	PHASES_MAX = 1000,
	STEPS_MAX = 10000,
	RESULT_BYTES_MAX = 64 * 1024,
	RAW_MAX = 12 * 1024 * 1024,	/* of -p and -x */
	ANSWER_BYTES = 64		/* of each answer of the target */
};
#define RATE_MAX	INT64_C(100000000)
#define RUN_MAX_NS	1e17		/* three years */

struct phase {
	char	 type;			/* first letter: c, r, S (step), s */
	double	 seconds;
	double	 rate;
	double	 from;
	double	 to;
	double	 spike_at;		/* in seconds */
	double	 spike_for;
	int	 steps;
};

/* A run that is going on. */
struct run {
	struct loop_timer	 timer;
	struct peer		*peer;
	struct phase		*phases;
	size_t			 nphases;
	uint64_t		 start_ns;
	double			 duration_ns;
	uint64_t		 concurrency;
	uint64_t		 bytes_out;	/* of each request */
};

/* What a result says of times, latency or ttfb. */
struct times {
	uint64_t	 count[BUCKETS];
	uint64_t	 n;
	uint64_t	 min_ns;
	uint64_t	 max_ns;
	uint64_t	 mean_ns;
};

static bool is_old, has_bad_buckets, dies, fails, is_no_json, is_verbose;
static uint64_t share = 100;		/* percent */
static struct buf raw_ping, raw_run;

/*
 * Arrivals of a phase until so many seconds after its start: the area below
 * its rate.
 */
static double
phase_arrivals(const struct phase *p, double t)
{
	double level = p->seconds / p->steps, slope, sum = 0;
	int i;

	switch (p->type) {
	case 'c':
		return p->rate * t;
	case 'r':
		slope = (p->to - p->from) / p->seconds;
		return p->from * t + slope * t * t / 2;
	case 'S':
		slope = p->steps > 1 ? (p->to - p->from) / (p->steps - 1) : 0;
		for (i = 0; i < p->steps && t > i * level; i++)
			sum += (p->from + slope * i) *
			    fmin(level, t - i * level);
		return sum;
	default:
		return p->from * t + (p->to - p->from) *
		    fmax(0, fmin(t - p->spike_at, p->spike_for));
	}
}

static uint64_t
arrivals(const struct run *run, double until_ns)
{
	double left = until_ns / 1e9, sum = 0;
	size_t i;

	for (i = 0; i < run->nphases && left > 0; i++) {
		sum += phase_arrivals(&run->phases[i],
		    fmin(left, run->phases[i].seconds));
		left -= run->phases[i].seconds;
	}
	/* Less than what the sum of doubles may be off. */
	return (uint64_t)ceil(sum - 1e-6) * share / 100;
}

/* Buckets and percentiles as PROTOCOL.md has them, in double arithmetic. */

static double
bucket_width(void)
{
	return (log10(6e10) - 3) / BUCKETS;
}

static size_t
bucket_of(uint64_t ns)
{
	if (ns < 1000)
		return 0;
	if (ns >= UINT64_C(60000000000))
		return BUCKETS - 1;
	return (size_t)((log10((double)ns) - 3) / bucket_width());
}

static uint64_t
percentile(const struct times *t, double p)
{
	uint64_t before = 0;
	double rank, lo, hi, value;
	size_t i;

	if (t->n == 0)
		return 0;
	rank = fmax(1, ceil(p / 100 * (double)t->n));
	for (i = 0; (double)(before + t->count[i]) < rank; i++)
		before += t->count[i];
	lo = log(10) * (3 + (double)i * bucket_width());
	hi = log(10) * (3 + (double)(i + 1) * bucket_width());
	value = exp(lo + (rank - (double)before - 0.5) /
	    (double)t->count[i] * (hi - lo));
	return (uint64_t)fmax(fmin(value, (double)t->max_ns),
	    (double)t->min_ns);
}

/* Request i took (1 + i * 7 mod 20) units, which come one after the other. */
static void
invent(struct times *t, uint64_t n, uint64_t unit_ns)
{
	uint64_t count, ns, sum = 0;
	unsigned int i;

	memset(t, 0, sizeof(*t));
	t->n = n;
	for (i = 0; i < PATTERN; i++) {
		count = n / PATTERN + (i < n % PATTERN);
		if (count == 0)
			break;
		ns = (1 + i * 7 % PATTERN) * unit_ns;
		t->count[bucket_of(ns)] += count;
		sum += count * ns;
		if (i == 0 || ns < t->min_ns)
			t->min_ns = ns;
		if (ns > t->max_ns)
			t->max_ns = ns;
	}
	t->mean_ns = n == 0 ? 0 : sum / n;
}

/* Another member follows in every place where this is called. */
static void
put_uint(struct buf *b, const char *name, uint64_t v)
{
	buf_addf(b, "\"%s\":%" PRIu64 ",", name, v);
}

static void
put_times(struct buf *b, const char *name, const struct times *t)
{
	buf_addf(b, "\"%s\":{", name);
	put_uint(b, "min", t->min_ns);
	put_uint(b, "mean", t->mean_ns);
	put_uint(b, "p50", percentile(t, 50));
	put_uint(b, "p90", percentile(t, 90));
	put_uint(b, "p95", percentile(t, 95));
	put_uint(b, "p99", percentile(t, 99));
	buf_addf(b, "\"max\":%" PRIu64 "},", t->max_ns);
}

static void
put_buckets(struct buf *b, const char *name, const struct times *t)
{
	size_t i, n = has_bad_buckets ? BUCKETS_BAD : BUCKETS;

	buf_addf(b, "\"%s\":", name);
	if (t->n == 0) {
		buf_adds(b, "null");
		return;
	}
	for (i = 0; i < n; i++)
		buf_addf(b, "%c%" PRIu64, i == 0 ? '[' : ',', t->count[i]);
	buf_adds(b, "]");
}

static void
put_result(struct buf *b, const struct run *run, uint64_t n,
    uint64_t duration_ns)
{
	struct times latency, ttfb;
	uint64_t active = n < run->concurrency ? n : run->concurrency;

	invent(&latency, n, NS_PER_MS);
	invent(&ttfb, n, NS_PER_MS / 2);
	buf_adds(b, "{");
	put_uint(b, "total", n);
	put_uint(b, "failed", 0);
	put_uint(b, "duration", duration_ns);
	put_uint(b, "scheduled", n);
	put_uint(b, "started", n);
	put_uint(b, "dropped", 0);
	put_uint(b, "droppedRate", 0);
	put_uint(b, "completed", n);
	put_uint(b, "maxActive", active);
	put_times(b, "latency", &latency);
	if (!is_old) {
		put_times(b, "ttfb", &ttfb);
		put_uint(b, "bytesIn", n * ANSWER_BYTES);
		put_uint(b, "bytesOut", n * run->bytes_out);
	}
	buf_adds(b, "\"statusCounts\":{");
	if (n > 0)
		buf_addf(b, "\"200\":%" PRIu64, n);
	buf_adds(b, "},");
	buf_adds(b, "\"errorCounts\":null,");
	put_buckets(b, "buckets", &latency);
	if (!is_old) {
		buf_adds(b, ",");
		put_buckets(b, "ttfbBuckets", &ttfb);
	}
	buf_adds(b, "}\n");
}

static void
run_free(struct run *run)
{
	if (run == NULL)
		return;
	loop_timer_stop(peer_loop, &run->timer);
	free(run->phases);
	free(run);
}

static void
finish(struct run *run, double elapsed_ns)
{
	struct peer *p = run->peer;
	struct buf b;

	buf_init(&b, RESULT_BYTES_MAX);
	if (is_no_json)
		buf_adds(&b, "<html>no result here</html>\n");
	else
		put_result(&b, run, arrivals(run, elapsed_ns),
		    (uint64_t)elapsed_ns);
	p->run = NULL;
	peer_answer(p, "200 OK", "application/json", b.data, b.len);
	buf_clear(&b);
	run_free(run);
}

static void
on_time(void *arg)
{
	struct run *run = arg;

	if (dies)
		exit(1);
	finish(run, run->duration_ns);
}

static void
on_ended(struct peer *p)
{
	struct run *run = p->run;

	finish(run, fmin((double)(loop_tick(peer_loop) - run->start_ns),
	    run->duration_ns));
}

static void
on_gone(struct peer *p)
{
	run_free(p->run);
	p->run = NULL;
}

/* The request. Absent and null are 0; -1: no such number as Go would take. */

static int
read_int(const struct json_value *obj, const char *name, int64_t max,
    double *out)
{
	const struct json_value *v = json_get(obj, name);
	int64_t n = 0;

	if (v != NULL && v->type != JSON_NULL &&
	    (json_to_int(v, &n) == -1 || n < 0 || n > max))
		return -1;
	*out = (double)n;
	return 0;
}

static const char *
read_word(const struct json_value *obj, const char *name)
{
	const struct json_value *v = json_get(obj, name);

	return v == NULL || v->type == JSON_NULL ? "" : json_to_str(v);
}

/* NULL or what is wrong. */
static const char *
read_phase(struct phase *p, const struct json_value *v)
{
	const char *type = read_word(v, "type");
	double duration_ns, at_ns, for_ns, steps;
	char word[16];

	if (v->type != JSON_OBJECT || type == NULL ||
	    read_int(v, "duration", INT64_MAX, &duration_ns) == -1 ||
	    read_int(v, "arrivalRate", RATE_MAX, &p->rate) == -1 ||
	    read_int(v, "from", RATE_MAX, &p->from) == -1 ||
	    read_int(v, "to", RATE_MAX, &p->to) == -1 ||
	    read_int(v, "steps", STEPS_MAX, &steps) == -1 ||
	    read_int(v, "spikeAt", INT64_MAX, &at_ns) == -1 ||
	    read_int(v, "spikeDuration", INT64_MAX, &for_ns) == -1)
		return "invalid request body";
	if (sscanf(type, "%15s", word) != 1)
		return "phase type is required";
	if (strcmp(word, "constant") != 0 && strcmp(word, "ramp") != 0 &&
	    strcmp(word, "step") != 0 && strcmp(word, "spike") != 0)
		return "unknown phase type";
	if (duration_ns == 0)
		return "phase duration must be positive";
	p->type = strcmp(word, "step") == 0 ? 'S' : word[0];
	if (p->type == 'S' && steps == 0)
		return "steps must be positive";
	if (p->type == 's' && at_ns + for_ns > duration_ns)
		return "the spike leaves its phase";
	p->seconds = duration_ns / 1e9;
	p->spike_at = at_ns / 1e9;
	p->spike_for = for_ns / 1e9;
	p->steps = steps > 0 ? (int)steps : 1;
	return NULL;
}

static const char *
read_phases(struct run *run, const struct json_value *list)
{
	const struct json_value *v;
	const char *why;
	struct phase *p;
	bool is_over = false;

	if (list == NULL || list->type != JSON_ARRAY || list->count == 0 ||
	    list->count > PHASES_MAX)
		return "phases are required";
	run->phases = xcalloc(list->count, sizeof(*run->phases));
	for (v = list->child; v != NULL; v = v->next) {
		p = &run->phases[run->nphases];
		if ((why = read_phase(p, v)) != NULL)
			return why;
		is_over |= phase_arrivals(p, p->seconds) <= 0;
		if (is_over)
			continue;
		run->nphases++;
		run->duration_ns += p->seconds * 1e9;
	}
	return run->duration_ns > RUN_MAX_NS ? "too long" : NULL;
}

static const char *
read_request(struct run *run, const struct json_value *req)
{
	const struct json_value *scenario = json_get(req, "httpScenario");
	const char *policy = read_word(req, "saturationPolicy");
	const char *url = read_word(scenario, "url");
	const char *body = read_word(scenario, "body");
	double concurrency;

	if (req->type != JSON_OBJECT || policy == NULL || url == NULL ||
	    body == NULL ||
	    read_int(req, "maxConcurrency", 1000000, &concurrency) == -1)
		return "invalid request body";
	if (strcmp(policy, "") != 0 && strcmp(policy, "drop") != 0 &&
	    strcmp(policy, "block") != 0)
		return "unknown saturation policy";
	if (*url == '\0')
		return "httpScenario is required";
	run->concurrency = concurrency > 0 ? (uint64_t)concurrency : 1;
	run->bytes_out = strlen(body);
	return read_phases(run, json_get(req, "phases"));
}

static void
begin(struct run *run)
{
	double after_ns = run->duration_ns;

	if (dies)
		after_ns /= 2;
	run->start_ns = loop_tick(peer_loop);
	run->timer.call = on_time;
	run->timer.arg = run;
	loop_timer_set(peer_loop, &run->timer,
	    run->start_ns + (uint64_t)after_ns);
}

static void
on_run(struct peer *p)
{
	struct json_error error;
	struct json *doc;
	struct run *run;
	const char *why = "invalid request body";

	if (is_verbose)
		fprintf(stderr, "%.*s\n", (int)p->body_len, p->body);
	run = xcalloc(1, sizeof(*run));
	run->peer = p;
	if ((doc = json_parse(p->body, p->body_len, &error)) != NULL)
		why = read_request(run, json_root(doc));
	json_free(doc);
	if (why != NULL)
		peer_refuse(p, "400 Bad Request", why);
	else if (fails)
		peer_refuse(p, "500 Internal Server Error",
		    "run failed: nothing works today");
	else if (raw_run.len > 0)
		peer_raw(p, raw_run.data, raw_run.len);
	if (why != NULL || fails || raw_run.len > 0) {
		run_free(run);
		return;
	}
	p->run = run;
	begin(run);
}

static void
on_ping(struct peer *p)
{
	static const char ok[] = "{\"status\":\"ok\"}\n";

	if (raw_ping.len > 0)
		peer_raw(p, raw_ping.data, raw_ping.len);
	else
		peer_answer(p, "200 OK", "application/json", ok,
		    strlen(ok));
}

static void
read_raw(struct buf *b, const char *path)
{
	buf_init(b, RAW_MAX);
	if (buf_read_file(b, path) == -1)
		err(1, "%s", path);
}

int
main(int argc, char *argv[])
{
	struct peer_hooks hooks = { on_ping, on_run, on_ended, on_gone,
	    .is_deafened = true };
	struct net_address a;
	char text[NET_TEXT_MAX];
	int c;

	while ((c = getopt(argc, argv, "6bdenp:s:vx:")) != -1) {
		is_old |= c == '6';
		has_bad_buckets |= c == 'b';
		dies |= c == 'd';
		fails |= c == 'e';
		is_no_json |= c == 'n';
		is_verbose |= c == 'v';
		if (c == 'p' || c == 'x')
			read_raw(c == 'p' ? &raw_ping : &raw_run, optarg);
		if (c == '?' ||
		    (c == 's' && parse_uint(optarg, 100, &share) == -1))
			optind = argc + 1;
	}
	if (optind != argc)
		errx(1, "usage: gopeer [-6bdenv] [-p FILE] [-s SHORT] "
		    "[-x FILE]");
	if (!is_old)
		hooks.token = getenv("PULSE_WORKER_TOKEN");
	if (hooks.token != NULL && *hooks.token == '\0')
		hooks.token = NULL;
	peer_open(&hooks);
	if (!net_listen_parse(&a, "127.0.0.1:0") || peer_listen(&a) == -1)
		err(1, "listen");
	net_address_format(text, &a);
	printf("%s\n", strrchr(text, ':') + 1);
	fflush(stdout);
	peer_serve();
	buf_clear(&raw_ping);
	buf_clear(&raw_run);
	return 0;
}
