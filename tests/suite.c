/* SPDX-License-Identifier: MIT */
/*
 * How every unit test is run: SIGPIPE is ignored, as in every process of ours,
 * and CK_FORK, CK_VERBOSITY and the like of check are heeded. Without a process
 * for each test check cannot end one that hangs: then the whole suite may take
 * five times what CK_DEFAULT_TIMEOUT, where it is set, allows for one.
 */

#include <check.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/suite.h"

static void
limit_time(void)
{
	const char *fork_how = getenv("CK_FORK");
	const char *limit = getenv("CK_DEFAULT_TIMEOUT");
	uint64_t seconds;

	if (fork_how != NULL && strcmp(fork_how, "no") == 0 &&
	    limit != NULL && parse_uint(limit, 3600, &seconds) == 0)
		alarm(5 * (unsigned int)seconds);
}

int
suite_main(Suite *s)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	SRunner *runner;
	int failed;

	if (sigaction(SIGPIPE, &ignore, NULL) == -1)
		return EXIT_FAILURE;
	limit_time();
	runner = srunner_create(s);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
