/* SPDX-License-Identifier: MIT */
/*
 * The places where systems keep the CAs that they trust. A library that was
 * built elsewhere knows only its builder's, so a program that is copied from
 * machine to machine has to look by itself: at what the environment names, as
 * OpenSSL's users are used to, then at the known places, files before
 * directories (an empty one is none).
 *
 * What the environment names is taken as it is, there or not, so that a typing
 * error there does not turn into trust in somebody else. No certificate is read
 * here.
 */

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/roots.h"
#include "base/util.h"

static const char *const files[] = {
	"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Arch, Gentoo */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL */
	"/etc/pki/tls/certs/ca-bundle.crt",	/* older Fedora, RHEL */
	"/etc/ssl/ca-bundle.pem",		/* SUSE */
	"/etc/ssl/cert.pem",			/* Alpine, OpenBSD, macOS */
	"/usr/local/share/certs/ca-root-nss.crt",	/* FreeBSD */
	"/usr/local/etc/openssl@3/cert.pem",	/* macOS with Homebrew */
	"/opt/homebrew/etc/openssl@3/cert.pem",
	"/etc/openssl/certs/ca-certificates.crt",	/* NetBSD */
};

static const char *const dirs[] = {
	"/etc/ssl/certs",			/* FreeBSD 12, SUSE */
	"/etc/pki/ca-trust/extracted/pem/directory-hash",	/* Fedora */
};

static const char *
from_environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

static bool
is_file(const char *path)
{
	return access(path, R_OK) == 0;
}

/* Something in it has a hash for its name: "5ad8a5d6.0". */
static bool
has_hashes(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool has_one = false;

	if (dir == NULL)
		return false;
	while (!has_one && (entry = readdir(dir)) != NULL)
		has_one = strspn(entry->d_name, "0123456789abcdef") == 8 &&
		    entry->d_name[8] == '.';
	closedir(dir);
	return has_one;
}

static const char *
first_of(const char *const *paths, size_t n, bool (*is_good)(const char *))
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_good(paths[i]))
			return paths[i];
	return NULL;
}

int
roots_find(struct roots *r)
{
	r->file = from_environment("SSL_CERT_FILE");
	r->dir = from_environment("SSL_CERT_DIR");
	if (r->file != NULL || r->dir != NULL)
		return 0;
	r->file = first_of(files, UTIL_NELEM(files), is_file);
	if (r->file == NULL)
		r->dir = first_of(dirs, UTIL_NELEM(dirs), has_hashes);
	return r->file != NULL || r->dir != NULL ? 0 : -1;
}
