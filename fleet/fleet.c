/* SPDX-License-Identifier: MIT */
/*
 * The list of workers of a run: what -w, a file of workers and a plan file
 * say, taken apart.
 *
 * An address is held to its grammar here, so that a slip of the pen is told
 * before the run, with what was probably meant; whether anybody is there is
 * for others to find out. No name is looked up and nothing but a file of
 * workers is opened. A user and password are refused, and a refusal never
 * shows them: who may use a worker is decided by tokens.
 *
 * Names of workers are made for one line of a table: controls and what is not
 * UTF-8 are shown as "?" there, and kept in paths and commands.
 */

#include <sys/un.h>

#include <arpa/inet.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/util.h"
#include "fleet/fleet.h"
#include "fleet/split.h"
#include "http/url.h"
#include "wire.h"

enum {
	LIST_FILE_MAX = 1024 * 1024,	/* bytes of a file of workers */
	WORKER_MAX = 4096,		/* of a line of it, of any worker */
	UNIX_PATH_MAX = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1,
	QUOTE_MAX = 80,			/* of a worker in a reason */
	FDS_EACH = 4,			/* three pipes of a command, and one */
	FDS_SPARE = 64
};

static const char digits[] = "0123456789";
static const char address_letters[] = "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:[]/";

static int	 add_listed(struct fleet *, char *, char *);
static int	 cut_weight(char *, uint64_t *, char *);
static int	 add_file(struct fleet *, const char *, char *);
static int	 add_text(struct fleet *, struct buf *, size_t *, char *);
static int	 add_line(struct fleet *, const char *, size_t, char *);
static int	 add_trimmed(struct fleet *, char *, char *);
static void	 cut_comment(char *);
static bool	 has_prefix(const char *, const char *);
static bool	 is_number(const char *);
static char	*trim(char *);
static char	*shown(const char *);
static int	 take(struct worker_address *, const char *, char *);
static const char *without_user(const char *);
static int	 take_unix(struct worker_address *, const char *, char *);
static int	 take_exec(struct worker_address *, const char *, char *);
static int	 take_url(struct worker_address *, const char *, const char *,
		    char *);
static int	 take_host(struct worker_address *, const char *, const char *,
		    char *);
static int	 refuse_scheme(const char *, char *);
static const char *find_port(const char *);
static char	*make_key(const struct worker_address *);
static int	 check_keys(const struct fleet *, char *const *, char *);

void
fleet_clear(struct fleet *fleet)
{
	size_t i;

	for (i = 0; i < fleet->n; i++) {
		free(fleet->workers[i].name);
		free(fleet->workers[i].host);
		free(fleet->workers[i].path);
	}
	free(fleet->workers);
	memset(fleet, 0, sizeof(*fleet));
}

/*
 * Lists and files
 */

int
fleet_add(struct fleet *fleet, const char *text, char why[WIRE_TEXT_MAX])
{
	char *copy, *rest;
	int rc = 0;

	if (strcmp(text, "@") == 0)
		return wire_refuse(why, "@: expected the name of a file of "
		    "workers behind it, or - for standard input");
	if (text[0] == '@')
		return add_file(fleet, text + 1, why);
	if (has_prefix(text, "exec:"))
		return fleet_add_one(fleet, text, 1, why);
	rest = copy = xstrdup(text);
	while (rc == 0 && rest != NULL)
		rc = add_listed(fleet, trim(strsep(&rest, ",")), why);
	free(copy);
	return rc;
}

static int
add_listed(struct fleet *fleet, char *word, char *why)
{
	uint64_t weight = 1;

	if (word[0] == '@')
		return wire_refuse(why, "%.*s: a file of workers cannot stand "
		    "in a list: give it a -w of its own", QUOTE_MAX, word);
	if (has_prefix(word, "exec:"))
		return wire_refuse(why, "%.*s: a command cannot stand in a "
		    "list, it may have commas: give it a -w of its own",
		    QUOTE_MAX, word);
	if (cut_weight(word, &weight, why) == -1)
		return -1;
	return fleet_add_one(fleet, word, weight, why);
}

/*
 * WORKER=WEIGHT; the path of a unix socket may have a "=", so what is no number
 * behind it belongs to that.
 */
