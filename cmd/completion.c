/* SPDX-License-Identifier: MIT */
/*
 * `pulse completion`: scripts by which bash, zsh and fish complete what is
 * typed after pulse, made from the tables of its options.
 *
 * Completed are subcommands, options, and what follows an option, which its
 * row tells by the name of the value: FILE and PATH are files, DIR is a
 * folder, what ends in |@FILE can be a file behind an @, and words in small
 * letters with | between them are all that there is. Anything else is only
 * known to whoever types it. Operands are words likewise, or else files.
 *
 * A script has all in it and never runs pulse. Output goes to stdout.
 */

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "cmd/completion.h"

enum kind {
	KIND_NONE,		/* takes no value */
	KIND_VALUE,		/* one that cannot be known */
	KIND_FILE,
	KIND_FOLDER,
	KIND_AT_FILE,
	KIND_WORDS
};

const struct command completion_command = {
	.name = "completion",
	.operands = "bash|zsh|fish",
	.summary = "Prints a script by which that shell completes what is "
	    "typed after pulse.",
	.operands_min = 1,
	.operands_max = 1,
};

static const struct option_row help_row = { 0, 'h', "help", NULL,
    "list the options" };
static const struct option_row own_rows[] = {
	{ 1, 'h', "help", NULL, "list the commands" },
	{ 2, 'V', "version", NULL, "print the version" },
};

static void	 write_bash(const struct completion *, size_t);
static void	 write_zsh(const struct completion *, size_t);
static void	 write_fish(const struct completion *, size_t);

static void (*const writers[])(const struct completion *, size_t) = {
	write_bash, write_zsh, write_fish,	/* as the operands are */
};

int
completion_main(int argc, char **argv, const struct completion *subcommands,
    size_t n)
{
	struct options o;
	int status, shell = -1;

	status = options_parse(&o, &completion_command, argc, argv);
	if (status == 0)
		shell = options_operand_word(&completion_command,
		    o.operands[0]);
	options_clear(&o);
	if (shell == -1)
		return status == 1 ? 0 : 1;
	writers[shell](subcommands, n);
	return options_printed() == -1;
}

static enum kind
kind_of(const struct option_row *row)
{
	const char *value = row->value;
	size_t len;

	if (value == NULL)
		return KIND_NONE;
	len = strlen(value);
	if (options_are_words(value))
		return KIND_WORDS;
	if (strcmp(value, "FILE") == 0 || strcmp(value, "PATH") == 0)
		return KIND_FILE;
	if (strcmp(value, "DIR") == 0)
		return KIND_FOLDER;
	if (len > 6 && strcmp(value + len - 6, "|@FILE") == 0)
		return KIND_AT_FILE;
	return KIND_VALUE;
}

/* The operands of a subcommand: words, files, or none at all. */
static enum kind
operand_kind(const struct completion *sub)
{
	if (sub->operands != NULL)
		return KIND_WORDS;
	return sub->command == NULL || sub->command->operands[0] == '\0' ?
	    KIND_NONE : KIND_FILE;
}

static size_t
row_count(const struct completion *sub)
{
	return sub->command == NULL ? 0 : sub->command->nrows + 1;
}

/* --help, which is in no table, comes last, as in usage. */
static const struct option_row *
row_of(const struct completion *sub, size_t i)
{
	return i < sub->command->nrows ? &sub->command->rows[i] : &help_row;
}

/* Of KIND_WORDS: with blanks between them, without the brackets around all. */
static void
put_words(const char *words)
{
	assert(words != NULL);
	for (; *words != '\0'; words++)
		if (*words == '|')
			putchar(' ');
		else if (*words != '[' && *words != ']')
			putchar(*words);
}

/* Text within '...' of a shell, where \ comes before each of these, too. */
static void
put_quoted(const char *text, const char *special)
{
	for (; *text != '\0'; text++) {
		if (strchr(special, *text) != NULL)
			putchar('\\');
		if (*text == '\'')
			fputs("'\\'", stdout);
		putchar(*text);
	}
}

static void
put_names(const struct option_row *row, const char *between)
{
	if (row->letter != 0)
		printf("-%c", row->letter);
	if (row->letter != 0 && row->name != NULL)
		fputs(between, stdout);
	if (row->name != NULL)
		printf("--%s", row->name);
}

