/* SPDX-License-Identifier: MIT */
/*
 * pulse with system calls that fail when they are told to: the program itself,
 * linked so that the calls in it come here first (ld's --wrap). What the C
 * library and OpenSSL call by themselves is not touched. Each row that begins
 * with WRAP, and each function __wrap_..., adds a call: tests/libs.sh finds
 * them.
 *
 * The environment says what is to fail:
 *	FAULTS=CALL=EFFECT@WHEN[/WHO][,...]
 *	CALL	a name as below; recv and send are read and write on a socket,
 *		which read and write do not count
 *	EFFECT	an errno or an error of getaddrinfo by name; "short": one
 *		byte is read or written; for the call "step" +TIME or -TIME:
 *		the wall clock is put forward or back so far, from then on
 *	WHEN	N: that call alone, from 1; N+: from that one on; N-M: those;
 *		P%: a share of them, by a generator that FAULTS_SEED seeds
 *	WHO	"parent", the first process, or "child"; else all of them, and
 *		N is counted over all together
 *	FAULTS_LOG=FILE	has a line for each fault, always up to date: the fault,
 *		how many such calls there were, how many of them failed
 *
 * All of it is read at the first call that can fail, before there is a child;
 * what is counted is in a page that all share. Status 99 when something here is
 * wrong.
 */

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"

enum {
	RULES_MAX = 32,
	TEXT_MAX = 64,			/* of a fault, with its NUL */
	ROW = TEXT_MAX + 25,		/* of the log */
	BROKEN = 99,
	EFFECT_SHORT = -1000,		/* beside errnos and EAI_ errors */
	EFFECT_STEP
};

struct rule {
	char		 text[TEXT_MAX];
	char		 call[TEXT_MAX];
	int		 effect;
	int64_t		 step_ns;
	uint64_t	 first;		/* which of them fail */
	uint64_t	 last;
	double		 share;		/* 0: by number */
	char		 who;		/* 'p', 'c', or 'a' for all */
	_Atomic uint64_t seen;
	_Atomic uint64_t done;
};

struct page {
	struct rule	 rules[RULES_MAX];
	size_t		 nrules;
	uint64_t	 seed;
	pid_t		 first;		/* process */
	atomic_flag	 is_writing;
};

