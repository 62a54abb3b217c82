/* SPDX-License-Identifier: MIT */
/*
 * One byte stream on one descriptor or on two, so that whoever speaks over it
 * need not know whether a socket, TLS or a pair of pipes is below. It owns the
 * descriptors and what the loop watches of them.
 *
 * With TLS the handshake is made here, and what TLS has taken from the socket
 * before it was asked for is told of by a timer: to the owner it is level
 * triggered like all else. After the handshake reading waits for the socket to
 * be readable and writing for it to be writable, as ever; but a peer that does
 * not take the answers to TLS's own messages is not read on until it does.
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
static bool	is_broken(struct stream *s);
static void	handshake_failed(struct stream *s, int error);
static void	leave_queue(struct stream *s);
static void	on_handshake(void *arg, int events);
static void	read_on(struct stream *s);
static void	on_room(void *arg, int events);
static void	on_again(void *arg);
static void	set_again(struct stream *s);
static void	give_up_tls(struct stream *s);

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

void
stream_start_tls(struct stream *s, struct tls *t, struct stream_pace *pace)
{
	assert(s->is_open && s->state == STREAM_PLAIN && !has_two(s));
	s->tls = t;
	s->pace = pace;
	s->state = STREAM_HANDSHAKE;
	s->wanted = s->in.is_watched ? s->in.events : 0;
	s->in.call = on_handshake;
	s->in.arg = s;
	s->again = (struct loop_timer){ .call = on_again, .arg = s };
	if (pace == NULL)
		loop_timer_set(s->loop, &s->again, loop_now(s->loop));
	else if (watch(s->loop, &s->in, LOOP_READ) == -1)
		handshake_failed(s, errno);
}

const struct tls *
stream_tls(const struct stream *s)
{
	return s->tls;
}

bool
stream_is_in_handshake(const struct stream *s)
{
	return s->state == STREAM_HANDSHAKE;
}

int
stream_watch(struct stream *s, int events)
{
	assert(s->is_open);
	if (s->write_fd == -1)
		events &= ~LOOP_WRITE;
	s->wanted = events;
	if (s->state == STREAM_HANDSHAKE)
		return 0;
	if (s->state != STREAM_PLAIN)
		set_again(s);
	if (s->state == STREAM_FAILED || s->needs_room)
		return 0;
	if (!has_two(s))
		return watch(s->loop, &s->in, events);
	if (watch(s->loop, &s->in, events & LOOP_READ) == -1)
		return -1;
	return watch(s->loop, &s->out, events & LOOP_WRITE);
}

/*
 * TLS has an answer of its own to send before it reads on. To be told that the
 * socket is readable would be of no use: it stays so.
 */
static int
wait_for_room(struct stream *s)
{
	s->needs_room = true;
	s->in.call = on_room;
	s->in.arg = s;
	if (watch(s->loop, &s->in, LOOP_WRITE) == 0)
		errno = EAGAIN;
	return -1;
}

ssize_t
stream_read(struct stream *s, void *p, size_t len)
{
	ssize_t n;

	if (s->state == STREAM_PLAIN)
		return net_read(s->read_fd, p, len);
	if (is_broken(s))
		return -1;
	n = tls_read(s->tls, p, len);
	if (n == -1 && errno == EAGAIN && tls_wants_write(s->tls))
		return wait_for_room(s);
	set_again(s);
	return n;
}

ssize_t
stream_write(struct stream *s, const void *p, size_t len)
{
	if (s->write_fd == -1) {
		errno = EPIPE;
		return -1;
	}
	if (s->state == STREAM_PLAIN)
		return net_write(s->write_fd, p, len);
	return is_broken(s) ? -1 : tls_write(s->tls, p, len);
}

/* Two may be one socket all the same, as sshd gives them to a command. */
void
stream_end_write(struct stream *s)
{
	if (s->write_fd == -1 || !s->is_open)
		return;
	if (s->state == STREAM_SECURE)
		tls_end_write(s->tls);
	/* Fails for pipes, and for a socket whose peer is gone already. */
	(void)shutdown(s->write_fd, SHUT_WR);
	if (has_two(s)) {
		loop_del(s->loop, &s->out);
		proc_close_fd(s->write_fd);
	} else if ((s->in.events & LOOP_WRITE) != 0)
		/* To watch for less fails only when nothing can be watched. */
		(void)watch(s->loop, &s->in, s->in.events & ~LOOP_WRITE);
	s->write_fd = -1;
	if (s->needs_room)
		read_on(s);
	if (s->state != STREAM_PLAIN && (s->state == STREAM_FAILED ||
	    tls_reason(s->tls) != TLS_OK))
		give_up_tls(s);
}

