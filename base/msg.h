/* SPDX-License-Identifier: MIT */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/util.h"

enum {
	MSG_MAX = 64 * 1024 * 1024	/* bytes of one frame */
};

/* A received frame, read from front to back by the msg_get functions. */
struct msg {
	uint16_t	 type;
	const char	*data;
	size_t		 left;
	bool		 is_bad;	/* a get found too little; sticks */
};

/*
 * Frames between a parent and its child over a pipe in each direction:
 * {uint32_t len, uint16_t type, uint16_t seq} and len bytes. Sending never
 * blocks: what the pipe does not take waits here and leaves when it can.
 *
 * on_msg hears each frame. on_end hears once that no more will come: error is
 * 0 for the end of the pipe, EPROTO when the framing is broken, else errno.
 * After it only msg_close makes sense. Both may call msg_close.
 */
struct msg_channel {
	struct loop	*loop;
	struct loop_io	 in_io;
	struct loop_io	 out_io;
	struct loop_timer failed;	/* tells of error */
	int		 error;		/* of writing; 0: none */
	struct buf	 in;
	struct buf	 out;
	size_t		 sent;		/* of out, what the pipe has taken */
	size_t		 frame;		/* in out, the one being made */
	uint16_t	 seq_in;
	uint16_t	 seq_out;
	bool		 is_open;
	void		(*on_msg)(void *arg, struct msg *m);
	void		(*on_end)(void *arg, int error);
	void		*arg;
};

/*
 * Takes both descriptors, non-blocking already. 0, or -1 with errno and the
 * descriptors still the caller's.
 */
int	 msg_open(struct msg_channel *ch, struct loop *loop, int read_fd,
	    int write_fd, void (*on_msg)(void *, struct msg *),
	    void (*on_end)(void *, int), void *arg);
/* Closes both; what was not sent yet is lost. Fine on a zeroed channel. */
void	 msg_close(struct msg_channel *ch);
/* Bytes that the pipe has not taken yet. */
size_t	 msg_pending(const struct msg_channel *ch);

/* Make a frame: begin, any adds, send. */
void	 msg_begin(struct msg_channel *ch, uint16_t type);
void	 msg_add_uint(struct msg_channel *ch, uint64_t v);
void	 msg_add_bytes(struct msg_channel *ch, const void *p, size_t len);
void	 msg_add_str(struct msg_channel *ch, const char *s);	/* NULL: "" */
void	 msg_send(struct msg_channel *ch);

/* Take one apart. On too little: 0, NULL, ""; is_bad sticks, so do these. */
uint64_t msg_get_uint(struct msg *m);
/* Up to max; a larger one is bad. */
uint64_t msg_get_max(struct msg *m, uint64_t max);
const void *msg_get_bytes(struct msg *m, size_t *len);
char	*msg_get_str(struct msg *m);	/* the caller's to free */
/* All was read and nothing was bad. */
bool	 msg_is_done(const struct msg *m);

#endif
