/* SPDX-License-Identifier: MIT */
/*
 * The options of `pulse mock`: their table, and what each of them does to the
 * settings of the target. Certificates are read and tried before it listens.
 *
 * Part of the commands: it prints one line on stderr for whatever is wrong.
 */

#include <err.h>
#include <stdint.h>
#include <string.h>

#include "base/net.h"
#include "base/text.h"
#include "base/tls.h"
#include "base/util.h"
#include "cmd/mock_options.h"
#include "cmd/serve_tls.h"
#include "mock.h"

enum mock_option {
	MOCK_ADDR = 1,
	MOCK_DELAY,
	MOCK_FAIL_RATE,
	MOCK_GENERATORS,
	MOCK_MODE,
	MOCK_SIZE
};

static const struct option_row rows[] = {
	{ MOCK_ADDR, 0, "addr", "ADDRESS",
	    "HOST:PORT, :PORT or unix:PATH [127.0.0.1:8080]" },
	{ MOCK_MODE, 0, "mode", "healthy|mixed-errors|slow|flaky|down",
	    "[healthy]" },
	{ MOCK_DELAY, 0, "delay", "TIME",
	    "before each answer [0s; 500ms when slow]" },
	{ MOCK_FAIL_RATE, 0, "fail-rate", "F",
	    "share that fails, 0 to 1 [0.2 when mixed or flaky]" },
	{ MOCK_SIZE, 0, "size", "BYTES", "of an answer's body [64]" },
	{ MOCK_GENERATORS, 'g', "generators", "N", "processes [1]" },
	SERVE_TLS_ROWS,
};

const struct command mock_command = {
	.name = "mock",
	.operands = "",
	.summary = "Serves HTTP as a target for demonstrations and tests.",
	.rows = rows,
	.nrows = UTIL_NELEM(rows),
};

static int
bad_mock_value(const struct given *g, const char *expected,
    int (*parse)(const char *, uint64_t *))
{
	char why[OPTION_WHY_MAX];

	return options_refuse(g, options_expected(why, g->value, expected,
	    parse));
}

static bool
parse_mock_address(struct net_address *a, const char *text)
{
	return strncmp(text, "unix:", 5) == 0 ?
	    net_unix_address(a, text + 5) : net_listen_parse(a, text);
}

static int
mock_apply(struct mock_settings *s, struct serve_tls *files,
    const struct given *g)
{
	int mode;

	if (serve_tls_is_option(g)) {
		serve_tls_set(files, g);
		return 0;
	}
	switch ((enum mock_option)g->row->id) {
	case MOCK_ADDR:
		if (!parse_mock_address(&s->address, g->value))
			return bad_mock_value(g, "ADDRESS:PORT, or unix:PATH, "
			    "about 100 bytes at most", NULL);
		return 0;
	case MOCK_DELAY:
		if (parse_duration(g->value, &s->delay_ns) == -1)
			return bad_mock_value(g, "a time as in 50ms",
			    parse_duration);
		return 0;
	case MOCK_FAIL_RATE:
		if (parse_decimal(g->value, &s->fail_rate) == -1 ||
		    s->fail_rate > 1)
			return bad_mock_value(g, "a share from 0 to 1",
			    NULL);
		return 0;
	case MOCK_GENERATORS:
		if (parse_uint(g->value, 1024, &s->processes) == -1 ||
		    s->processes == 0)
			return bad_mock_value(g, "a number from 1 to 1024",
			    parse_count);
		return 0;
	case MOCK_MODE:
		if ((mode = options_word(g)) == -1)
			return -1;
		s->mode = (enum mock_mode)mode;	/* in the same order */
		return 0;
	case MOCK_SIZE:
		if (parse_uint(g->value, MOCK_SIZE_MAX, &s->size) == -1)
			return bad_mock_value(g, "bytes, at most 67108864",
			    parse_count);
		return 0;
	}
	return -1;
}

int
mock_options_main(int argc, char **argv)
{
	struct mock_settings s = { .mode = MOCK_HEALTHY, .fail_rate = -1,
	    .delay_ns = UINT64_MAX, .size = 64, .processes = 1 };
	struct serve_tls files = { .cert = NULL };
	struct tls_settings pem;
	char why[TLS_TEXT_MAX];
	struct options o;
	int status;
	size_t i;

	net_listen_parse(&s.address, "127.0.0.1:8080");
	status = options_parse(&o, &mock_command, argc, argv);
	for (i = 0; status == 0 && i < o.ngiven; i++)
		status = mock_apply(&s, &files, &o.given[i]);
	options_clear(&o);
	if (status != 0)
		return status == 1 ? 0 : 1;
	if (s.delay_ns == UINT64_MAX)
		s.delay_ns = s.mode == MOCK_SLOW ? 500 * NS_PER_MS : 0;
	if (s.fail_rate < 0)
		s.fail_rate = 0.2;
	status = serve_tls_read(&pem, &files, why);
	if (status == -1)
		warnx("mock: %s", why);
	s.tls = pem.cert != NULL ? &pem : NULL;
	status = status == -1 ? 1 : mock_main(&s);
	serve_tls_clear(&pem);
	return status;
}
