/* SPDX-License-Identifier: MIT */
#ifndef CMD_RUN_OPTIONS_H
#define CMD_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/progress_options.h"
#include "fleet/credentials.h"
#include "plan/plan.h"

/* What `pulse run` was asked to do. */
struct run_settings {
	struct plan	 plan;
	uint32_t	 generators;
	bool		 wants_probe;
	bool		 wants_sandbox;
	bool		 is_dry_run;
	struct credentials_settings credentials;	/* for workers */
	struct output_settings output;
	struct progress_settings progress;
};

extern const struct command run_command;

/*
 * From the words after `pulse` to settings that are ready to run: the plan
 * file is read, options win over it, everything is checked. 0, or 1 when
 * --help was printed, or -1 after one line on stderr. run_settings_clear in
 * every case.
 */
int	 run_settings_parse(struct run_settings *s, int argc, char **argv);
void	 run_settings_clear(struct run_settings *s);

#endif
