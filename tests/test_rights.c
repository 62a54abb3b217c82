/* SPDX-License-Identifier: MIT */
/*
 * base/rights.c: what is refused, and why; and, in children of root, what a
 * process is that has dropped its rights, and that it cannot have them back.
 * The shell tests have the same of a worker.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/rights.h"
#include "base/util.h"
#include "tests/suite.h"

#define SOMEBODY	"4000000123"	/* whom no system knows */

static char dir[] = "/tmp/pulse-test-XXXXXX";

static void
setup(void)
{
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
teardown(void)
{
	ck_assert_int_eq(rmdir(dir), 0);
}

/* Of the rights of root; dir stands for a directory that is made here. */
static const struct refuse_test {
	const char	*user;
	const char	*root;
	const char	*why;
} refuse_tests[] = {
	{ "nobody-at-all", NULL,
	    "--user: nobody-at-all: there is no such user" },
	{ "", NULL, "--user: : there is no such user" },
	{ "4294967295", NULL,
	    "--user: 4294967295: there is no such user" },
	{ "-1", NULL, "--user: -1: there is no such user" },
	{ "1x", NULL, "--user: 1x: there is no such user" },
	{ " 1", NULL, "--user:  1: there is no such user" },
	{ "1:1", NULL, "--user: 1:1: there is no such user" },
	{ NULL, "/", "--chroot: /: give --user, too: root leaves any "
	    "directory" },
	{ "nobody-at-all", "/nowhere", "--user: nobody-at-all: there is no "
	    "such user" },
	{ "root", "/", "--chroot: /: --user must be another than root, who "
	    "leaves any directory" },
	{ "0", "/", "--chroot: /: --user must be another than root, who "
	    "leaves any directory" },
	{ SOMEBODY, "/nowhere/at/all", "--chroot: /nowhere/at/all: No such "
	    "file or directory" },
	{ SOMEBODY, "", "--chroot: : No such file or directory" },
	{ SOMEBODY, "/dev/null", "--chroot: /dev/null: Not a directory" },
};

/* The last ones are refused before anybody asks whether we are root. */
START_TEST(test_refuse)
{
	const struct refuse_test *t = &refuse_tests[_i];
	char why[RIGHTS_TEXT_MAX] = "";
	struct rights r;

	ck_assert_int_eq(rights_find(&r, t->user, t->root, why), -1);
	if (geteuid() == 0 || strstr(t->why, "no such user") != NULL ||
	    t->user == NULL)
		ck_assert_str_eq(why, t->why);
	else
		ck_assert_ptr_nonnull(strstr(why, "only root can"));
}
END_TEST

/* However long it is, the reason is one line, and says what is wrong. */
START_TEST(test_refuse_long)
{
	char name[4096], why[RIGHTS_TEXT_MAX];
	struct rights r;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(rights_find(&r, name, NULL, why), -1);
	ck_assert_ptr_nonnull(strstr(why, "x: there is no such user"));
}
END_TEST

/* Whose directory, with which mode. */
static const struct dir_test {
	uid_t	 uid;
	mode_t	 mode;
	bool	 is_good;
} dir_tests[] = {
	{ 0, 0755, true },
	{ 0, 0700, true },
	{ 0, 0, true },
	{ 0, 0775, false },
	{ 0, 0757, false },
	{ 0, 01777, false },
	{ 1, 0755, false },
	{ 1, 0500, false },
};

START_TEST(test_dir)
{
	const struct dir_test *t = &dir_tests[_i];
	char why[RIGHTS_TEXT_MAX] = "";
	struct rights r;

	ck_assert_int_eq(chmod(dir, t->mode), 0);
	ck_assert_int_eq(chown(dir, t->uid, 0), 0);
	ck_assert_int_eq(rights_find(&r, SOMEBODY, dir, why),
	    t->is_good ? 0 : -1);
	ck_assert_int_eq(strstr(why, "it must be root's, and nobody else may "
	    "write to it") != NULL, !t->is_good);
}
END_TEST

/* None given, or one's own: fine for everybody, and nothing changes. */
START_TEST(test_same)
{
	const struct passwd *pw = getpwuid(geteuid());
	char why[RIGHTS_TEXT_MAX], name[128];
	struct rights r;

	ck_assert_int_eq(rights_find(&r, NULL, NULL, why), 0);
	ck_assert(r.user == NULL && r.root == NULL);
	if (pw == NULL || pw->pw_gid != getegid())
		return;
	snprintf(name, sizeof(name), "%s", pw->pw_name);
	ck_assert_int_eq(rights_find(&r, name, NULL, why), 0);
	ck_assert_uint_eq(r.uid, geteuid());
	snprintf(name, sizeof(name), "%lu", (unsigned long)geteuid());
	ck_assert_int_eq(rights_find(&r, name, NULL, why), 0);
	ck_assert_uint_eq(r.uid, geteuid());
}
END_TEST

/* Children: the status is 0, or the number of the first thing that is wrong. */

static int
ask_child(int (*body)(void *, int, int), struct rights *r)
{
	struct proc p;

	ck_assert_int_eq(proc_spawn(&p, body, r), 0);
	proc_end(&p, 10000);
	ck_assert(WIFEXITED(p.status));
	return WEXITSTATUS(p.status);
}

static int
check_user(const struct rights *r)
{
	gid_t groups[RIGHTS_GROUPS_MAX];

	if (getuid() != r->uid || geteuid() != r->uid)
		return 1;
	if (getgid() != r->gid || getegid() != r->gid)
		return 2;
	if (getgroups(RIGHTS_GROUPS_MAX, groups) != r->ngroups)
		return 3;
	if (setuid(0) == 0 || seteuid(0) == 0 || setreuid(0, 0) == 0 ||
	    setreuid((uid_t)-1, 0) == 0)
		return 4;
	if (setgid(0) == 0 || setegid(0) == 0 || setregid(0, 0) == 0)
		return 5;
	if (setgroups(0, NULL) == 0)
		return 6;
	if (chroot("/") == 0)
		return 7;
#ifdef __linux__
	if (prctl(PR_GET_NO_NEW_PRIVS, 0UL, 0UL, 0UL, 0UL) != 1)
		return 8;
#endif
	return 0;
}

static int
body_user(void *arg, int read_fd, int write_fd)
{
	const struct rights *r = arg;
	char why[RIGHTS_TEXT_MAX];
	int rc;

	(void)read_fd;
	(void)write_fd;
	if (rights_drop(r, true, why) == -1)
		return 100;
	if ((rc = check_user(r)) != 0)
		return rc;
	/* A second time, for whom a process forks that has done it. */
	return rights_drop(r, true, why) == -1 ? 101 : check_user(r);
}

START_TEST(test_user)
{
	const char *users[] = { SOMEBODY, "nobody" };
	char why[RIGHTS_TEXT_MAX];
	struct rights r;

	if (getpwnam(users[_i]) == NULL && _i == 1)
		return;
	ck_assert_int_eq(rights_find(&r, users[_i], NULL, why), 0);
	ck_assert_int_ge(r.ngroups, _i);
	ck_assert_int_eq(ask_child(body_user, &r), 0);
}
END_TEST

#ifdef PR_SET_SECCOMP
/* From now on who tries to become another user is killed, as by pledge(2). */
static int
forbid_setuid(void)
{
	/* linux/filter.h: load the number, compare it, kill or allow. */
	struct {
		uint16_t	op;
		uint8_t		yes;
		uint8_t		no;
		uint32_t	k;
	} at[] = {
		{ 0x20, 0, 0, 0 },
		{ 0x15, 0, 1, SYS_setuid },
		{ 0x06, 0, 0, 0x80000000U },
		{ 0x06, 0, 0, 0x7fff0000U }
	};
	struct {
		unsigned short	 n;
		void		*at;
	} program = { UTIL_NELEM(at), at };

	return prctl(PR_SET_SECCOMP, 2UL, &program, 0UL, 0UL);
}

static int
body_again(void *arg, int read_fd, int write_fd)
{
	char why[RIGHTS_TEXT_MAX];

	(void)read_fd;
	(void)write_fd;
	if (rights_drop(arg, false, why) == -1)
		return 100;
	/* A kernel without filters has nothing to show. */
	if (forbid_setuid() == -1)
		return 0;
	return rights_drop(arg, false, why) == -1;
}

/* As a resolver does that takes the place of another. */
START_TEST(test_again)
{
	char why[RIGHTS_TEXT_MAX];
	struct rights r;

	ck_assert_int_eq(rights_find(&r, SOMEBODY, NULL, why), 0);
	ck_assert_int_eq(ask_child(body_again, &r), 0);
}
END_TEST
#endif

static int
body_root(void *arg, int read_fd, int write_fd)
{
	const struct rights *r = arg;
	char why[RIGHTS_TEXT_MAX];
	struct stat inside, here, up;

	(void)read_fd;
	(void)write_fd;
	if (stat(r->root, &inside) == -1 || rights_drop(r, true, why) == -1)
		return 100;
	if (stat("/", &here) == -1 || here.st_ino != inside.st_ino)
		return 10;
	if (stat("../../..", &up) == -1 || up.st_ino != inside.st_ino ||
	    stat(".", &up) == -1 || up.st_ino != inside.st_ino)
		return 11;
	if (open("/dev/null", O_RDONLY) != -1 || errno != ENOENT)
		return 12;
	return check_user(r);
}

/* One that stays outside, as a resolver does, is another user all the same. */
static int
body_outside(void *arg, int read_fd, int write_fd)
{
	const struct rights *r = arg;
	char why[RIGHTS_TEXT_MAX];
	int fd;

	(void)read_fd;
	(void)write_fd;
	if (rights_drop(r, false, why) == -1)
		return 100;
	if ((fd = open("/dev/null", O_RDONLY)) == -1)
		return 13;
	close(fd);
	return check_user(r);
}

START_TEST(test_root)
{
	char why[RIGHTS_TEXT_MAX];
	struct rights r;

	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_int_eq(rights_find(&r, SOMEBODY, dir, why), 0);
	ck_assert_int_eq(ask_child(body_root, &r), 0);
	ck_assert_int_eq(ask_child(body_outside, &r), 0);
}
END_TEST

/* Something happened to it after it had been looked at. */
static int
body_late(void *arg, int read_fd, int write_fd)
{
	const struct rights *r = arg;
	char why[RIGHTS_TEXT_MAX] = "";

	(void)read_fd;
	(void)write_fd;
	if (rights_drop(r, true, why) != -1)
		return 1;
	if (strncmp(why, "--chroot: ", 10) != 0)
		return 2;
	if (access(r->root, F_OK) == 0)
		return strstr(why, ": it must be root's") == NULL;
	return strstr(why, ": No such file or directory") == NULL;
}

START_TEST(test_late)
{
	char why[RIGHTS_TEXT_MAX], path[sizeof(dir) + 8];
	struct rights r;

	snprintf(path, sizeof(path), "%s/a", dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert_int_eq(rights_find(&r, SOMEBODY, path, why), 0);
	ck_assert_int_eq(chown(path, 1, 0), 0);
	ck_assert_int_eq(ask_child(body_late, &r), 0);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(ask_child(body_late, &r), 0);
}
END_TEST

/* A real user that is not root and was not asked for is not what was wanted. */
static int
body_other(void *arg, int read_fd, int write_fd)
{
	const struct rights *r = arg;
	char why[RIGHTS_TEXT_MAX] = "";

	(void)read_fd;
	(void)write_fd;
	if (setgid(1) == -1 || setuid(1) == -1)
		return 1;
	return rights_drop(r, true, why) != -1 ||
	    strncmp(why, "--user: ", 8) != 0;
}

/* And one that can become root again is refused. */
static int
body_saved(void *arg, int read_fd, int write_fd)
{
	struct rights *r = arg;
	char why[RIGHTS_TEXT_MAX] = "";

	(void)read_fd;
	(void)write_fd;
	r->uid = r->gid = 1;
	/* The saved ones are root's. */
	if (setegid(1) == -1 || seteuid(1) == -1)
		return 1;
	return rights_drop(r, true, why) != -1 ||
	    strstr(why, "does not let go") == NULL;
}

START_TEST(test_kept)
{
	char why[RIGHTS_TEXT_MAX];
	struct rights r;

	ck_assert_int_eq(rights_find(&r, SOMEBODY, NULL, why), 0);
	ck_assert_int_eq(ask_child(body_other, &r), 0);
	ck_assert_int_eq(ask_child(body_saved, &r), 0);
}
END_TEST

/* Without options: the same as before, but for programs. */
static int
body_none(void *arg, int read_fd, int write_fd)
{
	uid_t uid = geteuid();
	char why[RIGHTS_TEXT_MAX];

	(void)read_fd;
	(void)write_fd;
	if (rights_drop(arg, true, why) == -1 || geteuid() != uid)
		return 1;
#ifdef __linux__
	if (prctl(PR_GET_NO_NEW_PRIVS, 0UL, 0UL, 0UL, 0UL) != 1)
		return 8;
#endif
	return 0;
}

START_TEST(test_none)
{
	struct rights r = { .user = NULL };

	ck_assert_int_eq(ask_child(body_none, &r), 0);
}
END_TEST

/* May this be tried at all? Root of a container may not be able to. */
static bool
can_drop(void)
{
	return geteuid() == 0 && setgroups(0, NULL) == 0 && chroot("/") == 0;
}

int
main(void)
{
	Suite *s = suite_create("rights");
	TCase *tc = tcase_create("rights");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_refuse, 0, UTIL_NELEM(refuse_tests));
	tcase_add_test(tc, test_refuse_long);
	tcase_add_test(tc, test_same);
	tcase_add_test(tc, test_none);
	if (can_drop()) {
		tcase_add_loop_test(tc, test_dir, 0, UTIL_NELEM(dir_tests));
		tcase_add_loop_test(tc, test_user, 0, 2);
#ifdef PR_SET_SECCOMP
		tcase_add_test(tc, test_again);
#endif
		tcase_add_test(tc, test_root);
		tcase_add_test(tc, test_late);
		tcase_add_test(tc, test_kept);
	}
	suite_add_tcase(s, tc);
	return suite_main(s);
}
