/* SPDX-License-Identifier: MIT */
/*
 * Children: every fork and every burial of the program is here. A child gets
 * a pipe in each direction and learns of its parent's death from the end of
 * the one it reads; it ignores the signals that a terminal, timeout(1) or
 * an init sends to a whole group, because the parent decides what they mean.
 * A command gets its own session instead, so that none of these reach it, and
 * is killed with all that it started.
 *
 * Errors are errno of the system call. Nothing here prints.
 */

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#include <sys/resource.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/util.h"

enum {
	SIGNALS_MAX = 65,
	FDS_MAX = 65536		/* tried, where nothing tells which are open */
};

/* The ends that this process keeps: a later child must not hold them open. */
static int	*kept;
static size_t	 nkept;

static void	(*forget)(void *);
static void	*forget_arg;

void
proc_set_forget(void (*call)(void *), void *arg)
{
	forget = call;
	forget_arg = arg;
}

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

uint32_t
proc_cpus(uint32_t max)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1)
		return 1;
	return (unsigned long)cpus > max ? max : (uint32_t)cpus;
}

uint64_t
proc_cpu_ns(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &ts) == -1)
		return 0;
	return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

/* Descriptors in a child. */

static bool
is_among(int fd, const int *fds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (fds[i] == fd)
			return true;
	return false;
}

static int
compare_fds(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* [from, to], by one call: 0, or -1 where the system has none. */
static int
close_span(unsigned int from, unsigned int to)
{
#ifdef SYS_close_range
	return from > to ? 0 : (int)syscall(SYS_close_range, from, to, 0U);
#else
	(void)from;
	(void)to;
	return -1;
#endif
}

/* The spans between those to keep, which are in order. */
static int
close_spans(const int *fds, size_t n)
{
	unsigned int from = STDERR_FILENO + 1, fd;
	size_t i;

	for (i = 0; i < n; i++) {
		fd = (unsigned int)fds[i];
		if (fds[i] < 0 || fd < from)
			continue;
		if (fd > from && close_span(from, fd - 1) == -1)
			return -1;
		from = fd + 1;
	}
	return close_span(from, UINT_MAX);
}

/* Those that a directory of the system names. */
static int
close_listed(const int *fds, size_t n)
{
	DIR *dir = opendir("/dev/fd");
	struct dirent *entry;
	int fd;

	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL) {
		/* 0 for what is no number. */
		fd = (int)strtol(entry->d_name, NULL, 10);
		if (fd > STDERR_FILENO && fd != dirfd(dir) &&
		    !is_among(fd, fds, n))
			close(fd);
	}
	closedir(dir);
	return 0;
}

static void
close_all(const int *fds, size_t n)
{
	long max = sysconf(_SC_OPEN_MAX);
	int fd;

	if (max == -1 || max > FDS_MAX)
		max = FDS_MAX;
	for (fd = STDERR_FILENO + 1; fd < (int)max; fd++)
		if (!is_among(fd, fds, n))
			close(fd);
}

void
proc_keep_only(const int *fds, size_t n)
{
	int *sorted = xcalloc(n, sizeof(*sorted));

	if (n > 0)
		memcpy(sorted, fds, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_fds);
	if (close_spans(sorted, n) == -1 && close_listed(sorted, n) == -1)
		close_all(sorted, n);
	free(sorted);
	nkept = 0;
}

/* The child itself. */

static void
set_handlers(void (*handler)(int))
{
	int signo;

	for (signo = 1; signo < SIGNALS_MAX; signo++)
		set_handler(signo, handler);
}

static void
unblock_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void UTIL_NORETURN
child_main(int (*body)(void *, int, int), void *arg, int read_fd, int write_fd)
{
	size_t i;

	set_handlers(SIG_DFL);
	set_handler(SIGINT, SIG_IGN);
	set_handler(SIGTERM, SIG_IGN);
	set_handler(SIGHUP, SIG_IGN);
	set_handler(SIGPIPE, SIG_IGN);
	set_handler(SIGXFSZ, SIG_IGN);
	/* What asks the parent how far it is, of a whole process group. */
	set_handler(SIGUSR1, SIG_IGN);
#ifdef SIGINFO
	set_handler(SIGINFO, SIG_IGN);
#endif
	unblock_signals();
	if (forget != NULL)
		forget(forget_arg);
	for (i = 0; i < nkept; i++)
		close(kept[i]);
	nkept = 0;
	_exit(body(arg, read_fd, write_fd));
}

