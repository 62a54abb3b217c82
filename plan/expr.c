/* SPDX-License-Identifier: MIT */
/*
 * The small languages that people type: a phase (`ramp,from=10,to=500,for=1m`),
 * a threshold (`ttfb.p95<100ms`), a percentile, and variables in a text
 * (`${HOST:-localhost}`). The command line and plan files share them.
 *
 * Strict: a key that is missing, given twice or of another type of phase is an
 * error, and so is a duration without its unit. A refusal quotes the expression
 * first, so it can be found among many, and names what was expected.
 *
 * Nothing is kept between calls. Which of a phase's numbers make sense together
 * is arrival.c's to say; this file only asks, and translates the answer.
 */

#include <assert.h>
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "load/arrival.h"
#include "plan/expr.h"
#include "wire.h"

enum {
	QUOTE_MAX = 100		/* bytes of an expression in a reason */
};

enum unit {
	UNIT_RATE,
	UNIT_COUNT,
	UNIT_TIME
};

#define TYPE(name)	(1U << PHASE_##name)
#define TYPES_FROM_TO	(TYPE(RAMP) | TYPE(STEP) | TYPE(SPIKE))
#define TYPES_ALL	(TYPES_FROM_TO | TYPE(CONSTANT) | TYPE(MAX))

static const struct key {
	const char	*name;
	const char	*member;	/* what phase_check calls it */
	enum unit	 unit;
	unsigned int	 types;		/* of phases that have it */
	size_t		 offset;	/* in a struct phase */
} keys[] = {
	{ "rate", "arrivalRate", UNIT_RATE, TYPE(CONSTANT),
	    offsetof(struct phase, rate) },
	{ "from", "from", UNIT_RATE, TYPES_FROM_TO,
	    offsetof(struct phase, from) },
	{ "to", "to", UNIT_RATE, TYPES_FROM_TO,
	    offsetof(struct phase, to) },
	{ "steps", "steps", UNIT_COUNT, TYPE(STEP),
	    offsetof(struct phase, steps) },
	{ "at", "spikeAt", UNIT_TIME, TYPE(SPIKE),
	    offsetof(struct phase, spike_at_ns) },
	{ "lasting", "spikeDuration", UNIT_TIME, TYPE(SPIKE),
	    offsetof(struct phase, spike_for_ns) },
	{ "for", "duration", UNIT_TIME, TYPES_ALL,
	    offsetof(struct phase, duration_ns) },
};

static const struct {
	const char	*placeholder;
	const char	*meaning;
} units[] = {
	[UNIT_RATE] = { "RATE", "a rate such as 250 or 2.5k" },
	[UNIT_COUNT] = { "N", "a whole number" },
	[UNIT_TIME] = { "TIME", "a duration such as 300ms or 1m30s" },
};

/* A metric without a number in it. */
static const struct {
	const char		*name;
	enum threshold_metric	 metric;
	bool			 is_time;
} metrics[] = {
	{ "mean", THRESHOLD_MEAN, true },
	{ "max", THRESHOLD_MAX, true },
	{ "errors", THRESHOLD_ERRORS, false },
	{ "dropped", THRESHOLD_DROPPED, false },
	{ "rate", THRESHOLD_RATE, false },
};

/* What a misspelt metric is compared with. */
static const char *const metric_names[] = {
	"p50", "p90", "p95", "p99", "mean", "max", "errors", "dropped", "rate"
};

/* A phase's expression while it is read. */
struct spec {
	const char	*text;
	struct phase	*phase;
	bool		 has[UTIL_NELEM(keys)];
	char		*why;
};

static int	 parse_type(struct spec *, const char *);
static int	 parse_pair(struct spec *, char *);
static const struct key *find_key(struct spec *, const char *);
static int	 parse_unit(enum unit, const char *, uint64_t *);
static int	 check_spec(const struct spec *);
static int	 refuse_phase(const struct spec *, const char *);
static bool	 has_key(const struct phase *, const struct key *);
static int	 keep_text(struct threshold *, const char *, char *);
static int	 parse_metric(struct threshold *, const char *, char *);
static int	 parse_hist(struct threshold *, const char *, size_t, char *);
static bool	 is_percentile(const char *);
static int	 parse_percentile(const char *, double *);
static int	 parse_value(struct threshold *, const char *, char *);
static const char *value_meant(enum threshold_metric, const char *,
		    char[FORMAT_MAX]);
