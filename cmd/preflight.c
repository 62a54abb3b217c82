/* SPDX-License-Identifier: MIT */
/*
 * Whether this machine can do what a plan asks of it, told before anything is
 * sent: descriptors, local ports, CPUs, memory, and the packet filter if that
 * follows connections. Arithmetic on the plan and on what the machine told.
 *
 * An error is only what cannot go well whatever the target does. Everything
 * else depends on how fast it answers and who closes connections: it is worked
 * out for the worst case, and warned of when that is more than there is. What
 * the machine does not tell is never doubted.
 */

#include <err.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/net.h"
#include "base/text.h"
#include "cmd/preflight.h"
#include "http/url.h"
#include "load/cost.h"
#include "load/remedy.h"

enum { WINDOWS = 4096 };	/* moments at which arrivals are counted */

/* What the plan comes to, at most. */
struct need {
	const struct plan	*plan;
	const struct scenario	*scenario;
	uint32_t		 generators;	/* that there are */
	uint32_t		 takers;	/* of them, that take part */
	struct arrival_plan	*arrivals;
	double			 peak;		/* arrivals a second */
	bool			 is_closed;	/* in part: no rate is known */
	uint64_t		 connections;	/* at once */
	char			 words[FORMAT_MAX];	/* "2 generators" */
};

static struct preflight_line *line(struct preflight *, const char *title,
		    const char *need, const char *there);
static void	say_how(struct preflight_line *, const char *, ...)
		    UTIL_PRINTF(2, 3);
static void	doubt(struct preflight_line *, const char *, ...)
		    UTIL_PRINTF(2, 3);

static struct preflight_line *
line(struct preflight *p, const char *title, const char *need,
    const char *there)
{
	struct preflight_line *l = &p->at[p->n++];

	*l = (struct preflight_line){ .title = title };
	snprintf(l->sum, sizeof(l->sum), "%s of %s", need, there);
	return l;
}

static void
say_how(struct preflight_line *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->how, sizeof(l->how), fmt, ap);
	va_end(ap);
}

static void
doubt(struct preflight_line *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->why, sizeof(l->why), fmt, ap);
	va_end(ap);
}

/* "28232", "unknown" */
static char *
number(char text[FORMAT_MAX], uint64_t n)
{
	if (n == MACHINE_UNKNOWN)
		snprintf(text, FORMAT_MAX, "unknown");
	else
		snprintf(text, FORMAT_MAX, "%" PRIu64, n);
	return text;
}

/* "24.2MB", "unknown" */
static char *
bytes(char text[FORMAT_MAX], uint64_t n)
{
	if (n == MACHINE_UNKNOWN)
		snprintf(text, FORMAT_MAX, "unknown");
	else if (n >= 10000000000)
		snprintf(text, FORMAT_MAX, "%.1fGB", (double)n / 1e9);
	else
		snprintf(text, FORMAT_MAX, "%.1fMB", (double)n / 1e6);
	return text;
}

/* The plan. */

/* Arrivals in [from, from + window). */
static double
arrivals_in(const struct need *need, uint64_t from_ns, uint64_t window_ns)
{
	return arrival_planned(need->arrivals, from_ns + window_ns) -
	    arrival_planned(need->arrivals, from_ns);
}

static void
raise_to(double *most, double n)
{
	if (n > *most)
		*most = n;
}

/* At both ends of it, a window has the most of a constant rate. */
static void
look_around(const struct need *need, uint64_t at_ns, uint64_t window_ns,
    double *most)
{
	raise_to(most, arrivals_in(need, at_ns, window_ns));
	raise_to(most, arrivals_in(need, at_ns > window_ns ?
	    at_ns - window_ns : 0, window_ns));
}

/*
 * Arrivals in the busiest stretch of that length: to be exact where rates are
 * constant, and near enough within ramps.
 */
