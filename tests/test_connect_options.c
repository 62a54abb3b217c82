/* SPDX-License-Identifier: MIT */
/*
 * cmd/connect_options.c, as part of `pulse run`: what each of its options says,
 * and how it is laid over a plan file; and that what is wrong, in the files
 * too, is told in one line with the names that were typed. Without TLS all
 * that is about it is refused.
 */

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/tls.h"
#include "base/util.h"
#include "cmd/connect_options.h"
#include "cmd/run_options.h"
#include "tests/suite.h"

enum {
	ARGS_MAX = 10,
	TEXT_MAX = 4096
};

#define URL		"http://127.0.0.1:1/"
#define NO_TLS		"this build has no TLS"

/* One that signs itself, its key, and the key of another one. */
static const char cert_c[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBcDCCARWgAwIBAgIUXnoK6tDR14as+3c6aZckK89aBkswCgYIKoZIzj0EAwIw\n"
    "DDEKMAgGA1UEAwwBYzAgFw0yNjExMjUyMTE5MjVaGA8yMTI2MTEwMTIxMTkyNVow\n"
    "DDEKMAgGA1UEAwwBYzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOfnutgPbA7D\n"
    "FLU/ru3lZ4GiwJv5EGxiGyo6nb0T04YrccXNvOhzFH+xhIh4k52Q15Wl6ac8Hmcx\n"
    "nCdY686mnH+jUzBRMB0GA1UdDgQWBBRib5R78OTO8Y0tFw0CWoErLG03FTAfBgNV\n"
    "HSMEGDAWgBRib5R78OTO8Y0tFw0CWoErLG03FTAPBgNVHRMBAf8EBTADAQH/MAoG\n"
    "CCqGSM49BAMCA0kAMEYCIQDa4nF6CznSUNdzTpok8izyCaQczc0lshkvjXXWYruj\n"
    "CgIhAPppp//MvR+SHUFXLIuoG/l8rxoPyRzkSk4KcGHDoC+N\n"
    "-----END CERTIFICATE-----\n";

static const char key_c[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg33KU0o/VSjUISRmT\n"
    "8g65SP9GxIpmxik3WvsWvX2n+fuhRANCAATn57rYD2wOwxS1P67t5WeBosCb+RBs\n"
    "YhsqOp29E9OGK3HFzbzocxR/sYSIeJOdkNeVpemnPB5nMZwnWOvOppx/\n"
    "-----END PRIVATE KEY-----\n";

static const char key_d[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAlSv3ELpjCmb65LU\n"
    "hrNmrPDOJ4vrEwBY6WykXJFzwPuhRANCAARJw0+DaL0jvxKh2uYHzFFqHbZbskJP\n"
    "FocqGuuF1VS5mKthT9yjR1dRXr1+OkK6uQ0lqUFYbNqDDp+R6Oz66riy\n"
    "-----END PRIVATE KEY-----\n";

/* Which is where every test works: files go by their bare names. */
static char dir[] = "/tmp/pulse_test_XXXXXX";
static const char *const files[] = { "c.crt", "c.key", "d.key", "both.pem",
    "two.pem", "empty", "text", "plan.json" };
static int home_fd = -1;

static void
write_file(const char *path, const char *first, const char *second)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(first, f), 0);
	ck_assert_int_ge(fputs(second, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void
setup(void)
{
	home_fd = open(".", O_RDONLY);
	ck_assert_int_ne(home_fd, -1);
	memcpy(dir, "/tmp/pulse_test_XXXXXX", sizeof(dir));
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	write_file("c.crt", cert_c, "");
	write_file("c.key", key_c, "");
	write_file("d.key", key_d, "");
	write_file("both.pem", key_c, cert_c);
	write_file("two.pem", cert_c, cert_c);
	write_file("empty", "", "");
	write_file("text", "no PEM\n", "");
	write_file("plan.json", "{\"target\":{\"url\":\"" URL "\","
	    "\"connectTo\":[\"p:1:q:2\",\"p:3:q:4\"],"
	    "\"source\":[\"127.0.0.9\"],\"insecure\":true,",
	    "\"resume\":false,\"serverName\":\"p\"}}");
}

static void
teardown(void)
{
	size_t i;

#ifdef __linux__
	ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL), 0);
#endif
	for (i = 0; i < UTIL_NELEM(files); i++)
		ck_assert_int_eq(unlink(files[i]), 0);
	ck_assert_int_eq(fchdir(home_fd), 0);
	close(home_fd);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* Settings by args, and what stderr had to say. */
static int
parse(struct run_settings *s, const char *const args[], const char *operand,
    char err[TEXT_MAX])
{
	static char *argv[ARGS_MAX + 3];
	FILE *f = tmpfile();
	int saved = dup(STDERR_FILENO), argc = 0, rc;
	size_t len;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ne(saved, -1);
	argv[argc++] = (char *)"run";
	for (; *args != NULL; args++)
		argv[argc++] = (char *)*args;
	argv[argc++] = (char *)operand;
	argv[argc] = NULL;
	fflush(NULL);
	ck_assert_int_ne(dup2(fileno(f), STDERR_FILENO), -1);
	rc = run_settings_parse(s, argc, argv);
	fflush(NULL);
	ck_assert_int_ne(dup2(saved, STDERR_FILENO), -1);
	close(saved);
	rewind(f);
	len = fread(err, 1, TEXT_MAX - 1, f);
	err[len] = '\0';
	fclose(f);
	return rc;
}

/* What is not as usual, in words. */
static void
describe(const struct connect_settings *c, struct buf *out)
{
	char text[NET_TEXT_MAX];
	size_t i;

	if (c->tls.is_insecure)
		buf_adds(out, "insecure;");
	if (c->tls.ca != NULL)
		buf_addf(out, "ca %zu;", connect_count_certs(c->tls.ca));
	if (c->tls.cert != NULL)
		buf_addf(out, "cert %zu;", connect_count_certs(c->tls.cert));
	if (c->tls.key != NULL)
		buf_addf(out, "key %s;", strcmp(c->tls.key, key_c) == 0 ? "c" :
		    "?");
	if (c->server_name != NULL)
		buf_addf(out, "name %s;", c->server_name);
	if (c->tls.no_resume)
		buf_adds(out, "no resume;");
	for (i = 0; i < c->ndetours; i++) {
		connect_format_detour(out, &c->detours[i]);
		buf_adds(out, ";");
	}
	if (c->unix_socket != NULL)
		buf_addf(out, "unix %s;", c->unix_socket);
	for (i = 0; i < c->nsources; i++)
		buf_addf(out, "from %s;", connect_format_source(text,
		    &c->sources[i]));
}

static const struct option_test {
	const char	*args[ARGS_MAX];
	const char	*want;
	bool		 is_tls;
} option_tests[] = {
	{ { NULL }, "", false },
	{ { "-k" }, "insecure;", true },
	{ { "--insecure", "-k" }, "insecure;", true },
	{ { "--cacert", "c.crt" }, "ca 1;", true },
	{ { "--cacert", "text", "--cacert=two.pem" }, "ca 2;", true },
	{ { "--cert", "c.crt", "--key", "c.key" }, "cert 1;key c;", true },
	{ { "--key", "c.key", "--cert", "two.pem" }, "cert 2;key c;", true },
	{ { "--cert", "both.pem" }, "cert 1;", true },
	{ { "-k", "--cert", "both.pem", "--key", "c.key" },
	    "insecure;cert 1;key c;", true },
	{ { "--servername", "a.b" }, "name a.b;", true },
	{ { "--servername", "a", "--servername", "b" }, "name b;", true },
	{ { "--no-resume" }, "no resume;", true },
	{ { "--connect-to", "a:1:b:2" }, "a:1:b:2;", false },
	{ { "--connect-to", ":::", "--connect-to", "a:1:[::1]:2" },
	    ":::;a:1:[::1]:2;", false },
	{ { "--unix-socket", "/run/x" }, "unix /run/x;", false },
	{ { "--unix-socket", "/x", "--unix-socket", "y" }, "unix y;", false },
	{ { "--source", "127.0.0.1" }, "from 127.0.0.1;", false },
	{ { "--source", "127.0.0.1,::1", "--source", "127.0.0.2" },
	    "from 127.0.0.1;from ::1;from 127.0.0.2;", false },
	{ { "--source=127.0.0.1", "--connect-to=a:1:b:2", "-w", "a:1" },
	    "a:1:b:2;from 127.0.0.1;", false },
	{ { "-k", "--no-resume", "--servername", "n", "-w", "a:1" },
	    "insecure;name n;no resume;", true },
	{ { "--cacert", "c.crt", "-w", "a:1" }, "ca 1;", true },
};

static void
expect(const struct option_test *t, const char *operand)
{
	char err[TEXT_MAX];
	struct run_settings s;
	struct buf got;
	int rc;

	rc = parse(&s, t->args, operand, err);
	if (t->is_tls && tls_version() == NULL) {
		ck_assert_int_eq(rc, -1);
		ck_assert_ptr_nonnull(strstr(err, NO_TLS));
	} else {
		ck_assert_msg(rc == 0, "%s: %s", t->want, err);
		ck_assert_str_eq(err, "");
		buf_init(&got, TEXT_MAX);
		describe(&s.plan.req.scenario.connect, &got);
		ck_assert_str_eq(buf_str(&got), t->want);
		buf_clear(&got);
	}
	run_settings_clear(&s);
}

START_TEST(test_option)
{
	expect(&option_tests[_i], URL);
}
END_TEST

/* No option may be missing above. */
START_TEST(test_every_option)
{
	const struct option_row *row;
	char name[40];
	size_t i, j, k, found;

	for (i = 0; i < run_command.nrows; i++) {
		row = &run_command.rows[i];
		if (!connect_is_option(&(struct given){ row, NULL }))
			continue;
		snprintf(name, sizeof(name), "--%s", row->name);
		found = 0;
		for (j = 0; j < UTIL_NELEM(option_tests); j++)
			for (k = 0; option_tests[j].args[k] != NULL; k++)
				if (strncmp(option_tests[j].args[k], name,
				    strlen(name)) == 0)
					found++;
		ck_assert_msg(found > 0, "%s has no test", name);
	}
}
END_TEST

/* Lists take the place of the plan's, as a whole; the rest goes one by one. */
static const struct option_test overlay_tests[] = {
	{ { NULL }, "insecure;name p;no resume;p:1:q:2;p:3:q:4;"
	    "from 127.0.0.9;", false },
	{ { "--connect-to", "a:1:b:2", "--connect-to", ":::" },
	    "insecure;name p;no resume;a:1:b:2;:::;from 127.0.0.9;", false },
	{ { "--source", "::1", "--source", "127.0.0.1" },
	    "insecure;name p;no resume;p:1:q:2;p:3:q:4;from ::1;"
	    "from 127.0.0.1;", false },
	{ { "--servername", "o" }, "insecure;name o;no resume;p:1:q:2;"
	    "p:3:q:4;from 127.0.0.9;", true },
};

#ifdef __linux__
START_TEST(test_no_core)
{
	static const char *const args[] = { "--cert", "c.crt", "--key",
	    "c.key", NULL };
	struct run_settings s;
	char err[TEXT_MAX];

	if (tls_version() == NULL)
		return;
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL), 1);
	ck_assert_int_eq(parse(&s, args, URL, err), 0);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL), 0);
	run_settings_clear(&s);
}
END_TEST
#endif