/*
 * bash. What is typed comes as words, which it also breaks at = and @; but
 * what takes their place begins with an @ that was there. The value of an
 * option is at hand where the word before these is one that has a value.
 */

static const char bash_head[] =
    "# Completions of pulse for bash, as `pulse completion bash` prints them.\n"
    "_pulse()\n"
    "{\n"
    "\tlocal word=${COMP_WORDS[COMP_CWORD]} i=$((COMP_CWORD - 1))\n"
    "\tlocal cur=$word option options= value= operands= has_equals=true\n"
    "\n"
    "\tCOMPREPLY=()\n"
    "\tcase $cur in\n"
    "\t= | @ | =@) cur= ;;\n"
    "\tesac\n"
    "\twhile [ $i -gt 1 ]; do\n"
    "\t\tcase ${COMP_WORDS[i]} in\n"
    "\t\t= | @ | =@) i=$((i - 1)) ;;\n"
    "\t\t*) break ;;\n"
    "\t\tesac\n"
    "\tdone\n"
    "\toption=${COMP_WORDS[i]}\n"
    "\t[ $i -lt $((COMP_CWORD - 1)) ] || [ \"$word\" != \"$cur\" ] ||\n"
    "\t    has_equals=false\n";

static const char bash_tail[] =
    "\t# Behind -- there are no options.\n"
    "\tcase \" ${COMP_WORDS[*]:1:COMP_CWORD-1} \" in\n"
    "\t*' -- '*) value=$operands ;;\n"
    "\tesac\n"
    "\tif [ -z \"$value\" ]; then\n"
    "\t\tcase $cur in\n"
    "\t\t-*) value=\"words $options\" ;;\n"
    "\t\t*) value=$operands ;;\n"
    "\t\tesac\n"
    "\tfi\n"
    "\tcase $value in\n"
    "\t'words '*)\n"
    "\t\tCOMPREPLY=($(compgen -W \"${value#words }\" -- \"$cur\"))\n"
    "\t\t;;\n"
    "\tat)\n"
    "\t\tcase $word:${COMP_WORDS[COMP_CWORD-1]} in\n"
    "\t\t@* | =@* | *@) ;;\n"
    "\t\t*) return ;;\n"
    "\t\tesac\n"
    "\t\tlocal IFS=$'\\n' file\n"
    "\t\tCOMPREPLY=($(compgen -f -- \"${cur#@}\" | while read -r file; do\n"
    "\t\t\t[ ! -d \"$file\" ] || file=$file/\n"
    "\t\t\tprintf '@%q\\n' \"$file\"\n"
    "\t\tdone))\n"
    "\t\tcompopt -o nospace 2>/dev/null\n"
    "\t\t;;\n"
    "\tfile | folder)\n"
    "\t\tlocal IFS=$'\\n' what=-f\n"
    "\t\t[ $value = file ] || what=-d\n"
    "\t\tCOMPREPLY=($(compgen $what -- \"$cur\"))\n"
    "\t\tcompopt -o filenames 2>/dev/null\n"
    "\t\t;;\n"
    "\tesac\n"
    "}\n"
    "complete -F _pulse pulse\n";

static void
bash_value(enum kind kind, const char *words)
{
	static const char *const names[] = {
		[KIND_NONE] = "none", [KIND_VALUE] = "none",
		[KIND_FILE] = "file", [KIND_FOLDER] = "folder",
		[KIND_AT_FILE] = "at", [KIND_WORDS] = "words "
	};

	printf("'%s", names[kind]);
	if (kind == KIND_WORDS)
		put_words(words);
	putchar('\'');
}

static void
bash_subcommand(const struct completion *sub)
{
	const struct option_row *row;
	size_t i;

	printf("\t%s)\n\t\toperands=", sub->name);
	bash_value(operand_kind(sub), sub->operands);
	fputs("\n\t\toptions='", stdout);
	for (i = 0; i < row_count(sub); i++) {
		fputs(i > 0 ? " " : "", stdout);
		put_names(row_of(sub, i), " ");
	}
	fputs("'\n\t\tcase $option in\n", stdout);
	for (i = 0; i < row_count(sub); i++) {
		row = row_of(sub, i);
		if (kind_of(row) == KIND_NONE)
			continue;
		fputs("\t\t", stdout);
		put_names(row, " | ");
		fputs(option_may_lack_value(row) ? ") $has_equals && value=" :
		    ") value=", stdout);
		bash_value(kind_of(row), row->value);
		fputs(" ;;\n", stdout);
	}
	fputs("\t\tesac\n\t\t;;\n", stdout);
}

