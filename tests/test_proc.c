/* SPDX-License-Identifier: MIT */

/*
 * base/proc.c: children that leave, are killed, hang or ignore what a terminal
 * sends; what they inherit and what they must not; that no fork, even in a
 * storm of signals, lets one through to the wrong process; and commands, with
 * what they start and what they see.
 */

#include <sys/resource.h>
#include <sys/wait.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/util.h"
#include "tests/suite.h"

enum {
	GRACE_MS = 20000,	/* more than any child here needs */
	STORM_FORKS = 150,
	TEXT_MAX = 8192,
	EXIT_EOF = 42,
	EXIT_BAD = 99
};

/* Waits for a byte or the end: 1 or 0. */
static int
await_byte(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;
	char byte;

	while ((n = read(fd, &byte, 1)) == -1 &&
	    (errno == EAGAIN || errno == EINTR))
		(void)!poll(&p, 1, -1);	/* however it ends: read tells */
	return (int)n;
}

/* Until it has ended; it is not reaped by that. */
static void
await_death(const struct proc *p)
{
	siginfo_t info;

	ck_assert_int_eq(waitid(P_PID, (id_t)p->pid, &info,
	    WEXITED | WNOWAIT), 0);
}

/* Bodies. */

static int
body_exit(void *arg, int read_fd, int write_fd)
{
	(void)read_fd;
	(void)write_fd;
	return *(int *)arg;
}

static int
body_kill_itself(void *arg, int read_fd, int write_fd)
{
	(void)read_fd;
	(void)write_fd;
	kill(getpid(), *(int *)arg);
	return EXIT_BAD;
}

/* Says that it is there, answers each byte, leaves at the end. */
static int
body_echo(void *arg, int read_fd, int write_fd)
{
	(void)arg;
	do {
		if (write(write_fd, "x", 1) != 1)
			return EXIT_BAD;
	} while (await_byte(read_fd) == 1);
	return EXIT_EOF;
}

static int
body_hang(void *arg, int read_fd, int write_fd)
{
	(void)arg;
	(void)read_fd;
	if (write(write_fd, "x", 1) != 1)
		return EXIT_BAD;
	for (;;)
		pause();
}

static void
on_signal(int signo)
{
	(void)signo;
}

static bool
has_handler(int signo, void (*handler)(int))
{
	struct sigaction sa;

	return sigaction(signo, NULL, &sa) == 0 && sa.sa_handler == handler;
}

/* 0, or the number of what is wrong. */
static int
body_look_round(void *arg, int read_fd, int write_fd)
{
	sigset_t mask;

	(void)arg;
	if (!has_handler(SIGINT, SIG_IGN) || !has_handler(SIGTERM, SIG_IGN) ||
	    !has_handler(SIGHUP, SIG_IGN) || !has_handler(SIGPIPE, SIG_IGN) ||
	    !has_handler(SIGUSR1, SIG_IGN))
		return 1;
	if (!has_handler(SIGUSR2, SIG_DFL) || !has_handler(SIGCONT, SIG_DFL))
		return 2;
	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (sigismember(&mask, SIGUSR2) || sigismember(&mask, SIGINT))
		return 3;
	if ((fcntl(read_fd, F_GETFL) & O_NONBLOCK) == 0 ||
	    (fcntl(write_fd, F_GETFL) & O_NONBLOCK) == 0)
		return 4;
	return 0;
}

static int
body_exit_silent(void *arg, int read_fd, int write_fd)
{
	(void)arg;
	(void)read_fd;
	(void)write_fd;
	return 0;
}

/* The parent's side. */

static void
spawn(struct proc *p, int (*body)(void *, int, int), void *arg)
{
	ck_assert_int_eq(proc_spawn(p, body, arg), 0);
	ck_assert_int_gt(p->pid, 0);
	ck_assert(!p->is_ended);
}

static void
end_with(struct proc *p, int status)
{
	proc_end(p, GRACE_MS);
	ck_assert(p->is_ended && WIFEXITED(p->status));
	ck_assert_int_eq(WEXITSTATUS(p->status), status);
	ck_assert_int_eq(p->pid, 0);
	ck_assert_int_eq(p->read_fd, -1);
	ck_assert_int_eq(p->write_fd, -1);
}

