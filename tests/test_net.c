/* SPDX-License-Identifier: MIT */

/*
 * base/net.c: addresses as text both ways, what a listener may be told, and
 * real sockets on loopback: connect, accept, refuse, end, reset; those of a
 * path, and what else may be there. Ports are always the system's choice; no
 * error may leave a descriptor behind.
 */

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/util.h"
#include "tests/suite.h"

static const struct parse_test {
	const char	*descr;
	const char	*host;
	uint16_t	 port;
	int		 family;
	const char	*want;		/* as text, NULL: refused */
} parse_tests[] = {
	{ "IPv4", "127.0.0.1", 8080, 0, "127.0.0.1:8080" },
	{ "IPv4, asked for", "10.1.2.3", 1, 4, "10.1.2.3:1" },
	{ "IPv4, IPv6 asked for", "127.0.0.1", 80, 6, NULL },
	{ "IPv6", "::1", 65535, 0, "[::1]:65535" },
	{ "IPv6, asked for", "2001:DB8::a", 80, 6, "[2001:db8::a]:80" },
	{ "IPv6, IPv4 asked for", "::1", 80, 4, NULL },
	{ "IPv6, longest", "1111:2222:3333:4444:5555:6666:7777:8888", 65535,
	    0, "[1111:2222:3333:4444:5555:6666:7777:8888]:65535" },
	{ "IPv4 in IPv6", "::ffff:127.0.0.1", 1, 0, "[::ffff:127.0.0.1]:1" },
	{ "port 0", "0.0.0.0", 0, 0, "0.0.0.0:0" },
	{ "brackets", "[::1]", 80, 0, NULL },
	{ "name", "localhost", 80, 0, NULL },
	{ "short", "127.1", 80, 0, NULL },
	{ "one number", "2130706433", 80, 0, NULL },
	{ "octal", "0177.0.0.1", 80, 0, NULL },
	{ "too large", "256.0.0.1", 80, 0, NULL },
	{ "blank behind", "127.0.0.1 ", 80, 0, NULL },
	{ "empty", "", 80, 0, NULL }
};

static const struct listen_test {
	const char	*descr;
	const char	*input;
	const char	*want;		/* NULL: refused */
} listen_tests[] = {
	{ "IPv4", "127.0.0.1:8080", "127.0.0.1:8080" },
	{ "IPv6", "[::1]:8080", "[::1]:8080" },
	{ "localhost", "localhost:80", "127.0.0.1:80" },
	{ "every address", ":9100", ":9100" },
	{ "every address of IPv6", "[::]:9100", "[::]:9100" },
	{ "port 0", "127.0.0.1:0", "127.0.0.1:0" },
	{ "largest port", ":65535", ":65535" },
	{ "port too large", ":65536", NULL },
	{ "no port", "127.0.0.1", NULL },
	{ "empty port", "127.0.0.1:", NULL },
	{ "port with a sign", ":+80", NULL },
	{ "port and more", ":80x", NULL },
	{ "name", "example.com:80", NULL },
	{ "IPv6 without brackets", "::1:80", NULL },
	{ "IPv6 without a port", "[::1]", NULL },
	{ "IPv4 in brackets", "[127.0.0.1]:80", NULL },
	{ "open bracket", "[::1:80", NULL },
	{ "one bracket", "[:80", NULL },
	{ "empty brackets", "[]:80", NULL },
	{ "longer than any host", "1111:2222:3333:4444:5555:6666:7777:8888:"
	    "1111:2222:3333:4444:5555:6666:80", NULL },
	{ "empty", "", NULL },
	{ "colon", ":", NULL }
};

/* Of the longest path that fits, and of one byte more. */
enum { PATH_LEN_MAX = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1 };

static const struct {
	const char	*descr;
	size_t		 len;		/* of "xxx..." */
	bool		 is_good;
} unix_tests[] = {
	{ "empty", 0, false },
	{ "short", 1, true },
	{ "longest", PATH_LEN_MAX, true },
	{ "too long", PATH_LEN_MAX + 1, false },
	{ "much too long", 300, false }
};

