/* SPDX-License-Identifier: MIT */
/*
 * One connection of a server that behaves badly: reads requests, says bytes.
 * A process each, which ends when the client does. What it knows of HTTP is its
 * own, so that an error of http.c cannot hide in it; requests are short and
 * have no chunked body.
 */

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tests/bad_peer.h"

enum { BLOCK_SIZE = 256 * 1024 };

void
bad_say_bytes(struct bad_peer *p, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t n;

	for (; len > 0; at += n, len -= (size_t)n)
		if ((n = write(p->fd, at, len)) <= 0)
			_exit(0);	/* the client had enough */
}

void
bad_say(struct bad_peer *p, const char *text)
{
	bad_say_bytes(p, text, strlen(text));
}

void
bad_say_forever(struct bad_peer *p, const char *unit)
{
	static char block[BLOCK_SIZE];
	size_t unit_len = strlen(unit), len;

	for (len = 0; len + unit_len <= sizeof(block); len += unit_len)
		memcpy(block + len, unit, unit_len);
	for (;;)
		bad_say_bytes(p, block, len);
}

void
bad_wait_for_end(struct bad_peer *p)
{
	while (read(p->fd, p->in, BAD_HEAD_MAX) > 0)
		;
	_exit(0);
}

void
bad_finish(struct bad_peer *p)
{
	shutdown(p->fd, SHUT_WR);
	bad_wait_for_end(p);
}

/* The value of a field of the head, up to the end of the line, or NULL. */
static const char *
field(const struct bad_peer *p, const char *name)
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
read_some(struct bad_peer *p)
{
	ssize_t n = read(p->fd, p->in + p->len, BAD_HEAD_MAX - p->len);

	if (n <= 0)
		_exit(0);
	p->len += (size_t)n;
	p->in[p->len] = '\0';
}

void
bad_read_head(struct bad_peer *p)
{
	const char *end, *length;

	while ((end = strstr(p->in, "\r\n\r\n")) == NULL) {
		read_some(p);
		/* Nobody waits for the line end of a TLS handshake. */
		if (p->in[0] == 0x16) {
			bad_say(p, "HTTP/1.1 400 Bad Request\r\n\r\n");
			bad_finish(p);
		}
	}
	if (sscanf(p->in, "%31s %1023s", p->method, p->path) != 2)
		_exit(1);
	if (p->shows_heads)
		fprintf(stderr, "%.*s", (int)(end + 4 - p->in), p->in);
	length = field(p, "Content-Length");
	p->body_len = length != NULL ? strtoul(length, NULL, 10) : 0;
	p->has_authorization = field(p, "Authorization") != NULL;
	p->len -= (size_t)(end + 4 - p->in);
	memmove(p->in, end + 4, p->len + 1);
}

void
bad_read_request(struct bad_peer *p)
{
	size_t left;

	bad_read_head(p);
	for (left = p->body_len; left > p->len; read_some(p)) {
		left -= p->len;
		p->len = 0;
	}
	p->len -= left;
	memmove(p->in, p->in + left, p->len + 1);
	p->nrequests++;
	if (p->is_verbose)
		fprintf(stderr, "%s %s %zu %s\n", p->method, p->path,
		    p->body_len, p->nrequests > 1 ? "reused" : "new");
}
