/* SPDX-License-Identifier: MIT */
#ifndef CMD_MANUAL_H
#define CMD_MANUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cmd/manual_text.h"

enum { MANUAL_SHOWN_MAX = 160 };	/* bytes of a name and where it is */

/*
 * What a topic turns out to be: rows of manual_rows, those that have this name
 * or, if none has, those that it is short for. is_exact: the first one is
 * meant, and others are of interest too; else any of them may be. Embedded.
 */
enum { MANUAL_FOUND_MAX = 32 };
struct manual_found {
	size_t	 row[MANUAL_FOUND_MAX];
	size_t	 n;
	bool	 is_exact;
};

/*
 * Finds what a user calls topic: words in any case with one blank between. The
 * title of what it is in may stand in front ("plan examples", "run rate"); of
 * names their first letters are enough, and of titles those of a word.
 */
void	 manual_find(struct manual_found *found, const char *topic);
/*
 * Whether a name is like topic, and the row that has it. Of those that are as
 * like a command goes first, then other titles, options, and entries.
 */
bool	 manual_nearest(const char *topic, size_t *row);
/*
 * The sections and subsections whose text has topic in it, whatever the case,
 * those that have it most often first; in place of one, its entry that has most
 * of it. max of them at most. Their number.
 */
size_t	 manual_search(const char *topic, size_t *rows, size_t max);

const char *manual_name(size_t row);
/* How a row can be asked for so that no other one is meant: "plan examples". */
char	*manual_shown(char text[MANUAL_SHOWN_MAX], size_t row);
/* The section or subsection that it is in, or is; the page, of a page. */
size_t	 manual_section(size_t row);
/* What the manual says there, without a blank line at the end. */
void	 manual_print(FILE *out, size_t row);

#endif