START_TEST(test_overlay)
{
	expect(&overlay_tests[_i], "plan.json");
}
END_TEST

/* The whole line behind the name of the program; of TLS's only what it is. */
static const struct bad_test {
	const char	*args[ARGS_MAX];
	const char	*operand;
	const char	*want;
	bool		 is_tls;
} bad_tests[] = {
	{ { "--cacert", "none" }, URL,
	    "--cacert: none: No such file or directory\n", true },
	{ { "--cacert", "." }, URL, "--cacert: .: Is a directory\n", true },
	{ { "--cacert", "/dev/zero" }, URL,
	    "--cacert: /dev/zero: File too large\n", true },
	{ { "--cacert", "empty" }, URL, "--cacert: empty: there are no CA "
	    "certificates in PEM form", true },
	{ { "--cacert", "text" }, URL, "--cacert: text: there are no CA "
	    "certificates in PEM form", true },
	{ { "--cacert", "c.key" }, URL, "--cacert: c.key: there are no CA "
	    "certificates in PEM form", true },
	{ { "--cacert", "c.crt", "-k" }, URL,
	    "--cacert: cannot be combined with --insecure\n", true },
	{ { "--cacert", "c.crt" }, "plan.json",
	    "--cacert: cannot be combined with insecure\n", true },
	{ { "--cert", "none" }, URL,
	    "--cert: none: No such file or directory\n", true },
	{ { "--cert", "text" }, URL,
	    "--cert: text: there is no certificate in PEM form", true },
	{ { "--cert", "c.crt" }, URL,
	    "--cert: c.crt: there is no private key in PEM form (if it "
	    "is in another file, name that, too)\n", true },
	{ { "--cert", "c.crt", "--key", "d.key" }, URL,
	    "--key: d.key: the key is not that of the "
	    "certificate", true },
	{ { "--cert", "c.crt", "--key", "text" }, URL,
	    "--key: text: there is no private key in PEM form",
	    true },
	{ { "--key", "c.key" }, URL,
	    "--key: is of no use without a certificate\n", true },
	{ { "--key", "none" }, URL, "--key: none: No such file", true },
	{ { "--cert", "both.pem", "-w", "a:1" }, URL,
	    "--cert: a client's certificate stays on this machine, so it "
	    "cannot be combined with workers\n", true },
	{ { "--servername", "" }, URL, "--servername: must be a host, "
	    "without a port\n", true },
	{ { "--servername", "a:1" }, URL, "--servername: must be a host, "
	    "without a port\n", true },
	{ { "--connect-to", "a:1:b" }, URL, "--connect-to: a:1:b: expected "
	    "HOST:PORT:HOST2:PORT2, any of them empty\n", false },
	{ { "--connect-to", "" }, URL, "--connect-to: \"\": expected "
	    "HOST:PORT:HOST2:PORT2, any of them empty\n", false },
	{ { "--source", "h" }, URL, "--source: h: expected an address of "
	    "this machine, in numbers\n", false },
	{ { "--source", "::1," }, URL, "--source: \"\": expected an address of "
	    "this machine, in numbers\n", false },
	{ { "--unix-socket", "" }, URL, "--unix-socket: must be a path of "
	    "about 100 bytes at most, without control characters\n", false },
	{ { "--unix-socket", "x", "--source", "::1" }, URL,
	    "--unix-socket: cannot be combined with --source\n", false },
	{ { "--connect-to", ":::", "--unix-socket", "x" }, URL,
	    "--unix-socket: cannot be combined with --connect-to\n", false },
	{ { "--unix-socket", "x" }, "plan.json",
	    "--unix-socket: cannot be combined with connectTo\n", false },
};

