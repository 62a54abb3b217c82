/* SPDX-License-Identifier: MIT */
/*
 * pulse: an HTTP load generator that plans its arrivals. This file has main,
 * the table of subcommands, and the small ones: help, completion, version.
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
#include "base/text.h"
#include "base/tls.h"
#include "base/util.h"
#include "cmd/calibrate.h"
#include "cmd/completion.h"
#include "cmd/diff.h"
#include "cmd/help.h"
#include "cmd/merge.h"
#include "cmd/mock_options.h"
#include "cmd/options.h"
#include "cmd/ping.h"
#include "cmd/run.h"
#include "cmd/run_options.h"
#include "cmd/worker_options.h"
#include "commit.h"
#include "report/report.h"
#include "wire.h"
#include "worker.h"

static bool	is_help(const char *);
static int	version_main(int, char **);
static int	help_main(int, char **);
static int	completion_command_main(int, char **);

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
	{ "calibrate", calibrate_main, &calibrate_command,
	    "calibrate [options]", "find the rate that this machine can plan" },
	{ "mock", mock_options_main, &mock_command, "mock [options]",
	    "be a target for demonstrations and tests" },
	{ "help", help_main, NULL, "help [TOPIC]",
	    "print what the manual says of it" },
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
	fprintf(out, "pulse COMMAND --help lists its options, pulse help "
	    "topics the rest.\n");
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

static bool
is_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

static int
version_main(int argc, char **argv)
{
	const char *commit = commit_name(), *tls = tls_version();

	if (argc == 2 && is_help(argv[1])) {
		printf("usage: pulse version\n"
		    "Prints the version, the commit, the event loop and the "
		    "library for TLS.\n");
		return options_printed() == -1;
	}
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
		warnx("%s%s: no such command (did you mean %s?)", before,
		    text_shown(word), near);
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
	const char *near, *bare = word + strspn(word, "-");
	size_t i;

	for (i = 0; i < UTIL_NELEM(commands); i++) {
		if (commands[i].options == NULL ||
		    !options_have(commands[i].options, word))
			continue;
		warnx("%s: expected a command before it (did you mean "
		    "pulse %s %s?)", text_shown(word), commands[i].name,
		    text_shown(word));
		return 1;
	}
	for (i = 0; i < UTIL_NELEM(commands); i++) {
		if (strcmp(commands[i].name, bare) != 0)
			continue;
		warnx("%s: no such option (did you mean pulse %s?)", word,
		    bare);
		return 1;
	}
	near = strcmp(word, "-v") == 0 ? "-V" :
	    text_nearest(word, own, UTIL_NELEM(own));
	if (near != NULL)
		warnx("%s: no such option (did you mean %s?)",
		    text_shown(word), near);
	else
		warnx("%s: expected a command before it (pulse help lists "
		    "them)", text_shown(word));
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

/* What help can be asked about, as "a|b|c": commands, then titles. */
static void
add_topics(struct buf *topics)
{
	size_t i;

	for (i = 0; i < UTIL_NELEM(commands); i++)
		buf_addf(topics, "%s%s", i > 0 ? "|" : "", commands[i].name);
	help_add_words(topics);
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
	if (argc == 2 && is_help(argv[1])) {
		printf("usage: pulse help [TOPIC]\nPrints what the manual says "
		    "of it: pulse help topics lists what there is.\n");
		return options_printed() == -1;
	}
	/* Without the manual commands still have their usage. */
	while (i < UTIL_NELEM(commands) && (help_has_manual() || argc > 2 ||
	    commands[i].options == NULL ||
	    strcmp(argv[1], commands[i].name) != 0))
		i++;
	if (i == UTIL_NELEM(commands))
		return help_topic(argv + 1, argc - 1);
	return options_usage(commands[i].options) == -1;
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
	/* Whoever asks how far we are must not end us: see progress. */
	sigaction(SIGUSR1, &ignore, NULL);
	if (argc < 2) {
		usage(stderr);
		return 1;
	}
	if (is_help(argv[1]))
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
		warnx("%s: no such command (did you mean pulse run %s?)",
		    text_shown(url), text_shown(url));
		return 1;
	}
	return refuse_command("", argv[1]);
}
