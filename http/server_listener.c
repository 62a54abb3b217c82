/* SPDX-License-Identifier: MIT */
/*
 * Accepting, for a server: owns the listening socket and takes what it brings,
 * a few in a turn. When there is no room or no descriptor left it pauses, and
 * connections wait in the backlog; that is never a reason to spin or to end.
 *
 * Which connection makes room for another is the owner's to say. Nothing here
 * prints.
 */

#include <assert.h>
#include <errno.h>
#include <unistd.h>

#include "base/net.h"
#include "base/util.h"
#include "http/server_listener.h"

#define PAUSE_NS	(50 * NS_PER_MS)

enum { ACCEPT_MAX = 64 };	/* of one turn, fair to the others */

static void	on_listener(void *arg, int events);
static bool	can_accept_more(struct server_listener *l, bool is_first);
static void	pause_accepting(struct server_listener *l);
static void	on_pause(void *arg);
static void	on_more(void *arg);

int
server_listener_open(struct server_listener *l, struct loop *loop, int fd)
{
	assert(!l->is_open);
	l->loop = loop;
	l->io = (struct loop_io){ .fd = fd, .call = on_listener, .arg = l };
	l->pause = (struct loop_timer){ .call = on_pause, .arg = l };
	l->more = (struct loop_timer){ .call = on_more, .arg = l };
	if (loop_add(loop, &l->io, LOOP_READ) == -1)
		return -1;
	l->is_open = true;
	return 0;
}

void
server_listener_close(struct server_listener *l)
{
	if (!l->is_open)
		return;
	l->is_open = false;
	loop_timer_stop(l->loop, &l->pause);
	loop_timer_stop(l->loop, &l->more);
	loop_del(l->loop, &l->io);
	close(l->io.fd);
}

void
server_listener_resume(struct server_listener *l)
{
	if (!l->is_open || l->pause.place == 0)
		return;
	loop_timer_stop(l->loop, &l->pause);
	on_pause(l);
}

static void
on_listener(void *arg, int events)
{
	struct server_listener *l = arg;
	int i, fd;

	for (i = 0; i < ACCEPT_MAX && l->is_open; i++) {
		if (!l->has_room(l->arg)) {
			pause_accepting(l);
			return;
		}
		fd = net_accept(l->io.fd);
		if (fd != -1)
			l->accepted(l->arg, fd);
		else if (!can_accept_more(l, i == 0 && events != 0))
			return;
	}
	/*
	 * Where many descriptors are ready the loop comes round to this one
	 * late, and whoever comes now would wait as long again to be heard.
	 */
	if (l->is_open)
		loop_timer_set(l->loop, &l->more, loop_now(l->loop) + 1);
}

/*
 * After an error of accept. Without a descriptor it fails even when nobody is
 * there to accept; only when the loop has just said that somebody is may it
 * cost a connection.
 */
static bool
can_accept_more(struct server_listener *l, bool is_first)
{
	if (errno == ECONNABORTED || errno == EINTR)
		return true;
	if (errno == EAGAIN || !is_first)
		return false;
	if ((errno == EMFILE || errno == ENFILE) && l->make_room(l->arg))
		return true;
	pause_accepting(l);
	return false;
}

/* Until a connection ends or a moment has passed; the backlog waits. */
static void
pause_accepting(struct server_listener *l)
{
	loop_timer_set(l->loop, &l->pause, loop_now(l->loop) + PAUSE_NS);
	/* Should it fail, accepting merely goes on failing. */
	(void)loop_change(l->loop, &l->io, 0);
}

static void
on_pause(void *arg)
{
	struct server_listener *l = arg;

	/* Should it fail, the next turn of the timer tries again. */
	if (loop_change(l->loop, &l->io, LOOP_READ) == -1)
		pause_accepting(l);
}

static void
on_more(void *arg)
{
	struct server_listener *l = arg;

	if (l->pause.place == 0)
		on_listener(l, 0);
}
