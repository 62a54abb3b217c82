/* SPDX-License-Identifier: MIT */
/*
 * What progress says of a run: the line, the answer to a signal, the panel at
 * each width, and the JSON of a snapshot; what --progress=HOW may be; that
 * a pipe that nobody reads does not hold up the loop; and that who is continued
 * does not stop afterwards.
 *
 * Needs _XOPEN_SOURCE for terminals.
 */
#define _XOPEN_SOURCE 700

#include <sys/wait.h>

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "report/panel.h"
#include "report/progress.h"
#include "report/progress_json.h"
#include "report/status.h"
#include "report/style.h"
#include "report/standing.h"
#include "tests/suite.h"

static struct standing *standing;
static struct interval *in;
static struct snapshot snapshot;

static void
setup(void)
{
	hist_init();
	standing = xcalloc(1, sizeof(*standing));
	in = xcalloc(1, sizeof(*in));
	standing->total_ns = 90 * NS_PER_SEC;
	standing->warmup_ns = 2 * NS_PER_SEC;
	standing->interval_ns = NS_PER_SEC;
}

static void
teardown(void)
{
	snapshot_clear(&snapshot);
	free(standing);
	free(in);
}

static void
make_interval(uint64_t index)
{
	size_t i;

	memset(in, 0, sizeof(*in));
	in->index = index;
	in->from_ns = index * NS_PER_SEC;
	in->until_ns = (index + 1) * NS_PER_SEC;
	in->planned = 500;
	in->in_flight = 17;
	if (in->from_ns >= standing->warmup_ns) {
		in->n.scheduled = 500;
		in->n.started = in->n.completed = 499;
		in->n.failed = 2;
		in->n.dropped = 1;
		in->n.status[200] = 497;
		in->n.status[503] = 1;
		in->n.category[CATEGORY_HTTP_STATUS] = 1;
		in->n.category[CATEGORY_DEADLINE] = 1;
		for (i = 0; i < 499; i++)
			hist_record(&in->hist[RESULT_LATENCY], i < 490 ?
			    1200 * NS_PER_US : 12000 * NS_PER_US);
		hist_record(&in->hist[RESULT_PART + PART_LAG],
		    80 * NS_PER_US);
	}
}

static void
add(uint64_t index)
{
	make_interval(index);
	snapshot_clear(&snapshot);
	snapshot_of(&snapshot, in);
	standing_add(standing, in, &snapshot);
}

START_TEST(test_line)
{
	char line[STATUS_LINE_MAX];

	add(0);
	ck_assert_str_eq(status_line(line, standing), "1s/1m30s  0 of 500/s  "
	    "warming up  17 in flight  p50 n/a p99 n/a");
	add(1);
	add(2);
	add(3);
	ck_assert_str_eq(status_line(line, standing), "4s/1m30s  499 of 500/s  "
	    "err 4 drop 2  17 in flight  p50 1.20ms p99 12.0ms");
	/* Behind the phases, and where there is no plan. */
	make_interval(90);
	in->planned = 0;
	snapshot_clear(&snapshot);
	snapshot_of(&snapshot, in);
	standing_add(standing, in, &snapshot);
	ck_assert_str_eq(status_line(line, standing), "1m31s/1m30s  499/s  "
	    "err 6 drop 3  17 in flight  p50 1.20ms p99 12.0ms");
	standing->total_ns = 9 * NS_PER_SEC;
	standing->until_ns = 1234 * NS_PER_MS;
	ck_assert_int_eq(strncmp(status_line(line, standing), "1.2s/9s  ",
	    9), 0);
}
END_TEST

/* One that ends in the middle of an interval: the rest has the rate. */
START_TEST(test_warmup)
{
	standing->warmup_ns = 1500 * NS_PER_MS;
	make_interval(1);
	in->n.completed = 250;
	snapshot_clear(&snapshot);
	snapshot_of(&snapshot, in);
	standing_add(standing, in, &snapshot);
	ck_assert_double_eq(standing->rate, 500);
}
END_TEST

static void
check_answer(uint64_t elapsed_ns, const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	status_answer(&b, standing, elapsed_ns);
	ck_assert_str_eq(buf_str(&b), want);
	buf_clear(&b);
}

