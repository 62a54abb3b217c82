/* SPDX-License-Identifier: MIT */
/*
 * Command line options by table: getopt_long does the sorting, this turns a
 * subcommand's table into what it wants, and what it finds into a list in the
 * order given. Misuse is told in one line on stderr that names the option and
 * the one that was probably meant.
 */

#include <assert.h>
#include <ctype.h>
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/options.h"

enum {
	LONG_ONLY = 256,	/* getopt's value: this plus the row's index */
	HELP = LONG_ONLY - 1,
	WORDS_MAX = 128,	/* bytes of all words of a value */
	WHY_MAX = 3 * WORDS_MAX
};

char *
option_text(char text[OPTION_TEXT_MAX], const struct option_row *row)
{
	if (row->letter != 0 && row->name != NULL)
		snprintf(text, OPTION_TEXT_MAX, "-%c, --%s", row->letter,
		    row->name);
	else if (row->name != NULL)
		snprintf(text, OPTION_TEXT_MAX, "--%s", row->name);
	else
		snprintf(text, OPTION_TEXT_MAX, "-%c", row->letter);
	return text;
}

int
options_refuse(const struct given *g, const char *why)
{
	char text[OPTION_TEXT_MAX], *line = xstrdup(why);

	text_make_line(line);
	warnx("%s: %s", option_text(text, g->row), line);
	free(line);
	return -1;
}

static char *
say_expected(char why[OPTION_WHY_MAX], const char *value, const char *what,
    const char *meant)
{
	snprintf(why, OPTION_WHY_MAX, "%.40s: expected %s%s%s%s",
	    text_shown(value), what, meant != NULL ? " (did you mean " : "",
	    meant != NULL ? meant : "", meant != NULL ? "?)" : "");
	text_make_line(why);
	return why;
}

char *
options_expected(char why[OPTION_WHY_MAX], const char *value,
    const char *what, int (*parse)(const char *, uint64_t *))
{
	char buf[FORMAT_MAX];

	return say_expected(why, value, what, parse != NULL ?
	    text_meant(buf, value, parse) : NULL);
}

/* 10k and 1M, which rates may be. */
char *
options_expected_count(char why[OPTION_WHY_MAX], const char *value,
    uint64_t min, uint64_t max)
{
	char buf[FORMAT_MAX], number[FORMAT_MAX], what[2 * FORMAT_MAX];
	const char *meant;
	uint64_t n;

	meant = text_meant(buf, value, parse_rate);
	if (parse_rate(meant != NULL ? meant : value, &n) == 0 &&
	    n >= min && n <= max) {
		snprintf(number, sizeof(number), "%" PRIu64, n);
		meant = number;
	} else
		meant = NULL;
	snprintf(what, sizeof(what), "a number from %" PRIu64 " to %" PRIu64,
	    min, max);
	return say_expected(why, value, what, meant);
}

bool
options_have(const struct command *command, const char *word)
{
	size_t i, len = strcspn(word, "=");
	const struct option_row *row;

	for (i = 0; i < command->nrows; i++) {
		row = &command->rows[i];
		if (word[0] == '-' && word[1] != '-' && word[1] != '\0' &&
		    row->letter == word[1])
			return true;
		if (row->name != NULL && strlen(row->name) + 2 == len &&
		    strncmp(word, "--", 2) == 0 &&
		    memcmp(word + 2, row->name, len - 2) == 0)
			return true;
	}
	return false;
}

bool
options_are_words(const char *value)
{
	return strchr(value, '|') != NULL &&
	    value[strspn(value, "abcdefghijklmnopqrstuvwxyz-|[]")] == '\0';
}

/*
 * The index of word among those of "a|b|c", or -1 and in why what was expected
 * instead.
 */
