/* SPDX-License-Identifier: MIT */
#ifndef REPORT_ERRORS_TEXT_H
#define REPORT_ERRORS_TEXT_H

#include <stdbool.h>

#include "report/page.h"
#include "report/report.h"

/*
 * What came back: status codes and bytes, then failures by part and cause, with
 * an example of each. Sections without content are left out. Whether the last
 * of them is a table.
 */
bool	 errors_text_write(const struct page *p, const struct report *r);

#endif
