/* SPDX-License-Identifier: MIT */
/*
 * JSON. What was accepted is the same tree after it was written and read again,
 * and what is refused is refused at a byte of the text, for a reason. Numbers
 * that do not fit leave what was there.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_write.h"
#include "tests/fuzz/fuzz.h"

static void
write_value(struct json_out *w, const struct json_value *v, const char *name)
{
	const struct json_value *child;
	double d = 0;

	switch (v->type) {
	case JSON_NULL:
		json_null(w, name);
		break;
	case JSON_BOOL:
		json_bool(w, name, v->is_true);
		break;
	case JSON_NUMBER:
		(void)json_to_double(v, &d);
		json_double(w, name, d);
		break;
	case JSON_STRING:
		json_strn(w, name, v->str, v->len);
		break;
	case JSON_ARRAY:
		json_array(w, name);
		for (child = v->child; child != NULL; child = child->next)
			write_value(w, child, NULL);
		json_close(w);
		break;
	case JSON_OBJECT:
		json_object(w, name);
		for (child = v->child; child != NULL; child = child->next)
			write_value(w, child, child->name);
		json_close(w);
		break;
	}
}

static void
check_number(const struct json_value *v)
{
	uint64_t u = 77;
	int64_t i = 77;
	double d = 77;

	FUZZ_CLAIM(json_to_uint(v, &u) == 0 || u == 77);
	FUZZ_CLAIM(json_to_int(v, &i) == 0 || i == 77);
	if (json_to_double(v, &d) == 0)
		FUZZ_CLAIM(isfinite(d));
	else
		FUZZ_CLAIM(d == 77);
	if (json_to_uint(v, &u) == 0)
		FUZZ_CLAIM(u == strtoull(v->str, NULL, 10));
	if (json_to_int(v, &i) == 0)
		FUZZ_CLAIM(i == strtoll(v->str, NULL, 10));
}

/* Names with a NUL inside cannot be written by name: then false. */
static bool
can_be_written(const struct json_value *v)
{
	const struct json_value *child;
	size_t n = 0;

	if (v->type == JSON_NUMBER)
		check_number(v);
	for (child = v->child; child != NULL; child = child->next) {
		n++;
		if (v->type == JSON_OBJECT) {
			FUZZ_CLAIM(child->name[child->name_len] == '\0');
			if (strlen(child->name) != child->name_len)
				return false;
			FUZZ_CLAIM(json_get(v, child->name) == child);
		}
		if (!can_be_written(child))
			return false;
	}
	FUZZ_CLAIM(v->type < JSON_ARRAY || n == v->count);
	return true;
}

static bool
is_same(const struct json_value *a, const struct json_value *b)
{
	double x = 0, y = 0;

	if (a == NULL || b == NULL)
		return a == b;
	if (a->type != b->type || a->is_true != b->is_true ||
	    a->count != b->count)
		return false;
	if (a->type == JSON_NUMBER) {
		(void)json_to_double(a, &x);
		(void)json_to_double(b, &y);
		return x == y;
	}
	if (a->type == JSON_STRING)
		return a->len == b->len && memcmp(a->str, b->str, a->len) == 0;
	for (a = a->child, b = b->child; a != NULL && b != NULL;
	    a = a->next, b = b->next)
		if (a->name_len != b->name_len || (a->name != NULL &&
		    memcmp(a->name, b->name, a->name_len) != 0) ||
		    !is_same(a, b))
			return false;
	return a == b;
}

static void
round_trip(struct json *doc)
{
	struct json_out w;
	struct json *again;
	struct json_error error;
	struct buf out;

	buf_init(&out, JSON_TEXT_MAX);
	json_out_start(&w, &out, false);
	write_value(&w, json_root(doc), NULL);
	FUZZ_CLAIM(json_out_end(&w) == 0);
	again = json_parse(out.data, out.len, &error);
	FUZZ_CLAIM(again != NULL);
	FUZZ_CLAIM(is_same(json_root(doc), json_root(again)));
	json_free(again);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct json_error error = { .reason = NULL };
	struct json *doc = json_parse(text, size, &error);

	free(text);
	if (doc == NULL) {
		FUZZ_CLAIM(error.reason != NULL && error.offset <= size);
		FUZZ_CLAIM(error.line > 0 && error.column > 0);
	} else if (can_be_written(json_root(doc)))
		round_trip(doc);
	json_free(doc);
	return 0;
}
