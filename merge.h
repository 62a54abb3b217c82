/* SPDX-License-Identifier: MIT */
#ifndef MERGE_H
#define MERGE_H

#include "options.h"

extern const struct command merge_command;

/* `pulse merge`: argv[0] is "merge". Gives the exit status: 0, 1 or 2. */
int	 merge_main(int argc, char **argv);

#endif
