/* SPDX-License-Identifier: MIT */
/*
 * What this machine has: CPUs, descriptors, local ports, memory. Reads limits
 * of this process and small files of /proc, once; changes nothing. What cannot
 * be read, or makes no sense, is unknown: no failure, and nothing is said.
 *
 * A connection that is closed stays in TIME_WAIT, at the side that closed it
 * first, and keeps its local port: twice the MSL (RFC 9293 3.6.1), for which
 * Linux has a constant of 60 seconds (TCP_TIMEWAIT_LEN). Linux gives such a
 * port away again after a second when the other side has timestamps (RFC 7323;
 * RFC 6191) and tcp_tw_reuse says so: 0 never, 1 always, 2 on the loopback.
 */

#include <sys/resource.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "base/proc.h"
#include "base/util.h"

enum {
	FILE_MAX = 64 * 1024,
	PATH_LEN_MAX = 512,
	PORT_MAX = 65535,
	CPUS_MAX = 4096
};
#define TIME_WAIT_NS	(60 * NS_PER_SEC)
#define REUSE_MS	1000		/* where it cannot be set */

enum reuse { REUSE_NEVER, REUSE_ALWAYS, REUSE_LOOPBACK };

/* The text of a file: NULL when there is none. */
static const char *
read_text(struct buf *b, const char *proc, const char *name)
{
	char path[PATH_LEN_MAX];

	buf_init(b, FILE_MAX);
	if (snprintf(path, sizeof(path), "%s/%s", proc, name) >=
	    (int)sizeof(path) || buf_read_file(b, path) == -1)
		return NULL;
	return buf_str(b);
}

/* A number behind blanks; *s goes behind it. MACHINE_UNKNOWN: there is none. */
static uint64_t
take_number(const char **s)
{
	const char *p = *s + strspn(*s, " \t\n");
	uint64_t n;
	char *end;

	if (*p < '0' || *p > '9')
		return MACHINE_UNKNOWN;
	n = strtoull(p, &end, 10);
	*s = end;
	return n;
}

/* The number that a file is, or otherwise. */
static uint64_t
read_number(const char *proc, const char *name, uint64_t otherwise)
{
	struct buf b;
	const char *s = read_text(&b, proc, name);
	uint64_t n = s != NULL ? take_number(&s) : MACHINE_UNKNOWN;

	buf_clear(&b);
	return n != MACHINE_UNKNOWN ? n : otherwise;
}

/* How many of [first, last] a list as in "8080,9000-9010" has. */
static uint64_t
count_listed(const char *s, uint64_t first, uint64_t last)
{
	uint64_t from, to, n = 0;

	while ((from = take_number(&s)) != MACHINE_UNKNOWN) {
		to = from;
		if (*s == '-') {
			s++;
			to = take_number(&s);
		}
		if (to == MACHINE_UNKNOWN)
			break;
		from = from < first ? first : from;
		to = to > last ? last : to;
		n += from <= to ? to - from + 1 : 0;
		s += *s == ',';
	}
	return n;
}

/* They are for connections over IPv6, too. */
static uint64_t
read_ports(const char *proc)
{
	uint64_t first, last, n;
	struct buf range, reserved;
	const char *s;

	s = read_text(&range, proc, "sys/net/ipv4/ip_local_port_range");
	first = s != NULL ? take_number(&s) : MACHINE_UNKNOWN;
	last = s != NULL ? take_number(&s) : MACHINE_UNKNOWN;
	buf_clear(&range);
	if (last > PORT_MAX || first > last)
		return MACHINE_UNKNOWN;
	n = last - first + 1;
	s = read_text(&reserved, proc, "sys/net/ipv4/ip_local_reserved_ports");
	if (s != NULL)
		n -= count_listed(s, first, last);
	buf_clear(&reserved);
	return n <= PORT_MAX ? n : MACHINE_UNKNOWN;
}

static void
read_hold(struct machine *m, const char *proc)
{
	uint64_t reuse, reuse_ns;

	reuse = read_number(proc, "sys/net/ipv4/tcp_tw_reuse", REUSE_NEVER);
	if (read_number(proc, "sys/net/ipv4/tcp_timestamps", 1) == 0)
		reuse = REUSE_NEVER;
	reuse_ns = read_number(proc, "sys/net/ipv4/tcp_tw_reuse_delay",
	    REUSE_MS) % (TIME_WAIT_NS / NS_PER_MS + 1) * NS_PER_MS;
	m->hold_ns = reuse == REUSE_ALWAYS ? reuse_ns : TIME_WAIT_NS;
	m->hold_loopback_ns = reuse == REUSE_ALWAYS ||
	    reuse == REUSE_LOOPBACK ? reuse_ns : TIME_WAIT_NS;
}

/* What can be had without taking it from others: MemAvailable, in KiB. */
static uint64_t
read_memory(const char *proc)
{
	static const char name[] = "MemAvailable:";
	struct buf b;
	const char *s = read_text(&b, proc, "meminfo");
	uint64_t n = MACHINE_UNKNOWN;

	if (s != NULL && (s = strstr(s, name)) != NULL) {
		s += sizeof(name) - 1;
		n = take_number(&s);
	}
	buf_clear(&b);
	return n < MACHINE_UNKNOWN / 1024 ? n * 1024 : MACHINE_UNKNOWN;
}

/* A filter that follows none now has no rule that needs it to. */
static void
read_tracked(struct machine *m, const char *proc)
{
	uint64_t max, now, sec;

	max = read_number(proc, "sys/net/netfilter/nf_conntrack_max", 0);
	now = read_number(proc, "sys/net/netfilter/nf_conntrack_count", 0);
	sec = read_number(proc, "sys/net/netfilter/"
	    "nf_conntrack_tcp_timeout_time_wait", 0);
	if (now == 0 || sec == 0 || sec > UINT32_MAX)
		return;
	m->tracked = max > now ? max - now : 0;
	m->tracked_ns = sec * NS_PER_SEC;
}

void
machine_read(struct machine *m, const char *proc)
{
	struct rlimit limit;

	*m = (struct machine){ .cpus = proc_cpus(CPUS_MAX),
	    .descriptors = MACHINE_UNKNOWN,
	    .hold_ns = MACHINE_UNKNOWN, .hold_loopback_ns = MACHINE_UNKNOWN,
	    .tracked = MACHINE_UNKNOWN, .tracked_ns = MACHINE_UNKNOWN };
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_max != RLIM_INFINITY)
		m->descriptors = limit.rlim_max;
	m->ports = read_ports(proc);
	if (m->ports != MACHINE_UNKNOWN)
		read_hold(m, proc);
	m->memory = read_memory(proc);
	read_tracked(m, proc);
}
