/* SPDX-License-Identifier: MIT */
/*
 * What programs on the wire can be told: the names of the extensions, as they
 * stand in an answer to /ping, and which settings of a run need one.
 *
 * A worker ignores members that it does not know, without a word. So before
 * anything is sent to it, each setting that differs from what such a worker
 * does by itself is looked at here: it is refused if the measurement would be
 * another one, and named to the caller if it would be the same but for
 * details. Nothing is sent, printed or kept.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "fleet/feature.h"
#include "wire.h"

#define SETTING_MAX	80	/* bytes of a setting in words, with its NUL */

/* Of bit 1 << i. */
static const char *const names[] = {
	"share", "startAt", "stream", "lease", "checks", "arrivals",
	"requests", "interval", "warmup", "max", "target", "body",
	"tls", "connect", "exemplars"
};
static_assert(UTIL_NELEM(names) == FEATURES &&
    FEATURES_ALL == (1 << FEATURES) - 1, "a feature has no name");

static void	 refuse_run(const struct run_request *, uint32_t,
		    struct buf *);
static void	 refuse_scenario(const struct scenario *, uint32_t,
		    struct buf *);
static void	 refuse_tls(const struct connect_settings *, struct buf *);
static void	 refuse_places(const struct connect_settings *,
		    struct buf *);
static bool	 has_pause(const struct run_request *);
static int	 compare_headers(const void *, const void *);
static void	 add(struct buf *, const char *, ...) UTIL_PRINTF(2, 3);
static bool	 has_order(const struct scenario *);

const char *
feature_name(int i)
{
	assert(i >= 0 && i < FEATURES);
	return names[i];
}

uint32_t
feature_by_name(const char *name)
{
	uint32_t i;

	for (i = 0; i < FEATURES; i++)
		if (strcmp(names[i], name) == 0)
			return UINT32_C(1) << i;
	return 0;
}

int
feature_check(const struct run_request *req, uint32_t features,
    void (*call)(void *arg, const char *setting), void *arg,
    char why[WIRE_TEXT_MAX])
{
	const struct scenario *s = &req->scenario;
	char setting[SETTING_MAX], text[FORMAT_MAX];
	struct buf refused;

	buf_init(&refused, WIRE_TEXT_MAX);
	refuse_run(req, features, &refused);
	refuse_scenario(s, features, &refused);
	if (refused.len > 0) {
		wire_refuse(why, "cannot be told of %s", buf_str(&refused));
		buf_clear(&refused);
		return -1;
	}
	if ((features & FEATURE_INTERVAL) == 0 &&
	    req->interval_ns != WIRE_INTERVAL_NS) {
		snprintf(setting, sizeof(setting), "interval %s",
		    format_duration(text, req->interval_ns));
		call(arg, setting);
	}
	if ((features & FEATURE_TARGET) == 0 &&
	    s->timeout_ns != WIRE_TIMEOUT_NS) {
		snprintf(setting, sizeof(setting), "timeout %s",
		    format_duration(text, s->timeout_ns));
		call(arg, setting);
	}
	if ((features & FEATURE_BODY) == 0 && has_order(s))
		call(arg, "the order of the headers");
	if ((features & FEATURE_EXEMPLARS) == 0 && s->sample_header != NULL) {
		snprintf(setting, sizeof(setting), "samples, none of %s",
		    s->sample_header);
		call(arg, setting);
	}
	return 0;
}

void
feature_strip(struct run_request *req, uint32_t features)
{
	if ((features & FEATURE_INTERVAL) == 0)
		req->interval_ns = WIRE_INTERVAL_NS;
	if ((features & FEATURE_TARGET) == 0)
		req->scenario.timeout_ns = WIRE_TIMEOUT_NS;
	if ((features & FEATURE_ARRIVALS) == 0)
		req->has_seed = false;
	if ((features & FEATURE_EXEMPLARS) == 0) {
		free(req->scenario.sample_header);
		req->scenario.sample_header = NULL;
	}
	if ((features & FEATURE_BODY) == 0 && req->scenario.nheaders > 0)
		qsort(req->scenario.headers, req->scenario.nheaders,
		    sizeof(*req->scenario.headers), compare_headers);
}

