/* SPDX-License-Identifier: MIT */

/*
 * Text that people type and read: numbers, durations and rates both ways,
 * the word that was meant, base64, and where a UTF-8 character ends.
 *
 * Parsers take the whole string or nothing, and fail with errno EINVAL or
 * ERANGE. Durations and rates are worked out in integers, so no value that can
 * be written in decimal is off by one. The point is always a point, because
 * nobody calls setlocale. Nothing here prints, exits or keeps anything.
 */

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define NS_PER_MIN	(60 * NS_PER_SEC)
#define NS_PER_HOUR	(60 * NS_PER_MIN)

/* Largest duration and rate; one more stands for all that is larger. */
#define NUMBER_MAX	((uint64_t)INT64_MAX)
#define NUMBER_OVER	(NUMBER_MAX + 1)

enum {
	PLACES_MAX = 9,		/* decimals: seconds to the ns */
	WORD_MAX = 63,		/* letters; no name of ours is longer */
	WORD_FAR = WORD_MAX + 1, /* edits, more than two words need */
	PREFIX_MIN = 3		/* letters that stand for a longer name */
};

/* A number as it was written: the part before the point, digits after it. */
struct decimal {
	uint64_t	 whole;		/* up to NUMBER_OVER */
	const char	*frac;
	size_t		 frac_len;
};

/* Indexes of units[]: what is formatted, largest first. */
enum {
	UNIT_HOUR,
	UNIT_MIN,
	UNIT_SEC,
	UNIT_MS,
	UNIT_US,
	UNIT_NS
};

static const struct unit {
	const char	*name;
	uint64_t	 ns;
} units[] = {
	[UNIT_HOUR] = { "h", NS_PER_HOUR },
	[UNIT_MIN] = { "m", NS_PER_MIN },
	[UNIT_SEC] = { "s", NS_PER_SEC },
	[UNIT_MS] = { "ms", NS_PER_MS },
	[UNIT_US] = { "us", NS_PER_US },
	[UNIT_NS] = { "ns", 1 },
	{ "\xc2\xb5s", NS_PER_US },	/* U+00B5, micro sign */
	{ "\xce\xbcs", NS_PER_US }	/* U+03BC, Greek mu */
};

static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int	 fail(int);
static bool	 is_digit(char);
static bool	 take_uint(const char **, uint64_t, uint64_t *);
static int	 take_decimal(const char **, struct decimal *);
static int	 take_unit(const char **, uint64_t *);
static uint64_t	 add_capped(uint64_t, uint64_t);
static uint64_t	 decimal_times(const struct decimal *, uint64_t, bool *);
static int	 give_number(uint64_t, uint64_t *);
static uint64_t	 divide_rounded(uint64_t, uint64_t);
static void	 format_places(char *, size_t, uint64_t, size_t, const char *);
static bool	 format_three_digits(char[FORMAT_MAX], uint64_t);
static void	 format_minutes(char[FORMAT_MAX], uint64_t);
static void	 format_seconds(char *, size_t, uint64_t);
static bool	 same_letter(char, char);
static size_t	 count_edits(const char *, size_t, const char *, size_t);
static size_t	 word_distance(const char *, const char *);
static int	 base64_value(char);

