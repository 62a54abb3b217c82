/* SPDX-License-Identifier: MIT */
/*
 * Workers as -w names them: the first byte says whether the rest is a list or
 * the text of a file. Each that is taken has its parts, a weight, and a name
 * that can be shown and that names the same worker again. No file is opened
 * but the one that is given.
 */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/fleet.h"
#include "fleet/split.h"
#include "tests/fuzz/rig.h"
#include "wire.h"

static void
check_again(const struct worker_address *w)
{
	char why[WIRE_TEXT_MAX] = "";
	struct fleet again = { .n = 0 };

	FUZZ_CHECK(fleet_add_one(&again, w->name, w->weight, why) == 0);
	FUZZ_CHECK(again.n == 1 && again.workers[0].kind == WORKER_TCP);
	FUZZ_CHECK(strcmp(again.workers[0].host, w->host) == 0);
	FUZZ_CHECK(again.workers[0].port == w->port);
	FUZZ_CHECK(again.workers[0].is_tls == w->is_tls);
	fleet_clear(&again);
}

static void
check_worker(const struct worker_address *w)
{
	size_t i, n, len = strlen(w->name);

	FUZZ_CHECK(len > 0);
	for (i = 0; i < len; i += n) {
		FUZZ_CHECK((n = utf8_len(w->name + i, len - i)) > 0);
		FUZZ_CHECK(w->name[i] != '\n' && w->name[i] != '\033');
	}
	FUZZ_CHECK(w->weight >= 1 && w->weight <= SPLIT_WEIGHT_MAX);
	if (w->kind == WORKER_TCP) {
		FUZZ_CHECK(w->host != NULL && w->host[0] != '\0');
		FUZZ_CHECK(strpbrk(w->host, " @/[]") == NULL && w->port > 0);
		check_again(w);
	} else {
		FUZZ_CHECK(w->path != NULL && w->path[0] != '\0');
	}
}

static void
check_fleet(const struct fleet *fleet)
{
	char why[WIRE_TEXT_MAX] = "";
	uint64_t *weights;
	size_t i;

	FUZZ_CHECK(fleet->n <= SPLIT_WORKERS_MAX);
	for (i = 0; i < fleet->n; i++)
		check_worker(&fleet->workers[i]);
	if (fleet_check(fleet, why) == -1)
		fuzz_check_why(why, sizeof(why));
	weights = fleet_weights(fleet);
	for (i = 0; i < fleet->n; i++)
		FUZZ_CHECK(weights[i] == fleet->workers[i].weight);
	free(weights);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[WIRE_TEXT_MAX] = "", *text;
	struct fleet fleet = { .n = 0 };
	bool is_file;

	if (size == 0 || size > FUZZ_FILE_MAX)
		return 0;
	is_file = data[0] == '@';
	if (is_file)
		text = xasprintf("@%s", fuzz_file(data + 1, size - 1));
	else
		text = fuzz_str(data + 1, size - 1);
	if (is_file || text[0] != '@') {
		if (fleet_add(&fleet, text, why) == -1)
			fuzz_check_why(why, sizeof(why));
		check_fleet(&fleet);
		fleet_clear(&fleet);
	}
	if (is_file)
		fuzz_file_close();
	free(text);
	return 0;
}
