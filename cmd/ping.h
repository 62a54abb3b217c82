/* SPDX-License-Identifier: MIT */
#ifndef CMD_PING_H
#define CMD_PING_H

#include "cmd/options.h"

extern const struct command ping_command;

/*
 * `pulse ping`: argv[0] is "ping". Are the workers there? A line each. Returns
 * the exit status: 0, or 1 when any is not.
 */
int	 ping_main(int argc, char **argv);

#endif
