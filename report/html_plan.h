/* SPDX-License-Identifier: MIT */
#ifndef REPORT_HTML_PLAN_H
#define REPORT_HTML_PLAN_H

#include <stdio.h>

#include "report/report.h"

/* The section of what was to be done, secrets hidden; none without a plan. */
void	 html_plan_write(FILE *out, const struct report *r);

#endif
