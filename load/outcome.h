/* SPDX-License-Identifier: MIT */
#ifndef LOAD_OUTCOME_H
#define LOAD_OUTCOME_H

#include <stdint.h>

#include "base/tls.h"
#include "http.h"

/* The parts of a request's latency, in the order in which they pass. */
enum part {
	PART_LAG,		/* generator late for the planned moment */
	PART_WAIT,		/* for a free slot */
	PART_CONNECT,
	PART_TLS,
	PART_FIRST_BYTE,	/* from the send to the first byte */
	PART_TRANSFER,		/* first byte to last byte */
	PARTS
};

/* Categories of failed requests, as the wire counts them. */
enum category {
	CATEGORY_NONE,			/* it went well */
	CATEGORY_HTTP_STATUS,		/* status >= 400 */
	CATEGORY_CHECK,			/* a check failed */
	CATEGORY_DEADLINE,		/* the request's own time was over */
	CATEGORY_TIMEOUT,		/* the kernel gave up: ETIMEDOUT */
	CATEGORY_TRANSPORT,
	CATEGORY_CANCELED,		/* cut off when the run stopped */
	CATEGORY_UNKNOWN,
	CATEGORIES
};

/*
 * Causes of a failure. From CAUSE_HTTP on, one for each enum http_reason; from
 * CAUSE_TLS on, one for each enum tls_reason; from CAUSE_ERRNO on, one for each
 * errno that outcome.c lists, the last of them standing for all others.
 */
enum cause {
	CAUSE_NONE,
	CAUSE_STATUS,			/* http_status */
	CAUSE_TIMEOUT,			/* timeout */
	CAUSE_CANCELED,			/* canceled */
	CAUSE_CLOSED,			/* closed: end of stream, no answer */
	CAUSE_RESOLVE,			/* name_not_found */
	CAUSE_REDIRECTS,		/* too_many_redirects */
	CAUSE_LOCATION,			/* bad_location: of a redirect */
	CAUSE_NO_TLS,			/* no_tls: https cannot be had */
	CAUSE_CHECK_STATUS,		/* check_status, and so on */
	CAUSE_CHECK_HEADER,
	CAUSE_CHECK_BODY,
	CAUSE_CHECK_JSON,
	CAUSE_DENIED,			/* target_denied: of a redirect */
	CAUSE_HTTP,
	CAUSE_TLS = CAUSE_HTTP + HTTP_REASONS,
	CAUSE_ERRNO = CAUSE_TLS + TLS_REASONS,
	CAUSE_ERRNO_LAST = CAUSE_ERRNO + 19,
	CAUSES
};

const char	*part_name(enum part part);		/* "first_byte" */
const char	*category_name(enum category category);	/* "transport" */
const char	*cause_name(enum cause cause);		/* "ECONNREFUSED" */
/*
 * By name: 0, or -1 and *out untouched when nothing is called so; "none" is
 * no category and no cause then.
 */
int	 part_by_name(const char *name, enum part *out);
int	 category_by_name(const char *name, enum category *out);
int	 cause_by_name(const char *name, enum cause *out);

enum cause	 cause_of_errno(int error);
enum cause	 cause_of_reason(enum http_reason reason);
enum cause	 cause_of_tls(enum tls_reason reason);
/* The category a cause belongs to. */
enum category	 cause_category(enum cause cause);

#endif
