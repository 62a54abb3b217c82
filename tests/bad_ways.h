/* SPDX-License-Identifier: MIT */
#ifndef TESTS_BAD_WAYS_H
#define TESTS_BAD_WAYS_H

#include "tests/bad_peer.h"

/*
 * Ways to serve a connection: with text, and for some with more of it; each
 * returns or ends the process when it is done. In what follows, "to hang" is
 * to say nothing more and to wait for the client to close, "to finish" the
 * same behind a half close.
 */
struct bad_texts {
	const char	*text;
	const char	*more;
};
typedef void	 bad_way(struct bad_peer *, const struct bad_texts *);

/* Answers every request; to HEAD, with the head alone; always, with all. */
bad_way		 way_keep_alive, way_always;
/* Answers one, then finishes, hangs or resets. */
bad_way		 way_once, way_hang, way_reset;
/* The same as the first, "~" standing for a byte of 0. */
bad_way		 way_zeros;
/* A segment for each byte; the same with a pause before each. */
bad_way		 way_segments, way_slow_byte;
/* Text, then more again and again: as fast as it goes, or with pauses. */
bad_way		 way_endless, way_drip;
/* The same for who has not asked yet. */
bad_way		 way_endless_unasked;
/* Text a hundred times, then more; to every request. */
bad_way		 way_hundred;
/* Connection N has the first N bytes; then finishes, or resets. */
bad_way		 way_cut_at_each, way_reset_at_each;
/* Says text, waits a moment, says more; to every request. */
bad_way		 way_two_steps;
/* Says text, waits a moment, and closes, resets, or says more and closes. */
bad_way		 way_close_idle, way_reset_idle, way_talk_idle;
/* Answers one request, closes when there is another. */
bad_way		 way_close_second;
/* Resets when something has come, of which nothing is read; or a part. */
bad_way		 way_reset_unread, way_reset_half_read;
/* Resets as soon as there is a connection. */
bad_way		 way_reset_at_once;
/* Answers when it has read the head, or nothing, and finishes. */
bad_way		 way_early, way_unasked;
/* Is one answer ahead of the requests. */
bad_way		 way_ahead;
/* Reads nothing, or a byte at a time, slowly. */
bad_way		 way_deaf, way_reads_slowly;
/* Puts 20,000 letters between text and more. */
bad_way		 way_padded;
/* Answers with a byte of urgent data between text and more. */
bad_way		 way_urgent;
/*
 * Redirects to /done, where it says whether there was a secret: text ends in
 * "Location: " or in "host:", which the port is put behind.
 */
bad_way		 way_redirect;
/* To text, the port, and more: for ever. */
bad_way		 way_redirect_port;
/* From /N to /N+1, until N is what text says. */
bad_way		 way_chain;
/* /N to the Nth of places where no client may go, between text and more. */
bad_way		 way_odd;
/* Always to the next of many hosts, at this port. */
bad_way		 way_hosts;

/* What way_redirect and others put into locations. */
extern unsigned int bad_port;

#define BAD_CRLF	"\r\n"
#define BAD_HEAD	"HTTP/1.1 200 OK\r\n"
#define BAD_LENGTH(n)	"Content-Length: " #n "\r\n"
#define BAD_OK		BAD_HEAD BAD_LENGTH(5) BAD_CRLF "hello"

#endif
