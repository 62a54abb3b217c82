/* SPDX-License-Identifier: MIT */
#ifndef CMD_WORKER_OPTIONS_H
#define CMD_WORKER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "access.h"
#include "base/net.h"
#include "base/rights.h"
#include "base/tls.h"
#include "cmd/options.h"

/* What `pulse worker` was asked to be. Owns token, TLS and access. */
struct worker_settings {
	struct net_address	 address;
	bool			 is_stdio;	/* then there is no address */
	bool			 wants_sandbox;
	uint32_t		 generators;
	char			*token;
	struct tls_context	*tls;		/* NULL: plain HTTP */
	struct access		 access;
	struct rights		 rights;	/* once all is open */
};

extern const struct command worker_command;

/*
 * From the words after `pulse` and the environment to settings that are ready
 * to serve by. 0, or 1 when --help was printed, or -1 after one line on
 * stderr. worker_settings_clear in every case.
 */
int	 worker_settings_parse(struct worker_settings *s, int argc,
	    char **argv);
void	 worker_settings_clear(struct worker_settings *s);

#endif
