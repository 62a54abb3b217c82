/* SPDX-License-Identifier: MIT */
/*
 * What is told of a run while it goes on, and to whom: which form a person
 * sees is decided here, each time anew, as a window may change; what the forms
 * look like is decided elsewhere.
 *
 * On a terminal lines are rewritten, elsewhere each is written below the last,
 * and nothing unless that was asked for. Everything goes through sinks, which
 * never wait: a reader that has stopped costs lines, not time. A lost line of
 * progress is no reason to end a run.
 *
 * SIGTSTP wipes what is shown before it stops us, and SIGCONT shows it below
 * what the shell has written since.
 */

#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sink.h"
#include "json.h"
#include "report/panel.h"
#include "report/progress.h"
#include "report/progress_json.h"
#include "report/screen.h"
#include "report/status.h"
#include "report/style.h"
#include "report/standing.h"

enum {
	PANEL_ROWS = 24,		/* of a terminal that has room for it */
	PANEL_ROWS_ASKED = PANEL_LINES + 2,	/* when it was asked for */
	PANEL_COLUMNS = 40,
	TEXT_MAX = 16 * 1024,
	QUEUE_MAX = 64 * 1024,		/* bytes that wait, for a person */
	JSON_QUEUE_MAX = 1024 * 1024	/* and for a program */
};
#define DRAIN_NS	NS_PER_SEC

struct progress {
	struct loop		*loop;
	struct progress_settings settings;
	bool			 is_quiet;
	bool			 is_utf8;
	bool			 has_terminal;
	bool			 is_over;
	const char		*note;		/* what progress_say said */
	bool			 has_begun;
	uint64_t		 start_ns;
	struct standing		 standing;
	struct sink		*err;		/* NULL: not open yet */
	struct sink		*json;		/* NULL: none */
	struct screen		 screen;
	struct loop_timer	 drain_timer;
	void			(*done)(void *);
	void			 *done_arg;
};

static void	on_ask(void *, int);
static void	on_stop(void *, int);
static void	on_continue(void *, int);
static void	on_drained(void *);
static void	show(struct progress *);

struct progress *
progress_new(struct loop *loop, const struct progress_settings *settings,
    bool is_quiet, const struct run_request *req)
{
	struct progress *p = xcalloc(1, sizeof(*p));
	int saved;

	p->loop = loop;
	p->settings = *settings;
	p->is_quiet = is_quiet;
	p->is_utf8 = style_is_utf8();
	p->standing.total_ns = run_request_duration_ns(req);
	p->standing.warmup_ns = req->warmup_ns;
	p->standing.interval_ns = req->interval_ns;
	p->drain_timer = (struct loop_timer){ .call = on_drained, .arg = p };
	if (loop_signal(loop, SIGUSR1, on_ask, p) == 0
#ifdef SIGINFO
	    && loop_signal(loop, SIGINFO, on_ask, p) == 0
#endif
	    )
		return p;
	saved = errno;
	free(p);
	errno = saved;
	return NULL;
}

void
progress_free(struct progress *p)
{
	if (p == NULL)
		return;
	progress_clear(p);
	loop_timer_stop(p->loop, &p->drain_timer);
	sink_free(p->json);
	sink_free(p->err);
	free(p);
}

/* A shell without jobs has it ignored, and it stays so. */
static void
watch_terminal(struct progress *p)
{
	if (loop_signal_is_ignored(SIGTSTP))
		return;
	/* Without them a stop leaves a line that is too many: no more. */
	(void)loop_signal(p->loop, SIGTSTP, on_stop, p);
	(void)loop_signal(p->loop, SIGCONT, on_continue, p);
}

