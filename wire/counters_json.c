/* SPDX-License-Identifier: MIT */
/*
 * Counters as JSON, both ways: the members that results and intervals have
 * in common.
 *
 * Reading keeps every sum below 2^53, whatever the document repeats, so that
 * no addition of a thousand of them can wrap.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "json.h"
#include "json_write.h"
#include "load/outcome.h"
#include "result.h"
#include "wire/counters_json.h"
#include "wire/read.h"

/* The counters that are a number each, by their names on the wire. */
static const struct {
	const char	*name;
	size_t		 offset;
} count_names[] = {
	{ "scheduled", offsetof(struct counters, scheduled) },
	{ "started", offsetof(struct counters, started) },
	{ "dropped", offsetof(struct counters, dropped) },
	{ "completed", offsetof(struct counters, completed) },
	{ "failed", offsetof(struct counters, failed) },
	{ "retried", offsetof(struct counters, retried) },
	{ "redirected", offsetof(struct counters, redirected) },
	{ "bytesIn", offsetof(struct counters, bytes_in) },
	{ "bytesOut", offsetof(struct counters, bytes_out) },
	{ "connects", offsetof(struct counters, connects) },
	{ "handshakes", offsetof(struct counters, handshakes) },
	{ "resumed", offsetof(struct counters, resumed) },
};

struct error_count {
	const char	*name;
	uint64_t	 count;
};

static int	 compare_errors(const void *, const void *);
static int	 add_status(void *, const char *, uint64_t);
static int	 add_category(void *, const char *, uint64_t);

void
counters_put_numbers(struct json_out *w, const struct counters *n)
{
	uint64_t v;
	size_t i;

	for (i = 0; i < UTIL_NELEM(count_names); i++) {
		v = *(const uint64_t *)((const char *)n +
		    count_names[i].offset);
		if (v > 0)
			json_uint(w, count_names[i].name, v);
	}
}

/* Three digits each, so the order of the numbers is that of the names. */
bool
counters_put_statuses(struct json_out *w, const struct counters *n)
{
	bool is_open = false;
	char name[8];
	size_t i;

	for (i = 0; i < RESULT_STATUS_MAX; i++) {
		if (n->status[i] == 0)
			continue;
		if (!is_open)
			json_object(w, "statusCounts");
		is_open = true;
		snprintf(name, sizeof(name), "%03zu", i);
		json_uint(w, name, n->status[i]);
	}
	if (is_open)
		json_close(w);
	return is_open;
}

bool
counters_put_errors(struct json_out *w, const struct counters *n,
    const struct other_error *others, size_t nothers)
{
	struct error_count errors[CATEGORIES + RESULT_OTHERS_MAX];
	size_t i, count = 0;

	for (i = CATEGORY_NONE + 1; i < CATEGORIES; i++) {
		if (n->category[i] == 0)
			continue;
		errors[count].name = category_name((enum category)i);
		errors[count++].count = n->category[i];
	}
	for (i = 0; i < nothers; i++) {
		errors[count].name = others[i].name;
		errors[count++].count = others[i].count;
	}
	if (count == 0)
		return false;
	qsort(errors, count, sizeof(errors[0]), compare_errors);
	json_object(w, "errorCounts");
	for (i = 0; i < count; i++)
		json_uint(w, errors[i].name, errors[i].count);
	json_close(w);
	return true;
}

static int
compare_errors(const void *a, const void *b)
{
	const struct error_count *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void
counters_put_table(struct json_out *w, const struct counters *n)
{
	bool is_open = false;
	int i, j;

	for (i = 0; i < PARTS; i++) {
		for (j = CAUSE_NONE + 1; j < CAUSES; j++) {
			if (n->error[i][j] == 0)
				continue;
			if (!is_open)
				json_array(w, "errorTable");
			is_open = true;
			json_object(w, NULL);
			json_str(w, "part", part_name((enum part)i));
			json_str(w, "cause", cause_name((enum cause)j));
			json_uint(w, "count", n->error[i][j]);
			json_close(w);
		}
	}
	if (is_open)
		json_close(w);
}

int
counters_read_numbers(const struct wire_reader *r, struct counters *n)
{
	uint64_t *count;
	size_t i;

	for (i = 0; i < UTIL_NELEM(count_names); i++) {
		count = (uint64_t *)((char *)n + count_names[i].offset);
		if (wire_read_count(r, count_names[i].name, count) == -1)
			return -1;
	}
	return 0;
}

int
counters_read_statuses(const struct wire_reader *r, struct counters *n)
{
	return wire_read_counts(r, "statusCounts", "status code", add_status,
	    n);
}

static int
add_status(void *arg, const char *key, uint64_t count)
{
	struct counters *n = arg;
	uint64_t status;

	if (parse_uint(key, RESULT_STATUS_MAX - 1, &status) == -1 ||
	    strlen(key) > 3)
		return -1;
	n->status[status] += count;
	return 0;
}

int
counters_read_errors(const struct wire_reader *r, struct counters *n)
{
	return wire_read_counts(r, "errorCounts", "category", add_category,
	    n);
}

static int
add_category(void *arg, const char *key, uint64_t count)
{
	enum category category = CATEGORY_UNKNOWN;
	struct counters *n = arg;

	(void)category_by_name(key, &category);	/* or it stays unknown */
	n->category[category] += count;
	return 0;
}

int
counters_read_table(const struct wire_reader *r, struct counters *n)
{
	const struct json_value *list, *v;
	const char *part, *cause;
	struct wire_reader in;
	enum part p;
	enum cause c;
	uint64_t count, sum = 0;
	size_t i = 0;

	if (wire_read_list(r, "errorTable", 0, &list) == -1)
		return -1;
	for (v = list == NULL ? NULL : list->child; v != NULL; v = v->next) {
		part = cause = "";
		count = 0;
		if (wire_read_entry(r, "errorTable", i++, v, &in) == -1 ||
		    wire_read_str(&in, "part", &part) == -1 ||
		    wire_read_str(&in, "cause", &cause) == -1 ||
		    wire_read_count(&in, "count", &count) == -1)
			return -1;
		if (count > WIRE_COUNT_MAX - sum)
			return wire_must_be(r, "errorTable",
			    "below 2^53 all together");
		sum += count;
		if (part_by_name(part, &p) == 0 &&
		    cause_by_name(cause, &c) == 0)
			n->error[p][c] += count;
	}
	return 0;
}
