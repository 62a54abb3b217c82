/* SPDX-License-Identifier: MIT */
/*
 * Time limits of many things, in a list for each limit and with one timer for
 * all. The timer moves only to come earlier: things come and go much faster
 * than they time out, and most of the time it need not be touched.
 *
 * It owns nothing but its timer; links and lists are the caller's. Nothing
 * here can fail.
 */

#include "base/expiry.h"

static void	on_timer(void *arg);

void
expiry_init(struct expiry *e, struct loop *loop, struct expiry_list *lists,
    size_t nlists, void (*call)(void *arg, struct expiry_link *l), void *arg)
{
	size_t i;

	*e = (struct expiry){
		.loop = loop,
		.timer = { .call = on_timer, .arg = e },
		.lists = lists,
		.nlists = nlists,
		.call = call,
		.arg = arg
	};
	for (i = 0; i < nlists; i++)
		expiry_link_init(&lists[i].ends);
}

void
expiry_stop(struct expiry *e)
{
	loop_timer_stop(e->loop, &e->timer);
}

void
expiry_link_init(struct expiry_link *l)
{
	l->prev = l->next = l;
	l->deadline_ns = LOOP_NEVER;
}

void
expiry_put(struct expiry *e, struct expiry_link *l, size_t list)
{
	struct expiry_link *ends = &e->lists[list].ends;
	uint64_t limit_ns = e->lists[list].limit_ns;

	expiry_take(l);
	l->next = ends;
	l->prev = ends->prev;
	ends->prev->next = l;
	ends->prev = l;
	if (limit_ns == LOOP_NEVER)
		return;
	l->deadline_ns = loop_now(e->loop) + limit_ns;
	if (e->timer.place == 0 || l->deadline_ns < e->timer.at_ns)
		loop_timer_set(e->loop, &e->timer, l->deadline_ns);
}

void
expiry_take(struct expiry_link *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	expiry_link_init(l);
}

struct expiry_link *
expiry_oldest(const struct expiry *e, size_t list)
{
	struct expiry_link *first = e->lists[list].ends.next;

	return first == &e->lists[list].ends ? NULL : first;
}

struct expiry_link *
expiry_oldest_of(const struct expiry *e, const size_t *lists, size_t n)
{
	struct expiry_link *l = NULL;
	size_t i;

	for (i = 0; i < n && l == NULL; i++)
		l = expiry_oldest(e, lists[i]);
	return l;
}

/* What a call moves may stand in any list: the timer is set at the end. */
static void
on_timer(void *arg)
{
	struct expiry *e = arg;
	struct expiry_link *l;
	uint64_t first_ns = LOOP_NEVER;
	size_t i;

	for (i = 0; i < e->nlists; i++)
		while ((l = expiry_oldest(e, i)) != NULL &&
		    l->deadline_ns <= loop_now(e->loop))
			e->call(e->arg, l);
	for (i = 0; i < e->nlists; i++)
		if ((l = expiry_oldest(e, i)) != NULL &&
		    l->deadline_ns < first_ns)
			first_ns = l->deadline_ns;
	if (first_ns != LOOP_NEVER)
		loop_timer_set(e->loop, &e->timer, first_ns);
}
