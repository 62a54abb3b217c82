/* SPDX-License-Identifier: MIT */
/*
 * The loop of servers that behave badly in one way a process: waits for
 * connections, buries the children that serve them, and leaves when whoever
 * started it does, which the end of a pipe on stdin tells.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/serve_rig.h"

/* A bad client must not make this a fork bomb: beyond the most, it waits. */
enum { CHILDREN_MAX = 512 };

void
rig_serve(int listener, bool (*call)(const void *, int), const void *arg)
{
	struct pollfd pfds[2] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = -1, .events = POLLIN }
	};
	struct stat st;
	char byte;
	int nchildren = 0;

	if (fstat(STDIN_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		pfds[1].fd = STDIN_FILENO;
	for (;;) {
		while (nchildren > 0 && waitpid(-1, NULL,
		    nchildren < CHILDREN_MAX ? WNOHANG : 0) > 0)
			nchildren--;
		if (poll(pfds, 2, -1) == -1)
			continue;
		if (pfds[1].revents != 0 && read(STDIN_FILENO, &byte, 1) <= 0)
			exit(0);
		if (pfds[0].revents != 0 && call(arg, listener))
			nchildren++;
	}
}
