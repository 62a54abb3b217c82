/* SPDX-License-Identifier: MIT */
/*
 * What a process may ask of the system, by role: a filter of system calls on
 * Linux (seccomp), promises on OpenBSD (pledge), nothing elsewhere.
 *
 * The filter is a list of what is allowed. Of the rest, calls about files give
 * ENOENT to a role that may see none, as if the file system were empty; those
 * that only somebody who has taken the process over can want end it; all others
 * give ENOSYS, as on a system that does not have them: libraries take that well
 * and try the older way. Calls of the request path are allowed whatever their
 * arguments are, because the kernel then remembers that and does not even ask
 * the filter.
 *
 * A child has the filters of its parent and may add its own, so a parent's role
 * allows all that its children need. Nothing here prints. Constants of the
 * kernel's ABI are written out: C libraries come without its headers.
 */

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "base/sandbox.h"
#include "base/util.h"

/* What a number of a call means: EM_ of elf.h, 64 bits wide, little endian. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCH	0xc000003eU
#define X32_BIT	0x40000000U
#elif defined(__i386__)
#define ARCH	0x40000003U
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCH	0xc00000b7U
#elif defined(__arm__) && defined(__ARM_EABI__) && !defined(__ARMEB__)
#define ARCH	0x40000028U
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH	0xc00000f3U
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH	0xc0000015U
#elif defined(__s390x__)
#define ARCH	0x80000016U
#endif

/*
 * A sanitizer's run-time has calls of its own: it reads /proc, starts a program
 * that names addresses, and traces the process when it looks for leaks.
 */
#if defined(ARCH) && defined(SYS_seccomp) && !defined(UTIL_IS_SANITIZED)
#define HAS_FILTER
#endif

static bool	is_forgone;

void
sandbox_forgo(void)
{
	is_forgone = true;
}

#ifndef __OpenBSD__
/* A filter needs it, and without one it is good all the same. */
static void
set_no_new_rights(void)
{
#ifdef __linux__
	/* Kernels that do not know it have no filters either. */
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL);
#endif
}
#endif

#ifdef HAS_FILTER

/* linux/seccomp.h, linux/filter.h, linux/sched.h. */
#define RET_KILL	0x80000000U	/* the process, not a thread */
#define RET_ERRNO	0x00050000U	/* and errno */
#define RET_ALLOW	0x7fff0000U
#define GET_TERMINAL_2	0x802c542aU	/* TCGETS2 needs a struct of theirs */
#define CLONE_NEW	0x7e020000U	/* namespaces: all CLONE_NEW */
enum {
	SET_MODE_FILTER = 1,
	FLAG_SPEC_ALLOW = 4,		/* no slower memory for it */
	OP_LOAD = 0x20,			/* a word of struct call */
	OP_IS = 0x15,			/* equal */
	OP_IS_MORE = 0x35,		/* or equal */
	OP_HAS = 0x45,			/* one of the bits */
	OP_RETURN = 0x06,
	INSTRUCTIONS_MAX = 1024
};

struct instruction {
	uint16_t	op;
	uint8_t		yes;		/* instructions to skip */
	uint8_t		no;
	uint32_t	k;
};

struct program {
	unsigned short		 n;
	struct instruction	*at;
};

/* What a filter sees. */
struct call {
	int		nr;
	uint32_t	arch;
	uint64_t	ip;
	uint64_t	args[6];
};

enum {
#ifdef __s390x__
	CLONE_FLAGS = 1,
#else
	CLONE_FLAGS = 0,
#endif
	LOW_WORD = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0
};

#define GENERATOR	(1U << SANDBOX_GENERATOR)
#define RESOLVER	(1U << SANDBOX_RESOLVER)
#define PARENT		(1U << SANDBOX_WORKER | 1U << SANDBOX_RUN)
#define RUN		(1U << SANDBOX_RUN)
#define READER		(RESOLVER | PARENT)
#define ALL		(GENERATOR | READER)

