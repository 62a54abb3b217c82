/* SPDX-License-Identifier: MIT */
/*
 * Whom base/tls.c trusts, both ends in one process over a socketpair: for each
 * certificate the verdict, the reason and its words, and that the other end
 * hears of it; that what is remembered of one chain serves no other; and
 * certificates that a server demands of its clients.
 */

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

static struct tls_rig rig;

static const struct trust_test {
	const char	*descr;
	const char	*ca;
	const char	*cert;
	const char	*key;
	const char	*name;
	enum tls_reason	 reason;
	const char	*words;
} trust_tests[] = {
	{ "a good one", rig_ca, rig_cert, rig_key, "localhost", TLS_OK, "" },
	{ "with a dot behind it", rig_ca, rig_cert, rig_key, "localhost.",
	    TLS_OK, "" },
	{ "an address", rig_ca, rig_cert, rig_key, "127.0.0.1", TLS_OK, "" },
	{ "one of IPv6", rig_ca, rig_cert, rig_key, "::1", TLS_OK, "" },
	{ "one of IPv6, long", rig_ca, rig_cert, rig_key,
	    "0:0:0:0:0:0:0:1", TLS_OK, "" },
	{ "another name", rig_ca, rig_elsewhere, rig_key, "elsewhere.example",
	    TLS_OK, "" },
	{ "itself trusted", rig_self, rig_self, rig_key, "localhost", TLS_OK,
	    "" },
	{ "trusted, no root", rig_cert, rig_cert, rig_key, "localhost",
	    TLS_OK, "" },
	{ "expired", rig_ca, rig_expired, rig_key, "localhost",
	    TLS_CERT_EXPIRED, "certificate has expired" },
	{ "not yet valid", rig_ca, rig_future, rig_key, "localhost",
	    TLS_CERT_NOT_YET_VALID, "certificate is not yet valid" },
	{ "of another name", rig_ca, rig_elsewhere, rig_key, "localhost",
	    TLS_CERT_NAME, "its certificate is not for localhost" },
	{ "of another address", rig_ca, rig_elsewhere, rig_key, "192.0.2.2",
	    TLS_CERT_NAME, "its certificate is not for 192.0.2.2" },
	{ "of a name like it", rig_ca, rig_cert, rig_key, "notlocalhost",
	    TLS_CERT_NAME, "its certificate is not for notlocalhost" },
	{ "of a name that ends so", rig_ca, rig_elsewhere, rig_key, ".example",
	    TLS_CERT_NAME, "its certificate is not for .example" },
	{ "a name, of an address", rig_ca, rig_cert, rig_key, "127.0.0.1.a",
	    TLS_CERT_NAME, "not for 127.0.0.1.a" },
	{ "of an unknown one", rig_other_ca, rig_cert, rig_key, "localhost",
	    TLS_CERT_ISSUER, "unable to get local issuer certificate" },
	{ "self-signed", rig_ca, rig_self, rig_key, "localhost",
	    TLS_CERT_SELF_SIGNED, "self-signed certificate" },
	{ "of a client", rig_ca, rig_client_cert, rig_client_key, "localhost",
	    TLS_CERT_REJECTED, "purpose" },
};

static void
check_trust(const struct trust_test *t, bool is_insecure)
{
	const struct tls_settings client = {
		.ca = RIG_TEXT(t->ca), .is_insecure = is_insecure
	};
	const struct tls_settings server = {
		.cert = RIG_TEXT(t->cert), .key = RIG_TEXT(t->key)
	};
	enum tls_reason want = is_insecure ? TLS_OK : t->reason;
	char text[TLS_TEXT_MAX];
	int client_error, server_error;

	rig_open(&rig, &client, &server, t->name);
	rig_handshake(&rig, &client_error, &server_error);
	ck_assert_msg(tls_reason(rig.client) == want, "%s: %s", t->descr,
	    tls_error(rig.client, text));
	ck_assert_int_eq(client_error, want == TLS_OK ? 0 : EPROTO);
	ck_assert_int_eq(server_error, client_error);
	if (want == TLS_OK)
		rig_send(rig.server, rig.client, "trusted");
	else {
		/* And the server hears that it is not trusted. */
		ck_assert_int_eq(tls_reason(rig.server), TLS_ALERT);
		ck_assert_msg(strstr(tls_error(rig.client, text), t->words) !=
		    NULL, "%s: %s", t->descr, text);
	}
	rig_close(&rig);
}

START_TEST(test_trust)
{
	check_trust(&trust_tests[_i], false);
	check_trust(&trust_tests[_i], true);
}
END_TEST

