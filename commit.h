/* SPDX-License-Identifier: MIT */
#ifndef COMMIT_H
#define COMMIT_H

/*
 * The commit that this program was built from, in 12 digits, with "-dirty"
 * behind it when files had been changed since; NULL when that was not known.
 */
const char	*commit_name(void);

#endif
