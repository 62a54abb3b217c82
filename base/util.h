/* SPDX-License-Identifier: MIT */
#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every function with a format string carries this. */
#if defined(__GNUC__)
#define UTIL_PRINTF(fmt, args)	__attribute__((__format__(printf, fmt, args)))
#define UTIL_NORETURN		__attribute__((__noreturn__))
#else
#define UTIL_PRINTF(fmt, args)
#define UTIL_NORETURN
#endif

/* Defined in a build with a sanitizer: gcc says it one way, clang another. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UTIL_IS_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
    __has_feature(thread_sanitizer)
#define UTIL_IS_SANITIZED
#endif
#endif

#define UTIL_NELEM(a)	(sizeof(a) / sizeof((a)[0]))

#define NS_PER_US	UINT64_C(1000)
#define NS_PER_MS	UINT64_C(1000000)
#define NS_PER_SEC	UINT64_C(1000000000)

/*
 * Memory for start-up and control paths. These never return NULL: when
 * memory is out they say so and end the process with status 1.
 */
void	*xcalloc(size_t n, size_t size);
void	*xreallocarray(void *p, size_t n, size_t size);
char	*xstrdup(const char *s);
char	*xstrndup(const char *s, size_t len);	/* result ends in NUL */
char	*xasprintf(const char *fmt, ...) UTIL_PRINTF(1, 2);

/* Overwrites a secret: not to be taken for a store that nobody reads. */
void	 wipe(void *p, size_t len);

/*
 * A growable run of bytes with a maximum given at birth. Members are open so
 * that a reader can look at data[0..len); change them by the functions only.
 * An add that would pass the maximum adds nothing and sets is_full, which
 * stays set until buf_reset: a writer may check once, at the end. What is
 * added may not lie in the same buffer.
 */
struct buf {
	char	*data;
	size_t	 len;
	size_t	 cap;
	size_t	 max;
	bool	 is_full;
};

void	 buf_init(struct buf *b, size_t max);
void	 buf_clear(struct buf *b);		/* frees; may be used again */
void	 buf_reset(struct buf *b);		/* empties; keeps memory */
void	 buf_recycle(struct buf *b, size_t most);	/* up to so much */
int	 buf_add(struct buf *b, const void *p, size_t len);	/* 0 or -1 */
int	 buf_adds(struct buf *b, const char *s);
int	 buf_addf(struct buf *b, const char *fmt, ...) UTIL_PRINTF(2, 3);
/*
 * Room for len more bytes at the end, not yet counted. NULL if that is over
 * the maximum; to ask is no add, so is_full stays as it was.
 */
char	*buf_room(struct buf *b, size_t len);
void	 buf_used(struct buf *b, size_t len);	/* so many of them are now in */
void	 buf_drop(struct buf *b, size_t len);	/* forget that many in front */
const char *buf_str(struct buf *b);		/* as a string, ends in NUL */
/*
 * Adds all of a file, "-" being standard input. 0, or -1 with errno, EFBIG when
 * it would pass the maximum; b is then cleared.
 */
int	 buf_read_file(struct buf *b, const char *path);

/*
 * CLOCK_MONOTONIC in ns, for everything that is measured; and CLOCK_REALTIME
 * in ns since 1970, for what a report prints.
 */
uint64_t clock_now_ns(void);
uint64_t clock_wall_ns(void);

#endif
