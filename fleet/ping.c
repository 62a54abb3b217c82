/* SPDX-License-Identifier: MIT */
/*
 * Are the workers there, what can they do, and what do their clocks say?
 *
 * A round trip begins when the request goes out, so that neither connecting nor
 * a TLS handshake is part of it; but while all connect, what waits in our own
 * loop would be measured as far away. So the clock is measured by later pings
 * on the connection that exists, few of them under way at a time. The one with
 * the shortest round trip says most (RFC 5905 has the same rule).
 *
 * A Go worker answers {"status":"ok"} and nothing more; what it does not say
 * is taken as not there. Nothing here prints.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "fleet/feature.h"
#include "fleet/ping.h"
#include "http/words.h"
#include "json.h"

#define PING_NS		(5 * NS_PER_SEC)
#define CLOCK_NS	(2 * NS_PER_SEC)	/* to begin pings for clocks */

enum {
	CLOCK_PINGS = 5,		/* of each, beyond the first */
	CLOCK_AT_ONCE = 8,
	ANSWER_MAX = 64 * 1024
};

/* One worker while it is pinged. */
struct asked {
	struct fleet_ping	*all;
	struct peer		*peer;
	struct pong		*pong;
	int			 status;
	unsigned int		 left;		/* pings for the clock */
	bool			 is_under_way;
	struct buf		 answer;
};

struct fleet_ping {
	struct loop		 *loop;
	struct asked		 *asked;
	size_t			  n;
	size_t			  under_way;
	bool			  is_clock;	/* the second round */
	bool			  is_last;	/* no more are begun */
	struct loop_timer	  timeout;
	struct loop_timer	  over;
	void			(*call)(void *);
	void			 *arg;
};

static void	on_head(void *, const struct http_head *);
static void	on_body(void *, const char *, size_t);
static void	on_end(void *);
static void	on_failed(void *, const char *);

static void
ask(struct asked *a)
{
	a->is_under_way = true;
	a->all->under_way++;
	buf_reset(&a->answer);
	peer_ask(a->peer, "GET", "/ping", "", NULL, 0);
}

/* Those that are left for the clock, as many as may be at a time. */
static void
ask_more(struct fleet_ping *fp)
{
	size_t i;

	for (i = 0; i < fp->n && fp->under_way < CLOCK_AT_ONCE; i++) {
		if (fp->asked[i].left == 0 || fp->asked[i].is_under_way)
			continue;
		fp->asked[i].left--;
		ask(&fp->asked[i]);
	}
}

/* One has answered or failed. */
static void
go_on(struct asked *a)
{
	struct fleet_ping *fp = a->all;

	a->is_under_way = false;
	fp->under_way--;
	if (!fp->is_clock && fp->under_way == 0) {
		fp->is_clock = true;
		loop_timer_set(fp->loop, &fp->timeout,
		    loop_now(fp->loop) + CLOCK_NS);
	}
	if (!fp->is_clock)
		return;
	/* The same one again, as long as its turn lasts: it is warm. */
	if (a->left > 0) {
		a->left--;
		ask(a);
	} else
		ask_more(fp);
	if (fp->under_way == 0)
		loop_timer_set(fp->loop, &fp->over, loop_now(fp->loop));
}

static void
on_over(void *arg)
{
	struct fleet_ping *fp = arg;

	loop_timer_stop(fp->loop, &fp->timeout);
	fp->call(fp->arg);
}

static void
on_timeout(void *arg)
{
	struct fleet_ping *fp = arg;
	size_t i;

	/* Those that answered once are there; their clock must do. */
	for (i = 0; i < fp->n; i++)
		fp->asked[i].left = 0;
	if (fp->is_clock && !fp->is_last) {
		fp->is_last = true;
		loop_timer_set(fp->loop, &fp->timeout,
		    loop_now(fp->loop) + PING_NS);
		return;
	}
	for (i = 0; i < fp->n; i++) {
		if (!fp->asked[i].is_under_way)
			continue;
		peer_close(fp->asked[i].peer);
		on_failed(&fp->asked[i], "no answer to a ping within 5s");
	}
}

/* Answers. */

static void
on_head(void *arg, const struct http_head *h)
{
	struct asked *a = arg;

	a->status = h->status;
}

static void
on_body(void *arg, const char *p, size_t len)
{
	struct asked *a = arg;

	/* What is too long is cut, and then it is no JSON. */
	(void)buf_add(&a->answer, p, len);
}

static void
on_failed(void *arg, const char *why)
{
	struct asked *a = arg;

	a->pong->is_ok = false;
	a->left = 0;
	wire_refuse(a->pong->why, "%s", why);
	go_on(a);
}

