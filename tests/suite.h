/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>

/* Runs and frees a suite; gives the status to leave with. */
int	 suite_main(Suite *s);

#endif
