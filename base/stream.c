/* SPDX-License-Identifier: MIT */
/*
 * One byte stream on one descriptor or on two, so that whoever speaks over it
 * need not know whether a socket or a pair of pipes is below. It owns the
 * descriptors and what the loop watches of them.
 *
 * One descriptor is watched once, for reading and writing together; of two
 * each is watched by itself, and only while it is asked for. Errors are errno
 * of the system call; among them EPERM, when the loop cannot wait for what it
 * got (a regular file). It keeps no bytes, prints nothing and never waits.
 */

#include <sys/socket.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>

#include "base/net.h"
#include "base/proc.h"
#include "base/stream.h"

static void	set_nonblocking(int fd);
static bool	has_two(const struct stream *s);
static int	watch(struct loop *loop, struct loop_io *io, int events);

void
stream_open(struct stream *s, struct loop *loop, int read_fd, int write_fd,
    void (*call)(void *arg, int events), void *arg)
{
	assert(!s->is_open);
	*s = (struct stream){
		.loop = loop,
		.read_fd = read_fd,
		.write_fd = write_fd,
		.is_open = true,
		.call = call,
		.arg = arg
	};
	s->in = (struct loop_io){ .fd = read_fd, .call = call, .arg = arg };
	set_nonblocking(read_fd);
	if (write_fd == read_fd)
		return;
	s->out = (struct loop_io){ .fd = write_fd, .call = call, .arg = arg };
	set_nonblocking(write_fd);
}

int
stream_watch(struct stream *s, int events)
{
	assert(s->is_open);
	if (s->write_fd == -1)
		events &= ~LOOP_WRITE;
	if (!has_two(s))
		return watch(s->loop, &s->in, events);
	if (watch(s->loop, &s->in, events & LOOP_READ) == -1)
		return -1;
	return watch(s->loop, &s->out, events & LOOP_WRITE);
}

ssize_t
stream_read(struct stream *s, void *p, size_t len)
{
	return net_read(s->read_fd, p, len);
}

ssize_t
stream_write(struct stream *s, const void *p, size_t len)
{
	if (s->write_fd == -1) {
		errno = EPIPE;
		return -1;
	}
	return net_write(s->write_fd, p, len);
}

/* Two may be one socket all the same, as sshd gives them to a command. */
void
stream_end_write(struct stream *s)
{
	if (s->write_fd == -1 || !s->is_open)
		return;
	/* Fails for pipes, and for a socket whose peer is gone already. */
	(void)shutdown(s->write_fd, SHUT_WR);
	if (has_two(s)) {
		loop_del(s->loop, &s->out);
		proc_close_fd(s->write_fd);
	} else if ((s->in.events & LOOP_WRITE) != 0)
		/* To watch for less fails only when nothing can be watched. */
		(void)watch(s->loop, &s->in, s->in.events & ~LOOP_WRITE);
	s->write_fd = -1;
}

void
stream_close(struct stream *s, bool is_reset)
{
	if (!s->is_open)
		return;
	s->is_open = false;
	loop_del(s->loop, &s->in);
	loop_del(s->loop, &s->out);
	if (has_two(s)) {
		proc_close_fd(s->read_fd);
		if (s->write_fd != -1)
			proc_close_fd(s->write_fd);
	} else if (is_reset)
		net_reset(s->read_fd);
	else
		proc_close_fd(s->read_fd);
	s->read_fd = s->write_fd = -1;
}

/* It fails for what is no descriptor: then the first read says so. */
static void
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags != -1 && (flags & O_NONBLOCK) == 0)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

static bool
has_two(const struct stream *s)
{
	return s->out.call != NULL;
}

static int
watch(struct loop *loop, struct loop_io *io, int events)
{
	if (events == 0) {
		loop_del(loop, io);
		return 0;
	}
	return io->is_watched ? loop_change(loop, io, events) :
	    loop_add(loop, io, events);
}