static int	 parse_time(const char *, double *);
static int	 parse_share(const char *, double *);
static int	 parse_per_sec(const char *, double *);
static const char *expand_variable(const char *, const char *, struct buf *,
		    char *);
static int	 add_variable(const char *, const char *, struct buf *, char *);
static int	 refuse_word(const char *, const char *, const char *,
		    const char *const *, size_t, char *);

int
plan_parse_phase(const char *spec, struct phase *phase,
    char why[WIRE_TEXT_MAX])
{
	struct spec s = { .text = spec, .phase = phase, .why = why };
	char *copy, *rest;
	int rc;

	memset(phase, 0, sizeof(*phase));
	rest = copy = xstrdup(spec);
	rc = parse_type(&s, strsep(&rest, ","));
	while (rc == 0 && rest != NULL)
		rc = parse_pair(&s, strsep(&rest, ","));
	free(copy);
	return rc == 0 ? check_spec(&s) : -1;
}

static int
parse_type(struct spec *s, const char *word)
{
	const char *names[PHASE_TYPES];
	size_t i;

	if ((s->phase->type = phase_by_name(word)) != PHASE_TYPES)
		return 0;
	if (strchr(word, ' ') != NULL)
		return wire_refuse(s->why, "%.*s: expected commas, not blanks, "
		    "as in ramp,from=10,to=500,for=1m", QUOTE_MAX, s->text);
	for (i = 0; i < PHASE_TYPES; i++)
		names[i] = phase_name((enum phase_type)i);
	return refuse_word(s->text, "unknown phase", word, names, PHASE_TYPES,
	    s->why);
}

/* key=value; cuts it in two. */
static int
parse_pair(struct spec *s, char *pair)
{
	const struct key *key;
	char buf[FORMAT_MAX], *value;
	const char *meant;
	uint64_t *out;

	if ((value = strchr(pair, '=')) == NULL)
		return wire_refuse(s->why,
		    "%.*s: expected KEY=VALUE, not \"%.40s\"", QUOTE_MAX,
		    s->text, pair);
	*value++ = '\0';
	if ((key = find_key(s, pair)) == NULL)
		return -1;
	if (s->has[key - keys])
		return wire_refuse(s->why, "%.*s: %s is given twice",
		    QUOTE_MAX, s->text, key->name);
	s->has[key - keys] = true;
	out = (uint64_t *)((char *)s->phase + key->offset);
	if (parse_unit(key->unit, value, out) == 0)
		return 0;
	meant = text_meant(buf, value, key->unit == UNIT_TIME ?
	    parse_duration : key->unit == UNIT_RATE ? parse_rate :
	    parse_count);
	return wire_refuse(s->why, "%.*s: %s: expected %s, not \"%.40s\"%s%s%s",
	    QUOTE_MAX, s->text, key->name, units[key->unit].meaning, value,
	    meant != NULL ? " (did you mean " : "",
	    meant != NULL ? meant : "", meant != NULL ? "?)" : "");
}

/* Among those that this type of phase has; else refuses and gives NULL. */
static const struct key *
find_key(struct spec *s, const char *name)
{
	const char *names[UTIL_NELEM(keys)];
	size_t i, n = 0;

	for (i = 0; i < UTIL_NELEM(keys); i++) {
		if (!has_key(s->phase, &keys[i]))
			continue;
		if (strcmp(name, keys[i].name) == 0)
			return &keys[i];
		names[n++] = keys[i].name;
	}
	refuse_word(s->text, "unknown key", name, names, n, s->why);
	return NULL;
}

static bool
has_key(const struct phase *phase, const struct key *key)
{
	return (key->types & 1U << phase->type) != 0;
}

static int
parse_unit(enum unit unit, const char *value, uint64_t *out)
{
	switch (unit) {
	case UNIT_RATE:
		return parse_rate(value, out);
	case UNIT_COUNT:
		return parse_count(value, out);
	case UNIT_TIME:
		return parse_duration(value, out);
	}
	return -1;
}

