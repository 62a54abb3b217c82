/* SPDX-License-Identifier: MIT */
/*
 * base/machine.c: what it makes of the files of /proc, in a directory like it:
 * those of a common machine, odd ones, and none at all.
 */

#include <sys/resource.h>
#include <sys/stat.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/machine.h"
#include "base/util.h"
#include "tests/suite.h"

#define SEC(n)	((n) * NS_PER_SEC)
#define UNKNOWN	MACHINE_UNKNOWN

enum { PATH_LEN = 256, FILES = 9 };

static const char *const names[FILES] = {
	"sys/net/ipv4/ip_local_port_range",
	"sys/net/ipv4/ip_local_reserved_ports",
	"sys/net/ipv4/tcp_tw_reuse",
	"sys/net/ipv4/tcp_tw_reuse_delay",
	"sys/net/ipv4/tcp_timestamps",
	"meminfo",
	"sys/net/netfilter/nf_conntrack_max",
	"sys/net/netfilter/nf_conntrack_count",
	"sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait"
};
static const char *const folders[] = {
	"", "/sys", "/sys/net", "/sys/net/ipv4", "/sys/net/netfilter"
};

static char	dir[] = "/tmp/pulse-machine.XXXXXX";

/* What the files have, in that order (NULL: not there), and what it means. */
static const struct read_test {
	const char	*descr;
	const char	*files[FILES];
	struct machine	 want;	/* cpus and descriptors are this machine's */
} read_tests[] = {
	{ "nothing", { NULL }, { 0, 0, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
	    UNKNOWN, UNKNOWN } },
	{ "common", { "32768\t60999\n", "\n", "2\n", "1000\n", "1\n",
	    "MemTotal:  9 kB\nMemAvailable:   2 kB\n", "262144\n", "0\n",
	    "120\n" }, { 0, 0, 28232, SEC(60), SEC(1), 2048, UNKNOWN,
	    UNKNOWN } },
	{ "tracked", { "1 65535\n", "", "0\n", "1000\n", "1\n", "", "1000\n",
	    "300\n", "120\n" }, { 0, 0, 65535, SEC(60), SEC(60), UNKNOWN, 700,
	    SEC(120) } },
	{ "tracked to the last", { "5 5\n", NULL, "1\n", "250\n", "1\n", NULL,
	    "1000\n", "1001\n", "120\n" }, { 0, 0, 1, SEC(1) / 4, SEC(1) / 4,
	    UNKNOWN, 0, SEC(120) } },
	{ "reuse needs timestamps", { "1000 1999\n", NULL, "1\n", NULL,
	    "0\n" }, { 0, 0, 1000, SEC(60), SEC(60), UNKNOWN, UNKNOWN,
	    UNKNOWN } },
	{ "an old kernel", { "1000 1999\n", NULL, "1\n" }, { 0, 0, 1000,
	    SEC(1), SEC(1), UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "reserved", { "1000 1999\n", "80,990-1009,1500,1999-2005\n" },
	    { 0, 0, 988, SEC(60), SEC(60), UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "reserved, all", { "1000 1999\n", "1-65535\n" },
	    { 0, 0, 0, SEC(60), SEC(60), UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "reserved, upside down", { "1000 1999\n", "1500-1400,x\n" },
	    { 0, 0, 1000, SEC(60), SEC(60), UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "no range", { "1000\n" }, { 0, 0, UNKNOWN, UNKNOWN, UNKNOWN,
	    UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "a range upside down", { "2000 1000\n" }, { 0, 0, UNKNOWN, UNKNOWN,
	    UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "no ports", { "1000 99999999999999999999999999\n" }, { 0, 0,
	    UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "words", { "a b\n", "c", "d", "e", "f", "MemAvailable: g", "h", "i",
	    "j" }, { 0, 0, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
	    UNKNOWN } },
};

static void
write_file(const char *name, const char *text)
{
	char path[PATH_LEN];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)remove(path);
	if (text == NULL)
		return;
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void
make_folders(void)
{
	char path[PATH_LEN];
	size_t i;

	snprintf(dir, sizeof(dir), "/tmp/pulse-machine.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (i = 1; i < UTIL_NELEM(folders); i++) {
		snprintf(path, sizeof(path), "%s%s", dir, folders[i]);
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
}

static void
remove_folders(void)
{
	char path[PATH_LEN];
	size_t i;

	for (i = 0; i < FILES; i++)
		write_file(names[i], NULL);
	for (i = UTIL_NELEM(folders); i > 0; i--) {
		snprintf(path, sizeof(path), "%s%s", dir, folders[i - 1]);
		ck_assert_int_eq(rmdir(path), 0);
	}
}

START_TEST(test_read)
{
	const struct read_test *t = &read_tests[_i];
	struct machine m;
	size_t i;

	for (i = 0; i < FILES; i++)
		write_file(names[i], t->files[i]);
	machine_read(&m, dir);
	ck_assert_uint_ge(m.cpus, 1);
	ck_assert_uint_eq(m.ports, t->want.ports);
	ck_assert_uint_eq(m.hold_ns, t->want.hold_ns);
	ck_assert_uint_eq(m.hold_loopback_ns, t->want.hold_loopback_ns);
	ck_assert_uint_eq(m.memory, t->want.memory);
	ck_assert_uint_eq(m.tracked, t->want.tracked);
	ck_assert_uint_eq(m.tracked_ns, t->want.tracked_ns);
}
END_TEST

/* The hard limit counts: the soft one is raised for a run. */
START_TEST(test_descriptors)
{
	struct rlimit was, limit;
	struct machine m;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	limit = was;
	limit.rlim_cur = 64;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	machine_read(&m, "/nowhere");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
	ck_assert_uint_eq(m.descriptors, was.rlim_max == RLIM_INFINITY ?
	    UNKNOWN : was.rlim_max);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("machine");
	TCase *tc = tcase_create("machine");

	tcase_add_checked_fixture(tc, make_folders, remove_folders);
	tcase_add_loop_test(tc, test_read, 0, UTIL_NELEM(read_tests));
	tcase_add_test(tc, test_descriptors);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
