/* SPDX-License-Identifier: MIT */
#ifndef CMD_MANUAL_TEXT_H
#define CMD_MANUAL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * The manual as man/pack.awk has packed it into man/text.c; how, is said there.
 * Only manual.c reads it. A build without the manual has no rows.
 */

enum manual_kind {
	MANUAL_PAGE,
	MANUAL_SECTION,
	MANUAL_SUBSECTION,
	MANUAL_OPTION,			/* of the command around it */
	MANUAL_ENTRY			/* a member, a variable, a word */
};

/* Something that has a name: its bytes, and where its name begins. */
struct manual_row {
	uint32_t	 start;
	uint32_t	 end;
	uint16_t	 name;
	uint8_t		 kind;		/* enum manual_kind */
};

extern const unsigned char manual_text[];
extern const char manual_words[];	/* each ends in NUL */
extern const size_t manual_nwords;
extern const size_t manual_nsingles;	/* those that are one byte */
extern const struct manual_row manual_rows[];	/* in the order of the text */
extern const size_t manual_nrows;
extern const char manual_names[];	/* each ends in NUL */

#endif
