/* SPDX-License-Identifier: MIT */
/*
 * wire/result_json.c: nothing is lost on the way. Results that chance made are
 * the same bytes after a second round, and when merged in any order and
 * grouping; intervals come back as they were. Documents that are cut at every
 * point and changed at random are refused, or fit to be used.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "hist.h"
#include "json.h"
#include "json_write.h"
#include "result.h"
#include "tests/result_rig.h"
#include "tests/suite.h"
#include "wire/read.h"
#include "wire/result_json.h"

enum {
	RANDOM_RESULTS = 5,
	CHANGES = 3000,
	REQUESTS_MAX = 40	/* of a result that chance makes */
};

static uint64_t random_state;

static uint64_t
random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void
setup(void)
{
	random_state = 88172645463325252;
	hist_init();
}

static void
assert_same(const struct buf *got, const struct buf *want)
{
	size_t i;

	for (i = 0; i < got->len && i < want->len; i++)
		if (got->data[i] != want->data[i])
			break;
	ck_assert_msg(i == got->len && i == want->len,
	    "byte %zu of %zu, want %zu: %.60s", i, got->len, want->len,
	    got->data + i);
}

static uint64_t
random_below(uint64_t n)
{
	return random_next() % n;
}

static void
fill_counters(struct result *r)
{
	static const char *const others[] = {
		"ant", "bee", "cat", "dog", "eel", "fox"
	};
	struct counters *n = &r->n;
	uint64_t *count = (uint64_t *)n;
	size_t i;

	for (i = 0; i < offsetof(struct counters, category) /
	    sizeof(*count); i++)
		count[i] = random_next() >> 20;
	for (i = CATEGORY_NONE + 1; i < CATEGORIES; i++)
		n->category[i] = random_below(3) * (random_next() >> 20);
	for (i = 0; i < 9; i++) {
		n->error[random_below(PARTS)][1 + random_below(CAUSES - 1)] =
		    random_below(1000);
		n->status[random_below(RESULT_STATUS_MAX)] =
		    random_below(1000);
		if (i % 3 == 0)
			result_add_errors(r,
			    others[random_below(UTIL_NELEM(others))], 5);
	}
}

static void
fill_hist(struct hist *h, size_t n)
{
	for (; n > 0; n--)
		hist_record(h, random_next() >> (22 + random_below(40)));
}

static void
fill_ending(struct result *r)
{
	size_t i;

	for (i = 0; i < r->ngenerators; i++)
		r->generators[i] = (struct generator_stat){
		    .pid = (int)random_below(4),
		    .took_part = random_below(2) == 1,
		    .died = random_below(5) == 1,
		    .cpu_user_ns = random_below(3),
		    .cpu_sys_ns = random_below(3), .wall_ns = 1000,
		    .busiest_ppm = random_below(1000000),
		    .stops = random_below(2), .lag_max_ns = random_below(9)
		};
	r->is_valid = random_below(2) == 1;
	r->nreasons = random_below(RESULT_REASONS_MAX + 1);
	for (i = 0; i < r->nreasons; i++)
		snprintf(r->reasons[i], WIRE_TEXT_MAX, "reason %d",
		    (int)random_below(14));
	if (random_below(3) > 0)
		snprintf(r->error, sizeof(r->error), "error \xc3\xa4<%d>",
		    (int)random_below(3));
	if (random_below(3) > 0)
		snprintf(r->address, sizeof(r->address), "10.0.0.%d",
		    (int)random_below(3));
	if (random_below(4) > 0)
		result_set_tls(r, random_below(2) == 1 ? "TLSv1.2" : "TLSv1.3",
		    random_below(2) == 1 ? "AES" : "CHACHA20");
	r->is_partial = random_below(2) == 1;
	r->signo = (int)random_below(16);
	r->has_start_error = random_below(3) > 0;
	if (r->has_start_error)
		r->start_error_ns = (int64_t)random_below(5) - 2;
	r->start_wall_ns = random_below(3);
}