static const struct {
	const char	*host;
	bool		 want;
} loopback_tests[] = {
	{ "127.0.0.1", true },
	{ "127.255.255.254", true },
	{ "126.255.255.255", false },
	{ "128.0.0.1", false },
	{ "0.0.0.0", false },
	{ "10.0.0.127", false },
	{ "::1", true },
	{ "::", false },
	{ "::2", false },
	{ "::ffff:127.0.0.1", true },
	{ "::ffff:127.9.9.9", true },
	{ "::ffff:10.0.0.1", false },
	{ "fe80::1", false }
};

START_TEST(test_unix_address)
{
	struct net_address a;
	char path[512], text[NET_TEXT_MAX], want[600];
	bool is_good;

	memset(path, 'x', sizeof(path));
	path[unix_tests[_i].len] = '\0';
	is_good = net_unix_address(&a, path);
	ck_assert_msg(is_good == unix_tests[_i].is_good, "%s",
	    unix_tests[_i].descr);
	if (!is_good)
		return;
	ck_assert(net_is_loopback(&a));
	snprintf(want, sizeof(want), "unix:%s", path);
	want[NET_TEXT_MAX - 1] = '\0';
	ck_assert_str_eq(net_address_format(text, &a), want);
}
END_TEST

START_TEST(test_loopback)
{
	struct net_address a;

	ck_assert(net_address_parse(&a, loopback_tests[_i].host, 80, 0));
	ck_assert_msg(net_is_loopback(&a) == loopback_tests[_i].want, "%s",
	    loopback_tests[_i].host);
}
END_TEST

START_TEST(test_every_is_no_loopback)
{
	struct net_address a;

	ck_assert(net_listen_parse(&a, ":80"));
	ck_assert(!net_is_loopback(&a));
}
END_TEST

START_TEST(test_parse)
{
	const struct parse_test *t = &parse_tests[_i];
	struct net_address a;
	char text[NET_TEXT_MAX];
	bool is_good = net_address_parse(&a, t->host, t->port, t->family);

	ck_assert_msg(is_good == (t->want != NULL), "%s", t->descr);
	if (is_good)
		ck_assert_str_eq(net_address_format(text, &a), t->want);
}
END_TEST

START_TEST(test_listen_parse)
{
	const struct listen_test *t = &listen_tests[_i];
	struct net_address a;
	char text[NET_TEXT_MAX];
	bool is_good = net_listen_parse(&a, t->input);

	ck_assert_msg(is_good == (t->want != NULL), "%s", t->descr);
	if (is_good)
		ck_assert_str_eq(net_address_format(text, &a), t->want);
}
END_TEST

/* Sockets. */

/* The lowest free descriptor: grows when one leaks. */
static int
lowest_fd(void)
{
	int fd = dup(STDERR_FILENO);

	ck_assert_int_ne(fd, -1);
	close(fd);
	return fd;
}

static void
await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	ck_assert_int_eq(poll(&p, 1, 10000), 1);
}

static void
check_flags(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len),
	    0);
	ck_assert_int_ne(on, 0);
}

