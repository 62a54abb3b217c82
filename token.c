/* SPDX-License-Identifier: MIT */
/*
 * The shared secret of a fleet: where it comes from, and how it is compared.
 *
 * It comes from a file or from the environment, never from an argument, which
 * everybody on a machine can read. There is one copy of it in memory, which is
 * overwritten when it goes. It is not shown in any message, and a
 * process that has one leaves no core file behind (that also keeps others of
 * the same user from attaching to it, where the system has such a setting).
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/proc.h"
#include "token.h"

/* A NUL would end the token before its line does, and say nothing of it. */
static int
read_first_line(const char *path, char line[TOKEN_MAX + 2],
    char why[WIRE_TEXT_MAX])
{
	FILE *f = fopen(path, "re");
	size_t n = 0;
	int c, error = 0;

	if (f == NULL)
		return wire_refuse(why, "%s: %s", path, strerror(errno));
	/* Its buffer would keep a copy that nobody overwrites. */
	(void)setvbuf(f, NULL, _IONBF, 0);
	errno = 0;
	while (n < TOKEN_MAX + 1 && (c = getc(f)) != EOF && c != '\n')
		line[n++] = (char)c;
	line[n] = '\0';
	if (ferror(f))
		error = errno != 0 ? errno : EIO;
	fclose(f);
	if (error != 0)
		return wire_refuse(why, "%s: %s", path, strerror(error));
	if (strlen(line) != n)
		return wire_refuse(why, "%s: there is a NUL in it", path);
	line[strcspn(line, "\r")] = '\0';
	return 0;
}

/* RFC 6750 2.1 has fewer characters; any that a header can hold will do. */
static int
check(const char *what, const char *token, char why[WIRE_TEXT_MAX])
{
	const char *p;

	if (*token == '\0')
		return wire_refuse(why, "%s: there is no token in it", what);
	if (strlen(token) > TOKEN_MAX)
		return wire_refuse(why, "%s: a token has at most %d "
		    "characters", what, TOKEN_MAX);
	for (p = token; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return wire_refuse(why, "%s: a token has visible "
			    "ASCII characters only, no blanks", what);
	return 0;
}

int
token_read(const char *path, char **token, char why[WIRE_TEXT_MAX])
{
	char line[TOKEN_MAX + 2];
	const char *what = path;
	char *ours = getenv("PULSE_WORKER_TOKEN"), *found = line;

	*token = NULL;
	if (path == NULL) {
		what = "PULSE_WORKER_TOKEN";
		/* Set but empty is as good as not set, as in the Go program. */
		if ((found = ours) == NULL || *found == '\0')
			return 0;
	} else if (read_first_line(path, line, why) == -1)
		return -1;
	if (check(what, found, why) == -1)
		return -1;
	*token = xstrdup(found);
	wipe(found, strlen(found));
	/*
	 * The system shows where it lies as our environment, and commands that
	 * carry the protocol would inherit it, whichever token is ours.
	 */
	if (ours != NULL) {
		wipe(ours, strlen(ours));
		(void)unsetenv("PULSE_WORKER_TOKEN");
	}
	proc_leave_no_core();
	return 0;
}

void
token_free(char *token)
{
	if (token != NULL)
		wipe(token, strlen(token));
	free(token);
}

bool
token_is(const char *token, const char *given, size_t len)
{
	size_t i, n = strlen(token);
	unsigned int differs = len != n;

	for (i = 0; i < len; i++)
		differs |= (unsigned char)token[n == 0 ? 0 : i % n] ^
		    (unsigned char)given[i];
	return differs == 0;
}
