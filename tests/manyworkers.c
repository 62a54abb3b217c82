/* SPDX-License-Identifier: MIT */
/*
 * Many workers of a fleet in one process, that make no load:
 *
 *	manyworkers [-f FEATURES] N FILE
 *
 * Listens on N (2000 at most) addresses 127.1.x.y, all at the same port, each
 * a worker; writes them to FILE, "127.1.x.y:PORT" a line, then PORT as a line
 * to stdout, and serves until TERM, the end of a pipe on stdin, or two
 * minutes. -f: the features that /ping names, with commas between them ("" is
 * none), in place of all. The token, if any, is PULSE_WORKER_TOKEN.
 *
 * A run takes as long as its phases say, from startAt on. What a worker has
 * scheduled by its share is spread evenly over the intervals, all of it
 * answered with 200 and in invented times: 100 different ones, over and over
 * again. Streams a snapshot an interval, then the result, which is their sum;
 * or the result alone for who does not accept application/x-ndjson. A client
 * that closes its sending side gets the sum of what it was told, as partial.
 * Warm-up, lease and the like change nothing.
 *
 * What it knows of the protocol is its own. All that workers have in common
 * is made once.
 */

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/text.h"
#include "base/util.h"
#include "hist.h"
#include "json.h"
#include "peer_rig.h"

enum {
	WORKERS_MAX = 2000,
	PER_NET = 250,			/* addresses 127.1.x.1 to .250 */
	FDS_EACH = 4,			/* a listener and its connections */
	PORT_TRIES = 50,
	PATTERN = 100,			/* different times */
	TEXTS_MAX = 64,			/* kept, of each kind */
	TEXT_MAX = 1024 * 1024,
	ANSWER_BYTES = 64		/* of each answer of the target */
};
#define INTERVAL_MIN_NS	(10 * NS_PER_MS)
#define RUN_MAX_NS	(600 * NS_PER_SEC)
#define RATE_MAX	UINT64_C(100000000)
#define NDJSON		"application/x-ndjson"

/* What decides all numbers of a run. */
struct plan {
	uint64_t	 arrivals;	/* of this worker */
	uint64_t	 duration_ns;
	uint64_t	 interval_ns;
	uint64_t	 nintervals;
};

struct run {
	struct loop_timer	 timer;
	struct peer		*peer;
	struct plan		 plan;
	uint64_t		 start_ns;
	uint64_t		 told;		/* intervals */
	bool			 has_stream;
};

/* A snapshot behind its index, and a result, as JSON. */
struct snapshot_text {
	uint64_t	 arrivals;
	struct buf	 json;
};
struct result_text {
	struct plan	 plan;
	uint64_t	 told;
	struct buf	 json;
};

enum { LATENCY, TTFB, LAG, TIMES };

/* Arrival i of an interval has base + step * (i * 37 mod 100). */
static const struct {
	const char	*name;
	uint64_t	 base_ns;
	uint64_t	 step_ns;
} times[TIMES] = {
	[LATENCY] = { "latency", 1000000, 190000 },
	[TTFB] = { "ttfb", 500000, 95000 },
	[LAG] = { "lag", 2000, 100 }
};

static const char *features = "share,startAt,stream,lease,checks,arrivals,"
    "requests,interval,warmup,max,target,body";

static struct hist pattern[TIMES];
static struct snapshot_text snapshot_texts[TEXTS_MAX];
static struct result_text result_texts[TEXTS_MAX];
static size_t nsnapshot_texts, nresult_texts;
static struct buf line;

/* Histograms. */

static uint64_t
time_of(int kind, uint64_t i)
{
	return times[kind].base_ns + times[kind].step_ns * (i * 37 % PATTERN);
}

/* Adds src so often: a merge a bit. */
static void
merge_times(struct hist *dst, const struct hist *src, uint64_t n)
{
	static struct hist power, copy;

	power = *src;
	for (; n > 0; n /= 2) {
		if (n % 2 == 1)
			hist_merge(dst, &power);
		copy = power;
		hist_merge(&power, &copy);
	}
}

