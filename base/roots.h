/* SPDX-License-Identifier: MIT */
#ifndef BASE_ROOTS_H
#define BASE_ROOTS_H

#include <stdbool.h>

/* Where the CAs are that this machine trusts; either may be NULL. */
struct roots {
	const char	*file;		/* one PEM text */
	const char	*dir;		/* a file each, named by its hash */
	bool		 is_given;	/* by the environment */
};

/*
 * What SSL_CERT_FILE and SSL_CERT_DIR name, if either is set and not empty;
 * else the first of the places that systems are known to have them in that is
 * there. 0, or -1: there is none. The texts live as long as the environment.
 */
int	 roots_find(struct roots *r);

#endif
