/* SPDX-License-Identifier: MIT */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Ids: those of a command's own options are from 1, below OPTIONS_MAX. Those
 * that several commands share begin at OPTION_ID of their group, so that no two
 * in one table are the same; options_parse asserts that.
 */
enum { OPTIONS_MAX = 64 };		/* in one table */
enum option_group {
	OPTIONS_OWN,
	OPTIONS_CREDENTIALS,
	OPTIONS_SERVE_TLS,
	OPTIONS_CONNECT,
	OPTIONS_OUTPUT
};
#define OPTION_ID(group)	((int)(group) * OPTIONS_MAX)

/*
 * One option of a subcommand. The table of a subcommand is the one place
 * where its options stand: parsing, usage and completions come from it. A value
 * in brackets is given with = or not at all, which only a name without a letter
 * can have: --progress, --progress=json.
 */
struct option_row {
	int		 id;		/* see above */
	char		 letter;	/* -r, or 0 */
	const char	*name;		/* --rate, or NULL */
	/*
	 * RATE, or NULL when it takes none; [HOW] may be left out. FILE, PATH,
	 * DIR and TEXT|@FILE tell completions what it is; "drop|block" are
	 * all words that it can be. So are "[drop|block]", which usage shows
	 * as [HOW], so that help has to name them.
	 */
	const char	*value;
	const char	*help;		/* a few words, with the default */
};

/* What usage says above the row with this id, for tables that are long. */
struct option_heading {
	int		 id;
	const char	*text;
};

struct command {
	const char		*name;		/* "run" */
	const char		*operands;	/* "URL | PLAN.json", or "" */
	const char		*summary;	/* one line */
	const struct option_row	*rows;
	size_t			 nrows;
	const struct option_heading *headings;	/* of the rows, in order */
	size_t			 nheadings;
	size_t			 operands_min;
	size_t			 operands_max;
};

/* What was given, in its order. */
struct given {
	const struct option_row	*row;
	const char		*value;		/* borrowed from argv */
};

struct options {
	struct given	*given;
	size_t		 ngiven;
	char		**operands;	/* within argv */
	size_t		 noperands;
};

/*
 * Sorts argv[0..argc), argv[0] being the subcommand. Options and operands may
 * come in any order; -- ends options. 0, or 1 when --help was printed, or -1
 * after one line on stderr that names what is wrong and what was meant.
 */
int	 options_parse(struct options *o, const struct command *command,
	    int argc, char **argv);
void	 options_clear(struct options *o);
/* Whether "-r", "--rate" or "--rate=5" is an option of a command. */
bool	 options_have(const struct command *command, const char *word);
bool	 option_is_of(const struct given *g, enum option_group group);
/* Is its value in brackets? Then given->value may be NULL. */
bool	 option_may_lack_value(const struct option_row *row);
/* "-r, --rate", for messages. */
enum { OPTION_TEXT_MAX = 64 };
char	*option_text(char text[OPTION_TEXT_MAX], const struct option_row *row);
/*
 * "VALUE: expected WHAT", and what was probably meant if parse, which may be
 * NULL, takes that.
 */
enum { OPTION_WHY_MAX = 256 };
char	*options_expected(char why[OPTION_WHY_MAX], const char *value,
	    const char *what, int (*parse)(const char *, uint64_t *));
/*
 * Of a number that is not from min to max: the same, and the number that was
 * probably meant if that is.
 */
char	*options_expected_count(char why[OPTION_WHY_MAX], const char *value,
	    uint64_t min, uint64_t max);
/* Says on stderr why an option's value cannot be had, after its name; -1. */
int	 options_refuse(const struct given *g, const char *why);
/*
 * Whether a value or operands are fixed words, as "drop|block" and
 * "[drop|block]" are.
 */
bool	 options_are_words(const char *value);
/*
 * Which of the words of its row an option was given, of its command's those an
 * operand is: the index, or -1 after one line on stderr that names them all,
 * and the nearest.
 */
int	 options_word(const struct given *g);
int	 options_operand_word(const struct command *command,
	    const char *operand);
/* To stdout. 0, or -1 after a line on stderr if that cannot be written to. */
int	 options_usage(const struct command *command);
/* Whatever was printed to stdout is out: 0, or -1 as above. */
int	 options_printed(void);

#endif
