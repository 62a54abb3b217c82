/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PARTS_TEXT_H
#define REPORT_PARTS_TEXT_H

#include <stdbool.h>

#include "report/page.h"
#include "report/report.h"

/*
 * Where the time went: a row for each part, with the slowest requests beside
 * them; nothing when there are no parts. Whether the last lines are empty to
 * the left, so that no empty one need follow.
 */
bool	 parts_text_write(const struct page *p, const struct report *r);

#endif
