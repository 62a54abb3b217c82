/* SPDX-License-Identifier: MIT */
/*
 * Frames between a parent and its generators. They come from own processes and
 * are trusted to be meant well, but must not hurt the memory of whoever reads
 * them. The first byte, a digit in the corpus, says what the bytes are read as:
 * a request, addresses, counters, a histogram, figures of a generator, a pipe
 * with frames on it, or exemplars.
 * What is taken, put and read again, is the same; frames come out whole and in
 * order, however the pipe is cut.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/msg.h"
#include "base/net.h"
#include "base/util.h"
#include "hist.h"
#include "load/arrival.h"
#include "result.h"
#include "tests/fuzz/rig.h"
#include "wire/msg.h"

/* All of these leave in ch what they took, if m is well. */

static void
take_request(struct msg *m, struct msg_channel *ch)
{
	struct run_request req;
	uint32_t i;

	run_request_init(&req);
	run_request_get(m, &req);
	if (!m->is_bad) {
		FUZZ_CHECK(req.nphases <= ARRIVAL_PHASES_MAX);
		FUZZ_CHECK(req.scenario.body != NULL ||
		    req.scenario.body_len == 0);
		FUZZ_CHECK((req.of == 0) == (req.ntake == 0));
		for (i = 0; i < req.ntake; i++)
			FUZZ_CHECK(req.take[i] < req.of);
		run_request_put(ch, &req);
	}
	run_request_clear(&req);
}

static void
take_addresses(struct msg *m, struct msg_channel *ch)
{
	struct net_addresses a;
	char text[NET_TEXT_MAX];
	size_t i;

	net_addresses_get(m, &a);
	FUZZ_CHECK(a.n <= NET_ADDRESSES_MAX && (!m->is_bad || a.n == 0));
	for (i = 0; i < a.n; i++) {
		FUZZ_CHECK(a.at[i].len <= sizeof(a.at[i].ss));
		net_address_format(text, &a.at[i]);
		FUZZ_CHECK(strlen(text) < NET_TEXT_MAX);
	}
	net_addresses_put(ch, &a);
}

static void
take_counters(struct msg *m, struct msg_channel *ch)
{
	struct counters *c = xcalloc(1, sizeof(*c));

	counters_get(m, c);
	counters_put(ch, c);
	free(c);
}

static void
take_hist(struct msg *m, struct msg_channel *ch)
{
	struct hist *h = xcalloc(1, sizeof(*h));

	hist_get(m, h);
	FUZZ_CHECK(h->count == 0 || (!m->is_bad && hist_is_sound(h)));
	if (h->count > 0)
		FUZZ_CHECK(hist_percentile(h, 50) >= h->min_ns &&
		    hist_percentile(h, 99) <= h->max_ns &&
		    hist_mean(h) <= h->max_ns);
	hist_put(ch, h);
	free(h);
}

static void
take_stat(struct msg *m, struct msg_channel *ch)
{
	struct generator_stat g;

	memset(&g, 0, sizeof(g));
	generator_stat_get(m, &g);
	generator_stat_put(ch, &g);
}

static void
take_exemplars(struct msg *m, struct msg_channel *ch)
{
	struct exemplars *x = xcalloc(1, sizeof(*x));
	size_t i, n = 0;

	exemplars_get(m, x);
	FUZZ_CHECK(x->nslowest <= EXEMPLARS_SLOWEST);
	FUZZ_CHECK(x->nkinds <= EXEMPLARS_KINDS);
	FUZZ_CHECK(strlen(x->name) < EXEMPLAR_NAME_MAX);
	for (i = 0; i < x->nslowest; i++)
		FUZZ_CHECK(i == 0 || x->slowest[i - 1].latency_ns >=
		    x->slowest[i].latency_ns);
	for (i = 0; i < x->nkinds; i++) {
		FUZZ_CHECK(x->kinds[i].cause != CAUSE_NONE);
		n += x->kinds[i].nlast;
	}
	FUZZ_CHECK(!m->is_bad || x->nslowest + n == 0);
	exemplars_put(ch, x);
	free(x);
}

