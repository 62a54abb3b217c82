/* SPDX-License-Identifier: MIT */
/*
 * The manual inside the program: finding what a user asks for, and unpacking
 * it. Its text is made of the pages of man/ when the program is built
 * (man/render.awk, man/pack.awk), so that it needs no man(1), no file and no
 * terminal, and says what the pages of this very version say.
 *
 * A topic is looked for among titles first, then options, then entries of
 * lists; a name that is the topic goes before those that it is short for. What
 * to do about several, or none, is for the caller to say. Keeps nothing.
 */

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/manual.h"
#include "cmd/manual_text.h"

enum {
	WORD_FIRST = 32,		/* below: a line begins */
	UNPACKED_MAX = 1 << 20		/* bytes; the manual has 150000 */
};

/* Ways in which a topic can mean a name, the best first. */
enum match {
	MATCH_EXACT,
	MATCH_NUMBER,			/* one for several, or the reverse */
	MATCH_PREFIX,
	MATCH_WORD,			/* of a title */
	MATCHES
};

/* Rows to look at, and the words that are left of a topic. */
struct query {
	const char	*topic;
	size_t		 from;
	size_t		 end;
};

static const char *skip_prefix(const char *, const char *);
static const char *short_name(size_t);
static bool	 begins(const char *, const char *);
static bool	 is_match(const char *, enum match, const char *);
static bool	 row_matches(size_t, enum match, const char *);
static bool	 is_title(size_t);
static void	 collect(struct manual_found *, const struct query *,
		    enum match);
static bool	 is_same_name(size_t, size_t);
static bool	 narrow(struct query *, size_t);
static size_t	 end_of(size_t);
static size_t	 around(size_t, enum manual_kind);

const char *
manual_name(size_t row)
{
	return manual_names + manual_rows[row].name;
}

/* Finding. */

static const char *
skip_prefix(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 ? name + len : name;
}

/* "rate" of "--rate", "run" of "pulse run", "plan" of "pulse-plan". */
static const char *
short_name(size_t row)
{
	const char *name = manual_name(row);

	if (manual_rows[row].kind == MANUAL_OPTION)
		return skip_prefix(name, "-");
	return skip_prefix(skip_prefix(name, "pulse "), "pulse-");
}

/* Whatever the case: does name begin with these letters? */
static bool
begins(const char *name, const char *letters)
{
	for (; *letters != '\0'; name++, letters++)
		if (tolower((unsigned char)*name) !=
		    tolower((unsigned char)*letters))
			return false;
	return true;
}

/* One of them is the other, or that and an "s" behind it. */
static bool
is_plural(const char *name, const char *topic)
{
	size_t n = strlen(name), len = strlen(topic);

	if (n < len)
		return is_plural(topic, name);
	return n == len + 1 && len > 1 && tolower((unsigned char)name[len]) ==
	    's' && begins(name, topic);
}

static bool
is_match(const char *name, enum match match, const char *topic)
{
	if (match == MATCH_NUMBER)
		return is_plural(name, topic);
	if (match != MATCH_WORD)
		return begins(name, topic) && (match == MATCH_PREFIX ||
		    name[strlen(topic)] == '\0');
	while ((name = strchr(name, ' ')) != NULL)
		if (begins(++name, topic))
			return true;
	return false;
}

static bool
is_title(size_t row)
{
	return manual_rows[row].kind < MANUAL_OPTION;
}

/*
 * "-rate" is asked for as --rate or rate, "r" as -r: of single letters the case
 * counts. "pulse run" and "pulse-plan" go by their last words, too.
 */
static bool
row_matches(size_t row, enum match match, const char *topic)
{
	const char *name = manual_name(row);

	switch ((enum manual_kind)manual_rows[row].kind) {
	case MANUAL_OPTION:
		if (name[0] != '-')
			return match == MATCH_EXACT && topic[0] == '-' &&
			    strcmp(name, topic + 1) == 0;
		if (topic[0] == '-' && topic[1] != '-')
			return false;
		return match != MATCH_WORD &&
		    is_match(name + 1, match, skip_prefix(topic, "--"));
	case MANUAL_PAGE:
	case MANUAL_SECTION:
	case MANUAL_SUBSECTION:
		/* "pulse workers" is what pulse has of workers. */
		return is_match(short_name(row), match, topic) ||
		    (match != MATCH_NUMBER && is_match(name, match, topic));
	case MANUAL_ENTRY:
		return match != MATCH_WORD && is_match(name, match, topic);
	}
	return false;
}

static void
collect(struct manual_found *found, const struct query *q, enum match match)
{
	bool wants_titles = true;
	size_t i;
	int kind;

	/* Titles, then options, then entries. */
	for (kind = MANUAL_SUBSECTION; kind <= MANUAL_ENTRY; kind++) {
		for (i = q->from; i < q->end; i++) {
			if (wants_titles ? !is_title(i) :
			    manual_rows[i].kind != kind)
				continue;
			if (row_matches(i, match, q->topic) &&
			    found->n < MANUAL_FOUND_MAX)
				found->row[found->n++] = i;
		}
		wants_titles = false;
	}
}

