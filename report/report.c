/* SPDX-License-Identifier: MIT */
/*
 * What every format of a report rests on: the verdicts on thresholds, the
 * table of formats, and the way a report gets into a file.
 *
 * A file is complete or as it was before: a report is written to a temporary
 * name in the same directory, synced, and renamed. Where that makes no sense
 * (a FIFO, a device, an open descriptor) it is written in place. Errors are
 * returned with errno and leave nothing behind; nothing is printed here. The
 * verdicts are computed once, in report_init, so that no two formats can
 * differ about them.
 */

#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "report/percentiles.h"
#include "report/report.h"

enum {
	LINKS_MAX = 40,			/* symbolic links in a row */
	LINK_LEN_MAX = 4096
};

#define FORMAT_ROW(format, option, help, writer)			\
	[REPORT_##format] = { option, writer },
static const struct {
	const char	 *option;
	void		(*write)(FILE *, const struct report *);
} formats[] = {
	[REPORT_TEXT] = { NULL, text_write },
	REPORT_TABLE(FORMAT_ROW)
};
static_assert(UTIL_NELEM(formats) == REPORT_FORMATS,
    "a format has no writer");

/* For exit, as when memory is out. */
static struct report_file	*begun;
static pid_t			 begun_by;

static double	 rated_sec(const struct report *);
static void	 set_planned(struct report *);
static bool	 find_actual(const struct report *, const struct threshold *,
		    double *);
static uint64_t	 find_few(const struct result *, const struct threshold *);
static void	 judge(const struct report *, const struct threshold *,
		    struct verdict *);
static int	 descriptor_of(const char *);
static char	*follow(const char *, const char *);
static char	*find_target(const char *);
static int	 open_named(struct report_file *);
static int	 open_beside(struct report_file *, mode_t);
static void	 remember(struct report_file *);
static void	 forget(struct report_file *);
static int	 open_in_place(struct report_file *, int);
static mode_t	 file_creation_mode(void);
static int	 compare_errors(const void *, const void *);
static int	 compare_names(const void *, const void *);
static int	 compare_counts(const void *, const void *);

void
report_init(struct report *r, const struct plan *plan,
    const struct result *result, const struct snapshot *snapshots,
    size_t nsnapshots)
{
	size_t i;

	memset(r, 0, sizeof(*r));
	r->plan = plan;
	r->result = result;
	r->snapshots = snapshots;
	r->nsnapshots = nsnapshots;
	style_init(&r->style);
	r->has_plan = plan->req.nphases > 0;
	if (r->has_plan)
		set_planned(r);
	r->is_passed = true;
	for (i = 0; i < plan->nthresholds; i++) {
		judge(r, &plan->thresholds[i], &r->verdicts[i]);
		if (!r->verdicts[i].is_kept)
			r->is_passed = false;
	}
}

double
report_rate(const struct report *r)
{
	double sec = rated_sec(r);

	return sec > 0 ? (double)r->result->n.completed / sec : 0;
}

static double
hist_sum(const struct hist *h)
{
	return (double)h->sum_hi * 18446744073709551616.0 + (double)h->sum_lo;
}

double
report_part_share(const struct result *res, enum part part)
{
	double all = hist_sum(&res->hist[RESULT_LATENCY]);

	if (all <= 0)
		return 0;
	return hist_sum(&res->hist[RESULT_PART + (unsigned int)part]) / all;
}

/* The time that a rate is of. */
static double
rated_sec(const struct report *r)
{
	if (r->has_plan)
		return r->planned_sec;
	return (double)r->result->duration_ns / (double)NS_PER_SEC;
}

/*
 * The time of the phases and the arrivals in it, the warm-up left out of
 * both. With a limit of requests a closed phase has no planned end: what it
 * took is what was planned.
 */
static void
set_planned(struct report *r)
{
	const struct run_request *req = &r->plan->req;
	struct arrival_plan *phases;
	uint64_t from_ns, to_ns, count, ran_ns;

	phases = arrival_plan_new(req->phases, req->nphases);
	r->has_closed = arrival_closed_span(phases, 0, &from_ns, &to_ns);
	count = arrival_count(phases);
	to_ns = arrival_end_ns(phases);
	from_ns = req->warmup_ns < to_ns ? req->warmup_ns : to_ns;
	if (req->requests > 0 && r->has_closed) {
		ran_ns = r->result->duration_ns;
		if (ran_ns < to_ns - from_ns)
			to_ns = from_ns + ran_ns;
	} else if (req->requests > 0 && req->requests < count) {
		count = req->requests;
		to_ns = arrival_time_ns(phases, count);
		from_ns = from_ns < to_ns ? from_ns : to_ns;
	}
	r->planned_sec = (double)(to_ns - from_ns) / (double)NS_PER_SEC;
	r->planned_count = (double)count -
	    ceil(arrival_planned(phases, from_ns));
	arrival_plan_free(phases);
}

/* The value that a threshold looks at: false when there is no sample. */
static bool
find_actual(const struct report *r, const struct threshold *t, double *actual)
{
	const struct counters *n = &r->result->n;
	struct summary s;

	switch (t->metric) {
	case THRESHOLD_PERCENTILE:
		result_summary(&s, r->result, t->hist);
		*actual = (double)result_percentile(r->result, t->hist,
		    t->percentile);
		return s.count > 0;
	case THRESHOLD_MEAN:
		result_summary(&s, r->result, t->hist);
		*actual = (double)s.mean_ns;
		return s.count > 0;
	case THRESHOLD_MAX:
		result_summary(&s, r->result, t->hist);
		*actual = (double)s.max_ns;
		return s.count > 0;
	case THRESHOLD_ERRORS:
		if (n->completed == 0)
			return false;
		*actual = (double)n->failed / (double)n->completed;
		return true;
	case THRESHOLD_DROPPED:
		if (n->scheduled == 0)
			return false;
		*actual = (double)n->dropped / (double)n->scheduled;
		return true;
	case THRESHOLD_RATE:
		*actual = report_rate(r);
		return n->completed > 0 && rated_sec(r) > 0;
	}
	return false;
}

/*
 * A percentile that the tables leave out is judged all the same, as whoever
 * set the threshold needs an answer, but not without a word.
 */
static uint64_t
find_few(const struct result *res, const struct threshold *t)
{
	struct summary s;
	uint64_t low, high;

	if (t->metric != THRESHOLD_PERCENTILE)
		return 0;
	result_summary(&s, res, t->hist);
	return percentile_ranks(s.count, t->percentile, &low, &high) ? 0 :
	    s.count;
}

static void
judge(const struct report *r, const struct threshold *t, struct verdict *v)
{
	v->threshold = t;
	v->few = find_few(r->result, t);
	v->actual = 0;
	v->has_sample = find_actual(r, t, &v->actual);
	if (!v->has_sample)
		v->is_kept = false;
	else if (t->is_or_equal && v->actual == t->value)
		v->is_kept = true;
	else
		v->is_kept = t->is_above ? v->actual > t->value :
		    v->actual < t->value;
}

const char *
report_option(enum report_format format)
{
	assert(format < REPORT_FORMATS);
	return formats[format].option;
}

void
report_write(FILE *out, enum report_format format, const struct report *r)
{
	assert(format < REPORT_FORMATS);
	formats[format].write(out, r);
}

int
report_open(struct report_file *f, enum report_format format,
    const char *path)
{
	int fd;

	assert(format < REPORT_FORMATS);
	memset(f, 0, sizeof(*f));
	f->format = format;
	f->path = path;
	if (strcmp(path, "-") == 0) {
		f->stream = stdout;
		return 0;
	}
	if ((f->target = find_target(path)) == NULL)
		return -1;
	if ((fd = descriptor_of(f->target)) != -1)
		return open_in_place(f, dup(fd));
	return open_named(f);
}

/* The descriptor that a path stands for, -1 if none. */
static int
descriptor_of(const char *path)
{
	static const char *const prefixes[] = { "/dev/fd/", "/proc/self/fd/" };
	uint64_t fd;
	size_t i, len;

	if (strcmp(path, "/dev/stdout") == 0)
		return STDOUT_FILENO;
	if (strcmp(path, "/dev/stderr") == 0)
		return STDERR_FILENO;
	for (i = 0; i < UTIL_NELEM(prefixes); i++) {
		len = strlen(prefixes[i]);
		if (strncmp(path, prefixes[i], len) == 0 &&
		    parse_uint(path + len, INT32_MAX, &fd) == 0)
			return (int)fd;
	}
	return -1;
}

/* What a link at path means, its text being `to`. */
static char *
follow(const char *path, const char *to)
{
	const char *slash = strrchr(path, '/');

	if (to[0] == '/' || slash == NULL)
		return xstrdup(to);
	return xasprintf("%.*s/%s", (int)(slash - path), path, to);
}

/*
 * The path with links at its end followed, as renaming to a link would
 * replace the link; what it leads to need not exist. NULL and errno if it
 * cannot be known. Stops at a descriptor, which has to be used as it is.
 */
static char *
find_target(const char *path)
{
	char to[LINK_LEN_MAX], *target = xstrdup(path), *next;
	ssize_t len;
	int links;

	for (links = 0; links < LINKS_MAX; links++) {
		if (descriptor_of(target) != -1)
			return target;
		len = readlink(target, to, sizeof(to) - 1);
		if (len == -1 && (errno == EINVAL || errno == ENOENT))
			return target;
		if (len == -1)
			goto fail;
		to[len] = '\0';
		next = follow(target, to);
		free(target);
		target = next;
	}
	errno = ELOOP;
fail:
	free(target);
	return NULL;
}

/* A file that may not be written is not replaced either. */
static int
open_named(struct report_file *f)
{
	struct stat st;
	int fd, saved;

	if (stat(f->target, &st) == -1) {
		if (errno == ENOENT && f->target[0] != '\0')
			return open_beside(f, file_creation_mode());
	} else if (!S_ISREG(st.st_mode)) {
		return open_in_place(f, open(f->target, O_WRONLY | O_CLOEXEC));
	} else if ((fd = open(f->target, O_WRONLY | O_CLOEXEC)) != -1) {
		(void)close(fd);	/* it was only to see if we may */
		return open_beside(f, st.st_mode & 0777);
	}
	saved = errno;
	report_abandon(f);
	errno = saved;
	return -1;
}

/* The temporary has a short name: a long one beside it could be too long. */
static int
open_beside(struct report_file *f, mode_t mode)
{
	const char *slash = strrchr(f->target, '/');
	int dir_len = slash == NULL ? 0 : (int)(slash + 1 - f->target);
	int fd, saved;

	f->temporary = xasprintf("%.*s.pulse.XXXXXX", dir_len, f->target);
	if ((fd = mkstemp(f->temporary)) == -1) {
		saved = errno;
		free(f->temporary);
		f->temporary = NULL;
		report_abandon(f);
		errno = saved;
		return -1;
	}
	remember(f);
	if (fchmod(fd, mode) == -1 || fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    (f->stream = fdopen(fd, "w")) == NULL) {
		saved = errno;
		(void)close(fd);	/* nothing is in it */
		report_abandon(f);
		errno = saved;
		return -1;
	}
	return 0;
}

/* Not by a child, which has a copy of the list. */
static void
remove_begun(void)
{
	const struct report_file *f;

	if (getpid() == begun_by)
		for (f = begun; f != NULL; f = f->next_begun)
			(void)unlink(f->temporary);	/* best effort */
}

static void
remember(struct report_file *f)
{
	/* Without it, one that is cut short leaves them behind. */
	if (begun_by == 0)
		(void)atexit(remove_begun);
	begun_by = getpid();
	f->next_begun = begun;
	begun = f;
}

static void
forget(struct report_file *f)
{
	struct report_file **link;

	for (link = &begun; *link != NULL; link = &(*link)->next_begun)
		if (*link == f) {
			*link = f->next_begun;
			break;
		}
	free(f->temporary);
	f->temporary = NULL;
}

/* Takes fd, which may be -1 with errno. */
static int
open_in_place(struct report_file *f, int fd)
{
	int saved;

	if (fd != -1 && (f->stream = fdopen(fd, "w")) != NULL)
		return 0;
	saved = errno;
	if (fd != -1)
		(void)close(fd);	/* nothing was written */
	report_abandon(f);
	errno = saved;
	return -1;
}

static mode_t
file_creation_mode(void)
{
	mode_t mask = umask(0);

	(void)umask(mask);		/* cannot fail */
	return 0666 & ~mask;
}

int
report_commit(struct report_file *f, const struct report *r)
{
	FILE *stream = f->stream;
	int saved;

	errno = 0;
	report_write(stream, f->format, r);
	if (fflush(stream) == EOF || ferror(stream))
		goto fail;
	if (f->temporary != NULL && fsync(fileno(stream)) == -1)
		goto fail;
	f->stream = NULL;
	if (stream != stdout && fclose(stream) == EOF)
		goto fail;
	if (f->temporary != NULL && rename(f->temporary, f->target) == -1)
		goto fail;
	forget(f);
	report_abandon(f);
	return 0;
fail:
	saved = errno != 0 ? errno : EIO;
	report_abandon(f);
	errno = saved;
	return -1;
}

void
report_abandon(struct report_file *f)
{
	/* What could not be flushed is thrown away with the file. */
	if (f->stream != NULL && f->stream != stdout)
		(void)fclose(f->stream);
	f->stream = NULL;
	if (f->temporary != NULL)
		(void)unlink(f->temporary);
	forget(f);
	free(f->target);
	f->target = NULL;
}

size_t
report_errors(struct error_row rows[REPORT_ERRORS_MAX],
    const struct counters *n)
{
	size_t part, cause, nrows = 0;

	for (part = 0; part < PARTS; part++) {
		for (cause = 0; cause < CAUSES; cause++) {
			if (n->error[part][cause] == 0)
				continue;
			rows[nrows].part = (enum part)part;
			rows[nrows].cause = (enum cause)cause;
			rows[nrows].count = n->error[part][cause];
			nrows++;
		}
	}
	qsort(rows, nrows, sizeof(rows[0]), compare_errors);
	return nrows;
}

static int
compare_errors(const void *a, const void *b)
{
	const struct error_row *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	return x->cause < y->cause ? -1 : x->cause > y->cause;
}

size_t
report_categories(struct category_row rows[REPORT_CATEGORIES_MAX],
    const uint64_t category[CATEGORIES], const struct other_error *others,
    size_t nothers)
{
	size_t i, n = 0;

	assert(nothers <= RESULT_OTHERS_MAX);
	for (i = CATEGORY_NONE + 1; i < CATEGORIES; i++) {
		if (category[i] == 0)
			continue;
		rows[n].name = category_name((enum category)i);
		rows[n++].count = category[i];
	}
	for (i = 0; i < nothers; i++) {
		rows[n].name = others[i].name;
		rows[n++].count = others[i].count;
	}
	qsort(rows, n, sizeof(rows[0]), compare_names);
	return n;
}

static int
compare_names(const void *a, const void *b)
{
	const struct category_row *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void
report_largest_first(struct category_row *rows, size_t n)
{
	qsort(rows, n, sizeof(rows[0]), compare_counts);
}

static int
compare_counts(const void *a, const void *b)
{
	const struct category_row *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return compare_names(a, b);
}
