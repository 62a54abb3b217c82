/* SPDX-License-Identifier: MIT */
/*
 * What a worker is asked for: a run request as JSON. One that is taken, written
 * and read again, is the same, also after a copy; one that passes the check
 * goes to a generator and comes out the same, and what is left of it for a
 * worker without features can be written, too. A reason is one line.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "fleet/feature.h"
#include "json.h"
#include "load/connect.h"
#include "tests/fuzz/rig.h"
#include "wire.h"
#include "wire/msg.h"
#include "wire/request_json.h"

/* Reads text; false when it is refused. */
static bool
read_request(struct run_request *req, const void *text, size_t len)
{
	char why[WIRE_TEXT_MAX] = "";
	struct json *doc;
	int rc;

	run_request_init(req);
	if ((doc = fuzz_json(text, len)) == NULL)
		return false;
	rc = run_request_from_json(req, json_root(doc), why);
	json_free(doc);
	if (rc == -1)
		fuzz_check_why(why, sizeof(why));
	return rc == 0;
}

static void
check_text(const struct run_request *req, const struct buf *text)
{
	struct run_request again;
	struct buf text2;

	FUZZ_CHECK(read_request(&again, text->data, text->len));
	fuzz_request_text(&text2, &again);
	FUZZ_CHECK(fuzz_same(text, &text2));
	run_request_clear(&again);
	buf_clear(&text2);
	run_request_copy(&again, req);
	fuzz_request_text(&text2, &again);
	FUZZ_CHECK(fuzz_same(text, &text2));
	run_request_clear(&again);
	buf_clear(&text2);
}

static void
check_frame(const struct run_request *req, const struct buf *text)
{
	struct run_request again;
	struct msg_channel ch;
	struct buf text2;
	struct msg m;

	fuzz_frame_start(&ch);
	run_request_put(&ch, req);
	m = fuzz_frame(&ch);
	run_request_init(&again);
	run_request_get(&m, &again);
	FUZZ_CHECK(msg_is_done(&m));
	again.has_seed = req->has_seed;
	fuzz_request_text(&text2, &again);
	FUZZ_CHECK(fuzz_same(text, &text2));
	run_request_clear(&again);
	buf_clear(&text2);
	fuzz_frame_clear(&ch);
}

static void
ignore(void *arg, const char *setting)
{
	(void)arg;
	FUZZ_CHECK(setting[0] != '\0');
}

/* A run that is to be made: lengths add up, places can be found. */
static void
check_run(struct run_request *req)
{
	char why[WIRE_TEXT_MAX] = "";
	struct buf text;

	FUZZ_CHECK(arrival_check(req->phases, req->nphases) == NULL);
	FUZZ_CHECK(run_request_duration_ns(req) <= ARRIVAL_TIME_MAX_NS);
	if (feature_check(req, 0, ignore, NULL, why) == -1) {
		fuzz_check_why(why, sizeof(why));
		return;
	}
	feature_strip(req, 0);
	fuzz_request_text(&text, req);
	buf_clear(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[WIRE_TEXT_MAX] = "";
	struct run_request req;
	struct buf text;

	if (read_request(&req, data, size)) {
		fuzz_request_text(&text, &req);
		check_text(&req, &text);
		if (run_request_check(&req, why) == 0) {
			check_frame(&req, &text);
			check_run(&req);
		} else {
			fuzz_check_why(why, sizeof(why));
		}
		buf_clear(&text);
	}
	run_request_clear(&req);
	return 0;
}
