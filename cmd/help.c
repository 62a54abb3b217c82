/* SPDX-License-Identifier: MIT */
/*
 * `pulse help TOPIC`: which part of the manual a user means, and what to say
 * when it is none, or may be several. It goes to standard output, as a pager is
 * a choice of who reads it.
 *
 * "topics" lists what there is, "all" is the whole manual; anything else is a
 * name in it. A title goes before an option of the same name, and what else has
 * the name is told in the last line.
 */

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/help.h"
#include "cmd/manual.h"
#include "cmd/options.h"

enum {
	WIDTH = 78,
	TOPIC_MAX = 1024,		/* bytes of one */
	SHOWN_MAX = 6			/* of many that may be meant */
};

static void	 print_topics(void);
static void	 print_names(size_t);
static void	 print_item(int *, const char *, bool);
static void	 print_all(void);
static void	 print_found(const struct manual_found *);
static bool	 is_printed_with(const struct manual_found *, size_t);
static void	 print_entry(const struct manual_found *, size_t);
static int	 refuse_many(const char *, const struct manual_found *);
static int	 refuse_none(const char *);

bool
help_has_manual(void)
{
	return manual_nrows > 0;
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
		printf("%s%s", before, manual_shown(text, found->row[i]));
		before = ", ";
		if (i + 1 == found->n)
			putchar('\n');
	}
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

static int
refuse_none(const char *topic)
{
	char text[MANUAL_SHOWN_MAX];
	size_t row;

	if (manual_nearest(topic, &row))
		warnx("help: %s: no such topic (did you mean %s?)",
		    text_shown(topic), manual_shown(text, row));
	else
		warnx("help: %s: no such topic (pulse help topics lists them)",
		    text_shown(topic));
	return 1;
}
