/* SPDX-License-Identifier: MIT */
#ifndef WIRE_READ_H
#define WIRE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "wire.h"

/*
 * Counts from the wire are so few that a thousand of them can be added, and
 * that a double holds each; the Go program's integers are signed, moments and
 * durations too.
 */
#define WIRE_COUNT_MAX	((UINT64_C(1) << 53) - 1)
#define WIRE_INT_MAX	((uint64_t)INT64_MAX)

/*
 * An object that is being read. Open, so that a caller can put it together;
 * borrows the document.
 */
struct wire_reader {
	const struct json_value	*obj;	/* NULL: is not there */
	char		 path[64];	/* before its members: "latency." */
	char		*why;		/* of WIRE_TEXT_MAX */
};

/* A member; NULL when it is absent or null, which is the same on the wire. */
const struct json_value *wire_member(const struct wire_reader *r,
	    const char *name);
/* -1, and in why the member and what it must be: "total: must be ..." */
int	 wire_must_be(const struct wire_reader *r, const char *name,
	    const char *what);

/*
 * Members of one type. 0, or -1 and why; *out stays as it was when the member
 * is not there, so a caller puts the default in before. No number may be
 * negative, and "" is as good as absent. Strings, and what wire_read_list and
 * wire_read_object give, are the document's; the latter two give NULL for what
 * is not there. A list has at most max entries, if not 0.
 */
int	 wire_read_uint(const struct wire_reader *r, const char *name,
	    uint64_t *out);			/* any of 64 bits */
int	 wire_read_int(const struct wire_reader *r, const char *name,
	    uint64_t *out);			/* to WIRE_INT_MAX */
int	 wire_read_ns(const struct wire_reader *r, const char *name,
	    uint64_t *out);			/* to WIRE_INT_MAX */
int	 wire_read_count(const struct wire_reader *r, const char *name,
	    uint64_t *out);			/* to WIRE_COUNT_MAX */
int	 wire_read_bool(const struct wire_reader *r, const char *name,
	    bool *out);
int	 wire_read_str(const struct wire_reader *r, const char *name,
	    const char **out);
/* One of n words, by its index; the second when the word is known already. */
int	 wire_read_word(const struct wire_reader *r, const char *name,
	    const char *const *words, size_t n, size_t *out);
int	 wire_find_word(const struct wire_reader *r, const char *name,
	    const char *word, const char *const *words, size_t n, size_t *out);
int	 wire_read_list(const struct wire_reader *r, const char *name,
	    size_t max, const struct json_value **out);
int	 wire_read_object(const struct wire_reader *r, const char *name,
	    struct wire_reader *out);
/* Entry i of that list, which must be an object. */
int	 wire_read_entry(const struct wire_reader *r, const char *name,
	    size_t i, const struct json_value *v, struct wire_reader *out);
/*
 * An object of counts, below 2^53 all together: call hears each, in order. -1
 * from call means that what cannot be the name of a count.
 */
int	 wire_read_counts(const struct wire_reader *r, const char *name,
	    const char *what, int (*call)(void *arg, const char *key,
	    uint64_t count), void *arg);

#endif