/* Once all is read: nothing is missing, and the numbers make sense. */
static int
check_spec(const struct spec *s)
{
	const char *reason;
	size_t i;

	for (i = 0; i < UTIL_NELEM(keys); i++)
		if (has_key(s->phase, &keys[i]) && !s->has[i])
			return wire_refuse(s->why, "%.*s: missing %s=%s",
			    QUOTE_MAX, s->text, keys[i].name,
			    units[keys[i].unit].placeholder);
	if ((reason = phase_check(s->phase)) != NULL)
		return refuse_phase(s, reason);
	return 0;
}

/* A reason of phase_check, with the members by the names of their keys. */
static int
refuse_phase(const struct spec *s, const char *reason)
{
	struct buf words;
	size_t i, len;

	buf_init(&words, WIRE_TEXT_MAX);
	while (*reason != '\0') {
		len = strcspn(reason, " ");
		for (i = 0; i < UTIL_NELEM(keys); i++)
			if (strlen(keys[i].member) == len &&
			    strncmp(keys[i].member, reason, len) == 0)
				break;
		if (i < UTIL_NELEM(keys))
			buf_adds(&words, keys[i].name);
		else
			buf_add(&words, reason, len);
		reason += len;
		for (; *reason == ' '; reason++)
			buf_adds(&words, " ");
	}
	wire_refuse(s->why, "%.*s: %s", QUOTE_MAX, s->text, buf_str(&words));
	buf_clear(&words);
	return -1;
}

int
plan_parse_threshold(const char *expr, struct threshold *t,
    char why[WIRE_TEXT_MAX])
{
	char metric[THRESHOLD_TEXT_MAX];
	const char *op, *value;
	size_t len;

	memset(t, 0, sizeof(*t));
	if (keep_text(t, expr, why) == -1)
		return -1;
	len = strcspn(t->text, "<>=");
	op = t->text + len;
	if (*op != '<' && *op != '>')
		return wire_refuse(why, "\"%s\" is no threshold: expected "
		    "METRIC OP VALUE, OP being <, <=, > or >=", t->text);
	t->is_above = *op == '>';
	t->is_or_equal = op[1] == '=';
	value = op + (t->is_or_equal ? 2 : 1);
	value += strspn(value, " \t");
	memcpy(metric, t->text, len);
	while (len > 0 && isblank((unsigned char)metric[len - 1]))
		len--;
	metric[len] = '\0';
	if (parse_metric(t, metric, why) == -1)
		return -1;
	return parse_value(t, value, why);
}

/* The expression without the blanks around it. */
static int
keep_text(struct threshold *t, const char *expr, char *why)
{
	size_t len;

	expr += strspn(expr, " \t");
	len = strlen(expr);
	while (len > 0 && isblank((unsigned char)expr[len - 1]))
		len--;
	if (len >= sizeof(t->text))
		return wire_refuse(why, "%.*s: longer than %zu characters",
		    QUOTE_MAX, expr, sizeof(t->text) - 1);
	memcpy(t->text, expr, len);
	t->text[len] = '\0';
	return 0;
}

static int
parse_metric(struct threshold *t, const char *name, char *why)
{
	const char *dot = NULL, *word = name, *meant;
	size_t i;

	t->hist = RESULT_LATENCY;
	if (!is_percentile(name) && (dot = strchr(name, '.')) != NULL) {
		if (parse_hist(t, name, (size_t)(dot - name), why) == -1)
			return -1;
		word = dot + 1;
	}
	if (is_percentile(word)) {
		t->metric = THRESHOLD_PERCENTILE;
		if (parse_percentile(word + 1, &t->percentile) == 0)
			return 0;
		return wire_refuse(why, "%s: expected a percentile above p0 "
		    "and below p100, not \"%s\"", t->text, word);
	}
	for (i = 0; i < UTIL_NELEM(metrics); i++) {
		if (strcmp(word, metrics[i].name) != 0)
			continue;
		if (dot != NULL && !metrics[i].is_time)
			return wire_refuse(why, "%s: expected a percentile, "
			    "mean or max of %.*s, not %s", t->text,
			    (int)(dot - name), name, word);
		t->metric = metrics[i].metric;
		return 0;
	}
	if ((meant = plan_metric_meant(word)) != NULL)
		return wire_refuse(why, "%s: unknown metric \"%s\"; did you "
		    "mean \"%s\"?", t->text, word, meant);
	return refuse_word(t->text, "unknown metric", word, metric_names,
	    UTIL_NELEM(metric_names), why);
}

