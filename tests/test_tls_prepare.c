/* SPDX-License-Identifier: MIT */
/*
 * What base/roots.c reads ahead and base/tls_context.c then does without a
 * file: trust that was prepared outlives the files and works where none can be
 * opened; what went wrong is said when somebody needs it; and all of it is
 * bounded and waits for nobody. Each process is prepared once, so each test
 * has its own.
 */

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/roots.h"
#include "tests/suite.h"
#include "tests/tls_rig.h"

/* The hashes of the subjects of rig_ca and of rig_other_ca. */
#define CA_HASH		"2616b4c4"
#define OTHER_HASH	"629868b6"

enum {
	PATH_LEN = 128,
	FIRST_END = 40		/* a descriptor that is nobody's */
};

static char dir[] = "/tmp/pulse-test-XXXXXX";

static char *
path_of(char path[PATH_LEN], const char *name)
{
	snprintf(path, PATH_LEN, "%s/%s", dir, name);
	return path;
}

static void
write_file(const char *name, const char *text)
{
	char path[PATH_LEN];
	FILE *f = fopen(path_of(path, name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert(fputs(text, f) >= 0 && fclose(f) == 0);
}

static void
remove_file(const char *name)
{
	char path[PATH_LEN];

	unlink(path_of(path, name));
}

static void
set(const char *variable, const char *name)
{
	char path[PATH_LEN];

	setenv(variable, *name != '\0' ? path_of(path, name) : dir, 1);
}

static void
setup(void)
{
	unsetenv("SSL_CERT_FILE");
	unsetenv("SSL_CERT_DIR");
	unsetenv("SSLKEYLOGFILE");
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
clean(void)
{
	static const char *const names[] = { "file", "keys", CA_HASH ".0",
	    CA_HASH ".1", OTHER_HASH ".0", OTHER_HASH ".7" };
	size_t i;

	for (i = 0; i < UTIL_NELEM(names); i++)
		remove_file(names[i]);
	unsetenv("SSL_CERT_FILE");
	unsetenv("SSL_CERT_DIR");
	unsetenv("SSLKEYLOGFILE");
}

static void
teardown(void)
{
	clean();
	ck_assert_int_eq(rmdir(dir), 0);
}

/* In a process of its own: its status. */
static int
ask_child(int (*body)(void *, int, int), const char *text)
{
	struct proc p;

	ck_assert_int_eq(proc_spawn(&p, body, RIG_TEXT(text)), 0);
	proc_end(&p, 10000);
	ck_assert(WIFEXITED(p.status));
	return WEXITSTATUS(p.status);
}

static void
open_nothing(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_NOFILE, &none);
}

/* The reason of its handshake. */
static int
meet(struct tls_context *context)
{
	static const struct tls_settings its = { .cert = RIG_TEXT(rig_cert),
	    .key = RIG_TEXT(rig_key) };
	struct tls_rig rig = { .client_context = context };
	char why[TLS_TEXT_MAX];
	int client_error, server_error, reason;

	rig.server_context = tls_server_new(&its, why);
	rig.peer = tls_peer_new(context, "localhost", true);
	rig.fds[0] = FIRST_END;
	rig.fds[1] = FIRST_END + 1;
	rig.client = tls_connect(rig.peer, rig.fds[0]);
	rig.server = tls_accept(rig.server_context, rig.fds[1]);
	rig_handshake(&rig, &client_error, &server_error);
	reason = (int)tls_reason(rig.client);
	rig_close(&rig);
	return reason;
}

/* FIRST_END and the next are the two ends of a connection. */
static void
make_ends(void)
{
	int fds[2];

	rig_socketpair(fds);
	dup2(fds[0], FIRST_END);
	dup2(fds[1], FIRST_END + 1);
}

/* Prepares, then loses the files and the right to open any. */
static int
body_meet(void *arg, int read_fd, int write_fd)
{
	static const struct tls_settings settings = { .ca = NULL };
	char why[TLS_TEXT_MAX];
	struct tls_context *context;

	(void)arg;
	(void)read_fd;
	(void)write_fd;
	make_ends();
	tls_prepare();
	clean();
	open_nothing();
	context = tls_client_new(&settings, why);
	return context != NULL ? meet(context) : 100;
}

/* Of a process that prepared nothing. */
static int
body_meet_late(void *arg, int read_fd, int write_fd)
{
	static const struct tls_settings settings = { .ca = NULL };
	char why[TLS_TEXT_MAX];
	struct tls_context *context;

	(void)arg;
	(void)read_fd;
	(void)write_fd;
	make_ends();
	context = tls_client_new(&settings, why);
	return context != NULL ? meet(context) : 100;
}

/* Files and directories of them, as OpenSSL itself takes them. */
static const struct trust_test {
	const char	*descr;
	const char	*file;		/* its text; NULL: none is named */
	const char	*hashed;	/* its name; NULL: no directory is */
	const char	*text;
	enum tls_reason	 want;
} trust_tests[] = {
	{ "a file", rig_ca, NULL, NULL, TLS_OK },
	{ "another's", rig_other_ca, NULL, NULL, TLS_CERT_ISSUER },
	{ "a directory", NULL, CA_HASH ".0", rig_ca, TLS_OK },
	{ "the second of its hash", NULL, CA_HASH ".1", rig_ca, TLS_OK },
	{ "a hash of somebody else", NULL, OTHER_HASH ".0", rig_ca,
	    TLS_CERT_ISSUER },
	{ "somebody else's text", NULL, CA_HASH ".0", rig_other_ca,
	    TLS_CERT_ISSUER },
	{ "no certificate", NULL, CA_HASH ".0", "junk\n", TLS_CERT_ISSUER },
	{ "nothing", NULL, CA_HASH ".0", "", TLS_CERT_ISSUER },
	{ "the directory counts", rig_other_ca, CA_HASH ".0", rig_ca,
	    TLS_OK },
	{ "the file counts", rig_ca, OTHER_HASH ".0", rig_other_ca, TLS_OK },
	{ "both", rig_ca, CA_HASH ".0", rig_ca, TLS_OK },
};

static void
place(const struct trust_test *t)
{
	if (t->file != NULL) {
		write_file("file", t->file);
		set("SSL_CERT_FILE", "file");
	}
	if (t->hashed != NULL) {
		write_file(t->hashed, t->text);
		set("SSL_CERT_DIR", "");
	}
}

START_TEST(test_trust)
{
	const struct trust_test *t = &trust_tests[_i];

	int late, early;

	place(t);
	late = ask_child(body_meet_late, NULL);
	early = ask_child(body_meet, NULL);
	ck_assert_msg(late == (int)t->want && early == (int)t->want,
	    "%s: %d, %d", t->descr, late, early);
}
END_TEST

START_TEST(test_list)
{
	char list[2 * PATH_LEN];

	write_file(CA_HASH ".0", rig_ca);
	snprintf(list, sizeof(list), ":/nowhere/at/all::%s:", dir);
	setenv("SSL_CERT_DIR", list, 1);
	ck_assert_int_eq(ask_child(body_meet, NULL), TLS_OK);
}
END_TEST

/* 0: refused with these words, though nothing had been said before. */
static int
body_refused(void *arg, int read_fd, int write_fd)
{
	static const struct tls_settings settings = { .ca = NULL };
	static const struct tls_settings own = { .ca = RIG_TEXT(rig_ca) };
	char why[TLS_TEXT_MAX] = "";
	struct tls_context *context;

	(void)read_fd;
	(void)write_fd;
	tls_prepare();
	open_nothing();
	if (tls_client_new(&settings, why) != NULL ||
	    strstr(why, arg) == NULL || strchr(why, '\n') != NULL)
		return 1;
	context = tls_client_new(&own, why);
	tls_context_free(context);
	return context == NULL;
}

START_TEST(test_refused)
{
	char want[TLS_TEXT_MAX], path[PATH_LEN];

	set("SSL_CERT_FILE", "file");
	snprintf(want, sizeof(want), "SSL_CERT_FILE: %s: no CA certificates "
	    "could be read from it", path_of(path, "file"));
	ck_assert_int_eq(ask_child(body_refused, want), 0);
	write_file("file", "junk\n");
	ck_assert_int_eq(ask_child(body_refused, want), 0);
	/* It does not help that there is a directory, too. */
	write_file(CA_HASH ".0", rig_ca);
	set("SSL_CERT_DIR", "");
	ck_assert_int_eq(ask_child(body_refused, want), 0);
	unsetenv("SSL_CERT_FILE");
	set("SSL_CERT_DIR", "file");
	snprintf(want, sizeof(want), "SSL_CERT_DIR: %s: no CA certificates "
	    "could be read from it", path_of(path, "file"));
	ck_assert_int_eq(ask_child(body_refused, want), 0);
}
END_TEST

/* 0: one log for all contexts, none of which could open it or closes it. */
static int
body_key_log(void *arg, int read_fd, int write_fd)
{
	static const struct tls_settings settings = { .ca = RIG_TEXT(rig_ca) };
	char path[PATH_LEN], why[TLS_TEXT_MAX];
	struct stat st;

	(void)arg;
	(void)read_fd;
	(void)write_fd;
	make_ends();
	tls_prepare();
	if (tls_key_log_fd() == -1)
		return 1;
	open_nothing();
	tls_context_free(tls_client_new(&settings, why));
	if (meet(tls_client_new(&settings, why)) != TLS_OK)
		return 2;
	if (stat(path_of(path, "keys"), &st) == -1 || st.st_size == 0)
		return 3;
	return fstat(tls_key_log_fd(), &st) == -1 ? 4 : 0;
}

START_TEST(test_key_log)
{
	set("SSLKEYLOGFILE", "keys");
	ck_assert_int_eq(ask_child(body_key_log, NULL), 0);
}
END_TEST

/* What is no regular file is not waited for, wherever it is. */
START_TEST(test_pipes)
{
	char path[PATH_LEN];
	struct roots_text t;

	ck_assert_int_eq(mkfifo(path_of(path, "file"), 0600), 0);
	ck_assert_int_eq(mkfifo(path_of(path, CA_HASH ".0"), 0600), 0);
	set("SSL_CERT_FILE", "file");
	set("SSL_CERT_DIR", "");
	roots_read(&t);
	ck_assert(t.is_found && t.is_bad_file && !t.is_bad_dir);
	ck_assert_uint_eq(t.n, 0);
	roots_clear(&t);
}
END_TEST

/* One byte more than there may be, in the file or in the directory. */
START_TEST(test_too_large)
{
	char path[PATH_LEN];
	struct roots_text t;
	int i;

	for (i = 0; i < 2; i++) {
		write_file("file", rig_ca);
		write_file(CA_HASH ".0", rig_ca);
		set("SSL_CERT_FILE", "file");
		set("SSL_CERT_DIR", "");
		ck_assert_int_eq(truncate(path_of(path, i == 0 ? "file" :
		    CA_HASH ".0"), ROOTS_BYTES_MAX + 1), 0);
		roots_read(&t);
		ck_assert_int_eq(t.is_bad_file, i == 0);
		ck_assert_int_eq(t.is_bad_dir, i == 1);
		roots_clear(&t);
	}
}
END_TEST

START_TEST(test_too_many)
{
	char name[32], first[PATH_LEN], path[PATH_LEN];
	struct roots_text t;
	int i;

	write_file("file", "");
	path_of(first, "file");
	for (i = 0; i <= ROOTS_HASHED_MAX; i++) {
		snprintf(name, sizeof(name), CA_HASH ".%d", i);
		ck_assert_int_eq(link(first, path_of(path, name)), 0);
		if (i == ROOTS_HASHED_MAX - 1) {
			set("SSL_CERT_DIR", "");
			roots_read(&t);
			ck_assert(t.n == ROOTS_HASHED_MAX && !t.is_bad_dir);
			roots_clear(&t);
		}
	}
	roots_read(&t);
	ck_assert(t.is_bad_dir);
	roots_clear(&t);
	for (i = 0; i <= ROOTS_HASHED_MAX; i++) {
		snprintf(name, sizeof(name), CA_HASH ".%d", i);
		unlink(path_of(path, name));
	}
}
END_TEST

/* Names that are no hashes are not read. */
START_TEST(test_names)
{
	static const char *const names[] = { "ca.pem", "2616b4c4",
	    "2616b4c4.", "2616b4c4.r0", "2616b4c4.0x", "2616b4c.0",
	    "2616b4c44.0", "2616B4C4.0" };
	struct roots_text t;
	size_t i;

	set("SSL_CERT_DIR", "");
	for (i = 0; i < UTIL_NELEM(names); i++)
		write_file(names[i], rig_ca);
	write_file(OTHER_HASH ".7", rig_other_ca);
	roots_read(&t);
	ck_assert_uint_eq(t.n, 1);
	ck_assert_uint_eq(t.at[0].hash, 0x629868b6);
	ck_assert_uint_eq(t.at[0].len, strlen(rig_other_ca));
	roots_clear(&t);
	for (i = 0; i < UTIL_NELEM(names); i++)
		remove_file(names[i]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("what TLS has read ahead");
	TCase *tc = tcase_create("read");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_pipes);
	tcase_add_test(tc, test_too_large);
	tcase_add_test(tc, test_too_many);
	tcase_add_test(tc, test_names);
	if (tls_version() != NULL) {
		tcase_add_test(tc, test_list);
		tcase_add_test(tc, test_refused);
		tcase_add_test(tc, test_key_log);
	}
	suite_add_tcase(s, tc);
	if (tls_version() != NULL) {
		tc = tcase_create("trusted");
		tcase_set_tags(tc, "long");
		tcase_add_checked_fixture(tc, setup, teardown);
		tcase_add_loop_test(tc, test_trust, 0,
		    UTIL_NELEM(trust_tests));
		suite_add_tcase(s, tc);
	}
	return suite_main(s);
}
