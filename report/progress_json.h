/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PROGRESS_JSON_H
#define REPORT_PROGRESS_JSON_H

#include "base/util.h"
#include "report/standing.h"

/*
 * A snapshot for programs that follow a run: to b, one object with the members
 * that it has in the JSON result, and with what st, to which it was added,
 * knows of the run until then; a newline ends it. Room for JSON_TEXT_MAX bytes
 * does always.
 */
void	 progress_json_write(struct buf *b, const struct standing *st,
	    const struct snapshot *s);

#endif
