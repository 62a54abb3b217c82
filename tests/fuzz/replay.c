/* SPDX-License-Identifier: MIT */
/*
 * Gives one target the files of its corpus, each whole and cut at every point
 * (long ones at some), without a fuzzer: usage: TARGET DIRECTORY. Prints how
 * many files there were; there must be some.
 */

#include <sys/stat.h>

#include <dirent.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

enum {
	FILE_MAX = 4 * 1024 * 1024,
	CUTS_MAX = 512		/* of one file */
};

static void
replay(const char *path)
{
	struct buf b;
	size_t len, step;

	buf_init(&b, FILE_MAX);
	if (buf_read_file(&b, path) == -1)
		err(1, "%s", path);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)b.data, b.len);
	step = b.len / CUTS_MAX + 1;
	for (len = 0; len < b.len; len += step)
		(void)LLVMFuzzerTestOneInput((const uint8_t *)b.data, len);
	buf_clear(&b);
}

int
main(int argc, char *argv[])
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct dirent *entry;
	struct stat st;
	char *path;
	DIR *dir;
	int n = 0;

	if (argc != 2)
		errx(1, "usage: %s DIRECTORY", argv[0]);
	sigaction(SIGPIPE, &ignore, NULL);
	if ((dir = opendir(argv[1])) == NULL)
		err(1, "%s", argv[1]);
	while ((entry = readdir(dir)) != NULL) {
		path = xasprintf("%s/%s", argv[1], entry->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
			/* Should it end us, this is the last that was said. */
			fprintf(stderr, "%s\n", path);
			replay(path);
			n++;
		}
		free(path);
	}
	closedir(dir);
	if (n == 0)
		errx(1, "%s: no files", argv[1]);
	printf("%d files\n", n);
	return 0;
}
