/* SPDX-License-Identifier: MIT */
#ifndef REPORT_HTML_STYLE_H
#define REPORT_HTML_STYLE_H

#include <stdio.h>

/* The style sheet of the HTML report, between its tags. */
void	 html_style_write(FILE *out);

#endif
