/* SPDX-License-Identifier: MIT */
#ifndef TESTS_REQUEST_RIG_H
#define TESTS_REQUEST_RIG_H

#include "wire.h"

/* One in which no member has its default; not all of it makes sense. */
void	 fill_request(struct run_request *req);
/* All members, but has_seed, which does not go to a generator. */
void	 assert_same_request(const struct run_request *a,
	    const struct run_request *b);

#endif