const char *
plan_metric_meant(const char *word)
{
	static const char *const meant[][2] = {
		{ "average", "mean" }, { "avg", "mean" },
		{ "error_rate", "errors" }, { "errorRate", "errors" },
		{ "failed", "errors" }, { "failures", "errors" },
		{ "med", "p50" }, { "median", "p50" },
		{ "qps", "rate" }, { "rps", "rate" }, { "throughput", "rate" },
	};
	size_t i;

	for (i = 0; i < UTIL_NELEM(meant); i++)
		if (strcmp(word, meant[i][0]) == 0)
			return meant[i][1];
	return NULL;
}

/* Plain metrics are of the latency, so that has no prefix. */
static int
parse_hist(struct threshold *t, const char *name, size_t len, char *why)
{
	const char *names[RESULT_HISTS - RESULT_TTFB];
	char word[THRESHOLD_TEXT_MAX];
	size_t i;

	memcpy(word, name, len);
	word[len] = '\0';
	if (strcmp(word, result_hist_name(RESULT_LATENCY)) == 0)
		return wire_refuse(why, "%s: a metric without a part is of "
		    "the latency: did you mean \"%s\"?", t->text,
		    t->text + len + 1);
	for (i = 0; i < UTIL_NELEM(names); i++) {
		t->hist = (enum result_hist)(RESULT_TTFB + i);
		names[i] = result_hist_name(t->hist);
		if (strcmp(word, names[i]) == 0)
			return 0;
	}
	return refuse_word(t->text, "unknown part", word, names,
	    UTIL_NELEM(names), why);
}

static bool
is_percentile(const char *name)
{
	return name[0] == 'p' && isdigit((unsigned char)name[1]);
}

int
plan_parse_percentile(const char *s, double *percentile,
    char why[WIRE_TEXT_MAX])
{
	if (parse_percentile(s, percentile) == 0)
		return 0;
	if (is_percentile(s) && parse_percentile(s + 1, percentile) == 0)
		return wire_refuse(why, "\"%.*s\" is no percentile: expected "
		    "a number above 0 and below 100 (did you mean %.*s?)",
		    QUOTE_MAX, s, QUOTE_MAX, s + 1);
	return wire_refuse(why, "\"%.*s\" is no percentile: expected a "
	    "number above 0 and below 100", QUOTE_MAX, s);
}

static int
parse_percentile(const char *s, double *percentile)
{
	double p;

	if (parse_decimal(s, &p) == -1 || p <= 0 || p >= 100)
		return -1;
	*percentile = p;
	return 0;
}

static int
parse_value(struct threshold *t, const char *value, char *why)
{
	char meant[FORMAT_MAX];
	const char *meaning = NULL;
	int rc = -1;

	switch (t->metric) {
	case THRESHOLD_PERCENTILE:
	case THRESHOLD_MEAN:
	case THRESHOLD_MAX:
		rc = parse_time(value, &t->value);
		meaning = "a duration such as 250ms";
		break;
	case THRESHOLD_ERRORS:
	case THRESHOLD_DROPPED:
		rc = parse_share(value, &t->value);
		meaning = "a share such as 1% or 0.01";
		break;
	case THRESHOLD_RATE:
		rc = parse_per_sec(value, &t->value);
		meaning = "a rate such as 950 or 2.5k";
		break;
	}
	if (rc == 0)
		return 0;
	if (value_meant(t->metric, value, meant) != NULL)
		return wire_refuse(why, "%s: expected %s, not \"%s\" (did you "
		    "mean %s?)", t->text, meaning, value, meant);
	return wire_refuse(why, "%s: expected %s, not \"%s\"", t->text,
	    meaning, value);
}

