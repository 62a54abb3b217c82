/* SPDX-License-Identifier: MIT */
/*
 * The places where systems keep the CAs that they trust. A library that was
 * built elsewhere knows only its builder's, so a program that is copied from
 * machine to machine has to look by itself: at what the environment names, as
 * OpenSSL's users are used to, then at the known places, files before
 * directories (an empty one is none).
 *
 * What the environment names is taken as it is, there or not, so that a typing
 * error there does not turn into trust in somebody else.
 *
 * What is there can be read into memory, for processes that open no files later
 * on: bytes only, so that whoever needs none of it hardly pays. It is bounded,
 * and only regular files are read: none that keeps its reader waiting. Whether
 * there are certificates in it is for base/tls_context.c to say.
 */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/roots.h"
#include "base/util.h"

enum { HASH_LEN = 8 };		/* digits */

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

/* "5ad8a5d6.0": the hash of a subject, and which one of those that have it. */
static bool
is_hash_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == HASH_LEN &&
	    name[HASH_LEN] == '.' && name[HASH_LEN + 1] != '\0' &&
	    name[HASH_LEN + 1 + strspn(name + HASH_LEN + 1, "0123456789")] ==
	    '\0';
}

/* Something in it has a hash for its name. */
static bool
has_hashes(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool has_one = false;

	if (dir == NULL)
		return false;
	while (!has_one && (entry = readdir(dir)) != NULL)
		has_one = is_hash_name(entry->d_name);
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
	r->is_given = r->file != NULL || r->dir != NULL;
	if (r->is_given)
		return 0;
	r->file = first_of(files, UTIL_NELEM(files), is_file);
	if (r->file == NULL)
		r->dir = first_of(dirs, UTIL_NELEM(dirs), has_hashes);
	return r->file != NULL || r->dir != NULL ? 0 : -1;
}

/* Reading. */

/* As many bytes as it had when it was opened, or up to its end. */
static int
read_size(struct buf *b, int fd, off_t size)
{
	size_t left = (size_t)size;
	ssize_t n = 1;
	char *room;

	if (size > (off_t)(b->max - b->len)) {
		errno = EFBIG;
		return -1;
	}
	room = buf_room(b, left);
	while (left > 0 && n > 0) {
		n = read(fd, room + ((size_t)size - left), left);
		if (n > 0)
			left -= (size_t)n;
	}
	if (n == -1)
		return -1;
	buf_used(b, (size_t)size - left);
	return 0;
}

/* At the end of b. 0, or -1 with errno, and b as it was. */
static int
read_regular(struct buf *b, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), rc, saved;
	struct stat st;

	if (fd == -1)
		return -1;
	rc = fstat(fd, &st);
	if (rc == 0 && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		rc = -1;
	}
	if (rc == 0)
		rc = read_size(b, fd, st.st_size);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

/* One that cannot be read is nobody's; -1 for more than there may be. */
static int
read_hashed(struct roots_text *t, const char *dir, const char *name)
{
	char path[PATH_MAX];
	size_t start = t->hashed.len;
	struct roots_hashed *h;
	int len = snprintf(path, sizeof(path), "%s/%s", dir, name);

	if (len < 0 || (size_t)len >= sizeof(path))
		return 0;
	if (read_regular(&t->hashed, path) == -1)
		return errno == EFBIG ? -1 : 0;
	if (t->n == ROOTS_HASHED_MAX) {
		errno = EFBIG;
		return -1;
	}
	t->at = xreallocarray(t->at, t->n + 1, sizeof(*t->at));
	h = &t->at[t->n++];
	h->hash = strtoul(name, NULL, 16);
	h->start = start;
	h->len = t->hashed.len - start;
	return 0;
}

static int
read_dir(struct roots_text *t, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int rc = 0, saved;

	if (dir == NULL)
		return -1;
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (is_hash_name(entry->d_name))
			rc = read_hashed(t, path, entry->d_name);
	saved = errno;
	closedir(dir);
	errno = saved;
	return rc;
}

/* A list of them may name some that are not there. */
static int
read_dirs(struct roots_text *t, const char *list)
{
	char path[PATH_MAX];
	const char *end;
	size_t len;

	if (strchr(list, ':') == NULL)
		return read_dir(t, list);
	for (; *list != '\0'; list = *end == ':' ? end + 1 : end) {
		end = list + strcspn(list, ":");
		len = (size_t)(end - list);
		if (len == 0 || len >= sizeof(path))
			continue;
		memcpy(path, list, len);
		path[len] = '\0';
		if (read_dir(t, path) == -1 && errno == EFBIG)
			return -1;
	}
	return 0;
}

void
roots_read(struct roots_text *t)
{
	memset(t, 0, sizeof(*t));
	buf_init(&t->file, ROOTS_BYTES_MAX);
	buf_init(&t->hashed, ROOTS_BYTES_MAX);
	t->is_found = roots_find(&t->where) == 0;
	if (!t->is_found)
		return;
	if (t->where.file != NULL)
		t->is_bad_file = read_regular(&t->file, t->where.file) == -1;
	/* Beside a file it is one place more, which may be none. */
	if (t->where.dir != NULL && read_dirs(t, t->where.dir) == -1)
		t->is_bad_dir = t->where.file == NULL || errno == EFBIG;
}

void
roots_clear(struct roots_text *t)
{
	buf_clear(&t->file);
	buf_clear(&t->hashed);
	free(t->at);
	t->at = NULL;
	t->n = 0;
}
