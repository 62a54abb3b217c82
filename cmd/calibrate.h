/* SPDX-License-Identifier: MIT */
#ifndef CMD_CALIBRATE_H
#define CMD_CALIBRATE_H

#include "cmd/options.h"

extern const struct command calibrate_command;

/*
 * `pulse calibrate`: argv[0] is "calibrate". The exit status: 0 when a rate
 * was found, else 1; when a signal stopped it, the process dies of it.
 */
int	 calibrate_main(int argc, char **argv);

#endif