START_TEST(test_bad)
{
	const struct bad_test *t = &bad_tests[_i];
	const char *want = t->want, *said;
	char err[TEXT_MAX];
	struct run_settings s;

	if (t->is_tls && tls_version() == NULL)
		want = NO_TLS "\n";
	ck_assert_int_eq(parse(&s, t->args, t->operand, err), -1);
	run_settings_clear(&s);
	said = strstr(err, want);
	ck_assert_msg(said != NULL, "got %swant %s", err, want);
	ck_assert_ptr_eq(strchr(err, '\n'), err + strlen(err) - 1);
	/* Nothing of a key is ever shown. */
	ck_assert_ptr_null(strstr(err, "BEGIN"));
}
END_TEST

/* A plan's own is looked at, too. */
START_TEST(test_bad_plan_ca)
{
	static const char *const none[] = { NULL };
	char err[TEXT_MAX];
	struct run_settings s;

	write_file("plan.json", "{\"target\":{\"url\":\"" URL "\",",
	    "\"ca\":\"text\"}}");
	ck_assert_int_eq(parse(&s, none, "plan.json", err), -1);
	run_settings_clear(&s);
	ck_assert_ptr_nonnull(strstr(err, tls_version() == NULL ?
	    "ca: " NO_TLS : "ca: there are no CA certificates in PEM form"));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("connect_options");
	TCase *tc = tcase_create("options");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_option, 0, UTIL_NELEM(option_tests));
	tcase_add_test(tc, test_every_option);
#ifdef __linux__
	tcase_add_test(tc, test_no_core);
#endif
	tcase_add_loop_test(tc, test_overlay, 0, UTIL_NELEM(overlay_tests));
	tcase_add_loop_test(tc, test_bad, 0, UTIL_NELEM(bad_tests));
	tcase_add_test(tc, test_bad_plan_ca);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
