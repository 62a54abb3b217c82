/* SPDX-License-Identifier: MIT */
#ifndef REPORT_FLEET_TEXT_H
#define REPORT_FLEET_TEXT_H

#include "report/page.h"
#include "report/report.h"

/* The table of the workers; nothing when there are none. */
void	 fleet_text_write(const struct page *p, const struct report *r);

#endif
