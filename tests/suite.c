/* SPDX-License-Identifier: MIT */
/*
 * How every unit test is run: SIGPIPE is ignored, as in every process of ours,
 * and CK_FORK, CK_VERBOSITY and the like of check are heeded. Without a process
 * for each test check cannot end one that hangs: tests/run.sh does.
 */

#include <check.h>
#include <signal.h>
#include <stdlib.h>

#include "tests/suite.h"

int
suite_main(Suite *s)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	SRunner *runner;
	int failed;

	if (sigaction(SIGPIPE, &ignore, NULL) == -1)
		return EXIT_FAILURE;
	runner = srunner_create(s);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