static int
fail(int error)
{
	errno = error;
	return -1;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Reads the digits at *s, of which there may be none, and moves *s behind
 * them. False if they make more than max.
 */
static bool
take_uint(const char **s, uint64_t max, uint64_t *out)
{
	uint64_t digit, v = 0;
	bool fits = true;

	for (; is_digit(**s); (*s)++) {
		digit = (uint64_t)(**s - '0');
		fits = fits && digit <= max && v <= (max - digit) / 10;
		if (fits)
			v = v * 10 + digit;
	}
	*out = v;
	return fits;
}

/* Digits with at most one point before, between or behind them. */
static int
take_decimal(const char **s, struct decimal *d)
{
	const char *start = *s;
	size_t whole_len;

	if (!take_uint(s, NUMBER_MAX, &d->whole))
		d->whole = NUMBER_OVER;
	whole_len = (size_t)(*s - start);
	if (**s == '.')
		(*s)++;
	for (d->frac = *s; is_digit(**s); (*s)++)
		continue;
	d->frac_len = (size_t)(*s - d->frac);
	return whole_len + d->frac_len > 0 ? 0 : -1;
}

/* A unit of time: all that stands before the next number. */
static int
take_unit(const char **s, uint64_t *ns)
{
	size_t i, len;

	len = strcspn(*s, ".0123456789");
	for (i = 0; i < UTIL_NELEM(units); i++) {
		if (strlen(units[i].name) == len &&
		    memcmp(units[i].name, *s, len) == 0) {
			*s += len;
			*ns = units[i].ns;
			return 0;
		}
	}
	return -1;
}

/* The sum of two numbers of at most NUMBER_OVER, and at most that. */
static uint64_t
add_capped(uint64_t a, uint64_t b)
{
	return a > NUMBER_OVER - b ? NUMBER_OVER : a + b;
}

/*
 * So many units, rounded down, or NUMBER_OVER. The fraction is exact however
 * long it is: from its last digit to its first, each step is
 * floor((unit * digit + what the digits behind gave) / 10), and rounding down
 * early changes nothing since the rest of the sum is an integer.
 */
static uint64_t
decimal_times(const struct decimal *d, uint64_t unit, bool *is_whole)
{
	uint64_t part = 0;
	size_t i;

	*is_whole = true;
	for (i = d->frac_len; i > 0; i--) {
		part += unit * (uint64_t)(d->frac[i - 1] - '0');
		if (part % 10 != 0)
			*is_whole = false;
		part /= 10;
	}
	if (d->whole > NUMBER_MAX / unit)
		return NUMBER_OVER;
	return add_capped(d->whole * unit, part);
}

static int
give_number(uint64_t v, uint64_t *out)
{
	if (v == NUMBER_OVER)
		return fail(ERANGE);
	*out = v;
	return 0;
}

int
parse_uint(const char *s, uint64_t max, uint64_t *out)
{
	const char *end = s;
	uint64_t v;
	bool fits;

	fits = take_uint(&end, max, &v);
	if (end == s || *end != '\0')
		return fail(EINVAL);
	if (!fits)
		return fail(ERANGE);
	*out = v;
	return 0;
}

int
parse_count(const char *s, uint64_t *out)
{
	return parse_uint(s, UINT64_MAX, out);
}

int
parse_duration(const char *s, uint64_t *ns)
{
	struct decimal d;
	uint64_t sum = 0, unit;
	bool is_whole;	/* whatever it is: less than 1 ns is cut */

	if (strcmp(s, "0") == 0)	/* alone in needing no unit */
		return give_number(0, ns);
	do {
		if (take_decimal(&s, &d) == -1 || take_unit(&s, &unit) == -1)
			return fail(EINVAL);
		sum = add_capped(sum, decimal_times(&d, unit, &is_whole));
	} while (*s != '\0');
	return give_number(sum, ns);
}

int
parse_rate(const char *s, uint64_t *per_sec)
{
	struct decimal d;
	uint64_t rate, unit = 1;
	bool is_whole;

	if (take_decimal(&s, &d) == -1)
		return fail(EINVAL);
	if (*s == 'k')
		unit = 1000;
	else if (*s == 'M')
		unit = 1000000;
	if (unit != 1)
		s++;
	rate = decimal_times(&d, unit, &is_whole);
	if (*s != '\0' || !is_whole)
		return fail(EINVAL);
	return give_number(rate, per_sec);
}

int
parse_decimal(const char *s, double *out)
{
	const char *end = s;
	struct decimal d;
	double v;

	/* strtod alone would take blanks, signs, exponents, hex and nan. */
	if (take_decimal(&end, &d) == -1 || *end != '\0')
		return fail(EINVAL);
	v = strtod(s, NULL);
	if (!isfinite(v))
		return fail(ERANGE);
	*out = v;
	return 0;
}

/* Half is rounded up. */
static uint64_t
divide_rounded(uint64_t n, uint64_t by)
{
	uint64_t up;

	up = n % by >= by - by / 2 ? 1 : 0;
	return n / by + up;
}

/* n with a point before its last so many digits, and a unit. */
static void
format_places(char *buf, size_t size, uint64_t n, size_t places,
    const char *unit)
{
	char frac[PLACES_MAX + 1];
	size_t i;

	assert(places <= PLACES_MAX);
	frac[places] = '\0';
	for (i = places; i > 0; i--) {
		frac[i - 1] = (char)('0' + n % 10);
		n /= 10;
	}
	snprintf(buf, size, "%" PRIu64 "%s%s%s", n, places > 0 ? "." : "",
	    frac, unit);
}

/*
 * "1.23us" to "59.9s": the finest step that needs no more than three digits
 * once rounded. False when that would be a minute or more.
 */
static bool
format_three_digits(char buf[FORMAT_MAX], uint64_t ns)
{
	uint64_t n, step;
	size_t places;
	int i;

	for (i = UNIT_US; i >= UNIT_SEC; i--) {
		step = units[i].ns / 100;
		for (places = 3; places-- > 0; step *= 10) {
			n = divide_rounded(ns, step);
			if (n >= 1000 || n * step >= NS_PER_MIN)
				continue;
			format_places(buf, FORMAT_MAX, n, places,
			    units[i].name);
			return true;
		}
	}
	return false;
}

static void
format_minutes(char buf[FORMAT_MAX], uint64_t ns)
{
	uint64_t min, sec;

	sec = divide_rounded(ns, NS_PER_SEC);
	min = divide_rounded(ns, NS_PER_MIN);
	if (sec < 60 * 60)
		snprintf(buf, FORMAT_MAX, "%" PRIu64 "m%02" PRIu64 "s",
		    sec / 60, sec % 60);
	else
		snprintf(buf, FORMAT_MAX, "%" PRIu64 "h%02" PRIu64 "m",
		    min / 60, min % 60);
}

char *
format_ns(char buf[FORMAT_MAX], uint64_t ns)
{
	if (ns < NS_PER_US)
		snprintf(buf, FORMAT_MAX, "%" PRIu64 "ns", ns);
	else if (!format_three_digits(buf, ns))
		format_minutes(buf, ns);
	return buf;
}

/* Less than a minute, in the largest unit it has one of: "1.5s", "20ms". */
static void
format_seconds(char *buf, size_t size, uint64_t ns)
{
	const struct unit *u = &units[UNIT_SEC];
	uint64_t scale;
	size_t places = 0;

	while (ns > 0 && ns < u->ns)
		u++;
	for (scale = u->ns; scale > 1; scale /= 10)
		places++;
	for (; places > 0 && ns % 10 == 0; ns /= 10)
		places--;
	format_places(buf, size, ns, places, u->name);
}

char *
format_duration(char buf[FORMAT_MAX], uint64_t ns)
{
	uint64_t n;
	size_t len = 0;
	int i;

	for (i = UNIT_HOUR; i <= UNIT_MIN; i++) {
		if ((n = ns / units[i].ns) == 0)
			continue;
		len += (size_t)snprintf(buf + len, FORMAT_MAX - len,
		    "%" PRIu64 "%s", n, units[i].name);
		ns %= units[i].ns;
	}
	if (ns > 0 || len == 0)
		format_seconds(buf + len, FORMAT_MAX - len, ns);
	return buf;
}

static bool
same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * Letters to insert, drop, change or swap with a neighbour to make a into b
 * (Damerau-Levenshtein, each place edited once). Of the matrix three rows
 * are kept. Both lengths are WORD_MAX at most.
 */
static size_t
count_edits(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t i, j, n, rows[3][WORD_MAX + 1];
	size_t *row = rows[0];
	const size_t *above, *above2;

	for (j = 0; j <= b_len; j++)
		row[j] = j;
	for (i = 1; i <= a_len; i++) {
		row = rows[i % 3];
		above = rows[(i + 2) % 3];
		above2 = rows[(i + 1) % 3];
		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			n = above[j - 1];
			if (!same_letter(a[i - 1], b[j - 1]))
				n++;
			if (n > above[j] + 1)
				n = above[j] + 1;
			if (n > row[j - 1] + 1)
				n = row[j - 1] + 1;
			if (i > 1 && j > 1 && n > above2[j - 2] + 1 &&
			    same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]))
				n = above2[j - 2] + 1;
			row[j] = n;
		}
	}
	return row[b_len];
}

