/* SPDX-License-Identifier: MIT */
#ifndef WIRE_CONNECT_JSON_H
#define WIRE_CONNECT_JSON_H

#include "json_write.h"
#include "load/connect.h"
#include "wire/read.h"

/*
 * How targets are reached, from members of a scenario: insecure, serverName,
 * resume, connectTo, unixSocket, source, ca; absent, null and empty are the
 * default. Adds to c. A certificate and its key are no members: neither is
 * read or written. ca has WIRE_CA_MAX bytes at most. 0, or -1 and one line in
 * the reader's why ("connectTo[0]: a:b: expected ...").
 */
int	 connect_from_json(struct connect_settings *c,
	    const struct wire_reader *r);
/*
 * As members of the object that is open, none for what has its default.
 * Reports name the issuers by their number alone, as caCertificates; the wire
 * has all of ca.
 */
void	 connect_to_json(const struct connect_settings *c, struct json_out *w);
void	 connect_to_report(const struct connect_settings *c,
	    struct json_out *w);

#endif
