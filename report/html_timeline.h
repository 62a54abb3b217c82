/* SPDX-License-Identifier: MIT */
#ifndef REPORT_HTML_TIMELINE_H
#define REPORT_HTML_TIMELINE_H

#include <stdio.h>

#include "report/report.h"

/* The section of what can be seen over time: rates, percentiles. */
void	 html_timeline_write(FILE *out, const struct report *r);

#endif
