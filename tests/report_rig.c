/* SPDX-License-Identifier: MIT */
/*
 * The rig of the reports' tests, see report_rig.h. Times come from a generator
 * of random numbers that gives the same ones everywhere.
 */

#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/report_rig.h"

#define FILE_MAX	(1024 * 1024)

static uint64_t random_state;

/* Knuth's MMIX generator: the same numbers everywhere. */
static uint64_t
next_random(uint64_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (random_state >> 33) % below;
}

void
rig_set_text(char **p, const char *s)
{
	free(*p);
	*p = xstrdup(s);
}

void
rig_add_phase(struct plan *plan, struct phase phase)
{
	struct run_request *req = &plan->req;

	req->phases = xreallocarray(req->phases, req->nphases + 1,
	    sizeof(req->phases[0]));
	req->phases[req->nphases++] = phase;
}

void
rig_add_threshold(struct plan *plan, const char *expr)
{
	char why[WIRE_TEXT_MAX] = "";

	ck_assert_msg(plan_parse_threshold(expr,
	    &plan->thresholds[plan->nthresholds], why) == 0, "%s", why);
	plan->nthresholds++;
}

/* One request of a plausible kind: a tenth opens a connection. */
static void
record_request(struct result *res, bool is_tls)
{
	uint64_t part[PARTS] = { 0 }, all = 0;
	size_t i;

	part[PART_LAG] = 3000 + next_random(20000);
	if (next_random(10) == 0) {
		part[PART_CONNECT] = 200000 + next_random(300000);
		if (is_tls)
			part[PART_TLS] = 2000000 + next_random(1000000);
	}
	part[PART_FIRST_BYTE] = 1000000 + next_random(2000) *
	    next_random(2000) * (1 + next_random(8));
	part[PART_TRANSFER] = 20000 + next_random(100000);
	for (i = 0; i < PARTS; i++) {
		all += part[i];
		hist_record(&res->hist[RESULT_PART + i], part[i]);
	}
	hist_record(&res->hist[RESULT_LATENCY], all);
	hist_record(&res->hist[RESULT_TTFB], all - part[PART_TRANSFER]);
	hist_record(&res->hist[RESULT_SERVICE], part[PART_FIRST_BYTE] +
	    part[PART_TRANSFER]);
	res->n.bytes_in += 1024;
}

void
rig_record_run(struct result *res, uint64_t n, uint64_t dropped, bool is_tls)
{
	uint64_t i;

	for (i = 0; i < n; i++)
		record_request(res, is_tls);
	res->n.scheduled = n + dropped;
	res->n.started = n;
	res->n.dropped = dropped;
	res->n.completed = n;
	res->n.status[200] = n;
	res->n.connects = n / 10;
	if (is_tls) {
		res->n.handshakes = n / 10;
		res->n.resumed = n / 10 - 2;
		result_set_tls(res, "TLSv1.3", "TLS_AES_128_GCM_SHA256");
	}
	snprintf(res->address, sizeof(res->address), "192.0.2.7:443");
}

void
rig_fail_requests(struct result *res, enum part part, enum cause cause,
    uint64_t n)
{
	res->n.failed += n;
	res->n.category[cause_category(cause)] += n;
	res->n.error[part][cause] += n;
	res->n.status[200] -= n;
	if (cause == CAUSE_STATUS)
		res->n.status[503] += n;
}

void
rig_add_exemplar(struct result *res, uint64_t i, uint64_t latency_ns,
    enum cause cause)
{
	struct exemplar e = {
		.wall_ns = RIG_START_WALL_NS + i * 250 * NS_PER_MS,
		.latency_ns = latency_ns,
		.generator = (uint32_t)(i % 2),
		.local_port = (uint16_t)(40000 + i),
		.status = cause == CAUSE_NONE ? 200 : cause == CAUSE_STATUS ?
		    503 : 0,
		.part = PART_FIRST_BYTE,
		.cause = cause,
	};
	char value[EXEMPLAR_HEADER_MAX];

