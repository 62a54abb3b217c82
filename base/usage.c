/* SPDX-License-Identifier: MIT */
/*
 * How busy the CPUs of this machine are, from the first line of /proc/stat,
 * and how much of that was not us. Where there is no such file, or it has only
 * zeros as in some sandboxes, it is not known: no failure, nothing is said.
 *
 * Time in interrupts is left out of what others used: that of the network is
 * mostly our own, and who caused it is not told. So is what waits for disks.
 * Time that a host gave to other virtual machines (steal) is others'. What is
 * found is less than the truth then, never more.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/usage.h"
#include "base/util.h"

/* "cpu  1 2 3 4 5 6 7 8": ticks. What follows are parts of these. */
enum column {
	USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL,
	COLUMNS
};
enum { LINE_LEN_MAX = 512, COLUMNS_MIN = IDLE + 1 };

int
usage_open(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The number of columns; 0 when it is no such line. */
static size_t
parse_line(const char *line, uint64_t ticks[COLUMNS])
{
	size_t n;
	char *end;

	if (strncmp(line, "cpu ", 4) != 0)
		return 0;
	line += 4;
	for (n = 0; n < COLUMNS; n++) {
		line += strspn(line, " ");
		if (*line < '0' || *line > '9')
			break;
		ticks[n] = strtoull(line, &end, 10);
		line = end;
	}
	return n;
}

int
usage_read(int fd, struct usage *u)
{
	uint64_t ticks[COLUMNS] = { 0 }, all = 0, tick_ns;
	long hertz = sysconf(_SC_CLK_TCK);
	char line[LINE_LEN_MAX];
	ssize_t len;
	size_t i;

	if (fd == -1 || hertz <= 0)
		return -1;
	len = pread(fd, line, sizeof(line) - 1, 0);
	if (len <= 0)
		return -1;
	line[len] = '\0';
	if (parse_line(line, ticks) < COLUMNS_MIN)
		return -1;
	for (i = 0; i < COLUMNS; i++)
		all += ticks[i];
	tick_ns = NS_PER_SEC / (uint64_t)hertz;
	u->busy_ns = (ticks[USER] + ticks[NICE] + ticks[SYSTEM] +
	    ticks[STEAL]) * tick_ns;
	u->all_ns = all * tick_ns;
	return 0;
}

double
usage_of_others(const struct usage *from, const struct usage *to,
    uint64_t ours_ns)
{
	uint64_t busy_ns, all_ns;

	if (to->all_ns <= from->all_ns || to->busy_ns < from->busy_ns)
		return -1;
	all_ns = to->all_ns - from->all_ns;
	busy_ns = to->busy_ns - from->busy_ns;
	if (busy_ns > all_ns)
		return -1;
	return busy_ns <= ours_ns ? 0 :
	    (double)(busy_ns - ours_ns) / (double)all_ns;
}
