/* SPDX-License-Identifier: MIT */
/*
 * The roles, each tried in a child of its own: what it needs works, and what it
 * does not need gives the error or the signal that it should. Calls are made by
 * number where a C library would make another one of them.
 */

#ifdef __linux__
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/sandbox.h"
#include "base/util.h"
#include "tests/suite.h"

#ifdef __linux__

enum {
	NOT_ENTERED = 255,
	ENDED = 254,
	ROLES = SANDBOX_RUN + 1,
	PAGE = 4096
};

/* Here before the filter is. */
static int		 ends[2];	/* of a pipe with a byte in it */
static char		*page;
static const char	*path = "/etc/passwd";
static const char	 template[] = "/tmp/pulse.sandbox.XXXXXX";
static char		 made[sizeof(template)];
static int		 made_fd;
static pid_t		 parent;

static int
rw(void)
{
	char byte;

	return read(ends[0], &byte, 1) == 1 && write(ends[1], &byte, 1) == 1 ?
	    0 : -1;
}

static int
poll_it(void)
{
	struct pollfd pfd = { .fd = ends[0], .events = POLLIN };

	return poll(&pfd, 1, 0) == -1 ? -1 : 0;
}

static int
sleep_it(void)
{
	const struct timespec soon = { .tv_nsec = 1 };

	return nanosleep(&soon, NULL);
}

static int
allocate(void)
{
	char *p = malloc(1 << 24);

	if (p == NULL)
		return -1;
	memset(p, 1, 1 << 24);
	free(p);
	return 0;
}

static int
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return -1;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

static int
limit_parent(void)
{
	struct rlimit limit;

	return (int)syscall(SYS_prlimit64, parent, RLIMIT_NOFILE, NULL,
	    &limit);
}

static int
set_slack(void)
{
	return prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

static int
rename_itself(void)
{
	return prctl(PR_SET_NAME, "other", 0UL, 0UL, 0UL);
}

/* Each family. */

static int
open_socket(int family, int type)
{
	int fd = socket(family, type, 0);

	return fd == -1 ? -1 : close(fd);
}

static int
socket_ip(void)
{
	return open_socket(AF_INET, SOCK_STREAM);
}

static int
socket_unix(void)
{
	return open_socket(AF_UNIX, SOCK_STREAM);
}

static int
socket_netlink(void)
{
	return open_socket(AF_NETLINK, SOCK_RAW);
}

static int
socket_packet(void)
{
	return open_socket(AF_PACKET, SOCK_RAW);
}

/* Files. */

static int
open_to(const char *name, int flags)
{
	int fd = open(name, flags, 0600);

	return fd == -1 ? -1 : close(fd);
}

static int
open_to_read(void)
{
	return open_to(path, O_RDONLY | O_CLOEXEC);
}

static int
open_to_write(void)
{
	return open_to("/dev/null", O_WRONLY);
}

static int
open_to_update(void)
{
	return open_to("/dev/null", O_RDWR);
}

static int
open_new(void)
{
	return open_to("/tmp/pulse.sandbox.new", O_RDONLY | O_CREAT);
}

static int
open_truncated(void)
{
	return open_to("/dev/null", O_RDONLY | O_TRUNC);
}

#ifdef SYS_open
static int
open_older(void)
{
	int fd = (int)syscall(SYS_open, path, O_RDONLY, 0);

	return fd == -1 ? -1 : close(fd);
}

static int
open_older_to_write(void)
{
	int fd = (int)syscall(SYS_open, "/dev/null", O_WRONLY, 0);

	return fd == -1 ? -1 : close(fd);
}
#endif

static int
stat_it(void)
{
	struct stat st;

	return stat(path, &st);
}

static int
access_it(void)
{
	return access(path, R_OK);
}

static int
read_link(void)
{
	char to[PAGE];

	return readlink("/proc/self/exe", to, sizeof(to)) > 0 ? 0 : -1;
}

static int
make_directory(void)
{
	return mkdir("/tmp/pulse.sandbox.dir", 0700);
}

static int
rename_it(void)
{
	return rename(made, made);
}

static int
sync_it(void)
{
	return fsync(made_fd);
}

static int
unlink_it(void)
{
	return unlink(made);
}

/* Memory. */

static int
run_memory(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

static int
run_written(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE, made_fd, 0) == MAP_FAILED ? -1 : 0;
}

/* As a module of the C library is loaded. */
static int
run_file(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, made_fd,
	    0) == MAP_FAILED ? -1 : 0;
}