/* What a value probably was to be, NULL if that cannot be known. */
static const char *
value_meant(enum threshold_metric metric, const char *value,
    char meant[FORMAT_MAX])
{
	double share, percent;
	size_t i, len = 0;

	if (metric == THRESHOLD_RATE)
		return text_meant(meant, value, parse_rate);
	if (metric != THRESHOLD_ERRORS && metric != THRESHOLD_DROPPED)
		/* Alone it could be seconds as well as milliseconds. */
		return value[strspn(value, ".0123456789")] == '\0' ? NULL :
		    text_meant(meant, value, parse_duration);
	for (i = 0; value[i] != '\0' && len < FORMAT_MAX - 2; i++)
		if (value[i] != ' ')
			meant[len++] = value[i];
	meant[len] = '\0';
	if (value[i] != '\0')
		return NULL;
	if (parse_share(meant, &share) == 0)
		return meant;
	if (parse_decimal(meant, &percent) == -1 || percent > 100)
		return NULL;
	meant[len] = '%';
	meant[len + 1] = '\0';
	return meant;
}

static int
parse_time(const char *s, double *out)
{
	uint64_t ns;

	if (parse_duration(s, &ns) == -1)
		return -1;
	*out = (double)ns;
	return 0;
}

/* "1%" or "0.01", up to the whole. */
static int
parse_share(const char *s, double *out)
{
	char number[THRESHOLD_TEXT_MAX];
	size_t len = strlen(s);
	bool is_percent = len > 0 && s[len - 1] == '%';
	double share;

	assert(len < sizeof(number));
	if (is_percent)
		len--;
	memcpy(number, s, len);
	number[len] = '\0';
	if (parse_decimal(number, &share) == -1)
		return -1;
	if (is_percent)
		share /= 100;
	if (share > 1)
		return -1;
	*out = share;
	return 0;
}

static int
parse_per_sec(const char *s, double *out)
{
	uint64_t rate;

	if (parse_rate(s, &rate) == -1)
		return -1;
	*out = (double)rate;
	return 0;
}

int
plan_expand(const char *s, size_t len, struct buf *out,
    char why[WIRE_TEXT_MAX])
{
	const char *end = s + len;
	char next;

	while (s < end) {
		next = s + 1 < end ? s[1] : '\0';
		if (*s == '$' && next == '{') {
			s = expand_variable(s + 2, end, out, why);
			if (s == NULL)
				return -1;
			continue;
		}
		if (*s == '$' && next == '$')
			s++;
		buf_add(out, s++, 1);
	}
	if (out->is_full)
		return wire_refuse(why, "too long with its variables");
	return 0;
}

/* "VAR}" or "VAR:-default}" at s; gives what follows it, NULL on error. */
static const char *
expand_variable(const char *s, const char *end, struct buf *out, char *why)
{
	const char *close;
	char *name, *preset;
	int rc;

	if ((close = memchr(s, '}', (size_t)(end - s))) == NULL) {
		wire_refuse(why, "\"${\" without \"}\"");
		return NULL;
	}
	name = xstrndup(s, (size_t)(close - s));
	if ((preset = strstr(name, ":-")) != NULL) {
		*preset = '\0';
		preset += 2;
	}
	rc = add_variable(name, preset, out, why);
	free(name);
	return rc == -1 ? NULL : close + 1;
}

static int
add_variable(const char *name, const char *preset, struct buf *out, char *why)
{
	const char *c, *value;

	for (c = name; *c == '_' || isalnum((unsigned char)*c); c++)
		continue;
	if (*c != '\0' || c == name || isdigit((unsigned char)*name))
		return wire_refuse(why, "expected ${VAR} or ${VAR:-default}: "
		    "\"%.40s\" is no name of a variable", name);
	if ((value = getenv(name)) == NULL)
		value = preset;
	if (value == NULL)
		return wire_refuse(why, "the variable %.40s is not set", name);
	buf_adds(out, value);
	return 0;
}

/* EXPRESSION: WHAT "word"; did you mean "..."? All of it may be empty. */
static int
refuse_word(const char *expr, const char *what, const char *word,
    const char *const *names, size_t n, char *why)
{
	char before[QUOTE_MAX + 32];

	snprintf(before, sizeof(before), "%.*s%s%s", QUOTE_MAX, expr,
	    *expr == '\0' ? "" : ": ", what);
	return wire_refuse_word(why, before, word, names, n);
}
