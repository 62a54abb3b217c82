/* SPDX-License-Identifier: MIT */
#ifndef REPORT_SCREEN_H
#define REPORT_SCREEN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/sink.h"
#include "base/util.h"

/*
 * The last lines of a terminal, which are rewritten in place. What is above
 * them is other people's, and so is everything once they are wiped.
 */
enum { SCREEN_LINES_MAX = 16 };
struct screen {
	struct sink	*sink;
	int		 fd;		/* to be asked for its size */
	pid_t		 group;		/* our process group */
	bool		 can_move;	/* it knows ANSI's sequences */
	size_t		 columns;
	size_t		 rows;
	size_t		 shown;		/* lines that stand there now */
	size_t		 width[SCREEN_LINES_MAX];	/* of each, columns */
};

/* sink leads to fd, a terminal. Size and abilities come from it and from the
 * environment: TERM, COLUMNS. */
void	 screen_init(struct screen *sc, struct sink *sink, int fd);
/* Asks for the size, as a window may change; no answer leaves what is known. */
void	 screen_measure(struct screen *sc);
/*
 * Shows lines in place of those that are there: text of UTF-8, parted by
 * newlines, each cut to the width less one, for a full line would wrap. Only
 * one line where the terminal cannot move. Nothing while another process group
 * has the terminal, as when we go on in the background.
 */
void	 screen_draw(struct screen *sc, const char *text);
void	 screen_wipe(struct screen *sc);
/* What stands there now is left alone: others have written since. */
void	 screen_forget(struct screen *sc);

#endif
