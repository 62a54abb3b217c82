/* SPDX-License-Identifier: MIT */
/*
 * A server that behaves badly, in one way a process, for tests of the client:
 *
 *	misbehave [-6hpv] [-u PATH] BEHAVIOUR [PORTFILE]
 *
 * Listens on a port of loopback, writes its number as a line to stdout (and
 * to PORTFILE) and serves, a child a connection, until it is killed, the pipe
 * on its stdin ends, or two minutes have passed. -v: one line a request to
 * stderr: method, path, bytes of the body, "new" or "reused" connection. -h:
 * the heads of requests to stderr, as they came. -p: "peer ADDRESS" to stderr
 * for each connection. -u: on a unix socket, as port 1. What it knows of HTTP
 * is its own, so that an error of http.c cannot hide in it; requests are short
 * and have no chunked body.
 */

#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/net.h"
#include "base/util.h"
#include "tests/serve_rig.h"

enum {
	HEAD_MAX = 64 * 1024,
	LIFE_S = 120,
	HTTP2_LEN = 9 + 6,		/* of the text of http2 */
	IDLE_MS = 50,			/* of close-idle */
	BYTE_NS = 5 * 1000 * 1000	/* of slow-byte */
};

/* A connection and the request that it is at. */
struct peer {
	int	 fd;
	char	 in[HEAD_MAX + 1];
	size_t	 len;			/* bytes in, a string */
	char	 method[32];
	char	 path[1024];
	size_t	 body_len;
	bool	 has_authorization;
	int	 nrequests;
};

#define CRLF		"\r\n"
#define HEAD		"HTTP/1.1 200 OK\r\n"
#define LENGTH(n)	"Content-Length: " #n "\r\n"
#define OK		HEAD LENGTH(5) CRLF "hello"
#define CHUNKED		HEAD "Transfer-Encoding: chunked\r\n\r\n"

static bool is_verbose, shows_heads, shows_peers;
static unsigned int port;

static void
say_bytes(struct peer *p, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t n;

	for (; len > 0; at += n, len -= (size_t)n)
		if ((n = write(p->fd, at, len)) <= 0)
			_exit(0);	/* the client had enough */
}

static void
say(struct peer *p, const char *text)
{
	say_bytes(p, text, strlen(text));
}

/* Waits for the client to close: a close before that may be a reset. */
static void
wait_for_end(struct peer *p)
{
	while (read(p->fd, p->in, HEAD_MAX) > 0)
		;
	_exit(0);
}

static void
finish(struct peer *p)
{
	shutdown(p->fd, SHUT_WR);
	wait_for_end(p);
}

/* The value of a field of the head, up to the end of the line, or NULL. */
static const char *
field(const struct peer *p, const char *name)
{
	const char *line = p->in;

	while ((line = strstr(line, "\r\n")) != NULL) {
		line += 2;
		if (strncasecmp(line, name, strlen(name)) == 0 &&
		    line[strlen(name)] == ':')
			return line + strlen(name) + 1;
	}
	return NULL;
}

/* Reads more: the child ends when there is none. */
static void
read_some(struct peer *p)
{
	ssize_t n = read(p->fd, p->in + p->len, HEAD_MAX - p->len);

	if (n <= 0)
		_exit(0);
	p->len += (size_t)n;
	p->in[p->len] = '\0';
}

/* Up to the blank line; what follows it stays in p->in. */
static void
read_head(struct peer *p)
{
	const char *end, *length;

	while ((end = strstr(p->in, "\r\n\r\n")) == NULL) {
		read_some(p);
		/* Nobody waits for the line end of a TLS handshake. */
		if (p->in[0] == 0x16) {
			say(p, "HTTP/1.1 400 Bad Request\r\n\r\n");
			finish(p);
		}
	}
	if (sscanf(p->in, "%31s %1023s", p->method, p->path) != 2)
		_exit(1);
	if (shows_heads)
		fprintf(stderr, "%.*s", (int)(end + 4 - p->in), p->in);
	length = field(p, "Content-Length");
	p->body_len = length != NULL ? strtoul(length, NULL, 10) : 0;
	p->has_authorization = field(p, "Authorization") != NULL;
	p->len -= (size_t)(end + 4 - p->in);
	memmove(p->in, end + 4, p->len + 1);
}

static void
read_request(struct peer *p)
{
	size_t left;

	read_head(p);
	for (left = p->body_len; left > p->len; read_some(p)) {
		left -= p->len;
		p->len = 0;
	}
	p->len -= left;
	memmove(p->in, p->in + left, p->len + 1);
	p->nrequests++;
	if (is_verbose)
		fprintf(stderr, "%s %s %zu %s\n", p->method, p->path,
		    p->body_len, p->nrequests > 1 ? "reused" : "new");
}

