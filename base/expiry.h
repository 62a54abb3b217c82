/* SPDX-License-Identifier: MIT */
#ifndef BASE_EXPIRY_H
#define BASE_EXPIRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"

/*
 * Many things with few time limits. All that have the same limit stand in one
 * list, oldest first, so its first is the first to time out: to put one into a
 * list is O(lists), and one timer does for all.
 */

/* Embedded in what may time out; expiry_link_init before its first use. */
struct expiry_link {
	struct expiry_link	*prev;
	struct expiry_link	*next;
	uint64_t		 deadline_ns;
};

struct expiry_list {
	struct expiry_link	 ends;
	uint64_t		 limit_ns;	/* LOOP_NEVER: none */
};

struct expiry {
	struct loop		*loop;
	struct loop_timer	 timer;		/* not after any deadline */
	struct expiry_list	*lists;
	size_t			 nlists;
	void			(*call)(void *arg, struct expiry_link *l);
	void			*arg;
};

/*
 * lists are the caller's, with their limits set. call hears of each thing
 * whose time is over, from the loop, and must put it elsewhere or take it out;
 * it may do so with any other.
 */
void	 expiry_init(struct expiry *e, struct loop *loop,
	    struct expiry_list *lists, size_t nlists,
	    void (*call)(void *arg, struct expiry_link *l), void *arg);
/* Nothing is told any more. */
void	 expiry_stop(struct expiry *e);

void	 expiry_link_init(struct expiry_link *l);
/* At the end of that list, out of any other; its time begins now. */
void	 expiry_put(struct expiry *e, struct expiry_link *l, size_t list);
void	 expiry_take(struct expiry_link *l);
/* The first of that list, NULL when it is empty. */
struct expiry_link *expiry_oldest(const struct expiry *e, size_t list);
/* That of the first of these n lists that is not empty. */
struct expiry_link *expiry_oldest_of(const struct expiry *e,
	    const size_t *lists, size_t n);

#endif