/* The row behind all that row has in it. */
static size_t
end_of(size_t row)
{
	size_t i;

	for (i = row + 1; i < manual_nrows &&
	    manual_rows[i].kind > manual_rows[row].kind; i++)
		;
	return i;
}

/* If the title of row stands in front of the topic, only what is in row. */
static bool
narrow(struct query *q, size_t row)
{
	const char *names[] = { short_name(row), manual_name(row) };
	const char *rest;
	size_t i;

	for (i = 0; is_title(row) && i < UTIL_NELEM(names); i++) {
		rest = q->topic + strlen(names[i]);
		if (!begins(q->topic, names[i]) || *rest != ' ')
			continue;
		*q = (struct query){ rest + 1, row, end_of(row) };
		return true;
	}
	return false;
}

static bool
is_same_name(size_t a, size_t b)
{
	return begins(manual_name(a), manual_name(b)) &&
	    strlen(manual_name(a)) == strlen(manual_name(b)) &&
	    is_title(a) == is_title(b);
}

/* The names that the topic is, give or take an "s", or else is short for. */
static void
look_up(struct manual_found *found, const struct query *q)
{
	int match;

	collect(found, q, MATCH_EXACT);
	collect(found, q, MATCH_NUMBER);
	found->is_exact = found->n > 0;
	for (match = MATCH_PREFIX; match < MATCHES && found->n == 0; match++)
		collect(found, q, (enum match)match);
}

/* Is one name meant, whatever else there is? It is put in front. */
static void
decide(struct manual_found *found)
{
	size_t i, sections = 0, which = 0;
	bool is_same = true;

	for (i = 0; i < found->n; i++) {
		if (!is_same_name(found->row[0], found->row[i]))
			is_same = false;
		if (manual_rows[found->row[i]].kind <= MANUAL_SECTION &&
		    sections++ == 0)
			which = i;
	}
	if (found->is_exact || is_same || sections != 1) {
		found->is_exact |= is_same;
		return;
	}
	i = found->row[which];
	memmove(&found->row[1], &found->row[0], which * sizeof(i));
	found->row[0] = i;
	found->is_exact = true;
}

void
manual_find(struct manual_found *found, const char *topic)
{
	const struct query all = { topic, 0, manual_nrows };
	struct query q = all;
	size_t i;

	found->n = 0;
	found->is_exact = false;
	look_up(found, &all);
	for (i = 0; i < manual_nrows && found->n == 0; i++) {
		if (!narrow(&q, i))
			continue;
		look_up(found, &q);
		q = all;
	}
	decide(found);
}

static bool
is_command(size_t row)
{
	return is_title(row) && strncmp(manual_name(row), "pulse ", 6) == 0;
}

bool
manual_nearest(const char *topic, size_t *row)
{
	const char **names = xcalloc(manual_nrows + 1, sizeof(*names)), *near;
	size_t *rows = xcalloc(manual_nrows + 1, sizeof(*rows));
	size_t i, n = 0;
	int kind;

	/* Of names that are as near the first is taken. */
	for (i = 0; i < manual_nrows; i++)
		if (is_command(i))
			rows[n++] = i;
	for (kind = MANUAL_PAGE; kind <= MANUAL_ENTRY; kind++)
		for (i = 0; i < manual_nrows; i++)
			if (manual_rows[i].kind == kind && !is_command(i))
				rows[n++] = i;
	for (i = 0; i < n; i++)
		names[i] = short_name(rows[i]);
	near = text_nearest(topic + strspn(topic, "-"), names, n);
	for (i = 0; near != NULL && names[i] != near; i++)
		;
	*row = near != NULL ? rows[i] : 0;
	free(names);
	free(rows);
	return near != NULL;
}

/* The last row of this kind that is not behind row. */
static size_t
around(size_t row, enum manual_kind kind)
{
	while (row > 0 && manual_rows[row].kind != kind)
		row--;
	return row;
}

size_t
manual_section(size_t row)
{
	while (row > 0 && !is_title(row))
		row--;
	return row;
}

char *
manual_shown(char text[MANUAL_SHOWN_MAX], size_t row)
{
	size_t page = around(row, MANUAL_PAGE), in = page;
	const char *where = "";
	char *c;

	/* In the page that all else is about, a section says more. */
	if (!is_title(row) && page == 0)
		in = manual_section(row);
	if (in != row && in != 0)
		where = short_name(in);
	snprintf(text, MANUAL_SHOWN_MAX, "%s%s%s%s", where,
	    *where != '\0' ? " " : "",
	    manual_rows[row].kind != MANUAL_OPTION ? "" :
	    manual_name(row)[0] == '-' ? "--" : "-", short_name(row));
	for (c = text; *c != '\0' && (is_title(row) ||
	    (size_t)(c - text) < strlen(where)); c++)
		*c = (char)tolower((unsigned char)*c);
	return text;
}

