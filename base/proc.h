/* SPDX-License-Identifier: MIT */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* CPUs that processes can run on at a time: 1 to max, 1 when not known. */
uint32_t proc_cpus(uint32_t max);
/*
 * CPU time that a process and its threads have used, 0 being this one; 0 when
 * it is not known.
 */
uint64_t proc_cpu_ns(pid_t pid);

/*
 * A child and the pipes to it. read_fd brings what the child writes, write_fd
 * is what it reads; all are non-blocking, and -1 when there is none, once given
 * away or closed. status is waitpid's, when is_ended.
 */
struct proc {
	pid_t	 pid;		/* 0: none */
	int	 read_fd;
	int	 write_fd;
	int	 error_fd;	/* proc_exec: its standard error */
	bool	 has_session;	/* of its own: proc_exec */
	bool	 is_ended;
	int	 status;
	int	 stops;		/* times it was seen to go on after a stop */
};

/* A pipe whose ends do not block and are closed by exec. 0, -1 with errno. */
int	 proc_pipe(int fds[2]);

/*
 * Forks a child that runs body(arg, read_fd, write_fd) and leaves with its
 * return value. In it INT, TERM, HUP, PIPE and USR1 are ignored, other handlers
 * are reset, the ends that the parent keeps of earlier children are closed; the
 * end of its read_fd means that the parent is gone. Buffered output must be
 * flushed before. 0, or -1 with errno.
 */
int	 proc_spawn(struct proc *p, int (*body)(void *arg, int read_fd,
	    int write_fd), void *arg);
/*
 * What every child that is forked from now on calls first, to forget secrets
 * that are its parent's alone. One for a process.
 */
void	 proc_set_forget(void (*call)(void *arg), void *arg);
/*
 * Runs command by sh -c, in a session of its own (no terminal can interrupt
 * it), its standard input, output and error at the other ends of the pipes,
 * with nothing else open. All signals have their default action in it, INT,
 * TERM, HUP and PIPE too. When it has ended, what it left in its session is
 * killed. Without a shell it exits with 127 and a line on its standard error.
 * 0, or -1 with errno.
 */
int	 proc_exec(struct proc *p, const char *command);
/*
 * In a child that was forked while its parent had other things open: closes
 * all but standard input, output, error and these.
 */
void	 proc_keep_only(const int *fds, size_t n);
/*
 * Did it end? Never waits. Counts stops on the way: those between two calls
 * count as one.
 */
bool	 proc_reap(struct proc *p);
/*
 * Buries it: closes the pipes that are still here, gives it grace_ms to
 * leave by itself, then kills it. Nothing when there is none.
 */
void	 proc_end(struct proc *p, int grace_ms);
/* The pipe ends are no longer this struct's to close. */
void	 proc_give_fds(struct proc *p);
/* Closes an end that proc_spawn made; forgets it for later children too. */
void	 proc_close_fd(int fd);

/* For one that has a secret; its children, too, until they start a program. */
void	 proc_leave_no_core(void);

/*
 * Ends this process as the signal would have ended it, with its default
 * action, so that whoever started it sees that.
 */
void	 proc_die_of(int signo) UTIL_NORETURN;

/* "exited with status 3", "was killed by signal 9 (Killed)". */
enum { PROC_TEXT_MAX = 80 };
char	*proc_describe(const struct proc *p, char text[PROC_TEXT_MAX]);

#endif
