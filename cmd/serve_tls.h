/* SPDX-License-Identifier: MIT */
#ifndef CMD_SERVE_TLS_H
#define CMD_SERVE_TLS_H

#include <stdbool.h>

#include "base/tls.h"
#include "cmd/options.h"

/*
 * The options about who a server is and whom it serves, the same in every
 * command that has one. A command puts SERVE_TLS_ROWS into its table and gives
 * what serve_tls_is_option knows to serve_tls_set. Paths are borrowed from
 * argv; NULL: not given.
 */
struct serve_tls {
	const char	*cert;
	const char	*key;
	const char	*ca;
};

enum {
	SERVE_TLS_CERT = OPTION_ID(OPTIONS_SERVE_TLS),
	SERVE_TLS_KEY,
	SERVE_TLS_CA
};
#define SERVE_TLS_ROWS							\
	{ SERVE_TLS_CERT, 0, "cert", "FILE",				\
	    "speak TLS with this certificate, PEM" },			\
	{ SERVE_TLS_KEY, 0, "key", "FILE",				\
	    "its private key, PEM [in --cert]" },			\
	{ SERVE_TLS_CA, 0, "cacert", "FILE",				\
	    "clients must show a certificate by it" }

bool	 serve_tls_is_option(const struct given *g);
void	 serve_tls_set(struct serve_tls *files, const struct given *g);

/*
 * Reads the files, tries what is in them, and gives their texts to *s, all NULL
 * when no file is named. 0, or -1 and one line in why, which names option and
 * file. serve_tls_clear in every case.
 */
int	 serve_tls_read(struct tls_settings *s, const struct serve_tls *files,
	    char why[TLS_TEXT_MAX]);
void	 serve_tls_clear(struct tls_settings *s);

#endif
