/* SPDX-License-Identifier: MIT */
/*
 * What a person would see of a command on a terminal:
 *
 *	onscreen [-r ROWS] [-c COLUMNS] [-a N:WHAT] ... COMMAND [ARGUMENT ...]
 *
 * Runs it on a terminal of its own and plays what it writes there into a model
 * of one; when it has ended, prints all that stands there, lines that were
 * scrolled away included. -a does WHAT after the N-th update of progress:
 * ROWSxCOLUMNS gives the window that size, a name such as USR1 sends that
 * signal, ^Z or another letter is typed. What is stopped is continued, as by a
 * shell, which writes two lines. With -o FILE the bytes are kept there.
 *
 * The status is the command's, 128 and the signal if it died of one, 99 if it
 * wrote what the model does not know.
 *
 * Needs _XOPEN_SOURCE for terminals.
 */
#define _XOPEN_SOURCE 700

#include <sys/ioctl.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/terminal.h"

enum {
	ACTIONS_MAX = 16,
	FAULTY = 99,
	DEADLINE_SEC = 60
};

struct action {
	unsigned long	 at;		/* updates */
	const char	*what;
	int		 is_done;
};

static const struct {
	const char	*name;
	int		 signo;
} signals[] = {
	{ "USR1", SIGUSR1 }, { "INT", SIGINT }, { "TERM", SIGTERM },
	{ "HUP", SIGHUP },
};

static struct action actions[ACTIONS_MAX];
static size_t nactions;
static struct terminal terminal;
static unsigned long updates;
static int master = -1;
static pid_t leader;

static void
set_action(int signo, void (*handler)(int))
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	sigaction(signo, &sa, NULL);
}

static void
set_size(size_t rows, size_t columns)
{
	struct winsize size;

	memset(&size, 0, sizeof(size));
	size.ws_row = (unsigned short)rows;
	size.ws_col = (unsigned short)columns;
	if (ioctl(master, TIOCSWINSZ, &size) == -1)
		err(1, "TIOCSWINSZ");
}

/* The slave stays open here, too, so that nothing is lost at the end. */
static int
open_terminal(void)
{
	int slave;

	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1)
		err(1, "terminal");
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave == -1)
		err(1, "%s", ptsname(master));
	set_size(terminal.rows, terminal.columns);
	return slave;
}

/*
 * The session's leader is to the command what a shell with jobs is: it has it
 * in a group of its own, which has the terminal, and when that is stopped
 * writes two lines and continues it.
 */
static int
lead(int slave, char **argv)
{
	static const char text[] = "[1]+ Stopped\n$ fg\n";
	pid_t command = fork();
	int status;

	if (command == -1)
		err(127, "fork");
	if (command == 0) {
		setpgid(0, 0);
		tcsetpgrp(slave, getpid());
		set_action(SIGTTOU, SIG_DFL);
		if (slave > 2)
			close(slave);
		alarm(DEADLINE_SEC);
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	while (waitpid(command, &status, WUNTRACED) == command &&
	    WIFSTOPPED(status)) {
		tcsetpgrp(slave, getpgrp());
		(void)!write(slave, text, sizeof(text) - 1);
		tcsetpgrp(slave, command);
		kill(-command, SIGCONT);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}

static void
run(int slave, char **argv)
{
	int i;

	leader = fork();
	if (leader == -1)
		err(1, "fork");
	if (leader != 0)
		return;
	setsid();
	if (ioctl(slave, TIOCSCTTY, 0) == -1)
		err(127, "TIOCSCTTY");
	set_action(SIGTTOU, SIG_IGN);
	for (i = 0; i < 3; i++)
		dup2(slave, i);
	close(master);
	_exit(lead(slave, argv));
}

static void
play(const char *p, size_t len)
{
	size_t i;

	/* Each update ends in an erasure of what is below it. */
	for (i = 0; i + 2 < len; i++)
		if (memcmp(p + i, "\033[J", 3) == 0)
			updates++;
	terminal_put(&terminal, p, len);
}

static void
act(const char *what)
{
	const char key = what[0] == '^' ? (char)(what[1] & 0x1f) : 0;
	unsigned int rows, columns;
	size_t i;

	if (key != 0) {
		if (write(master, &key, 1) != 1)
			err(1, "terminal");
		return;
	}
	if (sscanf(what, "%ux%u", &rows, &columns) == 2) {
		terminal_resize(&terminal, rows, columns);
		set_size(rows, columns);
		return;
	}
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (strcmp(what, signals[i].name) == 0) {
			kill(tcgetpgrp(master), signals[i].signo);
			return;
		}
	errx(1, "%s: what is that?", what);
}

static void
act_if_due(void)
{
	size_t i;

	for (i = 0; i < nactions; i++)
		if (!actions[i].is_done && updates >= actions[i].at) {
			actions[i].is_done = 1;
			act(actions[i].what);
		}
}

static void
print_screen(void)
{
	char line[5 * TERMINAL_COLUMNS];
	size_t i;

	for (i = 0; i < terminal_lines(&terminal); i++)
		printf("%s\n", terminal_line(&terminal, i, line,
		    sizeof(line)));
}

static int
watch(FILE *kept)
{
	char bytes[65536];
	ssize_t n;
	int status;

	/* When the last one closes the other end, reading is an error. */
	while ((n = read(master, bytes, sizeof(bytes))) > 0) {
		if (kept != NULL)
			fwrite(bytes, 1, (size_t)n, kept);
		play(bytes, (size_t)n);
		act_if_due();
	}
	if (waitpid(leader, &status, 0) == -1)
		err(1, "waitpid");
	return WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	size_t rows = 30, columns = 80;
	FILE *kept = NULL;
	char *end;
	int c, slave, status;

	while ((c = getopt(argc, argv, "+r:c:a:o:")) != -1)
		switch (c) {
		case 'r':
			rows = (size_t)strtoul(optarg, NULL, 10);
			break;
		case 'c':
			columns = (size_t)strtoul(optarg, NULL, 10);
			break;
		case 'a':
			actions[nactions].at = strtoul(optarg, &end, 10);
			actions[nactions++].what = end + 1;
			break;
		case 'o':
			kept = fopen(optarg, "w");
			break;
		default:
			return 1;
		}
	terminal_init(&terminal, rows, columns);
	slave = open_terminal();
	run(slave, argv + optind);
	close(slave);
	status = watch(kept);
	print_screen();
	if (kept != NULL)
		fclose(kept);
	return terminal.is_faulty ? FAULTY : status;
}
