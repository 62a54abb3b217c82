/* SPDX-License-Identifier: MIT */
/*
 * The options of `pulse worker`: their table, and what each of them does to
 * the settings; what the environment says, options win over.
 *
 * A worker that others can reach must know who asks: without a token it
 * listens on loopback and on unix sockets only, unless --cacert makes clients
 * show a certificate or --no-auth says that this is wanted. Every misuse is one
 * line on stderr; nothing is opened here but the files that options name, and
 * those with the rights that the worker was started with.
 */

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/proc.h"
#include "base/text.h"
#include "base/tls_context.h"
#include "base/util.h"
#include "cmd/serve_tls.h"
#include "cmd/worker_options.h"
#include "load/pool.h"
#include "token.h"

#define DEFAULT_ADDRESS	"127.0.0.1:9100"

enum worker_option {
	OPT_ADDR = 1,
	OPT_ALLOW_TARGET,
	OPT_CHROOT,
	OPT_DENY_PRIVATE,
	OPT_GENERATORS,
	OPT_MAX_CONCURRENCY,
	OPT_MAX_DURATION,
	OPT_MAX_RATE,
	OPT_NO_AUTH,
	OPT_NO_SANDBOX,
	OPT_STDIO,
	OPT_TOKEN_FILE,
	OPT_USER
};

static const struct option_row rows[] = {
	{ OPT_ADDR, 0, "addr", "ADDRESS",
	    "HOST:PORT, :PORT or unix:PATH [127.0.0.1:9100]" },
	{ OPT_STDIO, 0, "stdio", NULL,
	    "serve one coordinator over stdin and stdout" },
	{ OPT_TOKEN_FILE, 0, "token-file", "FILE",
	    "what coordinators must send [PULSE_WORKER_TOKEN]" },
	SERVE_TLS_ROWS,
	{ OPT_NO_AUTH, 0, "no-auth", NULL,
	    "listen beyond loopback without a token" },
	{ OPT_GENERATORS, 'g', "generators", "N", "processes [CPUs]" },
	{ OPT_MAX_RATE, 0, "max-rate", "RATE",
	    "refuse runs with more arrivals a second" },
	{ OPT_MAX_CONCURRENCY, 0, "max-concurrency", "N",
	    "refuse runs with more requests in flight" },
	{ OPT_MAX_DURATION, 0, "max-duration", "TIME",
	    "refuse runs that last longer" },
	{ OPT_ALLOW_TARGET, 0, "allow-target", "TARGET",
	    "HOST[:PORT], NET/BITS, unix:PATH, repeatable [all]" },
	{ OPT_DENY_PRIVATE, 0, "deny-private", NULL,
	    "refuse targets at private addresses" },
	{ OPT_USER, 0, "user", "NAME", "become this user, once it listens" },
	{ OPT_CHROOT, 0, "chroot", "DIR", "and see no files but those in DIR" },
	{ OPT_NO_SANDBOX, 0, "no-sandbox", NULL,
	    "do not filter system calls" },
};

const struct command worker_command = {
	.name = "worker",
	.operands = "",
	.summary = "Waits for coordinators and makes their load.",
	.rows = rows,
	.nrows = UTIL_NELEM(rows),
};

/* What was said about things that are checked at the end. */
struct said {
	const char	*token_file;
	const char	*address;
	const char	*user;
	const char	*root;
	struct serve_tls files;
	bool		 has_no_auth;
};

static int
bad_value(const struct given *g, const char *expected,
    int (*parse)(const char *, uint64_t *))
{
	char why[OPTION_WHY_MAX];

	warnx("worker: --%s: %s", g->row->name, options_expected(why, g->value,
	    expected, parse));
	return -1;
}

static int
bad_count(const struct given *g, uint64_t max)
{
	char why[OPTION_WHY_MAX];

	warnx("worker: --%s: %s", g->row->name, options_expected_count(why,
	    g->value, 1, max));
	return -1;
}

static int
take_address(struct worker_settings *s, const char *text)
{
	if (strncmp(text, "unix:", 5) == 0)
		return net_unix_address(&s->address, text + 5) ? 0 : -1;
	return net_listen_parse(&s->address, text) ? 0 : -1;
}

/* What no run may have more of. */
static int
take_limit(struct access *a, const struct given *g)
{
	if (g->row->id == OPT_MAX_CONCURRENCY) {
		if (parse_uint(g->value, WIRE_CONCURRENCY_MAX,
		    &a->max_concurrency) == -1 || a->max_concurrency == 0)
			return bad_count(g, WIRE_CONCURRENCY_MAX);
	} else if (g->row->id == OPT_MAX_DURATION) {
		if (parse_duration(g->value, &a->max_duration_ns) == -1 ||
		    a->max_duration_ns == 0)
			return bad_value(g, "a time above 0 as in 10s or "
			    "1h30m", parse_duration);
	} else {
		if (parse_rate(g->value, &a->max_rate) == -1 ||
		    a->max_rate == 0)
			return bad_value(g, "whole arrivals a second, 1 or "
			    "more, as in 250 or 2.5k", parse_rate);
	}
	return 0;
}

