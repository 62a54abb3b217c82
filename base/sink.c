/* SPDX-License-Identifier: MIT */
/*
 * A descriptor from outside that is written to without waiting.
 *
 * Whether writing waits belongs to the open file, which we may share with a
 * shell, a terminal or our own standard output: so O_NONBLOCK is never set on
 * it. A socket can be told for each call. A pipe or a terminal is opened a
 * second time, by name, and that one is ours alone. Where that cannot be done,
 * a pipe is written to when the loop says that it has room, PIPE_BUF bytes at
 * a time, for which that room is enough. A file on a disk does not wait.
 *
 * Pieces are written one by one and in order. One that is begun is completed
 * before the next, so a reader never sees a torn one but as the last. A reader
 * that has gone makes all later pieces lost; nothing else comes of it.
 *
 * A terminal may stop who writes to it from the background (stty tostop): what
 * it would stop us for is lost.
 */

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/sink.h"
#include "base/util.h"

#ifndef PIPE_BUF
#define PIPE_BUF	512		/* POSIX: at least */
#endif

enum { PATH_TEXT_MAX = 64 };

struct piece {
	size_t	 len;
	char	*p;
};

struct sink {
	struct loop	 *loop;
	struct loop_io	  io;		/* fd that is written to */
	int		  own_fd;	/* opened here, or -1 */
	bool		  is_socket;
	bool		  is_terminal;
	pid_t		  group;	/* our process group */
	bool		  must_wait;	/* for the loop: writing may block */
	bool		  is_dead;
	int		  error;	/* that it died of */
	struct piece	 *queue;
	size_t		  n;
	size_t		  written;	/* of the first piece */
	size_t		  bytes;	/* in all of them */
	size_t		  max;
	uint64_t	  lost;
	void		(*on_idle)(void *);
	void		 *idle_arg;
};

static void	on_writable(void *, int);

static bool
is_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags != -1 && (flags & O_NONBLOCK) != 0;
}

/*
 * The same file, opened anew: -1 if there is no name to it, or where to open
 * such a name is no more than dup.
 */
static int
open_again(int fd)
{
	bool was_nonblocking = is_nonblocking(fd);
	char path[PATH_TEXT_MAX];
	const char *name = isatty(fd) ? ttyname(fd) : NULL;
	int again;

	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	again = open(name != NULL ? name : path,
	    O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (again == -1)
		return -1;
	if (is_nonblocking(again) && is_nonblocking(fd) == was_nonblocking)
		return again;
	close(again);
	return -1;
}

struct sink *
sink_new(struct loop *loop, int fd, size_t max)
{
	struct sink *s = xcalloc(1, sizeof(*s));
	struct stat st;

	s->loop = loop;
	s->max = max;
	s->own_fd = -1;
	s->io = (struct loop_io){ .fd = fd, .call = on_writable, .arg = s };
	if (fstat(fd, &st) == -1) {
		s->is_dead = true;
		s->error = errno;
		return s;
	}
	s->is_socket = S_ISSOCK(st.st_mode);
	s->is_terminal = isatty(fd) == 1;
	s->group = getpgrp();
	if (S_ISFIFO(st.st_mode) || s->is_terminal) {
		if (!is_nonblocking(fd))
			s->own_fd = open_again(fd);
		if (s->own_fd != -1)
			s->io.fd = s->own_fd;
		else
			s->must_wait = S_ISFIFO(st.st_mode) &&
			    !is_nonblocking(fd);
	}
	return s;
}

void
sink_free(struct sink *s)
{
	size_t i;

	if (s == NULL)
		return;
	loop_del(s->loop, &s->io);
	for (i = 0; i < s->n; i++)
		free(s->queue[i].p);
	free(s->queue);
	if (s->own_fd != -1)
		close(s->own_fd);
	free(s);
}

bool
sink_is_idle(const struct sink *s)
{
	return s->n == 0;
}

uint64_t
sink_lost(const struct sink *s)
{
	return s->lost;
}

int
sink_error(const struct sink *s)
{
	return s->error;
}

uint64_t
sink_queued(const struct sink *s)
{
	return s->n;
}

void
sink_on_idle(struct sink *s, void (*call)(void *), void *arg)
{
	s->on_idle = call;
	s->idle_arg = arg;
}

/* Bytes that were taken: 0 when it would have to wait, -1 when it is over. */
static ssize_t
write_some(struct sink *s, const char *p, size_t len)
{
	ssize_t n;

	if (s->must_wait && len > PIPE_BUF)
		len = PIPE_BUF;
	do {
		if (s->is_socket)
			n = send(s->io.fd, p, len,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		else
			n = write(s->io.fd, p, len);
	} while (n == -1 && errno == EINTR);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	return n;
}

static void
drop_first(struct sink *s)
{
	s->bytes -= s->queue[0].len;
	free(s->queue[0].p);
	s->n--;
	memmove(s->queue, s->queue + 1, s->n * sizeof(*s->queue));
	s->written = 0;
}

static void
lose_all(struct sink *s)
{
	s->lost += s->n;
	while (s->n > 0)
		drop_first(s);
	loop_del(s->loop, &s->io);
}

static void
die(struct sink *s)
{
	s->is_dead = true;
	lose_all(s);
}

/* Is it a terminal that would send us SIGTTOU? */
static bool
would_stop(const struct sink *s)
{
	struct termios settings;
	pid_t group;

	if (!s->is_terminal)
		return false;
	group = tcgetpgrp(s->io.fd);	/* -1: it does not control us */
	return group > 0 && group != s->group &&
	    tcgetattr(s->io.fd, &settings) == 0 &&
	    (settings.c_lflag & TOSTOP) != 0;
}

/* As much as goes: of what may block once, for more the loop is asked. */
static void
flush(struct sink *s)
{
	struct piece *first;
	ssize_t n;

	if (would_stop(s))
		lose_all(s);
	while (s->n > 0) {
		first = &s->queue[0];
		n = write_some(s, first->p + s->written,
		    first->len - s->written);
		if (n == -1) {
			s->error = errno;
			die(s);
			return;
		}
		if (n == 0)
			return;
		s->written += (size_t)n;
		if (s->written == first->len)
			drop_first(s);
		if (s->must_wait)
			return;
	}
}

static void
on_writable(void *arg, int events)
{
	struct sink *s = arg;

	(void)events;		/* of a reader that has gone writing tells */
	flush(s);
	if (s->n > 0)
		return;
	loop_del(s->loop, &s->io);
	if (s->on_idle != NULL)
		s->on_idle(s->idle_arg);
}

static bool
enqueue(struct sink *s, const char *p, size_t len)
{
	struct piece *piece;

	if (len > s->max - s->bytes)
		return false;
	s->queue = xreallocarray(s->queue, s->n + 1, sizeof(*s->queue));
	piece = &s->queue[s->n++];
	piece->len = len;
	piece->p = xcalloc(len, 1);
	memcpy(piece->p, p, len);
	s->bytes += len;
	return true;
}

void
sink_put(struct sink *s, const char *p, size_t len)
{
	if (len == 0)
		return;
	if (s->is_dead || !enqueue(s, p, len)) {
		s->lost++;
		return;
	}
	if (!s->must_wait)
		flush(s);
	/* What the loop cannot watch, as a file on a disk, does not wait. */
	if (s->n > 0 && !s->io.is_watched &&
	    loop_add(s->loop, &s->io, LOOP_WRITE) == -1) {
		s->must_wait = false;
		flush(s);
		if (s->n > 0)
			die(s);
	}
}