static void
write_bash(const struct completion *subs, size_t n)
{
	size_t i;

	fputs(bash_head, stdout);
	fputs("\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\toperands='words",
	    stdout);
	for (i = 0; i < n; i++)
		printf(" %s", subs[i].name);
	fputs("'\n\t\toptions='", stdout);
	for (i = 0; i < UTIL_NELEM(own_rows); i++) {
		fputs(i > 0 ? " " : "", stdout);
		put_names(&own_rows[i], " ");
	}
	fputs("'\n\t\toption=\n\telse case ${COMP_WORDS[1]} in\n", stdout);
	for (i = 0; i < n; i++)
		bash_subcommand(&subs[i]);
	fputs("\t*) operands=none ;;\n\tesac; fi\n", stdout);
	fputs(bash_tail, stdout);
}

/* zsh. */

static const char zsh_head[] =
    "#compdef pulse\n"
    "# Completions of pulse for zsh, as `pulse completion zsh` prints them.\n"
    "_pulse_at_file() {\n"
    "\tcompset -P @ && _files\n"
    "}\n"
    "_pulse() {\n"
    "\tif (( CURRENT == 2 )); then\n"
    "\t\tlocal -a subcommands\n"
    "\t\tsubcommands=(\n";

static const char zsh_middle[] =
    "\t\t)\n"
    "\t\t_describe -t commands command subcommands\n"
    "\t\t_arguments -s -S : \\\n";

static const char zsh_tail[] =
    "\tesac\n"
    "}\n"
    "# Read as the file of a function it is that function, else a script.\n"
    "if [[ $zsh_eval_context[-1] == loadautofunc ||\n"
    "    $funcstack[1] == _pulse || $funcstack[2] == _pulse ]]; then\n"
    "\t_pulse \"$@\"\n"
    "else\n"
    "\tcompdef _pulse pulse\n"
    "fi\n";

/* What completes a value, as _arguments takes it. */
static void
zsh_action(enum kind kind, const char *words)
{
	static const char *const actions[] = {
		[KIND_NONE] = "", [KIND_VALUE] = " ", [KIND_FILE] = "_files",
		[KIND_FOLDER] = "_files -/", [KIND_AT_FILE] = "_pulse_at_file",
		[KIND_WORDS] = "("
	};

	fputs(actions[kind], stdout);
	if (kind == KIND_WORDS) {
		put_words(words);
		putchar(')');
	}
}

/* One of the names of an option; any option can be there again. */
static void
zsh_option(const struct option_row *row, const char *name)
{
	const bool is_long = name[1] != '\0';

	printf("\t\t    '*-%s%s", is_long ? "-" : "", name);
	if (row->value != NULL)
		fputs(option_may_lack_value(row) ? "=-" : is_long ? "=" : "+",
		    stdout);
	putchar('[');
	put_quoted(row->help, "[]:\\");
	putchar(']');
	if (row->value != NULL) {
		fputs(option_may_lack_value(row) ? "::" : ":", stdout);
		put_quoted(row->value, ":\\");
		putchar(':');
		zsh_action(kind_of(row), row->value);
	}
	fputs("' \\\n", stdout);
}

static void
zsh_row(const struct option_row *row)
{
	const char letter[] = { row->letter, '\0' };

	if (row->letter != 0)
		zsh_option(row, letter);
	if (row->name != NULL)
		zsh_option(row, row->name);
}

static void
zsh_subcommand(const struct completion *sub)
{
	enum kind kind = operand_kind(sub);
	size_t i;

	printf("\t%s)\n\t\t_arguments -s -S : \\\n", sub->name);
	for (i = 0; i < row_count(sub); i++)
		zsh_row(row_of(sub, i));
	if (kind != KIND_NONE) {
		printf("\t\t    '%s:operand:", kind == KIND_WORDS ? "1" : "*");
		zsh_action(kind, sub->operands);
		fputs("' \\\n", stdout);
	}
	fputs("\t\t    && return\n\t\t;;\n", stdout);
}

