/* SPDX-License-Identifier: MIT */
/*
 * A kernel without filters of system calls, for tests of what happens there:
 *
 *	nofilter COMMAND [ARGUMENT ...]
 *
 * Runs the command, in place of itself, with seccomp() and prctl() answered as
 * such a kernel does. Status 77 and a line on stderr when this kernel itself
 * has none, so that it cannot be done; or on another system than Linux.
 */

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include <err.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

enum { CANNOT = 77 };

#ifdef SYS_seccomp

/* Of linux/filter.h and linux/seccomp.h, which not all C libraries have. */
enum {
	LOAD = 0x20,
	IS = 0x15,
	RETURN = 0x06,
	MODE_FILTER = 2
};
#define GIVE_ERRNO	0x00050000U
#define ALLOW		0x7fff0000U

struct instruction {
	uint16_t	op;
	uint8_t		yes;
	uint8_t		no;
	uint32_t	k;
};

static void
forget_filters(void)
{
	const uint32_t low =
	    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;
	struct instruction at[] = {
		{ LOAD, 0, 0, 0 },			/* the number */
		{ IS, 0, 1, SYS_seccomp },
		{ RETURN, 0, 0, GIVE_ERRNO | ENOSYS },
		{ IS, 0, 3, SYS_prctl },
		{ LOAD, 0, 0, 16 + low },		/* what is asked */
		{ IS, 0, 1, PR_SET_SECCOMP },
		{ RETURN, 0, 0, GIVE_ERRNO | EINVAL },
		{ RETURN, 0, 0, ALLOW }
	};
	struct {
		unsigned short		 n;
		struct instruction	*at;
	} program = { sizeof(at) / sizeof(at[0]), at };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == -1 ||
	    prctl(PR_SET_SECCOMP, (unsigned long)MODE_FILTER, &program, 0UL,
	    0UL) == -1)
		err(CANNOT, "a filter");
}

#else

static void
forget_filters(void)
{
	errx(CANNOT, "this system has no such filters");
}

#endif

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: nofilter COMMAND [ARGUMENT ...]");
	forget_filters();
	execvp(argv[1], argv + 1);
	err(1, "%s", argv[1]);
}