/* How a rule allows a call to its roles, and what others get. */
enum how {
	PLAIN,			/* whatever its arguments are; ENOSYS */
	PATH,			/* the same; ENOENT */
	OPEN,			/* for reading: open; ENOENT */
	OPENAT,			/* openat; ENOENT */
	SOCKET,			/* of a family that it needs */
	MAP,			/* memory that is not both written and run */
	PROTECT,		/* never to be run */
	CLONE,			/* in the namespaces that it is in */
	SIGNAL,			/* itself, or anybody if it has children */
	LIMIT,			/* of itself */
	CONTROL,		/* prctl, by its first argument */
	DEVICE,			/* ioctl, by its second */
	FATAL			/* to nobody: it ends the process */
};

struct rule {
	int		nr;
	unsigned int	roles;
	enum how	how;
};

#define RULE(call, roles, how)	{ SYS_##call, roles, how }

/*
 * The request path comes first, for kernels that ask every time. What all
 * systems have stands alone, the rest under its condition: newer ones have no
 * older calls, and 32 bits have calls of their own.
 */
static const struct rule rules[] = {
	RULE(read, ALL, PLAIN),
	RULE(write, ALL, PLAIN),
#ifdef SYS_sendto
	RULE(sendto, ALL, PLAIN),
	RULE(recvfrom, ALL, PLAIN),
	RULE(sendmsg, ALL, PLAIN),
	RULE(recvmsg, ALL, PLAIN),
	RULE(connect, ALL, PLAIN),
	RULE(bind, ALL, PLAIN),
	RULE(shutdown, ALL, PLAIN),
	RULE(getsockopt, ALL, PLAIN),
	RULE(setsockopt, ALL, PLAIN),
	RULE(getsockname, ALL, PLAIN),
	RULE(getpeername, ALL, PLAIN),
	RULE(socket, ALL, SOCKET),
#endif
#ifdef SYS_send
	RULE(send, ALL, PLAIN),
	RULE(recv, ALL, PLAIN),
#endif
#if defined(SYS_socketcall) && (defined(__i386__) || defined(__s390x__))
	/* There it is all of these, and its arguments are in memory. */
	RULE(socketcall, ALL, PLAIN),
#endif
#ifdef SYS_epoll_pwait2
	RULE(epoll_pwait2, ALL, PLAIN),
#endif
#ifdef SYS_epoll_wait
	RULE(epoll_wait, ALL, PLAIN),
#endif
	RULE(epoll_pwait, ALL, PLAIN),
	RULE(epoll_ctl, ALL, PLAIN),
	RULE(ppoll, ALL, PLAIN),
#ifdef SYS_ppoll_time64
	RULE(ppoll_time64, ALL, PLAIN),
#endif
#ifdef SYS_poll
	RULE(poll, ALL, PLAIN),
#endif
	RULE(close, ALL, PLAIN),
#ifdef SYS_clock_gettime
	RULE(clock_gettime, ALL, PLAIN),
#endif
#ifdef SYS_clock_gettime64
	RULE(clock_gettime64, ALL, PLAIN),
	RULE(clock_getres_time64, ALL, PLAIN),
#endif
	RULE(readv, ALL, PLAIN),
	RULE(writev, ALL, PLAIN),
	RULE(futex, ALL, PLAIN),
#ifdef SYS_futex_time64
	RULE(futex_time64, ALL, PLAIN),
#endif
	RULE(getrusage, ALL, PLAIN),

	/* Time and sleep. */
#ifdef SYS_clock_getres
	RULE(clock_getres, ALL, PLAIN),
	RULE(gettimeofday, ALL, PLAIN),
	RULE(clock_nanosleep, ALL, PLAIN),
#endif
#ifdef SYS_clock_gettime32
	/* What musl calls all of these where their times have 32 bits. */
	RULE(clock_gettime32, ALL, PLAIN),
	RULE(clock_getres_time32, ALL, PLAIN),
	RULE(gettimeofday_time32, ALL, PLAIN),
	RULE(clock_nanosleep_time32, ALL, PLAIN),
#endif
#ifdef SYS_time
	RULE(time, ALL, PLAIN),
#endif
	RULE(nanosleep, ALL, PLAIN),
#ifdef SYS_clock_nanosleep_time64
	RULE(clock_nanosleep_time64, ALL, PLAIN),
#endif
	RULE(restart_syscall, ALL, PLAIN),
	RULE(sched_yield, ALL, PLAIN),
	RULE(sched_getaffinity, ALL, PLAIN),

	/* Memory. */
	RULE(brk, ALL, PLAIN),
	RULE(munmap, ALL, PLAIN),
	RULE(mremap, ALL, PLAIN),
	RULE(madvise, ALL, PLAIN),
	RULE(mprotect, ALL, PROTECT),
#if defined(SYS_mmap2)
	RULE(mmap2, ALL, MAP),
#elif defined(__s390x__)
	/* Its arguments are in memory. */
	RULE(mmap, ALL, PLAIN),
#else
	RULE(mmap, ALL, MAP),
#endif
#ifdef SYS_getrandom
	RULE(getrandom, ALL, PLAIN),
#endif

	/* Descriptors. */
	RULE(fstat, ALL, PLAIN),
#ifdef SYS_fstat64
	RULE(fstat64, ALL, PLAIN),
#endif
	RULE(fcntl, ALL, PLAIN),
#ifdef SYS_fcntl64
	RULE(fcntl64, ALL, PLAIN),
#endif
	RULE(ioctl, ALL, DEVICE),
	RULE(lseek, READER, PLAIN),
#ifdef SYS__llseek
	RULE(_llseek, READER, PLAIN),
#endif
	RULE(pread64, READER, PLAIN),
	RULE(dup, PARENT, PLAIN),
	RULE(dup3, PARENT, PLAIN),
	RULE(pipe2, PARENT, PLAIN),
	RULE(epoll_create1, PARENT, PLAIN),
#ifdef SYS_close_range
	RULE(close_range, PARENT, PLAIN),
#endif

	/* The process, its signals and its limits. */
	RULE(exit_group, ALL, PLAIN),
	RULE(exit, ALL, PLAIN),
	RULE(rt_sigaction, ALL, PLAIN),
	RULE(rt_sigprocmask, ALL, PLAIN),
	RULE(rt_sigreturn, ALL, PLAIN),
#ifdef SYS_sigreturn
	RULE(sigreturn, ALL, PLAIN),
#endif
	RULE(sigaltstack, ALL, PLAIN),
	RULE(tgkill, ALL, SIGNAL),
	RULE(tkill, ALL, SIGNAL),
	RULE(kill, ALL, SIGNAL),
	RULE(getpid, ALL, PLAIN),
	RULE(getppid, ALL, PLAIN),
	RULE(gettid, ALL, PLAIN),
	RULE(getuid, ALL, PLAIN),
	RULE(geteuid, ALL, PLAIN),
	RULE(getgid, ALL, PLAIN),
	RULE(getegid, ALL, PLAIN),
#ifdef SYS_getuid32
	RULE(getuid32, ALL, PLAIN),
	RULE(geteuid32, ALL, PLAIN),
	RULE(getgid32, ALL, PLAIN),
	RULE(getegid32, ALL, PLAIN),
#endif
	RULE(prlimit64, ALL, LIMIT),
	RULE(setrlimit, ALL, PLAIN),
#ifdef SYS_getrlimit
	RULE(getrlimit, ALL, PLAIN),
#endif
#ifdef SYS_ugetrlimit
	RULE(ugetrlimit, ALL, PLAIN),
#endif
	RULE(sysinfo, ALL, PLAIN),
	RULE(uname, ALL, PLAIN),
	RULE(prctl, ALL, CONTROL),
	RULE(set_tid_address, ALL, PLAIN),
	RULE(set_robust_list, ALL, PLAIN),
#ifdef SYS_rseq
	RULE(rseq, ALL, PLAIN),
#endif
#ifdef SYS_membarrier
	RULE(membarrier, ALL, PLAIN),
#endif

	/* Parents: children, their filters, and callers. */
	RULE(clone, PARENT, CLONE),
	RULE(wait4, PARENT, PLAIN),
	RULE(waitid, PARENT, PLAIN),
#ifdef SYS_waitpid
	RULE(waitpid, PARENT, PLAIN),
#endif
	RULE(seccomp, PARENT, PLAIN),
#ifdef SYS_accept4
	RULE(accept4, PARENT, PLAIN),
#endif
#ifdef SYS_accept
	RULE(accept, PARENT, PLAIN),
#endif

	/* Files, to read. */
	RULE(openat, READER, OPENAT),
#ifdef SYS_openat2
	/* Its flags are in memory. */
	RULE(openat2, 0, PATH),
#endif
#ifdef SYS_fstatat64
	RULE(fstatat64, READER, PATH),
#endif
#ifdef SYS_newfstatat
	RULE(newfstatat, READER, PATH),
#endif
#ifdef SYS_statx
	RULE(statx, READER, PATH),
#endif
	RULE(faccessat, READER, PATH),
#ifdef SYS_faccessat2
	RULE(faccessat2, READER, PATH),
#endif
	RULE(readlinkat, READER, PATH),
	RULE(getcwd, READER, PATH),
	RULE(statfs, READER, PATH),
#ifdef SYS_statfs64
	RULE(statfs64, READER, PATH),
#endif
	RULE(getdents64, READER, PLAIN),
#ifdef SYS_fadvise64
	RULE(fadvise64, READER, PLAIN),
#endif
#ifdef SYS_sendmmsg
	RULE(sendmmsg, READER, PLAIN),
#endif
#ifdef SYS_recvmmsg
	RULE(recvmmsg, READER, PLAIN),
#endif

	/* The name of a socket goes, that of a result comes. */
	RULE(unlinkat, PARENT, PATH),
	RULE(fsync, RUN, PLAIN),
#ifdef SYS_renameat
	RULE(renameat, RUN, PATH),
#endif
#ifdef SYS_renameat2
	RULE(renameat2, RUN, PATH),
#endif

#ifdef SYS_open
	/* Systems that have this one have all of these. */
	RULE(open, READER, OPEN),
	RULE(stat, READER, PATH),
	RULE(lstat, READER, PATH),
	RULE(access, READER, PATH),
	RULE(readlink, READER, PATH),
	RULE(unlink, PARENT, PATH),
	RULE(rename, RUN, PATH),
	RULE(creat, 0, PATH),
	RULE(dup2, PARENT, PLAIN),
	RULE(pipe, PARENT, PLAIN),
	RULE(epoll_create, PARENT, PLAIN),
	RULE(fork, PARENT, PLAIN),
	RULE(vfork, PARENT, PLAIN),
#endif
#ifdef SYS_stat64
	RULE(stat64, READER, PATH),
	RULE(lstat64, READER, PATH),
#endif

	/* Nothing here starts programs, looks into others, rules systems. */
	RULE(execve, 0, FATAL),
	RULE(ptrace, 0, FATAL),
	RULE(mount, 0, FATAL),
	RULE(umount2, 0, FATAL),
	RULE(pivot_root, 0, FATAL),
	RULE(unshare, 0, FATAL),
	RULE(init_module, 0, FATAL),
	RULE(delete_module, 0, FATAL),
	RULE(reboot, 0, FATAL),
	RULE(swapon, 0, FATAL),
	RULE(swapoff, 0, FATAL),
	RULE(acct, 0, FATAL),
	RULE(keyctl, 0, FATAL),
	RULE(add_key, 0, FATAL),
	RULE(request_key, 0, FATAL),
	RULE(personality, 0, FATAL),
#ifdef SYS_execveat
	RULE(execveat, 0, FATAL),
#endif
#ifdef SYS_process_vm_readv
	RULE(process_vm_readv, 0, FATAL),
	RULE(process_vm_writev, 0, FATAL),
#endif
#ifdef SYS_pidfd_getfd
	RULE(pidfd_getfd, 0, FATAL),
#endif
#ifdef SYS_bpf
	RULE(bpf, 0, FATAL),
#endif
#ifdef SYS_perf_event_open
	RULE(perf_event_open, 0, FATAL),
#endif
#ifdef SYS_userfaultfd
	RULE(userfaultfd, 0, FATAL),
#endif
#ifdef SYS_setns
	RULE(setns, 0, FATAL),
#endif
#ifdef SYS_open_by_handle_at
	RULE(open_by_handle_at, 0, FATAL),
#endif
#ifdef SYS_move_mount
	RULE(move_mount, 0, FATAL),
	RULE(open_tree, 0, FATAL),
	RULE(fsopen, 0, FATAL),
	RULE(fsmount, 0, FATAL),
#endif
#ifdef SYS_finit_module
	RULE(finit_module, 0, FATAL),
#endif
#ifdef SYS_kexec_load
	RULE(kexec_load, 0, FATAL),
#endif
#ifdef SYS_kexec_file_load
	RULE(kexec_file_load, 0, FATAL),
#endif
#ifdef SYS_iopl
	RULE(iopl, 0, FATAL),
	RULE(ioperm, 0, FATAL),
#endif
#ifdef SYS_modify_ldt
	RULE(modify_ldt, 0, FATAL),
#endif
};

