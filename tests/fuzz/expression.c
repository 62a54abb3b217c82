/* SPDX-License-Identifier: MIT */
/*
 * What else is written in a line, the first byte says which: a target that is
 * allowed, a place to connect to instead, a local address, text with
 * ${VARIABLES}, a header. What is refused is so in one line.
 */

#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "load/connect.h"
#include "plan.h"
#include "plan_expr.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT_MAX = 1024 * 1024 };

static int
try_access(const char *text, char *why)
{
	struct access access = { .nrules = 0 };
	struct net_address address;
	int rc = access_allow(&access, text, why);

	if (net_address_parse(&address, text, 80, 0)) {
		(void)access_address(&access, text, &address);
		access.denies_private = true;
		(void)access_address(&access, text, &address);
	}
	access_clear(&access);
	return rc;
}

static int
try_detour(const char *text, char *why)
{
	struct run_request req;
	struct buf again;
	int rc;

	run_request_init(&req);
	buf_init(&again, TEXT_MAX);
	rc = connect_add_detour(&req.scenario.connect, text, why);
	if (rc == 0)
		FUZZ_CLAIM(connect_format_detour(&again,
		    &req.scenario.connect.detours[0]) == 0);
	buf_clear(&again);
	run_request_clear(&req);
	return rc;
}

static int
try_source(const char *text, char *why)
{
	struct run_request req;
	int rc;

	run_request_init(&req);
	rc = connect_add_source(&req.scenario.connect, text, why);
	run_request_clear(&req);
	return rc;
}

static int
try_expand(const char *text, char *why)
{
	struct buf out;
	int rc;

	buf_init(&out, TEXT_MAX);
	rc = plan_expand(text, strlen(text), &out, why);
	buf_clear(&out);
	return rc;
}

/* What goes on the wire is one field. */
static int
try_header(const char *text, char *why)
{
	struct plan *plan = xcalloc(1, sizeof(*plan));
	char other[WIRE_TEXT_MAX];
	const struct header *h;
	int rc;

	plan_init(plan);
	rc = plan_add_header(plan, text, why);
	plan->req.scenario.url = xstrdup("http://a/");
	if (rc == 0 && run_request_check(&plan->req, other) == 0) {
		h = plan->req.scenario.headers;
		FUZZ_CLAIM(strpbrk(h->name, "\r\n: ") == NULL);
		FUZZ_CLAIM(strpbrk(h->value, "\r\n") == NULL);
	}
	plan_clear(plan);
	free(plan);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const tries[])(const char *, char *) = {
		try_access, try_detour, try_source, try_expand, try_header
	};
	uint8_t which = fuzz_byte(&data, &size);
	char *text = fuzz_string(data, size), why[WIRE_TEXT_MAX] = "";

	if (tries[which % UTIL_NELEM(tries)](text, why) == -1)
		FUZZ_CLAIM(fuzz_is_line(why));
	free(text);
	return 0;
}
