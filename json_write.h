/* SPDX-License-Identifier: MIT */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "json.h"

/*
 * Put values in order; commas, quotes and indentation come by
 * themselves. name is the member name inside an object, NULL elsewhere. An
 * error (buffer full, nesting wrong or too deep) sticks; json_out_end tells.
 * Strings are escaped as Go does it: <, >, & and U+2028/9 as \u sequences;
 * bytes that are no UTF-8 become U+FFFD. No newline ends the document.
 *
 * Open to be embedded; the functions alone touch it. Level 0 of has_value and
 * is_object is the document itself.
 */
struct json_out {
	struct buf	*out;
	bool		 is_pretty;	/* two blanks a level, else compact */
	bool		 has_error;
	unsigned int	 depth;
	unsigned int	 flat_depth;	/* from here on one line; 0: none */
	bool		 has_value[JSON_DEPTH_MAX + 1];
	bool		 is_object[JSON_DEPTH_MAX + 1];
};

void	 json_out_start(struct json_out *w, struct buf *out, bool is_pretty);
/* 0, or -1 if anything failed or the document is not complete. */
int	 json_out_end(struct json_out *w);
void	 json_object(struct json_out *w, const char *name);
void	 json_array(struct json_out *w, const char *name);
void	 json_close(struct json_out *w);	/* ends the innermost of both */
/*
 * What lies so many levels below the open array or object stays on the line on
 * which it begins; 0 ends that. Says something only when pretty.
 */
void	 json_flat(struct json_out *w, unsigned int levels);
void	 json_str(struct json_out *w, const char *name, const char *s);
void	 json_strn(struct json_out *w, const char *name, const char *s,
	    size_t len);
/* null when s is empty. */
void	 json_str_or_null(struct json_out *w, const char *name, const char *s);
void	 json_uint(struct json_out *w, const char *name, uint64_t v);
void	 json_int(struct json_out *w, const char *name, int64_t v);
/* Fewest of 15 to 17 digits that read back as v; not finite becomes 0. */
void	 json_double(struct json_out *w, const char *name, double v);
/*
 * A decimal with so many places at most (0 to 17), trailing zeros cut: 12.5
 * not 12.500; not finite becomes 0.
 */
void	 json_fixed(struct json_out *w, const char *name, double v, int places);
/* Nanoseconds as milliseconds, to the nanosecond while those are below 2^53. */
void	 json_ms(struct json_out *w, const char *name, double ns);
void	 json_bool(struct json_out *w, const char *name, bool v);
void	 json_null(struct json_out *w, const char *name);

#endif
