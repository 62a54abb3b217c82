/* SPDX-License-Identifier: MIT */
#ifndef TESTS_RESULT_RIG_H
#define TESTS_RESULT_RIG_H

#include "base/util.h"
#include "json.h"
#include "result.h"

/*
 * What the tests of results as JSON share. Short documents have ' for ", $5
 * for the 800 counts of ten requests that took 5 ms, $0 and $- for 800 and 799
 * zeros, $s for the slot of 5 ms.
 */
#define FIVE_MS		UINT64_C(5000000)
#define LATENCY		"'latency':{'min':5000000,'mean':5000000," \
			"'max':5000000}"
#define HIST(n, sum)	"{'layout':'800x16','min':5000000,'max':5000000," \
			"'sum':[0," sum "],'counts':[[$s," n "]]}"
#define MUST_COUNT	": must be a whole number below 2^53"
#define MUST_NS		": must be a whole number of nanoseconds"

struct error_test {
	const char	*descr;
	const char	*input;
	const char	*want;
};

/* Adds n counts, of values that are all the same. */
void	 add_counts(struct buf *out, size_t n, uint64_t ns, int count);
/* A document from its short form; sets out up. */
void	 make_text(struct buf *out, const char *s);
/* From memory of its exact size; NULL when it is no JSON. */
struct json *parse(const char *text, size_t len);
/* NULL and why when it is refused. */
struct result *read_result(const struct buf *text, const char **warning,
	    char why[WIRE_TEXT_MAX]);
/* Sets out up. */
void	 write_result(struct buf *out, const struct result *r);

#endif
