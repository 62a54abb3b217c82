/* SPDX-License-Identifier: MIT */
/*
 * Which results of a command go where: its options about them, one open file
 * for each, and the exit status that they amount to. What a file is and how it
 * is written safely is report.c's.
 *
 * All files are made before any is written, so that one that cannot be
 * written costs nothing. Part of the commands: it prints one line on stderr
 * for whatever is wrong, and ends nothing.
 */

#include <assert.h>
#include <err.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "output.h"

static int	 open_file(struct output *, enum report_format, const char *);

bool
output_is_option(const struct given *g)
{
	return option_is_of(g, OPTIONS_OUTPUT);
}

int
output_apply(struct output_settings *s, struct plan *plan,
    const struct given *g)
{
	char why[WIRE_TEXT_MAX];

	switch (g->row->id) {
	case OUTPUT_THRESHOLD:
		if (plan_add_threshold(plan, g->value, why) == -1)
			return options_refuse(g, why);
		return 0;
	case OUTPUT_PERCENTILES:
		if (plan_add_percentiles(plan, g->value, why) == -1)
			return options_refuse(g, why);
		return 0;
	case OUTPUT_JSON:
		s->wants_json = true;
		return 0;
	case OUTPUT_OUT:
		s->out_path = g->value;
		return 0;
	case OUTPUT_CSV:
		s->csv_path = g->value;
		return 0;
	case OUTPUT_JUNIT:
		s->junit_path = g->value;
		return 0;
	case OUTPUT_WIRE:
		s->wire_path = g->value;
		return 0;
	default:
		assert(g->row->id == OUTPUT_QUIET);
		s->is_quiet = true;
		return 0;
	}
}

int
output_check(const struct output_settings *s)
{
	const char *paths[] = { s->wants_json ? "-" : NULL, s->out_path,
	    s->csv_path, s->junit_path, s->wire_path };
	size_t i, j;

	for (i = 0; i < UTIL_NELEM(paths); i++)
		for (j = 0; j < i && paths[i] != NULL; j++) {
			if (paths[j] == NULL || strcmp(paths[i], paths[j]))
				continue;
			if (strcmp(paths[i], "-") == 0)
				warnx("only one of --json, --out -, --csv -, "
				    "--junit - and --wire - can be standard "
				    "output");
			else
				warnx("%s: only one result can go there",
				    paths[i]);
			return -1;
		}
	return 0;
}

int
output_open(struct output *o, const struct output_settings *s)
{
	const char *paths[] = { s->out_path, s->csv_path, s->junit_path,
	    s->wire_path };
	const enum report_format formats[] = { REPORT_JSON, REPORT_CSV,
	    REPORT_JUNIT, REPORT_WIRE };
	bool is_stdout_taken = false;
	size_t i;

	for (i = 0; i < UTIL_NELEM(paths); i++) {
		if (paths[i] == NULL)
			continue;
		if (open_file(o, formats[i], paths[i]) == -1)
			return -1;
		if (strcmp(paths[i], "-") == 0)
			is_stdout_taken = true;
	}
	if (is_stdout_taken)
		return 0;
	return open_file(o, s->wants_json ? REPORT_JSON : REPORT_TEXT, "-");
}

static int
open_file(struct output *o, enum report_format format, const char *path)
{
	assert(o->nfiles < UTIL_NELEM(o->files));
	if (report_open(&o->files[o->nfiles], format, path) == -1) {
		warn("%s", path);
		return -1;
	}
	o->nfiles++;
	return 0;
}

int
output_write(struct output *o, const struct report *r)
{
	int status = r->is_passed ? 0 : 2;
	const char *path;
	size_t i;

	if (r->result->error[0] != '\0') {
		warnx("%s", r->result->error);
		status = 1;
	}
	for (i = 0; i < o->nfiles; i++) {
		path = o->files[i].path;
		if (report_commit(&o->files[i], r) == 0)
			continue;
		/* A reader that has gone, as head does, knows it. */
		if (errno != EPIPE)
			warn("%s", strcmp(path, "-") == 0 ?
			    "standard output" : path);
		status = 1;
	}
	o->nfiles = 0;
	return status;
}

void
output_abandon(struct output *o)
{
	while (o->nfiles > 0)
		report_abandon(&o->files[--o->nfiles]);
}
