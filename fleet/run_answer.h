/* SPDX-License-Identifier: MIT */
#ifndef FLEET_RUN_ANSWER_H
#define FLEET_RUN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"
#include "http.h"
#include "json.h"

/* What an answer to POST /run turns out to say. Values and texts borrowed. */
struct run_answer_hooks {
	/* An interval, streamed. */
	void	(*snapshot)(void *arg, const struct json_value *v);
	/* The last word. error, if not NULL: the run failed there. */
	void	(*result)(void *arg, const struct json_value *v,
		    const char *error);
	/* The last word, too: there is no result, and why. */
	void	(*failed)(void *arg, const char *why);
	void	*arg;
};

/*
 * The answer of one worker while it comes: one JSON document, or a stream of
 * lines. Embedded. The hooks may clear it.
 */
struct run_answer {
	struct run_answer_hooks	 hooks;
	int			 status;	/* 0: no head came */
	bool			 is_stream;
	bool			 is_over;	/* the last word was said */
	struct buf		 text;		/* a line, or all of it */
};

void	 run_answer_init(struct run_answer *a,
	    const struct run_answer_hooks *hooks);
/* It is over; whatever comes is of no interest. */
void	 run_answer_clear(struct run_answer *a);

void	 run_answer_head(struct run_answer *a, const struct http_head *h);
void	 run_answer_body(struct run_answer *a, const char *p, size_t len);
void	 run_answer_end(struct run_answer *a);

#endif
