/* SPDX-License-Identifier: MIT */
/*
 * A server that behaves badly, in one way a process, for tests of the client:
 *
 *	misbehave [-6hlpv] [-u PATH] BEHAVIOUR [PORTFILE]
 *
 * Listens on a port of loopback, writes its number as a line to stdout (and
 * to PORTFILE) and serves, a child a connection, until it is killed, the pipe
 * on its stdin ends, or two minutes have passed. -v: one line a request to
 * stderr: method, path, bytes of the body, "new" or "reused" connection. -h:
 * the heads of requests to stderr, as they came. -l: no server, the names of
 * all behaviours. -p: "peer ADDRESS" to stderr for each connection. -u: on a
 * unix socket, as port 1.
 */

#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/net.h"
#include "base/util.h"
#include "tests/bad_ways.h"
#include "tests/serve_rig.h"

enum {
	LIFE_S = 120,
	ACCEPT_MS = 100			/* of slow-accept */
};

/* Instead of serving. */
enum listening {
	LISTEN_WELL,
	LISTEN_SLOWLY,			/* a moment before each accept */
	LISTEN_NEVER			/* with a full queue */
};

#define CRLF		BAD_CRLF
#define HEAD		BAD_HEAD
#define LENGTH(n)	BAD_LENGTH(n)
#define OK		BAD_OK
#define CHUNKED		HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define CLOSE		"Connection: close\r\n"
#define FOUND		"HTTP/1.1 302 Found\r\n" LENGTH(0)
#define TO(where)	FOUND "Location: " where "\r\n\r\n"
#define A64		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A1024		A64 A64 A64 A64 A64 A64 A64 A64 \
			A64 A64 A64 A64 A64 A64 A64 A64
#define HINTS		"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
#define SWITCHING	"HTTP/1.1 101 Switching Protocols\r\n" \
			"Connection: upgrade\r\nUpgrade: x\r\n\r\n"
#define REQUEST_TIMEOUT	"HTTP/1.1 408 Request Timeout\r\n" LENGTH(0) CLOSE CRLF

#define ONE(name, way, text) \
	{ name, way, { text, NULL }, LISTEN_WELL }
#define TWO(name, way, text, more) \
	{ name, way, { text, more }, LISTEN_WELL }

static bool is_verbose, shows_heads, shows_peers;
static unsigned int naccepted;

