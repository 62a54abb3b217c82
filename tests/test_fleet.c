/* SPDX-License-Identifier: MIT */
/*
 * fleet/fleet.c: workers as -w and files write them, each way of getting one
 * wrong by the text of its refusal, and who is the same as another. Files are
 * cut at every point and filled with random bytes.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "fleet/fleet.h"
#include "fleet/split.h"
#include "tests/suite.h"
#include "wire.h"

enum {
	TEXT_MAX = 8192,
	RANDOM_TURNS = 2000
};

struct text_test {
	const char	*descr;
	const char	*input;
	const char	*want;
};

static char path[] = "/tmp/pulse_test_XXXXXX";

static void
setup(void)
{
	int fd;

	memcpy(path, "/tmp/pulse_test_XXXXXX", sizeof(path));
	fd = mkstemp(path);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(close(fd), 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(unlink(path), 0);
}

static void
write_file(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

/* "kind host port path weight name" of each, "; " between them. */
static void
describe(struct buf *b, const struct fleet *fleet)
{
	static const char *const kinds[] = {
		[WORKER_TCP] = "tcp",
		[WORKER_UNIX] = "unix",
		[WORKER_EXEC] = "exec",
	};
	const struct worker_address *w;
	size_t i;

	for (i = 0; i < fleet->n; i++) {
		w = &fleet->workers[i];
		buf_addf(b, "%s%s%s", i > 0 ? "; " : "", kinds[w->kind],
		    w->is_tls ? " tls" : "");
		if (w->kind == WORKER_TCP)
			buf_addf(b, " %s %u", w->host, (unsigned int)w->port);
		else
			buf_addf(b, " '%s'", w->path);
		buf_addf(b, " *%u <%s>", (unsigned int)w->weight, w->name);
	}
}

static void
compare(const char *descr, const char *text, const char *want)
{
	struct fleet fleet = { NULL, 0 };
	char why[WIRE_TEXT_MAX], *copy = xstrdup(text);
	struct buf got;

	buf_init(&got, TEXT_MAX);
	if (fleet_add(&fleet, copy, why) == -1)
		buf_adds(&got, why);
	else
		describe(&got, &fleet);
	free(copy);
	ck_assert_msg(strcmp(buf_str(&got), want) == 0, "%s: %s", descr,
	    buf_str(&got));
	ck_assert_ptr_null(strchr(buf_str(&got), '\n'));
	fleet_clear(&fleet);
	buf_clear(&got);
}

static const struct text_test list_tests[] = {
	{ "host and port", "a:9100", "tcp a 9100 *1 <a:9100>" },
	{ "host alone", "Build-7.example.org",
	    "tcp build-7.example.org 9100 *1 <Build-7.example.org>" },
	{ "an address", "10.0.0.7:80", "tcp 10.0.0.7 80 *1 <10.0.0.7:80>" },
	{ "IPv6", "[FE80::1]:1", "tcp fe80::1 1 *1 <[FE80::1]:1>" },
	{ "IPv6 alone", "[::1]", "tcp ::1 9100 *1 <[::1]>" },
	{ "a list", "a:1,b:2=3,[::1]:4=5", "tcp a 1 *1 <a:1>; "
	    "tcp b 2 *3 <b:2>; tcp ::1 4 *5 <[::1]:4>" },
	{ "blanks in a list", " a:1 , b:2=3 ", "tcp a 1 *1 <a:1>; "
	    "tcp b 2 *3 <b:2>" },
	{ "a weight without a port", "a=7", "tcp a 9100 *7 <a>" },
	{ "the largest weight", "a:1=1000000", "tcp a 1 *1000000 <a:1>" },
	{ "http", "http://A:9100", "tcp a 9100 *1 <http://A:9100>" },
	{ "http and a slash", "HTTP://a:80/=2", "tcp a 80 *2 <HTTP://a:80/>" },
	{ "https", "https://[::1]:9100=2",
	    "tcp tls ::1 9100 *2 <https://[::1]:9100>" },
	{ "unix", "unix:/run/p.sock", "unix '/run/p.sock' *1 "
	    "<unix:/run/p.sock>" },
	{ "unix with a weight", "unix:a=3", "unix 'a' *3 <unix:a>" },
	{ "unix with =", "unix:/a=b", "unix '/a=b' *1 <unix:/a=b>" },
	{ "unix with = at the end", "unix:/a=", "unix '/a=' *1 <unix:/a=>" },
	{ "unix with = and a weight", "unix:/a=5=1",
	    "unix '/a=5' *1 <unix:/a=5>" },
	{ "unix in a list", "unix:/a,unix:/b=2",
	    "unix '/a' *1 <unix:/a>; unix '/b' *2 <unix:/b>" },
	{ "exec", "exec:ssh b pulse worker --stdio",
	    "exec 'ssh b pulse worker --stdio' *1 "
	    "<exec:ssh b pulse worker --stdio>" },
	{ "exec takes all", "exec:a=1,b:2 # c=3",
	    "exec 'a=1,b:2 # c=3' *1 <exec:a=1,b:2 # c=3>" },
	{ "a name is no address", "unix", "tcp unix 9100 *1 <unix>" },
};

