/* SPDX-License-Identifier: MIT */
/*
 * What a worker answers to a run, as it comes to a coordinator: one document or
 * a stream of lines. The first byte chooses status and type, the second how the
 * rest is cut. There is exactly one last word, however it is cut, and nothing
 * is heard behind it.
 */

#include <stdlib.h>
#include <string.h>

#include "fleet/run_answer.h"
#include "tests/fuzz/fuzz.h"

struct heard {
	struct run_answer	 answer;
	size_t			 snapshots;
	size_t			 results;
	size_t			 failures;
};

static void
on_snapshot(void *arg, const struct json_value *v)
{
	struct heard *h = arg;

	FUZZ_CLAIM(v != NULL && h->results + h->failures == 0);
	h->snapshots++;
}

static void
on_result(void *arg, const struct json_value *v, const char *error)
{
	struct heard *h = arg;

	(void)error;
	FUZZ_CLAIM(v != NULL);
	h->results++;
}

static void
on_failed(void *arg, const char *why)
{
	struct heard *h = arg;

	FUZZ_CLAIM(why != NULL && *why != '\0');
	h->failures++;
}

static void
listen_to(struct heard *h, int status, bool is_stream, const uint8_t *data,
    size_t size, size_t piece)
{
	const struct run_answer_hooks hooks = { on_snapshot, on_result,
	    on_failed, h };
	static const char stream[] =
	    "Content-Type: application/x-ndjson\r\n";
	static const char document[] = "Content-Type: application/json\r\n";
	struct http_head head = { .status = status };
	size_t len;
	char *copy;

	head.fields.data = is_stream ? stream : document;
	head.fields.len = strlen(head.fields.data);
	memset(h, 0, sizeof(*h));
	run_answer_init(&h->answer, &hooks);
	run_answer_head(&h->answer, &head);
	while (size > 0) {
		len = size > piece ? piece : size;
		copy = fuzz_copy(data, len);
		run_answer_body(&h->answer, copy, len);
		free(copy);
		data += len;
		size -= len;
	}
	run_answer_end(&h->answer);
	FUZZ_CLAIM(h->results + h->failures == 1);
	run_answer_clear(&h->answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {
		200, 200, 200, 400, 401, 500, 503, 999
	};
	uint8_t how = fuzz_byte(&data, &size);
	size_t piece = fuzz_byte(&data, &size) % 64 + 1u;
	struct heard whole, cut;

	listen_to(&whole, statuses[how % 8], how & 8, data, size,
	    size > 0 ? size : 1);
	listen_to(&cut, statuses[how % 8], how & 8, data, size, piece);
	FUZZ_CLAIM(whole.snapshots == cut.snapshots);
	FUZZ_CLAIM(whole.results == cut.results);
	return 0;
}
