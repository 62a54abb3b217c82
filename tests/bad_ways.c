/* SPDX-License-Identifier: MIT */
/*
 * The ways in which a server can behave badly, each a function that serves
 * one connection. What they say is told by the table of misbehave.c.
 *
 * Pauses are of the server's behaviour; nobody waits for them to end.
 */

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/net.h"
#include "base/util.h"
#include "tests/bad_ways.h"

enum {
	IDLE_MS = 50,			/* of those that close an idle one */
	STEP_MS = 20,			/* between text and more */
	BYTE_MS = 5,			/* of slow ones */
	PADDING = 20000,		/* bytes of way_padded */
	SMALL_BUFFER = 4096		/* of a socket that nobody reads */
};

unsigned int bad_port;

static void
pause_ms(int ms)
{
	const struct timespec t = { .tv_nsec = ms * 1000000L };

	nanosleep(&t, NULL);
}

/* Nothing is held back to make larger segments. */
static void
set_no_delay(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void
wait_for_input(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	(void)poll(&pfd, 1, -1);
}

void
way_keep_alive(struct bad_peer *p, const struct bad_texts *t)
{
	const char *end = strstr(t->text, "\r\n\r\n");
	size_t len = strlen(t->text);

	for (;;) {
		bad_read_request(p);
		bad_say_bytes(p, t->text, end != NULL &&
		    strcmp(p->method, "HEAD") == 0 ?
		    (size_t)(end + 4 - t->text) : len);
	}
}

void
way_always(struct bad_peer *p, const struct bad_texts *t)
{
	for (;;) {
		bad_read_request(p);
		bad_say(p, t->text);
	}
}

void
way_once(struct bad_peer *p, const struct bad_texts *t)
{
	bad_read_request(p);
	bad_say(p, t->text);
	bad_finish(p);
}

void
way_hang(struct bad_peer *p, const struct bad_texts *t)
{
	bad_read_request(p);
	bad_say(p, t->text);
	bad_wait_for_end(p);
}

void
way_reset(struct bad_peer *p, const struct bad_texts *t)
{
	bad_read_request(p);
	bad_say(p, t->text);
	net_reset(p->fd);
}

void
way_zeros(struct bad_peer *p, const struct bad_texts *t)
{
	const char *at;

	bad_read_request(p);
	for (at = t->text; *at != '\0'; at++)
		bad_say_bytes(p, *at == '~' ? "" : at, 1);
	bad_finish(p);
}

void
way_segments(struct bad_peer *p, const struct bad_texts *t)
{
	const char *at;

	set_no_delay(p->fd);
	for (;;) {
		bad_read_request(p);
		for (at = t->text; *at != '\0'; at++)
			bad_say_bytes(p, at, 1);
	}
}

void
way_slow_byte(struct bad_peer *p, const struct bad_texts *t)
{
	const char *at;

	for (;;) {
		bad_read_request(p);
		for (at = t->text; *at != '\0'; at++) {
			pause_ms(BYTE_MS);
			bad_say_bytes(p, at, 1);
		}
	}
}

void
way_endless(struct bad_peer *p, const struct bad_texts *t)
{
	bad_read_request(p);
	bad_say(p, t->text);
	bad_say_forever(p, t->more);
}

void
way_endless_unasked(struct bad_peer *p, const struct bad_texts *t)
{
	bad_say(p, t->text);
	bad_say_forever(p, t->more);
}

void
way_drip(struct bad_peer *p, const struct bad_texts *t)
{
	set_no_delay(p->fd);
	bad_read_request(p);
	bad_say(p, t->text);
	for (;;) {
		pause_ms(BYTE_MS);
		bad_say(p, t->more);
	}
}

void
way_hundred(struct bad_peer *p, const struct bad_texts *t)
{
	int i;

	for (;;) {
		bad_read_request(p);
		for (i = 0; i < 100; i++)
			bad_say(p, t->text);
		bad_say(p, t->more);
	}
}

void
way_cut_at_each(struct bad_peer *p, const struct bad_texts *t)
{
	bad_read_request(p);
	bad_say_bytes(p, t->text, p->number % (strlen(t->text) + 1));
	bad_finish(p);
}

void
way_reset_at_each(struct bad_peer *p, const struct bad_texts *t)
{
	bad_read_request(p);
	bad_say_bytes(p, t->text, p->number % (strlen(t->text) + 1));
	net_reset(p->fd);
}

void
way_two_steps(struct bad_peer *p, const struct bad_texts *t)
{
	for (;;) {
		bad_read_request(p);
		bad_say(p, t->text);
		pause_ms(STEP_MS);
		bad_say(p, t->more);
	}
}

/* Serves until there is nothing to do for a moment. */
static void
serve_until_idle(struct bad_peer *p, const char *text)
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLIN };

	do {
		bad_read_request(p);
		bad_say(p, text);
	} while (p->len > 0 || poll(&pfd, 1, IDLE_MS) == 1);
}

void
way_close_idle(struct bad_peer *p, const struct bad_texts *t)
{
	serve_until_idle(p, t->text);
}

void
way_reset_idle(struct bad_peer *p, const struct bad_texts *t)
{
	serve_until_idle(p, t->text);
	net_reset(p->fd);
}

void
way_talk_idle(struct bad_peer *p, const struct bad_texts *t)
{
	serve_until_idle(p, t->text);
	bad_say(p, t->more);
	bad_finish(p);
}