void
stream_close(struct stream *s, bool is_reset)
{
	if (!s->is_open)
		return;
	s->is_open = false;
	if (s->state == STREAM_SECURE && !is_reset)
		tls_end_write(s->tls);
	if (s->is_queued)
		leave_queue(s);
	loop_timer_stop(s->loop, &s->again);
	tls_free(s->tls);
	s->tls = NULL;
	s->state = STREAM_PLAIN;
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

/* No handshake yet, or none any more: then with errno. */
static bool
is_broken(struct stream *s)
{
	if (s->state == STREAM_SECURE)
		return false;
	errno = s->state == STREAM_FAILED ? s->tls_errno : EAGAIN;
	return true;
}

static void
handshake_failed(struct stream *s, int error)
{
	s->state = STREAM_FAILED;
	s->tls_errno = error;
	loop_del(s->loop, &s->in);
	set_again(s);
}

static void
leave_queue(struct stream *s)
{
	struct stream_pace *p = s->pace;

	if (s->newer != NULL)
		s->newer->older = s->older;
	else
		p->newest = s->older;
	if (s->older != NULL)
		s->older->newer = s->newer;
	s->newer = s->older = NULL;
	s->is_queued = false;
	if (p->newest == NULL)
		loop_timer_stop(s->loop, &p->timer);
}

static void
on_pace(void *arg)
{
	struct stream_pace *p = arg;
	struct stream *s = p->newest;

	assert(s != NULL);
	leave_queue(s);
	s->pace = NULL;
	if (p->newest != NULL)
		loop_timer_set(s->loop, &p->timer, loop_now(s->loop) + 1);
	on_handshake(s, 0);
}

/*
 * The first bytes of a peer are here, and to answer them costs what all the
 * rest does not. Until its turn comes nothing of it is watched.
 */
static void
enter_queue(struct stream *s)
{
	struct stream_pace *p = s->pace;

	loop_del(s->loop, &s->in);
	s->is_queued = true;
	s->older = p->newest;
	if (s->older != NULL)
		s->older->newer = s;
	p->newest = s;
	if (p->timer.place != 0)
		return;
	p->timer = (struct loop_timer){ .call = on_pace, .arg = p };
	loop_timer_set(s->loop, &p->timer, loop_now(s->loop) + 1);
}

static void
on_handshake(void *arg, int events)
{
	struct stream *s = arg;
	int waits_for;

	(void)events;
	if (s->pace != NULL) {
		enter_queue(s);
		return;
	}
	if (tls_handshake(s->tls) == -1) {
		waits_for = tls_wants_write(s->tls) ? LOOP_WRITE : LOOP_READ;
		if (errno != EAGAIN ||
		    watch(s->loop, &s->in, waits_for) == -1)
			handshake_failed(s, errno);
		return;
	}
	s->state = STREAM_SECURE;
	s->in.call = s->call;
	s->in.arg = s->arg;
	if (stream_watch(s, s->wanted) == -1)
		handshake_failed(s, errno);
}

/* As it was before wait_for_room. */
static void
read_on(struct stream *s)
{
	s->needs_room = false;
	s->in.call = s->call;
	s->in.arg = s->arg;
	/* Fails only when nothing can be watched: its owner has a limit. */
	(void)stream_watch(s, s->wanted);
}

static void
on_room(void *arg, int events)
{
	struct stream *s = arg;

	read_on(s);
	/* Reading is to be tried again, and there may be room for more. */
	if (s->wanted != 0)
		s->call(s->arg, s->wanted | (events & LOOP_HANGUP));
}

/* The handshake begins, or the owner is told what the socket does not tell. */
static void
on_again(void *arg)
{
	struct stream *s = arg;

	if (s->state == STREAM_HANDSHAKE) {
		on_handshake(s, 0);
		return;
	}
	/* Until it is read; the owner may close or free the stream now. */
	loop_timer_set(s->loop, &s->again, loop_now(s->loop));
	s->call(s->arg, s->state == STREAM_FAILED ? s->wanted | LOOP_HANGUP :
	    LOOP_READ);
}

static void
set_again(struct stream *s)
{
	bool is_due = s->state == STREAM_FAILED ? s->wanted != 0 :
	    (s->wanted & LOOP_READ) != 0 && tls_has_pending(s->tls);

	if (is_due)
		loop_timer_set(s->loop, &s->again, loop_now(s->loop));
	else
		loop_timer_stop(s->loop, &s->again);
}

/* What the peer still sends may be read away, so that it gets our alert. */
static void
give_up_tls(struct stream *s)
{
	loop_timer_stop(s->loop, &s->again);
	tls_free(s->tls);
	s->tls = NULL;
	s->state = STREAM_PLAIN;
	s->in.call = s->call;
	s->in.arg = s->arg;
	/* What cannot be watched is not told of: its owner has a limit. */
	(void)watch(s->loop, &s->in, s->wanted & ~LOOP_WRITE);
}
