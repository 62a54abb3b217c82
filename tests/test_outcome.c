/* SPDX-License-Identifier: MIT */

/*
 * load/outcome.c: every part, category and cause has a name of its own, every
 * errno and every reason of the codec and of TLS finds its cause, and every
 * cause its category. The names are what scripts read: those here are a
 * promise.
 */

#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "http.h"
#include "load/outcome.h"
#include "tests/suite.h"

static const char *const part_names[PARTS] = {
	"lag", "wait", "connect", "tls", "first_byte", "transfer"
};

static const char *const category_names[CATEGORIES] = {
	"none", "http_status_error", "check_failed", "deadline_exceeded",
	"timeout", "transport", "context_canceled", "unknown_error"
};

static const struct cause_test {
	enum cause	 cause;
	const char	*name;
	enum category	 category;
} cause_tests[] = {
	{ CAUSE_NONE, "none", CATEGORY_NONE },
	{ CAUSE_STATUS, "http_status", CATEGORY_HTTP_STATUS },
	{ CAUSE_TIMEOUT, "timeout", CATEGORY_DEADLINE },
	{ CAUSE_CANCELED, "canceled", CATEGORY_CANCELED },
	{ CAUSE_CLOSED, "closed", CATEGORY_TRANSPORT },
	{ CAUSE_RESOLVE, "name_not_found", CATEGORY_TRANSPORT },
	{ CAUSE_REDIRECTS, "too_many_redirects", CATEGORY_TRANSPORT },
	{ CAUSE_LOCATION, "bad_location", CATEGORY_TRANSPORT },
	{ CAUSE_NO_TLS, "no_tls", CATEGORY_TRANSPORT },
	{ CAUSE_CHECK_STATUS, "check_status", CATEGORY_CHECK },
	{ CAUSE_CHECK_HEADER, "check_header", CATEGORY_CHECK },
	{ CAUSE_CHECK_BODY, "check_body", CATEGORY_CHECK },
	{ CAUSE_CHECK_JSON, "check_json", CATEGORY_CHECK },
	{ CAUSE_DENIED, "target_denied", CATEGORY_TRANSPORT }
};

static const struct errno_test {
	int		 error;
	const char	*name;
	enum category	 category;
} errno_tests[] = {
	{ ECONNREFUSED, "ECONNREFUSED", CATEGORY_TRANSPORT },
	{ ECONNRESET, "ECONNRESET", CATEGORY_TRANSPORT },
	{ ECONNABORTED, "ECONNABORTED", CATEGORY_TRANSPORT },
	{ EPIPE, "EPIPE", CATEGORY_TRANSPORT },
	{ ETIMEDOUT, "ETIMEDOUT", CATEGORY_TIMEOUT },
	{ EHOSTUNREACH, "EHOSTUNREACH", CATEGORY_TRANSPORT },
	{ ENETUNREACH, "ENETUNREACH", CATEGORY_TRANSPORT },
	{ EADDRNOTAVAIL, "EADDRNOTAVAIL", CATEGORY_TRANSPORT },
	{ EMFILE, "EMFILE", CATEGORY_TRANSPORT },
	{ ENFILE, "ENFILE", CATEGORY_TRANSPORT },
	{ ENOBUFS, "ENOBUFS", CATEGORY_TRANSPORT },
	{ EAGAIN, "EAGAIN", CATEGORY_TRANSPORT },
	{ EXDEV, "other_errno", CATEGORY_UNKNOWN },
	{ 0, "other_errno", CATEGORY_UNKNOWN },
	{ -1, "other_errno", CATEGORY_UNKNOWN }
};

static const char *const tls_names[TLS_REASONS] = {
	NULL, "certificate_expired", "certificate_not_yet_valid",
	"certificate_name", "certificate_issuer", "certificate_self_signed",
	"certificate_rejected", "not_tls", "tls_alert", "tls_closed",
	"tls_protocol"
};

START_TEST(test_parts)
{
	int i;

	for (i = 0; i < PARTS; i++)
		ck_assert_str_eq(part_name((enum part)i), part_names[i]);
}
END_TEST

START_TEST(test_categories)
{
	int i;

	for (i = 0; i < CATEGORIES; i++)
		ck_assert_str_eq(category_name((enum category)i),
		    category_names[i]);
}
END_TEST

