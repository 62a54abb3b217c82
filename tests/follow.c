/* SPDX-License-Identifier: MIT */
/*
 * Follows a run by its lines of progress in JSON, from standard input:
 *
 *	follow [-g]
 *
 * Each line must be one object with all the members of a snapshot and of
 * progress, its index the one behind the last (with -g only a larger one), and
 * its totals the sums of what the lines until then say (not with -g). At the
 * end prints "LINES scheduled N started N dropped N completed N failed N in N
 * out N", of the last totals. Status 1 and the line and what is wrong with it
 * on stderr.
 */

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "json.h"

/* A member of total, and where a snapshot has its part. */
static const struct {
	const char	*total;
	const char	*shown;		/* as what it is printed */
} sums[] = {
	{ "scheduled", "scheduled" },
	{ "started", "started" },
	{ "dropped", "dropped" },
	{ "completed", "completed" },
	{ "failed", "failed" },
	{ "bytes_in", "in" },
	{ "bytes_out", "out" },
};

static const char *const members[] = {
	"started_at", "summary", "latency", "ttfb", "status_codes", "errors",
	"index", "from_ms", "until_ms", "planned", "in_flight", "lag_p99_ms",
	"elapsed_ms", "planned_duration_ms", "warmup_ms", "total",
};

static unsigned long nlines;
static uint64_t sum[UTIL_NELEM(sums)], total[UTIL_NELEM(sums)];
static double planned;
static uint64_t next_index;
static bool may_have_gaps;

static uint64_t
count_of(const struct json_value *v, const char *name)
{
	uint64_t n;

	if (json_to_uint(json_get(v, name), &n) == -1)
		errx(1, "line %lu: no count %s", nlines, name);
	return n;
}

static double
number_of(const struct json_value *v, const char *name)
{
	double n;

	if (json_to_double(json_get(v, name), &n) == -1)
		errx(1, "line %lu: no number %s", nlines, name);
	return n;
}

static void
check_sums(const struct json_value *v)
{
	const struct json_value *all = json_get(v, "total");
	size_t i;

	for (i = 0; i < UTIL_NELEM(sums); i++) {
		sum[i] += count_of(json_get(v, "summary"), sums[i].total);
		total[i] = count_of(all, sums[i].total);
		if (!may_have_gaps && total[i] != sum[i])
			errx(1, "line %lu: %s is no sum", nlines,
			    sums[i].total);
	}
	planned += number_of(v, "planned");
	if (!may_have_gaps &&
	    fabs(planned - number_of(all, "planned")) > 1e-3)
		errx(1, "line %lu: planned is no sum", nlines);
}

static void
take(const struct json_value *v)
{
	uint64_t index;
	size_t i;

	if (v->type != JSON_OBJECT)
		errx(1, "line %lu: is no object", nlines);
	for (i = 0; i < UTIL_NELEM(members); i++)
		if (json_get(v, members[i]) == NULL)
			errx(1, "line %lu: lacks %s", nlines, members[i]);
	index = count_of(v, "index");
	if (index < next_index || (!may_have_gaps && index != next_index))
		errx(1, "line %lu: index %lu, not %lu", nlines,
		    (unsigned long)index, (unsigned long)next_index);
	next_index = index + 1;
	if (fabs(number_of(v, "elapsed_ms") - number_of(v, "until_ms")) > 0)
		errx(1, "line %lu: elapsed is not its end", nlines);
	check_sums(v);
}

int
main(int argc, char **argv)
{
	struct json_error error;
	struct json *json;
	char *line = NULL;
	size_t size = 0, i;
	ssize_t len;

	may_have_gaps = argc > 1 && strcmp(argv[1], "-g") == 0;
	while ((len = getline(&line, &size, stdin)) > 0) {
		nlines++;
		if (line[len - 1] != '\n')
			errx(1, "line %lu: is torn", nlines);
		json = json_parse(line, (size_t)len, &error);
		if (json == NULL)
			errx(1, "line %lu: %s", nlines, error.reason);
		take(json_root(json));
		json_free(json);
	}
	free(line);
	printf("%lu", nlines);
	for (i = 0; i < UTIL_NELEM(sums); i++)
		printf(" %s %lu", sums[i].shown, (unsigned long)total[i]);
	printf("\n");
	return 0;
}
