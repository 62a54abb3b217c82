/* SPDX-License-Identifier: MIT */

/*
 * cmd/options.c: options and operands in any order, every misuse in one line
 * that names it, and the usage of a table. What a parse says is read back from
 * the descriptors themselves, so that a second line would show.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "cmd/options.h"
#include "tests/suite.h"

enum {
	ARGS_MAX = 10,
	TEXT_MAX = 4096
};

static const struct option_row rows[] = {
	{ 1, 'r', "rate", "RATE", "so fast" },
	{ 2, 'q', "quiet", NULL, "no words" },
	{ 3, 0, "requests", "N", "so many" },
	{ 4, '4', NULL, NULL, "a letter only" },
	{ 5, 'b', NULL, "BODY", "a letter and a value" },
	{ 6, 0, "json", NULL, "a name only" },
	{ 7, 0, "progress", "[HOW]", "a value if there is one" },
	{ 8, 0, "mode", "slow|fast|steady", "one of three words" }
};

static const struct command command = {
	.name = "test",
	.operands = "URL",
	.summary = "Is tested.",
	.rows = rows,
	.nrows = UTIL_NELEM(rows),
	.operands_min = 1,
	.operands_max = 2
};

/* What was written to fd since capture_start. */
struct capture {
	int	 fd;
	int	 saved_fd;
	FILE	*file;
};

static void
capture_start(struct capture *c, int fd)
{
	fflush(NULL);
	c->fd = fd;
	c->file = tmpfile();
	ck_assert_ptr_nonnull(c->file);
	c->saved_fd = dup(fd);
	ck_assert_int_ne(c->saved_fd, -1);
	ck_assert_int_eq(dup2(fileno(c->file), fd), fd);
}

static void
capture_end(struct capture *c, char text[TEXT_MAX])
{
	size_t len;

	fflush(NULL);
	ck_assert_int_eq(dup2(c->saved_fd, c->fd), c->fd);
	close(c->saved_fd);
	rewind(c->file);
	len = fread(text, 1, TEXT_MAX - 1, c->file);
	text[len] = '\0';
	fclose(c->file);
}

/* One call: argv is a copy, because getopt moves it. */
static int
parse(struct options *o, const char *const args[ARGS_MAX],
    char out[TEXT_MAX], char err[TEXT_MAX], char *argv[ARGS_MAX + 2])
{
	struct capture c_out, c_err;
	int argc = 0, rc;

	argv[argc++] = xstrdup("test");
	while (argc <= ARGS_MAX && args[argc - 1] != NULL) {
		argv[argc] = xstrdup(args[argc - 1]);
		argc++;
	}
	argv[argc] = NULL;
	capture_start(&c_out, STDOUT_FILENO);
	capture_start(&c_err, STDERR_FILENO);
	rc = options_parse(o, &command, argc, argv);
	capture_end(&c_err, err);
	capture_end(&c_out, out);
	return rc;
}

static void
free_args(char *argv[])
{
	while (*argv != NULL)
		free(*argv++);
}

/* What was found as text: "1=5 2 | URL". */
static void
describe(const struct options *o, char *text, size_t size)
{
	size_t i, len = 0;

	for (i = 0; i < o->ngiven; i++)
		len += (size_t)snprintf(text + len, size - len, "%d%s%s ",
		    o->given[i].row->id, o->given[i].value != NULL ? "=" : "",
		    o->given[i].value != NULL ? o->given[i].value : "");
	len += (size_t)snprintf(text + len, size - len, "|");
	for (i = 0; i < o->noperands; i++)
		len += (size_t)snprintf(text + len, size - len, " %s",
		    o->operands[i]);
}

static const struct good_test {
	const char	*descr;
	const char	*args[ARGS_MAX];
	const char	*want;
} good_tests[] = {
	{ "operand alone", { "u" }, "| u" },
	{ "two", { "u", "v" }, "| u v" },
	{ "letter", { "-q", "u" }, "2 | u" },
	{ "letter and value", { "-r", "5", "u" }, "1=5 | u" },
	{ "letter with its value", { "-r5", "u" }, "1=5 | u" },
	{ "letters together", { "-q4r5", "u" }, "2 4 1=5 | u" },
	{ "letters, value apart", { "-qr", "5", "u" }, "2 1=5 | u" },
	{ "name", { "--quiet", "u" }, "2 | u" },
	{ "name and value", { "--rate", "5", "u" }, "1=5 | u" },
	{ "name with its value", { "--rate=5", "u" }, "1=5 | u" },
	{ "name with an empty value", { "--rate=", "u" }, "1= | u" },
	{ "value with =", { "--rate=a=b", "u" }, "1=a=b | u" },
	{ "empty value", { "-r", "", "u" }, "1= | u" },
	{ "value like an option", { "-r", "-q", "u" }, "1=-q | u" },
	{ "value --", { "-r", "--", "u" }, "1=-- | u" },
	{ "optional value", { "--progress=json", "u" }, "7=json | u" },
	{ "optional value, left out", { "--progress", "u" }, "7 | u" },
	{ "optional value, empty", { "--progress=", "u" }, "7= | u" },
	{ "short name", { "--ra", "5", "u" }, "1=5 | u" },
	{ "order kept, repeats too", { "-r1", "-q", "-r2", "--rate=3", "u" },
	    "1=1 2 1=2 1=3 | u" },
	{ "after the operand", { "u", "-r", "5", "--json" }, "1=5 6 | u" },
	{ "around operands", { "-q", "u", "-r", "5", "v", "-4" },
	    "2 1=5 4 | u v" },
	{ "-- ends them", { "-q", "--", "-r", "u" }, "2 | -r u" },
	{ "-- after the operand", { "u", "-q", "--", "-r" }, "2 | u -r" },
	{ "a dash is an operand", { "-", "-q" }, "2 | -" }
};

