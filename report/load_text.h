/* SPDX-License-Identifier: MIT */
#ifndef REPORT_LOAD_TEXT_H
#define REPORT_LOAD_TEXT_H

#include "report/page.h"
#include "report/report.h"

/* What was asked for, and how much of it there was: request, load, counts. */
void	 load_text_write(const struct page *p, const struct report *r);
/* Completed a second; of a run that was cut short, while it ran. */
double	 load_text_rate(const struct report *r);

#endif