/* Edits between both, WORD_FAR if they have nothing to do with each other. */
static size_t
word_distance(const char *word, const char *name)
{
	size_t edits, name_len, word_len;

	word_len = strlen(word);
	name_len = strlen(name);
	if (word_len > WORD_MAX || name_len > WORD_MAX)
		return WORD_FAR;
	if (word_len >= PREFIX_MIN && word_len < name_len &&
	    strncasecmp(word, name, word_len) == 0)
		return 1;
	edits = count_edits(word, word_len, name, name_len);
	if (edits >= word_len && edits >= name_len)
		return WORD_FAR;	/* not one letter stayed */
	return edits;
}

const char *
text_nearest(const char *word, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t best_edits, edits, i;

	best_edits = strlen(word) / 3;	/* more than that is another word */
	if (best_edits >= WORD_FAR)
		return NULL;
	if (best_edits == 0)
		best_edits = 1;
	for (i = 0; i < n; i++) {
		edits = word_distance(word, names[i]);
		if (edits < best_edits ||
		    (edits == best_edits && best == NULL)) {
			best = names[i];
			best_edits = edits;
		}
	}
	return best;
}

/* A unit as it is parsed, of a word in small letters that may be longer. */
static const char *
unit_of(const char *word)
{
	static const struct {
		const char	*words;		/* with a blank around each */
		const char	*unit;
	} longer[] = {
		{ " sec secs second seconds ", "s" },
		{ " min mins minute minutes ", "m" },
		{ " hr hrs hour hours ", "h" },
		{ " msec msecs millis millisecond milliseconds ", "ms" },
		{ " usec usecs micros microsecond microseconds ", "us" },
		{ " /s /sec rps qps req/s ", "" },
		{ " k/s krps kqps ", "k" },
		{ " m/s mrps mqps ", "M" },
	};
	char sought[WORD_MAX + 3];
	size_t i;

	snprintf(sought, sizeof(sought), " %s ", word);
	for (i = 0; i < UTIL_NELEM(longer); i++)
		if (strstr(longer[i].words, sought) != NULL)
			return longer[i].unit;
	return word;
}

