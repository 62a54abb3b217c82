/* SPDX-License-Identifier: MIT */
/*
 * A server that behaves badly in TLS, in one way a process, for tests of the
 * client:
 *
 *	misbehave_tls [-c CA] [-l LOCATION] BEHAVIOUR CERT KEY
 *
 * Listens on a port of loopback, writes its number as a line to stdout and
 * serves, a child a connection, until it is killed, the pipe on its stdin ends,
 * or two minutes have passed. TLS itself is base/tls.c's; how it is broken is
 * done here, on the socket. Requests are read up to their blank line, and their
 * heads go to stderr. -c: clients must have a certificate of that CA; -l: where
 * a redirect leads.
 */

#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/net.h"
#include "base/tls.h"
#include "base/util.h"
#include "tests/serve_rig.h"

enum {
	LIFE_S = 120,
	FILE_MAX = 64 * 1024,
	BYTE_NS = 200 * 1000,		/* of slow-handshake */
	IDLE_MS = 50			/* of close-idle and cut-idle */
};

#define HEAD		"HTTP/1.1 200 OK\r\n"
#define LENGTH(n)	"Content-Length: " #n "\r\n"
#define REDIRECT	"HTTP/1.1 302 Found\r\n" LENGTH(0) "Location: "

static struct tls_context *context;
static const char *location = "/";

/* Until the other end has closed, or broken, the connection. */
static void UTIL_NORETURN
wait_for_end(int fd)
{
	char bytes[4096];

	(void)fcntl(fd, F_SETFL, 0);
	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
	_exit(0);
}

static void
wait_for(int fd, int events)
{
	struct pollfd pfd = { .fd = fd, .events = (short)events };

	(void)poll(&pfd, 1, -1);
}

/* After EAGAIN; the child ends when it was something else. */
static void
wait_on(struct tls *t, int fd)
{
	if (errno != EAGAIN)
		_exit(0);
	wait_for(fd, tls_wants_write(t) ? POLLOUT : POLLIN);
}

static struct tls *
shake_hands(int fd)
{
	struct tls *t = tls_accept(context, fd);

	if (t == NULL)
		_exit(1);
	while (tls_handshake(t) == -1)
		wait_on(t, fd);
	return t;
}

static void
read_request(struct tls *t, int fd)
{
	char in[4096];
	size_t len = 0;
	ssize_t n;

	do {
		while ((n = tls_read(t, in + len, sizeof(in) - 1 - len)) == -1)
			wait_on(t, fd);
		if (n == 0 || (len += (size_t)n) == sizeof(in) - 1)
			_exit(0);
		in[len] = '\0';
	} while (strstr(in, "\r\n\r\n") == NULL);
	fputs(in, stderr);
}

static void
say(struct tls *t, int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	for (; len > 0; text += n, len -= (size_t)n)
		while ((n = tls_write(t, text, len)) == -1)
			wait_on(t, fd);
}

static void
say_plain(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(0);
}

/* Nothing is said; what comes is read, so that nothing is reset. */
static void
stall(int fd, const char *text)
{
	(void)text;
	wait_for_end(fd);
}

/* When something has come: an end without a word, or with these. */
static void
end_early(int fd, const char *text)
{
	wait_for(fd, POLLIN);
	say_plain(fd, text);
	shutdown(fd, SHUT_WR);
	wait_for_end(fd);
}

static void
reset_early(int fd, const char *text)
{
	(void)text;
	wait_for(fd, POLLIN);
	net_reset(fd);
}

/* The header of a record and a part of it, and no more of the connection. */
static void
reset_record(int fd, const char *text)
{
	static const char part[] = "\x17\x03\x03\x01\x00" "a part of it";
	struct tls *t = shake_hands(fd);

	read_request(t, fd);
	say(t, fd, text);
	if (write(fd, part, sizeof(part) - 1) < 0)
		_exit(0);
	net_reset(fd);
}

