/* SPDX-License-Identifier: MIT */
#ifndef REPORT_HTML_REQUESTS_H
#define REPORT_HTML_REQUESTS_H

#include <stdio.h>

#include "report/report.h"

/* The slowest requests, and the last ones of each kind of failure. */
void	 html_slowest_write(FILE *out, const struct report *r);
void	 html_failures_write(FILE *out, const struct report *r);
/* The time of parts as one bar of so many pixels; percent of each. */
void	 html_bar_write(FILE *out, const double share[PARTS], int height,
	    const char *title);

#endif