START_TEST(test_answer)
{
	check_answer(460 * NS_PER_MS, "pulse: 400ms of 1m30s: no interval is "
	    "complete yet, the first ends at 1s\n");
	add(0);
	check_answer(1500 * NS_PER_MS, "pulse: 1.5s of 1m30s: warming up "
	    "until 2s, nothing is counted before; 17 in flight\n"
	    "pulse: last interval, until 1s: 0 of 500/s, p50 n/a p99 n/a, "
	    "lag p99 0ns\n");
	add(2);
	add(3);
	check_answer(4250 * NS_PER_MS, "pulse: 4.2s of 1m30s: 1000 scheduled, "
	    "998 completed, 4 failed, 2 dropped, 17 in flight; p50 1.20ms "
	    "p99 12.0ms\n"
	    "pulse: last interval, until 4s: 499 of 500/s, p50 1.20ms "
	    "p99 12.0ms, lag p99 80.0us\n");
}
END_TEST

/* In ASCII: what is in each line. */
START_TEST(test_panel)
{
	struct buf b;

	add(0);
	add(2);
	make_interval(44);
	in->n.completed = 250;
	snapshot_clear(&snapshot);
	snapshot_of(&snapshot, in);
	standing_add(standing, in, &snapshot);
	buf_init(&b, PANEL_BYTES_MAX);
	panel_write(&b, standing, 60, false);
	ck_assert_str_eq(buf_str(&b),
	    "45s of 1m30s                  ########.........   50%\n"
	    "rate     250 of 500/s         _#=                to 499/s\n"
	    "p50      1.20ms\n"
	    "p99      12.0ms               _##                to 12.0ms\n"
	    "failed   4 (0.53%)            5xx 2  deadline_exceeded 2\n"
	    "dropped  2                    in flight 17\n"
	    "lag      p99 80.0us behind the plan");
	buf_clear(&b);
}
END_TEST

START_TEST(test_panel_blocks)
{
	struct buf b;

	add(0);
	add(2);
	buf_init(&b, PANEL_BYTES_MAX);
	standing->until_ns = 45 * NS_PER_SEC;
	panel_write(&b, standing, 60, true);
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "\u2588\u2588\u258c"
	    "\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7   50%\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "\u2581\u2588    "));
	buf_clear(&b);
}
END_TEST

/* Never full, whatever there is; columns are counted by first bytes. */
START_TEST(test_panel_width)
{
	size_t width = (size_t)_i, column = 0, lines = 1, i;
	struct buf b;

	for (i = 0; i < 100; i++)
		add(i);
	in->n.category[CATEGORY_UNKNOWN] = UINT64_MAX / 4;
	standing_add(standing, in, &snapshot);
	buf_init(&b, PANEL_BYTES_MAX);
	panel_write(&b, standing, width, true);
	ck_assert(!b.is_full);
	for (i = 0; i < b.len; i++) {
		if (b.data[i] == '\n') {
			lines++;
			column = 0;
		} else if ((b.data[i] & 0xc0) != 0x80)
			column++;
		if (lines < 5)
			ck_assert_uint_le(column, width < PANEL_WIDTH ?
			    width : PANEL_WIDTH);
	}
	ck_assert_uint_eq(lines, PANEL_LINES);
	buf_clear(&b);
}
END_TEST

/* As much of the past as there is room for, the latest. */
static const struct time_test {
	uint64_t	 total_ms;
	uint64_t	 ms;
	const char	*want;
} time_tests[] = {
	{ 500, 50, "50ms" },
	{ 500, 57, "50ms" },
	{ 1000, 57, "0s" },
	{ 3000, 1250, "1.2s" },
	{ 10000, 1250, "1s" },
};

START_TEST(test_time)
{
	const struct time_test *t = &time_tests[_i];
	char text[FORMAT_MAX];

	standing->total_ns = t->total_ms * NS_PER_MS;
	ck_assert_str_eq(status_time(text, standing, t->ms * NS_PER_MS),
	    t->want);
}
END_TEST

START_TEST(test_standing_past)
{
	size_t i;

	for (i = 0; i < 3 * STANDING_POINTS; i++) {
		make_interval(i);
		in->n.completed = i;
		snapshot_clear(&snapshot);
		snapshot_of(&snapshot, in);
		standing_add(standing, in, &snapshot);
	}
	ck_assert_uint_eq(standing->npast, STANDING_POINTS);
	ck_assert_double_eq(standing->past_rate[0], 2 * STANDING_POINTS);
	ck_assert_double_eq(standing->past_rate[STANDING_POINTS - 1],
	    3 * STANDING_POINTS - 1);
}
END_TEST