static void UTIL_NORETURN
exec_failed(void)
{
	const char *why = strerror(errno);

	/* To a pipe that is new; and nobody else is there to tell. */
	(void)!write(STDERR_FILENO, "/bin/sh: ", strlen("/bin/sh: "));
	(void)!write(STDERR_FILENO, why, strlen(why));
	(void)!write(STDERR_FILENO, "\n", 1);
	_exit(127);
}

/* std: what becomes its standard input, output and error. */
static void UTIL_NORETURN
command_main(const char *command, int std[3])
{
	int fd;

	setsid();
	/* What came for the parent's group until here is forgotten by this. */
	set_handlers(SIG_IGN);
	set_handlers(SIG_DFL);
	/* Out of the way first: one may be where another is to go. */
	for (fd = 0; fd < 3; fd++)
		if (std[fd] < 3 && (std[fd] = fcntl(std[fd], F_DUPFD, 3)) == -1)
			_exit(127);
	for (fd = 0; fd < 3; fd++)
		if (dup2(std[fd], fd) == -1)
			_exit(127);
	proc_keep_only(NULL, 0);
	unblock_signals();
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	exec_failed();
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

static void
proc_init(struct proc *p)
{
	memset(p, 0, sizeof(*p));
	p->read_fd = p->write_fd = p->error_fd = -1;
}

int
proc_spawn(struct proc *p, int (*body)(void *, int, int), void *arg)
{
	int down[2] = { -1, -1 }, up[2] = { -1, -1 }, i, saved;

	proc_init(p);
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

/* A pipe whose end `child` blocks, as programs expect. */
static int
command_pipe(int fds[2], int child)
{
	int flags;

	if (proc_pipe(fds) == -1)
		return -1;
	flags = fcntl(fds[child], F_GETFL);
	return flags == -1 ? -1 :
	    fcntl(fds[child], F_SETFL, flags & ~O_NONBLOCK);
}

int
proc_exec(struct proc *p, const char *command)
{
	int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	int std[3], i, saved;

	proc_init(p);
	for (i = 0; i < 3; i++)
		if (command_pipe(pipes[i], i > 0) == -1)
			goto fail;
	for (i = 0; i < 3; i++)
		std[i] = pipes[i][i > 0];
	keep_dead_children();
	p->pid = fork_quietly();
	if (p->pid == -1)
		goto fail;
	if (p->pid == 0)
		command_main(command, std);
	for (i = 0; i < 3; i++) {
		close(std[i]);
		keep_fd(pipes[i][i == 0]);
	}
	p->write_fd = pipes[0][1];
	p->read_fd = pipes[1][0];
	p->error_fd = pipes[2][0];
	p->has_session = true;
	return 0;
fail:
	saved = errno;
	p->pid = 0;
	for (i = 0; i < 3; i++) {
		close_fd(&pipes[i][0]);
		close_fd(&pipes[i][1]);
	}
	errno = saved;
	return -1;
}

void
proc_give_fds(struct proc *p)
{
	p->read_fd = p->write_fd = p->error_fd = -1;
}

static void
proc_kill(const struct proc *p)
{
	/* It cannot be another's: nobody has waited for it yet. */
	kill(p->pid, SIGKILL);
	if (p->has_session)
		kill(-p->pid, SIGKILL);
}

/* Before it is buried, as then its number may become another's. */
static void
kill_rest(const struct proc *p)
{
	siginfo_t info = { .si_pid = 0 };

	if (p->has_session && waitid(P_PID, (id_t)p->pid, &info,
	    WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == p->pid)
		proc_kill(p);
}

bool
proc_reap(struct proc *p)
{
	if (p->pid == 0 || p->is_ended)
		return p->is_ended;
	kill_rest(p);
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
	const int fds[] = { p->read_fd, p->write_fd, p->error_fd };
	size_t i;
	int waited;

	if (p->pid == 0)
		return;
	for (i = 0; i < UTIL_NELEM(fds); i++)
		if (fds[i] != -1)
			proc_close_fd(fds[i]);
	proc_give_fds(p);
	for (waited = 0; !proc_reap(p) && waited < grace_ms; waited++)
		nanosleep(&pause, NULL);
	if (!p->is_ended) {
		proc_kill(p);
		while (waitpid(p->pid, &p->status, 0) == -1 && errno == EINTR)
			;
		p->is_ended = true;
	}
	p->pid = 0;
}

void
proc_leave_no_core(void)
{
	const struct rlimit none = { 0, 0 };

	/* Both are best effort: lowering a limit does not fail. */
	(void)setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
	/* A handler that cores are piped to does not ask for the limit. */
	(void)prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL);
#endif
}

void
proc_die_of(int signo)
{
	sigset_t set;

	set_handler(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), signo);
	/* Of one whose default is to do nothing. */
	_exit(128 + signo);
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
