/* SPDX-License-Identifier: MIT */
#ifndef CMD_RUN_H
#define CMD_RUN_H

/*
 * `pulse run`: argv[0] is "run". Returns the exit status (0, 1 or 2), or does
 * not return when a signal ended the run: then the process dies of it.
 */
int	 run_main(int argc, char **argv);

#endif
