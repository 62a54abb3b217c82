/* SPDX-License-Identifier: MIT */

/*
 * cmd/run_options.c: what each option of `pulse run` changes, and that it
 * changes nothing else; what options make of a plan file, wherever they stand;
 * and that what is wrong is told in one line with its name. Settings are
 * written down as text, and a test names the lines that differ from the
 * defaults.
 */

#include <check.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "cmd/connect_options.h"
#include "cmd/options.h"
#include "cmd/run_options.h"
#include "tests/suite.h"
#include "wire.h"

enum {
	ARGS_MAX = 12,
	LINES_MAX = 40,
	LINE_MAX_LEN = 200,
	TEXT_MAX = 8192
};

#define URL	"http://127.0.0.1:8080/"

/* Settings as text, one member a line. */
struct lines {
	char	 at[LINES_MAX][LINE_MAX_LEN];
	size_t	 n;
};

static char dir[] = "/tmp/pulse_test_XXXXXX";
static char plan_path[64];
static char body_path[64];
static char workers_path[64];
static const char workers_text[] = "# two\n2 a:1\nexec:ssh b # no comment\n";

/* Standard error while it is read. */
static FILE *err_file;
static int err_saved = -1;

static void
write_file(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
setup(void)
{
	memcpy(dir, "/tmp/pulse_test_XXXXXX", sizeof(dir));
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(plan_path, sizeof(plan_path), "%s/plan.json", dir);
	snprintf(body_path, sizeof(body_path), "%s/body", dir);
	write_file(body_path, "a\0b\n", 4);
	snprintf(workers_path, sizeof(workers_path), "%s/workers", dir);
	write_file(workers_path, workers_text, strlen(workers_text));
}

static void
teardown(void)
{
	/* Not there when a test made none. */
	(void)unlink(plan_path);
	ck_assert_int_eq(unlink(body_path), 0);
	ck_assert_int_eq(unlink(workers_path), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void
err_start(void)
{
	fflush(NULL);
	err_file = tmpfile();
	ck_assert_ptr_nonnull(err_file);
	err_saved = dup(STDERR_FILENO);
	ck_assert_int_ne(err_saved, -1);
	ck_assert_int_ne(dup2(fileno(err_file), STDERR_FILENO), -1);
}

static void
err_end(char text[TEXT_MAX])
{
	size_t len;

	fflush(NULL);
	ck_assert_int_ne(dup2(err_saved, STDERR_FILENO), -1);
	close(err_saved);
	rewind(err_file);
	len = fread(text, 1, TEXT_MAX - 1, err_file);
	text[len] = '\0';
	fclose(err_file);
}

/* PLAN, @BODY and @WORKERS stand for the files of this test. */
static const char *
file_name(const char *arg)
{
	static char text[80];

	if (strcmp(arg, "PLAN") == 0)
		return plan_path;
	if (strcmp(arg, "@WORKERS") == 0)
		snprintf(text, sizeof(text), "@%s", workers_path);
	else if (strcmp(arg, "@BODY") == 0)
		snprintf(text, sizeof(text), "@%s", body_path);
	else
		return arg;
	return text;
}

/* argv stays with the caller: paths are borrowed from it. */
static int
parse(struct run_settings *s, const char *const args[], char err[TEXT_MAX],
    char *argv[ARGS_MAX + 2])
{
	int argc = 0, rc;

	argv[argc++] = xstrdup("run");
	while (argc <= ARGS_MAX && args[argc - 1] != NULL) {
		argv[argc] = xstrdup(file_name(args[argc - 1]));
		argc++;
	}
	argv[argc] = NULL;
	err_start();
	rc = run_settings_parse(s, argc, argv);
	err_end(err);
	return rc;
}

static void
clear(struct run_settings *s, char *argv[])
{
	run_settings_clear(s);
	while (*argv != NULL)
		free(*argv++);
}

static void add(struct lines *, const char *, ...) UTIL_PRINTF(2, 3);

static void
add(struct lines *l, const char *fmt, ...)
{
	va_list ap;

	ck_assert_uint_lt(l->n, LINES_MAX);
	va_start(ap, fmt);
	vsnprintf(l->at[l->n++], LINE_MAX_LEN, fmt, ap);
	va_end(ap);
}

static void
add_phases(struct lines *l, const struct run_request *req)
{
	const struct phase *p;
	char text[LINE_MAX_LEN] = "";
	size_t i, len = 0;

	for (i = 0; i < req->nphases; i++) {
		p = &req->phases[i];
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    " %s/%" PRIu64 "ms/%" PRIu64 "-%" PRIu64 "-%" PRIu64,
		    phase_name(p->type), p->duration_ns / NS_PER_MS, p->rate,
		    p->from, p->to);
		ck_assert_uint_lt(len, sizeof(text));
	}
	add(l, "phases:%s", text);
}

static void
add_scenario(struct lines *l, const struct scenario *sc)
{
	char text[LINE_MAX_LEN] = "";
	size_t i, len = 0;

	for (i = 0; i < sc->nheaders; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    " %s=%s", sc->headers[i].name, sc->headers[i].value);
	add(l, "url: %s", sc->url);
	add(l, "method: %s", sc->method);
	add(l, "headers:%s", text);
	if (sc->body == NULL)
		add(l, "body: none %zu", sc->body_len);
	else
		add(l, "body: %zu %.*s", sc->body_len, (int)sc->body_len,
		    sc->body);
	add(l, "timeout: %" PRIu64 "ms", sc->timeout_ns / NS_PER_MS);
	add(l, "redirects: %" PRIu64, sc->redirects);
	add(l, "keep_alive: %d", sc->keep_alive);
	add(l, "family: %d", sc->family);
}

static void
add_request(struct lines *l, const struct run_request *req)
{
	add_phases(l, req);
	add(l, "concurrency: %" PRIu64, req->max_concurrency);
	add(l, "policy: %s", policy_name(req->policy));
	add(l, "poisson: %d", req->is_poisson);
	add(l, "seed: %d %" PRIu64, req->has_seed, req->seed);
	add(l, "requests: %" PRIu64, req->requests);
	add(l, "interval: %" PRIu64 "ms", req->interval_ns / NS_PER_MS);
	add(l, "warmup: %" PRIu64 "ms", req->warmup_ns / NS_PER_MS);
	add_scenario(l, &req->scenario);
}

static const char *
or_none(const char *path)
{
	return path == NULL ? "none" : path;
}

static void
describe(struct lines *l, const struct run_settings *s)
{
	const struct plan *plan = &s->plan;
	char text[LINE_MAX_LEN] = "";
	size_t i, len = 0;

	l->n = 0;
	add_request(l, &plan->req);
	for (i = 0; i < plan->nthresholds; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, " %s",
		    plan->thresholds[i].text);
	add(l, "thresholds:%s", text);
	text[0] = '\0';
	for (i = len = 0; i < plan->npercentiles; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, " %g",
		    plan->percentiles[i]);
	add(l, "percentiles:%s", text);
	add(l, "generators: %u", (unsigned int)s->generators);
	add(l, "probe: %d", s->wants_probe);
	add(l, "quiet: %d", s->output.is_quiet);
	add(l, "json: %d", s->output.wants_json);
	add(l, "dry run: %d", s->is_dry_run);
	add(l, "out: %s", or_none(s->output.paths[REPORT_JSON]));
	add(l, "csv: %s", or_none(s->output.paths[REPORT_CSV]));
	add(l, "hgrm: %s", or_none(s->output.paths[REPORT_HGRM]));
	add(l, "junit: %s", or_none(s->output.paths[REPORT_JUNIT]));
	add(l, "wire: %s", or_none(s->output.paths[REPORT_WIRE]));
	add(l, "token: %s", or_none(s->credentials.token_file));
	text[0] = '\0';
	for (i = len = 0; i < plan->fleet.n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    " %s=%u", plan->fleet.workers[i].name,
		    (unsigned int)plan->fleet.workers[i].weight);
	add(l, "workers:%s", text);
}

/* The lines of got that base does not have, joined by "; ". */
static void
differences(const struct lines *base, const struct lines *got,
    char text[TEXT_MAX])
{
	size_t i, len = 0;

	ck_assert_uint_eq(base->n, got->n);
	text[0] = '\0';
	for (i = 0; i < got->n; i++)
		if (strcmp(base->at[i], got->at[i]) != 0)
			len += (size_t)snprintf(text + len, TEXT_MAX - len,
			    "%s%s", len > 0 ? "; " : "", got->at[i]);
}

static void
expect(const char *const base_args[], const char *const args[],
    const char *want)
{
	static struct lines base, got;
	char err[TEXT_MAX], text[TEXT_MAX];
	char *base_argv[ARGS_MAX + 2], *argv[ARGS_MAX + 2];
	struct run_settings s;

	ck_assert_msg(parse(&s, base_args, err, base_argv) == 0, "%s", err);
	describe(&base, &s);
	clear(&s, base_argv);
	ck_assert_msg(parse(&s, args, err, argv) == 0, "%s: %s", want, err);
	ck_assert_str_eq(err, "");
	describe(&got, &s);
	clear(&s, argv);
	differences(&base, &got, text);
	ck_assert_str_eq(text, want);
}

static const char *const url_only[] = { URL, NULL };

/* Defaults, so that the tests below stand on something. */
START_TEST(test_defaults)
{
	static struct lines got;
	char err[TEXT_MAX], *argv[ARGS_MAX + 2];
	struct run_settings s;

	ck_assert_int_eq(parse(&s, url_only, err, argv), 0);
	describe(&got, &s);
	ck_assert_str_eq(got.at[0], "phases: constant/10000ms/10-0-0");
	ck_assert_str_eq(got.at[1], "concurrency: 256");
	ck_assert_str_eq(got.at[2], "policy: drop");
	ck_assert_str_eq(got.at[3], "poisson: 0");
	ck_assert_str_eq(got.at[5], "requests: 0");
	ck_assert_str_eq(got.at[6], "interval: 1000ms");
	ck_assert_str_eq(got.at[7], "warmup: 0ms");
	ck_assert_str_eq(got.at[8], "url: " URL);
	ck_assert_str_eq(got.at[9], "method: GET");
	ck_assert_str_eq(got.at[12], "timeout: 30000ms");
	ck_assert_str_eq(got.at[13], "redirects: 9");
	ck_assert_str_eq(got.at[14], "keep_alive: 1");
	ck_assert_uint_ge(s.generators, 1);
	ck_assert(s.wants_probe);
	clear(&s, argv);
}
END_TEST

static const struct option_test {
	const char	*args[ARGS_MAX];	/* without the URL */
	const char	*want;			/* what it changes */
} option_tests[] = {
	{ { "-r", "250" }, "phases: constant/10000ms/250-0-0" },
	{ { "--rate=2.5k" }, "phases: constant/10000ms/2500-0-0" },
	{ { "-r", "0" }, "phases: constant/10000ms/0-0-0" },
	{ { "-r", "max" }, "phases: max/10000ms/0-0-0" },
	{ { "-r", "max", "-r", "7" }, "phases: constant/10000ms/7-0-0" },
	{ { "-d", "90s" }, "phases: constant/90000ms/10-0-0" },
	{ { "--duration", "1m30s" }, "phases: constant/90000ms/10-0-0" },
	{ { "-d", "5s", "-r", "max" }, "phases: max/5000ms/0-0-0" },
	{ { "-p", "ramp,from=10,to=500,for=1m" },
	    "phases: ramp/60000ms/0-10-500" },
	{ { "-p", "constant,rate=5,for=1s", "--phase",
	    "spike,from=1,to=9,at=1s,lasting=1s,for=4s" },
	    "phases: constant/1000ms/5-0-0 spike/4000ms/0-1-9" },
	{ { "-p", "max,for=3s", "-r", "100", "-d", "1s" },
	    "phases: max/3000ms/0-0-0" },
	{ { "--requests", "1000000000000" }, "requests: 1000000000000" },
	{ { "--warmup", "2s" }, "warmup: 2000ms" },
	{ { "--warmup", "0" }, "" },
	{ { "-c", "1" }, "concurrency: 1" },
	{ { "--concurrency", "1000000" }, "concurrency: 1000000" },
	{ { "--saturation", "block" }, "policy: block" },
	{ { "--saturation", "block", "--saturation", "drop" }, "" },
	{ { "--arrivals", "poisson", "--seed", "42" },
	    "poisson: 1; seed: 1 42" },
	{ { "--arrivals", "uniform" }, "" },
	{ { "--seed", "0" }, "seed: 1 0" },
	{ { "--seed", "18446744073709551615" },
	    "seed: 1 18446744073709551615" },
	{ { "-X", "delete" }, "method: DELETE" },
	{ { "--method", "M-SEARCH" }, "method: M-SEARCH" },
	{ { "-H", "A: b", "--header", "c:d:e" }, "headers: A=b c=d:e" },
	{ { "-b", "text" }, "method: POST; body: 4 text" },
	{ { "--body", "" }, "method: POST; body: 0 " },
	{ { "-b", "first", "-b", "second" }, "method: POST; body: 6 second" },
	{ { "-b", "text", "-X", "put" }, "method: PUT; body: 4 text" },
	{ { "-X", "get", "-b", "text" }, "body: 4 text" },
	{ { "--timeout", "250ms" }, "timeout: 250ms" },
	{ { "--redirects", "0" }, "redirects: 0" },
	{ { "--redirects", "100" }, "redirects: 100" },
	{ { "--no-keepalive" }, "keep_alive: 0" },
	{ { "-4" }, "family: 4" },
	{ { "-6" }, "family: 6" },
	{ { "-4", "-6" }, "family: 6" },
	{ { "-g", "1024" }, "generators: 1024" },
	{ { "--generators=777" }, "generators: 777" },
	{ { "--no-probe" }, "probe: 0" },
	{ { "-t", "p99<250ms", "--threshold", "errors < 1%" },
	    "thresholds: p99<250ms errors < 1%" },
	{ { "--percentiles", "99.9,99.99", "--percentiles", "99.9,25" },
	    "percentiles: 99.9 99.99 25" },
	{ { "-i", "10ms" }, "interval: 10ms" },
	{ { "--interval", "2s" }, "interval: 2000ms" },
	{ { "--json" }, "json: 1" },
	{ { "--out", "a" }, "out: a" },
	{ { "--out", "-" }, "out: -" },
	{ { "--csv", "b" }, "csv: b" },
	{ { "--junit", "c" }, "junit: c" },
	{ { "--wire", "d" }, "wire: d" },
	{ { "--json", "--out", "a", "--csv", "b", "--junit", "c", "--wire",
	    "d", "--hgrm", "e" },
	    "json: 1; out: a; csv: b; hgrm: e; junit: c; wire: d" },
	{ { "-q" }, "quiet: 1" },
	{ { "--quiet" }, "quiet: 1" },
	{ { "-w", "a:1" }, "workers: a:1=1" },
	{ { "--workers", "a:1=3,b", "-w", "exec:c,d=5" },
	    "workers: a:1=3 b=1 exec:c,d=5=1" },
	{ { "-w", "@WORKERS", "-w", "c" },
	    "workers: a:1=2 exec:ssh b # no comment=1 c=1" },
	{ { "--token-file", "t", "-w", "a" }, "token: t; workers: a=1" },
	{ { "-n" }, "dry run: 1" },
	{ { "--dry-run" }, "dry run: 1" }
};

/* Before the operand, and behind it. */
START_TEST(test_option)
{
	const struct option_test *t = &option_tests[_i];
	const char *args[ARGS_MAX + 1] = { NULL };
	int n = 0;

	while (t->args[n] != NULL)
		n++;
	memcpy(args, t->args, (size_t)n * sizeof(*args));
	args[n] = URL;
	expect(url_only, args, t->want);
	args[0] = URL;
	memcpy(args + 1, t->args, (size_t)n * sizeof(*args));
	expect(url_only, args, t->want);
}
END_TEST

/* None may be missing above; cmd/connect_options.c has tests of its own. */
START_TEST(test_every_option)
{
	const struct option_row *row;
	char letter[3] = "-", name[32];
	size_t i, j, k;
	bool is_there;

	for (i = 0; i < run_command.nrows; i++) {
		row = &run_command.rows[i];
		if (connect_is_option(&(struct given){ row, NULL }))
			continue;
		letter[1] = row->letter;
		snprintf(name, sizeof(name), "--%s",
		    row->name != NULL ? row->name : "?");
		is_there = false;
		for (j = 0; j < UTIL_NELEM(option_tests); j++)
			for (k = 0; option_tests[j].args[k] != NULL; k++)
				if (strcmp(option_tests[j].args[k],
				    letter) == 0 ||
				    strncmp(option_tests[j].args[k], name,
				    strlen(name)) == 0)
					is_there = true;
		ck_assert_msg(is_there, "%s %s has no test", letter, name);
	}
}
END_TEST

/* Bytes, with the NUL among them. */
START_TEST(test_body_file)
{
	static const char *const args[] = { URL, "-b", "@BODY", NULL };
	char err[TEXT_MAX], *argv[ARGS_MAX + 2];
	struct run_settings s;

	ck_assert_int_eq(parse(&s, args, err, argv), 0);
	ck_assert_uint_eq(s.plan.req.scenario.body_len, 4);
	ck_assert_mem_eq(s.plan.req.scenario.body, "a\0b\n", 4);
	ck_assert_str_eq(s.plan.req.scenario.method, "POST");
	clear(&s, argv);
}
END_TEST

/* Without a seed there is one all the same, to be asked for again. */
START_TEST(test_seed_made)
{
	static const char *const args[] = { URL, "--arrivals", "poisson",
	    NULL };
	char err[TEXT_MAX], *argv[ARGS_MAX + 2];
	struct run_settings s;

	ck_assert_int_eq(parse(&s, args, err, argv), 0);
	ck_assert(s.plan.req.has_seed);
	clear(&s, argv);
}
END_TEST

/* What is wrong. */

static const struct bad_test {
	const char	*args[ARGS_MAX];
	const char	*want;		/* is in the line */
} bad_tests[] = {
	{ { NULL }, "expected URL | PLAN.json" },
	{ { URL, URL }, "one operand too many" },
	{ { URL, "--bogus" }, "--bogus" },
	{ { "http://" }, "url: " },
	{ { "ftp://a/" }, "url: " },
	{ { "http://a b/" }, "url: " },
	{ { "http://a:0/\nb" }, "url: " },
	{ { "/nowhere/plan.json" }, "/nowhere/plan.json: No such file" },
	{ { "example.com" }, "example.com: no such plan file" },
	{ { "/tmp" }, "/tmp: " },
	{ { "-r", "x", URL }, "-r, --rate: x: expected" },
	{ { "-r", "-1", URL }, "-r, --rate: -1: expected" },
	{ { "-r", "2.5", URL }, "-r, --rate: 2.5: expected" },
	{ { "-r", "", URL }, "-r, --rate: \"\": expected" },
	{ { "-r", "1\n2", URL }, "-r, --rate: 1?2: expected" },
	{ { "-r", "101M", URL }, "arrivalRate must be at most" },
	{ { "-d", "10", URL }, "-d, --duration: 10: expected" },
	{ { "-d", "0s", URL }, "-d, --duration: 0s: expected" },
	{ { "-d", "9600h", URL }, "duration must be at most 366 days" },
	{ { "-p", "rmp,from=1,to=2,for=1s", URL }, "-p, --phase: " },
	{ { "-p", "", URL }, "-p, --phase: " },
	{ { "--requests", "0", URL }, "--requests: 0: expected" },
	{ { "--requests", "1000000000001", URL }, "--requests: 1000" },
	{ { "--warmup", "x", URL }, "--warmup: x: expected" },
	{ { "--warmup", "10s", URL }, "warmup: must be shorter" },
	{ { "-c", "0", URL }, "-c, --concurrency: 0: expected a number from "
	    "1 to 1000000" },
	{ { "-c", "1000001", URL }, "-c, --concurrency: 1000001: expected" },
	{ { "--saturation", "wait", URL },
	    "--saturation: wait: expected drop or block" },
	{ { "--arrivals", "", URL },
	    "--arrivals: \"\": expected uniform or poisson" },
	{ { "--seed", "-1", URL }, "--seed: -1: expected" },
	{ { "--seed", "18446744073709551616", URL }, "--seed: 1844" },
	{ { "-X", "", URL }, "method: " },
	{ { "-X", "A B", URL }, "method: " },
	{ { "-X", "connect", URL }, "method: CONNECT" },
	{ { "-H", "no colon", URL }, "-H, --header: " },
	{ { "-H", ": x", URL }, "-H, --header: " },
	{ { "-H", "A: b\r\nC: d", URL }, "-H, --header: " },
	{ { "-b", "@/nowhere/body", URL },
	    "-b, --body: /nowhere/body: No such file" },
	{ { "-b", "@/tmp", URL }, "-b, --body: /tmp: " },
	{ { "-b", "@/dev/zero", URL }, "-b, --body: /dev/zero: " },
	{ { "--timeout", "0", URL }, "--timeout: 0: expected" },
	{ { "--timeout", "9600h", URL }, "timeout: must be at most" },
	{ { "--redirects", "101", URL }, "--redirects: 101: expected" },
	{ { "--sample-header", "a:", URL }, "--sample-header: \"a:\" is no" },
	{ { "--sample-header", "cookie", URL },
	    "--sample-header: cookie has secrets" },
	{ { "--redirects", "-1", URL }, "--redirects: -1: expected" },
	{ { "-g", "0", URL }, "-g, --generators: 0: expected" },
	{ { "-g", "1025", URL }, "-g, --generators: 1025: expected" },
	{ { "-t", "p99", URL }, "-t, --threshold: " },
	{ { "--percentiles", "100", URL }, "--percentiles: " },
	{ { "--percentiles", "99,", URL }, "--percentiles: " },
	{ { "-i", "0s", URL }, "-i, --interval: 0s: expected" },
	{ { "-i", "9ms", URL }, "interval: must be at least 10ms" },
	{ { "-w", "unx:/a", URL }, "-w, --workers: unx: did you mean unix:?" },
	{ { "-w", "@/nowhere/w", URL },
	    "-w, --workers: /nowhere/w: No such file" },
	{ { "-w", "a", "-w", "b,A:9100", URL },
	    "workers: a and A:9100 are the same worker" },
	{ { "-w", "a", "-g", "2", URL }, "-g, --generators: each worker" },
	{ { "--no-probe", "-w", "a", URL }, "--no-probe: each worker" },
	{ { "--json", "--out", "-", URL }, "standard output" },
	{ { "--csv", "-", "--junit", "-", URL }, "standard output" },
	{ { "--wire", "-", "--json", URL }, "standard output" },
	{ { "--csv", "-", "--out", "-", "--wire", "-", URL },
	    "only one of --out - and --csv - can be" },
	{ { "--json", "--wire", "-", URL },
	    "only one of --json and --wire - can be" },
	{ { "--hgrm", "a", "--out", "a", URL },
	    "a: only one of --out and --hgrm can go there" }
};

/* In one line, whatever the value has in it. */
START_TEST(test_bad)
{
	const struct bad_test *t = &bad_tests[_i];
	char err[TEXT_MAX], *argv[ARGS_MAX + 2];
	struct run_settings s;

	ck_assert_msg(parse(&s, t->args, err, argv) == -1, "%s", t->want);
	ck_assert_msg(strstr(err, t->want) != NULL, "%s: %s", t->want, err);
	ck_assert_msg(strchr(err, '\n') == err + strlen(err) - 1,
	    "%s: not one line: %s", t->want, err);
	clear(&s, argv);
}
END_TEST

/* A value that is far too long is cut, not the reason behind it. */
START_TEST(test_bad_long)
{
	static char value[3000];
	const char *const args[] = { URL, "-c", value, NULL };
	char err[TEXT_MAX], *argv[ARGS_MAX + 2];
	struct run_settings s;

	memset(value, '9', sizeof(value) - 1);
	ck_assert_int_eq(parse(&s, args, err, argv), -1);
	ck_assert_uint_lt(strlen(err), 2 * WIRE_TEXT_MAX);
	ck_assert_ptr_nonnull(strstr(err, "expected a number from 1 to"));
	clear(&s, argv);
}
END_TEST

/* Plan files. */

static const char plan_text[] =
    "{ \"target\": { \"url\": \"http://plan/\", \"method\": \"put\",\n"
    "    \"headers\": { \"A\": \"1\" }, \"body\": \"text\",\n"
    "    \"timeout\": \"5s\", \"redirects\": 2, \"keepAlive\": false },\n"
    "  \"phases\": [\n"
    "    { \"type\": \"constant\", \"arrivalRate\": 5,\n"
    "      \"duration\": \"2s\" },\n"
    "    { \"type\": \"ramp\", \"from\": 5, \"to\": 50,\n"
    "      \"duration\": \"3s\" } ],\n"
    "  \"maxConcurrency\": 9, \"saturationPolicy\": \"block\",\n"
    "  \"arrivals\": \"poisson\", \"seed\": 7, \"requests\": 100,\n"
    "  \"warmup\": \"1s\", \"interval\": \"500ms\",\n"
    "  \"workers\": [\"p:1\", \"q\"], \"workerWeights\": [2, 5],\n"
    "  \"percentiles\": [99.9], \"thresholds\": [\"p50<50ms\"] }\n";

static const char *const plan_only[] = { "PLAN", NULL };

START_TEST(test_plan)
{
	write_file(plan_path, plan_text, strlen(plan_text));
	expect(url_only, plan_only,
	    "phases: constant/2000ms/5-0-0 ramp/3000ms/0-5-50; "
	    "concurrency: 9; policy: block; poisson: 1; seed: 1 7; "
	    "requests: 100; interval: 500ms; warmup: 1000ms; "
	    "url: http://plan/; method: PUT; headers: A=1; body: 4 text; "
	    "timeout: 5000ms; redirects: 2; keep_alive: 0; "
	    "thresholds: p50<50ms; percentiles: 99.9; "
	    "workers: p:1=2 q=5");
}
END_TEST

static const struct overlay_test {
	const char	*args[ARGS_MAX];	/* without PLAN */
	const char	*want;
} overlay_tests[] = {
	{ { "-r", "30" }, "phases: constant/10000ms/30-0-0" },
	{ { "-d", "6s" }, "phases: constant/6000ms/10-0-0" },
	{ { "-p", "constant,rate=3,for=2s" },
	    "phases: constant/2000ms/3-0-0" },
	{ { "-p", "constant,rate=3,for=2s", "-p", "constant,rate=4,for=3s",
	    "-r", "5" },
	    "phases: constant/2000ms/3-0-0 constant/3000ms/4-0-0" },
	{ { "-c", "10", "--saturation", "drop" },
	    "concurrency: 10; policy: drop" },
	{ { "--arrivals", "uniform" }, "poisson: 0" },
	{ { "--seed", "8", "--requests", "5" }, "seed: 1 8; requests: 5" },
	{ { "-X", "patch" }, "method: PATCH" },
	{ { "-b", "other" }, "body: 5 other" },
	{ { "-H", "B: 2" }, "headers: A=1 B=2" },
	{ { "--timeout", "1s", "--redirects", "3", "-6" },
	    "timeout: 1000ms; redirects: 3; family: 6" },
	{ { "--warmup", "0s", "-i", "1s" },
	    "interval: 1000ms; warmup: 0ms" },
	{ { "-t", "p99<1s", "--percentiles", "50,99.9" },
	    "thresholds: p50<50ms p99<1s; percentiles: 99.9 50" },
	{ { "-w", "a:1", "-w", "p:1=3" }, "workers: a:1=1 p:1=3" }
};

START_TEST(test_overlay)
{
	const struct overlay_test *t = &overlay_tests[_i];
	const char *args[ARGS_MAX + 1] = { NULL };
	int n = 0;

	write_file(plan_path, plan_text, strlen(plan_text));
	while (t->args[n] != NULL)
		n++;
	memcpy(args, t->args, (size_t)n * sizeof(*args));
	args[n] = "PLAN";
	expect(plan_only, args, t->want);
	args[0] = "PLAN";
	memcpy(args + 1, t->args, (size_t)n * sizeof(*args));
	expect(plan_only, args, t->want);
}
END_TEST

/* A method that is not named depends on the body; one that is, stays. */
static const struct method_test {
	const char	*descr;
	const char	*members;	/* of the target, behind its url */
	const char	*args[3];
	const char	*want;
} method_tests[] = {
	{ "neither", "", { NULL }, "GET" },
	{ "body", ", \"body\": \"x\"", { NULL }, "POST" },
	{ "GET with a body", ", \"body\": \"x\", \"method\": \"GET\"",
	    { NULL }, "GET" },
	{ "GET, and a body from the command line", ", \"method\": \"GET\"",
	    { "-b", "x" }, "GET" },
	{ "a body from the command line", "", { "-b", "x" }, "POST" },
	{ "a method from the command line", ", \"body\": \"x\"",
	    { "-X", "get" }, "GET" }
};

START_TEST(test_method)
{
	const struct method_test *t = &method_tests[_i];
	const char *const args[] = { "PLAN", t->args[0], t->args[1], NULL };
	char err[TEXT_MAX], text[TEXT_MAX], *argv[ARGS_MAX + 2];
	struct run_settings s;

	snprintf(text, sizeof(text), "{ \"target\": { \"url\": "
	    "\"http://a/\"%s }, \"phases\": [ { \"type\": \"max\", "
	    "\"duration\": \"1s\" } ] }", t->members);
	write_file(plan_path, text, strlen(text));
	ck_assert_msg(parse(&s, args, err, argv) == 0, "%s", err);
	ck_assert_msg(strcmp(s.plan.req.scenario.method, t->want) == 0,
	    "%s: %s", t->descr, s.plan.req.scenario.method);
	clear(&s, argv);
}
END_TEST

static const struct bad_plan_test {
	const char	*text;
	const char	*want;
} bad_plan_tests[] = {
	{ "", "plan.json: " },
	{ "{", "plan.json: " },
	{ "[]", "plan.json: " },
	{ "{ \"targte\": {} }", "targte" },
	{ "{ \"target\": { \"url\": 5 } }", "target.url" },
	{ "{ \"target\": {} }", "url: there must be one" },
	{ "{ \"target\": { \"url\": \"http://a/\" }, \"phases\": "
	    "[ { \"type\": \"max\", \"duration\": \"0s\" } ] }",
	    "phases[0].duration" },
	{ "{ \"target\": { \"url\": \"http://a/\", \"body\": "
	    "\"${PULSE_NOT_SET_ANYWHERE}\" } }", "PULSE_NOT_SET_ANYWHERE" }
};

START_TEST(test_bad_plan)
{
	const struct bad_plan_test *t = &bad_plan_tests[_i];
	char err[TEXT_MAX], *argv[ARGS_MAX + 2];
	struct run_settings s;

	write_file(plan_path, t->text, strlen(t->text));
	ck_assert_msg(parse(&s, plan_only, err, argv) == -1, "%s", t->text);
	ck_assert_msg(strstr(err, t->want) != NULL, "%s: %s", t->want, err);
	ck_assert_msg(strchr(err, '\n') == err + strlen(err) - 1,
	    "not one line: %s", err);
	clear(&s, argv);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("run_options");
	TCase *tc;

	tc = tcase_create("options");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_defaults);
	tcase_add_loop_test(tc, test_option, 0, UTIL_NELEM(option_tests));
	tcase_add_test(tc, test_every_option);
	tcase_add_test(tc, test_body_file);
	tcase_add_test(tc, test_seed_made);
	suite_add_tcase(s, tc);

	tc = tcase_create("refused");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_bad, 0, UTIL_NELEM(bad_tests));
	tcase_add_test(tc, test_bad_long);
	tcase_add_loop_test(tc, test_bad_plan, 0,
	    UTIL_NELEM(bad_plan_tests));
	suite_add_tcase(s, tc);

	tc = tcase_create("plan files");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_plan);
	tcase_add_loop_test(tc, test_overlay, 0, UTIL_NELEM(overlay_tests));
	tcase_add_loop_test(tc, test_method, 0, UTIL_NELEM(method_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