static int
cut_weight(char *word, uint64_t *weight, char *why)
{
	char *equals = strrchr(word, '=');

	if (equals == NULL ||
	    (has_prefix(word, "unix:") && !is_number(equals + 1)))
		return 0;
	if (parse_uint(equals + 1, SPLIT_WEIGHT_MAX, weight) == -1 ||
	    *weight == 0)
		return wire_refuse(why, "%.*s: expected a weight from 1 to %d "
		    "behind \"=\"", QUOTE_MAX, without_user(word),
		    SPLIT_WEIGHT_MAX);
	*equals = '\0';
	return 0;
}

static int
add_file(struct fleet *fleet, const char *path, char *why)
{
	char reason[WIRE_TEXT_MAX];
	struct buf text;
	size_t before = fleet->n, line;
	int rc;

	buf_init(&text, LIST_FILE_MAX);
	if (buf_read_file(&text, path) == -1)
		return wire_refuse(why, "%.*s: %s", QUOTE_MAX, path,
		    strerror(errno));
	rc = add_text(fleet, &text, &line, reason);
	buf_clear(&text);
	if (rc == -1)
		return wire_refuse(why, "%.*s:%zu: %s", QUOTE_MAX, path, line,
		    reason);
	if (fleet->n == before)
		return wire_refuse(why, "%.*s: there is no worker in it",
		    QUOTE_MAX, path);
	return 0;
}

static int
add_text(struct fleet *fleet, struct buf *text, size_t *line, char *why)
{
	const char *p = buf_str(text), *end = p + text->len, *newline;
	size_t len;

	for (*line = 1; p < end; ++*line) {
		newline = memchr(p, '\n', (size_t)(end - p));
		len = (size_t)((newline != NULL ? newline : end) - p);
		if (add_line(fleet, p, len, why) == -1)
			return -1;
		p += len + 1;
	}
	return 0;
}

static int
add_line(struct fleet *fleet, const char *line, size_t len, char *why)
{
	char *copy;
	int rc;

	if (len > WORKER_MAX)
		return wire_refuse(why, "longer than %d bytes", WORKER_MAX);
	if (memchr(line, '\0', len) != NULL)
		return wire_refuse(why, "there is a NUL in it");
	copy = xstrndup(line, len);
	rc = add_trimmed(fleet, trim(copy), why);
	free(copy);
	return rc;
}

/* [WEIGHT] WORKER [# comment] */
static int
add_trimmed(struct fleet *fleet, char *line, char *why)
{
	size_t n = strspn(line, digits);
	uint64_t weight = 1;

	if (line[0] == '\0' || line[0] == '#')
		return 0;
	if (n > 0 && isblank((unsigned char)line[n])) {
		line[n] = '\0';
		if (parse_uint(line, SPLIT_WEIGHT_MAX, &weight) == -1 ||
		    weight == 0)
			return wire_refuse(why, "%.*s: expected a weight from "
			    "1 to %d", QUOTE_MAX, line, SPLIT_WEIGHT_MAX);
		line = trim(line + n + 1);
	}
	if (!has_prefix(line, "exec:"))
		cut_comment(line);
	return fleet_add_one(fleet, trim(line), weight, why);
}

static void
cut_comment(char *line)
{
	char *p;

	for (p = line; (p = strchr(p, '#')) != NULL; p++)
		if (p == line || isblank((unsigned char)p[-1])) {
			*p = '\0';
			return;
		}
}

static bool
has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool
is_number(const char *s)
{
	return s[0] != '\0' && s[strspn(s, digits)] == '\0';
}

/* In place. */
static char *
trim(char *s)
{
	size_t len;

	s += strspn(s, " \t\r");
	len = strlen(s);
	while (len > 0 && strchr(" \t\r", s[len - 1]) != NULL)
		len--;
	s[len] = '\0';
	return s;
}

/*
 * One worker
 */

int
fleet_add_one(struct fleet *fleet, const char *worker, uint64_t weight,
    char why[WIRE_TEXT_MAX])
{
	struct worker_address w = { .weight = weight };

	if (fleet->n == SPLIT_WORKERS_MAX)
		return wire_refuse(why, "more than %d workers",
		    SPLIT_WORKERS_MAX);
	if (weight == 0 || weight > SPLIT_WEIGHT_MAX)
		return wire_refuse(why, "the weight must be from 1 to %d",
		    SPLIT_WEIGHT_MAX);
	if (strlen(worker) > WORKER_MAX)
		return wire_refuse(why, "%.*s...: longer than %d bytes",
		    QUOTE_MAX, without_user(worker), WORKER_MAX);
	if (take(&w, worker, why) == -1)
		return -1;
	w.name = shown(worker);
	fleet->workers = xreallocarray(fleet->workers, fleet->n + 1,
	    sizeof(w));
	fleet->workers[fleet->n++] = w;
	return 0;
}