static int
find_word(const char *words, const char *word, char why[WHY_MAX])
{
	char text[WORDS_MAX];
	const char *list[WORDS_MAX / 2], *near;
	size_t i, n = 0, len;
	char *next;

	len = strcspn(words += words[0] == '[', "]");
	assert(len < sizeof(text));
	memcpy(text, words, len);
	text[len] = '\0';
	for (next = text; next != NULL; n++) {
		list[n] = next;
		if ((next = strchr(next, '|')) != NULL)
			*next++ = '\0';
	}
	for (i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return (int)i;
	len = (size_t)snprintf(why, WHY_MAX, "%.40s: expected ",
	    text_shown(word));
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(why + len, WHY_MAX - len, "%s%s",
		    i == 0 ? "" : i + 1 == n ? " or " : ", ", list[i]);
	if ((near = text_nearest(word, list, n)) != NULL)
		snprintf(why + len, WHY_MAX - len, " (did you mean %s?)",
		    near);
	return -1;
}

int
options_word(const struct given *g)
{
	char why[WHY_MAX];
	int i = find_word(g->row->value, g->value, why);

	return i != -1 ? i : options_refuse(g, why);
}

int
options_operand_word(const struct command *command, const char *operand)
{
	char why[WHY_MAX];
	int i = find_word(command->operands, operand, why);

	if (i == -1) {
		text_make_line(why);
		warnx("%s: %s", command->name, why);
	}
	return i;
}

bool
option_may_lack_value(const struct option_row *row)
{
	return row->value != NULL && row->value[0] == '[';
}

/*
 * As usage has it: "-r, --rate RATE", "    --progress[=HOW]". Words in brackets
 * are many, so they stand in the help.
 */
static void
format_row(char full[2 * OPTION_TEXT_MAX], const struct option_row *row)
{
	char text[OPTION_TEXT_MAX];
	const char *value = row->value != NULL ? row->value : "";

	option_text(text, row);
	if (option_may_lack_value(row))
		snprintf(full, 2 * OPTION_TEXT_MAX, "    %s[=%s", text,
		    options_are_words(value) ? "HOW]" : value + 1);
	else
		snprintf(full, 2 * OPTION_TEXT_MAX, "%s%s%s%s",
		    row->letter == 0 ? "    " : "", text,
		    value[0] != '\0' ? " " : "", value);
}

int
options_usage(const struct command *command)
{
	char full[2 * OPTION_TEXT_MAX];
	size_t i, heading = 0;

	printf("usage: pulse %s%s%s%s\n%s\n\n", command->name,
	    command->nrows > 0 ? " [options]" : "",
	    command->operands[0] != '\0' ? " " : "", command->operands,
	    command->summary);
	for (i = 0; i < command->nrows; i++) {
		if (heading < command->nheadings &&
		    command->headings[heading].id == command->rows[i].id)
			printf("%s:\n", command->headings[heading++].text);
		format_row(full, &command->rows[i]);
		printf("  %-26s %s\n", full, command->rows[i].help);
	}
	printf("  %-26s %s\n", "-h, --help", "this text");
	return options_printed();
}

int
options_printed(void)
{
	if (fflush(stdout) != EOF && !ferror(stdout))
		return 0;
	warn("standard output");
	return -1;
}

bool
option_is_of(const struct given *g, enum option_group group)
{
	return g->row->id / OPTIONS_MAX == (int)group;
}

/* Only who wrote the table can have it wrong. */
static bool
is_sound(const struct command *command)
{
	size_t i, j;

	for (i = 0; i < command->nrows; i++) {
		/* A letter's could not be told from what comes behind it. */
		if (option_may_lack_value(&command->rows[i]) &&
		    command->rows[i].letter != 0)
			return false;
		for (j = 0; j < i; j++)
			if (command->rows[i].id == command->rows[j].id)
				return false;
	}
	return command->nrows <= OPTIONS_MAX;
}

static int
argument_of(const struct option_row *row)
{
	if (option_may_lack_value(row))
		return optional_argument;
	return row->value != NULL ? required_argument : no_argument;
}

/* What getopt_long wants to see. */
static void
make_getopt(const struct command *command, char *letters,
    struct option *longs)
{
	const struct option_row *row;
	size_t i;

	/* The colon: a missing value is told from an unknown option. */
	*letters++ = ':';
	*letters++ = 'h';
	*longs++ = (struct option){ "help", no_argument, NULL, HELP };
	for (i = 0; i < command->nrows; i++) {
		row = &command->rows[i];
		if (row->letter != 0) {
			*letters++ = row->letter;
			if (row->value != NULL)
				*letters++ = ':';
		}
		if (row->name != NULL)
			*longs++ = (struct option){ row->name,
			    argument_of(row), NULL, LONG_ONLY + (int)i };
	}
	*letters = '\0';
	*longs = (struct option){ NULL, 0, NULL, 0 };
}

static const struct option_row *
find_row(const struct command *command, int found)
{
	size_t i;

	if (found >= LONG_ONLY)
		return &command->rows[found - LONG_ONLY];
	for (i = 0; i < command->nrows; i++)
		if (command->rows[i].letter == found)
			return &command->rows[i];
	return NULL;
}

/* What other programs of this kind call it, if the command has it. */
static const char *
find_foreign(const char *word, const char *const *names, size_t n)
{
	static const char *const foreign[][2] = {
		{ "connections", "concurrency" }, { "users", "concurrency" },
		{ "vus", "concurrency" }, { "data", "body" },
		{ "listen", "addr" }, { "port", "addr" },
		{ "output", "out" }, { "qps", "rate" }, { "rps", "rate" },
		{ "threads", "generators" }, { "time", "duration" },
	};
	size_t i, j;

	for (i = 0; i < UTIL_NELEM(foreign); i++)
		for (j = 0; strcmp(word, foreign[i][0]) == 0 && j < n; j++)
			if (strcmp(names[j], foreign[i][1]) == 0)
				return names[j];
	return NULL;
}

/* A long option that is none, perhaps with its =VALUE. */
static void
warn_unknown_name(const struct command *command, const char *arg)
{
	const char *names[OPTIONS_MAX + 1], *near;
	char *word = xstrndup(arg, strcspn(arg, "="));
	size_t i, n = 0, nbegin = 0;

	names[n++] = "help";
	for (i = 0; i < command->nrows; i++)
		if (command->rows[i].name != NULL)
			names[n++] = command->rows[i].name;
	if ((near = find_foreign(word, names, n)) == NULL)
		near = text_nearest(word, names, n);
	for (i = 0; i < n; i++)
		nbegin += strncmp(names[i], word, strlen(word)) == 0;
	if (nbegin > 1)
		warnx("%s: --%s: %zu options begin so (pulse %s --help lists "
		    "them)", command->name, text_shown(word), nbegin,
		    command->name);
	else if (near != NULL)
		warnx("%s: no option --%s (did you mean --%s?)",
		    command->name, text_shown(word), near);
	else
		warnx("%s: no option --%s (pulse %s --help lists them)",
		    command->name, text_shown(word), command->name);
	free(word);
}

/* A short option that is none, but may be one in the other case. */
static void
warn_unknown_letter(const struct command *command, int letter)
{
	const int other = islower(letter) ? toupper(letter) : tolower(letter);
	const char word[] = { (char)letter, '\0' };

	if (other != letter && find_row(command, other) != NULL)
		warnx("%s: no option -%c (did you mean -%c?)", command->name,
		    letter, other);
	else
		warnx("%s: no option -%s (pulse %s --help lists them)",
		    command->name, text_shown(word), command->name);
}

/* arg is the last that getopt took: a long option that is none, if any. */
static void
warn_misuse(const struct command *command, int found, const char *arg)
{
	const struct option_row *row = find_row(command, optopt);
	char text[OPTION_TEXT_MAX];

	if (found == ':' && row != NULL)
		warnx("%s: %s needs a value: %s", command->name,
		    option_text(text, row), row->value);
	else if (row != NULL && optopt >= LONG_ONLY)
		warnx("%s: %s takes no value", command->name,
		    option_text(text, row));
	else if (optopt == HELP)
		warnx("%s: -h, --help takes no value", command->name);
	else if (optopt == 0 && strncmp(arg, "--", 2) == 0)
		warn_unknown_name(command, arg + 2);
	else
		warn_unknown_letter(command, (unsigned char)optopt);
}

static bool
is_digits(const char *word)
{
	return *word != '\0' && word[strspn(word, "0123456789")] == '\0';
}

/* Most often it is the value of an option. */
static void
warn_surplus(const struct options *o, const struct command *command)
{
	const char *first = o->operands[command->operands_max];
	const char *shown = text_shown(first);
	char text[OPTION_TEXT_MAX];
	size_t i;

	for (i = 0; i < o->ngiven; i++) {
		if (o->given[i].value != NULL ||
		    !option_may_lack_value(o->given[i].row))
			continue;
		warnx("%s: %s: one operand too many (the value of %s comes "
		    "behind =)", command->name, shown,
		    option_text(text, o->given[i].row));
		return;
	}
	if (command->operands_max > 0)
		warnx("%s: %s: one operand too many", command->name, shown);
	else if (options_have(command, "--addr") &&
	    (is_digits(first) || strchr(first, ':') != NULL))
		warnx("%s: %s: it takes no operand (did you mean --addr %s%s?)",
		    command->name, shown, is_digits(first) ? ":" : "",
		    shown);
	else
		warnx("%s: %s: it takes no operand", command->name, shown);
}

static int
check_operands(const struct options *o, const struct command *command)
{
	const struct given *last = o->ngiven > 0 ? &o->given[o->ngiven - 1] :
	    NULL;
	char text[OPTION_TEXT_MAX];

	if (o->noperands < command->operands_min && last != NULL &&
	    last->value != NULL && strstr(last->value, "://") != NULL) {
		/* Which may have a password in it. */
		warnx("%s: expected %s: the URL is the value of %s",
		    command->name, command->operands,
		    option_text(text, last->row));
		return -1;
	}
	if (o->noperands < command->operands_min) {
		warnx("%s: expected %s (pulse %s --help tells more)",
		    command->name, command->operands, command->name);
		return -1;
	}
	if (o->noperands > command->operands_max) {
		warn_surplus(o, command);
		return -1;
	}
	return 0;
}

int
options_parse(struct options *o, const struct command *command, int argc,
    char **argv)
{
	char letters[2 * OPTIONS_MAX + 3];
	struct option longs[OPTIONS_MAX + 2];
	int found;

	assert(is_sound(command));
	memset(o, 0, sizeof(*o));
	make_getopt(command, letters, longs);
	o->given = xcalloc((size_t)argc + 1, sizeof(*o->given));
	opterr = 0;
	optind = 0;		/* from the start, whatever was parsed before */
	for (;;) {
		found = getopt_long(argc, argv, letters, longs, NULL);
		if (found == -1)
			break;
		if (found == 'h' || found == HELP)
			return options_usage(command) == -1 ? -1 : 1;
		if (found == '?' || found == ':') {
			warn_misuse(command, found, argv[optind - 1]);
			return -1;
		}
		o->given[o->ngiven].row = find_row(command, found);
		o->given[o->ngiven++].value = optarg;
	}
	o->operands = argv + optind;
	o->noperands = (size_t)(argc - optind);
	return check_operands(o, command);
}

void
options_clear(struct options *o)
{
	free(o->given);
	memset(o, 0, sizeof(*o));
}