static const struct {
	const char	*name;
	int		 value;
} effects[] = {
	{ "EACCES", EACCES }, { "EADDRINUSE", EADDRINUSE },
	{ "EADDRNOTAVAIL", EADDRNOTAVAIL }, { "EAGAIN", EAGAIN },
	{ "EBADF", EBADF }, { "ECHILD", ECHILD },
	{ "ECONNABORTED", ECONNABORTED }, { "ECONNREFUSED", ECONNREFUSED },
	{ "ECONNRESET", ECONNRESET }, { "EDQUOT", EDQUOT },
	{ "EFBIG", EFBIG }, { "EHOSTUNREACH", EHOSTUNREACH },
	{ "EINTR", EINTR }, { "EINVAL", EINVAL }, { "EIO", EIO },
	{ "EMFILE", EMFILE }, { "ENETUNREACH", ENETUNREACH },
	{ "ENFILE", ENFILE }, { "ENOBUFS", ENOBUFS }, { "ENOENT", ENOENT },
	{ "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC }, { "ENOSYS", ENOSYS },
	{ "ENOTCONN", ENOTCONN }, { "EPERM", EPERM }, { "EPIPE", EPIPE },
	{ "EROFS", EROFS }, { "ETIMEDOUT", ETIMEDOUT }, { "EXDEV", EXDEV },
	{ "EAI_AGAIN", EAI_AGAIN }, { "EAI_FAIL", EAI_FAIL },
	{ "EAI_MEMORY", EAI_MEMORY }, { "EAI_NONAME", EAI_NONAME },
	{ "EAI_SYSTEM", EAI_SYSTEM },
	{ "short", EFFECT_SHORT },
};

static struct page	*page;
static char		*rows;		/* of the log; NULL: there is none */

void			*__real_mmap(void *, size_t, int, int, int, off_t);
int			 __real_open(const char *, int, ...);
int			 __wrap_open(const char *, int, ...);
int			 __real_fcntl(int, int, ...);
int			 __wrap_fcntl(int, int, ...);
long			 __real_syscall(long, ...);
long			 __wrap_syscall(long, ...);
int			 __real_prctl(int, ...);
int			 __wrap_prctl(int, ...);
int			 __real_clock_gettime(clockid_t, struct timespec *);
int			 __wrap_clock_gettime(clockid_t, struct timespec *);
int			 __real_connect(int, const struct sockaddr *,
			    socklen_t);
int			 __wrap_connect(int, const struct sockaddr *,
			    socklen_t);
ssize_t			 __real_read(int, void *, size_t);
ssize_t			 __wrap_read(int, void *, size_t);
ssize_t			 __wrap___read_chk(int, void *, size_t, size_t);
ssize_t			 __real_write(int, const void *, size_t);
ssize_t			 __wrap_write(int, const void *, size_t);
int			 __real_getaddrinfo(const char *, const char *,
			    const struct addrinfo *, struct addrinfo **);
int			 __wrap_getaddrinfo(const char *, const char *,
			    const struct addrinfo *, struct addrinfo **);

/* What is to fail. */

static void UTIL_NORETURN
broken(const char *what, const char *why)
{
	fprintf(stderr, "faulty: %s: %s\n", what, why);
	_exit(BROKEN);
}

static void
parse_when(struct rule *r, const char *when)
{
	char *end;

	r->share = strtod(when, &end);
	if (end != when && strcmp(end, "%") == 0) {
		r->share /= 100;
		return;
	}
	r->share = 0;
	r->first = r->last = strtoull(when, &end, 10);
	if (strcmp(end, "+") == 0 || r->effect == EFFECT_STEP) {
		r->last = UINT64_MAX;
		end += *end == '+';
	} else if (*end == '-')
		r->last = strtoull(end + 1, &end, 10);
	if (r->first == 0 || r->last < r->first || *end != '\0')
		broken(r->text, "WHEN is N, N+, N-M or P%");
}

static void
parse_effect(struct rule *r, const char *name)
{
	uint64_t ns;
	size_t i;

	if (strcmp(r->call, "step") == 0) {
		if ((*name != '+' && *name != '-') ||
		    parse_duration(name + 1, &ns) == -1)
			broken(r->text, "a step is +TIME or -TIME");
		r->effect = EFFECT_STEP;
		r->step_ns = *name == '-' ? -(int64_t)ns : (int64_t)ns;
		return;
	}
	for (i = 0; i < UTIL_NELEM(effects); i++)
		if (strcmp(effects[i].name, name) == 0) {
			r->effect = effects[i].value;
			return;
		}
	broken(r->text, "there is no such EFFECT");
}

static void
parse_rule(struct rule *r, const char *text)
{
	char copy[TEXT_MAX], *effect, *when, *who;

	if (strlen(text) >= sizeof(copy))
		broken(text, "is too long");
	snprintf(r->text, sizeof(r->text), "%s", text);
	snprintf(copy, sizeof(copy), "%s", text);
	r->who = 'a';
	if ((who = strrchr(copy, '/')) != NULL) {
		*who++ = '\0';
		if (strcmp(who, "parent") != 0 && strcmp(who, "child") != 0)
			broken(text, "WHO is parent or child");
		r->who = *who;
	}
	if ((effect = strchr(copy, '=')) == NULL ||
	    (when = strchr(effect, '@')) == NULL)
		broken(text, "is no CALL=EFFECT@WHEN");
	*effect++ = *when++ = '\0';
	snprintf(r->call, sizeof(r->call), "%s", copy);
	parse_effect(r, effect);
	parse_when(r, when);
}

/* The log, as it is: digits are put into rows that stand there already. */
static void
show(const struct rule *r, size_t i)
{
	char row[ROW + 1];

	if (rows == NULL)
		return;
	snprintf(row, sizeof(row), "%-*s %12llu %11llu\n", TEXT_MAX - 1,
	    r->text, (unsigned long long)r->seen,
	    (unsigned long long)r->done);
	while (atomic_flag_test_and_set(&page->is_writing))
		;
	memcpy(rows + i * ROW, row, ROW);
	atomic_flag_clear(&page->is_writing);
}

/* As a mapping: children close all descriptors that they do not know. */
static void
open_log(const char *path)
{
	size_t size = page->nrules * ROW, i;
	int fd = __real_open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || ftruncate(fd, (off_t)size) == -1)
		broken(path, strerror(errno));
	rows = __real_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (rows == MAP_FAILED)
		broken(path, strerror(errno));
	close(fd);
	for (i = 0; i < page->nrules; i++)
		show(&page->rules[i], i);
}

static void
begin(void)
{
	const char *faults = getenv("FAULTS"), *log = getenv("FAULTS_LOG");
	const char *seed = getenv("FAULTS_SEED"), *end;
	char text[TEXT_MAX];

	page = __real_mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		broken("mmap", strerror(errno));
	page->first = getpid();
	page->seed = seed != NULL ? strtoull(seed, NULL, 10) : 1;
	for (; faults != NULL && *faults != '\0'; faults = end) {
		end = faults + strcspn(faults, ",");
		if (page->nrules == RULES_MAX ||
		    end - faults >= (ptrdiff_t)sizeof(text))
			broken(faults, "are too many or too long");
		memcpy(text, faults, (size_t)(end - faults));
		text[end - faults] = '\0';
		parse_rule(&page->rules[page->nrules++], text);
		end += *end == ',';
	}
	if (log != NULL && page->nrules > 0)
		open_log(log);
}

