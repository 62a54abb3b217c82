/* SPDX-License-Identifier: MIT */
/*
 * The event loop: descriptors, timers in a binary heap, signals through a
 * pipe to ourselves, and the time of this turn. Waits to the nanosecond where
 * the kernel can (epoll_pwait2, ppoll); timer slack is set to 1 ns on Linux.
 *
 * Two forms of the same contract, chosen when it is built: epoll, and with
 * -DLOOP_poll plain poll. This file alone knows either. Errors are errno of
 * the system call; a descriptor deleted in a call-back gets no further event
 * of that turn.
 *
 * Needs _GNU_SOURCE for ppoll and syscall.
 */
#define _GNU_SOURCE

#if defined(__linux__) && !defined(LOOP_poll)
#define LOOP_EPOLL
#endif

#ifdef LOOP_EPOLL
#include <sys/epoll.h>
#include <sys/syscall.h>
#endif
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/proc.h"
#include "base/util.h"

enum {
	EVENTS_MAX = 64,	/* a turn: what comes next waits for all */
	SIGNALS_MAX = 65,
	CAME_MAX = 256,		/* signals that are looked at in one go */
	GOES_MAX = 256		/* a turn; a pipe holds no more than that */
};

struct loop {
	uint64_t		  now_ns;
	bool			  is_stopped;
	struct loop_timer	**heap;		/* from index 1 */
	size_t			  ntimers;
	size_t			  timers_cap;
	struct loop_io		  signal_io;
	int			  signal_pipe[2];
	char			  came[CAME_MAX];	/* and wait for calls */
	size_t			  ncame;
#ifdef LOOP_EPOLL
	int			  fd;
	struct epoll_event	  events[EVENTS_MAX];
	int			  nevents;	/* of this turn */
	bool			  has_pwait2;
#else
	struct pollfd		 *polls;
	struct loop_io		**ios;		/* beside polls */
	size_t			  npolls;
	size_t			  polls_cap;
	size_t			 *index;	/* fd -> place in polls + 1 */
	size_t			  index_cap;
#endif
};

/* Signals belong to the process, so their state is the file's. */
static int signal_fd = -1;
static struct {
	void	(*call)(void *arg, int signo);
	void	 *arg;
	struct sigaction was;	/* before it had a call */
} signals[SIGNALS_MAX];

static int	loop_poller_open(struct loop *);
static void	loop_poller_close(struct loop *);
static int	loop_poller_wait(struct loop *, uint64_t);
static void	loop_signals_close(struct loop *);

struct loop *
loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	loop->signal_pipe[0] = loop->signal_pipe[1] = -1;
	if (loop_poller_open(loop) == -1) {
		free(loop);
		return NULL;
	}
#ifdef __linux__
	/* Without it the kernel may be 50 us late to save power. */
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
#endif
	loop_tick(loop);
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	loop_signals_close(loop);
	loop_poller_close(loop);
	free(loop->heap);
	free(loop);
}

uint64_t
loop_now(const struct loop *loop)
{
	return loop->now_ns;
}

uint64_t
loop_tick(struct loop *loop)
{
	loop->now_ns = clock_now_ns();
	return loop->now_ns;
}

/* Timers. */

static void
heap_put(struct loop *loop, size_t place, struct loop_timer *timer)
{
	loop->heap[place] = timer;
	timer->place = place;
}

static void
heap_up(struct loop *loop, size_t place, struct loop_timer *timer)
{
	while (place > 1 && loop->heap[place / 2]->at_ns > timer->at_ns) {
		heap_put(loop, place, loop->heap[place / 2]);
		place /= 2;
	}
	heap_put(loop, place, timer);
}

static void
heap_down(struct loop *loop, size_t place, struct loop_timer *timer)
{
	size_t child;

	while ((child = place * 2) <= loop->ntimers) {
		if (child < loop->ntimers &&
		    loop->heap[child + 1]->at_ns < loop->heap[child]->at_ns)
			child++;
		if (loop->heap[child]->at_ns >= timer->at_ns)
			break;
		heap_put(loop, place, loop->heap[child]);
		place = child;
	}
	heap_put(loop, place, timer);
}

void
loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t at_ns)
{
	uint64_t was_ns = timer->at_ns;

	assert(timer->call != NULL);
	timer->at_ns = at_ns;
	if (timer->place == 0) {
		if (loop->ntimers + 2 > loop->timers_cap) {
			loop->timers_cap = loop->timers_cap * 2 + 16;
			loop->heap = xreallocarray(loop->heap,
			    loop->timers_cap, sizeof(*loop->heap));
		}
		heap_up(loop, ++loop->ntimers, timer);
	} else if (at_ns < was_ns)
		heap_up(loop, timer->place, timer);
	else
		heap_down(loop, timer->place, timer);
}

