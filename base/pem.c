/* SPDX-License-Identifier: MIT */
/*
 * PEM texts from files: certificates, keys, or both in one. Whether there is
 * PEM in them is for base/tls_context.c to say, which sees them together.
 *
 * A key shall not be found where nobody looks for it: its process leaves no
 * core, and texts are overwritten before their memory is given back; what the C
 * library and OpenSSL have of them is theirs. Reasons show nothing of what is
 * in a file. Nothing prints.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pem.h"
#include "base/proc.h"
#include "base/util.h"

enum { NAME_SHOWN_MAX = 120 };		/* bytes */

/* Of what wrong files are called there is enough to know them by. */
static int
refuse(char why[TLS_TEXT_MAX], const char *name, const char *reason)
{
	snprintf(why, TLS_TEXT_MAX, "%.*s: %s", NAME_SHOWN_MAX, name, reason);
	return -1;
}

int
pem_read(char **text, const char *path, const char *name,
    char why[TLS_TEXT_MAX])
{
	struct buf b;

	*text = NULL;
	if (path == NULL)
		return 0;
	buf_init(&b, TLS_PEM_MAX);
	/* All of it at once: growing would leave copies behind. */
	(void)buf_room(&b, TLS_PEM_MAX);
	if (buf_read_file(&b, path) == -1)
		return refuse(why, name, strerror(errno));
	/* What is behind a NUL would be left out without a word. */
	if (memchr(b.data, '\0', b.len) == NULL)
		*text = xstrdup(buf_str(&b));
	wipe(b.data, b.len);
	buf_clear(&b);
	if (*text == NULL)
		return refuse(why, name, "it is no text: there is a NUL in it");
	/* RFC 7468 10 and 11, and what older programs write. */
	if (strstr(*text, "PRIVATE KEY-----") != NULL)
		proc_leave_no_core();
	return 0;
}

void
pem_free(char *text)
{
	if (text != NULL)
		wipe(text, strlen(text));
	free(text);
}
