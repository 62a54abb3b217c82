/* SPDX-License-Identifier: MIT */
/*
 * `pulse help TOPIC`: which part of the manual a user means, and what to say
 * when it is none, or may be several. It goes to standard output, as a pager is
 * a choice of who reads it.
 *
 * "topics" lists what there is, "all" is the whole manual; anything else is a
 * name in it. A title goes before an option of the same name, and what else has
 * the name is told in the last line. Of what is no name it is told which parts
 * have it in their text, or else which name is like it.
 */

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/help.h"
#include "cmd/manual.h"
#include "cmd/options.h"

enum {
	WIDTH = 78,
	TOPIC_MAX = 1024,		/* bytes of one */
	SOUGHT_MIN = 2,			/* letters; one is everywhere */
	SHOWN_MAX = 6			/* of many that may be meant */
};

static void	 print_topics(void);
static void	 print_names(size_t);
static void	 print_item(int *, const char *, bool);
static void	 print_all(void);
static void	 print_found(const struct manual_found *);
static bool	 is_printed_with(const struct manual_found *, size_t);
static bool	 is_told_before(const struct manual_found *, size_t);
static void	 print_entry(const struct manual_found *, size_t);
static int	 refuse_many(const char *, const struct manual_found *);
static int	 refuse_none(const char *);

bool
help_has_manual(void)
{
	return manual_nrows > 0;
}

/*
 * Titles of one word, which is what completions can offer: those of all pages,
 * but of the first one alone without its name in front.
 */
void
help_add_words(struct buf *words)
{
	char text[MANUAL_SHOWN_MAX];
	size_t i;

	if (!help_has_manual())
		return;
	buf_adds(words, "|topics|all");
	for (i = 0; i < manual_nrows; i++) {
		if (manual_rows[i].kind >= MANUAL_OPTION ||
		    strncmp(manual_name(i), "pulse ", 6) == 0)
			continue;
		if (i > 0 && strchr(manual_shown(text, i), ' ') == NULL)
			buf_addf(words, "|%s", text);
	}
}

int
help_topic(char *const *words, int n)
{
	struct manual_found found;
	struct buf topic;
	int i, status = 0;

	buf_init(&topic, TOPIC_MAX);
	for (i = 0; i < n; i++)
		buf_addf(&topic, "%s%s", i > 0 ? " " : "", words[i]);
	if (!help_has_manual()) {
		warnx("help: %s: this build has no manual in it: see man pulse",
		    text_shown(buf_str(&topic)));
		status = 1;
	} else if (strcmp(buf_str(&topic), "topics") == 0)
		print_topics();
	else if (strcmp(buf_str(&topic), "all") == 0)
		print_all();
	else {
		manual_find(&found, buf_str(&topic));
		if (found.n == 0 || topic.len == 0)
			status = refuse_none(buf_str(&topic));
		else if (!found.is_exact)
			status = refuse_many(buf_str(&topic), &found);
		else
			print_found(&found);
	}
	buf_clear(&topic);
	if (status == 0)
		status = options_printed() == -1;
	return status;
}

/* Lists. */

/* One of a list in lines; *column is where the last one ended. */
static void
print_item(int *column, const char *text, bool is_last)
{
	int len = (int)strlen(text) + !is_last;

	if (*column + 1 + len > WIDTH) {
		printf("\n   ");
		*column = 3;
	}
	printf(" %s%s", text, is_last ? "\n" : ",");
	*column += 1 + len;
}

/* The titles of a page. */
static void
print_names(size_t page)
{
	char text[MANUAL_SHOWN_MAX];
	size_t i, end = page + 1, last = page;
	int column = 3;

	for (; end < manual_nrows && manual_rows[end].kind != MANUAL_PAGE;
	    end++)
		if (manual_rows[end].kind < MANUAL_OPTION)
			last = end;
	printf("%s:\n   ", manual_shown(text, page));
	for (i = page + 1; i <= last; i++)
		if (manual_rows[i].kind < MANUAL_OPTION)
			print_item(&column, manual_shown(text, i), i == last);
}

static void
print_topics(void)
{
	size_t i;

	printf("pulse help TOPIC prints what the manual says of it. A topic is "
	    "a command, a\npage or title below, an option as in --rate, a "
	    "member of a plan file or of a\nresult as in maxConcurrency, or a "
	    "variable of the environment. The first\nletters will do. "
	    "pulse help all prints all three pages.\n");
	for (i = 0; i < manual_nrows; i++)
		if (manual_rows[i].kind == MANUAL_PAGE)
			print_names(i);
}

static void
print_all(void)
{
	bool is_first = true;
	size_t i;

	for (i = 0; i < manual_nrows; i++) {
		if (manual_rows[i].kind != MANUAL_PAGE)
			continue;
		if (!is_first)
			putchar('\n');
		is_first = false;
		manual_print(stdout, i);
	}
}

/* What was found. */