static void
read_features(struct pong *pong, const struct json_value *list)
{
	const struct json_value *v;
	const char *name;

	if (list == NULL || list->type != JSON_ARRAY)
		return;
	for (v = list->child; v != NULL; v = v->next)
		if ((name = json_to_str(v)) != NULL)
			pong->features |= feature_by_name(name);
}

/* What a worker says of itself; its clock is compared with the exchange's. */
static void
read_pong(struct asked *a, const struct json_value *v, uint64_t now_ns)
{
	struct pong *pong = a->pong;
	uint64_t round_trip_ns = now_ns - peer_asked_ns(a->peer), clock_ns;
	const struct json_value *busy = json_get(v, "busy");
	const char *version = json_to_str(json_get(v, "version"));
	char text[WIRE_TEXT_MAX];

	if (version != NULL) {
		wire_refuse(text, "%s", version);
		snprintf(pong->version, sizeof(pong->version), "%.*s",
		    PONG_VERSION_MAX - 1, text);
	}
	(void)json_to_uint(json_get(v, "generators"), &pong->generators);
	pong->is_busy = busy != NULL && busy->type == JSON_BOOL &&
	    busy->is_true;
	read_features(pong, json_get(v, "features"));
	if (pong->is_ok && round_trip_ns >= pong->round_trip_ns)
		return;
	pong->round_trip_ns = round_trip_ns;
	pong->has_clock =
	    json_to_uint(json_get(v, "now"), &clock_ns) == 0;
	if (pong->has_clock)
		pong->clock_ns = (int64_t)(clock_ns -
		    (now_ns - round_trip_ns / 2));
}

static bool
is_ok(const struct json_value *v)
{
	const char *status = json_to_str(json_get(v, "status"));

	return status != NULL && strcmp(status, "ok") == 0;
}

static void
on_end(void *arg)
{
	struct asked *a = arg;
	uint64_t now_ns = loop_tick(a->all->loop);
	struct json_error err;
	struct json *doc;
	const struct json_value *root;
	char why[WIRE_TEXT_MAX];

	if (a->status != 200) {
		wire_refuse(why, "it answers %d %s%s%.*s", a->status,
		    http_status_text(a->status),
		    a->answer.len > 0 ? ": " : "",
		    (int)strcspn(buf_str(&a->answer), "\r\n"),
		    buf_str(&a->answer));
		on_failed(a, why);
		return;
	}
	/* Any server may answer 200; every worker says this as well. */
	doc = json_parse(a->answer.data, a->answer.len, &err);
	root = doc != NULL ? json_root(doc) : NULL;
	if (!is_ok(root)) {
		json_free(doc);
		on_failed(a, "it is no worker: its answer to /ping has no "
		    "\"status\":\"ok\"");
		return;
	}
	read_pong(a, root, now_ns);
	json_free(doc);
	if (!a->pong->is_ok)
		a->left = a->pong->has_clock ? CLOCK_PINGS : 0;
	a->pong->is_ok = true;
	go_on(a);
}

struct fleet_ping *
fleet_ping_start(struct loop *loop, struct peer **peers, struct pong *pongs,
    size_t n, void (*call)(void *), void *arg)
{
	struct fleet_ping *fp = xcalloc(1, sizeof(*fp));
	struct peer_hooks hooks = { on_head, on_body, on_end, on_failed, NULL };
	size_t i;

	fp->loop = loop;
	fp->asked = xcalloc(n, sizeof(*fp->asked));
	fp->n = n;
	fp->call = call;
	fp->arg = arg;
	fp->timeout.call = on_timeout;
	fp->timeout.arg = fp;
	fp->over.call = on_over;
	fp->over.arg = fp;
	loop_timer_set(loop, &fp->timeout, loop_tick(loop) + PING_NS);
	for (i = 0; i < n; i++) {
		memset(&pongs[i], 0, sizeof(pongs[i]));
		fp->asked[i].all = fp;
		fp->asked[i].peer = peers[i];
		fp->asked[i].pong = &pongs[i];
		buf_init(&fp->asked[i].answer, ANSWER_MAX);
		hooks.arg = &fp->asked[i];
		peer_set_hooks(peers[i], &hooks);
	}
	for (i = 0; i < n; i++)
		ask(&fp->asked[i]);
	return fp;
}

void
fleet_ping_free(struct fleet_ping *fp)
{
	size_t i;

	if (fp == NULL)
		return;
	loop_timer_stop(fp->loop, &fp->timeout);
	loop_timer_stop(fp->loop, &fp->over);
	for (i = 0; i < fp->n; i++)
		buf_clear(&fp->asked[i].answer);
	free(fp->asked);
	free(fp);
}
