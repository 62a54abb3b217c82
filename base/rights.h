/* SPDX-License-Identifier: MIT */
#ifndef BASE_RIGHTS_H
#define BASE_RIGHTS_H

#include <sys/types.h>

#include <stdbool.h>

enum {
	RIGHTS_GROUPS_MAX = 256,
	RIGHTS_TEXT_MAX = 240		/* of a reason, with its NUL */
};

/*
 * Who a process becomes for good, and where its files begin. All zero: it stays
 * who and where it is. Texts are borrowed.
 */
struct rights {
	const char	*user;		/* NULL: the same as before */
	uid_t		 uid;
	gid_t		 gid;
	int		 ngroups;
	gid_t		 groups[RIGHTS_GROUPS_MAX];
	const char	*root;		/* NULL: the same as before */
};

/*
 * From what --user and --chroot say, NULL for what is not given: a user by name
 * or number, and a directory that nobody but root can put anything into. 0, or
 * -1 and one line in why, which begins with the option: it is not there, or
 * this process may not.
 */
int	 rights_find(struct rights *r, const char *user, const char *root,
	    char why[RIGHTS_TEXT_MAX]);
/*
 * Becomes that; again is fine, and changes nothing. enters_root is false for a
 * process that needs files outside. No process that has done this gets more by
 * starting a program. 0, or -1 and one line in why: then it may have dropped a
 * part and must end.
 */
int	 rights_drop(const struct rights *r, bool enters_root,
	    char why[RIGHTS_TEXT_MAX]);

#endif
