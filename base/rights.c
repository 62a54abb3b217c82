/* SPDX-License-Identifier: MIT */
/*
 * The rights that a process gives up: its user, its groups, its root directory.
 * What is asked for is looked up and checked while there still is something to
 * look it up in; giving up is for good, in the one order that works, and is
 * tried to be undone before anybody believes in it.
 *
 * A root directory without another user is refused, because root leaves any; so
 * is one that others can write to: what they put there would be taken for the
 * system's, by a library or by the resolver. Nothing prints.
 *
 * Needs nothing but POSIX, setgroups, getgrouplist and chroot.
 */

#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/rights.h"
#include "base/text.h"

enum { SHOWN_MAX = 120 };		/* bytes of what was given */

static bool is_dropped;		/* here, or before this process was forked */

static int
refuse(char *why, const char *option, const char *value, const char *reason)
{
	snprintf(why, RIGHTS_TEXT_MAX, "--%s: %.*s: %s", option, SHOWN_MAX,
	    value, reason);
	text_make_line(why);
	return -1;
}

/* Users. */

/* As of chown: a name comes before a number, which may be nobody's yet. */
static int
find_user(struct rights *r, const char *user, char *why)
{
	const struct passwd *pw = getpwnam(user);
	uint64_t n;

	if (pw == NULL && parse_uint(user, UINT32_MAX - 1, &n) == 0) {
		pw = getpwuid((uid_t)n);
		if (pw == NULL) {
			r->uid = (uid_t)n;
			r->gid = (gid_t)n;
			return 0;
		}
	}
	if (pw == NULL)
		return refuse(why, "user", user, "there is no such user");
	r->uid = pw->pw_uid;
	r->gid = pw->pw_gid;
	r->ngroups = RIGHTS_GROUPS_MAX;
	if (getgrouplist(pw->pw_name, pw->pw_gid, r->groups, &r->ngroups) == -1)
		return refuse(why, "user", user, "it is in too many groups");
	return 0;
}

/* Of this process: nothing is left to drop. */
static bool
is_user(const struct rights *r)
{
	return getuid() == r->uid && geteuid() == r->uid &&
	    getgid() == r->gid && getegid() == r->gid;
}

static int
check_user(const struct rights *r, char *why)
{
	if (geteuid() == 0 || is_user(r))
		return 0;
	return refuse(why, "user", r->user,
	    "only root can become another user");
}

/* Root directories. */

static int
check_dir(const struct rights *r, const char *path, char *why)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return refuse(why, "chroot", r->root, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return refuse(why, "chroot", r->root, strerror(ENOTDIR));
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(why, "chroot", r->root,
		    "it must be root's, and nobody else may write to it");
	return 0;
}

static int
check_root(const struct rights *r, char *why)
{
	if (r->user == NULL)
		return refuse(why, "chroot", r->root,
		    "give --user, too: root leaves any directory");
	if (geteuid() != 0)
		return refuse(why, "chroot", r->root,
		    "only root can change its root directory");
	if (r->uid == 0)
		return refuse(why, "chroot", r->root,
		    "--user must be another than root, who leaves any "
		    "directory");
	return check_dir(r, r->root, why);
}

int
rights_find(struct rights *r, const char *user, const char *root,
    char why[RIGHTS_TEXT_MAX])
{
	memset(r, 0, sizeof(*r));
	r->user = user;
	r->root = root;
	if (user != NULL &&
	    (find_user(r, user, why) == -1 || check_user(r, why) == -1))
		return -1;
	return root != NULL ? check_root(r, why) : 0;
}

/* Giving up. */

static void
set_no_new_rights(void)
{
#ifdef __linux__
	/* An old kernel has no such thing; nothing is started here anyhow. */
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL);
#endif
}

/*
 * Looks again, from inside: who may write to a directory above could have given
 * its name to another one by now.
 */
static int
enter_root(const struct rights *r, char *why)
{
	if (chdir(r->root) == -1)
		return refuse(why, "chroot", r->root, strerror(errno));
	if (check_dir(r, ".", why) == -1)
		return -1;
	if (chroot(".") == -1 || chdir("/") == -1)
		return refuse(why, "chroot", r->root, strerror(errno));
	return 0;
}

/* While it still is root. Each sets all three of its kind. */
static int
become_user(const struct rights *r)
{
	return setgroups((size_t)r->ngroups, r->groups) == -1 ||
	    setgid(r->gid) == -1 || setuid(r->uid) == -1 ? -1 : 0;
}

/*
 * Can it be undone? Whoever stays root has nothing to undo. Tried once only:
 * pledge(2) kills who tries to become root behind it.
 */
static bool
is_for_good(const struct rights *r)
{
	if (!is_user(r))
		return false;
	if (r->uid == 0 || is_dropped)
		return true;
	return setuid(0) == -1 && seteuid(0) == -1 &&
	    (r->gid == 0 || (setgid(0) == -1 && setegid(0) == -1));
}

int
rights_drop(const struct rights *r, bool enters_root,
    char why[RIGHTS_TEXT_MAX])
{
	set_no_new_rights();
	if (r->user == NULL)
		return 0;
	/* Root may stay root; asked again, a filter could be in the way. */
	if (geteuid() == 0 && !is_user(r)) {
		if (enters_root && r->root != NULL && enter_root(r, why) == -1)
			return -1;
		if (become_user(r) == -1)
			return refuse(why, "user", r->user, strerror(errno));
	}
	if (!is_for_good(r))
		return refuse(why, "user", r->user,
		    "this system does not let go of its rights");
	is_dropped = true;
	return 0;
}
