/* SPDX-License-Identifier: MIT */
/*
 * What a run is to do, as a plain struct: defaults, and all that can be known
 * to be wrong before a run.
 *
 * A refusal is one line of text that begins with the member it is about. It is
 * made for a terminal, a log and a text/plain body alike: no newline, no
 * controls, and never the value of a header, which may be a secret.
 *
 * Knows no JSON (wire/request_json.c does), prints nothing, keeps nothing.
 */

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/util.h"
#include "http.h"
#include "http/url.h"
#include "load/arrival.h"
#include "wire.h"

/* Bytes of a list of words that may stand in a refusal. */
#define WORD_LIST_MAX	96
#define SCHEME_MAX	16

static const char *const policy_names[] = {
	[POLICY_DROP] = "drop",
	[POLICY_BLOCK] = "block",
};

static void	 make_line(char *, size_t);
static int	 check_phases(const struct run_request *, char *);
static int	 check_limits(const struct run_request *, char *);
static int	 check_share(const struct run_request *, char *);
static int	 check_scenario(const struct scenario *, char *);
static int	 check_url(const struct scenario *, char *);
static int	 check_method(const struct scenario *, char *);
static int	 check_headers(const struct scenario *, char *);
static int	 check_header(const char *, const struct header *, char *);
static int	 check_checks(const struct checks *, char *);
static int	 check_texts(const struct checks *, char *);
static void	 free_pairs(struct header *, size_t);
static void	 free_checks(struct checks *);
static struct header *add_pair(struct header **, size_t *, size_t);
static int	 add_sorted(struct header **, size_t *, const char *,
		    const char *);

int
wire_refuse(char why[WIRE_TEXT_MAX], const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(why, WIRE_TEXT_MAX, fmt, ap);
	va_end(ap);
	make_line(why, len < 0 ? 0 : (size_t)len);
	return -1;
}

/* What was written of len bytes: no controls, no character cut in two. */
static void
make_line(char *why, size_t len)
{
	if (len >= WIRE_TEXT_MAX) {
		len = WIRE_TEXT_MAX - 1;
		while (len > 0 && ((unsigned char)why[len - 1] & 0x80) != 0)
			len--;
	}
	why[len] = '\0';
	text_make_line(why);
}

int
wire_refuse_word(char why[WIRE_TEXT_MAX], const char *what, const char *word,
    const char *const *names, size_t n)
{
	const char *near;
	struct buf list;
	size_t i;

	if ((near = text_nearest(word, names, n)) != NULL)
		return wire_refuse(why, "%s \"%.40s\"; did you mean \"%s\"?",
		    what, word, near);
	buf_init(&list, WORD_LIST_MAX);
	for (i = 0; i < n; i++)
		buf_addf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
	if (list.is_full)
		wire_refuse(why, "%s \"%.40s\"", what, word);
	else
		wire_refuse(why, "%s \"%.40s\"; expected %s", what, word,
		    buf_str(&list));
	buf_clear(&list);
	return -1;
}

