/* SPDX-License-Identifier: MIT */
#ifndef REPORT_AUDIT_TEXT_H
#define REPORT_AUDIT_TEXT_H

#include "report/page.h"
#include "report/report.h"

/* Can the figures be believed: who made the load, and how well. */
void	 audit_text_write(const struct page *p, const struct report *r);

#endif
