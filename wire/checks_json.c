/* SPDX-License-Identifier: MIT */
/*
 * The checks of a scenario as JSON, both ways: lenient about what is unknown,
 * absent or null, strict about types, as all of the wire is
 * (wire/request_json.c).
 *
 * What is written has its members in the order of the Go program, each absent
 * when it is empty, and strings for all expected values. Ranges of sense, such
 * as that of a status, are for run_request_check.
 */

#include <string.h>

#include "json.h"
#include "json_write.h"
#include "wire.h"
#include "wire/checks_json.h"
#include "wire/read.h"

/* What takes a pair of name and expected value. */
typedef int (*add_fn)(struct checks *, const char *, const char *);

static int	 refuse_count(const struct wire_reader *, const char *);
static int	 read_status(struct checks *, const struct wire_reader *);
static int	 read_pairs(struct checks *, const struct wire_reader *,
		    const char *, add_fn);
static int	 read_texts(struct checks *, const struct wire_reader *);
static void	 put_pairs(struct json_out *, const char *,
		    const struct header *, size_t,
		    const char *(*)(const struct header *));

int
checks_from_json(struct checks *c, const struct wire_reader *r,
    const char *name)
{
	struct wire_reader in;

	if (wire_read_object(r, name, &in) == -1 ||
	    read_status(c, &in) == -1 ||
	    read_pairs(c, &in, "headerEquals", checks_add_header) == -1 ||
	    read_texts(c, &in) == -1 ||
	    read_pairs(c, &in, "jsonEquals", checks_add_json) == -1)
		return -1;
	return 0;
}

static int
refuse_count(const struct wire_reader *r, const char *name)
{
	return wire_refuse(r->why, "%s%s: must be at most %d", r->path, name,
	    WIRE_CHECKS_MAX);
}

static int
read_status(struct checks *c, const struct wire_reader *r)
{
	uint64_t status = (uint64_t)c->status;

	if (wire_read_uint(r, "status", &status) == -1)
		return -1;
	/* Whatever is too large for an int is just as wrong as this. */
	c->status = status > 999 ? 999 : (int)status;
	return 0;
}

static int
read_pairs(struct checks *c, const struct wire_reader *r, const char *name,
    add_fn add)
{
	const struct json_value *v;
	struct wire_reader pairs;
	const char *text;

	if (wire_read_object(r, name, &pairs) == -1)
		return -1;
	for (v = pairs.obj == NULL ? NULL : pairs.obj->child; v != NULL;
	    v = v->next) {
		if ((text = json_to_text(v)) == NULL ||
		    strlen(v->name) != v->name_len)
			return wire_must_be(r, name, "an object of strings "
			    "without NUL, numbers, booleans and null");
		if (add(c, v->name, text) == -1)
			return refuse_count(r, name);
	}
	return 0;
}

static int
read_texts(struct checks *c, const struct wire_reader *r)
{
	const struct json_value *texts = wire_member(r, "bodyContains"), *v;
	const char *text;

	if (texts == NULL)
		return 0;
	if (texts->type != JSON_ARRAY)
		return wire_must_be(r, "bodyContains", "an array of strings");
	for (v = texts->child; v != NULL; v = v->next) {
		if ((text = json_to_str(v)) == NULL)
			return wire_must_be(r, "bodyContains",
			    "an array of strings without NUL");
		if (checks_add_text(c, text) == -1)
			return refuse_count(r, "bodyContains");
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
