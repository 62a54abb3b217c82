/* SPDX-License-Identifier: MIT */
/*
 * A plan as a tree that is made another in place: what people write becomes
 * what the wire's decoder reads, one value at a time, by tables of the members
 * that there can be.
 *
 * Strict where the wire is lenient: a member that no table knows is an error
 * that names it by its path, and the nearest that is known. null is the same
 * as absent.
 *
 * Variables are replaced in decoded strings, so whatever is in them cannot
 * change the structure of the plan. One that is set but empty counts as set, as
 * it does in the Go program, which reads the same files.
 *
 * Which members a plan has is for file.c to say.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "json.h"
#include "plan/expr.h"
#include "plan/tree.h"
#include "wire.h"

enum {
	PATH_SHOWN_MAX = 120,		/* bytes of a path in a reason */
	NAMES_SHOWN_MAX = 90		/* of all members that there are */
};

/* Text that took the place of some in the tree; lives as long as that. */
struct tree_text {
	struct tree_text	*next;
	struct buf		 buf;
};

static void	 add_path(struct buf *, const struct tree_place *);
static int	 refuse_member(struct tree *, const struct tree_place *,
		    const struct tree_member *, size_t);
static int	 expand(struct tree *, const struct tree_place *);
static const struct tree_member *find_member(const struct json_value *,
		    const struct tree_member *, size_t);

struct buf *
tree_text(struct tree *t)
{
	struct tree_text *text;

	text = xcalloc(1, sizeof(*text));
	buf_init(&text->buf, JSON_TEXT_MAX);
	text->next = t->texts;
	t->texts = text;
	return &text->buf;
}

void
tree_clear(struct tree *t)
{
	struct tree_text *text;

	while (t->texts != NULL) {
		text = t->texts;
		t->texts = text->next;
		buf_clear(&text->buf);
		free(text);
	}
}

void
tree_set(struct json_value *v, enum json_type type, struct buf *text)
{
	v->type = type;
	v->str = buf_str(text);
	v->len = text->len;
}

/* "target.headers.Accept", "phases[0].type"; nothing for the root. */
static void
add_path(struct buf *path, const struct tree_place *at)
{
	if (at->up == NULL)
		return;
	add_path(path, at->up);
	if (at->up->v->type == JSON_ARRAY)
		buf_addf(path, "[%zu]", at->index);
	else
		buf_addf(path, "%s%s", path->len == 0 ? "" : ".",
		    at->v->name);
}

int
tree_refuse(struct tree *t, const struct tree_place *at, const char *fmt, ...)
{
	char what[WIRE_TEXT_MAX];
	struct buf path;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	buf_init(&path, PATH_SHOWN_MAX);
	add_path(&path, at);
	wire_refuse(t->why, "%s%s%s", buf_str(&path),
	    path.len == 0 ? "" : ": ", what);
	buf_clear(&path);
	return -1;
}

int
tree_expected(struct tree *t, const struct tree_place *at, const char *what)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_BOOL] = "a boolean",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};
	const struct json_value *v = at->v;

	if (v->type == JSON_NUMBER)
		return tree_refuse(t, at, "expected %s, not %.40s", what,
		    v->str);
	if (v->type == JSON_STRING)
		return tree_refuse(t, at, "expected %s, not \"%.40s\"", what,
		    v->str);
	return tree_refuse(t, at, "expected %s, not %s", what, names[v->type]);
}

static int
refuse_member(struct tree *t, const struct tree_place *at,
    const struct tree_member *members, size_t n)
{
	const char *names[TREE_MEMBERS_MAX] = { NULL }, *near;
	struct buf list;
	size_t i;

	assert(n <= TREE_MEMBERS_MAX);
	for (i = 0; i < n; i++)
		names[i] = members[i].name;
	if ((near = text_nearest(at->v->name, names, n)) != NULL)
		return tree_refuse(t, at, "unknown member; did you mean "
		    "\"%s\"?", near);
	buf_init(&list, NAMES_SHOWN_MAX);
	for (i = 0; i < n; i++)
		buf_addf(&list, "%s%s", i == 0 ? "; expected " : ", ",
		    names[i]);
	tree_refuse(t, at, "unknown member%s", list.is_full ? "" :
	    buf_str(&list));
	buf_clear(&list);
	return -1;
}