static int
make_runnable(void)
{
	return mprotect(page, PAGE, PROT_READ | PROT_EXEC);
}

static int
protect(void)
{
	return mprotect(page, PAGE, PROT_READ);
}

/* Processes. */

static int
fork_one(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid != -1 && waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

static int
signal_parent(void)
{
	return kill(parent, 0);
}

static int
signal_itself(void)
{
	return kill(getpid(), 0);
}

static int
accept_one(void)
{
	/* Not a socket: it got that far. */
	return accept(ends[0], NULL, NULL) == -1 && errno == ENOTSOCK ? 0 : -1;
}

static int
pipe_it(void)
{
	int fds[2];

	return pipe(fds);
}

static int
fork_elsewhere(void)
{
	const unsigned long new_user = 0x10000000;

#ifdef __s390x__
	return (int)syscall(SYS_clone, 0UL, new_user | SIGCHLD, 0UL, 0UL, 0UL);
#else
	return (int)syscall(SYS_clone, new_user | SIGCHLD, 0UL, 0UL, 0UL, 0UL);
#endif
}

/* Whoever has found a way to run code here may want these. */

static int
execute(void)
{
	return execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
}

static int
trace(void)
{
	return (int)syscall(SYS_ptrace, 0UL, 0UL, 0UL, 0UL);
}

static int
read_others(void)
{
	return (int)syscall(SYS_process_vm_readv, parent, NULL, 0UL, NULL, 0UL,
	    0UL);
}

static int
mount_it(void)
{
	return (int)syscall(SYS_mount, NULL, NULL, NULL, 0UL, NULL);
}

static int
leave_namespace(void)
{
	return (int)syscall(SYS_unshare, 0x10000000);
}

#ifdef SYS_bpf
static int
load_bpf(void)
{
	return (int)syscall(SYS_bpf, 0, NULL, 0);
}
#endif

#if defined(__x86_64__) && !defined(__ILP32__)
static int
execute_x32(void)
{
	return (int)syscall(0x40000000 | 520, NULL, NULL, NULL);
}

/* int $0x80 is another arch: 20 is getpid there. */
static int
call_i386(void)
{
	long result;

	__asm__ volatile ("int $0x80" : "=a" (result) : "0" (20L) : "memory");
	return result > 0 ? 0 : -1;
}
#endif

/* And things that nobody here has a use for. */

static int
make_memory_file(void)
{
#ifdef SYS_memfd_create
	return (int)syscall(SYS_memfd_create, "pulse", 0U);
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int
become_root(void)
{
	return setuid(0);
}

static int
set_host_name(void)
{
	return (int)syscall(SYS_sethostname, "pulse", 5UL);
}

/* As what is no call at all. */
static int
answered_by_tracer(void)
{
	return (int)syscall(-1L);
}

static int
type_into_terminal(void)
{
	return ioctl(ends[0], TIOCSTI, "x");
}

static int
is_terminal(void)
{
	struct winsize size;

	return ioctl(ends[0], TIOCGWINSZ, &size) == -1 && errno == ENOTTY ?
	    0 : -1;
}

static int
look_up(void)
{
	struct addrinfo *list;
	int error = getaddrinfo("localhost", "80", NULL, &list);

	/* Without /etc/hosts there may be none: it was looked for. */
	if (error == 0)
		freeaddrinfo(list);
	errno = EIO;
	return error == 0 || error == EAI_NONAME ? 0 : -1;
}

static int
abort_it(void)
{
	abort();
}

/*
 * want: 0, an errno, or a signal as its negative: of a generator, a resolver, a
 * worker, a run.
 */
static const struct {
	const char	*descr;
	int		(*act)(void);
	int		 want[ROLES];
} acts[] = {
	{ "read, write", rw, { 0, 0, 0, 0 } },
	{ "poll", poll_it, { 0, 0, 0, 0 } },
	{ "sleep", sleep_it, { 0, 0, 0, 0 } },
	{ "malloc", allocate, { 0, 0, 0, 0 } },
	{ "own limits", raise_limit, { 0, 0, 0, 0 } },
	{ "limits of others", limit_parent, { EPERM, EPERM, EPERM, EPERM } },
	{ "timer slack", set_slack, { 0, 0, 0, 0 } },
	{ "name", rename_itself, { EINVAL, EINVAL, EINVAL, EINVAL } },
	{ "socket: IP", socket_ip, { 0, 0, 0, 0 } },
	{ "socket: unix", socket_unix, { 0, 0, 0, 0 } },
	{ "socket: netlink", socket_netlink, { EAFNOSUPPORT, 0, 0, 0 } },
	{ "socket: packet", socket_packet, { EAFNOSUPPORT, EAFNOSUPPORT,
	    EAFNOSUPPORT, EAFNOSUPPORT } },
	{ "open to read", open_to_read, { ENOENT, 0, 0, 0 } },
	{ "open to write", open_to_write, { ENOENT, EACCES, EACCES, EACCES } },
	{ "open to do both", open_to_update, { ENOENT, EACCES, EACCES,
	    EACCES } },
	{ "open what is not there", open_new, { ENOENT, EACCES, EACCES,
	    EACCES } },
	{ "open truncated", open_truncated, { ENOENT, EACCES, EACCES,
	    EACCES } },
#ifdef SYS_open
	{ "open by number, to read", open_older, { ENOENT, 0, 0, 0 } },
	{ "open by number, to write", open_older_to_write, { ENOENT, EACCES,
	    EACCES, EACCES } },
#endif
	{ "stat", stat_it, { ENOENT, 0, 0, 0 } },
	{ "access", access_it, { ENOENT, 0, 0, 0 } },
	{ "readlink", read_link, { ENOENT, 0, 0, 0 } },
	{ "mkdir", make_directory, { ENOSYS, ENOSYS, ENOSYS, ENOSYS } },
	{ "rename", rename_it, { ENOENT, ENOENT, ENOENT, 0 } },
	{ "fsync", sync_it, { ENOSYS, ENOSYS, ENOSYS, 0 } },
	{ "unlink", unlink_it, { ENOENT, ENOENT, 0, 0 } },
	{ "memory to run", run_memory, { EACCES, EACCES, EACCES, EACCES } },
	{ "memory to write and run", run_written, { EACCES, EACCES, EACCES,
	    EACCES } },
	{ "a file to run", run_file, { EACCES, 0, 0, 0 } },
	{ "memory made to run", make_runnable, { EACCES, EACCES, EACCES,
	    EACCES } },
	{ "mprotect", protect, { 0, 0, 0, 0 } },
	{ "fork, wait", fork_one, { ENOSYS, ENOSYS, 0, 0 } },
	{ "fork into a namespace", fork_elsewhere, { ENOSYS, ENOSYS, EPERM,
	    EPERM } },
	{ "kill: itself", signal_itself, { 0, 0, 0, 0 } },
	{ "kill: another", signal_parent, { EPERM, EPERM, 0, 0 } },
	{ "accept", accept_one, { ENOSYS, ENOSYS, 0, 0 } },
	{ "pipe", pipe_it, { ENOSYS, ENOSYS, 0, 0 } },
	{ "getaddrinfo", look_up, { EIO, 0, 0, 0 } },
	{ "is a terminal", is_terminal, { 0, 0, 0, 0 } },
	{ "TIOCSTI", type_into_terminal, { ENOTTY, ENOTTY, ENOTTY, ENOTTY } },
	{ "memfd_create", make_memory_file, { ENOSYS, ENOSYS, ENOSYS,
	    ENOSYS } },
	{ "setuid", become_root, { ENOSYS, ENOSYS, ENOSYS, ENOSYS } },
	{ "sethostname", set_host_name, { ENOSYS, ENOSYS, ENOSYS, ENOSYS } },
	{ "no call", answered_by_tracer, { ENOSYS, ENOSYS, ENOSYS, ENOSYS } },
	{ "abort", abort_it, { -SIGABRT, -SIGABRT, -SIGABRT, -SIGABRT } },
#define KILLED	{ -SIGSYS, -SIGSYS, -SIGSYS, -SIGSYS }
	{ "execve", execute, KILLED },
	{ "ptrace", trace, KILLED },
	{ "process_vm_readv", read_others, KILLED },
	{ "mount", mount_it, KILLED },
	{ "unshare", leave_namespace, KILLED },
#ifdef SYS_bpf
	{ "bpf", load_bpf, KILLED },
#endif
#if defined(__x86_64__) && !defined(__ILP32__)
	{ "x32 execve", execute_x32, KILLED },
	{ "i386 getpid", call_i386, KILLED },
#endif
};

static void
make_file(void)
{
	memcpy(made, template, sizeof(template));
	made_fd = mkstemp(made);
	ck_assert_int_ne(made_fd, -1);
	ck_assert_int_eq(write(made_fd, "x", 1), 1);
}

static void
remove_file(void)
{
	close(made_fd);
	(void)unlink(made);		/* a child may have done so */
}

/* In a child: the status that it ends with is what came of it. */
static int
outcome_of(int (*act)(void), int (*before)(void))
{
	pid_t pid;
	int status;

	make_file();
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		proc_leave_no_core();
		if (before() == -1)
			_exit(NOT_ENTERED);
		errno = 0;
		_exit(act() == 0 ? 0 : errno);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	remove_file();
	if (WIFSIGNALED(status))
		return -WTERMSIG(status);
	ck_assert_int_ne(WEXITSTATUS(status), NOT_ENTERED);
	return WEXITSTATUS(status);
}

static enum sandbox_role role_entered;

static int
enter(void)
{
	return sandbox_enter(role_entered);
}

static void
set_up(void)
{
	parent = getpid();
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "", 1), 1);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(page, MAP_FAILED);
}

