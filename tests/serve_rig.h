/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SERVE_RIG_H
#define TESTS_SERVE_RIG_H

#include <stdbool.h>

#include "base/util.h"

/*
 * For servers that behave badly, a child a connection: call accepts one and
 * forks for it (true: there is a child). Until the pipe on stdin ends.
 */
void	 rig_serve(int listener, bool (*call)(const void *arg, int listener),
	    const void *arg) UTIL_NORETURN;

#endif