/* Adds what n arrivals of one interval took. */
static void
invent(struct hist *h, int kind, uint64_t n)
{
	uint64_t i;

	merge_times(h, &pattern[kind], n / PATTERN);
	for (i = 0; i < n % PATTERN; i++)
		hist_record(h, time_of(kind, i));
}

static void
make_patterns(void)
{
	int kind;
	uint64_t i;

	hist_init();
	for (kind = 0; kind < TIMES; kind++)
		for (i = 0; i < PATTERN; i++)
			hist_record(&pattern[kind], time_of(kind, i));
}

/* Runs of slots that are not 0, each with the number of its first. */
static void
put_slots(struct buf *b, const struct hist *h)
{
	size_t i;
	bool is_in_run = false, is_first = true;

	for (i = 0; i < HIST_SLOTS; i++) {
		if (h->count == 0 || h->slot[i] == 0) {
			if (is_in_run)
				buf_adds(b, "]");
			is_in_run = false;
			continue;
		}
		if (!is_in_run)
			buf_addf(b, "%s[%zu", is_first ? "" : ",", i);
		buf_addf(b, ",%" PRIu64, h->slot[i]);
		is_in_run = true;
		is_first = false;
	}
	if (is_in_run)
		buf_adds(b, "]");
}

static void
put_fine(struct buf *b, int kind, const struct hist *h)
{
	bool is_empty = h->count == 0;

	buf_addf(b, "\"%s\":{\"layout\":\"800x16\",\"min\":%" PRIu64
	    ",\"max\":%" PRIu64 ",\"sum\":[%" PRIu64 ",%" PRIu64
	    "],\"counts\":[", times[kind].name, is_empty ? 0 : h->min_ns,
	    is_empty ? 0 : h->max_ns, h->sum_hi, h->sum_lo);
	put_slots(b, h);
	buf_adds(b, "]}");
}

/* Another member follows in every place where this is called. */
static void
put_uint(struct buf *b, const char *name, uint64_t v)
{
	buf_addf(b, "\"%s\":%" PRIu64 ",", name, v);
}

static void
put_statuses(struct buf *b, uint64_t n)
{
	buf_adds(b, "\"statusCounts\":{");
	if (n > 0)
		buf_addf(b, "\"200\":%" PRIu64, n);
	buf_adds(b, "},");
}

static void
put_times(struct buf *b, int kind, const struct hist *h)
{
	uint64_t counts[HIST_COARSE], min_ns = 0, max_ns = 0;

	if (h->count > 0) {
		min_ns = h->min_ns;
		max_ns = h->max_ns;
	}
	hist_coarse(h, counts);
	buf_addf(b, "\"%s\":{", times[kind].name);
	put_uint(b, "min", min_ns);
	put_uint(b, "mean", hist_mean(h));
	put_uint(b, "p50", hist_coarse_percentile(counts, 50, min_ns, max_ns));
	put_uint(b, "p90", hist_coarse_percentile(counts, 90, min_ns, max_ns));
	put_uint(b, "p95", hist_coarse_percentile(counts, 95, min_ns, max_ns));
	put_uint(b, "p99", hist_coarse_percentile(counts, 99, min_ns, max_ns));
	buf_addf(b, "\"max\":%" PRIu64 "},", max_ns);
}

static void
put_buckets(struct buf *b, const char *name, const struct hist *h)
{
	uint64_t counts[HIST_COARSE];
	size_t i;

	if (h->count == 0) {
		buf_addf(b, "\"%s\":null,", name);
		return;
	}
	hist_coarse(h, counts);
	buf_addf(b, "\"%s\":", name);
	for (i = 0; i < HIST_COARSE; i++)
		buf_addf(b, "%c%" PRIu64, i == 0 ? '[' : ',', counts[i]);
	buf_adds(b, "],");
}