/* No more of them, and none slower, than the rest of the result says. */
static void
fill_exemplars(struct result *r)
{
	const struct hist *h = &r->hist[RESULT_LATENCY];
	struct exemplar e;
	char id[16];
	size_t n;

	if (random_below(4) > 0)
		exemplars_set_name(&r->exemplars, random_below(2) == 0 ?
		    "X-Id" : "traceparent");
	for (n = h->count; n > 0; n--) {
		memset(&e, 0, sizeof(e));
		e.wall_ns = random_below(20);
		e.latency_ns = random_below(h->max_ns + 1) >> random_below(9);
		e.spent_ns[PART_WAIT] = random_below(e.latency_ns + 1);
		e.spent_ns[PART_TRANSFER] = e.latency_ns -
		    e.spent_ns[PART_WAIT];
		e.generator = (uint32_t)random_below(3);
		e.local_port = (uint16_t)random_below(3);
		e.status = (uint16_t)random_below(600);
		e.part = (enum part)random_below(PARTS);
		e.cause = (enum cause)(random_below(2) * random_below(CAUSES));
		if (e.cause == CAUSE_NONE)
			e.part = PART_LAG;
		else
			r->n.error[e.part][e.cause]++;
		exemplar_set_worker(&e, random_below(2) == 0 ? "" : "w:1");
		snprintf(id, sizeof(id), "<%d>", (int)random_below(9));
		exemplar_set_header(&e, id, strlen(id));
		exemplars_add(&r->exemplars, &e);
	}
}

/* Some requests in slots, some in buckets; coarse latency if odd. */
static struct result *
random_result(size_t number)
{
	struct hist *h = xcalloc(1, sizeof(*h));
	struct result *r = result_new(random_below(4));
	struct coarse *c;
	size_t i;

	fill_counters(r);
	for (i = 0; i < RESULT_HISTS; i++)
		fill_hist(&r->hist[i], random_below(REQUESTS_MAX));
	for (i = 0; i < RESULT_COARSE && number % 2 == 1; i++) {
		c = &r->coarse[i];
		hist_reset(h);
		fill_hist(h, 1 + random_below(REQUESTS_MAX));
		c->count = h->count;
		c->sum_lo = h->sum_lo;
		c->sum_hi = h->sum_hi;
		c->min_ns = h->min_ns;
		c->max_ns = h->max_ns;
		hist_coarse(h, c->bucket);
	}
	fill_exemplars(r);
	r->duration_ns = random_next() >> 10;
	r->max_active = random_below(1000);
	r->lost = random_below(100);
	fill_ending(r);
	free(h);
	return r;
}

static struct result *
read_back(const struct buf *text)
{
	char why[WIRE_TEXT_MAX] = "";
	const char *warning;
	struct result *r = read_result(text, &warning, why);

	ck_assert_msg(r != NULL, "%s", why);
	return r;
}

START_TEST(test_round)
{
	struct result *r, *again;
	struct buf first, second;
	size_t i;

	random_state += (uint64_t)_i * 7919;
	r = random_result((size_t)_i);
	write_result(&first, r);
	again = read_back(&first);
	write_result(&second, again);
	assert_same(&second, &first);
	ck_assert_mem_eq(again->hist, r->hist, sizeof(r->hist));
	ck_assert_mem_eq(&again->n, &r->n, sizeof(r->n));
	ck_assert_str_eq(again->tls_protocol, r->tls_protocol);
	ck_assert_str_eq(again->tls_cipher, r->tls_cipher);
	ck_assert_uint_eq(again->exemplars.nslowest, r->exemplars.nslowest);
	ck_assert_mem_eq(again->exemplars.slowest, r->exemplars.slowest,
	    r->exemplars.nslowest * sizeof(struct exemplar));
	ck_assert_uint_eq(again->exemplars.nkinds, r->exemplars.nkinds);
	for (i = 0; i < RESULT_COARSE; i++)
		ck_assert_mem_eq(again->coarse[i].bucket, r->coarse[i].bucket,
		    sizeof(r->coarse[i].bucket));
	buf_clear(&first);
	buf_clear(&second);
	result_free(r);
	result_free(again);
}
END_TEST

/*
 * Every set of results, made of every pair of sets that it can be made of,
 * either first: so it has been put together in all orders and groupings.
 */