int
tree_expand(struct tree *t, const struct tree_place *at)
{
	struct tree_place here = { .up = at };

	if (at->v->type == JSON_STRING)
		return expand(t, at);
	for (here.v = at->v->child; here.v != NULL; here.v = here.v->next) {
		if (tree_expand(t, &here) == -1)
			return -1;
		here.index++;
	}
	return 0;
}

static int
expand(struct tree *t, const struct tree_place *at)
{
	char why[WIRE_TEXT_MAX];
	struct buf *out;

	if (memchr(at->v->str, '$', at->v->len) == NULL)
		return 0;
	out = tree_text(t);
	if (plan_expand(at->v->str, at->v->len, out, why) == -1)
		return tree_refuse(t, at, "%s", why);
	tree_set(at->v, JSON_STRING, out);
	return 0;
}

int
tree_members(struct tree *t, const struct tree_place *at,
    const struct tree_member *members, size_t n)
{
	struct tree_place here = { .up = at };
	struct json_value **link = &at->v->child;

	if (at->v->type != JSON_OBJECT)
		return tree_expected(t, at, "an object");
	while (*link != NULL) {
		here.v = *link;
		here.member = find_member(here.v, members, n);
		if (here.member == NULL)
			return refuse_member(t, &here, members, n);
		if (here.v->type == JSON_NULL) {
			*link = here.v->next;
			at->v->count--;
			continue;
		}
		if (here.member->take(t, &here) == -1)
			return -1;
		link = &here.v->next;
	}
	return 0;
}

static const struct tree_member *
find_member(const struct json_value *v, const struct tree_member *members,
    size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(members[i].name) == v->name_len &&
		    memcmp(members[i].name, v->name, v->name_len) == 0)
			return &members[i];
	return NULL;
}

int
tree_each(struct tree *t, const struct tree_place *at, tree_take_fn take)
{
	struct tree_place here = { .up = at };

	for (here.v = at->v->child; here.v != NULL; here.v = here.v->next) {
		if (take(t, &here) == -1)
			return -1;
		here.index++;
	}
	return 0;
}

int
tree_str(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_STRING)
		return tree_expected(t, at, "a string");
	return 0;
}

int
tree_uint(struct tree *t, const struct tree_place *at)
{
	uint64_t n;

	if (json_to_uint(at->v, &n) == -1)
		return tree_expected(t, at, "a whole number");
	return 0;
}

int
tree_bool(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_BOOL)
		return tree_expected(t, at, "true or false");
	return 0;
}

/* Of what, the decoder knows. */
int
tree_list(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_ARRAY)
		return tree_expected(t, at, "an array");
	return 0;
}

int
tree_strings(struct tree *t, const struct tree_place *at)
{
	if (at->v->type != JSON_OBJECT)
		return tree_expected(t, at, "an object of strings");
	return tree_each(t, at, tree_str);
}

int
tree_duration(struct tree *t, const struct tree_place *at)
{
	struct buf *literal;
	const char *s;
	uint64_t ns;

	if (json_to_uint(at->v, &ns) == 0)
		return 0;
	if ((s = json_to_str(at->v)) == NULL || parse_duration(s, &ns) == -1)
		return tree_expected(t, at, "a duration such as \"300ms\", or "
		    "a whole number of nanoseconds");
	literal = tree_text(t);
	buf_addf(literal, "%" PRIu64, ns);
	tree_set(at->v, JSON_NUMBER, literal);
	return 0;
}

int
tree_ns(struct tree *t, const struct tree_place *at, uint64_t *ns)
{
	if (tree_duration(t, at) == -1)
		return -1;
	return json_to_uint(at->v, ns);
}