/* Snapshots and results. */

/* Arrivals in all intervals before this one. */
static uint64_t
arrivals_before(const struct plan *plan, uint64_t interval)
{
	return plan->arrivals * interval / plan->nintervals;
}

static void
make_snapshot(struct buf *b, uint64_t n)
{
	static struct hist h;
	int kind;

	put_uint(b, "scheduled", n);
	put_uint(b, "started", n);
	put_uint(b, "completed", n);
	put_uint(b, "bytesIn", n * ANSWER_BYTES);
	put_uint(b, "inFlight", 1);
	put_statuses(b, n);
	for (kind = 0; kind < TIMES; kind++) {
		hist_reset(&h);
		invent(&h, kind, n);
		if (kind > 0)
			buf_adds(b, ",");
		put_fine(b, kind, &h);
	}
}

/* The intervals told have n / nintervals arrivals each, some one more. */
static void
sum_up(struct hist *h, int kind, const struct plan *plan, uint64_t told)
{
	static struct hist one;
	uint64_t few = plan->arrivals / plan->nintervals;
	uint64_t more = arrivals_before(plan, told) - few * told;

	hist_reset(h);
	hist_reset(&one);
	invent(&one, kind, few);
	merge_times(h, &one, told - more);
	hist_reset(&one);
	invent(&one, kind, few + 1);
	merge_times(h, &one, more);
}

static void
make_result(struct buf *b, const struct plan *plan, uint64_t told)
{
	static struct hist latency, ttfb;
	uint64_t n = arrivals_before(plan, told);
	uint64_t duration_ns = told * plan->interval_ns;
	bool is_whole = told == plan->nintervals;

	sum_up(&latency, LATENCY, plan, told);
	sum_up(&ttfb, TTFB, plan, told);
	buf_adds(b, "{");
	put_uint(b, "total", n);
	put_uint(b, "failed", 0);
	put_uint(b, "duration", is_whole ? plan->duration_ns : duration_ns);
	put_uint(b, "scheduled", n);
	put_uint(b, "started", n);
	put_uint(b, "dropped", 0);
	put_uint(b, "droppedRate", 0);
	put_uint(b, "completed", n);
	put_uint(b, "maxActive", n > 0);
	put_times(b, LATENCY, &latency);
	put_times(b, TTFB, &ttfb);
	put_uint(b, "bytesIn", n * ANSWER_BYTES);
	put_uint(b, "bytesOut", 0);
	put_statuses(b, n);
	buf_adds(b, "\"errorCounts\":null,");
	put_buckets(b, "buckets", &latency);
	put_buckets(b, "ttfbBuckets", &ttfb);
	put_uint(b, "lost", 0);
	put_uint(b, "retried", 0);
	buf_adds(b, "\"fine\":{");
	put_fine(b, LATENCY, &latency);
	buf_adds(b, ",");
	put_fine(b, TTFB, &ttfb);
	buf_addf(b, "}%s}", is_whole ? "" : ",\"partial\":true");
}

/* Both find what was made already, or make it in the place of the oldest. */

static const struct buf *
find_snapshot(uint64_t n)
{
	struct snapshot_text *t;
	size_t i;

	for (i = 0; i < TEXTS_MAX && i < nsnapshot_texts; i++)
		if (snapshot_texts[i].arrivals == n)
			return &snapshot_texts[i].json;
	t = &snapshot_texts[nsnapshot_texts++ % TEXTS_MAX];
	buf_clear(&t->json);
	buf_init(&t->json, TEXT_MAX);
	t->arrivals = n;
	make_snapshot(&t->json, n);
	return &t->json;
}