/* One that stands at the same place as an earlier one, as -r and --rate. */
static bool
is_printed_with(const struct manual_found *found, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (manual_rows[found->row[j]].end ==
		    manual_rows[found->row[i]].end)
			return true;
	return false;
}

/* As one before it is told: a title, and the member that it is about. */
static bool
is_told_before(const struct manual_found *found, size_t i)
{
	char text[MANUAL_SHOWN_MAX], earlier[MANUAL_SHOWN_MAX];
	size_t j;

	manual_shown(text, found->row[i]);
	for (j = 0; j < i; j++)
		if (strcmp(manual_shown(earlier, found->row[j]), text) == 0)
			return true;
	return false;
}

static void
print_entry(const struct manual_found *found, size_t i)
{
	size_t section = manual_section(found->row[i]);

	if (is_printed_with(found, i))
		return;
	if (i > 0)
		putchar('\n');
	printf("   %s\n", manual_name(section));
	manual_print(stdout, found->row[i]);
}

/* The first title, or else all options, or else all entries. */
static void
print_found(const struct manual_found *found)
{
	char text[MANUAL_SHOWN_MAX];
	uint8_t kind = manual_rows[found->row[0]].kind;
	const char *before = "\nSee also: pulse help ";
	size_t i = 1;

	if (kind < MANUAL_OPTION)
		manual_print(stdout, found->row[0]);
	else
		for (i = 0; i < found->n &&
		    manual_rows[found->row[i]].kind == kind; i++)
			print_entry(found, i);
	for (; i < found->n; i++) {
		if (is_told_before(found, i))
			continue;
		printf("%s%s", before, manual_shown(text, found->row[i]));
		before = ", ";
	}
	if (before[0] == ',')
		putchar('\n');
}

static int
refuse_many(const char *topic, const struct manual_found *found)
{
	char text[MANUAL_SHOWN_MAX];
	struct buf list;
	size_t i;

	buf_init(&list, SHOWN_MAX * MANUAL_SHOWN_MAX);
	for (i = 0; i < found->n && i < SHOWN_MAX; i++)
		buf_addf(&list, "%s%s", i > 0 ? ", " : "",
		    manual_shown(text, found->row[i]));
	warnx("help: %s: may be %s%s", text_shown(topic), buf_str(&list),
	    i < found->n ? ", ..." : "");
	buf_clear(&list);
	return 1;
}

/* What no name is, but texts have in them; false if none has. */
static bool
tell_texts(const char *topic, const char *sought)
{
	char text[MANUAL_SHOWN_MAX];
	size_t rows[SHOWN_MAX], n, i;
	struct buf list;

	if (strlen(sought) < SOUGHT_MIN ||
	    (n = manual_search(sought, rows, SHOWN_MAX)) == 0)
		return false;
	buf_init(&list, SHOWN_MAX * MANUAL_SHOWN_MAX);
	for (i = 0; i < n; i++)
		buf_addf(&list, "%s%s", i > 0 ? ", " : "",
		    manual_shown(text, rows[i]));
	warnx("help: %s: no such topic; these have it: %s",
	    text_shown(topic), buf_str(&list));
	buf_clear(&list);
	return true;
}

/* "url" of "target.url", if that is a name, but no title as "json" is. */
static bool
find_member(const char *topic, size_t *row)
{
	const char *dot = strrchr(topic, '.');
	struct manual_found found;

	if (dot == NULL || dot[1] == '\0')
		return false;
	manual_find(&found, dot + 1);
	*row = found.n > 0 ? found.row[0] : 0;
	return found.n > 0 && found.is_exact &&
	    manual_rows[*row].kind >= MANUAL_OPTION;
}

/* "exit" of "exit code", likewise, but titles are names, too. */
static bool
find_first_word(const char *topic, size_t *row)
{
	size_t len = strcspn(topic, " ");
	struct manual_found found;
	char *word;

	if (len == 0 || topic[len] == '\0')
		return false;
	word = xstrndup(topic, len);
	manual_find(&found, word);
	free(word);
	*row = found.n > 0 ? found.row[0] : 0;
	return found.n > 0 && found.is_exact;
}

static int
refuse_none(const char *topic)
{
	char text[MANUAL_SHOWN_MAX], *one = xstrdup(topic);
	size_t row, len = strlen(topic);
	bool is_told = false, is_near;

	if (len > 0 && one[len - 1] == 's')
		one[len - 1] = '\0';	/* of several, one */
	is_near = find_member(topic, &row);
	if (!is_near)
		is_told = tell_texts(topic, topic) || tell_texts(topic, one);
	if (!is_told && !is_near)
		is_near = find_first_word(topic, &row) ||
		    manual_nearest(topic, &row);
	if (is_near)
		warnx("help: %s: no such topic (did you mean %s?)",
		    text_shown(topic), manual_shown(text, row));
	else if (!is_told)
		warnx("help: %s: no such topic (pulse help topics lists them)",
		    text_shown(topic));
	free(one);
	return 1;
}
