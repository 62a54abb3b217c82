/* SPDX-License-Identifier: MIT */
#ifndef BASE_FORTIFY_H
#define BASE_FORTIFY_H

/*
 * Included first in every file, by the Makefile: has the C library check the
 * sizes of buffers that its functions are given. Only with optimization, which
 * the checks need and without which some libraries warn; not in a build for
 * AddressSanitizer, which sees more and would not see through them; and not
 * where the compiler or the user has chosen a level already. Level 3 is of
 * compilers that find sizes at run time: others warn when asked for it.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FORTIFY_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define FORTIFY_SANITIZER
#endif

#if defined(__OPTIMIZE__) && !defined(FORTIFY_SANITIZER) && \
    !defined(_FORTIFY_SOURCE)
#if defined(__clang__)
#if __clang_major__ >= 9
#define _FORTIFY_SOURCE 3
#endif
#elif defined(__GNUC__)
#if __GNUC__ >= 12
#define _FORTIFY_SOURCE 3
#endif
#endif
#ifndef _FORTIFY_SOURCE
#define _FORTIFY_SOURCE 2
#endif
#endif

#endif
