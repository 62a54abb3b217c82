/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TLS_RIG_H
#define TESTS_TLS_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tls.h"

/*
 * PEM texts. rig_cert, with the certificate of who made it behind it, is for
 * localhost, 127.0.0.1 and ::1 and made by rig_ca; rig_elsewhere is for
 * elsewhere.example and 192.0.2.1; rig_self by itself. All these have rig_key.
 * rig_client_cert is made by rig_ca, rig_strange_key is no other's, and
 * rig_encrypted_key is rig_key with a password.
 */
extern const char rig_ca[], rig_cert[], rig_key[];
extern const char rig_expired[], rig_future[], rig_elsewhere[], rig_self[];
extern const char rig_other_ca[], rig_client_cert[], rig_client_key[];
extern const char rig_strange_key[], rig_encrypted_key[];

/* For a member of struct tls_settings, which nobody writes to. */
#define RIG_TEXT(pem)	((char *)(uintptr_t)(pem))

/* Both ends of one connection, and what makes more of them. */
struct tls_rig {
	struct tls_context	*client_context;
	struct tls_context	*server_context;
	struct tls_peer		*peer;
	struct tls		*client;
	struct tls		*server;
	int			 fds[2];	/* the client's, the server's */
};

/*
 * For this process, which must not have used OpenSSL yet: no more than 1.2.
 * False when all tests run in one.
 */
bool	 rig_use_tls12(void);
/* Two connected ends that do not block. */
void	 rig_socketpair(int fds[2]);
/* NULL: trusts rig_ca; has rig_cert. name: whom the client expects. */
void	 rig_open(struct tls_rig *rig, const struct tls_settings *client,
	    const struct tls_settings *server, const char *name);
void	 rig_close(struct tls_rig *rig);
/* A new connection, in the place of the last one. */
void	 rig_connect(struct tls_rig *rig);
void	 rig_disconnect(struct tls_rig *rig);
/*
 * Until both are done or one has failed: 0, or errno of each; EAGAIN: it waits
 * for the other one.
 */
void	 rig_handshake(struct tls_rig *rig, int *client_error,
	    int *server_error);
/* The same, and it must go well. */
void	 rig_shake(struct tls_rig *rig);
/* A short text, which must arrive. */
void	 rig_send(struct tls *from, struct tls *to, const char *text);

#endif
