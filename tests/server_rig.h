/* SPDX-License-Identifier: MIT */
#ifndef SERVER_RIG_H
#define SERVER_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/util.h"
#include "http/server.h"

/*
 * What the tests of the server stand on: one server on a loopback socket and
 * raw clients in one loop, over TCP or over two pipes. Every function fails
 * the test rather than return an error.
 */
#define RIG_SHORT_NS	(100 * NS_PER_MS)	/* what rig_hasty allows */

enum {
	RIG_CLIENTS_MAX = 8,
	RIG_BODY_MAX = 16,		/* limit of both kinds */
	RIG_BIG = 32 * 1024 * 1024,	/* no socket buffer holds it */
	RIG_DATE_LEN = 37		/* of a Date line */
};

struct client {
	struct loop_io	 io;		/* reads */
	int		 write_fd;	/* the same one over TCP */
	struct buf	 got;
	bool		 has_ended;
	bool		 is_reset;
	unsigned int	 ended_at;	/* the turn of the loop */
};

enum rig_kind {
	RIG_TCP,
	RIG_PIPES,
	RIG_KINDS
};

extern struct loop *rig_loop;
extern struct server *rig_server;
extern struct buf rig_seen;	/* "METHOD path length:body\n" each */
extern struct server_connection *rig_held;	/* the last GET /later */
extern int rig_ngone;		/* times that the handler heard of one gone */
extern bool rig_answers_gone;	/* and left it to the test to answer */
extern int rig_nheads;		/* that it was asked to look at */
extern int rig_ndrained;
extern char *rig_big;		/* body of /big and /big-chunked */

extern const struct server_limits rig_patient;	/* no limit of time */
extern const struct server_limits rig_hasty;	/* but idle for ever */
extern const struct server_answer rig_hello;

#define GET(path)	"GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define HELLO \
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" \
	"Content-Length: 5\r\n\r\nhello"
#define HELLO_CLOSE \
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" \
	"Content-Length: 5\r\nConnection: close\r\n\r\nhello"

/* A checked fixture; its server is patient until rig_reopen. */
void	 rig_setup(void);
void	 rig_teardown(void);
void	 rig_reopen(const struct server_limits *limits);
void	 rig_reopen_without_listener(void);
void	 rig_make_big(void);

/* What can happen now does; nothing is waited for. */
void	 rig_settle(void);
/* One turn of the loop, which must come soon. */
void	 rig_turn(const char *descr);
/* Turns for so long: how many there were. */
int	 rig_turn_for(uint64_t ns);

/* rig_open lets the server accept it, rig_connect does not. */
struct client *rig_open(int i);
struct client *rig_connect(int i);
/* Over two pipes, which the server adopts; or whichever it is. */
struct client *rig_adopt(int i);
struct client *rig_open_kind(int i, enum rig_kind kind);
void	 rig_close(struct client *c);
void	 rig_reset(struct client *c);
void	 rig_end_write(struct client *c);
/* Stops to read, and goes on. */
void	 rig_deafen(struct client *c);
void	 rig_listen(struct client *c);
void	 rig_say(struct client *c, const char *text);
void	 rig_say_bytes(struct client *c, const char *p, size_t len);
/* The client gets exactly this, Date fields apart. */
void	 rig_hear(struct client *c, const char *descr, const char *want);
/* Nothing more, and the end. */
void	 rig_hear_end(struct client *c, const char *descr);
/* A refusal with that status, and the end. */
void	 rig_hear_refusal(struct client *c, const char *descr, int status);
/* Takes the Date fields out of what it got. */
void	 rig_strip_dates(struct buf *b);
/* What the handler saw since the last time. */
void	 rig_check_seen(const char *descr, const char *want);

#endif