bool
wire_is_utf8(const char *s, size_t len)
{
	size_t n;

	while (len > 0) {
		n = utf8_len(s, len);
		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

const char *
policy_name(enum policy policy)
{
	assert(policy < UTIL_NELEM(policy_names));
	return policy_names[policy];
}

void
run_request_init(struct run_request *req)
{
	*req = (struct run_request){
		.max_concurrency = WIRE_CONCURRENCY,
		.policy = POLICY_DROP,
		.interval_ns = WIRE_INTERVAL_NS,
		.scenario = {
			.method = xstrdup("GET"),
			.timeout_ns = WIRE_TIMEOUT_NS,
			.redirects = WIRE_REDIRECTS,
			.keep_alive = true,
		},
	};
}

void
run_request_clear(struct run_request *req)
{
	struct scenario *s = &req->scenario;

	free_pairs(s->headers, s->nheaders);
	free_checks(&s->checks);
	free(s->url);
	free(s->method);
	free(s->body);
	connect_clear(&s->connect);
	free(req->phases);
	free(req->take);
	memset(req, 0, sizeof(*req));
}

static void
free_pairs(struct header *pairs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(pairs[i].name);
		free(pairs[i].value);
	}
	free(pairs);
}

static void
free_checks(struct checks *c)
{
	size_t i;

	for (i = 0; i < c->ntexts; i++)
		free(c->texts[i]);
	free(c->texts);
	free_pairs(c->headers, c->nheaders);
	free_pairs(c->json, c->njson);
}

int
scenario_add_header(struct scenario *s, const char *name, const char *value)
{
	struct header *h;

	h = add_pair(&s->headers, &s->nheaders, WIRE_HEADERS_MAX);
	if (h == NULL)
		return -1;
	h->name = xstrdup(name);
	h->value = xstrdup(value);
	return 0;
}

/* Room for one more at the end; NULL when there are max. */
static struct header *
add_pair(struct header **pairs, size_t *n, size_t max)
{
	if (*n == max)
		return NULL;
	*pairs = xreallocarray(*pairs, *n + 1, sizeof(**pairs));
	return &(*pairs)[(*n)++];
}

static int
add_sorted(struct header **pairs, size_t *n, const char *name,
    const char *value)
{
	struct header *h;

	if ((h = add_pair(pairs, n, WIRE_CHECKS_MAX)) == NULL)
		return -1;
	for (; h > *pairs && strcmp(h[-1].name, name) > 0; h--)
		h[0] = h[-1];
	h->name = xstrdup(name);
	h->value = xstrdup(value);
	return 0;
}

int
checks_add_header(struct checks *c, const char *name, const char *value)
{
	return add_sorted(&c->headers, &c->nheaders, name, value);
}

int
checks_add_json(struct checks *c, const char *name, const char *value)
{
	return add_sorted(&c->json, &c->njson, name, value);
}

int
checks_add_text(struct checks *c, const char *text)
{
	if (c->ntexts == WIRE_CHECKS_MAX)
		return -1;
	c->texts = xreallocarray(c->texts, c->ntexts + 1, sizeof(*c->texts));
	c->texts[c->ntexts++] = xstrdup(text);
	return 0;
}

bool
checks_is_empty(const struct checks *c)
{
	return c->status == 0 && c->nheaders == 0 && c->ntexts == 0 &&
	    c->njson == 0;
}

void
scenario_set_body(struct scenario *s, const void *body, size_t len)
{
	free(s->body);
	s->body = NULL;
	s->body_len = len;
	if (len > 0) {
		s->body = xcalloc(1, len);
		memcpy(s->body, body, len);
	}
}

bool
scenario_is_https(const struct scenario *s)
{
	return s->url != NULL &&
	    strncasecmp(s->url, "https:", strlen("https:")) == 0;
}

bool
scenario_has_repeats(const struct scenario *s)
{
	size_t i, j;

	for (i = 1; i < s->nheaders; i++)
		for (j = 0; j < i; j++)
			if (strcasecmp(s->headers[i].name,
			    s->headers[j].name) == 0)
				return true;
	return false;
}

bool
run_request_has_max(const struct run_request *req)
{
	size_t i;

	for (i = 0; i < req->nphases; i++)
		if (req->phases[i].type == PHASE_MAX)
			return true;
	return false;
}

uint64_t
run_request_duration_ns(const struct run_request *req)
{
	uint64_t ns = 0;
	size_t i;

	for (i = 0; i < req->nphases; i++)
		ns += req->phases[i].duration_ns;
	return ns;
}

static void *
copy_bytes(const void *p, size_t len)
{
	void *copy;

	if (p == NULL)
		return NULL;
	copy = xcalloc(1, len);
	memcpy(copy, p, len);
	return copy;
}

static struct header *
copy_pairs(const struct header *from, size_t n)
{
	struct header *to = copy_bytes(from, n * sizeof(*from));
	size_t i;

	for (i = 0; i < n; i++) {
		to[i].name = xstrdup(from[i].name);
		to[i].value = xstrdup(from[i].value);
	}
	return to;
}

static void
copy_checks(struct checks *to, const struct checks *from)
{
	size_t i;

	to->headers = copy_pairs(from->headers, from->nheaders);
	to->json = copy_pairs(from->json, from->njson);
	to->texts = copy_bytes(from->texts,
	    from->ntexts * sizeof(*from->texts));
	for (i = 0; i < from->ntexts; i++)
		to->texts[i] = xstrdup(from->texts[i]);
}

void
run_request_copy(struct run_request *to, const struct run_request *from)
{
	struct scenario *s = &to->scenario;

	*to = *from;
	to->phases = copy_bytes(from->phases,
	    from->nphases * sizeof(*from->phases));
	to->take = copy_bytes(from->take, from->ntake * sizeof(*from->take));
	s->url = s->url != NULL ? xstrdup(s->url) : NULL;
	s->method = s->method != NULL ? xstrdup(s->method) : NULL;
	s->headers = copy_pairs(from->scenario.headers, s->nheaders);
	s->body = copy_bytes(from->scenario.body, s->body_len);
	copy_checks(&s->checks, &from->scenario.checks);
	connect_copy(&s->connect, &from->scenario.connect);
}

int
run_request_check(const struct run_request *req, char why[WIRE_TEXT_MAX])
{
	if (check_phases(req, why) == -1 ||
	    check_limits(req, why) == -1 ||
	    check_share(req, why) == -1 ||
	    check_scenario(&req->scenario, why) == -1)
		return -1;
	return 0;
}

static int
check_phases(const struct run_request *req, char *why)
{
	const char *reason;
	size_t i;

	if (req->nphases == 0)
		return wire_refuse(why, "phases: there must be at least one");
	for (i = 0; i < req->nphases; i++) {
		if ((reason = phase_check(&req->phases[i])) != NULL)
			return wire_refuse(why, "phases[%zu].%s", i, reason);
	}
	if ((reason = arrival_check(req->phases, req->nphases)) != NULL)
		return wire_refuse(why, "phases: %s", reason);
	if (req->warmup_ns >= run_request_duration_ns(req))
		return wire_refuse(why,
		    "warmup: must be shorter than all phases together");
	return 0;
}

static int
check_limits(const struct run_request *req, char *why)
{
	if (req->max_concurrency == 0 ||
	    req->max_concurrency > WIRE_CONCURRENCY_MAX)
		return wire_refuse(why, "maxConcurrency: must be 1 to %d",
		    WIRE_CONCURRENCY_MAX);
	if (req->requests > ARRIVAL_COUNT_MAX)
		return wire_refuse(why, "requests: must be at most %" PRIu64,
		    ARRIVAL_COUNT_MAX);
	/* How many come before it is known only to who draws them all. */
	if (req->requests > 0 && req->is_poisson && run_request_has_max(req))
		return wire_refuse(why, "requests: cannot be combined with "
		    "both poisson arrivals and a max phase");
	if (req->interval_ns < WIRE_INTERVAL_MIN_NS)
		return wire_refuse(why, "interval: must be at least 10ms");
	if (req->interval_ns > ARRIVAL_TIME_MAX_NS)
		return wire_refuse(why, "interval: must be at most 366 days");
	if (req->lease_ns != 0 && req->lease_ns < WIRE_LEASE_MIN_NS)
		return wire_refuse(why, "lease: must be at least 100ms");
	return 0;
}

static int
check_share(const struct run_request *req, char *why)
{
	uint32_t i;

	if (req->of > ARRIVAL_TAKERS_MAX)
		return wire_refuse(why, "share.of: must be at most %d",
		    ARRIVAL_TAKERS_MAX);
	if (req->of > 0 && req->ntake == 0)
		return wire_refuse(why, "share.take: there must be at least "
		    "one");
	for (i = 0; i < req->ntake; i++)
		if (req->take[i] >= req->of ||
		    (i > 0 && req->take[i] <= req->take[i - 1]))
			return wire_refuse(why, "share.take: must be below of, "
			    "each once and in order");
	/* Others count requests of the max phase that are not seen here. */
	if (req->ntake < req->of && req->requests > 0 &&
	    run_request_has_max(req))
		return wire_refuse(why, "requests: cannot be combined with "
		    "both a share and a max phase");
	return 0;
}

static int
check_headers(const struct scenario *s, char *why)
{
	size_t i, bytes = 0;

	if (s->nheaders > WIRE_HEADERS_MAX)
		return wire_refuse(why, "headers: must be at most %d",
		    WIRE_HEADERS_MAX);
	for (i = 0; i < s->nheaders; i++) {
		if (check_header("headers", &s->headers[i], why) == -1)
			return -1;
		bytes += strlen(s->headers[i].name) +
		    strlen(s->headers[i].value) + strlen(": \r\n");
	}
	if (bytes > WIRE_HEADER_BYTES_MAX)
		return wire_refuse(why, "headers: must be at most %d bytes "
		    "together", WIRE_HEADER_BYTES_MAX);
	return 0;
}

static int
check_scenario(const struct scenario *s, char *why)
{
	char reason[CONNECT_TEXT_MAX];

	if (check_url(s, why) == -1 || check_method(s, why) == -1)
		return -1;
	if (check_headers(s, why) == -1)
		return -1;
	if (s->body_len > WIRE_BODY_MAX)
		return wire_refuse(why, "body: must be at most %d bytes",
		    WIRE_BODY_MAX);
	if (s->timeout_ns == 0)
		return wire_refuse(why, "timeout: must be positive");
	if (s->timeout_ns > ARRIVAL_TIME_MAX_NS)
		return wire_refuse(why, "timeout: must be at most 366 days");
	if (s->redirects > WIRE_REDIRECTS_MAX)
		return wire_refuse(why, "redirects: must be at most %d",
		    WIRE_REDIRECTS_MAX);
	if (s->family != 0 && s->family != 4 && s->family != 6)
		return wire_refuse(why, "family: must be 4 or 6");
	if (connect_check(&s->connect, reason) == -1)
		return wire_refuse(why, "%s", reason);
	return check_checks(&s->checks, why);
}

/* Of a URL that is for another protocol. Nothing else of it is shown. */
static int
refuse_scheme(const char *url, char *why)
{
	static const char *const names[] = { "http", "https" };
	char scheme[SCHEME_MAX + 1];
	const char *near;
	size_t len = 0;

	while (len < SCHEME_MAX && isalnum((unsigned char)url[len]))
		len++;
	if (len == 0 || strncmp(url + len, "://", 3) != 0)
		return 0;
	memcpy(scheme, url, len);
	scheme[len] = '\0';
	if (strcasecmp(scheme, names[0]) == 0 ||
	    strcasecmp(scheme, names[1]) == 0)
		return 0;
	near = text_nearest(scheme, names, UTIL_NELEM(names));
	return wire_refuse(why, "url: %s://: expected http:// or "
	    "https://%s%s%s", scheme, near != NULL ? " (did you mean " : "",
	    near != NULL ? near : "", near != NULL ? "://?)" : "");
}

static int
check_url(const struct scenario *s, char *why)
{
	struct http_url url;
	const char *reason;

	if (s->url == NULL)
		return wire_refuse(why, "url: there must be one");
	if (refuse_scheme(s->url, why) == -1)
		return -1;
	if (http_url_parse(s->url, strlen(s->url), &url, &reason) == -1)
		return wire_refuse(why, "url: %s", reason);
	return 0;
}

/* CONNECT asks for a tunnel, not for an answer that could be measured. */
static int
check_method(const struct scenario *s, char *why)
{
	if (!http_is_token(s->method, strlen(s->method)))
		return wire_refuse(why, "method: \"%.40s\" is no HTTP method",
		    s->method);
	if (strlen(s->method) > WIRE_METHOD_MAX)
		return wire_refuse(why, "method: must have at most %d letters",
		    WIRE_METHOD_MAX);
	if (strcmp(s->method, "CONNECT") == 0)
		return wire_refuse(why, "method: CONNECT cannot be sent");
	return 0;
}

/* One that is sent, or, among the checks, that is expected. */
static int
check_header(const char *member, const struct header *h, char *why)
{
	size_t len = strlen(h->value);

	if (!http_is_token(h->name, strlen(h->name)))
		return wire_refuse(why, "%s: \"%.40s\" is no header name",
		    member, h->name);
	if (!http_is_value(h->value, len))
		return wire_refuse(why, "%s: the value of \"%.40s\" "
		    "cannot be sent: it has control characters", member,
		    h->name);
	if (!wire_is_utf8(h->value, len))
		return wire_refuse(why, "%s: the value of \"%.40s\" "
		    "is not UTF-8", member, h->name);
	return 0;
}

static size_t
pair_bytes(const struct header *pairs, size_t n)
{
	size_t i, bytes = 0;

	for (i = 0; i < n; i++)
		bytes += strlen(pairs[i].name) + strlen(pairs[i].value);
	return bytes;
}

static int
check_checks(const struct checks *c, char *why)
{
	size_t i, bytes;

	if (c->status != 0 && (c->status < 100 || c->status > 599))
		return wire_refuse(why, "checks.status: must be 100 to 599");
	if (c->nheaders > WIRE_CHECKS_MAX || c->ntexts > WIRE_CHECKS_MAX ||
	    c->njson > WIRE_CHECKS_MAX)
		return wire_refuse(why, "checks: must be at most %d of a kind",
		    WIRE_CHECKS_MAX);
	for (i = 0; i < c->nheaders; i++) {
		if (check_header("checks.headerEquals", &c->headers[i],
		    why) == -1)
			return -1;
	}
	if (check_texts(c, why) == -1)
		return -1;
	bytes = pair_bytes(c->headers, c->nheaders) +
	    pair_bytes(c->json, c->njson);
	for (i = 0; i < c->ntexts; i++)
		bytes += strlen(c->texts[i]);
	if (bytes > WIRE_CHECKS_BYTES_MAX)
		return wire_refuse(why, "checks: must be at most %d bytes "
		    "together", WIRE_CHECKS_BYTES_MAX);
	return 0;
}

/* What a body may have: no limits but those of JSON, which carries them. */
static int
check_texts(const struct checks *c, char *why)
{
	const char *text;
	size_t i;

	for (i = 0; i < c->ntexts; i++) {
		text = c->texts[i];
		if (*text == '\0')
			return wire_refuse(why, "checks.bodyContains[%zu]: "
			    "must not be empty", i);
		if (!wire_is_utf8(text, strlen(text)))
			return wire_refuse(why, "checks.bodyContains[%zu]: "
			    "is not UTF-8", i);
	}
	for (i = 0; i < c->njson; i++) {
		if (!wire_is_utf8(c->json[i].name, strlen(c->json[i].name)) ||
		    !wire_is_utf8(c->json[i].value, strlen(c->json[i].value)))
			return wire_refuse(why, "checks.jsonEquals: is not "
			    "UTF-8");
	}
	return 0;
}
