/* SPDX-License-Identifier: MIT */
#ifndef HTTP_WORDS_H
#define HTTP_WORDS_H

#include <stdbool.h>

/* GET, HEAD, OPTIONS, TRACE, PUT, DELETE (RFC 9110 9.2.2). */
bool	 http_is_idempotent(const char *method);
/* Standard reason phrase of a status, "" when there is none. */
const char *http_status_text(int status);

#endif