/* To HEAD, the head alone. */
static void
keep_alive(struct peer *p, const char *text)
{
	size_t head_len = (size_t)(strstr(text, "\r\n\r\n") + 4 - text);

	for (;;) {
		read_request(p);
		say_bytes(p, text, strcmp(p->method, "HEAD") == 0 ?
		    head_len : strlen(text));
	}
}

static void
answer_once(struct peer *p, const char *text)
{
	read_request(p);
	say(p, text);
	finish(p);
}

static void
answer_and_hang(struct peer *p, const char *text)
{
	read_request(p);
	say(p, text);
	wait_for_end(p);
}

static void
reset(struct peer *p, const char *text)
{
	(void)text;
	read_request(p);
	net_reset(p->fd);
}

static void
close_idle(struct peer *p, const char *text)
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLIN };

	do {
		read_request(p);
		say(p, text);
	} while (p->len > 0 || poll(&pfd, 1, IDLE_MS) == 1);
}

static void
close_second(struct peer *p, const char *text)
{
	read_request(p);
	say(p, text);
	read_request(p);
	finish(p);
}

/* A frame header and one setting: the text has bytes of 0. */
static void
http2(struct peer *p, const char *text)
{
	read_request(p);
	say_bytes(p, text, HTTP2_LEN);
	finish(p);
}

/* A head that never ends. */
static void
flood(struct peer *p, const char *text)
{
	read_request(p);
	say(p, "HTTP/1.1 200 OK\r\n");
	for (;;)
		say(p, text);
}