static int
lowest_fd(void)
{
	int fd = dup(STDERR_FILENO);

	ck_assert_int_ne(fd, -1);
	close(fd);
	return fd;
}

static const struct end_test {
	const char	*descr;
	int		(*body)(void *, int, int);
	int		 value;
	const char	*want;
} end_tests[] = {
	{ "exits well", body_exit, 0, "exited with status 0" },
	{ "exits badly", body_exit, 3, "exited with status 3" },
	{ "largest status", body_exit, 255, "exited with status 255" },
	{ "is killed", body_kill_itself, SIGKILL,
	    "was killed by signal 9 (Killed)" },
	{ "kills itself", body_kill_itself, SIGUSR2,
	    "was killed by signal 12 (User defined signal 2)" }
};

START_TEST(test_ends)
{
	const struct end_test *t = &end_tests[_i];
	char text[PROC_TEXT_MAX];
	struct proc p;
	int value = t->value, before = lowest_fd();

	if (t->value == SIGUSR2 && SIGUSR2 != 12)
		return;
	spawn(&p, t->body, &value);
	ck_assert_str_eq(proc_describe(&p, text), "is running");
	ck_assert_int_eq(await_byte(p.read_fd), 0);
	await_death(&p);
	ck_assert(proc_reap(&p));
	ck_assert(proc_reap(&p));
	ck_assert_str_eq(proc_describe(&p, text), t->want);
	proc_end(&p, 0);
	proc_end(&p, 0);
	ck_assert_str_eq(proc_describe(&p, text), t->want);
	ck_assert_int_eq(lowest_fd(), before);
}
END_TEST

START_TEST(test_end_of_parent)
{
	struct proc p;

	spawn(&p, body_echo, NULL);
	ck_assert_int_eq(await_byte(p.read_fd), 1);
	ck_assert(!proc_reap(&p));
	end_with(&p, EXIT_EOF);
}
END_TEST

START_TEST(test_hangs)
{
	char text[PROC_TEXT_MAX];
	struct proc p;

	spawn(&p, body_hang, NULL);
	ck_assert_int_eq(await_byte(p.read_fd), 1);
	proc_end(&p, 5);
	ck_assert_str_eq(proc_describe(&p, text),
	    "was killed by signal 9 (Killed)");
}
END_TEST

START_TEST(test_ignores_signals)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct proc p;
	size_t i;

	spawn(&p, body_echo, NULL);
	ck_assert_int_eq(await_byte(p.read_fd), 1);
	for (i = 0; i < UTIL_NELEM(signals); i++) {
		ck_assert_int_eq(kill(p.pid, signals[i]), 0);
		ck_assert_int_eq((int)write(p.write_fd, "x", 1), 1);
		ck_assert_int_eq(await_byte(p.read_fd), 1);
	}
	end_with(&p, EXIT_EOF);
}
END_TEST

/* The first one's pipes are not kept open by those that came after it. */
START_TEST(test_siblings)
{
	struct proc p[3];
	int i;

	for (i = 0; i < 3; i++) {
		spawn(&p[i], body_echo, NULL);
		ck_assert_int_eq(await_byte(p[i].read_fd), 1);
	}
	proc_close_fd(p[0].write_fd);
	p[0].write_fd = -1;
	ck_assert_int_eq(await_byte(p[0].read_fd), 0);
	await_death(&p[0]);
	end_with(&p[0], EXIT_EOF);
	/* The others have not noticed. */
	for (i = 1; i < 3; i++) {
		ck_assert_int_eq((int)write(p[i].write_fd, "x", 1), 1);
		ck_assert_int_eq(await_byte(p[i].read_fd), 1);
	}
	end_with(&p[1], EXIT_EOF);
	end_with(&p[2], EXIT_EOF);
}
END_TEST