/* Unpacking. */

static bool
is_word_char(char c)
{
	return isalnum((unsigned char)c) != 0;
}

/* The words of the table, by number. */
static const char **
list_words(void)
{
	const char **words = xcalloc(manual_nwords + 1, sizeof(*words));
	const char *p = manual_words;
	size_t i;

	for (i = 0; i < manual_nwords; i++, p += strlen(p) + 1)
		words[i] = p;
	return words;
}

/*
 * The text from start to end, its lines ended and indented, or, if it is
 * joined, one blank between them.
 */
static void
unpack(struct buf *out, uint32_t start, uint32_t end_offset, bool is_joined)
{
	const unsigned char *p = manual_text + start;
	const unsigned char *end = manual_text + end_offset;
	const char **words = list_words(), *word;
	char last = '\0';
	size_t n;

	for (; p < end; p++) {
		if (*p < WORD_FIRST) {
			if (is_joined)
				buf_adds(out, last != ' ' ? " " : "");
			else
				buf_addf(out, "%s%*s", last != '\0' ? "\n" :
				    "", *p - 1, "");
			last = is_joined ? ' ' : '\n';
			continue;
		}
		n = *p - (size_t)WORD_FIRST;
		if (n >= manual_nsingles)
			n = manual_nsingles + (n - manual_nsingles) * 256 +
			    *++p;
		word = words[n];
		if (is_word_char(last) && is_word_char(word[0]))
			buf_adds(out, " ");
		buf_adds(out, word);
		last = word[strlen(word) - 1];
	}
	free(words);
}

void
manual_print(FILE *out, size_t row)
{
	struct buf text;

	buf_init(&text, UNPACKED_MAX);
	unpack(&text, manual_rows[row].start, manual_rows[row].end, false);
	fprintf(out, "%s\n", buf_str(&text));
	buf_clear(&text);
}

/* Searching. */

static const char *
skip_joints(const char *p)
{
	return p + strspn(p, "-_/");
}

/* As begins, but "http2" is HTTP/2, and "keep-alive" keepAlive. */
static bool
begins_loosely(const char *text, const char *topic)
{
	const char *p, *q = topic;

	for (p = text; *(q = skip_joints(q)) != '\0'; p++, q++) {
		if (q > topic)
			p = skip_joints(p);
		if (tolower((unsigned char)*p) != tolower((unsigned char)*q))
			return false;
	}
	return p > text;
}

/* How often a text has topic where a word begins, whatever the case. */
static size_t
count_topic(const char *text, const char *topic)
{
	const char *p;
	size_t n = 0;

	for (p = text; *p != '\0'; p++)
		n += (p == text || !is_word_char(p[-1]) ||
		    !is_word_char(topic[0])) && begins_loosely(p, topic);
	return n;
}

/* The row behind the entries of row, which may be another title. */
static size_t
end_of_entries(size_t row)
{
	size_t i, end = end_of(row);

	for (i = row + 1; i < end && !is_title(i); i++)
		;
	return i;
}

/* What is in row; of a title, without the titles below it. */
static size_t
count_in(size_t row, const char *topic)
{
	uint32_t end = manual_rows[row].end;
	struct buf text;
	size_t i, n;

	i = end_of_entries(row);
	if (i < end_of(row))
		end = manual_rows[i].start;
	buf_init(&text, UNPACKED_MAX);
	unpack(&text, manual_rows[row].start, end, true);
	n = count_topic(buf_str(&text), topic);
	buf_clear(&text);
	return n;
}

/* The entry that has most of topic, half of what row has or more; else row. */
static size_t
narrowest(size_t row, size_t n, const char *topic)
{
	size_t i, count, most = 0, best = row, end = end_of_entries(row);

	for (i = row + 1; i < end; i++) {
		count = count_in(i, topic);
		if (count == 0 || count * 2 < n || count < most)
			continue;
		/* Of one entry: --body, not -b; --arrivals, not its words. */
		if (count == most && manual_rows[i].kind != MANUAL_OPTION)
			continue;
		most = count;
		best = i;
	}
	return best;
}

size_t
manual_search(const char *topic, size_t *rows, size_t max)
{
	size_t counts[MANUAL_FOUND_MAX], i, j, n, found = 0;

	assert(max <= MANUAL_FOUND_MAX);
	for (i = 0; i < manual_nrows; i++) {
		if (!is_title(i) || manual_rows[i].kind == MANUAL_PAGE ||
		    (n = count_in(i, topic)) == 0)
			continue;
		for (j = found < max ? found++ : max; j > 0 &&
		    counts[j - 1] < n; j--)
			if (j < max) {
				counts[j] = counts[j - 1];
				rows[j] = rows[j - 1];
			}
		if (j < max) {
			counts[j] = n;
			rows[j] = i;
		}
	}
	for (j = 0; j < found; j++)
		rows[j] = narrowest(rows[j], counts[j], topic);
	return found;
}