static const struct text_test list_errors[] = {
	{ "nothing", "", "expected a worker: HOST:PORT, http://HOST:PORT, "
	    "unix:PATH or exec:COMMAND" },
	{ "nothing between commas", "a:1,,b:2", "expected a worker: "
	    "HOST:PORT, http://HOST:PORT, unix:PATH or exec:COMMAND" },
	{ "nothing behind a comma", "a:1,", "expected a worker: "
	    "HOST:PORT, http://HOST:PORT, unix:PATH or exec:COMMAND" },
	{ "a number", "4", "4: expected a host, not a number" },
	{ "no host", ":9100", ":9100: no host" },
	{ "no port", "a:", "a:: expected a port behind the colon, from 1 to "
	    "65535" },
	{ "port 0", "a:0", "a:0: port is not 1 to 65535" },
	{ "port of 17 bits", "a:65536", "a:65536: port is not 1 to 65535" },
	{ "port with letters", "a:91x", "a:91x: expected a port behind the "
	    "colon, from 1 to 65535" },
	{ "IPv6 without brackets", "::1", "::1: an IPv6 address stands in "
	    "brackets, as in [::1]:9100" },
	{ "no bracket", "[::1:9100", "[::1:9100: no ] behind the address" },
	{ "no IPv6", "[::x]:1", "[::x]:1: not an IPv6 address" },
	{ "a zone", "[fe80::1%eth0]:1", "[fe80::1%eth0]:1: \"%\" is no part "
	    "of an address" },
	{ "a semicolon", "a:1;b:2", "a:1;b:2: \";\" is no part of an "
	    "address" },
	{ "a blank", "a b", "a b: \" \" is no part of an address" },
	{ "a letter of another script", "\xc3\xa4:1",
	    "\xc3\xa4:1: \"\xc3\xa4\" is no part of an address" },
	{ "a control", "a\n:1", "a?:1: \"?\" is no part of an address" },
	{ "weight 0", "a:1=0", "a:1=0: expected a weight from 1 to 1000000 "
	    "behind \"=\"" },
	{ "weight too large", "a:1=1000001", "a:1=1000001: expected a weight "
	    "from 1 to 1000000 behind \"=\"" },
	{ "weight with a fraction", "a:1=1.5", "a:1=1.5: expected a weight "
	    "from 1 to 1000000 behind \"=\"" },
	{ "no weight", "a:1=", "a:1=: expected a weight from 1 to 1000000 "
	    "behind \"=\"" },
	{ "weight 0 of a socket", "unix:/a=0", "unix:/a=0: expected a weight "
	    "from 1 to 1000000 behind \"=\"" },
	{ "two weights", "a:1=2=3", "a:1=2: \"=\" is no part of an address" },
	{ "a file in a list", "a:1,@b", "@b: a file of workers cannot stand "
	    "in a list: give it a -w of its own" },
	{ "a command in a list", "a:1,exec:b", "exec:b: a command cannot "
	    "stand in a list, it may have commas: give it a -w of its own" },
	{ "unx", "unx:/run/a", "unx: did you mean unix:?" },
	{ "Unix", "UNIX:/run/a", "UNIX: did you mean unix:?" },
	{ "exce", "exce:ssh b", "exce: did you mean exec:?" },
	{ "htp", "htp://a:1", "htp: did you mean http:?" },
	{ "ftp", "ssh://a:1", "ssh: expected http://, https://, unix: or "
	    "exec:" },
	{ "no socket", "unix:", "expected a path behind unix:" },
	{ "no command", "exec:", "expected a command behind exec:" },
	{ "a command of blanks", "exec: \n", "expected a command behind "
	    "exec:" },
	{ "a URL without a port", "http://a", "http://a: expected a port, as "
	    "in http://worker1:9100" },
	{ "a URL of IPv6 without a port", "http://[::1]/", "http://[::1]/: "
	    "expected a port, as in http://worker1:9100" },
	{ "a URL without a host", "http://", "http://: no host" },
	{ "a path", "http://a:1/run", "http://a:1/run: the address of a "
	    "worker has no path" },
	{ "a path without a scheme", "a:9100/run", "a:9100/run: expected a "
	    "port behind the colon, from 1 to 65535" },
	{ "a path alone", "/run/a", "/run/a: the address of a worker has no "
	    "path" },
	{ "a query", "http://a:1/?b", "http://a:1/?b: \"?\" is no part of an "
	    "address" },
	{ "a password", "http://u:secret@a:1", "a:1: a worker takes no user "
	    "and no password, but a token" },
	{ "a password with =", "u:secret=x@a:1", "a:1: expected a weight "
	    "from 1 to 1000000 behind \"=\"" },
	{ "no file", "@/nowhere/workers", "/nowhere/workers: No such file or "
	    "directory" },
	{ "a folder", "@/tmp", "/tmp: Is a directory" },
	{ "an endless file", "@/dev/zero", "/dev/zero: File too large" },
	{ "an empty file", "@/dev/null", "/dev/null: there is no worker in "
	    "it" },
};