START_TEST(test_good)
{
	const struct good_test *t = &good_tests[_i];
	char out[TEXT_MAX], err[TEXT_MAX], text[TEXT_MAX];
	char *argv[ARGS_MAX + 2];
	struct options o;

	ck_assert_msg(parse(&o, t->args, out, err, argv) == 0, "%s: %s",
	    t->descr, err);
	describe(&o, text, sizeof(text));
	ck_assert_str_eq(text, t->want);
	ck_assert_str_eq(out, "");
	ck_assert_str_eq(err, "");
	options_clear(&o);
	options_clear(&o);
	free_args(argv);
}
END_TEST

static const struct bad_test {
	const char	*descr;
	const char	*args[ARGS_MAX];
	const char	*want;		/* without the program's name */
} bad_tests[] = {
	{ "nothing", { NULL },
	    "test: expected URL (pulse test --help tells more)" },
	{ "only options", { "-q" },
	    "test: expected URL (pulse test --help tells more)" },
	{ "one operand too many", { "a", "b", "c", "d" },
	    "test: c: one operand too many" },
	{ "unknown letter", { "-Z", "u" },
	    "test: no option -Z (pulse test --help lists them)" },
	{ "unknown letter among others", { "-qZ4", "u" },
	    "test: no option -Z (pulse test --help lists them)" },
	{ "unknown letter after a name", { "--quiet", "-Zq", "u" },
	    "test: no option -Z (pulse test --help lists them)" },
	{ "unknown letter after an operand", { "u", "-Z" },
	    "test: no option -Z (pulse test --help lists them)" },
	{ "unknown letter, then a name", { "-Z", "--quiet" },
	    "test: no option -Z (pulse test --help lists them)" },
	{ "a colon is no letter", { "-:", "u" },
	    "test: no option -: (pulse test --help lists them)" },
	{ "unknown name", { "--bogus", "u" },
	    "test: no option --bogus (pulse test --help lists them)" },
	{ "unknown name with a value", { "u", "--bogus=5" },
	    "test: no option --bogus (pulse test --help lists them)" },
	{ "unknown name between", { "-q", "u", "-r", "5", "v", "--bogus",
	    "-4" }, "test: no option --bogus (pulse test --help lists them)" },
	{ "misspelt name", { "--quite", "u" },
	    "test: no option --quite (did you mean --quiet?)" },
	{ "misspelt name with a value", { "u", "--raet=5" },
	    "test: no option --raet (did you mean --rate?)" },
	{ "misspelt help", { "--hlep" },
	    "test: no option --hlep (did you mean --help?)" },
	{ "the beginning of two", { "--r=5", "u" },
	    "test: --r: 2 options begin so (pulse test --help lists them)" },
	{ "a URL as a value", { "-q", "--rate", "http://a/" },
	    "test: expected URL: the URL is the value of -r, --rate" },
	{ "letter without its value", { "u", "-r" },
	    "test: -r, --rate needs a value: RATE" },
	{ "name without its value", { "u", "--rate" },
	    "test: -r, --rate needs a value: RATE" },
	{ "name alone without its value", { "u", "--requests" },
	    "test: --requests needs a value: N" },
	{ "letter alone without its value", { "u", "-b" },
	    "test: -b needs a value: BODY" },
	{ "a value too many", { "--quiet=yes", "u" },
	    "test: -q, --quiet takes no value" },
	{ "a value too many, name alone", { "u", "--json=" },
	    "test: --json takes no value" },
	{ "a value for help", { "--help=x" },
	    "test: -h, --help takes no value" }
};

START_TEST(test_bad)
{
	const struct bad_test *t = &bad_tests[_i];
	char out[TEXT_MAX], err[TEXT_MAX];
	char *argv[ARGS_MAX + 2];
	const char *text;
	struct options o;

	ck_assert_msg(parse(&o, t->args, out, err, argv) == -1, "%s",
	    t->descr);
	ck_assert_str_eq(out, "");
	/* One line: "program: text\n". */
	ck_assert_ptr_nonnull(strchr(err, '\n'));
	ck_assert_str_eq(strchr(err, '\n'), "\n");
	*strchr(err, '\n') = '\0';
	text = strstr(err, ": ");
	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text + 2, t->want);
	options_clear(&o);
	free_args(argv);
}
END_TEST