static const struct buf *
find_result(const struct plan *plan, uint64_t told)
{
	struct result_text *t;
	size_t i;

	for (i = 0; i < TEXTS_MAX && i < nresult_texts; i++) {
		t = &result_texts[i];
		if (t->told == told && t->plan.arrivals == plan->arrivals &&
		    t->plan.duration_ns == plan->duration_ns &&
		    t->plan.interval_ns == plan->interval_ns)
			return &t->json;
	}
	t = &result_texts[nresult_texts++ % TEXTS_MAX];
	buf_clear(&t->json);
	buf_init(&t->json, TEXT_MAX);
	t->plan = *plan;
	t->told = told;
	make_result(&t->json, plan, told);
	return &t->json;
}

/* A run. */

static void
tell_interval(struct run *run)
{
	uint64_t i = run->told++;
	const struct buf *text = find_snapshot(
	    arrivals_before(&run->plan, i + 1) -
	    arrivals_before(&run->plan, i));

	if (!run->has_stream)
		return;
	buf_reset(&line);
	buf_addf(&line, "{\"snapshot\":{\"index\":%" PRIu64 ",", i);
	buf_add(&line, text->data, text->len);
	buf_adds(&line, "}}\n");
	peer_chunk(run->peer, line.data, line.len);
}

static void
run_free(struct run *run)
{
	loop_timer_stop(peer_loop, &run->timer);
	free(run);
}

static void
finish(struct run *run)
{
	const struct buf *text = find_result(&run->plan, run->told);
	struct peer *p = run->peer;

	p->run = NULL;
	buf_reset(&line);
	if (run->has_stream) {
		buf_adds(&line, "{\"result\":");
		buf_add(&line, text->data, text->len);
		buf_adds(&line, "}\n");
		peer_chunk(p, line.data, line.len);
		peer_end(p);
	} else {
		buf_add(&line, text->data, text->len);
		buf_adds(&line, "\n");
		peer_answer(p, "200 OK", "application/json", line.data,
		    line.len);
	}
	run_free(run);
}

static void
await_interval(struct run *run)
{
	uint64_t after_ns = (run->told + 1) * run->plan.interval_ns;

	if (after_ns > run->plan.duration_ns)
		after_ns = run->plan.duration_ns;
	loop_timer_set(peer_loop, &run->timer, run->start_ns + after_ns);
}

static void
on_interval(void *arg)
{
	struct run *run = arg;

	tell_interval(run);
	if (run->told < run->plan.nintervals)
		await_interval(run);
	else
		finish(run);
}

static void
on_ended(struct peer *p)
{
	finish(p->run);
}

static void
on_gone(struct peer *p)
{
	run_free(p->run);
	p->run = NULL;
}

/* The request. Absent and null are 0; -1: no number, or too large. */

static int
read_uint(const struct json_value *obj, const char *name, uint64_t max,
    uint64_t *out)
{
	const struct json_value *v = json_get(obj, name);

	*out = 0;
	if (v == NULL || v->type == JSON_NULL)
		return 0;
	return json_to_uint(v, out) == -1 || *out > max ? -1 : 0;
}

/* Twice A(end) so far, in whole arrivals and 10^-9 of one. */
struct area {
	uint64_t	 whole;
	uint64_t	 nano;
};

static void
add_area(struct area *a, uint64_t twice_rate, uint64_t ns)
{
	a->whole += twice_rate * (ns / NS_PER_SEC);
	a->nano += twice_rate * (ns % NS_PER_SEC);
	a->whole += a->nano / NS_PER_SEC;
	a->nano %= NS_PER_SEC;
}