START_TEST(test_merge_all_ways)
{
	enum { SETS = 1 << RANDOM_RESULTS };
	struct buf want[SETS], got;
	struct result *a, *b;
	unsigned int set, part;

	for (set = 1; set < SETS; set++) {
		buf_init(&want[set], JSON_TEXT_MAX);
		for (part = 1; part < set; part++) {
			if ((part & set) != part)
				continue;
			a = read_back(&want[part]);
			b = read_back(&want[set & ~part]);
			result_merge(a, b);
			write_result(&got, a);
			if (want[set].len == 0)
				buf_add(&want[set], got.data, got.len);
			assert_same(&got, &want[set]);
			buf_clear(&got);
			result_free(a);
			result_free(b);
		}
		if ((set & (set - 1)) == 0) {	/* one alone */
			a = random_result(set % 3);
			write_result(&want[set], a);
			result_free(a);
		}
	}
	for (set = 1; set < SETS; set++)
		buf_clear(&want[set]);
}
END_TEST

/* The largest numbers that are taken can be added a thousand times. */
START_TEST(test_merge_most)
{
	struct result *all = result_new(0), *r;
	struct buf text;
	int i;

	make_text(&text, "{'total':9007199254740991,'lost':9007199254740991,"
	    "'bytesIn':9007199254740991,'errorCounts':{'x':9007199254740991},"
	    "'fine':{'latency':{'layout':'800x16','min':0,'max':0,"
	    "'sum':[0,0],'counts':[[0,9007199254740991]]}}}");
	r = read_back(&text);
	for (i = 0; i < 1000; i++)
		result_merge(all, r);
	ck_assert_uint_eq(all->n.completed, 1000 * WIRE_COUNT_MAX);
	ck_assert_uint_eq(all->lost, 1000 * WIRE_COUNT_MAX);
	ck_assert_uint_eq(all->n.bytes_in, 1000 * WIRE_COUNT_MAX);
	ck_assert_uint_eq(all->others[0].count, 1000 * WIRE_COUNT_MAX);
	ck_assert_uint_eq(all->hist[RESULT_LATENCY].count,
	    1000 * WIRE_COUNT_MAX);
	ck_assert(hist_is_sound(&all->hist[RESULT_LATENCY]));
	buf_clear(&text);
	result_free(r);
	result_free(all);
}
END_TEST

/* What was taken is used as reports use it, and can be written and read. */
static void
use_result(const struct result *r)
{
	struct buf first, second;
	struct result *again;
	struct summary s;
	int i;

	for (i = 0; i < RESULT_HISTS; i++) {
		result_summary(&s, r, (enum result_hist)i);
		ck_assert_uint_le(s.min_ns, s.p50_ns);
		ck_assert_uint_le(s.p50_ns, s.p99_ns);
		ck_assert_uint_le(s.p99_ns, s.max_ns);
		ck_assert_uint_le(s.min_ns, s.mean_ns);
		ck_assert_uint_le(s.mean_ns, s.max_ns);
	}
	write_result(&first, r);
	again = read_back(&first);
	write_result(&second, again);
	assert_same(&second, &first);
	result_merge(again, r);
	buf_clear(&first);
	buf_clear(&second);
	result_free(again);
}

START_TEST(test_noise)
{
	static const char bytes[] = "\"\\{}[],:0123456789-e.nu a";
	char why[WIRE_TEXT_MAX];
	struct result *r;
	struct buf text, copy;
	struct json *doc;
	const char *warning;
	size_t taken = 0;
	int i, j;

	r = random_result(1);
	write_result(&text, r);
	result_free(r);
	buf_init(&copy, JSON_TEXT_MAX);
	for (i = 0; i < CHANGES; i++) {
		buf_reset(&copy);
		buf_add(&copy, text.data, text.len);
		for (j = 0; j <= i % 3; j++)
			copy.data[random_below(copy.len)] =
			    bytes[random_below(sizeof(bytes) - 1)];
		if ((doc = parse(copy.data, copy.len)) == NULL)
			continue;
		r = result_new(0);
		why[0] = '\0';
		if (result_from_json(r, json_root(doc), &warning, why) == 0) {
			use_result(r);
			taken++;
		} else {
			ck_assert_str_ne(why, "");
			ck_assert_ptr_null(strchr(why, '\n'));
		}
		json_free(doc);
		result_free(r);
	}
	ck_assert_uint_gt(taken, 0);
	buf_clear(&text);
	buf_clear(&copy);
}
END_TEST

