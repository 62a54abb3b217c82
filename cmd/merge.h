/* SPDX-License-Identifier: MIT */
#ifndef CMD_MERGE_H
#define CMD_MERGE_H

#include "cmd/options.h"

extern const struct command merge_command;

/* `pulse merge`: argv[0] is "merge". Gives the exit status: 0, 1 or 2. */
int	 merge_main(int argc, char **argv);

#endif
