/* SPDX-License-Identifier: MIT */
/*
 * A name server for tests:
 *
 *	dns SERVER NAME ADDRESSES [NAME ADDRESSES ...]
 *
 * Answers on UDP port 53 of SERVER, where its line "ready" says that it does:
 * NAME has ADDRESSES (all IPv4), and nothing else; no other name exists. They
 * are up to four: "A", "A,B" for both, "A/B" for A when it is asked for the
 * first time and B from then on. That is RFC 1035 as far as the resolver of a
 * C library needs it. In a network namespace of its own, loopback is brought up
 * first. It ends by itself after two minutes. Whatever is no question is not
 * answered.
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
	RECORD_LEN = 16,
	ADDRESSES_MAX = 4,
	ZONES_MAX = 16,
	TYPE_A = 1
};

struct zone {
	const char	*name;
	struct in_addr	 addresses[ADDRESSES_MAX];
	size_t		 n;
	bool		 turns;		/* one after the other, the last on */
};

static struct zone zones[ZONES_MAX];
static size_t n_zones;

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

static struct zone *
find_zone(const char *name)
{
	size_t i;

	for (i = 0; i < n_zones; i++)
		if (strcasecmp(name, zones[i].name) == 0)
			return &zones[i];
	return NULL;
}

/* A pointer to the name asked for, A, IN, a minute, 4 bytes. */
static size_t
add_record(uint8_t *p, const struct in_addr *address)
{
	static const uint8_t record[] =
	    { 0xc0, HEAD_LEN, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4 };

	memcpy(p, record, sizeof(record));
	memcpy(p + sizeof(record), address, sizeof(*address));
	return RECORD_LEN;
}

static size_t
add_records(uint8_t *p, struct zone *zone)
{
	size_t i, n = zone->turns ? 1 : zone->n, len = 0;

	for (i = 0; i < n; i++)
		len += add_record(p + len, &zone->addresses[i]);
	if (zone->turns && zone->n > 1) {
		zone->n--;
		memmove(zone->addresses, zone->addresses + 1,
		    zone->n * sizeof(*zone->addresses));
	}
	return len;
}

/* Makes the answer in place: its length, or 0: there is none. */
static size_t
answer(uint8_t message[MESSAGE_MAX + ADDRESSES_MAX * RECORD_LEN], size_t len)
{
	struct zone *zone;
	char name[MESSAGE_MAX];
	const uint8_t *tail;
	size_t end, added;

	if (len <= HEAD_LEN || (message[2] & 0x80) != 0 || message[5] != 1)
		return 0;
	end = read_name(name, message + HEAD_LEN, len - HEAD_LEN);
	if (end == 0 || HEAD_LEN + end + TAIL_LEN > len)
		return 0;
	tail = message + HEAD_LEN + end;
	end += HEAD_LEN + TAIL_LEN;
	zone = find_zone(name);
	/* A response, with authority; what was asked; the counts. */
	message[2] = (uint8_t)(0x84 | (message[2] & 0x01));
	message[3] = zone != NULL ? 0x80 : 0x83;
	memset(message + 6, 0, 6);
	if (zone == NULL || tail[0] != 0 || tail[1] != TYPE_A)
		return end;
	added = add_records(message + end, zone);
	message[7] = (uint8_t)(added / RECORD_LEN);
	return end + added;
}

static void
add_zone(const char *name, char *addresses)
{
	struct zone *zone = &zones[n_zones++];
	size_t len;
	char end;

	zone->name = name;
	zone->turns = strchr(addresses, '/') != NULL;
	do {
		len = strcspn(addresses, ",/");
		end = addresses[len];
		addresses[len] = '\0';
		if (zone->n == ADDRESSES_MAX || inet_pton(AF_INET, addresses,
		    &zone->addresses[zone->n++]) != 1)
			errx(1, "%s: %s: is no address, or one too many", name,
			    addresses);
		addresses += len + 1;
	} while (end != '\0');
}

int
main(int argc, char **argv)
{
	uint8_t message[MESSAGE_MAX + ADDRESSES_MAX * RECORD_LEN];
	struct sockaddr_in self = { .sin_family = AF_INET,
	    .sin_port = htons(PORT) }, peer;
	socklen_t peer_len;
	ssize_t n;
	size_t len;
	int fd, i;

	alarm(LIFE_S);
	if (argc < 4 || argc % 2 != 0 || argc > 2 + 2 * ZONES_MAX ||
	    inet_pton(AF_INET, argv[1], &self.sin_addr) != 1)
		errx(1, "usage: dns SERVER NAME ADDRESSES ...");
	for (i = 2; i < argc; i += 2)
		add_zone(argv[i], argv[i + 1]);
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
		len = answer(message, (size_t)n);
		/* Whoever does not get it asks again. */
		if (len > 0)
			(void)!sendto(fd, message, len, 0,
			    (struct sockaddr *)&peer, peer_len);
	}
}
