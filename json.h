/* SPDX-License-Identifier: MIT */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

enum {
	JSON_DEPTH_MAX = 64,		/* arrays and objects in one another */
	JSON_TEXT_MAX = 64 * 1024 * 1024,	/* bytes of one document */
	/*
	 * Values in one document. "0," is two bytes of text and a struct
	 * json_value of memory: this keeps a tree at 256 MB.
	 */
	JSON_VALUES_MAX = 4 * 1024 * 1024
};

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/*
 * One value of a decoded document. str/len: the decoded string of a
 * JSON_STRING (always ends in NUL too, and may have NULs inside), the literal
 * text of a JSON_NUMBER. name/name_len: its member name, when its parent is an
 * object. child: first element or member; next: the one after this.
 */
struct json_value {
	enum json_type		 type;
	bool			 is_true;
	const char		*str;
	size_t			 len;
	const char		*name;
	size_t			 name_len;
	size_t			 count;		/* elements or members */
	struct json_value	*child;
	struct json_value	*next;
};

/* A decoded document: owns every value and string in it. */
struct json;

struct json_error {
	const char	*reason;	/* static text, no newline */
	size_t		 offset;	/* byte where it went wrong, from 0 */
	size_t		 line;		/* the same, from 1 */
	size_t		 column;	/* in characters */
};

/*
 * Decodes one RFC 8259 text of len bytes, all of it; blanks around it are
 * fine. NULL and *err when it is not JSON, passes a limit, has invalid UTF-8,
 * a lone surrogate escape, or the same member name twice in one object.
 * A leading byte order mark is refused. Free with json_free.
 */
struct json *json_parse(const char *text, size_t len, struct json_error *err);
void	 json_free(struct json *doc);
struct json_value *json_root(struct json *doc);

/*
 * Member of an object by name, looked for from the first on; NULL if absent or
 * v is no object or NULL. The functions below take such a NULL too, as a value
 * of the wrong type.
 */
struct json_value *json_get(const struct json_value *v, const char *name);

/*
 * Numbers: 0 and *out, or -1 and *out untouched when v is no number or does
 * not fit; for the first two also when it is not an integer literal (1e8 and
 * 1.0 are not). What is too small for a double is 0.
 */
int	 json_to_uint(const struct json_value *v, uint64_t *out);
int	 json_to_int(const struct json_value *v, int64_t *out);
int	 json_to_double(const struct json_value *v, double *out);
/* The string if v is one without NUL bytes inside; NULL otherwise. */
const char *json_to_str(const struct json_value *v);
/*
 * Any value but an array or object as text: such a string, the literal of a
 * number, or the word true, false or null; NULL otherwise.
 */
const char *json_to_text(const struct json_value *v);

#endif
