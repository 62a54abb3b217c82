/* SPDX-License-Identifier: MIT */
#ifndef PLAN_TREE_H
#define PLAN_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "json.h"

/* Entries of one table, for suggestions. */
enum { TREE_MEMBERS_MAX = 32 };

/* A tree while it is read and changed; open, so that a caller can make one. */
struct tree {
	void			*arg;	/* of whoever made it */
	char			*why;	/* of WIRE_TEXT_MAX */
	struct tree_text	*texts;	/* NULL at first; what took a place */
};

/* Where in the tree we are; the root has no place above it. */
struct tree_place {
	const struct tree_place		*up;
	struct json_value		*v;
	size_t				 index;		/* in an array */
	const struct tree_member	*member;	/* in an object */
};

/*
 * Checks one value; makes it what the decoder wants, or keeps it. 0, or -1 and
 * one line in why, which begins with the path: "target.headers.A: ...".
 */
typedef int (*tree_take_fn)(struct tree *, const struct tree_place *);

/* A member that an object can have. */
struct tree_member {
	const char	*name;
	tree_take_fn		 take;
	const char	*arg;		/* for take, if it wants one */
};

/* Frees what took a place: the tree is not to be read any more. */
void	 tree_clear(struct tree *t);

/* Replaces ${VAR} and ${VAR:-default} in every string from here down. */
int	 tree_expand(struct tree *t, const struct tree_place *at);
/*
 * All members of an object, by a table of those that there are: what it does
 * not know is refused, what is null is taken out.
 */
int	 tree_members(struct tree *t, const struct tree_place *at,
	    const struct tree_member *members, size_t n);
/* All elements of an array, or all values of an object, by one rule. */
int	 tree_each(struct tree *t, const struct tree_place *at,
	    tree_take_fn take);

/* Values of one type, each a tree_take_fn. */
int	 tree_str(struct tree *t, const struct tree_place *at);
int	 tree_uint(struct tree *t, const struct tree_place *at);
int	 tree_bool(struct tree *t, const struct tree_place *at);
int	 tree_list(struct tree *t, const struct tree_place *at);
int	 tree_strings(struct tree *t, const struct tree_place *at);
/* Text or a number; becomes an integer literal of nanoseconds. */
int	 tree_duration(struct tree *t, const struct tree_place *at);
/* The same, and gives it. */
int	 tree_ns(struct tree *t, const struct tree_place *at, uint64_t *ns);

/* An empty text that lives until tree_clear, and to put it into a value. */
struct buf *tree_text(struct tree *t);
void	 tree_set(struct json_value *v, enum json_type type,
	    struct buf *text);

/* PATH: what it was; PATH: expected WHAT, not what it was. Both give -1. */
int	 tree_refuse(struct tree *t, const struct tree_place *at,
	    const char *fmt, ...) UTIL_PRINTF(3, 4);
int	 tree_expected(struct tree *t, const struct tree_place *at,
	    const char *what);

#endif