/* Ends that were given away are no longer proc_end's. */
START_TEST(test_give_fds)
{
	struct proc p;
	int read_fd, write_fd;

	spawn(&p, body_echo, NULL);
	ck_assert_int_eq(await_byte(p.read_fd), 1);
	read_fd = p.read_fd;
	write_fd = p.write_fd;
	proc_give_fds(&p);
	ck_assert_int_eq(p.read_fd, -1);
	ck_assert_int_eq(p.write_fd, -1);
	proc_close_fd(write_fd);
	ck_assert_int_eq(await_byte(read_fd), 0);
	end_with(&p, EXIT_EOF);
	ck_assert_int_ne(fcntl(read_fd, F_GETFD), -1);
	proc_close_fd(read_fd);
}
END_TEST

START_TEST(test_inherits)
{
	struct sigaction sa = { .sa_handler = on_signal }, was_usr1, was_cont;
	sigset_t mask, was;
	struct proc p;

	ck_assert_int_eq(sigaction(SIGUSR1, &sa, &was_usr1), 0);
	ck_assert_int_eq(sigaction(SIGCONT, &sa, &was_cont), 0);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &mask, &was), 0);
	spawn(&p, body_look_round, NULL);
	/* Ours are as they were. */
	ck_assert(has_handler(SIGUSR1, on_signal));
	ck_assert_int_eq(sigprocmask(SIG_SETMASK, &was, &mask), 0);
	ck_assert(sigismember(&mask, SIGUSR2));
	ck_assert(!sigismember(&mask, SIGUSR1));
	ck_assert_int_ne(fcntl(p.read_fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(p.write_fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(p.read_fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_ne(fcntl(p.write_fd, F_GETFD) & FD_CLOEXEC, 0);
	end_with(&p, 0);
	ck_assert_int_eq(sigaction(SIGUSR1, &was_usr1, NULL), 0);
	ck_assert_int_eq(sigaction(SIGCONT, &was_cont, NULL), 0);
}
END_TEST

/* As after `trap "" CHLD`: the system would bury them before we look. */
START_TEST(test_dead_children_ignored)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction was;
	struct proc p;
	int status = 3;

	ck_assert_int_eq(sigaction(SIGCHLD, &ignore, &was), 0);
	spawn(&p, body_exit, &status);
	ck_assert_int_eq(await_byte(p.read_fd), 0);
	end_with(&p, 3);
	ck_assert_int_eq(sigaction(SIGCHLD, &was, NULL), 0);
}
END_TEST

/* With room for none, one, ... of the four descriptors that it needs. */
START_TEST(test_no_descriptors)
{
	struct rlimit was, limit;
	struct proc p;
	int before = lowest_fd(), rc;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	limit = was;
	limit.rlim_cur = (rlim_t)(before + _i);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	rc = proc_spawn(&p, body_exit_silent, NULL);
	ck_assert_int_eq(errno, EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
	ck_assert_int_eq(rc, -1);
	ck_assert_int_eq(p.pid, 0);
	ck_assert_int_eq(p.read_fd, -1);
	ck_assert_int_eq(lowest_fd(), before);
	proc_end(&p, 0);
}
END_TEST

/* Keeping only what is one's own. */

struct keep {
	const int	*fds;
	size_t		 n;
	const int	*gone;		/* some that must be closed */
	size_t		 ngone;
};

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static int
body_keep(void *arg, int read_fd, int write_fd)
{
	const struct keep *k = arg;
	int *fds = xcalloc(k->n + 2, sizeof(*fds));
	size_t i;

	if (k->n > 0)
		memcpy(fds, k->fds, k->n * sizeof(*fds));
	fds[k->n] = write_fd;
	fds[k->n + 1] = read_fd;
	proc_keep_only(fds, k->n + 2);
	for (i = 0; i < k->n + 2; i++)
		if (!is_open(fds[i]))
			return 1;
	for (i = 0; i < 3; i++)
		if (!is_open((int)i))
			return 2;
	for (i = 0; i < k->ngone; i++)
		if (is_open(k->gone[i]))
			return 3;
	free(fds);
	return 0;
}

START_TEST(test_keep_only)
{
	int fds[8], keep[4], gone[4], i;
	struct keep k = { keep, 4, gone, 4 };
	struct proc p;

	for (i = 0; i < 8; i++) {
		fds[i] = dup(STDERR_FILENO);
		ck_assert_int_ne(fds[i], -1);
	}
	/* In no order, neighbours among them. */
	keep[0] = fds[6];
	keep[1] = fds[1];
	keep[2] = fds[7];
	keep[3] = fds[3];
	gone[0] = fds[0];
	gone[1] = fds[2];
	gone[2] = fds[4];
	gone[3] = fds[5];
	if (_i == 1) {
		k = (struct keep){ NULL, 0, fds, 8 };
	} else if (_i == 2) {
		/* Standard ones, none and one twice do no harm. */
		keep[0] = STDOUT_FILENO;
		keep[1] = -1;
		keep[2] = keep[3];
		k = (struct keep){ keep + 2, 2, gone, 4 };
	}
	spawn(&p, body_keep, &k);
	end_with(&p, 0);
	for (i = 0; i < 8; i++) {
		ck_assert(is_open(fds[i]));
		close(fds[i]);
	}
}
END_TEST

/* Commands. */

static void
exec(struct proc *p, const char *command)
{
	ck_assert_int_eq(proc_exec(p, command), 0);
	ck_assert_int_gt(p->pid, 0);
	ck_assert(!p->is_ended);
}

/* All that comes until the end. */
static void
read_all(int fd, char text[TEXT_MAX])
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, TEXT_MAX - 1 - len)) != 0) {
		ck_assert(n > 0 || errno == EAGAIN);
		if (n > 0)
			len += (size_t)n;
		else
			ck_assert_int_eq(poll(&wait, 1, GRACE_MS), 1);
	}
	text[len] = '\0';
}

