/* SPDX-License-Identifier: MIT */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include <stdbool.h>

/* Whether this build has the manual in it. */
bool	 help_has_manual(void);

struct buf;
/* Adds "|WORD" for each topic of one word but the commands, if there is any. */
void	 help_add_words(struct buf *words);

/*
 * What the manual says of a topic, which is all of the words together, on
 * standard output. Gives the exit status: 0, or 1 when there is no such topic,
 * and what was meant, if a name is near, on standard error.
 */
int	 help_topic(char *const *words, int n);

#endif