/* splitmix64: the n-th number of a sequence, in [0, 1). */
static double
random_at(uint64_t seed, uint64_t n)
{
	uint64_t x = seed * 0xd1342543de82ef95u + n * 0x9e3779b97f4a7c15u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return (double)((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

static bool
is_due(const struct rule *r, uint64_t n)
{
	if (r->share > 0)
		return random_at(page->seed + (uint64_t)(r - page->rules),
		    n) < r->share;
	return n >= r->first && n <= r->last;
}

/* What this call comes to: 0 for nothing. Keeps errno. */
static int
fault(const char *call, int64_t *step_ns)
{
	int saved = errno, effect = 0;
	char who;
	size_t i;

	if (page == NULL)
		begin();
	who = getpid() == page->first ? 'p' : 'c';
	for (i = 0; i < page->nrules; i++) {
		struct rule *r = &page->rules[i];

		if ((r->who != 'a' && r->who != who) ||
		    strcmp(r->call, call) != 0)
			continue;
		if (is_due(r, atomic_fetch_add(&r->seen, 1) + 1)) {
			atomic_fetch_add(&r->done, 1);
			effect = r->effect;
			if (step_ns != NULL)
				*step_ns += r->step_ns;
		}
		show(r, i);
	}
	errno = saved;
	return effect;
}

static bool
fails(const char *call)
{
	int effect = fault(call, NULL);

	if (effect == 0)
		return false;
	errno = effect;
	return true;
}

/* Calls that do nothing when they fail. */

#define WRAP(type, name, params, args, failed)				\
	type __real_##name params;					\
	type __wrap_##name params;					\
	type								\
	__wrap_##name params						\
	{								\
		return fails(#name) ? (failed) : __real_##name args;	\
	}

WRAP(int, accept4, (int fd, struct sockaddr *a, socklen_t *len, int flags),
    (fd, a, len, flags), -1)
WRAP(int, bind, (int fd, const struct sockaddr *a, socklen_t len),
    (fd, a, len), -1)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL)
WRAP(int, dup, (int fd), (fd), -1)
WRAP(int, dup2, (int fd, int to), (fd, to), -1)
WRAP(int, epoll_create1, (int flags), (flags), -1)
WRAP(int, epoll_ctl, (int fd, int how, int of, struct epoll_event *event),
    (fd, how, of, event), -1)
WRAP(int, epoll_wait, (int fd, struct epoll_event *events, int n, int ms),
    (fd, events, n, ms), -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL)
WRAP(int, fflush, (FILE *f), (f), EOF)
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
WRAP(pid_t, fork, (void), (), -1)
WRAP(int, fsync, (int fd), (fd), -1)
WRAP(int, getpeername, (int fd, struct sockaddr *a, socklen_t *len),
    (fd, a, len), -1)
WRAP(int, getrlimit, (int what, struct rlimit *limit), (what, limit), -1)
WRAP(int, getsockname, (int fd, struct sockaddr *a, socklen_t *len),
    (fd, a, len), -1)
WRAP(int, getsockopt, (int fd, int level, int name, void *p, socklen_t *len),
    (fd, level, name, p, len), -1)
WRAP(int, listen, (int fd, int backlog), (fd, backlog), -1)
WRAP(int, lstat, (const char *path, struct stat *st), (path, st), -1)
WRAP(void *, malloc, (size_t size), (size), NULL)
WRAP(int, mkstemp, (char *path), (path), -1)
WRAP(void *, mmap, (void *p, size_t len, int prot, int flags, int fd,
    off_t at), (p, len, prot, flags, fd, at), MAP_FAILED)
WRAP(DIR *, opendir, (const char *path), (path), NULL)
WRAP(int, pipe, (int fds[2]), (fds), -1)
WRAP(int, ppoll, (struct pollfd *fds, nfds_t n, const struct timespec *wait,
    const sigset_t *set), (fds, n, wait, set), -1)
WRAP(ssize_t, readlink, (const char *path, char *to, size_t len),
    (path, to, len), -1)
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size),
    NULL)
WRAP(int, rename, (const char *from, const char *to), (from, to), -1)
WRAP(int, setrlimit, (int what, const struct rlimit *limit), (what, limit),
    -1)
WRAP(int, setsockopt, (int fd, int level, int name, const void *p,
    socklen_t len), (fd, level, name, p, len), -1)
WRAP(int, shutdown, (int fd, int how), (fd, how), -1)
WRAP(int, socket, (int domain, int type, int protocol),
    (domain, type, protocol), -1)
WRAP(int, stat, (const char *path, struct stat *st), (path, st), -1)
WRAP(char *, strdup, (const char *s), (s), NULL)
WRAP(char *, strndup, (const char *s, size_t len), (s, len), NULL)
WRAP(long, sysconf, (int name), (name), -1)
WRAP(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options),
    (type, id, info, options), -1)