static const struct exec_test {
	const char	*descr;
	const char	*command;
	const char	*input;
	const char	*want_out;
	const char	*want_error;
	int		 want_status;
} exec_tests[] = {
	{ "echo", "cat", "a\nb", "a\nb", "", 0 },
	{ "nothing", ":", "", "", "", 0 },
	{ "both outputs", "echo out; echo error >&2", "", "out\n", "error\n",
	    0 },
	{ "a status", "read line; exit \"$line\"", "3\n", "", "", 3 },
	{ "a quoted command", "printf '%s|' \"a  b\" 'c'", "", "a  b|c|", "",
	    0 },
	{ "input that blocks", "dd bs=1 count=3 2>/dev/null", "xyz", "xyz",
	    "", 0 },
	/* Three that it has, and the one that ls reads. */
	{ "no other descriptors", "exec ls /proc/self/fd", "", "0\n1\n2\n3\n",
	    "", 0 },
	{ "a session of its own", "read a b c d e f rest </proc/self/stat; "
	    "test \"$f\" = $$ && echo yes", "", "yes\n", "", 0 }
};

START_TEST(test_exec)
{
	const struct exec_test *t = &exec_tests[_i];
	char out[TEXT_MAX], error[TEXT_MAX];
	struct proc p;
	int before = lowest_fd(), stray = dup(STDERR_FILENO);

	if (strstr(t->command, "/proc/") != NULL &&
	    access("/proc/self/stat", R_OK) == -1)
		return;
	exec(&p, t->command);
	ck_assert_int_eq((int)write(p.write_fd, t->input, strlen(t->input)),
	    (int)strlen(t->input));
	proc_close_fd(p.write_fd);
	p.write_fd = -1;
	read_all(p.read_fd, out);
	read_all(p.error_fd, error);
	ck_assert_msg(strcmp(out, t->want_out) == 0, "%s: got \"%s\"",
	    t->descr, out);
	ck_assert_msg(strcmp(error, t->want_error) == 0, "%s: error \"%s\"",
	    t->descr, error);
	end_with(&p, t->want_status);
	ck_assert_int_eq(p.error_fd, -1);
	close(stray);
	ck_assert_int_eq(lowest_fd(), before);
}
END_TEST

