/* SPDX-License-Identifier: MIT */
/*
 * The last lines of a terminal, rewritten in place.
 *
 * The cursor stays visible and behind the last line, no mode of the terminal
 * is changed and no scrolling region set: whatever ends us, there is nothing to
 * restore. An update is one piece to the sink, so that it is there as a whole
 * or not at all. A terminal that knows no sequences gets one line, which is
 * wiped with blanks.
 *
 * When a window has become narrower, the terminal may have folded what stood
 * there; we go up as far as that would take.
 */

#include <sys/ioctl.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "report/screen.h"

enum {
	COLUMNS_DEFAULT = 80,
	ROWS_DEFAULT = 24,
	SIZE_MAX_TAKEN = 1000,
	UPDATE_MAX = 16 * 1024
};

void
screen_init(struct screen *sc, struct sink *sink, int fd)
{
	const char *term = getenv("TERM"), *text = getenv("COLUMNS");
	uint64_t columns;

	memset(sc, 0, sizeof(*sc));
	sc->sink = sink;
	sc->fd = fd;
	sc->group = getpgrp();
	sc->can_move = term != NULL && *term != '\0' &&
	    strcmp(term, "dumb") != 0;
	sc->columns = COLUMNS_DEFAULT;
	sc->rows = ROWS_DEFAULT;
	if (text != NULL && parse_uint(text, SIZE_MAX_TAKEN, &columns) == 0 &&
	    columns > 1)
		sc->columns = (size_t)columns;
	screen_measure(sc);
}

void
screen_measure(struct screen *sc)
{
	struct winsize size;

	memset(&size, 0, sizeof(size));
	if (ioctl(sc->fd, TIOCGWINSZ, &size) == -1)
		return;
	if (size.ws_col > 1)
		sc->columns = size.ws_col;
	if (size.ws_row > 0)
		sc->rows = size.ws_row;
}

/* One whose foreground nobody has, or that is not ours, may be written to. */
static bool
is_foreground(const struct screen *sc)
{
	pid_t group = tcgetpgrp(sc->fd);

	return group <= 0 || group == sc->group;
}

/* Rows from the first of the shown lines to the cursor. */
static size_t
rows_above(const struct screen *sc)
{
	size_t i, rows = 0;

	for (i = 0; i < sc->shown; i++)
		rows += sc->width[i] > sc->columns ?
		    (sc->width[i] + sc->columns - 1) / sc->columns : 1;
	return rows > 0 ? rows - 1 : 0;
}

/* To the first column of the first shown line. */
static void
add_return(struct buf *b, const struct screen *sc)
{
	size_t up = rows_above(sc);

	buf_adds(b, "\r");
	if (sc->can_move && up > 0)
		buf_addf(b, "\033[%zuA", up);
}

/* The next line of text, cut: its width; text is then behind it. */
static size_t
add_line(struct buf *b, const char **text, size_t columns)
{
	const char *p = *text;
	size_t width = 0, len;

	while (*p != '\0' && *p != '\n') {
		len = utf8_len(p, strlen(p));
		if (len == 0)
			len = 1;
		if (width < columns - 1) {
			buf_add(b, p, len);
			width++;
		}
		p += len;
	}
	*text = p;
	return width;
}

static void
put(struct screen *sc, struct buf *b)
{
	sink_put(sc->sink, b->data, b->len);
	buf_clear(b);
}

static void
draw_lines(struct screen *sc, const char *text)
{
	struct buf b;

	buf_init(&b, UPDATE_MAX);
	add_return(&b, sc);
	sc->shown = 0;
	for (;;) {
		sc->width[sc->shown++] = add_line(&b, &text, sc->columns);
		if (*text == '\0' || sc->shown == SCREEN_LINES_MAX)
			break;
		buf_adds(&b, "\033[K\n");
		text++;
	}
	/* The rest of this line, and what was below it. */
	buf_adds(&b, "\033[J");
	put(sc, &b);
}

/* What of the former line sticks out is covered with blanks. */
static void
draw_plainly(struct screen *sc, const char *text)
{
	size_t was = sc->shown > 0 ? sc->width[0] : 0, width;
	struct buf b;

	buf_init(&b, UPDATE_MAX);
	buf_adds(&b, "\r");
	width = add_line(&b, &text, sc->columns);
	if (was > sc->columns - 1)
		was = sc->columns - 1;
	if (was > width)
		buf_addf(&b, "%*s", (int)(was - width), "");
	if (width == 0)
		buf_adds(&b, "\r");
	sc->width[0] = width;
	sc->shown = width > 0;
	put(sc, &b);
}

void
screen_draw(struct screen *sc, const char *text)
{
	screen_measure(sc);
	if (!is_foreground(sc))
		return;
	if (sc->can_move)
		draw_lines(sc, text);
	else
		draw_plainly(sc, text);
}

void
screen_wipe(struct screen *sc)
{
	struct buf b;

	if (sc->shown == 0)
		return;
	screen_measure(sc);
	if (!sc->can_move) {
		draw_plainly(sc, "");
		return;
	}
	buf_init(&b, UPDATE_MAX);
	add_return(&b, sc);
	buf_adds(&b, "\033[J");
	sc->shown = 0;
	put(sc, &b);
}

void
screen_forget(struct screen *sc)
{
	sc->shown = 0;
}