/* For people: one line of UTF-8. */
static char *
shown(const char *text)
{
	size_t len = strlen(text), i, n;
	char *copy = xstrndup(text, len);

	for (i = 0; i < len; i += n)
		if ((n = utf8_len(copy + i, len - i)) == 0) {
			copy[i] = '?';
			n = 1;
		}
	text_make_line(copy);
	return copy;
}

static int
take(struct worker_address *w, const char *text, char *why)
{
	const char *scheme_end = strstr(text, "://"), *bad;

	if (has_prefix(text, "unix:"))
		return take_unix(w, text, why);
	if (has_prefix(text, "exec:"))
		return take_exec(w, text, why);
	if (text[0] == '\0')
		return wire_refuse(why, "expected a worker: HOST:PORT, "
		    "http://HOST:PORT, unix:PATH or exec:COMMAND");
	if (refuse_scheme(text, why) == -1)
		return -1;
	if (text[0] == '@')
		return wire_refuse(why, "%.*s: only -w can name a file of "
		    "workers", QUOTE_MAX, text);
	if (without_user(text) != text)
		return wire_refuse(why, "%.*s: a worker takes no user and no "
		    "password, but a token", QUOTE_MAX, without_user(text));
	bad = text + strspn(text, address_letters);
	if (*bad != '\0')
		return wire_refuse(why, "%.*s: \"%.*s\" is no part of an "
		    "address", QUOTE_MAX, text,
		    (int)utf8_len(bad, strlen(bad)), bad);
	if (scheme_end != NULL)
		return take_url(w, text, scheme_end, why);
	return take_host(w, text, text, why);
}

/* What may be shown of an address: nothing up to its last @. */
static const char *
without_user(const char *text)
{
	const char *at = strrchr(text, '@');

	return at != NULL ? at + 1 : text;
}

static int
take_unix(struct worker_address *w, const char *text, char *why)
{
	const char *path = text + strlen("unix:");

	if (path[0] == '\0')
		return wire_refuse(why, "expected a path behind unix:");
	if (strlen(path) > UNIX_PATH_MAX)
		return wire_refuse(why, "%.*s...: the path has more than %d "
		    "bytes", QUOTE_MAX, text, (int)UNIX_PATH_MAX);
	w->kind = WORKER_UNIX;
	w->path = xstrdup(path);
	return 0;
}

static int
take_exec(struct worker_address *w, const char *text, char *why)
{
	const char *command = text + strlen("exec:");

	if (command[strspn(command, " \t\r\n")] == '\0')
		return wire_refuse(why, "expected a command behind exec:");
	w->kind = WORKER_EXEC;
	w->path = xstrdup(command);
	return 0;
}

/*
 * A word before the first colon that is nearly one of ours, with no port behind
 * it: 0 when all is well. Shows nothing but that word.
 */
static int
refuse_scheme(const char *text, char *why)
{
	static const char *const names[] = {
		"unix", "exec", "http", "https"
	};
	size_t len = strcspn(text, ":");
	const char *behind = text + len, *near;
	char word[16];

	if (*behind == '\0' || isdigit((unsigned char)behind[1]) ||
	    len >= sizeof(word) || has_prefix(behind, "::"))
		return 0;
	memcpy(word, text, len);
	word[len] = '\0';
	near = text_nearest(word, names, UTIL_NELEM(names));
	if (has_prefix(behind, "://")) {
		if (strcasecmp(word, "http") == 0 ||
		    strcasecmp(word, "https") == 0)
			return 0;
		if (near == NULL)
			return wire_refuse(why, "%s: expected http://, "
			    "https://, unix: or exec:", word);
	}
	if (near == NULL)
		return 0;
	return wire_refuse(why, "%s: did you mean %s:?", word, near);
}

/* Without a port the Go program would use 80: so one has to be said. */
static int
take_url(struct worker_address *w, const char *text, const char *scheme_end,
    char *why)
{
	const char *authority = scheme_end + strlen("://");
	size_t len = strcspn(authority, "/");
	char *copy;
	int rc;

	w->is_tls = strncasecmp(text, "https:", strlen("https:")) == 0;
	if (authority[len] != '\0' && authority[len + 1] != '\0')
		return wire_refuse(why, "%.*s: the address of a worker has no "
		    "path", QUOTE_MAX, text);
	copy = xstrndup(authority, len);
	if (copy[0] != '\0' && find_port(copy) == NULL)
		rc = wire_refuse(why, "%.*s: expected a port, as in "
		    "http://worker1:%d", QUOTE_MAX, text, FLEET_PORT);
	else
		rc = take_host(w, text, copy, why);
	free(copy);
	return rc;
}

