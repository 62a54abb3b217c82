/* SPDX-License-Identifier: MIT */

/*
 * How a report gets into a file: new and old ones, links, FIFOs, devices,
 * descriptors; what cannot be written is known at once or leaves all as it
 * was. Each test works in a directory of its own.
 */

#include <sys/resource.h>
#include <sys/stat.h>

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/report.h"
#include "tests/suite.h"

#define NOBODY		((uid_t)65534)
#define PATH_LEN	512
#define TEXT_LEN	16384

static char dir[256];
static struct plan plan;
static struct result *result;
static struct report report;

static void
set_up(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/pulse.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	memset(&plan, 0, sizeof(plan));
	run_request_init(&plan.req);
	result = result_new(0);
	report_init(&report, &plan, result, NULL, 0);
}

/* Names in the directory. */
static int
count_files(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			n++;
	}
	closedir(d);
	return n;
}

static void
tear_down(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[PATH_LEN];

	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			ck_assert_int_eq(unlink(path), 0);
	}
	closedir(d);
	ck_assert_int_eq(rmdir(dir), 0);
	result_free(result);
	run_request_clear(&plan.req);
}

static char *
in_dir(char path[PATH_LEN], const char *name)
{
	snprintf(path, PATH_LEN, "%s/%s", dir, name);
	return path;
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

/* Is the text of this file what json_write writes? */
static bool
has_report(const char *path)
{
	char *want, got[TEXT_LEN];
	size_t want_len, got_len;
	FILE *f = open_memstream(&want, &want_len);
	bool is_same;

	json_write(f, &report);
	fclose(f);
	if ((f = fopen(path, "r")) == NULL) {
		free(want);
		return false;
	}
	got_len = fread(got, 1, sizeof(got), f);
	fclose(f);
	is_same = got_len == want_len && memcmp(got, want, want_len) == 0;
	free(want);
	return is_same;
}

static bool
has_text(const char *path, const char *want)
{
	char got[TEXT_LEN] = "";
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return false;
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	return strcmp(got, want) == 0;
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static bool
is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static void
write_report(const char *path)
{
	struct report_file f;

	ck_assert_msg(report_open(&f, REPORT_JSON, path) == 0, "%s: %s", path,
	    strerror(errno));
	ck_assert_msg(report_commit(&f, &report) == 0, "%s: %s", path,
	    strerror(errno));
	ck_assert_ptr_null(f.stream);
	ck_assert_ptr_null(f.temporary);
	ck_assert_ptr_null(f.target);
}

START_TEST(test_new_file)
{
	static const mode_t masks[] = { 022, 077, 027, 0 };
	mode_t old = umask(masks[_i]);
	char path[PATH_LEN];

	write_report(in_dir(path, "out.json"));
	umask(old);
	ck_assert(has_report(path));
	ck_assert_uint_eq(mode_of(path), 0666 & ~masks[_i]);
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(test_long_name)
{
	char name[256], path[PATH_LEN + sizeof(name)];

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	write_report(path);
	ck_assert(has_report(path));
}
END_TEST

START_TEST(test_no_directory_in_name)
{
	int here = open(".", O_RDONLY);
	bool is_there;

	ck_assert_int_eq(chdir(dir), 0);
	write_report("out.json");
	is_there = has_report("out.json");
	ck_assert_int_eq(fchdir(here), 0);
	close(here);
	ck_assert(is_there);
}
END_TEST

START_TEST(test_old_file)
{
	struct report_file f;
	char path[PATH_LEN];

	write_file(in_dir(path, "out.json"), "old", 0640);
	ck_assert_int_eq(report_open(&f, REPORT_JSON, path), 0);
	ck_assert(has_text(path, "old"));
	ck_assert_int_eq(report_commit(&f, &report), 0);
	ck_assert(has_report(path));
	ck_assert_uint_eq(mode_of(path), 0640);
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(test_abandon)
{
	struct report_file f;
	char path[PATH_LEN];

	write_file(in_dir(path, "out.json"), "old", 0644);
	ck_assert_int_eq(report_open(&f, REPORT_JSON, path), 0);
	ck_assert_int_eq(count_files(), 2);
	report_abandon(&f);
	report_abandon(&f);
	ck_assert(has_text(path, "old"));
	ck_assert_int_eq(count_files(), 1);
	ck_assert_int_eq(report_open(&f, REPORT_JSON, in_dir(path, "new")), 0);
	report_abandon(&f);
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

/* A limit on the size of files stands for a full disk. */
START_TEST(test_no_room)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old_action;
	struct rlimit old, small;
	struct report_file f;
	char path[PATH_LEN];
	int rv, error;

	write_file(in_dir(path, "out.json"), "old", 0644);
	sigaction(SIGXFSZ, &ignore, &old_action);
	ck_assert_int_eq(report_open(&f, REPORT_JSON, path), 0);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 100;
	setrlimit(RLIMIT_FSIZE, &small);
	rv = report_commit(&f, &report);
	error = errno;
	setrlimit(RLIMIT_FSIZE, &old);
	sigaction(SIGXFSZ, &old_action, NULL);
	ck_assert_int_eq(rv, -1);
	ck_assert_int_eq(error, EFBIG);
	ck_assert(has_text(path, "old"));
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

/* What the link leads to is replaced; the link stays. */
START_TEST(test_link)
{
	char path[PATH_LEN], target[PATH_LEN];

	write_file(in_dir(target, "target"), "old", 0600);
	ck_assert_int_eq(symlink("target", in_dir(path, "middle")), 0);
	ck_assert_int_eq(symlink(in_dir(path, "middle"),
	    in_dir(target, "link")), 0);
	write_report(in_dir(path, "link"));
	ck_assert(is_link(path));
	ck_assert(is_link(in_dir(path, "middle")));
	ck_assert(!is_link(in_dir(target, "target")));
	ck_assert(has_report(target));
	ck_assert_uint_eq(mode_of(target), 0600);
	ck_assert_int_eq(count_files(), 3);
}
END_TEST

START_TEST(test_link_to_nothing)
{
	char path[PATH_LEN], target[PATH_LEN];
	struct report_file f;

	ck_assert_int_eq(symlink("target", in_dir(path, "link")), 0);
	ck_assert_int_eq(report_open(&f, REPORT_JSON, path), 0);
	report_abandon(&f);
	ck_assert_int_eq(count_files(), 1);
	write_report(path);
	ck_assert(is_link(path));
	ck_assert(has_report(in_dir(target, "target")));
}
END_TEST

START_TEST(test_link_loop)
{
	char path[PATH_LEN];
	struct report_file f;

	ck_assert_int_eq(symlink("b", in_dir(path, "a")), 0);
	ck_assert_int_eq(symlink("a", in_dir(path, "b")), 0);
	ck_assert_int_eq(report_open(&f, REPORT_JSON, path), -1);
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(count_files(), 2);
}
END_TEST

START_TEST(test_fifo)
{
	char path[PATH_LEN], copy[PATH_LEN], text[TEXT_LEN];
	struct stat st;
	ssize_t len;
	int fd;

	ck_assert_int_eq(mkfifo(in_dir(path, "fifo"), 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	ck_assert_int_ne(fd, -1);
	write_report(path);
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	ck_assert_int_gt(len, 0);
	text[len] = '\0';
	write_file(in_dir(copy, "copy"), text, 0600);
	ck_assert(has_report(copy));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(S_ISFIFO(st.st_mode));
	ck_assert_int_eq(count_files(), 2);
}
END_TEST

/* An open descriptor is used as it is: what was in the file stays. */
START_TEST(test_descriptor)
{
	static const char *const folders[] = { "/dev/fd", "/proc/self/fd" };
	char path[PATH_LEN], name[64], text[TEXT_LEN];
	struct report_file f;
	FILE *in;
	int fd;

	write_file(in_dir(path, "log"), "first\n", 0600);
	fd = open(path, O_WRONLY | O_APPEND);
	snprintf(name, sizeof(name), "%s/%d", folders[_i], fd);
	ck_assert_int_eq(report_open(&f, REPORT_TEXT, name), 0);
	ck_assert_int_eq(report_commit(&f, &report), 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD), -1);
	close(fd);
	in = fopen(path, "r");
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	ck_assert_int_eq(strncmp(text, "first\nNO VERDICT", 16), 0);
	ck_assert_int_eq(report_open(&f, REPORT_TEXT, "/dev/fd/987654"), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(test_stdout)
{
	char path[PATH_LEN];
	int saved, fd;

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	fd = open(in_dir(path, "stdout"), O_WRONLY | O_CREAT, 0600);
	dup2(fd, STDOUT_FILENO);
	close(fd);
	write_report("-");
	dup2(saved, STDOUT_FILENO);
	close(saved);
	ck_assert(has_report(path));
	ck_assert(!ferror(stdout));
}
END_TEST

START_TEST(test_device)
{
	struct report_file f;
	struct stat st;

	write_report("/dev/null");
	ck_assert_int_eq(stat("/dev/null", &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	ck_assert_int_eq(report_open(&f, REPORT_TEXT, "/dev/full"), 0);
	ck_assert_int_eq(report_commit(&f, &report), -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_ptr_null(f.stream);
	ck_assert_int_eq(stat("/dev/full", &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
}
END_TEST

static const struct refused_test {
	const char	*name;		/* in the directory */
	int		 error;
} refused_tests[] = {
	{ "", EISDIR },
	{ ".", EISDIR },
	{ "none/out", ENOENT },
	{ "none/", ENOENT },
	{ "file/out", ENOTDIR },
	{ "file/", ENOTDIR }
};

START_TEST(test_refused)
{
	const struct refused_test *t = &refused_tests[_i];
	char path[PATH_LEN];
	struct report_file f;

	write_file(in_dir(path, "file"), "old", 0600);
	ck_assert_int_eq(report_open(&f, REPORT_JSON, in_dir(path, t->name)),
	    -1);
	ck_assert_msg(errno == t->error, "\"%s\": %s", t->name,
	    strerror(errno));
	ck_assert_ptr_null(f.stream);
	report_abandon(&f);
	ck_assert_int_eq(count_files(), 1);
	ck_assert_int_eq(report_open(&f, REPORT_JSON, ""), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* Root may write anything, and so becomes somebody else for a while. */
START_TEST(test_no_right)
{
	char path[PATH_LEN];
	struct report_file f;
	bool is_root = geteuid() == 0;
	int i, rv[3], error[3];

	write_file(in_dir(path, "out.json"), "old", 0444);
	ck_assert_int_eq(chmod(dir, 0555), 0);
	if (is_root && seteuid(NOBODY) == -1) {
		chmod(dir, 0700);
		return;		/* nobody can be had: nothing to try */
	}
	rv[0] = report_open(&f, REPORT_JSON, in_dir(path, "new"));
	error[0] = errno;
	rv[1] = report_open(&f, REPORT_JSON, in_dir(path, "out.json"));
	error[1] = errno;
	if (is_root)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(dir, 0777), 0);
	if (is_root)
		ck_assert_int_eq(seteuid(NOBODY), 0);
	rv[2] = report_open(&f, REPORT_JSON, path);
	error[2] = errno;
	if (is_root)
		ck_assert_int_eq(seteuid(0), 0);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(rv[i], -1);
		ck_assert_int_eq(error[i], EACCES);
	}
	ck_assert(has_text(path, "old"));
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("report_file");
	TCase *tc = tcase_create("file");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, test_new_file, 0, 4);
	tcase_add_test(tc, test_long_name);
	tcase_add_test(tc, test_no_directory_in_name);
	tcase_add_test(tc, test_old_file);
	tcase_add_test(tc, test_abandon);
	tcase_add_test(tc, test_no_room);
	tcase_add_test(tc, test_link);
	tcase_add_test(tc, test_link_to_nothing);
	tcase_add_test(tc, test_link_loop);
	tcase_add_test(tc, test_fifo);
	tcase_add_loop_test(tc, test_descriptor, 0, 2);
	tcase_add_test(tc, test_stdout);
	tcase_add_test(tc, test_device);
	tcase_add_loop_test(tc, test_refused, 0,
	    (int)UTIL_NELEM(refused_tests));
	tcase_add_test(tc, test_no_right);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