/* A listener; false when this machine has no such address. */
static bool
listen_on(const char *host, int *fd, struct net_address *a)
{
	ck_assert(net_address_parse(a, host, 0, 0));
	*fd = net_listen(a);
	if (*fd == -1 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
		return false;
	ck_assert_int_ne(*fd, -1);
	ck_assert_int_eq(net_local_address(*fd, a), 0);
	return true;
}

/* Both ends of a connection. */
static void
make_connection(int *client, int *server)
{
	struct net_address a;
	int fd;

	ck_assert(listen_on("127.0.0.1", &fd, &a));
	*client = net_connect(&a, NULL);
	ck_assert_int_ne(*client, -1);
	await(*client, POLLOUT);
	ck_assert_int_eq(net_connected(*client), 0);
	await(fd, POLLIN);
	*server = net_accept(fd);
	ck_assert_int_ne(*server, -1);
	close(fd);
}

START_TEST(test_stream)
{
	char bytes[8];
	int client, server;

	make_connection(&client, &server);
	check_flags(client);
	check_flags(server);
	ck_assert_int_eq((int)net_read(server, bytes, sizeof(bytes)), -1);
	ck_assert(errno == EAGAIN || errno == EWOULDBLOCK);
	ck_assert_int_eq((int)net_write(client, "hello", 5), 5);
	await(server, POLLIN);
	ck_assert_int_eq((int)net_read(server, bytes, sizeof(bytes)), 5);
	ck_assert_mem_eq(bytes, "hello", 5);
	close(client);
	await(server, POLLIN);
	ck_assert_int_eq((int)net_read(server, bytes, sizeof(bytes)), 0);
	close(server);
}
END_TEST

/* Where the other end sees a connection come from, as numbers. */
static void
check_peer(int fd, const char *want)
{
	struct net_address a;
	char text[NET_TEXT_MAX];

	ck_assert_int_eq(net_peer_address(fd, &a), 0);
	net_address_format(text, &a);
	*strrchr(text, ':') = '\0';
	ck_assert_str_eq(text, want);
}

/* Several addresses of one machine: all of 127.0.0.0/8 are there. */
static const char *const sources[] = { "127.0.0.1", "127.0.0.2", "127.9.9.9" };

START_TEST(test_source)
{
	struct net_address a, from;
	int fd, client, server;

	ck_assert(listen_on("127.0.0.1", &fd, &a));
	ck_assert(net_address_parse(&from, sources[_i], 0, 4));
	ck_assert_int_eq(net_try_source(&from), 0);
	client = net_connect(&a, &from);
	ck_assert_int_ne(client, -1);
	check_flags(client);
	await(client, POLLOUT);
	ck_assert_int_eq(net_connected(client), 0);
	await(fd, POLLIN);
	server = net_accept(fd);
	ck_assert_int_ne(server, -1);
	check_peer(server, sources[_i]);
	close(client);
	close(server);
	close(fd);
}
END_TEST

/* The lowest free descriptor: the same again when nothing was left open. */
static int
next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	ck_assert_int_ne(fd, -1);
	close(fd);
	return fd;
}

/* Addresses of nobody (RFC 5737), and of the other family. */
START_TEST(test_bad_source)
{
	struct net_address a, from;
	int fd, lowest;

	ck_assert(listen_on("127.0.0.1", &fd, &a));
	lowest = next_fd();
	ck_assert(net_address_parse(&from, "203.0.113.77", 0, 4));
	ck_assert_int_eq(net_try_source(&from), -1);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
	ck_assert_int_eq(net_connect(&a, &from), -1);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
	ck_assert(net_address_parse(&from, "::1", 0, 6));
	ck_assert_int_eq(net_connect(&a, &from), -1);
	ck_assert_int_eq(next_fd(), lowest);
	close(fd);
}
END_TEST

START_TEST(test_ipv6)
{
	struct net_address a;
	char text[NET_TEXT_MAX];
	int fd, client;

	if (!listen_on("::1", &fd, &a))
		return;
	net_address_format(text, &a);
	ck_assert_mem_eq(text, "[::1]:", 6);
	ck_assert_str_ne(text, "[::1]:0");
	client = net_connect(&a, NULL);
	ck_assert_int_ne(client, -1);
	await(client, POLLOUT);
	ck_assert_int_eq(net_connected(client), 0);
	close(client);
	close(fd);
}
END_TEST

static bool
can_connect(const char *host, uint16_t port)
{
	struct net_address a;
	bool is_good;
	int fd;

	ck_assert(net_address_parse(&a, host, port, 0));
	fd = net_connect(&a, NULL);
	if (fd == -1)
		return false;
	await(fd, POLLOUT);
	is_good = net_connected(fd) == 0;
	close(fd);
	return is_good;
}

/* One socket for both families, and with brackets IPv6 by itself. */
static const struct {
	const char	*text;
	bool		 has_v4;
} every_tests[] = {
	{ ":0", true },
	{ "[::]:0", false }
};

START_TEST(test_every_address)
{
	struct net_address a;
	char text[NET_TEXT_MAX];
	uint16_t port;
	bool has_v6;
	int fd;

	has_v6 = listen_on("::1", &fd, &a);
	if (has_v6)
		close(fd);
	ck_assert(net_listen_parse(&a, every_tests[_i].text));
	if (!has_v6 && !every_tests[_i].has_v4)
		return;
	fd = net_listen(&a);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(net_local_address(fd, &a), 0);
	port = (uint16_t)strtol(strrchr(net_address_format(text, &a), ':') + 1,
	    NULL, 10);
	ck_assert_uint_ne(port, 0);
	ck_assert_uint_eq(net_local_port(fd), port);
	ck_assert_uint_eq(net_local_port(-1), 0);
	ck_assert_int_eq(can_connect("127.0.0.1", port),
	    every_tests[_i].has_v4);
	if (has_v6)
		ck_assert(can_connect("::1", port));
	close(fd);
}
END_TEST

