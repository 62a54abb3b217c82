/* SPDX-License-Identifier: MIT */
/*
 * `pulse ping`: asks each worker whether it is there, and prints what it says
 * of itself, a line each, in the order given. Nothing is started on any of
 * them.
 *
 * The table goes to stdout, those that fail among the others with their
 * reason; what commands of exec: workers print goes to stderr behind their
 * names.
 */

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "base/net.h"
#include "base/resolve.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/ping.h"
#include "fleet/credentials.h"
#include "fleet/fleet.h"
#include "fleet/peer.h"
#include "fleet/ping.h"
#include "report/words.h"

enum {
	NAME_WIDTH_MIN = 6,
	NAME_WIDTH_MAX = 30
};

static const struct option_row rows[] = {
	CREDENTIALS_ROWS,
};

const struct command ping_command = {
	.name = "ping",
	.operands = "WORKER ...",
	.summary = "Asks whether workers are there; status 1 if any is not.",
	.rows = rows,
	.nrows = UTIL_NELEM(rows),
	.operands_min = 1,
	.operands_max = ARRIVAL_TAKERS_MAX,
};

struct ping {
	struct fleet		 fleet;
	struct credentials	 credentials;
	struct loop		*loop;
	struct resolver		*resolver;
	struct peer		**peers;
	struct pong		*pongs;
};

static void
on_said(void *arg, const struct worker_address *worker, const char *line)
{
	(void)arg;
	warnx("%s: %s", worker->name, line);
}

static void
on_pinged(void *arg)
{
	struct ping *p = arg;

	loop_stop(p->loop);
}

static int
ping_open(struct ping *p)
{
	size_t i;

	(void)net_raise_nofile(fleet_descriptors(&p->fleet));
	p->loop = loop_new();
	if (p->loop == NULL)
		return -1;
	p->resolver = resolver_new(p->loop, NULL);
	if (p->resolver == NULL)
		return -1;
	p->peers = xcalloc(p->fleet.n, sizeof(*p->peers));
	p->pongs = xcalloc(p->fleet.n, sizeof(*p->pongs));
	for (i = 0; i < p->fleet.n; i++)
		p->peers[i] = peer_new(p->loop, p->resolver,
		    &p->fleet.workers[i], &p->credentials, on_said, p);
	return 0;
}

static void
ping_clear(struct ping *p)
{
	peers_free(p->peers, p->peers != NULL ? p->fleet.n : 0);
	free(p->pongs);
	resolver_free(p->resolver);
	loop_free(p->loop);
	fleet_clear(&p->fleet);
	credentials_clear(&p->credentials);
}

static void
print_pong(const char *name, int width, const struct pong *pong)
{
	char generators[24] = "-", trip[FORMAT_MAX], column[WORDS_COLUMN_MAX];

	words_column(column, 0, name, width);
	if (!pong->is_ok) {
		printf("%s  failed: %s\n", column, pong->why);
		return;
	}
	if (pong->generators > 0)
		snprintf(generators, sizeof(generators), "%" PRIu64,
		    pong->generators);
	printf("%s  %-9s %10s  %-5s %11s\n", column,
	    pong->version[0] != '\0' ? pong->version : "-", generators,
	    pong->is_busy ? "busy" : pong->features != 0 ? "idle" : "-",
	    format_ns(trip, pong->round_trip_ns));
}

/* 1 if any failed. */
static int
print_all(const struct ping *p)
{
	size_t i, len, longest = NAME_WIDTH_MIN;
	int status = 0;

	for (i = 0; i < p->fleet.n; i++) {
		len = strlen(p->fleet.workers[i].name);
		if (len > longest && len <= NAME_WIDTH_MAX)
			longest = len;
	}
	printf("%-*s  %-9s %10s  %-5s %11s\n", (int)longest, "WORKER",
	    "VERSION", "GENERATORS", "STATE", "ROUND TRIP");
	for (i = 0; i < p->fleet.n; i++) {
		print_pong(p->fleet.workers[i].name, (int)longest,
		    &p->pongs[i]);
		status |= !p->pongs[i].is_ok;
	}
	if (fflush(stdout) == EOF) {
		warn("standard output");
		return 1;
	}
	return status;
}

static int
ping_all(struct ping *p)
{
	struct fleet_ping *fp;
	int rc;

	if (ping_open(p) == -1) {
		warn("ping");
		return 1;
	}
	fp = fleet_ping_start(p->loop, p->peers, p->pongs, p->fleet.n,
	    on_pinged, p);
	rc = loop_run(p->loop);
	fleet_ping_free(fp);
	if (rc == -1) {
		warn("ping: event loop");
		return 1;
	}
	return print_all(p);
}

static int
ping_read(struct ping *p, const struct options *o)
{
	struct credentials_settings s = { .token_file = NULL };
	char why[WIRE_TEXT_MAX];
	size_t i;

	for (i = 0; i < o->ngiven; i++)
		credentials_set(&s, &o->given[i]);
	for (i = 0; i < o->noperands; i++)
		if (fleet_add(&p->fleet, o->operands[i], why) == -1)
			goto refused;
	if (fleet_check(&p->fleet, why) == 0 &&
	    credentials_check(&s, &p->fleet, why) == 0 &&
	    credentials_read(&p->credentials, &s, &p->fleet, why) == 0)
		return 0;
refused:
	warnx("ping: %s", why);
	return -1;
}

int
ping_main(int argc, char **argv)
{
	struct options o;
	struct ping p;
	int status;

	memset(&p, 0, sizeof(p));
	status = options_parse(&o, &ping_command, argc, argv);
	if (status == 1)
		status = 0;
	else if (status == -1 || ping_read(&p, &o) == -1)
		status = 1;
	else
		status = ping_all(&p);
	options_clear(&o);
	ping_clear(&p);
	return status;
}