void
loop_timer_stop(struct loop *loop, struct loop_timer *timer)
{
	size_t place = timer->place;
	struct loop_timer *last;

	if (place == 0)
		return;
	timer->place = 0;
	last = loop->heap[loop->ntimers--];
	if (last == timer)
		return;
	if (place > 1 && last->at_ns < loop->heap[place / 2]->at_ns)
		heap_up(loop, place, last);
	else
		heap_down(loop, place, last);
}

/*
 * Those that are due by the time last read, earliest first. One that sets
 * itself again and again cannot keep the loop from its descriptors.
 */
static void
loop_run_timers(struct loop *loop)
{
	struct loop_timer *timer;
	size_t most = loop->ntimers;

	while (most-- > 0 && loop->ntimers > 0 && !loop->is_stopped) {
		timer = loop->heap[1];
		if (timer->at_ns > loop->now_ns)
			break;
		loop_timer_stop(loop, timer);
		timer->call(timer->arg);
	}
}

/* Signals. */

static void
on_signal(int signo)
{
	int saved = errno;
	char byte = (char)signo;

	/* A full pipe means that the loop has more than enough to wake. */
	(void)!write(signal_fd, &byte, 1);
	errno = saved;
}

static void
gather_signals(struct loop *loop)
{
	ssize_t n = read(loop->signal_pipe[0], loop->came + loop->ncame,
	    sizeof(loop->came) - loop->ncame);

	if (n > 0)
		loop->ncame += (size_t)n;
}

static void
tell_first_signal(struct loop *loop)
{
	int signo = loop->came[0];

	loop->ncame--;
	memmove(loop->came, loop->came + 1, loop->ncame);
	if (signo > 0 && signo < SIGNALS_MAX && signals[signo].call != NULL)
		signals[signo].call(signals[signo].arg, signo);
}

/* Bounded: who sends one after the other does not keep us from all else. */
static void
on_signal_pipe(void *arg, int events)
{
	struct loop *loop = arg;
	int i;

	(void)events;
	for (i = 0; i < GOES_MAX; i++) {
		gather_signals(loop);
		if (loop->ncame == 0)
			return;
		while (loop->ncame > 0)
			tell_first_signal(loop);
	}
}

bool
loop_signal_is_waiting(struct loop *loop, int signo)
{
	gather_signals(loop);
	return memchr(loop->came, signo, loop->ncame) != NULL;
}

static int
loop_signals_open(struct loop *loop)
{
	if (proc_pipe(loop->signal_pipe) == -1)
		return -1;
	memset(signals, 0, sizeof(signals));
	signal_fd = loop->signal_pipe[1];
	loop->signal_io.fd = loop->signal_pipe[0];
	loop->signal_io.call = on_signal_pipe;
	loop->signal_io.arg = loop;
	if (loop_add(loop, &loop->signal_io, LOOP_READ) == 0)
		return 0;
	loop_signals_close(loop);
	return -1;
}

static void
loop_signals_close(struct loop *loop)
{
	int signo;

	if (loop->signal_pipe[0] == -1)
		return;
	for (signo = 1; signo < SIGNALS_MAX; signo++)
		if (signals[signo].call != NULL) {
			/* Fails for no signal that we once handled. */
			(void)sigaction(signo, &signals[signo].was, NULL);
			signals[signo].call = NULL;
		}
	loop_del(loop, &loop->signal_io);
	close(loop->signal_pipe[0]);
	close(loop->signal_pipe[1]);
	loop->signal_pipe[0] = loop->signal_pipe[1] = -1;
	signal_fd = -1;
}

int
loop_signal(struct loop *loop, int signo, void (*call)(void *, int), void *arg)
{
	struct sigaction sa = { .sa_handler = on_signal,
	    .sa_flags = SA_RESTART };

	assert(signo > 0 && signo < SIGNALS_MAX);
	if (loop->signal_pipe[0] == -1 && loop_signals_open(loop) == -1)
		return -1;
	if (signals[signo].call == NULL &&
	    sigaction(signo, NULL, &signals[signo].was) == -1)
		return -1;
	signals[signo].call = call;
	signals[signo].arg = arg;
	sigfillset(&sa.sa_mask);
	return sigaction(signo, &sa, NULL);
}

