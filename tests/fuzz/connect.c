/* SPDX-License-Identifier: MIT */
/*
 * Where else to connect and where from, a line each, as people and the wire
 * write them: what is taken and written again reads as the same.
 */

#include <stdlib.h>
#include <string.h>

#include "base/net.h"
#include "base/util.h"
#include "load/connect.h"
#include "tests/fuzz/rig.h"

static void
check_detour(const char *line)
{
	struct connect_settings c = { .ndetours = 0 }, again = c;
	char why[CONNECT_TEXT_MAX] = "";
	struct buf text, text2;
	const char *host;
	uint16_t port;

	if (connect_add_detour(&c, line, why) == -1) {
		fuzz_check_why(why, sizeof(why));
		connect_clear(&c);
		return;
	}
	buf_init(&text, CONNECT_DETOUR_MAX);
	buf_init(&text2, CONNECT_DETOUR_MAX);
	FUZZ_CHECK(connect_format_detour(&text, &c.detours[0]) == 0);
	FUZZ_CHECK(connect_add_detour(&again, buf_str(&text), why) == 0);
	FUZZ_CHECK(connect_format_detour(&text2, &again.detours[0]) == 0);
	FUZZ_CHECK(fuzz_same(&text, &text2));
	connect_route(&c, "example.org", 443, &host, &port);
	FUZZ_CHECK(host != NULL && host[0] != '\0' && port > 0);
	connect_clear(&again);
	connect_clear(&c);
	buf_clear(&text2);
	buf_clear(&text);
}

static void
check_source(const char *line)
{
	struct connect_settings c = { .ndetours = 0 }, again = c;
	char why[CONNECT_TEXT_MAX] = "", text[NET_TEXT_MAX];

	if (connect_add_source(&c, line, why) == -1) {
		fuzz_check_why(why, sizeof(why));
		connect_clear(&c);
		return;
	}
	connect_format_source(text, &c.sources[0]);
	FUZZ_CHECK(connect_add_source(&again, text, why) == 0);
	FUZZ_CHECK(memcmp(&again.sources[0], &c.sources[0],
	    sizeof(c.sources[0])) == 0);
	connect_clear(&again);
	connect_clear(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line;

	while (size > 0) {
		line = fuzz_line(&data, &size);
		check_detour(line);
		check_source(line);
		free(line);
	}
	return 0;
}