START_TEST(test_list)
{
	const struct text_test *t = &list_tests[_i];

	compare(t->descr, t->input, t->want);
}
END_TEST

START_TEST(test_list_error)
{
	const struct text_test *t = &list_errors[_i];

	compare(t->descr, t->input, t->want);
}
END_TEST

/* Names are for a line of a table; commands are for a shell. */
START_TEST(test_name)
{
	struct fleet fleet = { NULL, 0 };
	char why[WIRE_TEXT_MAX];

	ck_assert_int_eq(fleet_add(&fleet, "exec:a\n\tb \xff\xc3\xa4", why),
	    0);
	ck_assert_str_eq(fleet.workers[0].name, "exec:a??b ?\xc3\xa4");
	ck_assert_str_eq(fleet.workers[0].path, "a\n\tb \xff\xc3\xa4");
	fleet_clear(&fleet);
	ck_assert_uint_eq(fleet.n, 0);
}
END_TEST

/* A path as long as a socket's can be, and one byte more. */
START_TEST(test_unix_length)
{
	struct fleet fleet = { NULL, 0 };
	char text[5000] = "unix:", why[WIRE_TEXT_MAX];

	memset(text + 5, 'a', 107);
	ck_assert_int_eq(fleet_add(&fleet, text, why), 0);
	text[5 + 107] = 'a';
	ck_assert_int_eq(fleet_add(&fleet, text, why), -1);
	ck_assert_ptr_nonnull(strstr(why, "more than 107 bytes"));
	memset(text + 5, 'a', sizeof(text) - 6);
	ck_assert_int_eq(fleet_add(&fleet, text, why), -1);
	ck_assert_ptr_nonnull(strstr(why, "longer than 4096 bytes"));
	ck_assert_uint_eq(fleet.n, 1);
	fleet_clear(&fleet);
}
END_TEST

START_TEST(test_most_workers)
{
	struct fleet fleet = { NULL, 0 };
	char text[16], why[WIRE_TEXT_MAX];
	int i;

	for (i = 0; i < SPLIT_WORKERS_MAX; i++) {
		snprintf(text, sizeof(text), "a%d", i);
		ck_assert_int_eq(fleet_add_one(&fleet, text, 1, why), 0);
	}
	ck_assert_int_eq(fleet_check(&fleet, why), 0);
	ck_assert_int_eq(fleet_add_one(&fleet, "b", 1, why), -1);
	ck_assert_str_eq(why, "more than 4096 workers");
	fleet_clear(&fleet);
	ck_assert_int_eq(fleet_add_one(&fleet, "b", 0, why), -1);
	ck_assert_int_eq(fleet_add_one(&fleet, "b", 1000001, why), -1);
	ck_assert_str_eq(why, "the weight must be from 1 to 1000000");
	ck_assert_int_eq(fleet_add_one(&fleet, "a:1,b:2", 1, why), -1);
	ck_assert_str_eq(why, "a:1,b:2: \",\" is no part of an address");
	ck_assert_uint_eq(fleet.n, 0);
}
END_TEST