/* Our ends do not block; its own do, or a large output would fail. */
START_TEST(test_exec_blocking)
{
	char text[TEXT_MAX];
	struct proc p;
	int fds[3], i;

	exec(&p, "cat >/dev/null; dd if=/dev/zero bs=1000 count=100 "
	    "2>/dev/null && echo well >&2");
	fds[0] = p.write_fd;
	fds[1] = p.read_fd;
	fds[2] = p.error_fd;
	for (i = 0; i < 3; i++) {
		ck_assert_int_ne(fcntl(fds[i], F_GETFL) & O_NONBLOCK, 0);
		ck_assert_int_ne(fcntl(fds[i], F_GETFD) & FD_CLOEXEC, 0);
	}
	proc_close_fd(p.write_fd);
	p.write_fd = -1;
	while (await_byte(p.read_fd) == 1)
		;
	read_all(p.error_fd, text);
	ck_assert_str_eq(text, "well\n");
	end_with(&p, 0);
}
END_TEST

/* The only exec that fails wherever there is a shell. */
START_TEST(test_exec_fails)
{
	enum { TOO_LONG = 8 * 1024 * 1024 };
	char *command = xcalloc(TOO_LONG + 1, 1), error[TEXT_MAX];
	struct proc p;

	memset(command, ':', TOO_LONG);
	exec(&p, command);
	read_all(p.error_fd, error);
	ck_assert_str_eq(error, "/bin/sh: Argument list too long\n");
	end_with(&p, 127);
	free(command);
}
END_TEST

/* Ctrl-C goes to the parent's group, and a command is not in it. */
static int
interrupt_run(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct proc p;

	if (setpgid(0, 0) == -1 || sigaction(SIGINT, &ignore, NULL) == -1 ||
	    proc_exec(&p, "cat; exit 7") == -1)
		return 1;
	kill(0, SIGINT);
	if (write(p.write_fd, "x", 1) != 1 || await_byte(p.read_fd) != 1)
		return 2;
	/* Sent to it, it works: not even what we ignore is ignored there. */
	kill(-p.pid, SIGINT);
	proc_end(&p, GRACE_MS);
	return WIFSIGNALED(p.status) && WTERMSIG(p.status) == SIGINT ? 0 : 3;
}

START_TEST(test_exec_interrupt)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		_exit(interrupt_run());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

static const struct session_test {
	const char	*descr;
	const char	*command;	/* prints a line when all is there */
	int		 grace_ms;
	bool		 is_killed;
} session_tests[] = {
	{ "hangs", "echo; sleep 1000", 5, true },
	{ "hangs with children", "sleep 1000 & sleep 1000 & echo; wait", 5,
	    true },
	{ "leaves one behind", "sleep 1000 & echo", GRACE_MS, false },
	{ "ignores what it can", "trap '' INT TERM HUP; sleep 1000 & echo; "
	    "wait; wait", 5, true }
};

/* The pipe that all of them hold open tells when the last is gone. */
START_TEST(test_exec_session)
{
	const struct session_test *t = &session_tests[_i];
	struct proc p;
	int out;

	exec(&p, t->command);
	ck_assert_int_eq(await_byte(p.read_fd), 1);
	out = p.read_fd;
	p.read_fd = -1;
	proc_end(&p, t->grace_ms);
	ck_assert(p.is_ended);
	ck_assert_msg(WIFSIGNALED(p.status) == t->is_killed, "%s", t->descr);
	ck_assert_msg(await_byte(out) == 0, "%s: not all are gone", t->descr);
	proc_close_fd(out);
}
END_TEST

/* The end of its input is not held up by a child that came later. */
START_TEST(test_exec_siblings)
{
	struct proc first, second;

	exec(&first, "cat; exit 5");
	exec(&second, "cat");
	proc_close_fd(first.write_fd);
	first.write_fd = -1;
	ck_assert_int_eq(await_byte(first.read_fd), 0);
	end_with(&first, 5);
	end_with(&second, 0);
}
END_TEST