static void
tear_down(void)
{
	close(ends[0]);
	close(ends[1]);
	munmap(page, PAGE);
}

START_TEST(test_roles)
{
	int got, want, role;

	if (!sandbox_is_there())
		return;
	for (role = 0; role < ROLES; role++) {
		role_entered = (enum sandbox_role)role;
		got = outcome_of(acts[_i].act, enter);
		want = acts[_i].want[role];
		ck_assert_msg(got == want, "%s: role %d: got %d, want %d",
		    acts[_i].descr, role, got, want);
	}
}
END_TEST

/* A filter is added to those that are there: nothing comes back. */

static int
enter_twice(void)
{
	if (sandbox_enter(SANDBOX_RUN) == -1 ||
	    sandbox_enter(SANDBOX_GENERATOR) == -1)
		return -1;
	(void)sandbox_enter(SANDBOX_RUN);
	return 0;
}

START_TEST(test_adds_up)
{
	if (!sandbox_is_there())
		return;
	ck_assert_int_eq(outcome_of(open_to_read, enter_twice), ENOENT);
	ck_assert_int_eq(outcome_of(fork_one, enter_twice), ENOSYS);
	ck_assert_int_eq(outcome_of(rw, enter_twice), 0);
}
END_TEST

/* Parents' children enter roles of their own; theirs are for good, too. */