/* To /done, in the text's way; it may lack the port in front. */
static void
redirect(struct peer *p, const char *text)
{
	char number[16] = "";

	if (text[strlen(text) - 1] == ':')
		snprintf(number, sizeof(number), "%u", port);
	for (;;) {
		read_request(p);
		if (strcmp(p->path, "/done") == 0) {
			fprintf(stderr, "authorization %s\n",
			    p->has_authorization ? "yes" : "no");
			say(p, OK);
			continue;
		}
		say(p, text);
		say(p, number);
		say(p, "/done\r\nContent-Length: 0\r\n\r\n");
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

static void
redirect_odd(struct peer *p, const char *text)
{
	unsigned long n;

	for (;;) {
		read_request(p);
		n = strtoul(p->path + 1, NULL, 10);
		if (n == 0 || n > UTIL_NELEM(odd_places)) {
			say(p, OK);
			continue;
		}
		say(p, text);
		say(p, odd_places[n - 1]);
		say(p, CRLF LENGTH(0) CRLF);
	}
}

static void
slow_byte(struct peer *p, const char *text)
{
	const struct timespec pause = { .tv_nsec = BYTE_NS };
	const char *at;

	for (;;) {
		read_request(p);
		for (at = text; *at != '\0'; at++) {
			nanosleep(&pause, NULL);
			say_bytes(p, at, 1);
		}
	}
}

static void
early_answer(struct peer *p, const char *text)
{
	read_head(p);
	say(p, text);
	finish(p);
}

static const struct behaviour {
	const char	*name;
	void		(*run)(struct peer *, const char *text);
	const char	*text;
} behaviours[] = {
	/* Good, in all their variety. */
	{ "ok", keep_alive, OK },
	{ "ok-1.0", answer_once, "HTTP/1.0 200 OK\r\n" LENGTH(5) "\r\nhello" },
	{ "eof-body", answer_once, HEAD "\r\nhello" },
	{ "chunked", keep_alive, CHUNKED "5;a=b;c=\"d e\"\r\nhello\r\n"
	    "1\r\n,\r\n0006\r\n world\r\n0\r\nA: b\r\nC: d\r\n\r\n" },
	{ "interim", keep_alive, "HTTP/1.1 103 Early Hints\r\n"
	    "Link: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" OK },
	{ "nocontent", keep_alive, "HTTP/1.1 204 No Content\r\n\r\n" },
	{ "notmodified", keep_alive,
	    "HTTP/1.1 304 Not Modified\r\n" LENGTH(10) CRLF },
	{ "head-ok", keep_alive, OK },
	{ "no-reason", keep_alive, "HTTP/1.1 200\r\n" LENGTH(5) "\r\nhello" },
	{ "slow-byte", slow_byte, OK },
	{ "redirect-loop", keep_alive,
	    "HTTP/1.1 302 Found\r\nLocation: /again\r\n" LENGTH(0) CRLF },
	{ "redirect-other-host", redirect,
	    "HTTP/1.1 303 See Other\r\nLocation: http://localhost:" },
	{ "redirect-307-post", redirect,
	    "HTTP/1.1 307 Temporary Redirect\r\nLocation: " },
	{ "redirect-odd", redirect_odd, "HTTP/1.1 302 Found\r\nLocation: " },
	/* Silent. */
	{ "hang", answer_and_hang, "" },
	{ "hang-head", answer_and_hang, HEAD "Content-Le" },
	{ "hang-body", answer_and_hang, HEAD LENGTH(10) "\r\nhello" },
	/* Gone. */
	{ "close-at-accept", NULL, NULL },
	{ "close-before-answer", answer_once, "" },
	{ "reset", reset, NULL },
	{ "close-idle", close_idle, OK },
	{ "close-second", close_second, OK },
	{ "cut-chunk", answer_once, CHUNKED "5\r\nhe" },
	{ "cut-body", answer_once, HEAD LENGTH(10) "\r\nhello" },
	{ "early-answer", early_answer, "HTTP/1.1 413 Content Too Large\r\n"
	    LENGTH(5) "Connection: close\r\n\r\nlarge" },
	/* Not HTTP/1.1, or not as it should be. */
	{ "garbage", answer_once, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n" },
	{ "tls-alert", answer_once, "\025\003\003" "\002\002\050\012" },
	{ "no-newline", answer_once, "HTTP/1.1 200 OK" },
	{ "http2", http2, "\0\0\6\4\0\0\0\0\0" "\0\3\0\0\0\144" },
	{ "huge-head", flood, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ "many-fields", flood, "A: b\r\n" },
	{ "two-lengths", answer_once, HEAD LENGTH(5) LENGTH(6) "\r\nhello" },
	{ "length-and-coding", answer_once, HEAD LENGTH(5)
	    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" },
	{ "bad-coding", answer_once, HEAD
	    "Transfer-Encoding: gzip\r\n\r\nhello" },
	{ "bad-chunk", answer_once, CHUNKED "5\r\nhello\r\nzz\r\n" },
	{ "bad-chunk-end", answer_once, CHUNKED "5\r\nhelloworld\r\n" },
	{ "extra-bytes", keep_alive, OK "HTTP/1.1 junk" }
};

static int
listen_somewhere(const char *where, const char *portfile)
{
	struct net_address a;
	char text[NET_TEXT_MAX];
	FILE *f;
	int fd;

	if ((!net_listen_parse(&a, where) && !net_unix_address(&a, where)) ||
	    (fd = net_listen(&a)) == -1 || net_local_address(fd, &a) == -1)
		err(1, "%s", where);
	net_address_format(text, &a);
	port = a.ss.ss_family == AF_UNIX ? 1 :
	    (unsigned int)strtoul(strrchr(text, ':') + 1, NULL, 10);
	if (portfile != NULL && ((f = fopen(portfile, "w")) == NULL ||
	    fprintf(f, "%u\n", port) < 0 || fclose(f) == EOF))
		err(1, "%s", portfile);
	printf("%u\n", port);
	fflush(stdout);
	return fd;
}

static void
show_peer(int fd)
{
	struct net_address a;
	char text[NET_TEXT_MAX];

	if (net_peer_address(fd, &a) == -1)
		return;
	net_address_format(text, &a);
	*strrchr(text, ':') = '\0';
	fprintf(stderr, "peer %s\n", text);
}

static bool
serve(const void *arg, int listener)
{
	const struct behaviour *b = arg;
	static struct peer p;
	pid_t pid;

	p.fd = accept(listener, NULL, NULL);	/* blocks, unlike net_accept */
	if (p.fd == -1)
		return false;
	if (shows_peers)
		show_peer(p.fd);
	pid = fork();
	if (pid == 0) {
		alarm(LIFE_S);
		close(listener);
		if (b->run != NULL)
			b->run(&p, b->text);
		_exit(0);
	}
	close(p.fd);
	return pid != -1;
}

int
main(int argc, char *argv[])
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const char *where = "127.0.0.1:0";
	size_t i;
	int c, listener;

	while ((c = getopt(argc, argv, "6hpu:v")) != -1) {
		if (c == '6')
			where = "[::1]:0";
		else if (c == 'h')
			shows_heads = true;
		else if (c == 'p')
			shows_peers = true;
		else if (c == 'u')
			where = optarg;
		else if (c == 'v')
			is_verbose = true;
		else
			return 1;
	}
	for (i = 0; i < UTIL_NELEM(behaviours); i++)
		if (optind < argc &&
		    strcmp(argv[optind], behaviours[i].name) == 0)
			break;
	if (i == UTIL_NELEM(behaviours))
		errx(1, "usage: misbehave [-6hpv] [-u PATH] BEHAVIOUR "
		    "[PORTFILE]");
	sigaction(SIGPIPE, &ignore, NULL);
	listener = listen_somewhere(where, argv[optind + 1]);
	alarm(LIFE_S);
	rig_serve(listener, serve, &behaviours[i]);
}