START_TEST(test_every_in_use)
{
	struct net_address a;
	char text[NET_TEXT_MAX];
	int fd;

	ck_assert(net_listen_parse(&a, ":0"));
	fd = net_listen(&a);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(net_local_address(fd, &a), 0);
	ck_assert(net_listen_parse(&a, strrchr(net_address_format(text, &a),
	    ':')));
	ck_assert_int_eq(net_listen(&a), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	close(fd);
}
END_TEST

/* Unix sockets, in a directory of the test's own. */

static char dir[64];
static char path[80];
static struct net_address unix_address;

static void
setup_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/test_net.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	ck_assert(net_unix_address(&unix_address, path));
}

static void
teardown_dir(void)
{
	unlink(path);
	rmdir(dir);
}

START_TEST(test_unix)
{
	struct net_address a;
	struct stat st;
	char text[NET_TEXT_MAX], byte;
	mode_t was = umask(0);
	int fd, client, server, before = lowest_fd();

	fd = net_listen(&unix_address);
	ck_assert_int_eq((int)umask(was), 0);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert_int_eq((int)(st.st_mode & 07777), 0600);
	ck_assert_int_eq(net_local_address(fd, &a), 0);
	ck_assert(strncmp(net_address_format(text, &a), "unix:/tmp/", 10) ==
	    0);
	client = net_connect(&unix_address, NULL);
	ck_assert_int_ne(client, -1);
	server = net_accept(fd);
	ck_assert_int_ne(server, -1);
	net_set_keepalive(server);	/* means nothing, breaks nothing */
	ck_assert_int_eq((int)net_write(client, "x", 1), 1);
	ck_assert_int_eq((int)net_read(server, &byte, 1), 1);
	close(client);
	close(server);
	close(fd);
	net_unlisten(&unix_address);
	net_unlisten(&unix_address);
	ck_assert_int_eq(lstat(path, &st), -1);
	ck_assert_int_eq(lowest_fd(), before);
}
END_TEST

START_TEST(test_unix_stale)
{
	int fd = net_listen(&unix_address), client, before;

	ck_assert_int_ne(fd, -1);
	before = lowest_fd();
	ck_assert_int_eq(net_listen(&unix_address), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_eq(lowest_fd(), before);
	close(fd);
	fd = net_listen(&unix_address);
	ck_assert_int_ne(fd, -1);
	client = net_connect(&unix_address, NULL);
	ck_assert_int_ne(client, -1);
	close(client);
	close(fd);
}
END_TEST

/* What is no socket is neither replaced nor removed. */
START_TEST(test_unix_other_file)
{
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT, 0644), before;

	ck_assert_int_ne(fd, -1);
	close(fd);
	before = lowest_fd();
	ck_assert_int_eq(net_listen(&unix_address), -1);
	ck_assert_int_eq(errno, ENOTSOCK);
	net_unlisten(&unix_address);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert(S_ISREG(st.st_mode));
	ck_assert_int_eq(lowest_fd(), before);
}
END_TEST

