/* SPDX-License-Identifier: MIT */
#ifndef FLEET_CREDENTIALS_H
#define FLEET_CREDENTIALS_H

#include <stdbool.h>

#include "base/tls.h"
#include "cmd/options.h"
#include "fleet/fleet.h"
#include "wire.h"

/*
 * The options about what workers are shown and how they are known, the same in
 * every command that asks workers. A command puts CREDENTIALS_ROWS into its
 * table, gives what credentials_is_option knows to credentials_set, and asks
 * credentials_check when all is said. Paths are borrowed from argv.
 */
struct credentials_settings {
	const char	*token_file;	/* NULL: as the environment has it */
	const char	*ca_file;	/* NULL: the system's CAs */
	const char	*cert_file;	/* NULL: none */
	const char	*key_file;	/* NULL: the key is in cert_file */
};

enum {
	CREDENTIALS_TOKEN = OPTION_ID(OPTIONS_CREDENTIALS),
	CREDENTIALS_CA,
	CREDENTIALS_CERT,
	CREDENTIALS_KEY
};
#define CREDENTIALS_ROWS						\
	{ CREDENTIALS_TOKEN, 0, "token-file", "FILE",			\
	    "what the workers want to see [PULSE_WORKER_TOKEN]" },	\
	{ CREDENTIALS_CA, 0, "worker-cacert", "FILE",			\
	    "who vouches for https:// workers [the system's CAs]" },	\
	{ CREDENTIALS_CERT, 0, "worker-cert", "FILE",			\
	    "our certificate, for workers that want one" },		\
	{ CREDENTIALS_KEY, 0, "worker-key", "FILE",			\
	    "its key [in the same file]" }

bool	 credentials_is_option(const struct given *g);
void	 credentials_set(struct credentials_settings *s,
	    const struct given *g);
/*
 * Is it what these workers ask for, and can this build reach them? No file is
 * opened. 0, or -1 and one line in why.
 */
int	 credentials_check(const struct credentials_settings *s,
	    const struct fleet *fleet, char why[WIRE_TEXT_MAX]);

/* What a coordinator shows to workers, and whom it takes for one. */
struct credentials {
	char			*token;	/* NULL: none */
	struct tls_context	*tls;	/* NULL: no worker is an https one */
};

/*
 * Reads all of it, with what PULSE_WORKER_TOKEN holds; credentials_check has
 * passed. 0, or -1 and one line in why, which names option and file.
 * credentials_clear in every case, after all peers.
 */
int	 credentials_read(struct credentials *c,
	    const struct credentials_settings *s, const struct fleet *fleet,
	    char why[WIRE_TEXT_MAX]);
void	 credentials_clear(struct credentials *c);

#endif
