/* SPDX-License-Identifier: MIT */
#ifndef POOL_RIG_H
#define POOL_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "load/pool.h"

/*
 * What the tests of the pool stand on: a pool of real generators, and a server
 * with two listeners in the same loop. It answers 200, to /to a redirect to the
 * second listener, to /nowhere one to a name that cannot be, to /hang nothing.
 * Every function fails the test rather than return an error.
 */
#define RIG_PATIENCE_NS	(20 * NS_PER_SEC)
#define LABEL_TOO_LONG	\
	"a1234567890123456789012345678901234567890123456789012345678901234"

enum {
	GENERATORS = 3,
	CONNECTIONS_MAX = 64,
	HEAD_MAX = 4096
};

struct listener {
	struct loop_io	 io;
	unsigned int	 port;
	int		 accepted;
	int		 requests;
};

struct connection {
	struct loop_io	 io;
	struct listener	*listener;	/* NULL: not there */
	char		 in[HEAD_MAX + 1];
	size_t		 len;
};

/* What the hooks heard of a run. */
struct seen {
	int		 started;
	int		 intervals;
	int		 done;
	int		 refused;
	uint64_t	 start_ns;
	double		 planned;
	enum refusal	 refusal;
	char		 why[WIRE_TEXT_MAX];
	char		 error[WIRE_TEXT_MAX];
	char		 address[64];
	struct counters	 n;
	struct generator_stat stat[GENERATORS];
	bool		 is_partial;
	bool		 has_start_error;
	int64_t		 start_error_ns;
	uint64_t	 lost;
};

extern struct loop *rig_loop;
extern struct pool *rig_pool;
extern struct listener rig_listeners[2];	/* 0 is the target */
extern struct connection rig_connections[CONNECTIONS_MAX];
extern uint64_t rig_first_request_ns;
extern struct seen rig_seen;
extern void (*rig_at_start)(void);	/* called when a run has started */
extern const struct run_hooks rig_hooks;	/* which fill rig_seen */

/*
 * A checked fixture. The listeners are there before the generators are, as in
 * a worker.
 */
void	 rig_setup(void);
void	 rig_teardown(void);

/* Turns of the loop until it is no longer 0; for so long. */
void	 rig_await(const int *count);
void	 rig_turn_for(uint64_t ns);

/* 20 arrivals in 100 ms, which all find a slot at last. */
void	 rig_request_init(struct run_request *req, const char *path);
/* Begins a run without a probe. */
void	 rig_begin(const struct run_request *req);
/* The same, until it is done, well or not. */
void	 rig_run(const struct run_request *req);
/* One that is refused, with nothing sent. */
void	 rig_run_in_vain(const struct run_request *req, enum refusal refusal,
	    const char *why);
/* One that goes as it should. */
void	 rig_run_well(void);

#endif