/* Making the program. */

static void
add(struct program *p, int op, uint32_t k, int yes, int no)
{
	p->at[p->n++] = (struct instruction){ (uint16_t)op, (uint8_t)yes,
	    (uint8_t)no, k };
}

static void
give(struct program *p, uint32_t verdict)
{
	add(p, OP_RETURN, verdict, 0, 0);
}

/* What is looked at are ints and flags: they are in the low word. */
static void
load_argument(struct program *p, size_t i)
{
	add(p, OP_LOAD, (uint32_t)(offsetof(struct call, args) + 8 * i) +
	    LOW_WORD, 0, 0);
}

/* An argument that has any of these bits is refused with this error. */
static void
refuse_bits(struct program *p, size_t i, uint32_t bits, int error)
{
	load_argument(p, i);
	add(p, OP_HAS, bits, 0, 1);
	give(p, RET_ERRNO | (uint32_t)error);
}

/* One that is none of these is. Ends the rule. */
static void
allow_values(struct program *p, size_t i, const uint32_t *values, size_t n,
    int error)
{
	size_t k;

	load_argument(p, i);
	for (k = 0; k < n; k++) {
		add(p, OP_IS, values[k], 0, 1);
		give(p, RET_ALLOW);
	}
	give(p, RET_ERRNO | (uint32_t)error);
}

