/* SPDX-License-Identifier: MIT */
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"

/*
 * A byte stream both ways that never blocks: one socket, or a descriptor to
 * read from and another to write to (pipes). Embedded; zero is a closed one.
 */
struct stream {
	struct loop	*loop;
	struct loop_io	 in;
	struct loop_io	 out;		/* of its own only for two */
	int		 read_fd;
	int		 write_fd;	/* -1: our side has ended */
	bool		 is_open;
	void		(*call)(void *arg, int events);
	void		*arg;
};

/*
 * Takes both descriptors, which may be the same one; makes them non-blocking.
 * Nothing is watched yet. call hears LOOP_READ, LOOP_WRITE, LOOP_HANGUP.
 */
void	 stream_open(struct stream *s, struct loop *loop, int read_fd,
	    int write_fd, void (*call)(void *arg, int events), void *arg);
/*
 * What to be told of: LOOP_READ and LOOP_WRITE in any combination, 0 for
 * nothing (then a hang-up is not told either). Free when nothing changes. 0 or
 * -1 with errno.
 */
int	 stream_watch(struct stream *s, int events);
/* As read(2) and write(2): EAGAIN means later. */
ssize_t	 stream_read(struct stream *s, void *p, size_t len);
ssize_t	 stream_write(struct stream *s, const void *p, size_t len);
/* No more will be written: the peer reads the end, and may still write. */
void	 stream_end_write(struct stream *s);
/* Closes both; with a reset where there is such a thing. Fine when closed. */
void	 stream_close(struct stream *s, bool is_reset);

#endif
