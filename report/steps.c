/* SPDX-License-Identifier: MIT */
/*
 * The steps of a calibration: how each is judged, the table that shows them
 * to a person, and the JSON that has them for a program. Pure: numbers of
 * results in, text out.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json_write.h"
#include "load/audit.h"
#include "report/steps.h"

/* At its end a calibration needs half of the CPUs; the mock has the rest. */
#define CPU_SHARE_MIN	0.25
/*
 * Less is what a machine does beside everything, and as much as the answers of
 * one quiet machine differ from each other.
 */
#define OTHERS_SHARE	0.1

void
steps_clear(struct steps *s)
{
	free(s->at);
	s->at = NULL;
	s->n = 0;
}

/* Of all generators that took part, in CPUs. */
static double
cpu_of(const struct result *r)
{
	const struct generator_stat *g;
	double cpu = 0;
	size_t i;

	for (i = 0; i < r->ngenerators; i++) {
		g = &r->generators[i];
		if (g->took_part && g->wall_ns > 0)
			cpu += (double)(g->cpu_user_ns + g->cpu_sys_ns) /
			    (double)g->wall_ns;
	}
	return cpu;
}

/* Why it has not held; "" when it has. */
static void
judge(struct step *step, const struct result *r, uint64_t lag_ns)
{
	char *why = step->why;
	size_t size = sizeof(step->why);

	if (step->failed > 0)
		snprintf(why, size, "%" PRIu64 " failed", step->failed);
	else if (step->dropped > 0)
		snprintf(why, size, "%" PRIu64 " dropped", step->dropped);
	else if (step->completed == 0)
		snprintf(why, size, "nothing was sent");
	else if (step->lag_p99_ns > lag_ns)
		snprintf(why, size, "late");
	/* Where more lag is allowed, the audit still has its own limit. */
	else if (!r->is_valid && step->lag_p99_ns <= AUDIT_LAG_MAX_NS)
		snprintf(why, size, "not valid: %.200s",
		    r->nreasons > 0 ? r->reasons[0] : r->error);
	step->has_held = why[0] == '\0';
}

const struct step *
steps_add(struct steps *s, uint64_t rate, const struct result *r,
    double others)
{
	const struct hist *lag = &r->hist[RESULT_PART + PART_LAG];
	struct step *step;

	s->at = xreallocarray(s->at, s->n + 1, sizeof(*s->at));
	step = &s->at[s->n++];
	*step = (struct step){ .rate = rate,
	    .scheduled = r->n.scheduled,
	    .started = r->n.started,
	    .dropped = r->n.dropped,
	    .completed = r->n.completed,
	    .failed = r->n.failed,
	    .lag_p50_ns = hist_percentile(lag, 50),
	    .lag_p99_ns = hist_percentile(lag, 99),
	    .cpu = cpu_of(r),
	    .others = others };
	/* Not until the last answer: the rate is that of the plan. */
	if (s->step_ns > s->warmup_ns)
		step->achieved = (double)r->n.completed * (double)NS_PER_SEC /
		    (double)(s->step_ns - s->warmup_ns);
	judge(step, r, s->lag_ns);
	return step;
}

/* Steps are equally long. */
double
steps_others(const struct steps *s)
{
	double sum = 0;
	size_t i, known = 0;

	for (i = 0; i < s->n; i++)
		if (s->at[i].others >= 0) {
			sum += s->at[i].others;
			known++;
		}
	return known > 0 ? sum / (double)known : -1;
}

bool
steps_is_disturbed(const struct steps *s)
{
	return steps_others(s) >= OTHERS_SHARE;
}

const struct step *
steps_find_late(const struct steps *s, uint64_t rate)
{
	uint32_t most = s->generators < s->cpus ? s->generators : s->cpus;
	size_t i;

	if (steps_is_disturbed(s))
		return NULL;
	for (i = 0; i < s->n; i++)
		if (s->at[i].rate == rate && !s->at[i].has_held &&
		    s->at[i].failed == 0 &&
		    s->at[i].cpu < CPU_SHARE_MIN * most)
			return &s->at[i];
	return NULL;
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

void
steps_write_head(FILE *out, const struct steps *s)
{
	char lag[FORMAT_MAX], each[FORMAT_MAX];

	fprintf(out, "%" PRIu32 " generator%s and as many processes of the "
	    "mock on %" PRIu32 " CPU%s, %s a step%s;\n"
	    "a rate holds when lag p99 is at most %s and nothing is dropped or "
	    "fails\n\n", s->generators, plural(s->generators), s->cpus,
	    plural(s->cpus), format_duration(each, s->step_ns),
	    s->keep_alive ? "" : ", a connection each",
	    format_duration(lag, s->lag_ns));
	fprintf(out, "%11s %11s %9s %9s %6s%s  %s\n", "rate", "achieved",
	    "lag p50", "lag p99", "CPU", s->knows_others ? "  others" : "",
	    "verdict");
}

void
steps_write_row(FILE *out, const struct steps *s, const struct step *step)
{
	char p50[FORMAT_MAX], p99[FORMAT_MAX], others[FORMAT_MAX] = "";

	if (s->knows_others && step->others >= 0)
		snprintf(others, sizeof(others), " %6.0f%%",
		    100 * step->others);
	else if (s->knows_others)
		snprintf(others, sizeof(others), " %7s", "n/a");
	fprintf(out, "%9" PRIu64 "/s %9.0f/s %9s %9s %5.0f%%%s  %s\n",
	    step->rate, step->achieved, format_ns(p50, step->lag_p50_ns),
	    format_ns(p99, step->lag_p99_ns), 100 * step->cpu, others,
	    step->has_held ? "held" : step->why);
}

/* The one that held with that rate. */
static const struct step *
find_step(const struct steps *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->rate != 0 && s->at[i].has_held &&
		    s->at[i].rate == s->rate)
			return &s->at[i];
	return NULL;
}

