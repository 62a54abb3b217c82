/* SPDX-License-Identifier: MIT */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include <stddef.h>

#include "cmd/options.h"

/* A subcommand as completions know it. */
struct completion {
	const char		*name;
	const char		*summary;
	const struct command	*command;	/* NULL: it has no options */
	/* That may be its operand, as in "a|b", or NULL. */
	const char		*operands;
};

extern const struct command completion_command;

/*
 * `pulse completion SHELL` of a program with these n subcommands: writes the
 * script for bash, zsh or fish to stdout. Exit status: 0, or 1 after one line
 * on stderr.
 */
int	 completion_main(int argc, char **argv,
	    const struct completion *subcommands, size_t n);

#endif
