/* SPDX-License-Identifier: MIT */
/*
 * The checks of a scenario as JSON, both ways: lenient about what is unknown,
 * absent or null, strict about types, as all of the wire is (wire_json.c).
 *
 * What is written has its members in the order of the Go program, each absent
 * when it is empty, and strings for all expected values. Ranges of sense, such
 * as that of a status, are for run_request_check.
 */

#include <string.h>

#include "wire_checks_json.h"

/* What takes a pair of name and expected value. */
typedef int (*add_fn)(struct checks *, const char *, const char *);

static const struct json_value *member(const struct json_value *,
		    const char *);
static int	 refuse_count(const char *, char *);
static int	 read_status(struct checks *, const struct json_value *,
		    char *);
static int	 read_pairs(struct checks *, const struct json_value *,
		    const char *, add_fn, char *);
static int	 read_texts(struct checks *, const struct json_value *, char *);
static void	 put_pairs(struct json_out *, const char *,
		    const struct header *, size_t,
		    const char *(*)(const struct header *));

int
checks_from_json(struct checks *c, const struct json_value *v,
    char why[WIRE_TEXT_MAX])
{
	if (v == NULL || v->type == JSON_NULL)
		return 0;
	if (v->type != JSON_OBJECT)
		return wire_refuse(why, "checks: must be an object");
	if (read_status(c, v, why) == -1 ||
	    read_pairs(c, v, "headerEquals", checks_add_header, why) == -1 ||
	    read_texts(c, v, why) == -1 ||
	    read_pairs(c, v, "jsonEquals", checks_add_json, why) == -1)
		return -1;
	return 0;
}

static const struct json_value *
member(const struct json_value *obj, const char *name)
{
	const struct json_value *v = json_get(obj, name);

	return v == NULL || v->type == JSON_NULL ? NULL : v;
}

static int
refuse_count(const char *name, char *why)
{
	return wire_refuse(why, "checks.%s: must be at most %d", name,
	    WIRE_CHECKS_MAX);
}

static int
read_status(struct checks *c, const struct json_value *obj, char *why)
{
	const struct json_value *v = member(obj, "status");
	uint64_t status = 0;

	if (v == NULL)
		return 0;
	if (json_to_uint(v, &status) == -1)
		return wire_refuse(why, "checks.status: must be a whole "
		    "number");
	/* Whatever is too large for an int is just as wrong as this. */
	c->status = status > 999 ? 999 : (int)status;
	return 0;
}

static int
read_pairs(struct checks *c, const struct json_value *obj, const char *name,
    add_fn add, char *why)
{
	const struct json_value *pairs = member(obj, name), *v;
	const char *text;

	if (pairs == NULL)
		return 0;
	if (pairs->type != JSON_OBJECT)
		return wire_refuse(why, "checks.%s: must be an object", name);
	for (v = pairs->child; v != NULL; v = v->next) {
		if ((text = json_to_text(v)) == NULL ||
		    strlen(v->name) != v->name_len)
			return wire_refuse(why, "checks.%s: must be an object "
			    "of strings without NUL, numbers, booleans and "
			    "null", name);
		if (add(c, v->name, text) == -1)
			return refuse_count(name, why);
	}
	return 0;
}

static int
read_texts(struct checks *c, const struct json_value *obj, char *why)
{
	const struct json_value *texts = member(obj, "bodyContains"), *v;
	const char *text;

	if (texts == NULL)
		return 0;
	if (texts->type != JSON_ARRAY)
		return wire_refuse(why, "checks.bodyContains: must be an array "
		    "of strings");
	for (v = texts->child; v != NULL; v = v->next) {
		if ((text = json_to_str(v)) == NULL)
			return wire_refuse(why, "checks.bodyContains: must be "
			    "an array of strings without NUL");
		if (checks_add_text(c, text) == -1)
			return refuse_count("bodyContains", why);
	}
	return 0;
}

void
checks_to_json(const struct checks *c,
    const char *(*shown)(const struct header *), struct json_out *w)
{
	size_t i;

	if (checks_is_empty(c))
		return;
	json_object(w, "checks");
	if (c->status != 0)
		json_int(w, "status", c->status);
	put_pairs(w, "headerEquals", c->headers, c->nheaders, shown);
	if (c->ntexts > 0) {
		json_array(w, "bodyContains");
		for (i = 0; i < c->ntexts; i++)
			json_str(w, NULL, c->texts[i]);
		json_close(w);
	}
	put_pairs(w, "jsonEquals", c->json, c->njson, NULL);
	json_close(w);
}

static void
put_pairs(struct json_out *w, const char *name, const struct header *pairs,
    size_t n, const char *(*shown)(const struct header *))
{
	size_t i;

	if (n == 0)
		return;
	json_object(w, name);
	for (i = 0; i < n; i++)
		json_str(w, pairs[i].name,
		    shown == NULL ? pairs[i].value : shown(&pairs[i]));
	json_close(w);
}