/* Of a document that is cut nothing is taken but the whole. */
START_TEST(test_cut)
{
	char why[WIRE_TEXT_MAX];
	struct result *r;
	struct buf text;
	struct json *doc;
	const char *warning;
	size_t len;

	r = random_result(1);
	write_result(&text, r);
	result_free(r);
	for (len = 0; len <= text.len; len++) {
		doc = parse(text.data, len);
		ck_assert_msg((doc != NULL) == (len == text.len), "%zu", len);
		if (doc == NULL)
			continue;
		r = result_new(0);
		ck_assert_int_eq(result_from_json(r, json_root(doc), &warning,
		    why), 0);
		result_free(r);
		json_free(doc);
	}
	buf_clear(&text);
}
END_TEST

static void
write_interval(struct buf *out, const struct interval *in)
{
	struct json_out w;

	buf_init(out, JSON_TEXT_MAX);
	json_out_start(&w, out, false);
	interval_to_json(in, &w, NULL);
	ck_assert_int_eq(json_out_end(&w), 0);
}

static struct interval *
random_interval(void)
{
	static const int hists[] = {
		RESULT_LATENCY, RESULT_TTFB, RESULT_PART + PART_LAG
	};
	struct interval *in = xcalloc(1, sizeof(*in));
	struct result *r = result_new(0);
	size_t i;

	fill_counters(r);
	in->n = r->n;
	memset(in->n.error, 0, sizeof(in->n.error));	/* does not travel */
	in->index = random_below(1000);
	in->in_flight = random_below(1000);
	for (i = 0; i < UTIL_NELEM(hists); i++)
		fill_hist(&in->hist[hists[i]], random_below(REQUESTS_MAX));
	result_free(r);
	return in;
}

START_TEST(test_interval)
{
	struct interval *in = random_interval();
	struct interval *got = xcalloc(1, sizeof(*got));
	char why[WIRE_TEXT_MAX] = "";
	struct buf text, again;
	struct json *doc;

	write_interval(&text, in);
	doc = parse(text.data, text.len);
	ck_assert_int_eq(interval_index_from_json(json_root(doc), &got->index,
	    why), 0);
	ck_assert_int_eq(interval_from_json(got, json_root(doc), why), 0);
	ck_assert_mem_eq(got, in, sizeof(*in));
	write_interval(&again, got);
	assert_same(&again, &text);
	ck_assert_int_eq(interval_from_json(got, json_root(doc), why), 0);
	counters_add(&in->n, &in->n);
	ck_assert_mem_eq(&got->n, &in->n, sizeof(in->n));
	ck_assert_uint_eq(got->in_flight, 2 * in->in_flight);
	ck_assert_uint_eq(got->hist[RESULT_LATENCY].count,
	    2 * in->hist[RESULT_LATENCY].count);
	json_free(doc);
	buf_clear(&text);
	buf_clear(&again);
	free(in);
	free(got);
}
END_TEST

START_TEST(test_interval_form)
{
	struct interval *in = xcalloc(1, sizeof(*in));
	struct buf out;

	write_interval(&out, in);
	ck_assert_str_eq(buf_str(&out), "{\"index\":0}");
	buf_clear(&out);
	in->index = 3;
	in->in_flight = 4;
	in->n = (struct counters){ .scheduled = 9, .started = 8, .dropped = 1,
	    .completed = 7, .failed = 2, .retried = 5, .redirected = 6,
	    .bytes_in = 10, .bytes_out = 11, .connects = 12,
	    .handshakes = 13, .resumed = 14 };
	in->n.status[200] = 5;
	in->n.category[CATEGORY_TRANSPORT] = 2;
	hist_record(&in->hist[RESULT_PART + PART_LAG], 17);
	write_interval(&out, in);
	ck_assert_str_eq(buf_str(&out), "{\"index\":3,\"scheduled\":9,"
	    "\"started\":8,\"dropped\":1,\"completed\":7,\"failed\":2,"
	    "\"retried\":5,\"redirected\":6,\"bytesIn\":10,\"bytesOut\":11,"
	    "\"connects\":12,\"handshakes\":13,\"resumed\":14,"
	    "\"inFlight\":4,\"statusCounts\":{\"200\":5},"
	    "\"errorCounts\":{\"transport\":2},\"lag\":{\"layout\":"
	    "\"800x16\",\"min\":17,\"max\":17,\"sum\":[0,17],"
	    "\"counts\":[[0,1]]}}");
	buf_clear(&out);
	free(in);
}
END_TEST

