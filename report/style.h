/* SPDX-License-Identifier: MIT */
#ifndef REPORT_STYLE_H
#define REPORT_STYLE_H

#include <stdbool.h>

/*
 * Does the environment say that text is UTF-8: the first of LC_ALL, LC_CTYPE
 * and LANG that is set and not empty, as POSIX has it? No locale is set for it.
 */
bool	 style_is_utf8(void);

#endif
