/* SPDX-License-Identifier: MIT */
#ifndef REPORT_HTML_LATENCY_H
#define REPORT_HTML_LATENCY_H

#include <stdio.h>

#include "report/report.h"

/*
 * The section of response times, with their distribution and a table, and that
 * of the parts that they are made of.
 */
void	 html_latency_write(FILE *out, const struct report *r);
void	 html_parts_write(FILE *out, const struct report *r);

#endif
