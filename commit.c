/* SPDX-License-Identifier: MIT */
/*
 * What the build knows of where the source comes from. PULSE_COMMIT is given to
 * the compiler for this file alone, so that a new commit costs one short
 * compilation and a link.
 */

#include <stddef.h>

#include "commit.h"

const char *
commit_name(void)
{
	static const char name[] = PULSE_COMMIT;

	return name[0] != '\0' ? name : NULL;
}