const char *
text_meant(char buf[FORMAT_MAX], const char *s,
    int (*parse)(const char *, uint64_t *))
{
	const char *start = s;
	char word[WORD_MAX];
	size_t len = 0, n;
	uint64_t value;

	while (*s != '\0' && len < FORMAT_MAX - WORD_MAX / 2) {
		if (is_digit(*s) || *s == '.') {
			buf[len++] = *s++;
			continue;
		}
		for (n = 0; *s != '\0' && !is_digit(*s) && *s != '.'; s++)
			if (strchr(" ,_", *s) == NULL && n < WORD_MAX / 4)
				word[n++] = (char)tolower((unsigned char)*s);
		word[n] = '\0';
		len += (size_t)snprintf(buf + len, FORMAT_MAX - len, "%s",
		    unit_of(word));
	}
	buf[len] = '\0';
	if (*s != '\0' || len == 0)
		return NULL;
	if (parse(buf, &value) == 0)
		return strcmp(buf, start) != 0 ? buf : NULL;
	buf[len] = 's';
	buf[len + 1] = '\0';
	return parse(buf, &value) == 0 ? buf : NULL;
}

/*
 * Where in s the password of a URL begins, and behind it: a user without one
 * may be a token. Both are the same when there is none.
 */
static size_t
password_end(const char *s, size_t *start)
{
	const char *scheme = strstr(s, "://"), *colon;
	size_t end;

	*start = scheme != NULL ? (size_t)(scheme - s) + 3 : 0;
	end = *start + strcspn(s + *start, "/?#");
	while (end > *start && s[end - 1] != '@')
		end--;
	if (end == *start)
		return end;
	colon = memchr(s + *start, ':', --end - *start);
	if (colon != NULL)
		*start = (size_t)(colon - s) + 1;
	else if (scheme == NULL)
		*start = end;
	return end;
}

