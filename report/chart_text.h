/* SPDX-License-Identifier: MIT */
#ifndef REPORT_CHART_TEXT_H
#define REPORT_CHART_TEXT_H

#include "report/page.h"
#include "report/report.h"

/*
 * After an empty line the latencies as a histogram, then the run interval by
 * interval; nothing where there is nothing to see.
 */
void	 chart_text_write(const struct page *p, const struct report *r);

#endif
