/* SPDX-License-Identifier: MIT */
#ifndef PLAN_FILE_H
#define PLAN_FILE_H

#include <stddef.h>

#include "plan/plan.h"
#include "wire.h"

/*
 * A plan file's text into a plan as plan_init left it: JSON with ${VAR} and
 * ${VAR:-default} replaced in its strings, strict about unknown members. 0, or
 * -1 and one line in why: the path of the member, what was expected, and what
 * was meant if a word is near one. The plan is then half filled, and to be
 * cleared. Whether it makes sense is for run_request_check to say.
 */
int	 plan_from_json(struct plan *plan, const char *text, size_t len,
	    char why[WIRE_TEXT_MAX]);

#endif