START_TEST(test_causes)
{
	const struct cause_test *t = &cause_tests[_i];

	ck_assert_str_eq(cause_name(t->cause), t->name);
	ck_assert_int_eq(cause_category(t->cause), t->category);
}
END_TEST

START_TEST(test_errnos)
{
	const struct errno_test *t = &errno_tests[_i];
	enum cause cause = cause_of_errno(t->error);

	ck_assert_int_ge(cause, CAUSE_ERRNO);
	ck_assert_int_lt(cause, CAUSES);
	ck_assert_str_eq(cause_name(cause), t->name);
	ck_assert_int_eq(cause_category(cause), t->category);
}
END_TEST

START_TEST(test_reasons)
{
	enum cause cause;
	int i;

	for (i = HTTP_OK + 1; i < HTTP_REASONS; i++) {
		cause = cause_of_reason((enum http_reason)i);
		ck_assert_int_gt(cause, CAUSE_HTTP);
		ck_assert_int_lt(cause, CAUSE_TLS);
		/* One word, as all names of causes are. */
		ck_assert_ptr_null(strpbrk(cause_name(cause), " \"\\,"));
		ck_assert_int_eq(cause_category(cause), CATEGORY_TRANSPORT);
	}
}
END_TEST

START_TEST(test_tls_reasons)
{
	enum cause cause;
	int i;

	for (i = TLS_OK + 1; i < TLS_REASONS; i++) {
		cause = cause_of_tls((enum tls_reason)i);
		ck_assert_int_gt(cause, CAUSE_TLS);
		ck_assert_int_lt(cause, CAUSE_ERRNO);
		ck_assert_str_eq(cause_name(cause), tls_names[i]);
		ck_assert_int_eq(cause_category(cause), CATEGORY_TRANSPORT);
	}
}
END_TEST

/* A table keyed by name would add up two that are the same. */
START_TEST(test_names_differ)
{
	const char *name;
	int i, j;

	for (i = 0; i < CAUSES; i++) {
		name = cause_name((enum cause)i);
		ck_assert_ptr_nonnull(name);
		ck_assert_str_ne(name, "");
		ck_assert_int_lt(cause_category((enum cause)i), CATEGORIES);
		for (j = 0; j < i; j++)
			ck_assert_str_ne(name, cause_name((enum cause)j));
	}
}
END_TEST

/* And back; "none" and what nobody is called are no names. */
START_TEST(test_by_name)
{
	enum part part = PART_TLS;
	enum category category = CATEGORY_CHECK;
	enum cause cause = CAUSE_STATUS;
	int i;

	ck_assert_int_eq(part_by_name("none", &part), -1);
	ck_assert_int_eq(category_by_name("none", &category), -1);
	ck_assert_int_eq(cause_by_name("none", &cause), -1);
	ck_assert_int_eq(cause_by_name("", &cause), -1);
	ck_assert_int_eq(part, PART_TLS);
	ck_assert_int_eq(category, CATEGORY_CHECK);
	ck_assert_int_eq(cause, CAUSE_STATUS);
	for (i = 0; i < PARTS; i++) {
		ck_assert_int_eq(part_by_name(part_name((enum part)i),
		    &part), 0);
		ck_assert_int_eq(part, i);
	}
	for (i = CATEGORY_NONE + 1; i < CATEGORIES; i++) {
		ck_assert_int_eq(category_by_name(
		    category_name((enum category)i), &category), 0);
		ck_assert_int_eq(category, i);
	}
	for (i = CAUSE_NONE + 1; i < CAUSES; i++) {
		ck_assert_int_eq(cause_by_name(cause_name((enum cause)i),
		    &cause), 0);
		ck_assert_int_eq(cause, i);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("outcome");
	TCase *tc;

	tc = tcase_create("names");
	tcase_add_test(tc, test_parts);
	tcase_add_test(tc, test_categories);
	tcase_add_loop_test(tc, test_causes, 0, UTIL_NELEM(cause_tests));
	tcase_add_loop_test(tc, test_errnos, 0, UTIL_NELEM(errno_tests));
	tcase_add_test(tc, test_reasons);
	tcase_add_test(tc, test_tls_reasons);
	tcase_add_test(tc, test_names_differ);
	tcase_add_test(tc, test_by_name);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