static void
check_part(void (*take)(struct msg *, struct msg_channel *),
    const uint8_t *data, size_t size)
{
	char *copy = fuzz_copy(data, size);
	struct msg m = { .data = copy, .left = size };
	struct msg_channel first, second;

	hist_init();
	fuzz_frame_start(&first);
	take(&m, &first);
	FUZZ_CHECK(m.left <= size && (size == 0 || m.data <= copy + size));
	if (!m.is_bad) {
		fuzz_frame_start(&second);
		m = fuzz_frame(&first);
		take(&m, &second);
		FUZZ_CHECK(msg_is_done(&m));
		FUZZ_CHECK(fuzz_same(&first.out, &second.out));
		fuzz_frame_clear(&second);
	}
	fuzz_frame_clear(&first);
	free(copy);
}

/* What comes out of a pipe. */
struct pipe_end {
	struct msg_channel	 ch;
	struct buf		 seen;
	bool			 is_over;
};

static void
on_msg(void *arg, struct msg *m)
{
	struct pipe_end *p = arg;

	FUZZ_CHECK(!p->is_over);
	buf_addf(&p->seen, "%u %zu ", m->type, m->left);
	buf_add(&p->seen, m->data, m->left);
}

static void
on_end(void *arg, int error)
{
	struct pipe_end *p = arg;

	FUZZ_CHECK(!p->is_over);
	p->is_over = true;
	buf_addf(&p->seen, "end %d", error);
}

static void
open_end(struct pipe_end *p, struct loop *loop, int *write_fd)
{
	int in[2], out[2];

	memset(p, 0, sizeof(*p));
	buf_init(&p->seen, 1024 * 1024);
	FUZZ_CHECK(pipe(in) == 0 && pipe(out) == 0);
	close(out[0]);
	FUZZ_CHECK(fcntl(in[0], F_SETFL, O_NONBLOCK) == 0);
	FUZZ_CHECK(msg_open(&p->ch, loop, in[0], out[1], on_msg, on_end,
	    p) == 0);
	*write_fd = in[1];
}

static void
read_pipe(struct buf *seen, const uint8_t *data, size_t size, uint32_t *seed)
{
	static struct loop *loop;
	struct pipe_end p;
	size_t at = 0, end;
	int fd;

	if (loop == NULL)
		FUZZ_CHECK((loop = loop_new()) != NULL);
	open_end(&p, loop, &fd);
	while (at < size && !p.is_over) {
		end = seed == NULL ? size : fuzz_cut(seed, at, size);
		FUZZ_CHECK(write(fd, data + at, end - at) ==
		    (ssize_t)(end - at));
		FUZZ_CHECK(loop_turn(loop) == 0);
		at = end;
	}
	close(fd);
	while (!p.is_over)
		FUZZ_CHECK(loop_turn(loop) == 0);
	msg_close(&p.ch);
	*seen = p.seen;
}

static void
check_pipe(const uint8_t *data, size_t size, uint32_t seed)
{
	struct buf whole, pieces;

	if (size > FUZZ_FILE_MAX)
		return;
	read_pipe(&whole, data, size, NULL);
	read_pipe(&pieces, data, size, &seed);
	FUZZ_CHECK(fuzz_same(&whole, &pieces));
	buf_clear(&whole);
	buf_clear(&pieces);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const takes[])(struct msg *, struct msg_channel *) = {
		take_request, take_addresses, take_counters, take_hist,
		take_stat, NULL, take_exemplars
	};
	size_t kind;

	if (size == 0)
		return 0;
	kind = (uint8_t)(data[0] - '0') % UTIL_NELEM(takes);
	if (takes[kind] != NULL)
		check_part(takes[kind], data + 1, size - 1);
	else
		check_pipe(data + 1, size - 1, data[0]);
	return 0;
}
