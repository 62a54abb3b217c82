/* SPDX-License-Identifier: MIT */
/*
 * `pulse run`: one plan, from the command line to the exit status. Opens what
 * it will write, runs the plan on this machine or on a fleet, lets progress
 * tell of it, writes every result that was asked for.
 *
 * The first INT, TERM or HUP stops the arrivals, waits a bounded time for what
 * is in flight, reports what was measured, and then lets the signal do what
 * it would have done; the second one does so at once. Standard output has the
 * result and nothing else.
 */

#include <err.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/resolve.h"
#include "base/sandbox.h"
#include "base/tls_context.h"
#include "cmd/dry_run.h"
#include "cmd/output.h"
#include "cmd/preflight.h"
#include "cmd/run.h"
#include "cmd/run_options.h"
#include "coord.h"
#include "fleet/credentials.h"
#include "load/pool.h"
#include "report/progress.h"
#include "report/report.h"

#define STOP_GRACE_NS	(3 * NS_PER_SEC)
/* timeout(1) sends its signal twice, to the process and to the group. */
#define SIGNAL_SAME_NS	(300 * NS_PER_MS)

static const int stops[] = { SIGINT, SIGTERM, SIGHUP };

struct run {
	struct run_settings	 settings;
	struct loop		*loop;
	struct pool		*pool;		/* of this machine, or */
	struct coord		*coord;		/* of a fleet */
	struct credentials	 credentials;	/* for its workers */
	struct progress		*progress;
	struct snapshot		*snapshots;
	size_t			 nsnapshots;
	struct output		 output;
	int			 signo;		/* that stops the run */
	uint64_t		 signal_ns;	/* when it came */
	int			 status;
};

/* The signal that stops the run, or comes behind it; when it came. */
static volatile sig_atomic_t	 late_signo;
static uint64_t			 late_ns;

static void	watch_late_signals(const struct run *);

/* What pool and coordinator tell. */

static void
on_interval(void *arg, const struct interval *in)
{
	struct run *run = arg;
	struct snapshot *kept;

	run->snapshots = xreallocarray(run->snapshots, run->nsnapshots + 1,
	    sizeof(*run->snapshots));
	kept = &run->snapshots[run->nsnapshots++];
	snapshot_of(kept, in);
	progress_add(run->progress, in, kept);
}

static void
on_started(void *arg, uint64_t start_ns)
{
	struct run *run = arg;

	progress_started(run->progress, start_ns);
}

/* All is written, and a program that follows has had its time to read. */
static void
on_told(void *arg)
{
	struct run *run = arg;
	uint64_t lost = progress_lost(run->progress);
	int error = progress_error(run->progress);

	if (lost > 0 && error != 0)
		warnx("progress: %" PRIu64 " lines of JSON are lost: %s", lost,
		    strerror(error));
	else if (lost > 0)
		warnx("progress: %" PRIu64 " lines of JSON are lost: "
		    "their reader was too slow, or has gone", lost);
	run->signo = (int)late_signo;
	loop_stop(run->loop);
}

static void
on_done(void *arg, struct result *r)
{
	struct run *run = arg;
	struct report report;

	progress_end(run->progress);
	r->signo = run->signo;
	report_init(&report, &run->settings.plan, r, run->snapshots,
	    run->nsnapshots);
	report.is_quiet = run->settings.output.is_quiet;
	style_find(&report.style, stdout, run->settings.output.wants_ascii);
	watch_late_signals(run);
	run->status = output_write(&run->output, &report);
	progress_finish(run->progress, on_told, run);
}

static void
on_refused(void *arg, enum refusal refusal, const char *why)
{
	struct run *run = arg;

	(void)refusal;
	progress_end(run->progress);
	if (run->signo == 0)
		warnx("%s", why);
	run->status = 1;
	loop_stop(run->loop);
}

/* The coordinator has something for the person who waits. */
static void
on_say(void *arg, const char *line)
{
	struct run *run = arg;

	progress_clear(run->progress);
	warnx("%s", line);
}

/* Signals. */

static void UTIL_NORETURN
die_of(int signo)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigaction(signo, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), signo);
	_exit(128 + signo);
}

static void
on_signal(void *arg, int signo)
{
	struct run *run = arg;
	uint64_t now_ns = loop_tick(run->loop);

	if (run->signo != 0) {
		if (now_ns - run->signal_ns < SIGNAL_SAME_NS)
			return;
		progress_end(run->progress);
		output_abandon(&run->output);
		die_of(signo);
	}
	run->signo = signo;
	run->signal_ns = now_ns;
	progress_say(run->progress,
	    "stopping: waiting for requests in flight");
	if (run->coord != NULL)
		coord_stop(run->coord, STOP_GRACE_NS);
	else
		pool_stop(run->pool, STOP_GRACE_NS);
}

