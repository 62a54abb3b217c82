/* SPDX-License-Identifier: MIT */
/*
 * JSON from anywhere. What is taken, written again by json_write.c, is the same
 * tree; no name stands twice in an object, no limit is passed. A number is what
 * its text says, or an error; strings are UTF-8.
 */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_write.h"
#include "tests/fuzz/rig.h"
#include "wire.h"

/* Names are written as strings: a NUL inside ends them. */
static bool	has_nul_name;

static void
check_number(const struct json_value *v)
{
	bool is_digits = v->str[strspn(v->str, "0123456789")] == '\0';
	uint64_t u;
	int64_t i;
	double d;
	char text[32];

	FUZZ_CHECK(strlen(v->str) == v->len && v->len > 0);
	if (json_to_uint(v, &u) == 0) {
		snprintf(text, sizeof(text), "%" PRIu64, u);
		FUZZ_CHECK(strcmp(text, v->str) == 0);
	} else {
		FUZZ_CHECK(!is_digits || v->len >= 20);
	}
	if (json_to_int(v, &i) == 0) {
		snprintf(text, sizeof(text), "%" PRId64, i);
		FUZZ_CHECK(strcmp(text, v->str) == 0 ||
		    strcmp(v->str, "-0") == 0);
	} else {
		FUZZ_CHECK(!is_digits || v->len >= 19);
	}
	if (json_to_double(v, &d) == 0)
		FUZZ_CHECK(isfinite(d));
	else
		FUZZ_CHECK(v->len > 3);
}

static void
check_value(const struct json_value *v, unsigned int depth)
{
	const struct json_value *c, *d;
	size_t n = 0;

	FUZZ_CHECK(depth <= JSON_DEPTH_MAX);
	if (v->type == JSON_NUMBER)
		check_number(v);
	if (v->type == JSON_STRING)
		FUZZ_CHECK(wire_is_utf8(v->str, v->len) &&
		    v->str[v->len] == '\0');
	for (c = v->child; c != NULL; c = c->next, n++) {
		check_value(c, depth + 1);
		if (v->type != JSON_OBJECT)
			continue;
		FUZZ_CHECK(wire_is_utf8(c->name, c->name_len));
		if (strlen(c->name) != c->name_len) {
			has_nul_name = true;
			continue;
		}
		FUZZ_CHECK(json_get(v, c->name) == c);
		for (d = v->child; d != c && n < 64; d = d->next)
			FUZZ_CHECK(d->name_len != c->name_len ||
			    memcmp(d->name, c->name, d->name_len) != 0);
	}
	FUZZ_CHECK(n == v->count);
	FUZZ_CHECK(n == 0 || v->type == JSON_OBJECT ||
	    v->type == JSON_ARRAY);
}

static void
put_number(struct json_out *w, const char *name, const struct json_value *v)
{
	uint64_t u;
	int64_t i;
	double d;

	if (json_to_uint(v, &u) == 0)
		json_uint(w, name, u);
	else if (json_to_int(v, &i) == 0)
		json_int(w, name, i);
	else if (json_to_double(v, &d) == 0)
		json_double(w, name, d);
	else
		json_null(w, name);
}

static void
put(struct json_out *w, const char *name, const struct json_value *v)
{
	const struct json_value *c;

	switch (v->type) {
	case JSON_NULL:
		json_null(w, name);
		return;
	case JSON_BOOL:
		json_bool(w, name, v->is_true);
		return;
	case JSON_NUMBER:
		put_number(w, name, v);
		return;
	case JSON_STRING:
		json_strn(w, name, v->str, v->len);
		return;
	case JSON_ARRAY:
		json_array(w, name);
		break;
	case JSON_OBJECT:
		json_object(w, name);
		break;
	}
	for (c = v->child; c != NULL; c = c->next)
		put(w, v->type == JSON_OBJECT ? c->name : NULL, c);
	json_close(w);
}

static void
check_same(const struct json_value *a, const struct json_value *b)
{
	double x, y;

	if (a->type == JSON_NUMBER && b->type == JSON_NULL) {
		FUZZ_CHECK(json_to_double(a, &x) == -1);
		return;
	}
	FUZZ_CHECK(a->type == b->type && a->count == b->count);
	FUZZ_CHECK(a->is_true == b->is_true);
	if (a->type == JSON_NUMBER && json_to_double(a, &x) == 0)
		FUZZ_CHECK(json_to_double(b, &y) == 0 && !(x < y) &&
		    !(x > y));
	if (a->type == JSON_STRING)
		FUZZ_CHECK(a->len == b->len &&
		    memcmp(a->str, b->str, a->len) == 0);
	for (a = a->child, b = b->child; a != NULL; a = a->next, b = b->next) {
		FUZZ_CHECK(a->name_len == b->name_len);
		FUZZ_CHECK(a->name_len == 0 ||
		    memcmp(a->name, b->name, a->name_len) == 0);
		check_same(a, b);
	}
}

static void
check_again(struct json *doc, bool is_pretty)
{
	struct json *again;
	struct json_out w;
	struct buf text;

	buf_init(&text, JSON_TEXT_MAX);
	json_out_start(&w, &text, is_pretty);
	put(&w, NULL, json_root(doc));
	FUZZ_CHECK(json_out_end(&w) == 0);
	FUZZ_CHECK((again = fuzz_json(text.data, text.len)) != NULL);
	check_same(json_root(doc), json_root(again));
	json_free(again);
	buf_clear(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json *doc = fuzz_json(data, size);

	if (doc == NULL)
		return 0;
	has_nul_name = false;
	check_value(json_root(doc), 0);
	if (!has_nul_name) {
		check_again(doc, false);
		check_again(doc, true);
	}
	json_free(doc);
	return 0;
}
