/* SPDX-License-Identifier: MIT */
/*
 * A build without TLS (make TLS=0): the functions of base/tls_context.c and of
 * base/tls.c, for machines on which every byte counts. No context can be made,
 * and the reason says why; so there are no peers and no connections either.
 */

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "base/tls.h"

const char *
tls_version(void)
{
	return NULL;
}

void
tls_prepare(void)
{
}

int
tls_key_log_fd(void)
{
	return -1;
}

static struct tls_context *
refuse(char why[TLS_TEXT_MAX])
{
	snprintf(why, TLS_TEXT_MAX, "this build has no TLS");
	return NULL;
}

struct tls_context *
tls_client_new(const struct tls_settings *settings, char why[TLS_TEXT_MAX])
{
	(void)settings;
	return refuse(why);
}

struct tls_context *
tls_server_new(const struct tls_settings *settings, char why[TLS_TEXT_MAX])
{
	(void)settings;
	return refuse(why);
}

void
tls_context_free(struct tls_context *ctx)
{
	assert(ctx == NULL);
}

struct tls_peer *
tls_peer_new(struct tls_context *ctx, const char *name, bool shows_cert)
{
	(void)name;
	(void)shows_cert;
	assert(ctx == NULL);
	return NULL;
}

void
tls_peer_free(struct tls_peer *peer)
{
	assert(peer == NULL);
}

struct tls *
tls_connect(struct tls_peer *peer, int fd)
{
	(void)fd;
	assert(peer == NULL);
	errno = EPROTONOSUPPORT;
	return NULL;
}

struct tls *
tls_accept(struct tls_context *ctx, int fd)
{
	(void)fd;
	assert(ctx == NULL);
	errno = EPROTONOSUPPORT;
	return NULL;
}

void
tls_free(struct tls *t)
{
	assert(t == NULL);
}

int
tls_handshake(struct tls *t)
{
	assert(t == NULL);
	errno = EPROTONOSUPPORT;
	return -1;
}

bool
tls_wants_write(const struct tls *t)
{
	assert(t == NULL);
	return false;
}

ssize_t
tls_read(struct tls *t, void *p, size_t len)
{
	(void)p;
	(void)len;
	return tls_handshake(t);
}

ssize_t
tls_write(struct tls *t, const void *p, size_t len)
{
	(void)p;
	(void)len;
	return tls_handshake(t);
}

int
tls_renew_keys(struct tls *t)
{
	return tls_handshake(t);
}

bool
tls_has_pending(const struct tls *t)
{
	assert(t == NULL);
	return false;
}

void
tls_end_write(struct tls *t)
{
	assert(t == NULL);
}

enum tls_reason
tls_reason(const struct tls *t)
{
	assert(t == NULL);
	return TLS_PROTOCOL;
}

char *
tls_error(const struct tls *t, char text[TLS_TEXT_MAX])
{
	assert(t == NULL);
	refuse(text);
	return text;
}

bool
tls_is_resumed(const struct tls *t)
{
	assert(t == NULL);
	return false;
}

const char *
tls_protocol(const struct tls *t)
{
	assert(t == NULL);
	return "none";
}

const char *
tls_cipher(const struct tls *t)
{
	assert(t == NULL);
	return "none";
}
