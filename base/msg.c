/* SPDX-License-Identifier: MIT */
/*
 * Frames between this program's own processes. Integers travel in base 128,
 * least significant group first, so that counts, which are mostly small, take
 * a byte or two. Both ends are the same binary: a frame that is too long, out
 * of sequence or malformed is a bug or a dying peer, and ends the channel.
 *
 * Sending queues and never blocks; the queue is bounded by MSG_MAX for each
 * frame and by the sender, who asks msg_pending before it adds more.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/proc.h"

struct frame_head {
	uint32_t	 len;		/* of what follows */
	uint16_t	 type;
	uint16_t	 seq;
};

enum {
	READ_SIZE = 64 * 1024,
	QUEUE_MAX = 4 * MSG_MAX,	/* what was sent is up to half of it */
	KEPT_MAX = 1024 * 1024		/* of a buffer with nothing in it */
};

static void	on_readable(void *, int);
static void	on_writable(void *, int);
static void	on_failed(void *);

int
msg_open(struct msg_channel *ch, struct loop *loop, int read_fd, int write_fd,
    void (*on_msg)(void *, struct msg *), void (*on_end)(void *, int),
    void *arg)
{
	memset(ch, 0, sizeof(*ch));
	ch->loop = loop;
	ch->on_msg = on_msg;
	ch->on_end = on_end;
	ch->arg = arg;
	buf_init(&ch->in, MSG_MAX + sizeof(struct frame_head) + READ_SIZE);
	buf_init(&ch->out, QUEUE_MAX);
	ch->in_io.fd = read_fd;
	ch->in_io.call = on_readable;
	ch->in_io.arg = ch;
	ch->out_io.fd = write_fd;
	ch->out_io.call = on_writable;
	ch->out_io.arg = ch;
	ch->failed.call = on_failed;
	ch->failed.arg = ch;
	if (loop_add(loop, &ch->in_io, LOOP_READ) == -1)
		return -1;
	ch->is_open = true;
	return 0;
}

void
msg_close(struct msg_channel *ch)
{
	if (!ch->is_open)
		return;
	ch->is_open = false;
	loop_timer_stop(ch->loop, &ch->failed);
	loop_del(ch->loop, &ch->in_io);
	loop_del(ch->loop, &ch->out_io);
	proc_close_fd(ch->in_io.fd);
	proc_close_fd(ch->out_io.fd);
	buf_clear(&ch->in);
	buf_clear(&ch->out);
}

size_t
msg_pending(const struct msg_channel *ch)
{
	return ch->out.len - ch->sent;
}

static void
end_with(struct msg_channel *ch, int error)
{
	loop_timer_stop(ch->loop, &ch->failed);
	ch->error = 0;
	loop_del(ch->loop, &ch->in_io);
	loop_del(ch->loop, &ch->out_io);
	/* Nobody is there to read what is still queued. */
	buf_reset(&ch->out);
	ch->sent = 0;
	ch->on_end(ch->arg, error);
}

/* A large frame is rare: its room is not kept for the next. */
static void
give_back(struct buf *b)
{
	if (b->len == 0 && b->cap > KEPT_MAX)
		buf_clear(b);
}

/* Hands over all complete frames: false when the channel is over. */
static bool
take_frames(struct msg_channel *ch)
{
	struct frame_head head;
	struct msg m;
	size_t used = 0;

	while (ch->in.len - used >= sizeof(head)) {
		memcpy(&head, ch->in.data + used, sizeof(head));
		if (head.len > MSG_MAX || head.seq != ch->seq_in) {
			end_with(ch, EPROTO);
			return false;
		}
		if (ch->in.len - used - sizeof(head) < head.len)
			break;
		ch->seq_in++;
		m.type = head.type;
		m.data = ch->in.data + used + sizeof(head);
		m.left = head.len;
		m.is_bad = false;
		used += sizeof(head) + head.len;
		ch->on_msg(ch->arg, &m);
		if (!ch->is_open)
			return false;
	}
	buf_drop(&ch->in, used);
	give_back(&ch->in);
	return true;
}

static void
on_readable(void *arg, int events)
{
	struct msg_channel *ch = arg;
	char *room;
	ssize_t n;

	(void)events;
	for (;;) {
		/* Less than one frame is left of what came before. */
		room = buf_room(&ch->in, READ_SIZE);
		assert(room != NULL);
		n = read(ch->in_io.fd, room, READ_SIZE);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			end_with(ch, n == 0 ? 0 : errno);
			return;
		}
		buf_used(&ch->in, (size_t)n);
		if (!take_frames(ch) || n < READ_SIZE)
			return;
	}
}

