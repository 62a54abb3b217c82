/* SPDX-License-Identifier: MIT */
/*
 * report/plan_text.c: how a dry run tells where a plan connects to and whom it
 * trusts. The rest of its lines are looked at where the program runs.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "plan/plan.h"
#include "report/plan_text.h"
#include "tests/suite.h"

#define BEGIN	"-----BEGIN CERTIFICATE-----\nS3CRET\n"

static const struct text_test {
	struct connect_settings	 c;
	const char		*detours[3];
	const char		*sources[3];
	const char		*want;	/* between the request and limits */
} text_tests[] = {
	{ { .ndetours = 0 }, { NULL }, { NULL }, "" },
	{ { .tls = { .is_insecure = true } }, { NULL }, { NULL },
	    "  TLS         no certificate is verified\n" },
	{ { .tls = { .ca = (char *)BEGIN } }, { NULL }, { NULL },
	    "  TLS         1 CA certificate of the plan, no others\n" },
	{ { .tls = { .ca = (char *)BEGIN BEGIN, .cert = (char *)"S3CRET",
	    .key = (char *)"S3CRET", .no_resume = true },
	    .server_name = (char *)"n" }, { NULL }, { NULL },
	    "  TLS         2 CA certificates of the plan, no others\n"
	    "              a certificate is shown if one is asked for\n"
	    "              server name n\n"
	    "              no resumption\n" },
	{ { .ndetours = 0 }, { "a:443:[::1]:8443", "::b:" }, { NULL },
	    "  connect     a:443 at [::1]:8443\n"
	    "              *:* at b:*\n" },
	{ { .unix_socket = (char *)"/run/\x1b[2J\n" }, { NULL }, { NULL },
	    "  connect     unix:/run/?[2J?\n" },
	{ { .ndetours = 0 }, { NULL }, { "127.0.0.1", "::1" },
	    "  sources     127.0.0.1\n"
	    "              ::1\n" },
};

START_TEST(test_connect)
{
	const struct text_test *t = &text_tests[_i];
	char why[CONNECT_TEXT_MAX], *text = NULL;
	const char *start, *end;
	struct connect_settings *c;
	struct plan plan;
	size_t i, len;
	FILE *f;

	plan_init(&plan);
	c = &plan.req.scenario.connect;
	plan.req.scenario.url = xstrdup("http://h/");
	connect_copy(c, &t->c);
	for (i = 0; t->detours[i] != NULL; i++)
		ck_assert_int_eq(connect_add_detour(c, t->detours[i], why), 0);
	for (i = 0; t->sources[i] != NULL; i++)
		ck_assert_int_eq(connect_add_source(c, t->sources[i], why), 0);
	f = open_memstream(&text, &len);
	ck_assert_ptr_nonnull(f);
	plan_text_write(f, &plan, true);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_ptr_null(strstr(text, "S3CRET"));
	start = strstr(text, "http://h/\n");
	end = strstr(text, "  limits ");
	ck_assert(start != NULL && end != NULL);
	start += strlen("http://h/\n");
	ck_assert_uint_eq((size_t)(end - start), strlen(t->want));
	ck_assert_mem_eq(start, t->want, strlen(t->want));
	free(text);
	plan_clear(&plan);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("plan_text");
	TCase *tc = tcase_create("connect");

	tcase_add_loop_test(tc, test_connect, 0, UTIL_NELEM(text_tests));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
