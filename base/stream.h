/* SPDX-License-Identifier: MIT */
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/tls.h"

/*
 * Those whose handshake waits to be begun: handshakes are by far the dearest
 * thing that a stranger can ask for. In each turn of the loop one is begun, the
 * newest: a flood delays itself, not what comes behind it. (The oldest by turns
 * with it was tried: a ping in a burst of 900 was stuck more often.)
 * For all that are accepted in one place; zero is a new one, and when its
 * streams are closed nothing is left of it.
 */
struct stream_pace {
	struct stream		*newest;
	struct loop_timer	 timer;
};

/* What TLS makes of a stream, see stream_start_tls. */
enum stream_tls {
	STREAM_PLAIN,
	STREAM_HANDSHAKE,
	STREAM_FAILED,			/* and the user hears of it */
	STREAM_SECURE
};

/*
 * A byte stream both ways that never blocks: one socket, perhaps with TLS, or a
 * descriptor to read from and another to write to (pipes). Embedded; zero is a
 * closed one.
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

	enum stream_tls	 state;
	struct tls	*tls;
	struct stream_pace *pace;	/* until the handshake has begun */
	struct stream	*newer, *older;	/* in its queue */
	bool		 is_queued;
	int		 tls_errno;	/* why the handshake failed */
	bool		 needs_room;	/* to read on, TLS has to write */
	int		 wanted;	/* what the owner wants to be told of */
	struct loop_timer again;	/* what the socket does not tell of */
};

/*
 * Takes both descriptors, which may be the same one; makes them non-blocking.
 * Nothing is watched yet. call hears LOOP_READ, LOOP_WRITE, LOOP_HANGUP.
 */
void	 stream_open(struct stream *s, struct loop *loop, int read_fd,
	    int write_fd, void (*call)(void *arg, int events), void *arg);
/*
 * Takes t, from tls_connect or tls_accept over the one socket that is below:
 * what is read and written from now on goes through TLS. The handshake is made
 * first, from the loop; until it is done reading and writing give EAGAIN, and
 * what is watched is not told of, but for its failure: LOOP_HANGUP with what is
 * watched, and then reading and writing fail as tls_handshake did. Whether it
 * takes too long is the owner's to say. With a pace, which outlives it, the
 * handshake waits for the peer's first bytes and then for its turn.
 */
void	 stream_start_tls(struct stream *s, struct tls *t,
	    struct stream_pace *pace);
/* NULL for a plain one. To ask what was wrong, after EPROTO. */
const struct tls *stream_tls(const struct stream *s);
bool	 stream_is_in_handshake(const struct stream *s);
/*
 * What to be told of: LOOP_READ and LOOP_WRITE in any combination, 0 for
 * nothing (then a hang-up is not told either). Free when nothing changes. 0 or
 * -1 with errno.
 */
int	 stream_watch(struct stream *s, int events);
/*
 * As read(2) and write(2): EAGAIN means later; with TLS, with the same bytes
 * again, and EPROTO may be the reason of a failure (base/tls.h).
 */
ssize_t	 stream_read(struct stream *s, void *p, size_t len);
ssize_t	 stream_write(struct stream *s, const void *p, size_t len);
/*
 * No more will be written: the peer reads the end, and may still write. Where
 * TLS has failed it is given up: what is read then means nothing but its end.
 */
void	 stream_end_write(struct stream *s);
/* Closes both; with a reset where there is such a thing. Fine when closed. */
void	 stream_close(struct stream *s, bool is_reset);

#endif
