/* SPDX-License-Identifier: MIT */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One event loop a process: descriptors, timers, signals. Everything runs in
 * the caller's thread, one call-back after the other. A call-back may add,
 * change and delete anything, itself included.
 */
struct loop;

enum {
	LOOP_READ = 1,
	LOOP_WRITE = 2,
	LOOP_HANGUP = 4		/* told, never asked: error or peer gone */
};

#define LOOP_NEVER	UINT64_MAX

/*
 * A watched descriptor, embedded in what owns it; zero is unwatched. events
 * is what is asked for, fd what is watched (-1 or whatever when not).
 */
struct loop_io {
	int	  fd;
	int	  events;
	bool	  is_watched;
	void	(*call)(void *arg, int events);
	void	 *arg;
};

/* A timer, embedded likewise. Zero is unset; place is 0 when it is unset. */
struct loop_timer {
	uint64_t  at_ns;	/* CLOCK_MONOTONIC */
	size_t	  place;
	void	(*call)(void *arg);
	void	 *arg;
};

/* NULL with errno when the system has no descriptor left. */
struct loop *loop_new(void);
void	 loop_free(struct loop *loop);

/*
 * Level triggered. loop_add watches io->fd for events, 0 for hang-up alone;
 * call and arg must be set. 0 or -1 with errno. loop_change is free when
 * nothing changes. loop_del before the descriptor is closed.
 */
int	 loop_add(struct loop *loop, struct loop_io *io, int events);
int	 loop_change(struct loop *loop, struct loop_io *io, int events);
void	 loop_del(struct loop *loop, struct loop_io *io);

/*
 * Calls timer->call once, at at_ns or as soon after as the machine allows
 * (not before); setting it again moves it. O(log timers).
 */
void	 loop_timer_set(struct loop *loop, struct loop_timer *timer,
	    uint64_t at_ns);
void	 loop_timer_stop(struct loop *loop, struct loop_timer *timer);

/*
 * Calls back in the loop when the signal came. At most one handler a signal
 * and one loop with signals a process; when that is freed, it is again as it
 * was. 0 or -1 with errno.
 */
int	 loop_signal(struct loop *loop, int signo,
	    void (*call)(void *arg, int signo), void *arg);
/* In a call of a signal: did that one come, and is still to be told of? */
bool	 loop_signal_is_waiting(struct loop *loop, int signo);

/*
 * As loop_signal, for INT, TERM and HUP, but for those that whoever started us
 * has ignored, as nohup does: they stay so.
 */
int	 loop_signal_stops(struct loop *loop,
	    void (*call)(void *arg, int signo), void *arg);
bool	 loop_signal_is_ignored(int signo);

/*
 * The time of this turn; loop_tick reads the clock again and returns it.
 * After each call-back the loop runs timers that are due by the time last
 * read: ticking after a system call keeps timers exact in a busy loop.
 */
uint64_t loop_now(const struct loop *loop);
uint64_t loop_tick(struct loop *loop);

/* One wait and all that it brings: 0, or -1 with errno (never EINTR). */
int	 loop_turn(struct loop *loop);
/* Turns until loop_stop, be it called before: 0, or -1 as above. */
int	 loop_run(struct loop *loop);
void	 loop_stop(struct loop *loop);

/* "epoll" or "poll". */
const char *loop_name(void);

#endif