/* Made up by someone who has not the issuer's key. */
START_TEST(test_forged)
{
	char forged[4096];
	const struct trust_test t = {
		"with another's signature", rig_ca, forged, rig_key,
		"localhost", TLS_CERT_REJECTED, "certificate signature failure"
	};
	char *end;

	ck_assert_int_lt(snprintf(forged, sizeof(forged), "%s", rig_cert),
	    (int)sizeof(forged));
	end = strstr(forged, "=\n-----END");
	ck_assert_ptr_nonnull(end);
	/* In the last bytes of the first one's signature. */
	end[-8] = end[-8] == 'A' ? 'B' : 'A';
	check_trust(&t, false);
	check_trust(&t, true);
}
END_TEST

static void
meet(const char *cert, enum tls_reason want)
{
	const struct tls_settings server = {
		.cert = RIG_TEXT(cert), .key = RIG_TEXT(rig_key)
	};
	int client_error, server_error;
	char why[TLS_TEXT_MAX];

	rig_disconnect(&rig);
	tls_context_free(rig.server_context);
	rig.server_context = tls_server_new(&server, why);
	ck_assert_ptr_nonnull(rig.server_context);
	rig_connect(&rig);
	rig_handshake(&rig, &client_error, &server_error);
	ck_assert_int_eq(tls_reason(rig.client), want);
	ck_assert_int_eq(client_error, want == TLS_OK ? 0 : EPROTO);
}

/* What is known of one chain is of no use to another, or to another name. */
START_TEST(test_verdict_kept)
{
	rig_open(&rig, NULL, NULL, "localhost");
	meet(rig_cert, TLS_OK);
	meet(rig_cert, TLS_OK);
	meet(rig_expired, TLS_CERT_EXPIRED);
	meet(rig_cert, TLS_OK);
	meet(rig_elsewhere, TLS_CERT_NAME);
	meet(rig_elsewhere, TLS_CERT_NAME);
	meet(rig_cert, TLS_OK);
	meet(rig_self, TLS_CERT_SELF_SIGNED);
	rig_disconnect(&rig);
	tls_peer_free(rig.peer);
	rig.peer = tls_peer_new(rig.client_context, "elsewhere.example", true);
	meet(rig_cert, TLS_CERT_NAME);
	meet(rig_elsewhere, TLS_OK);
	rig_close(&rig);
}
END_TEST

/* A certificate demanded of the client: whose, shown or not, and what then. */
static const struct demand_test {
	const char	*cert;
	const char	*key;
	const char	*ca;		/* that the server trusts */
	bool		 shows_cert;
	bool		 is_good;
} demand_tests[] = {
	{ rig_client_cert, rig_client_key, rig_ca, true, true },
	{ rig_client_cert, rig_client_key, rig_ca, false, false },
	{ NULL, NULL, rig_ca, true, false },
	{ rig_client_cert, rig_client_key, rig_other_ca, true, false },
};

static void
check_demand(const struct demand_test *t, bool is_12)
{
	const struct tls_settings client = { .ca = RIG_TEXT(rig_ca),
	    .cert = RIG_TEXT(t->cert), .key = RIG_TEXT(t->key) };
	const struct tls_settings server = { .ca = RIG_TEXT(t->ca),
	    .cert = RIG_TEXT(rig_cert), .key = RIG_TEXT(rig_key) };
	int client_error, server_error;
	char byte;

	rig_open(&rig, &client, &server, "localhost");
	tls_peer_free(rig.peer);
	rig.peer = tls_peer_new(rig.client_context, "localhost",
	    t->shows_cert);
	rig_connect(&rig);
	rig_handshake(&rig, &client_error, &server_error);
	ck_assert_int_eq(server_error, t->is_good ? 0 : EPROTO);
	if (t->is_good)
		rig_send(rig.client, rig.server, "it is me");
	else {
		/* In 1.3 the client is done before it hears of it. */
		if (is_12)
			(void)tls_handshake(rig.client);
		else
			(void)!tls_read(rig.client, &byte, 1);
		ck_assert_int_eq(errno, EPROTO);
		ck_assert_int_eq(tls_reason(rig.client), TLS_ALERT);
	}
	rig_close(&rig);
}

START_TEST(test_demand)
{
	check_demand(&demand_tests[_i], false);
}
END_TEST

START_TEST(test_demand_12)
{
	if (rig_use_tls12())
		check_demand(&demand_tests[_i], true);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("trust in TLS");
	TCase *tc = tcase_create("trust");

	if (tls_version() != NULL) {
		tcase_add_loop_test(tc, test_trust, 0,
		    UTIL_NELEM(trust_tests));
		tcase_add_test(tc, test_forged);
		tcase_add_test(tc, test_verdict_kept);
		tcase_add_loop_test(tc, test_demand, 0,
		    UTIL_NELEM(demand_tests));
		tcase_add_loop_test(tc, test_demand_12, 0,
		    UTIL_NELEM(demand_tests));
	}
	suite_add_tcase(s, tc);
	return suite_main(s);
}
