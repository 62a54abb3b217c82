/* SPDX-License-Identifier: MIT */
/*
 * The verdicts as JUnit's XML, for what shows tests in CI.
 *
 * One testsuite; its first case, "run completed", is always there, as a suite
 * without cases fails where it is shown: it is an error when the run ended
 * early or with one of its own. Then comes a case for each worker of a fleet
 * that took part, an error when it was lost, and one for each threshold, a
 * failure when it is broken, with what was expected and what was measured. So
 * failures speak of the target, and errors of the run. A generator that was
 * late is neither, as it does not change the exit status either, but is told
 * in system-err. The output is well-formed XML
 * 1.0 in UTF-8, whatever bytes are in the texts. Errors stick in the stream.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/outlook.h"
#include "report/report.h"
#include "report/words.h"

static void	 write_suite(FILE *, const struct report *);
static void	 write_run(FILE *, const struct report *);
static void	 write_worker(FILE *, const struct worker_stat *);
static void	 write_verdict(FILE *, const struct report *,
		    const struct verdict *);
static void	 write_late(FILE *, const struct result *);
static void	 put_xml(FILE *, const char *);
static bool	 is_allowed(const unsigned char *, size_t);
static void	 put_seconds(FILE *, const char *, uint64_t);

void
junit_write(FILE *out, const struct report *r)
{
	size_t i;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	write_suite(out, r);
	write_run(out, r);
	for (i = 0; i < r->result->nworkers; i++) {
		if (r->result->workers[i].took_part)
			write_worker(out, &r->result->workers[i]);
	}
	for (i = 0; i < r->plan->nthresholds; i++)
		write_verdict(out, r, &r->verdicts[i]);
	write_late(out, r->result);
	fputs("</testsuite>\n", out);
}

/* Its part is missing, or it did something else than it was asked. */
static bool
has_failed(const struct worker_stat *w)
{
	return w->is_lost || w->error[0] != '\0';
}

static void
write_suite(FILE *out, const struct report *r)
{
	const struct result *res = r->result;
	char end[WORDS_END_MAX], when[WORDS_MAX];
	size_t i, tests = r->plan->nthresholds + 1;
	size_t errors = words_end(end, r)[0] != '\0';

	for (i = 0; i < res->nworkers; i++) {
		tests += res->workers[i].took_part;
		errors += res->workers[i].took_part &&
		    has_failed(&res->workers[i]);
	}
	fprintf(out, "<testsuite name=\"pulse\" tests=\"%zu\""
	    " failures=\"%zu\" errors=\"%zu\" skipped=\"0\"",
	    tests, outlook_broken(r), errors);
	put_seconds(out, "time", res->duration_ns);
	/* The schema has seconds here, and no zone. */
	words_time(when, res->start_wall_ns);
	if (res->start_wall_ns != 0)
		fprintf(out, " timestamp=\"%.*s\"", (int)strcspn(when, "."),
		    when);
	fputs(">\n", out);
}

static void
write_run(FILE *out, const struct report *r)
{
	char end[WORDS_END_MAX];

	fputs("  <testcase classname=\"pulse.run\" name=\"run completed\"",
	    out);
	put_seconds(out, "time", r->result->duration_ns);
	if (words_end(end, r)[0] == '\0') {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n    <error type=\"run\" message=\"", out);
	put_xml(out, end);
	fputs("\"/>\n  </testcase>\n", out);
}

static void
write_worker(FILE *out, const struct worker_stat *w)
{
	fputs("  <testcase classname=\"pulse.worker\" name=\"", out);
	put_xml(out, w->name);
	fputs("\" time=\"0\"", out);
	if (!has_failed(w)) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, ">\n    <error type=\"worker\" message=\"%s: ",
	    w->is_lost ? "lost" : "failed");
	put_xml(out, w->error);
	fputs("\"/>\n  </testcase>\n", out);
}

static void
write_verdict(FILE *out, const struct report *r, const struct verdict *v)
{
	const uint64_t completed = r->result->n.completed;
	char actual[WORDS_MAX];

	fputs("  <testcase classname=\"pulse.threshold\" name=\"", out);
	put_xml(out, v->threshold->text);
	fputs("\" time=\"0\"", out);
	if (v->is_kept) {
		fputs("/>\n", out);
		return;
	}
	words_actual(actual, v);
	fputs(">\n    <failure type=\"threshold\" message=\"expected ", out);
	put_xml(out, v->threshold->text);
	fprintf(out, ", actual %s\">expected: ", actual);
	put_xml(out, v->threshold->text);
	fprintf(out, "\nactual: %s\ncompleted: %" PRIu64 " requests\n"
	    "</failure>\n  </testcase>\n", actual, completed);
}

static void
write_late(FILE *out, const struct result *res)
{
	size_t i;

	if (res->is_valid)
		return;
	fputs("  <system-err>the generator did not keep its plan\n", out);
	for (i = 0; i < res->nreasons; i++) {
		put_xml(out, res->reasons[i]);
		putc('\n', out);
	}
	fputs("</system-err>\n", out);
}

/*
 * For text and for attributes in quotes. What XML 1.0 cannot hold in any way
 * (most controls, broken UTF-8, U+FFFE) becomes U+FFFD; tab and newline are
 * written as references, as a parser makes blanks of them in attributes.
 */
static void
put_xml(FILE *out, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len, left = strlen(s);

	for (; left > 0; p += len, left -= len) {
		len = 1;
		if (*p == '<')
			fputs("&lt;", out);
		else if (*p == '>')
			fputs("&gt;", out);
		else if (*p == '&')
			fputs("&amp;", out);
		else if (*p == '"')
			fputs("&quot;", out);
		else if (*p == '\t' || *p == '\n' || *p == '\r')
			fprintf(out, "&#%d;", *p);
		else if (*p < 0x20 || *p == 0x7f)
			fputs("\xef\xbf\xbd", out);
		else if ((len = utf8_len((const char *)p, left)) > 0 &&
		    is_allowed(p, len))
			fwrite(p, 1, len, out);
		else {
			fputs("\xef\xbf\xbd", out);
			len = len > 0 ? len : 1;
		}
	}
}

/* XML 1.0 (2.2): of valid characters all but U+FFFE and U+FFFF. */
static bool
is_allowed(const unsigned char *p, size_t len)
{
	return len != 3 || memcmp(p, "\xef\xbf", 2) != 0 || p[2] < 0xbe;
}

static void
put_seconds(FILE *out, const char *name, uint64_t ns)
{
	fprintf(out, " %s=\"%" PRIu64 ".%03" PRIu64 "\"", name,
	    ns / NS_PER_SEC, ns % NS_PER_SEC / NS_PER_MS);
}
