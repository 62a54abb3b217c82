/* SPDX-License-Identifier: MIT */
/*
 * A worker's answer to a run: told apart are snapshots, the result, a failure
 * with what was measured until then, and a refusal.
 *
 * The bytes come from a network and mean nothing until they have been read:
 * what is too long, no JSON, or neither of these is a failure that says so.
 * The last word is told once. Memory is what one line or one document needs,
 * and is given back with it, as there may be a thousand of these. No I/O.
 */

#include <string.h>

#include "fleet/run_answer.h"
#include "wire.h"

enum {
	TEXT_MAX = 8 * 1024 * 1024,	/* of a result, or of a line */
	REFUSAL_MAX = 4096		/* of one, to be shown cut */
};

void
run_answer_init(struct run_answer *a, const struct run_answer_hooks *hooks)
{
	memset(a, 0, sizeof(*a));
	a->hooks = *hooks;
	buf_init(&a->text, TEXT_MAX);
}

void
run_answer_clear(struct run_answer *a)
{
	a->is_over = true;
	buf_clear(&a->text);
}

static void
fail(struct run_answer *a, const char *why)
{
	run_answer_clear(a);
	a->hooks.failed(a->hooks.arg, why);
}

/* A result is the last word, an error without one as well. */
static void
take_last(struct run_answer *a, const struct json_value *result,
    const struct json_value *error)
{
	const char *text = json_to_str(error);

	run_answer_clear(a);
	if (result != NULL)
		a->hooks.result(a->hooks.arg, result, text);
	else
		a->hooks.failed(a->hooks.arg, text != NULL ? text :
		    "it streams what is neither snapshot nor result");
}

/* One line of a stream, or a whole document. */
static void
take_json(struct run_answer *a, const char *text, size_t len)
{
	struct json_error err;
	struct json *doc = json_parse(text, len, &err);
	const struct json_value *root, *snapshot;
	char why[WIRE_TEXT_MAX];

	if (doc == NULL) {
		wire_refuse(why, "its answer is no JSON: %s (byte %zu)",
		    err.reason, err.offset);
		fail(a, why);
		return;
	}
	root = json_root(doc);
	snapshot = a->is_stream ? json_get(root, "snapshot") : NULL;
	if (snapshot != NULL)
		a->hooks.snapshot(a->hooks.arg, snapshot);
	else if (a->is_stream)
		take_last(a, json_get(root, "result"),
		    json_get(root, "error"));
	else
		take_last(a, root, NULL);
	json_free(doc);
}

void
run_answer_head(struct run_answer *a, const struct http_head *h)
{
	const char ndjson[] = "application/x-ndjson";
	struct http_view type = http_field(h->fields, "Content-Type");

	a->status = h->status;
	a->is_stream = h->status == 200 && type.len >= sizeof(ndjson) - 1 &&
	    memcmp(type.data, ndjson, sizeof(ndjson) - 1) == 0;
}

/* All whole lines that are there. */
static void
take_lines(struct run_answer *a)
{
	size_t len, used = 0;
	const char *end;

	while (!a->is_over && used < a->text.len && (end = memchr(a->text.data +
	    used, '\n', a->text.len - used)) != NULL) {
		len = (size_t)(end - a->text.data) - used;
		if (len > 0)
			take_json(a, a->text.data + used, len);
		used += len + 1;
	}
	if (a->is_over)
		return;
	if (used == a->text.len)
		buf_clear(&a->text);
	else
		buf_drop(&a->text, used);
}

void
run_answer_body(struct run_answer *a, const char *p, size_t len)
{
	if (a->is_over)
		return;
	if (a->status != 200 && len > REFUSAL_MAX - a->text.len)
		len = REFUSAL_MAX - a->text.len;
	if (buf_add(&a->text, p, len) == -1)
		fail(a, "its answer is too large");
	else if (a->is_stream && memchr(p, '\n', len) != NULL)
		take_lines(a);
}

/* Another status than 200, with the first line of the reason. */
static void
fail_refused(struct run_answer *a)
{
	char why[WIRE_TEXT_MAX];
	const char *text = buf_str(&a->text);
	int len = (int)strcspn(text, "\r\n");

	if (len > 0)
		wire_refuse(why, "it refused: %d: %.*s", a->status, len, text);
	else
		wire_refuse(why, "it refused: %d %s", a->status,
		    http_status_text(a->status));
	fail(a, why);
}

void
run_answer_end(struct run_answer *a)
{
	struct buf text;

	if (a->is_over)
		return;
	if (a->status != 200)
		fail_refused(a);
	else if (a->is_stream)
		fail(a, "its stream ended without a result");
	else {
		/* It is cleared before the last word is told. */
		text = a->text;
		buf_init(&a->text, TEXT_MAX);
		take_json(a, text.data, text.len);
		buf_clear(&text);
	}
}
