/* SPDX-License-Identifier: MIT */
/*
 * A client for raw requests, good ones and bad ones:
 *
 *	ask [-hkqr] [-d MS] [-n N] [-p N] [-t MS] ADDRESS
 *
 * Connects to ADDRESS (127.0.0.1:PORT, [::1]:PORT or unix:PATH), sends what
 * stdin has until its end, and writes all that comes back to stdout, until the
 * server closes (status 0; "reset" to stderr if that is how), or 5 s have
 * passed since the last that it sent (status 3). Status 1: it could not.
 *
 *	-d MS	this long after the last byte for -h and -r (0)
 *	-h	closes its sending side then; goes on reading
 *	-k	sends CRLF every 100 ms from the last byte to the end of sending
 *	-n N	with -q: so many answers (1)
 *	-p N	in pieces of N bytes, 1 ms apart
 *	-q	status 0 as soon as a whole HTTP/1.1 answer was read, 1 when the
 *		server closes before; not for answers to HEAD
 *	-r	resets the connection then (status 0); reads nothing before
 *	-t MS	the limit, in place of 5 s
 *
 * What it knows of HTTP is its own.
 */

#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/net.h"
#include "base/text.h"
#include "base/util.h"

enum {
	LIFE_S = 120,
	PIECE_MAX = 64 * 1024,
	LINE_MAX_LEN = 4096,		/* the rest of a longer one is cut */
	MS_MAX = LIFE_S * 1000,
	STATUS_TIME = 3
};
#define PIECE_PAUSE_NS	NS_PER_MS
#define BLANK_PAUSE_NS	(100 * NS_PER_MS)

/* Where in an answer the next byte is. */
enum place {
	HEAD,
	BODY,			/* `left` bytes to go */
	CHUNK_SIZE,
	CHUNK,			/* likewise */
	CHUNK_END,
	TRAILER,
	UNTIL_END		/* of the connection */
};

static struct {
	enum place	 place;
	char		 line[LINE_MAX_LEN];
	size_t		 len;
	int		 status;	/* 0: the next line is the first */
	bool		 has_length;
	bool		 is_chunked;
	uint64_t	 left;
	uint64_t	 complete;	/* answers */
} answer;

static bool half_closes, keeps_on, is_quick, resets;
static uint64_t delay_ns, piece_len = PIECE_MAX, wanted = 1;
static uint64_t limit_ns = 5 * NS_PER_SEC;

static int	 server;
static char	 piece[PIECE_MAX];
static size_t	 len, sent;	/* of piece */
static bool	 is_input_over;	/* and no byte of it is left */
static bool	 cannot_send;	/* our side is closed, or the server's is */
static uint64_t	 piece_ns;	/* when the next may go */
static uint64_t	 last_ns = UINT64_MAX;	/* when to half-close or reset */
static uint64_t	 blank_ns = UINT64_MAX;	/* when to send CRLF */
static uint64_t	 deadline_ns;

/* Counting answers. */

static void
end_answer(void)
{
	answer.complete++;
	answer.place = HEAD;
	answer.status = 0;
	answer.has_length = answer.is_chunked = false;
	answer.left = 0;
}

static void
end_head(void)
{
	if (answer.status < 200)
		answer.status = 0;	/* another head follows */
	else if (answer.status == 204 || answer.status == 304)
		end_answer();
	else if (answer.is_chunked)
		answer.place = CHUNK_SIZE;
	else if (!answer.has_length)
		answer.place = UNTIL_END;
	else if (answer.left == 0)
		end_answer();
	else
		answer.place = BODY;
}

static void
take_head_line(const char *line)
{
	static const char length[] = "content-length:";
	static const char coding[] = "transfer-encoding:";

	if (answer.status == 0) {
		if (sscanf(line, "HTTP/1.%*1d %3d", &answer.status) != 1 ||
		    answer.status < 100)
			errx(1, "this is no answer: %s", line);
	} else if (*line == '\0')
		end_head();
	else if (strncasecmp(line, length, sizeof(length) - 1) == 0) {
		answer.has_length = true;
		answer.left = strtoull(line + sizeof(length) - 1, NULL, 10);
	} else if (strncasecmp(line, coding, sizeof(coding) - 1) == 0)
		answer.is_chunked = strstr(line, "chunked") != NULL;
}

