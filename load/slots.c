/* SPDX-License-Identifier: MIT */
/*
 * How many requests are in flight on this machine, exactly, without a lock:
 * one atomic counter that generators raise only while it is below the
 * maximum. Beside it each generator publishes its oldest waiting arrival, so
 * that a freed slot goes to the oldest of all; the one that frees it wakes
 * that one through a pipe, once until it has woken.
 *
 * Nothing is lost between them because both sides first write and then read,
 * in sequentially consistent order: a waiter publishes and then tries to take;
 * a releaser gives back and then looks who waits.
 */

#include <sys/mman.h>

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/util.h"
#include "load/slots.h"

/* Each on its own cache line: neighbours write at the same time. */
enum { CACHE_LINE = 64 };

struct waiter {
	_Alignas(CACHE_LINE) _Atomic uint64_t	 arrival;
	_Atomic bool				 is_woken;
};

struct page {
	_Alignas(CACHE_LINE) _Atomic uint64_t	 active;
	_Atomic uint64_t			 peak;
	_Alignas(CACHE_LINE) _Atomic uint64_t	 closed;
	_Alignas(CACHE_LINE) _Atomic uint32_t	 waiting;
	uint64_t				 max;
	struct waiter				 waiters[];
};

struct slots {
	struct page	 *page;
	size_t		  size;
	uint32_t	  n;
	int		(*pipes)[2];
};

struct slots *
slots_new(uint32_t generators)
{
	struct slots *s = xcalloc(1, sizeof(*s));
	uint32_t i;
	int saved;

	s->n = generators;
	s->size = sizeof(*s->page) + generators * sizeof(struct waiter);
	s->pipes = xcalloc(generators, sizeof(*s->pipes));
	for (i = 0; i < generators; i++)
		s->pipes[i][0] = s->pipes[i][1] = -1;
	s->page = mmap(NULL, s->size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->page == MAP_FAILED) {
		s->page = NULL;
		goto fail;
	}
	for (i = 0; i < generators; i++)
		if (proc_pipe(s->pipes[i]) == -1)
			goto fail;
	slots_reset(s, 1);
	return s;
fail:
	saved = errno;
	slots_free(s);
	errno = saved;
	return NULL;
}

void
slots_free(struct slots *s)
{
	uint32_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++) {
		if (s->pipes[i][0] != -1)
			close(s->pipes[i][0]);
		if (s->pipes[i][1] != -1)
			close(s->pipes[i][1]);
	}
	if (s->page != NULL)
		munmap(s->page, s->size);
	free(s->pipes);
	free(s);
}

void
slots_reset(struct slots *s, uint64_t max)
{
	uint32_t i;

	atomic_store(&s->page->active, 0);
	atomic_store(&s->page->peak, 0);
	atomic_store(&s->page->closed, 0);
	atomic_store(&s->page->waiting, 0);
	s->page->max = max;
	for (i = 0; i < s->n; i++) {
		atomic_store(&s->page->waiters[i].arrival, SLOTS_NOBODY);
		atomic_store(&s->page->waiters[i].is_woken, false);
	}
}

bool
slots_take(struct slots *s)
{
	struct page *page = s->page;
	uint64_t active = atomic_load(&page->active), peak;

	do {
		if (active >= page->max)
			return false;
	} while (!atomic_compare_exchange_weak(&page->active, &active,
	    active + 1));
	peak = atomic_load_explicit(&page->peak, memory_order_relaxed);
	while (active + 1 > peak &&
	    !atomic_compare_exchange_weak(&page->peak, &peak, active + 1))
		;
	return true;
}

void
slots_release(struct slots *s, uint32_t generator)
{
	uint64_t before = atomic_fetch_sub(&s->page->active, 1);

	assert(before > 0);
	(void)before;
	slots_nudge(s, generator);
}

uint64_t
slots_active(const struct slots *s)
{
	return atomic_load(&s->page->active);
}

uint64_t
slots_peak(const struct slots *s)
{
	return atomic_load(&s->page->peak);
}

void
slots_wait(struct slots *s, uint32_t generator, uint64_t arrival)
{
	uint64_t was = atomic_exchange(&s->page->waiters[generator].arrival,
	    arrival);

	if (was == SLOTS_NOBODY && arrival != SLOTS_NOBODY)
		atomic_fetch_add(&s->page->waiting, 1);
	else if (was != SLOTS_NOBODY && arrival == SLOTS_NOBODY)
		atomic_fetch_sub(&s->page->waiting, 1);
}

/* The generator whose waiting arrival is the oldest of all; n when none. */
static uint32_t
oldest(const struct slots *s)
{
	uint64_t first = SLOTS_NOBODY, arrival;
	uint32_t i, who = s->n;

	for (i = 0; i < s->n; i++) {
		arrival = atomic_load(&s->page->waiters[i].arrival);
		if (arrival < first) {
			first = arrival;
			who = i;
		}
	}
	return who;
}

bool
slots_is_next(const struct slots *s, uint32_t generator)
{
	uint32_t who;

	if (atomic_load(&s->page->waiting) == 0)
		return true;
	who = oldest(s);
	return who == generator || who == s->n;
}

void
slots_nudge(struct slots *s, uint32_t generator)
{
	uint32_t who;

	if (atomic_load(&s->page->waiting) == 0 ||
	    atomic_load(&s->page->active) >= s->page->max)
		return;
	who = oldest(s);
	if (who == s->n || who == generator ||
	    atomic_exchange(&s->page->waiters[who].is_woken, true))
		return;
	/* A full pipe is one that wakes. */
	(void)!write(s->pipes[who][1], "", 1);
}

int
slots_wake_fd(const struct slots *s, uint32_t generator)
{
	return s->pipes[generator][0];
}

size_t
slots_fds(const struct slots *s, uint32_t generator, int *fds)
{
	uint32_t i;

	/* It reads its own pipe and writes to those of the others. */
	for (i = 0; i < s->n; i++)
		fds[i] = s->pipes[i][1];
	fds[s->n] = s->pipes[generator][0];
	return (size_t)s->n + 1;
}

void
slots_woken(struct slots *s, uint32_t generator)
{
	char bytes[64];

	while (read(s->pipes[generator][0], bytes, sizeof(bytes)) > 0)
		;
	atomic_store(&s->page->waiters[generator].is_woken, false);
}

uint64_t
slots_next_closed(struct slots *s)
{
	return atomic_fetch_add(&s->page->closed, 1);
}

uint64_t
slots_closed(const struct slots *s)
{
	return atomic_load(&s->page->closed);
}
