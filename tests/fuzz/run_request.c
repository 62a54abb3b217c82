/* SPDX-License-Identifier: MIT */
/*
 * Run requests, as a worker takes them. One that passes all checks is written
 * as JSON and put into a frame, and comes out of both the same.
 */

#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "tests/fuzz/fuzz.h"
#include "wire/msg.h"
#include "wire/request_json.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

static void
write_request(const struct run_request *req, struct buf *out)
{
	struct json_out w;

	buf_init(out, TEXT_MAX);
	json_out_start(&w, out, false);
	run_request_to_json(req, &w);
	FUZZ_CLAIM(json_out_end(&w) == 0);
}

static void
is_written_as(const struct run_request *req, const struct buf *text)
{
	struct buf again;

	write_request(req, &again);
	FUZZ_CLAIM(again.len == text->len &&
	    memcmp(again.data, text->data, text->len) == 0);
	buf_clear(&again);
}

static void
through_json(const struct buf *text)
{
	struct run_request again;
	struct json_error error;
	char why[WIRE_TEXT_MAX];
	struct json *doc;

	doc = json_parse(text->data, text->len, &error);
	FUZZ_CLAIM(doc != NULL);
	run_request_init(&again);
	FUZZ_CLAIM(run_request_from_json(&again, json_root(doc), why) == 0);
	json_free(doc);
	FUZZ_CLAIM(run_request_check(&again, why) == 0);
	is_written_as(&again, text);
	run_request_clear(&again);
}

static void
through_frame(const struct run_request *req, const struct buf *text)
{
	struct msg_channel ch = { .frame = 0 };
	struct run_request again;
	struct msg m = { .type = 1 };

	buf_init(&ch.out, MSG_MAX);
	run_request_put(&ch, req);
	m.data = ch.out.data;
	m.left = ch.out.len;
	run_request_init(&again);
	run_request_get(&m, &again);
	FUZZ_CLAIM(msg_is_done(&m));
	/* Whoever is sent one has a seed, given or drawn. */
	again.has_seed = req->has_seed;
	is_written_as(&again, text);
	run_request_clear(&again);
	buf_clear(&ch.out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct access access = { .denies_private = true,
	    .max_rate = 1000 };
	char why[WIRE_TEXT_MAX] = "", *text = fuzz_copy(data, size);
	struct run_request req;
	struct json_error error;
	struct json *doc = json_parse(text, size, &error);
	struct buf written;

	free(text);
	if (doc == NULL)
		return 0;
	run_request_init(&req);
	if (run_request_from_json(&req, json_root(doc), why) == -1)
		FUZZ_CLAIM(fuzz_is_line(why));
	else if (run_request_check(&req, why) == -1)
		FUZZ_CLAIM(fuzz_is_line(why));
	else {
		(void)access_run(&access, &req, why);
		write_request(&req, &written);
		through_json(&written);
		through_frame(&req, &written);
		buf_clear(&written);
	}
	json_free(doc);
	run_request_clear(&req);
	return 0;
}
