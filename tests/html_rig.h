/* SPDX-License-Identifier: MIT */
#ifndef HTML_RIG_H
#define HTML_RIG_H

#include <stddef.h>

#include "report/report.h"

/* The report as HTML, to be freed; ends in NUL. */
char	*html_rig_write(const struct report *r);
/*
 * It is well-formed: tags pair, attributes are quoted and come once, ids are
 * there once, nothing is a control or not UTF-8. It loads nothing, has no
 * script, no handler and no secret of the fixtures, and no number that is
 * none. Fails the test otherwise.
 */
void	 html_rig_check(const char *html);
/* The same of a report, which also has as many points as it has to. */
void	 html_rig_check_report(const struct report *r);
/* How often a text is in it. */
size_t	 html_rig_count(const char *html, const char *text);

#endif
