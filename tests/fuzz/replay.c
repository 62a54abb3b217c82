/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target on each file of the folders that it is given, without
 * libFuzzer: on the whole of it, and on what is left when it ends earlier, at
 * every length of a small file and at some hundreds of a large one. Says how
 * many files there were, and which one it is at when the target aborts or the
 * time is over. Status 1 if a folder has no file, or one cannot be read.
 */

#include <sys/types.h>

#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "tests/fuzz/rig.h"

enum {
	FILE_MAX = 1024 * 1024,
	CUTS_MAX = 256,			/* of one file */
	SECONDS_MAX = 60		/* for one file */
};

static void
replay(const char *path)
{
	struct buf text;
	size_t len, step;
	uint8_t *copy;

	buf_init(&text, FILE_MAX);
	if (buf_read_file(&text, path) == -1)
		err(1, "%s", path);
	/* Shown by whoever runs this if it is the last line. */
	fprintf(stderr, "%s\n", path);
	alarm(SECONDS_MAX);
	step = text.len / CUTS_MAX + 1;
	for (len = text.len % step; len <= text.len; len += step) {
		copy = (uint8_t *)fuzz_copy(text.data, len);
		LLVMFuzzerTestOneInput(copy, len);
		free(copy);
	}
	buf_clear(&text);
}

/* How many files are in there. */
static size_t
replay_folder(const char *folder)
{
	struct dirent *entry;
	size_t n = 0;
	char *path;
	DIR *dir;

	if ((dir = opendir(folder)) == NULL)
		err(1, "%s", folder);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		path = xasprintf("%s/%s", folder, entry->d_name);
		replay(path);
		free(path);
		n++;
	}
	closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	size_t n;
	int i;

	if (argc < 2)
		errx(1, "expected a folder of files");
	for (i = 1; i < argc; i++) {
		if ((n = replay_folder(argv[i])) == 0)
			errx(1, "%s: there is no file in it", argv[i]);
		printf("%s: %zu files\n", argv[i], n);
	}
	return 0;
}
