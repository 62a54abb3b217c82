/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TERMINAL_H
#define TESTS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

enum {
	TERMINAL_LINES = 2000,		/* those scrolled away, too */
	TERMINAL_COLUMNS = 250
};

/*
 * A terminal, as far as progress needs one: printable characters of UTF-8, each
 * a column wide, that wrap at the width; carriage return, newline (which goes
 * to the first column, too, as a tty makes it do); up, erase line, erase below.
 * Anything else is a fault.
 */
struct terminal {
	size_t	 rows;
	size_t	 columns;
	size_t	 top;		/* line that is the first on the screen */
	size_t	 row;		/* of the cursor, from line 0 */
	size_t	 column;
	bool	 is_faulty;
	size_t	 widest;	/* a line ever was */
	char	 state[16];	/* of a sequence or a character */
	size_t	 state_len;
	char	 cell[TERMINAL_LINES][TERMINAL_COLUMNS][5];	/* "": blank */
};

void	 terminal_init(struct terminal *t, size_t rows, size_t columns);
void	 terminal_put(struct terminal *t, const char *p, size_t len);
/* Another size; what is too long for it is folded, as most do. */
void	 terminal_resize(struct terminal *t, size_t rows, size_t columns);
/* Line i without blanks at its end; "" beyond the last. */
char	*terminal_line(const struct terminal *t, size_t i, char *line,
	    size_t size);
/* How many lines there are, empty ones at the end left out. */
size_t	 terminal_lines(const struct terminal *t);

#endif