/* More than handlers do elsewhere; all of it may be done in one. */
static void
on_late_signal(int signo)
{
	uint64_t now_ns = clock_now_ns();

	if (late_signo == 0) {
		late_signo = signo;
		late_ns = now_ns;
	} else if (now_ns - late_ns >= SIGNAL_SAME_NS)
		die_of(signo);
}

/*
 * Reports are not written from the loop, and whoever reads one may never do
 * so: the second signal must get us out of that, too. The first one must not
 * cost the report, nor its twin that timeout sends right behind it.
 */
static void
watch_late_signals(const struct run *run)
{
	struct sigaction sa = { .sa_handler = on_late_signal,
	    .sa_flags = SA_RESTART };
	size_t i;

	late_signo = run->signo;
	late_ns = run->signal_ns;
	sigfillset(&sa.sa_mask);
	for (i = 0; i < UTIL_NELEM(stops); i++)
		if (!loop_signal_is_ignored(stops[i]))
			sigaction(stops[i], &sa, NULL);
}

/* The run. */

/* Who makes the load: the pool or the coordinator. */
static int
make_load(struct run *run)
{
	const struct run_settings *s = &run->settings;
	struct resolver *resolver;
	char why[WIRE_TEXT_MAX];

	if (s->plan.fleet.n == 0) {
		tls_prepare();
		resolver = resolver_new(run->loop, NULL);
		if (resolver != NULL)
			run->pool = pool_new(run->loop, s->generators,
			    resolver);
		if (run->pool == NULL)
			warn("generators");
		return run->pool == NULL ? -1 : 0;
	}
	if (credentials_read(&run->credentials, &s->credentials,
	    &s->plan.fleet, why) == -1) {
		warnx("%s", why);
		return -1;
	}
	run->coord = coord_new(run->loop, &s->plan.fleet, &run->credentials,
	    on_say, run);
	if (run->coord == NULL)
		warn("coordinator");
	return run->coord == NULL ? -1 : 0;
}

/* A command such as ssh would have our filter, and could do nothing. */
static bool
starts_programs(const struct fleet *fleet)
{
	size_t i;

	for (i = 0; i < fleet->n; i++)
		if (fleet->workers[i].kind == WORKER_EXEC)
			return true;
	return false;
}

static int
make_loop(struct run *run)
{
	const struct run_settings *s = &run->settings;

	run->loop = loop_new();
	if (run->loop != NULL &&
	    loop_signal_stops(run->loop, on_signal, run) == 0)
		run->progress = progress_new(run->loop, &s->progress,
		    s->output.is_quiet, &s->plan.req);
	if (run->progress == NULL)
		warn("event loop");
	return run->progress == NULL ? -1 : 0;
}

static int
run_plan(struct run *run)
{
	const struct run_request *req = &run->settings.plan.req;
	const struct run_hooks hooks = { .started = on_started,
	    .interval = on_interval, .done = on_done, .refused = on_refused,
	    .arg = run };

	if (preflight_check(&run->settings.plan, run->settings.generators) ==
	    -1)
		return 1;
	/* Before the signals: to open a FIFO can take for ever. */
	if (output_open(&run->output, &run->settings.output) == -1 ||
	    make_loop(run) == -1)
		return 1;
	fflush(stdout);
	if (!run->settings.wants_sandbox)
		sandbox_forgo();
	if (make_load(run) == -1)
		return 1;
	progress_open(run->progress);
	if (!starts_programs(&run->settings.plan.fleet) &&
	    sandbox_enter(SANDBOX_RUN) == -1)
		warn("going on without a filter of system calls");
	if (run->coord != NULL)
		coord_run(run->coord, req, &hooks);
	else
		pool_run(run->pool, req, run->settings.wants_probe, &hooks);
	if (loop_run(run->loop) == -1) {
		warn("event loop");
		return 1;
	}
	return run->status;
}

static void
run_clear(struct run *run)
{
	size_t i;

	output_abandon(&run->output);
	coord_free(run->coord);
	pool_free(run->pool);
	progress_free(run->progress);
	loop_free(run->loop);
	for (i = 0; i < run->nsnapshots; i++)
		snapshot_clear(&run->snapshots[i]);
	free(run->snapshots);
	credentials_clear(&run->credentials);
	run_settings_clear(&run->settings);
}

int
run_main(int argc, char **argv)
{
	struct run run;
	int status, signo;

	memset(&run, 0, sizeof(run));
	status = run_settings_parse(&run.settings, argc, argv);
	if (status != 0)
		status = status == 1 ? 0 : 1;
	else if (run.settings.is_dry_run)
		status = dry_run(&run.settings.plan, run.settings.generators,
		    run.settings.output.wants_json);
	else
		status = run_plan(&run);
	signo = run.signo;
	run_clear(&run);
	if (signo != 0)
		die_of(signo);
	return status;
}
