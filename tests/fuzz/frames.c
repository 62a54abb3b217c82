/* SPDX-License-Identifier: MIT */
/*
 * Frames between parents and children. The first byte says what reads the rest:
 * one of those who take frames apart, or the channel itself, over a pipe, and
 * in which pieces. They are trusted to be well made, not to be harmless: memory
 * is read and taken within what came. Broken framing ends a channel with
 * EPROTO, once, and nothing is heard behind it.
 */

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/proc.h"
#include "tests/fuzz/fuzz.h"
#include "wire/msg.h"

enum { DECODERS = 6, WRITE_MAX = 32 * 1024 };

static void
get_request(struct msg *m)
{
	struct run_request req;

	run_request_init(&req);
	run_request_get(m, &req);
	run_request_clear(&req);
}

static void
get_addresses(struct msg *m)
{
	struct net_addresses addresses = { .n = 0 };

	net_addresses_get(m, &addresses);
	FUZZ_CLAIM(addresses.n <= NET_ADDRESSES_MAX);
}

static void
get_counters(struct msg *m)
{
	struct counters *n = xcalloc(1, sizeof(*n));

	counters_get(m, n);
	free(n);
}

static void
get_hist(struct msg *m)
{
	struct hist *h = xcalloc(1, sizeof(*h));

	hist_get(m, h);
	free(h);
}

static void
get_stat(struct msg *m)
{
	struct generator_stat stat = { .pid = 0 };

	generator_stat_get(m, &stat);
}

static void
get_anything(struct msg *m)
{
	const char *bytes;
	size_t len;
	char *s;

	while (m->left > 0 && !m->is_bad)
		switch (msg_get_uint(m) % 3) {
		case 0:
			FUZZ_CLAIM(msg_get_max(m, 1000) <= 1000);
			break;
		case 1:
			s = msg_get_str(m);
			FUZZ_CLAIM(s != NULL && (!m->is_bad || *s == '\0'));
			free(s);
			break;
		default:
			bytes = msg_get_bytes(m, &len);
			FUZZ_CLAIM((bytes == NULL) == m->is_bad);
			break;
		}
}

struct heard {
	struct loop		*loop;
	struct msg_channel	 channel;
	int			 ends;
	int			 error;
};

static void
on_msg(void *arg, struct msg *m)
{
	struct heard *h = arg;

	FUZZ_CLAIM(h->ends == 0);
	get_anything(m);
}

static void
on_end(void *arg, int error)
{
	struct heard *h = arg;

	h->ends++;
	h->error = error;
	loop_stop(h->loop);
}

/* All at once, as far as a pipe takes it, and then its end. */
static void
read_channel(const uint8_t *data, size_t size)
{
	struct heard h = { .ends = 0 };
	int down[2], up[2];

	if (size > WRITE_MAX)
		size = WRITE_MAX;
	h.loop = loop_new();
	if (h.loop == NULL || proc_pipe(down) == -1 || proc_pipe(up) == -1 ||
	    msg_open(&h.channel, h.loop, down[0], up[1], on_msg, on_end,
	    &h) == -1)
		err(1, "channel");
	if (write(down[1], data, size) != (ssize_t)size)
		err(1, "write");
	close(down[1]);
	FUZZ_CLAIM(loop_run(h.loop) == 0);
	FUZZ_CLAIM(h.ends == 1 && (h.error == 0 || h.error == EPROTO));
	msg_close(&h.channel);
	close(up[0]);
	loop_free(h.loop);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const decoders[DECODERS])(struct msg *) = {
		get_request, get_addresses, get_counters, get_hist, get_stat,
		get_anything
	};
	uint8_t which = fuzz_byte(&data, &size) % (DECODERS + 1);
	struct msg m = { .left = size };
	char *copy;

	if (which == DECODERS) {
		read_channel(data, size);
		return 0;
	}
	copy = fuzz_copy(data, size);
	m.data = copy;
	decoders[which](&m);
	(void)msg_is_done(&m);
	free(copy);
	return 0;
}