/* Files; FILE stands for the name of it. */

static const struct text_test file_tests[] = {
	{ "one", "a:1", "tcp a 1 *1 <a:1>" },
	{ "lines, comments, weights", "# workers\n\na:1\n  3 b:2 # big\n"
	    "\t10\t[::1]:3\t#\n#c:1\n",
	    "tcp a 1 *1 <a:1>; tcp b 2 *3 <b:2>; tcp ::1 3 *10 <[::1]:3>" },
	{ "lines that end in CR", "a:1\r\n\r\n2 b:2\r\n",
	    "tcp a 1 *1 <a:1>; tcp b 2 *2 <b:2>" },
	{ "a # in a word", "unix:/a#b # c", "unix '/a#b' *1 <unix:/a#b>" },
	{ "a blank and a = in a path", "2 unix:/a b=7",
	    "unix '/a b=7' *2 <unix:/a b=7>" },
	{ "a command has all of the line", "5 exec:ssh a 'b, #c' # d=3 ",
	    "exec 'ssh a 'b, #c' # d=3' *5 <exec:ssh a 'b, #c' # d=3>" },
	{ "no command", "#exec:a\nb", "tcp b 9100 *1 <b>" },
	{ "only comments", "# a\n\n", "FILE: there is no worker in it" },
	{ "a bad line", "a:1\n\nb:x # c\n", "FILE:3: b:x: expected a port "
	    "behind the colon, from 1 to 65535" },
	{ "a weight behind", "a:1=3", "FILE:1: a:1=3: \"=\" is no part of an "
	    "address" },
	{ "two on a line", "a:1, b:2", "FILE:1: a:1, b:2: \",\" is no part "
	    "of an address" },
	{ "a weight of 0", "0 a:1", "FILE:1: 0: expected a weight from 1 to "
	    "1000000" },
	{ "a weight too large", "1000001 a:1", "FILE:1: 1000001: expected a "
	    "weight from 1 to 1000000" },
	{ "a weight alone", "7", "FILE:1: 7: expected a host, not a number" },
	{ "a weight and a comment", "7 # a", "FILE:1: expected a worker: "
	    "HOST:PORT, http://HOST:PORT, unix:PATH or exec:COMMAND" },
	{ "a file in a file", "@b", "FILE:1: @b: only -w can name a file "
	    "of workers" },
};

START_TEST(test_file)
{
	const struct text_test *t = &file_tests[_i];
	char name[64], want[TEXT_MAX];

	write_file(t->input, strlen(t->input));
	snprintf(name, sizeof(name), "@%s", path);
	snprintf(want, sizeof(want), "%s%s",
	    strncmp(t->want, "FILE", 4) == 0 ? path : "",
	    t->want + (strncmp(t->want, "FILE", 4) == 0 ? 4 : 0));
	compare(t->descr, name, want);
}
END_TEST

START_TEST(test_file_limits)
{
	static char text[5000];
	struct fleet fleet = { NULL, 0 };
	char name[64], why[WIRE_TEXT_MAX];

	snprintf(name, sizeof(name), "@%s", path);
	memset(text, 'a', sizeof(text));
	write_file(text, sizeof(text));
	ck_assert_int_eq(fleet_add(&fleet, name, why), -1);
	ck_assert_ptr_nonnull(strstr(why, ":1: longer than 4096 bytes"));
	memset(text, '#', sizeof(text));
	write_file("a\nb\0c\n", 6);
	ck_assert_int_eq(fleet_add(&fleet, name, why), -1);
	ck_assert_ptr_nonnull(strstr(why, ":2: there is a NUL in it"));
	ck_assert_uint_eq(fleet.n, 1);
	fleet_clear(&fleet);
}
END_TEST

