/* SPDX-License-Identifier: MIT */
/*
 * A name server for tests:
 *
 *	dns SERVER NAME ADDRESS
 *
 * Answers on UDP port 53 of SERVER, where its line "ready" says that it does:
 * NAME has ADDRESS (both IPv4), and nothing else; no other name exists. That
 * is RFC 1035 as far as the resolver of a C library needs it. In a network
 * namespace of its own, loopback is brought up first. It ends by itself after
 * two minutes. Whatever is no question is not answered.
 */

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
	LIFE_S = 120,
	PORT = 53,
	HEAD_LEN = 12,
	TAIL_LEN = 4,			/* type and class of a question */
	LABEL_MAX = 63,
	MESSAGE_MAX = 512,
	TYPE_A = 1
};

struct zone {
	const char	*name;
	struct in_addr	 address;
};

/* If that is not allowed, it is up already or the test fails. */
static void
bring_loopback_up(void)
{
	struct ifreq request;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd == -1)
		return;
	memset(&request, 0, sizeof(request));
	memcpy(request.ifr_name, "lo", sizeof("lo"));
	if (ioctl(fd, SIOCGIFFLAGS, &request) == 0 &&
	    (request.ifr_flags & IFF_UP) == 0) {
		request.ifr_flags |= IFF_UP;
		(void)ioctl(fd, SIOCSIFFLAGS, &request);
	}
	close(fd);
}

/* The name at p as text with dots; its bytes, or 0: it is none. */
static size_t
read_name(char name[MESSAGE_MAX], const uint8_t *p, size_t len)
{
	size_t at = 0, n;

	while (at < len && p[at] != 0) {
		n = p[at];
		if (n > LABEL_MAX || at + 1 + n >= len)
			return 0;
		memcpy(name + at, p + at + 1, n);
		name[at + n] = '.';
		at += n + 1;
	}
	if (at == 0 || at >= len)
		return 0;
	name[at - 1] = '\0';
	return at + 1;
}

/* Makes the answer in place: its length, or 0: there is none. */
static size_t
answer(const struct zone *zone, uint8_t message[MESSAGE_MAX + 16], size_t len)
{
	/* A pointer to the name asked for, A, IN, a minute, 4 bytes. */
	static const uint8_t record[] =
	    { 0xc0, HEAD_LEN, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4 };
	char name[MESSAGE_MAX];
	const uint8_t *tail;
	size_t end;
	bool is_known, has_address;

	if (len <= HEAD_LEN || (message[2] & 0x80) != 0 || message[5] != 1)
		return 0;
	end = read_name(name, message + HEAD_LEN, len - HEAD_LEN);
	if (end == 0 || HEAD_LEN + end + TAIL_LEN > len)
		return 0;
	tail = message + HEAD_LEN + end;
	end += HEAD_LEN + TAIL_LEN;
	is_known = strcasecmp(name, zone->name) == 0;
	has_address = is_known && tail[0] == 0 && tail[1] == TYPE_A;
	/* A response, with authority; what was asked; the counts. */
	message[2] = (uint8_t)(0x84 | (message[2] & 0x01));
	message[3] = is_known ? 0x80 : 0x83;
	memset(message + 6, 0, 6);
	if (!has_address)
		return end;
	message[7] = 1;
	memcpy(message + end, record, sizeof(record));
	end += sizeof(record);
	memcpy(message + end, &zone->address, sizeof(zone->address));
	return end + sizeof(zone->address);
}

int
main(int argc, char **argv)
{
	uint8_t message[MESSAGE_MAX + 16];
	struct sockaddr_in self = { .sin_family = AF_INET,
	    .sin_port = htons(PORT) }, peer;
	struct zone zone;
	socklen_t peer_len;
	ssize_t n;
	size_t len;
	int fd;

	alarm(LIFE_S);
	if (argc != 4 || inet_pton(AF_INET, argv[1], &self.sin_addr) != 1 ||
	    inet_pton(AF_INET, argv[3], &zone.address) != 1)
		errx(1, "usage: dns SERVER NAME ADDRESS");
	zone.name = argv[2];
	bring_loopback_up();
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)&self, sizeof(self)) == -1)
		err(1, "%s: port %d", argv[1], PORT);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		peer_len = sizeof(peer);
		n = recvfrom(fd, message, MESSAGE_MAX, 0,
		    (struct sockaddr *)&peer, &peer_len);
		if (n == -1)
			err(1, "recvfrom");
		len = answer(&zone, message, (size_t)n);
		/* Whoever does not get it asks again. */
		if (len > 0)
			(void)!sendto(fd, message, len, 0,
			    (struct sockaddr *)&peer, peer_len);
	}
}
