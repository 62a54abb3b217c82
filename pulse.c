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
#include "completion.h"
#include "merge.h"
#include "mock.h"
#include "options.h"
#include "ping.h"
#include "report/report.h"
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
	{ MOCK_MODE, 0, "mode", "healthy|mixed-errors|slow|flaky|down",
	    "[healthy]" },
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
static int	completion_command_main(int, char **);
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
	{ "mock", mock_command_main, &mock_command, "mock [options]",
	    "be a target for demonstrations and tests" },
	{ "help", help_main, NULL, "help [COMMAND]", "tell more" },
	{ "completion", completion_command_main, &completion_command,
	    "completion bash|zsh|fish", "print a script for that shell" },
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
bad_mock_value(const struct given *g, const char *expected,
    int (*parse)(const char *, uint64_t *))
{
	char why[OPTION_WHY_MAX];

	return options_refuse(g, options_expected(why, g->value, expected,
	    parse));
}

static int
parse_count(const char *s, uint64_t *out)
{
	return parse_uint(s, UINT64_MAX, out);
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
	int mode;

	if (serve_tls_is_option(g)) {
		serve_tls_set(files, g);
		return 0;
	}
	switch ((enum mock_option)g->row->id) {
	case MOCK_ADDR:
		if (!parse_mock_address(&s->address, g->value))
			return bad_mock_value(g, "ADDRESS:PORT, or unix:PATH, "
			    "about 100 bytes at most", NULL);
		return 0;
	case MOCK_DELAY:
		if (parse_duration(g->value, &s->delay_ns) == -1)
			return bad_mock_value(g, "a time as in 50ms",
			    parse_duration);
		return 0;
	case MOCK_FAIL_RATE:
		if (parse_decimal(g->value, &s->fail_rate) == -1 ||
		    s->fail_rate > 1)
			return bad_mock_value(g, "a share from 0 to 1",
			    NULL);
		return 0;
	case MOCK_GENERATORS:
		if (parse_uint(g->value, 1024, &s->processes) == -1 ||
		    s->processes == 0)
			return bad_mock_value(g, "a number from 1 to 1024",
			    parse_count);
		return 0;
	case MOCK_MODE:
		if ((mode = options_word(g)) == -1)
			return -1;
		s->mode = (enum mock_mode)mode;	/* in the same order */
		return 0;
	case MOCK_SIZE:
		if (parse_uint(g->value, MOCK_SIZE_MAX, &s->size) == -1)
			return bad_mock_value(g, "bytes, at most 67108864",
			    parse_count);
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

/* A word that is no command, after what it was said to; 1. */
static int
refuse_command(const char *before, const char *word)
{
	const char *names[UTIL_NELEM(commands)], *near;
	size_t i;

	for (i = 0; i < UTIL_NELEM(commands); i++)
		names[i] = commands[i].name;
	near = text_nearest(word, names, UTIL_NELEM(names));
	if (near != NULL)
		warnx("%s%s: no such command (did you mean %s?)", before, word,
		    near);
	else
		warnx("%s%s: no such command (pulse help lists them)", before,
		    text_shown(word));
	return 1;
}

/* An option without a command before it, which some command may have; 1. */
static int
refuse_option(const char *word)
{
	static const char *const own[] = { "--help", "--version" };
	const char *near;
	size_t i;

	for (i = 0; i < UTIL_NELEM(commands); i++) {
		if (commands[i].options == NULL ||
		    !options_have(commands[i].options, word))
			continue;
		warnx("%s: expected a command before it (did you mean "
		    "pulse %s %s?)", word, commands[i].name, word);
		return 1;
	}
	near = text_nearest(word, own, UTIL_NELEM(own));
	if (near != NULL)
		warnx("%s: no such option (did you mean %s?)", word, near);
	else
		warnx("%s: expected a command before it (pulse help lists "
		    "them)", word);
	return 1;
}

/* Something that is probably the operand of run. */
static bool
is_for_run(const char *word)
{
	const char *end = strrchr(word, '.');

	return strstr(word, "://") != NULL ||
	    (end != NULL && strcmp(end, ".json") == 0);
}

/* What help can be asked about, as "a|b|c". */
static void
add_topics(struct buf *topics)
{
	size_t i;

	for (i = 0; i < UTIL_NELEM(commands); i++)
		buf_addf(topics, "%s%s", i > 0 ? "|" : "", commands[i].name);
}

static int
completion_command_main(int argc, char **argv)
{
	struct completion subs[UTIL_NELEM(commands)];
	struct buf topics;
	size_t i;
	int status;

	buf_init(&topics, 4096);
	add_topics(&topics);
	for (i = 0; i < UTIL_NELEM(commands); i++) {
		subs[i].name = commands[i].name;
		subs[i].summary = commands[i].summary;
		subs[i].command = commands[i].options;
		subs[i].operands = NULL;
		if (commands[i].main == help_main)
			subs[i].operands = buf_str(&topics);
		else if (subs[i].command != NULL &&
		    options_are_words(subs[i].command->operands))
			subs[i].operands = subs[i].command->operands;
	}
	status = completion_main(argc, argv, subs, UTIL_NELEM(subs));
	buf_clear(&topics);
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
	if (argc > 2) {
		warnx("help: %s: one operand too many", argv[2]);
		return 1;
	}
	while (i < UTIL_NELEM(commands) &&
	    strcmp(argv[1], commands[i].name) != 0)
		i++;
	if (i == UTIL_NELEM(commands))
		return refuse_command("help: ", argv[1]);
	if (commands[i].options != NULL)
		return options_usage(commands[i].options) == -1;
	printf("usage: pulse %s\n", commands[i].usage);
	return options_printed() == -1;
}

int
main(int argc, char **argv)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	char url[128];
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
		return help_main(argc - 1, argv + 1);
	if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0)
		return version_main(argc - 1, argv + 1);
	for (i = 0; i < UTIL_NELEM(commands); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].main(argc - 1, argv + 1);
	}
	if (argv[1][0] == '-')
		return refuse_option(argv[1]);
	if (is_for_run(argv[1])) {
		report_url(url, sizeof(url), argv[1]);
		warnx("%s: no such command (did you mean pulse run %s?)", url,
		    url);
		return 1;
	}
	return refuse_command("", argv[1]);
}