static void
refuse_run(const struct run_request *req, uint32_t features, struct buf *out)
{
	char text[FORMAT_MAX];

	if ((features & FEATURE_ARRIVALS) == 0 && req->is_poisson)
		add(out, "poisson arrivals");
	if ((features & FEATURE_REQUESTS) == 0 && req->requests > 0)
		add(out, "a limit of %" PRIu64 " requests", req->requests);
	if ((features & FEATURE_WARMUP) == 0 && req->warmup_ns > 0)
		add(out, "a warm-up of %s",
		    format_duration(text, req->warmup_ns));
	if ((features & FEATURE_MAX) == 0 && run_request_has_max(req))
		add(out, "max phases");
	if ((features & FEATURE_SHARE) == 0 && has_pause(req))
		add(out, "a phase without arrivals");
}

static void
refuse_scenario(const struct scenario *s, uint32_t features, struct buf *out)
{
	if ((features & FEATURE_TARGET) == 0) {
		if (s->redirects != WIRE_REDIRECTS)
			add(out, "%" PRIu64 " redirects", s->redirects);
		if (!s->keep_alive)
			add(out, "a connection for each request");
		if (s->family != 0)
			add(out, "IPv%d only", s->family);
	}
	if ((features & FEATURE_BODY) == 0) {
		if (!wire_is_utf8(s->body, s->body_len))
			add(out, "a body that is not UTF-8");
		if (scenario_has_repeats(s))
			add(out, "a header that repeats");
	}
	if ((features & FEATURE_TLS) == 0) {
		/* One that tells none is a Go program, which always has it. */
		if (features != 0 && scenario_is_https(s))
			add(out, "https targets");
		refuse_tls(&s->connect, out);
	}
	if ((features & FEATURE_CONNECT) == 0)
		refuse_places(&s->connect, out);
}

/* Whom such a worker trusts is its own affair, and might be nobody. */
static void
refuse_tls(const struct connect_settings *c, struct buf *out)
{
	if (c->tls.is_insecure)
		add(out, "targets that are not verified");
	if (c->tls.ca != NULL)
		add(out, "CA certificates");
	if (c->server_name != NULL)
		add(out, "server name %.40s", c->server_name);
	if (c->tls.no_resume)
		add(out, "a full handshake for each connection");
}

static void
refuse_places(const struct connect_settings *c, struct buf *out)
{
	if (c->ndetours > 0)
		add(out, "other places to connect to");
	if (c->unix_socket != NULL)
		add(out, "a unix socket");
	if (c->nsources > 0)
		add(out, "source addresses");
}

static int
compare_headers(const void *a, const void *b)
{
	const struct header *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Workers that split rates end such a phase at once, and say nothing. */
static bool
has_pause(const struct run_request *req)
{
	const struct phase *p;
	size_t i;

	for (i = 0; i < req->nphases; i++) {
		p = &req->phases[i];
		if (p->type != PHASE_MAX && p->rate == 0 && p->from == 0 &&
		    p->to == 0)
			return true;
	}
	return false;
}

/* One more of a list in words. */
static void
add(struct buf *out, const char *fmt, ...)
{
	char setting[SETTING_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(setting, sizeof(setting), fmt, ap);
	va_end(ap);
	buf_addf(out, "%s%s", out->len > 0 ? ", " : "", setting);
}

/* Another one than that of an object, which is sorted. */
static bool
has_order(const struct scenario *s)
{
	size_t i;

	for (i = 1; i < s->nheaders; i++)
		if (strcmp(s->headers[i - 1].name, s->headers[i].name) > 0)
			return true;
	return false;
}
