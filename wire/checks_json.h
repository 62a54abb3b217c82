/* SPDX-License-Identifier: MIT */
#ifndef WIRE_CHECKS_JSON_H
#define WIRE_CHECKS_JSON_H

#include "json_write.h"
#include "wire.h"
#include "wire/read.h"

/*
 * The checks of a scenario, from its member of that name: absent and null are
 * none, like any member of it that is absent, null or empty, and a status of
 * 0. Expected values may be strings, numbers, booleans or null, and are kept
 * as text. Adds to c. Unknown members are ignored. 0, or -1 and one line in
 * the reader's why ("checks.status: must be a whole number").
 */
int	 checks_from_json(struct checks *c, const struct wire_reader *r,
	    const char *name);
/*
 * As the member "checks" of the object that is open; nothing when there are
 * none. shown, when set, says what to write for the value of a header.
 */
void	 checks_to_json(const struct checks *c,
	    const char *(*shown)(const struct header *), struct json_out *w);

#endif