static const struct error_test interval_errors[] = {
	{ "no object", "5", "snapshot: must be an object" },
	{ "a count", "{'index':1,'started':1,'connects':-1}",
	    "snapshot.connects" MUST_COUNT },
	{ "handshakes", "{'index':1,'started':1,'handshakes':'1'}",
	    "snapshot.handshakes" MUST_COUNT },
	{ "in flight", "{'inFlight':1.5}", "snapshot.inFlight" MUST_COUNT },
	{ "a status", "{'started':1,'statusCounts':{'x':1}}",
	    "snapshot.statusCounts: \"x\" is no status code" },
	{ "errors", "{'errorCounts':5}",
	    "snapshot.errorCounts: must be an object" },
	{ "the last histogram", "{'started':1,'latency':"
	    HIST("1", "5000000") ",'lag':" HIST("1", "5000001") "}",
	    "snapshot.lag: min, max, sum and counts do not fit together" },
};

/* Nothing is added, whatever was good before. */
START_TEST(test_interval_error)
{
	const struct error_test *t = &interval_errors[_i];
	struct interval *in = random_interval();
	struct interval *was = xcalloc(1, sizeof(*was));
	char why[WIRE_TEXT_MAX] = "";
	struct json *doc;
	struct buf text;

	memcpy(was, in, sizeof(*was));
	make_text(&text, t->input);
	doc = parse(text.data, text.len);
	ck_assert_int_eq(interval_from_json(in, json_root(doc), why), -1);
	ck_assert_msg(strcmp(why, t->want) == 0, "%s: got \"%s\"", t->descr,
	    why);
	ck_assert_mem_eq(in, was, sizeof(*in));
	json_free(doc);
	buf_clear(&text);
	free(in);
	free(was);
}
END_TEST

START_TEST(test_interval_index)
{
	static const struct error_test tests[] = {
		{ "none", "{}", "snapshot.index: there must be one" },
		{ "null", "{'index':null}",
		    "snapshot.index: there must be one" },
		{ "below 0", "{'index':-1}", "snapshot.index" MUST_COUNT },
		{ "no object", "[]", "snapshot: must be an object" },
	};
	char why[WIRE_TEXT_MAX];
	struct json *doc;
	struct buf text;
	uint64_t index;
	size_t i;

	for (i = 0; i < UTIL_NELEM(tests); i++) {
		make_text(&text, tests[i].input);
		doc = parse(text.data, text.len);
		ck_assert_int_eq(interval_index_from_json(json_root(doc),
		    &index, why), -1);
		ck_assert_str_eq(why, tests[i].want);
		json_free(doc);
		buf_clear(&text);
	}
	ck_assert_int_eq(interval_index_from_json(NULL, &index, why), -1);
}
END_TEST

/* A category that only a later version has is no reason to stop. */
START_TEST(test_interval_unknown)
{
	struct interval *in = xcalloc(1, sizeof(*in));
	char why[WIRE_TEXT_MAX] = "";
	struct json *doc;
	struct buf text;

	make_text(&text, "{'errorCounts':{'odd':2,'none':1,'unknown_error':4},"
	    "'ttfb':{'layout':'other'},'statusCounts':null}");
	doc = parse(text.data, text.len);
	ck_assert_int_eq(interval_from_json(in, json_root(doc), why), 0);
	ck_assert_uint_eq(in->n.category[CATEGORY_UNKNOWN], 7);
	ck_assert_uint_eq(in->hist[RESULT_TTFB].count, 0);
	json_free(doc);
	buf_clear(&text);
	free(in);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("result_round");
	TCase *tc;

	tc = tcase_create("result");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, test_round, 0, 20);
	tcase_add_test(tc, test_merge_all_ways);
	tcase_add_test(tc, test_merge_most);
	tcase_add_test(tc, test_noise);
	tcase_add_test(tc, test_cut);
	suite_add_tcase(s, tc);

	tc = tcase_create("interval");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_interval);
	tcase_add_test(tc, test_interval_form);
	tcase_add_loop_test(tc, test_interval_error, 0,
	    UTIL_NELEM(interval_errors));
	tcase_add_test(tc, test_interval_index);
	tcase_add_test(tc, test_interval_unknown);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