static uint64_t
busiest(const struct need *need, uint64_t window_ns)
{
	const struct run_request *req = &need->plan->req;
	uint64_t end_ns = arrival_end_ns(need->arrivals), at_ns = 0;
	const struct phase *p;
	double most = 0;
	size_t i;

	for (i = 0; i < req->nphases; i++) {
		p = &req->phases[i];
		look_around(need, at_ns, window_ns, &most);
		look_around(need, at_ns + p->spike_at_ns, window_ns, &most);
		look_around(need, at_ns + p->spike_at_ns + p->spike_for_ns,
		    window_ns, &most);
		at_ns += p->duration_ns;
	}
	look_around(need, end_ns, window_ns, &most);
	for (i = 0; i < WINDOWS; i++)
		raise_to(&most, arrivals_in(need, end_ns / WINDOWS * i,
		    window_ns));
	if (req->requests > 0 && most > (double)req->requests)
		return req->requests;
	return (uint64_t)(most + 0.5);
}

/* As many as are answered in time, or are given up by then. */
static uint64_t
connections_at_once(const struct need *need)
{
	const struct run_request *req = &need->plan->req;
	uint64_t n = req->max_concurrency, most;

	if (!need->is_closed) {
		most = busiest(need, req->scenario.timeout_ns) + 1;
		n = most < n ? most : n;
	}
	return req->requests > 0 && req->requests < n ? req->requests : n;
}

static void
need_init(struct need *need, const struct plan *plan, uint32_t generators)
{
	const struct run_request *req = &plan->req;

	*need = (struct need){ .plan = plan, .scenario = &req->scenario,
	    .generators = generators,
	    .arrivals = arrival_plan_new(req->phases, req->nphases),
	    .is_closed = run_request_has_max(req) };
	need->peak = arrival_peak_rate(need->arrivals);
	need->takers = need->is_closed ? generators :
	    cost_takers(&req->scenario, need->peak, generators);
	if (need->takers > req->max_concurrency)
		need->takers = (uint32_t)req->max_concurrency;
	need->connections = connections_at_once(need);
	snprintf(need->words, sizeof(need->words), "%" PRIu32 " generator%s",
	    generators, generators == 1 ? "" : "s");
}

/* The machine against it. */

static void
judge_descriptors(struct preflight *p, const struct need *need,
    const struct machine *m)
{
	uint64_t most = need->plan->req.max_concurrency;
	uint64_t n = cost_descriptors(most, need->generators);
	char mine[FORMAT_MAX], there[FORMAT_MAX];
	struct preflight_line *l;

	l = line(p, "descriptors", number(mine, n),
	    number(there, m->descriptors));
	say_how(l, "%" PRIu64 " in flight + %" PRIu64 " for %s", most,
	    n - most, need->words);
	if (n <= m->descriptors)
		return;
	l->is_impossible = true;
	cost_refuse_descriptors(l->why, most, need->generators,
	    m->descriptors);
}

/* Is the target on the loopback? A name that is looked up is not known yet. */
static bool
is_near(const struct scenario *s)
{
	struct net_address a;
	struct http_url url;
	const char *bad, *host;
	uint16_t port;

	if (http_url_parse(s->url, strlen(s->url), &url, &bad) == -1)
		return false;
	connect_route(&s->connect, url.host, url.port, &host, &port);
	return strcmp(host, "localhost") == 0 ||
	    (net_address_parse(&a, host, port, 0) && net_is_loopback(&a));
}

/*
 * Each has all ports, towards one target. Addresses of one family are used:
 * of which is not known, so the more numerous ones count.
 */
static uint64_t
count_sources(const struct connect_settings *c)
{
	uint64_t four = 0, six = 0;
	size_t i;

	for (i = 0; i < c->nsources; i++)
		if (c->sources[i].ss.ss_family == AF_INET)
			four++;
		else
			six++;
	return c->nsources == 0 ? 1 : four > six ? four : six;
}

static void
judge_ports_at_once(struct preflight *p, const struct need *need,
    uint64_t ports)
{
	char mine[FORMAT_MAX], there[FORMAT_MAX];
	struct preflight_line *l;

	l = line(p, "ports", number(mine, need->connections),
	    number(there, ports));
	say_how(l, "connections at once, if the target keeps them");
	if (need->connections > ports)
		doubt(l, "local ports may run out: up to %s connections at "
		    "once, %s ports (" REMEDY_PORTS ")", mine, there);
}