static const struct behaviour {
	const char		*name;
	bad_way			*way;		/* NULL: closes at once */
	struct bad_texts	 say;
	enum listening		 listening;
} behaviours[] = {
	/* Good, in all their variety. */
	ONE("ok", way_keep_alive, OK),
	ONE("ok-1.0", way_once, "HTTP/1.0 200 OK\r\n" LENGTH(5) CRLF "hello"),
	ONE("ok-1.0-keep", way_keep_alive, "HTTP/1.0 200 OK\r\n" LENGTH(5)
	    "Connection: keep-alive\r\n\r\nhello"),
	ONE("ok-1.2", way_keep_alive, "HTTP/1.2 200 OK\r\n" LENGTH(5) CRLF
	    "hello"),
	ONE("eof-body", way_once, HEAD CRLF "hello"),
	ONE("chunked", way_keep_alive, CHUNKED "5;a=b;c=\"d e\"\r\nhello\r\n"
	    "1\r\n,\r\n0006\r\n world\r\n0\r\nA: b\r\nC: d\r\n\r\n"),
	ONE("chunked-1.0", way_once, "HTTP/1.0 200 OK\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
	ONE("interim", way_keep_alive, HINTS "HTTP/1.1 100 Continue\r\n\r\n"
	    OK),
	TWO("interim-100", way_hundred, HINTS, OK),
	ONE("nocontent", way_keep_alive, "HTTP/1.1 204 No Content\r\n\r\n"),
	ONE("notmodified", way_keep_alive, "HTTP/1.1 304 Not Modified\r\n"
	    LENGTH(10) CRLF),
	ONE("head-ok", way_keep_alive, OK),
	ONE("no-reason", way_keep_alive, "HTTP/1.1 200\r\n" LENGTH(5) CRLF
	    "hello"),
	ONE("gzip", way_keep_alive, HEAD "Content-Encoding: gzip\r\n" LENGTH(5)
	    CRLF "\037\213\010\001\001"),
	ONE("bare-lf", way_keep_alive, "HTTP/1.1 200 OK\nContent-Length: 5\n\n"
	    "hello"),
	ONE("segments", way_segments, CHUNKED "5\r\nhello\r\n0\r\n\r\n"),
	ONE("slow-byte", way_slow_byte, OK),
	{ "slow-accept", way_keep_alive, { OK, NULL }, LISTEN_SLOWLY },
	TWO("two-steps", way_two_steps, HEAD LENGTH(5) CRLF "he", "llo"),
	TWO("urgent", way_urgent, HEAD LENGTH(5) CRLF "he", "llo"),
	ONE("upgrade", way_once, SWITCHING),
	TWO("upgrade-flood", way_endless, SWITCHING, A64),
	/* Redirects. */
	ONE("redirect-loop", way_keep_alive, TO("/again")),
	ONE("redirect-other-host", way_redirect,
	    "HTTP/1.1 303 See Other\r\nLocation: http://localhost:"),
	ONE("redirect-307-post", way_redirect,
	    "HTTP/1.1 307 Temporary Redirect\r\nLocation: "),
	TWO("redirect-odd", way_odd, "HTTP/1.1 302 Found\r\nLocation: ",
	    "\r\nContent-Length: 0\r\n\r\n"),
	ONE("redirect-self", way_keep_alive, TO("/")),
	ONE("redirect-empty", way_keep_alive, TO("")),
	ONE("redirect-nowhere", way_keep_alive, TO("http://127.0.0.1:1/")),
	ONE("redirect-without", way_keep_alive, FOUND CRLF),
	ONE("redirect-ftp", way_keep_alive, TO("ftp://127.0.0.1/")),
	ONE("redirect-no-host", way_keep_alive, TO("http:///a")),
	ONE("redirect-bad-host", way_keep_alive, TO("http://[::1/")),
	ONE("redirect-bad-port", way_keep_alive, TO("http://127.0.0.1:65536/")),
	ONE("redirect-cr", way_keep_alive, TO("/a\rX: b")),
	ONE("redirect-blank", way_keep_alive, TO("/a b")),
	TWO("redirect-long", way_padded, FOUND "Location: /", "\r\n\r\n"),
	ONE("redirect-two", way_keep_alive, FOUND "Location: /a\r\n"
	    "Location: /b\r\n\r\n"),
	ONE("redirect-300", way_keep_alive, "HTTP/1.1 300 Multiple Choices\r\n"
	    LENGTH(5) "Location: /a\r\n\r\n/a /b"),
	ONE("redirect-chain-9", way_chain, "9"),
	ONE("redirect-chain-10", way_chain, "10"),
	{ "redirect-hosts", way_hosts, { NULL, NULL }, LISTEN_WELL },
	TWO("redirect-tls", way_redirect_port, FOUND
	    "Location: https://127.0.0.1:", "/\r\n\r\n"),
	TWO("redirect-endless", way_endless,
	    "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", A64),
	ONE("redirect-hang", way_hang, "HTTP/1.1 302 Found\r\nLocation: /\r\n"
	    LENGTH(5) CRLF),
	/* Silent, or nearly so. */
	ONE("hang", way_hang, ""),
	ONE("hang-head", way_hang, HEAD "Content-Le"),
	ONE("hang-after-head", way_hang, HEAD LENGTH(10) CRLF),
	ONE("hang-body", way_hang, HEAD LENGTH(10) "\r\nhello"),
	ONE("hang-chunk", way_hang, CHUNKED "a\r\nhello"),
	ONE("hang-trailer", way_hang, CHUNKED "5\r\nhello\r\n0\r\nA: b\r\n"),
	ONE("hang-interim", way_hang, HINTS),
	ONE("length-too-large", way_hang, HEAD LENGTH(6) CRLF "hello"),
	{ "never-accepts", NULL, { NULL, NULL }, LISTEN_NEVER },
	{ "deaf", way_deaf, { NULL, NULL }, LISTEN_WELL },
	{ "reads-slowly", way_reads_slowly, { NULL, NULL }, LISTEN_WELL },
	TWO("drip-status", way_drip, "HTTP/1.1 200 ", "a"),
	TWO("drip-fields", way_drip, HEAD, "A: b\r\n"),
	TWO("drip-interim", way_drip, "", HINTS),
	TWO("drip-body", way_drip, HEAD LENGTH(1000000) CRLF, "a"),
	TWO("drip-chunks", way_drip, CHUNKED, "1\r\na\r\n"),
	TWO("drip-extension", way_drip, CHUNKED "1;", "a"),
	TWO("drip-trailers", way_drip, CHUNKED "0\r\n", "A: b\r\n"),
	/* Without an end. */
	TWO("endless-length", way_endless, HEAD LENGTH(9223372036854775807)
	    CRLF, A64),
	TWO("endless-close", way_endless, HEAD CRLF, A64),
	TWO("endless-chunk", way_endless, CHUNKED "7fffffffffffffff\r\n", A64),
	TWO("endless-chunks", way_endless, CHUNKED, "400\r\n" A1024 "\r\n"),
	TWO("endless-tiny-chunks", way_endless, CHUNKED, "1\r\na\r\n"),
	TWO("endless-extensions", way_endless, CHUNKED, "1;" A64 "=" A64
	    "\r\na\r\n"),
	TWO("endless-extension", way_endless, CHUNKED "1;", A64),
	TWO("endless-size", way_endless, CHUNKED, "0000"),
	TWO("endless-trailers", way_endless, CHUNKED "0\r\n", "A: b\r\n"),
	TWO("endless-trailer", way_endless, CHUNKED "0\r\nA: ", A64),
	TWO("endless-interim", way_endless, "", HINTS),
	TWO("endless-blank-lines", way_endless, "", CRLF),
	TWO("endless-status", way_endless, "HTTP/1.1 200 ", A64),
	TWO("endless-field", way_endless, HEAD "A: ", A64),
	TWO("endless-fields", way_endless, HEAD, "A: " A64 A64 A64 A64 A64 A64
	    "\r\n"),
	TWO("huge-head", way_endless, HEAD, A64),
	TWO("many-fields", way_endless, HEAD, "A: b\r\n"),
	TWO("endless-answers", way_endless, "", OK),
	TWO("endless-408", way_endless_unasked, "", REQUEST_TIMEOUT),
	TWO("endless-random", way_endless_unasked, "", "\377\376q\001z"),
	/* Gone. */
	{ "close-at-accept", NULL, { NULL, NULL }, LISTEN_WELL },
	ONE("close-before-answer", way_once, ""),
	ONE("close-idle", way_close_idle, OK),
	ONE("close-second", way_close_second, OK),
	ONE("close-kept", way_once, HEAD LENGTH(5)
	    "Connection: keep-alive\r\n\r\nhello"),
	ONE("cut-status", way_once, "HTTP/1.1 2"),
	ONE("cut-head", way_once, HEAD LENGTH(5)),
	ONE("cut-after-head", way_once, HEAD LENGTH(5) CRLF),
	ONE("cut-body", way_once, HEAD LENGTH(10) "\r\nhello"),
	ONE("cut-chunk-size", way_once, CHUNKED "5"),
	ONE("cut-chunk", way_once, CHUNKED "5\r\nhe"),
	ONE("cut-after-chunk", way_once, CHUNKED "5\r\nhello\r\n"),
	ONE("cut-trailers", way_once, CHUNKED "5\r\nhello\r\n0\r\nA: b\r\n"),
	ONE("cut-interim", way_once, HINTS),
	ONE("cut-at-each", way_cut_at_each, OK),
	ONE("cut-at-each-chunked", way_cut_at_each, CHUNKED
	    "5\r\nhello\r\n0\r\n\r\n"),
	ONE("reset", way_reset, ""),
	{ "reset-at-accept", way_reset_at_once, { NULL, NULL }, LISTEN_WELL },
	{ "reset-unread", way_reset_unread, { NULL, NULL }, LISTEN_WELL },
	{ "reset-half-read", way_reset_half_read, { NULL, NULL }, LISTEN_WELL },
	ONE("reset-status", way_reset, "HTTP/1.1 2"),
	ONE("reset-head", way_reset, HEAD "Content-Le"),
	ONE("reset-after-head", way_reset, HEAD LENGTH(5) CRLF),
	ONE("reset-body", way_reset, HEAD LENGTH(10) "\r\nhello"),
	ONE("reset-chunk", way_reset, CHUNKED "5\r\nhe"),
	ONE("reset-close-body", way_reset, HEAD "\r\nhello"),
	ONE("reset-after-answer", way_reset, OK),
	ONE("reset-idle", way_reset_idle, OK),
	ONE("reset-at-each", way_reset_at_each, OK),
	ONE("reset-at-each-chunked", way_reset_at_each, CHUNKED
	    "5\r\nhello\r\n0\r\n\r\n"),
	/* Too early, too much, too late. */
	ONE("early-answer", way_early, "HTTP/1.1 413 Content Too Large\r\n"
	    LENGTH(5) CLOSE "\r\nlarge"),
	ONE("early-kept", way_early, OK),
	ONE("unasked", way_unasked, OK),
	ONE("unasked-408", way_unasked, REQUEST_TIMEOUT),
	ONE("ahead", way_ahead, OK),
	TWO("idle-408", way_talk_idle, OK, REQUEST_TIMEOUT),
	TWO("idle-answer", way_talk_idle, OK, "HTTP/1.1 500 No\r\n" LENGTH(0)
	    CRLF),
	ONE("two-answers", way_always, OK OK),
	TWO("two-answers-late", way_two_steps, OK, OK),
	ONE("extra-bytes", way_keep_alive, OK "HTTP/1.1 junk"),
	ONE("close-and-more", way_always, HEAD LENGTH(5) CLOSE CRLF "hello"
	    "HTTP/1.1 500 No\r\n\r\n"),
	ONE("length-too-small", way_always, HEAD LENGTH(3) CRLF "hello"),
	ONE("204-body", way_always, "HTTP/1.1 204 No Content\r\n" LENGTH(5) CRLF
	    "hello"),
	ONE("304-body", way_always, "HTTP/1.1 304 Not Modified\r\n" LENGTH(5)
	    CRLF "hello"),
	ONE("head-body", way_always, OK),
	/* Not HTTP/1.1. */
	ONE("garbage", way_once, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
	ONE("tls-alert", way_once, "\025\003\003" "\002\002\050\012"),
	ONE("tls-hello", way_once, "\026\003\003" "zzz\002hello"),
	ONE("http-0.9", way_once, "<html>hello</html>\r\n"),
	ONE("http-2.0", way_once, "HTTP/2.0 200 OK\r\n" LENGTH(0) CRLF),
	ONE("http2", way_zeros, "~~\6\4~~~~~" "~\3~~~\144"),
	ONE("lower-case", way_once, "http/1.1 200 OK\r\n" LENGTH(0) CRLF),
	ONE("icy", way_once, "ICY 200 OK\r\n\r\nhello"),
	ONE("no-newline", way_once, "HTTP/1.1 200 OK"),
	ONE("blank-line", way_once, CRLF OK),
	/* Not as it should be. */
	ONE("status-000", way_once, "HTTP/1.1 000 No\r\n" LENGTH(0) CRLF),
	ONE("status-099", way_once, "HTTP/1.1 099 No\r\n" LENGTH(0) CRLF),
	ONE("status-999", way_once, "HTTP/1.1 999 No\r\n" LENGTH(0) CRLF),
	ONE("status-1000", way_once, "HTTP/1.1 1000 No\r\n" LENGTH(0) CRLF),
	ONE("status-letters", way_once, "HTTP/1.1 2OO OK\r\n" LENGTH(0) CRLF),
	ONE("status-negative", way_once, "HTTP/1.1 -20 OK\r\n" LENGTH(0) CRLF),
	ONE("status-missing", way_once, "HTTP/1.1\r\n" LENGTH(0) CRLF),
	ONE("two-lengths", way_once, HEAD LENGTH(5) LENGTH(6) "\r\nhello"),
	ONE("same-lengths", way_once, HEAD LENGTH(5) LENGTH(5) "\r\nhello"),
	ONE("length-list", way_once, HEAD "Content-Length: 5, 5\r\n\r\nhello"),
	ONE("length-negative", way_once, HEAD LENGTH(-5) "\r\nhello"),
	ONE("length-plus", way_once, HEAD LENGTH(+5) "\r\nhello"),
	ONE("length-hex", way_once, HEAD LENGTH(0x5) "\r\nhello"),
	ONE("length-empty", way_once, HEAD LENGTH() "\r\nhello"),
	ONE("length-fraction", way_once, HEAD LENGTH(5.0) "\r\nhello"),
	ONE("length-2^63", way_once, HEAD LENGTH(9223372036854775808)
	    "\r\nhello"),
	ONE("length-2^64", way_once, HEAD LENGTH(18446744073709551621)
	    "\r\nhello"),
	ONE("length-and-coding", way_once, HEAD LENGTH(5)
	    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
	ONE("bad-coding", way_once, HEAD
	    "Transfer-Encoding: gzip\r\n\r\nhello"),
	ONE("two-codings", way_once, HEAD
	    "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
	ONE("folded", way_once, HEAD "A: b\r\n c\r\n" LENGTH(0) CRLF),
	ONE("blank-colon", way_once, HEAD "Content-Length : 0\r\n\r\n"),
	ONE("no-colon", way_once, HEAD "Content-Length 0\r\n\r\n"),
	ONE("no-name", way_once, HEAD ": 0\r\n" LENGTH(0) CRLF),
	ONE("bare-cr", way_once, HEAD "A: b\rC: d\r\n" LENGTH(0) CRLF),
	ONE("nul", way_zeros, HEAD "A: b~\r\n" LENGTH(0) CRLF),
	ONE("nul-name", way_zeros, HEAD "A~: b\r\n" LENGTH(0) CRLF),
	ONE("nul-status", way_zeros, "HTTP/1.1 200 O~\r\n" LENGTH(0) CRLF),
	ONE("bad-chunk", way_once, CHUNKED "5\r\nhello\r\nzz\r\n"),
	ONE("bad-chunk-end", way_once, CHUNKED "5\r\nhelloworld\r\n"),
	ONE("chunk-2^64", way_once, CHUNKED "ffffffffffffffff\r\nhello"),
	ONE("chunk-2^63", way_once, CHUNKED "8000000000000000\r\nhello"),
	ONE("chunk-wraps", way_once, CHUNKED "10000000000000005\r\nhello\r\n"
	    "0\r\n\r\n"),
	ONE("chunk-zeros", way_once, CHUNKED "00000000000000000005\r\nhello\r\n"
	    "0\r\n\r\n"),
	ONE("chunk-negative", way_once, CHUNKED "-1\r\nhello"),
	ONE("chunk-0x", way_once, CHUNKED "0x10\r\nhello"),
	ONE("chunk-blank-before", way_once, CHUNKED " 5\r\nhello\r\n"),
	ONE("chunk-blank-behind", way_once, CHUNKED "5 \r\nhello\r\n"
	    "0\r\n\r\n"),
	ONE("chunk-no-size", way_once, CHUNKED "\r\nhello\r\n"),
	ONE("chunk-bare-lf", way_once, CHUNKED "5\nhello\n0\n\n"),
	ONE("chunk-nul", way_zeros, CHUNKED "5;~\r\nhello\r\n"),
	ONE("bad-trailer", way_once, CHUNKED "0\r\nA b\r\n\r\n")
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
	bad_port = a.ss.ss_family == AF_UNIX ? 1 :
	    (unsigned int)strtoul(strrchr(text, ':') + 1, NULL, 10);
	if (portfile != NULL && ((f = fopen(portfile, "w")) == NULL ||
	    fprintf(f, "%u\n", bad_port) < 0 || fclose(f) == EOF))
		err(1, "%s", portfile);
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
	const struct timespec wait = { .tv_nsec = ACCEPT_MS * 1000000L };
	const struct behaviour *b = arg;
	static struct bad_peer p;
	pid_t pid;

	if (b->listening == LISTEN_SLOWLY)
		nanosleep(&wait, NULL);
	p.fd = accept(listener, NULL, NULL);	/* blocks, unlike net_accept */
	if (p.fd == -1)
		return false;
	if (shows_peers)
		show_peer(p.fd);
	p.number = naccepted++;
	p.is_verbose = is_verbose;
	p.shows_heads = shows_heads;
	pid = fork();
	if (pid == 0) {
		alarm(LIFE_S);
		close(listener);
		if (b->way != NULL)
			b->way(&p, &b->say);
		_exit(0);
	}
	close(p.fd);
	return pid != -1;
}

/*
 * The queue of those that wait to be accepted is made short and filled: more
 * get no answer to their SYN. Nobody is accepted.
 */
static void UTIL_NORETURN
never_accept(int listener)
{
	struct net_address a;
	int i;

	if (listen(listener, 0) == -1 || net_local_address(listener, &a) == -1)
		err(1, "listen");
	for (i = 0; i < 4; i++)
		(void)net_connect(&a, NULL);
	printf("%u\n", bad_port);
	fflush(stdout);
	for (;;)
		pause();
}

static const struct behaviour *
find(const char *name)
{
	size_t i;

	for (i = 0; i < UTIL_NELEM(behaviours); i++)
		if (name != NULL && strcmp(name, behaviours[i].name) == 0)
			return &behaviours[i];
	errx(1, "usage: misbehave [-6hlpv] [-u PATH] BEHAVIOUR [PORTFILE]");
}

static int
list(void)
{
	size_t i;

	for (i = 0; i < UTIL_NELEM(behaviours); i++)
		puts(behaviours[i].name);
	return 0;
}

int
main(int argc, char *argv[])
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const char *where = "127.0.0.1:0";
	const struct behaviour *b;
	int c, listener;

	while ((c = getopt(argc, argv, "6hlpu:v")) != -1) {
		if (c == '6')
			where = "[::1]:0";
		else if (c == 'h')
			shows_heads = true;
		else if (c == 'l')
			return list();
		else if (c == 'p')
			shows_peers = true;
		else if (c == 'u')
			where = optarg;
		else if (c == 'v')
			is_verbose = true;
		else
			return 1;
	}
	b = find(argv[optind]);
	sigaction(SIGPIPE, &ignore, NULL);
	listener = listen_somewhere(where, argv[optind + 1]);
	alarm(LIFE_S);
	if (b->listening == LISTEN_NEVER)
		never_accept(listener);
	printf("%u\n", bad_port);
	fflush(stdout);
	rig_serve(listener, serve, b);
}
