/* SPDX-License-Identifier: MIT */
#ifndef HTTP_SERVER_LISTENER_H
#define HTTP_SERVER_LISTENER_H

#include <stdbool.h>

#include "base/loop.h"

/* A listening socket of a server; embedded. Zero is a closed one. */
struct server_listener {
	struct loop		*loop;
	struct loop_io		 io;
	struct loop_timer	 pause;		/* set: not accepting */
	struct loop_timer	 more;		/* set: in the next turn, too */
	bool			 is_open;
	bool			(*has_room)(void *arg);
	bool			(*make_room)(void *arg);
	void			(*accepted)(void *arg, int fd);
	void			*arg;
};

/*
 * Takes fd; 0, or -1 with errno and then fd is still the caller's. The owner
 * is asked: has_room, may one more come? make_room, end one to have its
 * descriptor, false if all are busy; and accepted is given each that came.
 */
int	 server_listener_open(struct server_listener *l, struct loop *loop,
	    int fd);
void	 server_listener_close(struct server_listener *l);
/* A connection has ended: if it pauses, that is over. */
void	 server_listener_resume(struct server_listener *l);

#endif