/* A connection each: what was closed keeps its port for a while. */
static void
judge_ports_in_time(struct preflight *p, const struct need *need,
    uint64_t ports, uint64_t hold_ns)
{
	char mine[FORMAT_MAX], there[FORMAT_MAX], hold[FORMAT_MAX];
	struct preflight_line *l;
	uint64_t n = MACHINE_UNKNOWN;

	/* Where ports are not known, neither is the time. */
	if (hold_ns != MACHINE_UNKNOWN)
		n = busiest(need, hold_ns);
	l = line(p, "ports", need->is_closed ? "as many as come" :
	    number(mine, n), number(there, ports));
	if (hold_ns == MACHINE_UNKNOWN)
		return;
	format_duration(hold, hold_ns);
	if (!need->is_closed && (double)n + 1 > need->peak *
	    ((double)hold_ns / 1e9))
		say_how(l, "%.0f/s x %s of TIME_WAIT", need->peak, hold);
	else
		say_how(l, "connections in %s of TIME_WAIT", hold);
	if (n > ports)
		doubt(l, "local ports may run out: up to %" PRIu64
		    " connections in %s of TIME_WAIT, %s ports (" REMEDY_PORTS
		    ")", n, hold, there);
}

static void
judge_ports(struct preflight *p, const struct need *need,
    const struct machine *m)
{
	const struct scenario *s = need->scenario;
	uint64_t ports = m->ports;

	if (s->connect.unix_socket != NULL)
		return;
	if (ports != MACHINE_UNKNOWN)
		ports *= count_sources(&s->connect);
	if (s->keep_alive)
		judge_ports_at_once(p, need, ports);
	else
		judge_ports_in_time(p, need, ports, is_near(s) ?
		    m->hold_loopback_ns : m->hold_ns);
}

/* A target on this machine needs about as much of it as the generators. */
static uint64_t
cpus_for_load(const struct need *need, const struct machine *m)
{
	bool shares = need->scenario->connect.unix_socket != NULL ||
	    is_near(need->scenario);

	return shares ? (m->cpus + 1) / 2 : m->cpus;
}

/* What would do, of this machine if it has the CPUs, and how to be sure. */
static char *
cpu_remedy(char text[PREFLIGHT_TEXT_MAX], const struct need *need,
    uint64_t cpus, uint64_t each)
{
	uint64_t wanted = (uint64_t)(need->peak / (double)each) + 1;
	char use[FORMAT_MAX], measure[FORMAT_MAX];
	bool has_cpus = need->takers < cpus;

	if (wanted > cpus)
		wanted = cpus;
	if (!has_cpus)
		snprintf(use, sizeof(use), "use workers");
	else
		snprintf(use, sizeof(use), "use %s %" PRIu64, need->takers <
		    need->generators ? "-c" : "-g", wanted);
	snprintf(measure, sizeof(measure), "pulse calibrate -g %" PRIu32 "%s",
	    need->takers, need->scenario->keep_alive ? "" :
	    " --no-keepalive");
	if (scenario_is_https(need->scenario))	/* which it has not */
		snprintf(text, PREFLIGHT_TEXT_MAX, "%s", use);
	else
		snprintf(text, PREFLIGHT_TEXT_MAX, "%s; %s measures this "
		    "machine", use, measure);
	return text;
}

static void
judge_cpus(struct preflight *p, const struct need *need,
    const struct machine *m)
{
	uint64_t each = cost_rate_of_cpu(need->scenario);
	uint64_t cpus = cpus_for_load(need, m), used;
	char peak[FORMAT_MAX], there[FORMAT_MAX], who[FORMAT_MAX];
	char remedy[PREFLIGHT_TEXT_MAX], shared[FORMAT_MAX] = "";
	bool has_cpus = need->takers < cpus;
	struct preflight_line *l;

	used = has_cpus ? need->takers : cpus;
	snprintf(who, sizeof(who), "%" PRIu64 " %s%s%s", used, has_cpus ?
	    "generator" : "CPU", used == 1 ? "" : "s", !has_cpus &&
	    cpus < m->cpus ? " beside the target" : "");
	snprintf(peak, sizeof(peak), "%.0f/s", need->peak);
	snprintf(there, sizeof(there), "about %" PRIu64 "/s", used * each);
	l = line(p, "CPU", need->is_closed ? "as many as come" : peak, there);
	if (need->takers > cpus)
		snprintf(shared, sizeof(shared), " for %" PRIu32 " generators",
		    need->takers);
	say_how(l, "%s x %" PRIu64 "/s%s", who, each, shared);
	if (need->peak > (double)(used * each))
		doubt(l, "generators may be late: up to %.0f arrivals/s, %s "
		    "make%s %s at most (%s)", need->peak, who,
		    used == 1 ? "s" : "", there,
		    cpu_remedy(remedy, need, cpus, each));
}