static void
allow_reading(struct program *p, size_t i)
{
	refuse_bits(p, i, O_ACCMODE | O_CREAT | O_TRUNC, EACCES);
	give(p, RET_ALLOW);
}

static void
allow_sockets(struct program *p, unsigned int role)
{
	/* AF_NETLINK: getaddrinfo asks which addresses this machine has. */
	static const uint32_t families[] = { AF_INET, AF_INET6, AF_UNIX,
	    AF_NETLINK };

	allow_values(p, 0, families, UTIL_NELEM(families) -
	    (role == GENERATOR), EAFNOSUPPORT);
}

/*
 * At its first question getaddrinfo may load modules that nsswitch.conf names,
 * also in a resolver that takes the place of another. That their code comes
 * from files is no danger in a process that can write none: it cannot bring its
 * own.
 */
static void
allow_mapping(struct program *p, unsigned int role)
{
	if (role == GENERATOR)
		refuse_bits(p, 2, PROT_EXEC, EACCES);
	else {
		load_argument(p, 2);
		add(p, OP_HAS, PROT_EXEC, 0, 5);
		add(p, OP_HAS, PROT_WRITE, 3, 0);
		load_argument(p, 3);
		add(p, OP_HAS, MAP_ANONYMOUS, 1, 0);
		give(p, RET_ALLOW);
		give(p, RET_ERRNO | EACCES);
	}
	give(p, RET_ALLOW);
}

