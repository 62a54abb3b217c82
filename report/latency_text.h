/* SPDX-License-Identifier: MIT */
#ifndef REPORT_LATENCY_TEXT_H
#define REPORT_LATENCY_TEXT_H

#include "base/text.h"
#include "report/page.h"
#include "report/report.h"

/*
 * The table of latencies: nothing when there is none, and a second table of
 * what is known more finely where not all is.
 */
void	 latency_text_write(const struct page *p, const struct report *r);
/* Percentile p of the response: "3.73ms", "n/a"; gives buf back. */
char	*latency_text_response(char buf[FORMAT_MAX], const struct result *res,
	    double p);

#endif