static void
write_zsh(const struct completion *subs, size_t n)
{
	size_t i;

	fputs(zsh_head, stdout);
	for (i = 0; i < n; i++) {
		printf("\t\t    '%s:", subs[i].name);
		put_quoted(subs[i].summary, "\\");
		fputs("'\n", stdout);
	}
	fputs(zsh_middle, stdout);
	for (i = 0; i < UTIL_NELEM(own_rows); i++)
		zsh_row(&own_rows[i]);
	fputs("\t\t    && return\n\t\treturn\n\tfi\n"
	    "\tshift words\n\t(( CURRENT-- ))\n\tcase $words[1] in\n", stdout);
	for (i = 0; i < n; i++)
		zsh_subcommand(&subs[i]);
	fputs(zsh_tail, stdout);
}

/* fish. */

static const char fish_head[] =
    "# Completions of pulse for fish, as `pulse completion fish` prints them.\n"
    "function __fish_pulse_is\n"
    "\tset -l words (commandline -opc)\n"
    "\ttest (count $words) -gt 1; and test $words[2] = $argv[1]\n"
    "end\n"
    "function __fish_pulse_is_first\n"
    "\ttest (count (commandline -opc)) -eq 1\n"
    "end\n"
    "function __fish_pulse_at_file\n"
    "\tset -l word (commandline -ct)\n"
    "\tstring match -q -- '@*' $word; or return\n"
    "\tfor file in (__fish_complete_path (string sub -s 2 -- $word))\n"
    "\t\techo \"@$file\"\n"
    "\tend\n"
    "end\n"
    "complete -c pulse -e\n"
    "complete -c pulse -f\n";

static void
fish_value(enum kind kind, const char *words)
{
	static const char *const values[] = {
		[KIND_NONE] = "", [KIND_VALUE] = " -x", [KIND_FILE] = " -r -F",
		[KIND_FOLDER] = " -x -a '(__fish_complete_directories)'",
		[KIND_AT_FILE] = " -x -a '(__fish_pulse_at_file)'",
		[KIND_WORDS] = " -x -a '"
	};

	fputs(values[kind], stdout);
	if (kind == KIND_WORDS) {
		put_words(words);
		putchar('\'');
	}
}

static void
fish_row(const struct option_row *row, const char *condition)
{
	printf("complete -c pulse -n '%s'", condition);
	if (row->letter != 0)
		printf(" -s %c", row->letter);
	if (row->name != NULL)
		printf(" -l %s", row->name);
	if (!option_may_lack_value(row))
		fish_value(kind_of(row), row->value);
	else if (kind_of(row) == KIND_WORDS) {
		fputs(" -f -a '", stdout);
		put_words(row->value);
		putchar('\'');
	}
	fputs(" -d '", stdout);
	put_quoted(row->help, "\\");
	fputs("'\n", stdout);
}

static void
fish_subcommand(const struct completion *sub)
{
	char condition[64];
	size_t i;

	printf("complete -c pulse -n __fish_pulse_is_first -a %s -d '",
	    sub->name);
	put_quoted(sub->summary, "\\");
	fputs("'\n", stdout);
	snprintf(condition, sizeof(condition), "__fish_pulse_is %s",
	    sub->name);
	for (i = 0; i < row_count(sub); i++)
		fish_row(row_of(sub, i), condition);
	if (operand_kind(sub) == KIND_NONE)
		return;
	printf("complete -c pulse -n '%s'", condition);
	if (operand_kind(sub) == KIND_FILE)
		fputs(" -F", stdout);
	else
		fish_value(KIND_WORDS, sub->operands);
	putchar('\n');
}

static void
write_fish(const struct completion *subs, size_t n)
{
	size_t i;

	fputs(fish_head, stdout);
	for (i = 0; i < UTIL_NELEM(own_rows); i++)
		fish_row(&own_rows[i], "__fish_pulse_is_first");
	for (i = 0; i < n; i++)
		fish_subcommand(&subs[i]);
}
