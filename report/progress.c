/* SPDX-License-Identifier: MIT */
/*
 * One line on a terminal, rewritten each interval while a run goes on.
 *
 * Rates and percentiles are those of the last interval, failed and dropped
 * requests count from the end of the warm-up, as the report does. The line is
 * cut to the terminal's width less one, for a full line would wrap, and is
 * wiped with blanks, which every terminal knows. On anything but a terminal
 * nothing is written at all. Errors of writing are ignored: a lost line of
 * progress is no reason to end a run.
 */

#include <sys/ioctl.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "report/progress.h"
#include "report/words.h"

enum {
	WIDTH_DEFAULT = 80,
	WIDTH_MAX = 1000,
	LINE_MAX_LEN = 512
};

static void	 find_width(struct progress *);
static void	 format_state(char [LINE_MAX_LEN], const struct progress *,
		    const struct snapshot *);
static void	 rewrite(struct progress *, const char *);

void
progress_start(struct progress *p, FILE *out, uint64_t total_ns,
    uint64_t warmup_ns)
{
	uint64_t columns;
	const char *text = getenv("COLUMNS");

	memset(p, 0, sizeof(*p));
	if (out == NULL || !isatty(fileno(out)))
		return;
	p->out = out;
	p->total_ns = total_ns;
	p->warmup_ns = warmup_ns;
	p->width = WIDTH_DEFAULT;
	if (text != NULL && parse_uint(text, WIDTH_MAX, &columns) == 0 &&
	    columns > 1)
		p->width = (size_t)columns;
}

/* Asked each time, as a window may change; no answer leaves what is known. */
static void
find_width(struct progress *p)
{
	struct winsize size;

	memset(&size, 0, sizeof(size));
	if (ioctl(fileno(p->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		p->width = size.ws_col;
}

void
progress_show(struct progress *p, const struct snapshot *s)
{
	char line[LINE_MAX_LEN];

	if (p->out == NULL)
		return;
	if (s->from_ns >= p->warmup_ns) {
		p->failed += s->failed;
		p->dropped += s->dropped;
	}
	if (p->note != NULL)
		snprintf(line, sizeof(line), "%s: %" PRIu64, p->note,
		    s->in_flight);
	else
		format_state(line, p, s);
	rewrite(p, line);
}

/*
 * "12s/1m30s  499 of 500/s  err 2 drop 0  17 in flight  p50 1.23ms p99 12ms":
 * what matters least is last, where a narrow terminal cuts.
 */
static void
format_state(char line[LINE_MAX_LEN], const struct progress *p,
    const struct snapshot *s)
{
	char now[FORMAT_MAX], total[FORMAT_MAX], counts[WORDS_MAX];
	char p50[FORMAT_MAX] = "n/a", p99[FORMAT_MAX] = "n/a";
	double sec = (double)(s->until_ns - s->from_ns) / (double)NS_PER_SEC;
	double per_sec = sec > 0 ? 1 / sec : 0;
	/* Whole seconds do for the eye; of short runs a tenth. */
	uint64_t unit = p->total_ns < 10 * NS_PER_SEC ? 100 * NS_PER_MS :
	    NS_PER_SEC;

	format_duration(now, s->until_ns / unit * unit);
	format_duration(total, p->total_ns);
	if (s->latency.count > 0) {
		format_ns(p50, s->latency.p50_ns);
		format_ns(p99, s->latency.p99_ns);
	}
	if (s->from_ns < p->warmup_ns)
		snprintf(counts, sizeof(counts), "warming up");
	else
		snprintf(counts, sizeof(counts), "err %" PRIu64 " drop %"
		    PRIu64, p->failed, p->dropped);
	snprintf(line, LINE_MAX_LEN, "%s/%s  %.0f of %.0f/s  %s  %" PRIu64
	    " in flight  p50 %s p99 %s", now, total,
	    (double)s->completed * per_sec, s->planned * per_sec, counts,
	    s->in_flight, p50, p99);
}

void
progress_say(struct progress *p, const char *text)
{
	if (p->out == NULL)
		return;
	p->note = text;
	rewrite(p, text);
}

void
progress_clear(struct progress *p)
{
	if (p->out != NULL)
		rewrite(p, "");
}

void
progress_end(struct progress *p)
{
	progress_clear(p);
	p->out = NULL;
}

/* What of the former line sticks out is covered with blanks. */
static void
rewrite(struct progress *p, const char *line)
{
	size_t len = strlen(line), wiped;

	find_width(p);
	if (len > p->width - 1)
		len = p->width - 1;
	wiped = p->shown < p->width ? p->shown : p->width - 1;
	wiped = wiped > len ? wiped - len : 0;
	fprintf(p->out, "\r%.*s%*s%s", (int)len, line, (int)wiped, "",
	    len == 0 ? "\r" : "");
	fflush(p->out);
	p->shown = len;
}