/* The levels of steps have the mean of a ramp, but for a single one. */
static int
read_phase(const struct json_value *v, struct area *a, uint64_t *duration_ns)
{
	const char *type = json_to_str(json_get(v, "type"));
	uint64_t rate, from, to, steps, spike_ns;

	if (type == NULL ||
	    read_uint(v, "duration", RUN_MAX_NS, duration_ns) == -1 ||
	    read_uint(v, "arrivalRate", RATE_MAX, &rate) == -1 ||
	    read_uint(v, "from", RATE_MAX, &from) == -1 ||
	    read_uint(v, "to", RATE_MAX, &to) == -1 ||
	    read_uint(v, "steps", RATE_MAX, &steps) == -1 ||
	    read_uint(v, "spikeDuration", *duration_ns, &spike_ns) == -1)
		return -1;
	if (strcmp(type, "constant") == 0)
		add_area(a, 2 * rate, *duration_ns);
	else if (strcmp(type, "step") == 0 && steps == 1)
		add_area(a, 2 * from, *duration_ns);
	else if (strcmp(type, "step") == 0 || strcmp(type, "ramp") == 0)
		add_area(a, from + to, *duration_ns);
	else if (strcmp(type, "spike") == 0) {
		add_area(a, 2 * from, *duration_ns - spike_ns);
		add_area(a, 2 * to, spike_ns);
	} else if (strcmp(type, "max") != 0)
		return -1;
	return 0;
}

/* How many n < *arrivals this worker takes. */
static int
read_share(const struct json_value *share, uint64_t *arrivals)
{
	const struct json_value *v;
	uint64_t of, residue, mine = 0;

	if (share == NULL)
		return 0;
	if (read_uint(share, "of", UINT32_MAX, &of) == -1 || of == 0 ||
	    json_get(share, "take") == NULL)
		return -1;
	for (v = json_get(share, "take")->child; v != NULL; v = v->next) {
		if (json_to_uint(v, &residue) == -1 || residue >= of)
			return -1;
		if (residue < *arrivals)
			mine += (*arrivals - 1 - residue) / of + 1;
	}
	*arrivals = mine;
	return 0;
}

static int
read_plan(const struct json_value *req, struct plan *plan)
{
	const struct json_value *phases = json_get(req, "phases"), *v;
	struct area area = { 0, 0 };
	uint64_t duration_ns, requests;

	for (v = phases == NULL ? NULL : phases->child; v != NULL;
	    v = v->next) {
		if (read_phase(v, &area, &duration_ns) == -1)
			return -1;
		plan->duration_ns += duration_ns;
		if (plan->duration_ns > RUN_MAX_NS)
			return -1;
	}
	if (plan->duration_ns == 0 ||
	    read_uint(req, "requests", UINT64_MAX, &requests) == -1 ||
	    read_uint(req, "interval", RUN_MAX_NS, &plan->interval_ns) == -1)
		return -1;
	plan->arrivals = area.whole / 2 + (area.whole % 2 + area.nano > 0);
	if (requests > 0 && requests < plan->arrivals)
		plan->arrivals = requests;
	if (plan->interval_ns == 0)
		plan->interval_ns = NS_PER_SEC;
	if (plan->interval_ns < INTERVAL_MIN_NS)
		plan->interval_ns = INTERVAL_MIN_NS;
	plan->nintervals = (plan->duration_ns - 1) / plan->interval_ns + 1;
	return read_share(json_get(req, "share"), &plan->arrivals);
}

/* A start that is over is now. */
static int
read_start(const struct json_value *req, uint64_t *start_ns)
{
	uint64_t now_ns = clock_now_ns();

	if (read_uint(req, "startAt", now_ns + RUN_MAX_NS, start_ns) == -1)
		return -1;
	if (*start_ns < now_ns)
		*start_ns = now_ns;
	return 0;
}

static void
on_run(struct peer *p)
{
	struct json_error error;
	struct json *doc = json_parse(p->body, p->body_len, &error);
	struct run *run = xcalloc(1, sizeof(*run));

	if (doc == NULL || read_plan(json_root(doc), &run->plan) == -1 ||
	    read_start(json_root(doc), &run->start_ns) == -1) {
		peer_refuse(p, "400 Bad Request",
		    "manyworkers: cannot run this");
		json_free(doc);
		free(run);
		return;
	}
	json_free(doc);
	run->peer = p;
	run->timer.call = on_interval;
	run->timer.arg = run;
	run->has_stream = strstr(p->accept, NDJSON) != NULL;
	p->run = run;
	if (run->has_stream)
		peer_stream(p, NDJSON);
	await_interval(run);
}

