/* SPDX-License-Identifier: MIT */
/*
 * What the tests of results as JSON share: documents from a short form, and
 * reading and writing with what has to go well checked.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "json_write.h"
#include "tests/result_rig.h"
#include "wire/result_json.h"

void
add_counts(struct buf *out, size_t n, uint64_t ns, int count)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_addf(out, "%s%d", i == 0 ? "[" : ",",
		    i == hist_coarse_bucket(ns) ? count : 0);
	buf_adds(out, "]");
}

void
make_text(struct buf *out, const char *s)
{
	buf_init(out, JSON_TEXT_MAX);
	for (; *s != '\0'; s++) {
		if (*s != '$') {
			buf_add(out, *s == '\'' ? "\"" : s, 1);
			continue;
		}
		switch (*++s) {
		case '5':
			add_counts(out, HIST_COARSE, FIVE_MS, 10);
			break;
		case '0':
			add_counts(out, HIST_COARSE, FIVE_MS, 0);
			break;
		case '-':
			add_counts(out, HIST_COARSE - 1, FIVE_MS, 0);
			break;
		case 's':
			buf_addf(out, "%zu", hist_slot(FIVE_MS));
			break;
		default:
			ck_abort_msg("no $%c in documents", *s);
		}
	}
}

struct json *
parse(const char *text, size_t len)
{
	struct json_error err;
	struct json *doc;
	char *copy = xcalloc(1, len > 0 ? len : 1);

	memcpy(copy, text, len);
	doc = json_parse(copy, len, &err);
	free(copy);
	return doc;
}

struct result *
read_result(const struct buf *text, const char **warning,
    char why[WIRE_TEXT_MAX])
{
	struct json *doc = parse(text->data, text->len);
	struct result *r = result_new(0);

	ck_assert_ptr_nonnull(doc);
	if (result_from_json(r, json_root(doc), warning, why) == -1) {
		result_free(r);
		r = NULL;
	}
	json_free(doc);
	return r;
}

void
write_result(struct buf *out, const struct result *r)
{
	struct json_out w;

	buf_init(out, JSON_TEXT_MAX);
	json_out_start(&w, out, false);
	result_to_json(r, &w, NULL);
	ck_assert_int_eq(json_out_end(&w), 0);
}
