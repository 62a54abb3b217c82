/* SPDX-License-Identifier: MIT */
/*
 * What a text may look like where it goes: characters, colour, width.
 *
 * Only asks the environment and the terminal. The names of the locale are
 * read here and setlocale is left alone, as it would change what a decimal
 * point is. Nothing fails: what cannot be known is as in a file, 80 columns
 * and no colour.
 */

#include <sys/ioctl.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "report/style.h"

static const char *value_of(const char *);
static bool	 is_smart(void);
static int	 find_width(int);

void
style_init(struct style *s)
{
	s->is_ascii = true;
	s->has_colour = false;
	s->width = STYLE_WIDTH;
}

void
style_find(struct style *s, FILE *out, bool wants_ascii)
{
	int fd = fileno(out);

	style_init(s);
	s->is_ascii = wants_ascii || !style_is_utf8();
	if (fd == -1 || !isatty(fd))
		return;
	s->has_colour = is_smart() && value_of("NO_COLOR") == NULL;
	s->width = find_width(fd);
}

/* NULL when it is not set, or empty. */
static const char *
value_of(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* POSIX, XBD 8.2: the first that has a value decides. */
bool
style_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *locale = NULL, *set;
	size_t i, len;

	for (i = 0; i < UTIL_NELEM(names) && locale == NULL; i++)
		locale = value_of(names[i]);
	if (locale == NULL)
		return false;
	/* language_TERRITORY.charset@modifier, or the charset alone. */
	set = strchr(locale, '.') != NULL ? strchr(locale, '.') + 1 : locale;
	len = strcspn(set, "@");
	return (len == 5 && strncasecmp(set, "UTF-8", len) == 0) ||
	    (len == 4 && strncasecmp(set, "UTF8", len) == 0);
}

static bool
is_smart(void)
{
	const char *term = value_of("TERM");

	return term != NULL && strcmp(term, "dumb") != 0;
}

static int
find_width(int fd)
{
	const char *text = value_of("COLUMNS");
	struct winsize size;
	uint64_t width = 0;

	memset(&size, 0, sizeof(size));
	if (ioctl(fd, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (width == 0 && text != NULL &&
	    parse_uint(text, UINT16_MAX, &width) == -1)
		width = 0;
	if (width == 0)
		return STYLE_WIDTH;
	if (width < STYLE_WIDTH_MIN)
		return STYLE_WIDTH_MIN;
	return width > STYLE_WIDTH_MAX ? STYLE_WIDTH_MAX : (int)width;
}