/* With room for none, one, ... of the six descriptors that it needs. */
START_TEST(test_exec_no_descriptors)
{
	struct rlimit was, limit;
	struct proc p;
	int before = lowest_fd(), rc;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	limit = was;
	limit.rlim_cur = (rlim_t)(before + _i);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	rc = proc_exec(&p, ":");
	ck_assert_int_eq(errno, EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
	ck_assert_int_eq(rc, -1);
	ck_assert_int_eq(p.pid, 0);
	ck_assert_int_eq(p.error_fd, -1);
	ck_assert_int_eq(lowest_fd(), before);
	proc_end(&p, 0);
}
END_TEST

/* A storm of signals for a whole group, as Ctrl-C is one. */

static pid_t storm_parent;
static int stray_fd;

/* In a child it would write to its parent's pipe: it must never run there. */
static void
on_storm(int signo)
{
	(void)signo;
	if (getpid() != storm_parent)
		(void)!write(stray_fd, "x", 1);
}

static int
storm_run(int stray_read_fd)
{
	struct sigaction sa = { .sa_handler = on_storm,
	    .sa_flags = SA_RESTART };
	struct proc p;
	pid_t storm;
	int i, status = 0;

	storm_parent = getpid();
	if (setpgid(0, 0) == -1 || sigaction(SIGINT, &sa, NULL) == -1)
		return 1;
	storm = fork();
	if (storm == 0) {
		sa.sa_handler = SIG_IGN;
		sigaction(SIGINT, &sa, NULL);
		while (getppid() == storm_parent)
			kill(-storm_parent, SIGINT);
		_exit(0);
	}
	for (i = 0; i < STORM_FORKS && status == 0; i++) {
		if (proc_spawn(&p, body_exit_silent, NULL) == -1)
			status = 2;
		proc_end(&p, GRACE_MS);
		if (!WIFEXITED(p.status))
			status = 3;
	}
	kill(storm, SIGKILL);
	waitpid(storm, NULL, 0);
	close(stray_fd);	/* the last that is open: no wait below */
	if (await_byte(stray_read_fd) == 1)
		status = 4;
	return status;
}

START_TEST(test_signal_storm)
{
	int fds[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		stray_fd = dup(fds[1]);
		fcntl(stray_fd, F_SETFL, O_NONBLOCK);
		close(fds[1]);
		_exit(storm_run(fds[0]));
	}
	close(fds[0]);
	close(fds[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(test_cpus)
{
	uint32_t cpus = proc_cpus(UINT32_MAX);

	ck_assert_uint_ge(cpus, 1);
	ck_assert_uint_lt(cpus, UINT32_MAX);
	ck_assert_uint_eq(proc_cpus(1), 1);
	ck_assert_uint_eq(proc_cpus(cpus), cpus);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("proc");
	TCase *tc;

	tc = tcase_create("children");
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_ends, 0, UTIL_NELEM(end_tests));
	tcase_add_test(tc, test_end_of_parent);
	tcase_add_test(tc, test_hangs);
	tcase_add_test(tc, test_ignores_signals);
	tcase_add_test(tc, test_siblings);
	tcase_add_test(tc, test_give_fds);
	tcase_add_test(tc, test_inherits);
	tcase_add_test(tc, test_dead_children_ignored);
	tcase_add_loop_test(tc, test_no_descriptors, 0, 4);
	tcase_add_test(tc, test_signal_storm);
	tcase_add_loop_test(tc, test_keep_only, 0, 3);
	tcase_add_test(tc, test_cpus);
	suite_add_tcase(s, tc);

	tc = tcase_create("commands");
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_exec, 0, UTIL_NELEM(exec_tests));
	tcase_add_test(tc, test_exec_blocking);
	tcase_add_test(tc, test_exec_fails);
	tcase_add_test(tc, test_exec_interrupt);
	tcase_add_loop_test(tc, test_exec_session, 0,
	    UTIL_NELEM(session_tests));
	tcase_add_test(tc, test_exec_siblings);
	tcase_add_loop_test(tc, test_exec_no_descriptors, 0, 6);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