static void
write_rate(FILE *out, const struct steps *s, const struct step *step)
{
	char lag[FORMAT_MAX];

	fprintf(out, "this machine can plan %s%" PRIu64 "/s (%" PRIu32
	    " generator%s%s, lag p99 %s); the mock shares its ",
	    s->is_partial ? "at least " : "", s->rate, s->generators,
	    plural(s->generators), s->keep_alive ? "" : ", a connection each",
	    format_ns(lag, step->lag_p99_ns));
	if (s->cpus > 1)
		fprintf(out, "%" PRIu32 " CPUs", s->cpus);
	else
		fprintf(out, "CPU");
	fprintf(out, ", so against a remote target it is more");
}

void
steps_write_answer(FILE *out, const struct steps *s)
{
	const struct step *step = find_step(s);
	char lag[FORMAT_MAX];

	if (step != NULL)
		write_rate(out, s, step);
	else if (s->is_partial)
		fprintf(out, "stopped before a rate held");
	else
		fprintf(out, "this machine cannot plan any rate with a lag "
		    "p99 of at most %s", format_duration(lag, s->lag_ns));
	if (steps_is_disturbed(s))
		fprintf(out, "; others used %.0f%% of the CPUs meanwhile: run "
		    "it again on a quiet machine", 100 * steps_others(s));
	fprintf(out, "\n");
}

/* null when it is not known. */
static void
put_others(struct json_out *w, double share)
{
	if (share < 0)
		json_null(w, "others_share");
	else
		json_fixed(w, "others_share", share, 3);
}

static void
step_to_json(struct json_out *w, const struct step *step)
{
	json_object(w, NULL);
	json_uint(w, "rate", step->rate);
	json_fixed(w, "achieved", step->achieved, 3);
	json_uint(w, "scheduled", step->scheduled);
	json_uint(w, "started", step->started);
	json_uint(w, "dropped", step->dropped);
	json_uint(w, "completed", step->completed);
	json_uint(w, "failed", step->failed);
	json_ms(w, "lag_p50_ms", step->lag_p50_ns);
	json_ms(w, "lag_p99_ms", step->lag_p99_ns);
	json_fixed(w, "cpus_used", step->cpu, 3);
	put_others(w, step->others);
	json_bool(w, "held", step->has_held);
	if (!step->has_held)
		json_str(w, "reason", step->why);
	json_close(w);
}

int
steps_write_json(FILE *out, const struct steps *s)
{
	const struct step *best = find_step(s);
	struct json_out w;
	struct buf text;
	size_t i;
	int status;

	buf_init(&text, JSON_TEXT_MAX);
	json_out_start(&w, &text, true);
	json_object(&w, NULL);
	json_uint(&w, "rate", s->rate);
	if (best != NULL)
		json_ms(&w, "lag_p99_ms", best->lag_p99_ns);
	json_bool(&w, "partial", s->is_partial);
	json_bool(&w, "disturbed", steps_is_disturbed(s));
	put_others(&w, steps_others(s));
	json_uint(&w, "generators", s->generators);
	json_uint(&w, "cpus", s->cpus);
	json_uint(&w, "max_concurrency", s->concurrency);
	json_bool(&w, "keep_alive", s->keep_alive);
	json_ms(&w, "step_ms", s->step_ns);
	json_ms(&w, "lag_limit_ms", s->lag_ns);
	json_array(&w, "steps");
	for (i = 0; i < s->n; i++)
		step_to_json(&w, &s->at[i]);
	json_close(&w);
	json_close(&w);
	status = json_out_end(&w);
	if (status == 0)
		fprintf(out, "%s\n", buf_str(&text));
	buf_clear(&text);
	return status;
}
