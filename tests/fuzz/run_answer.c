/* SPDX-License-Identifier: MIT */
/*
 * A worker's answer to a run, while it comes. The first byte says whether it is
 * a stream of lines or one document, whether the status is 200, and how it is
 * cut. There is one last word and nothing behind it, and what is heard is the
 * same in pieces as in one.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "fleet/run_answer.h"
#include "tests/fuzz/rig.h"

struct heard {
	struct run_answer	 answer;
	struct buf		 text;
	size_t			 last_words;
};

static void
on_snapshot(void *arg, const struct json_value *v)
{
	struct heard *h = arg;

	FUZZ_CHECK(h->last_words == 0);
	buf_addf(&h->text, "snapshot %d %zu\n", (int)v->type, v->count);
}

static void
on_result(void *arg, const struct json_value *v, const char *error)
{
	struct heard *h = arg;

	FUZZ_CHECK(h->last_words++ == 0);
	buf_addf(&h->text, "result %d %zu %s\n", (int)v->type, v->count,
	    error == NULL ? "" : error);
}

static void
on_failed(void *arg, const char *why)
{
	struct heard *h = arg;

	FUZZ_CHECK(h->last_words++ == 0);
	FUZZ_CHECK(why != NULL);
	buf_addf(&h->text, "failed %s\n", why);
}

static void
listen_to(struct heard *h, uint8_t how, const uint8_t *data, size_t size,
    uint32_t *seed)
{
	static const char fields[] = "Content-Type: application/x-ndjson\r\n";
	const struct run_answer_hooks hooks = { .snapshot = on_snapshot,
	    .result = on_result, .failed = on_failed, .arg = h };
	struct http_head head = { .status = (how & 2) != 0 ? 503 : 200 };
	size_t at = 0, end;
	char *piece;

	memset(h, 0, sizeof(*h));
	buf_init(&h->text, 16 * 1024 * 1024);
	if ((how & 1) != 0)
		head.fields = (struct http_view){ fields,
		    sizeof(fields) - 1 };
	run_answer_init(&h->answer, &hooks);
	run_answer_head(&h->answer, &head);
	while (at < size) {
		end = seed == NULL ? size : fuzz_cut(seed, at, size);
		piece = fuzz_copy(data + at, end - at);
		run_answer_body(&h->answer, piece, end - at);
		free(piece);
		at = end;
	}
	run_answer_end(&h->answer);
	run_answer_end(&h->answer);
	FUZZ_CHECK(h->last_words == 1 && h->answer.is_over);
	run_answer_clear(&h->answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard whole, pieces;
	uint32_t seed;

	if (size == 0)
		return 0;
	seed = data[0];
	listen_to(&whole, data[0], data + 1, size - 1, NULL);
	listen_to(&pieces, data[0], data + 1, size - 1, &seed);
	FUZZ_CHECK(fuzz_same(&whole.text, &pieces.text));
	buf_clear(&whole.text);
	buf_clear(&pieces.text);
	return 0;
}
