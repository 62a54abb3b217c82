/* SPDX-License-Identifier: MIT */
/*
 * How a request can pass and end: the parts of its latency, the categories
 * the wire counts failures in, and the causes that the error table names.
 *
 * A cause is one small integer for each of: our own verdicts, the reasons of
 * the HTTP codec and of TLS, and errno values; so an error table is a fixed
 * array that merges by addition. Pure look-ups; nothing here fails or
 * allocates.
 */

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/util.h"
#include "load/outcome.h"

static const char *const part_names[] = {
	[PART_LAG] = "lag",
	[PART_WAIT] = "wait",
	[PART_CONNECT] = "connect",
	[PART_TLS] = "tls",
	[PART_FIRST_BYTE] = "first_byte",
	[PART_TRANSFER] = "transfer",
};
static_assert(UTIL_NELEM(part_names) == PARTS, "a part has no name");

static const char *const category_names[] = {
	[CATEGORY_NONE] = "none",
	[CATEGORY_HTTP_STATUS] = "http_status_error",
	[CATEGORY_CHECK] = "check_failed",
	[CATEGORY_DEADLINE] = "deadline_exceeded",
	[CATEGORY_TIMEOUT] = "timeout",
	[CATEGORY_TRANSPORT] = "transport",
	[CATEGORY_CANCELED] = "context_canceled",
	[CATEGORY_UNKNOWN] = "unknown_error",
};
static_assert(UTIL_NELEM(category_names) == CATEGORIES,
    "a category has no name");

static const struct {
	const char	*name;
	enum category	 category;
} causes[] = {
	[CAUSE_NONE] = { "none", CATEGORY_NONE },
	[CAUSE_STATUS] = { "http_status", CATEGORY_HTTP_STATUS },
	[CAUSE_TIMEOUT] = { "timeout", CATEGORY_DEADLINE },
	[CAUSE_CANCELED] = { "canceled", CATEGORY_CANCELED },
	[CAUSE_CLOSED] = { "closed", CATEGORY_TRANSPORT },
	[CAUSE_RESOLVE] = { "name_not_found", CATEGORY_TRANSPORT },
	[CAUSE_REDIRECTS] = { "too_many_redirects", CATEGORY_TRANSPORT },
	[CAUSE_LOCATION] = { "bad_location", CATEGORY_TRANSPORT },
	[CAUSE_NO_TLS] = { "no_tls", CATEGORY_TRANSPORT },
	[CAUSE_CHECK_STATUS] = { "check_status", CATEGORY_CHECK },
	[CAUSE_CHECK_HEADER] = { "check_header", CATEGORY_CHECK },
	[CAUSE_CHECK_BODY] = { "check_body", CATEGORY_CHECK },
	[CAUSE_CHECK_JSON] = { "check_json", CATEGORY_CHECK },
	[CAUSE_DENIED] = { "target_denied", CATEGORY_TRANSPORT },
};
static_assert(UTIL_NELEM(causes) == CAUSE_HTTP, "a cause has no name");

/* The codec's reasons as names that a script may look for. */
static const char *const reason_names[] = {
	[HTTP_OK] = "ok",
	[HTTP_NOT_HTTP] = "not_http",
	[HTTP_IS_TLS] = "is_tls",
	[HTTP_BAD_STATUS] = "bad_status_line",
	[HTTP_BAD_REQUEST_LINE] = "bad_request_line",
	[HTTP_BAD_FIELD] = "bad_header",
	[HTTP_HEAD_TOO_LARGE] = "head_too_large",
	[HTTP_TOO_MANY_FIELDS] = "too_many_headers",
	[HTTP_BAD_LENGTH] = "bad_content_length",
	[HTTP_LENGTH_AND_CODING] = "length_and_coding",
	[HTTP_BAD_CODING] = "bad_transfer_coding",
	[HTTP_BAD_HOST] = "bad_host",
	[HTTP_BAD_CHUNK_SIZE] = "bad_chunk_size",
	[HTTP_BAD_CHUNK_END] = "bad_chunk_end",
	[HTTP_BAD_TRAILER] = "bad_trailer",
	[HTTP_TRUNCATED] = "truncated",
};
static_assert(UTIL_NELEM(reason_names) == HTTP_REASONS,
    "a reason has no name");