bool
loop_signal_is_ignored(int signo)
{
	struct sigaction now;

	return sigaction(signo, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

int
loop_signal_stops(struct loop *loop, void (*call)(void *, int), void *arg)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	for (i = 0; i < UTIL_NELEM(stops); i++)
		if (!loop_signal_is_ignored(stops[i]) &&
		    loop_signal(loop, stops[i], call, arg) == -1)
			return -1;
	return 0;
}

/* Turns. */

static void
loop_call(struct loop *loop, struct loop_io *io, int events)
{
	io->call(io->arg, events);
	if (loop->ntimers > 0 && loop->heap[1]->at_ns <= loop->now_ns)
		loop_run_timers(loop);
}

int
loop_turn(struct loop *loop)
{
	uint64_t wait_ns = LOOP_NEVER;

	if (loop->ntimers > 0) {
		loop_tick(loop);
		wait_ns = loop->heap[1]->at_ns > loop->now_ns ?
		    loop->heap[1]->at_ns - loop->now_ns : 0;
	}
	return loop_poller_wait(loop, wait_ns);
}

int
loop_run(struct loop *loop)
{
	while (!loop->is_stopped)
		if (loop_turn(loop) == -1)
			return -1;
	loop->is_stopped = false;
	return 0;
}

void
loop_stop(struct loop *loop)
{
	loop->is_stopped = true;
}

static struct timespec
timespec_of(uint64_t ns)
{
	struct timespec ts;

	ts.tv_sec = (time_t)(ns / NS_PER_SEC);
	ts.tv_nsec = (long)(ns % NS_PER_SEC);
	return ts;
}

#ifdef LOOP_EPOLL

const char *
loop_name(void)
{
	return "epoll";
}

static int
loop_poller_open(struct loop *loop)
{
	loop->has_pwait2 = true;
	loop->fd = epoll_create1(EPOLL_CLOEXEC);
	return loop->fd == -1 ? -1 : 0;
}

static void
loop_poller_close(struct loop *loop)
{
	close(loop->fd);
}

static int
loop_control(struct loop *loop, int how, struct loop_io *io, int events)
{
	struct epoll_event event;

	memset(&event, 0, sizeof(event));
	event.data.ptr = io;
	if (events & LOOP_READ)
		event.events |= EPOLLIN;
	if (events & LOOP_WRITE)
		event.events |= EPOLLOUT;
	return epoll_ctl(loop->fd, how, io->fd, &event);
}

int
loop_add(struct loop *loop, struct loop_io *io, int events)
{
	assert(!io->is_watched && io->call != NULL);
	if (loop_control(loop, EPOLL_CTL_ADD, io, events) == -1)
		return -1;
	io->is_watched = true;
	io->events = events;
	return 0;
}

int
loop_change(struct loop *loop, struct loop_io *io, int events)
{
	assert(io->is_watched);
	if (events == io->events)
		return 0;
	if (loop_control(loop, EPOLL_CTL_MOD, io, events) == -1)
		return -1;
	io->events = events;
	return 0;
}

void
loop_del(struct loop *loop, struct loop_io *io)
{
	int i;

	if (!io->is_watched)
		return;
	/* Fails only when the descriptor is gone, and then it is deleted. */
	(void)loop_control(loop, EPOLL_CTL_DEL, io, 0);
	io->is_watched = false;
	for (i = 0; i < loop->nevents; i++)
		if (loop->events[i].data.ptr == io)
			loop->events[i].data.ptr = NULL;
}

/*
 * Kernels before 5.11 have no epoll_pwait2: there the epoll descriptor
 * itself is waited for with ppoll, which has nanoseconds.
 */
static int
loop_epoll_wait(struct loop *loop, const struct timespec *timeout)
{
	struct pollfd self = { .fd = loop->fd, .events = POLLIN };

#ifdef SYS_epoll_pwait2
	if (loop->has_pwait2) {
		long n = syscall(SYS_epoll_pwait2, loop->fd, loop->events,
		    EVENTS_MAX, timeout, NULL, (size_t)0);

		if (n != -1 || (errno != ENOSYS && errno != EPERM))
			return (int)n;
		loop->has_pwait2 = false;
	}
#endif
	if (ppoll(&self, 1, timeout, NULL) == -1)
		return -1;
	return epoll_wait(loop->fd, loop->events, EVENTS_MAX, 0);
}

static int
loop_poller_wait(struct loop *loop, uint64_t wait_ns)
{
	struct timespec ts = timespec_of(wait_ns);
	int n, i, told;

	n = loop_epoll_wait(loop, wait_ns == LOOP_NEVER ? NULL : &ts);
	if (n == -1 && errno != EINTR)
		return -1;
	loop_tick(loop);
	loop->nevents = n > 0 ? n : 0;
	loop_run_timers(loop);
	for (i = 0; i < loop->nevents; i++) {
		struct loop_io *io = loop->events[i].data.ptr;

		if (io == NULL)		/* deleted in this turn */
			continue;
		loop->events[i].data.ptr = NULL;
		told = 0;
		if (loop->events[i].events & EPOLLIN)
			told |= LOOP_READ;
		if (loop->events[i].events & EPOLLOUT)
			told |= LOOP_WRITE;
		if (loop->events[i].events & (EPOLLHUP | EPOLLERR))
			told |= LOOP_HANGUP;
		loop_call(loop, io, told);
	}
	loop->nevents = 0;
	return 0;
}

#else

const char *
loop_name(void)
{
	return "poll";
}

static int
loop_poller_open(struct loop *loop)
{
	(void)loop;
	return 0;
}

static void
loop_poller_close(struct loop *loop)
{
	free(loop->polls);
	free(loop->ios);
	free(loop->index);
}

static short
poll_events(int events)
{
	return (short)((events & LOOP_READ ? POLLIN : 0) |
	    (events & LOOP_WRITE ? POLLOUT : 0));
}

int
loop_add(struct loop *loop, struct loop_io *io, int events)
{
	size_t fd = (size_t)io->fd, cap;

	assert(!io->is_watched && io->call != NULL && io->fd >= 0);
	if (fd >= loop->index_cap) {
		cap = fd * 2 + 64;
		loop->index = xreallocarray(loop->index, cap,
		    sizeof(*loop->index));
		memset(loop->index + loop->index_cap, 0,
		    (cap - loop->index_cap) * sizeof(*loop->index));
		loop->index_cap = cap;
	}
	if (loop->npolls == loop->polls_cap) {
		loop->polls_cap = loop->polls_cap * 2 + 64;
		loop->polls = xreallocarray(loop->polls, loop->polls_cap,
		    sizeof(*loop->polls));
		loop->ios = xreallocarray(loop->ios, loop->polls_cap,
		    sizeof(*loop->ios));
	}
	loop->polls[loop->npolls].fd = io->fd;
	loop->polls[loop->npolls].events = poll_events(events);
	loop->polls[loop->npolls].revents = 0;
	loop->ios[loop->npolls] = io;
	loop->index[fd] = ++loop->npolls;
	io->is_watched = true;
	io->events = events;
	return 0;
}

int
loop_change(struct loop *loop, struct loop_io *io, int events)
{
	assert(io->is_watched);
	loop->polls[loop->index[io->fd] - 1].events = poll_events(events);
	io->events = events;
	return 0;
}

/* The last one takes its place; what that one was told comes next turn. */
void
loop_del(struct loop *loop, struct loop_io *io)
{
	size_t place, last;

	if (!io->is_watched)
		return;
	io->is_watched = false;
	place = loop->index[io->fd] - 1;
	last = --loop->npolls;
	loop->index[io->fd] = 0;
	if (place == last)
		return;
	loop->polls[place] = loop->polls[last];
	loop->polls[place].revents = 0;
	loop->ios[place] = loop->ios[last];
	loop->index[loop->ios[place]->fd] = place + 1;
}

static int
loop_poller_wait(struct loop *loop, uint64_t wait_ns)
{
	struct timespec ts = timespec_of(wait_ns);
	size_t i;
	int n;

	n = ppoll(loop->polls, (nfds_t)loop->npolls,
	    wait_ns == LOOP_NEVER ? NULL : &ts, NULL);
	if (n == -1 && errno != EINTR)
		return -1;
	loop_tick(loop);
	if (n <= 0)		/* poll leaves what was told when it fails */
		for (i = 0; i < loop->npolls; i++)
			loop->polls[i].revents = 0;
	loop_run_timers(loop);
	for (i = 0; n > 0 && i < loop->npolls; i++) {
		short got = loop->polls[i].revents;
		int told = 0;

		if (got == 0)
			continue;
		loop->polls[i].revents = 0;
		n--;
		if (got & POLLIN)
			told |= LOOP_READ;
		if (got & POLLOUT)
			told |= LOOP_WRITE;
		if (got & (POLLHUP | POLLERR | POLLNVAL))
			told |= LOOP_HANGUP;
		loop_call(loop, loop->ios[i], told);
	}
	return 0;
}

#endif
