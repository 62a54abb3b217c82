/* SPDX-License-Identifier: MIT */
/*
 * pulse: an HTTP load generator that plans its arrivals. This file has main,
 * the table of subcommands, and the small ones: mock, help, version.
 *
 * Exit status: 0 done, 2 done but a threshold is broken, 1 anything else; a
 * run stopped by a signal reports and then dies of that signal.
 */

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/names.h"
#include "base/net.h"
#include "base/text.h"
#include "base/tls.h"
#include "base/util.h"
#include "commit.h"
#include "diff.h"
#include "merge.h"
#include "mock.h"
#include "options.h"
#include "ping.h"
#include "run.h"
#include "run_options.h"
#include "serve_tls.h"
#include "wire.h"
#include "worker.h"
#include "worker_options.h"

enum mock_option {
	MOCK_ADDR = 1,
	MOCK_DELAY,
	MOCK_FAIL_RATE,
	MOCK_GENERATORS,
	MOCK_MODE,
	MOCK_SIZE
};

static const struct option_row mock_rows[] = {
	{ MOCK_ADDR, 0, "addr", "ADDRESS",
	    "HOST:PORT, :PORT or unix:PATH [127.0.0.1:8080]" },
	{ MOCK_MODE, 0, "mode", "MODE",
	    "healthy, mixed-errors, slow, flaky, down [healthy]" },
	{ MOCK_DELAY, 0, "delay", "TIME",
	    "before each answer [0s; 500ms when slow]" },
	{ MOCK_FAIL_RATE, 0, "fail-rate", "F",
	    "share that fails, 0 to 1 [0.2 when mixed or flaky]" },
	{ MOCK_SIZE, 0, "size", "BYTES", "of an answer's body [64]" },
	{ MOCK_GENERATORS, 'g', "generators", "N", "processes [1]" },
	SERVE_TLS_ROWS,
};

static const struct command mock_command = {
	.name = "mock",
	.operands = "",
	.summary = "Serves HTTP as a target for demonstrations and tests.",
	.rows = mock_rows,
	.nrows = UTIL_NELEM(mock_rows),
};

static int	version_main(int, char **);
static int	help_main(int, char **);
static int	mock_command_main(int, char **);

static const struct {
	const char		 *name;
	int			(*main)(int, char **);
	const struct command	 *options;	/* NULL: it has none */
	const char		 *usage;
	const char		 *summary;
} commands[] = {
	{ "run", run_main, &run_command, "run [options] URL | PLAN.json",
	    "make a planned load and report" },
	{ "worker", worker_main, &worker_command, "worker [options]",
	    "wait for coordinators and make their load" },
	{ "ping", ping_main, &ping_command, "ping [options] WORKER ...",
	    "ask whether workers are there" },
	{ "merge", merge_main, &merge_command, "merge [options] RESULT ...",
	    "add results together and report" },
	{ "diff", diff_main, &diff_command, "diff [options] BASE NEW",
	    "compare two results" },
	{ "mock", mock_command_main, &mock_command, "mock [options]",
	    "be a target for demonstrations and tests" },
	{ "help", help_main, NULL, "help [COMMAND]", "tell more" },
	{ "version", version_main, NULL, "version", "print the version" },
};

static void
usage(FILE *out)
{
	size_t i;

	fprintf(out, "usage:\n");
	for (i = 0; i < UTIL_NELEM(commands); i++)
		fprintf(out, "  pulse %-30s %s\n", commands[i].usage,
		    commands[i].summary);
	fprintf(out, "pulse COMMAND --help lists its options, man pulse has "
	    "it all.\n");
}

/*
 * Whoever started us may have closed some: nothing else may take their place,
 * or a message would go down a pipe of ours. What is opened instead cannot be
 * written to, so that writing fails as it does when they are closed.
 */
static void
fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd != -1)
		close(fd);
}

static int
version_main(int argc, char **argv)
{
	const char *commit = commit_name(), *tls = tls_version();

	(void)argv;
	if (argc > 1) {
		warnx("version: it takes no operand");
		return 1;
	}
	printf("pulse %s (%s%s%sloop: %s, TLS: %s)\n", PULSE_VERSION,
	    commit != NULL ? "commit " : "", commit != NULL ? commit : "",
	    commit != NULL ? ", " : "", loop_name(),
	    tls != NULL ? tls : "none");
	return options_printed() == -1;
}

static int
bad_mock_value(const struct given *g, const char *expected)
{
	warnx("mock: --%s: %s: expected %s", g->row->name, g->value, expected);
	return -1;
}

