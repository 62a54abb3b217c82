/* SPDX-License-Identifier: MIT */
#ifndef BASE_ROOTS_H
#define BASE_ROOTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

enum {
	/* Of a file, and of a directory: systems have less than a tenth. */
	ROOTS_BYTES_MAX = 8 * 1024 * 1024,
	ROOTS_HASHED_MAX = 4096		/* files in directories */
};

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

/*
 * What is there: the text of the file, and those of a directory in a row, each
 * with the hash that is its name.
 */
struct roots_text {
	struct roots	 where;
	bool		 is_found;	/* roots_find's answer */
	bool		 is_bad_file;	/* cannot be read, or too large */
	bool		 is_bad_dir;
	struct buf	 file;
	struct buf	 hashed;
	struct roots_hashed {
		unsigned long	 hash;
		size_t		 start;	/* in hashed */
		size_t		 len;
	}		*at;
	size_t		 n;
};

/* Never waits. roots_clear frees it, whatever came of it. */
void	 roots_read(struct roots_text *t);
void	 roots_clear(struct roots_text *t);

#endif