static int
become_child_of_worker(void)
{
	pid_t pid;
	int status;

	if (sandbox_enter(SANDBOX_WORKER) == -1 || (pid = fork()) == -1)
		return -1;
	if (pid == 0)
		return sandbox_enter(role_entered);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		_exit(ENDED);
	_exit(WEXITSTATUS(status));
}

START_TEST(test_children)
{
	if (!sandbox_is_there())
		return;
	role_entered = SANDBOX_GENERATOR;
	ck_assert_int_eq(outcome_of(rw, become_child_of_worker), 0);
	ck_assert_int_eq(outcome_of(open_to_read, become_child_of_worker),
	    ENOENT);
	role_entered = SANDBOX_RESOLVER;
	ck_assert_int_eq(outcome_of(look_up, become_child_of_worker), 0);
	ck_assert_int_eq(outcome_of(run_file, become_child_of_worker), 0);
	ck_assert_int_eq(outcome_of(fork_one, become_child_of_worker), ENOSYS);
}
END_TEST

static int
forgo_and_enter(void)
{
	sandbox_forgo();
	return sandbox_is_there() ? -1 : sandbox_enter(SANDBOX_GENERATOR);
}

static int
has_no_new_privileges(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0UL, 0UL, 0UL, 0UL) == 1 ? 0 : -1;
}

START_TEST(test_forgo)
{
	ck_assert_int_eq(outcome_of(open_to_read, forgo_and_enter), 0);
	ck_assert_int_eq(outcome_of(execute, forgo_and_enter), 0);
	ck_assert_int_eq(outcome_of(has_no_new_privileges, forgo_and_enter),
	    0);
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, test_roles, 0, (int)UTIL_NELEM(acts));
	tcase_add_test(tc, test_adds_up);
	tcase_add_test(tc, test_children);
	tcase_add_test(tc, test_forgo);
}

#else

START_TEST(test_enter)
{
	/* What it may do here cannot be tried out; it must not fail. */
	ck_assert_int_eq(sandbox_enter(SANDBOX_RUN), 0);
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_test(tc, test_enter);
}

#endif

int
main(void)
{
	Suite *s = suite_create("sandbox");
	TCase *tc = tcase_create("sandbox");

	add_tests(tc);
	suite_add_tcase(s, tc);
	return suite_main(s);
}