START_TEST(test_json)
{
	struct json_error error;
	struct json *json;
	struct json_value *total;
	uint64_t n = 0;
	struct buf b;

	add(2);
	add(3);
	buf_init(&b, JSON_TEXT_MAX);
	progress_json_write(&b, standing, &snapshot);
	ck_assert_ptr_eq(strchr(buf_str(&b), '\n'), b.data + b.len - 1);
	json = json_parse(b.data, b.len, &error);
	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(json_to_uint(json_get(json_root(json), "index"), &n),
	    0);
	ck_assert_uint_eq(n, 3);
	total = json_get(json_root(json), "total");
	ck_assert_int_eq(json_to_uint(json_get(total, "completed"), &n), 0);
	ck_assert_uint_eq(n, 998);
	ck_assert_int_eq(json_to_uint(json_get(total, "planned"), &n), 0);
	ck_assert_uint_eq(n, 1000);
	ck_assert_int_eq(json_to_uint(json_get(json_root(json),
	    "elapsed_ms"), &n), 0);
	ck_assert_uint_eq(n, 4000);
	json_free(json);
	buf_clear(&b);
}
END_TEST

static const struct how_test {
	const char		*value;
	enum progress_how	 how;
	int			 json_fd;	/* -1: none */
	const char		*why;		/* NULL: it may be */
} how_tests[] = {
	{ NULL, PROGRESS_AUTO, -1, NULL },
	{ "auto", PROGRESS_AUTO, -1, NULL },
	{ "line", PROGRESS_LINE, -1, NULL },
	{ "panel", PROGRESS_PANEL, -1, NULL },
	{ "plain", PROGRESS_PLAIN, -1, NULL },
	{ "off", PROGRESS_OFF, -1, NULL },
	{ "json", PROGRESS_UNSAID, 2, NULL },
	{ "json:2", PROGRESS_UNSAID, 2, NULL },
	{ "json:1", PROGRESS_UNSAID, -1, "json:1: standard output is for the "
	    "result: expected another descriptor, as in json:3" },
	{ "json:987", PROGRESS_UNSAID, -1, "json:987: the descriptor is not "
	    "open: expected one that is, as by 987>FILE" },
	{ "json:", PROGRESS_UNSAID, -1, "json:: expected the number of an open "
	    "descriptor, as in json:3" },
	{ "json:-1", PROGRESS_UNSAID, -1, "json:-1: expected the number of an "
	    "open descriptor, as in json:3" },
	{ "json:4294967298", PROGRESS_UNSAID, -1, "json:4294967298: expected "
	    "the number of an open descriptor, as in json:3" },
	{ "", PROGRESS_UNSAID, -1, "unknown way \"\"; expected json, "
	    "auto, line, panel, plain, off" },
	{ "pannel", PROGRESS_UNSAID, -1, "unknown way \"pannel\"; did you mean "
	    "\"panel\"?" },
};

START_TEST(test_how)
{
	const struct how_test *t = &how_tests[_i];
	struct progress_settings s = { .json_fd = -1 };
	char why[WIRE_TEXT_MAX] = "";
	int rc = progress_settings_parse(&s, t->value, why);

	ck_assert_str_eq(why, t->why != NULL ? t->why : "");
	ck_assert_int_eq(rc, t->why != NULL ? -1 : 0);
	ck_assert_int_eq(s.how, t->how);
	ck_assert_int_eq(s.json_fd, t->json_fd);
	ck_assert_int_eq(s.wants_json, t->json_fd != -1);
}
END_TEST

START_TEST(test_how_read_only)
{
	struct progress_settings s = { .json_fd = -1 };
	char why[WIRE_TEXT_MAX], value[32], want[96];
	int fd = open("/dev/null", O_RDONLY);

	ck_assert_int_ne(fd, -1);
	snprintf(value, sizeof(value), "json:%d", fd);
	snprintf(want, sizeof(want), "%s: the descriptor is not open for "
	    "writing", value);
	ck_assert_int_eq(progress_settings_parse(&s, value, why), -1);
	ck_assert_str_eq(why, want);
	close(fd);
}
END_TEST

static const struct utf8_test {
	const char	*all, *ctype, *lang;
	bool		 want;
} utf8_tests[] = {
	{ NULL, NULL, NULL, false },
	{ NULL, NULL, "C", false },
	{ NULL, NULL, "C.UTF-8", true },
	{ NULL, NULL, "de_DE.utf8@euro", true },
	{ NULL, NULL, "de_DE.ISO-8859-1", false },
	{ NULL, "UTF-8", NULL, true },
	{ NULL, "C", "en_US.UTF-8", false },
	{ "", "", "en_US.UTF-8", true },
	{ "C", "en_US.UTF-8", "en_US.UTF-8", false },
	{ "C.utf8", "C", "C", true },
};