WRAP(pid_t, waitpid, (pid_t pid, int *status, int options),
    (pid, status, options), -1)

/* Those with a number of arguments that differs: all that may be are passed. */

int
__wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	unsigned int mode;

	va_start(ap, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(ap, unsigned int) : 0;
	va_end(ap);
	return fails("open") ? -1 : __real_open(path, flags, mode);
}

int
__wrap_fcntl(int fd, int how, ...)
{
	va_list ap;
	long arg;

	va_start(ap, how);
	arg = va_arg(ap, long);
	va_end(ap);
	return fails("fcntl") ? -1 : __real_fcntl(fd, how, arg);
}

long
__wrap_syscall(long number, ...)
{
	long arg[6];
	va_list ap;
	size_t i;

	va_start(ap, number);
	for (i = 0; i < UTIL_NELEM(arg); i++)
		arg[i] = va_arg(ap, long);
	va_end(ap);
	return fails("syscall") ? -1 : __real_syscall(number, arg[0], arg[1],
	    arg[2], arg[3], arg[4], arg[5]);
}

int
__wrap_prctl(int what, ...)
{
	unsigned long arg[4];
	va_list ap;
	size_t i;

	va_start(ap, what);
	for (i = 0; i < UTIL_NELEM(arg); i++)
		arg[i] = va_arg(ap, unsigned long);
	va_end(ap);
	return fails("prctl") ? -1 : __real_prctl(what, arg[0], arg[1],
	    arg[2], arg[3]);
}

/* Those that fail in a way of their own. */

/* By a call that generators are left. */
static bool
is_socket(int fd)
{
	socklen_t len = sizeof(int);
	int type;

	return __real_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
}

/* What was not read or written is there for the next call. */
static bool
moves(const char *call, size_t *len)
{
	int effect = fault(call, NULL);

	if (effect == EFFECT_SHORT && *len > 1)
		*len = 1;
	else if (effect > 0) {
		errno = effect;
		return false;
	}
	return true;
}

ssize_t
__wrap_read(int fd, void *p, size_t len)
{
	return moves(is_socket(fd) ? "recv" : "read", &len) ?
	    __real_read(fd, p, len) : -1;
}

/* The same with _FORTIFY_SOURCE. */
ssize_t
__wrap___read_chk(int fd, void *p, size_t len, size_t room)
{
	if (len > room)
		abort();
	return __wrap_read(fd, p, len);
}

ssize_t
__wrap_write(int fd, const void *p, size_t len)
{
	return moves(is_socket(fd) ? "send" : "write", &len) ?
	    __real_write(fd, p, len) : -1;
}

/* When it is interrupted, the connection is made all the same (POSIX). */
int
__wrap_connect(int fd, const struct sockaddr *a, socklen_t len)
{
	if (!fails("connect"))
		return __real_connect(fd, a, len);
	if (errno == EINTR) {
		(void)__real_connect(fd, a, len);
		errno = EINTR;
	}
	return -1;
}

int
__wrap_getaddrinfo(const char *host, const char *port,
    const struct addrinfo *hints, struct addrinfo **list)
{
	int effect = fault("getaddrinfo", NULL);

	if (effect == 0)
		return __real_getaddrinfo(host, port, hints, list);
	if (effect == EAI_SYSTEM)
		errno = EMFILE;
	return effect;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
	int64_t step_ns = 0, ns;
	int rc = __real_clock_gettime(clock, ts);

	if (rc == -1 || clock != CLOCK_REALTIME)
		return rc;
	fault("step", &step_ns);
	ns = ts->tv_nsec + step_ns % (int64_t)NS_PER_SEC;
	ts->tv_sec += (time_t)(step_ns / (int64_t)NS_PER_SEC);
	if (ns < 0) {
		ns += (int64_t)NS_PER_SEC;
		ts->tv_sec--;
	} else if (ns >= (int64_t)NS_PER_SEC) {
		ns -= (int64_t)NS_PER_SEC;
		ts->tv_sec++;
	}
	ts->tv_nsec = (long)ns;
	return rc;
}