START_TEST(test_unix_no_directory)
{
	struct net_address a;

	ck_assert(net_unix_address(&a, "/nonexistent/directory/socket"));
	ck_assert_int_eq(net_listen(&a), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(test_keepalive)
{
	int client, server, on = 0;
	socklen_t len = sizeof(on);

	make_connection(&client, &server);
	net_set_keepalive(server);
	ck_assert_int_eq(getsockopt(server, SOL_SOCKET, SO_KEEPALIVE, &on,
	    &len), 0);
	ck_assert_int_ne(on, 0);
	ck_assert_int_eq(getsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &on,
	    &len), 0);
	ck_assert_int_eq(on, 0);
	close(client);
	close(server);
}
END_TEST

START_TEST(test_accept_nothing)
{
	struct net_address a;
	int fd;

	ck_assert(listen_on("127.0.0.1", &fd, &a));
	ck_assert_int_eq(net_accept(fd), -1);
	ck_assert(errno == EAGAIN || errno == EWOULDBLOCK);
	close(fd);
}
END_TEST

START_TEST(test_port_in_use)
{
	struct net_address a;
	int fd, before;

	ck_assert(listen_on("127.0.0.1", &fd, &a));
	before = lowest_fd();
	ck_assert_int_eq(net_listen(&a), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_eq(lowest_fd(), before);
	close(fd);
}
END_TEST

START_TEST(test_refused)
{
	struct net_address a;
	int fd, before = lowest_fd();

	ck_assert(listen_on("127.0.0.1", &fd, &a));
	close(fd);
	fd = net_connect(&a, NULL);
	if (fd != -1) {
		await(fd, POLLOUT);
		ck_assert_int_eq(net_connected(fd), -1);
		ck_assert_int_eq(errno, ECONNREFUSED);
		close(fd);
	} else
		ck_assert_int_eq(errno, ECONNREFUSED);
	ck_assert_int_eq(lowest_fd(), before);
}
END_TEST

START_TEST(test_bad_family)
{
	struct net_address a;
	int before = lowest_fd();

	memset(&a, 0, sizeof(a));
	a.ss.ss_family = 200;
	a.len = sizeof(a.ss);
	ck_assert_int_eq(net_connect(&a, NULL), -1);
	ck_assert_int_eq(net_listen(&a), -1);
	ck_assert_int_eq(net_local_address(-1, &a), -1);
	ck_assert_int_eq(net_connected(-1), -1);
	ck_assert_int_eq(lowest_fd(), before);
}
END_TEST

START_TEST(test_reset)
{
	char byte;
	int client, server;

	make_connection(&client, &server);
	net_reset(client);
	await(server, POLLIN);
	ck_assert_int_eq((int)net_read(server, &byte, 1), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	ck_assert_int_eq((int)net_write(server, "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	close(server);
}
END_TEST

START_TEST(test_raise_nofile)
{
	struct rlimit was, limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	limit = was;
	limit.rlim_cur = 64;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(net_raise_nofile(10), 64);
	ck_assert_uint_eq(net_raise_nofile(100), 100);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 100);
	ck_assert_uint_eq(limit.rlim_max, was.rlim_max);
	if (was.rlim_max != RLIM_INFINITY)
		ck_assert_uint_eq(net_raise_nofile((uint64_t)was.rlim_max + 1),
		    was.rlim_max);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("net");
	TCase *tc;

	tc = tcase_create("addresses");
	tcase_add_loop_test(tc, test_parse, 0, UTIL_NELEM(parse_tests));
	tcase_add_loop_test(tc, test_listen_parse, 0,
	    UTIL_NELEM(listen_tests));
	tcase_add_loop_test(tc, test_unix_address, 0, UTIL_NELEM(unix_tests));
	tcase_add_loop_test(tc, test_loopback, 0, UTIL_NELEM(loopback_tests));
	tcase_add_test(tc, test_every_is_no_loopback);
	suite_add_tcase(s, tc);

	tc = tcase_create("sockets");
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, test_stream);
	tcase_add_loop_test(tc, test_source, 0, UTIL_NELEM(sources));
	tcase_add_test(tc, test_bad_source);
	tcase_add_test(tc, test_ipv6);
	tcase_add_test(tc, test_accept_nothing);
	tcase_add_test(tc, test_port_in_use);
	tcase_add_test(tc, test_refused);
	tcase_add_test(tc, test_bad_family);
	tcase_add_test(tc, test_reset);
	tcase_add_test(tc, test_raise_nofile);
	tcase_add_loop_test(tc, test_every_address, 0,
	    UTIL_NELEM(every_tests));
	tcase_add_test(tc, test_every_in_use);
	tcase_add_test(tc, test_keepalive);
	suite_add_tcase(s, tc);

	tc = tcase_create("unix sockets");
	tcase_add_checked_fixture(tc, setup_dir, teardown_dir);
	tcase_add_test(tc, test_unix);
	tcase_add_test(tc, test_unix_stale);
	tcase_add_test(tc, test_unix_other_file);
	tcase_add_test(tc, test_unix_no_directory);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return suite_main(make_suite());
}
