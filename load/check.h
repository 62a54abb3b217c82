/* SPDX-License-Identifier: MIT */
#ifndef LOAD_CHECK_H
#define LOAD_CHECK_H

#include "http.h"
#include "load/outcome.h"
#include "wire.h"

/* Do any of them look at the body? Only then is one kept. */
bool	 check_wants_body(const struct checks *checks);
/*
 * Status and headers of the final answer: CAUSE_NONE, CAUSE_STATUS when there
 * is no check of the status and it is 400 or more, or the check that failed.
 */
enum cause check_head(const struct checks *checks, const struct http_head *h);
/* The body, of which len bytes were kept: CAUSE_NONE or the check. */
enum cause check_body(const struct checks *checks, const char *body,
    size_t len);

#endif