void
way_close_second(struct bad_peer *p, const struct bad_texts *t)
{
	bad_read_request(p);
	bad_say(p, t->text);
	bad_read_request(p);
	bad_finish(p);
}

void
way_reset_unread(struct bad_peer *p, const struct bad_texts *t)
{
	(void)t;
	wait_for_input(p->fd);
	net_reset(p->fd);
}

void
way_reset_half_read(struct bad_peer *p, const struct bad_texts *t)
{
	(void)t;
	if (read(p->fd, p->in, 10) > 0)
		net_reset(p->fd);
}

void
way_reset_at_once(struct bad_peer *p, const struct bad_texts *t)
{
	(void)t;
	net_reset(p->fd);
}

void
way_early(struct bad_peer *p, const struct bad_texts *t)
{
	bad_read_head(p);
	bad_say(p, t->text);
	bad_finish(p);
}

void
way_unasked(struct bad_peer *p, const struct bad_texts *t)
{
	bad_say(p, t->text);
	bad_finish(p);
}

void
way_ahead(struct bad_peer *p, const struct bad_texts *t)
{
	bad_say(p, t->text);
	way_always(p, t);
}

void
way_deaf(struct bad_peer *p, const struct bad_texts *t)
{
	int size = SMALL_BUFFER;

	(void)t;
	(void)setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (;;)
		pause();
}

void
way_reads_slowly(struct bad_peer *p, const struct bad_texts *t)
{
	int size = SMALL_BUFFER;

	(void)t;
	(void)setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	while (read(p->fd, p->in, 1) == 1)
		pause_ms(BYTE_MS);
}

void
way_padded(struct bad_peer *p, const struct bad_texts *t)
{
	static char letters[PADDING];

	memset(letters, 'a', sizeof(letters));
	for (;;) {
		bad_read_request(p);
		bad_say(p, t->text);
		bad_say_bytes(p, letters, sizeof(letters));
		bad_say(p, t->more);
	}
}

void
way_urgent(struct bad_peer *p, const struct bad_texts *t)
{
	for (;;) {
		bad_read_request(p);
		bad_say(p, t->text);
		(void)send(p->fd, "!", 1, MSG_OOB);
		bad_say(p, t->more);
	}
}

void
way_redirect(struct bad_peer *p, const struct bad_texts *t)
{
	char number[16] = "";

	if (t->text[strlen(t->text) - 1] == ':')
		snprintf(number, sizeof(number), "%u", bad_port);
	for (;;) {
		bad_read_request(p);
		if (strcmp(p->path, "/done") == 0) {
			fprintf(stderr, "authorization %s\n",
			    p->has_authorization ? "yes" : "no");
			bad_say(p, BAD_OK);
			continue;
		}
		bad_say(p, t->text);
		bad_say(p, number);
		bad_say(p, "/done\r\nContent-Length: 0\r\n\r\n");
	}
}

void
way_redirect_port(struct bad_peer *p, const struct bad_texts *t)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", bad_port);
	for (;;) {
		bad_read_request(p);
		bad_say(p, t->text);
		bad_say(p, number);
		bad_say(p, t->more);
	}
}

void
way_chain(struct bad_peer *p, const struct bad_texts *t)
{
	long last = strtol(t->text, NULL, 10), at;
	char text[256];

	for (;;) {
		bad_read_request(p);
		at = strtol(p->path + 1, NULL, 10);
		if (at == last) {
			bad_say(p, BAD_OK);
			continue;
		}
		snprintf(text, sizeof(text), "HTTP/1.1 302 Found\r\n"
		    "Location: /%ld\r\nContent-Length: 0\r\n\r\n", at + 1);
		bad_say(p, text);
	}
}

/* Where no client may go, or not as it stands: what /1, /2 ... lead to. */
static const char *const odd_places[] = {
	"/%0d%0aX-Evil:%201", "/a b", "/a\tb", "/a\001b", "/a\177b",
	"/a\303\244", "/a\rX-Evil: 1", "/a HTTP/1.1\r\nX-Evil: 1",
	"/a\r\n X-Evil: 1", "http:a", "http:/a", "http:///a", "http://[::1/",
	"http://127.0.0.1:99999/", "http://a b/", "http://a@b@127.0.0.1/",
	"http://127.0.0.1\\@localhost/", "http://127.0.0.1,localhost/",
	"javascript:alert(1)", "file:///etc/passwd", "unix:/a", "ftp://a/"
};

void
way_odd(struct bad_peer *p, const struct bad_texts *t)
{
	unsigned long n;

	for (;;) {
		bad_read_request(p);
		n = strtoul(p->path + 1, NULL, 10);
		if (n == 0 || n > UTIL_NELEM(odd_places)) {
			bad_say(p, BAD_OK);
			continue;
		}
		bad_say(p, t->text);
		bad_say(p, odd_places[n - 1]);
		bad_say(p, t->more);
	}
}

void
way_hosts(struct bad_peer *p, const struct bad_texts *t)
{
	char text[256];

	(void)t;
	for (;;) {
		bad_read_request(p);
		snprintf(text, sizeof(text), "HTTP/1.1 302 Found\r\n"
		    "Location: http://127.0.%u.%u:%u/\r\n"
		    "Content-Length: 0\r\n\r\n", 1 + p->number / 250 % 250,
		    1 + p->number % 250, bad_port);
		bad_say(p, text);
	}
}