static const char *const tls_names[] = {
	[TLS_OK] = "tls_ok",
	[TLS_CERT_EXPIRED] = "certificate_expired",
	[TLS_CERT_NOT_YET_VALID] = "certificate_not_yet_valid",
	[TLS_CERT_NAME] = "certificate_name",
	[TLS_CERT_ISSUER] = "certificate_issuer",
	[TLS_CERT_SELF_SIGNED] = "certificate_self_signed",
	[TLS_CERT_REJECTED] = "certificate_rejected",
	[TLS_NOT_TLS] = "not_tls",
	[TLS_ALERT] = "tls_alert",
	[TLS_CLOSED] = "tls_closed",
	[TLS_PROTOCOL] = "tls_protocol",
};
static_assert(UTIL_NELEM(tls_names) == TLS_REASONS,
    "a reason of TLS has no name");

static const struct {
	int		 error;
	const char	*name;
} errnos[] = {
	{ ECONNREFUSED, "ECONNREFUSED" },
	{ ECONNRESET, "ECONNRESET" },
	{ ECONNABORTED, "ECONNABORTED" },
	{ EPIPE, "EPIPE" },
	{ ETIMEDOUT, "ETIMEDOUT" },
	{ EHOSTUNREACH, "EHOSTUNREACH" },
	{ ENETUNREACH, "ENETUNREACH" },
	{ EHOSTDOWN, "EHOSTDOWN" },
	{ ENETDOWN, "ENETDOWN" },
	{ EADDRNOTAVAIL, "EADDRNOTAVAIL" },
	{ EADDRINUSE, "EADDRINUSE" },
	{ EMFILE, "EMFILE" },
	{ ENFILE, "ENFILE" },
	{ ENOBUFS, "ENOBUFS" },
	{ ENOMEM, "ENOMEM" },
	{ EACCES, "EACCES" },
	{ EPERM, "EPERM" },
	{ EAFNOSUPPORT, "EAFNOSUPPORT" },
	{ EAGAIN, "EAGAIN" },
	{ 0, "other_errno" },		/* last: all the rest */
};
static_assert(UTIL_NELEM(errnos) == CAUSES - CAUSE_ERRNO,
    "CAUSE_ERRNO_LAST does not fit the list of errnos");

const char *
part_name(enum part part)
{
	assert(part < PARTS);
	return part_names[part];
}

const char *
category_name(enum category category)
{
	assert(category < CATEGORIES);
	return category_names[category];
}

const char *
cause_name(enum cause cause)
{
	assert(cause < CAUSES);
	if (cause >= CAUSE_ERRNO)
		return errnos[cause - CAUSE_ERRNO].name;
	if (cause >= CAUSE_TLS)
		return tls_names[cause - CAUSE_TLS];
	if (cause >= CAUSE_HTTP)
		return reason_names[cause - CAUSE_HTTP];
	return causes[cause].name;
}

int
part_by_name(const char *name, enum part *out)
{
	int i;

	for (i = 0; i < PARTS; i++) {
		if (strcmp(part_name((enum part)i), name) == 0) {
			*out = (enum part)i;
			return 0;
		}
	}
	return -1;
}

int
category_by_name(const char *name, enum category *out)
{
	int i;

	for (i = CATEGORY_NONE + 1; i < CATEGORIES; i++) {
		if (strcmp(category_name((enum category)i), name) == 0) {
			*out = (enum category)i;
			return 0;
		}
	}
	return -1;
}

int
cause_by_name(const char *name, enum cause *out)
{
	int i;

	for (i = CAUSE_NONE + 1; i < CAUSES; i++) {
		if (strcmp(cause_name((enum cause)i), name) == 0) {
			*out = (enum cause)i;
			return 0;
		}
	}
	return -1;
}

enum cause
cause_of_errno(int error)
{
	size_t i;

	for (i = 0; i < UTIL_NELEM(errnos) - 1; i++)
		if (errnos[i].error == error)
			break;
	return (enum cause)(CAUSE_ERRNO + i);
}

enum cause
cause_of_reason(enum http_reason reason)
{
	assert(reason > HTTP_OK && reason < HTTP_REASONS);
	return (enum cause)(CAUSE_HTTP + reason);
}

enum cause
cause_of_tls(enum tls_reason reason)
{
	assert(reason > TLS_OK && reason < TLS_REASONS);
	return (enum cause)(CAUSE_TLS + reason);
}

enum category
cause_category(enum cause cause)
{
	assert(cause < CAUSES);
	if (cause < CAUSE_HTTP)
		return causes[cause].category;
	if (cause == cause_of_errno(ETIMEDOUT))
		return CATEGORY_TIMEOUT;
	if (cause == CAUSE_ERRNO_LAST)
		return CATEGORY_UNKNOWN;
	return CATEGORY_TRANSPORT;
}
