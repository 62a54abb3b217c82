/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PANEL_H
#define REPORT_PANEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"
#include "report/standing.h"

enum {
	PANEL_LINES = 7,
	PANEL_WIDTH = 79,	/* columns at most: see panel.c */
	PANEL_BYTES_MAX = PANEL_LINES * (4 * PANEL_WIDTH + 256)
};

/*
 * PANEL_LINES lines about a run to b, each but the last with its newline, in
 * width columns at most if that is 30 or more: time, rate, percentiles, failed
 * requests, dropped ones and those in flight, lag of the generators. In blocks
 * of Unicode, or ASCII alone.
 */
void	 panel_write(struct buf *b, const struct standing *st, size_t width,
	    bool is_utf8);

#endif
