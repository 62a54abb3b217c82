/* SPDX-License-Identifier: MIT */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/*
 * Text to numbers. The whole of s must be one value, no blanks around it.
 * 0 and the value in *out, or -1 and *out untouched, with errno EINVAL (not
 * such a value) or ERANGE (too large; a negative one counts as EINVAL).
 */
int	 parse_uint(const char *s, uint64_t max, uint64_t *out);
int	 parse_count(const char *s, uint64_t *out);	/* up to UINT64_MAX */
/*
 * Go's durations without a sign, "1h2m3.5s", "300ms", "1us", "0", to ns, up to
 * INT64_MAX. Units in any order add up; what is below 1 ns is cut.
 */
int	 parse_duration(const char *s, uint64_t *ns);
/*
 * Whole arrivals a second, "250", "2.5k", "1M", up to INT64_MAX. A fraction
 * that is left over is EINVAL: "2.5", but not "2.0".
 */
int	 parse_rate(const char *s, uint64_t *per_sec);
/* A plain decimal number like "0.25" or "99.9", not negative, finite. */
int	 parse_decimal(const char *s, double *out);

/*
 * Numbers to text, always with a unit. Both give buf back.
 * format_ns: three significant digits: "850ns", "12.3us", "1.20s"; from a
 * minute whole seconds, from an hour whole minutes: "2m05s", "1h30m".
 * format_duration: exact, as parse_duration reads it: "1m30s", "300ms".
 */
#define FORMAT_MAX	48
char	*format_ns(char buf[FORMAT_MAX], uint64_t ns);
char	*format_duration(char buf[FORMAT_MAX], uint64_t ns);

/*
 * The name nearest to a misspelt word, by edits and whatever the case: NULL if
 * none is near enough to be what was meant. The first letters of a name, if
 * three or more, count as one edit. names has n entries; of two names as near
 * it is the first.
 */
const char *text_nearest(const char *word, const char *const *names, size_t n);

/*
 * What a number or a time that parse refuses was probably meant to be, so that
 * parse takes it: without blanks, commas and underscores, with the unit that
 * a word such as sec stands for, in seconds where there is none. NULL if
 * nothing is near, or if it is wrong for another reason.
 */
const char *text_meant(char buf[FORMAT_MAX], const char *s,
	    int (*parse)(const char *, uint64_t *));
/*
 * What a user gave, or the name of a file, for messages: "" in quotes if it is
 * empty, ? for each control and what is no UTF-8, *** for the password of a
 * URL (or its user, if there is none), cut if it is very long. Good until the
 * second next call.
 */
enum { TEXT_MESSAGE_MAX = 4100 };
const char *text_shown(const char *s);

/*
 * RFC 4648 base64, with padding, added to b. Decoding gives the length; -1
 * when it is no base64, unused bits that are set included, or b is full.
 */
int	 base64_add(struct buf *b, const void *p, size_t len);	/* 0 or -1 */
int	 base64_decode(struct buf *b, const char *s, size_t len);

/*
 * Bytes of the valid UTF-8 character at s, which has len > 0 bytes: 1 to 4, or
 * 0 if there is none (RFC 3629, 4: no surrogates, no overlong forms).
 */
size_t	 utf8_len(const char *s, size_t len);
/* Is that character a control: below a blank, DEL, or U+0080 to U+009F? */
bool	 utf8_is_control(const char *s);
/* What others wrote as one line for a terminal or a log: "?" for controls. */
void	 text_make_line(char *s);

#endif
