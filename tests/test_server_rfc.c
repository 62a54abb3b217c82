/* SPDX-License-Identifier: MIT */
/*
 * Requests as RFC 9110 and 9112 have them and as those have them who want two
 * readers to disagree about where one ends. Each row goes over a socket with
 * "GET /marker" right behind it: whole, byte by byte, and cut at every point.
 * The marker is answered when the row's own request is over and the connection
 * stays; else it is never seen as a request, nor is any part of the row.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/server_rig.h"
#include "tests/suite.h"

#define MARKER		GET("/marker")
#define SEEN_MARKER	"GET /marker 0:\n"
#define BYTES(s)	(s), sizeof(s) - 1	/* may hold NULs */
#define HOST		"Host: a\r\n"
#define POST		"POST / HTTP/1.1\r\n" HOST
#define LENGTH		"Content-Length: "
#define CODING		"Transfer-Encoding: "
#define FIELD(s)	BYTES("GET / HTTP/1.1\r\n" HOST s "\r\n\r\n")
#define LINE(s)		BYTES(s "\r\n" HOST "\r\n")
#define HOSTS(s)	BYTES("GET / HTTP/1.1\r\n" s "\r\n")
#define LENGTHS(s)	BYTES(POST LENGTH s "\r\n\r\nhello")
#define CODINGS(s)	BYTES(POST CODING s "\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
#define CHUNKS(s)	BYTES(POST CODING "chunked\r\n\r\n" s)
#define SEEN_GET	"GET / 0:\n"
#define SEEN_HELLO	"POST / 5:hello\n"

struct row {
	const char	*descr;		/* with the section that decides */
	const char	*input;
	size_t		 len;
	const char	*seen;
};