/* Cut anywhere, or of random bytes: refused or not, but never a crash. */
START_TEST(test_file_any)
{
	static const char text[] = "# c\n3 a:1 # d\nexec:b\n[::1]:2\nunix:/c";
	struct fleet fleet = { NULL, 0 };
	char name[64], why[WIRE_TEXT_MAX], bytes[64];
	uint64_t x = 99;
	size_t i, j;

	snprintf(name, sizeof(name), "@%s", path);
	for (i = 0; i < sizeof(text); i++) {
		write_file(text, i);
		if (fleet_add(&fleet, name, why) == -1)
			ck_assert_uint_gt(strlen(why), 0);
		fleet_clear(&fleet);
	}
	for (i = 0; i < RANDOM_TURNS; i++) {
		for (j = 0; j < sizeof(bytes); j++) {
			x = x * UINT64_C(6364136223846793005) + 1;
			bytes[j] = i % 2 == 0 ? (char)(x >> 56) :
			    "a1:[]/@=#, \nunixec"[(x >> 33) % 18];
		}
		write_file(bytes, sizeof(bytes));
		(void)fleet_add(&fleet, name, why);
		(void)fleet_check(&fleet, why);
		fleet_clear(&fleet);
		bytes[sizeof(bytes) - 1] = '\0';
		if (bytes[0] != '@')
			(void)fleet_add(&fleet, bytes, why);
		fleet_clear(&fleet);
	}
}
END_TEST

/* The same twice; NULL when nobody is. */
static const struct text_test same_tests[] = {
	{ "none", "a,b,a:9101,[::1],unix:/a,unix:/b", NULL },
	{ "as it is", "a:1,b:1,a:1", "a:1: the same worker twice" },
	{ "another weight", "a:1=2,a:1=3", "a:1: the same worker twice" },
	{ "case", "a:1,A:1", "a:1 and A:1 are the same worker" },
	{ "the port", "a,a:9100", "a and a:9100 are the same worker" },
	{ "the scheme", "a:1,https://a:1",
	    "a:1 and https://a:1 are the same worker" },
	{ "localhost", "127.0.0.1:1,localhost:1",
	    "127.0.0.1:1 and localhost:1 are the same worker" },
	{ "IPv6", "[::1]:1,[0:0::0001]:1",
	    "[::1]:1 and [0:0::0001]:1 are the same worker" },
	{ "a socket", "unix:/a,unix:/a", "unix:/a: the same worker twice" },
};

START_TEST(test_same)
{
	const struct text_test *t = &same_tests[_i];
	struct fleet fleet = { NULL, 0 };
	char why[WIRE_TEXT_MAX];

	ck_assert_int_eq(fleet_add(&fleet, t->input, why), 0);
	if (t->want == NULL)
		ck_assert_int_eq(fleet_check(&fleet, why), 0);
	else {
		ck_assert_int_eq(fleet_check(&fleet, why), -1);
		ck_assert_str_eq(why, t->want);
	}
	fleet_clear(&fleet);
}
END_TEST

START_TEST(test_same_command)
{
	struct fleet fleet = { NULL, 0 };
	char why[WIRE_TEXT_MAX];

	ck_assert_int_eq(fleet_check(&fleet, why), 0);
	ck_assert_int_eq(fleet_add(&fleet, "exec:a", why), 0);
	ck_assert_int_eq(fleet_add(&fleet, "exec:a", why), 0);
	ck_assert_int_eq(fleet_check(&fleet, why), 0);
	fleet_clear(&fleet);
}
END_TEST

START_TEST(test_weights)
{
	struct fleet fleet = { NULL, 0 };
	char why[WIRE_TEXT_MAX];
	uint64_t *weights;

	weights = fleet_weights(&fleet);
	ck_assert_ptr_nonnull(weights);
	free(weights);
	ck_assert_int_eq(fleet_add(&fleet, "a=3,b,c=1000000", why), 0);
	weights = fleet_weights(&fleet);
	ck_assert_uint_eq(weights[0], 3);
	ck_assert_uint_eq(weights[1], 1);
	ck_assert_uint_eq(weights[2], 1000000);
	free(weights);
	fleet_clear(&fleet);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("fleet");
	TCase *tc;

	tc = tcase_create("list");
	tcase_add_loop_test(tc, test_list, 0, UTIL_NELEM(list_tests));
	tcase_add_loop_test(tc, test_list_error, 0, UTIL_NELEM(list_errors));
	tcase_add_test(tc, test_name);
	tcase_add_test(tc, test_unix_length);
	tcase_add_test(tc, test_most_workers);
	suite_add_tcase(s, tc);

	tc = tcase_create("file");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_file, 0, UTIL_NELEM(file_tests));
	tcase_add_test(tc, test_file_limits);
	tcase_add_test(tc, test_file_any);
	suite_add_tcase(s, tc);

	tc = tcase_create("check");
	tcase_add_loop_test(tc, test_same, 0, UTIL_NELEM(same_tests));
	tcase_add_test(tc, test_same_command);
	tcase_add_test(tc, test_weights);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