static void
allow_controls(struct program *p)
{
	static const uint32_t options[] = { PR_SET_TIMERSLACK, PR_SET_DUMPABLE,
	    PR_SET_NO_NEW_PRIVS };

	allow_values(p, 0, options, UTIL_NELEM(options), EINVAL);
}

/* How wide a terminal is, and what isatty() and if_nametoindex() ask. */
static void
allow_devices(struct program *p)
{
	static const uint32_t requests[] = { TCGETS, GET_TERMINAL_2,
	    TIOCGWINSZ, TIOCGPGRP, FIONREAD, SIOCGIFINDEX };

	allow_values(p, 1, requests, UTIL_NELEM(requests), ENOTTY);
}

static void
allow_signals(struct program *p, unsigned int role)
{
	const uint32_t self = (uint32_t)getpid();

	if (role & PARENT)
		give(p, RET_ALLOW);
	else
		allow_values(p, 0, &self, 1, EPERM);
}

static void
allow_limits(struct program *p)
{
	static const uint32_t self = 0;

	allow_values(p, 0, &self, 1, EPERM);
}

/* What its role may do with a call; each way ends in a verdict. */
static void
add_verdict(struct program *p, enum how how, unsigned int role)
{
	switch (how) {
	case PLAIN:
	case PATH:
		give(p, RET_ALLOW);
		break;
	case OPEN:
		allow_reading(p, 1);
		break;
	case OPENAT:
		allow_reading(p, 2);
		break;
	case SOCKET:
		allow_sockets(p, role);
		break;
	case MAP:
		allow_mapping(p, role);
		break;
	case PROTECT:
		refuse_bits(p, 2, PROT_EXEC, EACCES);
		give(p, RET_ALLOW);
		break;
	case CLONE:
		refuse_bits(p, CLONE_FLAGS, CLONE_NEW, EPERM);
		give(p, RET_ALLOW);
		break;
	case SIGNAL:
		allow_signals(p, role);
		break;
	case LIMIT:
		allow_limits(p);
		break;
	case CONTROL:
		allow_controls(p);
		break;
	case DEVICE:
		allow_devices(p);
		break;
	case FATAL:
		give(p, RET_KILL);
		break;
	}
}

