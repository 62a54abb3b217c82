/* SPDX-License-Identifier: MIT */
#ifndef REPORT_CHART_TEXT_H
#define REPORT_CHART_TEXT_H

#include <stdbool.h>

#include "report/page.h"
#include "report/report.h"

/*
 * The latencies as a histogram, then the run interval by interval, after an
 * empty line unless there is a gap already; nothing where there is nothing to
 * see.
 */
void	 chart_text_write(const struct page *p, const struct report *r,
	    bool has_gap);

#endif