/* Where standard error leads, whatever the number. */
static bool
is_standard_error(int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && fstat(STDERR_FILENO, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void
progress_open(struct progress *p)
{
	struct progress_settings *s = &p->settings;
	bool is_shared = s->wants_json && is_standard_error(s->json_fd);

	p->err = sink_new(p->loop, STDERR_FILENO, QUEUE_MAX);
	if (s->wants_json)
		p->json = sink_new(p->loop, s->json_fd, JSON_QUEUE_MAX);
	p->has_terminal = isatty(STDERR_FILENO) == 1;
	/* A person's lines in between would be no JSON. */
	if (p->is_quiet || is_shared)
		s->how = PROGRESS_OFF;
	else if (s->how == PROGRESS_UNSAID)
		s->how = p->has_terminal ? PROGRESS_AUTO : PROGRESS_OFF;
	else if (!p->has_terminal && s->how != PROGRESS_OFF)
		s->how = PROGRESS_PLAIN;
	if (p->has_terminal) {
		screen_init(&p->screen, p->err, STDERR_FILENO);
		watch_terminal(p);
	}
}

/* To a person. */

static bool
is_rewritten(const struct progress *p)
{
	return p->settings.how == PROGRESS_AUTO ||
	    p->settings.how == PROGRESS_LINE ||
	    p->settings.how == PROGRESS_PANEL;
}

static bool
has_panel(struct progress *p)
{
	size_t rows = p->settings.how == PROGRESS_PANEL ? PANEL_ROWS_ASKED :
	    PANEL_ROWS;

	screen_measure(&p->screen);
	return p->settings.how != PROGRESS_LINE && p->screen.can_move &&
	    p->screen.rows >= rows && p->screen.columns >= PANEL_COLUMNS &&
	    p->note == NULL;
}

static void
show_text(struct progress *p, struct buf *text)
{
	if (is_rewritten(p))
		screen_draw(&p->screen, buf_str(text));
	else {
		buf_adds(text, "\n");
		sink_put(p->err, text->data, text->len);
	}
}

/* As things stand. */
static void
show(struct progress *p)
{
	char line[STATUS_LINE_MAX];
	struct buf text;

	if (p->err == NULL || p->is_over || p->settings.how == PROGRESS_OFF)
		return;
	buf_init(&text, TEXT_MAX);
	if (p->note != NULL && p->standing.intervals > 0)
		buf_addf(&text, "%s: %" PRIu64, p->note, p->standing.in_flight);
	else if (p->note != NULL)
		buf_adds(&text, p->note);
	else if (p->standing.intervals == 0)
		return;
	else if (is_rewritten(p) && has_panel(p))
		panel_write(&text, &p->standing, p->screen.columns - 1,
		    p->is_utf8);
	else
		buf_adds(&text, status_line(line, &p->standing));
	show_text(p, &text);
	buf_clear(&text);
}

void
progress_say(struct progress *p, const char *text)
{
	p->note = text;
	show(p);
}

void
progress_clear(struct progress *p)
{
	if (p->err != NULL && p->has_terminal)
		screen_wipe(&p->screen);
}

void
progress_end(struct progress *p)
{
	progress_clear(p);
	p->is_over = true;
}

/* What signals ask for. */

/* Quiet or not: it was asked for. */
static void
on_ask(void *arg, int signo)
{
	struct progress *p = arg;
	struct buf text;
	uint64_t now_ns = loop_tick(p->loop);

	(void)signo;
	if (p->err == NULL)
		return;
	buf_init(&text, TEXT_MAX);
	if (p->is_over)
		buf_adds(&text, "pulse: the load is over\n");
	else if (!p->has_begun || now_ns < p->start_ns)
		buf_adds(&text, "pulse: the load has not begun yet\n");
	else
		status_answer(&text, &p->standing, now_ns - p->start_ns);
	if (p->note != NULL && !p->is_over)
		buf_addf(&text, "pulse: %s\n", p->note);
	progress_clear(p);
	sink_put(p->err, text.data, text.len);
	buf_clear(&text);
	if (is_rewritten(p))
		show(p);
}

/*
 * Then its own default action: not SIGSTOP, which would stop us where nobody
 * can continue us, too. Who has continued us meanwhile will not do so again:
 * the stop is sent while it is blocked, so that a SIGCONT from then on takes it
 * away, and one that came before is seen.
 */
static void
on_stop(void *arg, int signo)
{
	const struct sigaction stop = { .sa_handler = SIG_DFL };
	const struct sigaction drop = { .sa_handler = SIG_IGN };
	struct progress *p = arg;
	sigset_t set, was;

	progress_clear(p);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_BLOCK, &set, &was);
	sigaction(signo, &stop, NULL);
	kill(getpid(), signo);
	if (loop_signal_is_waiting(p->loop, SIGCONT))
		sigaction(signo, &drop, NULL);
	sigprocmask(SIG_SETMASK, &was, NULL);
	/* Not told of the next one, we would stop with a line on the screen. */
	(void)loop_signal(p->loop, signo, on_stop, p);
}

static void
on_continue(void *arg, int signo)
{
	struct progress *p = arg;

	(void)signo;
	screen_forget(&p->screen);
	if (is_rewritten(p))
		show(p);
}

/* To a program. */

static void
tell_program(struct progress *p, const struct snapshot *s)
{
	struct buf line;

	if (p->json == NULL)
		return;
	buf_init(&line, JSON_TEXT_MAX);
	progress_json_write(&line, &p->standing, s);
	sink_put(p->json, line.data, line.len);
	buf_clear(&line);
}

void
progress_started(struct progress *p, uint64_t start_ns)
{
	p->has_begun = true;
	p->start_ns = start_ns;
}

void
progress_add(struct progress *p, const struct interval *in,
    const struct snapshot *s)
{
	standing_add(&p->standing, in, s);
	tell_program(p, s);
	show(p);
}

static void
on_drained(void *arg)
{
	struct progress *p = arg;
	void (*done)(void *) = p->done;

	loop_timer_stop(p->loop, &p->drain_timer);
	p->done = NULL;
	if (done != NULL)
		done(p->done_arg);
}

void
progress_finish(struct progress *p, void (*done)(void *), void *arg)
{
	uint64_t now_ns = loop_tick(p->loop);
	bool is_idle = p->json == NULL || sink_is_idle(p->json);

	p->done = done;
	p->done_arg = arg;
	if (!is_idle)
		sink_on_idle(p->json, on_drained, p);
	loop_timer_set(p->loop, &p->drain_timer, is_idle ? now_ns :
	    now_ns + DRAIN_NS);
}

uint64_t
progress_lost(const struct progress *p)
{
	return p->json == NULL ? 0 : sink_lost(p->json) +
	    sink_queued(p->json);
}

int
progress_error(const struct progress *p)
{
	int error = p->json == NULL ? 0 : sink_error(p->json);

	return error == EPIPE || error == ECONNRESET ? 0 : error;
}
