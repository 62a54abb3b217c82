/* SPDX-License-Identifier: MIT */
#ifndef CMD_CONNECT_OPTIONS_H
#define CMD_CONNECT_OPTIONS_H

#include <stdbool.h>

#include "cmd/options.h"
#include "load/connect.h"

/*
 * The options about how targets are reached. A command puts CONNECT_ROWS into
 * its table, gives what connect_is_option knows to connect_apply, and asks
 * connect_check_options when all is said.
 */
enum connect_option {
	CONNECT_INSECURE = OPTION_ID(OPTIONS_CONNECT),
	CONNECT_CACERT,
	CONNECT_CERT,
	CONNECT_KEY,
	CONNECT_SERVERNAME,
	CONNECT_NO_RESUME,
	CONNECT_TO,
	CONNECT_UNIX_SOCKET,
	CONNECT_SOURCE
};
#define CONNECT_ROWS							\
	{ CONNECT_INSECURE, 'k', "insecure", NULL,			\
	    "accept any certificate" },					\
	{ CONNECT_CACERT, 0, "cacert", "FILE",				\
	    "whom to trust, PEM [the system's CAs]" },			\
	{ CONNECT_CERT, 0, "cert", "FILE",				\
	    "a certificate to show, PEM" },				\
	{ CONNECT_KEY, 0, "key", "FILE",				\
	    "its private key, PEM [in --cert]" },			\
	{ CONNECT_SERVERNAME, 0, "servername", "NAME",			\
	    "to ask for and to verify [the URL's host]" },		\
	{ CONNECT_NO_RESUME, 0, "no-resume", NULL,			\
	    "a full TLS handshake each time" },				\
	{ CONNECT_TO, 0, "connect-to", "WHERE",				\
	    "HOST:PORT:HOST2:PORT2, repeatable" },			\
	{ CONNECT_UNIX_SOCKET, 0, "unix-socket", "PATH",		\
	    "connect to this instead" },				\
	{ CONNECT_SOURCE, 0, "source", "LIST",				\
	    "addresses to connect from, in turn; repeatable" }

bool	 connect_is_option(const struct given *g);
/*
 * Lays options over what a plan says: the first --connect-to or --source of o
 * takes the place of all that there are. Files are read here. 0, or -1 after
 * one line on stderr.
 */
int	 connect_apply(struct connect_settings *c, const struct given *g,
	    const struct options *o);
/*
 * All of it together, the PEM texts too. 0, or -1 after one line on stderr
 * that names options where they were given, and the plan's members elsewhere.
 */
int	 connect_check_options(const struct connect_settings *c,
	    const struct options *o);

#endif