/* now is read last. */
static void
on_ping(struct peer *p)
{
	const char *name = features, *comma;

	buf_reset(&line);
	buf_adds(&line, "{\"status\":\"ok\",\"version\":\"manyworkers\","
	    "\"features\":[");
	for (; *name != '\0'; name = comma + (*comma == ',')) {
		comma = name + strcspn(name, ",");
		buf_addf(&line, "%s\"%.*s\"", name == features ? "" : ",",
		    (int)(comma - name), name);
	}
	buf_addf(&line, "],\"generators\":2,\"busy\":false,\"now\":%" PRIu64
	    "}\n", clock_now_ns());
	peer_answer(p, "200 OK", "application/json", line.data, line.len);
}

/* Start. */

/* The address of worker i. */
static char *
address(char text[NET_TEXT_MAX], uint64_t i, uint16_t port)
{
	snprintf(text, NET_TEXT_MAX, "127.1.%u.%u:%u",
	    (unsigned int)(i / PER_NET), (unsigned int)(i % PER_NET + 1),
	    (unsigned int)port);
	return text;
}

/* The first gets *port from the system; -1: another has it elsewhere. */
static int
listen_all(uint64_t n, uint16_t *port)
{
	struct net_address a;
	char text[NET_TEXT_MAX];
	uint64_t i;

	*port = 0;
	for (i = 0; i < n; i++) {
		if (!net_listen_parse(&a, address(text, i, *port)))
			errx(1, "%s: is no address", text);
		if (peer_listen(&a) == -1) {
			if (errno != EADDRINUSE)
				err(1, "%s", text);
			peer_unlisten();
			return -1;
		}
		net_address_format(text, &a);
		*port = (uint16_t)strtoul(strrchr(text, ':') + 1, NULL, 10);
	}
	return 0;
}

static void
write_list(const char *file, uint64_t n, uint16_t port)
{
	FILE *f = fopen(file, "w");
	char text[NET_TEXT_MAX];
	uint64_t i;

	if (f == NULL)
		err(1, "%s", file);
	for (i = 0; i < n; i++)
		fprintf(f, "%s\n", address(text, i, port));
	if (ferror(f) || fclose(f) == EOF)
		err(1, "%s", file);
}

static void
clear_texts(void)
{
	size_t i;

	for (i = 0; i < TEXTS_MAX; i++) {
		buf_clear(&snapshot_texts[i].json);
		buf_clear(&result_texts[i].json);
	}
	buf_clear(&line);
}

int
main(int argc, char *argv[])
{
	struct peer_hooks hooks = { on_ping, on_run, on_ended, on_gone,
	    .is_deafened = false };
	uint16_t port;
	uint64_t n;
	int c, tries = PORT_TRIES;

	while ((c = getopt(argc, argv, "f:")) == 'f')
		features = optarg;
	if (c != -1 || optind != argc - 2 ||
	    parse_uint(argv[optind], WORKERS_MAX, &n) == -1 || n == 0)
		errx(1, "usage: manyworkers [-f FEATURES] N FILE");
	hooks.token = getenv("PULSE_WORKER_TOKEN");
	if (hooks.token != NULL && *hooks.token == '\0')
		hooks.token = NULL;
	net_raise_nofile(n * FDS_EACH + UINT8_MAX);
	make_patterns();
	buf_init(&line, 2 * TEXT_MAX);
	peer_open(&hooks);
	while (listen_all(n, &port) == -1)
		if (--tries == 0)
			errx(1, "no port is free on all addresses");
	write_list(argv[optind + 1], n, port);
	printf("%u\n", (unsigned int)port);
	fflush(stdout);
	peer_serve();
	clear_texts();
	return 0;
}
