/* SPDX-License-Identifier: MIT */
/*
 * Lists of workers, as an option has them and as a file does. What is refused
 * is so in one line; of what is taken each worker can be reached in some way,
 * and has a weight.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fleet/fleet.h"
#include "tests/fuzz/fuzz.h"

static void
check_fleet(const struct fleet *fleet)
{
	char why[WIRE_TEXT_MAX] = "";
	const struct worker_address *w;
	uint64_t *weights = fleet_weights(fleet);
	size_t i;

	for (i = 0; i < fleet->n; i++) {
		w = &fleet->workers[i];
		FUZZ_CLAIM(weights[i] > 0 && weights[i] == w->weight);
		FUZZ_CLAIM(fuzz_is_line(w->name));
		FUZZ_CLAIM(w->kind == WORKER_TCP ?
		    w->host != NULL && w->port > 0 : w->path != NULL);
	}
	free(weights);
	if (fleet_check(fleet, why) == -1)
		FUZZ_CLAIM(fuzz_is_line(why));
}

static void
add(const char *text)
{
	struct fleet fleet = { .n = 0 };
	char why[WIRE_TEXT_MAX] = "";

	if (fleet_add(&fleet, text, why) == 0)
		check_fleet(&fleet);
	else
		FUZZ_CLAIM(fuzz_is_line(why));
	fleet_clear(&fleet);
}

/* By the name that an open file has. */
static void
add_file(const uint8_t *data, size_t size)
{
	static FILE *file;
	char name[32];

	if (file == NULL && (file = tmpfile()) == NULL)
		err(1, "temporary file");
	if (pwrite(fileno(file), data, size, 0) != (ssize_t)size ||
	    ftruncate(fileno(file), (off_t)size) == -1)
		err(1, "temporary file");
	snprintf(name, sizeof(name), "@/dev/fd/%d", fileno(file));
	add(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	/* It would name any file there is. */
	if (text[0] != '@')
		add(text);
	add_file(data, size);
	free(text);
	return 0;
}
