/* SPDX-License-Identifier: MIT */
#ifndef REPORT_HTML_TABLES_H
#define REPORT_HTML_TABLES_H

#include <stdio.h>

#include "report/report.h"

/* Sections of the HTML report that are tables; those without rows are none. */
void	 html_answers_write(FILE *out, const struct report *r);
void	 html_thresholds_write(FILE *out, const struct report *r);
void	 html_audit_write(FILE *out, const struct report *r);
void	 html_workers_write(FILE *out, const struct report *r);

#endif
