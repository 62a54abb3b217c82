/* SPDX-License-Identifier: MIT */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>

/* Who a process is, and so what it may still ask of the system. */
enum sandbox_role {
	SANDBOX_GENERATOR,	/* sockets; no files, no processes */
	SANDBOX_RESOLVER,	/* sockets, and files to read */
	SANDBOX_WORKER,		/* both; has them as children; takes callers */
	SANDBOX_RUN		/* that, and gives finished files their name */
};

/*
 * Gives up for good, in this process and in all that it forks, what its role
 * has no use for: it can no longer start a program, and no program that is
 * started in any other way has more rights than it. What it has open stays
 * usable. May be called again, with a role that may do less. 0, also where the
 * system is one that has no such thing; -1 with errno when it should have, but
 * this kernel was built without or does not let us.
 */
int	 sandbox_enter(enum sandbox_role role);
/* Will sandbox_enter give up anything? Tells without doing so. */
bool	 sandbox_is_there(void);
/* From now on sandbox_enter gives up nothing; in children, too. */
void	 sandbox_forgo(void);

#endif