/* HOST[:PORT], which the reader of URLs knows. */
static int
take_host(struct worker_address *w, const char *text, const char *authority,
    char *why)
{
	const char *port = find_port(authority), *colon, *reason;
	struct http_url url;
	char *whole;
	int rc;

	colon = strchr(authority, ':');
	if (authority[0] != '[' && colon != NULL && colon + 1 != port)
		return wire_refuse(why, "%.*s: an IPv6 address stands in "
		    "brackets, as in [::1]:%d", QUOTE_MAX, text, FLEET_PORT);
	if (port != NULL && !is_number(port))
		return wire_refuse(why, "%.*s: expected a port behind the "
		    "colon, from 1 to 65535", QUOTE_MAX, text);
	if (strchr(authority, '/') != NULL)
		return wire_refuse(why, "%.*s: the address of a worker has no "
		    "path", QUOTE_MAX, text);
	whole = xasprintf("http://%s", authority);
	rc = http_url_parse(whole, strlen(whole), &url, &reason);
	free(whole);
	if (rc == -1)
		return wire_refuse(why, "%.*s: %s", QUOTE_MAX, text, reason);
	if (is_number(url.host))
		return wire_refuse(why, "%.*s: expected a host, not a number",
		    QUOTE_MAX, text);
	w->kind = WORKER_TCP;
	w->host = xstrdup(url.host);
	w->port = port != NULL ? url.port : FLEET_PORT;
	return 0;
}

/* What is behind the last colon outside of brackets; NULL if there is none. */
static const char *
find_port(const char *authority)
{
	const char *bracket = strrchr(authority, ']');
	const char *colon = strrchr(bracket != NULL ? bracket : authority,
	    ':');

	return colon == NULL ? NULL : colon + 1;
}

/*
 * The same worker twice
 */

int
fleet_check(const struct fleet *fleet, char why[WIRE_TEXT_MAX])
{
	char **keys;
	size_t i;
	int rc;

	keys = xcalloc(fleet->n + 1, sizeof(*keys));
	for (i = 0; i < fleet->n; i++)
		keys[i] = make_key(&fleet->workers[i]);
	rc = check_keys(fleet, keys, why);
	for (i = 0; i < fleet->n; i++)
		free(keys[i]);
	free(keys);
	return rc;
}

/* Equal for equal addresses; NULL for what may repeat. */
static char *
make_key(const struct worker_address *w)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;
	const char *host = w->host;

	if (w->kind == WORKER_EXEC)
		return NULL;
	if (w->kind == WORKER_UNIX)
		return xasprintf("unix:%s", w->path);
	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	else if (inet_pton(AF_INET6, host, &address) == 1)
		host = inet_ntop(AF_INET6, &address, text, sizeof(text));
	return xasprintf("%s %u", host, (unsigned int)w->port);
}

static int
check_keys(const struct fleet *fleet, char *const *keys, char *why)
{
	const char *first, *second;
	size_t i, j;

	for (i = 0; i < fleet->n; i++)
		for (j = 0; j < i && keys[i] != NULL; j++) {
			if (keys[j] == NULL || strcmp(keys[i], keys[j]) != 0)
				continue;
			first = fleet->workers[j].name;
			second = fleet->workers[i].name;
			if (strcmp(first, second) == 0)
				return wire_refuse(why, "%.*s: the same worker "
				    "twice", QUOTE_MAX, first);
			return wire_refuse(why, "%.*s and %.*s are the same "
			    "worker", QUOTE_MAX, first, QUOTE_MAX, second);
		}
	return 0;
}

uint64_t *
fleet_weights(const struct fleet *fleet)
{
	uint64_t *weights = xcalloc(fleet->n, sizeof(*weights));
	size_t i;

	for (i = 0; i < fleet->n; i++)
		weights[i] = fleet->workers[i].weight;
	return weights;
}

uint64_t
fleet_descriptors(const struct fleet *fleet)
{
	return (uint64_t)fleet->n * FDS_EACH + FDS_SPARE;
}
