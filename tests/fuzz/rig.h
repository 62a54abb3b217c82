/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_RIG_H
#define FUZZ_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/msg.h"
#include "base/util.h"
#include "json.h"
#include "wire.h"

/* What a target is. Gives 0; what is wrong ends the process by abort(). */
int	 LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says which claim does not hold, and aborts. */
#define FUZZ_CHECK(claim) \
	((claim) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #claim))
UTIL_NORETURN void fuzz_fail(const char *file, int line, const char *claim);

/*
 * The bytes in memory of just their size, so that a sanitizer sees one too
 * far; of size 0 there is none to be read. As a string: up to the first NUL.
 * Both are the caller's to free.
 */
char	*fuzz_copy(const void *data, size_t len);
char	*fuzz_str(const void *data, size_t len);

/* Numbers that the input chooses: the same for the same state. */
uint32_t fuzz_random(uint32_t *state);
/* The end of the next piece of [at, len): at + 1 to len; small ones often. */
size_t	 fuzz_cut(uint32_t *state, size_t at, size_t len);

/* The next line, without its end; *data and *size then begin behind it. */
char	*fuzz_line(const uint8_t **data, size_t *size);

/*
 * A file of these bytes, at most FUZZ_FILE_MAX: its path; and done with it.
 */
enum { FUZZ_FILE_MAX = 60 * 1024 };
const char *fuzz_file(const void *data, size_t len);
void	 fuzz_file_close(void);

/* One line, not empty, that fits. */
void	 fuzz_check_why(const char *why, size_t max);

/* Decodes from memory of just that size; NULL when it is no JSON. */
struct json *fuzz_json(const void *data, size_t len);
/* A request as JSON; sets out up. */
void	 fuzz_request_text(struct buf *out, const struct run_request *req);
bool	 fuzz_same(const struct buf *a, const struct buf *b);

/* A frame that nobody sends: what was put into it since; to be cleared. */
void	 fuzz_frame_start(struct msg_channel *ch);
struct msg fuzz_frame(const struct msg_channel *ch);
void	 fuzz_frame_clear(struct msg_channel *ch);

#endif