static bool
parse_mock_address(struct net_address *a, const char *text)
{
	return strncmp(text, "unix:", 5) == 0 ?
	    net_unix_address(a, text + 5) : net_listen_parse(a, text);
}

static int
mock_apply(struct mock_settings *s, struct serve_tls *files,
    const struct given *g)
{
	if (serve_tls_is_option(g)) {
		serve_tls_set(files, g);
		return 0;
	}
	switch ((enum mock_option)g->row->id) {
	case MOCK_ADDR:
		if (!parse_mock_address(&s->address, g->value))
			return bad_mock_value(g, "ADDRESS:PORT, or unix:PATH, "
			    "about 100 bytes at most");
		return 0;
	case MOCK_DELAY:
		if (parse_duration(g->value, &s->delay_ns) == -1)
			return bad_mock_value(g, "a time as in 50ms");
		return 0;
	case MOCK_FAIL_RATE:
		if (parse_decimal(g->value, &s->fail_rate) == -1 ||
		    s->fail_rate > 1)
			return bad_mock_value(g, "a number from 0 to 1");
		return 0;
	case MOCK_GENERATORS:
		if (parse_uint(g->value, 1024, &s->processes) == -1 ||
		    s->processes == 0)
			return bad_mock_value(g, "a number from 1 to 1024");
		return 0;
	case MOCK_MODE:
		s->mode = mock_mode_by_name(g->value);
		if (s->mode == MOCK_MODES)
			return bad_mock_value(g, "healthy, mixed-errors, "
			    "slow, flaky or down");
		return 0;
	case MOCK_SIZE:
		if (parse_uint(g->value, MOCK_SIZE_MAX, &s->size) == -1)
			return bad_mock_value(g, "bytes, at most 67108864");
		return 0;
	}
	return -1;
}

static int
mock_command_main(int argc, char **argv)
{
	struct mock_settings s = { .mode = MOCK_HEALTHY, .fail_rate = -1,
	    .delay_ns = UINT64_MAX, .size = 64, .processes = 1 };
	struct serve_tls files = { .cert = NULL };
	struct tls_settings pem;
	char why[TLS_TEXT_MAX];
	struct options o;
	int status;
	size_t i;

	net_listen_parse(&s.address, "127.0.0.1:8080");
	status = options_parse(&o, &mock_command, argc, argv);
	for (i = 0; status == 0 && i < o.ngiven; i++)
		status = mock_apply(&s, &files, &o.given[i]);
	options_clear(&o);
	if (status != 0)
		return status == 1 ? 0 : 1;
	if (s.delay_ns == UINT64_MAX)
		s.delay_ns = s.mode == MOCK_SLOW ? 500 * NS_PER_MS : 0;
	if (s.fail_rate < 0)
		s.fail_rate = 0.2;
	status = serve_tls_read(&pem, &files, why);
	if (status == -1)
		warnx("mock: %s", why);
	s.tls = pem.cert != NULL ? &pem : NULL;
	status = status == -1 ? 1 : mock_main(&s);
	serve_tls_clear(&pem);
	return status;
}

static int
help_main(int argc, char **argv)
{
	size_t i = 0;

	if (argc < 2) {
		usage(stdout);
		return options_printed() == -1;
	}
	while (i < UTIL_NELEM(commands) && (commands[i].options == NULL ||
	    strcmp(argv[1], commands[i].name) != 0))
		i++;
	if (i == UTIL_NELEM(commands)) {
		warnx("help: %s: no such command", argv[1]);
		return 1;
	}
	return options_usage(commands[i].options) == -1;
}

int
main(int argc, char **argv)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const char *names[UTIL_NELEM(commands)], *near;
	size_t i;

	fill_standard_fds();
	names_init();
	/* Whoever reads us may go at any time: writing says so by EPIPE. */
	sigaction(SIGPIPE, &ignore, NULL);
	/* And a file that may not grow by EFBIG. */
	sigaction(SIGXFSZ, &ignore, NULL);
	if (argc < 2) {
		usage(stderr);
		return 1;
	}
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
		return help_main(1, argv);
	if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0)
		return version_main(1, argv);
	for (i = 0; i < UTIL_NELEM(commands); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].main(argc - 1, argv + 1);
		names[i] = commands[i].name;
	}
	near = text_nearest(argv[1], names, UTIL_NELEM(names));
	if (near != NULL)
		warnx("%s: no such command (did you mean %s?)", argv[1], near);
	else
		warnx("%s: no such command (pulse help lists them)", argv[1]);
	return 1;
}
