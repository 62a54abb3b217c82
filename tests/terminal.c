/* SPDX-License-Identifier: MIT */
/*
 * A terminal for the tests of progress: see terminal.h. A character that would
 * be put behind the last column goes to the next line first.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/terminal.h"

void
terminal_init(struct terminal *t, size_t rows, size_t columns)
{
	memset(t, 0, sizeof(*t));
	t->rows = rows;
	t->columns = columns;
}

static void
next_line(struct terminal *t)
{
	if (t->row + 1 == TERMINAL_LINES) {
		t->is_faulty = true;
		return;
	}
	t->row++;
	t->column = 0;
	if (t->row >= t->top + t->rows)
		t->top = t->row - t->rows + 1;
}

static void
put_char(struct terminal *t, const char *p, size_t len)
{
	char *cell;

	if (t->column == t->columns)
		next_line(t);
	cell = t->cell[t->row][t->column++];
	memset(cell, 0, 5);
	if (len > 1 || *p != ' ')
		memcpy(cell, p, len);
	if (t->column > t->widest)
		t->widest = t->column;
}

static void
erase_line(struct terminal *t, size_t row, size_t column)
{
	memset(t->cell[row][column], 0,
	    (TERMINAL_COLUMNS - column) * sizeof(t->cell[0][0]));
}

/* ESC [ N LETTER */
static void
obey(struct terminal *t)
{
	char letter = t->state[t->state_len - 1];
	size_t n = (size_t)strtoul(t->state + 2, NULL, 10), i;

	if (letter == 'A') {
		n = n == 0 ? 1 : n;
		t->row = t->row - t->top < n ? t->top : t->row - n;
	} else if (letter == 'K' && n == 0)
		erase_line(t, t->row, t->column);
	else if (letter == 'J' && n == 0) {
		erase_line(t, t->row, t->column);
		for (i = t->row + 1; i < TERMINAL_LINES; i++)
			erase_line(t, i, 0);
	} else
		t->is_faulty = true;
}

/* One more byte of a sequence or a character that has begun. */
static void
go_on(struct terminal *t)
{
	const char *s = t->state;
	size_t len = t->state_len;
	char c = s[len - 1];

	if (s[0] == '\033') {
		if (len == 1 || (len == 2 && c == '['))
			return;
		if (len > 2 && c >= '0' && c <= '9' &&
		    len + 1 < sizeof(t->state))
			return;
		if (len > 2)
			obey(t);
		else
			t->is_faulty = true;
	} else if (utf8_len(s, len) > 0)
		put_char(t, s, len);
	else if ((s[0] & 0xc0) == 0xc0 && len < 4)
		return;
	else
		t->is_faulty = true;
	t->state_len = 0;
}

void
terminal_put(struct terminal *t, const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (t->state_len == 0 && p[i] == '\r')
			t->column = 0;
		else if (t->state_len == 0 && p[i] == '\n')
			next_line(t);
		else if (t->state_len == 0 && p[i] != '\033' &&
		    (p[i] & 0x80) == 0) {
			if (p[i] < ' ' || p[i] == 0x7f)
				t->is_faulty = true;
			put_char(t, p + i, 1);
		} else {
			t->state[t->state_len++] = p[i];
			t->state[t->state_len] = '\0';
			go_on(t);
		}
	}
}

static size_t
length(const struct terminal *t, size_t row)
{
	size_t n = TERMINAL_COLUMNS;

	while (n > 0 && t->cell[row][n - 1][0] == '\0')
		n--;
	return n;
}

void
terminal_resize(struct terminal *t, size_t rows, size_t columns)
{
	struct terminal *was = malloc(sizeof(*was));
	size_t i, j, len;

	memcpy(was, t, sizeof(*was));
	terminal_init(t, rows, columns);
	t->is_faulty = was->is_faulty;
	t->widest = was->widest;
	for (i = 0; i <= was->row; i++) {
		len = i == was->row ? was->column : length(was, i);
		for (j = 0; j < len; j++)
			put_char(t, was->cell[i][j],
			    strlen(was->cell[i][j]) + (was->cell[i][j][0] ==
			    '\0'));
		if (i < was->row)
			next_line(t);
	}
	free(was);
}

char *
terminal_line(const struct terminal *t, size_t i, char *line, size_t size)
{
	size_t j, n = length(t, i), len = 0;

	line[0] = '\0';
	for (j = 0; j < n && len + 5 < size; j++)
		len += (size_t)snprintf(line + len, size - len, "%s",
		    t->cell[i][j][0] != '\0' ? t->cell[i][j] : " ");
	return line;
}

size_t
terminal_lines(const struct terminal *t)
{
	size_t n = TERMINAL_LINES;

	while (n > 0 && length(t, n - 1) == 0)
		n--;
	return n;
}
