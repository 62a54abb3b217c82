/* SPDX-License-Identifier: MIT */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include <stdbool.h>

#include "report/style.h"

/*
 * One column of a row of columns, of a height from 0 to 1: a blank for nothing
 * alone, as any more than that is to be seen.
 */
const char *chart_level(bool is_ascii, double height);
/*
 * A bar to the right, share (0 to 1) of so many columns, STYLE_WIDTH_MAX at
 * most; gives buf back. No blanks behind it.
 */
#define CHART_BAR_MAX	(3 * STYLE_WIDTH_MAX + 1)
char	*chart_bar(char buf[CHART_BAR_MAX], bool is_ascii, double share,
	    int width);
/* Columns of valid UTF-8 of which each character takes one. */
int	 chart_width(const char *text);

#endif