const char *
text_shown(const char *s)
{
	static char shown[2][TEXT_MESSAGE_MAX];
	static size_t turn;
	size_t i, n, start, secret_end = password_end(s, &start), len = 0;
	char *out = shown[turn++ % 2];

	if (*s == '\0')
		return "\"\"";
	for (i = 0; s[i] != '\0'; i += n) {
		if (i == start && i < secret_end) {
			memcpy(out + len, "***", 3);
			len += 3;
			i = secret_end;
		}
		n = utf8_len(s + i, strnlen(s + i, 4));
		if (len + sizeof("***...") + 4 > TEXT_MESSAGE_MAX) {
			memcpy(out + len, "...", 3);
			len += 3;
			break;
		}
		if (n == 0 || utf8_is_control(s + i)) {
			out[len++] = '?';
			n = n > 0 ? n : 1;
			continue;
		}
		memcpy(out + len, s + i, n);
		len += n;
	}
	out[len] = '\0';
	return out;
}

int
base64_add(struct buf *b, const void *p, size_t len)
{
	const unsigned char *in = p;
	uint32_t bits;
	size_t out_len;
	char *out;

	out_len = (len + 2) / 3 * 4;
	if ((out = buf_room(b, out_len)) == NULL) {
		b->is_full = true;
		return -1;
	}
	while (len > 0) {
		bits = (uint32_t)in[0] << 16;
		if (len > 1)
			bits |= (uint32_t)in[1] << 8;
		if (len > 2)
			bits |= in[2];
		*out++ = base64_alphabet[bits >> 18];
		*out++ = base64_alphabet[bits >> 12 & 0x3f];
		*out++ = len > 1 ? base64_alphabet[bits >> 6 & 0x3f] : '=';
		*out++ = len > 2 ? base64_alphabet[bits & 0x3f] : '=';
		if (len < 3)
			break;
		in += 3;
		len -= 3;
	}
	buf_used(b, out_len);
	return 0;
}

static int
base64_value(char c)
{
	const char *p;

	p = memchr(base64_alphabet, c, sizeof(base64_alphabet) - 1);
	return p == NULL ? -1 : (int)(p - base64_alphabet);
}

int
base64_decode(struct buf *b, const char *s, size_t len)
{
	size_t i, out_len, pad = 0;
	uint32_t bits = 0;
	int bit_count = 0, value;
	char *out;

	if (len % 4 != 0 || len / 4 > INT_MAX / 3)
		return -1;
	while (pad < 2 && pad < len && s[len - pad - 1] == '=')
		pad++;
	out_len = len / 4 * 3 - pad;
	if ((out = buf_room(b, out_len)) == NULL) {
		b->is_full = true;
		return -1;
	}
	for (i = 0; i < len - pad; i++) {
		if ((value = base64_value(s[i])) == -1)
			return -1;
		bits = bits << 6 | (uint32_t)value;
		bit_count += 6;
		if (bit_count < 8)
			continue;
		bit_count -= 8;
		*out++ = (char)(bits >> bit_count);
		bits &= (UINT32_C(1) << bit_count) - 1;
	}
	if (bits != 0)	/* RFC 4648, 3.5: what the padding cuts is zero */
		return -1;
	buf_used(b, out_len);
	return (int)out_len;
}

size_t
utf8_len(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf;	/* of the second byte */
	size_t i, n;

	if (u[0] < 0x80)
		return 1;
	if (u[0] < 0xc2 || u[0] > 0xf4)
		return 0;
	n = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	if (n > len)
		return 0;
	if (u[0] == 0xe0)
		low = 0xa0;
	else if (u[0] == 0xed)
		high = 0x9f;
	else if (u[0] == 0xf0)
		low = 0x90;
	else if (u[0] == 0xf4)
		high = 0x8f;
	if (u[1] < low || u[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if (u[i] < 0x80 || u[i] > 0xbf)
			return 0;
	return n;
}

bool
utf8_is_control(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;

	return c[0] < ' ' || c[0] == 0x7f ||
	    (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f);
}

void
text_make_line(char *s)
{
	for (; *s != '\0'; s++) {
		if (!utf8_is_control(s))
			continue;
		if ((unsigned char)*s >= 0x80)
			*s++ = '?';
		*s = '?';
	}
}