static void
take_line(const char *line)
{
	if (answer.place == HEAD)
		take_head_line(line);
	else if (answer.place == CHUNK_SIZE) {
		answer.left = strtoull(line, NULL, 16);
		answer.place = answer.left > 0 ? CHUNK : TRAILER;
	} else if (answer.place == CHUNK_END)
		answer.place = CHUNK_SIZE;
	else if (*line == '\0')
		end_answer();
}

static void
take_byte(char c)
{
	if (answer.place == UNTIL_END)
		return;
	if (answer.place == BODY || answer.place == CHUNK) {
		if (--answer.left > 0)
			return;
		if (answer.place == BODY)
			end_answer();
		else
			answer.place = CHUNK_END;
		return;
	}
	if (c != '\n') {
		if (answer.len < sizeof(answer.line) - 1)
			answer.line[answer.len++] = c;
		return;
	}
	if (answer.len > 0 && answer.line[answer.len - 1] == '\r')
		answer.len--;
	answer.line[answer.len] = '\0';
	answer.len = 0;
	take_line(answer.line);
}

/* The connection. */

static void UTIL_NORETURN
leave(int status)
{
	if (fflush(stdout) == EOF)
		err(1, "standard output");
	exit(status);
}

static void UTIL_NORETURN
leave_closed(void)
{
	if (answer.place == UNTIL_END)
		end_answer();
	leave(is_quick && answer.complete < wanted ? 1 : 0);
}

static void
receive(void)
{
	static char bytes[PIECE_MAX];
	ssize_t n, i;

	n = net_read(server, bytes, sizeof(bytes));
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		if (n == -1)
			warnx("reset");
		leave_closed();
	}
	if (fwrite(bytes, 1, (size_t)n, stdout) != (size_t)n)
		err(1, "standard output");
	for (i = 0; is_quick && i < n; i++)
		take_byte(bytes[i]);
	if (is_quick && answer.complete >= wanted)
		leave(0);
	/* Whoever waits for a first part of it shall see it. */
	fflush(stdout);
}

/* Where the server takes no more it may still say why. */
static void
send_some(const char *bytes, size_t n, size_t *done)
{
	ssize_t took = net_write(server, bytes, n);

	if (took == -1 && errno == EAGAIN)
		return;
	if (took == -1) {
		cannot_send = true;
		return;
	}
	*done += (size_t)took;
	deadline_ns = clock_now_ns() + limit_ns;
}

static void
read_input(void)
{
	ssize_t n = read(STDIN_FILENO, piece, (size_t)piece_len);

	if (n == -1)
		err(1, "standard input");
	len = (size_t)n;
	sent = 0;
	if (n > 0)
		return;
	is_input_over = true;
	if (half_closes || resets)
		last_ns = clock_now_ns() + delay_ns;
	if (keeps_on)
		blank_ns = clock_now_ns() + BLANK_PAUSE_NS;
	deadline_ns = clock_now_ns() + delay_ns + limit_ns;
}

static void
end_sending(uint64_t now_ns)
{
	if (resets) {
		net_reset(server);
		leave(0);
	}
	/* Fails only where the server is gone already. */
	(void)shutdown(server, SHUT_WR);
	cannot_send = true;
	last_ns = UINT64_MAX;
	deadline_ns = now_ns + limit_ns;
}

static void
send_blank(uint64_t now_ns)
{
	uint64_t was_ns = deadline_ns;
	size_t done = 0;

	send_some("\r\n", 2, &done);
	deadline_ns = was_ns;
	blank_ns = now_ns + BLANK_PAUSE_NS;
}

static void
send_piece(void)
{
	send_some(piece + sent, len - sent, &sent);
	if (sent == len && piece_len < PIECE_MAX)
		piece_ns = clock_now_ns() + PIECE_PAUSE_NS;
}