static void
add_rule(struct program *p, const struct rule *r, unsigned int role)
{
	bool is_path = r->how == PATH || r->how == OPEN || r->how == OPENAT;
	unsigned short at = p->n;

	if (!(r->roles & role) && !is_path && r->how != FATAL)
		return;
	add(p, OP_IS, (uint32_t)r->nr, 0, 0);
	if (is_path && !(r->roles & role))
		give(p, RET_ERRNO | ENOENT);
	else
		add_verdict(p, r->how, role);
	p->at[at].no = (uint8_t)(p->n - at - 1);
}

static void
make_program(struct program *p, unsigned int role)
{
	size_t i;

	add(p, OP_LOAD, offsetof(struct call, arch), 0, 0);
	add(p, OP_IS, ARCH, 1, 0);
	give(p, RET_KILL);
	add(p, OP_LOAD, offsetof(struct call, nr), 0, 0);
#ifdef X32_BIT
	/* -1 is what a tracer makes of a call that it answers itself. */
	add(p, OP_IS, UINT32_MAX, 2, 0);
	add(p, OP_IS_MORE, X32_BIT, 0, 1);
	give(p, RET_KILL);
#endif
	for (i = 0; i < UTIL_NELEM(rules); i++)
		add_rule(p, &rules[i], role);
	give(p, RET_ERRNO | ENOSYS);
}

/*
 * From Linux 3.17 on. The older way of prctl() is left alone, since valgrind
 * takes that for a call of the program and would be filtered itself; this one
 * it does not know, and says so.
 */
static int
set_filter(unsigned int flags, const struct program *p)
{
	return (int)syscall(SYS_seccomp, SET_MODE_FILTER, flags, p);
}

bool
sandbox_is_there(void)
{
	/* No program at all: whoever knows of filters finds that bad. */
	return !is_forgone && set_filter(0, NULL) == -1 && errno == EFAULT;
}

/*
 * Without a slower memory for filtered processes, where the kernel can be asked
 * for that: new ones do so by default.
 */
static int
filter(unsigned int role)
{
	struct instruction instructions[INSTRUCTIONS_MAX];
	struct program p = { 0, instructions };

	make_program(&p, role);
	if (set_filter(FLAG_SPEC_ALLOW, &p) == 0)
		return 0;
	return set_filter(0, &p);
}

int
sandbox_enter(enum sandbox_role role)
{
	set_no_new_rights();
	return is_forgone ? 0 : filter(1U << role);
}

#elif defined(__OpenBSD__)

/* Of a generator "proc" is for setrlimit; a parent has forks to do, too. */
static const char *const promises[] = {
	[SANDBOX_GENERATOR] = "stdio inet unix proc",
	[SANDBOX_RESOLVER] = "stdio inet unix dns",
	[SANDBOX_WORKER] = "stdio rpath cpath inet unix dns proc",
	[SANDBOX_RUN] = "stdio rpath wpath cpath inet unix dns proc tty",
};

bool
sandbox_is_there(void)
{
	return !is_forgone;
}

/* A promise holds for what is forked, and for no program that is started. */
int
sandbox_enter(enum sandbox_role role)
{
	return is_forgone ? 0 : pledge(promises[role], NULL);
}

#else

bool
sandbox_is_there(void)
{
	return false;
}

int
sandbox_enter(enum sandbox_role role)
{
	(void)role;
	set_no_new_rights();
	return 0;
}

#endif
