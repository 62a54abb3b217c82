/* SPDX-License-Identifier: MIT */
/*
 * What fuzz targets share: copies of just their size, cuts that the input
 * chooses, files and frames that exist in memory only. What it is given it
 * leaves as it is; a claim that does not hold is said and ends the process by
 * abort(), which is how libFuzzer and replay.c learn of it.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json_write.h"
#include "tests/fuzz/rig.h"
#include "wire/request_json.h"

enum { FRAME_HEAD = 8 };

static int	file_fd = -1;

void
fuzz_fail(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, claim);
	abort();
}

char *
fuzz_copy(const void *data, size_t len)
{
	/* Of no byte, none may be read: malloc(0) may give one. */
	char *copy = xreallocarray(NULL, len, 1);

	if (len > 0)
		memcpy(copy, data, len);
	return copy;
}

char *
fuzz_str(const void *data, size_t len)
{
	return len == 0 ? xstrdup("") : xstrndup(data, len);
}

/* Knuth's numbers, as in MMIX's smaller relatives. */
uint32_t
fuzz_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

size_t
fuzz_cut(uint32_t *state, size_t at, size_t len)
{
	uint32_t r = fuzz_random(state);
	size_t most = r % 4 == 0 ? 1 : r % 4 == 1 ? 7 : len;
	size_t n = 1 + (r >> 2) % most;

	return n < len - at ? at + n : len;
}

char *
fuzz_line(const uint8_t **data, size_t *size)
{
	const uint8_t *end = *size == 0 ? NULL : memchr(*data, '\n', *size);
	size_t len = end == NULL ? *size : (size_t)(end - *data);
	char *line = fuzz_str(*data, len);

	if (end != NULL)
		len++;
	if (len > 0)
		*data += len;
	*size -= len;
	return line;
}

/* A pipe holds so much without a reader. */
const char *
fuzz_file(const void *data, size_t len)
{
	static char path[32];
	int fds[2];

	FUZZ_CHECK(len <= FUZZ_FILE_MAX && pipe(fds) == 0);
	FUZZ_CHECK(len == 0 || write(fds[1], data, len) == (ssize_t)len);
	close(fds[1]);
	file_fd = fds[0];
	snprintf(path, sizeof(path), "/dev/fd/%d", file_fd);
	return path;
}

void
fuzz_file_close(void)
{
	close(file_fd);
	file_fd = -1;
}

void
fuzz_check_why(const char *why, size_t max)
{
	size_t i, len = strnlen(why, max);

	FUZZ_CHECK(len > 0 && len < max);
	for (i = 0; i < len; i++)
		FUZZ_CHECK((unsigned char)why[i] >= ' ' && why[i] != 0x7f);
}

struct json *
fuzz_json(const void *data, size_t len)
{
	struct json_error err = { .reason = NULL };
	char *copy = fuzz_copy(data, len);
	struct json *doc = json_parse(copy, len, &err);

	/* The document keeps nothing of the text. */
	free(copy);
	if (doc == NULL) {
		FUZZ_CHECK(err.reason != NULL && err.offset <= len);
		FUZZ_CHECK(err.line > 0 && err.column > 0);
	}
	return doc;
}

void
fuzz_request_text(struct buf *out, const struct run_request *req)
{
	struct json_out w;

	buf_init(out, JSON_TEXT_MAX);
	json_out_start(&w, out, false);
	run_request_to_json(req, &w);
	FUZZ_CHECK(json_out_end(&w) == 0);
}

/* Both are shown when they differ, to see where. */
bool
fuzz_same(const struct buf *a, const struct buf *b)
{
	if (a->len == b->len &&
	    (a->len == 0 || memcmp(a->data, b->data, a->len) == 0))
		return true;
	fprintf(stderr, "%.*s\n-- and --\n%.*s\n", (int)a->len, a->data,
	    (int)b->len, b->data);
	return false;
}

void
fuzz_frame_start(struct msg_channel *ch)
{
	memset(ch, 0, sizeof(*ch));
	buf_init(&ch->out, MSG_MAX);
	msg_begin(ch, 1);
	FUZZ_CHECK(ch->out.len == FRAME_HEAD);
}

struct msg
fuzz_frame(const struct msg_channel *ch)
{
	return (struct msg){ .data = ch->out.data + FRAME_HEAD,
	    .left = ch->out.len - FRAME_HEAD };
}

void
fuzz_frame_clear(struct msg_channel *ch)
{
	buf_clear(&ch->out);
}