static int
apply(struct worker_settings *s, struct said *said, const struct given *g)
{
	char why[WIRE_TEXT_MAX];
	uint64_t n;

	if (serve_tls_is_option(g)) {
		serve_tls_set(&said->files, g);
		return 0;
	}
	switch ((enum worker_option)g->row->id) {
	case OPT_ADDR:
		said->address = g->value;
		if (take_address(s, g->value) == -1)
			return bad_value(g, "ADDRESS:PORT or :PORT, ports to "
			    "65535, or unix:PATH, about 100 bytes at most",
			    NULL);
		return 0;
	case OPT_ALLOW_TARGET:
		if (access_allow(&s->access, g->value, why) == 0)
			return 0;
		warnx("worker: --allow-target: %s", why);
		return -1;
	case OPT_CHROOT:
		said->root = g->value;
		return 0;
	case OPT_DENY_PRIVATE:
		s->access.denies_private = true;
		return 0;
	case OPT_GENERATORS:
		if (parse_uint(g->value, POOL_GENERATORS_MAX, &n) == -1 ||
		    n == 0)
			return bad_count(g, POOL_GENERATORS_MAX);
		s->generators = (uint32_t)n;
		return 0;
	case OPT_MAX_CONCURRENCY:
	case OPT_MAX_DURATION:
	case OPT_MAX_RATE:
		return take_limit(&s->access, g);
	case OPT_NO_AUTH:
		said->has_no_auth = true;
		return 0;
	case OPT_NO_SANDBOX:
		s->wants_sandbox = false;
		return 0;
	case OPT_STDIO:
		s->is_stdio = true;
		return 0;
	case OPT_TOKEN_FILE:
		said->token_file = g->value;
		return 0;
	case OPT_USER:
		said->user = g->value;
		return 0;
	}
	return -1;
}

/* PULSE_WORKER_DENY_PRIVATE, in the words that the Go program takes. */
static int
read_environment(struct worker_settings *s)
{
	static const char *const yes[] = { "1", "true", "yes", "on" };
	static const char *const no[] = { "", "0", "false", "no", "off" };
	const char *value = getenv("PULSE_WORKER_DENY_PRIVATE");
	size_t i;

	if (value == NULL)
		return 0;
	for (i = 0; i < UTIL_NELEM(yes); i++)
		if (strcasecmp(value, yes[i]) == 0) {
			s->access.denies_private = true;
			return 0;
		}
	for (i = 0; i < UTIL_NELEM(no); i++)
		if (strcasecmp(value, no[i]) == 0)
			return 0;
	/* To take a typing error for a no would open what shall be shut. */
	warnx("worker: PULSE_WORKER_DENY_PRIVATE: expected 1, true, yes or on,"
	    " or 0, false, no or off");
	return -1;
}

/* Where nobody is in between there is nothing to keep from him. */
static int
open_tls(struct worker_settings *s, const struct said *said)
{
	char why[TLS_TEXT_MAX];
	struct tls_settings pem;
	int status;

	if (said->files.cert != NULL &&
	    (s->is_stdio || s->address.ss.ss_family == AF_UNIX)) {
		warnx("worker: --cert: TLS is for TCP: %s", s->is_stdio ?
		    "with --stdio, whoever started the worker has its pipe" :
		    "a unix socket does not leave this machine");
		return -1;
	}
	/* From here on there is one log of keys, which tls_key_log_fd knows. */
	tls_prepare();
	status = serve_tls_read(&pem, &said->files, why);
	if (status == 0 && pem.cert != NULL &&
	    (s->tls = tls_server_new(&pem, why)) == NULL)
		status = -1;
	serve_tls_clear(&pem);
	if (status == -1)
		warnx("worker: %s", why);
	return status;
}

static int
open_access(struct worker_settings *s, const struct said *said)
{
	char why[WIRE_TEXT_MAX];
	bool is_unix = s->address.ss.ss_family == AF_UNIX;

	if (token_read(said->token_file, &s->token, why) == -1) {
		warnx("worker: %s%s", said->token_file != NULL ?
		    "--token-file: " : "", why);
		return -1;
	}
	/* Whoever started us with --stdio has shown who he is. */
	if (s->is_stdio && said->token_file == NULL) {
		token_free(s->token);
		s->token = NULL;
	}
	s->access.token = s->token;
	s->access.is_local = s->is_stdio || is_unix;
	s->access.is_loopback = !s->access.is_local &&
	    net_is_loopback(&s->address);
	if (s->token == NULL && said->files.ca == NULL &&
	    !s->access.is_local && !s->access.is_loopback &&
	    !said->has_no_auth) {
		warnx("worker: %s: a worker that others can reach needs a "
		    "token: set PULSE_WORKER_TOKEN or --token-file, or say "
		    "--cacert or --no-auth", said->address);
		return -1;
	}
	return 0;
}

static int
complete(struct worker_settings *s, const struct said *said)
{
	char why[RIGHTS_TEXT_MAX];

	if (s->is_stdio && said->address != NULL) {
		warnx("worker: --stdio and --addr exclude each other");
		return -1;
	}
	if (rights_find(&s->rights, said->user, said->root, why) == -1) {
		warnx("worker: %s", why);
		return -1;
	}
	if (read_environment(s) == -1 || open_access(s, said) == -1)
		return -1;
	return open_tls(s, said);
}

int
worker_settings_parse(struct worker_settings *s, int argc, char **argv)
{
	struct said said = { .address = NULL };
	struct options o;
	int status;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->wants_sandbox = true;
	s->generators = proc_cpus(POOL_GENERATORS_MAX);
	(void)take_address(s, DEFAULT_ADDRESS);
	status = options_parse(&o, &worker_command, argc, argv);
	for (i = 0; status == 0 && i < o.ngiven; i++)
		status = apply(s, &said, &o.given[i]);
	options_clear(&o);
	if (status == 0)
		status = complete(s, &said);
	return status;
}

void
worker_settings_clear(struct worker_settings *s)
{
	access_clear(&s->access);
	tls_context_free(s->tls);
	s->tls = NULL;
	token_free(s->token);
	s->token = NULL;
}
