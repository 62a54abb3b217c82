/* SPDX-License-Identifier: MIT */
/*
 * fleet/feature.c: names both ways, and for each setting of a run what is said
 * of it to a worker that knows nothing, everything, or all but that.
 */

#include <check.h>
#include <string.h>

#include "base/util.h"
#include "fleet/feature.h"
#include "tests/suite.h"
#include "wire.h"

START_TEST(test_names)
{
	int i;

	for (i = 0; i < FEATURES; i++)
		ck_assert_uint_eq(feature_by_name(feature_name(i)),
		    UINT32_C(1) << i);
	ck_assert_str_eq(feature_name(1), "startAt");
	ck_assert_uint_eq(feature_by_name("max"), FEATURE_MAX);
	ck_assert_uint_eq(feature_by_name("body"), FEATURE_BODY);
	ck_assert_uint_eq(feature_by_name("tls"), FEATURE_TLS);
	ck_assert_uint_eq(feature_by_name("connect"), FEATURE_CONNECT);
	ck_assert_uint_eq(feature_by_name("Share"), 0);
	ck_assert_uint_eq(feature_by_name(""), 0);
}
END_TEST

static void
set_interval(struct run_request *req)
{
	req->interval_ns = 2 * NS_PER_SEC;
}

static void
set_timeout(struct run_request *req)
{
	req->scenario.timeout_ns = 5 * NS_PER_SEC;
}

static void
set_poisson(struct run_request *req)
{
	req->is_poisson = true;
}

static void
set_requests(struct run_request *req)
{
	req->requests = 100;
}

static void
set_warmup(struct run_request *req)
{
	req->warmup_ns = 500 * NS_PER_MS;
}

static void
set_max(struct run_request *req)
{
	req->phases[0].type = PHASE_MAX;
}

static void
set_pause(struct run_request *req)
{
	req->phases[0].rate = 0;
}

static void
set_redirects(struct run_request *req)
{
	req->scenario.redirects = 0;
}

static void
set_keep_alive(struct run_request *req)
{
	req->scenario.keep_alive = false;
}

static void
set_family(struct run_request *req)
{
	req->scenario.family = 6;
}

static void
set_body(struct run_request *req)
{
	scenario_set_body(&req->scenario, "\xff", 1);
}

static void
set_repeats(struct run_request *req)
{
	scenario_add_header(&req->scenario, "A", "1");
	scenario_add_header(&req->scenario, "a", "2");
}

static void
set_order(struct run_request *req)
{
	scenario_add_header(&req->scenario, "B", "1");
	scenario_add_header(&req->scenario, "A", "2");
}

static void
set_insecure(struct run_request *req)
{
	req->scenario.connect.tls.is_insecure = true;
}

static void
set_ca(struct run_request *req)
{
	req->scenario.connect.tls.ca = xstrdup("ca");
}

static void
set_server_name(struct run_request *req)
{
	req->scenario.connect.server_name = xstrdup("n");
}

static void
set_no_resume(struct run_request *req)
{
	req->scenario.connect.tls.no_resume = true;
}

static void
set_detour(struct run_request *req)
{
	char why[CONNECT_TEXT_MAX];

	ck_assert_int_eq(connect_add_detour(&req->scenario.connect, ":::",
	    why), 0);
}

static void
set_unix_socket(struct run_request *req)
{
	req->scenario.connect.unix_socket = xstrdup("/x");
}

static void
set_source(struct run_request *req)
{
	char why[CONNECT_TEXT_MAX];

	ck_assert_int_eq(connect_add_source(&req->scenario.connect,
	    "127.0.0.1", why), 0);
}

static void
set_sample(struct run_request *req)
{
	req->scenario.sample_header = xstrdup("X-Id");
}

static void
set_two(struct run_request *req)
{
	set_poisson(req);
	set_warmup(req);
}

/* What every worker knows. */
static void
set_usual(struct run_request *req)
{
	scenario_set_body(&req->scenario, "\xc3\xa4", 2);
	scenario_add_header(&req->scenario, "A", "1");
	scenario_add_header(&req->scenario, "B", "1");
	req->policy = POLICY_BLOCK;
	req->max_concurrency = 1;
	req->scenario.checks.status = 200;
}