/*
 * What was sent is forgotten when it is half of the queue, so that a long one
 * is not moved down once for each write.
 */
static void
forget_sent(struct msg_channel *ch)
{
	if (ch->sent < ch->out.len - ch->sent)
		return;
	buf_drop(&ch->out, ch->sent);
	give_back(&ch->out);
	ch->sent = 0;
}

/*
 * A frame is lost, so the peer is: no other may follow. The owner hears it from
 * the loop, as it may be in the middle of sending.
 */
static void
fail(struct msg_channel *ch, int error)
{
	loop_del(ch->loop, &ch->out_io);
	ch->sent = ch->out.len;
	forget_sent(ch);
	if (ch->error != 0)
		return;
	ch->error = error;
	loop_timer_set(ch->loop, &ch->failed, loop_now(ch->loop));
}

static void
on_failed(void *arg)
{
	struct msg_channel *ch = arg;

	/* One that has ended has said before what it had to say. */
	on_readable(ch, LOOP_READ);
	if (ch->is_open && ch->error != 0)
		end_with(ch, ch->error);
}

static void
on_writable(void *arg, int events)
{
	struct msg_channel *ch = arg;
	ssize_t n;

	(void)events;
	if (ch->error != 0) {
		fail(ch, ch->error);
		return;
	}
	if (msg_pending(ch) > 0) {
		n = write(ch->out_io.fd, ch->out.data + ch->sent,
		    msg_pending(ch));
		if (n > 0)
			ch->sent += (size_t)n;
		else if (n == -1 && errno != EAGAIN && errno != EINTR) {
			fail(ch, errno);
			return;
		}
		forget_sent(ch);
	}
	if (ch->out.len == 0)
		loop_del(ch->loop, &ch->out_io);
	else if (!ch->out_io.is_watched &&
	    loop_add(ch->loop, &ch->out_io, LOOP_WRITE) == -1)
		fail(ch, errno);
}

void
msg_begin(struct msg_channel *ch, uint16_t type)
{
	struct frame_head head = { .type = type, .seq = ch->seq_out++ };

	ch->frame = ch->out.len;
	buf_add(&ch->out, &head, sizeof(head));
}

void
msg_add_uint(struct msg_channel *ch, uint64_t v)
{
	unsigned char bytes[10];
	size_t n = 0;

	while (v >= 0x80) {
		bytes[n++] = (unsigned char)(v | 0x80);
		v >>= 7;
	}
	bytes[n++] = (unsigned char)v;
	buf_add(&ch->out, bytes, n);
}

void
msg_add_bytes(struct msg_channel *ch, const void *p, size_t len)
{
	msg_add_uint(ch, len);
	buf_add(&ch->out, p, len);
}

void
msg_add_str(struct msg_channel *ch, const char *s)
{
	msg_add_bytes(ch, s, s == NULL ? 0 : strlen(s));
}

void
msg_send(struct msg_channel *ch)
{
	struct frame_head head;
	size_t len = ch->out.len - ch->frame;

	assert(!ch->out.is_full && len - sizeof(head) <= MSG_MAX);
	memcpy(&head, ch->out.data + ch->frame, sizeof(head));
	head.len = (uint32_t)(len - sizeof(head));
	memcpy(ch->out.data + ch->frame, &head, sizeof(head));
	if (!ch->out_io.is_watched)
		on_writable(ch, 0);
}

uint64_t
msg_get_uint(struct msg *m)
{
	uint64_t v = 0;
	unsigned int shift;
	unsigned char byte;

	for (shift = 0; shift < 64 && m->left > 0 && !m->is_bad; shift += 7) {
		byte = (unsigned char)*m->data++;
		m->left--;
		if (shift == 63 && byte > 1)
			break;		/* more than 64 bits */
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	m->is_bad = true;
	return 0;
}

uint64_t
msg_get_max(struct msg *m, uint64_t max)
{
	uint64_t v = msg_get_uint(m);

	if (v <= max)
		return v;
	m->is_bad = true;
	return 0;
}

const void *
msg_get_bytes(struct msg *m, size_t *len)
{
	const char *p;

	*len = (size_t)msg_get_max(m, m->left);
	if (m->is_bad || *len > m->left) {
		m->is_bad = true;
		*len = 0;
		return NULL;
	}
	p = m->data;
	m->data += *len;
	m->left -= *len;
	return p;
}

char *
msg_get_str(struct msg *m)
{
	size_t len;
	const char *p = msg_get_bytes(m, &len);

	return xstrndup(p == NULL ? "" : p, len);
}

bool
msg_is_done(const struct msg *m)
{
	return !m->is_bad && m->left == 0;
}
