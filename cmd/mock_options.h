/* SPDX-License-Identifier: MIT */
#ifndef CMD_MOCK_OPTIONS_H
#define CMD_MOCK_OPTIONS_H

#include "cmd/options.h"

extern const struct command mock_command;

/*
 * `pulse mock`: serves until it is stopped. Exit status: 0, or 1 after one line
 * on stderr.
 */
int	 mock_options_main(int argc, char **argv);

#endif