static const struct setting_test {
	void		(*set)(struct run_request *);
	uint32_t	 features;	/* one of them makes it known */
	const char	*refusal;	/* or else */
	const char	*warning;
} setting_tests[] = {
	{ set_usual, 0, NULL, "" },
	{ set_interval, FEATURE_INTERVAL, NULL, "interval 2s" },
	{ set_timeout, FEATURE_TARGET, NULL, "timeout 5s" },
	{ set_poisson, FEATURE_ARRIVALS,
	    "cannot be told of poisson arrivals", "" },
	{ set_requests, FEATURE_REQUESTS,
	    "cannot be told of a limit of 100 requests", "" },
	{ set_warmup, FEATURE_WARMUP,
	    "cannot be told of a warm-up of 500ms", "" },
	{ set_max, FEATURE_MAX, "cannot be told of max phases", "" },
	{ set_pause, FEATURE_SHARE,
	    "cannot be told of a phase without arrivals", "" },
	{ set_redirects, FEATURE_TARGET,
	    "cannot be told of 0 redirects", "" },
	{ set_keep_alive, FEATURE_TARGET,
	    "cannot be told of a connection for each request", "" },
	{ set_family, FEATURE_TARGET, "cannot be told of IPv6 only", "" },
	{ set_body, FEATURE_BODY,
	    "cannot be told of a body that is not UTF-8", "" },
	{ set_repeats, FEATURE_BODY,
	    "cannot be told of a header that repeats", "" },
	{ set_order, FEATURE_BODY, NULL, "the order of the headers" },
	{ set_insecure, FEATURE_TLS,
	    "cannot be told of targets that are not verified", "" },
	{ set_ca, FEATURE_TLS, "cannot be told of CA certificates", "" },
	{ set_server_name, FEATURE_TLS, "cannot be told of server name n",
	    "" },
	{ set_no_resume, FEATURE_TLS,
	    "cannot be told of a full handshake for each connection", "" },
	{ set_detour, FEATURE_CONNECT,
	    "cannot be told of other places to connect to", "" },
	{ set_unix_socket, FEATURE_CONNECT, "cannot be told of a unix socket",
	    "" },
	{ set_source, FEATURE_CONNECT, "cannot be told of source addresses",
	    "" },
	{ set_sample, FEATURE_EXEMPLARS, NULL, "samples, none of X-Id" },
	{ set_two, FEATURE_ARRIVALS | FEATURE_WARMUP,
	    "cannot be told of poisson arrivals, a warm-up of 500ms", "" },
};

static void
hear(void *arg, const char *setting)
{
	buf_adds(arg, setting);
}

static void
check(const struct setting_test *t, uint32_t features, bool is_known)
{
	const char *warning = is_known ? "" : t->warning;
	bool is_refused = !is_known && t->refusal != NULL;
	struct run_request req;
	char why[WIRE_TEXT_MAX];
	struct buf heard;

	run_request_init(&req);
	req.phases = xcalloc(1, sizeof(*req.phases));
	req.phases[req.nphases].rate = 100;
	req.phases[req.nphases++].duration_ns = NS_PER_SEC;
	t->set(&req);
	buf_init(&heard, WIRE_TEXT_MAX);
	ck_assert_int_eq(feature_check(&req, features, hear, &heard, why),
	    is_refused ? -1 : 0);
	if (is_refused)
		ck_assert_str_eq(why, t->refusal);
	ck_assert_str_eq(buf_str(&heard), warning);
	buf_clear(&heard);
	run_request_clear(&req);
}

START_TEST(test_setting)
{
	const struct setting_test *t = &setting_tests[_i];

	check(t, 0, false);
	check(t, FEATURES_ALL & ~t->features, false);
	check(t, t->features, true);
	check(t, FEATURES_ALL, true);
}
END_TEST

/* A Go worker, which tells nothing of itself, has TLS. */
START_TEST(test_https)
{
	struct run_request req;
	char why[WIRE_TEXT_MAX];

	run_request_init(&req);
	req.scenario.url = xstrdup("HTTPS://h/");
	ck_assert_int_eq(feature_check(&req, 0, hear, NULL, why), 0);
	ck_assert_int_eq(feature_check(&req, FEATURES_ALL, hear, NULL, why),
	    0);
	ck_assert_int_eq(feature_check(&req, FEATURES_ALL & ~FEATURE_TLS, hear,
	    NULL, why), -1);
	ck_assert_str_eq(why, "cannot be told of https targets");
	run_request_clear(&req);
}
END_TEST

/* What was warned of, and no more, is not sent. */
START_TEST(test_strip)
{
	struct run_request req;

	run_request_init(&req);
	set_interval(&req);
	set_timeout(&req);
	set_order(&req);
	req.has_seed = true;
	set_sample(&req);
	req.max_concurrency = 7;
	feature_strip(&req, FEATURES_ALL);
	ck_assert_str_eq(req.scenario.sample_header, "X-Id");
	ck_assert_uint_eq(req.interval_ns, 2 * NS_PER_SEC);
	ck_assert_uint_eq(req.scenario.timeout_ns, 5 * NS_PER_SEC);
	ck_assert(req.has_seed);
	ck_assert_str_eq(req.scenario.headers[0].name, "B");
	feature_strip(&req, 0);
	ck_assert_ptr_null(req.scenario.sample_header);
	ck_assert_uint_eq(req.interval_ns, WIRE_INTERVAL_NS);
	ck_assert_uint_eq(req.scenario.timeout_ns, WIRE_TIMEOUT_NS);
	ck_assert(!req.has_seed);
	ck_assert_str_eq(req.scenario.headers[0].name, "A");
	ck_assert_str_eq(req.scenario.headers[1].name, "B");
	ck_assert_uint_eq(req.max_concurrency, 7);
	run_request_clear(&req);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("feature");
	TCase *tc = tcase_create("feature");

	tcase_add_test(tc, test_names);
	tcase_add_loop_test(tc, test_setting, 0, UTIL_NELEM(setting_tests));
	tcase_add_test(tc, test_https);
	tcase_add_test(tc, test_strip);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
