/* SPDX-License-Identifier: MIT */
/*
 * A worker's rules and those who come: lines of rules up to an empty one, a
 * host and an address, then the head of a request. A private address is denied
 * however it is written; with a token nothing passes that does not show it; a
 * refusal is a status and a line.
 */

#include <netinet/in.h>

#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "base/net.h"
#include "http.h"
#include "tests/fuzz/rig.h"
#include "wire.h"

static const char token[] = "s3cr3t";

/* IPv4 addresses that lead to this machine or its cloud, IPv6 with them. */
static bool
is_known_private(const struct net_address *a)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->ss;
	unsigned char b[4];

	if (a->ss.ss_family == AF_INET)
		memcpy(b, &in->sin_addr, 4);
	else if (memcmp(&in6->sin6_addr, mapped, 12) == 0)
		memcpy(b, (const char *)&in6->sin6_addr + 12, 4);
	else
		return in6->sin6_addr.s6_addr[0] == 0xfd;
	return b[0] == 127 || b[0] == 10 || (b[0] == 169 && b[1] == 254) ||
	    (b[0] == 192 && b[1] == 168);
}

static void
check_address(struct access *a, const char *host, const char *text)
{
	struct net_address address;
	bool is_allowed;

	if (!net_address_parse(&address, text, 80, 0))
		return;
	a->denies_private = false;
	is_allowed = access_address(a, host, &address);
	FUZZ_CHECK(is_allowed || a->nrules > 0);
	a->denies_private = true;
	if (access_address(a, host, &address))
		FUZZ_CHECK(is_allowed && !is_known_private(&address));
}

/* Runs at that host, the usual way and by its own. */
static void
check_run(const struct access *a, const char *host)
{
	char why[WIRE_TEXT_MAX] = "";
	struct run_request req;

	run_request_init(&req);
	req.scenario.url = xasprintf("http://%s/", host);
	if (run_request_check(&req, why) == -1 ||
	    access_run(a, &req, why) == -1)
		fuzz_check_why(why, sizeof(why));
	req.scenario.connect.unix_socket = xstrdup(host);
	if (access_run(a, &req, why) == 0)
		FUZZ_CHECK(a->nrules > 0);
	run_request_clear(&req);
}

static void
check_refusal(const struct access_refusal *r)
{
	FUZZ_CHECK(r->status == 0 || r->status == 401 || r->status == 403 ||
	    r->status == 415);
	if (r->status != 0)
		FUZZ_CHECK(r->text[strlen(r->text) - 1] == '\n');
}

static void
check_request(struct access *a, const uint8_t *data, size_t size)
{
	char *copy = fuzz_copy(data, size);
	struct access_refusal r;
	struct http_head h;
	size_t scanned = 0;
	int i;

	if (http_read_request(copy, size, &scanned, &h) > 0) {
		for (i = 0; i < 8; i++) {
			a->token = (i & 1) != 0 ? token : NULL;
			a->is_loopback = (i & 2) != 0;
			a->is_local = (i & 4) != 0;
			r = access_request(a, &h, i % 3 == 0);
			check_refusal(&r);
			if (r.status == 0 && a->token != NULL)
				FUZZ_CHECK(http_field(h.fields,
				    "Authorization").len >= strlen(token));
		}
	}
	a->token = NULL;
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[WIRE_TEXT_MAX] = "", *line, *host;
	struct access a;
	bool is_rule;

	memset(&a, 0, sizeof(a));
	do {
		line = fuzz_line(&data, &size);
		is_rule = line[0] != '\0';
		if (is_rule && access_allow(&a, line, why) == -1)
			fuzz_check_why(why, sizeof(why));
		free(line);
	} while (is_rule && size > 0);
	FUZZ_CHECK(a.nrules <= ACCESS_RULES_MAX);
	host = fuzz_line(&data, &size);
	line = fuzz_line(&data, &size);
	check_address(&a, host, line);
	check_run(&a, host);
	check_request(&a, data, size);
	free(line);
	free(host);
	access_clear(&a);
	return 0;
}