static const struct help_test {
	const char	*args[ARGS_MAX];
} help_tests[] = {
	{ { "-h" } },
	{ { "--help" } },
	{ { "u", "-q", "-h" } },
	{ { "-qh" } },
	{ { "--he" } }
};

START_TEST(test_help)
{
	const struct help_test *t = &help_tests[_i];
	char out[TEXT_MAX], err[TEXT_MAX];
	char *argv[ARGS_MAX + 2];
	struct options o;

	ck_assert_int_eq(parse(&o, t->args, out, err, argv), 1);
	ck_assert_str_eq(err, "");
	ck_assert_str_eq(out,
	    "usage: pulse test [options] URL\n"
	    "Is tested.\n"
	    "\n"
	    "  -r, --rate RATE            so fast\n"
	    "  -q, --quiet                no words\n"
	    "      --requests N           so many\n"
	    "  -4                         a letter only\n"
	    "  -b BODY                    a letter and a value\n"
	    "      --json                 a name only\n"
	    "      --progress[=HOW]       a value if there is one\n"
	    "      --mode slow|fast|steady one of three words\n"
	    "  -h, --help                 this text\n");
	options_clear(&o);
	free_args(argv);
}
END_TEST

/* One parse leaves nothing behind for the next, even in the middle. */
START_TEST(test_again)
{
	static const char *const first[ARGS_MAX] = { "u", "-qZ4r" };
	static const char *const second[ARGS_MAX] = { "u", "-r", "5" };
	char out[TEXT_MAX], err[TEXT_MAX], text[TEXT_MAX];
	char *argv[ARGS_MAX + 2];
	struct options o;

	ck_assert_int_eq(parse(&o, first, out, err, argv), -1);
	options_clear(&o);
	free_args(argv);
	ck_assert_int_eq(parse(&o, second, out, err, argv), 0);
	describe(&o, text, sizeof(text));
	ck_assert_str_eq(text, "1=5 | u");
	options_clear(&o);
	free_args(argv);
}
END_TEST

START_TEST(test_option_text)
{
	static const char *const want[] = { "-r, --rate", "-q, --quiet",
	    "--requests", "-4", "-b", "--json", "--progress", "--mode" };
	char text[OPTION_TEXT_MAX];
	size_t i;

	for (i = 0; i < UTIL_NELEM(rows); i++)
		ck_assert_str_eq(option_text(text, &rows[i]), want[i]);
}
END_TEST

static const struct word_test {
	const char	*word;
	int		 want;
	const char	*err;		/* without the program's name */
} word_tests[] = {
	{ "slow", 0, "" },
	{ "fast", 1, "" },
	{ "steady", 2, "" },
	{ "stedy", -1, "--mode: stedy: expected slow, fast or steady "
	    "(did you mean steady?)" },
	{ "SLOW", -1, "--mode: SLOW: expected slow, fast or steady "
	    "(did you mean slow?)" },
	{ "no\nline", -1, "--mode: no?line: expected slow, fast or steady" },
	{ "slow|fast", -1, "--mode: slow|fast: expected slow, fast or steady" },
	{ "", -1, "--mode: \"\": expected slow, fast or steady" },
};

START_TEST(test_word)
{
	const struct word_test *t = &word_tests[_i];
	const struct given g = { &rows[7], t->word };
	struct capture c;
	char err[TEXT_MAX], *text;
	int got;

	capture_start(&c, STDERR_FILENO);
	got = options_word(&g);
	capture_end(&c, err);
	ck_assert_int_eq(got, t->want);
	err[strcspn(err, "\n")] = '\0';
	text = strstr(err, ": ");
	ck_assert_str_eq(text == NULL ? err : text + 2, t->err);
}
END_TEST

START_TEST(test_words_and_names)
{
	ck_assert(options_are_words("a|b-c"));
	ck_assert(options_are_words("[line|json]"));
	ck_assert(!options_are_words("FILE"));
	ck_assert(!options_are_words("TEXT|@FILE"));
	ck_assert(!options_are_words("url"));
	ck_assert(!options_are_words(""));
	ck_assert(options_have(&command, "-r"));
	ck_assert(options_have(&command, "-r5"));
	ck_assert(options_have(&command, "--rate"));
	ck_assert(options_have(&command, "--rate=5"));
	ck_assert(!options_have(&command, "--rat"));
	ck_assert(!options_have(&command, "-"));
	ck_assert(!options_have(&command, "--"));
	ck_assert(!options_have(&command, "-x"));
	ck_assert(!options_have(&command, "rate"));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("options");
	TCase *tc;

	tc = tcase_create("parse");
	tcase_add_loop_test(tc, test_good, 0, UTIL_NELEM(good_tests));
	tcase_add_loop_test(tc, test_bad, 0, UTIL_NELEM(bad_tests));
	tcase_add_loop_test(tc, test_help, 0, UTIL_NELEM(help_tests));
	tcase_add_test(tc, test_again);
	tcase_add_test(tc, test_option_text);
	tcase_add_loop_test(tc, test_word, 0, UTIL_NELEM(word_tests));
	tcase_add_test(tc, test_words_and_names);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
