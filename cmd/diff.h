/* SPDX-License-Identifier: MIT */
#ifndef CMD_DIFF_H
#define CMD_DIFF_H

#include "cmd/options.h"

extern const struct command diff_command;

/*
 * argv from the subcommand on. Exit status: 0, 2 if a --fail-if holds, 1 on
 * anything else, after one line on stderr.
 */
int	 diff_main(int argc, char **argv);

#endif
