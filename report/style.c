/* SPDX-License-Identifier: MIT */
/*
 * What a terminal can be shown, as far as the environment tells.
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "report/style.h"

bool
style_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = "", *charset;
	size_t i;

	for (i = 0; i < UTIL_NELEM(names) && *value == '\0'; i++) {
		value = getenv(names[i]);
		if (value == NULL)
			value = "";
	}
	/* language_TERRITORY.charset@modifier, or as in "C.utf8", "UTF-8" */
	charset = strchr(value, '.');
	charset = charset != NULL ? charset + 1 : value;
	return strncasecmp(charset, "UTF-8", 5) == 0 ||
	    strncasecmp(charset, "utf8", 4) == 0;
}