/* A record that nobody made. */
static void
break_record(int fd, const char *text)
{
	static const char record[] = "\x17\x03\x03\x00\x14"
	    "01234567890123456789";
	struct tls *t = shake_hands(fd);

	read_request(t, fd);
	say(t, fd, text);
	if (write(fd, record, sizeof(record) - 1) < 0)
		_exit(0);
	wait_for_end(fd);
}

/* The connection ends without close_notify. */
static void
cut(int fd, const char *text)
{
	struct tls *t = shake_hands(fd);

	read_request(t, fd);
	say(t, fd, text);
	shutdown(fd, SHUT_WR);
	wait_for_end(fd);
}

/* It is announced, be the answer whole or not. */
static void
finish(int fd, const char *text)
{
	struct tls *t = shake_hands(fd);

	read_request(t, fd);
	say(t, fd, text);
	tls_end_write(t);
	shutdown(fd, SHUT_WR);
	wait_for_end(fd);
}

static void
keep_alive(int fd, const char *text)
{
	struct tls *t = shake_hands(fd);

	for (;;) {
		read_request(t, fd);
		say(t, fd, text);
	}
}

static void
redirect(int fd, const char *text)
{
	struct tls *t = shake_hands(fd);

	for (;;) {
		read_request(t, fd);
		say(t, fd, text);
		say(t, fd, location);
		say(t, fd, "\r\n\r\n");
	}
}

/* The same without TLS: from http to https. */
static void
redirect_plain(int fd, const char *text)
{
	char in[4096];
	ssize_t n;

	(void)fcntl(fd, F_SETFL, 0);
	/* A request this short comes in one piece. */
	while ((n = read(fd, in, sizeof(in) - 1)) > 0) {
		in[n] = '\0';
		fputs(in, stderr);
		say_plain(fd, text);
		say_plain(fd, location);
		say_plain(fd, "\r\n\r\n");
	}
	_exit(0);
}

/* Answers once; closes when the second request is there. */
static void
cut_second(int fd, const char *text)
{
	struct tls *t = shake_hands(fd);

	read_request(t, fd);
	say(t, fd, text);
	read_request(t, fd);
	shutdown(fd, SHUT_WR);
	wait_for_end(fd);
}

/* Cuts a connection off that was idle for a moment. */
static void
cut_idle(int fd, const char *text)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct tls *t = shake_hands(fd);

	do {
		read_request(t, fd);
		say(t, fd, text);
	} while (poll(&pfd, 1, IDLE_MS) == 1);
}

/* All that is there, in this direction, a byte at a time: false at the end. */
static bool
carry(int from, int to)
{
	const struct timespec pause = { .tv_nsec = BYTE_NS };
	char bytes[4096];
	ssize_t n = read(from, bytes, sizeof(bytes)), i;

	for (i = 0; i < n; i++) {
		if (write(to, &bytes[i], 1) != 1)
			return false;
		nanosleep(&pause, NULL);
	}
	return n > 0;
}

/* A good server, whose every byte has its own packet. */
static void
slow_handshake(int fd, const char *text)
{
	struct pollfd pfds[2] = {
		{ .fd = fd, .events = POLLIN }, { .fd = -1, .events = POLLIN }
	};
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1)
		_exit(1);
	if (fork() == 0) {
		close(fd);
		close(fds[0]);
		(void)fcntl(fds[1], F_SETFL, O_NONBLOCK);
		keep_alive(fds[1], text);
	}
	close(fds[1]);
	pfds[1].fd = fds[0];
	(void)fcntl(fd, F_SETFL, 0);
	for (;;) {
		(void)poll(pfds, 2, -1);
		if (pfds[0].revents != 0 && !carry(fd, fds[0]))
			_exit(0);
		if (pfds[1].revents != 0 && !carry(fds[0], fd))
			_exit(0);
	}
}

