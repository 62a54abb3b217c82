/* SPDX-License-Identifier: MIT */
/*
 * How much memory a command needs, and how long:
 *
 *	peak FILE COMMAND [ARG ...]
 *
 * Runs it and writes "MILLISECONDS KIBIBYTES" as a line to FILE: the time until
 * it ended, and the largest resident size that it or one of the processes it
 * has waited for ever had. Ends with its status, or with 127 when there was
 * none.
 */

#include <sys/resource.h>
#include <sys/wait.h>

#include <err.h>
#include <stdio.h>
#include <unistd.h>

#include "base/util.h"

int
main(int argc, char *argv[])
{
	struct rusage usage;
	uint64_t start_ns = clock_now_ns();
	FILE *f;
	pid_t pid;
	int status;

	if (argc < 3)
		errx(127, "usage: peak FILE COMMAND [ARG ...]");
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1 ||
	    getrusage(RUSAGE_CHILDREN, &usage) == -1)
		err(127, "%s", argv[2]);
	if ((f = fopen(argv[1], "w")) == NULL || fprintf(f, "%lu %ld\n",
	    (unsigned long)((clock_now_ns() - start_ns) / NS_PER_MS),
	    usage.ru_maxrss) < 0 || fclose(f) == EOF)
		err(127, "%s", argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}
