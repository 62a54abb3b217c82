/* SPDX-License-Identifier: MIT */
#ifndef WIRE_REQUEST_JSON_H
#define WIRE_REQUEST_JSON_H

#include "json.h"
#include "json_write.h"
#include "wire.h"

/*
 * A RunRequest from JSON, into req as run_request_init left it. Unknown members
 * are ignored; absent, null, zero and "" mean what they mean on the wire:
 * policy block, concurrency 1, method GET; without httpScenario there is no
 * URL. Members that a phase's type does not use are dropped. Checks types and
 * ranges of single members, not sense (run_request_check does). 0, or -1 and
 * one line in why, naming the member as run_request_check does
 * ("phases[0].duration: must be a whole number of nanoseconds"); req is then
 * half filled, and to be cleared.
 */
int	 run_request_from_json(struct run_request *req,
	    const struct json_value *v, char why[WIRE_TEXT_MAX]);
/*
 * The RunRequest's own members in the wire's order, then the extensions whose
 * value is not the default. headers holds one value a name, which is all that
 * an object can; what does not survive that goes into headerList as well.
 */
void	 run_request_to_json(const struct run_request *req,
	    struct json_out *w);

#endif