static void
set(const char *name, const char *value)
{
	if (value == NULL)
		unsetenv(name);
	else
		setenv(name, value, 1);
}

START_TEST(test_utf8)
{
	const struct utf8_test *t = &utf8_tests[_i];

	set("LC_ALL", t->all);
	set("LC_CTYPE", t->ctype);
	set("LANG", t->lang);
	ck_assert_int_eq(style_is_utf8(), t->want);
}
END_TEST

static void
on_told(void *arg)
{
	loop_stop(arg);
}

/* 1,000 snapshots into a pipe of 64 KiB that nobody reads: most are lost. */
START_TEST(test_full_pipe)
{
	struct progress_settings s = { .wants_json = true };
	struct run_request req;
	struct progress *p;
	struct loop *loop = loop_new();
	uint64_t i, before_ns;
	int fds[2];

	memset(&req, 0, sizeof(req));
	ck_assert_int_eq(pipe(fds), 0);
	s.json_fd = fds[1];
	p = progress_new(loop, &s, true, &req);
	ck_assert_ptr_nonnull(p);
	progress_open(p);
	for (i = 0; i < 2000; i++) {
		make_interval(i);
		snapshot_clear(&snapshot);
		snapshot_of(&snapshot, in);
		progress_add(p, in, &snapshot);
	}
	ck_assert_int_eq(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
	before_ns = clock_now_ns();
	progress_end(p);
	progress_finish(p, on_told, loop);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_uint_ge(clock_now_ns() - before_ns, 900 * NS_PER_MS);
	/* About 60 are in the pipe, and all others are lost. */
	ck_assert_uint_gt(progress_lost(p), 1900);
	ck_assert_uint_lt(progress_lost(p), 2000);
	progress_free(p);
	loop_free(loop);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* What comes before the loop has its turn, and whether that stops us. */
static const struct stop_test {
	int	 signals[4];
	bool	 stops;
} stop_tests[] = {
	{ { SIGTSTP }, true },
	{ { SIGTSTP, SIGCONT }, false },
	{ { SIGCONT, SIGTSTP }, true },
	{ { SIGTSTP, SIGCONT, SIGTSTP }, true },
	{ { SIGTSTP, SIGTSTP, SIGUSR1, SIGCONT }, false },
};

/* On a terminal of its own. */
static void
be_stopped(const struct stop_test *t)
{
	struct progress_settings s = { .how = PROGRESS_LINE };
	int i, master = posix_openpt(O_RDWR | O_NOCTTY), status;
	struct loop *loop = loop_new();
	struct run_request req;
	struct progress *p;

	memset(&req, 0, sizeof(req));
	if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1 ||
	    dup2(open(ptsname(master), O_RDWR | O_NOCTTY), STDERR_FILENO) == -1)
		_exit(2);
	p = progress_new(loop, &s, false, &req);
	progress_open(p);
	for (i = 0; i < 4 && t->signals[i] != 0; i++)
		raise(t->signals[i]);
	status = loop_turn(loop) == 0 && !loop_signal_is_ignored(SIGTSTP) ?
	    0 : 1;
	progress_free(p);
	loop_free(loop);
	_exit(status);
}

START_TEST(test_stopped)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		be_stopped(&stop_tests[_i]);
	ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
	ck_assert_int_eq(WIFSTOPPED(status) != 0, stop_tests[_i].stops);
	if (WIFSTOPPED(status)) {
		ck_assert_int_eq(WSTOPSIG(status), SIGTSTP);
		kill(pid, SIGCONT);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	}
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("progress");
	TCase *tc = tcase_create("progress");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_line);
	tcase_add_test(tc, test_warmup);
	tcase_add_test(tc, test_answer);
	tcase_add_test(tc, test_panel);
	tcase_add_test(tc, test_panel_blocks);
	tcase_add_loop_test(tc, test_panel_width, 40, 100);
	tcase_add_loop_test(tc, test_time, 0, UTIL_NELEM(time_tests));
	tcase_add_test(tc, test_standing_past);
	tcase_add_test(tc, test_json);
	tcase_add_loop_test(tc, test_how, 0, UTIL_NELEM(how_tests));
	tcase_add_test(tc, test_how_read_only);
	tcase_add_loop_test(tc, test_utf8, 0, UTIL_NELEM(utf8_tests));
	tcase_add_test(tc, test_full_pipe);

	tc = tcase_create("stopped");
	tcase_set_tags(tc, "native");
	tcase_add_loop_test(tc, test_stopped, 0, UTIL_NELEM(stop_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