static const struct behaviour {
	const char	*name;
	void		(*run)(int fd, const char *text);
	const char	*text;
} behaviours[] = {
	{ "ok", keep_alive, HEAD LENGTH(5) "\r\nhello" },
	{ "slow-handshake", slow_handshake, HEAD LENGTH(5) "\r\nhello" },
	{ "redirect", redirect, REDIRECT },
	{ "redirect-plain", redirect_plain, REDIRECT },
	/* In the handshake. */
	{ "stall", stall, "" },
	{ "close", end_early, "" },
	{ "reset", reset_early, "" },
	{ "plain", end_early, "HTTP/1.1 400 Bad Request\r\n" LENGTH(0) "\r\n" },
	{ "garbage", end_early, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n" },
	/* A header of a record that says more than comes. */
	{ "half-record", end_early, "\x16\x03\x03\x01\x01half of it" },
	/* In an answer. */
	{ "reset-record", reset_record, "" },
	{ "reset-body", reset_record, HEAD LENGTH(10) "\r\nhello" },
	{ "break-body", break_record, HEAD LENGTH(10) "\r\nhello" },
	{ "cut-at-once", cut, "" },
	{ "cut-head", cut, HEAD "Content-Le" },
	{ "cut-eof-body", cut, HEAD "\r\nhello" },
	{ "cut-length", cut, HEAD LENGTH(10) "\r\nhello" },
	{ "cut-after-length", cut, HEAD LENGTH(5) "\r\nhello" },
	{ "end-at-once", finish, "" },
	{ "end-eof-body", finish, HEAD "\r\nhello" },
	{ "end-length", finish, HEAD LENGTH(10) "\r\nhello" },
	{ "cut-second", cut_second, HEAD LENGTH(5) "\r\nhello" },
	{ "cut-idle", cut_idle, HEAD LENGTH(5) "\r\nhello" },
};

static char *
read_file(const char *path)
{
	char *text = xcalloc(1, FILE_MAX);
	FILE *f = fopen(path, "r");

	if (f == NULL || fread(text, 1, FILE_MAX - 1, f) == 0)
		err(1, "%s", path);
	fclose(f);
	return text;
}

static int
listen_somewhere(void)
{
	struct net_address a;
	char text[NET_TEXT_MAX];
	int fd;

	if (!net_listen_parse(&a, "127.0.0.1:0") ||
	    (fd = net_listen(&a)) == -1 || net_local_address(fd, &a) == -1)
		err(1, "127.0.0.1");
	net_address_format(text, &a);
	printf("%s\n", strrchr(text, ':') + 1);
	fflush(stdout);
	return fd;
}

static bool
serve(const void *arg, int listener)
{
	const struct behaviour *b = arg;
	int fd = net_accept(listener);
	pid_t pid;

	if (fd == -1)
		return false;
	pid = fork();
	if (pid == 0) {
		alarm(LIFE_S);
		close(listener);
		b->run(fd, b->text);
		_exit(0);
	}
	close(fd);
	return pid != -1;
}

static void UTIL_NORETURN
usage(void)
{
	errx(1, "usage: misbehave_tls [-c CA] [-l LOCATION] BEHAVIOUR CERT "
	    "KEY");
}

static const struct behaviour *
find(const char *name)
{
	size_t i;

	for (i = 0; i < UTIL_NELEM(behaviours); i++)
		if (strcmp(name, behaviours[i].name) == 0)
			return &behaviours[i];
	usage();
}

int
main(int argc, char *argv[])
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct tls_settings settings = { .ca = NULL };
	const struct behaviour *behaviour;
	char why[TLS_TEXT_MAX];
	int c;

	while ((c = getopt(argc, argv, "c:l:")) != -1) {
		if (c == 'c')
			settings.ca = read_file(optarg);
		else if (c == 'l')
			location = optarg;
		else
			usage();
	}
	if (argc - optind != 3)
		usage();
	behaviour = find(argv[optind]);
	settings.cert = read_file(argv[optind + 1]);
	settings.key = read_file(argv[optind + 2]);
	context = tls_server_new(&settings, why);
	if (context == NULL)
		errx(1, "%s", why);
	sigaction(SIGPIPE, &ignore, NULL);
	alarm(LIFE_S);
	rig_serve(listen_somewhere(), serve, behaviour);
}