static void
judge_memory(struct preflight *p, const struct need *need,
    const struct machine *m)
{
	uint64_t n = cost_memory(need->scenario, need->connections,
	    need->generators);
	char mine[FORMAT_MAX], there[FORMAT_MAX];
	struct preflight_line *l;

	l = line(p, "memory", bytes(mine, n), bytes(there, m->memory));
	say_how(l, "%" PRIu64 " connections, %s", need->connections,
	    need->words);
	if (n > m->memory)
		doubt(l, "memory may run out: up to %" PRIu64 " connections "
		    "need about %s, there are %s (" REMEDY_MEMORY ")",
		    need->connections, mine, there);
}

/* A filter without room for more drops what begins: it looks like a loss. */
static void
judge_tracked(struct preflight *p, const struct need *need,
    const struct machine *m)
{
	char mine[FORMAT_MAX], there[FORMAT_MAX], hold[FORMAT_MAX];
	struct preflight_line *l;
	uint64_t n;

	if (m->tracked == MACHINE_UNKNOWN ||
	    need->scenario->connect.unix_socket != NULL)
		return;
	n = need->scenario->keep_alive ? need->connections :
	    busiest(need, m->tracked_ns);
	l = line(p, "tracked", number(mine, n), number(there, m->tracked));
	format_duration(hold, m->tracked_ns);
	say_how(l, "connections in %s, for the packet filter", hold);
	if (n > m->tracked)
		doubt(l, "the packet filter may drop packets: up to %s "
		    "connections in %s, it can follow %s more (keep "
		    "connections alive, or raise nf_conntrack_max)", mine,
		    hold, there);
}

/* A coordinator makes no load. */
static void
judge_fleet(struct preflight *p, const struct fleet *fleet,
    const struct machine *m)
{
	uint64_t n = fleet_descriptors(fleet);
	char mine[FORMAT_MAX], there[FORMAT_MAX];
	struct preflight_line *l;

	l = line(p, "descriptors", number(mine, n),
	    number(there, m->descriptors));
	say_how(l, "%zu worker%s, which have limits of their own", fleet->n,
	    fleet->n == 1 ? "" : "s");
	if (n > m->descriptors)
		doubt(l, "descriptors may run out: %zu workers need up to %s, "
		    "the limit is %s (" REMEDY_DESCRIPTORS ")", fleet->n,
		    mine, there);
}

void
preflight_judge(struct preflight *p, const struct plan *plan,
    uint32_t generators, const struct machine *m)
{
	struct need need;

	p->n = 0;
	if (plan->fleet.n > 0) {
		judge_fleet(p, &plan->fleet, m);
		return;
	}
	need_init(&need, plan, generators);
	judge_descriptors(p, &need, m);
	judge_ports(p, &need, m);
	judge_cpus(p, &need, m);
	judge_memory(p, &need, m);
	judge_tracked(p, &need, m);
	arrival_plan_free(need.arrivals);
}

int
preflight_say(const struct preflight *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->at[i].is_impossible) {
			warnx("%s", p->at[i].why);
			return -1;
		}
	for (i = 0; i < p->n; i++)
		if (p->at[i].why[0] != '\0')
			warnx("%s", p->at[i].why);
	return 0;
}

int
preflight_check(const struct plan *plan, uint32_t generators)
{
	struct preflight p;
	struct machine m;

	machine_read(&m, "/proc");
	preflight_judge(&p, plan, generators, &m);
	return preflight_say(&p);
}
