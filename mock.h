/* SPDX-License-Identifier: MIT */
#ifndef MOCK_H
#define MOCK_H

#include <stdint.h>

#include "base/net.h"
#include "base/tls.h"
#include "base/util.h"

enum mock_mode {
	MOCK_HEALTHY,		/* 200 */
	MOCK_MIXED_ERRORS,	/* a share of the answers is 4xx and 5xx */
	MOCK_SLOW,		/* 200 after delay_ns, or MOCK_SLOW_NS */
	MOCK_FLAKY,		/* a share breaks: reset, or cut in mid-body */
	MOCK_DOWN,		/* accepts and closes at once */
	MOCK_MODES
};

struct mock_settings {
	struct net_address	 address;
	enum mock_mode		 mode;
	uint64_t		 delay_ns;	/* of each answer, any mode */
	double			 fail_rate;	/* 0 to 1; counted by process */
	uint64_t		 size;		/* bytes of an answer's body */
	uint64_t		 processes;	/* 0 and 1: no child */
	const struct tls_settings *tls;		/* good ones; NULL: plain */
};

#define MOCK_SLOW_NS	(500 * NS_PER_MS)

enum { MOCK_SIZE_MAX = 64 * 1024 * 1024 };

/*
 * Listens, prints one line with its address ("pulse mock: listening on
 * http://127.0.0.1:8080", or "https://...", or "unix:PATH", about 60 bytes of
 * it) to stdout and serves until INT, TERM or HUP. SIGPIPE must be ignored.
 * Exit status: 0, or 1 after a line on stderr.
 */
int	 mock_main(const struct mock_settings *settings);

/*
 * The body of one process of a mock, for proc_spawn, where the caller listens
 * and starts them; arg is a struct mock_place. All may share one socket, and
 * each serves until its parent's pipe ends. Says on stderr why it cannot.
 */
struct mock_place {
	const struct mock_settings *settings;
	int			 fd;		/* listening */
};
int	 mock_serve(void *arg, int read_fd, int write_fd);

#endif
