/* SPDX-License-Identifier: MIT */
/*
 * Members of JSON objects on the wire, by type: lenient where the wire is
 * (unknown members, absent and null ones) and strict about types and ranges.
 *
 * What came from the network is never trusted: every number has a maximum
 * that leaves room for adding, and a refusal is one line that names the
 * member with all that is around it ("fine.latency.min: must be ...").
 *
 * Knows no request and no result; keeps nothing.
 */

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "wire/read.h"

static int	 read_number(const struct wire_reader *, const char *,
		    const char *, uint64_t, const char *, uint64_t *);

const struct json_value *
wire_member(const struct wire_reader *r, const char *name)
{
	const struct json_value *v = json_get(r->obj, name);

	if (v == NULL || v->type == JSON_NULL)
		return NULL;
	return v;
}

int
wire_must_be(const struct wire_reader *r, const char *name, const char *what)
{
	return wire_refuse(r->why, "%s%s: must be %s", r->path, name, what);
}

/* what it must be, and what the whole numbers above max are not. */
static int
read_number(const struct wire_reader *r, const char *name, const char *what,
    uint64_t max, const char *below, uint64_t *out)
{
	const struct json_value *v;
	uint64_t n;

	if ((v = wire_member(r, name)) == NULL)
		return 0;
	if (json_to_uint(v, &n) == -1)
		return wire_must_be(r, name, what);
	if (n > max)
		return wire_must_be(r, name, below);
	*out = n;
	return 0;
}

int
wire_read_uint(const struct wire_reader *r, const char *name, uint64_t *out)
{
	return read_number(r, name, "a whole number", UINT64_MAX, "", out);
}

int
wire_read_int(const struct wire_reader *r, const char *name, uint64_t *out)
{
	return read_number(r, name, "a whole number", WIRE_INT_MAX,
	    "below 2^63", out);
}

int
wire_read_ns(const struct wire_reader *r, const char *name, uint64_t *out)
{
	return read_number(r, name, "a whole number of nanoseconds",
	    WIRE_INT_MAX, "below 2^63", out);
}

int
wire_read_count(const struct wire_reader *r, const char *name, uint64_t *out)
{
	static const char what[] = "a whole number below 2^53";

	return read_number(r, name, what, WIRE_COUNT_MAX, what, out);
}

int
wire_read_bool(const struct wire_reader *r, const char *name, bool *out)
{
	const struct json_value *v;

	if ((v = wire_member(r, name)) == NULL)
		return 0;
	if (v->type != JSON_BOOL)
		return wire_must_be(r, name, "true or false");
	*out = v->is_true;
	return 0;
}

int
wire_read_str(const struct wire_reader *r, const char *name, const char **out)
{
	const struct json_value *v;
	const char *s;

	if ((v = wire_member(r, name)) == NULL)
		return 0;
	if ((s = json_to_str(v)) == NULL)
		return wire_must_be(r, name, "a string without NUL");
	if (*s != '\0')
		*out = s;
	return 0;
}

int
wire_read_word(const struct wire_reader *r, const char *name,
    const char *const *words, size_t n, size_t *out)
{
	const char *word = NULL;

	if (wire_read_str(r, name, &word) == -1)
		return -1;
	if (word == NULL)
		return 0;
	return wire_find_word(r, name, word, words, n, out);
}

int
wire_find_word(const struct wire_reader *r, const char *name,
    const char *word, const char *const *words, size_t n, size_t *out)
{
	char what[128];
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(word, words[i]) == 0) {
			*out = i;
			return 0;
		}
	}
	snprintf(what, sizeof(what), "%s%.20s: unknown value", r->path, name);
	return wire_refuse_word(r->why, what, word, words, n);
}

int
wire_read_list(const struct wire_reader *r, const char *name, size_t max,
    const struct json_value **out)
{
	char what[48];

	if ((*out = wire_member(r, name)) == NULL)
		return 0;
	if ((*out)->type != JSON_ARRAY)
		return wire_must_be(r, name, "an array");
	if (max > 0 && (*out)->count > max) {
		snprintf(what, sizeof(what), "an array of at most %zu", max);
		return wire_must_be(r, name, what);
	}
	return 0;
}

/* A path that is too long to be shown is cut. */
int
wire_read_object(const struct wire_reader *r, const char *name,
    struct wire_reader *out)
{
	out->why = r->why;
	snprintf(out->path, sizeof(out->path), "%.40s%.20s.", r->path, name);
	if ((out->obj = wire_member(r, name)) == NULL)
		return 0;
	if (out->obj->type != JSON_OBJECT)
		return wire_must_be(r, name, "an object");
	return 0;
}

int
wire_read_entry(const struct wire_reader *r, const char *name, size_t i,
    const struct json_value *v, struct wire_reader *out)
{
	out->obj = v;
	out->why = r->why;
	snprintf(out->path, sizeof(out->path), "%.16s%.16s[%zu].", r->path,
	    name, i);
	if (v->type != JSON_OBJECT)
		return wire_refuse(r->why, "%s%s[%zu]: must be an object",
		    r->path, name, i);
	return 0;
}

int
wire_read_counts(const struct wire_reader *r, const char *name,
    const char *what, int (*call)(void *, const char *, uint64_t), void *arg)
{
	const struct json_value *m;
	struct wire_reader in;
	uint64_t n, sum = 0;

	if (wire_read_object(r, name, &in) == -1)
		return -1;
	for (m = in.obj == NULL ? NULL : in.obj->child; m != NULL;
	    m = m->next) {
		if (json_to_uint(m, &n) == -1 || n > WIRE_COUNT_MAX - sum)
			return wire_must_be(r, name, "an object of whole "
			    "numbers, below 2^53 all together");
		sum += n;
		if (strlen(m->name) != m->name_len ||
		    (n > 0 && call(arg, m->name, n) == -1))
			return wire_refuse(r->why, "%s%s: \"%.40s\" is no %s",
			    r->path, name, m->name, what);
	}
	return 0;
}
