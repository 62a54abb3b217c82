/* SPDX-License-Identifier: MIT */
/*
 * Children: every fork and every burial of the program is here. A child gets
 * a pipe in each direction and learns of its parent's death from the end of
 * the one it reads; it ignores the signals that a terminal, timeout(1) or
 * an init sends to a whole group, because the parent decides what they mean.
 *
 * Errors are errno of the system call. Nothing here prints.
 */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/util.h"

enum { SIGNALS_MAX = 65 };

/* The ends that this process keeps: a later child must not hold them open. */
static int	*kept;
static size_t	 nkept;

static void
keep_fd(int fd)
{
	kept = xreallocarray(kept, nkept + 1, sizeof(*kept));
	kept[nkept++] = fd;
}

static void
forget_fd(int fd)
{
	size_t i;

	for (i = 0; i < nkept; i++)
		if (kept[i] == fd) {
			kept[i] = kept[--nkept];
			return;
		}
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

void
proc_close_fd(int fd)
{
	forget_fd(fd);
	close(fd);
}

static void
set_handler(int signo, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler };

	/* KILL, STOP and numbers that are none refuse, and may. */
	(void)sigaction(signo, &sa, NULL);
}

static void UTIL_NORETURN
child_main(int (*body)(void *, int, int), void *arg, int read_fd, int write_fd)
{
	sigset_t none;
	size_t i;
	int signo;

	for (signo = 1; signo < SIGNALS_MAX; signo++)
		set_handler(signo, SIG_DFL);
	set_handler(SIGINT, SIG_IGN);
	set_handler(SIGTERM, SIG_IGN);
	set_handler(SIGHUP, SIG_IGN);
	set_handler(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (i = 0; i < nkept; i++)
		close(kept[i]);
	nkept = 0;
	_exit(body(arg, read_fd, write_fd));
}

static int
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return -1;
	return 0;
}

int
proc_pipe(int fds[2])
{
	int saved;

	if (pipe(fds) == -1)
		return -1;
	if (set_nonblocking(fds[0]) == 0 && set_nonblocking(fds[1]) == 0)
		return 0;
	saved = errno;
	close_fd(&fds[0]);
	close_fd(&fds[1]);
	errno = saved;
	return -1;
}

/* Whoever started us may have had it ignored: then nobody is to be buried. */
static void
keep_dead_children(void)
{
	struct sigaction sa;

	if (sigaction(SIGCHLD, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
		set_handler(SIGCHLD, SIG_DFL);
}

/*
 * No signal comes between the fork and the child's own dispositions: until
 * then it has our handlers, and they write to our pipe.
 */
static pid_t
fork_quietly(void)
{
	sigset_t all, was;
	pid_t pid;
	int saved;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &was);
	pid = fork();
	if (pid != 0) {
		saved = errno;
		sigprocmask(SIG_SETMASK, &was, NULL);
		errno = saved;
	}
	return pid;
}

int
proc_spawn(struct proc *p, int (*body)(void *, int, int), void *arg)
{
	int down[2] = { -1, -1 }, up[2] = { -1, -1 }, i, saved;

	memset(p, 0, sizeof(*p));
	p->read_fd = p->write_fd = -1;
	if (proc_pipe(down) == -1 || proc_pipe(up) == -1)
		goto fail;
	keep_dead_children();
	p->pid = fork_quietly();
	if (p->pid == -1)
		goto fail;
	if (p->pid == 0) {
		close(down[1]);
		close(up[0]);
		child_main(body, arg, down[0], up[1]);
	}
	close(down[0]);
	close(up[1]);
	p->read_fd = up[0];
	p->write_fd = down[1];
	keep_fd(p->read_fd);
	keep_fd(p->write_fd);
	return 0;
fail:
	saved = errno;
	p->pid = 0;
	for (i = 0; i < 2; i++) {
		close_fd(&down[i]);
		close_fd(&up[i]);
	}
	errno = saved;
	return -1;
}

void
proc_give_fds(struct proc *p)
{
	p->read_fd = p->write_fd = -1;
}

bool
proc_reap(struct proc *p)
{
	if (p->pid == 0 || p->is_ended)
		return p->is_ended;
	while (waitpid(p->pid, &p->status, WNOHANG | WCONTINUED) == p->pid) {
		if (!WIFCONTINUED(p->status)) {
			p->is_ended = true;
			break;
		}
		p->stops++;
	}
	return p->is_ended;
}

void
proc_end(struct proc *p, int grace_ms)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int waited;

	if (p->pid == 0)
		return;
	if (p->read_fd != -1)
		proc_close_fd(p->read_fd);
	if (p->write_fd != -1)
		proc_close_fd(p->write_fd);
	p->read_fd = p->write_fd = -1;
	for (waited = 0; !proc_reap(p) && waited < grace_ms; waited++)
		nanosleep(&pause, NULL);
	if (!p->is_ended) {
		/* It cannot be another's: nobody has waited for it yet. */
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, &p->status, 0) == -1 && errno == EINTR)
			;
		p->is_ended = true;
	}
	p->pid = 0;
}

char *
proc_describe(const struct proc *p, char text[PROC_TEXT_MAX])
{
	if (!p->is_ended)
		snprintf(text, PROC_TEXT_MAX, "is running");
	else if (WIFSIGNALED(p->status))
		snprintf(text, PROC_TEXT_MAX, "was killed by signal %d (%s)",
		    WTERMSIG(p->status), strsignal(WTERMSIG(p->status)));
	else
		snprintf(text, PROC_TEXT_MAX, "exited with status %d",
		    WEXITSTATUS(p->status));
	return text;
}