/* The request is over where it says so, and the marker is the next. */
static const struct row kept[] = {
	/* RFC 9112 6.3 rule 5: several that agree may be taken as one. */
	{ "a list of one length", LENGTHS("5, 5"), SEEN_HELLO },
	{ "one length twice", LENGTHS("5\r\n" LENGTH "5"), SEEN_HELLO },
	{ "blanks around a length", LENGTHS("\t 5 \t"), SEEN_HELLO },
	{ "zeros before a length", LENGTHS("0000000000000000000005"),
	    SEEN_HELLO },
	{ "a length of nothing", FIELD(LENGTH "0"), SEEN_GET },
	{ "no length: no body (6.3 rule 7)", BYTES(POST "\r\n"),
	    "POST / 0:\n" },
	{ "chunked (7.1)", CODINGS("chunked"), SEEN_HELLO },
	{ "chunked in capitals (7)", CODINGS("CHUNKED"), SEEN_HELLO },
	{ "blanks around chunked (RFC 9110 5.5)", CODINGS("\t chunked\t "),
	    SEEN_HELLO },
	{ "names that only look like one",
	    FIELD("Transfer_Encoding: chunked\r\nContent_Length: 5"),
	    SEEN_GET },
	{ "a TE is no coding (RFC 9110 10.1.4)", FIELD("TE: gzip, trailers"),
	    SEEN_GET },
	{ "sizes in hexadecimal", CHUNKS("A\r\n0123456789\r\n00\r\n\r\n"),
	    "POST / 10:0123456789\n" },
	{ "zeros before a size", CHUNKS("000000000000000000005\r\nhello\r\n"
	    "0\r\n\r\n"), SEEN_HELLO },
	{ "blanks behind a size", CHUNKS("5 \t\r\nhello\r\n0 \r\n\r\n"),
	    SEEN_HELLO },
	{ "extensions (7.1.1)", CHUNKS("5;a=b; c = \"d;\\\"e\"\r\nhello\r\n"
	    "0;f\r\n\r\n"), SEEN_HELLO },
	{ "trailers mean nothing (RFC 9110 6.5.1)", CHUNKS("5\r\nhello\r\n0\r\n"
	    LENGTH "99\r\n" CODING "gzip\r\nHost: b\r\n\r\n"), SEEN_HELLO },
	{ "LF ends a trailer, as a field (2.2)", CHUNKS("5\r\nhello\r\n0\r\n"
	    "A: b\n\n"), SEEN_HELLO },
	{ "a request as data", CHUNKS("f\r\nGET / HTTP/1.1\n\r\n0\r\n\r\n"),
	    "POST / 15:GET / HTTP/1.1\n\n" },
	{ "LF ends a line of a head (2.2)",
	    BYTES("GET / HTTP/1.1\nHost: a\r\nA: b\n\n"), SEEN_GET },
	{ "empty lines before (2.2)", BYTES("\r\n\n\r\n\r\n\n\n\r\n\r\n\r\n"
	    "\r\n" GET("/")), SEEN_GET },
	{ "bytes above 0x7f in a value (RFC 9110 5.5)",
	    FIELD("A: \x80\xff\xc3\xa4"), SEEN_GET },
	{ "an empty value", FIELD("A:"), SEEN_GET },
	{ "http in absolute form (3.2.2)", LINE("GET http://a/b HTTP/1.1"),
	    "GET http://a/b 0:\n" },
	{ "another host than the Host's (3.2.2)",
	    LINE("GET http://b/ HTTP/1.1"), "GET http://b/ 0:\n" },
	{ "https in absolute form", LINE("GET HTTPS://a HTTP/1.1"),
	    "GET HTTPS://a 0:\n" },
	{ "an asterisk for OPTIONS (3.2.4)", LINE("OPTIONS * HTTP/1.1"),
	    "OPTIONS * 0:\n" },
	{ "what no URI has (RFC 3986 2), in a path",
	    LINE("GET /\"<>\\^`{|}%zz HTTP/1.1"), "GET /\"<>\\^`{|}%zz 0:\n" },
	{ "two slashes", LINE("GET //b/ HTTP/1.1"), "GET //b/ 0:\n" },
	{ "every mark of a method", LINE("!#$%&'*+-.^_`|~ / HTTP/1.1"),
	    "!#$%&'*+-.^_`|~ / 0:\n" },
	{ "a method in lower case", LINE("get / HTTP/1.1"), "get / 0:\n" },
	{ "HTTP/1.2 is as 1.1 (RFC 9110 2.5)", LINE("GET / HTTP/1.2"),
	    SEEN_GET },
	{ "HTTP/1.9", LINE("GET / HTTP/1.9"), SEEN_GET },
	{ "an empty Host (3.2)", HOSTS("Host:\r\n"), SEEN_GET },
	{ "an empty port (RFC 9110 4.2.1)", HOSTS("Host: a:\r\n"), SEEN_GET },
	{ "an address", HOSTS("Host: [::1]:80\r\n"), SEEN_GET },
	{ "100-continue and a body (RFC 9110 10.1.1)",
	    BYTES(POST "Expect: 100-continue\r\n" LENGTH "5\r\n\r\nhello"),
	    SEEN_HELLO },
	{ "100-continue and none", FIELD("Expect: 100-continue"), SEEN_GET },
	{ "what else is expected: a server may refuse it, this does not",
	    FIELD("Expect: magic"), SEEN_GET },
	{ "another protocol may be ignored (RFC 9110 7.8)",
	    FIELD("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
	    "HTTP2-Settings: AAMAAABkAAQAAP__"), SEEN_GET },
	{ "a body to GET (RFC 9110 9.3.1)",
	    BYTES("GET / HTTP/1.1\r\n" HOST LENGTH "5\r\n\r\nhello"),
	    "GET / 5:hello\n" },
	{ "chunks to DELETE", BYTES("DELETE / HTTP/1.1\r\n" HOST CODING
	    "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), "DELETE / 5:hello\n" },
	{ "a body that is a request",
	    BYTES(POST LENGTH "16\r\n\r\nGET / HTTP/1.1\r\n"),
	    "POST / 16:GET / HTTP/1.1\r\n\n" }
};

/* What is refused: one status, the end, and nothing seen. */
static const struct {
	struct row	 row;
	int		 status;
} refused[] = {
	/* RFC 9112 6.3 rule 5, RFC 9110 8.6. */
	{ { "lengths that differ", LENGTHS("5\r\n" LENGTH "6"), "" }, 400 },
	{ { "a list that differs", LENGTHS("5, 6"), "" }, 400 },
	{ { "a list with holes", LENGTHS("5,,5"), "" }, 400 },
	{ { "a list that ends early", LENGTHS("5,"), "" }, 400 },
	{ { "+5", LENGTHS("+5"), "" }, 400 },
	{ { "-5", LENGTHS("-5"), "" }, 400 },
	{ { "-0", LENGTHS("-0"), "" }, 400 },
	{ { "0x5", LENGTHS("0x5"), "" }, 400 },
	{ { "5.0", LENGTHS("5.0"), "" }, 400 },
	{ { "5e0", LENGTHS("5e0"), "" }, 400 },
	{ { "5 5", LENGTHS("5 5"), "" }, 400 },
	{ { "5;", LENGTHS("5;"), "" }, 400 },
	{ { "\"5\"", LENGTHS("\"5\""), "" }, 400 },
	{ { "a length of nothing", LENGTHS(""), "" }, 400 },
	{ { "5 and VT", LENGTHS("5\v"), "" }, 400 },
	{ { "5 and NUL", LENGTHS("5\0"), "" }, 400 },
	{ { "5 and CR", LENGTHS("5\r"), "" }, 400 },
	{ { "5 and NBSP", LENGTHS("5\xa0"), "" }, 400 },
	{ { "2^63", LENGTHS("9223372036854775808"), "" }, 400 },
	{ { "2^64", LENGTHS("18446744073709551616"), "" }, 400 },
	{ { "2^64 + 5", LENGTHS("18446744073709551621"), "" }, 400 },
	{ { "10 * 2^64 + 5", LENGTHS("184467440737095516165"), "" }, 400 },
	{ { "2^63 - 1 (RFC 9110 15.5.14)", LENGTHS("9223372036854775807"), "" },
	    413 },
	/* 6.1, 6.3 rule 3: an attack, or a mistake that looks like one. */
	{ { "length, coding", CODINGS("chunked\r\n" LENGTH "5"), "" }, 400 },
	{ { "coding, length", BYTES(POST LENGTH "5\r\n" CODING
	    "chunked\r\n\r\n0\r\n\r\n"), "" }, 400 },
	{ { "length of nothing and a coding", CODINGS("chunked\r\n" LENGTH "0"),
	    "" }, 400 },
	{ { "no length and a coding", CODINGS("chunked\r\n" LENGTH "x"), "" },
	    400 },
	/* 6.3 rule 4: chunked is not the last, so the end is not known. */
	{ { "gzip", CODINGS("gzip"), "" }, 400 },
	{ { "identity", CODINGS("identity"), "" }, 400 },
	{ { "chunked, gzip", CODINGS("chunked, gzip"), "" }, 400 },
	{ { "chunked, and gzip behind", CODINGS("chunked\r\n" CODING "gzip"),
	    "" }, 400 },
	{ { "xchunked", CODINGS("xchunked"), "" }, 400 },
	{ { "chunkedx", CODINGS("chunkedx"), "" }, 400 },
	{ { "\"chunked\"", CODINGS("\"chunked\""), "" }, 400 },
	{ { "chunked;x", CODINGS("chunked;x"), "" }, 400 },
	{ { "chunked ;x", CODINGS("chunked ;x"), "" }, 400 },
	{ { "a parameter that ends in it", CODINGS("x;y=\", chunked\""), "" },
	    400 },
	{ { "chunked and a comma", CODINGS("chunked,"), "" }, 400 },
	{ { "no coding", CODINGS(""), "" }, 400 },
	{ { "VT before chunked", CODINGS("\vchunked"), "" }, 400 },
	{ { "NUL behind chunked", CODINGS("chunked\0"), "" }, 400 },
	{ { "NBSP before chunked", CODINGS("\xa0" "chunked"), "" }, 400 },
	/* 6.1: chunked no more than once. */
	{ { "chunked, chunked", CODINGS("chunked, chunked"), "" }, 400 },
	{ { "chunked twice", CODINGS("chunked\r\n" CODING "chunked"), "" },
	    400 },
	/* 6.1: the end is known and the coding is not. */
	{ { "gzip, chunked", CODINGS("gzip, chunked"), "" }, 501 },
	{ { "gzip, and chunked behind", CODINGS("gzip\r\n" CODING "chunked"),
	    "" }, 501 },
	{ { "coding in HTTP/1.0 (6.1)", BYTES("POST / HTTP/1.0\r\n"
	    "Connection: keep-alive\r\n" CODING "chunked\r\n\r\n0\r\n\r\n"),
	    "" }, 400 },
	/* 7.1. */
	{ { "chunk -5", CHUNKS("-5\r\nhello\r\n0\r\n\r\n"), "" }, 400 },
	{ { "chunk +5", CHUNKS("+5\r\nhello\r\n0\r\n\r\n"), "" }, 400 },
	{ { "chunk 0x5", CHUNKS("0x5\r\nhello\r\n0\r\n\r\n"), "" }, 400 },
	{ { "a blank before a size", CHUNKS(" 5\r\nhello\r\n0\r\n\r\n"), "" },
	    400 },
	{ { "HTAB before a size", CHUNKS("\t5\r\nhello\r\n0\r\n\r\n"), "" },
	    400 },
	{ { "VT behind a size", CHUNKS("5\v\r\nhello\r\n0\r\n\r\n"), "" },
	    400 },
	{ { "no size", CHUNKS("\r\nhello\r\n0\r\n\r\n"), "" }, 400 },
	{ { "only an extension", CHUNKS(";a\r\n0\r\n\r\n"), "" }, 400 },
	{ { "two sizes", CHUNKS("5 5\r\nhello\r\n0\r\n\r\n"), "" }, 400 },
	{ { "no hexadecimal", CHUNKS("g\r\nhello\r\n0\r\n\r\n"), "" }, 400 },
	{ { "size 2^63", CHUNKS("8000000000000000\r\n"), "" }, 400 },
	{ { "size 2^64 + 5", CHUNKS("10000000000000005\r\nhello\r\n0\r\n\r\n"),
	    "" }, 400 },
	{ { "size 2^63 - 1", CHUNKS("7fffffffffffffff\r\nhello"), "" }, 413 },
	{ { "LF behind a size", CHUNKS("5\nhello\r\n0\r\n\r\n"), "" }, 400 },
	{ { "CR behind a size", CHUNKS("5\rhello\r\n0\r\n\r\n"), "" }, 400 },
	{ { "CR CR LF behind a size", CHUNKS("5\r\r\nhello\r\n0\r\n\r\n"), "" },
	    400 },
	{ { "LF behind an extension", CHUNKS("5;a\nhello\r\n0\r\n\r\n"), "" },
	    400 },
	{ { "CR in an extension", CHUNKS("5;a\rb\r\nhello\r\n0\r\n\r\n"), "" },
	    400 },
	{ { "NUL in an extension", CHUNKS("5;\0\r\nhello\r\n0\r\n\r\n"), "" },
	    400 },
	{ { "CRLF in quotes", CHUNKS("5;a=\"\r\nhello\r\n0\r\n\r\n\""), "" },
	    400 },
	{ { "CRLF escaped", CHUNKS("5;a=\"\\\r\nhello\r\n0\r\n\r\n\""), "" },
	    400 },
	{ { "data too long", CHUNKS("5\r\nhello!\r\n0\r\n\r\n"), "" }, 400 },
	{ { "data too short", CHUNKS("6\r\nhello\r\n0\r\n\r\n"), "" }, 400 },
	{ { "no end of the data", CHUNKS("5\r\nhello0\r\n\r\n"), "" }, 400 },
	{ { "LF behind the data", CHUNKS("5\r\nhello\n0\r\n\r\n"), "" }, 400 },
	{ { "CR behind the data", CHUNKS("5\r\nhello\r0\r\n\r\n"), "" }, 400 },
	{ { "LF behind the last size", CHUNKS("0\n\r\n"), "" }, 400 },
	{ { "no end of the trailers", CHUNKS("5\r\nhello\r\n0\r\n"), "" },
	    400 },
	{ { "a folded trailer", CHUNKS("0\r\nA: b\r\n c\r\n\r\n"), "" }, 400 },
	{ { "a blank before a trailer's colon", CHUNKS("0\r\nA : b\r\n\r\n"),
	    "" }, 400 },
	{ { "CR in a trailer", CHUNKS("0\r\nA: b\rc\r\n\r\n"), "" }, 400 },
	{ { "CR for an empty line", CHUNKS("0\r\n\r"), "" }, 400 },
	/* 2.2, 5.1, 5.2. */
	{ { "CR in a value", FIELD("A: b\rc"), "" }, 400 },
	{ { "CR CR LF", FIELD("A: b\r"), "" }, 400 },
	{ { "CR ends lines", BYTES("GET / HTTP/1.1\rHost: a\r\r"), "" }, 400 },
	{ { "CR before", BYTES("\r" GET("/")), "" }, 400 },
	{ { "CRs before", BYTES("\r\r\r\n" GET("/")), "" }, 400 },
	{ { "CR in a method", LINE("GE\rT / HTTP/1.1"), "" }, 400 },
	{ { "CR in a target", LINE("GET /\rb HTTP/1.1"), "" }, 400 },
	{ { "NUL in a value", FIELD("A: \0"), "" }, 400 },
	{ { "NUL in a name", FIELD("A\0: b"), "" }, 400 },
	{ { "NUL in a target", LINE("GET /\0 HTTP/1.1"), "" }, 400 },
	{ { "ESC in a value", FIELD("A: \x1b[2J"), "" }, 400 },
	{ { "DEL in a value", FIELD("A: \x7f"), "" }, 400 },
	{ { "a folded field", FIELD("A: b\r\n c"), "" }, 400 },
	{ { "a folded field, by HTAB", FIELD("A: b\r\n\tc"), "" }, 400 },
	{ { "a folded first field", BYTES("GET / HTTP/1.1\r\n " HOST "\r\n"),
	    "" }, 400 },
	{ { "a folded length", LENGTHS("\r\n 5"), "" }, 400 },
	{ { "a blank before the colon", FIELD("A : b"), "" }, 400 },
	{ { "HTAB before the colon of a length",
	    BYTES(POST "Content-Length\t: 5\r\n\r\nhello"), "" }, 400 },
	{ { "no name", FIELD(": b"), "" }, 400 },
	{ { "no colon", FIELD("A"), "" }, 400 },
	{ { "a name in UTF-8", FIELD("\xc3\xa4: b"), "" }, 400 },
	{ { "a name in brackets", FIELD("(A): b"), "" }, 400 },
	/* 3, 3.1, 3.2. */
	{ { "HTTP/0.9", BYTES("GET /\r\n"), "" }, 400 },
	{ { "two blanks", LINE("GET  / HTTP/1.1"), "" }, 400 },
	{ { "HTAB", LINE("GET\t/\tHTTP/1.1"), "" }, 400 },
	{ { "a blank at the end", LINE("GET / HTTP/1.1 "), "" }, 400 },
	{ { "a blank before", LINE(" GET / HTTP/1.1"), "" }, 400 },
	{ { "a blank in the target", LINE("GET /a b HTTP/1.1"), "" }, 400 },
	{ { "no target", LINE("GET  HTTP/1.1"), "" }, 400 },
	{ { "a method that is no token", LINE("G@T / HTTP/1.1"), "" }, 400 },
	{ { "a method in quotes", LINE("\"GET\" / HTTP/1.1"), "" }, 400 },
	{ { "bytes above 0x7f in a target", LINE("GET /\xc3\xa4 HTTP/1.1"),
	    "" }, 400 },
	{ { "a fragment", LINE("GET /#a HTTP/1.1"), "" }, 400 },
	{ { "no slash", LINE("GET a HTTP/1.1"), "" }, 400 },
	{ { "only a query", LINE("GET ?a HTTP/1.1"), "" }, 400 },
	{ { "no scheme", LINE("GET ://a/ HTTP/1.1"), "" }, 400 },
	{ { "a scheme that is none", LINE("GET 1http://a/ HTTP/1.1"), "" },
	    400 },
	{ { "an asterisk for GET", LINE("GET * HTTP/1.1"), "" }, 400 },
	{ { "CONNECT to a path", LINE("CONNECT / HTTP/1.1"), "" }, 400 },
	{ { "CONNECT to a URL", LINE("CONNECT http://a/ HTTP/1.1"), "" }, 400 },
	{ { "CONNECT to a user", LINE("CONNECT b@a:443 HTTP/1.1"), "" }, 400 },
	/* 2.3, RFC 9110 2.5 and 15.6.6. */
	{ { "HTTP/2.0", LINE("GET / HTTP/2.0"), "" }, 505 },
	{ { "HTTP/2's preface", BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "" },
	    505 },
	{ { "HTTP/0.9 by name", LINE("GET / HTTP/0.9"), "" }, 505 },
	{ { "HTTP/1.10", LINE("GET / HTTP/1.10"), "" }, 505 },
	{ { "HTTP/01.1", LINE("GET / HTTP/01.1"), "" }, 505 },
	{ { "HTTP/1,1", LINE("GET / HTTP/1,1"), "" }, 505 },
	{ { "HTTP/11", LINE("GET / HTTP/11"), "" }, 505 },
	{ { "http/1.1", LINE("GET / http/1.1"), "" }, 400 },
	{ { "HTTP /1.1", LINE("GET / HTTP /1.1"), "" }, 400 },
	{ { "HTTPS/1.1", LINE("GET / HTTPS/1.1"), "" }, 400 },
	/* 3.2, RFC 9110 7.2. */
	{ { "no Host", HOSTS(""), "" }, 400 },
	{ { "two Hosts", HOSTS(HOST "Host: b\r\n"), "" }, 400 },
	{ { "one Host twice", HOSTS(HOST HOST), "" }, 400 },
	{ { "no Host but in the target",
	    BYTES("GET http://a/ HTTP/1.1\r\n\r\n"), "" }, 400 },
	{ { "a list of Hosts", HOSTS("Host: a, a\r\n"), "" }, 400 },
	{ { "a user", HOSTS("Host: b@a\r\n"), "" }, 400 },
	{ { "a URL", HOSTS("Host: http://a\r\n"), "" }, 400 },
	{ { "a path", HOSTS("Host: a/b\r\n"), "" }, 400 },
	{ { "a blank", HOSTS("Host: a b\r\n"), "" }, 400 },
	{ { "a port of letters", HOSTS("Host: a:b\r\n"), "" }, 400 },
	{ { "two ports", HOSTS("Host: a:1:2\r\n"), "" }, 400 },
	{ { "an address without brackets", HOSTS("Host: ::1\r\n"), "" }, 400 },
	{ { "a bracket that stays open", HOSTS("Host: [::1\r\n"), "" }, 400 },
	{ { "more behind a bracket", HOSTS("Host: [::1]a\r\n"), "" }, 400 },
	{ { "two Hosts in HTTP/1.0", BYTES("GET / HTTP/1.0\r\n" HOST
	    "Host: b\r\n\r\n"), "" }, 400 }
};

/* Answered, and then the connection ends, whatever follows. */
static const struct row last[] = {
	{ "asked to close (9.6)", FIELD("Connection: close"), SEEN_GET },
	{ "close among others", FIELD("Connection: x, CLOSE ,keep-alive"),
	    SEEN_GET },
	{ "close in another field", FIELD("Connection: a\r\nConnection: close"),
	    SEEN_GET },
	{ "HTTP/1.0 (9.3)", BYTES("GET / HTTP/1.0\r\n\r\n"), SEEN_GET },
	{ "HTTP/1.0 expects nothing (RFC 9110 10.1.1)", BYTES("POST / HTTP/1.0"
	    "\r\nExpect: 100-continue\r\n" LENGTH "5\r\n\r\nhello"),
	    SEEN_HELLO }
};

static char	*with_marker(const struct row *row, size_t *len);
static void	say_cut(struct client *c, const char *text, size_t len,
		    size_t cut);
static void	hear_refusal(struct client *c, const char *descr, int status);
static void	expect_kept(const struct row *row, size_t cut);
static void	expect_refused(const struct row *row, int status, size_t cut);
static void	expect_last(const struct row *row, size_t cut);

static char *
with_marker(const struct row *row, size_t *len)
{
	char *text = xcalloc(row->len + sizeof(MARKER), 1);

	memcpy(text, row->input, row->len);
	memcpy(text + row->len, MARKER, sizeof(MARKER));
	*len = row->len + sizeof(MARKER) - 1;
	return text;
}

/* In two pieces; byte by byte when cut is 0. */
static void
say_cut(struct client *c, const char *text, size_t len, size_t cut)
{
	size_t i;

	if (cut > 0) {
		rig_say_bytes(c, text, cut);
		rig_settle();
		rig_say_bytes(c, text + cut, len - cut);
		return;
	}
	for (i = 0; i < len; i++) {
		rig_say_bytes(c, text + i, 1);
		rig_settle();
	}
}

static void
expect_kept(const struct row *row, size_t cut)
{
	static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct client *c = rig_open(0);
	struct buf want;
	size_t len;
	char *text = with_marker(row, &len);

	say_cut(c, text, len, cut);
	while (c->got.len < sizeof(interim) && !c->has_ended)
		rig_turn(row->descr);
	if (memcmp(c->got.data, interim, sizeof(interim) - 1) == 0)
		buf_drop(&c->got, sizeof(interim) - 1);
	rig_hear(c, row->descr, HELLO HELLO);
	rig_settle();
	ck_assert_msg(!c->has_ended, "%s: closed", row->descr);
	buf_init(&want, 4096);
	buf_addf(&want, "%s%s", row->seen, SEEN_MARKER);
	rig_check_seen(row->descr, buf_str(&want));
	buf_clear(&want);
	free(text);
	rig_close(c);
	rig_settle();
}

/* One answer, not more. */
static void
hear_refusal(struct client *c, const char *descr, int status)
{
	rig_hear_refusal(c, descr, status);
	ck_assert_msg(strstr(buf_str(&c->got) + 1, "HTTP/1.1 ") == NULL,
	    "%s: more than one answer: %s", descr, buf_str(&c->got));
	rig_check_seen(descr, "");
}

static void
expect_refused(const struct row *row, int status, size_t cut)
{
	struct client *c = rig_open(0);
	size_t len;
	char *text = with_marker(row, &len);

	say_cut(c, text, len, cut);
	hear_refusal(c, row->descr, status);
	free(text);
	rig_close(c);
	rig_settle();
}

static void
expect_last(const struct row *row, size_t cut)
{
	struct client *c = rig_open(0);
	size_t len;
	char *text = with_marker(row, &len);

	say_cut(c, text, len, cut);
	rig_hear(c, row->descr, HELLO_CLOSE);
	rig_hear_end(c, row->descr);
	rig_check_seen(row->descr, row->seen);
	free(text);
	rig_close(c);
	rig_settle();
}

START_TEST(test_kept)
{
	const struct row *row = &kept[_i];
	size_t cut;

	for (cut = 0; cut <= row->len + sizeof(MARKER) - 1; cut++)
		expect_kept(row, cut);
}
END_TEST

START_TEST(test_refused)
{
	const struct row *row = &refused[_i].row;
	size_t cut;

	for (cut = 0; cut <= row->len + sizeof(MARKER) - 1; cut++)
		expect_refused(row, refused[_i].status, cut);
}
END_TEST

START_TEST(test_last)
{
	const struct row *row = &last[_i];
	size_t cut;

	for (cut = 0; cut <= row->len + sizeof(MARKER) - 1; cut++)
		expect_last(row, cut);
}
END_TEST

/* A part that is too long by a byte or by as much again. */
static const struct {
	const char	*descr;
	const char	*before;
	char		 filler;
	size_t		 len;
	const char	*behind;
	int		 status;
} long_tests[] = {
	{ "method", "", 'A', HTTP_HEAD_MAX, " / HTTP/1.1\r\n", 414 },
	{ "target", "GET /", 'a', HTTP_HEAD_MAX, " HTTP/1.1\r\n", 414 },
	{ "version", "GET / HTTP/1.", '1', HTTP_HEAD_MAX, "\r\n", 414 },
	{ "name", "GET / HTTP/1.1\r\n", 'a', HTTP_HEAD_MAX, ": b\r\n", 431 },
	{ "value", "GET / HTTP/1.1\r\nA: ", 'a', HTTP_HEAD_MAX, "\r\n", 431 },
	{ "extension", POST CODING "chunked\r\n\r\n0;", 'a', 4096, "\r\n\r\n",
	    400 },
	{ "size", POST CODING "chunked\r\n\r\n", '0', 4096, "\r\n\r\n", 400 },
	{ "trailer", POST CODING "chunked\r\n\r\n0\r\nA: ", 'a', HTTP_HEAD_MAX,
	    "\r\n\r\n", 400 },
	{ "empty lines of trailers", POST CODING "chunked\r\n\r\n0\r\nA:", ' ',
	    HTTP_HEAD_MAX, "\r\n\r\n", 400 }
};

START_TEST(test_long)
{
	struct client *c = rig_open(0);
	size_t len = long_tests[_i].len;
	char *filler = xcalloc(len, 1);

	memset(filler, long_tests[_i].filler, len);
	rig_say(c, long_tests[_i].before);
	rig_say_bytes(c, filler, len);
	rig_say(c, long_tests[_i].behind);
	rig_say(c, MARKER);
	hear_refusal(c, long_tests[_i].descr, long_tests[_i].status);
	free(filler);
}
END_TEST

/* RFC 9110 9.3.2: no content for HEAD, be it refused for its body. */
START_TEST(test_head_refused)
{
	struct client *c = rig_open(0);

	rig_say(c, "HEAD / HTTP/1.1\r\n" HOST LENGTH "17\r\n\r\n");
	rig_hear(c, "HEAD", "HTTP/1.1 413 Content Too Large\r\n"
	    "Content-Type: text/plain\r\nContent-Length: 15\r\n"
	    "Connection: close\r\n\r\n");
	rig_hear_end(c, "HEAD");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("server_rfc");
	TCase *tc = tcase_create("requests");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);	/* valgrind and ASan take their time */
	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_add_loop_test(tc, test_kept, 0, UTIL_NELEM(kept));
	tcase_add_loop_test(tc, test_refused, 0, UTIL_NELEM(refused));
	tcase_add_loop_test(tc, test_last, 0, UTIL_NELEM(last));
	tcase_add_loop_test(tc, test_long, 0, UTIL_NELEM(long_tests));
	tcase_add_test(tc, test_head_refused);
	return suite_main(s);
}
