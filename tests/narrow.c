/* SPDX-License-Identifier: MIT */
/*
 * A network with few ports, for tests of what happens when they run out:
 *
 *	narrow FIRST LAST COMMAND [ARGUMENT ...]
 *
 * Runs the command, in place of itself, in a network of its own that has the
 * loopback only and gives connections ports from FIRST to LAST. Whoever is not
 * root becomes it, in there only. Status 77 and a line on stderr when this
 * machine does not let that be done; nothing of its own network is changed in
 * any case.
 *
 * Needs _GNU_SOURCE for unshare.
 */
#define _GNU_SOURCE

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <net/if.h>

#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CANNOT = 77 };

static void
enter_network(void)
{
	if (unshare(geteuid() == 0 ? CLONE_NEWNET :
	    CLONE_NEWUSER | CLONE_NEWNET) == -1)
		err(CANNOT, "a network of its own");
}

/* It has its addresses as soon as it is up. */
static void
raise_loopback(void)
{
	struct ifreq req;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memset(&req, 0, sizeof(req));
	memcpy(req.ifr_name, "lo", sizeof("lo"));
	if (fd == -1 || ioctl(fd, SIOCGIFFLAGS, &req) == -1)
		err(CANNOT, "lo");
	req.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &req) == -1)
		err(CANNOT, "lo");
	close(fd);
}

/* For connections over IPv6 it counts, too. */
static void
set_ports(const char *first, const char *last)
{
	const char *path = "/proc/sys/net/ipv4/ip_local_port_range";
	FILE *f = fopen(path, "w");

	if (f == NULL || fprintf(f, "%s %s\n", first, last) < 0 ||
	    fclose(f) == EOF)
		err(CANNOT, "%s", path);
}

int
main(int argc, char *argv[])
{
	if (argc < 4)
		errx(1, "usage: narrow FIRST LAST COMMAND [ARGUMENT ...]");
	enter_network();
	raise_loopback();
	set_ports(argv[1], argv[2]);
	execvp(argv[3], argv + 3);
	err(1, "%s", argv[3]);
}
