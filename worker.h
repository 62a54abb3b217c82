/* SPDX-License-Identifier: MIT */
#ifndef WORKER_H
#define WORKER_H

/*
 * `pulse worker`: argv[0] is "worker". Accepts runs until INT, TERM or HUP, or,
 * with --stdio, until its standard input ends. Returns the exit status.
 */
int	 worker_main(int argc, char **argv);

#endif