	e.spent_ns[PART_LAG] = latency_ns / 100;
	e.spent_ns[PART_CONNECT] = latency_ns / 10;
	e.spent_ns[PART_TRANSFER] = e.status == 0 ? 0 : latency_ns / 20;
	e.spent_ns[PART_FIRST_BYTE] = latency_ns - e.spent_ns[PART_LAG] -
	    e.spent_ns[PART_CONNECT] - e.spent_ns[PART_TRANSFER];
	if (e.status != 0) {
		if (res->exemplars.name[0] == '\0')
			exemplars_set_name(&res->exemplars, "X-Request-Id");
		snprintf(value, sizeof(value), "request-%" PRIu64,
		    i);
		exemplar_set_header(&e, value, strlen(value));
	}
	exemplars_add(&res->exemplars, &e);
}

void
rig_set_generators(struct result *res)
{
	struct generator_stat *g;
	size_t i;

	for (i = 0; i < res->ngenerators; i++) {
		g = &res->generators[i];
		g->pid = 4711 + (int)i;
		g->took_part = i < 2;
		if (!g->took_part)
			continue;
		g->cpu_user_ns = (i + 1) * NS_PER_SEC;
		g->cpu_sys_ns = 2 * NS_PER_SEC;
		g->wall_ns = 20 * NS_PER_SEC;
		g->busiest_ppm = 310000 + (uint64_t)i;
		g->lag_max_ns = 22999;
	}
}

struct fixture *
rig_new(void (*make)(struct fixture *), size_t ngenerators)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	hist_init();
	random_state = 1;
	run_request_init(&f->plan.req);
	f->result = result_new(ngenerators);
	f->result->start_wall_ns = RIG_START_WALL_NS;
	make(f);
	report_init(&f->report, &f->plan, f->result, f->snapshots,
	    f->nsnapshots);
	return f;
}

void
rig_free(struct fixture *f)
{
	run_request_clear(&f->plan.req);
	result_free(f->result);
	free(f);
}

/* All of a file in memory of its exact size; NULL when it cannot be read. */
static char *
read_all(const char *path, size_t *len)
{
	char *text = xcalloc(1, FILE_MAX);
	FILE *f = fopen(path, "r");

	if (f == NULL) {
		free(text);
		return NULL;
	}
	*len = fread(text, 1, FILE_MAX - 1, f);
	fclose(f);
	return text;
}

static void
write_all(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
compare_texts(const char *path, const char *got, size_t got_len,
    const char *want, size_t want_len)
{
	size_t i, line = 1;

	for (i = 0; i < got_len && i < want_len && got[i] == want[i]; i++)
		line += got[i] == '\n';
	ck_assert_msg(i == got_len && i == want_len, "%s:%zu differs: %.40s",
	    path, line, i < got_len ? got + i : "(end)");
}

void
rig_check_golden(const struct fixture *f, const char *file,
    enum report_format format)
{
	char path[128], *got, *want;
	size_t got_len, want_len;
	FILE *out = open_memstream(&got, &got_len);

	report_write(out, format, &f->report);
	ck_assert(!ferror(out));
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_ptr_null(strstr(got, "s3cret"));
	snprintf(path, sizeof(path), "tests/report_%s.ref", file);
	if (getenv("PULSE_WRITE_REF") != NULL)
		write_all(path, got, got_len);
	want = read_all(path, &want_len);
	ck_assert_msg(want != NULL, "%s: %s", path, strerror(errno));
	compare_texts(path, got, got_len, want, want_len);
	free(got);
	free(want);
}

void
rig_check_form(const struct fixture *f)
{
	char *got, *p, *end;
	size_t len, columns, each;
	FILE *out = open_memstream(&got, &len);

	text_write(out, &f->report);
	fclose(out);
	for (p = got; *p != '\0'; p = end + 1) {
		end = strchr(p, '\n');
		ck_assert_ptr_nonnull(end);
		ck_assert_msg(end == p || end[-1] != ' ', "blank: %.*s",
		    (int)(end - p), p);
		/* Not ck_assert, which takes its time, for each character. */
		for (columns = 0; p < end; p += each) {
			each = utf8_len(p, (size_t)(end - p));
			if (each == 0 || utf8_is_control(p) ||
			    (each > 1 && f->report.style.is_ascii))
				ck_abort_msg("no text: %.20s", p);
			columns++;
		}
		ck_assert_msg((int)columns <= f->report.style.width,
		    "too long: %.*s", (int)columns, end - columns);
	}
	free(got);
}