static uint64_t
sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The server and stdin, until something is due at due_ns. */
static void
wait_until(uint64_t due_ns, uint64_t now_ns)
{
	struct pollfd pfds[2] = {
		{ .fd = server, .events = resets ? 0 : POLLIN },
		{ .fd = -1, .events = POLLIN }
	};
	uint64_t wait_ns;

	if (cannot_send)
		blank_ns = UINT64_MAX;
	else if (piece_ns > now_ns)
		due_ns = sooner(due_ns, piece_ns);
	else if (sent < len)
		pfds[0].events |= POLLOUT;
	else if (!is_input_over)
		pfds[1].fd = STDIN_FILENO;
	due_ns = sooner(due_ns, blank_ns);
	wait_ns = due_ns > now_ns ? due_ns - now_ns : 0;
	if (poll(pfds, 2, (int)((wait_ns + NS_PER_MS - 1) / NS_PER_MS)) == -1)
		err(1, "poll");
	if (pfds[0].revents & POLLOUT)
		send_piece();
	if (pfds[1].revents != 0)
		read_input();
	if (pfds[0].revents & (POLLIN | POLLHUP | POLLERR))
		receive();
}

static void UTIL_NORETURN
talk(void)
{
	uint64_t now_ns = clock_now_ns();

	deadline_ns = now_ns + limit_ns;
	for (;; now_ns = clock_now_ns()) {
		if (now_ns >= last_ns)
			end_sending(now_ns);
		if (now_ns >= blank_ns && !cannot_send)
			send_blank(now_ns);
		if (now_ns >= deadline_ns)
			leave(STATUS_TIME);
		wait_until(sooner(last_ns, deadline_ns), now_ns);
	}
}

static void
connect_to(const char *where)
{
	struct net_address a;
	struct sockaddr_un *un = (struct sockaddr_un *)&a.ss;
	struct pollfd pfd = { .events = POLLOUT };

	memset(&a, 0, sizeof(a));
	if (strncmp(where, "unix:", 5) == 0) {
		un->sun_family = AF_UNIX;
		a.len = sizeof(*un);
		if ((size_t)snprintf(un->sun_path, sizeof(un->sun_path), "%s",
		    where + 5) >= sizeof(un->sun_path))
			errx(1, "%s: is too long", where);
	} else if (!net_listen_parse(&a, where))
		errx(1, "%s: is no address", where);
	if ((server = net_connect(&a, NULL)) == -1)
		err(1, "%s", where);
	pfd.fd = server;
	if (poll(&pfd, 1, (int)(limit_ns / NS_PER_MS)) == 0)
		exit(STATUS_TIME);
	if (net_connected(server) == -1)
		err(1, "%s", where);
}

static uint64_t
number(uint64_t max)
{
	uint64_t n;

	if (parse_uint(optarg, max, &n) == -1)
		errx(1, "%s: is no number up to %llu", optarg,
		    (unsigned long long)max);
	return n;
}

int
main(int argc, char *argv[])
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	int c;

	while ((c = getopt(argc, argv, "d:hkn:p:qrt:")) != -1) {
		half_closes |= c == 'h';
		keeps_on |= c == 'k';
		is_quick |= c == 'q';
		resets |= c == 'r';
		if (c == 'd')
			delay_ns = number(MS_MAX) * NS_PER_MS;
		else if (c == 't')
			limit_ns = number(MS_MAX) * NS_PER_MS;
		else if (c == 'n')
			wanted = number(UINT32_MAX);
		else if (c == 'p')
			piece_len = number(PIECE_MAX - 1);
		else if (c == '?')
			optind = argc;
	}
	if (optind != argc - 1 || piece_len == 0)
		errx(1, "usage: ask [-hkqr] [-d MS] [-n N] [-p N] [-t MS] "
		    "ADDRESS");
	alarm(LIFE_S);
	sigaction(SIGPIPE, &ignore, NULL);
	connect_to(argv[optind]);
	talk();
}
